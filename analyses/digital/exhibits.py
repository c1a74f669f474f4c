"""Exhibits: titles, sources and notes of every figure and table, in German.

Reads only the estimates. Numbers in titles come from them as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import pandas as pd
from matplotlib.figure import Figure

from armutsexpertise.expertise import vintages_exhibit
from armutsexpertise.publish import charts
from armutsexpertise.publish.charts.classes import plot_classes
from armutsexpertise.publish.charts.lines import plot_lines
from armutsexpertise.publish.charts.pairs import plot_pairs
from armutsexpertise.publish.exhibit import Exhibit
from armutsexpertise.publish.numbers import date_de, de, euro, interval, percent
from armutsexpertise.publish.tilemap import plot_tile_map
from armutsexpertise.publish.values import Values, two_digits

Tables = dict[str, pd.DataFrame]

ICT = "Eurostat, isoc_ci_in_h"
DSI = "Eurostat, isoc_sk_dskl_i21"
# The institute's own publication of these pairs was not at hand: the agency's report was.
IAB = "IAB, Panel Arbeitsmarkt und soziale Sicherung (PASS) 2022, nach AFP (web.de)"
DATA = "Datenpaket digital, Quelle je Angabe"
LAW = "RBEG 2021 und Regelbedarfe (Datenpakete statutory und parameters)"
INKAR = "BBSR, INKAR, Datenstand Oktober 2024"
OWN = "eigene Berechnung"
NO_ERROR = "Fallzahl und Standardfehler sind nicht veröffentlicht, daher ohne Intervall"
HOUSEHOLDS = "Haushalte mit wenigstens einer Person von 16 bis 74 Jahren"
PERSONS = "Alle Personen von 16 bis 74 Jahren"

QUARTILES = {
    "Q1": "ärmstes Viertel",
    "Q2": "zweites Viertel",
    "Q3": "drittes Viertel",
    "Q4": "reichstes Viertel",
}
CLASSES = {
    "above_basic": "mehr als grundlegend",
    "basic": "grundlegend",
    "low": "niedrig",
    "narrow": "schmal",
    "limited": "begrenzt",
    "none": "keine",
}
AREAS = {
    "cc": "Kommunikation und Zusammenarbeit",
    "ps": "Probleme lösen",
    "il": "Informationen finden und prüfen",
    "dcc": "Inhalte erstellen",
    "safe": "Sicherheit",
}
PLACES = {"DE": "Deutschland", "EU27": "EU"}
VARIANTS = {"low": "niedrig", "middle": "mittel", "high": "hoch"}
RULES = {
    "rest_low": "Angebot",
    "rest_middle": "Rechnung",
    "leisure": "Abteilung 9",
}
TYPES = {"all households": "alle Haushalte", "single-person household": "Alleinlebende"}


def fig_anschluss(tables: Tables, z: Values) -> Exhibit:
    """Draw access to the internet by income quartile since 2006."""
    lines = _with_years(tables["access"]).query("place == 'DE'")
    wide = lines.pivot_table(index="period", columns="group", values="share").reset_index()
    first, last = wide.iloc[0], wide.iloc[-1]
    return Exhibit(
        id="fig-anschluss",
        title=(
            f"Der Abstand im Zugang zwischen reichstem und ärmstem Viertel sank von "
            f"{z('luecke_2006')} auf {z('luecke_2020')} Prozentpunkte; dann endet die Reihe"
        ),
        alt=(
            "Linien je Einkommensviertel, Anteil der Haushalte mit Internet. "
            + "; ".join(
                f"{words}: {percent(first[code], 1)} ({int(first['period'])}), "
                f"{percent(last[code], 1)} ({int(last['period'])})"
                for code, words in QUARTILES.items()
            )
            + "."
        ),
        source=ICT,
        reference_date="2006 bis 2020",
        n=f"{len(wide)} Jahre; Fallzahl nicht veröffentlicht",
        note=f"Deutschland, {HOUSEHOLDS}; 2010 fehlt. Ab 2021 keine Angabe nach Einkommensvierteln",
        table=wide.rename(columns={"period": "Jahr", **QUARTILES}),
        formats={"Jahr": "plain", **dict.fromkeys(QUARTILES.values(), "percent:1")},
        figure=partial(
            plot_lines,
            lines,
            "period",
            "share",
            "group",
            names={code: f"{words} {percent(last[code], 1)}" for code, words in QUARTILES.items()},
            axis_label="Haushalte mit Internetzugang zu Hause",
            height_cm=5.4,
            label_width=26,
        ),
    )


def tbl_luecke(tables: Tables, z: Values) -> Exhibit:
    """Show the gap between poorest and richest quartile by year."""
    measures = _with_years(tables["gaps"]).pivot_table(
        index=["place", "period"], columns="measure", values="estimate"
    )
    left = (
        _with_years(tables["left"])
        .query("group == 'Q1'")
        .set_index(["place", "period"])["share_of_offline"]
    )
    measures = measures.assign(left=left).reset_index()
    shown = measures["left"].notna()
    measures = pd.concat([measures[shown], measures[~shown]])
    return Exhibit(
        id="tbl-luecke",
        title=(
            f"Der Abstand wird kleiner, das Verhältnis der Chancen größer: "
            f"{z('rest_q1_2020')} der Haushalte ohne Internet gehörten zuletzt zum ärmsten Viertel"
        ),
        alt="Tabelle der Maße des Abstands nach Gebiet und Jahr.",
        source=f"{ICT}; {OWN}",
        reference_date="2006 bis 2020",
        n=f"{len(measures)} Jahre und Gebiete",
        note=(
            "Abstand und Steigung in Prozentpunkten. Abstand, Verhältnis, Chancen: reichstes gegen ärmstes "
            "Viertel. Steigung und relativer Index: Unterschied und Verhältnis vom untersten zum obersten "
            "Rang, Logit. Anteil Ärmste: ärmstes Viertel an allen ohne Internet. Unter den Reichsten sind "
            "so wenige ohne, dass Rundung das Chancenverhältnis "
            f"bewegt. {NO_ERROR}"
        ),
        table=pd.DataFrame(
            {
                "Gebiet": measures["place"].map(PLACES),
                "Jahr": measures["period"],
                "Abstand": 100 * measures["absolute"],
                "Verhältnis": measures["relative"],
                "Chancenverhältnis": measures["odds_ratio"],
                "Steigung": 100 * measures["slope_index"],
                "relativer Index": measures["relative_index"],
                "Anteil Ärmste": measures["left"],
            }
        ).reset_index(drop=True),
        formats={
            "Jahr": "plain",
            "Abstand": "number:1",
            "Verhältnis": "number:2",
            "Chancenverhältnis": "number:0",
            "Steigung": "number:1",
            "relativer Index": "number:2",
            "Anteil Ärmste": "percent:0",
        },
        max_rows=int(shown.sum()),
        missing="nicht berechnet",
    )


def fig_wachstum(tables: Tables, z: Values) -> Exhibit:
    """Draw the growth curves by quartile."""
    lines = _with_years(tables["access"]).query("place == 'DE'")
    curves = _with_years(tables["curves"]).query("group == 'Q1'").copy()
    curves["line"] = curves["model"].map(
        {"mit Obergrenze 100 %": "one", "mit freier Obergrenze": "free"}
    )
    to = int(curves["period"].max())
    ends = {
        row.line: f"{percent(row.share, 1)} ({to})"
        for row in curves[curves["period"] == to].itertuples()
    }
    seen = lines.query("group == 'Q1'").assign(line="seen")
    drawn = pd.concat([seen, curves], ignore_index=True)
    years = tables["years"]
    return Exhibit(
        id="fig-wachstum",
        title=(
            f"Ob das ärmste Viertel je {z('ziel')} erreicht, hängt an der Annahme: zwei Kurven, die "
            "bis zum Ende der Daten ähnlich verlaufen"
        ),
        alt=(
            "Beobachtete Anteile des ärmsten Viertels als Punkte und zwei Wachstumskurven mit "
            f"Intervall bis {to}. Obergrenze 100 %: {z('ziel')} im Jahr "
            f"{z('jahr95_q1')}; mit freier Obergrenze: höchstens {z('obergrenze_q1')}."
        ),
        source=f"{ICT}; {OWN}",
        reference_date="2006 bis 2020, Fortschreibung danach",
        n=f"{z('punkte_alle')} Jahre je Einkommensviertel",
        note=(
            "Schätzung eines Modells (A2), kein beobachteter Verlauf. Intervalle nur der Parameter; "
            "die Wahl der Kurve und der Zusammenhang benachbarter Jahre sind nicht enthalten"
        ),
        table=pd.DataFrame(
            {
                "Einkommensviertel": years["group"].map(QUARTILES),
                "Kurve": years["model"],
                "Anteil": years["share"],
                "erreicht": [_year(y) for y in years["year"]],
                "von": [_year(y) for y in years["ci_low"]],
                "bis": [_year(y) for y in years["ci_high"]],
                "Fortschreibung": years["extrapolated"].map({True: "ja", False: "nein"}),
            }
        ),
        formats={
            "Anteil": "percent:0", "erreicht": "right", "von": "right", "bis": "right"
        },
        figure=partial(
            _growth_figure,
            drawn,
            names={
                "seen": f"beobachtet: {z('q1_2020')} (2020)",
                "free": f"freie Obergrenze: {ends['free']}",
                "one": f"Obergrenze 100 %: {ends['one']}",
            },
            band=("ci_low", "ci_high"),
            points=["seen"],
            smooth=["one", "free"],
            axis_label="Haushalte des ärmsten Viertels mit Internetzugang (Achse beginnt bei 40 %)",
            label_width=18,
        ),
    )  # fmt: skip


def fig_bruch(tables: Tables, z: Values) -> Exhibit:
    """Draw who is offline before and after the break of 2021."""
    types = _with_years(tables["types"])
    by_type = types.pivot_table(index="period", columns="group", values="share").reset_index()
    return Exhibit(
        id="fig-bruch",
        title=(
            f"Nach der Umstellung der Erhebung haben {z('allein_2025')} der Alleinlebenden Internet, "
            f"{z('alle_2025')} aller Haushalte"
        ),
        alt=(
            "Linien für alle Haushalte und Alleinlebende mit einem Bruch vor 2021. 2020: "
            f"{z('alle_2020')} und {z('allein_2020')}; 2021: {z('alle_2021')} und "
            f"{z('allein_2021')}; 2025: {z('alle_2025')} und {z('allein_2025')}."
        ),
        source=ICT,
        reference_date="2002 bis 2025",
        n=f"{len(by_type)} Jahre; Fallzahl nicht veröffentlicht",
        note=(
            f"Deutschland, {HOUSEHOLDS}. Seit 2021 Unterstichprobe des Mikrozensus; Werte davor und "
            "danach sind nicht vergleichbar"
        ),
        table=by_type.rename(columns={"period": "Jahr", **TYPES}),
        formats={"Jahr": "plain", **dict.fromkeys(TYPES.values(), "percent:1")},
        figure=partial(
            plot_lines,
            types,
            "period",
            "share",
            "group",
            names={
                "single-person household": "Alleinlebende", "all households": "alle Haushalte"
            },
            breaks=[2021],
            axis_label="Haushalte mit Internetzugang zu Hause",
            height_cm=7.0,
        ),
    )  # fmt: skip


def _growth_figure(drawn: pd.DataFrame, **given: Any) -> Figure:
    """Draw the curves from 40 % on, where the data begin, with round ticks."""
    figure = plot_lines(drawn, "period", "share", "line", bottom=0.4, **given)
    figure.axes[0].set_yticks([0.4, 0.6, 0.8, 1.0])
    return figure


def _with_years(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its periods as whole years; stages read periods as text."""
    return table.assign(period=table["period"].astype(float).astype(int))


