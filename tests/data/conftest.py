"""A small copy of the inventory that tests may damage, one error at a time."""

import csv
import shutil
from pathlib import Path

import pytest

RAW = Path(__file__).parents[2] / "data" / "raw"
KEPT_AREAS = ("05314000", "05111000", "05374", "05315000")


def read_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def write_rows(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


class Package:
    """The package ``passes`` in a folder of its own, with spreadsheet-like access."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "passes"

    def path(self, table: str) -> Path:
        return self.folder / f"{table}.csv"

    def row_of(self, table: str, key: str) -> int:
        """Return the spreadsheet row whose first cell is ``key``."""
        rows = read_rows(self.path(table))
        return next(n for n, row in enumerate(rows, start=1) if row[0] == key)

    def set(self, table: str, row: int, **cells: str) -> None:
        rows = read_rows(self.path(table))
        for column, value in cells.items():
            rows[row - 1][rows[0].index(column)] = value
        write_rows(self.path(table), rows)

    def append(self, table: str, **cells: str) -> int:
        rows = read_rows(self.path(table))
        rows.append([cells.get(column, "") for column in rows[0]])
        write_rows(self.path(table), rows)
        return len(rows)


@pytest.fixture(scope="session")
def small_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with nrw_regions and the passes of four areas."""
    root = tmp_path_factory.mktemp("raw")
    shutil.copytree(RAW / "nrw_regions", root / "nrw_regions")
    source, target = RAW / "passes", root / "passes"
    target.mkdir()
    shutil.copy(source / "datapackage.yaml", target)
    for path in sorted(source.glob("*.csv")):
        header, *rows = read_rows(path)
        if path.stem == "issuers" or path.stem in ("counts", "costs", "prices"):
            rows = [r for r in rows if r[header.index("ags")] in KEPT_AREAS]
        elif path.stem != "sources":
            rows = [r for r in rows if r[0].split("-")[0] in KEPT_AREAS]
        write_rows(target / path.name, [header, *rows])
    return root


@pytest.fixture
def package(small_root: Path, tmp_path: Path) -> Package:
    """Return a fresh copy of the small package."""
    root = tmp_path / "raw"
    shutil.copytree(small_root, root)
    return Package(root)
