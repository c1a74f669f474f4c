"""Survey designs, weights and estimates with design-based standard errors.

========================  ==================================================================
module                    what it holds
========================  ==================================================================
`design`                  how the sample was drawn; covariance by Taylor or replicates
`estimate`                totals, means, proportions, ratios, quantiles by domain
`linearised`              an estimate with its influence values
========================  ==================================================================
"""
