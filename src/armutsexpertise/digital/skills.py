"""Digital Skills Indicator 2.0 of Eurostat from item answers, and the D21-Digital-Index.

The indicator counts activities in five areas of the European framework DigComp; a skill is taken
from an activity done. It is comparable from 2021 on; the indicator of 2015 to 2019 had four areas
and other items.

References
----------
Eurostat, reference metadata isoc_sk_dskl_i21. Vuorikari et al. (2022), Measuring Digital Skills
across the EU: Digital Skills Indicator 2.0, doi:10.2760/897803.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from armutsexpertise.digital._checks import require_single
from armutsexpertise.microdata.errors import CodebookError

AREAS: dict[str, str] = {
    "il": "Information and data literacy",
    "cc": "Communication and collaboration",
    "dcc": "Digital content creation",
    "safe": "Safety",
    "ps": "Problem solving",
}
ABOVE_FROM: dict[str, int] = {"il": 2, "cc": 2, "dcc": 3, "safe": 3, "ps": 3}
AREA_LEVELS = ("none", "basic", "above_basic")
OVERALL_LEVELS = ("none", "limited", "narrow", "low", "basic", "above_basic")
NOT_ASSESSED = "not_assessed"
D21_WEIGHTS: dict[str, float] = {
    "access": 0.30,
    "usage": 0.10,
    "competence": 0.40,
    "openness": 0.20,
}


def _whole_counts(counts: pd.DataFrame, most: Mapping[str, int] | None) -> pd.DataFrame:
    absent = [area for area in AREAS if area not in counts.columns]
    if absent:
        raise ValueError(
            f"The counts lack the area(s) {', '.join(absent)}: the indicator needs "
            f"{', '.join(AREAS)}."
        )
    areas = counts[list(AREAS)]
    require_single(areas.columns, "The table of counts")
    for area in AREAS:
        if pd.api.types.is_bool_dtype(areas[area]):
            raise TypeError(
                f"{area} holds true and false and no counts: count the activities of the area with "
                "count_activities."
            )
        if not pd.api.types.is_numeric_dtype(areas[area]):
            raise TypeError(
                f"{area} holds {areas[area].dtype} and no counts of activities: recode the answers "
                "first."
            )
    values = areas.to_numpy(dtype=float, na_value=np.nan)
    known = np.isfinite(values)
    broken = known & ((values < 0) | (values != np.floor(values)))
    if most is not None:
        limits = np.array([most[area] for area in AREAS], dtype=float)
        broken |= known & (values > limits)
    broken |= np.isinf(values)
    if broken.any():
        rows = int(broken.any(axis=1).sum())
        where = ", ".join(area for area, bad in zip(AREAS, broken.any(axis=0), strict=True) if bad)
        raise ValueError(
            f"{rows} of {len(areas)} persons have an impossible count of activities in {where}: "
            "give whole numbers from 0 to the number of items asked."
        )
    return areas


def _check_numbers_of_items(items: Mapping[str, int]) -> None:
    differing = sorted(set(items) ^ set(AREAS))
    if differing:
        raise ValueError(
            f"items differs in {', '.join(differing)}: give the number of items asked in each of "
            f"{', '.join(AREAS)}."
        )
    wrong = [
        area
        for area, number in items.items()
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or number < 1
    ]
    if wrong:
        raise ValueError(
            f"items holds no whole number from 1 on for {', '.join(wrong)}: give how many items "
            "the questionnaire asks in the area."
        )


def _online(frame: pd.DataFrame, online: str) -> pd.Series:
    if online in AREAS:
        raise ValueError(
            f"online is the area {online}: name the column that tells who was online in the last "
            "three months."
        )
    require_single([name for name in frame.columns if name == online], "The table")
    if online not in frame.columns:
        raise ValueError(
            f"The column {online} (online in the last three months) is missing: without it persons "
            "who were not assessed look like persons without skills."
        )
    column = frame[online]
    if not pd.api.types.is_bool_dtype(column) or column.isna().any():
        raise TypeError(
            f"{online} must be boolean without missing values: recode it, and decide on unknown "
            "answers before."
        )
    return column.astype(bool)


def skill_levels(
    counts: pd.DataFrame, online: str = "online", *, items: Mapping[str, int] | None = None
) -> pd.DataFrame:
    r"""Classify persons by their numbers of activities in the five areas.

    Parameters
    ----------
    counts : DataFrame, shape (n_persons, any)
        Columns ``il``, ``cc``, ``dcc``, ``safe``, ``ps`` with whole numbers of activities done,
        and ``online``. Counts of persons who are not online are not looked at and may be missing.
    online : str
        Boolean column: used the internet in the last three months.
    items : mapping of str to int, optional
        Number of items asked in each of the five areas, from 1 on; larger counts are refused.

    Returns
    -------
    DataFrame, shape (n_persons, 7)
        Index of ``counts``; the level of each area (ordered categorical ``none``, ``basic``,
        ``above_basic``; missing where not online), ``overall`` (categorical: ``none``,
        ``limited``, ``narrow``, ``low``, ``basic``, ``above_basic``, ``not_assessed``) and
        ``at_least_basic`` (bool).

    Raises
    ------
    ValueError
        If an area or ``online`` is missing or stands twice, ``items`` does not name the five
        areas with a whole number each, a count is impossible, or an online person has an area
        without a count.
    TypeError
        If counts are no numbers, or truth values, or ``online`` is not boolean.

    Notes
    -----
    Above basic from two activities in the first two areas and from three in the others; basic
    from one. Overall: all five above basic; all five at least basic; otherwise by the number of
    areas at least basic, four low, three narrow, two limited, one or none no skills; not online:
    not assessed. Eurostat's list of classes is exhaustive, so "one or none" follows from it.

    Examples
    --------
    >>> persons = pd.DataFrame({"il": [2, 0, 0], "cc": [2, 1, 0], "dcc": [3, 1, 0],
    ...                         "safe": [3, 1, 2], "ps": [3, 1, 4], "online": True})
    >>> skill_levels(persons)["overall"].tolist()
    ['above_basic', 'low', 'limited']
    """
    if items is not None:
        _check_numbers_of_items(items)
    is_online = _online(counts, online).to_numpy()
    areas = _whole_counts(counts.loc[is_online], items)
    unknown = int(areas.isna().any(axis=1).sum())
    if unknown:
        raise ValueError(
            f"{unknown} of {len(areas)} persons online have an area without a count: the "
            "indicator is defined for complete answers only; set them apart before."
        )
    values = areas.to_numpy(dtype=float)
    cut = np.array([ABOVE_FROM[area] for area in AREAS], dtype=float)
    level = (values >= 1).astype(int) + (values >= cut)
    basic = (level >= 1).sum(axis=1)
    overall = np.select(
        [(level == 2).all(axis=1), basic == 5, basic == 4, basic == 3, basic == 2],
        [5, 4, 3, 2, 1],
        default=0,
    )
    result = pd.DataFrame(index=counts.index)
    for place, area in enumerate(AREAS):
        codes = np.full(len(counts), -1)
        codes[is_online] = level[:, place]
        result[area] = pd.Categorical.from_codes(
            codes, categories=pd.Index(AREA_LEVELS), ordered=True
        )
    codes = np.full(len(counts), len(OVERALL_LEVELS))
    codes[is_online] = overall
    result["overall"] = pd.Categorical.from_codes(
        codes, categories=pd.Index([*OVERALL_LEVELS, NOT_ASSESSED])
    )
    result["at_least_basic"] = np.isin(codes, [4, 5])
    return result


def count_activities(
    answers: pd.DataFrame, areas: Mapping[str, Sequence[str]], online: str = "online"
) -> pd.DataFrame:
    """Count the activities done in each area from item answers.

    Parameters
    ----------
    answers : DataFrame, shape (n_persons, any)
        One boolean column per item and ``online``. Items of persons who are not online may be
        missing.
    areas : mapping of str to sequence of str
        Item columns of each area ``il``, ``cc``, ``dcc``, ``safe``, ``ps``, from the
        questionnaire of the wave: items changed between waves.
    online : str
        Boolean column: used the internet in the last three months.

    Returns
    -------
    DataFrame, shape (n_persons, 6)
        Counts of the areas (missing where not online) and ``online``, for :func:`skill_levels`.

    Raises
    ------
    ValueError
        If an area or an item is missing, an item or its column stands twice, an item is
        ``online``, or an answer of a person online is missing.
    TypeError
        If an item holds numbers that are not recoded, or an area is a text and no list.
    CodebookError
        If an item holds words or other values than true and false.

    Examples
    --------
    >>> answers = pd.DataFrame({"news": [True, False], "mail": True, "text": False,
    ...                         "cookies": True, "bank": True, "online": True})
    >>> areas = {"il": ["news"], "cc": ["mail"], "dcc": ["text"], "safe": ["cookies"],
    ...          "ps": ["bank"]}
    >>> skill_levels(count_activities(answers, areas))["overall"].tolist()
    ['low', 'narrow']
    """
    wrong = sorted(set(areas) ^ set(AREAS))
    if wrong:
        raise ValueError(
            f"The areas differ in {', '.join(wrong)}: the indicator has exactly {', '.join(AREAS)}."
        )
    if words := [area for area in AREAS if isinstance(areas[area], str)]:
        raise TypeError(f"The items of {', '.join(words)} are one text: give a list of columns.")
    listed = [item for area in AREAS for item in areas[area]]
    if online in listed:
        raise ValueError(
            f"{online} tells who was online and cannot be an item as well: take it off the list of "
            "items."
        )
    empty = [area for area in AREAS if not areas[area]]
    if empty or len(set(listed)) < len(listed):
        raise ValueError(
            "Each area needs at least one item and each item belongs to one area: correct the "
            f"list{' for ' + ', '.join(empty) if empty else ''}."
        )
    absent = [item for item in listed if item not in answers.columns]
    if absent:
        raise ValueError(
            f"{len(absent)} of {len(listed)} items are not in the data ({', '.join(absent)}): this "
            "wave asked other items, give its own list; counts with other items are not "
            "comparable."
        )
    require_single([name for name in answers.columns if name in listed], "The table of answers")
    is_online = _online(answers, online).to_numpy()
    inside = answers.loc[is_online, listed]
    for item in listed:
        _check_item(inside[item], item)
    counts = pd.DataFrame(index=answers.index)
    for area in AREAS:
        done = np.zeros(len(answers), dtype=np.int64)
        done[is_online] = inside[list(areas[area])].to_numpy(dtype=bool).sum(axis=1)
        counts[area] = pd.array(done, dtype="Int64")
        counts.loc[~is_online, area] = pd.NA
    counts[online] = is_online
    return counts


def _check_item(column: pd.Series, item: str) -> None:
    absent = int(column.isna().sum())
    if absent:
        raise ValueError(
            f"{item} lacks the answer of {absent} of {len(column)} persons online: not answered "
            "is not no; set them apart or impute before."
        )
    if pd.api.types.is_bool_dtype(column):
        return
    known = column.map(lambda value: isinstance(value, (bool, np.bool_))).to_numpy(dtype=bool)
    if known.all():
        return
    if pd.api.types.is_numeric_dtype(column):
        raise TypeError(
            f"{item} holds numbers in {int((~known).sum())} rows: recode the codes of the survey "
            "to true and false with its codebook, which says whether 1 is yes."
        )
    raise CodebookError(
        f"{item} holds {int((~known).sum())} value(s) that are neither true nor false: complete "
        "the codebook."
    )


def at_least_basic(shares: Mapping[str, float], *, tolerance: float = 5e-4) -> float:
    """Return the share with at least basic skills from the shares of the classes.

    Parameters
    ----------
    shares : mapping of str to float
        Share of each of the six classes and of ``not_assessed``, in [0, 1].
    tolerance : float
        How far the sum may be from 1: seven classes rounded to 0.01 percent are off by less.

    Returns
    -------
    float
        Share in [0, 1] of all persons: those not assessed stay in the denominator.

    Raises
    ------
    ValueError
        If a class is missing or unknown, or shares do not sum to 1.

    Examples
    --------
    Germany 2023, published in percent of all persons aged 16 to 74:

    >>> published = {"above_basic": 19.79, "basic": 32.43, "low": 20.89, "narrow": 11.44,
    ...              "limited": 5.61, "none": 2.32, "not_assessed": 7.52}
    >>> round(at_least_basic({name: value / 100 for name, value in published.items()}), 4)
    0.5222
    """
    differing = sorted(set(shares) ^ {*OVERALL_LEVELS, NOT_ASSESSED})
    if differing:
        raise ValueError(
            f"The classes differ in {', '.join(differing)}: give the six classes and "
            f"{NOT_ASSESSED}."
        )
    values = np.array(list(shares.values()), dtype=float)
    if not (np.isfinite(values) & (values >= 0)).all() or abs(values.sum() - 1) > tolerance:
        raise ValueError(
            f"The classes sum to {values.sum():.5f} and not to 1: give shares, all of one table."
        )
    return float(shares["basic"] + shares["above_basic"])


def d21_index(sub_indices: Mapping[str, float]) -> float:
    """Return the D21-Digital-Index from its four sub-indices.

    Parameters
    ----------
    sub_indices : mapping of str to float
        ``access``, ``usage``, ``competence`` and ``openness`` in points, 0 to 100.

    Returns
    -------
    float
        Points, 0 to 100.

    Raises
    ------
    ValueError
        If a sub-index is missing, unknown or out of range.

    Notes
    -----
    Weights: access 30, usage 10, competence 40, openness 20. They
    reproduce the published index of 2013; sub-indices of later issues are defined otherwise and
    the points of different years are not comparable without the publisher's note.

    Examples
    --------
    >>> round(d21_index({"access": 54.2, "usage": 40.3, "competence": 50.3, "openness": 53.9}), 2)
    51.19
    """
    differing = sorted(set(sub_indices) ^ set(D21_WEIGHTS))
    if differing:
        raise ValueError(
            f"The sub-indices differ in {', '.join(differing)}: give {', '.join(D21_WEIGHTS)}."
        )
    points = np.array([sub_indices[name] for name in D21_WEIGHTS], dtype=float)
    if not (np.isfinite(points) & (points >= 0) & (points <= 100)).all():
        raise ValueError("Sub-indices are points from 0 to 100.")
    return float(points @ np.array(list(D21_WEIGHTS.values())))
