"""Regressions of the recentred influence function of any index."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from armutsexpertise.survey._terms import (
    centred,
    model_degrees_of_freedom,
    prepare_rows,
    require_full_rank,
)
from armutsexpertise.survey.design import Booleans, Floats, SurveyDesign
from armutsexpertise.survey.estimate import Index, Missing, Statistic, leaving_out
from armutsexpertise.survey.linearised import Linearised
from armutsexpertise.survey.models import Model, least_squares


def fit_rif(
    design: SurveyDesign,
    index: Index | Statistic,
    terms: Sequence[str],
    *,
    where: str | None = None,
    missing: Missing = "fail",
) -> Model:
    r"""Regress the recentred influence function of an index on covariates.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    index : Index or callable
        As for :func:`armutsexpertise.survey.estimate.estimate`, without decompositions. A quantile
        gives the unconditional quantile regression.
    terms : sequence of str
        As for :func:`armutsexpertise.survey.models.fit`.
    where, missing
        As for :func:`armutsexpertise.survey.models.fit`; of an `Index`, rows without its columns
        are missing too.

    Returns
    -------
    Model
        A linear model: a coefficient is the change of the index for a small shift of the
        covariate in the population, the others held fixed.

    Raises
    ------
    ValueError
        As for :func:`armutsexpertise.survey.models.fit`, or if the index is undefined or depends
        on rows that do not enter.
    TypeError
        If ``index`` is a decomposition, or as raised by it.

    Notes
    -----
    With the influence :math:`u_i` of the index :math:`\hat\theta` on the rows that enter and their
    weight :math:`\hat N`, the outcome is :math:`\hat\theta + \hat N u_i`, whose weighted mean is
    the index, and the coefficients are those of weighted least squares (Firpo, Fortin and Lemieux
    2009, doi:10.3982/ECTA6822). Without replicates the covariance takes the recentred influence
    as known, its usual linearisation; with replicates it is estimated anew on each, as the authors
    bootstrap it. ``method`` says which.

    A poverty line for a subpopulation that comes from everybody depends on rows outside: give the
    line as a number, or estimate it from the rows of the mask.

    Examples
    --------
    >>> import pandas as pd
    >>> from armutsexpertise.inequality import gini_linearised
    >>> frame = pd.DataFrame({"income": [1.0, 2, 4, 9], "city": [0, 0, 1, 1], "w": 1.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> model = fit_rif(design, Index(gini_linearised, "income"), ["city"])
    >>> model.coefficients.round(4).tolist()
    [0.5352, -0.2578]
    """
    frame, evaluate, absent = design.frame, index, None
    if isinstance(index, Index):
        index.require_usable_with(design)
        absent = index.missing_in(frame)
        if absent.any():
            frame, evaluate = index.filled(frame), leaving_out(index, absent)
    _, inside, built, note = prepare_rows(design, None, terms, where, missing, absent)
    x = built.matrix(design.frame[inside])
    weights = design.weights[inside]
    require_full_rank(x, weights, built.names)
    outcome = _recentred(frame, evaluate, design.weights, inside)
    b = least_squares(x, outcome, weights)
    influence = replicate_coefficients = None
    if design.replicates is None:
        influence = np.zeros((len(design), len(b)))
        z, back = centred(x)
        scores = (z * (outcome - x @ b)[:, None]).T
        influence[inside] = np.linalg.solve((z * weights[:, None]).T @ z, scores).T @ back.T
        covariance = design.covariance(influence)
        note = f", recentred influence taken as known{note}"
    else:
        replicate_coefficients = np.array(
            [
                least_squares(x, _recentred(frame, evaluate, column, inside), column[inside])
                for column in design.replicates.T
            ]
        )
        covariance = design.replicate_covariance(replicate_coefficients, b)
        note = f", recentred influence anew on each{note}"
    return Model(
        design=design,
        family="linear",
        terms=built,
        names=built.names,
        inside=inside,
        matrix=x,
        coefficients=b,
        covariance=covariance,
        influence=influence,
        replicate_coefficients=replicate_coefficients,
        degrees_of_freedom=model_degrees_of_freedom(design, inside, len(b)),
        note=note,
    )


def _recentred(
    frame: pd.DataFrame, index: Callable[..., Any], weights: Floats, inside: Booleans
) -> Floats:
    """Return the recentred influence of the rows that enter, with other weights if wanted."""
    found = index(frame, weights, inside)
    if not isinstance(found, Linearised):
        raise TypeError("The index is a decomposition: regress one of its parts by a function.")
    outside = int(((found.influence != 0) & ~inside & (weights > 0)).sum())
    if outside:
        raise ValueError(
            f"The index depends on {outside} row(s) that do not enter the model: give a poverty "
            "line as a number, or estimate it from the rows of the mask."
        )
    values = found.estimate + float(weights[inside].sum()) * found.influence[inside]
    broken = int((~np.isfinite(values)).sum())
    if broken:
        raise ValueError(
            f"The influence of the index is undefined in {broken} of {len(values)} rows: check "
            "the index."
        )
    return values
