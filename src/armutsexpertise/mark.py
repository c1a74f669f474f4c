"""The mark of invented data: how it is written, and how it is read at every step.

Results of invented data are stamped by the code that writes and draws them, not by whoever calls
it. So that no step loses the mark, it travels in four ways, and any one of them is enough: the
label of a file, a column of the table, the attributes of the table (``DataFrame.attrs``, which
selections and groups keep), and household numbers from `FIRST_INVENTED` on, without which no cell
can be counted.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from armutsexpertise.microdata.formats import SurveyFile
    from armutsexpertise.microdata.recode import Recoded

__all__ = [
    "FIRST_INVENTED",
    "KIND_COLUMN",
    "MARK_COLUMN",
    "MARK_TEXT",
    "has_invented_numbers",
    "is_synthetic",
    "mark",
    "with_kind",
]

MARK_COLUMN = "synthetic"
"""Reserved variable, 1 or true in every invented row, in files and in harmonised tables."""

MARK_TEXT = "Synthetische Daten"
"""Words in the label of a file with invented data, and the stamp of all that is made from it."""

KIND_COLUMN = "data_kind"
"""Column of results for machines that holds `MARK_TEXT` in every row."""

FIRST_INVENTED = 9_900_000_000_000
"""Households of the synthetic survey are numbered from here on.

Longer than the numbers of the files that the bundled codebooks read, and exact as a float.
"""

_KIND_COLUMNS = (KIND_COLUMN, "Datenart")
_PREFIX = str(FIRST_INVENTED)[:4]
_NUMBER_COLUMNS = ("household_id", "hid")


def is_synthetic(data: "SurveyFile | Recoded | pd.DataFrame") -> bool:
    """Say whether data are invented, in part or in whole.

    Parameters
    ----------
    data : SurveyFile, Recoded or DataFrame
        A file as read, a recoded table, any table of rows from either, or a table of results.

    Returns
    -------
    bool
        True where the label, the attributes of the table or at least one row carries the mark.

    Notes
    -----
    A table that is built anew from bare arrays, without household numbers, is a new table and
    carries no mark: `mark` passes it on.

    Examples
    --------
    >>> is_synthetic(pd.DataFrame({"income": [1.0, 2.0], "synthetic": [1, 1]}))
    True
    >>> is_synthetic(pd.DataFrame({"income": [1.0, 2.0]}))
    False
    """
    if not isinstance(data, pd.DataFrame):
        label = str(getattr(data, "label", ""))
        return MARK_TEXT.lower() in label.lower() or is_synthetic(data.data)
    if data.attrs.get(MARK_COLUMN):
        return True
    if MARK_COLUMN in data.columns:
        texts = data[MARK_COLUMN].astype("str").str.lower()
        if texts.isin(["true", "1", "1.0"]).any():
            return True
    kinds = [name for name in _KIND_COLUMNS if name in data.columns]
    if any(data[name].astype("str").eq(MARK_TEXT).any() for name in kinds):
        return True
    return has_invented_numbers(data, [n for n in _NUMBER_COLUMNS if n in data.columns])


def has_invented_numbers(data: pd.DataFrame, columns: Sequence[str]) -> bool:
    """Say whether a column of household numbers holds one of the synthetic survey.

    Parameters
    ----------
    data : DataFrame
        Any table.
    columns : sequence of str
        Columns that tell households apart, as numbers or text.

    Returns
    -------
    bool
    """
    return any(bool(_as_numbers(data[name]).ge(FIRST_INVENTED).any()) for name in columns)


def _as_numbers(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column
    texts = column.astype("str")
    # To look at all texts as numbers would be slow in a large file.
    return pd.to_numeric(texts[texts.str.startswith(_PREFIX)], errors="coerce")


def mark(table: pd.DataFrame, *sources: Any) -> pd.DataFrame:
    """Mark a table that was made from invented data.

    Parameters
    ----------
    table : DataFrame
        A new table; its attributes are set in place.
    *sources : DataFrame, SurveyFile or Recoded
        What it was made from.

    Returns
    -------
    DataFrame
        The same table.

    Examples
    --------
    >>> rows = pd.DataFrame({"income": [1.0, 3.0], "synthetic": True})
    >>> is_synthetic(mark(pd.DataFrame({"mean": [2.0]}), rows))
    True
    """
    if any(is_synthetic(source) for source in sources):
        table.attrs[MARK_COLUMN] = True
    return table


def with_kind(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the words of the mark in each row if it is marked, else itself.

    Parameters
    ----------
    table : DataFrame
        Results or rows for machines.

    Returns
    -------
    DataFrame
        With the column `KIND_COLUMN` last.
    """
    if not is_synthetic(table):
        return table
    out = table.drop(columns=KIND_COLUMN, errors="ignore")
    out[KIND_COLUMN] = pd.Series([MARK_TEXT] * len(out), index=out.index, dtype="str")
    out.attrs[MARK_COLUMN] = True
    return out
