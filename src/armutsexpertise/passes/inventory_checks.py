"""Checks of the inventory of passes that a table schema cannot express."""

import difflib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from armutsexpertise.catalog.checking import number
from armutsexpertise.catalog.problems import CatalogError, Problem, quoted
from armutsexpertise.catalog.store import Descriptor, data_root, list_packages, read
from armutsexpertise.catalog.table import Table

TABLES = (
    "sources",
    "issuers",
    "passes",
    "pass_versions",
    "eligibility",
    "income_rules",
    "benefits",
    "counts",
    "costs",
    "prices",
    "pass_sources",
)
RULE_UNITS = {
    "percent_of_need": "percent",
    "net_per_size": "EUR_net_per_month",
    "gross_annual": "EUR_gross_per_year",
}
_KEY_LENGTH = {"municipality": 8, "county": 5}
_AREA_KEYS = "8 digits of a municipality or 5 of a district as in nrw_regions"

ErrorAt = Callable[..., Problem]


def _errors_in(file: str, row: object) -> ErrorAt:
    """Return a maker of errors for one row: column, message and what is allowed."""
    return partial(_error, file, int(str(row)))


def _error(file: str, row: int, column: str, message: str, allowed: str | None = None) -> Problem:
    return Problem("error", file, message, row=row, column=column, allowed=allowed)


def check_inventory(
    tables: Mapping[str, Table], descriptor: Descriptor, root: Path
) -> list[Problem]:
    """Check what the schema of the inventory cannot say.

    Parameters
    ----------
    tables : mapping of str to Table
        The tables of the package with canonical cells.
    descriptor : dict
        Content of ``datapackage.yaml``.
    root : Path
        Folder with data packages; where it holds no ``nrw_regions``, the bundled one is used.

    Returns
    -------
    list of Problem
        Unknown or unfit area keys, names that do not fit, versions without pass and passes
        without version, numbers that cannot be, pairs that are none, and more holders than
        eligible persons: an error for the same pass, unit, groups and date, else a notice.
    """
    frames = {
        r["name"]: pd.DataFrame(
            tables[r["name"]].rows,
            columns=[f["name"] for f in r["schema"]["fields"]],
            index=pd.Index(tables[r["name"]].numbers, dtype="int64"),
            dtype="object",
        )
        for r in descriptor["resources"]
    }
    if not set(TABLES) <= set(frames):
        missing = ", ".join(sorted(set(TABLES) - set(frames)))
        return [Problem("error", "datapackage.yaml", f"tables are missing: {missing}; restore it")]
    try:
        areas = known_areas(root)
    except CatalogError as error:
        return [Problem("error", "issuers.csv", f"keys cannot be checked: {str(error)[:-1]}")]
    issuer_problems = _issuer_problems(frames["issuers"], areas)
    # What hangs on an issuer with a wrong key is wrong only because of it.
    sound = frames["issuers"].drop([p.row for p in issuer_problems if p.row is not None])
    sound = sound[sound["ags"].isin(areas)].drop_duplicates("issuer_id").set_index("issuer_id")
    return [
        *issuer_problems,
        *_pass_problems(frames["passes"], sound, frames["pass_versions"]),
        *_version_problems(frames["pass_versions"]),
        *_rule_problems(frames["income_rules"]),
        *_source_notices(frames["sources"]),
        *(
            problem
            for name in ("counts", "costs", "prices")
            for problem in _number_problems(
                f"{name}.csv", frames[name], frames["passes"], sound, areas
            )
        ),
        *_pair_problems(frames["counts"]),
        *_holder_problems(frames["counts"]),
    ]


def known_areas(root: Path | None = None) -> dict[str, str]:
    """Return the names of the Land, its districts and municipalities by area key.

    Parameters
    ----------
    root : Path, optional
        Folder with data packages; where it holds no ``nrw_regions``, the bundled one is used.
    """
    if root is None or "nrw_regions" not in list_packages(root):
        root = data_root()
    municipalities = read("nrw_regions", "municipalities", root)
    districts = read("nrw_regions", "context", root)
    return {
        "05": "Nordrhein-Westfalen",
        **dict(zip(districts["ags5"], districts["name"], strict=True)),
        **dict(zip(municipalities["ags8"], municipalities["name"], strict=True)),
    }


