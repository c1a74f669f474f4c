"""Who lives in the heat: exposure by class, gaps, concentration, separation, local association.

Areas come as a frame with one row per area. Populations are counts of persons (or weights of
them), exposures are values of the area, such as hot days or the share of persons in an
unfavourable thermal class. Everything said of persons from area values holds for where they
live, not for each of them.

Standard errors take the areas as independent draws from a larger set of possible areas. They say
how far a result depends on single areas; the persons are counted, not sampled. Neighbouring
areas resemble each other, which makes these errors too small: with a geometry, look at
`local_association`.
"""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from armutsexpertise._weighted import FloatArray, as_numbers
from armutsexpertise.inequality import concentration_index_linearised
from armutsexpertise.poverty import weighted_quantile
from armutsexpertise.survey.estimate import critical_values

#: Fewest areas from which an interval or an association is given.
MINIMUM_AREAS = 8

QUADRANTS = {1: "high-high", 2: "low-high", 3: "low-low", 4: "high-low"}


class Gap(NamedTuple):
    """Difference between the mean exposure of a group and that of the others.

    Attributes
    ----------
    group, others : float
        Population-weighted mean exposures.
    difference : float
        Group minus others.
    se, low, high : float
        Standard error over areas and confidence interval; NaN with fewer than 8 areas.
    ratio : float
        Group over others; NaN where the others have none.
    n : int
        Areas.
    """

    group: float
    others: float
    difference: float
    se: float
    low: float
    high: float
    ratio: float
    n: int


class Concentration(NamedTuple):
    """Concentration index of an exposure over deprivation.

    Attributes
    ----------
    estimate : float
        In [-1, 1]; negative where the exposure is concentrated among the poor.
    se, low, high : float
        Standard error over areas and confidence interval; NaN with fewer than 8.
    n : int
        Areas or classes.
    """

    estimate: float
    se: float
    low: float
    high: float
    n: int


class Association(NamedTuple):
    """Rank correlation of two values of areas.

    Attributes
    ----------
    tau : float
        Kendall's tau-b in [-1, 1].
    p_value : float
        Two-sided.
    n : int
        Areas.
    """

    tau: float
    p_value: float
    n: int


def exposure_by_class(
    areas: pd.DataFrame,
    *,
    exposure: str,
    population: str,
    by: str,
) -> pd.DataFrame:
    """Return the population-weighted exposure in each class of areas.

    Parameters
    ----------
    areas : DataFrame, one row per area
        The columns named below.
    exposure : str
        Column of the exposure (number).
    population : str
        Column of the population, not negative.
    by : str
        Column of the class, as fifths of deprivation.

    Returns
    -------
    DataFrame, one row per class in sorted order
        The class; ``mean`` and ``median`` (weighted), ``lowest`` and ``highest`` value of its
        populated areas, ``population``, ``share_of_population`` and ``n_areas``.

    Raises
    ------
    TypeError
        If a column is not numeric.
    ValueError
        If a column is absent, a value is missing, or a population is negative or zero in total.

    Examples
    --------
    >>> areas = pd.DataFrame({"class": ["low", "low", "high"], "hot_days": [8.0, 10, 14],
    ...     "persons": [100, 300, 200]})
    >>> table = exposure_by_class(areas, exposure="hot_days", population="persons", by="class")
    >>> table[["class", "mean"]].to_numpy().tolist()
    [['high', 14.0], ['low', 9.5]]
    """
    value, persons = _columns(areas, exposure, population)
    _require(areas, by)
    if areas[by].isna().any():
        raise ValueError(
            f"{by} is missing in {int(areas[by].isna().sum())} of {len(areas)} areas: class them, "
            "or leave them out and say so."
        )
    total = float(persons.sum())
    table = pd.DataFrame({by: areas[by].to_numpy(), "value": value, "persons": persons})
    rows = []
    for name, part in table[table["persons"] > 0].groupby(by, sort=True, observed=True):
        mass = float(part["persons"].sum())
        rows.append(
            {
                by: name,
                "mean": float((part["value"] * part["persons"]).sum()) / mass,
                "median": weighted_quantile(part["value"], part["persons"]),
                "lowest": float(part["value"].min()),
                "highest": float(part["value"].max()),
                "population": mass,
                "share_of_population": mass / total,
                "n_areas": len(part),
            }
        )
    return pd.DataFrame(rows)


