"""Totals, means, proportions, ratios, quantiles and indices by domain, with design-based errors.

Every function gives the same tidy frame: ``indicator``, the domain columns, ``estimate``, ``se``,
``ci_low``, ``ci_high``, ``df``, ``n``, ``n_weighted`` and ``method``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats

from armutsexpertise._weighted import (
    QUANTILE_RULES,
    QuantileRule,
    quantile_of_sorted,
    require_choice,
)
from armutsexpertise.mark import mark
from armutsexpertise.survey._columns import as_names, require_columns
from armutsexpertise.survey.design import Booleans, Floats, Integers, SurveyDesign
from armutsexpertise.survey.linearised import Linearised, UndefinedError, plain_of

Missing = Literal["fail", "drop"]

COLUMNS = ("estimate", "se", "ci_low", "ci_high", "df", "n", "n_weighted", "method")


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
    quantile_rule : {"inverted_cdf", "averaged_inverted_cdf", "interpolated_inverted_cdf"}
        The smallest value whose cumulated share of weight is at least p (type 1 of Hyndman and
        Fan 1996, doi:10.1080/00031305.1996.10473566); the same, but the mean of that value and
        the next where the cumulated share equals p (type 2); or the cumulated share
        interpolated between the values (type 4).
    """

    column: str
    probability: float
    quantile_rule: QuantileRule = "inverted_cdf"


