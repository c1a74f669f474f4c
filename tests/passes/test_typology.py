"""Typology: each branch by hand, and nesting for every completion of the unknown cells."""

from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.passes.typology import NO_TYPE, check_rule, classify, type_shares

RULE = [
    {"type": "Kultur-Pass", "categories": ["museum", "library"]},
    {"type": "Kultur-und-Konsum-Pass", "categories": ["zoo", "swimming"]},
    {"type": "Rundum-Pass", "categories": ["public_transport"]},
]
CATEGORIES = ["museum", "library", "zoo", "swimming", "public_transport"]
LABELS = [NO_TYPE, *(step["type"] for step in RULE)]
ANSWER = st.sampled_from(["yes", "partial", "no", "not_stated"])


def _classify(*rows: list[str], rule=RULE) -> pd.DataFrame:
    benefits = pd.DataFrame(
        [
            {"pass_id": f"p{i}", "category": category, "granted": answer}
            for i, row in enumerate(rows)
            for category, answer in zip(CATEGORIES, row, strict=True)
        ]
    )
    return classify(benefits, pd.DataFrame({"pass_id": [f"p{i}" for i in range(len(rows))]}), rule)


@pytest.mark.parametrize(
    ("row", "expected", "reason"),
    [
        ("yes not_stated yes no yes", "Rundum-Pass", "reichen für den umfassendsten Typ"),
        ("yes no yes no no", "Kultur-und-Konsum-Pass", "„Rundum-Pass“ fehlen Leistungen"),
        ("yes no no no yes", "Kultur-Pass", "„Kultur-und-Konsum-Pass“ fehlen Leistungen"),
        ("no no yes yes yes", NO_TYPE, "„Kultur-Pass“ fehlen Leistungen"),
        (
            "yes not_stated yes no not_stated",
            "nicht eindeutig (mindestens Kultur-und-Konsum-Pass)",
            "„Rundum-Pass“ offen: 1 von 1 Leistungen",
        ),
        (
            "yes no partial no no",
            "nicht eindeutig (mindestens Kultur-Pass)",
            "„Kultur-und-Konsum-Pass“ offen: 1 von 2 Leistungen",
        ),
        ("not_stated no yes yes yes", "nicht eindeutig", "„Kultur-Pass“ offen: 1 von 2"),
        (" ".join(["not_stated"] * 5), "nicht klassifizierbar", "nennt keine der Leistungen"),
        ("no no no no not_stated", "nicht klassifizierbar", "nennt keine der Leistungen"),
    ],
)
def test_each_case_by_hand(row, expected, reason):
    result = _classify(row.split()).iloc[0]
    assert result["type"] == expected
    assert reason in result["reason"]


def test_number_needed_is_part_of_the_rule():
    rule = [{"type": "Kultur-Pass", "categories": ["museum", "library"], "at_least": 2}]
    result = _classify(["yes", "no", "no", "no", "no"], ["yes", "yes", "no", "no", "no"], rule=rule)
    assert result["type_low"].tolist() == [NO_TYPE, "Kultur-Pass"]
    assert result["type_high"].tolist() == [NO_TYPE, "Kultur-Pass"]


def test_passes_without_a_row_are_unknown_and_order_is_kept():
    benefits = pd.DataFrame({"pass_id": ["b"] * 5, "category": CATEGORIES, "granted": ["yes"] * 5})
    result = classify(benefits, pd.DataFrame({"pass_id": ["c", "b", "a"]}), RULE)
    assert result["pass_id"].tolist() == ["c", "b", "a"]
    silent = "nicht klassifizierbar"
    assert result["type"].tolist() == [silent, "Rundum-Pass", silent]


def _level(row: tuple[str, ...]) -> int:
    told = dict(zip(CATEGORIES, row, strict=True))
    level = 0
    for step in RULE:
        if not any(told[category] == "yes" for category in step["categories"]):
            break
        level += 1
    return level


