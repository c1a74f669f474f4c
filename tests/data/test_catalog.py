"""Listing, describing and reading the bundled packages."""

from pathlib import Path

import pandas as pd
import pytest

from armutsexpertise import catalog
from armutsexpertise.catalog import CatalogError, Problem, Report
from armutsexpertise.catalog.problems import report
from conftest import RAW


def test_bundled_packages_are_listed():
    assert {"evidence", "nrw_regions", "passes"} <= set(catalog.list_packages())
    assert catalog.list_packages() == sorted(catalog.list_packages())


@pytest.mark.parametrize("name", catalog.list_packages())
def test_bundled_package_is_clean_and_documented(name):
    found = catalog.check(name)
    assert found.lines() == []
    described = catalog.describe(name)
    for key in ("title", "description", "version", "created", "licenses", "sources"):
        assert described[key], key
    for resource in described["resources"]:
        assert resource["schema"]["primaryKey"]
        edited = described.get("edited")
        assert ("hash" in resource) is not bool(edited)
        for one in resource["schema"]["fields"]:
            assert one["title"], one["name"]
            assert one["description"], one["name"]
            if one["type"] in ("number",):
                assert one["unit"], one["name"]


def test_bundled_packages_are_valid_for_frictionless_alone():
    from frictionless import Package

    for name in catalog.list_packages():
        outcome = Package(str(RAW / name / "datapackage.yaml")).validate()
        assert outcome.valid, outcome.flatten(["note"])[:3]


def test_types_follow_the_schema():
    counts = catalog.read("passes", "counts")
    assert counts["value"].dtype == "float64"
    assert counts.loc[counts["count_id"] == "cnt062", "value"].item() == 28768
    assert counts["ags"].str.len().isin([2, 5, 8]).all()
    passes = catalog.read("passes", "passes")
    assert passes["counts_for_municipality"].dtype == bool
    assert passes["introduced_year"].dtype == "Int64"
    versions = catalog.read("passes", "pass_versions")
    assert versions["reference_date"].isna().any()
    assert versions["price_note"].dropna().map(type).eq(str).all()


def test_description_is_a_copy():
    catalog.describe("passes")["title"] = "changed"
    assert catalog.describe("passes")["title"] != "changed"


def test_unknown_package_names_the_known_ones():
    with pytest.raises(CatalogError, match=r'no data package "nope" .* known: .*passes'):
        catalog.read("nope", "x")


def test_unknown_table_names_the_known_ones():
    with pytest.raises(CatalogError, match=r'no table "nope"; known: sources, issuers'):
        catalog.read("passes", "nope")


def test_folder_without_packages(tmp_path):
    assert catalog.list_packages(tmp_path) == []
    with pytest.raises(CatalogError, match="known: none"):
        catalog.describe("passes", tmp_path)
    with pytest.raises(CatalogError, match="does not exist; give a folder"):
        catalog.list_packages(tmp_path / "gone")


def test_reading_bad_data_is_one_sentence(package):
    row = package.row_of("counts", "cnt062")
    package.set("counts", row, value="viele")
    with pytest.raises(CatalogError, match=r'counts\.csv, column value: .* run "armutsexpertise'):
        catalog.read("passes", "counts", package.root)
    package.set("passes", 2, counts_for_municipality="vielleicht")
    with pytest.raises(CatalogError, match=r"column counts_for_municipality"):
        catalog.read("passes", "passes", package.root)
    package.path("prices").unlink()
    with pytest.raises(CatalogError, match=r"passes/prices\.csv: the file is missing"):
        catalog.read("passes", "prices", package.root)


def test_boolean_with_gaps_stays_unknown(package):
    package.set("passes", 2, counts_for_municipality="")
    flags = catalog.read("passes", "passes", package.root)["counts_for_municipality"]
    assert flags.dtype == "boolean"
    assert flags.isna().sum() == 1


def test_environment_variable_points_elsewhere(small_root, monkeypatch):
    monkeypatch.setenv("ARMUTSEXPERTISE_DATA", str(small_root))
    assert catalog.data_root() == small_root
    assert catalog.list_packages() == ["nrw_regions", "passes"]
    monkeypatch.setenv("ARMUTSEXPERTISE_DATA", str(small_root / "gone"))
    with pytest.raises(CatalogError, match="ARMUTSEXPERTISE_DATA does not exist"):
        catalog.data_root()


def test_checkout_is_found(monkeypatch):
    monkeypatch.delenv("ARMUTSEXPERTISE_DATA", raising=False)
    assert catalog.data_root().resolve() == RAW.resolve()


def test_installation_without_data(monkeypatch, tmp_path):
    monkeypatch.delenv("ARMUTSEXPERTISE_DATA", raising=False)
    place = tmp_path / "a" / "b" / "armutsexpertise" / "catalog" / "store.py"
    monkeypatch.setattr("armutsexpertise.catalog.store.__file__", str(place))
    with pytest.raises(CatalogError, match="No data packages found"):
        catalog.data_root()


def test_descriptor_is_needed(tmp_path):
    from armutsexpertise.catalog.store import load_descriptor

    with pytest.raises(CatalogError, match=r"holds no datapackage\.yaml"):
        load_descriptor(tmp_path)


def test_problem_reads_as_one_sentence():
    problem = Problem("error", "a.csv", "it is wrong", row=3, column="x", allowed="1, 2")
    assert str(problem) == "error: a.csv, row 3, column x: it is wrong. Allowed: 1, 2."


def test_report_keeps_reading_order_and_each_problem_once():
    late = Problem("error", "b.csv", "late", row=9)
    early = Problem("error", "b.csv", "early", row=2)
    note = Problem("notice", "a.csv", "note")
    found = report("demo", [note, late, early, late], 7)
    assert found.problems == (early, late, note)
    assert not found.ok
    assert found.notices == (note,)
    assert Report("demo").ok


def test_delivered_numbers_are_read_with_their_units():
    context = catalog.read("nrw_regions", "context")
    assert len(context) == 53
    assert isinstance(context, pd.DataFrame)
    units = {
        f["name"]: f.get("unit")
        for f in catalog.describe("nrw_regions")["resources"][1]["schema"]["fields"]
    }
    assert units["debtor_rate_pct_2021"] == "Prozent"


@pytest.mark.parametrize("created", ["", "gestern"])
def test_package_without_date_is_checked_against_today(package, created):
    path = package.folder / "datapackage.yaml"
    text = path.read_text(encoding="utf-8").replace("created: '2026-11-22T00:00:00Z'\n", "")
    path.write_text(text + (f"created_note: {created}\n" if created else ""), encoding="utf-8")
    package.set("pass_versions", 2, checked_on="9998-01-01")
    found = catalog.check("passes", package.root)
    assert ["lies in the future" in p.message for p in found.problems].count(True) == 1


def test_cell_as_number():
    from armutsexpertise.catalog.checking import number

    assert [number(c) for c in ("1.5", "", "viele", "NaN", "-Inf")] == [1.5, None, None, None, None]


def test_restricted_folder_is_no_package(small_root, tmp_path):
    (tmp_path / "restricted").mkdir()
    (tmp_path / "restricted" / "survey.csv").write_text("a\n1\n", encoding="utf-8")
    assert catalog.list_packages(tmp_path) == []
    assert Path(RAW, "restricted", "datapackage.yaml").exists() is False
