"""Finding the project, running stages one at a time, writing tables whole or not at all."""

from __future__ import annotations

import errno
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from armutsexpertise import stages
from armutsexpertise.stages import (
    STAGES,
    Project,
    StageError,
    find_project,
    read_tables,
    replace_folder,
    run_stage,
    write_tables,
)

TABLE = pd.DataFrame(
    {
        "ags": ["05111000", "05112000"],
        "known": [True, False],
        "value": [1.5, float("nan")],
        "name": ["Düsseldorf, Stadt", None],
    }
)


def make(root: Path, **topics: dict[str, str]) -> Project:
    """Make a project whose topics hold the given scripts."""
    (root / "analyses").mkdir(parents=True)
    (root / "analyses" / "_quarto.yml").write_text("project: {}\n")
    for topic, scripts in topics.items():
        folder = root / "analyses" / topic
        folder.mkdir()
        (folder / "report.qmd").write_text("---\ntitle: x\n---\n")
        for name, text in scripts.items():
            (folder / f"{name}.py").write_text(text)
    return Project(root)


# --- where things are ----------------------------------------------------------------------


def test_each_stage_reads_what_the_one_before_wrote() -> None:
    project = Project(Path("/p"))
    flow = [project.flow("passes", stage) for stage in STAGES]
    assert flow[0] == (project.raw, None)
    assert flow[1] == (project.raw, project.clean("passes"))
    assert flow[2] == (project.clean("passes"), project.estimates("passes"))
    assert flow[3] == (project.estimates("passes"), project.reports("passes"))
    assert project.analysis("passes") == Path("/p/analyses/passes")


def test_topics_are_the_folders_with_a_report(tmp_path: Path) -> None:
    project = make(tmp_path / "p", passes={}, climate={})
    (project.root / "analyses" / "notizen").mkdir()
    assert project.topics() == ["climate", "passes"]


def test_project_is_found_from_a_folder_below(tmp_path: Path) -> None:
    project = make(tmp_path / "Prüfung mit Leerzeichen", passes={})
    assert find_project(project.analysis("passes")) == project
    assert find_project(project.root / "analyses" / ".." / "analyses") == project


def test_project_is_found_from_elsewhere_where_the_package_lies_in_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(tmp_path / "p", passes={})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(stages, "__file__", str(project.root / "src" / "x" / "stages.py"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert find_project() == project


def test_no_project_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "__file__", str(tmp_path / "lib" / "stages.py"))
    with pytest.raises(StageError, match=r"No project was found in .* give one with --root\.$"):
        find_project(tmp_path)


# --- running -------------------------------------------------------------------------------


def test_a_stage_says_what_it_reads_and_writes(tmp_path: Path) -> None:
    project = make(
        tmp_path / "p",
        passes={"clean": "def main(project):\n    (project.root / 'done').touch()\n"},
    )
    said: list[str] = []
    seconds = run_stage(project, "passes", "clean", said.append)
    assert said[0] == "passes: clean, reads data/raw, writes data/processed/passes/clean"
    assert said[1].startswith("passes: clean done in ")
    assert seconds >= 0
    assert (project.root / "done").is_file()


def test_check_writes_nothing_and_says_so(tmp_path: Path) -> None:
    project = make(tmp_path / "p", passes={"check": "def main(project): pass\n"})
    said: list[str] = []
    run_stage(project, "passes", "check", said.append)
    assert said[0] == "passes: check, reads data/raw"


@pytest.mark.parametrize(
    ("topic", "stage", "message"),
    [
        ("pases", "clean", r"^Unknown topic 'pases': one of climate, passes\.$"),
        ("passes", "cleen", r"^Unknown stage 'cleen': one of check, clean, model, report\.$"),
        ("passes", "clean", r"^The stage script .*clean\.py is missing: restore it from the rep"),
    ],
)
def test_what_does_not_exist(tmp_path: Path, topic: str, stage: str, message: str) -> None:
    with pytest.raises(StageError, match=message):
        run_stage(make(tmp_path / "p", passes={}, climate={}), topic, stage, lambda line: None)


def test_each_topic_has_its_own_neighbours(tmp_path: Path) -> None:
    script = "import findings\ndef main(project):\n    (project.root / findings.NAME).touch()\n"
    project = make(
        tmp_path / "p",
        climate={"model": script, "findings": "NAME = 'of climate'\n"},
        passes={"model": script, "findings": "NAME = 'of passes'\n"},
    )
    path = list(sys.path)
    for topic in project.topics():
        run_stage(project, topic, "model", lambda line: None)
    assert {p.name for p in project.root.glob("of *")} == {"of climate", "of passes"}
    assert sys.path == path
    assert "findings" not in sys.modules


def test_a_script_that_cannot_be_read_leaves_the_path_as_it_was(tmp_path: Path) -> None:
    project = make(tmp_path / "p", passes={"model": "import neighbour_that_is_not_there\n"})
    path = list(sys.path)
    with pytest.raises(ModuleNotFoundError):
        run_stage(project, "passes", "model", lambda line: None)
    assert sys.path == path


def test_two_runs_at_once_are_refused_and_the_lock_is_freed(tmp_path: Path) -> None:
    project = make(
        tmp_path / "p",
        passes={
            "check": "def main(project): pass\n",
            "clean": "def main(project): raise KeyError\n",
        },
    )
    folder = project.root / "data" / "processed"
    folder.mkdir(parents=True)
    message = r"^Another run is building passes in .*: wait until it has ended"
    with FileLock(folder / ".lock-passes"), pytest.raises(StageError, match=message):
        run_stage(project, "passes", "check", lambda line: None)
    with pytest.raises(KeyError):
        run_stage(project, "passes", "clean", lambda line: None)
    run_stage(project, "passes", "check", lambda line: None)


# --- tables --------------------------------------------------------------------------------


def test_tables_come_back_as_they_were(tmp_path: Path) -> None:
    write_tables({"a": TABLE, "b": TABLE.head(1)}, tmp_path / "neu" / "clean")
    back = read_tables(tmp_path / "neu" / "clean")
    assert list(back) == ["a", "b"]
    pd.testing.assert_frame_equal(back["a"], TABLE, check_dtype=False)
    assert back["a"]["ags"].tolist() == ["05111000", "05112000"]
    assert back["a"]["known"].dtype == bool


def test_files_are_utf8_with_plain_line_ends_and_words_for_truth(tmp_path: Path) -> None:
    write_tables({"a": TABLE}, tmp_path / "clean")
    content = (tmp_path / "clean" / "a.csv").read_bytes()
    assert content == (
        'ags,known,value,name\n05111000,true,1.5,"Düsseldorf, Stadt"\n05112000,false,,\n'.encode()
    )
    assert (tmp_path / "clean").stat().st_mode & 0o777 == 0o755


def test_tables_of_a_former_run_go(tmp_path: Path) -> None:
    write_tables({"old": TABLE, "a": TABLE}, tmp_path / "clean")
    write_tables({"a": TABLE.head(1)}, tmp_path / "clean")
    assert list(read_tables(tmp_path / "clean")) == ["a"]
    assert [p.name for p in tmp_path.iterdir()] == ["clean"]


def test_no_tables_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"No tables in .*clean: run the stage before, or make r"):
        read_tables(tmp_path / "clean")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 99_999).map("{:05d}".format),
            st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
            st.booleans(),
            st.one_of(st.none(), st.text("aä ,;\"'#\n", min_size=1).map("x{}".format)),
        ),
        min_size=1,
    )
)
def test_round_trip_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]
) -> None:
    table = pd.DataFrame(rows, columns=["ags", "value", "known", "name"])
    folder = tmp_path_factory.mktemp("t") / "clean"
    write_tables({"a": table}, folder)
    back = read_tables(folder)["a"]
    assert back["ags"].tolist() == table["ags"].tolist()
    assert back["known"].tolist() == table["known"].tolist()
    for name in ("value", "name"):
        assert plain(back[name]) == plain(table[name])


