"""``armutsexpertise data``: list, check, show, export the data packages, write a template."""

from pathlib import Path
from typing import Annotated

import typer

from armutsexpertise.cli._fail import fail

# The catalog is imported inside the commands: it needs pandas, which --help does not.

data_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="List, check, show and export the data packages; write a blank template.",
)

RootOption = Annotated[
    Path | None,
    typer.Option("--root", help="Folder with data packages in place of the bundled one."),
]
ToOption = Annotated[Path, typer.Option("--to", help="Folder to write to.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of a data package.")]


@data_app.command("list")
def list_command(root: RootOption = None) -> None:
    """List the data packages with version, tables and title, then the microdata on request.

    For example:

    * `armutsexpertise data list`
    """
    from armutsexpertise import catalog

    try:
        described = [catalog.describe(n, root) for n in catalog.list_packages(root)]
    except catalog.CatalogError as error:
        fail(error)
    width = max((len(d["name"]) for d in described), default=0)
    for one in described:
        tables = ", ".join(r["name"] for r in one["resources"])
        typer.echo(f"{one['name']:<{width}}  {one['version']}  {one['title']}")
        typer.echo(f"{'':<{width}}         {tables}")
    if "microdata_access" in [d["name"] for d in described]:
        _list_restricted(root)


def _list_restricted(root: Path | None) -> None:
    from armutsexpertise import catalog

    found = catalog.restricted_datasets(root=root)
    typer.echo("\nMicrodata on request, not bundled (armutsexpertise data show ID):")
    width = found["id"].str.len().max()
    for one in found.to_dict("records"):
        state = "present" if one["present"] else "absent "
        typer.echo(f"{one['id']:<{width}}  {state}  {one['title_de']}")


