"""Who bears the CO2 price: published vectors, grouped against micro data, budgets to the cent."""

from math import inf

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.climate.burden import (
    Channel,
    Scenario,
    ScenarioFile,
    allocate_cents,
    burden_by_class,
    check_income_classes,
    demand_factor,
    evaluate,
    grouped_progressivity,
    household_burden,
    income_class,
    price_path_burden,
    progressivity,
    quantile_balance,
    quantile_incidence,
    standard_benefit_balance,
    transfer_cents,
)
from armutsexpertise.config import ConfigError, read_config
from armutsexpertise.inequality import concentration_index, gini, kakwani_index, suits_index

INCOME = np.array([500, 800, 1000, 1200, 1500, 1800, 2000, 2500, 3500, 5200.0])
BURDEN = np.array([40, 50, 55, 60, 66, 72, 76, 85, 98, 120.0])
HEAT = Channel("heat", "heat_t", vat=0.19)
DRIVE = Channel("drive", "drive_t", vat=0.19)


def households(n=400, seed=3):
    rng = np.random.default_rng(seed)
    income = rng.lognormal(10.3, 0.6, n)
    persons = rng.integers(1, 6, n)
    return pd.DataFrame(
        {
            "weight": rng.uniform(150, 900, n),
            "persons": persons,
            "net_income_eur_a": income,
            "scale": 1 + 0.4 * (persons - 1),
            "heat_t": rng.gamma(4, 0.6, n),
            "drive_t": rng.gamma(2, 0.6, n) * income / income.mean(),
            "electricity_kwh_a": rng.uniform(1000, 5000, n),
            "standard_benefit_eur_m": np.where(income < 18_000, 563.0, 0.0),
            "kind": rng.choice(["single", "couple"], n),
            "fifth": pd.qcut(income, 5, labels=False) + 1,
        }
    )


def scenario(**change):
    return Scenario(**({"name": "s", "source": "test", "price_eur_t": 60.0} | change))


USES = [
    {"use": "none"},
    {"use": "per_capita"},
    {"use": "income_tested", "limit_column": "net_income_eur_a", "limit_eur": 25_000.0},
    {"use": "electricity"},
    {"use": "standard_benefit"},
]

# --- published and derived values ----------------------------------------------------------


def test_ten_person_vector():
    # methods, section 2: computed values of the ten-person vector
    result = progressivity(INCOME, BURDEN)
    assert round(result.burden_share, 4) == 0.0361
    assert round(result.kakwani, 7) == -0.1824848
    assert round(result.reynolds_smolensky, 7) == -0.0068344
    assert round(result.suits, 7) == -0.1901316
    assert result.reranking == pytest.approx(0, abs=1e-12)
    assert round(result.kakwani + gini(INCOME), 7) == 0.1745152
    assert round(gini(INCOME - BURDEN), 7) == 0.3638344


def test_australian_income_tax_of_the_r_package_grattan():
    # published: grattan::progressivity, income tax 2017-18, Reynolds-Smolensky 0.04856361
    result = progressivity([10e3, 20e3, 50e3, 100e3, 150e3], [0, 0, 8547, 26632, 46132])
    assert round(result.reynolds_smolensky, 8) == 0.04856361


def test_burden_of_one_channel_by_hand():
    # 2 t x 60 EUR/t x 1.19 = 142.80 EUR, of which VAT 22.80
    cost = household_burden(pd.DataFrame({"heat_t": [2.0]}), [HEAT], 60).iloc[0]
    assert cost["burden_eur_a"] == pytest.approx(142.80)
    assert cost["vat_eur_a"] == pytest.approx(22.80)


def test_response_by_hand():
    # 600 EUR/t, 100 EUR/t more, no VAT: demand (700/600)^-0.3; cost 100 x 2 t x that
    channel = Channel("heat", "heat_t", elasticity=-0.3, consumer_price_eur_t=600)
    cost = household_burden(pd.DataFrame({"heat_t": [2.0]}), [channel], 100).iloc[0]
    assert cost["emissions_t_a"] == pytest.approx(2 * (700 / 600) ** -0.3)
    assert cost["burden_eur_a"] == pytest.approx(200 * (700 / 600) ** -0.3)
    # against 55 EUR/t, that price paid on all former emissions is taken off
    cost = household_burden(pd.DataFrame({"heat_t": [2.0]}), [channel], 100, 55).iloc[0]
    assert cost["burden_eur_a"] == pytest.approx(2 * (100 * (645 / 600) ** -0.3 - 55))


