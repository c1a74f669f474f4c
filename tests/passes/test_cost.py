"""Cost per holder, scenario and eligible persons: by hand, and enclosing every combination."""

from math import inf, nan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.passes.cost import (
    MissingInputError,
    cost_per_holder,
    eligible_for,
    group_status,
    scenario,
)
from armutsexpertise.ranges import Range


def _row(**change: object) -> dict[str, object]:
    return {
        "pass_id": "bonn",
        "ags": "05314000",
        "pass_name": "Bonn-Ausweis",
        "unit": "EUR_per_year",
        "value": nan,
        "value_low": nan,
        "value_high": nan,
        "date": "2019",
        "date_quality": "stated",
        "groups": None,
        "verified": True,
        "source_title": "Rat",
        "source_url": None,
    } | change


def _costs(*rows: dict[str, object]) -> pd.DataFrame:
    first = {"type": "total", "value": 2_283_645.0}
    return pd.DataFrame([_row(**{"cost_id": f"k{i}"} | first | row) for i, row in enumerate(rows)])


def _counts(*rows: dict[str, object]) -> pd.DataFrame:
    first = {"measure": "holders", "unit": "person", "value": 30_398.0}
    return pd.DataFrame([_row(**{"count_id": f"n{i}"} | first | row) for i, row in enumerate(rows)])


# Cost per holder ---------------------------------------------------------------------------------


def test_cost_per_holder_by_hand():
    # By hand: 2,283,645 EUR over 30,398 persons, each half a unit up and down: 75.12 to 75.13.
    row = cost_per_holder(_costs({}), _counts({})).iloc[0]
    assert row["per_holder_low"] == pytest.approx(2_283_644.5 / 30_398.5)
    assert row["per_holder_high"] == pytest.approx(2_283_645.5 / 30_397.5)
    assert round(row["per_holder_low"]) == round(row["per_holder_high"]) == 75
    assert row["basis"] == "berechnet"
    assert (row["count_id"], row["holders_unit"]) == ("n0", "person")
    assert not row["years_differ"]
    assert row["verified"]


def test_rounded_cost_and_count_of_different_years_are_flagged():
    # By hand: 720,000 (715,000 to 725,000) over 18,000 (17,500 to 18,500).
    costs = _costs({"type": "foregone_revenue", "value": 720_000.0, "date": "2014"})
    row = cost_per_holder(costs, _counts({"value": 18_000.0, "date": "2015-03"})).iloc[0]
    assert row["per_holder_low"] == pytest.approx(715_000 / 18_500)
    assert row["per_holder_high"] == pytest.approx(725_000 / 17_500)
    assert row["years_differ"]
    assert (row["cost_year"], row["holders_year"]) == (2014, 2015)


def test_the_nearest_year_is_taken_and_the_later_one_on_a_tie():
    counts = _counts({"date": "2015"}, {"date": "2018"}, {"date": "2020"})
    assert cost_per_holder(_costs({}), counts)["count_id"].item() == "n2"
    assert cost_per_holder(_costs({"date": "2018-05"}), counts)["count_id"].item() == "n1"


@pytest.mark.parametrize(
    "change",
    [
        {"pass_id": "koeln"},
        {"measure": "eligible"},
        {"measure": "issued_total"},
        {"groups": "nur Kinderzuschlag"},
        {"date": None},
    ],
)
def test_counts_that_are_not_holders_of_the_whole_pass_are_not_used(change):
    row = cost_per_holder(_costs({}), _counts(change)).iloc[0]
    assert row["basis"] == "keine Zahl der Inhabenden"
    assert pd.isna(row["per_holder_low"])
    assert row["eur_low"] == 2_283_644.5


def test_all_groups_is_the_whole_pass_and_a_bound_stays_a_bound():
    counts = _counts({"groups": "alle Gruppen des Passes", "value": nan, "value_low": 2200.0})
    row = cost_per_holder(_costs({"value": 22_000.0}), counts).iloc[0]
    assert (row["holders_low"], row["holders_high"]) == (2200.0, inf)
    assert row["per_holder_low"] == 0.0
    assert row["per_holder_high"] == pytest.approx(22_500 / 2200)


@pytest.mark.parametrize(
    ("change", "basis"),
    [
        ({"unit": "fte", "type": "staff", "value": 6.0}, "nur Stellen genannt"),
        ({"unit": "EUR"}, "einmaliger Betrag"),
        ({"date": None}, "keine Zahl der Inhabenden"),
    ],
)
def test_amounts_that_are_no_yearly_euros_are_not_divided(change, basis):
    row = cost_per_holder(_costs(change), _counts({})).iloc[0]
    assert row["basis"].startswith(basis)
    assert pd.isna(row["per_holder_high"])


