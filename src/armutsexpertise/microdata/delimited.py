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
from armutsexpertise.microdata.errors import SurveyFileError, missing_column_message, some_names
from armutsexpertise.microdata.memory import default_limit, require_memory
from armutsexpertise.microdata.number_texts import (
    COMMA,
    COMMA_GROUPS,
    POINT,
    POINT_GROUPS,
    DecimalSign,
)

_SEPARATORS = (";", "\t", ",", "|")
_LOOK = 2_000
_PART = 16_000_000
_PEAK = 6  # measured: 5.8 times for whole numbers, 4.9 where all are quoted
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_DECIMAL_POINT = re.compile(r"^[+-]?\d+\.\d+$")
# str.splitlines would also part a cell at a form feed or a line separator of Unicode
_LINE_END = re.compile(r"\r\n|\n|\r")
_SEPARATOR_LINE = re.compile(r'"?sep=([;,\t|])"?(?:\r\n|\n|\r)', re.IGNORECASE)


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
    decimal : {",", "."} or None
        Decimal sign of columns of text too, None where each has its own.
    """

    data: pd.DataFrame
    encoding: str
    remarks: tuple[str, ...]
    decimal: DecimalSign | None


def read_delimited(
    source: Path,
    columns: Sequence[str] | None,
    encoding: str | None,
    blanks: Sequence[str] = ("",),
    memory_limit: float | None = None,
    decimal: DecimalSign | None = None,
) -> DelimitedTable:
    """Read a delimited text file, plain or packed with gzip.

    A column in which a cell begins with a superfluous zero (a key such as ``05315``) stays
    text. The decimal sign is found for each column: a comma only where the separator is none.

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
    decimal : {",", "."}, optional
        Decimal sign of all numbers; beside a comma, points part the thousands.

    Returns
    -------
    DelimitedTable

    Raises
    ------
    SurveyFileError
        If the file is damaged, does not fit the code page, has rows of unequal length, no or
        doubled column names, lacks a column, or has numbers that read differently with either
        decimal sign and ``decimal`` is not given.
    """
    limit = memory_limit if memory_limit is not None else default_limit()
    found, text = _decode(source, _bytes(source, limit), encoding)
    text, stated = _without_separator_line(text)
    lines = _LINE_END.split(text[:200_000], _LOOK)[:_LOOK]
    separator = stated or _separator(lines)
    header = _header(source, lines, separator)
    wanted = header if columns is None else list(columns)
    _require(source, wanted, header)
    _refuse_uneven(source, text, separator, len(header))
    remarks = []
    if encoding is None and found in {"cp1252", "cp850"}:
        remarks.append(f"The text is read as {found}, by its letters: give encoding if it is not.")
    sign = _decimal(lines, separator, decimal)
    if sign == ",":
        remarks.append("Numbers are written with a decimal comma.")
    data = _parse(source, text, separator, sign, wanted, blanks)
    if decimal is None and (separator == ";" or sign == ","):
        _refuse_thousands(source, text, separator, header, data, blanks)
    data, more = _numbers_by_column(data, separator, sign, decimal)
    remarks += more
    if _has_leading_zero(text, separator):
        keys = _keys(text, separator, data, blanks)
        if not keys.empty:
            data = data.assign(**{str(name): keys[name] for name in keys.columns})
            remarks.append(f"Kept as text for their leading zeros: {', '.join(keys.columns)}.")
    known = decimal or ("." if separator == "," else None)
    return DelimitedTable(data[wanted], found, tuple(remarks), known)


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


def _without_separator_line(text: str) -> tuple[str, str | None]:
    """Return the text without Excel's first line ``sep=;``, and the separator it states."""
    first = _SEPARATOR_LINE.match(text)
    return (text[first.end() :], first.group(1)) if first else (text, None)


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
            f"{source.name} has {len(doubled)} column name(s) twice"
            f"{some_names(doubled, header)}: rename one of each."
        )
    return header


def _require(source: Path, wanted: Sequence[str], header: Sequence[str]) -> None:
    if sentence := missing_column_message(wanted, header, source.name):
        raise SurveyFileError(sentence)


def _decimal(lines: Sequence[str], separator: str, given: str | None) -> str:
    """Return the decimal sign that the file as a whole is read with."""
    if separator == ",":
        return "."  # a comma within quotes is found by column
    if given is not None:
        return given
    try:
        cells = [c.strip() for row in csv.reader(lines[1:], delimiter=separator) for c in row]
    except csv.Error:  # a quote that is not closed, which is refused later with its row
        return "."
    commas = any(_DECIMAL_COMMA.match(cell) for cell in cells)
    return "," if commas and not any(_DECIMAL_POINT.match(cell) for cell in cells) else "."


