"""Every survey file at hand reads as the table says; values agree with twins and with pandas."""

import csv
import gzip
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.microdata.codebook import load_codebook
from armutsexpertise.microdata.encodings import best_encoding
from armutsexpertise.microdata.errors import (
    CodebookError,
    SurveyFileError,
    missing_column_message,
)
from armutsexpertise.microdata.formats import read_survey
from armutsexpertise.microdata.recode import recode

HERE = Path(__file__).parent
FILES = HERE.parents[2] / "shared" / "data" / "survey_files"
with (HERE / "files.csv").open(encoding="utf-8", newline="") as _table:
    TABLE = list(csv.DictReader(_table))

needs_files = pytest.mark.skipif(not FILES.is_dir(), reason="the survey files are not here")


def _paths(*endings: str) -> list[str]:
    return [r["file"] for r in TABLE if r["file"].endswith(endings) and not r["error"]]


@needs_files
def test_table_lists_every_file():
    found = {
        str(p.relative_to(FILES))
        for p in FILES.rglob("*")
        if p.is_file() and p.name != "PROVENANCE.md"
    }
    assert found == {row["file"] for row in TABLE}


@needs_files
@pytest.mark.parametrize("row", TABLE, ids=[row["file"] for row in TABLE])
def test_file_reads_as_the_table_says(row):
    if row["error"]:
        with pytest.raises(SurveyFileError) as caught:
            read_survey(FILES / row["file"])
        assert str(caught.value) == row["error"]
        return
    survey = read_survey(FILES / row["file"])
    assert (survey.format, survey.n) == (row["format"], int(row["rows"]))
    assert survey.data.shape == (int(row["rows"]), int(row["columns"]))
    assert survey.encoding == row["encoding"]
    assert "; ".join(survey.remarks) == row["remark"]
    assert list(survey.variables) == list(survey.data.columns)


@needs_files
@pytest.mark.parametrize("name", [n for n in _paths(".dta") if "stata_strl" not in n])
def test_stata_numbers_and_texts_agree_with_pandas(name):
    ours = read_survey(FILES / name).data
    theirs = pd.read_stata(FILES / name, convert_dates=False, convert_categoricals=False)
    assert list(ours.columns) == list(theirs.columns)
    for column in theirs.columns:
        if pd.api.types.is_numeric_dtype(theirs[column]):
            if not pd.api.types.is_numeric_dtype(ours[column]):
                continue  # dates and times
            # One file stores minus infinity, which Stata does not know: pandas blanks it
            got = ours[column].replace(-np.inf, np.nan).to_numpy(float)
            np.testing.assert_array_equal(got, theirs[column].to_numpy(float), err_msg=column)
        else:
            assert ours[column].fillna("").tolist() == theirs[column].fillna("").tolist(), column


@needs_files
@pytest.mark.parametrize("name", _paths(".sas7bdat", ".xpt"))
def test_sas_numbers_agree_with_pandas(name):
    if name in {"pyreadstat/dates_xpt_v8.xpt"}:
        pytest.skip("pandas does not read version 8 of the transport format")
    ours = read_survey(FILES / name).data
    kind = "sas7bdat" if name.endswith("sas7bdat") else "xport"
    theirs = pd.read_sas(FILES / name, format=kind, encoding="infer")
    assert list(ours.columns) == list(theirs.columns)
    for column in theirs.columns:
        both = (ours[column], theirs[column])
        if all(pd.api.types.is_numeric_dtype(one) for one in both):
            left, right = (one.to_numpy(float) for one in both)
            # pandas shows zero and missing of a transport file as one tiny value
            left, right = (one[~(np.abs(right) < 1e-70)] for one in (left, right))
            np.testing.assert_allclose(left, right, rtol=1e-12, err_msg=column)


