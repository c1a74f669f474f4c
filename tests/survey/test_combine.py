"""Rubin's rules, plausible values, and PIAAC Germany."""

import numpy as np
import pandas as pd
import pytest
from survey_samples import SHARED, replicated, taylor

from armutsexpertise.poverty import at_risk_of_poverty_rate_linearised
from armutsexpertise.survey.combine import (
    combine,
    combine_frames,
    estimate_imputed,
    wald_imputed,
)
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Index, Mean, Proportion, Quantile, estimate
from armutsexpertise.survey.models import fit


def test_rubin_by_hand():
    got = combine([1.0, 2.0, 3.0], [0.5, 0.6, 0.7])
    between = 4 / 3
    assert got.estimate == pytest.approx([2.0])
    assert got.covariance[0, 0] == pytest.approx(0.6 + between)
    assert got.missing_information == pytest.approx([between / (0.6 + between)])
    assert got.degrees_of_freedom == pytest.approx([2 * (1 + 0.6 / between) ** 2])


def test_barnard_rubin_is_below_the_complete_degrees_of_freedom():
    got = combine([[1.0], [1.1]], np.full((2, 1, 1), 2.0), 12)
    share = got.missing_information[0]
    old, observed = 1 / share**2, (1 - share) * 12 * 13 / 15
    assert got.degrees_of_freedom == pytest.approx([1 / (1 / old + 1 / observed)])
    assert got.degrees_of_freedom[0] < 12


def test_equal_imputations_add_nothing():
    covariance = np.array([[2.0, 0.5], [0.5, 1.0]])
    got = combine(np.ones((4, 2)), np.array([covariance] * 4))
    assert got.covariance == pytest.approx(covariance)
    assert np.isinf(got.degrees_of_freedom).all()


@pytest.mark.parametrize(
    "make", [lambda f: taylor(f, "stratified"), lambda f: replicated(f, "Fay")]
)
def test_frame_agrees_with_the_rule(frame, make):
    design = make(frame)
    got = estimate_imputed(design, {"skill": [Mean(f"pv{k}") for k in range(1, 6)]}, by="region")
    parts = [estimate(design, {"m": Mean(f"pv{k}")}, by="region") for k in range(1, 6)]
    for i in range(2):
        rule = combine(
            [part["estimate"][i] for part in parts],
            [part["se"][i] ** 2 for part in parts],
            parts[0]["df"][i],
        )
        assert got["estimate"][i] == pytest.approx(rule.estimate[0])
        assert got["se"][i] == pytest.approx(np.sqrt(rule.covariance[0, 0]))
        assert got["df"][i] == pytest.approx(rule.degrees_of_freedom[0])
    assert got["method"].str.endswith("Rubin's rules, 5 imputations").all()


def test_shares_keep_intervals_inside_zero_and_one(frame):
    frame = frame.assign(**{f"top{k}": frame[f"pv{k}"] > 430 for k in range(1, 6)})
    got = estimate_imputed(
        taylor(frame, "stratified"), {"top": [Proportion(f"top{k}") for k in range(1, 6)]}
    ).iloc[0]
    assert 0 < got["ci_low"] < got["estimate"] < got["ci_high"] < 1
    assert got["ci_high"] - got["estimate"] > got["estimate"] - got["ci_low"]


def test_imputed_poverty_rates_have_intervals_inside_zero_and_one(frame):
    """One poor person in a domain: the symmetric interval would begin below 0."""
    few = frame["region"].eq("south") & (frame.groupby("region").cumcount() > 0)
    incomes = {f"y{k}": frame["income"].where(~few, 5000.0) + k for k in range(2)}
    rate = [Index(at_risk_of_poverty_rate_linearised, name, line=1500.0) for name in incomes]
    frame = frame.assign(**incomes)
    for design in (taylor(frame, "stratified"), replicated(frame, "Fay")):
        got = estimate_imputed(design, {"rate": rate}, by="region").set_index("region")
        south = got.loc["south"]
        assert "logit interval" in south["method"]
        if np.isfinite(south["se"]) and south["se"] > 0:
            assert 0 < south["ci_low"] < south["estimate"] < south["ci_high"] < 1
        north = got.loc["north"]
        assert 0 < north["ci_low"] < north["estimate"] < north["ci_high"] < 1
        assert north["ci_high"] - north["estimate"] > north["estimate"] - north["ci_low"]


