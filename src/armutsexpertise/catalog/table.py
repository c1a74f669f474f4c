"""Read a CSV file as people save it and bring its cells into one form.

An edited package may come back from a spreadsheet program: with semicolons, a byte-order
mark, decimal commas, dates as DD.MM.YYYY and WAHR/FALSCH. These are read without complaint.
What would be a guess (another encoding, ``1.234`` between semicolons) is a problem instead.
"""

import csv
import datetime as dt
import difflib
import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from armutsexpertise.catalog.problems import Problem

SAVE_AS_UTF8 = (
    'save it again as "CSV UTF-8 (durch Trennzeichen getrennt)" in Excel '
    "or with character set UTF-8 in LibreOffice"
)
_GARBLED = re.compile("Ã[\u0080-\u00bf\u0152-\u0178\u2013-\u203a\u20ac]|\ufffd")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_GERMAN_THOUSANDS = re.compile(r"-?\d{1,3}(\.\d{3})+,\d+")
_AMBIGUOUS = re.compile(r"-?\d{1,3}[.,]\d{3}")
_GERMAN_DATE = re.compile(r"(?:(\d{1,2})\.)?(\d{1,2})\.(\d{4})")
_BOOLEANS = {"true": "true", "wahr": "true", "false": "false", "falsch": "false"}


@dataclass
class Table:
    """Cells of one file as canonical text, in the column order of the schema.

    Attributes
    ----------
    file : str
        File name for messages.
    rows : list of list of str
        Data rows; a missing cell is the empty text.
    numbers : list of int
        Spreadsheet row of each data row; the header is row 1.
    problems : list of Problem
        What kept the file, a row or a cell from being read. Empty means ``rows`` is complete.
    readable : bool
        Whether encoding and header were right, so that ``rows`` holds what could be read.
    """

    file: str
    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    readable: bool = False


def read_table(path: Path, fields: list[dict[str, Any]], edited: bool) -> Table:
    """Read a CSV file against the fields of its schema.

    Parameters
    ----------
    path : Path
        The file.
    fields : list of dict
        Field descriptors: name, type and, for dates of any precision, ``temporal``.
    edited : bool
        Whether the file comes from a spreadsheet program: then delimiter, decimal sign,
        date and truth values are recognised. Otherwise comma and canonical cells are taken.

    Returns
    -------
    Table
        With ``problems`` instead of an exception for anything a person can mend.
    """
    table = Table(path.name)
    text = _decode(path, table)
    if text is None:
        return table
    delimiter = _delimiter(text) if edited else ","
    records = _records(text, delimiter, table)
    if not table.problems:
        _assemble(records, fields, delimiter if edited else None, table)
    return table


def read_workbook(path: Path, sheets: dict[str, list[dict[str, Any]]]) -> dict[str, Table]:
    """Read the sheets of a workbook like edited files; see :func:`read_table`.

    Parameters
    ----------
    path : Path
        An XLSX file with one sheet per table.
    sheets : dict of str to list of dict
        Field descriptors by name of the sheet.

    Returns
    -------
    dict of str to Table
        One table per name, with problems where the workbook or the sheet cannot be read.
    """
    tables = {name: Table(f"{path.name}, sheet {name}") for name in sheets}
    try:
        with path.open("rb") as stream:
            book = load_workbook(stream, data_only=True)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, InvalidFileException):
        unreadable = Problem("error", path.name, "the workbook cannot be read; save it as XLSX")
        for table in tables.values():
            table.problems.append(unreadable)
        return tables
    for name, fields in sheets.items():
        if name not in book.sheetnames:
            missing = f'the sheet "{name}" is missing; take it over from the template'
            tables[name].problems.append(Problem("error", path.name, missing))
            continue
        records = [
            ["" if cell is None else _cell_text(cell) for cell in row]
            for row in book[name].iter_rows(values_only=True)
        ]
        _assemble(records, fields, ",", tables[name])
    return tables


def _cell_text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _assemble(
    records: list[list[str]], fields: list[dict[str, Any]], delimiter: str | None, table: Table
) -> None:
    """Fill the table from records; ``delimiter`` is None for a file taken as delivered."""
    if not records:
        message = "the file is empty; it needs at least the header row"
        table.problems.append(Problem("error", table.file, message))
        return
    header, *body = records
    while header and header[-1] == "":
        header.pop()
    order = _match_header(header, [f["name"] for f in fields], table)
    if order is None:
        return
    table.readable = True
    for number, record in enumerate(body, start=2):
        if not any(cell.strip() for cell in record):
            continue
        while len(record) > len(header) and record[-1] == "":
            record.pop()
        if len(record) != len(header):
            table.problems.append(_wrong_width(table.file, number, record, header, len(body) + 1))
            continue
        row = []
        for position, described in zip(order, fields, strict=True):
            cell = record[position].strip()
            if delimiter is not None and cell:
                cell = _canonical(cell, described, delimiter, number, table)
            row.append(cell)
        table.rows.append(row)
        table.numbers.append(number)


