"""``armutsexpertise render``: one document to HTML, PDF or DOCX."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from armutsexpertise.render import RenderError, render


def parse_parameter(text: str) -> tuple[str, Any]:
    """Split ``name=value``; the value is read as YAML, so 3 is a number and ``[1, 2]`` a list.

    Examples
    --------
    >>> parse_parameter("year=2024")
    ('year', 2024)
    """
    name, sign, value = text.partition("=")
    if not sign or not name.strip().isidentifier():
        raise RenderError(f"-P takes name=value, not {text}.")
    try:
        return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError:
        return name.strip(), value


def render_command(
    file: Annotated[Path, typer.Argument(help="The document (.qmd).", show_default=False)],
    to: Annotated[
        str, typer.Option("--to", help="Formats, separated by commas: html, pdf, docx.")
    ] = "html,pdf",
    parameter: Annotated[
        list[str] | None,
        typer.Option("-P", metavar="NAME=VALUE", help="Value for the parameters of the document."),
    ] = None,
    renderer: Annotated[
        str, typer.Option(help="auto takes Quarto where it is installed: auto, quarto, embedded.")
    ] = "auto",
    output_dir: Annotated[
        Path | None,
        typer.Option(help="Folder of the reports.", show_default="as the project says"),
    ] = None,
) -> None:
    """Render a .qmd document to HTML, PDF or DOCX.

    For example: armutsexpertise render analyses/passes/report.qmd

    For comments in Word: armutsexpertise render bericht.qmd --to docx -P jahr=2024
    """
    formats = [name.strip() for name in to.split(",") if name.strip()]
    try:
        params = dict(parse_parameter(text) for text in parameter or [])
        files = render(file, formats, params=params, renderer=renderer, output_dir=output_dir)
    except RenderError as error:
        typer.echo(str(error), err=True)
        if error.traceback:
            typer.echo(f"\n{error.traceback}", err=True)
        raise typer.Exit(1) from None
    for written in files:
        typer.echo(str(written))
