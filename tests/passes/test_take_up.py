"""Take-up: rounding, ranges, comparable pairs, synthesis against R, described cases."""

from math import inf, nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from armutsexpertise.passes.take_up import (
    TakeUp,
    before_after_cases,
    comparable_pairs,
    count_range,
    non_take_up_context,
    random_effects,
    rounding_unit,
    synthesis,
    take_up_range,
)
from armutsexpertise.ranges import Range

REFERENCE = pd.read_csv(Path(__file__).parent / "reference" / "take_up_metafor.csv")


def _count(count_id: str, measure: str, value: float, **change: object) -> dict[str, object]:
    return {
        "count_id": count_id,
        "pass_id": "05954036-pass",
        "ags": "05954036",
        "pass_name": "Pass",
        "measure": measure,
        "unit": "person",
        "value": value,
        "value_low": nan,
        "value_high": nan,
        "date": "2013-01",
        "date_quality": "stated",
        "groups": "nur SGB II",
        "method": "Zählung",
        "verified": True,
        "source_title": "Zeitung",
        "source_url": None,
        "notes": None,
        "pair_id": "witten-2013",
    } | change


def _pair(numerator: dict[str, object], **change: object) -> pd.DataFrame:
    return pd.DataFrame([numerator, _count("e1", "eligible", 7000, **change)])


# Rounding and ranges -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (654, 1),
        (0, 1),
        (10, 10),
        (94_700, 100),
        (168_860, 10),
        (20_000, 10_000),
        (1, 1),
        (9.3, 0.1),
        (0.25, 0.01),
        (3_000_000, 1_000_000),
        (462_463.2, 0.1),
    ],
)
def test_rounding_unit_by_hand(value, unit):
    assert rounding_unit(value) == pytest.approx(unit, rel=1e-12)


@given(st.integers(1, 10**7), st.integers(0, 5))
@settings(max_examples=50, deadline=None)
def test_a_rounded_count_encloses_the_number_it_was_rounded_from(truth, zeros):
    printed = round(truth, -zeros)
    assume(printed > 0)  # a printed zero does not show to what it was rounded
    found = count_range(printed)
    assert found.low <= truth <= found.high


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((654.0,), Range(653.5, 654.5)),
        ((0.0,), Range(0.0, 0.5)),
        ((7000.0,), Range(6500.0, 7500.0)),
        ((nan, 6000.0, 8000.0), Range(6000.0, 8000.0)),
        ((nan, 2200.0, nan), Range(2200.0, inf)),
        ((nan, nan, 540_000.0), Range(0.0, 540_000.0)),
        ((7000.0, 6800.0, 7100.0), Range(6800.0, 7100.0)),  # a printed range goes before the rule
    ],
)
def test_count_range_by_hand(arguments, expected):
    assert count_range(*arguments) == expected


@pytest.mark.parametrize("bad", [-1.0, inf, nan])
def test_impossible_counts_are_refused(bad):
    with pytest.raises(ValueError, match=r"finite number of zero or more"):
        rounding_unit(bad)


def test_impossible_ranges_are_refused():
    with pytest.raises(ValueError, match="has no range"):
        count_range(nan)
    for low, high in ((2, 1), (-1, 1), (nan, 1), (0, nan)):
        with pytest.raises(ValueError, match="0 <= low <= high"):
            Range(low, high)
    with pytest.raises(ValueError, match="must be finite"):
        Range(inf, inf)


ENDS = st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)).map(lambda pair: Range(*sorted(pair)))
PART = st.floats(0, 1)


@given(ENDS, ENDS, PART, PART)
@settings(max_examples=50, deadline=None)
def test_products_and_quotients_enclose_every_combination(first, second, s, t):
    x = min(first.low + s * first.width, first.high)
    y = min(second.low + t * second.width, second.high)
    found = first * second
    assert found.low <= x * y * (1 + 1e-12)
    assert x * y <= found.high * (1 + 1e-12)
    if y > 0:
        rate = first / second
        assert rate.low <= x / y * (1 + 1e-12)
        assert x / y <= rate.high * (1 + 1e-12)


