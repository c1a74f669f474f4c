"""What a CO2 price adds to the cost of a unit of fuel.

Energy is counted on the net calorific value (Heizwert, Hi) or the gross calorific value
(Brennwert, Hs). Bills for natural gas count kWh on Hs, standard emission factors rest on Hi: the
unit of a quantity is therefore always an argument, and there is no unit without one of the two.

The functions take numbers. `fuel_on`, `carbon_price_on` and `vat_on` look the German ones up by
date: prices of the BEHG, standard values of the EBeV 2030, VAT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from armutsexpertise._checks import require_columns
from armutsexpertise._weighted import FloatArray, as_numbers
from armutsexpertise.catalog.periods import last_day
from armutsexpertise.climate._money import amount, exact, not_negative, vat_share
from armutsexpertise.parameters import parameter_throughout

__all__ = [
    "FUELS",
    "Fuel",
    "PriceRange",
    "Unit",
    "carbon_cost_eur",
    "carbon_price_on",
    "convert_units",
    "cost_per_unit",
    "emission_factor",
    "emissions_kg",
    "fuel_from_standard_values",
    "fuel_on",
    "household_emissions",
    "kwh_hs_from_m3",
    "vat_on",
]

Unit = Literal["kwh_hi", "kwh_hs", "liter", "kg"]
"""Units that have an emission factor; cubic metres of gas become kWh by `kwh_hs_from_m3`."""

UNITS: Final[tuple[str, ...]] = get_args(Unit)
GJ_PER_MWH: Final = Decimal("3.6")
"""Definition of the watt-hour, no statutory value."""


@dataclass(frozen=True)
class Fuel:
    """Emission factors of a fuel.

    Attributes
    ----------
    name : str
        Name, as in `FUELS`.
    kg_per_unit : mapping of str to Decimal
        Kilograms of CO2 per unit, for the units that are known.
    source : str
        Where the factors come from.
    """

    name: str
    kg_per_unit: Mapping[str, Decimal]
    source: str = ""


class PriceRange(NamedTuple):
    """Lowest and highest CO2 price of a date, EUR per tonne, net of VAT."""

    low: Decimal
    high: Decimal


FUELS: Final[Mapping[str, str]] = {
    "erdgas": "gas",
    "heizoel": "heating_oil",
    "heizoel_schwer": "heavy_heating_oil",
    "fluessiggas": "lpg_heating",
    "benzin": "petrol",
    "diesel": "diesel",
    "autogas": "lpg_motor",
    "braunkohlebriketts": "lignite_briquettes_retail",
    "steinkohlebriketts": "hard_coal_briquettes_retail",
    "anthrazit": "anthracite_retail",
}
"""Fuels with standard values, by their item in the parameters of the EBeV 2030."""

VAT_ITEMS: Final[Mapping[str, str]] = {"erdgas": "gas", "fluessiggas": "liquefied_gas"}
"""Fuels whose VAT rate was not always the standard one, by their item in the parameter."""

BY_VOLUME: Final = frozenset({"heizoel", "benzin", "diesel"})
"""Fuels whose conversion factor is a density; that of the others is 1 tonne per tonne."""


def fuel_from_standard_values(
    name: str,
    *,
    t_per_gj: object,
    gj_per_t: object | None = None,
    t_per_1000_l: object | None = None,
    gj_per_mwh_hs: object | None = None,
    source: str = "",
) -> Fuel:
    """Return the factors per kWh, kg and litre that follow from standard values.

    Parameters
    ----------
    name : str
        Name of the fuel.
    t_per_gj : number
        Emission factor, t CO2 per GJ on the net calorific value.
    gj_per_t : number, optional
        Net calorific value, GJ per tonne; gives the factor per kg.
    t_per_1000_l : number, optional
        Density, tonnes per 1,000 litres; gives, with ``gj_per_t``, the factor per litre.
    gj_per_mwh_hs : number, optional
        GJ on the net calorific value per MWh on the gross one; gives the factor per kWh Hs.
    source : str
        Where the values come from.

    Returns
    -------
    Fuel
        Factors in exact decimal arithmetic.

    Raises
    ------
    TypeError, ValueError
        If a value is no number, or negative.

    Notes
    -----
    kg/kWh Hi = t/GJ x 3.6; kg/kWh Hs = t/GJ x GJ/MWh Hs; kg/kg = t/GJ x GJ/t;
    kg/l = t/GJ x GJ/t x t/1,000 l. EBeV 2030, Anlage 2 Teil 4.

    Examples
    --------
    >>> gas = fuel_from_standard_values("gas", t_per_gj="0.0558", gj_per_mwh_hs="3.2508")
    >>> gas.kg_per_unit["kwh_hi"], round(gas.kg_per_unit["kwh_hs"], 5)
    (Decimal('0.20088'), Decimal('0.18139'))
    """
    factor = not_negative(t_per_gj, "t_per_gj")
    per_unit = {"kwh_hi": factor * GJ_PER_MWH}
    if gj_per_mwh_hs is not None:
        per_unit["kwh_hs"] = factor * not_negative(gj_per_mwh_hs, "gj_per_mwh_hs")
    if gj_per_t is not None:
        per_unit["kg"] = factor * not_negative(gj_per_t, "gj_per_t")
        if t_per_1000_l is not None:
            per_unit["liter"] = per_unit["kg"] * not_negative(t_per_1000_l, "t_per_1000_l")
    return Fuel(name, per_unit, source)


def fuel_on(name: str, on: str) -> Fuel:
    """Return a fuel with the standard values that hold on a date.

    Parameters
    ----------
    name : str
        Key of `FUELS`.
    on : str
        Day ``YYYY-MM-DD``, or ``YYYY``.

    Returns
    -------
    Fuel
        Factors of the EBeV 2030 from 2023; for natural gas also those of 2021 and 2022.

    Raises
    ------
    ValueError
        If the fuel has no standard value, or none on that date.

    Examples
    --------
    >>> fuel_on("heizoel", "2025").kg_per_unit["liter"]
    Decimal('2.6762840')
    """
    if name not in FUELS:
        raise ValueError(f"{name!r} has no emission factor: choose one of {', '.join(FUELS)}.")
    item = FUELS[name]
    if name == "erdgas" and last_day(on).year < 2023:
        hi, hs = (
            parameter_throughout(f"emission_factor_{unit}", on, item=item)
            for unit in ("kwh_hi", "kwh_hs")
        )
        return Fuel(name, {"kwh_hi": amount(hi), "kwh_hs": amount(hs)}, hi.source)
    factor, heat, conversion = (
        parameter_throughout(f"ebev_{part}", on, item=item)
        for part in ("emission_factor", "calorific_value", "conversion_factor")
    )
    is_gas = name == "erdgas"
    return fuel_from_standard_values(
        name,
        t_per_gj=amount(factor),
        gj_per_mwh_hs=amount(conversion) if is_gas else None,
        gj_per_t=None if is_gas else amount(heat),
        t_per_1000_l=amount(conversion) if name in BY_VOLUME else None,
        source=factor.source,
    )


def carbon_price_on(on: str) -> PriceRange:
    """Return the national CO2 price of a date.

    Parameters
    ----------
    on : str
        Day ``YYYY-MM-DD``, or ``YYYY``.

    Returns
    -------
    PriceRange
        EUR per tonne, net of VAT; equal ends for the fixed prices to 2025, the ends of the
        auction corridor for 2026.

    Raises
    ------
    ValueError
        If the law in the data knows no price on that date. Prices of the ETS2 are projections:
        they belong into a scenario.

    Notes
    -----
    § 10 Abs. 2 BEHG.

    Examples
    --------
    >>> carbon_price_on("2025").low, carbon_price_on("2026-05-01")
    (Decimal('55.0'), PriceRange(low=Decimal('55.0'), high=Decimal('65.0')))
    """
    price = parameter_throughout("co2_price", on)
    if price.value is not None:
        return PriceRange(amount(price), amount(price))
    return PriceRange(exact(price.value_low, "co2_price"), exact(price.value_high, "co2_price"))


def vat_on(fuel: str, on: str) -> Decimal:
    """Return the VAT rate on a fuel on a date.

    Parameters
    ----------
    fuel : str
        Key of `FUELS`.
    on : str
        Day ``YYYY-MM-DD``, or ``YYYY`` where one rate held all year.

    Returns
    -------
    Decimal
        Rate as a share: 0.19, or 0.07.

    Raises
    ------
    ValueError
        If the fuel is unknown, or no single rate holds on the date: natural gas in 2022 and 2024
        needs the day, liquefied gas from October 2022 to March 2024 the rate of the bill.

    Notes
    -----
    § 12 Abs. 1 UStG; § 28 Abs. 5 UStG for gas from October 2022 to March 2024.

    Examples
    --------
    >>> vat_on("erdgas", "2023"), vat_on("erdgas", "2024-04-01")
    (Decimal('0.07'), Decimal('0.19'))
    """
    if fuel not in FUELS:
        raise ValueError(f"{fuel!r} has no emission factor: choose one of {', '.join(FUELS)}.")
    item = VAT_ITEMS.get(fuel, "standard")
    return amount(parameter_throughout("vat_rate", on, item=item)) / 100


def emission_factor(fuel: Fuel, unit: str) -> Decimal:
    """Return kilograms of CO2 per unit of a fuel.

    Parameters
    ----------
    fuel : Fuel
        Fuel with its factors.
    unit : {"kwh_hi", "kwh_hs", "liter", "kg"}
        Unit of the quantity.

    Returns
    -------
    Decimal
        Kilograms of CO2 per unit.

    Raises
    ------
    ValueError
        If the unit is unknown, or the fuel has no factor for it.

    Examples
    --------
    >>> emission_factor(fuel_on("erdgas", "2025"), "kwh_hi")
    Decimal('0.20088')
    """
    if unit in fuel.kg_per_unit:
        return fuel.kg_per_unit[unit]
    if unit == "m3":
        raise ValueError(
            "Cubic metres of gas have no fixed energy: give the calorific value and the state "
            "number (Zustandszahl) of the bill, see kwh_hs_from_m3."
        )
    known = ", ".join(fuel.kg_per_unit)
    if unit not in UNITS:
        raise ValueError(f"The unit {unit!r} is unknown: {fuel.name} has factors per {known}.")
    raise ValueError(f"{fuel.name} has no factor per {unit}: convert to {known} first.")


def kwh_hs_from_m3(
    volume_m3: npt.ArrayLike, *, kwh_hs_per_m3: object, state_number: object
) -> FloatArray | float:
    """Return the energy of a volume of gas as the bill counts it.

    Parameters
    ----------
    volume_m3 : float or array_like of float
        Cubic metres by the meter.
    kwh_hs_per_m3 : number
        Gross calorific value (Brennwert) on the bill, kWh per cubic metre at standard state.
    state_number : number
        Zustandszahl on the bill: cubic metres at standard state per cubic metre by the meter.

    Returns
    -------
    float or ndarray of float
        kWh on the gross calorific value.

    Raises
    ------
    TypeError, ValueError
        If a number is missing or negative, or a value of the bill is zero.

    Examples
    --------
    >>> round(kwh_hs_from_m3(100, kwh_hs_per_m3=11.2, state_number=0.95), 6)
    1064.0
    """
    factor = not_negative(kwh_hs_per_m3, "kwh_hs_per_m3") * not_negative(
        state_number, "state_number"
    )
    if factor == 0:
        raise ValueError("Calorific value and state number of the bill must be positive.")
    return _quantity(volume_m3, "volume_m3") * float(factor)


def emissions_kg(quantity: npt.ArrayLike, fuel: Fuel, unit: str) -> FloatArray | float:
    """Return the CO2 emissions of quantities of one fuel in one unit.

    Parameters
    ----------
    quantity : float or array_like of float, shape (n,)
        Quantity in ``unit``, at least 0.
    fuel : Fuel
        Fuel with its factors.
    unit : {"kwh_hi", "kwh_hs", "liter", "kg"}
        Unit of all quantities.

    Returns
    -------
    float or ndarray of float, shape (n,)
        Kilograms of CO2.

    Raises
    ------
    TypeError, ValueError
        If a quantity is missing or negative, or the fuel has no factor per unit.

    Examples
    --------
    >>> round(emissions_kg(15000, fuel_on("erdgas", "2025"), "kwh_hs"), 4)
    2720.9196
    """
    return _quantity(quantity, "quantity") * float(emission_factor(fuel, unit))


def carbon_cost_eur(
    emissions: npt.ArrayLike, price_eur_t: object, vat: object = 0
) -> FloatArray | float:
    """Return the cost of emissions at a CO2 price.

    Parameters
    ----------
    emissions : float or array_like of float, shape (n,)
        Kilograms of CO2, at least 0.
    price_eur_t : number
        CO2 price, EUR per tonne, net of VAT.
    vat : number
        VAT rate as a share; 0 (default) gives the net cost.

    Returns
    -------
    float or ndarray of float, shape (n,)
        EUR.

    Raises
    ------
    TypeError, ValueError
        If a number is missing or negative, or the rate is no share.

    Notes
    -----
    kg / 1,000 x EUR/t x (1 + VAT). § 3 Abs. 3 CO2KostAufG.

    Examples
    --------
    >>> round(carbon_cost_eur(2720.9196, 55), 2), round(carbon_cost_eur(2720.9196, 55, 0.19), 2)
    (149.65, 178.08)
    """
    rate = float(not_negative(price_eur_t, "price_eur_t") * (1 + vat_share(vat)))
    return _quantity(emissions, "emissions") * (rate / 1000)


def cost_per_unit(
    fuels: Mapping[str, Fuel], price_eur_t: object, vat: Mapping[str, object] | object
) -> pd.DataFrame:
    """Return what a CO2 price adds to each unit of each fuel.

    Parameters
    ----------
    fuels : mapping of str to Fuel
        Fuels by name.
    price_eur_t : number
        CO2 price, EUR per tonne, net of VAT.
    vat : number or mapping of str to number
        VAT rate as a share, for all fuels or by name.

    Returns
    -------
    DataFrame, one row per fuel and unit with a factor
        ``fuel``, ``unit``, ``kg_per_unit``, ``net_ct``, ``gross_ct`` (cents per unit).

    Raises
    ------
    TypeError, ValueError
        If a number is missing or negative, or a fuel has no VAT rate.

    Examples
    --------
    >>> table = cost_per_unit({"heizoel": fuel_on("heizoel", "2025")}, 55, 0.19)
    >>> table.set_index("unit")["gross_ct"].round(4).to_dict()
    {'kwh_hi': 1.7436, 'kg': 20.7293, 'liter': 17.5163}
    """
    price = not_negative(price_eur_t, "price_eur_t")
    rows = []
    for name, fuel in fuels.items():
        if isinstance(vat, Mapping) and name not in vat:
            raise ValueError(f"{name} has no VAT rate: add it to vat.")
        rate = 1 + vat_share(vat[name] if isinstance(vat, Mapping) else vat)
        for unit, factor in fuel.kg_per_unit.items():
            net = factor * price / 10
            rows.append((name, unit, float(factor), float(net), float(net * rate)))
    return pd.DataFrame(rows, columns=["fuel", "unit", "kg_per_unit", "net_ct", "gross_ct"])


def convert_units(
    quantity: pd.Series, unit: pd.Series, to: str, factors: Mapping[str, object]
) -> pd.Series:
    """Return quantities of mixed units in one unit, by factors that the user states.

    Parameters
    ----------
    quantity : Series of float, shape (n,)
        Quantities, at least 0.
    unit : Series of str, shape (n,)
        Unit of each quantity.
    to : str
        Unit wanted.
    factors : mapping of str to number
        Units of ``to`` per unit of the key; ``to`` itself need not be given.

    Returns
    -------
    Series of float, shape (n,)
        Quantities in ``to``.

    Raises
    ------
    TypeError, ValueError
        If a quantity is missing or negative, or a unit has no factor.

    Examples
    --------
    >>> mixed = pd.DataFrame({"quantity": [12.0, 9000.0], "unit": ["mwh_hs", "kwh_hs"]})
    >>> convert_units(mixed["quantity"], mixed["unit"], "kwh_hs", {"mwh_hs": 1000}).tolist()
    [12000.0, 9000.0]
    """
    numbers = _quantity(quantity, "quantity")
    known = {to: Decimal(1)} | {name: exact(f, f"factor of {name}") for name, f in factors.items()}
    foreign = unit[~unit.isin(list(known))]
    if not foreign.empty:
        counts = ", ".join(f"{n} x {u}" for u, n in foreign.value_counts(dropna=False).items())
        raise ValueError(
            f"{len(foreign)} of {len(unit)} quantities are not in {to} ({counts}): "
            "state a factor for each unit."
        )
    return pd.Series(numbers * unit.map({u: float(f) for u, f in known.items()}), unit.index)


def household_emissions(
    consumption: pd.DataFrame, fuels: Mapping[str, Fuel], units: Mapping[str, str]
) -> pd.DataFrame:
    """Return the emissions of each household by fuel.

    Parameters
    ----------
    consumption : DataFrame, one row per household and fuel
        Columns ``household``, ``fuel`` and ``quantity`` (a year, at least 0). A column ``unit``,
        if there is one, must agree with ``units``.
    fuels : mapping of str to Fuel
        Fuels by name.
    units : mapping of str to str
        Unit of the quantities of each fuel.

    Returns
    -------
    DataFrame, one row per household, one column per fuel
        Tonnes of CO2 a year, 0 where a household does not use the fuel.

    Raises
    ------
    TypeError, ValueError
        If a column is missing, a fuel has no factor or no unit, units are mixed, or a household
        or quantity is missing, or a quantity negative.

    Examples
    --------
    >>> use = pd.DataFrame({"household": [1, 1], "fuel": ["erdgas", "benzin"],
    ...                     "quantity": [10000.0, 500.0]})
    >>> fuels = {name: fuel_on(name, "2025") for name in ("erdgas", "benzin")}
    >>> units = {"erdgas": "kwh_hs", "benzin": "liter"}
    >>> household_emissions(use, fuels, units).round(3).loc[1].to_dict()
    {'benzin': 1.197, 'erdgas': 1.814}
    """
    require_columns(consumption, ["household", "fuel", "quantity"], "consumption")
    nobody = int(consumption["household"].isna().sum())
    if nobody:
        raise ValueError(
            f"household is missing in {nobody} of {len(consumption)} rows of consumption: complete "
            "it, as their emissions would be lost."
        )
    names = consumption["fuel"].unique().tolist()
    for known, what in ((fuels, "factor"), (units, "unit")):
        unknown = consumption.loc[~consumption["fuel"].isin(list(known)), "fuel"]
        if not unknown.empty:
            absent = ", ".join(sorted({str(name) for name in unknown}))
            raise ValueError(
                f"{len(unknown)} row(s) of consumption have a fuel without {what} ({absent}): "
                "add it."
            )
    if "unit" in consumption:
        wrong = consumption[consumption["unit"] != consumption["fuel"].map(units)]
        if not wrong.empty:
            found = ", ".join(sorted({str(u) for u in wrong["unit"]}))
            raise ValueError(
                f"{len(wrong)} of {len(consumption)} rows of consumption are in other units "
                f"({found}) than stated: convert them first, see convert_units."
            )
    factors = consumption["fuel"].map(
        {n: float(emission_factor(fuels[n], units[n])) / 1000 for n in names}
    )
    tonnes = _quantity(consumption["quantity"], "quantity") * factors.to_numpy(dtype=np.float64)
    return (
        consumption[["household", "fuel"]]
        .assign(tonnes=tonnes)
        .pivot_table(
            index="household", columns="fuel", values="tonnes", aggfunc="sum", fill_value=0.0
        )
    )


def _quantity(values: npt.ArrayLike, name: str) -> FloatArray | float:
    """Return non-negative finite numbers: a float for a scalar, else a vector."""
    if np.ndim(values) == 0:
        return float(not_negative(values, name))
    numbers = as_numbers(values, name)
    negative = int((numbers < 0).sum())
    if negative:
        raise ValueError(
            f"{name} has {negative} negative value(s) of {numbers.size}: correct them, "
            "or drop these units with a documented rule."
        )
    return numbers
