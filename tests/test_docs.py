"""The code in the README and the docs runs as it stands, and prints what it says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from armutsexpertise import inequality, microdata, poverty
from armutsexpertise.survey import (
    combine,
    design,
    estimate,
    independence,
    models,
    quantile,
    replicate,
    rif,
    weights,
)

REPO = Path(__file__).parents[1]
SURVEY = REPO / "tests" / "survey" / "data" / "survey.csv"


def blocks(path: str) -> list[str]:
    text = (REPO / path).read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the examples read."""
    survey = pd.read_csv(SURVEY)
    pyreadstat.write_sav(survey, str(tmp_path / "survey.sav"))
    earlier = survey.assign(
        income=(2 * survey["income"]).where(survey["age"] > 30, survey["income"])
    )
    earlier.to_csv(tmp_path / "survey_2019.csv", index=False)
    answers = np.where(survey["person"] % 3 == 0, "ja", "nein")
    survey.assign(district=survey["region"], **{"pass": answers})[["district", "pass"]].to_excel(
        tmp_path / "befragung.xlsx", index=False
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_function_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("README.md")
    exec(code, {})
    said = re.search(r"print\(.*\)  # (.*)", code)
    assert said is not None
    assert capsys.readouterr().out.strip() == said[1]


def test_the_examples_of_the_handbook(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for code in blocks("docs/handbuch/rechnen.md"):
        exec(code, names)
    # by hand: 4000 * 0.26 * 0.3 and 4500 * 0.33 * 0.9 households; each costs the grant
    said = capsys.readouterr().out
    assert said.startswith("Range(low=312.0, high=1336.5) Range(low=350.0, high=350.0)")
    order = [said.index(place) for place in ("Mitte", "Nord", "Süd")]
    assert order == sorted(order)


def test_every_link_between_the_documents_leads_to_a_file() -> None:
    files = [REPO / "README.md", REPO / "data" / "raw" / "README.md", *REPO.glob("docs/**/*.md")]
    for file in files:
        text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"`[^`\n]*`", "", text)
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (file.parent / target).exists(), (file.name, target)


def test_every_page_is_listed_in_the_index_of_its_folder() -> None:
    for folder in ("docs", "docs/handbuch", "docs/decisions"):
        index = (REPO / folder / "README.md").read_text(encoding="utf-8")
        pages = {p.name for p in (REPO / folder).glob("*.md")} - {"README.md"}
        assert {page for page in pages if f"({page})" not in index} == set()


@pytest.fixture
def told(desk: Path) -> dict[str, object]:
    """What the page on surveys leaves behind, its code run from top to bottom."""
    names: dict[str, object] = {}
    for number, code in enumerate(blocks("docs/surveys.md"), start=1):
        exec(compile(code, f"docs/surveys.md, block {number}", "exec"), names)
    return names


def frame(told: dict[str, object], name: str) -> pd.DataFrame:
    found = told[name]
    assert isinstance(found, pd.DataFrame)
    return found


def poor_by_hand(survey: pd.DataFrame) -> pd.Series:
    """Who has less than 60 % of the weighted median of all persons."""
    order = survey.sort_values("income")
    reached = order["weight"].cumsum() / order["weight"].sum()
    return survey["income"] < 0.6 * order.loc[reached > 0.5, "income"].iloc[0]


def test_the_page_on_surveys(told: dict[str, object], capsys: pytest.CaptureFixture[str]) -> None:
    survey = pd.read_csv(SURVEY)
    survey["poor"] = poor_by_hand(survey)
    rates = survey.groupby("region")[["poor", "weight"]].apply(
        lambda part: np.average(part["poor"], weights=part["weight"])
    )
    table = frame(told, "table").set_index("region")
    np.testing.assert_allclose(table.loc[rates.index, "estimate"], rates, rtol=1e-12)
    assert table["se"].between(0, 0.5, inclusive="neither").all()
    written = pd.read_csv("poverty.csv").query("indicator == 'arpr'").set_index("region")
    np.testing.assert_allclose(written.loc[rates.index, "estimate"], rates, rtol=1e-12)
    np.testing.assert_allclose(written.loc[rates.index, "se"], table.loc[rates.index, "se"])
    gaps = frame(told, "gaps").set_index("region")["estimate"]
    np.testing.assert_allclose(gaps, (rates - rates["south"])[gaps.index], rtol=1e-9)


def test_a_change_between_two_surveys(told: dict[str, object]) -> None:
    # Each year has its own line; a year with all incomes doubled has the same rate.
    before, after = pd.read_csv("survey_2019.csv"), pd.read_csv(SURVEY)
    rates = [np.average(poor_by_hand(one), weights=one["weight"]) for one in (before, after)]
    change = frame(told, "change")
    assert change["estimate"].item() == pytest.approx(rates[1] - rates[0], rel=1e-9)
    assert change["se"].item() > 0


def test_models_and_plausible_values(told: dict[str, object]) -> None:
    survey = pd.read_csv(SURVEY)
    means = [
        survey.groupby("sex")[[f"pv{k}", "weight"]].apply(
            lambda part: np.average(part.iloc[:, 0], weights=part["weight"])
        )
        for k in range(1, 6)
    ]
    scores = frame(told, "scores").set_index("sex")["estimate"]
    np.testing.assert_allclose(scores, (sum(means) / 5)[scores.index], rtol=1e-12)
    assert set(frame(told, "effects")["indicator"]) == {"age", "sex=male"}
    assert "intercept" in set(frame(told, "slopes")["indicator"])
    total = told["totals"]
    assert isinstance(total, dict)
    for name in ("by_residuals", "by_bootstrap"):
        calibrated = told[name]
        assert isinstance(calibrated, design.SurveyDesign)
        men = calibrated.weights[(survey["sex"] == "male").to_numpy()].sum()
        assert men == pytest.approx(total["sex=male"], rel=1e-9)


def test_the_teaching_example(told: dict[str, object]) -> None:
    assert len(frame(told, "invented")) == 4000
    written = pd.read_csv("demo/poverty.csv")
    assert set(written["data_kind"]) == {"Synthetische Daten"}
    assert set(written.loc[written["indicator"] == "arpr", "urbanisation"]) == {
        "dense", "intermediate", "total"
    }  # fmt: skip


def test_a_city_s_own_survey(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for code in blocks("docs/surveys.md")[:3]:
        exec(code, names)
    printed = capsys.readouterr().out
    assert "pass holders" in printed
    for region in pd.read_csv(SURVEY)["region"].unique():
        assert region in printed


def names_in_table(text: str) -> set[str]:
    """Names in the right-hand column of the table of replacements."""
    rows = text.split("## What replaces what")[1].split("## ")[0]
    right = [line.split("|")[2] for line in rows.splitlines() if line.count("|") == 3]
    right.append(rows.rsplit("Without counterpart there:")[1])
    return {
        name
        for cell in right
        for code in re.findall(r"`([^`]*)`", cell)
        for name in [re.sub(r"\(.*|=$", "", code)]
        if name
    }


def test_what_replaces_r_exists() -> None:
    text = (REPO / "docs" / "surveys.md").read_text(encoding="utf-8")
    named = names_in_table(text) - {"where", "by", "_linearised", "poverty", "inequality"}
    assert len(named) > 50
    homes = [poverty, inequality, microdata, combine, design, estimate, independence, models]
    homes += [quantile, replicate, rif, weights, design.SurveyDesign, models.Fitted, models.Model]
    unknown = {
        name for name in named if not any(hasattr(home, name.rsplit(".", 1)[-1]) for home in homes)
    }
    assert not unknown
