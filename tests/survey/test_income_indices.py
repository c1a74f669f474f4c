"""Indices on many weights: the plain functions, laeken's bootstrap, limits and errors."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey_samples import SHARED, taylor

from armutsexpertise.inequality import gini, quintile_share_ratio
from armutsexpertise.poverty import (
    at_risk_of_poverty_rate,
    at_risk_of_poverty_threshold,
    relative_median_poverty_gap,
)
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.income_indices import income_indices
from armutsexpertise.survey.replicate import bootstrap, make_replicates
from armutsexpertise.survey.weights import rake


def _plain(income, weight, domains, share=0.6):
    """Return the indices by the plain functions, domain after domain."""
    line = at_risk_of_poverty_threshold(income, weight, share=share)
    values = []
    for mask in domains.values():
        values += [
            at_risk_of_poverty_rate(income, weight, domain=mask, line=line),
            relative_median_poverty_gap(income, weight, domain=mask, line=line),
            quintile_share_ratio(income, weight, domain=mask),
            gini(income, weight, domain=mask),
        ]
    return values


def test_bootstrap_of_indices_is_that_of_the_plain_functions(frame):
    income = frame["income"].to_numpy()
    domains = {"all": np.ones(len(frame), dtype=bool)}
    domains |= {sex: frame["sex"].eq(sex).to_numpy() for sex in ("female", "male")}
    design = taylor(frame, "stratified")
    raking = rake(frame, {"region": {"north": 52000, "south": 27000}})
    indices = income_indices(income, domains, share=0.8)
    got = bootstrap(design, indices, seed=5, n_replicates=40, adjust=raking)
    made = make_replicates(design, "bootstrap", seed=5, n_replicates=40, adjust=raking)
    assert got.estimate == pytest.approx(_plain(income, made.weights, domains, 0.8), rel=1e-12)
    expected = [_plain(income, column, domains, 0.8) for column in made.replicates.T]
    assert got.replicates == pytest.approx(np.array(expected), rel=1e-12)
    assert list(indices.labels["domain"].unique()) == ["all", "female", "male"]
    assert indices.labels.shape == (12, 2)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_ties_and_exact_shares_are_those_of_the_plain_functions(seed):
    # few distinct incomes and integer weights: medians fall on exact shares
    rng = np.random.default_rng(seed)
    income = rng.integers(1, 12, 24).astype(float)
    weight = rng.integers(0, 3, 24).astype(float)
    income[:10], weight[:10] = np.r_[1.0:11.0], 1.0
    domains = {"all": np.ones(24, dtype=bool), "part": np.arange(24) < 10}
    got = income_indices(income, domains)(weight[:, None])[0]
    line = at_risk_of_poverty_threshold(income, weight)
    if (weight[income < line] > 0).any() and np.isfinite(got).all():
        assert got == pytest.approx(_plain(income, weight, domains), rel=1e-12)


@pytest.mark.parametrize(("persons", "clusters"), [("pers", None), ("hh", "db030")])
def test_calibrated_bootstrap_agrees_with_laeken(eusilc, persons, clusters):
    path = SHARED / "reference" / "laeken_boot.csv"
    if not path.exists():
        pytest.skip("the reference values are not beside the checkout")
    known = pd.read_csv(path)
    design = SurveyDesign.from_frame(eusilc, weights="rb050", strata="db040", clusters=clusters)
    domains = {"ALL": np.ones(len(eusilc), dtype=bool)}
    domains |= {region: eusilc["db040"].eq(region) for region in eusilc["db040"].unique()}
    indices = income_indices(eusilc["eqIncome"], domains)
    totals = eusilc.groupby("db040")["rb050"].sum().to_dict()
    got = bootstrap(design, indices, seed=1, adjust=rake(eusilc, {"db040": totals}))
    # laeken's variances are about the mean of the replicates
    values = indices.labels.assign(value=got.estimate, var=got.replicates.var(axis=0, ddof=1))
    for short, indicator, unit in (
        ("arpr", "at_risk_of_poverty_rate", 100),
        ("rmpg", "relative_median_poverty_gap", 100),
        ("qsr", "quintile_share_ratio", 1),
        ("gini", "gini", 100),
    ):
        ours = values[values["indicator"] == indicator].set_index("domain")
        theirs = known[known["ind"] == f"{short}_calibrate_{persons}"].set_index("dom")
        ours = ours.loc[theirs.index]
        assert (ours["value"] * unit).to_numpy() == pytest.approx(theirs["value"], rel=1e-12)
        # two variances of 1000 replicates: the log of their ratio has the standard error 0.063
        # for a normal estimate, more for a skewed one
        ratio = np.log(ours["var"] * unit**2 / theirs["var"])
        assert ratio.abs().max() < 0.35
        assert abs(ratio.mean()) < 0.1


def test_undefined_indices_are_missing_and_stop_the_bootstrap(small):
    indices = income_indices(
        [1.0, 10, 12, 14, 20, 30], {"all": [True] * 6, "one": [False] * 5 + [True]}
    )
    values = indices(np.ones((6, 1)))[0]
    assert np.isfinite(values[:4]).all()
    assert values[4] == 0
    assert np.isnan(values[5:7]).all()  # nobody is poor and nobody above the quantile
    assert values[7] == pytest.approx(0)
    design = SurveyDesign.from_frame(small, weights="w")
    with pytest.raises(ValueError, match="undefined on 5 of 5 replicates"):
        bootstrap(design, indices, seed=1, n_replicates=5)
    assert np.isnan(indices(np.eye(6)[:, :1])[0, 4:]).all()  # no weight in the domain


def test_without_a_positive_line_there_is_no_poverty():
    values = income_indices([-9.0, -5, -2, 0, 8, 40], {"all": [True] * 6})(np.ones((6, 1)))[0]
    assert np.isnan(values[:3]).all()
    assert values[3] == pytest.approx(gini([-9.0, -5, -2, 0, 8, 40]))


def test_refuses_bad_input():
    everyone = {"all": [True, True]}
    for error, message, arguments in (
        (ValueError, "domains is empty", ([1, 2], {})),
        (ValueError, "differ in length", ([1, 2, 3], everyone)),
        (ValueError, "1 missing or infinite", ([1, np.nan], everyone)),
        (ValueError, "domain x has no row", ([1, 2], {"x": [False, False]})),
        (TypeError, "must be boolean", ([1, 2], {"x": [1, 0]})),
    ):
        with pytest.raises(error, match=message):
            income_indices(*arguments)
    with pytest.raises(ValueError, match="share is 60"):
        income_indices([1, 2], everyone, share=60)
    with pytest.raises(ValueError, match="the sample 2 rows"):
        income_indices([1, 2], everyone)(np.ones((3, 1)))