@needs_files
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("foreign/electric.por", "foreign/electric.sav"),
        ("foreign/electric.sav", "readspss/electric.sav"),
        ("foreign/pbc.por", "foreign/pbc.sav"),
        ("foreign/pbc.sav", "foreign/pbcold.sav"),
        ("foreign/sample100.por", "foreign/sample100.sav"),
        ("haven/iris.sav", "readspss/iris.sav"),
        ("pyreadstat/sample.sav", "pyreadstat/sample.zsav"),
        ("pyreadstat/sample.sas7bdat", "pyreadstat/sample_bincompressed.sas7bdat"),
        ("pyreadstat/sample.por", "pyreadstat/sample.dta"),
        ("foreign/pc5.dta", "foreign/sun6.dta"),
        ("foreign/pc5.dta", "foreign/compressed.dta"),
    ],
)
def test_twins_hold_the_same_numbers(one, other):
    left, right = (read_survey(FILES / name).with_user_missing_blank() for name in (one, other))
    left.columns = left.columns.str.lower()
    right.columns = right.columns.str.lower()
    shared = [c for c in left.columns if c in set(right.columns)]
    assert len(left) == len(right)
    assert len(shared) >= min(left.shape[1], right.shape[1]) - 1
    compared = 0
    for column in shared:
        if all(pd.api.types.is_numeric_dtype(t[column]) for t in (left, right)):
            np.testing.assert_allclose(left[column], right[column], rtol=1e-6, err_msg=column)
            compared += 1
    assert compared


@needs_files
@pytest.mark.parametrize("ending", ["sav", "zsav", "dta", "por", "xpt", "sas7bdat"])
def test_values_agree_with_the_csv_twin(ending):
    twin = pd.read_csv(FILES / "pyreadstat/sample.csv", encoding="utf-8-sig")
    data = read_survey(FILES / f"pyreadstat/sample.{ending}").data
    data.columns = data.columns.str.lower()
    assert data["mychar"].tolist() == twin["mychar"].tolist()
    for name in ("mynum", "mylabl", "myord"):
        np.testing.assert_allclose(data[name].to_numpy(float), twin[name].to_numpy(float))
    for name in ("mydate", "dtime"):
        want = [None if pd.isna(x) else np.datetime64(x, "s") for x in twin[name]]
        got = [None if pd.isna(x) else np.datetime64(x, "s") for x in data[name]]
        assert got == want, name
    want_times = [None if pd.isna(x) else x.split(".")[0].zfill(8) for x in twin["mytime"]]
    assert [None if pd.isna(x) else str(x)[:8] for x in data["mytime"]] == want_times


@needs_files
def test_user_missing_values_are_kept_and_can_be_blanked():
    survey = read_survey(FILES / "pyreadstat/sample_missing.sav")
    kept = pd.read_csv(FILES / "pyreadstat/sample_missing_user.csv", na_values=["#NULL!"])
    blank = pd.read_csv(FILES / "pyreadstat/sample_missing.csv", na_values=["#NULL!"])
    for name in ("mynum", "mylabl", "myord"):
        np.testing.assert_array_equal(survey.data[name], kept[name])
        np.testing.assert_array_equal(survey.with_user_missing_blank()[name], blank[name])
    assert survey.variables["mynum"].missing_ranges == ((2000.0, 3000.0), (-1.0, -1.0))
    assert survey.variables["mylabl"].value_labels == {
        -1.0: "undetermined",
        1.0: "Male",
        2.0: "Female",
    }
    assert survey.variables["myord"].measure == "ordinal"
    assert survey.notes[0] == "some test text as notes"


@needs_files
def test_missing_text_is_user_missing():
    survey = read_survey(FILES / "pyreadstat/missing_char.sav")
    assert survey.data["mychar"].tolist() == ["Z", "a"]
    assert survey.with_user_missing_blank()["mychar"].isna().tolist() == [True, False]


@needs_files
@pytest.mark.parametrize(
    ("name", "column", "tags"),
    [
        ("haven/tagged-na-double.dta", "x", [".a", ".h", ".z"]),
        ("haven/tagged-na-int.dta", "x", [".a", ".h", ".z"]),
        ("haven/tagged-na.sas7bdat", "x", [".a", ".h", ".z"]),
        ("readstata13/statacar.dta", "mileage", [".a", ".b"]),
        ("pyreadstat/missing_test.sas7bdat", "var7", ["._"]),
    ],
)
def test_tagged_missing_values_keep_their_letter(name, column, tags):
    survey = read_survey(FILES / name)
    assert survey.tags[column].tolist() == tags
    assert survey.data.loc[survey.tags[column].index, column].isna().all()
    assert survey.data[column].dtype == np.float64
    assert survey.variables[column].tags == tuple(sorted(tags))


@needs_files
def test_labels_of_tags_have_the_point():
    survey = read_survey(FILES / "haven/tagged-na-double.dta")
    assert survey.variables["x"].value_labels[".a"] == "apple"


