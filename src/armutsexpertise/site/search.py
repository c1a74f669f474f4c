"""A search that works from the file system: the index is part of the page that searches."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

__all__ = ["Entry", "search_box", "sections"]

LETTERS_KEPT = 12_000
"""Letters of a section that the index keeps; the sections of the reports are shorter."""

WEIGHTS = {
    **{"Kurzfassung": 1.5, "English abstract": 0.5, "Abkürzungen": 0.3, "Kolophon": 0.2},
    **{"Methodenanhang": 0.7, "Daten und Downloads": 0.5, "Literatur": 0.3},
}
"""How much hits count by heading, else by title of the page, where it is not 1."""

_SKIPPED = {"script", "style", "svg", "annotation", "nav", "head"}
_VOID = {"br", "img", "hr", "meta", "link", "input", "col", "wbr", "source"}
_SPOKEN = {"p", "li", "td", "th", "dd", "dt", "figcaption", "div", "tr"}


class Entry(NamedTuple):
    """A section that the search can find.

    Attributes
    ----------
    page : str
        Title of its page; below a chapter also the heading of the chapter.
    heading : str
        Heading of the section; empty before the first.
    address : str
        Path of the page with the anchor of the section.
    text : str
        Its words, single-spaced.
    lead : str
        Those of them in bold type: the sentences that say a finding.
    weight : float
        How much a hit counts.
    """

    page: str
    heading: str
    address: str
    text: str
    lead: str = ""
    weight: float = 1.0


class _Part(NamedTuple):
    tag: str
    anchor: str
    heading: list[str]
    text: list[str]
    lead: list[str]


class _Reader(HTMLParser):
    """Cut the main part of a page at its headings."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []  # of the window, or the heading of the page where it has one
        self.parts: list[_Part] = []
        self._stack: list[str] = []
        self._inside = ""  # title, heading or nothing

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        self._stack.append(tag)
        if tag == "main":
            self.parts.append(_Part(tag, "", [], [], []))
        elif tag in {"h2", "h3"} and "main" in self._stack:
            self.parts.append(_Part(tag, dict(attrs).get("id") or "", [], [], []))
            self._inside = tag
        elif tag in {"title", "h1"}:
            self.title, self._inside = [], tag

    def handle_endtag(self, tag: str) -> None:
        if tag in self._stack:
            while self._stack.pop() != tag:
                pass
        if tag == self._inside:
            self._inside = ""
        if tag in _SPOKEN and self.parts:
            self.parts[-1].text.append(" ")
            self.parts[-1].lead.append(" ")

    def handle_data(self, data: str) -> None:
        if self._inside in {"title", "h1"}:
            self.title.append(data)
        elif "main" in self._stack and not _SKIPPED & set(self._stack):
            part = self.parts[-1]
            (part.heading if self._inside else part.text).append(data)
            if "strong" in self._stack:
                part.lead.append(data)


def _one_line(parts: Iterable[str]) -> str:
    return re.sub(r"\s+", " ", "".join(parts).replace("\u00ad", "")).strip()


def sections(page: Path, root: Path) -> list[Entry]:
    """Cut a page into the sections that the search finds.

    Parameters
    ----------
    page : Path
        HTML page with one ``main``.
    root : Path
        Folder of the page that searches; addresses are relative to it.

    Returns
    -------
    list of Entry
        One per section that has words, in the order of the page.
    """
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    title, where = _one_line(reader.title), page.relative_to(root).as_posix()
    found, chapter = [], ""
    for part in reader.parts:
        words = _one_line(part.text)[:LETTERS_KEPT]
        name = re.sub(r"^[\d.]+ ", "", _one_line(part.heading))
        chapter = chapter if part.tag == "h3" else name
        within = f"{title} › {chapter}" if part.tag == "h3" and chapter else title
        address = f"{where}#{part.anchor}" if part.anchor else where
        weight = WEIGHTS.get(name, WEIGHTS.get(title, 1.0))
        if words or name:
            found.append(Entry(within, name, address, words, _one_line(part.lead), weight))
    return found


def search_box(entries: Iterable[Entry], synonyms: Iterable[Sequence[str]] = ()) -> str:
    """Return the search as raw HTML for a page: form, place for hits, index and script.

    Parameters
    ----------
    entries : iterable of Entry
        What can be found.
    synonyms : iterable of sequence of str
        Words that stand for each other.

    Returns
    -------
    str
        A raw block of Markdown. Without scripts the form stays hidden and nothing is missing
        but the search.
    """
    # "</" would end the script; in JSON the backslash before "/" is allowed and changes nothing.
    found = {"synonyms": list(synonyms), "entries": [list(entry) for entry in entries]}
    index = json.dumps(found, ensure_ascii=False).replace("</", "<\\/")
    script = (Path(__file__).parent / "search.js").read_text(encoding="utf-8")
    return f"""```{{=html}}
<form class="search" role="search" hidden>
<label for="suche">In allen Expertisen suchen</label>
<input id="suche" type="search" autocomplete="off" spellcheck="false">
<p class="search-count" role="status" aria-live="polite"></p>
<ol class="hits"></ol>
</form>
<script type="application/json" id="search-index">{index}</script>
<script>
{script}</script>
```"""
