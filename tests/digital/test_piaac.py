"""PIAAC tables: published figures, and persons without a score."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armutsexpertise.digital.piaac import (
    low_performers,
    problem_solving,
    use_at_home,
    without_score,
)
from armutsexpertise.survey.design import SurveyDesign

FILE = Path(__file__).parents[2].parent / "shared" / "data" / "piaac_deu_2012" / "piaac_deu.csv.gz"
needs_file = pytest.mark.skipif(
    not FILE.exists(), reason="PIAAC Germany is not beside the checkout"
)
PV = [f"PVPSL{k}" for k in range(1, 11)]


@cache
def _germany() -> SurveyDesign:
    data = pd.read_csv(FILE, low_memory=False)
    weights = [f"SPFWT{k}" for k in range(81)]
    keep = [*PV, *weights, "PARED", "AGEG10LFS", "EARNMTHALLDCL", "ICTHOME", "G_Q04_T"]
    data = data[[*keep, "CORESTAGE1_PASS"]].apply(pd.to_numeric, errors="coerce")
    return SurveyDesign.from_replicates(data, weights="SPFWT0", replicates=weights[1:], kind="JK1")


def _small(scores: list[float]) -> SurveyDesign:
    n = len(scores)
    frame = pd.DataFrame({"pv1": scores, "pv2": scores, "w": 1.0})
    return SurveyDesign.from_replicates(
        frame, weights="w", replicates=(1 - np.eye(n)) * n / (n - 1), kind="JK1"
    )


@needs_file
def test_mean_and_standard_error_of_problem_solving():
    table = problem_solving(_germany(), PV).set_index("indicator")
    assert table.loc["score", "estimate"] == pytest.approx(282.58, abs=0.005)
    # 1.05 without the factor 79/80 of JK1: see tests/survey/test_combine.py.
    assert table.loc["score", "se"] == pytest.approx(1.05 * (79 / 80) ** 0.5, abs=0.005)
    assert table.loc["score", "n"] == 4541
    assert table.loc["has_score", "n"] == 5465


@needs_file
def test_children_of_less_educated_parents_have_fewer_scores_and_lower_ones():
    table = problem_solving(_germany(), PV, "PARED").dropna(subset="PARED")
    for indicator in ("score", "has_score"):
        by = table[table["indicator"] == indicator].set_index("PARED")["estimate"]
        assert by.is_monotonic_increasing
    use = use_at_home(_germany(), "ICTHOME", "PARED").dropna(subset="PARED")
    assert use[use["indicator"] == "use"]["estimate"].is_monotonic_increasing


@needs_file
def test_reasons_and_scores_add_up_to_everyone():
    design = _germany()
    frame = design.frame.assign(
        never=(design.frame["G_Q04_T"] == 2), failed=(design.frame["CORESTAGE1_PASS"] == 29)
    )
    own = SurveyDesign.from_replicates(
        frame, weights="SPFWT0", replicates=[f"SPFWT{k}" for k in range(1, 81)], kind="JK1"
    )
    table = without_score(own, PV, {"never": "never", "failed": "failed"}, "AGEG10LFS")
    total = table.groupby("AGEG10LFS")["estimate"].sum()
    assert total.to_numpy() == pytest.approx(1)


@needs_file
def test_bounds_hold_the_share_of_those_with_a_score():
    table = low_performers(_germany(), PV, 241, "AGEG10LFS")
    wide = table.pivot_table(index="AGEG10LFS", columns="indicator", values="estimate")
    assert (wide["below_lower"] <= wide["below"]).all()
    assert (wide["below"] <= wide["below_upper"]).all()


def test_bounds_by_hand():
    # One of three with a score lies below; a fourth has none.
    table = low_performers(_small([200, 300, 310, np.nan]), ["pv1", "pv2"], 241)
    assert table.set_index("indicator")["estimate"].to_dict() == pytest.approx(
        {"below": 1 / 3, "below_lower": 1 / 4, "below_upper": 1 / 2}
    )


def test_without_replicate_weights_there_is_one_sentence():
    frame = pd.DataFrame({"pv1": [1.0, 2], "pv2": [1.0, 2], "w": 1.0})
    design = SurveyDesign.from_frame(frame, weights="w")
    for call in (
        lambda: problem_solving(design, ["pv1", "pv2"]),
        lambda: low_performers(design, ["pv1", "pv2"], 241),
        lambda: use_at_home(design, "pv1"),
        lambda: without_score(design, ["pv1", "pv2"], {}),
    ):
        with pytest.raises(ValueError, match="no replicate weights"):
            call()


def test_plausible_values_must_be_all_or_none():
    design = _small([200, 300, 310, np.nan])
    design.frame.loc[0, "pv2"] = np.nan
    with pytest.raises(ValueError, match="1 of 4 persons have some plausible values"):
        problem_solving(design, ["pv1", "pv2"])
    with pytest.raises(ValueError, match="1 of 3 plausible values are not in the data"):
        problem_solving(_small([200, 300, 310]), ["pv1", "pv2", "pv3"])
    with pytest.raises(ValueError, match="Nobody has a score"):
        problem_solving(_small([np.nan, np.nan, np.nan]), ["pv1", "pv2"])


def test_a_reason_must_be_boolean():
    design = _small([200, 300, np.nan])
    design.frame["never"] = [0, 0, 1]
    with pytest.raises(TypeError, match="boolean"):
        without_score(design, ["pv1", "pv2"], {"never": "never"})
    with pytest.raises(ValueError, match="rename"):
        without_score(design, ["pv1", "pv2"], {"other": "never"})


@pytest.mark.parametrize(
    ("call", "error", "word"),
    [
        (lambda d: problem_solving(d, ["pv1", "pv1"]), ValueError, "pv1 more than once"),
        (lambda d: low_performers(d, ["pv1", "pv2"], float("nan")), ValueError, "below is nan"),
        (lambda d: low_performers(d, ["pv1", "pv2"], -5), ValueError, "give a score in points"),
        (lambda d: low_performers(d, ["pv1", "pv2"], "low"), TypeError, "below is 'low'"),
        (lambda d: without_score(d, ["pv1", "pv2"], ["pv1"]), TypeError, "mapping"),
        (lambda d: use_at_home(d, "none"), ValueError, "Nobody has a value of none"),
    ],
)
def test_questions_that_have_no_answer(call, error, word):
    design = _small([250.0, 270.0, 290.0, np.nan])
    frame = design.frame.assign(none=np.nan)
    with pytest.raises(error, match=word):
        call(replace(design, frame=frame))


@pytest.mark.parametrize("code", [-1.0, 999.0, 9999.0])
def test_codes_of_missing_scores_are_no_scores(code):
    with pytest.raises(ValueError, match="1 of 4 values outside 0 to 600: recode the codes"):
        problem_solving(_small([250.0, 270.0, 290.0, code]), ["pv1", "pv2"])


def test_nobody_with_a_score_is_said():
    design = _small([np.nan] * 4)
    with pytest.raises(ValueError, match="Nobody has a score"):
        low_performers(design, ["pv1", "pv2"], 241)
