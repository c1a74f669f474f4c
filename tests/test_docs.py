"""The code in the README and the docs runs as it stands, and prints what it says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

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


def test_ten_lines_to_a_poverty_rate(desk: Path) -> None:
    code = blocks("docs/surveys.md")[0]
    names: dict[str, object] = {}
    exec(code, names)
    table = names["table"]
    assert isinstance(table, pd.DataFrame)
    survey = pd.read_csv(SURVEY)
    # By hand: the line is 60 % of the weighted median of all persons.
    order = survey.sort_values("income")
    reached = order["weight"].cumsum() / order["weight"].sum()
    line = 0.6 * order.loc[reached > 0.5, "income"].iloc[0]
    poor = survey["income"] < line
    for region, part in survey.groupby("region"):
        rate = part.loc[poor, "weight"].sum() / part["weight"].sum()
        row = table[(table["indicator"] == "arpr") & (table["region"] == region)]
        assert row["estimate"].item() == pytest.approx(rate, rel=1e-12)
        assert 0 < row["se"].item() < 0.5


def test_the_teaching_example(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(blocks("docs/surveys.md")[2], {})
    said = capsys.readouterr().out
    assert "4000 rows in; 4000 kept." in said
    assert "True" in said
    written = pd.read_csv(desk / "demo" / "poverty.csv")
    assert set(written["data_kind"]) == {"Synthetische Daten"}


def test_a_city_s_own_survey(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(blocks("docs/surveys.md")[1], {})
    printed = capsys.readouterr().out
    assert "pass holders" in printed
    for region in pd.read_csv(SURVEY)["region"].unique():
        assert region in printed
