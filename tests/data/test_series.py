"""Comparable series, and what must not become one."""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from armutsexpertise import catalog
from armutsexpertise.series import caveats, require_comparable, series, series_index
from conftest import RAW

PACKAGES = [
    "climate_adaptation",
    "digital",
    "distribution",
    "eurostat",
    "poverty_context",
    "statutory",
]
# Row counts of the collection, so that a truncated or doubled file is seen.
ROWS = {
    "climate_adaptation": 272,
    "digital": 500,
    "distribution": 336,
    "eurostat": 1623,
    "poverty_context": 303,
    "statutory": 563,
}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_row_belongs_to_one_series(package):
    index = series_index(package)
    assert index["rows"].sum() == ROWS[package]


def test_household_budgets_are_complete():
    assert len(catalog.read("budgets", "lwr2022")) == 65
    assert len(catalog.read("budgets", "evs2008")) == 261


@pytest.mark.parametrize("resource", ["breaks", "definitions"])
def test_every_rule_selects_something(resource):
    # A rule that fits no series protects nothing: most likely its pattern has a slip.
    rules = catalog.read("comparability", resource).fillna("")
    for rule in rules.to_dict("records"):
        index = series_index(rule["package"])
        fits = pd.Series(True, index=index.index)
        for column in ("topic", "item", "population", "place", "unit"):
            if rule.get(column):
                fits &= index[column].str.fullmatch(rule[column])
        assert fits.any(), rule["id"]


def test_caveats_name_existing_packages_topics_and_rows():
    for rule in catalog.read("comparability", "caveats").fillna("").to_dict("records"):
        described = catalog.describe(rule["package"])
        if rule["package"] in PACKAGES:
            topics = series_index(rule["package"])["topic"].drop_duplicates()
        else:
            topics = pd.Series([r["name"] for r in described["resources"]])
        hit = topics[topics.str.fullmatch(rule["topic"] or ".*")]
        assert len(hit), rule["id"]
        if rule["row_ids"]:
            tables = [catalog.read(rule["package"], r["name"]) for r in described["resources"]]
            keys = pd.concat([t.iloc[:, 0] for t in tables])
            assert keys.str.fullmatch(rule["row_ids"]).any(), rule["id"]


def test_a_series_is_one_row_per_period_in_order():
    frame = series("eurostat", topic="nrg_pc_204", place="DE")
    assert len(frame) == 38  # half-years 2007-S1 to 2025-S2
    assert frame["period"].iloc[[0, -1]].tolist() == ["2007-S1", "2025-S2"]
    assert frame["period_start"].iloc[-1] == "2025-07-01"
    assert frame["period_start"].is_monotonic_increasing
    assert frame["unit"].unique().tolist() == ["EUR per kWh"]
    assert not frame["break_before"].any()


def test_prediction_intervals_come_along():
    frame = series("climate_adaptation", topic="heat_deaths", place="NRW")
    first = frame.iloc[0]
    assert (first["period"], first["value"]) == ("1992", 300)
    assert (first["value_low"], first["value_high"]) == (-900, 1500)
    assert frame["remark"].str.contains("Diagrammdaten").all()


@pytest.mark.parametrize(
    ("package", "selection", "first_after"),
    [
        ("eurostat", {"topic": "isoc_ci_in_h", "place": "DE", "dimension": "total"}, "2021"),
        ("digital", {"topic": "internet_home_hhtype", "place": "DE"}, "2021"),
        ("distribution", {"topic": "hh050_warm_series", "place": "DE"}, "2020"),
        ("distribution", {"topic": "hs021_arrears_series", "place": "DE"}, "2020"),
    ],
)
def test_a_marked_break_is_refused_unless_told(package, selection, first_after):
    with pytest.raises(ValueError, match=f"break.*before {first_after}"):
        series(package, **selection)
    frame = series(package, **selection, across_breaks=True)
    assert frame.loc[frame["break_before"], "period"].tolist() == [first_after]
    assert frame.loc[frame["break_before"], "break_reason"].str.len().gt(20).all()
    later = series(package, **selection, start=first_after)
    assert not later["break_before"].any()
    earlier = series(package, **selection, end=str(int(first_after) - 1))
    assert len(earlier) + len(later) == len(frame)


def test_regions_are_not_followed_over_years():
    with pytest.raises(ValueError, match="crosses 1 break"):
        series("poverty_context", topic="arop_nrw_region", place="ROR0506")
    one = series("poverty_context", topic="arop_nrw_region", place="ROR0506", start="2015")
    assert one["value"].tolist() == [22]


