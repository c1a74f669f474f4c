"""Small cells leave nothing behind, and what cannot be checked is not let through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from armutsexpertise.config import ConfigError
from armutsexpertise.disclosure import (
    TOTAL,
    DisclosureError,
    Evidence,
    Protected,
    Rules,
    cell_counts,
    estimate_protected,
    estimates_and_counts,
    model_counts,
    poverty_estimates,
    protect,
    protect_together,
    read_rules,
)
from armutsexpertise.poverty import at_risk_of_poverty_threshold, relative_median_poverty_gap
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import COLUMNS, Mean, Proportion, Quantile, Ratio, Total
from armutsexpertise.survey.linearised import Linearised
from armutsexpertise.survey.models import fit


def sample(**domains: int) -> pd.DataFrame:
    """Return persons in households of two, half of the households poor, per domain."""
    frame = pd.DataFrame(
        [(name, i) for name, persons in domains.items() for i in range(persons)],
        columns=["region", "i"],
    )
    frame["id"] = frame["region"] + (frame["i"] // 2).astype(str)
    frame["poor"] = frame["i"] // 2 % 2 == 0
    frame["income"] = 1000.0 + 10 * (frame["i"] // 2)
    frame["w"] = 100.0
    return frame


def design_of(frame: pd.DataFrame) -> SurveyDesign:
    return SurveyDesign.from_frame(frame, weights="w", clusters="id")


def safe(frame: pd.DataFrame, indicators: dict[str, Any], by: Any = "region", **more: Any) -> Any:
    return estimate_protected(design_of(frame), indicators, by, household="id", **more)


RATE = {"rate": Proportion("poor")}


# --- counting ------------------------------------------------------------------------------


def test_counts_by_hand() -> None:
    frame = sample(a=6, b=4)
    frame.loc[0, "w"] = 0.0  # the first person stands for nobody and counts nowhere
    counts = cell_counts(design_of(frame), RATE, "region", household="id")
    rows = counts.set_index("region")[["n", "persons", "households", "numerator", "complement"]]
    assert rows.loc["a"].tolist() == [5, 5, 3, 2, 1]  # households 0 and 2 are poor, 1 is not
    assert rows.loc["b"].tolist() == [4, 4, 2, 1, 1]


def test_a_row_per_household_counts_its_persons() -> None:
    frame = pd.DataFrame({"id": range(4), "size": [1, 2, 3, 4], "poor": [1, 0, 0, 1], "w": 1.0})
    counts = cell_counts(design_of(frame), RATE, household="id", size="size")
    assert counts[["persons", "households", "numerator"]].iloc[0].tolist() == [10, 4, 2]
    twice = frame.assign(id=[0, 0, 1, 2])
    with pytest.raises(ValueError, match="1 rows repeat id"):
        cell_counts(design_of(twice), RATE, household="id", size="size")
    with pytest.raises(ValueError, match="missing or less than 1 in 1 rows"):
        cell_counts(
            design_of(frame.assign(size=[1, None, 1, 1])), RATE, household="id", size="size"
        )


def test_shares_in_disguise_are_seen() -> None:
    frame = sample(a=8).assign(number=lambda t: t["poor"].astype(int), one=1)
    indicators = {
        "mean": Mean("number"),
        "total": Total("number"),
        "ratio": Ratio("number", "one"),
        "population": Total("one"),
        "income": Mean("income"),
    }
    counts = cell_counts(design_of(frame), indicators, household="id").set_index("indicator")
    assert counts.loc[["mean", "total", "ratio"], "numerator"].tolist() == [2, 2, 2]
    assert counts.loc[["population", "income"], "numerator"].isna().all()


def test_dominance_by_hand() -> None:
    frame = pd.DataFrame({"id": range(5), "income": [60.0, 30, 4, 3, 3], "w": 1.0})
    counts = cell_counts(design_of(frame), {"mean": Mean("income")}, household="id")
    assert counts["dominance"].item() == pytest.approx(0.9)  # (60 + 30) / 100
    nothing = frame.assign(region=list("aaabb"), income=[60.0, 30, 4, 0, 0])
    counts = cell_counts(design_of(nothing), {"mean": Mean("income")}, "region", household="id")
    assert counts["dominance"].tolist()[1] == 1  # nobody has any: everyone's amount is known
    weighted = design_of(frame.assign(income=1.0, w=[48.0, 48, 2, 1, 1]))
    assert cell_counts(weighted, {"t": Total("income")}, household="id")[
        "dominance"
    ].item() == pytest.approx(0.96)


def test_quantiles_count_both_sides() -> None:
    frame = pd.DataFrame({"id": range(20), "income": np.arange(20.0), "w": 1.0})
    counts = cell_counts(design_of(frame), {"p10": Quantile("income", 0.1)}, household="id")
    assert counts[["numerator", "complement"]].iloc[0].tolist() == [2, 18]
    found = safe(frame, {"p10": Quantile("income", 0.1), "p50": Quantile("income", 0.5)}, None)
    assert found.table["status"].tolist() == ["suppressed", "bracketed"]
    with pytest.raises(DisclosureError, match="minimum or maximum"):
        cell_counts(design_of(frame), {"low": Quantile("income", 0.0)}, household="id")


def test_a_function_needs_evidence() -> None:
    def share(frame: pd.DataFrame, weights: Any, domain: Any) -> Linearised:
        poor = frame["poor"].to_numpy()
        rate = weights[domain & poor].sum() / weights[domain].sum()
        return Linearised(rate, np.where(domain, poor - rate, 0) / weights[domain].sum())

    frame = sample(a=80, b=20)
    with pytest.raises(DisclosureError, match="Evidence"):
        safe(frame, {"rate": share})
    rare = frame["poor"] & ~((frame["region"] == "b") & (frame["i"] > 1))
    frame = frame.assign(poor=rare)
    found = safe(frame, {"rate": share}, evidence={"rate": Evidence(numerator="poor")})
    table = found.table.set_index("region")
    assert table.loc["a", "status"] == "published"
    assert table.loc["b", "reason"].startswith("fewer than 3 households")
    few = safe(frame, {"gap": share}, evidence={"gap": Evidence(base="poor")}).table
    assert few.set_index("region").loc["b", "reason"] == "fewer than 10 persons"
    with pytest.raises(TypeError, match="boolean"):
        safe(frame, {"gap": share}, evidence={"gap": Evidence(base="income")})


# --- suppressing ---------------------------------------------------------------------------


def test_a_suppressed_cell_is_empty_and_takes_its_total_along() -> None:
    found = safe(sample(a=120, b=8), {**RATE, "mean": Mean("income")})
    table = found.table
    small = table[table["region"] == "b"]
    assert small[list(COLUMNS)].isna().all(axis=None)
    assert set(small["status"]) == {"suppressed"}
    assert set(small["reason"]) == {"fewer than 10 persons"}
    assert TOTAL not in set(table["region"])
    assert found.totals_removed
    assert found.suppressed == 2


def test_totals_stay_where_nothing_is_suppressed() -> None:
    found = safe(sample(a=120, b=80), RATE)
    assert not found.totals_removed
    total = found.table.set_index("region").loc[TOTAL]
    assert total["n"] == 200
    assert total["estimate"] == pytest.approx(0.5)


def test_the_total_of_another_indicator_loses_its_counts() -> None:
    # A line of the whole sample is no sum of regions; its n would give away the small one's.
    found = safe(sample(a=120, b=8), {**RATE, "line": Quantile("income", 0.5)}, total_only=["line"])
    line = found.table.set_index("indicator").loc["line"]
    assert line["region"] == TOTAL
    assert line["estimate"] > 0
    assert line["se"] > 0
    assert line[["n", "n_weighted", "df", "ci_low", "ci_high"]].isna().all()


def test_the_error_of_a_share_does_not_tell_the_number_of_rows() -> None:
    """Of a simple sample it does: n is 1 + p (1 - p) / se²."""
    frame = sample(a=120, b=8).assign(old=lambda t: t["i"] % 3 == 0)
    found = safe(frame, {**RATE, "old": Proportion("old")}, total_only=["old"])
    share = found.table.set_index("indicator").loc["old"]
    assert share["region"] == TOTAL
    assert share["estimate"] > 0
    assert np.isnan(share["se"])


def test_margins_of_crossed_domains_go_too() -> None:
    frame = sample(a=200, b=200).assign(sex=lambda t: np.where(t["i"] % 50 < 25, "f", "m"))
    kept = safe(frame, {"mean": Mean("income")}, ["region", "sex"])
    assert len(kept.table) == 4 + 2 + 2 + 1
    frame.loc[(frame["region"] == "b") & (frame["sex"] == "m") & (frame["i"] > 60), "sex"] = "f"
    frame.loc[(frame["region"] == "b") & (frame["i"] > 27), "sex"] = "f"
    thin = safe(frame, {"mean": Mean("income")}, ["region", "sex"]).table
    assert len(thin) == 4
    assert not thin[["region", "sex"]].isin([TOTAL]).any(axis=None)


def test_all_levels_of_a_distribution_go_with_one() -> None:
    frame = sample(a=120, b=120)
    frame["tenure"] = np.where(frame["i"] % 4 < 2, "own", "rent")
    frame.loc[(frame["region"] == "b") & (frame["i"] < 4), "tenure"] = "free"
    shares = {level: Proportion("tenure", level) for level in ("own", "rent", "free")}
    table = safe(frame, shares).table
    assert set(table.loc[table["region"] == "b", "status"]) == {"suppressed"}
    assert table["reason"].str.contains("another level").sum() >= 2


def test_an_empty_domain_looks_like_a_small_one() -> None:
    frame = sample(a=120, b=8)
    frame["region"] = pd.Categorical(frame["region"], ["a", "b", "c"])
    table = safe(frame, RATE).table.set_index("region")
    assert table.loc["b"].drop("indicator").astype(str).tolist() == (
        table.loc["c"].drop("indicator").astype(str).tolist()
    )


def test_missing_domain_values_are_a_domain_like_others() -> None:
    frame = sample(a=120, b=60)
    frame.loc[frame["region"] == "b", "region"] = None
    table = safe(frame, RATE).table
    assert table["region"].isna().sum() == 1
    assert table.loc[table["region"].isna(), "n"].item() == 60


def test_reliability_is_marked_apart_from_secrecy() -> None:
    table = safe(sample(a=12, b=19, c=20, d=49, e=50), RATE, rules=Rules(min_households=3)).table
    status = table.set_index("region")["status"]
    assert status.drop(TOTAL).tolist() == ["unreliable"] * 2 + ["bracketed"] * 2 + ["published"]
    unreliable = table[table["status"] == "unreliable"]
    assert unreliable["estimate"].isna().all()
    assert unreliable["n"].tolist() == [12, 19]  # no secret: only the estimate is left out


def test_households_count_apart_from_persons() -> None:
    table = safe(sample(a=120, b=18), {"mean": Mean("income")}).table.set_index("region")
    assert table.loc["b", "reason"] == "fewer than 10 households"  # 18 persons, 9 households


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=5), st.integers(0, 100))
def test_no_small_cell_can_be_read_or_subtracted(sizes: list[int], seed: int) -> None:
    assume(sum(sizes) > 1)  # one household is no sample
    frame = sample(**{f"r{i}": 2 * size for i, size in enumerate(sizes)})
    frame["poor"] = np.random.default_rng(seed).random(len(frame)) < 0.3
    found = safe(frame, {**RATE, "mean": Mean("income")})
    table, truth = found.table, frame.groupby("region")
    for row in table[table["region"] != TOTAL].itertuples():
        persons = truth["i"].size()[row.region]
        homes = frame[frame["region"] == row.region].groupby("id")["poor"]
        sides = min(int(homes.any().sum()), int((~homes.all()).sum()))
        if persons < 10 or homes.ngroups < 10 or (row.indicator == "rate" and sides < 3):
            assert row.status == "suppressed"
        if row.status == "suppressed":
            assert all(pd.isna(getattr(row, name)) for name in COLUMNS)
    gone = set(table.loc[table["status"] == "suppressed", "indicator"])
    totals = table[table["region"] == TOTAL]
    assert not gone & set(totals["indicator"])
    assert not gone or totals[["n", "n_weighted", "df", "ci_low"]].isna().all(axis=None)


def test_coefficients_of_small_groups_are_suppressed() -> None:
    frame = sample(a=120, b=100, c=8)
    frame["rich"] = (frame["i"] % 3 == 0).astype(float)
    design = design_of(frame)
    model = fit(design, "income", ["region"], "linear")
    counts = model_counts(model, "income", household="id")
    by_hand = {"intercept": (120, 60), "region=b": (100, 50), "region=c": (8, 4)}
    for row in counts.itertuples():
        assert (row.persons, row.households) == by_hand[row.indicator]
    table = protect(model.table(), counts).table.set_index("indicator")
    assert table.loc["region=c", "reason"] == "fewer than 10 persons"
    assert pd.isna(table.loc["region=c", "estimate"])
    assert table["status"].drop("region=c").eq("published").all()
    with_age = fit(design, "income", ["region", "i"], "linear")
    counts = model_counts(with_age, "income", household="id").set_index("indicator")
    assert counts.loc[["intercept", "i"], "persons"].tolist() == [228, 228]
    assert counts["numerator"].isna().all()
    rare = frame.assign(rich=lambda t: (t["i"] < 6) & (t["region"] != "c"))
    rare.loc[(rare["region"] == "b") & (rare["i"] > 1), "rich"] = False
    rare = rare[rare["region"] != "c"].astype({"rich": float})
    logit = fit(design_of(rare), "rich", ["region"], "logit")
    counts = model_counts(logit, "rich", household="id")
    table = protect(logit.table(), counts).table.set_index("indicator")
    assert table.loc["region=b", "reason"].startswith("fewer than 3 households")
    assert table.loc["intercept", "status"] == "published"  # three rich households in a


# --- failing closed ------------------------------------------------------------------------


@pytest.fixture
def pair() -> tuple[pd.DataFrame, pd.DataFrame]:
    return estimates_and_counts(design_of(sample(a=120, b=80)), RATE, "region", household="id")


def test_what_has_no_counts_is_not_written(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, counts = pair
    with pytest.raises(DisclosureError, match="1 of 3 cell"):
        protect(table, counts.iloc[1:])
    with pytest.raises(DisclosureError, match="1 of 3 cell"):
        protect(table, counts.assign(persons=counts["persons"].where(counts.index != 1)))
    with pytest.raises(DisclosureError, match="lack households"):
        protect(table, counts.drop(columns="households"))
    with pytest.raises(DisclosureError, match="lack n_weighted"):
        protect(table.drop(columns="n_weighted"), counts)


def test_counts_of_another_sample_are_refused(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, _ = pair
    _, other = estimates_and_counts(design_of(sample(a=122, b=80)), RATE, "region", household="id")
    with pytest.raises(DisclosureError, match="In 2 of 3"):
        protect(table, other)
    with pytest.raises(DisclosureError, match="repeat"):
        protect(pd.concat([table, table]), other)


def test_columns_that_are_no_results_are_refused(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, counts = pair
    with pytest.raises(DisclosureError, match="person_name"):
        protect(table.assign(person_name="x"), counts)


def test_half_a_share_is_suppressed(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, counts = pair
    assert protect(table, counts.assign(complement=np.nan)).suppressed == 3 - 1  # total is gone


def test_protected_cannot_be_made_from_open_cells() -> None:
    kept = safe(sample(a=120, b=8), RATE)
    forged = kept.table.assign(estimate=0.5)
    with pytest.raises(DisclosureError, match="1 suppressed"):
        Protected(forged, kept.domains, kept.rules)
    with pytest.raises(DisclosureError, match="use protect"):
        Protected(kept.table.drop(columns="status"), kept.domains, kept.rules)
    view = kept.table
    view["n"] = 1
    assert kept.table["n"].isna().any()


def test_a_domain_called_total_is_refused() -> None:
    with pytest.raises(ValueError, match="marks totals"):
        safe(sample(a=120, total=80), RATE)


def test_messages_hold_no_values_of_the_sample() -> None:
    frame = sample(a=120, b=80)
    frame.loc[0, "id"] = None
    with pytest.raises(ValueError, match="1 of 200 rows") as caught:
        cell_counts(SurveyDesign.from_frame(frame, weights="w"), RATE, household="id")
    assert not any(value in str(caught.value) for value in ("1000", "a0", "a1"))
    with pytest.raises(ValueError, match="lacks id_hh"):
        cell_counts(SurveyDesign.from_frame(frame, weights="w"), RATE, household="id_hh")


# --- rules ---------------------------------------------------------------------------------


def test_rules_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("min_persons: 30\nblank_below: 30\n")
    rules = read_rules(file)
    assert (rules.min_persons, rules.min_households, rules.blank_below) == (30, 10, 30)
    table = safe(sample(a=120, b=28), RATE, rules=rules).table
    assert table["status"].tolist() == ["published", "suppressed"]
    for text, key in (
        ("min_person: 3\n", "min_person"),
        ("min_persons: 1\n", "min_persons"),
        ("blank_below: 60\n", "bracket_below"),
    ):
        file.write_text(text)
        with pytest.raises(ConfigError, match=key):
            read_rules(file)


def test_no_cell_follows_from_the_whole_of_another_table() -> None:
    """The domains of each table add up to the sample, also where no total is printed."""
    rng = np.random.default_rng(7)
    data = pd.DataFrame(
        {"household_id": range(400), "w": 1.0, "income": rng.lognormal(9, 0.5, 400)}
    )
    data["region"] = ["a"] * 200 + ["b"] * 150 + ["c"] * 45 + ["d"] * 5
    data["sex"] = ["f", "m"] * 200
    tables = protect_together(
        [
            poverty_estimates(data, "person", by, income="income", weights="w")
            for by in ("region", "sex", ["region", "sex"])
        ]
    )
    region, sex, both = (one.table for one in tables)
    assert sex["status"].ne("suppressed").all()
    for _, cells in region.groupby("indicator"):
        hidden = set(cells.loc[cells["status"].eq("suppressed"), "region"])
        # c has too few poor for a gap: it is no cover for d, the next larger one is.
        assert hidden in ({"b", "d"}, {"b", "c", "d"})
    lines = [line for name in ("region", "sex") for line in both.groupby(["indicator", name])]
    assert any(cells["status"].eq("suppressed").any() for _, cells in lines)
    for _, cells in lines:
        hidden = cells["status"].eq("suppressed")
        assert hidden.sum() != 1
        second = cells["reason"].str.contains("another cell").any()
        assert not hidden.any() or hidden.all() or second


def test_a_model_with_all_interactions_gives_no_cell_away() -> None:
    group = np.r_[np.ones(61), np.zeros(120)]
    other = np.r_[np.ones(60), 0, np.ones(60), np.zeros(60)]
    frame = pd.DataFrame({"a": group, "b": other, "id": range(181), "w": 1.0})
    frame["ab"], frame["y"] = group * other, np.random.default_rng(1).lognormal(10, 0.4, 181)
    design = SurveyDesign.from_frame(frame, weights="w")
    for terms, secret in ((["a", "b", "ab"], ["a"]), (["a", "b", "a:b"], ["a"]), (["a", "b"], [])):
        model = fit(design, "y", terms, "linear")
        table = protect(model.table(), model_counts(model, "y", household="id")).table
        found = table.loc[table["status"].eq("suppressed"), "indicator"].tolist()
        assert found == secret, "one household has a = 1 and b = 0: without a its mean is unknown"
    frame.loc[0, "y"] = 1e9
    model = fit(SurveyDesign.from_frame(frame, weights="w"), "y", ["a"], "linear")
    results = protect(model.table(), model_counts(model, "y", household="id"))
    assert results.table["status"].tolist() == ["published", "suppressed"], "it is nearly all of a"


def test_a_column_of_two_values_is_a_share_whatever_they_are() -> None:
    frame = pd.DataFrame({"paid": [0.0] + [100.0] * 399, "w": 1.0, "id": range(400)})
    design = SurveyDesign.from_frame(frame, weights="w")
    for indicator in (Total("paid"), Mean("paid")):
        results = estimate_protected(design, {"paid": indicator}, household="id")
        assert results.suppressed == 1


def test_one_household_with_nearly_all_of_the_weight_is_not_published() -> None:
    frame = pd.DataFrame({"poor": [1, 0] * 200, "income": range(400), "id": range(400), "w": 1.0})
    for heavy, suppressed in ((1.0, 0), (1e6, 2)):
        frame.loc[0, "w"] = heavy
        design = SurveyDesign.from_frame(frame, weights="w")
        indicators = {"rate": Proportion("poor", 1), "median": Quantile("income", 0.5)}
        assert estimate_protected(design, indicators, household="id").suppressed == suppressed


def test_threshold_and_gap_do_not_tell_the_incomes_they_are_made_of():
    """0.6 (1 - gap) is the median of the poor over the median: two households' incomes."""
    rng = np.random.default_rng(8)
    income = rng.integers(4_000, 60_000, 200).astype(float)
    data = pd.DataFrame({"household_id": range(200), "income": income})
    table = poverty_estimates(data, "person", income="income", weights="equal").table
    for name, exact in (
        ("arpt", at_risk_of_poverty_threshold(income)),
        ("rmpg", relative_median_poverty_gap(income)),
    ):
        row = table.set_index("indicator").loc[name]
        assert row["estimate"] == float(f"{exact:.3g}") != exact
        assert (row["ci_low"] + row["ci_high"]) / 2 == pytest.approx(row["estimate"], rel=1e-12)


@pytest.mark.parametrize(
    ("by", "message"),
    [
        (["region", "region"], "by names a column twice"),
        ("status", "status is a column of the results"),
        ("observations", "observations is a column of the results"),
    ],
)
def test_domains_that_no_table_can_hold(by: str | list[str], message: str) -> None:
    frame = sample(a=120, b=80).assign(status="x", observations=1)
    with pytest.raises(ValueError, match=message):
        safe(frame, RATE, by)
