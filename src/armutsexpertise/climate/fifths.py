"""From published means to households: what fifths of the population by income emit and earn.

Where no microdata are at hand, statistics give the mean spending of all households, the prices,
and per fifth of persons the share of income, the propensity to consume and the share of
consumption that goes to a good. The functions join them into the tables of
`armutsexpertise.climate.burden`. Each row stands for the average household of a fifth: what
differs inside a fifth is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, log

import numpy as np
import pandas as pd

from armutsexpertise._checks import require_columns
from armutsexpertise._weighted import FloatArray, as_numbers
from armutsexpertise.climate._money import not_negative
from armutsexpertise.climate.burden import Channel, Outcome, Scenario, evaluate

__all__ = [
    "equivalence_weight",
    "evaluate_variants",
    "fifths",
    "fuel_tonnes",
    "range_of_outcomes",
    "spending_exponent",
    "spread_by_class",
]


def fuel_tonnes(spending_eur_a: float, price_eur: float, kg_per_unit: float) -> float:
    """Return the tonnes of CO2 that stand behind a year's spending on a fuel.

    Parameters
    ----------
    spending_eur_a : float
        EUR a year, VAT included.
    price_eur : float
        EUR per unit (litre, kWh), VAT included.
    kg_per_unit : float
        Emission factor of the same unit.

    Returns
    -------
    float
        Tonnes a year.

    Raises
    ------
    ValueError
        If a number is missing or negative, or the price is zero.

    Examples
    --------
    >>> round(fuel_tonnes(960, 1.50, 2.4), 3)
    1.536
    """
    price = float(not_negative(price_eur, "price_eur"))
    if price == 0:
        raise ValueError("The price is zero: give the price per unit with its date.")
    spent = float(not_negative(spending_eur_a, "spending_eur_a"))
    return spent / price * float(not_negative(kg_per_unit, "kg_per_unit")) / 1000


def equivalence_weight(persons: float, further_member: float) -> float:
    """Return the equivalence weight of an average household.

    Parameters
    ----------
    persons : float
        Mean number of persons, at least 1.
    further_member : float
        Weight of each further member: 0.3 (all under 14) to 0.5 (all from 14) in the new OECD
        scale.

    Returns
    -------
    float
        Equivalence weight.

    Raises
    ------
    ValueError
        If there is less than one person, or the weight lies outside [0, 1].

    Examples
    --------
    >>> equivalence_weight(3, 0.5)
    2.0
    """
    if not persons >= 1 or not isfinite(persons):
        raise ValueError(f"A household has at least 1 person, not {persons}.")
    if not 0 <= further_member <= 1:
        raise ValueError(f"further_member is {further_member}: give a weight from 0 to 1.")
    return 1 + (persons - 1) * further_member


def fifths(
    quantiles: pd.DataFrame,
    mean_tonnes: Mapping[str, float],
    *,
    spending: Mapping[str, str],
    households: float,
    persons: float,
    equivalence: float,
    income_mean_eur_a: float,
    propensity_cap: float | None = None,
) -> pd.DataFrame:
    """Return the average household of each fifth of persons by income.

    Parameters
    ----------
    quantiles : DataFrame, one row per quantile of equal size, ascending
        ``quantile`` (label), ``income_share`` (of the year of the income level),
        ``pattern_income_share`` (of the year of the spending pattern), ``propensity``
        (consumption over income) and a column per good with its share of consumption; shares in
        [0, 1].
    mean_tonnes : mapping of str to float
        Tonnes of CO2 a year of the average household of all quantiles, per fuel use.
    spending : mapping of str to str
        Column of ``quantiles`` to which each fuel use is proportional.
    households : float
        Households of all quantiles together.
    persons : float
        Persons per household, the same in each quantile.
    equivalence : float
        Equivalence weight of the average household, the same in each quantile.
    income_mean_eur_a : float
        Mean equivalised income, EUR a year.
    propensity_cap : float, optional
        Highest propensity that is believed; above it the published one is replaced.

    Returns
    -------
    DataFrame, one row per quantile
        ``quantile``, ``weight`` (households), ``persons``, ``net_income_eur_a`` (of the
        household), ``equivalence``, and tonnes a year per fuel use.

    Raises
    ------
    TypeError, ValueError
        If a column or use is missing, a number is missing or negative, or income shares do not
        sum to 1 within 0.01.

    Notes
    -----
    Spending of quantile q on a good is pattern income share x propensity x share of the good;
    the mean over the quantiles is scaled to ``mean_tonnes``. The same price and fuel mix in all
    quantiles is an assumption, as is the same size of household.

    Examples
    --------
    >>> table = pd.DataFrame({"quantile": ["low", "high"], "income_share": [0.25, 0.75],
    ...     "pattern_income_share": [0.25, 0.75], "propensity": [1.0, 0.8], "fuel": [0.06, 0.05]})
    >>> fifths(table, {"drive": 2.0}, spending={"drive": "fuel"}, households=100, persons=2,
    ...        equivalence=1.5, income_mean_eur_a=20000)["drive"].round(3).tolist()
    [1.333, 2.667]
    """
    goods = [spending[use] for use in mean_tonnes if use in spending]
    if len(goods) < len(mean_tonnes):
        raise ValueError("A fuel use has no column of spending: name one for each.")
    shares = ["income_share", "pattern_income_share"]
    require_columns(quantiles, ["quantile", *shares, "propensity", *goods], "quantiles")
    numbers: dict[str, FloatArray] = {}
    for name in dict.fromkeys([*shares, "propensity", *goods]):
        numbers[name] = as_numbers(quantiles[name], name)
        if (numbers[name] < 0).any():
            raise ValueError(f"{name} is negative in a quantile: correct it.")
    for name in shares:
        total = float(numbers[name].sum())
        if abs(total - 1) > 0.01:
            raise ValueError(f"{name} sums to {total:g}: give shares that sum to 1, not percent.")
    propensity = numbers["propensity"]
    if propensity_cap is not None:
        propensity = np.minimum(propensity, float(not_negative(propensity_cap, "propensity_cap")))
    n = len(quantiles)
    table = pd.DataFrame(
        {
            "quantile": quantiles["quantile"].to_numpy(),
            "weight": households / n,
            "persons": persons,
            "net_income_eur_a": numbers["income_share"]
            / numbers["income_share"].sum()
            * n
            * income_mean_eur_a
            * equivalence,
            "equivalence": equivalence,
        }
    )
    for use, tonnes in mean_tonnes.items():
        spent = numbers["pattern_income_share"] * propensity * numbers[spending[use]]
        if not spent.sum() > 0:
            raise ValueError(f"Nobody spends on {use}: it cannot be spread over the quantiles.")
        table[use] = float(not_negative(tonnes, use)) * n * spent / spent.sum()
    return table


def evaluate_variants(
    variants: Mapping[str, pd.DataFrame],
    channels: Sequence[Channel],
    scenarios: Sequence[Scenario],
    by: str,
    *,
    equivalence: str | None = None,
) -> dict[str, Outcome]:
    """Evaluate the same scenarios for several tables of households.

    Parameters
    ----------
    variants : mapping of str to DataFrame
        Households by name of the variant, as in `evaluate`.
    channels, scenarios, by, equivalence
        As in `evaluate`.

    Returns
    -------
    dict of str to Outcome
        Outcome by name of the variant.

    Raises
    ------
    TypeError, ValueError
        As in `evaluate`, or if there is no variant.

    Examples
    --------
    >>> table = pd.DataFrame({"weight": [1.0, 1.0], "persons": [1, 1], "drive_t": [1.0, 2.0],
    ...     "net_income_eur_a": [10_000.0, 40_000.0], "group": ["low", "high"]})
    >>> plan = Scenario(name="plain", source="example", price_eur_t=65.0, use="none")
    >>> found = evaluate_variants({"main": table, "double": table.assign(drive_t=[2.0, 4.0])},
    ...     [Channel("drive", "drive_t", 0.19)], [plan], "group")
    >>> sorted(found)
    ['double', 'main']
    """
    if not variants:
        raise ValueError("There is no variant: give at least one table of households.")
    return {
        name: evaluate(table, channels, scenarios, by, equivalence=equivalence)
        for name, table in variants.items()
    }


def range_of_outcomes(
    outcomes: Mapping[str, Outcome],
    main: str,
    part: str,
    keys: Sequence[str],
    columns: Sequence[str],
) -> pd.DataFrame:
    """Return a part of the main outcome with its range over the variants.

    Parameters
    ----------
    outcomes : mapping of str to Outcome
        As from `evaluate_variants`.
    main : str
        Variant whose values stand in the middle.
    part : {"by_class", "summary"}
        Part of the outcome.
    keys : sequence of str
        Columns that tell its rows apart.
    columns : sequence of str
        Columns to give with ``_low`` and ``_high``.

    Returns
    -------
    DataFrame
        The rows of the main variant: all its columns, and ``<column>_low``, ``<column>_high``,
        the least and the greatest value of any variant. These are no confidence intervals.

    Raises
    ------
    ValueError
        If the main variant or the part is unknown, or a variant has other rows.

    Examples
    --------
    >>> homes = pd.DataFrame({"weight": [1.0], "persons": [1], "class": ["a"],
    ...                       "net_income_eur_a": [12000.0], "heat_t": [2.0]})
    >>> outcomes = evaluate_variants({"a": homes, "b": homes.assign(heat_t=3.0)},
    ...     [Channel("heat", "heat_t")], [Scenario(name="s", source="assumption", price_eur_t=10,
    ...     use="none")], "class")
    >>> found = range_of_outcomes(outcomes, "a", "by_class", ["scenario"], ["burden_eur_a"])
    >>> found[["burden_eur_a", "burden_eur_a_low", "burden_eur_a_high"]].values.tolist()
    [[20.0, 20.0, 30.0]]
    """
    if main not in outcomes or part not in ("by_class", "summary"):
        raise ValueError(f"There is no variant {main} or no part {part} of the outcomes.")
    tables = {name: getattr(one, part).set_index(list(keys)) for name, one in outcomes.items()}
    middle = tables[main]
    if any(not table.index.equals(middle.index) for table in tables.values()):
        raise ValueError("The variants have different classes or scenarios: give all the same.")
    result = middle.copy()
    for column in columns:
        values = np.array([table[column].to_numpy(dtype=float) for table in tables.values()])
        result[f"{column}_low"] = values.min(axis=0)
        result[f"{column}_high"] = values.max(axis=0)
    frame: pd.DataFrame = result.reset_index()
    return frame


def spending_exponent(
    spending: float, spending_all: float, reference: float, reference_all: float
) -> float:
    """Return how spending on a good moves with a reference between one class and all.

    Parameters
    ----------
    spending, spending_all : float
        Spending on the good in a class and of all households.
    reference, reference_all : float
        The reference, such as housing, in the class and of all households.

    Returns
    -------
    float
        e in spending / spending_all = (reference / reference_all)^e.

    Raises
    ------
    ValueError
        If a number is not positive or the class has the reference of all.

    Examples
    --------
    >>> round(spending_exponent(50, 100, 25, 100), 3)
    0.5
    """
    numbers = (spending, spending_all, reference, reference_all)
    if not all(isfinite(x) and x > 0 for x in numbers) or reference == reference_all:
        raise ValueError("An exponent needs positive numbers, and a class that differs from all.")
    return log(spending / spending_all) / log(reference / reference_all)


def spread_by_class(
    mean: float, reference: pd.Series, reference_all: float, exponent: float = 1.0
) -> pd.Series:
    """Return the spending of each class on a good of which only the mean of all is published.

    Parameters
    ----------
    mean : float
        Spending of all households.
    reference : Series of float
        Spending of each class on a wider group, such as housing or transport.
    reference_all : float
        The same of all households.
    exponent : float
        1 for proportional spending, see `spending_exponent`.

    Returns
    -------
    Series of float, index as in ``reference``
        mean x (reference / reference_all)^exponent.

    Raises
    ------
    TypeError, ValueError
        If a number is missing or not positive.

    Examples
    --------
    >>> spread_by_class(100.0, pd.Series([50.0, 200.0]), 100.0).tolist()
    [50.0, 200.0]
    """
    values = as_numbers(reference, "reference")
    if not ((values > 0).all() and reference_all > 0 and mean >= 0 and isfinite(exponent)):
        raise ValueError("Spending of a class is missing or not positive: it cannot be spread.")
    return pd.Series(mean * (values / reference_all) ** exponent, index=reference.index)
