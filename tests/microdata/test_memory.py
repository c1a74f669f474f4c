"""A file larger than the memory is refused before its rows are read."""

import gzip
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from armutsexpertise.microdata import memory
from armutsexpertise.microdata.errors import SurveyFileError
from armutsexpertise.microdata.formats import read_survey

ROWS = 1000
WRITERS = {
    ".sav": pyreadstat.write_sav,
    ".zsav": lambda frame, path: pyreadstat.write_sav(frame, path, compress=True),
    ".dta": pyreadstat.write_dta,
    ".por": pyreadstat.write_por,
    ".xpt": pyreadstat.write_xport,
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".csv.gz": lambda frame, path: Path(path).write_bytes(
        gzip.compress(frame.to_csv(index=False).encode())
    ),
    ".xlsx": lambda frame, path: frame.to_excel(path, index=False),
    ".parquet": lambda frame, path: frame.to_parquet(path),
}


@pytest.fixture(params=list(WRITERS))
def file(request, tmp_path: Path) -> Path:
    if request.param == ".parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / f"survey{request.param}"
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({f"v{i}": rng.random(ROWS).round(6) for i in range(10)})
    WRITERS[request.param](frame, str(path))
    return path


def test_limit_is_said_with_need_and_next_step(file):
    with pytest.raises(SurveyFileError) as caught:
        read_survey(file, memory_limit=1e-5)
    sentence = str(caught.value)
    assert sentence.startswith(f"{file.name} needs about ")
    assert "GB of memory for" in sentence
    assert "0.0000100 GB are available" in sentence
    assert "memory_limit" in sentence
    assert "\n" not in sentence


def test_what_fits_is_read(file):
    assert read_survey(file, memory_limit=0.01).n == ROWS


@pytest.mark.parametrize("ending", [".sav", ".dta", ".parquet"])
def test_fewer_columns_need_less(tmp_path, ending):
    if ending == ".parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / f"a{ending}"
    frame = pd.DataFrame({f"v{i}": np.arange(ROWS, dtype=float) for i in range(10)})
    WRITERS[ending](frame, str(path))
    with pytest.raises(SurveyFileError, match=r"1000 rows and 10 columns.*columns="):
        read_survey(path, memory_limit=1e-4)
    assert read_survey(path, columns=["v3"], memory_limit=1e-4).n == ROWS


def test_free_memory_is_the_limit_by_default(tmp_path, monkeypatch):
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"x": np.arange(ROWS, dtype=float)}), str(path))
    assert read_survey(path).n == ROWS
    monkeypatch.setattr(memory, "free_memory", lambda: 1e-6)
    with pytest.raises(SurveyFileError, match="1000 rows and 1 columns"):
        read_survey(path)
    assert read_survey(path, memory_limit=1.0).n == ROWS
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    assert read_survey(path).n == ROWS


def test_large_numbers_are_said_in_gigabytes():
    with pytest.raises(SurveyFileError) as caught:
        memory.require_memory(
            "evs.sav", 12.34e9, 8.0, contents="60000 rows", next_step="use columns="
        )
    assert str(caught.value) == (
        "evs.sav needs about 12.3 GB of memory for 60000 rows, 8.0 GB are available: use columns=."
    )


def test_free_memory_is_a_plausible_number():
    free = memory.free_memory()
    assert free is None or 0 < free < 100_000


def test_limit_of_a_container_counts_where_it_is_lower(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("1000000\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.free_memory() == pytest.approx(0.002)
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_memory() != pytest.approx(0.002)


def test_workbook_is_measured_by_its_sheets(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in range(200):
        book.active.append(["Kopf" if row == 0 else row])
    book.save(path)
    with pytest.raises(SurveyFileError, match="GB of sheets"):
        read_survey(path, memory_limit=1e-6)
