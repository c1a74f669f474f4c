"""Each planted error gives exactly one sentence: file, row, column, what, what is allowed."""

import datetime as dt

import pytest

from armutsexpertise import catalog
from armutsexpertise.catalog import Problem

TODAY = dt.date(2026, 12, 1)


def check(package) -> catalog.Report:
    return catalog.check("passes", package.root, today=TODAY)


def only_error(package) -> Problem:
    found = check(package)
    assert len(found.problems) == 1, found.lines()
    assert found.errors, found.lines()
    return found.problems[0]


def test_untouched_copy_is_clean(package):
    found = check(package)
    assert found.lines() == []
    assert found.ok
    assert found.rows > 300


# table, key of the row (first cell), column, new value, part of the message, part of allowed
PLANTED = {
    "unknown AGS": (
        ("issuers", "05314000", "ags", "05314999"),
        '"05314999" is no area key of North Rhine-Westphalia; perhaps 05314000 (Bonn)',
        "8 digits",
    ),
    "AGS of another length": (
        ("issuers", "05314000", "ags", "05314"),
        "a municipality has a key of 8 digits, not 5",
        "8 digits",
    ),
    "lost leading zero": (
        ("issuers", "05314000", "ags", "5314000"),
        "the key has lost its leading zero; format the column as text",
        "8 Stellen",
    ),
    "AGS of a wrong form": (
        ("issuers", "05314000", "ags", "5,31E+06"),
        '"5,31E+06" does not have the right form',
        "8 Stellen",
    ),
    "name does not fit": (
        ("issuers", "05314000", "name", "Bohn"),
        'the name "Bohn" does not fit the key 05314000',
        "Bonn",
    ),
    "wrong code": (
        ("passes", "05314000-bonn-ausweis", "kind", "sozial"),
        '"sozial" is not allowed',
        "social (Sozialpass)",
    ),
    "wrong truth value": (
        ("passes", "05314000-bonn-ausweis", "counts_for_municipality", "vielleicht"),
        '"vielleicht" cannot be read',
        "true or false",
    ),
    "empty needed cell": (
        ("passes", "05314000-bonn-ausweis", "name", ""),
        "the cell is empty, but a value is needed",
        "Name des Passes",
    ),
    "pass of an association counted": (
        ("passes", "05314000-kulturtafel-bonn", "counts_for_municipality", "true"),
        "the pass of an issuer of type association is not counted for the municipality",
        "false",
    ),
    "year far off": (
        ("passes", "05314000-bonn-ausweis", "introduced_year", "1061"),
        "the number 1061 is impossible: below 1900",
        "at least 1900 and at most 2100",
    ),
    "year in the future": (
        ("passes", "05314000-bonn-ausweis", "introduced_year", "2027"),
        "the date 2027 lies in the future",
        "up to 2026-12-01",
    ),
    "predecessor unknown": (
        ("passes", "05314000-bonn-ausweis", "predecessor_id", "05314000-alt"),
        '"05314000-alt" does not exist in this file',
        "column pass_id of this file",
    ),
    "missing source": (
        ("pass_versions", "05314000-bonn-ausweis@2024", "source_id", ""),
        "the source is missing; every statement needs one",
        "a key of sources",
    ),
    "broken reference": (
        ("pass_versions", "05314000-bonn-ausweis@2024", "source_id", "src999"),
        '"src999" does not exist in sources.csv; correct the key or add the row there first',
        "column source_id of sources.csv",
    ),
    "negative price": (
        ("pass_versions", "05314000-bonn-ausweis@2024", "price_eur", "-5"),
        "the number -5 is impossible: below 0",
        "at least 0",
    ),
    "text for a number": (
        ("pass_versions", "05314000-bonn-ausweis@2024", "validity_months", "zwei"),
        '"zwei" cannot be read',
        "a whole number",
    ),
    "future day": (
        ("pass_versions", "05314000-bonn-ausweis@2024", "checked_on", "2026-12-24"),
        "the date 2026-12-24 lies in the future",
        "up to 2026-12-01",
    ),
    "day that is none": (
        ("pass_versions", "05314000-bonn-ausweis@2024", "checked_on", "31.02.2026"),
        '"2026-02-31" cannot be read',
        "a date such as 2026-11-22",
    ),
    "group unknown": (
        ("eligibility", "05314000-bonn-ausweis@2024", "group", "sgb3"),
        '"sgb3" is not allowed',
        "sgb2 (Bürgergeld",
    ),
    "no number": (
        ("counts", "cnt062", "value", ""),
        "the row has no number; fill value, or value_low and value_high",
        "",
    ),
    "not a number": (
        ("counts", "cnt062", "value", "NaN"),
        '"NaN" is not a number that can be counted',
        "a number or an empty cell",
    ),
    "negative count": (
        ("counts", "cnt062", "value", "-3"),
        "the number -3 is impossible: below 0",
        "at least 0",
    ),
    "bounds the wrong way round": (
        ("counts", "cnt062", "value value_low value_high", "10 20 5"),
        "the lower bound 20 is above the upper bound 5",
        "value_low <= value <= value_high",
    ),
    "value below its bound": (
        ("counts", "cnt062", "value value_low", "10 20"),
        "the value 10 is below its lower bound 20",
        "value_low <= value <= value_high",
    ),
    "value above its bound": (
        ("counts", "cnt062", "value value_high", "30 20"),
        "the value 30 is above its upper bound 20",
        "value_low <= value <= value_high",
    ),
    "share above 100": (
        ("counts", "cnt062", "unit value measure", "percent 101 take_up_published"),
        "the share 101 is impossible",
        "0 to 100 percent",
    ),
    "method missing": (
        ("counts", "cnt062", "method", ""),
        "the cell is empty, but a value is needed",
        "not_stated",
    ),
    "unit missing": (
        ("counts", "cnt062", "unit", ""),
        "the cell is empty, but a value is needed",
        "person (Personen)",
    ),
    "key of another pass": (
        ("counts", "cnt062", "ags", "05315000"),
        "the key 05315000 is not that of the pass",
        "05314000",
    ),
    "unknown key of a count": (
        ("counts", "cnt062", "ags", "05999"),
        '"05999" is no area key of North Rhine-Westphalia',
        "8 digits",
    ),
    "name of another pass": (
        ("counts", "cnt062", "pass_name", "Bonnpass"),
        'the name "Bonnpass" is not that of the pass',
        "Bonn-Ausweis",
    ),
    "month that is none": (
        ("counts", "cnt062", "date", "2022-13"),
        '"2022-13" is no date of the calendar',
        "a year, month or day",
    ),
    "date of another form": (
        ("counts", "cnt062", "date", "Okt 22"),
        '"Okt 22" does not have the right form',
        "JJJJ",
    ),
    "negative cost": (
        ("costs", "cnt059", "value", "-1"),
        "the number -1 is impossible: below 0",
        "type change",
    ),
    "rule in the wrong unit": (
        ("income_rules", "05111000-duesselpass@2024", "unit", "EUR_net_per_month"),
        "the unit does not fit the basis percent_of_need",
        "percent",
    ),
    "limit without basis": (
        ("income_rules", "05111000-duesselpass@2024", "basis", "other"),
        "a limit needs a basis it can be compared on",
        "percent_of_need",
    ),
}


