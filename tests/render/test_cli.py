"""The command ``render``: options, exit codes, messages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from armutsexpertise.cli.render import parse_parameter, render_command
from armutsexpertise.render import RenderError

Write = Callable[..., Path]
app = typer.Typer()
app.command("render")(render_command)
app.command("other")(lambda: None)


def call(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["render", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_it_writes_and_names_the_files(write: Write, tmp_path: Path) -> None:
    body = (
        "```{python}\n#| tags: [parameters]\n#| echo: false\nn = 1\n```\n\nEs sind `{python} n`.\n"
    )
    code, out, _ = call(
        write(body), "--to", "html, docx", "-P", "n=5", "--renderer", "embedded",
        "--output-dir", tmp_path / "aus",
    )  # fmt: skip
    assert code == 0
    assert out.split("\n")[:2] == [str(tmp_path / "aus" / f"probe.{k}") for k in ("html", "docx")]
    assert "Es sind 5." in (tmp_path / "aus" / "probe.html").read_text(encoding="utf-8")


def test_an_error_is_one_sentence_then_the_traceback(write: Write) -> None:
    path = write("```{python}\n#| label: kaputt\nraise ValueError('so nicht')\n```\n")
    code, out, err = call(path, "--renderer", "embedded")
    assert (code, out) == (1, "")
    first, _, rest = err.partition("\n")
    assert first == "probe.qmd, line 9, chunk kaputt: The chunk fails: ValueError: so nicht"
    assert "Traceback (most recent call last)" in rest
    assert "nbclient" not in rest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "odt"], "The format odt is unknown; choose from html, pdf, docx."),
        (["-P", "n"], "-P takes name=value, not n."),
        (["-P", "=1"], "-P takes name=value, not =1."),
        (["--renderer", "word"], "The renderer word is unknown"),
        (["--renderer", "embedded", "-P", "n=1"], "no chunk tagged parameters"),
    ],
)
def test_bad_options(write: Write, arguments: list[str], message: str) -> None:
    code, out, err = call(write("Text\n"), *arguments)
    assert (code, out) == (1, "")
    assert message in err
    assert len(err.strip().split("\n")) == 1


def test_missing_file() -> None:
    code, _, err = call("fehlt.qmd")
    assert (code, err) == (1, "The file fehlt.qmd does not exist.\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jahr=2024", ("jahr", 2024)),
        ("anteil=0.5", ("anteil", 0.5)),
        ("ort=Köln = schön", ("ort", "Köln = schön")),
        ("an=true", ("an", True)),
        ("liste=[1, 2]", ("liste", [1, 2])),
        ("rest=a: b: c", ("rest", "a: b: c")),
    ],
)
def test_values_of_parameters(text: str, expected: tuple[str, object]) -> None:
    assert parse_parameter(text) == expected


def test_names_of_parameters_are_names() -> None:
    with pytest.raises(RenderError):
        parse_parameter("zwei worte=1")