def test_zero_and_infinity_in_ranges():
    assert Range(0, 0) * Range(0, inf) == Range(0, 0)
    assert Range(1, 2) * Range(3, inf) == Range(3, inf)
    assert Range(1, 2) / Range(0, 4) == Range(0.25, inf)
    assert Range(1, 2) / Range(1, inf) == Range(0, 2)
    assert (Range(1, 3).middle, Range(1, 3).width) == (2, 2)
    with pytest.raises(ValueError, match="Division by a range that is zero"):
        Range(1, 2) / Range(0, 0)


def test_take_up_range_by_hand():
    # By hand: 653.5/7500 and 654.5/6500; 90 to 110 of 100 can exceed one and is cut.
    found = take_up_range(count_range(654), count_range(7000))
    assert found == TakeUp(653.5 / 7500, 654.5 / 6500, False)
    assert take_up_range(Range(90, 110), Range(100, 100)) == TakeUp(0.9, 1.0, True)
    assert take_up_range(Range(5, 6), Range(1, 2)) == TakeUp(1.0, 1.0, True)
    assert take_up_range(Range(0, 0), Range(10, 20)) == TakeUp(0.0, 0.0, False)


# Pairs -------------------------------------------------------------------------------------------


def test_a_comparable_pair():
    row = comparable_pairs(_pair(_count("h1", "holders", 654))).iloc[0]
    assert row["comparability"] == "vergleichbar"
    assert row["reasons"] == ""
    assert (row["numerator_id"], row["denominator_id"]) == ("h1", "e1")
    assert row["share_low"] == pytest.approx(653.5 / 7500)
    assert row["share_high"] == pytest.approx(654.5 / 6500)
    assert not row["above_one"]


@pytest.mark.parametrize(
    ("numerator", "denominator", "reason"),
    [
        ({"measure": "issued_total"}, {}, "Ausstellungen statt Inhabende"),
        ({"measure": "applications"}, {}, "Anträge statt Inhabende"),
        ({"unit": "card"}, {}, "Karten statt Personen"),
        ({"unit": "household"}, {}, "Haushalte statt Personen"),
        ({"groups": "SGB XII"}, {}, "Gruppen verschieden"),
        ({"groups": None}, {"groups": None}, "Gruppen nicht genannt"),
        ({"date": "2014-01"}, {}, "Stichtage verschieden"),
        ({"date": "2013"}, {}, "Stichtage verschieden"),
        ({}, {"date": None}, "Stichtag nicht genannt"),
        ({"date_quality": "inferred"}, {}, "Stichtag erschlossen"),
        ({}, {"date_quality": "inferred"}, "Stichtag erschlossen"),
    ],
)
def test_each_reason_makes_an_approximation(numerator, denominator, reason):
    row = comparable_pairs(_pair(_count("h1", "holders", 654) | numerator, **denominator)).iloc[0]
    assert row["comparability"] == "Näherung"
    assert row["reasons"] == reason


def test_reasons_add_up_and_an_unverified_count_is_not_printable():
    numerator = _count("h1", "issued_total", 654, unit="card", verified=False)
    row = comparable_pairs(_pair(numerator)).iloc[0]
    assert row["comparability"] == "nicht druckbar"
    assert row["reasons"] == (
        "Ausstellungen statt Inhabende; Karten statt Personen; "
        "Zahl bei Nachprüfung nicht wiedergefunden"
    )
    assert not row["verified"]


def test_more_holders_than_eligible_persons_is_flagged():
    row = comparable_pairs(_pair(_count("h1", "holders", 9000))).iloc[0]
    assert row["above_one"]
    assert row["share_high"] == 1.0


