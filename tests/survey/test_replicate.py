"""Replicate weights made from a design."""

import numpy as np
import pandas as pd
import pytest
from survey_samples import REFERENCE, replicated, taylor

from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Mean, Quantile, Ratio, Total, estimate
from armutsexpertise.survey.replicate import bootstrap, make_replicates

INDICATORS = {"total": Total("income"), "mean": Mean("income"), "ratio": Ratio("income", "size")}


def _paired(frame):
    return SurveyDesign.from_frame(frame, weights="weight", strata="pair", clusters="psu")


@pytest.mark.parametrize(("kind", "name"), [("JK1", "clusters"), ("JKn", "stratified")])
def test_jackknife_is_that_of_r(frame, kind, name):
    design = make_replicates(taylor(frame, name), kind)
    known = replicated(frame, kind)
    # the order of replicates has no meaning
    assert np.sort(design.replicates, axis=1) == pytest.approx(
        np.sort(known.replicates, axis=1), rel=1e-9
    )
    assert design.scale * design.rscales.sum() == pytest.approx(known.scale * known.rscales.sum())
    got = estimate(design, INDICATORS).set_index("indicator")
    for row in REFERENCE[REFERENCE["design"].eq(kind) & REFERENCE["domain"].eq("ALL")].itertuples():
        if row.statistic in INDICATORS:
            assert got.loc[row.statistic, "se"] == pytest.approx(row.se, rel=1e-10)


@pytest.mark.parametrize(("kind", "fay"), [("BRR", None), ("Fay", 0.3), ("Fay", 0.0)])
def test_balanced_half_samples_give_the_taylor_variance_of_a_total(frame, kind, fay):
    design = make_replicates(_paired(frame), kind, fay=fay)
    assert design.replicates.shape == (370, 32)
    expected = _paired(frame).covariance(frame["income"])
    assert design.covariance(frame["income"]) == pytest.approx(expected, rel=1e-10)
    assert design.degrees_of_freedom == 16


def test_successive_differences_are_half_the_squares_of_neighbours(frame):
    # by hand: the units of a stratum on a circle in the order of the sample
    design = make_replicates(taylor(frame, "stratified"), "SDR")
    total = (frame["income"] * frame["weight"]).groupby(frame["psu"], sort=False).sum()
    stratum = frame.groupby("psu", sort=False)["stratum"].first()
    expected = sum(
        ((part - np.roll(part, 1)) ** 2).sum() / 2
        for part in (total[stratum == h].to_numpy() for h in stratum.unique())
    )
    assert design.covariance(frame["income"])[0, 0] == pytest.approx(expected, rel=1e-10)
    assert design.replicates.shape == (370, 64)
    assert design.replicates.mean(axis=1) == pytest.approx(design.weights)
    assert design.degrees_of_freedom == 28
    assert (design.replicates > 0).all()


def test_successive_differences_of_a_pair_are_its_taylor_variance(frame):
    design = _paired(frame)
    made = make_replicates(design, "SDR")
    assert made.covariance(frame["income"]) == pytest.approx(
        design.covariance(frame["income"]), rel=1e-10
    )


def test_replicates_that_would_not_fit_are_refused():
    many = pd.DataFrame({"w": np.ones(60_000)})
    design = SurveyDesign.from_frame(many, weights="w")
    for kind in ("JK1", "SDR"):
        with pytest.raises(ValueError, match=r"would take \d+ GB for 60000 rows"):
            make_replicates(design, kind)


def test_bootstrap_agrees_with_taylor_within_monte_carlo_error(frame):
    plain = taylor(frame, "stratified")
    design = make_replicates(plain, "bootstrap", n_replicates=1000, seed=1)
    one, two = (estimate(d, INDICATORS)["se"].to_numpy() for d in (plain, design))
    assert two == pytest.approx(one, rel=4 / np.sqrt(2 * 1000))
    assert not np.array_equal(one, two)
    factors = design.replicates / plain.weights[:, None]
    unit, stratum = plain.sampling_units
    for h in range(4):
        of_stratum = factors[np.unique(unit, return_index=True)[1][stratum == h]]
        assert of_stratum.sum(axis=0) == pytest.approx(8)


