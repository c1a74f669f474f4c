"""Model: estimates from the cleaned tables. Calls library functions, decides nothing itself."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pandas as pd
from headlines import headlines

from armutsexpertise.climate import adaptation, fifths, heat, renovation, trend
from armutsexpertise.climate.burden import (
    Channel,
    Outcome,
    Scenario,
    burden_by_class,
    price_path_burden,
    progressivity,
    standard_benefit_balance,
)
from armutsexpertise.climate.carbon import emission_factor, fuel_on
from armutsexpertise.climate.config import ClimateConfig
from armutsexpertise.climate.cost_split import rules_on, split_costs
from armutsexpertise.config import ConfigError, read_config
from armutsexpertise.stages import Project, read_tables, write_tables

TOPIC = "climate"
MAIN = "mittel"
HEAT, DRIVE = ("gas", "oil"), ("fuel",)
HALF_OF_LAST_DIGIT = Decimal("0.05")

Tables = dict[str, pd.DataFrame]


def fact(clean: Tables, name: str) -> float:
    """Return the value of one fact or price by its id."""
    for table in (clean["facts"], clean["prices"], clean["projections"]):
        found = table.loc[table["id"] == name, "value"]
        if len(found) == 1:
            return float(found.iloc[0])
    raise ConfigError(f"analyses/{TOPIC}/config.yml names {name}, which is no cleaned fact.")


def parameter(clean: Tables, name: str, item: str | None = None) -> float:
    """Return one dated parameter."""
    table = clean["parameters"]
    rows = table["name"].eq(name) & (True if item is None else table["item"].astype(str).eq(item))
    return float(table.loc[rows, "value"].item())


def line(clean: Tables, name: str) -> pd.DataFrame:
    """Return one series with whole years, as the functions of trends take it."""
    table = clean["series"][clean["series"]["series"].eq(name)].reset_index(drop=True)
    return table.assign(
        period=table["period"].astype(int), break_before=table["break_before"].astype(bool)
    )


# --- burden -----------------------------------------------------------------------------------


def emissions(clean: Tables, config: ClimateConfig) -> pd.DataFrame:
    """Return tonnes of the average household per fuel, with a range over prices and fuel mix."""
    choices = config.emissions
    prices = choices.prices_eur_l
    energy = 12 * fact(clean, choices.month_spending["home_energy"])
    share = {k: fact(clean, v) / 100 for k, v in choices.shares_of_home_energy.items()}
    petrol, diesel, oil, gas = (
        float(emission_factor(fuel_on(name, choices.factors_on), unit))
        for name, unit in (
            ("benzin", "liter"),
            ("diesel", "liter"),
            ("heizoel", "liter"),
            ("erdgas", "kwh_hs"),
        )
    )
    gas_t = fifths.fuel_tonnes(energy * share["gas"], fact(clean, choices.gas_price) / 100, gas)
    oil_t = [
        fifths.fuel_tonnes(energy * share["oil"], price, oil)
        for price in (prices.heating_oil_high, prices.heating_oil, prices.heating_oil_low)
    ]
    driven = 12 * fact(clean, choices.month_spending["motor_fuel"])
    fuels = sorted(
        [
            fifths.fuel_tonnes(driven, prices.petrol, petrol),
            fifths.fuel_tonnes(driven, prices.diesel, diesel),
        ]
    )
    rows = [
        ("gas", gas_t, gas_t, gas_t),
        ("oil", *oil_t),
        ("fuel", fuels[0], sum(fuels) / 2, fuels[1]),
    ]
    table = pd.DataFrame(rows, columns=["use", "low", "mean", "high"])
    total = table[["low", "mean", "high"]].sum()
    table.loc[len(table)] = ["total", *total]
    return table


def household_variants(
    clean: Tables, config: ClimateConfig, tonnes: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the fifths in the main variant and at the ends of each assumption."""
    choices = config.incidence
    households = fact(clean, choices.households)
    persons = choices.population / households
    energy = 12 * fact(clean, config.emissions.month_spending["home_energy"])
    share = fact(clean, config.emissions.shares_of_home_energy["electricity"]) / 100
    kwh = energy * share / (fact(clean, config.emissions.electricity_price) / 100)
    by_use = tonnes.set_index("use")
    ends = choices.further_member_weight
    income = float(clean["mean_income"]["value"].item())
    benefit = parameter(clean, "regelbedarf")

    def table(
        level: str = "mean",
        weight: float = (ends.low + ends.high) / 2,
        cap: float | None = None,
        gas: str = choices.gas_like[0],
    ) -> pd.DataFrame:
        means = {use: float(by_use.loc[use, level]) for use in (*HEAT, *DRIVE)}
        made = fifths.fifths(
            clean["quantiles"],
            means | {"electricity_kwh_a": kwh},
            spending={
                "gas": gas,
                "oil": "petroleum",
                "fuel": "petroleum",
                "electricity_kwh_a": "electricity_gas",
            },
            households=households,
            persons=persons,
            equivalence=fifths.equivalence_weight(persons, weight),
            income_mean_eur_a=income,
            propensity_cap=cap,
        )
        first = made["quantile"].eq(made["quantile"].iloc[0])
        return made.assign(
            heat=made[list(HEAT)].sum(axis=1),
            drive=made[list(DRIVE)].sum(axis=1),
            equivalised_eur_a=made["net_income_eur_a"] / made["equivalence"],
            standard_benefit_eur_m=first * benefit,
        )

    # the main variant, each assumption on its own, the two that matter for the order of the
    # fifths together, and the ends of all of them together
    variants = {
        MAIN: table(),
        "cap": table(cap=choices.propensity_cap),
        **{f"gas_like_{gas}": table(gas=gas) for gas in choices.gas_like[1:]},
        **{
            f"cap_gas_like_{gas}": table(cap=choices.propensity_cap, gas=gas)
            for gas in choices.gas_like[1:]
        },
        "weight_low": table(weight=ends.low),
        "weight_high": table(weight=ends.high),
        "tonnes_low": table("low"),
        "tonnes_high": table("high"),
    }
    for level, weight, cap, gas in product(
        ("low", "high"), (ends.low, ends.high), (None, choices.propensity_cap), choices.gas_like
    ):
        variants[f"{level}, {weight}, {cap}, {gas}"] = table(level, weight, cap, gas)
    return variants


