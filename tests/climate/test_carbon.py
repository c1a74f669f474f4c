"""CO2 price per unit of fuel: published values, dated factors, units."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.climate.carbon import (
    FUELS,
    Fuel,
    carbon_cost_eur,
    carbon_price_on,
    convert_units,
    cost_per_unit,
    emission_factor,
    emissions_kg,
    fuel_from_standard_values,
    fuel_on,
    household_emissions,
    kwh_hs_from_m3,
    vat_on,
)

# --- published and derived values ----------------------------------------------------------


def test_heating_oil_at_25_euro():
    # methods, section 4: 2.6763 x 25 x 1.19 / 10 = 7.96 ct/l
    table = cost_per_unit({"heizoel": fuel_on("heizoel", "2025")}, 25, 0.19).set_index("unit")
    assert round(table.loc["liter", "gross_ct"], 2) == 7.96


def test_gas_of_2021_differs_between_net_and_gross_calorific_value():
    # Öko-Institut 2021: 0.6 ct/kWh, on the net value; 0.54 on the gross value of the bill.
    table = cost_per_unit({"erdgas": fuel_on("erdgas", "2021")}, 25, 0.19).set_index("unit")
    assert round(table.loc["kwh_hi", "gross_ct"], 1) == 0.6
    assert round(table.loc["kwh_hs", "gross_ct"], 2) == 0.54


def test_third_party_test_values_of_2025():
    # methods, section 4 (third-party test file), 1,000 kWh on the net calorific value
    old_gas = Fuel("gas", fuel_on("erdgas", "2022").kg_per_unit)
    assert carbon_cost_eur(emissions_kg(1000, old_gas, "kwh_hi"), 55) == pytest.approx(11.088)
    oil = emissions_kg(1000, fuel_on("heizoel", "2025"), "kwh_hi")
    assert round(carbon_cost_eur(oil, 55, 0.19), 2) == 17.44


@pytest.mark.parametrize(
    ("fuel", "unit", "factor"),
    [
        ("erdgas", "kwh_hi", 0.20088),  # sta0023
        ("erdgas", "kwh_hs", 0.18139),  # xsta0041
        ("heizoel", "kwh_hi", 0.2664),  # sta0019
        ("heizoel", "liter", 2.67628),  # xsta0039
        ("benzin", "liter", 2.39422),  # xsta0037
        ("diesel", "liter", 2.67628),  # xsta0038
        ("fluessiggas", "kg", 3.013),  # xsta0040
    ],
)
def test_factors_of_the_ebev_2030(fuel, unit, factor):
    digits = len(str(factor).partition(".")[2])
    assert round(float(emission_factor(fuel_on(fuel, "2025"), unit)), digits) == factor


@pytest.mark.parametrize(
    ("on", "surcharge", "tolerance"),
    [
        ("2023", 0.5823, 5e-5),  # sta0056, digits printed
        ("2024-02-01", 0.8734, 5e-5),  # sta0057
        ("2024-04-01", 0.9714, 5e-5),  # sta0057b
        ("2025", 1.1873, 1e-4),  # sta0058, computed there with the factor rounded to 0.1814
    ],
)
def test_gas_surcharge_by_date(on, surcharge, tolerance):
    price = carbon_price_on(on).low
    table = cost_per_unit({"erdgas": fuel_on("erdgas", on)}, price, vat_on("erdgas", on))
    got = table.set_index("unit").loc["kwh_hs", "gross_ct"]
    assert got == pytest.approx(surcharge, abs=tolerance)


def test_worked_example_of_a_bill():
    # methods, section 4: 15,000 kWh Hs, 2025: 2,721 kg, 149.65 net, 178.08 gross
    kg = emissions_kg(15_000, fuel_on("erdgas", "2025"), "kwh_hs")
    assert round(kg) == 2721
    assert round(carbon_cost_eur(kg, 55), 2) == 149.65
    assert round(carbon_cost_eur(kg, 55, 0.19), 2) == 178.08


def test_all_fuels_have_factors_on_the_net_calorific_value():
    assert all("kwh_hi" in fuel_on(name, "2025").kg_per_unit for name in FUELS)


def test_price_is_a_corridor_in_2026_and_unknown_after():
    assert carbon_price_on("2026-07-01") == (55, 65)
    with pytest.raises(ValueError, match="co2_price has no value on 2027"):
        carbon_price_on("2027")


# --- properties ----------------------------------------------------------------------------


@settings(max_examples=25)
@given(
    st.floats(0, 1e6),
    st.floats(0, 300),
    st.sampled_from([("erdgas", "kwh_hs"), ("heizoel", "liter"), ("benzin", "liter")]),
)
def test_cost_is_quantity_times_cost_per_unit(quantity, price, fuel_and_unit):
    name, unit = fuel_and_unit
    fuel = fuel_on(name, "2025")
    whole = carbon_cost_eur(emissions_kg(quantity, fuel, unit), price, 0.19)
    per_unit = cost_per_unit({name: fuel}, price, 0.19).set_index("unit").loc[unit, "gross_ct"]
    assert whole == pytest.approx(quantity * per_unit / 100, abs=1e-9)


def test_net_and_gross_calorific_value_give_the_same_emissions():
    gas = fuel_on("erdgas", "2025")
    kwh_hs = kwh_hs_from_m3(1000, kwh_hs_per_m3="11.2", state_number="0.95")
    assert kwh_hs == pytest.approx(10_640)
    kwh_hi = kwh_hs * 0.903  # 3.2508 GJ/MWh over 3.6 (EBeV 2030, No. 6)
    assert emissions_kg(kwh_hs, gas, "kwh_hs") == pytest.approx(emissions_kg(kwh_hi, gas, "kwh_hi"))


# --- tables --------------------------------------------------------------------------------


def _use(**change):
    use = pd.DataFrame(
        {
            "household": [1, 1, 2],
            "fuel": ["erdgas", "benzin", "benzin"],
            "quantity": [10_000.0, 500.0, 800.0],
        }
    )
    return use.assign(**change)


UNITS = {"erdgas": "kwh_hs", "benzin": "liter"}


def _fuels():
    return {name: fuel_on(name, "2025") for name in UNITS}


def test_emissions_of_households_by_fuel():
    table = household_emissions(_use(), _fuels(), UNITS)
    assert table.loc[1, "erdgas"] == pytest.approx(10_000 * 0.18139464 / 1000)
    assert table.loc[2].to_dict() == pytest.approx({"erdgas": 0.0, "benzin": 0.8 * 2.39421825})


def test_mixed_units_are_converted_by_stated_factors_only():
    quantity, unit = pd.Series([12.0, 9000.0, 10.0]), pd.Series(["mwh_hs", "kwh_hs", "m3"])
    with pytest.raises(ValueError, match=r"2 of 3 quantities are not in kwh_hs .*1 x mwh_hs"):
        convert_units(quantity, unit, "kwh_hs", {})
    got = convert_units(quantity, unit, "kwh_hs", {"mwh_hs": 1000, "m3": 10.64})
    assert got.tolist() == pytest.approx([12_000, 9_000, 106.4])


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: fuel_on("holz", "2025"), "no emission factor"),
        (lambda: fuel_on("heizoel", "2022"), "has no value on 2022"),
        (lambda: fuel_on("erdgas", None), "date is None"),
        (lambda: vat_on("erdgas", "2024"), "no single value throughout 2024"),
        (lambda: vat_on("fluessiggas", "2023"), "has no value on 2023"),
        (lambda: emission_factor(fuel_on("erdgas", "2025"), "liter"), "no factor per liter"),
        (lambda: emission_factor(fuel_on("heizoel", "2025"), "kwh_hs"), "no factor per kwh_hs"),
        (lambda: emission_factor(fuel_on("erdgas", "2025"), "m3"), "Zustandszahl"),
        (lambda: emission_factor(fuel_on("erdgas", "2025"), "kwh"), "'kwh' is unknown"),
        (lambda: emissions_kg(-1, fuel_on("erdgas", "2025"), "kwh_hs"), "cannot be negative"),
        (
            lambda: emissions_kg([1.0, -2.0], fuel_on("erdgas", "2025"), "kwh_hs"),
            "1 negative value",
        ),
        (lambda: carbon_cost_eur(1, 55, 19), "not percent"),
        (lambda: cost_per_unit(_fuels(), 55, {"erdgas": 0.19}), "benzin has no VAT rate"),
        (lambda: kwh_hs_from_m3(1, kwh_hs_per_m3=0, state_number=1), "must be positive"),
        (lambda: fuel_from_standard_values("x", t_per_gj=float("nan")), "missing or infinite"),
        (
            lambda: household_emissions(_use(fuel="kohle"), _fuels(), UNITS),
            r"3 row\(s\) .* without factor \(kohle\)",
        ),
        (lambda: household_emissions(_use(), _fuels(), {"erdgas": "kwh_hs"}), "without unit"),
        (
            lambda: household_emissions(_use(unit=["mwh_hs", "liter", "liter"]), _fuels(), UNITS),
            "1 of 3 rows .* other units",
        ),
        (
            lambda: household_emissions(_use(household=[1, 1, None]), _fuels(), UNITS),
            "household is missing in 1 of 3 rows",
        ),
        (
            lambda: household_emissions(_use(fuel=["erdgas", None, "benzin"]), _fuels(), UNITS),
            "1 row.s. of consumption have a fuel without factor",
        ),
        (
            lambda: household_emissions(_use(quantity=[1.0, np.nan, 1.0]), _fuels(), UNITS),
            "missing",
        ),
    ],
)
def test_bad_input_is_one_sentence(call, match):
    with pytest.raises(ValueError, match=match) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["15.000", "1.234.567", "-2.500"])
def test_text_that_may_mean_thousands_is_refused(text):
    fuel = fuel_on("erdgas", "2025")
    with pytest.raises(ValueError, match="thousands or decimals"):
        emissions_kg(text, fuel, "kwh_hs")
    assert emissions_kg("0.903", fuel, "kwh_hs") == emissions_kg(0.903, fuel, "kwh_hs")
    assert emissions_kg("2720.920", fuel, "kwh_hs") == emissions_kg(2720.92, fuel, "kwh_hs")


def test_a_quantity_that_is_text_is_refused():
    with pytest.raises(TypeError, match="numeric"):
        emissions_kg(["1", "2"], fuel_on("erdgas", "2025"), "kwh_hs")
