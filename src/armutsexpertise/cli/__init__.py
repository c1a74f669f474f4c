"""The command ``armutsexpertise``: a thin door to the library."""

from __future__ import annotations

import errno
import sys
from typing import Annotated

import typer

from armutsexpertise import __version__
from armutsexpertise.cli.co2_kosten import GermanCommand, co2_kosten_command
from armutsexpertise.cli.codebook import codebook_app
from armutsexpertise.cli.data import data_app
from armutsexpertise.cli.poverty import poverty_command
from armutsexpertise.cli.render import render_command
from armutsexpertise.cli.report import report_command

__all__ = ["app", "main"]

INTERRUPTED = 130
"""Exit code of a command that SIGINT ended: 128 and the number of the signal."""

RENDER_EXTRA = frozenset(
    {"IPython", "fontTools", "great_tables", "ipykernel", "matplotlib", "nbclient", "nbformat"}
    | {"pypandoc", "seaborn", "typst"}
)
"""Modules that only the extra ``render`` installs."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback must never print local variables: microdata
    rich_markup_mode="markdown",
    help=(
        "Evidence on municipal poverty policy in North Rhine-Westphalia.\n\n"
        "Examples:\n\n"
        "* `armutsexpertise report` builds all reports\n"
        "* `armutsexpertise data list` shows the bundled data\n"
        "* `armutsexpertise data check passes` checks the inventory of passes\n"
        "* `armutsexpertise poverty survey.sav --codebook my.yaml --by region` prints a table\n"
        "* `armutsexpertise render analyses/passes/report.qmd --to docx` renders one document"
    ),
)
app.add_typer(data_app, name="data")
app.add_typer(codebook_app, name="codebook")
app.command("poverty")(poverty_command)
app.command("report")(report_command)
app.command("render")(render_command)
app.command("co2-kosten", cls=GermanCommand)(co2_kosten_command)


def _version(show: bool) -> None:
    if show:
        typer.echo(f"armutsexpertise {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Hold the options of the command itself."""


def main() -> None:
    """Run the command line; what a user can mend is one sentence and exit code 1."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(_interrupted())
    except SystemExit as end:
        if end.code == INTERRUPTED:  # how typer ends a command that was interrupted
            _interrupted()
        raise
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in RENDER_EXTRA:
            raise
        sys.stderr.write(f"{name} is not installed: pip install 'armutsexpertise[render]'.\n")
        sys.exit(1)
    except OSError as error:
        sys.stderr.write(f"{_os_sentence(error)}\n")
        sys.exit(1)


def _interrupted() -> int:
    sys.stderr.write("Interrupted. What was complete is kept; start the command again.\n")
    return INTERRUPTED


def _os_sentence(error: OSError) -> str:
    """Say what the system refused, where, and what to do."""
    where = error.filename or "the output folder"
    if error.errno == errno.ENOSPC:
        return f"The disk is full while writing {where}: free some space and start again."
    if isinstance(error, PermissionError):
        return f"No permission for {where}: allow writing there or choose another folder."
    if isinstance(error, FileNotFoundError):
        return f"{where} does not exist: check the path."
    return f"{error.strerror or error} ({where})."