def affected_share(
    classes: pd.DataFrame,
    *,
    persons: str,
    affected: Sequence[object],
    by: str,
    unit: float = 1.0,
) -> tuple[float, float, float]:
    r"""Return the share of persons in the classes that count as affected, with rounding bounds.

    Parameters
    ----------
    classes : DataFrame, one row per class
        All classes, as the five thermal classes of the state's climate analysis.
    persons : str
        Column of the persons in each class.
    affected : sequence
        Classes that count, as "unfavourable" and "very unfavourable".
    by : str
        Column of the class, unique.
    unit : float
        Unit to which the persons were rounded (100,000 where millions have one decimal place).

    Returns
    -------
    tuple of float
        Share, and the lowest and highest that rounding leaves, in [0, 1].

    Raises
    ------
    TypeError
        If the persons are not numeric.
    ValueError
        If a column or a class is absent, a class is repeated, a number is missing or negative,
        nobody is counted, or the unit is not positive.

    Notes
    -----
    With :math:`A` affected and :math:`U` other persons in a and u classes, each within half a
    unit h of the printed value, the share lies between :math:`(A - ah)/(A + U - ah + uh)` and
    :math:`(A + ah)/(A + U + ah - uh)`.

    Examples
    --------
    >>> table = pd.DataFrame({"class": ["good", "bad"], "persons": [3_000_000, 1_000_000]})
    >>> share = affected_share(table, persons="persons", affected=["bad"], by="class",
    ...     unit=100_000)
    >>> [round(value, 4) for value in share]
    [0.25, 0.2375, 0.2625]
    """
    counted = _population(classes, persons)
    names = _require(classes, by)
    absent = [name for name in affected if name not in set(names)]
    if absent or names.duplicated().any() or not len(affected):
        raise ValueError(
            f"The classes repeat {int(names.duplicated().sum())} name(s) or lack {len(absent)} of "
            "those affected: give every class once."
        )
    if not unit > 0:
        raise ValueError(f"unit is {unit}: give the unit of rounding, a positive number.")
    hit = names.isin(list(affected)).to_numpy()
    ends = []
    for step in (0.0, -unit / 2, unit / 2):
        inside = float(np.maximum(counted[hit] + step, 0).sum())
        outside = float(np.maximum(counted[~hit] - step, 0).sum())
        ends.append(inside / (inside + outside) if inside > 0 else 0.0)
    return ends[0], ends[1], ends[2]


def exposure_gap(
    areas: pd.DataFrame,
    *,
    exposure: str,
    group: str,
    others: str,
    level: float = 0.95,
) -> Gap:
    r"""Compare the mean exposure of a group with that of the others.

    Parameters
    ----------
    areas : DataFrame, one row per area
        The columns named below.
    exposure : str
        Column of the exposure.
    group, others : str
        Columns of the persons of the group (as those on minimum income) and of all others; not
        of the total, which contains the group.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    Gap
        Means, difference with interval, ratio.

    Raises
    ------
    TypeError
        If a column is not numeric.
    ValueError
        If a column is absent, a value is missing, a count is negative, or a group is empty.

    Notes
    -----
    With counts :math:`g_i, o_i`, totals G, O and exposure :math:`x_i`, the difference
    :math:`\sum g_i x_i/G - \sum o_i x_i/O` has the area contributions
    :math:`v_i = g_i(x_i-\bar x_g)/G - o_i(x_i-\bar x_o)/O`, which sum to zero, and the variance
    :math:`\frac{n}{n-1}\sum v_i^2`, with Student's t and n - 1 degrees of freedom.

    Examples
    --------
    >>> areas = pd.DataFrame({"hot_days": [8.0, 14], "poor": [10, 30], "rest": [90, 70]})
    >>> gap = exposure_gap(areas, exposure="hot_days", group="poor", others="rest")
    >>> round(gap.group, 3), round(gap.others, 3), round(gap.difference, 4), gap.n
    (12.5, 10.625, 1.875, 2)
    """
    value, members = _columns(areas, exposure, group)
    _, rest = _columns(areas, exposure, others)
    means = [float((count * value).sum() / count.sum()) for count in (members, rest)]
    parts = members * (value - means[0]) / members.sum() - rest * (value - means[1]) / rest.sum()
    difference = means[0] - means[1]
    error, half = _over_areas(parts, level)
    return Gap(
        means[0],
        means[1],
        difference,
        error,
        difference - half,
        difference + half,
        means[0] / means[1] if means[1] != 0 else float("nan"),
        len(areas),
    )


