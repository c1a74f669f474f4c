"""Write the pages around the reports, and the release archive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from armutsexpertise import __version__, catalog
from armutsexpertise.config import Config, ConfigError, read_config
from armutsexpertise.provenance import content_hash
from armutsexpertise.publish import exhibit
from armutsexpertise.publish.numbers import date_de
from armutsexpertise.publish.parts import assumption_rows, citation, links
from armutsexpertise.publish.release import write_release
from armutsexpertise.render.document import read_document
from armutsexpertise.render.renderer import page
from armutsexpertise.site.search import search_box, sections
from armutsexpertise.stages import Project, StageError

__all__ = ["Glossary", "Term", "build_site", "release"]

TITLE = "Expertisen zur kommunalen Armutspolitik in Nordrhein-Westfalen"
LICENCES = {"CC-BY-4.0": "CC BY 4.0"}
ON_SHARED_PAGES = {"Annahmen", "Literatur"}
"""Sections of the reports that the shared pages hold too: the search finds them there."""
C = TypeVar("C", bound=Config)
EDITED = {True: "wird fortgeschrieben", False: "wie geliefert"}


class Term(Config):
    """An entry of the glossary.

    Attributes
    ----------
    term : str
        The word, as it stands in the reports.
    text : str
        What it means here, in one or two sentences; Markdown.
    source : str
        Where the definition is from; Markdown, citations allowed.
    also : tuple of str
        Other forms that the reports use, or by which a reader looks for the term.
    ambiguous : tuple of str
        Those of them that often mean something else: the reports do not link them.
    """

    term: str
    text: str
    source: str
    also: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


class Glossary(Config):
    """The glossary: anchor and entry, what abbreviations stand for, synonyms for the search."""

    terms: dict[str, Term]
    abbreviations: dict[str, str]
    synonyms: tuple[tuple[str, ...], ...] = ()


class Start(Config):
    """The words of the start page: what the whole is, and the question of each expertise."""

    lead: str
    questions: dict[str, str]


def build_site(project: Project) -> Path:
    """Write the start page and the pages that the reports share.

    Parameters
    ----------
    project : Project
        Checkout whose reports are built.

    Returns
    -------
    Path
        ``reports/index.html``; beside it lie the glossary, the assumptions of all topics, the
        data with their downloads, and the literature. Topics whose report is not built are left
        out.

    Raises
    ------
    StageError
        If no report has been built, a report lacks its findings, or the glossary is not in order.
    """
    topics = [t for t in project.topics() if (project.reports(t) / "report.html").is_file()]
    if not topics:
        raise StageError(
            f"{project.root / 'reports'} holds no report: build them first with make report."
        )
    start = _config(project, "start.yml", Start)
    headers = {
        topic: {"question": start.questions.get(topic, "")} | _header(project, topic)
        for topic in topics
    }
    findings = {topic: _findings(project, topic) for topic in topics}
    date = max(header["date"] for header in headers.values())
    reports = project.root / "reports"

    def write(name: str, title: str, body: str, **meta: Any) -> Path:
        given: dict[str, Any] = {
            "title": title,
            "lang": "de",
            "date": date,
            "date-format": "D. MMMM YYYY",
        }
        given |= {"bibliography": str(project.root / "analyses" / "references.bib")}
        if name != "index.html":
            given |= {"pagetitle": f"{title} – {TITLE}", "armutsexpertise": {"series": TITLE}}
        page(f"{links(0, name)}\n\n{body}", given | meta, reports / name)
        return reports / name

    written = [
        write("glossar.html", "Glossar", _glossary(project), toc=True),
        write(
            "annahmen.html",
            "Annahmen aller Expertisen",
            _assumptions(project, headers),
            subtitle="Wer anders entscheidet, ändert die Datei config.yml der Expertise und lässt "
            "make report neu laufen.",
            **{"toc": True, "toc-depth": 1},
        ),
        write("daten.html", "Daten und Downloads", _data(project, headers), toc=True),
        write("literatur.html", "Literatur", "::: {#refs}\n:::", nocite="@*"),
    ]
    found = [
        entry
        for file in [*(project.reports(topic) / "report.html" for topic in topics), *written]
        for entry in sections(file, reports)
        if file in written or entry.heading not in ON_SHARED_PAGES
    ]
    body = "\n\n".join(
        [
            _overview(headers),
            search_box(found, _config(project, "glossary.yml", Glossary).synonyms),
            *(_expertise(project, topic, headers[topic], findings[topic]) for topic in topics),
            _how_to(project, headers),
        ]
    )
    return write("index.html", TITLE, body, subtitle=start.lead, **{"toc": True, "toc-depth": 1})


def _config(project: Project, name: str, model: type[C]) -> C:
    try:
        return read_config(project.root / "analyses" / name, model)
    except ConfigError as error:
        raise StageError(str(error)) from None


def _header(project: Project, topic: str) -> dict[str, str]:
    """Return title, subtitle and date of a report from its document."""
    meta = read_document(project.analysis(topic) / "report.qmd").meta
    return {key: str(meta.get(key, "")) for key in ("title", "subtitle", "date")}


def _findings(project: Project, topic: str) -> list[dict[str, str]]:
    file = project.reports(topic) / "exhibits" / "findings.json"
    if not file.is_file():
        raise StageError(
            f"{file} is missing: build the report first with make report TOPIC={topic}."
        )
    found: list[dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _overview(headers: Mapping[str, Mapping[str, str]]) -> str:
    """Return the expertises at one glance: question, report, findings."""
    entries = "\n".join(
        f"- [{header['title']}]({topic}/report.html)\\\n  {header['question']}\\\n"
        f"  [Bericht als PDF]({topic}/report.pdf) · [Befunde in Kürze](#{topic}) · "
        f"[Abbildungen und Daten](daten.html#{topic}-downloads)\n"
        for topic, header in headers.items()
    )
    return f"::: {{.overview}}\n{entries}\n:::\n"


def _expertise(
    project: Project, topic: str, header: Mapping[str, str], findings: list[dict[str, str]]
) -> str:
    """Return the Markdown of one expertise on the start page: findings and the first exhibit."""
    points = "\n".join(
        f"{i}. [{entry['title']}]({topic}/report.html#befund-{i})"
        for i, entry in enumerate(findings, start=1)
    )
    first = findings[0]["exhibit"]
    figure = exhibit.markdown(
        project.reports(topic) / "exhibits",
        first,
        link=f"{topic}/exhibits",
        number=_number(project.reports(topic) / "report.html", first),
    )
    return f"""
