"""Model: estimates from the cleaned tables. Calls library functions, decides nothing itself."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
from headlines import headlines, piaac_headlines

from armutsexpertise.config import read_config
from armutsexpertise.digital import affordability, gaps, policy, skills
from armutsexpertise.digital.config import Basket, Variant
from armutsexpertise.digital.study import DigitalConfig, GrantVariant, build_basket
from armutsexpertise.ranges import Range
from armutsexpertise.stages import Project, read_tables, write_tables

TOPIC = "digital"
LAND = "05"
FIRST, LAST = "Q1", "Q4"
VARIANTS: tuple[Variant, ...] = ("low", "middle", "high")
CEILINGS = {"one": "mit Obergrenze 100 %", "free": "mit freier Obergrenze"}

# How Eurostat begins the names of the classes and areas of isoc_sk_dskl_i21.
CLASSES = {
    "above_basic": "Individuals with above basic overall",
    "basic": "Individuals with basic overall",
    "low": "Individuals with low overall",
    "narrow": "Individuals with narrow overall",
    "limited": "Individuals with limited overall",
    "none": "Individuals with no overall",
    "not_assessed": "Digital skills could not be assessed",
}
EITHER = "Individuals with basic or above basic"
ABOVE = "Individuals with above basic"
AT_LEAST_BASIC = f"{EITHER} overall digital skills"
AREAS = {
    "il": "information and data literacy",
    "cc": "communication and collaboration",
    "dcc": "digital content creation",
    "safe": "safety",
    "ps": "problem solving",
}

Tables = dict[str, pd.DataFrame]


def by_group(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the series of each group."""
    return {str(name): own for name, own in rows.groupby("group")}


def quartiles(clean: Tables, place: str) -> pd.DataFrame:
    """Shares of households with internet by income quartile, before the break."""
    rows = clean["access_quartile"]
    return gaps.shares_by_group(by_group(rows[rows["place"].eq(place)]))


def access_tables(clean: Tables, config: DigitalConfig) -> Tables:
    """Gaps between income quartiles, growth, and who is left without access."""
    lines, measures, left = [], [], []
    for place in ("DE", "EU27"):
        shares = quartiles(clean, place)
        lines.append(shares.assign(place=place))
        measures.append(gaps.gaps_over_time(shares, FIRST, LAST).assign(place=place))
        by_year = shares.pivot_table(index="period", columns="group", values="share")
        indices = {year: gaps.inequality_index(row) for year, row in by_year.iterrows()}
        for measure, name in {"slope_index": "slope", "relative_index": "relative"}.items():
            values = [getattr(index, name) for index in indices.values()]
            own = pd.DataFrame({"period": list(indices), "measure": measure, "estimate": values})
            measures.append(own.assign(place=place))
        for year in config.access.compositions:
            if year in by_year.index:
                part = gaps.composition_of_offline(by_year.loc[year].to_dict())
                left.append(part.assign(period=year, place=place))
    growth = growth_tables(lines[0], config)
    types = clean["access_type"]
    by_type = gaps.shares_by_group(by_group(types))
    return {
        "access": pd.concat(lines, ignore_index=True),
        "gaps": pd.concat(measures, ignore_index=True),
        "left": pd.concat(left, ignore_index=True),
        "types": by_type,
        **growth,
    }


def growth_tables(shares: pd.DataFrame, config: DigitalConfig) -> Tables:
    """Logistic growth with two ceilings: years of reaching a share, lags, curves."""
    choices = config.access
    shares = shares.drop(columns="place")
    years = np.arange(int(shares["period"].min()), choices.curve_to + 1)
    tables: dict[str, list[pd.DataFrame]] = {"growth": [], "years": [], "curves": []}
    tail = (1 - choices.level) / 2
    lags = []
    fitted = {}
    for ceiling, label in CEILINGS.items():
        model = gaps.logistic_growth(
            shares, ceiling=ceiling, draws=choices.draws, seed=choices.seed
        )
        fitted[ceiling] = model
        ceilings = [
            np.quantile(model.draws[g][:, 2], [tail, 1 - tail]) for g in model.table["group"]
        ]
        low, high = np.transpose(ceilings)
        tables["growth"].append(model.table.assign(model=label, ceiling_low=low, ceiling_high=high))
        for share in choices.shares:
            tables["years"].append(
                model.year_reached(share, level=choices.level).assign(model=label)
            )
        tables["curves"].append(model.predict(years, level=choices.level).assign(model=label))
        if ceiling == "one":  # with a free ceiling the poorest quartile reaches none of the shares
            lags += [
                (share, *model.lag(FIRST, LAST, share, level=choices.level))
                for share in choices.shares
            ]
    made = {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}
    return {
        **made,
        "ceiling_test": gaps.ceiling_test(fitted["one"], fitted["free"]),
        "lag": gaps.observed_lag(shares, FIRST, LAST),
        "modelled_lag": pd.DataFrame(lags, columns=["share", "years", "ci_low", "ci_high"]),
    }


