"""Headline: the numbers of the prose, each picked from the estimates under a key."""

from __future__ import annotations

from typing import Any

import pandas as pd

from armutsexpertise.passes.config import PassesConfig
from armutsexpertise.publish.values import headline, number, only_row, span, two_digits

Tables = dict[str, pd.DataFrame]
Rows = dict[str, dict[str, Any]]

MORE_PASSES = 1000  # the rule of thumb: cost of so many passes more


def coverage_rows(tables: Tables) -> Rows:
    """Coverage of municipalities, population, large cities and Kreise."""
    rows: Rows = {}
    scopes = {"aktuell": "akt", "aktuell oder datiert": "dat"}
    places = {
        "nrw": ("NRW", "NRW"),
        "gross": ("Größe", "100.000 und mehr"),
        "mittel": ("Größe", "50.000 bis unter 100.000"),
        "kreisfrei": ("Kreistyp", "kreisfreie Stadt"),
    }
    for scope, short in scopes.items():
        for place, (domain, value) in places.items():
            for weight, name in {"Gemeinden": "", "Bevölkerung": "bev_"}.items():
                row = only_row(
                    tables["coverage"], scope=scope, domain=domain, value=value, weight=weight
                )
                key = f"{name}{place}_{short}"
                rows[f"{key}_spanne"] = span(row["lower"], row["upper"], "share", 1)
                rows[f"{key}_unten"] = {"value": row["lower"], "unit": "share", "digits": 0}
                rows[f"{key}_oben"] = {"value": row["upper"], "unit": "share", "digits": 1}
                rows[f"{key}_belegt"] = number(row["confirmed"])
                rows[f"{key}_unbekannt"] = number(row["unknown"])
                rows[f"{key}_verneint"] = number(row["absent"])
                rows[f"{key}_n"] = number(row["n"])
        kreise = tables["kreise"].query("scope == @scope")
        rows[f"kreise_{short}"] = number(int((kreise["confirmed"] > 0).sum()))
        county = only_row(tables["coverage"], scope=scope, domain="Kreispass")
        rows[f"kreispass_{short}"] = number(county["confirmed"])
    rows["kreise_n"] = number(len(kreise))
    searched = tables["searched"].set_index("size_class")
    rows["eintrag_n"] = number(searched.loc["insgesamt", "with_entry"])
    rows["eintrag_anteil"] = {"value": searched.loc["insgesamt", "share"], "unit": "share"}
    rows["gross_eintrag"] = number(int(searched.loc["100.000 und mehr", "with_entry"]))
    small = searched.loc[["unter 10.000", "10.000 bis unter 20.000"]]
    rows["klein_n"] = number(int(small["n"].sum()))
    rows["klein_eintrag"] = number(int(small["with_entry"].sum()))
    apart = tables["apart"].query("status == 'yes'")
    for key, (kind, level) in {
        "familie": ("family", "municipality"),
        "familie_kreis": ("family", "county"),
        "kultur": ("culture", "association"),
    }.items():
        part = apart[(apart["kind"] == kind) & (apart["issuer_level"] == level)]
        rows[f"apart_{key}"] = number(int(part["n"].sum()))
    rows["apart_mobil"] = number(int(apart.loc[apart["kind"] == "mobility", "n"].sum()))
    old = tables["denied"].query("freshness not in ('current', 'dated')")
    years = old["reference_date"].str[:4].fillna("ohne Jahr")
    rows["verneint_aelter"] = {
        "value": ", ".join(f"{m} ({y})" for m, y in zip(old["municipality"], years, strict=True)),
        "unit": "text",
    }
    recent = tables["denied"].query("freshness in ('current', 'dated')")
    rows["verneint_ort"] = {"value": ", ".join(recent["municipality"]), "unit": "text"}
    return rows


