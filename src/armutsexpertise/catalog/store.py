"""Where the data packages are, what they hold, and reading them."""

import copy
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from armutsexpertise.catalog.problems import CatalogError
from armutsexpertise.catalog.table import Table, read_table

ENVIRONMENT_VARIABLE = "ARMUTSEXPERTISE_DATA"
DESCRIPTORS = ("datapackage.yaml", "datapackage.json")

Descriptor = dict[str, Any]

# The C loader reads the same YAML ten times faster where libyaml is built in.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def data_root() -> Path:
    """Return the folder that holds the data packages.

    The environment variable ``ARMUTSEXPERTISE_DATA`` comes first, then the data inside an
    installed package, then ``data/raw`` of a checkout.

    Raises
    ------
    CatalogError
        If none of the places exists.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        root = Path(named)
        if not root.is_dir():
            raise CatalogError(
                f"The folder {root} named by {ENVIRONMENT_VARIABLE} does not exist; "
                "correct the variable or unset it."
            )
        return root
    package = Path(__file__).resolve().parents[1]
    for root in (package / "_data", package.parents[1] / "data" / "raw"):
        if root.is_dir():
            return root
    raise CatalogError(
        f"No data packages found next to {package.name}; install the package again "
        f"or point {ENVIRONMENT_VARIABLE} to a folder with data packages."
    )


def list_packages(root: Path | None = None) -> list[str]:
    """Return the names of the data packages, sorted.

    Parameters
    ----------
    root : Path, optional
        Folder with one subfolder per package; the bundled data by default.
    """
    root = data_root() if root is None else Path(root)
    if not root.is_dir():
        raise CatalogError(f"The folder {root} does not exist; give a folder with data packages.")
    return sorted(p.name for p in root.iterdir() if any((p / d).is_file() for d in DESCRIPTORS))


def package_folder(name: str, root: Path | None = None) -> Path:
    """Return the folder of a package.

    Raises
    ------
    CatalogError
        If there is no such package; the message lists the known ones.
    """
    root = data_root() if root is None else Path(root)
    known = list_packages(root)
    if name not in known:
        listing = ", ".join(known) if known else "none"
        raise CatalogError(f'There is no data package "{name}" in {root}; known: {listing}.')
    return root / name


def load_descriptor(folder: Path) -> Descriptor:
    """Return the content of ``datapackage.yaml`` (or ``.json``) in a folder.

    Raises
    ------
    CatalogError
        If the file is missing, cannot be parsed or names no resources.
    """
    path = next((folder / d for d in DESCRIPTORS if (folder / d).is_file()), None)
    if path is None:
        raise CatalogError(f"{folder} holds no {DESCRIPTORS[0]}; restore it.")
    try:
        text = path.read_text(encoding="utf-8")
        loaded: Any = json.loads(text) if path.suffix == ".json" else yaml.load(text, _LOADER)
    except (yaml.YAMLError, json.JSONDecodeError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = getattr(error, "lineno", None) or (mark.line + 1 if mark else None)
        where = f" near line {line}" if line else ""
        raise CatalogError(f"{path} cannot be parsed{where}; restore it.") from error
    if not isinstance(loaded, dict) or not {"name", "title", "version"} <= loaded.keys():
        raise CatalogError(f"{path} has no name, title and version; restore it.")
    resources = loaded.get("resources")
    if not isinstance(resources, list) or not all(_is_table(r) for r in resources):
        raise CatalogError(
            f"{path} names no resources with name, path and a schema with fields; restore it."
        )
    return dict(loaded)


def _is_table(resource: Any) -> bool:
    if not isinstance(resource, dict) or not {"name", "path", "schema"} <= resource.keys():
        return False
    fields = resource["schema"].get("fields") if isinstance(resource["schema"], dict) else None
    return isinstance(fields, list) and all(
        isinstance(f, dict) and {"name", "type"} <= f.keys() for f in fields
    )


def describe(name: str, root: Path | None = None) -> Descriptor:
    """Return the descriptor of a package: title, version, licences, sources, resources.

    Parameters
    ----------
    name : str
        Name of the package.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    dict
        Content of ``datapackage.yaml``, free to change.

    Examples
    --------
    >>> describe("passes")["licenses"][0]["name"]
    'CC-BY-4.0'
    """
    return copy.deepcopy(load_descriptor(package_folder(name, root)))


def find_resource(descriptor: Descriptor, resource: str) -> dict[str, Any]:
    """Return the descriptor of one table of a package.

    Raises
    ------
    CatalogError
        If there is no such table; the message lists the known ones.
    """
    for candidate in descriptor["resources"]:
        if candidate["name"] == resource:
            return dict(candidate)
    known = ", ".join(r["name"] for r in descriptor["resources"])
    raise CatalogError(
        f'The data package "{descriptor["name"]}" has no table "{resource}"; known: {known}.'
    )


def load_table(folder: Path, resource: dict[str, Any], edited: bool) -> Table:
    """Read the file of a resource; see :func:`armutsexpertise.catalog.table.read_table`."""
    return read_table(folder / resource["path"], resource["schema"]["fields"], edited)


def to_frame(table: Table, fields: list[dict[str, Any]]) -> pd.DataFrame:
    """Turn canonical cells into typed columns.

    Parameters
    ----------
    table : Table
        Cells as canonical text.
    fields : list of dict
        Field descriptors.

    Returns
    -------
    DataFrame
        ``number`` as float64, ``integer`` as Int64, ``boolean`` as boolean (bool where
        complete), everything else (also dates) as text with missing values.

    Raises
    ------
    CatalogError
        If a cell does not fit its type.
    """
    columns: dict[str, pd.Series] = {}
    for position, described in enumerate(fields):
        cells = pd.Series([row[position] for row in table.rows], dtype="object")
        try:
            columns[described["name"]] = _typed(cells.where(cells != ""), described["type"])
        except (ValueError, TypeError, KeyError) as error:
            raise CatalogError(
                f"{table.file}, column {described['name']}: a cell is not of type "
                f'{described["type"]}; run "armutsexpertise data check" for the rows.'
            ) from error
    return pd.DataFrame(columns)


def _typed(cells: pd.Series, kind: str) -> pd.Series:
    if kind == "number":
        return cells.astype("float64")
    if kind == "integer":
        return pd.to_numeric(cells).astype("Int64")
    if kind == "boolean":
        flags = cells.map({"true": True, "false": False})
        if flags.isna().sum() > cells.isna().sum():
            raise ValueError("not a boolean")
        return flags.astype("boolean") if flags.isna().any() else flags.astype(bool)
    # Before pandas 3 "str" turns a missing value into the text "nan".
    return cells.astype(str).where(cells.notna())


def read(name: str, resource: str, root: Path | None = None) -> pd.DataFrame:
    """Read one table of a data package.

    Parameters
    ----------
    name : str
        Name of the package.
    resource : str
        Name of the table.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    DataFrame, one row per data row in file order
        Columns in the order of the schema with its types: ``number`` float64, ``integer``
        Int64, ``boolean`` bool, everything else text. Keys and dates are text; dates keep
        their own precision (year, month or day). Units are in :func:`describe`.

    Raises
    ------
    CatalogError
        If package, table or file is missing or the file cannot be read.

    Examples
    --------
    >>> len(read("nrw_regions", "municipalities"))
    396
    """
    folder = package_folder(name, root)
    descriptor = load_descriptor(folder)
    found = find_resource(descriptor, resource)
    table = load_table(folder, found, bool(descriptor.get("edited")))
    if table.problems:
        raise CatalogError(f"{name}/{str(table.problems[0]).removeprefix('error: ')}")
    return to_frame(table, found["schema"]["fields"])