# --- grouped against micro data ------------------------------------------------------------


def test_grouped_indices_are_those_of_everybody_at_the_mean_of_the_class():
    data = households()
    data["burden"] = household_burden(data, [HEAT, DRIVE], 60)["burden_eur_a"]
    size = data.groupby("fifth")["weight"].transform("sum")
    means = {
        column: (data[column] * data["weight"]).groupby(data["fifth"]).transform("sum") / size
        for column in ("net_income_eur_a", "burden")
    }
    groups = (
        pd.DataFrame({"income_mean": means["net_income_eur_a"], "burden_mean": means["burden"]})
        .groupby(data["fifth"])
        .first()
        .assign(population=data.groupby("fifth")["weight"].sum())
    )
    got = grouped_progressivity(groups)
    want = progressivity(means["net_income_eur_a"], means["burden"], data["weight"])
    assert got == pytest.approx(want)


def test_grouped_indices_come_near_the_micro_data_with_many_classes():
    data = households(4000).sort_values("net_income_eur_a", ignore_index=True)
    data["burden"] = household_burden(data, [HEAT], 60)["burden_eur_a"]
    micro = progressivity(data["net_income_eur_a"], data["burden"], data["weight"])
    errors = []
    for classes in (5, 20, 200):
        group = pd.qcut(data["net_income_eur_a"], classes, labels=False)
        weight = data["weight"].groupby(group).sum()
        means = {
            name: (data[column] * data["weight"]).groupby(group).sum() / weight
            for name, column in (("income_mean", "net_income_eur_a"), ("burden_mean", "burden"))
        }
        grouped = grouped_progressivity(pd.DataFrame(means | {"population": weight}))
        assert grouped.burden_share == pytest.approx(micro.burden_share)
        errors.append(abs(grouped.kakwani - micro.kakwani))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 5e-4


def test_quantile_shares_give_the_index_of_the_same_population():
    income = np.repeat([1000.0, 2000.0, 5000.0], 4)
    spending = np.repeat([80.0, 120.0, 200.0], 4)
    fifths = pd.DataFrame(
        {
            "income_share": [1 / 8, 2 / 8, 5 / 8],
            "propensity": [1.0, 0.9, 0.6],
            "spending_share": [80 / 1000, 120 / 1800, 200 / 3000],
        }
    )
    assert quantile_incidence(fifths).kakwani == pytest.approx(kakwani_index(income, spending))


def test_quantiles_paid_back_per_head_are_the_scenario_of_the_same_population():
    # one person per fifth; 10 EUR/t on 1, 2, 3, 4, 5 t are 150 EUR of 100,000
    income = np.array([5, 10, 15, 25, 45]) * 1000.0
    tonnes = np.array([1.0, 2, 3, 4, 5])
    data = pd.DataFrame(
        {"weight": 1.0, "persons": 1, "net_income_eur_a": income, "t": tonnes, "fifth": range(5)}
    )
    once = scenario(price_eur_t=10.0, use="per_capita")
    micro = evaluate(data, [Channel("t", "t")], [once], "fifth").by_class
    fifths = pd.DataFrame(
        {"income_share": income / 1e5, "propensity": 1.0, "spending_share": tonnes / income}
    )
    grouped = quantile_balance(fifths, 150 / 1e5)
    assert grouped["net_share"].to_numpy() == pytest.approx(micro["net_share"].to_numpy())
    assert grouped["burden_share"].to_numpy() == pytest.approx(micro["burden_share"].to_numpy())
    assert (grouped["net_share"] * fifths["income_share"]).sum() == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="not percent"):
        quantile_balance(fifths, 1.5)


# --- scenarios -----------------------------------------------------------------------------


