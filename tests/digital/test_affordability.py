"""Basket, standard benefit and saving: by hand, and prices without a source."""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.config import ConfigError, read_config
from armutsexpertise.digital.affordability import (
    Household,
    affordability,
    basket_cost,
    basket_items,
    benefit_for,
    benefit_parts,
    months_of_saving,
    shortfall,
)
from armutsexpertise.digital.config import Basket

BASKET = Path(__file__).parent / "data" / "basket.yml"
SINGLE = Household("Alleinlebend", (1,))
MOTHER = Household("Alleinerziehend, ein Schulkind", (1, 5), pupils=1)
TEENAGER = Household("Alleinerziehend, Kind 15 Jahre", (1, 4), pupils=1)
DAY = datetime.date(2021, 6, 1)


@pytest.fixture(scope="module")
def basket() -> Basket:
    return read_config(BASKET, Basket)


def _price(eur: float) -> dict[str, object]:
    return {"eur": eur, "date": "2025-01-01", "source": "eigenes Beispiel"}


def _with(change, tmp_path: Path) -> Path:
    content = yaml.safe_load(BASKET.read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "basket.yml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_sum_of_the_variant_in_which_every_price_is_sourced(basket):
    cost = basket_cost(basket_items(basket, SINGLE)).set_index("variant")
    # By hand: 33.78 + 14.61; nobody at school, so the device costs nothing.
    assert cost.loc["middle", "eur_month"] == pytest.approx(48.39)
    assert cost.loc["middle", "missing"] == ""
    assert cost.loc["middle", "oldest_price"] == datetime.date(2019, 1, 1)


def test_a_variant_without_a_price_is_left_out_and_says_which(basket):
    cost = basket_cost(basket_items(basket, MOTHER)).set_index("variant")
    assert cost.loc["high", "eur_month"] != cost.loc["high", "eur_month"]  # missing
    assert cost.loc["high", "known_eur_month"] == pytest.approx(42)
    assert "Mobilfunktarif" in cost.loc["high", "missing"]
    assert "Festnetz" not in cost.loc["high", "missing"]


def test_a_device_is_written_off_over_its_life(basket):
    items = basket_items(basket, MOTHER).set_index(["item", "variant"])
    # By hand: 350 EUR over 5.1 years.
    assert items.loc[("notebook", "middle"), "eur_month"] == pytest.approx(350 / (12 * 5.1))


def test_a_grant_pays_at_most_the_price_and_only_while_in_force(basket):
    items = basket_items(basket, MOTHER, grants=["distance_learning"], on=DAY)
    assert items.set_index(["item", "variant"]).loc[("notebook", "middle"), "eur_month"] == 0
    with pytest.raises(ValueError, match="in force from 2021-01-01 to 2022-12-31"):
        basket_items(basket, MOTHER, grants=["distance_learning"], on=datetime.date(2026, 1, 1))
    with pytest.raises(ValueError, match="no grant laptop"):
        basket_items(basket, MOTHER, grants=["laptop"], on=DAY)
    with pytest.raises(ValueError, match="Give the day"):
        basket_items(basket, MOTHER, grants=["distance_learning"])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda c: c["items"]["mobile"]["middle"].pop("source"), "source' is missing"),
        (lambda c: c["items"]["mobile"]["middle"].pop("date"), "date' is missing"),
        (lambda c: c["items"]["mobile"].update(low=_price(99)), "must not fall"),
        (lambda c: c["items"]["notebook"].pop("life_months"), "a device needs it"),
        (lambda c: c["items"]["notebook"].pop("life_source"), "life_months needs life_source"),
        (lambda c: c["items"]["mobile"].update(life_months=12), "belongs to a device"),
        (lambda c: c["grants"]["distance_learning"].update(item="tv"), "unknown item tv"),
        (lambda c: c["items"]["mobile"].update(per="dog"), "per"),
    ],
)
def test_a_basket_that_is_not_sourced_or_not_possible(change, word, tmp_path):
    with pytest.raises(ConfigError, match=word):
        read_config(_with(change, tmp_path), Basket)