def variant_table(outcomes: dict[str, Outcome], config: ClimateConfig) -> pd.DataFrame:
    """Return burden and net effect of the fifths at the main price, in every variant."""
    main = config.scenarios.main_price
    parts = []
    for name, outcome in outcomes.items():
        rows = outcome.by_class.set_index(["scenario", "class"])
        parts.append(
            pd.DataFrame(
                {
                    "burden_share": rows.loc[f"{main}|none", "burden_share"],
                    "net_eur_a": rows.loc[f"{main}|per_capita", "net_eur_a"],
                }
            )
            .rename_axis("class")
            .reset_index()
            .assign(variant=name)
        )
    return pd.concat(parts, ignore_index=True)


def burden_tables(clean: Tables, config: ClimateConfig) -> Tables:
    """Spread the CO2 price over fifths, with each use of the revenue."""
    tonnes = emissions(clean, config)
    variants = household_variants(clean, config, tonnes)
    vat = parameter(clean, "vat_rate")
    channels = [Channel("heat", "heat", vat), Channel("drive", "drive", vat)]
    limit = variants[MAIN]["equivalised_eur_a"].iloc[config.scenarios.income_limit_fifths - 1]
    scenarios = [
        Scenario(
            name=f"{price.name}|{use}",
            source=price.source,
            price_eur_t=price.price_eur_t,
            use=use,
            limit_column="equivalised_eur_a" if use == "income_tested" else None,
            limit_eur=float(limit) + 1e-6 if use == "income_tested" else None,
        )
        for price, use in product(config.scenarios.prices, config.scenarios.uses)
    ]
    outcomes = fifths.evaluate_variants(
        variants, channels, scenarios, "quantile", equivalence="equivalence"
    )
    amounts = ["burden_eur_a", "transfer_eur_a", "net_eur_a", "burden_share", "net_share"]
    by_class = fifths.range_of_outcomes(outcomes, MAIN, "by_class", ["scenario", "class"], amounts)
    indices = ["kakwani", "suits", "redistribution", "gini_before", "gini_after"]
    summary = fifths.range_of_outcomes(outcomes, MAIN, "summary", ["scenario"], indices)
    spread = []
    for name, table in variants.items():
        for use in ("heat", "drive", "both"):
            burden = table["heat"] + table["drive"] if use == "both" else table[use]
            price = next(
                p.price_eur_t
                for p in config.scenarios.prices
                if p.name == config.scenarios.main_price
            )
            index = progressivity(
                table["equivalised_eur_a"],
                burden * price * (1 + vat) / table["equivalence"],
                table["weight"] * table["persons"],
            )
            spread.append({"variant": name, "use": use} | index._asdict())
    parts = [
        table.assign(price=table["scenario"].str.split("|").str[0])
        .assign(use_of_revenue=table["scenario"].str.split("|").str[1])
        .reset_index(drop=True)
        for table in (by_class, summary, outcomes[MAIN].budget)
    ]
    households = variants[MAIN]
    paths = []
    for name, given in config.scenarios.paths.items():
        path = {
            year: fact(clean, price) if isinstance(price, str) else price
            for year, price in given.items()
        }
        paths.append(price_path_burden(households, channels, path, "quantile").assign(path=name))
    return {
        "emissions": tonnes,
        "price_paths": pd.concat(paths, ignore_index=True),
        "fifths": households,
        "scenario_classes": parts[0],
        "scenario_summary": parts[1],
        "scenario_budget": parts[2],
        "progressivity": pd.DataFrame(spread),
        "burden_variants": variant_table(outcomes, config),
    }


