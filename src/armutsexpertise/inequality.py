"""Inequality, concentration and redistribution: indices, curves and decompositions.

Each index is a function of a variable and weights; its twin with the suffix ``_linearised`` adds
the influence values from which a survey design computes the standard error. Influence values are
derivatives with respect to the weights, 0 outside the domain. The twin of a decomposition gives
its parts by name; `armutsexpertise.survey.estimate.estimate` takes both.
"""

from collections.abc import Sequence
from itertools import permutations
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from armutsexpertise._weighted import (
    FloatArray,
    Negative,
    Nonpositive,
    QuantileRule,
    Sample,
    as_mask,
    as_numbers,
    as_sample,
    as_weights,
    check_lengths,
    default_bandwidth,
    density,
    dot,
    ordered,
    positive_density,
    positive_only,
    quantile,
    ranked_sum,
    require_choice,
    require_share,
    treat_negative,
)
from armutsexpertise.poverty import (
    foster_greer_thorbecke,
    foster_greer_thorbecke_linearised,
    poverty_line_linearised,
)
from armutsexpertise.survey.linearised import (
    Linearised,
    UndefinedError,
    linear_combination,
    linearises,
    ratio,
)

Ranking = Literal["midpoint", "cumulative"]

#: Shares of the population at which curves are estimated by default.
DECILES = tuple(round(tenth / 10, 1) for tenth in range(1, 10))
Correction = Literal["none", "wagstaff", "erreygers"]


class EntropyDecomposition(NamedTuple):
    """A generalised entropy index split into inequality within and between groups.

    Attributes
    ----------
    total, within, between : float
        Index of all units, weighted indices of the groups, and index of the group means;
        ``total`` is ``within + between``.
    groups : DataFrame
        One row per group: ``group``, ``population_share``, ``income_share``, ``mean``, ``index``
        (within the group) and ``contribution`` (to ``within``).
    """

    total: float
    within: float
    between: float
    groups: pd.DataFrame


class Redistribution(NamedTuple):
    """The change in inequality by a tax or burden, split into its sources.

    Attributes
    ----------
    reynolds_smolensky : float
        Gini before minus Gini after: ``vertical - reranking``.
    vertical : float
        Burden share over one minus burden share, times the Kakwani index.
    reranking : float
        Gini after minus concentration of income after, ranked by income before; at least 0.
    kakwani : float
        Concentration of the burden minus Gini before.
    burden_share : float
        Total burden over total income before.
    """

    reynolds_smolensky: float
    vertical: float
    reranking: float
    kakwani: float
    burden_share: float


class RateDecomposition(NamedTuple):
    """A difference of two rates split by composition and by group-specific rates.

    Attributes
    ----------
    difference, composition, rate : float
        ``difference`` is ``composition + rate``.
    """

    difference: float
    composition: float
    rate: float


class PovertyChange(NamedTuple):
    """A change in poverty split into growth, distribution and line.

    Attributes
    ----------
    change, growth, distribution, line : float
        ``change`` is ``growth + distribution + line``.
    """

    change: float
    growth: float
    distribution: float
    line: float


def lorenz_curve(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    generalised: bool = False,
    negative: Negative = "keep",
) -> pd.DataFrame:
    """Return the points of the Lorenz curve.

    Parameters
    ----------
    income : array_like of float, shape (n,)
        Equivalised income of each person.
    weight : array_like of float, shape (n,), optional
        Person weights; default: each person counts once.
    domain : array_like of bool, shape (n,), optional
        Persons who count; default: all.
    generalised : bool
        Whether the ordinates are multiplied by the mean (generalised Lorenz curve).
    negative : {"keep", "zero", "fail"}
        Negative incomes: keep them (default), count them as zero, or refuse them.

    Returns
    -------
    DataFrame
        ``population_share`` in [0, 1] and ``income_share`` (generalised: ``cumulative_mean`` in
        the unit of income): the origin and one point per distinct income.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, the domain has no
        weight, or the total income is not positive.

    Notes
    -----
    Lorenz (1905), doi:10.2307/2276207; Shorrocks (1983), doi:10.2307/2554117 (generalised).

    Examples
    --------
    >>> lorenz_curve([1.0, 3])
       population_share  income_share
    0               0.0          0.00
    1               0.5          0.25
    2               1.0          1.00
    """
    sample = _with_total(income, weight, domain, negative, "The Lorenz curve")
    curve = _curve(sample, sample.numbers)
    if generalised:
        mean = dot(sample.domain_weights, sample.domain_values) / sample.domain_weights.sum()
        curve["cumulative_mean"] = curve.pop("share") * mean
        return curve
    return curve.rename(columns={"share": "income_share"})


def lorenz_curve_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    shares: Sequence[float] = DECILES,
    domain: npt.ArrayLike | None = None,
    generalised: bool = False,
    negative: Negative = "keep",
) -> dict[str, Linearised]:
    r"""Return ordinates of the Lorenz curve with influence values.

    Parameters
    ----------
    income, weight, domain, generalised, negative
        As in `lorenz_curve`.
    shares : sequence of float
        Shares of the population, above 0 and below 1; default: the tenths.

    Returns
    -------
    dict of str to Linearised
        Income share of the poorest, by their share: ``"0.4"`` is what the poorest 40 % have.
        Generalised: their income per head of all, in the unit of income.

    Raises
    ------
    TypeError, ValueError
        As in `lorenz_curve`; ``ValueError`` also for a share that is not between 0 and 1.

    Notes
    -----
    With the quantile q of the share p and :math:`\hat L(p) = \frac{1}{\hat T} \sum_i w_i
    [(y_i - q) 1(y_i \le q) + p q]`,

    .. math:: u_i(L) = \frac{(y_i - \hat q) 1(y_i \le \hat q) + p \hat q - \hat L y_i}{\hat T},
              \qquad u_i(\bar y L) = \frac{(y_i - \hat q) 1(y_i \le \hat q) + p \hat q
              - \bar y \hat L}{\hat N}

    without a density, because the sum does not change with q to the first order. Kovačević and
    Binder (1997), Journal of Official Statistics 13.

    Examples
    --------
    >>> parts = lorenz_curve_linearised([5.0, 20, 25, 50], shares=[0.5])
    >>> {share: part.estimate for share, part in parts.items()}
    {'0.5': 0.25}
    """
    _require_shares(shares)
    sample = _with_total(income, weight, domain, negative, "The Lorenz curve")
    values, weights = sample.domain_values, sample.domain_weights
    size, total = float(weights.sum()), dot(weights, values)
    parts = {}
    for share in shares:
        at = quantile(values, weights, share, "inverted_cdf")
        terms = np.minimum(values - at, 0.0) + share * at
        level = dot(weights, terms)
        if generalised:
            part = Linearised(level / size, sample.spread((terms - level / size) / size))
        else:
            influence = (terms - level / total * values) / total
            part = Linearised(level / total, sample.spread(influence))
        parts[f"{share:g}"] = part
    return parts


