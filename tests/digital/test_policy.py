"""Grants: by hand, and every combination of values lies inside the result."""

from math import inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise import catalog
from armutsexpertise.digital.policy import (
    FIVE_PLUS,
    ONE_PERSON,
    PERSONS_RATE,
    GrantScenario,
    benefit_households,
    compare_grants,
    grant_effect,
)
from armutsexpertise.ranges import Range

SHARE = st.tuples(st.floats(0.05, 1), st.floats(0.05, 1)).map(lambda pair: Range(*sorted(pair)))
UNIT = st.floats(0, 1)


def _at(value: Range, where: float) -> float:
    return value.low + where * (value.high - value.low)


def test_a_grant_by_hand():
    grant = GrantScenario(Range(350, 350), Range(0.5, 0.5), Range(0.8, 0.8), False, Range(50, 50))
    result = grant_effect(Range(1000, 1000), Range(0.1, 0.1), grant)
    # 500 receive 400 EUR; 50 of them have no access, 40 are connected; 200,000 / 40 = 5,000.
    assert result.reached == Range(500, 500)
    assert result.newly_connected.low == pytest.approx(40)
    assert result.eur == Range(200_000, 200_000)
    assert result.eur_per_connected.low == pytest.approx(5000)
    assert result.already_connected.low == pytest.approx(0.9)


@settings(max_examples=60, deadline=None)
@given(SHARE, SHARE, SHARE, st.booleans(), st.tuples(*[UNIT] * 5))
def test_every_combination_lies_inside(without, take_up, connects, only, where):
    households, eur = Range(800, 1200), Range(100, 400)
    grant = GrantScenario(eur, take_up, connects, only)
    result = grant_effect(households, without, grant)
    n, u, t, c, g = (
        _at(value, at)
        for value, at in zip((households, without, take_up, connects, eur), where, strict=True)
    )
    takers = n * t * (u if only else 1)
    connected = n * u * t * c
    for value, given_range in (
        (takers, result.reached),
        (connected, result.newly_connected),
        (takers * g, result.eur),
        (takers * g / connected, result.eur_per_connected),
    ):
        assert given_range.low <= value * (1 + 1e-9)
        assert value <= given_range.high * (1 + 1e-9)


def test_the_cost_per_connection_does_not_depend_on_take_up():
    narrow, wide = (
        grant_effect(
            Range(1000, 1000),
            Range(0.1, 0.1),
            GrantScenario(Range(350, 350), take_up, Range(1, 1), True),
        )
        for take_up in (Range(0.5, 0.5), Range(0.1, 1))
    )
    assert narrow.eur_per_connected == wide.eur_per_connected == Range(350, 350)


def test_a_grant_that_may_connect_nobody_has_no_upper_end():
    grant = GrantScenario(Range(350, 350), Range(0.5, 1), Range(0, 1), True)
    assert grant_effect(Range(10, 10), Range(0.1, 0.2), grant).eur_per_connected.high == inf


def test_variants_are_only_called_cheaper_if_they_are_throughout():
    def grant(only: bool, eur: Range) -> GrantScenario:
        return GrantScenario(eur, Range(0.5, 0.9), Range(0.5, 0.9), only)

    table = compare_grants(
        Range(100, 100),
        Range(0.4, 0.6),
        {
            "tested": grant(True, Range(100, 100)),
            "all": grant(False, Range(100, 100)),
            "dear": grant(False, Range(900, 900)),
        },
    ).set_index("variant")
    assert table["cheaper_than"].to_dict() == {"tested": "dear", "all": "dear", "dear": ""}


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda g: grant_effect(Range(1, inf), Range(0.1, 0.1), g), "upper end"),
        (lambda g: grant_effect(Range(1, 2), Range(0.1, 7), g), "share"),
        (lambda g: grant_effect(Range(1, 2), Range(0, 0), g), "connect nobody"),
        (lambda g: compare_grants(Range(1, 2), Range(0.1, 1), {}), "at least one grant"),
        (
            lambda g: GrantScenario(Range(1, 1), Range(0, 40), Range(0, 1), True),
            "take_up is a share",
        ),
        (lambda g: GrantScenario(Range(1, inf), Range(0, 1), Range(0, 1), True), "finite"),
        (
            lambda g: grant_effect(
                Range(1, 2),
                Range(0.1, 1),
                GrantScenario(Range(1, 1), Range(0, 1), Range(0, 0), True),
            ),
            "0 throughout",
        ),
    ],
)
def test_refusals(call, word):
    grant = GrantScenario(Range(350, 350), Range(0.5, 1), Range(0.5, 1), True)
    with pytest.raises(ValueError, match=word):
        call(grant)