def test_notes_of_one_imputation_are_not_those_of_all(frame):
    design = taylor(frame.assign(a=False, b=frame["pv1"] > 430), "stratified")
    row = estimate_imputed(design, {"p": [Proportion("a"), Proportion("b")]}).iloc[0]
    assert np.isfinite(row["ci_low"])
    assert "no interval" not in row["method"]
    highest = frame["pv1"].max()
    design = taylor(frame.assign(a=highest, b=frame["pv1"]), "stratified")
    row = estimate_imputed(design, {"q": [Quantile("a", 0.5), Quantile("b", 0.5)]}).iloc[0]
    assert np.isnan(row["se"])
    assert row["method"].startswith("quantile (inverted_cdf), symmetric interval")
    assert row["method"].endswith("2 imputations, no standard error in 1")


def test_a_row_undefined_once_is_undefined_and_says_so(frame):
    frame = frame.assign(a=frame["pv1"], b=frame["pv2"].where(frame["region"].eq("north")))
    got = estimate_imputed(
        taylor(frame, "stratified"), {"m": [Mean("a"), Mean("b")]}, by="region", missing="drop"
    )
    south = got[got["region"].eq("south")].iloc[0]
    assert np.isnan(south["estimate"])
    assert south["n"] == 0
    assert south["method"].endswith("2 imputations, undefined in 1")
    assert np.isfinite(got[got["region"].eq("north")]["se"]).all()


def test_no_degrees_of_freedom_stay_none(frame):
    design = taylor(frame, "stratified")
    got = estimate_imputed(design, {"m": [Mean("pv1"), Mean("pv2")]}, by="psu")
    assert got["df"].eq(0).all()
    assert got["ci_low"].isna().all()


