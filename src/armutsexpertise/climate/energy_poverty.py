r"""Energy poverty: indicators, their rates with standard errors, depth, overlap and bounds.

Every indicator is a boolean function of plain columns, one value per household (or per person
with the values of the household; the weights decide what is counted). Shares lie in [0, 1].
Expenditure and income are amounts of the same currency and period. Say with each result whether
the expenditure is actual or required, and what it covers: the indicators were made for the energy
used in the home, without fuel for cars.

A rate whose threshold is a national median has a twin with the suffix ``_linearised``: the
median is estimated from the same sample, and its own error enters the standard error.

=====================  ==========================================================  ==============
indicator              rule                                                        origin
=====================  ==========================================================  ==============
ten percent            share of income above 10 %                                  Hills (2012)
2M                     share above twice its national median                       EPOV
M/2                    expenditure below half its national median                  EPOV
LIHC                   required cost above its median, income after it below line  Hills (2012)
LILEE                  efficiency band D or worse, residual income below line      DESNZ
warm, arrears          answers to HH050 and HS021                                  Eurostat
=====================  ==========================================================  ==============

The answers of EU-SILC are columns already (``affords_warm_home``, ``arrears_utilities`` of the
codebooks); missing answers are dropped and counted, not taken as "no problem". Rates come from
:func:`armutsexpertise.survey.estimate.estimate`::

    frame["ten_percent"] = ten_percent(frame["energy"], frame["income"])
    design = SurveyDesign.from_frame(frame, weights="weight", clusters="psu")
    estimate(design, {
        "10 %": Proportion("ten_percent"),
        "2M": lambda f, w, inside: twice_median_rate_linearised(
            f["energy"], f["income"], w, domain=inside
        ),
        "mean gap": Ratio("gap", "ten_percent"),
    }, by="household_type")

References
----------
Hills (2012), Getting the measure of fuel poverty: final report of the Fuel Poverty Review, London
School of Economics.
EPOV/EPAH: indicators of the EU Energy Poverty Observatory and Advisory Hub. DESNZ: fuel poverty
statistics of England, low income low energy efficiency, since 2021.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from armutsexpertise._weighted import (
    BoolArray,
    FloatArray,
    Sample,
    as_mask,
    as_numbers,
    as_sample,
    as_weights,
    check_lengths,
    default_bandwidth,
    density,
    require_share,
)
from armutsexpertise.poverty import (
    at_risk_of_poverty_rate_linearised,
    poverty_line_linearised,
    weighted_quantile,
    weighted_quantile_linearised,
)
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Proportion, estimate
from armutsexpertise.survey.linearised import Linearised
from armutsexpertise.survey.models import fit

#: Share of income above which the 10 % indicator counts a household.
TEN_PERCENT = 0.10
#: Bands of the energy certificate that count as low efficiency in England's LILEE.
LOW_EFFICIENCY_BANDS = ("D", "E", "F", "G")
#: Columns of indicators and the German words for them in figures and tables.
LABELS: Mapping[str, str] = {
    "ten_percent": "10-Prozent-Regel",
    "twice_median": "2M (doppelter Median des Anteils)",
    "half_median": "M/2 (halber Median der Ausgaben)",
    "low_income_high_cost": "LIHC (wenig Einkommen, hohe Kosten)",
    "low_income_low_efficiency": "LILEE (wenig Einkommen, geringe Effizienz)",
    "cannot_keep_warm": "Wohnung nicht warm genug (HH050)",
    "utility_arrears": "Rückstände bei Energie und Wasser (HS021)",
}


def energy_share(
    expenditure: npt.ArrayLike, income: npt.ArrayLike, *, domain: npt.ArrayLike | None = None
) -> FloatArray:
    """Return the share of income spent on energy.

    Parameters
    ----------
    expenditure : array_like of float, shape (n,)
        Expenditure on energy in the home, actual or required, not negative.
    income : array_like of float, shape (n,)
        Net household income, same currency and period, positive in the domain.
    domain : array_like of bool, shape (n,), optional
        Units for which the share is wanted; default: all.

    Returns
    -------
    ndarray of float, shape (n,)
        Share, 0 or more; it exceeds 1 where more is spent than earned. NaN outside the domain.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, an expenditure is negative, or an
        income of the domain is not positive.

    Examples
    --------
    >>> energy_share([90, 110], [500, 800]).round(4)
    array([0.18  , 0.1375])
    """
    spent, earned = _amounts(expenditure, income, domain=domain)
    inside = _inside(domain, spent.size)
    without = int((inside & (earned <= 0)).sum())
    if without:
        raise ValueError(
            f"A share of income is undefined for {without} unit(s) of {int(inside.sum())} whose "
            "income is zero or negative: leave them out with domain and report their number."
        )
    share = np.full(spent.size, np.nan)
    share[inside] = spent[inside] / earned[inside]
    return share


def ten_percent(
    expenditure: npt.ArrayLike,
    income: npt.ArrayLike,
    *,
    threshold: float = TEN_PERCENT,
    poor: npt.ArrayLike | None = None,
    domain: npt.ArrayLike | None = None,
) -> BoolArray:
    """Return who spends more than a tenth of income on energy.

    Parameters
    ----------
    expenditure, income, domain
        As in `energy_share`.
    threshold : float
        Share of income, above 0 and below 1; the share must exceed it.
    poor : array_like of bool, shape (n,), optional
        With it only those below the poverty line count, the variant that leaves out households
        of high income and high consumption.

    Returns
    -------
    ndarray of bool, shape (n,)
        False outside the domain.

    Raises
    ------
    TypeError, ValueError
        As in `energy_share`; ``ValueError`` also if the threshold is no share.

    Notes
    -----
    The threshold is fixed and has no sampling error: estimate the rate as a
    :class:`~armutsexpertise.survey.estimate.Proportion` of this column.

    Examples
    --------
    >>> ten_percent([90, 110, 95, 130], [500, 800, 1000, 1200]).tolist()
    [True, True, False, True]
    """
    require_share(threshold, "threshold")
    share = energy_share(expenditure, income, domain=domain)
    hit = np.nan_to_num(share) > threshold
    return hit if poor is None else hit & _flag(poor, "poor", hit.size)


def twice_median(
    expenditure: npt.ArrayLike,
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    multiple: float = 2.0,
    nation: npt.ArrayLike | None = None,
) -> BoolArray:
    """Return whose share of income spent on energy exceeds twice the national median (2M).

    Parameters
    ----------
    expenditure, income
        As in `energy_share`.
    weight : array_like of float, shape (n,), optional
        Weights for the median; default: each unit counts once.
    multiple : float
        Multiple of the median share, positive.
    nation : array_like of bool, shape (n,), optional
        Units with a share, which set the median; default: all. Leave out those of no income.

    Returns
    -------
    ndarray of bool, shape (n,)
        False outside the nation.

    Raises
    ------
    TypeError, ValueError
        As in `energy_share`; ``ValueError`` also for bad weights or a multiple that is not
        positive.

    Examples
    --------
    >>> twice_median([90, 110, 95, 130, 120], [500, 2000, 1900, 2600, 2400]).tolist()
    [True, False, False, False, False]
    """
    _require_positive(multiple, "multiple")
    check_lengths(expenditure=expenditure, weight=weight)
    share = energy_share(expenditure, income, domain=nation)
    line = multiple * weighted_quantile(np.nan_to_num(share), weight, domain=nation)
    return np.asarray(np.nan_to_num(share) > line)


def twice_median_rate_linearised(
    expenditure: npt.ArrayLike,
    income: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    multiple: float = 2.0,
    domain: npt.ArrayLike | None = None,
    nation: npt.ArrayLike | None = None,
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the 2M rate of a domain with the influence of the national median in it.

    Parameters
    ----------
    expenditure, income, weight, multiple
        As in `twice_median`.
    domain : array_like of bool, shape (n,), optional
        Units whose rate is wanted; default: all.
    nation : array_like of bool, shape (n,), optional
        Units that set the median; default: all. Must contain the domain.
    bandwidth : float, optional
        Bandwidth of the densities, in units of the share; default: weighted standard deviation
        divided by the fifth root of the sum of weights. Shares of a few very small incomes make
        it too wide: then give one, as a tenth of the median share.

    Returns
    -------
    Linearised
        Rate in [0, 1] and influence values of all units, also of those outside the domain.

    Raises
    ------
    TypeError, ValueError
        As in `twice_median`; ``ValueError`` also where the domain leaves the nation or a
        density cannot be estimated.

    Notes
    -----
    With the shares :math:`s`, their median :math:`\hat m`, the line :math:`\hat z = k\hat m`
    and the density :math:`\hat f_D` of the shares of the domain,

    .. math:: u_i = \frac{1(i \in D)}{\hat N_D}\bigl(1(s_i > \hat z) - \hat r\bigr)
              - \hat f_D(\hat z)\, k\, u_i(\hat m), \qquad
              u_i(\hat m) = -\frac{1(s_i \le \hat m) - 1/2}{\hat N \hat f(\hat m)}

    the mirror image of the at-risk-of-poverty rate. Deville (1999), Survey Methodology 25,
    193-203; Osier (2009), doi:10.18148/srm/2009.v3i3.369. In a survey design:
    ``lambda frame, w, inside: twice_median_rate_linearised(frame["energy"], frame["income"], w,
    domain=inside)``.

    Examples
    --------
    >>> rate = twice_median_rate_linearised(
    ...     [90, 110, 95, 130, 120], [500, 2000, 1900, 2600, 2400])
    >>> round(rate.estimate, 3), rate.influence.shape
    (0.2, (5,))
    """
    _require_positive(multiple, "multiple")
    check_lengths(expenditure=expenditure, weight=weight, domain=domain, nation=nation)
    everyone = _inside(nation, np.size(np.asarray(expenditure)))
    share = np.nan_to_num(energy_share(expenditure, income, domain=everyone))
    inside = _within(domain, everyone)
    median = weighted_quantile_linearised(share, weight, domain=everyone, bandwidth=bandwidth)
    line = Linearised(multiple * median.estimate, multiple * median.influence)
    below = at_risk_of_poverty_rate_linearised(
        share, weight, domain=inside, line=line, inclusive=True, bandwidth=bandwidth
    )
    return Linearised(1 - below.estimate, -below.influence)


