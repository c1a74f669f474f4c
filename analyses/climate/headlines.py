"""Headline: the numbers of the prose, each picked from the estimates under a key."""

from __future__ import annotations

from typing import Any

import pandas as pd

from armutsexpertise.climate.config import ClimateConfig
from armutsexpertise.climate.cost_split import certificate_price_on
from armutsexpertise.publish.values import eur, headline, number, only_row, share, span

Tables = dict[str, pd.DataFrame]
Rows = dict[str, dict[str, Any]]

USES = {
    "none": "ohne",
    "per_capita": "kopf",
    "income_tested": "gezielt",
    "electricity": "strom",
    "standard_benefit": "regel",
}


def burden_rows(tables: Tables, config: ClimateConfig) -> Rows:
    """Emissions, burden by fifth, uses of the revenue, budget."""
    rows: Rows = {}
    total = only_row(tables["emissions"], use="total")
    rows["t_haushalt"] = number(total["mean"], 1)
    rows["t_spanne"] = span(total["low"], total["high"], "number", 1)
    rows["personen_haushalt"] = number(float(tables["fifths"]["persons"].iloc[0]), 2)
    classes, summary = tables["scenario_classes"], tables["scenario_summary"]
    names = {config.scenarios.main_price: "haupt", config.scenarios.high_price: "hoch"}
    for price, short in names.items():
        rows[f"name_{short}"] = {"value": price, "unit": "text"}
        rows[f"preis_{short}"] = eur(only_row(summary, price=price, use="none")["price_eur_t"])
        for use, word in USES.items():
            part = classes[(classes["price"] == price) & (classes["use_of_revenue"] == use)]
            for row in part.to_dict("records"):
                fifth = str(row["class"]).lower()
                key = f"{fifth}_{word}_{short}"
                rows[f"netto_{key}"] = eur(row["net_eur_a"])
                rows[f"netto_{key}_abs"] = eur(abs(row["net_eur_a"]))
                ends = sorted(abs(row[f"net_eur_a_{side}"]) for side in ("low", "high"))
                rows[f"netto_{key}_spanne"] = span(*ends, "eur")
                if use == "none":
                    rows[f"last_{key}"] = share(row["burden_share"], 1)
                    rows[f"last_{key}_spanne"] = span(
                        row["burden_share_low"], row["burden_share_high"], "share", 1
                    )
                    rows[f"last_{key}_eur"] = eur(row["burden_eur_a"])
                    rows[f"last_{key}_eur_spanne"] = span(
                        -row["net_eur_a_high"], -row["net_eur_a_low"], "eur"
                    )
                else:
                    rows[f"wirkung_{key}"] = share(abs(row["net_share"]), 1)
                    rows[f"tief_{key}"] = number(row["net_eur_a_low"], 0)
                    rows[f"hoch_{key}"] = number(row["net_eur_a_high"], 0)
            one = only_row(summary, price=price, use=use)
            rows[f"gini_{word}_{short}"] = number(100 * one["redistribution"], 2)
            rows[f"gini_{word}_{short}_tief"] = number(100 * one["redistribution_low"], 2)
            rows[f"gini_{word}_{short}_hoch"] = number(100 * one["redistribution_high"], 2)
        per_head = classes[
            (classes["price"] == price) & (classes["use_of_revenue"] == "per_capita")
        ]
        each = (per_head["transfer_eur_a"] * per_head["households"]).sum() / per_head[
            "persons"
        ].sum()
        rows[f"klimageld_{short}"] = eur(each)
        budget = only_row(tables["scenario_budget"], price=price, use_of_revenue="per_capita")
        rows[f"last_mio_{short}"] = number(budget["burden_cents"] / 1e8, 0)
        rows[f"mwst_mio_{short}"] = number(budget["vat_cents"] / 1e8, 0)
    paths = tables["price_paths"]
    for fifth in ("Q1", "Q5"):
        law = only_row(paths, path="Gesetz", **{"class": fifth}, year=2024)
        rows[f"pfad_2024_{fifth.lower()}"] = eur(law["burden_eur_a"])
    last = paths[paths["path"].str.startswith("Kommission")]
    rows["preis_tief"] = eur(min(p.price_eur_t for p in config.scenarios.prices))
    guest = paths[paths["path"].str.startswith("Gastbeitrag")]
    rows["pfad_gastbeitrag"] = eur(guest["price_eur_t"].max())
    rows["pfad_kommission"] = eur(last["price_eur_t"].max())
    rows["pfad_kommission_q1"] = eur(last.loc[last["class"] == "Q1", "burden_eur_a"].max())
    indices = tables["progressivity"]
    for use, word in {"heat": "heizen", "drive": "fahren", "both": "beides"}.items():
        part = indices[indices["use"] == use]
        main = only_row(part, variant="mittel")
        for index in ("kakwani", "suits"):
            rows[f"{index}_{word}"] = number(main[index], 2)
            rows[f"{index}_{word}_tief"] = number(part[index].min(), 2)
            rows[f"{index}_{word}_hoch"] = number(part[index].max(), 2)
    rows["konsum_q1"] = number(100 * float(tables["quantiles"]["propensity"].iloc[0]), 0)
    rows["szenarien_n"] = number(len(summary))
    rows["varianten_n"] = number(indices["variant"].nunique())
    shares = tables["burden_variants"].pivot_table("burden_share", "variant", "class")
    rows["q1_mehr_als_q5"] = share((shares["Q1"] - shares["Q5"]).min(), 2)
    most = shares["Q1"] >= shares.max(axis=1)
    rows["q1_hoechste_n"] = number(int(most.sum()))
    lower = shares.loc[~most, ["Q1", "Q2", "Q3"]]
    rows["abstand_untere_drei"] = share((lower.max(axis=1) - lower.min(axis=1)).max(), 2)
    main = classes[classes["price"] == config.scenarios.main_price]
    first = only_row(main, use_of_revenue="per_capita", **{"class": "Q1"})
    rows["netto_q1_person"] = eur(first["net_eur_a"] * first["households"] / first["persons"])
    return rows


