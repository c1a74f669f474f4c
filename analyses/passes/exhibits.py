"""Exhibits and findings: titles, sources and notes of every figure and table, in German.

Reads only the estimates. Numbers in titles come from them as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import pandas as pd

from armutsexpertise.expertise import vintages_exhibit
from armutsexpertise.publish import charts
from armutsexpertise.publish.exhibit import Exhibit
from armutsexpertise.publish.numbers import date_de, de, interval, percent
from armutsexpertise.publish.numbers import words as z_words
from armutsexpertise.publish.tilemap import plot_tile_map
from armutsexpertise.publish.values import Values, two_digits

Tables = dict[str, pd.DataFrame]

AS_OF = "2026-11-22"
INVENTORY = "Inventar armutsexpertise (Datenpaket passes, Quelle je Angabe)"
POPULATION = "Einwohner: BKG VG250-EW, 31.12.2022"
INDICATORS = "BBSR INKAR 2021; RKI GISD 2025 (DOI 10.5281/zenodo.14781119)"
# The full caveats stand in the report under "Grenzen"; the exhibits carry their core.
NO_CENSUS = "Keine Vollerhebung; nicht genannt heißt nicht ausgeschlossen"
NO_RATE = "Inhabende, Ausstellungen, Nutzungen und Anträge sind verschiedene Größen"

STATUS = {
    "n": "Gemeinden",
    "confirmed": "Pass belegt",
    "absent": "Pass verneint",
    "unknown": "unbekannt",
}
ENDS = {"lower": "Untergrenze", "upper": "Obergrenze"}
BOUNDS = dict.fromkeys(ENDS.values(), "percent:1")

GROUPS = {
    "sgb2": "SGB II (Bürgergeld)",
    "sgb12": "SGB XII (Sozialhilfe, Grundsicherung)",
    "asylblg": "AsylbLG",
    "wohngeld": "Wohngeld",
    "kinderzuschlag": "Kinderzuschlag",
    "sgb8": "SGB VIII (Jugendhilfe)",
    "bafoeg": "BAföG",
    "low_income": "geringes Einkommen ohne Leistung",
}
SHORT = {
    "sgb2": "SGB II",
    "sgb12": "SGB XII",
    "asylblg": "AsylbLG",
    "wohngeld": "Wohn\u00adgeld",
    "kinderzuschlag": "KiZ",
    "sgb8": "SGB VIII",
    "bafoeg": "BAföG",
    "low_income": "geringes Eink.",
}
SIGNS = {
    "yes": "ja",
    "partial": "teils",
    "no": "nein",
    "no_by_closed_list": "(nein)",
    "not_stated": "?",
}
MEASURES = {
    "holders": "Inhabende",
    "issued_total": "ausgestellte Karten",
    "issued_per_year": "Ausstellungen je Jahr",
    "applications": "Anträge",
    "eligible": "Berechtigte",
    "uses": "Nutzungen",
}
UNITS = {"person": "Personen", "card": "Karten", "household": "Haushalte", "use": "Besuche"}
TERMS = {
    ("log_population", "doubling"): "doppelte Einwohnerzahl",
    ("household_income_eur_month", "100 units"): "100 EUR mehr Einkommen im Kreis",
    ("unemployed_per_100", "1 SD"): "mehr Arbeitslose (1 Std.-Abw.)",
    ("gisd_score", "1 SD"): "höhere Deprivation (1 Std.-Abw.)",
}
MODELS = {
    "Einkommen und Arbeitslosigkeit": "A",
    "Einkommen und Deprivationsindex": "B",
    "Deprivationsindex": "C",
}
SCENARIOS = {
    "gefunden_alle": "alle gefunden",
    "gefunden_80": "überall 80 % gefunden",
    "groessenabhaengig": "40 bis 95 %, nach Größe",
}
COSTS = {
    "total": "Gesamtkosten",
    "material": "Sachkosten",
    "foregone_revenue": "Mindereinnahmen",
    "budget": "Haushaltsansatz",
    "staff": "Personal",
}


def _count(value: float, low: float, high: float, suffix: str = "") -> str:
    """Write a count, or its bounds where the source gives only those."""
    if not pd.isna(value):
        return de(value) + suffix
    if pd.isna(high):
        return f"über {de(low)}{suffix}"
    if pd.isna(low):
        return f"unter {de(high)}{suffix}"
    return interval(low, high) + suffix


def _columns(frame: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Take the columns of a table of estimates under their German labels."""
    return frame[list(labels)].rename(columns=dict(labels)).reset_index(drop=True)


def _intervals(
    frame: pd.DataFrame, low: str, high: str, kind: str = "number", digits: int = 0
) -> list[str]:
    """Write the two ends of every row."""
    return [interval(a, b, kind, digits) for a, b in zip(frame[low], frame[high], strict=True)]


def _points(frame: pd.DataFrame) -> list[str]:
    """Write every effect in percentage points, with its interval."""
    return [
        f"{de(100 * r.effect, 1)} ({interval(100 * r.lower, 100 * r.upper, digits=1)})"
        for r in frame.itertuples()
    ]


def _spoken(labels: Iterable[str], values: Iterable[str], between: str = ": ") -> str:
    """Name every row with its value, for the alternative text."""
    return "; ".join(f"{a}{between}{b}" for a, b in zip(labels, values, strict=True)) + "."