def test_an_amount_stated_per_pass_is_taken_as_it_is():
    costs = _costs({"unit": "EUR", "type": "foregone_revenue", "value": 9.3, "groups": "je Pass"})
    row = cost_per_holder(costs, _counts({})).iloc[0]
    assert (row["per_holder_low"], row["per_holder_high"]) == pytest.approx((9.25, 9.35))
    assert row["basis"] == "Angabe der Quelle je Pass"
    assert pd.isna(row["count_id"])


def test_estimates_changes_and_costs_without_a_pass_are_left_out_and_unverified_marked():
    costs = _costs(
        {"type": "estimate"}, {"type": "change"}, {"type": "grant"}, {"pass_id": None}, {}
    )
    table = cost_per_holder(costs, _counts({"verified": False}))
    assert table["cost_id"].tolist() == ["k4"]
    assert not table["verified"].item()


def test_unknown_units_and_missing_columns_are_refused():
    with pytest.raises(ValueError, match="costs has the unit USD: allowed are EUR"):
        cost_per_holder(_costs({"unit": "USD"}), _counts({}))
    with pytest.raises(ValueError, match="costs lacks the column"):
        cost_per_holder(_costs({}).drop(columns="type"), _counts({}))
    with pytest.raises(ValueError, match="counts lacks the column"):
        cost_per_holder(_costs({}), _counts({}).drop(columns="groups"))


@given(st.floats(0.01, 1000))
@settings(max_examples=20, deadline=None)
def test_cost_per_holder_scales_with_the_currency(rate):
    ends = {"value": nan, "value_low": 1000.0, "value_high": 2000.0}
    scaled = {"value": nan, "value_low": 1000.0 * rate, "value_high": 2000.0 * rate}
    first = cost_per_holder(_costs(ends), _counts({})).iloc[0]
    second = cost_per_holder(_costs(scaled), _counts({})).iloc[0]
    assert second["per_holder_low"] == pytest.approx(first["per_holder_low"] * rate)
    assert second["per_holder_high"] == pytest.approx(first["per_holder_high"] * rate)


# Scenario ----------------------------------------------------------------------------------------


def test_scenario_by_hand():
    # By hand: 1,000 to 2,000 persons x 0.1 to 0.5 x 10 to 40 EUR.
    result = scenario(Range(1000, 2000), Range(0.1, 0.5), Range(10, 40))
    assert result.holders == Range(100, 1000)
    assert result.eur_per_year == Range(1000, 40_000)
    assert sum(result.drivers.values()) == pytest.approx(1)


def test_drivers_by_hand_with_two_uncertain_inputs():
    # By hand, width 2 x 4 - 1 x 2 = 6 around midpoints 1.5 and 3. Orders: first alone 1 x 3 = 3,
    # then 3; second alone 2 x 1.5 = 3, then 3. Each input therefore has one half.
    result = scenario(Range(1, 2), Range(1, 1), Range(2, 4))
    assert result.drivers == pytest.approx(
        {"newly_eligible": 0.5, "take_up": 0.0, "cost_per_holder": 0.5}
    )


def test_one_uncertain_input_drives_everything_and_none_drives_nothing():
    drivers = scenario(Range(10, 10), Range(0.1, 0.9), Range(5, 5)).drivers
    assert drivers == pytest.approx({"newly_eligible": 0, "take_up": 1, "cost_per_holder": 0})
    sure = scenario(Range(10, 10), Range(0.5, 0.5), Range(5, 5))
    assert sure.eur_per_year == Range(25, 25)
    assert set(sure.drivers.values()) == {0.0}
    assert set(scenario(Range(0, 0), Range(0, 1), Range(1, 2)).drivers.values()) == {0.0}


def _ranges(top: float) -> st.SearchStrategy[Range]:
    return st.tuples(st.floats(0, top), st.floats(0, top)).map(lambda ends: Range(*sorted(ends)))


@given(_ranges(1e5), _ranges(1), _ranges(200), st.tuples(*[st.floats(0, 1)] * 3))
@settings(max_examples=50, deadline=None)
def test_scenario_encloses_every_combination_of_inputs(persons, share, cost, position):
    result = scenario(persons, share, cost)
    values = [r.low + p * r.width for r, p in zip((persons, share, cost), position, strict=True)]
    truth = values[0] * values[1] * values[2]
    slack = 1e-9 * (1 + result.eur_per_year.high)
    assert result.eur_per_year.low - slack <= truth <= result.eur_per_year.high + slack
    assert all(driver >= -1e-9 for driver in result.drivers.values())


