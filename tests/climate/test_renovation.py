"""Modernisation levy against heating cost: break-even prices, grids, Wohngeld."""

from decimal import Decimal
from math import inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.climate.cost_split import rules_on
from armutsexpertise.climate.renovation import (
    Heating,
    WohngeldComponents,
    levy_rules_on,
    modernisation_levy,
    neutral_cost,
    neutral_share,
    renovation_grid,
    tenant_heating_cost,
    warm_rent,
    wohngeld_components_on,
    wohngeld_cover,
)

GENERAL = levy_rules_on("2025")
SPLIT = rules_on("2025")
GAS = Heating(price_ct_kwh=10.0, kg_per_kwh=0.18139464, vat=0.19)
PUMP = Heating(price_ct_kwh=30.0, kg_per_kwh=0.0)


def _flat(**change):
    flat = {
        "cost_eur": 30_000.0,
        "maintenance_eur": 10_000.0,
        "area_m2": 80.0,
        "rent_eur_m2": 8.0,
        "kwh_before": 16_000.0,
        "kwh_after": 8_000.0,
    }
    return pd.DataFrame({name: [value] for name, value in (flat | change).items()})


# --- the levy ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "levy"),
    [
        ({}, 20_000 * 0.08 / 12),  # § 559 Abs. 1 and 2
        ({"grants_eur": 5_000.0}, 15_000 * 0.08 / 12),  # § 559a Abs. 1
        ({"grants_eur": 25_000.0}, 0.0),
        ({"cost_eur": 100_000.0}, 3 * 80),  # § 559 Abs. 3a Satz 1
        ({"cost_eur": 100_000.0, "rent_eur_m2": 6.99}, 2 * 80),  # Satz 2: below 7 EUR
        ({"cost_eur": 100_000.0, "rent_eur_m2": 7.0}, 3 * 80),  # 7 EUR is not below
        ({"cost_eur": 100_000.0, "raised_eur_m2": 2.5}, 0.5 * 80),  # within six years
    ],
)
def test_general_levy(change, levy):
    result = modernisation_levy(_flat(**change), GENERAL).iloc[0]
    assert result["levy_eur_m"] == pytest.approx(levy)
    assert result["capped"] == (result["uncapped_eur_m"] > result["cap_eur_m"])


def test_heating_levies():
    # § 559e: 10 % of (cost less 15 % less grants), at most 0.50 EUR per m2
    funded = levy_rules_on("2025", "funded_heating")
    low = modernisation_levy(_flat(cost_eur=8_000.0, grants_eur=3_000.0), funded).iloc[0]
    assert low["levy_eur_m"] == pytest.approx((8_000 * 0.85 - 3_000) * 0.10 / 12)
    high = modernisation_levy(_flat(cost_eur=20_000.0), funded).iloc[0]
    assert high["levy_eur_m2"] == 0.5
    # § 559 Abs. 3a Satz 3: 8 % with the same cap
    plain = modernisation_levy(_flat(), levy_rules_on("2025", "general_heating")).iloc[0]
    assert (plain["levy_eur_m2"], plain["uncapped_eur_m"]) == (0.5, pytest.approx(133.333333))
    # § 559f Abs. 2: only half of the cost counts
    half = modernisation_levy(_flat(cost_eur=4_000.0), funded, counted_percent=50).iloc[0]
    assert half["counted_eur"] == pytest.approx(2_000 * 0.85)


def test_simplified_procedure():
    # § 559c Abs. 1: flat 30 % maintenance, cost of at most 10,000 EUR
    rules = levy_rules_on("2025", "simplified")
    result = modernisation_levy(_flat(cost_eur=10_000.0), rules).iloc[0]
    assert result["levy_eur_m"] == pytest.approx(7_000 * 0.08 / 12)
    with pytest.raises(ValueError, match="simplified procedure is closed"):
        modernisation_levy(_flat(cost_eur=10_001.0), rules)


# --- warm rent -----------------------------------------------------------------------------


def test_heating_cost_of_the_worked_example():
    # methods, section 4: the tenant bears 89.04 of 178.08 EUR
    cost = tenant_heating_cost(pd.Series([15_000.0]), pd.Series([75.0]), GAS, 55, SPLIT).iloc[0]
    assert round(cost["co2_eur_a"], 2) == 89.04
    assert cost["energy_eur_a"] == 1500
    owner = tenant_heating_cost(pd.Series([15_000.0]), pd.Series([75.0]), GAS, 55, None).iloc[0]
    assert round(owner["co2_eur_a"], 2) == 178.08


