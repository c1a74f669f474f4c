"""No number in the prose is typed: each comes from the estimates or is on a short list."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from reading import INLINE, fixed_words, keys, load, plain, prose

from armutsexpertise.config import read_config
from armutsexpertise.passes.config import PassesConfig
from armutsexpertise.passes.vocabulary import SIZE_CLASSES
from armutsexpertise.publish.values import Values
from armutsexpertise.render.features import check_portable
from armutsexpertise.stages import Project, StageError, read_tables
from checkout import ROOT

FOLDER = ROOT / "analyses" / "passes"
REPORT = (FOLDER / "report.qmd").read_text(encoding="utf-8")
FINDINGS = ast.parse((FOLDER / "findings.py").read_text(encoding="utf-8"))
EXHIBITS = ast.parse((FOLDER / "exhibits.py").read_text(encoding="utf-8"))
CONFIG = read_config(FOLDER / "config.yml", PassesConfig)

# --- digits ----------------------------------------------------------------------------------

LIMITS = sorted({n for label in SIZE_CLASSES for n in re.findall(r"\d+\.000", label)}, key=len)
LIMIT = "|".join(re.escape(n) for n in LIMITS)
ALLOWED = [
    r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d|\d)",  # years
    r"\bA(?:1[0-9]|[1-9])\b",  # numbers of assumptions
    r"„Baustein 2“",  # name of the call
    rf"(?<![\d.,])(?:{LIMIT}) Einwohner(?:n)?\b",  # limits of the size classes
    rf"(?<![\d.,])(?:{LIMIT.replace(chr(92) + '.', ',')}) or more inhabitants",
    r"§+ ?\d+[a-z]?\b",  # paragraphs of a law
    r"\[[^\]]*@[^\]]*\]|@[\w-]+",  # citations and references
    r"\{[#.][^}]*\}|\[\^\w+\]:?",  # identifiers and footnotes
    r"\$[^$]+\$",  # formulas
    r"`[^`]*`",  # code
]


def typed_digits(text: str) -> list[str]:
    """Return the lines that hold a digit which is not allowed."""
    text = INLINE.sub("", text)
    for pattern in ALLOWED:
        text = re.sub(pattern, " ", text)
    return [line.strip() for line in text.splitlines() if re.search(r"\d", line)]


def test_prose_has_no_typed_digit() -> None:
    assert typed_digits(prose(REPORT)) == []


def test_findings_have_no_typed_digit() -> None:
    # Lines of a file are joined in a string; keys and ids such as fig-quoten have no digits.
    found = [text for _, text in fixed_words(FINDINGS) if typed_digits(text)]
    assert found == []


def test_titles_of_exhibits_have_no_typed_digit() -> None:
    titles = [
        keyword.value
        for node in ast.walk(EXHIBITS)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Exhibit"
        for keyword in node.keywords
        if keyword.arg == "title"
    ]
    assert len(titles) > 15
    for title in titles:
        assert [t for _, t in fixed_words(title) if typed_digits(t)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Belegt sind 12 von 396.",
        "Es sind 100.000 EUR.",
        "Rund 25 Prozent haben einen.",
        "Seit 1.2023 gilt das.",
        "Es kostet 2.019 EUR.",
        "In 3000 Gemeinden",
        "A17 und A18a1",
        "ab 30.000 Einwohnern",
        "2,5 Mio.",
    ],
)
def test_planted_digits_are_found(text: str) -> None:
    assert typed_digits(text)


def test_what_is_allowed_is_not_found() -> None:
    text = (
        'Im Jahr 2019 (A1, A8 bis A16) `{python} z("x1")` ab 100.000 Einwohnern [@arp2021], '
        "@fig-a1 nach „Baustein 2“ {#sec-1}, § 22 SGB II, von 2015 bis 2021."
    )
    assert typed_digits(text) == []


# --- numbers in words ------------------------------------------------------------------------

NUMBER_WORD = re.compile(
    r"\b(?:null|zwei(?!f|g|t)\w*|drei\w*|vier(?!tel)\w*|viertel|fünf\w*|sechs|sieben|acht(?!e)|neun"
    r"|zehn\w*|elf|zwölf|zwanzig|dreißig|hundert\w*|tausend\w*|million\w*|mio"
    r"|hälfte|\w*drittel\w*|fünftel|halb\w* (?:Jahr|Einheit)|doppel\w*|verdopp\w*|einzige\w*"
    r"|one|two|three|half|third)\b",
    re.I,
)

Check = Callable[[Values], bool]
# Phrase, why it may be typed, and what must hold where an estimate or a choice can change it.
TYPED: list[tuple[str, str, Check | None]] = [
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
    ("von null bis eins", "scale of a profile", None),
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


def typed_words(text: str) -> list[str]:
    """Return the numbers in words that no entry of `TYPED` explains, with their surroundings."""
    text = plain(INLINE.sub("…", text))
    for phrase, _, _ in TYPED:
        text = re.sub(re.escape(phrase), " … ", text, flags=re.I)
    return [text[max(0, m.start() - 30) : m.end() + 30] for m in NUMBER_WORD.finditer(text)]


def prose_without_code() -> str:
    text = re.sub(r"\[[^\]]*@[^\]]*\]|\{[#.][^}]*\}", "", prose(REPORT))
    return text + " ".join(text for _, text in fixed_words(FINDINGS))


def test_numbers_in_words_are_on_the_list() -> None:
    claims = {sentence for sentence, _ in load(FOLDER / "findings.py").CLAIMS}
    text = prose_without_code()
    for claim in claims:
        text = text.replace(claim, "")
    assert typed_words(text) == []


def test_list_of_words_has_no_dead_entry() -> None:
    text = plain(prose_without_code()).lower()
    assert [phrase for phrase, _, _ in TYPED if phrase.lower() not in text] == []


def test_words_that_estimates_or_choices_can_change_still_hold(full: Project) -> None:
    z = Values(read_tables(full.estimates("passes"))["headline"])
    assert [phrase for phrase, _, holds in TYPED if holds and not holds(z)] == []


@pytest.mark.parametrize(
    "text", ["in drei von vier Städten", "die Hälfte der Pässe", "rund zwei Drittel", "one in two"]
)
def test_planted_words_are_found(text: str) -> None:
    assert typed_words(text)


# --- claims ----------------------------------------------------------------------------------


class Recorder(Values):
    """Values that remember which keys were asked for."""

    asked: set[str]

    def raw(self, key: str) -> float:
        self.asked.add(key)
        return super().raw(key)

    def high(self, key: str) -> float:
        self.asked.add(key)
        return super().high(key)


CLAIMS = load(FOLDER / "findings.py").CLAIMS


def test_claims_hold(full: Project) -> None:
    module = load(FOLDER / "findings.py")
    module.check_claims(Values(read_tables(full.estimates("passes"))["headline"]))
    assert len({sentence for sentence, _ in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("number", range(len(CLAIMS)), ids=lambda n: CLAIMS[n][0])
def test_each_claim_can_fail(full: Project, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load(FOLDER / "findings.py")
    sentence, holds = module.CLAIMS[number]
    table = read_tables(full.estimates("passes"))["headline"]
    recorder = Recorder(table)
    recorder.asked = set()
    assert holds(recorder)
    assert recorder.asked, "a claim that looks at nothing"
    monkeypatch.setattr(module, "CLAIMS", ((sentence, holds),))
    for key in sorted(recorder.asked):  # every number that it names can break it
        mutations = [mutated(table, key, value) for value in (-1e9, 0.4, 1e9)]
        breaking = [z for z in mutations if not holds(z)]
        assert breaking, key
        with pytest.raises(StageError, match=re.escape(f"„{sentence}“")):
            module.check_claims(breaking[0])


def mutated(table: pd.DataFrame, key: str, value: float) -> Values:
    table = table.astype({"value": object})
    for column in ("value", "low", "high"):
        table.loc[table["key"].eq(key) & table[column].notna(), column] = value
    return Values(table)


# --- keys, portability, assumptions, caveats --------------------------------------------------


def test_every_key_of_prose_findings_and_exhibits_is_an_estimate(full: Project) -> None:
    there = set(read_tables(full.estimates("passes"))["headline"]["key"])
    inline = {key for code in INLINE.findall(REPORT) for key in keys(ast.parse(code))}
    assert len(inline) > 40
    assert (inline | keys(FINDINGS) | keys(EXHIBITS)) - there == set()


def test_inline_code_is_a_number_of_the_estimates_and_nothing_else() -> None:
    for code in INLINE.findall(REPORT):
        assert re.fullmatch(r'z(\.between|\.words)?\("\w+"(, one="\w+")?\)', code), code


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / "analyses").rglob("*.qmd"), ROOT / "analyses" / "_quarto.yml"]),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_documents_are_portable(path: Path) -> None:
    assert [str(problem) for problem in check_portable(path)] == []


def assumptions() -> list[int]:
    text = (FOLDER / "ASSUMPTIONS.md").read_text(encoding="utf-8")
    return [int(n) for n in re.findall(r"^\| A(\d+) \|", text, re.M)]


def cited(text: str) -> set[int]:
    """Return the numbers of assumptions in a text, those between "A8 bis A11" too."""
    found = {int(n) for n in re.findall(r"\bA(\d+)\b", text)}
    for first, last in re.findall(r"\bA(\d+) (?:bis|to) A(\d+)\b", text):
        found |= set(range(int(first), int(last) + 1))
    return found


def test_assumptions_are_numbered_without_a_gap() -> None:
    assert assumptions() == list(range(1, len(assumptions()) + 1))
    rows = [
        line for line in (FOLDER / "ASSUMPTIONS.md").read_text("utf-8").splitlines()
        if line.startswith("| A")
    ]  # fmt: skip
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 4, row
        assert all(cells), row


def test_every_assumption_is_cited_and_every_citation_leads_to_one() -> None:
    config = (FOLDER / "config.yml").read_text(encoding="utf-8")
    shown = "\n".join(text for _, text in fixed_words(EXHIBITS)).replace("–", " bis ")
    assert set(assumptions()) <= cited(prose(REPORT)) | cited(config)
    assert cited(prose(REPORT)) | cited(config) | cited(shown) <= set(assumptions())


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
    "Der Deprivationsindex GISD ist ein relativer Rang, keine Menge",
    "Das Haushaltseinkommen gilt je Einwohner des Kreises, nicht je Haushalt",
    "Nicht gefunden heißt unbekannt, nie „kein Pass“",
    "Verwaltungszahlen haben keinen Stichprobenfehler",
    "beschriebene Fälle, keine gemessenen Wirkungen",
    "Unabhängige Analyse",
    "Nicht im Auftrag des MAGS erstellt; keine amtliche Veröffentlichung",
]


@pytest.mark.parametrize("caveat", CAVEATS)
def test_report_prints_its_caveats(caveat: str) -> None:
    assert caveat in plain(prose(REPORT).replace("**", ""))


def test_report_has_its_sections() -> None:
    headings = re.findall(r"^# (.+?) \{", prose(REPORT), re.M)
    for wanted in ("Kurzfassung", "Grenzen", "English abstract", "Methodenanhang", "Kolophon"):
        assert wanted in headings
    assert headings[0] == "Kurzfassung"
    assert headings[-1] == "Literatur"
    assert len(load(FOLDER / "findings.py").findings(_Any())) == 5


class _Any(Values):
    """Values that answer everything, for the shape of the findings."""

    def __init__(self) -> None:
        pass

    def __call__(self, key: str) -> str:
        return key

    def between(self, key: str) -> str:
        return key

    def words(self, key: str, one: str = "eins") -> str:
        return key
