"""``armutsexpertise codebook``: a draft that a person must finish, a check that says what fails."""

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml
from typer.testing import CliRunner

from armutsexpertise.cli.codebook import codebook_app
from armutsexpertise.microdata.codebook import load_codebook
from armutsexpertise.microdata.draft import draft_codebook
from armutsexpertise.microdata.errors import CodebookError
from armutsexpertise.microdata.formats import SurveyFile, Variable, read_survey

HERE = Path(__file__).parent
SECRET = 31415.25


@pytest.fixture
def sav(tmp_path: Path) -> Path:
    frame = pd.DataFrame(
        {
            "Frage 1": [1.0, 2.0, 97.0, 99.0],
            "einkommen": [SECRET, 2.0, 3.0, -1.0],
            "ort": ["Köln", "Bonn", "Aachen", ""],
        }
    )
    frame = frame.rename(columns={"Frage 1": "F1"})
    path = tmp_path / "umfrage.sav"
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label="Umfrage",
        column_labels=["Besitzt den Pass?", "Einkommen", ""],
        variable_value_labels={
            "F1": {1.0: "Ja", 2.0: "Nein, möchte nicht", 97.0: "weiß nicht", 99.0: "verweigert"}
        },
        missing_ranges={"F1": [{"lo": 97, "hi": 99}], "einkommen": [-1]},
    )
    return path


def _run(*arguments: object):
    return CliRunner().invoke(codebook_app, [str(one) for one in arguments])


def test_draft_states_what_the_file_states_and_no_value(sav, tmp_path):
    result = _run("init", sav)
    assert result.exit_code == 0, result.output
    target = tmp_path / "umfrage.sav.codebook.yaml"
    text = target.read_text(encoding="utf-8")
    assert "31415" not in text + result.output
    assert "Köln" not in text + result.output
    draft = yaml.safe_load(text)
    assert draft["title"]["en"] == "Umfrage"
    first = draft["variables"]["f1"]
    assert first["source"] == "F1"
    assert first["label"] == {"de": "TODO", "en": "Besitzt den Pass?"}
    assert first["value_labels"] == {1: "ja", 2: "nein_moechte_nicht"}
    assert first["missing_values"] == {97: "TODO: weiß nicht", 99: "TODO: verweigert"}
    assert draft["variables"]["einkommen"]["missing_values"] == {-1: "TODO: no label"}
    assert draft["variables"]["einkommen"]["type"] == "number"
    assert draft["variables"]["ort"]["type"] == "string"


def test_draft_does_not_pass_before_it_is_decided(sav, tmp_path):
    _run("init", sav, "--unit", "household")
    target = tmp_path / "umfrage.sav.codebook.yaml"
    with pytest.raises(CodebookError, match="TODO"):
        load_codebook(target)
    result = _run("check", target)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_finished_draft_covers_its_file(sav, tmp_path):
    target = tmp_path / "book.yaml"
    _run("init", sav, "--to", target)
    draft = yaml.safe_load(target.read_text(encoding="utf-8"))
    answer = draft["variables"].pop("f1")
    answer["missing_values"] = {97: "do not know", 99: "refused"}
    answer["universe"] = "all"
    for label in answer["categories"].values():
        label["de"] = "x"
    draft["variables"] = {"answer": answer}
    draft["key"] = ["answer"]
    target.write_text(yaml.safe_dump(draft, allow_unicode=True), encoding="utf-8")
    result = _run("check", target)
    assert result.exit_code == 0, result.output
    assert "notice: answer is not in the harmonised schema" in result.output
    with_data = _run("check", target, "--data", sav)
    assert with_data.exit_code == 1
    assert "2 row(s) have no answer" in with_data.stderr