def fig_groesse(tables: Tables, z: Values) -> Exhibit:
    """Draw where passes are documented by size of the municipality."""
    table = tables["coverage"]
    size = table.query("domain == 'Größe' and weight == 'Gemeinden'")
    dated = size.query("scope == 'aktuell oder datiert' and value != 'insgesamt'")
    frame = dated.assign(label=dated["value"] + " (" + dated["n"].map(de) + ")")
    return Exhibit(
        id="fig-groesse",
        title=(
            f"In {z('gross_dat_belegt')} von {z('gross_dat_n')} Großstädten ist ein Sozialpass "
            "belegt; für kleine Gemeinden sagt das Inventar fast nichts"
        ),
        alt=(
            "Waagerechte Balken je Größenklasse. Belegt und ungeklärt als Anteil der Gemeinden: "
            + "; ".join(
                f"{r.value}: belegt {percent(r.lower)}, höchstens {percent(r.upper)}"
                for r in dated.itertuples()
            )
            + "."
        ),
        source=f"{INVENTORY}; {POPULATION}",
        reference_date=AS_OF,
        n=f"{z('nrw_dat_n')} Gemeinden, Quellen ab 2015",
        note=f"Keine Vollerhebung; weiß: verneint ({z('verneint_ort')})",
        table=_columns(
            dated,
            {
                "value": "Größenklasse (Einwohner)",
                **STATUS,
                **ENDS,
            },
        ),
        formats=BOUNDS,
        figure=partial(
            charts.plot_bounds,
            frame,
            "label",
            "lower",
            "upper",
            legend=("Pass belegt", "ungeklärt"),
            axis_label="Anteil der Gemeinden",
            label_width=34,
        ),
    )


def fig_kacheln(tables: Tables, z: Values) -> Exhibit:
    """Draw the tile map of the 53 districts and cities."""
    kreise = tables["kreise"].query("scope == 'aktuell oder datiert'").copy()
    single = kreise["kreis_type"].eq("kreisfreie Stadt")
    kreise["category"] = "unknown"
    kreise.loc[kreise["confirmed"] > 0, "category"] = "some"
    kreise.loc[single & (kreise["confirmed"] > 0), "category"] = "city"
    kreise.loc[single & (kreise["absent"] > 0), "category"] = "absent"
    kreise["text"] = kreise["confirmed"].map(str) + "/" + kreise["n"].map(str)
    kreise.loc[single, "text"] = ""
    labels = {
        "city": "kreisfreie Stadt mit belegtem Pass",
        "some": "Kreis: Gemeinden mit belegtem Pass / alle",
        "absent": "Pass abgeschafft",
        "unknown": "kein Pass belegt (unbekannt)",
    }
    present = set(kreise["category"])
    looks = {"city": "strong", "some": "light", "absent": "other", "unknown": "unknown"}
    return Exhibit(
        id="fig-kacheln",
        title=(
            f"In {z('kreise_dat')} von {z('kreise_n')} Kreisen und kreisfreien Städten ist "
            "wenigstens ein Sozialpass belegt"
        ),
        alt=(
            "Kachelkarte mit einer Kachel je Kreis und kreisfreier Stadt. Ein Pass ist belegt in: "
            + ", ".join(kreise.loc[kreise["confirmed"] > 0, "kreis"])
            + ". In den übrigen ist keiner belegt; dort ist unbekannt, ob es einen gibt."
        ),
        source=f"{INVENTORY}; eigene Anordnung der Kacheln",
        reference_date=AS_OF,
        n=f"{z('kreise_n')} Kreise und kreisfreie Städte, {z('nrw_dat_n')} Gemeinden",
        note=(
            "Gemeindeeigene Pässe, Quellen ab 2015; Kürzel: Kfz-Kennzeichen, AC: Städteregion Aachen. "
            f"{NO_CENSUS}"
        ),
        table=_columns(
            kreise,
            {
                "kreis_ags5": "Schlüssel",
                "kreis": "Kreis",
                "kreis_type": "Art",
                **STATUS,
                "population_confirmed": "Anteil der Bevölkerung mit belegtem Pass",
            },
        ),
        formats={"Anteil der Bevölkerung mit belegtem Pass": "percent:1"},
        figure=partial(
            plot_tile_map,
            kreise,
            "kreis_ags5",
            "category",
            {k: v for k, v in labels.items() if k in present},
            looks={k: v for k, v in looks.items() if k in present},
            text="text",
        ),
    )


