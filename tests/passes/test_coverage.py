"""Bounds on coverage: hand-made counts, properties and messages."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.passes.coverage import (
    counts_apart,
    coverage_bounds,
    informative,
    kreis_summary,
    municipality_status,
    searched_share,
)

STATUSES = ["confirmed", "absent", "unknown"]


def make_municipalities() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ags8": ["01001000", "01002004", "01002008", "01002012", "01002016"],
            "kreis_ags5": ["01001", "01002", "01002", "01002", "01002"],
            "kreis": ["Astadt", "Kreis B", "Kreis B", "Kreis B", "Kreis B"],
            "kreis_type": ["kreisfreie Stadt", "Kreis", "Kreis", "Kreis", "Kreis"],
            "population": [600, 100, 100, 100, 100],
        }
    )


def make_passes(*rows: dict[str, object]) -> pd.DataFrame:
    default = {
        "ags": "01001000",
        "issuer_level": "municipality",
        "counts_for_municipality": True,
        "kind": "social",
        "status": "yes",
        "freshness": "current",
        "verified": True,
    }
    table = pd.DataFrame([{"pass_id": f"p{i}"} | default | row for i, row in enumerate(rows)])
    return table.astype({"verified": bool, "counts_for_municipality": bool})


def status_of(*rows: dict[str, object], **options: object) -> pd.Series:
    return municipality_status(make_municipalities(), make_passes(*rows), **options)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, "confirmed"),
        ({"kind": "mixed"}, "confirmed"),
        ({"freshness": "dated"}, "confirmed"),
        ({"freshness": "historical"}, "unknown"),
        ({"freshness": "undated"}, "unknown"),
        ({"kind": "family"}, "unknown"),
        ({"kind": "culture"}, "unknown"),
        ({"kind": "mobility"}, "unknown"),
        ({"verified": False}, "unknown"),
        ({"counts_for_municipality": False}, "unknown"),
        ({"issuer_level": "association"}, "unknown"),
        ({"status": "proposed"}, "unknown"),
        ({"status": "unknown"}, "unknown"),
        ({"status": "no"}, "absent"),
        ({"status": "abolished"}, "absent"),
        ({"status": "no", "verified": False}, "unknown"),
        ({"status": "no", "freshness": "historical"}, "unknown"),
        ({"status": "no", "kind": "mobility"}, "unknown"),
    ],
)
def test_one_entry_decides_the_status_of_its_municipality(row, expected):
    found = status_of(row)
    assert found["01001000"] == expected
    assert (found.drop("01001000") == "unknown").all()


def test_a_confirmed_pass_outweighs_an_abolished_one():
    found = status_of({"status": "abolished"}, {"status": "yes", "freshness": "dated"})
    assert found["01001000"] == "confirmed"
    only_current = status_of(
        {"status": "abolished"},
        {"status": "yes", "freshness": "dated"},
        freshness=("current",),
    )
    assert only_current["01001000"] == "absent"


def test_kinds_can_be_chosen():
    assert status_of({"kind": "family"}, kinds=("family",))["01001000"] == "confirmed"


def test_the_pass_of_the_kreis_is_apart_and_reaches_its_municipalities_only():
    county = {"issuer_level": "county", "ags": "01002", "counts_for_municipality": False}
    assert (status_of(county) == "unknown").all()
    found = status_of(county, level="county")
    assert list(found.index) == ["01002004", "01002008", "01002012", "01002016"]
    assert (found == "confirmed").all()
    denied = status_of(county | {"status": "no"}, {}, level="county")
    assert (denied == "absent").all()


def test_status_keeps_the_order_of_the_municipalities():
    table = make_municipalities().iloc[::-1]
    found = municipality_status(table, make_passes({}))
    assert list(found.index) == list(table["ags8"])
    assert found["01001000"] == "confirmed"


def test_an_empty_inventory_leaves_everything_unknown():
    found = municipality_status(make_municipalities(), make_passes({}).iloc[:0])
    assert (found == "unknown").all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status": "maybe"}, "passes.status holds maybe: allowed values are yes, no, proposed"),
        ({"kind": "bus"}, "passes.kind holds bus"),
        ({"freshness": "new"}, "passes.freshness holds new"),
        ({"issuer_level": "Land"}, "passes.issuer_level holds Land"),
        ({"ags": "09999999"}, "does not list \\(09999999\\): pass the full list"),
    ],
)
def test_values_outside_the_vocabulary_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        status_of(change)


def test_other_bad_input_to_status_is_refused():
    table, passes = make_municipalities(), make_passes({}, {})
    with pytest.raises(ValueError, match="passes lacks the column\\(s\\) kind"):
        municipality_status(table, passes.drop(columns="kind"))
    with pytest.raises(ValueError, match="municipalities lacks the column\\(s\\) kreis_type"):
        municipality_status(table.drop(columns="kreis_type"), passes)
    with pytest.raises(ValueError, match="passes repeats 1 key"):
        municipality_status(table, passes.assign(pass_id="same"))
    with pytest.raises(ValueError, match="municipalities repeats 5 key"):
        municipality_status(pd.concat([table, table]), passes)
    with pytest.raises(TypeError, match=r"passes.verified must be boolean"):
        municipality_status(table, passes.assign(verified="true"))
    with pytest.raises(ValueError, match="kinds holds bus"):
        municipality_status(table, passes, kinds=("bus",))
    with pytest.raises(ValueError, match="freshness holds new"):
        municipality_status(table, passes, freshness=("new",))
    with pytest.raises(ValueError, match="level holds Land"):
        municipality_status(table, passes, level="Land")


def test_bounds_by_hand():
    # origin: by hand. 1 of 4 confirmed, 1 absent: [1/4, 3/4]; weights 6, 1, 2, 1 of 10:
    # lower 6/10, upper 1 - 1/10.
    status = pd.Series(["confirmed", "absent", "unknown", "unknown"], index=list("abcd"))
    plain = coverage_bounds(status).iloc[0]
    assert plain.to_dict() == {
        "n": 4,
        "n_weighted": 4.0,
        "confirmed": 1,
        "absent": 1,
        "unknown": 2,
        "lower": 0.25,
        "upper": 0.75,
        "width": 0.5,
    }
    weighted = coverage_bounds(status, pd.Series([6, 1, 2, 1], index=list("abcd"))).iloc[0]
    assert weighted["lower"] == pytest.approx(0.6, abs=1e-15)
    assert weighted["upper"] == pytest.approx(0.9, abs=1e-15)
    assert weighted["confirmed"] == 1


@pytest.mark.parametrize(
    ("status", "lower", "upper"),
    [("confirmed", 1.0, 1.0), ("absent", 0.0, 0.0), ("unknown", 0.0, 1.0)],
)
def test_limit_cases(status, lower, upper):
    bounds = coverage_bounds(pd.Series([status] * 7)).iloc[0]
    assert (bounds["lower"], bounds["upper"]) == (lower, upper)


def test_domains_keep_their_order_and_empty_ones_say_so():
    status = pd.Series(["confirmed", "unknown"], index=["a", "b"])
    size = pd.Series(
        pd.Categorical(["groß", "klein"], categories=["klein", "mittel", "groß"], ordered=True),
        index=["b", "a"],
        name="size",
    )
    one = coverage_bounds(status, by=size)
    assert list(one["size"]) == ["klein", "mittel", "groß"]
    assert list(one["n"]) == [1, 0, 1]
    assert one["lower"].tolist()[0] == 1.0
    assert np.isnan(one.loc[1, ["lower", "upper", "width"]].astype(float)).all()
    listed = coverage_bounds(status, by=[size, pd.Series(["x", "y"], ["a", "b"], name="z")])
    assert len(listed) == 3 * 2 + 1
    assert listed.iloc[-1][["size", "z", "n"]].tolist() == ["insgesamt", "insgesamt", 2]


def test_zero_weight_gives_undefined_bounds_not_zero():
    bounds = coverage_bounds(pd.Series(["confirmed"]), pd.Series([0.0])).iloc[0]
    assert bounds["n"] == 1
    assert np.isnan(bounds["lower"])
    assert np.isnan(bounds["upper"])


def test_bad_input_to_bounds_is_refused():
    status = pd.Series(["confirmed", "unknown"], index=["a", "b"])
    with pytest.raises(ValueError, match="status holds maybe"):
        coverage_bounds(pd.Series(["maybe"]))
    with pytest.raises(ValueError, match="status repeats index labels"):
        coverage_bounds(pd.Series(["unknown", "unknown"], index=["a", "a"]))
    with pytest.raises(ValueError, match="weight is missing for 1 of 2"):
        coverage_bounds(status, pd.Series([1.0], index=["a"]))
    with pytest.raises(ValueError, match="weight must be finite and not negative"):
        coverage_bounds(status, pd.Series([1.0, -1.0], index=["a", "b"]))
    with pytest.raises(ValueError, match="size is missing for 1 of 2"):
        coverage_bounds(status, by=pd.Series(["x"], index=["a"], name="size"))
    with pytest.raises(ValueError, match="Series without a name"):
        coverage_bounds(status, by=pd.Series(["x", "y"], index=["a", "b"]))


cells = st.lists(
    st.tuples(st.sampled_from(STATUSES), st.integers(1, 1000), st.sampled_from("xyz")),
    min_size=1,
    max_size=7,
)


def split(rows) -> tuple[pd.Series, pd.Series, pd.Series]:
    frame = pd.DataFrame(rows, columns=["status", "weight", "domain"])
    return frame["status"], frame["weight"], frame["domain"]


@given(cells)
@settings(max_examples=50, deadline=None)
def test_every_completion_lies_within_the_bounds_and_both_are_attained(rows):
    status, weight, _ = split(rows)
    bounds = coverage_bounds(status, weight).iloc[0]
    unknown = np.flatnonzero(status == "unknown")
    shares = []
    for answers in product([0, 1], repeat=len(unknown)):
        truth = (status == "confirmed").to_numpy(dtype=float)
        truth[unknown] = answers
        shares.append(float((truth * weight).sum() / weight.sum()))
    assert min(shares) == pytest.approx(bounds["lower"], abs=1e-12)
    assert max(shares) == pytest.approx(bounds["upper"], abs=1e-12)


@given(cells, st.randoms(use_true_random=False), st.floats(0.01, 1000))
@settings(max_examples=50, deadline=None)
def test_order_and_scale_of_weights_do_not_matter(rows, random, factor):
    status, weight, domain = split(rows)
    before = coverage_bounds(status, weight * factor, by=[domain])
    order = list(status.index)
    random.shuffle(order)
    after = coverage_bounds(status[order], weight[order] * factor, by=[domain[order]])
    pd.testing.assert_frame_equal(before, after, check_exact=True)
    plain = coverage_bounds(status, weight, by=[domain])
    np.testing.assert_allclose(before["lower"], plain["lower"], atol=1e-12)
    np.testing.assert_allclose(before["upper"], plain["upper"], atol=1e-12)


@given(cells)
@settings(max_examples=50, deadline=None)
def test_an_integer_weight_is_a_repeated_row(rows):
    status, weight, _ = split([(s, w % 5 + 1, d) for s, w, d in rows])
    repeated = status.repeat(weight).reset_index(drop=True)
    one = coverage_bounds(status, weight).iloc[0][["lower", "upper"]].astype(float)
    other = coverage_bounds(repeated).iloc[0][["lower", "upper"]].astype(float)
    np.testing.assert_allclose(one, other, atol=1e-12)


@given(cells)
@settings(max_examples=50, deadline=None)
def test_domains_recombine_to_the_total(rows):
    status, weight, domain = split(rows)
    table = coverage_bounds(status, weight, by=[domain])
    parts, total = table.iloc[:-1], table.iloc[-1]
    for column in ["n", "n_weighted", "confirmed", "absent", "unknown"]:
        assert parts[column].sum() == total[column]
    for bound in ["lower", "upper"]:
        mixed = (parts[bound] * parts["n_weighted"]).sum() / total["n_weighted"]
        assert mixed == pytest.approx(total[bound], abs=1e-12)


def test_counts_apart_leaves_out_the_own_social_passes_only():
    passes = make_passes(
        {},
        {"kind": "culture", "issuer_level": "association", "counts_for_municipality": False},
        {"kind": "culture", "issuer_level": "association", "verified": False},
        {"kind": "mobility", "freshness": "historical"},
        {"kind": "family", "status": "abolished"},
        {"issuer_level": "county", "ags": "01002", "status": "no"},
        {"kind": "social", "counts_for_municipality": False},
    )
    found = counts_apart(passes)
    assert found.to_numpy().tolist() == [
        ["social", "municipality", "yes", "current", 1, 0],
        ["social", "county", "no", "current", 1, 0],
        ["family", "municipality", "abolished", "current", 1, 0],
        ["culture", "association", "yes", "current", 1, 1],
        ["mobility", "municipality", "yes", "historical", 1, 0],
    ]
    assert found["n"].sum() + found["n_unverified"].sum() == len(passes) - 1


def test_searched_share_counts_any_entry():
    passes = make_passes(
        {"status": "proposed", "verified": False},
        {"ags": "01002004", "kind": "culture", "issuer_level": "association"},
        {"ags": "01002", "issuer_level": "county"},
    )
    total = searched_share(make_municipalities(), passes).iloc[0]
    assert total.to_dict() == {"n": 5, "with_entry": 2, "share": 0.4, "population_share": 0.7}
    by = searched_share(make_municipalities(), passes, "kreis_type")
    assert by["kreis_type"].tolist() == ["Kreis", "kreisfreie Stadt", "insgesamt"]
    assert by["share"].tolist() == [0.25, 1.0, 0.4]
    assert len(searched_share(make_municipalities(), passes, ["kreis_type", "kreis"])) == 5
    with pytest.raises(ValueError, match="municipalities lacks the column\\(s\\) size"):
        searched_share(make_municipalities(), passes, "size")


def test_informative():
    lower, upper = pd.Series([0.1, 0.1, np.nan]), pd.Series([0.3, 0.9, np.nan])
    assert informative(lower, upper, 0.25).tolist() == [True, False, False]
    assert informative(0.2, 0.2, 0.1) is True
    with pytest.raises(ValueError, match="max_width is 0"):
        informative(0.1, 0.2, 0)
    with pytest.raises(ValueError, match="below its lower bound"):
        informative(0.3, 0.2, 0.5)


def test_kreis_summary_by_hand():
    status = pd.Series(
        ["confirmed", "absent", "confirmed", "unknown", "unknown"],
        index=make_municipalities()["ags8"],
    )
    table = kreis_summary(make_municipalities(), status)
    assert table.to_dict("records") == [
        {
            "kreis_ags5": "01001",
            "kreis": "Astadt",
            "kreis_type": "kreisfreie Stadt",
            "n": 1,
            "confirmed": 1,
            "absent": 0,
            "unknown": 0,
            "population": 600,
            "population_confirmed": 1.0,
            "population_absent": 0.0,
            "population_unknown": 0.0,
        },
        {
            "kreis_ags5": "01002",
            "kreis": "Kreis B",
            "kreis_type": "Kreis",
            "n": 4,
            "confirmed": 1,
            "absent": 1,
            "unknown": 2,
            "population": 400,
            "population_confirmed": 0.25,
            "population_absent": 0.25,
            "population_unknown": 0.5,
        },
    ]
    with pytest.raises(ValueError, match="status is missing for 1 of 5"):
        kreis_summary(make_municipalities(), status.iloc[:-1])
