"""Checks of tables that the functions of all topics share."""

from collections.abc import Collection

import pandas as pd


def require_columns(frame: pd.DataFrame, columns: Collection[str], table: str) -> None:
    """Raise ``ValueError`` naming the columns that ``frame`` lacks."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"{table} lacks the column(s) {', '.join(missing)}: add them.")


def require_known(values: Collection[str] | pd.Series, allowed: Collection[str], what: str) -> None:
    """Raise ``ValueError`` where a value is not one of ``allowed``."""
    unknown = sorted({str(value) for value in values} - set(allowed))
    if unknown:
        raise ValueError(
            f"{what} holds {', '.join(unknown)}: allowed values are {', '.join(allowed)}."
        )


def require_bool(frame: pd.DataFrame, column: str, table: str) -> None:
    """Raise ``TypeError`` unless the column is boolean without missing values."""
    if frame[column].dtype != bool:
        raise TypeError(
            f"{table}.{column} must be boolean without missing values: convert true/false first."
        )


def require_unique(frame: pd.DataFrame, keys: Collection[str], table: str) -> None:
    """Raise ``ValueError`` where the key columns do not identify the rows."""
    repeated = int(frame.duplicated(list(keys)).sum())
    if repeated:
        raise ValueError(
            f"{table} repeats {repeated} key(s) of {', '.join(keys)}: keep one row per key."
        )