def tbl_gebiete(tables: Tables, z: Values) -> Exhibit:
    """Show where passes are documented by domain."""
    table = tables["coverage"]
    wide = table[
        table["domain"].isin(["NRW", "Regierungsbezirk", "Kreistyp"])
        & table["value"].ne("insgesamt")
    ].pivot_table(
        index=["domain", "value"],
        columns=["weight", "scope"],
        values=["n", "confirmed", "lower", "upper"],
        sort=False,
    )

    def span(weight: str, scope: str) -> pd.Series:
        ends = pd.DataFrame({end: wide[end, weight, scope] for end in ("lower", "upper")})
        return pd.Series(_intervals(ends, "lower", "upper", "percent", 1), index=wide.index)

    domains = pd.DataFrame(
        {
            "Gebiet": [
                value if domain != "Regierungsbezirk" else f"RB {value}"
                for domain, value in wide.index
            ],
            "Gemeinden": wide["n", "Gemeinden", "aktuell"].astype(int).to_numpy(),
            "belegt ab 2022": wide["confirmed", "Gemeinden", "aktuell"].astype(int).to_numpy(),
            "Anteil ab 2022": span("Gemeinden", "aktuell").to_numpy(),
            "belegt ab 2015": wide["confirmed", "Gemeinden", "aktuell oder datiert"]
            .astype(int)
            .to_numpy(),
            "Anteil ab 2015": span("Gemeinden", "aktuell oder datiert").to_numpy(),
            "Bevölkerung ab 2015": span("Bevölkerung", "aktuell oder datiert").to_numpy(),
        }
    )
    domains["Gebiet"] = domains["Gebiet"].replace(
        {"Kreis": "Gemeinden in Kreisen", "kreisfreie Stadt": "kreisfreie Städte"}
    )
    text = {c: "right" for c in domains.columns if c.startswith(("Anteil", "Bevölkerung"))}
    return Exhibit(
        id="tbl-gebiete",
        title=(
            "Gemessen an der Zahl der Gemeinden sind die Grenzen nur für kreisfreie Städte eng genug "
            "für eine Aussage"
        ),
        alt="Tabelle der Grenzen je Regierungsbezirk und Kreistyp.",
        source=f"{INVENTORY}; {POPULATION}",
        reference_date=AS_OF,
        n=f"{z('nrw_dat_n')} Gemeinden",
        note=(
            "RB: Regierungsbezirk; ab 2022 und ab 2015: Bezugsjahr der Quelle; Bevölkerung: Anteil der "
            f"Menschen in Gemeinden mit Pass. {NO_CENSUS}"
        ),
        table=domains,
        formats=text,
    )


def tbl_andere(tables: Tables) -> Exhibit:
    """Show the inventory beside the counts of others."""
    apart = tables["apart"].query("status == 'yes'").copy()
    kinds = {
        "social": "Sozialpass",
        "family": "Familienpass",
        "culture": "Kulturvermittlung",
        "mobility": "Mobilitätsticket",
    }
    issuers = {"municipality": "Gemeinde", "county": "Kreis", "association": "Verein"}
    apart["Art"] = apart["kind"].map(kinds)
    apart["Träger"] = apart["issuer_level"].map(issuers)
    counted = apart.pivot_table(
        index=["Art", "Träger"], columns="freshness", values="n", aggfunc="sum", fill_value=0
    ).reindex(columns=["current", "dated", "historical", "undated"], fill_value=0)
    counted.columns = ["ab 2022", "2015 bis 2021", "vor 2015", "ohne Jahr"]
    return Exhibit(
        id="tbl-andere",
        title="Gesondert gezählt: Familienpässe, Kulturvermittlung, Mobilitätstickets und Kreispässe",
        alt="Tabelle der gesondert gezählten Angebote nach Art, Träger und Alter der Quelle.",
        source=INVENTORY,
        reference_date=AS_OF,
        n=f"{int(counted.to_numpy().sum())} Angebote, deren Bestand zum Bezugsjahr belegt ist",
        note=NO_CENSUS,
        table=counted.astype(int).reset_index(),
    )


def _effects(tables: Tables) -> pd.DataFrame:
    """Return the effects that are shown, with their German names."""
    effects = tables["effects"].copy()
    effects["label"] = [
        TERMS.get((t, c)) for t, c in zip(effects["term"], effects["change"], strict=True)
    ]
    return effects.dropna(subset="label")


def fig_effekte(tables: Tables, z: Values) -> Exhibit:
    """Draw what goes with a documented pass."""
    effects = _effects(tables)
    main = effects.query("model == 'Einkommen und Arbeitslosigkeit'")
    shown = main.assign(
        label=main["label"] + ", " + main["sample"].replace({"alle Gemeinden": "alle"})
    )
    return Exhibit(
        id="fig-effekte",
        title=(
            f"Doppelt so viele Einwohner: im Durchschnitt aller Gemeinden {z('verdopplung_alle')} "
            "Prozentpunkte häufiger ein dokumentierter Pass"
        ),
        alt=(
            "Punkte mit Konfidenzintervallen. "
            + _spoken(shown["label"], [text.replace(" (", " Punkte (") for text in _points(shown)])
        ),
        source=f"{INVENTORY}; {POPULATION}; BBSR INKAR 2021; eigene Berechnung",
        reference_date=AS_OF,
        n=(
            f"{z('modell_n_alle')} Gemeinden, davon {z('modell_ereignisse_alle')} mit "
            f"dokumentiertem Pass; Großstädte: {z('modell_n_gross')} und "
            f"{z('modell_ereignisse_gross')}"
        ),
        note=(
            "Durchschnittlicher Unterschied der Wahrscheinlichkeit nach einem Firth-Logit, übrige "
            "Merkmale gleich; „dokumentiert“ ist nicht dasselbe wie „vorhanden“ (A4, A5). Großstädte: nur "
            f"{z('modell_ohne_gross')} ohne Beleg, daher unsicher"
        ),
        table=_columns(
            effects,
            {
                "model": "Modell",
                "sample": "Stichprobe",
                "label": "Merkmal",
                "effect": "Unterschied",
                "lower": "von",
                "upper": "bis",
                "robust_lower": "robust von",
                "robust_upper": "robust bis",
            },
        ),
        formats=dict.fromkeys(
            ("Unterschied", "von", "bis", "robust von", "robust bis"), "number:3"
        ),
        figure=partial(
            charts.plot_effects, shown, "label", "effect", "lower", "upper", label_width=44
        ),
    )


