"""Time reading, indices, estimates and a model on a drawn survey at two sizes.

Run with ``.venv/bin/python benchmarks/survey.py``. The survey is drawn here and is no real data.
Where R with the packages survey and laeken is installed, its times stand beside.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from armutsexpertise.inequality import gini, quintile_share_ratio
from armutsexpertise.microdata import read_survey
from armutsexpertise.poverty import (
    at_risk_of_poverty_rate,
    at_risk_of_poverty_rate_linearised,
    at_risk_of_poverty_threshold,
    poverty_line_linearised,
    relative_median_poverty_gap,
)
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Mean, estimate
from armutsexpertise.survey.models import fit

SIZES = (15_000, 741_000)
REGIONS = 9
R_SCRIPT = """
library(laeken)
d <- read.csv("{file}")
t <- system.time({{
  arpr("income", weights = "weight", breakdown = "region", data = d)
  rmpg("income", weights = "weight", breakdown = "region", data = d)
  qsr("income", weights = "weight", breakdown = "region", data = d)
  gini("income", weights = "weight", breakdown = "region", data = d)
}})
cat(t[["elapsed"]])
"""


def draw(n: int, seed: int = 1) -> pd.DataFrame:
    """Draw persons in households, regions as strata."""
    rng = np.random.default_rng(seed)
    household = np.arange(n) // 2
    return pd.DataFrame(
        {
            "household": household,
            "region": rng.integers(0, REGIONS, household.max() + 1)[household],
            "income": rng.lognormal(9.8, 0.6, household.max() + 1)[household].round(2),
            "age": rng.integers(0, 95, n),
            "weight": rng.uniform(200, 900, household.max() + 1)[household],
        }
    )


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """Return the shortest of some runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def four_indices_by_region(data: pd.DataFrame) -> None:
    line = at_risk_of_poverty_threshold(data["income"], data["weight"])
    for _, part in data.groupby("region"):
        income, weight = part["income"].to_numpy(), part["weight"].to_numpy()
        at_risk_of_poverty_rate(income, weight, line=line)
        relative_median_poverty_gap(income, weight, line=line)
        quintile_share_ratio(income, weight)
        gini(income, weight)


def arpr_by_region(design: SurveyDesign) -> None:
    frame = design.frame
    line = poverty_line_linearised(frame["income"], frame["weight"])
    estimate(
        design,
        {
            "arpr": lambda f, w, d: at_risk_of_poverty_rate_linearised(
                f["income"], w, domain=d, line=line
            )
        },
        by="region",
    )


def laeken_seconds(data: pd.DataFrame, folder: Path) -> float | None:
    if shutil.which("Rscript") is None:
        return None
    file = folder / "survey.csv"
    data.to_csv(file, index=False)
    done = subprocess.run(
        ["Rscript", "-e", R_SCRIPT.format(file=file)], capture_output=True, text=True, check=False
    )
    return float(done.stdout.split()[-1]) if done.returncode == 0 else None


def main() -> None:
    print(f"{'task':<44}" + "".join(f"{n:>12,}" for n in SIZES))
    rows: dict[str, list[float | None]] = {}
    for n in SIZES:
        data = draw(n).assign(poor=lambda d: d["income"] < 10_000)
        design = SurveyDesign.from_frame(
            data, weights="weight", strata="region", clusters="household"
        )
        with tempfile.TemporaryDirectory() as folder:
            sav = Path(folder) / "survey.sav"
            pyreadstat.write_sav(data.drop(columns="poor"), str(sav))
            rows.setdefault("read .sav", []).append(seconds(lambda f=sav: read_survey(f), 1))
            rows.setdefault("  the same, R laeken", []).append(laeken_seconds(data, Path(folder)))
        for task, work in {
            "four indices by nine regions": lambda d=data: four_indices_by_region(d),
            "linearised ARPR by region": lambda d=design: arpr_by_region(d),
            "mean by region": lambda d=design: estimate(d, {"m": Mean("income")}, by="region"),
            "logit of poor on age and region": lambda d=design: fit(
                d, "poor", ["age", "region"], "logit"
            ),
        }.items():
            rows.setdefault(task, []).append(seconds(work, 1 if n > 100_000 else 3))
    order = [
        "read .sav",
        "four indices by nine regions",
        "  the same, R laeken",
        "linearised ARPR by region",
        "mean by region",
        "logit of poor on age and region",
    ]
    for task in order:
        cells = "".join("           -" if t is None else f"{t:>10.3f} s" for t in rows[task])
        print(f"{task:<44}{cells}")


if __name__ == "__main__":
    main()
