"""The start page: expertises with findings and downloads; the release."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import lxml.html
import pandas as pd
import pytest

from armutsexpertise import __version__
from armutsexpertise.publish.exhibit import Exhibit, write_exhibits
from armutsexpertise.site import TITLE, build_index, release
from armutsexpertise.stages import Project, StageError

TOPICS = {"climate": "Klima & Soziales", "passes": "Pässe"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with two small reports that look as if they were built."""
    root = tmp_path / "Prüfung mit Leerzeichen"
    (root / "analyses").mkdir(parents=True)
    (root / "analyses" / "_quarto.yml").write_text("project: {output-dir: ../reports}\nlang: de\n")
    for name in ("LICENSE", "LICENSE-DATA", "CITATION.cff"):
        (root / name).write_text("x")
    for number, (topic, title) in enumerate(TOPICS.items(), start=1):
        folder = root / "analyses" / topic
        folder.mkdir()
        (folder / "report.qmd").write_text(
            f"---\ntitle: {title}\nsubtitle: Unter {topic}\ndate: 2026-0{number}-01\n---\n"
        )
        out = root / "reports" / topic
        write_exhibits([table(f"tbl-{topic}", f"Tabelle zu {title}")], out / "exhibits")
        entries = [{"title": f"{topic} {n}.", "text": f"Text {n} von *{topic}*."} for n in (1, 2)]
        (out / "exhibits" / "findings.json").write_text(json.dumps(entries))
        for name in ("report.html", "report.pdf"):
            (out / name).write_text("x")
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


def test_index_lists_findings_and_downloads_of_every_expertise(project: Project) -> None:
    page = build_index(project)
    assert page == project.root / "reports" / "index.html"
    tree = lxml.html.fromstring(page.read_bytes())
    text = " ".join(tree.text_content().split())
    assert TITLE in text
    assert "Unabhängige Analyse. Nicht im Auftrag des MAGS erstellt" in text
    assert "1. Februar 2026" in text, "the date of the newest report"
    headings = [" ".join(h.text_content().split()) for h in tree.iter("h2")]
    assert [title for title in TOPICS.values() if any(title in h for h in headings)] == [
        *TOPICS.values()
    ]
    points = [" ".join(li.text_content().split()) for li in tree.iter("li") if li.find("a") is None]
    assert points == [f"{topic} {n}. Text {n} von {topic}." for topic in TOPICS for n in (1, 2)]
    assert all(f"Unter {topic}" in text for topic in TOPICS)
    links = {a.get("href") for a in tree.iter("a") if not a.get("href", "#").startswith("#")}
    assert len(links) == 4 * len(TOPICS)
    for link in links:
        assert (page.parent / link).is_file(), link


def test_index_is_the_same_from_run_to_run(project: Project) -> None:
    first = build_index(project).read_bytes()
    assert build_index(project).read_bytes() == first


def test_a_missing_report_is_one_sentence_and_the_former_index_stays(project: Project) -> None:
    former = build_index(project).read_bytes()
    (project.reports("passes") / "exhibits" / "findings.json").unlink()
    with pytest.raises(StageError, match=r"findings\.json is missing: .* make report TOPIC=passes"):
        build_index(project)
    assert (project.root / "reports" / "index.html").read_bytes() == former


def test_release_makes_its_folder_and_holds_the_reports(project: Project) -> None:
    build_index(project)
    archive = release(project)
    assert archive == project.root / "dist" / f"armutsexpertise-{__version__}.zip"
    with zipfile.ZipFile(archive) as opened:
        names = {name.partition("/")[2] for name in opened.namelist()}
    assert {"reports/index.html", "reports/passes/report.pdf", "SHA256SUMS", "LICENSE"} <= names
    first = archive.read_bytes()
    assert release(project).read_bytes() == first


def test_release_of_what_is_not_built_is_one_sentence(project: Project) -> None:
    with pytest.raises(StageError, match=r"The release needs reports/index\.html, which is missin"):
        release(project)
    build_index(project)
    (project.reports("passes") / "exhibits" / "tbl-passes.csv").write_text("changed")
    with pytest.raises(StageError, match="differs from its checksum: run make report again"):
        release(project)
