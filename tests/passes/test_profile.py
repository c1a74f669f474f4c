"""Profiles: values by hand, and what must hold for every completion of the unknown cells."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.passes.profile import (
    DIMENSIONS,
    answer_matrix,
    dominance,
    profile,
    rank_intervals,
)
from armutsexpertise.ranking import rank_bounds

GROUPS = ["sgb2", "sgb12", "wohngeld"]
CATEGORIES = ["museum", "zoo"]
ANSWER = st.sampled_from(["yes", "partial", "no", "not_stated"])
EXTREMES = {"yes": [1.0], "no": [0.0], "partial": [0.0, 1.0], "not_stated": [0.0, 1.0]}


def _passes(**columns: list[object]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    default = {
        "pass_id": [f"p{i}" for i in range(n)],
        "eligible_list_closed": ["not_stated"] * n,
        "route": ["no"] * n,
        "price_eur": [0.0] * n,
        "validity_months": [12.0] * n,
    }
    return pd.DataFrame(default | columns)


def _long(rows: list[list[str]], items: list[str], key: str, answer: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"pass_id": f"p{i}", key: item, answer: value}
            for i, row in enumerate(rows)
            for item, value in zip(items, row, strict=True)
        ]
    )


def _profile(passes, included, granted, **options):
    return profile(
        passes,
        _long(included, GROUPS, "group", "included"),
        _long(granted, CATEGORIES, "category", "granted"),
        groups=GROUPS,
        categories=CATEGORIES,
        **{"price_ceiling_eur": 60} | options,
    )


def _profiles(low: list[list[float]], high: list[list[float]]) -> pd.DataFrame:
    frame = pd.DataFrame({"pass_id": [f"p{i}" for i in range(len(low))]})
    for d, dimension in enumerate(DIMENSIONS):
        frame[f"{dimension}_low"] = [row[d] for row in low]
        frame[f"{dimension}_high"] = [row[d] for row in high]
    return frame


def _bounds(result: pd.DataFrame, dimension: str) -> list[tuple[float, float]]:
    ends = result[[f"{dimension}_low", f"{dimension}_high"]]
    return [(round(low, 10), round(high, 10)) for low, high in ends.to_numpy()]


def test_four_dimensions_by_hand():
    # By hand: access (1 + [0,1] + 0)/3 and, list closed, (1 + 0 + 0)/3; benefits (1 + [0,1])/2
    # and 0; fees: 30 of 60 EUR a year; 10 EUR for 6 months are 20 of 60.
    passes = _passes(
        price_eur=[30.0, 10.0], validity_months=[12.0, 6.0], route=["partial", "yes"]
    ).assign(eligible_list_closed=["not_stated", "yes"])
    result = _profile(
        passes,
        [["yes", "not_stated", "no"], ["yes", "not_stated", "not_stated"]],
        [["yes", "partial"], ["no", "no"]],
    )
    third = round(1 / 3, 10)
    assert _bounds(result, "access") == [(third, round(2 / 3, 10)), (third, third)]
    assert _bounds(result, "benefits") == [(0.5, 1.0), (0.0, 0.0)]
    assert _bounds(result, "route") == [(0.5, 0.5), (1.0, 1.0)]
    assert result["n_stated"].tolist() == [4, 3]  # a closed list is no answer to a single group
    assert _bounds(result, "price") == [(0.5, 0.5), (round(2 / 3, 10), round(2 / 3, 10))]


@pytest.mark.parametrize(
    ("price", "months", "expected"),
    [
        (0.0, np.nan, (1.0, 1.0)),  # free is free for however long
        (np.nan, 12.0, (0.0, 1.0)),
        (5.0, np.nan, (0.0, 1.0)),  # a fee for an unknown time is an unknown yearly fee
        (60.0, 12.0, (0.0, 0.0)),
        (600.0, 12.0, (0.0, 0.0)),  # never below zero
    ],
)
def test_price_limits(price, months, expected):
    result = _profile(
        _passes(price_eur=[price], validity_months=[months]), [["yes"] * 3], [["yes"] * 2]
    )
    assert _bounds(result, "price") == [expected]


def test_unknown_route_spans_everything_and_partial_can_be_widened():
    passes = _passes(route=["not_stated", "partial"])
    rows = [["yes"] * 3] * 2, [["yes"] * 2] * 2
    assert _bounds(_profile(passes, *rows), "route") == [(0.0, 1.0), (0.5, 0.5)]
    wide = _profile(passes, *rows, partial_route=(0.0, 1.0))
    assert _bounds(wide, "route") == [(0.0, 1.0), (0.0, 1.0)]


def test_item_without_row_is_unknown_unless_the_list_is_closed():
    passes = _passes(eligible_list_closed=["not_stated", "yes"])
    included = pd.DataFrame(
        {"pass_id": ["p0", "p1", "x"], "group": GROUPS, "included": ["yes", "yes", "yes"]}
    )
    granted = _long([["yes", "no"]] * 2, CATEGORIES, "category", "granted")
    result = profile(
        passes, included, granted, groups=GROUPS, categories=CATEGORIES, price_ceiling_eur=1
    )
    third = round(1 / 3, 10)
    assert _bounds(result, "access") == [(third, 1.0), (third, third)]


@given(
    st.lists(st.lists(ANSWER, min_size=3, max_size=3), min_size=1, max_size=3),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_bounds_are_reached_and_never_left_by_a_completion(included, closed):
    n = len(included)
    passes = _passes(eligible_list_closed=["yes" if closed else "not_stated"] * n)
    result = _profile(passes, included, [["yes", "no"]] * n)
    for row, (low, high) in zip(included, _bounds(result, "access"), strict=True):
        told = ["no" if closed and answer == "not_stated" else answer for answer in row]
        means = [np.mean(cells) for cells in product(*(EXTREMES[answer] for answer in told))]
        assert low == pytest.approx(min(means))
        assert high == pytest.approx(max(means))


@given(st.floats(0.01, 1000), st.floats(0, 500), st.floats(1, 60))
@settings(max_examples=40, deadline=None)
def test_currency_does_not_matter(rate, price, months):
    rows = [["yes"] * 3], [["yes"] * 2]
    first = _profile(_passes(price_eur=[price], validity_months=[months]), *rows)
    second = _profile(
        _passes(price_eur=[price * rate], validity_months=[months]),
        *rows,
        price_ceiling_eur=60 * rate,
    )
    assert first["price_low"].item() == pytest.approx(second["price_low"].item(), abs=1e-9)


def test_order_of_rows_does_not_matter():
    passes = _passes(price_eur=[0.0, 30.0, np.nan], route=["yes", "no", "partial"])
    included = [["yes", "no", "no"], ["no", "no", "not_stated"], ["partial", "yes", "yes"]]
    granted = [["yes", "no"], ["not_stated", "no"], ["yes", "yes"]]
    expected = _profile(passes, included, granted)
    eligibility = _long(included, GROUPS, "group", "included").iloc[::-1]
    benefits = _long(granted, CATEGORIES, "category", "granted").sample(frac=1, random_state=1)
    turned = profile(
        passes.iloc[::-1],
        eligibility,
        benefits,
        groups=GROUPS[::-1],
        categories=CATEGORIES,
        price_ceiling_eur=60,
    )
    assert turned["pass_id"].tolist() == ["p2", "p1", "p0"]
    pd.testing.assert_frame_equal(turned.iloc[::-1].reset_index(drop=True), expected)


def test_dominance_by_hand():
    low = [[0.8, 0.8, 0.5, 1], [0.2, 0.2, 0.5, 1], [0.2, 0.9, 0.0, 0], [0.8, 0.8, 0.5, 1]]
    high = [[0.8, 0.8, 0.5, 1], [0.8, 0.7, 0.5, 1], [0.9, 1.0, 1.0, 1], [0.8, 0.8, 0.5, 1]]
    pairs = dominance(_profiles(low, high))
    # p0 and p3 are alike: neither dominates the other; p2 is unknown in too much.
    assert pairs.to_numpy().tolist() == [["p0", "p1"], ["p3", "p1"]]
    assert list(pairs.columns) == ["dominating", "dominated"]


def test_dominance_of_known_profiles_does_not_depend_on_the_value_of_partial():
    passes = _passes(route=["yes", "partial", "no", "partial"])
    rows = [["yes", "no", "no"]] * 4, [["yes", "no"]] * 4
    found = [
        dominance(_profile(passes, *rows, partial_route=(point, point))).to_numpy().tolist()
        for point in (0.1, 0.5, 0.9)
    ]
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 5


UNIT = st.integers(0, 4).map(lambda i: i / 4)
CELL = st.tuples(UNIT, UNIT).map(sorted)


@st.composite
def _interval_profiles(draw):
    n = draw(st.integers(1, 5))
    cells = draw(st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=n, max_size=n))
    array = np.array(cells, dtype=float)
    return array[:, :, 0], array[:, :, 1]


@given(_interval_profiles(), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_no_weights_and_no_completion_break_dominance_or_rank_bounds(ends, seed):
    low, high = ends
    frame = _profiles(low.tolist(), high.tolist())
    ids = frame["pass_id"].tolist()
    pairs = [(ids.index(a), ids.index(b)) for a, b in dominance(frame).to_numpy()]
    table = rank_intervals(frame, draws=20, seed=seed)
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(4), size=20)  # the draws of the function itself
    for weight in weights:
        truth = low + (high - low) * rng.random(low.shape)
        score = np.round(truth @ weight, 12)
        for a, b in pairs:
            assert score[a] >= score[b] - 1e-9
        rank = 1 + (score[None, :] > score[:, None]).sum(axis=1)
        assert (table["rank_low"].to_numpy() <= rank).all()
        assert (rank <= table["rank_high"].to_numpy()).all()


@given(_interval_profiles())
@settings(max_examples=40, deadline=None)
def test_dominance_is_a_strict_order(ends):
    pairs = {tuple(pair) for pair in dominance(_profiles(*(e.tolist() for e in ends))).to_numpy()}
    assert all((b, a) not in pairs for a, b in pairs)
    assert all((a, d) in pairs for a, b in pairs for c, d in pairs if b == c)


@given(_interval_profiles(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_ranks_do_not_depend_on_the_order_of_passes(ends, shuffler):
    low, high = ends
    frame = _profiles(low.tolist(), high.tolist())
    order = list(range(len(frame)))
    shuffler.shuffle(order)
    straight = rank_intervals(frame, draws=30, seed=4, level=0.8).set_index("pass_id")
    mixed = rank_intervals(frame.iloc[order], draws=30, seed=4, level=0.8).set_index("pass_id")
    pd.testing.assert_frame_equal(mixed.loc[straight.index], straight)


def test_known_and_different_profiles_have_one_rank_whatever_the_weights():
    ends = [[0.9] * 4, [0.5] * 4, [0.1] * 4]
    table = rank_intervals(_profiles(ends, ends), draws=50, seed=1)
    assert table["rank_low"].tolist() == table["rank_high"].tolist() == [1, 2, 3]
    assert table["n_passes"].tolist() == [3, 3, 3]


def test_equal_profiles_share_the_first_rank_and_one_pass_is_first_and_last():
    ends = [[0.3, 0.7, 0.1, 0.9]] * 3
    table = rank_intervals(_profiles(ends, ends), draws=50, seed=1)
    assert table["rank_low"].tolist() == table["rank_high"].tolist() == [1, 1, 1]
    alone = rank_intervals(_profiles([[0.0] * 4], [[1.0] * 4]), draws=5, seed=1)
    assert alone.iloc[0, 1:].tolist() == [1, 1, 1, 1, 1]


def test_nothing_known_spans_all_ranks():
    table = rank_intervals(_profiles([[0.0] * 4] * 6, [[1.0] * 4] * 6), draws=10, seed=1)
    assert (table["rank_low"] == 1).all()
    assert (table["rank_high"] == 6).all()


def test_a_smaller_level_gives_a_narrower_interval_and_the_seed_fixes_the_result():
    rng = np.random.default_rng(7)
    low = rng.random((12, 4)) * 0.9
    frame = _profiles(low.tolist(), (low + 0.05).tolist())
    full = rank_intervals(frame, draws=400, seed=3)
    part = rank_intervals(frame, draws=400, seed=3, level=0.5)
    assert (part["rank_low"] >= full["rank_low"]).all()
    assert (part["rank_high"] <= full["rank_high"]).all()
    assert (part["rank_high"] < full["rank_high"]).any()
    pd.testing.assert_frame_equal(full, rank_intervals(frame, draws=400, seed=3))


def test_rank_bounds_in_blocks_equal_one_pair_at_a_time(monkeypatch):
    rng = np.random.default_rng(2)
    low = rng.random((7, 5))
    high = low + rng.random((7, 5)) * 0.3
    monkeypatch.setattr("armutsexpertise.ranking._BLOCK", 60)  # two draws per block
    best, worst = rank_bounds(low, high)
    for d in range(7):
        for i in range(5):
            others = [j for j in range(5) if j != i]
            assert best[d, i] == 1 + sum(low[d, j] > high[d, i] for j in others)
            assert worst[d, i] == 1 + sum(high[d, j] > low[d, i] for j in others)


GOOD = ([["yes"] * 3], [["yes"] * 2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"route": ["maybe"]}, "passes.route holds maybe"),
        ({"route": [None]}, "passes.route holds None"),
        ({"price_eur": [-1.0]}, "negative price_eur"),
        ({"validity_months": [0.0]}, "validity_months that is not positive"),
        ({"pass_id": ["p0", "p0"]}, "passes repeats 1 key"),
    ],
)
def test_bad_passes_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        _profile(_passes(**change), *GOOD)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"price_ceiling_eur": 0}, "price_ceiling_eur must be a positive"),
        ({"price_ceiling_eur": float("nan")}, "price_ceiling_eur must be a positive"),
        ({"partial_route": (0.6, 0.5)}, "partial_route must be two values"),
        ({"partial_group": (0.0, 1.1)}, "partial_group must be two values"),
    ],
)
def test_bad_options_are_refused(option, message):
    with pytest.raises(ValueError, match=message):
        _profile(_passes(price_eur=[0.0]), *GOOD, **option)


def test_bad_tables_are_refused():
    long = _long([["yes"] * 3], GROUPS, "group", "included")
    options = {"key": "group", "answer": "included", "columns": GROUPS, "name": "eligibility"}
    with pytest.raises(ValueError, match=r"eligibility lacks the column\(s\) included"):
        answer_matrix(long.drop(columns="included"), ["p0"], **options)
    with pytest.raises(ValueError, match="has no group bafoeg"):
        answer_matrix(long, ["p0"], **options | {"columns": ["bafoeg"]})
    with pytest.raises(ValueError, match="none was asked for"):
        answer_matrix(long, ["p0"], **options | {"columns": []})
    with pytest.raises(ValueError, match="eligibility repeats 3 key"):
        answer_matrix(pd.concat([long, long]), ["p0"], **options)


def test_bad_profiles_and_draws_are_refused():
    frame = _profiles([[0.5] * 4], [[0.6] * 4])
    with pytest.raises(ValueError, match="0 <= low <= high <= 1"):
        dominance(frame.assign(price_low=0.7))
    with pytest.raises(ValueError, match="0 <= low <= high <= 1"):
        dominance(frame.assign(price_low=np.nan))
    with pytest.raises(ValueError, match="profiles lacks the column"):
        dominance(frame.drop(columns="price_low"))
    with pytest.raises(ValueError, match="dimensions is empty"):
        dominance(frame, [])
    with pytest.raises(ValueError, match="profiles repeats 1 key"):
        dominance(pd.concat([frame, frame]))
    with pytest.raises(ValueError, match="draws must be 1"):
        rank_intervals(frame, draws=0, seed=1)
    with pytest.raises(ValueError, match="level must be above 0"):
        rank_intervals(frame, draws=1, seed=1, level=0)
