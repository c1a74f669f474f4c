"""Findings: the five main results in words, and what must hold for the words."""

from __future__ import annotations

from typing import Any

from armutsexpertise.expertise import Claim
from armutsexpertise.publish.values import Values


def _area_gap(z: Values, area: str) -> float:
    """Return by how much Germany is behind the EU in an area, above the basic level."""
    return z.raw(f"dsi_mehr_{area}_eu") - z.raw(f"dsi_mehr_{area}_de")


# A word such as "die meisten" is a number too. Each claim names what must hold for it.
CLAIMS: tuple[Claim, ...] = (
    (
        "Der Abstand im Zugang ist kleiner geworden",
        lambda z: z.raw("luecke_2020") < z.raw("luecke_2013") < z.raw("luecke_2006"),
    ),
    (
        "Das Verhältnis der Chancen ist größer geworden",
        lambda z: z.raw("chance_2020") > z.raw("chance_2013") > z.raw("chance_2006"),
    ),
    (
        "Die meisten Haushalte ohne Internet gehören zum ärmsten Viertel",
        lambda z: z.raw("rest_q1_2020") > 0.5 > z.raw("rest_q1_2006"),
    ),
    (
        "Mit freier Obergrenze wird das Ziel nie erreicht",
        lambda z: z.raw("frei_erreicht_95") == 0 and z.raw("obergrenze_q1") < z.raw("ziel"),
    ),
    (
        "Die Kurve mit freier Obergrenze passt enger zu den Daten",
        lambda z: z.raw("abweichung_frei") < z.raw("abweichung_alle"),
    ),
    (
        "Das reichste Viertel hatte den Stand schon vor Beginn der Reihe",
        lambda z: z.raw("vorsprung_mindestens") == 1 and z.raw("q4_2006") > z.raw("q1_2020"),
    ),
    (
        "Deutschland lag im ärmsten Viertel über der EU",
        lambda z: z.raw("q1_2020") > z.raw("eu_q1") and z.raw("luecke_2020") < z.raw("eu_luecke"),
    ),
    (
        "In allen Vergleichen haben Arme seltener Zugang, Gerät oder Kompetenz",
        lambda z: z.raw("vergleiche_zulasten") == z.raw("vergleiche_n"),
    ),
    (
        "Das Mittel der Viertel liegt anfangs unter dem Anteil aller Haushalte und trifft ihn 2020",
        lambda z: z.raw("probe_2006") > 1 > abs(z.raw("probe_2020")),
    ),
    (
        "Nach dem Bruch stieg der Anteil der Alleinlebenden weiter",
        lambda z: z.raw("allein_2025") > z.raw("allein_2021"),
    ),
    (
        "Das Chancenverhältnis beruht auf weniger als einem Prozent ohne Internet",
        lambda z: z.raw("offen_q4_2020") < 0.01,
    ),
    (
        "Beziehende von SGB II haben häufiger nur mobile Geräte",
        lambda z: z.raw("nur_mobil_arm") > 3 * z.raw("nur_mobil_andere"),
    ),
    (
        "Rund ein Viertel der Beziehenden von SGB II hat nur mobile Geräte",
        lambda z: 0.24 <= z.raw("nur_mobil_arm") < 0.28,
    ),
    (
        "Ohne Schulabschluss hat fast die Hälfte nur mobile Geräte",
        lambda z: 0.45 <= z.raw("ohne_abschluss_mobil") < 0.5,
    ),
    (
        "Wenigstens grundlegend liegt Deutschland nur beim Finden von Informationen hinter der EU",
        lambda z: (
            z.raw("dsi_il_de") < z.raw("dsi_il_eu")
            and z.raw("dsi_cc_de") > z.raw("dsi_cc_eu")
            and z.raw("dsi_dcc_de") > z.raw("dsi_dcc_eu")
            and z.raw("dsi_safe_de") > z.raw("dsi_safe_eu")
            and z.raw("dsi_ps_de") > z.raw("dsi_ps_eu")
        ),
    ),
    (
        "Der Abstand zur EU oberhalb von grundlegend ist beim Finden am größten, bei Inhalten am kleinsten",
        lambda z: (
            _area_gap(z, "dcc")
            < min(_area_gap(z, area) for area in ("cc", "safe", "ps"))
            <= max(_area_gap(z, area) for area in ("cc", "safe", "ps"))
            < _area_gap(z, "il")
        ),
    ),
    (
        "Mehr als grundlegend liegt Deutschland in jedem Bereich hinter der EU",
        lambda z: (
            z.raw("dsi_mehr_il_de") < z.raw("dsi_mehr_il_eu")
            and z.raw("dsi_mehr_cc_de") < z.raw("dsi_mehr_cc_eu")
            and z.raw("dsi_mehr_dcc_de") < z.raw("dsi_mehr_dcc_eu")
            and z.raw("dsi_mehr_safe_de") < z.raw("dsi_mehr_safe_eu")
            and z.raw("dsi_mehr_ps_de") < z.raw("dsi_mehr_ps_eu")
        ),
    ),
    (
        "Deutschland hat bei den Kompetenzen aufgeholt",
        lambda z: (
            z.raw("dsi_de_2021") < z.raw("dsi_de_2023") < z.raw("dsi_de_2025")
            and z.raw("dsi_eu_2025") - z.raw("dsi_de_2025")
            < z.raw("dsi_eu_2023") - z.raw("dsi_de_2023")
        ),
    ),
    (
        "Deutschland liegt bei den Kompetenzen noch unter dem Durchschnitt der EU",
        lambda z: z.raw("dsi_de_2025") < z.raw("dsi_eu_2025"),
    ),
    (
        "Menschen mit niedrigem Einkommen haben seltener die Basiskompetenz",
        lambda z: z.raw("grundkompetenz_arm") < z.raw("grundkompetenz_andere"),
    ),
    (
        "Der Anschluss passt in den Teil für Post und Telekommunikation und nimmt das meiste davon",
        lambda z: 0.5 < z.raw("anteil_2025") < 1 and 0.5 < z.raw("anteil_2023") < 1,
    ),
    (
        "Beim mittleren Angebot bleibt mehr zum Sparen als bei der durchschnittlichen Rechnung",
        lambda z: z.raw("sparen_angebot_middle") < z.raw("sparen_rechnung_middle"),
    ),
    (
        "Für jeden Posten des Korbs ist in jeder Stufe ein Preis belegt",
        lambda z: z.raw("preise_fehlen") == 0,
    ),
    (
        "Arme Haushalte geben den höheren Anteil aus",
        lambda z: z.raw("ausgaben_anteil_arm") > z.raw("ausgaben_anteil_reich"),
    ),
    (
        "Ältere waren häufiger noch nie im Internet",
        lambda z: z.raw("nie_65_2024") > 3 * z.raw("nie_jung_2024"),
    ),
    (
        "Ältere Frauen sind seltener online als ältere Männer",
        lambda z: z.raw("nrw_frauen65") < z.raw("nrw_maenner65"),
    ),
    (
        "Gezielt kostet je neu versorgtem Haushalt weniger als für alle",
        lambda z: (
            z.raw("pruefung_hoechstens") > 0
            and z.raw("geraet_gezielt_hoechstens") < z.raw("geraet_alle_ab")
            and z.raw("tarif_gezielt_hoechstens") < z.raw("tarif_alle_ab")
        ),
    ),
    (
        "Nordrhein-Westfalen und Deutschland lagen 2018 im Digital-Index gleichauf, 2013 das Land davor",
        lambda z: (
            z.raw("d21_nrw") == z.raw("d21_de") and z.raw("d21_nrw_2013") > z.raw("d21_de_2013")
        ),
    ),
    (
        "Haushalte mit hohem Einkommen lagen im Digital-Index vorn",
        lambda z: (
            z.raw("d21_reich_2013") > z.raw("d21_arm_2013")
            and z.raw("d21_reich_2019") > z.raw("d21_arm_2019")
        ),
    ),
)