def effect_rows(tables: Tables, config: PassesConfig) -> Rows:
    """Effects on being documented, and what assumed detection rates imply."""
    rows: Rows = {}
    for sample, short in {"alle Gemeinden": "alle", "Großstädte": "gross"}.items():
        effects = tables["effects"]
        effects = effects[
            (effects["model"] == config.documented.main_model) & (effects["sample"] == sample)
        ]
        for key, where in {
            "verdopplung": {"term": "log_population", "change": "doubling"},
            "einkommen": {"term": "household_income_eur_month"},
            "arbeitslos": {"term": "unemployed_per_100"},
        }.items():
            row = only_row(effects, **where)
            rows[f"{key}_{short}"] = {"value": 100 * row["effect"], "unit": "points", "digits": 0}
            for side in ("lower", "upper", "robust_lower", "robust_upper"):
                rows[f"{key}_{short}_{side}"] = {
                    "value": 100 * row[side],
                    "unit": "points",
                    "digits": 1 if abs(row[side]) < 0.01 else 0,
                }
        fit = only_row(tables["fits"], model=config.documented.main_model, sample=sample)
        rows[f"modell_n_{short}"] = number(fit["n"])
        rows[f"modell_ereignisse_{short}"] = number(fit["events"])
        rows[f"modell_ohne_{short}"] = number(fit["n"] - fit["events"])
        index = tables["effects"].query("model == 'Deprivationsindex' and sample == @sample")
        row = only_row(index, term="gisd_score")
        for side, column in {
            "": "effect",
            "_robust_von": "robust_lower",
            "_robust_bis": "robust_upper",
        }.items():
            rows[f"gisd_{short}{side}"] = {
                "value": 100 * row[column],
                "unit": "points",
                "digits": 1,
            }
    feasible = tables["sensitivity"].dropna(subset="implied_share")
    rows["impliziert"] = span(
        feasible["implied_share"].min(), feasible["implied_share"].max(), "share"
    )
    doubling = feasible[feasible["change"] == "doubling"]
    rows["verdopplung_sensitiv_unten"] = {
        "value": 100 * doubling["effect"].min(),
        "unit": "points",
        "digits": 0,
    }
    rows["verdopplung_sensitiv_oben"] = {
        "value": 100 * doubling["effect"].max(),
        "unit": "points",
        "digits": 0,
    }
    return rows


def pass_rows(tables: Tables, config: PassesConfig) -> Rows:
    """Inclusion, routes, profiles and types."""
    rows: Rows = {}
    current = tables["inclusion"].query("scope == 'aktuell'")
    for row in current.to_dict("records"):
        key = f"kreis_{row['group']}"
        rows[f"{key}_ja"] = number(row["yes"])
        rows[f"{key}_offen"] = number(row["not_stated"])
        rows[f"{key}_nein"] = number(row["no"] + row["no_by_closed_list"])
        rows[f"{key}_spanne"] = span(row["lower"], row["upper"], "share")
    rows["paesse_aktuell"] = number(current["n"].iloc[0])
    routes = tables["routes"].set_index("route")["n"]
    for code, word in {
        "yes": "automatisch",
        "partial": "teils",
        "no": "antrag",
        "not_stated": "offen",
    }.items():
        rows[f"weg_{word}"] = number(routes[code])
    rows["profile_n"] = number(len(tables["ranks"]))
    rows["profile_min"] = number(config.profile.min_stated)
    rows["dominanz_paare"] = number(len(tables["dominance"]))
    full = (tables["ranks"]["rank_low"] == 1) & (
        tables["ranks"]["rank_high"] == len(tables["ranks"])
    )
    rows["raenge_offen"] = number(int(full.sum()))
    types = tables["type_shares"].set_index("type")
    rows["rundum_sicher"] = number(types.loc["Rundum-Pass", "n_certain"])
    rows["rundum_spanne"] = span(
        types.loc["Rundum-Pass", "at_least_low"], types.loc["Rundum-Pass", "at_least_high"], "share"
    )
    rows["konsum_mindestens"] = {
        "value": types.loc["Kultur-und-Konsum-Pass", "at_least_low"],
        "unit": "share",
    }
    rows["typ_unklar"] = number(
        int(tables["types"]["type"].str.startswith(("nicht eindeutig", "nicht klass")).sum())
    )
    need = only_row(tables["income_rules"], basis="percent_of_need")
    rows["bedarf_n"] = number(need["n_with_value"])
    rows["bedarf_spanne"] = span(need["minimum"], need["maximum"], "number")
    return rows


