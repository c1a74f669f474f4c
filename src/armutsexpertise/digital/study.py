"""What may stand in ``analyses/digital/config.yml``."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from armutsexpertise.config import Config, Share
from armutsexpertise.digital.config import (
    VARIANTS,
    Amount,
    Basket,
    Kind,
    Named,
    Positive,
    Sourced,
    Unit,
    Variant,
)

__all__ = ["DigitalConfig", "PriceChoice", "build_basket"]

RowId = Annotated[str, Field(pattern=r"^x?dig\d{4}$")]
Level = Annotated[float, Field(gt=0, lt=1)]


class ShareRange(Config):
    """A range of shares in [0, 1]."""

    low: Share
    high: Share

    @model_validator(mode="after")
    def _ordered(self) -> ShareRange:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


class Access(Config):
    """Access by income quartile: what is counted and modelled."""

    shares: tuple[Level, ...]
    level: Level
    draws: Annotated[int, Field(ge=100)]
    seed: Annotated[int, Field(ge=0)]
    curve_to: Annotated[int, Field(ge=2021, le=2060)]
    compositions: tuple[int, ...]


class Comparison(Config):
    """Two published rows: the poor and the others, of one survey and year.

    `group` is the short name of the poor for figures, `poor_group` the full one.
    """

    key: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    label: str
    group: str
    theme: Literal["devices", "access", "skills"]
    poor: RowId
    other: RowId
    poor_group: str
    other_group: str
    lacking: bool = True


class Beside(Config):
    """A value for North Rhine-Westphalia beside the one for Germany; one may be unknown."""

    label: str
    population: str
    nrw: RowId | None = None
    germany: RowId | None = None

    @model_validator(mode="after")
    def _one(self) -> Beside:
        if self.nrw is None and self.germany is None:
            raise ValueError("nrw or germany must be given")
        return self


class Pair(Config):
    """Two published rows under one label."""

    label: str
    first: RowId
    second: RowId


class Row(Config):
    """A published row under a label of its own."""

    label: str
    row: RowId
    share: RowId | None = None


class PriceChoice(Config):
    """Where a price comes from: a row of the data, a parameter, or a source of its own.

    With a row or a parameter, `source` is how the report words it.
    """

    row: RowId | None = None
    parameter: str | None = None
    eur: Amount | None = None
    date: datetime.date | None = None
    source: Sourced | None = None
    url: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> PriceChoice:
        own = self.eur is not None
        if [self.row is not None, self.parameter is not None, own].count(True) != 1:
            raise ValueError("a price has exactly one of row, parameter and eur")
        if own and (self.date is None or self.source is None):
            raise ValueError("a price in eur needs date and source")
        return self


class ItemChoice(Config):
    """An item of the basket and where its prices come from."""

    label: Named
    kind: Kind
    per: Unit
    division: Named
    life_months: Positive | None = None
    life_source: Sourced | None = None
    low: PriceChoice | None = None
    middle: PriceChoice | None = None
    high: PriceChoice | None = None


class HouseholdType(Config):
    """A type of household: level of the standard benefit of each person, and pupils."""

    label: Named
    levels: Annotated[tuple[Annotated[int, Field(ge=1, le=6)], ...], Field(min_length=1)]
    pupils: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _fits(self) -> HouseholdType:
        if self.pupils > len(self.levels):
            raise ValueError(
                f"{self.pupils} pupils do not fit into {len(self.levels)} person(s) of levels"
            )
        return self


class Affordability(Config):
    """The basket, and whom it is set against."""

    title: str
    items: dict[str, ItemChoice]
    device_grant_item: str
    connection: str
    device: str
    divisions: tuple[str, ...]
    connection_division: str
    leisure_division: str
    households: tuple[HouseholdType, ...]
    same_year: dict[int, RowId]

    @model_validator(mode="after")
    def _known(self) -> Affordability:
        for key in (self.device_grant_item, self.connection, self.device):
            if key not in self.items:
                raise ValueError(f"there is no item {key}")
        return self


class Without(Config):
    """Share of households without something: rows that bound it, printed in whole percent."""

    low: tuple[RowId, ...]
    high: tuple[RowId, ...]
    rounding: Annotated[float, Field(ge=0, le=0.05)]


class GrantVariant(Config):
    """A grant: what for, how much, who is entitled, and what is assumed."""

    label: str
    short: str
    without: str
    item: str
    months: Annotated[int, Field(ge=1, le=60)] | None = None
    variants: tuple[Variant, Variant]
    only_without: bool
    take_up: ShareRange
    connects: ShareRange | None = None
    connects_low_rows: tuple[RowId, RowId] | None = None

    @model_validator(mode="after")
    def _one(self) -> GrantVariant:
        if (self.connects is None) == (self.connects_low_rows is None):
            raise ValueError("either connects or connects_low_rows must be given")
        return self


class FivePlus(Config):
    """Mean size of the households of five and more persons."""

    low: Annotated[float, Field(ge=5)]
    high: Annotated[float, Field(ge=5, le=12)]


class Policy(Config):
    """Grants in North Rhine-Westphalia and its Kreise."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    mean_of_five_plus: FivePlus
    without: dict[str, Without]
    variants: dict[str, GrantVariant]
    map_variant: str

    @model_validator(mode="after")
    def _known(self) -> Policy:
        if self.map_variant not in self.variants:
            raise ValueError(f"there is no variant {self.map_variant}")
        unknown = {v.without for v in self.variants.values()} - set(self.without)
        if unknown:
            raise ValueError(f"there is no share without {', '.join(sorted(unknown))}")
        return self