def findings(z: Values) -> list[dict[str, Any]]:
    """Return title, text and exhibit of the five findings."""
    return [
        {
            "title": "Zugang: Die Lücke ist kleiner geworden; wer offline ist, gehört immer öfter zu den Ärmsten.",
            "text": (
                f"Von 2006 bis 2020 stieg der Anteil der Haushalte mit Internet im ärmsten Viertel von "
                f"{z('q1_2006')} auf {z('q1_2020')}, im reichsten von {z('q4_2006')} auf {z('q4_2020')}. "
                f"Der Abstand sank von {z('luecke_2006')} auf {z('luecke_2020')} Prozentpunkte. Von den "
                f"Haushalten ohne Internet gehörten zuletzt {z('rest_q1_2020')} zum ärmsten Viertel, "
                f"anfangs {z('rest_q1_2006')}. Ab 2021 liegt nach Einkommensvierteln keine Angabe vor."
            ),
            "exhibit": "fig-anschluss",
        },
        {
            "title": "Geräte: Rund ein Viertel der Beziehenden von SGB II hat nur mobile Geräte und keinen Computer.",
            "text": (
                f"Im Jahr 2022 waren es {z('nur_mobil_arm')}, "
                f"ohne Leistungsbezug {z('nur_mobil_andere')}; wer SGB II bezieht und keinen Schulabschluss "
                f"hat, zu {z('ohne_abschluss_mobil')}. Gar keinen Internetzugang hatten "
                f"{z('kein_internet_arm')} der Beziehenden, in der Bevölkerung "
                f"{z('kein_internet_andere')}. Von den Familien mit wenig Geld hatten "
                f"{z('kein_tablet_arm')} kein Tablet (2019), von denen mit viel Geld "
                f"{z('kein_tablet_andere')}."
            ),
            "exhibit": "fig-geraete",
        },
        {
            "title": "Kompetenzen: Deutschland holt auf, der Abstand nach Einkommen ist kaum vermessen.",
            "text": (
                f"Wenigstens grundlegende digitale Kompetenzen hatten 2025 in Deutschland "
                f"{z('dsi_de_2025')} der 16- bis 74-Jährigen, 2021 waren es {z('dsi_de_2021')}. Nach "
                f"Einkommen liegt diese Zahl nicht vor. Eine andere Befragung fand 2025 digitale Basiskompetenz bei "
                f"{z('grundkompetenz_arm')} der Menschen mit niedrigem Einkommen und bei "
                f"{z('grundkompetenz_andere')} der Bevölkerung ab 14 Jahren."
            ),
            "exhibit": "fig-klassen",
        },
        {
            "title": "Bezahlbarkeit: Der Anschluss passt ohne Mobilfunk in den Regelbedarf, der Computer muss angespart werden.",
            "text": (
                f"Mit Preisen von {z('jahr_preis_frueh')} und {z('jahr_preis_spaet')} zahlt eine alleinlebende Person "
                f"für den Anschluss {z('anschluss_anteil')} des Betrags, den der Regelbedarf "
                f"{z('regelbedarf_jahr')} für Post und Telekommunikation enthält; es bleiben "
                f"{z('rest_nach_anschluss')} im Monat. Beim durchschnittlichen Rechnungsbetrag reicht der "
                f"Rest erst nach {z('sparen_rechnung_middle')} Monaten für einen Computer zu "
                f"{z('geraet_middle')}; wer auf Freizeit und Kultur ganz verzichtet, braucht "
                f"{z('sparen_freizeit_middle')} Monate."
            ),
            "exhibit": "fig-regelbedarf",
        },
        {
            "title": "Förderung: Gezielte Zuschüsse kosten je neu versorgtem Haushalt weniger, solange die Prüfung wenig kostet.",
            "text": (
                f"Ein Gerätezuschuss nur für Haushalte ohne Computer kostet im Szenario "
                f"{z('geraet_gezielt_je_neu')} je neu ausgestattetem Haushalt, den angenommenen Preis des Geräts, "
                "für alle im SGB II "
                f"{z('geraet_alle_je_neu')}. Die Kosten der Prüfung kennt keine Quelle; der Vorteil "
                f"hält, solange sie je Zuschuss unter rund {z('pruefung_hoechstens')} liegen. Im Land erreichte "
                f"der gezielte Zuschuss {z('geraet_gezielt_erreicht')} Haushalte und kostete {z('geraet_gezielt_mio')} Mio. EUR."
            ),
            "exhibit": "fig-varianten",
        },
    ]