def test_check_with_data_accounts_for_the_rows(tmp_path):
    data = tmp_path / "small.csv"
    data.write_text(
        "state,id,warm,inc,inc_f,scale,tenure\n1,11,1,3000,1,1.5,own\n9,12,2,1,1,1,rent\n",
        encoding="utf-8",
    )
    result = _run("check", HERE / "small.yaml", "--data", data)
    assert result.exit_code == 0, result.output
    assert "2 rows in; 1 kept; 1 dropped: refused the interview" in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "nothing"), "There is no codebook nothing"),
        (("init", "none.sav"), "does not exist"),
        (("init", "none.sav", "--unit", "city"), "give household or person"),
        (("check", "demo_nrw_household", "--codes"), "give it with --data"),
    ],
)
def test_faults_are_one_sentence(arguments, says):
    result = _run(*arguments)
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_check_lists_the_codes_it_does_not_cover_where_asked(tmp_path):
    data = tmp_path / "small.csv"
    data.write_text(
        "state,id,warm,inc,inc_f,scale,tenure\n1,11,7,3000,1,1.5,own\n1,12,2,1,1,1,squat\n",
        encoding="utf-8",
    )
    plain = _run("check", HERE / "small.yaml", "--data", data)
    assert plain.exit_code == 1
    assert "1 cell(s) of warm hold 1 code(s)" in plain.stderr
    assert "squat" not in plain.output
    listed = _run("check", HERE / "small.yaml", "--data", data, "--codes")
    assert listed.exit_code == 1
    assert "squat" in listed.stdout
    assert "affords_warm_home" in listed.stdout


def test_draft_of_some_columns_within_the_memory(sav, tmp_path):
    target = tmp_path / "some.yaml"
    result = _run("init", sav, "--to", target, "--columns", "ort, F1")
    assert result.exit_code == 0, result.output
    assert list(yaml.safe_load(target.read_text(encoding="utf-8"))["variables"]) == ["ort", "f1"]
    refused = _run("init", sav, "--to", tmp_path / "none.yaml", "--memory-limit", "1e-9")
    assert refused.exit_code == 1
    assert "GB are available" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_draft_of_no_columns_is_refused(sav):
    refused = _run("init", sav, "--columns", " ,")
    assert refused.exit_code == 1
    assert "--columns is empty" in refused.stderr


def test_draft_of_one_sheet_among_two(tmp_path):
    path = tmp_path / "zwei.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame({"x": [1]}).to_excel(writer, sheet_name="A", index=False)
        pd.DataFrame({"y": [2]}).to_excel(writer, sheet_name="B", index=False)
    refused = _run("init", path)
    assert refused.exit_code == 1
    assert "name one with table" in refused.stderr
    drafted = _run("init", path, "--table", "B")
    assert drafted.exit_code == 0, drafted.output
    text = (tmp_path / "zwei.xlsx.codebook.yaml").read_text(encoding="utf-8")
    assert list(yaml.safe_load(text)["variables"]) == ["y"]


def test_draft_overwrites_nothing(sav, tmp_path):
    target = tmp_path / "kept.yaml"
    target.write_text("mine", encoding="utf-8")
    result = _run("init", sav, "--to", target)
    assert result.exit_code == 1
    assert target.read_text(encoding="utf-8") == "mine"


def test_draft_of_tags_many_codes_and_equal_names():
    data = pd.DataFrame({"a b": [1.0], "A-B": [1], "1x": [2.0]})
    survey = SurveyFile(
        data,
        {
            "a b": Variable("a b", value_labels={1.0: "one", ".a": "refused"}, tags=(".a", ".b")),
            "A-B": Variable("A-B", value_labels={i: f"label {i}" for i in range(80)}),
            "1x": Variable("1x"),
        },
        {},
        "utf-8",
        (),
        ("remark",),
        "Stata",
    )
    draft = yaml.safe_load(draft_codebook(survey, "x.dta", "person"))
    assert list(draft["variables"]) == ["a_b", "a_b_2", "v_1x"]
    assert draft["variables"]["a_b"]["value_labels"] == {1: "one"}
    assert draft["variables"]["a_b"]["missing_values"] == {
        ".a": "TODO: refused",
        ".b": "TODO: no label",
    }
    assert "80 value labels" in draft["variables"]["a_b_2"]["note"]
    assert draft["variables"]["a_b_2"]["type"] == "integer"


def test_written_spss_file_reads_back(sav):
    survey = read_survey(sav)
    assert survey.label == "Umfrage"
    assert survey.variables["F1"].missing_ranges == ((97.0, 99.0),)
    assert survey.data["einkommen"].tolist()[0] == SECRET
