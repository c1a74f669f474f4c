"""Problem solving with computers in PIAAC, and the many who have no score.

The first cycle (2012) measured problem solving in technology-rich environments only with persons
who took the test on a computer. Who has never used one, failed a short test of handling it, or
preferred paper has no score. A mean over the others alone is too high for groups in which many
have none, so every table shows both.

References
----------
OECD (2013), Technical Report of the Survey of Adult Skills (PIAAC): plausible values, replicate
weights, paths through the assessment. Rubin (1987), doi:10.1002/9780470316696: combination.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from armutsexpertise.digital._checks import as_numbers, require_number, require_single
from armutsexpertise.survey._columns import as_names
from armutsexpertise.survey.combine import estimate_imputed
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Mean, Proportion, estimate

_HAS = "_has_score"
# The scale of PIAAC runs from 0 to 500; a plausible value may lie a little above it.
_HIGHEST = 600


def _require_replicates(design: SurveyDesign) -> None:
    if design.replicates is None:
        raise ValueError(
            "The design has no replicate weights, so standard errors of this survey would ignore "
            "its clusters: build it with SurveyDesign.from_replicates from the 80 columns."
        )


def _scored(frame: pd.DataFrame, plausible_values: Sequence[str]) -> pd.Series:
    absent = [name for name in plausible_values if name not in frame.columns]
    if absent or len(plausible_values) < 2:
        raise ValueError(
            f"{len(absent)} of {len(plausible_values)} plausible values are not in the data: give "
            "all of them, at least two."
        )
    require_single(plausible_values, "The list of plausible values")
    for name in plausible_values:
        values = as_numbers(frame[name], name)
        wrong = int(((values < 0) | (values > _HIGHEST)).sum())
        if wrong:
            raise ValueError(
                f"{name} holds {wrong} of {len(frame)} values outside 0 to {_HIGHEST}: recode the "
                "codes of missing scores."
            )
    known = frame[list(plausible_values)].notna().to_numpy()
    mixed = int((known.any(axis=1) & ~known.all(axis=1)).sum())
    if mixed:
        raise ValueError(
            f"{mixed} of {len(frame)} persons have some plausible values and lack others: check "
            "how the file was read."
        )
    return pd.Series(known.all(axis=1), index=frame.index)


def _with(
    design: SurveyDesign, columns: Sequence[str], added: Mapping[str, pd.Series]
) -> SurveyDesign:
    """Return the design on the columns needed and those added."""
    absent = [name for name in columns if name not in design.frame.columns]
    if absent:
        raise ValueError(f"The sample lacks the column(s) {', '.join(absent)}: check the names.")
    parts = [design.frame[list(dict.fromkeys(columns))], pd.DataFrame(dict(added))]
    return replace(design, frame=pd.concat(parts, axis=1))


def problem_solving(
    design: SurveyDesign,
    plausible_values: Sequence[str],
    by: str | Sequence[str] | None = None,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the mean score and the share that has one, by group.

    Parameters
    ----------
    design : SurveyDesign
        The whole sample, with replicate weights.
    plausible_values : sequence of str
        Columns of plausible values, missing for persons without a score.
    by : str or sequence of str, optional
        Groups, such as parental education, earnings decile or age; a missing value is a group of
        its own.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DataFrame
        Tidy frame of :mod:`armutsexpertise.survey`: indicators ``score`` (points, persons with a
        score) and ``has_score`` (share in [0, 1] of all).

    Raises
    ------
    ValueError
        If replicate weights or plausible values are missing or impossible, nobody has a score, or
        a person has only some of the values.
    TypeError
        If plausible values are no numbers.

    Examples
    --------
    >>> import numpy as np
    >>> people = pd.DataFrame({"pv1": [250.0, 270, 290, np.nan], "pv2": [252.0, 268, 292, np.nan],
    ...                        "w": 10.0})
    >>> weights = 10 * (1 - np.eye(4)) * 4 / 3
    >>> design = SurveyDesign.from_replicates(people, weights="w", replicates=weights, kind="JK1")
    >>> problem_solving(design, ["pv1", "pv2"])[["indicator", "estimate"]].values.tolist()
    [['score', 270.33333333333337], ['has_score', 0.75]]
    """
    _require_replicates(design)
    scored = _scored(design.frame, plausible_values)
    if not scored.any():
        raise ValueError("Nobody has a score: check the columns of plausible values.")
    own = _with(design, [*plausible_values, *as_names(by)], {_HAS: scored})
    score = estimate_imputed(
        own,
        {"score": [Mean(name) for name in plausible_values]},
        by,
        level=level,
        missing="drop",
    )
    has = estimate(own, {"has_score": Proportion(_HAS)}, by, level=level)
    return pd.concat([score, has], ignore_index=True)


