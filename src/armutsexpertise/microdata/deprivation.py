"""The thirteen items of material and social deprivation from the harmonised tables."""

from typing import Literal

import pandas as pd

from armutsexpertise.microdata.recode import Recoded, attach_household

_HOUSEHOLD_AFFORDS = {
    "unexpected_expenses": "affords_unexpected_expense",
    "holiday_week": "affords_holiday",
    "meal_with_protein": "affords_meal",
    "home_warm": "affords_warm_home",
}
_ARREARS = ("arrears_rent_mortgage", "arrears_utilities", "arrears_loans")
_HOUSEHOLD_HAS = {"car": "car", "replace_furniture": "replaces_furniture"}
_PERSON_HAS = {
    "internet": "internet",
    "replace_clothes": "replaces_clothes",
    "two_pairs_of_shoes": "two_pairs_of_shoes",
    "spending_money": "small_sum_for_oneself",
    "leisure_activity": "leisure_activity",
    "meet_friends_or_family": "meets_friends",
}
_NOT_APPLICABLE = "not applicable"


def enforced_lacks(
    persons: Recoded,
    households: Recoded,
    *,
    unknown: Literal["fail", "missing", "not lacking"] = "fail",
) -> pd.DataFrame:
    """Say for each person which of the thirteen items is lacked because of the cost.

    Parameters
    ----------
    persons, households : Recoded
        Tables of one survey in the harmonised schema, with ``household_id``.
    unknown : {"fail", "missing", "not lacking"}
        Treatment of an item without an answer: refuse, leave missing, or count as not lacking
        (as official files do). Payments that do not apply are no arrears in any case.

    Returns
    -------
    DataFrame of bool, shape (n_persons, 13)
        Row labels of ``persons``; nullable where ``unknown`` is ``"missing"``. Who does without
        by choice does not lack.

    Raises
    ------
    ValueError
        If an item has no answer and ``unknown`` is ``"fail"``, a table lacks an item, or a
        person has no household. The sentence names the number of cells.

    Notes
    -----
    Guio, Gordon and Marlier (2012), doi:10.2785/33598. The column names are those of
    `armutsexpertise.poverty.materially_and_socially_deprived`.
    """
    if unknown not in {"fail", "missing", "not lacking"}:
        raise ValueError(f"unknown is {unknown}: give fail, missing or not lacking.")
    wanted = [*_HOUSEHOLD_AFFORDS.values(), *_ARREARS, *_HOUSEHOLD_HAS.values()]
    absent = [name for name in wanted if name not in households.data.columns]
    absent += [name for name in _PERSON_HAS.values() if name not in persons.data.columns]
    if absent:
        raise ValueError(f"The tables lack {', '.join(absent)}: add them to the codebook.")
    home = pd.DataFrame({"household_id": households.data["household_id"]})
    for item, name in _HOUSEHOLD_AFFORDS.items():
        home[item] = ~households.data[name]
    home["arrears"] = _any_arrears(households)
    for item, name in _HOUSEHOLD_HAS.items():
        home[item] = _cannot_afford(households.data[name])
    items = [name for name in home.columns if name != "household_id"]
    lacks = attach_household(persons.data[["household_id"]], home, items)[items]
    for item, name in _PERSON_HAS.items():
        lacks[item] = _cannot_afford(persons.data[name])
    empty = int(lacks.isna().to_numpy().sum())
    if empty and unknown == "fail":
        raise ValueError(
            f"{empty} cell(s) of {int(lacks.isna().any(axis=1).sum())} person(s) have no answer: "
            "drop those persons, impute, or set unknown."
        )
    return lacks if unknown == "missing" else lacks.fillna(False).astype(bool)


def _cannot_afford(answers: pd.Series) -> pd.Series:
    return (answers == "cannot_afford").astype("boolean").mask(answers.isna())


def _any_arrears(households: Recoded) -> pd.Series:
    """Return true where one kind is in arrears, missing where none is but one is unknown."""
    found = pd.Series(False, index=households.data.index, dtype="boolean")
    for name in _ARREARS:
        one = households.data[name]
        if name in households.reasons:
            one = one.mask(households.reasons[name].eq(_NOT_APPLICABLE), False)
        found = found | one
    return found
