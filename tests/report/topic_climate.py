"""What may and must stand in the report on climate protection and adaptation."""

from __future__ import annotations

from topics import Topic, Typed

from armutsexpertise.climate.config import ClimateConfig
from armutsexpertise.config import read_config
from checkout import ROOT

CONFIG = read_config(ROOT / "analyses" / "climate" / "config.yml", ClimateConfig)

TYPED: list[Typed] = [
    ("Fünftel", "the fifths of persons by income", None),
    ("unter null heißt", "sign of an index", None),
    ("Intervall über null", "a claim", lambda z: z.raw("tote_sicher") > 0),
    ("Millionen", "unit behind a number from the estimates", None),
    ("Mio. EUR", "unit behind a number from the estimates", None),
    ("mehr als zwei Prozent ihres Einkommens", "definition in the study of the IMK", None),
    ("zwei Erwachsenen mit Kindern", "household type of the source", None),
    ("zwei Jahre zuvor", "2021 and 2023", None),
    ("einem Zehntel des Einkommens", "rule of the indicator", None),
    ("Geteilt wird zur Hälfte", "a step of the CO2KostAufG", None),
    ("zwei Pauschalen", "both follow in the sentence", None),
    ("in zehn Jahren", "unit of the trend", None),
    (
        "Fünf von einer Zeitung ausgewählte",
        "the cities of the config",
        lambda z: z.raw("staedte_n") == 5,
    ),
    (
        "andere mit dem Doppelten",
        "the upper projection of tbl-pfade",
        lambda z: (
            abs(
                max(p.price_eur_t for p in CONFIG.scenarios.prices if "PIK" in p.source)
                - 2 * z.raw("pfad_kommission")
            )
            < 1
        ),
    ),
    ("zwei Dinge", "both follow in the sentence", None),
    ("wenigstens acht vergleichbare", "rule of the study", None),
    ("arme Viertel", "no number but parts of a city", None),
]

CAVEATS = [
    "eine Modellrechnung heißt hier immer Rechnung, nie Messung",
    "Die Verteilung beruht auf alten Haushaltsbudgets",
    "LWR und EVS nicht miteinander vergleichen, beide nicht ohne Preisbereinigung über Jahre",
    "Die EVS 2008 liegt nur in aufbereiteter Fassung vor",
    "Dezile fehlen",
    "Preise des zweiten europäischen Emissionshandels sind Projektionen, kein geltendes Recht",
    "Preisanteil bei Gas: 19 % Umsatzsteuer, von Oktober 2022 bis März 2024 7 %; vor 2023 gilt ein "
    "anderer Emissionsfaktor",
    "Stufen und Regeln des CO2KostAufG sind einer Wiedergabe entnommen und vor dem Druck mit dem "
    "Bundesgesetzblatt zu vergleichen",
    "„Wohnung nicht angemessen warm“ und Zahlungsrückstände sind Selbstauskünfte aus einer "
    "Befragung; wie viele Haushalte energiearm sind, hängt vom Maß ab",
    "Deutschland 2022: 6,7 % (berichtigt), nicht 6,6 %",
    "Hitzetodesfälle und heiße Tage sind aus den Diagrammdaten der Seite gelesen. Hitzetodesfälle "
    "haben weite Vorhersageintervalle, die mit anzugeben sind",
    "Die erste Fassung der Klimaanalyse (2018) und die zweite (2019) sind nicht vergleichbar",
    "Die Angabe zu Dinslaken bei einem Grad mehr widerspricht sich und ist nicht gedruckt",
    "GISD-Werte sind Ränge innerhalb von Nordrhein-Westfalen oder Deutschland, keine Beträge",
    "ein Trend über den Bruch wird nicht berechnet",
    "werden mit keinem Wert für Nordrhein-Westfalen verrechnet",
    "Ein Beispiel ohne echte Daten drucken wir nicht",
]

CLIMATE = Topic(
    "climate",
    typed=TYPED,
    caveats=CAVEATS,
    digits=[
        r"CO2|ETS2|HC3",  # names
        r"(?<![\d.,])(?:1\.250|2\.500|5\.000) EUR",  # limits of the income classes
        r"65 Jahre oder älter",
        r"7 %; vor 2023|19 % Umsatzsteuer|\(?6,[67] %",  # caveats that the data demand
    ],
    pages=(14, 20),
    places=100,
    exhibits=18,
)
