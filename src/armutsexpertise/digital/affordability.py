"""What digital participation costs, against what the standard benefit holds for it.

Amounts are EUR a month unless a name says otherwise. A price without a source does not exist: the
variant that needs it is left out and the result says which item lacks it. The divisions of the
standard benefit are model amounts of the statistics behind it, not earmarked money; a shortfall
means that the difference has to be saved elsewhere.
"""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf
from pathlib import Path

import numpy as np
import pandas as pd

from armutsexpertise._checks import require_columns, require_known
from armutsexpertise.digital._checks import (
    as_day,
    as_numbers,
    is_whole,
    require_number,
    require_single,
)
from armutsexpertise.digital.config import VARIANTS, Basket, Item, Variant
from armutsexpertise.parameters import standard_benefit_divisions
from armutsexpertise.survey._columns import as_names

UNITS = ("household", "person", "adult", "pupil")


@dataclass(frozen=True)
class Household:
    """Type of household for the basket and the standard benefit.

    Attributes
    ----------
    label : str
        Name, such as "Alleinerziehend, ein Kind von 8".
    levels : tuple of int
        Level of the standard benefit (Regelbedarfsstufe, 1 to 6) of each person.
    pupils : int
        Persons at school.
    """

    label: str
    levels: tuple[int, ...]
    pupils: int = 0

    def __post_init__(self) -> None:
        if (
            not isinstance(self.levels, (tuple, list))
            or not self.levels
            or not all(is_whole(level) and 1 <= level <= 6 for level in self.levels)
        ):
            raise ValueError(f"{self.label}: levels holds one number from 1 to 6 per person.")
        if not is_whole(self.pupils) or not 0 <= self.pupils <= len(self.levels):
            raise ValueError(
                f"{self.label}: {self.pupils} pupils do not fit into {len(self.levels)} person(s)."
            )

    def count(self, unit: str) -> int:
        """Return how many of a unit the household has; levels 1 to 3 are adults."""
        counts = {
            "household": 1,
            "person": len(self.levels),
            "adult": sum(level <= 3 for level in self.levels),
            "pupil": self.pupils,
        }
        if unit not in counts:
            raise ValueError(f"unit must be one of {', '.join(UNITS)}, not {unit!r}.")
        return counts[unit]


def basket_items(
    basket: Basket,
    household: Household,
    *,
    grants: Collection[str] = (),
    on: datetime.date | None = None,
) -> pd.DataFrame:
    """Return the monthly cost of every item of the basket for a household.

    Parameters
    ----------
    basket : Basket
        Prices and grants.
    household : Household
        Who lives there.
    grants : collection of str
        Keys of the grants that the household receives.
    on : date, optional
        Day on which a grant must be in force; needed with grants.

    Returns
    -------
    DataFrame, one row per item and variant
        ``item``, ``label``, ``variant``, ``division``, ``count``; ``price_eur`` (each);
        ``grant_eur`` (each, at most the price); ``eur_month`` of the household, where a device is
        written off evenly over its life; ``price_date``, ``source``, ``url``. Amounts are missing
        where no price is sourced, and zero where the household has none of the unit.

    Raises
    ------
    ValueError
        If a grant is unknown, not in force on the day, or ``on`` is missing.

    Notes
    -----
    Straight-line depreciation without interest: price net of grant over life in months. Prices of
    different dates are not brought to one price level.

    Examples
    --------
    >>> basket = Basket.model_validate({"title": "example", "items": {"device": {
    ...     "label": "Computer", "kind": "device", "per": "household", "division": "8",
    ...     "life_months": 36, "life_source": "example",
    ...     "middle": {"eur": 360, "date": "2025-01-01", "source": "example"}}}})
    >>> items = basket_items(basket, Household("single", (1,)))
    >>> items.loc[items["variant"] == "middle", "eur_month"].tolist()
    [10.0]
    """
    held = _grants(basket, grants)
    if held and on is None:
        raise ValueError("Give the day on which the grants are to hold: grants come and end.")
    received: dict[str, float] = {}
    for key in held:
        grant = basket.grants[key]
        day = as_day(on, "on")
        if not grant.in_force(day):
            end = "" if grant.valid_to is None else f" to {grant.valid_to}"
            raise ValueError(
                f"The grant {key} is in force from {grant.valid_from}{end}, not on {day}: leave it "
                "out or choose another day."
            )
        received[grant.item] = received.get(grant.item, 0.0) + grant.eur
    return pd.DataFrame(
        [
            _item_row(key, item, variant, household, received.get(key, 0.0))
            for key, item in basket.items.items()
            for variant in VARIANTS
        ]
    )


