"""Write data packages: the cleaned export and the blank template."""

import csv
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from armutsexpertise.catalog.checking import check, number
from armutsexpertise.catalog.problems import CatalogError
from armutsexpertise.catalog.store import (
    Descriptor,
    list_packages,
    load_descriptor,
    load_table,
    package_folder,
)
from armutsexpertise.catalog.table import Table

_TEMPLATE_ROWS = 2000
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_GERMAN_TYPES = {
    "string": "Text",
    "number": "Zahl",
    "integer": "ganze Zahl",
    "boolean": "true oder false",
    "date": "Datum JJJJ-MM-TT",
}
_EXPLAINED = (
    "Tabelle",
    "Spalte",
    "Bezeichnung",
    "Bedeutung",
    "Pflicht",
    "Art",
    "Einheit",
    "Erlaubte Werte",
)


def export(name: str, out_dir: Path, root: Path | None = None) -> list[Path]:
    """Write a checked package in one plain form, with version and citation.

    Parameters
    ----------
    name : str
        Name of the package.
    out_dir : Path
        Folder that receives a subfolder ``name``; files of the same name are replaced.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    list of Path
        The CSV files (UTF-8, comma, decimal point), ``datapackage.json`` with sizes and
        checksums, ``<name>.xlsx`` with one sheet per table, and ``CITATION.txt``. The bytes
        depend on the data alone.

    Raises
    ------
    CatalogError
        If the package has errors or a file cannot be written.
    """
    folder = package_folder(name, root)
    found = check(name, root)
    if not found.ok:
        raise CatalogError(
            f'The data package "{name}" has {len(found.errors)} errors and is not exported; '
            f'run "armutsexpertise data check {name}" and correct them first.'
        )
    descriptor = load_descriptor(folder)
    edited = bool(descriptor.pop("edited", False))
    tables = {r["name"]: load_table(folder, r, edited) for r in descriptor["resources"]}
    files: dict[str, bytes] = {}
    for resource in descriptor["resources"]:
        path = Path(resource["path"])
        # Delivered files leave as they came, so that their checksum stays that of the source.
        data = _csv(resource, tables[resource["name"]]) if edited else (folder / path).read_bytes()
        resource["bytes"] = len(data)
        resource["hash"] = f"sha256:{hashlib.sha256(data).hexdigest()}"
        files[path.name] = data
    files["datapackage.json"] = (
        json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
    ).encode()
    files["CITATION.txt"] = citation(descriptor).encode()
    files[f"{name}.xlsx"] = _data_workbook(descriptor, tables)
    return _write_all(Path(out_dir) / name, files)


def citation(descriptor: Descriptor) -> str:
    """Return how to cite a package, with version, state and licence.

    Parameters
    ----------
    descriptor : dict
        Content of ``datapackage.yaml``.
    """
    created = str(descriptor.get("created", ""))[:10]
    authors = ", ".join(c["title"] for c in descriptor.get("contributors", []))
    licences = "; ".join(f"{x['title']} ({x['path']})" for x in descriptor.get("licenses", []))
    sources = "".join(
        f"- {s['title']}{' <' + s['path'] + '>' if 'path' in s else ''}\n"
        for s in descriptor.get("sources", [])
    )
    return (
        f"{authors} ({created[:4]}): {descriptor['title']}. "
        f"Data package {descriptor['name']}, version {descriptor['version']}, {created}.\n\n"
        f"Licence: {licences}. Rows of others keep their own terms.\n\n"
        f"Sources:\n{sources}"
    )


