"""Files as people save them: what is read without complaint and what is one sentence."""

import csv
import shutil

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise import catalog
from armutsexpertise.catalog.table import read_table
from conftest import read_rows

FIELDS = [
    {"name": "key", "type": "string"},
    {"name": "value", "type": "number"},
    {"name": "size", "type": "integer"},
    {"name": "flag", "type": "boolean"},
    {"name": "day", "type": "date"},
    {"name": "since", "type": "string", "temporal": "partial_date"},
]
HEADER = "key,value,size,flag,day,since"


def table_of(tmp_path, data, edited=True):
    path = tmp_path / "demo.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return read_table(path, FIELDS, edited)


def only_problem(table):
    assert len(table.problems) == 1, table.problems
    return table.problems[0]


def test_german_spreadsheet_form_is_read(tmp_path):
    text = (
        "\ufeffkey;value;size;flag;day;since\r\n"
        "ä;1.234,5;12;WAHR;22.11.2026;05.2023\r\n"
        '"b;c";29,9;;FALSCH;1.2.2026;2023\r\n'
        ";;;;;\r\n"
    )
    table = table_of(tmp_path, text)
    assert table.problems == []
    assert table.rows == [
        ["ä", "1234.5", "12", "true", "2026-11-22", "2023-05"],
        ["b;c", "29.9", "", "false", "2026-02-01", "2023"],
    ]
    assert table.numbers == [2, 3]


def test_tab_and_padding_columns_are_read(tmp_path):
    text = HEADER.replace(",", "\t") + "\t\t\na\t1\t2\ttrue\t2026-01-01\t2020\t\t\n"
    assert table_of(tmp_path, text).rows == [["a", "1", "2", "true", "2026-01-01", "2020"]]


def test_columns_in_another_order_are_read(tmp_path):
    text = "value,key,size,flag,day,since\n1.5,a,2,true,2026-01-01,2020\n"
    assert table_of(tmp_path, text).rows[0][:2] == ["a", "1.5"]


def test_blank_rows_keep_the_row_numbers(tmp_path):
    table = table_of(tmp_path, HEADER + "\n,,,,,\na,1,2,true,2026-01-01,2020\n")
    assert table.numbers == [3]


def test_line_break_inside_a_cell_is_one_row(tmp_path):
    text = HEADER + '\n"a\nb",1,2,true,2026-01-01,2020\nc,1,2,true,2026-01-01,2020\n'
    table = table_of(tmp_path, text)
    assert table.numbers == [2, 3]


@pytest.mark.parametrize(("cell", "delimiter"), [("1.234", ";"), ("1,234", ","), ("12.345", ";")])
def test_a_guess_about_thousands_is_a_problem(tmp_path, cell, delimiter):
    text = HEADER.replace(",", delimiter) + f'\na{delimiter}"{cell}"' + delimiter * 4 + "\n"
    problem = only_problem(table_of(tmp_path, text))
    assert (problem.row, problem.column) == (2, "value")
    assert "may be a thousands or a decimal sign" in problem.message
    assert problem.allowed.startswith(cell.replace(".", "").replace(",", ""))


def test_three_decimals_between_commas_are_no_guess(tmp_path):
    table = table_of(tmp_path, HEADER + "\na,1.234,,,,\n")
    assert table.problems == []
    assert table.rows[0][1] == "1.234"


def test_delivered_files_are_taken_literally(tmp_path):
    table = table_of(tmp_path, HEADER + "\na,1,2,WAHR,22.11.2026,2020\n", edited=False)
    assert table.rows[0][3:5] == ["WAHR", "22.11.2026"]