def tbl_auffindung(tables: Tables, z: Values) -> Exhibit:
    """Show what assumed detection rates change."""
    sensitivity = tables["sensitivity"].query("change == 'doubling'")
    return Exhibit(
        id="tbl-auffindung",
        title=(
            "Der Zusammenhang mit der Größe bleibt unter allen angenommenen Auffindquoten bestehen"
        ),
        alt="Tabelle: je angenommener Auffindquote rechnerischer Anteil und Effekt der Größe.",
        source=f"{INVENTORY}; eigene Berechnung",
        reference_date=AS_OF,
        n=f"{z('modell_n_alle')} Gemeinden",
        note=(
            "In Klammern 95-%-Konfidenzintervalle. Die Auffindquoten sind Annahmen (A6), keine "
            "Messung; unter 20.000 Einwohnern ist kein "
            "Pass belegt, die Anteile dort sind Fortschreibung des Modells"
        ),
        table=pd.DataFrame(
            {
                "angenommene Auffindquote": sensitivity["scenario"].map(SCENARIOS),
                "rechnerischer Anteil mit Pass": [
                    f"{percent(r.implied_share, 1)} ({interval(r.implied_lower, r.implied_upper, 'percent', 1)})"
                    for r in sensitivity.itertuples()
                ],
                "doppelte Einwohnerzahl, Prozentpunkte": _points(sensitivity),
            }
        ),
        formats={
            "rechnerischer Anteil mit Pass": "right",
            "doppelte Einwohnerzahl, Prozentpunkte": "right",
        },
    )


def tbl_deprivation(tables: Tables, z: Values) -> Exhibit:
    """Show documented passes by deprivation and size."""
    bounds = tables["bounds_by_deprivation"]
    overall = bounds["size_class"].eq("insgesamt")
    # The thirds first: they are printed, the crossing with the size classes is in the files.
    bounds = pd.concat([bounds[overall], bounds[~overall]])
    bounds = bounds[bounds["deprivation_tercile"].ne("insgesamt")]
    return Exhibit(
        id="tbl-deprivation",
        title="Ob ärmere Gemeinden häufiger einen Pass haben, lässt das Inventar offen",
        alt="Tabelle der Grenzen nach Drittel des Deprivationsindex.",
        source=f"{INVENTORY}; RKI GISD 2025 (DOI 10.5281/zenodo.14781119)",
        reference_date=AS_OF,
        n=f"{z('nrw_dat_n')} Gemeinden",
        note=(
            "GISD: Index der sozioökonomischen Deprivation des RKI für 2021, Werte von 0 bis 1 im "
            "Vergleich der Gemeinden des Landes; hoch: das am stärksten benachteiligte Drittel. Quellen "
            "ab 2015"
        ),
        table=_columns(
            bounds,
            {
                "deprivation_tercile": "Drittel der Gemeinden nach GISD",
                "size_class": "Größe",
                "n": "Gemeinden",
                "confirmed": "belegt",
                "unknown": "unbekannt",
                **ENDS,
            },
        ),
        show_columns=[
            "Drittel der Gemeinden nach GISD",
            "Gemeinden",
            "belegt",
            "unbekannt",
            "Untergrenze",
            "Obergrenze",
        ],
        max_rows=int(overall.sum()) - 1,
        formats=BOUNDS,
    )


def tbl_modelle(tables: Tables, z: Values) -> Exhibit:
    """Show the effects of all models."""
    effects = _effects(tables)
    return Exhibit(
        id="tbl-modelle",
        title="Alle Modelle: gesichert ist nur der Zusammenhang mit der Größe",
        alt="Tabelle der Effekte je Modell und Stichprobe mit Konfidenzintervallen.",
        source=f"{INVENTORY}; {POPULATION}; {INDICATORS}; eigene Berechnung",
        reference_date=AS_OF,
        n=(
            f"{z('modell_n_alle')} Gemeinden, davon {z('modell_ereignisse_alle')} mit "
            f"dokumentiertem Pass; Großstädte: {z('modell_n_gross')} und "
            f"{z('modell_ereignisse_gross')}"
        ),
        note=(
            "Modell A: Größe, Einkommen, Arbeitslosigkeit; B: Größe, Einkommen, Deprivationsindex (das "
            "Einkommen ist Teil des Index, beide sind dort nicht zu trennen); C: Größe, "
            "Deprivationsindex. Prozentpunkte; in Klammern 95-%-Konfidenzintervalle, dann solche mit "
            "nach Kreisen gebündelten Fehlern"
        ),
        table=pd.DataFrame(
            {
                "Modell": effects["model"].map(MODELS),
                "Gemeinden": effects["sample"].replace({"alle Gemeinden": "alle"}),
                "Merkmal": effects["label"],
                "Effekt (Modell)": _points(effects),
                "gebündelt": [
                    f"({interval(100 * r.robust_lower, 100 * r.robust_upper, digits=1)})"
                    for r in effects.itertuples()
                ],
            }
        ).reset_index(drop=True),
        formats={"Effekt (Modell)": "right", "gebündelt": "right"},
    )


