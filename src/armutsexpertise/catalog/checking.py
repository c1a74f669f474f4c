"""Check data packages: schema, keys, checksums and what a schema cannot say.

Frictionless checks types, constraints, primary and foreign keys; its findings are turned
into one sentence each. Files are read with :mod:`armutsexpertise.catalog.table` first, so
that what a spreadsheet program writes is understood and row numbers are those it shows.
"""

import copy
import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from armutsexpertise.catalog.problems import CatalogError, Problem, Report, quoted, report
from armutsexpertise.catalog.store import (
    Descriptor,
    data_root,
    load_descriptor,
    load_table,
    package_folder,
)
from armutsexpertise.catalog.table import Table, read_workbook

PackageCheck = Callable[[dict[str, Table], Descriptor, Path], list[Problem]]

_CONSTRAINT_NAME = re.compile(r'constraint "(\w+)"')
_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_TYPE_NAMES = {
    "number": "a number such as 1234.5",
    "integer": "a whole number",
    "boolean": "true or false",
    "date": "a date such as 2026-11-22 or 22.11.2026",
}
_SPECIAL_NUMBERS = ("nan", "inf", "-inf", "infinity", "-infinity")


def check(
    name: str,
    root: Path | None = None,
    today: dt.date | None = None,
    workbook: Path | None = None,
) -> Report:
    """Check one data package.

    Parameters
    ----------
    name : str
        Name of the package.
    root : Path, optional
        Folder with data packages; the bundled data by default.
    today : date, optional
        Dates after this day are errors; the current day by default, but never before the
        day the package was created, so that a wrong clock does not condemn the data.
    workbook : Path, optional
        A filled template: its sheets are checked in place of the CSV files of the package.

    Returns
    -------
    Report
        Never raises for bad data: whatever is wrong with the package is a problem in it.

    Raises
    ------
    CatalogError
        If there is no such package.
    """
    folder = package_folder(name, root)
    try:
        descriptor = load_descriptor(folder)
    except CatalogError as error:
        message = str(error).rstrip(".")
        return report(name, [Problem("error", "datapackage.yaml", message)], 0)
    resources = descriptor["resources"]
    edited = bool(descriptor.get("edited"))
    if workbook is not None:
        sheets = {r["name"]: r["schema"]["fields"] for r in resources}
        tables = read_workbook(Path(workbook), sheets)
    else:
        tables = {r["name"]: _read_undamaged(folder, r, edited) for r in resources}
    problems = [problem for table in tables.values() for problem in table.problems]
    problems += _against_schema(descriptor, tables)
    limit = _latest_day(descriptor, today)
    for resource in resources:
        table = tables[resource["name"]]
        if table.readable:
            problems += _dates(table, resource["schema"]["fields"], limit)
            problems += _ranges(table, resource["schema"]["fields"])
    own = _package_check(name)
    if own is not None and all(t.readable for t in tables.values()):
        found = own(tables, descriptor, data_root() if root is None else Path(root))
        # A check of a topic knows tables by their file; a workbook has sheets.
        files = {r["path"]: tables[r["name"]].file for r in resources}
        problems += [replace(p, file=files.get(p.file, p.file)) for p in found]
    return report(name, problems, sum(len(t.rows) for t in tables.values()))


def _package_check(name: str) -> PackageCheck | None:
    if name == "passes":
        # Imported here because the checks of a topic build on this module.
        from armutsexpertise.passes.inventory_checks import check_inventory

        return check_inventory
    if name == "parameters":
        from armutsexpertise.parameters import check_parameters

        return check_parameters
    return None


def _read_undamaged(folder: Path, resource: dict[str, Any], edited: bool) -> Table:
    damage = _damage(folder / resource["path"], resource)
    if damage is not None:
        return Table(resource["path"], problems=[damage])
    return load_table(folder, resource, edited)


def _damage(path: Path, resource: dict[str, Any]) -> Problem | None:
    if "hash" not in resource or not path.is_file():
        return None
    data = path.read_bytes()
    expected = int(resource.get("bytes", len(data)))
    if len(data) < expected:
        message = f"the file is cut off: {len(data)} bytes of {expected}; restore it as delivered"
    elif hashlib.sha256(data).hexdigest() != str(resource["hash"]).removeprefix("sha256:"):
        message = "the file was changed (checksum differs); it stays as delivered, restore it"
    else:
        return None
    return Problem("error", path.name, message)


def _latest_day(descriptor: Descriptor, today: dt.date | None) -> dt.date:
    if today is not None:
        return today
    created = str(descriptor.get("created", ""))[:10]
    try:
        return max(dt.date.today(), dt.date.fromisoformat(created))
    except ValueError:
        return dt.date.today()


