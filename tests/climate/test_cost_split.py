"""CO2KostAufG: the table of the annex at its bounds, rounding, periods, exceptions."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.climate.cost_split import (
    certificate_price_on,
    rules_on,
    share_of_year,
    specific_emissions,
    split_cost,
    split_costs,
)

RULES = rules_on("2025")

# Anlage (zu den §§ 5 bis 7) CO2KostAufG, BGBl. I 2022 S. 2159: lower bound, percent of the tenant.
ANNEX = [
    (0, 100),
    (12, 90),
    (17, 80),
    (22, 70),
    (27, 60),
    (32, 50),
    (37, 40),
    (42, 30),
    (47, 20),
    (52, 5),
]


def test_the_table_is_that_of_the_annex():
    assert [(int(s.low), int(s.tenant_percent)) for s in RULES.steps] == ANNEX


@pytest.mark.parametrize(("low", "percent"), ANNEX)
def test_a_bound_belongs_to_the_step_above_it(low, percent):
    assert split_cost(low, 100, 1, RULES).tenant_percent == percent
    if low:
        below = ANNEX[ANNEX.index((low, percent)) - 1][1]
        assert split_cost(low - Decimal("0.1"), 100, 1, RULES).tenant_percent == below


@pytest.mark.parametrize(
    ("kg_m2", "rounded", "percent"),
    [
        ("11.9", "11.9", 100),  # methods, section 4
        ("11.94", "11.9", 100),
        (11.95, "12.0", 90),  # methods, section 4: binary floats would give 11.9
        ("11.96", "12.0", 90),  # § 5 Abs. 1 Satz 3
        ("51.9", "51.9", 20),
        ("51.94", "51.9", 20),
        ("51.95", "52.0", 5),
        ("52.0", "52.0", 5),
    ],
)
def test_rounding_comes_before_the_step(kg_m2, rounded, percent):
    result = split_cost(kg_m2, 100, 1, RULES)
    assert result.specific_kg_m2 == Decimal(rounded)
    assert result.tenant_percent == percent


def test_worked_example():
    # methods, section 4: 2,721 kg, 75 m2: 36.3 kg/m2, step 6, landlord 89.04 of 178.08 EUR
    result = split_cost("2720.9196", "178.0842", 75, RULES)
    assert (result.step, result.specific_kg_m2) == (6, Decimal("36.3"))
    assert (result.cost_eur, result.landlord_eur) == (Decimal("178.08"), Decimal("89.04"))
    assert result.paragraphs == ("§ 5 Abs. 1 Satz 3", "§ 5 Abs. 2 und Anlage")


def test_the_bounds_of_a_shorter_period_are_cut_in_proportion():
    # § 5 Abs. 1 Satz 4. By hand: half a year, bounds 6, 8.5, 11, ...; 8.4 kg lies in step 2.
    assert split_cost("8.4", 100, 1, RULES, year_share=Fraction(1, 2)).step == 2
    assert split_cost("8.5", 100, 1, RULES, year_share=Fraction(1, 2)).step == 3
    assert split_cost("8.4", 100, 1, RULES).step == 1
    # 73 days: bounds 2.4, 3.4, ...
    part = share_of_year("2025-01-01", "2025-03-14")
    assert part == Fraction(73, 365)
    assert split_cost("2.35", 100, 1, RULES, year_share=part).step == 2
    assert split_cost("2.34", 100, 1, RULES, year_share=part).step == 1


def test_length_of_periods():
    assert share_of_year("2024-03-01", "2025-02-28") == 1
    assert share_of_year("2024-01-01", "2024-12-31") == 1
    assert share_of_year("2024-02-29", "2025-02-28") == 1
    assert share_of_year("2024-01-01", "2024-01-31") == Fraction(31, 366)


@pytest.mark.parametrize(
    ("options", "landlord", "paid", "paragraph"),
    [
        ({}, 50, "50.00", "§ 5 Abs. 2 und Anlage"),
        ({"restriction": "one"}, 25, "25.00", "§ 9 Abs. 1"),
        ({"restriction": "both"}, 0, "0.00", "§ 9 Abs. 2"),
        ({"residential": False}, 50, "50.00", "§ 8 Abs. 1"),
        ({"residential": False, "restriction": "one"}, 25, "25.00", "§ 9 Abs. 1"),
        ({"self_supplied": True}, 50, "50.00", "§ 6 Abs. 2"),
        ({"self_supplied": True, "own_devices": True}, 50, "47.50", "§ 6 Abs. 3 Satz 2"),
        ({"residential": False, "self_supplied": True}, 50, "50.00", "§ 8 Abs. 2"),
    ],
)
def test_exceptions_of_the_law(options, landlord, paid, paragraph):
    result = split_cost(35, 100, 1, RULES, **options)
    assert result.landlord_percent == landlord
    assert result.landlord_eur == Decimal(paid)
    assert paragraph in result.paragraphs
    assert result.tenant_eur + result.landlord_eur == 100


def test_price_by_year():
    # § 4 Abs. 1: fixed price 2025, midpoint of the corridor 2026, auctions from 2027
    assert certificate_price_on("2024") == 45
    assert certificate_price_on("2026") == 60
    with pytest.raises(ValueError, match=r"§ 4 Abs\. 1 Nr\. 3"):
        certificate_price_on("2027")


@settings(max_examples=60)
@given(
    st.decimals(0, 9999, places=3),
    st.decimals(0, 9999, places=2),
    st.decimals(1, 500, places=1),
)
def test_one_dwelling_and_many_agree_and_add_up(kg, cost, area):
    one = split_cost(kg, cost, area, RULES)
    assert one.tenant_eur + one.landlord_eur == one.cost_eur == cost
    table = pd.DataFrame({"emissions_kg": [kg], "cost_eur": [cost], "area_m2": [area]})
    many = split_costs(table, RULES).iloc[0]
    assert many["step"] == one.step
    assert Decimal(str(many["landlord_eur"])) == one.landlord_eur
    assert Decimal(str(many["tenant_eur"])) == one.tenant_eur
    assert many["specific_kg_m2"] == float(one.specific_kg_m2)


def test_floats_of_a_table_round_as_they_are_written():
    table = pd.DataFrame(
        {"emissions_kg": [11.95, 11.94], "cost_eur": [1.005, 1.005], "area_m2": 1.0}
    )
    result = split_costs(table, RULES)
    assert result["step"].tolist() == [2, 1]
    assert result["cost_eur"].tolist() == [1.01, 1.01]


@settings(max_examples=30)
@given(st.decimals(0, 80, places=2), st.decimals(0, 80, places=2))
def test_more_emissions_never_raise_the_share_of_the_tenant(one, other):
    low, high = sorted((one, other))
    share_low = split_cost(low, 100, 1, RULES).tenant_percent
    assert share_low >= split_cost(high, 100, 1, RULES).tenant_percent


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: rules_on("2022"), "§ 11 Abs. 2"),
        (lambda: rules_on("2028"), "§ 5a"),
        (lambda: split_cost(-1, 1, 1, RULES), "emissions_kg is -1"),
        (lambda: split_cost(1, -1, 1, RULES), "cost_eur is -1"),
        (lambda: split_cost(1, 1, 0, RULES), "area_m2 is zero"),
        (lambda: split_cost(1, 1, None, RULES), "area_m2 is missing"),
        (lambda: split_cost("1,5", 1, 1, RULES), "decimal point"),
        (lambda: split_cost(1, 1, 1, RULES, year_share=1.5), "at most one year"),
        (lambda: split_cost(1, 1, 1, RULES, restriction="some"), "choose one of"),
        (lambda: split_cost(1, 1, 1, RULES, own_devices=True), "§ 6 Abs. 3"),
        (lambda: share_of_year("2025-01-01", "2026-01-01"), "366 days"),
        (lambda: share_of_year("2025-02-01", "2025-01-01"), "before it begins"),
        (lambda: share_of_year("2025", "2025-01-01"), "first and last day"),
        (lambda: specific_emissions(1, 0), "area_m2 is zero"),
        (lambda: split_costs(pd.DataFrame({"emissions_kg": [1.0]}), RULES), "cost_eur, area_m2"),
        (
            lambda: split_costs(
                pd.DataFrame({"emissions_kg": [1.0, np.nan], "cost_eur": 1.0, "area_m2": 1.0}),
                RULES,
            ),
            "missing in 1 of 2 rows",
        ),
        (
            lambda: split_costs(
                pd.DataFrame({"emissions_kg": [1.0], "cost_eur": [1.0], "area_m2": [-1.0]}), RULES
            ),
            "negative in 1 of 1 rows",
        ),
    ],
)
def test_bad_input_is_one_sentence(call, match):
    with pytest.raises(ValueError, match=match) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_truth_value_is_no_number():
    with pytest.raises(TypeError, match="must be a number"):
        split_cost(True, 1, 1, RULES)
