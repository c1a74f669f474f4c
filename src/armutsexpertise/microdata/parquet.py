"""Parquet: columns as they are stored, whatever wrote the file."""

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from armutsexpertise.microdata.errors import SurveyFileError, missing_column_message
from armutsexpertise.microdata.memory import require_memory

_LABEL_KEYS = (b"label", b"description", b"comment")


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file in memory.

    Attributes
    ----------
    data : DataFrame, shape (n, n_columns)
        Dictionary columns are written out, decimals are float64.
    labels : dict of str to str
        Variable labels, where the fields carry any.
    remarks : tuple of str
        What was left out.
    """

    data: pd.DataFrame
    labels: dict[str, str]
    remarks: tuple[str, ...]


def read_parquet(
    source: Path, columns: Sequence[str] | None, memory_limit: float | None = None
) -> ParquetTable:
    """Read a Parquet file.

    What pandas notes about itself in a file is set aside, so that a file of R, Spark or DuckDB
    gives the same table, and an index that pandas stored under a name stays a column.

    Parameters
    ----------
    source : Path
        The file.
    columns : sequence of str or None
        Columns to read, in this order; all where None.
    memory_limit : float, optional
        Gigabytes that reading may take; four fifths of what is free by default.

    Returns
    -------
    ParquetTable

    Raises
    ------
    SurveyFileError
        If pyarrow is not installed, the file is damaged or too large, or a column is missing or
        holds lists or structures.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise SurveyFileError(
            f"{source.name} needs the package pyarrow, which is not installed: install it or save "
            "the file as CSV."
        )
    arrow = importlib.import_module("pyarrow")  # an optional package
    parquet = importlib.import_module("pyarrow.parquet")
    try:
        with parquet.ParquetFile(source) as file:
            schema = file.schema_arrow
            names = [one for one in schema.names if not one.startswith("__index_level_")]
            if columns is not None and (
                sentence := missing_column_message(columns, names, source.name)
            ):
                raise SurveyFileError(sentence)
            nested = [one for one in names if arrow.types.is_nested(schema.field(one).type)]
            wanted = _flat(source, columns, names, nested)
            _require_room(source, file.metadata, wanted, memory_limit)
            table = file.read(columns=wanted)
        data = _plain(table, arrow).to_pandas(
            ignore_metadata=True, types_mapper={arrow.bool_(): pd.BooleanDtype()}.get
        )
    except SurveyFileError:
        raise
    except (OSError, ValueError, arrow.ArrowException) as error:
        raise SurveyFileError(
            f"{source.name} is truncated or damaged: fetch or export it again and compare its size."
        ) from error
    labels = {one: text for one in wanted if (text := _label(schema.field(one).metadata))}
    left_out = [one for one in nested if columns is None]
    remarks = (
        (f"Not read, as it holds lists or structures: {', '.join(left_out)}.",) if left_out else ()
    )
    return ParquetTable(data[wanted], labels, remarks)


def _flat(
    source: Path, columns: Sequence[str] | None, names: Sequence[str], nested: Sequence[str]
) -> list[str]:
    if columns is None:
        return [one for one in names if one not in nested]
    asked = [one for one in columns if one in nested]
    if asked:
        raise SurveyFileError(
            f"{source.name} holds lists or structures in {', '.join(asked)}: "
            "name other columns or flatten it first."
        )
    return list(columns)


def _require_room(source: Path, meta: Any, wanted: Sequence[str], limit: float | None) -> None:
    """Take the stored size before compression, and 8 bytes per cell at least."""
    kept = set(wanted)
    stored = dict.fromkeys(wanted, 0)
    for group in range(meta.num_row_groups):
        row_group = meta.row_group(group)
        for column in range(row_group.num_columns):
            chunk = row_group.column(column)
            if chunk.path_in_schema in kept:
                stored[chunk.path_in_schema] += chunk.total_uncompressed_size
    require_memory(
        source.name,
        2 * sum(max(size, 8 * meta.num_rows) for size in stored.values()),
        limit,
        contents=f"{meta.num_rows} rows and {len(wanted)} columns",
        next_step="read fewer with columns=, or raise memory_limit",
    )


def _plain(table: Any, arrow: Any) -> Any:
    """Write out dictionary columns; make numbers of decimals."""
    for place, field in enumerate(table.schema):
        kind = field.type
        if arrow.types.is_dictionary(kind):
            table = table.set_column(place, field.name, table.column(place).cast(kind.value_type))
        elif arrow.types.is_decimal(kind):
            table = table.set_column(place, field.name, table.column(place).cast(arrow.float64()))
    return table


def _label(metadata: dict[bytes, bytes] | None) -> str:
    found = [metadata[key] for key in _LABEL_KEYS if key in metadata] if metadata else []
    return found[0].decode("utf-8", errors="replace") if found else ""
