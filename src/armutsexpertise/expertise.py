"""What the stages of every expertise share: check packages, note vintages, write the report.

The stage scripts in ``analyses/<topic>/`` call these with what is theirs: the packages, the
exhibits and the findings.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from armutsexpertise import catalog
from armutsexpertise.mark import KIND_COLUMN, MARK_TEXT, is_synthetic
from armutsexpertise.provenance import content_hash, git_state, versions
from armutsexpertise.publish.values import Values
from armutsexpertise.stages import Project, StageError, new_folder, read_tables

if TYPE_CHECKING:
    from armutsexpertise.publish.exhibit import Exhibit

__all__ = [
    "Claim",
    "check_claims",
    "check_packages",
    "microdata_file",
    "optional_microdata",
    "report",
    "vintages",
]

PROGRAMS = (
    "armutsexpertise",
    "pandas",
    "numpy",
    "scipy",
    "statsmodels",
    "frictionless",
    "matplotlib",
)
"""Programs that every colophon names with their version."""

Claim = tuple[str, Callable[[Values], bool]]
"""A sentence of the report without digits, and what must hold of the estimates for it."""

Finding = Mapping[str, str]


def check_packages(
    project: Project, packages: Iterable[str], say: Callable[[str], None] = print
) -> None:
    """Check the data packages that an expertise rests on: schema, keys, hashes, plausibility.

    Parameters
    ----------
    project : Project
        Checkout whose ``data/raw`` is read.
    packages : iterable of str
        Names of the packages.
    say : callable, default print
        Receives a line per package.

    Raises
    ------
    StageError
        If a package has errors; the message lists them.
    """
    for name in packages:
        result = catalog.check(name, root=project.raw)
        if not result.ok:
            lines = "\n".join(result.lines())
            raise StageError(f"The data package {name} has errors:\n{lines}")
        say(f"  {name}: {result.rows} rows, {len(result.notices)} notices")


def vintages(project: Project, packages: Iterable[str]) -> pd.DataFrame:
    """Return title, version, state and content hash of data packages, for the colophon.

    Parameters
    ----------
    project : Project
        Checkout whose ``data/raw`` is read.
    packages : iterable of str
        Names of the packages.

    Returns
    -------
    DataFrame, columns package, title, version, created, sha256
        One row per package.
    """
    rows = []
    for name in packages:
        package = catalog.describe(name, root=project.raw)
        folder = project.raw / name
        files = [p for p in folder.iterdir() if p.suffix in (".csv", ".yaml")]
        rows.append(
            {
                "package": name,
                "title": package["title"],
                "version": package["version"],
                "created": str(package["created"]),
                "sha256": content_hash(files, folder),
            }
        )
    return pd.DataFrame(rows)


def optional_microdata(project: Project, *names: str) -> pd.DataFrame:
    """Say for which optional chapters of a report a file of microdata is there.

    Parameters
    ----------
    project : Project
        Checkout whose ``data/raw/restricted`` is looked into.
    *names : str
        Data sets or surveys of ``microdata_access``, such as ``piaac_de_2012``.

    Returns
    -------
    DataFrame, one row per data set
        ``id``, ``title_de``, ``provider``, ``access_de``, ``request_url``, ``file_name``,
        ``codebook``, ``sha256``, ``present`` (bool) and ``as_tried`` (bool; missing where
        unknown). Write it as the table ``microdata``: `report` hands it to the document, which
        prints it with :func:`armutsexpertise.publish.parts.microdata_box`.

    Raises
    ------
    CatalogError
        If there is no such data set.
    """
    parts = [catalog.restricted_datasets(name, root=project.raw) for name in names]
    columns = ["id", "title_de", "provider", "access_de", "request_url", "file_name", "codebook"]
    return pd.concat(parts, ignore_index=True)[[*columns, "sha256", "present", "as_tried"]]


def microdata_file(project: Project, name: str) -> Path | None:
    """Return the file of microdata that an optional chapter is made of.

    Parameters
    ----------
    project : Project
        Checkout whose ``data/raw/restricted`` is looked into.
    name : str
        A data set of ``microdata_access``, such as ``piaac_de_2012``.

    Returns
    -------
    Path or None
        None where nobody has brought the file. No rows of persons may be written: estimate and
        protect in the stage that reads it, and write only the protected results.

    Raises
    ------
    CatalogError
        If there is no such data set.
    """
    (row,) = catalog.restricted_datasets(name, root=project.raw).to_dict("records")
    return Path(row["path"]) if row["present"] else None


def vintages_exhibit(table: pd.DataFrame) -> Exhibit:
    """Return the table of a report that names its data packages with version and hash.

    Parameters
    ----------
    table : DataFrame
        As `vintages` makes it.

    Returns
    -------
    Exhibit
        The table ``tbl-datenstand``.
    """
    from armutsexpertise.publish.exhibit import Exhibit
    from armutsexpertise.publish.numbers import date_de

    days = table["created"].astype(str).str[:10]
    return Exhibit(
        id="tbl-datenstand",
        title="Datenstand: Version und Prüfsumme der Datenpakete",
        alt="Tabelle der Datenpakete mit Version, Stand und Prüfsumme.",
        source="datapackage.yaml der Pakete",
        reference_date=str(days.max()),
        n=f"{len(table)} Datenpakete",
        table=pd.DataFrame(
            {
                "Paket": table["package"],
                "Inhalt": table["title"],
                "Version": table["version"].astype(str),
                "Stand": days.map(date_de),
                "SHA-256 (Anfang)": table["sha256"].str[:16],
            }
        ),
    )


def check_claims(claims: Sequence[Claim], z: Values) -> None:
    """Stop if a sentence of the report no longer fits its numbers.

    Parameters
    ----------
    claims : sequence of (str, callable)
        A word such as "gut die Hälfte" is a number too: each claim names what must hold for it.
    z : Values
        Headline numbers of the topic.

    Raises
    ------
    StageError
        If a claim fails; names the sentence.
    """
    for sentence, holds in claims:
        if not holds(z):
            raise StageError(
                f"The report says „{sentence}“, which the estimates no longer support: "
                "change the text in report.qmd and findings.py and the claim in findings.py."
            )


def report(
    project: Project,
    topic: str,
    *,
    exhibits: Callable[[dict[str, pd.DataFrame]], Iterable[Exhibit]],
    findings: Callable[[Values], Sequence[Finding]],
    claims: Sequence[Claim],
    programs: Iterable[str] = (),
    document: str = "report.qmd",
    say: Callable[[str], None] = print,
) -> None:
    """Write exhibits, then the report as HTML and PDF, from the estimates of a topic.

    Parameters
    ----------
    project : Project
        Checkout to read from and write into.
    topic : str
        Folder of ``analyses/``.
    exhibits : callable
        Takes the estimates by name, returns the exhibits of the report.
    findings : callable
        Takes the headline values, returns the main findings: title, text and exhibit of each.
    claims : sequence of (str, callable)
        See `check_claims`; checked before anything is written.
    programs : iterable of str
        Programs to name in the colophon beside `PROGRAMS`.
    document : str
        The document; whatever its name, it becomes ``report.html`` and ``report.pdf``.
    say : callable, default print
        Receives a line for what was written.

    Raises
    ------
    StageError
        If there are no estimates, a claim no longer holds, or the estimates are of invented
        data and the document does not say so on each page.
    RenderError
        If the document cannot be rendered.

    Notes
    -----
    Where one table of the estimates is of invented data, every exhibit is stamped, whatever it
    was made from.
    """
    from armutsexpertise.publish.exhibit import write_exhibits
    from armutsexpertise.publish.files import write_atomic
    from armutsexpertise.render.renderer import render

    tables = read_tables(project.estimates(topic))
    z = Values(tables["headline"])
    check_claims(claims, z)
    folder = project.analysis(topic)
    made = list(exhibits(tables))
    if any(is_synthetic(table) for table in tables.values()):
        _require_stamp(folder / document)
        made = [replace(one, synthetic=True) for one in made]
    built = write_exhibits(made, folder / "exhibits")
    origin = _origin(project, topic, document, [*PROGRAMS, *programs])
    if "microdata" in tables:
        records = tables["microdata"].astype(object).fillna("").to_dict("records")
        origin["microdata"] = records
    if any(one.synthetic for one in made):
        origin[KIND_COLUMN] = MARK_TEXT
    for name, content in {"findings": findings(z), "provenance": origin}.items():
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        write_atomic(folder / "exhibits" / f"{name}.json", f"{text}\n".encode())
    say(f"  {len(built)} files of exhibits")
    for path in render(folder / document, ("html", "pdf"), output_dir=project.reports(topic)):
        final = path.replace(path.with_stem("report"))
        say(f"  {final.relative_to(project.root)}")
    _copy_exhibits(folder / "exhibits", project.reports(topic) / "exhibits")


def _require_stamp(document: Path) -> None:
    """Refuse a document on invented data whose pages do not say so."""
    from armutsexpertise.render.document import read_document

    meta = read_document(document).meta
    own = meta.get("armutsexpertise") or {}
    said = {"series": own.get("series"), "pagetitle": meta.get("pagetitle")}
    lacking = [key for key, text in said.items() if MARK_TEXT not in str(text)]
    if lacking:
        raise StageError(
            f"{document.name} is made from invented data: write „{MARK_TEXT}“ into "
            f"{' and '.join(lacking)} of its header (series below armutsexpertise), so that every "
            "page says so."
        )


def _origin(
    project: Project, topic: str, document: str, programs: Iterable[str]
) -> dict[str, object]:
    """Return what the colophon says of the document, the inputs, the versions and the commit."""
    from armutsexpertise.publish.parts import citation
    from armutsexpertise.render.document import read_document

    meta = read_document(project.analysis(topic) / document).meta
    folder = project.analysis(topic)
    texts = [p for p in folder.iterdir() if p.suffix in (".py", ".yml", ".qmd", ".md")]
    tables = list(project.estimates(topic).glob("*.csv"))
    git = git_state(project.root)
    return {
        "citation": citation(str(meta["title"]), str(meta["date"])),
        "estimates_sha256": content_hash(tables, project.estimates(topic)),
        "analysis_sha256": content_hash(texts, folder),
        "versions": versions(dict.fromkeys(programs)),
        "commit": git[0] if git else None,
        "clean_tree": git[1] if git else None,
    }


def _copy_exhibits(source: Path, target: Path) -> None:
    """Put a copy of the exhibits beside the report, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with new_folder(target) as new:
        shutil.copytree(source, new, dirs_exist_ok=True)