@pytest.mark.parametrize("equivalence", [None, "scale"])
def test_indices_of_scenarios_are_those_of_the_inequality_module(equivalence):
    data = households()
    result = evaluate(
        data, [HEAT, DRIVE], [scenario(use="per_capita")], "fifth", equivalence=equivalence
    ).summary.iloc[0]
    scale = data["scale"] if equivalence else 1.0
    weight = data["weight"] * (data["persons"] if equivalence else 1)
    burden = household_burden(data, [HEAT, DRIVE], 60)["burden_eur_a"]
    pool = 60 * (data["weight"] * (data["heat_t"] + data["drive_t"])).sum()
    transfer = data["persons"] * pool / (data["weight"] * data["persons"]).sum()
    income = data["net_income_eur_a"]
    near = {"rel": 1e-6}
    assert result["kakwani"] == pytest.approx(
        kakwani_index(income / scale, burden / scale, weight), **near
    )
    assert result["suits"] == pytest.approx(
        suits_index(income / scale, burden / scale, weight), **near
    )
    assert result["transfer_concentration"] == pytest.approx(
        concentration_index(transfer / scale, income / scale, weight), **near
    )
    assert result["gini_before"] == pytest.approx(gini(income / scale, weight))
    after = (income - burden + transfer) / scale
    assert result["gini_after"] == pytest.approx(gini(after, weight), **near)


def test_ties_in_income_do_not_move_the_indices():
    data = households(60).assign(net_income_eur_a=lambda d: d["net_income_eur_a"].round(-4))
    for part in (data, data.iloc[::-1]):
        result = evaluate(part, [HEAT], [scenario()], "fifth").summary.iloc[0]
        burden = household_burden(part, [HEAT], 60)["burden_eur_a"]
        income, weight = part["net_income_eur_a"], part["weight"]
        assert result["kakwani"] == pytest.approx(kakwani_index(income, burden, weight), rel=1e-6)
        assert result["suits"] == pytest.approx(suits_index(income, burden, weight), rel=1e-6)
        assert result["gini_after"] == pytest.approx(gini(income - burden, weight), rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(USES),
    st.floats(1, 200),
    st.floats(0, 1),
    st.booleans(),
    st.integers(0, 50),
)
def test_the_budget_balances_to_the_cent(use, price, recycled, include_vat, seed):
    data = households(60, seed)
    one = scenario(**use, price_eur_t=price, recycled=recycled, include_vat=include_vat)
    data["tenant_share"] = np.tile([1.0, 0.5, 0.05, 0.9], 15)
    heat = Channel("heat", "heat_t", vat=0.19, share_column="tenant_share")
    result = evaluate(data, [heat, DRIVE], [one], "kind")
    budget = result.budget.iloc[0]
    collected = budget["price_revenue_cents"] + budget["vat_cents"]
    assert budget["burden_cents"] + budget["landlord_cents"] == collected
    assert budget["paid_cents"] + budget["kept_cents"] == collected
    pool = collected if include_vat else budget["price_revenue_cents"]
    if use["use"] != "none":
        assert abs(budget["paid_cents"] - pool * recycled) <= 0.5 + 1e-6 * pool**0.5
    table = result.by_class
    net = (table["net_eur_a"] * table["households"]).sum() * 100
    assert net == pytest.approx(budget["paid_cents"] - budget["burden_cents"], abs=0.01)


def test_full_recycling_with_vat_leaves_nothing():
    result = evaluate(households(), [HEAT], [scenario(use="per_capita", include_vat=True)], "fifth")
    assert result.budget["kept_cents"].tolist() == [0]


@settings(max_examples=50)
@given(
    st.integers(0, 10**13),
    st.lists(st.floats(0, 1e6), min_size=1, max_size=30).filter(lambda k: sum(k) > 1e-3),
)
def test_cents_are_spread_without_remainder(total, key):
    shares = np.array(key)
    cents = allocate_cents(total, shares)
    assert cents.sum() == total
    assert (cents >= 0).all()
    assert (cents[shares == 0] == 0).all()
    quota = shares / shares.sum() * total
    assert np.abs(cents - quota).max() <= 1 + 1e-9 * total


@settings(max_examples=25)
@given(st.lists(st.floats(1, 1e5), min_size=2, max_size=20), st.floats(0.001, 0.5))
def test_a_proportional_burden_is_neutral(income, rate):
    result = progressivity(income, np.array(income) * rate)
    assert result.kakwani == pytest.approx(0, abs=1e-9)
    assert result.suits == pytest.approx(0, abs=1e-9)
    assert result.reynolds_smolensky == pytest.approx(0, abs=1e-9)


