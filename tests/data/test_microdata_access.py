"""Microdata on request: listed apart, shown with the way to get them."""

import shutil

import pytest
from typer.testing import CliRunner

from armutsexpertise import catalog
from armutsexpertise.cli import app
from conftest import RAW


@pytest.fixture
def root(tmp_path):
    shutil.copytree(RAW / "microdata_access", tmp_path / "microdata_access")
    (tmp_path / "restricted").mkdir()
    return tmp_path


def run(*words):
    return CliRunner().invoke(app, ["data", *words])


def test_every_data_set_says_where_to_get_it(root):
    found = catalog.restricted_datasets(root=root)
    assert {"piaac", "eu_silc", "evs", "mikrozensus", "ikt"} == set(found["family"])
    assert found["file_name"].is_unique
    assert found["request_url"].str.match("https?://").all()
    assert not found["present"].any()
    assert found["as_tried"].isna().all()


def test_named_codebooks_exist():
    folder = RAW.parents[1] / "src" / "armutsexpertise" / "microdata" / "codebooks"
    named = set(catalog.restricted_datasets()["codebook"]) - {""}
    assert named <= {path.stem for path in folder.glob("*.yaml")}


def test_a_file_in_place_is_seen_and_compared(root):
    (root / "restricted" / "piaac_deu.csv.gz").write_bytes(b"another delivery")
    one = catalog.restricted_datasets("piaac_de_2012", root).iloc[0]
    assert one["present"]
    assert not one["as_tried"]
    shown = run("show", "piaac_de_2012", "--root", str(root)).output
    assert "another delivery than the one tried" in shown


def test_show_takes_the_survey_or_the_data_set(root):
    shown = run("show", "piaac", "--root", str(root))
    assert shown.exit_code == 0
    for text in ("piaac_de_2012:", "piaac_de_2023:", "State: absent", "oecd.org", "SHA-256"):
        assert text in shown.output
    assert "piaac_de_2023" not in run("show", "piaac_de_2012", "--root", str(root)).output


def test_list_names_them_apart(root):
    listed = run("list", "--root", str(root)).output
    packages, _, microdata = listed.partition("Microdata on request")
    assert "microdata_access" in packages
    assert "piaac_de_2012" not in packages
    assert "piaac_de_2012" in microdata
    assert "absent" in microdata


def test_unknown_names_are_refused(root):
    with pytest.raises(catalog.CatalogError, match="known: piaac_de_2012"):
        catalog.restricted_datasets("soep", root)
    assert run("show", "soep", "--root", str(root)).exit_code == 1
