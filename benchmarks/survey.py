"""Time the survey functions beside R's survey, laeken and haven and Python's svy.

Run with ``make benchmark PARTS=survey``. The survey is drawn here, seeded, and is no real data; R
reads the same rows as CSV. Writes its table into docs/benchmarks.md.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
from results_page import circumstances, markdown_table, rounded, write_section

from armutsexpertise.microdata import read_survey
from armutsexpertise.poverty import at_risk_of_poverty_rate_linearised, poverty_line_linearised
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Mean, estimate
from armutsexpertise.survey.income_indices import IncomeIndices, income_indices
from armutsexpertise.survey.models import fit
from armutsexpertise.survey.replicate import Bootstrap, bootstrap
from armutsexpertise.survey.weights import rake

SIZES = (15_000, 741_000)
REPLICATES = 1000
LAEKEN_REPLICATES = {15_000: (10, 50), 741_000: (2, 8)}  # laeken needs hours for 1,000
REGIONS = [f"region {i}" for i in range(1, 10)]
POOR_BELOW = 10_000

TASKS = {
    "read": "read a .sav file with five columns",
    "indices": "ARPR, median gap, S80/S20, Gini; total and nine regions",
    "linearised": "ARPR by region with linearised standard error",
    "bootstrap": f"the four indices in ten domains, {REPLICATES:,} calibrated household bootstraps",
    "mean": "mean by region with standard error",
    "logit": "logit with design covariance, ten coefficients",
}
#: Seconds, and a number that the same task gives in every tool (None where it is random).
Times = dict[tuple[str, str], tuple[float, float | None]]


def draw(n: int, seed: int = 1) -> pd.DataFrame:
    """Draw persons in households of one to five, regions as strata."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([1, 2, 3, 4, 5], n, p=[0.4, 0.33, 0.12, 0.1, 0.05])
    household = np.repeat(np.arange(n), sizes)[:n]
    count = household[-1] + 1
    region = rng.integers(0, len(REGIONS), count)
    income = rng.lognormal(9.9 - 0.02 * region, 0.55).round(2)
    return pd.DataFrame(
        {
            "household": household,
            "region": pd.Categorical.from_codes(region[household], REGIONS),
            "income": income[household],
            "age": rng.integers(0, 95, n),
            "weight": rng.uniform(200, 900, count)[household],
        }
    )


def timed(work: Callable[[], Any], runs: int = 3) -> tuple[float, Any]:
    """Return the shortest of some runs, of fewer where they take more than 20 s, and the result."""
    best, started = float("inf"), time.perf_counter()
    for _ in range(runs):
        begin = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - begin)
        if time.perf_counter() - started > 20:
            break
    return best, result


def prepared_indices(data: pd.DataFrame) -> IncomeIndices:
    domains = {"total": np.ones(len(data), dtype=bool)}
    domains |= {region: data["region"] == region for region in REGIONS}
    return income_indices(data["income"], domains)


def arpr_by_region(design: SurveyDesign) -> pd.DataFrame:
    line = poverty_line_linearised(design.frame["income"], design.weights)
    return estimate(
        design,
        {
            "arpr": lambda f, w, d: at_risk_of_poverty_rate_linearised(
                f["income"], w, domain=d, line=line
            )
        },
        by="region",
    )


def calibrated_bootstrap(data: pd.DataFrame) -> Bootstrap:
    # the members of a household have one income, one weight and one region: add them up
    keys = ["household", "region", "income"]
    households = data.groupby(keys, observed=True, as_index=False)["weight"].sum()
    design = SurveyDesign.from_frame(
        households, weights="weight", strata="region", clusters="household"
    )
    totals = data.groupby("region", observed=True)["weight"].sum()
    return bootstrap(
        design,
        prepared_indices(households),
        seed=1,
        n_replicates=REPLICATES,
        adjust=rake(households, {"region": totals.to_dict()}),
    )


def bootstrap_alone(n: int) -> tuple[float, float]:
    """Return seconds and the peak memory in GB of a process that does nothing else."""
    data = draw(n)
    seconds, _ = timed(lambda: calibrated_bootstrap(data))
    try:
        import resource
    except ImportError:  # Windows
        return seconds, float("nan")
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def own_times(data: pd.DataFrame, sav: Path) -> Times:
    design = SurveyDesign.from_frame(data, weights="weight", strata="region", clusters="household")
    weights = design.weights[:, None]
    works: dict[str, tuple[Callable[[], object], Callable[..., float] | None]] = {
        "read": (lambda: read_survey(sav), lambda found: found.data["income"].sum()),
        "indices": (lambda: prepared_indices(data)(weights), np.sum),
        "linearised": (lambda: arpr_by_region(design), None),
        "mean": (
            lambda: estimate(design, {"mean": Mean("income")}, by="region"),
            lambda table: table["estimate"].sum() + table["se"].sum(),
        ),
        "logit": (
            lambda: fit(design, "poor", ["age", "region"], "logit"),
            lambda model: np.sqrt(np.diag(model.covariance)).sum(),
        ),
    }
    times: Times = {}
    for task, (work, answer) in works.items():
        seconds, result = timed(work)
        times["", task] = seconds, None if answer is None else float(answer(result))
    return times


