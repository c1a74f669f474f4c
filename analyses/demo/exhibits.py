"""Exhibits: titles, sources and notes of every figure and table, in German.

Reads only the estimates. The stamp „Synthetische Daten“ comes from them and is not set here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from armutsexpertise.disclosure import Protected
from armutsexpertise.disclosure.rules import Rules
from armutsexpertise.mark import mark
from armutsexpertise.publish import charts
from armutsexpertise.publish.exhibit import Exhibit
from armutsexpertise.publish.numbers import de, percent
from armutsexpertise.publish.results import results_exhibit
from armutsexpertise.publish.values import Values

Tables = dict[str, pd.DataFrame]

SOURCE = "Synthetische Erhebung demo_nrw, gezogen von armutsexpertise; eigene Berechnung"
DATE = "Erhebungsjahr 2022 der erdachten Datei, Einkommen 2021"
PLACES = {"dense": "kreisfreie Städte", "intermediate": "Kreise"}
FILES = {
    "households": "Haushaltsdatei",
    "persons": "Personendatei",
    "model": "Modell der kalten Wohnung",
}
REASONS = {
    "no answer": "keine Angabe",
    "do not know": "weiß nicht",
    "not applicable": "trifft nicht zu",
}
SHOWN = ("kreis", "einkommen", "wohnstatus", "miete", "warm", "sozialpass")
DESIGNS = {
    "none": "jede Person für sich, alle gleich gewichtet",
    "weights": "jede Person für sich, mit Gewichten",
    "households": "Haushalte als Einheit, mit Gewichten",
    "full": "Schichten, Auswahlbezirke und Gewichte",
}
METHODS = {
    "taylor": "Linearisierung",
    "calibrated": "Linearisierung, an Einwohnerzahlen kalibriert",
    "bootstrap": "Bootstrap",
    "bootstrap_calibrated": "Bootstrap, jede Ziehung kalibriert",
}
TERMS = {
    "tenant=True": "zur Miete",
    "city=True": "kreisfreie Stadt",
    "single_parent=True": "alleinerziehend",
}
MODELS = {"small": "ohne Einkommen", "full": "mit Einkommen"}
STATUS = {
    "published": "gezeigt",
    "bracketed": "in Klammern",
    "unreliable": "nicht sicher genug",
    "suppressed": "geheim",
}
FEWEST = Rules().min_households
INDICATORS = {"arpr": "Armutsgefährdungsquote", "rmpg": "Relative mediane Armutslücke"}


def framed(tables: Tables, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return a table of an exhibit with the mark of the estimates."""
    return mark(pd.DataFrame(columns).reset_index(drop=True), tables["headline"])


def german(missing: object) -> str:
    """Return the codes and reasons of a codebook in German."""
    if pd.isna(missing):  # type: ignore[call-overload]
        return "keine"
    text = str(missing)
    for english, word in REASONS.items():
        text = text.replace(english, word)
    return text.replace("-", "\u2212").replace(": ", ":\u00a0")


def few(count: int) -> str:
    """Return a count of households, of small ones only that they are small."""
    return f"unter {FEWEST}" if 0 < count < FEWEST else de(count)


