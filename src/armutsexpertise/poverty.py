"""Income poverty: equivalence scales, poverty lines and indices, social exclusion.

Each index is a function of incomes and weights; its twin with the suffix ``_linearised`` adds
the influence values from which a survey design computes the standard error. A poverty line may
be a number, which is then fixed, or an estimate (``poverty_line_linearised``), whose own sampling
error is carried on. Domains (``domain``) restrict the index, never the line.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from armutsexpertise._weighted import (
    BoolArray,
    FloatArray,
    Negative,
    Nonpositive,
    QuantileRule,
    Sample,
    as_mask,
    as_numbers,
    as_sample,
    check_lengths,
    default_bandwidth,
    density,
    dot,
    positive_density,
    positive_only,
    quantile,
    quantile_influence,
    ranked_sum,
    require_choice,
    require_share,
    treat_negative,
)
from armutsexpertise.survey.linearised import Linearised, UndefinedError, linearises

LineBase = Literal["median", "mean"]
Scale = Literal["modified_oecd", "oecd", "square_root"] | tuple[float, float, float]

#: Share of the median income at the at-risk-of-poverty threshold.
DEFAULT_SHARE = 0.6

#: Weight of the first person of the adult age, each further one, and each child.
SCALES: dict[str, tuple[float, float, float]] = {
    "modified_oecd": (1.0, 0.5, 0.3),
    "oecd": (1.0, 0.7, 0.5),
}

#: The thirteen items of material and social deprivation: seven of the household, six of the
#: person. Each is an enforced lack: the household or person cannot afford it.
DEPRIVATION_ITEMS = (
    "unexpected_expenses",
    "holiday_week",
    "arrears",
    "meal_with_protein",
    "home_warm",
    "car",
    "replace_furniture",
    "internet",
    "replace_clothes",
    "two_pairs_of_shoes",
    "spending_money",
    "leisure_activity",
    "meet_friends_or_family",
)


def sample_bandwidth(income: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    r"""Return a bandwidth for densities that follows the number of persons in the sample.

    The default of the linearised indices falls with the sum of the weights and is too narrow
    where weights sum to a population; pass this one as ``bandwidth`` there.

    Parameters
    ----------
    income : array_like of float, shape (n,)
        Values whose density is wanted.
    weight : array_like of float, shape (n,), optional
        Weights of the persons; equal by default.

    Returns
    -------
    float
        Bandwidth in the unit of the values.

    Raises
    ------
    TypeError, ValueError
        As in `weighted_quantile`.

    Notes
    -----
    :math:`h = \hat\sigma\, n^{-1/5}` with the weighted standard deviation and the number of
    persons with a positive weight. Coverage with both bandwidths: docs/benchmarks.md.

    Examples
    --------
    >>> income = [500.0, 800, 1000, 1200, 1500, 1800, 2000, 2500, 3500, 5200]
    >>> round(sample_bandwidth(income, [90_000.0] * 10), 1) == round(sample_bandwidth(income), 1)
    True
    """
    sample = as_sample(income, weight, None)
    persons = int((sample.weights > 0).sum())
    total = float(sample.weights.sum())
    return default_bandwidth(sample.numbers, sample.weights) * float((total / persons) ** 0.2)


def equivalence_scale(
    adults: npt.ArrayLike, children: npt.ArrayLike, scale: Scale = "modified_oecd"
) -> FloatArray:
    r"""Return the equivalence weight of households.

    Parameters
    ----------
    adults : array_like of int, shape (n_households,)
        Persons of the adult age of the scale (14 and over for the OECD scales).
    children : array_like of int, shape (n_households,)
        Persons below that age.
    scale : {"modified_oecd", "oecd", "square_root"} or tuple of three floats
        Modified OECD scale 1.0, 0.5, 0.3; OECD (Oxford) scale 1.0, 0.7, 0.5; square root of the
        household size; or own weights of the first adult, each further adult and each child.

    Returns
    -------
    ndarray of float, shape (n_households,)
        Equivalent adults, positive.

    Raises
    ------
    TypeError
        If a count is not numeric.
    ValueError
        If a count is negative or not whole, a household has no adult (square root: nobody), or
        the scale is unknown or not positive.

    Notes
    -----
    Hagenaars, de Vos and Zaidi (1994), Poverty Statistics in the Late 1980s (modified OECD);
    OECD (1982), as quoted in OECD, What Are Equivalence Scales? (old OECD scale). A household of
    children alone has no first adult: decide which member counts as one.

    Examples
    --------
    >>> equivalence_scale([2, 1], [2, 1])
    array([2.1, 1.3])
    """
    check_lengths(adults=adults, children=children)
    older, younger = as_numbers(adults, "adults"), as_numbers(children, "children")
    odd = int(((older < 0) | (younger < 0) | (older % 1 != 0) | (younger % 1 != 0)).sum())
    if odd:
        raise ValueError(
            f"{odd} household(s) of {older.size} have a negative or broken number of members: "
            "count the members again."
        )
    if isinstance(scale, str):
        require_choice(scale, (*SCALES, "square_root"), "scale")
        alone = int(((older if scale in SCALES else older + younger) == 0).sum())
    else:
        alone = int((older == 0).sum())
    if alone:
        raise ValueError(
            f"{alone} household(s) of {older.size} have no adult member: check the ages, or "
            "decide which member counts as the first adult."
        )
    if scale == "square_root":
        return np.asarray(np.sqrt(older + younger))
    first, further, child = SCALES[scale] if isinstance(scale, str) else scale
    if not first > 0 or not further >= 0 or not child >= 0:
        raise ValueError("scale needs a positive first weight and no negative one.")
    return first + further * (older - 1) + child * younger


def household_scale(
    household: npt.ArrayLike,
    age: npt.ArrayLike,
    scale: Scale = "modified_oecd",
    *,
    adult_age: float = 14,
) -> FloatArray:
    """Return for each person the equivalence weight of the household.

    Parameters
    ----------
    household : array_like, shape (n_persons,)
        Household of each person.
    age : array_like of float, shape (n_persons,)
        Age in completed years at the reference date of the scale.
    scale : {"modified_oecd", "oecd", "square_root"} or tuple of three floats
        As in `equivalence_scale`.
    adult_age : float
        Youngest age in years that counts as adult, 14 for the OECD scales.

    Returns
    -------
    ndarray of float, shape (n_persons,)
        Equivalent adults of the person's household.

    Raises
    ------
    TypeError
        If an age is not numeric.
    ValueError
        If an age or a household is missing, or a household has no adult.

    Examples
    --------
    >>> household_scale([1, 1, 1, 2], [40, 38, 9, 70]).tolist()
    [1.8, 1.8, 1.8, 1.0]
    """
    check_lengths(household=household, age=age)
    ages = as_numbers(age, "age")
    codes = _household_codes(household)
    adult = ages >= adult_age
    adults = np.bincount(codes, weights=adult)
    children = np.bincount(codes, weights=~adult)
    return equivalence_scale(adults, children, scale)[codes]


def equivalised_income(household_income: npt.ArrayLike, scale: npt.ArrayLike) -> FloatArray:
    """Return household income per equivalent adult.

    Parameters
    ----------
    household_income : array_like of float, shape (n,)
        Net income of the household, in currency per period.
    scale : array_like of float, shape (n,)
        Equivalence weight of the household, as from `equivalence_scale`.

    Returns
    -------
    ndarray of float, shape (n,)
        Equivalised income in the same currency and period. Every member of the household has it.

    Raises
    ------
    TypeError
        If a value is not numeric.
    ValueError
        If a value is missing, or a scale is not positive.

    Examples
    --------
    >>> equivalised_income([4500], [2.1]).round(2)
    array([2142.86])
    """
    check_lengths(household_income=household_income, scale=scale)
    incomes, scales = as_numbers(household_income, "household_income"), as_numbers(scale, "scale")
    bad = int((scales <= 0).sum())
    if bad:
        raise ValueError(f"scale has {bad} value(s) that are not positive: compute it again.")
    return incomes / scales


def weighted_quantile(
    values: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    probability: float = 0.5,
    *,
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
) -> float:
    """Return a weighted quantile, by default the median.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Variable.
    weight : array_like of float, shape (n,), optional
        Weights; default: each unit counts once.
    probability : float
        Share of the weight at or below the quantile, above 0 and below 1.
    domain : array_like of bool, shape (n,), optional
        Units that count; default: all.
    quantile_rule : {"averaged_inverted_cdf", "inverted_cdf", "interpolated_inverted_cdf"}
        Smallest value whose cumulative share of the weights is at least ``probability``, but the
        mean of that value and the next where the share equals it exactly (Eurostat's practice,
        default); the same without the exception; or the share interpolated between the values.

    Returns
    -------
    float
        Quantile in the unit of ``values``.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, the domain has no
        weight, or the probability or rule is not allowed.

    Notes
    -----
    Definitions 2, 1 and 4 of Hyndman and Fan (1996), doi:10.2307/2684934, with weights.

    Examples
    --------
    >>> weighted_quantile([1, 2, 3, 4])
    2.5
    >>> weighted_quantile([1, 2, 3, 4], quantile_rule="inverted_cdf")
    2.0
    """
    sample = as_sample(values, weight, domain, name="values")
    return quantile(sample.domain_values, sample.domain_weights, probability, quantile_rule)


@linearises(weighted_quantile)
def weighted_quantile_linearised(
    values: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    probability: float = 0.5,
    *,
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return a weighted quantile with its influence values.

    Parameters
    ----------
    values, weight, probability, domain, quantile_rule
        As in `weighted_quantile`.
    bandwidth : float, optional
        Bandwidth of the kernel density at the quantile, in the unit of ``values``; default:
        weighted standard deviation divided by the fifth root of the sum of weights.

    Returns
    -------
    Linearised
        Quantile and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `weighted_quantile`; ``ValueError`` also where the density cannot be estimated.

    Notes
    -----
    .. math:: u_i = -\frac{1}{\hat N}\frac{1(y_i \le \hat q) - p}{\hat f(\hat q)}

    Deville (1999), Survey Methodology 25, 193-203; Osier (2009),
    doi:10.18148/srm/2009.v3i3.369. The default bandwidth takes the weights to sum to the
    population: with weights scaled to a mean of 1 it is wider, with few persons give your own.

    Examples
    --------
    >>> weighted_quantile_linearised([5.0, 20, 25, 50], [1, 1, 1, 2]).estimate
    25.0
    """
    sample = as_sample(values, weight, domain, name="values")
    value = quantile(sample.domain_values, sample.domain_weights, probability, quantile_rule)
    return Linearised(value, quantile_influence(sample, value, probability, bandwidth))