def test_pairs_are_sorted_and_counts_without_pair_are_left_out():
    one = _pair(_count("h1", "holders", 654))
    two = _pair(_count("h2", "holders", 40)).assign(pair_id="aachen-2020", count_id=["h2", "e2"])
    alone = pd.DataFrame([_count("x", "price", 3.0, pair_id=None)])
    pairs = comparable_pairs(pd.concat([one, alone, two]).sample(frac=1, random_state=3))
    assert pairs["pair_id"].tolist() == ["aachen-2020", "witten-2013"]
    assert comparable_pairs(alone).empty
    assert list(comparable_pairs(alone).columns) == list(pairs.columns)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([_count("h1", "holders", 1)], "needs one count of eligible persons"),
        ([_count("e1", "eligible", 1)], "at least one numerator"),
        (
            [
                _count(i, m, 1)
                for i, m in zip("abc", ["holders", "eligible", "eligible"], strict=True)
            ],
            "needs one count of eligible persons",
        ),
        ([_count("u", "uses", 1), _count("e1", "eligible", 1)], "has the measure uses"),
        (
            [_count("h1", "holders", 1, ags="05111000"), _count("e1", "eligible", 1)],
            "joins two places",
        ),
    ],
)
def test_broken_pairs_are_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        comparable_pairs(pd.DataFrame(rows))


# Synthesis ---------------------------------------------------------------------------------------


def _numbers(cell: str) -> list[float]:
    return [float(part) for part in cell.split()]


@pytest.mark.parametrize(
    "case",
    list(REFERENCE.itertuples()),
    ids=[f"{r.case}-{r.level}" for r in REFERENCE.itertuples()],
)
def test_random_effects_match_metafor(case):
    assert case.origin
    found = random_effects(_numbers(case.y), _numbers(case.v), level=case.level)
    for name in ("mean", "se", "tau2", "low", "high", "prediction_low", "prediction_high"):
        # The reference prints 15 digits of the inputs.
        assert found[name] == pytest.approx(getattr(case, name), rel=1e-9, abs=1e-12), name


def test_random_effects_match_the_formulas_by_hand():
    # Equal variances v: Paule-Mandel gives tau2 = s^2 - v, the mean is plain, se^2 = s^2 / k.
    y, v = [0.0, 1.0, 2.0, 3.0, 4.0], [0.5] * 5
    found = random_effects(y, v)
    assert found["tau2"] == pytest.approx(2.5 - 0.5)
    assert found["mean"] == pytest.approx(2.0)
    assert found["se"] == pytest.approx(np.sqrt(2.5 / 5))
    assert found["high"] == pytest.approx(2 + stats.t.ppf(0.975, 4) * np.sqrt(0.5))
    assert found["prediction_low"] == pytest.approx(2 - stats.t.ppf(0.975, 3) * np.sqrt(2.0 + 0.5))


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(0.001, 0.5)), min_size=3, max_size=9),
    st.floats(-2, 2),
)
@settings(max_examples=50, deadline=None)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")  # statsmodels' I2 where Q = 0
def test_random_effects_agree_with_statsmodels_and_move_with_the_data(cells, shift):
    y, v = (np.array(column) for column in zip(*cells, strict=True))
    found = random_effects(y, v)
    other = combine_effects(y, v, method_re="iterated", use_t=True)  # stops at 1e-5 in Q
    assert found["tau2"] == pytest.approx(other.tau2, rel=1e-3, abs=1e-5)
    assert found["mean"] == pytest.approx(other.mean_effect_re, rel=1e-3, abs=1e-4)
    moved = random_effects(y + shift, v)
    assert moved["mean"] == pytest.approx(found["mean"] + shift, abs=1e-8)
    assert moved["tau2"] == pytest.approx(found["tau2"], rel=1e-6, abs=1e-9)
    assert found["low"] <= found["mean"] <= found["high"]
    assert found["prediction_low"] <= found["low"]
    assert found["prediction_high"] >= found["high"]


