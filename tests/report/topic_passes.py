"""What may and must stand in the report on social passes."""

from __future__ import annotations

import re

from topics import Topic, Typed

from armutsexpertise.config import read_config
from armutsexpertise.passes.config import PassesConfig
from armutsexpertise.passes.vocabulary import SIZE_CLASSES
from checkout import ROOT

CONFIG = read_config(ROOT / "analyses" / "passes" / "config.yml", PassesConfig)

LIMITS = sorted({n for label in SIZE_CLASSES for n in re.findall(r"\d+\.000", label)}, key=len)
LIMIT = "|".join(re.escape(n) for n in LIMITS)

TYPED: list[Typed] = [
    ("rund einem Drittel der Kommunen", "Arp", lambda z: 0.3 <= z.raw("arp_anteil") <= 0.36),
    ("Arps Drittel", "Arp", lambda z: 0.3 <= z.raw("arp_anteil") <= 0.36),
    (
        "rund ein Fünftel der Pässe",
        "Arp",
        lambda z: 0.15 <= z.raw("arp_geringverdienst") <= 0.25,
    ),
    ("bis zehn Prozent über dem Arbeitslosengeld II", "definition in the study of Arp", None),
    ("drei Typen gebildet", "the types of Arp", lambda z: len(CONFIG.typology) == 3),
    ("drei Städte", "cities of the config", lambda z: len(CONFIG.take_up.cases) == 3),
    ("Spannen für drei Städte", "cities of the config", lambda z: len(CONFIG.cost.cities) == 3),
    ("auf vier Seiten", "the four sides of a profile", None),
    ("auf allen vier Seiten", "the four sides of a profile; a claim", None),
    ("die vier Seiten", "the four sides of a profile", None),
    ("von null bis eins", "scale of a profile and of the index of deprivation", None),
    ("beantworten sechs Fragen", "they stand behind the colon", None),
    ("älter als zehn Jahre", "dates of the pairs in tbl-quoten", None),
    (
        "fünf vergleichbare Paare",
        "config",
        lambda z: CONFIG.take_up.min_pairs_for_synthesis == 5,
    ),
    ("in einem halben Jahr", "period of the source for Bochum", None),
    ("doppelt so vielen Einwohnern", "the change that the model reports", None),
    ("der doppelten Größe", "the change that the model reports", None),
    ("Unterschied bei Verdopplung", "the change that the model reports", None),
    (
        "Hundert Euro mehr",
        "config",
        lambda z: CONFIG.documented.units["household_income_eur_month"] == 100,
    ),
    ("weniger als drei Städte", "a claim", lambda z: z.raw("modell_ohne_gross") < 9),
    ("„zwei Drittel“", "quotation of the city, with its caveat", None),
    ("zwei andere Zahlen", "both follow in the sentence", None),
    ("letzten von null verschiedenen", "rule of rounding", None),
    ("halbe Einheit", "rule of rounding", None),
    ("der einzige mit Quelle", "a claim", lambda z: z.raw("nrw_dat_verneint") == 1),
    ("Mio. EUR", "unit behind a number from the estimates", None),
    (
        "gut der Hälfte",
        "a claim",
        lambda z: 0.5 <= z.raw("kreis_wohngeld_ja") / z.raw("paesse_aktuell") <= 0.6,
    ),
    ("only one compares", "a claim", lambda z: z.raw("paare_streng") == 1),
]

CAVEATS = [
    "Keine Vollerhebung; Stand und Alter der Quelle je Pass verschieden; nicht genannt heißt nicht "
    "ausgeschlossen",
    "Inhabende, ausgestellte Karten je Jahr, Nutzungen und Anträge sind verschiedene Größen; "
    "Quoten nur für die gekennzeichneten Paare",
    "Nutzungen sind Besuche und waren in denselben Monaten kostenfrei, daher keine Wirkung der "
    "automatischen Ausgabe allein",
    "(2023 oder 2024) ist strittig",
    "„zwei Drittel“ ist eine interne Schätzung der Stadt",
    "die Zahl der Berechtigten stammt aus der Presse",
    "Duisburg: Nur 2014 ist belegt",
    "Einkommensregeln verschiedener Grundlage (Prozent des Bedarfs, netto, brutto) sind ohne "
    "Umrechnung nicht vergleichbar",
    "der Prozentsatz kann Wohnkosten einschließen oder nicht",
    "Die Kölner Schätzung der Mehrkosten von 2009 gilt für den damaligen Schritt",
    "in Rheine und im Kreis Steinfurt kein Ticket gibt, ist nur für 2012 belegt",
    "Der Deprivationsindex GISD reicht von null bis eins; er vergleicht die Gemeinden des Landes "
    "miteinander und ist keine Menge",
    "Das Haushaltseinkommen gilt je Einwohner des Kreises, nicht je Haushalt",
    "Nicht gefunden heißt unbekannt, nie „kein Pass“",
    "Verwaltungszahlen haben keinen Stichprobenfehler",
    "beschriebene Fälle, keine gemessenen Wirkungen",
]

PASSES = Topic(
    "passes",
    typed=TYPED,
    caveats=CAVEATS,
    digits=[  # limits of the size classes
        rf"(?<![\d.,])(?:{LIMIT}) Einwohner(?:n)?\b",
        rf"(?<![\d.,])(?:{LIMIT.replace(chr(92) + '.', ',')}) or more inhabitants",
    ],
    pages=(12, 20),
    places=80,
    exhibits=16,
    without_digits=frozenset({"fig-kacheln"}),  # the map lists names
)
