"""The start page with its search, the pages that the expertises share, the release."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import lxml.html
import pandas as pd
import pytest

from armutsexpertise import __version__, catalog
from armutsexpertise.provenance import content_hash
from armutsexpertise.publish.exhibit import Exhibit, write_exhibits
from armutsexpertise.site import TITLE, build_site, release
from armutsexpertise.site.search import sections
from armutsexpertise.stages import Project, StageError
from checkout import ROOT

TOPICS = {"climate": "Klima & Soziales", "passes": "Pässe"}
GLOSSARY = """terms:
  uebertrag: {term: Übertrag, text: Was bleibt., source: "eigene Worte; [@arp2021]"}
  gini: {term: Gini, text: Maß der Ungleichheit., source: Lehrbuch}
"""
REPORT = """<html><head><title>{title}</title></head><body><nav>Inhalt</nav><main>
<p>Vorspann.</p><h2 id="sec-a"><span>1</span> Fahr\u00adpreise</h2><p>Größe der <b>Stadt</b></p>
<svg><text>Achse</text></svg><h3 id="sec-b">1.1 Folgen</h3><ul><li>eins</li><li>zwei</li></ul>
</main><script>var x = "</p>";</script></body></html>"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with two small reports that look as if they were built."""
    root = tmp_path / "Prüfung mit Leerzeichen"
    (root / "analyses").mkdir(parents=True)
    (root / "analyses" / "_quarto.yml").write_text("project: {output-dir: ../reports}\nlang: de\n")
    for name in ("LICENSE", "LICENSE-DATA", "CITATION.cff"):
        (root / name).write_text("x")
    (root / "analyses" / "references.bib").write_text(
        "@book{arp2021, author = {Arp, Anna}, title = {Sozialpässe}, year = {2021}}\n"
    )
    (root / "analyses" / "glossary.yml").write_text(GLOSSARY, encoding="utf-8")
    shutil.copytree(ROOT / "data" / "raw" / "evidence", root / "data" / "raw" / "evidence")
    for number, (topic, title) in enumerate(TOPICS.items(), start=1):
        folder = root / "analyses" / topic
        folder.mkdir()
        (folder / "report.qmd").write_text(
            f"---\ntitle: {title}\nsubtitle: Unter {topic}\ndate: 2026-0{number}-01\n---\n"
        )
        (folder / "ASSUMPTIONS.md").write_text(
            f"| Nr. | Annahme |\n|---|---|\n| A1 | Was {topic} annimmt | Grund | Folge |\n"
        )
        out = root / "reports" / topic
        write_exhibits([table(f"tbl-{topic}", f"Tabelle zu {title}")], out / "exhibits")
        entries = [
            {
                "title": f"{topic} {n}.",
                "text": f"Text {n} von *{topic}*.",
                "exhibit": f"tbl-{topic}",
            }
            for n in (1, 2)
        ]
        (out / "exhibits" / "findings.json").write_text(json.dumps(entries))
        (out / "report.pdf").write_text("x")
        (out / "report.html").write_text(REPORT.format(title=title.replace("&", "&amp;")))
    return Project(root)


def table(name: str, title: str) -> Exhibit:
    return Exhibit(
        id=name,
        title=title,
        alt="Tabelle.",
        source="erfunden",
        reference_date="2026-01-01",
        n="2 Zeilen",
        table=pd.DataFrame({"a": [1, 2]}),
    )


def words(node: lxml.html.HtmlElement) -> str:
    return " ".join(node.text_content().split())


def test_index_presents_every_expertise(project: Project) -> None:
    page = build_site(project)
    assert page == project.root / "reports" / "index.html"
    tree = lxml.html.fromstring(page.read_bytes())
    text = words(tree)
    assert TITLE in text
    assert "Unabhängige Analyse. Nicht im Auftrag des MAGS erstellt" in text
    assert "1. Februar 2026" in text, "the date of the newest report"
    headings = [words(h) for h in tree.iter("h2")]
    assert headings == [*TOPICS.values(), "So zitieren", "So nachrechnen"]
    points = [words(p) for p in tree.xpath("//main//ol/li") if re.search(r"Text \d", words(p))]
    assert points == [f"{topic} {n}. Text {n} von {topic}." for topic in TOPICS for n in (1, 2)]
    assert all(f"Unter {topic}" in text for topic in TOPICS)
    assert all(tree.xpath(f"//figure[@id='tbl-{topic}']") for topic in TOPICS)


def test_every_link_between_the_pages_leads_to_a_file_and_an_anchor(project: Project) -> None:
    reports = build_site(project).parent
    followed = set()
    for page in sorted(reports.glob("*.html")):
        tree = lxml.html.fromstring(page.read_bytes())
        for link in {a.get("href") for a in tree.iter("a")} - {"#inhalt"}:
            if re.match(r"https?:", link):
                continue
            name, _, anchor = link.partition("#")
            target = reports / name if name else page
            assert target.is_file(), (page.name, link)
            if anchor:
                assert (
                    lxml.html.fromstring(target.read_bytes()).get_element_by_id(anchor) is not None
                )
            followed.add(name)
    exhibits = {f"{t}/exhibits/tbl-{t}.{kind}" for t in TOPICS for kind in ("csv", "xlsx")}
    assert exhibits | {f"{topic}/report.pdf" for topic in TOPICS} <= followed
    assert {"glossar.html", "annahmen.html", "daten.html", "literatur.html"} <= followed