def _year(value: float | str) -> str:
    """Write the first year in which a curve has reached a share."""
    year = float(value)
    return str(math.ceil(year)) if math.isfinite(year) else "nie"


def fig_geraete(tables: Tables, z: Values) -> Exhibit:
    """Draw who lacks which device, poor and not poor."""
    table = tables["comparisons"]
    lacking = table[table["lacking"]]
    frame = pd.DataFrame(
        {
            "label": lacking["label"]
            + " ("
            + lacking["group"]
            + ", "
            + lacking["when"].map(_when)
            + ")",
            "poor": lacking["poor"],
            "other": lacking["other"],
        }
    )
    return Exhibit(
        id="fig-geraete",
        title=(
            f"{z('nur_mobil_arm')} der Beziehenden von SGB II haben nur mobile Geräte und keinen "
            f"Computer, ohne Leistungsbezug {z('nur_mobil_andere')}"
        ),
        alt=(
            "Punktpaare: Anteil ohne Zugang oder Gerät bei Armen und Vergleichsgruppe. "
            + "; ".join(
                f"{r.label}: {_pct(r.poor)} gegen {_pct(r.other)}" for r in frame.itertuples()
            )
            + "."
        ),
        source=(
            f"{IAB}; Destatis, LWR 2019, nach epd (berlinertageszeitung); Eurostat, EU-SILC 2022, nach "
            f"eisbludan.com, und Destatis, nach aktiencheck.de; SOEP, nach evangelische-zeitung.de ({DATA})"
        ),
        reference_date="2019 bis 2023",
        n=f"{len(frame)} veröffentlichte Paare; Fallzahlen dort nicht genannt",
        note=(
            "In Klammern, wer arm heißt: je Zeile anderes (A3). Selbstauskünfte; SOEP: Jahr der Erhebung unsicher, "
            f"veröffentlicht 2023. {NO_ERROR}"
        ),
        table=pd.DataFrame(
            {
                "Merkmal": lacking["label"],
                "Gruppe": lacking["poor_group"],
                "Anteil": lacking["poor"],
                "Vergleichsgruppe": lacking["other_group"],
                "dort": lacking["other"],
                "Quelle": lacking["source"],
            }
        ).reset_index(drop=True),
        formats={"Anteil": "percent:1", "dort": "percent:1"},
        figure=partial(
            plot_pairs,
            frame,
            "label",
            "poor",
            "other",
            names=("arm, wie in der Quelle bestimmt", "Vergleichsgruppe"),
            axis_label="Anteil ohne",
            digits=0,
            label_width=52,
        ),
    )


def tbl_einkommen(tables: Tables) -> Exhibit:
    """Show every comparison of poor and not poor that a source gives."""
    table = tables["comparisons"]
    return Exhibit(
        id="tbl-einkommen",
        title=(
            "In allen veröffentlichten Vergleichen haben Arme seltener Zugang, Gerät oder Kompetenz"
        ),
        alt="Tabelle der veröffentlichten Vergleiche: Anteile ohne, Abstand und Verhältnis.",
        source=DATA,
        reference_date="2019 bis 2025",
        n=f"{len(table)} veröffentlichte Vergleiche; Fallzahlen dort nicht genannt",
        note=(
            "Abstand in Prozentpunkten. Verhältnis: Anteil mit Zugang, Gerät oder Kompetenz, Vergleichsgruppe gegen "
            "Arme; Chancenverhältnis in den Dateien. Basiskompetenz: veröffentlicht ist der Anteil mit. Wo die Vergleichsgruppe alle sind, enthält sie die Armen; "
            f"der Abstand ist dann zu klein. {NO_ERROR}"
        ),
        table=pd.DataFrame(
            {
                "Merkmal": table["label"],
                "Gruppe": table["poor_group"],
                "Anteil ohne": table["poor"].where(table["lacking"], 1 - table["poor"]),
                "Vergleichsgruppe": table["other_group"],
                "dort": table["other"].where(table["lacking"], 1 - table["other"]),
                "Jahr": table["when"].map(_when),
                "Abstand": 100 * table["absolute"],
                "Verhältnis": table["relative"],
                "Chancen (mit)": table["odds_ratio"],
                "Quelle": table["source"],
            }
        ),
        formats={
            "Anteil ohne": "percent:1",
            "dort": "percent:1",
            "Jahr": "right",
            "Abstand": "number:1",
            "Verhältnis": "number:2",
            "Chancen (mit)": "number:1",
        },
        show_columns=[
            "Merkmal",
            "Gruppe",
            "Anteil ohne",
            "Vergleichsgruppe",
            "dort",
            "Jahr",
            "Abstand",
            "Verhältnis",
        ],
    )


