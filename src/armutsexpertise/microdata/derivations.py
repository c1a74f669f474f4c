"""Functions by which a harmonised variable follows from others.

Each takes complete columns: rows in which an operand is missing have been set aside before, with
the reason of the first missing operand.
"""

import math
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
    types : frozenset of str
        Types an operand may have.
    options : tuple of str
        Options it needs, all of them.
    """

    compute: Callable[[Sequence[Array], Mapping[str, Any]], Array]
    operands: tuple[int, int]
    types: frozenset[str]
    options: tuple[str, ...] = ()

    def faults(self, of: Sequence[tuple[str, str | None]], options: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with a call, one sentence each.

        ``of`` gives name and type of each operand; the type is None where it is unknown.
        """
        found = []
        low, high = self.operands
        if not low <= len(of) <= high:
            found.append(f"the derivation has {len(of)} operand(s), it needs {low} to {high}.")
        found += [
            f"{name} is a {kind}, the derivation needs {' or '.join(sorted(self.types))}."
            for name, kind in of
            if kind is not None and kind not in self.types
        ]
        if set(options) != set(self.options):
            needed = ", ".join(self.options) or "none"
            found.append(f"the options of the derivation must be: {needed}.")
        found += [
            f"its option {name} {_OPTIONS[name][1]}."
            for name in self.options
            if name in options and not _OPTIONS[name][0](options[name])
        ]
        return found


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_finite(value: object) -> bool:
    return (isinstance(value, float) and math.isfinite(value)) or _is_whole(value)


_OPTIONS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "by": (lambda value: _is_whole(value) and value > 0, "must be a whole number above zero"),
    "threshold": (_is_finite, "must be a number"),
    "value": (lambda value: isinstance(value, bool | int | float | str), "must be one value"),
}


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
_NUMBERS = frozenset({"integer", "number"})
_WHOLE = frozenset({"integer"})
_TRUE = frozenset({"boolean"})
_ANY = frozenset({"boolean", "category", "integer", "number", "string"})
DERIVATIONS: dict[str, Rule] = {
    "ratio": Rule(_ratio, (2, 2), _NUMBERS),
    "product": Rule(_product, (2, _MANY), _NUMBERS),
    "sum": Rule(_sum, (2, _MANY), _NUMBERS),
    "difference": Rule(_difference, (2, 2), _NUMBERS),
    "integer_quotient": Rule(_integer_quotient, (1, 1), _WHOLE, ("by",)),
    "count_true": Rule(_count_true, (2, _MANY), _TRUE),
    "any_true": Rule(_any_true, (2, _MANY), _TRUE),
    "at_least": Rule(_at_least, (1, 1), _NUMBERS, ("threshold",)),
    "equals": Rule(_equals, (1, 1), _ANY, ("value",)),
}
"""The functions a codebook may name: name to rule."""