def svy_times(data: pd.DataFrame, sav: Path) -> Times:
    try:
        import polars as pl
        import svy
    except ImportError:
        print("svy is not installed: its times are left out.")
        return {}
    table = pl.from_pandas(data.assign(poor=data["poor"].astype(int)))
    sample = svy.Sample(table, svy.Design(stratum="region", psu="household", wgt="weight"))
    read, found = timed(lambda: svy.read_sav(sav))
    mean, means = timed(lambda: sample.estimation.mean("income", by="region").to_polars())
    terms = ["age", svy.Cat("region")]
    logit, model = timed(lambda: sample.glm.fit("poor", x=terms, family="binomial").to_polars())
    return {
        ("svy", "read"): (read, float(found["income"].sum())),
        ("svy", "mean"): (mean, float(means["est"].sum() + means["se"].sum())),
        ("svy", "logit"): (logit, float(model["std_err"].sum())),
    }


def r_times(csv: Path, sav: Path, replicates: tuple[int, int]) -> tuple[Times, list[str]]:
    """Return the times of R's packages and their versions; nothing where R is not installed."""
    program = shutil.which("Rscript")
    if program is None:
        print("R is not installed: the times of survey, laeken and haven are left out.")
        return {}, []
    script = Path(__file__).with_name("survey.R")
    command = [program, str(script), str(csv), str(sav), *map(str, replicates)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    times: Times = {}
    versions = []
    for line in done.stdout.splitlines():
        tool, task, value, *answer = line.split("\t")
        if tool == "version":
            versions.append(f"{task} {value}")
        else:
            given = None if answer[0] == "NA" else float(answer[0])
            times[tool, task] = float(value), given
    for tool in sorted({"survey", "laeken", "haven"} - {tool for tool, _ in times}):
        print(f"R's {tool} is not installed: its times are left out.")
    return times, versions


def rows_of(n: int, times: Times) -> list[list[str]]:
    """Return a row per task and tool, with the ratio to this package."""
    rows = []
    for task, label in TASKS.items():
        own, own_answer = times["", task]
        rows.append([label, "**armutsexpertise**", f"{n:,}", f"{rounded(own)} s", "", ""])
        for (tool, other_task), (seconds, answer) in times.items():
            if tool and other_task == task:
                agreement = ""
                if answer is not None and own_answer is not None:
                    gap = abs(answer / own_answer - 1)
                    agreement = f"{gap:.0e}" if gap else "0"
                name = tool if tool == "svy" else f"R {tool}"
                rows.append(
                    ["", name, f"{n:,}", f"{rounded(seconds)} s", rounded(seconds / own), agreement]
                )
    return rows


def main() -> None:
    rows: list[list[str]] = []
    versions: list[str] = []
    memory = 0.0
    for n in SIZES:
        data = draw(n).assign(poor=lambda d: d["income"] < POOR_BELOW)
        with tempfile.TemporaryDirectory() as folder:
            csv, sav = Path(folder) / "survey.csv", Path(folder) / "survey.sav"
            data.assign(poor=data["poor"].astype(int)).to_csv(csv, index=False)
            codes = data["region"].cat.codes.astype(float)
            pyreadstat.write_sav(data.drop(columns="poor").assign(region=codes), str(sav))
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                seconds, peak = pool.submit(bootstrap_alone, n).result()
            times = own_times(data, sav) | {("", "bootstrap"): (seconds, None)}
            times |= svy_times(data, sav)
            foreign, versions = r_times(csv, sav, LAEKEN_REPLICATES[n])
        few, more = LAEKEN_REPLICATES[n]
        if ("laeken", f"bootstrap {few}") in foreign:
            short, long = (foreign["laeken", f"bootstrap {count}"][0] for count in (few, more))
            each = (long - short) / (more - few)
            foreign["laeken", "bootstrap"] = long + each * (REPLICATES - more), None
        rows += rows_of(n, times | foreign)
        memory = peak
        print(f"{n:,} rows done")
    header = ["task", "tool", "rows", "time", "times ours", "difference"]
    counts = " and ".join(
        f"{few} and {more} at {n:,} rows" for n, (few, more) in LAEKEN_REPLICATES.items()
    )
    text = f"""{circumstances(["numpy", "pandas", "pyreadstat", "svy"], versions)}
Other work may have run on the machine: each time is the shortest of three runs (of fewer where
they take more than 20 seconds together). Ratios below 1 mean that the other tool is faster.
"Difference" is the relative difference of the sum of the results (estimates and standard errors).
Designs are built before the clock starts. laeken's bootstrap is measured once each with fewer
replicates ({counts})
and drawn out to {REPLICATES:,} by the time that each further one took; ours includes adding the
persons of a household up to one row. Peak memory of our bootstrap at
{SIZES[-1]:,} rows: {memory:.1f} GB, the data included.

{markdown_table(header, rows, text_columns=2)}"""
    print(text)
    write_section("survey", text)


if __name__ == "__main__":
    main()
