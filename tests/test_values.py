"""Numbers of the prose: looked up by key, written in German."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from armutsexpertise.publish.values import COLUMNS, Values, headline

ROWS = {
    "zahl": {"value": 1234, "unit": "number"},
    "genau": {"value": 12.345, "unit": "number", "digits": 2},
    "anteil": {"value": 0.123, "unit": "share", "digits": 1},
    "geld": {"value": 1234567.5, "unit": "eur"},
    "punkte": {"value": -3.4, "unit": "points", "digits": 1},
    "jahr": {"value": 2023, "unit": "year"},
    "text": {"value": "2026-11-22", "unit": "text"},
    "spanne": {"low": 0.083, "high": 0.997, "unit": "share", "digits": 1},
    "preis": {"low": 9.3, "high": 75.1, "unit": "eur", "digits": 2},
    "menge": {"low": 1000, "high": 2000, "unit": "number"},
    "gleich": {"low": 0.251, "high": 0.252, "unit": "share"},
    "einer": {"value": 1, "unit": "number"},
    "keine": {"value": 0, "unit": "number"},
}


@pytest.fixture
def z(tmp_path: Path) -> Values:
    path = tmp_path / "headline.csv"
    headline(ROWS).to_csv(path, index=False)
    return Values.read(path)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("zahl", "1.234"),
        ("genau", "12,35"),
        ("anteil", "12,3\u00a0%"),
        ("geld", "1.234.568\u00a0EUR"),
        ("punkte", "\u22123,4"),
        ("jahr", "2023"),
        ("text", "2026-11-22"),
        ("spanne", "8,3 bis 99,7\u00a0%"),
        ("preis", "9,30 bis 75,10\u00a0EUR"),
        ("menge", "1.000 bis 2.000"),
        ("gleich", "25\u00a0%"),
        ("keine", "0"),
    ],
)
def test_numbers_are_written_in_german(z: Values, key: str, text: str) -> None:
    assert z(key) == text
    assert Values(headline(ROWS))(key) == text, "the same without a file between"


def test_ranges_behind_between_words_and_raw(z: Values) -> None:
    assert z.between("spanne") == "8,3 und 99,7\u00a0%"
    assert z.between("gleich") == "25\u00a0%"
    assert z.words("keine") == "null"
    assert z.words("zahl") == "1.234"
    assert z.words("einer") == "eins"
    assert z.words("einer", one="eine") == "eine"
    assert z.raw("anteil") == 0.123
    assert z.high("spanne") == 0.997


def test_table_has_its_columns_and_defaults() -> None:
    table = headline({"a": {"value": 1, "unit": "number"}})
    assert list(table.columns) == list(COLUMNS)
    assert table.loc[0, ["digits", "note"]].tolist() == [0, ""]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"value": 1, "unit": "percent"}, "'a' has the unit 'percent': one of number, share, eur"),
        ({"unit": "number"}, "'a' needs a value, or low and high"),
        ({"low": 1, "unit": "number"}, "'a' needs a value, or low and high"),
        ({"high": 1, "unit": "number"}, "'a' needs a value, or low and high"),
        ({"value": float("nan"), "unit": "share"}, "'a' needs a value, or low and high"),
    ],
)
def test_rows_that_say_nothing_are_refused(row: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        headline({"a": row})


def test_unknown_and_double_keys(z: Values) -> None:
    with pytest.raises(KeyError, match="There is no headline value 'fehlt': see headline"):
        z("fehlt")
    table = headline(ROWS)
    with pytest.raises(ValueError, match="The key 'zahl' stands twice"):
        Values(pd.concat([table, table.head(1)]))


def test_a_share_outside_its_range_and_a_turned_range_are_errors() -> None:
    bad = {"a": {"value": 1.2, "unit": "share"}, "b": {"low": 2, "high": 1, "unit": "number"}}
    z = Values(headline(bad))
    with pytest.raises(ValueError, match="between 0 and 1"):
        z("a")
    with pytest.raises(ValueError, match="lower end"):
        z("b")


def test_numbers_in_english_form() -> None:
    z = Values(
        headline(
            {
                "eur": {"value": 1234567.5, "unit": "eur", "digits": 1},
                "share": {"low": 0.083, "high": 0.997, "unit": "share", "digits": 1},
                "count": {"value": 12, "unit": "number"},
            }
        )
    )
    assert z.english("eur") == "1,234,567.5\u00a0EUR"
    assert z.english("share") == "8.3 to 99.7%"
    assert z.english("count") == "12"
