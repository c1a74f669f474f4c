"""Dated parameters: the value of the day, or an error that names the days covered."""

import csv
import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise import catalog
from armutsexpertise.catalog.periods import first_day
from armutsexpertise.parameters import (
    by_household_size,
    parameter,
    parameter_table,
    parameter_throughout,
    parameters,
    standard_benefit_divisions,
)

RAW = Path(__file__).parents[1] / "data" / "raw"


@pytest.mark.parametrize(
    ("day", "value"),
    [
        ("2021-01-01", 25),
        ("2022-12-31", 30),
        ("2023-01-01", 30),
        ("2024-02-29", 45),
        ("2025-12-31", 55),
    ],
)
def test_co2_price_of_the_day(day, value):
    # § 10 BEHG as collected in statutory, rows sta0001 to sta0005
    found = parameter("co2_price", day)
    assert found.value == value
    assert found.exact() == value
    assert found.unit == "EUR_per_t_CO2"
    assert found.valid_from <= dt.date.fromisoformat(day) <= found.valid_to
    assert found.source
    assert "BEHG" in found.legal_basis
    assert parameter("co2_price", dt.date.fromisoformat(day)) == found


def test_a_corridor_has_bounds_and_no_value():
    corridor = parameter("co2_price", "2026-11-25")
    assert (corridor.value, corridor.value_low, corridor.value_high) == (None, 55, 65)
    assert corridor.row_ids == ("sta0006", "sta0007")
    with pytest.raises(ValueError, match="range from 55 to 65 EUR_per_t_CO2"):
        corridor.exact()


@pytest.mark.parametrize("day", ["2020-12-31", "2027-01-01"])
def test_a_day_without_a_value_names_the_days_covered(day):
    with pytest.raises(ValueError, match=f"no value on {day}.*2021-01-01 to 2026-12-31"):
        parameter("co2_price", day)


def test_a_gap_is_no_value():
    # the amount for 2024 is missing in the collection and must not be filled from 2023 or 2025
    with pytest.raises(ValueError, match="2022-01-01 to 2023-12-31, 2025-01-01 to 2026-12-31"):
        parameter("existenzminimum", "2024-06-30", item="child")
    listed = parameters().set_index(["name", "item"])
    assert listed.loc[("existenzminimum", "child"), "gaps"] == 1
    assert listed.loc[("co2_price", ""), "gaps"] == 0


@pytest.mark.parametrize(
    ("item", "day", "value"),
    [
        ("gas", "2022-09-30", 19),
        ("gas", "2022-10-01", 7),
        ("gas", "2024-03-31", 7),
        ("gas", "2024-04-01", 19),
        ("district_heating", "2023-06-01", 7),
        ("standard", "2023-06-01", 19),
        ("liquefied_gas", "2022-09-30", 19),
        ("liquefied_gas", "2024-04-01", 19),
    ],
)
def test_vat_on_gas_changes_on_the_day_of_the_act(item, day, value):
    assert parameter("vat_rate", day, item=item).value == value


def test_the_price_component_agrees_with_the_check_values():
    # Check rows of the collection: factor x price x (1 + VAT) / 10, rounded to 4 decimals. Until
    # 2022 they use the factor 0.182045, the collection prints it as 0.182.
    rows = catalog.read("statutory", "statutory")
    gas = rows[rows["item"].str.startswith("Natural gas Hs: CO2 price component")]
    gas = gas[gas["period_start"] < "2026"]
    assert len(gas) == 7
    for row in gas.itertuples():
        day = first_day(row.period_start)
        computed = (
            parameter("emission_factor_kwh_hs", day, item="gas").exact()
            * parameter("co2_price", day).exact()
            * (1 + parameter("vat_rate", day, item="gas").exact() / 100)
            / 10
        )
        assert computed == pytest.approx(row.value, rel=4e-4)


