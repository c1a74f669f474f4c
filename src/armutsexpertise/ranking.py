"""Order under open weights: dominance, ranks and rank intervals of several dimensions.

Units are passes, areas or measures; each has a lower and an upper value per dimension, which are
equal where the value is known. Higher is better, or more urgent.

References
----------
Salo and Punkka (2011), Management Science 57(1), 200-214, doi:10.1287/mnsc.1100.1265: dominance
and best and worst attainable rank over a set of weights. Saisana, Saltelli and Tarantola (2005),
JRSS A 168(2), 307-323, doi:10.1111/j.1467-985X.2005.00350.x: ranks under random weights.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_BLOCK = 2_000_000  # comparisons held in memory at once: 2 MB of booleans


def dominating_pairs(low: FloatArray, high: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the pairs in which one unit is ahead whatever the weights and the unknowns.

    Parameters
    ----------
    low, high : array of float, shape (n_units, n_dimensions)
        Lowest and highest value of each unit on each dimension.

    Returns
    -------
    first, second : array of int, shape (n_pairs,)
        Positions of the dominating and of the dominated unit.

    Notes
    -----
    A dominates B if the lower value of A reaches the upper value of B on every dimension and
    exceeds it on one. Then no weighted mean with non-negative weights ranks A behind B.

    Examples
    --------
    >>> values = np.array([[0.9, 0.5], [0.4, 0.5], [0.1, 0.8]])
    >>> dominating_pairs(values, values)
    (array([0]), array([1]))
    """
    reaches = (low[:, None, :] >= high[None, :, :]).all(axis=2)
    exceeds = (low[:, None, :] > high[None, :, :]).any(axis=2)
    first, second = np.nonzero(reaches & exceeds)
    return first.astype(np.int64), second.astype(np.int64)


def draw_weights(n_dimensions: int, draws: int, seed: int) -> FloatArray:
    """Draw weight vectors uniformly from the simplex.

    Parameters
    ----------
    n_dimensions : int
        Number of dimensions, at least 1.
    draws : int
        Number of vectors, at least 1.
    seed : int
        Seed of the generator; the same seed gives the same weights.

    Returns
    -------
    ndarray of float, shape (draws, n_dimensions)
        Non-negative, each row with sum 1 (Dirichlet with all ones).

    Raises
    ------
    ValueError
        If ``draws`` is below 1.

    Examples
    --------
    >>> draw_weights(1, 2, seed=1).tolist()
    [[1.0], [1.0]]
    """
    if draws < 1:
        raise ValueError("draws must be 1 or more.")
    return np.random.default_rng(seed).dirichlet(np.ones(n_dimensions), size=draws)


def rank_bounds(low: FloatArray, high: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the best and worst rank that interval scores allow, per draw.

    Parameters
    ----------
    low, high : array of float, shape (n_draws, n_units)
        Lowest and highest score of each unit.

    Returns
    -------
    best, worst : array of int, shape (n_draws, n_units)
        Rank 1 is the highest score. Best: one plus the number of others whose low score exceeds
        the high score of the unit; worst: one plus the number of others whose high score exceeds
        its low score. Equal scores share the better rank.

    Examples
    --------
    >>> best, worst = rank_bounds(np.array([[0.8, 0.1, 0.4]]), np.array([[0.9, 0.5, 0.6]]))
    >>> best.tolist(), worst.tolist()
    ([[1, 2, 2]], [[1, 3, 3]])
    """
    # Sums of the same numbers can differ in the last digit: such scores are ties, not ranks.
    low, high = np.round(low, 12), np.round(high, 12)
    draws, n = low.shape
    best = np.empty((draws, n), dtype=np.int64)
    worst = np.empty((draws, n), dtype=np.int64)
    block = max(1, _BLOCK // (n * n))
    for start in range(0, draws, block):
        rows = slice(start, start + block)
        best[rows] = 1 + (low[rows, None, :] > high[rows, :, None]).sum(axis=2)
        ahead = (high[rows, None, :] > low[rows, :, None]).sum(axis=2)
        worst[rows] = 1 + ahead - (high[rows] > low[rows])  # no unit is ahead of itself
    return best, worst


def rank_summary(
    low: FloatArray, high: FloatArray, weights: FloatArray, level: float = 1.0
) -> pd.DataFrame:
    """Return the ranks that weighted means give each unit, over a set of weights.

    Parameters
    ----------
    low, high : array of float, shape (n_units, n_dimensions)
        Lowest and highest value of each unit on each dimension.
    weights : array of float, shape (n_draws, n_dimensions)
        Weight vectors, as from :func:`draw_weights`.
    level : float
        Share of the weight vectors that the interval covers, in (0, 1]. With 1 it runs from the
        best rank in any to the worst in any; below 1 between quantiles, (1 - level) / 2 of the
        best ranks and (1 + level) / 2 of the worst.

    Returns
    -------
    DataFrame, one row per unit
        ``rank_low`` and ``rank_high`` (1 is best), ``rank_low_median`` and ``rank_high_median``
        (medians of the best and the worst rank).

    Raises
    ------
    ValueError
        If ``level`` is out of range.

    Examples
    --------
    >>> values = np.array([[0.9, 0.5], [0.4, 0.5], [0.1, 0.8]])
    >>> rank_summary(values, values, np.eye(2))[["rank_low", "rank_high"]].to_numpy().tolist()
    [[1, 2], [2, 2], [1, 3]]
    """
    if not 0 < level <= 1:
        raise ValueError("level must be above 0 and at most 1.")
    composite_low = np.einsum("wd,pd->wp", weights, low)
    composite_high = np.einsum("wd,pd->wp", weights, high)
    best, worst = rank_bounds(composite_low, composite_high)
    tail = (1 - level) / 2
    return pd.DataFrame(
        {
            "rank_low": np.quantile(best, tail, axis=0, method="lower"),
            "rank_high": np.quantile(worst, 1 - tail, axis=0, method="higher"),
            "rank_low_median": np.quantile(best, 0.5, axis=0, method="lower"),
            "rank_high_median": np.quantile(worst, 0.5, axis=0, method="higher"),
        }
    )