def tbl_nrw(tables: Tables, z: Values) -> Exhibit:
    """Show the Land beside the Bund."""
    beside = tables["beside"]
    return Exhibit(
        id="tbl-nrw",
        title=(
            f"Im Digital-Index lag Nordrhein-Westfalen 2018 mit {z('d21_nrw')} Punkten gleichauf mit "
            f"Deutschland, 2013 davor; einen Computer hatten {z('nrw_computer_lwr')} der Haushalte im Land, "
            f"{z('de_computer_lwr')} in Deutschland (2019)"
        ),
        alt="Tabelle: Werte für Nordrhein-Westfalen und Deutschland nebeneinander.",
        source=(
            "Initiative D21, 2013 nach cio.de; 2018/2019, Nordrhein-Westfalen nach news-research.net; LWR 2019: "
            f"Destatis nach bpb.de, Statistik.NRW und IT.NRW nach medien-lippe.de ({DATA})"
        ),
        reference_date="2013 bis 2019",
        n=f"{len(beside)} Merkmale; LWR 2019 in Nordrhein-Westfalen 1.649 Haushalte",
        note=(
            "Die Zusammensetzung des D21-Digital-Index wurde über die Jahre geändert: nur innerhalb eines Jahres "
            "vergleichen. Die LWR ist eine "
            "Quotenstichprobe ohne Stichprobenfehler. Keine Angabe: uns liegt keine veröffentlichte vor"
        ),
        table=pd.DataFrame(
            {
                "Merkmal": beside["label"],
                "Bevölkerung": beside["population"],
                "Jahr": beside["when"].astype(str),
                "NRW": [_unit(v, u) for v, u in zip(beside["nrw"], beside["unit"], strict=True)],
                "Deutschland": [
                    _unit(v, u) for v, u in zip(beside["germany"], beside["unit"], strict=True)
                ],
            }
        ),
        formats={"Jahr": "right", "NRW": "right", "Deutschland": "right"},
    )


def _pct(share: float) -> str:
    whole = abs(100 * share - round(100 * share)) < 1e-9
    return percent(share, 0 if whole else 1)


def _when(year: object) -> str:
    return "Jahr unsicher" if pd.isna(year) else str(int(float(str(year))))


def _unit(value: float, unit: str) -> str:
    if pd.isna(value):
        return "keine Angabe"
    return _pct(value / 100) if unit == "percent" else de(value, 0 if value == round(value) else 1)


def fig_offline(tables: Tables, z: Values) -> Exhibit:
    """Draw who is offline by age and household."""
    ages = tables["offline"]
    return Exhibit(
        id="fig-offline",
        title=(
            f"{z('nie_65_2024')} der 65- bis 74-Jährigen waren 2024 noch nie im Internet, bei den 16- bis "
            f"44-Jährigen {z('nie_jung_2024')}"
        ),
        alt=(
            "Punktpaare je Altersgruppe, noch nie im Internet. "
            + "; ".join(
                f"{r.label}: {percent(r.first)} (2022), {percent(r.second)} (2024)"
                for r in ages.itertuples()
            )
            + "."
        ),
        source=(
            f"Destatis, IKT-Erhebung im Mikrozensus, 2022 nach aktiencheck.de, 2024 nach "
            f"nachrichtenag.de ({DATA})"
        ),
        reference_date="2022 und 2024",
        n=f"{len(ages)} Altersgruppen; Fallzahl dort nicht genannt",
        note=(
            "Deutschland, Personen von 16 bis 74 Jahren, auf ganze Prozent gerundet; wer älter "
            "ist, zählt nicht mit. Nach Einkommen liegt keine Angabe vor"
        ),
        table=ages.rename(columns={"label": "Alter", "first": "2022", "second": "2024"}),
        formats={"2022": "percent:0", "2024": "percent:0"},
        figure=partial(
            plot_pairs,
            ages,
            "label",
            "first",
            "second",
            names=("2022", "2024"),
            axis_label="noch nie im Internet",
        ),
    )


def fig_bildung(tables: Tables, z: Values) -> Exhibit:
    """Draw who is offline by education."""
    schools = tables["education"]
    return Exhibit(
        id="fig-bildung",
        title=(
            f"Mit niedriger Bildung waren 2020 in Nordrhein-Westfalen {z('nrw_alt_niedrig')} der Menschen ab "
            f"55 Jahren online, der jüngeren {z('nrw_jung_niedrig')}"
        ),
        alt=(
            "Punktpaare je Bildungsstufe: Internetnutzung ab 55 und unter 55 Jahren. "
            + "; ".join(
                f"{r.label}: {percent(r.first, 1)} und {percent(r.second, 1)}"
                for r in schools.itertuples()
            )
            + "."
        ),
        source=f"IT.NRW, IKT-Erhebung 2020, nach ruhrkanal.news ({DATA})",
        reference_date="2020",
        n=f"{2 * len(schools)} Gruppen; Fallzahl dort nicht genannt",
        note=(
            "Nordrhein-Westfalen, Personen ab 10 Jahren, Nutzung in den letzten drei Monaten; mit "
            "Werten ab 2021 und mit Eurostat (16 bis 74 Jahre) nicht vergleichbar"
        ),
        table=schools.rename(
            columns={"label": "Bildung", "first": "ab 55 Jahren", "second": "unter 55 Jahren"}
        ),
        formats={"ab 55 Jahren": "percent:1", "unter 55 Jahren": "percent:1"},
        figure=partial(
            plot_pairs,
            schools,
            "label",
            "first",
            "second",
            names=("ab 55 Jahren", "unter 55 Jahren"),
            axis_label="in den letzten drei Monaten im Internet",
            digits=1,
        ),
    )


def fig_klassen(tables: Tables, z: Values) -> Exhibit:
    """Draw the classes of digital skills, Germany and EU."""
    classes = tables["dsi_classes"].copy()
    classes["label"] = classes["place"].map(PLACES) + " " + classes["period"].astype(str)
    return Exhibit(
        id="fig-klassen",
        title=(
            f"Wenigstens grundlegende Kompetenzen hatten 2023 in Deutschland {z('dsi_de_2023')}, in "
            f"der EU {z('dsi_eu_2023')}"
        ),
        alt=(
            "Gestapelte Balken nach Klassen, Anteile in Prozent. "
            + "; ".join(
                f"{r.label}: wenigstens grundlegend {percent(r.at_least_basic, 1)}, "
                f"nicht bestimmt {percent(r.not_assessed, 1)}"
                for r in classes.itertuples()
            )
            + "."
        ),
        source=DSI,
        reference_date="2021 und 2023",
        n=f"{len(classes)} Verteilungen; Fallzahl nicht veröffentlicht",
        note=(
            f"{PERSONS}. Index 2.0: Kompetenz ist, was jemand zuletzt online getan hat. Grundlegend: in allen fünf "
            "Bereichen; niedrig: in vier, schmal: in drei, begrenzt: in zwei, keine: in höchstens einem. "
            f"Nicht bestimmt: in den letzten drei Monaten nicht online. Für 2025 liegt nur der Anteil wenigstens grundlegend vor: Deutschland "
            f"{z('dsi_de_2025')}, EU {z('dsi_eu_2025')}. Nach Einkommen liegt keine Angabe vor"
        ),
        table=classes[["label", *CLASSES, "not_assessed", "at_least_basic"]].rename(
            columns={
                "label": "Gebiet und Jahr",
                **CLASSES,
                "not_assessed": "nicht bestimmt",
                "at_least_basic": "wenigstens grundlegend",
            }
        ),
        formats=dict.fromkeys(
            [*CLASSES.values(), "nicht bestimmt", "wenigstens grundlegend"], "percent:1"
        ),
        figure=partial(
            plot_classes,
            classes,
            "label",
            CLASSES,
            unknown=("not_assessed", "nicht bestimmt"),
            axis_label="Anteil an allen Personen von 16 bis 74 Jahren",
            legend_columns=4,
        ),
    )


