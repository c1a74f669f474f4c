"""Exhibits: a figure or table together with everything a reader needs to judge it.

An exhibit knows its finding, source, reference date, number of cases and alternative text, and
cannot be made without them. From it come the files for readers (SVG, XLSX, CSV in German form),
an index with hashes, and the Markdown that a Quarto document prints.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from armutsexpertise.mark import MARK_COLUMN, MARK_TEXT, is_synthetic
from armutsexpertise.publish.files import sha256, write_atomic, zip_bytes
from armutsexpertise.publish.numbers import NBSP, NOT_STATED, date_de, de, percent

if TYPE_CHECKING:
    from IPython.display import Markdown
    from matplotlib.figure import Figure

__all__ = ["INDEX", "LICENCE", "SYNTHETIC", "Exhibit", "markdown", "show", "write_exhibits"]

INDEX = "exhibits.json"
LICENCE = "CC BY 4.0, armutsexpertise contributors. Übernommene Daten Dritter behalten ihre Lizenz."
SYNTHETIC = MARK_TEXT
NARROW = "-narrow"
"""Behind the id in the name of the drawing for phones."""

_KIND = "Datenart"
_ID = re.compile(r"(fig|tbl)-[a-z0-9]+(-[a-z0-9]+)*")
_OWN_FILE = re.compile(rf"{_ID.pattern}\.(svg|xlsx|csv)")
_FORMAT = re.compile(r"text|right|plain|number:row|(number|percent|euro):(\d|1[0-2])")
_LINE_LETTERS = 100  # letters on a line of a printed table
_NUMERIC = ("plain", "number", "percent", "euro")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True, eq=False)
class Exhibit:
    """A figure or table with its finding, evidence and data.

    Parameters
    ----------
    id : str
        ``fig-…`` or ``tbl-…``, lower-case letters, digits and hyphens; the file name and the
        name for cross references.
    title : str
        German sentence that says the finding; the caption.
    alt : str
        Alternative text: what a reader who does not see the exhibit needs to know.
    source : str
        Who collected the data, and where they are published.
    reference_date : str
        ISO date of any precision, or words such as ``"2018 bis 2024"``.
    n : int or str
        Number of cases, with their unit where that is not plain (``"396 Gemeinden"``).
    table : DataFrame
        The data, German column labels, one row per line of the exhibit. Shares in [0, 1].
    formats : mapping of str to str, optional
        Per column label: ``text``, ``right`` (text aligned right), ``plain`` (years and keys),
        ``number:d``, ``percent:d`` or ``euro:d`` with d decimal places, or ``number:row`` with
        those of ``row_digits``. Columns of text and of whole numbers need none.
    note : str
        What to keep in mind; may be empty.
    figure : callable, optional
        Draws the figure; a ``fig-`` exhibit needs it, a ``tbl-`` exhibit has none.
    synthetic : bool
        The data are invented. Title, note, alternative text, figure, CSV and XLSX then say so.
        True whatever is given where the table carries the mark (`armutsexpertise.mark`); an
        exhibit that is stamped once stays so.
    show_columns : sequence of str, optional
        Columns of the printed table; the files hold all.
    max_rows : int, optional
        Rows of the printed table; the files hold all.
    missing : str
        Words for a missing value in the printed table; the cell stays empty in the files.
    licence : str
        Terms of use, written into the XLSX.
    row_digits : sequence of int, optional
        Decimal places of each row, where rows differ in unit; for ``number:row``.

    Raises
    ------
    ValueError
        If anything a reader needs is missing, or the table and its formats do not fit.
    """

    id: str
    title: str
    alt: str
    source: str
    reference_date: str
    n: int | str
    table: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    figure: Callable[[], Figure] | None = None
    synthetic: bool = False
    show_columns: Sequence[str] | None = None
    max_rows: int | None = None
    missing: str = NOT_STATED
    licence: str = LICENCE
    row_digits: Sequence[int] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not _ID.fullmatch(self.id):
            raise ValueError(
                f"An exhibit's id reads fig-name or tbl-name with a-z, 0-9 and hyphens, "
                f"not {self.id!r}."
            )
        if self.id.endswith(NARROW):
            raise ValueError(f"Exhibit {self.id}: {NARROW} ends the name of a drawing for phones.")
        for name in ("title", "alt", "source", "reference_date", "licence"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name).strip():
                raise ValueError(f"Exhibit {self.id}: {name} is empty, but readers need it.")
        if isinstance(self.n, np.integer):
            object.__setattr__(self, "n", int(self.n))
        if isinstance(self.n, bool) or not isinstance(self.n, (int, str)):
            raise ValueError(f"Exhibit {self.id}: n is a whole number or text.")
        if self.n == 0 or not str(self.n).strip():
            raise ValueError(f"Exhibit {self.id} needs n, the number of cases: it is empty.")
        if self.id.startswith("fig-") != (self.figure is not None):
            raise ValueError(
                f"Exhibit {self.id}: a fig- exhibit needs a figure, a tbl- exhibit has none."
            )
        _check_table(self)
        if self.synthetic or is_synthetic(self.table) or self.title.startswith(SYNTHETIC):
            self._stamp()

    def _stamp(self) -> None:
        """Write the mark into all that is printed, once."""
        warning = f"{SYNTHETIC}, keine Aussage über wirkliche Haushalte."
        for name, words in {
            "title": f"{SYNTHETIC}:",
            "alt": f"{SYNTHETIC}:",
            "note": warning,
        }.items():
            text = getattr(self, name)
            if not text.startswith(words):
                object.__setattr__(self, name, f"{words} {text}".strip())
        table = self.table.copy()
        table.attrs[MARK_COLUMN] = True
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "synthetic", True)

    def source_line(self) -> str:
        """Return source, reference date, number of cases and note as one German line."""
        date = self.reference_date
        if re.fullmatch(r"\d{4}(-\d{2}){0,2}", date):
            date = date_de(date)
        n = de(self.n) if isinstance(self.n, int) else self.n
        parts = [f"Quelle: {self.source}", f"Stand: {date}", f"n{NBSP}={NBSP}{n}"]
        if self.note:
            parts.append(f"Hinweis: {self.note}")
        return " ".join(
            part.strip() if part.rstrip().endswith((".", "!", "?")) else f"{part.strip()}."
            for part in parts
        )


def _check_table(exhibit: Exhibit) -> None:
    table, where = exhibit.table, f"Exhibit {exhibit.id}"
    if table.empty:
        raise ValueError(f"{where} needs data: its table is empty.")
    labels = list(table.columns)
    if not all(isinstance(label, str) and label.strip() for label in labels):
        raise ValueError(f"{where}: every column needs a German label.")
    if len(set(labels)) < len(labels):
        raise ValueError(f"{where}: two columns have the same label.")
    if table.index.name is not None or not pd.api.types.is_integer_dtype(table.index.dtype):
        raise ValueError(f"{where}: the index would be lost, make it a column with reset_index().")
    for label in [*exhibit.formats, *(exhibit.show_columns or ())]:
        if label not in labels:
            raise ValueError(f"{where}: the table has no column '{label}'.")
    if exhibit.max_rows is not None and exhibit.max_rows < 1:
        raise ValueError(f"{where}: max_rows must be 1 or more.")
    if "number:row" in exhibit.formats.values() and len(exhibit.row_digits or ()) != len(table):
        raise ValueError(f"{where}: number:row needs row_digits, one for each row.")
    for label in labels:
        _check_column(table[label], _format_of(exhibit, label), f"{where}, column '{label}'")


def _format_of(exhibit: Exhibit, label: str) -> str:
    column = exhibit.table[label]
    given = exhibit.formats.get(label)
    if given is not None:
        if not _FORMAT.fullmatch(given):
            raise ValueError(
                f"Exhibit {exhibit.id}, column '{label}': the format {given!r} is none of text, "
                f"right, plain, number:d, number:row, percent:d, euro:d."
            )
        return given
    if pd.api.types.is_bool_dtype(column.dtype):
        raise ValueError(
            f"Exhibit {exhibit.id}, column '{label}' holds truth values: write words instead."
        )
    if pd.api.types.is_integer_dtype(column.dtype):
        return "number:0"
    if pd.api.types.is_numeric_dtype(column.dtype):
        raise ValueError(
            f"Exhibit {exhibit.id}, column '{label}' holds decimal numbers: say in formats "
            f"whether they are number:d, percent:d or euro:d."
        )
    return "text"


def _check_column(column: pd.Series[Any], code: str, where: str) -> None:
    values = column[column.notna()]
    kind = code.partition(":")[0]
    if kind in _NUMERIC:
        if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(
            column.dtype
        ):
            raise ValueError(f"{where}: the format {code} needs numbers.")
        if values.isin([float("inf"), float("-inf")]).any():
            raise ValueError(f"{where} holds an infinite number.")
        if kind == "percent" and not values.between(0, 1).all():
            raise ValueError(f"{where}: a share lies between 0 and 1, not in percent.")
        if kind == "plain" and not (values == values.round()).all():
            raise ValueError(f"{where}: the format plain needs whole numbers.")
        return
    if not values.map(lambda value: isinstance(value, str)).all():
        raise ValueError(f"{where}: text is needed, convert other values first.")
    if values.map(lambda value: bool(ILLEGAL_CHARACTERS_RE.search(value))).any():
        raise ValueError(f"{where} holds a control character: remove it.")


def _digits(code: str) -> int:
    return int(code.partition(":")[2] or 0)


def _in_row(exhibit: Exhibit, code: str, row: int) -> str:
    """Return the format of a column in one row."""
    if code != "number:row" or exhibit.row_digits is None:
        return code
    return f"number:{exhibit.row_digits[row]}"


def _cell_text(value: Any, code: str, missing: str) -> str:
    """Return a cell as readers see it; the unit of money stands in the header."""
    if pd.isna(value):
        return missing
    kind = code.partition(":")[0]
    if kind == "percent":
        return percent(value, _digits(code))
    if kind in ("number", "euro"):
        return de(value, _digits(code))
    return str(int(value)) if kind == "plain" else str(value)


def _header(label: str, code: str, *, percent_unit: bool = False) -> str:
    if code.startswith("euro") and not re.search("EUR|€|Euro", label):
        return f"{label} in EUR"
    if percent_unit and code.startswith("percent") and "%" not in label:
        return f"{label} in %"
    return label


def _plain_number(value: Any, code: str) -> str:
    """Return a number to 12 significant digits with a decimal comma; shares in percent."""
    exact = str(value) if isinstance(value, (int, np.integer)) else f"{float(value):.12g}"
    number = Decimal(exact) * (100 if code.startswith("percent") else 1)
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("0" if text == "-0" else text).replace(".", ",")


def _csv_text(value: str) -> str:
    # A spreadsheet would run such a text as a formula; the apostrophe keeps it text.
    text = f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    if re.search('[;"\n\r]', text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _with_mark(exhibit: Exhibit) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the table and the format of each column, synthetic rows marked as such."""
    codes = {label: _format_of(exhibit, label) for label in exhibit.table.columns}
    table = exhibit.table.reset_index(drop=True)
    if exhibit.synthetic:
        name = _KIND if _KIND not in codes else f"{_KIND} (Kennzeichnung)"
        table, codes[name] = table.assign(**{name: SYNTHETIC}), "text"
    return table, codes


