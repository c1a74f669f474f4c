"""Ranges: numbers that are known only between two ends."""

from dataclasses import dataclass
from math import inf, isnan

__all__ = ["Range"]


@dataclass(frozen=True)
class Range:
    """Closed interval of non-negative numbers; ``high`` may be infinite.

    Parameters
    ----------
    low, high : float
        Ends, ``0 <= low <= high``.

    Raises
    ------
    ValueError
        If an end is missing or negative, ``low`` is infinite or the ends are in the wrong order.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if isnan(self.low) or isnan(self.high) or not 0 <= self.low <= self.high:
            raise ValueError("A range needs two numbers with 0 <= low <= high.")
        if self.low == inf:
            raise ValueError("The lower end of a range must be finite.")

    @property
    def middle(self) -> float:
        """Midpoint of the range."""
        return (self.low + self.high) / 2

    @property
    def width(self) -> float:
        """Upper end minus lower end."""
        return self.high - self.low

    def __mul__(self, other: "Range") -> "Range":
        """Product of two ranges: all products of a number of each (exact, as both are >= 0)."""
        high = 0.0 if 0 in (self.high, other.high) else self.high * other.high
        return Range(self.low * other.low, high)

    def __truediv__(self, other: "Range") -> "Range":
        """Quotient of two ranges: all quotients of a number of each."""
        if other.high == 0:
            raise ValueError("Division by a range that is zero: the denominator must exceed 0.")
        low = 0.0 if other.high == inf else self.low / other.high
        return Range(low, inf if other.low == 0 else self.high / other.low)