def class_tables(clean: Tables, config: ClimateConfig, burden: Tables) -> Tables:
    """Spread the mean spending of 2022 over the income classes of the budget survey."""
    choices = config.classes
    budgets = clean["budgets"]
    names = {"housing": "Wohnen, Energie, Wohnungsinstandhaltung", "transport": "Verkehr"}
    wide = {
        key: budgets[budgets["item_label_de"].eq(label)].set_index("income_class")["eur_per_month"]
        for key, label in names.items()
    }
    all_2020 = fact(clean, choices.all_2020)
    housing, ends = wide["housing"], {}
    for place, known in (
        ("under 1250", choices.lowest_2020),
        ("5000 and more", choices.highest_2020),
    ):
        ends[place] = fifths.spending_exponent(
            fact(clean, known), all_2020, housing[place], housing["all"]
        )
    classes = (
        budgets[budgets["income_class"].ne("all") & budgets["item_label_de"].eq(names["housing"])]
        .set_index("income_class")[["income_low", "income_high"]]
        .copy()
    )
    tonnes = burden["emissions"].set_index("use")
    vat = parameter(clean, "vat_rate")
    rows = []
    for price, level in product(config.scenarios.prices, ("low", "mean", "high")):
        exponent = {
            "low": min(ends.values()),
            "mean": sum(ends.values()) / len(ends),
            "high": 1.0,
        }
        for which in exponent:
            energy = fifths.spread_by_class(
                1.0, housing[classes.index], housing["all"], exponent[which]
            )
            driving = fifths.spread_by_class(
                1.0, wide["transport"][classes.index], wide["transport"]["all"]
            )
            total = (
                energy * tonnes.loc[list(HEAT), level].sum()
                + driving * tonnes.loc[list(DRIVE), level].sum()
            )
            result = burden_by_class(
                classes.assign(emissions_t_a=total), price.price_eur_t, vat=vat
            )
            rows.append(result.reset_index().assign(price=price.name, level=level, exponent=which))
    long = pd.concat(rows, ignore_index=True)
    keys = ["price", "income_class"]
    main = long.query("level == 'mean' and exponent == 'mean'").set_index(keys)
    grouped = long.groupby(keys)["burden_eur_a"]
    table = main[["income_low", "income_high", "emissions_t_a", "burden_eur_a"]].assign(
        burden_low=grouped.min(), burden_high=grouped.max()
    )
    table["share_from"] = long.groupby(keys)["share_low"].min()
    table["share_to"] = long.groupby(keys)["share_high"].max()
    per_person = (
        burden["scenario_classes"]
        .query("use_of_revenue == 'per_capita'")
        .assign(each=lambda t: t["transfer_eur_a"] * t["households"] / t["persons"])
        .groupby("price")["each"]
        .mean()
    )
    table = table.reset_index()
    table["klimageld_person"] = table["price"].map(per_person)
    table["persons_even"] = table["burden_eur_a"] / table["klimageld_person"]
    exponents = pd.DataFrame({"income_class": list(ends), "exponent": list(ends.values())})
    return {"classes": table, "class_exponents": exponents}