def use_rows(tables: Tables) -> Rows:
    """Take-up and cost."""
    rows: Rows = {}
    pairs = tables["pairs"]
    strict = pairs[pairs["comparability"] == "vergleichbar"]
    loose = pairs[pairs["comparability"] != "vergleichbar"]
    rows["paare_n"] = number(len(pairs))
    rows["paare_streng"] = number(len(strict))
    rows["paare_lose"] = number(len(loose))
    rows["naeherung"] = span(loose["share_low"].min(), loose["share_high"].max(), "share", 1)
    for pair in pairs.to_dict("records"):
        key = str(pair["pair_id"]).rsplit("-", 1)[0].replace("-", "_")
        rows[f"quote_{key}"] = span(pair["share_low"], pair["share_high"], "share", 1)
    per_holder = tables["cost_per_holder"].dropna(subset="per_holder_low")
    names = {
        "05314000-bonn-ausweis": "bonn",
        "05117000-muelheim-pass": "muelheim",
        "05158024-mettmann-pass": "mettmann",
        "05158028-sozialpass-ratingen": "ratingen",
        "05111000-duesselpass": "duesseldorf",
    }
    for row in per_holder[per_holder["pass_id"].isin(names)].to_dict("records"):
        key = f"kosten_{names[row['pass_id']]}"
        if row["per_holder_high"] - row["per_holder_low"] < 0.5:
            middle = (row["per_holder_low"] + row["per_holder_high"]) / 2
            rows[key] = {"value": middle, "unit": "eur"}
        else:
            rows[key] = span(row["per_holder_low"], row["per_holder_high"], "eur")
    used = per_holder[per_holder["in_scenario"]]
    rows["kosten_spanne"] = span(used["per_holder_low"].min(), used["per_holder_high"].max(), "eur")
    rows["kosten_n"] = number(len(used))
    # From whole euros, so that the rule agrees with the cost per pass printed beside it.
    low, high = round(used["per_holder_low"].min()), round(used["per_holder_high"].max())
    rows["faustregel_paesse"] = number(MORE_PASSES)
    rows["faustregel"] = span(MORE_PASSES * low, MORE_PASSES * high, "eur")
    rows["kosten_unten"] = {"value": used["per_holder_low"].min(), "unit": "eur"}
    cities = {"05111000": "duesseldorf", "05315000": "koeln", "05314000": "bonn"}
    variants = {"Antrag": "antrag", "automatisch": "automatik"}
    for row in tables["scenarios"].to_dict("records"):
        city, variant = cities.get(row["ags"], row["ags"]), variants[row["variant"]]
        rows[f"szenario_{city}_personen"] = span(
            two_digits(row["persons_low"]), two_digits(row["persons_high"]), "number"
        )
        rows[f"szenario_{city}_{variant}"] = span(
            two_digits(row["eur_low"]), two_digits(row["eur_high"]), "eur"
        )
        rows[f"quote_{variant}"] = span(row["take_up_low"], row["take_up_high"], "share", 1)
    most = tables["scenarios"].groupby("city")["eur_high"].max()
    rows["szenario_duesseldorf_hoechstens"] = number(two_digits(most["Düsseldorf"]) / 1e6, 1)
    return rows


def fact_rows(clean: Tables, config: PassesConfig) -> Rows:
    """Pick published findings that the prose quotes, and the size of the inventory."""
    rows: Rows = {
        "inventar_paesse": number(len(clean["passes"])),
        "inventar_zahlen": number(len(clean["counts"])),
        "stand": {"value": config.as_of.isoformat(), "unit": "text"},
    }
    evidence = clean["evidence"].set_index("evidence_id")
    for key, finding in {"arp_anteil": "ev025", "arp_geringverdienst": "ev026"}.items():
        rows[key] = {"value": evidence.loc[finding, "value"] / 100, "unit": "share"}
    rows["nichtinanspruch_alter"] = {"value": evidence.loc["ev033", "value"] / 100, "unit": "share"}
    rows["nichtinanspruch_sgb2"] = span(
        evidence.loc["ev037", "value_low"] / 100, evidence.loc["ev037", "value_high"] / 100, "share"
    )
    counts = clean["counts"].set_index("count_id")
    for key, count in {
        "dus_vorher": "cnt021",
        "dus_nachher": "cnt022",
        "dus_spaeter": "cnt023",
        "bochum_ausgegeben": "cnt121",
        "bochum_2019": "cnt120",
        "koeln_2019": "cnt069",
        "koeln_2020": "cnt071",
        "bochum_besuche": "cnt124",
        "bonn_2019": "cnt061",
        "bonn_2022": "cnt062",
        "bonn_erstdruck": "cnt063",
        "aachen_wohngeld": "cnt077",
    }.items():
        if not counts.loc[count, "verified"]:
            raise LookupError(f"{count} was not found again and must not be printed.")
        rows[key] = number(counts.loc[count, "value"])
    rows["aachen_nutzung"] = {
        "value": counts.loc["cnt078", "value"] / 100,
        "unit": "share",
        "digits": 1,
    }
    older = clean["passes"].query(
        "status == 'yes' and verified and counts_for_municipality and kind in @config.pass_kinds "
        "and freshness in ('historical', 'undated')"
    )
    rows["aelter_n"] = number(len(older))
    costs = clean["costs"].set_index("cost_id")
    rows["dus_vorlage_mio"] = {
        "value": costs.loc["cnt014", "value"] / 1e6,
        "unit": "number",
        "digits": 1,
    }
    rows["dus_ferien_mio"] = {
        "value": costs.loc["cnt016", "value_high"] / 1e6,
        "unit": "number",
        "digits": 2,
    }
    return rows


def headlines(clean: Tables, tables: Tables, config: PassesConfig) -> pd.DataFrame:
    """Collect all numbers of the prose in one table."""
    return headline(
        {
            **coverage_rows(tables),
            **effect_rows(tables, config),
            **pass_rows(tables, config),
            **use_rows(tables),
            **fact_rows(clean, config),
        }
    )