@needs_files
@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("readstata13/encodecp.dta", ["ä", "ö", "ü", "ß", "EUR", "OE"]),
        ("readstata13/encode.dta", ["ä", "ö", "ü", "ß", "€", "Œ"]),
    ],
)
def test_umlauts_of_both_code_pages(name, texts):
    survey = read_survey(FILES / name)
    assert survey.data["chr"].tolist() == texts
    assert list(survey.variables["num"].value_labels.values()) == texts


@needs_files
def test_umlauts_in_labels_of_spss():
    labels = read_survey(FILES / "haven/umlauts.sav").variables.popitem()[1].value_labels
    assert {ch for text in labels.values() for ch in text if ord(ch) > 127} <= set("äöüÄÖÜß")
    assert any(ord(ch) > 127 for text in labels.values() for ch in text)


@needs_files
def test_wrong_encoding_can_be_given_and_changes_the_text():
    survey = read_survey(FILES / "readstata13/encodecp.dta", encoding="cp850")
    assert survey.data["chr"].tolist() != ["ä", "ö", "ü", "ß", "EUR", "OE"]
    assert survey.encoding == "cp850"


@needs_files
def test_columns_are_read_in_the_order_asked_for():
    survey = read_survey(FILES / "pyreadstat/sample.sav", columns=["myord", "mychar"])
    assert list(survey.data.columns) == ["myord", "mychar"]
    assert list(survey.variables) == ["myord", "mychar"]


@needs_files
def test_a_column_asked_for_twice_is_read_once():
    survey = read_survey(FILES / "haven/tagged-na-double.dta", columns=["x", "x"])
    assert list(survey.data.columns) == ["x"]
    assert survey.tags["x"].tolist() == [".a", ".h", ".z"]


def test_a_column_of_text_asked_for_twice_is_read_once(tmp_path):
    path = _write(tmp_path / "a.csv", "a,b\n1,2\n", "utf-8")
    assert list(read_survey(path, columns=["b", "a", "b"]).data.columns) == ["b", "a"]


@needs_files
def test_compressed_file_gives_the_columns_asked_for():
    survey = read_survey(FILES / "pyreadstat/sample.zsav", columns=["myord", "mychar"])
    whole = read_survey(FILES / "pyreadstat/sample.zsav").data
    pd.testing.assert_frame_equal(survey.data, whole[["myord", "mychar"]])


@needs_files
@pytest.mark.parametrize("name", ["sample.sav", "sample.csv"])
def test_missing_column_names_the_nearest(name):
    with pytest.raises(SurveyFileError, match=r"mynumber \(nearest: mynum\)"):
        read_survey(FILES / "pyreadstat" / name, columns=["mychar", "mynumber"])


@needs_files
def test_binary_column_asked_for_by_name_is_refused():
    with pytest.raises(SurveyFileError, match="does not fit its code page"):
        read_survey(FILES / "readstata13/stata_strl.dta", columns=["image"])


@needs_files
def test_portable_file_takes_no_encoding():
    with pytest.raises(SurveyFileError, match="own table of characters"):
        read_survey(FILES / "pyreadstat/sample.por", encoding="cp850")


@needs_files
@pytest.mark.parametrize(
    "name",
    [
        "pyreadstat/sample.sav",
        "pyreadstat/sample.zsav",
        "foreign/sample100.sav",
        "foreign/electric.por",
        "readstata13/statacar.dta",
        "foreign/compressed.dta",
        "pyreadstat/sample.sas7bdat",
        "pyreadstat/sample.xpt",
    ],
)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_truncated_file_is_one_sentence(tmp_path, name, share):
    whole = (FILES / name).read_bytes()
    cut = tmp_path / Path(name).name
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SurveyFileError, match="truncated or damaged") as caught:
        read_survey(cut)
    assert "\n" not in str(caught.value)


