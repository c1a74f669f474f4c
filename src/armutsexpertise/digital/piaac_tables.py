"""Protected tables of PIAAC for a report: scores, who has none and why, use at home.

The tables are made and protected in one call, so that nothing unprotected can be written; rows of
persons never leave the function.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from armutsexpertise.digital._checks import as_numbers, require_single
from armutsexpertise.digital.piaac import low_performers, problem_solving, use_at_home
from armutsexpertise.disclosure import (
    TOTAL,
    Protected,
    Rules,
    cell_counts,
    protect,
    protect_together,
)
from armutsexpertise.mark import mark
from armutsexpertise.survey._columns import as_names
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Indicator, Mean, Proportion, estimate

PLAUSIBLE_VALUES = tuple(f"problem_solving_pv{k}" for k in range(1, 11))
REPLICATES = tuple(f"replicate_weight_{k}" for k in range(1, 81))
PATHS = ("score", "never", "failed", "other")
"""With a score; never used a computer; did not pass the test of handling it; none for others."""

_LOW = "_low"
_TEN_YEARS = {
    "16_19": "16_24",
    "20_24": "16_24",
    "25_29": "25_34",
    "30_34": "25_34",
    "35_39": "35_44",
    "40_44": "35_44",
    "45_49": "45_54",
    "50_54": "45_54",
    "55_59": "55_65",
    "60_65": "55_65",
}


def piaac_design(persons: pd.DataFrame) -> SurveyDesign:
    """Return the design of PIAAC Germany 2012 with groups for a report.

    Parameters
    ----------
    persons : DataFrame, one row per person
        Recoded with the codebook ``piaac_de_person``.

    Returns
    -------
    SurveyDesign
        Delete-one jackknife with 80 replicates. The frame has ``age_ten`` (ten-year groups),
        ``path`` (one of `PATHS`), ``scored`` and ``at_home`` (answered that a computer is used in
        everyday life) added; earnings deciles are ordered words.

    Raises
    ------
    ValueError
        If a column is missing or stands twice, an age group is unknown, or a decile of earnings is
        not 1 to 10.
    TypeError
        If the answers on computers are not boolean, missing ones apart.

    Notes
    -----
    The file names JK1 as its method (VEMETHOD), so the factor is 79/80. The first reason that
    holds counts; ``other`` is every other one, such as a preference
    for paper.
    """
    wanted = [*PLAUSIBLE_VALUES, *REPLICATES, "person_weight", "age_group", "used_computer_ever"]
    wanted += ["uses_computer_everyday_life", "passed_computer_core"]
    absent = [c for c in wanted if c not in persons.columns]
    if absent:
        raise ValueError(
            f"The persons lack the column(s) {', '.join(absent[:5])}: recode the file with the "
            "codebook piaac_de_person."
        )
    require_single(persons.columns, "The table of persons")
    for column in wanted[-3:]:
        _require_answers(persons[column], column)
    unknown = sorted(set(persons["age_group"].dropna().astype(str)) - set(_TEN_YEARS))
    if unknown:
        raise ValueError(
            f"age_group holds {', '.join(unknown[:5])}: recode it to {', '.join(_TEN_YEARS)}."
        )
    known = persons[PLAUSIBLE_VALUES[0]].notna()
    never = persons["used_computer_ever"].eq(False).fillna(False).astype(bool)
    failed = persons["passed_computer_core"].eq(False).fillna(False).astype(bool)
    path = np.select([known, never, failed], PATHS[:3], default=PATHS[3])
    frame = persons.assign(
        age_ten=persons["age_group"].astype("object").map(_TEN_YEARS),
        path=pd.Series(path, index=persons.index, dtype="object"),
        scored=known,
        # Only asked where a computer was ever used.
        at_home=persons["uses_computer_everyday_life"].eq(True).fillna(False).astype(bool),
    )
    if "earnings_decile" in frame.columns:
        deciles = as_numbers(frame["earnings_decile"], "earnings_decile")
        wrong = int((~np.isnan(deciles) & ~np.isin(deciles, range(1, 11))).sum())
        if wrong:
            raise ValueError(
                f"earnings_decile holds {wrong} value(s) that are not 1 to 10: recode them."
            )
        words = frame["earnings_decile"].astype("Int64").astype("string").astype("object")
        tenths = [str(k) for k in range(1, 11)]
        frame["earnings_decile"] = pd.Categorical(
            words.where(words.notna(), None), categories=tenths, ordered=True
        )
    return SurveyDesign.from_replicates(
        frame, weights="person_weight", replicates=list(REPLICATES), kind="JK1"
    )


def _require_answers(column: pd.Series, name: str) -> None:
    known = column.dropna()
    if not all(isinstance(value, (bool, np.bool_)) for value in known):
        raise TypeError(
            f"{name} holds other answers than true and false: recode the file with the codebook "
            "piaac_de_person."
        )


def piaac_tables(
    design: SurveyDesign,
    groups: Sequence[str],
    *,
    reasons: Sequence[str] = (),
    below: float,
    person: str = "person_id",
    rules: Rules | None = None,
) -> dict[str, Protected]:
    """Estimate and protect the tables of the PIAAC chapter, one by each group.

    Parameters
    ----------
    design : SurveyDesign
        As :func:`piaac_design` returns it.
    groups : sequence of str
        Columns of groups, such as ``parental_education``; a missing value is a group of its own.
    reasons : sequence of str
        Groups for which it is told why persons have no score; in many small groups single
        reasons rest on too few.
    below : float
        Score in points under which a person counts as low.
    person : str
        Column of the person number: one person per household was asked.
    rules : Rules, optional
        Thresholds of disclosure control.

    Returns
    -------
    dict of str to Protected
        By group, with the total: ``score`` (mean, points, persons with a score), ``below``,
        ``below_lower`` and ``below_upper`` (shares, see
        :func:`armutsexpertise.digital.piaac.low_performers`), ``path_score`` and, with reasons,
        ``path_never``, ``path_failed`` and ``path_other`` (shares of all persons), ``use`` (mean
        of the index of use at home, who has one) and ``at_home`` (share of all persons who use a
        computer in everyday life, as they answered; a few of them have no index).

    Raises
    ------
    ValueError
        If replicate weights, plausible values or a column are missing, or no group or one twice is
        named.
    DisclosureError
        As :func:`armutsexpertise.disclosure.protect` raises.

    Notes
    -----
    Counts of an indicator over plausible values are the smallest over them. Where a cell is
    suppressed, the tables of all groups lose their totals.
    """
    names, told = as_names(groups), as_names(reasons)
    if not names:
        raise ValueError("Name at least one column of groups.")
    require_single(names, "The list of groups")
    if unknown := sorted(set(told) - set(names)):
        raise ValueError(f"reasons names {', '.join(unknown)}, which is not among the groups.")
    made = [_one(design, by, _shares(by in told), below, person, rules) for by in names]
    return dict(zip(names, protect_together(made), strict=True))


def _one(
    design: SurveyDesign,
    by: str,
    shares: Mapping[str, Indicator],
    below: float,
    person: str,
    rules: Rules | None,
) -> Protected:
    tables, counts = [], []
    for group in (by, None):
        table = pd.concat(
            [
                problem_solving(design, PLAUSIBLE_VALUES, group).query("indicator == 'score'"),
                low_performers(design, PLAUSIBLE_VALUES, below, group),
                estimate(design, shares, group),
                use_at_home(design, "ict_use_home_index", group).query("indicator == 'use'"),
            ],
            ignore_index=True,
        )
        count = _counts(design, shares, below, group, person, rules)
        if group is None:
            table.insert(1, by, TOTAL)
            count.insert(1, by, TOTAL)
        for one in (table, count):
            one[by] = [None if pd.isna(v) else str(v) for v in one[by]]
        tables.append(table)
        counts.append(count)
    return protect(
        pd.concat(tables, ignore_index=True), pd.concat(counts, ignore_index=True), rules
    )


def _shares(reasons: bool) -> Mapping[str, Indicator]:
    home = {"at_home": Proportion("at_home")}
    if reasons:
        return {f"path_{name}": Proportion("path", name) for name in PATHS} | home
    return {"path_score": Proportion("scored")} | home


def _counts(
    design: SurveyDesign,
    shares: Mapping[str, Indicator],
    below: float,
    group: str | None,
    person: str,
    rules: Rules | None,
) -> pd.DataFrame:
    """Count what each indicator rests on; over plausible values the smallest count."""
    frame = design.frame
    scored = frame[PLAUSIBLE_VALUES[0]].notna()
    added: dict[str, pd.Series] = {}
    several: dict[str, list[Indicator]] = {"below": [], "below_lower": [], "below_upper": []}
    for place, name in enumerate(PLAUSIBLE_VALUES):
        low = (frame[name] < below).astype(float)
        for key, values in (
            ("below", low.where(scored)),
            ("below_lower", low.where(scored, 0.0)),
            ("below_upper", low.where(scored, 1.0)),
        ):
            added[f"{_LOW}_{key}_{place}"] = values
            several[key].append(Mean(f"{_LOW}_{key}_{place}"))
    joined = mark(pd.concat([frame, pd.DataFrame(added)], axis=1), frame)
    own = replace(design, frame=joined)
    first: dict[str, Indicator] = {"score": Mean(PLAUSIBLE_VALUES[0])}
    rest: dict[str, Indicator] = {
        **shares,
        "use": Mean("ict_use_home_index"),
    }
    parts = [
        cell_counts(own, chosen, group, household=person, rules=rules)
        for chosen in (first, *_by_place(several), rest)
    ]
    table = pd.concat(parts, ignore_index=True)
    keys = ["indicator"] if group is None else ["indicator", group]
    smallest = table.groupby(keys, sort=False, dropna=False, observed=True, as_index=False)
    numbers = ["n", "observations", "persons", "households", "numerator", "complement"]
    highest = ["dominance", "synthetic"]
    functions = dict.fromkeys(numbers, "min") | dict.fromkeys(highest, "max")
    return smallest.agg(functions | {"distribution": "first"})


def _by_place(several: Mapping[str, Sequence[Indicator]]) -> list[dict[str, Indicator]]:
    lengths = range(len(PLAUSIBLE_VALUES))
    return [{key: indicators[place] for key, indicators in several.items()} for place in lengths]
