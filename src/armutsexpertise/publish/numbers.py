"""Numbers, shares, amounts and dates in German form.

All functions are pure and round half up in decimal arithmetic: a float is read with 15 significant
digits and 14 decimals at most, which the decimals of a source survive and the noise of binary
arithmetic does not (8.35 / 100 is 0.08349999999999999 and means 0.0835). Ties are rounded away
from zero, as a reader with pencil and paper would do (2.675 becomes 2,68, where binary rounding
gives 2.67). A value that is missing or infinite is an error unless the caller says which words
shall stand for it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, SupportsFloat, TypeAlias

import numpy as np
import pandas as pd

__all__ = [
    "MINUS",
    "NBSP",
    "NOT_STATED",
    "date_de",
    "de",
    "euro",
    "interval",
    "percent",
    "points",
    "words",
]

MINUS = "\u2212"
NBSP = "\u00a0"
NOT_STATED = "keine Angabe"
_DECIMALS = 14

Number: TypeAlias = SupportsFloat | Decimal | None
Kind: TypeAlias = Literal["number", "percent", "euro"]

_MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_WORDS = (
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
)


def _decimal(x: Number) -> Decimal | None:
    """Return `x` as a decimal without binary noise, or None for NaN, NA and infinity."""
    if isinstance(x, (bool, np.bool_)):
        raise TypeError("A truth value is no number: convert it to 0 or 1 first.")
    if isinstance(x, Decimal):
        return x if x.is_finite() else None
    if isinstance(x, (int, np.integer)):
        return Decimal(int(x))
    if x is None or isinstance(x, type(pd.NA)):
        return None
    if isinstance(x, (str, bytes)):
        raise TypeError("A number is needed, not text.")
    try:
        value = float(x)
    except (TypeError, ValueError):
        raise TypeError(f"A number is needed, not {type(x).__name__}.") from None
    if not math.isfinite(value):
        return None
    # The noise of a difference of two shares is that of the shares, however small it is itself.
    number = Decimal(f"{value:.15g}")
    return round(number, _DECIMALS) if abs(number) < 1 else number


def _check_digits(digits: int) -> None:
    if isinstance(digits, bool) or not isinstance(digits, int) or not 0 <= digits <= 12:
        raise ValueError(f"digits must be a whole number from 0 to 12, not {digits!r}.")


def _format(value: Decimal, digits: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,f}".translate(str.maketrans(",.", ".,"))
    return MINUS + text if rounded < 0 else text


def _finite(x: Number, missing: str | None) -> Decimal | str:
    value = _decimal(x)
    if value is not None:
        return value
    if missing is None:
        raise ValueError(
            "The number is missing or infinite: leave it out, or give the words that stand "
            "for it in `missing`."
        )
    return missing


def de(x: Number, digits: int = 0, *, missing: str | None = None) -> str:
    """Write a number in German form.

    Parameters
    ----------
    x : int, float or Decimal
        The number, in the unit in which it is to be read.
    digits : int
        Decimal places, 0 to 12.
    missing : str, optional
        Words for a missing or infinite number. Without them such a number is an error.

    Returns
    -------
    str
        With a point between thousands, a decimal comma and the minus sign U+2212.

    Raises
    ------
    TypeError
        If `x` is no number.
    ValueError
        If `x` is missing or infinite and `missing` is not given, or `digits` is out of range.

    Examples
    --------
    >>> de(1234.5, 1)
    '1.234,5'
    >>> de(float("nan"), missing=NOT_STATED)
    'keine Angabe'
    """
    _check_digits(digits)
    value = _finite(x, missing)
    return value if isinstance(value, str) else _format(value, digits)


def _check_share(value: Decimal, allow: bool) -> None:
    if not allow and not 0 <= value <= 1:
        raise ValueError(
            "A share lies between 0 and 1: divide percentages by 100, or pass "
            "allow_outside=True for a rate of change."
        )


def percent(
    share: Number, digits: int = 0, *, allow_outside: bool = False, missing: str | None = None
) -> str:
    """Write a share as a percentage.

    Parameters
    ----------
    share : float
        Share in [0, 1].
    digits : int
        Decimal places of the percentage, 0 to 12.
    allow_outside : bool
        Accept values outside [0, 1], for rates of change.
    missing : str, optional
        Words for a missing share. Without them it is an error.

    Returns
    -------
    str
        Percentage with a non-breaking space before the sign.

    Raises
    ------
    ValueError
        If the share lies outside [0, 1] or is missing.

    Examples
    --------
    >>> percent(0.1234, 1) == f"12,3{NBSP}%"
    True
    """
    _check_digits(digits)
    value = _finite(share, missing)
    if isinstance(value, str):
        return value
    _check_share(value, allow_outside)
    return f"{_format(value * 100, digits)}{NBSP}%"


def euro(x: Number, digits: int = 0, *, unit: str = "EUR", missing: str | None = None) -> str:
    """Write an amount of money.

    Parameters
    ----------
    x : float
        Amount in `unit`.
    digits : int
        Decimal places: 0 for totals, 2 for prices.
    unit : str
        Words after the amount, for example ``"EUR je Monat"`` or ``"Mio. EUR"``.
    missing : str, optional
        Words for a missing amount. Without them it is an error.

    Returns
    -------
    str
        Amount, non-breaking space and unit.

    Examples
    --------
    >>> euro(1234567.5) == f"1.234.568{NBSP}EUR"
    True
    """
    _check_digits(digits)
    value = _finite(x, missing)
    return value if isinstance(value, str) else f"{_format(value, digits)}{NBSP}{unit}"


def interval(
    low: Number,
    high: Number,
    kind: Kind = "number",
    digits: int = 0,
    *,
    unit: str = "EUR",
    missing: str | None = None,
) -> str:
    """Write a range from a lower to an upper value, the unit once.

    Parameters
    ----------
    low, high : float
        Ends of the range; shares in [0, 1] for ``kind="percent"``.
    kind : {"number", "percent", "euro"}
        What the ends are.
    digits : int
        Decimal places of both ends.
    unit : str
        Unit of money for ``kind="euro"``.
    missing : str, optional
        Words if an end is missing or infinite. Without them it is an error.

    Returns
    -------
    str
        ``"8 bis 99 %"``; one value where both ends read the same after rounding.

    Raises
    ------
    ValueError
        If `low` is above `high`, an end is missing, a share lies outside [0, 1] or `kind` is
        unknown.

    Examples
    --------
    >>> interval(0.08, 0.99, "percent") == f"8 bis 99{NBSP}%"
    True
    """
    _check_digits(digits)
    if kind not in {"number", "percent", "euro"}:
        raise ValueError(f"kind is 'number', 'percent' or 'euro', not {kind!r}.")
    bottom, top = _finite(low, missing), _finite(high, missing)
    if isinstance(bottom, str):
        return bottom
    if isinstance(top, str):
        return top
    if bottom > top:
        raise ValueError("The lower end of the range lies above the upper end: swap them.")
    tail = f"{NBSP}{unit}" if kind == "euro" else ""
    if kind == "percent":
        _check_share(bottom, allow=False)
        _check_share(top, allow=False)
        bottom, top, tail = bottom * 100, top * 100, f"{NBSP}%"
    first, last = _format(bottom, digits), _format(top, digits)
    return (first if first == last else f"{first} bis {last}") + tail


def points(difference: Number, digits: int = 1, *, signed: bool = False) -> str:
    """Write a difference of two shares in percentage points.

    Parameters
    ----------
    difference : float
        Difference of two shares, in [-1, 1].
    digits : int
        Decimal places.
    signed : bool
        Write a plus sign before a positive difference.

    Returns
    -------
    str
        ``"3,4 Prozentpunkte"``, singular for exactly one.

    Raises
    ------
    ValueError
        If the difference lies outside [-1, 1] or is missing.

    Examples
    --------
    >>> points(-0.034) == f"{MINUS}3,4{NBSP}Prozentpunkte"
    True
    """
    _check_digits(digits)
    value = _decimal(difference)
    if value is None or not -1 <= value <= 1:
        raise ValueError("A difference of shares lies between -1 and 1 and may not be missing.")
    text = _format(value * 100, digits)
    plus = "+" if signed and text.strip("0,") and not text.startswith(MINUS) else ""
    unit = "Prozentpunkt" if text.removeprefix(MINUS) == "1" else "Prozentpunkte"
    return f"{plus}{text}{NBSP}{unit}"


def date_de(date: str) -> str:
    """Write an ISO date of any precision in German.

    Parameters
    ----------
    date : str
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    Returns
    -------
    str
        ``"2023"``, ``"Mai 2023"`` or ``"1. Mai 2023"``, with non-breaking spaces.

    Raises
    ------
    ValueError
        If the text is no such date.

    Examples
    --------
    >>> date_de("2023-05") == f"Mai{NBSP}2023"
    True
    """
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", date):
        raise ValueError(f"A date reads 2023, 2023-05 or 2023-05-01, not {date!r}.")
    year, month, day = [int(part) for part in (date + "-01-01")[:10].split("-")]
    try:
        dt.date(year, month, day)
    except ValueError:
        raise ValueError(f"The calendar has no {date!r}: correct month or day.") from None
    precision = date.count("-")
    if precision == 0:
        return date
    text = f"{_MONTHS[month - 1]}{NBSP}{date[:4]}"
    return f"{day}.{NBSP}{text}" if precision == 2 else text


def words(n: int, *, one: str = "eins") -> str:
    """Write a small count as a German word for running text.

    Parameters
    ----------
    n : int
        Count; from 0 to 12 a word, else a number in German form.
    one : str
        Form of the word for 1 that fits the sentence, for example ``"eine"``.

    Returns
    -------
    str
        Lower-case word or digits.

    Examples
    --------
    >>> words(7), words(13), words(1, one="eine")
    ('sieben', '13', 'eine')
    """
    if isinstance(n, (bool, np.bool_)) or not isinstance(n, (int, np.integer)):
        raise TypeError("A count must be a whole number.")
    if n == 1:
        return one
    return _WORDS[n] if 0 <= n < len(_WORDS) else de(int(n))