@needs_files
def test_wrong_ending_says_what_the_file_is(tmp_path):
    wrong = tmp_path / "survey.sav"
    shutil.copy(FILES / "readstata13/statacar.dta", wrong)
    with pytest.raises(SurveyFileError, match=r"rename it to end in \.dta"):
        read_survey(wrong)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("error.csv", b"<!DOCTYPE html><html><body>Login</body></html>", "HTML page"),
        ("error.sav", b"  <html><body>403</body></html>", "HTML page"),
        ("table.xlsx", b"PK\x03\x04rest", "damaged, encrypted"),
        ("table.csv", b"PK\x03\x04rest", "ZIP archive or an Excel workbook"),
        ("empty.csv", b"", "is empty"),
        ("survey.ods", b"data", "no known survey format"),
        ("noending", b"data", "ends in nothing"),
        ("bad.sav", b"no header of any kind", "damaged or of another type"),
        ("bad.csv.gz", b"\x1f\x8b\x08 broken", "gzip"),
        ("page.csv.gz", gzip.compress(b"<!DOCTYPE html><html>Login</html>", mtime=0), "HTML page"),
        ("bin.csv", b"a,b\n1\x00,2\n", "binary data"),
        ("long.csv", b"a,b\n1,2,3\n4,5,6\n7,8,9,10\n", "3 row\\(s\\) with more or fewer cells"),
        ("twice.csv", b"a,a\n1,2\n", "twice"),
        ("blank.csv", b"a,,c\n1,2,3\n", "without a name"),
        ("line.csv", b"\n\n", "no column names"),
    ],
)
def test_bad_file_is_one_sentence_without_its_content(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SurveyFileError, match=says) as caught:
        read_survey(path)
    assert "\n" not in str(caught.value)
    assert "Login" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('a;b\n1;"Krebs\n2;y\n', 2),
        ('a;b\n1;"x"\n2;y\n3;"Krebs\n', 4),
        ('a;b\n1;x\n2;"Krebs\n' + "3;z\n" * 60_000, 3),
    ],
)
def test_a_quote_that_is_not_closed_is_named_by_its_row(tmp_path, text, row):
    path = _write(tmp_path / "a.csv", text, "utf-8")
    with pytest.raises(SurveyFileError, match=rf"a quote in row {row}\b.* not closed") as caught:
        read_survey(path)
    assert "Krebs" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_missing_file_is_named(tmp_path):
    with pytest.raises(SurveyFileError, match="does not exist"):
        read_survey(tmp_path / "none.sav")


def test_truncated_gzip_after_its_head(tmp_path):
    rng = np.random.default_rng(1)
    packed = gzip.compress(("a,b\n" + "\n".join(f"{x},1" for x in rng.random(20000))).encode())
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(SurveyFileError, match="truncated gzip"):
        read_survey(path)


def _write(path: Path, text: str, encoding: str) -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "utf-16"])
def test_umlauts_of_a_delimited_file(tmp_path, encoding):
    path = _write(tmp_path / "a.csv", "ort;wert\nKöln;1\nMünster;2\nWeiß;3\n", encoding)
    assert read_survey(path).data["ort"].tolist() == ["Köln", "Münster", "Weiß"]


def test_given_encoding_that_does_not_fit(tmp_path):
    path = _write(tmp_path / "a.csv", "ort\nKöln\n", "cp1252")
    with pytest.raises(SurveyFileError, match="code page utf-8"):
        read_survey(path, encoding="utf-8")
    for name in ("klingon", "rot13", "hex"):
        with pytest.raises(SurveyFileError, match=f"{name} is no known code page"):
            read_survey(path, encoding=name)


def test_decimal_comma_and_keys_with_leading_zeros(tmp_path):
    text = 'ags;"anteil";n\n05315;12,5;3\n05111;"7,25";4\n'
    survey = read_survey(_write(tmp_path / "a.csv", text, "utf-8"))
    assert survey.data["anteil"].tolist() == [12.5, 7.25]
    assert survey.data["ags"].tolist() == ["05315", "05111"]
    assert survey.data["n"].tolist() == [3, 4]
    assert len(survey.remarks) == 2


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_first_line_that_states_the_separator_for_excel_is_no_row(tmp_path, first):
    file = tmp_path / "x.csv"
    file.write_text(first + "a;b,c\n1;2\n", encoding="utf-8", newline="")
    assert read_survey(file).data.to_dict("list") == {"a": [1], "b,c": [2]}


def test_decimal_point_wins_where_both_occur(tmp_path):
    survey = read_survey(_write(tmp_path / "a.csv", "a;b\n1.5;1,234\n", "utf-8"))
    assert survey.data["a"].tolist() == [1.5]
    assert survey.data["b"].tolist() == ["1,234"]


