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
from armutsexpertise.config import read_config
from armutsexpertise.provenance import content_hash
from armutsexpertise.publish.exhibit import Exhibit, write_exhibits
from armutsexpertise.publish.parts import PAGES, abbreviations, assumption_rows, assumptions
from armutsexpertise.render import page as write_page
from armutsexpertise.site import TITLE, Glossary, build_site, release
from armutsexpertise.site.search import sections
from armutsexpertise.stages import Project, StageError
from checkout import ROOT
from render.test_accessibility import browser

BIBLIOGRAPHY = ROOT / "analyses" / "references.bib"
TOPICS = {"climate": "Klima & Soziales", "passes": "Pässe"}
GLOSSARY = """terms:
  uebertrag: {term: Übertrag, text: Was bleibt., source: "eigene Worte; [@arp2021]"}
  gini: {term: Gini-Koeffizient, also: [Gini, Lorenz], text: Ungleichheit., source: Lehrbuch}
  oekohof: {term: Ökohof, text: Hof., source: Lehrbuch}
abbreviations: {ZZ: Zweckverband, ÄB: Ärztebund}
synonyms: [[Einbuße, heiße Ware], [Ökohof, Biohof]]
"""
START = """lead: Unabhängige Analyse.
questions: {passes: "Wo gibt es Pässe?"}
"""
REPORT = """<html><head><title>{title}</title></head><body><nav>Inhalt</nav><main>
<p>Vorspann.</p><h2 id="sec-a"><span>1</span> Fahr\u00adpreise</h2><p>Größe der <b>Stadt</b></p>
<svg><text>Achse</text></svg><h3 id="sec-b">1.1 Folgen</h3><ul><li>eins</li><li>zwei</li></ul>
<h2 id="sec-k">Kurzfassung</h2>
<p><span id="befund-1"><strong>Neue Kläger.</strong></span> Ein Sozialpaß für alle neuen.</p>
<p id="befund-2"></p>
<figure id="tbl-{topic}"><div data-label="Tabelle\u00a0{number}"></div></figure>
<h2 id="sec-c">Kolophon</h2><p>Kläger, Kläger, Kläger und Einbußen, siehe Quelle.</p>
<h2 id="sec-l">Literatur</h2><p>Lorenz</p></main><script>var x = "</p>";</script></body></html>"""


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
    (root / "analyses" / "start.yml").write_text(START, encoding="utf-8")
    for package in ("evidence", "microdata_access"):
        shutil.copytree(ROOT / "data" / "raw" / package, root / "data" / "raw" / package)
    for number, (topic, title) in enumerate(TOPICS.items(), start=1):
        folder = root / "analyses" / topic
        folder.mkdir()
        (folder / "report.qmd").write_text(
            f"---\ntitle: {title}\nsubtitle: Unter {topic}\ndate: 2026-0{number}-01\n---\n"
        )
        (folder / "ASSUMPTIONS.md").write_text(
            "| Nr. | Annahme |\n|---|---|\n"
            f"| A1 | Was {topic} annimmt | Grund | Folge |\n| A2 | Zweite | G | F |\n"
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
        shown = REPORT.format(title=title.replace("&", "&amp;"), topic=topic, number=number + 3)
        (out / "report.html").write_text(shown)
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
    assert "Unabhängige Analyse." in text
    assert "1. Februar 2026" in text, "the date of the newest report"
    headings = [words(h) for h in tree.iter("h2")]
    assert headings == [*TOPICS.values(), "So zitieren", "So nachrechnen"]
    points = [(words(a), a.get("href")) for a in tree.xpath("//*[@class='findings']//li/a")]
    assert points == [
        (f"{topic} {n}.", f"{topic}/report.html#befund-{n}") for topic in TOPICS for n in (1, 2)
    ]
    assert "Text 1" not in text, "the report says more"
    captions = [words(caption)[:10] for caption in tree.iter("figcaption")]
    assert captions == ["Tabelle 4:", "Tabelle 5:"], "the numbers of the reports"
    assert all(f"Unter {topic}" in text for topic in TOPICS)
    assert all(tree.xpath(f"//figure[@id='tbl-{topic}']") for topic in TOPICS)


def test_start_page_leads_to_the_reports_before_anything_else(project: Project) -> None:
    tree = lxml.html.fromstring(build_site(project).read_bytes())
    first = [li.find(".//a").get("href") for li in tree.xpath("//*[@class='overview']//li")]
    assert first == [f"{topic}/report.html" for topic in TOPICS]
    entries = [words(li) for li in tree.xpath("//*[@class='overview']//li")]
    assert "Wo gibt es Pässe?" in entries[1]
    contents = [a.get("href") for a in tree.xpath("//nav[@class='contents']//a")]
    assert contents == [*(f"#{topic}" for topic in TOPICS), "#zitieren", "#nachrechnen"]
    order = [node.tag for node in tree.find(".//main").iter("li", "form", "h2")]
    assert order[: len(TOPICS) + 2] == [*["li"] * len(TOPICS), "form", "h2"]


def test_start_page_says_how_to_cite_and_how_to_reproduce(project: Project) -> None:
    text = words(lxml.html.fromstring(build_site(project).read_bytes()))
    assert f"(2026): Pässe. Expertise, Version {__version__}, Stand 1. Februar 2026. CC BY" in text
    described = catalog.describe("microdata_access", root=project.raw)
    assert (
        f"{described['title']}. Datenpaket microdata_access, Version {described['version']}" in text
    )
    assert "make report make test" in text


def test_every_page_names_the_others_and_marks_itself(project: Project) -> None:
    reports = build_site(project).parent
    for page in sorted(reports.glob("*.html")):
        tree = lxml.html.fromstring(page.read_bytes())
        (nav,) = tree.xpath("//*[@role='navigation'][@aria-label='Seiten aller Expertisen']")
        assert [a.get("href") for a in nav.iter("a")] == list(PAGES)
        assert [a.get("href") for a in nav.xpath(".//a[@aria-current='page']")] == [page.name]
        assert TITLE in words(tree.find(".//title"))


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
    places = [
        glossary.index(word) for word in ("Gini-Koeff", "Ökohof", "Übertrag", "ÄB Är", "ZZ Zw")
    ]
    assert places == sorted(places)
    assert "Auch: Lorenz. Quelle: Lehrbuch" in glossary, "without the form that its name holds"
    assert "Quelle: eigene Worte; (Arp 2021)" in glossary
    for topic, title in TOPICS.items():
        text = f"A1 Was {topic} annimmt Begründung: Grund Wirkung, wenn sie falsch ist: Folge A2 Zw"
        assert text in shown("annahmen.html")
        assert title in shown("annahmen.html")
        assert f"Tabelle zu {title}" in shown("daten.html")
    data = shown("daten.html")
    described = catalog.describe("evidence", root=project.raw)
    assert described["title"] in data
    files = list((project.raw / "evidence").iterdir())
    assert content_hash(files, project.raw / "evidence")[:16] in data
    assert str(described["sources"][0]["title"]) in data
    assert "Creative Commons" in data
    for row in catalog.restricted_datasets(root=project.raw).itertuples():
        assert {row.title_de, row.file_name, row.sha256[:16]} <= {
            part for part in (row.title_de, row.file_name, row.sha256[:16]) if part in data
        }
    tree = lxml.html.fromstring((reports / "daten.html").read_bytes())
    requests = set(catalog.restricted_datasets(root=project.raw)["request_url"])
    assert requests <= {a.get("href") for a in tree.iter("a")}
    tree = lxml.html.fromstring((reports / "annahmen.html").read_bytes())
    anchors = {node.get("id") for node in tree.iter("h3")}
    assert anchors == {f"{topic}-{number}" for topic in TOPICS for number in ("a1", "a2")}
    assert "Arp, Anna. 2021. Sozialpässe" in shown("literatur.html")


def test_a_number_of_an_assumption_leads_to_it(tmp_path: Path) -> None:
    text = assumptions("| A1 | Was gilt | Grund | Folge |\n").data
    file = tmp_path / "bericht" / "report.html"
    write_page(
        f"# Kapitel (A1)\n\nGerechnet (A1, A2), [siehe A1](x).\n\n{text}", {"lang": "de"}, file
    )
    tree = lxml.html.fromstring(file.read_bytes())
    links = [(words(a), a.get("href")) for a in tree.find(".//main").iter("a")]
    assert links == [
        ("A1", "#a1"),
        ("siehe A1", "x"),
        ("Annahmen aller Expertisen", "../annahmen.html"),
    ]
    assert words(tree.get_element_by_id("a1").getparent()) == "A1"


def test_the_first_use_of_a_term_in_a_chapter_leads_to_the_glossary(tmp_path: Path) -> None:
    glossary = """terms:
  gini: {term: Gini-Koeffizient, also: [Gini, Lorenz, Grenze], ambiguous: [Grenze]}
  sgb2: {term: SGB II (Bürgergeld), also: [SGB II]}
  unused: {term: Ökohof}
abbreviations: {SGB: Sozialgesetzbuch}
"""
    text = (
        "# Gini hier\n\nVon **Ginis** und Gini (SGB II), SGB\u00a0II. Gini-Wert, Minigini, Grenze."
        "\n\n## Gini\n\n[Gini](x), `Gini`\n\n- Gini\n\n# Zwei\n\n| Gini |\n|------|\n| Gini |\n\n"
        '::: {lang="en"}\nThe Gini.\n:::\n\n::: {#fig-a}\n![](a.svg){fig-alt="Gini"}\n\n'
        "[Quelle: Gini.]{.source}\n\nGini\n:::\n\nDas SGB\u00a0II, „Lorenz“.\n\n"
    )
    parts = abbreviations(glossary, text).data
    assert "Ökohof" not in parts
    file = tmp_path / "bericht" / "report.html"
    file.parent.mkdir()
    (file.parent / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    write_page(text + parts, {"lang": "de"}, file)
    tree = lxml.html.fromstring(file.read_bytes())
    links = [(words(a), a.get("href")) for a in tree.xpath("//a[@class='term']")]
    gini, sgb = "../glossar.html#gini", "../glossar.html#sgb2"
    assert links == [("Ginis", gini), ("SGB II", sgb), ("SGB II", sgb), ("Lorenz", gini)]
    listed = [(words(a), a.get("href")) for a in tree.xpath("//p[contains(., 'erklärt')]/a")]
    assert listed == [
        ("Glossar", "../glossar.html"), ("Gini-Koeffizient", gini), ("SGB II (Bürgergeld)", sgb)
    ]  # fmt: skip


def test_a_glossary_that_is_not_in_order_is_one_sentence(project: Project) -> None:
    (project.root / "analyses" / "glossary.yml").write_text("terms:\n  a: {term: A, text: B}\n")
    with pytest.raises(StageError, match=r"glossary\.yml: .*source"):
        build_site(project)


# --- the glossary of the three reports ---------------------------------------------------------

NOT_WRITTEN_OUT = (
    # formats, licences, names, plates of districts, references of courts
    {
        "CSV",
        "XLSX",
        "PDF",
        "SVG",
        "HTML",
        "SHA",
        "CC",
        "BY",
        "MIT",
        "LICENSE",
        "DATA",
        "DE",
        "DOI",
        "HC3",
    }
    | {"SIAM", "TASK", "AC", "AS", "ER", "CAS", "GE", "NV", "II", "VIII", "XII", "XVII", "WZ"}
    | {
        "NRZ",
        "WAZ",
        "RND",
        "ISBN",
        "EU",
        "IT",
        "EW",
        "CO2",
        "A4",
        "URL",
        "PC",
        "McCullagh",
        "MacKinnon",
    }
)


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return read_config(ROOT / "analyses" / "glossary.yml", Glossary)


@pytest.fixture(scope="module")
def prose(built: Project) -> str:
    """Return the words of all built reports."""
    pages = [built.reports(topic) / "report.html" for topic in built.topics()]
    return " ".join(
        " ".join([e.heading, e.text]) for page in pages for e in sections(page, built.root)
    )


@pytest.mark.slow
def test_every_entry_of_the_glossary_is_used(glossary: Glossary, prose: str) -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    used = " ".join([prose, *(file.read_text(encoding="utf-8") for file in documents)]).lower()
    idle = [
        anchor
        for anchor, entry in glossary.terms.items()
        if not any(form.lower() in used for form in (entry.term, *entry.also))
    ]
    assert idle == []
    used += " ".join(entry.source for entry in glossary.terms.values()).lower()
    idle = [name for name in glossary.abbreviations if name.lower() not in used]
    assert idle == []


@pytest.mark.slow
def test_every_abbreviation_of_the_reports_is_written_out(glossary: Glossary, prose: str) -> None:
    known = " ".join(
        [
            *glossary.abbreviations,
            *(f"{entry.term} {' '.join(entry.also)}" for entry in glossary.terms.values()),
        ]
    )
    body = re.sub(r"https?://\S+|doi:\S+", "", prose)
    found = set(re.findall(r"(?<![\w-])[A-ZÄÖÜ][a-zäöü]?[A-ZÄÖÜ][A-Za-zÄÖÜäöü]*\b", body))
    short = {word for word in found if sum(letter.isupper() for letter in word) >= 2}
    unknown = {w for w in short - NOT_WRITTEN_OUT if not re.search(rf"\b{re.escape(w)}", known)}
    assert unknown == set()


def test_no_term_is_defined_twice_and_every_source_is_known(glossary: Glossary) -> None:
    forms = [form.lower() for e in glossary.terms.values() for form in {e.term, *e.also}]
    assert sorted(forms) == sorted(set(forms))
    assert all(set(e.ambiguous) <= set(e.also) for e in glossary.terms.values())
    keys = set(re.findall(r"^@\w+\{(\w+),", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.M))
    cited = {key for e in glossary.terms.values() for key in re.findall(r"@(\w+)", e.source)}
    assert cited <= keys
    anchors = re.compile(r"annahmen\.html#(\w+)-(a\d+)")
    for topic, number in (m for e in glossary.terms.values() for m in anchors.findall(e.source)):
        text = (ROOT / "analyses" / topic / "ASSUMPTIONS.md").read_text(encoding="utf-8")
        assert number.upper() in [row[0] for row in assumption_rows(text)]


# --- search ------------------------------------------------------------------------------------


def test_sections_are_cut_at_headings_without_what_is_not_read(project: Project) -> None:
    page = project.reports("passes") / "report.html"
    assert sections(page, project.root / "reports") == [
        ("Pässe", "", "passes/report.html", "Vorspann.", "", 1.0),
        ("Pässe", "Fahrpreise", "passes/report.html#sec-a", "Größe der Stadt", "", 1.0),
        ("Pässe › Fahrpreise", "Folgen", "passes/report.html#sec-b", "eins zwei", "", 1.0),
        (
            *("Pässe", "Kurzfassung", "passes/report.html#sec-k"),
            *("Neue Kläger. Ein Sozialpaß für alle neuen.", "Neue Kläger.", 1.5),
        ),
        (
            *("Pässe", "Kolophon", "passes/report.html#sec-c"),
            *("Kläger, Kläger, Kläger und Einbußen, siehe Quelle.", "", 0.2),
        ),
        ("Pässe", "Literatur", "passes/report.html#sec-l", "Lorenz", "", 0.3),
    ]


QUERIES = {
    "größe stadt": ("2 Treffer:", "climate/report.html#sec-a"),
    "uebertrag": ("Ein Treffer", "glossar.html#uebertrag"),
    "ÖKOHOF": ("Ein Treffer", "glossar.html#oekohof"),
    "FOLGEN": ("4 Treffer:", "climate/report.html#sec-b"),
    # Any form finds a term; literature of the reports is found on the page of all literature.
    "gini-koeffizient": ("Ein Treffer", "glossar.html#gini"),
    "lorenz": ("Ein Treffer", "glossar.html#gini"),
    "zweckverband": ("Ein Treffer", "glossar.html#abkuerzungen"),
    "achse": ("Nichts gefunden.", None),
    # Plural and case, umlauts in either spelling, and what is said otherwise.
    "Sozialpässen": ("4 Treffer:", "climate/report.html#sec-k"),
    "sozialpaesse": ("4 Treffer:", "climate/report.html#sec-k"),
    "klaegers": ("4 Treffer:", "climate/report.html#sec-k"),
    "neu quell": ("Nichts gefunden.", None),
    "neuen": ("2 Treffer:", "climate/report.html#sec-k"),
    "Biohöfe": ("Ein Treffer", "glossar.html#oekohof"),
    "heiße Ware": ("2 Treffer:", "climate/report.html#sec-c"),
    "heiße": ("Nichts gefunden.", None),
    "": ("", None),
}
"""What is said and where the first hit leads."""

ASK = """<script>
var field = document.getElementById("suche"), form = field.form, out = [];
QUERIES.forEach(function (query) {
  field.value = query;
  form.dispatchEvent(new Event("submit", {cancelable: true}));
  var first = form.querySelector(".hits a");
  out.push([form.querySelector(".search-count").textContent, first && first.getAttribute("href"),
            !first || document.activeElement === first]);
});
document.body.insertAdjacentHTML("beforeend", "<pre id=answers></pre>");
document.getElementById("answers").textContent = JSON.stringify(out);
</script>"""


def dom(page: Path, profile: Path, query: str = "") -> lxml.html.HtmlElement:
    """Return a page after its scripts ran in Chromium."""
    chromium = browser()
    if chromium is None:
        pytest.skip("Chromium is not installed")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", f"--user-data-dir={profile}", "--dump-dom"]
    done = subprocess.run(
        [chromium, *flags, page.as_uri() + query], capture_output=True, check=True
    )
    return lxml.html.fromstring(done.stdout)


def test_search_in_a_browser_without_a_server(project: Project, tmp_path: Path) -> None:
    """One start of the browser asks everything, as typing and Enter do."""
    page = build_site(project)
    text = page.read_text(encoding="utf-8")
    asking = page.with_name("asking.html")
    script = ASK.replace("QUERIES", json.dumps(list(QUERIES)))
    asking.write_text(text.replace("</body>", f"{script}</body>"), encoding="utf-8")
    tree = dom(asking, tmp_path / "profile")
    got = json.loads(tree.get_element_by_id("answers").text)
    assert dict(zip(QUERIES, [(said, first) for said, first, _ in got], strict=True)) == QUERIES
    assert all(focused for *_, focused in got), "Enter goes to the first hit"


PLANNERS = {
    "Sozialpass": "passes/report.html#sec-kurzfassung",
    "Sozialpässe": "passes/report.html#sec-kurzfassung",
    "Düsseldorf-Pass": "passes/report.html#sec-inanspruchnahme",
    "Armutsrisikoquote": "glossar.html#armutsgefaehrdungsquote",
    "Armutsgefährdung": "glossar.html#armutsgefaehrdungsquote",
    "CO2-Preis": "glossar.html#co2-preis",
    "Klimageld": "glossar.html#klimageld",
    "Hitzetote": "climate/report.html#sec-kurzfassung",
    "heiße Tage": "climate/report.html#sec-kurzfassung",
    "offline": "digital/report.html#sec-offline",
    "Online": "digital/report.html#sec-wachstum",
    "Internet": "digital/report.html#sec-zugang",
    "Senioren": "digital/report.html#sec-offline",
    "Breitband": "digital/report.html#sec-bezahlbarkeit",
    "Tablet": "digital/report.html#sec-geraete",
    "Laptop": "digital/report.html#sec-kurzfassung",
    "Bürgergeld": "passes/report.html#sec-kurzfassung",
    "Regelbedarf": "glossar.html#regelbedarf",
    "Wohngeld": "passes/report.html#sec-kurzfassung",
    "Gini": "glossar.html#gini",
}
"""What a planner types, and where the first hit leads in the pages of the three reports."""


@pytest.mark.slow
def test_planners_find_what_they_seek(built: Project, tmp_path: Path) -> None:
    page = tmp_path / "asking.html"
    text = (built.root / "reports" / "index.html").read_text(encoding="utf-8")
    script = ASK.replace("QUERIES", json.dumps(list(PLANNERS)))
    page.write_text(text.replace("</body>", f"{script}</body>"), encoding="utf-8")
    tree = dom(page, tmp_path / "profile")
    got = json.loads(tree.get_element_by_id("answers").text)
    assert dict(zip(PLANNERS, [first for _, first, _ in got], strict=True)) == PLANNERS


def test_synonyms_are_in_one_group_each(glossary: Glossary) -> None:
    words = [word.lower() for group in glossary.synonyms for word in group]
    assert sorted(words) == sorted(set(words))
    assert all(len(group) > 1 for group in glossary.synonyms)


def test_an_address_can_hold_a_search(project: Project, tmp_path: Path) -> None:
    tree = dom(build_site(project), tmp_path / "profile", "?q=gr%C3%B6sse%20stadt")
    assert tree.xpath("//form[@role='search' and not(@hidden)]")
    assert words(tree.xpath("//*[@class='search-count'][@role='status']")[0]) == "2 Treffer:"
    links = [(words(a), a.get("href")) for a in tree.xpath("//ol[@class='hits']//a")]
    assert links[0] == ("Fahrpreise", "climate/report.html#sec-a")
    assert [words(m) for m in tree.xpath("//ol[@class='hits']//mark")] == ["Größe", "Stadt"] * 2


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
