"""The synthetic survey: its mark, its margins, its design, and the way through the codebook."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from armutsexpertise.catalog import read
from armutsexpertise.mark import MARK_TEXT
from armutsexpertise.microdata import (
    attach_household,
    enforced_lacks,
    is_synthetic,
    load_codebook,
    read_survey,
    recode,
    unknown_codes,
)
from armutsexpertise.microdata.formats import SurveyFile
from armutsexpertise.microdata.synthetic import SyntheticSurvey, draw_survey, write_survey
from armutsexpertise.poverty import at_risk_of_poverty_rate, at_risk_of_poverty_rate_linearised
from armutsexpertise.publish.exhibit import SYNTHETIC, Exhibit
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import estimate

HERE = Path(__file__).parent
BOOKS = ("demo_nrw_household", "demo_nrw_person")


@cache
def _drawn() -> SyntheticSurvey:
    return draw_survey()


@cache
def _districts() -> pd.DataFrame:
    return read("nrw_regions", "context").set_index("ags5")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[Path, Path]:
    return write_survey(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def recoded(files):
    households, persons = (
        recode(read_survey(path), load_codebook(name))
        for path, name in zip(files, BOOKS, strict=True)
    )
    return households, persons


def test_equal_seeds_give_equal_tables_and_others_do_not():
    again, other = draw_survey(), draw_survey(seed=2)
    pd.testing.assert_frame_equal(_drawn().households, again.households)
    pd.testing.assert_frame_equal(_drawn().persons, again.persons)
    assert not _drawn().households["einkommen"].equals(other.households["einkommen"])


def test_equal_seeds_give_equal_bytes(files, tmp_path):
    for one, other in zip(files, write_survey(tmp_path), strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("number", [0, 1050, 1065])
def test_size_that_does_not_fill_the_clusters_is_refused(number):
    with pytest.raises(ValueError, match="multiple of 10 from 1060"):
        draw_survey(n_households=number)


@pytest.mark.parametrize("number", [1060, 2000])
def test_design_has_clusters_of_ten_in_every_district(number):
    households = draw_survey(seed=3, n_households=number).households
    assert len(households) == number
    assert households["kreis"].nunique() == households["schicht"].nunique() == 53
    assert (households.groupby("psu").size() == 10).all()
    assert len(households[["psu", "kreis"]].drop_duplicates()) == number // 10
    assert households.groupby("kreis")["psu"].nunique().min() >= 2


def test_weighted_persons_are_the_population_of_each_district():
    households = _drawn().households
    persons = (households["hgewicht"] * households["hgroesse"]).groupby(households["kreis"]).sum()
    wanted = _districts()["population"].astype(float)
    np.testing.assert_allclose(persons, wanted[persons.index], rtol=1e-12)
    of_persons = _drawn().persons.groupby("kreis")["pgewicht"].sum()
    np.testing.assert_allclose(of_persons, wanted[of_persons.index], rtol=1e-9)


def test_income_per_inhabitant_is_that_of_each_district_up_to_the_rounding():
    households = _drawn().households
    by = households["kreis"]
    weight = households["hgewicht"]
    total = (weight * households["einkommen"]).groupby(by).sum()
    population = _districts()["population"].astype(float)[total.index]
    wanted = 12 * _districts()["household_income_eur_month_per_inhabitant_2021"][total.index]
    # Each household is off by 50 euros at most
    allowed = 50 * weight.groupby(by).sum() / population
    assert (np.abs(total / population - wanted) <= allowed).all()


def test_unemployment_is_that_of_the_districts_within_sampling_error():
    persons = _drawn().persons
    working_age = persons[persons["alter"].between(18, 64) & (persons["erwerb"] > 0)]
    wanted = _districts()["unemployed_per_100_working_age_2021"].astype(float) / 100
    expected = wanted[working_age["kreis"]].to_numpy()
    found = working_age["erwerb"].eq(2).to_numpy()
    error = np.sqrt((expected * (1 - expected)).sum()) / len(working_age)
    assert abs(found.mean() - expected.mean()) < 4 * error


def test_households_and_persons_belong_together():
    households, persons = _drawn().households, _drawn().persons
    members = persons.groupby("hid").size()
    np.testing.assert_array_equal(members, households.set_index("hid")["hgroesse"])
    assert (persons["pid"] // 100 == persons["hid"]).all()
    assert persons["pid"].is_unique
    young = persons["alter"].lt(14).groupby(persons["hid"]).sum()
    scale = 1 + 0.5 * (members - 1 - young) + 0.3 * young
    np.testing.assert_allclose(households.set_index("hid")["bedarf"], scale)
    head = persons[persons["pid"] % 100 == 1]
    assert head["alter"].min() >= 18


def test_parts_of_the_income_do_not_exceed_it_and_amounts_are_rounded():
    households = _drawn().households
    parts = ["rente", "kindergeld", "wohngeld", "grundsicherung"]
    assert (households[parts].sum(axis=1) <= households["einkommen"]).all()
    assert (households["einkommen"] > 0).all()
    assert (households[["einkommen", *parts]] % 100 == 0).all().all()


@pytest.mark.parametrize("seed", [1, 3])
def test_no_amount_is_negative(seed):
    """Seed 3 drew a household whose child benefit exceeded its income: a negative benefit."""
    households = draw_survey(seed).households
    amounts = households[["einkommen", "rente", "kindergeld", "wohngeld", "grundsicherung"]]
    assert (amounts >= 0).all(axis=None)


@pytest.mark.parametrize(("seed", "number"), [(1, 4000), (5, 1060)])
def test_poverty_rate_is_that_of_the_land(seed, number):
    """NRW 2019: 17.0 % (Sozialberichte NRW, indicator 7.3a, median of the Land)."""
    households = draw_survey(seed, number).households
    rate = at_risk_of_poverty_rate(
        households["einkommen"] / households["bedarf"],
        households["hgewicht"] * households["hgroesse"],
    )
    assert rate == pytest.approx(0.17, abs=0.003)


def test_results_have_a_plausible_direction(recoded):
    data = recoded[0].data
    line = 0.6 * data["equivalised_income"].median()
    poor = data["equivalised_income"] < line
    assert poor[data["household_type"] == "single_parent"].mean() > 1.5 * poor.mean()
    assert (
        poor[data["tenure"] == "tenant_market"].mean()
        > poor[data["tenure"] == "owner_no_mortgage"].mean()
    )
    assert data.loc[poor, "pass_holder"].mean() > 3 * data.loc[~poor, "pass_holder"].mean()
    lacks = enforced_lacks(recoded[1], recoded[0], unknown="not lacking").sum(axis=1)
    assert 0.02 < (lacks >= 5).mean() < 0.15


def test_design_gives_a_standard_error(recoded):
    data = recoded[0].data
    design = SurveyDesign.from_frame(
        data, weights="persons_weight", strata="stratum", clusters="psu"
    )

    def rate(frame, weights, domain):
        return at_risk_of_poverty_rate_linearised(
            frame["equivalised_income"], weights, domain=domain
        )

    table = estimate(design, {"arpr": rate})
    assert 0.003 < table["se"].iloc[0] < 0.03


@pytest.mark.parametrize("which", [0, 1])
def test_codebook_covers_every_variable_and_code(files, which):
    survey, book = read_survey(files[which]), load_codebook(BOOKS[which])
    assert sorted(book.source_columns) == sorted(survey.data.columns)
    assert unknown_codes(survey, book).empty
    result = recode(survey, book)
    assert result.report.kept == result.report.rows_in == survey.n
    for name in result.data.columns:
        missing = result.data[name].isna()
        if missing.any():
            assert result.reasons.loc[missing, name].notna().all(), name
    for variable in book.variables.values():
        if variable.source is not None and variable.value_labels:
            stated = {c for c in survey.variables[variable.source].value_labels if float(c) > 0}
            assert stated == {float(code) for code in variable.value_labels}, variable.name


def test_missing_answers_keep_their_three_reasons(recoded):
    households, persons = recoded
    assert set(households.reasons["rent"].dropna()) == {"not applicable"}
    assert set(persons.reasons["health"].dropna()) == {
        "no answer",
        "do not know",
        "not applicable",
    }
    children = persons.data["age"] < 16
    assert (persons.reasons.loc[children, "health"] == "not applicable").all()
    assert (persons.reasons.loc[~children, "health"] != "not applicable").all()


@pytest.mark.parametrize("which", [0, 1])
def test_file_says_that_it_is_invented_wherever_it_can(files, which):
    survey = read_survey(files[which])
    assert survey.label.startswith("SYNTHETISCHE DATEN")
    assert "Synthetische Daten" in survey.notes[0]
    assert all(one.label.endswith("[synthetisch]") for one in survey.variables.values())
    assert survey.variables["synthetic"].label == "Synthetische Daten [synthetisch]"
    assert survey.data["synthetic"].eq(1).all()
    assert survey.variables["alter" if which else "auskommen"].measure in {"scale", "ordinal"}


def test_mark_travels_from_the_file_to_the_joined_table(files, recoded):
    survey = read_survey(files[0])
    assert is_synthetic(survey)
    assert is_synthetic(read_survey(files[0], columns=["hid"])), "the label is enough"
    assert all(is_synthetic(one) and is_synthetic(one.data) for one in recoded)
    joined = attach_household(recoded[1].data, recoded[0].data, ["equivalised_income"])
    assert is_synthetic(joined)
    assert is_synthetic(joined[joined["age"] < 18].drop(columns="health"))
    assert is_synthetic(joined.groupby("district").head(1))
    unmarked = recoded[1].data.drop(columns="synthetic")
    assert is_synthetic(attach_household(unmarked, recoded[0].data, ["equivalised_income"]))


def test_exhibit_made_from_the_table_is_stamped(recoded):
    data = recoded[0].data
    exhibit = Exhibit(
        id="tbl-probe",
        title="Haushalte nach Wohnstatus",
        alt="Tabelle",
        source="demo_nrw",
        reference_date="2022",
        n=len(data),
        table=data["tenure"].value_counts().rename_axis("Wohnstatus").reset_index(name="Zahl"),
        synthetic=is_synthetic(data),
    )
    assert exhibit.title.startswith(MARK_TEXT)
    assert SYNTHETIC == MARK_TEXT


def test_mark_outlives_a_codebook_that_does_not_name_it(files, tmp_path):
    text = Path(HERE / "small.yaml").read_text(encoding="utf-8")
    source = pd.DataFrame(
        {
            "state": [1.0],
            "id": [1.0],
            "warm": [1.0],
            "inc": [1000.0],
            "inc_f": [1.0],
            "scale": [1.0],
            "tenure": ["own"],
        }
    )
    assert "synthetic" not in text
    book = load_codebook(HERE / "small.yaml")
    marked = SurveyFile(source, {}, {}, "utf-8", (), (), "SPSS", "SYNTHETISCHE DATEN (Probe)")
    result = recode(marked, book)
    assert result.data["synthetic"].tolist() == [True]
    assert is_synthetic(recode(source.assign(synthetic=1), book))
    plain = recode(source, book)
    assert not is_synthetic(plain)
    assert "synthetic" not in plain.data.columns


def test_mark_outlives_other_formats_and_mixing(files, tmp_path):
    data = read_survey(files[0]).data
    data.to_csv(tmp_path / "a.csv", index=False)
    assert is_synthetic(read_survey(tmp_path / "a.csv"))
    real = pd.DataFrame({"hid": [1, 2]})
    assert not is_synthetic(real)
    assert is_synthetic(pd.concat([real, data.head(1)]))
    pyreadstat.write_sav(real, str(tmp_path / "b.sav"))
    assert not is_synthetic(read_survey(tmp_path / "b.sav"))
    assert is_synthetic(pd.DataFrame({"synthetic": ["1", "x"]}))
    assert not is_synthetic(pd.DataFrame({"synthetic": [0, 0]}))
