"""Heat: days above thresholds, their trend and extremes, and heat deaths with their intervals.

Station data come as one row per station and day with temperatures in degC. A summer day has a
maximum of at least 25 degC, a hot day of at least 30 degC, a tropical night a minimum of at least
20 degC between 18 and 06 UTC (DWD, Wetter- und Klimalexikon). Daily files give the minimum of the
whole day: counting with it may miss a tropical night whose day has a cooler hour elsewhere.
"""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import optimize, stats

from armutsexpertise._weighted import FloatArray, as_numbers

#: Lowest maximum (summer day, hot day) and minimum (tropical night) in degC.
SUMMER_DAY, HOT_DAY, TROPICAL_NIGHT = 25.0, 30.0, 20.0
_PLAUSIBLE = (-60.0, 60.0)  # degC; beyond lie missing codes, Kelvin and tenths of a degree

CountFamily = Literal["auto", "poisson", "negative_binomial"]


class CountTrend(NamedTuple):
    """Trend of a count per year.

    Attributes
    ----------
    ratio : float
        Factor by which the expected count changes in ten years.
    low, high : float
        Confidence interval of ``ratio``.
    family : str
        Model used.
    dispersion : float
        Pearson statistic of the Poisson model over its degrees of freedom.
    alpha : float
        Overdispersion of the negative binomial model, variance mean + alpha mean squared; 0
        with the Poisson model.
    p_poisson : float
        p value of the test that alpha is 0.
    n : int
        Years.
    """

    ratio: float
    low: float
    high: float
    family: str
    dispersion: float
    alpha: float
    p_poisson: float
    n: int


class DeathSlope(NamedTuple):
    """Estimated heat deaths per further hot day.

    Attributes
    ----------
    slope : float
        Deaths per hot day.
    se : float
        Standard error from both sources.
    low, high : float
        Confidence interval of ``slope``.
    intercept : float
        Deaths in a year without hot days by the straight line.
    scatter_se : float
        Part from the scatter of the estimates about the line.
    interval_se : float
        Part from the prediction intervals.
    n : int
        Years.
    n_excluding_zero : int
        Years whose prediction interval lies above zero.
    """

    slope: float
    se: float
    low: float
    high: float
    intercept: float
    scatter_se: float
    interval_se: float
    n: int
    n_excluding_zero: int


