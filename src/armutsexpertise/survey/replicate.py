"""Replicate weights made from a design: jackknife, balanced half-samples, Rao-Wu bootstrap."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal, NamedTuple, get_args

import numpy as np
from scipy import linalg

from armutsexpertise.survey.design import (
    Floats,
    Integers,
    SurveyDesign,
    default_scale,
)

Made = Literal["JK1", "JKn", "BRR", "Fay", "bootstrap"]
Adjust = Callable[[Floats], Floats]


class Bootstrap(NamedTuple):
    """Estimates on bootstrap replicates.

    Attributes
    ----------
    estimate : ndarray of float, shape (k,)
        Estimate with the full-sample weights.
    covariance : ndarray of float, shape (k, k)
        Mean of the squares about the estimate.
    replicates : ndarray of float, shape (R, k)
        Estimate on each replicate.
    """

    estimate: Floats
    covariance: Floats
    replicates: Floats


def make_replicates(
    design: SurveyDesign,
    kind: Made,
    *,
    n_replicates: int = 1000,
    seed: int | None = None,
    fay: float | None = None,
    adjust: Adjust | None = None,
) -> SurveyDesign:
    r"""Turn a design into one with replicate weights.

    Parameters
    ----------
    design : SurveyDesign
        A design of strata and clusters. Its first stage is resampled, as if drawn with
        replacement: finite population corrections do not enter.
    kind : {"JK1", "JKn", "BRR", "Fay", "bootstrap"}
        Jackknife without or with strata; balanced half-samples and Fay's version of them, for
        two sampling units in each stratum; Rao-Wu bootstrap.
    n_replicates : int
        Number of bootstrap replicates, at least 2; the other kinds have a number of their own.
    seed : int, optional
        Seed of the bootstrap, needed for it.
    fay : float, optional
        Fay's :math:`\rho` in [0, 1), for kind "Fay".
    adjust : callable, optional
        Takes weights, shape (n, R), and returns adjusted ones: a calibration of
        :mod:`armutsexpertise.survey.weights`, applied to the weights and to every replicate.

    Returns
    -------
    SurveyDesign
        The same sample with replicates, and the degrees of freedom of ``design``.

    Raises
    ------
    ValueError
        If the design has replicates already, does not fit the kind, or an argument is missing
        or out of range.

    Notes
    -----
    Bootstrap (Rao and Wu 1988, doi:10.1080/01621459.1988.10478591; Rao, Wu and Yue 1992,
    Survey Methodology 18, 209-217): of the :math:`m_h` units of stratum h, :math:`m_h-1` are
    drawn with replacement, and a unit drawn :math:`r` times has the factor
    :math:`r\,m_h/(m_h-1)`. JK1 and JKn leave out one unit and share its weight among the
    others, of the sample or of its stratum. Half-samples double one unit of each stratum and
    drop the other, by the columns of a Hadamard matrix (McCarthy 1969, doi:10.2307/1402116);
    Fay's factors are :math:`2-\rho` and :math:`\rho` (Judkins 1990, Journal of Official
    Statistics 6, 223-239).

    A stratum with one sampling unit keeps its weight in every replicate and adds nothing to
    the variance, as under the rule "certainty"; the rules "adjust" and "average" are refused.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [1.0, 2, 4], "w": 10.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> make_replicates(design, "JK1").replicates.tolist()
    [[0.0, 15.0, 15.0], [15.0, 0.0, 15.0], [15.0, 15.0, 0.0]]
    """
    if kind not in get_args(Made):
        raise ValueError(f"kind must be one of {', '.join(get_args(Made))}, not {kind!r}.")
    if (kind == "Fay") != (fay is not None) or (fay is not None and not 0 <= fay < 1):
        raise ValueError("fay belongs to kind Fay and lies in [0, 1): give both or neither.")
    _check(design)
    unit, stratum = design.sampling_units
    sampled = np.bincount(stratum)
    rscales = None
    if kind == "bootstrap":
        factors = np.vstack(list(_rao_wu(stratum, sampled, n_replicates, seed, n_replicates)))
    elif kind == "JKn":
        factors, rscales = _jackknife(stratum, sampled)
    elif kind == "JK1":
        if len(sampled) > 1:
            raise ValueError(
                f"JK1 is for one stratum and the design has {len(sampled)}: choose JKn."
            )
        factors, _ = _jackknife(stratum, sampled)
    else:
        factors = _half_samples(stratum, sampled, fay or 0.0)
    weights = (np.take(factors, unit, axis=1) * design.weights).T
    full = design.weights
    if adjust is not None:
        full, weights = adjust(full[:, None])[:, 0], adjust(weights)
    count = len(factors)
    return replace(
        design,
        weights=full,
        replicates=weights,
        kind=kind,
        scale=default_scale(kind, count, fay=fay),
        rscales=np.ones(count) if rscales is None else rscales,
        _given_df=design.degrees_of_freedom,
    )


def bootstrap(
    design: SurveyDesign,
    estimator: Callable[[Floats], Floats],
    *,
    seed: int,
    n_replicates: int = 1000,
    adjust: Adjust | None = None,
    block: int = 50,
) -> Bootstrap:
    """Estimate on Rao-Wu bootstrap replicates that are made and dropped in blocks.

    For samples whose replicate weights would not fit into memory: one block of n by ``block``
    weights lives at a time.

    Parameters
    ----------
    design : SurveyDesign
        A design of strata and clusters, as for :func:`make_replicates`.
    estimator : callable
        Takes weights, shape (n, r), and returns estimates, shape (r, k), one row per column of
        weights. The columns are contiguous.
    seed : int
        Seed of the draw; the replicates do not depend on ``block``.
    n_replicates : int
        Number of replicates, at least 2.
    adjust : callable, optional
        Adjustment of the weights and of every replicate, as for :func:`make_replicates`.
    block : int
        Replicates at a time, at least 1.

    Returns
    -------
    Bootstrap
        Estimate, covariance and the estimates on the replicates.

    Raises
    ------
    ValueError
        If the design has replicates already, a number is out of range, or a replicate gives no
        finite estimate.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 5], "w": 10.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> y = frame["y"].to_numpy()
    >>> def mean(w):
    ...     return (y @ w / w.sum(axis=0))[:, None]
    >>> bootstrap(design, mean, seed=1, n_replicates=50).estimate.tolist()
    [3.0]
    """
    _check(design)
    if block < 1:
        raise ValueError(f"block must be at least 1, not {block}.")
    unit, stratum = design.sampling_units
    full = design.weights[:, None]
    estimate = np.asarray(estimator(full if adjust is None else adjust(full)), dtype=float)[0]
    parts = []
    for factors in _rao_wu(stratum, np.bincount(stratum), n_replicates, seed, block):
        weights = (np.take(factors, unit, axis=1) * design.weights).T
        parts.append(np.asarray(estimator(weights if adjust is None else adjust(weights))))
    values = np.vstack(parts)
    broken = int((~np.isfinite(values)).any(axis=1).sum())
    if broken:
        raise ValueError(
            f"The estimate is undefined on {broken} of {len(values)} replicates: the domain is "
            "too small for the bootstrap, merge it with another."
        )
    deviation = values - estimate
    return Bootstrap(estimate, deviation.T @ deviation / len(values), values)


def _check(design: SurveyDesign) -> None:
    if design.replicates is not None:
        raise ValueError("The design has replicate weights already: use them.")
    if design.auxiliary is not None:
        raise ValueError(
            "The design is calibrated: make replicates of the uncalibrated design and give the "
            "calibration as adjust."
        )
    lonely = int((np.bincount(design.sampling_units[1]) == 1).sum())
    if lonely and design.lonely_psu in ("adjust", "average"):
        raise ValueError(
            f"{lonely} strata have one sampling unit and replicates cannot follow the rule "
            f"{design.lonely_psu}: merge strata or choose lonely_psu certainty."
        )


def _rao_wu(
    stratum: Integers, sampled: Integers, n_replicates: int, seed: int | None, block: int
) -> Iterator[Floats]:
    """Yield bootstrap factors, shape (up to ``block``, units)."""
    if seed is None or n_replicates < 2:
        raise ValueError("The bootstrap needs a seed and at least two replicates: give both.")
    order = np.argsort(stratum, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sampled)])
    seeds = np.random.SeedSequence(seed).spawn(n_replicates)
    for begin in range(0, n_replicates, block):
        part = seeds[begin : begin + block]
        factors = np.ones((len(part), len(stratum)))
        for row, one in zip(factors, part, strict=True):
            rng = np.random.default_rng(one)
            for start, m in zip(starts[:-1], sampled, strict=True):
                if m > 1:
                    drawn = np.bincount(rng.integers(0, m, m - 1), minlength=m)
                    row[order[start : start + m]] = drawn * (m / (m - 1))
        yield factors


def _jackknife(stratum: Integers, sampled: Integers) -> tuple[Floats, Floats]:
    """Return factors, shape (replicates, units), and rscales; lonely units are not left out."""
    left_out = np.flatnonzero(sampled[stratum] > 1)
    m = sampled[stratum[left_out]]
    same = stratum[left_out][:, None] == stratum
    factors = np.where(same, (m / (m - 1))[:, None], 1.0)
    factors[np.arange(len(left_out)), left_out] = 0
    return factors, (m - 1) / m


def _half_samples(stratum: Integers, sampled: Integers, fay: float) -> Floats:
    odd = int((sampled != 2).sum())
    if odd:
        raise ValueError(
            f"Half-samples need two sampling units in each stratum and {odd} of {len(sampled)} "
            "strata have another number: pair the units or choose JKn or the bootstrap."
        )
    size = 1 << len(sampled).bit_length()  # a power of two above the number of strata
    signs = linalg.hadamard(size)[:, 1 : len(sampled) + 1].astype(float)
    second = np.zeros(len(stratum), dtype=bool)
    order = np.argsort(stratum, kind="stable")
    second[order[1::2]] = True
    factors: Floats = 1 + (1 - fay) * signs[:, stratum] * np.where(second, -1.0, 1.0)
    return factors
