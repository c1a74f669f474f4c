"""How landlord and tenant share the CO2 cost of heating: CO2KostAufG.

Gesetz zur Aufteilung der Kohlendioxidkosten of 5 December 2022 (BGBl. I S. 2154). What the bill
states (§ 3) goes before what is computed: `split_cost` takes emissions and cost as they stand
there, and only where they do not, `carbon` computes them.

Amounts are whole cents. The landlord's part is rounded half up, the tenant bears the rest, so
that both always add up to the cost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from armutsexpertise._checks import require_columns
from armutsexpertise._weighted import require_choice
from armutsexpertise.catalog.periods import first_day, last_day
from armutsexpertise.climate._money import (
    IntArray,
    amount,
    exact,
    half_up,
    not_negative,
    scaled_half_up,
)
from armutsexpertise.climate.carbon import carbon_price_on
from armutsexpertise.parameters import parameter_throughout

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "CostSplit",
    "Restriction",
    "Rules",
    "Step",
    "certificate_price_on",
    "rules_on",
    "share_of_year",
    "specific_emissions",
    "split_cost",
    "split_costs",
]

Restriction = Literal["none", "one", "both"]
"""Public law stands in the way of no improvement, of one, or of building and heat supply (§ 9)."""

RESTRICTIONS: Final[tuple[str, ...]] = get_args(Restriction)
FIRST_DAY: Final = dt.date(2023, 1, 1)
"""Billing periods from this day on are split (§ 11 Abs. 2)."""

LAST_DAY: Final = dt.date(2027, 12, 31)
"""For billing periods from 2028 on § 5a, added by the Gebäudemodernisierungsgesetz in 2026, splits
the cost of some new heating systems in halves; its text is not in the data."""

_STEPS: Final = 10
"""Steps of the annex."""


@dataclass(frozen=True)
class Step:
    """A step of the annex.

    Attributes
    ----------
    number : int
        Step, from 1.
    low : Decimal
        Lower bound, kg CO2 per square metre and year; belongs to the step.
    tenant_percent : Decimal
        Percentage of the cost that the tenant bears; the landlord bears the rest.
    """

    number: int
    low: Decimal
    tenant_percent: Decimal


@dataclass(frozen=True)
class Rules:
    """The numbers of the law on a date.

    Attributes
    ----------
    steps : tuple of Step
        Steps in ascending order, the first from 0.
    non_residential_percent : Decimal
        Landlord's percentage for non-residential buildings (§ 8).
    own_devices_cut : Decimal
        Percentage by which the refund is cut where the tenant also runs own devices, such as a
        gas cooker (§ 6 Abs. 3 Satz 2).
    restriction_cut : Decimal
        Percentage by which one restriction lowers the landlord's percentage (§ 9 Abs. 1).
    """

    steps: tuple[Step, ...]
    non_residential_percent: Decimal
    own_devices_cut: Decimal
    restriction_cut: Decimal


@dataclass(frozen=True)
class CostSplit:
    """The CO2 cost of a dwelling or building, shared.

    Attributes
    ----------
    specific_kg_m2 : Decimal or None
        Emissions per square metre in the period, rounded to one decimal; None where no step
        applies.
    step : int or None
        Step of the annex; None for non-residential buildings.
    tenant_percent, landlord_percent : Decimal
        Percentages of the law; they add up to 100.
    cost_eur, tenant_eur, landlord_eur : Decimal
        EUR to the cent; both parts add up to the cost. Where the refund is cut, the landlord
        pays less than ``landlord_percent``.
    paragraphs : tuple of str
        Provisions that the parts follow, in the order applied.
    """

    specific_kg_m2: Decimal | None
    step: int | None
    tenant_percent: Decimal
    landlord_percent: Decimal
    cost_eur: Decimal
    tenant_eur: Decimal
    landlord_eur: Decimal
    paragraphs: tuple[str, ...]


def rules_on(on: str) -> Rules:
    """Return the numbers of the CO2KostAufG on a date.

    Parameters
    ----------
    on : str
        Day ``YYYY-MM-DD``, or ``YYYY``; first day of the billing period.

    Returns
    -------
    Rules
        Steps and further percentages.

    Raises
    ------
    ValueError
        If the period begins before the law, or in 2028 or later.

    Notes
    -----
    Annex (zu den §§ 5 bis 7), § 6 Abs. 3, § 8 Abs. 1, § 9 Abs. 1.

    Examples
    --------
    >>> rules_on("2025").steps[1]
    Step(number=2, low=Decimal('12.0'), tenant_percent=Decimal('90.0'))
    """
    if first_day(on) < FIRST_DAY:
        raise ValueError(
            f"The CO2KostAufG does not apply to billing periods from {on}: it starts with those "
            "that begin on 1 January 2023 (§ 11 Abs. 2)."
        )
    if last_day(on) > LAST_DAY:
        raise ValueError(
            f"The CO2KostAufG for billing periods from {on} is not in the data: from 2028 on § 5a "
            "splits the cost of heating systems under § 43 GModG in halves."
        )
    steps = []
    for number in range(1, _STEPS + 1):
        tenant = parameter_throughout("co2kostaufg_step", on, item=f"{number}:tenant")
        steps.append(Step(number, exact(tenant.key_low, "key_low"), amount(tenant)))
    further = (
        amount(parameter_throughout(f"co2kostaufg_{name}", on))
        for name in ("nonresidential_landlord_share", "own_devices_cut", "restriction_cut")
    )
    return Rules(tuple(steps), *further)


def certificate_price_on(on: str) -> Decimal:
    """Return the price that decides about the cost on the bill.

    Parameters
    ----------
    on : str
        Day of delivery ``YYYY-MM-DD``, or ``YYYY``.

    Returns
    -------
    Decimal
        EUR per tonne of CO2, net of VAT.

    Raises
    ------
    ValueError
        If the data hold no price: from 2027 it is the mean of auctions of the year before, which
        the Umweltbundesamt publishes (§ 4 Abs. 1 Nr. 3, Abs. 2).

    Notes
    -----
    § 4 Abs. 1: fixed price to 2025, midpoint of the price corridor in 2026.

    Examples
    --------
    >>> certificate_price_on("2025"), certificate_price_on("2026")
    (Decimal('55.0'), Decimal('60.0'))
    """
    if last_day(on).year > 2026:
        raise ValueError(
            f"The price for {on} is the mean of the auctions of the year before (§ 4 Abs. 1 Nr. 3 "
            "CO2KostAufG), which the data do not hold: give the price, or the cost on the bill."
        )
    price = carbon_price_on(on)
    return (price.low + price.high) / 2


def share_of_year(first: str, last: str) -> Fraction:
    """Return the length of a billing period as a share of a year.

    Parameters
    ----------
    first, last : str
        First and last day, ``YYYY-MM-DD``.

    Returns
    -------
    Fraction
        Days of the period over days of the year that begins with it; at most 1.

    Raises
    ------
    ValueError
        If a day is none, the period is empty, or longer than a year.

    Examples
    --------
    >>> share_of_year("2025-01-01", "2025-12-31"), share_of_year("2025-01-01", "2025-03-14")
    (Fraction(1, 1), Fraction(1, 5))
    """
    start, end = first_day(first), last_day(last)
    if start != last_day(first) or end != first_day(last):
        raise ValueError("A billing period needs its first and last day as YYYY-MM-DD.")
    leap_day = start.month == 2 and start.day == 29
    next_year = dt.date(start.year + 1, 3, 1) if leap_day else start.replace(year=start.year + 1)
    days, year = (end - start).days + 1, (next_year - start).days
    if days < 1:
        raise ValueError(f"The billing period ends on {last}, before it begins: swap the days.")
    if days > year:
        raise ValueError(
            f"The billing period has {days} days: the law knows a year or less "
            "(§ 5 Abs. 1 Satz 1 and 4 CO2KostAufG), split it."
        )
    return Fraction(days, year)


def specific_emissions(emissions_kg: object, area_m2: object) -> Decimal:
    """Return emissions per square metre, rounded as the law has it.

    Parameters
    ----------
    emissions_kg : number
        Kilograms of CO2 in the billing period, at least 0.
    area_m2 : number
        Living area, positive.

    Returns
    -------
    Decimal
        kg per square metre with one decimal, halves up.

    Raises
    ------
    TypeError, ValueError
        If a number is missing or negative, or the area is zero.

    Notes
    -----
    § 5 Abs. 1 Satz 3 CO2KostAufG. Numbers are taken as the decimals they are written as, since a
    binary 11.95 lies below 11.95 and would round down.

    Examples
    --------
    >>> specific_emissions(11.95, 1), specific_emissions("2720.9196", 75)
    (Decimal('12.0'), Decimal('36.3'))
    """
    return half_up(not_negative(emissions_kg, "emissions_kg") / _area(area_m2), 1)


def split_cost(
    emissions_kg: object,
    cost_eur: object,
    area_m2: object | None,
    rules: Rules,
    *,
    year_share: Fraction | object = 1,
    restriction: Restriction = "none",
    residential: bool = True,
    self_supplied: bool = False,
    own_devices: bool = False,
) -> CostSplit:
    """Return how landlord and tenant share the CO2 cost.

    Parameters
    ----------
    emissions_kg : number
        Kilograms of CO2 in the billing period, of the building or dwelling (§ 5 Abs. 1).
    cost_eur : number
        CO2 cost with VAT, as on the bill (§ 3 Abs. 1 Nr. 2, Abs. 3).
    area_m2 : number or None
        Living area; may be None for non-residential buildings.
    rules : Rules
        As from `rules_on`.
    year_share : Fraction or number
        Length of the billing period in years, above 0, at most 1. Below 1 the bounds of the
        steps are cut in proportion (§ 5 Abs. 1 Satz 4); nothing is annualised.
    restriction : {"none", "one", "both"}
        Public law that stands in the way of improvements, which the landlord must prove (§ 9):
        with one the landlord's percentage is halved, with both nothing is split.
    residential : bool
        Whether the building serves mainly to live in (§ 6 Abs. 1); otherwise § 8 applies.
    self_supplied : bool
        Whether the tenant buys the fuel and is refunded (§ 6 Abs. 2, § 8 Abs. 2).
    own_devices : bool
        Whether a self-supplied tenant also runs own devices such as a gas cooker with the fuel;
        the refund is cut (§ 6 Abs. 3 Satz 2). Commercial use without an own meter leaves no
        claim (§ 6 Abs. 3 Satz 1) and is not covered here.

    Returns
    -------
    CostSplit
        Step, percentages, amounts and paragraphs.

    Raises
    ------
    TypeError, ValueError
        If a number is missing, negative or impossible, an option is unknown, or ``own_devices``
        is set without ``self_supplied``.

    Notes
    -----
    For a tenant who buys the fuel, § 5 Abs. 3 refers to Satz 4 and 5 of Abs. 1 but not to the
    rounding of Satz 3. It is applied alike here, as the table is the same; this matters only
    where the value lies less than 0.05 below a bound.

    Examples
    --------
    >>> result = split_cost("2720.9196", "178.08", 75, rules_on("2025"))
    >>> result.specific_kg_m2, result.step, result.landlord_eur, result.tenant_eur
    (Decimal('36.3'), 6, Decimal('89.04'), Decimal('89.04'))
    """
    require_choice(restriction, RESTRICTIONS, "restriction")
    if own_devices and not self_supplied:
        raise ValueError(
            "own_devices cuts the refund of a tenant who buys the fuel (§ 6 Abs. 3 CO2KostAufG): "
            "set self_supplied, or leave it out."
        )
    emissions = not_negative(emissions_kg, "emissions_kg")
    cost = half_up(not_negative(cost_eur, "cost_eur"), 2)
    paragraphs: list[str] = []
    specific: Decimal | None = None
    number: int | None = None
    if residential:
        if area_m2 is None:
            raise ValueError("area_m2 is missing: the step depends on the living area (§ 5).")
        share = _year_share(year_share)
        specific = half_up(emissions / _area(area_m2), 1)
        paragraphs.append("§ 5 Abs. 1 Satz 3" + (" (entsprechend)" if self_supplied else ""))
        if share < 1:
            paragraphs.append("§ 5 Abs. 1 Satz 4")
        place = int(np.searchsorted(_bounds(rules, share), int(specific * 10), side="right")) - 1
        step = rules.steps[place]
        number, landlord = step.number, 100 - step.tenant_percent
        paragraphs.append("§ 5 Abs. 3 und Anlage" if self_supplied else "§ 5 Abs. 2 und Anlage")
    else:
        landlord = rules.non_residential_percent
        paragraphs.append("§ 8 Abs. 2" if self_supplied else "§ 8 Abs. 1")
    if restriction == "one":
        landlord = landlord * (100 - rules.restriction_cut) / 100
        paragraphs.append("§ 9 Abs. 1")
    elif restriction == "both":
        landlord = Decimal(0)
        paragraphs.append("§ 9 Abs. 2")
    paid = landlord
    if self_supplied and residential:
        paragraphs.append("§ 6 Abs. 2")
    if own_devices:
        paid = landlord * (100 - rules.own_devices_cut) / 100
        paragraphs.append("§ 6 Abs. 3 Satz 2")
    landlord_eur = half_up(cost * paid / 100, 2)
    return CostSplit(
        specific,
        number,
        100 - landlord,
        landlord,
        cost,
        cost - landlord_eur,
        landlord_eur,
        tuple(paragraphs),
    )


def split_costs(
    dwellings: pd.DataFrame, rules: Rules, *, year_share: Fraction | object = 1
) -> pd.DataFrame:
    """Return how landlord and tenant share the CO2 cost of many dwellings.

    Parameters
    ----------
    dwellings : DataFrame, one row per dwelling or building
        Columns ``emissions_kg``, ``cost_eur`` (with VAT) and ``area_m2`` of the billing period.
    rules : Rules
        As from `rules_on`.
    year_share : Fraction or number
        As in `split_cost`.

    Returns
    -------
    DataFrame, index as in ``dwellings``
        ``specific_kg_m2``, ``step``, ``tenant_percent``, ``landlord_percent``, ``cost_eur``,
        ``tenant_eur``, ``landlord_eur``: what `split_cost` gives without further options.

    Raises
    ------
    TypeError, ValueError
        If a column or a number is missing, negative or impossible.

    Examples
    --------
    >>> homes = pd.DataFrame({"emissions_kg": [897.0, 2721.0], "cost_eur": [58.71, 178.09],
    ...                       "area_m2": [75.0, 75.0]})
    >>> split_costs(homes, rules_on("2025"))[["step", "tenant_eur", "landlord_eur"]].values.tolist()
    [[2.0, 52.84, 5.87], [6.0, 89.04, 89.05]]
    """
    require_columns(dwellings, ["emissions_kg", "cost_eur", "area_m2"], "dwellings")
    numbers = {name: _decimals(dwellings[name]) for name in ("emissions_kg", "cost_eur", "area_m2")}
    empty = sum(area == 0 for area in numbers["area_m2"])
    if empty:
        raise ValueError(f"area_m2 is zero in {empty} of {len(dwellings)} rows: correct it.")
    specific = scaled_half_up(
        (kg / area for kg, area in zip(numbers["emissions_kg"], numbers["area_m2"], strict=True)), 1
    )
    place = np.searchsorted(_bounds(rules, _year_share(year_share)), specific, side="right") - 1
    landlord_percents = [100 - step.tenant_percent for step in rules.steps]
    cost = scaled_half_up(numbers["cost_eur"], 2)
    landlord = scaled_half_up(
        (
            Decimal(int(cents)) * landlord_percents[at] / 100
            for cents, at in zip(cost, place, strict=True)
        ),
        0,
    )
    percent = np.array([float(p) for p in landlord_percents])[place]
    return pd.DataFrame(
        {
            "specific_kg_m2": specific / 10,
            "step": np.array([step.number for step in rules.steps])[place],
            "tenant_percent": 100 - percent,
            "landlord_percent": percent,
            "cost_eur": cost / 100,
            "tenant_eur": (cost - landlord) / 100,
            "landlord_eur": landlord / 100,
        },
        index=dwellings.index,
    )


def _area(area_m2: object) -> Decimal:
    area = not_negative(area_m2, "area_m2")
    if area == 0:
        raise ValueError("area_m2 is zero: give the living area of the dwelling or building.")
    return area


def _year_share(value: object) -> Fraction:
    share = value if isinstance(value, Fraction) else Fraction(exact(value, "year_share"))
    if not 0 < share <= 1:
        raise ValueError(
            f"year_share is {float(share):g}: a billing period has at most one year "
            "(§ 5 Abs. 1 Satz 1 and 4 CO2KostAufG)."
        )
    return share


def _bounds(rules: Rules, share: Fraction) -> IntArray:
    """Return for each step the smallest whole number of tenths of a kg/m2 that belongs to it."""
    return np.array([ceil(Fraction(step.low) * 10 * share) for step in rules.steps], dtype=np.int64)


def _decimals(column: pd.Series) -> Sequence[Decimal]:
    name = str(column.name)
    missing = int(column.isna().sum())
    if missing:
        raise ValueError(f"{name} is missing in {missing} of {len(column)} rows: complete it.")
    numbers = [exact(value, name) for value in column.tolist()]
    negative = sum(value < 0 for value in numbers)
    if negative:
        raise ValueError(f"{name} is negative in {negative} of {len(column)} rows: correct it.")
    return numbers