def fig_rechtskreise(tables: Tables, z: Values) -> Exhibit:
    """Draw who is included by legal entitlement."""
    current = tables["inclusion"].query("scope == 'aktuell'")
    current = current.set_index("group").loc[list(GROUPS)].reset_index()
    current["label"] = current["group"].map(GROUPS)
    answers = current.assign(no=current["no"] + current["no_by_closed_list"])
    n = f"{z('paesse_aktuell')} Sozialpässe von Gemeinden mit Quelle ab 2022"
    return Exhibit(
        id="fig-rechtskreise",
        title=(
            f"{z('kreis_sgb2_ja')} von {z('paesse_aktuell')} Pässen schließen Bürgergeld ausdrücklich "
            f"ein, {z('kreis_wohngeld_ja')} Wohngeld"
        ),
        alt=(
            "Gestapelte Balken je Rechtskreis. "
            + "; ".join(
                f"{r.label}: {r.yes} ja, {r.no} nein, {r.not_stated} nicht genannt"
                for r in answers.itertuples()
            )
            + "."
        ),
        source=INVENTORY,
        reference_date=AS_OF,
        n=n,
        note="„nein“ auch, wo die Quelle die Berechtigten abschließend nennt (A9)",
        table=_columns(
            current,
            {
                "label": "Rechtskreis",
                "yes": "ja",
                "partial": "teilweise",
                "no": "nein",
                "no_by_closed_list": "nein (abschließende Liste)",
                "not_stated": "nicht genannt",
                **ENDS,
            },
        ),
        formats=BOUNDS,
        figure=partial(
            charts.plot_stacked_answers,
            answers,
            "label",
            counts=[c for c in ("yes", "partial", "no", "not_stated") if answers[c].any()],
            label_width=40,
        ),
    )


def tbl_matrix(tables: Tables) -> Exhibit:
    """Show every current pass and whom it includes."""
    matrix = tables["matrix"].sort_values("label", key=lambda names: names.str.casefold())
    table = pd.DataFrame({"Pass": matrix["label"]})
    table["Quelle"] = matrix["freshness"].map({"current": "aktuell", "dated": "datiert"})
    for code, label in SHORT.items():
        table[label.replace("\u00ad", "")] = matrix[code].map(SIGNS)
    return Exhibit(
        id="tbl-matrix",
        title="Wer einbezogen ist, Pass für Pass; ein Fragezeichen heißt: nicht genannt",
        alt="Tabelle der Pässe und Rechtskreise.",
        source=INVENTORY,
        reference_date=AS_OF,
        n=f"{len(matrix)} Sozialpässe von Gemeinden mit Quelle ab 2015",
        note=(
            "ja, nein: Angabe der Quelle; (nein): Quelle nennt die Berechtigten abschließend; "
            "?: nicht genannt, also weder ja noch nein. KiZ: Kinderzuschlag. Quelle aktuell: ab 2022; datiert: 2015 bis 2021"
        ),
        table=table,
    )


def fig_zugang(tables: Tables, z: Values) -> Exhibit:
    """Draw how a pass reaches people."""
    n = f"{z('paesse_aktuell')} Sozialpässe von Gemeinden mit Quelle ab 2022"
    routes = tables["routes"].set_index("route")["n"]
    frame = pd.DataFrame([{"label": "Sozialpässe", **routes.to_dict()}])
    words = {
        "yes": "automatisch",
        "partial": "teils automatisch",
        "no": "nur auf Antrag",
        "not_stated": "nicht genannt",
    }
    return Exhibit(
        id="fig-zugang",
        title=(
            f"Von {z('paesse_aktuell')} Pässen gibt es {z('weg_antrag')} nur auf Antrag; "
            f"{z.words('weg_automatisch')} kommen automatisch, {z.words('weg_teils')} teilweise"
        ),
        alt=(
            "Ein gestapelter Balken: "
            + ", ".join(f"{words[k]} {int(v)}" for k, v in routes.items())
            + " Pässe."
        ),
        source=INVENTORY,
        reference_date=AS_OF,
        n=n,
        note=(
            "teils: für einen Teil der Rechtskreise. Bochum: Stand 2023, seit Mai 2024 neu geregelt"
        ),
        table=pd.DataFrame(
            {"Zugang": [words[k] for k in routes.index], "Pässe": routes.to_numpy()}
        ),
        figure=partial(charts.plot_stacked_answers, frame, "label", names=words, label_width=18),
    )


def fig_profile(tables: Tables, z: Values) -> Exhibit:
    """Draw the profiles of passes with their intervals."""
    shown = tables["profiles"].merge(tables["ranks"][["pass_id", "rank_high_median"]], on="pass_id")
    shown = shown.sort_values(["access_low", "route_low", "label"], ascending=[False, False, True])
    dimensions = {
        "access": "Zugang",
        "benefits": "Leistungen",
        "route": "Automatik",
        "price": "Preis",
    }
    tidy = pd.concat(
        [
            pd.DataFrame(
                {
                    "pass": shown["label"],
                    "dimension": code,
                    "low": shown[f"{code}_low"],
                    "high": shown[f"{code}_high"],
                }
            )
            for code in dimensions
        ],
        ignore_index=True,
    )
    table = pd.DataFrame({"Pass": shown["label"], "Angaben": shown["n_stated"]})
    for code, word in dimensions.items():
        table[f"{word} von"] = shown[f"{code}_low"]
        table[f"{word} bis"] = shown[f"{code}_high"]
    return Exhibit(
        id="fig-profile",
        title="Profile von Pässen: breite Spannen zeigen, was die Quellen nicht nennen",
        alt=(
            f"Spannen auf vier Skalen von 0 bis 1 für {len(shown)} Pässe: Zugang, Leistungen, "
            "automatische Ausgabe und Preis. Am engsten ist der Zugang bekannt, am wenigsten der Preis; die Werte "
            "stehen in der Datentabelle."
        ),
        source=f"{INVENTORY}; eigene Berechnung",
        reference_date=AS_OF,
        n=f"{len(shown)} Sozialpässe mit Quelle ab 2022 und wenigstens {z('profile_min')} Angaben",
        note="Punkt: belegt; Balken: was die Quellen offenlassen (A8–A11)",
        table=table.reset_index(drop=True),
        formats=dict.fromkeys(table.columns[2:], "number:2"),
        figure=partial(
            charts.plot_profile_ranges,
            tidy,
            "pass",
            "dimension",
            "low",
            "high",
            dimensions=dimensions,
            ends={
                "access": ("eng", "weit"),
                "benefits": ("wenig", "viel"),
                "route": ("nein", "ja"),
                "price": ("teuer", "frei"),
            },
            label_width=34,
        ),
    )


