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
        [
            sys.executable,
            "-c",
            code,
            "report",
            "passes",
            "--only",
            stage,
            "--root",
            str(project.root),
        ],
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


def wait_for_folder(project: Project, pattern: str) -> None:
    """Wait until a stage writes, to a new folder beside the former one."""
    for _ in range(30_000):
        if any((project.clean("passes").parent).glob(pattern)):
            return
        time.sleep(0.001)
    pytest.fail(f"{pattern} never came")


# Stage, line after which to wait, and seconds or the folder whose writing to wait for.
CASES = [
    *((stage, f"passes: {stage}, reads ", 0.0) for stage in STAGES),
    ("clean", "passes: clean, reads ", ".clean-*"),
    ("model", "passes: model, reads ", ".estimates-*"),
    ("report", "passes: report, reads ", 0.7),  # while the figures are drawn
    ("report", "files of exhibits", 1.0),  # while the chunks of the document run
]


def interrupted(project: Project, stage: str, line: str, moment: float | str) -> tuple[int, str]:
    """Interrupt a stage at a moment; return its exit code and what it complained of."""
    running = start(project, stage)
    assert running.stdout is not None
    assert any(line in said for said in running.stdout), "the line never came"
    if isinstance(moment, str):
        wait_for_folder(project, moment)
    else:
        time.sleep(moment)
    os.killpg(running.pid, signal.SIGINT)
    _, complaint = running.communicate(timeout=60)
    return running.returncode, complaint


@pytest.mark.parametrize(("stage", "line", "moment"), CASES, ids=str)
def test_interrupt(
    built: Project, tmp_path: Path, stage: str, line: str, moment: float | str
) -> None:
    project = Project(tmp_path / FOLDER)
    shutil.copytree(built.root, project.root, ignore=shutil.ignore_patterns("src", ".cache"))
    before = products(project)
    files = {p.relative_to(project.root) for p in project.root.rglob("*")}
    for _ in range(3):
        code, complaint = interrupted(project, stage, line, moment)
        # Python drops an interrupt that arrives inside the callback of a weak reference.
        if "Exception ignored in" not in complaint:
            break
    assert code == 130, complaint
    assert complaint.endswith("Interrupted. What was complete is kept; start the command again.\n")
    assert "Traceback" not in complaint
    assert products(project) == before, "the former files are whole"
    left = {p.relative_to(project.root) for p in project.root.rglob("*")} - files
    assert not [p for p in left if not {"__pycache__", ".lock-passes", ".cache"} & set(p.parts)]
    if moment:
        again = start(project, stage)
        _, complaint = again.communicate(timeout=120)
        assert again.returncode == 0, complaint
        assert products(project) == before