def the_file(tables: Tables, z: Values) -> list[Exhibit]:
    """Show what the file says, the account of rows, and why values are missing."""
    variables = tables["variables"].query("file == 'households'").set_index("source")
    chosen = variables.loc[list(SHOWN)].reset_index()
    account, reasons = tables["row_accounting"], tables["missing_reasons"]
    reasons = reasons[reasons["file"].eq("households")]
    wide = reasons.pivot_table(index="variable", columns="reason", values="n", fill_value=0)
    wide = wide.reindex(columns=list(REASONS), fill_value=0).astype(int).reset_index()
    labels = variables.set_index("variable")["label_de"]
    common = {"source": SOURCE, "reference_date": DATE}
    return [
        Exhibit(
            id="tbl-datei",
            title="Die Datei erklärt sich selbst, das Codebuch übersetzt sie in das gemeinsame Schema",
            alt="Tabelle mit Variable, Beschriftung und Codes der Datei, Name im Schema und "
            "Fehlcodes.",
            n=f"{len(variables)} Variablen der Haushaltsdatei",
            note="Gezeigt ist eine Auswahl; alle Beschriftungen der Datei enden auf „[synthetisch]“",
            table=framed(
                tables,
                {
                    "In der Datei": chosen["source"],
                    "Beschriftung": chosen["label"].str.removesuffix(" [synthetisch]"),
                    "Codes": chosen["codes"].fillna("Zahl oder Schlüssel"),
                    "Im Schema": chosen["variable"],
                    "Fehlcodes": chosen["missing"].map(german),
                },
            ),
            show_columns=["In der Datei", "Beschriftung", "Im Schema", "Fehlcodes"],
            **common,
        ),
        Exhibit(
            id="tbl-konto",
            title=f"Keine Zeile geht ungezählt verloren: dem Modell fehlen {z('modell_weg')} Haushalte",
            alt="Tabelle mit Zeilen hinein, behaltenen und ausgelassenen Zeilen und dem Grund.",
            n=f"{z('haushalte_ein')} Haushalte, {z('personen_ein')} Personen",
            note="Hinein ist gleich behalten plus ausgelassen",
            table=framed(
                tables,
                {
                    "Tabelle": account["table"].map(FILES),
                    "hinein": account["rows_in"],
                    "behalten": account["kept"],
                    "ausgelassen": account["dropped"],
                    "Grund": [
                        "keiner" if pd.isna(text) else german(text).replace("tenure", "Wohnstatus")
                        for text in account["reason_dropped"]
                    ],
                },
            ),
            **common,
        ),
        Exhibit(
            id="tbl-gruende",
            title="Eine leere Zelle hat einen Grund: gefragt und nicht beantwortet, oder nie gefragt",
            alt="Tabelle mit Zahl der Zellen ohne Wert je Variable und Grund: "
            + "; ".join(
                f"{labels[r.variable]}: " + ", ".join(
                    f"{REASONS[name]} {few(getattr(r, name.replace(' ', '_')))}" for name in REASONS
                )
                for r in wide.rename(columns=lambda c: c.replace(" ", "_")).itertuples()
            )
            + ".",
            n=f"{z('haushalte_ein')} Haushalte",
            table=framed(
                tables,
                {"Variable": wide["variable"].map(labels)}
                | {word: wide[name].map(few) for name, word in REASONS.items()},
            ),
            formats=dict.fromkeys(REASONS.values(), "right"),
            note=f"Weniger als {FEWEST} Haushalte stehen als solche da, wie bei jeder Auszählung",
            **common,
        ),
    ]  # fmt: skip


def the_design(tables: Tables, z: Values) -> Exhibit:
    """Show the standard error with ever more of the design."""
    rows = [
        tables[f"design_{key}"].query("indicator == 'arpr'").iloc[0].to_dict() for key in DESIGNS
    ]
    frame = pd.DataFrame(rows)
    return Exhibit(
        id="tbl-fehler",
        title=f"Der richtige Fehler ist {z('se_verhaeltnis')}-mal so groß wie der ohne die Ziehung",
        alt="Tabelle mit der Armutsgefährdungsquote und ihrem Standardfehler je Annahme über die "
        "Ziehung: "
        + "; ".join(
            f"{words}: {percent(row['estimate'], 1)}, Fehler {de(100 * row['se'], 2)} Prozentpunkte"
            for words, row in zip(DESIGNS.values(), rows, strict=True)
        )
        + ".",
        source=SOURCE,
        reference_date=DATE,
        n=f"{z('personen_ein')} Personen in {z('haushalte_ein')} Haushalten",
        note="Nur die letzte Zeile passt zur Ziehung",
        table=framed(
            tables,
            {
                "Was die Rechnung annimmt": list(DESIGNS.values()),
                "Quote": frame["estimate"],
                "Standardfehler in Prozentpunkten": 100 * frame["se"],
                "Intervall von": frame["ci_low"],
                "bis": frame["ci_high"],
                "Freiheitsgrade": frame["df"].astype(int),
            },
        ),
        formats={
            "Quote": "percent:1",
            "Standardfehler in Prozentpunkten": "number:2",
            "Intervall von": "percent:1",
            "bis": "percent:1",
        },
    )