@given(st.lists(ANSWER, min_size=5, max_size=5))
@settings(max_examples=50, deadline=None)
def test_types_enclose_every_completion_and_are_reached(row):
    result = _classify(row).iloc[0]
    options = [["yes", "no"] if a in ("partial", "not_stated") else [a] for a in row]
    levels = [_level(cells) for cells in product(*options)]
    assert LABELS.index(result["type_low"]) == min(levels)
    assert LABELS.index(result["type_high"]) == max(levels)


@given(st.lists(ANSWER, min_size=5, max_size=5), st.integers(0, 4))
@settings(max_examples=50, deadline=None)
def test_a_further_benefit_never_narrows_the_type(row, position):
    more = [*row]
    more[position] = "yes"
    result = _classify(row, more)
    for end in ("type_low", "type_high"):
        first, second = (LABELS.index(label) for label in result[end])
        assert first <= second


def test_shares_by_hand():
    result = _classify(
        ["yes", "no", "yes", "no", "yes"],
        ["yes", "no", "no", "no", "no"],
        ["yes", "no", "yes", "no", "not_stated"],
        ["not_stated"] * 5,
    )
    shares = type_shares(result, RULE).set_index("type")
    # By hand: Rundum sure 1, possible 3; Kultur sure 1, possible 2; second type sure 0, possible 2.
    assert shares.loc["Rundum-Pass", ["share_low", "share_high"]].tolist() == [0.25, 0.75]
    assert shares.loc["Kultur-Pass", ["share_low", "share_high"]].tolist() == [0.25, 0.5]
    assert shares.loc["Kultur-und-Konsum-Pass", ["n_certain", "n_possible"]].tolist() == [0, 2]
    assert shares.loc[NO_TYPE, ["share_low", "share_high"]].tolist() == [0.0, 0.25]
    assert shares["at_least_low"].tolist() == [1.0, 0.75, 0.5, 0.25]
    assert shares["at_least_high"].tolist() == [1.0, 1.0, 0.75, 0.75]
    assert (shares["n"] == 4).all()


@given(st.lists(st.lists(ANSWER, min_size=5, max_size=5), min_size=1, max_size=3), st.data())
@settings(max_examples=40, deadline=None)
def test_shares_of_any_completion_lie_within_the_bounds(rows, data):
    shares = type_shares(_classify(*rows), RULE)
    levels = [
        _level(
            tuple(
                data.draw(st.sampled_from(["yes", "no"])) if a in ("partial", "not_stated") else a
                for a in row
            )
        )
        for row in rows
    ]
    for level, row in enumerate(shares.itertuples()):
        assert row.share_low <= sum(k == level for k in levels) / len(rows) <= row.share_high
        assert row.at_least_low <= sum(k >= level for k in levels) / len(rows) <= row.at_least_high


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ([], "typology rule is empty"),
        ([{"type": "A"}], "Step 1 .* must have the keys"),
        ([{"type": "A", "categories": ["zoo"], "weight": 1}], "Step 1 .* must have the keys"),
        ([{"type": "A", "categories": []}], "Step 1 .* needs categories"),
        ([{"type": "A", "categories": ["zoo"], "at_least": 2}], "at_least from 1"),
        ([{"type": "A", "categories": ["zoo"], "at_least": True}], "at_least from 1"),
        (
            [{"type": "A", "categories": ["zoo"]}, {"type": "A", "categories": ["library"]}],
            "a type or a category twice",
        ),
        (
            [{"type": "A", "categories": ["zoo"]}, {"type": "B", "categories": ["zoo"]}],
            "a type or a category twice",
        ),
    ],
)
def test_bad_rules_are_refused(rule, message):
    with pytest.raises(ValueError, match=message):
        check_rule(rule)


def test_bad_tables_are_refused():
    result = _classify(["yes"] * 5)
    with pytest.raises(ValueError, match="classified is empty"):
        type_shares(result.iloc[:0], RULE)
    with pytest.raises(ValueError, match="a type that is not in the rule"):
        type_shares(result, RULE[:1])
    with pytest.raises(ValueError, match="passes repeats 1 key"):
        classify(
            pd.DataFrame({"pass_id": ["a"], "category": ["zoo"], "granted": ["yes"]}),
            pd.DataFrame({"pass_id": ["a", "a"]}),
            [{"type": "A", "categories": ["zoo"]}],
        )
