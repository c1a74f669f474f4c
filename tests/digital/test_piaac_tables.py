"""Protected tables of PIAAC: who is counted, what is emptied, and the prices of a basket."""

import numpy as np
import pandas as pd
import pytest

from armutsexpertise.digital.piaac_tables import (
    PATHS,
    PLAUSIBLE_VALUES,
    REPLICATES,
    piaac_design,
    piaac_tables,
)


def _persons(n: int = 400, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    parents = rng.choice(["low", "medium", "high"], n, p=[0.3, 0.4, 0.3])
    never = rng.random(n) < np.where(parents == "low", 0.25, 0.05)
    failed = ~never & (rng.random(n) < 0.08)
    other = ~never & ~failed & (rng.random(n) < 0.1)
    known = ~(never | failed | other)
    base = rng.normal(np.where(parents == "high", 295, 270), 40)
    scores = {
        name: np.where(known, base + rng.normal(0, 10, n), np.nan) for name in PLAUSIBLE_VALUES
    }
    weights = {name: np.ones(n) for name in REPLICATES}
    for place, name in enumerate(REPLICATES):
        weights[name] = np.where(np.arange(n) % 80 == place, 0.0, 80 / 79)
    return pd.DataFrame(
        {
            "person_id": np.arange(n),
            "parental_education": parents,
            "age_group": rng.choice(["16_19", "20_24", "45_49", "60_65"], n),
            "used_computer_ever": pd.array(np.where(never, False, True), dtype="boolean"),
            # As in the file: not asked of who never used one; some say yes and have no index.
            "uses_computer_everyday_life": pd.array(
                [None if v else k % 10 != 0 for k, v in enumerate(never)], dtype="boolean"
            ),
            "passed_computer_core": pd.array(
                [None if v or o else not f for v, o, f in zip(never, other, failed, strict=True)],
                dtype="boolean",
            ),
            "earnings_decile": pd.array(rng.integers(1, 11, n), dtype="Int64"),
            "ict_use_home_index": np.where(
                never | (np.arange(n) % 7 == 0), np.nan, rng.random(n) * 4
            ),
            "person_weight": 1.0,
            **scores,
            **weights,
        }
    )


def test_paths_are_exclusive_and_everyone_has_one():
    persons = _persons()
    design = piaac_design(persons)
    assert set(design.frame["path"]) == set(PATHS)
    assert (design.frame["path"].eq("score") == persons[PLAUSIBLE_VALUES[0]].notna()).all()
    assert (design.frame["path"].eq("never") == ~persons["used_computer_ever"]).all()
    made = piaac_tables(design, ["parental_education"], reasons=["parental_education"], below=241)
    table = made["parental_education"].table
    paths = table[table["indicator"].str.startswith("path_")]
    assert paths.groupby("parental_education")["estimate"].sum().to_numpy() == pytest.approx(1)


def test_estimates_equal_weighted_means_by_hand():
    persons = _persons()
    table = piaac_tables(piaac_design(persons), ["age_ten"], below=260)["age_ten"].table
    total = table[table["age_ten"] == "total"].set_index("indicator")["estimate"]
    scores = persons[list(PLAUSIBLE_VALUES)]
    assert total["score"] == pytest.approx(scores.mean().mean())
    low = (scores < 260).mean().mean()
    assert total["below_lower"] == pytest.approx(low)
    without = persons[PLAUSIBLE_VALUES[0]].isna().mean()
    assert total["below_upper"] == pytest.approx(low + without)
    assert total["path_score"] == pytest.approx(1 - without)
    young = table[(table["age_ten"] == "16_24") & (table["indicator"] == "at_home")]
    own = persons[persons["age_group"].isin(["16_19", "20_24"])]
    said_yes = own["uses_computer_everyday_life"].fillna(False).astype(bool)
    assert young["estimate"].item() == pytest.approx(said_yes.mean())
    assert said_yes.mean() != pytest.approx(own["ict_use_home_index"].notna().mean())


def test_reasons_appear_only_where_they_are_asked_for():
    made = piaac_tables(
        piaac_design(_persons()),
        ["parental_education", "earnings_decile"],
        reasons=["parental_education"],
        below=241,
    )
    with_reasons = set(made["parental_education"].table["indicator"])
    assert with_reasons >= {f"path_{name}" for name in PATHS}
    assert "path_never" not in set(made["earnings_decile"].table["indicator"])
    assert "path_score" in set(made["earnings_decile"].table["indicator"])


def test_small_groups_are_empty_and_totals_do_not_give_them_away():
    persons = _persons()
    few = persons["parental_education"].eq("low") & (
        persons.groupby("parental_education").cumcount() > 5
    )
    persons = persons[~few].reset_index(drop=True)
    made = piaac_tables(
        piaac_design(persons), ["parental_education", "age_ten"], reasons=[], below=241
    )
    table = made["parental_education"].table.set_index(["indicator", "parental_education"])
    hidden = table.loc[("score", "low")]
    assert hidden["status"] == "suppressed"
    assert pd.isna(hidden["estimate"])
    assert pd.isna(hidden["n"])
    for protected in made.values():
        assert "total" not in set(protected.table[protected.domains[0]])


def test_invented_persons_stay_marked():
    persons = _persons().assign(synthetic=True)
    assert piaac_tables(piaac_design(persons), ["age_ten"], below=241)["age_ten"].synthetic
    assert not piaac_tables(piaac_design(_persons()), ["age_ten"], below=241)["age_ten"].synthetic


def test_columns_that_are_missing_are_named():
    with pytest.raises(ValueError, match="passed_computer_core"):
        piaac_design(_persons().drop(columns="passed_computer_core"))
    with pytest.raises(ValueError, match="not among the groups"):
        piaac_tables(piaac_design(_persons()), ["age_ten"], reasons=["sex"], below=241)


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        (lambda d: d.assign(used_computer_ever="nein"), TypeError, "used_computer_ever holds"),
        (lambda d: d.assign(passed_computer_core=0), TypeError, "passed_computer_core holds"),
        (lambda d: d.assign(age_group="99_100"), ValueError, "age_group holds 99_100: recode"),
        (lambda d: d.assign(earnings_decile=11), ValueError, "400 value.* not 1 to 10"),
        (lambda d: d.assign(earnings_decile="low"), TypeError, "earnings_decile must be numbers"),
        (lambda d: pd.concat([d, d[["age_group"]]], axis=1), ValueError, "age_group more than"),
    ],
)
def test_codes_that_are_not_recoded_are_not_left_out(change, error, word):
    with pytest.raises(error, match=word):
        piaac_design(change(_persons()))


def test_tables_need_groups_each_once():
    design = piaac_design(_persons())
    with pytest.raises(ValueError, match="at least one column of groups"):
        piaac_tables(design, [], below=241)
    with pytest.raises(ValueError, match="age_ten more than once"):
        piaac_tables(design, ["age_ten", "age_ten"], below=241)
