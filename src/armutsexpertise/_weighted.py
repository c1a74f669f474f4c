"""Checked inputs, weighted quantiles, ranks and densities that the indices share."""

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from armutsexpertise.survey.linearised import UndefinedError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
QuantileRule = Literal["averaged_inverted_cdf", "inverted_cdf", "interpolated_inverted_cdf"]
Nonpositive = Literal["fail", "drop"]
Negative = Literal["keep", "zero", "fail"]

QUANTILE_RULES = ("averaged_inverted_cdf", "inverted_cdf", "interpolated_inverted_cdf")
# Cumulative weights are sums of floats: shares this close to a probability count as equal to it.
_SHARE_TOLERANCE = 1e-12
# Samples from this size on are not sorted as a whole for a quantile; the bracket of the quantile
# comes from so many units, so many of them to either side.
_LARGE, _PROBES, _MARGIN = 20_000, 4_000, 200
# Beyond nine bandwidths the normal kernel is below the last digit of a double.
_KERNEL_REACH = 9.0


class Sample(NamedTuple):
    """Values, weights and domain of a sample, checked.

    Attributes
    ----------
    numbers, weights : ndarray of float, shape (n,)
        Variable and weights of all units.
    inside : ndarray of bool, shape (n,)
        Unit belongs to the domain.
    """

    numbers: FloatArray
    weights: FloatArray
    inside: BoolArray

    @property
    def all_inside(self) -> bool:
        """Whether the domain is the whole sample."""
        return bool(self.inside.all())

    @property
    def domain_values(self) -> FloatArray:
        """Values of the domain."""
        return self.numbers if self.all_inside else self.numbers[self.inside]

    @property
    def domain_weights(self) -> FloatArray:
        """Weights of the domain."""
        return self.weights if self.all_inside else self.weights[self.inside]

    def spread(self, influence: npt.NDArray[np.floating]) -> FloatArray:
        """Return influence values of the domain as values of all units, 0 outside."""
        if self.all_inside:
            return influence.astype(np.float64, copy=False)
        everyone = np.zeros(self.numbers.size)
        everyone[self.inside] = influence
        return everyone


