"""When a modernisation levy leaves the warm rent unchanged, and for whom it does not.

After an energetic modernisation the landlord may raise the rent (§§ 559 to 559f BGB); the tenant
saves heating and CO2 cost. Whether the warm rent stays the same depends on consumption before and
after, living area, cost, prices and the share of the CO2 cost that the tenant bears
(CO2KostAufG, `cost_split`), which rises when the building emits less.

The functions take the numbers of the law as `LevyRules`; `levy_rules_on` looks them up by date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import inf
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from armutsexpertise._checks import require_columns
from armutsexpertise._weighted import FloatArray, as_numbers, as_weights, require_choice
from armutsexpertise.catalog.periods import first_day
from armutsexpertise.climate._money import amount, exact, half_up, not_negative, vat_share
from armutsexpertise.climate.cost_split import Rules, split_costs
from armutsexpertise.parameters import by_household_size, parameter_throughout

__all__ = [
    "Heating",
    "LevyKind",
    "LevyRules",
    "WohngeldComponents",
    "levy_rules_on",
    "modernisation_levy",
    "neutral_cost",
    "neutral_share",
    "renovation_grid",
    "tenant_heating_cost",
    "warm_rent",
    "wohngeld_components_on",
    "wohngeld_cover",
]

LevyKind = Literal["general", "general_heating", "simplified", "funded_heating"]
"""§ 559 in general; § 559 for a heating system that meets § 555b Nr. 1 or 1a; § 559c; § 559e."""

LEVY_KINDS: Final[tuple[str, ...]] = get_args(LevyKind)


@dataclass(frozen=True)
class LevyRules:
    """The numbers of a modernisation levy.

    Attributes
    ----------
    kind : LevyKind
        Which provision.
    percent : Decimal
        Percent of the cost by which the yearly rent may rise.
    maintenance_percent : Decimal or None
        Flat percentage of the cost that counts as maintenance; None where maintenance is to be
        estimated (§ 559 Abs. 2).
    cap_eur_m2 : Decimal
        Highest rise of the monthly rent in six years, EUR per square metre.
    cap_low_rent_eur_m2, low_rent_below_eur_m2 : Decimal
        Lower cap for rents below this bound, EUR per square metre and month.
    cap_measure_eur_m2 : Decimal or None
        Further cap of a heating system, EUR per square metre and month.
    cost_limit_eur : Decimal or None
        Highest cost per dwelling for which the provision may be used.
    paragraphs : tuple of str
        Provisions.
    """

    kind: str
    percent: Decimal
    maintenance_percent: Decimal | None
    cap_eur_m2: Decimal
    cap_low_rent_eur_m2: Decimal
    low_rent_below_eur_m2: Decimal
    cap_measure_eur_m2: Decimal | None
    cost_limit_eur: Decimal | None
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Heating:
    """How a dwelling is heated, as far as the cost depends on it.

    Parameters
    ----------
    price_ct_kwh : float
        Price of energy in cents per kWh, VAT included, without the CO2 price.
    kg_per_kwh : float
        Emission factor of the fuel, kg CO2 per kWh on the calorific value of the price; 0 where
        no CO2 price is charged (heat pump, wood).
    vat : float
        VAT rate on the CO2 price, as a share.

    Raises
    ------
    ValueError
        If a number is negative, missing, or the rate no share.
    """

    price_ct_kwh: float
    kg_per_kwh: float
    vat: float = 0.0

    def __post_init__(self) -> None:
        not_negative(self.price_ct_kwh, "price_ct_kwh")
        not_negative(self.kg_per_kwh, "kg_per_kwh")
        vat_share(self.vat)


class WohngeldComponents(NamedTuple):
    """Flat components of Wohngeld of a household size, EUR per month.

    Attributes
    ----------
    heating : Decimal
        Added to the rent that counts (§ 11 Abs. 1 Nr. 2, § 12 Abs. 6 WoGG).
    climate : Decimal
        Raises the ceiling of the rent that counts (§ 11 Abs. 1 Nr. 1, § 12 Abs. 7 WoGG).
    """

    heating: Decimal
    climate: Decimal


def levy_rules_on(on: str, kind: LevyKind = "general") -> LevyRules:
    """Return the numbers of a modernisation levy on a date.

    Parameters
    ----------
    on : str
        Day ``YYYY-MM-DD``, or ``YYYY``.
    kind : {"general", "general_heating", "simplified", "funded_heating"}
        Which provision.

    Returns
    -------
    LevyRules
        Numbers with their paragraphs.

    Raises
    ------
    ValueError
        If the kind is unknown, or the data hold no value on that date.

    Notes
    -----
    § 559 Abs. 1 und 3a, § 559c Abs. 1, § 559e Abs. 1 bis 3 BGB.

    Examples
    --------
    >>> rules = levy_rules_on("2025", "funded_heating")
    >>> rules.percent, rules.maintenance_percent, rules.cap_measure_eur_m2
    (Decimal('10.0'), Decimal('15.0'), Decimal('0.5'))
    """
    require_choice(kind, LEVY_KINDS, "kind")
    names = {
        "percent": "levy_heating_percent" if kind == "funded_heating" else "levy_percent",
        "cap": "levy_cap",
        "cap_low_rent": "levy_cap_low_rent",
        "low_rent_below": "levy_low_rent_below",
    }
    if kind == "funded_heating":
        names["maintenance"] = "levy_heating_maintenance"
    if kind == "simplified":
        names |= {"maintenance": "levy_simplified_maintenance", "limit": "levy_simplified_limit"}
    if "heating" in kind:
        names["cap_measure"] = "levy_cap_heating"
    found = {part: parameter_throughout(name, on) for part, name in names.items()}
    values = {part: amount(value) for part, value in found.items()}
    return LevyRules(
        kind,
        values["percent"],
        values.get("maintenance"),
        values["cap"],
        values["cap_low_rent"],
        values["low_rent_below"],
        values.get("cap_measure"),
        values.get("limit"),
        tuple(dict.fromkeys(value.legal_basis for value in found.values())),
    )


def modernisation_levy(
    dwellings: pd.DataFrame, rules: LevyRules, *, counted_percent: object = 100
) -> pd.DataFrame:
    """Return by how much the rent may rise after a modernisation.

    Parameters
    ----------
    dwellings : DataFrame, one row per dwelling
        ``cost_eur`` (cost for the dwelling), ``area_m2`` (living area, positive),
        ``rent_eur_m2`` (monthly rent before, EUR per square metre without heating);
        ``maintenance_eur`` (part of the cost that maintenance would have cost) where the rules
        have no flat rate; optionally ``grants_eur`` (public grants, § 559a) and
        ``raised_eur_m2`` (rises by levy in the last six years, which use up the cap).
    rules : LevyRules
        As from `levy_rules_on`.
    counted_percent : number
        Percent of the cost that counts: 50 for a heat pump without proof of its seasonal
        performance (§ 559f Abs. 2 BGB), else 100.

    Returns
    -------
    DataFrame, index as in ``dwellings``
        ``counted_eur`` (cost that counts), ``uncapped_eur_m`` (rise of the monthly rent without
        cap), ``cap_eur_m``, ``levy_eur_m`` (the smaller of the two), ``levy_eur_m2``,
        ``capped`` (bool).

    Raises
    ------
    TypeError, ValueError
        If a column or number is missing, negative or impossible, or the cost exceeds the limit of
        the simplified procedure.

    Notes
    -----
    levy = percent x (cost - maintenance - grants) / 12, at most cap x area. A flat rate of
    maintenance is taken of the whole cost, before grants: § 559e Abs. 2 speaks of the cost
    spent, Abs. 1 of cost less grants. The simplified procedure leaves hardship and cheaper loans
    aside, not grants (§ 559c Abs. 1 Satz 3). Not modelled: hardship (§ 559 Abs. 4), and that the
    flat rate does not apply to heating systems under § 43 GModG (§ 559e Abs. 2 Satz 2).

    Examples
    --------
    >>> flat = pd.DataFrame({"cost_eur": [30000.0], "maintenance_eur": [10000.0],
    ...                      "area_m2": [75.0], "rent_eur_m2": [6.5]})
    >>> modernisation_levy(flat, levy_rules_on("2025"))[["levy_eur_m", "capped"]].values.tolist()
    [[133.33333333333334, False]]
    """
    require_columns(dwellings, ["cost_eur", "area_m2", "rent_eur_m2"], "dwellings")
    cost, area = _column(dwellings, "cost_eur"), _area(dwellings)
    rent = _column(dwellings, "rent_eur_m2")
    if rules.cost_limit_eur is not None:
        above = int((cost > float(rules.cost_limit_eur)).sum())
        if above:
            raise ValueError(
                f"cost_eur exceeds {rules.cost_limit_eur:.0f} in {above} of {len(cost)} rows: the "
                "simplified procedure is closed (§ 559c Abs. 1 Satz 1 BGB), use kind general."
            )
    counted = cost * float(not_negative(counted_percent, "counted_percent")) / 100
    if rules.maintenance_percent is not None:
        maintenance = counted * float(rules.maintenance_percent) / 100
    else:
        require_columns(dwellings, ["maintenance_eur"], "dwellings")
        maintenance = _column(dwellings, "maintenance_eur")
    over = int((maintenance > cost).sum())
    if over:
        raise ValueError(f"maintenance_eur exceeds cost_eur in {over} of {len(cost)} rows.")
    counted = np.maximum(counted - maintenance - _column(dwellings, "grants_eur", default=0.0), 0.0)
    cap_m2 = np.where(
        rent < float(rules.low_rent_below_eur_m2),
        float(rules.cap_low_rent_eur_m2),
        float(rules.cap_eur_m2),
    )
    cap_m2 = np.maximum(cap_m2 - _column(dwellings, "raised_eur_m2", default=0.0), 0.0)
    if rules.cap_measure_eur_m2 is not None:
        cap_m2 = np.minimum(cap_m2, float(rules.cap_measure_eur_m2))
    uncapped = counted * float(rules.percent) / 100 / 12
    cap = cap_m2 * area
    levy = np.minimum(uncapped, cap)
    return pd.DataFrame(
        {
            "counted_eur": counted,
            "uncapped_eur_m": uncapped,
            "cap_eur_m": cap,
            "levy_eur_m": levy,
            "levy_eur_m2": levy / area,
            "capped": uncapped > cap,
        },
        index=dwellings.index,
    )


def tenant_heating_cost(
    consumption_kwh: pd.Series,
    area_m2: pd.Series,
    heating: Heating,
    price_eur_t: object,
    rules: Rules | None,
) -> pd.DataFrame:
    """Return what heating costs the tenant in a year.

    Parameters
    ----------
    consumption_kwh : Series of float, shape (n,)
        kWh a year, on the calorific value of the price of ``heating``.
    area_m2 : Series of float, shape (n,)
        Living area.
    heating : Heating
        Price and emission factor.
    price_eur_t : number
        CO2 price, EUR per tonne, net of VAT.
    rules : Rules or None
        CO2KostAufG, as from `armutsexpertise.climate.cost_split.rules_on`; None where the
        occupant bears the whole CO2 cost (owners).

    Returns
    -------
    DataFrame, shape (n, 3)
        ``energy_eur_a`` (without the CO2 price), ``co2_eur_a`` (share of the tenant),
        ``heating_eur_a`` (their sum).

    Raises
    ------
    TypeError, ValueError
        If a number is missing, negative or impossible.

    Examples
    --------
    >>> gas = Heating(price_ct_kwh=10.0, kg_per_kwh=0.18139464, vat=0.19)
    >>> from armutsexpertise.climate.cost_split import rules_on
    >>> cost = tenant_heating_cost(pd.Series([15000.0]), pd.Series([75.0]), gas, 55,
    ...                            rules_on("2025"))
    >>> cost.round(2).values.tolist()
    [[1500.0, 89.04, 1589.04]]
    """
    table = pd.DataFrame({"consumption_kwh": consumption_kwh, "area_m2": area_m2})
    use = _column(table, "consumption_kwh")
    price = float(not_negative(price_eur_t, "price_eur_t"))
    emissions = use * heating.kg_per_kwh
    co2 = emissions * price / 1000 * (1 + heating.vat)
    if rules is not None:
        co2 = co2 * _tenant_share(emissions, _area(table), rules)
    energy = use * heating.price_ct_kwh / 100
    return pd.DataFrame(
        {"energy_eur_a": energy, "co2_eur_a": co2, "heating_eur_a": energy + co2},
        index=table.index,
    )


def warm_rent(
    dwellings: pd.DataFrame,
    before: Heating,
    after: Heating,
    levy: LevyRules,
    price_eur_t: object,
    split: Rules | None,
    *,
    counted_percent: object = 100,
) -> pd.DataFrame:
    """Return how a modernisation changes the warm rent.

    Parameters
    ----------
    dwellings : DataFrame, one row per dwelling
        The columns of `modernisation_levy`, ``kwh_before`` and ``kwh_after`` (kWh a year).
    before, after : Heating
        Price and emission factor before and after.
    levy : LevyRules
        As from `levy_rules_on`.
    price_eur_t : number
        CO2 price, EUR per tonne, net of VAT.
    split : Rules or None
        CO2KostAufG, or None where it does not apply.
    counted_percent : number
        As in `modernisation_levy`.

    Returns
    -------
    DataFrame, index as in ``dwellings``
        EUR a year: ``levy_eur_a``, ``energy_saved_eur_a``, ``co2_saved_eur_a`` (of the tenant),
        ``warm_rent_change_eur_a`` (levy minus both), ``change_eur_m2`` (per square metre and
        month), ``neutral`` (change at most 0), ``capped``; ``neutral_from_eur_t`` and
        ``neutral_to_eur_t``: CO2 prices at which the warm rent does not rise, both missing if
        there is none.

    Raises
    ------
    TypeError, ValueError
        If a column or number is missing, negative or impossible.

    Notes
    -----
    The steps of the CO2KostAufG depend on emissions, not on the price. So the change is linear
    in the CO2 price and the break-even exact: (levy - energy saved) over the CO2 per EUR/t that
    the tenant pays for less. Where the tenant pays for more afterwards (a higher share of less
    CO2), a higher price makes the modernisation dearer, and the break-even is an upper bound. The
    landlord's saving is not counted, nor is a change of the comparative rent, nor the halves of
    § 5a CO2KostAufG for new fossil heating systems from 2028 on.

    Examples
    --------
    >>> gas = Heating(10.0, 0.18139464, 0.19)
    >>> flat = pd.DataFrame({"cost_eur": [20000.0], "maintenance_eur": [8000.0],
    ...     "area_m2": [75.0], "rent_eur_m2": [6.5], "kwh_before": [15000.0],
    ...     "kwh_after": [7500.0]})
    >>> from armutsexpertise.climate.cost_split import rules_on
    >>> result = warm_rent(flat, gas, gas, levy_rules_on("2025"), 55, rules_on("2025"))
    >>> result[["levy_eur_a", "energy_saved_eur_a", "co2_saved_eur_a"]].round(2).values.tolist()
    [[960.0, 750.0, 17.81]]
    >>> round(result["neutral_from_eur_t"].item(), 1)
    648.6
    """
    rise = modernisation_levy(dwellings, levy, counted_percent=counted_percent)
    use = {name: _column(dwellings, name) for name in ("kwh_before", "kwh_after")}
    area = _area(dwellings)
    price = float(not_negative(price_eur_t, "price_eur_t"))
    # CO2 cost of the tenant per EUR/t, before and after
    paid = []
    for name, heating in (("kwh_before", before), ("kwh_after", after)):
        emissions = use[name] * heating.kg_per_kwh
        share = 1.0 if split is None else _tenant_share(emissions, area, split)
        paid.append(emissions / 1000 * (1 + heating.vat) * share)
    co2_per_euro = paid[0] - paid[1]
    energy = (use["kwh_before"] * before.price_ct_kwh - use["kwh_after"] * after.price_ct_kwh) / 100
    levy_a = rise["levy_eur_m"].to_numpy() * 12
    change = levy_a - energy - co2_per_euro * price
    gap = levy_a - energy
    even = gap / np.where(co2_per_euro == 0, 1.0, co2_per_euro)
    falls, rises = co2_per_euro > 0, co2_per_euro < 0
    never = (gap > 0) & ~falls
    first = np.where(never, np.nan, np.where(falls & (gap > 0), even, 0.0))
    last = np.where(never, np.nan, np.where(rises, even, inf))
    return pd.DataFrame(
        {
            "levy_eur_a": levy_a,
            "energy_saved_eur_a": energy,
            "co2_saved_eur_a": co2_per_euro * price,
            "warm_rent_change_eur_a": change,
            "change_eur_m2": change / area / 12,
            "neutral": change <= 0,
            "capped": rise["capped"].to_numpy(),
            "neutral_from_eur_t": first,
            "neutral_to_eur_t": last,
        },
        index=dwellings.index,
    )


def neutral_cost(
    dwellings: pd.DataFrame,
    before: Heating,
    after: Heating,
    levy: LevyRules,
    price_eur_t: object,
    split: Rules | None,
) -> pd.Series:
    """Return the highest cost that counts at which the warm rent does not rise.

    Parameters
    ----------
    dwellings : DataFrame, one row per dwelling
        ``area_m2``, ``rent_eur_m2``, ``kwh_before``, ``kwh_after``, optionally
        ``raised_eur_m2``.
    before, after, levy, price_eur_t, split
        As in `warm_rent`.

    Returns
    -------
    Series of float, index as in ``dwellings``
        EUR per dwelling after maintenance and grants; 0 where nothing is saved, infinite where
        the cap keeps the levy below the saving at any cost.

    Raises
    ------
    TypeError, ValueError
        As in `warm_rent`.

    Notes
    -----
    Saving over the percentage of the levy, unless cap x area x 12 is at most the saving.

    Examples
    --------
    >>> gas = Heating(10.0, 0.18139464, 0.19)
    >>> flat = pd.DataFrame({"area_m2": [75.0], "rent_eur_m2": [6.5], "kwh_before": [15000.0],
    ...                      "kwh_after": [7500.0]})
    >>> neutral_cost(flat, gas, gas, levy_rules_on("2025"), 55, None).round(2).item()
    10488.03
    """
    free = dwellings.assign(cost_eur=0.0, maintenance_eur=0.0, grants_eur=0.0)
    saving = -warm_rent(free, before, after, levy, price_eur_t, split)["warm_rent_change_eur_a"]
    cap = modernisation_levy(free, levy)["cap_eur_m"] * 12
    cost = (saving.clip(lower=0) / (float(levy.percent) / 100)).where(cap > saving, inf)
    return cost.rename("neutral_cost_eur")


def renovation_grid(
    axes: Mapping[str, Sequence[float]],
    before: Heating,
    after: Heating,
    levy: LevyRules,
    prices_eur_t: Mapping[str, float],
    split: Rules | None,
    *,
    counted_percent: object = 100,
) -> pd.DataFrame:
    """Return the change of the warm rent over a grid of dwellings and CO2 prices.

    Parameters
    ----------
    axes : mapping of str to sequence of float
        Values of ``area_m2``, ``rent_eur_m2``, ``kwh_m2`` (consumption before, kWh per square
        metre and year), ``saving`` (share of it saved, in [0, 1]), ``cost_eur_m2`` (cost per
        square metre); ``maintenance_share`` (share of the cost that is maintenance, in [0, 1]),
        only where the levy has no flat rate; optionally ``grants_share`` (share of the cost that
        public grants pay, in [0, 1]).
    before, after, levy, split, counted_percent
        As in `warm_rent`.
    prices_eur_t : mapping of str to float
        CO2 prices by name, such as a year or a path.

    Returns
    -------
    DataFrame, one row per point of the grid and price
        ``price`` (name), ``price_eur_t``, the axes, and the columns of `warm_rent`.

    Raises
    ------
    TypeError, ValueError
        If an axis is missing or unknown, a share lies outside [0, 1], or as in `warm_rent`.

    Notes
    -----
    Consumption is counted in kWh that are bought. A heat pump of seasonal performance s that
    follows a boiler with e kWh of heat per kWh bought has a ``saving`` of 1 - e/s, at the price of
    electricity in ``after``.

    Examples
    --------
    >>> gas = Heating(10.0, 0.18139464, 0.19)
    >>> axes = {"area_m2": [75], "rent_eur_m2": [6.5], "kwh_m2": [150, 250], "saving": [0.5],
    ...         "cost_eur_m2": [200], "maintenance_share": [0.4]}
    >>> grid = renovation_grid(axes, gas, gas, levy_rules_on("2025"), {"2025": 55}, None)
    >>> grid[["kwh_m2", "neutral"]].values.tolist()
    [[150.0, False], [250.0, True]]

    A funded heat pump (§ 559e): 200 EUR per square metre cost 15,000 EUR; 10 % of what 15 %
    maintenance and 30 % grants leave would be 68.75 EUR a month, the cap of 0.50 EUR per square
    metre is 37.50 EUR.

    >>> pump = Heating(30.0, 0.0)
    >>> axes = {"area_m2": [75], "rent_eur_m2": [6.5], "kwh_m2": [150], "saving": [2 / 3],
    ...         "cost_eur_m2": [200], "grants_share": [0.3]}
    >>> rules = levy_rules_on("2025", "funded_heating")
    >>> grid = renovation_grid(axes, gas, pump, rules, {"2025": 55}, None)
    >>> grid[["levy_eur_a", "capped"]].values.tolist()
    [[450.0, True]]
    """
    names = ["area_m2", "rent_eur_m2", "kwh_m2", "saving", "cost_eur_m2"]
    if levy.maintenance_percent is None:
        names.append("maintenance_share")
    if set(axes) - {"grants_share"} != set(names):
        raise ValueError(
            f"The axes of the grid are {', '.join(names)}, and grants_share if there are grants: "
            "give these and no others."
        )
    names += [name for name in ("grants_share",) if name in axes]
    points = pd.DataFrame(list(product(*(axes[name] for name in names))), columns=names)
    if points.empty or not prices_eur_t:
        raise ValueError("The grid is empty: give at least one value per axis and one price.")
    for name in names:
        if name not in ("saving", "maintenance_share", "grants_share"):
            continue
        outside = int((~points[name].between(0, 1)).sum())
        if outside:
            raise ValueError(f"{name} lies outside [0, 1] in {outside} point(s): give a share.")
    points = points.astype(float)
    use = points["kwh_m2"] * points["area_m2"]
    cost = points["cost_eur_m2"] * points["area_m2"]
    dwellings = points.assign(
        kwh_before=use,
        kwh_after=use * (1 - points["saving"]),
        cost_eur=cost,
    )
    for part in ("maintenance", "grants"):
        if f"{part}_share" in points:
            dwellings[f"{part}_eur"] = cost * points[f"{part}_share"]
    tables = []
    for name, price in prices_eur_t.items():
        result = warm_rent(
            dwellings, before, after, levy, price, split, counted_percent=counted_percent
        )
        head = pd.DataFrame({"price": str(name), "price_eur_t": float(price)}, index=points.index)
        tables.append(pd.concat([head, points, result], axis=1))
    return pd.concat(tables, ignore_index=True)


def neutral_share(
    results: pd.DataFrame, by: str | Sequence[str], weight: pd.Series | None = None
) -> pd.DataFrame:
    """Return how many dwellings of each group keep their warm rent, and how it changes.

    Parameters
    ----------
    results : DataFrame, one row per dwelling
        ``warm_rent_change_eur_a``, ``neutral`` (see `warm_rent`) and the columns of ``by``, such
        as the income class of the tenants.
    by : str or sequence of str
        Columns of the groups.
    weight : Series of float, optional
        Weights of the dwellings; default: each counts once.

    Returns
    -------
    DataFrame, one row per group
        The columns of ``by``, ``dwellings`` (weighted), ``neutral_share`` in [0, 1],
        ``change_mean_eur_a``, and the unweighted range ``change_low_eur_a`` to
        ``change_high_eur_a``.

    Raises
    ------
    TypeError, ValueError
        If a column or group is missing, or a weight is missing or negative.

    Examples
    --------
    >>> results = pd.DataFrame({"class": ["a", "a"], "neutral": [True, False],
    ...                         "warm_rent_change_eur_a": [-10.0, 30.0]})
    >>> neutral_share(results, "class").values.tolist()
    [['a', 2.0, 0.5, 10.0, -10.0, 30.0]]
    """
    keys = [by] if isinstance(by, str) else list(by)
    require_columns(results, [*keys, "warm_rent_change_eur_a", "neutral"], "results")
    unclassed = int(results[keys].isna().any(axis=1).sum())
    if unclassed:
        raise ValueError(
            f"{', '.join(keys)} is missing in {unclassed} of {len(results)} rows: class them, or "
            "leave them out and say so."
        )
    weights = as_weights(weight, len(results))
    change = as_numbers(results["warm_rent_change_eur_a"], "warm_rent_change_eur_a")
    parts = results[keys].assign(
        dwellings=weights,
        neutral=weights * results["neutral"].to_numpy(),
        change=weights * change,
        change_low_eur_a=change,
        change_high_eur_a=change,
    )
    table = parts.groupby(keys, as_index=False).agg(
        {
            "dwellings": "sum",
            "neutral": "sum",
            "change": "sum",
            "change_low_eur_a": "min",
            "change_high_eur_a": "max",
        }
    )
    table.insert(len(keys) + 1, "neutral_share", table.pop("neutral") / table["dwellings"])
    table.insert(len(keys) + 2, "change_mean_eur_a", table.pop("change") / table["dwellings"])
    return table


def wohngeld_components_on(on: str, persons: int) -> WohngeldComponents:
    """Return the flat components of Wohngeld on a date.

    Parameters
    ----------
    on : str
        Day ``YYYY-MM-DD``, or ``YYYY``.
    persons : int
        Persons of the household, at least 1.

    Returns
    -------
    WohngeldComponents
        EUR per month.

    Raises
    ------
    ValueError
        If there is no person, or the data hold no value on that date.

    Notes
    -----
    § 12 Abs. 6 WoGG: relief for the CO2 price and permanent heating component together;
    § 12 Abs. 7 WoGG: climate component.

    Examples
    --------
    >>> wohngeld_components_on("2025", 3)
    WohngeldComponents(heating=Decimal('170.20'), climate=Decimal('29.60'))
    """
    if persons < 1:
        raise ValueError(f"A household has at least 1 person, not {persons}.")

    def of_size(name: str) -> Decimal:
        for item in ("1", "2", "further"):
            parameter_throughout(name, on, item=item)  # refuses a year in which amounts change
        return half_up(exact(by_household_size(name, first_day(on), persons), name), 2)

    return WohngeldComponents(
        of_size("wohngeld_co2_relief") + of_size("wohngeld_heating_component"),
        of_size("wohngeld_climate_component"),
    )


def wohngeld_cover(
    persons: int,
    components: WohngeldComponents,
    *,
    heating_eur_m: object,
    co2_eur_m: object,
    levy_eur_m: object,
) -> pd.DataFrame:
    """Return how far the flat components of Wohngeld go.

    Parameters
    ----------
    persons : int
        Persons of the household, at least 1.
    components : WohngeldComponents
        Components of that household size.
    heating_eur_m, co2_eur_m, levy_eur_m : number
        Heating cost, the tenant's CO2 cost in it, and levy, EUR per month.

    Returns
    -------
    DataFrame, one row per cost
        ``cost`` (``heating``, ``co2``, ``levy``), ``persons``, ``cost_eur_m``,
        ``component`` (which one stands against it), ``component_eur_m``, ``counted_eur_m`` (the
        smaller of cost and component), ``counted_share`` (of the cost; missing where it is 0).

    Raises
    ------
    TypeError, ValueError
        If a number is missing or negative, or there is no person.

    Notes
    -----
    Both components are flat by household size, whatever the cost. They enter the rent that
    counts, not the payment: Wohngeld rises by less than the component, by how much depends on
    income (§ 19 WoGG). The climate component raises the ceiling and helps only where the rent
    lies above it. ``heating`` and ``co2`` stand against the same component: do not add them.

    Examples
    --------
    >>> parts = WohngeldComponents(Decimal("110.40"), Decimal("19.20"))
    >>> cover = wohngeld_cover(1, parts, heating_eur_m=120, co2_eur_m=8, levy_eur_m=40)
    >>> cover["counted_share"].tolist()
    [0.92, 1.0, 0.48]
    """
    if persons < 1:
        raise ValueError(f"A household has at least 1 person, not {persons}.")
    rows = []
    for name, paid, part, of in (
        ("heating", heating_eur_m, "heating", components.heating),
        ("co2", co2_eur_m, "heating", components.heating),
        ("levy", levy_eur_m, "climate", components.climate),
    ):
        cost = not_negative(paid, f"{name}_eur_m")
        counted = min(cost, of)
        share = float(counted / cost) if cost else float("nan")
        rows.append((name, persons, float(cost), part, float(of), float(counted), share))
    columns = ["cost", "persons", "cost_eur_m", "component", "component_eur_m"]
    return pd.DataFrame(rows, columns=[*columns, "counted_eur_m", "counted_share"])


def _tenant_share(emissions: FloatArray, area: FloatArray, rules: Rules) -> FloatArray:
    """Return the share of the CO2 cost that the tenant bears."""
    table = pd.DataFrame({"emissions_kg": emissions, "cost_eur": 0.0, "area_m2": area})
    return np.asarray(split_costs(table, rules)["tenant_percent"].to_numpy() / 100)


def _column(table: pd.DataFrame, name: str, default: float | None = None) -> FloatArray:
    if default is not None and name not in table:
        return np.full(len(table), default)
    require_columns(table, [name], "dwellings")
    numbers = as_numbers(table[name], name)
    negative = int((numbers < 0).sum())
    if negative:
        raise ValueError(f"{name} has {negative} negative value(s) of {len(table)}: correct them.")
    return numbers


def _area(table: pd.DataFrame) -> FloatArray:
    area = _column(table, "area_m2")
    empty = int((area == 0).sum())
    if empty:
        raise ValueError(f"area_m2 is zero in {empty} of {len(table)} rows: correct it.")
    return area