def test_the_estimating_equation_holds_where_statsmodels_can_return_zero():
    # Newton steps one rounding error beyond the root make combine_effects return a variance of
    # zero for clearly different effects when the tolerance is tight; ours must not.
    rng = np.random.default_rng(0)
    for _ in range(200):
        k = int(rng.integers(5, 9))
        y, v = rng.normal(0, 1, k), rng.uniform(1e-4, 0.05, k)
        tau2 = random_effects(y, v)["tau2"]
        weight = 1 / (v + tau2)
        q = (weight * (y - (weight * y).sum() / weight.sum()) ** 2).sum()
        assert q == pytest.approx(k - 1, abs=1e-8)


@pytest.mark.parametrize(
    ("y", "v", "options", "message"),
    [
        ([1.0, 2.0], [1.0, 1.0], {}, "three or more effects"),
        ([1.0, 2.0, 3.0], [1.0, 1.0], {}, "each with its variance"),
        ([1.0, 2.0, 3.0], [1.0, 0.0, 1.0], {}, "finite and positive"),
        ([1.0, nan, 3.0], [1.0, 1.0, 1.0], {}, "must be finite"),
        ([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], {"level": 1.0}, "level must lie"),
    ],
)
def test_bad_effects_are_refused(y, v, options, message):
    with pytest.raises(ValueError, match=message):
        random_effects(y, v, **options)


def _pairs(shares: list[tuple[float, float]], comparability: str = "vergleichbar"):
    frame = pd.DataFrame(shares, columns=["share_low", "share_high"])
    return frame.assign(comparability=comparability)


def test_too_few_pairs_give_the_reason_and_no_number():
    found = synthesis(_pairs([(0.1, 0.2)] * 4))
    assert found.n == 4
    assert found.reason == (
        "Nur 4 vergleichbare Paare liegen vor, nötig sind 5: eine zusammenfassende Quote wird "
        "nicht berechnet."
    )
    assert found.share is None
    assert found.prediction_high is None
    assert "1 vergleichbares Paar liegt vor" in str(synthesis(_pairs([(0.1, 0.2)])).reason)
    assert synthesis(_pairs([(0.1, 0.2)] * 9, "Näherung")).n == 0


def test_synthesis_by_hand():
    # By hand: y = logit(midpoint), v = width^2 / 12 / (p (1 - p))^2, then random_effects.
    ranges = [(0.08, 0.10), (0.18, 0.24), (0.40, 0.42), (0.60, 0.70), (0.05, 0.06), (0.3, 0.5)]
    p = np.array([(low + high) / 2 for low, high in ranges])
    v = np.array([(high - low) ** 2 / 12 for low, high in ranges]) / (p * (1 - p)) ** 2
    expected = random_effects(np.log(p / (1 - p)), v, level=0.9)
    found = synthesis(_pairs(ranges), level=0.9)
    assert found.reason is None
    assert found.n == 6
    assert found.tau2 == pytest.approx(expected["tau2"])
    assert found.share == pytest.approx(1 / (1 + np.exp(-expected["mean"])))
    assert found.share_low == pytest.approx(1 / (1 + np.exp(-expected["low"])))
    assert found.prediction_high == pytest.approx(1 / (1 + np.exp(-expected["prediction_high"])))
    assert 0 < found.prediction_low < found.share_low < found.share < found.share_high < 1


def test_synthesis_of_complements_is_the_complement():
    ranges = [(0.1, 0.15), (0.2, 0.3), (0.5, 0.52), (0.7, 0.8), (0.33, 0.34)]
    found = synthesis(_pairs(ranges))
    turned = synthesis(_pairs([(1 - high, 1 - low) for low, high in ranges]))
    assert found.share + turned.share == pytest.approx(1)
    assert found.prediction_low + turned.prediction_high == pytest.approx(1)


def test_bad_synthesis_is_refused():
    with pytest.raises(ValueError, match="minimum must be 3"):
        synthesis(_pairs([]), minimum=2)
    for edge in ((0.0, 0.2), (0.8, 1.0), (0.5, 0.5)):
        with pytest.raises(ValueError, match="inside 0 and 1"):
            synthesis(_pairs([(0.1, 0.2)] * 4 + [edge]))