def fig_bereiche(tables: Tables, z: Values) -> Exhibit:
    """Draw the five areas of skills, Germany and EU."""
    areas = tables["dsi_areas"].query("period == '2023'").set_index("place")
    above = tables["dsi_areas_above"].query("period == '2023'").set_index("place")
    frame = pd.DataFrame(
        {
            "label": list(AREAS.values()),
            "germany": [areas.loc["DE", code] for code in AREAS],
            "eu": [areas.loc["EU27", code] for code in AREAS],
            "germany_above": [above.loc["DE", code] for code in AREAS],
            "eu_above": [above.loc["EU27", code] for code in AREAS],
        }
    )
    return Exhibit(
        id="fig-bereiche",
        title=(
            f"Wenigstens grundlegend: Deutschland liegt nur beim Finden und Prüfen von Informationen "
            f"hinter der EU ({z('dsi_il_de')} gegen {z('dsi_il_eu')})"
        ),
        alt=(
            "Punktpaare je Bereich, wenigstens grundlegende Kompetenz 2023. "
            + "; ".join(
                f"{r.label}: Deutschland {percent(r.germany, 1)}, EU {percent(r.eu, 1)}"
                for r in frame.itertuples()
            )
            + "."
        ),
        source=DSI,
        reference_date="2023",
        n=f"{len(frame)} Bereiche; Fallzahl nicht veröffentlicht",
        note=(
            f"{PERSONS}. Wenigstens grundlegende Kompetenz je Bereich; Digital Skills Index 2.0. Mehr als grundlegend, "
            "Deutschland gegen EU: "
            + "; ".join(
                f"{r.label} {percent(r.germany_above, 1)} gegen {percent(r.eu_above, 1)}"
                for r in frame.itertuples()
            )
        ),
        table=frame.rename(
            columns={
                "label": "Bereich",
                "germany": "Deutschland",
                "eu": "EU",
                "germany_above": "Deutschland, mehr als grundlegend",
                "eu_above": "EU, mehr als grundlegend",
            }
        ),
        formats=dict.fromkeys(
            (
                "Deutschland",
                "EU",
                "Deutschland, mehr als grundlegend",
                "EU, mehr als grundlegend",
            ),
            "percent:1",
        ),
        figure=partial(
            plot_pairs,
            frame,
            "label",
            "germany",
            "eu",
            names=("Deutschland", "EU"),
            axis_label="wenigstens grundlegende Kompetenz",
            digits=1,
            label_width=24,
        ),
    )


def _affordability(tables: Tables) -> pd.DataFrame:
    """Return the basket by household, variant and day, with the year of the day."""
    table = tables["affordability"]
    return table.assign(year=table["day"].str[:4].astype(int))


def fig_regelbedarf(tables: Tables, z: Values) -> Exhibit:
    """Set the basket against the standard benefit by year."""
    table = _affordability(tables)
    single = table.query("household == 'alleinlebend' and variant == 'low'")
    lines = pd.DataFrame(
        {
            "year": single["year"],
            "eur": single["connection_allowance"],
            "line": "abt8",
        }
    )
    return Exhibit(
        id="fig-regelbedarf",
        title=(
            f"Ein Anschluss kostet {z('anschluss_anteil')} dessen, was der Regelbedarf "
            f"{z('regelbedarf_jahr')} für Telekommunikation enthält"
        ),
        alt=(
            "Linie des Teils für Post und Telekommunikation im Regelbedarf allein Lebender, dazu zwei "
            "waagerechte Linien für Anschlusspreise. "
            + "; ".join(f"{r.year}: {euro(r.eur, 2)}" for r in lines.itertuples())
            + f". Preise: {z('preis_2025')} (Angebote 2025), {z('preis_2023')} (Rechnungen 2023)."
        ),
        source=(
            "RBEG 2021, Regelbedarfe; Bitkom 2023, nach inside-digital.de; Tarifvergleich 2025 von "
            "bestbroadbanddeals, nach telecolumbus.com (Datenpaket digital)"
        ),
        reference_date="2021 bis 2026",
        n=f"{len(lines)} Jahre",
        note=(
            "Regelbedarfsstufe 1, Abteilung 8, fortgeschrieben; Preise ihres Jahres: mittleres Angebot, "
            "durchschnittliche Rechnung. Mobilfunk und Post "
            "kommen hinzu (A4, A7)"
        ),
        table=pd.DataFrame(
            {
                "Jahr": lines["year"],
                "Abteilung 8 im Monat": lines["eur"],
            }
        ).reset_index(drop=True),
        formats={"Jahr": "plain", "Abteilung 8 im Monat": "euro:2"},
        figure=partial(
            plot_lines,
            lines,
            "year",
            "eur",
            "line",
            names={"abt8": f"Abteilung 8: {euro(lines['eur'].iloc[-1], 2)}"},
            kind="number",
            axis_label="EUR im Monat: Teil für Post und Telekommunikation, Preis eines Anschlusses",
            references=[
                (tables["same_year"]["price"].min(), f"Angebot 2025: {z('preis_2025')}"),
                (tables["same_year"]["price"].max(), f"Rechnung 2023: {z('preis_2023')}"),
            ],
            height_cm=4.3,
            label_width=26,
        ),
    )


def tbl_korb(tables: Tables, z: Values) -> Exhibit:
    """Show what the basket holds, with sources, and what it leaves out."""
    items = tables["items"].drop_duplicates(["item", "variant"])
    # Items of one price stand in one row.
    same = ["variant", "price_eur", "price_date", "source", "url"]
    items = items.groupby(same, sort=False, dropna=False)["label"].agg("; ".join).reset_index()
    items["variant"] = items["variant"].map(VARIANTS)
    same = ["label", *same[1:]]
    items = items.groupby(same, sort=False, dropna=False)["variant"].agg(", ".join).reset_index()
    return Exhibit(
        id="tbl-korb",
        title=(
            f"Der Korb kostet eine alleinlebende Person {z('korb')} im Monat, mit einem Computer, der "
            "über seine Lebensdauer verteilt wird"
        ),
        alt="Tabelle der Posten, Preise, Daten und Quellen des Korbs.",
        source=f"je Zeile angegeben; {DATA}",
        reference_date="2018 bis 2025",
        n=f"{len(items)} Preise",
        note=(
            "Nur belegte Preise (A4); für den Anschluss ist kein höherer als der mittlere belegt, und die "
            "durchschnittliche Rechnung enthält oft Telefon und Fernsehen. Computer drei Jahre nach der AfA-Tabelle "
            "(A5). Beträge aus Gerichten und Behörden sind Einzelfälle und Höchstbeträge, keine Marktpreise. "
            "Mobilfunk, Smartphone, Drucker, Programme und Kurse fehlen, weil kein Preis nach Stufen belegt ist, "
            "Reparatur und Strom des Geräts, weil kein Betrag belegt ist"
        ),
        table=pd.DataFrame(
            {
                "Posten": items["label"],
                "Stufe": items["variant"],
                "Preis": items["price_eur"],
                "Jahr": [date_de(str(d)[:10])[-4:] for d in items["price_date"]],
                "Beleg": items["source"],
                "Fundstelle": items["url"],
            }
        ).reset_index(drop=True),
        formats={"Preis": "euro:2", "Jahr": "right"},
        show_columns=["Posten", "Stufe", "Preis", "Jahr", "Beleg"],
    )