def poverty_line(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    share: float = DEFAULT_SHARE,
    of: LineBase = "median",
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
) -> float:
    """Return a relative poverty line: a share of the median or mean income.

    Parameters
    ----------
    income : array_like of float, shape (n,)
        Equivalised income of each person.
    weight : array_like of float, shape (n,), optional
        Person weights; default: each person counts once.
    share : float
        Share of the median or mean, above 0 and below 1.
    of : {"median", "mean"}
        What the line is a share of.
    domain : array_like of bool, shape (n,), optional
        Persons whose incomes set the line, as the persons of one Land for a regional line;
        default: all.
    quantile_rule : {"averaged_inverted_cdf", "inverted_cdf", "interpolated_inverted_cdf"}
        As in `weighted_quantile`.

    Returns
    -------
    float
        Line in the unit of income.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, the domain has no
        weight, or an option is not allowed.

    Examples
    --------
    >>> poverty_line([5.0, 20, 25, 50])
    13.5
    >>> poverty_line([5.0, 20, 25, 50], share=0.5, of="mean")
    12.5
    """
    require_share(share, "share")
    require_choice(of, ("median", "mean"), "of")
    sample = as_sample(income, weight, domain)
    values, weights = sample.domain_values, sample.domain_weights
    if of == "median":
        return share * quantile(values, weights, 0.5, quantile_rule)
    return share * dot(weights, values) / float(weights.sum())


