"""How often 95 % intervals hold the true value, in samples from a drawn population.

Run with ``make benchmark PARTS=coverage``. Stratified two-stage samples with unequal weights are
drawn from a population whose values are known; the share of intervals that hold them, and the mean
standard error beside the spread of the estimates, are written into docs/benchmarks.md.
"""

import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from results_page import circumstances, markdown_table, rounded, write_section

from armutsexpertise.inequality import gini_linearised, quintile_share_ratio_linearised
from armutsexpertise.poverty import (
    at_risk_of_poverty_rate_linearised,
    relative_median_poverty_gap_linearised,
    sample_bandwidth,
    weighted_quantile_linearised,
)
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Quantile, critical_values, estimate
from armutsexpertise.survey.income_indices import income_indices
from armutsexpertise.survey.models import fit
from armutsexpertise.survey.replicate import bootstrap

SAMPLES, REPLICATES, LEVEL = 2000, 200, 0.95
STRATA, CLUSTERS = 8, 3_000  # of the population
PERSONS = 12  # drawn per sampling unit
STANDS_FOR = 100  # each person of the population: its weights sum to a Land, not to a town
UNITS = (30, 3)  # sampled per stratum
CAP = 80_000  # about one income in a hundred lies above it
CAPPED = f"Gini of incomes capped at {CAP:,}"
TERMS = ["age", "woman", "low_education"]


INDICATORS = {
    "ARPR": lambda f, w, d: at_risk_of_poverty_rate_linearised(f["income"], w, domain=d),
    "ARPR in a domain": lambda f, w, d: at_risk_of_poverty_rate_linearised(
        f["income"], w, domain=d & f["low_education"]
    ),
    "median poverty gap": lambda f, w, d: relative_median_poverty_gap_linearised(
        f["income"], w, domain=d
    ),
    "S80/S20": lambda f, w, d: quintile_share_ratio_linearised(f["income"], w, domain=d),
    "Gini": lambda f, w, d: gini_linearised(f["income"], w, domain=d),
    CAPPED: lambda f, w, d: gini_linearised(f["income"].clip(upper=CAP), w, domain=d),
    "median": lambda f, w, d: weighted_quantile_linearised(f["income"], w, 0.5, domain=d),
    "90 % quantile": lambda f, w, d: weighted_quantile_linearised(f["income"], w, 0.9, domain=d),
}
WIDE = {
    "S80/S20": lambda f, w, d: quintile_share_ratio_linearised(
        f["income"], w, domain=d, bandwidth=sample_bandwidth(f["income"], w)
    ),
    "median": lambda f, w, d: weighted_quantile_linearised(
        f["income"], w, 0.5, domain=d, bandwidth=sample_bandwidth(f["income"], w)
    ),
    "90 % quantile": lambda f, w, d: weighted_quantile_linearised(
        f["income"], w, 0.9, domain=d, bandwidth=sample_bandwidth(f["income"], w)
    ),
}
WOODRUFF = {
    "10 % quantile": Quantile("income", 0.1),
    "median": Quantile("income", 0.5),
    "90 % quantile": Quantile("income", 0.9),
}


class Population(NamedTuple):
    """Persons in the order of clusters, and where each cluster lies."""

    frame: pd.DataFrame
    start: np.ndarray  # (clusters,)
    size: np.ndarray  # (clusters,)
    stratum: np.ndarray  # (clusters,)


def draw_population(seed: int = 20) -> Population:
    """Draw incomes with a lognormal body and a Pareto tail, alike within clusters."""
    rng = np.random.default_rng(seed)
    stratum = np.sort(rng.choice(STRATA, CLUSTERS, p=np.arange(1, STRATA + 1) / 36))
    size = np.clip(rng.lognormal(4, 0.5, CLUSTERS), 15, 400).astype(int)
    cluster = np.repeat(np.arange(CLUSTERS), size)
    n = len(cluster)
    age = rng.integers(16, 90, n)
    woman = rng.random(n) < 0.51
    local = rng.normal(0, 1, CLUSTERS)[cluster]
    low_education = rng.random(n) < 1 / (1 + np.exp(1.2 + 0.4 * local))
    # the tail: every hundredth person has a Pareto multiple (shape 3) of the income of the others
    tail = np.where(rng.random(n) < 0.01, 2 + rng.pareto(3, n), 1)
    level = 9.9 + 0.03 * stratum[cluster] + 0.18 * local - 0.25 * low_education - 0.05 * woman
    income = np.exp(level + rng.normal(0, 0.5, n)) * tail
    chance = -1.5 - 0.02 * (age - 50) + 0.3 * woman + 0.9 * low_education - 0.3 * local
    frame = pd.DataFrame(
        {
            "income": income.round(),
            "age": age.astype(float),
            "woman": woman,
            "low_education": low_education,
            "deprived": rng.random(n) < 1 / (1 + np.exp(-chance)),
            "weight": float(STANDS_FOR),
        }
    )
    return Population(frame, np.cumsum(size) - size, size, stratum)


