"""What a linearised estimator hands to a survey design."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Linearised(NamedTuple):
    r"""An estimate with its influence values.

    Attributes
    ----------
    estimate : float
        The point estimate, in the unit of the indicator.
    influence : ndarray of float, shape (n,)
        Derivative of the estimate with respect to the weight of each unit, for all units of the
        sample: 0 for a unit that does not enter the estimate.

    Notes
    -----
    .. math:: \operatorname{Var}(\hat\theta) \approx
              \operatorname{Var}\Bigl(\sum_i w_i u_i\Bigr), \qquad
              u_i = \partial\hat\theta / \partial w_i

    Deville (1999, Survey Methodology 25, 193-203). The right side is
    :meth:`SurveyDesign.covariance` of ``influence``.
    """

    estimate: float
    influence: npt.NDArray[np.float64]


def linear_combination(*terms: tuple[float, Linearised]) -> Linearised:
    """Return a linear combination of estimates, as the difference of two rates.

    Parameters
    ----------
    *terms : tuple of float and Linearised
        Factors and estimates from the same sample.

    Returns
    -------
    Linearised
        Sum of factor times estimate, with its influence values.

    Raises
    ------
    ValueError
        If there are no terms, or the estimates come from samples of different size.

    Examples
    --------
    >>> north, south = (Linearised(rate, np.zeros(2)) for rate in (0.25, 0.125))
    >>> linear_combination((1, north), (-1, south)).estimate
    0.125
    """
    sizes = sorted({part.influence.size for _, part in terms})
    if len(sizes) != 1:
        raise ValueError(
            f"The {len(terms)} estimates come from samples of {', '.join(map(str, sizes)) or 'no'} "
            "units: estimate all from one sample, independent ones stacked in one design."
        )
    influence = np.zeros(sizes[0])
    for factor, part in terms:
        influence += factor * part.influence
    return Linearised(float(sum(factor * part.estimate for factor, part in terms)), influence)


def ratio(top: Linearised, bottom: Linearised) -> Linearised:
    r"""Return the ratio of two estimates, as of the rates of two regions.

    Parameters
    ----------
    top, bottom : Linearised
        Estimates from the same sample.

    Returns
    -------
    Linearised
        Ratio with its influence values; NaN where ``bottom`` is zero.

    Notes
    -----
    :math:`u_i(a/b) = (u_i(a) - (a/b)\,u_i(b))/b`, Deville (1999, Survey Methodology 25, 193-203).

    Examples
    --------
    >>> ratio(Linearised(0.3, np.ones(2)), Linearised(0.2, np.ones(2))).influence.round(2).tolist()
    [-2.5, -2.5]
    """
    if bottom.estimate == 0:
        return Linearised(float("nan"), np.full(top.influence.shape, np.nan))
    value = top.estimate / bottom.estimate
    return Linearised(value, (top.influence - value * bottom.influence) / bottom.estimate)