def plain(column: pd.Series) -> list[object]:
    return [None if pd.isna(value) else value for value in column]


def failing(error: BaseException, at: int) -> Callable[..., object]:
    """Return a method for `DataFrame.to_csv` or `Path.replace` that fails at the n-th call."""
    calls = {"n": 0}

    def wrap(method: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            calls["n"] += 1
            if calls["n"] == at:
                raise error
            return method(*args, **kwargs)

        return call

    return wrap


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=type
)
@pytest.mark.parametrize("at", [1, 2])
def test_a_full_disk_or_an_interrupt_leaves_the_former_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, at: int
) -> None:
    write_tables({"a": TABLE, "b": TABLE}, tmp_path / "clean")
    with monkeypatch.context() as patch:
        patch.setattr(pd.DataFrame, "to_csv", failing(error, at)(pd.DataFrame.to_csv))
        with pytest.raises(type(error)):
            write_tables({"a": TABLE.head(1), "b": TABLE.head(1)}, tmp_path / "clean")
    assert {len(t) for t in read_tables(tmp_path / "clean").values()} == {2}
    assert [p.name for p in tmp_path.iterdir()] == ["clean"]


@pytest.mark.parametrize(
    "error", [PermissionError(errno.EACCES, "no"), KeyboardInterrupt()], ids=type
)
@pytest.mark.parametrize("at", [1, 2])
def test_former_folder_comes_back_if_it_cannot_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, at: int
) -> None:
    write_tables({"a": TABLE}, tmp_path / "clean")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing(error, at)(Path.replace))
        with pytest.raises(type(error)):
            write_tables({"a": TABLE.head(1)}, tmp_path / "clean")
    assert len(read_tables(tmp_path / "clean")["a"]) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["clean"]


def test_what_a_killed_run_left_aside_goes(tmp_path: Path) -> None:
    for name in ("clean", ".clean-former", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "of").write_text(name)
    replace_folder(tmp_path / "new", tmp_path / "clean")
    assert (tmp_path / "clean" / "of").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["clean"]


def test_an_interrupt_just_after_the_new_folder_is_made_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal may come before the name of the folder is known to anyone."""
    made = tempfile.mkdtemp

    def interrupted(**options: str) -> str:
        made(**options)
        raise KeyboardInterrupt

    write_tables({"a": pd.DataFrame({"x": [1]})}, tmp_path / "tables")
    monkeypatch.setattr(tempfile, "mkdtemp", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_tables({"a": pd.DataFrame({"x": [2]})}, tmp_path / "tables")
    assert [p.name for p in tmp_path.iterdir()] == ["tables"]
    assert (tmp_path / "tables" / "a.csv").read_text() == "x\n1\n"