def value(clean: Tables, row: str) -> pd.Series:
    """Return a published row by its id."""
    return clean["facts"].set_index("id").loc[row]


def share(clean: Tables, row: str) -> float:
    """Return a published percentage as a share."""
    fact = value(clean, row)
    if fact["unit"] != "percent":
        raise ValueError(f"{row} is in {fact['unit']}, not in percent.")
    return float(fact["value"]) / 100


def fact_tables(clean: Tables, config: DigitalConfig) -> Tables:
    """Compare published values: the poor with others, the Land with Germany."""
    compared = []
    for one in config.comparisons:
        poor, other = share(clean, one.poor), share(clean, one.other)
        low, high = (1 - poor, 1 - other) if one.lacking else (poor, other)
        measures = gaps.gap(low, high).set_index("measure")["estimate"]
        fact = value(clean, one.poor)
        compared.append(
            one.model_dump(include={"key", "label", "group", "theme", "poor_group", "other_group"})
            | {"lacking": one.lacking, "poor": poor, "other": other}
            | measures.to_dict()
            | {"when": fact["period_start"], "source": fact["source_title"], "note": fact["note"]}
        )
    beside = []
    for row in config.beside:
        found = {"nrw": row.nrw, "germany": row.germany}
        facts = {k: value(clean, i) if i else None for k, i in found.items()}
        known = [f for f in facts.values() if f is not None]
        beside.append(
            {"label": row.label, "population": row.population, "unit": known[0]["unit"]}
            | {k: np.nan if f is None else float(f["value"]) for k, f in facts.items()}
            | {"when": str(known[0]["period_start"])[:4],
               "source": "; ".join(dict.fromkeys(f["source_title"] for f in known))}
        )  # fmt: skip
    pairs = {"offline": config.offline_ages, "education": config.nrw_education}
    spending = [
        {"label": row.label, "eur": float(value(clean, row.row)["value"]),
         "share": share(clean, row.share) if row.share else np.nan}
        for row in config.spending
    ]  # fmt: skip
    return {
        "comparisons": pd.DataFrame(compared),
        "beside": pd.DataFrame(beside),
        **{
            name: pd.DataFrame(
                [{"label": p.label, "first": share(clean, p.first),
                  "second": share(clean, p.second)} for p in chosen]
            )
            for name, chosen in pairs.items()
        },
        "spending": pd.DataFrame(spending),
    }  # fmt: skip


def basket_of(clean: Tables, config: DigitalConfig) -> Basket:
    """Return the basket with prices from the facts, the parameters and the config."""
    facts = clean["facts"]
    prices: dict[str, dict[str, Any]] = {
        row["id"]: {
            "eur": row["value"],
            "date": f"{str(row['period_start'])[:4]}-12-31",
            "source": row["source_title"],
            "url": None if pd.isna(row["source_url"]) else row["source_url"],
        }
        for row in facts[facts["unit"].eq("EUR_per_month")].to_dict("records")
        if not pd.isna(row["value"])
    }
    (grant,) = clean["device_grant"].to_dict("records")
    prices[grant["name"]] = {
        "eur": grant["eur"], "date": grant["valid_from"], "source": grant["legal_basis"],
        "url": None if pd.isna(grant["source_url"]) else grant["source_url"],
    }  # fmt: skip
    grants = {
        "schulgeraet": {
            "label": "Mehrbedarf für ein digitales Gerät",
            "item": config.affordability.device_grant_item,
            "eur": grant["eur"],
            "valid_from": grant["valid_from"],
            "source": grant["legal_basis"],
        }
    }
    return build_basket(config.affordability, prices, grants)


