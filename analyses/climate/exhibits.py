"""Exhibits: titles, sources and notes of every figure and table, in German.

Reads only the estimates. Numbers in titles come from them as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import product

import pandas as pd

from armutsexpertise.disclosure.protect import Protected
from armutsexpertise.disclosure.rules import Rules
from armutsexpertise.expertise import vintages_exhibit
from armutsexpertise.publish import charts
from armutsexpertise.publish.charts.lines import plot_lines
from armutsexpertise.publish.charts.panels import plot_panels, plot_two_effects
from armutsexpertise.publish.charts.years import plot_years
from armutsexpertise.publish.exhibit import Exhibit
from armutsexpertise.publish.numbers import MINUS, NBSP, de, euro, interval, percent
from armutsexpertise.publish.results import Label, results_exhibit
from armutsexpertise.publish.values import Values

Tables = dict[str, pd.DataFrame]

BUDGETS = (
    "Eurostat (ilc_di01, ilc_di03, icw_sr_10, hbs_str_t223); Destatis, LWR 2021; eigene Berechnung"
)
SILC = (
    "Deutschland: Eurostat, EU-SILC (ilc_mdes01), 2024 Statistisches Bundesamt; NRW: IT.NRW "
    "(Mikrozensus 2023) nach evangelische-zeitung.de"
)
KLIMAATLAS = "Klimaatlas NRW (LANUV), nach DWD und RKI"
SELF = "Selbstauskunft aus einer Befragung"

FIFTHS = {
    "Q1": "ärmstes Fünftel",
    "Q2": "zweites Fünftel",
    "Q3": "mittleres Fünftel",
    "Q4": "viertes Fünftel",
    "Q5": "reichstes Fünftel",
}
USES = {
    "none": "keine Rückzahlung",
    "per_capita": "Klimageld je Kopf",
    "income_tested": "gezielt, untere zwei Fünftel",
    "electricity": "niedrigerer Strompreis",
    "standard_benefit": "höherer Regelbedarf",
}
SHORT_USES = {
    "none": "keine",
    "per_capita": "je Kopf",
    "income_tested": "gezielt",
    "electricity": "Strompreis",
    "standard_benefit": "Regelbedarf",
}
CLASSES = {
    "under 1250": "unter 1.250 EUR",
    "1250-2500": "1.250 bis unter 2.500 EUR",
    "2500-3500": "2.500 bis unter 3.500 EUR",
    "3500-5000": "3.500 bis unter 5.000 EUR",
    "5000 and more": "5.000 EUR und mehr",
}
COUNTRIES = {"ES": "Spanien"}  # the only file that was tried; another country shows its code
HARDSHIP = {
    "cold_home": Label("Wohnung nicht warm (HH050)", "%"),
    "arrears": Label("Rückstände bei Energie (HS021)", "%"),
    "either": Label("eines von beiden", "%"),
}
DOMAIN_WORDS = {
    **{str(number): word for number, word in enumerate(FIFTHS.values(), start=1)},
    "total": "insgesamt",
    "single": "allein lebend",
    "single_under_65": "allein, unter 65 Jahren",
    "single_65_plus": "allein, ab 65 Jahren",
    "couple_under_65": "zwei Erwachsene unter 65",
    "couple_65_plus": "zwei Erwachsene, wenigstens einer ab 65",
    "single_parent": "allein erziehend",
    "couple_1_child": "zwei Erwachsene, ein Kind",
    "couple_2_children": "zwei Erwachsene, zwei Kinder",
    "couple_3_plus": "zwei Erwachsene, drei und mehr Kinder",
    "other_no_child": "andere ohne Kind",
    "other_with_child": "andere mit Kind",
    "other": "andere",
    "unknown": "keine Angabe",
}


def signed(value: float, digits: int = 0) -> str:
    """Write a number with its sign."""
    text = de(value, digits)
    return text if text.startswith(MINUS) or not text.strip("0,") else f"+{text}"


def und(words: Iterable[str]) -> str:
    """Join words to a German list: "a, b und c"."""
    *first, last = words
    return f"{', '.join(first)} und {last}" if first else last


def _german(source: str) -> str:
    """Write the joining words of a source title in German."""
    for english, german in {" via ": ", nach ", " on ": " zu ", " Dec ": ", Dezember "}.items():
        source = source.replace(english, german)
    return source


def fig_belastung(tables: Tables, z: Values) -> Exhibit:
    """Draw who bears the price by fifth, and what a payment per head changes."""
    table = tables["scenario_classes"].copy()
    table["fifth"] = table["class"].map(FIFTHS)
    main = table[table["price"] == z("name_haupt")]
    without = main[main["use_of_revenue"] == "none"].set_index("fifth")
    money = main[main["use_of_revenue"] == "per_capita"].set_index("fifth")
    frame = pd.DataFrame(
        {
            "ohne": without["net_share"],
            "ohne von": without["net_share_low"],
            "ohne bis": without["net_share_high"],
            "mit": money["net_share"],
            "mit von": money["net_share_low"],
            "mit bis": money["net_share_high"],
        }
    ).reset_index()
    return Exhibit(
        id="fig-belastung",
        title=(
            f"{z('preis_haupt')} je Tonne kosten das ärmste Fünftel {z('last_q1_ohne_haupt')} des "
            f"Einkommens; mit Klimageld gewinnt es {z('wirkung_q1_kopf_haupt')}"
        ),
        alt=(
            "Zwei Punkte je Einkommensfünftel, Wirkung in Prozent des Nettoeinkommens. "
            + "; ".join(
                f"{r.fifth}: ohne Rückzahlung {de(100 * r.ohne, 1)}, mit Klimageld "
                f"{signed(100 * r.mit, 1)}"
                for r in frame.itertuples()
            )
            + "."
        ),
        source=BUDGETS,
        reference_date="Verbrauch 2021, Verteilung 2020, Einkommen 2022",
        n="5 Fünftel der Bevölkerung nach Einkommen",
        note=(
            "Modellrechnung für durchschnittliche Haushalte (A1 bis A8); Linien: Rechenspanne, kein "
            "Konfidenzintervall. In jedem Fünftel gibt es Gewinner und Verlierer"
        ),
        table=pd.DataFrame(
            {
                "Fünftel": without.index,
                "Haushaltseinkommen im Jahr": without["income_eur_a"].to_numpy(),
                "CO2-Kosten im Jahr": without["burden_eur_a"].to_numpy(),
                "Klimageld im Jahr": money["transfer_eur_a"].to_numpy(),
                "netto im Jahr": money["net_eur_a"].to_numpy(),
                "netto von": money["net_eur_a_low"].to_numpy(),
                "netto bis": money["net_eur_a_high"].to_numpy(),
                "CO2-Kosten am Einkommen": without["burden_share"].to_numpy(),
                "CO2-Kosten am Einkommen von": without["burden_share_low"].to_numpy(),
                "CO2-Kosten am Einkommen bis": without["burden_share_high"].to_numpy(),
            }
        ),
        formats={
            **dict.fromkeys(
                (
                    "Haushaltseinkommen im Jahr",
                    "CO2-Kosten im Jahr",
                    "Klimageld im Jahr",
                    "netto im Jahr",
                    "netto von",
                    "netto bis",
                ),
                "euro:0",
            ),
            **dict.fromkeys(
                (
                    "CO2-Kosten am Einkommen",
                    "CO2-Kosten am Einkommen von",
                    "CO2-Kosten am Einkommen bis",
                ),
                "percent:2",
            ),
        },
        figure=partial(
            plot_two_effects,
            frame,
            "fifth",
            "ohne",
            "mit",
            first_range=("ohne von", "ohne bis"),
            second_range=("mit von", "mit bis"),
            legend=("ohne Rückzahlung", "mit Klimageld je Kopf"),
            axis_label="Wirkung in Prozent des Nettoeinkommens",
            row_cm=0.86,
        ),
    )


def fig_umverteilung(tables: Tables, z: Values) -> Exhibit:
    """Draw what each use of the revenue does to inequality."""
    prices = [z("name_haupt"), z("name_hoch")]
    summary = tables["scenario_summary"]
    shown = summary[summary["price"].isin(prices)].copy()
    shown["label"] = shown["price"] + ": " + shown["use_of_revenue"].map(USES)
    for column in ("redistribution", "redistribution_low", "redistribution_high"):
        shown[column] = 100 * shown[column]
    order = shown["price"].map(prices.index)
    shown = shown.assign(order=order).sort_values("order", kind="stable").reset_index(drop=True)
    return Exhibit(
        id="fig-umverteilung",
        title=(
            "Erst die Verwendung der Einnahmen entscheidet: Zahlungen an die unteren Einkommen senken die "
            "Ungleichheit am stärksten, ein niedrigerer Strompreis kaum"
        ),
        alt=(
            "Punkte mit Rechenspannen: Veränderung der Ungleichheit in Gini-Punkten, positiv heißt "
            "gleicher. "
            + "; ".join(f"{r.label} {signed(r.redistribution, 2)}" for r in shown.itertuples())
            + "."
        ),
        source=BUDGETS,
        reference_date="Verbrauch 2021, Verteilung 2020, Einkommen 2022",
        n="5 Fünftel der Bevölkerung",
        note=(
            "Gini vor minus Gini nach Preis und Rückzahlung (Reynolds-Smolensky), mal 100; nur zwischen "
            f"den Fünfteln gemessen. {z('preis_hoch')} sind eine Rechenannahme (A7)"
        ),
        table=pd.DataFrame(
            {
                "Preis je Tonne": summary["price"],
                "Verwendung": summary["use_of_revenue"].map(USES),
                "Gini-Punkte": 100 * summary["redistribution"],
                "von": 100 * summary["redistribution_low"],
                "bis": 100 * summary["redistribution_high"],
                "Kakwani des Preises": summary["kakwani"],
                "Suits des Preises": summary["suits"],
                "Konzentration der Rückzahlung": summary["transfer_concentration"],
            }
        ),
        formats=dict.fromkeys(
            (
                "Gini-Punkte",
                "von",
                "bis",
                "Kakwani des Preises",
                "Suits des Preises",
                "Konzentration der Rückzahlung",
            ),
            "number:3",
        ),
        figure=partial(
            charts.plot_effects,
            shown,
            "label",
            "redistribution",
            "redistribution_low",
            "redistribution_high",
            kind="number",
            digits=2,
            axis_label="Veränderung in Gini-Punkten (positiv: gleicher)",
            whisker_label="Rechenspanne",
            label_width=40,
        ),
    )


def tbl_szenarien(tables: Tables, z: Values) -> Exhibit:
    """Show who gains and who loses by price and use of the revenue."""
    table = tables["scenario_classes"].copy()
    table["fifth"] = table["class"].map(FIFTHS)
    prices = [z("name_haupt"), z("name_hoch")]
    rows = []
    for price in prices:
        for use, word in SHORT_USES.items():
            part = table[(table["price"] == price) & (table["use_of_revenue"] == use)]
            row: dict[str, object] = {
                "EUR je t": int(part["scenario"].iloc[0].split()[0]),
                "Verwendung": word,
            }
            for r in part.itertuples():
                row[r.fifth] = f"{signed(r.net_eur_a)} ({signed(100 * r.net_share, 1)}{NBSP}%)"
                row[f"{r.fifth}, Spanne"] = f"{de(r.net_eur_a_low)} bis {de(r.net_eur_a_high)}"
            rows.append(row)
    wide = pd.DataFrame(rows)
    return Exhibit(
        id="tbl-szenarien",
        title="Wer in welchem Szenario gewinnt und verliert: Euro im Jahr und Prozent des Einkommens",
        alt="Tabelle der Nettowirkung je Preis, Verwendung und Einkommensfünftel.",
        source=BUDGETS,
        reference_date="Verbrauch 2021, Verteilung 2020, Einkommen 2022",
        n="5 Fünftel der Bevölkerung, durchschnittliche Haushalte",
        note=(
            "EUR je Haushalt und Jahr, in Klammern Prozent des Einkommens; Spannen in der Datentabelle. Je Kopf: "
            "Klimageld; gezielt: an die unteren zwei Fünftel; Strompreis: niedriger je kWh; Regelbedarf: das "
            "ganze Geld verteilt auf das ärmste Fünftel, wo alle Leistungsberechtigten angenommen sind, auch "
            "wenn dort nicht alle Leistungen beziehen (A8)"
        ),
        table=wide,
        show_columns=["EUR je t", "Verwendung", *FIFTHS.values()],
        formats=dict.fromkeys(FIFTHS.values(), "right"),
    )


def tbl_haushalt(tables: Tables) -> Exhibit:
    """Show what is paid in, paid out and kept, to the cent."""
    summary = tables["scenario_summary"]
    budget = tables["scenario_budget"]
    budget = budget[budget["use_of_revenue"] == "per_capita"]
    cents = ("burden_cents", "price_revenue_cents", "vat_cents", "paid_cents", "kept_cents")
    heads = (
        "CO2-Kosten der Haushalte",
        "davon CO2-Preis",
        "davon Umsatzsteuer",
        "ausgezahlt",
        "beim Staat",
    )
    return Exhibit(
        id="tbl-haushalt",
        title="Die Rechnung geht auf den Cent auf: Ausgezahlt wird der CO2-Preis, die Umsatzsteuer bleibt",
        alt="Tabelle der Einnahmen und Auszahlungen je CO2-Preis für Nordrhein-Westfalen.",
        source=BUDGETS,
        reference_date="Verbrauch 2021, Haushalte 2023",
        n=(
            f"{summary['price'].nunique()} Preise, je {summary['use_of_revenue'].nunique()} Verwendungen "
            "mit gleicher Summe"
        ),
        note=(
            "Hochrechnung auf die Privathaushalte in Nordrhein-Westfalen, ohne Betriebe; "
            "Größenordnung, keine Steuerschätzung. Die Beträge auf den Cent stehen in der Datentabelle"
        ),
        table=pd.DataFrame(
            {"Preis je Tonne": budget["price"].to_numpy()}
            | {
                f"{head}, Mio. EUR": (budget[name] / 1e8).to_numpy()
                for name, head in zip(cents, heads, strict=True)
            }
            | {
                head: (budget[name] / 100).to_numpy()
                for name, head in zip(cents, heads, strict=True)
            }
        ),
        show_columns=["Preis je Tonne", *(f"{head}, Mio. EUR" for head in heads)],
        formats=dict.fromkeys((f"{head}, Mio. EUR" for head in heads), "number:0")
        | dict.fromkeys(heads, "euro:2"),
    )


def tbl_pfade(tables: Tables, z: Values) -> Exhibit:
    """Show the burden of the poorest and the richest fifth along the paths of the price."""
    paths = tables["price_paths"]
    ends = paths[paths["class"].isin(["Q1", "Q5"])].pivot_table(
        index=["path", "year", "price_eur_t"],
        columns="class",
        values=["burden_eur_a", "burden_share"],
        sort=False,
    )
    rows_of_paths = ends.index.to_frame(index=False)
    return Exhibit(
        id="tbl-pfade",
        title=(
            f"Ohne Rückzahlung stiegen die CO2-Kosten im ärmsten Fünftel von {z('pfad_2024_q1')} (2024) auf "
            f"{z('last_q1_ohne_haupt_eur')} bei {z('preis_haupt')} und {z('last_q1_ohne_hoch_eur')} bei "
            f"{z('preis_hoch')}"
        ),
        alt="Tabelle der CO2-Preise nach Gesetz, Projektion und Annahme mit Kosten im untersten und obersten Fünftel.",
        source="§ 10 BEHG; Projektionen nach Presse (Datenpaket statutory); eigene Berechnung",
        reference_date="2024 bis 2030",
        n=f"{len(rows_of_paths)} Preise",
        note=(
            "EUR je Haushalt und Jahr, gleicher Verbrauch, Einkommen von 2022, durchgehend 19 % Umsatzsteuer. Das "
            "Gesetz nennt für 2026 einen Korridor. Projektionen sind kein geltendes Recht; die der Kommission "
            "entstand vor der Verschiebung des Beginns, die des PIK und des Gastbeitrags sind ungeprüft"
        ),
        table=pd.DataFrame(
            {
                "Pfad": rows_of_paths["path"],
                "Jahr": rows_of_paths["year"].astype(int),
                "EUR je Tonne": rows_of_paths["price_eur_t"],
                "ärmstes Fünftel": ends["burden_eur_a", "Q1"].to_numpy(),
                "Anteil am Einkommen unten": ends["burden_share", "Q1"].to_numpy(),
                "reichstes Fünftel": ends["burden_eur_a", "Q5"].to_numpy(),
                "Anteil am Einkommen oben": ends["burden_share", "Q5"].to_numpy(),
            }
        ),
        formats={
            "Jahr": "plain",
            "EUR je Tonne": "number:0",
            "ärmstes Fünftel": "euro:0",
            "reichstes Fünftel": "euro:0",
            "Anteil am Einkommen unten": "percent:1",
            "Anteil am Einkommen oben": "percent:1",
        },
    )


def tbl_progression(tables: Tables, z: Values) -> Exhibit:
    """Show Kakwani and Suits indices of heating and driving."""
    indices = tables["progressivity"]
    words = {"heat": "Heizen", "drive": "Fahren", "both": "Heizen und Fahren"}
    spread = indices.groupby("use")[["kakwani", "suits", "burden_share"]].agg(["min", "max"])
    middle = indices[indices["variant"] == "mittel"].set_index("use")
    return Exhibit(
        id="tbl-progression",
        title=(
            "Ohne Rückzahlung ist der CO2-Preis in jeder Variante regressiv, in der Hauptrechnung beim "
            "Heizen stärker als beim Fahren"
        ),
        alt="Tabelle von Kakwani- und Suits-Index für Heizen, Fahren und beides mit Spanne.",
        source=BUDGETS,
        reference_date="Verbrauch 2021, Verteilung 2020, Einkommen 2022",
        n=f"5 Fünftel, {z.words('varianten_n')} Varianten der Annahmen",
        note=(
            "Negativ: regressiv; null: proportional. Die Verteilung innerhalb der Fünftel fehlt. Heizen folgt "
            "einer Position, die auch Strom enthält, im andern Fall den Mineralölprodukten (A3)"
        ),
        table=pd.DataFrame(
            {
                "CO2-Preis auf": list(words.values()),
                "Kakwani": [middle.loc[u, "kakwani"] for u in words],
                "Kakwani, Spanne": [
                    interval(
                        spread.loc[u, ("kakwani", "min")],
                        spread.loc[u, ("kakwani", "max")],
                        digits=2,
                    )
                    for u in words
                ],
                "Suits": [middle.loc[u, "suits"] for u in words],
                "Suits, Spanne": [
                    interval(
                        spread.loc[u, ("suits", "min")], spread.loc[u, ("suits", "max")], digits=2
                    )
                    for u in words
                ],
            }
        ),
        formats={
            "Kakwani": "number:2",
            "Suits": "number:2",
            "Kakwani, Spanne": "right",
            "Suits, Spanne": "right",
        },
    )


VARIANTS = {
    "mittel": "Hauptrechnung",
    "cap": "Konsum bis zum Einkommen",
    "gas_like_petroleum": "Gas wie Mineralöl",
    "cap_gas_like_petroleum": "beides: Konsum und Gas",
    "weight_low": "Mitglieder zählen wenig",
    "weight_high": "Mitglieder zählen viel",
    "tonnes_low": "wenig CO2",
    "tonnes_high": "viel CO2",
}


def tbl_varianten(tables: Tables, z: Values) -> Exhibit:
    """Show how the result changes with each assumption on its own."""
    table = tables["burden_variants"]
    share = table.pivot_table("burden_share", "variant", "class")
    net = table.pivot_table("net_eur_a", "variant", "class")
    indices = tables["progressivity"]
    kakwani = indices[indices["use"] == "both"].set_index("variant")["kakwani"]
    rows = pd.DataFrame(
        {
            "Annahme": list(VARIANTS.values()),
            **{
                f"Anteil, {word}": [share.loc[v, fifth] for v in VARIANTS]
                for fifth, word in FIFTHS.items()
            },
            **{
                f"netto, {word}": [signed(net.loc[v, fifth]) for v in VARIANTS]
                for fifth, word in FIFTHS.items()
            },
            "Kakwani": [kakwani[v] for v in VARIANTS],
        }
    )
    extremes = []
    for word, end in (
        ("kleinster Wert aller Varianten", "min"),
        ("größter Wert aller Varianten", "max"),
    ):
        shares, amounts = share.agg(end), net.agg(end)
        extremes.append(
            {"Annahme": word, "Kakwani": kakwani.agg(end)}
            | {f"Anteil, {name}": shares[fifth] for fifth, name in FIFTHS.items()}
            | {f"netto, {name}": signed(amounts[fifth]) for fifth, name in FIFTHS.items()}
        )
    rows = pd.concat([rows, pd.DataFrame(extremes)], ignore_index=True)
    ends = [f"{what}, {FIFTHS[q]}" for what, q in product(("Anteil", "netto"), ("Q1", "Q5"))]
    ends.insert(1, f"Anteil, {FIFTHS['Q2']}")
    return Exhibit(
        id="tbl-varianten",
        title=(
            "Woran das Ergebnis hängt: Am stärksten zählt, wie viel das ärmste Fünftel verbraucht; regressiv "
            "bleibt der Preis unter jeder Annahme"
        ),
        alt="Tabelle: Last und Wirkung des Klimageldes im ärmsten und reichsten Fünftel je Annahme.",
        source=BUDGETS,
        reference_date="Verbrauch 2021, Verteilung 2020, Einkommen 2022",
        n=f"{len(VARIANTS)} von {z('varianten_n')} Varianten",
        note=(
            f"Bei {z('preis_haupt')} je Tonne. Anteil: CO2-Kosten ohne Rückzahlung am Einkommen; netto: EUR je "
            "Haushalt und Jahr mit Klimageld. Konsum: A4; Gas: A3; Gewicht weiterer Mitglieder: A5; CO2 je "
            "Haushalt: A2. Die unteren Zeilen umfassen auch alle Verbindungen der Annahmen. Alle Fünftel in der "
            "Datentabelle"
        ),
        table=rows,
        show_columns=["Annahme", *ends, "Kakwani"],
        formats={
            **dict.fromkeys([c for c in rows.columns if c.startswith("Anteil")], "percent:2"),
            **dict.fromkeys([c for c in rows.columns if c.startswith("netto")], "right"),
            "Kakwani": "number:2",
        },
    )


def fig_klassen(tables: Tables, z: Values) -> Exhibit:
    """Draw the CO2 cost by class of household income."""
    table = tables["classes"]
    main = table[table["price"] == z("name_haupt")].copy()
    main["label"] = main["income_class"].map(CLASSES)
    return Exhibit(
        id="fig-klassen",
        title=(
            f"Vom untersten zum obersten Einkommen steigen die CO2-Kosten je Haushalt von "
            f"{z('klasse_unten')} auf {z('klasse_oben')} im Jahr"
        ),
        alt=(
            "Punkte mit Rechenspannen je Klasse des monatlichen Haushaltsnettoeinkommens: "
            + "; ".join(
                f"{r.label}: {euro(r.burden_eur_a)} ({interval(r.burden_low, r.burden_high)})"
                for r in main.itertuples()
            )
            + "."
        ),
        source="Statistisches Bundesamt, LWR 2020, 2021 und 2022; eigene Berechnung",
        reference_date="Ausgaben 2020 bis 2022",
        n="5 Einkommensklassen",
        note=(
            f"Bei {z('preis_haupt')} je Tonne. Ausgaben für Energie je Klasse sind aus Wohnen und Verkehr "
            "abgeleitet, nicht gemessen, mit Anteilen aus 2020 und 2022 (A9); Personen je Klasse sind nicht veröffentlicht"
        ),
        table=pd.DataFrame(
            {
                "Preis je Tonne": table["price"],
                "Haushaltsnettoeinkommen im Monat": table["income_class"].map(CLASSES),
                "CO2 in Tonnen im Jahr": table["emissions_t_a"],
                "CO2-Kosten im Jahr": table["burden_eur_a"],
                "von": table["burden_low"],
                "bis": table["burden_high"],
                "Klimageld je Person": table["klimageld_person"],
                "Personen, ab denen es die Kosten deckt": table["persons_even"],
            }
        ),
        formats={
            "CO2 in Tonnen im Jahr": "number:1",
            "CO2-Kosten im Jahr": "euro:0",
            "von": "euro:0",
            "bis": "euro:0",
            "Klimageld je Person": "euro:0",
            "Personen, ab denen es die Kosten deckt": "number:1",
        },
        figure=partial(
            charts.plot_ranges,
            main,
            "label",
            "burden_low",
            "burden_high",
            value="burden_eur_a",
            unit="EUR",
            axis_label="EUR je Haushalt und Jahr",
            legend=("Rechenspanne", "mittlere Rechnung"),
            label_width=30,
        ),
    )


def tbl_regelbedarf(tables: Tables, z: Values) -> Exhibit:
    """Set the standard benefit against what the price costs a household that lives on it."""
    contains = tables["benefit_contains"].set_index("item")["value"]
    balance = tables["benefit_balance"]
    driving = balance[balance["litres"] > 0].set_index("item")
    rows = [
        ("Regelbedarf einer allein lebenden Person", "", contains["regelbedarf"]),
        ("darin rechnerisch für Verkehr", "Abteilung 7", contains["transport"]),
        ("darin rechnerisch für Wohnen und Strom", "Abteilung 4", contains["housing_energy"]),
        ("Preis des Deutschlandtickets", "2026", contains["ticket"]),
        ("Lücke für das Deutschlandticket", "", contains["ticket_gap"]),
        (
            "CO2-Preis beim Heizen",
            "zahlt das Amt, soweit angemessen",
            driving.loc["heating_co2", "cost_eur_m"],
        ),
        (
            f"CO2-Preis beim Tanken, {de(driving['litres'].iloc[0])} Liter",
            "zahlt der Haushalt",
            driving.loc["petrol_co2", "household_eur_m"],
        ),
    ]
    return Exhibit(
        id="tbl-regelbedarf",
        title=(
            f"Im Regelbedarf stecken {z('regel_verkehr')} für Verkehr, das Deutschlandticket kostet "
            f"{z('regel_ticket')}"
        ),
        alt="Tabelle: was der Regelbedarf enthält und was der CO2-Preis einen solchen Haushalt kostet.",
        source="§ 5 RBEG, Anlage zu § 28 SGB XII, § 22 SGB II; BEHG, EBeV; eigene Berechnung",
        reference_date="2026-01-01",
        n="1 Beispielhaushalt",
        note=(
            f"EUR im Monat; CO2-Preis {z('preis_haupt')} je Tonne. Anteile der Abteilungen sind "
            f"fortgeschrieben (A10). Heizen: {z('heizen_flaeche')} m², {z('heizen_kwh')} kWh Gas je m², Teil der "
            "Mietenden nach der Aufteilung. Strom trägt im nationalen Handel keinen CO2-Preis"
        ),
        table=pd.DataFrame(rows, columns=["Posten", "Erläuterung", "EUR im Monat"]),
        formats={"EUR im Monat": "euro:2"},
        missing="",
    )


def tbl_studien(tables: Tables) -> Exhibit:
    """Show what other studies found."""
    published = tables["published"].set_index("id")
    wanted = {
        "dis0282": "Einkommensverlust von Haushalten mit Gas- oder Ölheizung bei 60 EUR (2026 gegen 2019), "
        "davon CO2-Preis 0,85 Punkte",
        "dis0283": "dasselbe bei 150 EUR, davon CO2-Preis drei Viertel",
        "dis0284": "Haushalte, die mit Klimageld gewinnen (2027)",
        "dis0285": "Haushalte, die das Klimageld nicht voll entschädigt (2027)",
        "dis0194": "Anteil mit mehr als 10 % des Einkommens für Energie, 2021",
        "dis0195": "dasselbe, Mai 2022, vor den Entlastungen",
        "dis0196": "dasselbe, Menschen unter 60 % des mittleren Einkommens, Mai 2022",
    }
    return Exhibit(
        id="tbl-studien",
        title="Was andere Studien finden: Auch mit Klimageld verliert ein Teil der Haushalte",
        alt="Tabelle veröffentlichter Ergebnisse anderer Studien mit Quelle.",
        source="je Zeile genannt (Datenpaket distribution)",
        reference_date="2021 bis 2027",
        n=f"{len(wanted)} veröffentlichte Werte",
        note="Andere Modelle, Jahre und Preise: nicht mit unseren Werten zu verrechnen; meist nach Presseberichten",
        table=pd.DataFrame(
            {
                "Befund": list(wanted.values()),
                "Wert": [percent(published.loc[k, "value"] / 100, 1) for k in wanted],
                "Quelle": [_german(published.loc[k, "source_title"]) for k in wanted],
            }
        ),
        formats={"Wert": "right"},
    )


def fig_waerme(tables: Tables, z: Values) -> Exhibit:
    """Draw who cannot keep the home warm, Land and Bund."""
    lines = tables["hardship"].copy()
    lines["year"] = lines["period"].astype(int)
    lines["broken"] = lines["break_before"].astype(bool)
    warm = lines[lines["series"].isin(["warm_de", "warm_nrw"])]
    names = {"warm_de": "Deutschland", "warm_nrw": "Nordrhein-Westfalen"}
    short = {"warm_nrw": "NRW", "warm_de": "Deutschland"}
    return Exhibit(
        id="fig-waerme",
        title=(
            f"Kalte Wohnungen: {z('kalt_nrw_2023')} der Menschen in Nordrhein-Westfalen 2023, "
            f"{z('kalt_de_2023')} in Deutschland"
        ),
        alt=(
            "Linien: Anteil der Menschen, die ihre Wohnung aus Geldmangel nicht angemessen warm halten können. "
            + "; ".join(
                f"{names[r.series]} {r.year}: {de(r.value, 1)} Prozent"
                for r in warm.itertuples()
                if r.year in (2005, 2019, 2020, 2021, 2022, 2023, 2024)
            )
            + ". Zwischen 2019 und 2020 bricht die Reihe."
        ),
        source=SILC,
        reference_date="2005 bis 2024",
        n="20 Jahre Deutschland, 2 Jahre Nordrhein-Westfalen",
        note=(
            f"{SELF}; seit 2020 neue Erhebung, nicht mit früher vergleichbar. Die Quelle nennt für NRW den "
            "Mikrozensus, in dem die EU-SILC erhoben wird (so IT.NRW zu den Rückständen); eine andere Auswertung als "
            "die von Eurostat. NRW 2021 erschlossen aus 2023 und der Veränderung"
        ),
        table=pd.DataFrame(
            {
                "Gebiet": warm["series"].map(
                    {"warm_de": "Deutschland", "warm_nrw": "Nordrhein-Westfalen"}
                ),
                "Jahr": warm["year"],
                "Anteil": warm["value"] / 100,
                "Bruch davor": warm["broken"].map({True: "ja", False: "nein"}),
            }
        ).reset_index(drop=True),
        formats={"Jahr": "plain", "Anteil": "percent:1"},
        figure=partial(
            plot_lines,
            warm[["series", "year", "value"]],
            "year",
            "value",
            "series",
            names=short,
            kind="number",
            axis_label="Anteil der Menschen in %",
            points=["warm_nrw"],
            breaks=sorted(warm.loc[warm["broken"], "year"]),
            height_cm=4.7,
        ),
    )


def fig_haushaltstypen(tables: Tables, z: Values) -> Exhibit:
    """Draw who cannot keep the home warm by type of household."""
    groups = tables["hardship_groups"].set_index("id")["value"]
    order = [
        ("alle", "xdis0052"),
        ("Alleinerziehende", "xdis0054"),
        ("zwei Erwachsene mit Kindern", "xdis0056"),
        ("zwei Erwachsene ohne Kinder", "xdis0055"),
    ]
    frame = pd.DataFrame(
        [(label, groups[key] / 100) for label, key in order], columns=["label", "share"]
    )
    return Exhibit(
        id="fig-haushaltstypen",
        title=(
            f"Kalte Wohnungen 2023 in Nordrhein-Westfalen: Haushalte Alleinerziehender sind mit "
            f"{z('kalt_allein')} am häufigsten betroffen"
        ),
        alt=(
            "Punkte je Gruppe: "
            + "; ".join(f"{r.label}: {percent(r.share, 1)}" for r in frame.itertuples())
            + "."
        ),
        source="IT.NRW (Mikrozensus 2023) nach evangelische-zeitung.de",
        reference_date="2023",
        n=f"{len(frame)} veröffentlichte Anteile",
        note=f"{SELF}: kann aus Geldmangel nicht angemessen heizen. Stichprobenfehler nicht veröffentlicht. "
        "Rückstände nach Haushaltstyp liegen für Nordrhein-Westfalen nicht vor",
        table=frame.rename(columns={"label": "Haushalt", "share": "Anteil"}),
        formats={"Anteil": "percent:1"},
        figure=partial(
            charts.plot_ranges,
            frame.assign(low=100 * frame["share"], high=100 * frame["share"]),
            "label",
            "low",
            "high",
            digits=1,
            unit="%",
            axis_label="Anteil der Menschen in %",
            label_width=30,
        ),
    )


def tbl_rueckstaende(tables: Tables, z: Values) -> Exhibit:
    """Show arrears and cut-offs by year."""
    lines = tables["hardship"].copy()
    lines["year"] = lines["period"].astype(int)
    groups = tables["hardship_groups"].set_index("id")["value"]
    labels = {
        "arrears_nrw": "Rückstände bei Energie und Wasser, NRW (Anteil der Menschen)",
        "arrears_any_nrw": "Rückstände irgendeiner Art, NRW (Anteil der Menschen)",
        "arrears_de": "Rückstände bei Energie und Wasser, Deutschland (Anteil der Menschen)",
        "cut_offs_nrw": "Stromsperren, NRW (Fälle)",
    }
    of_groups = {
        ("Rückstände bei Energie und Wasser, Deutschland, zur Miete", 2024): "dis0270",
        ("Rückstände bei Energie und Wasser, Deutschland, im Eigentum", 2024): "dis0269",
        ("Wohnung zu kalt, Deutschland, Alleinerziehende", 2022): "dis0217",
        ("Wohnung zu kalt, Deutschland, zwei Erwachsene, ab drei Kindern", 2022): "dis0221",
        ("Wohnung zu kalt, Deutschland, allein lebend", 2022): "dis0220",
    }
    years = (2017, 2021, 2022, 2023, 2024)
    rows: list[dict[str, str | None]] = []
    for name, label in labels.items():
        part = lines[lines["series"] == name].set_index("year")["value"]
        rows.append(
            {"Merkmal": label}
            | {
                str(year): (
                    "nicht gezeigt"
                    if name == "arrears_de" and year < 2020
                    else None
                    if year not in part.index
                    else de(part[year])
                    if name == "cut_offs_nrw"
                    else percent(part[year] / 100, 1)
                )
                for year in years
            }
        )
    rows += [
        {"Merkmal": label}
        | {str(y): percent(groups[key] / 100, 1) if y == year else None for y in years}
        for (label, year), key in of_groups.items()
    ]
    return Exhibit(
        id="tbl-rueckstaende",
        title=(
            f"Rückstände bei Energie stiegen in Nordrhein-Westfalen von {z('rueck_nrw_2021')} (2021) auf "
            f"{z('rueck_nrw_2023')} (2023); {z('sperren_2023')} Stromsperren"
        ),
        alt="Tabelle der Zahlungsrückstände und Stromsperren nach Jahr.",
        source="IT.NRW; Eurostat ilc_mdes07; Statistisches Bundesamt, 28. November 2023 und 16. September 2025; "
        "Bundesnetzagentur und Bundeskartellamt, Monitoringberichte",
        reference_date="2017 bis 2024",
        n=f"4 Reihen, {len(of_groups)} einzelne Anteile",
        note=(
            f"Anteile: {SELF}, Deutschland 2017 wegen des Bruchs 2020 nicht gezeigt. Leer: keine Angabe. Stromsperren: "
            "Meldungen der Netzbetreiber, Fälle und nicht Haushalte"
        ),
        table=pd.DataFrame(rows),
        formats={str(year): "right" for year in years},
        missing="",
    )


def tbl_stufen(tables: Tables, z: Values) -> Exhibit:
    """Show the steps of the CO2KostAufG to look up."""
    table = tables["cost_split"]

    def span(low: float, high: float, digits: int = 0) -> str:
        if pd.isna(high):
            return f"ab {de(low, digits)}"
        return f"{de(low, digits)} bis unter {de(high, digits)}"

    # The limits of the price corridor, in the order of the config: the upper is shown.
    *others, upper = [c.removeprefix("tenant_") for c in table if c.startswith("tenant_")]
    return Exhibit(
        id="tbl-stufen",
        title=(
            f"Wer welchen Teil des CO2-Preises zahlt: {z.words('stufen_n')} Stufen zum Nachschlagen, von "
            f"{z('mieter_erste')} bis {z('mieter_letzte')} für Mietende"
        ),
        alt=(
            "Tabelle der Stufen: CO2 je Quadratmeter, Gas- und Ölverbrauch je Quadratmeter, Anteil der "
            "Mietenden und der Vermietung, Beispiel in Euro."
        ),
        source="CO2KostAufG, Anlage; EBeV; § 10 BEHG; eigene Berechnung",
        reference_date="2026-01-01",
        n=f"{z('stufen_n')} Stufen",
        note=(
            f"Je m² Wohnfläche und Jahr; kWh nach Brennwert. Das Gesetz rundet kg auf eine Stelle; danach sind "
            f"die Grenzen für Gas und Öl gerechnet. EUR: {z('flaeche')} m², Mitte der Stufe, in der offenen "
            f"{z('stufe_offen_kg')} kg; {z('preis_haupt')} je Tonne mit Umsatzsteuer, die Obergrenze für 2026 (Rechner "
            f"co2-kosten: {z('preis_rechner')}). Nach Wiedergabe; rechtlich maßgeblich ist das Bundesgesetzblatt (A11)"
        ),
        table=pd.DataFrame(
            {
                "Stufe": table["step"],
                "kg CO2": [span(r.low, r.high) for r in table.itertuples()],
                "Gas, kWh": [span(r.gas_low, r.gas_high, 1) for r in table.itertuples()],
                "Mietende": table["tenant"],
                "Vermietung": 1 - table["tenant"],
                "Heizöl, Liter": [span(r.oil_low, r.oil_high, 2) for r in table.itertuples()],
                "Mietende, EUR im Jahr": table[f"tenant_{upper}"],
                "Vermietung, EUR im Jahr": table[f"landlord_{upper}"],
            }
            | {
                f"{who} im Jahr bei {price} EUR": table[f"{column}_{price}"]
                for price in others
                for who, column in (("Mietende", "tenant"), ("Vermietung", "landlord"))
            }
        ),
        show_columns=[
            "kg CO2",
            "Gas, kWh",
            "Mietende",
            "Vermietung",
            "Heizöl, Liter",
            "Mietende, EUR im Jahr",
            "Vermietung, EUR im Jahr",
        ],
        formats={
            "kg CO2": "right",
            "Gas, kWh": "right",
            "Heizöl, Liter": "right",
            "Mietende": "percent:0",
            "Vermietung": "percent:0",
            "Mietende, EUR im Jahr": "number:0",
            "Vermietung, EUR im Jahr": "number:0",
            **{
                f"{who} im Jahr bei {price} EUR": "euro:2"
                for price in others
                for who in ("Mietende", "Vermietung")
            },
        },
    )


def tbl_sanierung(tables: Tables, z: Values) -> Exhibit:
    """Set the modernisation levy against the saving of heat."""
    grid = tables["renovation"]
    names = {z(f"name_{p}"): z(f"preis_{p}").replace(NBSP, " ") for p in ("haupt", "hoch")}
    main = grid[grid["price"] == z("name_haupt")]
    even = tables["renovation_even"]
    rows = []
    for (kwh, saving), part in main.groupby(["kwh_m2", "saving"]):
        row: dict[str, object] = {
            "Verbrauch vorher, kWh je m²": int(kwh),
            "Ersparnis": float(saving),
        }
        for r in part.itertuples():
            counted = r.cost_eur_m2 * (1 - r.maintenance_share)
            row[f"{de(counted)} EUR anrechenbar"] = signed(r.change_eur_m2, 2)
        for price, amount in names.items():
            for who, words in (
                ("split", "neutral bis, "),
                ("alone", "neutral ohne Aufteilung bis, "),
            ):
                found = even[
                    (even["price"] == price)
                    & (even["who"] == who)
                    & (even["kwh_m2"] == kwh)
                    & (even["saving"] == saving)
                ]
                row[f"{words}bei {amount}"] = float(found["neutral_cost_eur_m2"].iloc[0])
        rows.append(row)
    wide = pd.DataFrame(rows)
    costs = [c for c in wide.columns if c.endswith("EUR anrechenbar")]
    neutral = [c for c in wide.columns if c.startswith("neutral")]
    total = sorted(main["cost_eur_m2"].unique())
    kept = und(percent(share, 0) for share in sorted(main["maintenance_share"].unique()))
    return Exhibit(
        id="tbl-sanierung",
        title=(
            f"Warmmietenneutral sind je nach Haus nur {z('neutral_spanne')} anrechenbare Kosten je "
            "Quadratmeter"
        ),
        alt="Tabelle: Änderung der Warmmiete nach Verbrauch, Ersparnis und Kosten; neutrale Kosten.",
        source="§§ 559 ff. BGB; CO2KostAufG; Statistisches Bundesamt, Gaspreis; eigene Berechnung",
        reference_date="Recht 2026, Gaspreis 1. Halbjahr 2025",
        n=f"{z('raster_n')} Beispiele, keine Erhebung von Gebäuden",
        note=(
            "Spalten „anrechenbar“: Änderung der Warmmiete in EUR je m² und Monat, wenn so viele EUR je m² "
            f"anrechenbar sind (Gesamtkosten {und(de(cost) for cost in total)} EUR, davon {kept} Instandhaltung, "
            "A12); neutral bis: "
            f"anrechenbare Kosten in EUR je m². Gasheizung vorher und nachher, {z('preis_haupt')} je Tonne"
        ),
        table=wide,
        show_columns=[
            "Verbrauch vorher, kWh je m²",
            "Ersparnis",
            *costs,
            *(f"neutral bis, bei {amount}" for amount in names.values()),
        ],
        formats={
            "Ersparnis": "percent:0",
            **dict.fromkeys(costs, "right"),
            **dict.fromkeys(neutral, "number:0"),
        },
    )


def tbl_wohngeld(tables: Tables, z: Values) -> Exhibit:
    """Set the components of Wohngeld against the cost they stand for."""
    cover = tables["wohngeld"]
    words = {
        "heating": "Heizkosten",
        "co2": "CO2-Kosten darin",
        "levy": "Umlage an der Kappungsgrenze",
    }
    parts = {"heating": "Heizkostenkomponente", "climate": "Klimakomponente"}
    return Exhibit(
        id="tbl-wohngeld",
        title=(
            "Die Heizkomponente im Wohngeld übersteigt im Beispiel die Heizkosten, die Klimakomponente entspricht "
            f"rechnerisch {z('wohngeld_umlage_anteil')} einer Umlage an der Kappungsgrenze"
        ),
        alt="Tabelle der Kosten und der Komponenten des Wohngelds nach Haushaltsgröße.",
        source="§ 12 Abs. 6 und 7 WoGG; § 559 BGB; eigene Berechnung",
        reference_date="2026-01-01",
        n="4 Haushaltsgrößen als Beispiel",
        note=(
            "EUR im Monat; 150 kWh Gas je m², Wohnfläche angenommen (A13); Kappung wie bei niedriger Miete. Die Komponenten erhöhen die "
            "anrechenbare Miete, nicht die Zahlung: Das Wohngeld steigt um weniger"
        ),
        table=pd.DataFrame(
            {
                "Personen": cover["persons"],
                "Wohnfläche in m²": cover["area_m2"].astype(int),
                "Kosten": cover["cost"].map(words),
                "Kosten im Monat": cover["cost_eur_m"],
                "dagegen steht": cover["component"].map(parts),
                "Komponente": cover["component_eur_m"],
                "Komponente an den Kosten, höchstens": cover["counted_share"],
            }
        ),
        formats={
            "Kosten im Monat": "euro:2",
            "Komponente": "euro:2",
            "Komponente an den Kosten, höchstens": "percent:0",
        },
    )


def fig_hitzetage(tables: Tables, z: Values) -> Exhibit:
    """Draw hot days by year."""
    days = tables["hot_days"].assign(year=lambda t: t["year"].astype(int))
    return Exhibit(
        id="fig-hitzetage",
        title=(
            f"Heiße Tage: im Mittel {z('heiss_heute')} im Jahr (1991 bis 2020) statt "
            f"{z('heiss_frueher')} (1961 bis 1990); höchster Wert {z('heiss_meiste')}"
        ),
        alt=(
            "Balken: heiße Tage je Jahr im Landesmittel. "
            + "; ".join(f"{r.year}: {de(r.value)}" for r in days.itertuples())
            + f". Gestrichelt: Mittel 1991 bis 2020, {z('heiss_heute')} Tage; 1961 bis 1990 waren es {z('heiss_frueher')}."
        ),
        source=f"{KLIMAATLAS}, Indikator 1.4",
        reference_date="1995 bis 2023",
        n=f"{z('heiss_n')} Jahre",
        note=(
            f"Tage mit wenigstens 30 °C, Flächenmittel, aus den Diagrammdaten gelesen. Faktor je Jahrzehnt "
            f"{z('heiss_faktor_slope')} (95-%-Konfidenzintervall {z('heiss_faktor_low')} bis "
            f"{z('heiss_faktor_high')}): in der kurzen Reihe nicht gesichert"
        ),
        table=pd.DataFrame({"Jahr": days["year"], "heiße Tage": days["value"].astype(int)}),
        formats={"Jahr": "plain"},
        figure=partial(
            plot_years,
            days,
            "year",
            "value",
            reference=(
                float(tables["heat_normals"].set_index("kind").loc["Hot days", "after"]),
                "Mittel 1991 bis 2020",
            ),
            axis_label="heiße Tage im Jahr",
            height_cm=5.2,
        ),
    )


def fig_hitzetote(tables: Tables, z: Values) -> Exhibit:
    """Draw deaths by heat with their prediction intervals."""
    deaths = tables["heat_deaths"].assign(year=lambda t: t["year"].astype(int))
    return Exhibit(
        id="fig-hitzetote",
        title=(
            f"Nur in {z.words('tote_sicher')} von {z('tote_jahre')} Jahren liegt das ganze "
            "Vorhersageintervall der Hitzetoten im Land über null"
        ),
        alt=(
            "Punkte mit Vorhersageintervallen je Jahr: "
            + "; ".join(
                f"{r.year}: {de(r.deaths)} ({de(r.pi_low)} bis {de(r.pi_high)})"
                for r in deaths.itertuples()
                if r.pi_low > 0 or r.year >= 2020
            )
            + ". In allen anderen Jahren enthält das Intervall null."
        ),
        source=f"{KLIMAATLAS}, Indikator 9.5",
        reference_date="1992 bis 2022",
        n=f"{z('tote_jahre')} Jahre",
        note=(
            "Modellschätzung mit Vorhersageintervall, aus Diagrammdaten gelesen. Eine negative Untergrenze "
            "heißt: Möglich ist auch, dass es keinen Effekt gab"
        ),
        table=pd.DataFrame(
            {
                "Jahr": deaths["year"],
                "Hitzetote (Schätzung)": deaths["deaths"].astype(int),
                "Vorhersageintervall von": deaths["pi_low"].astype(int),
                "Vorhersageintervall bis": deaths["pi_high"].astype(int),
                "heiße Tage": deaths["hot_days"],
            }
        ),
        formats={"Jahr": "plain", "heiße Tage": "number:0"},
        figure=partial(
            plot_years,
            deaths,
            "year",
            "deaths",
            low="pi_low",
            high="pi_high",
            legend=("Intervall über null", "Intervall enthält null oder weniger"),
            axis_label="Hitzetote",
            height_cm=4.4,
        ),
    )


def tbl_hitzeklassen(tables: Tables, z: Values) -> Exhibit:
    """Show how many live in which thermal class."""
    facts = tables["heat_facts"]
    part = facts[
        facts["topic"].eq("heat_exposure") & facts["item"].str.startswith("Inhabitants in")
    ].copy()
    words = {
        "very favourable": "sehr günstig",
        "favourable": "günstig",
        "less favourable": "weniger günstig",
        "unfavourable": "ungünstig",
        "very unfavourable": "sehr ungünstig",
    }
    part["Klasse"] = part["item"].str.split(": ").str[1].map(words)
    return Exhibit(
        id="tbl-hitzeklassen",
        title=(
            f"{z('hitze_nrw_mio')} Millionen Menschen, {z('hitze_nrw_anteil')}, leben in ungünstiger oder sehr "
            "ungünstiger thermischer Lage"
        ),
        alt="Tabelle der Einwohner je Klasse der Klimaanalyse Nordrhein-Westfalen.",
        source="Klimaatlas NRW, Indikator 9.4 (LANUV, Klimaanalyse, zweite Fassung)",
        reference_date="2018",
        n="5 Klassen des Landes",
        note=f"Bei einem Grad mehr wären {z('hitze_plus_mio')} Millionen betroffen (WAZ/NRZ, Dezember 2019, "
        "nach LANUV)",
        table=pd.DataFrame(
            {
                "thermische Lage": part["Klasse"],
                "Menschen": part["value"].astype(int),
                "Anteil": part["value"] / part["value"].sum(),
            }
        ).reset_index(drop=True),
        formats={"Anteil": "percent:0"},
    )


def fig_staedte(tables: Tables, z: Values) -> Exhibit:
    """Draw exposure to heat and minimum income by city."""
    cities = tables["cities"].sort_values("exposed_share", ascending=False)
    view = cities[["exposed_share", "minimum_income"]].assign(
        label=[f"{r.city} (Rang {de(r.gisd_rank)})" for r in cities.itertuples()]
    )
    return Exhibit(
        id="fig-staedte",
        title=(
            f"Düsseldorf: {z('stadt_duesseldorf')} in ungünstiger Lage, am wenigsten benachteiligt; "
            f"Duisburg: {z('stadt_duisburg')}, am stärksten der gezeigten Städte"
        ),
        alt=(
            "Balken je Stadt: "
            + "; ".join(
                f"{r.city}: {percent(r.exposed_share, 1)} in ungünstiger Lage, Rang {de(r.gisd_rank)} der "
                f"Benachteiligung, Mindestsicherung {percent(r.minimum_income, 1)}"
                for r in cities.itertuples()
            )
            + "."
        ),
        source="LANUV, Klimaanalyse (WAZ/NRZ, Dezember 2019); RKI, GISD; BBSR, INKAR",
        reference_date="Hitze 2018, GISD und Mindestsicherung 2021",
        n=f"{z('staedte_n')} Städte mit veröffentlichter Zahl",
        note=(
            f"Auswahl einer Zeitung, kein Zusammenhang berechnet (A16). Rang des GISD unter {z('gemeinden_n')} "
            f"Gemeinden, {z('gemeinden_n')} = am stärksten benachteiligt; Anteil an den Einwohnern der Quelle. "
            "Mindestsicherung Dinslaken, Moers: Kreis Wesel"
        ),
        table=pd.DataFrame(
            {
                "Stadt": cities["city"],
                "betroffene Menschen": cities["exposed_persons"].astype(int),
                "Anteil betroffen": cities["exposed_share"],
                "Anteil bei einem Grad mehr": cities["exposed_share_plus1"],
                "GISD 2021, Punkte von 0 bis 1": cities["gisd"],
                "Rang des GISD": cities["gisd_rank"].astype(int),
                "Mindestsicherungsquote 2021": cities["minimum_income"],
                "Rang der Dringlichkeit": [
                    interval(r.rank_low, r.rank_high) for r in cities.itertuples()
                ],
            }
        ).reset_index(drop=True),
        formats={
            "Anteil betroffen": "percent:1",
            "Anteil bei einem Grad mehr": "percent:1",
            "GISD 2021, Punkte von 0 bis 1": "number:2",
            "Mindestsicherungsquote 2021": "percent:1",
            "Rang der Dringlichkeit": "right",
        },
        figure=partial(
            plot_panels,
            view,
            "label",
            {
                "exposed_share": "Menschen in ungünstiger Lage",
                "minimum_income": "Mindestsicherungsquote",
            },
            kinds=dict.fromkeys(("exposed_share", "minimum_income"), "percent"),
            digits=1,
            limits={"exposed_share": (0, 1), "minimum_income": (0, 0.2)},
            label_width=24,
        ),
    )


def tbl_duesseldorf(tables: Tables, z: Values) -> Exhibit:
    """Show what is known of the worked city, and what is missing."""
    rows = [
        ("Menschen in (sehr) ungünstiger Lage", "2018", percent_of(tables, "exposed_share")),
        ("dasselbe bei einem Grad mehr", "", percent_of(tables, "exposed_share_plus1")),
        ("Menschen ab 65 Jahren", "2022", percent_of(tables, "aged_65")),
        ("Mindestsicherungsquote", "2021", percent_of(tables, "minimum_income")),
        ("Tropennächte Innenstadt, April bis 9. August", "2018", z("naechte_stadt")),
        ("Tropennächte Flughafen, April bis 9. August", "2018", z("naechte_flughafen")),
        ("Temperaturunterschied Zentrum und Umland, höchstens", "2023", f"{z('insel_dus')} K"),
        ("Hitze und Armut nach Stadtteil", "", "keine Angabe"),
        ("kühle Orte, Trinkbrunnen und ihre Erreichbarkeit", "", "keine Angabe"),
        ("Bäume und Grün nach Stadtteil", "", "keine Angabe"),
    ]
    return Exhibit(
        id="tbl-duesseldorf",
        title="Düsseldorf als Beispiel: Was öffentlich bekannt ist und was für eine Reihung der Stadtteile fehlt",
        alt="Tabelle der Angaben zu Düsseldorf und der fehlenden Daten.",
        source="LANUV nach WAZ/NRZ; BBSR, INKAR; Rheinische Post, August 2018; lokalbuero.com",
        reference_date="2018 bis 2023",
        n="7 Angaben, 3 Lücken",
        note="Keine Angabe: in den ausgewerteten Quellen nicht enthalten, was nicht heißt, dass die Stadt sie nicht hat",
        table=pd.DataFrame(rows, columns=["Merkmal", "Jahr", "Düsseldorf"]),
        formats={"Düsseldorf": "right"},
        missing="",
    )


def percent_of(tables: Tables, column: str) -> str:
    """Return a share of the worked city as text."""
    cities = tables["cities"]
    return percent(float(cities.loc[cities["city"] == "Düsseldorf", column].iloc[0]), 1)


def microdata(tables: Tables) -> list[Exhibit]:
    """Show what was estimated from microdata, where they are there."""
    shown: list[Exhibit] = []
    if "survey_about" not in tables:
        return shown
    about = tables["survey_about"].iloc[0]
    country = COUNTRIES.get(about["country"], str(about["country"]))
    domains = {
        "survey_income": ("tbl-mikro-einkommen", "income_fifth", "Einkommensfünftel"),
        "survey_type": ("tbl-mikro-haushalte", "household_type", "Haushaltstyp"),
    }
    for name, (exhibit_id, column, word) in domains.items():
        table = tables[name].astype({column: str, "n": "Int64"})
        table["reason"] = table["reason"].fillna("")
        results = Protected(
            table, (column,), Rules(), totals_removed="total" not in set(table[column])
        )
        exhibit = results_exhibit(
            results,
            exhibit_id=exhibit_id,
            title=f"Aus Mikrodaten, {country} {about['survey']}: kalte Wohnungen und Rückstände nach {word}"
            + _ends(table, column),
            alt=f"Tabelle der Anteile nach {word} mit Standardfehler und Intervall.",
            source=f"EU-SILC-Haushaltsdatei {about['file']}, Codebuch {about['codebook']}; eigene Berechnung",
            reference_date=str(about["survey"]),
            note=(
                f"Gilt für {country}, nicht für Nordrhein-Westfalen, und ist mit keinem "
                "anderen Wert dieses Berichts zu vergleichen; Anteile der Menschen in Prozent."
            ),
            labels=HARDSHIP,
            domains={column: word},
            values=DOMAIN_WORDS,
        )
        columns = [
            "Indikator",
            word,
            "Schätzwert",
            "Intervall von",
            "Intervall bis",
            "n",
        ]
        if results.table["status"].ne("shown").any():
            columns.append("Zeichen")
        # the first indicator is printed for every household type, the others stand in the files
        rows = None if name == "survey_income" else results.table[column].nunique()
        shown.append(replace(exhibit, show_columns=columns, max_rows=rows))
    return shown


def _ends(table: pd.DataFrame, column: str) -> str:
    """Say how often homes are cold in the first and the last fifth, where both may be shown."""
    cold = table[table["indicator"].eq("cold_home")].set_index(column)["estimate"]
    if column != "income_fifth" or cold.reindex(["1", "5"]).isna().any():
        return ""
    return f"; zu kalt {percent(cold['1'], 1)} im ärmsten, {percent(cold['5'], 1)} im reichsten"


def all_exhibits(tables: Tables) -> list[Exhibit]:
    """Return every exhibit of the report, in its order."""
    z = Values(tables["headline"])
    return [
        fig_belastung(tables, z),
        fig_umverteilung(tables, z),
        tbl_szenarien(tables, z),
        tbl_haushalt(tables),
        tbl_pfade(tables, z),
        tbl_progression(tables, z),
        tbl_varianten(tables, z),
        fig_klassen(tables, z),
        tbl_regelbedarf(tables, z),
        tbl_studien(tables),
        fig_waerme(tables, z),
        fig_haushaltstypen(tables, z),
        tbl_rueckstaende(tables, z),
        tbl_stufen(tables, z),
        tbl_sanierung(tables, z),
        tbl_wohngeld(tables, z),
        fig_hitzetage(tables, z),
        fig_hitzetote(tables, z),
        tbl_hitzeklassen(tables, z),
        fig_staedte(tables, z),
        tbl_duesseldorf(tables, z),
        *microdata(tables),
        vintages_exhibit(tables["vintages"]),
    ]
