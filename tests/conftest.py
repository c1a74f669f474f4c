"""Projects that tests look at or damage: small or full, built or not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from armutsexpertise.stages import Project, run_stage
from checkout import FOLDER, copy_project, install_stub, make, thin_inventory

Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the tests that need the built report first, or one worker ends long after the other."""
    items.sort(key=lambda item: "built" not in getattr(item, "fixturenames", ()))


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name bytes by their parameter: all workers must agree, and packed bytes hold a time."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a copy of the project in which nothing has run."""
    return copy_project(tmp_path / FOLDER)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a copy with the small inventory, cleaned and modelled in this process."""
    project = copy_project(tmp_path_factory.mktemp("small") / FOLDER)
    thin_inventory(project.raw / "passes")
    for stage in ("check", "clean", "model"):
        run_stage(project, "passes", stage, say=lambda line: None)
    return project


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a copy with all data, cleaned and modelled in this process. Do not write into it."""
    project = copy_project(tmp_path_factory.mktemp("full") / FOLDER)
    for topic in project.topics():
        for stage in ("clean", "model"):
            run_stage(project, topic, stage, say=lambda line: None)
    return project


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Project], Project]:
    """Copy a project with what it has built, to damage it."""

    def copy(project: Project) -> Project:
        return Project(Path(shutil.copytree(project.root, tmp_path / FOLDER)))

    return copy


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command line in a process of its own, from a folder outside every project."""
    elsewhere = tmp_path / "anderswo"

    def _run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        elsewhere.mkdir(exist_ok=True)
        return subprocess.run(
            [sys.executable, "-m", "armutsexpertise", *map(str, words)],
            cwd=elsewhere,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return _run


@contextmanager
def _shared(base: Path) -> Iterator[Path]:
    """Lock a folder that all workers of this test run share."""
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with FileLock(folder / "built.lock"):
        yield folder / "built"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a copy in which ``make report`` ran once for all workers. Do not write into it.

    What Make printed is in ``make.txt`` beside the project.
    """
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    with _shared(tmp_path_factory.getbasetemp()) as folder:
        root = folder / FOLDER
        if not folder.exists():
            project = copy_project(root, source=True)
            install_stub(project.root)
            done = make(project.root, "report")
            (folder / "make.txt").write_text(
                f"{done.returncode}\n{done.stdout}\n{done.stderr}", encoding="utf-8"
            )
    told = (folder / "make.txt").read_text(encoding="utf-8")
    assert told.startswith("0\n"), told
    return Project(root)
