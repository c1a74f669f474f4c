"""Graded response model: recovery of simulated parameters, weights, fit and bias."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armutsexpertise.digital.irt import (
    graded_response,
    item_bias,
    item_fit,
    purified_item_bias,
)
from armutsexpertise.survey.design import SurveyDesign

REFERENCE = Path(__file__).parent / "reference"
SLOPES = np.array([0.8, 1.2, 1.6, 2.0, 2.4])
THRESHOLDS = np.array([[-1.0, 0.5], [-0.5, 1.0], [-1.5, 0.0], [0.0, 1.2], [-0.8, 0.8]])


def _simulated(n: int, seed: int) -> pd.DataFrame:
    """One uniform per answer, so that the categories are ordered cuts."""
    rng = np.random.default_rng(seed)
    skill = rng.normal(size=n)
    chance = 1 / (1 + np.exp(-SLOPES[:, None] * (skill[:, None, None] - THRESHOLDS)))
    answers = (rng.random((n, 5))[:, :, None] < chance).sum(axis=2)
    return pd.DataFrame(answers, columns=[f"i{k}" for k in range(5)]).assign(skill=skill)


def test_parameters_are_recovered_within_their_standard_errors():
    truth = np.concatenate(
        [np.concatenate([[a], b]) for a, b in zip(SLOPES, THRESHOLDS, strict=True)]
    )
    z = []
    for seed in range(6):
        table = graded_response(_simulated(800, seed).drop(columns="skill")).parameters
        z.append((table["estimate"].to_numpy() - truth) / table["se"].to_numpy())
    z = np.array(z)
    assert 0.75 < z.std() < 1.25  # the standard errors are as large as the errors
    assert (np.abs(z.mean(axis=0)) < 3.5 / np.sqrt(6)).all()  # and there is no bias


def test_scores_follow_the_skill():
    data = _simulated(2000, 11)
    model = graded_response(data.drop(columns="skill"))
    correlation = np.corrcoef(model.scores["score"], data["skill"])[0, 1]
    assert correlation**2 == pytest.approx(model.reliability, abs=0.03)
    assert model.probabilities("i0", [-1, 0, 1]).sum(axis=1) == pytest.approx(1)


def test_an_integer_weight_is_a_repeated_row():
    data = _simulated(300, 3).drop(columns="skill")
    weight = pd.Series(np.arange(300) % 3 + 1, dtype=float)
    repeated = data.loc[data.index.repeat(weight.astype(int))].reset_index(drop=True)
    one, other = graded_response(data, weight), graded_response(repeated)
    assert one.parameters["estimate"].to_numpy() == pytest.approx(
        other.parameters["estimate"].to_numpy(), abs=1e-4
    )


def test_scaling_the_weights_scales_the_influence_only():
    data = _simulated(300, 3).drop(columns="skill")
    one = graded_response(data, pd.Series(1.0, index=data.index))
    ten = graded_response(data, pd.Series(10.0, index=data.index))
    assert ten.parameters["se"].to_numpy() == pytest.approx(one.parameters["se"].to_numpy())
    assert 10 * ten.influence == pytest.approx(one.influence)


def test_answers_missing_at_random_leave_the_parameters():
    data = _simulated(1500, 4).drop(columns="skill").astype(float)
    full = graded_response(data).parameters
    holes = np.random.default_rng(1).random(data.shape) < 0.15
    holes[holes.all(axis=1)] = False
    part = graded_response(data.mask(holes)).parameters
    difference = (part["estimate"] - full["estimate"]).abs()
    assert (difference < 3 * part["se"]).all()
    assert (part["se"] > 0.98 * full["se"]).all()


def test_item_fit_finds_the_item_that_does_not_fit():
    data = _simulated(2000, 5)
    # An item that rises with skill to the middle of the scale and falls again a little.
    chance = np.where(data["skill"] < 0, 0.1, np.where(data["skill"] < 1, 0.9, 0.5))
    data["i5"] = (np.random.default_rng(2).random(2000) < chance).astype(int)
    items = data.drop(columns="skill")
    p = item_fit(graded_response(items), items).set_index("item")["p_value"]
    assert p["i5"] < 1e-6
    assert (p.drop("i5") > 1e-4).all()


def test_item_fit_is_a_test_of_its_size():
    p = []
    for seed in range(20, 26):
        items = _simulated(600, seed).drop(columns="skill")
        p += item_fit(graded_response(items), items)["p_value"].tolist()
    assert 0.3 < np.mean(p) < 0.7
    assert np.mean(np.array(p) < 0.05) <= 0.2


def test_bias_of_one_item_is_found_and_a_difference_of_skill_is_not():
    n = 3000
    rng = np.random.default_rng(6)
    poor = rng.random(n) < 0.4
    skill = rng.normal(size=n) - 0.7 * poor
    position = np.repeat(skill[:, None], 5, axis=1)
    position[:, 2] -= 0.8 * poor  # harder for the poor at the same skill
    chance = 1 / (1 + np.exp(-SLOPES[:, None] * (position[:, :, None] - THRESHOLDS)))
    answers = (rng.random((n, 5))[:, :, None] < chance).sum(axis=2)
    data = pd.DataFrame(answers, columns=[f"i{k}" for k in range(5)])
    clean = data.drop(columns="i2")
    data = data.assign(poor=poor, w=1.0, score=graded_response(clean).scores["score"])
    found = item_bias(
        SurveyDesign.from_frame(data, weights="w"), [f"i{k}" for k in range(5)], "poor", "score"
    ).set_index("item")
    assert found.loc["i2", "p_adjusted"] < 1e-6
    assert found.loc["i2", "log_odds"] < -0.5
    assert (found["p_adjusted"] >= found[["p_uniform", "p_non_uniform"]].min(axis=1)).all()


def _biased(n: int, seed: int, biased: list[int]) -> pd.DataFrame:
    """Ten items, some of them harder for the poor, who have less skill as well."""
    rng = np.random.default_rng(seed)
    poor = rng.random(n) < 0.4
    position = np.repeat((rng.normal(size=n) - 0.7 * poor)[:, None], 10, axis=1)
    position[:, biased] -= 0.8 * poor[:, None]
    cuts = np.column_stack([np.linspace(-1.2, 0.2, 10), np.linspace(-0.2, 1.4, 10)])
    slopes = np.linspace(0.8, 2.2, 10)
    chance = 1 / (1 + np.exp(-slopes[:, None] * (position[:, :, None] - cuts)))
    answers = (rng.random((n, 10))[:, :, None] < chance).sum(axis=2)
    return pd.DataFrame(answers, columns=[f"i{k}" for k in range(10)]).assign(poor=poor, w=1.0)


def test_purification_clears_the_items_that_only_a_biased_score_flags():
    data = _biased(1000, 0, [4, 7])
    items = [f"i{k}" for k in range(2, 8)]
    design = SurveyDesign.from_frame(data, weights="w")
    scored = data.assign(score=graded_response(data[items]).scores["score"])
    plain = item_bias(SurveyDesign.from_frame(scored, weights="w"), items, "poor", "score")
    # the score of all items flags others with them
    assert set(plain.loc[plain["p_adjusted"] < 0.05, "item"]) > {"i4", "i7"}
    found = purified_item_bias(design, items, "poor").set_index("item")
    assert found.index.tolist() == items
    assert found.index[~found["anchor"]].tolist() == ["i4", "i7"]
    assert (found["anchor"] == (found["p_adjusted"] >= 0.05)).all()
    # 0.8 on the scale is 0.8 times the slope in log odds
    slopes = np.linspace(0.8, 2.2, 10)[[4, 7]]
    off = found.loc[["i4", "i7"], "log_odds"] + 0.8 * slopes
    assert (off.abs() < 3 * found.loc[["i4", "i7"], "se"]).all()


def test_purification_stops_where_no_common_scale_is_left():
    data = _biased(1500, 1, [])
    items = ["i2", "i3", "i4", "i5"]
    data["i4"] = np.maximum(data["i4"] - data["poor"], 0)
    data["i5"] = np.minimum(data["i5"] + data["poor"], 2)
    data["i3"] = np.minimum(data["i3"] + data["poor"], 2)
    design = SurveyDesign.from_frame(data, weights="w")
    with pytest.raises(ValueError, match=r"2 of 4 items differ .*no three are left"):
        purified_item_bias(design, items, "poor")


@pytest.mark.parametrize(
    ("items", "group", "error", "word"),
    [
        ([], "poor", ValueError, "at least one item"),
        (["i0", "i0", "i1"], "poor", ValueError, "i0 more than once"),
        (["i0", "i1", "i2"], "w", TypeError, "w must be boolean"),
        (["i0", "i1", "j2"], "poor", ValueError, "j2"),
        (["i0", "i1"], "poor", ValueError, "at least three"),
        (["i0", "i1", "i2"], "everyone", ValueError, "one group only"),
    ],
)
def test_bias_of_what_cannot_be_compared(items, group, error, word):
    data = _biased(300, 2, []).assign(everyone=True)
    with pytest.raises(error, match=word):
        purified_item_bias(SurveyDesign.from_frame(data, weights="w"), items, group)


def test_an_answer_without_weight_is_named():
    data = _simulated(300, 3).drop(columns="skill")
    with pytest.raises(ValueError, match="An answer of i0 is only given by persons without"):
        graded_response(data, (data["i0"] < 2).astype(float))
    with pytest.raises(TypeError, match="weight is list and no Series"):
        graded_response(data, [1.0] * 300)


def test_item_fit_needs_the_answers_of_the_model():
    data = _simulated(300, 3).drop(columns="skill")
    model = graded_response(data)
    with pytest.raises(ValueError, match="more or fewer answers"):
        item_fit(model, data.clip(upper=1))
    with pytest.raises(ValueError, match="smallest is 0"):
        item_fit(model, data, smallest=0)


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        (lambda d: d.assign(i1=2 - d["i1"]), ValueError, r"1 item\(s\) run against .*i1.*reversed"),
        (lambda d: d.assign(i1=d["i1"].replace(2, 9)), ValueError, "unknown codes"),
        (lambda d: d.assign(i1=d["i1"] + 1), ValueError, "whole numbers 0, 1, 2"),
        (lambda d: d.assign(i1=d["i1"].astype(str)), TypeError, "recode"),
        (lambda d: d[["i0", "i1"]], ValueError, "at least three"),
        (lambda d: pd.concat([d, d[["i1"]]], axis=1), ValueError, r"i1 more than once"),
        (lambda d: d.iloc[:0], ValueError, "no rows"),
        (lambda d: d.iloc[:1], ValueError, "whole numbers 0, 1, 2"),
        (lambda d: d.assign(i1=np.inf), ValueError, "whole numbers 0, 1, 2"),
    ],
)
def test_items_that_cannot_be_scaled(change, error, word):
    with pytest.raises(error, match=word):
        graded_response(change(_simulated(300, 3).drop(columns="skill")))


def test_weights_in_another_order_are_refused():
    data = _simulated(300, 3).drop(columns="skill")
    weight = pd.Series(np.arange(300) + 1.0, index=data.index)
    for other in (weight[::-1], weight.iloc[:-1], weight.reset_index(drop=True).add_prefix("p")):
        with pytest.raises(ValueError, match="index of items"):
            graded_response(data, other)


def test_a_person_without_answers_is_refused():
    data = _simulated(300, 3).drop(columns="skill").astype(float)
    data.iloc[[4, 7]] = np.nan
    with pytest.raises(ValueError, match="2 of 300 persons answered no item"):
        graded_response(data)


def test_item_fit_needs_the_items_of_the_model():
    data = _simulated(300, 3).drop(columns="skill")
    with pytest.raises(ValueError, match="differ"):
        item_fit(graded_response(data), data.rename(columns={"i0": "j0"}))


# Another implementation --------------------------------------------------------------------------


def _log_likelihood(items: pd.DataFrame, estimates: pd.Series) -> float:
    """Marginal log-likelihood by Gauss-Hermite quadrature, written apart from the module."""
    nodes, weight = np.polynomial.hermite_e.hermegauss(81)
    weight = weight / weight.sum()
    joint = np.ones((len(items), len(nodes)))
    for name in items:
        slope, *cuts = estimates[name]
        at_least = [1 / (1 + np.exp(-slope * (nodes - cut))) for cut in cuts]
        edges = np.array([np.ones_like(nodes), *at_least, np.zeros_like(nodes)])
        joint *= (edges[:-1] - edges[1:])[items[name].to_numpy()]
    return float(np.log(joint @ weight).sum())


def test_agrees_with_girth_and_has_the_larger_likelihood():
    items = pd.read_csv(REFERENCE / "grm_answers.csv")
    table = pd.read_csv(REFERENCE / "grm_girth.csv")
    model = graded_response(items)
    got = model.parameters["estimate"].to_numpy()
    # Tolerance: the two differ by up to 0.018, and the likelihood below says which is the maximum.
    assert got == pytest.approx(table["expected"].to_numpy(), abs=0.03), table["origin"].iloc[0]
    own, other = (
        _log_likelihood(items, values.groupby(table["item"]).apply(list))
        for values in (model.parameters["estimate"], table["expected"])
    )
    assert own == pytest.approx(model.log_likelihood, abs=0.01)
    assert own > other