def test_change_of_the_warm_rent_by_hand():
    # before: 2,902.3 kg, 36.3 kg/m2, tenant 50 %; after: 1,451.2 kg, 18.1 kg/m2, tenant 80 %
    result = warm_rent(_flat(), GAS, GAS, GENERAL, 60, SPLIT).iloc[0]
    saved = (16_000 * 0.5 - 8_000 * 0.8) * 0.18139464 * 0.060 * 1.19
    assert result["co2_saved_eur_a"] == pytest.approx(saved)
    assert result["energy_saved_eur_a"] == pytest.approx(800)
    assert result["warm_rent_change_eur_a"] == pytest.approx(1600 - 800 - saved)
    assert not result["neutral"]


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 60_000),
    st.floats(2_000, 40_000),
    st.floats(0, 1),
    st.floats(30, 150),
    st.sampled_from([(GAS, GAS), (GAS, PUMP), (PUMP, GAS)]),
)
def test_neutral_exactly_between_the_break_even_prices(cost, use, saving, area, heatings):
    flat = _flat(
        cost_eur=cost,
        maintenance_eur=0.0,
        area_m2=area,
        kwh_before=use,
        kwh_after=use * (1 - saving),
    )
    result = warm_rent(flat, *heatings, GENERAL, 0, SPLIT).iloc[0]
    first, last = result["neutral_from_eur_t"], result["neutral_to_eur_t"]
    for price in (0.0, 10.0, 55.0, 200.0, 1000.0):
        row = warm_rent(flat, *heatings, GENERAL, price, SPLIT).iloc[0]
        if abs(row["warm_rent_change_eur_a"]) > 1e-6:
            inside = bool(first <= price <= last)  # False where there is no such price
            assert row["neutral"] == inside


def test_a_tenant_who_pays_for_more_co2_afterwards_has_an_upper_bound():
    # 52 kg/m2 (tenant 5 %) to 36 kg/m2 (50 %): by hand 2.6 to 18 kg/m2 borne by the tenant
    use = 52 * 100 / 0.18139464
    flat = _flat(
        area_m2=100.0, kwh_before=use, kwh_after=use * 36 / 52, cost_eur=0.0, maintenance_eur=0.0
    )
    row = warm_rent(flat, GAS, GAS, GENERAL, 100, SPLIT).iloc[0]
    assert row["co2_saved_eur_a"] == pytest.approx(-(18 - 2.6) * 100 * 0.1 * 1.19)
    assert (row["neutral_from_eur_t"], row["neutral"]) == (0, True)
    assert row["neutral_to_eur_t"] == pytest.approx(
        row["energy_saved_eur_a"] / ((18 - 2.6) * 100 / 1000 * 1.19)
    )


def test_neutral_cost_is_the_break_even():
    flat = _flat()
    cost = neutral_cost(flat, GAS, GAS, GENERAL, 60, SPLIT).item()
    at = _flat(cost_eur=cost, maintenance_eur=0.0)
    change = warm_rent(at, GAS, GAS, GENERAL, 60, SPLIT)["warm_rent_change_eur_a"].item()
    assert change == pytest.approx(0, abs=1e-9)
    # a cap of 0.50 EUR x 80 m2 x 12 = 480 EUR stays below what is saved, at any cost
    heating = levy_rules_on("2025", "general_heating")
    assert neutral_cost(flat, GAS, GAS, heating, 60, SPLIT).item() == inf
    dearer = neutral_cost(_flat(kwh_after=20_000.0), GAS, GAS, GENERAL, 60, None)
    assert dearer.item() == 0


def test_grid_and_its_distribution():
    axes = {
        "area_m2": [60, 80],
        "rent_eur_m2": [6.5, 8.0],
        "kwh_m2": [100, 200, 300],
        "saving": [0.3, 0.6],
        "cost_eur_m2": [100, 300],
        "maintenance_share": [0.3],
    }
    grid = renovation_grid(axes, GAS, GAS, GENERAL, {"2025": 55, "hoch": 200}, SPLIT)
    assert len(grid) == 2 * 2 * 2 * 3 * 2 * 2
    point = grid.iloc[-1]
    alone = warm_rent(
        _flat(
            cost_eur=300.0 * 80,
            maintenance_eur=90.0 * 80,
            kwh_before=300.0 * 80,
            kwh_after=120.0 * 80,
        ),
        GAS, GAS, GENERAL, 200, SPLIT,
    ).iloc[0]  # fmt: skip
    assert point["warm_rent_change_eur_a"] == pytest.approx(alone["warm_rent_change_eur_a"])
    shares = neutral_share(grid, ["price", "kwh_m2"])
    assert shares["dwellings"].tolist() == [16.0] * 6
    by_use = shares[shares["price"] == "2025"]["neutral_share"]
    assert by_use.is_monotonic_increasing
    weighted = neutral_share(grid, "price", pd.Series(np.where(grid["neutral"], 3.0, 1.0)))
    count = grid.loc[grid["price"] == "2025", "neutral"].sum()
    assert weighted["neutral_share"].iloc[0] == pytest.approx(3 * count / (3 * count + 48 - count))


