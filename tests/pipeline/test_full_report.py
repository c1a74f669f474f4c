"""The whole line twice: once with Make, once without, in two places, with the same bytes."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

import pytest

from armutsexpertise.cli import main
from armutsexpertise.stages import Project
from checkout import copy_project, hashes, install_stub, make

pytestmark = pytest.mark.slow


def told(built: Project) -> str:
    return (built.root.parent / "make.txt").read_text(encoding="utf-8")


def test_make_report_says_what_it_does_and_ends_with_the_paths(built: Project) -> None:
    out = told(built)
    lines = out.splitlines()
    assert [line for line in lines if re.match(r"passes: \w+, reads ", line)] == [
        "passes: check, reads data/raw",
        "passes: clean, reads data/raw, writes data/processed/passes/clean",
        "passes: model, reads data/processed/passes/clean, writes data/processed/passes/estimates",
        "passes: report, reads data/processed/passes/estimates, writes reports/passes",
    ]
    assert len(re.findall(r"^passes: \w+ done in \d+\.\d s$", out, re.M)) == 4
    paths = out.split("Written:\n")[1].split("\n\n")[0].splitlines()
    paths = [path for path in paths if not path.startswith("make")]
    assert {"reports/index.html", "reports/passes/report.html", "reports/passes/report.pdf"} <= {
        *paths
    }
    assert all((built.root / path).is_file() for path in paths)
    exhibits = {p.name for p in (built.reports("passes") / "exhibits").iterdir()}
    assert exhibits == {Path(path).name for path in paths if "/passes/exhibits/" in path}
    assert "Warning" not in out
    assert "Traceback" not in out


def test_second_make_report_does_nothing_and_says_so(built: Project) -> None:
    before = {p: p.stat().st_mtime_ns for p in built.root.rglob("*") if p.is_file()}
    start = time.perf_counter()
    done = make(built.root, "report")
    seconds = time.perf_counter() - start
    assert done.returncode == 0
    assert "Nothing to do: the reports are up to date.\n" in done.stdout
    assert "reports/passes/report.pdf\n" in done.stdout
    assert "done in" not in done.stdout
    assert seconds < 2
    assert {p: p.stat().st_mtime_ns for p in built.root.rglob("*") if p.is_file()} == before


def test_the_same_without_make_in_another_place_gives_the_same_bytes(
    built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copy_project(tmp_path / "anderswo" / "ein Ordner für Größen")
    code_below = built.root / "src"
    assert code_below.is_dir()
    # In this process, whose order of sets and folder differ from those of the other run.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["armutsexpertise", "report", "--root", str(other.root)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    topics = built.topics()
    tables = [f"data/processed/{t}/{part}" for t in topics for part in ("clean", "estimates")]
    for folder in ("reports", *tables):
        first, second = (hashes(p.root / folder) for p in (built, other))
        assert len(first) >= 4, folder
        assert first == second, folder
    assert "passes/report.pdf" in hashes(other.root / "reports")


def test_a_release_needs_no_git_and_is_the_same_again(built: Project, tmp_path: Path) -> None:
    root = tmp_path / "Kopie"
    shutil.copytree(built.root, root, ignore=shutil.ignore_patterns(".venv", ".cache"))
    install_stub(root)
    os.utime(root / ".venv" / ".installed", (1_000_000_000, 1_000_000_000))
    for name in ("requirements.lock", "pyproject.toml"):
        os.utime(root / name, (900_000_000, 900_000_000))
    done = make(root, "release")
    assert done.returncode == 0, done.stderr
    (archive,) = (root / "dist").iterdir()
    first = archive.read_bytes()
    assert make(root, "release").returncode == 0
    assert archive.read_bytes() == first
