"""Whether two characteristics are independent in the population."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from armutsexpertise.survey.design import Floats, Integers, SurveyDesign
from armutsexpertise.survey.estimate import make_domains


class RaoScott(NamedTuple):
    """Test of independence.

    Attributes
    ----------
    statistic : float
        Corrected Pearson statistic, compared with an F distribution.
    df_table, df_design : float
        Degrees of freedom of numerator and denominator.
    p_value : float
        In [0, 1].
    """

    statistic: float
    df_table: float
    df_design: float
    p_value: float


def rao_scott(design: SurveyDesign, row: str, column: str, *, where: str | None = None) -> RaoScott:
    r"""Test the independence of two categorical variables with the second-order correction.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    row, column : str
        Columns of categories, without missing values in the subpopulation.
    where : str, optional
        Boolean column: the subpopulation.

    Returns
    -------
    RaoScott
        The test.

    Raises
    ------
    ValueError
        If a column is absent, missing or named twice, a variable has fewer than two categories
        with weight, too many cells are empty, or the design has no degrees of freedom.

    Notes
    -----
    With cell shares p, their design covariance V, :math:`D=\operatorname{diag}(p)`, the
    Pearson statistic :math:`X^2` of the n rows and C a basis of the interactions,

    .. math:: \Delta=(C^\top D^{-1}C)^{-1}C^\top D^{-1}\,nV\,D^{-1}C, \qquad
              F=X^2/\operatorname{tr}\Delta

    has :math:`d=(\operatorname{tr}\Delta)^2/\operatorname{tr}\Delta^2` and
    :math:`d\nu` degrees of freedom, with :math:`\nu` those of the design (Rao and Scott 1984,
    doi:10.1214/aos/1176346391; Thomas and Rao 1987, Journal of the American Statistical
    Association 82, 630-636). With replicates the shares are formed anew on each.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"poor": [1, 1, 0, 0] * 5, "city": [1, 0, 0, 0] * 5, "w": 10.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> round(rao_scott(design, "poor", "city").p_value, 4)
    0.0157
    """
    if row == column:
        raise ValueError(f"row and column are both {row}: name two columns.")
    both = make_domains(design.frame, [row, column], where)
    inside = (both.codes >= 0) & (design.weights > 0)
    labels = both.labels.iloc[both.codes[inside]]
    missing = int(labels.isna().any(axis=1).sum())
    if missing:
        raise ValueError(
            f"{missing} of {int(inside.sum())} rows lack {row} or {column}: recode them, or leave "
            "them out by a subpopulation."
        )
    codes = [labels[name].astype("category").cat.codes.to_numpy() for name in (row, column)]
    sizes = [int(one.max(initial=-1)) + 1 for one in codes]
    if min(sizes) < 2:
        few = row if sizes[0] < 2 else column
        raise ValueError(f"{few} has fewer than two categories with weight: there is no table.")
    nu = float(design.domain_degrees_of_freedom(np.where(inside, 0, -1), 1)[0])
    if nu <= 0:
        raise ValueError(
            "The test has no degrees of freedom: the rows lie in one sampling unit per stratum."
        )
    n, cells = int(inside.sum()), sizes[0] * sizes[1]
    cell = codes[0].astype(np.intp) * sizes[1] + codes[1]
    weights = design.weights[inside]
    share = _shares(cell, weights, cells)
    if design.replicates is None:
        influence = np.zeros((len(design), cells))
        influence[inside] = (np.eye(cells)[cell] - share) / weights.sum()
        v = design.covariance(influence)
    else:
        v = design.replicate(lambda w: _shares(cell, w[inside], cells))
    table = share.reshape(sizes)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = n * float(((table - expected) ** 2 / expected).sum())
    centred = [np.eye(size)[:, 1:] - 1 / size for size in sizes]
    c = np.kron(centred[0], centred[1])
    inverse = np.divide(1, share, out=np.zeros(cells), where=share > 0)[:, None]
    bread = c.T @ (inverse * c)
    if np.linalg.matrix_rank(bread) < len(bread):
        raise ValueError(
            f"{int((share == 0).sum())} of {cells} cells are empty and leave too little to test: "
            "merge categories."
        )
    delta = np.linalg.solve(bread, n * (inverse * c).T @ v @ (inverse * c))
    trace = float(np.trace(delta))
    df_table = trace**2 / float(np.trace(delta @ delta))
    f = pearson / trace
    return RaoScott(f, df_table, df_table * nu, float(stats.f.sf(f, df_table, df_table * nu)))


def _shares(cell: Integers, weights: Floats, cells: int) -> Floats:
    """Return the share of the weight in each cell, NaN without weight."""
    total = weights.sum()
    return np.bincount(cell, weights, cells) / (total if total else np.nan)
