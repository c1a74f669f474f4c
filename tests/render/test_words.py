"""Dates in words."""

from __future__ import annotations

import pytest

from armutsexpertise.render.errors import RenderError
from armutsexpertise.render.words import ENGLISH, GERMAN, german_or_english, long_date


@pytest.mark.parametrize(
    ("form", "language", "expected"),
    [
        ("long", "de", "4. März 2026"),
        ("long", "en-GB", "March 4, 2026"),
        ("iso", "de", "2026-03-04"),
        ("DD.MM.YYYY", "de", "04.03.2026"),
        ("D/M/YY", "en", "4/3/26"),
        ("[Stand:] MMMM YYYY", "de", "Stand: März 2026"),
        ("MMM D", "en", "Mar 4"),
    ],
)
def test_forms(form: str, language: str, expected: str) -> None:
    assert long_date("2026-03-04", form, language) == expected


def test_what_is_no_date_or_no_form() -> None:
    with pytest.raises(RenderError, match="The date today is not of the form 2026-03-14"):
        long_date("today", "long", "de")
    with pytest.raises(RenderError, match="holds dddd, which is not supported"):
        long_date("2026-03-04", "dddd", "de")


def test_both_languages_have_the_same_words() -> None:
    assert GERMAN.keys() == ENGLISH.keys()
    assert german_or_english("de-AT") is GERMAN
    assert german_or_english("fr") is ENGLISH