@pytest.mark.parametrize("day", ["2022-10-01", "2023-06-01", "2024-03-31"])
def test_vat_on_liquefied_gas_depended_on_the_delivery(day):
    # 7 % by tank lorry, 19 % in bottles: no single rate
    with pytest.raises(ValueError, match="2021-01-01 to 2022-09-30, 2024-04-01 to an open end"):
        parameter("vat_rate", day, item="liquefied_gas")


def test_a_value_throughout_a_period():
    gas = {"name": "vat_rate", "item": "gas"}
    assert parameter_throughout(period="2023", **gas) == parameter(on="2023-07-01", **gas)
    assert parameter_throughout(period="2024-03", **gas).value == 7
    assert parameter_throughout(period="2024-04-01", **gas).value == 19
    for period in ("2022", "2024"):
        with pytest.raises(ValueError, match=rf"vat_rate \(gas\) has no single value.*{period}"):
            parameter_throughout(period=period, **gas)
    with pytest.raises(ValueError, match=r"gas\) has no value on 2020-01-01"):
        parameter_throughout(period="2020", **gas)
    with pytest.raises(ValueError, match="no value on 2022-12-31"):
        parameter_throughout("vat_rate", "2022", item="liquefied_gas")
    with pytest.raises(ValueError, match="is no period"):
        parameter_throughout(period="today", **gas)


# § 559 to 559e BGB, §§ 6 and 9 CO2KostAufG, § 12 Abs. 6 WoGG
LAW = [
    ("levy_percent", "", "2019-01-01", 8),
    ("levy_cap", "", "2019-01-01", 3),
    ("levy_cap_low_rent", "", "2019-01-01", 2),
    ("levy_low_rent_below", "", "2019-01-01", 7),
    ("levy_cap_heating", "", "2024-01-01", 0.5),
    ("levy_heating_percent", "", "2024-01-01", 10),
    ("levy_heating_maintenance", "", "2024-01-01", 15),
    ("levy_simplified_limit", "", "2019-01-01", 10_000),
    ("levy_simplified_maintenance", "", "2019-01-01", 30),
    ("co2kostaufg_own_devices_cut", "", "2023-01-01", 5),
    ("co2kostaufg_restriction_cut", "", "2023-01-01", 50),
    ("wohngeld_co2_relief", "2", "2021-01-01", 18.6),
    ("wohngeld_co2_relief", "further", "2021-01-01", 3.6),
]


@pytest.mark.parametrize(("name", "item", "first", "value"), LAW)
def test_values_of_the_law_begin_on_their_day(name, item, first, value):
    found = parameter(name, first, item=item)
    assert (found.value, found.valid_to) == (value, None)
    assert found.legal_basis.startswith("§")
    with pytest.raises(ValueError, match=f"it covers {first} to an open end"):
        parameter(name, dt.date.fromisoformat(first) - dt.timedelta(days=1), item=item)


def test_standard_benefit_by_stage():
    assert parameter("regelbedarf", "2024-01-01", item="RBS1").value == 563
    assert parameter("regelbedarf", "2022-07-01", item="RBS6").value == 285
    with pytest.raises(ValueError, match=r"several items.*RBS1, RBS2"):
        parameter("regelbedarf", "2024-01-01")
    with pytest.raises(ValueError, match=r'no item "RBS7".*RBS6'):
        parameter("regelbedarf", "2024-01-01", item="RBS7")
    with pytest.raises(ValueError, match=r"regelbedarf \(RBS1\) has no value on 2017-12-31"):
        parameter("regelbedarf", "2017-12-31", item="RBS1")


def test_open_ends_and_values_without_dates():
    later = parameter("wohngeld_climate_component", "2026-11-25", item="1")
    assert later.valid_to is None
    assert later.value == 19.2
    weight = parameter("oecd_scale", "1999-01-01", item="child_under_14")
    assert (weight.value, weight.valid_from, weight.valid_to) == (0.3, None, None)


def test_variants_are_named():
    assert parameter("emission_factor_kwh_hs", "2025-01-01", item="gas").value == 0.18139
    bill = parameter("emission_factor_kwh_hs", "2025-01-01", item="gas", variant="bill")
    assert bill.value == 0.181
    with pytest.raises(ValueError, match=r"no variant \"x\".*\(empty\), bill"):
        parameter("emission_factor_kwh_hs", "2025-01-01", item="gas", variant="x")


