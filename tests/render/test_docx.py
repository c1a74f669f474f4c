"""The DOCX: captions, tables and alternative texts for a reviewer."""

from __future__ import annotations

import zipfile
from pathlib import Path

import lxml.etree
import pytest

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def body(report: dict[str, Path]) -> lxml.etree._Element:
    with zipfile.ZipFile(report["docx"]) as archive:
        return lxml.etree.fromstring(archive.read("word/document.xml"))


def paragraphs(body: lxml.etree._Element, style: str) -> list[str]:
    return [
        "".join(t.text or "" for t in p.iter(f"{W}t"))
        for p in body.iter(f"{W}p")
        if (s := p.find(f"{W}pPr/{W}pStyle")) is not None and s.get(f"{W}val") == style
    ]


def test_captions_are_numbered(body: lxml.etree._Element) -> None:
    (figure,) = paragraphs(body, "ImageCaption")
    assert figure.startswith("Abbildung\u00a01: Große Städte")
    tables = paragraphs(body, "TableCaption")
    assert [t.split(":")[0] for t in tables] == ["Tabelle\u00a01", "Tabelle\u00a02"]
    assert len(paragraphs(body, "SourceLine")) == 3


def test_headings_have_styles_and_numbers(body: lxml.etree._Element) -> None:
    assert "1 Kurzfassung" in paragraphs(body, "Heading1")
    assert "2.1 Wer einbezogen ist" in paragraphs(body, "Heading2")


def test_tables_keep_rows_and_repeat_their_header(body: lxml.etree._Element) -> None:
    tables = list(body.iter(f"{W}tbl"))
    assert [len(list(t.iter(f"{W}tr"))) for t in tables] == [5, 61, 3]
    for table in tables:
        first = next(table.iter(f"{W}tr"))
        assert first.find(f"{W}trPr/{W}tblHeader") is not None


def test_images_have_alternative_texts_and_are_png(
    report: dict[str, Path], body: lxml.etree._Element
) -> None:
    described = [e.get("descr") for e in body.iter() if e.tag.endswith("}docPr")]
    assert len(described) == 1
    assert described[0].startswith("Vier waagerechte Balken")
    with zipfile.ZipFile(report["docx"]) as archive:
        media = [n for n in archive.namelist() if n.startswith("word/media/")]
        assert [n.rsplit(".", 1)[1] for n in media] == ["png"]
        # The only clock is the date of the document.
        assert b"2026-03-14T00:00:00Z" in archive.read("docProps/core.xml")


def test_references_are_links_to_bookmarks(body: lxml.etree._Element) -> None:
    marks = {e.get(f"{W}name") for e in body.iter(f"{W}bookmarkStart")}
    anchors = {e.get(f"{W}anchor") for e in body.iter(f"{W}hyperlink")} - {None}
    assert {"fig-groesse", "tbl-gruppen", "sec-methode"} <= anchors
    assert anchors <= marks