def count_heat_days(
    daily: pd.DataFrame,
    *,
    missing_code: float | None = None,
    by: Literal["year", "month"] = "year",
) -> pd.DataFrame:
    """Count summer days, hot days and tropical nights per station and year or month.

    Parameters
    ----------
    daily : DataFrame, one row per station and day
        ``station``, ``date`` (dates, or ISO text), ``t_max`` and ``t_min`` (degC).
    missing_code : float, optional
        Number that stands for a missing value, -999 in files of the DWD. It is never guessed.
    by : {"year", "month"}
        Period of the counts.

    Returns
    -------
    DataFrame, one row per station and period between its first and last
        ``station``, ``year`` (and ``month``); ``summer_days``, ``hot_days`` and
        ``tropical_nights`` counted; the same with ``_high``: what they can be at most, if each
        day without a value were one; ``n_days`` of the calendar, ``missing_max`` and
        ``missing_min`` (no row, or no value), ``complete`` (none of either).

    Raises
    ------
    TypeError
        If a temperature is not numeric, or a date is a number.
    ValueError
        If a column is absent, a day occurs twice, a date is missing, a temperature lies outside
        -60 to 60 degC, or a minimum above its maximum.

    Notes
    -----
    Days of the first and last period outside the file count as missing: a station that begins
    in June has no complete year. Use complete years, or the bounds.

    Examples
    --------
    >>> daily = pd.DataFrame({"station": "A", "date": ["2020-07-01", "2020-07-03"],
    ...     "t_max": [31.2, 25.0], "t_min": [20.0, 14.1]})
    >>> count_heat_days(daily, by="month")[["summer_days", "hot_days", "hot_days_high"]]
       summer_days  hot_days  hot_days_high
    0            2         1             30
    """
    absent = [name for name in ("station", "date", "t_max", "t_min") if name not in daily.columns]
    if absent or daily.empty:
        raise ValueError(
            f"The station file lacks {', '.join(absent) or 'rows'}: give station, date, t_max "
            "and t_min."
        )
    if by not in ("year", "month"):
        raise ValueError(f"by is {by!r}: choose year or month.")
    if pd.api.types.is_numeric_dtype(daily["date"]):
        raise TypeError("date holds numbers: write YYYY-MM-DD, or text such as 19840731.")
    dates = pd.to_datetime(daily["date"], format="ISO8601", errors="coerce").dt.normalize()
    undated = int(dates.isna().sum() + daily["station"].isna().sum())
    if undated:
        raise ValueError(
            f"{undated} of {len(daily)} rows of the station file have no valid date or station: "
            "write dates as YYYY-MM-DD."
        )
    table = pd.DataFrame(
        {
            "station": daily["station"].to_numpy(),
            "date": dates.to_numpy(),
            "t_max": _temperatures(daily["t_max"], "t_max", missing_code),
            "t_min": _temperatures(daily["t_min"], "t_min", missing_code),
        }
    )
    repeated = int(table.duplicated(["station", "date"]).sum())
    if repeated:
        raise ValueError(
            f"The station file repeats {repeated} day(s) of a station: keep one row for each."
        )
    crossed = int((table["t_min"] > table["t_max"]).sum())
    if crossed:
        raise ValueError(
            f"{crossed} of {len(table)} days have a minimum above the maximum: check that t_min "
            "and t_max are not swapped and share one unit."
        )
    frequency = "Y" if by == "year" else "M"
    table["period"] = table["date"].dt.to_period(frequency)
    table["summer_days"] = table["t_max"] >= SUMMER_DAY
    table["hot_days"] = table["t_max"] >= HOT_DAY
    table["tropical_nights"] = table["t_min"] >= TROPICAL_NIGHT
    table["known_max"], table["known_min"] = table["t_max"].notna(), table["t_min"].notna()
    counts = ["summer_days", "hot_days", "tropical_nights"]
    parts = []
    for station, rows in table.groupby("station", sort=True):
        every = pd.period_range(rows["period"].min(), rows["period"].max(), freq=frequency)
        sums = rows.groupby("period")[[*counts, "known_max", "known_min"]].sum()
        sums = sums.reindex(every, fill_value=0).astype(int)
        sums.insert(0, "station", station)
        length = (every.end_time.normalize() - every.start_time.normalize()).days + 1
        sums["n_days"] = length.to_numpy()
        parts.append(sums)
    result = pd.concat(parts)
    periods = pd.PeriodIndex(result.index)
    result.insert(1, "year", periods.year)
    if by == "month":
        result.insert(2, "month", periods.month)
    result["missing_max"] = result["n_days"] - result.pop("known_max")
    result["missing_min"] = result["n_days"] - result.pop("known_min")
    for name in counts:
        gaps = result["missing_min" if name == "tropical_nights" else "missing_max"]
        result[f"{name}_high"] = result[name] + gaps
    result["complete"] = (result["missing_max"] == 0) & (result["missing_min"] == 0)
    return result.reset_index(drop=True)