@given(_ranges(1e5), _ranges(1), _ranges(200), st.floats(0, 50))
@settings(max_examples=50, deadline=None)
def test_a_wider_input_never_narrows_the_result(persons, share, cost, more):
    wider = Range(max(0.0, cost.low - more), cost.high + more)
    first, second = scenario(persons, share, cost), scenario(persons, share, wider)
    assert second.eur_per_year.low <= first.eur_per_year.low
    assert second.eur_per_year.high >= first.eur_per_year.high


@given(_ranges(1e5), _ranges(1), _ranges(200), st.floats(0.01, 100))
@settings(max_examples=30, deadline=None)
def test_scenario_scales_with_the_currency(persons, share, cost, rate):
    first = scenario(persons, share, cost).eur_per_year
    second = scenario(persons, share, cost * Range(rate, rate)).eur_per_year
    assert second.low == pytest.approx(first.low * rate)
    assert second.high == pytest.approx(first.high * rate)


def test_impossible_scenarios_are_refused():
    with pytest.raises(ValueError, match="range cost_per_holder has no upper end"):
        scenario(Range(1, 2), Range(0, 1), Range(1, inf))
    with pytest.raises(ValueError, match="take_up is a share"):
        scenario(Range(1, 2), Range(0, 1.2), Range(1, 2))


# Eligible persons --------------------------------------------------------------------------------

MUNICIPALITIES = pd.DataFrame(
    {
        "ags8": ["05111000", "05314000", "05158024", "05158028"],
        "kreis_ags5": ["05111", "05314", "05158", "05158"],
        "kreis_type": ["kreisfreie Stadt", "kreisfreie Stadt", "Kreis", "Kreis"],
        "population": [600_000, 300_000, 60_000, 40_000],
    }
)
LAND = pd.DataFrame(
    {"year": [2023, 2024], "households": [10_001.0, 12_001.0], "source_title": ["A", "B"]}
)
SOURCE = {
    "kreise": pd.DataFrame(
        [
            (kreis, "district", "housing_benefit_households_per_1000", value, year, "INKAR")
            for year, values in {"2020": (20.0, 10.0, 30.0), "2021": (20.0, 20.0, 20.0)}.items()
            for kreis, value in zip(("05111", "05314", "05158"), values, strict=True)
        ]
        + [("05111", "district", "household_size", 1.8, "2022-05-15", "Zensus 2022")],
        columns=["ags5", "area_level", "indicator_id", "value", "date", "source_title"],
    ),
    "municipalities": MUNICIPALITIES,
    "land": LAND,
}


def _eligible(*rows: dict[str, object]) -> pd.DataFrame:
    first = {
        "measure": "eligible",
        "unit": "person",
        "ags": "05334002",
        "groups": "nur Wohngeld",
        "date": "2023-06",
    }
    return _counts(*(first | row for row in rows))


def test_a_given_number_goes_before_everything():
    found = eligible_for("05158024", given=Range(100, 200), given_source="Wohngeldstelle")
    assert (found.persons, found.method) == (Range(100, 200), "angegeben")
    assert found.steps["source"].tolist() == ["Wohngeldstelle"]


def test_counts_of_the_latest_year_span_a_range():
    # By hand: 5,000 is 4,500 to 5,500 and 6,000 is 5,500 to 6,500; 2021 is older and not used.
    counts = _eligible(
        {"value": 5000.0},
        {"value": 6000.0, "date": "2023-11"},
        {"value": 9000.0, "date": "2021"},
        {"value": 8000.0, "verified": False},
        {"value": 8000.0, "groups": None},
        {"value": 8000.0, "measure": "holders"},
    )
    found = eligible_for("05334002", counts=counts)
    assert (found.persons, found.method) == (Range(4500, 6500), "Zählung")
    assert found.steps["unit"].tolist() == ["Personen"] * 3
    assert "2023-11" in found.steps["step"].iloc[1]


def test_counted_households_need_persons_per_household():
    counts = _eligible({"value": 1001.0, "unit": "household", "ags": "05111000"})
    with pytest.raises(MissingInputError):
        eligible_for("05111000", counts=counts)
    found = eligible_for("05111000", counts=counts, persons_per_household=Range(1, 2))
    assert found.persons == Range(1000.5, 2003)
    assert found.steps["unit"].tolist() == ["Haushalte", "Personen", "Personen"]
    by_size = eligible_for("05111000", counts=counts, kreise=SOURCE["kreise"])
    assert by_size.persons == Range(1000.5, 1001.5 * 1.8)


