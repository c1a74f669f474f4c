"""Exhibits: those of the report and those that are drawn are the same, each with all it needs."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import lxml.html
import pikepdf
import pytest
from reading import load, plain, prose
from topics import Topic, topics

from armutsexpertise.publish.exhibit import Exhibit
from armutsexpertise.stages import Project, read_tables
from checkout import ROOT, hashes, read_rows


@pytest.fixture(scope="module", params=topics(), ids=lambda topic: topic.name)
def topic(request: pytest.FixtureRequest) -> Topic:
    given: Topic = request.param
    return given


@pytest.fixture(scope="module")
def exhibits(full: Project, topic: Topic) -> list[Exhibit]:
    tables = read_tables(full.estimates(topic.name))
    made: list[Exhibit] = load(topic.folder / "exhibits.py").all_exhibits(tables)
    return made


def test_report_shows_every_exhibit_once_and_no_other(
    exhibits: list[Exhibit], topic: Topic
) -> None:
    assert len(topic.shown) >= topic.exhibits
    assert len(set(topic.shown)) == len(topic.shown)
    assert set(topic.shown) == {exhibit.id for exhibit in exhibits}, "no microdata in a copy"
    assert not set(topic.shown) & set(topic.optional)


def test_every_exhibit_says_what_readers_need(exhibits: list[Exhibit]) -> None:
    titles = [exhibit.title for exhibit in exhibits]
    assert len(set(titles)) == len(titles)
    for exhibit in exhibits:
        assert exhibit.source.strip(), exhibit.id
        assert re.search(r"\b(19|20)\d\d\b", exhibit.reference_date), exhibit.id
        assert str(exhibit.n).strip(), exhibit.id
        assert re.search(r"\d", str(exhibit.n)), exhibit.id
        assert len(exhibit.alt) > 20, exhibit.id
        assert exhibit.alt != exhibit.title, exhibit.id
        assert exhibit.id.startswith("fig-" if exhibit.figure else "tbl-"), exhibit.id
        line = exhibit.source_line()
        assert line.startswith("Quelle: "), exhibit.id
        assert " Stand: " in line, exhibit.id
        assert plain("n = ") in plain(line), exhibit.id
        assert not exhibit.synthetic, exhibit.id


def test_alternative_text_of_figures_holds_the_numbers(
    exhibits: list[Exhibit], topic: Topic
) -> None:
    for exhibit in exhibits:
        if exhibit.figure and exhibit.id not in topic.without_digits:
            assert re.search(r"\d", exhibit.alt), exhibit.id


def test_every_finding_points_to_an_exhibit_of_the_summary(topic: Topic) -> None:
    summary = topic.report.split("# Kurzfassung")[1].split("\n# ")[0]
    script = (topic.folder / "findings.py").read_text("utf-8")
    points = re.findall(r'"exhibit": "([\w-]+)"', script)
    assert points == re.findall(r'^show\("([\w-]+)"\)$', summary, re.M)
    calls = re.findall(r"^finding\(findings\[(\d)\], (\d)\)$", summary, re.M)
    assert calls == [(str(n), str(n + 1)) for n in range(5)]


def test_every_reference_has_its_target(topic: Topic) -> None:
    text = prose(topic.report)
    targets = set(topic.shown) | set(re.findall(r"\{#(sec-[\w-]+)", text))
    references = re.findall(r"@((?:fig|tbl|sec)-[\w-]+)", text)
    assert references
    assert set(references) - targets == set()


def test_every_citation_is_in_the_bibliography_and_every_entry_is_cited() -> None:
    entries = set(
        re.findall(
            r"^@\w+\{([\w-]+),", (ROOT / "analyses" / "references.bib").read_text("utf-8"), re.M
        )
    )
    cited = {
        name for topic in topics() for name in re.findall(r"@([a-z]+\d{4}\w*)", prose(topic.report))
    }
    assert cited - entries == set()
    assert entries - cited == set()


def cells(folder: Path) -> list[tuple[str, dict[str, str]]]:
    """Return the rows of the CSV files of exhibits, as a city would read them."""
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            found += [(path.stem, row) for row in csv.DictReader(stream, delimiter=";")]
    return found


# --- the rendered report ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def html(built: Project, topic: Topic) -> lxml.html.HtmlElement:
    return lxml.html.fromstring((built.reports(topic.name) / "report.html").read_bytes())


@pytest.mark.slow
def test_page_shows_each_exhibit_with_source_and_alternative_text(
    built: Project, html: lxml.html.HtmlElement, topic: Topic
) -> None:
    folder = built.reports(topic.name) / "exhibits"
    index = json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))["exhibits"]
    assert {entry["id"] for entry in index} == set(topic.shown)
    for entry in index:
        (figure,) = html.xpath(f"//figure[@id='{entry['id']}']")
        assert plain(entry["title"]) in plain(figure.xpath(".//figcaption")[0].text_content())
        sources = figure.xpath(".//*[contains(@class, 'source')]")
        assert plain(entry["source_line"]) in plain(sources[-1].text_content()), entry["id"]
        if entry["id"].startswith("fig-"):
            (image,) = figure.xpath(".//img")
            assert plain(image.get("alt")) == plain(entry["alt"])
            assert image.get("src").startswith("data:image/svg+xml")
        else:
            (table,) = figure.xpath(".//table")
            assert len(table.xpath(".//tbody/tr")) == len(entry["table"]["rows"])
        downloads = figure.xpath(".//*[contains(@class, 'downloads')]//a")
        labels = [plain(a.get("aria-label")) for a in downloads]
        assert len(set(labels)) == 2, "each says of which exhibit it is"
        assert all(re.fullmatch(r"(CSV|XLSX), (Abbildung|Tabelle) \d+", one) for one in labels)
        links = [a.get("href") for a in downloads]
        assert sorted(links) == [f"exhibits/{entry['id']}.{kind}" for kind in ("csv", "xlsx")]
        for link in links:
            assert (folder.parent / link).is_file()


@pytest.mark.slow
def test_every_reference_resolves(html: lxml.html.HtmlElement, topic: Topic) -> None:
    ids = {node.get("id") for node in html.xpath("//*[@id]")}
    links = [a.get("href") for a in html.xpath("//a[starts-with(@href, '#')]")]
    assert links
    assert [link for link in links if link[1:] not in ids] == []
    linked = {link[1:] for link in links}
    assert set(re.findall(r"@((?:fig|tbl|sec)-[\w-]+)", prose(topic.report))) <= linked
    body = plain(html.xpath("//main")[0].text_content())
    assert not re.search(r"\?@|@(fig|tbl|sec)-|\?\?|\{python\}|\{\{<|NaN|\bnan\b|\bNone\b", body)


@pytest.mark.slow
def test_page_asks_no_other_host(html: lxml.html.HtmlElement) -> None:
    loaded = html.xpath("//@src | //link/@href | //script/@src")
    assert [str(x)[:60] for x in loaded if re.match(r"(https?:)?//", str(x))] == []


@pytest.mark.slow
def test_colophon_names_vintages_hashes_and_versions(
    built: Project, html: lxml.html.HtmlElement, topic: Topic
) -> None:
    text = plain(html.text_content())
    for row in read_rows(built.clean(topic.name) / "vintages.csv"):
        assert row["sha256"][:16] in text, row["package"]
        assert row["version"] in text
    origin = json.loads(
        (built.reports(topic.name) / "exhibits" / "provenance.json").read_text("utf-8")
    )
    assert origin["commit"] is None, "a copy without git"
    assert "ohne git erstellt" in text
    assert origin["estimates_sha256"][:16] in text
    assert origin["analysis_sha256"][:16] in text
    assert f"pandas {origin['versions']['pandas']}" in text


@pytest.mark.slow
def test_pdf_has_the_length_that_was_asked_for(built: Project, topic: Topic) -> None:
    with pikepdf.open(built.reports(topic.name) / "report.pdf") as pdf:
        assert topic.pages[0] <= len(pdf.pages) <= topic.pages[1]
        assert str(pdf.Root.Lang) == "de"


@pytest.mark.slow
def test_exhibits_beside_the_report_are_those_of_the_analysis(built: Project, topic: Topic) -> None:
    ours, theirs = built.analysis(topic.name) / "exhibits", built.reports(topic.name) / "exhibits"
    assert hashes(ours) == hashes(theirs)
    names = set(hashes(theirs))
    for exhibit in topic.shown:
        wanted = {f"{exhibit}.csv", f"{exhibit}.xlsx"}
        if exhibit.startswith("fig-"):
            wanted |= {f"{exhibit}.svg", f"{exhibit}-narrow.svg"}
        assert wanted <= names
    kinds = (".csv", ".xlsx", ".svg", "-narrow.svg")
    assert names - {f"{e}{k}" for e in topic.shown for k in kinds} == {
        "exhibits.json", "findings.json", "provenance.json"
    }  # fmt: skip


@pytest.mark.slow
def test_csv_files_are_german(built: Project, topic: Topic) -> None:
    folder = built.reports(topic.name) / "exhibits"
    for path in folder.glob("*.csv"):
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf"), path.name
        assert b";" in content.splitlines()[0], path.name
    rows = cells(folder)
    decimals = [cell for _, row in rows for cell in row.values() if re.fullmatch(r"\d+,\d+", cell)]
    points = [cell for _, row in rows for cell in row.values() if re.fullmatch(r"0\.\d+", cell)]
    assert decimals
    assert not points