@pytest.mark.parametrize(
    ("data", "row", "message"),
    [
        ((HEADER + "\nM\u00fcnster,1,2,,,\n").encode("latin-1"), 2, "probably Latin-1"),
        ((HEADER + "\nK\u00f6ln\u20ac,1,2,,,\n").encode("cp1252"), 2, "CSV UTF-8"),
        ((HEADER + "\na,1,2,,,\n").encode("utf-16"), None, "UTF-16"),
        (b"PK\x03\x04rest", None, "is a workbook, not CSV"),
        (HEADER.encode() + b"\na\x00,1,2,,,\n", None, "zero bytes"),
        (HEADER + "\na,1,2,,,\nM\u00c3\u00bcnster,1,2,,,\n", 3, "umlauts are garbled"),
        (HEADER + '\n"a,1,2,,,\nb,1,2,,,\n', 2, "ends inside a quoted cell"),
        (HEADER + '\n"a"b,1,2,,,\n', 2, "a quotation mark stands alone"),
        (HEADER + "\na,1,2,,,\nb,1\n", 3, "the file is cut off in its last row"),
        (HEADER + "\na,1\nb,1,2,,,\n", 2, "the row has 2 cells, the header 6"),
        (HEADER + "\na,1,2,,,,x\nb,1,2,,,\n", 2, "put cells that hold the separator in quotation"),
        ("", None, "the file is empty"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, data, row, message):
    problem = only_problem(table_of(tmp_path, data))
    assert problem.level == "error"
    assert problem.row == row
    assert message in problem.message


@pytest.mark.parametrize(
    ("header", "column", "message"),
    [
        ("key,value,size,flag,day", "since", "the column is missing; add it to the header"),
        ("key,valu,size,flag,day,since", "valu", 'rename it to "value"'),
        ("key,value,size,flag,day,since,extra", "extra", "the column is not known; delete it"),
        ("key,value,size,flag,day,since,key", "key", "stands in the header more than once"),
    ],
)
def test_wrong_header_is_one_sentence(tmp_path, header, column, message):
    problem = only_problem(table_of(tmp_path, header + "\n"))
    assert (problem.row, problem.column) == (1, column)
    assert message in problem.message
    assert problem.allowed == HEADER.replace(",", ", ")


def test_file_that_cannot_be_opened(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "demo.csv"
    path.write_text(HEADER, encoding="utf-8")
    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    problem = only_problem(read_table(path, FIELDS, edited=True))
    assert "cannot be read (Permission denied); check its permissions" in problem.message


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_bytes_end_in_a_traceback(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "demo.csv"
    path.write_bytes(data)
    table = read_table(path, FIELDS, edited=True)
    assert table.readable or table.problems


@given(
    st.lists(
        st.tuples(
            st.text(alphabet='aä;,"\n ', max_size=6).map(str.strip).filter(bool),
            st.integers(-(10**9), 10**9),
        ),
        max_size=8,
    )
)
@settings(max_examples=50, deadline=None)
def test_semicolon_and_comma_files_say_the_same(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("same")
    frame = pd.DataFrame([(k, n / 100) for k, n in rows], columns=["key", "value"])
    frame = frame.reindex(columns=HEADER.split(","))
    frame["value"] = frame["value"].astype(float)
    frame.to_csv(folder / "comma.csv", index=False, float_format="%.2f")
    frame.to_csv(
        folder / "semicolon.csv",
        index=False,
        sep=";",
        decimal=",",
        float_format="%.2f",
        encoding="utf-8-sig",
    )
    comma = read_table(folder / "comma.csv", FIELDS, edited=True)
    semicolon = read_table(folder / "semicolon.csv", FIELDS, edited=True)
    assert comma.problems == semicolon.problems == []
    assert comma.rows == semicolon.rows
    assert [r[0] for r in comma.rows] == [k for k, _ in rows]


@given(
    table=st.sampled_from(["issuers", "passes", "pass_versions", "counts", "income_rules"]),
    row=st.integers(1, 6),
    column=st.integers(0, 5),
    cell=st.text(max_size=12) | st.sampled_from(["-1", "1e400", "99999999999999999999", "0", "05"]),
)
@settings(max_examples=15, deadline=None)
def test_no_cell_ends_in_a_traceback(small_root, tmp_path_factory, table, row, column, cell):
    root = tmp_path_factory.mktemp("fuzz")
    shutil.copytree(small_root, root, dirs_exist_ok=True)
    path = root / "passes" / f"{table}.csv"
    rows = read_rows(path)
    chosen = rows[min(row, len(rows)) - 1]
    chosen[column % len(chosen)] = cell.replace("\r", "").replace("\x00", "")
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    found = catalog.check("passes", root)
    assert all(len(line.splitlines()) == 1 for line in found.lines())


# --- the package as a spreadsheet program leaves it ------------------------------------------


def test_whole_package_with_semicolon_and_mark_is_clean_and_reads_the_same(package):
    before = catalog.read("passes", "counts", package.root)
    for path in package.folder.glob("*.csv"):
        lines = [
            ";".join(f'"{cell}"' if any(c in cell for c in ';"\n') else cell for cell in row)
            for row in read_rows(path)
        ]
        text = "\r\n".join(lines).replace("2026-11-22", "22.11.2026").replace(";true", ";WAHR")
        path.write_bytes(("\ufeff" + text + "\r\n").encode())
    found = catalog.check("passes", package.root)
    assert found.lines() == []
    pd.testing.assert_frame_equal(catalog.read("passes", "counts", package.root), before)


@pytest.mark.parametrize(
    ("damage", "file", "row", "message"),
    [
        ("latin-1", "sources.csv", 2, "probably Latin-1"),
        ("cut", "eligibility.csv", None, "the file is cut off in its last row"),
        ("gone", "benefits.csv", None, "the file is missing"),
        ("renamed", "counts.csv", 1, 'rename it to "measure"'),
        ("dropped", "counts.csv", 1, "the column is missing"),
    ],
)
def test_damaged_file_is_one_sentence_without_consequences(package, damage, file, row, message):
    path = package.folder / file
    text = path.read_text(encoding="utf-8")
    if damage == "latin-1":
        head, body = text.split("\n", 1)
        path.write_bytes(f"{head}\nm\u00fc{body}".encode("latin-1", errors="replace"))
    elif damage == "cut":
        path.write_text(text[: text.rstrip().rindex(",yes")], encoding="utf-8")
        text = path.read_text(encoding="utf-8")
        row = text.count("\n") + 1
    elif damage == "gone":
        path.unlink()
    elif damage == "renamed":
        path.write_text(text.replace("measure", "measur", 1), encoding="utf-8")
    else:
        lines = [r[1:] for r in read_rows(path)]
        path.write_text("\n".join(",".join(r) for r in lines[:1]) + "\n", encoding="utf-8")
    found = catalog.check("passes", package.root)
    assert len(found.problems) == 1, found.lines()
    problem = found.problems[0]
    assert (problem.file, problem.row) == (file, row)
    assert message in problem.message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-40], "the file is cut off"),
        (lambda data: data.replace(b"Bonn", b"Bohn", 1), "the file was changed"),
        (lambda data: data.replace(b"\n", b"\r\n"), "the file was changed"),
    ],
)
def test_delivered_file_is_watched_by_its_checksum(package, change, message):
    path = package.root / "nrw_regions" / "municipalities.csv"
    path.write_bytes(change(path.read_bytes()))
    found = catalog.check("nrw_regions", package.root)
    assert [p.file for p in found.problems] == ["municipalities.csv"]
    assert message in found.problems[0].message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [", "cannot be parsed near line"),
        ("- a", "has no name, title and version"),
        ("name: passes", "has no name, title and version"),
        ("{name: passes, title: a, version: 1.0.0}", "names no resources"),
        ("{name: a, title: a, version: '1', resources: [a]}", "names no resources"),
        (
            "{name: a, title: a, version: '1', resources: [{name: a, path: a.csv, schema: 1}]}",
            "names no resources",
        ),
    ],
)
def test_damaged_descriptor_is_one_sentence(package, text, message):
    (package.folder / "datapackage.yaml").write_text(text, encoding="utf-8")
    found = catalog.check("passes", package.root)
    assert [p.file for p in found.problems] == ["datapackage.yaml"]
    assert message in found.problems[0].message


def test_invalid_descriptor_is_one_sentence(package):
    path = package.folder / "datapackage.yaml"
    text = path.read_text(encoding="utf-8").replace("type: boolean", "type: bolean")
    path.write_text(text, encoding="utf-8")
    found = catalog.check("passes", package.root)
    assert [p.file for p in found.errors] == ["datapackage.yaml"]
    assert "not a valid data package" in found.errors[0].message


def test_json_descriptor_is_read_and_its_errors_named(package):
    shutil.move(package.folder / "datapackage.yaml", package.folder / "datapackage.json")
    found = catalog.check("passes", package.root)
    assert "cannot be parsed near line 1" in found.problems[0].message
