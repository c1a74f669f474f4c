"""``armutsexpertise codebook``: draft a codebook from a survey file, check one."""

from pathlib import Path
from typing import Annotated

import typer

from armutsexpertise.cli._fail import fail
from armutsexpertise.cli._survey_file import (
    DECIMAL,
    ENCODING,
    MEMORY,
    TABLE,
    require_survey_file,
)

# The library is imported inside the commands: it needs pandas, which --help does not.

codebook_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Draft a codebook from a survey file; check a codebook.",
)


@codebook_app.command("init")
def init_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Survey file to draft from.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write; FILE.codebook.yaml by default.")
    ] = None,
    unit: Annotated[
        str, typer.Option("--unit", help="What a row is: household or person.")
    ] = "person",
    encoding: Annotated[str | None, ENCODING] = None,
    decimal: Annotated[str | None, DECIMAL] = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", help="Variables to draft, with commas; all by default."),
    ] = None,
    table: Annotated[str | None, TABLE] = None,
    memory_limit: Annotated[float | None, MEMORY] = None,
) -> None:
    """Draft a codebook from the labels of a survey file.

    The draft holds names, labels, value labels and missing codes as the file states them, no
    value of the data. Every TODO in it is for you to decide.

    For example:

    * `armutsexpertise codebook init survey.sav`
    * `armutsexpertise codebook init survey.dta --unit household --to my/codebook.yaml`
    * `armutsexpertise codebook init large.sav --columns HB030,HY020,HX050`
    """
    from armutsexpertise.microdata.draft import draft_codebook
    from armutsexpertise.microdata.errors import SurveyFileError
    from armutsexpertise.microdata.formats import read_survey
    from armutsexpertise.publish.files import write_atomic

    if unit not in {"household", "person"}:
        fail(f"--unit is {unit}: give household or person.")
    require_survey_file(file)
    target = to or file.with_name(f"{file.name}.codebook.yaml")
    if target.exists():
        fail(f"{target} exists: give another name with --to.")
    try:
        wanted = None if columns is None else [n.strip() for n in columns.split(",") if n.strip()]
        if wanted == []:
            fail("--columns is empty: name a variable, or leave it out.")
        survey = read_survey(
            file,
            wanted,
            encoding,
            table=table,
            memory_limit=memory_limit,
            decimal=decimal,  # type: ignore[arg-type]
        )
    except SurveyFileError as error:
        fail(error)
    write_atomic(target, draft_codebook(survey, file.name, unit).encode())
    typer.echo(f"{target}: {len(survey.variables)} variables drafted; decide every TODO.")
    for remark in survey.remarks:
        typer.echo(remark)


@codebook_app.command("check")
def check_command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Codebook, or name of a bundled one.")
    ],
    data: Annotated[
        Path | None, typer.Option("--data", help="Survey file that the codebook must cover.")
    ] = None,
    codes: Annotated[
        bool,
        typer.Option(
            "--codes", help="List the codes it does not cover: values, keep them with the data."
        ),
    ] = False,
    encoding: Annotated[str | None, ENCODING] = None,
    decimal: Annotated[str | None, DECIMAL] = None,
    table: Annotated[str | None, TABLE] = None,
    memory_limit: Annotated[float | None, MEMORY] = None,
) -> None:
    """Check a codebook; ends with exit code 1 where it does not hold.

    For example:

    * `armutsexpertise codebook check my/codebook.yaml`
    * `armutsexpertise codebook check my/codebook.yaml --data survey.sav`
    * `armutsexpertise codebook check my/codebook.yaml --data survey.sav --codes`
    """
    from armutsexpertise.microdata.codebook import load_codebook, notices
    from armutsexpertise.microdata.errors import CodebookError, SurveyFileError
    from armutsexpertise.microdata.formats import read_survey
    from armutsexpertise.microdata.recode import recode, unknown_codes

    if codes and data is None:
        fail("--codes lists codes of a survey file: give it with --data.")
    if data is not None:
        require_survey_file(data)
    try:
        book = load_codebook(file)
        for notice in notices(book):
            typer.echo(f"notice: {notice}")
        typer.echo(f"{book.name} {book.version}: {len(book.variables)} variables, holds")
        if data is not None:
            survey = read_survey(
                data,
                book.source_columns,
                encoding,
                table=table,
                memory_limit=memory_limit,
                decimal=decimal,  # type: ignore[arg-type]
            )
            if codes and not (unknown := unknown_codes(survey, book)).empty:
                typer.echo(unknown.to_string(index=False))
            typer.echo(str(recode(survey, book).report))
    except (CodebookError, SurveyFileError) as error:
        fail(error)
