"""Inclusion by legal group: hand-made counts, properties and messages."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.passes.eligibility import (
    eligibility_matrix,
    inclusion_by_group,
    income_rule_summary,
)
from armutsexpertise.passes.vocabulary import GROUPS


def make_passes(n: int, **columns: list[object]) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "pass_id": [f"p{i}" for i in range(n)],
            "ags": "01001000",
            "name": [f"Pass {i}" for i in range(n)],
            "issuer_level": "municipality",
            "counts_for_municipality": True,
            "kind": "social",
            "status": "yes",
            "freshness": "current",
            "verified": True,
            "eligible_list_closed": "not_stated",
        }
    )
    return table.assign(**columns)


def make_eligibility(*answers: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(answers, columns=["pass_id", "group", "included"])


STATED = make_eligibility(
    ("p0", "sgb2", "yes"),
    ("p1", "sgb2", "partial"),
    ("p2", "sgb2", "no"),
    ("p3", "sgb2", "not_stated"),
    ("p0", "wohngeld", "yes"),
)


def test_counts_and_bounds_by_hand():
    # origin: by hand. sgb2: yes, partial, no, not stated and one pass without a row, n = 5.
    passes = make_passes(5)
    found = inclusion_by_group(STATED, passes).set_index("group")
    assert list(found.index) == list(GROUPS)
    row = found.loc["sgb2"]
    assert row[["n", "yes", "partial", "no", "no_by_closed_list", "not_stated"]].tolist() == [
        5,
        1,
        1,
        1,
        0,
        2,
    ]
    assert row[["lower", "lower_with_partial", "upper", "upper_full"]].tolist() == [
        1 / 5,
        2 / 5,
        4 / 5,
        3 / 5,
    ]
    assert found.loc["bafoeg", ["lower", "upper"]].tolist() == [0.0, 1.0]


def test_a_closed_list_excludes_what_it_does_not_name_and_is_counted_apart():
    passes = make_passes(5, eligible_list_closed=["yes", "yes", *["not_stated"] * 3])
    read = inclusion_by_group(STATED, passes).set_index("group")
    assert read.loc["sgb2", "no_by_closed_list"] == 0
    assert read.loc["wohngeld", ["no", "no_by_closed_list", "not_stated"]].tolist() == [0, 1, 3]
    assert read.loc["wohngeld", "upper"] == pytest.approx(4 / 5)
    open_ = inclusion_by_group(STATED, passes, closed_list_means_no=False).set_index("group")
    assert open_.loc["wohngeld", ["no_by_closed_list", "not_stated"]].tolist() == [0, 4]
    assert open_.loc["wohngeld", "upper"] == 1.0


@pytest.mark.parametrize(
    "columns",
    [
        {"verified": [False, True]},
        {"status": ["proposed", "yes"]},
        {"kind": ["family", "social"]},
        {"freshness": ["historical", "current"]},
    ],
)
def test_only_existing_verified_passes_of_the_kinds_and_ages_count(columns):
    stated = make_eligibility(("p0", "sgb2", "no"), ("p1", "sgb2", "yes"))
    found = inclusion_by_group(stated, make_passes(2, **columns)).set_index("group")
    assert found.loc["sgb2", ["n", "yes", "no"]].tolist() == [1, 1, 0]


def test_issuer_levels_can_be_chosen():
    passes = make_passes(2, issuer_level=["county", "municipality"])
    found = inclusion_by_group(STATED.iloc[:2], passes, issuer_levels=("county",))
    assert found["n"].tolist() == [1] * len(GROUPS)


def test_no_pass_gives_undefined_shares_not_zero():
    found = inclusion_by_group(STATED.iloc[:0], make_passes(1, status=["no"]))
    assert (found["n"] == 0).all()
    assert found[["lower", "lower_with_partial", "upper", "upper_full"]].isna().all(axis=None)


def test_matrix_is_ordered_and_shows_silence_as_such():
    passes = make_passes(
        5,
        freshness=["dated", "current", "current", "current", "current"],
        eligible_list_closed=["not_stated", "yes", *["not_stated"] * 3],
    )
    stated = make_eligibility(
        ("p0", "sgb2", "yes"),
        ("p3", "sgb2", "yes"),
        ("p3", "sgb12", "yes"),
        ("p2", "sgb2", "partial"),
        ("p1", "sgb2", "no"),
    )
    found = eligibility_matrix(stated, passes)
    assert list(found["pass_id"]) == ["p3", "p2", "p1", "p4", "p0"]
    assert list(found.columns) == ["pass_id", "ags", "name", "kind", "freshness", *GROUPS]
    assert found.loc[2, ["sgb2", "wohngeld"]].tolist() == ["no", "no_by_closed_list"]
    assert found.loc[3, "sgb2"] == "not_stated"


answers = st.lists(
    st.tuples(st.sampled_from(["yes", "partial", "no", "not_stated"]), st.booleans()),
    min_size=1,
    max_size=6,
)


def frames_of(cells) -> tuple[pd.DataFrame, pd.DataFrame]:
    closed = ["yes" if one else "not_stated" for _, one in cells]
    passes = make_passes(len(cells), eligible_list_closed=closed)
    stated = make_eligibility(*((f"p{i}", "sgb2", one) for i, (one, _) in enumerate(cells)))
    return stated, passes


@given(answers)
@settings(max_examples=30, deadline=None)
def test_every_completion_lies_within_the_bounds_and_all_are_attained(cells):
    stated, passes = frames_of(cells)
    row = inclusion_by_group(stated, passes).set_index("group").loc["sgb2"]
    given_answers = ["no" if one == "not_stated" and closed else one for one, closed in cells]
    silent = [i for i, one in enumerate(given_answers) if one == "not_stated"]
    full, at_least_partly = [], []
    for completion in product(["yes", "partial", "no"], repeat=len(silent)):
        truth = list(given_answers)
        for i, one in zip(silent, completion, strict=True):
            truth[i] = one
        full.append(sum(one == "yes" for one in truth) / len(truth))
        at_least_partly.append(sum(one != "no" for one in truth) / len(truth))
    assert min(full) == pytest.approx(row["lower"], abs=1e-12)
    assert max(full) == pytest.approx(row["upper_full"], abs=1e-12)
    assert min(at_least_partly) == pytest.approx(row["lower_with_partial"], abs=1e-12)
    assert max(at_least_partly) == pytest.approx(row["upper"], abs=1e-12)


@given(answers, st.integers(0, 100))
@settings(max_examples=15, deadline=None)
def test_row_order_does_not_matter_and_counts_sum_to_n(cells, seed):
    stated, passes = frames_of(cells)
    found = inclusion_by_group(stated, passes)
    shuffled = inclusion_by_group(
        stated.sample(frac=1, random_state=seed), passes.sample(frac=1, random_state=seed)
    )
    pd.testing.assert_frame_equal(found, shuffled)
    counts = found[["yes", "partial", "no", "no_by_closed_list", "not_stated"]]
    assert (counts.sum(axis=1) == found["n"]).all()
    pd.testing.assert_frame_equal(
        eligibility_matrix(stated, passes),
        eligibility_matrix(stated, passes.iloc[::-1]),
    )


def test_income_rules_never_mix_bases_or_units():
    rules = pd.DataFrame(
        {
            "pass_id": ["p0", "p1", "p2", "p3", "p4", "p0"],
            "basis": ["percent_of_need", "percent_of_need", *["net_per_size"] * 3, "other"],
            "value": [110.0, 150.0, 1200.0, np.nan, 15000.0, np.nan],
            "unit": ["percent", "percent", *["EUR_per_month"] * 2, "EUR_per_year", None],
        }
    )
    found = income_rule_summary(rules, make_passes(5))
    assert found[["basis", "unit", "n_passes", "n_with_value"]].to_numpy().tolist() == [
        ["net_per_size", "EUR_per_month", 2, 1],
        ["net_per_size", "EUR_per_year", 1, 1],
        ["other", "", 1, 0],
        ["percent_of_need", "percent", 2, 2],
    ]
    need = found.iloc[3]
    assert need[["minimum", "median", "maximum"]].tolist() == [110, 130, 150]
    assert np.isnan(found.loc[2, "maximum"])
    dropped = income_rule_summary(rules, make_passes(5, verified=[True, False] + [True] * 3))
    assert dropped.iloc[3]["maximum"] == 110


def test_bad_input_is_refused():
    passes = make_passes(4)
    with pytest.raises(ValueError, match="eligibility lacks the column\\(s\\) group"):
        inclusion_by_group(STATED.drop(columns="group"), passes)
    with pytest.raises(ValueError, match=r"eligibility.group holds rentner"):
        inclusion_by_group(STATED.assign(group="rentner").iloc[:1], passes)
    with pytest.raises(ValueError, match=r"eligibility.included holds ja: allowed values"):
        inclusion_by_group(STATED.assign(included="ja"), passes)
    with pytest.raises(ValueError, match="eligibility repeats 5 key"):
        inclusion_by_group(pd.concat([STATED, STATED]), passes)
    with pytest.raises(ValueError, match="eligibility names 3 pass_id"):
        inclusion_by_group(STATED, make_passes(1))
    with pytest.raises(ValueError, match=r"eligible_list_closed holds no"):
        inclusion_by_group(STATED, passes.assign(eligible_list_closed="no"))
    with pytest.raises(ValueError, match="passes lacks the column\\(s\\) name"):
        eligibility_matrix(STATED, passes.drop(columns="name"))
    with pytest.raises(ValueError, match="issuer_levels holds Land"):
        inclusion_by_group(STATED, passes, issuer_levels=("Land",))
    rules = pd.DataFrame({"pass_id": ["p9"], "basis": "other", "value": [1.0], "unit": "EUR"})
    with pytest.raises(ValueError, match="income_rules names 1 pass_id"):
        income_rule_summary(rules, passes)
    with pytest.raises(TypeError, match=r"income_rules.value must be numeric"):
        income_rule_summary(rules.assign(value="110", pass_id="p0"), passes)
    with pytest.raises(ValueError, match="income_rules lacks the column\\(s\\) unit"):
        income_rule_summary(rules.drop(columns="unit"), passes)
