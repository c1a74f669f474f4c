"""The penalised logit: reference values from R, closed forms, properties and messages."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.passes import documented
from armutsexpertise.passes.coverage import coverage_bounds
from armutsexpertise.passes.documented import (
    average_marginal_effects,
    detect_separation,
    detection_sensitivity,
    fit_documented,
    share_bounds_by,
    terciles,
)

REFERENCE = Path(__file__).parent / "reference"
COVARIATES = ["log_population", "household_income_eur_month", "gisd_score"]
# origin of all values read from here: reference/documented_reference.R (R 4.2.2, brglm2 0.9)
EXPECTED = pd.read_csv(REFERENCE / "documented_reference.csv", keep_default_na=False)
TOLERANCE = 1e-6


def expected(quantity: str) -> np.ndarray:
    values = EXPECTED.loc[EXPECTED["quantity"] == quantity, "value"].to_numpy(dtype=float)
    assert len(values)
    return values


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "documented_frame.csv")


@pytest.fixture(scope="module")
def fit(frame):
    return fit_documented(frame, "documented", COVARIATES, cluster="kreis")


def test_coefficients_match_brglm2(fit):
    for column in ["estimate_per_sd", "std_error_per_sd", "robust_std_error"]:
        quantity = expected(column)
        np.testing.assert_allclose(fit.coefficients[column], quantity, rtol=TOLERANCE)
    assert fit.clusters == expected("clusters")[0]


def test_profile_limits_match_base_r(fit):
    assert (fit.coefficients["interval"] == "profile").all()
    for column in ["lower_per_sd", "upper_per_sd"]:
        np.testing.assert_allclose(fit.coefficients[column], expected(column), rtol=TOLERANCE)


def test_estimates_per_unit_undo_the_standardisation(fit, frame):
    table = fit.coefficients.set_index("term")
    sd = np.log(frame["population"]).std(ddof=0)
    row = table.loc["log_population"]
    assert row["sd"] == pytest.approx(sd)
    for column in ["estimate", "lower", "upper"]:
        assert row[column] == pytest.approx(row[f"{column}_per_sd"] / sd)
    assert "90 municipalities" in fit.standardisation


def test_effects_match_r(fit):
    found = average_marginal_effects(fit)
    order = [0, 2, 3, 1]  # the reference lists the doubling last
    for column, quantity in {
        "effect": "effect",
        "std_error": "effect_std_error",
        "robust_std_error": "effect_robust_std_error",
    }.items():
        np.testing.assert_allclose(found[column].iloc[order], expected(quantity), rtol=TOLERANCE)
    # origin: normal quantile 1.959963984540054; t quantile with 17 degrees of freedom
    # 2.109815577833317 (R: qt(0.975, 17))
    half = (found["upper"] - found["lower"]) / 2
    np.testing.assert_allclose(half, 1.959963984540054 * found["std_error"], rtol=1e-9)
    half = (found["robust_upper"] - found["robust_lower"]) / 2
    np.testing.assert_allclose(half, 2.109815577833317 * found["robust_std_error"], rtol=1e-9)


def test_effects_in_a_stated_unit_are_proportional(fit):
    one = average_marginal_effects(fit).set_index(["term", "change"])
    other = average_marginal_effects(fit, units={"household_income_eur_month": 100.0})
    row = other[other["term"] == "household_income_eur_month"].iloc[0]
    assert row["change"] == "100 units"
    per_sd = one.loc[("household_income_eur_month", "1 SD")]
    assert row["effect"] == pytest.approx(per_sd["effect"] * 100 / per_sd["size"])
    assert row["std_error"] == pytest.approx(per_sd["std_error"] * 100 / per_sd["size"])


def test_separation_is_said_and_the_estimate_stays_finite():
    # origin: by hand; 5 of 10 without and 10 of 10 with the characteristic. Firth's penalty adds
    # one half to each cell (see below), so the slope is log(10.5 / 0.5) - log(5.5 / 5.5).
    data = pd.DataFrame(
        {"x": np.repeat([0.0, 1.0], 10), "y": np.r_[np.repeat([True, False], 5), [True] * 10]}
    )
    found = fit_documented(data, "y", ["x"])
    assert found.separation.kind == "quasi"
    assert found.separation.columns == ("x",)
    assert any("Separation (quasi) in x" in one for one in found.warnings)
    slope = found.coefficients.set_index("term").loc["x", "estimate"]
    assert slope == pytest.approx(np.log(10.5 / 0.5), rel=TOLERANCE)


@given(*[st.integers(0, 12)] * 4)
@settings(max_examples=40, deadline=None)
def test_one_binary_covariate_adds_one_half_to_each_cell(a, b, c, d):
    # origin: by hand. The model with one binary covariate is saturated, so the two group logits
    # t0, t1 are free parameters and the determinant of the information in (t0, t1) is
    # n0 p0 q0 n1 p1 q1. Half its logarithm adds (log p + log q) / 2 for each group, which is
    # half a success and half a failure: logit p1 = log((a + 1/2) / (b + 1/2)). The Jeffreys
    # penalty does not change under the linear map from (t0, t1) to (intercept, slope).
    if a + c == 0 or b + d == 0 or a + b == 0 or c + d == 0 or a + b + c + d < 4:
        return
    frame = pd.DataFrame(
        {
            "x": [1.0] * (a + b) + [0.0] * (c + d),
            "y": [True] * a + [False] * b + [True] * c + [False] * d,
        }
    )
    found = fit_documented(frame, "y", ["x"], interval="wald").coefficients
    slope = np.log((a + 0.5) / (b + 0.5)) - np.log((c + 0.5) / (d + 0.5))
    assert found.loc[1, "estimate"] == pytest.approx(slope, abs=TOLERANCE)
    at_mean = np.log((c + 0.5) / (d + 0.5)) + slope * (a + b) / len(frame)
    assert found.loc[0, "estimate"] == pytest.approx(at_mean, abs=TOLERANCE)


def test_scale_and_row_order_do_not_matter(frame, fit):
    other = frame.iloc[::-1].assign(
        household_income_eur_month=lambda d: d["household_income_eur_month"] / 100,
        gisd_score=lambda d: 1 - d["gisd_score"],
    )
    found = fit_documented(other, "documented", COVARIATES, cluster="kreis").coefficients
    mine = fit.coefficients
    np.testing.assert_allclose(
        found["estimate_per_sd"], mine["estimate_per_sd"] * [1, 1, 1, -1], atol=1e-9
    )
    assert found.loc[2, "estimate"] == pytest.approx(mine.loc[2, "estimate"] * 100)
    np.testing.assert_allclose(found["robust_std_error"], mine["robust_std_error"], rtol=1e-8)


def test_log_population_may_be_given(frame, fit):
    given_ = frame.assign(log_population=np.log(frame["population"])).drop(columns="population")
    found = fit_documented(given_, "documented", COVARIATES)
    np.testing.assert_array_equal(found.estimate, fit.estimate)
    assert found.robust_covariance is None
    assert "robust_std_error" not in average_marginal_effects(found)


def test_single_row_clusters_give_the_heteroskedastic_sandwich(frame, fit):
    # origin: by hand. With one row per cluster the middle matrix is the sum of squared scores.
    alone = frame.assign(row=range(len(frame)))
    found = fit_documented(alone, "documented", COVARIATES, cluster="row")
    p = 1 / (1 + np.exp(-found.design @ found.estimate))
    w = p * (1 - p)
    hat = w * np.einsum("ij,jk,ik->i", found.design, found.covariance, found.design)
    scores = found.design * (frame["documented"] - p + hat * (0.5 - p)).to_numpy()[:, None]
    middle = 90 / 89 * found.covariance @ scores.T @ scores @ found.covariance
    np.testing.assert_allclose(found.robust_covariance, middle, rtol=1e-9)


def test_warnings_say_what_is_thin(frame, fit):
    text = " ".join(fit.warnings)
    assert fit.events_per_covariate == 6.0
    assert "Only 6.0 municipalities of the rarer outcome per covariate" in text
    assert "Only 18 clusters" in text
    assert "cannot be read apart" in text
    assert not fit_documented(frame, "documented", ["log_population"]).warnings


def test_a_profile_that_fails_is_replaced_and_said(frame, monkeypatch):
    def fails(model, level):
        limits = np.full((2, 2), np.nan)
        limits[0] = [-3.0, 0.0]
        return limits

    monkeypatch.setattr(documented, "_profile_limits", fails)
    found = fit_documented(frame, "documented", ["log_population"])
    assert found.coefficients["interval"].tolist() == ["profile", "wald"]
    assert any("did not converge for log_population" in one for one in found.warnings)
    wald = fit_documented(frame, "documented", ["log_population"], interval="wald")
    assert found.coefficients.loc[1, "lower"] == wald.coefficients.loc[1, "lower"]
    assert not wald.warnings


def test_an_outcome_that_cannot_be_fitted_is_an_error(frame, monkeypatch):
    monkeypatch.setattr(documented, "_SCORE_TOLERANCE", 0.0)
    with pytest.raises(RuntimeError, match="penalised likelihood was not maximised"):
        fit_documented(frame, "documented", COVARIATES)


@pytest.mark.parametrize(
    ("x", "y", "kind", "columns"),
    [
        # origin: by hand, one covariate on a line
        ([[1.0], [2.0], [3.0], [4.0]], [0, 0, 1, 1], "complete", ("x0",)),
        ([[1.0], [2.0], [2.0], [3.0]], [0, 0, 1, 1], "quasi", ("x0",)),
        ([[1.0], [2.0], [3.0], [4.0]], [0, 1, 0, 1], "none", ()),
        # a rare dummy that occurs with one outcome only, beside an overlapping covariate
        ([[0.0, 1], [0, 2], [0, 3], [0, 4], [1, 2.5]], [0, 1, 0, 1, 1], "quasi", ("x0",)),
        # separated by the sum of two covariates, by neither alone
        ([[0.0, 3], [3, 0], [1, 1], [2, 3], [3, 2], [4, 4]], [0, 0, 0, 1, 1, 1], "complete", None),
    ],
)
def test_separation_by_hand(x, y, kind, columns):
    table = pd.DataFrame(x).add_prefix("x")
    found = detect_separation(table, np.array(y, dtype=bool))
    assert found.kind == kind
    if columns is not None:
        assert found.columns == columns


def test_separation_does_not_depend_on_scale():
    table = pd.DataFrame({"x": [1e6, 1e6 + 1, 1e6 + 2, 1e6 + 3]})
    assert detect_separation(table, [False, False, True, True]).kind == "complete"
    assert detect_separation(table, [False, True, False, True]).kind == "none"


def test_bad_input_to_separation_is_refused():
    table = pd.DataFrame({"x": [1.0, 2.0]})
    with pytest.raises(ValueError, match="differ in length"):
        detect_separation(table, [True])
    with pytest.raises(ValueError, match="one class only"):
        detect_separation(table, [True, True])
    with pytest.raises(ValueError, match="constant"):
        detect_separation(pd.DataFrame({"x": [1.0, 1.0]}), [True, False])


@pytest.mark.parametrize(
    ("change", "covariates", "error", "message"),
    [
        ({}, [], ValueError, "covariates is empty"),
        ({}, ["nothing"], ValueError, "frame lacks the column\\(s\\) nothing"),
        ({"gisd_score": np.nan}, COVARIATES, ValueError, "90 row\\(s\\) have a missing"),
        ({"gisd_score": 1.0}, COVARIATES, ValueError, r"frame.gisd_score is constant"),
        ({"gisd_score": "low"}, COVARIATES, TypeError, r"frame.gisd_score must be numeric"),
        ({"documented": "true"}, COVARIATES, TypeError, r"frame.documented must be boolean"),
        ({"documented": True}, COVARIATES, ValueError, r"frame.documented has one class only"),
        ({"population": 0}, COVARIATES, ValueError, r"frame.population must be positive"),
    ],
)
def test_bad_frames_are_refused(frame, change, covariates, error, message):
    with pytest.raises(error, match=message):
        fit_documented(frame.assign(**change), "documented", covariates)


def test_other_bad_input_to_the_fit_is_refused(frame, fit):
    both = frame.assign(unemployed_per_100=frame["gisd_score"] * 7)
    for function in (
        lambda names: fit_documented(both, "documented", names),
        lambda names: detection_sensitivity(both, "documented", names, {"all": 1.0}),
    ):
        with pytest.raises(ValueError, match="give the index or its parts, not both"):
            function(["gisd_score", "unemployed_per_100"])
    twice = frame.assign(again=frame["gisd_score"] * 2 + 1)
    with pytest.raises(ValueError, match="are linearly dependent"):
        fit_documented(twice, "documented", ["gisd_score", "again"])
    with pytest.raises(ValueError, match="level is 95"):
        fit_documented(frame, "documented", COVARIATES, level=95)
    with pytest.raises(ValueError, match="3 rows are too few for 3 covariates"):
        fit_documented(frame.iloc[:3], "documented", COVARIATES)
    with pytest.raises(ValueError, match=r"frame.kreis holds 1 cluster"):
        fit_documented(frame.assign(kreis="k"), "documented", COVARIATES, cluster="kreis")
    with pytest.raises(ValueError, match=r"frame.kreis is missing in 90 row"):
        fit_documented(frame.assign(kreis=None), "documented", COVARIATES, cluster="kreis")
    with pytest.raises(ValueError, match="frame lacks the column\\(s\\) land"):
        fit_documented(frame, "documented", COVARIATES, cluster="land")
    with pytest.raises(ValueError, match="units names age"):
        average_marginal_effects(fit, units={"age": 1.0})
    with pytest.raises(ValueError, match="frame lacks the column\\(s\\) population"):
        fit_documented(frame.drop(columns="population"), "documented", COVARIATES)


# --- terciles and bounds by size and deprivation -------------------------------------------


def test_terciles_by_hand():
    values = pd.Series([5.0, 1.0, 3.0, 2.0, 6.0, 4.0], name="score")
    found = terciles(values)
    assert found.tolist() == ["hoch", "niedrig", "mittel", "niedrig", "hoch", "mittel"]
    assert found.cat.ordered
    assert found.name == "score"
    # origin: by hand. Weights 8, 1, 1 of 10: middles 4, 8.5, 9.5 against 3.33 and 6.67.
    weighted = terciles(pd.Series([1.0, 2.0, 3.0]), pd.Series([8.0, 1.0, 1.0]))
    assert weighted.tolist() == ["mittel", "hoch", "hoch"]
    assert terciles(pd.Series([1.0, 1.0, 1.0])).tolist() == ["mittel"] * 3


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_terciles_keep_order_ties_and_repeated_rows(rows):
    table = pd.DataFrame(rows, columns=["value", "weight"])
    third = terciles(table["value"], table["weight"]).cat.codes
    order = table["value"].argsort()
    assert (np.diff(third.iloc[order]) >= 0).all()
    assert len(pd.DataFrame({"v": table["value"], "t": third}).drop_duplicates()) == len(
        set(table["value"])
    )
    repeated = table["value"].repeat(table["weight"]).reset_index(drop=True)
    by_value = dict(zip(repeated, terciles(repeated).cat.codes, strict=True))
    assert third.tolist() == [by_value[one] for one in table["value"]]


def test_bad_input_to_terciles_is_refused():
    values = pd.Series([1.0, 2.0])
    with pytest.raises(ValueError, match="labels has 2 names"):
        terciles(values, labels=["low", "high"])
    with pytest.raises(ValueError, match="missing or infinite cells"):
        terciles(pd.Series([1.0, np.nan]))
    with pytest.raises(ValueError, match="share one index"):
        terciles(values, pd.Series([1.0, 1.0], index=[5, 6]))
    with pytest.raises(ValueError, match="positive in total"):
        terciles(values, pd.Series([0.0, 0.0]))


def test_share_bounds_by_agrees_with_the_parts():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "ags8": [f"{i:08d}" for i in range(60)],
            "size_class": pd.Categorical(rng.choice(["groß", "klein"], 60), ["klein", "groß"]),
            "gisd_score": rng.random(60),
            "population": rng.integers(1000, 9000, 60),
        }
    )
    drawn = rng.choice(["confirmed", "absent", "unknown"], 60)
    status = pd.Series(drawn, index=table["ags8"]).sample(frac=1, random_state=2)
    found = share_bounds_by(status, table, weight="population")
    assert len(found) == 2 + 3 + 6 + 1
    population = table.set_index("ags8")["population"]
    total = coverage_bounds(status, population).iloc[0]
    assert found.iloc[-1]["lower"] == total["lower"]
    by_size = coverage_bounds(status, population, by=table.set_index("ags8")["size_class"])
    assert found.iloc[:2]["upper"].tolist() == by_size["upper"].tolist()
    assert found.iloc[:2]["deprivation_tercile"].tolist() == ["insgesamt"] * 2
    assert found.iloc[2:5]["deprivation_tercile"].tolist() == ["niedrig", "mittel", "hoch"]
    assert found.iloc[2:5]["n"].tolist() == [20, 20, 20]
    assert found.iloc[5:-1]["n"].sum() == 60
    assert share_bounds_by(status, table).iloc[-1]["n_weighted"] == 60
    with pytest.raises(ValueError, match="does not list 60 municipalities"):
        share_bounds_by(status.rename(lambda one: "x" + one), table)
    with pytest.raises(ValueError, match="lacks the column\\(s\\) size_class"):
        share_bounds_by(status, table.drop(columns="size_class"))


# --- imperfect detection ---------------------------------------------------------------------


def test_full_detection_is_the_firth_fit(frame, fit):
    found = detection_sensitivity(frame, "documented", COVARIATES, {"all found": 1.0})
    plain = average_marginal_effects(fit)
    for column in ["effect", "std_error", "lower", "upper"]:
        np.testing.assert_allclose(found[column], plain[column], rtol=TOLERANCE)
    assert (found["feasibility"] == "feasible").all()
    implied = 1 / (1 + np.exp(-fit.design @ fit.estimate))
    np.testing.assert_allclose(found["implied_share"], implied.mean(), rtol=TOLERANCE)


def test_detection_below_one_matches_r(frame):
    rates = {
        "even": 0.8,
        "uneven": {"klein": 0.5, "mittel": 0.7, "gross": 0.95},
    }
    found = detection_sensitivity(frame, "documented", COVARIATES, rates)
    for scenario in rates:
        rows = found[found["scenario"] == scenario].iloc[[0, 2, 3, 1]]
        for column in ["effect", "std_error"]:
            value = expected(f"{scenario}:{column}")
            np.testing.assert_allclose(rows[column], value, rtol=TOLERANCE)
        for column in ["implied_share", "implied_lower", "implied_upper"]:
            assert (rows[column] == rows[column].iloc[0]).all()
            value = expected(f"{scenario}:{column}")
            np.testing.assert_allclose(rows[column].iloc[0], value, rtol=TOLERANCE)


def test_lower_detection_implies_more_passes(frame):
    rates = {f"{rate:.1f}": rate for rate in (1.0, 0.9, 0.8, 0.7, 0.6)}
    found = detection_sensitivity(frame, "documented", COVARIATES, rates)
    shares = found.drop_duplicates("scenario")["implied_share"].to_numpy()
    assert (np.diff(shares) > 0).all()
    assert (found["implied_lower"] < found["implied_share"]).all()
    assert (found["implied_upper"] < 1).all()


def test_simulated_truth_is_recovered():
    # origin: by construction. Existing passes follow a logit with slope 1; 40 % of those of
    # small and 90 % of those of large municipalities are found. The rates given, the effect
    # of the truth lies within the interval, that of the plain fit does not.
    rng = np.random.default_rng(7)
    n = 4000
    population = np.exp(rng.normal(10, 1, n))
    p = 1 / (1 + np.exp(-(np.log(population) - 10)))
    large = population > np.exp(10)
    rate = np.where(large, 0.9, 0.4)
    found = rng.random(n) < p * rate
    frame = pd.DataFrame(
        {
            "population": population,
            "found": found,
            "size_class": np.where(large, "large", "small"),
        }
    )
    scenarios = {"none": 1.0, "true": {"large": 0.9, "small": 0.4}}
    table = detection_sensitivity(frame, "found", ["log_population"], scenarios)
    rows = table[table["change"] == "1 SD"].set_index("scenario")
    truth = (p * (1 - p)).mean() * np.log(population).std()
    assert rows.loc["true", "lower"] < truth < rows.loc["true", "upper"]
    assert not rows.loc["none", "lower"] < truth < rows.loc["none", "upper"]
    assert rows.loc["true", "implied_lower"] < p.mean() < rows.loc["true", "implied_upper"]


def test_scenarios_that_the_data_refute_are_said(frame):
    # origin: by hand. "gross" has 8 of 17 documented. At 0.45 all 17 with a pass yield 8 or
    # more with probability 0.5257, at 0.1 with 0.000106 (R 4.2.2: 1 - pbinom(7, 17, 0.45)).
    rates = {
        "edge": {"klein": 1.0, "mittel": 1.0, "gross": 0.45},
        "refuted": {"klein": 1.0, "mittel": 1.0, "gross": 0.1},
    }
    found = detection_sensitivity(frame, "documented", COVARIATES, rates).set_index("scenario")
    edge, refuted = found.loc["edge"], found.loc["refuted"]
    assert (edge["feasibility"] == "only by chance").all()
    assert edge["note"].iloc[0].startswith("gross: 8 of 17 documented at an assumed rate of 0.45")
    assert "probability 0.53" in edge["note"].iloc[0]
    assert edge["effect"].notna().all()
    assert (refuted["feasibility"] == "infeasible").all()
    assert "probability 0.00011" in refuted["note"].iloc[0]
    columns = ["effect", "std_error", "lower", "upper", "implied_share"]
    assert refuted[columns].isna().all(axis=None)
    assert refuted[["term", "change", "size"]].notna().all(axis=None)


@given(
    st.lists(st.floats(-4, 4), min_size=4, max_size=4),
    st.floats(0.05, 1.0),
)
@settings(max_examples=30, deadline=None)
def test_the_analytic_score_is_the_gradient(beta, rate):
    frame = pd.read_csv(REFERENCE / "documented_frame.csv")
    data = documented._standardise(frame, "documented", COVARIATES)
    rates = np.full(len(frame), rate)
    at = np.array(beta)
    step = 1e-6
    numeric = [
        (
            documented._evaluate(at + step * unit, data, rates).objective
            - documented._evaluate(at - step * unit, data, rates).objective
        )
        / (2 * step)
        for unit in np.eye(4)
    ]
    score = documented._evaluate(at, data, rates).score
    np.testing.assert_allclose(score, numeric, rtol=1e-5, atol=1e-4)


def test_the_objective_stays_finite_far_out(frame):
    data = documented._standardise(frame, "documented", COVARIATES)
    for rate in (1.0, 0.5):
        point = documented._evaluate(
            np.array([0.0, 60.0, 0.0, 0.0]), data, np.full(len(frame), rate)
        )
        assert np.isfinite(point.objective)
        assert np.isfinite(point.score).all()
    lost = documented._evaluate(np.array([1e5, 0, 0, 0.0]), data, np.ones(len(frame)))
    assert lost.objective == -np.inf


def test_bad_input_to_the_sensitivity_is_refused(frame):
    def run(detection, **options):
        return detection_sensitivity(frame, "documented", COVARIATES, detection, **options)

    with pytest.raises(ValueError, match="detection holds no scenario"):
        run({})
    with pytest.raises(ValueError, match="Scenario a has no rate of detection for klein, mittel"):
        run({"a": {"gross": 0.5}})
    with pytest.raises(ValueError, match="Scenario a has a rate of detection outside"):
        run({"a": 0.0})
    with pytest.raises(ValueError, match="Scenario a has a rate of detection outside"):
        run({"a": {"klein": 0.5, "mittel": 1.2, "gross": 1.0}})
    with pytest.raises(ValueError, match="units names age"):
        run({"a": 1.0}, units={"age": 1.0})
    with pytest.raises(ValueError, match="level is 0"):
        run({"a": 1.0}, level=0)
    with pytest.raises(ValueError, match="frame lacks the column\\(s\\) size"):
        run({"a": 1.0}, size_class="size")


def test_a_maximum_that_is_not_reached_is_an_error(frame, monkeypatch):
    data = documented._standardise(frame, "documented", COVARIATES)
    monkeypatch.setattr(documented, "_SCORE_TOLERANCE", 0.0)
    with pytest.raises(RuntimeError, match="penalised likelihood was not maximised"):
        documented._maximise(data, np.full(len(frame), 0.8), np.zeros(4))


def test_the_maximum_does_not_depend_on_the_start(frame):
    data = documented._standardise(frame, "documented", COVARIATES)
    rate = np.full(len(frame), 0.8)
    one = documented._maximise(data, rate, np.zeros(4))
    for start in ([1e5, 0, 0, 0], [3.0, -3.0, 3.0, -3.0]):
        other = documented._maximise(data, rate, np.array(start, dtype=float))
        np.testing.assert_allclose(one, other, atol=1e-7)


def test_results_are_the_same_from_run_to_run(frame):
    rates = {"uneven": {"klein": 0.5, "mittel": 0.7, "gross": 0.95}}
    one, other = (detection_sensitivity(frame, "documented", COVARIATES, rates) for _ in range(2))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