@pytest.mark.parametrize("case", PLANTED, ids=list(PLANTED))
def test_planted_error_gives_one_sentence(package, case):
    (table, key, columns, values), message, allowed = PLANTED[case]
    row = package.row_of(table, key)
    names = columns.split(" ")
    cells = values.split(" ") if len(names) > 1 else [values]
    package.set(table, row, **dict(zip(names, cells, strict=True)))
    problem = only_error(package)
    reported = problem.column
    assert problem.file == f"{table}.csv"
    assert problem.row == row
    assert reported in names
    assert message in problem.message
    assert allowed in (problem.allowed or "")


def test_key_of_another_municipality(package):
    row = package.row_of("issuers", "05314000")
    package.set("issuers", row, ags="05315000")
    problem = only_error(package)
    assert (problem.row, problem.column, problem.allowed) == (row, "name", "Köln")
    assert 'the name "Bonn" does not fit the key 05315000' in problem.message


def test_leading_zeros_lost_in_many_rows_are_one_sentence(package):
    rows = [package.row_of("counts", f"cnt{n}") for n in ("059", "060", "062") if n != "059"]
    for row in rows:
        package.set("counts", row, ags="5314000")
    problem = only_error(package)
    assert "(and in 1 more rows)" in problem.message
    assert problem.row == min(rows)


