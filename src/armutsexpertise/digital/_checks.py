"""Checks of tables and numbers that the functions of this package share."""

from collections.abc import Collection, Hashable

import numpy as np
import numpy.typing as npt
import pandas as pd

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
