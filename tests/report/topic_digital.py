"""What may and must stand in the report on digital equipment and skills."""

from __future__ import annotations

from topics import Topic, Typed

from armutsexpertise.config import read_config
from armutsexpertise.digital.gaps import MIN_POINTS
from armutsexpertise.digital.study import DigitalConfig
from checkout import ROOT

CONFIG = read_config(ROOT / "analyses" / "digital" / "config.yml", DigitalConfig)

TYPED: list[Typed] = [
    ("ärmsten Viertel", "name of the income quartile", None),
    ("ärmste Viertel", "name of the income quartile", None),
    ("reichsten Viertel", "name of the income quartile", None),
    ("reichste Viertel", "name of the income quartile", None),
    ("das dritte", "name of the income quartile", None),
    ("je Viertel", "name of the income quartiles", None),
    ("die Viertel", "name of the income quartiles", None),
    ("alle vier Gruppen", "the income quartiles", None),
    ("zwei Wachstumskurven", "the two ceilings of the model", None),
    (
        "zwei Jahre vorher",
        "the rows of the config",
        lambda z: {p.first for p in CONFIG.offline_ages} == {"dig0027", "dig0028", "dig0029"},
    ),
    ("Drei Aufgaben", "they stand behind the colon", None),
    ("wenigstens acht Punkten", "the library", lambda z: MIN_POINTS == 8),
    ("Millionen Menschen", "unit behind a number from the estimates", None),
    ("Millionen Einkommensarme", "unit behind a number from the estimates", None),
    ("Mio. EUR", "unit behind a number from the estimates", None),
    ("one for all recipients", "a grant", None),
]

CAVEATS = [
    "Internetzugang nach Einkommensviertel endet für Deutschland 2020; für Nordrhein-Westfalen "
    "liegt er uns nicht vor",
    "Seit 2021 andere Erhebung des Internetzugangs; Werte ab 2021 sind mit früheren nicht "
    "vergleichbar",
    "EU-SILC wird in Deutschland seit 2020 mit dem Mikrozensus erhoben; Werte ab 2020 sind mit "
    "früheren nicht vergleichbar",
    "Der Digital Skills Index 2.0 (ab 2021) misst andere Fertigkeiten als der Index 1.0",
    "Die Zusammensetzung des D21-Digital-Index wurde über die Jahre geändert",
    "Eurostat fragt Personen von 16 bis 74 Jahren; nationale Quellen zählen ab 10 oder ab 14 "
    "Jahren",
    "LWR und EVS sind nicht vergleichbar",
    "ob sie weiter gilt, wurde nicht festgestellt",
    "Die Teile des Regelbedarfs sind Rechengrößen und nicht zweckgebunden",
    "Eine Wirkung von Zuschüssen auf Zugang oder Nutzung ist nicht gemessen",
    "Wo keine Quelle eine Frage beantwortet, steht das da",
    "die Fehlenden gehören zum Befund",
    "keiner ist eine amtliche Preisstatistik",
]

DIGITAL = Topic(
    "digital",
    typed=TYPED,
    caveats=CAVEATS,
    digits=[
        r"(?:von|ab) \d{1,2}(?:\s+bis \d\d| oder ab\s+\d\d)?\s+Jahren",  # who was asked
        r"\b\d\d- bis \d\d-Jährigen|\b\d\d-Jährigen?\b",
        r"(?:[Uu]nter|ab|bei) [\d.]+(?: bis [\d.]+)? EUR",  # limits of income classes
        r"\bD21\b",  # name of the initiative
        r"Skala bis [15]00 Punkte",  # of its index and of PIAAC
        r"Befragung von 1\.000\s+Personen",  # of others
        r"6 bis 13 Jahre alt",  # age group of the act
        r"Abteilung \d(?: und \d)?\b",  # of the standard benefit
        r"unter Stufe 1\b",  # of PIAAC
        r"Index [12]\.0\b",
        r"je 1\.000\s+Einwohner",
    ],
    pages=(14, 20),
    places=90,
    exhibits=20,
)
