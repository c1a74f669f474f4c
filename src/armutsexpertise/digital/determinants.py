"""What goes with access and skills, and of what the gap between poor and not poor consists.

Thin recipes on :mod:`armutsexpertise.survey.models` and :mod:`armutsexpertise.inequality`. All
results are associations: a decomposition says by how much the gap would differ arithmetically if
the groups had the same composition, not what would happen if the composition were changed.

References
----------
Kitagawa (1955), doi:10.1080/01621459.1955.10501299. Fairlie (2005), Journal of Economic and Social
Measurement 30(4), 305-316: decomposition for yes/no outcomes. Shorrocks (2013),
doi:10.1007/s10888-011-9214-z: Shapley value, so that the parts do not depend on an order. Jann
(2008), doi:10.1177/1536867X0800800401: pooled coefficients with the dummy of the group.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from armutsexpertise.digital._checks import (
    as_numbers,
    require_level,
    require_single,
    require_truth,
)
from armutsexpertise.inequality import RateDecomposition, kitagawa
from armutsexpertise.survey._columns import as_names, require_columns
from armutsexpertise.survey.combine import combine
from armutsexpertise.survey.design import Floats, SurveyDesign
from armutsexpertise.survey.estimate import critical_values
from armutsexpertise.survey.models import Fitted, Model, fit, fit_ordered

_MOST_PARTS = 10


def _require_group(frame: pd.DataFrame, group: str) -> npt.NDArray[np.bool_]:
    require_columns(frame, [group])
    require_truth(frame[group], group)
    return frame[group].to_numpy(dtype=bool)


def access_model(
    design: SurveyDesign,
    outcome: str,
    terms: Sequence[str],
    *,
    where: str | None = None,
    level: float = 0.95,
) -> tuple[Model, pd.DataFrame]:
    """Fit a weighted logit of access and return average marginal effects.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    outcome : str
        Column with true and false, or 1 and 0, such as a computer in the household.
    terms : sequence of str
        As in :func:`armutsexpertise.survey.models.fit`.
    where : str, optional
        Boolean column: the subpopulation.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    tuple of Model and DataFrame
        The model, and its effects on the share, in [-1, 1] for categories.

    Raises
    ------
    ValueError, TypeError
        As :func:`armutsexpertise.survey.models.fit` does.

    Examples
    --------
    >>> people = pd.DataFrame({"computer": [1, 0, 0, 0, 1, 1, 1, 0], "poor": [True] * 4 +
    ...                        [False] * 4, "w": 1.0})
    >>> design = SurveyDesign.from_frame(people, weights="w")
    >>> effects = access_model(design, "computer", ["poor"])[1]
    >>> effects[["indicator", "estimate"]].round(2).values.tolist()
    [['poor=True', -0.5]]
    """
    model = fit(design, outcome, terms, "logit", where=where)
    return model, model.marginal_effects(level=level)


def skill_model(
    design: SurveyDesign,
    outcome: str,
    terms: Sequence[str],
    *,
    where: str | None = None,
) -> Fitted:
    """Fit a weighted ordered logit of a level of skill.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    outcome : str
        Ordered categorical column, or whole numbers. "Not assessed" is no level: leave it out
        with ``where`` and model it apart with :func:`access_model`.
    terms : sequence of str
        As in :func:`armutsexpertise.survey.models.fit_ordered`.
    where : str, optional
        Boolean column: the subpopulation.

    Returns
    -------
    Fitted
        Coefficients on the log odds of a higher level.

    Raises
    ------
    ValueError, TypeError
        As :func:`armutsexpertise.survey.models.fit_ordered` does; ValueError if the outcome has
        the level ``not_assessed``.

    Examples
    --------
    >>> people = pd.DataFrame({"level": [0, 0, 1, 2, 0, 1, 2, 2], "poor": [True] * 4 +
    ...                        [False] * 4, "w": 1.0})
    >>> design = SurveyDesign.from_frame(people, weights="w")
    >>> model = skill_model(design, "level", ["poor"])
    >>> bool(model.coefficients[model.names.index("poor=True")] < 0)
    True
    """
    require_columns(design.frame, [outcome, *as_names(where)])
    if where is not None:
        require_truth(design.frame[where], where)
    inside = design.frame if where is None else design.frame[design.frame[where].astype(bool)]
    apart = int((inside[outcome].astype("object") == "not_assessed").sum())
    if apart:
        raise ValueError(
            f"{apart} of {len(inside)} rows are not_assessed, which is no level of skill: leave "
            "them out with where and report their share beside the model."
        )
    return fit_ordered(design, outcome, terms, where=where)


def composition_effect(
    frame: pd.DataFrame, outcome: str, group: str, by: str | Sequence[str], weight: str
) -> tuple[RateDecomposition, pd.DataFrame]:
    """Split the gap of a share into composition by cells and differences within cells.

    Parameters
    ----------
    frame : DataFrame, one row per person
        The sample.
    outcome : str
        Column with true and false, or 1 and 0.
    group : str
        Boolean column, true for the disadvantaged group.
    by : str or sequence of str
        Columns that cross to the cells, such as age and household type.
    weight : str
        Column of weights, not negative.

    Returns
    -------
    tuple of RateDecomposition and DataFrame
        Share of the others minus that of the group, with its two parts, and one row per cell:
        ``share_others``, ``share_group`` (of the population), ``rate_others``, ``rate_group``.

    Raises
    ------
    ValueError
        If a column is missing, a value is missing or impossible, or a cell is empty in one of the
        groups, so that its rate there is not known.
    TypeError
        If the group is not boolean.

    Notes
    -----
    Kitagawa (1955); the parts add to the gap exactly.

    Examples
    --------
    >>> people = pd.DataFrame({"online": [1, 0, 0, 1, 1, 0], "poor": [True] * 3 + [False] * 3,
    ...                        "old": [False, True, True, False, False, True], "w": 1.0})
    >>> parts, cells = composition_effect(people, "online", "poor", "old", "w")
    >>> round(parts.difference, 3), round(parts.composition, 3), round(parts.rate, 3)
    (0.333, 0.333, 0.0)
    """
    names = as_names(by)
    if not names:
        raise ValueError("Name at least one column that crosses to the cells.")
    named = [outcome, group, weight, *names]
    require_columns(frame, named)
    require_single(named, "The list of outcome, group, weight and cells")
    require_single([name for name in frame.columns if name in named], "The sample")
    is_group = _require_group(frame, group)
    y, w = as_numbers(frame[outcome], outcome), as_numbers(frame[weight], weight)
    if not np.isin(y, [0, 1]).all() or not (np.isfinite(w) & (w >= 0)).all():
        raise ValueError(
            "The outcome must hold true and false only and weights must not be negative or "
            "missing: recode first."
        )
    unknown = int(frame[names].isna().any(axis=1).sum())
    if unknown:
        raise ValueError(
            f"{unknown} of {len(frame)} rows lack a value of {', '.join(names)}: give them a "
            "category of their own."
        )
    table = frame[names].assign(_w=w, _y=w * y, _group=is_group)
    sums = table.groupby([*names, "_group"], observed=True)[["_w", "_y"]].sum()
    weights = sums["_w"].unstack("_group").reindex(columns=[False, True])  # noqa: PD010
    hits = sums["_y"].unstack("_group").reindex(columns=[False, True])  # noqa: PD010
    empty = int((weights.isna() | (weights == 0)).any(axis=1).sum())
    if empty:
        raise ValueError(
            f"{empty} of {len(weights)} cells are empty in one of the two groups: merge categories "
            "or use yes_no_gap, which needs no cells."
        )
    share, rate = weights / weights.sum(), hits / weights
    parts = kitagawa(share[False], rate[False], share[True], rate[True])
    cells = pd.DataFrame(
        {
            "share_others": share[False],
            "share_group": share[True],
            "rate_others": rate[False],
            "rate_group": rate[True],
        }
    ).reset_index()
    return parts, cells


def mean_gap(
    design: SurveyDesign,
    outcome: str | Sequence[str],
    group: str,
    parts: Mapping[str, Sequence[str]],
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    r"""Split the gap of a mean, such as a score, into parts such as age and education.

    Parameters
    ----------
    design : SurveyDesign
        The sample, with or without replicate weights.
    outcome : str or sequence of str
        Column of numbers, or the plausible values of a score, combined by Rubin's rules.
    group : str
        Boolean column, true for the disadvantaged group; the gap is others minus group.
    parts : mapping of str to sequence of str
        Name of a part and its columns (categories enter as indicators); each column in one part.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DataFrame
        ``part``: ``difference`` (in units of the outcome), the parts, ``unexplained``;
        ``estimate``, ``se``, ``ci_low``, ``ci_high`` and ``share_of_gap`` (missing where the
        interval of the difference holds 0). Parts and unexplained add to the difference exactly.

    Raises
    ------
    ValueError
        If columns are missing or stand twice, there are more than ten parts, a name is reserved,
        a group has no weight, or columns are collinear.
    TypeError
        If the group is not boolean or the outcome holds no numbers.

    Notes
    -----
    :math:`(\bar x_{others} - \bar x_{group})_k'\beta_k` for the columns k of a part, with the
    coefficients of a regression of both groups with the dummy of the group (Jann 2008); summed
    over parts the explained share of :func:`armutsexpertise.inequality.oaxaca_blinder` with
    ``kind="pooled"``. The sum over the indicators of a category does not depend on the level left
    out. Means count as random in the standard errors.

    Examples
    --------
    >>> people = pd.DataFrame({"score": [1.0, 2, 3, 3, 4, 6], "poor": [True] * 3 + [False] * 3,
    ...                        "school": [0.0, 1, 2, 1, 2, 3], "w": 1.0})
    >>> design = SurveyDesign.from_frame(people, weights="w")
    >>> found = mean_gap(design, "score", "poor", {"education": ["school"]})
    >>> found.set_index("part")["estimate"].round(3).to_dict()
    {'difference': 2.333, 'education': 1.25, 'unexplained': 1.083}
    """
    require_level(level)
    if not isinstance(outcome, str):
        require_single(outcome, "The list of plausible values")
        tables = [mean_gap(design, name, group, parts) for name in outcome]
        combined = combine(
            np.array([table["estimate"] for table in tables]),
            np.array([np.diag(table["se"] ** 2) for table in tables]),
            design.degrees_of_freedom,
        )
        se, df = np.sqrt(np.diag(combined.covariance)), combined.degrees_of_freedom
        return _parts_table(parts, combined.estimate, se, critical_values(df, level))
    listed = _check_parts(parts, group, outcome)
    is_group = _require_two_groups(design, group)
    model = fit(design, outcome, [*listed, group], "linear")
    x, y = model.matrix, design.frame[outcome].to_numpy(dtype=float)
    columns = [[c for name in one for c in model.terms.columns_of(name)] for one in parts.values()]
    sides = [~is_group, is_group]

    def gap_of_means(weight: Floats) -> tuple[Floats, float]:
        means = [weight[m] @ x[m] / weight[m].sum() for m in sides]
        averages = [float(weight[m] @ y[m] / weight[m].sum()) for m in sides]
        return means[0] - means[1], averages[0] - averages[1]

    def split(beta: Floats, weight: Floats) -> Floats:
        shift, gap = gap_of_means(weight)
        shares = [float(shift[one] @ beta[one]) for one in columns]
        return np.array([gap, *shares, gap - sum(shares)])

    beta = model.coefficients
    estimate = split(beta, design.weights)
    if design.replicates is not None:
        assert model.replicate_coefficients is not None
        rows = zip(model.replicate_coefficients, design.replicates.T, strict=True)
        covariance = design.replicate_covariance(
            np.array([split(row, weight) for row, weight in rows]), estimate
        )
    else:
        assert model.influence is not None
        shift, _ = gap_of_means(design.weights)
        of_shift = _gap_influence(x, design.weights, is_group)
        of_gap = _gap_influence(y, design.weights, is_group)
        of_parts = [
            of_shift[:, one] @ beta[one] + model.influence[:, one] @ shift[one] for one in columns
        ]
        rest = of_gap - np.sum(of_parts, axis=0)
        covariance = design.covariance(np.column_stack([of_gap, *of_parts, rest]))
    critical = critical_values(design.degrees_of_freedom, level)
    return _parts_table(parts, estimate, np.sqrt(np.diag(covariance)), critical)


def _check_parts(parts: Mapping[str, Sequence[str]], group: str, outcome: str) -> list[str]:
    if not isinstance(parts, Mapping):
        raise TypeError("parts must name its parts: give a mapping of name to list of columns.")
    if words := [name for name, one in parts.items() if isinstance(one, str)]:
        raise TypeError(f"The columns of {', '.join(words)} are one text: give a list of columns.")
    listed = [name for one in parts.values() for name in one]
    if not parts or len(parts) > _MOST_PARTS or not all(parts.values()):
        raise ValueError(f"Give 1 to {_MOST_PARTS} parts with at least one column each.")
    if len(set(listed)) < len(listed) or group in listed or outcome in listed:
        raise ValueError("Each column belongs to one part, and group and outcome to none.")
    if set(parts) & {"difference", "unexplained"}:
        raise ValueError("A part cannot be called difference or unexplained: rename it.")
    return listed


def _require_two_groups(design: SurveyDesign, group: str) -> npt.NDArray[np.bool_]:
    is_group = _require_group(design.frame, group)
    for name, members in (("group", is_group), ("others", ~is_group)):
        if not design.weights[members].sum() > 0:
            raise ValueError(f"The {name} of {group} have no weight: nothing can be compared.")
    return is_group


def _gap_influence(values: Floats, weight: Floats, is_group: npt.NDArray[np.bool_]) -> Floats:
    """Return the influence of each person on the mean of the others minus that of the group."""
    influence = np.zeros_like(values)
    for sign, m in ((1, ~is_group), (-1, is_group)):
        w = weight[m]
        influence[m] = sign * (values[m] - w @ values[m] / w.sum()) / w.sum()
    return influence


def _parts_table(
    parts: Mapping[str, Sequence[str]], estimate: Floats, se: Floats, critical: Floats
) -> pd.DataFrame:
    low, high = estimate - critical * se, estimate + critical * se
    gap = estimate[0]
    told_apart = low[0] > 0 or high[0] < 0
    return pd.DataFrame(
        {
            "part": ["difference", *parts, "unexplained"],
            "estimate": estimate,
            "se": se,
            "ci_low": low,
            "ci_high": high,
            "share_of_gap": estimate / gap if told_apart else np.nan,
        }
    )


class _Matched(NamedTuple):
    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]
    weight: Floats


def _match(values: Floats, weight: Floats, is_group: npt.NDArray[np.bool_]) -> _Matched:
    """Pair persons of equal rank in the two groups; weights of the pairs sum to 1."""
    places, edges = [], []
    for members in (~is_group, is_group):
        at = np.flatnonzero(members & (weight > 0))
        at = at[np.argsort(values[at], kind="stable")]
        cumulated = np.cumsum(weight[at])
        places.append(at)
        edges.append(cumulated / cumulated[-1])
    cuts = np.unique(np.concatenate(edges))
    width = np.diff(np.concatenate([[0.0], cuts]))
    middle = cuts - width / 2
    pairs = [
        at[np.minimum(np.searchsorted(edge, middle), len(at) - 1)]
        for at, edge in zip(places, edges, strict=True)
    ]
    return _Matched(pairs[0], pairs[1], width)


def _fairlie(
    x: Floats,
    columns: Sequence[Sequence[int]],
    beta: Floats,
    weight: Floats,
    y: Floats,
    is_group: npt.NDArray[np.bool_],
) -> Floats:
    """Return gap, parts, and the unexplained rest; the last columns of x have no part."""
    effect = x * beta
    pairs = _match(effect.sum(axis=1), weight, is_group)
    blocks = [
        np.column_stack([effect[side][:, list(one)].sum(axis=1) for one in columns])
        for side in (pairs.first, pairs.second)
    ]
    constant = float(beta[0])
    parts = len(columns)
    value = {}
    for size in range(parts + 1):
        for chosen in combinations(range(parts), size):
            swapped = [blocks[0 if k in chosen else 1][:, k] for k in range(parts)]
            value[chosen] = float(pairs.weight @ expit(constant + sum(swapped)))
    shares = np.zeros(parts)
    for k in range(parts):
        others = [one for one in range(parts) if one != k]
        for size in range(parts):
            factor = factorial(size) * factorial(parts - size - 1) / factorial(parts)
            for chosen in combinations(others, size):
                with_k = tuple(sorted((*chosen, k)))
                shares[k] += factor * (value[with_k] - value[chosen])
    rates = [weight[m] @ y[m] / weight[m].sum() for m in (~is_group, is_group)]
    gap = float(rates[0] - rates[1])
    return np.array([gap, *shares, gap - shares.sum()])


def yes_no_gap(
    design: SurveyDesign,
    outcome: str,
    group: str,
    parts: Mapping[str, Sequence[str]],
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    r"""Split the gap of a yes/no outcome into parts such as age, education and household.

    Parameters
    ----------
    design : SurveyDesign
        The sample. With replicate weights the parts have standard errors; otherwise only the
        difference.
    outcome : str
        Column with true and false, or 1 and 0.
    group : str
        Boolean column, true for the disadvantaged group; the gap is others minus group.
    parts : mapping of str to sequence of str
        Name of a part and its columns (categories enter as indicators); each column in one part.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DataFrame
        ``part``: ``difference`` (in [-1, 1]), the parts, ``unexplained``; ``estimate``, ``se``,
        ``ci_low``, ``ci_high`` and ``share_of_gap`` (missing where the interval of the difference
        holds 0). Parts and unexplained add to the difference exactly.

    Raises
    ------
    ValueError
        If columns are missing or stand twice, there are more than ten parts, a name is reserved,
        a group has no weight, or the logit has no finite estimate.
    TypeError
        If the group is not boolean.

    Notes
    -----
    Coefficients of a weighted logit of both groups with a dummy of the group, which is left out
    of the prediction (Fairlie 2005; Jann 2008). Persons of equal rank in the prediction are
    matched over the whole weighted distribution of both groups, instead of in random samples. The
    parts are Shapley values of replacing the characteristics of one group by those of the other,
    that is the mean over all orders. "Unexplained" holds the group itself and all that is not in
    the model.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> people = pd.DataFrame({"old": rng.random(400) < 0.5, "low": rng.random(400) < 0.4,
    ...                        "w": 1.0})
    >>> people["poor"] = rng.random(400) < 0.2 + 0.3 * people["low"]
    >>> people["online"] = rng.random(400) < 0.9 - 0.3 * people["old"] - 0.3 * people["low"]
    >>> design = SurveyDesign.from_frame(people, weights="w")
    >>> found = yes_no_gap(design, "online", "poor", {"age": ["old"], "education": ["low"]})
    >>> found["part"].tolist()
    ['difference', 'age', 'education', 'unexplained']
    >>> bool(abs(found["estimate"][1:].sum() - found["estimate"][0]) < 1e-12)
    True
    """
    require_level(level)
    listed = _check_parts(parts, group, outcome)
    is_group = _require_two_groups(design, group)
    model = fit(design, outcome, [*listed, group], "logit")
    x, y = model.matrix, design.frame[outcome].to_numpy(dtype=float)
    columns = [[c for name in one for c in model.terms.columns_of(name)] for one in parts.values()]
    dummy = model.terms.columns_of(group)
    keep = np.ones(x.shape[1])
    keep[dummy] = 0.0
    estimate = _fairlie(x, columns, model.coefficients * keep, design.weights, y, is_group)
    se = np.full(len(estimate), np.nan)
    if design.replicates is None:
        of_gap = _gap_influence(y, design.weights, is_group)[:, None]
        se[0] = np.sqrt(design.covariance(of_gap)[0, 0])
    else:
        assert model.replicate_coefficients is not None
        values = np.array(
            [
                _fairlie(x, columns, row * keep, column, y, is_group)
                for column, row in zip(
                    design.replicates.T, model.replicate_coefficients, strict=True
                )
            ]
        )
        se = np.sqrt(np.diag(design.replicate_covariance(values, estimate)))
    critical = critical_values(design.degrees_of_freedom, level)
    return _parts_table(parts, estimate, se, critical)


def accounted_for(
    design: SurveyDesign,
    outcome: str,
    exposure: str,
    mediators: Sequence[str],
    adjust: Sequence[str] = (),
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Say by how much an association shrinks when further characteristics are held constant.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    outcome : str
        Column of numbers, or true and false.
    exposure : str
        Boolean or numeric column, such as poor.
    mediators : sequence of str
        Columns held constant in the second model.
    adjust : sequence of str
        Columns in both models.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DataFrame
        ``part``: ``total`` (association without the mediators), ``accounted_for``, ``remaining``;
        ``estimate`` in units of the outcome, ``se``, ``ci_low``, ``ci_high``. The last two add to
        the first exactly.

    Raises
    ------
    ValueError, TypeError
        As :func:`armutsexpertise.survey.models.fit` does; ValueError without mediators.

    Notes
    -----
    Difference of two coefficients of linear models (for yes/no a linear probability model, so
    that coefficients of the two models are on one scale, which those of logits are not). This is
    no causal mediation: without assumptions that a cross-section cannot test, the mediators may
    as well precede poverty, follow from it, or share causes with the outcome.

    Examples
    --------
    >>> people = pd.DataFrame({"online": [1, 1, 0, 0, 1, 1, 1, 0], "poor": [True] * 4 +
    ...                        [False] * 4, "school": [2, 1, 0, 1, 3, 2, 2, 0], "w": 1.0})
    >>> design = SurveyDesign.from_frame(people, weights="w")
    >>> found = accounted_for(design, "online", "poor", ["school"])
    >>> found.set_index("part")["estimate"].round(3).to_dict()
    {'total': -0.25, 'accounted_for': -0.306, 'remaining': 0.056}
    """
    require_level(level)
    between, both = as_names(mediators), as_names(adjust)
    if not between:
        raise ValueError("Name at least one mediator: without one nothing is accounted for.")
    require_single([outcome, exposure, *both, *between], "The list of all columns")
    short = fit(design, outcome, [exposure, *both], "linear")
    long = fit(design, outcome, [exposure, *both, *between], "linear")
    places = [model.terms.columns_of(exposure) for model in (short, long)]
    if len(places[0]) != 1:
        raise ValueError(f"{exposure} has more than two levels: compare two at a time.")
    before, after = (
        float(model.coefficients[at[0]]) for model, at in zip((short, long), places, strict=True)
    )
    values = np.array([before, before - after, after])
    if design.replicates is None:
        assert short.influence is not None
        assert long.influence is not None
        first, second = short.influence[:, places[0][0]], long.influence[:, places[1][0]]
        covariance = design.covariance(np.column_stack([first, first - second, second]))
    else:
        assert short.replicate_coefficients is not None
        assert long.replicate_coefficients is not None
        one = short.replicate_coefficients[:, places[0][0]]
        two = long.replicate_coefficients[:, places[1][0]]
        covariance = design.replicate_covariance(np.column_stack([one, one - two, two]), values)
    se = np.sqrt(np.diag(covariance))
    half = critical_values(long.degrees_of_freedom, level)[0] * se
    return pd.DataFrame(
        {
            "part": ["total", "accounted_for", "remaining"],
            "estimate": values,
            "se": se,
            "ci_low": values - half,
            "ci_high": values + half,
        }
    )
