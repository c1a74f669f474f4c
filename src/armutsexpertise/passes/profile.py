"""Profile of a pass: four dimensions with bounds, dominance, and rank intervals.

A profile says what a pass offers on paper, on four dimensions between 0 and 1: whom it admits
(``access``), what it grants (``benefits``), how it is issued (``route``) and what it costs its
holder (``price``). What a source does not state is unknown, not absent: every dimension has a
lower and an upper value that enclose each possible completion of the unknown cells.

References
----------
OECD and JRC (2008), Handbook on Constructing Composite Indicators, doi:10.1787/9789264043466-en:
steps and their documentation. Saisana, Saltelli and Tarantola (2005), JRSS A 168(2), 307-323,
doi:10.1111/j.1467-985X.2005.00350.x: uncertainty of ranks under random weights. Salo and Punkka
(2011), Management Science 57(1), 200-214, doi:10.1287/mnsc.1100.1265: dominance and best and
worst attainable rank over a set of weights. Cherchye, Ooghe and Van Puyenbroeck (2008), Journal
of Economic Inequality 6, 287-321, doi:10.1007/s10888-007-9058-8: rankings that hold for a wide
set of weights.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from armutsexpertise._checks import require_columns, require_known, require_unique
from armutsexpertise.passes.vocabulary import ANSWERS
from armutsexpertise.ranking import dominating_pairs, draw_weights, rank_summary

DIMENSIONS = ("access", "benefits", "route", "price")


def answer_matrix(
    long: pd.DataFrame,
    pass_ids: Sequence[str],
    *,
    key: str,
    answer: str,
    columns: Sequence[str],
    name: str,
) -> pd.DataFrame:
    """Spread a long table of answers to one row per pass.

    Parameters
    ----------
    long : DataFrame
        Columns ``pass_id``, ``key`` and ``answer``, one row per pass and item.
    pass_ids : sequence of str, length n_passes
        Passes wanted, in this order; rows of other passes are ignored.
    key, answer : str
        Columns of ``long`` with the item (group or category) and its answer.
    columns : sequence of str, length n_items
        Items wanted, in this order.
    name : str
        Name of the table in messages.

    Returns
    -------
    DataFrame of str, shape (n_passes, n_items)
        Answer codes. An item without a row is ``not_stated``: silence is not a "no".

    Raises
    ------
    ValueError
        If a column or an item is unknown, an answer is not one of the four codes, or a pass has
        two rows for one item.
    """
    require_columns(long, ["pass_id", key, answer], name)
    require_known(long[answer], ANSWERS, f"{name}.{answer}")
    require_unique(long, ["pass_id", key], name)
    unknown = [item for item in columns if item not in set(long[key])]
    if unknown or not columns:
        raise ValueError(
            f"Table {name} has no {key} {', '.join(unknown) or '(none was asked for)'}: use codes "
            "that occur in it."
        )
    wide = long.pivot_table(index="pass_id", columns=key, values=answer, aggfunc="first")
    return wide.reindex(index=list(pass_ids), columns=list(columns)).fillna("not_stated")


def _check_weight(interval: tuple[float, float], name: str) -> tuple[float, float]:
    low, high = interval
    if not 0 <= low <= high <= 1:
        raise ValueError(f"{name} must be two values with 0 <= low <= high <= 1.")
    return low, high


def _score(
    answers: pd.DataFrame, partial: tuple[float, float], unknown: tuple[float, float] = (0.0, 1.0)
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Map answer codes to their lowest and highest value."""
    ends = []
    for end in (0, 1):
        value = {"yes": 1.0, "no": 0.0, "partial": partial[end], "not_stated": unknown[end]}
        ends.append(answers.apply(lambda column, value=value: column.map(value)).astype(float))
    return ends[0], ends[1]


def _price_bounds(
    price: pd.Series, validity: pd.Series, ceiling: float
) -> tuple[pd.Series, pd.Series]:
    """Return the lowest and highest price score; a free pass has 1, the ceiling or more 0."""
    yearly = price * 12 / validity
    score = 1 - (yearly / ceiling).clip(upper=1)
    score = score.mask(price == 0, 1.0)
    return score.fillna(0.0), score.fillna(1.0)


