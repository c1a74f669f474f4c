"""Survey data in an Excel workbook: one sheet, names in its first row."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException

from armutsexpertise.microdata.errors import SurveyFileError, missing_column_message, some_names
from armutsexpertise.microdata.memory import require_memory

_EXCEL_ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
_FORMULA = re.compile(rb"<f[ />]")
_PEAK = 4


def read_workbook(
    source: Path,
    columns: Sequence[str] | None,
    table: str | None,
    blanks: Sequence[str] = ("",),
    memory_limit: float | None = None,
) -> pd.DataFrame:
    """Read one sheet of a workbook; formulas count with their stored result.

    Parameters
    ----------
    source : Path
        File ending in .xlsx.
    columns : sequence of str or None
        Columns to return, in this order; all where None.
    table : str or None
        Sheet; needed where more than one holds data.
    blanks : sequence of str
        Cells that are empty.
    memory_limit : float, optional
        Gigabytes that reading may take; four fifths of what is free by default.

    Returns
    -------
    DataFrame, shape (n, n_columns)

    Raises
    ------
    SurveyFileError
        If the workbook is damaged or encrypted, the sheet is not clear, a column has no name
        or one that occurs twice, a cell holds an error of Excel or a formula without a stored
        result, or a column is missing.
    """
    _require_room(source, memory_limit)
    try:
        book = openpyxl.load_workbook(source, read_only=True, data_only=True)
        rows = {
            sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in book.worksheets
            if table is None or sheet.title == table
        }
        titles = [sheet.title for sheet in book.worksheets]
        book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise SurveyFileError(
            f"{source.name} is damaged, encrypted or no .xlsx workbook: save it again in Excel."
        ) from error
    _refuse_open_formulas(source, rows)
    filled = {name: one for name, one in rows.items() if any(any(_cells(row)) for row in one)}
    if len(filled) != 1:
        raise SurveyFileError(
            f"{source.name} has {len(filled)} sheet(s) with data among {', '.join(titles)}: "
            "name one with table."
        )
    lines = [row for row in next(iter(filled.values())) if any(_cells(row))]
    header = _header(source, lines[0])
    if columns is not None and (sentence := missing_column_message(columns, header, source.name)):
        raise SurveyFileError(sentence)
    width = len(header)
    beyond = sum(any(_cells(row[width:])) for row in lines[1:])
    if beyond:
        raise SurveyFileError(
            f"{source.name} has {beyond} row(s) with cells beyond the named columns: name them."
        )
    padded = [[*row[:width], *[None] * (width - len(row))] for row in lines[1:]]
    faults = sum(cell in _EXCEL_ERRORS for row in padded for cell in row)
    if faults:
        raise SurveyFileError(
            f"{source.name} has {faults} cell(s) with an error of Excel such as #REF!: mend them."
        )
    empty = set(blanks)
    cleaned = [
        [None if isinstance(c, str) and c.strip() in empty else c for c in r] for r in padded
    ]
    data = pd.DataFrame(cleaned, columns=header).infer_objects()
    return data if columns is None else data[list(columns)]


def _require_room(source: Path, limit: float | None) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            size = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        return  # the reader says what is wrong
    require_memory(
        source.name,
        _PEAK * size,
        limit,
        contents=f"{size / 1e9:.1f} GB of sheets",
        next_step="save it as CSV, or raise memory_limit",
    )


def _refuse_open_formulas(source: Path, results: Mapping[str, Sequence[Sequence[object]]]) -> None:
    """Refuse formulas that no program has computed yet: they would read as blank."""
    with zipfile.ZipFile(source) as archive:
        sheets = [one for one in archive.namelist() if one.startswith("xl/worksheets/")]
        if not any(_FORMULA.search(archive.read(one)) for one in sheets):
            return
    book = openpyxl.load_workbook(source, read_only=True)
    waiting = sum(
        isinstance(cell, str) and cell.startswith("=") and result is None
        for name, rows in results.items()
        for cells, row in zip(book[name].iter_rows(values_only=True), rows, strict=True)
        for cell, result in zip(cells, row, strict=True)
    )
    book.close()
    if waiting:
        raise SurveyFileError(
            f"{source.name} has {waiting} formula(s) without a stored result: open it in Excel or "
            "LibreOffice, save it there, and read it again."
        )


def _cells(row: Sequence[object]) -> list[bool]:
    return [cell is not None and str(cell).strip() != "" for cell in row]


def _header(source: Path, first: Sequence[object]) -> list[str]:
    names = ["" if cell is None else str(cell).strip() for cell in first]
    while names and not names[-1]:
        names.pop()
    unnamed = sum(not name for name in names)
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if unnamed:
        raise SurveyFileError(
            f"{source.name} has {unnamed} column(s) without a name: name every column."
        )
    if doubled:
        raise SurveyFileError(
            f"{source.name} has {len(doubled)} column name(s) twice"
            f"{some_names(doubled, names)}: rename one of each."
        )
    return names
