"""What may stand in ``analyses/passes/config.yml``."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from armutsexpertise.config import Config, Share
from armutsexpertise.passes.vocabulary import CATEGORIES, FRESHNESS, GROUPS, KINDS

__all__ = ["PassesConfig"]


def _one_of(allowed: tuple[str, ...]) -> AfterValidator:
    """Accept only the words of the inventory."""

    def check(word: str) -> str:
        if word not in allowed:
            raise ValueError(f"one of {', '.join(allowed)} is allowed")
        return word

    return AfterValidator(check)


Kind = Annotated[str, _one_of(KINDS)]
Freshness = Annotated[str, _one_of(FRESHNESS)]
Group = Annotated[str, _one_of(GROUPS)]
Category = Annotated[str, _one_of(CATEGORIES)]
Detection = Annotated[float, Field(gt=0, le=1)]
Ags = Annotated[str, Field(pattern=r"^05\d{6}$")]


class Documented(Config):
    """Model of who has a documented pass."""

    freshness: tuple[Freshness, ...]
    large_city_from: Annotated[int, Field(gt=0)]
    level: Annotated[float, Field(gt=0, lt=1)]
    main_model: str
    models: dict[str, tuple[str, ...]]
    units: dict[str, Annotated[float, Field(gt=0)]]
    detection: dict[str, Detection | dict[str, Detection]]


class Eligibility(Config):
    """Who is included."""

    freshness: tuple[Freshness, ...]
    groups: tuple[Group, ...]


class Profile(Config):
    """Profile of a pass."""

    freshness: tuple[Freshness, ...]
    groups: tuple[Group, ...]
    categories: tuple[Category, ...]
    min_stated: Annotated[int, Field(ge=0)]
    price_ceiling_eur: Annotated[float, Field(gt=0)]
    draws: Annotated[int, Field(ge=100)]
    seed: Annotated[int, Field(ge=0)]


class TypeStep(Config):
    """Step of the typology: a type and the benefits that it adds."""

    type: str
    categories: tuple[Category, ...]
    at_least: Annotated[int, Field(ge=1)] = 1


class TakeUp(Config):
    """Take-up: described cases, and when counts may be pooled."""

    min_pairs_for_synthesis: Annotated[int, Field(ge=5)]
    cases: dict[str, dict[str, tuple[str, ...]]]


class PositiveRange(Config):
    """A range of positive numbers."""

    low: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def _ordered(self) -> PositiveRange:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


class Variant(Config):
    """Take-up of a scenario: from the low end of a pair up to a share or a published finding."""

    low_pair: str
    high: Share | None = None
    high_evidence: str | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Variant:
        if (self.high is None) == (self.high_evidence is None):
            raise ValueError("either high or high_evidence must be given")
        return self


class Cost(Config):
    """Cost scenario."""

    cities: dict[Ags, str]
    group: Group
    land_year: Annotated[int, Field(ge=2000, le=2100)]
    persons_per_household: PositiveRange
    city_deviation: PositiveRange
    types: tuple[Literal["total", "staff", "material", "budget", "foregone_revenue"], ...]
    take_up: dict[str, Variant]


class PassesConfig(Config):
    """Config of the expertise on passes."""

    title: str
    as_of: datetime.date
    pass_kinds: tuple[Kind, ...]
    max_informative_width: Share
    documented: Documented
    eligibility: Eligibility
    profile: Profile
    typology: tuple[TypeStep, ...]
    take_up: TakeUp
    cost: Cost