def _refuse_uneven(source: Path, text: str, separator: str, width: int) -> None:
    """Refuse rows with more or fewer cells than there are names: pandas would fill or cut them."""
    if '"' in text:
        wrong, number = [], 0
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
                if row:
                    number += 1
                    if len(row) != width:
                        wrong.append(number)
        except csv.Error:  # a cell of more signs than any answer has
            raise _unclosed(source, number + 1) from None
    else:
        lines = (line for line in _LINE_END.split(text) if line)
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
    source: Path,
    text: str,
    separator: str,
    decimal: str,
    wanted: Sequence[str],
    blanks: Sequence[str],
) -> pd.DataFrame:
    try:
        data = pd.read_csv(
            io.BytesIO(text.encode()),  # a StringIO would take four bytes per sign
            sep=separator,
            decimal=decimal,
            usecols=lambda name: str(name).strip() in set(wanted),
            keep_default_na=False,
            na_values=list(blanks),
            low_memory=False,
            index_col=False,
        )
    except pd.errors.ParserError as error:
        row = re.search(r"EOF inside string starting at row (\d+)", str(error))
        raise _unclosed(source, int(row[1]) + 1 if row else None) from None
    return data.rename(columns=lambda name: str(name).strip())


def _unclosed(source: Path, row: int | None) -> SurveyFileError:
    where = f"a quote in row {row}, the names being row 1," if row else "a quote"
    return SurveyFileError(f"{source.name}: {where} is not closed: close or remove it.")


def _refuse_thousands(
    source: Path,
    text: str,
    separator: str,
    header: Sequence[str],
    data: pd.DataFrame,
    blanks: Sequence[str],
) -> None:
    """Refuse columns such as 1.200, 900, 2.450: German thousands, or numbers just above one."""
    # A quick look at the text first, as cells as text take much memory
    ends = re.escape(separator)
    if not re.search(rf'[{ends}\n"]\s*[+-]?[1-9][0-9]{{0,2}}\.[0-9]{{3}}\s*[{ends}.\r\n"]', text):
        return
    numbers = [n for n in data.columns if not pd.api.types.is_integer_dtype(data[n])]
    cells = _as_text(text, separator, numbers, blanks)
    doubtful = []
    for name in cells.columns:
        column = cells[name].dropna()
        pointed = column[column.str.contains(".", regex=False)]
        plain = column.str.fullmatch(r"\s*[+-]?\d+\s*") | column.index.isin(pointed.index)
        if len(pointed) and plain.all() and pointed.str.fullmatch(POINT_GROUPS).all():
            doubtful.append(str(name))
    if doubtful:
        raise SurveyFileError(
            f"{source.name} has {len(doubtful)} column(s){some_names(doubtful, header)} whose "
            "points may part thousands or decimals: say with decimal whether a comma or a point "
            "is the decimal sign."
        )


def _numbers_by_column(
    data: pd.DataFrame, separator: str, sign: str, given: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """Read the columns of numbers whose decimal sign is not that of the file as a whole."""
    if separator == "," and given != ",":
        return data, []
    points = any(pd.api.types.is_float_dtype(data[n]) for n in data.columns) and sign == "."
    numbers, mixed = {}, []
    for name in data.columns:
        column = data[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            continue
        cells = column.dropna().astype("str")
        comma, point = cells.str.fullmatch(COMMA), cells.str.fullmatch(POINT)
        if cells.empty or not (comma | point).all():
            continue
        with_comma = cells[cells.str.contains(",", regex=False)]
        english = points and with_comma.str.fullmatch(COMMA_GROUPS).all()
        if point.all() and given != ",":
            numbers[name] = pd.to_numeric(column.str.strip())
        elif comma.all() and (given == "," or (given is None and not english)):
            plain = column.str.strip().str.replace(".", "").str.replace(",", ".")
            numbers[name] = pd.to_numeric(plain)
        else:
            mixed.append(str(name))
    commas = [str(name) for name in numbers if sign == "."]
    remarks = [f"Read with a decimal comma: {', '.join(commas)}."] if commas else []
    points_in = [str(name) for name in numbers if sign == ","]
    if points_in and given is None:
        remarks.append(f"Read with a decimal point: {', '.join(points_in)}.")
    if mixed:
        remarks.append(f"Kept as text, as the decimal sign is not clear: {', '.join(mixed)}.")
    return data.assign(**numbers) if numbers else data, remarks


def _as_text(
    text: str, separator: str, names: Sequence[str], blanks: Sequence[str]
) -> pd.DataFrame:
    return pd.read_csv(
        io.BytesIO(text.encode()),
        sep=separator,
        usecols=lambda name: str(name).strip() in set(names),
        dtype=str,
        keep_default_na=False,
        na_values=list(blanks),
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
    cells = _as_text(text, separator, numbers, blanks)
    zeros = [name for name in cells.columns if cells[name].str.match(r"\s*0\d", na=False).any()]
    return cells[zeros]
