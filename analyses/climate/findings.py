"""Findings: the five main results in words, and what must hold for the words."""

from __future__ import annotations

from typing import Any

from armutsexpertise.expertise import Claim
from armutsexpertise.publish.values import Values

# A word such as "mehr als doppelt" is a number too. Each claim names what must hold for it.
CLAIMS: tuple[Claim, ...] = (
    (
        "Ohne Rückzahlung kostet der CO2-Preis das ärmste Fünftel einen größeren Teil seines "
        "Einkommens als das reichste, in jeder Variante",
        lambda z: z.raw("q1_mehr_als_q5") > 0,
    ),
    (
        "ist die Last in den unteren drei Fünfteln fast gleich, und das ärmste trägt nicht mehr am "
        "meisten",
        lambda z: (
            z.raw("q1_hoechste_n") < z.raw("varianten_n") and z.raw("abstand_untere_drei") < 5e-4
        ),
    ),
    (
        "In Euro zahlt das reichste Fünftel am meisten",
        lambda z: z.raw("last_q5_ohne_haupt_eur") > z.raw("last_q1_ohne_haupt_eur"),
    ),
    (
        "Mit Klimageld gewinnen die unteren beiden Fünftel im Durchschnitt",
        lambda z: (
            min(z.raw("tief_q1_kopf_haupt"), z.raw("tief_q2_kopf_haupt")) > 0
            and z.raw("hoch_q3_kopf_haupt") < 0
        ),
    ),
    (
        "Auch in jeder Variante bleibt der CO2-Preis für sich regressiv",
        lambda z: z.raw("kakwani_beides_hoch") < 0 and z.raw("suits_beides_hoch") < 0,
    ),
    (
        "Heizen ist in der Hauptrechnung regressiver als Fahren",
        lambda z: z.raw("kakwani_heizen") < z.raw("kakwani_fahren"),
    ),
    (
        "Die Senkung des Strompreises verteilt kaum um",
        lambda z: abs(z.raw("gini_strom_haupt")) < 0.5 * z.raw("gini_kopf_haupt"),
    ),
    (
        "Die gezielte Zahlung an die unteren zwei Fünftel verteilt deutlich stärker um als das Klimageld",
        lambda z: z.raw("gini_gezielt_haupt_tief") > z.raw("gini_kopf_haupt_hoch"),
    ),
    (
        "Kalte Wohnungen waren in Nordrhein-Westfalen 2023 mehr als doppelt so häufig wie 2021",
        lambda z: z.raw("kalt_nrw_2023") > 2 * z.raw("kalt_nrw_2021"),
    ),
    (
        "Nordrhein-Westfalen liegt 2023 über dem Bund",
        lambda z: z.raw("kalt_nrw_2023") > z.raw("kalt_de_2023"),
    ),
    (
        "Die größte Wirkung hätte rechnerisch ein höherer Regelbedarf",
        lambda z: (
            z.raw("gini_regel_haupt")
            > max(z.raw(f"gini_{use}_haupt") for use in ("kopf", "gezielt", "strom"))
        ),
    ),
    (
        "Die schlechtere Wohnung kostet Mietende nur wenig mehr, obwohl sie doppelt so viel verbraucht",
        lambda z: (
            z.raw("wohnung_schlecht_mieter") < 1.3 * z.raw("wohnung_gut_mieter")
            and abs(z.raw("wohnung_schlecht_kwh") - 2 * z.raw("wohnung_gut_kwh")) < 0.1
        ),
    ),
    (
        "Kalte Wohnungen und Rückstände nahmen von 2021 bis 2023 zu; die gemeldeten Werte stiegen in "
        "Nordrhein-Westfalen stärker als im Bund",
        lambda z: (
            z.raw("kalt_nrw_2023") - z.raw("kalt_nrw_2021")
            > z.raw("kalt_de_2023") - z.raw("kalt_de_2021")
            > 0
            and z.raw("rueck_nrw_2023") - z.raw("rueck_nrw_2021")
            > z.raw("rueck_de_2023") - z.raw("rueck_de_2021")
            > 0
        ),
    ),
    (
        "In der untersten Einkommensklasse deckt das Klimageld für eine Person die Kosten ungefähr",
        lambda z: 0.85 < z.raw("klasse_unten_personen") < 1.15,
    ),
    (
        "Im Beispiel übersteigt die Heizkomponente die Heizkosten",
        lambda z: z.raw("wohngeld_heizung") > z.raw("wohngeld_heizkosten"),
    ),
    (
        "Die Umlage übersteigt die Ersparnis in den meisten Beispielen",
        lambda z: z.raw("raster_neutral") < 0.5 * z.raw("raster_n"),
    ),
    (
        "bleibt für Düsseldorf jeder Rang der Dringlichkeit möglich",
        lambda z: (
            abs(z.raw("dus_rang_tief") - 1) < 0.1
            and abs(z.raw("dus_rang_hoch") - z.raw("staedte_n")) < 0.1
        ),
    ),
    (
        "Alleinerziehende sind am stärksten betroffen, mehr als doppelt so häufig wie alle",
        lambda z: z.raw("kalt_allein") > 2 * z.raw("kalt_nrw_2023"),
    ),
    (
        "Bis 2019 sank der Anteil",
        lambda z: z.raw("trend_kalt_high") < 0,
    ),
    (
        "Für Rückstände ist der Rückgang nicht gesichert",
        lambda z: z.raw("trend_rueck_low") < 0 < z.raw("trend_rueck_high"),
    ),
    (
        "Stromsperren in Nordrhein-Westfalen nahmen 2023 wieder zu",
        lambda z: z.raw("sperren_2023") > z.raw("sperren_2022"),
    ),
    (
        "Ein höherer CO2-Preis macht die Sanierung eines sehr schlechten Hauses für Mietende "
        "nicht günstiger",
        lambda z: z.raw("schlecht_geteilt_hoch") < z.raw("schlecht_geteilt_haupt"),
    ),
    (
        "Ohne die Aufteilung wäre es umgekehrt",
        lambda z: z.raw("schlecht_allein_hoch") > z.raw("schlecht_allein_haupt"),
    ),
    (
        "Bei den höchsten Kosten des Rasters bleibt die Warmmiete in keinem Fall gleich",
        lambda z: abs(z.raw("raster_teuer_neutral")) < 0.1,
    ),
    (
        "Die heißen Tage haben sich zwischen den Normalperioden etwa verdoppelt",
        lambda z: abs(z.raw("heiss_heute") - 2 * z.raw("heiss_frueher")) < 0.1,
    ),
    (
        "In der kurzen Reihe ist der Anstieg nicht gesichert",
        lambda z: z.raw("heiss_faktor_low") < 1 < z.raw("heiss_faktor_high"),
    ),
    (
        "Je heißem Tag steigt die Schätzung der Hitzetoten, unter jeder Annahme",
        lambda z: z.raw("tote_je_tag_tief") > 0,
    ),
    (
        "Nur in wenigen Jahren liegt das ganze Intervall über null",
        lambda z: 0 < z.raw("tote_sicher") < 0.2 * z.raw("tote_jahre"),
    ),
    (
        "Düsseldorf hat von den Städten den höchsten Anteil",
        lambda z: abs(z.raw("stadt_duesseldorf") - z.raw("staedte_hoechste")) < 1e-9,
    ),
    (
        "Duisburg ist unter den Städten die mit der höchsten Benachteiligung",
        lambda z: all(
            z.raw("stadt_duisburg_rang") >= z.raw(f"stadt_{city}_rang")
            for city in ("duesseldorf", "essen", "moers", "dinslaken")
        ),
    ),
    (
        "Von der schlechtesten in die beste Stufe zahlen Mietende mehr",
        lambda z: z.raw("mieter_erste_eur") > z.raw("mieter_letzte_eur"),
    ),
    (
        "Düsseldorf ist die am wenigsten benachteiligte Gemeinde des Landes",
        lambda z: abs(z.raw("stadt_duesseldorf_rang") - 1) < 0.1,
    ),
)


