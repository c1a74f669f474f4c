"""Quantile regression with design-based covariance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import optimize, stats

from armutsexpertise._weighted import quantile, require_share
from armutsexpertise.survey._terms import (
    centred,
    model_degrees_of_freedom,
    outcome_values,
    prepare_rows,
    require_full_rank,
)
from armutsexpertise.survey.design import Floats, SurveyDesign
from armutsexpertise.survey.estimate import Missing
from armutsexpertise.survey.models import Model

_ON_THE_LINE = 1e-7  # residuals below this share of the scale belong to fitted points
_EXACT = 1e-10


class _Solution(NamedTuple):
    """Coefficients with the subgradient of the loss at each row, tau below to tau - 1 above."""

    coefficients: Floats  # (k,)
    subgradient: Floats  # (n,)


def fit_quantile(
    design: SurveyDesign,
    outcome: str,
    terms: Sequence[str],
    probability: float = 0.5,
    *,
    where: str | None = None,
    missing: Missing = "fail",
    bandwidth: float | None = None,
) -> Model:
    r"""Fit a quantile regression with design-based covariance.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    outcome : str
        Column of the outcome, numbers.
    terms : sequence of str
        As for :func:`armutsexpertise.survey.models.fit`.
    probability : float
        Which conditional quantile, above 0 and below 1.
    where, missing
        As for :func:`armutsexpertise.survey.models.fit`.
    bandwidth : float, optional
        Bandwidth of the density of the residuals at zero, in the unit of the outcome; default:
        the rule of Hall and Sheather. Not used with replicates.

    Returns
    -------
    Model
        Coefficients, covariance, and what follows from them: ``predict`` gives conditional
        quantiles, ``marginal_effects`` average derivatives of them.

    Raises
    ------
    ValueError
        If a column is absent, a value is missing with ``missing="fail"`` or infinite, terms are
        collinear, the probability is out of range, or the density at the quantile is zero.
    TypeError
        If the outcome holds no numbers.

    Notes
    -----
    The coefficients minimise :math:`\sum_i w_i \rho_\tau(y_i - x_i^\top b)` with
    :math:`\rho_\tau(e) = e(\tau - 1(e<0))` (Koenker and Bassett 1978, doi:10.2307/1913643), as a
    linear programme solved by HiGHS. With the subgradient :math:`\psi_i`, which is
    :math:`\tau` above the fitted quantile, :math:`\tau-1` below it and between the two on it,
    the influence of the coefficients is

    .. math:: u_i = \hat D^{-1} x_i \psi_i, \qquad
              \hat D = \sum_i \frac{w_i}{h}\varphi\Bigl(\frac{e_i}{h}\Bigr) x_i x_i^\top

    (Binder 1983, doi:10.2307/1402588, for estimating equations; Powell's kernel estimate of D in
    Koenker 2005, Quantile Regression, doi:10.1017/CBO9780511754098). The bandwidth
    is :math:`\Phi^{-1}(\tau+a)-\Phi^{-1}(\tau-a)` times the smaller of the weighted standard
    deviation and the weighted interquartile range over 1.34 of the residuals, with

    .. math:: a = n^{-1/3} z_{0.975}^{2/3}
              \Bigl(\frac{1.5\,\varphi^2(z_\tau)}{2 z_\tau^2+1}\Bigr)^{1/3}

    halved until :math:`\tau \pm a` lie in (0, 1) (Hall and Sheather 1988, Journal of the Royal
    Statistical Society B 50, 381-391). Where more rows than coefficients lie on the fitted
    quantile (equal incomes of a household), the subgradient is one of several. With replicates
    the model is fitted anew on each; a jackknife that leaves out one unit at a time is not
    consistent for quantiles, take half-samples or a bootstrap.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 8, 9], "x": [0, 0, 0, 1, 1], "w": 1.0})
    >>> model = fit_quantile(SurveyDesign.from_frame(frame, weights="w"), "y", ["x"], 0.4)
    >>> model.coefficients.round(6).tolist()
    [2.0, 6.0]
    """
    require_share(probability, "probability")
    rows, inside, built, note = prepare_rows(design, outcome, terms, where, missing)
    y, w = outcome_values(rows[outcome], "linear"), design.weights[inside]
    x = built.matrix(rows)
    require_full_rank(x, w, built.names)
    solution = _solve(x, y, w, probability)
    b = solution.coefficients
    influence = replicate_coefficients = None
    if design.replicates is None:
        residuals = y - x @ b
        h = _bandwidth(residuals, w, probability) if bandwidth is None else bandwidth
        if not (np.isfinite(h) and h > _EXACT * np.abs(y).max()):
            raise ValueError(
                f"The bandwidth is {h:.2g}: give a positive one (by default it is zero where most "
                "residuals are equal), or take replicate weights for the covariance."
            )
        mass = w * stats.norm.pdf(residuals / h) / h
        z, back = centred(x)
        slope = (z * mass[:, None]).T @ z
        if np.linalg.matrix_rank(slope, hermitian=True) < len(b):
            raise ValueError(
                "The density at the quantile is zero for a part of the rows: give a larger "
                "bandwidth, or take replicate weights for the covariance."
            )
        influence = np.zeros((len(design), len(b)))
        scores = (z * solution.subgradient[:, None]).T
        influence[inside] = np.linalg.solve(slope, scores).T @ back.T
        covariance = design.covariance(influence)
        note = f", kernel density{note}"
    else:
        replicate_coefficients = np.array(
            [
                _solve(x, y, column, probability).coefficients
                for column in design.replicates[inside].T
            ]
        )
        covariance = design.replicate_covariance(replicate_coefficients, b)
    return Model(
        design=design,
        family="quantile",
        terms=built,
        names=built.names,
        inside=inside,
        matrix=x,
        coefficients=b,
        covariance=covariance,
        influence=influence,
        replicate_coefficients=replicate_coefficients,
        degrees_of_freedom=model_degrees_of_freedom(design, inside, len(b)),
        note=f", probability {probability:g}{note}",
    )


def _solve(x: Floats, y: Floats, w: Floats, tau: float) -> _Solution:
    """Return the minimiser of the weighted loss and its subgradient.

    The dual programme has a row per coefficient and a bounded variable per observation, which
    is what the simplex method is quick at. Coefficients are its multipliers; they are computed
    again from the points on the fitted plane, which gives them to the last digits.
    """
    negative = int((w < 0).sum())
    if negative:
        raise ValueError(
            f"{negative} of {len(w)} weights of a replicate are negative: calibrate them by raking "
            "or with bounds."
        )
    carries = w > 0
    used, target, weight = x[carries], y[carries], w[carries] / w[carries].mean()
    size = np.sqrt((used**2).mean(axis=0))
    if not size.all():
        raise ValueError(
            "A replicate leaves a column of the model without rows: merge levels of the terms."
        )
    scale = float(np.abs(target).max()) or 1.0
    z, t = used / size, target / scale
    found = optimize.linprog(
        -t,
        A_eq=z.T,
        b_eq=(1 - tau) * (z.T @ weight),
        bounds=np.column_stack([np.zeros(len(t)), weight]),
        method="highs-ds",
    )
    if found.status != 0:
        raise ValueError(f"The quantile regression has no solution: {found.message}")
    b = -np.asarray(found.eqlin.marginals, dtype=float)
    on_line = np.abs(t - z @ b) <= _ON_THE_LINE
    again, _, rank, _ = np.linalg.lstsq(z[on_line], t[on_line], rcond=None)
    if rank == len(b) and np.abs(t[on_line] - z[on_line] @ again).max() <= _EXACT:
        b = again
    subgradient = np.zeros(len(y))
    subgradient[carries] = found.x / weight - (1 - tau)
    return _Solution(b * scale / size, subgradient)


def _bandwidth(residuals: Floats, w: Floats, tau: float) -> float:
    """Return the bandwidth of Hall and Sheather, in the unit of the residuals."""
    z = stats.norm.ppf(tau)
    share = len(residuals) ** (-1 / 3) * stats.norm.ppf(0.975) ** (2 / 3)
    share *= (1.5 * stats.norm.pdf(z) ** 2 / (2 * z**2 + 1)) ** (1 / 3)
    while tau - share < 0 or tau + share > 1:
        share /= 2
    mean = np.average(residuals, weights=w)
    spread = float(np.sqrt(np.average((residuals - mean) ** 2, weights=w)))
    middle = quantile(residuals, w, 0.75) - quantile(residuals, w, 0.25)
    width = stats.norm.ppf(tau + share) - stats.norm.ppf(tau - share)
    return float(width * min(spread, middle / 1.34))
