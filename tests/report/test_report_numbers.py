"""Every number in the prose of the rendered report equals its estimate.

The expected text is written by `reading`, which shares no code with the package; the numbers that
carry the findings are counted a second time from the raw tables.
"""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import lxml.html
import pytest
from reading import INLINE, Headline, evaluate, number, plain, prose, sentence, written

from armutsexpertise.stages import Project
from checkout import ROOT, read_rows

# --- the second way of writing numbers, by hand -----------------------------------------------


@pytest.mark.parametrize(
    ("value", "low", "high", "unit", "digits", "text"),
    [
        ("1234567.5", "", "", "eur", "0", "1.234.568 EUR"),
        ("0.005", "", "", "share", "0", "1 %"),
        ("2.675", "", "", "number", "2", "2,68"),
        ("-0.4", "", "", "points", "1", "\u22120,4"),
        ("", "0.083", "0.997", "share", "1", "8,3 bis 99,7 %"),
        ("", "0.2501", "0.2502", "share", "0", "25 %"),
        ("2023.0", "", "", "year", "0", "2023"),
        ("999", "", "", "number", "0", "999"),
    ],
)
def test_numbers_by_hand(
    value: str, low: str, high: str, unit: str, digits: str, text: str
) -> None:
    row = {"value": value, "low": low, "high": high, "unit": unit, "digits": digits}
    assert written(row) == text


# --- prose ------------------------------------------------------------------------------------


@cache
def page(file: Path) -> str:
    """Return the text of a page without scripts and styles."""
    tree = lxml.html.fromstring(file.read_bytes())
    for node in tree.xpath("//script|//style|//annotation"):
        node.drop_tree()
    return plain(tree.text_content())


def headline(project: Project) -> Headline:
    return {row["key"]: row for row in read_rows(project.estimates("passes") / "headline.csv")}


MARKUP = re.compile(r"\(@[^)]*\)|@[\w-]+|[*_\[\]{}`<>#|]|^\s*[-:] +|\n\s*\n", re.M)


def surroundings(text: str, start: int, end: int) -> str:
    """Return a piece of prose with what stands around it, up to the next markup."""
    before = MARKUP.split(text[max(0, start - 200) : start])[-1]
    behind = MARKUP.split(text[end : end + 200])[0]
    return plain(f"{before[-60:]}{text[start:end]}{behind[:60]}")


@pytest.mark.slow
def test_every_number_in_the_prose_equals_its_estimate(built: Project) -> None:
    source = prose((built.analysis("passes") / "report.qmd").read_text(encoding="utf-8"))
    shown = page(built.reports("passes") / "report.html")
    values = headline(built)
    places, text, at = [], "", 0
    for found in INLINE.finditer(source):
        expected = evaluate(found[1], values)
        text += source[at : found.start()]
        places.append((found[1], expected, len(text)))
        text += expected
        at = found.end()
    text += source[at:]
    assert len(places) > 80
    wrong = []
    for code, expected, start in places:
        piece = surroundings(text, start, start + len(expected))
        assert len(piece) >= len(expected) + 8, f"{code}: too little around it to find it"
        if piece not in shown:
            wrong.append(f"{code}: {piece}")
    assert wrong == []


@pytest.mark.slow
def test_every_number_of_the_findings_equals_its_estimate(built: Project) -> None:
    tree = ast.parse((built.analysis("passes") / "findings.py").read_text(encoding="utf-8"))
    values = headline(built)
    entries = [
        {ast.literal_eval(k): v for k, v in zip(node.keys, node.values, strict=True) if k}
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
    ]
    assert len(entries) == 5
    pages = [page(built.root / "reports" / name) for name in ("passes/report.html", "index.html")]
    for entry in entries:
        for part in ("title", "text"):
            expected = sentence(entry[part], values)
            assert expected is not None
            for shown in pages:
                assert plain(expected) in shown, part


@pytest.mark.slow
def test_numbers_in_titles_and_case_numbers_of_exhibits_equal_their_estimates(
    built: Project,
) -> None:
    tree = ast.parse((built.analysis("passes") / "exhibits.py").read_text(encoding="utf-8"))
    values = headline(built)
    report = lxml.html.fromstring((built.reports("passes") / "report.html").read_bytes())
    compared = 0
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "Exhibit"):
            continue
        given = {k.arg: k.value for k in node.keywords}
        (figure,) = report.xpath(f"//figure[@id='{ast.literal_eval(given['id'])}']")
        shown = plain(figure.text_content())
        for part in ("title", "n"):
            expected = sentence(given[part], values)
            if expected is not None:
                assert plain(expected) in shown
                compared += 1
    assert compared > 25


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
    values = headline(full)
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
    values = headline(full)
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
    assert evaluate('z.between("quote_witten")', headline(full)) == expected
