"""The thirteen items: who cannot afford lacks, who chooses does not, unknown is not no."""

from dataclasses import replace

import pandas as pd
import pytest
from test_codebooks import _spain, needs_spain

from armutsexpertise.microdata.deprivation import enforced_lacks
from armutsexpertise.microdata.recode import Recoded, RowReport
from armutsexpertise.poverty import DEPRIVATION_ITEMS, materially_and_socially_deprived

ARREARS = ["arrears_rent_mortgage", "arrears_utilities", "arrears_loans"]
PERSON = [
    "internet",
    "replaces_clothes",
    "two_pairs_of_shoes",
    "small_sum_for_oneself",
    "leisure_activity",
    "meets_friends",
]


def _table(data: dict, reasons: dict | None = None) -> Recoded:
    frame = pd.DataFrame(data)
    report = RowReport(len(frame), len(frame), {}, pd.DataFrame())
    return Recoded(frame, pd.DataFrame(reasons or {}, index=frame.index), report)


def _households(**changes) -> Recoded:
    yes = pd.array([True, True], dtype="boolean")
    data = {"household_id": [1, 2]}
    for name in ("unexpected_expense", "holiday", "meal", "warm_home"):
        data[f"affords_{name}"] = yes
    for name in ARREARS:
        data[name] = ~yes
    data |= {"car": ["has", "other_reason"], "replaces_furniture": ["has", "cannot_afford"]}
    reasons = changes.pop("reasons", None)
    return _table(data | changes, reasons)


def _persons(**changes) -> Recoded:
    answers = {name: ["has", "has", "cannot_afford"] for name in PERSON}
    return _table({"household_id": [2, 1, 2], **answers} | changes)


def test_cannot_afford_is_a_lack_and_choice_is_not():
    lacks = enforced_lacks(_persons(), _households())
    assert set(lacks.columns) == set(DEPRIVATION_ITEMS)
    assert lacks["car"].tolist() == [False, False, False]
    assert lacks["replace_furniture"].tolist() == [True, False, True]
    assert lacks["internet"].tolist() == [False, False, True]
    assert lacks.sum(axis=1).tolist() == [1, 0, 7]
    assert materially_and_socially_deprived(lacks).tolist() == [False, False, True]


def test_household_that_cannot_afford_lacks():
    affords = pd.array([True, False], dtype="boolean")
    lacks = enforced_lacks(_persons(), _households(affords_warm_home=affords))
    assert lacks["home_warm"].tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("others", "reason", "expected"),
    [
        (False, "not applicable", False),
        (True, "not applicable", True),
        (True, "no answer", True),
        (False, "no answer", None),
    ],
)
def test_arrears_that_do_not_apply_or_are_unknown(others, reason, expected):
    households = _households(
        arrears_rent_mortgage=pd.array([None, False], dtype="boolean"),
        arrears_loans=pd.array([others, False], dtype="boolean"),
        reasons={"arrears_rent_mortgage": [reason, None]},
    )
    got = enforced_lacks(_persons(), households, unknown="missing")["arrears"].iloc[1]
    assert (got is pd.NA) if expected is None else got == expected
    if expected is None:
        with pytest.raises(ValueError, match=r"1 cell\(s\) of 1 person\(s\) have no answer"):
            enforced_lacks(_persons(), households)
        assert not enforced_lacks(_persons(), households, unknown="not lacking")["arrears"].any()


def test_a_missing_item_and_a_wrong_choice_are_named():
    persons = _persons()
    without = replace(persons, data=persons.data.drop(columns="internet"))
    with pytest.raises(ValueError, match="lack internet"):
        enforced_lacks(without, _households())
    with pytest.raises(ValueError, match="give fail, missing or not lacking"):
        enforced_lacks(persons, _households(), unknown="zero")


@needs_spain
def test_spain_items_by_hand():
    households, persons, survey = _spain()
    lacks = enforced_lacks(persons, households, unknown="not lacking")
    raw = survey.data.loc[lacks.index]
    assert (lacks["internet"] == (raw["PD080"] == 2)).all()
    home = survey.data[survey.data["HB010"].notna()].set_index("HB030")
    mine = home.loc[raw["HB030"] // 100]
    for item, source in (("home_warm", "HH050"), ("holiday_week", "HS040"), ("car", "HS110")):
        assert (lacks[item].to_numpy() == (mine[source] == 2).to_numpy()).all(), item
    arrears = mine[["HS011", "HS021", "HS031"]].isin([1, 2]).any(axis=1)
    assert (lacks["arrears"].to_numpy() == arrears.to_numpy()).all()
    with pytest.raises(ValueError, match="have no answer"):
        enforced_lacks(persons, households)