def poverty(tables: Tables, z: Values) -> list[Exhibit]:
    """Show rate, gap and inequality by type of region."""
    results = Protected.from_table(tables["poverty_region"])
    common: dict[str, Any] = {
        "source": SOURCE,
        "reference_date": DATE,
        "domains": {"urbanisation": "Siedlungsform"},
        "values": PLACES,
    }
    rates = tables["poverty_region"].query("indicator == 'arpr'")
    figure = results_exhibit(
        results,
        exhibit_id="fig-armut",
        title=f"In den kreisfreien Städten liegt die Quote bei {z('quote_stadt')}, in den Kreisen "
        f"bei {z('quote_kreis')}",
        alt="Punkte mit Intervallen. Armutsgefährdungsquote: "
        + "; ".join(
            f"{(PLACES | {'total': 'insgesamt'})[r.urbanisation]} {percent(r.estimate, 1)} "
            f"({percent(r.ci_low, 1)} bis {percent(r.ci_high, 1)})"
            for r in rates.itertuples()
        )
        + ".",
        note="n zählt Haushalte; die Quote zählt Personen. Schwelle: sechzig Prozent des Medians",
        plot="arpr",
        **common,
    )
    table = results_exhibit(
        results,
        exhibit_id="tbl-armut",
        title="Quote, Lücke und Ungleichheit mit ihren Fehlern nach Siedlungsform",
        alt="Tabelle mit Schätzwert, Standardfehler, Intervall und n je Maß und Siedlungsform.",
        note="n zählt Haushalte. Der Fehler der Schwelle steckt in dem der Quote und der Lücke",
        **common,
    )
    shown = ["Indikator", "Siedlungsform", "Einheit", "Wert und Intervall", "n"]
    return [
        replace(figure, n=f"{z('n_stadt')} und {z('n_kreis')} Haushalte"),
        replace(
            table,
            table=mark(with_text(table.table), table.table),
            formats={**table.formats, "Wert und Intervall": "right"},
            show_columns=shown,
        ),
    ]