def profile(
    passes: pd.DataFrame,
    eligibility: pd.DataFrame,
    benefits: pd.DataFrame,
    *,
    groups: Sequence[str],
    categories: Sequence[str],
    price_ceiling_eur: float,
    partial_group: tuple[float, float] = (0.0, 1.0),
    partial_benefit: tuple[float, float] = (0.0, 1.0),
    partial_route: tuple[float, float] = (0.5, 0.5),
) -> pd.DataFrame:
    """Return the four dimensions of each pass with their bounds.

    Parameters
    ----------
    passes : DataFrame, one row per pass
        Columns ``pass_id``, ``eligible_list_closed`` (``yes`` or ``not_stated``), ``route``
        (answer code: issued without application), ``price_eur`` (EUR for one period of validity)
        and ``validity_months``.
    eligibility : DataFrame, long
        Columns ``pass_id``, ``group``, ``included`` (answer code).
    benefits : DataFrame, long
        Columns ``pass_id``, ``category``, ``granted`` (answer code).
    groups, categories : sequence of str
        Codes that count, each with the same weight.
    price_ceiling_eur : float
        EUR per year from which on the price dimension is 0.
    partial_group, partial_benefit : (float, float)
        Value of the answer ``partial``, low and high, in [0, 1]. The default (0, 1) says nothing
        about the size of the part; a smaller interval is an assumption of the caller.
    partial_route : (float, float)
        The same for a pass that is issued automatically to some groups only. The default is the
        midpoint of the three-step order application, partly automatic, automatic. Which passes
        dominate which does not depend on the point, as long as it lies strictly between 0 and 1.

    Returns
    -------
    DataFrame, one row per pass in the order of ``passes``
        ``pass_id``; for each dimension ``<dimension>_low`` and ``<dimension>_high`` in [0, 1];
        ``n_stated``, the number of ``groups`` and ``categories`` with an answer in the source.

    Raises
    ------
    ValueError
        If a column, code or item is unknown, a pass occurs twice, a price is negative, a validity
        is not positive, or the ceiling or an interval is impossible.

    Notes
    -----
    access: share of ``groups`` that are included. In a list stated to be closed, ``not_stated``
    counts as no. benefits: share of ``categories`` granted. route: yes 1, partial
    ``partial_route``, no 0. price: one minus the yearly fee over the ceiling, never below 0; free
    is 1 whatever the validity. Unknown cells give 0 at the lower and 1 at the upper end, so the
    interval holds the value of every completion (worst-case bounds, Manski 2003, Partial
    Identification of Probability Distributions, doi:10.1007/b97478).

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"pass_id": ["a"], "eligible_list_closed": ["not_stated"],
    ...     "route": ["no"], "price_eur": [0.0], "validity_months": [12.0]})
    >>> who = pd.DataFrame({"pass_id": ["a", "a"], "group": ["sgb2", "wohngeld"],
    ...     "included": ["yes", "not_stated"]})
    >>> what = pd.DataFrame({"pass_id": ["a"], "category": ["zoo"], "granted": ["yes"]})
    >>> result = profile(one, who, what, groups=["sgb2", "wohngeld"], categories=["zoo"],
    ...     price_ceiling_eur=60)
    >>> result[["access_low", "access_high", "price_low"]].to_numpy().tolist()
    [[0.5, 1.0, 1.0]]
    """
    require_columns(
        passes,
        ["pass_id", "eligible_list_closed", "route", "price_eur", "validity_months"],
        "passes",
    )
    require_unique(passes, ["pass_id"], "passes")
    if not price_ceiling_eur > 0:
        raise ValueError("price_ceiling_eur must be a positive amount in EUR per year.")
    require_known(passes["route"], ANSWERS, "passes.route")
    require_known(passes["eligible_list_closed"], ANSWERS, "passes.eligible_list_closed")
    price = pd.to_numeric(passes["price_eur"]).astype(float)
    validity = pd.to_numeric(passes["validity_months"]).astype(float)
    if (price < 0).any() or (validity <= 0).any():
        raise ValueError(
            "Table passes has a negative price_eur or a validity_months that is not positive: "
            "correct the source row."
        )
    ids = passes["pass_id"].tolist()
    included = answer_matrix(
        eligibility, ids, key="group", answer="included", columns=groups, name="eligibility"
    )
    n_stated = (included != "not_stated").sum(axis=1)
    closed = (passes["eligible_list_closed"] == "yes").to_numpy()[:, None]
    included = included.mask(closed & (included == "not_stated"), "no")
    granted = answer_matrix(
        benefits, ids, key="category", answer="granted", columns=categories, name="benefits"
    )
    scores = {
        "access": _score(included, _check_weight(partial_group, "partial_group")),
        "benefits": _score(granted, _check_weight(partial_benefit, "partial_benefit")),
        "route": _score(passes[["route"]], _check_weight(partial_route, "partial_route")),
    }
    result = pd.DataFrame({"pass_id": ids})
    for dimension, (low, high) in scores.items():
        result[f"{dimension}_low"] = low.mean(axis=1).to_numpy()
        result[f"{dimension}_high"] = high.mean(axis=1).to_numpy()
    price_low, price_high = _price_bounds(price, validity, price_ceiling_eur)
    result["price_low"] = price_low.to_numpy()
    result["price_high"] = price_high.to_numpy()
    result["n_stated"] = (n_stated + (granted != "not_stated").sum(axis=1)).to_numpy()
    return result


