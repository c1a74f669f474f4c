"""Income indices in many domains, evaluated fast on many weights of one sample.

The incomes are sorted once; each set of weights then takes one pass. The values are those of
:mod:`armutsexpertise.poverty` and :mod:`armutsexpertise.inequality`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from armutsexpertise._weighted import as_mask, as_numbers, check_lengths, require_share
from armutsexpertise.poverty import DEFAULT_SHARE
from armutsexpertise.survey.design import Floats, Integers

#: The indices, in the order of the estimates of each domain.
INDICES = (
    "at_risk_of_poverty_rate",
    "relative_median_poverty_gap",
    "quintile_share_ratio",
    "gini",
)

_TIE = 1e-12  # relative; cumulated weights closer than this to a share are equal to it


class _Domain(NamedTuple):
    """Part of the sample in ascending order of income."""

    positions: Integers  # (m,) in the incomes of all
    income: Floats  # (m,)


@dataclass(frozen=True, eq=False)
class IncomeIndices:
    """Indices of one sample for any weights; see :func:`income_indices`.

    Attributes
    ----------
    labels : DataFrame, shape (k, 2)
        ``domain`` and ``indicator`` of each estimate.
    """

    labels: pd.DataFrame
    income: Floats  # (n,) ascending
    order: Integers  # (n,) row of each of them
    domains: tuple["_Domain | None", ...]  # None is everybody
    share: float

    def __call__(self, weights: Floats) -> Floats:
        """Return the indices for each column of weights.

        Parameters
        ----------
        weights : ndarray of float, shape (n, r)
            Weights, finite and not negative; contiguous columns are fastest.

        Returns
        -------
        ndarray of float, shape (r, k)
            Estimates in the order of ``labels``: rate, gap and Gini coefficient as shares, not
            percent. NaN where an index is undefined, as the gap where nobody is poor.

        Raises
        ------
        ValueError
            If the number of rows differs from the sample.
        """
        if weights.ndim != 2 or len(weights) != len(self.order):
            raise ValueError(
                f"weights have shape {weights.shape} and the sample {len(self.order)} rows: give "
                "one row per row of the sample and one column per set of weights."
            )
        return np.array([self._one(column) for column in weights.T])

    def _one(self, weights: Floats) -> Floats:
        everyone = weights[self.order]
        cumulated = np.cumsum(everyone)
        line = self.share * _quantile(self.income, cumulated, 0.5)
        values = np.empty((len(self.domains), len(INDICES)))
        for row, domain in zip(values, self.domains, strict=True):
            if domain is None:
                row[:] = _indices(self.income, everyone, cumulated, line)
            else:
                own = everyone[domain.positions]
                row[:] = _indices(domain.income, own, np.cumsum(own), line)
        return values.ravel()


def income_indices(
    income: npt.ArrayLike,
    domains: Mapping[str, npt.ArrayLike],
    *,
    share: float = DEFAULT_SHARE,
) -> IncomeIndices:
    """Prepare poverty rate, median gap, S80/S20 and Gini for replicate weights.

    Parameters
    ----------
    income : array_like of float, shape (n,)
        Equivalised income of each person, in the order of the sample.
    domains : mapping of str to array_like of bool, shape (n,)
        Name and persons of each domain; domains may overlap.
    share : float
        Poverty line as a share of the median of all persons, above 0 and below 1. The line is
        estimated anew with each set of weights.

    Returns
    -------
    IncomeIndices
        An estimator for :func:`armutsexpertise.survey.replicate.bootstrap`.

    Raises
    ------
    TypeError
        If an income is not numeric or a domain not boolean.
    ValueError
        If lengths or indexes differ, an income is missing, a domain is empty or none is given.

    Notes
    -----
    Definitions of ``at_risk_of_poverty_rate`` (strictly below the line),
    ``relative_median_poverty_gap``, ``quintile_share_ratio`` and ``gini`` (midpoint ranks) with
    their defaults.

    Examples
    --------
    >>> indices = income_indices([4, 10, 12, 14, 20], {"all": [True] * 5})
    >>> indices.labels.assign(estimate=indices(np.ones((5, 1)))[0].round(3))
      domain                    indicator  estimate
    0    all      at_risk_of_poverty_rate     0.200
    1    all  relative_median_poverty_gap     0.444
    2    all         quintile_share_ratio     5.000
    3    all                         gini     0.240
    """
    require_share(share, "share")
    if not domains:
        raise ValueError("domains is empty: name at least one, for all persons a mask of True.")
    numbers = as_numbers(income, "income")
    order = np.argsort(numbers, kind="stable")
    ascending = numbers[order]
    parts: list[_Domain | None] = []
    for name, mask in domains.items():
        check_lengths(**{"income": income, f"domain {name}": mask})
        inside = as_mask(mask, f"domain {name}")[order]
        if not inside.any():
            raise ValueError(f"The domain {name} has no row in the sample: leave it out.")
        positions = np.flatnonzero(inside)
        parts.append(None if inside.all() else _Domain(positions, ascending[positions]))
    labels = pd.DataFrame(
        [(name, index) for name in domains for index in INDICES], columns=["domain", "indicator"]
    )
    return IncomeIndices(labels, ascending, order, tuple(parts), share)


def _indices(
    income: Floats, weights: Floats, cumulated: Floats, line: float
) -> tuple[float, float, float, float]:
    """Return the four indices of a domain in ascending order of income."""
    size = cumulated[-1]
    if not size > 0:
        return np.nan, np.nan, np.nan, np.nan
    below = int(np.searchsorted(income, line))
    poor = cumulated[below - 1] if below else 0.0
    rate = poor / size if line > 0 else np.nan
    gap = np.nan
    if poor > 0 and line > 0:
        gap = 1 - _quantile(income[:below], cumulated[:below], 0.5) / line
    low, high = (
        int(np.searchsorted(income, _quantile(income, cumulated, p), side="right"))
        for p in (0.2, 0.8)
    )
    mass = income * weights
    poorest, richest = mass[:low].sum(), mass[high:].sum()
    total = poorest + mass[low:high].sum() + richest
    tails = richest / poorest if poorest > 0 and cumulated[high - 1] < size else np.nan
    # einsum: a sum of products in one thread and without a temporary array
    ranked = 2 * np.einsum("i,i", mass, cumulated) - np.einsum("i,i", mass, weights)
    gini = ranked / (size * total) - 1 if total > 0 else np.nan
    return rate, gap, tails, gini


def _quantile(income: Floats, cumulated: Floats, probability: float) -> float:
    """Return the quantile, the mean with the next weighted value at an exact share."""
    target, tolerance = probability * cumulated[-1], _TIE * cumulated[-1]
    at = min(int(np.searchsorted(cumulated, target - tolerance)), len(income) - 1)
    if cumulated[at] <= target + tolerance:
        # Rows left out of a replicate have the weight 0 and are not the next value.
        following = int(np.searchsorted(cumulated, cumulated[at], side="right"))
        if following < len(income):
            return float((income[at] + income[following]) / 2)
    return float(income[at])
