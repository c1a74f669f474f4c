"""Run the stages of a topic: check, clean, model, report.

A stage is the function ``main(project)`` of ``analyses/<topic>/<stage>.py``. Make calls the
stages one by one and decides what is out of date; ``armutsexpertise report`` calls all of them
in order. The functions here only find the files, say what happens, and write tables so that
nothing is ever half-written.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from armutsexpertise.disclosure.protect import Protected
from armutsexpertise.mark import mark
from armutsexpertise.publish.files import write_atomic
from armutsexpertise.publish.results import refuse_unprotected, table_csv

__all__ = [
    "STAGES",
    "Project",
    "StageError",
    "find_project",
    "new_folder",
    "read_tables",
    "replace_folder",
    "run_stage",
    "write_tables",
]

STAGES = ("check", "clean", "model", "report")
"""Order of the stages; each reads only what the one before it wrote."""


class StageError(Exception):
    """A stage cannot run; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Project:
    """A checkout: where the stages read and write.

    Parameters
    ----------
    root : Path
        Folder that holds ``analyses/``, ``data/`` and ``reports/``.
    """

    root: Path

    @property
    def raw(self) -> Path:
        """Folder of the data packages as delivered."""
        return self.root / "data" / "raw"

    def analysis(self, topic: str) -> Path:
        """Folder with the stage scripts, config and report of a topic."""
        return self.root / "analyses" / topic

    def clean(self, topic: str) -> Path:
        """Folder of the cleaned tables of a topic."""
        return self.root / "data" / "processed" / topic / "clean"

    def estimates(self, topic: str) -> Path:
        """Folder of the tables of results of a topic."""
        return self.root / "data" / "processed" / topic / "estimates"

    def reports(self, topic: str) -> Path:
        """Folder of the rendered report of a topic."""
        return self.root / "reports" / topic

    def drawn(self, topic: str) -> Path:
        """Folder of an invented survey.

        It is generated, so it lies with what is generated: ``data/raw`` is for deliveries.
        """
        return self.root / "data" / "processed" / topic / "raw"

    def flow(self, topic: str, stage: str) -> tuple[Path, Path | None]:
        """Folder that a stage reads and folder that it writes (None: nothing)."""
        drawn = self.drawn(topic) if topic in self.examples() else None
        return {
            "check": (self.raw, drawn),
            "clean": (drawn or self.raw, self.clean(topic)),
            "model": (self.clean(topic), self.estimates(topic)),
            "report": (self.estimates(topic), self.reports(topic)),
        }[stage]

    def topics(self) -> list[str]:
        """Topics of this checkout: folders of ``analyses`` that hold a report."""
        return sorted(p.parent.name for p in (self.root / "analyses").glob("*/report.qmd"))

    def examples(self) -> list[str]:
        """Teaching examples: folders of ``analyses`` whose document is ``methods.qmd``.

        They run through the same stages and are no topics: neither on the start page nor part
        of ``make report``.
        """
        return sorted(p.parent.name for p in (self.root / "analyses").glob("*/methods.qmd"))


def find_project(start: Path | None = None) -> Project:
    """Find the checkout that a folder lies in.

    Parameters
    ----------
    start : Path, optional
        Where to look first; default the current folder. Its parents are tried next, then the
        checkout that the package itself was installed from.

    Returns
    -------
    Project

    Raises
    ------
    StageError
        If no folder with ``analyses/_quarto.yml`` is found.
    """
    here = (start or Path.cwd()).resolve()
    for folder in [here, *here.parents, *Path(__file__).resolve().parents]:
        if (folder / "analyses" / "_quarto.yml").is_file():
            return Project(folder)
    raise StageError(
        f"No project was found in {here} or above it (a folder with analyses/_quarto.yml): "
        "change into a checkout of armutsexpertise or give one with --root."
    )


@contextmanager
def _only_one_run(project: Project, topic: str) -> Iterator[None]:
    """Hold the lock of a topic; it is freed by the system if the process dies."""
    folder = project.root / "data" / "processed"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f".lock-{topic}")
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout:
        raise StageError(
            f"Another run is building {topic} in {project.root}: wait until it has ended, "
            "then start this one again."
        ) from None


