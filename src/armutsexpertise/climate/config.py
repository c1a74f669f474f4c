"""What may stand in ``analyses/climate/config.yml``."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field, model_validator

from armutsexpertise.climate.burden import Use
from armutsexpertise.climate.renovation import LevyKind
from armutsexpertise.config import Config, Share

__all__ = ["ClimateConfig"]

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Year = Annotated[str, Field(pattern=r"^\d{4}$")]
Ags = Annotated[str, Field(pattern=r"^05\d{6}$")]


class PositiveRange(Config):
    """A range of positive numbers."""

    low: Positive
    high: Positive

    @model_validator(mode="after")
    def _ordered(self) -> PositiveRange:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


class FuelPrices(Config):
    """Prices that no data package holds, EUR per litre."""

    petrol: Positive
    diesel: Positive
    heating_oil: Positive
    heating_oil_low: Positive
    heating_oil_high: Positive

    @model_validator(mode="after")
    def _ordered(self) -> FuelPrices:
        if not self.heating_oil_low <= self.heating_oil <= self.heating_oil_high:
            raise ValueError("heating_oil must lie between heating_oil_low and heating_oil_high")
        return self


class Emissions(Config):
    """Emissions of an average household: ids of facts, and prices."""

    month_spending: dict[str, str]
    shares_of_home_energy: dict[str, str]
    gas_price: str
    electricity_price: str
    factors_on: str
    prices_eur_l: FuelPrices
    vat_on: Year


class Incidence(Config):
    """How the emissions are spread over fifths of persons by income."""

    pattern_year: Year
    income_year: Year
    gas_like: Annotated[tuple[str, ...], Field(min_length=1)]
    propensity_cap: Positive
    population: Annotated[int, Field(gt=0)]
    households: str
    further_member_weight: PositiveRange


class Price(Config):
    """A CO2 price: name, EUR per tonne net of VAT, and where it comes from."""

    name: str
    price_eur_t: Positive
    source: str


class Scenarios(Config):
    """Prices and uses of the revenue."""

    prices: tuple[Price, ...]
    uses: tuple[Use, ...]
    paths: dict[str, dict[int, Positive | str]]
    income_limit_fifths: Annotated[int, Field(ge=1, le=4)]
    main_price: str
    high_price: str

    @model_validator(mode="after")
    def _known(self) -> Scenarios:
        names = [price.name for price in self.prices]
        for name in (self.main_price, self.high_price):
            if name not in names:
                raise ValueError(f"{name} is none of the prices {', '.join(names)}")
        return self


class Classes(Config):
    """Income classes of the budget survey: ids of facts."""

    lowest_2020: str
    highest_2020: str
    all_2020: str


class StandardBenefit(Config):
    """What a household on the standard benefit pays."""

    day: datetime.date
    stage: str
    petrol_litres_month: dict[str, NotNegative]


class CostSplit(Config):
    """Table of the steps of the CO2KostAufG."""

    day: Year
    area_m2: Positive
    prices_eur_t: tuple[Positive, ...]
    examples_kwh_m2: Annotated[tuple[Positive, ...], Field(min_length=2, max_length=2)]


class Renovation(Config):
    """Grid of dwellings for the modernisation levy."""

    day: Year
    kind: LevyKind
    gas_price: str
    gas_price_co2_eur_t: NotNegative
    axes: dict[str, tuple[float, ...]]
    prices_eur_t: dict[str, Positive]


class Wohngeld(Config):
    """Households for the flat components of Wohngeld."""

    day: Year
    persons: tuple[Annotated[int, Field(ge=1)], ...]
    persons_heating: Annotated[int, Field(ge=1)]
    kwh_m2: Positive
    area_m2: dict[int, Positive]


class EnergyPoverty(Config):
    """Runs of the survey series."""

    first_run_end: Year


class Heat(Config):
    """Heat days and deaths."""

    level: Annotated[float, Field(gt=0, lt=1)]
    shared: tuple[Share, ...]
    extreme_days: Positive
    periods: tuple[tuple[int, int], ...]
    normals: tuple[int, int]


class Microdata(Config):
    """Optional chapter from microdata that the user brings."""

    dataset: str


class ClimateConfig(Config):
    """Config of the expertise on climate policy."""

    title: str
    as_of: datetime.date
    emissions: Emissions
    incidence: Incidence
    scenarios: Scenarios
    classes: Classes
    standard_benefit: StandardBenefit
    cost_split: CostSplit
    renovation: Renovation
    wohngeld: Wohngeld
    energy_poverty: EnergyPoverty
    heat: Heat
    cities: dict[Ags, str]
    city_unprintable: tuple[Ags, ...]
    worked_city: Ags
    microdata: Microdata

    @model_validator(mode="after")
    def _prices_named(self) -> ClimateConfig:
        for name in (self.scenarios.main_price, self.scenarios.high_price):
            if name not in self.renovation.prices_eur_t:
                raise ValueError(f"renovation: prices_eur_t lacks {name}, a price of the scenarios")
        if self.worked_city not in self.cities:
            raise ValueError(f"worked_city {self.worked_city} is none of the cities")
        return self
