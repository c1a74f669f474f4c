"""Checks of tables and numbers that the functions of this package share."""

import datetime
from collections.abc import Collection, Hashable

import numpy as np
import numpy.typing as npt
import pandas as pd

from armutsexpertise.ranges import Range

Floats = npt.NDArray[np.float64]


def as_numbers(values: npt.ArrayLike | pd.Series, what: str) -> Floats:
    """Return values as floats, missing ones as NaN, or say that they are no numbers."""
    try:
        if isinstance(values, pd.Series):
            return values.to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{what} must be numbers: recode the words before.") from None


def require_single(columns: Collection[Hashable], what: str) -> None:
    """Raise ``ValueError`` naming the columns that stand twice."""
    names = [str(name) for name in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"{what} holds the column(s) {', '.join(twice)} more than once: keep one of each name."
        )


def require_truth(column: pd.Series, what: str) -> None:
    """Raise ``TypeError`` unless the column is boolean without missing values."""
    if not pd.api.types.is_bool_dtype(column) or column.isna().any():
        raise TypeError(
            f"{what} must be boolean without missing values: recode it; the words True and False "
            "are no truth values, and missing is not false."
        )


def require_level(level: float) -> None:
    """Raise unless the confidence level lies between 0 and 1."""
    require_number(level, "level")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}.")


def require_number(value: object, what: str) -> None:
    """Raise ``TypeError`` unless the value is a number; truth values are none."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{what} is {value!r} and no number: give one.")


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number; truth values are none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def require_range(value: object, what: str) -> None:
    """Raise ``TypeError`` unless the value is a range."""
    if not isinstance(value, Range):
        raise TypeError(
            f"{what} is {value!r} and no Range: give its two ends, Range(low, high); they may be "
            "equal."
        )


def as_day(value: object, what: str) -> datetime.date:
    """Return a date; ISO text is read, the hour of a moment is left out."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(
            f"{what} is {value!r} and no day: give a date or YYYY-MM-DD, such as 2026-01-01."
        ) from None