# Benefit -----------------------------------------------------------------------------------------


def test_division_of_communication_2021_and_2026():
    # 38.89 of 434.96 EUR in the act (RBEG 2021, section 5), times 446 and 563 EUR.
    for day, benefit in (("2021-01-01", 446), ("2026-01-01", 563)):
        part = benefit_for(SINGLE, benefit_parts(day), ["8"])
        assert part["eur_month"].item() == pytest.approx(38.89 / 434.96 * benefit)


def test_a_level_without_a_list_of_divisions_is_named():
    part = benefit_for(TEENAGER, benefit_parts("2026-01-01"), ["8"]).iloc[0]
    assert part["eur_month"] != part["eur_month"]
    assert part["missing_levels"] == "4"
    assert part["known_eur_month"] == pytest.approx(50.34, abs=0.005)


def test_benefit_refuses():
    with pytest.raises(ValueError, match="No level has a division 13"):
        benefit_for(SINGLE, benefit_parts("2026-01-01"), ["13"])
    with pytest.raises(ValueError, match="2017"):
        benefit_parts("2017-01-01")
    with pytest.raises(ValueError, match="1 to 6"):
        Household("x", (0,))
    with pytest.raises(ValueError, match="do not fit"):
        Household("x", (1,), pupils=2)


def test_shortfall_by_hand(basket):
    cost = basket_cost(basket_items(basket, SINGLE))
    table = shortfall(cost, 39.88, free_income_eur_month=446.0).set_index("variant")
    assert table.loc["middle", "shortfall_eur_month"] == pytest.approx(48.39 - 39.88)
    assert table.loc["middle", "coverage"] == pytest.approx(39.88 / 48.39)
    assert table.loc["middle", "share_of_free_income"] == pytest.approx(48.39 / 446)
    # The connection alone exceeds the division, whatever the missing tariff costs.
    assert table.loc["high", "shortfall_at_least"] == pytest.approx(42 - 39.88)
    with pytest.raises(ValueError, match="allowance_eur_month"):
        shortfall(cost, 0)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 5000), st.floats(0.5, 500), st.floats(0, 5000))
def test_the_months_saved_are_enough_and_one_less_is_not(price, saving, grant):
    months = months_of_saving(price, saving, grant_eur=grant)
    left = max(price - grant, 0)
    assert months * saving >= left - 1e-6 * max(saving, 1)
    assert months == 0 or (months - 1) * saving < left


def test_saving_nothing_takes_forever_and_is_refused():
    with pytest.raises(ValueError, match="more than zero"):
        months_of_saving(350, 0)


def test_more_persons_never_cost_less(basket):
    one, two = (
        basket_cost(basket_items(basket, Household("x", levels)))["known_eur_month"]
        for levels in ((1,), (2, 2))
    )
    assert (two >= one).all()


def test_table_of_households_and_days(basket):
    days = [DAY, datetime.date(2026, 1, 1)]
    table = affordability(
        basket, [SINGLE, MOTHER, TEENAGER], days, ["8"], grants=["distance_learning"]
    ).set_index(["household", "day", "variant"])
    # By hand: 48.39 EUR against 39.88 EUR in 2021 and 50.34 EUR in 2026.
    coverage = [table.loc[(SINGLE.label, day, "middle"), "coverage"] for day in days]
    assert coverage == pytest.approx([39.877 / 48.39, 50.338 / 48.39], abs=1e-4)
    mother = table.loc[(MOTHER.label, DAY, "middle")]
    assert mother["eur_month"] == pytest.approx(48.39)  # the grant pays the device
    # 26.10 of 301.17 EUR in the act, of 309 EUR in 2021, beside the 39.88 EUR of the adult.
    assert mother["coverage"] == pytest.approx((39.877 + 26.10 / 301.17 * 309) / 48.39, abs=1e-4)
    assert mother["missing_levels"] == ""
    teenager = table.loc[(TEENAGER.label, DAY, "middle")]
    assert teenager["missing_levels"] == "4"
    assert teenager["coverage"] != teenager["coverage"]
    assert table.loc[(MOTHER.label, days[1], "middle"), "grants"] == ""


