"""Draw the small synthetic survey of the tests: invented persons, stratified and clustered.

The result, ``survey.csv``, is dedicated to the public domain (CC0 1.0). It is committed; run
this file only to change it, and then the R scripts beside the reference tables.
"""

from pathlib import Path

import numpy as np
import pandas as pd

STRATA = {"A": 40, "B": 60, "C": 100, "D": 30}  # sampling units in the population
UNITS, HOUSEHOLDS = 8, 6


def draw(seed: int = 20250301) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    household = 0
    for s, (stratum, population) in enumerate(STRATA.items()):
        for u in range(UNITS):
            level = rng.normal(0, 0.25)
            in_unit = int(rng.integers(60, 200))
            for _ in range(HOUSEHOLDS):
                household += 1
                size = int(rng.choice([1, 2, 3, 4], p=[0.4, 0.32, 0.15, 0.13]))
                children = max(0, size - 2) if rng.random() < 0.8 else 0
                income = np.exp(rng.normal(7.3 + 0.1 * s + level, 0.55)) * size**0.6
                income = 0.0 if rng.random() < 0.01 else income
                response = rng.uniform(0.5, 1.0)
                weight = population / UNITS * in_unit / HOUSEHOLDS / response
                scale = 1 + 0.5 * (size - 1 - children) + 0.3 * children
                eq_income = round(income / scale, 2)
                for member in range(size):
                    age = int(
                        rng.integers(3, 14) if member >= size - children else rng.integers(18, 90)
                    )
                    sex = str(rng.choice(["female", "male"]))
                    skill = 260 + 15 * np.log(eq_income + 100) - 0.9 * abs(age - 30)
                    skill += 20 * level + rng.normal(0, 30)
                    values = skill + rng.normal(0, 12, 5)
                    rows.append(
                        {
                            "person": len(rows) + 1,
                            "household": household,
                            "psu": s * UNITS + u + 1,
                            "psu_in_stratum": u + 1,
                            "stratum": stratum,
                            "pair": s * UNITS // 2 + u // 2 + 1,
                            "thin": f"{stratum}{'x' if u == 0 and s < 2 else ''}",
                            "n_psu": population,
                            "n_psu_thin": population if u or s > 1 else 5,
                            "n_household": in_unit,
                            "weight": round(weight, 3),
                            "region": "north" if (s + u) % 3 else "south",
                            "sex": sex,
                            "age": age,
                            "size": size,
                            "income": eq_income,
                            "devices": int(rng.poisson(np.exp(0.1 + 0.25 * size - 0.008 * age))),
                            "offline": int(rng.random() < 1 / (1 + np.exp(4.5 - 0.06 * age))),
                            **{f"pv{k + 1}": round(float(v), 3) for k, v in enumerate(values)},
                        }
                    )
    frame = pd.DataFrame(rows)
    frame["n_psu_thin"] -= 5 * ((frame["thin"].isin(["A", "B"])).astype(int))
    return frame


if __name__ == "__main__":
    draw().to_csv(Path(__file__).parent / "survey.csv", index=False, lineterminator="\n")