@data_app.command("check")
def check_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Data packages; all where none is named."),
    ] = None,
    root: RootOption = None,
    workbook: Annotated[
        Path | None,
        typer.Option("--workbook", help="A filled template (XLSX) to check in place of the CSV."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Sentences per package.")] = 50,
) -> None:
    """Check data packages; ends with exit code 1 where one has errors.

    Each sentence names file, row (as a spreadsheet shows it), column, what is wrong and what
    is allowed.

    For example:

    * `armutsexpertise data check`
    * `armutsexpertise data check passes`
    * `armutsexpertise data check passes --root my/folder`
    * `armutsexpertise data check passes --workbook passes-vorlage.xlsx`
    """
    from armutsexpertise import catalog

    if workbook is not None and (names is None or len(names) != 1):
        fail("Name the one data package the workbook belongs to, such as passes.")
    if workbook is not None and not workbook.is_file():
        fail(f"The workbook {workbook} does not exist; correct the path.")
    failed = []
    try:
        for name in names or catalog.list_packages(root):
            found = catalog.check(name, root, workbook=workbook)
            for line in found.lines(limit):
                level, _, rest = line.partition(": ")
                typer.echo(f"{level}: {name}/{rest}" if rest else line)
            errors, notices = len(found.errors), len(found.notices)
            typer.echo(f"{name}: {found.rows} rows, {errors} errors, {notices} notices")
            if not found.ok:
                failed.append(name)
    except catalog.CatalogError as error:
        fail(error)
    if failed:
        fail(f"Errors in: {', '.join(failed)}. Correct them and check again.")


@data_app.command("show")
def show_command(
    target: Annotated[str, typer.Argument(metavar="NAME[/TABLE]", help="Package or table.")],
    rows: Annotated[int, typer.Option("--rows", min=0, help="Rows to print.")] = 5,
    root: RootOption = None,
) -> None:
    """Show what a package or one of its tables holds, or how to get restricted microdata.

    For example:

    * `armutsexpertise data show passes`
    * `armutsexpertise data show passes/counts --rows 10`
    * `armutsexpertise data show piaac`
    """
    from armutsexpertise import catalog

    name, _, table = target.partition("/")
    try:
        if table:
            _show_table(name, table, rows, root)
        elif _is_restricted(name, root):
            _show_restricted(name, root)
        else:
            _show_package(name, root)
    except catalog.CatalogError as error:
        fail(error)


def _is_restricted(name: str, root: Path | None) -> bool:
    from armutsexpertise import catalog

    packages = catalog.list_packages(root)
    if name in packages or "microdata_access" not in packages:
        return False
    found = catalog.restricted_datasets(root=root)
    return name in {*found["id"], *found["family"]}


def _show_restricted(name: str, root: Path | None) -> None:
    from armutsexpertise import catalog

    for one in catalog.restricted_datasets(name, root).to_dict("records"):
        typer.echo(f"{one['id']}: {one['title_de']} ({one['provider']})")
        typer.echo(f"  Units: {one['unit_de']}")
        typer.echo(f"  Access: {one['access_de']}")
        typer.echo(f"  Request: {one['request_url']}")
        typer.echo(f"  Put the file here: {one['path']}")
        typer.echo(f"  State: {_restricted_state(one['present'], one['as_tried'])}")
        if one["codebook"]:
            typer.echo(f"  Codebook: {one['codebook']}")
        if one["sha256"]:
            typer.echo(f"  SHA-256: {one['sha256']} ({one['sha256_note']})")


def _restricted_state(present: bool, as_tried: object) -> str:
    if not present:
        return "absent"
    if as_tried is True:
        return "present, the same file as tried"
    return "present, another delivery than the one tried" if as_tried is False else "present"


def _show_package(name: str, root: Path | None) -> None:
    from armutsexpertise import catalog
    from armutsexpertise.catalog.store import load_table, package_folder

    described = catalog.describe(name, root)
    folder = package_folder(name, root)
    typer.echo(f"{described['name']} {described['version']}: {described['title']}")
    typer.echo(described["description"])
    typer.echo("Licences: " + "; ".join(x["title"] for x in described["licenses"]))
    for source in described.get("sources", []):
        typer.echo(f"Source: {source['title']} {source.get('path', '')}".rstrip())
    for resource in described["resources"]:
        count = len(load_table(folder, resource, bool(described.get("edited"))).rows)
        typer.echo(f"  {resource['name']} ({count} rows): {resource['description']}")


def _show_table(name: str, table: str, rows: int, root: Path | None) -> None:
    from armutsexpertise import catalog
    from armutsexpertise.catalog.store import find_resource

    resource = find_resource(catalog.describe(name, root), table)
    frame = catalog.read(name, table, root)
    typer.echo(f"{name}/{table}: {len(frame)} rows")
    for one in resource["schema"]["fields"]:
        unit = f" [{one['unit']}]" if "unit" in one else ""
        typer.echo(f"  {one['name']} ({one['type']}){unit}: {one.get('description', '')}")
    if rows:
        typer.echo(frame.head(rows).to_string(index=False, na_rep=""))


@data_app.command("export")
def export_command(
    name: NameArgument, to: ToOption = Path("export"), root: RootOption = None
) -> None:
    """Write a checked package as CSV, datapackage.json and XLSX, with version and citation.

    For example:

    * `armutsexpertise data export passes`
    * `armutsexpertise data export passes --to release`
    """
    from armutsexpertise import catalog

    try:
        written = catalog.export(name, to, root)
    except catalog.CatalogError as error:
        fail(error)
    for path in written:
        typer.echo(path)


@data_app.command("template")
def template_command(
    name: NameArgument, to: ToOption = Path("vorlage"), root: RootOption = None
) -> None:
    """Write a blank workbook and blank CSV files to fill in.

    For example:

    * `armutsexpertise data template passes`
    * `armutsexpertise data template passes --to my/folder`
    """
    from armutsexpertise import catalog

    try:
        written = catalog.write_template(name, to, root)
    except catalog.CatalogError as error:
        fail(error)
    for path in written:
        typer.echo(path)