class Piaac(Config):
    """Optional chapter from the public use file of PIAAC."""

    dataset: str
    codebook: str
    below: Annotated[float, Field(gt=0, lt=500)]
    groups: tuple[str, ...]
    reasons: tuple[str, ...]


class DigitalConfig(Config):
    """Config of the expertise on digital equipment and skills."""

    title: str
    as_of: datetime.date
    access: Access
    comparisons: tuple[Comparison, ...]
    beside: tuple[Beside, ...]
    offline_ages: tuple[Pair, ...]
    nrw_education: tuple[Pair, ...]
    spending: tuple[Row, ...]
    affordability: Affordability
    policy: Policy
    piaac: Piaac

    @model_validator(mode="after")
    def _prices_seen(self) -> DigitalConfig:
        for key, item in self.affordability.items.items():
            for name in VARIANTS:
                choice: PriceChoice | None = getattr(item, name)
                if choice is not None and choice.date is not None and choice.date > self.as_of:
                    raise ValueError(
                        f"{key}, {name}: the price is of {choice.date} and as_of is {self.as_of}; "
                        "correct the date, or set as_of anew"
                    )
        return self


def build_basket(
    choices: Affordability, prices: Mapping[str, Mapping[str, Any]], grants: Mapping[str, Any]
) -> Basket:
    """Return the basket with the prices that the choices name.

    Parameters
    ----------
    choices : Affordability
        Items and where their prices come from.
    prices : mapping of str to mapping
        By id of a row or name of a parameter: ``eur``, ``date`` and ``source``, and optionally
        ``url`` and ``note``, as in :class:`armutsexpertise.digital.config.Price`.
    grants : mapping of str to mapping
        As in :class:`armutsexpertise.digital.config.Grant`.

    Returns
    -------
    Basket

    Raises
    ------
    ValueError
        If a row or parameter has no price, or the basket is not consistent.
    """
    items: dict[str, dict[str, Any]] = {}
    for key, item in choices.items.items():
        entry = item.model_dump(exclude={"low", "middle", "high"}, exclude_none=True)
        for name in VARIANTS:
            choice: PriceChoice | None = getattr(item, name)
            if choice is None:
                continue
            origin = choice.row or choice.parameter
            if origin is None:
                entry[name] = choice.model_dump(exclude_none=True)
            else:
                if origin not in prices:
                    raise ValueError(
                        f"{key}, {name}: there is no price of {origin}; correct the row or "
                        "parameter, or leave the variant out."
                    )
                own = choice.model_dump(include={"source", "note"}, exclude_none=True)
                entry[name] = dict(prices[origin]) | own
        items[key] = entry
    return Basket.model_validate({"title": choices.title, "items": items, "grants": dict(grants)})