def exposure_concentration(
    areas: pd.DataFrame,
    *,
    exposure: str,
    population: str,
    rank_by: str,
    poorest: str = "low",
    level: float = 0.95,
) -> Concentration:
    r"""Return the concentration index of an exposure over areas or classes.

    Parameters
    ----------
    areas : DataFrame, one row per area or class
        The columns named below.
    exposure : str
        Column of the exposure per person of the area (mean, rate or share), not negative.
    population : str
        Column of the persons.
    rank_by : str
        Column that ranks the areas.
    poorest : {"low", "high"}
        Where the poorest stand: at low values (income), or at high ones (deprivation).
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    Concentration
        Index with its interval over areas.

    Raises
    ------
    TypeError
        If a column is not numeric.
    ValueError
        If a column is absent, a value is missing or negative, nobody is exposed, or ``poorest``
        is unknown.

    Notes
    -----
    The index of :func:`armutsexpertise.inequality.concentration_index` with the population as
    weight. For classes it equals the grouped formula
    :math:`\sum_t (p_t L_{t+1} - p_{t+1} L_t)` over cumulative shares of population and exposure
    (O'Donnell et al. 2008, Analyzing Health Equity Using Household Survey Data, World Bank,
    chapter 8). Inequality within areas is not seen: the index of persons is larger in size.

    Examples
    --------
    >>> fifths = pd.DataFrame({"wealth": [1, 2, 3, 4, 5],
    ...     "births": [29939, 28776, 26528, 24689, 19739],
    ...     "under_five_mortality": [154.7, 152.9, 119.5, 86.9, 54.3]})
    >>> found = exposure_concentration(fifths, exposure="under_five_mortality",
    ...     population="births", rank_by="wealth")
    >>> round(found.estimate, 7)
    -0.1694168
    """
    if poorest not in ("low", "high"):
        raise ValueError(f"poorest is {poorest!r}: choose low or high.")
    value, persons = _columns(areas, exposure, population)
    if (value < 0).any():
        raise ValueError(
            f"{exposure} has {int((value < 0).sum())} negative value(s): the index is for "
            "exposures of zero or more."
        )
    ranks = as_numbers(_require(areas, rank_by), rank_by)
    if poorest == "high":
        ranks = -ranks
    found = concentration_index_linearised(value, ranks, persons)
    error, half = _over_areas(persons * found.influence, level)
    index = found.estimate
    return Concentration(index, error, index - half, index + half, len(areas))


def dissimilarity_index(areas: pd.DataFrame, *, group: str, others: str) -> float:
    r"""Return the index of dissimilarity: how far two groups live apart.

    Parameters
    ----------
    areas : DataFrame, one row per area
        Columns of persons named below; for heat, areas may be its thermal classes.
    group, others : str
        Columns of the persons of the group and of all others.

    Returns
    -------
    float
        In [0, 1]: share of the group that would have to move to be spread as the others.

    Raises
    ------
    TypeError, ValueError
        As in `exposure_gap`.

    Notes
    -----
    :math:`D = \frac12\sum_i |g_i/G - o_i/O|`. Duncan and Duncan (1955), doi:10.2307/2088328. It
    is biased upwards where the areas hold few persons of the group.

    Examples
    --------
    >>> areas = pd.DataFrame({"poor": [10, 30], "rest": [90, 70]})
    >>> round(dissimilarity_index(areas, group="poor", others="rest"), 4)
    0.3125
    """
    members, rest = _population(areas, group), _population(areas, others)
    return float(np.abs(members / members.sum() - rest / rest.sum()).sum() / 2)


def rank_association(
    first: npt.ArrayLike, second: npt.ArrayLike, *, minimum: int = MINIMUM_AREAS
) -> Association:
    """Return the rank correlation of two values of areas, or refuse with too few.

    Parameters
    ----------
    first, second : array_like of float, shape (n,)
        Values of the areas.
    minimum : int
        Fewest areas, 8 or more.

    Returns
    -------
    Association
        Kendall's tau-b with its p value.

    Raises
    ------
    TypeError
        If a value is not numeric.
    ValueError
        If lengths differ, a value is missing, one of both does not vary, or there are fewer
        areas.

    Notes
    -----
    Kendall (1938), doi:10.1093/biomet/30.1-2.81. The p value takes the areas as independent.

    Examples
    --------
    >>> found = rank_association([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 3, 4, 6, 5, 7, 8])
    >>> round(found.tau, 3), found.n
    (0.857, 8)
    """
    x, y = as_numbers(first, "first"), as_numbers(second, "second")
    if x.size != y.size:
        raise ValueError(f"first has {x.size} and second {y.size} values: give one per area.")
    if minimum < MINIMUM_AREAS or x.size < minimum:
        raise ValueError(
            f"An association needs {max(minimum, MINIMUM_AREAS)} areas and there are {x.size}: "
            "show the areas in a table instead."
        )
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise ValueError("One of the two values is the same in all areas: there is no association.")
    found = stats.kendalltau(x, y)
    return Association(float(found.statistic), float(found.pvalue), x.size)


