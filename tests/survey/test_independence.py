"""The Rao-Scott test against R's survey."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from survey_samples import FACTORS, REFERENCE, replicated, taylor

from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.independence import rao_scott

BY_REPLICATES = {"SDR", "bootstrap_mean", *FACTORS["design"]}
ROWS = REFERENCE[REFERENCE["statistic"].eq("rao_scott")]


@pytest.mark.parametrize(
    "expected",
    list(ROWS.itertuples()),
    ids=list(ROWS["design"] + " " + ROWS["variable"] + " " + ROWS["domain"]),
)
def test_matches_r(frame, expected):
    where = None if expected.domain == "ALL" else "female"
    sample = replicated if expected.design in BY_REPLICATES else taylor
    got = rao_scott(sample(frame, expected.design), *expected.variable.split(), where=where)
    assert got == pytest.approx(
        (expected.estimate, expected.ci_low, expected.ci_high, expected.se), rel=1e-9
    )


def test_equal_weights_give_pearsons_test():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"w": 1.0, "a": rng.integers(0, 2, 4000), "b": rng.integers(0, 2, 4000)})
    got = rao_scott(SurveyDesign.from_frame(frame, weights="w"), "a", "b")
    table = pd.crosstab(frame["a"], frame["b"])
    pearson = stats.chi2_contingency(table, correction=False)
    assert got.df_table == pytest.approx(1)
    assert got.statistic == pytest.approx(pearson.statistic, rel=0.01)
    assert got.p_value == pytest.approx(pearson.pvalue, rel=0.05)


def test_refuses_what_is_no_table(frame):
    design = taylor(frame.assign(one=1, hole=[None] + ["x"] * 369), "stratified")
    with pytest.raises(ValueError, match="one has fewer than two categories"):
        rao_scott(design, "sex", "one")
    with pytest.raises(ValueError, match="1 of 370 rows lack sex or hole"):
        rao_scott(design, "sex", "hole")
    with pytest.raises(ValueError, match="are both sex: name two columns"):
        rao_scott(design, "sex", "sex")
    with pytest.raises(ValueError, match="12 of 16 cells are empty"):
        rao_scott(taylor(frame.assign(same=frame["stratum"]), "persons"), "stratum", "same")
    with pytest.raises(ValueError, match="no degrees of freedom"):
        rao_scott(
            SurveyDesign.from_frame(
                frame.assign(one=1), weights="weight", clusters="one", lonely_psu="certainty"
            ),
            "sex",
            "region",
        )