@pytest.mark.parametrize(
    ("package", "selection", "mixed"),
    [
        ("statutory", {"topic": "emission_factor"}, "item"),
        ("statutory", {"topic": "regelbedarf"}, "item"),
        ("statutory", {"topic": "arop_rate_mz", "item": "at-risk-of-poverty rate"}, "population"),
        ("digital", {"item": "D21-Digital-Index", "population": "all; scale 0-100"}, "place"),
        ("eurostat", {"topic": "ilc_di03"}, "dimension"),
        ("eurostat", {"place": "OECD", "dimension": "total"}, "item"),
        ("poverty_context", {}, "topic"),
    ],
)
def test_mixtures_are_refused_by_name(package, selection, mixed):
    with pytest.raises(ValueError, match=f"values of {mixed} .*pass {mixed}="):
        series(package, **selection)


def test_what_is_not_there_is_said():
    with pytest.raises(ValueError, match=r'no row has topic "hot_day_nrw".*hot_days_nrw'):
        series("climate_adaptation", topic="hot_day_nrw")
    with pytest.raises(ValueError, match="covers 1995-01-01 to 2023-12-31"):
        series("climate_adaptation", topic="hot_days_nrw", start="2024")
    with pytest.raises(ValueError, match="is no period"):
        series("climate_adaptation", topic="hot_days_nrw", start="summer")
    with pytest.raises(ValueError, match="holds no series"):
        series("passes")


def test_rows_not_to_be_printed_are_refused():
    with pytest.raises(ValueError, match="must not be printed"):
        series(
            "climate_adaptation",
            topic="heat_exposure_city",
            place="05170008",
            item="Persons affected at +1 degC",
        )


def test_different_definitions_and_units_are_not_compared():
    silc = series("statutory", topic="arop_silc", item="at-risk-of-poverty rate, total")
    land = series("poverty_context", topic="arop_nrw_series", population="total")
    with pytest.raises(ValueError, match="definitions of poverty_rate"):
        require_comparable(silc, land)
    men = series("poverty_context", topic="arop_nrw_series", population="men")
    require_comparable(land, men)
    gas_hi = series("statutory", topic="emission_factor", item="Natural gas, per kWh Hi")
    geg = series("statutory", topic="emission_factor_geg", item="Natural gas")
    with pytest.raises(ValueError, match="different units"):
        require_comparable(gas_hi, geg)
    bafa = series("statutory", topic="emission_factor_bafa", item="LPG")
    with pytest.raises(ValueError, match="definitions of emission_factor"):
        require_comparable(gas_hi, bafa)


def test_caveats_are_found_by_topic():
    texts = caveats("digital", "d21_index")
    assert len(texts) == 1
    assert "Zusammensetzung" in texts[0]
    assert caveats("digital", "offline") == []
    assert any("Keine Vollerhebung" in text for text in caveats("passes"))
    assert caveats("statutory", "rbeg2021_child6_13", severity="print") == []
    assert "summiert" in caveats("statutory", "rbeg2021_child6_13", severity="do_not_sum")[0]
    assert len(caveats("passes", severity=None)) > len(caveats("passes"))


# --- planted mixtures ----------------------------------------------------------------------


def _planted(tmp_path: Path, package: str, copied_id: str, **changes: str) -> Path:
    """Copy a package and add one row: a copy of a real one with some cells changed."""
    for name in (package, "comparability"):
        shutil.copytree(RAW / name, tmp_path / name)
    path = tmp_path / package / f"{package}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    extra = next(r for r in rows if r["id"] == copied_id) | {"id": "planted"} | changes
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, extra])
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "periods 1995 and 1995 overlap"),
        ({"period_start": "1995-06", "period_end": "1996-06"}, "overlap"),
        ({"period_start": "2024", "period_end": "2024", "unit": "nights"}, "values of unit"),
        ({"period_start": "2024", "period_end": "2024", "place": "DE"}, "values of place"),
        ({"period_start": "", "period_end": ""}, "1 of 30 selected rows have no period"),
    ],
)
def test_a_planted_row_is_noticed(tmp_path, changes, message):
    root = _planted(tmp_path, "climate_adaptation", "xcli0001", **changes)
    with pytest.raises(ValueError, match=message):
        series("climate_adaptation", topic="hot_days_nrw", root=root)


def test_a_flag_of_the_source_is_a_break_without_a_rule(tmp_path):
    root = _planted(tmp_path, "eurostat", "eu1230", period="2026", flag="b")
    original = catalog.read("eurostat", "eurostat").set_index("id").loc["eu1230"]
    selection = {
        "topic": original["dataset_code"],
        "place": original["place"],
        "item": original["item"],
        "population": original["category"],
        "start": "2020",
        "root": root,
    }
    with pytest.raises(ValueError, match="before 2026"):
        series("eurostat", **selection, end="2026")


def test_without_the_rules_nothing_is_returned(tmp_path):
    shutil.copytree(RAW / "eurostat", tmp_path / "eurostat")
    with pytest.raises(catalog.CatalogError, match="comparability"):
        series("eurostat", topic="nrg_pc_204", root=tmp_path)
