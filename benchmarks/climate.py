"""Time the burden of a CO2 price and the split of its cost on drawn households.

Run with ``make benchmark PARTS=climate``. The households are drawn here and are no real data. Aim:
1,000 scenarios over 100,000 households under 20 seconds.
"""

import time

import numpy as np
import pandas as pd
from results_page import circumstances, markdown_table, write_section

from armutsexpertise.climate.burden import Channel, Scenario, evaluate
from armutsexpertise.climate.cost_split import rules_on, split_costs

HOUSEHOLDS = 100_000
SCENARIOS = 1_000
USES = ("none", "per_capita", "income_tested", "electricity", "standard_benefit")


def draw(n: int, seed: int = 1) -> pd.DataFrame:
    """Draw households with incomes, emissions and weights."""
    rng = np.random.default_rng(seed)
    income = rng.lognormal(10.4, 0.6, n).round(2)
    persons = rng.integers(1, 6, n)
    return pd.DataFrame(
        {
            "weight": rng.uniform(200, 900, n),
            "persons": persons,
            "net_income_eur_a": income,
            "scale": 1 + 0.5 * (persons - 1),
            "decile": pd.qcut(income, 10, labels=False) + 1,
            "heating_t": rng.gamma(4, 0.7, n) * (income / income.mean()) ** 0.3,
            "driving_t": rng.gamma(2, 0.8, n) * (income / income.mean()) ** 0.8,
            "electricity_kwh_a": rng.uniform(1200, 5000, n),
            "standard_benefit_eur_m": np.where(income < 14_000, 563.0 * persons, 0.0),
        }
    )


def scenarios(n: int) -> list[Scenario]:
    """Return prices from 55 to 200 EUR per tonne, each use of the revenue in turn."""
    return [
        Scenario(
            name=f"{i}",
            source="drawn for the benchmark",
            price_eur_t=float(price),
            use=USES[i % len(USES)],
            **(
                {"limit_column": "net_income_eur_a", "limit_eur": 25_000.0}
                if USES[i % len(USES)] == "income_tested"
                else {}
            ),
        )
        for i, price in enumerate(np.linspace(55, 200, n))
    ]


def main() -> None:
    rows = []

    def timed(task: str, start: float, cpu: float) -> None:
        wall, processor = time.perf_counter() - start, time.process_time() - cpu
        rows.append([task, f"{wall:.1f} s", f"{processor:.1f} s"])

    households = draw(HOUSEHOLDS)
    channels = [
        Channel("heating", "heating_t", 0.19, elasticity=-0.2, consumer_price_eur_t=600.0),
        Channel("driving", "driving_t", 0.19, elasticity=-0.3, consumer_price_eur_t=700.0),
    ]
    for equivalence in (None, "scale"):
        start, cpu = time.perf_counter(), time.process_time()
        evaluate(households, channels, scenarios(SCENARIOS), "decile", equivalence=equivalence)
        unit = "persons" if equivalence else "households"
        timed(f"{SCENARIOS:,} scenarios by decile, indices of {unit}", start, cpu)
    rng = np.random.default_rng(2)
    homes = pd.DataFrame(
        {
            "emissions_kg": rng.uniform(100, 6000, HOUSEHOLDS).round(1),
            "cost_eur": rng.uniform(10, 400, HOUSEHOLDS).round(2),
            "area_m2": rng.uniform(25, 180, HOUSEHOLDS).round(1),
        }
    )
    start, cpu = time.perf_counter(), time.process_time()
    split_costs(homes, rules_on("2025"))
    timed("CO2 cost between tenant and landlord, one year", start, cpu)
    text = f"""{circumstances(["numpy", "pandas"])} {HOUSEHOLDS:,} drawn households. One run.

{markdown_table(["task", "time", "of the processor"], rows)}"""
    print(text)
    write_section("climate", text)


if __name__ == "__main__":
    main()
