"""Headline: the numbers of the prose, each picked from the estimates under a key."""

from __future__ import annotations

from typing import Any

import pandas as pd

from armutsexpertise.climate.config import ClimateConfig
from armutsexpertise.publish.values import headline

Tables = dict[str, pd.DataFrame]
Rows = dict[str, dict[str, Any]]

USES = {
    "none": "ohne",
    "per_capita": "kopf",
    "income_tested": "gezielt",
    "electricity": "strom",
    "standard_benefit": "regel",
}


def _one(table: pd.DataFrame, **where: object) -> pd.Series:
    """Return the only row that fits; two or none is a fault of this script."""
    for column, value in where.items():
        table = table[table[column] == value]
    if len(table) != 1:
        raise LookupError(f"{len(table)} rows for {where}: one was expected.")
    return table.iloc[0]


def _count(value: object) -> dict[str, Any]:
    return {"value": value, "unit": "number"}


def _share(value: float, digits: int = 1) -> dict[str, Any]:
    return {"value": value, "unit": "share", "digits": digits}


def _eur(value: float, digits: int = 0) -> dict[str, Any]:
    return {"value": value, "unit": "eur", "digits": digits}


def _number(value: float, digits: int = 1) -> dict[str, Any]:
    return {"value": value, "unit": "number", "digits": digits}


def _span(low: float, high: float, unit: str, digits: int = 0) -> dict[str, Any]:
    return {"low": low, "high": high, "unit": unit, "digits": digits}


def burden_rows(tables: Tables, config: ClimateConfig) -> Rows:
    """Emissions, burden by fifth, uses of the revenue, budget."""
    rows: Rows = {}
    total = _one(tables["emissions"], use="total")
    rows["t_haushalt"] = _number(total["mean"])
    rows["t_spanne"] = _span(total["low"], total["high"], "number", 1)
    rows["personen_haushalt"] = _number(float(tables["fifths"]["persons"].iloc[0]), 2)
    classes, summary = tables["scenario_classes"], tables["scenario_summary"]
    names = {config.scenarios.main_price: "haupt", config.scenarios.high_price: "hoch"}
    for price, short in names.items():
        rows[f"preis_{short}"] = _eur(_one(summary, price=price, use="none")["price_eur_t"])
        for use, word in USES.items():
            part = classes[(classes["price"] == price) & (classes["use_of_revenue"] == use)]
            for row in part.to_dict("records"):
                fifth = str(row["class"]).lower()
                key = f"{fifth}_{word}_{short}"
                rows[f"netto_{key}"] = _eur(row["net_eur_a"])
                rows[f"netto_{key}_abs"] = _eur(abs(row["net_eur_a"]))
                ends = sorted(abs(row[f"net_eur_a_{side}"]) for side in ("low", "high"))
                rows[f"netto_{key}_spanne"] = _span(*ends, "eur")
                if use == "none":
                    rows[f"last_{key}"] = _share(row["burden_share"])
                    rows[f"last_{key}_spanne"] = _span(
                        row["burden_share_low"], row["burden_share_high"], "share", 1
                    )
                    rows[f"last_{key}_eur"] = _eur(row["burden_eur_a"])
                    rows[f"last_{key}_eur_spanne"] = _span(
                        -row["net_eur_a_high"], -row["net_eur_a_low"], "eur"
                    )
                else:
                    rows[f"wirkung_{key}"] = _share(abs(row["net_share"]))
                    rows[f"tief_{key}"] = _number(row["net_eur_a_low"], 0)
                    rows[f"hoch_{key}"] = _number(row["net_eur_a_high"], 0)
            one = _one(summary, price=price, use=use)
            rows[f"gini_{word}_{short}"] = _number(100 * one["redistribution"], 2)
            rows[f"gini_{word}_{short}_tief"] = _number(100 * one["redistribution_low"], 2)
            rows[f"gini_{word}_{short}_hoch"] = _number(100 * one["redistribution_high"], 2)
        per_head = classes[
            (classes["price"] == price) & (classes["use_of_revenue"] == "per_capita")
        ]
        each = (per_head["transfer_eur_a"] * per_head["households"]).sum() / per_head[
            "persons"
        ].sum()
        rows[f"klimageld_{short}"] = _eur(each)
        budget = _one(tables["scenario_budget"], price=price, use_of_revenue="per_capita")
        rows[f"last_mio_{short}"] = _number(budget["burden_cents"] / 1e8, 0)
        rows[f"mwst_mio_{short}"] = _number(budget["vat_cents"] / 1e8, 0)
    paths = tables["price_paths"]
    for fifth in ("Q1", "Q5"):
        law = _one(paths, path="Gesetz", **{"class": fifth}, year=2024)
        rows[f"pfad_2024_{fifth.lower()}"] = _eur(law["burden_eur_a"])
    last = paths[paths["path"].str.startswith("Kommission")]
    rows["pfad_kommission"] = _eur(last["price_eur_t"].max())
    rows["pfad_kommission_q1"] = _eur(last.loc[last["class"] == "Q1", "burden_eur_a"].max())
    indices = tables["progressivity"]
    for use, word in {"heat": "heizen", "drive": "fahren", "both": "beides"}.items():
        part = indices[indices["use"] == use]
        main = _one(part, variant="mittel")
        for index in ("kakwani", "suits"):
            rows[f"{index}_{word}"] = _number(main[index], 2)
            rows[f"{index}_{word}_tief"] = _number(part[index].min(), 2)
            rows[f"{index}_{word}_hoch"] = _number(part[index].max(), 2)
    rows["konsum_q1"] = _number(100 * float(tables["quantiles"]["propensity"].iloc[0]), 0)
    rows["szenarien_n"] = _count(len(summary))
    rows["varianten_n"] = _count(indices["variant"].nunique())
    shares = tables["burden_variants"].pivot_table("burden_share", "variant", "class")
    rows["q1_mehr_als_q5"] = _share((shares["Q1"] - shares["Q5"]).min(), 2)
    most = shares["Q1"] >= shares.max(axis=1)
    rows["q1_hoechste_n"] = _count(int(most.sum()))
    lower = shares.loc[~most, ["Q1", "Q2", "Q3"]]
    rows["abstand_untere_drei"] = _share((lower.max(axis=1) - lower.min(axis=1)).max(), 2)
    main = classes[classes["price"] == config.scenarios.main_price]
    first = _one(main, use_of_revenue="per_capita", **{"class": "Q1"})
    rows["netto_q1_person"] = _eur(first["net_eur_a"] * first["households"] / first["persons"])
    return rows