def test_duplicate_key(package):
    row = package.append(
        "sources",
        source_id="src030",
        title="Noch eine",
        kind="press",
        checked_on="2026-11-22",
    )
    problem = only_error(package)
    assert (problem.file, problem.row, problem.column) == ("sources.csv", row, "source_id")
    assert 'the key "src030" is already taken' in problem.message
    assert problem.allowed == "each key once"


def test_duplicate_key_of_two_columns(package):
    row = package.append(
        "eligibility",
        version_id="05314000-bonn-ausweis@2024",
        group="sgb2",
        included="no",
        source_id="src030",
        checked_on="2026-11-22",
    )
    problem = only_error(package)
    assert (problem.row, problem.column) == (row, "version_id")
    assert '"05314000-bonn-ausweis@2024, sgb2" is already taken' in problem.message


def test_pass_without_version(package):
    row = package.append(
        "passes",
        pass_id="05314000-neu",
        issuer_id="05314000",
        name="Neu",
        kind="social",
        counts_for_municipality="true",
    )
    problem = only_error(package)
    assert (problem.file, problem.row, problem.column) == ("passes.csv", row, "pass_id")
    assert "the pass has no version; add a row to pass_versions.csv" in problem.message


def test_pass_key_of_another_issuer(package):
    rows = {
        "passes": {"pass_id": "05315000-neu", "issuer_id": "05314000", "name": "Neu"},
        "pass_versions": {"version_id": "05315000-neu@undated", "pass_id": "05315000-neu"},
    }
    at = package.append("passes", kind="social", counts_for_municipality="true", **rows["passes"])
    package.append(
        "pass_versions",
        status="yes",
        issued_automatically="not_stated",
        eligible_list_closed="not_stated",
        verification="found",
        source_id="src030",
        confidence="high",
        checked_on="2026-11-22",
        **rows["pass_versions"],
    )
    problem = only_error(package)
    assert (problem.row, problem.column) == (at, "pass_id")
    assert "does not begin with the area key of its issuer 05314000" in problem.message


def test_identifier_of_a_municipality_is_its_key(package):
    row = package.append(
        "issuers", issuer_id="verein-aachen", type="municipality", ags="05334002", name="Aachen"
    )
    problem = only_error(package)
    assert (problem.row, problem.column, problem.allowed) == (row, "issuer_id", "05334002")


def test_version_key_is_made_of_pass_and_date(package):
    row = package.append(
        "pass_versions",
        version_id="05314000-bonn-ausweis@2025",
        pass_id="05314000-bonn-ausweis",
        reference_date="2026",
        status="yes",
        issued_automatically="yes",
        eligible_list_closed="not_stated",
        verification="found",
        source_id="src030",
        confidence="high",
        checked_on="2026-11-22",
    )
    problem = only_error(package)
    assert (problem.file, problem.row, problem.column) == ("pass_versions.csv", row, "version_id")
    assert problem.allowed == "05314000-bonn-ausweis@2026"


def test_rule_that_says_nothing(package):
    row = package.append(
        "income_rules",
        version_id="05314000-bonn-ausweis@2024",
        rule_no="2",
        source_id="src030",
        checked_on="2026-11-22",
    )
    problem = only_error(package)
    assert (problem.file, problem.row) == ("income_rules.csv", row)
    assert "the rule says nothing" in problem.message


