"""Delimited text: code page, separator, decimal sign and keys with leading zeros."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from armutsexpertise.microdata.encodings import best_encoding
from armutsexpertise.microdata.errors import SurveyFileError, missing_column_message
from armutsexpertise.microdata.memory import default_limit, require_memory

_SEPARATORS = (";", "\t", ",", "|")
_LOOK = 2_000
_PART = 16_000_000
_PEAK = 6  # measured: 5.8 times for whole numbers, 4.9 where all are quoted
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_DECIMAL_POINT = re.compile(r"^[+-]?\d+\.\d+$")


@dataclass(frozen=True)
class DelimitedTable:
    """A delimited file in memory.

    Attributes
    ----------
    data : DataFrame, shape (n, n_columns)
        Numbers where every cell of a column is one, else text.
    encoding : str
        Code page that was found or given.
    remarks : tuple of str
        What was decided while reading.
    """

    data: pd.DataFrame
    encoding: str
    remarks: tuple[str, ...]


def read_delimited(
    source: Path,
    columns: Sequence[str] | None,
    encoding: str | None,
    blanks: Sequence[str] = ("",),
    memory_limit: float | None = None,
) -> DelimitedTable:
    """Read a delimited text file, plain or packed with gzip.

    A column in which a cell begins with a superfluous zero (a key such as ``05315``) stays
    text. A decimal comma is read where the separator is no comma and no cell has a point.

    Parameters
    ----------
    source : Path
        The file.
    columns : sequence of str or None
        Columns to read, in this order; all where None.
    encoding : str or None
        Code page; found where None.
    blanks : sequence of str
        Cells that are empty.
    memory_limit : float, optional
        Gigabytes that reading may take; four fifths of what is free by default.

    Returns
    -------
    DelimitedTable

    Raises
    ------
    SurveyFileError
        If the file is damaged, does not fit the code page, has rows of unequal length, no or
        doubled column names, or lacks a column.
    """
    limit = memory_limit if memory_limit is not None else default_limit()
    found, text = _decode(source, _bytes(source, limit), encoding)
    lines = text[:200_000].splitlines()[:_LOOK]
    separator = _separator(lines)
    header = _header(source, lines, separator)
    wanted = header if columns is None else list(columns)
    _require(source, wanted, header)
    _refuse_uneven(source, text, separator, len(header))
    remarks = []
    if encoding is None and found in {"cp1252", "cp850"}:
        remarks.append(f"The text is read as {found}, by its letters: give encoding if it is not.")
    decimal = _decimal(lines, separator)
    if decimal == ",":
        remarks.append("Numbers are written with a decimal comma.")
    data = _parse(text, separator, decimal, wanted, blanks)
    if _has_leading_zero(text, separator):
        keys = _keys(text, separator, data, blanks)
        if not keys.empty:
            data = data.assign(**{str(name): keys[name] for name in keys.columns})
            remarks.append(f"Kept as text for their leading zeros: {', '.join(keys.columns)}.")
    return DelimitedTable(data[wanted], found, tuple(remarks))


def _bytes(source: Path, limit: float | None) -> bytes:
    """Return the text, unpacked as far as it fits: the size a packed file states is no promise."""
    with source.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if not packed:
        _require_room(source, source.stat().st_size, limit, "")
        return source.read_bytes()
    parts, size = [], 0
    try:
        with gzip.open(source) as text:
            while part := text.read(_PART):
                parts.append(part)
                size += len(part)
                _require_room(source, size, limit, "more than ")
    except (OSError, EOFError, zlib.error) as error:
        raise SurveyFileError(
            f"{source.name} is a damaged or truncated gzip file: fetch it again."
        ) from error
    return b"".join(parts)


def _require_room(source: Path, size: int, limit: float | None, about: str) -> None:
    require_memory(
        source.name,
        _PEAK * size,
        limit,
        contents=f"{about}{size / 1e9:.1f} GB of text",
        next_step="split the file, save it as Parquet, or raise memory_limit",
    )


def _decode(source: Path, raw: bytes, encoding: str | None) -> tuple[str, str]:
    if encoding is not None:
        name = encoding
    elif raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = "utf-16"
    else:
        name = best_encoding(raw) or "utf-8"
    try:
        text = raw.decode(name)
    except UnicodeDecodeError as error:
        raise SurveyFileError(
            f"{source.name} does not fit the code page {name}: give another encoding or none."
        ) from error
    text = text.removeprefix("\ufeff")
    if "\x00" in text[:100_000]:
        raise SurveyFileError(
            f"{source.name} holds binary data, no delimited text: check its type."
        )
    return name, text


def _separator(lines: Sequence[str]) -> str:
    first = re.sub(r'"[^"]*"', "", lines[0]) if lines else ""
    return max(_SEPARATORS, key=first.count)


def _header(source: Path, lines: Sequence[str], separator: str) -> list[str]:
    header = [name.strip() for name in next(csv.reader(lines[:1], delimiter=separator), [])]
    if not header or not any(header):
        raise SurveyFileError(f"{source.name} has no column names: add a first row with names.")
    empty = sum(not name for name in header)
    if empty:
        raise SurveyFileError(
            f"{source.name} has {empty} column(s) without a name: name every column."
        )
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise SurveyFileError(
            f"{source.name} has {len(doubled)} column name(s) twice ({', '.join(doubled[:3])}): "
            "rename one of each."
        )
    return header


def _require(source: Path, wanted: Sequence[str], header: Sequence[str]) -> None:
    if sentence := missing_column_message(wanted, header, source.name):
        raise SurveyFileError(sentence)


def _decimal(lines: Sequence[str], separator: str) -> str:
    if separator == ",":
        return "."
    cells = [c.strip() for row in csv.reader(lines[1:], delimiter=separator) for c in row]
    commas = any(_DECIMAL_COMMA.match(cell) for cell in cells)
    return "," if commas and not any(_DECIMAL_POINT.match(cell) for cell in cells) else "."


def _refuse_uneven(source: Path, text: str, separator: str, width: int) -> None:
    """Refuse rows with more or fewer cells than there are names: pandas would fill or cut them."""
    if '"' in text:
        rows = (len(row) for row in csv.reader(io.StringIO(text), delimiter=separator) if row)
        wrong = [number for number, cells in enumerate(rows, start=1) if cells != width]
    else:
        lines = (line for line in text.splitlines() if line)
        wrong = [
            number
            for number, line in enumerate(lines, start=1)
            if line.count(separator) != width - 1
        ]
    if wrong:
        raise SurveyFileError(
            f"{source.name} has {len(wrong)} row(s) with more or fewer cells than its {width} "
            f"column names, the first is row {wrong[0]}: check separator and quotes."
        )


def _parse(
    text: str, separator: str, decimal: str, wanted: Sequence[str], blanks: Sequence[str]
) -> pd.DataFrame:
    return pd.read_csv(
        io.BytesIO(text.encode()),  # a StringIO would take four bytes per sign
        sep=separator,
        decimal=decimal,
        usecols=lambda name: str(name).strip() in set(wanted),
        keep_default_na=False,
        na_values=list(blanks),
        low_memory=False,
        index_col=False,
    ).rename(columns=lambda name: str(name).strip())


def _has_leading_zero(text: str, separator: str) -> bool:
    """Say quickly whether some cell may begin with a superfluous zero."""
    # The zero stands first in the pattern, as a search for one sign is the fast one
    return bool(re.search(rf'0(?<=[{re.escape(separator)}\n"]0)[0-9]', text))


def _keys(text: str, separator: str, data: pd.DataFrame, blanks: Sequence[str]) -> pd.DataFrame:
    """Return as text the integer columns in which a cell has a superfluous zero in front."""
    numbers = [name for name in data.columns if pd.api.types.is_numeric_dtype(data[name])]
    if not numbers:
        return pd.DataFrame(index=data.index)
    cells = pd.read_csv(
        io.BytesIO(text.encode()),
        sep=separator,
        usecols=lambda name: str(name).strip() in set(numbers),
        dtype=str,
        keep_default_na=False,
        na_values=list(blanks),
        index_col=False,
    ).rename(columns=lambda name: str(name).strip())
    zeros = [name for name in cells.columns if cells[name].str.match(r"\s*0\d", na=False).any()]
    return cells[zeros]
