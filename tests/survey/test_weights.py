"""Calibration against R's survey, and what weights must keep."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey_samples import REFERENCE, taylor

from armutsexpertise.survey.estimate import Mean, Total, estimate
from armutsexpertise.survey.replicate import bootstrap, make_replicates
from armutsexpertise.survey.weights import (
    calibrate,
    calibrated,
    effective_sample_size,
    kish_design_effect,
    nonresponse_weights,
    rake,
    trim_weights,
)

SEX = {"female": 41000, "male": 38000}
REGION = {"north": 52000, "south": 27000}
TERMS = ["sex", "region", "age"]
TOTALS = {"intercept": 79000, "sex=male": 38000, "region=south": 27000, "age": 3_600_000}
THREE = {name: TOTALS[name] for name in ("intercept", "sex=male", "region=south")}
BOUNDS = (0.5, 2.2)


def _adjustment(frame, name):
    return {
        "raked": lambda: rake(frame, {"sex": SEX, "region": REGION}),
        "post": lambda: rake(frame, {"sex": SEX}),
        "linear": lambda: calibrate(frame, TERMS, TOTALS),
        "logit": lambda: calibrate(frame, TERMS, TOTALS, distance="logit", bounds=BOUNDS),
        "raking": lambda: calibrate(frame, TERMS[:2], THREE, distance="raking"),
    }[name]()


@pytest.mark.parametrize("name", ["raked", "post", "linear", "logit"])
def test_weights_match_r(frame, name):
    rows = REFERENCE[REFERENCE["design"].eq(name) & REFERENCE["statistic"].eq("weight")]
    got = _adjustment(frame, name)(frame["weight"].to_numpy())
    assert got == pytest.approx(rows["estimate"].to_numpy(), rel=1e-10)


@pytest.mark.parametrize("name", ["raking", "post", "linear", "logit"])
def test_calibrated_errors_match_r(frame, name):
    design = calibrated(taylor(frame, "stratified"), _adjustment(frame, name))
    got = estimate(design, {"total": Total("income"), "mean": Mean("income")})
    rows = REFERENCE[REFERENCE["design"].eq(name)].set_index("statistic").loc[got["indicator"]]
    assert got["estimate"].to_numpy() == pytest.approx(rows["estimate"].to_numpy(), rel=1e-10)
    assert got["se"].to_numpy() == pytest.approx(rows["se"].to_numpy(), rel=1e-10)


def test_raking_by_fitting_and_by_distance_are_one(frame):
    weights = frame["weight"].to_numpy()
    one, two = (_adjustment(frame, name)(weights) for name in ("raked", "raking"))
    assert one == pytest.approx(two, rel=1e-8)
    design = taylor(frame, "stratified")
    errors = [
        estimate(calibrated(design, _adjustment(frame, name)), {"t": Total("income")})["se"][0]
        for name in ("raked", "raking")
    ]
    assert errors[0] == pytest.approx(errors[1], rel=1e-8)


def test_a_calibrated_total_has_no_variance(frame):
    frame = frame.assign(male=(frame["sex"] == "male").astype(float))
    for name in ("raked", "linear", "logit"):
        design = calibrated(taylor(frame, "stratified"), _adjustment(frame, name))
        row = estimate(design, {"t": Total("male")}).iloc[0]
        assert row["estimate"] == pytest.approx(38000)
        assert row["se"] < 1e-6


def test_domains_of_a_calibrated_design(frame):
    design = calibrated(taylor(frame, "stratified"), _adjustment(frame, "linear"))
    whole = estimate(design, {"m": Mean("income")}, by="sex")
    part = estimate(design, {"m": Mean("income")}, where="female")
    assert whole["se"][0] == pytest.approx(part["se"][0], rel=1e-10)


@pytest.mark.parametrize("name", ["raked", "linear", "logit"])
def test_every_replicate_meets_the_totals(frame, name):
    adjustment = _adjustment(frame, name)
    design = make_replicates(taylor(frame, "stratified"), "JKn", adjust=adjustment)
    for weights in (design.weights[:, None], design.replicates):
        assert (frame["sex"].eq("male") @ weights) == pytest.approx(38000, rel=1e-9)
        assert (frame["region"].eq("south") @ weights) == pytest.approx(27000, rel=1e-9)
    linearised = calibrated(taylor(frame, "stratified"), adjustment)
    errors = [estimate(d, {"t": Total("income")})["se"][0] for d in (design, linearised)]
    assert errors[0] == pytest.approx(errors[1], rel=0.15)
    again = calibrated(make_replicates(taylor(frame, "stratified"), "JKn"), adjustment)
    assert again.replicates == pytest.approx(design.replicates)


def test_calibrated_bootstrap_is_near_the_linearised_error(frame):
    adjustment = _adjustment(frame, "raked")
    income = frame["income"].to_numpy()
    got = bootstrap(
        taylor(frame, "stratified"),
        lambda w: (income @ w)[:, None],
        seed=11,
        n_replicates=600,
        adjust=adjustment,
    )
    design = calibrated(taylor(frame, "stratified"), adjustment)
    row = estimate(design, {"t": Total("income")}).iloc[0]
    assert got.estimate[0] == pytest.approx(row["estimate"])
    assert np.sqrt(got.covariance[0, 0]) == pytest.approx(row["se"], rel=0.15)


def test_calibration_by_cells_is_that_by_rows(frame):
    # the same auxiliary variables, once with few distinct rows and once with all distinct
    weights = np.column_stack([frame["weight"], frame["weight"] * (1 + frame.index % 3)])
    shifted = frame.assign(age=frame["age"] + np.linspace(0, 1e-9, len(frame)))
    for options in ({}, {"distance": "logit", "bounds": (0.2, 4)}, {"distance": "raking"}):
        one, two = (calibrate(data, TERMS, TOTALS, **options) for data in (frame, shifted))
        assert len(one.matrix) < len(two.matrix) == len(frame)
        assert one(weights) == pytest.approx(two(weights), rel=1e-7)
        assert one(weights)[:, 1] == pytest.approx(one(weights[:, 1]))
        assert one(weights).shape == weights.shape


@pytest.mark.parametrize("name", ["raked", "linear", "logit"])
def test_adjustments_refuse_bad_weights(frame, name):
    adjustment = _adjustment(frame, name)
    for value, what in ((-1.0, "negative"), (np.nan, "missing"), (np.inf, "infinite")):
        weights = np.column_stack([frame["weight"]] * 2)
        weights[3, 1] = value
        with pytest.raises(ValueError, match=f"Of 370 weights .* 1 is {what}"):
            adjustment(weights)
        with pytest.raises(ValueError, match=f"Of 370 weights .* 1 is {what}"):
            adjustment(weights[:, 1])
    with pytest.raises(ValueError, match="the sample 370 rows"):
        adjustment(np.ones(369))


def test_bounds_hold(frame):
    weights = frame["weight"].to_numpy()
    factors = _adjustment(frame, "logit")(weights) / weights
    assert 0.5 <= factors.min() < factors.max() <= 2.2
    tight = calibrate(frame, TERMS, TOTALS, distance="logit", bounds=(0.99, 1.01))
    with pytest.raises(ValueError, match=r"cannot be met within factors of \(0.99, 1.01\)"):
        tight(weights)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.2, 5))
def test_raking_keeps_the_margins_and_the_ratios_within_cells(seed, factor):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": np.tile([0, 1], 15), "b": np.repeat([0, 1, 2], 10)})
    weights = rng.uniform(0.5, 2, 30)
    margins = {"a": {0: factor, 1: 1.0}, "b": dict.fromkeys(range(3), (factor + 1) / 3)}
    got = rake(frame, margins)(weights)
    assert (got > 0).all()
    for name, totals in margins.items():
        for value, total in totals.items():
            assert got[frame[name] == value].sum() == pytest.approx(total, rel=1e-9)
    ratio = pd.Series(got / weights).groupby([frame["a"], frame["b"]])
    assert (ratio.max() / ratio.min()).to_numpy() == pytest.approx(1)


def test_category_with_total_zero_gets_no_weight():
    frame = pd.DataFrame({"a": list("xxy")})
    assert rake(frame, {"a": {"x": 10, "y": 0}})(np.ones(3)).tolist() == [5, 5, 0]


def test_nonresponse_moves_weight_within_classes():
    weights = pd.Series([1.0, 2, 3, 4], name="w")
    classes = pd.Series(list("aabb"))
    got = nonresponse_weights(weights, pd.Series([True, False, True, True]), classes)
    assert got.tolist() == [3, 0, 3, 4]
    with pytest.raises(ValueError, match="1 of 2 classes have no response"):
        nonresponse_weights(weights, pd.Series([False, False, True, True]), classes)
    with pytest.raises(ValueError, match="class is missing in 1 of 4"):
        nonresponse_weights(weights, pd.Series([True] * 4), pd.Series(["a", None, "b", "b"]))
    with pytest.raises(ValueError, match="differ in length"):
        nonresponse_weights(weights, pd.Series([True] * 3), classes)
    with pytest.raises(ValueError, match="different indexes"):
        nonresponse_weights(weights, pd.Series([True] * 4, index=range(1, 5)), classes)
    with pytest.raises(TypeError, match="must be boolean"):
        nonresponse_weights(weights, pd.Series([1, 0, 1, 1]), classes)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.1, 50), min_size=3, max_size=30), st.floats(1.1, 4))
def test_trimming_keeps_sum_bounds_and_order(values, times):
    weights = pd.Series([0.0, *values])
    mean = float(np.mean(values))
    got = trim_weights(weights, lower=mean / times, upper=mean * times)
    assert got.sum() == pytest.approx(weights.sum(), rel=1e-9)
    assert got.iloc[0] == 0
    assert got.iloc[1:].between(mean / times * (1 - 1e-9), mean * times * (1 + 1e-9)).all()
    order = np.argsort(values, kind="stable")
    assert (np.diff(got.iloc[1:].to_numpy()[order]) >= -1e-9).all()


def test_trimming_by_hand_and_impossible_bounds():
    weights = pd.Series([1.0, 1.0, 2.0, 8.0])
    assert trim_weights(weights, upper=4).tolist() == pytest.approx([2, 2, 4, 4])
    with pytest.raises(ValueError, match=r"4 weights between 0\.0 and 2\.0 cannot sum to 12"):
        trim_weights(weights, upper=2.0)
    with pytest.raises(ValueError, match="below upper"):
        trim_weights(weights, lower=5, upper=4)


def test_effective_size_and_design_effect():
    equal, unequal = pd.Series([2.0] * 5), pd.Series([0.0, 1.0, 3.0])
    assert effective_sample_size(equal) == 5
    assert kish_design_effect(equal) == 1
    assert effective_sample_size(unequal) == pytest.approx(1.6)
    assert kish_design_effect(unequal) == pytest.approx(1.25)


@pytest.mark.parametrize(
    ("margins", "message"),
    [
        ({}, "margins is empty"),
        ({"gone": {"a": 1}}, "lacks the column gone"),
        ({"sex": {"female": 1.0}}, r"\d+ of 370 rows have a value of sex without a total"),
        ({"sex": {**SEX, "x": 5}}, "1 categories of sex have a total but no row"),
        ({"sex": {"female": 1, "male": -1}}, "finite and not negative"),
        ({"sex": SEX, "region": {"north": 1, "south": 2}}, "different sums"),
        ({"holes": {"a": 1}}, "holes is missing in 3 of 370"),
    ],
)
def test_refuses_bad_margins(frame, margins, message):
    with pytest.raises(ValueError, match=message):
        rake(frame.assign(holes=[None] * 3 + ["a"] * 367), margins)


@pytest.mark.parametrize(
    ("terms", "totals", "options", "message"),
    [
        (["sex"], {"intercept": 1, "male": 2}, {}, r"1 lacking \(sex=male\), 1 not known \(male\)"),
        (["sex"], {"intercept": 1, "sex=male": np.nan}, {}, "must be finite"),
        (["sex"], {}, {"distance": "chi"}, "distance must be one of"),
        (["sex"], {}, {"distance": "logit"}, "bounds belong to"),
        (["sex"], {}, {"bounds": (0.5, 2)}, "bounds belong to"),
        (["sex"], {}, {"distance": "logit", "bounds": (1.5, 2)}, "one above 1"),
        (["gone"], {}, {}, "lacks 1 column"),
        (["far"], {}, {}, "infinite"),
    ],
)
def test_refuses_bad_totals(frame, terms, totals, options, message):
    with pytest.raises(ValueError, match=message):
        calibrate(frame.assign(far=np.inf), terms, totals, **options)


def test_refuses_what_cannot_be_met(frame):
    design = taylor(frame, "stratified")
    with pytest.raises(ValueError, match="collinear"):
        calibrate(
            frame.assign(twice=2 * frame["age"]),
            ["age", "twice"],
            {"intercept": 1, "age": 1, "twice": 1},
        )(design.weights)
    with pytest.raises(ValueError, match="weights are negative"):
        calibrated(design, calibrate(frame, ["age"], {"intercept": 79000, "age": 1_000_000}))
    with pytest.raises(ValueError, match="calibrated already"):
        calibrated(calibrated(design, _adjustment(frame, "post")), _adjustment(frame, "post"))
    with pytest.raises(ValueError, match="give the calibration as adjust"):
        make_replicates(calibrated(design, _adjustment(frame, "post")), "JKn")
    with pytest.raises(
        ValueError, match=r"32 categories of psu .* in at least one of 32 replicates"
    ):
        make_replicates(design, "JKn", adjust=rake(frame, {"psu": dict.fromkeys(range(1, 33), 1)}))
    crossed = pd.DataFrame({"a": [0, 1], "b": [0, 1]})
    with pytest.raises(ValueError, match="not met after 1000 iterations"):
        rake(crossed, {"a": {0: 1, 1: 2}, "b": {0: 2, 1: 1}})(np.ones(2))
