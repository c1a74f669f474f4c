"""Estimates from multiply imputed data and plausible values, combined by Rubin's rules.

Any tidy frame combines: estimates, coefficients, marginal effects, predictions, contrasts, as in
``combine_frames([fit(design, f"pv{k}", terms, "linear").table() for k in range(1, 11)])``. Imputed
data sets have a design each.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from armutsexpertise.mark import mark
from armutsexpertise.survey._terms import require_definite
from armutsexpertise.survey.design import Floats, SurveyDesign
from armutsexpertise.survey.estimate import (
    Indicator,
    Missing,
    critical_values,
    estimate,
    logit_interval,
)
from armutsexpertise.survey.models import Fitted, Wald

_KEEP = ("estimate", "se", "ci_low", "ci_high", "df", "n", "n_weighted", "method")


class Combined(NamedTuple):
    """Estimates over imputations.

    Attributes
    ----------
    estimate : ndarray of float, shape (k,)
        Mean over the imputations.
    covariance : ndarray of float, shape (k, k)
        Total covariance: within plus between imputations.
    degrees_of_freedom : ndarray of float, shape (k,)
        For Student's t, per estimate.
    missing_information : ndarray of float, shape (k,)
        Share in [0, 1] of the total variance that comes from between the imputations.
    """

    estimate: Floats
    covariance: Floats
    degrees_of_freedom: Floats
    missing_information: Floats


def combine(
    estimates: npt.ArrayLike,
    covariances: npt.ArrayLike,
    degrees_of_freedom: npt.ArrayLike = np.inf,
) -> Combined:
    r"""Combine estimates from m imputed data sets or plausible values.

    Parameters
    ----------
    estimates : array_like of float, shape (m, k) or (m,)
        Estimate from each imputation.
    covariances : array_like of float, shape (m, k, k) or (m,)
        Its design covariance.
    degrees_of_freedom : array_like of float, shape (k,) or a number
        Degrees of freedom of the complete data, positive.

    Returns
    -------
    Combined
        Estimate, covariance and degrees of freedom.

    Raises
    ------
    ValueError
        If there are fewer than two imputations, shapes do not fit, a value is not finite, a
        variance is negative, or degrees of freedom are missing or not positive.

    Notes
    -----
    With the mean :math:`\bar U` of the covariances and the covariance B of the estimates

    .. math:: T = \bar U + (1 + 1/m) B, \qquad \lambda = (1 + 1/m) B / T

    (Rubin 1987, doi:10.1002/9780470316696). Degrees of freedom per estimate by Barnard and
    Rubin (1999, doi:10.1093/biomet/86.4.948): the harmonic sum of
    :math:`(m-1)/\lambda^2` and :math:`(1-\lambda)\nu(\nu+1)/(\nu+3)` with the complete
    :math:`\nu`.

    Examples
    --------
    >>> result = combine([10.0, 12.0], [1.0, 1.0])
    >>> result.estimate.tolist(), result.covariance.tolist()
    ([11.0], [[4.0]])
    """
    points = np.asarray(estimates, dtype=float)
    within = np.asarray(covariances, dtype=float)
    points = points[:, None] if points.ndim == 1 else points
    within = within[:, None, None] if within.ndim == 1 else within
    if points.ndim != 2:
        raise ValueError(
            f"estimates have {points.ndim} dimensions: give a row per imputation, shape (m, k)."
        )
    m, k = points.shape
    if m < 2:
        raise ValueError(f"{m} imputation(s) cannot be combined: give at least two.")
    if within.shape != (m, k, k):
        raise ValueError(
            f"covariances have shape {within.shape} for estimates of shape {points.shape}: give "
            f"({m}, {k}, {k})."
        )
    if not (np.isfinite(points).all() and np.isfinite(within).all()):
        broken = int((~(np.isfinite(points).all(1) & np.isfinite(within).all((1, 2)))).sum())
        raise ValueError(f"The estimate is undefined in {broken} of {m} imputations.")
    negative = int((np.diagonal(within, axis1=1, axis2=2) < 0).any(axis=1).sum())
    if negative:
        raise ValueError(
            f"A variance is negative in {negative} of {m} imputations: give covariances, not "
            "their roots or logarithms."
        )
    complete = np.broadcast_to(np.asarray(degrees_of_freedom, dtype=float), (k,))
    none = int((~(complete > 0)).sum())
    if none:
        raise ValueError(
            f"{none} of {k} degrees of freedom are missing or not positive: give those of the "
            "complete data, infinity where they are not known."
        )
    centre = points.mean(axis=0)
    deviation = points - centre
    between = (1 + 1 / m) * (deviation.T @ deviation) / (m - 1)
    total = within.mean(axis=0) + between
    variance = np.diag(total)
    share = np.divide(np.diag(between), variance, out=np.zeros(k), where=variance > 0)
    return Combined(centre, total, _barnard_rubin(share, complete, m), share)


def _barnard_rubin(share: Floats, complete: Floats, m: int) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        of_imputation = np.where(share > 0, (m - 1) / share**2, np.inf)
        observed = (1 - share) * complete * (complete + 1) / (complete + 3)
        observed = np.where(np.isinf(complete), np.inf, observed)
        df: Floats = 1 / (1 / of_imputation + 1 / observed)
    return df


def combine_frames(frames: Sequence[pd.DataFrame], level: float = 0.95) -> pd.DataFrame:
    """Combine tidy results, one frame per imputation, row by row.

    Parameters
    ----------
    frames : sequence of DataFrame
        Results of :func:`armutsexpertise.survey.estimate.estimate` or of a model (``table``,
        ``marginal_effects``, ``predict``, ``contrast``), with the same indicators and domains in
        the same order.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    DataFrame
        The same rows and columns. ``n`` is the smallest over the imputations, ``n_weighted``
        the mean. A row that is undefined in one imputation is undefined, and ``method`` says
        in how many, and in how many there is no standard error. Intervals of shares are
        symmetric on the logit scale, all others on that of the estimate, quantiles too.

    Raises
    ------
    ValueError
        If there are fewer than two frames or their rows differ.

    Examples
    --------
    >>> from armutsexpertise.survey.estimate import Mean
    >>> frame = pd.DataFrame({"pv1": [1.0, 2, 6], "pv2": [2.0, 3, 7], "w": 10.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> frames = [estimate(design, {"score": Mean(name)}) for name in ("pv1", "pv2")]
    >>> combine_frames(frames)["estimate"].tolist()
    [3.5]
    """
    if len(frames) < 2:
        raise ValueError(f"{len(frames)} imputation(s) cannot be combined: give at least two.")
    first = frames[0]
    lacking = [name for name in _KEEP if name not in first]
    if lacking:
        raise ValueError(
            f"The first frame lacks {len(lacking)} column(s) of a result ({', '.join(lacking)}): "
            "combine what estimate or a model returns."
        )
    keys = [name for name in first if name not in _KEEP]
    for number, frame in enumerate(frames[1:], start=2):
        if list(frame) != list(first) or not frame[keys].equals(first[keys]):
            raise ValueError(
                f"The rows of imputation {number} differ from those of the first: use the same "
                "indicators and domains, with categoricals where a value may be absent."
            )
    m = len(frames)
    points, errors = (
        np.array([frame[name].to_numpy(dtype=float) for frame in frames])
        for name in ("estimate", "se")
    )
    defined = np.isfinite(points).all(axis=0)
    with_error = defined & np.isfinite(errors).all(axis=0)
    between = (1 + 1 / m) * points.var(axis=0, ddof=1)
    variance = (errors**2).mean(axis=0) + between
    with np.errstate(invalid="ignore"):
        share = np.where(variance > 0, between / variance, 0.0)
    complete = np.min([frame["df"].to_numpy(dtype=float) for frame in frames], axis=0)
    df = np.where(complete > 0, _barnard_rubin(share, complete, m), complete)
    df = np.where(with_error, df, complete)
    centre = np.where(defined, points.mean(axis=0), np.nan)
    se = np.where(with_error, np.sqrt(variance), np.nan)
    critical = critical_values(df, level)
    low, high = centre - critical * se, centre + critical * se
    kinds = first["method"].str
    shares = (
        kinds.contains("logit interval", regex=False)
        | kinds.startswith(("prediction, logit", "prediction, ordered logit"))
    ).to_numpy(dtype=bool)
    logs = kinds.startswith("prediction, poisson").to_numpy(dtype=bool)
    low[shares], high[shares] = logit_interval(centre[shares], se[shares], critical[shares])
    factor = np.exp(critical[logs] * se[logs] / centre[logs])
    low[logs], high[logs] = centre[logs] / factor, centre[logs] * factor
    result = first.copy()
    result["estimate"], result["se"], result["ci_low"], result["ci_high"] = centre, se, low, high
    result["df"] = df
    result["n"] = np.min([frame["n"].to_numpy() for frame in frames], axis=0)
    result["n_weighted"] = np.mean([frame["n_weighted"].to_numpy() for frame in frames], axis=0)
    undefined = (~np.isfinite(points)).sum(axis=0)
    without_error = (np.isfinite(points) & ~np.isfinite(errors)).sum(axis=0)
    result["method"] = [
        f"{_shared_notes(texts)}; Rubin's rules, {m} imputations"
        + (f", undefined in {count}" if count else "")
        + (f", no standard error in {lacking}" if lacking else "")
        for *texts, count, lacking in zip(
            *(frame["method"] for frame in frames), undefined, without_error, strict=True
        )
    ]
    return mark(result, *frames)


def _shared_notes(methods: Sequence[str]) -> str:
    """Return the method of a row with those notes that hold in every imputation."""
    kind, *notes = methods[0].split("; ")
    others = [set(text.split("; ")) for text in methods[1:]]
    kept = [note for note in notes if all(note in other for other in others)]
    return "; ".join([kind.replace("Woodruff interval", "symmetric interval"), *kept])


def wald_imputed(models: Sequence[Fitted], term: str) -> Wald:
    r"""Test that all coefficients of a term are zero, over imputations.

    Parameters
    ----------
    models : sequence of Fitted
        The same model, fitted to each imputation.
    term : str
        A term of the models.

    Returns
    -------
    Wald
        Test with an F distribution.

    Raises
    ------
    ValueError
        If there are fewer than two models, they differ in their coefficients, they have no such
        term, the models have no degrees of freedom, or the mean covariance is singular.

    Notes
    -----
    With the mean :math:`\bar b` of the q coefficients, the mean :math:`\bar U` of their
    covariances and the covariance B of the coefficients over the m imputations,

    .. math:: F = \frac{\bar b^\top \bar U^{-1} \bar b}{q(1+r)}, \qquad
              r = (1+1/m)\operatorname{tr}(B\bar U^{-1})/q

    has, with :math:`t=q(m-1)`, :math:`4+(t-4)(1+(1-2/t)/r)^2` degrees of freedom where
    :math:`t>4` and :math:`t(1+1/q)(1+1/r)^2/2` else (Li, Raghunathan and Rubin 1991,
    doi:10.1080/01621459.1991.10475152), here never more than those of the models.

    Examples
    --------
    >>> from armutsexpertise.survey.models import fit
    >>> frame = pd.DataFrame({"y1": [1.0, 2, 6], "y2": [2.0, 3, 5], "x": [0, 1, 2], "w": 1.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> models = [fit(design, name, ["x"], "linear") for name in ("y1", "y2")]
    >>> wald_imputed(models, "x").df_terms
    1.0
    """
    if len(models) < 2:
        raise ValueError(f"{len(models)} imputation(s) cannot be combined: give at least two.")
    if any(model.names != models[0].names for model in models):
        raise ValueError(
            "The models have different coefficients: fit the same terms to each imputation, with "
            "categoricals where a level may be absent."
        )
    at = models[0].positions_of(term)
    complete = min(model.degrees_of_freedom for model in models)
    if complete <= 0:
        raise ValueError(
            f"The test of {term} has no degrees of freedom: the design has too few sampling "
            "units for this model, leave out terms."
        )
    m, q = len(models), len(at)
    points = np.array([model.coefficients[at] for model in models])
    within = np.mean([model.covariance[np.ix_(at, at)] for model in models], axis=0)
    mean = points.mean(axis=0)
    deviation = points - mean
    between = deviation.T @ deviation / (m - 1)
    require_definite(within, term)
    ratio = (1 + 1 / m) * float(np.trace(np.linalg.solve(within, between))) / q
    statistic = float(mean @ np.linalg.solve(within, mean)) / q / (1 + ratio)
    df = complete
    if ratio > 0:
        t = q * (m - 1)
        few = t * (1 + 1 / q) * (1 + 1 / ratio) ** 2 / 2
        df = min(df, 4 + (t - 4) * (1 + (1 - 2 / t) / ratio) ** 2 if t > 4 else few)
    return Wald(statistic, float(q), df, float(stats.f.sf(statistic, q, df)))


def estimate_imputed(
    design: SurveyDesign,
    indicators: Mapping[str, Sequence[Indicator]],
    by: str | Sequence[str] | None = None,
    *,
    level: float = 0.95,
    where: str | None = None,
    missing: Missing = "fail",
) -> pd.DataFrame:
    """Estimate indicators whose columns are plausible values or imputations.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    indicators : mapping of str to sequence of indicator
        Name and the indicator for each imputation, as
        ``{"literacy": [Mean(f"PVLIT{k}") for k in range(1, 11)]}``; the same number for all.
    by, level, where, missing
        As in :func:`armutsexpertise.survey.estimate.estimate`.

    Returns
    -------
    DataFrame
        The tidy frame, combined by :func:`combine_frames`.

    Raises
    ------
    ValueError
        If the indicators have different numbers of imputations, or fewer than two.

    Examples
    --------
    >>> from armutsexpertise.survey.estimate import Mean
    >>> frame = pd.DataFrame({"pv1": [1.0, 2, 6], "pv2": [2.0, 3, 7], "w": 10.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> estimate_imputed(design, {"score": [Mean("pv1"), Mean("pv2")]})["estimate"].tolist()
    [3.5]
    """
    counts = sorted({len(versions) for versions in indicators.values()})
    if len(counts) != 1:
        raise ValueError(
            f"Indicators have {', '.join(map(str, counts)) or 'no'} imputations: give each the "
            "same number."
        )
    frames = [
        estimate(
            design,
            {name: versions[k] for name, versions in indicators.items()},
            by,
            level=level,
            where=where,
            missing=missing,
        )
        for k in range(counts[0])
    ]
    return combine_frames(frames, level)
