"""``armutsexpertise report``: the stages without Make."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

# The stages are imported inside the command: they need pandas, which --help does not.

__all__ = ["report_command"]

ONLY = ("check", "clean", "model", "report", "index", "release")


def report_command(
    topic: Annotated[
        list[str] | None,
        typer.Argument(help="Topics, or demo; default: all topics.", show_default=False),
    ] = None,
    only: Annotated[
        str | None, typer.Option(help=f"One stage only: {', '.join(ONLY)}.", show_default=False)
    ] = None,
    root: Annotated[
        Path | None, typer.Option(help="Checkout; default: the current folder's.")
    ] = None,
) -> None:
    """Build the reports: check, clean, model, report for each topic, then the index.

    The same stages as `make report`, in order and from the start (Make redoes only what is out
    of date). Examples:

    * `armutsexpertise report`
    * `armutsexpertise report passes --only model`
    """
    from armutsexpertise.catalog import CatalogError
    from armutsexpertise.config import ConfigError
    from armutsexpertise.render.errors import RenderError
    from armutsexpertise.site import build_site, release
    from armutsexpertise.stages import STAGES, StageError, find_project, run_stage

    console = Console(highlight=False, soft_wrap=True)

    def say(line: str) -> None:
        """Plain lines, so that a log reads like the screen."""
        console.print(line, markup=False)

    try:
        project = find_project(root)
        topics = topic or project.topics()
        if only is not None and only not in ONLY:
            raise StageError(f"Unknown stage '{only}': one of {', '.join(ONLY)}.")
        for name in topics:
            for stage in STAGES:
                if only in (None, stage):
                    with console.status(f"{name}: {stage}"):  # nothing where no terminal is
                        run_stage(project, name, stage, say)
        built = only is None and set(topics) - set(project.examples())
        if only == "index" or built:
            say(f"index: {build_site(project).relative_to(project.root)}")
        if only == "release":
            say(f"release: {release(project).relative_to(project.root)}")
    except RenderError as error:
        typer.echo(f"{error}\n{error.traceback or ''}".rstrip(), err=True)
        raise typer.Exit(1) from None
    except (StageError, ConfigError, CatalogError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
