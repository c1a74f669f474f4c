"""No number in the prose is typed: each comes from the estimates or is on a short list."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest
from reading import INLINE, fixed_words, keys, plain, prose
from topics import Topic, topics

from armutsexpertise.expertise import check_claims
from armutsexpertise.publish.values import Values
from armutsexpertise.render.features import check_portable
from armutsexpertise.stages import Project, StageError, read_tables
from checkout import ROOT

TOPICS = topics()
PASSES = next(topic for topic in TOPICS if topic.name == "passes")
every_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)


def test_every_topic_is_known() -> None:
    there = sorted(p.parent.name for p in (ROOT / "analyses").glob("*/report.qmd"))
    assert sorted(topic.name for topic in TOPICS) == there


# --- digits ----------------------------------------------------------------------------------

ALLOWED = [
    r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]\d|\d)",  # years
    r"\bA(?:[1-9][0-9]|[1-9])\b",  # numbers of assumptions
    r"„Baustein 2“",  # name of the call
    r"§+ ?\d+[a-z]?\b",  # paragraphs of a law
    r"\[[^\]]*@[^\]]*\]|@[\w-]+",  # citations and references
    r"\{[#.][^}]*\}|\[\^\w+\]:?",  # identifiers and footnotes
    r"\$[^$]+\$",  # formulas
    r"`[^`]*`",  # code
]


def typed_digits(text: str, topic: Topic) -> list[str]:
    """Return the lines that hold a digit which is not allowed."""
    text = INLINE.sub("", text)
    for pattern in [*topic.digits, *ALLOWED]:
        text = re.sub(pattern, " ", text)
    return [line.strip() for line in text.splitlines() if re.search(r"\d", line)]


@every_topic
def test_prose_has_no_typed_digit(topic: Topic) -> None:
    assert typed_digits(prose(topic.report), topic) == []


@every_topic
def test_findings_have_no_typed_digit(topic: Topic) -> None:
    # Lines of a file are joined in a string; keys and ids such as fig-quoten have no digits.
    found = [text for _, text in fixed_words(topic.findings) if typed_digits(text, topic)]
    assert found == []


@every_topic
def test_titles_of_exhibits_have_no_typed_digit(topic: Topic) -> None:
    titles = [
        keyword.value
        for node in ast.walk(topic.exhibits_script)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Exhibit"
        for keyword in node.keywords
        if keyword.arg == "title"
    ]
    assert len(titles) >= topic.exhibits
    for title in titles:
        assert [t for _, t in fixed_words(title) if typed_digits(t, topic)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Belegt sind 12 von 396.",
        "Es sind 100.000 EUR.",
        "Rund 25 Prozent haben einen.",
        "Seit 1.2023 gilt das.",
        "Es kostet 2.019 EUR.",
        "In 3000 Gemeinden",
        "A170 und A18a1",
        "ab 30.000 Einwohnern",
        "2,5 Mio.",
    ],
)
def test_planted_digits_are_found(text: str) -> None:
    assert typed_digits(text, PASSES)


def test_what_is_allowed_is_not_found() -> None:
    text = (
        'Im Jahr 2019 (A1, A8 bis A16) `{python} z("x1")` ab 100.000 Einwohnern [@arp2021], '
        "@fig-a1 nach „Baustein 2“ {#sec-1}, § 22 SGB II, von 2015 bis 2021."
    )
    assert typed_digits(text, PASSES) == []


# --- numbers in words ------------------------------------------------------------------------

NUMBER_WORD = re.compile(
    r"\b(?:null|zwei(?!f|g|t)\w*|drei\w*|vier(?!tel)\w*|viertel|fünf\w*|sechs|sieben|acht(?!e)|neun"
    r"|zehn\w*|elf|zwölf|zwanzig|dreißig|hundert\w*|tausend\w*|million\w*|mio"
    r"|hälfte|\w*drittel\w*|fünftel|halb\w* (?:Jahr|Einheit)|doppel\w*|verdopp\w*|einzige\w*"
    r"|one|two|three|half|third)\b",
    re.I,
)


def typed_words(text: str, topic: Topic) -> list[str]:
    """Return the numbers in words that the topic does not explain, with their surroundings."""
    text = plain(INLINE.sub("…", text))
    for phrase, _, _ in topic.typed:
        text = re.sub(re.escape(phrase), " … ", text, flags=re.I)
    return [text[max(0, m.start() - 30) : m.end() + 30] for m in NUMBER_WORD.finditer(text)]


def prose_without_code(topic: Topic) -> str:
    text = re.sub(r"\[[^\]]*@[^\]]*\]|\{[#.][^}]*\}", "", prose(topic.report))
    return text + " ".join(text for _, text in fixed_words(topic.findings))


@every_topic
def test_numbers_in_words_are_on_the_list(topic: Topic) -> None:
    text = prose_without_code(topic)
    for claim in {sentence for sentence, _ in topic.module.CLAIMS}:
        text = text.replace(claim, "")
    assert typed_words(text, topic) == []


@every_topic
def test_list_of_words_has_no_dead_entry(topic: Topic) -> None:
    text = plain(prose_without_code(topic)).lower()
    assert [phrase for phrase, _, _ in topic.typed if phrase.lower() not in text] == []


@every_topic
def test_words_that_estimates_or_choices_can_change_still_hold(full: Project, topic: Topic) -> None:
    z = Values(headline(full, topic))
    assert [phrase for phrase, _, holds in topic.typed if holds and not holds(z)] == []


@pytest.mark.parametrize(
    "text", ["in drei von vier Städten", "die Hälfte der Pässe", "rund zwei Drittel", "one in two"]
)
def test_planted_words_are_found(text: str) -> None:
    assert typed_words(text, PASSES)


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


CLAIMS = [(topic, number) for topic in TOPICS for number in range(len(topic.module.CLAIMS))]


def headline(project: Project, topic: Topic) -> pd.DataFrame:
    return read_tables(project.estimates(topic.name))["headline"]


@every_topic
def test_claims_hold(full: Project, topic: Topic) -> None:
    claims = topic.module.CLAIMS
    check_claims(claims, Values(headline(full, topic)))
    assert len({sentence for sentence, _ in claims}) == len(claims)


@pytest.mark.parametrize(
    ("topic", "number"), CLAIMS, ids=[f"{t.name}: {t.module.CLAIMS[n][0]}" for t, n in CLAIMS]
)
def test_each_claim_can_fail(full: Project, topic: Topic, number: int) -> None:
    sentence, holds = topic.module.CLAIMS[number]
    table = headline(full, topic)
    recorder = Recorder(table)
    recorder.asked = set()
    assert holds(recorder)
    assert recorder.asked, "a claim that looks at nothing"
    for key in sorted(recorder.asked):  # every number that it names can break it
        mutations = [mutated(table, key, value) for value in (-1e9, 0.4, 1e9)]
        breaking = [z for z in mutations if not holds(z)]
        assert breaking, key
        with pytest.raises(StageError, match=re.escape(f"„{sentence}“")):
            check_claims([(sentence, holds)], breaking[0])


def mutated(table: pd.DataFrame, key: str, value: float) -> Values:
    table = table.astype({"value": object})
    for column in ("value", "low", "high"):
        table.loc[table["key"].eq(key) & table[column].notna(), column] = value
    return Values(table)


# --- keys, portability, assumptions, caveats --------------------------------------------------


@every_topic
def test_every_key_of_prose_findings_and_exhibits_is_an_estimate(
    full: Project, topic: Topic
) -> None:
    there = set(headline(full, topic)["key"])
    inline = {key for code in INLINE.findall(topic.report) for key in keys(ast.parse(code))}
    assert len(inline) > topic.places / 2
    assert (inline | keys(topic.findings) | keys(topic.exhibits_script)) - there == set()


@every_topic
def test_inline_code_is_a_number_of_the_estimates_and_nothing_else(topic: Topic) -> None:
    for code in INLINE.findall(topic.report):
        assert re.fullmatch(r'z(\.between|\.words|\.english)?\("\w+"(, one="\w+")?\)', code), code


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / "analyses").rglob("*.qmd"), ROOT / "analyses" / "_quarto.yml"]),
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_documents_are_portable(path: Path) -> None:
    assert [str(problem) for problem in check_portable(path)] == []


def assumptions(topic: Topic) -> list[int]:
    text = (topic.folder / "ASSUMPTIONS.md").read_text(encoding="utf-8")
    return [int(n) for n in re.findall(r"^\| A(\d+) \|", text, re.M)]


def cited(text: str) -> set[int]:
    """Return the numbers of assumptions in a text, those between "A8 bis A11" too."""
    found = {int(n) for n in re.findall(r"\bA(\d+)\b", text)}
    for first, last in re.findall(r"\bA(\d+) (?:bis|to) A(\d+)\b", text):
        found |= set(range(int(first), int(last) + 1))
    return found


@every_topic
def test_assumptions_are_numbered_without_a_gap(topic: Topic) -> None:
    assert assumptions(topic) == list(range(1, len(assumptions(topic)) + 1))
    rows = [
        line for line in (topic.folder / "ASSUMPTIONS.md").read_text("utf-8").splitlines()
        if line.startswith("| A")
    ]  # fmt: skip
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 4, row
        assert all(cells), row


@every_topic
def test_every_assumption_is_cited_and_every_citation_leads_to_one(topic: Topic) -> None:
    config = (topic.folder / "config.yml").read_text(encoding="utf-8")
    typed = "\n".join(text for _, text in fixed_words(topic.exhibits_script))
    shown = typed.replace("–", " bis ")
    there = set(assumptions(topic))
    assert there
    assert there <= cited(prose(topic.report)) | cited(config)
    assert cited(prose(topic.report)) | cited(config) | cited(shown) <= there


COMMON = [
    "Unabhängige Analyse",
    "Nicht im Auftrag des MAGS erstellt; keine amtliche Veröffentlichung",
]


@pytest.mark.parametrize(
    ("topic", "caveat"),
    [(topic, caveat) for topic in TOPICS for caveat in [*COMMON, *topic.caveats]],
    ids=lambda given: given.name if isinstance(given, Topic) else given[:60],
)
def test_report_prints_its_caveats(topic: Topic, caveat: str) -> None:
    assert caveat in plain(prose(topic.report).replace("**", ""))


@every_topic
def test_report_has_its_sections(topic: Topic) -> None:
    headings = re.findall(r"^# (.+?) \{", prose(topic.report), re.M)
    for wanted in ("Kurzfassung", "Grenzen", "English abstract", "Methodenanhang", "Kolophon"):
        assert wanted in headings
    assert headings[0] == "Kurzfassung"
    assert headings[-1] == "Literatur"
    assert len(topic.module.findings(_Any())) == 5


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