@linearises(poverty_line)
def poverty_line_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    share: float = DEFAULT_SHARE,
    of: LineBase = "median",
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return a relative poverty line with its influence values.

    Parameters
    ----------
    income, weight, share, of, domain, quantile_rule
        As in `poverty_line`.
    bandwidth : float, optional
        Bandwidth of the density at the median, in the unit of income; default as in
        `weighted_quantile_linearised`.

    Returns
    -------
    Linearised
        Line and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `poverty_line`; ``ValueError`` also where the density cannot be estimated.

    Notes
    -----
    The share times the influence of the median, or of the mean,
    :math:`u_i = (y_i - \bar y) / \hat N`. Osier (2009), doi:10.18148/srm/2009.v3i3.369.

    Examples
    --------
    >>> poverty_line_linearised([5.0, 20, 25, 50]).estimate
    13.5
    """
    require_share(share, "share")
    require_choice(of, ("median", "mean"), "of")
    sample = as_sample(income, weight, domain)
    values, weights = sample.domain_values, sample.domain_weights
    if of == "median":
        middle = quantile(values, weights, 0.5, quantile_rule)
        influence = quantile_influence(sample, middle, 0.5, bandwidth)
    else:
        total = float(weights.sum())
        middle = dot(weights, values) / total
        influence = sample.spread((values - middle) / total)
    return Linearised(share * middle, share * influence)


def at_risk_of_poverty_threshold(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    share: float = DEFAULT_SHARE,
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
) -> float:
    """Return the at-risk-of-poverty threshold: 60 % of the median income.

    Parameters
    ----------
    income, weight, share, domain, quantile_rule
        As in `poverty_line`.

    Returns
    -------
    float
        Threshold in the unit of income.

    Raises
    ------
    TypeError, ValueError
        As in `poverty_line`.

    Examples
    --------
    >>> at_risk_of_poverty_threshold([500, 800, 1000, 1200, 1500, 1800, 2000, 2500, 3500, 5200])
    990.0
    """
    return poverty_line(income, weight, share=share, domain=domain, quantile_rule=quantile_rule)


def at_risk_of_poverty_rate(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    inclusive: bool = False,
) -> float:
    r"""Return the share of persons below the poverty line.

    Parameters
    ----------
    income : array_like of float, shape (n,)
        Equivalised income of each person.
    weight : array_like of float, shape (n,), optional
        Person weights; default: each person counts once.
    domain : array_like of bool, shape (n,), optional
        Persons whose rate is wanted; default: all.
    line : float or Linearised, optional
        Poverty line in the unit of income; default: 60 % of the median of all persons, whatever
        the domain.
    inclusive : bool
        Whether an income equal to the line counts as poor; default: strictly below (Eurostat).

    Returns
    -------
    float
        Share in [0, 1].

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, the domain has no
        weight, or the line is not positive.

    Notes
    -----
    :math:`\sum w_i 1(y_i < z) / \sum w_i` over the domain.

    Examples
    --------
    >>> at_risk_of_poverty_rate([5.0, 20, 25, 50])
    0.25
    >>> at_risk_of_poverty_rate([5.0, 20, 25, 50], [3, 1, 1, 1], line=20, inclusive=True)
    0.6666666666666666
    """
    sample = as_sample(income, weight, domain)
    poor = _is_poor(sample.domain_values, _line(sample, line).estimate, inclusive)
    return _share(poor, sample.domain_weights)


@linearises(at_risk_of_poverty_rate, is_share=True)
def at_risk_of_poverty_rate_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    inclusive: bool = False,
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the at-risk-of-poverty rate with its influence values.

    Parameters
    ----------
    income, weight, domain, inclusive
        As in `at_risk_of_poverty_rate`.
    line : float or Linearised, optional
        A number is a fixed line without sampling error; default: the estimated line, 60 % of the
        median of all persons. For many domains, estimate it once by `poverty_line_linearised`.
    bandwidth : float, optional
        Bandwidth of the densities, in the unit of income; default: weighted standard deviation
        of the domain divided by the fifth root of its sum of weights.

    Returns
    -------
    Linearised
        Rate and influence values of all units, also of those outside the domain where the line
        is estimated from them.

    Raises
    ------
    TypeError, ValueError
        As in `at_risk_of_poverty_rate`; ``ValueError`` also where a density cannot be estimated.

    Notes
    -----
    .. math:: u_i = \frac{1(i \in D)}{\hat N_D}\bigl(1(y_i < \hat z) - \hat r\bigr)
              + \hat f_D(\hat z)\, u_i(\hat z)

    Deville (1999), Survey Methodology 25, 193-203; Osier (2009),
    doi:10.18148/srm/2009.v3i3.369.

    Examples
    --------
    >>> rate = at_risk_of_poverty_rate_linearised([5.0, 20, 25, 50], line=20)
    >>> rate.estimate
    0.25
    >>> rate.influence.tolist()
    [0.1875, -0.0625, -0.0625, -0.0625]
    """
    nobody = np.zeros(np.shape(np.asarray(income)), dtype=bool)
    return _exclusion_rate_linearised(
        as_sample(income, weight, domain), nobody, line, inclusive, bandwidth
    )


def at_risk_of_poverty_or_social_exclusion_rate(
    income: npt.ArrayLike,
    excluded: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    inclusive: bool = False,
) -> float:
    """Return the AROPE rate: poor, severely deprived or quasi-jobless, each person once.

    Parameters
    ----------
    income, weight, domain, line, inclusive
        As in `at_risk_of_poverty_rate`.
    excluded : array_like of bool, shape (n,)
        Person is severely materially and socially deprived or lives in a quasi-jobless
        household, as from `materially_and_socially_deprived` and `low_work_intensity`.

    Returns
    -------
    float
        Share in [0, 1].

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, the domain has no
        weight, or the line is not positive.

    Notes
    -----
    Definition of 2021: Eurostat, Glossary, "At risk of poverty or social exclusion (AROPE)".

    Examples
    --------
    >>> at_risk_of_poverty_or_social_exclusion_rate([5.0, 20, 25, 50], [True, False, False, True])
    0.5
    """
    sample = as_sample(income, weight, domain, excluded=excluded)
    poor = _is_poor(sample.numbers, _line(sample, line).estimate, inclusive)
    return _share((poor | as_mask(excluded, "excluded"))[sample.inside], sample.domain_weights)


