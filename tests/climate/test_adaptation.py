"""Adaptation: priority under open weights, and coverage against enumeration of all choices."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.climate import adaptation as ad

AREAS = pd.DataFrame(
    {
        "area": ["a", "b", "c", "d"],
        "hot_days": [8.0, 14, 11, 9],
        "deprivation": [0.2, 0.3, 0.25, 0.6],
        "green": [30.0, 10, 25, 40],
    }
)
CRITERIA = {"hot_days": "more", "deprivation": "more", "green": "less"}


def areas(n, seed, unknown=False):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(0, 6, (n, 3)), columns=list(CRITERIA)).astype(float)
    table.loc[:1, :] = [[0.0] * 3, [5.0] * 3]  # so that every criterion varies
    if unknown:
        table.loc[2, "green"] = np.nan
    return table.assign(area=[f"a{i:02d}" for i in range(n)])


def test_scores_and_parts_by_hand():
    weights = {"hot_days": 2, "deprivation": 1, "green": 1}
    found = ad.priority_list(AREAS, CRITERIA, weights, area_id="area").set_index("area")
    # b: hot_days 1, deprivation 0.25, green 1; weights 0.5, 0.25, 0.25
    assert found.loc["b", "score_low"] == pytest.approx(0.5 + 0.0625 + 0.25)
    assert found.loc["b", ["from_hot_days", "from_deprivation", "from_green"]].tolist() == [
        pytest.approx(0.5),
        pytest.approx(0.0625),
        pytest.approx(0.25),
    ]
    assert found.index[0] == "b"
    assert found.loc["b", "rank_low"] == found.loc["b", "rank_high"] == 1
    pairs = ad.priority_dominance(AREAS, CRITERIA, area_id="area")
    assert pairs.to_numpy().tolist() == [["b", "a"], ["b", "c"], ["c", "a"]]
    assert found["n_ahead"].to_dict() == {"a": 2, "b": 0, "c": 1, "d": 0}


def test_what_is_not_known_can_be_anything():
    table = AREAS.assign(green=[30.0, 10, np.nan, 40])
    scores = ad.need_scores(table, CRITERIA, area_id="area").set_index("area")
    assert scores.loc["c", ["green_low", "green_high"]].tolist() == [0, 1]
    weights = dict.fromkeys(CRITERIA, 1)

    def ranked(areas):
        found = ad.priority_list(areas, CRITERIA, weights, area_id="area")
        return found.set_index("area").sort_index()

    found = ranked(table)
    for value in (10.0, 22.0, 40.0):  # each completion lies within
        full = table.assign(green=table["green"].fillna(value))
        point = ranked(full)
        assert found.loc["c", "score_low"] <= point.loc["c", "score_low"] + 1e-12
        assert point.loc["c", "score_high"] <= found.loc["c", "score_high"] + 1e-12
        assert (found["rank_low"] <= point["rank_low"]).all()
        assert (point["rank_high"] <= found["rank_high"]).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 8), st.integers(0, 10_000), st.booleans(), st.data())
def test_no_weights_turn_a_dominance_round(n, seed, unknown, data):
    table = areas(n, seed, unknown)
    drawn = data.draw(st.lists(st.floats(0.01, 1), min_size=3, max_size=3))
    weights = dict(zip(CRITERIA, drawn, strict=True))
    found = ad.priority_list(table, CRITERIA, weights, area_id="area").set_index("area")
    for ahead, behind in ad.priority_dominance(table, CRITERIA, area_id="area").to_numpy():
        assert found.loc[ahead, "score_low"] >= found.loc[behind, "score_high"] - 1e-12
    shuffled = table.sample(frac=1, random_state=seed)
    again = ad.priority_list(shuffled, CRITERIA, weights, area_id="area")
    pd.testing.assert_frame_equal(found.reset_index(), again)


@settings(max_examples=15, deadline=None)
@given(st.integers(3, 7), st.integers(0, 10_000))
def test_attainable_ranks_hold_every_drawn_rank_and_are_reached(n, seed):
    table = areas(n, seed)
    exact = ad.attainable_ranks(table, CRITERIA, area_id="area")
    drawn = ad.priority_rank_intervals(table, CRITERIA, area_id="area", draws=3000, seed=1)
    assert (exact["rank_low"] <= drawn["rank_low"]).all()
    assert (drawn["rank_high"] <= exact["rank_high"]).all()
    # with scores on a grid of fifths the draws reach nearly every rank
    gap = (drawn["rank_low"] - exact["rank_low"]) + (exact["rank_high"] - drawn["rank_high"])
    assert gap.sum() <= 2 * n


def test_attainable_ranks_by_hand():
    table = pd.DataFrame({"area": list("abc"), "x": [1.0, 0, 0.6], "y": [0.0, 1, 0.6]})
    criteria = {"x": "more", "y": "more"}
    # c has 0.6 under all weights; a has w, b has 1 - w: c is first for w in [0.4, 0.6]
    found = ad.attainable_ranks(table, criteria, area_id="area").set_index("area")
    assert found.loc["c"].tolist() == [1, 2]
    assert found.loc["a"].tolist() == [1, 3]
    limited = ad.attainable_ranks(table, criteria, area_id="area", limits={"x": (0.7, 1)})
    assert limited.set_index("area").loc["c"].tolist() == [2, 2]
    ties = table.assign(x=[1.0, 1, 0], y=[1.0, 1, 0])
    same = ad.attainable_ranks(ties, criteria, area_id="area")
    assert same[["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 1], [1, 1], [3, 3]]


@pytest.mark.parametrize(
    ("table", "criteria", "weights", "error", "message"),
    [
        (AREAS, {"noise": "more"}, {"noise": 1}, ValueError, "lacks the criterion noise"),
        (AREAS, {"green": "up"}, {"green": 1}, ValueError, "more or less"),
        (AREAS, {"area": "more"}, {"area": 1}, TypeError, "numeric"),
        (AREAS.assign(green=3.0), {"green": "less"}, {"green": 1}, ValueError, "does not vary"),
        (AREAS, {"green": "less"}, {"heat": 1}, ValueError, "one weight for each"),
        (AREAS, {"green": "less"}, {"green": 0}, ValueError, "positive"),
        (AREAS, {"green": "less"}, {"green": -1}, ValueError, "negative"),
        (AREAS.assign(area="a"), {"green": "less"}, {"green": 1}, ValueError, "repeats 3 key"),
        (AREAS, {}, {}, ValueError, "criteria is empty"),
    ],
)
def test_priority_lists_that_are_refused(table, criteria, weights, error, message):
    with pytest.raises(error, match=message):
        ad.priority_list(table, criteria, weights, area_id="area")


def test_limits_and_unknown_values_are_refused():
    with pytest.raises(ValueError, match="are missing"):
        ad.attainable_ranks(AREAS.assign(green=[1, 2, None, 4]), CRITERIA, area_id="area")
    for limits in ({"green": (0.8, 0.2)}, {"noise": (0, 1)}, dict.fromkeys(CRITERIA, (0, 0.2))):
        with pytest.raises(ValueError, match="limits must name"):
            ad.attainable_ranks(AREAS, CRITERIA, area_id="area", limits=limits)


def problem(n_sites, n_areas, seed, costs=False):
    rng = np.random.default_rng(seed)
    sites = pd.DataFrame({"site_id": [f"s{i}" for i in range(n_sites)]})
    if costs:
        sites["cost"] = rng.integers(1, 9, n_sites) * 1000.0
    table = pd.DataFrame(
        {"area_id": [f"a{i}" for i in range(n_areas)], "vulnerable": rng.integers(1, 200, n_areas)}
    )
    near = rng.random((n_sites, n_areas)) < 0.35
    near[0, 0] = True
    at, where = np.nonzero(near)
    reach = pd.DataFrame({"site_id": sites["site_id"].to_numpy()[at]})
    reach["area_id"] = table["area_id"].to_numpy()[where]
    return table, sites, reach


def best_by_enumeration(table, sites, reach, budget):
    people = table.set_index("area_id")["vulnerable"]
    cost = sites.set_index("site_id")["cost"] if "cost" in sites else None
    best = (0, 0.0)
    for size in range(len(sites) + 1):
        for chosen in itertools.combinations(sites["site_id"], size):
            spent = size if cost is None else cost[list(chosen)].sum()
            if spent <= budget:
                served = reach.loc[reach["site_id"].isin(chosen), "area_id"].unique()
                best = max(best, (people[served].sum(), -float(spent)))
    return best[0], -best[1]


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 7), st.integers(2, 12), st.integers(0, 10_000), st.booleans(), st.data())
def test_the_optimum_is_that_of_enumeration(n_sites, n_areas, seed, costs, data):
    table, sites, reach = problem(n_sites, n_areas, seed, costs)
    most = int(sites["cost"].sum()) if costs else n_sites
    budget = data.draw(st.integers(0, most))
    best = ad.optimal_coverage(table, sites, reach, budget=budget)
    reached, cost = best_by_enumeration(table, sites, reach, budget)
    assert best.reached == reached
    assert best.cost == cost  # the cheapest of those that reach as many
    greedy = ad.greedy_coverage(table, sites, reach, budget=budget)
    bound = (1 - 1 / np.e) * (0.5 if costs else 1)
    assert best.reached >= greedy.reached >= bound * best.reached - 1e-9
    assert greedy.cost <= budget
    assert best.share == pytest.approx(best.reached / table["vulnerable"].sum())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_and_repeated_pairs_change_nothing(seed):
    table, sites, reach = problem(6, 10, seed, costs=True)
    shuffled = [t.sample(frac=1, random_state=seed) for t in (table, sites, reach)]
    doubled = pd.concat([reach, reach])
    for choose in (ad.greedy_coverage, ad.optimal_coverage):
        one = choose(table, sites, reach, budget=12_000)
        assert choose(*shuffled, budget=12_000) == one
        assert choose(table, sites, doubled, budget=12_000) == one


def test_ties_go_to_the_smaller_key():
    table = pd.DataFrame({"area_id": ["x", "y"], "vulnerable": [10, 10]})
    sites = pd.DataFrame({"site_id": ["b", "a"]})
    reach = pd.DataFrame({"site_id": ["a", "b"], "area_id": ["x", "y"]})
    assert ad.greedy_coverage(table, sites, reach, budget=1).sites == ("a",)


def test_a_cheap_site_does_not_hide_the_great_one():
    """The greedy choice per cost alone would take the cheap site and afford no other."""
    table = pd.DataFrame({"area_id": ["x", "y"], "vulnerable": [2, 100]})
    sites = pd.DataFrame({"site_id": ["cheap", "great"], "cost": [1.0, 100.0]})
    reach = pd.DataFrame({"site_id": ["cheap", "great"], "area_id": ["x", "y"]})
    assert ad.greedy_coverage(table, sites, reach, budget=100).sites == ("great",)


def test_a_budget_missed_by_a_cent_is_kept():
    table = pd.DataFrame({"area_id": ["x", "y"], "vulnerable": [10, 9]})
    sites = pd.DataFrame({"site_id": ["a", "b"], "cost": [50_000_000.0, 50_000_000.01]})
    reach = pd.DataFrame({"site_id": ["a", "b"], "area_id": ["x", "y"]})
    best = ad.optimal_coverage(table, sites, reach, budget=100_000_000)
    assert best.sites == ("a",)
    assert ad.greedy_coverage(table, sites, reach, budget=100_000_000).sites == ("a",)
    exact = ad.optimal_coverage(table, sites, reach, budget=100_000_000.01)
    assert exact.sites == ("a", "b")


def test_nothing_to_spend_and_nobody_reached():
    table, sites, reach = problem(3, 4, 1)
    for choose in (ad.greedy_coverage, ad.optimal_coverage):
        none = choose(table, sites, reach, budget=0)
        assert (none.sites, none.reached, none.share) == ((), 0, 0)
        assert np.isnan(none.per_cost)
        assert choose(table, sites, reach.head(0), budget=3).reached == 0


def test_curve_rises_and_tells_the_classes_apart():
    table, sites, reach = problem(6, 12, 3)
    table["fifth"] = [1, 2] * 6
    curve = ad.coverage_curve(table, sites, reach, budgets=[1, 2, 3, 6], by="fifth")
    assert curve["reached"].is_monotonic_increasing
    assert (curve["reached"] >= curve["reached_greedy"]).all()
    mass = table.groupby("fifth")["vulnerable"].sum()
    total = curve["share_1"] * mass[1] + curve["share_2"] * mass[2]
    assert total.tolist() == pytest.approx(curve["reached"].tolist())
    assert curve["further_per_cost"].iloc[0] == pytest.approx(curve["reached"].iloc[0])
    with pytest.raises(ValueError, match="must rise"):
        ad.coverage_curve(table, sites, reach, budgets=[2, 1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a, s, r: (a.assign(vulnerable=-1), s, r), "negative"),
        (lambda a, s, r: (a.assign(vulnerable=0), s, r), "nobody in total"),
        (lambda a, s, r: (a.drop(columns="vulnerable"), s, r), "lacks vulnerable"),
        (lambda a, s, r: (a, s.assign(cost=0.0), r), "3 site.* nothing or less"),
        (lambda a, s, r: (a, pd.concat([s, s]), r), "repeats 3"),
        (lambda a, s, r: (a, s, r.assign(area_id="nowhere")), "lack: use the same keys"),
        (lambda a, s, r: (a, s, r.drop(columns="area_id")), "reach lacks area_id"),
    ],
)
def test_coverage_tables_that_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        ad.greedy_coverage(*change(*problem(3, 4, 1)), budget=1)


def test_a_budget_is_an_amount():
    for budget in (-1, np.nan, np.inf):
        with pytest.raises(ValueError, match="budget"):
            ad.optimal_coverage(*problem(3, 4, 1), budget=budget)