def _csv(exhibit: Exhibit) -> bytes:
    table, codes = _with_mark(exhibit)
    lines = [";".join(_csv_text(_header(c, codes[c], percent_unit=True)) for c in table.columns)]
    for row in table.astype(object).itertuples(index=False):
        cells = []
        for value, code in zip(row, codes.values(), strict=True):
            if pd.isna(value):
                cells.append("")
            elif code.partition(":")[0] in _NUMERIC:
                cells.append(_plain_number(value, code))
            else:
                cells.append(_csv_text(value))
        lines.append(";".join(cells))
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode("utf-8")


def _number_format(code: str) -> str:
    kind, digits = code.partition(":")[0], _digits(code)
    places = "." + "0" * digits if digits else ""
    return {"percent": f"0{places} %", "plain": "0"}.get(kind, f"#,##0{places}")


def _set(cell: Cell | MergedCell, value: Any, code: str) -> None:
    kind = code.partition(":")[0]
    if pd.isna(value):
        return
    if kind in _NUMERIC:
        number = float(value)
        cell.value = int(number) if number.is_integer() else number
        cell.number_format = _number_format(code)
    else:
        cell.value = value
        cell.data_type = "s"  # openpyxl would take a leading "=" for a formula
    cell.alignment = Alignment(
        horizontal="right" if kind in (*_NUMERIC, "right") else "left",
        vertical="top",
        wrap_text=True,
    )