def half_median(
    expenditure: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    share: float = 0.5,
    nation: npt.ArrayLike | None = None,
) -> BoolArray:
    """Return whose expenditure lies below half the national median (M/2, hidden energy poverty).

    Parameters
    ----------
    expenditure : array_like of float, shape (n,)
        Expenditure on energy in the home, not negative. Equivalised where household sizes are
        to be compared; say so.
    weight : array_like of float, shape (n,), optional
        Weights for the median; default: each unit counts once.
    share : float
        Share of the median, above 0 and below 1.
    nation : array_like of bool, shape (n,), optional
        Units that set the median; default: all.

    Returns
    -------
    ndarray of bool, shape (n,)
        Expenditure is below the line.

    Raises
    ------
    TypeError, ValueError
        As in `energy_share`; ``ValueError`` also for bad weights.

    Notes
    -----
    Low spending is also the mark of an efficient dwelling, of energy paid within the rent and of
    small households: the indicator shows where to look, not who suffers.

    Examples
    --------
    >>> half_median([90, 110, 40, 130, 120]).tolist()
    [False, False, True, False, False]
    """
    require_share(share, "share")
    check_lengths(expenditure=expenditure, weight=weight, nation=nation)
    spent = _spent(expenditure)
    return np.asarray(spent < share * weighted_quantile(spent, weight, domain=nation))


