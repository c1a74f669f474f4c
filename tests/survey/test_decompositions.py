"""Decompositions with standard errors, from one design or from two independent ones."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from survey_samples import replicated, taylor

from armutsexpertise.inequality import (
    entropy_decomposition_linearised,
    gini_linearised,
    kitagawa_linearised,
    oaxaca_blinder_linearised,
    poverty_change_linearised,
    redistribution_linearised,
)
from armutsexpertise.poverty import (
    at_risk_of_poverty_rate_linearised,
    foster_greer_thorbecke_linearised,
    persistent_poverty_rate_linearised,
    poverty_line,
    poverty_line_linearised,
)
from armutsexpertise.survey.combine import estimate_imputed
from armutsexpertise.survey.design import SurveyDesign, stack
from armutsexpertise.survey.estimate import Index, Mean, Total, differences, estimate
from armutsexpertise.survey.linearised import Linearised, linear_combination, ratio
from armutsexpertise.survey.models import fit
from armutsexpertise.survey.replicate import make_replicates
from armutsexpertise.survey.rif import fit_rif
from armutsexpertise.survey.weights import calibrate, calibrated


def _entropy(frame, weights, rows):
    return entropy_decomposition_linearised(
        frame["income"], frame["stratum"], weights, alpha=2, domain=rows, nonpositive="drop"
    )


def _kitagawa(frame, weights, rows):
    return kitagawa_linearised(frame["poor"], frame["sex"], frame["old"], weights, domain=rows)


def _oaxaca(frame, weights, rows):
    return oaxaca_blinder_linearised(
        frame["income"], frame[["age", "size"]], frame["female"], weights, domain=rows
    )


def _redistribution(frame, weights, rows):
    burden = 5.0 * frame["age"] + 0.1 * frame["income"]
    return redistribution_linearised(frame["income"], burden, weights, domain=rows)


def _change(frame, weights, rows):
    return poverty_change_linearised(
        frame["income"], frame["sample"].eq("later"), weights, alpha=1, domain=rows
    )


@pytest.fixture
def aged(frame):
    return frame.assign(old=frame["age"] > 50)


@pytest.fixture
def later(frame):
    """Another sample of the same invented population: half of the sampling units, richer."""
    part = frame[frame["psu"] % 2 == 0]
    return part.assign(income=part["income"] * 1.1 + 50, weight=part["weight"] * 2)


@pytest.mark.parametrize("decomposition", [_entropy, _kitagawa, _oaxaca, _redistribution])
def test_parts_are_rows_with_errors_by_either_way(aged, decomposition):
    designs = taylor(aged, "stratified"), replicated(aged, "JKn")
    linearised, jackknife = (
        estimate(design, {"split": decomposition}, by="region") for design in designs
    )
    for region in ("north", "south"):
        rows = aged["region"].eq(region).to_numpy()
        parts = decomposition(aged, designs[0].weights, rows)
        influence = np.column_stack([part.influence for part in parts.values()])
        got = linearised[linearised["region"].eq(region)]
        assert got["indicator"].tolist() == [f"split: {name}" for name in parts]
        assert got["estimate"].tolist() == [part.estimate for part in parts.values()]
        covariance = designs[0].covariance(influence)
        assert got["se"].to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)))
        again = jackknife[jackknife["region"].eq(region)]
        covariance = designs[1].replicate(
            lambda w, rows=rows: [p.estimate for p in decomposition(aged, w, rows).values()]
        )
        assert again["se"].to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)))
    assert linearised["method"].eq("linearised statistic, Taylor").all()


def test_empty_domain_and_imputations(aged):
    aged["region"] = pd.Categorical(aged["region"], ["north", "south", "abroad"])
    design = taylor(aged, "stratified")
    got = estimate(design, {"split": _entropy}, by="region")
    abroad = got[got["region"].eq("abroad")]
    assert abroad["n"].eq(0).all()
    assert abroad["estimate"].isna().all()
    assert abroad["method"].str.endswith("empty domain").all()

    def at(k):
        return lambda f, w, rows: kitagawa_linearised(f[f"pv{k}"], f["sex"], f["old"], w)

    combined = estimate_imputed(design, {"split": [at(k) for k in (1, 2, 3)]})
    assert combined["indicator"].tolist() == [
        f"split: {name}" for name in ("difference", "composition", "rate")
    ]
    assert combined["method"].str.endswith("3 imputations").all()


@pytest.mark.parametrize("kinds", [("two_stage", "stratified"), ("persons", "clusters")])
def test_variance_of_a_difference_is_the_sum(frame, later, kinds):
    designs = [taylor(frame, kinds[0]), taylor(later, kinds[1])]
    both = stack({"earlier": designs[0], "later": designs[1]})

    def change(f, w, rows):
        del rows
        means = []
        for name in ("later", "earlier"):
            inside = f["sample"].eq(name).to_numpy()
            size = w[inside].sum()
            mean = w[inside] @ f["income"].to_numpy()[inside] / size
            means.append(Linearised(mean, inside * (f["income"].to_numpy() - mean) / size))
        return Linearised(
            means[0].estimate - means[1].estimate, means[0].influence - means[1].influence
        )

    got = estimate(both, {"change": change}).iloc[0]
    alone = [estimate(design, {"m": Mean("income")}).iloc[0] for design in designs]
    assert got["estimate"] == pytest.approx(alone[1]["estimate"] - alone[0]["estimate"])
    assert got["se"] == pytest.approx(np.hypot(alone[0]["se"], alone[1]["se"]), rel=1e-12)
    assert got["df"] == alone[0]["df"] + alone[1]["df"]
    by = estimate(both, {"total": Total("income")}, by="sample")
    single = [estimate(design, {"t": Total("income")}).iloc[0] for design in designs]
    assert by["se"].tolist() == pytest.approx([one["se"] for one in single], rel=1e-12)
    interaction = fit(both, "income", ["sample"], "linear").table()
    assert interaction["estimate"][1] == pytest.approx(got["estimate"])
    assert interaction["se"][1] == pytest.approx(got["se"])


def test_stacked_replicates_and_calibration_add_up(frame, later):
    jackknives = [make_replicates(taylor(one, "stratified"), "JKn") for one in (frame, later)]
    both = stack({"a": jackknives[0], "b": jackknives[1]}, source="wave")
    alone = [estimate(one, {"m": Mean("income")}).iloc[0] for one in jackknives]
    gap = fit(both, "income", ["wave"], "linear").table().iloc[1]
    assert gap["se"] == pytest.approx(np.hypot(alone[0]["se"], alone[1]["se"]), rel=1e-9)
    assert both.degrees_of_freedom == sum(one.degrees_of_freedom for one in jackknives)
    design = taylor(frame, "stratified")
    totals = {"intercept": 79_000.0, "sex=male": 38_000.0}
    fitted = calibrated(design, calibrate(frame, ["sex"], totals))
    merged = stack({"a": fitted, "b": taylor(later, "stratified")})
    by = estimate(merged, {"t": Total("income")}, by="sample")
    for i, one in enumerate((fitted, taylor(later, "stratified"))):
        assert by["se"][i] == pytest.approx(estimate(one, {"t": Total("income")})["se"][0])


def test_change_in_poverty_between_two_samples(frame, later):
    linearised = {"earlier": taylor(frame, "stratified"), "later": taylor(later, "stratified")}
    jackknives = {name: make_replicates(one, "JKn") for name, one in linearised.items()}
    got, again = (
        estimate(stack(one), {"change": _change}, by="region") for one in (linearised, jackknives)
    )
    assert got["indicator"].nunique() == 4
    assert again["estimate"].to_numpy() == pytest.approx(got["estimate"].to_numpy())
    total = got[got["indicator"].eq("change: change")]["estimate"].to_numpy()
    rest = got[~got["indicator"].eq("change: change")].groupby("region")["estimate"].sum()
    assert rest.to_numpy() == pytest.approx(total)
    assert (got["se"] > 0).all()


def test_standard_error_of_the_rate_change_is_the_spread_over_repeated_samples():
    """150 pairs of samples of 600; the spread is known to 6 %, thrice that is allowed."""
    rng = np.random.default_rng(5)
    after = np.repeat([False, True], 600)
    estimates, variances = [], []
    for _ in range(150):
        income = rng.lognormal(7, np.where(after, 0.6, 0.45))
        parts = poverty_change_linearised(income, after, np.full(1200, 100.0), bandwidth=150)
        estimates.append([one.estimate for one in parts.values()])
        scores = np.column_stack([100 * one.influence for one in parts.values()])
        variances.append(sum(600 * scores[side].var(axis=0, ddof=1) for side in (after, ~after)))
    spread = np.std(estimates, axis=0, ddof=1)
    assert np.sqrt(np.mean(variances, axis=0)) == pytest.approx(spread, rel=0.18)


def test_refuses_what_cannot_be_stacked(frame):
    design, jackknife = taylor(frame, "stratified"), replicated(frame, "JKn")
    with pytest.raises(ValueError, match=r"1 design\(s\)"):
        stack({"a": design})
    with pytest.raises(ValueError, match="1 of 2 designs have replicate weights"):
        stack({"a": design, "b": jackknife})
    with pytest.raises(ValueError, match="2 of 2 samples have a column sex"):
        stack({"a": design, "b": design}, source="sex")
    about_mean = SurveyDesign.from_replicates(
        frame,
        weights="weight",
        replicates=np.ones((len(frame), 2)),
        combined=False,
        kind="bootstrap",
        centre="mean",
    )
    with pytest.raises(ValueError, match="about the mean"):
        stack({"a": jackknife, "b": about_mean})


def test_index_is_the_function_of_columns(aged):
    design = taylor(aged, "stratified")
    got = estimate(
        design,
        {
            "split": Index(oaxaca_blinder_linearised, "income", ["age", "size"], "female"),
            "gap": Index(foster_greer_thorbecke_linearised, "income", alpha=1, line=1500),
        },
        by="region",
    )
    expected = estimate(design, {"split": _oaxaca, "gap": _gap}, by="region")
    pd.testing.assert_frame_equal(got, expected)
    with pytest.raises(ValueError, match=r"lacks 1 column\(s\) \(wage\)"):
        estimate(design, {"gini": Index(gini_linearised, "wage")})
    assert repr(Index(gini_linearised, "wage", ranking="midpoint")) == (
        "Index(gini_linearised, 'wage', ranking='midpoint')"
    )


def _gap(frame, weights, rows):
    return foster_greer_thorbecke_linearised(
        frame["income"], weights, alpha=1, line=1500, domain=rows
    )


def _gini_of(frame, weights, region):
    return gini_linearised(frame["income"], weights, domain=frame["region"].eq(region))


def test_difference_and_ratio_of_two_domains(frame):
    design = taylor(frame, "stratified")

    def of(combine):
        return lambda f, w, rows: combine(*(_gini_of(f, w, name) for name in ("north", "south")))

    got = estimate(
        design,
        {"difference": of(lambda a, b: linear_combination((1, a), (-1, b))), "ratio": of(ratio)},
    ).set_index("indicator")
    a, b = (_gini_of(frame, frame["weight"], name) for name in ("north", "south"))
    gap, share = a.estimate - b.estimate, a.estimate / b.estimate
    assert got["estimate"].tolist() == pytest.approx([gap, share])
    covariance = design.covariance(np.column_stack([a.influence, b.influence]))
    for name, gradient in (
        ("difference", np.array([1, -1])),
        ("ratio", np.array([1, -share]) / b.estimate),
    ):
        se = np.sqrt(gradient @ covariance @ gradient)
        assert got.loc[name, "se"] == pytest.approx(se, rel=1e-9)
    assert np.isnan(ratio(a, Linearised(0.0, b.influence)).estimate)
    with pytest.raises(ValueError, match="samples of 2, 370 units"):
        linear_combination((1, a), (1, Linearised(0.0, np.zeros(2))))


def test_replicates_need_no_density(frame):
    """All incomes but a few are equal: the median has no density by default, but replicates."""
    frame = frame.assign(income=np.where(frame["person"] % 50 == 0, 5000.0, 1000.0))
    index = Index(at_risk_of_poverty_rate_linearised, "income", bandwidth=1e-9)
    got = estimate(replicated(frame, "BRR"), {"rate": index})
    assert got["estimate"].tolist() == [0.0]
    assert got["se"].tolist() == [0.0]


def test_replicates_use_the_point_estimate_or_the_linearised_one(frame):
    design = replicated(frame, "JKn")
    got = estimate(design, {"gini": Index(gini_linearised, "income")}, by="sex")
    expected = estimate(
        design, {"gini": lambda f, w, rows: gini_linearised(f["income"], w, domain=rows)}, by="sex"
    )
    assert got["se"].to_numpy() == pytest.approx(expected["se"].to_numpy(), rel=1e-10)


def _same_line(income, weight):
    return poverty_line_linearised(income, weight)


@pytest.mark.parametrize("name", ["JKn", "BRR"])
def test_line_of_a_function_is_formed_anew_on_each_replicate(frame, name):
    """As the line that the index forms by default, which no option freezes."""
    design = replicated(frame, name)
    years = frame[["income"]].assign(later=frame["income"] * 1.1)
    design = replace(design, frame=frame.assign(later=years["later"]))
    lines = [_same_line, _same_line]
    persistent = persistent_poverty_rate_linearised
    got = estimate(
        design,
        {
            "rate": Index(at_risk_of_poverty_rate_linearised, "income", line=_same_line),
            "years": Index(persistent, ["income", "later"], lines=lines, preceding=1),
        },
        by="sex",
    )
    expected = estimate(
        design,
        {
            "rate": Index(at_risk_of_poverty_rate_linearised, "income"),
            "years": Index(persistent, ["income", "later"], preceding=1),
        },
        by="sex",
    )
    pd.testing.assert_frame_equal(got, expected)
    fixed = Index(at_risk_of_poverty_rate_linearised, "income", line=1100.0)
    assert estimate(design, {"rate": fixed})["se"][0] != pytest.approx(got["se"][0], rel=0.01)


def test_line_that_is_estimated_already_belongs_to_linearisation(frame):
    line = poverty_line_linearised(frame["income"], frame["weight"])
    index = Index(at_risk_of_poverty_rate_linearised, "income", line=line)
    by_function = Index(at_risk_of_poverty_rate_linearised, "income", line=_same_line)
    got, expected = (
        estimate(taylor(frame, "stratified"), {"rate": one}) for one in (index, by_function)
    )
    pd.testing.assert_frame_equal(got, expected)
    design = replicated(frame, "BRR")
    of_years = Index(persistent_poverty_rate_linearised, ["income"], lines=[line])
    for frozen in (index, of_years):
        with pytest.raises(ValueError, match="would count as fixed on each replicate"):
            estimate(design, {"rate": frozen})
        with pytest.raises(ValueError, match="would count as fixed on each replicate"):
            differences(design, {"rate": frozen}, "sex", reference="female")
        with pytest.raises(ValueError, match="would count as fixed on each replicate"):
            fit_rif(design, frozen, ["sex"])
    number = Index(at_risk_of_poverty_rate_linearised, "income", line=poverty_line)
    with pytest.raises(TypeError, match="line gives float without influence values"):
        estimate(design, {"rate": number})
