"""The command ``armutsexpertise data``."""

import pytest
import typer
from typer.testing import CliRunner

from armutsexpertise.cli.data import data_app

app = typer.Typer()
app.add_typer(data_app, name="data")


def run(*arguments):
    return CliRunner().invoke(app, ["data", *map(str, arguments)])


def assert_one_sentence(result, text):
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert text in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_list(package):
    result = run("list", "--root", package.root)
    assert result.exit_code == 0
    assert "passes" in result.stdout
    assert "Inventar kommunaler Sozial- und Kulturpässe" in result.stdout


def test_check_clean(package):
    result = run("check", "--root", package.root)
    assert result.exit_code == 0
    assert "0 errors, 0 notices" in result.stdout
    assert result.stdout.startswith("nrw_regions: ")


def test_check_names_place_and_ends_with_one(package):
    package.set("issuers", package.row_of("issuers", "05314000"), name="Bohn")
    result = run("check", "passes", "--root", package.root)
    assert "error: passes/issuers.csv, row" in result.stdout
    assert_one_sentence(result, "Errors in: passes. Correct them and check again.")


def test_check_limits_the_sentences(package):
    for key in ("cnt058", "cnt059"):
        package.set("costs", package.row_of("costs", key), confidence="hoch")
    result = run("check", "passes", "--root", package.root, "--limit", 1)
    assert "... and 1 more error." in result.stdout
    assert result.stdout.count("is not allowed") == 1


def test_check_workbook(package, tmp_path):
    run("template", "passes", "--to", tmp_path, "--root", package.root)
    book = tmp_path / "passes" / "passes-vorlage.xlsx"
    result = run("check", "passes", "--workbook", book, "--root", package.root)
    assert result.exit_code == 0
    assert_one_sentence(run("check", "--workbook", book), "Name the one data package")
    gone = tmp_path / "gone.xlsx"
    assert_one_sentence(run("check", "passes", "--workbook", gone), "does not exist")


def test_show_package_and_table(package):
    shown = run("show", "passes", "--root", package.root)
    assert shown.exit_code == 0
    assert "Creative Commons Attribution 4.0" in shown.stdout
    assert "counts (" in shown.stdout
    table = run("show", "passes/counts", "--rows", 2, "--root", package.root)
    assert "value (number) [siehe Spalte unit]" in table.stdout
    assert table.stdout.count("cnt0") == 2
    none = run("show", "passes/counts", "--rows", 0, "--root", package.root)
    assert "cnt0" not in none.stdout


def test_export_and_template_print_what_they_wrote(package, tmp_path):
    exported = run("export", "passes", "--to", tmp_path / "e", "--root", package.root)
    assert exported.exit_code == 0
    assert "CITATION.txt" in exported.stdout
    template = run("template", "passes", "--to", tmp_path / "t", "--root", package.root)
    assert template.exit_code == 0
    assert "passes-vorlage.xlsx" in template.stdout


@pytest.mark.parametrize(
    "arguments",
    [("check", "nope"), ("show", "nope"), ("export", "nope"), ("template", "nope")],
)
def test_unknown_package_is_one_sentence(package, tmp_path, arguments):
    to = ("--to", tmp_path) if arguments[0] in ("export", "template") else ()
    result = run(*arguments, "--root", package.root, *to)
    assert_one_sentence(result, 'no data package "nope"')
    assert "known: nrw_regions, passes" in result.stderr


def test_unknown_table_and_folder_are_one_sentence(package, tmp_path):
    assert_one_sentence(run("show", "passes/x", "--root", package.root), 'no table "x"')
    assert_one_sentence(run("list", "--root", tmp_path / "gone"), "does not exist")


@pytest.mark.parametrize("command", ["list", "check", "show", "export", "template"])
def test_help_has_an_example(command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"armutsexpertise data {command}" in result.stdout
