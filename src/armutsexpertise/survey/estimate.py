"""Totals, means, proportions, ratios and quantiles by domain, with design-based errors.

Every function gives the same tidy frame: ``indicator``, the domain columns, ``estimate``, ``se``,
``ci_low``, ``ci_high``, ``df``, ``n``, ``n_weighted`` and ``method``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats

from armutsexpertise.mark import mark
from armutsexpertise.survey.design import Booleans, Floats, Integers, SurveyDesign
from armutsexpertise.survey.linearised import Linearised

QuantileConvention = Literal["inverted_cdf", "averaged_inverted_cdf", "interpolated_inverted_cdf"]
Missing = Literal["fail", "drop"]

COLUMNS = ("estimate", "se", "ci_low", "ci_high", "df", "n", "n_weighted", "method")
_TIE = 1e-12  # relative; cumulated weights closer than this to a share are equal to it


@dataclass(frozen=True)
class Total:
    """Weighted total of a column, in the unit of the column."""

    column: str


@dataclass(frozen=True)
class Mean:
    """Weighted mean of a column, in the unit of the column."""

    column: str


@dataclass(frozen=True)
class Proportion:
    """Share of rows in [0, 1] whose column equals ``level``, with a logit interval.

    With ``level`` True the column is boolean or holds 0 and 1.
    """

    column: str
    level: object = True


@dataclass(frozen=True)
class Ratio:
    """Ratio of the weighted totals of two columns."""

    numerator: str
    denominator: str


@dataclass(frozen=True)
class Quantile:
    """Quantile of a column with Woodruff's interval.

    Attributes
    ----------
    column : str
        Column of numbers.
    probability : float
        Share p in [0, 1].
    convention : {"inverted_cdf", "averaged_inverted_cdf", "interpolated_inverted_cdf"}
        The smallest value whose cumulated share of weight is at least p (type 1 of Hyndman and
        Fan 1996, doi:10.1080/00031305.1996.10473566); the same, but the mean of that value and
        the next where the cumulated share equals p (type 2); or the cumulated share
        interpolated between the values (type 4).
    """

    column: str
    probability: float
    convention: QuantileConvention = "inverted_cdf"


Statistic = Callable[[pd.DataFrame, Floats, Booleans], Linearised]
Indicator = Total | Mean | Proportion | Ratio | Quantile | Statistic


@dataclass(frozen=True)
class Domains:
    """Disjoint domains of a sample.

    Attributes
    ----------
    labels : DataFrame, shape (n_domains, n_variables)
        Values of the domain variables; missing where the value is not known.
    codes : ndarray of int, shape (n,)
        Domain of each row, -1 outside the subpopulation.
    """

    labels: pd.DataFrame
    codes: Integers

    def __len__(self) -> int:
        return len(self.labels)


def estimate(
    design: SurveyDesign,
    indicators: Mapping[str, Indicator],
    by: str | Sequence[str] | None = None,
    *,
    level: float = 0.95,
    where: str | None = None,
    missing: Missing = "fail",
    degrees_of_freedom: Literal["domain", "design"] | float = "domain",
) -> pd.DataFrame:
    r"""Estimate indicators in all domains, with design-based standard errors.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    indicators : mapping of str to indicator
        Name and `Total`, `Mean`, `Proportion`, `Ratio`, `Quantile`, or a function of the
        sample's frame, weights (n,) and a mask (n,) of the domain that gives a `Linearised`.
    by : str or sequence of str, optional
        Columns whose crossed values are the domains. The categories of a categorical all
        appear, in their order; other values are sorted; missing values are a domain of their
        own, last.
    level : float
        Confidence level in (0, 1).
    where : str, optional
        Boolean column: the subpopulation. The design of the whole sample is kept.
    missing : {"fail", "drop"}
        What to do where a column of the indicator is missing: raise, or leave those rows out
        of the domain and say how many in ``method``.
    degrees_of_freedom : {"domain", "design"} or float
        Sampling units minus strata with a row in the domain; those of the whole design; or a
        number (``inf`` for normal intervals).

    Returns
    -------
    DataFrame
        One row per indicator and domain. ``n`` counts rows with a positive weight and
        ``n_weighted`` sums their weights. A domain without rows has ``n`` 0 and no estimate,
        and ``method`` says so.

    Raises
    ------
    ValueError
        If a column is absent, a value is missing with ``missing="fail"``, a level of a
        proportion does not occur, or a number is out of range.
    TypeError
        If a column holds no numbers or ``where`` is not boolean.

    Notes
    -----
    A ratio :math:`\hat R_d = \sum_d w_i a_i / \sum_d w_i b_i` has the influence
    :math:`u_i = 1_d(i)\,(a_i - \hat R_d b_i)/\sum_d w_j b_j` (Särndal, Swensson and Wretman
    1992, section 5.6, doi:10.1007/978-1-4612-4378-6); mean and proportion have b = 1. With
    replicates the ratio is formed anew on each. Intervals use Student's t. A proportion's is
    symmetric on the logit scale, with standard error :math:`s/(p(1-p))` there (Korn and
    Graubard 1998, Survey Methodology 24, 193-201). A quantile's maps the t interval of the
    distribution function at the estimate through the quantile function (Woodruff 1952,
    doi:10.1080/01621459.1952.10483443); its standard error is the interval's length over twice
    the t value.

    Examples
    --------
    >>> frame = pd.DataFrame({"income": [1, 2, 4, 5.0], "w": 10.0, "region": list("aabb")})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> estimate(design, {"mean": Mean("income")}, by="region")[["region", "estimate", "se"]]
      region  estimate        se
    0      a       1.5  0.408248
    1      b       4.5  0.408248
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}.")
    if missing not in get_args(Missing):
        raise ValueError(f"missing must be fail or drop, not {missing!r}.")
    domains = make_domains(design.frame, by, where)
    parts = []
    for name, indicator in indicators.items():
        result = _evaluate(design, indicator, domains, missing, level, degrees_of_freedom)
        part = domains.labels.copy()
        part.insert(0, "indicator", name)
        for column in COLUMNS:
            part[column] = getattr(result, column)
        parts.append(part)
    if not parts:
        raise ValueError("indicators is empty: name at least one.")
    return mark(pd.concat(parts, ignore_index=True), design.frame)


