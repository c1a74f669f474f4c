"""Replicate weights made from a design: jackknife, balanced half-samples, Rao-Wu bootstrap."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple, get_args

import numpy as np
from scipy import linalg

from armutsexpertise.survey.design import (
    Floats,
    Integers,
    ReplicateKind,
    SurveyDesign,
    default_scale,
    require_replicate_weights,
)

Adjust = Callable[[Floats], Floats]

_BLOCK = 8_000_000  # weights in a block of replicates
_MOST_GIGABYTES = 16


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
    kind: ReplicateKind,
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
    kind : {"JK1", "JKn", "BRR", "Fay", "bootstrap", "SDR"}
        Jackknife without or with strata; balanced half-samples and Fay's version of them, for
        two sampling units in each stratum; Rao-Wu bootstrap; successive differences, for a
        systematic sample whose rows are in the order of the draw.
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
        If the design has replicates already, does not fit the kind, an argument is missing or out
        of range, or adjusted weights are missing, infinite or negative.

    Notes
    -----
    Bootstrap (Rao and Wu 1988, doi:10.1080/01621459.1988.10478591; Rao, Wu and Yue 1992,
    Survey Methodology 18, 209-217): of the :math:`m_h` units of stratum h, :math:`m_h-1` are
    drawn with replacement, and a unit drawn :math:`r` times has the factor
    :math:`r\,m_h/(m_h-1)`. JK1 and JKn leave out one unit and share its weight among the
    others, of the sample or of its stratum. Half-samples double one unit of each stratum and
    drop the other, by the columns of a Hadamard matrix (McCarthy 1969, doi:10.2307/1402116);
    Fay's factors are :math:`2-\rho` and :math:`\rho` (Judkins 1990, Journal of Official
    Statistics 6, 223-239). Successive differences (Fay and Train 1995, Proceedings of the Section
    on Government Statistics, American Statistical Association, 154-159): with one row
    :math:`a_i` of a Hadamard matrix per unit, unit i has the factors
    :math:`1 + 2^{-3/2}(a_i - a_{i+1})`, the last unit of a stratum with the row of its first; the
    variance of a total is then half the sum of the squared differences of neighbours. A row for
    each unit makes this exact and needs more replicates than units.

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
    if kind not in get_args(ReplicateKind):
        raise ValueError(f"kind must be one of {', '.join(get_args(ReplicateKind))}, not {kind!r}.")
    if (kind == "Fay") != (fay is not None) or (fay is not None and not 0 <= fay < 1):
        raise ValueError("fay belongs to kind Fay and lies in [0, 1): give both or neither.")
    _check(design)
    unit, stratum = design.sampling_units
    sampled = np.bincount(stratum)
    needed = {"bootstrap": n_replicates, "BRR": _power_of_two(len(sampled))}
    needed |= {"Fay": needed["BRR"], "SDR": _power_of_two(len(stratum))}
    size = needed.get(kind, len(stratum)) * len(design) * 8 / 1e9
    if size > _MOST_GIGABYTES:
        raise ValueError(
            f"The replicate weights of kind {kind} would take {size:.0f} GB for {len(design)} "
            f"rows and {len(stratum)} sampling units: use survey.replicate.bootstrap, which keeps "
            "only some of them at a time."
        )
    rscales = None
    if kind == "bootstrap":
        factors = np.array(list(_rao_wu(stratum, n_replicates, seed)))
    elif kind == "JKn":
        factors, rscales = _jackknife(stratum, sampled)
    elif kind == "JK1":
        if len(sampled) > 1:
            raise ValueError(
                f"JK1 is for one stratum and the design has {len(sampled)}: choose JKn."
            )
        factors, _ = _jackknife(stratum, sampled)
    elif kind == "SDR":
        factors = _successive_differences(stratum)
    else:
        factors = _half_samples(stratum, sampled, fay or 0.0)
    weights = (np.take(factors, unit, axis=1) * design.weights).T
    full = design.weights
    if adjust is not None:
        full, weights = adjust(full[:, None])[:, 0], adjust(weights)
        if weights.shape != (len(design), len(factors)) or len(full) != len(design):
            raise ValueError(
                f"adjust returns weights of shape {weights.shape} for {len(design)} rows and "
                f"{len(factors)} replicates: let it return the shape that it is given."
            )
        require_replicate_weights(full[:, None])
        require_replicate_weights(weights)
    count = len(factors)
    return replace(
        design,
        weights=full,
        replicates=weights,
        kind=kind,
        scale=default_scale(kind, count, fay=fay),
        rscales=np.ones(count) if rscales is None else rscales,
        _given_df=design._given_df,
    )


def bootstrap(
    design: SurveyDesign,
    estimator: Callable[[Floats], Floats],
    *,
    seed: int,
    n_replicates: int = 1000,
    adjust: Adjust | None = None,
    block: int | None = None,
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
    block : int, optional
        Replicates at a time, at least 1; default: as many as fill 64 MB, at most 50.

    Returns
    -------
    Bootstrap
        Estimate, covariance and the estimates on the replicates.

    Raises
    ------
    ValueError
        If the design has replicates already, a number is out of range, or a replicate gives no
        finite estimate.

    Notes
    -----
    Rows of one sampling unit that are alike in all that ``estimator`` and ``adjust`` look at can
    be added up to one row with the sum of their weights beforehand: persons of a household with
    one income give the same estimates in half the time.

    The squares are about the estimate and so hold the bias of the bootstrap; the variance about
    the mean of the replicates is ``replicates.var(axis=0, ddof=1)``.

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
    if block is None:
        block = min(max(1, _BLOCK // len(design)), 50)
    if block < 1:
        raise ValueError(f"block must be at least 1, not {block}.")
    unit, stratum = design.sampling_units
    full = design.weights[:, None]
    estimate = np.asarray(estimator(full if adjust is None else adjust(full)), dtype=float)[0]
    drawn = _rao_wu(stratum, n_replicates, seed)
    parts = []
    buffer = np.empty((block, len(design)))
    while factors := list(islice(drawn, block)):
        for row, factor in zip(buffer, factors, strict=False):
            np.take(factor, unit, out=row, mode="clip")
            row *= design.weights
        weights = buffer[: len(factors)].T
        parts.append(np.asarray(estimator(weights if adjust is None else adjust(weights))))
    values = np.vstack(parts)
    undefined = ~np.isfinite(values)
    if undefined.any():
        raise ValueError(
            f"{int(undefined.any(axis=0).sum())} of {values.shape[1]} estimates are undefined on "
            f"{int(undefined.any(axis=1).sum())} of {len(values)} replicates: a domain is too "
            "small for the bootstrap, merge it with another or leave the estimate out."
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
    sampled = np.bincount(design.sampling_units[1])
    lonely = int((sampled == 1).sum())
    if lonely == len(sampled):
        raise ValueError(
            f"Each of the {lonely} strata has one sampling unit, so that no replicate would differ "
            "from the sample: merge strata."
        )
    if lonely and design.lonely_psu in ("adjust", "average"):
        raise ValueError(
            f"{lonely} strata have one sampling unit and replicates cannot follow the rule "
            f"{design.lonely_psu}: merge strata or choose lonely_psu certainty."
        )


def _rao_wu(stratum: Integers, n_replicates: int, seed: int | None) -> Iterator[Floats]:
    """Yield the bootstrap factors of the sampling units, one replicate after the other."""
    if seed is None or n_replicates < 2:
        raise ValueError("The bootstrap needs a seed and at least two replicates: give both.")
    sampled = np.bincount(stratum)
    rank = np.empty(len(stratum), dtype=np.intp)  # of each unit, strata one after the other
    rank[np.argsort(stratum, kind="stable")] = np.arange(len(stratum))
    starts = np.cumsum(sampled) - sampled
    # One draw after the other over all strata: its stratum has `size` units from `start` on.
    size = np.repeat(sampled.astype(float), sampled - 1)
    start = np.repeat(starts, sampled - 1)
    ratio = (sampled / np.maximum(sampled - 1, 1))[stratum]
    lonely = sampled[stratum] == 1
    for one in np.random.SeedSequence(seed).spawn(n_replicates):
        draws = np.random.default_rng(one).random(len(size))
        draws *= size
        drawn = draws.astype(np.intp)
        drawn += start
        factors = np.bincount(drawn, minlength=len(stratum))[rank] * ratio
        factors[lonely] = 1
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
    signs = _signs(len(sampled))
    second = np.zeros(len(stratum), dtype=bool)
    order = np.argsort(stratum, kind="stable")
    second[order[1::2]] = True
    factors: Floats = 1 + (1 - fay) * signs[:, stratum] * np.where(second, -1.0, 1.0)
    return factors


def _successive_differences(stratum: Integers) -> Floats:
    signs = _signs(len(stratum))
    order = np.argsort(stratum, kind="stable")
    following = np.empty_like(order)
    last = np.flatnonzero(np.diff(stratum[order], append=-1))
    first = np.concatenate([[0], last[:-1] + 1])
    following[order] = np.roll(order, -1)
    following[order[last]] = order[first]
    factors: Floats = 1 + (signs - signs[:, following]) / np.sqrt(8)
    return factors


def _signs(count: int) -> Floats:
    """Return balanced orthogonal columns of 1 and -1, shape (power of two, ``count``)."""
    signs: Floats = linalg.hadamard(_power_of_two(count))[:, 1 : count + 1].astype(float)
    return signs


def _power_of_two(count: int) -> int:
    """Return the smallest power of two above ``count``."""
    return 1 << count.bit_length()
