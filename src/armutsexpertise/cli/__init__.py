"""The command ``armutsexpertise``: a thin door to the library."""

import typer

app = typer.Typer(no_args_is_help=True)


def main() -> None:
    """Run the command line."""
    app()
