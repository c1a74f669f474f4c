"""``armutsexpertise poverty``: from a survey file to a table of poverty, without Python."""

from __future__ import annotations

import json
import linecache
import tempfile
from collections.abc import Mapping, Sequence
from errno import EISDIR
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from armutsexpertise.cli._fail import fail
from armutsexpertise.cli._survey_file import (
    DECIMAL,
    ENCODING,
    MEMORY,
    TABLE,
    require_survey_file,
)

if TYPE_CHECKING:
    from armutsexpertise.disclosure import Protected
    from armutsexpertise.microdata import Codebook, Recoded

# The library is imported inside the command: it needs pandas, which --help does not.

__all__ = ["poverty_command"]

NAME = "tbl-poverty"
WEIGHTS = ("person_weight", "persons_weight", "household_weight")
SHARES = {"arpr", "rmpg", "arope", "md"}
ENGLISH = {
    "arpt": "At-risk-of-poverty threshold",
    "arpr": "At-risk-of-poverty rate, %",
    "rmpg": "Relative median gap, %",
    "s80s20": "S80/S20 ratio",
    "gini": "Gini coefficient",
    "arope": "AROPE rate, %",
    "md": "Severe material deprivation (flag of the file), %",
}
DIGITS = {"arpt": 0, "s80s20": 2, "gini": 3}
_FOREIGN = (
    "The survey file cannot be computed with, for a reason that names its values and is not shown: "
    "check the types in the codebook and the columns named on the command line."
)


def poverty_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Survey file.")],
    codebook: Annotated[
        str,
        typer.Option("--codebook", metavar="NAME|FILE", help="Bundled codebook, or a YAML file."),
    ],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Variable of the codebook to break down by; may be repeated."),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            help="Weight, where the codebook names none; of a household file the weight of the "
            "household. `equal`: all the same.",
        ),
    ] = None,
    strata: Annotated[str | None, typer.Option("--strata", help="Strata of the sample.")] = None,
    clusters: Annotated[
        str | None, typer.Option("--clusters", help="Primary sampling units.")
    ] = None,
    lonely_psu: Annotated[
        str,
        typer.Option(
            "--lonely-psu",
            help="Strata with one sampling unit: fail, adjust, average or certainty.",
        ),
    ] = "fail",
    nest: Annotated[
        bool, typer.Option("--nest", help="Sampling units are numbered anew in each stratum.")
    ] = False,
    income: Annotated[
        str, typer.Option("--income", help="Equivalised disposable income.")
    ] = "equivalised_income",
    excluded: Annotated[
        str | None,
        typer.Option(
            "--excluded", help="Boolean: severely deprived or quasi-jobless; adds the AROPE rate."
        ),
    ] = None,
    drop_missing: Annotated[
        bool, typer.Option("--drop-missing", help="Leave out rows without income.")
    ] = False,
    rules: Annotated[
        Path | None, typer.Option("--rules", help="YAML with thresholds of disclosure control.")
    ] = None,
    encoding: Annotated[str | None, ENCODING] = None,
    decimal: Annotated[str | None, DECIMAL] = None,
    table: Annotated[str | None, TABLE] = None,
    memory_limit: Annotated[float | None, MEMORY] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("poverty"),
) -> None:
    """Estimate poverty and inequality with standard errors, by region for example.

    Persons are the unit: a row of a household counts all of its members. Cells with few persons
    or households are empty, and say why. Written are poverty.csv for machines, a German CSV and
    XLSX for readers, and provenance.json.

    For example:

    * `armutsexpertise poverty ecv_2019.csv.gz --codebook eu_silc_es_household --by region`
    * `armutsexpertise poverty survey.xlsx --codebook city.yaml --weights equal --out results`
    """
    from armutsexpertise.disclosure import Rules, poverty_estimates, read_rules
    from armutsexpertise.microdata import load_codebook, read_survey, recode

    require_survey_file(file)
    _refuse_blanks(
        weights=weights, strata=strata, clusters=clusters, income=income, excluded=excluded
    )
    if rules is not None and not rules.is_file():
        fail(f"The rules {rules} are no file: correct the path after --rules.")
    _refuse_foreign(out)
    groups = list(dict.fromkeys(by or []))
    try:
        book = load_codebook(codebook)
        _check_groups(groups, book)
        extra = _not_in_codebook([weights, strata, clusters], book)
        columns = list(dict.fromkeys([*book.source_columns, *extra]))
        survey = read_survey(
            file,
            columns=columns,
            encoding=encoding,
            table=table,
            memory_limit=memory_limit,
            decimal=decimal,  # type: ignore[arg-type]
        )
        recoded = recode(survey, book)
        data = recoded.data.join(survey.data[extra])
        unit = book.unit_of_analysis
        results = poverty_estimates(
            data,
            unit,  # type: ignore[arg-type]
            groups,
            income=income,
            weights=weights,
            strata=strata,
            clusters=clusters,
            lonely_psu=lonely_psu,  # type: ignore[arg-type]
            nest=nest,
            household=_household(book),
            excluded=excluded,
            missing="drop" if drop_missing else "fail",
            rules=Rules() if rules is None else read_rules(rules),
        )
    except (ValueError, TypeError) as error:
        fail(error if _ours(error) else _FOREIGN)
    cells = results.table["estimate"]
    if cells.isna().all():
        fail(
            f"None of the {len(cells)} cells may be shown: they rest on too few persons or "
            "households. Choose fewer or larger groups; nothing was written."
        )
    given = {
        "table": table,
        "income": income,
        "weights": weights or next((name for name in WEIGHTS if name in data), None),
        "strata": strata or ("stratum" if "stratum" in data else None),
        "clusters": clusters or ("psu" if "psu" in data else "household"),
        "lonely_psu": lonely_psu,
        "nest": nest,
        "by": groups,
        "excluded": excluded,
        "missing_income": "dropped" if drop_missing else "none",
    }
    try:
        provenance = _provenance(file, book, results, recoded, given)
        written = _write(results, book, income, out, provenance)
    except (ValueError, TypeError) as error:  # such as names of groups that no workbook can hold
        fail(error if _ours(error) else _FOREIGN)
    except OSError as error:
        fail(f"{out} cannot be written ({error.strerror}): give another folder with --out.")
    _print(results, book, income)
    for path in written:
        typer.echo(path)