def neighbours(geometry: pd.DataFrame, *, area_id: str) -> pd.DataFrame:
    """Return the pairs of areas that share a border or a corner (queen contiguity).

    Parameters
    ----------
    geometry : GeoDataFrame, one row per area
        Polygons and the key column.
    area_id : str
        Key of the areas, unique.

    Returns
    -------
    DataFrame, one row per ordered pair
        ``area_id`` and ``neighbour_id``, sorted. An area without neighbours has no row.

    Raises
    ------
    ImportError
        If the extra ``gis`` is not installed.
    ValueError
        If the key is absent or repeated.

    Notes
    -----
    Borders must meet exactly: polygons that were simplified one by one have gaps, and their
    areas come out as islands. Needs ``pip install armutsexpertise[gis]``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> row = gpd.GeoDataFrame({"key": ["a", "b", "c"]},
    ...     geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)])
    >>> neighbours(row, area_id="key").values.tolist()
    [['a', 'b'], ['b', 'a'], ['b', 'c'], ['c', 'b']]
    """
    try:
        from libpysal.weights import (
            Queen,
        )
    except ImportError as error:
        raise ImportError(
            "neighbours needs the extra gis: install armutsexpertise[gis]."
        ) from error
    keys = _require(geometry, area_id)
    if keys.duplicated().any():
        raise ValueError(f"{area_id} repeats {int(keys.duplicated().sum())} key(s): dissolve them.")
    found = Queen.from_dataframe(geometry, ids=keys.tolist(), silence_warnings=True)
    pairs = [(one, other) for one, near in found.neighbors.items() for other in near]
    table = pd.DataFrame(pairs, columns=["area_id", "neighbour_id"])
    return table.sort_values(["area_id", "neighbour_id"], ignore_index=True)