def tbl_haushalte(tables: Tables, z: Values) -> Exhibit:
    """Show the basket by type of household."""
    table = _affordability(tables)
    last = table["year"].max()
    table["part"] = 1 / table["coverage"]
    homes = table.groupby(["year", "household"], sort=False).agg(
        low=("eur_month", "min"),
        high=("eur_month", "max"),
        allowance=("allowance_eur_month", "first"),
        part_low=("part", "min"),
        part_high=("part", "max"),
        share_low=("share_of_benefit", "min"),
        share_high=("share_of_benefit", "max"),
        granted_low=("eur_month_granted", "min"),
        granted_high=("eur_month_granted", "max"),
    )
    homes = homes.reset_index()
    # The last year first, the first below it: these are printed.
    first = homes["year"].min()
    homes = homes.sort_values(
        "year", key=lambda years: years.map(lambda y: (y != last, y != first, -y)), kind="stable"
    )
    return Exhibit(
        id="tbl-haushalte",
        title=(
            f"Der Korb nimmt {z('korb_anteil_regelbedarf')} des Regelbedarfs einer alleinlebenden "
            f"Person, bei einem Paar mit kleinem Kind {z('korb_anteil_familie')}"
        ),
        alt="Tabelle: Kosten des Korbs und Teile des Regelbedarfs je Haushaltstyp und Jahr.",
        source=f"{LAW}; {DATA}; {OWN}",
        reference_date="2021 bis 2026",
        n=f"{homes['household'].nunique()} Haushaltstypen, {homes['year'].nunique()} Jahre",
        note=(
            f"Regelbedarf {last} und {first}; alle Jahre in den Dateien. Die Preise bleiben die ihres Datums; "
            "was sich zwischen den Jahren ändert, ist nur der Regelbedarf. Von der "
            "niedrigen zur hohen Stufe. Abteilungen 8 und 9 (Telekommunikation; Freizeit und "
            "Datenverarbeitung, A6) als Rechengröße, nicht zweckgebunden; Schulkind: 6 bis 13 "
            "Jahre, für 14 bis 17 fehlt die Liste. Mit Schulzuschuss: in den Dateien"
        ),
        table=pd.DataFrame(
            {
                "Haushalt": homes["household"],
                "Jahr": homes["year"],
                "Korb in EUR": _spans(homes, "low", "high", "number", 2),
                "Abt. 8 und 9": homes["allowance"],
                "Anteil daran": _spans(homes, "part_low", "part_high", "percent"),
                "Anteil am Regelbedarf": _spans(homes, "share_low", "share_high", "percent", 1),
                "mit Schulzuschuss in EUR": _spans(
                    homes, "granted_low", "granted_high", "number", 2
                ),
            }
        ).reset_index(drop=True),
        formats={
            "Jahr": "plain",
            "Korb in EUR": "right",
            "Abt. 8 und 9": "euro:2",
            "Anteil daran": "right",
            "Anteil am Regelbedarf": "right",
            "mit Schulzuschuss in EUR": "right",
        },
        show_columns=[
            "Haushalt",
            "Jahr",
            "Korb in EUR",
            "Abt. 8 und 9",
            "Anteil daran",
            "Anteil am Regelbedarf",
        ],
        max_rows=int(homes["year"].isin([first, last]).sum()),
    )


def tbl_sparen(tables: Tables, z: Values) -> Exhibit:
    """Show months of saving for each device at each price of the connection."""
    table = _affordability(tables)
    last = table["year"].max()
    saving = tables["saving"].assign(rule=lambda t: t["rule"].map(RULES))
    by_price = saving.pivot_table(index="price", columns="rule", values="months")
    by_price = by_price[list(RULES.values())].astype(int).reset_index()
    put_aside = saving.groupby("rule")["saved"].first()
    return Exhibit(
        id="tbl-sparen",
        title=(
            f"Für einen Computer zu {z('geraet_middle')} spart eine alleinlebende Person "
            f"{z('sparen_freizeit_middle')} bis {z('sparen_rechnung_middle')} Monate"
        ),
        alt="Tabelle: Monate des Sparens nach Preis des Computers und Sparregel.",
        source=f"{LAW}; {DATA}; {OWN}",
        reference_date=str(last),
        n=f"{len(saving)} Rechenfälle",
        note=(
            "Regelbedarfsstufe 1. Sparregeln als Grenzen (A8). Angebot, Rechnung: der Rest aus Abteilung 8 nach dem Anschluss zum "
            "mittleren Angebot oder zur durchschnittlichen Rechnung, dann nichts für Mobilfunk und Post; Abteilung 9: alles daraus, dann nichts für Freizeit und Kultur. Gespart werden im Monat, in "
            "der Reihenfolge der Spalten: "
            + "; ".join(euro(put_aside[rule], 2) for rule in RULES.values())
        ),
        table=by_price.rename(
            columns={"price": "Preis des Computers"}
            | {rule: f"{rule}: Monate" for rule in RULES.values()}
        ),
        formats={"Preis des Computers": "euro:0"},
    )


def fig_ausgaben(tables: Tables, z: Values) -> Exhibit:
    """Draw spending on communication by income class."""
    spending = tables["spending"]
    frame = spending.assign(low=spending["eur"], high=spending["eur"])
    return Exhibit(
        id="fig-ausgaben",
        title=(
            f"Haushalte der untersten Einkommensklasse geben {z('ausgaben_arm')} im Monat für Information und "
            f"Kommunikation aus, das sind {z('ausgaben_anteil_arm')} ihres Konsums"
        ),
        alt=(
            "Punkte je Klasse des Nettoeinkommens. "
            + "; ".join(
                f"{r.label}: {euro(r.eur)} ({percent(r.share, 1)} des Konsums)"
                for r in spending.itertuples()
            )
            + "."
        ),
        source="Destatis, Laufende Wirtschaftsrechnungen 2022",
        reference_date="2022",
        n=f"{len(spending)} Einkommensklassen; Fallzahl dort nicht genannt",
        note=(
            "Deutschland, Haushaltsnettoeinkommen im Monat; Haushalte verschiedener Größe. "
            "Quotenstichprobe ohne Stichprobenfehler. Was jemand ausgibt, ist nicht, was er braucht"
        ),
        table=pd.DataFrame(
            {
                "Nettoeinkommen im Monat": spending["label"],
                "Ausgaben": spending["eur"],
                "Anteil am Konsum": spending["share"],
            }
        ),
        formats={"Ausgaben": "euro:0", "Anteil am Konsum": "percent:1"},
        figure=partial(
            charts.plot_ranges,
            frame,
            "label",
            "low",
            "high",
            unit="EUR",
            axis_label="EUR im Monat",
        ),
    )


def _spans(
    table: pd.DataFrame, low: str, high: str, kind: Literal["number", "percent"], digits: int = 0
) -> list[str]:
    """Write ranges; unknown ends as such."""
    ends = zip(table[low], table[high], strict=True)
    return [interval(a, b, kind, digits, missing="keine Angabe") for a, b in ends]