def _decode(path: Path, table: Table) -> str | None:
    def wrong(message: str, row: int | None = None) -> None:
        table.problems.append(Problem("error", table.file, message, row=row))

    if not path.is_file():
        wrong("the file is missing; restore it or take it out of datapackage.yaml")
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        wrong(f"the file cannot be read ({error.strerror}); check its permissions")
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        wrong(f"the file is UTF-16 (Unicode text), not UTF-8; {SAVE_AS_UTF8}")
        return None
    if data.startswith(b"PK"):
        wrong('the file is a workbook, not CSV; save the sheet as "CSV UTF-8"')
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        wrong(f"the file is not UTF-8 but probably Latin-1 (Windows-1252); {SAVE_AS_UTF8}", row)
        return None
    if "\x00" in text:
        wrong("the file holds zero bytes and is damaged; restore it")
        return None
    garbled = _GARBLED.search(text)
    if garbled:
        row = text[: garbled.start()].count("\n") + 1
        wrong(
            "umlauts are garbled: the file was opened with the wrong character set; "
            f"take the last good version, open it as UTF-8 and {SAVE_AS_UTF8}",
            row,
        )
        return None
    return text


def _delimiter(text: str) -> str:
    header = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    return max(",;\t", key=header.count)


def _records(text: str, delimiter: str, table: Table) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        number = len(records) + 1
        message = (
            "the file ends inside a quoted cell; it is cut off or a quotation mark is missing"
            if "end of data" in str(error)
            else "a quotation mark stands alone; write it twice inside a quoted cell"
        )
        table.problems.append(Problem("error", table.file, message, row=number))
    return records


def _match_header(header: list[str], expected: list[str], table: Table) -> list[int] | None:
    names = [name.strip() for name in header]
    missing = [name for name in expected if name not in names]
    unknown = [name for name in names if name not in expected]
    repeated = sorted({name for name in names if names.count(name) > 1})

    def wrong(message: str, column: str) -> None:
        table.problems.append(
            Problem("error", table.file, message, row=1, column=column, allowed=", ".join(expected))
        )

    for name in repeated:
        wrong("the column stands in the header more than once; delete one", name)
    for name in unknown:
        near = difflib.get_close_matches(name, missing, n=1, cutoff=0.5)
        if near:
            missing.remove(near[0])
            wrong(f'the column is not known; rename it to "{near[0]}"', name or "(empty)")
        else:
            wrong("the column is not known; delete it", name or "(empty)")
    for name in missing:
        wrong("the column is missing; add it to the header", name)
    return None if table.problems else [names.index(name) for name in expected]


def _wrong_width(
    file: str, number: int, record: list[str], header: list[str], last: int
) -> Problem:
    size = f"the row has {len(record)} cells, the header {len(header)}"
    if len(record) < len(header) and number == last:
        return Problem("error", file, f"{size}; the file is cut off in its last row", row=number)
    hint = "put cells that hold the separator in quotation marks and keep empty cells"
    return Problem("error", file, f"{size}; {hint}", row=number)


def _canonical(
    cell: str, described: dict[str, Any], delimiter: str, number: int, table: Table
) -> str:
    kind = described["type"]
    if kind == "boolean":
        return _BOOLEANS.get(cell.lower(), cell)
    if kind == "date" or described.get("temporal") == "partial_date":
        return _iso_date(cell)
    if kind not in ("number", "integer"):
        return cell
    if _AMBIGUOUS.fullmatch(cell) and (delimiter != "," or "," in cell):
        digits = re.sub(r"[.,]", "", cell)
        table.problems.append(
            Problem(
                "error",
                table.file,
                f'"{cell}" may be a thousands or a decimal sign; write it without the sign',
                row=number,
                column=described["name"],
                allowed=f"{digits} or a number with another count of decimals",
            )
        )
        return ""
    if _GERMAN_THOUSANDS.fullmatch(cell):
        cell = cell.replace(".", "")
    return cell.replace(",", ".") if _NUMBER.fullmatch(cell) else cell


def _iso_date(cell: str) -> str:
    match = _GERMAN_DATE.fullmatch(cell)
    if not match:
        return cell
    day, month, year = match.groups()
    return f"{year}-{int(month):02d}" + (f"-{int(day):02d}" if day else "")