def test_a_transfer_per_head_is_progressive():
    data = households().assign(persons=2)
    with_it, without = evaluate(
        data,
        [HEAT],
        [scenario(name="a", use="per_capita"), scenario(name="b")],
        "fifth",
    ).summary.itertuples()
    assert with_it.transfer_concentration == pytest.approx(0, abs=1e-7)  # rows round to cents
    assert with_it.transfer_concentration < with_it.gini_before
    assert with_it.redistribution > without.redistribution


@pytest.mark.parametrize("factor", [0.01, 7.5])
def test_currency_does_not_change_the_indices(factor):
    want = progressivity(INCOME, BURDEN)
    assert progressivity(INCOME * factor, BURDEN * factor) == pytest.approx(want)
    classes = pd.DataFrame({"income_low": [100.0], "income_high": [200.0], "emissions_t_a": [2.0]})
    scaled = classes.assign(income_low=100 * factor, income_high=200 * factor)
    assert burden_by_class(scaled, 60 * factor)["share_low"].tolist() == pytest.approx(
        burden_by_class(classes, 60)["share_low"].tolist()
    )


def test_row_order_and_repeated_rows_change_nothing():
    data = households(80)
    whole = evaluate(data, [HEAT], [scenario(use="electricity")], "kind")
    turned = evaluate(data.iloc[::-1], [HEAT], [scenario(use="electricity")], "kind")
    pd.testing.assert_frame_equal(whole.by_class, turned.by_class)
    twice = pd.concat([data.assign(weight=data["weight"] / 2)] * 2)
    doubled = evaluate(twice, [HEAT], [scenario(use="electricity")], "kind")
    columns = ["income_eur_a", "burden_eur_a", "transfer_eur_a", "burden_share"]
    pd.testing.assert_frame_equal(doubled.by_class[columns], whole.by_class[columns], rtol=1e-6)


def test_who_gets_what():
    data = households()
    assert transfer_cents(data, 1000, "none").sum() == 0
    paid = transfer_cents(data, 10**8, "standard_benefit")
    assert paid.sum() == 10**8
    assert (paid[data["standard_benefit_eur_m"] == 0] == 0).all()
    paid = transfer_cents(
        data, 10**8, "income_tested", limit_column="net_income_eur_a", limit_eur=20_000.0
    )
    assert (paid[data["net_income_eur_a"] > 20_000] == 0).all()
    each = paid / data["weight"] / data["persons"]
    assert each[paid > 0].to_numpy() == pytest.approx(each[paid > 0].mean(), rel=1e-4)


def test_winners_and_losers_by_hand():
    # 60 EUR/t on 1, 2 and 3 t: pool 360 EUR, 120 EUR a head: +60, 0, -60
    data = pd.DataFrame(
        {
            "weight": 1.0,
            "persons": 1,
            "net_income_eur_a": [10_000.0, 20_000.0, 30_000.0],
            "heat_t": [1.0, 2.0, 3.0],
            "kind": ["poor", "middle", "rich"],
        }
    )
    result = evaluate(data, [Channel("h", "heat_t")], [scenario(use="per_capita")], "kind")
    table = result.by_class.set_index("class")
    assert table["net_eur_a"].to_dict() == {"middle": 0, "poor": 60, "rich": -60}
    assert table["net_share"].to_dict() == pytest.approx(
        {"middle": 0, "poor": 0.006, "rich": -0.002}
    )
    assert table["gain_share"].to_dict() == {"middle": 0, "poor": 1, "rich": 0}
    assert table["loss_share"].to_dict() == {"middle": 0, "poor": 0, "rich": 1}
    assert result.summary["gain_share"].item() == pytest.approx(1 / 3)


def test_the_share_of_the_landlord_lowers_the_burden_and_not_the_revenue():
    data = households().assign(half=0.5)
    alone, shared = (
        evaluate(data, [Channel("h", "heat_t", 0.19, share_column=c)], [scenario()], "fifth")
        for c in (None, "half")
    )
    want = alone.by_class["burden_eur_a"].to_numpy() / 2
    assert shared.by_class["burden_eur_a"].to_numpy() == pytest.approx(want, rel=1e-6)
    one, other = alone.budget.iloc[0], shared.budget.iloc[0]
    assert other["burden_cents"] == pytest.approx(other["landlord_cents"], rel=1e-6)
    assert other["price_revenue_cents"] == pytest.approx(one["price_revenue_cents"], rel=1e-6)
    cost = household_burden(data, [Channel("h", "heat_t", share_column="half")], 60)
    assert cost["burden_eur_a"].to_numpy() == pytest.approx(data["heat_t"].to_numpy() * 30)
    with pytest.raises(ValueError, match="exceeds 1 in 400"):
        household_burden(data.assign(half=50), [Channel("h", "heat_t", share_column="half")], 60)


