"""The report on passes: numbers counted again from the raw tables, and what it never prints."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

import pytest
from reading import evaluate, headline, load, number

from armutsexpertise.publish.exhibit import Exhibit
from armutsexpertise.stages import Project, read_tables
from checkout import ROOT, read_rows

# --- counted a second time, from the raw tables -----------------------------------------------

PASSES = ROOT / "data" / "raw" / "passes"


@cache
def own_passes(first_year: int) -> tuple[tuple[str, str, str], ...]:
    """Return pass, version and AGS of the confirmed social passes of municipalities."""
    issuers = {row["issuer_id"]: row for row in read_rows(PASSES / "issuers.csv")}
    newest: dict[str, dict[str, str]] = {}
    for row in read_rows(PASSES / "pass_versions.csv"):
        former = newest.get(row["pass_id"])
        order = (row["reference_date"], row["checked_on"])
        if former is None or order >= (former["reference_date"], former["checked_on"]):
            newest[row["pass_id"]] = row
    found = []
    for row in read_rows(PASSES / "passes.csv"):
        version, issuer = newest[row["pass_id"]], issuers[row["issuer_id"]]
        year = int(version["reference_date"][:4] or 0)
        if (
            row["kind"] in {"social", "mixed"}
            and issuer["type"] == "municipality"
            and version["status"] == "yes"
            and version["verification"] == "found"
            and year >= first_year
        ):
            found.append((row["pass_id"], version["version_id"], issuer["ags"]))
    return tuple(found)


def answers(table: str, column: str, value: str) -> set[str]:
    """Return the versions with an answer in eligibility.csv."""
    return {
        row["version_id"]
        for row in read_rows(PASSES / f"{table}.csv")
        if row["group"] == column and row["included"] == value
    }


def test_passes_counted_from_the_raw_tables(full: Project) -> None:
    values = headline(full, "passes")
    current = own_passes(2022)
    assert values["inventar_paesse"]["value"] == str(len(read_rows(PASSES / "passes.csv")))
    assert values["paesse_aktuell"]["value"] == str(len(current))
    assert values["nrw_akt_belegt"]["value"] == str(len({ags for _, _, ags in current}))
    assert values["nrw_dat_belegt"]["value"] == str(len({ags for _, _, ags in own_passes(2015)}))
    for group in ("sgb2", "sgb12", "asylblg", "wohngeld", "kinderzuschlag", "sgb8", "bafoeg"):
        stated = answers("eligibility", group, "yes")
        count = sum(version in stated for _, version, _ in current)
        assert values[f"kreis_{group}_ja"]["value"] == str(count), group


def test_large_cities_and_population_counted_from_the_raw_tables(full: Project) -> None:
    values = headline(full, "passes")
    towns = {
        row["ags8"]: int(row["population_2022"])
        for row in read_rows(ROOT / "data" / "raw" / "nrw_regions" / "municipalities.csv")
    }
    confirmed = {ags for _, _, ags in own_passes(2015)}
    large = {ags for ags, people in towns.items() if people >= 100_000}
    assert values["gross_dat_n"]["value"] == str(len(large))
    assert values["gross_dat_belegt"]["value"] == str(len(large & confirmed))
    assert values["nrw_dat_n"]["value"] == str(len(towns)) == "396"
    share = Decimal(sum(towns[ags] for ags in confirmed)) / Decimal(sum(towns.values()))
    given = Decimal(values["bev_nrw_dat_unten"]["value"])
    assert abs(share - given) < Decimal("1e-12")
    absent = int(values["nrw_dat_verneint"]["value"])
    assert int(values["nrw_dat_unbekannt"]["value"]) == len(towns) - len(confirmed) - absent
    assert Decimal(values["nrw_dat_spanne"]["low"]) == pytest.approx(
        Decimal(len(confirmed)) / len(towns), abs=Decimal("1e-12")
    )
    assert Decimal(values["nrw_dat_spanne"]["high"]) == pytest.approx(
        1 - Decimal(absent) / len(towns), abs=Decimal("1e-12")
    )


def test_the_one_strict_rate_by_hand(full: Project) -> None:
    """Witten 2013: holders over eligible persons, both as the source rounds them."""
    pair = [row for row in read_rows(PASSES / "counts.csv") if row["pair_id"] == "witten-2013"]
    ends = {}
    for row in pair:
        digits = row["value"].rstrip("0")
        step = Decimal(10) ** (len(row["value"]) - len(digits))
        ends[row["measure"]] = (Decimal(row["value"]) - step / 2, Decimal(row["value"]) + step / 2)
    low = ends["holders"][0] / ends["eligible"][1]
    high = ends["holders"][1] / ends["eligible"][0]
    expected = f"{number(str(low * 100), 1)} und {number(str(high * 100), 1)} %"
    assert evaluate('z.between("quote_witten")', headline(full, "passes")) == expected


# --- not found again ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exhibits(full: Project) -> list[Exhibit]:
    tables = read_tables(full.estimates("passes"))
    made: list[Exhibit] = load(ROOT / "analyses" / "passes" / "exhibits.py").all_exhibits(tables)
    return made


def unverified(project: Project, table: str) -> list[dict[str, str]]:
    rows = read_rows(project.clean("passes") / f"{table}.csv")
    return [row for row in rows if row["verified"] == "false"]


def test_what_was_not_found_again_is_in_no_estimate(full: Project) -> None:
    """The rule of the data: print these only after a new check."""
    passes = {row["pass_id"] for row in unverified(full, "passes")}
    counts = unverified(full, "counts")
    assert passes
    assert counts
    pairs = {row["pair_id"] for row in counts if row["pair_id"]}
    ids = {row["count_id"] for row in counts} | {r["cost_id"] for r in unverified(full, "costs")}
    for path in sorted(full.estimates("passes").glob("*.csv")):
        for row in read_rows(path):
            texts = set(row.values())
            assert not texts & passes, path.name
            assert not texts & ids, path.name
            if path.stem != "pairs_not_printed":
                assert not texts & pairs, path.name


def test_what_was_not_found_again_is_in_no_exhibit(full: Project, exhibits: list[Exhibit]) -> None:
    names = {row["name"] for row in unverified(full, "passes")} | {"Ibbenbüren"}
    counts = [(row["pass_name"], row["value"]) for row in unverified(full, "counts")]
    assert len(counts) == 5
    for exhibit in exhibits:
        for text in (exhibit.title, exhibit.alt, exhibit.note or ""):
            assert not [name for name in names if name in text], exhibit.id
        for row in exhibit.table.astype(str).to_dict("records"):
            line = " | ".join(str(cell) for cell in row.values())
            assert not [name for name in names if name in line], exhibit.id
            numbers = {re.sub(r"\.0$", "", str(cell)).replace(".", "") for cell in row.values()}
            for name, value in counts:
                assert not (name in line and value in numbers), (exhibit.id, name)
