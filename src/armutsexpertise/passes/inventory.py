"""Clean the inventory of passes and the municipalities into the analysis tables."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from armutsexpertise.catalog.store import read
from armutsexpertise.passes.inventory_checks import RULE_UNITS, TABLES
from armutsexpertise.passes.vocabulary import (
    ANSWERS,
    CATEGORIES,
    FRESHNESS,
    GROUPS,
    SIZE_CLASSES,
)

_SIZE_LIMITS = (0, 10_000, 20_000, 50_000, 100_000, float("inf"))


def read_inventory(root: Path | None = None) -> dict[str, pd.DataFrame]:
    """Read all tables of the inventory.

    Parameters
    ----------
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    dict of str to DataFrame
        One frame per table of the package ``passes``, ready for :func:`clean_inventory`.
    """
    return {name: read("passes", name, root) for name in TABLES}


def freshness(
    reference_date: pd.Series, current_from: int = 2022, dated_from: int = 2015
) -> pd.Series:
    """Return how fresh a statement is, from the year its source speaks for.

    Parameters
    ----------
    reference_date : Series of str, shape (n,)
        ISO dates of any precision; missing where unknown.
    current_from, dated_from : int
        First year that counts as current and as dated.

    Returns
    -------
    Series of str, shape (n,)
        ``current``, ``dated``, ``historical`` or ``undated``.

    Raises
    ------
    ValueError
        If a date does not begin with a year.

    Examples
    --------
    >>> freshness(pd.Series(["2023-05", "2015", "2009", None])).tolist()
    ['current', 'dated', 'historical', 'undated']
    """
    text = reference_date.astype("object").where(reference_date.notna(), "")
    known = text != ""
    years = pd.to_numeric(text.where(known, "0").str[:4], errors="coerce")
    if years.isna().any():
        raise ValueError("reference_date holds a date that does not begin with a year.")
    result = pd.Series("historical", index=text.index, dtype="object")
    result = result.mask(years >= dated_from, "dated").mask(years >= current_from, "current")
    return result.mask(~known, "undated").astype(str)


def newest_versions(versions: pd.DataFrame) -> pd.DataFrame:
    """Return the newest version of each pass, sorted by pass.

    Parameters
    ----------
    versions : DataFrame
        Table ``pass_versions``. The later ``reference_date`` is newer, a dated version is
        newer than an undated one, then the later ``checked_on`` decides.
    """
    keyed = versions.assign(_date=versions["reference_date"].fillna(""))
    ranked = keyed.sort_values(["pass_id", "_date", "checked_on"], kind="stable")
    return ranked.drop_duplicates("pass_id", keep="last").drop(columns="_date")


def clean_inventory(raw: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Build the analysis tables from the relational inventory.

    Parameters
    ----------
    raw : mapping of str to DataFrame
        Tables of the package ``passes`` as :func:`read_inventory` returns them.

    Returns
    -------
    dict of str to DataFrame
        ``passes`` (one row per pass, newest version), ``eligibility`` and ``benefits`` (one
        row per pass and group or category; ``not_stated`` where no row says anything),
        ``income_rules``, ``counts``, ``costs``, ``prices`` and ``row_accounting`` (per table
        ``rows_in = kept + dropped`` and ``rows_out = kept + added``, with the reason).

    Raises
    ------
    ValueError
        If a table is missing or a result does not fit its schema; run
        ``armutsexpertise data check passes`` for the rows.
    """
    missing = sorted(set(TABLES) - set(raw))
    if missing:
        raise ValueError(f"Tables of the inventory are missing: {', '.join(missing)}.")
    newest = newest_versions(raw["pass_versions"])
    current = newest[["version_id", "pass_id", "source_id", "checked_on"]]
    tables = {
        "passes": _clean_passes(raw, newest),
        "eligibility": _complete(raw["eligibility"], current, "group", "included", GROUPS),
        "benefits": _complete(raw["benefits"], current, "category", "granted", CATEGORIES),
        "income_rules": _clean_rules(raw["income_rules"], current),
        "counts": _clean_numbers(raw["counts"], raw["sources"], COUNT_COLUMNS),
        "costs": _clean_numbers(raw["costs"], raw["sources"], COST_COLUMNS),
        "prices": _clean_numbers(raw["prices"], raw["sources"], PRICE_COLUMNS),
    }
    for name, table in tables.items():
        _validate(table, SCHEMAS[name], name)
    tables["row_accounting"] = _account(raw, tables, current)
    return tables


