"""The config of the expertise: where a price comes from, and what is refused."""

import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from armutsexpertise.config import read_config
from armutsexpertise.digital.config import Basket, Item, Price
from armutsexpertise.digital.study import DigitalConfig, HouseholdType, PriceChoice, build_basket

CONFIG = read_config(
    Path(__file__).parents[2] / "analyses" / "digital" / "config.yml", DigitalConfig
)
PRICES = {
    name: {"eur": eur, "date": "2025-12-31", "source": "Datenpaket digital"}
    for name, eur in {"xdig0326": 30.0, "xdig0319": 40.0, "device_grant_sgb2": 350.0}.items()
}


def test_basket_takes_prices_from_rows_parameters_and_sources():
    basket = build_basket(CONFIG.affordability, PRICES, {})
    line = basket.items["anschluss"]
    assert (line.low.eur, line.middle.eur, line.high.eur) == (30.0, 40.0, 40.0)
    assert "Bitkom" in line.middle.source, "the words of the config stand before those of the row"
    assert basket.items["computer"].middle.eur == 350.0
    assert basket.items["computer"].low.eur == 150.0
    assert basket.items["computer"].life_months == 36


def test_price_without_a_row_is_an_error():
    with pytest.raises(ValueError, match="there is no price of xdig0319; correct the row"):
        build_basket(CONFIG.affordability, {k: v for k, v in PRICES.items() if "319" not in k}, {})


def test_variant_without_a_price_stays_out():
    choices = CONFIG.affordability.model_copy(
        update={
            "items": {
                key: item.model_copy(update={"high": None})
                for key, item in CONFIG.affordability.items.items()
            }
        }
    )
    assert build_basket(choices, PRICES, {}).items["computer"].high is None


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"row": "dig0001", "parameter": "regelbedarf"},
        {"eur": 12.0},
        {"eur": 12.0, "date": "2025-01-01"},
        {"eur": 12.0, "date": "2025-01-01", "source": "        "},
    ],
)
def test_price_has_one_origin_and_a_source(choice):
    with pytest.raises(ValidationError):
        PriceChoice.model_validate(choice)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("policy", "map_variant"), "nothing"),
        (("policy", "variants", "geraet_alle", "take_up"), {"low": 0.9, "high": 0.3}),
        (("policy", "variants", "geraet_alle", "connects"), None),
        (("affordability", "device"), "nothing"),
    ],
)
def test_inconsistent_choices_are_refused(path, value):
    raw = CONFIG.model_dump(mode="json")
    at = raw
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(ValidationError):
        DigitalConfig.model_validate(raw)


def test_a_price_of_the_config_is_not_younger_than_the_state_of_its_data():
    raw = CONFIG.model_dump(mode="json")
    items = raw["affordability"]["items"]
    device = items[raw["affordability"]["device"]]
    after = CONFIG.as_of + datetime.timedelta(days=1)
    device["low"] = {"eur": 1.0, "date": CONFIG.as_of.isoformat(), "source": "Beispiel"}
    DigitalConfig.model_validate(raw)
    device["low"]["date"] = after.isoformat()
    with pytest.raises(ValidationError, match=f"low: the price is of {after} and as_of is"):
        DigitalConfig.model_validate(raw)


def test_a_price_of_the_future_or_of_nobody_is_refused():
    seen = {"eur": 1.0, "date": "2025-12-31", "source": "  Liste  "}
    assert Price.model_validate(seen).source == "Liste"
    with pytest.raises(ValidationError, match="2125-01-01, a year that has not begun"):
        Price.model_validate(seen | {"date": "2125-01-01"})
    with pytest.raises(ValidationError, match="at least 5 characters"):
        Price.model_validate(seen | {"source": " " * 12})


@pytest.mark.parametrize("eur", [True, float("inf"), float("nan"), -1.0, "much"])
def test_an_amount_is_a_finite_number(eur):
    with pytest.raises(ValidationError):
        Price.model_validate({"eur": eur, "date": "2025-12-31", "source": "Liste"})
    with pytest.raises(ValidationError):
        PriceChoice.model_validate({"eur": eur, "date": "2025-12-31", "source": "Liste"})


@pytest.mark.parametrize("change", [{"label": "  "}, {"division": " "}, {"life_months": True}])
def test_an_item_has_a_name_and_a_division(change):
    item = {
        "label": "Computer",
        "kind": "device",
        "per": "household",
        "division": "8",
        "life_months": 36,
        "life_source": "Beispiel",
    }
    Item.model_validate(item)
    with pytest.raises(ValidationError):
        Item.model_validate(item | change)


def test_a_basket_and_a_household_hold_something():
    with pytest.raises(ValidationError, match="at least 1 item"):
        Basket.model_validate({"title": "leer", "items": {}})
    with pytest.raises(ValidationError, match="at least 1 item"):
        HouseholdType(label="leer", levels=())
    with pytest.raises(ValidationError, match=r"3 pupils do not fit into 1 person"):
        HouseholdType(label="eine", levels=(1,), pupils=3)
