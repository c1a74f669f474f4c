"""SIGINT during each stage: nothing half-written is left, and the next run completes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from armutsexpertise.stages import STAGES, Project
from checkout import FOLDER, hashes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]


def start(project: Project, stage: str) -> subprocess.Popen[str]:
    # A session of its own, as a terminal has one: the signal reaches all its processes. Python
    # started in the background by a shell would ignore it, so the handler is set again.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from armutsexpertise.cli import main; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, "report", "--only", stage, "--root", str(project.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        start_new_session=True,
    )


def products(project: Project) -> dict[str, str]:
    """Return the hashes of what stages write, for people and for the next stage."""
    return {
        name: digest
        for name, digest in hashes(project.root).items()
        if name.startswith(("data/processed/passes", "reports/passes", "analyses/passes/exhibits"))
        and not name.endswith(".done")
    }


CASES = [
    *((stage, f"passes: {stage}, reads ", pause) for stage in STAGES for pause in (0.0, 0.7)),
    ("report", "files of exhibits", 1.0),  # while the chunks of the document run
]


@pytest.mark.parametrize(("stage", "line", "pause"), CASES, ids=str)
def test_interrupt(built: Project, tmp_path: Path, stage: str, line: str, pause: float) -> None:
    project = Project(tmp_path / FOLDER)
    shutil.copytree(built.root, project.root, ignore=shutil.ignore_patterns("src", ".cache"))
    before = products(project)
    files = {p.relative_to(project.root) for p in project.root.rglob("*")}
    running = start(project, stage)
    assert running.stdout is not None
    assert any(line in said for said in running.stdout), "the line never came"
    time.sleep(pause)
    os.killpg(running.pid, signal.SIGINT)
    _, complaint = running.communicate(timeout=60)
    assert running.returncode == 130, complaint
    assert complaint.endswith("Interrupted. What was complete is kept; start the command again.\n")
    assert "Traceback" not in complaint
    assert products(project) == before, "the former files are whole"
    left = {p.relative_to(project.root) for p in project.root.rglob("*")} - files
    assert not [p for p in left if not {"__pycache__", ".lock", ".cache"} & set(p.parts)]
    if pause:
        again = start(project, stage)
        _, complaint = again.communicate(timeout=120)
        assert again.returncode == 0, complaint
        assert products(project) == before