def make_domains(
    frame: pd.DataFrame, by: str | Sequence[str] | None = None, where: str | None = None
) -> Domains:
    """Cross the values of columns into domains.

    Parameters
    ----------
    frame : DataFrame, shape (n, any)
        The sample.
    by : str or sequence of str, optional
        Columns to cross; see :func:`estimate`.
    where : str, optional
        Boolean column: rows outside belong to no domain.

    Returns
    -------
    Domains
        Labels and the code of each row.

    Raises
    ------
    ValueError
        If a column is absent, or named like a column of the results.
    TypeError
        If ``where`` is not boolean.
    """
    names = [] if by is None else [by] if isinstance(by, str) else list(by)
    _require(frame, names + ([where] if where else []))
    taken = sorted(set(names) & {"indicator", *COLUMNS})
    if taken:
        raise ValueError(
            f"Domain column(s) {', '.join(taken)} are named like result columns: rename them."
        )
    codes = np.zeros(len(frame), dtype=np.intp)
    levels: list[list[object]] = []
    for name in names:
        column = frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            at, values = column.cat.codes.to_numpy().astype(np.intp), list(column.cat.categories)
        else:
            found, unique = pd.factorize(column, sort=True)
            at, values = found.astype(np.intp), list(unique)
        if (at < 0).any():
            at = np.where(at < 0, len(values), at)
            values.append(None)
        codes = codes * len(values) + at
        levels.append(values)
    if where:
        inside = frame[where]
        if not pd.api.types.is_bool_dtype(inside) or inside.isna().any():
            raise TypeError(f"where: the column {where} must be boolean without missing values.")
        codes = np.where(inside.to_numpy(dtype=bool), codes, -1)
    labels = pd.DataFrame(list(product(*levels)), columns=names) if names else pd.DataFrame([{}])
    return Domains(labels, codes)


def _quantile_sorted(
    x: Floats, cumulated: Floats, probability: float, convention: QuantileConvention
) -> float:
    _check_quantile(probability, convention)
    total = cumulated[-1]
    target = probability * total
    last = len(x) - 1
    at = min(int(np.searchsorted(cumulated, target - _TIE * total)), last)
    if convention == "averaged_inverted_cdf" and abs(cumulated[at] - target) <= _TIE * total:
        return float((x[at] + x[min(at + 1, last)]) / 2)
    if convention == "interpolated_inverted_cdf" and at > 0:
        before = cumulated[at - 1]
        share = min((target - before) / (cumulated[at] - before), 1.0)
        return float(x[at - 1] + share * (x[at] - x[at - 1]))
    return float(x[at])


