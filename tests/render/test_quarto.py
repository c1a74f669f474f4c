"""The path through Quarto, with a stand-in for its program."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from armutsexpertise.render import RenderError, choose_renderer, render, renderer_name

Write = Callable[..., Path]

# The first lines are a shell script that starts Python, which may lie in a path with spaces.
PROGRAM = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import json, os, sys
from pathlib import Path
args = sys.argv[1:]
if args == ["--version"]:
    print("1.9.38")
    sys.exit({version_code})
out = Path(args[args.index("--output-dir") + 1])
to = args[args.index("--to") + 1]
keys = ("QUARTO_PYTHON", "ARMUTSEXPERTISE_RENDERER", "SOURCE_DATE_EPOCH")
log = Path({log!r})
old = json.loads(log.read_text()) if log.exists() else []
params = args[args.index("--execute-params") + 1] if "--execute-params" in args else None
log.write_text(json.dumps(old + [{{
    "args": args, "cwd": os.getcwd(), "env": {{k: os.environ.get(k) for k in keys}},
    "params": Path(params).read_text() if params else None,
}}]))
if to in {failing!r}:
    print("ERROR: etwas ging schief", file=sys.stderr)
    sys.exit(3)
if to not in {silent!r}:
    name = Path(args[1]).stem + {{"html": ".html", "typst": ".pdf", "docx": ".docx"}}[to]
    (out / "sub").mkdir(parents=True)
    (out / "sub" / name).write_text("neu " + to)
"""


@pytest.fixture
def quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Install a stand-in; returns the path of its log."""

    def install(failing: tuple[str, ...] = (), silent: tuple[str, ...] = (), code: int = 0) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        program, log = folder / "quarto", tmp_path / "log.json"
        program.write_text(
            PROGRAM.format(
                python=sys.executable,
                log=str(log),
                failing=failing,
                silent=silent,
                version_code=code,
            )
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("QUARTO", str(program))
        return log

    return install


def test_command_environment_and_names(
    quarto: Callable[..., Path], write: Write, tmp_path: Path
) -> None:
    log = quarto()
    path = write("Text\n")
    files = render(path, ("html", "pdf", "docx"), params={"jahr": 2024, "ort": "a: b"})
    assert [f.name for f in files] == ["probe.html", "probe.pdf", "probe.docx"]
    assert [f.read_text() for f in files] == ["neu html", "neu typst", "neu docx"]
    calls = json.loads(log.read_text())
    assert [c["args"][:4] for c in calls] == [
        ["render", str(path), "--to", to] for to in ("html", "typst", "docx")
    ]
    # A folder of its own for each format: a second HTML would overwrite the figures of the first.
    assert len({c["args"][c["args"].index("--output-dir") + 1] for c in calls}) == 3
    assert {c["cwd"] for c in calls} == {str(tmp_path)}
    assert calls[0]["env"] == {
        "QUARTO_PYTHON": sys.executable,
        "ARMUTSEXPERTISE_RENDERER": "Quarto 1.9.38",
        "SOURCE_DATE_EPOCH": str(20526 * 86400),
    }
    assert yaml.safe_load(calls[0]["params"]) == {"jahr": 2024, "ort": "a: b"}
    assert not list(tmp_path.glob(".render-*"))


@pytest.mark.parametrize(
    ("failing", "silent", "message"),
    [
        (("typst",), (), "probe.qmd: Quarto stops with code 3 at the format pdf"),
        ((), ("typst",), "probe.qmd: Quarto ended well but wrote no probe.pdf"),
    ],
)
def test_failure_leaves_all_former_reports(
    quarto: Callable[..., Path],
    write: Write,
    failing: tuple[str, ...],
    silent: tuple[str, ...],
    message: str,
) -> None:
    quarto(failing, silent)
    former = [write("", header="alt", name=f"probe.{kind}") for kind in ("html", "pdf")]
    with pytest.raises(RenderError) as caught:
        render(write("Text\n"))
    assert str(caught.value).startswith(message)
    assert ("etwas ging schief" in caught.value.traceback) == bool(failing)
    assert all(f.read_text() == "alt" for f in former)


def test_choice_of_the_renderer(
    quarto: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "leer"))
    assert choose_renderer("auto") == "embedded"
    with pytest.raises(RenderError, match="Quarto is not installed; install it or use --renderer"):
        choose_renderer("quarto")
    program = quarto().parent / "bin" / "quarto"
    assert choose_renderer("auto") == choose_renderer("quarto") == "quarto"
    assert choose_renderer("embedded") == "embedded"
    assert renderer_name() == "Quarto 1.9.38"
    monkeypatch.delenv("QUARTO")
    monkeypatch.setenv("PATH", str(program.parent))
    assert choose_renderer("auto") == "quarto"
    monkeypatch.setenv("QUARTO", str(tmp_path / "weg"))
    with pytest.raises(RenderError, match="QUARTO names no program; correct or unset it"):
        choose_renderer("auto")


def test_quarto_that_does_not_run(quarto: Callable[..., Path], write: Write) -> None:
    quarto(code=1)
    with pytest.raises(RenderError, match="Quarto is there but does not run; try quarto check"):
        render(write("Text\n"), ("html",))