def affordability_tables(clean: Tables, config: DigitalConfig) -> Tables:
    """Set the basket against the standard benefit, by type of household and year."""
    choices, basket = config.affordability, basket_of(clean, config)
    types = [affordability.Household(h.label, h.levels, h.pupils) for h in choices.households]
    divisions = clean["divisions"].assign(division=lambda d: d["division"].astype(str))
    parts = {datetime.date.fromisoformat(day): own for day, own in divisions.groupby("day")}
    days = list(parts)
    table = affordability.affordability(basket, types, days, choices.divisions, parts=parts)
    line = Basket(title=basket.title, items={choices.connection: basket.items[choices.connection]})
    alone = affordability.affordability(
        line, types, days, [choices.connection_division], parts=parts
    )
    granted = affordability.affordability(
        basket, types, days, choices.divisions, grants=list(basket.grants), parts=parts
    )
    benefit = clean["standard_benefit"]
    amount = {(r.day, r.level): r.eur_month for r in benefit.itertuples()}
    levels = {h.label: h.levels for h in types}
    table["benefit_eur_month"] = [
        sum(amount[day.isoformat(), level] for level in levels[name])
        for name, day in zip(table["household"], table["day"], strict=True)
    ]
    table["share_of_benefit"] = table["eur_month"] / table["benefit_eur_month"]
    table["eur_month_granted"] = granted["eur_month"]
    table["connection_eur_month"] = alone["eur_month"]
    table["connection_allowance"] = alone["allowance_eur_month"]
    single = types[0]
    items = [affordability.basket_items(basket, h).assign(household=h.label) for h in types]
    same = []
    for year, row in choices.same_year.items():
        price = float(value(clean, row)["value"])
        day = datetime.date(year, 1, 1)
        held = affordability.benefit_for(single, parts[day], [choices.connection_division])
        allowance = float(held["eur_month"].sum())
        same.append({"when": year, "price": price, "allowance": allowance,
                     "share": price / allowance})  # fmt: skip
    return {
        "affordability": table,
        "items": pd.concat(items, ignore_index=True),
        "same_year": pd.DataFrame(same),
        "saving": saving_table(table, basket, parts, config),
    }


def saving_table(
    table: pd.DataFrame,
    basket: Basket,
    parts: dict[datetime.date, pd.DataFrame],
    config: DigitalConfig,
) -> pd.DataFrame:
    """Months of saving for each device at each price of the connection, last day, living alone."""
    choices = config.affordability
    day = max(parts)
    first = choices.households[0]
    person = affordability.Household(first.label, first.levels, first.pupils)
    rows = table[(table["household"] == first.label) & (table["day"] == day)]
    rows = rows.dropna(subset="connection_eur_month").drop_duplicates("connection_eur_month")
    leisure = affordability.benefit_for(person, parts[day], [choices.leisure_division])
    whole = float(leisure["eur_month"].sum())
    device = basket.items[choices.device]
    saved = {
        f"rest_{row['variant']}": row["connection_allowance"] - row["connection_eur_month"]
        for row in rows.to_dict("records")
    } | {"leisure": whole}
    prices = {name: device.price(name) for name in VARIANTS}
    return pd.DataFrame(
        {"variant": name, "rule": rule, "price": price.eur, "saved": eur,
         "months": affordability.months_of_saving(price.eur, eur)}
        for name, price in prices.items() if price is not None
        for rule, eur in saved.items()
    )  # fmt: skip


def scenario(variant: GrantVariant, basket: Basket, clean: Tables) -> policy.GrantScenario:
    """Return a grant with its amounts and assumptions."""
    item = basket.items[variant.item]
    ends = [item.price(name) for name in variant.variants]
    months = variant.months or 1
    low, high = (months * price.eur for price in ends if price is not None)
    if variant.connects is not None:
        connects = Range(variant.connects.low, variant.connects.high)
    else:
        assert variant.connects_low_rows is not None
        part, whole = (float(value(clean, row)["value"]) for row in variant.connects_low_rows)
        connects = Range(part / whole, 1.0)
    return policy.GrantScenario(
        eur=Range(low, high),
        take_up=Range(variant.take_up.low, variant.take_up.high),
        connects=connects,
        only_without=variant.only_without,
    )


