"""What is wrong with a sample is said in one sentence, in Python and by the command alike.

Each case spoils one thing. The sentence counts what is wrong and says what to do, shows no value of
a row, and nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml
from survey_samples import read_survey
from typer.testing import CliRunner

from armutsexpertise.cli import app
from armutsexpertise.disclosure import estimate_protected, poverty_estimates
from armutsexpertise.inequality import gini_linearised
from armutsexpertise.poverty import at_risk_of_poverty_rate, at_risk_of_poverty_rate_linearised
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Index, Mean, differences, estimate
from armutsexpertise.survey.models import fit, fit_ordered
from armutsexpertise.survey.weights import calibrate

SECRET = 987654.25
"""A value that no sentence may show."""


@pytest.fixture
def sample() -> pd.DataFrame:
    frame = read_survey()
    frame["stratum"] = frame["stratum"].map(ord)
    frame["sex"] = frame["sex"].map({"male": 1, "female": 2})
    return frame


Change = Callable[[pd.DataFrame], pd.DataFrame]


def spoil(column: str, value: object, rows: int | None = 3) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        values = frame[column].astype(float if isinstance(value, float) else object)
        return frame.assign(**{column: values.mask(frame.index < (rows or len(frame)), value)})

    return change


def without(column: str) -> Change:
    return lambda frame: frame.drop(columns=column)


def one_unit(frame: pd.DataFrame) -> pd.DataFrame:
    first = frame["psu"] == frame["psu"].iloc[0]
    return frame.assign(stratum=frame["stratum"].mask(first, 99))


def units_numbered_anew(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(psu=frame["psu_in_stratum"])


def clear(sentence: str) -> bool:
    """Whether it is one sentence that says what to do and shows no value of a row."""
    shown = str(SECRET) in sentence or "zehntausend" in sentence
    return "\n" not in sentence and re.search(r"[:;] .", sentence) is not None and not shown


# --- the command ---------------------------------------------------------------------------


def variable(source: str, kind: str, unit: str | None = None, **more: Any) -> dict[str, Any]:
    label = {"de": source, "en": source}
    return {
        "label": label, "type": kind, "unit": unit, "universe": "all", "source": source,
        "cites": ["doc"], **more,
    }  # fmt: skip


VARIABLES = {
    "person_id": variable("person", "integer"),
    "household_id": variable("household", "integer"),
    "stratum": variable("stratum", "integer"),
    "psu": variable("psu", "integer"),
    "region": variable("region", "string"),
    "person_weight": variable("weight", "number", "persons"),
    "equivalised_income": variable("income", "number", "EUR/year"),
    "answer": variable(
        "sex", "category", value_labels={1: "one", 2: "two"},
        categories={"one": {"de": "eins", "en": "one"}, "two": {"de": "zwei", "en": "two"}},
    ),
}  # fmt: skip


def run(
    folder: Path,
    frame: pd.DataFrame,
    *words: str,
    name: str = "survey.csv",
    content: Callable[[Path], None] | None = None,
    **more: dict[str, Any],
) -> str:
    """Run the command on a spoilt sample and return what it says, after the common checks."""
    file, book, out = folder / name, folder / "city.yaml", folder / "results"
    if file.suffix == ".sav":
        pyreadstat.write_sav(frame, str(file))
    else:
        frame.to_csv(file, index=False)
    if content is not None:
        content(file)
    described = {
        "codebook": "city",
        "version": "1",
        "title": {"de": "Probe", "en": "Trial"},
        "dataset": {"name": "Probe", "provider": "niemand", "vintage": "2024", "tried_on": None},
        "sources": {"doc": {"title": "Probe"}},
        "unit_of_analysis": "person",
        "key": ["person_id"],
        "variables": VARIABLES | more,
    }
    book.write_text(yaml.safe_dump(described, sort_keys=False), encoding="utf-8")
    before = {path.name for path in folder.iterdir()}
    given = ["poverty", str(file), "--codebook", str(book), *words]
    if "--out" not in words:
        given += ["--out", str(out)]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert {path.name for path in folder.iterdir()} == before
    (line,) = result.stderr.splitlines()
    assert clear(line), line
    return line


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (spoil("weight", -SECRET), "person_weight 3 are negative"),
        (spoil("weight", None), "3 cell.* weight are blank"),
        (spoil("weight", np.inf, 1), "1 cell.* weight are no finite number"),
        (spoil("weight", 0.0, None), r"All \d+ weights are 0: check the column person_weight"),
        (spoil("stratum", None), "3 cell.* stratum are blank"),
        (spoil("psu", None, 1), "1 cell.* psu are blank"),
        (spoil("household", None), "3 cell.* household are blank"),
        (one_unit, r"1 of \d+ strata have only one sampling unit .* lonely_psu"),
        (units_numbered_anew, "more than one stratum .* nest"),
        (spoil("income", "zehntausend"), "3 cell.* income are no finite number"),
        (spoil("income", None), "3 cell.* income are blank"),
        (spoil("income", np.inf, 1), "1 cell.* income are no finite number"),
        (spoil("income", 0.0, None), "no poverty line: check"),
        (spoil("sex", 7), "3 cell.* sex hold 1 code.* does not list"),
        (spoil("person", 2), "2 row.* repeat person_id"),
        (lambda frame: frame.iloc[:0], "0 rows"),
        (without("income"), "but not income"),
    ],
)
def test_the_command_on_a_spoilt_column(
    change: Change, says: str, sample: pd.DataFrame, tmp_path: Path
) -> None:
    assert re.search(says, run(tmp_path, change(sample)))


def halve(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("survey.sav", halve, "truncated or damaged"),
        ("survey.sav", lambda file: file.write_bytes(b"no such file"), "damaged"),
        ("survey.csv", lambda file: file.write_text("<!DOCTYPE html><p>Login"), "HTML page"),
        ("survey.csv", lambda file: file.write_text("\n <div>Login</div>\n"), "HTML page"),
        ("survey.csv", lambda file: file.write_text(""), "is empty"),
    ],
)
def test_the_command_on_a_spoilt_file(
    name: str, content: Callable[[Path], None], says: str, sample: pd.DataFrame, tmp_path: Path
) -> None:
    assert says in run(tmp_path, sample, name=name, content=content)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--memory-limit", "0.00001"], "GB of memory"),
        (["--strata", "strat"], r"not strat \(nearest: stratum\)"),
        (["--clusters", "haushalt"], "not haushalt"),
        (["--by", "stratum", "--by", "psu"], "fewer than 10 persons"),
        (["--out", "city.yaml/results"], "cannot be written"),
    ],
)
def test_the_command_with_spoilt_options(
    words: list[str],
    says: str,
    sample: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert re.search(says, run(tmp_path, sample, *words))


def test_a_codebook_that_names_a_missing_column(sample: pd.DataFrame, tmp_path: Path) -> None:
    line = run(tmp_path, sample, quarter=variable("regoin", "string"))
    assert "but not regoin (nearest: region)" in line


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["init", "."], "is a folder"),
        (["init", "page.csv"], "HTML page"),
        (["init", "none.sav"], "does not exist"),
        (["check", "empty.yaml"], "is empty: draft one"),
        (["check", "empty.yaml", "--data", "none.sav"], "does not exist"),
        (["check", "none.yaml"], "no codebook none.yaml"),
    ],
)
def test_the_commands_on_codebooks(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.csv").write_text("<html>Login</html>")
    Path("empty.yaml").write_text("")
    result = CliRunner().invoke(app, ["codebook", *words])
    assert result.exit_code == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert says in line
    assert clear(line)
    assert {path.name for path in tmp_path.iterdir()} == {"page.csv", "empty.yaml"}


def test_units_numbered_anew_and_one_of_two_sheets(sample: pd.DataFrame, tmp_path: Path) -> None:
    # What the two refusals say to do works, and gives what plainly numbered units in one sheet do.
    book = tmp_path / "city.yaml"
    run(tmp_path, sample.iloc[:0])
    with pd.ExcelWriter(tmp_path / "survey.xlsx") as writer:
        units_numbered_anew(sample).to_excel(writer, sheet_name="answers", index=False)
        sample.head(9).to_excel(writer, sheet_name="trial", index=False)
    sample.to_csv(tmp_path / "plain.csv", index=False)
    common = ["--codebook", str(book), "--by", "region", "--out"]
    for words in (
        [str(tmp_path / "survey.xlsx"), "--nest", "--table", "answers", *common, "a"],
        [str(tmp_path / "plain.csv"), *common, "b"],
    ):
        words[-1] = str(tmp_path / words[-1])
        result = CliRunner().invoke(app, ["poverty", *words])
        assert result.exit_code == 0, result.output
    first, second = (pd.read_csv(tmp_path / name / "poverty.csv") for name in "ab")
    pd.testing.assert_frame_equal(first, second)


# --- Python --------------------------------------------------------------------------------


def described(frame: pd.DataFrame, **options: Any) -> SurveyDesign:
    given = {"weights": "weight", "strata": "stratum", "clusters": "psu"}
    return SurveyDesign.from_frame(frame, **(given | options))


def rate(frame: pd.DataFrame) -> object:
    index = Index(at_risk_of_poverty_rate_linearised, "income")
    return estimate(described(frame), {"rate": index}, "region")


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (spoil("weight", -SECRET), ValueError, "weight 3 are negative"),
        (spoil("weight", np.nan, 1), ValueError, "weight 1 is missing"),
        (spoil("weight", np.inf), ValueError, "weight 3 are infinite"),
        (spoil("weight", 0.0, None), ValueError, r"All \d+ weights are 0"),
        (spoil("weight", "zehntausend"), TypeError, "weight holds .* not numbers"),
        (spoil("stratum", None), ValueError, r"stratum is missing in 3 of \d+ rows"),
        (spoil("psu", None), ValueError, r"psu is missing in 3 of \d+ rows"),
        (one_unit, ValueError, "1 of .* strata have only one sampling unit"),
        (spoil("income", np.nan), ValueError, r"3 of \d+ rows lack a value"),
        (spoil("income", np.nan, None), ValueError, r"\d+ of \d+ rows lack a value"),
        (spoil("income", np.inf), ValueError, r"3 missing or infinite value"),
        (spoil("income", "zehntausend"), TypeError, "must be numeric"),
        (without("psu"), ValueError, "1 column.*psu"),
        (without("income"), ValueError, "1 column.*income"),
    ],
)
def test_estimates_from_a_spoilt_column(
    change: Change,
    error: type[Exception],
    says: str,
    sample: pd.DataFrame,
) -> None:
    sample = change(sample)
    with pytest.raises(error, match=says) as caught:
        rate(sample)
    assert clear(str(caught.value))


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (spoil("weight", -SECRET), ValueError, "weight 3 are negative"),
        (spoil("weight", np.nan), ValueError, r"weight is missing in 3 of \d+ rows"),
        (spoil("weight", 0.0, None), ValueError, "check the column weight"),
        (spoil("income", np.nan), ValueError, r"3 of \d+ rows have no income"),
        (spoil("income", "zehntausend"), TypeError, "income holds .* not numbers"),
        (one_unit, ValueError, "lonely_psu"),
    ],
)
def test_poverty_estimates_from_a_spoilt_column(
    change: Change,
    error: type[Exception],
    says: str,
    sample: pd.DataFrame,
) -> None:
    sample = change(sample)
    with pytest.raises(error, match=says) as caught:
        poverty_estimates(
            sample, "person", "region", income="income", weights="weight", household="household"
        )
    assert clear(str(caught.value))


def test_poverty_estimates_without_any_income(sample: pd.DataFrame) -> None:
    sample["income"] = np.nan
    with pytest.raises(ValueError, match=r"None of \d+ rows has income"):
        poverty_estimates(
            sample, "person", income="income", weights="weight", household="household",
            missing="drop",
        )  # fmt: skip


def test_missing_is_not_dropped_by_a_slip(sample: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="missing must be fail or drop"):
        poverty_estimates(
            sample, "person", income="income", weights="weight", household="household",
            missing="ignore",  # type: ignore[arg-type]
        )  # fmt: skip


@pytest.mark.parametrize(
    ("indicators", "says"),
    [
        ({"mean": "income"}, "is no indicator: give"),
        (Mean("income"), "give each a name"),
        ({"rate": Index(at_risk_of_poverty_rate, "income")}, "ending _linearised"),
    ],
)
def test_what_is_no_indicator(indicators: Any, says: str, sample: pd.DataFrame) -> None:
    for ask in (
        lambda: estimate(described(sample), indicators),
        lambda: differences(described(sample), indicators, "region", reference="south"),
        lambda: estimate_protected(described(sample), indicators, household="household"),
    ):
        with pytest.raises(TypeError, match=says) as caught:
            ask()
        assert clear(str(caught.value))


def test_a_single_term_needs_no_list(sample: pd.DataFrame) -> None:
    one = fit(described(sample), "income", "age", "linear")
    assert one.names == fit(described(sample), "income", ["age"], "linear").names


def test_an_index_leaves_out_missing_values_and_counts_them(sample: pd.DataFrame) -> None:
    sample.loc[::7, "income"] = np.nan
    gone = sample["income"].isna()
    index = {"rate": Index(at_risk_of_poverty_rate_linearised, "income"),
             "gini": Index(gini_linearised, "income")}  # fmt: skip
    got = estimate(described(sample), index, "region", missing="drop")
    # The same rows without weight: they keep their place in the design and enter nothing.
    zero = sample.assign(
        weight=sample["weight"].mask(gone, 0.0), income=sample["income"].fillna(1.0)
    )
    wanted = estimate(described(zero), index, "region")
    pd.testing.assert_frame_equal(
        got.drop(columns=["method", "df"]), wanted.drop(columns=["method", "df"])
    )
    counts = got["method"].str.extract(r"(\d+) missing left out")[0].astype(int)
    assert counts.groupby(got["indicator"]).sum().eq(gone.sum()).all()


def test_differences_leave_out_missing_values(sample: pd.DataFrame) -> None:
    sample.loc[::7, "income"] = np.nan
    gone = sample["income"].isna()
    asked = {
        "rate": Index(at_risk_of_poverty_rate_linearised, "income"),
        "mean": Mean("income"),
    }
    with pytest.raises(ValueError, match=r"rows lack a value .* missing=\"drop\""):
        differences(described(sample), asked, "region", reference="south")
    got = differences(described(sample), asked, "region", reference="south", missing="drop")
    zero = sample.assign(
        weight=sample["weight"].mask(gone, 0.0), income=sample["income"].fillna(1.0)
    )
    wanted = differences(described(zero), asked, "region", reference="south")
    columns = ["indicator", "region", "estimate", "se", "n", "n_weighted"]
    pd.testing.assert_frame_equal(got[columns], wanted[columns])
    assert got["method"].str.contains("missing left out").all()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([1, 2, 3], "column answer .* values integer"),
        ([1.5, 2, None], "column answer .* values mixed-integer-float"),
        ([1, "two", "three"], "column answer .* values mixed-integer"),
        ([SECRET, "zehntausend", True], "column answer .* values mixed"),
        ([pd.Timestamp(2024, 1, day) for day in (1, 2, 3)], "column answer .* values datetime"),
        ([[1], [2], [3]], "column answer .* values mixed"),
    ],
)
@pytest.mark.parametrize("ask", [fit, fit_ordered, calibrate])
def test_a_column_that_is_neither_text_nor_numbers(
    values: list[object], says: str, ask: Any, sample: pd.DataFrame
) -> None:
    cells = [values[i % 3] for i in range(len(sample))]
    sample = sample.assign(answer=pd.Series(cells, dtype=object))
    asked = {
        fit: lambda: fit(described(sample), "income", ["answer"], "linear", missing="drop"),
        fit_ordered: lambda: fit_ordered(described(sample), "size", ["answer"], missing="drop"),
        calibrate: lambda: calibrate(sample.dropna(), ["answer"], {"intercept": 1.0}),
    }
    with pytest.raises(TypeError, match=says) as caught:
        asked[ask]()
    assert clear(str(caught.value))


def test_text_and_truth_in_object_columns_enter_as_levels(sample: pd.DataFrame) -> None:
    old = sample["age"] > 50
    names = {}
    for name, column in {
        "text": old.map({True: "old", False: "young"}).astype(object),
        "truth": old.astype(object),
        "codes": pd.Categorical(old.map({True: 2, False: 1}).astype(object)),
    }.items():
        frame = sample.assign(answer=column)
        names[name] = fit(described(frame), "income", "answer", "linear").names[1:]
    assert names == {"text": ["answer=young"], "truth": ["answer=True"], "codes": ["answer=2"]}
