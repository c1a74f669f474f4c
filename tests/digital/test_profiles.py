"""Profiles: known groups are found, their stability is told, noise is not."""

import numpy as np
import pandas as pd
import pytest

from armutsexpertise.digital.profiles import tree_profiles


def _people(n: int = 1500, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.integers(16, 90, n),
            "school": rng.choice(["high", "low", "medium"], n),
            "poor": rng.random(n) < 0.2,
            "noise": rng.normal(size=n),
            "w": rng.uniform(0.5, 2, n),
            "household": np.arange(n) // 2,
        }
    )
    frame["size"] = pd.Categorical(
        rng.choice(["1", "2", "3+"], n), categories=["1", "2", "3+"], ordered=True
    )
    risk = 0.03 + 0.5 * ((frame["age"] > 70) & (frame["school"] == "low"))
    frame["offline"] = rng.random(n) < risk
    return frame


VARIABLES = ["age", "school", "poor", "noise", "size"]


def test_the_group_that_was_made_is_found():
    frame = _people()
    found = tree_profiles(
        frame, "offline", VARIABLES, "w", depth=2, smallest=50, samples=30, cluster="household"
    )
    top = found.groups.iloc[0]
    assert "school is low" in top["rule"]
    assert "age > " in top["rule"]
    own = frame[(found.member == 1).to_numpy()]
    assert top["n"] == len(own)
    assert top["share"] == pytest.approx(np.average(own["offline"], weights=own["w"]))
    assert found.agreement > 0.7
    assert found.agreement_low <= found.agreement


def test_shares_add_up_and_every_person_has_a_group():
    frame = _people()
    found = tree_profiles(frame, "offline", VARIABLES, "w", samples=20)
    assert found.groups[["share_of_outcome", "share_of_population"]].sum().tolist() == (
        pytest.approx([1, 1])
    )
    assert found.groups["share"].is_monotonic_decreasing
    assert set(found.member) == set(found.groups["group"])
    assert (found.groups["n"] >= 100).all()


def test_noise_has_no_stable_profile():
    frame = _people().assign(offline=np.random.default_rng(2).random(1500) < 0.1)
    noise = tree_profiles(frame, "offline", VARIABLES, "w", gain=0, samples=30)
    real = tree_profiles(_people(), "offline", VARIABLES, "w", samples=30)
    assert noise.agreement < 0.35 < 0.7 < real.agreement
    assert noise.variables["first_share"].max() < 0.9 < real.variables["first_share"].max()


def test_a_tree_without_groups_claims_no_agreement():
    frame = _people().assign(offline=np.random.default_rng(2).random(1500) < 0.1)
    found = tree_profiles(frame, "offline", VARIABLES, "w", gain=0.5, samples=20)
    assert found.groups["rule"].tolist() == ["everyone"]
    assert np.isnan(found.agreement)


def test_scaling_the_weights_changes_nothing():
    frame = _people()
    one, ten = (
        tree_profiles(frame.assign(w=factor * frame["w"]), "offline", VARIABLES, "w", samples=20)
        for factor in (1, 10)
    )
    assert one.groups["rule"].tolist() == ten.groups["rule"].tolist()


@pytest.mark.parametrize(
    ("change", "settings", "error", "word"),
    [
        (lambda d: d, {"smallest": 5}, ValueError, "nor safe"),
        (lambda d: d, {"depth": 9}, ValueError, "1 to 6"),
        (lambda d: d, {"samples": 3}, ValueError, "at least 20"),
        (lambda d: d.assign(offline=False), {}, ValueError, "some but not all"),
        (lambda d: d.assign(offline=1), {}, TypeError, "boolean"),
        (lambda d: d.assign(age=np.nan), {}, ValueError, "lacks 1500 of 1500"),
        (lambda d: d.drop(columns="age"), {}, ValueError, "age"),
        (lambda d: d.assign(w=-1.0), {}, ValueError, "not negative"),
        (lambda d: d.assign(w="x"), {}, TypeError, "w must be numbers"),
        (lambda d: d.assign(age=np.inf), {}, ValueError, "age holds infinite"),
        (lambda d: d.iloc[:0], {}, ValueError, "some but not all"),
        (lambda d: d.iloc[:1], {}, ValueError, "some but not all"),
        (lambda d: pd.concat([d, d[["age"]]], axis=1), {}, ValueError, "age more than once"),
        (lambda d: d, {"depth": 2.5}, TypeError, "depth is 2.5: give a whole number"),
        (lambda d: d, {"smallest": 30.5}, TypeError, "smallest is 30.5"),
        (lambda d: d, {"samples": True}, TypeError, "samples is True"),
    ],
)
def test_refusals(change, settings, error, word):
    with pytest.raises(error, match=word):
        tree_profiles(change(_people()), "offline", VARIABLES, "w", **settings)


@pytest.mark.parametrize("extra", ["offline", "w", "age"])
def test_a_profile_is_not_made_of_its_outcome_its_weights_or_the_same_twice(extra):
    with pytest.raises(ValueError, match=f"{extra} more than once"):
        tree_profiles(_people(), "offline", [*VARIABLES, extra], "w")
