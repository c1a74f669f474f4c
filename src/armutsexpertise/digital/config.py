"""What may stand in the basket of digital participation: prices and grants, dated and sourced."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from armutsexpertise.config import Config

__all__ = ["VARIANTS", "Basket", "Grant", "Item", "Price", "Variant"]

Variant = Literal["low", "middle", "high"]
VARIANTS: tuple[Variant, ...] = ("low", "middle", "high")
Unit = Literal["household", "person", "adult", "pupil"]
Kind = Literal["running", "device"]


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("yes and no are no amounts: give a number")
    return value


Amount = Annotated[float, BeforeValidator(_no_truth), Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, BeforeValidator(_no_truth), Field(gt=0, allow_inf_nan=False)]
Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Sourced = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5)]
"""Where something is from; blanks name nothing."""


class Price(Config):
    """A price with date and source; EUR a month for running costs, EUR for a device.

    The year of the date has begun: nobody has seen a price of a year to come. Not the day, because
    a price of which only the year is known stands at the end of that year.
    """

    eur: Amount
    date: datetime.date
    source: Sourced
    url: str | None = None
    note: str | None = None

    @field_validator("date")
    @classmethod
    def _has_been(cls, date: datetime.date) -> datetime.date:
        this_year = datetime.datetime.now(tz=datetime.UTC).year
        if date.year > this_year:
            raise ValueError(
                f"the price is of {date}, a year that has not begun: give the day on which it "
                "was read"
            )
        return date


class Item(Config):
    """Something that participation takes.

    A variant without a sourced price is left out; `life_months` is how long a device lasts and
    needs a source of its own. `division` names the division of the standard benefit that is
    meant to pay for it.
    """

    label: Named
    kind: Kind
    per: Unit
    division: Named
    life_months: Positive | None = None
    life_source: Sourced | None = None
    low: Price | None = None
    middle: Price | None = None
    high: Price | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Item:
        if (self.kind == "device") != (self.life_months is not None):
            raise ValueError("life_months belongs to a device, and a device needs it")
        if (self.life_months is None) != (self.life_source is None):
            raise ValueError("life_months needs life_source")
        amounts = [price.eur for name in VARIANTS if (price := self.price(name)) is not None]
        if amounts != sorted(amounts):
            raise ValueError("prices must not fall from low to middle to high")
        return self

    def price(self, variant: Variant) -> Price | None:
        """Return the price of a variant, or None where none is sourced."""
        found: Price | None = getattr(self, variant)
        return found


class Grant(Config):
    """What someone else pays: EUR at once for a device, EUR a month for a running cost."""

    label: Named
    item: Named
    eur: Positive
    valid_from: datetime.date
    valid_to: datetime.date | None = None
    source: Sourced
    url: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Grant:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to must not lie before valid_from")
        return self

    def in_force(self, day: datetime.date) -> bool:
        """Tell whether the grant can be had on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Basket(Config):
    """Basket of digital participation."""

    title: Named
    items: Annotated[dict[str, Item], Field(min_length=1)]
    grants: dict[str, Grant] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Basket:
        unknown = sorted({grant.item for grant in self.grants.values()} - set(self.items))
        if unknown:
            raise ValueError(f"grants name the unknown item {', '.join(unknown)}")
        return self
