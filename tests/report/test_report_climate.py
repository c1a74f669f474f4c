"""The report on climate policy: numbers counted again from the raw tables, and limits."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from reading import headline, load
from topic_climate import CLIMATE

from armutsexpertise.climate.survey_chapter import energy_hardship
from armutsexpertise.publish.exhibit import Exhibit
from armutsexpertise.stages import Project, read_tables
from checkout import ROOT, read_rows

RAW = ROOT / "data" / "raw"


@pytest.fixture(scope="module")
def values(full: Project) -> dict[str, dict[str, str]]:
    return headline(full, "climate")


@pytest.fixture(scope="module")
def tables(full: Project) -> dict[str, pd.DataFrame]:
    return read_tables(full.estimates("climate"))


@pytest.fixture(scope="module")
def exhibits(tables: dict[str, pd.DataFrame]) -> list[Exhibit]:
    made: list[Exhibit] = load(CLIMATE.folder / "exhibits.py").all_exhibits(tables)
    return made


def cell(package: str, file: str, row: str) -> Decimal:
    """Return one value of a raw table by its id."""
    (found,) = [r for r in read_rows(RAW / package / f"{file}.csv") if r["id"] == row]
    return Decimal(found["value"])


def number(values: dict[str, dict[str, str]], key: str, side: str = "value") -> Decimal:
    return Decimal(values[key][side])


def test_tonnes_of_the_average_household_by_hand(values: dict[str, dict[str, str]]) -> None:
    energy = 12 * cell("distribution", "distribution", "xdis0084")
    share = {k: cell("distribution", "distribution", i) / 100 for k, i in (
        ("gas", "dis0164"), ("oil", "dis0165"),
    )}  # fmt: skip
    gas = energy * share["gas"] / (cell("eurostat", "eurostat", "eu1586") / 100)
    kilograms = gas * Decimal("0.0558") * Decimal("3.2508")
    kilograms += energy * share["oil"] / Decimal("0.771") * Decimal("2.6762840")
    driven = 12 * cell("distribution", "distribution", "xdis0080")
    factors = {}
    for row in read_rows(RAW / "statutory" / "statutory.csv"):
        if row["topic"] == "ebev2030_derived":
            factors[row["item"]] = row["value"]
    petrol = Decimal(next(v for k, v in factors.items() if "etrol" in k))
    diesel = Decimal(next(v for k, v in factors.items() if "iesel" in k))
    kilograms += (driven / Decimal("1.522") * petrol + driven / Decimal("1.385") * diesel) / 2
    assert float(number(values, "t_haushalt")) == pytest.approx(float(kilograms / 1000), rel=1e-3)


def test_burden_and_klimageld_of_the_fifths_by_hand(
    values: dict[str, dict[str, str]], tables: dict[str, pd.DataFrame]
) -> None:
    price, vat = 65, Decimal("0.19")
    tonnes = number(values, "t_haushalt")
    persons = number(values, "personen_haushalt")
    assert float(number(values, "klimageld_haupt")) == pytest.approx(
        float(tonnes * price / persons), rel=1e-4
    )
    money = tables["scenario_classes"].query("price == '65 EUR' and use_of_revenue == 'none'")
    assert money["burden_eur_a"].mean() == pytest.approx(
        float(tonnes * price * (1 + vat)), rel=1e-4
    )
    with_money = tables["scenario_classes"].query(
        "price == '65 EUR' and use_of_revenue == 'per_capita'"
    )
    # what all get is what all pay, less VAT
    assert with_money["net_eur_a"].mean() == pytest.approx(-float(tonnes * price * vat), rel=1e-3)


@pytest.mark.parametrize(
    ("variant", "gas_like", "cap"),
    [
        ("mittel", "electricity, gas, steam", 9.0),
        ("cap", "electricity, gas, steam", 1.0),
        ("gas_like_petroleum", "refined petroleum", 9.0),
    ],
)
def test_share_of_income_and_net_effect_of_the_fifths_from_the_raw_table(
    values: dict[str, dict[str, str]],
    tables: dict[str, pd.DataFrame],
    variant: str,
    gas_like: str,
    cap: float,
) -> None:
    rows = [
        r
        for r in read_rows(RAW / "eurostat" / "eurostat.csv")
        if r["place"] == "DE" and r["dimension"] == "income_quintile"
    ]

    def fifths(code: str, item: str, year: str) -> np.ndarray:
        found = {
            r["category"]: float(r["value"])
            for r in rows
            if r["dataset_code"].startswith(code) and item in r["item"] and r["period"] == year
        }
        return np.array([found[f"Q{i}"] for i in range(1, 6)])

    income_share = fifths("ilc_di01", "share of national", "2023")
    consumed = fifths("ilc_di01", "share of national", "2020") * np.minimum(
        fifths("icw_sr_10", "propensity", "2020") / 100, cap
    )
    gas, oil = (
        consumed * fifths("hbs_str", item, "2020") for item in (gas_like, "refined petroleum")
    )
    mean = tables["emissions"].set_index("use")["mean"]
    tonnes = 5 * (mean["gas"] * gas / gas.sum() + (mean["oil"] + mean["fuel"]) * oil / oil.sum())
    persons = float(number(values, "personen_haushalt"))
    income = 5 * income_share / income_share.sum() * 30308 * (1 + (persons - 1) * 0.4)
    cost = tonnes * 65 * 1.19
    shown = tables["burden_variants"]
    shown = shown[shown["variant"] == variant].sort_values("class")
    assert shown["burden_share"].to_numpy() == pytest.approx(cost / income, rel=1e-4)
    assert shown["net_eur_a"].to_numpy() == pytest.approx(tonnes.mean() * 65 - cost, abs=0.02)


def test_every_budget_is_balanced_to_the_cent(tables: dict[str, pd.DataFrame]) -> None:
    budget = tables["scenario_budget"]
    assert len(budget) == 20
    assert (budget["burden_cents"] == budget["price_revenue_cents"] + budget["vat_cents"]).all()
    assert (budget["burden_cents"] == budget["paid_cents"] + budget["kept_cents"]).all()
    paid = budget[budget["use_of_revenue"] != "none"]
    assert (paid["paid_cents"] == paid["price_revenue_cents"]).all()


def test_published_shares_are_those_of_the_sources(values: dict[str, dict[str, str]]) -> None:
    for key, row in {
        "kalt_nrw_2023": "xdis0052",
        "kalt_nrw_2021": "xdis0053",
        "kalt_allein": "xdis0054",
        "kalt_de_2023": "xdis0019",
        "rueck_nrw_2023": "xdis0050",
        "rueck_miete": "dis0270",
    }.items():
        share = cell("distribution", "distribution", row) / 100
        assert abs(number(values, key) - share) < Decimal("1e-9"), key
    # the revised value of 2022, not the first release
    assert float(number(values, "kalt_de_2022")) == pytest.approx(0.067)


def test_heat_counted_from_the_raw_table(values: dict[str, dict[str, str]]) -> None:
    rows = read_rows(RAW / "climate_adaptation" / "climate_adaptation.csv")
    low = {r["period_start"]: float(r["value"]) for r in rows if r["topic"] == "heat_deaths_pi_low"}
    deaths = {
        r["period_start"]: float(r["value"])
        for r in rows
        if r["topic"] == "heat_deaths" and r["place"] == "NRW"
    }
    days = {r["period_start"]: float(r["value"]) for r in rows if r["topic"] == "hot_days_nrw"}
    assert int(values["tote_jahre"]["value"]) == len(deaths) == 31
    assert int(values["tote_sicher"]["value"]) == sum(v > 0 for v in low.values())
    years = sorted(set(days) & set(deaths))
    slope = np.polyfit([days[y] for y in years], [deaths[y] for y in years], 1)[0]
    assert float(values["tote_je_tag"]["value"]) == pytest.approx(slope)
    total = sum(deaths[y] for y in deaths if "2018" <= y[:4] <= "2020")
    assert float(values["tote_drei"]["value"]) == pytest.approx(total)


def test_steps_of_the_cost_split_add_up(tables: dict[str, pd.DataFrame]) -> None:
    steps = tables["cost_split"]
    law = {
        r["item"]: float(r["value"]) / 100
        for r in read_rows(RAW / "statutory" / "statutory.csv")
        if r["topic"] == "co2kostaufg_step" and r["item"].endswith("tenant share")
    }
    assert sorted(law.values(), reverse=True) == steps["tenant"].tolist()
    for price in (55, 65):
        cost = steps["example_kg_m2"] * 70 / 1000 * price * 1.19
        shared = steps[f"tenant_{price}"] + steps[f"landlord_{price}"]
        assert shared.to_numpy() == pytest.approx(cost.to_numpy(), abs=0.006)


def test_a_use_at_a_printed_limit_falls_into_the_step_that_the_calculator_takes(
    tables: dict[str, pd.DataFrame],
) -> None:
    # 65.9 kWh of gas are 11.95 kg, rounded 12.0: step 2, though 12 kg need 66.2 kWh
    for step in tables["cost_split"].iloc[1:].itertuples():
        factor = Decimal("0.0558") * Decimal("3.2508")
        above = (Decimal(str(step.gas_low)) + Decimal("0.001")) * factor
        assert float(round(above, 1)) == step.low
        below = (Decimal(str(step.gas_low)) - Decimal("0.001")) * factor
        assert float(round(below, 1)) < step.low


def test_in_the_two_assumptions_together_the_poorest_fifth_bears_not_most(
    exhibits: list[Exhibit],
) -> None:
    table = next(e.table for e in exhibits if e.id == "tbl-varianten").set_index("Annahme")
    both = table.loc["beides: Konsum und Gas"]
    assert both["Anteil, zweites Fünftel"] > both["Anteil, ärmstes Fünftel"]
    assert both["Anteil, ärmstes Fünftel"] > both["Anteil, reichstes Fünftel"]
    # the ends of the summary stand in the table
    assert {"+127", "−305"} <= set(table.loc["größter Wert aller Varianten"]) | set(
        table.loc["kleinster Wert aller Varianten"]
    )


def test_values_that_the_sources_contradict_are_in_no_exhibit(
    tables: dict[str, pd.DataFrame], exhibits: list[Exhibit]
) -> None:
    forbidden = {"59107", "59.107", "89,3", "0.893"}
    cities = tables["cities"].set_index("city")
    assert np.isnan(cities.loc["Dinslaken", "exposed_share_plus1"])
    for exhibit in exhibits:
        text = exhibit.title + exhibit.alt + exhibit.note + exhibit.table.to_csv()
        assert not [word for word in forbidden if word in text], exhibit.id
    ids = {row for table in tables.values() if "id" in table for row in table["id"]}
    assert not ids & {"cli0119", "cli0120", "cli0137", "cli0138", "xsta0107"}


def test_no_trend_crosses_the_break(tables: dict[str, pd.DataFrame]) -> None:
    trends = tables["hardship_trends"]
    assert (trends["last"] < 2020).all()
    assert (trends["n"] >= 8).all()


def test_exhibits_from_microdata_appear_only_with_them(
    tables: dict[str, pd.DataFrame], exhibits: list[Exhibit]
) -> None:
    assert not {e.id for e in exhibits} & set(CLIMATE.optional)
    number = np.arange(400)
    data = pd.DataFrame(
        {
            "household_id": number,
            "household_size": 2,
            "household_weight": 10.0,
            "affords_warm_home": number % 5 != 0,
            "arrears_utilities": number % 7 == 0,
            "equivalised_income": 9000.0 + number,
            "household_type": np.where(number % 3 == 0, "single_parent", "single"),
        }
    )
    data.loc[:4, "household_type"] = "couple_3_plus"
    with_them = tables | {
        "survey_income": energy_hardship(data, "income_fifth").table,
        "survey_type": energy_hardship(data, "household_type").table,
        "survey_about": pd.DataFrame(
            {
                "file": ["invented.csv"],
                "codebook": ["invented"],
                "country": ["ES"],
                "survey": ["2019"],
            }
        ),
    }
    made = {e.id: e for e in load(CLIMATE.folder / "exhibits.py").all_exhibits(with_them)}
    assert set(made) - {e.id for e in exhibits} == set(CLIMATE.optional)
    for name in CLIMATE.optional:
        assert "nicht für Nordrhein-Westfalen" in made[name].note
    small = made["tbl-mikro-haushalte"].table
    secret = small["Haushaltstyp"].str.contains("drei und mehr")
    assert small.loc[secret, "Schätzwert"].isna().all()
    # the other numbers of the report do not change
    for exhibit in exhibits:
        assert made[exhibit.id].title == exhibit.title