def count_trend(
    counts: pd.DataFrame,
    *,
    family: CountFamily = "auto",
    minimum: int = 20,
    level: float = 0.95,
) -> CountTrend:
    r"""Estimate the trend of the number of days per year at one station.

    Parameters
    ----------
    counts : DataFrame, one row per year
        ``year`` and ``count`` (whole numbers); ``n_observed``, days with a value, if years are
        incomplete.
    family : {"auto", "poisson", "negative_binomial"}
        Auto takes the negative binomial where a likelihood-ratio test at 5 % rejects the
        Poisson. Hot days come in spells, so they usually vary more than Poisson counts.
    minimum : int
        Fewest years, 8 or more.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    CountTrend
        Factor per decade with its interval (Wald, normal).

    Raises
    ------
    TypeError
        If a value is not numeric.
    ValueError
        If a column is absent, a year is repeated, a count is negative or broken (an area mean:
        use :func:`armutsexpertise.climate.trend.trend`), no count is positive, or there are
        too few years.

    Notes
    -----
    :math:`\log \mu_t = \alpha + \beta t/10 + \log d_t` with :math:`d_t` the observed days over
    365.25. Negative binomial with variance :math:`\mu + \alpha\mu^2` by maximum likelihood
    (Cameron and Trivedi 2013, Regression Analysis of Count Data, 2nd edition). The null value of
    :math:`\alpha` lies on the boundary, so half the p value of :math:`\chi^2_1` is taken. Years
    are taken as independent.

    Examples
    --------
    >>> table = pd.DataFrame({"year": range(1991, 2021), "count": [3, 4, 2, 5, 4, 3] * 5})
    >>> found = count_trend(table)
    >>> found.family, found.low < 1 < found.high
    ('poisson', True)
    """
    if family not in ("auto", "poisson", "negative_binomial"):
        raise ValueError(f"family is {family!r}: choose auto, poisson or negative_binomial.")
    _require_level(level)
    year, count = _yearly(counts, "count")
    broken = int(((count < 0) | (count % 1 != 0)).sum())
    if broken or not count.sum() > 0:
        raise ValueError(
            f"count has {broken} negative or broken value(s) or none above zero: counts of one "
            "station are whole numbers, take trend.trend for area means."
        )
    if minimum < 8 or len(year) < minimum:
        raise ValueError(
            f"A trend needs {max(minimum, 8)} years and the station has {len(year)}: show the "
            "counts instead."
        )
    observed = np.ones(len(year))
    if "n_observed" in counts.columns:
        days = counts.sort_values("year")["n_observed"]
        observed = as_numbers(days, "n_observed") / 365.25
        if (observed <= 0).any():
            raise ValueError("n_observed must be positive: leave out years without a value.")
    x = sm.add_constant((year - year.mean()) / 10)
    poisson = sm.GLM(count, x, family=sm.families.Poisson(), offset=np.log(observed)).fit()
    dispersion = float(poisson.pearson_chi2 / poisson.df_resid)
    alpha, beta, error, gain = _negative_binomial(count, x, np.log(observed), poisson.params)
    p_value = float(stats.chi2.sf(gain, 1) / 2) if gain > 0 else 1.0
    chosen: str = family
    if family == "auto":
        chosen = "negative_binomial" if p_value < 0.05 else "poisson"
    if chosen == "poisson":
        alpha, beta, error = 0.0, float(poisson.params[1]), float(poisson.bse[1])
    half = float(stats.norm.ppf((1 + level) / 2)) * error
    ratio, low, high = np.exp([beta, beta - half, beta + half])
    return CountTrend(
        float(ratio), float(low), float(high), chosen, dispersion, alpha, p_value, len(year)
    )


def normal_change(
    yearly: pd.DataFrame,
    reference: tuple[int, int] = (1961, 1990),
    current: tuple[int, int] = (1991, 2020),
    *,
    level: float = 0.95,
) -> pd.Series:
    r"""Compare the means of two climate normal periods.

    Parameters
    ----------
    yearly : DataFrame, one row per year
        ``year`` and ``value`` (days per year).
    reference, current : tuple of two int
        First and last year of each period; every year must be there.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    Series
        ``reference``, ``current`` (means), ``difference``, ``low``, ``high`` (Welch's
        interval), ``ratio`` (NaN where the reference is 0), ``df``.

    Raises
    ------
    TypeError
        If a value is not numeric.
    ValueError
        If a column is absent, a year is repeated or lacks a value, or the periods overlap.

    Notes
    -----
    Welch (1947), doi:10.1093/biomet/34.1-2.28, with the years as independent. Where only the
    published means of the periods are known, their difference carries no sampling error at all:
    see `rounded_difference`.

    Examples
    --------
    >>> table = pd.DataFrame({"year": range(2001, 2011), "value": [4.0, 3, 5, 4, 4, 8, 7, 9, 8, 8]})
    >>> found = normal_change(table, (2001, 2005), (2006, 2010))
    >>> found[["reference", "current", "difference"]].tolist()
    [4.0, 8.0, 4.0]
    """
    _require_level(level)
    year, value = _yearly(yearly, "value")
    if not reference[0] < reference[1] < current[0] < current[1]:
        raise ValueError("The periods must follow each other without overlap, earlier first.")
    samples = []
    for first, last in (reference, current):
        inside = (year >= first) & (year <= last)
        lacking = last - first + 1 - int(inside.sum())
        if lacking:
            raise ValueError(
                f"{lacking} year(s) of {first}-{last} have no value: a normal needs all of them, "
                "or compare the published means."
            )
        samples.append(value[inside])
    before, after = samples
    difference = float(after.mean() - before.mean())
    parts = np.array([s.var(ddof=1) / s.size for s in samples])
    spread = float(parts.sum())
    df = float("nan")
    half = 0.0
    if spread > 0:
        df = spread**2 / float((parts**2 / [s.size - 1 for s in samples]).sum())
        half = float(stats.t.ppf((1 + level) / 2, df) * np.sqrt(spread))
    return pd.Series(
        {
            "reference": float(before.mean()),
            "current": float(after.mean()),
            "difference": difference,
            "low": difference - half,
            "high": difference + half,
            "ratio": float(after.mean() / before.mean()) if before.mean() > 0 else np.nan,
            "df": df,
        }
    )