def fig_varianten(tables: Tables, z: Values) -> Exhibit:
    """Draw the cost per newly connected household by variant."""
    table = tables["variants"]
    frame = pd.DataFrame(
        {
            "label": table["short"],
            "low": table["eur_per_connected_low"].map(two_digits),
            "high": table["eur_per_connected_high"].map(two_digits),
        }
    )
    return Exhibit(
        id="fig-varianten",
        title=(
            f"Je neu ausgestattetem Haushalt kostet ein Gerätezuschuss gezielt "
            f"{z('geraet_gezielt_je_neu')}, für alle {z('geraet_alle_je_neu')}"
        ),
        alt=(
            "Spannen je Variante, Kosten je neu ausgestattetem oder angeschlossenem Haushalt. "
            + "; ".join(f"{r.label}: {interval(r.low, r.high, 'euro')}" for r in frame.itertuples())
            + "."
        ),
        source=f"{IAB}; Preise wie im Korb ({DATA}); {OWN}",
        reference_date=f"Befragte 2022, Preise 2021 bis {z('jahr_preis_spaet')}",
        n=f"{len(frame)} Varianten",
        note=(
            "gezielt: nur wer Computer oder Internet nicht hat; für alle: im SGB II. Szenario (A9 bis A14); "
            "Wirkung nicht gemessen"
        ),
        table=pd.DataFrame(
            {
                "Variante": table["label"],
                "von": frame["low"],
                "bis": frame["high"],
            }
        ),
        formats={"von": "euro:0", "bis": "euro:0"},
        figure=partial(
            charts.plot_ranges,
            frame,
            "label",
            "low",
            "high",
            unit="EUR",
            log=True,
            axis_label="EUR je neu ausgestattetem oder angeschlossenem Haushalt",
            label_width=30,
        ),
    )


def tbl_varianten(tables: Tables, z: Values) -> Exhibit:
    """Show the variants of a grant."""
    table = tables["variants"]
    return Exhibit(
        id="tbl-varianten",
        title=(
            f"In Nordrhein-Westfalen erreicht der gezielte Gerätezuschuss {z('geraet_gezielt_erreicht')} "
            f"Haushalte und kostet einmalig {z('geraet_gezielt_mio')} Mio. EUR"
        ),
        alt="Tabelle: je Variante erreichte Haushalte, neu ausgestattete, Kosten und Mitnahme.",
        source=f"{IAB}; {INKAR}; {DATA}; {OWN}",
        reference_date=f"Haushalte 2022, Preise 2021 bis {z('jahr_preis_spaet')}",
        n=f"{z('bg_nrw')} Bedarfsgemeinschaften in Nordrhein-Westfalen",
        note=(
            "Auf zwei Stellen gerundet. Schon versorgt: Anteil der Geförderten, die Gerät oder Anschluss "
            "vorher hatten. Annahmen A9 bis A13"
        ),
        table=pd.DataFrame(
            {
                "Variante": table["label"],
                "Betrag in EUR": [interval(a, b) for a, b in _ends(table, "eur_each")],
                "erreichte Haushalte": _rounded(_ends(table, "reached")),
                "neu versorgt": _rounded(_ends(table, "newly_connected")),
                "Mio. EUR": _rounded([(a / 1e6, b / 1e6) for a, b in _ends(table, "eur")]),
                "schon versorgt": [
                    interval(a, b, "percent") for a, b in _ends(table, "already_connected")
                ],
            }
        ),
        formats=dict.fromkeys(
            ("Betrag in EUR", "erreichte Haushalte", "neu versorgt", "Mio. EUR", "schon versorgt"),
            "right",
        ),
    )


def _kreise(tables: Tables) -> pd.DataFrame:
    """Return the cost of a grant by Kreis, with its range in million EUR as text."""
    kreise = tables["kreise"]
    ends = zip(kreise["eur_low"], kreise["eur_high"], strict=True)
    text = [interval(a / 1e6, b / 1e6, digits=1).replace(" bis ", "–") for a, b in ends]
    return kreise.assign(text=text)


def fig_kacheln(tables: Tables, z: Values) -> Exhibit:
    """Draw the cost of a grant by Kreis on the tile map."""
    kreise = _kreise(tables)
    per = kreise.groupby("third")["eur_per_inhabitant"].agg(["min", "max"])
    labels = {
        name: f"bis {euro(per.loc[name, 'max'], 1)} je Einwohner"
        if name != "high"
        else f"über {euro(per.loc['middle', 'max'], 1)} je Einwohner"
        for name in ("low", "middle", "high")
    }
    return Exhibit(
        id="fig-kacheln",
        title=(
            f"Je Einwohner kostete der gezielte Gerätezuschuss höchstens {z('kreis_unten_je')} "
            f"({z('kreis_unten')}) bis {z('kreis_oben_je')} ({z('kreis_oben')})"
        ),
        alt=(
            "Kachelkarte mit einer Kachel je Kreis und kreisfreier Stadt, darin die Kosten in Mio. EUR. "
            "Am höchsten je Einwohner: "
            + ", ".join(
                f"{r.name_} ({euro(r.per, 1)})"
                for r in kreise.rename(columns={"name": "name_", "eur_per_inhabitant": "per"})
                .nlargest(5, "per")
                .itertuples()
            )
            + "."
        ),
        source=f"{INKAR}; {IAB}; BKG VG250-EW, 31.12.2022; {OWN}; eigene Anordnung der Kacheln",
        reference_date="2022",
        n=f"{z('kreise_n')} Kreise und kreisfreie Städte",
        note=(
            "Zahlen in den Kacheln: von der niedrigsten zur höchsten Annahme. Farbe: obere Grenze je Einwohner, in Dritteln. Der Anteil ohne Computer ist der von "
            "Deutschland; Kürzel: Kfz-Kennzeichen, AC: Städteregion Aachen"
        ),
        table=pd.DataFrame(
            {
                "Schlüssel": kreise["ags5"],
                "Kreis": kreise["name"],
                "Art": kreise["type"],
                "Bedarfsgemeinschaften von": kreise["households_low"].round().astype(int),
                "Bedarfsgemeinschaften bis": kreise["households_high"].round().astype(int),
                "erreicht von": kreise["reached_low"].round().astype(int),
                "erreicht bis": kreise["reached_high"].round().astype(int),
                "Kosten von": kreise["eur_low"],
                "Kosten bis": kreise["eur_high"],
                "höchstens je Einwohner": kreise["eur_per_inhabitant"],
            }
        ).reset_index(drop=True),
        formats={
            "Kosten von": "euro:0",
            "Kosten bis": "euro:0",
            "höchstens je Einwohner": "euro:2",
        },
        figure=partial(
            plot_tile_map,
            kreise,
            "ags5",
            "third",
            labels,
            looks={"low": "light", "middle": "medium", "high": "strong"},
            text="text",
            text_label="Zahlen: einmalige Kosten in Mio. EUR",
        ),
    )


def tbl_kreise(tables: Tables, z: Values) -> Exhibit:
    """Show the cost of a grant in every Kreis."""
    kreise = _kreise(tables)
    return Exhibit(
        id="tbl-kreise",
        title=(
            f"Was der gezielte Gerätezuschuss je Kreis kostete: von {z('kreis_unten_je')} je Einwohner "
            f"({z('kreis_unten')}) bis {z('kreis_oben_je')} ({z('kreis_oben')}), höchstens"
        ),
        alt="Tabelle: je Kreis und kreisfreie Stadt erreichte Haushalte und Kosten.",
        source=f"{INKAR}; {IAB}; BKG VG250-EW, 31.12.2022; {OWN}",
        reference_date="2022",
        n=f"{z('kreise_n')} Kreise und kreisfreie Städte",
        note=(
            "Auf zwei Stellen gerundet, von der niedrigsten zur höchsten Annahme (A9 bis A12); genauer in "
            "den Dateien der Kachelkarte"
        ),
        table=pd.DataFrame(
            {
                "Kreis": kreise["name"],
                "Bedarfsgemeinschaften": _rounded(_ends(kreise, "households")),
                "erreicht": _rounded(_ends(kreise, "reached")),
                "Kosten in Tsd. EUR": _rounded(
                    [(a / 1e3, b / 1e3) for a, b in _ends(kreise, "eur")]
                ),
                "höchstens je Einwohner": kreise["eur_per_inhabitant"],
            }
        ).reset_index(drop=True),
        formats={
            "Bedarfsgemeinschaften": "right",
            "erreicht": "right",
            "Kosten in Tsd. EUR": "right",
            "höchstens je Einwohner": "euro:2",
        },
    )