def test_points_that_may_part_thousands_are_refused(tmp_path):
    path = _write(tmp_path / "a.csv", "nr;netto\n1;1.200\n2;900\n3;2.450\n", "utf-8")
    with pytest.raises(SurveyFileError, match=r"1 column\(s\) \(netto\)") as caught:
        read_survey(path)
    assert "2.450" not in str(caught.value)
    assert read_survey(path, decimal=",").data["netto"].tolist() == [1200, 900, 2450]
    assert read_survey(path, decimal=".").data["netto"].tolist() == [1.2, 900, 2.45]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1.200", "1.25"], [1.2, 1.25]),
        (["0.123", "0.450"], [0.123, 0.45]),
        (["1.200,50", "900"], [1200.5, 900]),
        (["1.200", "900,5"], [1200, 900.5]),
        (["1.200.000", "2.000,00"], [1200000, 2000]),
    ],
)
def test_decimal_sign_of_a_column(tmp_path, cells, numbers):
    text = "a;b\n" + "".join(f"1;{cell}\n" for cell in cells)
    assert read_survey(_write(tmp_path / "a.csv", text, "utf-8")).data["b"].tolist() == numbers


def test_decimal_sign_is_found_by_column(tmp_path):
    text = "nr;netto;lage\n1;1200,50;1.2\n2;900,00;3.4\n3;;\n"
    survey = read_survey(_write(tmp_path / "a.csv", text, "utf-8"))
    assert survey.data["netto"].tolist()[:2] == [1200.5, 900]
    assert survey.data["lage"].tolist()[:2] == [1.2, 3.4]
    assert survey.data.isna().sum().sum() == 2
    assert survey.remarks == ("Read with a decimal comma: netto.",)
    both = read_survey(_write(tmp_path / "b.csv", "a;b\n1;1,5\n2;1.5\n", "utf-8"))
    assert both.data["b"].tolist() == ["1,5", "1.5"]
    assert both.remarks == ("Kept as text, as the decimal sign is not clear: b.",)


def test_decimal_sign_beyond_the_first_rows(tmp_path):
    text = "a;b\n" + "1,5;2\n" * 3000 + "1,5;2.5\n"
    survey = read_survey(_write(tmp_path / "a.csv", text, "utf-8"))
    assert survey.data["a"].sum() == 4501.5
    assert survey.data["b"].sum() == 6002.5
    quoted = _write(tmp_path / "c.csv", 'a,b\n1,"1.200,5"\n', "utf-8")
    assert read_survey(quoted, decimal=",").data["b"].tolist() == [1200.5]
    with pytest.raises(SurveyFileError, match="a comma or a point"):
        read_survey(quoted, decimal="x")