def _grants(basket: Basket, grants: Collection[str]) -> list[str]:
    """Return the grants that are named, each once: none is paid twice."""
    names = list(dict.fromkeys([grants] if isinstance(grants, str) else grants))
    unknown = sorted(set(names) - set(basket.grants))
    if unknown:
        raise ValueError(
            f"The basket has no grant {', '.join(unknown)}: choose among "
            f"{', '.join(basket.grants) or 'none'}."
        )
    return names


def _item_row(
    key: str, item: Item, variant: Variant, household: Household, grant: float
) -> dict[str, object]:
    price, count = item.price(variant), household.count(item.per)
    row: dict[str, object] = {
        "item": key,
        "label": item.label,
        "variant": variant,
        "division": item.division,
        "count": count,
        "price_eur": np.nan,
        "grant_eur": np.nan,
        "eur_month": np.nan if count else 0.0,
        "price_date": None,
        "source": None,
        "url": None,
    }
    if price is None:
        return row
    paid = min(grant, price.eur)
    life = 1.0 if item.life_months is None else item.life_months
    return row | {
        "price_eur": price.eur,
        "grant_eur": paid,
        "eur_month": count * (price.eur - paid) / life,
        "price_date": price.date,
        "source": price.source,
        "url": price.url,
    }


def basket_cost(items: pd.DataFrame) -> pd.DataFrame:
    """Add up the items of each variant, and leave out a variant that lacks a price.

    Parameters
    ----------
    items : DataFrame
        As returned by :func:`basket_items`.

    Returns
    -------
    DataFrame, one row per variant
        ``variant``; ``eur_month``, missing where an item has no sourced price; ``known_eur_month``
        (sum of the items with a price: a lower bound); ``missing`` (labels of the items without a
        price, empty if none); ``oldest_price``, ``newest_price`` (dates).

    Raises
    ------
    ValueError
        If a column is missing, there are no rows, a variant is unknown or an amount negative.

    Examples
    --------
    >>> items = pd.DataFrame({"variant": ["low", "low", "high", "high"], "label": ["A", "B"] * 2,
    ...     "eur_month": [10.0, 5.0, 20.0, np.nan], "price_date": [datetime.date(2025, 1, 1)] * 4})
    >>> basket_cost(items)[["variant", "eur_month", "known_eur_month", "missing"]].values.tolist()
    [['low', 15.0, 15.0, ''], ['high', nan, 20.0, 'B']]
    """
    require_columns(items, ["variant", "label", "eur_month", "price_date"], "The table of items")
    require_known(items["variant"], VARIANTS, "variant of the table of items")
    if items.empty:
        raise ValueError("The table of items has no rows: give those of basket_items.")
    if (as_numbers(items["eur_month"], "eur_month of the table of items") < 0).any():
        raise ValueError("eur_month of the table of items holds negative amounts: correct them.")
    rows = []
    for variant in [name for name in VARIANTS if name in set(items["variant"])]:
        own = items[items["variant"] == variant]
        absent = own["eur_month"].isna()
        dates = own["price_date"].dropna()
        known = float(own["eur_month"].sum())
        rows.append(
            {
                "variant": variant,
                "eur_month": np.nan if absent.any() else known,
                "known_eur_month": known,
                "missing": ", ".join(own.loc[absent, "label"]),
                "oldest_price": min(dates) if len(dates) else None,
                "newest_price": max(dates) if len(dates) else None,
            }
        )
    return pd.DataFrame(rows)


def benefit_parts(on: datetime.date | str, *, root: Path | None = None) -> pd.DataFrame:
    """Return the divisions of the standard benefit for every level that has a complete list.

    Parameters
    ----------
    on : date or str
        The day, as date or ISO text, from 2021 on.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    DataFrame, one row per level and division
        ``level`` (1 to 6), and the columns of
        :func:`armutsexpertise.parameters.standard_benefit_divisions`. Level 4, which has no
        list today, is absent.

    Raises
    ------
    ValueError
        If no level has a value on that day.

    Examples
    --------
    >>> parts = benefit_parts("2026-01-01")
    >>> sorted(int(level) for level in parts["level"].unique())
    [1, 2, 3, 5, 6]
    """
    found, refused = [], []
    for level in range(1, 7):
        try:
            parts = standard_benefit_divisions(on, f"RBS{level}", root=root)
        except ValueError as error:
            refused.append(str(error))
        else:
            found.append(parts.assign(level=level))
    if not found:
        raise ValueError(refused[0])
    return pd.concat(found, ignore_index=True)


