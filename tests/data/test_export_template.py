"""Export and template: deterministic, checkable, and nothing half-written."""

import errno
import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from armutsexpertise import catalog
from armutsexpertise.catalog import CatalogError
from conftest import read_rows, write_rows


def hashes(paths):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def test_export_is_identical_twice_and_checks_clean(package, tmp_path, monkeypatch):
    first = catalog.export("passes", tmp_path / "one", package.root)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    second = catalog.export("passes", tmp_path / "two", package.root)
    assert hashes(first) == hashes(second)
    assert catalog.check("passes", tmp_path / "one").lines() == []
    again = catalog.export("passes", tmp_path / "three", tmp_path / "one")
    assert hashes(again)["counts.csv"] == hashes(first)["counts.csv"]


def test_export_does_not_depend_on_the_form_of_the_source(package, tmp_path):
    plain = hashes(catalog.export("passes", tmp_path / "plain", package.root))
    path = package.path("counts")
    text = "\r\n".join(";".join(f'"{c}"' for c in row) for row in read_rows(path))
    path.write_bytes(("\ufeff" + text.replace("2026-11-22", "22.11.2026")).encode())
    assert hashes(catalog.export("passes", tmp_path / "excel", package.root)) == plain


def test_export_carries_version_citation_and_checksums(package, tmp_path):
    written = {p.name: p for p in catalog.export("passes", tmp_path, package.root)}
    described = json.loads(written["datapackage.json"].read_text(encoding="utf-8"))
    assert described["version"] == catalog.describe("passes")["version"]
    for resource in described["resources"]:
        data = written[resource["path"]].read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
        assert b"\r" not in data
    text = written["CITATION.txt"].read_text(encoding="utf-8")
    assert f"version {described['version']}" in text
    assert "Creative Commons Attribution 4.0" in text
    book = load_workbook(written["passes.xlsx"])
    assert book.sheetnames[0] == "Zitieren"
    assert set(book.sheetnames) > {r["name"] for r in described["resources"]}
    cells = list(book["counts"].iter_rows(values_only=True))
    assert [v or "" for v in cells[0]] == read_rows(package.path("counts"))[0]
    by_id = {row[0]: row for row in cells}
    assert by_id["cnt062"][cells[0].index("value")] == 28768
    assert by_id["cnt062"][cells[0].index("ags")] == "05314000"


def test_delivered_package_leaves_as_it_came(package, tmp_path):
    written = {p.name: p for p in catalog.export("nrw_regions", tmp_path, package.root)}
    source = package.root / "nrw_regions" / "municipalities.csv"
    assert written["municipalities.csv"].read_bytes() == source.read_bytes()
    assert "INKAR" in written["CITATION.txt"].read_text(encoding="utf-8")


def test_truncated_export_is_noticed(package, tmp_path):
    catalog.export("passes", tmp_path, package.root)
    path = tmp_path / "passes" / "benefits.csv"
    path.write_bytes(path.read_bytes()[:-20])
    found = catalog.check("passes", tmp_path)
    assert [p.file for p in found.problems] == ["benefits.csv"]
    assert "cut off" in found.problems[0].message


def test_text_that_looks_like_a_formula_stays_text(package, tmp_path):
    row = package.row_of("counts", "cnt062")
    package.set("counts", row, notes="=1+1")
    written = {p.name: p for p in catalog.export("passes", tmp_path, package.root)}
    with zipfile.ZipFile(written["passes.xlsx"]) as archive:
        sheets = b"".join(archive.read(n) for n in archive.namelist() if "worksheets" in n)
    assert b"<f>" not in sheets


def test_package_with_errors_is_not_exported(package, tmp_path):
    package.set("passes", 2, kind="sozial")
    with pytest.raises(CatalogError, match="has 1 errors and is not exported"):
        catalog.export("passes", tmp_path / "out", package.root)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
    ],
)
def test_disk_that_cannot_be_written_leaves_nothing_behind(
    package, tmp_path, monkeypatch, error, reason
):
    write = Path.write_bytes
    seen = []

    def fail_late(self, data):
        seen.append(self)
        if len(seen) > 3:
            raise error
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", fail_late)
    with pytest.raises(CatalogError, match=rf"cannot be written \({reason}\)"):
        catalog.export("passes", tmp_path / "out", package.root)
    assert list((tmp_path / "out" / "passes").iterdir()) == []


