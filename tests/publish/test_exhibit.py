"""Exhibits: what they refuse, what they write, and the Markdown that they print."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pypandoc
import pytest

from armutsexpertise.publish import charts
from armutsexpertise.publish.exhibit import Exhibit, markdown, show, write_exhibits
from armutsexpertise.publish.files import sha256, write_atomic
from armutsexpertise.publish.numbers import NBSP

TABLE = pd.DataFrame(
    {
        "Größenklasse": ["bis 20.000 Einwohner", "=1+1", 'a;b "c" | *d* @e'],
        "Untergrenze": [0.014, 0.63, np.nan],
        "Preis": [1.5, 1234.25, 0.0],
        "Jahr": [2019, 2020, 2021],
        "Zahl": [1, 20000, 3],
    }
)
FORMATS = {"Untergrenze": "percent:1", "Preis": "euro:2", "Jahr": "plain"}


def make(**changes):
    settings = {
        "id": "tbl-probe",
        "title": "Jede dritte Stadt hat einen Pass",
        "alt": "Tabelle mit drei Größenklassen",
        "source": "Eigenes Verzeichnis",
        "reference_date": "2024-05",
        "n": 52,
        "table": TABLE,
        "formats": FORMATS,
    }
    return Exhibit(**(settings | changes))


def bounds_figure():
    frame = pd.DataFrame({"a": ["x"], "low": [0.1], "high": [0.9]})
    return charts.plot_bounds(frame, "a", "low", "high")


def make_figure(**changes):
    return make(**({"id": "fig-probe", "figure": bounds_figure} | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "abb-1"}, "id reads fig-name or tbl-name"),
        ({"id": "tbl-Größe"}, "id reads fig-name or tbl-name"),
        ({"id": "tbl-../x"}, "id reads fig-name or tbl-name"),
        ({"id": "tbl-probe-narrow"}, "ends the name of a drawing"),
        ({"id": None}, "id reads fig-name or tbl-name"),
        ({"title": " "}, "title is empty"),
        ({"alt": ""}, "alt is empty"),
        ({"source": ""}, "source is empty"),
        ({"reference_date": ""}, "reference_date is empty"),
        ({"licence": ""}, "licence is empty"),
        ({"n": ""}, "needs n"),
        ({"n": 0}, "needs n"),
        ({"n": True}, "n is a whole number or text"),
        ({"n": 1.5}, "n is a whole number or text"),
        ({"id": "fig-probe"}, "fig- exhibit needs a figure"),
        ({"figure": bounds_figure}, "tbl- exhibit has none"),
        ({"table": TABLE.head(0)}, "its table is empty"),
        ({"table": TABLE.rename(columns={"Zahl": ""})}, "needs a German label"),
        ({"table": TABLE.rename(columns={"Zahl": 5})}, "needs a German label"),
        ({"table": TABLE.rename(columns={"Zahl": "Jahr"})}, "same label"),
        ({"table": TABLE.set_index("Größenklasse")}, "index would be lost"),
        ({"table": TABLE.rename_axis("Zeile")}, "index would be lost"),
        ({"formats": FORMATS | {"Nix": "text"}}, "no column 'Nix'"),
        ({"show_columns": ["Nix"]}, "no column 'Nix'"),
        ({"max_rows": 0}, "max_rows must be 1"),
        ({"formats": {}}, "holds decimal numbers"),
        ({"formats": FORMATS | {"Zahl": "percent"}}, "is none of text"),
        ({"formats": FORMATS | {"Größenklasse": "number:1"}}, "needs numbers"),
        ({"formats": FORMATS | {"Zahl": "percent:0"}}, "a share lies between 0 and 1"),
        ({"formats": FORMATS | {"Preis": "plain"}}, "plain needs whole numbers"),
        ({"formats": FORMATS | {"Zahl": "text"}}, "text is needed"),
        ({"table": TABLE.assign(Zahl=[True, False, True])}, "holds truth values"),
        ({"table": TABLE.assign(Preis=[1.0, float("inf"), 2.0])}, "infinite"),
        ({"table": TABLE.assign(Zahl=["a", "\x07", "c"])}, "control character"),
        ({"table": TABLE.assign(Zahl=pd.Series(["a", 1, "c"], dtype=object))}, "text is needed"),
    ],
)
def test_refuses(changes, message):
    with pytest.raises(ValueError, match=message):
        make(**changes)


def test_is_frozen():
    with pytest.raises(FrozenInstanceError):
        make().title = "anders"


def test_source_line():
    assert make(note="Vorläufig").source_line() == (
        f"Quelle: Eigenes Verzeichnis. Stand: Mai{NBSP}2024. n{NBSP}={NBSP}52. Hinweis: Vorläufig."
    )
    line = make(n="396 Gemeinden", reference_date="2018 bis 2024", source="Arp (2020).")
    assert line.source_line() == (
        f"Quelle: Arp (2020). Stand: 2018 bis 2024. n{NBSP}={NBSP}396 Gemeinden."
    )
    assert f"n{NBSP}={NBSP}1.234." in make(n=np.int64(1234)).source_line()


def test_csv_is_german(tmp_path):
    write_exhibits([make()], tmp_path)
    raw = (tmp_path / "tbl-probe.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [
        ["Größenklasse", "Untergrenze in %", "Preis in EUR", "Jahr", "Zahl"],
        ["bis 20.000 Einwohner", "1,4", "1,5", "2019", "1"],
        ["'=1+1", "63", "1234,25", "2020", "20000"],
        ['a;b "c" | *d* @e', "", "0", "2021", "3"],
    ]


def test_csv_hides_the_noise_of_binary_numbers(tmp_path):
    table = pd.DataFrame({"Stadt": ["A", "B", "C"], "Wert": [0.1 + 0.2, 1e-7, 123456789.125]})
    write_exhibits([make(table=table, formats={"Wert": "number:2"})], tmp_path)
    lines = (tmp_path / "tbl-probe.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1:] == ["A;0,3", "B;0,0000001", "C;123456789,125"]


def test_headers_do_not_repeat_their_unit(tmp_path):
    table = TABLE.rename(columns={"Untergrenze": "Anteil in %", "Preis": "Preis (Euro)"})
    formats = {"Anteil in %": "percent:1", "Preis (Euro)": "euro:2"}
    write_exhibits([make(table=table, formats=formats)], tmp_path)
    head = (tmp_path / "tbl-probe.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head == "Größenklasse;Anteil in %;Preis (Euro);Jahr;Zahl"


def test_xlsx_holds_numbers_and_explanation(tmp_path):
    write_exhibits([make(note="Vorläufig")], tmp_path)
    book = openpyxl.load_workbook(tmp_path / "tbl-probe.xlsx")
    assert book.sheetnames == ["Daten", "Erläuterung"]
    data = book["Daten"]
    assert [cell.value for cell in data[1]] == [
        "Größenklasse",
        "Untergrenze",
        "Preis in EUR",
        "Jahr",
        "Zahl",
    ]
    assert all(cell.font.bold for cell in data[1])
    assert [(c.value, c.number_format) for c in data[3]][1:] == [
        (0.63, "0.0 %"),
        (1234.25, "#,##0.00"),
        (2020, "0"),
        (20000, "#,##0"),
    ]
    assert data["A3"].value == "=1+1"
    assert data["A3"].data_type == "s"
    assert data["B4"].value is None
    assert data.freeze_panes == "A2"
    about = {row[0].value: row[1].value for row in book["Erläuterung"].iter_rows()}
    assert about["Titel"] == "Jede dritte Stadt hat einen Pass"
    assert about["Quelle"] == "Eigenes Verzeichnis"
    assert about["Stand"] == "2024-05"
    assert about["Fallzahl (n)"] == "52"
    assert about["Hinweis"] == "Vorläufig"
    assert "CC BY 4.0" in about["Lizenz"]


def test_files_are_the_same_in_another_process(tmp_path):
    here, there = tmp_path / "a", tmp_path / "b"
    write_exhibits([make_figure(), make()], here)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_exhibit as t;"
        "from armutsexpertise.publish.exhibit import write_exhibits;"
        "write_exhibits([t.make_figure(), t.make()], sys.argv[2])"
    )
    folder = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", code, folder, str(there)], check=True)
    names = sorted(path.name for path in here.iterdir())
    assert names == sorted(path.name for path in there.iterdir())
    for name in names:
        assert (here / name).read_bytes() == (there / name).read_bytes(), name
    with zipfile.ZipFile(here / "tbl-probe.xlsx") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1980-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_index_and_stale_files(tmp_path):
    (tmp_path / "fig-alt.svg").write_text("alt")
    (tmp_path / "fig-alt-narrow.svg").write_text("alt")
    (tmp_path / "tbl-alt.xlsx").write_text("alt")
    (tmp_path / "notiz.csv").write_text("bleibt")
    written = write_exhibits([make_figure(), make()], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [path.name for path in written] + ["notiz.csv"]
    )
    entries = json.loads((tmp_path / "exhibits.json").read_text(encoding="utf-8"))["exhibits"]
    assert [entry["id"] for entry in entries] == ["fig-probe", "tbl-probe"]
    for entry in entries:
        assert {"title", "alt", "source", "reference_date", "n", "note"} <= set(entry)
        for name, digest in entry["files"].items():
            assert sha256((tmp_path / name).read_bytes()) == digest
    wide, narrow = (tmp_path / f"fig-probe{end}.svg" for end in ("", "-narrow"))
    widths = [re.search(r'width="([\d.]+)pt"', file.read_text())[1] for file in (wide, narrow)]
    assert float(widths[0]) > 450
    assert float(widths[1]) < 260


def test_two_exhibits_of_one_name(tmp_path):
    with pytest.raises(ValueError, match="Two exhibits have the id tbl-probe"):
        write_exhibits([make(), make()], tmp_path)


def test_failing_figure_leaves_the_folder_as_it_was(tmp_path):
    write_exhibits([make()], tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def broken():
        raise RuntimeError("kein Bild")

    with pytest.raises(RuntimeError, match="kein Bild"):
        write_exhibits([make(title="neu"), make_figure(figure=broken)], tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_interrupted_write_leaves_no_part(tmp_path, monkeypatch):
    target = tmp_path / "x.csv"
    target.write_bytes(b"alt")

    def full(self, other):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(target, b"neu")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
    assert target.read_bytes() == b"alt"


def test_synthetic_exhibits_say_so_everywhere(tmp_path):
    plain = make_figure()
    marked = make_figure(synthetic=True, note="Vorläufig")
    assert marked.title == "Synthetische Daten: Jede dritte Stadt hat einen Pass"
    assert marked.alt.startswith("Synthetische Daten")
    assert marked.note.startswith("Synthetische Daten")
    assert marked.note.endswith("Vorläufig")
    write_exhibits([plain], tmp_path / "a")
    write_exhibits([marked], tmp_path / "b")
    for drawing in ("fig-probe.svg", "fig-probe-narrow.svg"):
        svg = [(tmp_path / name / drawing).read_bytes() for name in "ab"]
        # matplotlib comments each text that it draws as paths
        assert b"Synthetische Daten" in svg[1]
        assert b"Synthetische Daten" not in svg[0]
    lines = (tmp_path / "b" / "fig-probe.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].endswith(";Datenart")
    assert all(line.endswith(";Synthetische Daten") for line in lines[1:])
    book = openpyxl.load_workbook(tmp_path / "b" / "fig-probe.xlsx")
    assert {cell.value for cell in book["Daten"]["F"][1:]} == {"Synthetische Daten"}
    assert book["Erläuterung"]["B1"].value.startswith("Synthetische Daten")
    taken = make(synthetic=True, table=TABLE.assign(Datenart="x"))
    write_exhibits([taken], tmp_path / "c")
    head = (tmp_path / "c" / "tbl-probe.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head.endswith(";Datenart;Datenart (Kennzeichnung)")


def blocks(text):
    return json.loads(pypandoc.convert_text(text, "json", format="markdown"))["blocks"]


def plain(text):
    return pypandoc.convert_text(text, "plain", format="markdown", extra_args=["--wrap=none"])


def test_markdown_of_a_figure(tmp_path):
    write_exhibits(
        [make_figure(alt='Balken "a" \\ b', note="1. *kein* [Verweis] @x")], tmp_path / "exhibits"
    )
    text = markdown(tmp_path / "exhibits", "fig-probe")
    (div,) = blocks(text)
    assert div["c"][0][0] == "fig-probe"
    image, source, links, caption = div["c"][1]
    (inline,) = image["c"]
    assert inline["c"][0][2] == [
        ["fig-alt", 'Balken "a" \\ b'],
        ["narrow", "exhibits/fig-probe-narrow.svg"],
    ]
    assert inline["c"][2][0] == "exhibits/fig-probe.svg"
    assert source["c"][0][1] == ["source"]
    assert links["c"][0][1:] == [["content-visible"], [["when-format", "html"]]]
    assert caption["t"] == "Para"
    words = plain(text)
    assert "1. *kein* [Verweis] @x" in words
    assert "Jede dritte Stadt hat einen Pass" in words
    assert "(exhibits/fig-probe.csv)" in text
    assert "](../daten/fig-probe.xlsx)" in markdown(
        tmp_path / "exhibits", "fig-probe", link="../daten/"
    )


def test_markdown_of_a_table(tmp_path):
    table = make(show_columns=["Größenklasse", "Untergrenze", "Preis"], title="1. Rang: (a) b")
    write_exhibits([table], tmp_path)
    text = markdown(tmp_path, "tbl-probe", link="exhibits")
    (div,) = blocks(text)
    body, source, _, caption = div["c"][1]
    assert body["t"] == "Table"
    assert [spec[0]["t"] for spec in body["c"][2]] == ["AlignLeft", "AlignRight", "AlignRight"]
    assert source["t"] == "Div"
    assert caption["t"] == "Para"
    words = plain(text)
    assert 'a;b "c" | *d* @e' in words
    assert f"1,4{NBSP}%" in words
    assert "1.234,25" in words
    assert "keine Angabe" in words
    assert "Preis in EUR" in words
    assert "1. Rang: (a) b" in words


@pytest.mark.parametrize(
    ("rows", "words"),
    [(1, "2 weitere Zeilen stehen"), (2, "Eine weitere Zeile steht"), (3, None)],
)
def test_shortened_table_says_so(tmp_path, rows, words):
    write_exhibits([make(max_rows=rows)], tmp_path)
    text = markdown(tmp_path, "tbl-probe")
    assert ("in den Dateien" in text) == (words is not None)
    assert words is None or words in text


def test_right_aligned_text(tmp_path):
    table = pd.DataFrame({"Stadt": ["Köln"], "Spanne": ["8 bis 99 %"]})
    write_exhibits([make(table=table, formats={"Spanne": "right"})], tmp_path)
    assert "-:|\n" in markdown(tmp_path, "tbl-probe")
    sheet = openpyxl.load_workbook(tmp_path / "tbl-probe.xlsx")["Daten"]
    assert sheet["B2"].alignment.horizontal == "right"


def test_markdown_of_what_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="write the exhibits first"):
        markdown(tmp_path, "tbl-probe")
    write_exhibits([make()], tmp_path)
    with pytest.raises(KeyError, match="There is no exhibit tbl-nix"):
        markdown(tmp_path, "tbl-nix")


def test_show_reads_beside_the_document(tmp_path, monkeypatch):
    write_exhibits([make()], tmp_path / "exhibits")
    monkeypatch.chdir(tmp_path)
    assert show("tbl-probe").data == markdown("exhibits", "tbl-probe")


def test_rows_of_different_units_have_their_own_decimal_places(tmp_path):
    table = pd.DataFrame({"Indikator": ["Schwelle", "Gini"], "Wert": [17400.0, 0.3094]})
    exhibit = make(table=table, formats={"Wert": "number:row"}, row_digits=[0, 3])
    write_exhibits([exhibit], tmp_path)
    printed = markdown(tmp_path, exhibit.id)
    assert r"17\.400" in printed
    assert "0,309" in printed
    assert "400,000" not in printed
    sheet = openpyxl.load_workbook(tmp_path / "tbl-probe.xlsx")["Daten"]
    assert [sheet.cell(row, 2).number_format for row in (2, 3)] == ["#,##0", "#,##0.000"]
    for changes in ({"row_digits": None}, {"row_digits": [0]}):
        with pytest.raises(ValueError, match="number:row needs row_digits"):
            make(**({"table": table, "formats": {"Wert": "number:row"}, "row_digits": [0, 3]}
                    | changes))  # fmt: skip