def tbl_typen(tables: Tables, z: Values) -> Exhibit:
    """Show the types of passes."""
    types = tables["types"].sort_values(["type", "municipality"])
    grouped = (
        types.groupby("type", sort=False)
        .agg(n=("pass_id", "size"), names=("label", ", ".join))
        .reset_index()
    )
    order = {"Rundum-Pass": 0, "nicht eindeutig (mindestens Kultur-und-Konsum-Pass)": 1}
    grouped = grouped.sort_values("type", key=lambda s: s.map(order).fillna(2), kind="stable")
    return Exhibit(
        id="tbl-typen",
        title=(
            f"{z.words('rundum_sicher').capitalize()} Pässe sind nach unserer Regel Rundum-Pässe; bei "
            f"{z('typ_unklar')} lassen die Quellen den Typ offen"
        ),
        alt="Tabelle der Typen mit den zugeordneten Pässen.",
        source=f"{INVENTORY}; Bezeichnungen nach Arp (2021), eigene Regel (A13)",
        reference_date=AS_OF,
        n=f"{z('paesse_aktuell')} Sozialpässe von Gemeinden mit Quelle ab 2022",
        note="Ein weiterer Typ setzt die engeren voraus. Arps Kodierregeln liegen nicht vor",
        table=grouped.rename(
            columns={"type": "Typ", "n": "Pässe", "names": "zugeordnete Pässe"}
        ).reset_index(drop=True),
    )


def fig_quoten(tables: Tables, z: Values) -> Exhibit:
    """Draw holders per hundred eligible persons."""
    pairs = tables["pairs"].copy()
    pairs["year"] = pairs["numerator_date"].str[:4]
    places = {"bottrop-2012": " Bottrop", "herne-2011": " Herne"}
    pairs["label"] = (
        pairs["pass_name"].str.replace(r" \(SozialTicket\) Ennepe-Ruhr-Kreis,", "", regex=True)
        + pairs["pair_id"].map(places).fillna("")
        + ", "
        + pairs["year"]
    )
    tickets = pairs["pass_name"].str.contains("Ticket")
    pairs["kind"] = tickets.map({True: "Ticket", False: "Pass"})
    pairs.loc[pairs["comparability"].eq("vergleichbar"), "label"] += " *"
    pairs = pairs.sort_values("share_high", ascending=False)
    return Exhibit(
        id="fig-quoten",
        title=(
            f"Nur {z.words('paare_streng', one='eine')} von {z.words('paare_n')} belegten Quoten ist "
            "streng vergleichbar (*), und sie betrifft ein Ticket"
        ),
        alt=(
            "Spannen der Quote je Pass: "
            + _spoken(
                pairs["label"].str.rstrip(" *"),
                _intervals(pairs, "share_low", "share_high", "percent", 1),
                between=" ",
            )
        ),
        source=INVENTORY,
        reference_date="2007 bis 2021",
        n=f"{z('paare_n')} Paare aus Zähler und Berechtigten",
        note="* Inhabende, gleiche Gruppe, Einheit und Zeit; sonst Näherung",
        table=pd.DataFrame(
            {
                "Pass oder Ticket": pairs["label"].str.rstrip(" *"),
                "Art": pairs["kind"],
                "Zähler": [
                    f"{_count(r.numerator_value, r.numerator_low, r.numerator_high)} "
                    f"{MEASURES[r.numerator_measure]}"
                    for r in pairs.itertuples()
                ],
                "Berechtigte": [
                    _count(r.denominator_value, r.denominator_low, r.denominator_high)
                    for r in pairs.itertuples()
                ],
                "Quote": _intervals(pairs, "share_low", "share_high", "percent", 1),
                "Einordnung": [
                    r.comparability if pd.isna(r.reasons) else f"{r.comparability}: {r.reasons}"
                    for r in pairs.itertuples()
                ],
                "Quelle Zähler": pairs["numerator_title"],
            }
        ).reset_index(drop=True),
        formats={"Quote": "right", "Berechtigte": "right"},
        figure=partial(
            charts.plot_ranges,
            pairs,
            "label",
            "share_low",
            "share_high",
            kind="percent",
            digits=1,
            axis_label="Anteil der Berechtigten, Spanne aus Rundung",
            label_width=44,
        ),
    )


def tbl_quoten(quotes: Exhibit) -> Exhibit:
    """Show the pairs of holders and eligible persons that `fig_quoten` draws."""
    return Exhibit(
        id="tbl-quoten",
        title="Zähler, Nenner und Einordnung der belegten Quoten",
        alt="Tabelle der Paare mit Zähler, Berechtigten, Quote und Einordnung.",
        source=quotes.source,
        reference_date=quotes.reference_date,
        n=quotes.n,
        note=NO_RATE,
        table=quotes.table.drop(columns=["Quelle Zähler", "Art"]),
        formats={"Quote": "right", "Berechtigte": "right"},
    )