def benefit_for(
    household: Household, parts: pd.DataFrame, divisions: Collection[str]
) -> pd.DataFrame:
    """Return what the standard benefit of a household holds for some divisions.

    Parameters
    ----------
    household : Household
        Level of each person.
    parts : DataFrame, one row per level and division
        Columns ``level``, ``division``, ``amount_eur_m`` (EUR a month), such as
        :func:`benefit_parts` returns for a day.
    divisions : collection of str
        Divisions that count, each once: ``8`` is post and telecommunication.

    Returns
    -------
    DataFrame, one row per division
        ``division``, ``eur_month`` of the household, missing where a level has no list of
        divisions; ``known_eur_month`` (sum of the others), ``missing_levels`` (text).

    Raises
    ------
    ValueError
        If a column is missing, no division or one that occurs in no level is named, a level
        repeats one, or a level or an amount is impossible.
    TypeError
        If amounts are no numbers.

    Notes
    -----
    The law fixes the divisions once and updates only the whole amount; the part in a later year
    is its share times the amount in force.

    Examples
    --------
    38.89 of 434.96 EUR in the act, of 563 EUR in 2026:

    >>> single = Household("Alleinlebend", (1,))
    >>> part = benefit_for(single, benefit_parts("2026-01-01"), ["8"])
    >>> round(part["eur_month"].item(), 2)
    50.34
    >>> family = Household("Alleinerziehend, Kind 15 Jahre", (1, 4), pupils=1)
    >>> benefit_for(family, benefit_parts("2026-01-01"), ["8"])["missing_levels"].item()
    '4'
    """
    require_columns(parts, ["level", "division", "amount_eur_m"], "parts")
    wrong = int((~parts["level"].isin(range(1, 7))).sum())
    if wrong:
        raise ValueError(f"parts has {wrong} level(s) that are no number from 1 to 6: recode them.")
    euros = as_numbers(parts["amount_eur_m"], "amount_eur_m of parts")
    if not (np.isfinite(euros) & (euros >= 0)).all():
        raise ValueError(
            "amount_eur_m of parts holds missing or negative amounts: leave out what is not known."
        )
    names = [str(name) for name in as_names(divisions)]  # type: ignore[arg-type]
    if not names:
        raise ValueError("Name at least one division that is to pay.")
    require_single(names, "The list of divisions")
    repeated = int(parts.duplicated(["level", "division"]).sum())
    if repeated:
        raise ValueError(f"parts repeats {repeated} division(s) of a level: give one day only.")
    columns = (parts[name].tolist() for name in ("level", "division", "amount_eur_m"))
    amounts = {(level, division): float(eur) for level, division, eur in zip(*columns, strict=True)}
    unknown = sorted(set(names) - {division for _, division in amounts})
    if unknown:
        raise ValueError(f"No level has a division {', '.join(unknown)}: check the names.")
    rows = []
    for division in names:
        known = [
            amounts[level, division] for level in household.levels if (level, division) in amounts
        ]
        missing = sorted({lv for lv in household.levels if (lv, division) not in amounts})
        total = np.nan if missing else sum(known)
        rows.append((division, total, sum(known), ", ".join(map(str, missing))))
    return pd.DataFrame(
        rows, columns=["division", "eur_month", "known_eur_month", "missing_levels"]
    )


def shortfall(
    cost: pd.DataFrame, allowance_eur_month: float, *, free_income_eur_month: float | None = None
) -> pd.DataFrame:
    """Set the basket against an allowance, and against the income that is free.

    Parameters
    ----------
    cost : DataFrame
        As returned by :func:`basket_cost`.
    allowance_eur_month : float
        What the standard benefit holds for it, EUR a month, positive.
    free_income_eur_month : float, optional
        Income after housing and other fixed cost, EUR a month, positive.

    Returns
    -------
    DataFrame, one row per variant
        ``variant``, ``eur_month``, ``allowance_eur_month``, ``shortfall_eur_month`` (cost minus
        allowance; negative where it suffices), ``coverage`` (allowance over cost),
        ``share_of_free_income`` (if given), ``missing``. Where a price is missing and the sum of
        the others already exceeds the allowance, ``shortfall_at_least`` is that excess.

    Raises
    ------
    ValueError
        If an amount is not positive and finite, or a column is missing.

    Examples
    --------
    >>> cost = pd.DataFrame({"variant": ["low"], "eur_month": [60.0], "known_eur_month": [60.0],
    ...                      "missing": [""]})
    >>> shortfall(cost, 50.34)[["shortfall_eur_month", "coverage"]].round(2).values.tolist()
    [[9.66, 0.84]]
    """
    for name, value in (
        ("allowance_eur_month", allowance_eur_month),
        ("free_income_eur_month", free_income_eur_month),
    ):
        if value is not None:
            require_number(value, name)
        if value is not None and not 0 < value < inf:
            raise ValueError(f"{name} must be a positive number of EUR a month, not {value}.")
    require_columns(
        cost, ["variant", "eur_month", "known_eur_month", "missing"], "The table of cost"
    )
    result = _against(cost, allowance_eur_month)
    if free_income_eur_month is not None:
        result["share_of_free_income"] = result["eur_month"] / free_income_eur_month
    return result