def _unknown_area(key: str, name: str, areas: Mapping[str, str]) -> str:
    by_name = [k for k, n in areas.items() if n == name and len(k) == len(key)]
    near = by_name or difflib.get_close_matches(key, areas, n=1, cutoff=0.8)
    hint = f"; perhaps {near[0]} ({areas[near[0]]})" if near else ""
    return f"{quoted(key)} is no area key of North Rhine-Westphalia{hint}"


def _issuer_problems(issuers: pd.DataFrame, areas: Mapping[str, str]) -> list[Problem]:
    problems = []
    for row, issuer in issuers.iterrows():
        at = _errors_in("issuers.csv", row)
        key, name = issuer["ags"], issuer["name"]
        length = _KEY_LENGTH.get(issuer["type"])
        if key not in areas:
            if len(key) in (5, 8) and key.startswith("05"):
                message = _unknown_area(key, name, areas)
                problems.append(at("ags", message, _AREA_KEYS))
            continue
        if length is not None and len(key) != length:
            message = f"a {issuer['type']} has a key of {length} digits, not {len(key)}"
            problems.append(at("ags", message, _AREA_KEYS))
        elif length is not None and name != areas[key]:
            message = f"the name {quoted(name)} does not fit the key {key}"
            problems.append(at("name", message, areas[key]))
        elif length is not None and issuer["issuer_id"] != key:
            message = f"the identifier of a {issuer['type']} is its key"
            problems.append(at("issuer_id", message, key))
    return problems


def _pass_problems(
    passes: pd.DataFrame, issuers: pd.DataFrame, versions: pd.DataFrame
) -> list[Problem]:
    problems = []
    with_version = set(versions["pass_id"])
    for row, one in passes.iterrows():
        at = _errors_in("passes.csv", row)
        if one["issuer_id"] in issuers.index:
            issuer = issuers.loc[one["issuer_id"]]
            if not one["pass_id"].startswith(f"{issuer['ags']}-"):
                message = f"the key does not begin with the area key of its issuer {issuer['ags']}"
                problems.append(at("pass_id", message, f"{issuer['ags']}-<name of the pass>"))
            if one["counts_for_municipality"] == "true" and issuer["type"] != "municipality":
                message = (
                    f"the pass of an issuer of type {issuer['type']} "
                    "is not counted for the municipality"
                )
                problems.append(at("counts_for_municipality", message, "false"))
        if one["pass_id"] not in with_version:
            message = "the pass has no version; add a row to pass_versions.csv"
            problems.append(at("pass_id", message))
    return problems


def _version_problems(versions: pd.DataFrame) -> list[Problem]:
    expected = versions["pass_id"] + "@" + versions["reference_date"].replace("", "undated")
    # A date in another form is reported by the schema already.
    readable = versions["reference_date"].str.fullmatch(r"(\d{4}(-\d{2}(-\d{2})?)?)?")
    wrong = versions.index[(expected != versions["version_id"]) & readable]
    return [
        Problem(
            "error",
            "pass_versions.csv",
            "the key is not made of pass_id and reference_date",
            row=int(row),
            column="version_id",
            allowed=str(expected[row]),
        )
        for row in wrong
    ]


def _rule_problems(rules: pd.DataFrame) -> list[Problem]:
    problems = []
    for row, rule in rules.iterrows():
        at = _errors_in("income_rules.csv", row)
        unit = RULE_UNITS.get(rule["basis"])
        if rule["value"] and unit is None:
            message = "a limit needs a basis it can be compared on"
            problems.append(at("basis", message, ", ".join(RULE_UNITS)))
        elif rule["value"] and rule["unit"] != unit:
            message = f"the unit does not fit the basis {rule['basis']}"
            problems.append(at("unit", message, unit))
        elif not (rule["value"] or rule["text"] or rule["basis"]):
            message = "the rule says nothing; give basis, value or text, or delete the row"
            problems.append(at("text", message))
    return problems


def _source_notices(sources: pd.DataFrame) -> list[Problem]:
    repeated = sources[(sources["url"] != "") & sources["url"].duplicated()]
    first = sources.drop_duplicates("url").set_index("url")["source_id"]
    return [
        Problem(
            "notice",
            "sources.csv",
            f"the address is already that of {first[source['url']]}; use one key for both",
            row=int(str(row)),
            column="url",
        )
        for row, source in repeated.iterrows()
    ]