def test_refuses_what_cannot_be_combined(frame):
    design = taylor(frame, "stratified")
    with pytest.raises(ValueError, match=r"1 imputation\(s\)"):
        combine([1.0], [1.0])
    with pytest.raises(ValueError, match=r"give \(2, 3, 3\)"):
        combine(np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(ValueError, match="undefined in 1 of 2"):
        combine([1.0, np.nan], [1.0, 1.0])
    with pytest.raises(ValueError, match="variance is negative in 1 of 2 imputations"):
        combine([1.0, 2.0], [1.0, -1.0])
    for df in (0, -3, np.nan):
        with pytest.raises(ValueError, match="1 of 1 degrees of freedom are missing or not pos"):
            combine([1.0, 2.0], [1.0, 1.0], df)
    for points in (3.0, np.ones((2, 2, 2))):
        with pytest.raises(ValueError, match="dimensions: give a row per imputation"):
            combine(points, np.ones(2))
    with pytest.raises(ValueError, match=r"lacks 8 column\(s\) of a result"):
        combine_frames([frame[["sex", "age"]]] * 2)
    with pytest.raises(ValueError, match=r"1 imputation\(s\)"):
        estimate_imputed(design, {"m": [Mean("pv1")]})
    with pytest.raises(ValueError, match="have 1, 2 imputations"):
        estimate_imputed(design, {"m": [Mean("pv1")], "q": [Quantile("pv1", 0.5)] * 2})
    with pytest.raises(ValueError, match="rows of imputation 2 differ"):
        combine_frames(
            [estimate(design, {"m": Mean("pv1")}, by=name) for name in ("region", "sex")]
        )


def test_piaac_germany_2012():
    path = SHARED / "data" / "piaac_deu_2012" / "piaac_deu.csv.gz"
    if not path.exists():
        pytest.skip("PIAAC Germany is not beside the checkout")
    scores = {name: [f"{name}{k}" for k in range(1, 11)] for name in ("PVLIT", "PVNUM", "PVPSL")}
    weights = [f"SPFWT{k}" for k in range(81)]
    wanted = {*weights, *(column for columns in scores.values() for column in columns)}
    data = pd.read_csv(path, low_memory=False).rename(columns=str.upper)
    data = data[sorted(wanted)].apply(pd.to_numeric, errors="coerce")
    # VEMETHOD is JK1: 79/80. The values with which this is compared have two decimals, no page,
    # and follow from a sum of squares without factor; the last standard error tells the two apart.
    for scale, errors in ((None, [0.92, 1.00, 1.04]), (1, [0.92, 1.00, 1.05])):
        design = SurveyDesign.from_replicates(
            data, weights="SPFWT0", replicates=weights[1:], kind="JK1", scale=scale
        )
        got = estimate_imputed(
            design,
            {name: [Mean(column) for column in columns] for name, columns in scores.items()},
            missing="drop",
        )
        assert got["estimate"].round(2).tolist() == [269.81, 271.73, 282.58]
        assert got["se"].round(2).tolist() == errors
        assert got["n"].tolist() == [5379, 5379, 4541]


def test_wald_test_of_one_coefficient_is_the_square_of_t(frame):
    design = taylor(frame, "stratified")
    models = [fit(design, f"pv{k}", ["age", "sex"], "linear") for k in range(1, 6)]
    row = combine_frames([model.table() for model in models]).set_index("indicator").loc["age"]
    got = wald_imputed(models, "age")
    assert got.statistic == pytest.approx((row["estimate"] / row["se"]) ** 2)
    # by hand: 4 (m - 1 = 4 is not above 4, so the formula for few imputations)
    within = np.mean([model.covariance[1, 1] for model in models])
    ratio = 1.2 * np.var([model.coefficients[1] for model in models], ddof=1) / within
    assert got.df_design == pytest.approx(
        min(4 * (1 + 1 / ratio) ** 2, models[0].degrees_of_freedom)
    )


def test_wald_test_of_equal_imputations_is_that_of_the_model(frame):
    model = fit(taylor(frame, "stratified"), "income", ["age", "stratum"], "linear")
    plain, got = model.wald("stratum"), wald_imputed([model] * 3, "stratum")
    assert tuple(got) == pytest.approx(tuple(plain))


def test_wald_test_of_several_coefficients(frame):
    design = taylor(frame, "stratified")
    models = [fit(design, f"pv{k}", ["age", "stratum"], "linear") for k in range(1, 6)]
    got = wald_imputed(models, "stratum")
    at = slice(2, 5)
    points = np.array([model.coefficients[at] for model in models])
    within = np.mean([model.covariance[at, at] for model in models], axis=0)
    between = np.cov(points.T)
    ratio = 1.2 * np.trace(between @ np.linalg.inv(within)) / 3
    mean = points.mean(axis=0)
    assert got.statistic == pytest.approx(mean @ np.linalg.inv(within) @ mean / 3 / (1 + ratio))
    assert got.df_terms == 3
    df = 4 + (12 - 4) * (1 + (1 - 2 / 12) / ratio) ** 2
    assert got.df_design == pytest.approx(min(df, models[0].degrees_of_freedom))
    with pytest.raises(ValueError, match="different coefficients"):
        wald_imputed([models[0], fit(design, "pv1", ["stratum"], "linear")], "stratum")


@pytest.mark.parametrize("family", ["logit", "poisson"])
def test_effects_and_predictions_combine_within_their_range(frame, family):
    design = taylor(frame, "stratified")
    outcomes = {"logit": "poor", "poisson": "devices"}
    models = [fit(design, outcomes[family], [f"pv{k}"], family) for k in (1, 2, 3)]
    effects = combine_frames([m.marginal_effects().assign(indicator="pv") for m in models])
    assert effects["method"].str.startswith("average marginal effect").all()
    same = [fit(design, outcomes[family], ["age"], family)] * 3
    ages = pd.DataFrame({"age": [20, 90]})
    got, plain = combine_frames([m.predict(ages) for m in same]), same[0].predict(ages)
    # Barnard and Rubin count fewer degrees of freedom even where imputations agree.
    for column in ("estimate", "se", "ci_low", "ci_high"):
        assert got[column].to_numpy() == pytest.approx(plain[column].to_numpy(), rel=3e-3)