@pytest.mark.parametrize(
    "day", ["2025", "2025-13-01", "01.07.2025", "20250701", "heute", None, 2025]
)
def test_a_day_must_be_a_day(day):
    with pytest.raises(ValueError, match="is no day; write it as YYYY-MM-DD"):
        parameter("co2_price", day)


def test_unknown_names_list_the_known():
    with pytest.raises(ValueError, match=r'no parameter "co2".*co2_price'):
        parameter("co2", "2025-01-01")
    with pytest.raises(ValueError, match='no parameter "co2"'):
        parameter_table("co2", "2025-01-01")


def test_steps_cover_every_emission_once():
    steps = parameter_table("co2kostaufg_step", "2023-01-01")
    assert len(steps) == 20
    for _, pair in steps.groupby(steps["item"].str.split(":").str[0]):
        assert pair["value"].sum() == 100
    tenant = steps[steps["item"].str.endswith(":tenant")].reset_index(drop=True)
    assert tenant["key_low"].iloc[0] == 0
    assert tenant["key_low"].iloc[1:].tolist() == tenant["key_high"].iloc[:-1].tolist()
    assert pd.isna(tenant["key_high"].iloc[-1])
    assert tenant["value"].is_monotonic_decreasing
    # the bounds also stand in the notes of the collection: "bounds [12,17)"
    notes = catalog.read("statutory", "statutory")
    notes = notes.loc[notes["item"].str.fullmatch("Step .*tenant share"), "note"]
    for note, low, high in zip(notes, tenant["key_low"], tenant["key_high"], strict=True):
        assert f"[{low:.0f},{'' if pd.isna(high) else f'{high:.0f}'})" in note
    with pytest.raises(ValueError, match="2023-01-01 to an open end"):
        parameter_table("co2kostaufg_step", "2022-12-31")


def test_household_sizes():
    # WoGG § 12 Abs. 7: 29.60 / 34.40 / 39.20 for 3, 4 and 5 persons, as the row says
    name, day = "wohngeld_climate_component", "2024-01-01"
    sizes = [by_household_size(name, day, n) for n in (1, 2, 3, 4, 5)]
    assert sizes == pytest.approx([19.2, 24.8, 29.6, 34.4, 39.2])
    with pytest.raises(ValueError, match="at least 1 person"):
        by_household_size(name, day, 0)
    with pytest.raises(ValueError, match='no item "2"'):
        by_household_size("wohngeld_heating_total", day, 2)


@pytest.mark.parametrize("year", [2021, 2022, 2023, 2024, 2025, 2026])
@pytest.mark.parametrize("stage", ["RBS1", "RBS2", "RBS3", "RBS5", "RBS6"])
def test_divisions_add_up_to_the_benefit(year, stage):
    parts = standard_benefit_divisions(f"{year}-07-01", stage)
    assert len(parts) == 11
    assert parts["share"].sum() == pytest.approx(1)
    benefit = parameter("regelbedarf", f"{year}-07-01", item=stage).value
    assert parts["amount_eur_m"].sum() == pytest.approx(benefit)
    assert (parts["assumption"] != "").all() == (stage in ("RBS2", "RBS3"))


def test_divisions_agree_with_published_values():
    # transport 50.49 EUR in 2024 to 2026: published value, row sta0459; sum 434.96: sta0170;
    # shares in percent: rows sta0171 to sta0181
    parts = standard_benefit_divisions("2026-01-01").set_index("division")
    assert round(parts.loc["7", "amount_eur_m"], 2) == 50.49
    assert parts["amount_rbeg_eur_m"].sum() == pytest.approx(434.96)
    assert parameter("rbeg2021_abteilung", "2021-06-01", item="sum").value == 434.96
    rows = catalog.read("statutory", "statutory")
    shares = rows.loc[rows["topic"] == "rbeg2021_share", "value"].tolist()
    assert (parts["share"] * 100).tolist() == pytest.approx(shares, abs=0.006)


