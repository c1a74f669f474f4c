"""How a command ends when the user has something to mend."""

from typing import NoReturn

import typer


def fail(message: object) -> NoReturn:
    """Say one sentence and end with exit code 1."""
    typer.echo(str(message), err=True)
    raise typer.Exit(1)