def test_no_price_is_no_burden():
    result = evaluate(households(), [HEAT], [scenario(price_eur_t=0.0)], "fifth")
    assert result.budget["burden_cents"].item() == 0
    assert np.isnan(result.summary["kakwani"].item())
    assert result.summary["redistribution"].item() == pytest.approx(0, abs=1e-12)


def test_price_path_by_household_type():
    data = households()
    path = price_path_burden(data, [HEAT, DRIVE], {2026: 60.0, 2030: 120.0}, "kind")
    by_year = path.groupby("year")["burden_eur_a"].sum()
    assert by_year[2030] == pytest.approx(2 * by_year[2026])
    assert (path["heat"] + path["drive"]).to_numpy() == pytest.approx(path["burden_eur_a"])
    single = data[data["kind"] == "single"]
    want = np.average(single["heat_t"], weights=single["weight"]) * 60 * 1.19
    assert path.loc[(path["class"] == "single") & (path["year"] == 2026), "heat"].item() == (
        pytest.approx(want)
    )


def test_scenarios_from_a_config(tmp_path):
    file = tmp_path / "config.yml"
    one = {"name": "60", "source": "§ 10 BEHG", "price_eur_t": 60, "use": "per_capita"}
    file.write_text(yaml.safe_dump({"scenarios": [one]}), encoding="utf-8")
    assert read_config(file, ScenarioFile).scenarios[0].use == "per_capita"
    for wrong, match in (
        ({"use": "income_tested"}, "limit_column and limit_eur"),
        ({"price_eur_t": -1}, "price_eur_t"),
        ({"use": "helicopter"}, "use"),
        ({"recycled": 50}, "recycled"),
        ({"source": ""}, "source"),
    ):
        file.write_text(yaml.safe_dump({"scenarios": [one | wrong]}), encoding="utf-8")
        with pytest.raises(ConfigError, match=match):
            read_config(file, ScenarioFile)
    file.write_text(yaml.safe_dump({"scenarios": [one, one]}), encoding="utf-8")
    with pytest.raises(ConfigError, match="repeat"):
        read_config(file, ScenarioFile)


# --- income classes ------------------------------------------------------------------------


def _classes(low, high, **columns):
    return pd.DataFrame({"income_low": low, "income_high": high, **columns})


def test_bounds_hold_every_income_of_the_class_and_no_midpoint_is_made_up():
    table = _classes([0, 1250, 5000], [1250, 5000, None], emissions_t_a=[2.0, 3.0, 5.0])
    result = burden_by_class(table, 60, vat=0.19)
    assert result["burden_eur_a"].tolist() == pytest.approx([142.8, 214.2, 357.0])
    assert result["share_high"].tolist() == pytest.approx([inf, 214.2 / 15_000, 357 / 60_000])
    assert result["share_low"].tolist() == pytest.approx([142.8 / 15_000, 214.2 / 60_000, 0])
    assert result["share"].isna().all()
    with_means = burden_by_class(table.assign(income_mean=[900, None, 7000]), 60, vat=0.19)
    assert with_means["share"].tolist() == pytest.approx(
        [142.8 / 10_800, np.nan, 357 / 84_000], nan_ok=True
    )


def test_class_of_an_income_at_its_bounds():
    table = _classes([0, 1250], [1250, 2500], income_class=["a", "b"])
    assert income_class(pd.Series([0, 1249.99, 1250]), table).tolist() == ["a", "a", "b"]
    with pytest.raises(ValueError, match=r"2 income\(s\) of 3"):
        income_class(pd.Series([-1, 2500, 100]), table)