def benefit_tables(clean: Tables, config: ClimateConfig) -> Tables:
    """Set what a household on the standard benefit pays against what the benefit contains."""
    price = next(
        p.price_eur_t for p in config.scenarios.prices if p.name == config.scenarios.main_price
    )
    vat = parameter(clean, "vat_rate")
    gas = float(emission_factor(fuel_on("erdgas", config.wohngeld.day), "kwh_hs"))
    petrol = float(emission_factor(fuel_on("benzin", config.wohngeld.day), "liter"))
    area = config.wohngeld.area_m2[1]
    kwh = config.wohngeld.kwh_m2 * area
    flat = pd.DataFrame(
        {
            "emissions_kg": [kwh * gas],
            "cost_eur": [round(kwh * gas / 1000 * price * (1 + vat), 2)],
            "area_m2": [area],
        }
    )
    tenant = float(split_costs(flat, rules_on(config.wohngeld.day))["tenant_eur"].iloc[0]) / 12
    transport = parameter(clean, "division", "7")
    tables = []
    for name, litres in config.standard_benefit.petrol_litres_month.items():
        costs = pd.DataFrame(
            {
                "item": ["heating_co2", "petrol_co2"],
                "cost_eur_m": [tenant, litres * petrol / 1000 * price * (1 + vat)],
                "paid_by": ["housing", "standard_benefit"],
                "contained_eur_m": [None, 0.0],
            }
        )
        tables.append(standard_benefit_balance(costs).assign(driving=name, litres=litres))
    ticket = parameter(clean, "deutschlandticket")
    contains = pd.DataFrame(
        [
            ("regelbedarf", parameter(clean, "regelbedarf")),
            ("transport", transport),
            ("ticket", ticket),
            ("ticket_gap", ticket - transport),
            ("housing_energy", parameter(clean, "division", "4")),
            ("co2_litre_cent", petrol * price / 10 * (1 + vat)),
        ],
        columns=["item", "value"],
    )
    return {"benefit_balance": pd.concat(tables, ignore_index=True), "benefit_contains": contains}


# --- homes ------------------------------------------------------------------------------------


def split_tables(clean: Tables, config: ClimateConfig) -> Tables:
    """Write the steps of the CO2KostAufG as a table to look up."""
    choices = config.cost_split
    rules = rules_on(choices.day)
    vat = parameter(clean, "vat_rate")
    gas = emission_factor(fuel_on("erdgas", choices.day), "kwh_hs")
    oil = emission_factor(fuel_on("heizoel", choices.day), "liter")
    lows = [step.low for step in rules.steps]
    highs: list[Decimal | None] = [*lows[1:], None]

    def use(bound: Decimal | None, factor: Decimal) -> float | None:
        # emissions are rounded to one decimal before the step is looked up (§ 5 Abs. 1 Satz 3)
        if bound is None:
            return None
        return float(max(bound - HALF_OF_LAST_DIGIT, Decimal(0)) / factor)

    def shared_costs(kilograms: float, price: float) -> tuple[float, float]:
        flat = pd.DataFrame(
            {
                "emissions_kg": [kilograms],
                "cost_eur": [round(kilograms / 1000 * price * (1 + vat), 2)],
                "area_m2": [choices.area_m2],
            }
        )
        shared = split_costs(flat, rules).iloc[0]
        return float(shared["tenant_eur"]), float(shared["landlord_eur"])

    rows = []
    for step, high in zip(rules.steps, highs, strict=True):
        middle = (step.low + (high if high is not None else step.low + 5)) / 2
        row: dict[str, object] = {
            "step": step.number,
            "low": float(step.low),
            "high": None if high is None else float(high),
            "tenant": float(step.tenant_percent) / 100,
            "gas_low": use(step.low, gas),
            "gas_high": use(high, gas),
            "oil_low": use(step.low, oil),
            "oil_high": use(high, oil),
            "example_kg_m2": float(middle),
        }
        for price in choices.prices_eur_t:
            tenant, landlord = shared_costs(float(middle) * choices.area_m2, price)
            row[f"tenant_{price:g}"], row[f"landlord_{price:g}"] = tenant, landlord
        rows.append(row)
    examples = []
    for kwh in choices.examples_kwh_m2:
        kilograms = kwh * float(gas) * choices.area_m2
        tenant, landlord = shared_costs(kilograms, choices.prices_eur_t[-1])
        examples.append({"kwh_m2": kwh, "tenant_eur_a": tenant, "landlord_eur_a": landlord})
    return {"cost_split": pd.DataFrame(rows), "split_examples": pd.DataFrame(examples)}


