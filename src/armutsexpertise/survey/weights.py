"""Weights brought to known totals, adjusted for non-response, trimmed and judged.

The adjustments are objects that are built once for a sample and then called with weights, of
shape (n,) or (n, R) for replicates, each column by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from armutsexpertise._weighted import check_lengths
from armutsexpertise.survey._terms import design_matrix
from armutsexpertise.survey.design import (
    Floats,
    Integers,
    SurveyDesign,
    checked_weights,
)

Distance = Literal["linear", "raking", "logit"]

_STEPS = 100
_COLLINEAR = 1e-12  # relative, on eigenvalues of cross products


class Adjustment(Protocol):
    """What :func:`calibrated` needs of an adjustment."""

    @property
    def auxiliary(self) -> sparse.csr_array:
        """Auxiliary variables whose totals are met, shape (n, p)."""
        ...

    def __call__(self, weights: Floats) -> Floats:
        """Return adjusted weights of the same shape."""
        ...


@dataclass(frozen=True, eq=False)
class Raking:
    """Iterative proportional fitting to one or more margins; see :func:`rake`."""

    names: tuple[str, ...]
    codes: tuple[Integers, ...]  # per margin (n,)
    totals: tuple[Floats, ...]  # per margin (categories,)
    tolerance: float
    max_iterations: int
    cells: Integers  # (cells, margins) combinations of categories that occur
    cell: Integers  # (n,)

    @property
    def auxiliary(self) -> sparse.csr_array:
        """Indicators of all categories, shape (n, p)."""
        blocks = [
            _indicators(at, len(total)) for at, total in zip(self.codes, self.totals, strict=True)
        ]
        return sparse.csr_array(sparse.hstack(blocks))

    def __call__(self, weights: Floats) -> Floats:
        """Return weights that meet the margins.

        Parameters
        ----------
        weights : ndarray of float, shape (n,) or (n, R)
            Weights, not negative.

        Returns
        -------
        ndarray of float
            Adjusted weights of the same shape.

        Raises
        ------
        ValueError
            If weights are negative, missing or infinite, a category has no weight, or the
            margins are not met in the allowed iterations.
        """
        given = _columns(weights, len(self.cell))
        start = _cell_sums(self.cell, given, len(self.cells))
        now = start.copy()
        margins = [
            (name, _indicators(at, len(total)).T, at, total[:, None])
            for name, at, total in zip(self.names, self.cells.T, self.totals, strict=True)
        ]
        for name, select, _, total in margins:
            empty = ((select @ now <= 0) & (total > 0)).any(axis=1)
            if empty.any():
                raise ValueError(
                    f"{int(empty.sum())} categories of {name} have a total but no weight in the "
                    f"sample{_replicates(given)}: merge categories."
                )
        for _ in range(self.max_iterations):
            for _, select, at, total in margins:
                sums = select @ now
                now *= np.divide(total, sums, out=np.zeros_like(sums), where=sums > 0)[at]
            off = max(
                float(np.max(np.abs(select @ now - total) / np.where(total > 0, total, 1)))
                for _, select, _, total in margins
            )
            if off <= self.tolerance:
                break
        else:
            raise ValueError(
                f"The margins are not met after {self.max_iterations} iterations (largest "
                f"relative gap {off:.2g}): check that they have the same sum, or merge categories."
            )
        factor = np.divide(now, start, out=np.zeros_like(now), where=start > 0)
        return _spread(weights, self.cell, factor)


@dataclass(frozen=True, eq=False)
class Calibration:
    """Calibration to totals of auxiliary variables; see :func:`calibrate`.

    Units with the same auxiliary values have the same factor: it is found for each combination of
    values once.
    """

    matrix: Floats  # (cells, p) combinations of values that occur
    cell: Integers  # (n,)
    totals: Floats  # (p,)
    distance: Distance
    bounds: tuple[float, float]
    tolerance: float

    @property
    def auxiliary(self) -> sparse.csr_array:
        """Auxiliary variables, shape (n, p)."""
        return sparse.csr_array(self.matrix[self.cell])

    def __call__(self, weights: Floats) -> Floats:
        """Return weights that meet the totals.

        Parameters
        ----------
        weights : ndarray of float, shape (n,) or (n, R)
            Weights, not negative.

        Returns
        -------
        ndarray of float
            Adjusted weights of the same shape.

        Raises
        ------
        ValueError
            If weights are negative, missing or infinite, the auxiliary variables are collinear
            or the totals cannot be met within the bounds.
        """
        given = _columns(weights, len(self.cell))
        start = _cell_sums(self.cell, given, len(self.matrix))
        factor = np.column_stack([self._one(column, _replicates(given)) for column in start.T])
        return _spread(weights, self.cell, factor)

    def _one(self, weights: Floats, where: str) -> Floats:
        """Return the factor of each cell for the weights of the cells, shape (cells,)."""
        size = np.abs(self.matrix).max(axis=0)
        x, target = self.matrix / size, self.totals / size
        spread = np.linalg.eigvalsh(x.T @ (x * (weights > 0)[:, None]))
        if spread[0] <= _COLLINEAR * spread[-1]:
            raise ValueError(
                f"The {x.shape[1]} auxiliary variables are collinear where weights are "
                f"positive{where}: leave one out or merge levels."
            )
        unit = np.maximum(np.abs(target), weights.sum() * 1e-6)
        lam = np.zeros(x.shape[1])
        g, slope = self._factors(x @ lam)
        gap = target - x.T @ (weights * g)
        for _ in range(_STEPS):
            if np.abs(gap / unit).max() <= self.tolerance:
                return g
            information = (x * (weights * slope)[:, None]).T @ x
            step = np.linalg.lstsq(information, gap, rcond=None)[0]
            for halving in range(30):
                with np.errstate(over="ignore", invalid="ignore"):
                    tried, tried_slope = self._factors(x @ (lam + step * 0.5**halving))
                    tried_gap = target - x.T @ (weights * tried)
                if np.abs(tried_gap / unit).max() < np.abs(gap / unit).max():
                    break
            else:
                break
            lam = lam + step * 0.5**halving
            g, slope, gap = tried, tried_slope, tried_gap
        if np.abs(gap / unit).max() <= self.tolerance * 1e3:
            return g
        within = f" within factors of {self.bounds}" if self.distance == "logit" else ""
        raise ValueError(
            f"The {len(target)} totals cannot be met{within}{where} (largest relative gap "
            f"{np.abs(gap / unit).max():.2g}): widen the bounds or leave out a total."
        )

    def _factors(self, u: Floats) -> tuple[Floats, Floats]:
        """Return the factor of each weight and its derivative."""
        if self.distance == "linear":
            return 1 + u, np.ones_like(u)
        if self.distance == "raking":
            g = np.exp(u)
            return g, g
        low, high = self.bounds
        a = (high - low) / ((1 - low) * (high - 1))
        e = np.exp(np.clip(a * u, -500, 500))
        bottom = (high - 1) + (1 - low) * e
        g = (low * (high - 1) + high * (1 - low) * e) / bottom
        return g, (high - low) ** 2 * e / bottom**2


def rake(
    frame: pd.DataFrame,
    margins: Mapping[str, Mapping[object, float]],
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
) -> Raking:
    """Prepare raking of weights to known margins; post-stratification with one margin.

    Parameters
    ----------
    frame : DataFrame, shape (n, any)
        The sample.
    margins : mapping of str to mapping of value to float
        Column, and the known total of each of its values. For post-strata of several columns
        make one column of them.
    tolerance : float
        Largest relative gap of a margin.
    max_iterations : int
        Rounds over all margins.

    Returns
    -------
    Raking
        Call it with weights, or give it to :func:`calibrated`.

    Raises
    ------
    ValueError
        If a column is absent or has missing values, values and totals do not match, a total is
        negative, or the margins have different sums.

    Notes
    -----
    Deming and Stephan (1940, doi:10.1214/aoms/1177731829).

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["f", "m", "m"], "w": 10.0})
    >>> rake(frame, {"sex": {"f": 12, "m": 18}})(frame["w"].to_numpy()).tolist()
    [12.0, 9.0, 9.0]
    """
    if not margins:
        raise ValueError("margins is empty: name at least one column with its totals.")
    codes, totals = [], []
    for name, given in margins.items():
        _complete(frame, [name])
        values = list(given)
        at = pd.Index(values).get_indexer(pd.Index(frame[name]))
        unknown = int((at < 0).sum())
        if unknown:
            raise ValueError(
                f"{unknown} of {len(frame)} rows have a value of {name} without a total: add it "
                "to the margin or recode the column."
            )
        total = np.array([given[value] for value in values], dtype=float)
        if not (np.isfinite(total) & (total >= 0)).all():
            raise ValueError(f"The totals of {name} must be finite and not negative.")
        absent = int((np.bincount(at, minlength=len(values))[total > 0] == 0).sum())
        if absent:
            raise ValueError(
                f"{absent} categories of {name} have a total but no row in the sample: merge "
                "categories."
            )
        codes.append(at.astype(np.intp))
        totals.append(total)
    sums = [float(total.sum()) for total in totals]
    if max(sums) - min(sums) > 1e-8 * max(sums):
        told = ", ".join(f"{name} {one:.10g}" for name, one in zip(margins, sums, strict=True))
        raise ValueError(f"The margins have different sums ({told}): bring them to one total.")
    cell, first = _distinct(codes)
    cells = np.column_stack([at[first] for at in codes])
    return Raking(
        tuple(margins), tuple(codes), tuple(totals), tolerance, max_iterations, cells, cell
    )


def calibrate(
    frame: pd.DataFrame,
    terms: Sequence[str],
    totals: Mapping[str, float],
    *,
    distance: Distance = "linear",
    bounds: tuple[float, float] | None = None,
    tolerance: float = 1e-11,
) -> Calibration:
    r"""Prepare calibration of weights to totals of auxiliary variables.

    Parameters
    ----------
    frame : DataFrame, shape (n, any)
        The sample.
    terms : sequence of str
        Auxiliary variables, as the terms of :func:`armutsexpertise.survey.models.fit`.
    totals : mapping of str to float
        Known totals by the names of coefficients: ``intercept`` (number of units), a column,
        ``column=level`` for each level but the first.
    distance : {"linear", "raking", "logit"}
        "linear" is the generalised regression estimator, whose weights can be negative;
        "raking" keeps them positive; "logit" keeps the factors within ``bounds``.
    bounds : tuple of two float, optional
        Lowest factor in [0, 1) and highest above 1, for "logit".
    tolerance : float
        Largest gap of a total, relative to it.

    Returns
    -------
    Calibration
        Call it with weights, or give it to :func:`calibrated`.

    Raises
    ------
    ValueError
        If a column is absent or has missing values, names and totals do not match, or bounds
        are missing or out of range.

    Notes
    -----
    Weights :math:`w_i = d_i F(x_i^\top\lambda)` with :math:`\lambda` such that
    :math:`\sum_i w_i x_i` meets the totals; F and its bounded form by Deville and Särndal
    (1992, doi:10.1080/01621459.1992.10475217).

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["f", "m", "m"], "w": 10.0})
    >>> known = calibrate(frame, ["sex"], {"intercept": 30, "sex=m": 18})
    >>> known(frame["w"].to_numpy()).round(6).tolist()
    [12.0, 9.0, 9.0]
    """
    if distance not in get_args(Distance):
        raise ValueError(
            f"distance must be one of {', '.join(get_args(Distance))}, not {distance!r}."
        )
    if (distance == "logit") != (bounds is not None):
        raise ValueError("bounds belong to the distance logit: give both or neither.")
    if bounds is not None and not 0 <= bounds[0] < 1 < bounds[1] < np.inf:
        raise ValueError(f"bounds must hold a factor in [0, 1) and one above 1, not {bounds}.")
    names, matrix = design_matrix(frame, terms)
    if set(names) != set(totals):
        lacking = sorted(set(names) - set(totals))
        foreign = sorted(set(totals) - set(names))
        raise ValueError(
            f"Totals do not match the auxiliary variables: {len(lacking)} lacking "
            f"({', '.join(lacking)}), {len(foreign)} not known ({', '.join(foreign)})."
        )
    target = np.array([totals[name] for name in names], dtype=float)
    if not np.isfinite(target).all():
        raise ValueError("Totals must be finite: check them.")
    cell, first = _distinct(matrix.T)
    return Calibration(
        matrix[first], cell, target, distance, bounds or (-np.inf, np.inf), tolerance
    )


def calibrated(design: SurveyDesign, adjustment: Adjustment) -> SurveyDesign:
    r"""Return the design with adjusted weights and the variance that goes with them.

    Parameters
    ----------
    design : SurveyDesign
        The sample with its weights before the adjustment.
    adjustment : Raking or Calibration
        How the weights are adjusted.

    Returns
    -------
    SurveyDesign
        With replicates, each replicate is adjusted too. Without, the covariance is that of the
        residuals of the influence from its regression on the auxiliary variables, weighted by
        the former weights (Deville and Särndal 1992).

    Raises
    ------
    ValueError
        If the design is calibrated already, or adjusted weights are negative.

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["f", "m", "m"], "w": 10.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> calibrated(design, rake(frame, {"sex": {"f": 12, "m": 18}})).weights.tolist()
    [12.0, 9.0, 9.0]
    """
    if design.auxiliary is not None:
        raise ValueError(
            "The design is calibrated already: calibrate the design weights to all totals at once."
        )
    weights = adjustment(design.weights)
    negative = int((weights < 0).sum())
    if negative:
        raise ValueError(
            f"{negative} of {len(weights)} calibrated weights are negative: use the distance "
            "logit with bounds, or raking."
        )
    if design.replicates is not None:
        return replace(design, weights=weights, replicates=adjustment(design.replicates))
    return replace(
        design, weights=weights, auxiliary=adjustment.auxiliary, base_weights=design.weights
    )


def nonresponse_weights(weights: pd.Series, responded: pd.Series, classes: pd.Series) -> pd.Series:
    """Give the weight of those who did not respond to those who did, within classes.

    Parameters
    ----------
    weights : Series of float, shape (n,)
        Weights of all selected units.
    responded : Series of bool, shape (n,)
        Whether the unit responded.
    classes : Series, shape (n,)
        Class within which response is taken as random.

    Returns
    -------
    Series of float, shape (n,)
        Weights with the same sum in each class, 0 for units that did not respond.

    Raises
    ------
    ValueError
        If lengths or indexes differ, a weight is missing, infinite or negative, or a class is
        missing, or has weight but no response.
    TypeError
        If ``responded`` is not boolean.

    Notes
    -----
    Weighting-class adjustment (Little and Rubin 2019, doi:10.1002/9781119482260).

    Examples
    --------
    >>> nonresponse_weights(
    ...     pd.Series([1.0, 1, 2]), pd.Series([True, False, True]), pd.Series(["a", "a", "b"])
    ... ).tolist()
    [2.0, 0.0, 2.0]
    """
    check_lengths(weights=weights, responded=responded, classes=classes)
    values = checked_weights(weights)
    if not pd.api.types.is_bool_dtype(responded) or responded.isna().any():
        raise TypeError("responded must be boolean without missing values: recode it.")
    yes = responded.to_numpy(dtype=bool)
    at, levels = pd.factorize(classes)
    if (at < 0).any():
        raise ValueError(
            f"The class is missing in {int((at < 0).sum())} of {len(at)} rows: give those rows a "
            "class of their own."
        )
    everyone = np.bincount(at, values, len(levels))
    answered = np.bincount(at, values * yes, len(levels))
    silent = int(((everyone > 0) & (answered == 0)).sum())
    if silent:
        raise ValueError(
            f"{silent} of {len(levels)} classes have no response: merge them with others."
        )
    factor = np.divide(everyone, answered, out=np.zeros_like(everyone), where=answered > 0)
    return pd.Series(np.where(yes, values * factor[at], 0.0), weights.index, name=weights.name)


def trim_weights(weights: pd.Series, *, lower: float = 0.0, upper: float) -> pd.Series:
    """Cut weights to bounds and share what was cut among the others.

    Parameters
    ----------
    weights : Series of float, shape (n,)
        Weights; those of 0 stay 0.
    lower, upper : float
        Smallest and largest weight.

    Returns
    -------
    Series of float, shape (n,)
        Weights within the bounds with the same sum: those not cut are multiplied by one factor,
        until none lies outside.

    Raises
    ------
    ValueError
        If bounds are out of order or cannot hold the sum of the weights.

    Examples
    --------
    >>> trim_weights(pd.Series([1.0, 1, 4]), upper=3).round(6).tolist()
    [1.5, 1.5, 3.0]
    """
    values = checked_weights(weights)
    used = values > 0
    count, total = int(used.sum()), float(values.sum())
    if not 0 <= lower < upper:
        raise ValueError(f"lower {lower} must be at least 0 and below upper {upper}.")
    if not count * lower <= total <= count * upper:
        raise ValueError(
            f"{count} weights between {lower} and {upper} cannot sum to {total:.10g}: widen the "
            "bounds."
        )
    # The sum of weights cut after multiplication by a factor rises with the factor: bisect.
    low, high = 0.0, 1.0
    while np.clip(values[used] * high, lower, upper).sum() < total:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if np.clip(values[used] * middle, lower, upper).sum() < total:
            low = middle
        else:
            high = middle
    trimmed = np.where(used, np.clip(values * high, lower, upper), 0.0)
    return pd.Series(trimmed, weights.index, name=weights.name)


def effective_sample_size(weights: pd.Series) -> float:
    r"""Return Kish's effective sample size of unequal weights.

    Parameters
    ----------
    weights : Series of float, shape (n,)
        Weights.

    Returns
    -------
    float
        :math:`(\sum w)^2/\sum w^2`, between 1 and the number of positive weights (Kish 1992,
        Journal of Official Statistics 8, 183-200).

    Examples
    --------
    >>> effective_sample_size(pd.Series([1.0, 1, 2]))
    2.6666666666666665
    """
    values = checked_weights(weights)
    return float(values.sum() ** 2 / (values @ values))


def kish_design_effect(weights: pd.Series) -> float:
    r"""Return Kish's design effect of unequal weights.

    Parameters
    ----------
    weights : Series of float, shape (n,)
        Weights.

    Returns
    -------
    float
        :math:`n \sum w^2/(\sum w)^2` over the n positive weights, at least 1 (Kish 1992,
        Journal of Official Statistics 8, 183-200).

    Examples
    --------
    >>> kish_design_effect(pd.Series([1.0, 1, 2]))
    1.125
    """
    return int((weights > 0).sum()) / effective_sample_size(weights)


def _indicators(codes: npt.NDArray[np.intp], count: int) -> sparse.csr_array:
    n = len(codes)
    return sparse.csr_array((np.ones(n), (np.arange(n), codes)), shape=(n, count))


def _columns(weights: Floats, rows: int) -> Floats:
    """Return weights as columns, shape (n, R), or say what is wrong with them."""
    values = np.asarray(weights, dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or len(values) != rows:
        raise ValueError(
            f"The weights have shape {np.shape(weights)} and the sample {rows} rows: give one row "
            "of weights per row of the sample the adjustment was built for."
        )
    if not (values.min() >= 0 and values.max() < np.inf):
        for column in values.T:
            checked_weights(pd.Series(column, name="weights"))
    return values


def _distinct(columns: Iterable[npt.NDArray[np.generic]]) -> tuple[Integers, Integers]:
    """Return the cell of each row, 0, 1, ..., and a row of each cell: rows of equal values."""
    cell: Integers = np.zeros(1, dtype=np.intp)
    for column in columns:
        at, values = pd.factorize(column)
        cell = pd.factorize(cell * len(values) + at)[0]
    return cell, np.unique(cell, return_index=True)[1]


def _cell_sums(cell: Integers, weights: Floats, count: int) -> Floats:
    """Return the sums of weights (n, R) in each cell, shape (count, R)."""
    return np.column_stack([np.bincount(cell, one, count) for one in weights.T])


def _spread(weights: Floats, cell: Integers, factor: Floats) -> Floats:
    """Return the weights times the factor (cells, R) of their cell, in their own shape."""
    adjusted: Floats = np.empty_like(weights, dtype=float)
    for one, by_cell, out in zip(
        np.atleast_2d(weights.T), factor.T, np.atleast_2d(adjusted.T), strict=True
    ):
        np.multiply(one, by_cell[cell], out=out)
    return adjusted


def _replicates(weights: Floats) -> str:
    return f" in at least one of {weights.shape[1]} replicates" if weights.shape[1] > 1 else ""


def _complete(frame: pd.DataFrame, names: Sequence[str]) -> None:
    for name in names:
        if name not in frame.columns:
            raise ValueError(f"The sample lacks the column {name}: check the name.")
        missing = int(frame[name].isna().sum())
        if missing:
            raise ValueError(
                f"The column {name} is missing in {missing} of {len(frame)} rows: give those "
                "rows a category of their own."
            )