def low_performers(
    design: SurveyDesign,
    plausible_values: Sequence[str],
    below: float,
    by: str | Sequence[str] | None = None,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the share below a score, of those with a score and with bounds for all.

    Parameters
    ----------
    design, plausible_values, by, level
        As in :func:`problem_solving`.
    below : float
        Score, in points.

    Returns
    -------
    DataFrame
        Tidy frame with indicators ``below`` (share of persons with a score), ``below_lower`` and
        ``below_upper``: shares of all persons if nobody, or everybody, without a score is below.

    Raises
    ------
    ValueError
        As in :func:`problem_solving`, or if ``below`` is no score.

    Notes
    -----
    Without a score is not the same as low; the bounds need no assumption (Manski 1989,
    doi:10.2307/145818). Those who never used a computer speak for the upper one.

    Examples
    --------
    >>> import numpy as np
    >>> people = pd.DataFrame({"pv1": [230.0, 270, 290, np.nan], "pv2": [235.0, 268, 292, np.nan],
    ...                        "w": 10.0})
    >>> weights = 10 * (1 - np.eye(4)) * 4 / 3
    >>> design = SurveyDesign.from_replicates(people, weights="w", replicates=weights, kind="JK1")
    >>> found = low_performers(design, ["pv1", "pv2"], 241)
    >>> found.set_index("indicator")["estimate"].round(3).to_dict()
    {'below': 0.333, 'below_lower': 0.25, 'below_upper': 0.5}
    """
    _require_replicates(design)
    require_number(below, "below")
    if not 0 < below <= _HIGHEST:
        raise ValueError(f"below is {below}: give a score in points, such as 241.")
    scored = _scored(design.frame, plausible_values)
    if not scored.any():
        raise ValueError("Nobody has a score: check the columns of plausible values.")
    added: dict[str, pd.Series] = {}
    indicators: dict[str, list[Mean]] = {"below": [], "below_lower": [], "below_upper": []}
    for place, name in enumerate(plausible_values):
        low = (design.frame[name] < below).astype(float)
        for key, values in (
            ("below", low.where(scored)),
            ("below_lower", low.where(scored, 0.0)),
            ("below_upper", low.where(scored, 1.0)),
        ):
            added[f"_{key}_{place}"] = values
            indicators[key].append(Mean(f"_{key}_{place}"))
    own = _with(design, as_names(by), added)
    return estimate_imputed(own, indicators, by, level=level, missing="drop")


def use_at_home(
    design: SurveyDesign,
    index: str,
    by: str | Sequence[str] | None = None,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the mean of the index of computer use at home, and who has none.

    Parameters
    ----------
    design : SurveyDesign
        The whole sample, with replicate weights.
    index : str
        Column of the index, missing for persons who do not use a computer at home.
    by, level
        As in :func:`problem_solving`.

    Returns
    -------
    DataFrame
        Tidy frame: ``use`` (mean of the index, users) and ``has_index`` (share in [0, 1] of all).

    Raises
    ------
    ValueError
        If replicate weights or the column are missing.

    Examples
    --------
    >>> import numpy as np
    >>> people = pd.DataFrame({"icthome": [1.0, 2.0, 3.0, np.nan], "w": 10.0})
    >>> weights = 10 * (1 - np.eye(4)) * 4 / 3
    >>> design = SurveyDesign.from_replicates(people, weights="w", replicates=weights, kind="JK1")
    >>> use_at_home(design, "icthome")["estimate"].tolist()
    [2.0, 0.75]
    """
    _require_replicates(design)
    if index not in design.frame.columns:
        raise ValueError(f"The column {index} is missing: check the name of the index.")
    if design.frame[index].isna().all():
        raise ValueError(f"Nobody has a value of {index}: check how the file was read.")
    own = _with(design, [index, *as_names(by)], {_HAS: design.frame[index].notna()})
    mean = estimate(own, {"use": Mean(index)}, by, level=level, missing="drop")
    share = estimate(own, {"has_index": Proportion(_HAS)}, by, level=level)
    return pd.concat([mean, share], ignore_index=True)


def without_score(
    design: SurveyDesign,
    plausible_values: Sequence[str],
    reasons: Mapping[str, str],
    by: str | Sequence[str] | None = None,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate why persons have no score; the reasons and the score add up to everyone.

    Parameters
    ----------
    design, plausible_values, by, level
        As in :func:`problem_solving`.
    reasons : mapping of str to str
        Name of a reason and its boolean column, such as never having used a computer. Where
        several hold, the first counts.

    Returns
    -------
    DataFrame
        Tidy frame of shares in [0, 1] of all persons: ``score``, the reasons, and ``other``.

    Raises
    ------
    ValueError
        As in :func:`problem_solving`, or if a reason is called ``score`` or ``other``.
    TypeError
        If a reason is not boolean or has missing values.

    Examples
    --------
    >>> import numpy as np
    >>> people = pd.DataFrame({"pv1": [250.0, 270, np.nan, np.nan], "w": 10.0,
    ...                        "never": [False, False, True, False]}).assign(pv2=lambda d: d["pv1"])
    >>> weights = 10 * (1 - np.eye(4)) * 4 / 3
    >>> design = SurveyDesign.from_replicates(people, weights="w", replicates=weights, kind="JK1")
    >>> found = without_score(design, ["pv1", "pv2"], {"never": "never"})
    >>> found.set_index("indicator")["estimate"].to_dict()
    {'score': 0.5, 'never': 0.25, 'other': 0.25}
    """
    _require_replicates(design)
    if not isinstance(reasons, Mapping):
        raise TypeError("reasons must be a mapping of the name of a reason to its column.")
    require_single(list(reasons.values()), "The list of reasons")
    if set(reasons) & {"score", "other"}:
        raise ValueError("A reason cannot be called score or other: rename it.")
    open_rows = ~_scored(design.frame, plausible_values)
    added = {"score": ~open_rows}
    _with(design, list(reasons.values()), {})
    for name, column in reasons.items():
        held = design.frame[column]
        if not pd.api.types.is_bool_dtype(held) or held.isna().any():
            raise TypeError(f"The reason {column} must be boolean without missing values.")
        added[name] = open_rows & held.astype(bool)
        open_rows = open_rows & ~held.astype(bool)
    added["other"] = open_rows
    own = _with(design, as_names(by), {f"_{name}": flags for name, flags in added.items()})
    indicators = {name: Proportion(f"_{name}") for name in added}
    return estimate(own, indicators, by, level=level)