def write_template(name: str, out_dir: Path, root: Path | None = None) -> list[Path]:
    """Write a blank package to fill in: a workbook and empty CSV files.

    Parameters
    ----------
    name : str
        Name of an edited package.
    out_dir : Path
        Folder that receives a subfolder ``name``.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    list of Path
        ``<name>-vorlage.xlsx`` (one sheet per table with drop-down lists and a sheet
        "Erläuterung"), one CSV file per table (semicolon and byte-order mark, as German
        spreadsheet programs expect) and ``datapackage.yaml``, so that the folder can be
        checked.

    Raises
    ------
    CatalogError
        If the package is not edited, a file is there already or cannot be written.
    """
    folder = package_folder(name, root)
    descriptor = load_descriptor(folder)
    if not descriptor.get("edited"):
        raise CatalogError(
            f'The data package "{name}" stays as delivered and has no template; '
            f"edited packages: {', '.join(_edited_packages(root))}."
        )
    target = Path(out_dir) / name
    files = {f"{name}-vorlage.xlsx": _template_workbook(descriptor)}
    for resource in descriptor["resources"]:
        header = ";".join(f["name"] for f in resource["schema"]["fields"])
        files[Path(resource["path"]).name] = f"\ufeff{header}\r\n".encode()
    source = next(folder.glob("datapackage.*"))
    files[source.name] = source.read_bytes()
    taken = [n for n in files if (target / n).exists()]
    if taken:
        raise CatalogError(
            f"{target / taken[0]} is there already and is not overwritten; "
            "choose another folder with --to."
        )
    return _write_all(target, files)


def _edited_packages(root: Path | None) -> list[str]:
    names = list_packages(root)
    return [n for n in names if load_descriptor(package_folder(n, root)).get("edited")]


def _csv(resource: dict[str, Any], table: Table) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([f["name"] for f in resource["schema"]["fields"]])
    writer.writerows(table.rows)
    return stream.getvalue().encode()


