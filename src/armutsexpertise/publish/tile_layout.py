"""Arrange regions as tiles of one size so that neighbours stay together.

The arrangement starts from the assignment of regions to grid cells with the shortest total way
from their true place, and is improved by simulated annealing over swaps. It is made once, looked
at, and committed as a table; reports only read that table.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

__all__ = ["arrange_tiles", "kept_pairs"]

CORNER_COST = 0.35  # of a lost pair: touching at a corner reads as neighbours, but less so
GAP_COST = 0.25  # per further cell between two neighbours
FALSE_COST = 0.12  # an edge shared by regions that are no neighbours
TURN_COST = 0.45  # a neighbour that lies in the opposite direction; half of it at a right angle
PLACE_COST = 0.03  # per squared cell between a tile and its true place


def kept_pairs(layout: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, float]:
    """Measure which neighbours a tile arrangement keeps together.

    Parameters
    ----------
    layout : DataFrame
        ``key`` (str, unique), ``col`` and ``row`` (int) of each tile; row 0 is the northernmost.
    pairs : DataFrame
        ``left`` and ``right``: keys of two regions with a common border, each pair once.

    Returns
    -------
    dict
        ``edge``: share of the pairs whose tiles share an edge; ``touch``: an edge or a corner.
        Both in [0, 1].

    Raises
    ------
    ValueError
        If there are no pairs, or a pair names a region without a tile.

    Examples
    --------
    >>> tiles = pd.DataFrame({"key": list("abc"), "col": [0, 1, 0], "row": [0, 0, 2]})
    >>> kept_pairs(tiles, pd.DataFrame({"left": ["a", "a"], "right": ["b", "c"]}))
    {'edge': 0.5, 'touch': 0.5}
    """
    place = layout.set_index("key")[["col", "row"]]
    unknown = sorted((set(pairs["left"]) | set(pairs["right"])) - set(place.index))
    if unknown or pairs.empty:
        raise ValueError(
            f"Pairs of neighbours name regions without a tile: {', '.join(unknown)}."
            if unknown
            else "Without pairs of neighbours there is nothing to measure."
        )
    apart = np.abs(place.loc[pairs["left"]].to_numpy() - place.loc[pairs["right"]].to_numpy())
    return {
        "edge": float((apart.sum(axis=1) == 1).mean()),
        "touch": float((apart.max(axis=1) == 1).mean()),
    }


def arrange_tiles(
    centroids: pd.DataFrame,
    pairs: pd.DataFrame,
    shape: tuple[int, int],
    *,
    steps: int = 300_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Find a tile arrangement that keeps neighbours and directions.

    Parameters
    ----------
    centroids : DataFrame, shape (n, 3)
        ``key`` (str, unique), ``x`` and ``y`` of each region in a projected system, any unit.
    pairs : DataFrame
        ``left`` and ``right``: keys of two regions with a common border, each pair once.
    shape : tuple of int
        Columns and rows of the grid; at least n cells.
    steps : int
        Swaps that are tried.
    seed : int
        Seed of the random swaps; the same seed gives the same arrangement.

    Returns
    -------
    DataFrame
        ``key``, ``col``, ``row`` (row 0 is the northernmost), sorted by key.

    Raises
    ------
    ValueError
        If the grid has fewer cells than there are regions.

    Notes
    -----
    Start: linear assignment (Jonker and Volgenant 1987, doi:10.1007/BF02278710) of the scaled
    centroids to the cells. Then simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983,
    doi:10.1126/science.220.4598.671) with a cost per pair of neighbours that are apart or turned,
    per false neighbour, and per squared distance from the start.
    """
    columns, rows = shape
    ordered = centroids.sort_values("key").reset_index(drop=True)
    n, cells = len(ordered), columns * rows
    if cells < n:
        raise ValueError(f"A grid of {columns} by {rows} cells is too small for {n} regions.")
    grid = np.array([(c, r) for r in range(rows) for c in range(columns)], dtype=float)
    true = ordered[["x", "y"]].to_numpy(dtype=float) * [1.0, -1.0]
    span = np.ptp(true, axis=0)
    span[span == 0] = 1.0
    target = (true - true.min(axis=0)) / span * [columns - 1, rows - 1]
    place_cost = ((target[:, None, :] - grid[None, :, :]) ** 2).sum(axis=2)
    start = linear_sum_assignment(place_cost)[1]

    number = {key: i for i, key in enumerate(ordered["key"])}
    neighbours: list[set[int]] = [set() for _ in range(n)]
    for left, right in zip(pairs["left"], pairs["right"], strict=True):
        neighbours[number[left]].add(number[right])
        neighbours[number[right]].add(number[left])
    angle = np.arctan2(true[:, None, 1] - true[None, :, 1], true[:, None, 0] - true[None, :, 0])
    angles: list[list[float]] = angle.tolist()
    places: list[list[float]] = (PLACE_COST * place_cost).tolist()
    xy = [(int(c), int(r)) for c, r in grid]

    cell_of = [int(cell) for cell in start]
    occupant = [-1] * cells
    for i, cell in enumerate(cell_of):
        occupant[cell] = i

    def cost_of(i: int, without: int = -1) -> float:
        cell = cell_of[i]
        x, y = xy[cell]
        total = places[i][cell]
        for j in neighbours[i]:
            if j == without:
                continue
            dx, dy = x - xy[cell_of[j]][0], y - xy[cell_of[j]][1]
            far = max(abs(dx), abs(dy))
            if far > 1:
                total += 1 + GAP_COST * (far - 1)
            elif abs(dx) + abs(dy) == 2:
                total += CORNER_COST
            total += TURN_COST * (1 - math.cos(angles[i][j] - math.atan2(dy, dx))) / 2
        for ax, ay in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
            if 0 <= ax < columns and 0 <= ay < rows:
                other = occupant[ay * columns + ax]
                if other >= 0 and other != without and other not in neighbours[i]:
                    total += FALSE_COST
        return total

    def put(i: int, cell: int) -> None:
        if i >= 0:
            cell_of[i] = cell
        occupant[cell] = i

    rng = np.random.default_rng(seed)
    movers = rng.integers(n, size=steps).tolist()
    goals = rng.integers(cells, size=steps).tolist()
    chances = rng.random(steps).tolist()
    heats = np.geomspace(1.0, 0.01, steps).tolist()
    total = best = 0.0
    best_cells = list(cell_of)
    for i, goal, chance, heat in zip(movers, goals, chances, heats, strict=True):
        home, other = cell_of[i], occupant[goal]
        if other == i:
            continue
        before = cost_of(i) + (cost_of(other, without=i) if other >= 0 else 0.0)
        put(i, goal)
        put(other, home)
        change = cost_of(i) + (cost_of(other, without=i) if other >= 0 else 0.0) - before
        if change <= 0 or chance < math.exp(-change / heat):
            total += change
            if total < best - 1e-9:
                best, best_cells = total, list(cell_of)
        else:
            put(other, goal)
            put(i, home)
    layout = pd.DataFrame(
        {
            "key": ordered["key"],
            "col": [xy[cell][0] for cell in best_cells],
            "row": [xy[cell][1] for cell in best_cells],
        }
    )
    layout[["col", "row"]] -= layout[["col", "row"]].min()
    return layout