@pytest.mark.parametrize("sign", ["\f", "\v", "\x1c", "\x85", "\u2028"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_only_ends_of_lines_part_the_rows(tmp_path, sign, end, quote):
    text = end.join(["a;b", f"1;{quote}x{sign}y{quote}", "2;z", ""])
    survey = read_survey(_write(tmp_path / "a.csv", text, "utf-8"))
    assert survey.data.to_dict("list") == {"a": [1, 2], "b": [f"x{sign}y", "z"]}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_found_and_columns_chosen(tmp_path, separator):
    text = "\n".join(separator.join(row) for row in (["a", "b", "c"], ["1", "2", "3"]))
    survey = read_survey(_write(tmp_path / "a.txt", text, "utf-8"), columns=["c", "a"])
    assert survey.data.to_dict("list") == {"c": [3], "a": [1]}


def test_blank_cells_are_those_named(tmp_path):
    path = _write(tmp_path / "a.csv", "a,b\nNA,1\n,2\n", "utf-8")
    assert read_survey(path).data["a"].isna().sum() == 1
    assert read_survey(path, blanks=("", "NA")).data["a"].isna().sum() == 2


@pytest.mark.parametrize("encoding", ["cp1252", "cp850"])
def test_old_stata_text_of_either_code_page(tmp_path, encoding):
    frame = pd.DataFrame({"ort": ["Köln", "Münster", "Düren"], "x": [1.0, 2.0, 3.0]})
    path = tmp_path / "old.dta"
    frame.to_stata(path, version=114, write_index=False, variable_labels={"ort": "Größe"})
    data = path.read_bytes()
    for text in (*frame["ort"], "Größe"):
        assert text.encode("cp1252") in data
        data = data.replace(text.encode("cp1252"), text.encode(encoding))
    path.write_bytes(data)
    survey = read_survey(path)
    assert survey.data["ort"].tolist() == frame["ort"].tolist()
    assert survey.variables["ort"].label == "Größe"
    assert survey.encoding == {"cp1252": "windows-1252", "cp850": "cp850"}[encoding]
    assert len(survey.remarks) == (encoding == "cp850")


def test_missing_columns_beyond_five_are_counted():
    sentence = missing_column_message([f"c{i}" for i in range(8)], ["zz"], "file")
    assert sentence.endswith("and 3 more: correct the name or leave it out.")
    assert missing_column_message(["zz"], ["zz"], "file") is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Köln", "Düsseldorf", "Straße", "Öl", "Ärger", "Übermut", "Garçon"]),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from(["utf-8", "cp1252", "cp850"]),
)
def test_code_page_of_german_words_is_found(words, encoding):
    assert best_encoding(" ".join(words).encode(encoding)) == encoding


@pytest.mark.parametrize(
    "text",
    [
        "„Käse“",
        "„Tafel“ in Köln",
        "„Tür“",
        "„zu Hause“",
        "5 € – 10 €",
        "100 €",
        "geht’s",
        "und so weiter…",
        "Müllabfuhr – jährlich",
        "Straße „A“ und „B“ und „C“",
        "„Tafel in K",
        "‚ja‘",
        "“Food bank”",
    ],
)
def test_quotes_dashes_and_the_euro_are_no_letters(tmp_path, text):
    survey = read_survey(_write(tmp_path / "a.csv", f"a;b\n1;{text}\n", "cp1252"))
    assert survey.data["b"].tolist() == [text]
    assert survey.remarks[0].startswith("The text is read as cp1252")


@pytest.mark.parametrize("text", ["ältere", "öffentlich", "über", "STRAßE", "Käse", "Malmö"])
def test_words_of_cp850_are_no_quotes(tmp_path, text):
    survey = read_survey(_write(tmp_path / "a.csv", f"a;b\n1;{text}\n", "cp850"))
    assert survey.data["b"].tolist() == [text]
    assert survey.remarks[0].startswith("The text is read as cp850")


def test_a_stated_code_page_yields_to_a_clear_margin_only():
    assert best_encoding("Käse".encode("cp850"), stated=True) == "cp1252"
    assert best_encoding("Käse aus Köln".encode("cp850"), stated=True) == "cp850"


def test_quotes_in_a_file_that_states_its_code_page(tmp_path):
    frame = pd.DataFrame({"x": [1.0, 2.0], "s": ["QTafelZ", "QKaeseZ und EUR"]})
    path = tmp_path / "old.dta"
    frame.to_stata(path, version=114, write_index=False, variable_labels={"x": "QInternetZ"})
    path.write_bytes(path.read_bytes().replace(b"Q", b"\x84").replace(b"Z", b"\x93"))
    survey = read_survey(path)
    assert survey.data["s"].tolist() == ["„Tafel“", "„Kaese“ und EUR"]
    assert survey.variables["x"].label == "„Internet“"


def test_plain_ascii_has_no_code_page():
    assert best_encoding(b"abc") is None


@needs_files
@pytest.mark.parametrize(("table", "first"), [("IRIS1", 5.1), ("IRIS2", 4.7)])
def test_transport_file_with_several_data_sets(table, first):
    survey = read_survey(FILES / "foreign/testEmpty.xpt", table=table)
    numbers = survey.data.select_dtypes("number")
    assert numbers.shape == (2, 4)
    assert numbers.iloc[0, 0] == pytest.approx(first)
    assert numbers.to_numpy().max() < 10


@needs_files
def test_transport_file_without_such_a_data_set():
    with pytest.raises(SurveyFileError, match="IRIS1, EMPTY, IRIS2"):
        read_survey(FILES / "foreign/testEmpty.xpt", table="IRIS9")
    with pytest.raises(SurveyFileError, match=r"EMPTY in testEmpty\.xpt has no columns"):
        read_survey(FILES / "foreign/testEmpty.xpt", table="EMPTY")
    with pytest.raises(SurveyFileError, match=r"holds 1 data set\(s\), TEST"):
        read_survey(FILES / "foreign/test.xpt", table="IRIS9")


def _spss_in_cp1252_that_states_utf8(path: Path, *, labels: bool) -> Path:
    frame = pd.DataFrame({"ort": ["Köln", "Bonn"], "x": [1.0, 2.0]})
    pyreadstat.write_sav(frame, str(path), column_labels=["Größe" if labels else "x", "x"])
    data = path.read_bytes()
    for text in ("Köln", *(["Größe"] if labels else [])):
        stored = text.encode("utf-8")
        assert stored in data
        data = data.replace(stored, text.encode("cp1252").ljust(len(stored)))
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("labels", [True, False])
def test_text_that_contradicts_the_stated_code_page(tmp_path, labels):
    path = _spss_in_cp1252_that_states_utf8(tmp_path / "a.sav", labels=labels)
    survey = read_survey(path)
    assert survey.data["ort"].tolist() == ["Köln", "Bonn"]
    assert survey.variables["ort"].label == ("Größe" if labels else "x")
    assert "its letters are those of cp1252" in survey.remarks[0]
    with pytest.raises(SurveyFileError, match="does not fit its code page"):
        read_survey(path, encoding="UTF-8")


@pytest.mark.parametrize("name", ["latin-1", "cp1252", "iso8859-15", "WINDOWS-1252", "cp850"])
def test_python_names_of_code_pages_are_understood(tmp_path, name):
    path = _spss_in_cp1252_that_states_utf8(tmp_path / "a.sav", labels=True)
    read = read_survey(path, encoding=name).data["ort"].tolist()
    assert read == [b"K\xf6ln".decode(name), "Bonn"]


def test_unknown_code_page_for_a_labelled_file(tmp_path):
    path = _spss_in_cp1252_that_states_utf8(tmp_path / "a.sav", labels=True)
    with pytest.raises(SurveyFileError, match="klingon is no known code page"):
        read_survey(path, encoding="klingon")


@needs_files
@pytest.mark.parametrize(
    "name",
    [
        "pyreadstat/sample.sav",
        "pyreadstat/sample.zsav",
        "foreign/electric.por",
        "readstata13/statacar.dta",
        "foreign/pc5.dta",
        "pyreadstat/sample.sas7bdat",
        "pyreadstat/sample.xpt",
    ],
)
def test_damaged_file_reads_or_is_refused_but_never_fails_otherwise(tmp_path, name):
    whole = (FILES / name).read_bytes()
    rng = np.random.default_rng(7)
    path = tmp_path / Path(name).name
    sentences = []
    for _ in range(12):
        damaged = np.frombuffer(whole, dtype=np.uint8).copy()
        places = rng.integers(0, min(len(damaged), 3000), size=20)
        damaged[places] = rng.integers(0, 256, size=20)
        path.write_bytes(damaged.tobytes())
        try:
            read_survey(path)
        except SurveyFileError as error:
            sentences.append(str(error))
    assert sentences
    assert not any("\n" in one for one in sentences)


def _workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_workbook_keeps_text_keys_numbers_and_blanks(tmp_path):
    rows = [["AGS", "Größe", "x"], ["05315", 1.5, None], ["05111", 2, "NA"], [None, None, None]]
    path = _workbook(tmp_path / "a.xlsx", Daten=rows, Leer=[])
    survey = read_survey(path)
    assert survey.data["AGS"].tolist() == ["05315", "05111"]
    assert survey.data["Größe"].tolist() == [1.5, 2.0]
    assert survey.format == "Excel"
    chosen = read_survey(path, columns=["x", "AGS"], blanks=("", "NA"))
    assert list(chosen.data.columns) == ["x", "AGS"]
    assert chosen.data["x"].isna().all()
    with pytest.raises(SurveyFileError, match=r"AG \(nearest: AGS\)"):
        read_survey(path, columns=["AG"])


@pytest.mark.parametrize("rows", [["1", "Krebs", "Krebs"], ["Krebs", "Kreb", "1200,50"]])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_first_row_of_data_is_not_repeated(tmp_path, rows, ending):
    path = tmp_path / f"a.{ending}"
    if ending == "xlsx":
        _workbook(path, A=[rows, rows])
    else:
        _write(path, f"{';'.join(rows)}\n" * 2, "utf-8")
    with pytest.raises(SurveyFileError) as caught:
        read_survey(path, columns=["krebs", "kosten"])
    assert "Kreb" not in str(caught.value)


def test_workbook_with_two_sheets_needs_the_name_of_one(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", A=[["x"], [1]], B=[["y"], [2]])
    with pytest.raises(SurveyFileError, match=r"2 sheet\(s\) with data among A, B"):
        read_survey(path)
    assert read_survey(path, table="B").data["y"].tolist() == [2]
    with pytest.raises(SurveyFileError, match=r"0 sheet\(s\) with data"):
        read_survey(path, table="C")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([["a", None, "c"], [1, 2, 3]], r"1 column\(s\) without a name"),
        ([["a", "a"], [1, 2]], r"1 column name\(s\) twice"),
        ([["a"], [1, 2]], r"1 row\(s\) with cells beyond"),
        ([["a"], ["#REF!"]], r"1 cell\(s\) with an error of Excel"),
    ],
)
def test_workbook_that_is_no_table(tmp_path, rows, says):
    with pytest.raises(SurveyFileError, match=says):
        read_survey(_workbook(tmp_path / "a.xlsx", A=rows))


