"""Covariance, degrees of freedom and what a design refuses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey_samples import REFERENCE, replicated, taylor

from armutsexpertise.survey.design import SurveyDesign, stack
from armutsexpertise.survey.estimate import Total, estimate
from armutsexpertise.survey.replicate import make_replicates

THIN = [f"thin_{rule}{fpc}" for rule in ("adjust", "average", "certainty") for fpc in ("", "_fpc")]


def test_covariance_by_hand(small):
    design = SurveyDesign.from_frame(small, weights="w", strata="stratum", clusters="psu")
    # unit totals of w*y: a: 5, 12; b: 4, 19
    expected = 2 * (2 * 3.5**2) + 2 * (2 * 7.5**2)
    assert design.covariance(small["y"])[0, 0] == pytest.approx(expected)
    assert design.degrees_of_freedom == 2


def test_two_stages_by_hand():
    frame = pd.DataFrame({"w": 1.0, "psu": [1, 1, 2, 2], "y": [1.0, 3.0, 2.0, 8.0], "N": 4, "M": 6})
    design = SurveyDesign.from_frame(
        frame.assign(ssu=range(4)), weights="w", clusters=["psu", "ssu"], fpc=["N", "M"]
    )
    first = (1 - 2 / 4) * 2 * (3.0**2 + 3.0**2)
    second = 2 / 4 * (1 - 2 / 6) * 2 * (1 + 1 + 9 + 9)
    assert design.covariance(frame["y"])[0, 0] == pytest.approx(first + second)


def test_fractions_and_sizes_agree(frame):
    fraction = frame.assign(share=8 / frame["n_psu"])
    a, b = (
        SurveyDesign.from_frame(
            fraction, weights="weight", strata="stratum", clusters="psu", fpc=column
        )
        for column in ("share", "n_psu")
    )
    assert a.covariance(frame["income"]) == pytest.approx(b.covariance(frame["income"]), rel=1e-12)


def test_complete_first_stage_leaves_no_variance(small):
    design = SurveyDesign.from_frame(
        small.assign(share=1.0), weights="w", strata="stratum", clusters="psu", fpc="share"
    )
    assert design.covariance(small["y"])[0, 0] == 0


def test_complete_count_of_one_unit_is_not_lonely():
    frame = pd.DataFrame({"w": 1.0, "y": [1.0, 2.0, 4.0], "s": [1, 2, 2], "N": [1, 9, 9]})
    design = SurveyDesign.from_frame(frame, weights="w", strata="s", fpc="N")
    assert design.covariance(frame["y"])[0, 0] == pytest.approx((1 - 2 / 9) * 2 * 2)


@pytest.mark.parametrize("name", ["stratified", "two_stage", *THIN])
def test_domain_variance_is_the_diagonal(frame, name):
    design = taylor(frame, name)
    domain = pd.factorize(frame["region"] + frame["sex"])[0]
    domain[:20] = -1
    spread = np.zeros((len(frame), 5))
    inside = domain >= 0
    spread[inside, domain[inside]] = frame["income"][inside]
    got = design.domain_variance(frame["income"], domain, 5)
    assert got == pytest.approx(np.diag(design.covariance(spread)), rel=1e-12)
    assert got[4] == 0


@pytest.mark.parametrize(
    ("rule", "indicator", "subset"),
    [
        ("average", 598.9501277, 518.7060262),
        ("adjust", 518.7060262, 518.7060262),
        ("certainty", 518.7060262, 518.7060262),
    ],
)
def test_a_domain_outside_a_lonely_stratum(rule, indicator, subset):
    # R's survey 4.1.1: svytotal(~I(y * odd)), and svytotal(~y) of the subset (docs/surveys.md).
    y = [15.515, 20.924, 27.939, 14.348, 19.599, 20.662, 23.54, 18.802, 29.922, 19.306, 22.088]
    frame = pd.DataFrame({"y": [*y, 24.909, 18.037], "psu": np.arange(1, 14)})
    frame["w"], frame["s"] = 10.0 + frame["psu"] % 3, list("ABBBBCCCCDDDD")
    odd = (frame["psu"] % 2).eq(1) & frame["s"].ne("A")
    design = SurveyDesign.from_frame(frame, weights="w", strata="s", lonely_psu=rule)
    got = np.sqrt(design.domain_variance(frame["y"], np.where(odd, 0, -1), 1)[0])
    assert got == pytest.approx(indicator, rel=1e-8)
    assert got / subset == pytest.approx(np.sqrt(4 / 3) if rule == "average" else 1, rel=1e-8)


def test_domain_variance_of_replicates_is_the_diagonal(frame):
    design = replicated(frame, "JKn")
    domain = pd.factorize(frame["region"])[0]
    spread = np.where(domain[:, None] == np.arange(2), frame["income"].to_numpy()[:, None], 0)
    got = design.domain_variance(frame["income"], domain, 2)
    assert got == pytest.approx(np.diag(design.covariance(spread)), rel=1e-12)


def test_jackknife_of_a_total_is_taylor(frame):
    got = replicated(frame, "JKn").covariance(frame["income"])
    assert got == pytest.approx(taylor(frame, "stratified").covariance(frame["income"]), rel=1e-10)


@pytest.mark.parametrize("name", ["JK1", "JKn", "BRR", "Fay", "bootstrap", "SDR"])
def test_degrees_of_freedom_of_replicates(frame, name):
    row = REFERENCE[REFERENCE["design"].eq(name) & REFERENCE["domain"].eq("ALL")].iloc[0]
    assert replicated(frame, name).degrees_of_freedom == row["df"]


def test_replicate_takes_any_estimator(frame):
    design = replicated(frame, "JK1")
    income, size = frame["income"].to_numpy(), frame["size"].to_numpy()
    row = REFERENCE.query("design == 'JK1' and statistic == 'ratio' and domain == 'ALL'").iloc[0]
    variance = design.replicate(lambda w: (w @ income) / (w @ size))
    assert np.sqrt(variance[0, 0]) == pytest.approx(row["se"], rel=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_order_of_rows_and_names_of_codes_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "w": rng.uniform(0, 3, 40) + 0.1,
            "h": np.repeat([0, 1], 20),
            "p": np.repeat(np.arange(10), 4),
            "y": rng.normal(size=40),
        }
    )
    mixed = frame.sample(frac=1, random_state=seed % 1000)
    mixed = mixed.assign(h=mixed["h"].map({0: "z", 1: "a"}), p=900 - mixed["p"])
    kwargs = {"weights": "w", "strata": "h", "clusters": "p"}
    a = SurveyDesign.from_frame(frame, **kwargs).covariance(frame["y"])
    b = SurveyDesign.from_frame(mixed, **kwargs).covariance(mixed["y"])
    assert a == pytest.approx(b, rel=1e-9)
    assert a[0, 0] >= 0


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"w": [1, -1, np.nan, np.inf, 1, 1]}, {}, "1 is missing, 1 is infinite, 1 is negative"),
        ({"w": 0.0}, {}, "All 6 weights are 0"),
        ({}, {"strata": "gone"}, r"lacks 1 column.*gone"),
        ({"stratum": [None, *"aabbb"]}, {"strata": "stratum"}, "stratum is missing in 1 of 6"),
        ({"N": [np.nan, 9, 9, 9, 9, 9]}, {"fpc": "N"}, "N is missing in 1 of 6"),
        ({"N": [8, 9, 9, 9, 9, 9]}, {"fpc": "N"}, "5 rows differ"),
        ({"N": 5}, {"fpc": "N"}, "below the number of sampled units in 1 of 1"),
        ({"N": -1}, {"fpc": "N"}, "positive and finite"),
        ({"N": [0.5] * 3 + [9.0] * 3}, {"fpc": "N", "strata": "stratum"}, "mixes"),
        ({"psu": [1, 1, 2, 2, 3, 3]}, {"strata": "stratum", "clusters": "psu"}, "choose nest"),
        ({}, {"strata": "psu"}, "2 of 4 strata have only one sampling unit at stage 1"),
        ({}, {"strata": ["stratum", "psu"]}, "strata names 2 stages and clusters 1"),
        ({}, {"fpc": ["w", "y"]}, "fpc names 2 stages"),
        ({"all": range(6)}, {"strata": "all", "lonely_psu": "average"}, "no stratum with two"),
        ({}, {"lonely_psu": "remove"}, "lonely_psu must be one of"),
    ],
)
def test_refuses_bad_designs(small, change, options, message):
    with pytest.raises(ValueError, match=message):
        SurveyDesign.from_frame(small.assign(**change), weights="w", **options)


def test_representation_shows_no_rows(frame):
    assert repr(taylor(frame, "stratified")) == (
        "<SurveyDesign: 370 rows, 32 sampling units in 4 strata>"
    )
    assert repr(replicated(frame, "JK1")) == "<SurveyDesign: 370 rows, 32 replicates JK1>"


def test_refuses_text_and_nothing(small):
    with pytest.raises(TypeError, match="not numbers"):
        SurveyDesign.from_frame(small, weights="stratum")
    for dtype in (object, str):
        with pytest.raises(TypeError, match=r"replicates hold .* and not numbers"):
            SurveyDesign.from_replicates(
                small, weights="w", replicates=np.eye(6).astype(dtype), kind="JK1"
            )
    with pytest.raises(ValueError, match="no rows"):
        SurveyDesign.from_frame(small.head(0), weights="w")


def test_refuses_bad_influence(small):
    design = SurveyDesign.from_frame(small, weights="w")
    with pytest.raises(ValueError, match="5 rows and the sample 6"):
        design.covariance(np.ones(5))
    with pytest.raises(ValueError, match="missing or infinite in 1 of 6"):
        design.covariance([1, 2, 3, 4, 5, np.nan])
    with pytest.raises(ValueError, match="no replicate weights"):
        design.replicate(lambda w: w.sum())
    with pytest.raises(ValueError, match="no replicate weights"):
        design.replicate_covariance(np.ones((2, 1)), np.ones(1))


@pytest.mark.parametrize(
    ("replicates", "options", "message"),
    [
        (np.ones((5, 3)), {}, r"shape \(5, 3\)"),
        (np.full((6, 3), np.nan), {}, "missing in 6 of 6 rows and 3 of 3 replicates"),
        (np.full((6, 3), [1, np.inf, 1]), {}, "infinite in 6 of 6 rows and 1 of 3 replicates"),
        (np.eye(6)[:, :3] - 0.5, {}, "negative in 6 of 6 rows and 3 of 3 replicates"),
        (-np.eye(6)[:, :3], {"combined": False}, "negative in 3 of 6 rows"),
        (np.eye(6)[:, :3] * [1, 0, 0], {}, "2 of 3 replicates give every row the weight 0"),
        (["y", "lower"], {}, "negative in 1 of 6 rows and 1 of 2 replicates: calibrate by raking"),
        (["y", "gap"], {}, "missing in 2 of 6 rows and 1 of 2 replicates: set them to 0"),
        ([], {}, "0 replicate.s. give no variance"),
        (np.ones((6, 1)), {}, "at least two"),
        (["w"], {}, "at least two"),
        (np.ones((6, 3)), {"kind": "JKn"}, "needs rscales"),
        (np.ones((6, 3)), {"kind": "Fay"}, "fay belongs to kind Fay"),
        (np.ones((6, 3)), {"kind": "Fay", "fay": 1.0}, "fay belongs to kind Fay"),
        (np.ones((6, 3)), {"fay": 0.5}, "fay belongs to kind Fay"),
        (np.ones((6, 3)), {"kind": "JK2"}, "kind must be one of"),
        (np.ones((6, 3)), {"centre": "median"}, "centre must be one of"),
        (np.ones((6, 3)), {"rscales": [1, 2]}, "3 finite factors"),
        (np.ones((6, 3)), {"scale": 0.0}, "scale must be positive"),
        *(
            (np.ones((6, 3)), {"degrees_of_freedom": df}, f"must be positive, not {df}: leave it")
            for df in (0, -3, np.nan)
        ),
    ],
)
def test_refuses_bad_replicates(small, replicates, options, message):
    small = small.assign(lower=small["y"] - 2 * (small["y"] > 5) * small["y"])
    small["gap"] = small["y"].where(small["y"] > 1)
    with pytest.raises(ValueError, match=message):
        SurveyDesign.from_replicates(
            small, weights="w", replicates=replicates, **({"kind": "JK1"} | options)
        )


def test_infinitely_many_degrees_of_freedom_give_a_normal_interval(small):
    design = SurveyDesign.from_replicates(
        small, weights="w", replicates=np.eye(6), kind="JK1", degrees_of_freedom=np.inf
    )
    row = estimate(design, {"total": Total("y")}).iloc[0]
    assert row["ci_high"] - row["estimate"] == pytest.approx(1.959964 * row["se"], rel=1e-6)


def test_undefined_replicates_are_counted(small):
    design = SurveyDesign.from_replicates(
        small, weights="w", replicates=np.eye(6)[:, :4], kind="JK1", degrees_of_freedom=3
    )
    assert design.degrees_of_freedom == 3
    with (
        pytest.raises(ValueError, match="undefined on 3 of 4 replicates"),
        np.errstate(invalid="ignore"),
    ):
        design.replicate(lambda w: w[:1].sum() / w[0])


def test_stack_refuses_different_rules_for_a_lonely_unit(small):
    parts = {
        rule: SurveyDesign.from_frame(small, weights="w", lonely_psu=rule)
        for rule in ("certainty", "adjust")
    }
    with pytest.raises(ValueError, match=r"differently \(adjust, certainty\)"):
        stack(parts)


def test_degrees_of_freedom_of_domains_are_those_of_their_replicates(frame):
    """As R has it for a subset of replicate weights, and as for the sampling units themselves."""
    plain = taylor(frame, "stratified")
    codes = frame["stratum"].factorize()[0]
    for name in ("JKn", "SDR"):
        design = make_replicates(plain, name)
        assert design.domain_degrees_of_freedom(codes, codes.max() + 1).tolist() == (
            plain.domain_degrees_of_freedom(codes, codes.max() + 1).tolist()
        )
        given = SurveyDesign.from_replicates(
            frame,
            weights="weight",
            replicates=design.replicates,
            kind="bootstrap",
            degrees_of_freedom=9,
        )
        assert given.domain_degrees_of_freedom(codes, 2).tolist() == [9, 9]
    empty = design.domain_degrees_of_freedom(np.full(len(frame), -1), 1)
    assert empty.tolist() == [0]
