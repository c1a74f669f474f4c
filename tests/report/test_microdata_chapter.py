"""Optional chapters: made where microdata were brought, a box that says where to get them else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from armutsexpertise.catalog.problems import CatalogError
from armutsexpertise.expertise import microdata_file, optional_microdata
from armutsexpertise.publish.exhibit import Exhibit, show, write_exhibits
from armutsexpertise.publish.parts import microdata_box
from armutsexpertise.stages import Project
from checkout import ROOT


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """A checkout with the catalogue of restricted microdata and none of the files."""
    shutil.copytree(
        ROOT / "data" / "raw" / "microdata_access", tmp_path / "data" / "raw" / "microdata_access"
    )
    return Project(tmp_path)


def test_absent_file_is_named_with_its_address(bare: Project) -> None:
    table = optional_microdata(bare, "piaac_de_2012")
    assert table["present"].tolist() == [False]
    assert microdata_file(bare, "piaac_de_2012") is None
    text = microdata_box({"microdata": table.astype(object).fillna("").to_dict("records")}).data
    for part in ("piaac_deu.csv.gz", "data/raw/restricted", "https://www.oecd.org", "OECD"):
        assert part in text


def test_present_file_is_found_and_compared_with_the_one_tried(bare: Project) -> None:
    path = bare.raw / "restricted" / "piaac_deu.csv.gz"
    path.parent.mkdir()
    path.write_bytes(b"another delivery")
    table = optional_microdata(bare, "piaac_de_2012")
    assert microdata_file(bare, "piaac_de_2012") == path
    assert table[["present", "as_tried"]].to_numpy().tolist() == [[True, False]]
    text = microdata_box({"microdata": table.astype(object).fillna("").to_dict("records")}).data
    assert "liegt vor, eine andere Fassung als erprobt" in text
    assert str(bare.root) not in table.to_csv(), "a path of this machine"


def test_unknown_data_set_is_refused(bare: Project) -> None:
    with pytest.raises(CatalogError, match="piaac_de_2012"):
        optional_microdata(bare, "piaac_de_1999")


def test_optional_exhibit_shows_nothing_where_it_was_not_made(tmp_path: Path) -> None:
    exhibit = Exhibit(
        id="tbl-da",
        title="Titel",
        alt="Eine Tabelle.",
        source="Quelle",
        reference_date="2025",
        n="1 Fall",
        table=pd.DataFrame({"Spalte": ["Wert"]}),
    )
    write_exhibits([exhibit], tmp_path)
    assert "Wert" in show("tbl-da", tmp_path, optional=True).data
    assert show("tbl-fehlt", tmp_path, optional=True).data == ""
    with pytest.raises(KeyError, match="tbl-fehlt"):
        show("tbl-fehlt", tmp_path)