def policy_tables(clean: Tables, config: DigitalConfig) -> Tables:
    """Grants in the Land by variant, and one variant in every Kreis."""
    choices, basket = config.policy, basket_of(clean, config)
    without = {
        key: Range(
            # Every printed value is rounded on its own.
            sum(share(clean, row) - one.rounding for row in one.low),
            sum(share(clean, row) + one.rounding for row in one.high),
        )
        for key, one in choices.without.items()
    }
    size = Range(choices.mean_of_five_plus.low, choices.mean_of_five_plus.high)
    kreise, places = clean["kreise"], clean["places"]
    land = float(places["population"].sum())
    households, steps = policy.benefit_households(
        LAND, kreise, Range(land, land), mean_of_five_plus=size
    )
    scenarios = {key: scenario(v, basket, clean) for key, v in choices.variants.items()}
    variants = []
    for key, variant in choices.variants.items():
        made = policy.compare_grants(households, without[variant.without], {key: scenarios[key]})
        inputs = {
            "label": variant.label,
            "short": variant.short,
            "without": variant.without,
            "eur_each_low": scenarios[key].eur.low,
            "eur_each_high": scenarios[key].eur.high,
            "without_low": without[variant.without].low,
            "without_high": without[variant.without].high,
            "connects_low": scenarios[key].connects.low,
            "connects_high": scenarios[key].connects.high,
            "take_up_low": scenarios[key].take_up.low,
            "take_up_high": scenarios[key].take_up.high,
        }
        variants.append(made.assign(**inputs).drop(columns="cheaper_than"))
    chosen = choices.variants[choices.map_variant]
    rows = []
    for place in places.to_dict("records"):
        number = Range(float(place["population"]), float(place["population"]))
        own, _ = policy.benefit_households(place["ags5"], kreise, number, mean_of_five_plus=size)
        result = policy.grant_effect(own, without[chosen.without], scenarios[choices.map_variant])
        rows.append(
            {"ags5": place["ags5"], "name": place["name"], "type": place["type"],
             "population": place["population"],
             "households_low": own.low, "households_high": own.high,
             "reached_low": result.reached.low, "reached_high": result.reached.high,
             "eur_low": result.eur.low, "eur_high": result.eur.high,
             "eur_per_inhabitant": result.eur.high / place["population"]}
        )  # fmt: skip
    table = pd.DataFrame(rows)
    table["third"] = pd.qcut(table["eur_per_inhabitant"], 3, labels=["low", "middle", "high"])
    return {
        "variants": pd.concat(variants, ignore_index=True),
        "kreise": table.astype({"third": "str"}),
        "steps": steps,
    }


def skill_tables(clean: Tables) -> Tables:
    """Skills by class and area, shares of all individuals of 16 to 74 years."""
    rows = clean["skills"]
    rows = rows[rows["unit"].eq("Percentage of individuals")]
    rows = rows.assign(share=rows["value"].astype(float) / 100)
    total = rows[rows["dimension"].eq("total")]

    def picked(words: dict[str, str]) -> pd.DataFrame:
        parts = [
            total[total["item"].str.startswith(start)].assign(part=name)
            for name, start in words.items()
        ]
        wide = pd.concat(parts).pivot_table(
            index=["place", "period"], columns="part", values="share", dropna=False
        )
        return wide[list(words)].dropna().reset_index()

    classes = picked(CLASSES)
    classes["at_least_basic"] = [
        skills.at_least_basic({name: row[name] for name in CLASSES}, tolerance=2e-4)
        for row in classes.to_dict("records")
    ]
    whole = rows[rows["item"].str.startswith(AT_LEAST_BASIC)]
    return {
        "dsi_classes": classes,
        "dsi_areas": picked({name: f"{EITHER} {words}" for name, words in AREAS.items()}),
        "dsi_areas_above": picked({name: f"{ABOVE} {words}" for name, words in AREAS.items()}),
        "dsi": whole[["dimension", "category", "place", "period", "share"]],
    }


def main(project: Project) -> None:
    """Estimate everything from the cleaned tables."""
    clean = read_tables(project.clean(TOPIC))
    config = read_config(project.analysis(TOPIC) / "config.yml", DigitalConfig)
    tables = {
        **access_tables(clean, config),
        **fact_tables(clean, config),
        **skill_tables(clean),
        **affordability_tables(clean, config),
        **policy_tables(clean, config),
    }
    tables["headline"] = headlines(clean, tables, config)
    for name in ("vintages", "microdata", *(n for n in clean if n.startswith("piaac_"))):
        tables[name] = clean[name]
    tables |= piaac_headlines(clean)
    write_tables(tables, project.estimates(TOPIC))
    print(f"  {len(tables)} tables, {len(tables['headline'])} headline values")
