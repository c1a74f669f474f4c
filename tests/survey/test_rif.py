"""Regressions of recentred influence functions."""

import numpy as np
import pandas as pd
import pytest
from survey_samples import replicated, taylor

from armutsexpertise.inequality import (
    gini_linearised,
    recentered_influence,
    redistribution_linearised,
)
from armutsexpertise.poverty import (
    at_risk_of_poverty_rate_linearised,
    poverty_line_linearised,
    weighted_quantile_linearised,
)
from armutsexpertise.survey.combine import combine_frames
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Index
from armutsexpertise.survey.models import fit
from armutsexpertise.survey.quantile import fit_quantile
from armutsexpertise.survey.rif import fit_rif

TERMS = ["age", "sex", "region"]


def _gini(frame, weights, rows):
    return gini_linearised(frame["income"], weights, domain=rows)


def _median(frame, weights, rows):
    return weighted_quantile_linearised(frame["income"], weights, domain=rows)


def _rate(frame, weights, rows):
    return at_risk_of_poverty_rate_linearised(frame["income"], weights, domain=rows)


@pytest.mark.parametrize("index", [_gini, _median])
def test_is_the_linear_model_of_the_recentred_influence(frame, index):
    design = taylor(frame, "two_stage")
    everyone = np.ones(len(frame), dtype=bool)
    outcome = recentered_influence(index(frame, frame["weight"], everyone), frame["weight"])
    expected = fit(taylor(frame.assign(rif=outcome), "two_stage"), "rif", TERMS, "linear").table()
    got = fit_rif(design, index, TERMS).table()
    for column in ("indicator", "estimate", "se", "df"):
        assert got[column].tolist() == pytest.approx(expected[column].tolist())
    assert got["method"].str.endswith("recentred influence taken as known").all()


def test_prediction_at_the_means_is_the_index(frame):
    model = fit_rif(taylor(frame, "stratified"), _gini, ["age", "size"])
    means = pd.DataFrame(
        {name: [np.average(frame[name], weights=frame["weight"])] for name in ("age", "size")}
    )
    gini = gini_linearised(frame["income"], frame["weight"]).estimate
    assert model.predict(means)["estimate"][0] == pytest.approx(gini)


def test_quantile_of_a_shift_is_the_shift():
    """Incomes of city b are those of a plus 2, spread evenly: the median falls between.

    With half of the people in each city a small rise of the share of b by d moves the median of
    the two uniform distributions on (0, 10) and (2, 12) by 2 d (density 0.1 at 6 in both: shares
    below 6 are 0.6 and 0.4).
    """
    even = np.linspace(0.005, 9.995, 1000)
    frame = pd.DataFrame(
        {"y": np.append(even, even + 2), "b": np.repeat([0, 1], 1000), "w": np.ones(2000)}
    )

    def median(sample, weights, rows):
        return weighted_quantile_linearised(sample["y"], weights, domain=rows, bandwidth=0.5)

    got = fit_rif(SurveyDesign.from_frame(frame, weights="w"), median, ["b"])
    assert got.coefficients[1] == pytest.approx(2, rel=0.01)


def test_replicates_estimate_the_influence_anew(frame):
    got = fit_rif(replicated(frame, "JKn"), _gini, ["age"])
    known = fit_rif(taylor(frame, "stratified"), _gini, ["age"])
    assert got.coefficients == pytest.approx(known.coefficients)
    ratio = np.sqrt(np.diag(got.covariance) / np.diag(known.covariance))
    assert ((ratio > 0.7) & (ratio < 1.6)).all()
    assert not np.allclose(ratio, 1, rtol=1e-3)
    assert "anew on each" in got.table()["method"][0]


def test_subpopulation_and_imputations(frame):
    design = taylor(frame.assign(north=frame["region"].eq("north")), "stratified")
    model = fit_rif(design, _gini, ["age"], where="north")
    assert model.n == frame["region"].eq("north").sum()

    def at(k):
        return lambda sample, w, rows: gini_linearised(sample[f"pv{k}"], w, domain=rows)

    frames = [fit_rif(design, at(k), ["age"]).table() for k in (1, 2, 3)]
    assert combine_frames(frames)["method"].str.endswith("3 imputations").all()


def test_line_from_everybody_is_refused(frame):
    design = taylor(frame.assign(north=frame["region"].eq("north")), "stratified")
    with pytest.raises(ValueError, match="do not enter the model"):
        fit_rif(design, _rate, ["age"], where="north")

    def own_line(sample, weights, rows):
        line = poverty_line_linearised(sample["income"], weights, domain=rows)
        return at_risk_of_poverty_rate_linearised(sample["income"], weights, domain=rows, line=line)

    assert np.isfinite(fit_rif(design, own_line, ["age"], where="north").coefficients).all()


def test_a_decomposition_is_refused(frame):
    index = Index(redistribution_linearised, "income", "size")
    with pytest.raises(TypeError, match="decomposition"):
        fit_rif(taylor(frame, "stratified"), index, ["age"])


@pytest.mark.parametrize("sample", [taylor, replicated])
def test_rows_without_income_are_left_out_and_counted(frame, sample):
    """The same as if they had been left out before, with the design of the whole sample."""
    holes = frame.assign(income=frame["income"].where(frame["age"] > 25))
    kind = {taylor: "stratified", replicated: "BRR"}[sample]
    index, lacking = Index(gini_linearised, "income"), int((frame["age"] <= 25).sum())
    with pytest.raises(ValueError, match=f"{lacking} of {len(frame)} rows lack"):
        fit_rif(sample(holes, kind), index, ["age"])
    got = fit_rif(sample(holes, kind), index, ["age"], missing="drop")
    known = sample(holes.assign(known=holes["income"].notna()), kind)
    wanted = fit_rif(known, index, ["age"], where="known", missing="drop")
    assert got.coefficients == pytest.approx(wanted.coefficients)
    assert got.table()["se"].to_numpy() == pytest.approx(wanted.table()["se"].to_numpy())
    assert f"{lacking} missing left out" in got.table()["method"].iloc[0]


@pytest.mark.parametrize("model", ["rif", "quantile"])
def test_calendar_years_and_their_squares_lose_no_digits(frame, model):
    """The same model in years since 2000 has the same errors of prediction."""
    frame = frame.assign(year=2000 + frame["age"] % 20, since=frame["age"] % 20)
    squares = {"year": "year2", "since": "since2"}
    design = taylor(
        frame.assign(year2=frame["year"] ** 2, since2=frame["since"] ** 2), "stratified"
    )
    found = []
    for name, square in squares.items():
        if model == "rif":
            fitted = fit_rif(design, Index(gini_linearised, "income"), [name, square])
        else:
            fitted = fit_quantile(design, "income", [name, square], 0.5)
        found.append(fitted.table().set_index("indicator")["se"].iloc[-1])
    assert found[0] == pytest.approx(found[1], rel=1e-6)
