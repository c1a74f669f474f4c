"""Cleaning: newest version, completed answers, row accounting, municipalities."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise import catalog
from armutsexpertise.passes import inventory as inv


@pytest.fixture(scope="module")
def raw():
    return inv.read_inventory()


@pytest.fixture(scope="module")
def clean(raw):
    return inv.clean_inventory(raw)


@pytest.fixture(scope="module")
def regions():
    return (
        catalog.read("nrw_regions", "municipalities"),
        catalog.read("nrw_regions", "context"),
    )


def test_counts_of_municipalities_as_documented_with_the_collection(clean):
    # Origin: notes of the collection of 22 November 2026, before excluding what was not
    # found again: 77 with any pass, 44 of them current; 49 with a social or mixed one, 33.
    passes = clean["passes"]
    own = passes[passes["counts_for_municipality"] & (passes["status"] == "yes")]
    social = own[own["kind"].isin(["social", "mixed"])]

    def municipalities(rows):
        current = rows[rows["freshness"] == "current"]
        return rows["ags"].nunique(), current["ags"].nunique()

    assert municipalities(own) == (77, 44)
    assert municipalities(social) == (49, 33)
    # By hand: without the pass that was not found again each number is one lower.
    assert municipalities(own[own["verified"]]) == (76, 43)
    assert municipalities(social[social["verified"]]) == (48, 32)


def test_what_was_not_found_again_is_not_verified(clean):
    # Origin: list of what a second reading of the sources did not find again.
    assert clean["passes"].loc[~clean["passes"]["verified"], "pass_id"].tolist() == [
        "05566028-sozialausweis-ibbenbueren"
    ]
    counts = clean["counts"]
    assert counts.loc[~counts["verified"], "count_id"].tolist() == [
        "cnt005",
        "cnt044",
        "cnt086",
        "cnt112",
        "cnt139",
    ]
    assert clean["costs"]["verified"].all()


def test_every_pass_has_every_group_and_category(clean):
    n = len(clean["passes"])
    for table, key, codes in (
        ("eligibility", "group", inv.GROUPS),
        ("benefits", "category", inv.CATEGORIES),
    ):
        assert len(clean[table]) == n * len(codes)
        assert clean[table].head(len(codes))[key].tolist() == list(codes)
        assert set(clean[table]["pass_id"]) == set(clean["passes"]["pass_id"])


def test_answers_are_those_of_the_collection(clean):
    # Origin: counts by hand over the columns of the collection.
    tally = clean["eligibility"].groupby(["group", "included"]).size()
    assert tally["sgb2", "yes"] == 56
    assert tally["wohngeld", "no"] == 4
    assert tally["wohngeld", "not_stated"] == 92
    assert (clean["benefits"]["granted"] == "no").sum() == 2


def test_row_accounting_adds_up(raw, clean):
    account = clean["row_accounting"].set_index("table")
    assert (account["rows_in"] == account["kept"] + account["dropped"]).all()
    assert (account["rows_out"] == account["kept"] + account["added"]).all()
    for name, row in account.iterrows():
        assert row["rows_out"] == len(clean[name])
        source = raw["pass_versions" if name == "passes" else name]
        assert row["rows_in"] == len(source)


def _with_second_version(raw, date):
    frames = {name: table.copy() for name, table in raw.items()}
    versions = frames["pass_versions"]
    new = versions[versions["pass_id"] == "05314000-bonn-ausweis"].copy()
    new["reference_date"] = date
    new["version_id"] = f"05314000-bonn-ausweis@{date if date else 'undated'}"
    new["price_eur"] = 5.0
    frames["pass_versions"] = pd.concat([new, versions], ignore_index=True)
    said = frames["eligibility"].head(1).copy()
    said["version_id"], said["group"], said["included"] = new["version_id"].item(), "sgb2", "no"
    frames["eligibility"] = pd.concat([frames["eligibility"], said], ignore_index=True)
    return frames


def test_newer_version_replaces_the_older_one(raw):
    clean = inv.clean_inventory(_with_second_version(raw, "2025-06"))
    bonn = clean["passes"].set_index("pass_id").loc["05314000-bonn-ausweis"]
    assert (bonn["reference_date"], bonn["price_eur"]) == ("2025-06", 5.0)
    answers = clean["eligibility"].set_index(["pass_id", "group"])["included"]
    assert answers["05314000-bonn-ausweis", "sgb2"] == "no"
    assert answers["05314000-bonn-ausweis", "sgb12"] == "not_stated"
    account = clean["row_accounting"].set_index("table").loc["eligibility"]
    assert (account["dropped"], account["added"]) == (10, 9)
    assert account["reason_dropped"] == "older version of the pass"


@pytest.mark.parametrize("date", ["2019", "2023-12", None])
def test_older_or_undated_version_changes_nothing(raw, clean, date):
    changed = inv.clean_inventory(_with_second_version(raw, date))
    for name in ("passes", "eligibility", "benefits"):
        pd.testing.assert_frame_equal(changed[name], clean[name], check_dtype=False)


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_row_order_does_not_matter(raw, clean, random):
    seed = random.randrange(10**6)
    shuffled = {n: t.sample(frac=1, random_state=seed) for n, t in raw.items()}
    again = inv.clean_inventory(shuffled)
    for name in clean:
        pd.testing.assert_frame_equal(again[name], clean[name])


def test_columns_follow_the_contract(clean):
    assert list(clean["passes"]) == list(inv.PASS_COLUMNS)
    assert list(clean["counts"]) == list(inv.COUNT_COLUMNS)
    assert list(clean["costs"]) == list(inv.COST_COLUMNS)
    assert list(clean["income_rules"])[:2] == ["pass_id", "rule_no"]
    assert clean["passes"]["counts_for_municipality"].dtype == bool
    assert clean["passes"]["pass_id"].is_monotonic_increasing


def test_sources_are_joined(clean):
    bonn = clean["passes"].set_index("pass_id").loc["05314000-bonn-ausweis"]
    assert bonn["source_title"] == "Stadt Bonn: Bonn-Ausweis"
    assert bonn["source_url"].startswith("https://bonn.de/")
    assert bonn["kreis_ags5"] == "05314"
    assert bonn["route"] == "partial"


def test_missing_table_is_one_sentence(raw):
    with pytest.raises(ValueError, match=r"Tables of the inventory are missing: counts, prices\."):
        inv.clean_inventory({k: v for k, v in raw.items() if k not in ("counts", "prices")})


@pytest.mark.parametrize(
    ("table", "column", "value", "named"),
    [
        ("passes", "kind", "sozial", "passes .* in kind"),
        ("counts", "unit", "people", "counts .* in unit"),
        ("counts", "value", -1.0, "counts .* in value"),
        ("eligibility", "included", "perhaps", "eligibility .* in included"),
    ],
)
def test_value_outside_the_schema_is_one_sentence(raw, table, column, value, named):
    frames = {name: frame.copy() for name, frame in raw.items()}
    frames[table].loc[frames[table].index[3], column] = value
    with pytest.raises(ValueError, match=f"The cleaned table {named}"):
        inv.clean_inventory(frames)


def test_freshness_follows_the_year_alone():
    dates = pd.Series(["2022", "2021-12-31", "2015-01", "2014", None, ""])
    expected = ["current", "dated", "dated", "historical", "undated", "undated"]
    assert inv.freshness(dates).tolist() == expected
    assert inv.freshness(dates, current_from=2021)[1] == "current"
    with pytest.raises(ValueError, match="does not begin with a year"):
        inv.freshness(pd.Series(["gestern"]))


def test_municipalities(regions):
    table = inv.clean_municipalities(*regions)
    # Origin: official territory of the Land, 396 municipalities in 53 districts, 22 of them
    # kreisfreie Städte.
    assert len(table) == 396
    assert table["kreis_ags5"].nunique() == 53
    assert table.loc[table["kreis_type"] == "kreisfreie Stadt", "ags8"].nunique() == 22
    assert list(table) == list(inv.MUNICIPALITY_COLUMNS)
    assert table["size_class"].cat.ordered
    assert table["size_class"].cat.categories.tolist() == list(inv.SIZE_CLASSES)
    # By hand from the delivered files.
    bonn = table.set_index("ags8").loc["05314000"]
    assert bonn["name"] == "Bonn"
    assert table["gisd_score"].between(0, 1).all()
    dus = table.set_index("ags8").loc["05111000"]
    assert (dus["population"], dus["household_income_eur_month"]) == (629047, 2323)
    by_district = table.groupby("kreis_ags5")["population"].sum()
    assert by_district.eq(regions[1].set_index("ags5")["population"].astype("int64")).all()


def test_municipality_without_district_is_one_sentence(regions):
    municipalities, context = regions
    with pytest.raises(ValueError, match="1 municipalities have no district"):
        inv.clean_municipalities(municipalities, context[context["ags5"] != "05111"])
    broken = municipalities.assign(gisd_score_2021_nrw=2.0)
    with pytest.raises(ValueError, match=r"table municipalities does not fit .* in gisd_score"):
        inv.clean_municipalities(broken, context)


@given(st.integers(1, 2_000_000))
def test_size_class_holds_its_limits(population):
    limits = [1, 10_000, 20_000, 50_000, 100_000]
    position = sum(population >= limit for limit in limits) - 1
    assert inv.size_class(pd.Series([population])).iloc[0] == inv.SIZE_CLASSES[position]


@pytest.mark.parametrize("population", [0, -1, None])
def test_population_must_be_possible(population):
    with pytest.raises(ValueError, match="at least 1 for every municipality"):
        inv.size_class(pd.Series([population], dtype="float64"))


def test_pairs_share_groups_and_date(clean):
    pairs = clean["counts"].dropna(subset="pair_id")
    assert pairs["pair_id"].nunique() == 9
    for _, rows in pairs.groupby("pair_id"):
        assert len(rows) == 2
        assert len(rows[["groups", "date"]].drop_duplicates()) == 1