def _xlsx(exhibit: Exhibit) -> bytes:
    table, codes = _with_mark(exhibit)
    book = Workbook()
    book.properties.creator = "armutsexpertise"
    book.properties.title = exhibit.title
    data = book.active
    assert data is not None
    data.title = "Daten"
    for position, (label, code) in enumerate(codes.items(), start=1):
        values = table[label].astype(object).tolist()
        head = data.cell(row=1, column=position)
        _set(head, _header(label, code), "text")
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="E8EDF2")
        head.border = Border(bottom=Side(style="thin"))
        in_rows = [_in_row(exhibit, code, row) for row in range(len(values))]
        for row, (value, own) in enumerate(zip(values, in_rows, strict=True), start=2):
            _set(data.cell(row=row, column=position), value, own)
        longest = max(
            len(_cell_text(value, own, "")) for value, own in zip(values, in_rows, strict=True)
        )
        width = max(longest, min(len(str(head.value)), 24)) + 2
        data.column_dimensions[get_column_letter(position)].width = min(max(width, 9), 60)
    data.freeze_panes = "A2"
    data.auto_filter.ref = data.dimensions
    data.print_title_rows = "1:1"
    data.page_setup.orientation = "landscape"
    data.page_setup.fitToHeight = 0
    data.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)

    about = book.create_sheet("Erläuterung")
    rows = {
        "Titel": exhibit.title,
        "Beschreibung": exhibit.alt,
        "Quelle": exhibit.source,
        "Stand": exhibit.reference_date,
        "Fallzahl (n)": str(exhibit.n),
        "Hinweis": exhibit.note,
        "Leere Zellen": exhibit.missing,
        "Lizenz": exhibit.licence,
        "Kennung": exhibit.id,
    }
    filled = {name: text for name, text in rows.items() if text}
    for row, (name, text) in enumerate(filled.items(), start=1):
        _set(about.cell(row=row, column=1), name, "text")
        about.cell(row=row, column=1).font = Font(bold=True)
        _set(about.cell(row=row, column=2), text, "text")
    about.column_dimensions["A"].width = 16
    about.column_dimensions["B"].width = 90

    buffer = io.BytesIO()
    book.save(buffer)
    return _without_times(buffer.getvalue())


