"""Headline: the numbers of the prose, each picked from the estimates under a key."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from armutsexpertise.digital.study import DigitalConfig
from armutsexpertise.publish.values import (
    eur,
    headline,
    number,
    only_row,
    points,
    share,
    span,
    two_digits,
)

Tables = dict[str, pd.DataFrame]
Rows = dict[str, dict[str, Any]]


def _year(value: float) -> dict[str, Any]:
    return {"value": math.ceil(value), "unit": "year"}


def _shown(value: float) -> dict[str, Any]:
    """Return a published percentage with the digits in which it was printed."""
    return share(value, 0 if abs(100 * value - round(100 * value)) < 1e-9 else 1)


def access_rows(tables: Tables, config: DigitalConfig) -> Rows:
    """Access by income quartile, its gaps and growth; after the break all and single."""
    rows: Rows = {}
    first, last = config.access.compositions[0], config.access.compositions[-1]
    for year in config.access.compositions:
        for quartile in ("Q1", "Q2", "Q3", "Q4"):
            row = only_row(tables["access"], place="DE", period=year, group=quartile)
            rows[f"{quartile.lower()}_{year}"] = share(row["share"], 1)
        for key, measure in {"luecke": "absolute", "steigung": "slope_index"}.items():
            row = only_row(tables["gaps"], place="DE", period=year, measure=measure)
            rows[f"{key}_{year}"] = points(row["estimate"])
        row = only_row(tables["gaps"], place="DE", period=year, measure="odds_ratio")
        rows[f"chance_{year}"] = number(row["estimate"])
        row = only_row(tables["left"], place="DE", period=year, group="Q1")
        rows[f"rest_q1_{year}"] = share(row["share_of_offline"])
    rich = only_row(tables["access"], place="DE", period=last, group="Q4")
    rows[f"offen_q4_{last}"] = share(1 - rich["share"], 2)
    for year in (first, last):  # A1: the mean of four equal groups is the share of all
        four = [rows[f"q{k}_{year}"]["value"] for k in range(1, 5)]
        every = only_row(tables["types"], group="all households", period=year)
        rows[f"probe_{year}"] = points(every["share"] - sum(four) / 4)
    eu = only_row(tables["access"], place="EU27", period=last, group="Q1")
    rows["eu_q1"] = share(eu["share"], 1)
    gap = only_row(tables["gaps"], place="EU27", period=last, measure="absolute")
    rows["eu_luecke"] = points(gap["estimate"])
    for name, key in {"mit Obergrenze 100 %": "alle", "mit freier Obergrenze": "frei"}.items():
        fit = only_row(tables["growth"], model=name, group="Q1")
        rows[f"abweichung_{key}"] = points(fit["rmse"])
        rows[f"nachbarn_{key}"] = number(fit["autocorrelation"], 2)
        rows[f"punkte_{key}"] = number(fit["points"])
    test = only_row(tables["ceiling_test"], group="Q1")
    rows["kurven_f"] = number(test["statistic"], 1)
    rows["kurven_p"] = number(test["p_value"], 4)
    rows["obergrenze_q1"] = share(fit["ceiling"], 1)
    rows["obergrenze_q1_intervall"] = span(fit["ceiling_low"], fit["ceiling_high"], "share", 1)
    for reached in config.access.shares:
        for quartile in ("Q1", "Q2", "Q3", "Q4"):
            found = only_row(
                tables["years"], model="mit Obergrenze 100 %", group=quartile, share=reached
            )
            key = f"jahr{round(100 * reached)}_{quartile.lower()}"
            rows[key] = _year(found["year"])
            rows[f"{key}_von"] = _year(found["ci_low"])
            rows[f"{key}_bis"] = _year(found["ci_high"])
    rows["ziel"] = share(config.access.shares[0])
    rows["ziel_hoch"] = share(config.access.shares[-1])
    free = only_row(tables["years"], model="mit freier Obergrenze", group="Q1", share=0.95)
    rows["frei_erreicht_95"] = number(int(math.isfinite(free["year"])))
    lag = only_row(tables["lag"], period=last)
    rows["vorsprung"] = number(lag["years"])
    modelled = only_row(tables["modelled_lag"], share=config.access.shares[0])
    rows["rueckstand_modell"] = number(modelled["years"], 1)
    rows["rueckstand_modell_intervall"] = span(modelled["ci_low"], modelled["ci_high"], "number", 1)
    rows["vorsprung_mindestens"] = number(int(lag["at_least"]))
    for group, key in {"total": "alle", "household_type": "allein"}.items():
        name = {"total": "all households", "household_type": "single-person household"}[group]
        for year in (2020, 2021, 2025):
            row = only_row(tables["types"], group=name, period=year)
            rows[f"{key}_{year}"] = share(row["share"], 1)
    for year in (2020, 2021, 2025):
        rows[f"allein_luecke_{year}"] = points(
            rows[f"alle_{year}"]["value"] - rows[f"allein_{year}"]["value"]
        )
    return rows


def fact_rows(clean: Tables, tables: Tables) -> Rows:
    """Pick published findings that the prose quotes."""
    rows: Rows = {
        "fakten_n": number(len(clean["facts"])),
    }
    for row in tables["comparisons"].to_dict("records"):
        rows[f"{row['key']}_arm"] = _shown(row["poor"])
        rows[f"{row['key']}_andere"] = _shown(row["other"])
    rows["vergleiche_n"] = number(len(tables["comparisons"]))
    rows["vergleiche_zulasten"] = number(int((tables["comparisons"]["absolute"] > 0).sum()))
    facts = clean["facts"].set_index("id")["value"].astype(float)
    for key, fact in {
        "ohne_abschluss_mobil": "dig0068",
        "realschule_mobil": "dig0069",
        "ab60_ohne": "dig0067",
        "geraet_fehlt_min": "dig0061",
        "geraet_fehlt_max": "dig0062",
        "wohnungsnot_kompetenz": "dig0129",
        "nie_2024": "dig0035",
        "nie_65_2022": "dig0029",
        "nie_65_2024": "dig0039",
        "nie_jung_2024": "dig0037",
        "nrw_65_2022": "xdig0251",
        "nrw_16_2022": "xdig0252",
        "nrw_frauen65": "xdig0256",
        "nrw_maenner65": "xdig0255",
        "nrw_alt_niedrig": "xdig0244",
        "nrw_jung_niedrig": "xdig0247",
        "nrw_smartphone": "xdig0273",
        "nrw_computer_lwr": "xdig0355",
        "de_computer_lwr": "xdig0342",
        "eu_bildung_niedrig": "dig0005",
        "eu_bildung_hoch": "dig0004",
        "piaac_niedrig": "xdig0304",
        "piaac_niedrig_oecd": "xdig0307",
        "ausgaben_anteil_arm": "dig0137",
        "ausgaben_anteil_reich": "dig0145",
    }.items():
        rows[key] = _shown(facts[fact] / 100)
    rows["loesen_mittel"] = number(facts["xdig0296"])
    rows["loesen_mittel_oecd"] = number(facts["xdig0297"])
    rows["geraet_rueckstand"] = points(facts["dig0060"] / 100, 0)
    rows["nie_2024_mio"] = number(facts["dig0036"] / 1e6, 1)
    rows["ohne_anschluss_mio"] = number(facts["dig0057"] / 1e6, 1)
    rows["aus_geldgruenden"] = number(facts["dig0058"])
    rows["geldgruende_anteil"] = share(facts["dig0058"] / facts["dig0057"])
    rows["d21_nrw"] = number(facts["xdig0282"])
    rows["d21_de"] = number(facts["dig0120"])
    for key, fact in {
        "d21_nrw_2013": "dig0111",
        "d21_de_2013": "dig0102",
        "d21_reich_2013": "dig0109",
        "d21_arm_2013": "dig0110",
    }.items():
        rows[key] = number(facts[fact], 1)
    rows["d21_reich_2019"] = number(facts["dig0124"])
    rows["d21_arm_2019"] = number(facts["dig0125"])
    rows["nutzung_nrw"] = _shown(facts["xdig0286"] / 100)
    rows["ausgaben_arm"] = eur(facts["dig0136"], 0)
    rows["ausgaben_reich"] = eur(facts["dig0144"], 0)
    poor = clean["poor"].set_index("id")["value"]
    rows["arm_nrw_mio"] = number((poor["xpov0218"] + poor["xpov0219"]) / 1e6, 1)
    return rows


def skill_rows(tables: Tables) -> Rows:
    """Skills by class and area."""
    rows: Rows = {}
    for place, short in {"DE": "de", "EU27": "eu"}.items():
        for year in (2021, 2023, 2025):
            row = only_row(tables["dsi"], place=place, period=str(year), dimension="total")
            rows[f"dsi_{short}_{year}"] = share(row["share"], 1)
        classes = only_row(tables["dsi_classes"], place=place, period="2023")
        rows[f"dsi_offen_{short}"] = share(classes["not_assessed"], 1)
        areas = only_row(tables["dsi_areas"], place=place, period="2023")
        above = only_row(tables["dsi_areas_above"], place=place, period="2023")
        for area in ("il", "cc", "dcc", "safe", "ps"):
            rows[f"dsi_{area}_{short}"] = share(areas[area], 1)
            rows[f"dsi_mehr_{area}_{short}"] = share(above[area], 1)
    for category, short in {"cities": "stadt", "rural areas": "land"}.items():
        row = only_row(tables["dsi"], place="DE", period="2025", category=category)
        rows[f"dsi_{short}"] = share(row["share"], 1)
    return rows


def money_rows(tables: Tables) -> Rows:
    """Set the basket against the standard benefit."""
    rows: Rows = {}
    for row in tables["same_year"].to_dict("records"):
        rows[f"preis_{row['when']}"] = eur(row["price"], 2)
        rows[f"abt8_{row['when']}"] = eur(row["allowance"], 2)
        rows[f"anteil_{row['when']}"] = share(row["share"])
    years = tables["same_year"]["when"]
    rows["jahr_preis_frueh"] = {"value": int(years.min()), "unit": "year"}
    rows["jahr_preis_spaet"] = {"value": int(years.max()), "unit": "year"}
    table = tables["affordability"]
    last = table["day"].max()
    rows["regelbedarf_jahr"] = {"value": int(str(last)[:4]), "unit": "year"}
    single = table[(table["household"] == "alleinlebend") & (table["day"] == last)]
    single = single.set_index("variant")
    rows["abt8"] = eur(single.loc["low", "connection_allowance"], 2)
    rows["abt89"] = eur(single.loc["low", "allowance_eur_month"], 2)
    rows["rest_nach_anschluss"] = span(
        single.loc["middle", "connection_allowance"] - single.loc["middle", "connection_eur_month"],
        single.loc["low", "connection_allowance"] - single.loc["low", "connection_eur_month"],
        "eur",
        2,
    )
    rows["anschluss_anteil"] = span(
        *(single.loc[v, "connection_eur_month"] / single.loc[v, "connection_allowance"]
          for v in ("low", "middle")),
        "share",
    )  # fmt: skip
    # A variant without a sourced price has no cost and is left out of the spans.
    rows["korb"] = span(single["eur_month"].min(), single["eur_month"].max(), "eur", 2)
    part = single["eur_month"] / single["allowance_eur_month"]
    rows["korb_anteil89"] = span(part.min(), part.max(), "share")
    rows["korb_anteil_regelbedarf"] = span(
        single["share_of_benefit"].min(), single["share_of_benefit"].max(), "share", 1
    )
    family = table[(table["household"] == "Paar, ein Kind unter 6") & (table["day"] == last)]
    rows["korb_anteil_familie"] = span(
        family["share_of_benefit"].min(), family["share_of_benefit"].max(), "share", 1
    )
    pupil = table[table["household"].str.contains("Schulkind") & (table["day"] == last)]
    middle = pupil.set_index("variant").loc["middle"]
    rows["schule_ohne"] = eur(middle["eur_month"], 2)
    rows["schule_mit"] = eur(middle["eur_month_granted"], 2)
    rows["schule_abt89"] = eur(middle["allowance_eur_month"], 2)
    rows["schule_anteil_ohne"] = share(middle["eur_month"] / middle["allowance_eur_month"])
    rows["schule_anteil_mit"] = share(middle["eur_month_granted"] / middle["allowance_eur_month"])
    school = tables["items"].query("item == 'schulgeraet'").drop_duplicates("variant")
    prices = school.set_index("variant")["price_eur"]
    if pd.notna(prices["high"]):
        rows["schule_teuer"] = eur(prices["high"], 0)
        rows["schule_rest"] = eur(max(prices["high"] - prices["middle"], 0), 0)
    saving = tables["saving"].set_index(["rule", "variant"])
    rules = {"rest_low": "angebot", "rest_middle": "rechnung", "leisure": "freizeit"}
    for rule, key in rules.items():
        for variant in ("low", "middle", "high"):
            if (rule, variant) in saving.index:  # a variant without a sourced price is left out
                rows[f"sparen_{key}_{variant}"] = number(saving.loc[(rule, variant), "months"])
    for variant in ("low", "middle", "high"):
        if ("leisure", variant) in saving.index:
            rows[f"geraet_{variant}"] = eur(saving.loc[("leisure", variant), "price"], 0)
    items = tables["items"].query("item == 'computer' and household == 'alleinlebend'")
    rows["preise_fehlen"] = number(int(items["price_eur"].isna().sum()))
    return rows


def policy_rows(tables: Tables, config: DigitalConfig) -> Rows:
    """Grants in the Land and the Kreise."""
    rows: Rows = {}
    households = tables["steps"].iloc[-1]
    rows["bg_nrw"] = span(two_digits(households["low"]), two_digits(households["high"]), "number")
    for row in tables["variants"].to_dict("records"):
        key = row["variant"]
        rows[f"{key}_erreicht"] = span(
            two_digits(row["reached_low"]), two_digits(row["reached_high"]), "number"
        )
        rows[f"{key}_neu"] = span(
            two_digits(row["newly_connected_low"]), two_digits(row["newly_connected_high"]),
            "number",
        )  # fmt: skip
        rows[f"{key}_mio"] = span(
            two_digits(row["eur_low"]) / 1e6, two_digits(row["eur_high"]) / 1e6, "number"
        )
        rows[f"{key}_je_neu"] = span(
            two_digits(row["eur_per_connected_low"]), two_digits(row["eur_per_connected_high"]),
            "eur",
        )  # fmt: skip
        rows[f"{key}_ab"] = eur(two_digits(row["eur_per_connected_low"]), 0)
        rows[f"{key}_hoechstens"] = eur(two_digits(row["eur_per_connected_high"]), 0)
        rows[f"{key}_versorgt"] = span(
            row["already_connected_low"], row["already_connected_high"], "share"
        )
    chosen = tables["variants"].set_index("variant").loc[config.policy.map_variant]
    every = tables["variants"].set_index("variant").loc["geraet_alle"]
    rows["pruefung_hoechstens"] = eur(
        two_digits(every["eur_per_connected_low"] - chosen["eur_per_connected_high"]), 0
    )
    rows["ohne_computer"] = span(chosen["without_low"], chosen["without_high"], "share", 1)
    rows["inanspruchnahme"] = span(chosen["take_up_low"], chosen["take_up_high"], "share")
    kreise = tables["kreise"].sort_values("eur_per_inhabitant")
    rows["kreise_n"] = number(len(kreise))
    rows["kreis_unten_je"] = eur(kreise["eur_per_inhabitant"].iloc[0], 1)
    rows["kreis_oben_je"] = eur(kreise["eur_per_inhabitant"].iloc[-1], 1)
    rows["kreis_unten"] = {"value": kreise["name"].iloc[0], "unit": "text"}
    rows["kreis_oben"] = {"value": kreise["name"].iloc[-1], "unit": "text"}
    return rows


def piaac_headlines(clean: Tables) -> Tables:
    """Pick the results of PIAAC that the prose quotes; no table where one of them is not there."""
    table = clean.get("piaac_parental_education")
    if table is None:
        return {}
    shown = table[table["status"].eq("published")].set_index(["parental_education", "indicator"])
    needed = ("path_score", "score", "below_lower", "below_upper")
    if any((group, name) not in shown.index for group in ("low", "high") for name in needed):
        return {}
    rows: Rows = {}
    for group, key in {"low": "gering", "high": "hoch"}.items():
        got = {name: shown.loc[(group, name)].astype(object) for name in needed}
        path, score = got["path_score"], got["score"]
        lower, upper = got["below_lower"], got["below_upper"]
        rows[f"ohne_{key}"] = share(1 - path["estimate"])
        rows[f"ohne_{key}_intervall"] = span(1 - path["ci_high"], 1 - path["ci_low"], "share")
        rows[f"punkte_{key}"] = number(score["estimate"])
        rows[f"punkte_{key}_intervall"] = span(score["ci_low"], score["ci_high"], "number")
        rows[f"grenzen_{key}"] = span(lower["estimate"], upper["estimate"], "share")
        rows[f"grenzen_{key}_intervall"] = span(lower["ci_low"], upper["ci_high"], "share")
    return {"headline_piaac": headline(rows)}


def headlines(clean: Tables, tables: Tables, config: DigitalConfig) -> pd.DataFrame:
    """Collect all numbers of the prose in one table."""
    return headline(
        {
            **access_rows(tables, config),
            **fact_rows(clean, tables),
            **skill_rows(tables),
            **money_rows(tables),
            **policy_rows(tables, config),
        }
    )