def _against_schema(descriptor: Descriptor, tables: dict[str, Table]) -> list[Problem]:
    # Imported here: it takes as long as everything else, and reading needs none of it.
    from frictionless import FrictionlessException, Package, Resource, Schema

    schemas = {
        r["name"]: _lean_schema(r, tables)
        for r in descriptor["resources"]
        if tables[r["name"]].readable
    }
    try:
        Package.from_descriptor(copy.deepcopy(descriptor))
        resources = [
            Resource(
                name=name,
                data=[[f["name"] for f in schema["fields"]], *tables[name].rows],
                schema=Schema.from_descriptor(schema),
            )
            for name, schema in schemas.items()
        ]
        outcome = Package(resources=resources).validate()
    except FrictionlessException as error:
        details = "; ".join(dict.fromkeys(e.note for e in error.reasons)) or error.error.note
        message = f"the description is not a valid data package ({details}); correct it"
        return [Problem("error", "datapackage.yaml", message)]
    problems: list[Problem] = []
    described = {r["name"]: r["schema"] for r in descriptor["resources"]}
    for task in outcome.tasks:
        table = tables[task.name]
        fields = {f["name"]: f for f in described[task.name]["fields"]}
        lost: dict[str, list[int]] = {}
        for finding in task.errors:
            problem = _translate(finding, table, fields, schemas[task.name], lost)
            if problem is not None:
                problems.append(problem)
        problems += [_lost_zero(table, column, rows, fields) for column, rows in lost.items()]
    return problems


def _lean_schema(resource: dict[str, Any], tables: dict[str, Table]) -> dict[str, Any]:
    schema = resource["schema"]
    lean = {k: v for k, v in schema.items() if k not in ("fields", "foreignKeys")}
    lean["fields"] = [
        {k: f[k] for k in ("name", "type", "format", "constraints") if k in f}
        for f in schema["fields"]
    ]
    # A table with problems of its own would fail every reference to it once more.
    lean["foreignKeys"] = [
        key
        for key in schema.get("foreignKeys", [])
        if (target := tables.get(key["reference"]["resource"] or resource["name"])) is None
        or (target.readable and not target.problems)
    ]
    return lean


def _translate(
    error: Any,
    table: Table,
    fields: dict[str, dict[str, Any]],
    schema: dict[str, Any],
    lost: dict[str, list[int]],
) -> Problem | None:
    kind = error.type
    position = int(getattr(error, "row_number", 0) or 0)
    row = table.numbers[position - 2] if position else None
    column = getattr(error, "field_name", None) or None

    def problem(message: str, allowed: str | None = None, at: str | None = None) -> Problem:
        return Problem("error", table.file, message, row=row, column=at or column, allowed=allowed)

    if kind == "foreign-key":
        return _broken_reference(error, problem)
    if kind == "primary-key":
        key = _as_list(schema["primaryKey"])
        values = [table.rows[position - 2][list(fields).index(k)] for k in key]
        if "" in values:
            return None  # reported as a missing value already
        return problem(
            f"the key {quoted(', '.join(values))} is already taken", "each key once", key[0]
        )
    if column not in fields:
        return problem(str(error.note or error.message).strip().rstrip("."))
    described = fields[column]
    cell = table.rows[position - 2][list(fields).index(column)]
    if kind == "type-error":
        return problem(f"{quoted(cell)} cannot be read", _TYPE_NAMES.get(described["type"]))
    if cell.lower() in _SPECIAL_NUMBERS:
        return None  # reported as no number that can be counted
    named = _CONSTRAINT_NAME.search(error.note)
    return _broken_constraint(named.group(1) if named else "", cell, described, row, lost, problem)


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _broken_reference(error: Any, problem: Callable[..., Problem]) -> Problem:
    value = ", ".join(str(cell) for cell in error.field_cells)
    columns = ", ".join(error.reference_field_names)
    target = f"{error.reference_name}.csv" if error.reference_name else "this file"
    return problem(
        f"{quoted(value)} does not exist in {target}; correct the key or add the row there first",
        f"a value of column {columns} of {target}",
        at=error.field_names[0],
    )