@pytest.mark.parametrize(
    ("low", "high", "match"),
    [
        ([0, 1300], [1250, 2500], "leave a gap, the first at 1250 and 1300"),
        ([0, 1200], [1250, 2500], "overlap, the first at 1250 and 1200"),
        ([0, 1250], [None, 2500], "no upper bound"),
        ([0, 1250], [1250, 1250], "ends where it begins"),
        ([None, 1250], [1250, None], "no lower bound"),
        ([-5, 0], [0, None], "below 0"),
    ],
)
def test_classes_with_gaps_or_overlaps_are_refused(low, high, match):
    with pytest.raises(ValueError, match=match):
        check_income_classes(_classes(low, high))


def test_an_extract_of_classes_may_have_gaps_but_no_overlaps():
    # published for 2020: home energy under 1,300 and from 5,000 EUR only (dis0150, dis0152)
    table = _classes([0, 5000], [1300, None], emissions_t_a=[1.0, 2.0])
    assert burden_by_class(table, 60, extract=True)["burden_eur_a"].tolist() == [60, 120]
    with pytest.raises(ValueError, match="leave a gap"):
        burden_by_class(table, 60)
    with pytest.raises(ValueError, match="overlap"):
        burden_by_class(table.assign(income_low=[0, 1200]), 60, extract=True)


# --- standard benefit ----------------------------------------------------------------------


def test_standard_benefit_balance_leaves_unknown_unknown():
    costs = pd.DataFrame(
        {
            "item": ["heating", "petrol", "electricity"],
            "cost_eur_m": [10.0, 60.0, 50.0],
            "paid_by": ["housing", "standard_benefit", "standard_benefit"],
            "contained_eur_m": [np.nan, 50.49, np.nan],
        }
    )
    table = standard_benefit_balance(costs).set_index("item")
    assert table["household_eur_m"].to_dict() == {
        "heating": 0, "petrol": 60, "electricity": 50, "total": 110,
    }  # fmt: skip
    assert table.loc["petrol", "gap_eur_m"] == pytest.approx(9.51)
    assert table.loc[["electricity", "total"], "gap_eur_m"].isna().all()


# --- bad input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"heat_t": -1.0}, "heat_t has 400 negative"),
        ({"heat_t": np.nan}, "400 missing"),
        ({"weight": -1.0}, "weight has 400 negative"),
        ({"weight": 0.0}, "weight 0"),
        ({"persons": 0}, "less than one person"),
        ({"fifth": None}, "fifth is missing for 400"),
        ({"net_income_eur_a": 0.0}, "total income is not positive"),
        ({"standard_benefit_eur_m": 0.0}, "Nobody is entitled"),
    ],
)
def test_wrong_households_are_refused(change, match):
    data = households().assign(**change)
    with pytest.raises(ValueError, match=match) as caught:
        evaluate(data, [HEAT], [scenario(use="standard_benefit")], "fifth")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: evaluate(households(), [], [scenario()], "fifth"), "no channel"),
        (lambda: evaluate(households(), [HEAT], [], "fifth"), "no scenario"),
        (lambda: evaluate(households(), [HEAT, HEAT], [scenario()], "fifth"), "repeats"),
        (lambda: evaluate(households(), [HEAT], [scenario()], "tenth"), "tenth"),
        (lambda: household_burden(households(), [HEAT], -5), "price_eur_t is -5"),
        (lambda: Channel("h", "x", elasticity=0.2), "0 or negative"),
        (lambda: Channel("h", "x", elasticity=-0.2), "give consumer_price_eur_t"),
        (lambda: Channel("h", "x", vat=19), "give a share"),
        (lambda: demand_factor(0, 1, -0.1), "not positive"),
        (lambda: transfer_cents(households(), 1, "income_tested"), "needs limit_column"),
        (lambda: transfer_cents(households(), -1, "per_capita"), "negative"),
        (
            lambda: burden_by_class(
                _classes([0], [1250], emissions_t_a=[1.0], income_mean=[14_000.0]), 60
            ),
            "outside their class",
        ),
        (
            lambda: quantile_incidence(
                pd.DataFrame({"income_share": [40, 60], "propensity": 1.0, "spending_share": 0.1})
            ),
            "not percent",
        ),
    ],
)
def test_bad_input_is_one_sentence(call, match):
    with pytest.raises(ValueError, match=match) as caught:
        call()
    assert "\n" not in str(caught.value)