@linearises(at_risk_of_poverty_or_social_exclusion_rate, is_share=True)
def at_risk_of_poverty_or_social_exclusion_rate_linearised(
    income: npt.ArrayLike,
    excluded: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    inclusive: bool = False,
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the AROPE rate with its influence values.

    Parameters
    ----------
    income, excluded, weight, domain, line, inclusive
        As in `at_risk_of_poverty_or_social_exclusion_rate`.
    bandwidth : float, optional
        As in `at_risk_of_poverty_rate_linearised`.

    Returns
    -------
    Linearised
        Rate and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `at_risk_of_poverty_or_social_exclusion_rate`; ``ValueError`` also where a density
        cannot be estimated.

    Notes
    -----
    .. math:: u_i = \frac{1(i \in D)}{\hat N_D}(h_i - \hat R)
              + \hat f_{D \setminus E}(\hat z)\, u_i(\hat z)

    where :math:`h_i` says that i is poor or excluded, and the density of the incomes of those not
    excluded, :math:`\hat f_{D \setminus E}(z) = \frac{1}{\hat N_D h} \sum_{j \in D, j \notin E}
    w_j \varphi((z - y_j)/h)`: only they change sides when the line moves. As for the
    at-risk-of-poverty rate, Osier (2009), doi:10.18148/srm/2009.v3i3.369; Deville (1999), Survey
    Methodology 25, 193-203.

    Examples
    --------
    >>> excluded = [True, False, False, True]
    >>> at_risk_of_poverty_or_social_exclusion_rate_linearised([5.0, 20, 25, 50], excluded).estimate
    0.5
    """
    sample = as_sample(income, weight, domain, excluded=excluded)
    return _exclusion_rate_linearised(
        sample, as_mask(excluded, "excluded"), line, inclusive, bandwidth
    )


def median_income_of_the_poor(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    inclusive: bool = False,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
) -> float:
    """Return the median income of the persons below the poverty line.

    Parameters
    ----------
    income, weight, domain, line, inclusive
        As in `at_risk_of_poverty_rate`.
    quantile_rule : {"averaged_inverted_cdf", "inverted_cdf", "interpolated_inverted_cdf"}
        Rule for the median of the poor, as in `weighted_quantile`; for another rule at the line
        give ``line``.

    Returns
    -------
    float
        Median in the unit of income.

    Raises
    ------
    TypeError, ValueError
        As in `at_risk_of_poverty_rate`; ``ValueError`` also where nobody in the domain is poor.

    Examples
    --------
    >>> median_income_of_the_poor([5.0, 20, 25, 50], line=21)
    12.5
    """
    sample = as_sample(income, weight, domain)
    return _poor_median(sample, _line(sample, line).estimate, inclusive, quantile_rule)


@linearises(median_income_of_the_poor)
def median_income_of_the_poor_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    inclusive: bool = False,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the median income of the poor with its influence values.

    Parameters
    ----------
    income, weight, domain, line, inclusive, quantile_rule
        As in `median_income_of_the_poor`.
    bandwidth : float, optional
        As in `at_risk_of_poverty_rate_linearised`.

    Returns
    -------
    Linearised
        Median and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `median_income_of_the_poor`; ``ValueError`` also where a density cannot be
        estimated.

    Notes
    -----
    The median :math:`m` of the poor solves :math:`F(m) = r/2` with the rate r, so

    .. math:: u_i(\hat m) = \frac{1}{\hat f_D(\hat m)}\Bigl[\frac{u_i(\hat r)}{2}
              - \frac{1(i \in D)}{\hat N_D}\Bigl(1(y_i \le \hat m) - \frac{\hat r}{2}\Bigr)\Bigr]

    Osier (2009), doi:10.18148/srm/2009.v3i3.369.

    Examples
    --------
    >>> median_income_of_the_poor_linearised([5.0, 20, 25, 50], line=21).estimate
    12.5
    """
    sample = as_sample(income, weight, domain)
    estimated = _line_linearised(sample, line)
    return _poor_median_linearised(sample, estimated, inclusive, quantile_rule, bandwidth)


def relative_median_poverty_gap(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    inclusive: bool = False,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
) -> float:
    """Return how far the median income of the poor lies below the line, as a share of the line.

    Parameters
    ----------
    income, weight, domain, line, inclusive
        As in `at_risk_of_poverty_rate`.
    quantile_rule : {"averaged_inverted_cdf", "inverted_cdf", "interpolated_inverted_cdf"}
        Rule for the median of the poor, as in `weighted_quantile`; for another rule at the line
        give ``line``.

    Returns
    -------
    float
        Share of the line, at least 0; above 1 where the median of the poor is negative.

    Raises
    ------
    TypeError, ValueError
        As in `at_risk_of_poverty_rate`; ``ValueError`` also where nobody in the domain is poor.

    Notes
    -----
    Eurostat, Glossary, "Relative median at-risk-of-poverty gap".

    Examples
    --------
    >>> relative_median_poverty_gap([5.0, 20, 25, 50], line=20)
    0.75
    """
    sample = as_sample(income, weight, domain)
    threshold = _line(sample, line).estimate
    return 1 - _poor_median(sample, threshold, inclusive, quantile_rule) / threshold


@linearises(relative_median_poverty_gap)
def relative_median_poverty_gap_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    inclusive: bool = False,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the relative median poverty gap with its influence values.

    Parameters
    ----------
    income, weight, domain, line, inclusive, quantile_rule
        As in `relative_median_poverty_gap`.
    bandwidth : float, optional
        As in `at_risk_of_poverty_rate_linearised`.

    Returns
    -------
    Linearised
        Gap and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `relative_median_poverty_gap`; ``ValueError`` also where a density cannot be
        estimated.

    Notes
    -----
    :math:`u_i = -u_i(\hat m)/\hat z + \hat m\, u_i(\hat z)/\hat z^2` with the median m of the poor
    and the line z. Osier (2009), doi:10.18148/srm/2009.v3i3.369.

    Examples
    --------
    >>> relative_median_poverty_gap_linearised([5.0, 10, 25, 50], line=20).estimate
    0.625
    """
    sample = as_sample(income, weight, domain)
    estimated = _line_linearised(sample, line)
    median = _poor_median_linearised(sample, estimated, inclusive, quantile_rule, bandwidth)
    ratio = median.estimate / estimated.estimate
    influence = (ratio * estimated.influence - median.influence) / estimated.estimate
    return Linearised(1 - ratio, influence)


def relative_median_income_ratio(
    income: npt.ArrayLike,
    age: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    age_limit: float = 65,
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
) -> float:
    """Return the median income of the old relative to that of the young.

    Parameters
    ----------
    income, weight, domain
        As in `at_risk_of_poverty_rate`.
    age : array_like of float, shape (n,)
        Age in completed years.
    age_limit : float
        Youngest age in years that counts as old.
    quantile_rule : {"averaged_inverted_cdf", "inverted_cdf", "interpolated_inverted_cdf"}
        As in `weighted_quantile`.

    Returns
    -------
    float
        Ratio of the two medians.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, one of the two
        groups has no weight, or the median of the young is not positive.

    Examples
    --------
    >>> relative_median_income_ratio([20.0, 30, 16, 24], [30, 50, 70, 80])
    0.8
    """
    old, young = _age_groups(as_sample(income, weight, domain, age=age), age, age_limit)
    above = quantile(old.domain_values, old.domain_weights, 0.5, quantile_rule)
    return above / _positive_median(young, quantile_rule)


@linearises(relative_median_income_ratio)
def relative_median_income_ratio_linearised(
    income: npt.ArrayLike,
    age: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    age_limit: float = 65,
    domain: npt.ArrayLike | None = None,
    quantile_rule: QuantileRule = "averaged_inverted_cdf",
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the relative median income ratio with its influence values.

    Parameters
    ----------
    income, age, weight, age_limit, domain, quantile_rule
        As in `relative_median_income_ratio`.
    bandwidth : float, optional
        Bandwidth of the densities at both medians, in the unit of income; default: from the
        incomes of the domain, old and young together.

    Returns
    -------
    Linearised
        Ratio and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `relative_median_income_ratio`; ``ValueError`` also where a density cannot be
        estimated.

    Notes
    -----
    :math:`u_i = (u_i(\hat m_o) - \hat R\, u_i(\hat m_y)) / \hat m_y` with the medians of the old
    and the young, whose influence is that of `weighted_quantile_linearised`. Osier (2009),
    doi:10.18148/srm/2009.v3i3.369.

    Examples
    --------
    >>> relative_median_income_ratio_linearised([20.0, 30, 16, 24], [30, 50, 70, 80]).estimate
    0.8
    """
    sample = as_sample(income, weight, domain, age=age)
    old, young = _age_groups(sample, age, age_limit)
    above = quantile(old.domain_values, old.domain_weights, 0.5, quantile_rule)
    below = _positive_median(young, quantile_rule)
    width = (
        default_bandwidth(sample.domain_values, sample.domain_weights)
        if bandwidth is None
        else bandwidth
    )
    ratio = above / below
    upper = quantile_influence(old, above, 0.5, width)
    lower = quantile_influence(young, below, 0.5, width)
    return Linearised(ratio, (upper - ratio * lower) / below)


def foster_greer_thorbecke(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    alpha: float,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    inclusive: bool = False,
    negative: Negative = "keep",
) -> float:
    r"""Return a Foster-Greer-Thorbecke index of poverty.

    Parameters
    ----------
    income, weight, domain, line, inclusive
        As in `at_risk_of_poverty_rate`.
    alpha : float
        0 for the headcount ratio, 1 for the poverty gap index, 2 for the severity; 0 or at
        least 1.
    negative : {"keep", "zero", "fail"}
        Negative incomes: keep them (their gap exceeds the line, default), count them as zero, or
        refuse them.

    Returns
    -------
    float
        Index, at least 0; at most 1 where no income is negative.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, a weight is negative, the domain has no
        weight, the line is not positive, or an option is not allowed.

    Notes
    -----
    .. math:: P_\alpha = \frac{1}{\hat N} \sum_{y_i < z} w_i \Bigl(\frac{z - y_i}{z}\Bigr)^\alpha

    Foster, Greer and Thorbecke (1984), doi:10.2307/1913475.

    Examples
    --------
    >>> foster_greer_thorbecke([5.0, 20, 25, 50], alpha=1, line=20)
    0.1875
    """
    _require_alpha(alpha)
    sample = treat_negative(as_sample(income, weight, domain), negative, "The index")
    threshold = _line(sample, line).estimate
    gap = _gap(sample.domain_values, threshold)
    poor = _is_poor(sample.domain_values, threshold, inclusive)
    return _share(gap**alpha * poor, sample.domain_weights)


@linearises(foster_greer_thorbecke)
def foster_greer_thorbecke_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    alpha: float,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    inclusive: bool = False,
    negative: Negative = "keep",
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return a Foster-Greer-Thorbecke index with its influence values.

    Parameters
    ----------
    income, weight, alpha, domain, inclusive, negative
        As in `foster_greer_thorbecke`.
    line : float or Linearised, optional
        A number is a fixed line; default: the estimated line, 60 % of the median of all persons.
    bandwidth : float, optional
        As in `at_risk_of_poverty_rate_linearised`; used for alpha 0.

    Returns
    -------
    Linearised
        Index and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `foster_greer_thorbecke`; ``ValueError`` also where a density cannot be estimated.

    Notes
    -----
    With the gap :math:`g_i = (z - y_i)^+/z` and, for an estimated line, its influence,

    .. math:: u_i = \frac{1(i \in D)}{\hat N_D}(g_i^\alpha - \hat P_\alpha) + \hat c\,u_i(\hat z),
              \qquad \hat c = \frac{\alpha}{\hat N_D}\sum_{y_j < z} w_j g_j^{\alpha-1}
              \frac{y_j}{z^2}

    and :math:`\hat c = \hat f_D(\hat z)` for :math:`\alpha = 0`. Deville (1999), Survey
    Methodology 25, 193-203; Berger and Skinner (2003), doi:10.1111/1467-9876.00417.

    Examples
    --------
    >>> foster_greer_thorbecke_linearised([5.0, 20, 25, 50], alpha=1, line=20).estimate
    0.1875
    """
    _require_alpha(alpha)
    sample = treat_negative(as_sample(income, weight, domain), negative, "The index")
    estimated = _line_linearised(sample, line)
    threshold = estimated.estimate
    values, weights = sample.domain_values, sample.domain_weights
    total = float(weights.sum())
    poor = _is_poor(values, threshold, inclusive)
    gap = _gap(values, threshold)
    terms = gap**alpha * poor
    index = _share(terms, weights)
    influence = sample.spread((terms - index) / total)
    if line is None or isinstance(line, Linearised):
        if alpha == 0:
            slope = _density(sample, threshold, bandwidth)
        else:
            pull = alpha * gap ** (alpha - 1) * poor * values / threshold**2
            slope = dot(weights, pull) / total
        influence = influence + slope * estimated.influence
    return Linearised(index, influence)


def watts_index(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    nonpositive: Nonpositive = "fail",
) -> float:
    r"""Return the Watts index of poverty.

    Parameters
    ----------
    income, weight, domain, line
        As in `at_risk_of_poverty_rate`.
    nonpositive : {"fail", "drop"}
        Zero and negative incomes, which have no logarithm: refuse them (default), or leave them
        out of the domain.

    Returns
    -------
    float
        Index, at least 0.

    Raises
    ------
    TypeError, ValueError
        As in `at_risk_of_poverty_rate`; ``ValueError`` also for incomes without a logarithm.

    Notes
    -----
    .. math:: W = \frac{1}{\hat N} \sum_{y_i < z} w_i \ln(z / y_i)

    Watts (1968), An economic definition of poverty. Zheng (1993), Economics Letters 42.

    Examples
    --------
    >>> round(watts_index([5.0, 20, 25, 50], line=20), 4)
    0.3466
    """
    return _watts(as_sample(income, weight, domain), line, nonpositive).estimate


@linearises(watts_index)
def watts_index_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    nonpositive: Nonpositive = "fail",
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the Watts index with its influence values.

    Parameters
    ----------
    income, weight, domain, nonpositive
        As in `watts_index`.
    line : float or Linearised, optional
        A number is a fixed line; default: the estimated line, 60 % of the median of all persons.
    bandwidth : float, optional
        Bandwidth of the density at the median for the default line.

    Returns
    -------
    Linearised
        Index and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `watts_index`; ``ValueError`` also where the density cannot be estimated.

    Notes
    -----
    .. math:: u_i = \frac{1(i \in D)}{\hat N_D}\bigl(\ln^+(\hat z / y_i) - \hat W\bigr)
              + \frac{\hat r}{\hat z}\, u_i(\hat z)

    with the rate r of the poor; the second term for an estimated line. By the rules of Deville
    (1999), Survey Methodology 25, 193-203.

    Examples
    --------
    >>> round(watts_index_linearised([5.0, 20, 25, 50], line=20).estimate, 4)
    0.3466
    """
    sample = as_sample(income, weight, domain)
    return _watts(sample, _line_linearised(sample, line, bandwidth), nonpositive)


def sen_shorrocks_thon_index(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    negative: Negative = "keep",
) -> float:
    r"""Return the Sen-Shorrocks-Thon index of poverty.

    Parameters
    ----------
    income, weight, domain, line
        As in `at_risk_of_poverty_rate`.
    negative : {"keep", "zero", "fail"}
        As in `foster_greer_thorbecke`.

    Returns
    -------
    float
        Index, at least 0; at most 1 where no income is negative.

    Raises
    ------
    TypeError, ValueError
        As in `foster_greer_thorbecke`.

    Notes
    -----
    :math:`P_{SST} = P_1 (1 + G)` with the poverty gap index and the Gini coefficient of the gaps
    of all persons. Shorrocks (1995), doi:10.2307/2171728; Osberg and Xu (2000),
    Journal of Human Resources 35, 51-81.

    Examples
    --------
    >>> round(sen_shorrocks_thon_index([5.0, 20, 25, 50], line=20), 4)
    0.3281
    """
    sample = treat_negative(as_sample(income, weight, domain), negative, "The index")
    return _sen_shorrocks_thon(sample, _line(sample, line)).estimate


@linearises(sen_shorrocks_thon_index)
def sen_shorrocks_thon_index_linearised(
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    line: float | Linearised | None = None,
    negative: Negative = "keep",
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the Sen-Shorrocks-Thon index with its influence values.

    Parameters
    ----------
    income, weight, domain, negative
        As in `sen_shorrocks_thon_index`.
    line : float or Linearised, optional
        A number is a fixed line; default: the estimated line, 60 % of the median of all persons.
    bandwidth : float, optional
        Bandwidth of the density at the median for the default line.

    Returns
    -------
    Linearised
        Index and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `sen_shorrocks_thon_index`; ``ValueError`` also where the density cannot be
        estimated.

    Notes
    -----
    With gaps :math:`g_i = (z - y_i)^+/z` the index is :math:`\hat N^{-2} \sum_i \sum_j w_i w_j
    \max(g_i, g_j)`, so

    .. math:: u_i = \frac{2}{\hat N^2} \sum_j w_j \max(g_i, g_j) - \frac{2}{\hat N} \hat P
              + \hat c\, u_i(\hat z), \qquad
              \hat c = \frac{1}{\hat N^2} \sum_j \sum_k w_j w_k \frac{\min(y_j, y_k)}{z^2}
              1(\min(y_j, y_k) < z)

    with sums over the domain. By the rules of Deville (1999), Survey Methodology 25, 193-203.

    Examples
    --------
    >>> round(sen_shorrocks_thon_index_linearised([5.0, 20, 25, 50], line=20).estimate, 4)
    0.3281
    """
    sample = treat_negative(as_sample(income, weight, domain), negative, "The index")
    return _sen_shorrocks_thon(sample, _line_linearised(sample, line, bandwidth))


def materially_and_socially_deprived(
    items: pd.DataFrame, *, minimum: int = 7, names: Sequence[str] = DEPRIVATION_ITEMS
) -> BoolArray:
    """Say who lacks at least so many items because of the cost.

    Parameters
    ----------
    items : DataFrame of bool, shape (n_persons, n_items)
        One column per item, true for an enforced lack: cannot afford it. A household item holds
        for every member; who does without by choice is false.
    minimum : int
        Least number of lacking items: 7 of 13 for severe deprivation (default), 5 for material
        and social deprivation.
    names : sequence of str
        Columns of the list; default: the thirteen items of the definition of 2021.

    Returns
    -------
    ndarray of bool, shape (n_persons,)
        Person is deprived.

    Raises
    ------
    TypeError
        If an item is not boolean (survey codes, missing values).
    ValueError
        If an item of the list is missing or a column is not on the list, or ``minimum`` is not
        between 1 and the number of items.

    Notes
    -----
    Guio, Gordon and Marlier (2012), doi:10.2785/33598; Eurostat, Glossary, "Severe material and
    social deprivation rate (SMSD)".

    Examples
    --------
    >>> items = pd.DataFrame({"car": [True, False], "internet": [True, True]})
    >>> materially_and_socially_deprived(items, minimum=2, names=["car", "internet"]).tolist()
    [True, False]
    """
    lacking = [name for name in names if name not in items.columns]
    strange = [str(name) for name in items.columns if name not in names]
    if lacking or strange:
        raise ValueError(
            f"items lacks {len(lacking)} column(s) of the list ({', '.join(lacking) or 'none'}) "
            f"and has {len(strange)} that are not on it ({', '.join(strange) or 'none'}): "
            "rename or select the columns."
        )
    if not 1 <= minimum <= len(names):
        raise ValueError(f"minimum is {minimum}: choose 1 to {len(names)} items.")
    counts = np.zeros(len(items), dtype=np.intp)
    for name in names:
        counts += as_mask(items[name], f"items.{name}")
    return counts >= minimum


def low_work_intensity(
    household: npt.ArrayLike,
    age: npt.ArrayLike,
    worked: npt.ArrayLike,
    potential: npt.ArrayLike,
    counted: npt.ArrayLike,
    *,
    limit: float = 0.2,
    oldest: float = 64,
) -> BoolArray:
    """Say who lives in a quasi-jobless household.

    Parameters
    ----------
    household : array_like, shape (n_persons,)
        Household of each person.
    age : array_like of float, shape (n_persons,)
        Age in completed years.
    worked : array_like of float, shape (n_persons,)
        Months worked in the reference year, in full-time months.
    potential : array_like of float, shape (n_persons,)
        Months the person could have worked in that year.
    counted : array_like of bool, shape (n_persons,)
        Person counts as working-age adult. Definition of 2021: 18 to 64 years, without students
        aged 18 to 24, the self-declared retired, recipients of a pension other than a survivor's
        pension, and the inactive aged 60 to 64 in households living mainly on pensions.
    limit : float
        Largest share of the combined potential that still is low intensity.
    oldest : float
        Oldest age in years to which the indicator applies.

    Returns
    -------
    ndarray of bool, shape (n_persons,)
        Person is at most ``oldest`` years old and lives in a household whose counted members
        worked at most ``limit`` of their combined potential. False in a household without
        counted potential, to which the indicator does not apply.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing or negative, or somebody counted worked
        more than the potential.

    Notes
    -----
    Eurostat, Glossary, "Persons living in households with low work intensity".

    Examples
    --------
    >>> worked, potential, counted = [2, 0, 12], [12, 0, 12], [True, False, True]
    >>> low_work_intensity([1, 1, 2], [40, 10, 50], worked, potential, counted).tolist()
    [True, True, False]
    """
    check_lengths(household=household, age=age, worked=worked, potential=potential, counted=counted)
    ages = as_numbers(age, "age")
    done, possible = as_numbers(worked, "worked"), as_numbers(potential, "potential")
    counts = as_mask(counted, "counted")
    odd = int((counts & ((done < 0) | (possible < 0) | (done > possible))).sum())
    if odd:
        raise ValueError(
            f"{odd} counted person(s) of {ages.size} have negative months or worked more than the "
            "potential: check the calendar of activities."
        )
    codes = _household_codes(household)
    done_together = np.bincount(codes, weights=done * counts)
    possible_together = np.bincount(codes, weights=possible * counts)
    low = (possible_together > 0) & (done_together <= limit * possible_together)
    return (ages <= oldest) & low[codes]


def persistently_poor(poor: npt.ArrayLike, *, preceding: int = 2) -> BoolArray:
    """Say who is poor now and was in at least two of the three years before.

    Parameters
    ----------
    poor : array_like of bool, shape (n_persons, n_years)
        Person was below the line of that year; the last column is the current year. The
        indicator of the EU has four years.
    preceding : int
        Least number of preceding years in poverty.

    Returns
    -------
    ndarray of bool, shape (n_persons,)
        Person is persistently at risk of poverty.

    Raises
    ------
    TypeError
        If ``poor`` is not boolean.
    ValueError
        If ``poor`` is not a table, or ``preceding`` is not between 1 and its preceding years.

    Notes
    -----
    Persons count who were observed in every year; weight with the longitudinal weights.
    Eurostat, Glossary, "Persistent at-risk-of-poverty rate".

    Examples
    --------
    >>> persistently_poor([[True, True, False, True], [True, False, False, True]]).tolist()
    [True, False]
    """
    table = poor.to_numpy() if isinstance(poor, pd.DataFrame) else np.asarray(poor)
    if table.dtype != bool:
        raise TypeError(f"poor must be boolean without missing values, not {table.dtype}.")
    if table.ndim != 2:
        raise ValueError("poor needs one row per person and one column per year.")
    before = table.shape[1] - 1
    if not 1 <= preceding <= before:
        raise ValueError(f"preceding is {preceding}, but {before} year(s) precede the current one.")
    return np.asarray(table[:, -1] & (table[:, :-1].sum(axis=1) >= preceding))


def persistent_poverty_rate(
    incomes: pd.DataFrame | npt.NDArray[np.float64],
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    lines: Sequence[float | Linearised | None] | None = None,
    preceding: int = 2,
    inclusive: bool = False,
) -> float:
    """Return the persistent at-risk-of-poverty rate.

    Parameters
    ----------
    incomes : DataFrame or ndarray of float, shape (n_persons, n_years)
        Equivalised income of each person in each year; the last column is the current year.
    weight : array_like of float, shape (n_persons,), optional
        Longitudinal person weights; default: each person counts once.
    domain : array_like of bool, shape (n_persons,), optional
        Persons who count; default: all. The lines come from everybody.
    lines : sequence of float, Linearised or None, length n_years, optional
        Poverty line of each year, as published; None, and the default for all years, is 60 % of
        the median of that year.
    preceding : int
        Least number of preceding years in poverty.
    inclusive : bool
        Whether an income at the line counts as poor.

    Returns
    -------
    float
        Share in [0, 1] of persons poor now and in at least ``preceding`` years before.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If ``incomes`` is not a table, lines and years differ in number, lengths or indexes differ,
        a value is missing, a weight is negative, the domain has no weight, a line is not positive,
        or ``preceding`` is not between 1 and the preceding years.

    Notes
    -----
    Eurostat, Glossary, "Persistent at-risk-of-poverty rate".

    Examples
    --------
    >>> incomes = pd.DataFrame({2020: [4, 9, 9], 2021: [4, 4, 9], 2022: [9, 4, 9], 2023: [4, 4, 4]})
    >>> round(persistent_poverty_rate(incomes, lines=[5, 5, 5, 5]), 4)
    0.6667
    """
    years = _income_years(incomes, weight, domain)
    given = _line_of_each_year(lines, len(years))
    poor = [
        _is_poor(year.numbers, _line(year, line).estimate, inclusive)
        for year, line in zip(years, given, strict=True)
    ]
    persistent = persistently_poor(np.column_stack(poor), preceding=preceding)
    return _share(persistent[years[0].inside], years[0].domain_weights)


@linearises(persistent_poverty_rate, is_share=True)
def persistent_poverty_rate_linearised(
    incomes: pd.DataFrame | npt.NDArray[np.float64],
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    lines: Sequence[float | Linearised | None] | None = None,
    preceding: int = 2,
    inclusive: bool = False,
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the persistent at-risk-of-poverty rate with its influence values.

    Parameters
    ----------
    incomes, weight, domain, lines, preceding, inclusive
        As in `persistent_poverty_rate`.
    bandwidth : float, optional
        As in `at_risk_of_poverty_rate_linearised`, for every year.

    Returns
    -------
    Linearised
        Rate and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `persistent_poverty_rate`; ``ValueError`` also where a density cannot be estimated.

    Notes
    -----
    .. math:: u_i = \frac{1(i\in D)}{\hat N_D}(p_i - \hat P)
              + \sum_t \hat f_{D,t}(\hat z_t)\,u_i(\hat z_t)

    with the estimated lines :math:`\hat z_t` and the density :math:`\hat f_{D,t}` of the incomes of
    year t over those persons for whom poverty in that year decides: they are persistently poor if
    and only if poor in it. As for the rate of one year, Osier (2009),
    doi:10.18148/srm/2009.v3i3.369; Deville (1999), Survey Methodology 25, 193-203.

    Examples
    --------
    >>> incomes = np.array([[5.0, 5, 5, 5], [20, 20, 20, 20], [25, 25, 25, 25], [50, 50, 50, 50]])
    >>> persistent_poverty_rate_linearised(incomes).estimate
    0.25
    """
    years = _income_years(incomes, weight, domain)
    given = _line_of_each_year(lines, len(years))
    estimated = [
        _line_linearised(year, line, bandwidth) for year, line in zip(years, given, strict=True)
    ]
    poor = np.column_stack(
        [
            _is_poor(year.numbers, line.estimate, inclusive)
            for year, line in zip(years, estimated, strict=True)
        ]
    )
    inside, weights = years[0].inside, years[0].domain_weights
    persistent = persistently_poor(poor, preceding=preceding)
    rate = _share(persistent[inside], weights)
    influence = years[0].spread((persistent[inside] - rate) / float(weights.sum()))
    for at, (year, line) in enumerate(zip(years, estimated, strict=True)):
        if given[at] is not None and not isinstance(given[at], Linearised):
            continue  # a fixed line
        with_, without = poor.copy(), poor.copy()
        with_[:, at], without[:, at] = True, False
        decides = persistently_poor(with_, preceding=preceding)
        decides &= ~persistently_poor(without, preceding=preceding)
        slope = _density(year, line.estimate, bandwidth, decides[inside].astype(np.float64))
        influence = influence + slope * line.influence
    return Linearised(rate, influence)


def _income_years(
    incomes: pd.DataFrame | npt.NDArray[np.float64],
    weight: npt.ArrayLike | None,
    domain: npt.ArrayLike | None,
) -> list[Sample]:
    """Return the checked sample of each year."""
    if np.ndim(incomes) != 2:
        raise ValueError("incomes needs one row per person and one column per year.")
    table = incomes if isinstance(incomes, pd.DataFrame) else pd.DataFrame(np.asarray(incomes))
    return [as_sample(table[year], weight, domain) for year in table]


def _line_of_each_year(
    lines: Sequence[float | Linearised | None] | None, years: int
) -> list[float | Linearised | None]:
    """Return a line per year, None for the default one."""
    given: list[float | Linearised | None] = [None] * years
    if lines is not None:
        given = list(lines)
    if len(given) != years:
        raise ValueError(f"lines has {len(given)} value(s) for {years} years: give one per year.")
    return given


def _household_codes(household: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Return the households numbered from 0."""
    codes, _ = pd.factorize(np.asarray(household))
    missing = int((codes < 0).sum())
    if missing:
        raise ValueError(f"household is missing for {missing} person(s): complete the key.")
    return codes


def _line(sample: Sample, line: float | Linearised | None) -> Linearised:
    """Return the poverty line, a fixed or default one without influence values."""
    if line is None:
        line = DEFAULT_SHARE * quantile(sample.numbers, sample.weights, 0.5)
    if not isinstance(line, Linearised):
        line = Linearised(float(line), np.zeros(0))
    if not 0 < line.estimate < np.inf:
        raise ValueError(f"The poverty line is {line.estimate}: it must be positive.")
    return line


def _line_linearised(
    sample: Sample, line: float | Linearised | None, bandwidth: float | None = None
) -> Linearised:
    """Return the poverty line with influence values of all units; zeros for a fixed line."""
    size = sample.numbers.size
    if line is None:
        everyone = Sample(sample.numbers, sample.weights, np.ones(size, dtype=bool))
        median = quantile(sample.numbers, sample.weights, 0.5)
        threshold = _line(sample, DEFAULT_SHARE * median).estimate
        influence = DEFAULT_SHARE * quantile_influence(everyone, median, 0.5, bandwidth)
        return Linearised(threshold, influence)
    estimated = _line(sample, line)
    if not isinstance(line, Linearised):
        return Linearised(estimated.estimate, np.zeros(size))
    if line.influence.size != size:
        raise ValueError(
            f"The line has {line.influence.size} influence value(s) for {size} unit(s): estimate "
            "it from the same sample."
        )
    return line


def _is_poor(values: FloatArray, line: float, inclusive: bool) -> BoolArray:
    """Say which values lie below the line, or at it where ``inclusive``."""
    return np.asarray(values <= line if inclusive else values < line)


def _gap(values: FloatArray, line: float) -> FloatArray:
    """Return the distance below the line as a share of the line, 0 above it."""
    return np.maximum(line - values, 0.0) / line


def _share(values: BoolArray | FloatArray, weights: FloatArray) -> float:
    """Return the weighted mean."""
    return dot(weights, values) / float(weights.sum())


def _density(
    sample: Sample, at: float, bandwidth: float | None, multiplier: FloatArray | None = None
) -> float:
    """Return the density of the domain at one point."""
    values, weights = sample.domain_values, sample.domain_weights
    width = default_bandwidth(values, weights) if bandwidth is None else bandwidth
    return density(values, weights, at, width, multiplier)


def _exclusion_rate_linearised(
    sample: Sample,
    excluded: BoolArray,
    line: float | Linearised | None,
    inclusive: bool,
    bandwidth: float | None,
) -> Linearised:
    """Return the share of the poor or otherwise excluded with its influence values."""
    estimated = _line_linearised(sample, line, bandwidth)
    weights = sample.domain_weights
    others = excluded if sample.all_inside else excluded[sample.inside]
    hit = _is_poor(sample.domain_values, estimated.estimate, inclusive) | others
    rate = _share(hit, weights)
    influence = sample.spread((hit - rate) / float(weights.sum()))
    if line is None or isinstance(line, Linearised):
        movable = (~others).astype(np.float64) if others.any() else None
        slope = _density(sample, estimated.estimate, bandwidth, movable)
        influence = influence + slope * estimated.influence
    return Linearised(rate, influence)


def _poor(sample: Sample, line: float, inclusive: bool) -> Sample:
    """Return the sample with the poor of the domain as domain."""
    inside = sample.inside & _is_poor(sample.numbers, line, inclusive)
    if not sample.weights[inside].sum() > 0:
        raise UndefinedError(
            f"Nobody of the {int(sample.inside.sum())} unit(s) of the domain is poor: the median "
            "of the poor is undefined, leave the domain out."
        )
    return Sample(sample.numbers, sample.weights, inside)


def _poor_median(
    sample: Sample, line: float, inclusive: bool, quantile_rule: QuantileRule
) -> float:
    """Return the median income of the poor of the domain."""
    poor = _poor(sample, line, inclusive)
    return quantile(poor.domain_values, poor.domain_weights, 0.5, quantile_rule)


def _poor_median_linearised(
    sample: Sample,
    line: Linearised,
    inclusive: bool,
    quantile_rule: QuantileRule,
    bandwidth: float | None,
) -> Linearised:
    """Return the median income of the poor of the domain with its influence values."""
    median = _poor_median(sample, line.estimate, inclusive, quantile_rule)
    nobody = np.zeros(sample.numbers.size, dtype=bool)
    rate = _exclusion_rate_linearised(sample, nobody, line, inclusive, bandwidth)
    values, weights = sample.domain_values, sample.domain_weights
    width = default_bandwidth(values, weights) if bandwidth is None else bandwidth
    height = positive_density(values, weights, median, width)
    own = sample.spread(((values <= median) - rate.estimate / 2) / float(weights.sum()))
    return Linearised(median, (rate.influence / 2 - own) / height)


def _age_groups(sample: Sample, age: npt.ArrayLike, age_limit: float) -> tuple[Sample, Sample]:
    """Return the sample with the old and with the young of the domain as domain."""
    is_old = as_numbers(age, "age") >= age_limit
    groups = []
    for name, members in (("old", is_old), ("young", ~is_old)):
        inside = sample.inside & members
        if not sample.weights[inside].sum() > 0:
            raise UndefinedError(f"The domain has no {name} person: choose another age_limit.")
        groups.append(Sample(sample.numbers, sample.weights, inside))
    return groups[0], groups[1]


def _positive_median(sample: Sample, quantile_rule: QuantileRule) -> float:
    """Return the median, or raise ``ValueError`` where it is not positive."""
    median = quantile(sample.domain_values, sample.domain_weights, 0.5, quantile_rule)
    if not median > 0:
        raise UndefinedError(f"The median of the young is {median}: the ratio is undefined.")
    return median


def _require_alpha(alpha: float) -> None:
    """Raise ``ValueError`` unless alpha is 0 or at least 1."""
    if alpha != 0 and not 1 <= alpha < np.inf:
        raise ValueError(f"alpha is {alpha}: choose 0, or a number of at least 1.")


def _watts(sample: Sample, line: float | Linearised | None, nonpositive: Nonpositive) -> Linearised:
    """Return the Watts index; the influence of the line enters where the line brings it."""
    estimated = _line(sample, line)
    positive = positive_only(sample, nonpositive, "The Watts index")
    values, weights = positive.domain_values, positive.domain_weights
    total = float(weights.sum())
    poor = values < estimated.estimate
    terms = np.log(np.where(poor, estimated.estimate / values, 1.0))
    index = _share(terms, weights)
    influence = positive.spread((terms - index) / total)
    if estimated.influence.size:
        influence = influence + _share(poor, weights) / estimated.estimate * estimated.influence
    return Linearised(index, influence)


def _sen_shorrocks_thon(sample: Sample, line: Linearised) -> Linearised:
    """Return the Sen-Shorrocks-Thon index; the line's influence enters where it brings it."""
    values, weights = sample.domain_values, sample.domain_weights
    total = float(weights.sum())
    gap, ones = _gap(values, line.estimate), np.ones(values.size)
    pairs = ranked_sum(gap, weights, gap, ones)
    index = 2 * pairs.total / total**2
    influence = sample.spread(2 * pairs.derivative / total**2 - 2 * index / total)
    if line.influence.size:
        pull = np.where(gap > 0, values, 0.0) / line.estimate**2
        slope = 2 * ranked_sum(gap, weights, pull, ones).total / total**2
        influence = influence + slope * line.influence
    return Linearised(index, influence)