# Described cases and context ---------------------------------------------------------------------


def _evidence() -> pd.DataFrame:
    columns = ["evidence_id", "topic", "indicator", "value", "value_low", "value_high"]
    columns += ["value_text", "unit", "place", "year", "date_quality", "population", "method"]
    columns += ["source_title", "source_url", "confidence", "notes"]
    rows = [
        ["v2", "Nichtinanspruchnahme", "SGB II", nan, 34.0, 44.0, None, "percent"],
        ["v1", "Nichtinanspruchnahme", "Grundsicherung im Alter", 60.0, nan, nan, None, "percent"],
        ["v3", "Passnutzung", "Nutzungen", nan, 36000.0, nan, None, "use"],
    ]
    rest = ["DE", "2019", "stated", "Haushalte", "Simulation", "Bericht", None, "high", "Hinweis"]
    return pd.DataFrame([row + rest for row in rows], columns=columns)


CASES = {"Bonn": {"vorher": ["c1", "v3"], "nachher": ["c2"]}, "Bochum": {"vorher": ["c3"]}}


def _case_counts(**change: object) -> pd.DataFrame:
    rows = [_count(f"c{i}", "holders", 100.0 * i, pair_id=None) for i in (1, 2, 3)]
    return pd.DataFrame(rows).assign(**change)


def test_described_cases_show_the_rows_and_compute_nothing():
    table = before_after_cases(_case_counts(), _evidence(), CASES)
    assert table["id"].tolist() == ["c1", "v3", "c2", "c3"]
    assert table["case"].tolist() == ["Bonn", "Bonn", "Bonn", "Bochum"]
    assert table["phase"].tolist() == ["vorher", "vorher", "nachher", "vorher"]
    assert table["measure"].tolist() == ["holders", "Nutzungen", "holders", "holders"]
    assert table["value"].dropna().tolist() == [100.0, 200.0, 300.0]
    assert table.loc[1, "value_low"] == 36000.0
    assert table.loc[1, "date"] == "2019"
    assert list(table.columns) == [
        *["case", "phase", "id", "measure", "unit", "value", "value_low", "value_high", "date"],
        *["date_quality", "groups", "method", "notes", "source_title", "source_url"],
    ]


def test_cases_without_phases():
    table = before_after_cases(_case_counts(), _evidence(), {"Bonn": ["c2", "c1"]})
    assert table[["case", "phase", "id"]].to_numpy().tolist() == [
        ["Bonn", "", "c2"],
        ["Bonn", "", "c1"],
    ]


def test_bad_cases_are_refused():
    with pytest.raises(ValueError, match="name c9, which neither counts nor evidence"):
        before_after_cases(_case_counts(), _evidence(), {"Bonn": {"vorher": ["c9"]}})
    with pytest.raises(ValueError, match="name an id twice"):
        before_after_cases(_case_counts(), _evidence(), {"Bonn": {"vorher": ["c1", "c1"]}})
    with pytest.raises(ValueError, match="name c1, c2, c3, not found again"):
        before_after_cases(_case_counts(verified=False), _evidence(), CASES)
    evidence = _evidence().assign(verified=[True, True, False])
    with pytest.raises(ValueError, match="name v3, not found again"):
        before_after_cases(_case_counts(), evidence, CASES)


def test_context_of_other_benefits():
    table = non_take_up_context(_evidence())
    assert table["evidence_id"].tolist() == ["v1", "v2"]
    assert "topic" not in table.columns
    with pytest.raises(ValueError, match="no row with the topic Mobilität"):
        non_take_up_context(_evidence(), "Mobilität")
    with pytest.raises(ValueError, match="evidence lacks the column"):
        non_take_up_context(_evidence().drop(columns="unit"))


def test_a_bound_of_the_source_cuts_the_rounding():
    # "just under 20,000": the source sets the top, rounding the bottom
    assert count_range(20000, high=20000) == Range(15000, 20000)
    assert count_range(9000, low=9000) == Range(9000, 9500)
