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
