"""Decimal values, rounding and amounts in whole cents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt

from armutsexpertise._weighted import FloatArray
from armutsexpertise.parameters import Parameter

IntArray = npt.NDArray[np.int64]

_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")
"""``15.000`` is fifteen thousand in German and fifteen in English."""


def exact(value: object, name: str) -> Decimal:
    """Return a number as the decimal that its shortest notation states, or raise."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal | np.number):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}.")
    if isinstance(value, str) and _THOUSANDS.fullmatch(value.strip()):
        raise ValueError(
            f"{name} is {value!r}, which can mean thousands or decimals: give a number, not text."
        )
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{name} is {value!r}: give a number with a decimal point.") from None
    if not number.is_finite():
        raise ValueError(f"{name} is missing or infinite: give a number.")
    return number


def not_negative(value: object, name: str) -> Decimal:
    """Return `exact` of the value, or raise where it is negative."""
    number = exact(value, name)
    if number < 0:
        raise ValueError(f"{name} is {number}: it cannot be negative.")
    return number


def amount(found: Parameter) -> Decimal:
    """Return the value of a parameter as the decimal it is written as, or raise for a range."""
    return exact(found.exact(), found.name)


def vat_share(value: object) -> Decimal:
    """Return a VAT rate as a share, or raise where it is none."""
    rate = not_negative(value, "vat")
    if rate >= 1:
        raise ValueError(f"vat is {rate}: give a share such as 0.19, not percent.")
    return rate


def half_up(value: Decimal, digits: int) -> Decimal:
    """Return the value rounded to ``digits`` decimal places, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def scaled_half_up(values: Iterable[Decimal], digits: int) -> IntArray:
    """Return values as whole numbers of ``10 ** -digits``, halves away from zero."""
    return np.array([int(half_up(v, digits).scaleb(digits)) for v in values], dtype=np.int64)


def allocate_cents(total: int, key: FloatArray) -> IntArray:
    """Spread a sum in whole cents over units in proportion to a key, without remainder.

    Parameters
    ----------
    total : int
        Cents to spread, at least 0.
    key : ndarray of float, shape (n,)
        Non-negative shares of any scale, at least one positive.

    Returns
    -------
    ndarray of int64, shape (n,)
        Cents of each unit; they sum to ``total``.

    Raises
    ------
    ValueError
        If the total is negative, or no key is positive.

    Notes
    -----
    Largest remainder: every unit gets its quota rounded down, the cents left over go one each to
    the units with the largest fractions, the first unit first on a tie. A unit with key 0 gets
    nothing.

    Examples
    --------
    >>> allocate_cents(100, np.array([1.0, 1.0, 1.0, 0.0])).tolist()
    [34, 33, 33, 0]
    """
    if total < 0:
        raise ValueError("The sum to spread is negative: only revenue can be paid out.")
    scale = float(key.sum())
    if (key < 0).any() or not scale > 0:
        raise ValueError("Nobody is entitled: the key of the transfer must be positive somewhere.")
    quota = key * (total / scale)
    cents = np.floor(quota).astype(np.int64)
    left = total - int(cents.sum())
    if left == 0:
        return cents
    takers = np.flatnonzero(key > 0)
    fraction = (quota - cents)[takers]
    # `left` is below the number of takers but for float noise in `quota`, hence the whole rounds.
    rounds, rest = divmod(left, takers.size)
    cents[takers] += rounds
    if rest:
        # ties at the cut-off go to the first units, whatever the partition did
        cut = np.partition(fraction, takers.size - rest)[takers.size - rest]
        above = takers[fraction > cut]
        cents[above] += 1
        cents[takers[fraction == cut][: rest - above.size]] += 1
    return cents