def tbl_schritte(tables: Tables, z: Values) -> Exhibit:
    """Show step by step how the eligible households were derived."""
    steps = tables["steps"]
    return Exhibit(
        id="tbl-schritte",
        title=f"Woraus sich {z('bg_nrw')} Bedarfsgemeinschaften im Land ergeben",
        alt="Tabelle der Rechenschritte von Personen zu Haushalten.",
        source=f"{INKAR}; BKG VG250-EW, 31.12.2022; {OWN}",
        reference_date="2022",
        n="1 Land; je Kreis ebenso gerechnet",
        note="Ein Haushalt ist hier eine Bedarfsgemeinschaft (A9, A10)",
        table=pd.DataFrame(
            {
                "Schritt": steps["step"],
                "von": [de(v, 2 if v < 100 else 0) for v in steps["low"]],
                "bis": [de(v, 2 if v < 100 else 0) for v in steps["high"]],
                "Einheit": steps["unit"],
            }
        ),
        formats={"von": "right", "bis": "right"},
    )


def _ends(table: pd.DataFrame, name: str) -> list[tuple[float, float]]:
    return list(zip(table[f"{name}_low"], table[f"{name}_high"], strict=True))


def _rounded(ends: list[tuple[float, float]]) -> list[str]:
    """Write ranges of a scenario to two digits."""
    return [interval(two_digits(low), two_digits(high)) for low, high in ends]


PIAAC = "OECD, PIAAC Deutschland 2012, Public Use File"
GROUPS = {
    "parental_education": "Bildung der Eltern",
    "age_ten": "Alter",
    "earnings_decile": "Zehntel des Verdienstes",
}
VALUES = {
    "parental_education": {
        "low": "Eltern: gering gebildet",
        "medium": "Eltern: mittel gebildet",
        "high": "Eltern: hoch gebildet",
        "": "Eltern: keine Angabe",
    },
    "age_ten": {
        "16_24": "16 bis 24 Jahre",
        "25_34": "25 bis 34 Jahre",
        "35_44": "35 bis 44 Jahre",
        "45_54": "45 bis 54 Jahre",
        "55_65": "55 bis 65 Jahre",
        "": "Alter: keine Angabe",
    },
    "earnings_decile": {
        **{str(k): f"Verdienst: {k}. Zehntel" for k in range(1, 11)},
        "": "ohne Verdienst oder Angabe",
    },
}
EVERYONE = "alle"
INDICATORS = {
    "score": "Mittelwert, Punkte",
    "below": "unter Stufe 1, von denen mit Wert",
    "below_lower": "unter Stufe 1, untere Grenze für alle",
    "below_upper": "unter Stufe 1, obere Grenze für alle",
    "path_score": "mit Wert",
    "path_never": "nie einen Computer benutzt",
    "path_failed": "Probe der Bedienung nicht bestanden",
    "path_other": "aus anderem Grund ohne Wert",
    "use": "Index der Nutzung zu Hause, Mittel derer mit Index",
    "at_home": "nutzt im Alltag einen Computer",
}
PATHS = ("path_score", "path_never", "path_failed", "path_other")
EDUCATION = (
    "Eltern gering gebildet: keiner mit Sekundarstufe II; hoch: wenigstens einer mit tertiärem "
    "Abschluss"
)


def survey(tables: Tables) -> list[Exhibit]:
    """Exhibits of the optional chapter on PIAAC; none where its tables are missing."""
    found = [name for name in GROUPS if f"piaac_{name}" in tables]
    if not found:
        return []
    every = pd.concat(
        [_piaac(tables[f"piaac_{name}"], name, totals=name == found[0]) for name in found],
        ignore_index=True,
    )
    shown = every[every["status"].isin(["published", "bracketed"])]
    hidden = int(every["status"].isin(["suppressed", "unreliable"]).sum())
    note = "Plausible Werte nach Rubin, 80 Replikationsgewichte; vor dem Schreiben geschützt (A15)"
    if hidden:
        note += f", leere Zellen: {hidden}"
    whole = shown.loc[shown["value"].eq(EVERYONE) & shown["indicator"].eq("at_home"), "n"]
    n = "je Zeile in den Dateien, 2012"
    if len(whole):
        n = f"{de(int(whole.iloc[0]))} Befragte; je Gruppe, mit Intervall, in den Dateien"
    return [
        *_without_score(shown, n, note),
        *_scores(shown, n, note),
        _low(shown, every, n, note),
        _use(shown, n, note),
    ]


def _piaac(table: pd.DataFrame, name: str, *, totals: bool) -> pd.DataFrame:
    """Return the results of a group with German words, everyone only once."""
    code = table[name].map(lambda v: str(v).removesuffix(".0"), na_action="ignore").fillna("")
    words = code.map({**VALUES[name], "total": EVERYONE})
    out = table.drop(columns=name).assign(group=name, value=words)
    return out if totals else out[out["value"] != EVERYONE]


def _by_parents(values: dict[str, float], write: Callable[[float], str], words: str) -> str | None:
    """Return words with the values of both ends of the parents' education; None without them."""
    names = VALUES["parental_education"]
    ends = {code: values.get(names[code]) for code in ("low", "high")}
    if any(end is None or pd.isna(end) for end in ends.values()):
        return None
    return words.format(
        **{code: write(float(end)) for code, end in ends.items() if end is not None}
    )


def _without_score(shown: pd.DataFrame, n: str, note: str) -> list[Exhibit]:
    ages = _wide(shown, PATHS).dropna(subset=list(PATHS))
    if ages.empty:
        return []
    none = (1 - ages["path_score"]).set_axis(ages["value"])
    title = _by_parents(
        none.to_dict(),
        percent,
        "Von Menschen mit gering gebildeten Eltern haben {low} keinen Wert am Computer, mit hoch "
        "gebildeten {high}",
    )
    return [
        Exhibit(
            id="fig-piaac-ohne",
            title=title or "Wie vielen ein Wert am Computer fehlt, nach Eltern und Alter",
            alt=(
                "Gestapelte Balken: mit Wert, nie einen Computer benutzt, Probe nicht bestanden, anderer "
                "Grund. "
                + "; ".join(f"{k}: {percent(v, 1)} ohne Wert" for k, v in none.items())
                + "."
            ),
            source=f"{PIAAC}; {OWN}",
            reference_date="2012",
            n=n,
            note=f"{note}. {EDUCATION}",
            table=pd.DataFrame(
                {"Gruppe": ages["value"], **{INDICATORS[p]: ages[p] for p in PATHS}}
            ).reset_index(drop=True),
            formats={INDICATORS[p]: "percent:1" for p in PATHS},
            figure=partial(
                plot_classes,
                ages,
                "value",
                {p: INDICATORS[p] for p in PATHS[:3]},
                unknown=("path_other", INDICATORS["path_other"]),
                axis_label="Anteil an allen von 16 bis 65 Jahren",
                legend_columns=2,
                label_width=30,
            ),
        )
    ]


def _scores(shown: pd.DataFrame, n: str, note: str) -> list[Exhibit]:
    points = shown[shown["indicator"].eq("score")]
    education = dict(zip(points["value"], points["estimate"], strict=True))
    title = _by_parents(
        education,
        de,
        "Wer einen Wert hat, erreicht mit gering gebildeten Eltern {low} Punkte, mit hoch gebildeten "
        "{high}",
    )
    by_parents = points[points["group"] != "earnings_decile"]
    by_earnings = points[points["group"] == "earnings_decile"]
    tenths = by_earnings[by_earnings["value"] != VALUES["earnings_decile"][""]]
    made = []
    if len(by_parents):
        words = title or "Mittelwerte der Menschen mit Wert, nach Eltern und Alter"
        made.append(
            Exhibit(
                id="fig-piaac-punkte", title=words, **_score(by_parents, n, f"{note}. {EDUCATION}")
            )
        )
    if len(tenths):
        words, caveat = _by_earnings(by_earnings)
        made.append(
            Exhibit(id="fig-piaac-verdienst", title=words, **_score(by_earnings, n, note + caveat))
        )
    return made