def draw_sample(population: Population, units: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw clusters with equal chances in each stratum and persons in each, with replacement.

    A person's weight rises with the size of the cluster.
    """
    of_stratum = np.bincount(population.stratum)
    first = np.cumsum(of_stratum) - of_stratum
    chosen = (first[:, None] + rng.random((STRATA, units)) * of_stratum[:, None]).astype(int)
    chosen = chosen.ravel()
    within = (rng.random((len(chosen), PERSONS)) * population.size[chosen][:, None]).astype(int)
    rows = (population.start[chosen][:, None] + within).ravel()
    weight = np.repeat(of_stratum / units, units) * population.size[chosen] / PERSONS * STANDS_FOR
    return population.frame.iloc[rows].assign(
        weight=np.repeat(weight, PERSONS),
        stratum=np.repeat(np.arange(STRATA), units * PERSONS),
        unit=np.repeat(np.arange(len(chosen)), PERSONS),
    )


def effects(design: SurveyDesign) -> pd.DataFrame:
    table = fit(design, "deprived", TERMS, "logit").marginal_effects()
    names = {"age": "AME of age", "woman=True": "AME of woman"}
    return table[table["indicator"].isin(names)].replace({"indicator": names})


def bootstrapped(design: SurveyDesign, seed: int) -> pd.DataFrame:
    everyone = {"all": np.ones(len(design), dtype=bool)}
    done = bootstrap(
        design,
        income_indices(design.frame["income"], everyone),
        seed=seed,
        n_replicates=REPLICATES,
    )
    names = ["ARPR", "median poverty gap", "S80/S20", "Gini"]
    se = np.sqrt(np.diag(done.covariance))
    half = critical_values(design.degrees_of_freedom, LEVEL) * se
    return pd.DataFrame(
        {
            "indicator": names,
            "estimate": done.estimate,
            "se": se,
            "ci_low": done.estimate - half,
            "ci_high": done.estimate + half,
        }
    )


def study(population: Population, units: int, samples: int) -> pd.DataFrame:
    """Return the intervals of all samples, one row per method, indicator and sample."""
    rng = np.random.default_rng(units)
    parts = []
    for number in range(samples):
        sample = draw_sample(population, units, rng).reset_index(drop=True)
        design = SurveyDesign.from_frame(
            sample, weights="weight", strata="stratum", clusters="unit"
        )
        methods: dict[str, Callable[[], pd.DataFrame]] = {
            "linearised": lambda d=design: estimate(d, INDICATORS),
            "linearised, wider bandwidth": lambda d=design: estimate(d, WIDE),
            "Woodruff": lambda d=design: estimate(d, WOODRUFF),
            "delta method": lambda d=design: effects(d),
            "bootstrap": lambda d=design, s=number: bootstrapped(d, s),
        }
        parts += [work().assign(method=method) for method, work in methods.items()]
    return pd.concat(parts, ignore_index=True)


def truth(population: Population) -> pd.Series:
    """Return the value of each indicator in the population."""
    design = SurveyDesign.from_frame(population.frame, weights="weight")
    values = pd.concat([estimate(design, INDICATORS | WOODRUFF), effects(design)])
    return values.set_index("indicator")["estimate"]


def summary(intervals: pd.DataFrame, true: pd.Series) -> pd.DataFrame:
    """Return coverage, on which side intervals miss, and how well the error is estimated."""
    known = intervals["indicator"].map(true)
    sides = intervals.assign(
        holds=intervals["ci_low"].le(known) & intervals["ci_high"].ge(known),
        low=intervals["ci_high"] < known,
        high=intervals["ci_low"] > known,
    )
    grouped = sides.groupby(["indicator", "method"], sort=False)
    shares = grouped[["holds", "low", "high"]].mean()
    return shares.assign(se_ratio=grouped["se"].mean() / grouped["estimate"].std())


def table(found: pd.DataFrame, true: pd.Series) -> str:
    """Return the table of one design, what lies outside 93 to 97 % in bold."""
    rows = []
    for (indicator, method), row in found.iterrows():
        holds = f"{row['holds']:.1%}"
        if not 0.93 <= row["holds"] <= 0.97:
            holds = f"**{holds}**"
        sides = [holds, f"{row['low']:.1%}", f"{row['high']:.1%}", f"{row['se_ratio']:.2f}"]
        rows.append([indicator, method, rounded(true[indicator], 4), *sides])
    header = ["indicator", "interval", "true value", "holds it", "too low", "too high", "SE/spread"]
    return markdown_table(header, rows, text_columns=2)


def main(samples: int = SAMPLES) -> None:
    started = time.perf_counter()
    population = draw_population()
    true = truth(population)
    tables = []
    for units in UNITS:
        found = summary(study(population, units, samples), true)
        tables.append(f"### {units} sampling units in each stratum\n\n{table(found, true)}")
    minutes = (time.perf_counter() - started) / 60
    error = np.sqrt(LEVEL * (1 - LEVEL) / samples)
    persons = len(population.frame)
    joined = "\n\n".join(tables)
    text = f"""{circumstances(["numpy", "pandas"])} It took {minutes:.0f} minutes.

Share of {LEVEL:.0%} intervals that hold the true value in {samples:,} samples (Monte-Carlo standard
error {error:.1%}; below 93 % or above 97 % in bold), that lie below it and above it, and the mean
standard error over the standard deviation of the estimates. The population has {persons:,} persons
in {CLUSTERS:,} clusters of unequal size in {STRATA} strata; its incomes are lognormal with a Pareto
tail. A sample has {PERSONS} persons of each sampled cluster; the weights are unequal and sum to
about {persons * STANDS_FOR / 1e6:.0f} million. The bootstrap has {REPLICATES} replicates.

{joined}"""
    print(text)
    write_section("coverage", text)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