def renovation_tables(clean: Tables, config: ClimateConfig) -> Tables:
    """Set the levy against saved heating and CO2 cost, and against Wohngeld."""
    choices = config.renovation
    vat = parameter(clean, "vat_rate")
    factor = float(emission_factor(fuel_on("erdgas", choices.day), "kwh_hs"))
    surcharge = factor * choices.gas_price_co2_eur_t / 10 * (1 + vat)
    gas = renovation.Heating(fact(clean, choices.gas_price) - surcharge, factor, vat)
    levy, split = renovation.levy_rules_on(choices.day, choices.kind), rules_on(choices.day)
    funded = renovation.levy_rules_on(choices.day, "funded_heating")
    grid = renovation.renovation_grid(choices.axes, gas, gas, levy, choices.prices_eur_t, split)
    points = grid.drop_duplicates(["price", "kwh_m2", "saving", "area_m2", "rent_eur_m2"])
    even = []
    for name, price in choices.prices_eur_t.items():
        part = points[points["price"] == name]
        dwellings = pd.DataFrame(
            {
                "area_m2": part["area_m2"],
                "rent_eur_m2": part["rent_eur_m2"],
                "kwh_before": part["kwh_m2"] * part["area_m2"],
                "kwh_after": part["kwh_m2"] * part["area_m2"] * (1 - part["saving"]),
            }
        )
        for shared, rule in (("split", split), ("alone", None)):
            cost = renovation.neutral_cost(dwellings, gas, gas, levy, price, rule)
            even.append(
                part[["price", "price_eur_t", "kwh_m2", "saving"]].assign(
                    who=shared, neutral_cost_eur_m2=cost / part["area_m2"]
                )
            )
    home = config.wohngeld
    covers = []
    prices = [p for p in config.scenarios.prices if p.name == config.scenarios.main_price]
    for persons in home.persons:
        area = home.area_m2[persons]
        kwh = home.kwh_m2 * area
        heating = renovation.tenant_heating_cost(
            pd.Series([kwh]), pd.Series([area]), gas, prices[0].price_eur_t, split
        ).iloc[0]
        cover = renovation.wohngeld_cover(
            persons,
            renovation.wohngeld_components_on(home.day, persons),
            heating_eur_m=heating["heating_eur_a"] / 12,
            co2_eur_m=heating["co2_eur_a"] / 12,
            levy_eur_m=float(levy.cap_low_rent_eur_m2) * area,
        )
        covers.append(cover.assign(area_m2=area))
    rules = pd.DataFrame(
        [
            {
                "percent": float(levy.percent),
                "cap_eur_m2": float(levy.cap_eur_m2),
                "cap_low_rent_eur_m2": float(levy.cap_low_rent_eur_m2),
                "low_rent_below_eur_m2": float(levy.low_rent_below_eur_m2),
                "funded_percent": float(funded.percent),
                "funded_maintenance_percent": float(funded.maintenance_percent or 0),
                "funded_cap_eur_m2": float(funded.cap_measure_eur_m2 or 0),
                "gas_ct_kwh": gas.price_ct_kwh,
                "surcharge_ct_kwh": surcharge,
            }
        ]
    )
    return {
        "renovation": grid,
        "renovation_even": pd.concat(even, ignore_index=True),
        "renovation_rules": rules,
        "wohngeld": pd.concat(covers, ignore_index=True),
    }