def _broken_constraint(
    name: str,
    cell: str,
    described: dict[str, Any],
    row: int | None,
    lost: dict[str, list[int]],
    problem: Callable[..., Problem],
) -> Problem | None:
    constraints = described.get("constraints", {})
    if name == "required":
        if described["name"] == "source_id":
            return problem("the source is missing; every statement needs one", "a key of sources")
        return problem("the cell is empty, but a value is needed", _allowed(described))
    if name == "enum":
        return problem(f"{quoted(cell)} is not allowed", _allowed(described))
    if name in ("minimum", "maximum"):
        word = "below" if name == "minimum" else "above"
        return problem(
            f"the number {cell} is impossible: {word} {constraints[name]}", _allowed(described)
        )
    pattern = constraints.get("pattern", "")
    if name == "pattern" and re.fullmatch(pattern, f"0{cell}"):
        lost.setdefault(described["name"], []).append(row or 0)
        return None
    return problem(f"{quoted(cell)} does not have the right form", _allowed(described))


def _lost_zero(
    table: Table, column: str, rows: list[int], fields: dict[str, dict[str, Any]]
) -> Problem:
    more = f" (and in {len(rows) - 1} more rows)" if len(rows) > 1 else ""
    return Problem(
        "error",
        table.file,
        f"the key has lost its leading zero{more}; format the column as text and write the 0",
        row=rows[0],
        column=column,
        allowed=_allowed(fields[column]),
    )


def _allowed(described: dict[str, Any]) -> str:
    constraints = described.get("constraints", {})
    if "enum" in constraints:
        labels = described.get("labels", {})
        return ", ".join(
            f"{v} ({labels[v]})" if v in labels else str(v) for v in constraints["enum"]
        )
    low, high = constraints.get("minimum"), constraints.get("maximum")
    if low is not None or high is not None:
        bounds = [f"at least {low}"] if low is not None else []
        bounds += [f"at most {high}"] if high is not None else []
        return " and ".join(bounds)
    if described["type"] in _TYPE_NAMES:
        return _TYPE_NAMES[described["type"]]
    return str(described.get("description") or "a text")


def _dates(table: Table, fields: list[dict[str, Any]], latest: dt.date) -> list[Problem]:
    problems = []
    for position, described in enumerate(fields):
        temporal = described.get("temporal") or ("date" if described["type"] == "date" else None)
        if temporal is None:
            continue
        for row, cells in zip(table.numbers, table.rows, strict=True):
            message = _wrong_date(cells[position], str(temporal), latest)
            if message:
                problems.append(
                    Problem(
                        "error",
                        table.file,
                        message,
                        row=row,
                        column=described["name"],
                        allowed=f"a year, month or day up to {latest.isoformat()}",
                    )
                )
    return problems


def _wrong_date(cell: str, temporal: str, latest: dt.date) -> str | None:
    if not _PARTIAL_DATE.fullmatch(cell):
        # An empty cell is a matter of "required", any other form one of type and pattern.
        return None
    padded = cell + "-01-01"[: 10 - len(cell)] if len(cell) < 10 else cell
    try:
        first = dt.date.fromisoformat(padded)
    except ValueError:
        return None if temporal == "date" else f'"{cell}" is no date of the calendar'
    if first > latest:
        return f"the date {cell} lies in the future"
    return None


def _ranges(table: Table, fields: list[dict[str, Any]]) -> list[Problem]:
    names = [f["name"] for f in fields]
    problems: list[Problem] = []
    for position, described in enumerate(fields):
        if described["type"] in ("number", "integer"):
            problems += [
                Problem(
                    "error",
                    table.file,
                    f'"{cells[position]}" is not a number that can be counted',
                    row=row,
                    column=described["name"],
                    allowed="a number or an empty cell",
                )
                for row, cells in zip(table.numbers, table.rows, strict=True)
                if cells[position].lower() in _SPECIAL_NUMBERS
            ]
    if not {"value", "value_low", "value_high"} <= set(names):
        return problems
    at = [names.index(n) for n in ("value", "value_low", "value_high")]
    for row, cells in zip(table.numbers, table.rows, strict=True):
        value, low, high = (number(cells[i]) for i in at)
        message, column = _wrong_order(value, low, high)
        if message:
            problems.append(
                Problem(
                    "error",
                    table.file,
                    message,
                    row=row,
                    column=column,
                    allowed="value_low <= value <= value_high",
                )
            )
    return problems


def _wrong_order(
    value: float | None, low: float | None, high: float | None
) -> tuple[str | None, str]:
    if low is not None and high is not None and low > high:
        return f"the lower bound {low:g} is above the upper bound {high:g}", "value_low"
    if value is not None and low is not None and value < low:
        return f"the value {value:g} is below its lower bound {low:g}", "value"
    if value is not None and high is not None and value > high:
        return f"the value {value:g} is above its upper bound {high:g}", "value"
    return None, ""


def number(cell: str) -> float | None:
    """Return a canonical cell as a number, ``None`` where it is empty or none."""
    try:
        return float(cell) if cell and cell.lower() not in _SPECIAL_NUMBERS else None
    except ValueError:
        return None