def half_median_rate_linearised(
    expenditure: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    share: float = 0.5,
    domain: npt.ArrayLike | None = None,
    nation: npt.ArrayLike | None = None,
    bandwidth: float | None = None,
) -> Linearised:
    r"""Return the M/2 rate of a domain with the influence of the national median in it.

    Parameters
    ----------
    expenditure, weight, share, nation
        As in `half_median`.
    domain : array_like of bool, shape (n,), optional
        Units whose rate is wanted; default: all.
    bandwidth : float, optional
        Bandwidth of the densities, in the unit of the expenditure; default as in
        `twice_median_rate_linearised`.

    Returns
    -------
    Linearised
        Rate in [0, 1] and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `half_median`; ``ValueError`` also where a density cannot be estimated.

    Notes
    -----
    Formally the at-risk-of-poverty rate of the expenditure with a line at half its median:

    .. math:: u_i = \frac{1(i \in D)}{\hat N_D}\bigl(1(e_i < \hat z) - \hat r\bigr)
              + \hat f_D(\hat z)\, u_i(\hat z), \qquad \hat z = \hat m_e / 2

    Deville (1999), Survey Methodology 25, 193-203; Osier (2009),
    doi:10.18148/srm/2009.v3i3.369.

    Examples
    --------
    >>> round(half_median_rate_linearised([90, 110, 40, 130, 120]).estimate, 3)
    0.2
    """
    check_lengths(expenditure=expenditure, weight=weight, domain=domain, nation=nation)
    spent = _spent(expenditure)
    line = poverty_line_linearised(spent, weight, share=share, domain=nation, bandwidth=bandwidth)
    return at_risk_of_poverty_rate_linearised(
        spent, weight, domain=domain, line=line, bandwidth=bandwidth
    )


def low_income_high_cost(
    required_cost: npt.ArrayLike,
    income: npt.ArrayLike,
    line: float,
    weight: npt.ArrayLike | None = None,
    *,
    nation: npt.ArrayLike | None = None,
) -> BoolArray:
    """Return who has a required cost above the median and an income below the line after it (LIHC).

    Parameters
    ----------
    required_cost : array_like of float, shape (n,)
        Cost of heating the home adequately, not negative. Actual expenditure in its place
        misses those who heat too little: say so.
    income : array_like of float, shape (n,)
        Net income, of any sign, same currency, period and equivalisation as the cost; Hills
        (2012) takes it after housing costs.
    line : float
        Poverty line for the income after the cost.
    weight : array_like of float, shape (n,), optional
        Weights for the median cost; default: each unit counts once.
    nation : array_like of bool, shape (n,), optional
        Units that set the median cost; default: all.

    Returns
    -------
    ndarray of bool, shape (n,)
        Both conditions hold.

    Raises
    ------
    TypeError, ValueError
        As in `energy_share`, but income may be of any sign; ``ValueError`` also for bad weights
        or a line that is not finite.

    Examples
    --------
    >>> low_income_high_cost([90, 150, 120], [2000, 1100, 700], 990).tolist()
    [False, True, False]
    """
    cost, earned = _amounts(required_cost, income, weight=weight, nation=nation)
    high = cost > weighted_quantile(cost, weight, domain=nation)
    return np.asarray(high & (earned - cost < _finite(line, "line")))


