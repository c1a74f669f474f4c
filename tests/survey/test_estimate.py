"""Estimates against R's survey, and what they say where there is nothing to estimate."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey_samples import REFERENCE, replicated, taylor

from armutsexpertise.inequality import (
    concentration_curve_linearised,
    entropy_decomposition_linearised,
    gini_linearised,
    quintile_share_ratio_linearised,
)
from armutsexpertise.poverty import (
    at_risk_of_poverty_rate_linearised,
    foster_greer_thorbecke_linearised,
    poverty_line_linearised,
    relative_median_poverty_gap_linearised,
)
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import (
    Index,
    Mean,
    Proportion,
    Quantile,
    Ratio,
    Total,
    differences,
    estimate,
)
from armutsexpertise.survey.linearised import Linearised
from armutsexpertise.survey.models import fit

SIMPLE = {
    "total": Total("income"),
    "mean": Mean("income"),
    "ratio": Ratio("income", "size"),
    "proportion": Proportion("poor"),
}
RULES = {
    "math": "inverted_cdf",
    "school": "averaged_inverted_cdf",
    "hf4": "interpolated_inverted_cdf",
}
TAYLOR = [
    name
    for name in REFERENCE["design"].unique()
    if name in ("persons", "clusters", "stratified", "nested", "fpc", "two_stage")
]
THIN = [name for name in REFERENCE["design"].unique() if name.startswith("thin_")]
REPLICATED = ["JK1", "JKn", "BRR", "Fay", "bootstrap", "bootstrap_mean", "SDR"]


def _reference(design, statistics):
    rows = REFERENCE[REFERENCE["design"].eq(design) & REFERENCE["statistic"].isin(statistics)]
    assert len(rows)
    return rows.rename(columns={"statistic": "indicator"})


def _same(got, expected, keys, rel=1e-10):
    merged = expected.merge(got, on=keys, suffixes=("_r", ""), validate="1:1")
    assert len(merged) == len(expected)
    for column in [name for name in got if name in ("estimate", "se", "ci_low", "ci_high", "df")]:
        reference = merged[f"{column}_r"].to_numpy(dtype=float)
        assert merged[column].to_numpy() == pytest.approx(reference, rel=rel, nan_ok=True), column


@pytest.mark.parametrize("name", TAYLOR)
def test_taylor_matches_r(frame, name):
    design = taylor(frame, name)
    whole = estimate(design, SIMPLE).assign(domain="ALL")
    parts = estimate(design, SIMPLE, by=["region", "sex"])
    parts["domain"] = parts["region"] + " " + parts["sex"]
    _same(pd.concat([whole, parts]), _reference(name, SIMPLE), ["indicator", "domain"])


@pytest.mark.parametrize("name", [*THIN, *REPLICATED])
def test_lonely_units_and_replicates_match_r(frame, name):
    design = (taylor if name in THIN else replicated)(frame, name)
    whole = estimate(design, SIMPLE).assign(domain="ALL")
    part = estimate(design, SIMPLE, where="female").assign(domain="female")
    expected = _reference(name, SIMPLE)
    if name in REPLICATED:  # R takes the rank of the rows of the domain: compare without t
        assert set(part["df"]) == {design.degrees_of_freedom}
        _same(whole, expected[expected["domain"].eq("ALL")], ["indicator", "domain"])
        keep = ["indicator", "domain", "estimate", "se"]
        _same(part[keep], expected.loc[expected["domain"].eq("female"), keep], keep[:2])
        return
    _same(pd.concat([whole, part]), expected, ["indicator", "domain"])


@pytest.mark.parametrize("name", TAYLOR)
def test_quantiles_match_r(frame, name):
    design = taylor(frame, name)
    indicators = {
        f"quantile_{rule} {p}": Quantile("income", p, convention)
        for rule, convention in RULES.items()
        for p in (0.1, 0.25, 0.5, 0.9)
    }
    whole = estimate(design, indicators).assign(domain="ALL")
    parts = estimate(design, indicators, by=["region", "sex"])
    parts["domain"] = parts["region"] + " " + parts["sex"]
    got = pd.concat([whole, parts])
    expected = _reference(name, [f"quantile_{rule}" for rule in RULES])
    expected["indicator"] += " " + expected["variable"]
    # here R extrapolates type 4 below the smallest value of the domain
    beyond = expected["indicator"].eq("quantile_hf4 0.1") & expected["domain"].eq("south female")
    expected = expected[~beyond]
    _same(got, expected, ["indicator", "domain"])


@pytest.mark.parametrize(
    ("name", "options"),
    [("pers_strat", {"strata": "db040"}), ("hh_nostrat", {"clusters": "db030"})],
)
def test_matches_r_on_eusilc(eusilc, convey, name, options):
    design = SurveyDesign.from_frame(eusilc, weights="rb050", **options)
    indicators = {
        "mean": Mean("eqIncome"),
        "poor10k_mean": Proportion("poor10k"),
        "poor10k_total": Total("poor10k"),
        "ratio_inc_hsize": Ratio("eqIncome", "hsize"),
    } | {f"q{p}": Quantile("eqIncome", p) for p in (0.1, 0.25, 0.5, 0.9)}
    got = pd.concat(
        [
            estimate(design, indicators).assign(dom="ALL"),
            estimate(design, indicators, by="db040").rename(columns={"db040": "dom"}),
        ]
    )
    expected = convey[convey["design"].eq(name) & convey["ind"].isin(indicators)]
    merged = expected.merge(got, left_on=["ind", "dom"], right_on=["indicator", "dom"])
    assert len(merged) == len(expected) == 26
    assert merged["estimate"].to_numpy() == pytest.approx(merged["est"].to_numpy(), rel=1e-10)
    assert merged["se_y"].to_numpy() == pytest.approx(merged["se_x"].to_numpy(), rel=1e-10)


def test_a_function_gives_the_same_as_the_built_in(frame):
    def mean(data, weights, inside):
        w, y = weights * inside, data["income"].to_numpy()
        value = (w @ y) / w.sum()
        return Linearised(value, inside * (y - value) / w.sum())

    for design in (taylor(frame, "two_stage"), replicated(frame, "Fay")):
        got = estimate(design, {"m": mean, "M": Mean("income")}, by="sex")
        columns = ["estimate", "se", "ci_low", "ci_high", "df"]
        one, two = (got.loc[got["indicator"].eq(name), columns].to_numpy() for name in "mM")
        assert one == pytest.approx(two, rel=1e-10)


def test_undefined_function_says_so(small):
    design = SurveyDesign.from_frame(small, weights="w")
    row = estimate(design, {"x": lambda *_: Linearised(np.nan, np.zeros(6))}).iloc[0]
    assert np.isnan(row["estimate"])
    assert row["method"].endswith("undefined in this domain")


def test_empty_and_missing_domains_have_rows(small):
    small["group"] = pd.Categorical(["x", "x", "y", "y", None, "y"], ["x", "y", "z"])
    small["other"] = [1, 1, 1, 2, 2, 2]
    design = SurveyDesign.from_frame(small, weights="w")
    got = estimate(
        design, {"m": Mean("y"), "t": Total("y"), "q": Quantile("y", 0.5)}, by=["group", "other"]
    )
    assert len(got) == 3 * 4 * 2
    empty = got[got["n"].eq(0)]
    assert empty["method"].str.contains("empty domain").all()
    assert empty[["estimate", "se", "ci_low", "ci_high"]].isna().all(axis=None)
    unknown = got[got["group"].isna()]
    assert len(unknown) == 6
    assert unknown["method"].str.contains("domain value missing").all()
    assert got[got["indicator"].eq("m")]["n_weighted"].sum() == small["w"].sum()


def test_missing_values_fail_or_are_counted(small):
    small.loc[[0, 3], "y"] = np.nan
    design = SurveyDesign.from_frame(small, weights="w")
    with pytest.raises(ValueError, match="2 of 6 rows lack a value"):
        estimate(design, {"m": Mean("y")})
    got = estimate(design, {"m": Mean("y")}, by="stratum", missing="drop")
    assert got["n"].tolist() == [2, 2]
    assert got["method"].str.endswith("1 missing left out").all()
    assert got["estimate"].tolist() == pytest.approx([(2 + 12) / 5, (10 + 9) / 3])


def test_rows_outside_where_may_be_missing(small):
    small["young"] = [True, True, True, False, True, True]
    small.loc[3, "y"] = np.nan
    design = SurveyDesign.from_frame(small, weights="w")
    assert estimate(design, {"m": Mean("y")}, where="young")["n"].tolist() == [5]


def test_share_of_none_and_all_has_no_interval(small):
    small["yes"] = [True] * 3 + [False] * 3
    design = SurveyDesign.from_frame(small, weights="w")
    got = estimate(design, {"p": Proportion("yes")}, by="stratum")
    assert got["estimate"].tolist() == [1, 0]
    assert got[["ci_low", "ci_high"]].isna().all(axis=None)
    assert got["method"].str.endswith("no interval for a share of 0 or 1").all()


def test_domain_in_one_unit_has_no_interval(small):
    design = SurveyDesign.from_frame(small, weights="w", clusters="psu")
    row = estimate(design, {"m": Mean("y")}, by="psu").iloc[0]
    assert row["df"] == 0
    assert np.isnan(row["ci_low"])
    assert row["method"].endswith("no degrees of freedom")


def test_ratio_over_zero_is_undefined(small):
    small["none"] = 0
    design = SurveyDesign.from_frame(small, weights="w")
    row = estimate(design, {"r": Ratio("y", "none")}).iloc[0]
    assert np.isnan(row["estimate"])
    assert row["method"].endswith("undefined: the denominator is 0")


def test_domain_absent_from_a_replicate_has_no_error(frame):
    design = replicated(frame, "JK1")
    got = estimate(design, {"m": Mean("income")}, by="psu")
    assert got["se"].isna().all()
    assert got["method"].str.endswith("no standard error").all()


def test_degrees_of_freedom_can_be_chosen(frame):
    design = taylor(frame, "stratified")
    frames = {
        choice: estimate(design, {"m": Mean("income")}, by="region", degrees_of_freedom=choice)
        for choice in ("domain", "design", np.inf)
    }
    assert frames["design"]["df"].tolist() == [28, 28]
    assert (frames["domain"]["df"] < 28).any()
    half = (frames[np.inf]["ci_high"] - frames[np.inf]["estimate"]) / frames[np.inf]["se"]
    assert half.to_numpy() == pytest.approx(1.959963984540054)


def test_level_of_text_and_categorical(frame):
    design = taylor(frame, "stratified")
    text = estimate(design, {"p": Proportion("sex", "female")})
    boolean = estimate(design, {"p": Proportion("female")})
    pd.testing.assert_frame_equal(text, boolean)
    coded = design.frame.assign(sex=pd.Categorical(frame["sex"], ["female", "male", "x"]))
    design = taylor(coded, "stratified")
    assert estimate(design, {"p": Proportion("sex", "x")})["estimate"].tolist() == [0]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 4)), min_size=1, max_size=30),
    st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]),
    st.sampled_from(list(RULES.values())[:2]),
)
def test_quantile_of_integer_weights_is_that_of_repeated_rows(pairs, p, convention):
    frame = pd.DataFrame(pairs, columns=["y", "w"])
    repeated = np.repeat(frame["y"], frame["w"])
    got = estimate(
        SurveyDesign.from_frame(frame, weights="w", lonely_psu="certainty"),
        {"q": Quantile("y", p, convention)},
        degrees_of_freedom="design",
    )
    assert got["estimate"].iloc[0] == np.quantile(repeated, p, method=convention)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1000))
def test_scale_of_weights_changes_no_mean(seed, factor):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"w": rng.uniform(1, 9, 30), "y": rng.normal(5, 2, 30)})
    indicators = {"m": Mean("y"), "q": Quantile("y", 0.5)}
    one, two = (
        estimate(SurveyDesign.from_frame(frame.assign(w=frame["w"] * k), weights="w"), indicators)
        for k in (1, factor)
    )
    assert one[["estimate", "se"]].to_numpy() == pytest.approx(
        two[["estimate", "se"]].to_numpy(), rel=1e-9
    )


@pytest.mark.parametrize(
    ("indicator", "options", "error", "message"),
    [
        (Mean("gone"), {}, ValueError, "lacks 1 column"),
        (Mean("stratum"), {}, TypeError, "not numbers"),
        (Mean("inf"), {}, ValueError, "infinite in 1 rows"),
        (Proportion("y"), {}, ValueError, "other than 0 and 1 in 4"),
        (Proportion("stratum", "c"), {}, ValueError, "'c' does not occur"),
        (Quantile("y", 2), {}, ValueError, r"in \[0, 1\]"),
        (Quantile("y", 0.5, "best"), {}, ValueError, "quantile_rule is 'best'"),
        (Mean("y"), {"by": "gone"}, ValueError, "lacks 1 column"),
        (Mean("y"), {"by": "n"}, ValueError, "named like result columns"),
        (Mean("y"), {"where": "y"}, TypeError, "must be boolean"),
        (Mean("y"), {"level": 95}, ValueError, "between 0 and 1"),
        (Mean("y"), {"missing": "ignore"}, ValueError, "fail or drop"),
        (Mean("y"), {"degrees_of_freedom": "all"}, ValueError, "domain, design or a number"),
    ],
)
def test_refuses_bad_requests(small, indicator, options, error, message):
    small = small.assign(n=1, inf=[np.inf, 1, 1, 1, 1, 1])
    design = SurveyDesign.from_frame(small, weights="w")
    with pytest.raises(error, match=message):
        estimate(design, {"x": indicator}, **options)
    with pytest.raises(ValueError, match="indicators is empty"):
        estimate(design, {})


@pytest.mark.parametrize("replicates", [False, True])
def test_differences_of_means_are_coefficients(frame, replicates):
    design = replicated(frame, "JKn") if replicates else taylor(frame, "stratified")
    got = differences(
        design, {"gap": Mean("income"), "share": Proportion("poor")}, "stratum", reference="A"
    )
    assert got["stratum"].tolist() == ["B", "C", "D"] * 2
    for name, outcome in (("gap", "income"), ("share", "poor")):
        rows = got[got["indicator"].eq(name)]
        model = fit(design, outcome, ["stratum"], "linear").table().iloc[1:]
        assert rows["estimate"].to_numpy() == pytest.approx(model["estimate"].to_numpy())
        assert rows["se"].to_numpy() == pytest.approx(model["se"].to_numpy())
    assert got["method"].str.startswith("difference from A, ").all()


def test_differences_of_totals_ratios_and_indices(frame):
    for design in (taylor(frame, "two_stage"), replicated(frame, "Fay")):
        indicators = {
            "total": Total("income"),
            "ratio": Ratio("income", "size"),
            "gini": Index(gini_linearised, "income"),
        }
        got = differences(
            design, indicators, ["region", "sex"], reference=("north", "male"), level=0.9
        )
        plain = estimate(design, indicators, ["region", "sex"]).set_index(
            ["indicator", "region", "sex"]
        )
        for row in got.itertuples():
            gap = plain.loc[(row.indicator, row.region, row.sex), "estimate"]
            gap -= plain.loc[(row.indicator, "north", "male"), "estimate"]
            assert row.estimate == pytest.approx(gap)
            assert row.ci_low < row.estimate < row.ci_high
        assert (got["se"] > 0).all()


def test_differences_say_what_is_empty_or_refused(frame):
    regions = pd.Categorical(frame["region"], ["north", "south", "abroad"])
    frame = frame.assign(region=regions)
    design = taylor(frame, "stratified")
    got = differences(design, {"m": Mean("income")}, "region", reference="north")
    assert got["method"].str.endswith("empty domain").tolist() == [False, True]
    assert got["n"].tolist() == [int(frame["region"].eq("south").sum()), 0]
    with pytest.raises(ValueError, match="reference domain 'abroad' has no rows"):
        differences(design, {"m": Mean("income")}, "region", reference="abroad")
    with pytest.raises(TypeError, match="Woodruff"):
        differences(design, {"m": Quantile("income", 0.5)}, "region", reference="north")
    holes = taylor(frame.assign(income=frame["income"].where(frame["age"] > 30)), "stratified")
    with pytest.raises(ValueError, match="rows lack a value"):
        differences(holes, {"m": Mean("income")}, "region", reference="north")


@pytest.mark.parametrize("sample", [taylor, replicated])
def test_index_of_nobody_has_no_interval(frame, sample):
    """All of one domain are rich: its rate is 0, and no unit says how far off that may be."""
    frame = frame.assign(income=frame["income"].where(frame["region"].eq("south"), 90_000.0))
    design = sample(frame, {taylor: "stratified", replicated: "BRR"}[sample])
    indicators = {
        "rate": Index(at_risk_of_poverty_rate_linearised, "income", line=1500.0),
        "gap": Index(foster_greer_thorbecke_linearised, "income", alpha=1, line=1500.0),
    }
    got = estimate(design, indicators, "region").set_index(["indicator", "region"])
    nobody = got.xs("north", level="region")
    assert nobody["estimate"].tolist() == nobody["se"].tolist() == [0.0, 0.0]
    assert nobody[["ci_low", "ci_high"]].isna().all(axis=None)
    assert nobody["method"]["rate"].endswith("no interval for a share of 0 or 1")
    assert nobody["method"]["gap"].endswith("no interval: the standard error is 0")
    rich = design.frame["region"].eq("north")
    halves = np.where(rich, np.where(design.frame["age"] > 50, "a", "b"), "poor")
    design = sample(frame.assign(half=halves), {taylor: "stratified", replicated: "BRR"}[sample])
    gaps = differences(design, indicators, "half", reference="a").set_index("half")
    assert gaps.loc["b", ["ci_low", "ci_high"]].isna().all(axis=None)
    assert gaps.loc["b", "method"].str.endswith("no interval: the standard error is 0").all()
    assert gaps.loc["poor", ["ci_low", "ci_high"]].notna().all(axis=None)


def test_interval_of_a_rate_is_that_of_a_proportion(frame):
    """With a fixed line the rate is the share of the poor, its interval lies above 0."""
    line = float(np.unique(frame["income"])[2])
    frame = frame.assign(rare=frame["income"] < line)
    design = taylor(frame, "stratified")
    rate = Index(at_risk_of_poverty_rate_linearised, "income", line=line)
    got = estimate(design, {"rate": rate, "share": Proportion("rare")})
    for column in ("estimate", "se", "ci_low", "ci_high"):
        assert got[column][0] == pytest.approx(got[column][1], rel=1e-10)
    assert got["ci_low"][0] > 0 > got["estimate"][0] - 2 * got["se"][0]
    assert got["method"][0] == "linearised statistic, logit interval, Taylor"


def _without_the_poor(frame):
    """Nobody of the north is poor; all of the far north have the same income."""
    far = frame["region"].eq("north") & (frame["age"] > 60)
    region = frame["region"].mask(far, "far north")
    income = frame["income"].where(frame["region"].eq("south"), frame["income"] + 90_000.0)
    return frame.assign(region=region, income=income.mask(far, 90_000.0))


@pytest.mark.parametrize("sample", [taylor, replicated])
def test_domain_in_which_an_index_is_undefined_has_a_row_with_the_reason(frame, sample):
    frame = _without_the_poor(frame)
    design = sample(frame, {taylor: "stratified", replicated: "BRR"}[sample])
    indicators = {
        "gap": Index(relative_median_poverty_gap_linearised, "income"),
        "parts": Index(entropy_decomposition_linearised, "income", "sex", alpha=0),
        "tails": Index(quintile_share_ratio_linearised, "income"),
    }
    got = estimate(design, indicators, "region").set_index(["indicator", "region"])
    south = got.xs("south", level="region")
    assert south[["estimate", "se"]].notna().all(axis=None)
    for region in ("north", "far north"):
        row = got.loc["gap", region]
        assert row[["estimate", "se", "ci_low", "ci_high"]].isna().all()
        assert row["n"] == frame["region"].eq(region).sum()
        assert "undefined in this domain: Nobody of the" in row["method"]
        assert not row["method"].endswith(".")
    row = got.loc["tails", "far north"]
    assert "has more than the quantile 0.8" in row["method"]
    assert got.loc["parts: total", "far north"]["estimate"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("sample", [taylor, replicated])
def test_differences_from_where_an_index_is_undefined(frame, sample):
    frame = _without_the_poor(frame)
    design = sample(frame, {taylor: "stratified", replicated: "BRR"}[sample])
    gap = {"gap": Index(relative_median_poverty_gap_linearised, "income", line=1500.0)}
    got = differences(design, gap, "region", reference="south")
    assert got["estimate"].isna().all()
    assert got["method"].str.contains("undefined in this domain: Nobody of the").all()
    got = differences(design, gap, "region", reference="north").set_index("region")
    assert "in the reference domain: Nobody of the" in got.loc["south", "method"]


def test_index_without_density_keeps_its_value(frame):
    """The estimate is known where its influence is not: all incomes of the domain are equal."""
    frame = _without_the_poor(frame)
    design = taylor(frame, "stratified")
    rate = {"rate": Index(at_risk_of_poverty_rate_linearised, "income", line=_line_of_the_south)}
    row = estimate(design, rate, "region").set_index("region").loc["far north"]
    assert row["estimate"] == 0
    assert np.isnan(row["se"])
    assert "no standard error: The bandwidth is zero" in row["method"]


def _line_of_the_south(income, weight):
    return poverty_line_linearised(income, weight, share=0.01)


def test_index_undefined_on_some_replicates_counts_them(frame):
    """One of the units left out by the jackknife holds all the poor."""
    frame = frame.assign(income=np.where(frame["psu"].eq(frame["psu"].iloc[0]), 500.0, 5000.0))
    design = replicated(frame, "JK1")
    gap = {"gap": Index(relative_median_poverty_gap_linearised, "income", line=1500.0)}
    row = estimate(design, gap).iloc[0]
    assert row["estimate"] == pytest.approx(2 / 3)
    assert np.isnan(row["se"])
    count = design.replicates.shape[1]
    assert f"no standard error: undefined on 1 of {count} replicates" in row["method"]


def test_decomposition_that_is_undefined_everywhere_has_a_row(frame):
    design = taylor(frame.assign(income=0.0), "stratified")
    got = estimate(design, {"d": Index(entropy_decomposition_linearised, "income", "sex", alpha=1)})
    assert got["indicator"].tolist() == ["d"]
    assert "zero or negative value" in got.loc[0, "method"]


def test_largest_value_as_quantile_has_no_interval(small):
    design = SurveyDesign.from_frame(small.assign(y=[1, 2, 2, 2, 2, 2]), weights="w")
    row = estimate(design, {"q": Quantile("y", 0.5)}).iloc[0]
    assert row["estimate"] == 2
    assert row[["se", "ci_low", "ci_high"]].isna().all()
    assert row["method"].endswith("its interval leaves the values of the domain")


def test_missing_rows_outside_where_are_named(frame):
    frame = frame.assign(income=frame["income"].where(frame["age"] > 30), old=frame["age"] > 30)
    design = taylor(frame, "stratified")
    index = {"rate": Index(at_risk_of_poverty_rate_linearised, "income")}
    outside = int((frame["age"] <= 30).sum())
    with pytest.raises(ValueError, match=rf"\({outside} of them outside where"):
        estimate(design, index, where="old")


@pytest.mark.parametrize("sample", [taylor, replicated])
def test_ordinates_of_a_concentration_curve_need_no_density(frame, sample):
    """All of the far north have one income, so nothing is known of how they would be ranked."""
    frame = _without_the_poor(frame)
    design = sample(frame, {taylor: "stratified", replicated: "BRR"}[sample])
    curve = Index(concentration_curve_linearised, "size", "income", shares=[0.5])
    row = estimate(design, {"c": curve}, "region").set_index(["indicator", "region"])
    row = row.loc["c: 0.5", "far north"]
    assert row["estimate"] == pytest.approx(0.5)
    assert np.isnan(row["se"]) == (sample is taylor)