def test_pages_that_the_expertises_share(project: Project) -> None:
    reports = build_site(project).parent

    def shown(name: str) -> str:
        return words(lxml.html.fromstring((reports / name).read_bytes()).find(".//main"))

    glossary = shown("glossar.html")
    assert glossary.index("Gini") < glossary.index("Übertrag")
    assert "Quelle: eigene Worte; (Arp 2021)" in glossary
    for topic, title in TOPICS.items():
        assert f"Was {topic} annimmt Grund Folge" in shown("annahmen.html")
        assert title in shown("annahmen.html")
        assert f"Tabelle zu {title}" in shown("daten.html")
    data = shown("daten.html")
    described = catalog.describe("evidence", root=project.raw)
    assert described["title"] in data
    files = list((project.raw / "evidence").iterdir())
    assert content_hash(files, project.raw / "evidence")[:16] in data
    assert str(described["sources"][0]["title"]) in data
    assert "Creative Commons" in data
    assert "Arp, Anna. 2021. Sozialpässe" in shown("literatur.html")


def test_a_glossary_that_is_not_in_order_is_one_sentence(project: Project) -> None:
    (project.root / "analyses" / "glossary.yml").write_text("terms:\n  a: {term: A, text: B}\n")
    with pytest.raises(StageError, match=r"glossary\.yml: .*source"):
        build_site(project)


# --- search ------------------------------------------------------------------------------------


def test_sections_are_cut_at_headings_without_what_is_not_read(project: Project) -> None:
    page = project.reports("passes") / "report.html"
    assert sections(page, project.root / "reports") == [
        ("Pässe", "", "passes/report.html", "Vorspann."),
        ("Pässe", "Fahrpreise", "passes/report.html#sec-a", "Größe der Stadt"),
        ("Pässe", "Folgen", "passes/report.html#sec-b", "eins zwei"),
    ]


def hits(page: Path, query: str, profile: Path) -> tuple[str, list[tuple[str, str]]]:
    """Search in Chromium; return the count as it is said, and title and address of each hit."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", f"--user-data-dir={profile}", "--dump-dom"]
    done = subprocess.run(
        [chromium, *flags, f"{page.as_uri()}?q={query}"], capture_output=True, check=True
    )
    tree = lxml.html.fromstring(done.stdout)
    assert tree.xpath("//form[@role='search' and not(@hidden)]")
    found = [(words(a), a.get("href")) for a in tree.xpath("//ol[@class='hits']//a")]
    return words(tree.xpath("//*[@class='search-count']")[0]), found


@pytest.mark.parametrize(
    ("query", "count", "first"),
    [
        ("gr%C3%B6sse stadt", "2 Treffer:", ("Fahrpreise", "climate/report.html#sec-a")),
        ("uebertrag", "Ein Treffer", ("Übertrag", "glossar.html#uebertrag")),
        ("FOLGEN", "2 Treffer:", ("Folgen", "climate/report.html#sec-b")),
        ("achse", "Nichts gefunden.", None),
        ("", "", None),
    ],
)
def test_search_in_a_browser_without_a_server(
    project: Project, tmp_path: Path, query: str, count: str, first: tuple[str, str] | None
) -> None:
    said, found = hits(build_site(project), query, tmp_path / "profile")
    assert said == count
    assert (found[0] if found else None) == first


# --- the same again, faults, release -----------------------------------------------------------


def test_index_is_the_same_from_run_to_run(project: Project) -> None:
    first = build_site(project).read_bytes()
    assert build_site(project).read_bytes() == first


def test_a_report_that_is_not_built_is_left_out(project: Project) -> None:
    for topic in TOPICS:
        (project.reports(topic) / "report.html").rename(project.root / f"{topic}.html")
    with pytest.raises(StageError, match="holds no report: build them first with make report"):
        build_site(project)
    (project.root / "passes.html").rename(project.reports("passes") / "report.html")
    text = build_site(project).read_text(encoding="utf-8")
    assert "Pässe" in text
    assert "Klima" not in text


def test_a_missing_report_is_one_sentence_and_the_former_index_stays(project: Project) -> None:
    former = build_site(project).read_bytes()
    (project.reports("passes") / "exhibits" / "findings.json").unlink()
    with pytest.raises(StageError, match=r"findings\.json is missing: .* make report TOPIC=passes"):
        build_site(project)
    assert (project.root / "reports" / "index.html").read_bytes() == former


def test_release_makes_its_folder_and_holds_the_reports(project: Project) -> None:
    build_site(project)
    archive = release(project)
    assert archive == project.root / "dist" / f"armutsexpertise-{__version__}.zip"
    with zipfile.ZipFile(archive) as opened:
        names = {name.partition("/")[2] for name in opened.namelist()}
    assert {"reports/index.html", "reports/passes/report.pdf", "SHA256SUMS", "LICENSE"} <= names
    first = archive.read_bytes()
    for file in (project.reports("demo") / "report.html", project.analysis("demo") / "methods.qmd"):
        file.parent.mkdir(exist_ok=True)
        file.write_text("erdacht")
    assert release(project).read_bytes() == first, "with or without the example on invented data"


def test_release_of_what_is_not_built_is_one_sentence(project: Project) -> None:
    with pytest.raises(StageError, match=r"The release needs reports/index\.html, which is missin"):
        release(project)
    build_site(project)
    (project.reports("passes") / "exhibits" / "tbl-passes.csv").write_text("changed")
    with pytest.raises(StageError, match="differs from its checksum: run make report again"):
        release(project)
