"""Rubin's rules, plausible values, and PIAAC Germany."""

import numpy as np
import pandas as pd
import pytest
from survey_samples import SHARED, replicated, taylor

from armutsexpertise.survey.combine import combine, combine_frames, estimate_imputed
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Mean, Proportion, Quantile, estimate


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
    # The values with which this is compared have two decimals and follow from the factor 1;
    # (R - 1)/R = 79/80 gives 1.04 in place of the last standard error.
    design = SurveyDesign.from_replicates(
        data, weights="SPFWT0", replicates=weights[1:], kind="JK1", scale=1
    )
    got = estimate_imputed(
        design,
        {name: [Mean(column) for column in columns] for name, columns in scores.items()},
        missing="drop",
    )
    assert got["estimate"].round(2).tolist() == [269.81, 271.73, 282.58]
    assert got["se"].round(2).tolist() == [0.92, 1.00, 1.05]
    assert got["n"].tolist() == [5379, 5379, 4541]
