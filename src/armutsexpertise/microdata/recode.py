"""Recode a survey file by its codebook: nothing silent, every missing value with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from armutsexpertise.mark import MARK_COLUMN, is_synthetic, mark
from armutsexpertise.microdata.codebook import (
    BLANK,
    Code,
    Codebook,
    CodebookVariable,
    Derivation,
    DropRule,
)
from armutsexpertise.microdata.derivations import DERIVATIONS
from armutsexpertise.microdata.errors import CodebookError, missing_column_message
from armutsexpertise.microdata.formats import SurveyFile, Variable, user_missing
from armutsexpertise.microdata.number_texts import DecimalSign, DoubtfulNumbersError, numbers_of

Bools = npt.NDArray[np.bool_]
Reasons = npt.NDArray[np.object_]


@dataclass(frozen=True)
class RowReport:
    """Where the rows went: ``rows_in == kept + sum of dropped``.

    Attributes
    ----------
    rows_in, kept : int
        Rows of the file, rows of the table.
    dropped : dict of str to int
        Rows left out, by reason; a row counts under the first rule that names it.
    missing : DataFrame
        Columns ``variable``, ``reason``, ``n``: missing cells of the kept rows.
    """

    rows_in: int
    kept: int
    dropped: dict[str, int]
    missing: pd.DataFrame = field(repr=False)

    def __str__(self) -> str:
        lost = "".join(f"; {n} dropped: {reason}" for reason, n in self.dropped.items())
        return f"{self.rows_in} rows in; {self.kept} kept{lost}."


@dataclass(frozen=True)
class Recoded:
    """A table in the harmonised schema.

    Attributes
    ----------
    data : DataFrame, shape (n, n_variables)
        Row labels are those of the file. Booleans and integers are nullable, numbers are
        float64, categories ordered as in the codebook. Invented data (`is_synthetic`) have the
        column ``synthetic``, true in every row, whether or not the codebook names it.
    reasons : DataFrame, shape (n, n_variables_with_missings)
        Categorical: why a cell of ``data`` is missing, NaN where it is not.
    report : RowReport
        Account of the rows.
    """

    data: pd.DataFrame = field(repr=False)
    reasons: pd.DataFrame = field(repr=False)
    report: RowReport


def recode(data: SurveyFile | pd.DataFrame, codebook: Codebook) -> Recoded:
    """Bring a data set into the harmonised schema.

    Parameters
    ----------
    data : SurveyFile or DataFrame, shape (n, any)
        The data set. Tagged missing values come with a `SurveyFile` only.
    codebook : Codebook
        Its codebook.

    Returns
    -------
    Recoded

    Raises
    ------
    CodebookError
        If a column is missing, a cell holds a code the codebook does not list, is blank
        without a reason, is user-missing in the file but a value in the codebook, lies
        outside ``valid_range``, contradicts its flag, or the key is not unique; also if numbers
        are stored as text and their points may part thousands or decimals. The sentence names
        the variable and the number of cells, no value.

    Examples
    --------
    >>> from armutsexpertise.microdata.codebook import load_codebook
    >>> from armutsexpertise.microdata.synthetic import draw_survey
    >>> book, households = load_codebook("demo_nrw_household"), draw_survey().households
    >>> print(recode(households, book).report)
    4000 rows in; 4000 kept.
    """
    frame, tags, described = _parts(data)
    decimal = data.decimal if isinstance(data, SurveyFile) else None
    _require(frame, codebook)
    keep, dropped = _rows(frame, codebook.drop)
    rows = frame.loc[keep]
    columns: dict[str, pd.Series] = {}
    reasons: dict[str, Reasons] = {}
    problems: list[str] = []
    for variable in codebook.variables.values():
        try:
            if variable.source is None:
                values, why = _derived(variable, columns, reasons)
            else:
                values, why = _recoded(variable, rows, tags, decimal)
                _refuse_user_missing(variable, rows, why, described)
        except CodebookError as error:
            problems.append(f"{variable.name}: {error}")
            values, why = _nothing(variable, rows)
        columns[variable.name] = values
        reasons[variable.name] = why
    if problems:
        more = f" ({len(problems)} variables in all)" if len(problems) > 1 else ""
        raise CodebookError(f"{codebook.name}: {problems[0]}{more}.")
    table = pd.DataFrame(columns, index=rows.index)
    _require_unique(table, codebook)
    if is_synthetic(data):
        table[MARK_COLUMN] = pd.array([True] * len(table), dtype="boolean")
    return Recoded(
        mark(table, table),
        _compact(reasons, rows.index),
        _account(len(frame), table, dropped, reasons),
    )


def unknown_codes(data: SurveyFile | pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """List the codes that a codebook does not cover, for whoever holds the data.

    Unlike the messages of `recode` this table shows values: keep it where the data are.

    Parameters
    ----------
    data : SurveyFile or DataFrame, shape (n, any)
        The data set.
    codebook : Codebook
        Its codebook.

    Returns
    -------
    DataFrame
        Columns ``variable``, ``source``, ``code``, ``n``; coded variables and blanks only.

    Raises
    ------
    CodebookError
        If a column is missing.

    Examples
    --------
    >>> from armutsexpertise.microdata.codebook import load_codebook
    >>> from armutsexpertise.microdata.synthetic import draw_survey
    >>> book, households = load_codebook("demo_nrw_household"), draw_survey().households
    >>> len(unknown_codes(households, book))
    0
    """
    frame, tags, _ = _parts(data)
    _require(frame, codebook)
    keep, _ = _rows(frame, codebook.drop)
    rows = frame.loc[keep]
    found = []
    for variable in codebook.variables.values():
        if variable.source is None:
            continue
        column = rows[variable.source]
        blank = _blank(column)
        why = _missing_reasons(variable, rows, column, blank, tags, strict=False)
        left = pd.isna(why)
        unexplained = int((left & blank).sum())
        if unexplained:
            found.append((variable.name, variable.source, BLANK, unexplained))
        if variable.value_labels:
            cells = column[left & ~blank]
            for code, n in cells.value_counts(sort=False).items():
                if _lookup([code], variable.value_labels)[0] is None:
                    found.append((variable.name, variable.source, str(code), int(n)))
    return pd.DataFrame(found, columns=["variable", "source", "code", "n"])


def attach_household(
    persons: pd.DataFrame,
    households: pd.DataFrame,
    columns: Sequence[str],
    on: str = "household_id",
) -> pd.DataFrame:
    """Give every person the values of the household.

    Parameters
    ----------
    persons : DataFrame, shape (n_persons, any)
        With the column ``on``.
    households : DataFrame, shape (n_households, any)
        One row per household.
    columns : sequence of str
        Household columns to attach.
    on : str
        The common key.

    Returns
    -------
    DataFrame, shape (n_persons, any + len(columns))
        Rows and row labels of ``persons``; with the mark of invented data where either table
        has it.

    Raises
    ------
    ValueError
        If a household occurs twice, a person has no household, or a column is in both.

    Examples
    --------
    >>> persons = pd.DataFrame({"person_id": [1, 2, 3], "household_id": [7, 7, 8]})
    >>> households = pd.DataFrame({"household_id": [7, 8], "region": ["north", "south"]})
    >>> attach_household(persons, households, ["region"])["region"].tolist()
    ['north', 'north', 'south']
    """
    for table, wanted, where in (
        (persons, [on], "persons"),
        (households, [on, *columns], "households"),
    ):
        if sentence := missing_column_message(wanted, list(map(str, table.columns)), where):
            raise ValueError(sentence)
    both = [name for name in columns if name in persons.columns]
    if both:
        raise ValueError(f"{', '.join(both)} is in both tables: leave it out of one.")
    twice = int(households[on].duplicated().sum())
    if twice:
        raise ValueError(f"{twice} row(s) of households repeat a {on}: it must be unique.")
    alone = int((~persons[on].isin(households[on])).sum())
    if alone:
        raise ValueError(f"{alone} person(s) have no household: match {on} first.")
    place = pd.Index(households[on]).get_indexer(pd.Index(persons[on]))
    attached = {name: households[name].array.take(place) for name in columns}
    if is_synthetic(households):
        attached[MARK_COLUMN] = pd.array([True] * len(persons), dtype="boolean")
    return mark(persons.assign(**attached), persons, households)


def _parts(
    data: SurveyFile | pd.DataFrame,
) -> tuple[pd.DataFrame, Mapping[str, pd.Series], Mapping[str, Variable]]:
    if isinstance(data, SurveyFile):
        return data.data, data.tags, data.variables
    return data, {}, {}


def _refuse_user_missing(
    variable: CodebookVariable,
    rows: pd.DataFrame,
    why: Reasons,
    described: Mapping[str, Variable],
) -> None:
    """Refuse values that the file itself declares missing."""
    name = str(variable.source)
    if name not in described or not described[name].missing_ranges:
        return
    declared = user_missing(rows[name], described[name].missing_ranges).to_numpy(dtype=bool)
    overlooked = int((declared & pd.isna(why)).sum())
    if overlooked:
        raise CodebookError(
            f"{overlooked} cell(s) of {name} are user-missing in the file but values in the "
            "codebook; add the codes to the missing values"
        )


def _require(frame: pd.DataFrame, codebook: Codebook) -> None:
    present = list(map(str, frame.columns))
    sentence = missing_column_message(codebook.source_columns, present, "the data set")
    if sentence:
        raise CodebookError(f"{codebook.name}: {sentence}")


def _blank(column: pd.Series) -> Bools:
    empty = column.isna().to_numpy(dtype=bool)
    if not pd.api.types.is_numeric_dtype(column):
        empty = empty | column.astype("str").str.strip().eq("").fillna(False).to_numpy(dtype=bool)
    return np.asarray(empty)


def _rows(frame: pd.DataFrame, rules: Sequence[DropRule]) -> tuple[Bools, dict[str, int]]:
    keep = np.ones(len(frame), dtype=bool)
    dropped: dict[str, int] = {}
    for rule in rules:
        column = frame[rule.variable]
        hit = np.zeros(len(frame), dtype=bool)
        if BLANK in rule.codes:
            hit |= _blank(column)
        hit |= _is_code(column, [code for code in rule.codes if code != BLANK])
        hit &= keep
        dropped[rule.reason] = dropped.get(rule.reason, 0) + int(hit.sum())
        keep &= ~hit
    return keep, dropped


def _is_code(column: pd.Series, codes: Sequence[Code]) -> Bools:
    if pd.api.types.is_numeric_dtype(column):
        numbers = [code for code in codes if not isinstance(code, str)]
        return np.asarray(column.isin(numbers).to_numpy(dtype=bool))
    texts = column.astype("str").str.strip()
    return np.asarray(texts.isin([str(code) for code in codes]).to_numpy(dtype=bool))


def _recoded(
    variable: CodebookVariable,
    rows: pd.DataFrame,
    tags: Mapping[str, pd.Series],
    decimal: DecimalSign | None,
) -> tuple[pd.Series, Reasons]:
    column = rows[variable.source]
    blank = _blank(column)
    why = _missing_reasons(variable, rows, column, blank, tags)
    missing = ~pd.isna(why)
    unexplained = int((blank & ~missing).sum())
    if unexplained:
        raise CodebookError(
            f"{unexplained} cell(s) of {variable.source} are blank without a reason; "
            "add blank, the tag or the flag to the missing values"
        )
    valid = ~missing
    if variable.value_labels:
        values = _labelled(variable, column, valid)
    elif variable.type == "string":
        values = column.astype("str").str.strip()
    else:
        values = _numbers(variable, column, valid, decimal)
    return _typed(variable, values.where(pd.Series(valid, index=rows.index)), rows.index), why


def _missing_reasons(
    variable: CodebookVariable,
    rows: pd.DataFrame,
    column: pd.Series,
    blank: Bools,
    tags: Mapping[str, pd.Series],
    strict: bool = True,
) -> Reasons:
    why: Reasons = np.full(len(column), None, dtype=object)
    for code, reason in variable.missing_values.items():
        if code != BLANK and not (isinstance(code, str) and code.startswith(".")):
            why[_is_code(column, [code])] = reason
    dots = [code for code in variable.missing_values if isinstance(code, str) and code[:1] == "."]
    if dots:
        letters = tags.get(str(variable.source), pd.Series(dtype="str")).reindex(column.index)
        for code in dots:
            why[letters.eq(code).fillna(False).to_numpy(dtype=bool)] = variable.missing_values[code]
            if not pd.api.types.is_numeric_dtype(column):
                why[_is_code(column, [code])] = variable.missing_values[code]
    untagged = blank & pd.isna(why)
    if variable.flag is not None:
        flags = rows[variable.flag]
        for code, reason in variable.flag_reasons.items():
            flagged = _is_code(flags, [code])
            contradictory = int((flagged & ~blank & pd.isna(why)).sum())
            if contradictory and strict:
                raise CodebookError(
                    f"{contradictory} cell(s) of {variable.source} hold a value although "
                    f"{variable.flag} says {reason}; correct the file or the codebook"
                )
            why[flagged & untagged] = reason
    if BLANK in variable.missing_values:
        if variable.source in tags:
            untagged &= ~column.index.isin(tags[str(variable.source)].index)
        why[untagged & pd.isna(why)] = variable.missing_values[BLANK]
    return why


def _lookup(codes: Sequence[object], labels: Mapping[Code, object]) -> list[object | None]:
    """Return the value of each code, None where it has none."""
    texts = {str(key): value for key, value in labels.items()}
    found: list[object | None] = []
    for code in codes:
        if isinstance(code, (int, float, np.integer, np.floating)):
            number = float(code)
            found.append(labels.get(int(number) if number.is_integer() else number))
        else:
            found.append(texts.get(str(code).strip()))
    return found


def _labelled(variable: CodebookVariable, column: pd.Series, valid: Bools) -> pd.Series:
    place, codes = pd.factorize(column.where(pd.Series(valid, index=column.index)))
    targets = _lookup(list(codes), variable.value_labels)
    strange = np.array([one is None for one in targets], dtype=bool)
    if strange.any():
        cells = int((strange[place] & (place >= 0)).sum())
        raise CodebookError(
            f"{cells} cell(s) of {variable.source} hold {int(strange.sum())} code(s) that the "
            "codebook does not list; add them to the values or the missing values "
            "(unknown_codes lists them)"
        )
    lookup = np.array([*targets, None], dtype=object)
    return pd.Series(lookup[place], index=column.index, dtype=object)


def _numbers(
    variable: CodebookVariable, column: pd.Series, valid: Bools, decimal: DecimalSign | None
) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        numbers = pd.to_numeric(column).astype("float64")
    else:
        numbers = _numbers_of_mixed(variable, column, valid, decimal)
    usable = np.isfinite(numbers.to_numpy())
    strange = int((valid & ~usable).sum())
    if strange:
        raise CodebookError(
            f"{strange} cell(s) of {variable.source} are no finite number; add their codes to the "
            "missing values, or read the file with its own decimal sign"
        )
    inside = numbers[valid]
    if variable.type == "integer":
        broken = int((inside != inside.round()).sum())
        if broken:
            raise CodebookError(
                f"{broken} cell(s) of {variable.source} are no whole number; make it a number"
            )
    if variable.valid_range is not None:
        low, high = variable.valid_range
        outside = int(((inside < low) | (inside > high)).sum())
        if outside:
            raise CodebookError(
                f"{outside} cell(s) of {variable.source} lie outside {low:g} to {high:g}; "
                "check the file or widen valid_range"
            )
    return numbers


def _numbers_of_mixed(
    variable: CodebookVariable, column: pd.Series, valid: Bools, decimal: DecimalSign | None
) -> pd.Series:
    """Read a column in which codes made text of numbers, or numbers were stored as text."""
    numbers = pd.to_numeric(column.where(~_is_text(column)), errors="coerce").astype("float64")
    text = valid & _is_text(column)
    try:
        numbers[text] = numbers_of(column[text], decimal)
    except DoubtfulNumbersError as error:
        raise CodebookError(
            f"{int(text.sum())} cell(s) of {variable.source} are text whose {error}; say with "
            "decimal which sign a text file uses, or store them as numbers"
        ) from None
    return numbers


def _is_text(column: pd.Series) -> Bools:
    return np.array([isinstance(cell, str) for cell in column], dtype=bool)


def _typed(variable: CodebookVariable, values: pd.Series, index: pd.Index) -> pd.Series:
    if variable.type == "category":
        return pd.Series(
            pd.Categorical(values, categories=list(variable.categories), ordered=False), index=index
        )
    if variable.type == "integer":
        return values.astype("float64").astype("Int64")
    if variable.type == "boolean":
        return values.astype("boolean")
    return values.astype("float64") if variable.type == "number" else values.astype("str")


def _nothing(variable: CodebookVariable, rows: pd.DataFrame) -> tuple[pd.Series, Reasons]:
    """Stand in for a variable that failed, so that the others are looked at too."""
    empty = pd.Series(np.nan, index=rows.index, dtype="object")
    return _typed(variable, empty, rows.index), np.full(len(rows), "failed", dtype=object)


def _derived(
    variable: CodebookVariable,
    columns: Mapping[str, pd.Series],
    reasons: Mapping[str, Reasons],
) -> tuple[pd.Series, Reasons]:
    derivation = variable.derivation
    assert isinstance(derivation, Derivation)  # the codebook was checked
    index = columns[derivation.of[0]].index
    why: Reasons = np.full(len(index), None, dtype=object)
    for name in derivation.of:
        first = pd.isna(why) & ~pd.isna(reasons[name])
        why[first] = [
            reason if str(reason).endswith(")") else f"{reason} ({name})"
            for reason in reasons[name][first]
        ]
    valid = pd.isna(why)
    operands = [columns[name][valid].to_numpy() for name in derivation.of]
    values = pd.Series(np.nan, index=index, dtype="object")
    try:
        values[valid] = DERIVATIONS[derivation.function].compute(operands, derivation.options)
        return _typed(variable, values, index), why
    except CodebookError:
        raise
    except (ValueError, TypeError, OverflowError):
        # What numpy says would repeat a cell
        raise CodebookError(
            f"{derivation.function} of {', '.join(derivation.of)} in {int(valid.sum())} row(s) "
            f"does not give a {variable.type}; correct the types or the options"
        ) from None


def _require_unique(table: pd.DataFrame, codebook: Codebook) -> None:
    key = list(codebook.key)
    empty = int(table[key].isna().any(axis=1).sum())
    if empty:
        raise CodebookError(f"{codebook.name}: {empty} row(s) have no {' and '.join(key)}.")
    twice = int(table.duplicated(subset=key).sum())
    if twice:
        raise CodebookError(
            f"{codebook.name}: {twice} row(s) repeat {' and '.join(key)}: is this another table?"
        )


def _compact(reasons: Mapping[str, Reasons], index: pd.Index) -> pd.DataFrame:
    kept = {name: pd.Categorical(why) for name, why in reasons.items() if not pd.isna(why).all()}
    return pd.DataFrame(kept, index=index)


def _account(
    rows_in: int, table: pd.DataFrame, dropped: dict[str, int], reasons: Mapping[str, Reasons]
) -> RowReport:
    if rows_in != len(table) + sum(dropped.values()):
        raise CodebookError(f"{rows_in} rows came in, {len(table)} are kept: the account is open.")
    parts = [
        (name, str(reason), int(n))
        for name, why in reasons.items()
        for reason, n in pd.Series(why, dtype=object).value_counts().items()
    ]
    missing = pd.DataFrame(parts, columns=["variable", "reason", "n"])
    return RowReport(rows_in, len(table), dropped, missing)
