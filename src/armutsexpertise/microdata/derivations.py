"""Functions by which a harmonised variable follows from others.

Each takes complete columns: rows in which an operand is missing have been set aside before, with
the reason of the first missing operand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from armutsexpertise.microdata.errors import CodebookError

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Rule:
    """A function with what it demands.

    Attributes
    ----------
    compute : callable
        Takes the operands, each of shape (n,), and the options; returns shape (n,).
    operands : tuple of int
        Smallest and largest number of operands.
    options : tuple of str
        Options it needs, all of them.
    """

    compute: Callable[[Sequence[Array], Mapping[str, Any]], Array]
    operands: tuple[int, int]
    options: tuple[str, ...] = ()

    def faults(self, number: int, options: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with a call, one sentence each."""
        found = []
        low, high = self.operands
        if not low <= number <= high:
            found.append(f"the derivation has {number} operand(s), it needs {low} to {high}.")
        if set(options) != set(self.options):
            needed = ", ".join(self.options) or "none"
            found.append(f"the options of the derivation must be: {needed}.")
        return found


def _ratio(of: Sequence[Array], _options: Mapping[str, Any]) -> Array:
    numerator, denominator = (one.astype(float) for one in of)
    zeros = int((denominator == 0).sum())
    if zeros:
        raise CodebookError(f"the divisor is zero in {zeros} row(s)")
    return np.asarray(numerator / denominator)


def _product(of: Sequence[Array], _options: Mapping[str, Any]) -> Array:
    return np.asarray(np.prod([one.astype(float) for one in of], axis=0))


def _sum(of: Sequence[Array], _options: Mapping[str, Any]) -> Array:
    return np.asarray(np.sum([one.astype(float) for one in of], axis=0))


def _difference(of: Sequence[Array], _options: Mapping[str, Any]) -> Array:
    return np.asarray(of[0].astype(float) - of[1].astype(float))


def _integer_quotient(of: Sequence[Array], options: Mapping[str, Any]) -> Array:
    return np.asarray(of[0].astype(np.int64) // int(options["by"]))


def _count_true(of: Sequence[Array], _options: Mapping[str, Any]) -> Array:
    return np.asarray(np.sum([one.astype(bool) for one in of], axis=0))


def _any_true(of: Sequence[Array], _options: Mapping[str, Any]) -> Array:
    return np.asarray(np.any([one.astype(bool) for one in of], axis=0))


def _at_least(of: Sequence[Array], options: Mapping[str, Any]) -> Array:
    return np.asarray(of[0].astype(float) >= float(options["threshold"]))


def _equals(of: Sequence[Array], options: Mapping[str, Any]) -> Array:
    return np.asarray(of[0].astype(str) == str(options["value"]))


_MANY = 1000
DERIVATIONS: dict[str, Rule] = {
    "ratio": Rule(_ratio, (2, 2)),
    "product": Rule(_product, (2, _MANY)),
    "sum": Rule(_sum, (2, _MANY)),
    "difference": Rule(_difference, (2, 2)),
    "integer_quotient": Rule(_integer_quotient, (1, 1), ("by",)),
    "count_true": Rule(_count_true, (2, _MANY)),
    "any_true": Rule(_any_true, (2, _MANY)),
    "at_least": Rule(_at_least, (1, 1), ("threshold",)),
    "equals": Rule(_equals, (1, 1), ("value",)),
}
"""The functions a codebook may name: name to rule."""