def _check_quantile(probability: float, convention: str) -> None:
    if not 0 <= probability <= 1:
        raise ValueError(f"probability must lie in [0, 1], not {probability}.")
    if convention not in get_args(QuantileConvention):
        raise ValueError(
            f"convention must be one of {', '.join(get_args(QuantileConvention))}, not "
            f"{convention!r}."
        )


@dataclass
class _Result:
    """One indicator in all domains; an array per column of the tidy frame."""

    estimate: Floats
    se: Floats
    n: Integers
    n_weighted: Floats
    df: Floats
    kind: str
    ci_low: Floats = field(init=False)
    ci_high: Floats = field(init=False)
    notes: list[list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.ci_low = np.full(len(self.estimate), np.nan)
        self.ci_high = self.ci_low.copy()
        self.notes = [[] for _ in self.estimate]

    @property
    def method(self) -> list[str]:
        return ["; ".join([self.kind, *note]) for note in self.notes]

    def note(self, where: Booleans, text: str) -> None:
        for i in np.flatnonzero(where):
            self.notes[i].append(text)


def critical_values(df: npt.ArrayLike, level: float) -> Floats:
    """Return the two-sided critical values of Student's t.

    Parameters
    ----------
    df : array_like of float, shape (k,)
        Degrees of freedom.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    ndarray of float, shape (k,)
        Quantile (1 + level) / 2, NaN where there are no degrees of freedom.
    """
    degrees = np.atleast_1d(np.asarray(df, dtype=float))
    value = np.full(len(degrees), np.nan)
    usable = degrees > 0
    value[usable] = stats.t.ppf((1 + level) / 2, degrees[usable])
    return value


def _evaluate(
    design: SurveyDesign,
    indicator: Indicator,
    domains: Domains,
    missing: Missing,
    level: float,
    degrees_of_freedom: Literal["domain", "design"] | float,
) -> _Result:
    columns = _columns(design.frame, indicator)
    absent = np.zeros(len(design), dtype=bool)
    for values in columns:
        absent |= np.isnan(values)
    absent &= domains.codes >= 0
    if absent.any() and missing == "fail":
        raise ValueError(
            f"{int(absent.sum())} of {len(design)} rows lack a value for {indicator}: recode "
            'them, or set missing="drop" to leave them out and have them counted.'
        )
    codes = np.where(absent, -1, domains.codes)
    columns = [np.where(np.isnan(values), 0.0, values) for values in columns]
    size = len(domains)
    counted = (codes >= 0) & (design.weights > 0)
    n = np.bincount(codes[counted], minlength=size)
    n_weighted = _sums(codes, design.weights, size)
    if isinstance(degrees_of_freedom, str):
        if degrees_of_freedom not in ("domain", "design"):
            raise ValueError(
                f"degrees_of_freedom must be domain, design or a number, not "
                f"{degrees_of_freedom!r}."
            )
        df = (
            design.domain_degrees_of_freedom(codes, size)
            if degrees_of_freedom == "domain"
            else np.full(size, design.degrees_of_freedom)
        )
    else:
        df = np.full(size, float(degrees_of_freedom))
    ones = np.ones(len(design))
    variance = "Taylor" if design.replicates is None else f"replicates {design.kind}"
    note: list[tuple[Booleans, str]] = []
    extra: tuple[Floats, Floats] | None = None
    if isinstance(indicator, Total):
        value, se = _totals(design, columns[0], codes, size)
        kind = f"total, {variance}"
    elif isinstance(indicator, Quantile):
        value, se, extra = _quantiles(design, indicator, columns[0], codes, size, level, df)
        kind = f"quantile ({indicator.convention}), Woodruff interval, {variance}"
    elif isinstance(indicator, Mean | Proportion | Ratio):
        bottom = columns[1] if isinstance(indicator, Ratio) else ones
        value, se = _ratios(design, columns[0], bottom, codes, size)
        label = type(indicator).__name__.lower()
        interval = "logit interval, " if isinstance(indicator, Proportion) else ""
        kind = f"{label}, {interval}{variance}"
    else:
        value, se, note = _statistics(design, indicator, codes, n)
        kind = f"linearised statistic, {variance}" if design.replicates is None else variance
    empty = n == 0
    value, se = np.where(empty, np.nan, value), np.where(empty, np.nan, se)
    result = _Result(value, se, n, n_weighted, df, kind)
    critical = critical_values(df, level)
    if extra is not None:
        result.ci_low, result.ci_high = extra
    elif isinstance(indicator, Proportion):
        result.ci_low, result.ci_high = logit_interval(value, se, critical)
        result.note(~empty & ((value <= 0) | (value >= 1)), "no interval for a share of 0 or 1")
    else:
        result.ci_low, result.ci_high = value - critical * se, value + critical * se
    result.note(empty, "empty domain")
    result.note(domains.labels.isna().any(axis=1).to_numpy(), "domain value missing")
    result.note(~empty & (df <= 0), "no degrees of freedom")
    left_out = np.bincount(domains.codes[absent], minlength=size)
    for i in np.flatnonzero(left_out):
        result.notes[i].append(f"{left_out[i]} missing left out")
    unexplained = ~empty & (np.isnan(value) | np.isnan(se))
    for mask, text in note:
        result.note(mask, text)
        unexplained &= ~mask
    result.note(unexplained & np.isnan(value), "undefined: the denominator is 0")
    result.note(unexplained & ~np.isnan(value), "no standard error")
    return result


def _columns(frame: pd.DataFrame, indicator: Indicator) -> list[Floats]:
    """Return the columns an indicator needs as numbers, NaN where missing."""
    if isinstance(indicator, Proportion):
        return [_indicator_of(frame, indicator)]
    if isinstance(indicator, Ratio):
        names = [indicator.numerator, indicator.denominator]
    elif isinstance(indicator, Total | Mean | Quantile):
        names = [indicator.column]
    else:
        return []
    _require(frame, names)
    columns = []
    for name in names:
        values = frame[name]
        if not pd.api.types.is_numeric_dtype(values):
            raise TypeError(f"The column {name} holds {values.dtype} and not numbers: recode it.")
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        infinite = int(np.isinf(numbers).sum())
        if infinite:
            raise ValueError(f"The column {name} is infinite in {infinite} rows: recode them.")
        columns.append(numbers)
    return columns


def _indicator_of(frame: pd.DataFrame, indicator: Proportion) -> Floats:
    _require(frame, [indicator.column])
    values = frame[indicator.column]
    known = values.dropna()
    if indicator.level is True:
        strange = 0 if pd.api.types.is_bool_dtype(known) else int((~known.isin([0, 1])).sum())
        if strange:
            raise ValueError(
                f"The column {indicator.column} holds values other than 0 and 1 in {strange} "
                "rows: recode it, or name the level whose share is wanted."
            )
    else:
        levels = (
            values.cat.categories
            if isinstance(values.dtype, pd.CategoricalDtype)
            else known.unique()
        )
        if indicator.level not in set(levels):
            raise ValueError(
                f"The level {indicator.level!r} does not occur in the column "
                f"{indicator.column} ({len(levels)} levels): check the spelling."
            )
    equal = values.isin([indicator.level]).to_numpy(dtype=float)
    return np.where(values.isna().to_numpy(), np.nan, equal)


def _sums(codes: Integers, values: Floats, size: int) -> Floats:
    inside = codes >= 0
    return np.bincount(codes[inside], values[inside], minlength=size).astype(float, copy=False)


def _replicate_sums(design: SurveyDesign, values: Floats, codes: Integers, size: int) -> Floats:
    """Return domain totals with each replicate weight, shape (R, size)."""
    inside = np.flatnonzero(codes >= 0)
    select = sparse.csr_array((values[inside], (codes[inside], inside)), shape=(size, len(design)))
    totals: Floats = np.asarray(select @ design.replicates).T
    return totals


def _replicate_se(design: SurveyDesign, values: Floats, full: Floats) -> Floats:
    """Return the standard error per column, NaN where a replicate has no estimate."""
    se = np.full(len(full), np.nan)
    good = np.isfinite(values).all(axis=0) & np.isfinite(full)
    for i in np.flatnonzero(good):
        se[i] = np.sqrt(design.replicate_covariance(values[:, [i]], full[[i]])[0, 0])
    return se


def _totals(design: SurveyDesign, y: Floats, codes: Integers, size: int) -> tuple[Floats, Floats]:
    totals = _sums(codes, design.weights * y, size)
    if design.replicates is not None:
        return totals, _replicate_se(design, _replicate_sums(design, y, codes, size), totals)
    return totals, np.sqrt(design.domain_variance(y, codes, size))


def _ratios(
    design: SurveyDesign, a: Floats, b: Floats, codes: Integers, size: int
) -> tuple[Floats, Floats]:
    top, bottom = (_sums(codes, design.weights * part, size) for part in (a, b))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(bottom != 0, top / bottom, np.nan)
        if design.replicates is not None:
            tops, bottoms = (_replicate_sums(design, part, codes, size) for part in (a, b))
            return ratio, _replicate_se(design, tops / bottoms, ratio)
        scaled = np.where(bottom != 0, 1 / bottom, 0.0)
    inside = codes >= 0
    at = codes[inside]
    influence = np.zeros(len(design))
    influence[inside] = (a[inside] - np.nan_to_num(ratio)[at] * b[inside]) * scaled[at]
    se = np.sqrt(design.domain_variance(influence, codes, size))
    return ratio, np.where(bottom != 0, se, np.nan)


def _quantiles(
    design: SurveyDesign,
    indicator: Quantile,
    y: Floats,
    codes: Integers,
    size: int,
    level: float,
    df: Floats,
) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
    _check_quantile(indicator.probability, indicator.convention)
    rows = np.flatnonzero((codes >= 0) & (design.weights > 0))
    order = rows[np.lexsort((y[rows], codes[rows]))]
    ends = np.searchsorted(codes[order], np.arange(size + 1))
    sorted_parts: dict[int, tuple[Floats, Floats]] = {}
    value = np.full(size, np.nan)
    for d in np.flatnonzero(np.diff(ends)).tolist():
        part = order[ends[d] : ends[d + 1]]
        sorted_parts[d] = y[part], np.cumsum(design.weights[part])
        value[d] = _quantile_sorted(*sorted_parts[d], indicator.probability, indicator.convention)
    below = np.zeros(len(design))
    below[rows] = y[rows] <= value[codes[rows]]
    share, share_se = _ratios(design, below, np.ones(len(design)), codes, size)
    critical = critical_values(df, level)
    low, high = np.full(size, np.nan), np.full(size, np.nan)
    for d, (x, cumulated) in sorted_parts.items():
        for limit, p in (
            (low, share[d] - critical[d] * share_se[d]),
            (high, share[d] + critical[d] * share_se[d]),
        ):
            if 0 <= p <= 1:
                limit[d] = _quantile_sorted(x, cumulated, p, indicator.convention)
    return value, (high - low) / (2 * critical), (low, high)


def _statistics(
    design: SurveyDesign, statistic: Statistic, codes: Integers, n: Integers
) -> tuple[Floats, Floats, list[tuple[Booleans, str]]]:
    value, se = np.full(len(n), np.nan), np.full(len(n), np.nan)
    for d in np.flatnonzero(n):
        inside = codes == d
        found = statistic(design.frame, design.weights, inside)
        value[d] = found.estimate
        if design.replicates is None:
            if np.isfinite(value[d]):
                se[d] = np.sqrt(design.covariance(found.influence)[0, 0])
            continue
        values = np.array(
            [statistic(design.frame, w, inside).estimate for w in design.replicates.T]
        )
        se[d] = _replicate_se(design, values[:, None], value[[d]])[0]
    undefined = (n > 0) & np.isnan(value)
    return value, se, [(undefined, "undefined in this domain")]


def logit_interval(p: Floats, se: Floats, critical: Floats) -> tuple[Floats, Floats]:
    """Return the limits of shares that are symmetric on the logit scale.

    Parameters
    ----------
    p, se, critical : ndarray of float, shape (k,)
        Shares in [0, 1], their standard errors and the critical values.

    Returns
    -------
    tuple of two ndarray of float, shape (k,)
        Lower and upper limits in (0, 1), NaN for a share of 0 or 1.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log(p / (1 - p))
        half = critical * se / (p * (1 - p))
        low, high = 1 / (1 + np.exp(half - centre)), 1 / (1 + np.exp(-half - centre))
    open_ = (p > 0) & (p < 1)
    return np.where(open_, low, np.nan), np.where(open_, high, np.nan)


def _require(frame: pd.DataFrame, names: Sequence[str]) -> None:
    absent = sorted(set(names) - set(frame.columns))
    if absent:
        raise ValueError(
            f"The sample lacks {len(absent)} column(s) ({', '.join(absent)}): check the names."
        )
