"""Parquet of any origin: values, labels, dictionary columns, damage."""

import decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armutsexpertise.microdata.errors import SurveyFileError
from armutsexpertise.microdata.formats import read_survey

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def _write(path: Path, table: "pa.Table") -> Path:
    pq.write_table(table, path)
    return path


def test_file_that_pandas_did_not_write(tmp_path):
    """Written without pandas metadata, as R, DuckDB or Spark do."""
    table = pa.table(
        {
            "ort": pa.array(["Köln", None, "Münster"]),
            "n": pa.array([1, None, 3], pa.int32()),
            "einkommen": pa.array([1.5, 2.0, None]),
            "pass": pa.array([True, None, False]),
        }
    )
    survey = read_survey(_write(tmp_path / "a.parquet", table))
    assert survey.format == "Parquet"
    assert survey.data["ort"].tolist()[::2] == ["Köln", "Münster"]
    np.testing.assert_array_equal(survey.data["n"].to_numpy(float), [1, np.nan, 3])
    np.testing.assert_array_equal(survey.data["einkommen"], [1.5, 2.0, np.nan])
    assert survey.data["pass"].tolist() == [True, pd.NA, False]
    assert survey.data.isna().sum().tolist() == [1, 1, 1, 1]


def test_dictionary_columns_are_written_out_and_decimals_are_numbers(tmp_path):
    table = pa.table(
        {
            "status": pa.array(["miete", "eigentum", "miete"]).dictionary_encode(),
            "rent": pa.array([decimal.Decimal("512.50"), None, decimal.Decimal("7.25")]),
        }
    )
    data = read_survey(_write(tmp_path / "a.parquet", table)).data
    assert not isinstance(data["status"].dtype, pd.CategoricalDtype)
    assert data["status"].tolist() == ["miete", "eigentum", "miete"]
    np.testing.assert_array_equal(data["rent"].to_numpy(float), [512.5, np.nan, 7.25])


def test_categories_of_pandas_are_written_out(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"x": pd.Categorical(["b", "a", "b"])}).to_parquet(path)
    assert read_survey(path).data["x"].tolist() == ["b", "a", "b"]


def test_labels_of_the_fields_are_variable_labels(tmp_path):
    schema = pa.schema(
        [
            pa.field("x", pa.int64(), metadata={"label": "Größe des Haushalts"}),
            pa.field("y", pa.int64(), metadata={"description": "Alter"}),
            pa.field("z", pa.int64()),
        ]
    )
    table = pa.table({"x": [1], "y": [2], "z": [3]}, schema=schema)
    survey = read_survey(_write(tmp_path / "a.parquet", table), columns=["z", "y", "x"])
    labels = {name: one.label for name, one in survey.variables.items()}
    assert labels == {"z": "", "y": "Alter", "x": "Größe des Haushalts"}
    assert list(survey.data.columns) == ["z", "y", "x"]


def test_named_index_of_pandas_stays_a_column_and_a_counter_does_not(tmp_path):
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index([7, 8], name="hid"))
    frame.to_parquet(path)
    assert read_survey(path, columns=["hid"]).data["hid"].tolist() == [7, 8]
    frame.rename_axis(None).to_parquet(path)
    assert list(read_survey(path).data.columns) == ["x"]


def test_lists_are_left_out_with_a_remark_and_refused_by_name(tmp_path):
    path = _write(tmp_path / "a.parquet", pa.table({"x": [1], "members": [[1, 2]]}))
    survey = read_survey(path)
    assert list(survey.data.columns) == ["x"]
    assert survey.remarks == ("Not read, as it holds lists or structures: members.",)
    with pytest.raises(SurveyFileError, match="lists or structures in members"):
        read_survey(path, columns=["members"])


def test_missing_column_names_the_nearest(tmp_path):
    path = _write(tmp_path / "a.parquet", pa.table({"einkommen": [1]}))
    with pytest.raises(SurveyFileError, match=r"einkomen \(nearest: einkommen\)"):
        read_survey(path, columns=["einkomen"])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_truncated_file_is_one_sentence(tmp_path, share):
    rng = np.random.default_rng(3)
    path = _write(tmp_path / "a.parquet", pa.table({"x": rng.random(2000)}))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SurveyFileError, match="truncated or damaged") as caught:
        read_survey(path)
    assert "\n" not in str(caught.value)


def test_damage_inside_is_never_another_error(tmp_path):
    rng = np.random.default_rng(5)
    path = _write(tmp_path / "a.parquet", pa.table({"x": rng.random(500), "y": ["Köln"] * 500}))
    whole = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    sentences = []
    for _ in range(40):
        damaged = whole.copy()
        places = rng.integers(4, len(whole) - 8, size=30)
        damaged[places] = rng.integers(0, 256, size=30)
        path.write_bytes(damaged.tobytes())
        try:
            read_survey(path)
        except SurveyFileError as error:
            sentences.append(str(error))
    assert sentences
    assert not any("\n" in one for one in sentences)


def test_without_pyarrow_the_sentence_says_what_to_install(tmp_path, monkeypatch):
    path = _write(tmp_path / "a.parquet", pa.table({"x": [1]}))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SurveyFileError, match="needs the package pyarrow"):
        read_survey(path)
