"""The command line: version, help with examples, what it says of faults, exit codes."""

from __future__ import annotations

import errno
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from filelock import FileLock

import armutsexpertise
from armutsexpertise import stages
from armutsexpertise.cli import RENDER_EXTRA, app, main
from armutsexpertise.cli.report import ONLY
from armutsexpertise.stages import STAGES, Project
from checkout import ROOT

Said = tuple[int, str, str]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Call ``main`` in this process: exit code, what it wrote, what it complained of."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")

    def _say(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["armutsexpertise", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, out, err

    return _say


def commands() -> list[tuple[str, ...]]:
    """Return every command with its sub-commands, as one types them."""
    top = typer.main.get_command(app)
    found: list[tuple[str, ...]] = []
    for name, command in top.commands.items():  # type: ignore[attr-defined]
        found += [(name, sub) for sub in getattr(command, "commands", {})] or [(name,)]
    return found


def test_version(say: Callable[..., Said]) -> None:
    assert say("--version") == (0, f"armutsexpertise {armutsexpertise.__version__}\n", "")


def test_the_commands_are_those_of_the_handbook() -> None:
    assert set(commands()) == {
        ("report",),
        ("render",),
        *(("data", name) for name in ("list", "check", "show", "export", "template")),
        *(("codebook", name) for name in ("init", "check")),
        ("poverty",),
        ("co2-kosten",),
    }


@pytest.mark.parametrize("words", [(), *commands()], ids=" ".join)
def test_help_of_every_command_has_an_example(
    say: Callable[..., Said], words: tuple[str, ...]
) -> None:
    code, out, err = say(*words, "--help")
    assert (code, err) == (0, "")
    example = " ".join(("armutsexpertise", *words))
    shown = re.split("Usage:|Aufruf:", out)[1].split("\n", 1)[1]
    assert example in " ".join(shown.split()), out


def test_help_and_version_do_not_load_the_science() -> None:
    code = (
        "import sys; sys.argv = ['armutsexpertise', 'report', '--help']\n"
        "from armutsexpertise.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'pandas', 'scipy', 'matplotlib', 'statsmodels'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.decode().strip().endswith("[]")


def test_words_for_only_are_the_stages_and_two_more() -> None:
    assert (*STAGES, "index", "release") == ONLY


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with one topic and empty stages."""
    root = tmp_path / "Prüfung mit Leerzeichen"
    folder = root / "analyses" / "passes"
    folder.mkdir(parents=True)
    (root / "analyses" / "_quarto.yml").write_text("project: {}\n")
    (folder / "report.qmd").write_text("---\ntitle: x\ndate: 2026-01-01\n---\n")
    for stage in STAGES:
        (folder / f"{stage}.py").write_text("def main(project): print('  ran')\n")
    return Project(root)


def test_one_stage(say: Callable[..., Said], project: Project) -> None:
    code, out, err = say("report", "passes", "--only", "model", "--root", project.root)
    assert (code, err) == (0, "")
    assert re.fullmatch(
        r"passes: model, reads data/processed/passes/clean, writes data/processed/passes/estimates"
        r"\n  ran\npasses: model done in \d+\.\d s\n",
        out,
    )


def test_all_stages_in_order_then_the_index(
    say: Callable[..., Said], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("armutsexpertise.site.build_site", lambda p: p.root / "reports/x")
    code, out, _ = say("report", "--root", project.root)
    assert code == 0
    assert re.findall(r"passes: (\w+),", out) == list(STAGES)
    assert out.endswith("index: reports/x\n"), "a path as Make would print it"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["pases"], "Unknown topic 'pases': one of passes."),
        (["passes", "--only", "cleen"], f"Unknown stage 'cleen': one of {', '.join(ONLY)}."),
        (["--only", "index"], "holds no report: build them first with make report."),
        (["--only", "release"], "The release needs reports/index.html, which is missing"),
    ],
)
def test_what_does_not_exist_is_one_sentence(
    say: Callable[..., Said], project: Project, words: list[str], sentence: str
) -> None:
    code, out, err = say("report", *words, "--root", project.root)
    assert code == 1
    assert sentence in err
    assert err.count("\n") == 1
    assert out == ""


def test_folder_without_a_project(
    say: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "__file__", str(tmp_path / "lib" / "stages.py"))
    code, _, err = say("report", "--root", tmp_path)
    assert code == 1
    assert err.startswith("No project was found in ")
    assert err.count("\n") == 1


def test_two_runs_at_once(say: Callable[..., Said], project: Project) -> None:
    folder = project.root / "data" / "processed"
    folder.mkdir(parents=True)
    with FileLock(folder / ".lock-passes"):
        code, _, err = say("report", "--only", "check", "--root", project.root)
    assert code == 1
    assert err == (
        f"Another run is building passes in {project.root}: wait until it has ended, "
        "then start this one again.\n"
    )


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (KeyboardInterrupt(), 130, "Interrupted. What was complete is kept; start the command ag"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/x/y"),
            1,
            "The disk is full while writing /x/y: free some space and start again.",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            1,
            "The disk is full while writing the output folder: free some space and start again.",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/x/y"),
            1,
            "No permission for /x/y: allow writing there or choose another folder.",
        ),
        (
            FileNotFoundError(errno.ENOENT, "No such file", "/x/y"),
            1,
            "/x/y does not exist: check the path.",
        ),
        (OSError(errno.EROFS, "Read-only file system", "/x/y"), 1, "Read-only file system (/x/y)."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_exit_codes(
    say: Callable[..., Said],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    sentence: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(stages, "find_project", fail)
    got, _, err = say("report")
    assert got == code
    assert err.startswith(sentence)
    assert err.count("\n") == 1


def test_an_interrupt_outside_every_command(
    say: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("armutsexpertise.cli.app", interrupted)
    assert say()[0] == 130


def test_a_fault_of_the_program_itself_is_not_hidden(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.analysis("passes") / "clean.py").write_text("def main(project): 1 / 0\n")
    monkeypatch.setattr(
        sys, "argv", ["x", "report", "--only", "clean", "--root", str(project.root)]
    )
    with pytest.raises(ZeroDivisionError):
        main()


@pytest.mark.parametrize("name", ["typst", "matplotlib.pyplot"])
def test_a_core_install_says_how_to_get_rendering(
    say: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fail(*_: object) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(stages, "find_project", fail)
    code, _, err = say("report")
    assert code == 1
    package = name.partition(".")[0]
    assert err == f"{package} is not installed: pip install 'armutsexpertise[render]'.\n"


def test_a_missing_module_of_another_kind_is_not_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'headlines'", name="headlines")

    monkeypatch.setattr(stages, "find_project", fail)
    monkeypatch.setattr(sys, "argv", ["x", "report"])
    with pytest.raises(ModuleNotFoundError):
        main()


def test_modules_of_the_extra_are_those_of_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extra = project["project"]["optional-dependencies"]["render"]
    names = {
        re.split(r"[<>=\[]", name)[0].removesuffix("-binary").replace("-", "_") for name in extra
    }
    assert names <= {name.lower() for name in RENDER_EXTRA}
    assert {name.lower() for name in RENDER_EXTRA} - names == {"ipython"}, "comes with ipykernel"


def test_a_failing_chunk_shows_its_place_and_its_traceback(
    say: Callable[..., Said], project: Project
) -> None:
    (project.analysis("passes") / "report.py").write_text(
        "from armutsexpertise.render.errors import RenderError\n"
        "def main(project): raise RenderError('Chunk fails.', line=3, traceback='NameError: x')\n"
    )
    code, _, err = say("report", "--only", "report", "--root", project.root)
    assert code == 1
    assert err == "line 3: Chunk fails.\nNameError: x\n"


def test_module_and_script_are_the_same(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("armutsexpertise")
    if not script.is_file():
        pytest.skip("the package is not installed with its script")
    ways = [[str(script)], [sys.executable, "-m", "armutsexpertise"]]
    said = [
        subprocess.run([*way, "--version"], cwd=tmp_path, capture_output=True, check=True).stdout
        for way in ways
    ]
    assert said[0] == said[1] != b""