def class_rows(tables: Tables, config: ClimateConfig) -> Rows:
    """Income classes of the budget survey, and the standard benefit."""
    rows: Rows = {}
    classes = tables["classes"]
    part = classes[classes["price"] == config.scenarios.main_price]
    short = {"under 1250": "unten", "1250-2500": "zweite", "5000 and more": "oben"}
    for row in part[part["income_class"].isin(short)].to_dict("records"):
        key = short[row["income_class"]]
        rows[f"klasse_{key}"] = eur(row["burden_eur_a"])
        rows[f"klasse_{key}_spanne"] = span(row["burden_low"], row["burden_high"], "eur")
        rows[f"klasse_{key}_personen"] = number(row["persons_even"], 1)
    second = only_row(part, income_class="1250-2500")
    rows["klasse_zweite_anteil"] = span(second["share_from"], second["share_to"], "share", 1)
    contains = tables["benefit_contains"].set_index("item")["value"]
    rows["regelbedarf"] = eur(contains["regelbedarf"])
    rows["regel_verkehr"] = eur(contains["transport"], 2)
    rows["regel_ticket"] = eur(contains["ticket"], 2)
    rows["regel_luecke"] = eur(contains["ticket_gap"], 2)
    rows["regel_wohnen"] = eur(contains["housing_energy"], 2)
    rows["benzin_cent"] = number(contains["co2_litre_cent"], 1)
    balance = tables["benefit_balance"]
    driving = balance[balance["litres"] > 0]
    rows["benzin_liter"] = number(float(driving["litres"].iloc[0]), 0)
    rows["benzin_monat"] = eur(only_row(driving, item="petrol_co2")["household_eur_m"], 2)
    rows["heizen_flaeche"] = number(config.wohngeld.area_m2[1], 0)
    rows["heizen_kwh"] = number(config.wohngeld.kwh_m2, 0)
    rows["heizen_amt"] = eur(only_row(driving, item="heating_co2")["cost_eur_m"], 2)
    return rows


