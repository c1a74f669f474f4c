"""A config whose parts contradict each other is refused before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from armutsexpertise.climate.config import ClimateConfig
from armutsexpertise.config import ConfigError, read_config
from checkout import ROOT

REAL = (ROOT / "analyses" / "climate" / "config.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('main_price: "65 EUR"', 'main_price: "66 EUR"', "66 EUR is none of the prices"),
        ('main_price: "65 EUR"', 'main_price: "120 EUR"', "prices_eur_t lacks 120 EUR"),
        ('worked_city: "05111000"', 'worked_city: "05315000"', "05315000 is none of the cities"),
    ],
)
def test_parts_must_fit(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in REAL
    file = tmp_path / "config.yml"
    file.write_text(REAL.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=sentence):
        read_config(file, ClimateConfig)