# --- energy poverty ---------------------------------------------------------------------------


def hardship_tables(clean: Tables, config: ClimateConfig) -> Tables:
    """Return the survey series, their trend within one run, and changes in NRW."""
    end = int(config.energy_poverty.first_run_end)
    names = ("warm_de", "arrears_de", "warm_nrw", "arrears_nrw", "arrears_any_nrw", "cut_offs_nrw")
    lines = pd.concat([line(clean, name) for name in names], ignore_index=True)
    trends = []
    for name in ("warm_de", "arrears_de"):
        run = line(clean, name)
        run = run[run["period"] <= end]
        trends.append({"series": name} | trend.trend(run)._asdict())
    changes = []
    for name, resolution in (("warm_nrw", 0.1), ("arrears_nrw", 0.1), ("arrears_any_nrw", 0.1)):
        found = line(clean, name).assign(resolution=resolution)
        change = trend.change(found, int(found["period"].min()), int(found["period"].max()))
        changes.append({"series": name} | change._asdict())
    for name in ("warm_de", "arrears_de"):
        found = line(clean, name).assign(resolution=0.1)
        found = found[found["period"] > end + 1]
        change = trend.change(found, 2021, 2023)
        changes.append({"series": name} | change._asdict())
    facts = clean["facts"]
    groups = facts[
        facts["topic"].isin(["hh050_warm_nrw"]) & facts["period_start"].astype(str).eq("2023")
        | facts["id"].isin(["dis0217", "dis0220", "dis0221", "dis0268", "dis0269", "dis0270"])
    ]
    return {
        "hardship": lines,
        "hardship_trends": pd.DataFrame(trends),
        "hardship_changes": pd.DataFrame(changes),
        "hardship_groups": groups,
        "published": facts[
            facts["topic"].isin(["co2_price_burden", "energy_poverty_10pct", "efficiency_income"])
            | facts["topic"].eq("heating_cost_panel")
        ],
    }


# --- heat -------------------------------------------------------------------------------------


def heat_tables(clean: Tables, config: ClimateConfig) -> Tables:
    """Estimate trends of hot days, heat deaths per hot day and sums, and compare normals."""
    choices = config.heat
    days, deaths = line(clean, "hot_days"), line(clean, "heat_deaths")
    found = trend.trend(days, kind="quasi_poisson", level=choices.level)
    yearly = days.rename(columns={"period": "year"})[["year", "value"]]
    extremes = heat.extreme_years(
        yearly, choices.extreme_days, [tuple(p) for p in choices.periods], level=choices.level
    )
    joined = (
        deaths.rename(
            columns={
                "period": "year",
                "value": "deaths",
                "value_low": "pi_low",
                "value_high": "pi_high",
            }
        )
        .merge(yearly.rename(columns={"value": "hot_days"}), on="year", how="left")
        .loc[:, ["year", "deaths", "pi_low", "pi_high", "hot_days"]]
    )
    both = joined.dropna(subset="hot_days")
    slopes = [
        {"shared": shared}
        | heat.heat_death_slope(both, shared=shared, level=choices.level)._asdict()
        for shared in choices.shared
    ]
    sums = []
    for name, first, last in (("drei", 2018, 2020), ("alle", 1992, 2022)):
        part = joined[joined["year"].between(first, last)]
        sums.append(
            {"period": name, "first": first, "last": last}
            | heat.sum_of_heat_deaths(part, level=choices.level).to_dict()
        )
    normals = clean["heat"][clean["heat"]["topic"].eq("heat_normals_nrw")]
    normals = normals[normals["item"].str.contains("climate normal")].assign(
        first=lambda t: t["period_start"].astype(float).astype(int),
        kind=lambda t: t["item"].str.split(",").str[0],
    )
    compared = []
    for kind, part in normals.groupby("kind"):
        values = part.set_index("first")["value"]
        before, after = (float(values[year]) for year in choices.normals)
        low, high = heat.rounded_difference(before, after)
        compared.append({"kind": kind, "before": before, "after": after, "low": low, "high": high})
    return {
        "hot_days": yearly,
        "hot_days_trend": pd.DataFrame([found._asdict()]),
        "extreme_years": extremes,
        "heat_deaths": joined,
        "heat_death_slope": pd.DataFrame(slopes),
        "heat_death_sums": pd.DataFrame(sums),
        "heat_normals": pd.DataFrame(compared),
        "heat_facts": clean["heat"][
            clean["heat"]["topic"].isin(
                ["hot_days_projection", "heat_exposure", "tropical_nights", "heat_island"]
            )
        ],
    }