def test_bootstrap_in_blocks_is_the_same(frame):
    design = taylor(frame, "stratified")
    whole = make_replicates(design, "bootstrap", n_replicates=60, seed=7)
    income = frame["income"].to_numpy()

    def mean(w):
        assert w[:, 0].flags["C_CONTIGUOUS"]
        return ((income @ w) / w.sum(axis=0))[:, None]

    for block in (1, 25, 100):
        got = bootstrap(design, mean, seed=7, n_replicates=60, block=block)
        assert got.covariance == pytest.approx(whole.replicate(lambda w: mean(w[:, None])[0]))
    assert got.replicates.shape == (60, 1)
    assert got.estimate[0] == pytest.approx(np.average(income, weights=frame["weight"]))


def test_adjustment_reaches_every_replicate(frame):
    design = taylor(frame, "stratified")

    def to_thousand(w):
        return w * (1000 / w.sum(axis=0))

    made = make_replicates(design, "JKn", adjust=to_thousand)
    assert made.replicates.sum(axis=0) == pytest.approx(1000)
    got = bootstrap(
        design, lambda w: w.sum(axis=0)[:, None], seed=1, n_replicates=9, adjust=to_thousand
    )
    assert got.replicates == pytest.approx(1000)


def test_a_lonely_unit_keeps_its_weight(frame):
    design = taylor(frame, "thin_certainty")
    for kind in ("JKn", "bootstrap", "SDR"):
        made = make_replicates(design, kind, n_replicates=20, seed=3)
        alone = frame["thin"].isin(["Ax", "Bx"]).to_numpy()
        assert (made.replicates[alone] == design.weights[alone][:, None]).all()
    jackknife = make_replicates(design, "JKn").covariance(frame["income"])
    assert jackknife == pytest.approx(design.covariance(frame["income"]), rel=1e-10)


def test_quantile_on_replicates_is_near_taylor(frame):
    plain = taylor(frame, "stratified")
    indicator = {"median": Quantile("income", 0.5)}
    one = estimate(plain, indicator)["se"][0]
    two = estimate(make_replicates(plain, "JKn"), indicator)["se"][0]
    assert two == pytest.approx(one, rel=0.1)


def test_refuses_what_does_not_fit(frame):
    stratified = taylor(frame, "stratified")
    for kind, options, message in (
        ("JK2", {}, "kind must be one of"),
        ("JK1", {}, "JK1 is for one stratum and the design has 4"),
        ("BRR", {}, "4 of 4 strata have another number"),
        ("BRR", {"fay": 0.5}, "fay belongs to kind Fay"),
        ("Fay", {"fay": 1.0}, "fay belongs to kind Fay"),
        ("bootstrap", {}, "needs a seed"),
        ("bootstrap", {"seed": 1, "n_replicates": 1}, "at least two replicates"),
    ):
        with pytest.raises(ValueError, match=message):
            make_replicates(stratified, kind, **options)
    with pytest.raises(ValueError, match="already"):
        make_replicates(replicated(frame, "JK1"), "JK1")
    with pytest.raises(ValueError, match="2 strata have one sampling unit"):
        make_replicates(taylor(frame, "thin_adjust"), "JKn")
    for adjust, message in (
        (lambda w: w - 3 * w.min(), "negative in .* calibrate by raking"),
        (lambda w: w * np.nan, "missing in 370 of 370 rows"),
        (lambda w: w[:3], r"shape \(3, 32\) for 370 rows and 32 replicates"),
    ):
        with pytest.raises(ValueError, match=message):
            make_replicates(stratified, "JKn", adjust=adjust)
    alone = SurveyDesign.from_frame(
        frame.assign(one=1), weights="weight", clusters="one", lonely_psu="certainty"
    )
    for kind in ("JK1", "JKn", "bootstrap"):
        with pytest.raises(ValueError, match="no replicate would differ"):
            make_replicates(alone, kind, seed=1)
    with pytest.raises(ValueError, match="block must be at least 1"):
        bootstrap(stratified, lambda w: w.T, seed=1, block=0)
    with pytest.raises(ValueError, match="undefined on 5 of 5 replicates"):
        bootstrap(stratified, lambda w: np.full((w.shape[1], 1), np.nan), seed=1, n_replicates=5)
