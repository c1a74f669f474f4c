"""The small synthetic survey, and values of R's survey for it (see reference/survey.R)."""

from pathlib import Path

import pandas as pd

from armutsexpertise.survey.design import SurveyDesign

HERE = Path(__file__).resolve().parent
REFERENCE = pd.read_csv(HERE / "reference" / "survey.csv", dtype={"variable": str})
FACTORS = pd.read_csv(HERE / "reference" / "factors.csv")
SHARED = HERE.parents[1].parent / "shared"


def read_survey():
    frame = pd.read_csv(HERE / "data" / "survey.csv")
    frame["poor"] = frame["income"] < 1500
    frame["female"] = frame["sex"] == "female"
    return frame


def taylor(frame, name):
    known = {
        "persons": {},
        "clusters": {"clusters": "psu"},
        "stratified": {"clusters": "psu", "strata": "stratum"},
        "nested": {"clusters": "psu_in_stratum", "strata": "stratum", "nest": True},
        "fpc": {"clusters": "psu", "strata": "stratum", "fpc": "n_psu"},
        "two_stage": {
            "clusters": ["psu", "household"],
            "strata": "stratum",
            "fpc": ["n_psu", "n_household"],
        },
    }
    if name.startswith("thin_"):
        _, rule, *fpc = name.split("_")
        return SurveyDesign.from_frame(
            frame,
            weights="weight",
            clusters="psu",
            strata="thin",
            fpc="n_psu_thin" if fpc else None,
            lonely_psu=rule,
        )
    return SurveyDesign.from_frame(frame, weights="weight", **known[name])


def replicated(frame, name):
    kind = name.split("_")[0]
    rows = FACTORS[FACTORS["design"].eq({"SDR": "BRR"}.get(kind, kind))]
    factors = rows.drop(columns=["design", "rscale"]).to_numpy(dtype=float)
    psu = frame["psu"].to_numpy() - 1
    options = {"Fay": {"fay": 0.3}, "JKn": {"rscales": rows["rscale"].to_numpy()}}.get(kind, {})
    if name == "bootstrap":
        options = {"scale": 1 / (len(factors) - 1)}  # R's factor, also about the estimate
    return SurveyDesign.from_replicates(
        frame,
        weights="weight",
        replicates=factors.T[psu],
        combined=False,
        kind=kind,
        centre="mean" if name.endswith("_mean") else "estimate",
        **options,
    )