def city_tables(clean: Tables, config: ClimateConfig) -> Tables:
    """Set the exposure of the cities beside their deprivation."""
    facts = clean["heat"][clean["heat"]["topic"].eq("heat_exposure_city")]
    towns = clean["municipalities"].set_index("ags8")
    kreise = clean["kreise"]
    rows = []
    for ags, name in config.cities.items():
        own = facts[facts["place_code"].eq(ags)].set_index("item")["value"]
        ags5 = str(towns.loc[ags, "kreis_ags5"])
        district = kreise[kreise["ags5"].eq(ags5)]

        def newest(indicator: str, table: pd.DataFrame = district) -> tuple[float, str]:
            part = table[table["indicator_id"].eq(indicator)].sort_values("year")
            if part.empty:
                return float("nan"), ""
            return float(part["value"].iloc[-1]), str(part["year"].iloc[-1])[:4]

        quota, quota_year = newest("minimum_income_support_quota")
        old, old_year = newest("population_65plus_share")
        rows.append(
            {
                "ags": ags,
                "city": name,
                "exposed_persons": own["Persons in (very) unfavourable thermal situation"],
                "exposed_share": own["Share of population"] / 100,
                "exposed_share_plus1": own.get("Share of population at +1 degC", float("nan"))
                / 100,
                "gisd": float(towns.loc[ags, "gisd_score_2021_nrw"]),
                "unemployed": float(towns.loc[ags, "unemployed_per_100_working_age_2021"]),
                "population": int(towns.loc[ags, "population_2022"]),
                "minimum_income": quota / 100,
                "minimum_income_year": quota_year,
                "aged_65": old / 100,
                "aged_65_year": old_year,
                "of_district": not str(towns.loc[ags, "kreis"]).startswith(name),
            }
        )
    cities = pd.DataFrame(rows)
    criteria = {"exposed_share": "more", "gisd": "more"}
    ranks = adaptation.attainable_ranks(cities, criteria, area_id="ags")
    ahead = adaptation.priority_dominance(cities, criteria, area_id="ags")
    gisd = towns["gisd_score_2021_nrw"].rank(method="min")
    cities = cities.merge(ranks, on="ags").assign(
        gisd_rank=[int(gisd[ags]) for ags in cities["ags"]], gisd_of=len(towns)
    )
    names = cities.set_index("ags")["city"]
    return {"cities": cities, "city_dominance": ahead.apply(lambda column: column.map(names))}


def main(project: Project) -> None:
    """Estimate burden, hardship, homes, heat and exposure."""
    config = read_config(project.analysis(TOPIC) / "config.yml", ClimateConfig)
    clean = read_tables(project.clean(TOPIC))
    inhabitants = int(clean["municipalities"]["population_2022"].sum())
    if inhabitants != config.incidence.population:
        raise ConfigError(
            f"incidence.population is {config.incidence.population}; the municipalities add up to "
            f"{inhabitants}."
        )
    burden = burden_tables(clean, config)
    tables = {
        **burden,
        **class_tables(clean, config, burden),
        **benefit_tables(clean, config),
        **split_tables(clean, config),
        **renovation_tables(clean, config),
        **hardship_tables(clean, config),
        **heat_tables(clean, config),
        **city_tables(clean, config),
        **{name: clean[name] for name in clean if name.startswith("survey_")},
        "microdata": clean["microdata"],
        "vintages": clean["vintages"],
    }
    tables["headline"] = headlines(clean, tables, config)
    write_tables(tables, project.estimates(TOPIC))
    print(f"  {len(tables)} tables of results")