def with_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of several units with value and interval in the places of each unit."""
    places = {"%": 1, "EUR/Jahr": 0, "Verhältnis": 2, "0 bis 1": 3}
    numbers = table[["Schätzwert", "Intervall von", "Intervall bis"]].to_numpy()
    texts = []
    for (value, low, high), unit in zip(numbers, table["Einheit"], strict=True):
        middle, start, end = (de(one, places[unit]) for one in (value, low, high))
        texts.append(f"{middle} ({start} bis {end})")
    return table.assign(**{"Wert und Intervall": texts})


def cold_homes(tables: Tables, z: Values) -> Exhibit:
    """Show effects on having a cold home, without and with the income."""
    parts = []
    for key, words in MODELS.items():
        part = tables[f"cold_{key}"]
        part = part[part["indicator"].isin(TERMS)].copy()
        part["label"] = part["indicator"].map(TERMS) + f", {words}"
        parts.append(part)
    frame = pd.concat(parts).sort_values(
        "indicator", key=lambda column: column.map(list(TERMS).index), kind="stable"
    )
    income = tables["cold_full"].query("indicator == 'log_income'").iloc[0]
    table = pd.concat(
        [
            frame,
            pd.DataFrame([income]).assign(label="Einkommen (logarithmiert)"),
        ]
    )
    return Exhibit(
        id="fig-effekte",
        title="Ohne das Einkommen sieht es so aus, als mache die Miete die Wohnung kalt",
        alt="Punkte mit Intervallen, Unterschied in Prozentpunkten: "
        + "; ".join(
            f"{r.label}: {de(100 * r.estimate, 1)} ({de(100 * r.ci_low, 1)} bis "
            f"{de(100 * r.ci_high, 1)})"
            for r in frame.itertuples()
        )
        + ".",
        source=SOURCE,
        reference_date=DATE,
        n=f"{z('modell_behalten')} Haushalte",
        note="Logit, mittlerer marginaler Effekt auf den Anteil der Haushalte, die ihre Wohnung "
        "nicht angemessen warm halten können",
        table=framed(
            tables,
            {
                "Merkmal": table["label"].to_numpy(),
                "Effekt in Prozentpunkten": 100 * table["estimate"].to_numpy(),
                "Standardfehler": 100 * table["se"].to_numpy(),
                "von": 100 * table["ci_low"].to_numpy(),
                "bis": 100 * table["ci_high"].to_numpy(),
            },
        ),
        formats=dict.fromkeys(
            ("Effekt in Prozentpunkten", "Standardfehler", "von", "bis"), "number:1"
        ),
        figure=partial(
            charts.plot_effects,
            frame.reset_index(drop=True),
            "label",
            "estimate",
            "ci_low",
            "ci_high",
            digits=1,
            label_width=34,
        ),
    )  # fmt: skip


def weights(tables: Tables, z: Values) -> Exhibit:
    """Show the error of the rate by method."""
    frame = pd.DataFrame([tables[f"weights_{key}"].iloc[0].to_dict() for key in METHODS])
    return Exhibit(
        id="tbl-gewichte",
        title="Linearisierung und Bootstrap geben ähnliche Fehler",
        alt="Tabelle mit dem Standardfehler der Armutsgefährdungsquote in Prozentpunkten: "
        + "; ".join(
            f"{words} {de(100 * se, 2)}"
            for words, se in zip(METHODS.values(), frame["se"], strict=True)
        )
        + ".",
        source=f"{SOURCE}; Einwohner: BKG VG250-EW, 31.12.2022",
        reference_date=DATE,
        n=f"{z('haushalte_ein')} Haushalte",
        note="Kalibriert wird an die Einwohnerzahl jedes Kreises, die einzige wirkliche Größe "
        "dieser Tabelle",
        table=framed(
            tables,
            {
                "Verfahren": list(METHODS.values()),
                "Quote": frame["estimate"],
                "Standardfehler in Prozentpunkten": 100 * frame["se"],
                "Intervall von": frame["ci_low"],
                "bis": frame["ci_high"],
            },
        ),
        formats={
            "Quote": "percent:1",
            "Standardfehler in Prozentpunkten": "number:2",
            "Intervall von": "percent:1",
            "bis": "percent:1",
        },
    )


def small_cells(tables: Tables, z: Values) -> list[Exhibit]:
    """Show how many districts have a value, and what stands where there is none."""
    table = tables["poverty_district"]
    cells = table[table["district"].ne("total") & table["indicator"].isin(INDICATORS)]
    counts = pd.crosstab(cells["indicator"], cells["status"])
    counts = counts.reindex(index=list(INDICATORS), columns=list(STATUS), fill_value=0)
    names = tables["district_names"].set_index("ags5")["name"]
    part = cells[cells["indicator"].eq("rmpg") & cells["district"].isin(names.index)]
    results = Protected.from_table(mark(part.reset_index(drop=True), table))
    example = results_exhibit(
        results,
        exhibit_id="tbl-kreise",
        title="Wo zu wenige befragt sind, steht ein Zeichen und kein Wert",
        alt="Tabelle mit der relativen medianen Armutslücke, Zeichen und Begründung je Kreis.",
        source=SOURCE,
        reference_date=DATE,
        domains={"district": "Kreis"},
        values=names.to_dict(),
    )
    signs = [
        f"({de(value, 1)})" if sign == "( )" else (sign or de(value, 1))
        for value, sign in zip(example.table["Schätzwert"], example.table["Zeichen"], strict=True)
    ]
    shown = example.table.assign(**{"Lücke in %": signs})
    return [
        Exhibit(
            id="tbl-zellen",
            title=f"Die Quote ist für {z('quote_gezeigt')} von {z('kreise')} Kreisen zu zeigen, die "
            f"Lücke nur für {z('luecke_gezeigt')}",
            alt="Tabelle mit der Zahl der Kreise je Maß und Ergebnis der Prüfung: "
            + "; ".join(
                f"{INDICATORS[name]}: "
                + ", ".join(f"{STATUS[s]} {de(int(row[s]))}" for s in STATUS)
                for name, row in counts.iterrows()
            )
            + ".",
            source=SOURCE,
            reference_date=DATE,
            n=f"{z('kreise')} Kreise und kreisfreie Städte, {z('haushalte_ein')} Haushalte",
            table=framed(
                tables,
                {"Maß": [INDICATORS[name] for name in counts.index]}
                | {word: counts[name].to_numpy() for name, word in STATUS.items()},
            ),
        ),
        replace(
            example,
            table=mark(shown, example.table),
            formats={**example.formats, "Lücke in %": "right"},
            show_columns=["Kreis", "Lücke in %", "n", "Begründung"],
            missing="",
        ),
    ]


def all_exhibits(tables: Tables) -> list[Exhibit]:
    """Return the exhibits in the order of the report."""
    z = Values(tables["headline"])
    return [
        *the_file(tables, z),
        the_design(tables, z),
        *poverty(tables, z),
        cold_homes(tables, z),
        weights(tables, z),
        *small_cells(tables, z),
    ]
