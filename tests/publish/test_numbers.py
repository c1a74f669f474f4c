"""German numbers: reference values, limits and messages."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armutsexpertise.publish.numbers import (
    MINUS,
    NBSP,
    NOT_STATED,
    date_de,
    de,
    euro,
    interval,
    percent,
    points,
    words,
)


@pytest.mark.parametrize(
    ("x", "digits", "expected", "origin"),
    [
        (1234.5, 1, "1.234,5", "by hand"),
        (1234567, 0, "1.234.567", "by hand"),
        (0, 0, "0", "definition"),
        (-5, 0, f"{MINUS}5", "definition"),
        (-0.4, 0, "0", "definition: no negative zero"),
        (0.5, 0, "1", "half up"),
        (2.5, 0, "3", "half up; half even would give 2"),
        (-2.5, 0, f"{MINUS}3", "ties away from zero"),
        (2.675, 2, "2,68", "half up on the decimal; binary rounding gives 2.67"),
        (1.005, 2, "1,01", "half up on the decimal; binary rounding gives 1.00"),
        (999.95, 1, "1.000,0", "carry into the thousands"),
        (Decimal("0.125"), 2, "0,13", "half up"),
        (np.int64(7), 0, "7", "definition"),
        (np.float64(1e21), 0, "1.000.000.000.000.000.000.000", "by hand"),
        (1e-9, 2, "0,00", "by hand"),
    ],
)
def test_de(x, digits, expected, origin):
    assert de(x, digits) == expected, origin


@given(st.integers(-(10**15), 10**15), st.integers(0, 4))
def test_de_reads_back(cents, digits):
    value = Decimal(cents).scaleb(-digits)
    text = de(value, digits).replace(MINUS, "-").replace(".", "").replace(",", ".")
    assert Decimal(text) == value


@given(st.floats(-1e8, 1e8), st.integers(0, 6))
def test_de_is_off_by_half_a_unit_at_most(x, digits):
    text = de(x, digits).replace(MINUS, "-").replace(".", "").replace(",", ".")
    noise = Decimal("5e-15") * max(1, abs(Decimal(repr(x))))  # what 15 digits leave open
    assert abs(Decimal(text) - Decimal(repr(x))) <= Decimal("0.5").scaleb(-digits) + noise


def test_published_percentages_survive_the_division_by_100():
    hundredths = range(10_000)
    got = [percent(k / 100 / 100, 1) for k in hundredths]
    assert got == [percent(Decimal(k).scaleb(-4), 1) for k in hundredths]


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 2))
def test_differences_of_published_percentages_round_as_decimals(a, b, digits):
    exact = (Decimal(a) - Decimal(b)).scaleb(-4)
    assert points(a / 100 / 100 - b / 100 / 100, digits) == points(exact, digits)


def test_missing_needs_words():
    for value in (float("nan"), float("inf"), None, pd.NA, Decimal("NaN")):
        with pytest.raises(ValueError, match="missing or infinite"):
            de(value)
        assert de(value, missing=NOT_STATED) == "keine Angabe"
    assert percent(float("nan"), missing="offen") == "offen"
    assert euro(float("nan"), missing="offen") == "offen"
    assert interval(float("nan"), 1, missing="offen") == "offen"
    assert interval(1, float("inf"), missing="offen") == "offen"


@pytest.mark.parametrize("value", [True, np.bool_(False)])
def test_truth_values_are_rejected(value):
    with pytest.raises(TypeError, match="truth value"):
        de(value)
    with pytest.raises(TypeError, match="whole number"):
        words(value)


@pytest.mark.parametrize("value", ["12", b"12", [1], object()])
def test_other_types_are_rejected(value):
    with pytest.raises(TypeError, match="number is needed"):
        de(value)


@pytest.mark.parametrize("digits", [-1, 13, 1.5, True])
def test_digits_are_checked(digits):
    for write in (de, percent, euro, points):
        with pytest.raises(ValueError, match="digits must be"):
            write(0.5, digits)
    with pytest.raises(ValueError, match="digits must be"):
        interval(0, 1, "number", digits)


def test_percent():
    assert percent(0.1234, 1) == f"12,3{NBSP}%"
    assert percent(1) == f"100{NBSP}%"
    assert percent(0.145) == f"15{NBSP}%"  # by hand: half up; 14.499999999999998 in binary
    assert percent(1.5, allow_outside=True) == f"150{NBSP}%"
    assert percent(-0.021, 1, allow_outside=True) == f"{MINUS}2,1{NBSP}%"


@pytest.mark.parametrize("share", [-0.001, 1.001, 12.3])
def test_share_outside_the_unit_interval(share):
    with pytest.raises(ValueError, match="between 0 and 1"):
        percent(share)
    with pytest.raises(ValueError, match="between 0 and 1"):
        interval(min(share, 0.5), max(share, 0.5), "percent")


def test_euro():
    assert euro(1234.5, 2) == f"1.234,50{NBSP}EUR"
    assert euro(0.5, unit="Mio. EUR", digits=1) == f"0,5{NBSP}Mio. EUR"


def test_interval():
    assert interval(0.08, 0.99, "percent") == f"8 bis 99{NBSP}%"
    assert interval(0.101, 0.102, "percent") == f"10{NBSP}%"
    assert interval(0.101, 0.102, "percent", 1) == f"10,1 bis 10,2{NBSP}%"
    assert interval(1000, 2500.4) == "1.000 bis 2.500"
    assert interval(1.5, 3, "euro", 2, unit="EUR je Monat") == f"1,50 bis 3,00{NBSP}EUR je Monat"
    with pytest.raises(ValueError, match="lower end"):
        interval(2, 1)
    with pytest.raises(ValueError, match="missing or infinite"):
        interval(1, float("nan"))
    with pytest.raises(ValueError, match="kind is"):
        interval(1, 2, "share")


def test_points():
    assert points(0.034) == f"3,4{NBSP}Prozentpunkte"
    assert points(0.01, 0) == f"1{NBSP}Prozentpunkt"
    assert points(-0.01, 0) == f"{MINUS}1{NBSP}Prozentpunkt"
    assert points(0.034, signed=True) == f"+3,4{NBSP}Prozentpunkte"
    assert points(0.0001, signed=True) == f"0,0{NBSP}Prozentpunkte"
    assert points(-0.02, 0, signed=True) == f"{MINUS}2{NBSP}Prozentpunkte"
    for bad in (1.2, -1.2, float("nan")):
        with pytest.raises(ValueError, match="between -1 and 1"):
            points(bad)


def test_dates():
    assert date_de("2023") == "2023"
    assert date_de("2023-05") == f"Mai{NBSP}2023"
    assert date_de("2023-05-01") == f"1.{NBSP}Mai{NBSP}2023"
    assert date_de("2022-03-31") == f"31.{NBSP}März{NBSP}2022"
    for bad in ("", "23-05", "2023-5", "Mai 2023", "2023-05-01T00:00"):
        with pytest.raises(ValueError, match="date reads"):
            date_de(bad)
    for bad in ("2023-13", "2023-02-29", "2023-00"):
        with pytest.raises(ValueError, match="calendar has no"):
            date_de(bad)


def test_words():
    assert [words(n) for n in (0, 1, 2, 12, 13, 1500)] == [
        "null",
        "eins",
        "zwei",
        "zwölf",
        "13",
        "1.500",
    ]
    assert words(1, one="ein") == "ein"
    assert words(np.int64(3)) == "drei"
    assert words(-2) == f"{MINUS}2"
    with pytest.raises(TypeError, match="whole number"):
        words(1.0)