def test_rows_without_a_group_are_not_left_out():
    results = pd.DataFrame(
        {"class": ["a", None], "neutral": [True, False], "warm_rent_change_eur_a": [-10.0, 30.0]}
    )
    with pytest.raises(ValueError, match="class is missing in 1 of 2 rows"):
        neutral_share(results, "class")


def test_grid_of_funded_heat_pumps():
    # § 559e: flat maintenance and grants leave 8,000 x (1 - 0.15 - 0.3), 10 % of it a year
    funded, pump = levy_rules_on("2025", "funded_heating"), Heating(30.0, 0.0)
    axes = {
        "area_m2": [80],
        "rent_eur_m2": [6.5],
        "kwh_m2": [150],
        "saving": [0.7],
        "cost_eur_m2": [100, 300],
        "grants_share": [0.3],
    }
    grid = renovation_grid(axes, GAS, pump, funded, {"2025": 55}, None)
    assert grid["levy_eur_a"].tolist() == pytest.approx([440, 0.5 * 80 * 12])
    assert grid["capped"].tolist() == [False, True]
    for odd in ({"maintenance_share": [0.4]}, {"subsidy": [0.3]}):
        with pytest.raises(ValueError, match="axes of the grid are"):
            renovation_grid(axes | odd, GAS, pump, funded, {"2025": 55}, None)
    with pytest.raises(ValueError, match=r"grants_share lies outside \[0, 1\] in 2"):
        renovation_grid(axes | {"grants_share": [30]}, GAS, pump, funded, {"2025": 55}, None)


# --- Wohngeld ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persons", "heating", "climate"),
    [
        (1, "110.40", "19.20"),  # sta0217, sta0219
        (2, "142.60", "24.80"),  # 18.60 + 124 (solex.walhalla.de 2020; sta0215), sta0220
        (3, "170.20", "29.60"),  # 22.20 + 148, sta0221
        (5, "225.40", "39.20"),  # 29.40 + 196, sta0221
    ],
)
def test_wohngeld_components(persons, heating, climate):
    want = WohngeldComponents(Decimal(heating), Decimal(climate))
    assert wohngeld_components_on("2025", persons) == want


def test_what_wohngeld_counts():
    parts = wohngeld_components_on("2025", 1)
    table = wohngeld_cover(1, parts, heating_eur_m=220.8, co2_eur_m=0, levy_eur_m=9.6)
    assert table["counted_eur_m"].tolist() == [110.4, 0.0, 9.6]
    assert table["counted_share"].tolist() == pytest.approx([0.5, np.nan, 1.0], nan_ok=True)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: levy_rules_on("2018"), "levy_percent has no value on 2018"),
        (lambda: levy_rules_on("2023", "funded_heating"), "no value on 2023"),
        (lambda: levy_rules_on("2025", "other"), "choose one of"),
        (lambda: modernisation_levy(_flat(area_m2=0.0), GENERAL), "area_m2 is zero in 1 of 1"),
        (lambda: modernisation_levy(_flat(cost_eur=-1.0), GENERAL), "1 negative"),
        (lambda: modernisation_levy(_flat(maintenance_eur=31e3), GENERAL), "exceeds cost_eur"),
        (
            lambda: modernisation_levy(_flat().drop(columns="maintenance_eur"), GENERAL),
            "maintenance_eur",
        ),
        (lambda: warm_rent(_flat(kwh_after=np.nan), GAS, GAS, GENERAL, 55, SPLIT), "missing"),
        (lambda: Heating(10.0, -0.1), "kg_per_kwh"),
        (lambda: Heating(10.0, 0.1, 19), "not percent"),
        (lambda: renovation_grid({}, GAS, GAS, GENERAL, {"a": 55}, None), "axes of the grid"),
        (lambda: wohngeld_components_on("2025", 0), "at least 1 person"),
    ],
)
def test_bad_input_is_one_sentence(call, match):
    with pytest.raises(ValueError, match=match) as caught:
        call()
    assert "\n" not in str(caught.value)
