"""How many persons and households of the sample each cell of a table rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from armutsexpertise.disclosure.errors import DisclosureError
from armutsexpertise.disclosure.rules import Rules
from armutsexpertise.mark import has_invented_numbers, is_synthetic, mark
from armutsexpertise.survey._columns import as_names
from armutsexpertise.survey.design import Booleans, Floats, Integers, SurveyDesign
from armutsexpertise.survey.estimate import (
    Index,
    Indicator,
    Mean,
    Proportion,
    Quantile,
    Ratio,
    Total,
    make_domains,
)

__all__ = ["COUNTS", "Evidence", "cell_counts", "model_counts"]

COUNTS = (
    "n",
    "observations",
    "persons",
    "households",
    "numerator",
    "complement",
    "dominance",
    "distribution",
    "synthetic",
)
"""Columns of `cell_counts` behind the indicator and the domains."""


@dataclass(frozen=True)
class Evidence:
    """What a statistic that is a function rests on; it cannot be seen from outside.

    Attributes
    ----------
    numerator : str or array_like of bool, shape (n,), optional
        Rows that a share counts. None says that the statistic is no share.
    base : str or array_like of bool, shape (n,), optional
        Rows that it rests on, such as the poor for their median gap; default: all.
    amount : str or array_like of float, shape (n,), optional
        Amounts that a few households could dominate.
    """

    numerator: str | npt.ArrayLike | None = None
    base: str | npt.ArrayLike | None = None
    amount: str | npt.ArrayLike | None = None


@dataclass
class _Rests:
    """Rows (n,) that an indicator rests on, has in its numerator, and the amounts in it."""

    known: Booleans
    base: Booleans
    numerator: Booleans | None = None
    amounts: list[Floats] = field(default_factory=list)
    ordered: tuple[Floats, float] | None = None
    distribution: str | None = None


@dataclass(frozen=True)
class _Units:
    household: Integers
    persons: Floats

    def households(self, cells: Integers, rows: Booleans, size: int) -> Integers:
        """Return the number of different households per cell, shape (size,)."""
        many = int(self.household.max(initial=0)) + 1
        pairs = np.unique(cells[rows] * many + self.household[rows])
        return np.bincount(pairs // many, minlength=size)

    def dominance(
        self, cells: Integers, rows: Booleans, amounts: Floats, size: int, n: int
    ) -> Floats:
        """Return the share of the n largest households in the sum of absolute amounts."""
        many = int(self.household.max(initial=0)) + 1
        pairs, at = np.unique(cells[rows] * many + self.household[rows], return_inverse=True)
        sums = np.bincount(at, np.abs(amounts[rows]), minlength=len(pairs))
        of = pairs // many
        order = np.lexsort((-sums, of))
        rank = np.arange(len(order)) - np.searchsorted(of[order], of[order])
        top = order[rank < n]
        whole = np.bincount(of, sums, minlength=size)
        largest = np.bincount(of[top], sums[top], minlength=size)
        # Where all amounts are zero, each household's amount is known.
        return np.divide(largest, whole, out=np.ones(size), where=whole > 0)


def cell_counts(
    design: SurveyDesign,
    indicators: Mapping[str, Indicator],
    by: str | Sequence[str] | None = None,
    *,
    household: str | Sequence[str],
    size: str | None = None,
    where: str | None = None,
    evidence: Mapping[str, Evidence] | None = None,
    rules: Rules | None = None,
) -> pd.DataFrame:
    """Count the persons and households behind each indicator and domain.

    Parameters
    ----------
    design : SurveyDesign
        The sample that the estimates come from.
    indicators, by, where
        As in :func:`armutsexpertise.survey.estimate.estimate`.
    household : str or sequence of str
        Column(s) that tell households apart. Where one person of each household was asked, a
        number of the respondent will do.
    size : str, optional
        Column of persons in the household, for a sample with one row per household. Default:
        every row is a person.
    evidence : mapping of str to Evidence, optional
        What indicators that are functions rest on. It is needed for each of them.
    rules : Rules, optional
        For the number of households in the dominance rule.

    Returns
    -------
    DataFrame
        One row per indicator and domain, in the order of `estimate`: ``n`` rows of the domain,
        ``observations``, ``persons`` and ``households`` that the indicator rests on;
        ``numerator`` and ``complement``, the households with and without the property of a
        share (or below and above a quantile), NaN where there is none; ``dominance``, the
        share in [0, 1] of the largest households in an amount, or in the weights where there is
        no amount; ``distribution``, the
        column whose levels add up to one; ``synthetic``, whether the sample is invented. Rows
        with a weight of zero count nowhere.

    Raises
    ------
    ValueError
        If a column is absent or a household or its size is missing, or households repeat
        although there is a column of their size.
    DisclosureError
        If a function comes without evidence, or a quantile is a minimum or maximum.

    Notes
    -----
    A mean or total of a column with two values, and a ratio of columns that hold only 0 and 1,
    is a share. The numerator is counted in households: three poor persons of one household are
    one case.

    Examples
    --------
    >>> frame = pd.DataFrame({"poor": [1, 0, 0, 1], "w": 1.0, "id": [1, 1, 2, 3]})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> counts = cell_counts(design, {"rate": Proportion("poor")}, household="id")
    >>> counts[["persons", "households", "numerator", "complement"]].iloc[0].astype(int).tolist()
    [4, 3, 2, 2]
    """
    rules = rules or Rules()
    frame = design.frame
    domains = make_domains(frame, by, where)
    units, known = _units(frame, household, size), dict(evidence or {})
    many = len(domains)
    inside = (domains.codes >= 0) & (design.weights > 0)
    parts = []
    for name, indicator in indicators.items():
        rests = _rests(frame, name, indicator, known.get(name))
        counted, rows = inside & rests.known, inside & rests.known & rests.base
        part = domains.labels.copy()
        part.insert(0, "indicator", name)
        part["n"] = np.bincount(domains.codes[counted], minlength=many)
        part["observations"] = np.bincount(domains.codes[rows], minlength=many)
        part["persons"] = np.bincount(domains.codes[rows], units.persons[rows], minlength=many)
        part["households"] = units.households(domains.codes, rows, many)
        top = rests.numerator
        if rests.ordered is not None:
            top = _below(domains.codes, rows, *rests.ordered, design.weights)
        for column, sign in (("numerator", True), ("complement", False)):
            part[column] = (
                np.full(many, np.nan)
                if top is None
                else units.households(domains.codes, rows & (top == sign), many).astype(float)
            )
        shares = [
            units.dominance(domains.codes, rows, amount * weight, many, rules.dominance_n)
            for amount in rests.amounts or [np.ones(len(design))]
            for weight in (np.ones(len(design)), design.weights)
        ]
        part["dominance"] = np.max(shares, axis=0)
        part["distribution"] = pd.Series([rests.distribution] * many, dtype="object")
        parts.append(part)
    if not parts:
        raise ValueError("indicators is empty: name at least one.")
    return _marked(pd.concat(parts, ignore_index=True), frame, household)


class _Fitted(Protocol):
    """A model of :mod:`armutsexpertise.survey.models`."""

    @property
    def design(self) -> SurveyDesign: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def terms(self) -> Any: ...
    @property
    def inside(self) -> Booleans: ...
    @property
    def matrix(self) -> Floats: ...


def model_counts(
    model: _Fitted,
    outcome: str,
    *,
    household: str | Sequence[str],
    size: str | None = None,
) -> pd.DataFrame:
    """Count the persons and households behind the coefficients of a model.

    Parameters
    ----------
    model : Model
        A fitted model of :mod:`armutsexpertise.survey.models`.
    outcome : str
        The column that it explains.
    household, size
        As in `cell_counts`.

    Returns
    -------
    DataFrame
        One row per coefficient, for `armutsexpertise.disclosure.protect` of ``model.table()``.
        The coefficient of a group rests on the smaller of the group and the others; the
        intercept, where all variables are groups, on those that are in none; any other on all
        rows. Where rows with the same values of all terms have a mean of their own in the model, as
        the cells of a model with all interactions, the coefficients that make it up rest on these
        rows alone. Where the outcome
        has two values, or is a category, ``numerator`` and ``complement`` are its rarest level
        among them, in households; otherwise ``dominance`` is that of its amounts.

    Raises
    ------
    ValueError
        As `cell_counts`, or if the columns of the model are not those of its coefficients.

    Notes
    -----
    A model of groups alone gives the mean of each group away, which is why its coefficients
    are held to the rules of cells. Rows have a mean of their own where their leverages add up to
    one: no other row takes part in their fitted value. Effects, predictions and contrasts have
    other rows: count the groups that they compare by `cell_counts`.

    Examples
    --------
    >>> from armutsexpertise.survey.models import fit
    >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 7], "city": [1, 1, 0, 0], "w": 1.0, "id": range(4)})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> model = fit(design, "y", ["city"], "linear")
    >>> model_counts(model, "y", household="id")["households"].tolist()
    [2, 2]
    """
    frame, names = model.design.frame, [n for n in model.terms.names if n in set(model.names)]
    if model.matrix.shape != (int(model.inside.sum()), len(names)):
        raise ValueError("The columns of the model are not those of its coefficients.")
    units = _units(frame, household, size)
    counted = model.inside & (model.design.weights > 0)
    columns = np.full((len(frame), len(names)), np.nan)
    columns[model.inside] = model.matrix
    groups = [
        _is_binary(columns[counted, j]) and len(np.unique(columns[counted, j])) == 2
        for j in range(len(names))
    ]
    slopes = [j for j, name in enumerate(names) if len(np.unique(columns[counted, j])) > 1]
    reference = counted & (np.nansum(np.abs(columns[:, slopes]), axis=1) == 0)
    levels = frame[outcome][counted].unique()
    has_levels = len(levels) == 2 or not pd.api.types.is_numeric_dtype(frame[outcome])
    exact = _fitted_exactly(columns, counted)
    amounts = None if has_levels else _numbers(frame, outcome, outcome)
    rows = []
    for name in model.names:
        j = names.index(name) if name in names else None
        sides = [counted]
        if j is not None and groups[j]:
            sides = [counted & (columns[:, j] == 1), counted & (columns[:, j] == 0)]
        elif slopes and j not in slopes and all(groups[k] for k in slopes):
            sides = [reference]
        if j is not None:
            sides += [
                side for side, used in exact if used[j] and (j in slopes or not any(used[slopes]))
            ]
        cells = np.zeros(len(frame), dtype=np.int64)
        households = [int(units.households(cells, side, 1)[0]) for side in sides]
        rarest = np.nan
        if has_levels:
            rarest = min(
                int(
                    units.households(
                        cells, side & frame[outcome].eq(one).fillna(False).to_numpy(dtype=bool), 1
                    )[0]
                )
                for side in sides
                for one in levels
            )
        rows.append(
            {
                "indicator": name,
                "n": int(counted.sum()),
                "observations": min(int(side.sum()) for side in sides),
                "persons": min(float(units.persons[side].sum()) for side in sides),
                "households": min(households),
                "numerator": rarest,
                "complement": rarest,
                "dominance": np.nan
                if amounts is None
                else max(
                    float(units.dominance(cells, side, np.nan_to_num(amounts) * weight, 1, 2)[0])
                    for side in sides
                    for weight in (np.ones(len(frame)), model.design.weights)
                ),
                "distribution": None,
            }
        )
    counts = pd.DataFrame(rows, columns=["indicator", *COUNTS[:-1]])
    return _marked(counts, frame, household)


def _fitted_exactly(columns: Floats, counted: Booleans) -> list[tuple[Booleans, Booleans]]:
    """Return the rows (n,) whose fitted value is their own mean, and the columns that form it."""
    patterns, at, size = np.unique(
        columns[counted], axis=0, return_inverse=True, return_counts=True
    )
    basis, triangle = np.linalg.qr(patterns * np.sqrt(size)[:, None])
    scale = np.abs(np.diag(triangle))
    leverage = (basis[:, scale > 1e-10 * scale.max(initial=0)] ** 2).sum(axis=1)
    found = []
    for pattern in np.flatnonzero(leverage > 1 - 1e-9):
        rows = np.zeros(len(counted), dtype=bool)
        rows[counted] = at.reshape(-1) == pattern
        found.append((rows, patterns[pattern] != 0))
    return found


def _marked(
    counts: pd.DataFrame, frame: pd.DataFrame, household: str | Sequence[str]
) -> pd.DataFrame:
    """Note in each row whether the sample is invented."""
    names = [household] if isinstance(household, str) else list(household)
    invented = is_synthetic(frame) or has_invented_numbers(frame, names)
    counts["synthetic"] = invented
    return mark(counts, counts)


def _units(frame: pd.DataFrame, household: str | Sequence[str], size: str | None) -> _Units:
    names = as_names(household)
    absent = [name for name in [*names, *([size] if size else [])] if name not in frame.columns]
    if absent or not names:
        raise ValueError(
            f"The sample lacks {', '.join(absent) or 'a household number'}: without it the "
            "households of a cell cannot be counted."
        )
    empty = int(frame[names].isna().any(axis=1).sum())
    if empty:
        raise ValueError(f"{empty} of {len(frame)} rows have no {' and '.join(names)}: fill them.")
    codes = frame.groupby(names, sort=False, observed=True).ngroup().to_numpy().astype(np.int64)
    if size is None:
        return _Units(codes, np.ones(len(frame)))
    twice = len(frame) - len(np.unique(codes))
    if twice:
        raise ValueError(
            f"{twice} rows repeat {' and '.join(names)} although {size} says that a row is a "
            "household: leave size out where a row is a person."
        )
    persons = _numbers(frame, size, size)
    wrong = int((~(np.nan_to_num(persons) >= 1)).sum())
    if wrong:
        raise ValueError(f"{size} is missing or less than 1 in {wrong} rows: correct them.")
    return _Units(codes, persons)


def _rests(
    frame: pd.DataFrame, name: str, indicator: Indicator, evidence: Evidence | None
) -> _Rests:
    everyone = np.ones(len(frame), dtype=bool)
    if isinstance(indicator, Proportion):
        column = frame[indicator.column]
        distribution = None if indicator.level is True else indicator.column
        level = column.isin([indicator.level]).fillna(False).to_numpy(dtype=bool)
        return _Rests(
            column.notna().to_numpy(), everyone, numerator=level, distribution=distribution
        )
    if isinstance(indicator, Quantile):
        if not 0 < indicator.probability < 1:
            raise DisclosureError(
                f"{name} is a minimum or maximum, the value of one household: it must not be "
                "written."
            )
        values = _numbers(frame, indicator.column, name)
        return _Rests(~np.isnan(values), everyone, ordered=(values, indicator.probability))
    if isinstance(indicator, Total | Mean):
        values = _numbers(frame, indicator.column, name)
        known = ~np.isnan(values)
        values = np.nan_to_num(values)
        # A total of ones counts the population and says nothing about anyone.
        levels = np.unique(values[known])
        constant = isinstance(indicator, Total) and len(levels) < 2
        if (_is_binary(levels) or len(levels) == 2) and not constant:
            return _Rests(known, everyone, numerator=values == max(levels, default=1.0))
        return _Rests(known, everyone, amounts=[values])
    if isinstance(indicator, Ratio):
        top = _numbers(frame, indicator.numerator, name)
        bottom = _numbers(frame, indicator.denominator, name)
        known = ~(np.isnan(top) | np.isnan(bottom))
        top, bottom = np.nan_to_num(top), np.nan_to_num(bottom)
        base = (top != 0) | (bottom != 0)
        if _is_binary(top[known]) and _is_binary(bottom[known]):
            return _Rests(known, base, numerator=top == 1)
        binary = _is_binary(bottom[known])
        return _Rests(known, base, amounts=[top] if binary else [top, bottom])
    if evidence is None:
        raise DisclosureError(
            f"{name} is a function, so what it rests on cannot be seen: give its Evidence (the "
            "rows of its numerator, or none for what is no share)."
        )
    base, share = _mask(frame, evidence.base, name), _mask(frame, evidence.numerator, name)
    amounts = [] if evidence.amount is None else [_numbers(frame, evidence.amount, name)]
    known = ~indicator.missing_in(frame) if isinstance(indicator, Index) else everyone
    for amount in amounts:
        if np.isnan(amount[known]).any():
            raise ValueError(f"The evidence of {name} holds missing amounts: recode them.")
    return _Rests(known, everyone if base is None else base, numerator=share, amounts=amounts)


def _numbers(frame: pd.DataFrame, values: str | npt.ArrayLike, name: str) -> Floats:
    column = frame[values] if isinstance(values, str) else pd.Series(np.asarray(values))
    if not pd.api.types.is_numeric_dtype(column.dtype) or len(column) != len(frame):
        raise TypeError(f"{name} needs a column of numbers with {len(frame)} rows: recode it.")
    return column.to_numpy(dtype=float, na_value=np.nan)


def _mask(frame: pd.DataFrame, rows: str | npt.ArrayLike | None, name: str) -> Booleans | None:
    if rows is None:
        return None
    column = frame[rows] if isinstance(rows, str) else pd.Series(np.asarray(rows))
    if not pd.api.types.is_bool_dtype(column.dtype) or len(column) != len(frame):
        raise TypeError(f"The evidence of {name} must be boolean with {len(frame)} rows.")
    if column.isna().any():
        raise TypeError(f"The evidence of {name} must be boolean without missing values.")
    return column.to_numpy(dtype=bool)


def _is_binary(values: Floats) -> bool:
    return bool(np.isin(values, (0.0, 1.0)).all())


def _below(
    cells: Integers, rows: Booleans, values: Floats, probability: float, weights: Floats
) -> Booleans:
    """Return which rows lie at or below the quantile of their cell, shape (n,)."""
    at = np.flatnonzero(rows)
    order = at[np.lexsort((values[at], cells[at]))]
    cumulated = np.cumsum(weights[order])
    first = np.searchsorted(cells[order], cells[order])
    before = cumulated[first] - weights[order][first]
    last = np.searchsorted(cells[order], cells[order], side="right") - 1
    share = (cumulated - before) / (cumulated[last] - before)
    below = np.zeros(len(cells), dtype=bool)
    below[order] = share <= probability
    return below