def concentration_curve(
    outcome: npt.ArrayLike,
    rank_by: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Return the points of a concentration curve.

    Parameters
    ----------
    outcome : array_like of float, shape (n,)
        Outcome whose cumulative share is wanted.
    rank_by : array_like of float, shape (n,)
        Variable that ranks the units, as equivalised income.
    weight, domain
        As in `lorenz_curve`.

    Returns
    -------
    DataFrame
        ``population_share`` in [0, 1] and ``outcome_share``: the origin and one point per
        distinct value of ``rank_by``.

    Raises
    ------
    TypeError, ValueError
        As in `lorenz_curve`.

    Examples
    --------
    >>> concentration_curve([3.0, 1], [1, 2])
       population_share  outcome_share
    0               0.0           0.00
    1               0.5           0.75
    2               1.0           1.00
    """
    sample = _with_total(
        outcome, weight, domain, "keep", "The concentration curve", "outcome", rank_by=rank_by
    )
    curve = _curve(sample, as_numbers(rank_by, "rank_by"))
    return curve.rename(columns={"share": "outcome_share"})


def _concentration_ordinates(
    outcome: npt.ArrayLike,
    rank_by: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    shares: Sequence[float] = DECILES,
    domain: npt.ArrayLike | None = None,
) -> dict[str, float]:
    """Return ordinates of a concentration curve, which need no density."""
    _require_shares(shares)
    curve = concentration_curve(outcome, rank_by, weight, domain=domain)
    on = np.interp(shares, curve["population_share"], curve["outcome_share"])
    return {f"{share:g}": float(level) for share, level in zip(shares, on, strict=True)}


@linearises(_concentration_ordinates)
def concentration_curve_linearised(
    outcome: npt.ArrayLike,
    rank_by: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    shares: Sequence[float] = DECILES,
    domain: npt.ArrayLike | None = None,
    bandwidth: float | None = None,
) -> dict[str, Linearised]:
    r"""Return ordinates of a concentration curve with influence values.

    Parameters
    ----------
    outcome, rank_by, weight, domain
        As in `concentration_curve`.
    shares : sequence of float
        Shares of the population, above 0 and below 1; default: the tenths.
    bandwidth : float, optional
        Bandwidth of the mean outcome near a quantile, in the unit of ``rank_by``; default:
        weighted standard deviation of ``rank_by`` divided by the fifth root of the sum of weights.

    Returns
    -------
    dict of str to Linearised
        Share of the outcome that those of lowest rank have, by their share of the population.

    Raises
    ------
    TypeError, ValueError
        As in `concentration_curve`; ``ValueError`` also for a share that is not between 0 and 1 or
        where a density cannot be estimated.

    Notes
    -----
    With the quantile q of the ranking variable x at the share p and the mean outcome m(q) of the
    units near it, a ratio of kernel estimates,

    .. math:: u_i = \frac{1}{\hat T} \bigl[(h_i - \hat m(\hat q)) 1(x_i \le \hat q)
              + p\, \hat m(\hat q) - \hat C(p) h_i\bigr]

    By the rules of Deville (1999), Survey Methodology 25, 193-203, from the influence of the
    quantile.

    Examples
    --------
    >>> parts = concentration_curve_linearised([3.0, 1, 1, 1], [1, 2, 3, 4], shares=[0.5])
    >>> round(parts["0.5"].estimate, 4)
    0.6667
    """
    levels = _concentration_ordinates(outcome, rank_by, weight, shares=shares, domain=domain)
    sample = as_sample(outcome, weight, domain, name="outcome", rank_by=rank_by)
    ranks = as_numbers(rank_by, "rank_by")
    values, weights = sample.domain_values, sample.domain_weights
    ranks, total = ranks[sample.inside], dot(weights, values)
    width = default_bandwidth(ranks, weights) if bandwidth is None else bandwidth
    parts = {}
    for share, (label, level) in zip(shares, levels.items(), strict=True):
        at = quantile(ranks, weights, share, "inverted_cdf")
        near = density(ranks, weights, at, width, values)
        near /= positive_density(ranks, weights, at, width)
        influence = (values - near) * (ranks <= at) + share * near - level * values
        parts[label] = Linearised(level, sample.spread(influence / total))
    return parts


def gini(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    ranking: Ranking = "midpoint",
    negative: Negative = "keep",
) -> float:
    r"""Return the Gini coefficient.

    Parameters
    ----------
    income, weight, domain, negative
        As in `lorenz_curve`.
    ranking : {"midpoint", "cumulative"}
        Convention for the rank of a unit in the weighted sum, see the notes. The first (default,
        R package laeken) is twice the area between the Lorenz curve and the diagonal and does not
        change with the scale of the weights. The second (R package convey) does.

    Returns
    -------
    float
        Coefficient; in [0, 1) where no income is negative. Without the correction n/(n-1) for
        small samples.

    Raises
    ------
    TypeError, ValueError
        As in `lorenz_curve`; ``ValueError`` also for an unknown ``ranking``.

    Notes
    -----
    With incomes in ascending order, :math:`r_i` the cumulative weight and
    :math:`\hat T = \sum w_i y_i`,

    .. math:: \hat G = \frac{\sum_i (2 r_i - w_i)\, w_i y_i}{\hat N \hat T} - 1
              \quad\text{(midpoint)}, \qquad
              \hat G = \frac{\sum_i (2 r_i - 1)\, w_i y_i}{\hat N \hat T} - 1
              \quad\text{(cumulative)}

    Langel and Tillé (2013), doi:10.1111/j.1467-985X.2012.01048.x, compare such conventions.

    Examples
    --------
    >>> round(gini([1.0, 2, 4, 5, 8, 9, 10, 12, 19, 30]), 4)
    0.436
    """
    sample = _with_total(income, weight, domain, negative, "The Gini coefficient")
    return _gini(sample.domain_values, sample.domain_weights, ranking)


@linearises(gini)
def gini_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    ranking: Ranking = "midpoint",
    negative: Negative = "keep",
) -> Linearised:
    r"""Return the Gini coefficient with its influence values.

    Parameters
    ----------
    income, weight, domain, ranking, negative
        As in `gini`.

    Returns
    -------
    Linearised
        Coefficient and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `gini`.

    Notes
    -----
    With the cumulative weight :math:`r_i` and cumulative total :math:`T_i` up to the ties of i,

    .. math:: u_i = \frac{2 (y_i r_i + \hat T - T_i) - (\hat G + 1)(\hat T + \hat N y_i)}
              {\hat N \hat T}

    and :math:`(2 w_i - 1) y_i / (\hat N \hat T)` more with cumulative ranks. Deville (1999),
    Survey Methodology 25, 193-203; Langel and Tillé (2013),
    doi:10.1111/j.1467-985X.2012.01048.x.

    Examples
    --------
    >>> round(gini_linearised([1.0, 2, 4, 5, 8, 9, 10, 12, 19, 30]).estimate, 4)
    0.436
    """
    sample = _with_total(income, weight, domain, negative, "The Gini coefficient")
    values, weights = sample.domain_values, sample.domain_weights
    coefficient = _gini(values, weights, ranking)
    slopes = 2 * ranked_sum(values, weights, values, np.ones(values.size)).derivative
    if ranking == "cumulative":
        slopes = slopes + (2 * weights - 1) * values
    size, total = float(weights.sum()), dot(weights, values)
    influence = (slopes - (coefficient + 1) * (total + size * values)) / (size * total)
    return Linearised(coefficient, sample.spread(influence))


def quintile_share_ratio(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
    negative: Negative = "keep",
) -> float:
    r"""Return S80/S20: the income total of the richest fifth over that of the poorest fifth.

    Parameters
    ----------
    income, weight, domain, negative
        As in `lorenz_curve`.
    quantile_rule : {"averaged_inverted_cdf", "inverted_cdf", "interpolated_inverted_cdf"}
        As in `armutsexpertise.poverty.weighted_quantile`.

    Returns
    -------
    float
        Ratio, positive.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, the domain has no
        weight, nobody has more than the upper quantile (ties), the total of the poorest is not
        positive, or an option is not allowed.

    Notes
    -----
    .. math:: \frac{\sum w_i y_i 1(y_i > q_{0.8})}{\sum w_i y_i 1(y_i \le q_{0.2})}

    Eurostat, Glossary, "Income quintile share ratio".

    Examples
    --------
    >>> round(quintile_share_ratio([1.0, 2, 4, 5, 8, 9, 10, 12, 19, 30]), 4)
    16.3333
    """
    sample = treat_negative(as_sample(income, weight, domain), negative, "S80/S20")
    return _tail_ratio(sample, 0.2, 0.8, quantile_rule).ratio


@linearises(quintile_share_ratio)
def quintile_share_ratio_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
    negative: Negative = "keep",
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return S80/S20 with its influence values.

    Parameters
    ----------
    income, weight, domain, quantile_rule, negative
        As in `quintile_share_ratio`.
    bandwidth : float, optional
        Bandwidth of the densities, in the unit of income; default: weighted standard deviation
        of the domain divided by the fifth root of its sum of weights.

    Returns
    -------
    Linearised
        Ratio and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `quintile_share_ratio`; ``ValueError`` also where a density cannot be estimated.

    Notes
    -----
    The total below a quantile q has the influence
    :math:`y_i 1(y_i \le \hat q) + \hat N \hat s(\hat q)\, u_i(\hat q)` with the kernel estimate
    :math:`\hat s(q) = \frac{1}{\hat N h} \sum_j w_j y_j \varphi((q - y_j)/h)`; the ratio follows.
    Osier (2009), doi:10.18148/srm/2009.v3i3.369.

    Examples
    --------
    >>> round(quintile_share_ratio_linearised([1.0, 2, 4, 5, 8, 9, 10, 12, 19, 30]).estimate, 4)
    16.3333
    """
    sample = treat_negative(as_sample(income, weight, domain), negative, "S80/S20")
    return _tail_ratio_linearised(sample, 0.2, 0.8, quantile_rule, bandwidth)


def palma_ratio(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
    negative: Negative = "keep",
) -> float:
    """Return the Palma ratio: income total of the richest tenth over that of the poorest 40 %.

    Parameters
    ----------
    income, weight, domain, quantile_rule, negative
        As in `quintile_share_ratio`.

    Returns
    -------
    float
        Ratio, positive.

    Raises
    ------
    TypeError, ValueError
        As in `quintile_share_ratio`.

    Notes
    -----
    Palma (2011), doi:10.1111/j.1467-7660.2011.01694.x; Cobham and Sumner (2013), Is It
    All About the Tails? The Palma Measure of Income Inequality.

    Examples
    --------
    >>> round(palma_ratio([1.0, 2, 4, 5, 8, 9, 10, 12, 19, 30]), 4)
    2.5
    """
    sample = treat_negative(as_sample(income, weight, domain), negative, "The Palma ratio")
    return _tail_ratio(sample, 0.4, 0.9, quantile_rule).ratio


@linearises(palma_ratio)
def palma_ratio_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
    negative: Negative = "keep",
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the Palma ratio with its influence values.

    Parameters
    ----------
    income, weight, domain, quantile_rule, negative, bandwidth
        As in `quintile_share_ratio_linearised`.

    Returns
    -------
    Linearised
        Ratio and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `quintile_share_ratio_linearised`.

    Notes
    -----
    With the income totals :math:`T_t` of the richest tenth and :math:`T_b` of the poorest 40 %,
    :math:`u_i = (u_i(\hat T_t) - \hat R\, u_i(\hat T_b)) / \hat T_b`; the influence of a total
    below a quantile is that of `quintile_share_ratio_linearised`. Osier (2009),
    doi:10.18148/srm/2009.v3i3.369.

    Examples
    --------
    >>> round(palma_ratio_linearised([1.0, 2, 4, 5, 8, 9, 10, 12, 19, 30]).estimate, 4)
    2.5
    """
    sample = treat_negative(as_sample(income, weight, domain), negative, "The Palma ratio")
    return _tail_ratio_linearised(sample, 0.4, 0.9, quantile_rule, bandwidth)


def generalised_entropy(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    alpha: float,
    domain: npt.ArrayLike | None = None,
    nonpositive: Nonpositive = "fail",
) -> float:
    r"""Return a generalised entropy index.

    Parameters
    ----------
    income, weight, domain
        As in `lorenz_curve`.
    alpha : float
        Sensitivity: 0 is the mean log deviation, 1 the Theil index, 2 half the squared
        coefficient of variation. The smaller, the more weight on low incomes.
    nonpositive : {"fail", "drop"}
        Zero and negative incomes: refuse them (default), or leave them out of the domain.

    Returns
    -------
    float
        Index, at least 0.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, the domain has no
        weight, or an income is not positive.

    Notes
    -----
    .. math:: GE_\alpha = \frac{1}{\alpha(\alpha-1)}
              \Bigl[\frac{1}{\hat N}\sum w_i (y_i/\bar y)^\alpha - 1\Bigr], \quad
              GE_0 = \frac{1}{\hat N}\sum w_i \ln\frac{\bar y}{y_i}, \quad
              GE_1 = \frac{1}{\hat N}\sum w_i \frac{y_i}{\bar y}\ln\frac{y_i}{\bar y}

    Shorrocks (1980), doi:10.2307/1913126.

    Examples
    --------
    >>> round(generalised_entropy([5.0, 20, 25, 50], alpha=2), 4)
    0.21
    """
    return _entropy(as_sample(income, weight, domain), alpha, nonpositive).estimate


@linearises(generalised_entropy)
def generalised_entropy_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    alpha: float,
    domain: npt.ArrayLike | None = None,
    nonpositive: Nonpositive = "fail",
) -> Linearised:
    r"""Return a generalised entropy index with its influence values.

    Parameters
    ----------
    income, weight, alpha, domain, nonpositive
        As in `generalised_entropy`.

    Returns
    -------
    Linearised
        Index and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `generalised_entropy`.

    Notes
    -----
    With :math:`r_i = y_i / \bar y` and :math:`\hat M = \hat N^{-1} \sum w_i r_i^\alpha`,

    .. math:: u_i = \frac{r_i^\alpha - \hat M - \alpha \hat M (r_i - 1)}
              {\hat N \alpha (\alpha - 1)}, \quad
              \frac{-\ln r_i - \hat I + r_i - 1}{\hat N}, \quad
              \frac{r_i \ln r_i - \hat I - (1 + \hat I)(r_i - 1)}{\hat N}

    for :math:`\alpha` other than 0 and 1, 0 and 1, with the index I. Biewen and Jenkins (2006),
    doi:10.1111/j.1468-0084.2006.00166.x.

    Examples
    --------
    >>> round(generalised_entropy_linearised([5.0, 20, 25, 50], alpha=2).estimate, 4)
    0.21
    """
    return _entropy(as_sample(income, weight, domain), alpha, nonpositive)


def theil_index(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    nonpositive: Nonpositive = "fail",
) -> float:
    """Return the Theil index, the generalised entropy index of alpha 1.

    Parameters
    ----------
    income, weight, domain, nonpositive
        As in `generalised_entropy`.

    Returns
    -------
    float
        Index, at least 0.

    Raises
    ------
    TypeError, ValueError
        As in `generalised_entropy`.

    Examples
    --------
    >>> round(theil_index([1.0, 2, 4, 5, 8, 9, 10, 12, 19, 30]), 4)
    0.3196
    """
    return generalised_entropy(income, weight, alpha=1, domain=domain, nonpositive=nonpositive)


def mean_log_deviation(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    nonpositive: Nonpositive = "fail",
) -> float:
    """Return the mean log deviation, the generalised entropy index of alpha 0.

    Parameters
    ----------
    income, weight, domain, nonpositive
        As in `generalised_entropy`.

    Returns
    -------
    float
        Index, at least 0.

    Raises
    ------
    TypeError, ValueError
        As in `generalised_entropy`.

    Examples
    --------
    >>> round(mean_log_deviation([1.0, 2, 4, 5, 8, 9, 10, 12, 19, 30]), 4)
    0.3927
    """
    return generalised_entropy(income, weight, alpha=0, domain=domain, nonpositive=nonpositive)


def entropy_decomposition(
    income: npt.ArrayLike,
    group: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    alpha: float,
    domain: npt.ArrayLike | None = None,
    nonpositive: Nonpositive = "fail",
) -> EntropyDecomposition:
    r"""Split a generalised entropy index into inequality within and between groups.

    Parameters
    ----------
    income, weight, alpha, domain, nonpositive
        As in `generalised_entropy`.
    group : array_like, shape (n,)
        Group of each person.

    Returns
    -------
    EntropyDecomposition
        Total, within, between and a table of the groups.

    Raises
    ------
    TypeError, ValueError
        As in `generalised_entropy`; ``ValueError`` also where a group is missing.

    Notes
    -----
    With population shares :math:`f_g` and income shares :math:`v_g`,

    .. math:: GE_\alpha = \sum_g v_g^\alpha f_g^{1-\alpha} GE_{\alpha,g} + GE_\alpha(\bar y_g)

    Shorrocks (1984), doi:10.2307/1913511.

    Examples
    --------
    >>> parts = entropy_decomposition([1.0, 3, 5, 7], ["a", "a", "b", "b"], alpha=1)
    >>> round(parts.within, 4), round(parts.between, 4)
    (0.0432, 0.1308)
    """
    sample = as_sample(income, weight, domain, group=group)
    sample = positive_only(sample, nonpositive, "The index")
    inside = sample.inside & (sample.weights > 0)
    codes = _complete_groups(np.asarray(group)[inside])
    names = pd.factorize(np.asarray(group)[inside], sort=True)[1]
    values, weights = sample.numbers[inside], sample.weights[inside]
    sizes = np.bincount(codes, weights=weights)
    totals = np.bincount(codes, weights=weights * values)
    population, incomes = sizes / sizes.sum(), totals / totals.sum()
    indices = np.array(
        [
            _entropy(as_sample(values[codes == g], weights[codes == g], None), alpha).estimate
            for g in range(len(names))
        ]
    )
    contributions = incomes**alpha * population ** (1 - alpha) * indices
    table = pd.DataFrame(
        {
            "group": names,
            "population_share": population,
            "income_share": incomes,
            "mean": totals / sizes,
            "index": indices,
            "contribution": contributions,
        }
    )
    between = _entropy(as_sample(totals / sizes, sizes, None), alpha).estimate
    total = _entropy(as_sample(values, weights, None), alpha).estimate
    return EntropyDecomposition(total, float(contributions.sum()), between, table)


def entropy_decomposition_linearised(
    income: npt.ArrayLike,
    group: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    alpha: float,
    domain: npt.ArrayLike | None = None,
    nonpositive: Nonpositive = "fail",
) -> dict[str, Linearised]:
    r"""Return inequality within and between groups with influence values.

    Parameters
    ----------
    income, group, weight, alpha, domain, nonpositive
        As in `entropy_decomposition`.

    Returns
    -------
    dict of str to Linearised
        ``total``, ``within``, ``between`` and ``between_share`` (``between`` over ``total``; NaN
        without inequality).

    Raises
    ------
    TypeError, ValueError
        As in `entropy_decomposition`.

    Notes
    -----
    The part between is the index of the group means :math:`m_g`: its influence is that of an index
    of persons who all have the mean of their group, and what the person moves that mean by,

    .. math:: \frac{y_i - m_g}{\hat N m}\bigl(\varphi'(m_g/m)
              - \overline{(m_k/m)\,\varphi'(m_k/m)}\bigr), \qquad
              \varphi'(r) = \frac{r^{\alpha-1}}{\alpha-1}, \quad
              -\frac{1}{r}, \quad \ln r + 1

    for :math:`\alpha` other than 0 and 1, 0 and 1, where the bar is the weighted mean over
    persons. By the rules of Deville (1999), Survey Methodology 25, 193-203.

    Examples
    --------
    >>> parts = entropy_decomposition_linearised([1.0, 3, 5, 7], ["a", "a", "b", "b"], alpha=1)
    >>> sorted(parts)
    ['between', 'between_share', 'total', 'within']
    """
    sample = as_sample(income, weight, domain, group=group)
    sample = positive_only(sample, nonpositive, "The index")
    inside = sample.inside & (sample.weights > 0)
    codes = _complete_groups(np.asarray(group)[inside])
    values, weights = sample.numbers[inside], sample.weights[inside]
    size = float(weights.sum())
    mean = dot(weights, values) / size
    means = (np.bincount(codes, weights * values) / np.bincount(codes, weights))[codes]
    relative = means / mean
    if alpha == 0:
        slope = -1 / relative
    elif alpha == 1:
        slope = np.log(relative) + 1
    else:
        slope = relative ** (alpha - 1) / (alpha - 1)
    pull = (values - means) / mean * (slope - dot(weights, relative * slope) / size) / size
    total = _entropy(as_sample(values, weights, None), alpha)
    of_means = _entropy(as_sample(means, weights, None), alpha)
    between = Linearised(of_means.estimate, of_means.influence + pull)
    within = linear_combination((1.0, total), (-1.0, between))
    parts = {
        "total": total,
        "within": within,
        "between": between,
        "between_share": ratio(between, total),
    }
    everyone = Sample(sample.numbers, sample.weights, inside)
    return {
        name: Linearised(part.estimate, everyone.spread(part.influence))
        for name, part in parts.items()
    }


def atkinson_index(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    epsilon: float,
    domain: npt.ArrayLike | None = None,
    nonpositive: Nonpositive = "fail",
) -> float:
    r"""Return an Atkinson index.

    Parameters
    ----------
    income, weight, domain, nonpositive
        As in `generalised_entropy`.
    epsilon : float
        Aversion to inequality, positive.

    Returns
    -------
    float
        Share of income that equality would save, in [0, 1).

    Raises
    ------
    TypeError, ValueError
        As in `generalised_entropy`; ``ValueError`` also where ``epsilon`` is not positive.

    Notes
    -----
    .. math:: A_\epsilon = 1 - \frac{1}{\bar y}
              \Bigl[\frac{1}{\hat N}\sum w_i y_i^{1-\epsilon}\Bigr]^{1/(1-\epsilon)}

    and one minus the ratio of geometric and arithmetic mean for :math:`\epsilon = 1`. Atkinson
    (1970), doi:10.1016/0022-0531(70)90039-6.

    Examples
    --------
    >>> round(atkinson_index([5.0, 20, 25, 50], epsilon=1), 4)
    0.2479
    """
    return _atkinson(as_sample(income, weight, domain), epsilon, nonpositive).estimate


@linearises(atkinson_index)
def atkinson_index_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    epsilon: float,
    domain: npt.ArrayLike | None = None,
    nonpositive: Nonpositive = "fail",
) -> Linearised:
    r"""Return an Atkinson index with its influence values.

    Parameters
    ----------
    income, weight, epsilon, domain, nonpositive
        As in `atkinson_index`.

    Returns
    -------
    Linearised
        Index and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `atkinson_index`.

    Notes
    -----
    With :math:`r_i = y_i / \bar y`, :math:`\hat M = \hat N^{-1} \sum w_i r_i^{1-\epsilon}` and
    :math:`e = \hat M^{1/(1-\epsilon)}`,

    .. math:: u_i = \frac{e}{\hat N} \Bigl[r_i - 1
              - \frac{r_i^{1-\epsilon} - \hat M}{(1 - \epsilon) \hat M}\Bigr], \qquad
              u_i = \frac{e}{\hat N} \bigl[r_i - 1 - \ln r_i + \ln e\bigr]
              \quad (\epsilon = 1, \; \ln e = \hat N^{-1} \textstyle\sum w_i \ln r_i)

    Biewen and Jenkins (2006), doi:10.1111/j.1468-0084.2006.00166.x.

    Examples
    --------
    >>> round(atkinson_index_linearised([5.0, 20, 25, 50], epsilon=1).estimate, 4)
    0.2479
    """
    return _atkinson(as_sample(income, weight, domain), epsilon, nonpositive)


def zenga_index(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    ranking: Ranking = "midpoint",
    negative: Negative = "fail",
) -> float:
    r"""Return the Zenga index of inequality of 2007.

    Parameters
    ----------
    income, weight, domain
        As in `lorenz_curve`.
    ranking : {"midpoint", "cumulative"}
        Which part of a unit and its ties counts as below it: half (default), or its weight but
        not its income (R package convey). The second depends on the order of equal incomes.
    negative : {"zero", "fail"}
        Negative incomes: refuse them (default), or count them as zero.

    Returns
    -------
    float
        Index in [0, 1]: one minus the mean ratio of the mean income below a person to the mean
        income above.

    Raises
    ------
    TypeError, ValueError
        As in `lorenz_curve`; ``ValueError`` also for negative incomes and unknown options.

    Notes
    -----
    With the weight :math:`H_i` and income :math:`K_i` below i,

    .. math:: Z = 1 - \int_0^1 \frac{L(p)}{p} \frac{1 - p}{1 - L(p)} \, dp, \qquad
              \hat Z = 1 - \frac{1}{\hat N} \sum_i w_i
              \frac{K_i (\hat N - H_i)}{H_i (\hat T - K_i)}

    Zenga (2007), Statistica & Applicazioni 5, 3-27; Langel and Tillé (2012),
    doi:10.1007/s00184-011-0369-1.

    Examples
    --------
    >>> round(zenga_index([1.0, 2, 4, 5, 8, 9, 10, 12, 19, 30]), 4)
    0.7819
    """
    return zenga_index_linearised(
        income, weight, domain=domain, ranking=ranking, negative=negative
    ).estimate


@linearises(zenga_index)
def zenga_index_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    ranking: Ranking = "midpoint",
    negative: Negative = "fail",
) -> Linearised:
    r"""Return the Zenga index with its influence values.

    Parameters
    ----------
    income, weight, domain, ranking, negative
        As in `zenga_index`.

    Returns
    -------
    Linearised
        Index and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `zenga_index`.

    Notes
    -----
    With :math:`\rho_j = K_j (\hat N - H_j) / (H_j (\hat T - K_j))`, whose mean is
    :math:`\bar\rho = 1 - \hat Z`, and the share :math:`k_{ij}` of unit i that counts as below j (1,
    for i and its ties one half, or 0),

    .. math:: u_i = -\frac{1}{\hat N} \Bigl[\rho_i - \bar\rho + \sum_j w_j \rho_j \Bigl(
              \frac{k_{ij} y_i}{K_j} + \frac{(k_{ij} - 1)\, y_i}{\hat T - K_j}
              - \frac{k_{ij}}{H_j} + \frac{1 - k_{ij}}{\hat N - H_j}\Bigr)\Bigr]

    Langel and Tillé (2012), doi:10.1007/s00184-011-0369-1.

    Examples
    --------
    >>> round(zenga_index_linearised([1.0, 2, 4, 5, 8, 9, 10, 12, 19, 30]).estimate, 4)
    0.7819
    """
    require_choice(ranking, ("midpoint", "cumulative"), "ranking")
    require_choice(negative, ("zero", "fail"), "negative")
    sample = _with_total(income, weight, domain, negative, "The Zenga index")
    carries = sample.inside & (sample.weights > 0)
    sample = Sample(sample.numbers, sample.weights, carries)
    units = ordered(sample.domain_values, sample.domain_weights, stable=ranking == "cumulative")
    values, weights = units.numbers, units.weights
    mass = weights * values
    size, total = float(weights.sum()), float(mass.sum())
    if ranking == "midpoint":
        persons, incomes = units.below(weights), units.below(mass)
    else:
        persons, incomes = np.cumsum(weights), np.cumsum(mass) - mass
    fewer, less = size - persons, total - incomes
    if ranking == "cumulative":
        fewer[-1] = 0.0
    ratios = incomes * fewer / (persons * less)
    level = dot(weights, ratios) / size

    def of_those_above(terms: FloatArray, own: float) -> FloatArray:
        if ranking == "midpoint":
            return np.asarray(terms.sum() - units.below(terms))
        return np.asarray(terms.sum() - np.cumsum(terms) + own * terms)

    by_income = weights * fewer / (persons * less)
    by_persons = weights * ratios / persons
    by_fewer = weights * incomes / (persons * less)
    by_less = weights * ratios / less
    slopes = (
        ratios
        - level
        + values * of_those_above(by_income + by_less, 0.0)
        - of_those_above(by_persons + by_fewer, 1.0)
        + by_fewer.sum()
        - values * by_less.sum()
    )
    return Linearised(1 - level, sample.spread(units.unsort(-slopes / size)))


def concentration_index(
    outcome: npt.ArrayLike,
    rank_by: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    correction: Correction = "none",
    bounds: tuple[float, float] = (0.0, 1.0),
) -> float:
    r"""Return the concentration index of an outcome over the ranks of another variable.

    Parameters
    ----------
    outcome : array_like of float, shape (n,)
        Outcome, as spending, health or a 0/1 variable.
    rank_by : array_like of float, shape (n,)
        Variable that ranks the units, as equivalised income. Units of equal value share the mean
        of their ranks.
    weight, domain
        As in `lorenz_curve`.
    correction : {"none", "wagstaff", "erreygers"}
        For a bounded outcome: none (default), Wagstaff's or Erreygers' index.
    bounds : tuple of float
        Least and greatest possible outcome, for the corrections.

    Returns
    -------
    float
        Index; negative where the outcome is concentrated among the poor. In [-1, 1] where no
        outcome is negative.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, the domain has no
        weight, the total outcome is not positive, or, with a correction, the bounds do not hold
        or the mean lies on one of them.

    Notes
    -----
    With the fractional rank :math:`R_i` (weight below plus half the weight at the rank, over N),
    mean :math:`\mu` and bounds a, b,

    .. math:: C = \frac{2}{\hat N \mu} \sum_i w_i h_i R_i - 1, \quad
              W = \frac{\mu (b - a)}{(b - \mu)(\mu - a)} C, \quad
              E = \frac{4 \mu}{b - a} C

    Kakwani, Wagstaff and van Doorslaer (1997), doi:10.1016/S0304-4076(96)01807-6; Wagstaff
    (2005), doi:10.1002/hec.953; Erreygers (2009), doi:10.1016/j.jhealeco.2008.02.003.

    Examples
    --------
    >>> concentration_index([0.0, 0, 1, 1], [10, 20, 30, 40])
    0.5
    """
    return concentration_index_linearised(
        outcome, rank_by, weight, domain=domain, correction=correction, bounds=bounds
    ).estimate


@linearises(concentration_index)
def concentration_index_linearised(
    outcome: npt.ArrayLike,
    rank_by: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    correction: Correction = "none",
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Linearised:
    r"""Return a concentration index with its influence values.

    Parameters
    ----------
    outcome, rank_by, weight, domain, correction, bounds
        As in `concentration_index`.

    Returns
    -------
    Linearised
        Index and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `concentration_index`.

    Notes
    -----
    The rank is estimated too. With the weight :math:`B_i` below i and the outcome :math:`A_i` above
    it, each with half of its ties,

    .. math:: u_i = \frac{2 (h_i B_i + A_i)}{\hat N \hat T}
              - (\hat C + 1)\Bigl(\frac{1}{\hat N} + \frac{h_i}{\hat T}\Bigr)

    and with a correction :math:`k(\mu)\, C` the influence
    :math:`k u_i + \hat C k'(\hat\mu)(h_i - \hat\mu)/\hat N`. By the rules of Deville (1999), Survey
    Methodology 25, 193-203.

    Examples
    --------
    >>> concentration_index_linearised([0.0, 0, 1, 1], [10, 20, 30, 40]).estimate
    0.5
    """
    require_choice(correction, ("none", "wagstaff", "erreygers"), "correction")
    sample = _with_total(
        outcome, weight, domain, "keep", "The concentration index", "outcome", rank_by=rank_by
    )
    ranks = as_numbers(rank_by, "rank_by")[sample.inside]
    values, weights = sample.domain_values, sample.domain_weights
    index, influence = _concentration(values, ranks, weights)
    if correction == "none":
        return Linearised(index, sample.spread(influence))
    low, high = bounds
    outside = int(((values < low) | (values > high)).sum())
    if outside or not low < high:
        raise ValueError(
            f"{outside} outcome(s) of the domain lie outside the bounds {low} to {high}: "
            "give the least and the greatest possible outcome."
        )
    size = float(weights.sum())
    mean = dot(weights, values) / size
    if correction == "erreygers":
        factor, slope = 4 * mean / (high - low), 4 / (high - low)
    else:
        if mean in (low, high):
            raise UndefinedError(
                "Wagstaff's index is undefined: the mean equals one of the bounds."
            )
        factor = mean * (high - low) / ((high - mean) * (mean - low))
        slope = factor * (1 / mean + 1 / (high - mean) - 1 / (mean - low))
    influence = factor * influence + index * slope * (values - mean) / size
    return Linearised(factor * index, sample.spread(influence))


def kakwani_index(
    income: npt.ArrayLike,
    burden: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    negative: Negative = "keep",
) -> float:
    """Return the Kakwani index of progressivity of a tax or burden.

    Parameters
    ----------
    income : array_like of float, shape (n,)
        Income before the burden.
    burden : array_like of float, shape (n,)
        Tax, price or expenditure of the same unit, in the unit of income.
    weight, domain, negative
        As in `lorenz_curve`; ``negative`` is for the income.

    Returns
    -------
    float
        Concentration of the burden minus Gini of income: positive for a progressive, negative
        for a regressive burden, 0 for a proportional one.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, the domain has no
        weight, or the total income or burden is not positive.

    Notes
    -----
    Kakwani (1977), Economic Journal 87, 71-80.

    Examples
    --------
    >>> round(kakwani_index([10.0, 20, 30, 40], [1, 1, 1, 1]), 4)
    -0.25
    """
    return kakwani_index_linearised(
        income, burden, weight, domain=domain, negative=negative
    ).estimate


@linearises(kakwani_index)
def kakwani_index_linearised(
    income: npt.ArrayLike,
    burden: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    negative: Negative = "keep",
) -> Linearised:
    r"""Return the Kakwani index with its influence values.

    Parameters
    ----------
    income, burden, weight, domain, negative
        As in `kakwani_index`.

    Returns
    -------
    Linearised
        Index and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `kakwani_index`.

    Notes
    -----
    :math:`u_i(K) = u_i(C_T) - u_i(G_X)`: both are concentration indices over the ranks of income,
    with the influence of `concentration_index_linearised`. Deville (1999), Survey Methodology 25,
    193-203.

    Examples
    --------
    >>> round(kakwani_index_linearised([10.0, 20, 30, 40], [1, 1, 1, 1]).estimate, 4)
    -0.25
    """
    sample, incomes, burdens = _incidence(income, burden, weight, domain, negative)
    weights = sample.domain_weights
    concentration, along = _concentration(burdens, incomes, weights)
    inequality, across = _concentration(incomes, incomes, weights)
    return Linearised(concentration - inequality, sample.spread(along - across))


def suits_index(
    income: npt.ArrayLike,
    burden: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    negative: Negative = "keep",
) -> float:
    r"""Return the Suits index of progressivity of a tax or burden.

    Parameters
    ----------
    income, burden, weight, domain, negative
        As in `kakwani_index`.

    Returns
    -------
    float
        Index in [-1, 1] where nothing is negative: -1 where the poorest bear all, 0 for a
        proportional burden, 1 where the richest bear all.

    Raises
    ------
    TypeError, ValueError
        As in `kakwani_index`.

    Notes
    -----
    :math:`S = 1 - 2 \int_0^1 B(x)\,dx` with the cumulative burden share B over the cumulative
    income share x, by the trapezoid rule; units of equal income make one step. Suits (1977),
    American Economic Review 67, 747-752.

    Examples
    --------
    >>> round(suits_index([10.0, 20, 30, 40], [1, 1, 1, 1]), 4)
    -0.25
    """
    return suits_index_linearised(income, burden, weight, domain=domain, negative=negative).estimate


@linearises(suits_index)
def suits_index_linearised(
    income: npt.ArrayLike,
    burden: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    negative: Negative = "keep",
) -> Linearised:
    r"""Return the Suits index with its influence values.

    Parameters
    ----------
    income, burden, weight, domain, negative
        As in `kakwani_index`.

    Returns
    -------
    Linearised
        Index and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `kakwani_index`.

    Notes
    -----
    With the area :math:`A = (1 - S)/2` below the curve, the burden :math:`B_i` of the units below i
    and the income :math:`Y_i` of those above it, each with half of its ties,

    .. math:: u_i = -2 \Bigl[\frac{y_i B_i + b_i Y_i}{\hat T_Y \hat T_B}
              - \hat A \Bigl(\frac{y_i}{\hat T_Y} + \frac{b_i}{\hat T_B}\Bigr)\Bigr]

    By the rules of Deville (1999), Survey Methodology 25, 193-203.

    Examples
    --------
    >>> round(suits_index_linearised([10.0, 20, 30, 40], [1, 1, 1, 1]).estimate, 4)
    -0.25
    """
    sample, incomes, burdens = _incidence(income, burden, weight, domain, negative)
    weights = sample.domain_weights
    pairs = ranked_sum(incomes, weights, incomes, burdens)
    income_total, burden_total = dot(weights, incomes), dot(weights, burdens)
    area = pairs.total / (income_total * burden_total)
    influence = pairs.derivative / (income_total * burden_total) - area * (
        incomes / income_total + burdens / burden_total
    )
    return Linearised(1 - 2 * area, sample.spread(-2 * influence))


def redistribution(
    income: npt.ArrayLike,
    burden: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    negative: Negative = "keep",
) -> Redistribution:
    r"""Return the Reynolds-Smolensky index with its vertical and re-ranking parts.

    Parameters
    ----------
    income, burden, weight, domain, negative
        As in `kakwani_index`.

    Returns
    -------
    Redistribution
        Index and its parts.

    Raises
    ------
    TypeError, ValueError
        As in `kakwani_index`; ``ValueError`` also where the burden takes all income.

    Notes
    -----
    .. math:: RS = G_X - G_{X-T} = \frac{t}{1-t} K - R, \qquad R = G_{X-T} - C_{X-T}

    Reynolds and Smolensky (1977), Public Expenditures, Taxes, and the Distribution of Income;
    Kakwani (1984), Advances in Econometrics 3, 149-168; Lambert (2001), The Distribution and
    Redistribution of Income.

    Examples
    --------
    >>> effect = redistribution([10.0, 20, 30, 40], [0, 2, 6, 12])
    >>> [round(part, 4) for part in effect]
    [0.0625, 0.0625, 0.0, 0.25, 0.2]
    """
    parts = redistribution_linearised(income, burden, weight, domain=domain, negative=negative)
    return Redistribution(**{name: part.estimate for name, part in parts.items()})


def redistribution_linearised(
    income: npt.ArrayLike,
    burden: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    negative: Negative = "keep",
) -> dict[str, Linearised]:
    r"""Return the parts of a redistribution with their influence values.

    Parameters
    ----------
    income, burden, weight, domain, negative
        As in `kakwani_index`.

    Returns
    -------
    dict of str to Linearised
        ``reynolds_smolensky``, ``vertical``, ``reranking``, ``kakwani`` and ``burden_share``, as
        in `Redistribution`.

    Raises
    ------
    TypeError, ValueError
        As in `redistribution`.

    Notes
    -----
    Differences and ratios of linearised indices: with the burden share :math:`t`,
    :math:`u_i(V) = u_i(t) K/(1-t)^2 + u_i(K)\,t/(1-t)` for the vertical part. Deville (1999),
    Survey Methodology 25, 193-203. Re-ranking is never negative: where it is near zero an interval
    from its standard error is not to be trusted.

    Examples
    --------
    >>> sorted(redistribution_linearised([10.0, 20, 30, 40], [0, 2, 6, 12]))
    ['burden_share', 'kakwani', 'reranking', 'reynolds_smolensky', 'vertical']
    """
    sample, incomes, burdens = _incidence(income, burden, weight, domain, negative)
    weights = sample.domain_weights
    after = _after_burden(incomes, burdens, weights)
    total = dot(weights, incomes)
    share = dot(weights, burdens) / total
    before_gini = Linearised(*_concentration(incomes, incomes, weights))
    after_gini = Linearised(*_concentration(after, after, weights))
    after_ranked = Linearised(*_concentration(after, incomes, weights))
    burden_ranked = Linearised(*_concentration(burdens, incomes, weights))
    burden_share = Linearised(share, (burdens - share * incomes) / total)
    kakwani = linear_combination((1.0, burden_ranked), (-1.0, before_gini))
    vertical = Linearised(
        share / (1 - share) * kakwani.estimate,
        burden_share.influence * kakwani.estimate / (1 - share) ** 2
        + kakwani.influence * share / (1 - share),
    )
    parts = {
        "reynolds_smolensky": linear_combination((1.0, before_gini), (-1.0, after_gini)),
        "vertical": vertical,
        "reranking": linear_combination((1.0, after_gini), (-1.0, after_ranked)),
        "kakwani": kakwani,
        "burden_share": burden_share,
    }
    return {
        name: Linearised(part.estimate, sample.spread(part.influence))
        for name, part in parts.items()
    }


def kitagawa(
    share_a: npt.ArrayLike, rate_a: npt.ArrayLike, share_b: npt.ArrayLike, rate_b: npt.ArrayLike
) -> RateDecomposition:
    r"""Split the difference of two rates into composition and group-specific rates.

    Parameters
    ----------
    share_a, share_b : array_like of float, shape (n_groups,)
        Population shares of the groups in both populations; each sums to 1.
    rate_a, rate_b : array_like of float, shape (n_groups,)
        Rates of the groups.

    Returns
    -------
    RateDecomposition
        Rate of a minus rate of b, and its two parts.

    Raises
    ------
    TypeError
        If a value is not numeric.
    ValueError
        If lengths differ, a value is missing, or shares are negative or do not sum to 1.

    Notes
    -----
    .. math:: \sum_g (p_g^a - p_g^b)\frac{r_g^a + r_g^b}{2}
              + \sum_g (r_g^a - r_g^b)\frac{p_g^a + p_g^b}{2}

    Kitagawa (1955), doi:10.1080/01621459.1955.10501299.

    Examples
    --------
    >>> parts = kitagawa([0.5, 0.5], [0.2, 0.4], [0.8, 0.2], [0.1, 0.3])
    >>> [round(part, 4) for part in parts]
    [0.16, 0.06, 0.1]
    """
    check_lengths(share_a=share_a, rate_a=rate_a, share_b=share_b, rate_b=rate_b)
    shares = [as_numbers(share_a, "share_a"), as_numbers(share_b, "share_b")]
    rates = [as_numbers(rate_a, "rate_a"), as_numbers(rate_b, "rate_b")]
    for name, values in zip(("share_a", "share_b"), shares, strict=True):
        if (values < 0).any() or abs(float(values.sum()) - 1) > 1e-9:
            raise ValueError(f"{name} sums to {float(values.sum()):g}: give shares that sum to 1.")
    composition = float((shares[0] - shares[1]) @ (rates[0] + rates[1])) / 2
    rate = float((rates[0] - rates[1]) @ (shares[0] + shares[1])) / 2
    return RateDecomposition(composition + rate, composition, rate)


def kitagawa_linearised(
    outcome: npt.ArrayLike,
    group: npt.ArrayLike,
    population: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
) -> dict[str, Linearised]:
    r"""Split the difference of two rates of a sample, with influence values.

    Parameters
    ----------
    outcome : array_like of bool or float, shape (n,)
        Whether the person is counted by the rate (or a number whose mean is compared).
    group : array_like, shape (n,)
        Group of each person, whose composition differs.
    population : array_like of bool, shape (n,)
        True for population a, false for b: two groups of persons, or two samples in one design
        (`armutsexpertise.survey.design.stack`).
    weight : array_like of float, shape (n,), optional
        Person weights; default: each person counts once.
    domain : array_like of bool, shape (n,), optional
        Persons who count; default: all.

    Returns
    -------
    dict of str to Linearised
        ``difference`` (rate of a minus rate of b), ``composition`` and ``rate``, as in `kitagawa`.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, or a group has no
        weight in one of the populations.

    Notes
    -----
    With :math:`s_g` the mean and :math:`d_g` the difference of the two rates of a group, a person
    of group g in population a has

    .. math:: u_i(\text{composition}) = \frac{s_g - \sum_k p_k^a s_k}{\hat N_a}
              + \frac{p_g^a - p_g^b}{2}\,\frac{y_i - r_g^a}{\hat N_{ag}}, \qquad
              u_i(\text{rate}) = \frac{d_g - \sum_k p_k^a d_k}{2\hat N_a}
              + \frac{p_g^a + p_g^b}{2}\,\frac{y_i - r_g^a}{\hat N_{ag}}

    and in population b the same with the opposite sign where its shares or rates enter with it.
    Kitagawa (1955), doi:10.1080/01621459.1955.10501299; linearised by the rules of Deville (1999),
    Survey Methodology 25, 193-203.

    Examples
    --------
    >>> poor, city = [1, 0, 0, 1, 1, 0, 1], [True, True, True, False, False, False, False]
    >>> parts = kitagawa_linearised(poor, list("abbaabb"), city)
    >>> {name: round(part.estimate, 4) for name, part in parts.items()}
    {'difference': -0.4167, 'composition': -0.125, 'rate': -0.2917}
    """
    sample = as_sample(outcome, weight, domain, name="outcome", group=group, population=population)
    inside = sample.inside & (sample.weights > 0)
    codes = _complete_groups(np.asarray(group)[inside])
    in_a = as_mask(population, "population")[inside]
    values, weights = sample.numbers[inside], sample.weights[inside]
    count = int(codes.max()) + 1
    masses = np.array([np.bincount(codes, weights * part, count) for part in (in_a, ~in_a)])
    totals = np.array(
        [np.bincount(codes, weights * part * values, count) for part in (in_a, ~in_a)]
    )
    empty = int((masses == 0).any(axis=0).sum())
    if empty:
        raise UndefinedError(
            f"{empty} of {count} groups have nobody in one of the populations: merge groups."
        )
    rates, sizes = totals / masses, masses.sum(axis=1)
    shares = masses / sizes[:, None]
    middle, gap = rates.mean(axis=0), rates[0] - rates[1]
    shift, share = shares[0] - shares[1], shares.mean(axis=0)
    own = np.where(in_a, 0, 1)
    sign = np.where(in_a, 1.0, -1.0)
    residual = (values - rates[own, codes]) / masses[own, codes]
    moved = (middle[codes] - (shares @ middle)[own]) / sizes[own]
    composition = sign * moved + shift[codes] / 2 * residual
    rate = (gap[codes] - (shares @ gap)[own]) / (2 * sizes[own]) + sign * share[codes] * residual
    parts = {
        "composition": Linearised(float(shift @ middle), composition),
        "rate": Linearised(float(gap @ share), rate),
    }
    parts = {"difference": linear_combination(*((1.0, part) for part in parts.values())), **parts}
    everyone = Sample(sample.numbers, sample.weights, inside)
    return {
        name: Linearised(part.estimate, everyone.spread(part.influence))
        for name, part in parts.items()
    }


def oaxaca_blinder(
    outcome: npt.ArrayLike,
    covariates: pd.DataFrame,
    group: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    kind: Literal["threefold", "pooled"] = "threefold",
    domain: npt.ArrayLike | None = None,
) -> pd.Series:
    """Split the difference of two group means by linear regressions.

    Parameters
    ----------
    outcome, covariates, group, weight, kind, domain
        As in `oaxaca_blinder_linearised`.

    Returns
    -------
    Series of float
        ``difference`` (mean of a minus mean of b) and its components.

    Raises
    ------
    TypeError, ValueError
        As in `oaxaca_blinder_linearised`.

    Examples
    --------
    >>> years = pd.DataFrame({"years": [1.0, 2, 3, 2, 4, 6]})
    >>> women = [True, True, True, False, False, False]
    >>> oaxaca_blinder([10.0, 12, 14, 13, 19, 25], years, women).round(4).to_dict()
    {'difference': -7.0, 'endowments': -6.0, 'coefficients': -3.0, 'interaction': 2.0}
    """
    parts = oaxaca_blinder_linearised(outcome, covariates, group, weight, kind=kind, domain=domain)
    return pd.Series({name: part.estimate for name, part in parts.items()})


def oaxaca_blinder_linearised(
    outcome: npt.ArrayLike,
    covariates: pd.DataFrame,
    group: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    kind: Literal["threefold", "pooled"] = "threefold",
    domain: npt.ArrayLike | None = None,
) -> dict[str, Linearised]:
    r"""Split the difference of two group means by linear regressions, with influence values.

    Parameters
    ----------
    outcome : array_like of float, shape (n,)
        Outcome.
    covariates : DataFrame of float, shape (n, n_covariates)
        Covariates without constant, which is added; categories as dummies.
    group : array_like of bool, shape (n,)
        True for group a, false for group b.
    weight : array_like of float, shape (n,), optional
        Weights; default: each unit counts once.
    kind : {"threefold", "pooled"}
        Threefold from the viewpoint of group b: ``endowments``, ``coefficients`` and
        ``interaction``; or ``explained`` and ``unexplained`` by the coefficients of a regression
        of both groups with a dummy of the group.
    domain : array_like of bool, shape (n,), optional
        Units that count; default: all.

    Returns
    -------
    dict of str to Linearised
        ``difference`` (mean of a minus mean of b) and its components.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths differ, a value is missing, a weight is negative, a group has no weight, or
        covariates are collinear within a group.

    Notes
    -----
    .. math:: (\bar x_a - \bar x_b)'\beta_b + \bar x_b'(\beta_a - \beta_b)
              + (\bar x_a - \bar x_b)'(\beta_a - \beta_b)

    Oaxaca (1973), doi:10.2307/2525981; Blinder (1973), doi:10.2307/144855; Jann (2008),
    doi:10.1177/1536867X0800800401 (pooled with the dummy of the group). The influence of products
    of means and coefficients follows from theirs by the rules of Deville (1999), Survey
    Methodology 25, 193-203: the covariates count as random. With a recentred influence function
    as the outcome (`recentered_influence`, per group) it splits the difference of an index.

    Examples
    --------
    >>> years = pd.DataFrame({"years": [1.0, 2, 3, 2, 4, 6]})
    >>> women = [True, True, True, False, False, False]
    >>> parts = oaxaca_blinder_linearised([10.0, 12, 14, 13, 19, 25], years, women)
    >>> {name: round(part.estimate, 4) for name, part in parts.items()}
    {'difference': -7.0, 'endowments': -6.0, 'coefficients': -3.0, 'interaction': 2.0}
    """
    require_choice(kind, ("threefold", "pooled"), "kind")
    named = {f"covariate {c}": covariates[c] for c in covariates}
    sample = as_sample(outcome, weight, domain, name="outcome", group=group, **named)
    is_a = as_mask(group, "group")
    columns = [as_numbers(covariates[c], str(c)) for c in covariates]
    design = np.column_stack([np.ones(sample.numbers.size), *columns])
    weights = sample.weights * sample.inside
    parts = []
    for name, members in (("a", is_a), ("b", ~is_a)):
        inside = weights * members
        if not inside.sum() > 0:
            raise UndefinedError(f"Group {name} has no unit with weight: nothing can be compared.")
        mean = inside @ design / inside.sum()
        mean_influence = (design - mean) * (inside > 0)[:, None] / inside.sum()
        beta, beta_influence = _regression(sample.numbers, design, inside, f"group {name}")
        parts.append((mean, mean_influence, beta, beta_influence))
    (mean_a, dmean_a, beta_a, dbeta_a), (mean_b, dmean_b, beta_b, dbeta_b) = parts
    gap, dgap = mean_a - mean_b, dmean_a - dmean_b
    total = mean_a @ beta_a - mean_b @ beta_b
    dtotal = dmean_a @ beta_a + dbeta_a @ mean_a - dmean_b @ beta_b - dbeta_b @ mean_b
    if kind == "threefold":
        shift, dshift = beta_a - beta_b, dbeta_a - dbeta_b
        components = {
            "difference": (total, dtotal),
            "endowments": (gap @ beta_b, dgap @ beta_b + dbeta_b @ gap),
            "coefficients": (mean_b @ shift, dmean_b @ shift + dshift @ mean_b),
            "interaction": (gap @ shift, dgap @ shift + dshift @ gap),
        }
    else:
        both = np.column_stack([design, is_a])
        beta, dbeta = _regression(sample.numbers, both, weights, "the pooled regression")
        beta, dbeta = beta[:-1], dbeta[:, :-1]
        explained, dexplained = gap @ beta, dgap @ beta + dbeta @ gap
        components = {
            "difference": (total, dtotal),
            "explained": (explained, dexplained),
            "unexplained": (total - explained, dtotal - dexplained),
        }
    return {name: Linearised(float(part[0]), part[1]) for name, part in components.items()}


def poverty_change(
    income_before: npt.ArrayLike,
    income_after: npt.ArrayLike,
    weight_before: npt.ArrayLike | None = None,
    weight_after: npt.ArrayLike | None = None,
    *,
    line_before: float,
    line_after: float,
    alpha: float = 0,
) -> PovertyChange:
    r"""Split a change in poverty into growth, distribution and line by the Shapley value.

    Parameters
    ----------
    income_before, income_after : array_like of float, shapes (n,) and (m,)
        Equivalised incomes of two samples.
    weight_before, weight_after : array_like of float, optional
        Their weights; default: each person counts once.
    line_before, line_after : float
        Poverty lines, in the unit of income.
    alpha : float
        Index of Foster, Greer and Thorbecke; 0 is the share of the poor.

    Returns
    -------
    PovertyChange
        Change and the parts of the mean, of the distribution around it and of the line.

    Raises
    ------
    TypeError, ValueError
        As in `foster_greer_thorbecke`; ``ValueError`` also where a mean is not positive.

    Notes
    -----
    Each part is the mean of its marginal contributions over the six orders in which mean,
    distribution and line can change. Shorrocks (2013), doi:10.1007/s10888-011-9214-z; Datt and
    Ravallion (1992), Journal of Development Economics 38, 275-295.

    Examples
    --------
    >>> change = poverty_change([5.0, 8, 25, 30], [12.0, 16, 25, 35], line_before=10, line_after=15)
    >>> [round(part, 4) for part in change]
    [-0.25, -0.2083, -0.2083, 0.1667]
    """
    samples = [
        _with_total(income_before, weight_before, None, "keep", "The decomposition"),
        _with_total(income_after, weight_after, None, "keep", "The decomposition"),
    ]
    means = [dot(s.weights, s.numbers) / float(s.weights.sum()) for s in samples]
    lines = (line_before, line_after)
    poverty: dict[tuple[int, int, int], float] = {}
    for state in np.ndindex(2, 2, 2):
        growth, distribution, line = (int(step) for step in state)
        sample = samples[distribution]
        factor = means[growth] / means[distribution] if growth != distribution else 1.0
        poverty[growth, distribution, line] = foster_greer_thorbecke(
            sample.numbers * factor, sample.weights, alpha=alpha, line=lines[line]
        )
    change = poverty[1, 1, 1] - poverty[0, 0, 0]
    return PovertyChange(
        change,
        *(
            sum(factor * poverty[state] for state, factor in _shapley_factors(part).items())
            for part in range(3)
        ),
    )


def poverty_change_linearised(
    income: npt.ArrayLike,
    after: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    line_before: float | Linearised | None = None,
    line_after: float | Linearised | None = None,
    alpha: float = 0,
    domain: npt.ArrayLike | None = None,
    bandwidth: float | None = None,
) -> dict[str, Linearised]:
    r"""Split a change in poverty by the Shapley value, with influence values.

    Parameters
    ----------
    income : array_like of float, shape (n,)
        Equivalised incomes of both samples, one below the other
        (`armutsexpertise.survey.design.stack`), or both waves of a panel.
    after : array_like of bool, shape (n,)
        Unit belongs to the later sample.
    weight : array_like of float, shape (n,), optional
        Person weights; default: each person counts once.
    line_before, line_after : float or Linearised, optional
        Poverty lines in the unit of income: a number is a fixed line; default: 60 % of the median
        of all persons of the sample.
    alpha : float
        Index of Foster, Greer and Thorbecke; 0 is the share of the poor.
    domain : array_like of bool, shape (n,), optional
        Persons whose poverty and mean are compared; default: all. The lines come from everybody.
    bandwidth : float, optional
        As in `armutsexpertise.poverty.at_risk_of_poverty_rate_linearised`.

    Returns
    -------
    dict of str to Linearised
        ``change``, ``growth``, ``distribution`` and ``line``, as in `PovertyChange`.

    Raises
    ------
    TypeError, ValueError
        As in `armutsexpertise.poverty.foster_greer_thorbecke_linearised`; ``ValueError`` also
        where a mean is not positive.

    Notes
    -----
    Poverty in one sample with the mean of the other is poverty below the line
    :math:`z\,\mu_d/\mu_g` with the mean :math:`\mu_d` of the sample and :math:`\mu_g` of the
    other, an estimated line with the influence

    .. math:: z\frac{\mu_d}{\mu_g}\Bigl(\frac{u_i(z)}{z} + \frac{u_i(\mu_d)}{\mu_d}
              - \frac{u_i(\mu_g)}{\mu_g}\Bigr)

    The parts are linear in the eight indices. Shorrocks (2013), doi:10.1007/s10888-011-9214-z, for
    the value; Deville (1999), Survey Methodology 25, 193-203, for the influence.

    Examples
    --------
    >>> income = [5.0, 8, 25, 30, 12, 16, 25, 35]
    >>> after = [False] * 4 + [True] * 4
    >>> parts = poverty_change_linearised(income, after, line_before=10.0, line_after=15.0)
    >>> {name: round(part.estimate, 4) for name, part in parts.items()}
    {'change': -0.25, 'growth': -0.2083, 'distribution': -0.2083, 'line': 0.1667}
    """
    sample = _with_total(income, weight, domain, "keep", "The decomposition", after=after)
    later = as_mask(after, "after")
    sides = (~later, later)
    means, lines = [], []
    for side, line in zip(sides, (line_before, line_after), strict=True):
        mean = _mean(Sample(sample.numbers, sample.weights, sample.inside & side))
        if not mean.estimate > 0:
            raise UndefinedError(
                f"The decomposition is undefined: a mean is {mean.estimate:g}, not positive."
            )
        means.append(mean)
        if line is None:
            line = poverty_line_linearised(
                sample.numbers, sample.weights, domain=side, bandwidth=bandwidth
            )
        lines.append(line)
    poverty: dict[tuple[int, int, int], Linearised] = {}
    for state in np.ndindex(2, 2, 2):
        growth, distribution, line_at = (int(step) for step in state)
        line = lines[line_at]
        if growth != distribution:
            line = _line_times_ratio(line, means[distribution], means[growth])
        poverty[growth, distribution, line_at] = foster_greer_thorbecke_linearised(
            sample.numbers,
            sample.weights,
            alpha=alpha,
            domain=sample.inside & sides[distribution],
            line=line,
            bandwidth=bandwidth,
        )
    parts = {"change": linear_combination((1.0, poverty[1, 1, 1]), (-1.0, poverty[0, 0, 0]))}
    for part, name in enumerate(("growth", "distribution", "line")):
        parts[name] = linear_combination(
            *((factor, poverty[state]) for state, factor in _shapley_factors(part).items())
        )
    return parts


def recentered_influence(linearised: Linearised, weight: npt.ArrayLike) -> FloatArray:
    r"""Return the recentered influence function of an index, unit by unit.

    Parameters
    ----------
    linearised : Linearised
        Index with its influence values, as from `gini_linearised`, of the whole sample.
    weight : array_like of float, shape (n,)
        The weights it was estimated with.

    Returns
    -------
    ndarray of float, shape (n,)
        Values whose weighted mean is the index. Their weighted least-squares regression on
        covariates is the RIF regression.

    Raises
    ------
    TypeError
        If a weight is not numeric.
    ValueError
        If a weight is missing or negative, or the number of weights is another.

    Notes
    -----
    :math:`RIF_i = \hat\theta + \hat N u_i`. Firpo, Fortin and Lemieux (2009),
    doi:10.3982/ECTA6822.

    Examples
    --------
    >>> gini_linearised([1.0, 3]).estimate
    0.25
    >>> recentered_influence(gini_linearised([1.0, 3]), [1, 1]).tolist()
    [0.375, 0.125]
    """
    weights = as_weights(weight, linearised.influence.size)
    check_lengths(influence=linearised.influence, weight=weights)
    return linearised.estimate + float(weights.sum()) * linearised.influence


def _mean(sample: Sample) -> Linearised:
    """Return the mean of the domain with its influence values."""
    size = float(sample.domain_weights.sum())
    if not size > 0:
        raise UndefinedError("One of the two samples has no unit with weight: nothing is compared.")
    mean = dot(sample.domain_weights, sample.domain_values) / size
    return Linearised(mean, sample.spread((sample.domain_values - mean) / size))


def _line_times_ratio(line: float | Linearised, top: Linearised, bottom: Linearised) -> Linearised:
    """Return a poverty line times the ratio of two means, with its influence values."""
    value, own = (line.estimate, line.influence) if isinstance(line, Linearised) else (line, 0.0)
    factor = ratio(top, bottom)
    return Linearised(value * factor.estimate, own * factor.estimate + value * factor.influence)


def _shapley_factors(part: int) -> dict[tuple[int, int, int], float]:
    """Return by which factor each state of three things enters the Shapley value of one."""
    factors: dict[tuple[int, int, int], float] = {}
    for order in permutations(range(3)):
        now = [0, 0, 0]
        for changed in order:
            was = (now[0], now[1], now[2])
            now[changed] = 1
            if changed == part:
                new = (now[0], now[1], now[2])
                factors[new] = factors.get(new, 0.0) + 1 / 6
                factors[was] = factors.get(was, 0.0) - 1 / 6
    return factors


def _complete_groups(group: npt.NDArray[np.generic]) -> npt.NDArray[np.intp]:
    """Return the groups numbered from 0 in their order, or raise where one is missing."""
    codes, _ = pd.factorize(group, sort=True)
    missing = int((codes < 0).sum())
    if missing:
        raise ValueError(f"group is missing for {missing} unit(s): complete it or use domain.")
    return codes


class _TailRatio(NamedTuple):
    """Ratio of two tail totals with the quantiles and totals behind it."""

    ratio: float
    low: float
    high: float
    poorest: float


def _with_total(
    values: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    domain: npt.ArrayLike | None,
    negative: Negative,
    index: str,
    name: str = "income",
    **along: npt.ArrayLike,
) -> Sample:
    """Return the checked sample, or raise `UndefinedError` where its total is not positive."""
    sample = as_sample(values, weight, domain, name=name, **along)
    sample = treat_negative(sample, negative, index)
    total = dot(sample.domain_weights, sample.domain_values)
    if not total > 0:
        raise UndefinedError(
            f"{index} is undefined: the total of {name} is {total:g}, not positive."
        )
    return sample


def _gini(values: FloatArray, weights: FloatArray, ranking: Ranking) -> float:
    """Return the Gini coefficient of checked values with a positive total."""
    require_choice(ranking, ("midpoint", "cumulative"), "ranking")
    units = ordered(values, weights)
    mass = units.weights * units.numbers
    cumulative = np.cumsum(units.weights)
    offset = dot(mass, units.weights) if ranking == "midpoint" else float(mass.sum())
    double = 2 * dot(mass, cumulative) - offset
    return double / (float(cumulative[-1]) * float(mass.sum())) - 1


def _require_shares(shares: Sequence[float]) -> None:
    """Raise ``ValueError`` unless each share of the population lies between 0 and 1, once."""
    for share in shares:
        require_share(share, "a share of the population")
    if len({f"{share:g}" for share in shares}) < len(shares):
        raise ValueError("shares names one share twice: give each once.")


def _concentration(
    values: FloatArray, ranks: FloatArray, weights: FloatArray
) -> tuple[float, FloatArray]:
    """Return the concentration index and its influence values within the domain."""
    ones = np.ones(values.size)
    pairs = ranked_sum(ranks, weights, values, ones)
    size, total = float(weights.sum()), dot(weights, values)
    index = 2 * pairs.total / (size * total) - 1
    influence = 2 * pairs.derivative / (size * total) - (index + 1) * (1 / size + values / total)
    return index, influence


def _curve(sample: Sample, rank_by: FloatArray) -> pd.DataFrame:
    """Return cumulative shares of population and variable, one point per distinct rank."""
    carries = sample.inside & (sample.weights > 0)
    units = ordered(rank_by[carries], sample.weights[carries])
    _, last = units.tie_ends()
    ends = np.unique(last)
    totals = np.cumsum(units.sort(sample.numbers[carries]) * units.weights)
    sizes = np.cumsum(units.weights)
    return pd.DataFrame(
        {
            "population_share": np.append(0.0, sizes[ends] / sizes[-1]),
            "share": np.append(0.0, totals[ends] / totals[-1]),
        }
    )


def _tail_ratio(sample: Sample, low: float, high: float, quantile_rule: QuantileRule) -> _TailRatio:
    """Return the total above the high quantile over the total up to the low one."""
    values, weights = sample.domain_values, sample.domain_weights
    lower = quantile(values, weights, low, quantile_rule)
    upper = quantile(values, weights, high, quantile_rule)
    rich = values > upper
    if not weights[rich].sum() > 0:
        raise UndefinedError(
            f"Nobody of the {values.size} unit(s) of the domain has more than the quantile "
            f"{high}: the ratio is undefined, merge the domain with another."
        )
    below = values <= lower
    poorest = dot(weights[below], values[below])
    if not poorest > 0:
        raise UndefinedError(
            f"The income total of the poorest {low:.0%} is {poorest:g}: the ratio is undefined, "
            'set negative="zero" or merge the domain with another.'
        )
    return _TailRatio(dot(weights[rich], values[rich]) / poorest, lower, upper, poorest)


def _tail_ratio_linearised(
    sample: Sample, low: float, high: float, quantile_rule: QuantileRule, bandwidth: float | None
) -> Linearised:
    """Return a ratio of tail totals with its influence values."""
    tails = _tail_ratio(sample, low, high, quantile_rule)
    values, weights = sample.domain_values, sample.domain_weights
    width = default_bandwidth(values, weights) if bandwidth is None else bandwidth

    def total_up_to(at: float, probability: float) -> FloatArray:
        below = values <= at
        slope = density(values, weights, at, width, values)
        slope /= positive_density(values, weights, at, width)
        return np.asarray(values * below + slope * (probability - below))

    richest = values - total_up_to(tails.high, high)
    influence = (richest - tails.ratio * total_up_to(tails.low, low)) / tails.poorest
    return Linearised(tails.ratio, sample.spread(influence))


def _entropy(sample: Sample, alpha: float, nonpositive: Nonpositive = "fail") -> Linearised:
    """Return a generalised entropy index with its influence values."""
    if not np.isfinite(alpha):
        raise ValueError(f"alpha is {alpha}: choose a finite number.")
    positive = positive_only(sample, nonpositive, "The generalised entropy index")
    values, weights = positive.domain_values, positive.domain_weights
    size = float(weights.sum())
    mean = dot(weights, values) / size
    relative = values / mean
    if alpha == 0:
        terms = -np.log(relative)
        index = dot(weights, terms) / size
        influence = terms - index + relative - 1
    elif alpha == 1:
        terms = relative * np.log(relative)
        index = dot(weights, terms) / size
        influence = terms - index - (1 + index) * (relative - 1)
    else:
        terms = relative**alpha
        level = dot(weights, terms) / size
        scale = alpha * (alpha - 1)
        index = (level - 1) / scale
        influence = (terms - level - alpha * level * (relative - 1)) / scale
    return Linearised(index, positive.spread(influence / size))


def _atkinson(sample: Sample, epsilon: float, nonpositive: Nonpositive) -> Linearised:
    """Return an Atkinson index with its influence values."""
    if not 0 < epsilon < np.inf:
        raise ValueError(f"epsilon is {epsilon}: choose a positive number.")
    positive = positive_only(sample, nonpositive, "The Atkinson index")
    values, weights = positive.domain_values, positive.domain_weights
    size = float(weights.sum())
    mean = dot(weights, values) / size
    relative = values / mean
    if epsilon == 1:
        terms = np.log(relative)
        level = dot(weights, terms) / size
        equivalent = float(np.exp(level))
        slope = equivalent
    else:
        terms = relative ** (1 - epsilon)
        level = dot(weights, terms) / size
        equivalent = level ** (1 / (1 - epsilon))
        slope = equivalent / (level * (1 - epsilon))
    influence = equivalent * (relative - 1) - slope * (terms - level)
    return Linearised(1 - equivalent, positive.spread(influence / size))


def _incidence(
    income: npt.ArrayLike,
    burden: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    domain: npt.ArrayLike | None,
    negative: Negative,
) -> tuple[Sample, FloatArray, FloatArray]:
    """Return the sample with incomes and burdens of the domain, both of positive total."""
    sample = _with_total(income, weight, domain, negative, "The index", burden=burden)
    burdens = _with_total(burden, weight, domain, "keep", "The index", "burden")
    return sample, sample.domain_values, burdens.domain_values


def _after_burden(incomes: FloatArray, burdens: FloatArray, weights: FloatArray) -> FloatArray:
    """Return income after the burden, or raise ``ValueError`` where none is left in total."""
    after = incomes - burdens
    if not dot(weights, after) > 0:
        raise UndefinedError("The burden takes all income: inequality after it is undefined.")
    return after


def _regression(
    outcome: FloatArray, design: FloatArray, weights: FloatArray, what: str
) -> tuple[FloatArray, FloatArray]:
    """Return weighted least-squares coefficients and their influence values."""
    root = np.sqrt(weights)
    if np.linalg.matrix_rank(design * root[:, None]) < design.shape[1]:
        raise UndefinedError(f"The covariates are collinear in {what}: leave one out.")
    beta, *_ = np.linalg.lstsq(design * root[:, None], outcome * root, rcond=None)
    bread = np.linalg.inv((design * weights[:, None]).T @ design)
    inside = weights > 0
    residual = (outcome - design @ beta) * inside
    return np.asarray(beta, dtype=np.float64), np.asarray((design * residual[:, None]) @ bread)
