"""From published means to fifths of households: by hand, against the balance of quantiles."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.climate.burden import Channel, Scenario, quantile_balance
from armutsexpertise.climate.fifths import (
    equivalence_weight,
    evaluate_variants,
    fifths,
    fuel_tonnes,
    range_of_outcomes,
    spending_exponent,
    spread_by_class,
)

TABLE = pd.DataFrame(
    {
        "quantile": ["Q1", "Q2", "Q3", "Q4", "Q5"],
        "income_share": [0.08, 0.13, 0.17, 0.23, 0.39],
        "pattern_income_share": [0.08, 0.13, 0.17, 0.23, 0.39],
        "propensity": [1.4, 0.9, 0.85, 0.8, 0.6],
        "fuel": [0.05, 0.05, 0.05, 0.05, 0.06],
    }
)


def build(table: pd.DataFrame = TABLE, **changes: object) -> pd.DataFrame:
    options: dict[str, object] = {
        "spending": {"drive": "fuel"},
        "households": 5000.0,
        "persons": 2.0,
        "equivalence": 1.5,
        "income_mean_eur_a": 20_000.0,
    }
    return fifths(table, {"drive": 2.0}, **(options | changes))  # type: ignore[arg-type]


def test_fuel_by_hand() -> None:
    # 960 EUR at 1.60 EUR are 600 litres; 600 x 2.5 kg are 1.5 t
    assert fuel_tonnes(960, 1.60, 2.5) == pytest.approx(1.5)
    # 150 EUR a month on the home, 28 % of it for gas at 6.41 ct/kWh and 0.182 kg: 1.431 t
    assert fuel_tonnes(12 * 150 * 0.28, 0.0641, 0.182) == pytest.approx(1.431, abs=5e-4)
    with pytest.raises(ValueError, match="price is zero"):
        fuel_tonnes(960, 0, 2.5)
    with pytest.raises(ValueError, match="spending_eur_a"):
        fuel_tonnes(-1, 1, 2.5)


def test_equivalence_weight_at_its_limits() -> None:
    assert equivalence_weight(1, 0.5) == 1
    # two adults and two children of the new OECD scale: 1 + 0.5 + 2 x 0.3
    assert equivalence_weight(4, (0.5 + 0.3 + 0.3) / 3) == pytest.approx(2.1)
    with pytest.raises(ValueError, match="at least 1 person"):
        equivalence_weight(0.9, 0.5)
    with pytest.raises(ValueError, match="from 0 to 1"):
        equivalence_weight(2, 30)


def test_fifths_keep_the_means_they_were_given() -> None:
    table = build()
    assert table["drive"].mean() == pytest.approx(2.0)
    assert (table["net_income_eur_a"] / table["equivalence"]).mean() == pytest.approx(20_000)
    assert table["weight"].tolist() == [1000.0] * 5
    # shares of spending by hand: income share x propensity x share of the good
    spent = np.array([0.0056, 0.00585, 0.007225, 0.0092, 0.01404])
    assert table["drive"].to_numpy() == pytest.approx(10 * spent / spent.sum())


def test_a_cap_moves_emissions_from_the_fifth_that_consumes_more_than_its_income() -> None:
    free, capped = build(), build(propensity_cap=1.0)
    assert capped["drive"].iloc[0] < free["drive"].iloc[0]
    assert (capped["drive"].iloc[1:] > free["drive"].iloc[1:]).all()
    assert capped["drive"].mean() == pytest.approx(2.0)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.01, 0.2), min_size=5, max_size=5), st.floats(10, 300))
def test_klimageld_agrees_with_the_balance_of_quantiles(fuel: list[float], price: float) -> None:
    table = build(TABLE.assign(fuel=fuel))
    scenario = Scenario(name="s", source="test", price_eur_t=price, use="per_capita")
    outcome = evaluate_variants(
        {"main": table}, [Channel("drive", "drive")], [scenario], "quantile"
    )["main"].by_class
    total = float((table["drive"] * price).sum() / table["net_income_eur_a"].sum())
    balance = quantile_balance(
        TABLE.rename(columns={"fuel": "spending_share"}).assign(spending_share=fuel), total
    )
    assert outcome["burden_share"].to_numpy() == pytest.approx(
        balance["burden_share"].to_numpy(), rel=1e-4
    )
    assert outcome["net_share"].to_numpy() == pytest.approx(
        balance["net_share"].to_numpy(), abs=1e-5
    )


def test_range_holds_the_main_outcome_and_refuses_other_rows() -> None:
    scenario = Scenario(name="s", source="test", price_eur_t=50, use="none")
    variants = {"main": build(), "capped": build(propensity_cap=1.0)}
    outcomes = evaluate_variants(variants, [Channel("drive", "drive")], [scenario], "quantile")
    found = range_of_outcomes(outcomes, "main", "by_class", ["class"], ["burden_eur_a"])
    assert (found["burden_eur_a_low"] <= found["burden_eur_a"]).all()
    assert (found["burden_eur_a"] <= found["burden_eur_a_high"]).all()
    assert (found["burden_eur_a_low"] < found["burden_eur_a_high"]).all()
    other = evaluate_variants(
        {"x": build().assign(quantile=list("abcde"))},
        [Channel("drive", "drive")],
        [scenario],
        "quantile",
    )
    with pytest.raises(ValueError, match="different classes"):
        range_of_outcomes(outcomes | other, "main", "by_class", ["class"], ["burden_eur_a"])
    with pytest.raises(ValueError, match="no variant none"):
        range_of_outcomes(outcomes, "none", "by_class", ["class"], ["burden_eur_a"])
    with pytest.raises(ValueError, match="at least one"):
        evaluate_variants({}, [], [], "quantile")


@pytest.mark.parametrize(
    ("table", "changes", "message"),
    [
        (TABLE.assign(income_share=20.0), {}, "not percent"),
        (TABLE.assign(propensity=-1.0), {}, "propensity is negative"),
        (TABLE.assign(fuel=0.0), {}, "Nobody spends"),
        (TABLE.drop(columns="propensity"), {}, "propensity"),
        (TABLE, {"spending": {}}, "no column of spending"),
    ],
)
def test_fifths_refuse_bad_input(
    table: pd.DataFrame, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        build(table, **changes)


def test_spending_of_classes_meets_the_known_ones() -> None:
    exponent = spending_exponent(95, 152, 543, 1025)  # LWR 2020 and 2022, as published
    spread = spread_by_class(152, pd.Series([543.0, 1025.0]), 1025, exponent)
    assert spread.tolist() == pytest.approx([95, 152])
    with pytest.raises(ValueError, match="differs from all"):
        spending_exponent(1, 2, 3, 3)
    with pytest.raises(ValueError, match="not positive"):
        spread_by_class(152, pd.Series([0.0]), 1025)
