"""What a linearised estimator hands to a survey design."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt


class UndefinedError(ValueError):
    """An index or its standard error that some persons do not define, as a gap without the poor.

    `armutsexpertise.survey.estimate.estimate` gives such a domain a row with the reason; called
    directly, the index raises it.
    """


class Plain(NamedTuple):
    """How a linearised index is formed where only its value is wanted.

    Attributes
    ----------
    function : callable
        Function of the same arguments without ``bandwidth`` that gives a number, or a mapping
        of the names of parts to numbers.
    is_share : bool
        Whether the number is a share of persons, whose interval lies in (0, 1).
    """

    function: Callable[..., float | Mapping[str, float]]
    is_share: bool


_Function = TypeVar("_Function", bound=Callable[..., object])
_PLAIN: dict[Callable[..., Any], Plain] = {}


def linearises(
    function: Callable[..., float | Mapping[str, float]], *, is_share: bool = False
) -> Callable[[_Function], _Function]:
    """Say of the decorated function which one gives the same value without influence values.

    Replicates need values only and are faster by it.

    Parameters
    ----------
    function : callable
        Function of the same arguments without ``bandwidth`` that gives a number, or a mapping
        of the names of parts to numbers.
    is_share : bool
        Whether the number is a share of persons.

    Returns
    -------
    callable
        A decorator that returns its function unchanged.

    Examples
    --------
    >>> def double(x):
    ...     return 2 * x
    >>> @linearises(double)
    ... def double_linearised(x, bandwidth=None):
    ...     return Linearised(2 * x, np.zeros(1))
    >>> plain_of(double_linearised).function is double
    True
    """

    def decorate(linearised: _Function) -> _Function:
        _PLAIN[linearised] = Plain(function, is_share)
        return linearised

    return decorate


def plain_of(linearised: Callable[..., object]) -> Plain | None:
    """Return how a linearised index is formed without influence values.

    Parameters
    ----------
    linearised : callable
        Function that gives a `Linearised`.

    Returns
    -------
    Plain or None
        As said by `linearises`; None where nothing was said.

    Examples
    --------
    >>> from armutsexpertise.poverty import at_risk_of_poverty_rate_linearised
    >>> plain_of(at_risk_of_poverty_rate_linearised).is_share
    True
    """
    return _PLAIN.get(linearised)


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