def class_rows(tables: Tables, config: ClimateConfig) -> Rows:
    """Income classes of the budget survey, and the standard benefit."""
    rows: Rows = {}
    classes = tables["classes"]
    part = classes[classes["price"] == config.scenarios.main_price]
    short = {"under 1250": "unten", "1250-2500": "zweite", "5000 and more": "oben"}
    for row in part[part["income_class"].isin(short)].to_dict("records"):
        key = short[row["income_class"]]
        rows[f"klasse_{key}"] = _eur(row["burden_eur_a"])
        rows[f"klasse_{key}_spanne"] = _span(row["burden_low"], row["burden_high"], "eur")
        rows[f"klasse_{key}_personen"] = _number(row["persons_even"])
    second = _one(part, income_class="1250-2500")
    rows["klasse_zweite_anteil"] = _span(second["share_from"], second["share_to"], "share", 1)
    contains = tables["benefit_contains"].set_index("item")["value"]
    rows["regelbedarf"] = _eur(contains["regelbedarf"])
    rows["regel_verkehr"] = _eur(contains["transport"], 2)
    rows["regel_ticket"] = _eur(contains["ticket"], 2)
    rows["regel_luecke"] = _eur(contains["ticket_gap"], 2)
    rows["regel_wohnen"] = _eur(contains["housing_energy"], 2)
    rows["benzin_cent"] = _number(contains["co2_litre_cent"])
    balance = tables["benefit_balance"]
    driving = balance[balance["litres"] > 0]
    rows["benzin_liter"] = _number(float(driving["litres"].iloc[0]), 0)
    rows["benzin_monat"] = _eur(_one(driving, item="petrol_co2")["household_eur_m"], 2)
    rows["heizen_amt"] = _eur(_one(driving, item="heating_co2")["cost_eur_m"], 2)
    return rows


