"""The PDF: standards, structure, metadata, set within its margins."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import page as page_validation
import pikepdf
import pytest

from armutsexpertise.render import RenderError, pdf, render
from render.standards import failures, stream_lengths_are_right

Write = Callable[..., Path]


@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_report_meets_the_standard(report: dict[str, Path], profile: str) -> None:
    assert failures(report["pdf"], profile) == []


def test_a_wrong_stream_length_is_not_taken_for_the_false_alarm() -> None:
    right = b"<< /Length 3 >>\nstream\nab\r\nendstream\n"
    assert stream_lengths_are_right(right)
    assert not stream_lengths_are_right(right.replace(b"Length 3", b"Length 9"))
    assert not stream_lengths_are_right(b"no stream at all")


def test_structure_and_metadata(report: dict[str, Path]) -> None:
    with pikepdf.open(report["pdf"]) as document:
        root = document.Root
        assert str(root.Lang) == "de"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(document.docinfo.Title).startswith("Ein Musterbericht über Sozial-")
        assert str(document.docinfo.CreationDate) == "D:20260314000000Z"
        roles = structure_roles(root.StructTreeRoot)
        # Two captioned tables and a small one, one image, two formulas at least.
        assert roles.count("Table") == 3
        assert roles.count("Figure") == 1
        assert roles.count("Caption") == 3
        assert roles.count("Formula") >= 3
        assert {"H1", "H2", "TH", "TD", "L", "Note"} <= set(roles)
        box = document.pages[0].MediaBox
        # A4 is 210 mm by 297 mm, 72 points to the inch of 25.4 mm.
        assert [round(float(v)) for v in box] == [0, 0, 595, 842]


def structure_roles(root: pikepdf.Object) -> list[str]:
    """Roles of all structure elements."""
    roles, stack = [], [root]
    while stack:
        node = stack.pop()
        if isinstance(node, pikepdf.Array):
            stack += list(node)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node and node.get("/Type") != "/OBJR":
                roles.append(str(node["/S"])[1:])
            if "/K" in node:
                stack.append(node["/K"])
    return roles


@pytest.fixture(scope="module")
def words(report: dict[str, Path]) -> list[tuple[int, float, float, float, float, str]]:
    """Words of the PDF with page and box."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    boxes = subprocess.run(
        ["pdftotext", "-bbox", report["pdf"], "-"], capture_output=True, text=True, check=True
    ).stdout
    found, number = [], 0
    for line in boxes.split("\n"):
        number += "<page " in line
        if hit := re.search(
            r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)<', line
        ):
            x0, y0, x1, y1 = (float(v) for v in hit.groups()[:4])
            found.append((number, x0, y0, x1, y1, hit[5]))
    return found


def test_nothing_leaves_the_margins_or_overlaps(
    words: list[tuple[int, float, float, float, float, str]],
) -> None:
    millimetre = 72 / 25.4
    assert words
    for number, x0, _, x1, _, word in words:
        assert x0 >= 25 * millimetre - 1, (number, word)
        assert x1 <= (210 - 25) * millimetre + 1, (number, word)
    lines: dict[tuple[int, float, float], list[tuple[float, float, str]]] = {}
    for number, x0, y0, x1, y1, word in words:
        lines.setdefault((number, y0, y1), []).append((x0, x1, word))
    for place, line in lines.items():
        line.sort()
        for left, right in pairwise(line):
            assert left[1] <= right[0] + 0.6, (place, left, right)


def test_footer_and_repeated_table_header(
    words: list[tuple[int, float, float, float, float, str]],
) -> None:
    pages = {w[0] for w in words}
    last = max(pages)
    text = {n: " ".join(w[5] for w in words if w[0] == n) for n in pages}
    assert all(f"Seite {n} von {last}" in text[n] for n in pages)
    with_rows = [n for n in pages if text[n].count("Teilhabe") > 3]
    assert len(with_rows) >= 2
    assert all("Einwohner" in text[n] and "Ausgabe" in text[n] for n in with_rows)


def test_what_typst_refuses_is_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "x.typ"
    source.write_text('#set document(title: [x])\n#image("weg.svg", alt: "x")\n')
    with pytest.raises(RenderError, match="Typst refuses the document: file not found"):
        pdf.compile_pdf(source, tmp_path / "x.pdf", 0)
    assert not (tmp_path / "x.pdf").exists()


def test_odd_titles_and_authors(write: Write) -> None:
    title = "title: 'Über \"A\" & \\<B\\> #1 $5'\n"
    author = "author: [{name: 'Ö \"X\" Y'}, Z]\nkeywords: ['a\"b']\n"
    path = write("Text\n", header=f"---\n{title}lang: de\ndate: 2026-03-14\n{author}---\n")
    (file,) = render(path, ("pdf",), renderer="embedded")
    assert page_validation.is_pdf_compliant(str(file), profile="ua1")
    with pikepdf.open(file) as document:
        assert str(document.docinfo.Title) == "Über „A“ & <B> #1 $5"
        assert str(document.docinfo.Author) == 'Ö "X" Y, Z'


def test_drawings_are_rasterised_under_their_hash_only(tmp_path: Path) -> None:
    (tmp_path / "bild.svg").write_text("<svg/>")
    with pytest.raises(ValueError, match="staged under the hash"):
        pdf.rasterise(tmp_path)


def test_a_pdf_needs_title_and_date(write: Write) -> None:
    with pytest.raises(RenderError, match="line 1: The header has no title; every format needs"):
        render(write("x", header="---\nlang: de\n---\n"), ("html",), renderer="embedded")
    path = write("x", header="---\ntitle: x\n---\n")
    with pytest.raises(RenderError, match="The header has no date; a PDF needs one"):
        render(path, ("pdf",), renderer="embedded")
    assert render(path, ("html",), renderer="embedded")
