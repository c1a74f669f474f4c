"""From document to report: contents, errors, sameness, places."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import lxml.html
import pikepdf
import pytest

from armutsexpertise.render import RenderError, choose_renderer, page, render, renderer
from armutsexpertise.render.html import loads

from .conftest import HEADER, copy_documents, find

Write = Callable[..., Path]
PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


@pytest.fixture(scope="module")
def html(report: dict[str, Path]) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(report["html"].read_bytes())


def text(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_title_block_and_language(html: lxml.html.HtmlElement) -> None:
    assert html.get("lang") == "de"
    assert text(find(html, "time")[0]) == "14. März 2026"
    assert find(html, "time")[0].get("datetime") == "2026-03-14"
    assert text(find(html, ".series")[0]) == "Expertisen zur kommunalen Armutspolitik"
    assert len(find(html, "h1")) == 1


def test_exhibits_are_numbered_captioned_and_sourced(html: lxml.html.HtmlElement) -> None:
    captions = [text(c) for c in find(html, "figure figcaption")]
    assert captions[0].startswith("Abbildung 1: Große Städte haben siebenmal so oft")
    assert captions[1].startswith("Tabelle 1: Fast alle Pässe")
    (figure,), (table,) = find(html, "#fig-groesse"), find(html, "#tbl-gruppen")
    # A caption stands below a figure and above a table; the source line comes last in both.
    assert figure.getchildren()[-1].tag == "figcaption"
    assert table.getchildren()[0].tag == "figcaption"
    assert text(find(figure, ".source")[0]).startswith("Quelle: erfundene Angaben")
    assert table.getchildren()[-1].get("class") == "source"
    assert find(figure, "img")[0].get("alt").startswith("Vier waagerechte Balken")


def test_references_lead_somewhere(html: lxml.html.HtmlElement) -> None:
    links = [a for a in find(html, "a") if (a.get("href") or "").startswith("#")]
    ids = {e.get("id") for e in html.iter() if isinstance(e.tag, str) and e.get("id")}
    assert links
    assert {a.get("href")[1:] for a in links} <= ids
    xrefs = [text(a) for a in find(html, "a.xref")]
    assert xrefs[:3] == ["Abbildung 1", "Tabelle 1", "Abschnitt 3"]
    assert "Gleichung (1)" in xrefs


def test_contents_reach_the_depth_asked_for(html: lxml.html.HtmlElement) -> None:
    entries = [text(a) for a in find(html, "nav.contents a")]
    assert "2.1 Wer einbezogen ist" in entries
    assert not any("Vertiefung" in e for e in entries if e.count(".") > 1)


def test_values_parameters_and_renderer_are_in_the_text(html: lxml.html.HtmlElement) -> None:
    body = text(html)
    assert "In Musterland haben 34,5 % der Städte" in body
    assert "Erzeugt mit eingebetteter Renderer (pandoc 3." in body
    assert "Nur in der HTML-Fassung." in body
    assert "Nicht in der HTML-Fassung." not in body


def test_quotation_marks_follow_the_language(html: lxml.html.HtmlElement) -> None:
    body = text(html)
    assert "„kaum messbare“" in body
    assert "‚Sondereffekte‘" in body
    assert "“invented”" in body


def test_tables_scroll_align_and_name_their_rows(html: lxml.html.HtmlElement) -> None:
    table = find(html, "#tbl-gruppen table")[0]
    assert table.get("aria-labelledby") == "tbl-gruppen-caption"
    assert "scrolls" in table.getparent().get("class")
    first = find(table, "tbody tr")[0].getchildren()
    assert [c.tag for c in first[:2]] == ["th", "td"]
    assert "right" in first[2].get("style")
    assert len(find(html, "#tbl-lang tbody tr")) == 60
    # Equal dashes say nothing about widths, unequal ones do.
    widths = [bool(find(t, "col")) for t in find(html, "table")]
    assert widths == [True, True, False]


def test_page_asks_no_other_host(report: dict[str, Path]) -> None:
    source = report["html"].read_text(encoding="utf-8")
    assert not loads(source)
    assert source.count("@font-face") == 5
    assert "<math" in source


def test_addresses_that_a_page_would_load_are_found() -> None:
    assert loads('<img src="https://example.org/a.png">') == ["https://example.org/a.png"]
    assert loads("<style>a{background:url('b.png')}</style>") == ["b.png"]
    assert loads('<a href="https://example.org">x</a><img src="data:,">') == []


def test_the_same_document_gives_the_same_bytes(report: dict[str, Path], tmp_path: Path) -> None:
    # Another folder, with a space and an umlaut, and another run of the kernel.
    folder = copy_documents(tmp_path / "Ördner mit Leerzeichen")
    again = render(folder / "bericht.qmd", ("html", "pdf", "docx"), renderer="embedded")
    for file in again:
        first = report[file.suffix[1:]]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == (
            hashlib.sha256(first.read_bytes()).hexdigest()
        ), f"{file.suffix} differs between two runs"


def test_figures_of_chunks_are_the_same_from_run_to_run(write: Write, tmp_path: Path) -> None:
    body = (
        "```{python}\n#| label: fig-a\n#| echo: false\n#| fig-cap: Ein Bild\n"
        "#| fig-alt: 'Eine Linie steigt \"steil\" an'\n"
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);\nplt.show()\n```\n\nSiehe @fig-a.\n"
    )
    path = write(body)
    runs = []
    for number in range(2):
        (file,) = render(
            path, ("html",), renderer="embedded", cache_dir=tmp_path / f"cache{number}"
        )
        runs.append(file.read_bytes())
    assert runs[0] == runs[1]
    tree = lxml.html.fromstring(runs[0])
    (image,) = find(tree, "#fig-a img")
    assert image.get("alt") == 'Eine Linie steigt "steil" an'
    assert image.get("src").startswith("data:image/svg+xml;base64,")


def test_a_page_shows_the_narrow_drawing_where_the_screen_is(write: Write, tmp_path: Path) -> None:
    (tmp_path / "weit.svg").write_text(PIXEL)
    (tmp_path / "schmal.svg").write_text(PIXEL.replace('"9"', '"4"'))
    body = '::: {#fig-a}\n![](weit.svg){fig-alt="Bild" narrow="schmal.svg"}\n\nEin Bild\n:::\n'
    page, pdf, docx = render(write(body), ("html", "pdf", "docx"), renderer="embedded")
    tree = lxml.html.fromstring(page.read_bytes())
    (picture,) = find(tree, "#fig-a picture")
    (image,) = find(tree, "#fig-a img")
    (source,) = find(tree, "#fig-a source")
    assert image.getparent() is picture or source.getparent() is picture
    assert source.get("media") == "screen and (max-width: 40rem)"
    drawn = [
        b64decode(a.partition(",")[2]).decode() for a in (source.get("srcset"), image.get("src"))
    ]
    assert ['"4"' in text for text in drawn] == [True, False]
    assert image.get("alt") == "Bild"
    assert not image.get("narrow")
    assert not image.get("data-narrow")
    with pikepdf.open(pdf) as opened:
        assert len(opened.pages) == 1
    with zipfile.ZipFile(docx) as archive:
        assert b"schmal" not in archive.read("word/document.xml")


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("Siehe\n@fig-x.\n", 8, "The reference @fig-x leads nowhere"),
        ("Siehe [@tbl-y].\n", 7, "The reference @tbl-y leads nowhere"),
        ("Siehe @sec-z.\n", 7, "The reference @sec-z leads nowhere"),
        ("a\n\nNach [@niemand].\n", 9, "The citation @niemand is not in the bibliography"),
        ("a\n\n![](fehlt.svg){fig-alt='x'}\n", 9, r"The image fehlt\.svg does not exist"),
        (
            "![](pixel.svg){fig-alt='x' narrow='weg.svg'}\n",
            7,
            r"The image weg\.svg does not exist",
        ),
        ("![](pixel.svg)\n", 7, r"The image pixel\.svg has no alternative text"),
        ("![x](https://example.org/a.png)\n", 7, "reports ask no other host"),
        ("# A {#sec-a}\n\n# B {#sec-a}\n", 7, "The label sec-a is used twice"),
        ("a\n\n::: {.callout-note}\nx\n", 9, "The div ::: is never closed"),
        ("{{< include x.qmd >}}\n", None, "The shortcode include is not supported"),
        ("::: {.callout-danger}\nx\n:::\n", None, "The callout danger is not supported"),
        ("::: {.content-visible when-meta='x'}\nx\n:::\n", None, "condition when-meta is not"),
        ("$\\unbekannt{x}$\n", None, "pandoc says: .*Could not convert TeX math"),
    ],
)
def test_mistakes_in_the_markdown(
    write: Write, tmp_path: Path, body: str, line: int | None, message: str
) -> None:
    (tmp_path / "pixel.svg").write_text(PIXEL)
    (tmp_path / "l.bib").write_text("@book{da, title={X}, year={2020}}")
    header = HEADER.replace("lang: de\n", "lang: de\nbibliography: l.bib\n").replace(
        "title: Probe\n", "title: Probe\n"
    )
    # The bibliography adds a line to the header of six lines.
    with pytest.raises(RenderError, match=message) as caught:
        render(write(body, header=header), ("html",), renderer="embedded")
    assert caught.value.line == (line + 1 if line else None)
    assert not (tmp_path / "probe.html").exists()


def test_mistakes_in_printed_markdown_name_the_chunk(write: Write) -> None:
    path = write(
        "a\n\n```{python}\n#| label: druck\n#| output: asis\n"
        "print('![](weg.svg){fig-alt=\"x\"}')\n```\n"
    )
    where = r"line 9, chunk druck: The image weg\.svg does not exist"
    with pytest.raises(RenderError, match=where):
        render(path, ("html",), renderer="embedded")


@pytest.mark.parametrize(
    ("chunk", "message"),
    [
        ("import matplotlib.pyplot as plt\nplt.plot([1]);\nplt.show()", "no alternative text"),
        ("import pandas as pd\npd.DataFrame({'a': [1]})", "gives HTML; print Markdown"),
        (
            "from IPython.display import display\ndisplay({'application/pdf': 'x'}, raw=True)",
            "gives application/pdf, which no format can show",
        ),
    ],
)
def test_outputs_that_cannot_be_shown(write: Write, chunk: str, message: str) -> None:
    with pytest.raises(RenderError, match=message) as caught:
        render(write(f"```{{python}}\n#| label: aus\n{chunk}\n```\n"), renderer="embedded")
    assert caught.value.chunk == "aus"


def test_what_a_chunk_shows(write: Write) -> None:
    path = write(
        "```{python}\nprint('sichtbar')\n1 + 1\n```\n\n"
        "```{python}\n#| echo: false\n#| warning: false\nimport sys\n"
        "print('leise', file=sys.stderr)\n```\n\n"
        "```{python}\n#| echo: false\nimport sys\nprint('laut', file=sys.stderr)\n```\n\n"
        "```{python}\n#| eval: false\nnicht_definiert\n```\n\n"
        "```{python}\n#| output: false\n#| echo: false\nprint('weg')\n```\n\n"
        "```{python}\n#| echo: false\nfrom IPython.display import Markdown\n"
        "Markdown('**fett**')\n```\n"
    )
    (file,) = render(path, ("html",), renderer="embedded")
    tree = lxml.html.fromstring(file.read_bytes())
    blocks = [p.text_content().strip() for p in find(tree, "pre")]
    assert blocks == ["print('sichtbar')\n1 + 1", "sichtbar", "2", "laut", "nicht_definiert"]
    assert find(tree, "main strong")[0].text == "fett"


@pytest.mark.parametrize(
    ("key", "file"), [("bibliography", "fehlt.bib"), ("csl", "fehlt.csl"), ("css", "fehlt.css")]
)
def test_missing_files_of_the_header(write: Write, key: str, file: str) -> None:
    path = write("a\n", header=f"---\ntitle: x\n{key}: {file}\n---\n")
    with pytest.raises(RenderError, match=f"line 3: The {key} file {file} does not exist"):
        render(path, ("html",), renderer="embedded")


def test_style_sheet_of_the_document_is_added(write: Write, tmp_path: Path) -> None:
    (tmp_path / "mehr.css").write_text(".probe { color: red; }")
    path = write("a\n", header="---\ntitle: x\nformat:\n  html:\n    css: mehr.css\n---\n")
    (file,) = render(path, ("html",), renderer="embedded")
    assert ".probe { color: red; }" in file.read_text(encoding="utf-8")
    (tmp_path / "mehr.css").write_text("@import 'https://example.org/a.css'; a{b:url(c.png)}")
    with pytest.raises(RenderError, match=r"The page would load c\.png"):
        render(path, ("html",), renderer="embedded")


def test_unknown_format_and_renderer(write: Write) -> None:
    with pytest.raises(RenderError, match="format epub is unknown; choose from html, pdf, docx"):
        render(write("a"), ("epub",))
    with pytest.raises(RenderError, match="renderer word is unknown"):
        choose_renderer("word")


def test_output_goes_where_the_project_or_the_caller_says(tmp_path: Path) -> None:
    folder = tmp_path / "analyses" / "thema"
    folder.mkdir(parents=True)
    (tmp_path / "analyses" / "_quarto.yml").write_text("project: {output-dir: ../reports}\n")
    path = folder / "report.qmd"
    path.write_text(HEADER + "Text\n")
    assert render(path, ("html",), renderer="embedded") == [
        tmp_path / "reports" / "thema" / "report.html"
    ]
    assert render(path, ("html",), renderer="embedded", output_dir=tmp_path / "x") == [
        tmp_path / "x" / "report.html"
    ]
    assert [p.name for p in (tmp_path / "x").iterdir()] == ["report.html"]


def test_an_output_folder_that_cannot_be_made(write: Write, tmp_path: Path) -> None:
    (tmp_path / "datei").write_text("")
    with pytest.raises(RenderError, match=r"The report cannot be written: .*datei"):
        render(write("a"), ("html",), renderer="embedded", output_dir=tmp_path / "datei")


def test_full_disk_leaves_the_former_report(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = write("", header="alt", name="probe.html")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    (tmp_path / "pixel.svg").write_text(PIXEL)
    with pytest.raises(RenderError, match="cannot be written: No space left on device"):
        render(write("![](pixel.svg){fig-alt='x'}\n"), ("html",), renderer="embedded")
    assert former.read_text() == "alt"


def test_headings_start_at_the_top_and_skip_no_level(write: Write) -> None:
    path = write("## Erstes\n\n#### Tief\n\n## Zweites\n")
    (file, _) = render(path, renderer="embedded")
    tree = lxml.html.fromstring(file.read_bytes())
    levels = [e.tag for e in find(tree, "main *") if re.fullmatch(r"h\d", e.tag)]
    assert levels == ["h2", "h3", "h2"]


def test_page_shares_the_template(tmp_path: Path) -> None:
    (tmp_path / "pixel.svg").write_text(PIXEL)
    body = (
        '::: {.cards}\n\n::: {.card}\n## Pässe\n\n![](pixel.svg){fig-alt="Bild"}\n\n'
        "[Bericht](passes/report.html)\n:::\n\n:::\n"
    )
    output = tmp_path / "site" / "index.html"
    page(body, {"title": "Expertisen", "lang": "de"}, output, resources=tmp_path)
    tree = lxml.html.fromstring(output.read_bytes())
    assert find(tree, ".card h2")[0].text_content() == "Pässe"
    assert not find(tree, "nav")
    assert not loads(output.read_text(encoding="utf-8"))
    assert [p.name for p in output.parent.iterdir()] == ["index.html"]
    page("# Eins\n", {"title": "x", "toc": True}, output)
    assert find(lxml.html.fromstring(output.read_bytes()), "nav.contents a")
    with pytest.raises(RenderError, match=r"index\.html: The image weg\.svg does not exist"):
        page('![](weg.svg){fig-alt="x"}', {"title": "x"}, output)
    with pytest.raises(RenderError, match=r"index\.html: The div ::: is never closed"):
        page("::: a\n", {"title": "x"}, output)
    (tmp_path / "datei").write_text("")
    with pytest.raises(RenderError, match="The page cannot be written"):
        page("x", {"title": "x"}, tmp_path / "datei" / "index.html")


@pytest.mark.parametrize(("rows", "whole"), [(12, True), (13, False)])
def test_short_tables_stay_on_one_page(
    write: Write, monkeypatch: pytest.MonkeyPatch, rows: int, whole: bool
) -> None:
    sources = []

    def keep(source: Path, output: Path, _: int) -> None:
        sources.append(source.read_text(encoding="utf-8"))
        output.write_bytes(b"")

    monkeypatch.setattr(renderer.pdf, "compile_pdf", keep)
    table = "| A | B |\n|---|---|\n" + "| a | 1 |\n" * rows
    render(write(f"::: {{#tbl-a}}\n{table}\nTitel\n:::\n"), ("pdf",), renderer="embedded")
    assert ("#block(breakable: false)[" in sources[0]) == whole