# {header["title"]} {{#{topic}}}

{header["subtitle"]}

::: {{.downloads}}
- [Bericht lesen (HTML)]({topic}/report.html)
- [Bericht als PDF]({topic}/report.pdf)
- [Abbildungen und Tabellen](daten.html#{topic}-downloads)
:::

::: {{.findings}}
{points}
:::

{figure}
"""


def _number(report: Path, name: str) -> str:
    """Return the number of an exhibit in its report; nothing where the page does not say it."""
    page = report.read_text(encoding="utf-8")
    found = re.search(rf'<figure id="{name}".*?data-label="\w+\s(\d+)"', page, re.DOTALL)
    return found[1] if found else ""


def _how_to(project: Project, headers: Mapping[str, Mapping[str, str]]) -> str:
    entries = "\n".join(
        f"- {citation(header['title'], header['date'])}" for header in headers.values()
    )
    packages = "\n".join(
        f"- {', '.join(by['title'] for by in package['contributors'])} "
        f"({str(package['created'])[:4]}): {package['title']}. Datenpaket `{package['name']}`, "
        f"Version {package['version']}, Stand {date_de(str(package['created'])[:10])}."
        for name in catalog.list_packages(project.raw)
        if (package := catalog.describe(name, root=project.raw)).get("edited")
    )
    return f"""
# So zitieren {{#zitieren}}

{entries}

Wie die Software zu zitieren ist, steht in der Datei CITATION.cff. Werte anderer behalten ihre
Bedingungen ([Datenpakete](daten.html#pakete)). Die gepflegten Datenpakete:

{packages}

# So nachrechnen {{#nachrechnen}}

Nötig sind der Projektordner, Python (3.11 bis 3.13) und make:

```
make report
make test
```

Der erste Befehl baut alle Daten, Ergebnisse und Seiten neu, der zweite prüft sie. Jede Zahl der
Berichte stammt aus den Ergebnistabellen, jede Annahme hat eine Nummer
([Annahmen](annahmen.html)), jedes Datenpaket Quelle, Stand und Prüfsumme ([Daten](daten.html)).
"""


def _glossary(project: Project) -> str:
    glossary = _config(project, "glossary.yml", Glossary)
    order = sorted(glossary.terms.items(), key=lambda item: _sorted_as(item[1].term))
    parts = [
        f"## {entry.term} {{#{anchor} .unnumbered}}\n\n{entry.text}\n\n"
        f"::: {{.source}}\n{_also(entry)}Quelle: {entry.source}\n:::\n"
        for anchor, entry in order
    ]
    short = sorted(glossary.abbreviations.items(), key=lambda item: _sorted_as(item[0]))
    parts.append("# Abkürzungen {#abkuerzungen}\n")
    parts += [f"{name}\n:   {text}\n" for name, text in short]
    return "# Begriffe und Kennzahlen {#begriffe}\n\n" + "\n".join(parts)


def _also(entry: Term) -> str:
    """Return the other forms of a term that its name does not hold already."""
    other = [form for form in entry.also if form.lower() not in entry.term.lower()]
    return f"Auch: {', '.join(other)}. " if other else ""


def _sorted_as(term: str) -> str:
    """Return a term as it is sorted in German (DIN 5007, variant 1)."""
    return term.lower().translate(str.maketrans("äöü", "aou")).replace("ß", "ss")


def _assumptions(project: Project, headers: Mapping[str, Mapping[str, str]]) -> str:
    parts = []
    for topic, header in headers.items():
        text = (project.analysis(topic) / "ASSUMPTIONS.md").read_text(encoding="utf-8")
        parts.append(f"# {header['title']} {{#{topic}}}\n")
        parts += [
            f"## {number} {{#{topic}-{number.lower()} .unnumbered}}\n\n{what}\n\n"
            f"**Begründung:** {reason}\n\n**Wirkung, wenn sie falsch ist:** {effect}\n"
            for number, what, reason, effect in assumption_rows(text)
        ]
    return "\n".join(parts)


def _data(project: Project, headers: Mapping[str, Mapping[str, str]]) -> str:
    packages = [_package(project, name) for name in catalog.list_packages(project.raw)]
    return "\n".join(
        [
            "# Datenpakete {#pakete}\n",
            "Jedes Paket liegt als CSV mit Beschreibung aller Spalten im Ordner `data/raw`. Die "
            "Prüfsumme (SHA-256, erste 16 Stellen) gilt für alle Dateien des Pakets zusammen; "
            "`make data-check` prüft die Dateien einzeln. Bedingungen im Einzelnen stehen in "
            "LICENSE-DATA.\n",
            *packages,
            _on_request(project),
            *(_downloads(project, topic, header) for topic, header in headers.items()),
        ]
    )


def _package(project: Project, name: str) -> str:
    """Return what a data package is: source, licence, vintage, checksum."""
    described = catalog.describe(name, root=project.raw)
    folder = project.raw / name
    files = [p for p in folder.iterdir() if p.suffix in (".csv", ".yaml")]
    licences = ", ".join(
        str(entry.get("title") or LICENCES.get(entry["name"], entry["name"]))
        for entry in described["licenses"]
    )
    sources = "; ".join(
        f"[{entry['title']}]({entry['path']})" if entry.get("path") else str(entry["title"])
        for entry in described["sources"]
    )
    entries = {
        "Paket": f"`{name}`",
        "Inhalt": " ".join(str(described["description"]).split()),
        "Tabellen": ", ".join(f"`{r['name']}`" for r in described["resources"]),
        "Quellen": sources,
        "Bedingungen": licences,
        "Stand": f"{date_de(str(described['created'])[:10])}, Version {described['version']}, "
        f"{EDITED[bool(described.get('edited'))]}",
        "Prüfsumme": f"`{content_hash(files, folder)[:16]}`",
    }
    return _facts(described["title"], f"paket-{name}", entries)


def _on_request(project: Project) -> str:
    """Return the microdata that a user must request: where, under which name, which checksum."""
    parts = [
        "# Mikrodaten auf Antrag {#mikrodaten}\n",
        "Diese Dateien liegen nicht bei. Wer eine hat, legt sie unter dem genannten Namen in "
        "`data/raw/restricted`; die Kapitel dazu erscheinen dann von selbst. Der Ordner bleibt auf "
        "dem eigenen Rechner.\n",
    ]
    for row in catalog.restricted_datasets(root=project.raw).to_dict("records"):
        entries = {
            "Datensatz": f"`{row['id']}`",
            "Inhalt": row["unit_de"],
            "Zugang": f"{row['access_de']} [Antrag und Bezug bei {row['provider']}]"
            f"({row['request_url']})",
            "Dateiname": f"`{row['file_name']}`",
            "Prüfsumme": f"`{row['sha256'][:16]}` (SHA-256, erste 16 Stellen; {row['sha256_note']})"
            if row["sha256"]
            else "keine hinterlegt",
        }
        parts.append(_facts(row["title_de"], f"mikrodaten-{row['id'].replace('_', '-')}", entries))
    return "\n".join(parts)


def _facts(title: str, anchor: str, entries: Mapping[str, str]) -> str:
    """Return a heading and a table of two columns; the first entry is its head."""
    (first, name), *rest = entries.items()
    rows = "\n".join(f"| {key} | {value} |" for key, value in rest)
    return (
        f"## {title} {{#{anchor} .unnumbered}}\n\n"
        f"| {first} | {name} |\n|:------------|:--------------------------------------|\n{rows}\n"
    )


def _downloads(project: Project, topic: str, header: Mapping[str, str]) -> str:
    file = project.reports(topic) / "exhibits" / exhibit.INDEX
    index = json.loads(file.read_text(encoding="utf-8"))
    rows = "\n".join(
        f"| {entry['title']} | {_links(topic, entry['files'])} |" for entry in index["exhibits"]
    )
    return f"""
# Abbildungen und Tabellen: {header["title"]} {{#{topic}-downloads}}

| Inhalt | Dateien |
|:----------------------------------------------------------------|:----------------|
{rows}
"""


def _links(topic: str, files: Iterable[str]) -> str:
    """Return links to the files of an exhibit; one drawing is enough."""
    return ", ".join(
        f"[{Path(name).suffix[1:].upper()}]({topic}/exhibits/{name})"
        for name in sorted(files)
        if not name.endswith(f"{exhibit.NARROW}.svg")
    )


def release(project: Project) -> Path:
    """Pack ``reports/`` into ``dist/armutsexpertise-<version>.zip``.

    Parameters
    ----------
    project : Project
        Checkout whose reports are built.

    Returns
    -------
    Path
        The archive, with checksums, versions and licences.

    Raises
    ------
    StageError
        If a report has not been built or an exhibit was changed afterwards.
    """
    archive = project.root / "dist" / f"armutsexpertise-{__version__}.zip"
    archive.parent.mkdir(exist_ok=True)
    try:
        return write_release(
            project.root / "reports",
            archive,
            version=__version__,
            topics=project.topics(),
            root=project.root,
            without=project.examples(),
        )
    except ValueError as error:
        raise StageError(str(error)) from None
