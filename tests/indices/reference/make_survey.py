"""Draw the small survey on which laeken.R computes its values.

Invented households, no real person behind any row; dedicated to the public domain (CC0 1.0).
Run: python make_survey.py; Rscript laeken.R
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SEED = 20261122
HOUSEHOLDS = 250


def draw() -> pd.DataFrame:
    """Return persons in households: incomes rounded to 50, so that many are equal."""
    rng = np.random.default_rng(SEED)
    size = rng.integers(1, 6, HOUSEHOLDS)
    region = rng.choice(["north", "south", "west"], HOUSEHOLDS, p=[0.5, 0.3, 0.2])
    income = np.round(rng.lognormal(7.4, 0.55, HOUSEHOLDS) / 50) * 50
    income[rng.random(HOUSEHOLDS) < 0.01] = 0
    weight = np.round(rng.uniform(50, 400, HOUSEHOLDS))
    household = np.repeat(np.arange(HOUSEHOLDS), size)
    persons = pd.DataFrame(
        {
            "household": household + 1,
            "region": region[household],
            "age": rng.integers(0, 95, household.size),
            "income": income[household].astype(int),
            "weight": weight[household].astype(int),
            "equal_weight": 1,
        }
    )
    # with a multiple of 20, equal weights meet shares such as one half and one fifth exactly
    return persons.iloc[: len(persons) // 20 * 20]


if __name__ == "__main__":
    draw().to_csv(HERE / "survey.csv", index=False)