def home_rows(tables: Tables, config: ClimateConfig) -> Rows:
    """Pick the steps of the CO2KostAufG, levy and Wohngeld."""
    rows: Rows = {}
    steps = tables["cost_split"]
    first, last = steps.iloc[0], steps.iloc[-1]
    rows["stufen_n"] = _count(len(steps))
    rows["mieter_erste"] = _share(first["tenant"], 0)
    rows["mieter_letzte"] = _share(last["tenant"], 0)
    rows["gas_erste"] = _number(first["gas_high"], 0)
    rows["gas_letzte"] = _number(last["gas_low"], 0)
    rows["kg_erste"] = _number(first["high"], 0)
    rows["kg_letzte"] = _number(last["low"], 0)
    half = _one(steps, tenant=0.5)
    rows["gas_haelfte"] = _span(half["gas_low"], half["gas_high"], "number")
    rows["flaeche"] = _number(config.cost_split.area_m2, 0)
    top = f"tenant_{config.cost_split.prices_eur_t[-1]:g}"
    rows["mieter_hoechstens"] = _eur(steps[top].max())
    rows["mieter_letzte_eur"] = _eur(last[top])
    rows["mieter_erste_eur"] = _eur(first[top])
    rows["vermieter_letzte_eur"] = _eur(last[top.replace("tenant", "landlord")])
    rules = tables["renovation_rules"].iloc[0]
    rows["umlage"] = _share(rules["percent"] / 100, 0)
    rows["kappung"] = _eur(rules["cap_eur_m2"], 2)
    rows["kappung_niedrig"] = _eur(rules["cap_low_rent_eur_m2"], 2)
    grid = tables["renovation"]
    main = grid[grid["price"] == config.scenarios.main_price]
    rows["raster_n"] = _count(len(main))
    rows["raster_neutral"] = _count(int(main["neutral"].sum()))
    costs = sorted(main["cost_eur_m2"].unique())
    rows["raster_teuer_neutral"] = _count(
        int(main.loc[main["cost_eur_m2"] == costs[-1], "neutral"].sum())
    )
    rows["raster_teuer_n"] = _count(int((main["cost_eur_m2"] == costs[-1]).sum()))
    even = tables["renovation_even"]
    shown = even[(even["price"] == config.scenarios.main_price) & (even["who"] == "split")]
    rows["neutral_spanne"] = _span(
        shown["neutral_cost_eur_m2"].min(), shown["neutral_cost_eur_m2"].max(), "eur"
    )
    worst = even[
        (even["kwh_m2"] == even["kwh_m2"].max()) & (even["saving"] == even["saving"].min())
    ]
    for price, short in {
        config.scenarios.main_price: "haupt",
        config.scenarios.high_price: "hoch",
    }.items():
        for who, word in {"split": "geteilt", "alone": "allein"}.items():
            rows[f"schlecht_{word}_{short}"] = _eur(
                _one(worst, price=price, who=who)["neutral_cost_eur_m2"]
            )
    rows["schlecht_kwh"] = _number(float(worst["kwh_m2"].iloc[0]), 0)
    rows["schlecht_sparen"] = _share(float(worst["saving"].iloc[0]), 0)
    wohngeld = tables["wohngeld"]
    one = wohngeld[wohngeld["persons"] == 1].set_index("cost")
    rows["wohngeld_heizung"] = _eur(one.loc["heating", "component_eur_m"], 2)
    rows["wohngeld_klima"] = _eur(one.loc["levy", "component_eur_m"], 2)
    rows["wohngeld_umlage_anteil"] = _share(one.loc["levy", "counted_share"], 0)
    rows["wohngeld_heizkosten"] = _eur(one.loc["heating", "cost_eur_m"])
    return rows