def test_estimate_by_hand():
    # By hand, weights rate x population. 2020: 12 + 3 + 3 = 18, Düsseldorf 2/3. 2021: 12 + 6 + 2
    # = 20, Düsseldorf 0.6. Households 0.6 x 10,000.5 to 2/3 x 12,001.5; persons x 1 to 1.8.
    found = eligible_for("05111000", **SOURCE)
    assert found.method == "Schätzung"
    assert found.persons.low == pytest.approx(0.6 * 10_000.5)
    assert found.persons.high == pytest.approx(2 / 3 * 12_001.5 * 1.8)
    assert len(found.steps) == 6
    assert found.steps["source"].str.len().min() > 0
    assert found.steps["source"].iloc[1] == "A | B"
    assert "2020, 2021" in found.steps["step"].iloc[0]
    assert "keine Quelle" in found.steps["step"].iloc[4]


def test_estimate_with_own_household_size_and_deviation():
    found = eligible_for(
        "05111000",
        **SOURCE,
        persons_per_household=Range(2, 2),
        city_deviation=Range(0.5, 1.5),
    )
    assert found.persons.low == pytest.approx(0.6 * 10_000.5 * 0.5 * 2)
    assert found.persons.high == pytest.approx(2 / 3 * 12_001.5 * 1.5 * 2)


def test_one_household_size_for_the_whole_country_cancels():
    kreise = SOURCE["kreise"].copy()
    rate = kreise["indicator_id"] == "housing_benefit_households_per_1000"
    kreise.loc[rate, "value"] *= 1.3
    changed = eligible_for("05111000", **SOURCE | {"kreise": kreise})
    assert changed.persons.low == pytest.approx(eligible_for("05111000", **SOURCE).persons.low)
    shuffled = {name: table.sample(frac=1, random_state=5) for name, table in SOURCE.items()}
    assert (
        eligible_for("05111000", **shuffled).persons == eligible_for("05111000", **SOURCE).persons
    )


def test_households_of_all_kreise_add_up_to_the_land():
    size = Range(1, 1)
    one_year = SOURCE["kreise"]["date"].isin(["2021"])
    source = SOURCE | {"kreise": SOURCE["kreise"][one_year], "land": LAND.iloc[:1]}
    cities = [
        eligible_for(ags, **source, persons_per_household=size).persons.middle
        for ags in ("05111000", "05314000")
    ]
    assert sum(cities) == pytest.approx(10_001 * 18 / 20)  # the Kreis has the other 2 of 20


def test_missing_input_is_named_in_one_sentence():
    for ags in ("05158024", "05111000"):
        with pytest.raises(MissingInputError) as error:
            eligible_for(ags, **SOURCE | ({"land": None} if ags == "05111000" else {}))
        assert str(error.value) == (
            f"For {ags} the number of persons with Wohngeld is missing: ask the Wohngeld office of "
            "the place, or the statistical office of the Land (Wohngeld statistics by "
            "municipality, 31 December), and pass the number of persons as given."
        )
    with pytest.raises(MissingInputError, match="For 05314000 the average household size"):
        eligible_for("05314000", **SOURCE)
    assert issubclass(MissingInputError, ValueError)


def test_bad_tables_are_refused():
    with pytest.raises(ValueError, match="must have eight digits"):
        eligible_for("05111")
    with pytest.raises(ValueError, match="05999000 is not in the table municipalities"):
        eligible_for("05999000", **SOURCE)
    with pytest.raises(ValueError, match="lacks housing_benefit_households_per_1000 of 2020"):
        eligible_for("05111000", **SOURCE | {"kreise": SOURCE["kreise"].drop(index=1)})
    with pytest.raises(ValueError, match="Table land is empty"):
        eligible_for("05111000", **SOURCE | {"land": LAND.iloc[:0]})
    with pytest.raises(ValueError, match="kreise lacks the column"):
        eligible_for("05111000", **SOURCE | {"kreise": SOURCE["kreise"].drop(columns="date")})


def test_group_status_by_pass():
    passes = pd.DataFrame({"pass_id": ["b", "a", "x"], "ags": ["05111000"] * 2 + ["05314000"]})
    eligibility = pd.DataFrame(
        {"pass_id": ["b", "x"], "group": ["wohngeld"] * 2, "included": ["no", "yes"]}
    )
    assert group_status(passes, eligibility, "05111000", "wohngeld") == {
        "a": "not_stated",
        "b": "no",
    }
    assert group_status(passes, eligibility, "05158024", "wohngeld") == {}
    with pytest.raises(ValueError, match=r"eligibility\.included holds never"):
        group_status(passes, eligibility.assign(included="never"), "05111000", "wohngeld")
