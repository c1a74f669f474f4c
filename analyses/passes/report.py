"""Report: exhibits, then HTML and PDF, from the estimates."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from exhibits import all_exhibits
from findings import check_claims, findings

from armutsexpertise.provenance import content_hash, git_state, versions
from armutsexpertise.publish.exhibit import write_exhibits
from armutsexpertise.publish.files import write_atomic
from armutsexpertise.publish.values import Values
from armutsexpertise.render.renderer import render
from armutsexpertise.stages import Project, read_tables, replace_folder

TOPIC = "passes"
PACKAGES = (
    "armutsexpertise",
    "pandas",
    "numpy",
    "scipy",
    "firthmodels",
    "frictionless",
    "matplotlib",
)


def provenance(project: Project) -> dict[str, object]:
    """Return what the colophon says of the inputs, the versions and the commit."""
    folder = project.analysis(TOPIC)
    texts = [p for p in folder.iterdir() if p.suffix in (".py", ".yml", ".qmd", ".md")]
    tables = list(project.estimates(TOPIC).glob("*.csv"))
    git = git_state(project.root)
    return {
        "estimates_sha256": content_hash(tables, project.estimates(TOPIC)),
        "analysis_sha256": content_hash(texts, folder),
        "versions": versions(PACKAGES),
        "commit": git[0] if git else None,
        "clean_tree": git[1] if git else None,
    }


def copy_exhibits(source: Path, target: Path) -> None:
    """Put a copy of the exhibits beside the report, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".exhibits-", dir=target.parent))
    try:
        shutil.copytree(source, new, dirs_exist_ok=True)
        new.chmod(0o755)
        replace_folder(new, target)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def main(project: Project) -> None:
    """Write exhibits, report as HTML and PDF."""
    tables = read_tables(project.estimates(TOPIC))
    z = Values(tables["headline"])
    check_claims(z)
    folder = project.analysis(TOPIC)
    built = write_exhibits(all_exhibits(tables), folder / "exhibits")
    for name, content in {"findings": findings(z), "provenance": provenance(project)}.items():
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        write_atomic(folder / "exhibits" / f"{name}.json", f"{text}\n".encode())
    print(f"  {len(built)} files of exhibits")
    for path in render(folder / "report.qmd", ("html", "pdf"), output_dir=project.reports(TOPIC)):
        print(f"  {path.relative_to(project.root)}")
    copy_exhibits(folder / "exhibits", project.reports(TOPIC) / "exhibits")
