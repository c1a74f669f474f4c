"""Estimates and standard errors equal those of R's convey and laeken on the same data."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armutsexpertise import inequality, poverty
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.linearised import Linearised

REPO = Path(__file__).resolve().parents[2]
EUSILC = REPO.parent / "shared" / "data" / "eusilc" / "eusilc.csv"
REFERENCE = Path(__file__).parent / "reference"
CONVEY = pd.read_csv(REFERENCE / "convey.csv")
LAEKEN = pd.read_csv(REFERENCE / "laeken.csv")

SURVEY = pd.read_csv(REFERENCE / "survey.csv")
SURVEY_LAEKEN = pd.read_csv(REFERENCE / "survey_laeken.csv")

RELATIVE = 1e-10


@pytest.fixture(scope="module")
def eusilc() -> pd.DataFrame:
    if not EUSILC.exists():
        pytest.skip(f"{EUSILC.name} is not at hand")
    return pd.read_csv(EUSILC)


@pytest.fixture(scope="module")
def designs(eusilc) -> dict[str, SurveyDesign]:
    return {
        "pers_strat": SurveyDesign.from_frame(eusilc, weights="rb050", strata="db040"),
        "hh_nostrat": SurveyDesign.from_frame(eusilc, weights="rb050", clusters="db030"),
    }


Estimator = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], Linearised]

# income, weight, age, domain
CONVEY_INDICES: dict[str, Estimator] = {
    "arpt": lambda y, w, age, d: poverty.poverty_line_linearised(y, w, domain=d),
    "arpr": lambda y, w, age, d: poverty.at_risk_of_poverty_rate_linearised(y, w, domain=d),
    "rmpg": lambda y, w, age, d: poverty.relative_median_poverty_gap_linearised(y, w, domain=d),
    "poormed": lambda y, w, age, d: poverty.median_income_of_the_poor_linearised(y, w, domain=d),
    "rmir": lambda y, w, age, d: poverty.relative_median_income_ratio_linearised(
        y, age, w, domain=d
    ),
    "qsr": lambda y, w, age, d: inequality.quintile_share_ratio_linearised(y, w, domain=d),
    "gini": lambda y, w, age, d: inequality.gini_linearised(y, w, domain=d, ranking="cumulative"),
    "fgt1_relm": lambda y, w, age, d: poverty.foster_greer_thorbecke_linearised(
        y, w, alpha=1, domain=d, line=poverty.poverty_line_linearised(y, w, of="mean")
    ),
    "atk05_pos": lambda y, w, age, d: inequality.atkinson_index_linearised(
        y, w, epsilon=0.5, domain=d, nonpositive="drop"
    ),
    "atk1_pos": lambda y, w, age, d: inequality.atkinson_index_linearised(
        y, w, epsilon=1, domain=d, nonpositive="drop"
    ),
    "zenga_pos": lambda y, w, age, d: inequality.zenga_index_linearised(
        y, w, domain=y > 0, ranking="cumulative"
    ),
    "watts_pos": lambda y, w, age, d: poverty.watts_index_linearised(
        y, w, line=10_000, domain=d, nonpositive="drop"
    ),
}
for _alpha in (0, 1, 2):
    CONVEY_INDICES[f"fgt{_alpha}_abs"] = lambda y, w, age, d, a=_alpha: (
        poverty.foster_greer_thorbecke_linearised(y, w, alpha=a, line=10_000, domain=d)
    )
    CONVEY_INDICES[f"fgt{_alpha}_relq"] = lambda y, w, age, d, a=_alpha: (
        poverty.foster_greer_thorbecke_linearised(y, w, alpha=a, domain=d)
    )
    _name = "theil_pos" if _alpha == 1 else f"gei{_alpha}_pos"
    CONVEY_INDICES[_name] = lambda y, w, age, d, a=_alpha: (
        inequality.generalised_entropy_linearised(y, w, alpha=a, domain=d, nonpositive="drop")
    )


@pytest.mark.parametrize("case", list(CONVEY.itertuples()), ids=lambda c: f"{c.index}-{c.domain}")
def test_estimate_and_standard_error_equal_convey(case, eusilc, designs):
    income, weight = eusilc["eqIncome"].to_numpy(), eusilc["rb050"].to_numpy()
    domain = None if case.domain == "ALL" else eusilc["db040"].eq(case.domain).to_numpy()
    got = CONVEY_INDICES[case.index](income, weight, eusilc["age"].to_numpy(), domain)
    se = float(np.sqrt(designs[case.design].covariance(got.influence)[0, 0]))
    assert got.estimate == pytest.approx(case.estimate, rel=RELATIVE)
    assert se == pytest.approx(case.se, rel=RELATIVE)


def laeken_index(name: str, income: np.ndarray, weight: np.ndarray, domain: np.ndarray) -> float:
    if name.startswith("arpr"):
        share = float(name.removeprefix("arpr") or 60) / 100
        line = poverty.at_risk_of_poverty_threshold(income, weight, share=share)
        return 100 * poverty.at_risk_of_poverty_rate(income, weight, line=line, domain=domain)
    if name.startswith("q0"):
        return poverty.weighted_quantile(income, weight, float(name[1:]), domain=domain)
    if name == "arpt":
        return poverty.at_risk_of_poverty_threshold(income, weight)
    if name == "rmpg":
        return 100 * poverty.relative_median_poverty_gap(income, weight, domain=domain)
    if name == "qsr":
        return inequality.quintile_share_ratio(income, weight, domain=domain)
    return 100 * inequality.gini(income, weight, domain=domain)


@pytest.mark.parametrize("case", list(LAEKEN.itertuples()), ids=lambda c: f"{c.index}-{c.domain}")
def test_estimate_equals_laeken(case, eusilc):
    everyone = np.ones(len(eusilc), dtype=bool)
    domain = everyone if case.domain == "ALL" else eusilc["db040"].eq(case.domain).to_numpy()
    got = laeken_index(
        case.index, eusilc["eqIncome"].to_numpy(), eusilc["rb050"].to_numpy(), domain
    )
    assert got == pytest.approx(case.value, rel=RELATIVE)


@pytest.mark.parametrize(
    "case", list(SURVEY_LAEKEN.itertuples()), ids=lambda c: f"{c.index}-{c.weights}-{c.domain}"
)
def test_estimate_on_the_invented_survey_equals_laeken(case):
    """Many incomes are equal, and some shares are met exactly: the conventions agree."""
    everyone = np.ones(len(SURVEY), dtype=bool)
    domain = everyone if case.domain == "ALL" else SURVEY["region"].eq(case.domain).to_numpy()
    income, weight = SURVEY["income"].to_numpy(), SURVEY[case.weights].to_numpy()
    assert laeken_index(case.index, income, weight, domain) == pytest.approx(case.value, rel=1e-12)


def test_rates_of_men_and_women_equal_the_published_ones(eusilc):
    """Published in the documentation of the R package surveysd, in percent, five digits."""
    for sex, percent in (("male", 12.02660), ("female", 16.73351)):
        got = poverty.at_risk_of_poverty_rate(
            eusilc["eqIncome"], eusilc["rb050"], domain=eusilc["rb090"].eq(sex)
        )
        assert 100 * got == pytest.approx(percent, abs=5e-6)


def test_household_scale_equals_the_one_of_the_data(eusilc):
    """The data give the scale that the R package laeken computed, person by person."""
    got = poverty.household_scale(eusilc["db030"], eusilc["age"])
    assert np.abs(got - eusilc["eqSS"]).max() < 1e-9


def test_poverty_flag_of_spain_row_by_row():
    """EU-SILC Spain 2019: the flag vhPobreza in the file is met for each household.

    The threshold of 9009 euros and the rate of 20.7 % were computed from the same file, whose flag
    they reproduce.
    """
    path = REPO.parent / "shared" / "data" / "eu_silc_es_2019" / "ecv_2019.csv.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not at hand")
    columns = ["DB090", "HX040", "HX240", "HY020", "vhPobreza"]
    rows = pd.read_csv(path, usecols=columns).dropna()
    income = poverty.equivalised_income(rows["HY020"], rows["HX240"])
    weight = (rows["DB090"] * rows["HX040"]).to_numpy()  # household weight times members
    line = poverty.at_risk_of_poverty_threshold(income, weight)
    assert ((income < line) == rows["vhPobreza"].eq(1)).all()
    assert line == pytest.approx(9009, abs=0.5)
    assert poverty.at_risk_of_poverty_rate(income, weight) == pytest.approx(0.207, abs=5e-4)