def _without_times(workbook: bytes) -> bytes:
    """Take the time of writing out of a workbook, in its properties and in the archive."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["docProps/core.xml"] = re.sub(
        rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*",
        rb"\g<1>1980-01-01T00:00:00Z",
        members["docProps/core.xml"],
    )
    return zip_bytes(members)


def _printed_table(exhibit: Exhibit) -> dict[str, list[Any]]:
    labels = list(exhibit.show_columns or exhibit.table.columns)
    codes = [_format_of(exhibit, label) for label in labels]
    shown = exhibit.table[labels].head(exhibit.max_rows or len(exhibit.table)).astype(object)
    return {
        "header": [_header(label, code) for label, code in zip(labels, codes, strict=True)],
        "right": [code.partition(":")[0] in (*_NUMERIC, "right") for code in codes],
        "rows": [
            [
                _cell_text(v, _in_row(exhibit, code, i), exhibit.missing)
                for v, code in zip(row, codes, strict=True)
            ]
            for i, row in enumerate(shown.itertuples(index=False))
        ],
    }


def write_exhibits(exhibits: Iterable[Exhibit], directory: Path | str) -> list[Path]:
    """Write the files of exhibits and their index, and remove files of former exhibits.

    Figures are drawn twice, ``<id>.svg`` for print and ``<id>-narrow.svg`` for phones.
    Everything is drawn in memory first, so that a failing figure leaves the folder as it was.

    Parameters
    ----------
    exhibits : iterable of Exhibit
        In the order of the report; ids are unique.
    directory : Path or str
        Folder; made if missing. Files in it that are no exhibits stay.

    Returns
    -------
    list of Path
        The files written: ``<id>.svg``, ``<id>-narrow.svg``, ``<id>.xlsx``, ``<id>.csv`` and
        ``exhibits.json``.

    Raises
    ------
    ValueError
        If two exhibits have the same id.
    DisclosureError
        If the table of an exhibit holds unprotected estimates of a survey or its rows.
    OSError
        If the folder cannot be written.
    """
    from armutsexpertise.publish import style
    from armutsexpertise.publish.results import refuse_unprotected

    folder = Path(directory)
    contents: dict[str, bytes] = {}
    entries: list[dict[str, Any]] = []
    for exhibit in exhibits:
        if any(entry["id"] == exhibit.id for entry in entries):
            raise ValueError(f"Two exhibits have the id {exhibit.id}: rename one.")
        refuse_unprotected(exhibit.id, exhibit.table)
        own = {f"{exhibit.id}.csv": _csv(exhibit), f"{exhibit.id}.xlsx": _xlsx(exhibit)}
        if exhibit.figure is not None:
            own[f"{exhibit.id}.svg"] = _svg(exhibit)
            with style.narrow():
                own[f"{exhibit.id}{NARROW}.svg"] = _svg(exhibit)
        contents |= own
        entry: dict[str, Any] = {
            "id": exhibit.id,
            "title": exhibit.title,
            "alt": exhibit.alt,
            "source": exhibit.source,
            "reference_date": exhibit.reference_date,
            "n": exhibit.n,
            "note": exhibit.note,
            "source_line": exhibit.source_line(),
            "synthetic": exhibit.synthetic,
            "rows": len(exhibit.table),
            "files": {name: sha256(data) for name, data in sorted(own.items())},
        }
        if exhibit.figure is None:
            entry["table"] = _printed_table(exhibit)
        entries.append(entry)
    index = json.dumps({"exhibits": entries}, ensure_ascii=False, indent=1) + "\n"

    folder.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        write_atomic(folder / name, data)
    write_atomic(folder / INDEX, index.encode("utf-8"))
    for path in sorted(folder.iterdir()):
        if _OWN_FILE.fullmatch(path.name) and path.name not in contents:
            path.unlink()
    return [folder / name for name in [*contents, INDEX]]


def _svg(exhibit: Exhibit) -> bytes:
    from armutsexpertise.publish import style

    assert exhibit.figure is not None
    with style.context():
        figure = exhibit.figure()
        if exhibit.synthetic:
            style.watermark(figure)
        return style.svg(figure)


def _one_line(text: str) -> str:
    # Not str.split(): it would eat the non-breaking spaces.
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def _escape(text: str) -> str:
    """Return text that pandoc reads as itself, on one line."""
    marked = re.sub(r"""([!"#$&'*+<>@\[\\\]^_`{|}~-]|\.(?=\.))""", r"\\\1", _one_line(text))
    # At the start of a line these would begin a list or a caption.
    return re.sub(r"^(\w{0,4})([.:()])", r"\1\\\2", marked)


def _attribute(text: str) -> str:
    return _one_line(text).replace("\\", "\\\\").replace('"', '\\"')


def _widths(
    header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]
) -> list[int]:
    """Return relative column widths in which no word breaks as long as a line can hold them.

    A column gets its longest word (of numbers and ranges, which are aligned right, the whole
    cell), then a share of the rest of the line by how much it wants.
    """
    least, wanted = [], []
    for column, is_right in zip(zip(header, *rows, strict=True), right, strict=True):
        words = [word for cell in column for word in cell.split(" ")]
        words += [cell for cell in column[1:] if is_right and len(cell) <= 24]
        least.append(max(3, *(len(word) for word in words)) + 2)
        # Long texts wrap: beyond 40 characters a column gains nothing from more room.
        wanted.append(max(least[-1], min(max(len(cell) for cell in column), 40) + 2))
    spare, claim = _LINE_LETTERS - sum(least), sum(wanted) - sum(least)
    share = min(1.0, max(0.0, spare / claim)) if claim else 0.0
    return [round(low + share * (high - low)) for low, high in zip(least, wanted, strict=True)]


