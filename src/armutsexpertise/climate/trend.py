"""Changes and trends of short official series, within what is comparable.

A series is a frame with one row per year: ``period`` (year, as a whole number or as the text that
:func:`armutsexpertise.series.series` returns), ``value``, and, if known, ``se`` (standard error),
``resolution`` (unit of the last printed digit, as 0.1) and ``break_before`` (True where the value
cannot be compared with those before it, as that function marks it).
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from armutsexpertise._weighted import FloatArray, as_mask, as_numbers

#: Fewest comparable points from which a trend is estimated.
MINIMUM_POINTS = 8

TrendKind = Literal["linear", "quasi_poisson"]


class Change(NamedTuple):
    """Difference of two values of a series.

    Attributes
    ----------
    before, after : int
        Periods compared.
    difference : float
        Later minus earlier value, in the unit of the series.
    low, high : float
        Range of the difference: confidence interval where both standard errors are known, else
        what rounding leaves open, else NaN.
    basis : str
        What the range is.
    """

    before: int
    after: int
    difference: float
    low: float
    high: float
    basis: str


class Trend(NamedTuple):
    """Trend of a series over comparable points.

    Attributes
    ----------
    slope : float
        Change per ten periods: in the unit of the series (linear), or the factor by which the
        mean changes (quasi-Poisson).
    low, high : float
        Confidence interval of ``slope``.
    kind : str
        Model.
    first, last : int
        Periods covered.
    n : int
        Points.
    lags : int
        Lags of the autocorrelation-consistent standard error.
    autocorrelation : float
        Of the residuals at one period's distance, in [-1, 1].
    dispersion : float
        Variance over mean (quasi-Poisson), residual standard deviation (linear).
    """

    slope: float
    low: float
    high: float
    kind: str
    first: int
    last: int
    n: int
    lags: int
    autocorrelation: float
    dispersion: float


def change(series: pd.DataFrame, before: int, after: int, *, level: float = 0.95) -> Change:
    """Return the change between two periods with what is known of its uncertainty.

    Parameters
    ----------
    series : DataFrame
        As described in the module.
    before, after : int
        Periods, the earlier first.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    Change
        Difference with its range.

    Raises
    ------
    TypeError
        If a value is not numeric.
    ValueError
        If a column is absent, a period is repeated or no year, a value is missing, the column
        ``unit`` holds several units, a period is not in the series, the order is reversed, or a
        break lies between the two.

    Notes
    -----
    With standard errors the samples are taken as independent, :math:`se^2 = se_1^2 + se_2^2`:
    in a rotating panel the overlap makes the true error smaller. Without them only rounding is
    known, half a unit of the last digit of each value; the sampling error of a published rate
    is larger than that, so a range of this basis is no confidence interval.

    Examples
    --------
    >>> table = pd.DataFrame({"period": [2021, 2023], "value": [3.3, 8.2], "resolution": 0.1})
    >>> found = change(table, 2021, 2023)
    >>> round(found.difference, 1), round(found.low, 1), round(found.high, 1), found.basis
    (4.9, 4.8, 5.0, 'rounding only')
    """
    if not before < after:
        raise ValueError(f"before ({before}) must lie before after ({after}).")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}.")
    table = _checked(series).set_index("period")
    absent = [period for period in (before, after) if period not in table.index]
    if absent:
        raise ValueError(f"The series has no value for {absent[0]}: choose periods it has.")
    _require_comparable(table, before, after)
    pair = table.loc[[before, after]]
    first, second = pair["value"].to_numpy(dtype=float)
    difference = float(second - first)
    half, basis = float("nan"), "not known"
    errors, steps = _pair(pair, "se"), _pair(pair, "resolution")
    if np.isfinite(errors).all():
        half = float(stats.norm.ppf((1 + level) / 2) * np.sqrt((errors**2).sum()))
        basis = f"{100 * level:g} % confidence interval, independent samples"
    elif np.isfinite(steps).all():
        half, basis = float(steps.sum() / 2), "rounding only"
    return Change(before, after, difference, difference - half, difference + half, basis)


def effective_sample_for_change(before: float, after: float, *, level: float = 0.95) -> float:
    r"""Return the sample size from which a change between two rates exceeds sampling error.

    Parameters
    ----------
    before, after : float
        Rates of two independent samples of the same size, in (0, 1), not percent.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    float
        Effective sample size of each sample (persons over design effect) from which the interval
        of the difference leaves out zero; infinite where the rates are equal.

    Raises
    ------
    ValueError
        If a rate or the level is not in (0, 1).

    Notes
    -----
    :math:`n = z^2\,(p_1(1-p_1) + p_2(1-p_2))/(p_2-p_1)^2`, the usual interval of two proportions
    solved for n. Where a publication gives rates without errors, this says how small the survey
    would have to be for the change to be chance; compare it with what is known of its size.

    Examples
    --------
    >>> round(effective_sample_for_change(0.039, 0.102))
    125
    """
    if not (0 < before < 1 and 0 < after < 1):
        raise ValueError(
            f"The rates {before} and {after} must lie in (0, 1): divide percent by 100."
        )
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}.")
    if before == after:
        return float("inf")
    spread = before * (1 - before) + after * (1 - after)
    return float(stats.norm.ppf((1 + level) / 2) ** 2 * spread / (after - before) ** 2)


def change_table(
    series: Mapping[str, pd.DataFrame], before: int, after: int, *, level: float = 0.95
) -> pd.DataFrame:
    """Return the change of several series between two periods, or why there is none.

    Parameters
    ----------
    series : mapping of str to DataFrame
        Name and series, each as described in the module.
    before, after, level
        As in `change`.

    Returns
    -------
    DataFrame, one row per series
        ``series``, ``value_before``, ``value_after``, ``difference``, ``low``, ``high``,
        ``ratio`` (after over before; NaN where before is 0), ``basis``, and ``refused``: the
        sentence that says why a change is not given, else empty.

    Raises
    ------
    TypeError
        If a value is not numeric.
    ValueError
        If ``series`` is empty or the level is not in (0, 1).

    Examples
    --------
    >>> warm = pd.DataFrame({"period": [2019, 2021, 2023], "value": [2.5, 3.3, 8.2],
    ...     "resolution": 0.1, "break_before": [False, True, False]})
    >>> change_table({"warm": warm}, 2021, 2023)[["difference", "low", "high"]].round(1)
       difference  low  high
    0         4.9  4.8   5.0
    >>> change_table({"warm": warm}, 2019, 2023)["refused"].item()[:27]
    'The series breaks in 2021: '
    """
    if not series or not 0 < level < 1:
        raise ValueError("Name at least one series, and a level between 0 and 1.")
    rows: list[dict[str, object]] = []
    for name, one in series.items():
        row: dict[str, object] = {"series": name, "refused": ""}
        try:
            found = change(one, before, after, level=level)
        except ValueError as refusal:
            row["refused"] = str(refusal)
        else:
            values = _checked(one).set_index("period")["value"]
            first, second = float(values[before]), float(values[after])
            row |= {"value_before": first, "value_after": second}
            row |= {"difference": found.difference, "low": found.low, "high": found.high}
            row |= {"ratio": second / first if first != 0 else np.nan, "basis": found.basis}
        rows.append(row)
    columns = ["series", "value_before", "value_after", "difference", "low", "high"]
    return pd.DataFrame(rows).reindex(columns=[*columns, "ratio", "basis", "refused"])


def trend(
    series: pd.DataFrame,
    *,
    kind: TrendKind = "linear",
    minimum: int = MINIMUM_POINTS,
    lags: int | None = None,
    level: float = 0.95,
) -> Trend:
    r"""Estimate the trend of a series with an interval that allows for serial correlation.

    Parameters
    ----------
    series : DataFrame
        As described in the module. It may not contain a break: choose one run.
    kind : {"linear", "quasi_poisson"}
        Straight line; or log-linear mean with a variance proportional to it, for values that
        are not negative, such as days per year averaged over an area. An area mean is no count:
        its variance is not its mean, so the Poisson likelihood does not hold, but its estimating
        equations need the mean only.
    minimum : int
        Fewest points, 8 or more.
    lags : int, optional
        Lags of the standard error; default: floor(4 (n/100)^(2/9)).
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    Trend
        Slope per ten periods with its interval.

    Raises
    ------
    TypeError, ValueError
        As in `change`; ``ValueError`` also where the series contains a break or has too
        few points, or, for the quasi-Poisson model, a negative value or none that is positive.

    Notes
    -----
    The standard error is the larger of the ordinary one and that of Newey and West (1987),
    doi:10.2307/1913610, with the small-sample factor n/(n-2) and lags as in Newey and West
    (1994), doi:10.2307/2297912; Student's t with n - 2 degrees of freedom. The second is too
    small in short series, so serial correlation may widen the interval, never narrow it. The
    ordinary error of the quasi-Poisson model is scaled by the dispersion (Wedderburn 1974,
    doi:10.1093/biomet/61.3.439).

    Examples
    --------
    >>> days = [5.0, 6, 4, 7, 6, 8, 7, 9, 8, 9]
    >>> found = trend(pd.DataFrame({"period": range(2000, 2010), "value": days}))
    >>> round(found.slope, 2), found.n, found.low < found.slope < found.high
    (4.67, 10, True)
    """
    if kind not in ("linear", "quasi_poisson"):
        raise ValueError(f"kind is {kind!r}: choose linear or quasi_poisson.")
    if minimum < MINIMUM_POINTS:
        raise ValueError(f"minimum is {minimum}: a trend needs {MINIMUM_POINTS} points or more.")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}.")
    table = _checked(series)
    period = table["period"].to_numpy(dtype=float)
    n = len(table)
    _require_comparable(table.set_index("period"), int(period[0]), int(period[-1]))
    if n < minimum:
        raise ValueError(
            f"A trend needs {minimum} comparable points and the series has {n}: show the values "
            "and their changes instead."
        )
    value = table["value"].to_numpy(dtype=float)
    bandwidth = int(np.floor(4 * (n / 100) ** (2 / 9))) if lags is None else lags
    x = sm.add_constant((period - period.mean()) / 10)
    options = {"maxlags": bandwidth, "use_correction": True}
    if kind == "linear":
        model = sm.OLS(value, x)
        plain, robust = model.fit(), model.fit(cov_type="HAC", cov_kwds=options)
        residual = value - plain.fittedvalues
        dispersion = float(np.sqrt((residual**2).sum() / (n - 2)))
    else:
        _require_days(value)
        model = sm.GLM(value, x, family=sm.families.Poisson())
        plain, robust = model.fit(scale="X2"), model.fit(cov_type="HAC", cov_kwds=options)
        residual = plain.resid_pearson
        dispersion = float(plain.scale)
    slope = float(plain.params[1])
    error = max(float(np.sqrt(fitted.cov_params()[1, 1])) for fitted in (plain, robust))
    spread = float((residual**2).sum())
    near = float(residual[1:] @ residual[:-1]) / spread if spread > 0 else 0.0
    half = float(stats.t.ppf((1 + level) / 2, n - 2)) * error
    ends = np.array([slope, slope - half, slope + half])
    if kind == "quasi_poisson":
        ends = np.exp(ends)
    return Trend(
        slope=float(ends[0]),
        low=float(ends[1]),
        high=float(ends[2]),
        kind=kind,
        first=int(period[0]),
        last=int(period[-1]),
        n=n,
        lags=bandwidth,
        autocorrelation=near,
        dispersion=dispersion,
    )


def _checked(series: pd.DataFrame) -> pd.DataFrame:
    """Return the series in ascending order of its periods, checked."""
    absent = [name for name in ("period", "value") if name not in series.columns]
    if absent or series.empty:
        raise ValueError(
            f"The series lacks {', '.join(absent) or 'rows'}: give period and value, one row each."
        )
    units = set(series["unit"]) if "unit" in series.columns else set()
    if len(units) > 1:
        raise ValueError(f"The series mixes {len(units)} units: convert them to one.")
    period = pd.to_numeric(series["period"], errors="coerce").to_numpy(dtype=float)
    odd = int((~(period % 1 == 0)).sum())
    if odd:
        raise ValueError(
            f"period holds {odd} value(s) of {len(series)} that are no year: give whole years, one "
            "value for each."
        )
    repeated = int(pd.Series(period).duplicated().sum())
    if repeated:
        raise ValueError(f"The series has {repeated} repeated period(s): keep one value for each.")
    table = series.assign(period=period.astype(int), value=as_numbers(series["value"], "value"))
    return table.sort_values("period", ignore_index=True)


def _pair(pair: pd.DataFrame, name: str) -> FloatArray:
    """Return two numbers of a column, NaN where there is none."""
    if name not in pair.columns:
        return np.full(2, np.nan)
    return pair[name].to_numpy(dtype=float, na_value=np.nan)


def _require_comparable(table: pd.DataFrame, before: int, after: int) -> None:
    """Raise ``ValueError`` where a break lies between two periods of the index."""
    if "break_before" not in table.columns:
        return
    flags = as_mask(table["break_before"], "break_before")
    periods = table.index.to_numpy()
    between = periods[flags & (periods > before) & (periods <= after)]
    if between.size:
        raise ValueError(
            f"The series breaks in {between[0]}: values before and from then on are not "
            "comparable, compare within one run."
        )


def _require_days(value: FloatArray) -> None:
    negative = int((value < 0).sum())
    if negative or not value.sum() > 0:
        raise ValueError(
            f"The series has {negative} negative value(s) or nothing above zero: the "
            "quasi-Poisson model is for days or cases, take the linear one."
        )
