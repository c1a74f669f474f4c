"""Gaps in access between income groups: their size, and when the later group catches up.

Shares come from published tables, mostly without sample size. Intervals are given only where a
number of cases or a standard error is; a model of growth only on an unbroken series of at least
eight points, because two or three parameters on less say nothing.

References
----------
Newcombe (1998), Statistics in Medicine 17(8), 873-890: difference of two shares from the
intervals of each. Mackenbach and Kunst (1997), Social Science & Medicine 44(6), 757-771,
doi:10.1016/S0277-9536(96)00073-1: slope and relative index of inequality. McCullagh (1983), Annals
of Statistics 11(1), 59-67: quasi-likelihood.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats
from scipy.special import expit, logit

from armutsexpertise._checks import require_columns, require_unique
from armutsexpertise.digital._checks import (
    as_numbers,
    is_whole,
    require_level,
    require_number,
    require_single,
    require_truth,
)

Floats = npt.NDArray[np.float64]
Link = Literal["logit", "linear"]

MIN_POINTS = 8
_STEPS, _CONVERGED = 200, 1e-11


def _shares(values: npt.ArrayLike, what: str) -> Floats:
    shares = as_numbers(values, f"{what}: shares")
    wrong = int((~(np.isfinite(shares) & (shares >= 0) & (shares <= 1))).sum())
    if wrong:
        raise ValueError(
            f"{what}: {wrong} of {shares.size} values lie outside [0, 1] or are missing; give "
            "shares, and divide percent by 100."
        )
    return shares


def _require_series(frame: pd.DataFrame, what: str) -> None:
    """Refuse rows without group or year, and marks of breaks that are no truth values."""
    require_columns(frame, ["period", "group"], what)
    require_single(frame.columns, what)
    if frame.empty:
        raise ValueError(f"{what} has no rows: give the periods of at least one group.")
    unnamed = int(frame["group"].isna().sum())
    if unnamed:
        raise ValueError(
            f"{what} has {unnamed} of {len(frame)} row(s) without a group: name it or leave them "
            "out."
        )
    periods = as_numbers(frame["period"], f"{what}: periods")
    wrong = int((~np.isfinite(periods) | (periods != np.round(periods))).sum())
    if wrong:
        raise ValueError(
            f"{what} has {wrong} of {len(frame)} period(s) that are no whole numbers: give years."
        )
    if "break_before" in frame.columns:
        require_truth(frame["break_before"], f"break_before of {what}")


def shares_by_group(series: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Join comparable series in percent to one table of shares.

    Parameters
    ----------
    series : mapping of str to DataFrame
        Group and its series with ``period``, ``value``, ``unit`` and optionally
        ``break_before``, as :func:`armutsexpertise.series.series` returns it.

    Returns
    -------
    DataFrame, one row per period and group
        ``period`` (int), ``group``, ``share`` in [0, 1], ``break_before``.

    Raises
    ------
    ValueError
        If a series is not in percent, a period is no year, a value is impossible, or no value
        exceeds 1, so that they look like shares.
    TypeError
        If values are no numbers or ``break_before`` is not boolean without missing values.

    Examples
    --------
    >>> one = pd.DataFrame({"period": ["2019", "2020"], "value": [85.0, 87.5],
    ...                     "unit": "% of households"})
    >>> shares_by_group({"Q1": one})[["period", "group", "share"]].values.tolist()
    [[2019, 'Q1', 0.85], [2020, 'Q1', 0.875]]
    """
    if not series:
        raise ValueError("Give at least one series.")
    parts = []
    for group, own in series.items():
        if not isinstance(own, pd.DataFrame):
            raise TypeError(f"The series {group} is {type(own).__name__} and no table.")
        require_columns(own, ["period", "value", "unit"], f"The series {group}")
        if own.empty:
            raise ValueError(f"The series {group} has no rows: leave it out.")
        require_unique(own, ["period"], f"The series {group}")
        units = sorted({str(unit) for unit in own["unit"]})
        if not all(unit.lower().startswith(("%", "percent")) for unit in units):
            raise ValueError(f"The series {group} is in {', '.join(units)}: give percent.")
        if not own["period"].astype(str).str.fullmatch(r"\d{4}").all():
            raise ValueError(f"The series {group} has periods that are no years: give yearly data.")
        marks: pd.Series | bool = False
        if "break_before" in own.columns:
            require_truth(own["break_before"], f"break_before of the series {group}")
            marks = own["break_before"].astype(bool)
        percent = as_numbers(own["value"], f"The series {group}: values")
        parts.append(
            pd.DataFrame(
                {
                    "period": own["period"].astype(int),
                    "group": group,
                    "share": _shares(percent / 100, f"The series {group}"),
                    "break_before": marks,
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    if not (table["share"] > 0.01).any():
        raise ValueError(
            "No value of the series exceeds 1 although they are in percent: they look like shares, "
            "multiply them by 100 or correct the unit."
        )
    return table


# Gaps --------------------------------------------------------------------------------------------


def gap(
    low: float,
    high: float,
    *,
    n: tuple[float, float] | None = None,
    se: tuple[float, float] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    r"""Compare the share of a disadvantaged group with that of an advantaged one.

    Parameters
    ----------
    low, high : float
        Shares in [0, 1] of the disadvantaged and the advantaged group.
    n : tuple of float, optional
        Cases behind the two shares, for simple random samples; divide by the design effect.
    se : tuple of float, optional
        Standard errors of the two shares. Give ``n`` or ``se`` or none.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DataFrame, shape (3, 4)
        Columns ``measure``, ``estimate``, ``ci_low``, ``ci_high``. ``absolute`` is high minus low
        in [-1, 1], ``relative`` high over low, ``odds_ratio`` the odds of high over those of low.
        Intervals are missing without ``n`` and ``se``. A ratio with a denominator of zero is
        missing.

    Raises
    ------
    ValueError
        If a share lies outside [0, 1], or numbers of cases or standard errors are impossible.

    Notes
    -----
    The odds ratio of the complement (without access) is the reciprocal; the ratio of shares has
    no such symmetry, so near 100 % the ratio of shares falls while that of the offline rises.
    Absolute gap: with single intervals :math:`(l, u)` of both shares (Wilson's with ``n``, normal
    with ``se``) the limits are :math:`d \mp \sqrt{(p_h - l_h)^2 + (u_l - p_l)^2}` and the
    mirror image (Newcombe 1998, method 10). Ratios: normal on the logarithm, delta method.

    Examples
    --------
    >>> gap(0.8757, 0.9992).round(3)[["measure", "estimate"]]
          measure  estimate
    0    absolute     0.123
    1    relative     1.141
    2  odds_ratio   177.288
    """
    require_level(level)
    p = _shares([low, high], "gap")
    ratio = p[1] / p[0] if p[0] > 0 else np.nan
    inside = bool(((p > 0) & (p < 1)).all())
    odds = float(np.exp(logit(p[1]) - logit(p[0]))) if inside else np.nan
    limits = np.full((3, 2), np.nan)
    if n is not None and se is not None:
        raise ValueError("Give n or se, not both: each alone sets the width of the interval.")
    if n is not None or se is not None:
        given = as_numbers(n if n is not None else se or (), "n and se")
        if given.shape != (2,) or not (np.isfinite(given) & (given >= 0)).all():
            raise ValueError("n and se hold two finite numbers that are not negative.")
        if n is not None and (given < 1).any():
            raise ValueError("n must be at least 1 in both groups.")
        z = float(stats.norm.ppf((1 + level) / 2))
        if n is not None:
            error = np.sqrt(p * (1 - p) / given)
            centre = (p + z**2 / (2 * given)) / (1 + z**2 / given)
            half = z * np.sqrt(p * (1 - p) / given + z**2 / (4 * given**2)) / (1 + z**2 / given)
            lower, upper = centre - half, centre + half
        else:
            error = given
            lower, upper = np.clip(p - z * given, 0, 1), np.clip(p + z * given, 0, 1)
        difference = p[1] - p[0]
        limits[0] = (
            difference - np.hypot(p[1] - lower[1], upper[0] - p[0]),
            difference + np.hypot(upper[1] - p[1], p[0] - lower[0]),
        )
        if (p > 0).all():
            half_log = z * float(np.hypot(*(error / p)))
            limits[1] = _times(ratio, half_log)
        if inside:
            half_log = z * float(np.hypot(*(error / (p * (1 - p)))))
            limits[2] = _times(odds, half_log)
    return pd.DataFrame(
        {
            "measure": ["absolute", "relative", "odds_ratio"],
            "estimate": [p[1] - p[0], ratio, odds],
            "ci_low": limits[:, 0],
            "ci_high": limits[:, 1],
        }
    )


def _times(estimate: float, half_log: float) -> tuple[float, float]:
    with np.errstate(over="ignore"):
        return estimate * float(np.exp(-half_log)), estimate * float(np.exp(half_log))


def gaps_over_time(
    frame: pd.DataFrame, low: str, high: str, *, level: float = 0.95
) -> pd.DataFrame:
    """Compare two groups in every period in which both have a share.

    Parameters
    ----------
    frame : DataFrame, one row per period and group
        Columns ``period`` (int), ``group``, ``share`` in [0, 1]; optionally ``n`` or ``se``: a
        period that lacks one of them has no interval.
    low, high : str
        The disadvantaged and the advantaged group.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DataFrame
        Column ``period`` and those of :func:`gap`, three rows per period, sorted. Periods with
        only one of the groups are left out; a break of the series stays the reader's to mark.

    Raises
    ------
    ValueError
        If a column is missing, a key repeats, a group does not occur or a share is impossible.

    Examples
    --------
    >>> table = pd.DataFrame({"period": [2006, 2006, 2020, 2020], "group": ["Q1", "Q4"] * 2,
    ...                       "share": [0.4171, 0.9033, 0.8757, 0.9992]})
    >>> found = gaps_over_time(table, "Q1", "Q4")
    >>> found[found["measure"] == "absolute"][["period", "estimate"]].round(4).values.tolist()
    [[2006.0, 0.4862], [2020.0, 0.1235]]
    """
    if low == high:
        raise ValueError(f"low and high are both {low}: name two groups.")
    wide = _wide(frame, [low, high])
    extra = [name for name in ("n", "se") if name in frame.columns]
    if len(extra) == 2:
        raise ValueError("The table has both n and se: keep one of them.")
    parts = []
    both = wide.dropna()
    for period, pair in zip(both.index.tolist(), both.to_numpy(dtype=float), strict=True):
        width: dict[str, tuple[float, float]] = {}
        if extra:
            at = frame[frame["period"] == period].set_index("group")[extra[0]]
            if at[[low, high]].notna().all():
                width[extra[0]] = (float(at[low]), float(at[high]))
        n, se = width.get("n"), width.get("se")
        part = gap(float(pair[0]), float(pair[1]), n=n, se=se, level=level)
        part.insert(0, "period", period)
        parts.append(part)
    if not parts:
        raise ValueError(f"No period has both {low} and {high}: check the groups.")
    return pd.concat(parts, ignore_index=True)


def _wide(frame: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    require_columns(frame, ["share"], "The table of shares")
    _require_series(frame, "The table of shares")
    absent = [group for group in groups if group not in set(frame["group"])]
    if absent:
        raise ValueError(f"The table of shares has no group {', '.join(absent)}: check the names.")
    repeated = int(frame.duplicated(["period", "group"]).sum())
    if repeated:
        raise ValueError(
            f"The table of shares repeats {repeated} period(s) of a group: keep one source."
        )
    _shares(frame["share"], "The table of shares")
    return frame.set_index(["period", "group"])["share"].unstack("group").sort_index()[groups]  # noqa: PD010


class InequalityIndex(NamedTuple):
    """Slope and relative index of inequality.

    Attributes
    ----------
    slope : float
        Share expected at the top of the ranking minus that at the bottom, in [-1, 1].
    relative : float
        Share expected at the top over that at the bottom.
    odds_ratio : float
        The same for the odds.
    slope_interval, relative_interval, odds_ratio_interval : tuple of float
        Limits; missing without standard errors.
    """

    slope: float
    relative: float
    odds_ratio: float
    slope_interval: tuple[float, float]
    relative_interval: tuple[float, float]
    odds_ratio_interval: tuple[float, float]


def inequality_index(
    shares: npt.ArrayLike,
    population: npt.ArrayLike | None = None,
    *,
    se: npt.ArrayLike | None = None,
    link: Link = "logit",
    level: float = 0.95,
) -> InequalityIndex:
    r"""Summarise shares of ordered groups by the slope and the relative index of inequality.

    Parameters
    ----------
    shares : array_like of float, shape (n_groups,)
        Shares in [0, 1], poorest group first.
    population : array_like of float, shape (n_groups,), optional
        Size of the groups; default equal, as for income quartiles.
    se : array_like of float, shape (n_groups,), optional
        Standard errors of the shares, independent between groups.
    link : {"logit", "linear"}
        Form of the regression on the rank. "logit" keeps both ends inside [0, 1].
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    InequalityIndex
        Indices of the whole gradient, not only of the outer groups.

    Raises
    ------
    ValueError
        If there are fewer than three groups, lengths differ, a value is impossible, all shares
        are 0 or all 1, or a linear fit leaves (0, 1) at an end of the ranking.

    Notes
    -----
    Each group has the rank of its middle, :math:`r_g = \sum_{h<g} p_h + p_g/2`. The share is
    regressed on the rank, weighted by population; the indices compare the fit at r = 1 and r = 0
    (Mackenbach and Kunst 1997). Groups turned round or the complement of the shares only change
    the sign of the slope; with the logit the odds ratio becomes its reciprocal. Intervals by the
    delta method.

    Examples
    --------
    >>> index = inequality_index([0.8757, 0.9650, 0.9920, 0.9992])
    >>> round(index.slope, 3), round(index.odds_ratio, 1)
    (0.229, 341.5)
    """
    require_level(level)
    p = _shares(shares, "inequality_index")
    weight = np.ones_like(p) if population is None else as_numbers(population, "population")
    if p.ndim != 1 or p.size < 3 or weight.shape != p.shape:
        raise ValueError(
            f"{p.size} share(s) and {weight.size} population(s): give at least three ordered "
            "groups with one population each."
        )
    if not (np.isfinite(weight) & (weight > 0)).all():
        raise ValueError("Every group needs a positive population: leave empty groups out.")
    weight = weight / weight.sum()
    rank = np.cumsum(weight) - weight / 2
    x = np.column_stack([np.ones_like(rank), rank])
    ends = np.array([[1.0, 0.0], [1.0, 1.0]])
    if link == "logit":
        if (p == 0).all() or (p == 1).all():
            raise ValueError("All shares are 0 or all are 1: there is no gradient to estimate.")
        beta = _quasi_binomial(x, p, weight)
        inner = expit(x @ beta)
        slope_of_mean = inner * (1 - inner)
        fitted = expit(ends @ beta)
        gradient = (fitted * (1 - fitted))[:, None] * ends
    elif link == "linear":
        beta = np.linalg.solve((x * weight[:, None]).T @ x, (x * weight[:, None]).T @ p)
        slope_of_mean = np.ones_like(p)
        fitted, gradient = ends @ beta, ends
        if (fitted <= 0).any() or (fitted >= 1).any():
            raise ValueError(
                "The line leaves (0, 1) at an end of the ranking, so ratios are undefined: use "
                "link='logit'."
            )
    else:
        raise ValueError(f"link must be logit or linear, not {link!r}.")
    bottom, top = float(fitted[0]), float(fitted[1])
    estimates = (top - bottom, top / bottom, float(np.exp(logit(top) - logit(bottom))))
    nothing = (np.nan, np.nan)
    limits = [nothing, nothing, nothing]
    if se is not None:
        error = as_numbers(se, "se")
        if error.shape != p.shape or not (np.isfinite(error) & (error >= 0)).all():
            raise ValueError("se needs one finite standard error that is not negative per group.")
        bread = np.linalg.inv((x * (weight * slope_of_mean)[:, None]).T @ x)
        influence = bread @ (x * weight[:, None]).T
        covariance = (influence * error**2) @ influence.T
        z = float(stats.norm.ppf((1 + level) / 2))
        change = gradient[1] - gradient[0]
        half = z * float(np.sqrt(change @ covariance @ change))
        limits[0] = (estimates[0] - half, estimates[0] + half)
        for place, scale in ((1, fitted), (2, fitted * (1 - fitted))):
            change = gradient[1] / scale[1] - gradient[0] / scale[0]
            factor = float(np.exp(z * np.sqrt(change @ covariance @ change)))
            limits[place] = (estimates[place] / factor, estimates[place] * factor)
    return InequalityIndex(*estimates, *limits)


def _quasi_binomial(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Solve the weighted quasi-score of a logit for shares."""
    beta = np.zeros(x.shape[1])
    beta[0] = logit(np.clip(weight @ y / weight.sum(), 1e-6, 1 - 1e-6))
    for _ in range(_STEPS):
        mean = expit(x @ beta)
        information = (x * (weight * mean * (1 - mean))[:, None]).T @ x
        try:
            step = np.linalg.solve(information, x.T @ (weight * (y - mean)))
        except np.linalg.LinAlgError:
            break
        step *= min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-300))
        beta = beta + step
        if float(np.abs(step).max()) < _CONVERGED * max(1.0, float(np.abs(beta).max())):
            return beta
    raise ValueError(
        "The logit of the shares has no finite fit: groups are 0 or 1 throughout, use "
        "link='linear' or fewer points."
    )


def composition_of_offline(
    shares: Mapping[str, float], population: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Say of whom those without access consist when nearly all have it.

    Parameters
    ----------
    shares : mapping of str to float
        Share with access in [0, 1] by group.
    population : mapping of str to float, optional
        Size of the groups, in any unit; default equal.

    Returns
    -------
    DataFrame, one row per group
        ``group``; ``offline`` (share without access in the group); ``share_of_offline`` (of all
        without access, sums to 1); ``representation`` (that over the group's share in the
        population: 1 is proportional).

    Raises
    ------
    ValueError
        If groups differ, a value is impossible, or nobody is offline.

    Examples
    --------
    >>> quartiles = {"Q1": 0.8757, "Q2": 0.9650, "Q3": 0.9920, "Q4": 0.9992}
    >>> composition_of_offline(quartiles).round(3).values.tolist()[0]
    ['Q1', 0.124, 0.739, 2.958]
    """
    groups = list(shares)
    if not groups:
        raise ValueError("Give the share with access of at least one group.")
    p = _shares([shares[group] for group in groups], "composition_of_offline")
    if population is not None and set(population) != set(groups):
        raise ValueError("population and shares name different groups: give both for each group.")
    size = as_numbers(
        [1.0 if population is None else population[group] for group in groups], "population"
    )
    if not (np.isfinite(size) & (size > 0)).all():
        raise ValueError("Every group needs a positive population.")
    size = size / size.sum()
    offline = (1 - p) * size
    if offline.sum() <= 0:
        raise ValueError("Nobody is offline in these shares: there is nothing to divide.")
    part = offline / offline.sum()
    return pd.DataFrame(
        {
            "group": groups,
            "offline": 1 - p,
            "share_of_offline": part,
            "representation": part / size,
        }
    )


# Growth ------------------------------------------------------------------------------------------


def require_unbroken(
    frame: pd.DataFrame, breaks: Collection[int] = (), *, points: int = MIN_POINTS
) -> None:
    """Refuse a series that is too short for a model or crosses a break.

    Parameters
    ----------
    frame : DataFrame, one row per period and group
        Columns ``period`` (int) and ``group``; a column ``break_before`` (bool) marks the first
        period of a new series, as :func:`armutsexpertise.series.series` does.
    breaks : collection of int
        First periods of new series that are not marked.
    points : int
        Points that every group needs.

    Raises
    ------
    ValueError
        If a group has fewer points, a break lies after the first period of a group and not
        after its last, or a row lacks its group or period.
    TypeError
        If ``break_before`` is not boolean without missing values.

    Examples
    --------
    >>> short = pd.DataFrame({"period": [2019, 2020], "group": "Q1"})
    >>> require_unbroken(short)
    Traceback (most recent call last):
    ValueError: Q1 has 2 comparable point(s) and a model needs 8: show the points without a model.
    """
    _require_series(frame, "The series")
    if isinstance(breaks, (int, np.integer)):
        raise TypeError(f"breaks is {breaks} and no list: give [{breaks}].")
    with_marks = "break_before" in frame.columns
    for group, own in frame.groupby("group", sort=True):
        first, last = int(own["period"].min()), int(own["period"].max())
        marked = own["period"][own["break_before"].astype(bool)] if with_marks else ()
        known = {int(year) for year in (*breaks, *marked)}
        crossed = sorted(year for year in known if first < year <= last)
        if crossed:
            raise ValueError(
                f"{group} crosses a break of the series in {', '.join(map(str, crossed))} between "
                f"{first} and {last}: give the periods of one side only."
            )
        if own["period"].nunique() < points:
            raise ValueError(
                f"{group} has {own['period'].nunique()} comparable point(s) and a model needs "
                f"{points}: show the points without a model."
            )


def observed_lag(
    frame: pd.DataFrame, behind: str, ahead: str, *, breaks: Collection[int] = ()
) -> pd.DataFrame:
    """Return how many years earlier the group ahead had the share of the group behind.

    Parameters
    ----------
    frame : DataFrame, one row per period and group
        Columns ``period`` (int), ``group``, ``share`` in [0, 1]; optionally ``break_before``.
    behind, ahead : str
        Groups.
    breaks : collection of int
        First period of each new series; a series that crosses one is refused.

    Returns
    -------
    DataFrame, one row per period of the group behind
        ``period``, ``share``, ``years`` and ``at_least`` (bool): where the group ahead had the
        share before its first period, ``years`` is only a lower bound. Missing where it has not
        reached the share.

    Raises
    ------
    ValueError
        If a column is missing, a group does not occur or the series crosses a break.

    Notes
    -----
    No model: the first crossing of the line through the points of the group ahead.

    Examples
    --------
    >>> table = pd.DataFrame({"period": [2010, 2012, 2014] * 2, "group": ["a"] * 3 + ["b"] * 3,
    ...                       "share": [0.5, 0.7, 0.9, 0.4, 0.5, 0.6]})
    >>> observed_lag(table, "b", "a").values.tolist()
    [[2010, 0.4, 0.0, True], [2012, 0.5, 2.0, True], [2014, 0.6, 3.0, False]]
    """
    if behind == ahead:
        raise ValueError(f"behind and ahead are both {behind}: name two groups.")
    _wide(frame, [behind, ahead])
    own = frame[frame["group"].isin([behind, ahead])]
    require_unbroken(own, breaks, points=2)
    slow, fast = (own[own["group"] == group].sort_values("period") for group in (behind, ahead))
    periods, shares = fast["period"].to_numpy(dtype=float), fast["share"].to_numpy(dtype=float)
    rows = []
    for period, share in zip(slow["period"].tolist(), slow["share"].tolist(), strict=True):
        reached = np.flatnonzero(shares >= share - 1e-12)
        if not reached.size:
            rows.append((period, share, np.nan, False))
            continue
        at = int(reached[0])
        if at == 0:
            rows.append((period, share, float(period - periods[0]), True))
            continue
        part = (share - shares[at - 1]) / (shares[at] - shares[at - 1])
        when = periods[at - 1] + part * (periods[at] - periods[at - 1])
        rows.append((period, share, float(period - when), False))
    return pd.DataFrame(rows, columns=["period", "share", "years", "at_least"])


@dataclass(frozen=True, eq=False)
class Growth:
    """Logistic growth of several groups; see :func:`logistic_growth`.

    Attributes
    ----------
    table : DataFrame, one row per group
        ``group``, ``points``, ``first``, ``last`` (periods), ``midpoint`` (period at half the
        ceiling), ``speed`` (per period, on the logit scale), ``ceiling``, ``dispersion``,
        ``likelihood`` (logarithm of the quasi-likelihood), ``rmse`` (of the shares) and
        ``autocorrelation`` (of neighbouring residuals).
    draws : dict of str to ndarray of float, shape (n_draws, 3)
        Midpoint, speed and ceiling of each group, drawn from their joint distribution.
    """

    table: pd.DataFrame
    draws: dict[str, Floats]

    def _parameters(self, group: str) -> tuple[Floats, Floats]:
        if group not in self.draws:
            raise ValueError(f"There is no group {group}: choose among {', '.join(self.draws)}.")
        row = self.table.set_index("group").loc[group, ["midpoint", "speed", "ceiling"]]
        return row.to_numpy(dtype=float), self.draws[group]

    def _span(self, group: str) -> tuple[int, int]:
        periods = self.table.loc[self.table["group"] == group, ["first", "last"]].to_numpy(int)
        return int(periods[0, 0]), int(periods[0, 1])

    @staticmethod
    def _year(parameters: Floats, share: float) -> Floats:
        midpoint, speed, ceiling = np.atleast_2d(parameters).T
        with np.errstate(divide="ignore", invalid="ignore"):
            at = midpoint + logit(np.where(ceiling > share, share / ceiling, np.nan)) / speed
        year: Floats = np.where((ceiling > share) & (speed > 0), at, np.inf)
        return year

    def year_reached(self, share: float, *, level: float = 0.95) -> pd.DataFrame:
        """Return when each group reaches a share.

        Parameters
        ----------
        share : float
            In (0, 1), such as 0.95.
        level : float
            Level of the interval in (0, 1).

        Returns
        -------
        DataFrame
            ``group``, ``share``, ``year``, ``ci_low``, ``ci_high`` (years with decimals; infinite
            where the share is never reached) and ``extrapolated`` (bool: beyond the last point).

        Raises
        ------
        ValueError
            If a number is out of range.
        """
        require_level(level)
        require_number(share, "share")
        if not 0 < share < 1:
            raise ValueError(f"share must lie between 0 and 1, not {share}.")
        rows = []
        for group in self.draws:
            estimate, draws = self._parameters(group)
            year = float(self._year(estimate, share)[0])
            low, high = _limits(self._year(draws, share), level)
            last = self._span(group)[1]
            rows.append((group, share, year, low, high, bool(year > last)))
        names = ["group", "share", "year", "ci_low", "ci_high", "extrapolated"]
        return pd.DataFrame(rows, columns=names)

    def lag(
        self, behind: str, ahead: str, share: float, *, level: float = 0.95
    ) -> tuple[float, float, float]:
        """Return the years by which one group reaches a share after another.

        Parameters
        ----------
        behind, ahead : str
            Groups.
        share : float
            In (0, 1).
        level : float
            Level of the interval in (0, 1).

        Returns
        -------
        tuple of float
            Estimate, lower and upper limit in years; groups are drawn independently.

        Raises
        ------
        ValueError
            If a group is unknown, a number is out of range, or a group never reaches the share.
        """
        require_level(level)
        require_number(share, "share")
        if not 0 < share < 1:
            raise ValueError(f"share must lie between 0 and 1, not {share}.")
        slow, slow_draws = self._parameters(behind)
        fast, fast_draws = self._parameters(ahead)
        estimate = float(self._year(slow, share)[0] - self._year(fast, share)[0])
        if not np.isfinite(estimate):
            raise ValueError(
                f"{behind} or {ahead} never reaches {share:g} in this model: choose a lower share."
            )
        late, early = self._year(slow_draws, share), self._year(fast_draws, share)
        with np.errstate(invalid="ignore"):
            difference = np.where(np.isfinite(early), late - early, -np.inf)
        return (estimate, *_limits(difference, level))

    def predict(self, periods: npt.ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
        """Return the fitted shares.

        Parameters
        ----------
        periods : array_like of float, shape (n_periods,)
            Periods.
        level : float
            Level of the interval in (0, 1); of the curve, not of single points.

        Returns
        -------
        DataFrame
            ``group``, ``period``, ``share``, ``ci_low``, ``ci_high`` and ``extrapolated``.

        Raises
        ------
        ValueError
            If a period is missing or the level is out of range.
        """
        require_level(level)
        at = np.atleast_1d(as_numbers(periods, "periods"))
        if not np.isfinite(at).all():
            raise ValueError("A period is missing or infinite: give years.")
        parts = []
        for group in self.draws:
            estimate, draws = self._parameters(group)
            curve = draws[:, [2]] * expit(draws[:, [1]] * (at - draws[:, [0]]))
            low, high = np.quantile(curve, [(1 - level) / 2, (1 + level) / 2], axis=0)
            first, last = self._span(group)
            parts.append(
                pd.DataFrame(
                    {
                        "group": group,
                        "period": at,
                        "share": estimate[2] * expit(estimate[1] * (at - estimate[0])),
                        "ci_low": low,
                        "ci_high": high,
                        "extrapolated": (at > last) | (at < first),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)


def _limits(values: Floats, level: float) -> tuple[float, float]:
    """Return quantiles of draws of which some may be infinite."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return float(low), float(high)


def logistic_growth(
    frame: pd.DataFrame,
    *,
    breaks: Collection[int] = (),
    ceiling: Literal["one", "free"] = "one",
    draws: int = 4000,
    seed: int = 20261125,
) -> Growth:
    r"""Fit logistic growth to the shares of each group.

    Parameters
    ----------
    frame : DataFrame, one row per period and group
        Columns ``period`` (int), ``group`` and ``share`` in [0, 1]; optionally ``break_before``.
    breaks : collection of int
        First period of each new series; a series that crosses one is refused.
    ceiling : {"one", "free"}
        Growth towards 1, or towards a ceiling in (0, 1] that is estimated.
    draws : int
        Draws of the parameters for intervals, at least 100.
    seed : int
        Of the draws.

    Returns
    -------
    Growth
        Parameters, years of reaching a share, lags and curves.

    Raises
    ------
    ValueError
        If the series is too short or broken, a key repeats, a share is impossible, or a curve
        cannot be fitted.

    Notes
    -----
    :math:`E(p_t) = K/(1 + e^{-s(t - m)})` by quasi-likelihood with variance
    :math:`\phi\mu(1-\mu)`, so that points near 1 count by how precisely they show the curve, and
    :math:`\hat\phi` from the residuals (McCullagh 1983). Parameters are drawn from a multivariate
    t distribution with their covariance. A free ceiling is the maximum of the profile
    quasi-likelihood; its draws follow that profile with a flat prior on the ceiling, and those of
    the other parameters the ceiling drawn. Without data near the ceiling the two models may fit
    alike and yet disagree on the year of reaching a high share: give both. The interval is that
    of the parameters if the model holds; it contains neither the choice of the curve nor
    dependence between neighbouring years, which ``autocorrelation`` shows.

    Examples
    --------
    >>> years = np.arange(2006, 2021)
    >>> curve = pd.DataFrame({"period": years, "group": "Q1",
    ...                       "share": 1 / (1 + np.exp(-0.2 * (years - 2008)))})
    >>> growth = logistic_growth(curve)
    >>> growth.table[["midpoint", "speed"]].round(3).values.tolist()
    [[2008.0, 0.2]]
    """
    require_columns(frame, ["group", "share"], "The table of shares")
    _require_series(frame, "The table of shares")
    groups = sorted(set(frame["group"]), key=str)
    _wide(frame, groups)
    require_unbroken(frame, breaks)
    if ceiling not in ("one", "free"):
        raise ValueError(f"ceiling must be one or free, not {ceiling!r}.")
    if not is_whole(draws) or draws < 100:
        raise ValueError(f"draws is {draws}: give a whole number from 100 on for an interval.")
    rng = np.random.default_rng(seed)
    rows, drawn = [], {}
    for group in groups:
        own = frame[frame["group"] == group].sort_values("period")
        t, y = own["period"].to_numpy(dtype=float), own["share"].to_numpy(dtype=float)
        if np.ptp(y) == 0:
            raise ValueError(
                f"No logistic curve fits {group}: its {len(t)} shares are all {y[0]:g}; show the "
                "points without a model."
            )
        time = t - t.mean()
        profile = _Profile(time, y) if ceiling == "free" else None
        top = 1.0 if profile is None else profile.best()
        fit = _fit_growth(time, y, top)
        if fit is None or fit.theta[1] <= 0:
            raise ValueError(
                f"No logistic curve fits {group}: its {len(t)} shares do not rise along one; show "
                "the points without a model."
            )
        df = len(t) - (3 if ceiling == "free" else 2)
        dispersion = max(float(fit.pearson / df), 1e-18)
        residual = y - fit.mean
        neighbours = float(residual[1:] @ residual[:-1]) / max(float(residual @ residual), 1e-300)
        rows.append(
            {
                "group": group,
                "points": len(t),
                "first": int(t.min()),
                "last": int(t.max()),
                "midpoint": t.mean() - fit.theta[0] / fit.theta[1],
                "speed": fit.theta[1],
                "ceiling": top,
                "dispersion": dispersion,
                "likelihood": fit.likelihood,
                "rmse": float(np.sqrt((residual**2).mean())),
                "autocorrelation": neighbours,
            }
        )
        if profile is None:
            sample, tops = _draw(fit, dispersion, df, draws, rng), np.ones(draws)
        else:
            sample, tops = profile.draw(dispersion, df, draws, rng)
        with np.errstate(divide="ignore"):
            middle = t.mean() - sample[:, 0] / sample[:, 1]
        drawn[group] = np.column_stack([middle, sample[:, 1], tops])
    return Growth(pd.DataFrame(rows), drawn)


def ceiling_test(one: Growth, free: Growth) -> pd.DataFrame:
    r"""Test for each group whether growth to a free ceiling fits better than growth to one.

    Parameters
    ----------
    one, free : Growth
        Results of :func:`logistic_growth` for the same series with both ceilings.

    Returns
    -------
    DataFrame, one row per group
        ``group``, ``statistic``, ``df_terms``, ``df_residual`` and ``p_value``.

    Raises
    ------
    ValueError
        If the groups or their periods differ.

    Notes
    -----
    :math:`F = 2 (Q_1 - Q_0) / \hat\phi` with the logarithms Q of the quasi-likelihoods and the
    dispersion of the model with the free ceiling, on 1 and n - 3 degrees of freedom (McCullagh
    1983, doi:10.1214/aos/1176346056). Neighbouring years that deviate alike make it too large.

    Examples
    --------
    >>> years = np.arange(2006, 2021)
    >>> shares = 0.9 / (1 + np.exp(-0.3 * (years - 2008))) + 0.002 * (-1.0) ** years
    >>> series = pd.DataFrame({"group": "Q1", "period": years, "share": shares})
    >>> curves = [logistic_growth(series, ceiling=c, seed=1) for c in ("one", "free")]
    >>> bool(ceiling_test(*curves)["p_value"].item() < 0.001)
    True
    """
    keys = ["group", "points", "first", "last"]
    if not one.table[keys].equals(free.table[keys]):
        raise ValueError("The curves are of other groups or periods: fit both to one series.")
    statistic = 2 * (free.table["likelihood"] - one.table["likelihood"]) / free.table["dispersion"]
    residual = free.table["points"] - 3
    return pd.DataFrame(
        {
            "group": one.table["group"],
            "statistic": statistic.clip(lower=0),
            "df_terms": 1,
            "df_residual": residual,
            "p_value": stats.f.sf(statistic.clip(lower=0), 1, residual),
        }
    )


class _Fit(NamedTuple):
    theta: Floats  # intercept and slope on the logit scale
    information: Floats
    mean: Floats
    likelihood: float
    pearson: float


def _fit_growth(time: Floats, y: Floats, top: float) -> _Fit | None:
    """Maximise the quasi-likelihood for a given ceiling by Gauss-Newton with halved steps."""
    x = np.column_stack([np.ones_like(time), time])
    ratio = np.clip(y / top, 0.01, 0.99)
    theta = np.linalg.lstsq(x, logit(ratio), rcond=None)[0]
    likelihood = _quasi_likelihood(top * expit(x @ theta), y)
    for _ in range(_STEPS):
        inner = expit(x @ theta)
        mean = top * inner
        variance = np.maximum(mean * (1 - mean), 1e-12)
        gradient = (mean * (1 - inner))[:, None] * x
        information = (gradient / variance[:, None]).T @ gradient
        try:
            step = np.linalg.solve(information, gradient.T @ ((y - mean) / variance))
        except np.linalg.LinAlgError:
            return None
        size = 1.0
        while size > 1e-9:
            found = _quasi_likelihood(top * expit(x @ (theta + size * step)), y)
            if found >= likelihood:
                break
            size /= 2
        else:
            size, found = 0.0, likelihood
        theta, likelihood = theta + size * step, found
        if float(np.abs(size * step).max()) < _CONVERGED * max(1.0, float(np.abs(theta).max())):
            pearson = float(((y - mean) ** 2 / variance).sum())
            return _Fit(theta, information, mean, likelihood, pearson)
    return None


def _quasi_likelihood(mean: Floats, y: Floats) -> float:
    mean = np.clip(mean, 1e-12, 1 - 1e-12)
    return float((y * np.log(mean) + (1 - y) * np.log1p(-mean)).sum())


def _draw(fit: _Fit, dispersion: float, df: int, draws: int, rng: np.random.Generator) -> Floats:
    covariance = np.linalg.inv(fit.information) * dispersion
    covariance = (covariance + covariance.T) / 2
    sample = stats.multivariate_t.rvs(
        loc=fit.theta, shape=covariance, df=df, size=draws, random_state=rng
    )
    return np.atleast_2d(np.asarray(sample, dtype=float))


class _Profile:
    """Fits over a grid of ceilings."""

    def __init__(self, time: Floats, y: Floats) -> None:
        self.time, self.y = time, y
        self.grid = np.linspace(0.9 * float(y.max()), 1.0, 121)
        self.fits = [_fit_growth(time, y, top) for top in self.grid]
        self.likelihood = np.array(
            [-np.inf if fit is None else fit.likelihood for fit in self.fits]
        )

    def best(self) -> float:
        """Return the ceiling of the largest quasi-likelihood."""
        place = int(self.likelihood.argmax())
        if place == len(self.grid) - 1:
            return 1.0

        def loss(top: float) -> float:
            fit = _fit_growth(self.time, self.y, top)
            return np.inf if fit is None else -fit.likelihood

        bounds = (float(self.grid[max(place - 1, 0)]), float(self.grid[place + 1]))
        return float(optimize.minimize_scalar(loss, bounds=bounds, method="bounded").x)

    def draw(
        self, dispersion: float, df: int, draws: int, rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Draw ceilings from the profile, and the other parameters given each."""
        scaled = self.likelihood / dispersion
        chance = np.exp(scaled - scaled.max())
        place = np.sort(rng.choice(len(self.grid), size=draws, p=chance / chance.sum()))
        parts = []
        for at, count in zip(*np.unique(place, return_counts=True), strict=True):
            fit = self.fits[at]
            assert fit is not None
            parts.append(_draw(fit, dispersion, df, int(count), rng))
        return np.vstack(parts), self.grid[place]