def tbl_faelle(tables: Tables) -> Exhibit:
    """Show the cases that are described, not computed."""
    cases = tables["cases"]
    return Exhibit(
        id="tbl-faelle",
        title="Drei Städte vor und nach der automatischen Ausgabe: Zahlen ohne Wirkungsaussage",
        alt="Tabelle der belegten Zahlen für Düsseldorf, Bochum und Bonn.",
        source=f"{INVENTORY}; Quelle je Zeile in der Datentabelle",
        reference_date="2011 bis 2023",
        n=f"{len(cases)} Zahlen",
        note=(
            "Automatisch: Düsseldorf seit Juli 2017 (SGB II), Bochum 2023, Bonn seit November 2023. Kein "
            "Vergleich zwischen den Zeilen: Einheit, Quelle und Umstände wechseln. Bochum 2023: "
            "Nutzungen sind Besuche, in denselben Monaten waren Angebote kostenfrei; das Jahr der "
            "58.000 Berechtigten ist strittig. Bonn: 40.000 Berechtigte stammen aus der Presse"
        ),
        table=pd.DataFrame(
            {
                "Stadt": cases["case"],
                "Zeit": [
                    f"{date_de(str(d))} ({p}{', Datum erschlossen' if q == 'inferred' else ''})"
                    for d, p, q in zip(
                        cases["date"], cases["phase"], cases["date_quality"], strict=True
                    )
                ],
                "Zahl": [_count(r.value, r.value_low, r.value_high) for r in cases.itertuples()],
                "Größe": [
                    MEASURES[r.measure]
                    if r.measure == "issued_total"
                    else f"{MEASURES[r.measure]} ({UNITS[r.unit]})"
                    for r in cases.itertuples()
                ],
                "Angabe von": [
                    r.source_title if r.method == "not_stated" else f"{r.method}; {r.source_title}"
                    for r in cases.itertuples()
                ],
            }
        ),
        formats={"Zahl": "right"},
    )


def tbl_nichtinanspruchnahme(tables: Tables) -> Exhibit:
    """Show take-up of other benefits."""
    context = tables["non_take_up"]
    numeric = context[context["unit"].eq("percent") & context["confidence"].ne("low")]
    return Exhibit(
        id="tbl-nichtinanspruchnahme",
        title="Auch andere Leistungen erreichen viele Berechtigte nicht",
        alt="Tabelle veröffentlichter Quoten der Nichtinanspruchnahme anderer Leistungen.",
        source="Studien und Presse, je Zeile genannt (Datenpaket evidence)",
        reference_date="2007 bis 2022",
        n=f"{len(numeric)} veröffentlichte Werte",
        note=(
            "Andere Leistungen, andere Verfahren: mit der Nutzung von Pässen nicht vergleichbar; "
            "Anteil der Berechtigten, die die Leistung nicht in Anspruch nehmen"
        ),
        table=pd.DataFrame(
            {
                "Leistung": numeric["indicator"].replace({"SGB II": "SGB II und SGB XII"}),
                "Bezug oder Erscheinen": [
                    f"{y} (erschlossen)" if q == "inferred" else str(y)
                    for y, q in zip(numeric["year"], numeric["date_quality"], strict=True)
                ],
                "nicht in Anspruch genommen": [
                    _count(r.value, r.value_low, r.value_high, "\u00a0%")
                    for r in numeric.itertuples()
                ],
                "Quelle": numeric["source_title"],
            }
        ).reset_index(drop=True),
        formats={"nicht in Anspruch genommen": "right"},
    )


def fig_kosten(tables: Tables, z: Values) -> Exhibit:
    """Draw cost per holder."""
    table = tables["cost_per_holder"]
    known = table.dropna(subset="per_holder_low").query(
        "pass_id != '05978-sozialticket-kreis-unna'"
    )
    known = known.sort_values("per_holder_high", ascending=False).assign(
        kind=known["type"].map(COSTS), cost_year=known["cost_year"].astype(int)
    )
    known["label"] = (
        known["pass_name"] + " (" + known["kind"] + ", " + known["cost_year"].astype(str) + ")"
    )
    return Exhibit(
        id="fig-kosten",
        title=(
            f"Belegte Beträge je Pass reichen von {z('kosten_duesseldorf')} Sachkosten bis "
            f"{z('kosten_bonn')} Gesamtkosten"
        ),
        alt=(
            "Punkte und Spannen in Euro: "
            + _spoken(
                known["label"], _intervals(known, "per_holder_low", "per_holder_high", "euro", 2)
            )
        ),
        source=f"{INVENTORY}; eigene Berechnung",
        reference_date="2006 bis 2024",
        n=f"{len(known)} Pässe",
        note=(
            f"Nicht preisbereinigt; bei {z_words(int(known['years_differ'].sum()))} Pässen stammen "
            "Kosten und Inhabende aus verschiedenen Jahren; Mettmann: Jahr erschlossen"
        ),
        table=_columns(
            known,
            {
                "pass_name": "Pass",
                "kind": "Kostenart",
                "eur_low": "Kosten von",
                "eur_high": "Kosten bis",
                "cost_year": "Jahr der Kosten",
                "holders_low": "Inhabende von",
                "holders_high": "Inhabende bis",
                "holders_year": "Jahr der Inhabenden",
                "per_holder_low": "je Pass von",
                "per_holder_high": "je Pass bis",
                "basis": "Grundlage",
                "source_title": "Quelle",
            },
        ),
        formats={
            "Kosten von": "euro:2",
            "Kosten bis": "euro:2",
            "Jahr der Kosten": "plain",
            "Jahr der Inhabenden": "plain",
            "Inhabende von": "number:1",
            "Inhabende bis": "number:1",
            "je Pass von": "euro:2",
            "je Pass bis": "euro:2",
        },
        figure=partial(
            charts.plot_ranges,
            known,
            "label",
            "per_holder_low",
            "per_holder_high",
            unit="EUR",
            digits=0,
            axis_label="Euro je Pass (und Jahr, außer Mettmann)",
            label_width=44,
        ),
    )


