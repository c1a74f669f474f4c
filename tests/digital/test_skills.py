"""Skill classes: Eurostat's rule, published totals, and answers that cannot be counted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise import catalog
from armutsexpertise.digital.skills import (
    ABOVE_FROM,
    AREAS,
    at_least_basic,
    count_activities,
    d21_index,
    skill_levels,
)
from armutsexpertise.microdata.errors import CodebookError

ITEMS = {area: [f"{area}{k}" for k in range(4)] for area in AREAS}


def _counts(*rows: tuple[int, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(AREAS)).assign(online=True)


def _answers(n: int = 3) -> pd.DataFrame:
    columns = {item: [True] * n for items in ITEMS.values() for item in items}
    return pd.DataFrame(columns | {"online": [True] * n})


# By hand from the definition: area levels from 1 and from 2 or 3, overall by the areas at least
# basic (Eurostat, isoc_sk_dskl_i21).
@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((2, 2, 3, 3, 3), "above_basic"),
        ((1, 1, 1, 1, 1), "basic"),
        ((2, 2, 3, 3, 2), "basic"),
        ((0, 1, 1, 1, 1), "low"),
        ((0, 0, 1, 1, 1), "narrow"),
        ((0, 0, 0, 2, 4), "limited"),
        ((0, 0, 0, 0, 7), "none"),
        ((0, 0, 0, 0, 0), "none"),
    ],
)
def test_overall_class(counts, expected):
    levels = skill_levels(_counts(counts))
    assert levels["overall"].tolist() == [expected]
    assert levels["at_least_basic"].tolist() == [expected in ("basic", "above_basic")]


def test_area_levels():
    levels = skill_levels(_counts((1, 2, 2, 3, 0)))
    assert levels[list(AREAS)].iloc[0].tolist() == [
        "basic",
        "above_basic",
        "basic",
        "above_basic",
        "none",
    ]


def test_offline_is_not_assessed_and_not_without_skills():
    counts = _counts((1, 1, 1, 1, 1), (0, 0, 0, 0, 0))
    counts["online"] = [True, False]
    levels = skill_levels(counts)
    assert levels["overall"].tolist() == ["basic", "not_assessed"]
    assert levels.loc[1, list(AREAS)].isna().all()
    assert levels["at_least_basic"].mean() == 0.5  # not assessed stays in the denominator


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 7)] * 5), min_size=1, max_size=8), st.integers(0, 4))
def test_one_more_activity_never_lowers_the_class(rows, place):
    more = [tuple(c + (k == place) for k, c in enumerate(row)) for row in rows]
    before, after = (skill_levels(_counts(*one))["overall"].cat.codes for one in (rows, more))
    assert (after >= before).all()


def test_published_classes_of_germany_2023_add_up():
    table = catalog.read("digital", "digital")
    own = table[
        (table["topic"] == "dsi2_components")
        & (table["place"] == "DE")
        & (table["period_start"].astype(str).str[:4] == "2023")
    ]
    words = {
        "above_basic": "with above basic overall",
        "basic": "with basic overall",
        "low": "low overall",
        "narrow": "narrow overall",
        "limited": "limited overall",
        "none": "no overall",
        "not_assessed": "could not be assessed",
    }
    percent = {
        name: float(own.loc[own["item"].str.contains(word), "value"].astype(float).item())
        for name, word in words.items()
    }
    assert sum(percent.values()) == pytest.approx(100.00)
    shares = {name: value / 100 for name, value in percent.items()}
    assert at_least_basic(shares) == pytest.approx(0.5222)


def test_d21_index_of_2013():
    # Published sub-indices (Zugang 54.2, Nutzung 40.3, Kompetenz 50.3, Offenheit 53.9) and 51.2.
    parts = {"access": 54.2, "usage": 40.3, "competence": 50.3, "openness": 53.9}
    assert d21_index(parts) == pytest.approx(51.19)
    with pytest.raises(ValueError, match="0 to 100"):
        d21_index(parts | {"usage": 140})
    with pytest.raises(ValueError, match="usage"):
        d21_index({name: value for name, value in parts.items() if name != "usage"})


def test_counting_items():
    answers = _answers(2)
    answers.loc[1, ["il0", "il1", "il2"]] = False
    counts = count_activities(answers, ITEMS)
    assert counts["il"].tolist() == [4, 1]
    assert skill_levels(counts, items=dict.fromkeys(AREAS, 4))["il"].tolist() == [
        "above_basic",
        "basic",
    ]


def test_items_of_persons_offline_may_be_missing():
    answers = _answers(2).astype({"il0": "boolean"})
    answers["online"] = [True, False]
    answers.loc[1, "il0"] = pd.NA
    levels = skill_levels(count_activities(answers, ITEMS))
    assert levels["overall"].tolist() == ["above_basic", "not_assessed"]


def test_a_repeated_index_keeps_its_rows():
    answers = _answers(3).set_index(pd.Index([7, 7, 8]))
    answers["online"] = [True, False, True]
    answers.loc[8, "il0"] = False
    counts = count_activities(answers, ITEMS)
    assert counts["il"].tolist() == [4, pd.NA, 3]
    assert counts.index.tolist() == [7, 7, 8]


@pytest.mark.parametrize("value", [-1, 2.5, np.inf, 9])
def test_impossible_counts_are_refused(value):
    counts = _counts((1, 1, 1, 1, 1), (1, 1, 1, 1, 1)).astype({"ps": float})
    counts.loc[1, "ps"] = value
    with pytest.raises(ValueError, match=r"1 of 2 persons have an impossible count .* in ps"):
        skill_levels(counts, items=dict.fromkeys(AREAS, 7))


def test_a_missing_count_is_not_zero():
    counts = _counts((1, 1, 1, 1, 1)).astype({"dcc": float})
    counts["dcc"] = np.nan
    with pytest.raises(ValueError, match="area without a count"):
        skill_levels(counts)


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        (lambda d: d.assign(il0=[1, 2, 1]), TypeError, "codebook"),
        (lambda d: d.assign(il0=["ja", "nein", "weiß nicht"]), CodebookError, "3 value"),
        (lambda d: d.assign(il0=[True, None, True]), ValueError, "not answered is not no"),
        (lambda d: d.drop(columns=["il0", "ps3"]), ValueError, "2 of 20 items .*other items"),
        (lambda d: d.drop(columns="online"), ValueError, "not assessed"),
        (lambda d: d.assign(online=[1, 0, 1]), TypeError, "boolean"),
    ],
)
def test_answers_that_cannot_be_counted(change, error, word):
    with pytest.raises(error, match=word):
        count_activities(change(_answers()), ITEMS)


def test_a_wave_with_four_areas_is_another_indicator():
    with pytest.raises(ValueError, match="safe"):
        count_activities(_answers(), {a: items for a, items in ITEMS.items() if a != "safe"})
    with pytest.raises(ValueError, match="safe"):
        skill_levels(_counts((1, 1, 1, 1, 1)).drop(columns="safe"))


def test_classes_of_two_tables_do_not_add_up():
    shares = dict.fromkeys([*("none", "limited", "narrow", "low", "basic"), "above_basic"], 0.15)
    with pytest.raises(ValueError, match="not to 1"):
        at_least_basic(shares | {"not_assessed": 0.2})


def test_cut_points_belong_to_the_areas():
    assert set(ABOVE_FROM) == set(AREAS)


@pytest.mark.parametrize(
    ("items", "word"),
    [
        ({"il": 4}, "items differs in cc, dcc, ps, safe: give the number"),
        (dict.fromkeys([*AREAS, "web"], 4), "items differs in web"),
        (dict.fromkeys(AREAS, 4) | {"ps": 0}, "whole number from 1 on for ps"),
        (dict.fromkeys(AREAS, 4) | {"cc": 2.5, "il": True}, "from 1 on for il, cc"),
        (dict.fromkeys(AREAS, 4) | {"dcc": None}, "from 1 on for dcc"),
    ],
)
def test_numbers_of_items_are_complete_and_whole(items, word):
    with pytest.raises(ValueError, match=word):
        skill_levels(_counts((1, 1, 1, 1, 1)), items=items)


def test_truth_values_are_no_counts():
    counts = _counts((1, 1, 1, 1, 1))
    with pytest.raises(TypeError, match="il holds true and false and no counts"):
        skill_levels(counts.assign(il=True))
    with pytest.raises(TypeError, match="ps holds object and no counts"):
        skill_levels(counts.assign(ps=pd.Series(["1"], dtype="object")))


def test_a_column_that_stands_twice_is_named():
    answers = _answers()
    twice = pd.concat([answers, answers[["il0"]]], axis=1)
    with pytest.raises(ValueError, match=r"column\(s\) il0 more than once"):
        count_activities(twice, ITEMS)
    counts = _counts((1, 1, 1, 1, 1))
    with pytest.raises(ValueError, match=r"column\(s\) ps more than once"):
        skill_levels(pd.concat([counts, counts[["ps"]]], axis=1))
    with pytest.raises(ValueError, match=r"column\(s\) online more than once"):
        skill_levels(pd.concat([counts, counts[["online"]]], axis=1))


def test_online_is_neither_an_item_nor_an_area():
    with pytest.raises(ValueError, match="online tells who was online and cannot be an item"):
        count_activities(_answers(), ITEMS | {"il": ["il0", "online"]})
    with pytest.raises(ValueError, match="online is the area il"):
        skill_levels(_counts((1, 1, 1, 1, 1)), online="il")
    with pytest.raises(TypeError, match="items of il are one text"):
        count_activities(_answers(), ITEMS | {"il": "il0"})


def test_nobody_has_no_class():
    assert skill_levels(_counts((1, 1, 1, 1, 1)).iloc[:0]).empty