PASS_COLUMNS = (
    "pass_id",
    "ags",
    "kreis_ags5",
    "issuer_level",
    "counts_for_municipality",
    "name",
    "kind",
    "status",
    "reference_date",
    "freshness",
    "verified",
    "eligible_list_closed",
    "route",
    "price_eur",
    "validity_months",
    "introduced_year",
    "confidence",
    "source_id",
    "source_title",
    "source_url",
    "checked_on",
)
_NUMBER_COLUMNS = (
    "unit",
    "value",
    "value_low",
    "value_high",
    "date",
    "date_quality",
    "groups",
    "method",
)
_SOURCE_COLUMNS = (
    "verified",
    "confidence",
    "source_id",
    "source_title",
    "source_url",
    "notes",
)
COUNT_COLUMNS = (
    "count_id",
    "pass_id",
    "ags",
    "pass_name",
    "measure",
    *_NUMBER_COLUMNS,
    "pair_id",
    *_SOURCE_COLUMNS,
)
COST_COLUMNS = (
    "cost_id",
    "pass_id",
    "ags",
    "pass_name",
    "type",
    *_NUMBER_COLUMNS,
    *_SOURCE_COLUMNS,
)
PRICE_COLUMNS = ("price_id", "pass_id", "ags", "pass_name", *_NUMBER_COLUMNS, *_SOURCE_COLUMNS)