def rounded_difference(before: float, after: float, unit: float = 1.0) -> tuple[float, float]:
    """Return the bounds that rounding leaves for the difference of two published values.

    Parameters
    ----------
    before, after : float
        Published values.
    unit : float
        Unit to which both were rounded, positive.

    Returns
    -------
    tuple of float
        Lowest and highest difference. It contains no sampling error.

    Raises
    ------
    ValueError
        If the unit is not positive.

    Examples
    --------
    >>> rounded_difference(4, 8)
    (3.0, 5.0)
    """
    if not unit > 0:
        raise ValueError(f"unit is {unit}: give the unit of rounding, a positive number.")
    return float(after - before - unit), float(after - before + unit)


def extreme_years(
    yearly: pd.DataFrame,
    threshold: float,
    periods: list[tuple[int, int]],
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count the years at or above a threshold in several periods, with exact intervals.

    Parameters
    ----------
    yearly : DataFrame, one row per year
        ``year`` and ``value``.
    threshold : float
        Value from which a year is extreme; set it from outside or from a reference period, not
        from the years it is to describe.
    periods : list of tuple of two int
        First and last year of each period.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DataFrame, one row per period
        ``first``, ``last``, ``n_years`` (with a value), ``n_extreme``, ``share``, ``low``,
        ``high`` and ``return_period`` (years between two extreme years, infinite for none).

    Raises
    ------
    TypeError
        If a value is not numeric.
    ValueError
        If a column is absent, a year is repeated, or a period has no year.

    Notes
    -----
    Clopper and Pearson (1934), doi:10.1093/biomet/26.4.404. With some thirty years nothing is
    said of rarer events: no distribution is fitted to the tail.

    Examples
    --------
    >>> days = [4, 3, 5, 4, 16, 8, 17, 9, 8, 18]
    >>> table = pd.DataFrame({"year": range(2001, 2011), "value": days})
    >>> extreme_years(table, 15, [(2001, 2005), (2006, 2010)])[["n_extreme", "share"]]
       n_extreme  share
    0          1    0.2
    1          2    0.4
    """
    _require_level(level)
    year, value = _yearly(yearly, "value")
    rows = []
    for first, last in periods:
        inside = (year >= first) & (year <= last)
        n, hit = int(inside.sum()), int((value[inside] >= threshold).sum())
        if n == 0:
            raise ValueError(f"The series has no year from {first} to {last}: leave it out.")
        tail = (1 - level) / 2
        rows.append(
            {
                "first": first,
                "last": last,
                "n_years": n,
                "n_extreme": hit,
                "share": hit / n,
                "low": float(stats.beta.ppf(tail, hit, n - hit + 1)) if hit else 0.0,
                "high": float(stats.beta.ppf(1 - tail, hit + 1, n - hit)) if hit < n else 1.0,
                "return_period": n / hit if hit else np.inf,
            }
        )
    return pd.DataFrame(rows)


def heat_death_slope(
    deaths: pd.DataFrame,
    *,
    pi_level: float = 0.95,
    shared: float = 0.0,
    minimum: int = 15,
    level: float = 0.95,
) -> DeathSlope:
    r"""Relate modelled heat deaths to hot days, carrying their prediction intervals through.

    Parameters
    ----------
    deaths : DataFrame, one row per year
        ``year``, ``hot_days``, ``deaths`` (model estimate), ``pi_low`` and ``pi_high``
        (prediction interval; it may reach below zero).
    pi_level : float
        Level of the published intervals in (0, 1).
    shared : float
        Share in [0, 1] of the prediction variance that all years have in common, because one
        model made them; 0 takes them as independent. It is not published: show the result for
        both ends.
    minimum : int
        Fewest years, 8 or more.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DeathSlope
        Slope with its interval and the two parts of its error.

    Raises
    ------
    TypeError
        If a value is not numeric.
    ValueError
        If a column is absent, a year is repeated, a value is missing, an interval does not
        contain its estimate, hot days do not vary, or there are too few years.

    Notes
    -----
    The slope is linear in the deaths, :math:`b = \sum_t c_t D_t` with
    :math:`c_t = (h_t-\bar h)/\sum_s (h_s-\bar h)^2`. What the deaths are is not known: each
    year stands for a distribution with the published centre and
    :math:`\sigma_t = (\text{high}-\text{low})/(2z)`. Averaging over it, the variance is that
    given the deaths (heteroskedasticity-consistent, HC3: MacKinnon and White 1985,
    doi:10.1016/0304-4076(85)90158-7) plus that of the slope over the distributions,

    .. math:: (1-\rho)\sum_t c_t^2\sigma_t^2 + \rho\Bigl(\sum_t c_t\sigma_t\Bigr)^2

    the limit of multiple imputation with many draws (Rubin 1987, doi:10.1002/9780470316696),
    in closed form and so without a seed. If the errors behind the intervals already show in the
    scatter, they are counted twice: the interval is then too wide, never too narrow. Errors in
    the deaths do not bias the slope; errors in the hot days would draw it to zero.

    The estimates come from a model of weekly mortality and weekly mean temperature (an der
    Heiden et al. 2020, doi:10.3238/arztebl.2020.0603; Winklmayr et al. 2022,
    doi:10.3238/arztebl.m2022.0202). So the slope describes that model in another unit; it is
    no independent evidence that heat kills.

    Examples
    --------
    >>> table = pd.DataFrame({"year": range(2001, 2017), "hot_days": [4, 8, 12, 16] * 4,
    ...     "deaths": [200, 600, 1000, 1400] * 4})
    >>> table = table.assign(pi_low=table["deaths"] - 1200, pi_high=table["deaths"] + 1200)
    >>> found = heat_death_slope(table)
    >>> round(found.slope), found.n_excluding_zero, found.interval_se > found.scatter_se
    (100, 4, True)
    """
    _require_level(level)
    _require_level(pi_level)
    if not 0 <= shared <= 1:
        raise ValueError(f"shared is {shared}: give a share from 0 to 1.")
    table, sigma = _predictions(deaths, pi_level, ("hot_days",))
    n = len(table)
    if minimum < 8 or n < minimum:
        raise ValueError(
            f"The relation needs {max(minimum, 8)} years and there are {n}: show the values."
        )
    days, estimate = table["hot_days"].to_numpy(), table["deaths"].to_numpy()
    centred = days - days.mean()
    squares = float((centred**2).sum())
    if not squares > 0:
        raise ValueError("hot_days are the same in every year: there is no slope.")
    c = centred / squares
    slope = float(c @ estimate)
    residual = estimate - estimate.mean() - slope * centred
    leverage = 1 / n + centred**2 / squares
    scatter = float((c**2 * (residual / (1 - leverage)) ** 2).sum())
    between = float((1 - shared) * (c**2 * sigma**2).sum() + shared * (c @ sigma) ** 2)
    error = float(np.sqrt(scatter + between))
    half = float(stats.t.ppf((1 + level) / 2, n - 2)) * error
    return DeathSlope(
        slope,
        error,
        slope - half,
        slope + half,
        float(estimate.mean() - slope * days.mean()),
        float(np.sqrt(scatter)),
        float(np.sqrt(between)),
        n,
        int((table["pi_low"] > 0).sum()),
    )


def sum_of_heat_deaths(
    deaths: pd.DataFrame, *, pi_level: float = 0.95, level: float = 0.95
) -> pd.Series:
    """Sum modelled heat deaths over years, with intervals for unknown dependence.

    Parameters
    ----------
    deaths : DataFrame, one row per year
        ``year``, ``deaths``, ``pi_low`` and ``pi_high``.
    pi_level, level : float
        Level of the published intervals and of the result, in (0, 1).

    Returns
    -------
    Series
        ``sum``; ``low`` and ``high`` if the errors of the years are independent;
        ``low_shared`` and ``high_shared`` if they are the same in all years; ``n``.

    Raises
    ------
    TypeError, ValueError
        As in `heat_death_slope`.

    Notes
    -----
    The distances of a bound from the estimates add up in squares if the errors are independent,
    and plainly if they are the same in all years; each side by itself, since published intervals
    need not be symmetric. Distances are rescaled by the normal quantiles where `level` is not
    `pi_level`. How the errors hang together is not published; any non-negative correlation lies
    between.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2018, 2019], "deaths": [1900, 1800],
    ...     "pi_low": [600, 600], "pi_high": [3300, 3100]})
    >>> sum_of_heat_deaths(table).round(0).tolist()
    [3700.0, 1931.0, 5610.0, 1200.0, 6400.0, 2.0]
    """
    _require_level(level)
    _require_level(pi_level)
    table, _ = _predictions(deaths, pi_level, ())
    scale = float(stats.norm.ppf((1 + level) / 2) / stats.norm.ppf((1 + pi_level) / 2))
    total = float(table["deaths"].sum())
    below = scale * (table["deaths"] - table["pi_low"]).to_numpy()
    above = scale * (table["pi_high"] - table["deaths"]).to_numpy()
    return pd.Series(
        {
            "sum": total,
            "low": total - float(np.sqrt((below**2).sum())),
            "high": total + float(np.sqrt((above**2).sum())),
            "low_shared": total - float(below.sum()),
            "high_shared": total + float(above.sum()),
            "n": float(len(table)),
        }
    )


def _temperatures(values: pd.Series, name: str, missing_code: float | None) -> FloatArray:
    """Return temperatures with NaN for the declared missing code."""
    if not pd.api.types.is_numeric_dtype(values):
        raise TypeError(f"{name} must be numeric, not {values.dtype}: write a decimal point.")
    numbers = values.to_numpy(dtype=float, na_value=np.nan).copy()
    if missing_code is not None:
        numbers[numbers == missing_code] = np.nan
    known = numbers[~np.isnan(numbers)]
    low, high = _PLAUSIBLE
    odd = int(((known < low) | (known > high)).sum())
    if odd:
        raise ValueError(
            f"{name} has {odd} value(s) of {numbers.size} outside {low:g} to {high:g} degC: "
            "declare a code such as -999 by missing_code, and convert Kelvin, degF or tenths."
        )
    return numbers


def _yearly(table: pd.DataFrame, column: str) -> tuple[FloatArray, FloatArray]:
    """Return years in ascending order and their values."""
    absent = [name for name in ("year", column) if name not in table.columns]
    if absent or table.empty:
        raise ValueError(
            f"The table lacks {', '.join(absent) or 'rows'}: give year and {column}, one row each."
        )
    year = as_numbers(table["year"], "year")
    repeated = int(pd.Series(year).duplicated().sum())
    if repeated or (year % 1 != 0).any():
        raise ValueError(f"The table has {repeated} repeated or broken year(s): one row per year.")
    order = np.argsort(year)
    return year[order], as_numbers(table[column], column)[order]


def _predictions(
    deaths: pd.DataFrame, pi_level: float, further: tuple[str, ...]
) -> tuple[pd.DataFrame, FloatArray]:
    """Return the checked table and the standard deviation behind each interval."""
    names = ("deaths", "pi_low", "pi_high", *further)
    year = _yearly(deaths, "deaths")[0]
    columns = {}
    for name in names:
        columns[name] = _yearly(deaths, name)[1]
    table = pd.DataFrame({"year": year, **columns})
    outside = int(
        ((table["deaths"] < table["pi_low"]) | (table["deaths"] > table["pi_high"])).sum()
    )
    if outside:
        raise ValueError(
            f"{outside} of {len(table)} estimates lie outside their prediction interval: check "
            "which columns hold the ends."
        )
    z = float(stats.norm.ppf((1 + pi_level) / 2))
    return table, (table["pi_high"] - table["pi_low"]).to_numpy() / (2 * z)


def _negative_binomial(
    count: FloatArray, x: FloatArray, offset: FloatArray, start: FloatArray
) -> tuple[float, float, float, float]:
    """Return alpha, the slope, its standard error and twice the gain in log-likelihood."""

    def fitted(log_alpha: float) -> tuple[float, sm.GLM]:
        family = sm.families.NegativeBinomial(alpha=float(np.exp(log_alpha)))
        model = sm.GLM(count, x, family=family, offset=offset).fit(start_params=start)
        return float(model.llf), model

    # The slope and alpha are orthogonal, so the standard error given alpha is that of the
    # full likelihood (Cameron and Trivedi 2013).
    best = optimize.minimize_scalar(lambda a: -fitted(a)[0], bounds=(-12, 4), method="bounded")
    log_likelihood, model = fitted(float(best.x))
    plain = sm.GLM(count, x, family=sm.families.Poisson(), offset=offset).fit()
    gain = max(0.0, 2 * (log_likelihood - float(plain.llf)))
    return float(np.exp(best.x)), float(model.params[1]), float(model.bse[1]), gain


def _require_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"A level must lie between 0 and 1, not {level}.")
