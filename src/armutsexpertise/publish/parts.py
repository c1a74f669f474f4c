"""Parts that every report prints: navigation, a finding, assumptions, abbreviations, colophon."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from armutsexpertise import __version__
from armutsexpertise.publish.numbers import date_de

if TYPE_CHECKING:
    from IPython.display import Markdown

__all__ = [
    "abbreviations",
    "assumption_rows",
    "assumptions",
    "citation",
    "colophon",
    "finding",
    "links",
    "microdata_box",
    "navigation",
]

PAGES = {
    "index.html": "Startseite und Suche",
    "glossar.html": "Glossar",
    "annahmen.html": "Annahmen",
    "daten.html": "Daten",
    "literatur.html": "Literatur",
}
"""Pages that all expertises share, beside the folders of the reports."""

LICENCE = "Daten und Bericht CC BY 4.0; Code MIT; Daten Dritter behalten ihre Bedingungen"


def _markdown(text: str) -> Markdown:
    from IPython.display import Markdown

    return Markdown(text)  # type: ignore[no-untyped-call]


def _list(entries: Mapping[str, str]) -> str:
    return "\n".join(f"{name}\n:   {text}\n" for name, text in entries.items())


def navigation(depth: int = 1) -> Markdown:
    """Return links to the pages that all expertises share, for HTML only.

    Parameters
    ----------
    depth : int
        How many folders the page lies below the start page; a report lies one below.

    Returns
    -------
    IPython.display.Markdown
    """
    return _markdown(links(depth))


def links(depth: int, current: str = "") -> str:
    """Return the Markdown of `navigation`, for pages that are not executed.

    Parameters
    ----------
    depth : int
        As in `navigation`.
    current : str
        File of the page itself, whose link is marked; empty for a report.

    Returns
    -------
    str
    """
    shown = " ".join(
        f"[{words}]({'../' * depth}{name})" + ('{aria-current="page"}' if name == current else "")
        for name, words in PAGES.items()
    )
    return (
        '::: {.content-visible when-format="html"}\n'
        '::: {.pages role="navigation" aria-label="Seiten aller Expertisen"}\n'
        f"{shown}\n:::\n:::\n"
    )


def finding(entry: Mapping[str, str], number: int) -> Markdown:
    """Return a main finding: number and title in bold, to which others can link, and text.

    Parameters
    ----------
    entry : mapping
        ``title`` and ``text``, as in ``findings.json``.
    number : int
        Place among the findings, from 1.

    Returns
    -------
    IPython.display.Markdown
    """
    title = f"[**{number}. {entry['title']}**]{{#befund-{number}}}"
    return _markdown(f"{title} {entry['text']}")


def assumption_rows(text: str) -> list[list[str]]:
    r"""Read the table of ``ASSUMPTIONS.md``.

    Parameters
    ----------
    text : str
        Content of the file.

    Returns
    -------
    list of list of str
        Number, assumption, reason and effect of each assumption, in the order of the file.

    Examples
    --------
    >>> assumption_rows("| Nr. | ... |\n|---|\n| A1 | Was gilt | Grund | Folge |\n")
    [['A1', 'Was gilt', 'Grund', 'Folge']]
    """
    return [
        [cell.strip() for cell in line.strip("|\n ").split("|")]
        for line in text.splitlines()
        if line.startswith("| A")
    ]


def assumptions(text: str) -> Markdown:
    """Return the assumptions of a topic as a list of definitions.

    Parameters
    ----------
    text : str
        Content of ``ASSUMPTIONS.md``: a table with number, assumption, reason and effect.

    Returns
    -------
    IPython.display.Markdown
        Number, assumption and, in italics, its reason; the text links to it wherever it names the
        number. The effect stands on the page of all
        assumptions, to which the HTML links.
    """
    link = (
        '::: {.content-visible when-format="html"}\n'
        "Was geschieht, wenn eine Annahme falsch ist, steht auf der Seite "
        "[Annahmen aller Expertisen](../annahmen.html).\n:::\n\n"
    )
    return _markdown(
        link
        + _list(
            {
                f"[{number}]{{#{number.lower()} .assumption}}": f"{what} *{reason}*"
                for number, what, reason, _ in assumption_rows(text)
            }
        )
    )


def abbreviations(glossary: str, *texts: str) -> Markdown:
    """Return what the abbreviations of a report stand for, and where its terms are explained.

    Parameters
    ----------
    glossary : str
        Content of ``analyses/glossary.yml``.
    *texts : str
        What the report prints, as Markdown or JSON; only what occurs in it is listed.

    Returns
    -------
    IPython.display.Markdown
        One paragraph, and in HTML the terms with links to the glossary. The embedded renderer
        links their uses in the text as well.

    Examples
    --------
    >>> words = "abbreviations: {BGB: Bürgerliches Gesetzbuch, IW: Institut}"
    >>> abbreviations(words, "§ 559 BGB").data.splitlines()[0]
    '**BGB** Bürgerliches Gesetzbuch.'
    """
    content = yaml.safe_load(glossary)
    meanings = content["abbreviations"]
    text = " ".join(texts)
    used = "; ".join(
        f"**{name}** {meaning}"
        for name, meaning in meanings.items()
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    )
    return _markdown(
        f"{used}.\n\n"
        '::: {.content-visible when-format="html"}\n'
        "Begriffe und Kennzahlen erklärt das [Glossar](../glossar.html)"
        f"{_terms(content.get('terms', {}), text)}.\n:::\n"
    )


def _terms(terms: Mapping[str, Mapping[str, Any]], text: str) -> str:
    """Return the terms that a text uses, each with its link and its other forms."""
    used = []
    for anchor, entry in terms.items():
        other = [form for form in entry.get("also", []) if form not in entry.get("ambiguous", [])]
        if any(form in text for form in (entry["term"], *other)):
            link = f"[{entry['term']}](../glossar.html#{anchor})"
            used.append(f'[{link}]{{.glossary forms="{"|".join(other)}"}}')
    return f": {', '.join(used)}" if used else ""


def citation(title: str, date: str) -> str:
    """Return how a report is cited.

    Parameters
    ----------
    title, date : str
        Of the document; the date as ``YYYY-MM-DD``.

    Returns
    -------
    str

    Examples
    --------
    >>> citation("Pässe", "2026-02-01").startswith(
    ...     "armutsexpertise contributors (2026): Pässe. Expertise, Version ")
    True
    """
    return (
        f"armutsexpertise contributors ({date[:4]}): {title}. Expertise, Version {__version__}, "
        f"Stand {date_de(date)}. CC BY 4.0."
    )


def colophon(origin: Mapping[str, Any], third_parties: str) -> Markdown:
    """Return what a report says of its making.

    Parameters
    ----------
    origin : mapping
        Content of ``provenance.json``: hashes, commit, versions.
    third_parties : str
        Attribution that the licences of other people's data ask for.

    Returns
    -------
    IPython.display.Markdown
        List of definitions: citation, files, hashes, commit, renderer, programs, licences.
    """
    from armutsexpertise.render import renderer_name

    commit = (
        f"{origin['commit']} ({'Arbeitsbaum sauber' if origin['clean_tree'] else 'mit Änderungen'})"
        if origin["commit"]
        else "ohne git erstellt"
    )
    return _markdown(
        _list(
            {
                "So zitieren": origin["citation"],
                "Dateien": "Abbildungen (SVG) und Tabellen (XLSX, CSV) liegen im Ordner `exhibits` "
                "neben diesem Bericht, Daten, Code und Handbuch im Projektordner (`data`, `src`, "
                "`docs`).",
                "Prüfsumme der Ergebnisse": f"`{origin['estimates_sha256'][:16]}`",
                "Prüfsumme von Text und Einstellungen": f"`{origin['analysis_sha256'][:16]}`",
                "Commit": commit,
                "Darstellung": renderer_name(),
                "Programme": ", ".join(f"{name} {v}" for name, v in origin["versions"].items()),
                "Lizenz": LICENCE,
                "Daten Dritter": third_parties,
            }
        )
    )


def microdata_box(origin: Mapping[str, Any]) -> Markdown:
    """Return which microdata an optional chapter rests on, or where to request them.

    Parameters
    ----------
    origin : mapping
        Content of ``provenance.json``; its ``microdata`` comes from
        :func:`armutsexpertise.expertise.optional_microdata`.

    Returns
    -------
    IPython.display.Markdown
        A box with a sentence per data set.
    """
    lines = []
    for row in origin["microdata"]:
        name = f"**{row['title_de']}** ({row['provider']})"
        if row["present"]:
            checked = {True: ", die erprobte Fassung", False: ", eine andere Fassung als erprobt"}
            version = checked.get(row["as_tried"], "")
            lines.append(
                f"{name} liegt vor{version}. Alle Ergebnisse sind vor dem Schreiben geschützt: "
                "Zellen mit zu wenigen Befragten sind leer."
            )
        else:
            lines.append(
                f"{name} liegt nicht vor; das Kapitel erscheint, sobald die Datei "
                f"`{row['file_name']}` in `data/raw/restricted` liegt. Zugang: {row['access_de']} "
                f"[Anfrage und Bezug]({row['request_url']}). Was erwartet wird, sagt "
                f"`armutsexpertise data show {row['id']}`."
            )
    body = "\n\n".join(lines)
    return _markdown(f"::: {{.callout-note}}\n## Mikrodaten\n\n{body}\n:::\n")