class Index:
    """An index or decomposition of the package as an indicator.

    Parameters
    ----------
    function : callable
        A function with the suffix ``_linearised`` of `armutsexpertise.poverty` or
        `armutsexpertise.inequality`, or one of your own: takes columns, then ``weight`` and
        ``domain``. Where `armutsexpertise.survey.linearised.linearises` names its plain form,
        replicates use that.
    *columns : str or list of str
        Columns of the sample in the order of the function's arguments; a list gives a DataFrame.
    **options
        Further arguments of the function, as ``alpha=1`` or ``line=1200``. A poverty line that is
        estimated is a function of (income, weight) that returns a `Linearised`: it is formed
        anew with each replicate weight. One that is estimated already would count as fixed
        there and is refused.

    Examples
    --------
    >>> from armutsexpertise.inequality import gini_linearised
    >>> frame = pd.DataFrame({"income": [1.0, 2, 4, 5], "w": 10.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> estimate(design, {"Gini": Index(gini_linearised, "income")})["estimate"].round(4).tolist()
    [0.2917]

    Half of the median as the line, with its sampling error:

    >>> from armutsexpertise.poverty import (
    ...     at_risk_of_poverty_rate_linearised, poverty_line_linearised,
    ... )
    >>> def half(income, weight):
    ...     return poverty_line_linearised(income, weight, share=0.5)
    >>> rate = Index(at_risk_of_poverty_rate_linearised, "income", line=half)
    >>> estimate(design, {"rate": rate})["estimate"].tolist()
    [0.25]
    """

    def __init__(
        self,
        function: Callable[..., Linearised | Mapping[str, Linearised]],
        *columns: str | list[str],
        **options: object,
    ) -> None:
        self.function, self.columns, self.options = function, columns, options
        self._name = getattr(function, "__name__", repr(function))
        self._plain = plain_of(function)

    def __repr__(self) -> str:
        given = [repr(column) for column in self.columns]
        given += [f"{name}={value!r}" for name, value in self.options.items()]
        return f"Index({', '.join([self._name, *given])})"

    def __call__(
        self, frame: pd.DataFrame, weights: Floats, rows: Booleans
    ) -> Linearised | Mapping[str, Linearised]:
        """Return the index of some rows with other weights.

        Parameters
        ----------
        frame : DataFrame, shape (n, any)
            The sample.
        weights : ndarray of float, shape (n,)
            Weights.
        rows : ndarray of bool, shape (n,)
            Rows of the domain.

        Returns
        -------
        Linearised or mapping of str to Linearised
            The index, or the parts of a decomposition.

        Raises
        ------
        ValueError
            If a column is absent, or as raised by the function.
        """
        values = self._values(frame)
        options = self._options(values, weights)
        return self.function(*values, weight=weights, domain=rows, **options)

    def point(
        self, frame: pd.DataFrame, weights: Floats, rows: Booleans
    ) -> Linearised | Mapping[str, Linearised]:
        """Return the index as for replicates, which need no influence values.

        Parameters
        ----------
        frame, weights, rows
            As for a call.

        Returns
        -------
        Linearised or mapping of str to Linearised
            By the plain form of the function, without influence values, where it has one; else as
            a call.

        Raises
        ------
        ValueError
            As for a call.
        """
        if self._plain is None:
            return self(frame, weights, rows)
        values = self._values(frame)
        options = self._options(values, weights)
        options.pop("bandwidth", None)
        found = self._plain.function(*values, weight=weights, domain=rows, **options)
        if isinstance(found, Mapping):
            return {label: Linearised(value, np.zeros(0)) for label, value in found.items()}
        return Linearised(found, np.zeros(0))

    @property
    def is_share(self) -> bool:
        """Whether the index is a share of persons, whose interval lies in (0, 1)."""
        return self._plain is not None and self._plain.is_share

    def require_usable_with(self, design: SurveyDesign) -> None:
        """Refuse an estimated poverty line that replicates would take as fixed.

        Parameters
        ----------
        design : SurveyDesign
            The sample.

        Raises
        ------
        ValueError
            If the design has replicates and a line is a `Linearised`.
        """
        given = [*self.options.values(), *_as_list(self.options.get("lines"))]
        if design.replicates is not None and any(isinstance(one, Linearised) for one in given):
            raise ValueError(
                f"The poverty line of {self._name} is estimated once and would count as fixed on "
                "each replicate: give a function of (income, weight) that returns it."
            )

    def missing_in(self, frame: pd.DataFrame) -> Booleans:
        """Return which rows lack a value of a column of the index.

        Parameters
        ----------
        frame : DataFrame, shape (n, any)
            The sample.

        Returns
        -------
        ndarray of bool, shape (n,)
            True where a value is missing.

        Raises
        ------
        ValueError
            If a column is absent.
        """
        return frame[self._names(frame)].isna().any(axis=1).to_numpy(dtype=bool)

    def filled(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the sample with a known value where one is missing, for rows without weight.

        Parameters
        ----------
        frame : DataFrame, shape (n, any)
            The sample.

        Returns
        -------
        DataFrame, shape (n, columns of the index)
            The columns of the index; missing values are replaced by the first known one.

        Raises
        ------
        ValueError
            If no row has all values.
        """
        if self.missing_in(frame).all():
            raise ValueError(f"All {len(frame)} rows lack a value for {self}: check its columns.")
        columns = {name: frame[name] for name in self._names(frame)}
        return pd.DataFrame(
            {
                name: values.fillna(values.dropna().iloc[0]).infer_objects()
                for name, values in columns.items()
            }
        )

    def _names(self, frame: pd.DataFrame) -> list[str]:
        names = list(dict.fromkeys(name for one in self.columns for name in as_names(one)))
        require_columns(frame, names)
        return names

    def _options(self, values: list[pd.Series | pd.DataFrame], weights: Floats) -> dict[str, Any]:
        """Return the options with poverty lines formed from these weights."""
        options = {
            name: _formed(value, values[0], weights) if callable(value) else value
            for name, value in self.options.items()
        }
        if options.get("lines") is not None:
            years = [year for _, year in pd.DataFrame(values[0]).items()]
            lines = _as_list(options["lines"])
            if len(lines) == len(years):  # else the function says what is wrong
                options["lines"] = [
                    _formed(line, year, weights) if callable(line) else line
                    for line, year in zip(lines, years, strict=True)
                ]
        return options

    def _values(self, frame: pd.DataFrame) -> list[pd.Series | pd.DataFrame]:
        self._names(frame)
        return [frame[one] for one in self.columns]


def _as_list(given: Any) -> list[Any]:
    return [] if given is None else list(given)


def _formed(line: Any, income: pd.Series | pd.DataFrame, weights: Floats) -> Linearised:
    """Return a poverty line from incomes and weights; a number would lose its sampling error."""
    found = line(income, weights)
    if not isinstance(found, Linearised):
        raise TypeError(
            f"line gives {type(found).__name__} without influence values: return a Linearised, as "
            "poverty_line_linearised does, or give a fixed line as a number."
        )
    return found


Statistic = Callable[[pd.DataFrame, Floats, Booleans], Linearised]
Decomposition = Callable[[pd.DataFrame, Floats, Booleans], Mapping[str, Linearised]]
Indicator = Total | Mean | Proportion | Ratio | Quantile | Index | Statistic | Decomposition


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
        Name and `Total`, `Mean`, `Proportion`, `Ratio`, `Quantile`, `Index`, or a function of the
        sample's frame, weights (n,) and a mask (n,) of the domain that gives a `Linearised`, or
        a mapping of names to them (the parts of a decomposition): each then has a row, its
        indicator is ``name: part``.
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
        of the domain (of an `Index`, out of its poverty line too) and say how many in
        ``method``. Of a function nothing is left out.
    degrees_of_freedom : {"domain", "design"} or float
        Sampling units minus strata with a row in the domain; those of the whole design; or a
        number (``inf`` for normal intervals).

    Returns
    -------
    DataFrame
        One row per indicator and domain. ``n`` counts rows with a positive weight and
        ``n_weighted`` sums their weights. A domain without rows has ``n`` 0 and no estimate, nor
        has one in which an index is undefined (`armutsexpertise.survey.linearised.UndefinedError`):
        ``method`` says why. A decomposition that is undefined everywhere has one row per domain.

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
    1992, doi:10.1007/978-1-4612-4378-6); mean and proportion have b = 1. With
    replicates the ratio is formed anew on each. Intervals use Student's t. Those of a proportion
    and of an `Index` that is a share of persons (at risk of poverty, also persistently, or of
    social exclusion) are symmetric on the logit scale, with standard error :math:`s/(p(1-p))`
    there (Korn and Graubard 1998, Survey Methodology 24, 193-201); a share of 0 or 1 has none,
    nor has another index whose standard error is 0. A quantile's maps the t interval of the
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
    require_named(indicators)
    _require_choice_of_missing(missing)
    domains = make_domains(design.frame, by, where)
    parts = []
    for name, indicator in indicators.items():
        results = _evaluate(design, indicator, domains, missing, level, degrees_of_freedom)
        for label, result in results.items():
            part = domains.labels.copy()
            part.insert(0, "indicator", f"{name}: {label}" if label else name)
            for column in COLUMNS:
                part[column] = getattr(result, column)
            parts.append(part)
    return mark(pd.concat(parts, ignore_index=True), design.frame)


def differences(
    design: SurveyDesign,
    indicators: Mapping[str, Total | Mean | Proportion | Ratio | Index | Statistic],
    by: str | Sequence[str],
    *,
    reference: object,
    level: float = 0.95,
    where: str | None = None,
    missing: Missing = "fail",
) -> pd.DataFrame:
    r"""Estimate how far each domain lies from a reference domain, with standard errors.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    indicators : mapping of str to indicator
        As for :func:`estimate`, without quantiles by Woodruff's interval (take
        `armutsexpertise.poverty.weighted_quantile_linearised`) and without decompositions.
    by : str or sequence of str
        Columns whose crossed values are the domains; see :func:`estimate`.
    reference : object
        Value of the reference domain, a tuple of values for several columns.
    level, where, missing
        As for :func:`estimate`.

    Returns
    -------
    DataFrame
        Tidy frame with a row per indicator and domain but the reference; ``n`` and ``n_weighted``
        count the rows of the domain, the degrees of freedom are those of both together.

    Raises
    ------
    ValueError
        If a column is absent, a value is missing with ``missing="fail"``, or the reference
        domain has no rows.
    TypeError
        If a column holds no numbers, or an indicator is a quantile or a decomposition.

    Notes
    -----
    The influence of a difference is the difference of the influences, so the covariance of domains
    that share sampling units enters; with replicates the difference is formed on each.

    Examples
    --------
    >>> frame = pd.DataFrame({"income": [1, 2, 4, 5.0], "w": 10.0, "region": list("aabb")})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> differences(design, {"mean": Mean("income")}, "region", reference="a")[
    ...     ["region", "estimate", "se"]
    ... ]
      region  estimate       se
    0      b       3.0  0.57735
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}.")
    require_named(indicators)
    _require_choice_of_missing(missing)
    domains = make_domains(design.frame, by, where)
    wanted = reference if isinstance(reference, tuple) else (reference,)
    rows = [tuple(row) for row in domains.labels.itertuples(index=False)]
    base = rows.index(wanted) if wanted in rows else -1
    others = np.array([d for d in range(len(rows)) if d != base], dtype=np.intp)
    labels = domains.labels.iloc[others].reset_index(drop=True)
    parts = []
    for name, indicator in indicators.items():
        absent = _rows_without_value(design, indicator, domains.codes, missing)
        kept = Domains(domains.labels, np.where(absent, -1, domains.codes))
        counted = (kept.codes >= 0) & (design.weights > 0)
        n = np.bincount(kept.codes[counted], minlength=len(kept))
        if base < 0 or not n[base]:
            raise ValueError(
                f"The reference domain {reference!r} has no rows with weight: choose one of "
                f"{int((n > 0).sum())} domains that have."
            )
        df = np.array([_joint_df(design, kept.codes, [d, base]) for d in others])
        n_weighted = _sums(kept.codes, design.weights, len(kept))
        value, se, reasons = _gaps(design, indicator, kept, n, others, base, absent)
        kind = f"difference from {', '.join(map(str, wanted))}, {_variance_of(design)}"
        result = _Result(value, se, n[others], n_weighted[others], df, kind)
        result.symmetric(critical_values(df, level))
        result.note_domains(Domains(labels, kept.codes))
        _note_left_out(result, domains, absent, others)
        _note_undefined(result, reasons)
        part = labels.copy()
        part.insert(0, "indicator", name)
        for column in COLUMNS:
            part[column] = getattr(result, column)
        parts.append(part)
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

    Examples
    --------
    >>> frame = pd.DataFrame({"region": ["a", "b", "a"]})
    >>> make_domains(frame, "region").codes.tolist()
    [0, 1, 0]
    """
    names = as_names(by)
    require_columns(frame, names + ([where] if where else []))
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

    def symmetric(self, critical: Floats) -> None:
        """Set symmetric intervals, none where no replicate or unit moves the estimate."""
        half = np.where(self.se == 0, np.nan, critical * self.se)
        self.ci_low, self.ci_high = self.estimate - half, self.estimate + half
        self.note(self.se == 0, "no interval: the standard error is 0")

    def logit(self, critical: Floats) -> None:
        """Set the intervals of shares."""
        self.ci_low, self.ci_high = logit_interval(self.estimate, self.se, critical)
        ends = (self.estimate <= 0) | (self.estimate >= 1)
        self.note(ends, "no interval for a share of 0 or 1")

    def note(self, where: Booleans, text: str) -> None:
        for i in np.flatnonzero(where):
            self.notes[i].append(text)

    def note_domains(self, domains: Domains) -> None:
        self.note(self.n == 0, "empty domain")
        self.note(domains.labels.isna().any(axis=1).to_numpy(), "domain value missing")
        self.note((self.n > 0) & (self.df <= 0), "no degrees of freedom")


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

    Examples
    --------
    >>> critical_values([10, float("inf")], 0.95).round(4).tolist()
    [2.2281, 1.96]
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
) -> dict[str, _Result]:
    """Return the results of an indicator, or of each part of a decomposition."""
    absent = _rows_without_value(design, indicator, domains.codes, missing)
    codes = np.where(absent, -1, domains.codes)
    columns = [np.nan_to_num(values) for values in _columns(design.frame, indicator)]
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
    if not isinstance(indicator, Total | Mean | Proportion | Ratio | Quantile):
        kept = Domains(domains.labels, codes)
        results = _statistics(design, indicator, kept, n, n_weighted, df, level, absent)
        for result in results.values():
            _note_left_out(result, domains, absent)
        return results
    ones = np.ones(len(design))
    variance = _variance_of(design)
    extra: tuple[Floats, Floats] | None = None
    if isinstance(indicator, Total):
        value, se = _totals(design, columns[0], codes, size)
        kind = f"total, {variance}"
    elif isinstance(indicator, Quantile):
        value, se, extra = _quantiles(design, indicator, columns[0], codes, size, level, df)
        kind = f"quantile ({indicator.quantile_rule}), Woodruff interval, {variance}"
    else:
        bottom = columns[1] if isinstance(indicator, Ratio) else ones
        value, se = _ratios(design, columns[0], bottom, codes, size)
        label = type(indicator).__name__.lower()
        interval = "logit interval, " if isinstance(indicator, Proportion) else ""
        kind = f"{label}, {interval}{variance}"
    empty = n == 0
    value, se = np.where(empty, np.nan, value), np.where(empty, np.nan, se)
    result = _Result(value, se, n, n_weighted, df, kind)
    critical = critical_values(df, level)
    if extra is not None:
        result.ci_low, result.ci_high = extra
    elif isinstance(indicator, Proportion):
        result.logit(critical)
    else:
        result.ci_low, result.ci_high = value - critical * se, value + critical * se
    result.note_domains(domains)
    _note_left_out(result, domains, absent)
    result.note(~empty & np.isnan(value), "undefined: the denominator is 0")
    lacking = "no standard error"
    if isinstance(indicator, Quantile):
        lacking += ": its interval leaves the values of the domain"
    result.note(~empty & np.isnan(se) & ~np.isnan(value), lacking)
    return {"": result}


def _rows_without_value(
    design: SurveyDesign, indicator: object, codes: Integers, missing: Missing
) -> Booleans:
    """Return the rows that an indicator leaves out, or refuse them."""
    _require_indicator(indicator)
    frame = design.frame
    if isinstance(indicator, Index):  # a poverty line is formed from rows outside the domain too
        indicator.require_usable_with(design)
        absent = indicator.missing_in(frame)
    else:
        absent = np.zeros(len(frame), dtype=bool)
        for values in _columns(frame, indicator):
            absent |= np.isnan(values)
        absent &= codes >= 0
    if absent.any() and missing == "fail":
        outside = int((absent & (codes < 0)).sum())
        where = f" ({outside} of them outside where, which a poverty line may need)"
        raise ValueError(
            f"{int(absent.sum())} of {len(frame)} rows lack a value for {indicator}"
            f'{where if outside else ""}: recode them, or set missing="drop" to leave them out '
            "and have them counted."
        )
    return absent


def _require_choice_of_missing(missing: str) -> None:
    if missing not in get_args(Missing):
        raise ValueError(f"missing must be fail or drop, not {missing!r}.")


def _note_left_out(
    result: _Result, domains: Domains, absent: Booleans, rows: Integers | None = None
) -> None:
    """Say in each row of a result how many rows of the sample were left out."""
    left_out = np.bincount(domains.codes[absent & (domains.codes >= 0)], minlength=len(domains))
    left_out = left_out if rows is None else left_out[rows]
    for i in np.flatnonzero(left_out):
        result.notes[i].append(f"{left_out[i]} missing left out")


def _require_indicator(indicator: object) -> None:
    if not callable(indicator) and not isinstance(
        indicator, Total | Mean | Proportion | Ratio | Quantile
    ):
        raise TypeError(
            f"{indicator!r} is no indicator: give Total, Mean, Proportion, Ratio, Quantile, Index "
            'or a function, as in Mean("income").'
        )


def require_named(indicators: object) -> None:
    """Refuse what is no mapping of names to indicators.

    Parameters
    ----------
    indicators : object
        What was given.

    Raises
    ------
    TypeError
        If it is no mapping.
    ValueError
        If it is empty.

    Examples
    --------
    >>> require_named({"mean income": Mean("income")})
    """
    if not isinstance(indicators, Mapping):
        raise TypeError(
            f"indicators is {indicators!r}: give each a name, as in "
            '{"mean income": Mean("income")}.'
        )
    if not indicators:
        raise ValueError("indicators is empty: name at least one.")


def _variance_of(design: SurveyDesign) -> str:
    return "Taylor" if design.replicates is None else f"replicates {design.kind}"


def _columns(frame: pd.DataFrame, indicator: object) -> list[Floats]:
    """Return the columns an indicator needs as numbers, NaN where missing."""
    if isinstance(indicator, Proportion):
        return [_indicator_of(frame, indicator)]
    if isinstance(indicator, Ratio):
        names = [indicator.numerator, indicator.denominator]
    elif isinstance(indicator, Total | Mean | Quantile):
        names = [indicator.column]
    else:
        return []
    require_columns(frame, names)
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
    require_columns(frame, [indicator.column])
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
    if not 0 <= indicator.probability <= 1:
        raise ValueError(f"probability must lie in [0, 1], not {indicator.probability}.")
    require_choice(indicator.quantile_rule, QUANTILE_RULES, "quantile_rule")
    rows = np.flatnonzero((codes >= 0) & (design.weights > 0))
    order = rows[np.lexsort((y[rows], codes[rows]))]
    ends = np.searchsorted(codes[order], np.arange(size + 1))
    sorted_parts: dict[int, tuple[Floats, Floats]] = {}
    value = np.full(size, np.nan)
    for d in np.flatnonzero(np.diff(ends)).tolist():
        part = order[ends[d] : ends[d + 1]]
        sorted_parts[d] = y[part], np.cumsum(design.weights[part])
        value[d] = quantile_of_sorted(
            *sorted_parts[d], indicator.probability, indicator.quantile_rule
        )
    below = np.zeros(len(design))
    below[rows] = y[rows] <= value[codes[rows]]
    # The share of rows up to the largest value is 1 in every sample: it has no interval.
    at_end = {d for d, (x, _) in sorted_parts.items() if value[d] >= x[-1]}
    share, share_se = _ratios(design, below, np.ones(len(design)), codes, size)
    critical = critical_values(df, level)
    low, high = np.full(size, np.nan), np.full(size, np.nan)
    for d, (x, cumulated) in sorted_parts.items():
        for limit, p in (
            (low, share[d] - critical[d] * share_se[d]),
            (high, share[d] + critical[d] * share_se[d]),
        ):
            if 0 <= p <= 1 and d not in at_end:
                limit[d] = quantile_of_sorted(x, cumulated, p, indicator.quantile_rule)
    return value, (high - low) / (2 * critical), (low, high)


def _statistics(
    design: SurveyDesign,
    statistic: Index | Statistic | Decomposition,
    domains: Domains,
    n: Integers,
    n_weighted: Floats,
    df: Floats,
    level: float,
    absent: Booleans,
) -> dict[str, _Result]:
    """Return the results of a function of frame, weights and domain, one per part."""
    replicated = design.replicates is not None
    evaluate = statistic.point if replicated and isinstance(statistic, Index) else statistic
    frame = design.frame
    if isinstance(statistic, Index) and absent.any():
        frame = statistic.filled(frame)
        evaluate = leaving_out(evaluate, absent)
    found: dict[int, Mapping[str, tuple[float, float]]] = {}
    reasons = [""] * len(n)
    for d in np.flatnonzero(n).tolist():
        inside = domains.codes == d

        def at(weights: Floats, inside: Booleans = inside) -> Mapping[str, Linearised]:
            return _parts(evaluate(frame, weights, inside), statistic)

        try:
            full = at(design.weights)
        except UndefinedError as error:
            reasons[d] = _without_full_stop(error)
            if isinstance(statistic, Index) and not replicated:
                found[d] = _value_alone(statistic, frame, design.weights, inside, absent)
            continue
        if replicated:
            found[d], reasons[d] = _over_replicates(design, at, full)
        else:
            found[d] = {
                label: (part.estimate, _linearised_se(design, part)) for label, part in full.items()
            }
    labels = next((list(parts) for parts in found.values() if parts), [""])
    nothing = (float("nan"), float("nan"))
    share = isinstance(statistic, Index) and statistic.is_share
    kind = _variance_of(design)
    kind = f"logit interval, {kind}" if share else kind
    kind = f"linearised statistic, {kind}" if design.replicates is None else kind
    critical = critical_values(df, level)
    results = {}
    for label in labels:
        rows = [found.get(d, {}).get(label, nothing) for d in range(len(n))]
        value, se = np.array(rows, dtype=float).T
        result = _Result(value, se, n, n_weighted, df, kind)
        if share:
            result.logit(critical)
        else:
            result.symmetric(critical)
        result.note_domains(domains)
        _note_undefined(result, reasons)
        results[label] = result
    return results


def _linearised_se(design: SurveyDesign, found: Linearised) -> float:
    """Return the standard error by Taylor linearisation, NaN without an estimate."""
    if not np.isfinite(found.estimate):
        return float("nan")
    return float(np.sqrt(design.covariance(found.influence)[0, 0]))


def _value_alone(
    index: Index, frame: pd.DataFrame, weights: Floats, inside: Booleans, absent: Booleans
) -> dict[str, tuple[float, float]]:
    """Return an index whose influence is undefined without standard error, if it has a value."""
    try:
        found = _parts(leaving_out(index.point, absent)(frame, weights, inside))
    except UndefinedError:
        return {}
    return {label: (part.estimate, float("nan")) for label, part in found.items()}


def _over_replicates(
    design: SurveyDesign,
    at: Callable[[Floats], Mapping[str, Linearised]],
    full: Mapping[str, Linearised],
) -> tuple[dict[str, tuple[float, float]], str]:
    """Return values and standard errors, and on how many replicates the index is undefined."""
    assert design.replicates is not None
    on_each = np.full((design.replicates.shape[1], len(full)), np.nan)
    for r, weights in enumerate(design.replicates.T):
        try:
            on_each[r] = [part.estimate for part in at(weights).values()]
        except UndefinedError:
            continue
    values = np.array([part.estimate for part in full.values()])
    se = _replicate_se(design, on_each, values)
    return dict(zip(full, zip(values, se, strict=True), strict=True)), _missing_on(on_each)


def _missing_on(on_each: Floats) -> str:
    """Return on how many replicates, one per row, something is undefined, empty for none."""
    bad = int((~np.isfinite(on_each)).any(axis=1).sum())
    return f"undefined on {bad} of {len(on_each)} replicates" if bad else ""


def _without_full_stop(error: Exception) -> str:
    return str(error).removesuffix(".")


def _note_undefined(result: _Result, reasons: list[str]) -> None:
    """Say of each domain with rows why it lacks an estimate or a standard error."""
    for i, reason in enumerate(reasons):
        told = f": {reason}" if reason else ""
        if result.n[i] == 0 or not np.isnan(result.se[i]):
            continue
        lacking = (
            "undefined in this domain" if np.isnan(result.estimate[i]) else "no standard error"
        )
        result.notes[i].append(f"{lacking}{told}")


def _gaps(
    design: SurveyDesign,
    indicator: Total | Mean | Proportion | Ratio | Index | Statistic,
    domains: Domains,
    n: Integers,
    others: Integers,
    base: int,
    absent: Booleans,
) -> tuple[Floats, Floats, list[str]]:
    """Return the difference of each domain from the base, its standard error and why it lacks."""
    statistic, frame = _as_statistic(design, indicator), design.frame
    if isinstance(indicator, Index) and absent.any():
        statistic, frame = leaving_out(statistic, absent), indicator.filled(frame)
    value, se = np.full(len(others), np.nan), np.full(len(others), np.nan)
    reasons = [""] * len(others)

    def at(weights: Floats, domain: int) -> Linearised:
        found = statistic(frame, weights, domains.codes == domain)
        if len(_parts(found, indicator)) > 1 or not isinstance(found, Linearised):
            raise TypeError("A decomposition has several parts: compare one of them by a function.")
        return found

    def or_nothing(weights: Floats, domain: int) -> float:
        try:
            return at(weights, domain).estimate
        except UndefinedError:
            return float("nan")

    try:
        start = at(design.weights, base)
    except UndefinedError as error:
        return value, se, [f"in the reference domain: {_without_full_stop(error)}"] * len(others)
    for i in np.flatnonzero(n[others]).tolist():
        try:
            one = at(design.weights, int(others[i]))
        except UndefinedError as error:
            reasons[i] = _without_full_stop(error)
            continue
        value[i] = one.estimate - start.estimate
        if design.replicates is None and np.isfinite(value[i]):
            gap = Linearised(value[i], one.influence - start.influence)
            se[i] = _linearised_se(design, gap)
    if design.replicates is None:
        return value, se, reasons
    starts = np.array([or_nothing(w, base) for w in design.replicates.T])
    for i in np.flatnonzero(np.isfinite(value)).tolist():
        on_each = np.array([[or_nothing(w, int(others[i]))] for w in design.replicates.T])
        on_each -= starts[:, None]
        se[i] = _replicate_se(design, on_each, value[[i]])[0]
        reasons[i] = _missing_on(on_each)
    return value, se, reasons


def _as_statistic(
    design: SurveyDesign, indicator: Total | Mean | Proportion | Ratio | Index | Statistic
) -> Callable[[pd.DataFrame, Floats, Booleans], Linearised | Mapping[str, Linearised]]:
    if isinstance(indicator, Quantile):
        raise TypeError(
            "A quantile with Woodruff's interval has no influence: give "
            "Index(weighted_quantile_linearised, column)."
        )
    if isinstance(indicator, Index):
        return indicator if design.replicates is None else indicator.point
    if not isinstance(indicator, Total | Mean | Proportion | Ratio):
        return indicator
    columns = [np.nan_to_num(values) for values in _columns(design.frame, indicator)]
    top = columns[0]
    bottom = columns[1] if isinstance(indicator, Ratio) else np.ones(len(design))

    def of_total(frame: pd.DataFrame, weights: Floats, rows: Booleans) -> Linearised:
        del frame
        return Linearised(float(weights @ (top * rows)), top * rows)

    def of_ratio(frame: pd.DataFrame, weights: Floats, rows: Booleans) -> Linearised:
        del frame
        size = float(weights @ (bottom * rows))
        if size == 0:
            return Linearised(float("nan"), np.full(len(top), np.nan))
        value = float(weights @ (top * rows)) / size
        return Linearised(value, rows * (top - value * bottom) / size)

    return of_total if isinstance(indicator, Total) else of_ratio


def _joint_df(design: SurveyDesign, codes: Integers, domains: list[int]) -> float:
    inside = np.where(np.isin(codes, domains), 0, -1)
    return float(design.domain_degrees_of_freedom(inside, 1)[0])


def leaving_out(evaluate: Callable[..., Any], absent: Booleans) -> Callable[..., Any]:
    """Return an index that gives some rows no weight, also in a poverty line, and no influence.

    Parameters
    ----------
    evaluate : callable
        An index: a function of frame, weights and rows.
    absent : ndarray of bool, shape (n,)
        Rows to leave out, filled by :meth:`Index.filled`.

    Returns
    -------
    callable
        The index of the other rows.

    Examples
    --------
    >>> from armutsexpertise.inequality import gini_linearised
    >>> frame = pd.DataFrame({"income": [1.0, 3, 90]})
    >>> index = leaving_out(Index(gini_linearised, "income"), np.array([False, False, True]))
    >>> index(frame, np.ones(3), np.ones(3, dtype=bool)).estimate
    0.25
    """

    def index(
        frame: pd.DataFrame, weights: Floats, rows: Booleans
    ) -> Linearised | dict[str, Linearised]:
        found = evaluate(frame, np.where(absent, 0.0, weights), rows & ~absent)
        kept = {
            label: Linearised(
                part.estimate,
                np.where(absent, 0.0, part.influence) if len(part.influence) else part.influence,
            )
            for label, part in _parts(found).items()
        }
        return kept[""] if isinstance(found, Linearised) else kept

    return index


def _parts(found: object, asked: object = "The indicator") -> Mapping[str, Linearised]:
    if isinstance(found, Linearised):
        return {"": found}
    if isinstance(found, Mapping):
        return found
    raise TypeError(
        f"{asked} gives {type(found).__name__} without influence values: take the function of "
        "that name with the ending _linearised, or return a Linearised."
    )


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

    Examples
    --------
    >>> low, high = logit_interval(np.array([0.1]), np.array([0.02]), np.array([1.96]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0671], [0.1466])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log(p / (1 - p))
        half = critical * se / (p * (1 - p))
        low, high = 1 / (1 + np.exp(half - centre)), 1 / (1 + np.exp(-half - centre))
    open_ = (p > 0) & (p < 1)
    return np.where(open_, low, np.nan), np.where(open_, high, np.nan)