def _against(cost: pd.DataFrame, allowance: float) -> pd.DataFrame:
    total, known = cost["eur_month"], cost["known_eur_month"]
    return pd.DataFrame(
        {
            "variant": cost["variant"],
            "eur_month": total,
            "allowance_eur_month": allowance,
            "shortfall_eur_month": total - allowance,
            "shortfall_at_least": (known - allowance).where(known > allowance),
            "coverage": allowance / total.where(total > 0),
            "missing": cost["missing"],
        }
    )


def affordability(
    basket: Basket,
    households: Sequence[Household],
    days: Sequence[datetime.date],
    divisions: Collection[str],
    *,
    grants: Collection[str] = (),
    parts: Mapping[datetime.date, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Set the basket against the standard benefit for types of household and days.

    Parameters
    ----------
    basket : Basket
        Prices and grants; the prices stay those of their own dates.
    households : sequence of Household
        Types of household.
    days : sequence of date
        Days whose standard benefit counts, from 2021 on.
    divisions : collection of str
        Divisions that are to pay for the basket.
    grants : collection of str
        Grants that count on the days on which they are in force.
    parts : mapping of date to DataFrame, optional
        What :func:`benefit_parts` returned for each day; by default it is asked.

    Returns
    -------
    DataFrame, one row per household, day and variant
        ``household``, ``day``, ``variant``, ``eur_month``, ``allowance_eur_month`` (of the
        divisions together), ``shortfall_eur_month``, ``shortfall_at_least``, ``coverage`` (see
        :func:`shortfall`), ``missing`` (items without a price), ``missing_levels`` (levels
        without a list of divisions) and ``grants`` (those that count). Where something is
        missing the result is missing and those columns say what.

    Raises
    ------
    ValueError
        As in the functions for each step.

    Examples
    --------
    >>> basket = Basket.model_validate({"title": "Beispiel", "items": {"line": {
    ...     "label": "Anschluss", "kind": "running", "per": "household", "division": "8",
    ...     "middle": {"eur": 33.78, "date": "2025-01-01", "source": "Datenpaket digital"}}}})
    >>> table = affordability(basket, [Household("Alleinlebend", (1,))],
    ...                       [datetime.date(2026, 1, 1)], ["8"])
    >>> table.set_index("variant").loc["middle", "coverage"].round(2)
    np.float64(1.49)
    """
    named = _grants(basket, grants)
    require_single([household.label for household in households], "The list of households")
    found = []
    for given in days:
        day = as_day(given, "A day")
        if parts is not None and day not in parts:
            raise ValueError(f"parts has no divisions for {day}: add them or leave the day out.")
        benefit = benefit_parts(day) if parts is None else parts[day]
        held = [key for key in named if basket.grants[key].in_force(day)]
        for household in households:
            cost = basket_cost(basket_items(basket, household, grants=held, on=day))
            allowance = benefit_for(household, benefit, divisions)
            amount = float(allowance["eur_month"].sum(skipna=False))
            missing = {level for text in allowance["missing_levels"] for level in text.split(", ")}
            table = _against(cost, amount).assign(
                missing_levels=", ".join(sorted(missing - {""})), grants=", ".join(held)
            )
            table.insert(0, "household", household.label)
            table.insert(1, "day", day)
            found.append(table)
    if not found:
        raise ValueError("Give at least one household and one day.")
    return pd.concat(found, ignore_index=True)


def months_of_saving(price_eur: float, saving_eur_month: float, *, grant_eur: float = 0.0) -> int:
    """Return for how many whole months a household has to save for a device.

    Parameters
    ----------
    price_eur : float
        Price, EUR, not negative.
    saving_eur_month : float
        What is put aside, EUR a month, positive.
    grant_eur : float
        What someone else pays, EUR, not negative.

    Returns
    -------
    int
        Months, 0 where the grant covers the price.

    Raises
    ------
    ValueError
        If a number is out of range or not finite.

    Examples
    --------
    >>> months_of_saving(350, 12.5), months_of_saving(350, 12.5, grant_eur=350)
    (28, 0)
    """
    for name, value in (
        ("price_eur", price_eur),
        ("saving_eur_month", saving_eur_month),
        ("grant_eur", grant_eur),
    ):
        require_number(value, name)
    if not (0 <= price_eur < inf and 0 <= grant_eur < inf and 0 < saving_eur_month < inf):
        raise ValueError(
            "Price and grant must be EUR of zero or more, and the saving more than zero a month."
        )
    left = max(price_eur - grant_eur, 0.0)
    # a quotient such as 0.3/0.1 must not round up to another month
    return ceil(round(left / saving_eur_month, 9))
