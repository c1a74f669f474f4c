"""Copies of the project in folders with a space and an umlaut, whole or small."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from armutsexpertise.stages import Project

ROOT = Path(__file__).parents[1]
FOLDER = "Prüfung mit Leerzeichen"
FILES = (
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
    "LICENSE",
    "LICENSE-DATA",
    "CITATION.cff",
    "reports/README.md",
    "data/processed/README.md",
)
GENERATED = shutil.ignore_patterns(
    "exhibits", ".cache", "__pycache__", "restricted", "*_files", ".ipynb_checkpoints"
)
# The small inventory keeps the passes with two or more counts (the described cases and the pairs
# are among them), the one not found again, and every sixth of the others.
NOT_FOUND_AGAIN = "05566028-sozialausweis-ibbenbueren"


def copy_project(target: Path, *, source: bool = False) -> Project:
    """Copy what a ZIP of the project holds and the stages need; ``source`` adds ``src``."""
    shutil.copytree(ROOT / "analyses", target / "analyses", ignore=GENERATED)
    shutil.copytree(ROOT / "data" / "raw", target / "data" / "raw", ignore=GENERATED)
    if source:
        shutil.copytree(ROOT / "src", target / "src", ignore=GENERATED)
    for name in FILES:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return Project(target)


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file of the data packages or of a stage as text."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as `read_rows` gives them."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def thin_inventory(folder: Path) -> None:
    """Reduce the package ``passes`` in a folder to about 30 passes with all that refers to them."""
    passes = read_rows(folder / "passes.csv")
    counted = [row["pass_id"] for row in read_rows(folder / "counts.csv")]
    kept = {p for p in counted if p and counted.count(p) > 1} | {NOT_FOUND_AGAIN}
    others = sorted(row["pass_id"] for row in passes if row["pass_id"] not in kept)
    kept |= set(others[::12])
    kept |= {row["predecessor_id"] for row in passes if row["pass_id"] in kept}
    for path in sorted(folder.glob("*.csv")):
        rows = read_rows(path)
        if "version_id" in rows[0]:
            rows = [row for row in rows if row["version_id"].partition("@")[0] in kept]
        elif "pass_id" in rows[0]:
            rows = [row for row in rows if row["pass_id"] in kept or not row["pass_id"]]
        write_rows(path, rows)


def install_stub(root: Path) -> None:
    """Put a ``.venv`` into a copy that runs this interpreter with the code of the copy."""
    folder = root / ".venv" / "bin"
    folder.mkdir(parents=True)
    python = folder / "python"
    python.write_text(f"#!/bin/sh\nPYTHONPATH='{root}/src' exec '{sys.executable}' \"$@\"\n")
    python.chmod(0o755)
    (root / ".venv" / ".installed").touch()


def make(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Call Make for a copy, from another folder and without the settings of a Make above."""
    above = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "TOPIC", "PYTHONHASHSEED")
    return subprocess.run(
        ["make", "-C", str(root), *words],
        cwd=root.parent,
        env={key: value for key, value in os.environ.items() if key not in above},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
