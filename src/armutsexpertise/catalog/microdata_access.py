"""Microdata that must be requested: where, on what terms, and where the file goes."""

import hashlib
from pathlib import Path

import pandas as pd

from armutsexpertise.catalog.problems import CatalogError
from armutsexpertise.catalog.store import data_root, read

FOLDER = "restricted"
_PACKAGE = "microdata_access"


def restricted_datasets(name: str | None = None, root: Path | None = None) -> pd.DataFrame:
    """List the microdata that are not bundled.

    Parameters
    ----------
    name : str, optional
        A data set (``piaac_de_2012``) or a survey (``piaac``); all by default.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    DataFrame, one row per data set
        The columns of ``microdata_access/datasets`` with empty text for what is not
        known, and ``path`` (where the file is looked for), ``present`` (bool) and
        ``as_tried`` (bool; missing where no file or no checksum is there).

    Raises
    ------
    CatalogError
        If there is no such data set; the message lists the known ones.

    Examples
    --------
    >>> restricted_datasets("piaac_de_2012")["file_name"].item()
    'piaac_deu.csv.gz'
    """
    folder = (data_root() if root is None else Path(root)) / FOLDER
    found = read(_PACKAGE, "datasets", root).fillna("")
    if name is not None:
        chosen = found[(found["id"] == name) | (found["family"] == name)]
        if chosen.empty:
            known = ", ".join(found["id"])
            raise CatalogError(f'There is no restricted data set "{name}"; known: {known}.')
        found = chosen.reset_index(drop=True)
    paths = [folder / file_name for file_name in found["file_name"]]
    tried = [_as_tried(p, s) for p, s in zip(paths, found["sha256"], strict=True)]
    return found.assign(
        path=[str(p) for p in paths],
        present=[p.is_file() for p in paths],
        as_tried=pd.array(tried, dtype="boolean"),
    )


def _as_tried(path: Path, sha256: str) -> bool | None:
    if not sha256 or not path.is_file():
        return None
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