def _number_problems(
    file: str,
    numbers: pd.DataFrame,
    passes: pd.DataFrame,
    issuers: pd.DataFrame,
    areas: Mapping[str, str],
) -> list[Problem]:
    problems = []
    known_passes = passes.drop_duplicates("pass_id").set_index("pass_id")
    known_passes = known_passes.join(issuers["ags"], on="issuer_id", how="inner")
    for row, one in numbers.iterrows():
        at = _errors_in(file, row)
        bounds = {c: number(one[c]) for c in ("value", "value_low", "value_high")}
        if not any(one[c] for c in bounds):
            message = "the row has no number; fill value, or value_low and value_high"
            problems.append(at("value", message))
        for column, value in bounds.items():
            if value is None:
                continue
            if one["unit"] == "percent" and value > 100:
                message = f"the share {value:g} is impossible"
                problems.append(at(column, message, "0 to 100 percent"))
            if value < 0 and "type" in one and one["type"] != "change":
                message = f"the number {value:g} is impossible: below 0"
                problems.append(at(column, message, "at least 0, or type change for a saving"))
        key = one["ags"]
        if key not in areas:
            if len(key) in (5, 8) and key.startswith("05"):
                message = _unknown_area(key, "", areas)
                problems.append(at("ags", message, _AREA_KEYS))
            continue
        if one["pass_id"] in known_passes.index:
            known = known_passes.loc[one["pass_id"]]
            if key != known["ags"]:
                message = f"the key {key} is not that of the pass"
                problems.append(at("ags", message, str(known["ags"])))
            if known["name"] not in ("", one["pass_name"]):
                message = f"the name {quoted(one['pass_name'])} is not that of the pass"
                problems.append(at("pass_name", message, str(known["name"])))
    return problems


def _pair_problems(counts: pd.DataFrame) -> list[Problem]:
    problems = []
    for pair, rows in counts[counts["pair_id"] != ""].groupby("pair_id"):
        measures = rows["measure"].tolist()
        if len(rows) != 2 or measures.count("eligible") != 1:
            problems.append(
                Problem(
                    "error",
                    "counts.csv",
                    f"the pair {quoted(str(pair))} is not one number of eligible "
                    "and one of holders, cards or applications",
                    row=int(rows.index[-1]),
                    column="pair_id",
                    allowed="the same identifier in exactly two rows",
                )
            )
        elif rows[["groups", "date"]].drop_duplicates().shape[0] > 1:
            problems.append(
                Problem(
                    "error",
                    "counts.csv",
                    f"the pair {quoted(str(pair))} differs in groups or date and allows no rate",
                    row=int(rows.index[-1]),
                    column="pair_id",
                    allowed="the same groups and date in both rows",
                )
            )
    return problems


def _holder_problems(counts: pd.DataFrame) -> list[Problem]:
    """Compare holders with eligible persons of the same pass or, without one, ticket."""
    place = counts["pass_id"].where(counts["pass_id"] != "", counts["ags"] + counts["pass_name"])
    spans = counts.assign(
        place=place,
        row=counts.index,
        lowest=_numbers(counts["value"]).fillna(_numbers(counts["value_low"])),
        highest=_numbers(counts["value"]).fillna(_numbers(counts["value_high"])),
    )
    holders = spans[(spans["measure"] == "holders") & spans["lowest"].notna()]
    eligible = spans[(spans["measure"] == "eligible") & spans["highest"].notna()]
    both = holders.merge(eligible, on="place", suffixes=("", "_eligible"))
    above = both[both["lowest"] > both["highest_eligible"]]
    problems = []
    for one in above.to_dict("records"):
        differing = [c for c in ("unit", "groups", "date") if one[c] != one[f"{c}_eligible"]]
        numbers = f"{one['lowest']:g} holders are more than the {one['highest_eligible']:g}"
        reference = f"{numbers} eligible of row {one['row_eligible']}"
        if differing:
            message = f"{reference}, which differ in {', '.join(differing)}; no rate of the two"
        else:
            message = f"{reference} with the same unit, groups and date"
        problems.append(
            Problem(
                "notice" if differing else "error",
                "counts.csv",
                message,
                row=int(one["row"]),
                column="value",
                allowed=None if differing else "at most the eligible, or name the other groups",
            )
        )
    return problems


def _numbers(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells, errors="coerce")