@pytest.mark.parametrize(
    ("levels", "pupils"),
    [(1, 0), ("12", 0), ((1.5,), 0), ((True,), 0), ((), 0), ((1, 6), 1.5), ((1,), float("nan"))],
)
def test_households_are_made_of_whole_persons(levels, pupils):
    with pytest.raises(ValueError, match=r"x: (levels holds one number|.* pupils do not fit)"):
        Household("x", levels, pupils)


def test_a_grant_that_is_named_twice_is_paid_once(basket):
    once, twice = (
        basket_items(basket, MOTHER, grants=keys, on=DAY)["grant_eur"].max()
        for keys in ("distance_learning", ["distance_learning", "distance_learning"])
    )
    assert once == twice > 0
    text = basket_items(basket, MOTHER, grants=["distance_learning"], on=DAY.isoformat())
    assert text["grant_eur"].max() == once
    with pytest.raises(ValueError, match="on is 'spring' and no day"):
        basket_items(basket, MOTHER, grants=["distance_learning"], on="spring")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: d.drop(columns="label"), r"lacks the column\(s\) label"),
        (lambda d: d.assign(variant="medium"), "holds medium: allowed values are low"),
        (lambda d: d.iloc[:0], "has no rows"),
        (lambda d: d.assign(eur_month=-1.0), "negative amounts"),
    ],
)
def test_items_that_cannot_be_added_up(basket, change, word):
    with pytest.raises(ValueError, match=word):
        basket_cost(change(basket_items(basket, SINGLE)))


@pytest.mark.parametrize(
    ("change", "divisions", "error", "word"),
    [
        (lambda d: d, [], ValueError, "at least one division"),
        (lambda d: d, ["8", "8"], ValueError, "8 more than once"),
        (lambda d: d.assign(amount_eur_m=np.nan), ["8"], ValueError, "missing or negative"),
        (lambda d: d.assign(amount_eur_m=-3.0), ["8"], ValueError, "missing or negative"),
        (lambda d: d.assign(amount_eur_m="much"), ["8"], TypeError, "must be numbers"),
        (lambda d: d.assign(level=d["level"].astype(str)), ["8"], ValueError, "from 1 to 6"),
        (lambda d: d.drop(columns="level"), ["8"], ValueError, "level"),
        (lambda d: pd.concat([d, d]), ["8"], ValueError, "one day only"),
    ],
)
def test_divisions_that_say_too_little(change, divisions, error, word):
    with pytest.raises(error, match=word):
        benefit_for(SINGLE, change(benefit_parts("2026-01-01")), divisions)


def test_one_division_may_be_named_by_itself():
    parts = benefit_parts("2026-01-01")
    assert benefit_for(SINGLE, parts, "8").equals(benefit_for(SINGLE, parts, ["8"]))


def test_tables_of_households_and_days_refuse(basket):
    day = datetime.date(2026, 1, 1)
    with pytest.raises(ValueError, match="parts has no divisions for 2026-01-01"):
        affordability(basket, [SINGLE], [day], ["8"], parts={})
    with pytest.raises(ValueError, match=f"{SINGLE.label} more than once"):
        affordability(basket, [SINGLE, SINGLE], [day], ["8"])
    with pytest.raises(ValueError, match="at least one household"):
        affordability(basket, [SINGLE], [], ["8"])
    cost = basket_cost(basket_items(basket, SINGLE))
    with pytest.raises(TypeError, match="allowance_eur_month is 'much' and no number"):
        shortfall(cost, "much")
    with pytest.raises(ValueError, match=r"column\(s\) missing"):
        shortfall(cost.drop(columns="missing"), 50.0)
    with pytest.raises(TypeError, match="price_eur is True and no number"):
        months_of_saving(True, 3.0)