def low_income_high_cost_rate_linearised(
    required_cost: npt.ArrayLike,
    income: npt.ArrayLike,
    line: float | Linearised | None = None,
    weight: npt.ArrayLike | None = None,
    *,
    domain: npt.ArrayLike | None = None,
    nation: npt.ArrayLike | None = None,
    bandwidths: tuple[float | None, float | None] = (None, None),
) -> Linearised:
    r"""Return the LIHC rate of a domain with the influence of both thresholds in it.

    Parameters
    ----------
    required_cost, income, weight, nation
        As in `low_income_high_cost`.
    line : float or Linearised, optional
        A number is a fixed line; default: 60 % of the median income of the nation, estimated.
    domain : array_like of bool, shape (n,), optional
        Units whose rate is wanted; default: all.
    bandwidths : tuple of two floats or None
        Bandwidths of the densities of the cost and of the income after it.

    Returns
    -------
    Linearised
        Rate in [0, 1] and influence values of all units.

    Raises
    ------
    TypeError, ValueError
        As in `low_income_high_cost`; ``ValueError`` also where a density cannot be estimated.

    Notes
    -----
    With the cost c, its median :math:`\hat m`, the income after it :math:`a = y - c`, the line
    :math:`\hat z` and the rate :math:`\hat r`,

    .. math:: u_i = \frac{1(i \in D)}{\hat N_D}(1_i - \hat r)
              - \hat f_c(\hat m \mid a < \hat z)\, u_i(\hat m)
              + \hat f_a(\hat z \mid c > \hat m)\, u_i(\hat z)

    where each density is that of the domain, counting only the units that meet the other
    condition. Rules of Deville (1999), Survey Methodology 25, 193-203, for a share below two
    estimated thresholds.

    Examples
    --------
    >>> rate = low_income_high_cost_rate_linearised(
    ...     [90, 150, 120, 100], [2000, 1100, 700, 1500], 990.0, bandwidths=(20, 300))
    >>> rate.estimate
    0.5
    """
    cost, earned = _amounts(required_cost, income, weight=weight, domain=domain, nation=nation)
    if line is None:
        line = poverty_line_linearised(earned, weight, domain=nation, bandwidth=bandwidths[1])
    at = line.estimate if isinstance(line, Linearised) else _finite(line, "line")
    median = weighted_quantile_linearised(cost, weight, domain=nation, bandwidth=bandwidths[0])
    high, left = cost > median.estimate, earned - cost
    costs, after = as_sample(cost, weight, domain), as_sample(left, weight, domain)
    hit = (high & (left < at))[costs.inside]
    weights = costs.domain_weights
    size = float(weights.sum())
    rate = float((weights * hit).sum()) / size
    influence = costs.spread((hit - rate) / size)
    influence = influence - median.influence * _slope(
        costs, median.estimate, bandwidths[0], left < at
    )
    if isinstance(line, Linearised):
        influence = influence + line.influence * _slope(after, at, bandwidths[1], high)
    return Linearised(rate, influence)


def pushed_below_line(expenditure: npt.ArrayLike, income: npt.ArrayLike, line: float) -> BoolArray:
    """Return whom the cost of energy takes below a poverty line.

    Parameters
    ----------
    expenditure : array_like of float, shape (n,)
        Expenditure on energy in the home, not negative.
    income : array_like of float, shape (n,)
        Net income, same currency, period and equivalisation.
    line : float
        Poverty line.

    Returns
    -------
    ndarray of bool, shape (n,)
        Income is at or above the line, and below it after the expenditure.

    Raises
    ------
    TypeError, ValueError
        As in `low_income_high_cost`.

    Examples
    --------
    >>> pushed_below_line([90, 95, 150], [500, 1000, 1200], 990).tolist()
    [False, True, False]
    """
    spent, earned = _amounts(expenditure, income)
    at = _finite(line, "line")
    return np.asarray((earned >= at) & (earned - spent < at))


def low_income_low_efficiency(
    efficiency_band: npt.ArrayLike,
    residual_income: npt.ArrayLike,
    line: float,
    *,
    bands: Sequence[str] = ("A", "B", "C", "D", "E", "F", "G"),
    low: Sequence[str] = LOW_EFFICIENCY_BANDS,
) -> BoolArray:
    """Return who lives in an inefficient home with a low residual income (LILEE).

    Parameters
    ----------
    efficiency_band : array_like of str, shape (n,)
        Band of the energy certificate.
    residual_income : array_like of float, shape (n,)
        Income after housing costs and energy needs, equivalised as the line.
    line : float
        Poverty line for the residual income.
    bands, low : sequence of str
        All bands of the certificate, and those that count as inefficient. German certificates
        run to H and their classes mean other values than the English: England's rule on German
        bands is an analogy, not the same indicator.

    Returns
    -------
    ndarray of bool, shape (n,)
        Both conditions hold.

    Raises
    ------
    TypeError
        If the income is not numeric.
    ValueError
        If lengths or indexes differ, a value is missing, or a band is unknown.

    Examples
    --------
    >>> low_income_low_efficiency(["C", "D", "G"], [800, 800, 1500], 990).tolist()
    [False, True, False]
    """
    check_lengths(efficiency_band=efficiency_band, residual_income=residual_income)
    band = pd.Series(np.asarray(efficiency_band, dtype=object))
    unknown = int((~band.isin(bands)).sum())
    if unknown or not set(low) <= set(bands):
        raise ValueError(
            f"efficiency_band holds {unknown} value(s) of {band.size} outside the bands "
            f"{', '.join(bands)}: recode them, or name the bands of your certificate."
        )
    left = as_numbers(residual_income, "residual_income")
    return np.asarray(band.isin(low).to_numpy() & (left < _finite(line, "line")))


def energy_poverty_gap(
    expenditure: npt.ArrayLike, income: npt.ArrayLike, threshold_share: float
) -> FloatArray:
    """Return the expenditure above a share of income: the depth of the 10 % and 2M indicators.

    Parameters
    ----------
    expenditure, income
        As in `energy_share`.
    threshold_share : float
        Share of income: 0.10, or twice the median share.

    Returns
    -------
    ndarray of float, shape (n,)
        Amount by which the bill would have to fall, 0 for units that are not above the share.

    Raises
    ------
    TypeError, ValueError
        As in `energy_share`; ``ValueError`` also if the share is not positive.

    Examples
    --------
    >>> energy_poverty_gap([90, 95], [500, 1000], 0.10)
    array([40.,  0.])
    """
    _require_positive(threshold_share, "threshold_share")
    spent, earned = _amounts(expenditure, income)
    share = energy_share(spent, earned)
    return np.where(share > threshold_share, spent - threshold_share * earned, 0.0)