def test_divisions_of_children_add_up_to_the_sum_of_the_act():
    """301.17 EUR times 1.0257 is 308.91, the benefit of 309 EUR in 2021 (§ 8 RBEG)."""
    parts = standard_benefit_divisions("2021-07-01", "RBS5").set_index("division")
    assert parts["amount_rbeg_eur_m"].sum() == pytest.approx(301.17)
    assert parts.loc["8", "amount_rbeg_eur_m"] == 26.10


def test_divisions_without_a_list_are_refused():
    with pytest.raises(ValueError, match="no complete list of divisions for RBS4"):
        standard_benefit_divisions("2024-01-01", "RBS4")
    with pytest.raises(ValueError, match="do not apply on 2020-12-31"):
        standard_benefit_divisions("2020-12-31")
    with pytest.raises(ValueError, match="no value on 2027-01-01"):
        standard_benefit_divisions("2027-01-01")


LISTED = parameters()


@settings(max_examples=60, deadline=None)
@given(
    row=st.integers(0, len(LISTED) - 1),
    day=st.dates(dt.date(2016, 1, 1), dt.date(2032, 12, 31)),
)
def test_a_value_holds_on_its_day_or_there_is_none(row, day):
    name, item, variant = LISTED.loc[row, ["name", "item", "variant"]]
    first = LISTED.loc[row, "first"] or "0001-01-01"
    last = LISTED.loc[row, "last"] or "9999-12-31"
    try:
        found = parameter(name, day, item=item, variant=variant)
    except ValueError:
        outside = not first <= day.isoformat() <= last
        assert outside or LISTED.loc[row, "gaps"] > 0
    else:
        assert found.holds_on(day)
        assert first <= day.isoformat() <= last
        assert (found.value is None) == (found.value_low is not None)


def test_every_number_comes_from_a_sourced_row():
    rows = pd.concat(
        [catalog.read("statutory", "statutory"), catalog.read("parameters", "additions")]
    ).set_index("id")
    values = catalog.read("parameters", "values")
    assert values["row_id"].is_unique
    assert rows.loc[values["row_id"], "source_title"].str.len().gt(5).all()


# --- a damaged mapping ---------------------------------------------------------------------


def _damaged(tmp_path: Path, row_id: str, cells: dict[str, str]) -> Path:
    for name in ("parameters", "statutory"):
        shutil.copytree(RAW / name, tmp_path / name)
    path = tmp_path / "parameters" / "values.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["row_id"] == row_id:
            row.update(cells)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path


@pytest.mark.parametrize(
    ("row_id", "cells", "message"),
    [
        ("sta0002", {"valid_to": "2023-12-31"}, "beyond the period of the row sta0002"),
        ("sta0002", {"valid_to": ""}, "beyond the period of the row sta0002"),
        ("sta0024", {"variant": "", "valid_from": "2024-01-01"}, "two values hold on 2024-01-01"),
        ("sta0007", {"role": "low", "item": "x"}, "one low and one high"),
        ("sta0002", {"row_id": "sta9999"}, 'no row "sta9999"'),
        ("sta0008", {"name": "co2_price_carryover_share"}, "different units"),
        ("sta0002", {"valid_from": "2022-12-31", "valid_to": "2022-01-01"}, "after valid_to"),
    ],
)
def test_a_wrong_mapping_is_found_and_not_used(tmp_path, row_id, cells, message):
    root = _damaged(tmp_path, row_id, cells)
    report = catalog.check("parameters", root)
    assert any(message in line for line in report.lines()), report.lines()
    with pytest.raises(catalog.CatalogError, match="data check parameters"):
        parameter("deutschlandticket", "2025-01-01", root=root)


def test_without_the_collection_the_mapping_is_not_called_right(tmp_path):
    shutil.copytree(RAW / "parameters", tmp_path / "parameters")
    report = catalog.check("parameters", tmp_path)
    assert not report.ok
    assert any("statutory" in line for line in report.lines())
