"""The writer of the benchmark tables and the ratios in them; nothing here is timed."""

import importlib.util
import subprocess
import sys

import pytest

from checkout import ROOT

_spec = importlib.util.spec_from_file_location(
    "results_page", ROOT / "benchmarks" / "results_page.py"
)
results_page = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(results_page)
circumstances = results_page.circumstances
markdown_table, write_section = results_page.markdown_table, results_page.write_section


def test_a_section_is_replaced_and_the_rest_kept(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Ä\n<!-- begin a -->\nold\n<!-- end a -->\nkept\n", encoding="utf-8")
    for text in (r"new \1", markdown_table(["what", "s"], [["x", "1"]])):
        write_section("a", text, page)
        expected = f"# Ä\n<!-- begin a -->\n{text}\n<!-- end a -->\nkept\n"
        assert page.read_text(encoding="utf-8") == expected
    assert [file.name for file in tmp_path.iterdir()] == ["page.md"]
    for broken in ("no markers", "<!-- end a --><!-- begin a -->", "<!-- begin a -->"):
        page.write_text(broken, encoding="utf-8")
        with pytest.raises(ValueError, match="needs the markers"):
            write_section("a", "new", page)
        assert page.read_text(encoding="utf-8") == broken


def test_a_table_aligns_text_left_and_numbers_right():
    table = markdown_table(["a", "b", "c"], [["x", "y", "1"]], text_columns=2)
    assert table == "| a | b | c |\n| --- | --- | ---: |\n| x | y | 1 |"


def test_numbers_have_significant_digits_and_no_exponent():
    given = {
        0.00219: "0.0022",
        0.0996: "0.10",
        9.96: "10",
        22.8: "23",
        61_342.0: "61,000",
        0: "0",
        -1.26: "-1.3",
    }
    assert {value: results_page.rounded(value) for value in given} == given


def test_the_circumstances_name_versions_and_not_the_machine():
    told = circumstances(["numpy"], ["R 4.2.2"])
    assert "cores" in told
    assert "numpy" in told
    assert "R 4.2.2" in told
    assert "/" not in told.replace("x86_64", "")


def test_every_part_has_a_section_in_the_docs():
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    for part in ("survey", "coverage", "stages"):
        assert (ROOT / "benchmarks" / f"{part}.py").is_file()
        assert page.index(f"<!-- begin {part} -->") < page.index(f"<!-- end {part} -->")


def test_the_samples_of_the_coverage_study_estimate_the_population():
    # in a process of its own: the module has the name of the coverage tool
    code = """
import numpy as np, coverage
population = coverage.draw_population()
rng = np.random.default_rng(1)
samples = [coverage.draw_sample(population, 30, rng) for _ in range(40)]
totals = np.array([sample["weight"].sum() for sample in samples])
size = len(population.frame) * coverage.STANDS_FOR
error = totals.std(ddof=1) / np.sqrt(len(totals))
assert abs(totals.mean() - size) < 4 * error, (totals.mean(), size, error)
assert samples[0].groupby("stratum")["unit"].nunique().eq(30).all()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "benchmarks",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
