"""Numbers of the prose: each is looked up in the estimates by its key, never typed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from armutsexpertise.publish import numbers

__all__ = [
    "COLUMNS",
    "Values",
    "eur",
    "headline",
    "number",
    "only_row",
    "points",
    "share",
    "span",
    "two_digits",
]

COLUMNS = ("key", "value", "low", "high", "unit", "digits", "note")
"""Columns of a table of headline values; see `headline`."""

UNITS = ("number", "share", "eur", "points", "year", "text")


def headline(rows: Mapping[str, Mapping[str, object]]) -> pd.DataFrame:
    """Collect the numbers that the prose of a report uses.

    Parameters
    ----------
    rows : mapping of str to mapping
        Key of the number, and its ``value`` or its ``low`` and ``high``, ``unit`` (one of
        number, share, eur, points, year, text), ``digits`` (default 0) and ``note``.

    Returns
    -------
    DataFrame, columns `COLUMNS`
        One row per key, in the order given.

    Raises
    ------
    ValueError
        If a unit is unknown, or a row has neither a value nor both ends of a range.
    """
    table = pd.DataFrame(
        [{"key": k, "digits": 0, "note": "", **row} for k, row in rows.items()],
        columns=list(COLUMNS),
    )
    unknown = table[~table["unit"].isin(UNITS)]
    if not unknown.empty:
        key, unit = unknown.iloc[0][["key", "unit"]]
        raise ValueError(f"'{key}' has the unit '{unit}': one of {', '.join(UNITS)} is allowed.")
    empty = table["value"].isna() & (table["low"].isna() | table["high"].isna())
    if empty.any():
        raise ValueError(f"'{table.loc[empty, 'key'].iloc[0]}' needs a value, or low and high.")
    return table


def only_row(table: pd.DataFrame, /, **where: object) -> pd.Series:
    """Return the only row of a table that fits.

    Parameters
    ----------
    table : DataFrame
        Table of estimates.
    **where : object
        Column and the value it has to have.

    Returns
    -------
    Series
        The row.

    Raises
    ------
    LookupError
        If no row or several fit: a fault of the script that asks.
    """
    for column, value in where.items():
        table = table[table[column] == value]
    if len(table) != 1:
        raise LookupError(f"{len(table)} rows for {where}: one was expected.")
    return table.iloc[0]


def number(value: object, digits: int = 0) -> dict[str, object]:
    """Return a row of `headline` for a number or a count."""
    return {"value": value, "unit": "number", "digits": digits}


def share(value: object, digits: int = 0) -> dict[str, object]:
    """Return a row of `headline` for a share in [0, 1], printed in percent."""
    return {"value": value, "unit": "share", "digits": digits}


def points(value: float, digits: int = 1) -> dict[str, object]:
    """Return a row of `headline` for a difference of shares, printed in percentage points."""
    return {"value": 100 * value, "unit": "points", "digits": digits}


def eur(value: object, digits: int = 0) -> dict[str, object]:
    """Return a row of `headline` for an amount in EUR."""
    return {"value": value, "unit": "eur", "digits": digits}


def span(low: float, high: float, unit: str, digits: int = 0) -> dict[str, object]:
    """Return a row of `headline` for a range."""
    return {"low": low, "high": high, "unit": unit, "digits": digits}


def two_digits(value: float) -> float:
    """Round to two significant digits: no scenario is known better."""
    return round(value, 1 - math.floor(math.log10(value))) if value else value


class Values:
    """Headline numbers of a topic, formatted for German prose.

    Parameters
    ----------
    table : DataFrame, columns `COLUMNS`
        As `headline` builds it.

    Examples
    --------
    >>> z = Values(headline({"kosten": {"low": 9.3, "high": 75.1, "unit": "number"}}))
    >>> z("kosten"), z.between("kosten")
    ('9 bis 75', '9 und 75')
    """

    def __init__(self, table: pd.DataFrame) -> None:
        double = table["key"][table["key"].duplicated()]
        if not double.empty:
            raise ValueError(f"The key '{double.iloc[0]}' stands twice in the headline values.")
        self._rows: dict[str, dict[str, Any]] = {
            str(row["key"]): {str(k): v for k, v in row.items()} for row in table.to_dict("records")
        }

    @classmethod
    def read(cls, path: Path) -> Values:
        """Read the headline values of a topic from its estimates."""
        return cls(pd.read_csv(path, dtype={"key": str, "unit": str, "value": object}))

    def __call__(self, key: str) -> str:
        """Return a number, or a range ("8 bis 99 %"), as German text."""
        if key not in self._rows:
            raise KeyError(
                f"There is no headline value '{key}': see headline.csv in the estimates."
            )
        row = self._rows[key]
        unit, digits = str(row["unit"]), int(row["digits"])
        if not pd.isna(row["value"]):
            return _text(row["value"], unit, digits)
        kinds: dict[str, numbers.Kind] = {"share": "percent", "eur": "euro"}
        return numbers.interval(
            float(row["low"]), float(row["high"]), kind=kinds.get(unit, "number"), digits=digits
        )

    def between(self, key: str) -> str:
        """Return a range as "8 und 99 %", to stand behind "zwischen"."""
        return self(key).replace(" bis ", " und ")

    def english(self, key: str) -> str:
        """Return a number or a range in English form, for an abstract: "1,234.5", "8 to 99%"."""
        # Grouping points and decimal commas change places; the joint and the signs follow.
        text = self(key).translate(str.maketrans(".,", ",."))
        return text.replace(" bis ", " to ").replace("\u00a0%", "%").replace("\u202f%", "%")

    def raw(self, key: str) -> float:
        """Return the number itself (shares in [0, 1])."""
        return float(self._rows[key]["value"])

    def high(self, key: str) -> float:
        """Return the upper end of a range."""
        return float(self._rows[key]["high"])

    def words(self, key: str, one: str = "eins") -> str:
        """Return a whole number up to twelve as a German word, else as digits."""
        return numbers.words(int(self.raw(key)), one=one)


def _text(value: object, unit: str, digits: int) -> str:
    if unit == "text":
        return str(value)
    number = float(str(value))
    if unit == "year":
        return str(int(number))
    if unit == "share":
        return numbers.percent(number, digits)
    if unit == "eur":
        return numbers.euro(number, digits)
    return numbers.de(number, digits)
