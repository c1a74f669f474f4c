"""The start page of the reports, and the release archive."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from armutsexpertise import __version__
from armutsexpertise.publish.release import write_release
from armutsexpertise.render.document import read_document
from armutsexpertise.render.renderer import page
from armutsexpertise.stages import Project, StageError

__all__ = ["build_index", "release"]

TITLE = "Expertisen zur kommunalen Armutspolitik in Nordrhein-Westfalen"
LEAD = (
    "Offene Inventare mit Quelle je Angabe, Verfahren zum Nachrechnen, Berichte zum Lesen. "
    "Unabhängige Analyse. Nicht im Auftrag des MAGS erstellt; keine amtliche Veröffentlichung."
)


def _header(project: Project, topic: str) -> dict[str, str]:
    """Return title, subtitle and date of a report from its document."""
    meta = read_document(project.analysis(topic) / "report.qmd").meta
    return {key: str(meta.get(key, "")) for key in ("title", "subtitle", "date")}


def _section(project: Project, topic: str) -> str:
    """Return the Markdown of one expertise: findings and downloads."""
    folder = project.reports(topic)
    file = folder / "exhibits" / "findings.json"
    if not file.is_file():
        raise StageError(
            f"{file} is missing: build the report first with make report TOPIC={topic}."
        )
    findings = json.loads(file.read_text(encoding="utf-8"))
    exhibits = json.loads((folder / "exhibits" / "exhibits.json").read_text(encoding="utf-8"))
    header = _header(project, topic)
    points = "\n\n".join(
        f"{i}. **{entry['title']}** {entry['text']}" for i, entry in enumerate(findings, start=1)
    )
    rows = "\n".join(
        f"| {entry['title']} | {_links(topic, entry['files'])} |" for entry in exhibits["exhibits"]
    )
    return f"""
# {header["title"]} {{#{topic}}}

{header["subtitle"]}

::: {{.downloads}}
- [Bericht lesen (HTML)]({topic}/report.html)
- [Bericht als PDF]({topic}/report.pdf)
:::

{points}

## Abbildungen und Tabellen zum Herunterladen {{#{topic}-downloads .unnumbered}}

| Inhalt | Dateien |
|:----------------------------------------------------------------|:----------------|
{rows}
"""


def _links(topic: str, files: Iterable[str]) -> str:
    return ", ".join(
        f"[{Path(name).suffix[1:].upper()}]({topic}/exhibits/{name})" for name in sorted(files)
    )


def build_index(project: Project) -> Path:
    """Write ``reports/index.html``: the expertises with their findings and downloads.

    Parameters
    ----------
    project : Project
        Checkout whose reports are built.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    StageError
        If a report has not been built.
    """
    topics = project.topics()
    body = "\n".join(_section(project, topic) for topic in topics)
    output = project.root / "reports" / "index.html"
    page(
        body,
        {
            "title": TITLE,
            "subtitle": LEAD,
            "lang": "de",
            "date": max(_header(project, topic)["date"] for topic in topics),
            "date-format": "D. MMMM YYYY",
        },
        output,
    )
    return output


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
        )
    except ValueError as error:
        raise StageError(str(error)) from None