def _by_earnings(points: pd.DataFrame) -> tuple[str, str]:
    """Return what the means by earnings show, as far as their intervals carry it, and a caveat."""
    place = {words: int(k) for k, words in VALUES["earnings_decile"].items() if k}
    known = points.assign(tenth=points["value"].map(place)).dropna(subset=["tenth"])
    rows = known.set_index("tenth")
    low, high = de(known["estimate"].min()), de(known["estimate"].max())
    plain = (
        f"Nach dem Verdienst liegen die Mittelwerte der Zehntel zwischen {low} und {high} Punkten"
    )
    if set(rows.index) != set(place.values()):
        return plain, ""
    below, top = rows.loc[1:8], rows.loc[9:10]
    rises = top["ci_low"].min() > rows.loc[8, "ci_high"]
    flat = rows.loc[8, "estimate"] <= rows.loc[1, "ci_high"]
    if not (rises and flat and top["estimate"].min() > below["estimate"].max()):
        return plain, ""
    title = (
        f"Höher liegen erst die oberen zwei Zehntel des Verdienstes ({de(top['estimate'].iloc[0])} "
        f"und {de(top['estimate'].iloc[1])} Punkte); vom ersten zum achten ist kein Anstieg zu sehen"
    )
    close = below.index[below["ci_high"] >= top["ci_low"].min()]
    return title, "".join(
        f". Das {k:.0f}. Zehntel ist vom neunten nicht sicher zu trennen: Die Intervalle überlappen"
        for k in close
    )


def _score(points: pd.DataFrame, n: str, note: str) -> dict[str, Any]:
    """Return what both figures of the scores have in common."""
    return {
        "alt": (
            "Punkte mit Konfidenzintervallen. "
            + "; ".join(
                f"{r.value}: {de(r.estimate)} ({de(r.ci_low)} bis {de(r.ci_high)})"
                for r in points.itertuples()
            )
            + "."
        ),
        "source": f"{PIAAC}; {OWN}",
        "reference_date": "2012",
        "n": n,
        "note": f"{note}. Nur Menschen mit Wert, deshalb wohl zu hoch, wo viele fehlen",
        "table": pd.DataFrame(
            {
                "Gruppe": points["value"],
                "Punkte": points["estimate"],
                "von": points["ci_low"],
                "bis": points["ci_high"],
                "Befragte": points["n"].astype("Int64"),
            }
        ).reset_index(drop=True),
        "formats": dict.fromkeys(("Punkte", "von", "bis", "Befragte"), "number:0"),
        "figure": partial(
            charts.plot_ranges,
            points,
            "value",
            "ci_low",
            "ci_high",
            value="estimate",
            from_zero=False,
            axis_label="Punkte, technologiebasiertes Problemlösen (Achse beginnt nicht bei null)",
            legend=("95-%-Konfidenzintervall", "Schätzung"),
            label_width=30,
        ),
    }


def _low(shown: pd.DataFrame, every: pd.DataFrame, n: str, note: str) -> Exhibit:
    bounds = _wide(shown[shown["group"] != "earnings_decile"], ("below_lower", "below_upper"))
    bounds = bounds.dropna(subset=["below_lower", "below_upper"])
    whole = bounds[bounds["value"].eq(EVERYONE)]
    known = [interval(r.below_lower, r.below_upper, "percent") for r in whole.itertuples()]
    return Exhibit(
        id="fig-piaac-niedrig",
        title=(
            f"Wegen der fehlenden Werte nur in Grenzen bekannt: {known[0] if known else 'ein Teil'} liegen "
            "unter Stufe 1"
        ),
        alt=(
            "Balken mit Grenzen des Anteils unter Stufe 1 an allen. "
            + "; ".join(
                f"{r.value}: {percent(r.below_lower)} bis {percent(r.below_upper)}"
                for r in bounds.itertuples()
            )
            + "."
        ),
        source=f"{PIAAC}; {OWN}",
        reference_date="2012",
        n=n,
        note=(
            f"{note}. Untere Grenze: niemand ohne Wert läge unter Stufe 1 (241 Punkte); obere: alle. "
            "Stichprobenfehler der Grenzen, Verdienst und alle übrigen Ergebnisse in den Dateien"
        ),
        table=pd.DataFrame(
            {
                "Gliederung": every["group"].map(GROUPS).mask(every["value"].eq(EVERYONE), "alle"),
                "Gruppe": every["value"],
                "Größe": every["indicator"].map(INDICATORS),
                "Schätzung": every["estimate"],
                "von": every["ci_low"],
                "bis": every["ci_high"],
                "Befragte": every["n"].astype("Int64"),
            }
        ),
        formats=dict.fromkeys(("Schätzung", "von", "bis"), "number:3") | {"Befragte": "number:0"},
        figure=partial(
            charts.plot_bounds,
            bounds,
            "value",
            "below_lower",
            "below_upper",
            legend=("unter Stufe 1", "ohne Wert"),
            axis_label="Anteil an allen von 16 bis 65 Jahren",
            label_width=30,
        ),
    )


def _use(shown: pd.DataFrame, n: str, note: str) -> Exhibit:
    wide = _wide(shown, ("at_home", "use"))
    rows = shown[shown["indicator"].eq("use")].set_index("value")
    has = dict(zip(wide["value"], wide["at_home"], strict=True))
    title = _by_parents(
        has,
        percent,
        "Im Alltag nutzten mit gering gebildeten Eltern {low} einen Computer, mit hoch gebildeten {high}",
    )
    return Exhibit(
        id="tbl-piaac-nutzung",
        title=title or "Nutzung des Computers im Alltag nach Eltern, Alter und Verdienst",
        alt="Tabelle: Nutzung des Computers im Alltag nach Bildung der Eltern, Alter und Verdienst.",
        source=f"{PIAAC}; {OWN}",
        reference_date="2012",
        n=n,
        note=(
            f"{note}. Anteil an allen, nach eigener Angabe; Index nur, wo er gebildet ist, ein höherer Wert "
            "heißt häufigere und vielfältigere Nutzung"
        ),
        table=pd.DataFrame(
            {
                "Gruppe": wide["value"],
                "nutzt im Alltag einen Computer": wide["at_home"],
                "Index der Nutzung": wide["use"],
                "95-%-Intervall": [
                    interval(rows.loc[v, "ci_low"], rows.loc[v, "ci_high"], digits=2)
                    if v in rows.index
                    else "keine Angabe"
                    for v in wide["value"]
                ],
            }
        ),
        formats={
            "nutzt im Alltag einen Computer": "percent:0",
            "Index der Nutzung": "number:2",
            "95-%-Intervall": "right",
        },
    )


def _wide(shown: pd.DataFrame, indicators: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per group with its indicators, in the order of the results."""
    own = shown[shown["indicator"].isin(indicators)]
    order = list(dict.fromkeys(zip(own["group"], own["value"], strict=True)))
    wide = own.pivot_table(index=["group", "value"], columns="indicator", values="estimate")
    return wide.reindex(order).reindex(columns=list(indicators)).reset_index()


def all_exhibits(tables: Tables) -> list[Exhibit]:
    """Return every exhibit of the report, in its order."""
    z = Values(tables["headline"])
    return [
        fig_anschluss(tables, z),
        tbl_luecke(tables, z),
        fig_wachstum(tables, z),
        fig_bruch(tables, z),
        fig_geraete(tables, z),
        tbl_einkommen(tables),
        tbl_nrw(tables, z),
        fig_offline(tables, z),
        fig_bildung(tables, z),
        fig_klassen(tables, z),
        fig_bereiche(tables, z),
        fig_regelbedarf(tables, z),
        tbl_korb(tables, z),
        tbl_haushalte(tables, z),
        tbl_sparen(tables, z),
        fig_ausgaben(tables, z),
        fig_varianten(tables, z),
        tbl_varianten(tables, z),
        fig_kacheln(tables, z),
        tbl_kreise(tables, z),
        tbl_schritte(tables, z),
        *survey(tables),
        vintages_exhibit(tables["vintages"]),
    ]
