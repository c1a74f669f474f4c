"""Quantile regression against R's quantreg and survey, its limits, and what cannot be fitted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from survey_samples import HERE, replicated, taylor

from armutsexpertise.survey.combine import combine_frames
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.quantile import fit_quantile

REFERENCE = pd.read_csv(HERE / "reference" / "quantile.csv")
TERMS = ["age", "sex", "size"]
CASES = list(REFERENCE.groupby(["design", "tau"]).groups)


@pytest.mark.parametrize(("name", "probability"), CASES)
def test_matches_r(frame, name, probability):
    design = replicated(frame, name) if name in ("BRR", "bootstrap") else taylor(frame, name)
    got = fit_quantile(design, "income", TERMS, probability).table()
    rows = REFERENCE[REFERENCE["design"].eq(name) & REFERENCE["tau"].eq(probability)]
    assert got["estimate"].to_numpy() == pytest.approx(rows["estimate"].to_numpy(), abs=1e-9)
    # At 0.25 more than four incomes of a household lie on the plane: how the subgradient is
    # shared among its members is open, and matters where persons are the sampling units.
    rel = 0.04 if (name, probability) == ("persons", 0.25) else 1e-10
    assert got["se"].to_numpy() == pytest.approx(rows["se"].to_numpy(), rel=rel)


def test_quantile_in_two_groups_is_the_quantile_of_each():
    frame = pd.DataFrame({"y": [1.0, 2, 3, 10, 20, 40], "g": list("aaabbb"), "w": [1, 2, 4] * 2})
    model = fit_quantile(SurveyDesign.from_frame(frame, weights="w"), "y", ["g"], 0.5)
    got = model.predict(pd.DataFrame({"g": ["a", "b"]}))
    assert got["estimate"].tolist() == pytest.approx([3, 40])
    assert model.marginal_effects()["estimate"].tolist() == pytest.approx([37])


def test_integer_weight_equals_repeated_rows(frame):
    frame = frame.assign(w=np.arange(len(frame)) % 3 + 0.0)
    repeated = frame.loc[frame.index.repeat(frame["w"])].assign(w=1.0)
    got, expected = (
        fit_quantile(SurveyDesign.from_frame(one, weights="w"), "income", ["age", "size"], 0.3)
        for one in (frame, repeated)
    )
    assert got.coefficients == pytest.approx(expected.coefficients, rel=1e-9)
    assert got.n == (frame["w"] > 0).sum()


def test_influence_sums_to_zero_and_scales(frame):
    model = fit_quantile(taylor(frame, "stratified"), "income", TERMS, 0.5)
    sums = frame["weight"].to_numpy() @ model.influence
    assert sums == pytest.approx(np.zeros(4), abs=1e-8)
    cents = frame.assign(income=frame["income"] * 100)
    other = fit_quantile(taylor(cents, "stratified"), "income", TERMS, 0.5)
    assert other.coefficients == pytest.approx(100 * model.coefficients)
    assert other.covariance == pytest.approx(10_000 * model.covariance)


def test_standard_error_is_the_spread_over_repeated_samples():
    """150 samples of 300 with errors that grow; the spread is known to 6 %, thrice allowed."""
    rng = np.random.default_rng(11)
    estimates, variances = [], []
    for _ in range(150):
        x = rng.uniform(0, 2, 300)
        frame = pd.DataFrame({"x": x, "w": rng.uniform(1, 2, 300)})
        frame["y"] = 1 + 2 * x + (1 + x) * rng.normal(size=300)
        design = SurveyDesign.from_frame(frame, weights="w")
        model = fit_quantile(design, "y", ["x"], 0.75)
        estimates.append(model.coefficients[1])
        variances.append(model.covariance[1, 1])
    assert np.mean(estimates) == pytest.approx(2 + 0.6745, abs=0.1)  # z of 0.75 times 1
    assert np.sqrt(np.mean(variances)) == pytest.approx(np.std(estimates, ddof=1), rel=0.18)


def test_plausible_values_combine(frame):
    design = taylor(frame, "stratified")
    got = combine_frames([fit_quantile(design, f"pv{k}", ["age"]).table() for k in range(1, 6)])
    assert got["method"].str.contains("5 imputations").all()
    assert (got["se"] > 0).all()


def test_says_what_cannot_be_fitted(frame):
    design = taylor(frame, "stratified")
    with pytest.raises(ValueError, match="share above 0 and below 1"):
        fit_quantile(design, "income", ["age"], 50)
    with pytest.raises(TypeError, match="not numbers"):
        fit_quantile(design, "region", ["age"])
    with pytest.raises(ValueError, match="rank"):
        fit_quantile(design, "income", ["age", "sex", "female"])
    with pytest.raises(ValueError, match="bandwidth"):
        fit_quantile(design, "income", ["age"], bandwidth=0)
    flat = taylor(frame.assign(income=1000.0), "stratified")
    with pytest.raises(ValueError, match="residuals are equal"):
        fit_quantile(flat, "income", ["age"])
    with pytest.raises(ValueError, match="rows lack a value"):
        fit_quantile(taylor(frame.assign(age=np.nan), "stratified"), "income", ["age"])
    factors = np.ones((len(frame), 2))
    factors[:3, 1] = -1
    negative = replace(  # no way of building a design lets negative weights in
        SurveyDesign.from_replicates(
            frame, weights="weight", replicates=abs(factors), combined=False, kind="bootstrap"
        ),
        replicates=factors,
    )
    with pytest.raises(ValueError, match="3 of 370 weights of a replicate are negative"):
        fit_quantile(negative, "income", ["age"])