def _ours(error: Exception) -> bool:
    """Say whether a refusal is a sentence of this package, which holds no value of the data.

    What numpy and pandas say ("could not convert string to float: …") repeats a cell. The
    refusals of this package are plain errors in part, but stand in a ``raise`` of its modules.
    """
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None or not place.tb_frame.f_globals["__name__"].startswith("armutsexpertise."):
        return False
    line = linecache.getline(place.tb_frame.f_code.co_filename, place.tb_lineno)
    return line.strip().startswith("raise ")


def _refuse_blanks(**options: str | None) -> None:
    """Refuse an empty name, as of a shell variable that is not set: no design is not meant."""
    for option, name in options.items():
        if name is not None and not name.strip():
            fail(f"--{option} is empty: name a variable, or leave the option out.")


def _refuse_foreign(out: Path) -> None:
    """Refuse a folder with exhibits of others, which the writer of exhibits would remove."""
    if out.exists() and not out.is_dir():
        fail(f"{out} is a file: give a folder with --out.")
    if out.is_dir():
        foreign = [
            path.name
            for kind in ("tbl-*", "fig-*")
            for path in sorted(out.glob(kind))
            if path.stem != NAME
        ]
        if foreign:
            fail(f"{out} holds {foreign[0]} of another table: give a folder of its own with --out.")


def _check_groups(groups: Sequence[str], book: Codebook) -> None:
    keys = {*book.key, "household_id", "person_id"}
    allowed = [
        name
        for name, variable in book.variables.items()
        if variable.type in {"boolean", "category", "string", "integer"} and name not in keys
    ]
    for name in groups:
        if not name.strip():
            fail(f"--by is empty: give one of {', '.join(allowed)}.")
        if name not in book.variables:
            from armutsexpertise.microdata.errors import missing_column_message

            fail(f"--by: {missing_column_message([name], allowed, f'The codebook {book.name}')}")
        if name not in allowed:
            fail(
                f"--by: {name} is a number or a key and forms no groups: give one of "
                f"{', '.join(allowed)}."
            )


def _not_in_codebook(names: Sequence[str | None], book: Codebook) -> list[str]:
    """Return the names that must be columns of the file itself."""
    return [n for n in dict.fromkeys(names) if n and n not in book.variables and n != "equal"]


def _household(book: Codebook) -> list[str]:
    if "household_id" not in book.variables:
        fail(
            f"The codebook {book.name} has no household_id, without which small cells cannot be "
            "found: add it. Where one person of each household was asked, number the persons."
        )
    return ["country", "household_id"] if "country" in book.key else ["household_id"]


def _unit(book: Codebook, income: str) -> str:
    return book.variables[income].unit or "" if income in book.variables else ""