# Households with basic benefits ------------------------------------------------------------------


@pytest.fixture(scope="module")
def kreise() -> pd.DataFrame:
    table = catalog.read("nrw_regions", "nrw_kreise")
    return table[table["date"].astype(str) == "2022"]


def test_bounds_of_the_bundled_kreise_by_hand(kreise):
    # Dortmund 2022: 147.81 persons per 1,000, 53.69 % of one person, 8.26 % of five and more.
    number, steps = benefit_households(
        "05913", kreise, Range(593_317, 593_317), mean_of_five_plus=Range(5, 6.5)
    )
    persons = 593_317 * 0.14781
    assert number.high == pytest.approx(persons / (0.5369 + 2 * 0.3805 + 5 * 0.0826))
    assert number.low == pytest.approx(persons / (0.5369 + 4 * 0.3805 + 6.5 * 0.0826))
    assert steps["unit"].tolist() == ["Personen", "Personen", "Haushalte"]


def test_households_are_fewer_than_persons_everywhere(kreise):
    for ags5 in sorted(set(kreise.loc[kreise["area_level"] == "district", "ags5"])):
        number, steps = benefit_households(
            ags5, kreise, Range(100_000, 100_000), mean_of_five_plus=Range(5, 7)
        )
        assert number.low <= number.high < steps["low"].iloc[0]


def test_two_years_of_an_indicator_are_refused():
    table = catalog.read("nrw_regions", "nrw_kreise")
    with pytest.raises(ValueError, match="2 rows of persons_in_bg_per_1000"):
        benefit_households("05913", table, Range(1, 1), mean_of_five_plus=Range(5, 6))


def test_an_unknown_area_and_an_impossible_size_are_refused(kreise):
    with pytest.raises(ValueError, match="99999 has 0 rows"):
        benefit_households("99999", kreise, Range(1, 1), mean_of_five_plus=Range(5, 6))
    with pytest.raises(ValueError, match="starts at 5"):
        benefit_households("05913", kreise, Range(1, 1), mean_of_five_plus=Range(3, 6))
    with pytest.raises(ValueError, match="lacks the column"):
        benefit_households(
            "05913", kreise.drop(columns="date"), Range(1, 1), mean_of_five_plus=Range(5, 6)
        )


def test_a_number_is_no_range():
    grant = GrantScenario(Range(350, 350), Range(0.5, 1), Range(0.5, 1), True)
    with pytest.raises(TypeError, match=r"take_up is 0.5 and no Range"):
        GrantScenario(Range(350, 350), 0.5, Range(0.5, 1), True)
    with pytest.raises(TypeError, match="only_without is 'nein'"):
        GrantScenario(Range(350, 350), Range(0.5, 1), Range(0.5, 1), "nein")
    with pytest.raises(TypeError, match="households is 1000 and no Range"):
        grant_effect(1000, Range(0.1, 0.1), grant)
    with pytest.raises(TypeError, match="name its variants"):
        compare_grants(Range(1, 2), Range(0.1, 0.1), [grant])


@pytest.mark.parametrize(
    ("values", "error", "word"),
    [
        ([120.0, 0.55, 0.07], ValueError, "bg_one_person_share of 05913 .*looks like a share"),
        ([0.12, 55.0, 7.0], ValueError, "persons_in_bg_per_1000 of 05913 .*looks like a share"),
        ([120.0, 55.0, 70.0], ValueError, "impossible"),
        ([120.0, np.nan, 7.0], ValueError, "impossible"),
        ([-1.0, 55.0, 7.0], ValueError, "impossible"),
        (["much", 55.0, 7.0], TypeError, "must be numbers"),
    ],
)
def test_indicators_of_a_kreis_that_cannot_be(values, error, word):
    table = pd.DataFrame(
        {
            "ags5": "05913",
            "indicator_id": [PERSONS_RATE, ONE_PERSON, FIVE_PLUS],
            "value": values,
            "date": "2022",
            "source_title": "INKAR",
        }
    )
    with pytest.raises(error, match=word):
        benefit_households("05913", table, Range(6e5, 6e5), mean_of_five_plus=Range(5, 6))
