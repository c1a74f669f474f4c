"""Check, clean and model on a small inventory, twice, in a path with a space and an umlaut."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from armutsexpertise.stages import Project, StageError, read_tables, run_stage
from checkout import (
    FILES,
    FOLDER,
    NOT_FOUND_AGAIN,
    ROOT,
    copy_project,
    hashes,
    read_rows,
    thin_inventory,
)

STAGES = """
import sys
from pathlib import Path
from armutsexpertise.stages import Project, run_stage
for stage in ("check", "clean", "model"):
    run_stage(Project(Path(sys.argv[1])), "passes", stage)
"""


def test_small_inventory_is_small_and_holds_its_cases(small: Project) -> None:
    passes = [row["pass_id"] for row in read_rows(small.raw / "passes" / "passes.csv")]
    assert 25 <= len(passes) <= 40
    assert NOT_FOUND_AGAIN in passes
    assert " " in small.root.name
    assert "ü" in small.root.name


def test_second_run_gives_the_same_bytes(small: Project, tmp_path: Path) -> None:
    again = copy_project(tmp_path / FOLDER)
    thin_inventory(again.raw / "passes")
    # Another process with another order of sets and hashes.
    done = subprocess.run(
        [sys.executable, "-c", STAGES, str(again.root)],
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    first, second = (hashes(p.root / "data") for p in (small, again))
    assert len([n for n in first if n.startswith("processed/passes/estimates/")]) > 20
    assert first == second


def test_stages_read_their_folder_and_leave_no_other_files(small: Project) -> None:
    folder = small.clean("passes").parent
    assert sorted(p.name for p in folder.iterdir()) == ["clean", "estimates"]
    given = {"analyses", "data", "reports", *(name for name in FILES if "/" not in name)}
    assert {p.name for p in small.root.iterdir()} == given
    for name, digest in hashes(small.raw).items():
        if not name.startswith("passes/"):
            source = ROOT / "data" / "raw" / name
            assert digest == hashlib.sha256(source.read_bytes()).hexdigest(), name


def test_row_accounting_adds_up_and_counts_the_files(small: Project) -> None:
    rows = {r["table"]: r for r in read_rows(small.clean("passes") / "row_accounting.csv")}
    assert set(rows) == {
        "passes", "eligibility", "benefits", "income_rules", "counts", "costs", "prices"
    }  # fmt: skip
    raw_name = {"passes": "pass_versions"}
    for name, row in rows.items():
        number = {key: int(row[key]) for key in ("rows_in", "kept", "dropped", "added", "rows_out")}
        assert number["rows_in"] == number["kept"] + number["dropped"], name
        assert number["rows_out"] == number["kept"] + number["added"], name
        raw = read_rows(small.raw / "passes" / f"{raw_name.get(name, name)}.csv")
        assert number["rows_in"] == len(raw), name
        assert number["rows_out"] == len(read_rows(small.clean("passes") / f"{name}.csv")), name
        assert bool(row["reason_dropped"]) == (number["dropped"] > 0), name
        assert bool(row["reason_added"]) == (number["added"] > 0), name


def test_report_stops_where_its_words_no_longer_fit(small: Project) -> None:
    with pytest.raises(StageError, match=r"The report says „.+“, which the estimates no longer"):
        run_stage(small, "passes", "report", say=lambda line: None)
    assert not (small.analysis("passes") / "exhibits").exists()
    assert not small.reports("passes").exists()


def test_what_was_not_found_again_does_not_count(small: Project) -> None:
    clean = read_tables(small.clean("passes"))
    passes = clean["passes"].set_index("pass_id")
    assert not passes.loc[NOT_FOUND_AGAIN, "verified"]
    lost = set(clean["counts"].loc[~clean["counts"]["verified"], "pair_id"].dropna())
    assert lost == {"oberberg-2010"}
    tables = read_tables(small.estimates("passes"))
    assert not set(tables["pairs"]["pair_id"]) & lost
    assert set(tables["pairs_not_printed"]["pair_id"]) == lost
    for name in ("matrix", "profiles", "ranks", "types"):
        assert NOT_FOUND_AGAIN not in set(tables[name]["pass_id"]), name


def test_a_stage_without_the_one_before_says_so(
    project: Project, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    for stage in ("model", "report"):
        done = run("report", "passes", "--only", stage, "--root", project.root)
        assert done.returncode == 1
        assert done.stderr.startswith("No tables in ")
        assert done.stderr.endswith("run the stage before, or make report.\n")
        assert done.stderr.count("\n") == 1