def _print(results: Protected, book: Codebook, income: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from armutsexpertise.mark import MARK_TEXT

    # Names of groups and titles are the user's: as Text their brackets are no markup.
    # A pipe has no width; a table that is cut would lose numbers.
    console = Console(width=max(Console().width, 200))
    console.print(Text(book.title["en"], style="bold"))
    if results.synthetic:
        console.print(f"{MARK_TEXT}: invented, no household is real.", style="bold")
    for name, part in results.table.groupby("indicator", sort=False):
        unit = f", {_unit(book, income)}" if name == "arpt" else ""
        shown = Table(
            title=Text(f"{ENGLISH[str(name)]}{unit}", style="table.title"),
            title_justify="left",
            box=box.SIMPLE_HEAD,
        )
        for column in results.domains:
            shown.add_column(Text(book.variables[column].label["en"]))
        for head in ("estimate", "se", "from", "to", "n"):
            shown.add_column(head, justify="right")
        shown.add_column("note")
        for row in part.to_dict("records"):
            labels = [_english(book, column, row[column]) for column in results.domains]
            numbers = [
                _number(row[column], str(name))
                for column in ("estimate", "se", "ci_low", "ci_high")
            ]
            if row["status"] == "bracketed":
                numbers[0] = f"({numbers[0]})"
            n = "" if _missing(row["n"]) else str(row["n"])
            shown.add_row(*map(Text, [*labels, *numbers, n, str(row["reason"])]))
        console.print(shown)
    counted = "households" if book.unit_of_analysis == "household" else "persons"
    typer.echo(f"n: {counted} of the sample. Interval: 95 %, Student's t. Threshold: 60 % of the")
    typer.echo("median of all persons, in each group.")
    if results.totals_removed:
        typer.echo(
            "Totals are left out or stand without n: suppressed cells would follow from them."
        )


def _missing(value: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def _number(value: Any, indicator: str) -> str:
    if _missing(value):
        return ""
    factor = 100 if indicator in SHARES else 1
    return f"{value * factor:.{DIGITS.get(indicator, 1)}f}"


def _english(book: Codebook, column: str, value: Any) -> str:
    from armutsexpertise.disclosure import TOTAL

    if _missing(value):
        return "not stated"
    if value == TOTAL:
        return "total"
    if book.variables[column].type == "boolean":
        return {"True": "yes", "False": "no"}[str(value)]
    label = book.variables[column].categories.get(str(value))
    return label["en"] if label else str(value)


def _write(
    results: Protected, book: Codebook, income: str, out: Path, provenance: Mapping[str, Any]
) -> list[Path]:
    from armutsexpertise.publish.exhibit import write_exhibits
    from armutsexpertise.publish.files import write_atomic
    from armutsexpertise.publish.results import LABELS, Label, results_exhibit, write_results

    money = {"EUR/year": "EUR/Jahr", "EUR/month": "EUR/Monat"}
    unit = _unit(book, income)
    groups = [book.variables[name] for name in results.domains]
    words = " und ".join(one.label["de"] for one in groups)
    exhibit = results_exhibit(
        results,
        exhibit_id=NAME,
        title=f"Armut und Ungleichheit{f' nach {words}' if words else ''}",
        alt="Tabelle mit Schätzwert, Standardfehler und 95-%-Konfidenzintervall je Zeile.",
        source=f"{book.dataset['name']}, {book.dataset['provider']}; eigene Berechnung",
        reference_date=str(book.dataset["vintage"]),
        note="n zählt "
        f"{'Haushalte' if book.unit_of_analysis == 'household' else 'Personen'} der Stichprobe; "
        "die Schwelle ist 60 % des Medians aller Personen.",
        labels={
            "arpt": Label(LABELS["arpt"].text, money.get(unit, unit), 0),
            "md": Label("Erheblich materiell depriviert nach Angabe der Datei", "%"),
        },
        domains={one.name: one.label["de"] for one in groups},
        values={"True": "ja", "False": "nein"}
        | {key: text["de"] for one in groups for key, text in one.categories.items()},
        licence="Ergebnisse aus Mikrodaten: Es gelten die Bedingungen der Datengebenden.",
    )
    out.mkdir(parents=True, exist_ok=True)
    # Everything is written beside the old results first: they stay whole if one file cannot be.
    with tempfile.TemporaryDirectory(dir=out, prefix=".writing-") as scratch:
        new = Path(scratch)
        written = [write_results(results, new / "poverty.csv"), *write_exhibits([exhibit], new)]
        written.append(new / "provenance.json")
        text = json.dumps(provenance, ensure_ascii=False, indent=1, sort_keys=True)
        write_atomic(written[-1], f"{text}\n".encode())
        for path in written:
            if (out / path.name).is_dir():
                raise IsADirectoryError(EISDIR, f"{path.name} is a folder there")
        return [path.replace(out / path.name) for path in written]


def _provenance(
    file: Path,
    book: Codebook,
    results: Protected,
    recoded: Recoded,
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """Say what went in: hashes and names, no path and no count that a cell follows from."""
    from armutsexpertise import __version__
    from armutsexpertise.mark import KIND_COLUMN, MARK_TEXT
    from armutsexpertise.provenance import versions
    from armutsexpertise.publish.files import sha256

    found: dict[str, Any] = {
        "armutsexpertise": __version__,
        "versions": versions(["numpy", "pandas", "scipy"]),
        "input_sha256": sha256(file.read_bytes()),
        "codebook": {"name": book.name, "version": book.version, "dataset": dict(book.dataset)},
        "unit_of_analysis": book.unit_of_analysis,
        "design": dict(given),
        "poverty_line": "0.6 of the weighted median of all persons; poor is strictly below",
        "disclosure_rules": results.rules.model_dump(),
        "suppressed_cells": results.suppressed,
        "totals_removed": results.totals_removed,
    }
    if results.synthetic:
        found[KIND_COLUMN] = MARK_TEXT
    if not results.suppressed:
        found["rows"] = {"read": recoded.report.rows_in, "kept": recoded.report.kept}
    return found
