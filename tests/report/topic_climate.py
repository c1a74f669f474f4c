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
    ("zwölf Monaten", "§ 6 Abs. 2 CO2KostAufG", None),
    ("drei Prozent", "§ 7 Abs. 4 CO2KostAufG", None),
    ("in sechs Jahren", "§§ 559, 559e BGB", None),
    (
        "doppelt so viel verbraucht",
        "the two flats of the config",
        lambda z: abs(z.raw("wohnung_schlecht_kwh") - 2 * z.raw("wohnung_gut_kwh")) < 0.1,
    ),
    ("an die unteren zwei", "the limit of the income test", None),
    ("arme Viertel", "no number but parts of a city", None),
]

CAVEATS = [
    "eine Modellrechnung heißt hier immer Rechnung, nie Messung",
    "Die Verteilung beruht auf alten Haushaltsbudgets",
    "LWR und EVS sind nicht miteinander vergleichbar, beide nicht ohne Preisbereinigung über Jahre",
    "Die EVS 2008 liegt nur in aufbereiteter Fassung vor",
    "Dezile liegen nur aus einer ungeprüften Grafik vor",
    "Preise des zweiten europäischen Emissionshandels sind Projektionen, kein geltendes Recht",
    "Preisanteil bei Gas: 19 % Umsatzsteuer, von Oktober 2022 bis März 2024 7 %; vor 2023 gilt ein "
    "anderer Emissionsfaktor",
    "Stufen und Regeln des CO2KostAufG sind einer Wiedergabe entnommen; rechtlich maßgeblich ist "
    "das Bundesgesetzblatt",
    "„Wohnung nicht angemessen warm“ und Zahlungsrückstände sind Selbstauskünfte aus einer "
    "Befragung; wie viele Haushalte energiearm sind, hängt vom Maß ab",
    "Für Deutschland 2022 steht hier der berichtigte Wert",
    "stammen aus einem Pressebericht über den Mikrozensus 2023",
    "Hitzetodesfälle und heiße Tage sind aus den Diagrammdaten der Seite gelesen. Hitzetodesfälle "
    "haben weite Vorhersageintervalle, die mit anzugeben sind",
    "Die erste Fassung der Klimaanalyse (2018) und die zweite (2019) sind nicht vergleichbar",
    "Die Angabe zu Dinslaken bei einem Grad mehr widerspricht sich und ist nicht gedruckt",
    "GISD-Werte ordnen die Gemeinden von Nordrhein-Westfalen, sie sind keine Beträge",
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
        r"7 %; vor 2023|19 % Umsatzsteuer|6,6 %|Abs\. [24]",  # caveats that the data demand
    ],
    pages=(14, 20),
    places=100,
    exhibits=18,
)