def _pipe_table(table: Mapping[str, Sequence[Any]]) -> str:
    header, right, rows = table["header"], table["right"], table["rows"]
    widths = _widths(header, rows, right)
    rule = "|".join(
        "-" * (width - 1) + ":" if is_right else ":" + "-" * (width - 1)
        for width, is_right in zip(widths, right, strict=True)
    )
    lines = [" | ".join(_escape(label) for label in header)]
    lines += [" | ".join(_escape(cell) for cell in row) for row in rows]
    return "\n".join([f"| {lines[0]} |", f"|{rule}|", *(f"| {line} |" for line in lines[1:])])


def markdown(
    directory: Path | str, exhibit_id: str, *, link: str | None = None, number: str = ""
) -> str:
    """Return an exhibit as Markdown for a Quarto document, read from its files.

    Parameters
    ----------
    directory : Path or str
        Folder written by `write_exhibits`.
    exhibit_id : str
        ``fig-…`` or ``tbl-…``.
    link : str, optional
        Path from the document to the folder, with forward slashes; by default the name of the
        folder, which then lies beside the document.
    number : str
        Its number where it is shown a second time on another page; else it is counted.

    Returns
    -------
    str
        A div with the image or table, the source line (class ``source``), links to the data in
        HTML (class ``downloads``), and the caption as the last paragraph.

    Raises
    ------
    FileNotFoundError
        If the folder holds no index.
    KeyError
        If the index has no such exhibit.
    """
    folder = Path(directory)
    if not (folder / INDEX).is_file():
        raise FileNotFoundError(f"{folder} holds no {INDEX}: write the exhibits first.")
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    entries = {entry["id"]: entry for entry in index["exhibits"]}
    if exhibit_id not in entries:
        raise KeyError(f"There is no exhibit {exhibit_id}; there are: {', '.join(entries)}.")
    entry = entries[exhibit_id]
    base = folder.name if link is None else link.rstrip("/")
    if "table" in entry:
        body = _pipe_table(entry["table"])
        hidden = entry["rows"] - len(entry["table"]["rows"])
    else:
        alt = f'fig-alt="{_attribute(entry["alt"])}"'
        narrow = f"{exhibit_id}{NARROW}.svg"
        if narrow in entry["files"]:
            alt += f' narrow="{base}/{narrow}"'
        body = f"![]({base}/{exhibit_id}.svg){{{alt}}}"
        hidden = 0
    source = _escape(entry["source_line"])
    if hidden:
        more = "Eine weitere Zeile steht" if hidden == 1 else f"{de(hidden)} weitere Zeilen stehen"
        source += f" {more} in den Dateien."
    return "\n".join(
        [
            f':::: {{#{exhibit_id} number="{number}"}}' if number else f":::: {{#{exhibit_id}}}",
            "",
            body,
            "",
            "::: {.source}",
            source,
            ":::",
            "",
            '::: {.content-visible when-format="html"}',
            f"[Daten: [CSV]({base}/{exhibit_id}.csv) [XLSX]({base}/{exhibit_id}.xlsx)]"
            "{.downloads}",
            ":::",
            "",
            _escape(entry["title"]),
            "::::",
            "",
        ]
    )


def show(
    exhibit_id: str, directory: Path | str = "exhibits", *, optional: bool = False
) -> Markdown:
    """Return an exhibit for the last line of a chunk with ``output: asis``.

    Parameters
    ----------
    exhibit_id : str
        ``fig-…`` or ``tbl-…``.
    directory : Path or str
        Folder of the exhibits, beside the document.
    optional : bool
        Show nothing where the exhibit was not made, as those of microdata that nobody brought.

    Returns
    -------
    IPython.display.Markdown
        See `markdown`.
    """
    from IPython.display import Markdown

    if optional:
        index = json.loads((Path(directory) / INDEX).read_text(encoding="utf-8"))
        if exhibit_id not in {entry["id"] for entry in index["exhibits"]}:
            return Markdown("")  # type: ignore[no-untyped-call]

    return Markdown(markdown(directory, exhibit_id))  # type: ignore[no-untyped-call]