def local_association(
    areas: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    area_id: str,
    value: str,
    neighbour_value: str,
    permutations: int = 9999,
    seed: int,
    false_discovery_rate: float = 0.05,
) -> pd.DataFrame:
    r"""Find where a value goes together with another value of the neighbours.

    Parameters
    ----------
    areas : DataFrame, one row per area
        The key and the two values.
    pairs : DataFrame
        ``area_id`` and ``neighbour_id``, as from `neighbours` or an own list.
    area_id : str
        Key column of ``areas``, unique.
    value, neighbour_value : str
        Columns: the value of the area (deprivation), and the one averaged over its neighbours
        (heat).
    permutations : int
        Random arrangements of the neighbours' values, 99 or more.
    seed : int
        Seed of the generator; the same seed gives the same table.
    false_discovery_rate : float
        In (0, 1): expected share of false ones among the areas called significant.

    Returns
    -------
    DataFrame, one row per area in sorted order of the key
        The key, ``local_moran``, ``quadrant`` (value of the area, then of the neighbours, as
        ``high-high``), ``p_value`` (two-sided, by permutation), ``p_adjusted`` (Benjamini and
        Hochberg), ``significant`` and ``n_neighbours``. Areas without neighbours have no
        statistic and are not significant.

    Raises
    ------
    ImportError
        If the extra ``gis`` is not installed.
    TypeError
        If a value is not numeric.
    ValueError
        If a column is absent, a key is repeated or unknown, a value is missing or does not vary,
        there are fewer than 8 areas with neighbours, or an option is out of range.

    Notes
    -----
    Bivariate local Moran :math:`I_i = \frac{n-1}{n} z_{x,i} \sum_j w_{ij} z_{y,j}` with
    row-standardised weights (Anselin, Syabri and Smirnov 2002; Anselin 1995,
    doi:10.1111/j.1538-4632.1995.tb00338.x), conditional permutation. The p value is twice that of
    the nearer tail, :math:`2 (1 + \min(n_+, n_-)) / (1 + R)` with the numbers of simulated values
    not below and not above. False discovery rate: Benjamini and Hochberg (1995),
    doi:10.1111/j.2517-6161.1995.tb02031.x; Castro and Singer (2006),
    doi:10.1111/j.0016-7363.2006.00682.x. The statistic relates a place to its surroundings, not
    heat and deprivation of the same place.

    Examples
    --------
    Twelve areas in a row, poor and hot at one end:

    >>> keys = [f"{k:02d}" for k in range(12)]
    >>> areas = pd.DataFrame({"key": keys, "poor": range(12), "heat": range(12)})
    >>> pairs = pd.DataFrame([(a, b) for a, b in zip(keys, keys[1:])],
    ...     columns=["area_id", "neighbour_id"])
    >>> pairs = pd.concat([pairs, pairs.set_axis(["neighbour_id", "area_id"], axis=1)])
    >>> table = local_association(areas, pairs, area_id="key", value="poor",
    ...     neighbour_value="heat", permutations=99, seed=1)
    >>> table.loc[[0, 11], ["key", "quadrant"]].values.tolist()
    [['00', 'low-low'], ['11', 'high-high']]
    """
    try:
        from esda import Moran_Local_BV
        from libpysal.weights import W
    except ImportError as error:
        raise ImportError(
            "local_association needs the extra gis: install armutsexpertise[gis]."
        ) from error
    if permutations < 99 or not 0 < false_discovery_rate < 1:
        raise ValueError("permutations must be 99 or more, the false discovery rate in (0, 1).")
    keys = _require(areas, area_id)
    if keys.duplicated().any() or keys.isna().any():
        raise ValueError(
            f"{area_id} repeats or lacks {int((keys.duplicated() | keys.isna()).sum())} key(s): "
            "one row per area."
        )
    table = areas.sort_values(area_id, ignore_index=True)
    order = table[area_id].tolist()
    _require(pairs, "area_id")
    _require(pairs, "neighbour_id")
    strange = (set(pairs["area_id"]) | set(pairs["neighbour_id"])) - set(order)
    if strange:
        raise ValueError(
            f"pairs names {len(strange)} area(s) that areas lacks: use the same keys in both."
        )
    near: dict[object, list[object]] = {key: [] for key in order}
    for one, other in zip(pairs["area_id"], pairs["neighbour_id"], strict=True):
        if one != other and other not in near[one]:
            near[one].append(other)
    linked = [key for key in order if near[key]]
    if len(linked) < MINIMUM_AREAS:
        raise ValueError(
            f"{len(linked)} area(s) have a neighbour: the local statistic needs "
            f"{MINIMUM_AREAS} or more."
        )
    x = as_numbers(_require(table, value), value)
    y = as_numbers(_require(table, neighbour_value), neighbour_value)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise ValueError("One of the two values is the same in all areas: there is no association.")
    weights = W(near, id_order=order, silence_warnings=True)
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        # on the side of esda's own p value, which is not used
        warnings.filterwarnings("ignore", "The alternative hypothesis", DeprecationWarning)
        found = Moran_Local_BV(
            x, y, weights, transformation="r", permutations=permutations, n_jobs=1, seed=seed
        )
    above = (found.sim >= found.Is).sum(axis=0)
    below = (found.sim <= found.Is).sum(axis=0)
    tail = (1 + np.minimum(above, below)) / (1 + permutations)
    result = pd.DataFrame({area_id: order, "local_moran": found.Is})
    result["quadrant"] = [QUADRANTS[int(code)] for code in found.q]
    result["p_value"] = np.minimum(1.0, 2 * tail)
    result["n_neighbours"] = [len(near[key]) for key in order]
    has = result["n_neighbours"] > 0
    result.loc[~has, ["local_moran", "p_value"]] = np.nan
    result["quadrant"] = result["quadrant"].where(has)
    adjusted = np.full(len(result), np.nan)
    adjusted[has.to_numpy()] = stats.false_discovery_control(result.loc[has, "p_value"])
    result.insert(4, "p_adjusted", adjusted)
    result.insert(5, "significant", np.nan_to_num(adjusted, nan=1.0) <= false_discovery_rate)
    return result


def _require(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns or frame.empty:
        raise ValueError(f"The area table lacks {name if len(frame) else 'rows'}: check the names.")
    return frame[name]


def _population(areas: pd.DataFrame, name: str) -> FloatArray:
    """Return counts that are not negative and not all zero."""
    persons = as_numbers(_require(areas, name), name)
    negative = int((persons < 0).sum())
    if negative or not persons.sum() > 0:
        raise ValueError(
            f"{name} has {negative} negative value(s) of {persons.size} or nobody in total: give "
            "persons per area."
        )
    return persons


def _columns(areas: pd.DataFrame, value: str, population: str) -> tuple[FloatArray, FloatArray]:
    return as_numbers(_require(areas, value), value), _population(areas, population)


def _over_areas(parts: FloatArray, level: float) -> tuple[float, float]:
    """Return the standard error of a sum of area contributions and half its interval."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}.")
    n = parts.size
    if n < MINIMUM_AREAS:
        return float("nan"), float("nan")
    error = float(np.sqrt(n / (n - 1) * ((parts - parts.mean()) ** 2).sum()))
    return error, float(critical_values(n - 1, level)[0]) * error