def test_pair_of_three(package):
    row = package.row_of("counts", "cnt062")
    package.set("counts", row, pair_id="oberberg-2010")
    problem = only_error(package)
    assert (problem.file, problem.column) == ("counts.csv", "pair_id")
    assert "is not one number of eligible and one of holders" in problem.message


def test_pair_with_other_dates(package):
    row = package.row_of("counts", "cnt086")
    package.set("counts", row, date="2011")
    problem = only_error(package)
    assert "differs in groups or date and allows no rate" in problem.message


def _eligible(package, **cells):
    given = {
        "count_id": "neu",
        "pass_id": "05314000-bonn-ausweis",
        "ags": "05314000",
        "pass_name": "Bonn-Ausweis",
        "measure": "eligible",
        "unit": "person",
        "value": "20000",
        "date": "2022-10",
        "date_quality": "stated",
        "method": "not_stated",
        "verification": "found",
        "source_id": "src030",
        "confidence": "high",
        "checked_on": "2026-11-22",
    }
    return package.append("counts", **{**given, **cells})


def test_more_holders_than_eligible_of_the_same_kind_is_an_error(package):
    row = _eligible(package)
    (problem,) = check(package).errors
    assert problem.row == package.row_of("counts", "cnt062")
    assert "28768 holders are more than the 20000 eligible" in problem.message
    assert f"of row {row} with the same unit, groups and date" in problem.message


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        ({"unit": "household"}, "unit"),
        ({"groups": "nur Wohngeld"}, "groups"),
        ({"date": "2022"}, "date"),
        ({"unit": "card", "date": "2021"}, "unit, date"),
    ],
)
def test_more_holders_than_eligible_of_another_kind_is_a_notice(package, cells, named):
    _eligible(package, **cells)
    found = check(package)
    assert found.ok
    messages = [p.message for p in found.notices if p.row == package.row_of("counts", "cnt062")]
    assert len(messages) == 1
    assert f"which differ in {named}; no rate of the two" in messages[0]


def test_upper_bound_of_the_eligible_counts(package):
    _eligible(package, value="", value_low="100", value_high="200")
    (problem,) = check(package).errors
    assert "28768 holders are more than the 200 eligible" in problem.message


def test_same_address_twice_is_a_notice(package):
    row = package.append(
        "sources",
        source_id="neu",
        title="Stadt Bonn",
        url="https://bonn.de/vv/produkte/Bonn-Ausweis.php",
        kind="own_page",
        checked_on="2026-11-22",
    )
    found = check(package)
    assert found.ok
    assert [(p.file, p.row, p.column) for p in found.notices] == [("sources.csv", row, "url")]
    assert "already that of src030" in found.notices[0].message


def test_wrong_clock_does_not_condemn_the_data(package, monkeypatch):
    class EarlyClock(dt.date):
        @classmethod
        def today(cls):
            return cls(2020, 1, 1)

    monkeypatch.setattr("armutsexpertise.catalog.checking.dt.date", EarlyClock)
    assert catalog.check("passes", package.root).ok


def test_rest_is_counted(package):
    for key in ("cnt058", "cnt059"):
        package.set("costs", package.row_of("costs", key), confidence="hoch")
    lines = check(package).lines(limit=1)
    assert len(lines) == 2
    assert lines[1] == "... and 1 more error."


def test_missing_table_in_descriptor(package):
    import yaml

    path = package.folder / "datapackage.yaml"
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    loaded["resources"] = [r for r in loaded["resources"] if r["name"] != "prices"]
    path.write_text(yaml.safe_dump(loaded), encoding="utf-8")
    problem = only_error(package)
    assert problem.file == "datapackage.yaml"
    assert "tables are missing: prices" in problem.message


def test_bundled_regions_are_used_where_the_folder_has_none(package):
    import shutil

    shutil.rmtree(package.root / "nrw_regions")
    assert check(package).ok


def test_regions_that_cannot_be_read_are_one_sentence(package):
    (package.root / "nrw_regions" / "municipalities.csv").unlink()
    problem = only_error(package)
    assert "keys cannot be checked" in problem.message
    assert "municipalities.csv: the file is missing" in problem.message
