"""Bad input, each with one clear sentence, exit code 1, no traceback, nothing half-written."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from armutsexpertise.cli import main
from armutsexpertise.stages import Project
from checkout import FOLDER, hashes

Run = Callable[..., subprocess.CompletedProcess[str]]
Edit = Callable[[bytes], bytes]


def without_column(name: str) -> Edit:
    def edit(content: bytes) -> bytes:
        rows = list(csv.reader(io.StringIO(content.decode())))
        at = rows[0].index(name)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([r[:at] + r[at + 1 :] for r in rows])
        return out.getvalue().encode()

    return edit


def swapped(old: str, new: str) -> Edit:
    def edit(content: bytes) -> bytes:
        assert old.encode() in content
        return content.replace(old.encode(), new.encode(), 1)

    return edit


def nothing_was_written(project: Project) -> bool:
    folder = project.root / "data" / "processed"
    return {p.name for p in folder.iterdir()} <= {"README.md", ".lock-passes"}


@pytest.mark.parametrize("package", ["passes", "statutory"])
def test_missing_package(project: Project, run: Run, package: str) -> None:
    shutil.rmtree(project.raw / package)
    done = run("report", "passes", "--only", "check", "--root", project.root)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f'There is no data package "{package}" in {project.raw}; known: ' in done.stderr
    assert done.stderr.count("\n") == 1
    assert nothing_was_written(project)


@pytest.mark.parametrize(
    ("file", "edit", "sentences"),
    [
        (
            "counts.csv",
            lambda content: content[: content.index(b"\n", len(content) // 2) + 60],
            ["counts.csv, row ", "cells, the header 19; the file is cut off in its last row."],
        ),
        (
            "passes.csv",
            lambda content: content.decode().encode("latin-1", "replace"),
            ["passes.csv, row 2: the file is not UTF-8 but probably Latin-1 (Windows-1252); save"],
        ),
        (
            "counts.csv",
            without_column("unit"),
            ["counts.csv, row 1, column unit: the column is missing; add it to the header."],
        ),
        (
            "counts.csv",
            swapped("pass_name,measure", "pass_name,mesure"),
            ["counts.csv, row 1, column mesure: the column is not known; rename it to"],
        ),
        (
            "issuers.csv",
            swapped("05111000,municipality,05111000", "05111000,municipality,05111999"),
            ['issuers.csv, row 2, column ags: "05111999" is no area key', "Düsseldorf"],
        ),
    ],
    ids=["truncated", "latin-1", "missing column", "renamed column", "wrong AGS"],
)
def test_damaged_table(
    project: Project, run: Run, file: str, edit: Edit, sentences: list[str]
) -> None:
    path = project.raw / "passes" / file
    path.write_bytes(edit(path.read_bytes()))
    done = run("report", "passes", "--only", "check", "--root", project.root)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("The data package passes has errors:\n")
    for sentence in sentences:
        assert sentence in done.stderr
    assert len(done.stderr.splitlines()) <= 3, "one fault, not a flood"
    assert nothing_was_written(project)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "max_informative_width:",
            "max_informative_widht:",
            "config.yml: the key 'max_informative_widht' is unknown; allowed here: as_of, cost,",
        ),
        (
            r"max_informative_width: [\d.]+",
            "max_informative_width: 1.2",
            "'max_informative_width' is 1.2: input should be less than or equal to 1.",
        ),
    ],
    ids=["unknown key", "share above 1"],
)
def test_wrong_config(project: Project, run: Run, old: str, new: str, sentence: str) -> None:
    path = project.analysis("passes") / "config.yml"
    text, changed = re.subn(old, new, path.read_text(encoding="utf-8"))
    assert changed == 1
    path.write_text(text, encoding="utf-8")
    done = run("report", "passes", "--only", "model", "--root", project.root)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert nothing_was_written(project)


def test_two_runs_at_once(project: Project, run: Run) -> None:
    with FileLock(project.root / "data" / "processed" / ".lock-passes"):
        done = run("report", "passes", "--root", project.root)
    assert done.returncode == 1
    assert done.stderr == (
        f"Another run is building passes in {project.root}: wait until it has ended, "
        "then start this one again.\n"
    )
    assert done.stdout == ""
    assert nothing_was_written(project)


# --- in this process, with a system that refuses ----------------------------------------------


def call(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["armutsexpertise", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def refuse(error: int, text: str, at: int = 1) -> Callable[..., object]:
    """Return a function that fails as the system would from its n-th call on, else does nothing."""
    calls = {"n": 0}

    def wrap(function: Callable[..., object]) -> Callable[..., object]:
        def refused(*args: object, **kwargs: object) -> object:
            calls["n"] += 1
            if calls["n"] >= at:
                raise OSError(
                    error, text, *(str(a) for a in args[:1] if isinstance(a, (str, Path)))
                )
            return function(*args, **kwargs)

        return refused

    return wrap


@pytest.fixture
def modelled(full: Project, tmp_path: Path) -> Project:
    """Return a copy of the full project with cleaned tables, estimates and two exhibits."""
    project = Project(Path(shutil.copytree(full.root, tmp_path / FOLDER)))
    folder = project.analysis("passes") / "exhibits"
    folder.mkdir()
    (folder / "tbl-szenario.csv").write_text("former")
    (folder / "fig-kosten.svg").write_text("former")
    return project


FULL = (errno.ENOSPC, "No space left on device")
DENIED = (errno.EACCES, "Permission denied")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("cnt019, cnt021", "cnt919, cnt021", "take_up.cases: The described cases name cnt919"),
        ("[swimming, zoo, sports_clubs]", "[museum]", "typology: The typology rule names"),
        (
            "[log_population, gisd_score]",
            "[log_population, gisd]",
            "frame lacks the column(s) gisd",
        ),
        ("main_model: ", "main_model: Haupt", "documented.main_model is 'Haupt"),
        ("unter 10.000: 0.4", "unter 9.000: 0.4", "no rate of detection for unter 10.000"),
        ("low_pair: neuss-2021", "low_pair: neuss-2031", "low_pair is 'neuss-2031', which is no"),
        ("high_evidence: ev006", "high_evidence: ev906", "high_evidence is 'ev906', which is no"),
    ],
)
def test_config_that_names_what_is_not_there(
    modelled: Project, run: Run, old: str, new: str, sentence: str
) -> None:
    path = modelled.analysis("passes") / "config.yml"
    path.write_bytes(swapped(old, new)(path.read_bytes()))
    before = hashes(modelled.estimates("passes"))
    done = run("report", "passes", "--only", "model", "--root", modelled.root)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert hashes(modelled.estimates("passes")) == before


@pytest.mark.parametrize(
    ("stage", "target", "refusal", "sentence"),
    [
        ("clean", (tempfile, "mkdtemp"), DENIED, "No permission for "),
        ("clean", (os, "replace"), DENIED, "No permission for "),
        ("clean", (pd.DataFrame, "to_csv"), FULL, "The disk is full while writing "),
        ("report", (tempfile, "mkstemp"), DENIED, "No permission for "),
    ],
)
def test_a_system_that_refuses_leaves_the_former_files(
    modelled: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stage: str,
    target: tuple[object, str],
    refusal: tuple[int, str],
    sentence: str,
) -> None:
    owner, name = target
    before = hashes(modelled.root)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, refuse(*refusal)(getattr(owner, name)))
        code = call(monkeypatch, "report", "passes", "--only", stage, "--root", modelled.root)
    complaint = capsys.readouterr().err
    assert code == 1
    assert complaint.startswith(sentence)
    assert complaint.count("\n") == 1
    after = hashes(modelled.root)
    assert {k: v for k, v in after.items() if "__pycache__" not in k} == {
        k: v for k, v in before.items() if "__pycache__" not in k
    }
    assert not [p for p in modelled.root.rglob(".*") if p.is_dir() and p.name != ".cache"]


def test_a_disk_that_fills_up_between_two_exhibits(
    modelled: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = modelled.analysis("passes") / "exhibits"
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", refuse(*FULL, at=6)(os.fdopen))
        assert (
            call(monkeypatch, "report", "passes", "--only", "report", "--root", modelled.root) == 1
        )
    assert capsys.readouterr().err.startswith("The disk is full while writing ")
    names = {p.name for p in folder.iterdir()}
    assert len(names) == 2 + 5
    assert (folder / "tbl-szenario.csv").read_text() == "former", "not reached, so not touched"
    assert not [name for name in names if name.endswith(".tmp")]
    assert not modelled.reports("passes").exists()
