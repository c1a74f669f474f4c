"""Adaptation for whom: priority of areas under open weights, and sites that reach most people.

A priority list needs weights, and weights are a choice. So each list comes with what does not
depend on it: which areas are ahead under all weights, and between which ranks an area moves.
Sites (cooling places, drinking fountains, parks) are chosen by how many vulnerable people they
reach within a budget.

References
----------
OECD and JRC (2008), Handbook on Constructing Composite Indicators,
doi:10.1787/9789264043466-en. Salo and Punkka (2011), doi:10.1287/mnsc.1100.1265: ranks over a set
of weights. Church and ReVelle (1974), doi:10.1007/BF01942293: the maximal covering location
problem. Nemhauser, Wolsey and Fisher (1978), doi:10.1007/BF01588971: bound of the greedy choice.
Khuller, Moss and Naor (1999), doi:10.1016/S0020-0190(99)00031-9: the same with costs.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from armutsexpertise._weighted import FloatArray, as_numbers
from armutsexpertise.ranking import dominating_pairs, draw_weights, rank_bounds, rank_summary

Direction = Literal["more", "less"]

_AHEAD = 1e-5  # composite scores closer than this are ties for the attainable ranks


class Coverage(NamedTuple):
    """Sites chosen and whom they reach.

    Attributes
    ----------
    sites : tuple
        Keys of the chosen sites: in the order of choice (greedy) or sorted (optimal).
    cost : float
        Their cost.
    reached : float
        Demand of the areas that at least one of them reaches.
    share : float
        Of the demand of all areas, in [0, 1].
    per_cost : float
        ``reached`` over ``cost``; NaN without cost.
    """

    sites: tuple[object, ...]
    cost: float
    reached: float
    share: float
    per_cost: float


class _Problem(NamedTuple):
    """Sites and areas in sorted order of their keys."""

    sites: list[object]
    cost: FloatArray
    demand: FloatArray
    reach: npt.NDArray[np.bool_]  # (n_sites, n_areas)


def need_scores(
    areas: pd.DataFrame, criteria: Mapping[str, Direction], *, area_id: str
) -> pd.DataFrame:
    """Scale criteria of need to 0 (least) to 1 (most).

    Parameters
    ----------
    areas : DataFrame, one row per area
        The key and one number per criterion; missing where it is not known.
    criteria : mapping of str to {"more", "less"}
        Whether more of the column means more need (heat, deprivation, vulnerable people) or
        less (green, cooling places). Give densities or shares, not counts, where areas differ
        in size.
    area_id : str
        Key column, unique.

    Returns
    -------
    DataFrame, one row per area in sorted order of the key
        The key; per criterion ``<name>_low`` and ``<name>_high`` in [0, 1], equal where the
        value is known and 0 and 1 where it is not.

    Raises
    ------
    TypeError
        If a criterion is not numeric.
    ValueError
        If a column is absent, a key is repeated or missing, a value is infinite, a direction is
        unknown, or a criterion does not vary.

    Notes
    -----
    Min-max scaling: linear, so distances are kept, and the extreme areas set the scale. An area
    with an extreme value presses all others together; look at the values before. A value that is
    not known is taken to lie between those of the other areas.

    Examples
    --------
    >>> areas = pd.DataFrame({"area": ["a", "b", "c"], "hot_days": [8.0, 14, 11],
    ...     "green": [30.0, 10, None]})
    >>> need_scores(areas, {"hot_days": "more", "green": "less"}, area_id="area").iloc[:, 1:]
       hot_days_low  hot_days_high  green_low  green_high
    0           0.0            0.0        0.0         0.0
    1           1.0            1.0        1.0         1.0
    2           0.5            0.5        0.0         1.0
    """
    table = _keyed(areas, area_id, "areas")
    if not criteria:
        raise ValueError("criteria is empty: name at least one column.")
    result = table[[area_id]].copy()
    for name, direction in criteria.items():
        if name not in table.columns:
            raise ValueError(f"The area table lacks the criterion {name}: check the names.")
        if direction not in ("more", "less"):
            raise ValueError(f"The direction of {name} is {direction!r}: choose more or less.")
        if not pd.api.types.is_numeric_dtype(table[name]):
            raise TypeError(f"{name} must be numeric, not {table[name].dtype}: recode it first.")
        values = table[name].to_numpy(dtype=float, na_value=np.nan)
        known = values[~np.isnan(values)]
        if np.isinf(known).any():
            raise ValueError(f"{name} has infinite values: correct them.")
        if known.size == 0 or np.ptp(known) == 0:
            raise ValueError(
                f"The criterion {name} does not vary over the {known.size} areas where it is "
                "known: leave it out."
            )
        scaled = (values - known.min()) / np.ptp(known)
        if direction == "less":
            scaled = 1 - scaled
        result[f"{name}_low"] = np.nan_to_num(scaled, nan=0.0)
        result[f"{name}_high"] = np.nan_to_num(scaled, nan=1.0)
    return result


def priority_list(
    areas: pd.DataFrame,
    criteria: Mapping[str, Direction],
    weights: Mapping[str, float],
    *,
    area_id: str,
) -> pd.DataFrame:
    """Rank areas by a weighted mean of their need, and show what each criterion adds.

    Parameters
    ----------
    areas, criteria, area_id
        As in `need_scores`.
    weights : mapping of str to float
        Weight of each criterion, not negative; divided by their sum. They are a choice of the
        study and stand in its configuration.

    Returns
    -------
    DataFrame, one row per area, most urgent first (ties in the order of the key)
        The key; ``score_low`` and ``score_high`` in [0, 1]; ``rank_low`` and ``rank_high`` (1 is
        most urgent; they differ where values are unknown or scores tie with others);
        ``from_<criterion>``, what the criterion adds to ``score_low``; ``n_ahead``, the areas
        that are ahead of it under all weights, and ``undominated`` (there is none).

    Raises
    ------
    TypeError, ValueError
        As in `need_scores`; ``ValueError`` also if the weights do not match the criteria, are
        negative, or sum to zero.

    Examples
    --------
    >>> areas = pd.DataFrame({"area": ["a", "b", "c"], "heat": [8.0, 14, 11],
    ...     "poor": [0.3, 0.2, 0.1]})
    >>> table = priority_list(areas, {"heat": "more", "poor": "more"}, {"heat": 1, "poor": 1},
    ...     area_id="area")
    >>> table[["area", "score_low", "rank_low", "undominated"]].to_numpy().tolist()
    [['b', 0.75, 1, True], ['a', 0.5, 2, True], ['c', 0.25, 3, False]]
    """
    scores = need_scores(areas, criteria, area_id=area_id)
    if set(weights) != set(criteria):
        raise ValueError(
            f"weights name {', '.join(sorted(weights)) or 'nothing'} and criteria "
            f"{', '.join(sorted(criteria))}: give one weight for each criterion."
        )
    shares = np.array([float(weights[name]) for name in criteria])
    if not (shares >= 0).all() or not 0 < shares.sum() < np.inf:
        raise ValueError("weights must not be negative, and at least one must be positive.")
    shares = shares / shares.sum()
    low, high = _ends(scores, criteria)
    table = scores[[area_id]].copy()
    # einsum sums in the same order whatever the number of rows, so equal areas get equal scores
    table["score_low"] = np.einsum("ad,d->a", low, shares)
    table["score_high"] = np.einsum("ad,d->a", high, shares)
    best, worst = rank_bounds(
        table["score_low"].to_numpy()[None, :], table["score_high"].to_numpy()[None, :]
    )
    table["rank_low"], table["rank_high"] = best[0], worst[0]
    for place, name in enumerate(criteria):
        table[f"from_{name}"] = low[:, place] * shares[place]
    _, dominated = dominating_pairs(low, high)
    table["n_ahead"] = np.bincount(dominated, minlength=len(table))
    table["undominated"] = table["n_ahead"] == 0
    middle = -(table["score_low"] + table["score_high"]).round(12)
    return table.iloc[np.argsort(middle.to_numpy(), kind="stable")].reset_index(drop=True)


def priority_dominance(
    areas: pd.DataFrame, criteria: Mapping[str, Direction], *, area_id: str
) -> pd.DataFrame:
    """Return the pairs of areas in which one is more urgent whatever the weights.

    Parameters
    ----------
    areas, criteria, area_id
        As in `need_scores`.

    Returns
    -------
    DataFrame, one row per pair
        ``ahead`` and ``behind`` (keys), sorted.

    Raises
    ------
    TypeError, ValueError
        As in `need_scores`.

    Examples
    --------
    >>> areas = pd.DataFrame({"area": ["a", "b", "c"], "heat": [8.0, 14, 11],
    ...     "poor": [0.3, 0.2, 0.1]})
    >>> priority_dominance(areas, {"heat": "more", "poor": "more"}, area_id="area")
      ahead behind
    0     b      c
    """
    scores = need_scores(areas, criteria, area_id=area_id)
    first, second = dominating_pairs(*_ends(scores, criteria))
    keys = scores[area_id].to_numpy()
    pairs = pd.DataFrame({"ahead": keys[first], "behind": keys[second]})
    return pairs.sort_values(["ahead", "behind"], ignore_index=True)


def priority_rank_intervals(
    areas: pd.DataFrame,
    criteria: Mapping[str, Direction],
    *,
    area_id: str,
    draws: int,
    seed: int,
    level: float = 1.0,
) -> pd.DataFrame:
    """Return the ranks of areas over weights drawn at random, and over unknown values.

    Parameters
    ----------
    areas, criteria, area_id
        As in `need_scores`.
    draws, seed, level
        Number of weight vectors, drawn uniformly from the simplex; seed; share of them that the
        interval covers, as in :func:`armutsexpertise.ranking.rank_summary`.

    Returns
    -------
    DataFrame, one row per area in sorted order of the key
        The key, ``rank_low``, ``rank_high``, ``rank_low_median``, ``rank_high_median``; 1 is
        most urgent.

    Raises
    ------
    TypeError, ValueError
        As in `need_scores`; ``ValueError`` also if ``draws`` or ``level`` is out of range.

    Notes
    -----
    Saisana, Saltelli and Tarantola (2005), doi:10.1111/j.1467-985X.2005.00350.x. Draws can miss
    extreme weights; `attainable_ranks` does not.

    Examples
    --------
    >>> areas = pd.DataFrame({"area": ["a", "b", "c"], "heat": [8.0, 14, 11],
    ...     "poor": [0.3, 0.2, 0.1]})
    >>> priority_rank_intervals(areas, {"heat": "more", "poor": "more"}, area_id="area",
    ...     draws=500, seed=1)[["area", "rank_low", "rank_high"]].to_numpy().tolist()
    [['a', 1, 3], ['b', 1, 2], ['c', 2, 3]]
    """
    scores = need_scores(areas, criteria, area_id=area_id)
    low, high = _ends(scores, criteria)
    ranks = rank_summary(low, high, draw_weights(len(criteria), draws, seed), level)
    ranks.insert(0, area_id, scores[area_id].to_numpy())
    return ranks


def attainable_ranks(
    areas: pd.DataFrame,
    criteria: Mapping[str, Direction],
    *,
    area_id: str,
    limits: Mapping[str, tuple[float, float]] | None = None,
) -> pd.DataFrame:
    r"""Return the best and the worst rank that any weights give each area.

    Parameters
    ----------
    areas, criteria, area_id
        As in `need_scores`; every value must be known.
    limits : mapping of str to tuple of two float, optional
        Least and greatest share of a criterion in the sum of weights, in [0, 1]; default 0 to 1.

    Returns
    -------
    DataFrame, one row per area in sorted order of the key
        The key, ``rank_low`` and ``rank_high``; 1 is most urgent.

    Raises
    ------
    TypeError, ValueError
        As in `need_scores`; ``ValueError`` also if a value is missing, or the limits name an
        unknown criterion or leave no weights.

    Notes
    -----
    For area i the best rank is one plus the least number of areas j with
    :math:`\sum_d w_d (s_{jd} - s_{id}) > 0` over all weights in the limits, the worst the
    greatest number: a mixed-integer program with one binary variable per rival (Salo and Punkka
    2011), solved by HiGHS. Scores closer than 1e-5 are ties, which share the better rank. The
    time grows with the square of the areas: meant for up to about a hundred.

    Examples
    --------
    >>> areas = pd.DataFrame({"area": ["a", "b", "c"], "heat": [8.0, 14, 11],
    ...     "poor": [0.3, 0.2, 0.1]})
    >>> attainable_ranks(areas, {"heat": "more", "poor": "more"}, area_id="area",
    ...     limits={"heat": (0.5, 0.8)})[["area", "rank_low", "rank_high"]].to_numpy().tolist()
    [['a', 2, 3], ['b', 1, 1], ['c', 2, 3]]
    """
    scores = need_scores(areas, criteria, area_id=area_id)
    low, high = _ends(scores, criteria)
    unknown = int((low != high).sum())
    if unknown:
        raise ValueError(
            f"{unknown} value(s) are missing: use priority_rank_intervals, which carries unknown "
            "values, or leave these areas out and say so."
        )
    ends = np.array([(limits or {}).get(name, (0.0, 1.0)) for name in criteria], dtype=float)
    strange = set(limits or {}) - set(criteria)
    possible = (ends[:, 0] >= 0).all() and (ends[:, 0] <= ends[:, 1]).all()
    if strange or not possible or not ends[:, 0].sum() <= 1 <= ends[:, 1].sum():
        raise ValueError(
            "limits must name criteria, with 0 <= least <= greatest, and allow shares that sum "
            "to 1."
        )
    ranks = [[1 + _rivals(low, i, ends, worst) for worst in (False, True)] for i in range(len(low))]
    table = pd.DataFrame(ranks, columns=["rank_low", "rank_high"])
    table.insert(0, area_id, scores[area_id].to_numpy())
    return table


def greedy_coverage(
    areas: pd.DataFrame,
    sites: pd.DataFrame,
    reach: pd.DataFrame,
    *,
    budget: float,
    demand: str = "vulnerable",
) -> Coverage:
    """Choose sites one after another, each time the one that reaches most new people per cost.

    Parameters
    ----------
    areas : DataFrame, one row per area
        ``area_id`` and the column named by ``demand``: vulnerable people (as 65 and over, under
        6), or these times a weight of need.
    sites : DataFrame, one row per possible site
        ``site_id`` and ``cost`` (one currency); without ``cost`` each site costs 1 and the
        budget is their number.
    reach : DataFrame
        Pairs ``site_id`` and ``area_id``: the site serves the area, by a rule of distance that
        the study states. Repeated pairs count once.
    budget : float
        Sum of costs that may not be exceeded, 0 or more.
    demand : str
        Column of ``areas``.

    Returns
    -------
    Coverage
        Sites in the order of choice. Ties go to the smaller key.

    Raises
    ------
    TypeError
        If a number is not numeric.
    ValueError
        If a column is absent, a key is repeated, missing or unknown, a demand is negative or
        zero in total, a cost is not positive, or the budget is negative or not known.

    Notes
    -----
    With equal costs at least 1 - 1/e (63 %) of the best possible reach (Nemhauser, Wolsey and
    Fisher 1978). With different costs the better of this choice and the best single site has a
    guarantee of half of that (Khuller, Moss and Naor 1999), and is what is returned.

    Examples
    --------
    >>> areas = pd.DataFrame({"area_id": ["a", "b", "c"], "vulnerable": [100, 80, 50]})
    >>> sites = pd.DataFrame({"site_id": ["library", "pool"]})
    >>> reach = pd.DataFrame({"site_id": ["library", "library", "pool"],
    ...     "area_id": ["b", "c", "a"]})
    >>> greedy_coverage(areas, sites, reach, budget=1).sites
    ('library',)
    """
    problem = _problem(areas, sites, reach, demand)
    limit, spent = _budget(budget), 0.0
    open_ = np.ones(len(problem.sites), dtype=bool)
    new = problem.demand.copy()
    chosen: list[int] = []
    while True:
        gain = problem.reach @ new
        able = open_ & (problem.cost <= _spendable(limit) - spent) & (gain > 0)
        if not able.any():
            break
        worth = np.where(able, gain / problem.cost, -1.0)
        pick = int(np.argmax(worth))  # the first of several: sites are sorted by key
        chosen.append(pick)
        open_[pick] = False
        spent += float(problem.cost[pick])
        new[problem.reach[pick]] = 0.0
    alone = np.where(problem.cost <= limit, problem.reach @ problem.demand, -1.0)
    single = int(np.argmax(alone))
    found = _coverage(problem, chosen)
    other = _coverage(problem, [single]) if alone[single] > 0 else found
    return other if other.reached > found.reached else found


def optimal_coverage(
    areas: pd.DataFrame,
    sites: pd.DataFrame,
    reach: pd.DataFrame,
    *,
    budget: float,
    demand: str = "vulnerable",
) -> Coverage:
    r"""Choose the sites that reach most people within a budget.

    Parameters
    ----------
    areas, sites, reach, budget, demand
        As in `greedy_coverage`.

    Returns
    -------
    Coverage
        Sites in sorted order. Of several choices with the same reach the cheapest; of several
        cheapest the one the solver finds first, the same at every run and in any row order.

    Raises
    ------
    TypeError, ValueError
        As in `greedy_coverage`.
    RuntimeError
        If the solver does not finish.

    Notes
    -----
    Maximal covering location problem (Church and ReVelle 1974): maximise
    :math:`\sum_a d_a y_a` subject to :math:`y_a \le \sum_{s \in S(a)} x_s`,
    :math:`\sum_s c_s x_s \le B`, :math:`x_s \in \{0, 1\}`, :math:`0 \le y_a \le 1`; then the same
    reach at least cost. Solved by HiGHS without a gap.

    Examples
    --------
    >>> areas = pd.DataFrame({"area_id": ["a", "b", "c"], "vulnerable": [100, 80, 50]})
    >>> sites = pd.DataFrame({"site_id": ["library", "pool"], "cost": [30_000, 20_000]})
    >>> reach = pd.DataFrame({"site_id": ["library", "library", "pool"],
    ...     "area_id": ["b", "c", "a"]})
    >>> best = optimal_coverage(areas, sites, reach, budget=30_000)
    >>> best.sites, best.reached, round(best.share, 3)
    (('library',), 130.0, 0.565)
    """
    problem = _problem(areas, sites, reach, demand)
    limit = _budget(budget)
    n_sites, n_areas = problem.reach.shape
    weight = problem.demand / problem.demand.sum()
    served = sparse.hstack(
        [-sparse.csr_array(problem.reach.T.astype(float)), sparse.eye_array(n_areas)]
    )
    scale = max(float(problem.cost.max()), limit, 1e-300)
    price = np.concatenate([problem.cost / scale, np.zeros(n_areas)])
    rules = [
        LinearConstraint(served.tocsr(), -np.inf, 0),
        LinearConstraint(price[None, :], -np.inf, limit / scale),
    ]
    gain = np.concatenate([np.zeros(n_sites), weight])
    best = _coverage(problem, _solve(problem, -gain, rules, limit))
    floor = LinearConstraint(gain[None, :], best.share * (1 - 1e-9), np.inf)
    cheap = _coverage(problem, _solve(problem, price, [*rules, floor], limit))
    return cheap if cheap.reached >= best.reached and cheap.cost < best.cost else best


def coverage_curve(
    areas: pd.DataFrame,
    sites: pd.DataFrame,
    reach: pd.DataFrame,
    *,
    budgets: Sequence[float],
    demand: str = "vulnerable",
    by: str | None = None,
) -> pd.DataFrame:
    """Return whom the best choice of sites reaches at several budgets.

    Parameters
    ----------
    areas, sites, reach, demand
        As in `greedy_coverage`.
    budgets : sequence of float
        Budgets in currency, or numbers of sites, ascending.
    by : str, optional
        Column of ``areas`` with a class, as fifths of deprivation: its reached share is given
        too.

    Returns
    -------
    DataFrame, one row per budget
        ``budget``, ``cost``, ``n_sites``, ``reached``, ``share``, ``reached_greedy``,
        ``further_per_cost`` (people reached beyond the budget before, per unit of further cost;
        NaN where nothing more is spent) and ``share_<class>`` for each class.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As in `optimal_coverage`; ``ValueError`` also if the budgets do not rise or a class is
        missing.

    Examples
    --------
    >>> areas = pd.DataFrame({"area_id": ["a", "b", "c"], "vulnerable": [100, 80, 50]})
    >>> sites = pd.DataFrame({"site_id": ["library", "pool"]})
    >>> reach = pd.DataFrame({"site_id": ["library", "library", "pool"],
    ...     "area_id": ["b", "c", "a"]})
    >>> coverage_curve(areas, sites, reach, budgets=[1, 2])[["budget", "reached", "share"]]
       budget  reached     share
    0       1    130.0  0.565217
    1       2    230.0  1.000000
    """
    if not len(budgets) or any(a >= b for a, b in pairwise(budgets)):
        raise ValueError("budgets must rise from one to the next, and there must be one.")
    table = _keyed(areas, "area_id", "areas")
    if by is not None and (by not in table.columns or table[by].isna().any()):
        raise ValueError(f"The area table lacks the class {by} in some or all areas: add it.")
    rows: list[dict[str, object]] = []
    before = (0.0, 0.0)
    for budget in budgets:
        best = optimal_coverage(areas, sites, reach, budget=budget, demand=demand)
        greedy = greedy_coverage(areas, sites, reach, budget=budget, demand=demand)
        further = best.cost - before[0]
        row: dict[str, object] = {
            "budget": budget,
            "cost": best.cost,
            "n_sites": len(best.sites),
            "reached": best.reached,
            "share": best.share,
            "reached_greedy": greedy.reached,
            "further_per_cost": (best.reached - before[1]) / further if further > 0 else np.nan,
        }
        if by is not None:
            served = set(reach.loc[reach["site_id"].isin(best.sites), "area_id"])
            inside = table["area_id"].isin(served)
            people = as_numbers(table[demand], demand)
            for name, part in table.groupby(by, sort=True, observed=True):
                at = part.index.to_numpy()
                total = float(people[at].sum())
                hit = float(people[at][inside.to_numpy()[at]].sum())
                row[f"share_{name}"] = hit / total if total > 0 else np.nan
        rows.append(row)
        before = (best.cost, best.reached)
    return pd.DataFrame(rows)


def _keyed(table: pd.DataFrame, key: str, name: str) -> pd.DataFrame:
    """Return a table in the order of its key, which is unique."""
    if key not in table.columns or table.empty:
        raise ValueError(f"Table {name} lacks {key if len(table) else 'rows'}: check the names.")
    bad = int((table[key].isna() | table[key].duplicated()).sum())
    if bad:
        raise ValueError(f"Table {name} lacks or repeats {bad} key(s) {key}: one row per key.")
    return table.sort_values(key, ignore_index=True)


def _ends(scores: pd.DataFrame, criteria: Mapping[str, Direction]) -> tuple[FloatArray, FloatArray]:
    return (
        scores[[f"{name}_low" for name in criteria]].to_numpy(dtype=float),
        scores[[f"{name}_high" for name in criteria]].to_numpy(dtype=float),
    )


def _rivals(scores: FloatArray, i: int, ends: FloatArray, worst: bool) -> int:
    """Return the least or greatest number of areas ahead of area i over the weights."""
    gaps = np.delete(scores, i, axis=0) - scores[i]
    always, never = (gaps > 0).all(axis=1), (gaps <= 0).all(axis=1)
    sure, gaps = int(always.sum()), gaps[~always & ~never]
    n, d = gaps.shape
    if n == 0:
        return sure
    # z_j = 1 where j is ahead. Best: a gap above zero forces z_j. Worst: z_j needs a real gap.
    if worst:
        ahead = LinearConstraint(np.hstack([gaps, -(1 + _AHEAD) * np.eye(n)]), -1.0, np.inf)
    else:
        ahead = LinearConstraint(np.hstack([gaps, -np.eye(n)]), -np.inf, _AHEAD / 2)
    total = LinearConstraint(np.concatenate([np.ones(d), np.zeros(n)])[None, :], 1.0, 1.0)
    found = milp(
        np.concatenate([np.zeros(d), np.full(n, -1.0 if worst else 1.0)]),
        constraints=[ahead, total],
        integrality=np.concatenate([np.zeros(d), np.ones(n)]),
        bounds=Bounds(
            np.concatenate([ends[:, 0], np.zeros(n)]), np.concatenate([ends[:, 1], np.ones(n)])
        ),
        options={"mip_rel_gap": 0.0, "presolve": False},  # presolving costs more than it saves
    )
    if found.x is None:
        raise RuntimeError(f"The solver found no ranks: {found.message}")
    return sure + int(np.round(found.x[d:]).sum())


def _problem(
    areas: pd.DataFrame, sites: pd.DataFrame, reach: pd.DataFrame, demand: str
) -> _Problem:
    """Check the three tables and bring them into sorted order."""
    places, options = _keyed(areas, "area_id", "areas"), _keyed(sites, "site_id", "sites")
    if demand not in places.columns:
        raise ValueError(f"Table areas lacks {demand}: name the column of vulnerable people.")
    people = as_numbers(places[demand], demand)
    negative = int((people < 0).sum())
    if negative or not people.sum() > 0:
        raise ValueError(
            f"{demand} has {negative} negative value(s) or nobody in total: give people per area."
        )
    cost = np.ones(len(options))
    if "cost" in options.columns:
        cost = as_numbers(options["cost"], "cost")
    if not (cost > 0).all():
        raise ValueError(
            f"{int((cost <= 0).sum())} site(s) cost nothing or less: give a positive cost, or "
            "count sites that exist already as part of the supply."
        )
    absent = [name for name in ("site_id", "area_id") if name not in reach.columns]
    if absent:
        raise ValueError(f"Table reach lacks {', '.join(absent)}: give pairs of site and area.")
    row = pd.Index(options["site_id"]).get_indexer(pd.Index(reach["site_id"]))
    column = pd.Index(places["area_id"]).get_indexer(pd.Index(reach["area_id"]))
    strange = int(((row < 0) | (column < 0)).sum())
    if strange:
        raise ValueError(
            f"{strange} of {len(reach)} rows of reach name a site or area that the other tables "
            "lack: use the same keys."
        )
    served = np.zeros((len(options), len(places)), dtype=bool)
    served[row, column] = True
    return _Problem(options["site_id"].tolist(), cost, people, served)


def _budget(budget: float) -> float:
    if not 0 <= budget < np.inf:
        raise ValueError(f"budget is {budget}: give an amount of zero or more.")
    return float(budget)


def _coverage(problem: _Problem, chosen: Sequence[int]) -> Coverage:
    at = list(chosen)
    served = problem.reach[at].any(axis=0)
    cost, reached = float(problem.cost[at].sum()), float(problem.demand[served].sum())
    return Coverage(
        tuple(problem.sites[i] for i in at),
        cost,
        reached,
        reached / float(problem.demand.sum()),
        reached / cost if cost > 0 else float("nan"),
    )


def _solve(
    problem: _Problem, objective: FloatArray, rules: list[LinearConstraint], limit: float
) -> list[int]:
    """Return the positions of the sites that minimise the objective within the budget."""
    n_sites, n_areas = problem.reach.shape
    rules = list(rules)
    while True:
        found = milp(
            objective,
            constraints=rules,
            integrality=np.concatenate([np.ones(n_sites), np.zeros(n_areas)]),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None or found.status != 0:
            raise RuntimeError(f"The solver did not finish: {found.message}")
        chosen = found.x[:n_sites] > 0.5
        if float(problem.cost[chosen].sum()) <= _spendable(limit):
            return [int(i) for i in np.flatnonzero(chosen)]
        # HiGHS passes the budget by up to its tolerance: these sites together are too dear
        cut = np.concatenate([chosen.astype(float), np.zeros(n_areas)])
        rules.append(LinearConstraint(cut[None, :], -np.inf, float(chosen.sum()) - 1))


def _spendable(limit: float) -> float:
    """Return the budget, with the last digit of a sum of costs forgiven."""
    return limit * (1 + 1e-12)