def _ends(
    profiles: pd.DataFrame, dimensions: Sequence[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the lower and upper values as arrays of shape (n_passes, n_dimensions)."""
    if not dimensions:
        raise ValueError("dimensions is empty: name at least one.")
    lows = [f"{dimension}_low" for dimension in dimensions]
    highs = [f"{dimension}_high" for dimension in dimensions]
    require_columns(profiles, ["pass_id", *lows, *highs], "profiles")
    require_unique(profiles, ["pass_id"], "profiles")
    low = profiles[lows].to_numpy(dtype=float)
    high = profiles[highs].to_numpy(dtype=float)
    if not ((low >= 0) & (low <= high) & (high <= 1)).all():
        raise ValueError("Table profiles must hold values with 0 <= low <= high <= 1.")
    return low, high


def dominance(profiles: pd.DataFrame, dimensions: Sequence[str] = DIMENSIONS) -> pd.DataFrame:
    """Return the pairs in which one pass is at least as good whatever the weights and unknowns.

    Parameters
    ----------
    profiles : DataFrame, one row per pass
        Output of :func:`profile`.
    dimensions : sequence of str
        Dimensions that count.

    Returns
    -------
    DataFrame, one row per pair
        ``dominating`` and ``dominated`` (pass_id), sorted.

    Raises
    ------
    ValueError
        If a column is missing, a pass occurs twice or a bound is impossible.

    Notes
    -----
    A dominates B if the lower value of A reaches the upper value of B on every dimension and
    exceeds it on one. Then every weighted mean with non-negative weights ranks A not behind B, and
    ahead of B if the exceeding dimension has a positive weight, for every completion of the
    unknown cells. The relation is irreflexive, asymmetric and transitive.
    """
    low, high = _ends(profiles, dimensions)
    first, second = dominating_pairs(low, high)
    ids = profiles["pass_id"].to_numpy()
    pairs = pd.DataFrame({"dominating": ids[first], "dominated": ids[second]})
    return pairs.sort_values(["dominating", "dominated"], ignore_index=True)


def rank_intervals(
    profiles: pd.DataFrame,
    *,
    draws: int,
    seed: int,
    level: float = 1.0,
    dimensions: Sequence[str] = DIMENSIONS,
) -> pd.DataFrame:
    """Return the ranks a composite could give each pass, over random weights and unknown cells.

    Parameters
    ----------
    profiles : DataFrame, one row per pass
        Output of :func:`profile`.
    draws : int
        Number of weight vectors, drawn uniformly from the simplex (Dirichlet with all ones).
    seed : int
        Seed of the generator; the same seed gives the same table.
    level : float
        Share of the draws that the interval covers, in (0, 1]. With 1 it runs from the best rank
        in any draw to the worst in any; below 1 it runs between quantiles, (1 - level) / 2 of the
        best ranks and (1 + level) / 2 of the worst. The unknown cells always count in full.
    dimensions : sequence of str
        Dimensions that count.

    Returns
    -------
    DataFrame, one row per pass in the order of ``profiles``
        ``pass_id``, ``rank_low`` and ``rank_high`` (1 is best), ``rank_low_median`` and
        ``rank_high_median`` (medians over the draws of the best and worst rank) and ``n_passes``.
        There is no single ranking on purpose.

    Raises
    ------
    ValueError
        If ``draws`` or ``level`` is out of range or the profiles are not valid.

    Notes
    -----
    Per draw w the composite of a pass lies between the weighted means of its lower and its upper
    values; :func:`armutsexpertise.ranking.rank_bounds` gives the best and worst rank, both
    attainable because the unknown cells of different passes are free of each other. Random
    weights follow Saisana, Saltelli and Tarantola (2005), ranking intervals Salo and Punkka
    (2011).
    """
    low, high = _ends(profiles, dimensions)
    ranks = rank_summary(low, high, draw_weights(len(dimensions), draws, seed), level)
    ranks.insert(0, "pass_id", profiles["pass_id"].to_numpy())
    return ranks.assign(n_passes=len(profiles))
