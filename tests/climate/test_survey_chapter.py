"""The optional chapter from microdata: values, protection, and the Spanish file where it lies."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armutsexpertise.climate.survey_chapter import chapter, energy_hardship
from checkout import ROOT

SPAIN = ROOT.parent / "shared" / "data" / "eu_silc_es_2019" / "ecv_2019.csv.gz"


def sample(n: int = 400) -> pd.DataFrame:
    """Return invented households: every fourth of the poorer half is cold, every tenth late."""
    number = np.arange(n)
    return pd.DataFrame(
        {
            "household_id": number,
            "household_size": 1 + number % 2,
            "household_weight": 100.0,
            "affords_warm_home": ~((number % 4 == 0) & (number < n // 2)),
            "arrears_utilities": number % 10 == 1,
            "equivalised_income": 8000.0 + 50 * number,
            "household_type": np.where(number % 2 == 0, "single", "single_parent"),
        }
    )


def test_shares_by_hand() -> None:
    table = energy_hardship(sample(), "household_type").table.set_index(
        ["indicator", "household_type"]
    )["estimate"]
    # 100 of the 200 even households are in the poorer half and every second of them is cold
    assert table["cold_home", "single"] == pytest.approx(50 / 200)
    assert table["cold_home", "single_parent"] == 0 or np.isnan(table["cold_home", "single_parent"])
    assert table["arrears", "single_parent"] == pytest.approx(40 / 200)


def test_fifths_are_fifths_of_persons() -> None:
    table = energy_hardship(sample(), "income_fifth").table
    persons = table.query("indicator == 'either' and income_fifth != 'total'")["n_weighted"]
    assert persons.to_numpy() == pytest.approx(np.full(5, persons.sum() / 5), rel=0.02)


def test_small_cells_are_empty_and_unanswered_households_count_nowhere() -> None:
    data = sample()
    data.loc[:4, "household_type"] = "couple_3_plus"
    table = energy_hardship(data, "household_type").table
    assert set(table.loc[table["household_type"] == "couple_3_plus", "status"]) == {"suppressed"}
    assert "total" not in set(table["household_type"])
    silent = sample().astype({"affords_warm_home": "boolean"})
    silent.loc[silent.index % 4 == 0, "affords_warm_home"] = pd.NA
    cold = energy_hardship(silent, "income_fifth").table.query("indicator == 'cold_home'")
    assert not (cold["estimate"] > 0).any()


def test_bad_input_says_what_is_missing() -> None:
    with pytest.raises(ValueError, match="arrears_utilities"):
        energy_hardship(sample().drop(columns="arrears_utilities"), "income_fifth")
    with pytest.raises(ValueError, match="income_fifth or household_type"):
        energy_hardship(sample(), "region")
    nobody = sample().astype({"affords_warm_home": "boolean"}).assign(affords_warm_home=pd.NA)
    with pytest.raises(ValueError, match="Nobody answered"):
        energy_hardship(nobody, "income_fifth")


def test_without_a_file_there_is_no_chapter(tmp_path: Path) -> None:
    assert chapter(tmp_path) == {}


@pytest.mark.skipif(not SPAIN.is_file(), reason="the Spanish EU-SILC file is not there")
def test_spanish_file_gives_protected_tables_only(tmp_path: Path) -> None:
    (tmp_path / "restricted").mkdir()
    shutil.copy(SPAIN, tmp_path / "restricted")
    made = chapter(tmp_path)
    about = made.pop("survey_about")
    assert isinstance(about, pd.DataFrame)
    assert about[["country", "survey"]].to_numpy().tolist() == [["ES", "2019"]]
    for name, result in made.items():
        table = result.table
        assert "household_id" not in table, name
        assert table.loc[table["status"].eq("suppressed"), "estimate"].isna().all()
        cold = table.query("indicator == 'cold_home'")["estimate"].dropna()
        assert cold.between(0, 1).all()
    fifths = made["survey_income"].table.query("indicator == 'cold_home'").set_index("income_fifth")
    # a suppressed household type takes the totals of both tables with it
    assert "total" not in fifths.index
    # the raw file a second time: HH050 = 2 (no), weight times persons of the household
    raw = pd.read_csv(SPAIN, usecols=["HB010", "HH050", "DB090", "HX040"]).dropna(subset="HB010")
    weight = raw["DB090"] * raw["HX040"]
    share = weight[raw["HH050"] == 2].sum() / weight[raw["HH050"].isin([1, 2])].sum()
    assert fifths["estimate"].mean() == pytest.approx(share, abs=0.001)
    assert fifths["estimate"].is_monotonic_decreasing