def hardship_rows(tables: Tables) -> Rows:
    """Cold homes, arrears and cut-offs."""
    rows: Rows = {}
    lines = tables["hardship"].assign(period=lambda t: t["period"].astype(int))
    picks = {
        "kalt_de": ("warm_de", (2020, 2021, 2022, 2023, 2024)),
        "kalt_nrw": ("warm_nrw", (2021, 2023)),
        "rueck_de": ("arrears_de", (2021, 2023)),
        "rueck_nrw": ("arrears_nrw", (2021, 2023)),
    }
    for short, (name, years) in picks.items():
        for year in years:
            value = _one(lines, series=name, period=year)["value"]
            rows[f"{short}_{year}"] = _share(value / 100)
    for year in (2017, 2022, 2023):
        rows[f"sperren_{year}"] = _count(_one(lines, series="cut_offs_nrw", period=year)["value"])
    for row in tables["hardship_trends"].to_dict("records"):
        short = "kalt" if row["series"] == "warm_de" else "rueck"
        for side in ("slope", "low", "high"):
            rows[f"trend_{short}_{side}"] = _number(row[side])
        rows[f"rueckgang_{short}"] = _number(-row["slope"])
        rows[f"rueckgang_{short}_spanne"] = _span(-row["high"], -row["low"], "number", 1)
        rows[f"trend_{short}_n"] = _count(row["n"])
    groups = tables["hardship_groups"].set_index("id")["value"]
    for key, name in {
        "kalt_allein": "xdis0054",
        "kalt_paare": "xdis0055",
        "kalt_familien": "xdis0056",
        "kalt_single": "dis0220",
        "rueck_miete": "dis0270",
        "rueck_eigentum": "dis0269",
    }.items():
        rows[key] = _share(groups[name] / 100)
    published = tables["published"].set_index("id")["value"]
    for key, name in {
        "iw_2021": "dis0194",
        "iw_2022": "dis0195",
        "imk_gewinn": "dis0284",
        "imk_verlust": "dis0285",
    }.items():
        rows[key] = _share(published[name] / 100)
    rows["imk_schwer_mio"] = _number(published["dis0286"] / 1e6)
    rows["alter_unterschied"] = _number(published["xdis0158"], 0)
    return rows