def _write_all(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write every file beside its place first, then put all in place."""
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            part = folder / f".{name}.part"
            written.append(part)
            part.write_bytes(data)
        for name in files:
            os.replace(folder / f".{name}.part", folder / name)  # noqa: PTH105
    except OSError as error:
        reason = error.strerror or str(error)
        raise CatalogError(
            f"{folder} cannot be written ({reason}); "
            "free space or choose a folder you may write to with --to."
        ) from error
    finally:
        for part in written:
            part.unlink(missing_ok=True)
    return [folder / name for name in files]


# --- workbooks -----------------------------------------------------------------------------


def _put(sheet: Worksheet, row: int, column: int, value: str | float | None) -> None:
    cell = sheet.cell(row=row, column=column, value=value)
    if isinstance(value, str):
        # A text that begins with "=" stays a text.
        cell.data_type = "s"


def _header(sheet: Worksheet, names: list[str], widths: list[int]) -> None:
    for column, (name, width) in enumerate(zip(names, widths, strict=True), start=1):
        cell = sheet.cell(row=1, column=column, value=name)
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"


def _width(described: dict[str, Any]) -> int:
    return 14 if described["type"] in ("number", "integer", "boolean", "date") else 24


def _data_workbook(descriptor: Descriptor, tables: Mapping[str, Table]) -> bytes:
    book = Workbook()
    about = book.active
    assert about is not None
    about.title = "Zitieren"
    about.column_dimensions["A"].width = 120
    for row, line in enumerate(citation(descriptor).splitlines(), start=1):
        _put(about, row, 1, line)
        about.cell(row=row, column=1).alignment = Alignment(wrap_text=True)
    for resource in descriptor["resources"]:
        fields = resource["schema"]["fields"]
        sheet = book.create_sheet(resource["name"])
        _header(sheet, [f["name"] for f in fields], [_width(f) for f in fields])
        for row, cells in enumerate(tables[resource["name"]].rows, start=2):
            for column, (cell, described) in enumerate(zip(cells, fields, strict=True), start=1):
                if cell:
                    numeric = described["type"] in ("number", "integer")
                    _put(sheet, row, column, number(cell) if numeric else cell)
    _explain(book.create_sheet("Erläuterung"), descriptor)
    return _bytes(book, descriptor)


def _template_workbook(descriptor: Descriptor) -> bytes:
    book = Workbook()
    explained = book.active
    assert explained is not None
    explained.title = "Erläuterung"
    _explain(explained, descriptor)
    for resource in descriptor["resources"]:
        fields = resource["schema"]["fields"]
        sheet = book.create_sheet(resource["name"])
        _header(sheet, [f["name"] for f in fields], [_width(f) for f in fields])
        for column, described in enumerate(fields, start=1):
            letter = get_column_letter(column)
            if described["type"] not in ("number", "integer", "boolean"):
                # As text, keys keep their leading zero and dates their form.
                for row in range(2, _TEMPLATE_ROWS // 10 + 2):
                    sheet.cell(row=row, column=column).number_format = "@"
            codes = described.get("constraints", {}).get("enum")
            if described["type"] == "boolean":
                codes = ["true", "false"]
            if codes:
                choice = DataValidation(
                    type="list", formula1=f'"{",".join(codes)}"', allow_blank=True
                )
                choice.errorTitle = "Nicht erlaubt"
                choice.error = "Bitte einen Wert der Liste wählen (siehe Blatt Erläuterung)."
                choice.showErrorMessage = True
                choice.add(f"{letter}2:{letter}{_TEMPLATE_ROWS}")
                sheet.add_data_validation(choice)
    return _bytes(book, descriptor)


def _explain(sheet: Worksheet, descriptor: Descriptor) -> None:
    _header(sheet, list(_EXPLAINED), [16, 24, 26, 70, 9, 18, 22, 70])
    row = 2
    for resource in descriptor["resources"]:
        keys = resource["schema"].get("foreignKeys", [])
        targets = {k["fields"][0]: k["reference"]["resource"] or resource["name"] for k in keys}
        for described in resource["schema"]["fields"]:
            target = targets.get(described["name"])
            cells = (
                resource["name"],
                described["name"],
                described.get("title", ""),
                described.get("description", ""),
                "ja" if described.get("constraints", {}).get("required") else "nein",
                _GERMAN_TYPES[described["type"]],
                described.get("unit", ""),
                f"ein Schlüssel der Tabelle {target}" if target else _german_allowed(described),
            )
            for column, cell in enumerate(cells, start=1):
                _put(sheet, row, column, cell)
                sheet.cell(row=row, column=column).alignment = Alignment(
                    wrap_text=True, vertical="top"
                )
            row += 1


def _german_allowed(described: dict[str, Any]) -> str:
    constraints = described.get("constraints", {})
    labels = described.get("labels", {})
    if "enum" in constraints:
        return "; ".join(f"{v} = {labels[v]}" if v in labels else v for v in constraints["enum"])
    bounds = [f"mindestens {constraints['minimum']}"] if "minimum" in constraints else []
    bounds += [f"höchstens {constraints['maximum']}"] if "maximum" in constraints else []
    return ", ".join(bounds)


def _bytes(book: Workbook, descriptor: Descriptor) -> bytes:
    """Return the workbook with fixed times, so that the same data give the same bytes."""
    created = str(descriptor.get("created", "2000-01-01T00:00:00Z"))[:19]
    book.properties.creator = "armutsexpertise contributors"
    book.properties.title = str(descriptor.get("title", descriptor["name"]))
    book.properties.created = datetime.fromisoformat(created)
    raw = io.BytesIO()
    book.save(raw)
    fixed = io.BytesIO()
    modified = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w") as target:
        for item in source.infolist():
            data = source.read(item.filename)
            if item.filename == "docProps/core.xml":
                data = modified.sub(rb"\g<1>" + created.encode() + rb"Z\g<2>", data)
            entry = zipfile.ZipInfo(item.filename, _ZIP_TIME)
            target.writestr(entry, data, compress_type=zipfile.ZIP_DEFLATED, compresslevel=6)
    return fixed.getvalue()