def test_place_that_is_a_file(package, tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(CatalogError, match="cannot be written"):
        catalog.export("passes", tmp_path / "out", package.root)


# --- template --------------------------------------------------------------------------------


def test_blank_template_checks_clean_in_both_forms(package, tmp_path):
    catalog.write_template("passes", tmp_path, package.root)
    assert catalog.check("passes", tmp_path).lines() == []
    book = tmp_path / "passes" / "passes-vorlage.xlsx"
    assert catalog.check("passes", package.root, workbook=book).lines() == []


def test_template_is_identical_twice(package, tmp_path):
    one = catalog.write_template("passes", tmp_path / "one", package.root)
    two = catalog.write_template("passes", tmp_path / "two", package.root)
    assert hashes(one) == hashes(two)


def test_template_explains_every_column_and_offers_lists(package, tmp_path):
    catalog.write_template("passes", tmp_path, package.root)
    book = load_workbook(tmp_path / "passes" / "passes-vorlage.xlsx")
    rows = list(book["Erläuterung"].iter_rows(min_row=2, values_only=True))
    described = catalog.describe("passes")
    expected = [
        (r["name"], f["name"]) for r in described["resources"] for f in r["schema"]["fields"]
    ]
    assert [row[:2] for row in rows] == expected
    by_column = {row[:2]: row for row in rows}
    assert "not_stated = nicht genannt" in by_column["eligibility", "included"][7]
    assert by_column["counts", "source_id"][7] == "ein Schlüssel der Tabelle sources"
    assert by_column["pass_versions", "price_eur"][6] == "EUR"
    assert by_column["pass_versions", "validity_months"][7] == "mindestens 1, höchstens 1200"
    choices = book["eligibility"].data_validations.dataValidation
    assert '"yes,partial,no,not_stated"' in [c.formula1 for c in choices]
    assert book["issuers"]["C2"].number_format == "@"


def fill(package, into_table):
    """Give the rows of the Bonn-Ausweis, table by table, to a writer."""
    sources = set()
    picked = {}
    for table in ("issuers", "passes", "pass_versions", "eligibility", "benefits", "counts"):
        header, *rows = read_rows(package.path(table))
        mine = [r for r in rows if "05314000" in r[0] + r[1] and "kulturtafel" not in "".join(r)]
        if "source_id" in header:
            sources |= {r[header.index("source_id")] for r in mine}
        picked[table] = [header, *mine]
    header, *rows = read_rows(package.path("sources"))
    picked["sources"] = [header, *(r for r in rows if r[0] in sources)]
    for table, filled in picked.items():
        assert len(filled) > 1
        into_table(table, filled)


def test_filled_csv_template_checks_clean(package, tmp_path):
    catalog.write_template("passes", tmp_path, package.root)
    folder = tmp_path / "passes"

    def write(table, rows):
        target = folder / f"{table}.csv"
        assert target.read_bytes().startswith(b"\xef\xbb\xbf" + rows[0][0].encode() + b";")
        write_rows(target, rows)

    fill(package, write)
    found = catalog.check("passes", tmp_path)
    assert found.lines() == []
    assert found.rows > 20
    assert len(catalog.read("passes", "counts", tmp_path)) == 4


def test_filled_workbook_checks_clean_and_names_what_is_wrong(package, tmp_path):
    import datetime as dt

    catalog.write_template("passes", tmp_path, package.root)
    path = tmp_path / "passes" / "passes-vorlage.xlsx"
    book = load_workbook(path)

    def write(table, rows):
        sheet = book[table]
        for r, row in enumerate(rows[1:], start=2):
            for c, cell in enumerate(row, start=1):
                value = cell or None
                if rows[0][c - 1] == "checked_on":
                    value = dt.datetime(2026, 11, 22)
                elif rows[0][c - 1] == "counts_for_municipality":
                    value = cell == "true"
                elif rows[0][c - 1] in ("value", "validity_months") and cell:
                    value = float(cell)  # as a spreadsheet program keeps numbers
                sheet.cell(row=r, column=c, value=value)

    fill(package, write)
    book.save(path)
    assert catalog.check("passes", package.root, workbook=path).lines() == []
    book["issuers"]["D2"] = "Bohn"
    book.save(path)
    found = catalog.check("passes", package.root, workbook=path)
    place = ("passes-vorlage.xlsx, sheet issuers", 2, "name")
    assert [(p.file, p.row, p.column) for p in found.problems] == [place]
    book["counts"]["F2"] = "Leute"
    book["issuers"]["D2"] = "Bonn"
    book.save(path)
    (problem,) = catalog.check("passes", package.root, workbook=path).problems
    assert (problem.file, problem.column) == ("passes-vorlage.xlsx, sheet counts", "unit")
    del book["prices"]
    book.save(path)
    found = catalog.check("passes", package.root, workbook=path)
    assert 'the sheet "prices" is missing' in found.problems[0].message


def test_workbook_that_is_none(package, tmp_path):
    path = tmp_path / "vorlage.xlsx"
    path.write_text("kein Arbeitsblatt", encoding="utf-8")
    found = catalog.check("passes", package.root, workbook=path)
    assert {p.message for p in found.problems} == {"the workbook cannot be read; save it as XLSX"}
    assert len(found.problems) == 1


def test_template_does_not_overwrite(package, tmp_path):
    catalog.write_template("passes", tmp_path, package.root)
    with pytest.raises(CatalogError, match="is there already and is not overwritten"):
        catalog.write_template("passes", tmp_path, package.root)


def test_delivered_package_has_no_template(package, tmp_path):
    with pytest.raises(CatalogError, match="stays as delivered and has no template"):
        catalog.write_template("nrw_regions", tmp_path, package.root)