def heat_rows(tables: Tables, config: ClimateConfig) -> Rows:
    """Hot days, deaths, exposure, cities."""
    rows: Rows = {}
    trend = tables["hot_days_trend"].iloc[0]
    for side in ("slope", "low", "high"):
        rows[f"heiss_faktor_{side}"] = _number(trend[side], 2)
    rows["heiss_n"] = _count(trend["n"])
    normals = tables["heat_normals"].set_index("kind")
    for kind, short in {"Hot days": "heiss", "Summer days": "sommer"}.items():
        rows[f"{short}_frueher"] = _number(normals.loc[kind, "before"], 0)
        rows[f"{short}_heute"] = _number(normals.loc[kind, "after"], 0)
        rows[f"{short}_mehr"] = _span(normals.loc[kind, "low"], normals.loc[kind, "high"], "number")
    days = tables["hot_days"]
    most = days.loc[days["value"].idxmax()]
    rows["heiss_meiste"] = _number(most["value"], 0)
    for row in tables["extreme_years"].to_dict("records"):
        short = "frueh" if row["first"] == config.heat.periods[0][0] else "spaet"
        rows[f"extrem_{short}"] = _count(row["n_extreme"])
        rows[f"extrem_{short}_n"] = _count(row["n_years"])
    rows["extrem_tage"] = _number(config.heat.extreme_days, 0)
    deaths = tables["heat_deaths"].assign(year=lambda t: t["year"].astype(int)).set_index("year")
    for year in (2003, 2018, 2022):
        rows[f"tote_{year}"] = _count(deaths.loc[year, "deaths"])
        rows[f"tote_{year}_spanne"] = _span(
            deaths.loc[year, "pi_low"], deaths.loc[year, "pi_high"], "number"
        )
    sure = int((deaths["pi_low"] > 0).sum())
    rows["tote_jahre"] = _count(len(deaths))
    rows["tote_sicher"] = _count(sure)
    slopes = tables["heat_death_slope"].sort_values("shared")
    rows["tote_je_tag"] = _number(slopes["slope"].iloc[0], 0)
    rows["tote_je_tag_tief"] = _number(slopes["low"].min(), 0)
    rows["tote_je_tag_spanne"] = _span(slopes["low"].min(), slopes["high"].max(), "number")
    rows["tote_paare"] = _count(slopes["n"].iloc[0])
    three = _one(tables["heat_death_sums"], period="drei")
    rows["tote_drei"] = _count(three["sum"])
    rows["tote_drei_spanne"] = _span(round(three["low"], -2), round(three["high"], -2), "number")
    rows["tote_drei_weit"] = _span(
        round(three["low_shared"], -2), round(three["high_shared"], -2), "number"
    )
    facts = tables["heat_facts"]
    classes = facts[
        facts["topic"].eq("heat_exposure") & facts["item"].str.startswith("Inhabitants in")
    ]
    bad = classes["item"].str.contains("unfavourable")
    rows["hitze_nrw_mio"] = _number(classes.loc[bad, "value"].sum() / 1e6)
    rows["hitze_nrw_anteil"] = _share(classes.loc[bad, "value"].sum() / classes["value"].sum(), 0)
    plus = facts.set_index("id").loc["cli0122", "value"]
    rows["hitze_plus_mio"] = _number(plus / 1e6)
    future = facts[facts["topic"].eq("hot_days_projection")]
    late = future[future["period_start"].astype(float) > 2060].set_index("item")["value"]
    rows["projektion_stark"] = _span(
        late["Hot days, RCP8.5, lower"], late["Hot days, RCP8.5, upper"], "number"
    )
    rows["projektion_schwach"] = _span(
        late["Hot days, RCP2.6, lower"], late["Hot days, RCP2.6, upper"], "number"
    )
    nights = facts[facts["topic"].eq("tropical_nights")].set_index("id")["value"]
    rows["naechte_stadt"] = _count(nights["cli0155"])
    rows["naechte_flughafen"] = _count(nights["cli0156"])
    rows["insel_dus"] = _number(facts.set_index("id").loc["cli0150", "value"], 0)
    return rows


def city_rows(tables: Tables, config: ClimateConfig) -> Rows:
    """Exposure and deprivation of the cities."""
    rows: Rows = {}
    cities = tables["cities"].astype({"ags": str})
    for row in cities.to_dict("records"):
        key = str(row["city"]).lower().replace("ü", "ue")
        rows[f"stadt_{key}"] = _share(row["exposed_share"])
        rows[f"stadt_{key}_personen"] = _count(row["exposed_persons"])
        rows[f"stadt_{key}_gisd"] = _number(row["gisd"], 2)
        rows[f"stadt_{key}_rang"] = _count(row["gisd_rank"])
        rows[f"stadt_{key}_mindest"] = _share(row["minimum_income"])
        if pd.notna(row["exposed_share_plus1"]):
            rows[f"stadt_{key}_plus"] = _share(row["exposed_share_plus1"])
    dus = _one(cities, city="Düsseldorf")
    rows["dus_rang_tief"], rows["dus_rang_hoch"] = _count(dus["rank_low"]), _count(dus["rank_high"])
    worked = cities[cities["ags"].str.zfill(8).eq(config.worked_city)].iloc[0]
    rows["dus_alt"] = _share(worked["aged_65"])
    rows["staedte_n"] = _count(len(cities))
    rows["gemeinden_n"] = _count(cities["gisd_of"].iloc[0])
    rows["staedte_hoechste"] = _share(cities["exposed_share"].max())
    return rows


def headlines(clean: Tables, tables: Tables, config: ClimateConfig) -> pd.DataFrame:
    """Collect all numbers of the prose in one table."""
    return headline(
        {
            "stand": {"value": config.as_of.isoformat(), "unit": "text"},
            **burden_rows(tables | {"quantiles": clean["quantiles"]}, config),
            **class_rows(tables, config),
            **home_rows(tables, config),
            **hardship_rows(tables),
            **heat_rows(tables, config),
            **city_rows(tables, config),
        }
    )