def tbl_szenario(tables: Tables) -> Exhibit:
    """Show the scenario of automatic issue."""
    plan = tables["scenarios"]
    rounded = plan[["persons_low", "persons_high", "eur_low", "eur_high"]].map(two_digits)
    included = {"yes": "ja", "no": "nein", "partial": "teils", "not_stated": "nicht genannt"}
    return Exhibit(
        id="tbl-szenario",
        title=(
            "Was Wohngeldhaushalte im Pass kosten würden: Die Spanne ist weit, weil Personenzahl, "
            "Inanspruchnahme und Kosten je Pass nur in Grenzen bekannt sind"
        ),
        alt="Tabelle der Kostenspannen für Düsseldorf, Köln und Bonn.",
        source=(f"{INVENTORY}; Statistik.NRW und LWL (Wohngeld); BBSR INKAR; eigene Berechnung"),
        reference_date="Wohngeld 31.12.2023, Inanspruchnahme 2014 bis 2022, Kosten 2006 bis 2024",
        n=f"{plan['ags'].nunique()} Städte",
        note=(
            "Rechenspannen auf zwei Stellen, keine Konfidenzintervalle (A14–A16). Köln schließt Wohngeld bereits ein: "
            "dort beschreibt die Zeile eine Gruppe im Pass, keine Erweiterung"
        ),
        table=pd.DataFrame(
            {
                "Stadt": plan["city"],
                "Zugang": plan["variant"],
                "EUR im Jahr": _intervals(rounded, "eur_low", "eur_high"),
                "Personen": _intervals(rounded, "persons_low", "persons_high"),
                "Inanspruchnahme": _intervals(plan, "take_up_low", "take_up_high", "percent", 1),
                "Wohngeld schon im Pass": plan["group_included"].map(included),
            }
        ),
        formats={"Personen": "right", "Inanspruchnahme": "right", "EUR im Jahr": "right"},
    )


def tbl_schritte(tables: Tables) -> Exhibit:
    """Show step by step how persons with Wohngeld were derived."""
    steps = tables["scenario_steps"]
    steps["source"] = (
        steps["source"]
        .str.replace(
            r", Datenstand Oktober 2024, Tabelle Sozialleistungen \(.*\)",
            ", Oktober 2024",
            regex=True,
        )
        .str.replace(r": Wohngeld beziehende Haushalte am .*", ", Wohngeld", regex=True)
    )
    steps["step"] = (
        steps["step"]
        .str.replace(r"\d{4}-\d{2}-\d{2}", lambda day: date_de(day[0]), regex=True)
        .str.replace("31.12. 2023", "31.12.2023")
    )
    return Exhibit(
        id="tbl-schritte",
        title="Wie die Zahl der Personen mit Wohngeld bestimmt wurde, Schritt für Schritt",
        alt="Tabelle der Rechenschritte je Stadt mit Quelle.",
        source="je Zeile genannt",
        reference_date="2023-12-31",
        n=f"{steps['ags'].nunique()} Städte",
        note=(
            "Die Quote je 1.000 Haushalte wird mit Einwohnern statt Haushalten multipliziert, weil der "
            "Herausgeber die Haushalte selbst aus den Einwohnern und einer bundesweiten Größe ableitet"
        ),
        table=pd.DataFrame(
            {
                "Stadt": steps["city"],
                "Schritt": steps["step"],
                "Wert": [
                    interval(r.low, r.high, "percent", 1)
                    if r.unit == "Anteil"
                    else interval(r.low, r.high, digits=2 if r.unit == "Faktor" else 0)
                    for r in steps.itertuples()
                ],
                "Quelle": steps["source"],
            }
        ).reset_index(drop=True),
        formats={"Wert": "right"},
    )


def all_exhibits(tables: Tables) -> list[Exhibit]:
    """Return every exhibit of the report, in its order."""
    z = Values(tables["headline"])
    quotes = fig_quoten(tables, z)
    return [
        fig_groesse(tables, z),
        fig_kacheln(tables, z),
        tbl_gebiete(tables, z),
        tbl_andere(tables),
        fig_effekte(tables, z),
        tbl_auffindung(tables, z),
        tbl_deprivation(tables, z),
        tbl_modelle(tables, z),
        fig_rechtskreise(tables, z),
        tbl_matrix(tables),
        fig_zugang(tables, z),
        fig_profile(tables, z),
        tbl_typen(tables, z),
        quotes,
        tbl_quoten(quotes),
        tbl_faelle(tables),
        tbl_nichtinanspruchnahme(tables),
        fig_kosten(tables, z),
        tbl_szenario(tables),
        tbl_schritte(tables),
        vintages_exhibit(tables["vintages"]),
    ]
