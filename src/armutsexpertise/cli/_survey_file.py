"""What the commands on survey files share: options, refusals, and the file itself."""

from pathlib import Path

import typer

from armutsexpertise.cli._fail import fail

ENCODING = typer.Option("--encoding", help="Code page of the file, such as cp850.")
TABLE = typer.Option(
    "--table", help="Sheet of a workbook or data set of a SAS transport file with several."
)
DECIMAL = typer.Option("--decimal", help="Decimal sign of a text file: a comma or a point.")
MEMORY = typer.Option(
    "--memory-limit", help="Gigabytes that reading may take; four fifths of what is free."
)


def require_survey_file(file: Path) -> None:
    """Refuse a path that is no file."""
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "does not exist"
        fail(f"The survey file {file} {what}: correct the path.")