def half_median_gap(
    expenditure: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    share: float = 0.5,
    nation: npt.ArrayLike | None = None,
) -> FloatArray:
    """Return the expenditure missing to half the national median: the depth of M/2.

    Parameters
    ----------
    expenditure, weight, share, nation
        As in `half_median`.

    Returns
    -------
    ndarray of float, shape (n,)
        Amount up to the line, 0 for units at or above it.

    Raises
    ------
    TypeError, ValueError
        As in `half_median`.

    Examples
    --------
    >>> half_median_gap([90, 110, 40, 130, 120])
    array([ 0.,  0., 15.,  0.,  0.])
    """
    require_share(share, "share")
    check_lengths(expenditure=expenditure, weight=weight, nation=nation)
    spent = _spent(expenditure)
    return np.maximum(share * weighted_quantile(spent, weight, domain=nation) - spent, 0.0)


def low_income_high_cost_gap(
    required_cost: npt.ArrayLike,
    income: npt.ArrayLike,
    line: float,
    weight: npt.ArrayLike | None = None,
    *,
    nation: npt.ArrayLike | None = None,
) -> FloatArray:
    """Return the smallest cut in the required cost that ends low income and high cost.

    Parameters
    ----------
    required_cost, income, line, weight, nation
        As in `low_income_high_cost`.

    Returns
    -------
    ndarray of float, shape (n,)
        Distance to the nearer of the two thresholds, 0 for units that are not counted.

    Raises
    ------
    TypeError, ValueError
        As in `low_income_high_cost`.

    Notes
    -----
    The fuel poverty gap of Hills (2012): the cost falls to its median, or the income after it
    rises to the line, whichever takes less.

    Examples
    --------
    >>> low_income_high_cost_gap([90, 150, 120], [2000, 1100, 700], 990)
    array([ 0., 30.,  0.])
    """
    hit = low_income_high_cost(required_cost, income, line, weight, nation=nation)
    cost, earned = _amounts(required_cost, income)
    to_median = cost - weighted_quantile(cost, weight, domain=nation)
    return np.where(hit, np.minimum(to_median, line - (earned - cost)), 0.0)


