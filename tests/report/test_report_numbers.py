"""Every number in the prose of the rendered report equals its estimate.

The expected text is written by `reading`, which shares no code with the package.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import lxml.html
import pytest
from reading import INLINE, evaluate, headline, plain, prose, sentence, written
from topics import Topic, topics

from armutsexpertise.stages import Project

# --- the second way of writing numbers, by hand -----------------------------------------------


@pytest.mark.parametrize(
    ("value", "low", "high", "unit", "digits", "text"),
    [
        ("1234567.5", "", "", "eur", "0", "1.234.568 EUR"),
        ("0.005", "", "", "share", "0", "1 %"),
        ("2.675", "", "", "number", "2", "2,68"),
        ("-0.4", "", "", "points", "1", "\u22120,4"),
        ("", "0.083", "0.997", "share", "1", "8,3 bis 99,7 %"),
        ("", "0.2501", "0.2502", "share", "0", "25 %"),
        ("2023.0", "", "", "year", "0", "2023"),
        ("999", "", "", "number", "0", "999"),
    ],
)
def test_numbers_by_hand(
    value: str, low: str, high: str, unit: str, digits: str, text: str
) -> None:
    row = {"value": value, "low": low, "high": high, "unit": unit, "digits": digits}
    assert written(row) == text


# --- prose ------------------------------------------------------------------------------------


@cache
def page(file: Path) -> str:
    """Return the text of a page without scripts and styles."""
    tree = lxml.html.fromstring(file.read_bytes())
    for node in tree.xpath("//script|//style|//annotation"):
        node.drop_tree()
    return plain(tree.text_content())


every_topic = pytest.mark.parametrize("topic", topics(), ids=lambda topic: topic.name)


MARKUP = re.compile(r"\(@[^)]*\)|@[\w-]+|[*_\[\]{}`<>#|]|^\s*[-:] +|\n\s*\n", re.M)


def surroundings(text: str, start: int, end: int) -> str:
    """Return a piece of prose with what stands around it, up to the next markup."""
    before = MARKUP.split(text[max(0, start - 200) : start])[-1]
    behind = MARKUP.split(text[end : end + 200])[0]
    return plain(f"{before[-60:]}{text[start:end]}{behind[:60]}")


@pytest.mark.slow
@every_topic
def test_every_number_in_the_prose_equals_its_estimate(built: Project, topic: Topic) -> None:
    source = prose(topic.report)
    shown = page(built.reports(topic.name) / "report.html")
    values = headline(built, topic.name)
    places, text, at = [], "", 0
    for found in INLINE.finditer(source):
        expected = evaluate(found[1], values)
        text += source[at : found.start()]
        places.append((found[1], expected, len(text)))
        text += expected
        at = found.end()
    text += source[at:]
    assert len(places) > topic.places
    wrong = []
    for code, expected, start in places:
        piece = surroundings(text, start, start + len(expected))
        assert len(piece) >= len(expected) + 8, f"{code}: too little around it to find it"
        if piece not in shown:
            wrong.append(f"{code}: {piece}")
    assert wrong == []


@pytest.mark.slow
@every_topic
def test_every_number_of_the_findings_equals_its_estimate(built: Project, topic: Topic) -> None:
    values = headline(built, topic.name)
    entries = [
        {ast.literal_eval(k): v for k, v in zip(node.keys, node.values, strict=True) if k}
        for node in ast.walk(topic.findings)
        if isinstance(node, ast.Dict)
    ]
    assert len(entries) == 5
    names = (f"{topic.name}/report.html", "index.html")
    pages = [page(built.root / "reports" / name) for name in names]
    for entry in entries:
        for part in ("title", "text"):
            expected = sentence(entry[part], values)
            assert expected is not None
            # The start page leads to the text by its title.
            for shown in pages if part == "title" else pages[:1]:
                assert plain(expected) in shown, part


@pytest.mark.slow
@every_topic
def test_numbers_in_titles_and_case_numbers_of_exhibits_equal_their_estimates(
    built: Project, topic: Topic
) -> None:
    values = headline(built, topic.name)
    report = lxml.html.fromstring((built.reports(topic.name) / "report.html").read_bytes())
    compared = 0
    for node in ast.walk(topic.exhibits_script):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "Exhibit"):
            continue
        given = {k.arg: k.value for k in node.keywords}
        if ast.literal_eval(given["id"]) in topic.optional:
            continue  # made of microdata, which no copy holds
        (figure,) = report.xpath(f"//figure[@id='{ast.literal_eval(given['id'])}']")
        shown = plain(figure.text_content())
        for part in ("title", "n"):
            expected = sentence(given[part], values)
            if expected is not None:
                assert plain(expected) in shown
                compared += 1
    assert compared > topic.exhibits