def findings(z: Values) -> list[dict[str, Any]]:
    """Return the five main findings: title, text, and the exhibit that shows each."""
    return [
        {
            "title": "CO2-Preis: Ohne Rückzahlung kostet er das ärmste Fünftel einen größeren Teil "
            "seines Einkommens als das reichste; ein Klimageld je Kopf kehrt das um.",
            "text": (
                f"Bei {z('preis_haupt')} je Tonne kostet der CO2-Preis auf Heizen und Fahren das "
                f"ärmste Fünftel {z('last_q1_ohne_haupt')} seines Einkommens (Rechenspanne "
                f"{z('last_q1_ohne_haupt_spanne')}), das reichste {z('last_q5_ohne_haupt')} "
                f"({z('last_q5_ohne_haupt_spanne')}). Fließen die Einnahmen als Klimageld zurück, "
                f"{z('klimageld_haupt')} je Person, so hat ein durchschnittlicher Haushalt im ärmsten "
                f"Fünftel {z('netto_q1_kopf_haupt_abs')} im Jahr mehr "
                f"({z('netto_q1_kopf_haupt_spanne')}), im reichsten {z('netto_q5_kopf_haupt_abs')} "
                f"weniger ({z('netto_q5_kopf_haupt_spanne')}). Gerechnet mit der Verteilung des Bundes."
            ),
            "exhibit": "fig-belastung",
        },
        {
            "title": "Energiearmut: Kalte Wohnungen waren in Nordrhein-Westfalen 2023 mehr als doppelt "
            "so häufig wie 2021.",
            "text": (
                f"{z('kalt_nrw_2023')} der Menschen im Land konnten 2023 ihre Wohnung aus Geldmangel nicht "
                f"angemessen heizen; 2021 waren es {z('kalt_nrw_2021')}, erschlossen aus der gemeldeten Zunahme. "
                f"Im Bund stieg der Anteil von {z('kalt_de_2021')} auf {z('kalt_de_2023')} und lag 2024 "
                f"bei {z('kalt_de_2024')}. Am häufigsten betroffen waren im Land 2023 Haushalte "
                f"Alleinerziehender ({z('kalt_allein')}). Stichprobenfehler: nicht veröffentlicht."
            ),
            "exhibit": "fig-waerme",
        },
        {
            "title": "Wohnen: Je schlechter das Haus, desto mehr vom CO2-Preis trägt die Vermietung.",
            "text": (
                f"Unter {z('kg_erste')} Kilogramm CO2 je Quadratmeter und Jahr zahlen Mietende den CO2-Preis "
                f"allein, ab {z('kg_letzte')} Kilogramm noch {z('mieter_letzte')}. Für eine Wohnung von "
                f"{z('flaeche')} Quadratmetern in der Mitte ihrer Stufe sind das bei {z('preis_haupt')} je Tonne, der "
                f"Obergrenze für 2026, höchstens {z('mieter_hoechstens')} im Jahr. Die "
                f"Kehrseite: Kommt das Haus durch eine Sanierung von der schlechtesten in die beste "
                f"Stufe, zahlen Mietende {z('mieter_erste_eur')} statt {z('mieter_letzte_eur')}."
            ),
            "exhibit": "tbl-stufen",
        },
        {
            "title": "Hitze: Die Schätzungen der Hitzetoten steigen mit den heißen Tagen, sind aber sehr "
            "unsicher.",
            "text": (
                f"In {z('tote_sicher')} von {z('tote_jahre')} Jahren liegt das ganze Intervall über "
                f"null. Für 2018 nennt der Klimaatlas {z('tote_2018')} Hitzetote im Land "
                f"({z('tote_2018_spanne')}). Je weiterem heißen Tag sind es in der Schätzung rund "
                f"{z('tote_je_tag')} mehr ({z('tote_je_tag_spanne')}). Von 1991 bis 2020 gab es im Mittel "
                f"{z.words('heiss_heute')} heiße Tage im Jahr, von 1961 bis 1990 {z.words('heiss_frueher')}."
            ),
            "exhibit": "fig-hitzetote",
        },
        {
            "title": "Betroffenheit: Städtezahlen sagen nicht, wer in der Stadt in der Hitze wohnt.",
            "text": (
                f"In Düsseldorf leben {z('stadt_duesseldorf')} der Menschen in (sehr) ungünstiger thermischer "
                f"Lage, der höchste Anteil der {z.words('staedte_n')} Städte mit veröffentlichter Zahl; zugleich "
                f"ist Düsseldorf nach dem Index GISD die am wenigsten benachteiligte Gemeinde des Landes. In Duisburg, auf Rang "
                f"{z('stadt_duisburg_rang')} von {z('gemeinden_n')}, sind es {z('stadt_duisburg')}. Ob arme "
                f"Viertel stärker betroffen sind, sagt keine der Quellen."
            ),
            "exhibit": "fig-staedte",
        },
    ]