def mean_gap_of_poor(
    gap: npt.ArrayLike, energy_poor: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> float:
    """Return the mean depth among the energy poor.

    Parameters
    ----------
    gap : array_like of float, shape (n,)
        Depth, not negative.
    energy_poor : array_like of bool, shape (n,)
        Unit is energy poor.
    weight : array_like of float, shape (n,), optional
        Weights; default: each unit counts once.

    Returns
    -------
    float
        Mean gap in its currency; NaN where nobody is energy poor. With a design, take the
        ``Ratio`` of the gap and the indicator.

    Raises
    ------
    TypeError, ValueError
        If types, lengths or weights are wrong, or a gap is negative.

    Examples
    --------
    >>> mean_gap_of_poor([40, 0, 20], [True, False, True])
    30.0
    """
    check_lengths(gap=gap, energy_poor=energy_poor, weight=weight)
    depth, hit = as_numbers(gap, "gap"), as_mask(energy_poor, "energy_poor")
    weights = as_weights(weight, depth.size)
    negative = int((depth < 0).sum())
    if negative:
        raise ValueError(
            f"gap has {negative} negative value(s) of {depth.size}: a gap is 0 or more."
        )
    mass = float(weights[hit].sum())
    return float((weights * depth)[hit].sum()) / mass if mass > 0 else float("nan")


def combined(indicators: pd.DataFrame, of: Sequence[str], *, at_least: int = 1) -> BoolArray:
    """Return who meets at least so many of several indicators: an own combination.

    Parameters
    ----------
    indicators : DataFrame of bool, shape (n, any)
        One column per indicator.
    of : sequence of str
        Columns that count.
    at_least : int
        Number that must hold, from 1 (any) to the number of columns (all).

    Returns
    -------
    ndarray of bool, shape (n,)
        The combination holds.

    Raises
    ------
    TypeError
        If a column is not boolean.
    ValueError
        If a column is absent, named twice, or ``at_least`` is out of range.

    Examples
    --------
    >>> table = pd.DataFrame({"cold": [True, True, False], "arrears": [True, False, False]})
    >>> combined(table, ["cold", "arrears"], at_least=2).tolist()
    [True, False, False]
    """
    flags = _flags(indicators, of)
    if not 1 <= at_least <= len(of):
        raise ValueError(
            f"at_least is {at_least}: choose 1 to {len(of)}, the number of indicators."
        )
    return np.asarray(flags.sum(axis=1) >= at_least)


def overlap(
    design: SurveyDesign, indicators: Sequence[str], *, level: float = 0.95
) -> pd.DataFrame:
    """Estimate how often each combination of indicators occurs, with standard errors.

    Parameters
    ----------
    design : SurveyDesign
        The sample; its frame holds the boolean columns.
    indicators : sequence of str
        Columns, two or more.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DataFrame, one row per combination that occurs
        The indicators as boolean columns, ``degree`` (how many hold), ``estimate`` (share of all
        units, in [0, 1]), ``se``, ``ci_low``, ``ci_high``, ``n_cell`` (rows of the combination;
        check it against the disclosure rule before it is published) and ``n``. Most frequent
        combination first, that of none last. The shares sum to 1.

    Raises
    ------
    TypeError
        If a column is not boolean.
    ValueError
        If a column is absent or named twice, or fewer than two are given.

    Examples
    --------
    >>> frame = pd.DataFrame({"cold": [True, True, False, False],
    ...     "arrears": [True, False, False, False], "w": 1.0})
    >>> table = overlap(SurveyDesign.from_frame(frame, weights="w"), ["cold", "arrears"])
    >>> table[["cold", "arrears", "degree", "estimate"]].to_numpy().tolist()
    [[True, False, 1, 0.25], [True, True, 2, 0.25], [False, False, 0, 0.5]]
    """
    flags = _flags(design.frame, indicators)
    if len(indicators) < 2:
        raise ValueError("indicators: an overlap needs two or more.")
    codes = flags.to_numpy() @ (2 ** np.arange(len(indicators)))
    column = "_combination"
    marked = replace(design, frame=design.frame.assign(**{column: codes}))
    carries = design.weights > 0
    found = {str(code): Proportion(column, code) for code in np.unique(codes[carries])}
    result = estimate(marked, found, level=level)
    code = result["indicator"].astype(int).to_numpy()
    table = pd.DataFrame({name: (code >> place) & 1 == 1 for place, name in enumerate(indicators)})
    table["degree"] = table.sum(axis=1)
    table = table.join(result[["estimate", "se", "ci_low", "ci_high"]])
    table["n_cell"] = np.bincount(codes[carries])[code]
    table["n"] = result["n"].to_numpy()
    table["_none"] = table["degree"] == 0
    table["_code"] = code
    return table.sort_values(
        ["_none", "estimate", "_code"], ascending=[True, False, True], ignore_index=True
    ).drop(columns=["_none", "_code"])


def pairwise_overlap(
    indicators: pd.DataFrame, of: Sequence[str], weight: npt.ArrayLike | None = None
) -> pd.DataFrame:
    r"""Compare indicators two by two.

    Parameters
    ----------
    indicators : DataFrame of bool, shape (n, any)
        One column per indicator.
    of : sequence of str
        Columns to compare.
    weight : array_like of float, shape (n,), optional
        Weights; default: each unit counts once.

    Returns
    -------
    DataFrame, one row per pair
        ``first``, ``second``, ``both`` (share of all), ``second_of_first`` and
        ``first_of_second`` (conditional shares), ``jaccard`` (both over at least one) and
        ``kappa`` (agreement beyond chance, at most 1). NaN where undefined.

    Raises
    ------
    TypeError, ValueError
        As in `combined`; ``ValueError`` also for bad weights.

    Notes
    -----
    :math:`\kappa = (p_o - p_e)/(1 - p_e)` with the shares of observed and of chance agreement:
    Cohen (1960), doi:10.1177/001316446002000104.

    Examples
    --------
    >>> table = pd.DataFrame({"cold": [True, True, False], "arrears": [True, False, False]})
    >>> pairwise_overlap(table, ["cold", "arrears"])[["both", "jaccard", "kappa"]].round(3)
        both  jaccard  kappa
    0  0.333      0.5    0.4
    """
    flagged = _flags(indicators, of)
    check_lengths(indicators=flagged.iloc[:, 0], weight=weight)
    flags, weights = flagged.to_numpy(), as_weights(weight, len(flagged))
    total = float(weights.sum())
    if not total > 0:
        raise ValueError("The units weigh zero in total: nothing can be compared.")
    rows = []
    for i, j in combinations(range(len(of)), 2):
        a, b = flags[:, i], flags[:, j]
        p, q = float(weights[a].sum()) / total, float(weights[b].sum()) / total
        both = float(weights[a & b].sum()) / total
        agree, chance = 1 - p - q + 2 * both, p * q + (1 - p) * (1 - q)
        rows.append(
            {
                "first": of[i],
                "second": of[j],
                "both": both,
                "second_of_first": _ratio(both, p),
                "first_of_second": _ratio(both, q),
                "jaccard": _ratio(both, p + q - both),
                "kappa": _ratio(agree - chance, 1 - chance),
            }
        )
    return pd.DataFrame(rows)


def determinants(
    design: SurveyDesign,
    indicator: str,
    terms: Sequence[str],
    *,
    where: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate average marginal effects on the probability of energy poverty, by logit.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    indicator : str
        Boolean column.
    terms : sequence of str
        Terms as in :func:`armutsexpertise.survey.models.fit`. Leave out what defines the
        indicator (income and expenditure for 10 %, 2M and LIHC): it would explain itself.
    where : str, optional
        Boolean column: the subpopulation.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DataFrame
        Tidy frame of :meth:`armutsexpertise.survey.models.Model.marginal_effects`, in units of
        probability. Associations, not effects of a measure.

    Raises
    ------
    TypeError, ValueError
        As in :func:`armutsexpertise.survey.models.fit`.

    Examples
    --------
    >>> frame = pd.DataFrame({"cold": [True, True, False, True, False, False, False, True],
    ...     "tenant": [True, True, True, True, False, False, False, False], "w": 1.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> determinants(design, "cold", ["tenant"])[["indicator", "estimate"]].round(3)
         indicator  estimate
    0  tenant=True       0.5
    """
    _flags(design.frame, [indicator])
    model = fit(design, indicator, terms, "logit", where=where)
    return model.marginal_effects(level=level)


def check_classes(classes: pd.DataFrame) -> pd.DataFrame:
    """Check a table by income class and return it in ascending order.

    Parameters
    ----------
    classes : DataFrame, one row per class
        ``income_low`` (inclusive) and ``income_high`` (exclusive), in currency per period; the
        lowest class may lack the lower end (then 0), the highest the upper (then open).
        ``weight``: households or persons of the class. ``expenditure``: their mean.

    Returns
    -------
    DataFrame
        The four columns and any others; ``income_high`` is infinite for an open class.

    Raises
    ------
    ValueError
        If a column is absent, a class is empty or reversed, classes leave a gap or overlap, an
        inner end is missing, an expenditure or weight is missing or negative, or a column
        ``unit`` holds several units.

    Examples
    --------
    >>> table = pd.DataFrame({"income_low": [1300, None], "income_high": [None, 1300.0],
    ...     "weight": [60, 40], "expenditure": [160, 100]})
    >>> check_classes(table)["income_high"].tolist()
    [1300.0, inf]
    """
    needed = ("income_low", "income_high", "weight", "expenditure")
    absent = [name for name in needed if name not in classes.columns]
    if absent or classes.empty:
        raise ValueError(
            f"The class table lacks {', '.join(absent) or 'rows'}: give income_low, income_high, "
            "weight and expenditure, one row per class."
        )
    units = set(classes["unit"]) if "unit" in classes.columns else set()
    if len(units) > 1:
        raise ValueError(f"The class table mixes {len(units)} units: convert all rows to one.")
    table = classes.assign(
        income_low=classes["income_low"].astype(float),
        income_high=classes["income_high"].astype(float),
    )
    open_low, open_high = table["income_low"].isna(), table["income_high"].isna()
    if open_low.sum() > 1 or open_high.sum() > 1:
        raise ValueError(
            f"The class table has {int(open_low.sum())} classes without lower and "
            f"{int(open_high.sum())} without upper end: only one of each may be open."
        )
    table["income_low"] = table["income_low"].fillna(0.0)
    table["income_high"] = table["income_high"].fillna(np.inf)
    table = table.sort_values(["income_low", "income_high"], ignore_index=True)
    low, high = table["income_low"].to_numpy(), table["income_high"].to_numpy()
    reversed_ = int((low >= high).sum())
    if reversed_ or low[0] < 0:
        raise ValueError(
            f"The class table has {reversed_ + int(low[0] < 0)} class(es) whose ends are reversed, "
            "equal or negative: correct them."
        )
    step = low[1:] - high[:-1]
    overlaps, gaps = int((step < 0).sum()), int((step > 0).sum())
    if overlaps or gaps:
        raise ValueError(
            f"The income classes leave {gaps} gap(s) and {overlaps} overlap(s) in "
            f"{len(table)} classes: each must begin where the one before ends (upper ends are "
            "exclusive: 1300, not 1299)."
        )
    for name in ("weight", "expenditure"):
        values = table[name].to_numpy(dtype=float)
        bad = int((~(values >= 0) | np.isinf(values)).sum())
        if bad:
            raise ValueError(
                f"The class table has {bad} {name} value(s) that are missing, infinite or "
                "negative: correct them or leave the table out."
            )
    return table


def grouped_energy_share(classes: pd.DataFrame) -> pd.DataFrame:
    """Return the bounds of the share of income spent on energy in each income class.

    Parameters
    ----------
    classes : DataFrame
        As in `check_classes`; with a column ``income`` (mean of the class), the share of means
        is given too.

    Returns
    -------
    DataFrame, one row per class in ascending order
        The table with ``share_low`` and ``share_high``: the ratio of mean expenditure to mean
        income lies between them, as the mean income lies within the class; and ``share``, NaN
        without ``income``. An open class has the lower bound 0, a class from 0 no upper bound
        (infinite).

    Raises
    ------
    ValueError
        As in `check_classes`; also if a mean income lies outside its class.

    Notes
    -----
    This is the ratio of two means, not the mean of the ratios of households, and says nothing of
    how many households spend more.

    Examples
    --------
    >>> table = pd.DataFrame({"income_low": [900, 1300], "income_high": [1300, 1500],
    ...     "weight": [1, 1], "expenditure": [117, 130]})
    >>> grouped_energy_share(table)[["share_low", "share_high"]].round(3).to_numpy().tolist()
    [[0.09, 0.13], [0.087, 0.1]]
    """
    table = check_classes(classes)
    spent = table["expenditure"].to_numpy(dtype=float)
    low, high = table["income_low"].to_numpy(), table["income_high"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        table["share_low"] = spent / high
        table["share_high"] = np.where(low > 0, spent / low, np.inf)
    table["share"] = np.nan
    if "income" in table.columns:
        means = as_numbers(table["income"], "income")
        outside = int(((means < low) | (means > high) | (means <= 0)).sum())
        if outside:
            raise ValueError(
                f"{outside} class(es) have a mean income outside their limits: check the period "
                "(month or year) and the rows."
            )
        table["share"] = spent / means
    return table


def grouped_headcount_bounds(
    classes: pd.DataFrame,
    *,
    threshold: float = TEN_PERCENT,
    maximum: float | None = None,
) -> pd.DataFrame:
    r"""Return bounds of the share of units above a share of income, by class and in total.

    Parameters
    ----------
    classes : DataFrame
        As in `check_classes`. ``expenditure`` is the mean of the class.
    threshold : float
        Share of income, above 0 and below 1.
    maximum : float, optional
        Expenditure that no unit exceeds, in the unit of ``expenditure``; without it one
        household could have spent everything and the lower bounds are 0.

    Returns
    -------
    DataFrame
        One row per class and a last row of the total (``income_low`` and ``income_high`` then
        0 and infinite): ``income_low``, ``income_high``, ``weight``, ``rate_low``,
        ``rate_high``, in [0, 1]; ``mean_decides``: ``above`` or ``not above`` where every
        income of the class puts the mean expenditure on one side of the threshold, else
        ``open``.

    Raises
    ------
    ValueError
        As in `check_classes`; also if the threshold is no share or a mean exceeds ``maximum``.

    Notes
    -----
    In a class with incomes in [a, b), mean expenditure :math:`\bar e` and expenditure in
    [0, M], the share of units with :math:`e > \theta y` is at most
    :math:`\min(1, \bar e / (\theta a))` (Markov's inequality) and at least
    :math:`(\bar e - \theta b) / (M - \theta b)`, if positive. Nothing narrower follows from the
    class means; what narrows it is microdata or a second figure per class. The bounds are wide
    on purpose: a rate read from class means alone is a guess. Worst-case reasoning as in Manski
    (2003), doi:10.1007/b97478.

    Examples
    --------
    >>> table = pd.DataFrame({"income_low": [900, 1500], "income_high": [1500, 4000],
    ...     "weight": [1, 1], "expenditure": [180, 120]})
    >>> bounds = grouped_headcount_bounds(table, maximum=600)
    >>> bounds[["rate_low", "rate_high", "mean_decides"]].round(3).to_numpy().tolist()
    [[0.067, 1.0, 'above'], [0.0, 0.8, 'not above'], [0.033, 0.9, 'open']]
    """
    require_share(threshold, "threshold")
    table = check_classes(classes)
    spent = table["expenditure"].to_numpy(dtype=float)
    weights = table["weight"].to_numpy(dtype=float)
    if not weights.sum() > 0:
        raise ValueError("The classes weigh zero in total: give households or persons per class.")
    if maximum is not None and (spent > maximum).any():
        raise ValueError(
            f"{int((spent > maximum).sum())} class mean(s) exceed maximum: it must hold for every "
            "unit."
        )
    lower = threshold * table["income_low"].to_numpy()
    upper = threshold * table["income_high"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        high = np.where(lower > 0, np.minimum(1.0, spent / lower), np.where(spent > 0, 1.0, 0.0))
        low = np.zeros(len(table))
        if maximum is not None:
            room = maximum - upper
            low = np.where((spent > upper) & (room > 0), (spent - upper) / room, 0.0)
    table["rate_low"], table["rate_high"] = low, high
    table["mean_decides"] = np.select(
        [spent >= upper, spent <= lower], ["above", "not above"], "open"
    )
    share = weights / weights.sum()
    total = pd.DataFrame(
        {
            "income_low": [0.0],
            "income_high": [np.inf],
            "weight": [weights.sum()],
            "rate_low": [float(share @ low)],
            "rate_high": [float(share @ high)],
            "mean_decides": ["open"],
        }
    )
    return pd.concat([table[total.columns], total], ignore_index=True)


def _amounts(
    expenditure: npt.ArrayLike, income: npt.ArrayLike, **along: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray]:
    """Return checked expenditure and income of the same units as what is given along."""
    check_lengths(expenditure=expenditure, income=income, **along)
    return _spent(expenditure), as_numbers(income, "income")


def _spent(expenditure: npt.ArrayLike) -> FloatArray:
    spent = as_numbers(expenditure, "expenditure")
    negative = int((spent < 0).sum())
    if negative:
        raise ValueError(
            f"expenditure has {negative} negative value(s) of {spent.size}: refunds of earlier "
            "years belong to those years, set them apart with a documented rule."
        )
    return spent


def _inside(domain: npt.ArrayLike | None, size: int) -> BoolArray:
    return np.ones(size, dtype=bool) if domain is None else _flag(domain, "domain", size)


def _within(domain: npt.ArrayLike | None, nation: BoolArray) -> BoolArray:
    """Return the domain, which the nation must contain; default: the nation."""
    if domain is None:
        return nation
    inside = _flag(domain, "domain", nation.size)
    beyond = int((inside & ~nation).sum())
    if beyond:
        raise ValueError(
            f"The domain has {beyond} unit(s) outside nation: leave out of both those whose "
            "share is undefined."
        )
    return inside


def _flag(values: npt.ArrayLike, name: str, size: int) -> BoolArray:
    mask = as_mask(values, name)
    if mask.size != size:
        raise ValueError(f"{name} has {mask.size} values for {size} units: give one per unit.")
    return mask


def _flags(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return boolean columns, checked."""
    absent = [name for name in names if name not in frame.columns]
    if absent or not names or len(set(names)) < len(names):
        raise ValueError(
            f"The indicators lack {', '.join(absent) or 'a name or repeat one'}: name columns of "
            "the frame, each once."
        )
    return pd.DataFrame({name: as_mask(frame[name], name) for name in names})


def _slope(sample: Sample, at: float, bandwidth: float | None, counted: BoolArray) -> float:
    """Return the density of the domain at a point, counting some of its units only."""
    values, weights = sample.domain_values, sample.domain_weights
    width = default_bandwidth(values, weights) if bandwidth is None else bandwidth
    return density(values, weights, at, width, counted[sample.inside].astype(np.float64))


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else float("nan")


def _require_positive(value: float, name: str) -> None:
    if not 0 < value < np.inf:
        raise ValueError(f"{name} is {value}: give a positive number.")


def _finite(value: float, name: str) -> float:
    if not np.isfinite(value):
        raise ValueError(f"{name} is {value}: give a finite amount.")
    return float(value)