def test_formulas_that_nobody_computed_are_refused(tmp_path):
    """They have no stored result and would be taken for blanks, that is for no answer."""
    path = _workbook(tmp_path / "a.xlsx", A=[["m", "y"], [100, "=A2*12"], [200, 2400]])
    with pytest.raises(SurveyFileError, match=r"1 formula\(s\) without a stored result"):
        read_survey(path)


_NETTO = """
codebook: netto
version: "1"
title: {de: Netto, en: Net}
dataset: {name: invented, provider: nobody, vintage: "2024", tried_on: null}
sources:
  doc: {title: Invented}
unit_of_analysis: person
key: [person_id]
variables:
  person_id:
    label: {de: Nummer, en: Number}
    type: integer
    unit: null
    universe: all
    source: nr
    cites: [doc]
  disposable_income:
    label: {de: Netto, en: Net}
    type: number
    unit: EUR/month
    universe: all
    source: netto
    missing_values: {NA: no answer}
    cites: [doc]
"""


def _book_of_netto(folder):
    return load_codebook(_write(folder / "netto.yaml", _NETTO, "utf-8"))


_MIXED = "nr;netto;k\n1;{};1\n2;{};1\n3;{};2\n"


@pytest.mark.parametrize(
    ("cells", "decimal", "found"),
    [
        (("1200,50", "NA", "900"), None, [1200.5, None, 900]),
        (("1.200,50", "NA", "900"), None, [1200.5, None, 900]),
        (("1200.5", "NA", "900"), None, [1200.5, None, 900]),
        (("1.200", "NA", "22.611"), ",", [1200, None, 22611]),
        (("1.200", "NA", "22.611"), ".", [1.2, None, 22.611]),
        (("1.200", "NA", "22.611"), None, "2 cell.* text whose points may part thousands"),
        (("1,200", "NA", "22,611"), None, "2 cell.* text whose commas may part thousands"),
        (("1200,5", "k.A.", "900"), None, r"1 cell\(s\) of netto are no finite number"),
        (("1200,5", "NA", "1.5"), None, r"1 cell\(s\) of netto are no finite number"),
    ],
)
def test_numbers_beside_a_code_of_letters(tmp_path, cells, decimal, found):
    """The code makes text of the column; what is left are numbers in the file's notation."""
    path = _write(tmp_path / "a.csv", _MIXED.format(*cells), "utf-8")
    survey = read_survey(path, decimal=decimal)
    book = _book_of_netto(tmp_path)
    if isinstance(found, str):
        with pytest.raises(CodebookError, match=found):
            recode(survey, book)
        return
    got = recode(survey, book).data["disposable_income"]
    np.testing.assert_array_equal(got.to_numpy(), np.array(found, dtype=float))


def test_numbers_stored_as_text_in_a_workbook(tmp_path):
    rows = [["nr", "netto"], [1, "1.200"], [2, "NA"], [3, "22.611"]]
    survey = read_survey(_workbook(tmp_path / "a.xlsx", A=rows))
    with pytest.raises(CodebookError, match="or store them as numbers"):
        recode(survey, _book_of_netto(tmp_path))
    rows[1][1], rows[3][1] = 1200, "22611,5"
    survey = read_survey(_workbook(tmp_path / "b.xlsx", A=rows))
    got = recode(survey, _book_of_netto(tmp_path)).data["disposable_income"]
    assert got.dropna().tolist() == [1200, 22611.5]