class Ordered(NamedTuple):
    """A domain in ascending order of its values.

    Attributes
    ----------
    numbers, weights : ndarray of float, shape (m,)
        Values in ascending order with their weights.
    order : ndarray of int, shape (m,), or None
        Position of each of them before sorting; None where they came sorted.
    """

    numbers: FloatArray
    weights: FloatArray
    order: npt.NDArray[np.intp] | None

    def tie_ends(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return for each unit the first and last position of the units with the same value."""
        new = np.empty(self.numbers.size, dtype=bool)
        new[0] = True
        np.not_equal(self.numbers[1:], self.numbers[:-1], out=new[1:])
        first = np.flatnonzero(new)
        sizes = np.diff(np.append(first, self.numbers.size))
        return np.repeat(first, sizes), np.repeat(first + sizes - 1, sizes)

    def below(self, mass: FloatArray) -> FloatArray:
        """Return for each unit the mass of the units below it plus half that of its ties."""
        first, last = self.tie_ends()
        upto = np.cumsum(mass)
        return np.asarray((upto[first] - mass[first] + upto[last]) / 2)

    def sort(self, values: FloatArray) -> FloatArray:
        """Return another variable of the same units in the ascending order of this one."""
        return values if self.order is None else values[self.order]

    def unsort(self, sorted_values: FloatArray) -> FloatArray:
        """Return values given in ascending order in the order before sorting."""
        if self.order is None:
            return sorted_values
        result = np.empty(sorted_values.size)
        result[self.order] = sorted_values
        return result


def as_numbers(values: npt.ArrayLike, name: str) -> FloatArray:
    """Return ``values`` as a vector of finite floats.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Values to check.
    name : str
        Name of the argument, for messages.

    Returns
    -------
    ndarray of float, shape (n,)
        The same values.

    Raises
    ------
    TypeError
        If ``values`` is not numeric.
    ValueError
        If ``values`` is not one-dimensional, or a value is missing or infinite.
    """
    raw = values.to_numpy() if isinstance(values, pd.Series) else np.asarray(values)
    if raw.ndim != 1:
        raise ValueError(f"{name} has {raw.ndim} dimensions: give one value per unit.")
    if raw.dtype.kind not in "iufb" and not (
        isinstance(values, pd.Series) and pd.api.types.is_numeric_dtype(values)
    ):
        raise TypeError(f"{name} must be numeric, not {raw.dtype}: recode it first.")
    numbers = (
        values.to_numpy(dtype=np.float64, na_value=np.nan)
        if isinstance(values, pd.Series)
        else raw.astype(np.float64, copy=False)
    )
    bad = numbers.size - int(np.isfinite(numbers).sum())
    if bad:
        raise ValueError(
            f"{name} has {bad} missing or infinite value(s) of {numbers.size}: "
            "impute them, or drop these units with a documented rule."
        )
    return numbers


def as_mask(values: npt.ArrayLike, name: str) -> BoolArray:
    """Return ``values`` as a boolean vector.

    Parameters
    ----------
    values : array_like of bool, shape (n,)
        Values to check.
    name : str
        Name of the argument, for messages.

    Returns
    -------
    ndarray of bool, shape (n,)
        The same values.

    Raises
    ------
    TypeError
        If a value is not boolean (survey codes, missing values).
    ValueError
        If ``values`` is not one-dimensional.
    """
    raw = values.to_numpy() if isinstance(values, pd.Series) else np.asarray(values)
    if raw.dtype == object and pd.api.types.infer_dtype(raw, skipna=False) == "boolean":
        raw = raw.astype(bool)
    if raw.dtype != bool:
        raise TypeError(
            f"{name} must be boolean without missing values, not {raw.dtype}: recode it first."
        )
    if raw.ndim != 1:
        raise ValueError(f"{name} has {raw.ndim} dimensions: give one value per unit.")
    return raw


def check_lengths(**arguments: npt.ArrayLike | None) -> None:
    """Raise ``ValueError`` unless what is given has one length and, as Series, one index."""
    given = {name: a for name, a in arguments.items() if a is not None}
    lengths = {name: len(np.atleast_1d(np.asarray(a))) for name, a in given.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"The arguments differ in length ({told}): give one value per unit.")
    indexed = [a.index for a in given.values() if isinstance(a, pd.Series)]
    if any(not index.equals(indexed[0]) for index in indexed[1:]):
        names = ", ".join(n for n, a in given.items() if isinstance(a, pd.Series))
        raise ValueError(f"{names} have different indexes: align them first.")


def as_weights(weight: npt.ArrayLike | None, size: int) -> FloatArray:
    """Return weights that are finite and not negative; ones where ``weight`` is None.

    Parameters
    ----------
    weight : array_like of float, shape (n,), or None
        Weights to check.
    size : int
        Number of units n.

    Returns
    -------
    ndarray of float, shape (n,)
        Weights.

    Raises
    ------
    TypeError
        If ``weight`` is not numeric.
    ValueError
        If a weight is missing, infinite or negative.
    """
    if weight is None:
        return np.ones(size)
    weights = as_numbers(weight, "weight")
    negative = int((weights < 0).sum())
    if negative:
        raise ValueError(
            f"weight has {negative} negative value(s) of {weights.size}: "
            "calibrate with bounds, or drop these units with a documented rule."
        )
    return weights


def as_sample(
    values: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    domain: npt.ArrayLike | None,
    *,
    name: str = "income",
    **along: npt.ArrayLike,
) -> Sample:
    """Check a variable, its weights and its domain.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Variable.
    weight : array_like of float, shape (n,), or None
        Weights; None counts each unit once.
    domain : array_like of bool, shape (n,), or None
        Unit belongs to the domain; None is the whole sample.
    name : str
        Name of the variable, for messages.
    **along : array_like, shape (n,)
        Further variables of the same units by name, which must have the length and index of the
        others; their values are not checked.

    Returns
    -------
    Sample
        Checked arrays.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If lengths or indexes differ, a value is missing, infinite or (weights) negative, or the
        domain has no weight.
    """
    check_lengths(**{name: values, "weight": weight, "domain": domain, **along})
    numbers = as_numbers(values, name)
    weights = as_weights(weight, numbers.size)
    inside = np.ones(numbers.size, dtype=bool) if domain is None else as_mask(domain, "domain")
    sample = Sample(numbers, weights, inside)
    if not sample.domain_weights.sum() > 0:
        raise UndefinedError(
            f"The domain has {int(inside.sum())} unit(s) of {numbers.size} and no weight: "
            "nothing can be estimated, leave it out or merge it with another."
        )
    return sample


def positive_only(sample: Sample, nonpositive: Nonpositive, index: str) -> Sample:
    """Return the sample with a domain of positive values.

    Parameters
    ----------
    sample : Sample
        Checked sample.
    nonpositive : {"fail", "drop"}
        What to do with zero and negative values of the domain.
    index : str
        Name of the index, for messages.

    Returns
    -------
    Sample
        The same sample, its domain without units of zero or negative value.

    Raises
    ------
    ValueError
        If the rule is unknown, or values of the domain are not positive and the rule is
        ``fail``, or none remains.
    """
    require_choice(nonpositive, ("fail", "drop"), "nonpositive")
    positive = sample.numbers > 0
    bad = int((sample.inside & ~positive & (sample.weights > 0)).sum())
    if bad and nonpositive == "fail":
        raise UndefinedError(
            f"{index} is not defined for the {bad} zero or negative value(s) of the domain: "
            'drop them with nonpositive="drop" and say so, or recode them.'
        )
    inside = sample.inside & positive
    if not sample.weights[inside].sum() > 0:
        raise UndefinedError(f"{index} is not defined: no unit of the domain has a positive value.")
    return Sample(sample.numbers, sample.weights, inside)


def dot(weights: FloatArray, values: FloatArray | BoolArray) -> float:
    """Return the sum of products, in one thread and by pairwise summation."""
    return float((weights * values).sum())


def require_choice(value: str, allowed: tuple[str, ...], name: str) -> None:
    """Raise ``ValueError`` where ``value`` is not one of ``allowed``."""
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}: choose one of {', '.join(allowed)}.")


def require_share(value: float, name: str) -> None:
    """Raise ``ValueError`` unless ``value`` is a number above 0 and below 1."""
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}: give a share above 0 and below 1, not percent.")


def ordered(values: FloatArray, weights: FloatArray, *, stable: bool = False) -> Ordered:
    """Return the units with positive weight in ascending order of their values.

    Parameters
    ----------
    values, weights : ndarray of float, shape (m,)
        Values and weights of the domain.
    stable : bool
        Whether units of equal value keep their order; default: their order is not defined,
        which is faster.

    Returns
    -------
    Ordered
        All units.

    Notes
    -----
    Values that come sorted are not sorted again: sort a sample once where the same values are
    used with many weights.
    """
    if bool((values[1:] >= values[:-1]).all()):
        return Ordered(values, weights, None)
    order = np.argsort(values, kind="stable" if stable else None)
    return Ordered(values[order], weights[order], order)


def quantile(
    values: FloatArray,
    weights: FloatArray,
    probability: float,
    rule: QuantileRule = "averaged_inverted_cdf",
) -> float:
    r"""Return a weighted quantile.

    Parameters
    ----------
    values, weights : ndarray of float, shape (m,)
        Values and weights of the domain; the weights sum to more than zero.
    probability : float
        Share p of the weight at or below the quantile, above 0 and below 1.
    rule : {"averaged_inverted_cdf", "inverted_cdf", "interpolated_inverted_cdf"}
        The smallest value whose cumulative share of weight is at least p, but where that share
        equals p exactly the mean of that value and the next; the same without the exception; or
        the cumulative share interpolated between the values.

    Returns
    -------
    float
        Quantile in the unit of the values.

    Raises
    ------
    ValueError
        If the probability is not in (0, 1) or the rule is unknown.

    Notes
    -----
    Definitions 2, 1 and 4 of Hyndman and Fan (1996), doi:10.2307/2684934, with the weighted
    distribution function :math:`\hat F`. In a large sample only
    the values between two nearby quantiles of a systematic subsample are sorted, where the
    quantile proves to lie between them.
    """
    require_share(probability, "probability")
    require_choice(rule, QUANTILE_RULES, "quantile_rule")
    carries = weights > 0
    if not carries.all():
        values, weights = values[carries], weights[carries]
    total = float(weights.sum())
    target, tolerance = probability * total, _SHARE_TOLERANCE * total
    if values.size >= _LARGE:
        found = _bracketed_quantile(values, weights, target, tolerance, rule)
        if found is not None:
            return found
    units = ordered(values, weights)
    return quantile_of_sorted(units.numbers, np.cumsum(units.weights), probability, rule)


def quantile_of_sorted(
    values: FloatArray, cumulative: FloatArray, probability: float, rule: QuantileRule
) -> float:
    """Return a weighted quantile of values in ascending order.

    Parameters
    ----------
    values, cumulative : ndarray of float, shape (m,)
        Values in ascending order and the sums of their weights up to each.
    probability : float
        Share p in [0, 1] of the weight at or below the quantile.
    rule : {"averaged_inverted_cdf", "inverted_cdf", "interpolated_inverted_cdf"}
        As in `quantile`.

    Returns
    -------
    float
        Quantile in the unit of the values.
    """
    total = float(cumulative[-1])
    return _value_at(values, cumulative, probability * total, _SHARE_TOLERANCE * total, rule)


def _value_at(
    values: FloatArray, cumulative: FloatArray, target: float, tolerance: float, rule: QuantileRule
) -> float:
    """Return the value, of ascending ones, where the cumulative weight reaches the target."""
    position = min(int(np.searchsorted(cumulative, target - tolerance)), values.size - 1)
    value = float(values[position])
    exact = position + 1 < values.size and cumulative[position] <= target + tolerance
    if rule == "averaged_inverted_cdf" and exact:
        return (value + float(values[position + 1])) / 2
    if rule == "interpolated_inverted_cdf" and position > 0:
        below, step = float(values[position - 1]), cumulative[position] - cumulative[position - 1]
        return below + min(float((target - cumulative[position - 1]) / step), 1.0) * (value - below)
    return value


def _bracketed_quantile(
    values: FloatArray, weights: FloatArray, target: float, tolerance: float, rule: QuantileRule
) -> float | None:
    """Return the quantile by sorting a bracket of the values, None where it lies outside."""
    few = ordered(values[:: values.size // _PROBES], weights[:: values.size // _PROBES])
    shares = np.cumsum(few.weights)
    near = int(np.searchsorted(shares, target / float(weights.sum()) * shares[-1]))
    low = float(few.numbers[max(near - _MARGIN, 0)])
    high = float(few.numbers[min(near + _MARGIN, few.numbers.size - 1)])
    below = float(weights[values < low].sum())
    between = (values >= low) & (values <= high)
    middle = ordered(values[between], weights[between])
    cumulative = below + np.cumsum(middle.weights)
    first = float(cumulative[0]) if rule == "interpolated_inverted_cdf" else below
    if not first < target - tolerance or not target + tolerance < cumulative[-1]:
        return None
    return _value_at(middle.numbers, cumulative, target, tolerance, rule)


def default_bandwidth(values: FloatArray, weights: FloatArray) -> float:
    r"""Return the bandwidth for the density at a quantile or poverty line.

    Parameters
    ----------
    values, weights : ndarray of float, shape (m,)
        Values and weights of the domain.

    Returns
    -------
    float
        Bandwidth in the unit of the values.

    Notes
    -----
    :math:`h = \hat\sigma \hat N^{-1/5}` with the weighted standard deviation and the sum of
    weights, as in Osier (2009), Survey Research Methods 3, 167-195,
    doi:10.18148/srm/2009.v3i3.369.
    """
    total = float(weights.sum())
    mean = dot(weights, values) / total
    variance = dot(weights, (values - mean) ** 2) / total
    return float(np.sqrt(variance) / total**0.2)


def density(
    values: FloatArray,
    weights: FloatArray,
    at: float,
    bandwidth: float,
    multiplier: FloatArray | None = None,
) -> float:
    r"""Return a kernel estimate of the density at one point.

    Parameters
    ----------
    values, weights : ndarray of float, shape (m,)
        Values and weights of the domain.
    at : float
        Point, in the unit of the values.
    bandwidth : float
        Bandwidth h of the normal kernel, in the unit of the values.
    multiplier : ndarray of float, shape (m,), optional
        Factor per unit: with the values themselves, the density of their total.

    Returns
    -------
    float
        Density per unit of the values, at least 0.

    Raises
    ------
    ValueError
        If the bandwidth is not positive.

    Notes
    -----
    .. math:: \hat f(x) = \frac{1}{\hat N h} \sum_i w_i \, \varphi\Bigl(\frac{x - y_i}{h}\Bigr)
    """
    if bandwidth == 0:
        raise UndefinedError(
            "The bandwidth is zero, by default where all values of the domain are equal: give a "
            "positive one, or take replicate weights for the standard error."
        )
    if not bandwidth > 0:
        raise ValueError(f"The bandwidth is {bandwidth}: give a positive one.")
    near = np.abs(values - at) <= _KERNEL_REACH * bandwidth
    mass = weights[near] * np.exp(-0.5 * ((values[near] - at) / bandwidth) ** 2)
    if multiplier is not None:
        mass = mass * multiplier[near]
    return float(mass.sum()) / (float(weights.sum()) * bandwidth * float(np.sqrt(2 * np.pi)))


def quantile_influence(
    sample: Sample, value: float, probability: float, bandwidth: float | None
) -> FloatArray:
    r"""Return the influence values of a quantile of the domain.

    Parameters
    ----------
    sample : Sample
        Checked sample.
    value : float
        The quantile.
    probability : float
        Its probability p.
    bandwidth : float or None
        Bandwidth of the density; None takes the default.

    Returns
    -------
    ndarray of float, shape (n,)
        Influence values, 0 outside the domain.

    Raises
    ------
    ValueError
        If the bandwidth is not positive, or the density at the quantile is zero.

    Notes
    -----
    .. math:: u_i = -\frac{1}{\hat N} \frac{1(y_i \le \hat q) - p}{\hat f(\hat q)}

    Deville (1999), Survey Methodology 25, 193-203.
    """
    values, weights = sample.domain_values, sample.domain_weights
    width = default_bandwidth(values, weights) if bandwidth is None else bandwidth
    height = positive_density(values, weights, value, width)
    return sample.spread((probability - (values <= value)) / (float(weights.sum()) * height))


def positive_density(values: FloatArray, weights: FloatArray, at: float, bandwidth: float) -> float:
    """Return the density at one point, or raise ``ValueError`` where it is zero."""
    height = density(values, weights, at, bandwidth)
    if height == 0:
        raise UndefinedError(
            "The density at the quantile is zero: give a larger bandwidth, "
            "or take replicate weights for the standard error."
        )
    return height


def treat_negative(sample: Sample, negative: Negative, index: str) -> Sample:
    """Return the sample with negative values treated.

    Parameters
    ----------
    sample : Sample
        Checked sample.
    negative : {"keep", "zero", "fail"}
        Keep negative values, set them to zero, or refuse them.
    index : str
        Name of the index, for messages.

    Returns
    -------
    Sample
        The sample with treated values.

    Raises
    ------
    ValueError
        If the rule is unknown, or it is ``fail`` and a value of the domain is negative.
    """
    require_choice(negative, ("keep", "zero", "fail"), "negative")
    if negative == "keep":
        return sample
    if negative == "zero":
        return Sample(np.maximum(sample.numbers, 0.0), sample.weights, sample.inside)
    bad = int((sample.inside & (sample.numbers < 0)).sum())
    if bad:
        raise UndefinedError(
            f"{index}: {bad} value(s) of the domain are negative: "
            'choose negative="keep" or negative="zero" and say so.'
        )
    return sample


class RankedSum(NamedTuple):
    r"""A weighted sum over all pairs of units, one of which ranks below the other.

    Attributes
    ----------
    total : float
        :math:`P = \sum_i \sum_j w_i w_j a_i b_j k(x_j, x_i)` where :math:`k` is 1 for
        :math:`x_j < x_i`, one half for equal values and 0 else.
    derivative : ndarray of float, shape (m,)
        :math:`\partial P / \partial w_i`.
    """

    total: float
    derivative: FloatArray


def ranked_sum(
    rank_by: FloatArray, weights: FloatArray, upper: FloatArray, lower: FloatArray
) -> RankedSum:
    r"""Return the weighted sum of products over pairs of units in the order of a variable.

    Parameters
    ----------
    rank_by : ndarray of float, shape (m,)
        Variable x that ranks the units.
    weights : ndarray of float, shape (m,)
        Weights w.
    upper, lower : ndarray of float, shape (m,)
        Factors a of the unit that ranks higher and b of the one that ranks lower.

    Returns
    -------
    RankedSum
        Sum and derivatives, in the order of the arguments.

    Notes
    -----
    With :math:`B_i = \sum_j w_j b_j k(x_j, x_i)` and
    :math:`A_i = \sum_j w_j a_j k(x_i, x_j)`, :math:`P = \sum_i w_i a_i B_i` and
    :math:`\partial P / \partial w_i = a_i B_i + b_i A_i`. Gini: a the income, b one.
    """
    units = ordered(rank_by, weights)
    a, b = units.sort(upper), units.sort(lower)
    below = units.below(units.weights * b)
    mass = units.weights * a
    above = mass.sum() - units.below(mass)
    return RankedSum(dot(mass, below), units.unsort(a * below + b * above))