def home_rows(tables: Tables, config: ClimateConfig) -> Rows:
    """Pick the steps of the CO2KostAufG, levy and Wohngeld."""
    rows: Rows = {}
    steps = tables["cost_split"]
    first, last = steps.iloc[0], steps.iloc[-1]
    rows["stufen_n"] = number(len(steps))
    rows["mieter_erste"] = share(first["tenant"], 0)
    rows["mieter_letzte"] = share(last["tenant"], 0)
    rows["gas_erste"] = number(first["gas_high"], 1)
    rows["gas_letzte"] = number(last["gas_low"], 1)
    rows["kg_erste"] = number(first["high"], 0)
    rows["kg_letzte"] = number(last["low"], 0)
    half = only_row(steps, tenant=0.5)
    rows["gas_haelfte"] = span(half["gas_low"], half["gas_high"], "number", 1)
    rows["stufe_offen_kg"] = number(last["example_kg_m2"], 1)
    rows["preis_rechner"] = eur(float(certificate_price_on(config.cost_split.day)))
    for word, row in zip(
        ("gut", "schlecht"), tables["split_examples"].to_dict("records"), strict=True
    ):
        rows[f"wohnung_{word}_kwh"] = number(row["kwh_m2"], 0)
        rows[f"wohnung_{word}_mieter"] = eur(row["tenant_eur_a"])
        rows[f"wohnung_{word}_vermieter"] = eur(row["landlord_eur_a"])
    rows["flaeche"] = number(config.cost_split.area_m2, 0)
    top = f"tenant_{config.cost_split.prices_eur_t[-1]:g}"
    rows["mieter_hoechstens"] = eur(steps[top].max())
    rows["mieter_letzte_eur"] = eur(last[top])
    rows["mieter_erste_eur"] = eur(first[top])
    rows["vermieter_letzte_eur"] = eur(last[top.replace("tenant", "landlord")])
    rules = tables["renovation_rules"].iloc[0]
    rows["umlage"] = share(rules["percent"] / 100, 0)
    rows["kappung"] = eur(rules["cap_eur_m2"], 2)
    rows["kappung_niedrig"] = eur(rules["cap_low_rent_eur_m2"], 2)
    rows["miete_niedrig"] = eur(rules["low_rent_below_eur_m2"])
    rows["foerder_umlage"] = share(rules["funded_percent"] / 100, 0)
    rows["foerder_erhaltung"] = share(rules["funded_maintenance_percent"] / 100, 0)
    rows["foerder_kappung"] = eur(rules["funded_cap_eur_m2"], 2)
    grid = tables["renovation"]
    main = grid[grid["price"] == config.scenarios.main_price]
    rows["raster_n"] = number(len(main))
    rows["raster_neutral"] = number(int(main["neutral"].sum()))
    costs = sorted(main["cost_eur_m2"].unique())
    rows["raster_teuer_neutral"] = number(
        int(main.loc[main["cost_eur_m2"] == costs[-1], "neutral"].sum())
    )
    rows["raster_teuer_n"] = number(int((main["cost_eur_m2"] == costs[-1]).sum()))
    even = tables["renovation_even"]
    shown = even[(even["price"] == config.scenarios.main_price) & (even["who"] == "split")]
    rows["neutral_spanne"] = span(
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
            rows[f"schlecht_{word}_{short}"] = eur(
                only_row(worst, price=price, who=who)["neutral_cost_eur_m2"]
            )
    rows["schlecht_kwh"] = number(float(worst["kwh_m2"].iloc[0]), 0)
    rows["schlecht_sparen"] = share(float(worst["saving"].iloc[0]), 0)
    wohngeld = tables["wohngeld"]
    one = wohngeld[wohngeld["persons"] == 1].set_index("cost")
    rows["wohngeld_heizung"] = eur(one.loc["heating", "component_eur_m"], 2)
    rows["wohngeld_klima"] = eur(one.loc["levy", "component_eur_m"], 2)
    rows["wohngeld_umlage_anteil"] = share(one.loc["levy", "counted_share"], 0)
    rows["wohngeld_heizkosten"] = eur(one.loc["heating", "cost_eur_m"])
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
            value = only_row(lines, series=name, period=year)["value"]
            rows[f"{short}_{year}"] = share(value / 100, 1)
    for year in (2017, 2022, 2023):
        rows[f"sperren_{year}"] = number(
            only_row(lines, series="cut_offs_nrw", period=year)["value"]
        )
    for row in tables["hardship_trends"].to_dict("records"):
        short = "kalt" if row["series"] == "warm_de" else "rueck"
        for side in ("slope", "low", "high"):
            rows[f"trend_{short}_{side}"] = number(row[side], 1)
        rows[f"rueckgang_{short}"] = number(-row["slope"], 1)
        rows[f"rueckgang_{short}_spanne"] = span(-row["high"], -row["low"], "number", 1)
        rows[f"trend_{short}_n"] = number(row["n"])
    groups = tables["hardship_groups"].set_index("id")["value"]
    for key, name in {
        "kalt_allein": "xdis0054",
        "kalt_paare": "xdis0055",
        "kalt_familien": "xdis0056",
        "kalt_single": "dis0220",
        "rueck_miete": "dis0270",
        "rueck_eigentum": "dis0269",
    }.items():
        rows[key] = share(groups[name] / 100, 1)
    published = tables["published"].set_index("id")["value"]
    for key, name in {
        "iw_2021": "dis0194",
        "iw_2022": "dis0195",
        "imk_gewinn": "dis0284",
        "imk_verlust": "dis0285",
    }.items():
        rows[key] = share(published[name] / 100, 1)
    rows["imk_schwer_mio"] = number(published["dis0286"] / 1e6, 1)
    rows["umlage_erhoehung"] = share(published["xdis0167"] / 100, 0)
    rows["alter_unterschied"] = number(published["xdis0158"], 0)
    return rows


def heat_rows(tables: Tables, config: ClimateConfig) -> Rows:
    """Hot days, deaths, exposure, cities."""
    rows: Rows = {}
    trend = tables["hot_days_trend"].iloc[0]
    for side in ("slope", "low", "high"):
        rows[f"heiss_faktor_{side}"] = number(trend[side], 2)
    rows["heiss_n"] = number(trend["n"])
    normals = tables["heat_normals"].set_index("kind")
    for kind, short in {"Hot days": "heiss", "Summer days": "sommer"}.items():
        rows[f"{short}_frueher"] = number(normals.loc[kind, "before"], 0)
        rows[f"{short}_heute"] = number(normals.loc[kind, "after"], 0)
        rows[f"{short}_mehr"] = span(normals.loc[kind, "low"], normals.loc[kind, "high"], "number")
    days = tables["hot_days"]
    most = days.loc[days["value"].idxmax()]
    rows["heiss_meiste"] = number(most["value"], 0)
    for row in tables["extreme_years"].to_dict("records"):
        short = "frueh" if row["first"] == config.heat.periods[0][0] else "spaet"
        rows[f"extrem_{short}"] = number(row["n_extreme"])
        rows[f"extrem_{short}_n"] = number(row["n_years"])
    rows["extrem_tage"] = number(config.heat.extreme_days, 0)
    deaths = tables["heat_deaths"].assign(year=lambda t: t["year"].astype(int)).set_index("year")
    for year in (2003, 2018, 2022):
        rows[f"tote_{year}"] = number(deaths.loc[year, "deaths"])
        rows[f"tote_{year}_spanne"] = span(
            deaths.loc[year, "pi_low"], deaths.loc[year, "pi_high"], "number"
        )
    sure = int((deaths["pi_low"] > 0).sum())
    rows["tote_jahre"] = number(len(deaths))
    rows["tote_sicher"] = number(sure)
    slopes = tables["heat_death_slope"].sort_values("shared")
    rows["tote_je_tag"] = number(slopes["slope"].iloc[0], 0)
    rows["tote_je_tag_tief"] = number(slopes["low"].min(), 0)
    rows["tote_je_tag_spanne"] = span(slopes["low"].min(), slopes["high"].max(), "number")
    rows["tote_paare"] = number(slopes["n"].iloc[0])
    three = only_row(tables["heat_death_sums"], period="drei")
    rows["tote_drei"] = number(three["sum"])
    rows["tote_drei_spanne"] = span(round(three["low"], -2), round(three["high"], -2), "number")
    rows["tote_drei_weit"] = span(
        round(three["low_shared"], -2), round(three["high_shared"], -2), "number"
    )
    facts = tables["heat_facts"]
    classes = facts[
        facts["topic"].eq("heat_exposure") & facts["item"].str.startswith("Inhabitants in")
    ]
    bad = classes["item"].str.contains("unfavourable")
    rows["hitze_nrw_mio"] = number(classes.loc[bad, "value"].sum() / 1e6, 1)
    rows["hitze_nrw_anteil"] = share(classes.loc[bad, "value"].sum() / classes["value"].sum(), 0)
    plus = facts.set_index("id").loc["cli0122", "value"]
    rows["hitze_plus_mio"] = number(plus / 1e6, 1)
    future = facts[facts["topic"].eq("hot_days_projection")]
    late = future[future["period_start"].astype(float) > 2060].set_index("item")["value"]
    rows["projektion_stark"] = span(
        late["Hot days, RCP8.5, lower"], late["Hot days, RCP8.5, upper"], "number"
    )
    rows["projektion_schwach"] = span(
        late["Hot days, RCP2.6, lower"], late["Hot days, RCP2.6, upper"], "number"
    )
    nights = facts[facts["topic"].eq("tropical_nights")].set_index("id")["value"]
    rows["naechte_stadt"] = number(nights["cli0155"])
    rows["naechte_flughafen"] = number(nights["cli0156"])
    rows["insel_dus"] = number(facts.set_index("id").loc["cli0150", "value"], 0)
    return rows


def city_rows(tables: Tables, config: ClimateConfig) -> Rows:
    """Exposure and deprivation of the cities."""
    rows: Rows = {}
    cities = tables["cities"].astype({"ags": str})
    for row in cities.to_dict("records"):
        key = str(row["city"]).lower().replace("ü", "ue")
        rows[f"stadt_{key}"] = share(row["exposed_share"], 1)
        rows[f"stadt_{key}_personen"] = number(row["exposed_persons"])
        rows[f"stadt_{key}_gisd"] = number(row["gisd"], 2)
        rows[f"stadt_{key}_rang"] = number(row["gisd_rank"])
        rows[f"stadt_{key}_mindest"] = share(row["minimum_income"], 1)
        if pd.notna(row["exposed_share_plus1"]):
            rows[f"stadt_{key}_plus"] = share(row["exposed_share_plus1"], 1)
    dus = only_row(cities, city="Düsseldorf")
    rows["dus_rang_tief"], rows["dus_rang_hoch"] = number(dus["rank_low"]), number(dus["rank_high"])
    worked = cities[cities["ags"].str.zfill(8).eq(config.worked_city)].iloc[0]
    # the press gives number and share: together the population that the share refers to
    rows["dus_basis"] = number(round(worked["exposed_persons"] / worked["exposed_share"], -3))
    rows["dus_einwohner"] = number(worked["population"])
    rows["dus_alt"] = share(worked["aged_65"], 1)
    rows["staedte_n"] = number(len(cities))
    rows["gemeinden_n"] = number(cities["gisd_of"].iloc[0])
    rows["staedte_hoechste"] = share(cities["exposed_share"].max(), 1)
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
