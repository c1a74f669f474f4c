"""Survey designs, weights and estimates with design-based standard errors.

========================  ==================================================================
module                    what it holds
========================  ==================================================================
`combine`                 Rubin's rules for imputations and plausible values
`design`                  how samples were drawn; covariance by Taylor or replicates; stacking
`estimate`                totals, means, proportions, ratios, quantiles by domain
`income_indices`          poverty and inequality indices on many replicate weights
`independence`            Rao-Scott test of two characteristics
`linearised`              an estimate with its influence values
`models`                  linear, logit, Poisson; marginal effects, Wald tests
`quantile`                quantile regression
`replicate`               replicate weights from a design: jackknife, half-samples, bootstrap
`rif`                     regressions of the recentred influence of an index
`weights`                 raking, calibration, non-response, trimming, effective size
========================  ==================================================================
"""