def _load_main(script: Path, folder: Path) -> Callable[[Project], None]:
    """Return ``main`` of a stage script, which may import its neighbours by name."""
    if not script.is_file():
        raise StageError(f"The stage script {script} is missing: restore it from the repository.")
    spec = importlib.util.spec_from_file_location(f"{folder.name}_{script.stem}", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
        # The next topic, or another checkout, has neighbours of its own under the same names.
        for name in set(sys.modules) - before:
            if Path(getattr(sys.modules[name], "__file__", None) or "").parent == folder:
                del sys.modules[name]
    main: Callable[[Project], None] = module.main
    return main


def run_stage(
    project: Project, topic: str, stage: str, say: Callable[[str], None] = print
) -> float:
    """Run one stage of one topic.

    Parameters
    ----------
    project : Project
        The checkout.
    topic : str
        A folder of ``analyses/``, for example ``"passes"``.
    stage : str
        One of `STAGES`.
    say : callable, default print
        Receives a line before and a line after the stage.

    Returns
    -------
    float
        Seconds that the stage took.

    Raises
    ------
    StageError
        If the topic or the stage is unknown, or another run holds the topic.
    """
    known = [*project.topics(), *project.examples()]
    if topic not in known:
        raise StageError(f"Unknown topic '{topic}': one of {', '.join(known)}.")
    if stage not in STAGES:
        raise StageError(f"Unknown stage '{stage}': one of {', '.join(STAGES)}.")
    main = _load_main(project.analysis(topic) / f"{stage}.py", project.analysis(topic))
    reads, writes = (
        path and path.relative_to(project.root).as_posix() for path in project.flow(topic, stage)
    )
    start = time.perf_counter()
    with _only_one_run(project, topic):
        say(f"{topic}: {stage}, reads {reads}" + (f", writes {writes}" if writes else ""))
        main(project)
    seconds = time.perf_counter() - start
    say(f"{topic}: {stage} done in {seconds:.1f} s")
    return seconds


def write_tables(tables: Mapping[str, pd.DataFrame | Protected], folder: Path) -> None:
    """Write tables as CSV into a folder, all or none.

    The tables are written into a new folder beside the old one, which then takes its place, so
    that an interrupted run leaves the former tables whole.

    Parameters
    ----------
    tables : mapping of str to DataFrame or Protected
        File name without ending, and table. Booleans are written as ``true`` and ``false``.
        Estimates from microdata come as `armutsexpertise.disclosure.Protected`. Where one
        table is of invented data, all of them get the column ``data_kind``: what a stage writes
        is of one kind.
    folder : Path
        Folder to replace. It holds nothing but these tables afterwards.

    Raises
    ------
    DisclosureError
        If a table holds estimates of a survey that were not protected, or rows of microdata
        and the folder is not one of cleaned tables (``clean``), which are never published.
    """
    frames: dict[str, pd.DataFrame] = {}
    given = [one.table if isinstance(one, Protected) else one for one in tables.values()]
    for name, table in tables.items():
        if isinstance(table, Protected):
            frames[name] = table.table
        else:
            refuse_unprotected(name, table, rows=folder.name == "clean")
            frames[name] = table
        frames[name] = mark(frames[name].copy(deep=False), *given)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with new_folder(folder) as new:
        for name, frame in frames.items():
            write_atomic(new / f"{name}.csv", table_csv(frame))


TEXT_COLUMNS = (
    "ags",
    "ags5",
    "ags8",
    "checked_on",
    "date",
    "denominator_date",
    "district",
    "kreis_ags5",
    "numerator_date",
    "pair_id",
    "period",
    "place_code",
    "reference_date",
    "value_text",
    "year",
)
"""Columns that look like numbers but are keys or dates; they are read as text."""


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables that the stage before wrote.

    Parameters
    ----------
    folder : Path
        Folder of CSV files as `write_tables` writes them.

    Returns
    -------
    dict of str to DataFrame
        Tables by file name; `TEXT_COLUMNS` as text, empty cells as missing.

    Raises
    ------
    StageError
        If there are no tables: the stage before has not run.
    """
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise StageError(f"No tables in {folder}: run the stage before, or make report.")
    text = dict.fromkeys(TEXT_COLUMNS, "str")
    return {file.stem: pd.read_csv(file, dtype=text, keep_default_na=True) for file in files}


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give a new folder beside the target, which takes its place when all has gone well.

    Parameters
    ----------
    target : Path
        Folder to make or replace; its parent exists.

    Yields
    ------
    Path
        Empty folder to fill. After an error or an interrupt it is gone and the target as it was.
    """
    prefix = f".{target.name}-{os.getpid()}-"
    try:
        new = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
        yield new
        new.chmod(0o755)
        replace_folder(new, target)
    finally:
        # By the prefix: an interrupt may come when the folder is there and its name not yet known.
        for left in target.parent.glob(f"{prefix}*"):
            shutil.rmtree(left, ignore_errors=True)


def replace_folder(new: Path, old: Path) -> None:
    """Put `new` in the place of `old` (on the same file system), keeping `old` until it is done."""
    aside = old.with_name(f".{old.name}-former")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        if old.exists():
            old.replace(aside)
        new.replace(old)
    except BaseException:  # an interrupt as well: never leave without the former folder
        if aside.exists() and not old.exists():
            aside.replace(old)
        raise
    shutil.rmtree(aside, ignore_errors=True)