def _with_source(frame: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    titles = sources[["source_id", "title", "url"]].rename(
        columns={"title": "source_title", "url": "source_url"}
    )
    return frame.merge(titles, on="source_id", how="left", validate="many_to_one")


def _clean_passes(raw: Mapping[str, pd.DataFrame], newest: pd.DataFrame) -> pd.DataFrame:
    issuers = raw["issuers"].rename(columns={"type": "issuer_level"})
    table = (
        raw["passes"]
        .merge(issuers[["issuer_id", "issuer_level", "ags"]], on="issuer_id", how="left")
        .merge(newest, on="pass_id", how="left", validate="one_to_one")
        .rename(columns={"issued_automatically": "route"})
    )
    table = _with_source(table, raw["sources"])
    table["kreis_ags5"] = table["ags"].str[:5]
    table["freshness"] = freshness(table["reference_date"])
    table["verified"] = table["verification"].eq("found")
    return table.sort_values("pass_id").reset_index(drop=True)[list(PASS_COLUMNS)]


def _complete(
    stated: pd.DataFrame,
    current: pd.DataFrame,
    key: str,
    answer: str,
    codes: tuple[str, ...],
) -> pd.DataFrame:
    grid = current.merge(pd.DataFrame({key: codes}), how="cross")
    table = grid.merge(
        stated, on=["version_id", key], how="left", suffixes=("_version", ""), validate="one_to_one"
    )
    table[answer] = table[answer].fillna("not_stated")
    for column in ("source_id", "checked_on"):
        table[column] = table[column].fillna(table[f"{column}_version"])
    rank = table[key].map({code: position for position, code in enumerate(codes)})
    table = table.assign(_rank=rank).sort_values(["pass_id", "_rank"])
    return table.reset_index(drop=True)[["pass_id", key, answer, "source_id", "checked_on"]]


def _clean_rules(rules: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    table = rules.merge(current[["version_id", "pass_id"]], on="version_id")
    columns = [
        "pass_id",
        "rule_no",
        "basis",
        "household_size",
        "value",
        "unit",
        "text",
        "source_id",
    ]
    return table.sort_values(["pass_id", "rule_no"]).reset_index(drop=True)[columns]


def _clean_numbers(
    numbers: pd.DataFrame, sources: pd.DataFrame, columns: tuple[str, ...]
) -> pd.DataFrame:
    table = _with_source(numbers, sources)
    table["verified"] = table["verification"].eq("found")
    return table.sort_values(columns[0]).reset_index(drop=True)[list(columns)]


def _account(
    raw: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], current: pd.DataFrame
) -> pd.DataFrame:
    of_current = {
        "passes": raw["pass_versions"]["version_id"],
        **{n: raw[n]["version_id"] for n in ("eligibility", "benefits", "income_rules")},
    }
    records = []
    for name, table in tables.items():
        if name in of_current:
            kept = int(of_current[name].isin(current["version_id"]).sum())
            rows_in = len(of_current[name])
        else:
            kept = rows_in = len(raw[name])
        records.append(
            {
                "table": name,
                "rows_in": rows_in,
                "kept": kept,
                "dropped": rows_in - kept,
                "reason_dropped": "older version of the pass" if rows_in > kept else "",
                "added": len(table) - kept,
                "reason_added": "not_stated where no row says anything"
                if len(table) > kept
                else "",
                "rows_out": len(table),
            }
        )
    return pd.DataFrame(records)


# --- municipalities ------------------------------------------------------------------------

MUNICIPALITY_COLUMNS = (
    "ags8",
    "name",
    "kreis_ags5",
    "kreis",
    "kreis_type",
    "regierungsbezirk",
    "population",
    "size_class",
    "gisd_score",
    "household_income_eur_month",
    "unemployed_per_100",
)


def size_class(population: pd.Series) -> pd.Series:
    """Return the size class of municipalities.

    Parameters
    ----------
    population : Series of int, shape (n,)
        Inhabitants, at least 1.

    Returns
    -------
    Series of ordered categories, shape (n,)
        One of :data:`SIZE_CLASSES`; a class begins with its lower limit.

    Raises
    ------
    ValueError
        If a population is missing or below 1.

    Examples
    --------
    >>> size_class(pd.Series([9_999, 10_000])).tolist()
    ['unter 10.000', '10.000 bis unter 20.000']
    """
    if population.isna().any() or (population < 1).any():
        raise ValueError("population must be given and at least 1 for every municipality.")
    return pd.Series(
        pd.cut(population, list(_SIZE_LIMITS), labels=list(SIZE_CLASSES), right=False),
        index=population.index,
    )


def clean_municipalities(municipalities: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    """Build the table of municipalities with the indicators of their district.

    Parameters
    ----------
    municipalities, context : DataFrame
        Tables of the package ``nrw_regions``.

    Returns
    -------
    DataFrame, one row per municipality, sorted by ``ags8``
        ``population`` (persons, 2022-12-31), ``gisd_score`` (relative, in [0, 1] within the Land,
        2021), ``household_income_eur_month`` (per inhabitant of the district, 2021),
        ``unemployed_per_100`` (per 100 of working age, 2021), ``size_class`` (ordered).

    Raises
    ------
    ValueError
        If a municipality has no district in ``context`` or a value is missing.
    """
    districts = context[["ags5", "type", "household_income_eur_month_per_inhabitant_2021"]].rename(
        columns={
            "ags5": "kreis_ags5",
            "type": "kreis_type",
            "household_income_eur_month_per_inhabitant_2021": "household_income_eur_month",
        }
    )
    table = municipalities.drop(columns="type").merge(
        districts, on="kreis_ags5", how="left", validate="many_to_one"
    )
    orphans = int(table["kreis_type"].isna().sum())
    if orphans:
        raise ValueError(f"{orphans} municipalities have no district in the table context.")
    table = table.rename(
        columns={
            "population_2022": "population",
            "gisd_score_2021_nrw": "gisd_score",
            "unemployed_per_100_working_age_2021": "unemployed_per_100",
        }
    )
    table["kreis_type"] = table["kreis_type"].replace("Kreisfreie Stadt", "kreisfreie Stadt")
    table["population"] = table["population"].astype("int64")
    table["size_class"] = size_class(table["population"])
    table = table.sort_values("ags8").reset_index(drop=True)[list(MUNICIPALITY_COLUMNS)]
    _validate(table, MUNICIPALITY_SCHEMA, "municipalities")
    return table


# --- schemas -------------------------------------------------------------------------------


def _text(pattern: str | None = None, missing: bool = False) -> pa.Column:
    checks = [pa.Check.str_matches(f"^(?:{pattern})$")] if pattern else []
    return pa.Column(str, checks, nullable=missing)


def _one_of(*values: str, missing: bool = False) -> pa.Column:
    return pa.Column(str, pa.Check.isin(values), nullable=missing)


def _amount(low: float | None = 0, high: float | None = None, missing: bool = False) -> pa.Column:
    checks = [pa.Check.ge(low)] if low is not None else []
    checks += [pa.Check.le(high)] if high is not None else []
    return pa.Column(float, checks, nullable=missing)


def _whole(low: int, high: int) -> pa.Column:
    return pa.Column("Int64", pa.Check.in_range(low, high), nullable=True)


_AREA = r"05(\d{3}(\d{3})?)?"
_PARTIAL_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"
_DAY = r"\d{4}-\d{2}-\d{2}"
_CONFIDENCE = ("high", "medium", "low")
_SOURCE_SCHEMA = {
    "confidence": _one_of(*_CONFIDENCE),
    "source_id": _text(),
    "source_title": _text(),
    "source_url": _text(missing=True),
}


def _number_schema(key: str, first: dict[str, pa.Column], low: float | None) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            key: pa.Column(str, unique=True),
            "pass_id": _text(missing=True),
            "ags": _text(_AREA),
            "pass_name": _text(),
            **first,
            "value": _amount(low, missing=True),
            "value_low": _amount(low, missing=True),
            "value_high": _amount(low, missing=True),
            "date": _text(_PARTIAL_DATE),
            "date_quality": _one_of("stated", "inferred"),
            "groups": _text(missing=True),
            "method": _text(),
            **({"pair_id": _text(missing=True)} if key == "count_id" else {}),
            "verified": pa.Column(bool),
            **_SOURCE_SCHEMA,
            "notes": _text(missing=True),
        },
        strict=True,
    )


SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "passes": pa.DataFrameSchema(
        {
            "pass_id": pa.Column(str, unique=True),
            "ags": _text(r"05\d{3}(\d{3})?"),
            "kreis_ags5": _text(r"05\d{3}"),
            "issuer_level": _one_of("municipality", "county", "association"),
            "counts_for_municipality": pa.Column(bool),
            "name": _text(),
            "kind": _one_of("social", "mixed", "family", "culture", "mobility"),
            "status": _one_of("yes", "no", "proposed", "abolished", "unknown"),
            "reference_date": _text(_PARTIAL_DATE, missing=True),
            "freshness": _one_of(*FRESHNESS),
            "verified": pa.Column(bool),
            "eligible_list_closed": _one_of("yes", "not_stated"),
            "route": _one_of(*ANSWERS),
            "price_eur": _amount(missing=True),
            "validity_months": _whole(1, 1200),
            "introduced_year": _whole(1900, 2100),
            **_SOURCE_SCHEMA,
            "checked_on": _text(_DAY),
        },
        strict=True,
    ),
    "eligibility": pa.DataFrameSchema(
        {
            "pass_id": _text(),
            "group": _one_of(*GROUPS),
            "included": _one_of(*ANSWERS),
            "source_id": _text(),
            "checked_on": _text(_DAY),
        },
        strict=True,
        unique=["pass_id", "group"],
    ),
    "benefits": pa.DataFrameSchema(
        {
            "pass_id": _text(),
            "category": _one_of(*CATEGORIES),
            "granted": _one_of(*ANSWERS),
            "source_id": _text(),
            "checked_on": _text(_DAY),
        },
        strict=True,
        unique=["pass_id", "category"],
    ),
    "income_rules": pa.DataFrameSchema(
        {
            "pass_id": _text(),
            "rule_no": pa.Column("Int64", pa.Check.ge(1)),
            "basis": _one_of(*RULE_UNITS, "other", missing=True),
            "household_size": _whole(1, 20),
            "value": _amount(missing=True),
            "unit": _one_of(*RULE_UNITS.values(), missing=True),
            "text": _text(missing=True),
            "source_id": _text(),
        },
        strict=True,
        unique=["pass_id", "rule_no"],
    ),
    "counts": _number_schema(
        "count_id",
        {
            "measure": _one_of(
                "holders",
                "issued_per_year",
                "issued_total",
                "uses",
                "eligible",
                "applications",
                "take_up_published",
            ),
            "unit": _one_of("person", "household", "card", "use", "percent"),
        },
        0,
    ),
    "costs": _number_schema(
        "cost_id",
        {
            "type": _one_of(
                "total",
                "staff",
                "material",
                "budget",
                "estimate",
                "change",
                "foregone_revenue",
                "grant",
            ),
            "unit": _one_of("EUR", "EUR_per_year", "fte"),
        },
        None,
    ),
    "prices": _number_schema("price_id", {"unit": _one_of("EUR_per_month", "EUR")}, 0),
}
MUNICIPALITY_SCHEMA = pa.DataFrameSchema(
    {
        "ags8": pa.Column(str, pa.Check.str_matches(r"^05\d{6}$"), unique=True),
        "name": _text(),
        "kreis_ags5": _text(r"05\d{3}"),
        "kreis": _text(),
        "kreis_type": _one_of("kreisfreie Stadt", "Kreis"),
        "regierungsbezirk": _one_of("Düsseldorf", "Köln", "Münster", "Detmold", "Arnsberg"),
        "population": pa.Column("int64", pa.Check.ge(1)),
        "size_class": pa.Column(pa.Category, pa.Check.isin(SIZE_CLASSES)),
        "gisd_score": _amount(0, 1),
        "household_income_eur_month": _amount(),
        "unemployed_per_100": _amount(0, 100),
    },
    strict=True,
)


def _validate(table: pd.DataFrame, schema: pa.DataFrameSchema, name: str) -> None:
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        failed = error.failure_cases
        columns = ", ".join(sorted({str(c) for c in failed["column"].dropna()})) or "all columns"
        raise ValueError(
            f"The cleaned table {name} does not fit its schema ({len(failed)} cells in {columns}); "
            'run "armutsexpertise data check" for the rows.'
        ) from error
