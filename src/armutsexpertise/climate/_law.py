"""Look dated statutory values up: one value for a day or for a whole year, or a clear refusal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml

from armutsexpertise.parameters import Parameter, parameter


class Value(NamedTuple):
    """A statutory value with its period and source."""

    value: Decimal
    first: dt.date
    last: dt.date
    source: str


def period(on: str) -> tuple[dt.date, dt.date]:
    """Return first and last day of an ISO date of any precision (year, month or day)."""
    try:
        if not isinstance(on, str):
            raise ValueError
        parts = [int(part) for part in on.split("-")]
        if len(parts) == 3:
            day = dt.date(parts[0], parts[1], parts[2])
            return day, day
        if len(parts) == 2:
            after = dt.date(parts[0] + parts[1] // 12, parts[1] % 12 + 1, 1)
            return dt.date(parts[0], parts[1], 1), after - dt.timedelta(days=1)
        (year,) = parts
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    except (TypeError, ValueError):
        raise ValueError(
            f"The date is {on!r}: give it as text YYYY-MM-DD, or YYYY where a value holds all year."
        ) from None


def value_on(values: Sequence[Value], on: str, name: str) -> Value:
    """Return the one value that holds throughout a day or year, or raise ``ValueError``."""
    first, last = period(on)
    found = [v for v in values if v.first <= first and last <= v.last]
    if len(found) == 1:
        return found[0]
    touching = [v for v in values if v.first <= last and first <= v.last]
    if touching and not found:
        raise ValueError(
            f"{name} has no single value throughout {on}: give the day as YYYY-MM-DD, "
            "or the value itself."
        )
    if found:
        raise ValueError(f"{name} has {len(found)} values on {on}: say which one is meant.")
    raise ValueError(
        f"{name} has no value on {on} in the data: give another date, or the value itself."
    )


@cache
def _own() -> dict[str, tuple[Value, ...]]:
    text = (resources.files(__package__) / "law.yaml").read_text(encoding="utf-8")
    values: dict[str, list[Value]] = {}
    for row in yaml.safe_load(text):
        value = Value(
            Decimal(str(row["value"])),
            row["valid_from"],
            row.get("valid_to", dt.date.max),
            str(row["paragraph"]),
        )
        values.setdefault(row["name"], []).append(value)
    return {name: tuple(rows) for name, rows in values.items()}


def law(name: str, on: str) -> Value:
    """Return a value of ``law.yaml``."""
    return value_on(_own()[name], on, name)


def dated(name: str, on: str, item: str | None = None) -> Parameter:
    """Return a parameter that holds throughout a day or year, or raise ``ValueError``."""
    first, last = period(on)
    found = parameter(name, first, item=item)
    if found.holds_on(last):
        return found
    parameter(name, last, item=item)  # says where the data end
    of = f" ({item})" if item else ""
    raise ValueError(
        f"{name}{of} has no single value throughout {on}: give the day as YYYY-MM-DD, "
        "or the value itself."
    )


def amount(name: str, on: str, item: str | None = None) -> Decimal:
    """Return the value of a `dated` parameter as the decimal it is written as."""
    return Decimal(str(dated(name, on, item).exact()))
