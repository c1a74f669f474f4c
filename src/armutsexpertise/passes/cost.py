"""Cost of passes: cost per holder from published facts, and a scenario in ranges.

Every quantity is a range. A product of ranges holds each product of numbers inside them, so the
result of a scenario is an interval of what the inputs allow, not a confidence interval.

References
----------
Moore, Kearfott and Cloud (2009), Introduction to Interval Analysis, doi:10.1137/1.9780898717716.
Shorrocks (2013), Journal of Economic Inequality 11(1), 99-126, doi:10.1007/s10888-011-9214-z:
exact decomposition by the Shapley value, used here for the width of an interval.
"""

from dataclasses import dataclass, field
from itertools import permutations

import pandas as pd

from armutsexpertise._checks import require_columns, require_known
from armutsexpertise.passes.take_up import count_range
from armutsexpertise.passes.vocabulary import ANSWERS
from armutsexpertise.ranges import Range

COST_COLUMNS = (
    "cost_id",
    "pass_id",
    "ags",
    "pass_name",
    "type",
    "unit",
    "value",
    "value_low",
    "value_high",
    "date",
    "date_quality",
    "groups",
    "verified",
    "source_title",
    "source_url",
)
PER_PASS = "je Pass"
WHOLE_PASS = "alle Gruppen"
ONLY_WOHNGELD = "nur Wohngeld"
RUNNING_COSTS = ("total", "foregone_revenue", "material", "staff", "budget")
RATE = "housing_benefit_households_per_1000"
SIZE = "household_size"
INPUTS = ("newly_eligible", "take_up", "cost_per_holder")


class MissingInputError(ValueError):
    """A number that an analysis needs is neither given nor bundled."""


def _year(date: object) -> int | None:
    """Return the year of an ISO date, or None where there is no date."""
    return None if pd.isna(date) else int(str(date)[:4])  # type: ignore[call-overload]


def _holders_of(cost: pd.Series, holders: pd.DataFrame) -> pd.Series | None:
    """Return the count of holders of the same pass whose year is nearest, the later on a tie."""
    own = holders[holders["pass_id"] == cost["pass_id"]]
    year = _year(cost["date"])
    if own.empty or year is None:
        return None
    distance = own["date"].map(lambda date: abs(int(str(date)[:4]) - year))
    nearest: pd.Series = own[distance == distance.min()].sort_values(["date", "count_id"]).iloc[-1]
    return nearest


def cost_per_holder(costs: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return the yearly cost per holder of each pass, as far as the facts allow one.

    Parameters
    ----------
    costs : DataFrame, one row per cost fact
        The columns of ``COST_COLUMNS``. Rows without ``pass_id`` and types other than
        ``RUNNING_COSTS`` (estimates for a change, changes, grants) are left out.
    counts : DataFrame, one row per count
        Columns ``count_id``, ``pass_id``, ``measure``, ``unit``, ``value``, ``value_low``,
        ``value_high``, ``date``, ``groups``, ``verified``. Counts of holders serve as denominator
        if they cover the whole pass: ``groups`` is empty or starts with ``alle Gruppen``.

    Returns
    -------
    DataFrame, one row per cost fact, sorted by ``cost_id``
        ``cost_id``, ``pass_id``, ``pass_name``, ``type``; ``eur_low``, ``eur_high`` (EUR per year,
        or per pass); ``count_id``, ``holders_low``, ``holders_high``, ``holders_unit``;
        ``cost_year``, ``holders_year``, ``years_differ`` (bool); ``per_holder_low``,
        ``per_holder_high`` (EUR per year and holder; the unit of the count says whether a holder
        is a person, a card or a household); ``basis``, in German: ``berechnet``, ``Angabe der
        Quelle je Pass``, or why there is no figure; ``verified``; ``source_title``,
        ``source_url``. Figures are missing only where ``basis`` says why.

    Raises
    ------
    ValueError
        If a column is missing or a unit is not EUR, EUR_per_year or fte.

    Notes
    -----
    Only EUR_per_year is divided by holders. One-off EUR are shown apart, and full-time posts are
    not turned into EUR, because no cited rate is bundled. The costs are what the source counted:
    foregone revenue, material or a budget alone are not the whole cost of a pass.
    """
    require_columns(costs, COST_COLUMNS, "costs")
    needed = ["count_id", "pass_id", "measure", "unit", "value", "value_low", "value_high", "date"]
    require_columns(counts, [*needed, "groups", "verified"], "counts")
    unknown = sorted(set(costs["unit"]) - {"EUR", "EUR_per_year", "fte"})
    if unknown:
        raise ValueError(
            f"Table costs has the unit {', '.join(map(str, unknown))}: allowed are EUR, "
            "EUR_per_year and fte."
        )
    whole = counts["groups"].isna() | counts["groups"].fillna("").str.startswith(WHOLE_PASS)
    holders = counts[(counts["measure"] == "holders") & whole & counts["date"].notna()]
    running = costs[costs["pass_id"].notna() & costs["type"].isin(RUNNING_COSTS)]
    rows = [
        _cost_row(cost, _holders_of(cost, holders))
        for _, cost in running.sort_values("cost_id").iterrows()
    ]
    years = {"cost_year": "Int64", "holders_year": "Int64"}
    return pd.DataFrame(rows, columns=_COST_ROW).astype(years)


_COST_ROW = [
    "cost_id",
    "pass_id",
    "pass_name",
    "type",
    "eur_low",
    "eur_high",
    "count_id",
    "holders_low",
    "holders_high",
    "holders_unit",
    "cost_year",
    "holders_year",
    "years_differ",
    "per_holder_low",
    "per_holder_high",
    "basis",
    "verified",
    "source_title",
    "source_url",
]


def _cost_row(cost: pd.Series, holders: pd.Series | None) -> dict[str, object]:
    """Build one row of :func:`cost_per_holder`."""
    row: dict[str, object] = {
        name: cost[name] for name in ("cost_id", "pass_id", "pass_name", "type", "verified")
    }
    row |= {name: cost[name] for name in ("source_title", "source_url")}
    row |= {"cost_year": _year(cost["date"]), "years_differ": False}
    if cost["unit"] == "fte":
        return row | {"basis": "nur Stellen genannt, nicht in Euro umgerechnet"}
    amount = count_range(cost["value"], cost["value_low"], cost["value_high"])
    row |= {"eur_low": amount.low, "eur_high": amount.high}
    if cost["groups"] == PER_PASS:
        per_holder = {"per_holder_low": amount.low, "per_holder_high": amount.high}
        return row | per_holder | {"basis": "Angabe der Quelle je Pass"}
    if cost["unit"] == "EUR":
        return row | {"basis": "einmaliger Betrag, nicht auf ein Jahr bezogen"}
    if holders is None:
        return row | {"basis": "keine Zahl der Inhabenden"}
    number = count_range(holders["value"], holders["value_low"], holders["value_high"])
    ratio = amount / number
    return row | {
        "count_id": holders["count_id"],
        "holders_low": number.low,
        "holders_high": number.high,
        "holders_unit": holders["unit"],
        "holders_year": _year(holders["date"]),
        "years_differ": _year(holders["date"]) != _year(cost["date"]),
        "per_holder_low": ratio.low,
        "per_holder_high": ratio.high,
        "basis": "berechnet",
        "verified": bool(cost["verified"]) and bool(holders["verified"]),
    }


@dataclass(frozen=True)
class Scenario:
    """Result of a cost scenario.

    Parameters
    ----------
    holders : Range
        Persons who would hold the pass.
    eur_per_year : Range
        Cost in EUR per year.
    drivers : dict of str to float
        Share of the width of ``eur_per_year`` that comes from each input; they add up to 1, or
        are all 0 where the result has no width.
    """

    holders: Range
    eur_per_year: Range
    drivers: dict[str, float] = field(default_factory=dict)


def _width_shares(inputs: dict[str, Range]) -> dict[str, float]:
    """Return the Shapley shares of the inputs in the width of their product."""

    def width(widened: tuple[str, ...]) -> float:
        product = Range(1.0, 1.0)
        for name, value in inputs.items():
            product = product * (value if name in widened else Range(value.middle, value.middle))
        return product.width

    total = width(tuple(inputs))
    if total == 0:
        return dict.fromkeys(inputs, 0.0)
    orders = list(permutations(inputs))
    shares = dict.fromkeys(inputs, 0.0)
    for order in orders:
        for position, name in enumerate(order):
            gain = width(order[: position + 1]) - width(order[:position])
            shares[name] += gain / total / len(orders)
    return shares


def scenario(newly_eligible: Range, take_up: Range, cost_per_holder: Range) -> Scenario:
    """Return what it would cost to admit a further group, as a range.

    Parameters
    ----------
    newly_eligible : Range
        Persons who would become eligible.
    take_up : Range
        Share of them who would hold the pass, in [0, 1].
    cost_per_holder : Range
        EUR per year and holder.

    Returns
    -------
    Scenario
        Holders, cost in EUR per year, and which input drives the width.

    Raises
    ------
    ValueError
        If a range is infinite or ``take_up`` exceeds 1.

    Notes
    -----
    holders = newly_eligible x take_up; cost = holders x cost_per_holder. All three are
    non-negative, so the ends of the product are the products of the ends, and every combination
    of values inside the inputs gives a cost inside the result. Drivers: width of the result with
    some inputs at full range and the others at their midpoint, averaged over all orders in which
    the inputs are widened (Shapley value, Shorrocks 2013).

    Examples
    --------
    >>> result = scenario(Range(1000, 2000), Range(0.5, 0.5), Range(10, 40))
    >>> result.holders, result.eur_per_year
    (Range(low=500.0, high=1000.0), Range(low=5000.0, high=40000.0))
    >>> {name: round(share, 2) for name, share in result.drivers.items()}
    {'newly_eligible': 0.36, 'take_up': 0.0, 'cost_per_holder': 0.64}
    """
    inputs = dict(zip(INPUTS, (newly_eligible, take_up, cost_per_holder), strict=True))
    for name, value in inputs.items():
        if value.high == float("inf"):
            raise ValueError(f"The range {name} has no upper end: give a finite one.")
    if take_up.high > 1:
        raise ValueError("take_up is a share: its range must lie in [0, 1].")
    holders = newly_eligible * take_up
    return Scenario(holders, holders * cost_per_holder, _width_shares(inputs))


@dataclass(frozen=True)
class Eligible:
    """Number of persons who would become eligible, and how it was found.

    Parameters
    ----------
    persons : Range
        Persons.
    method : str
        ``angegeben``, ``Zählung`` or ``Schätzung``.
    steps : DataFrame
        One row per step: ``step`` (what, in German), ``low``, ``high``, ``unit``, ``source``.
    """

    persons: Range
    method: str
    steps: pd.DataFrame


def _step(text: str, value: Range, unit: str, source: str) -> dict[str, object]:
    return {"step": text, "low": value.low, "high": value.high, "unit": unit, "source": source}


def _hull(ranges: list[Range]) -> Range:
    """Return the smallest range that holds all of ``ranges``."""
    return Range(min(r.low for r in ranges), max(r.high for r in ranges))


def group_status(
    passes: pd.DataFrame, eligibility: pd.DataFrame, ags: str, group: str
) -> dict[str, str]:
    """Say for each pass of a place whether a group is already included.

    Parameters
    ----------
    passes : DataFrame
        Columns ``pass_id`` and ``ags``.
    eligibility : DataFrame, long
        Columns ``pass_id``, ``group``, ``included``.
    ags : str
        Eight-digit AGS or five-digit Kreis key.
    group : str
        Code of the legal group.

    Returns
    -------
    dict of str to str
        Answer code by ``pass_id``, sorted; empty if the place has no pass in ``passes``. With
        ``yes`` a scenario does not describe a wider pass but the size of a group in it.

    Raises
    ------
    ValueError
        If a column is missing or an answer is unknown.
    """
    require_columns(passes, ["pass_id", "ags"], "passes")
    require_columns(eligibility, ["pass_id", "group", "included"], "eligibility")
    require_known(eligibility["included"], ANSWERS, "eligibility.included")
    own = sorted(passes.loc[passes["ags"] == ags, "pass_id"])
    answers = eligibility[eligibility["group"] == group].set_index("pass_id")["included"]
    return {pass_id: str(answers.get(pass_id, "not_stated")) for pass_id in own}


def _persons_per_household(
    ags: str, given: Range | None, kreise: pd.DataFrame | None
) -> tuple[Range, dict[str, object]] | None:
    """Return persons per Wohngeld household with its step, or None where nothing is known."""
    if given is not None:
        text = "Personen je Wohngeldhaushalt"
        return given, _step(text, given, "Personen", "eigene Annahme")
    if kreise is None:
        return None
    require_columns(kreise, ["ags5", "indicator_id", "value", "source_title"], "kreise")
    # A Kreis key ends a municipality key only for kreisfreie Städte: no size of a whole Kreis here.
    sizes = kreise[(kreise["ags5"] + "000" == ags) & (kreise["indicator_id"] == SIZE)]
    if sizes.empty:
        return None
    size = sizes.iloc[0]
    value = Range(1.0, float(size["value"]))
    text = (
        "Personen je Wohngeldhaushalt: von 1 bis zur mittleren Größe aller Haushalte der Stadt; "
        "für Wohngeldhaushalte liegt keine Quelle vor"
    )
    return value, _step(text, value, "Personen", f"Annahme; {size['source_title']}")


def _from_counts(
    ags: str, counts: pd.DataFrame, size: tuple[Range, dict[str, object]] | None
) -> Eligible | None:
    """Return the counted Wohngeld recipients of the latest year, or None."""
    columns = ["count_id", "ags", "measure", "unit", "value", "value_low", "value_high", "date"]
    require_columns(counts, [*columns, "groups", "verified", "source_title"], "counts")
    own = counts[
        (counts["ags"] == ags)
        & (counts["measure"] == "eligible")
        & (counts["groups"] == ONLY_WOHNGELD)
        & counts["verified"].astype(bool)
        & counts["date"].notna()
        & counts["unit"].isin(["person"] if size is None else ["person", "household"])
    ]
    if own.empty:
        return None
    year = own["date"].str[:4]
    latest = own[year == year.max()].sort_values(["date", "count_id"])
    steps, ranges = [], []
    for _, count in latest.iterrows():
        number = count_range(count["value"], count["value_low"], count["value_high"])
        unit = "Personen" if count["unit"] == "person" else "Haushalte"
        text = f"reine Wohngeldhaushalte oder Personen darin, gezählt, {count['date']}"
        steps.append(_step(text, number, unit, str(count["source_title"])))
        if unit == "Haushalte" and size is not None:
            steps.append(size[1])
            number = number * size[0]
        ranges.append(number)
    persons = _hull(ranges)
    text = f"Personen in Wohngeldhaushalten, {year.max()}"
    steps.append(_step(text, persons, "Personen", "berechnet"))
    return Eligible(persons, "Zählung", pd.DataFrame(steps))


def _missing(ags: str, what: str) -> MissingInputError:
    return MissingInputError(
        f"For {ags} {what} is missing: ask the Wohngeld office of the place, or the statistical "
        "office of the Land (Wohngeld statistics by municipality, 31 December), and pass the "
        "number of persons as given."
    )


def _shares_of_land(
    kreis: str, kreise: pd.DataFrame, municipalities: pd.DataFrame
) -> tuple[Range, str]:
    """Return the share of a Kreis in the Wohngeld households of the Land, over all base years."""
    rates = kreise[(kreise["indicator_id"] == RATE) & (kreise["area_level"] == "district")]
    population = municipalities.groupby("kreis_ags5")["population"].sum()
    shares = []
    for year, rows in rates.groupby("date", sort=True):
        rate = rows.set_index("ags5")["value"]
        if not population.index.isin(rate.index).all():
            raise ValueError(
                f"Table kreise lacks {RATE} of {year} for a Kreis of the municipalities: the share "
                "in the Land needs all of them."
            )
        weight = rate.reindex(population.index) * population
        shares.append(float(weight[kreis] / weight.sum()))
    years = ", ".join(str(year) for year in sorted(rates["date"].unique()))
    return Range(min(shares), max(shares)), years


def _estimate(
    ags: str,
    kreise: pd.DataFrame,
    municipalities: pd.DataFrame,
    land: pd.DataFrame,
    size: tuple[Range, dict[str, object]] | None,
    city_deviation: Range,
) -> Eligible:
    """Estimate the Wohngeld recipients of a kreisfreie Stadt from its share in the Land."""
    require_columns(
        kreise, ["ags5", "area_level", "indicator_id", "value", "date", "source_title"], "kreise"
    )
    require_columns(
        municipalities, ["ags8", "kreis_ags5", "kreis_type", "population"], "municipalities"
    )
    require_columns(land, ["year", "households", "source_title"], "land")
    place = municipalities[municipalities["ags8"] == ags]
    if place.empty:
        raise ValueError(f"AGS {ags} is not in the table municipalities: check the eight digits.")
    own = kreise[kreise["ags5"] == ags[:5]]
    if place["kreis_type"].item() != "kreisfreie Stadt" or not (own["indicator_id"] == RATE).any():
        raise _missing(ags, "the number of persons with Wohngeld")
    if size is None:
        raise _missing(ags, "the average household size")
    if land.empty:
        raise ValueError("Table land is empty: give the Wohngeld households of the Land.")
    share, years = _shares_of_land(ags[:5], kreise, municipalities)
    level = _hull([count_range(float(households)) for households in land["households"]])
    households = share * level * city_deviation
    dates = ", ".join(str(year) for year in sorted(land["year"]))
    steps = [
        _step(
            f"Anteil an den Wohngeldhaushalten des Landes, 31.12. {years}: Wohngeldhaushalte je "
            "1.000 Haushalte mal Einwohner, geteilt durch die Summe aller Kreise",
            share,
            "Anteil",
            str(own.loc[own["indicator_id"] == RATE, "source_title"].iloc[0]),
        ),
        _step(
            f"reine Wohngeldhaushalte im Land, 31.12. {dates}",
            level,
            "Haushalte",
            " | ".join(sorted(set(land["source_title"]))),
        ),
        _step(
            "Abweichung der Stadt von der Entwicklung im Land seit den Basisjahren",
            city_deviation,
            "Faktor",
            "Annahme",
        ),
        _step("reine Wohngeldhaushalte in der Stadt", households, "Haushalte", "berechnet"),
    ]
    persons = households * size[0]
    steps.append(size[1])
    steps.append(_step("Personen in reinen Wohngeldhaushalten", persons, "Personen", "berechnet"))
    return Eligible(persons, "Schätzung", pd.DataFrame(steps))


def eligible_for(
    ags: str,
    *,
    given: Range | None = None,
    given_source: str = "eigene Angabe",
    counts: pd.DataFrame | None = None,
    kreise: pd.DataFrame | None = None,
    municipalities: pd.DataFrame | None = None,
    land: pd.DataFrame | None = None,
    persons_per_household: Range | None = None,
    city_deviation: Range = Range(1.0, 1.0),  # noqa: B008 (frozen, so safe as a default)
) -> Eligible:
    """Return the number of persons with Wohngeld in a municipality, as a range.

    The first source that is there is used: a given number, a bundled count, an estimate.

    Parameters
    ----------
    ags : str
        Eight-digit AGS.
    given : Range, optional
        Persons, known to the caller.
    given_source : str
        Where ``given`` comes from; stands in the steps.
    counts : DataFrame, optional
        Columns ``count_id``, ``ags``, ``measure``, ``unit``, ``value``, ``value_low``,
        ``value_high``, ``date``, ``groups``, ``verified``, ``source_title``. Rows of the place
        with measure ``eligible`` and groups ``nur Wohngeld`` count, of the latest year. Households
        count only where persons per household are given or can be taken from ``kreise``.
    kreise : DataFrame, optional
        Columns ``ags5``, ``area_level``, ``indicator_id``, ``value``, ``date``, ``source_title``:
        Wohngeld households per 1,000 households of all Kreise for one or more base years, and the
        household size of the city.
    municipalities : DataFrame, optional
        All municipalities of the Land: ``ags8``, ``kreis_ags5``, ``kreis_type``, ``population``.
    land : DataFrame, optional
        Columns ``year``, ``households`` (pure Wohngeld households of the Land at 31 December) and
        ``source_title``, for the year or years the result is to stand for.
    persons_per_household : Range, optional
        Persons per Wohngeld household. Without it the estimate takes 1 up to the mean size of all
        households of the city, which is an assumption: Wohngeld households may be larger.
    city_deviation : Range
        Factor by which the number of Wohngeld households of the city may have grown more or less
        than that of the Land since the base years. The default says: exactly like the Land.

    Returns
    -------
    Eligible
        Range of persons, method and every step with its source.

    Raises
    ------
    MissingInputError
        If no source is there; the message names what is missing and where to get it.
    ValueError
        If the AGS is malformed or unknown, or a table lacks a column or a Kreis.

    Notes
    -----
    The estimate does not multiply the rate by a number of households of the city. The publisher
    derives the households of each Kreis from its population and one household size for the whole
    country, so the rate is too low where households are small. That size cancels in the share of
    the city in the Land: share = rate_c P_c / sum_k rate_k P_k, with population P. Households of
    the city = share x households of the Land. Shares of the base years, all before the reform of
    2023, span a range; that the share outlived the reform is an assumption. Pure Wohngeld
    households have no member with other basic benefits, so their members are newly eligible
    unless another rule of the pass admits them already.

    Examples
    --------
    >>> eligible_for("05334002", given=Range(5000, 6000), given_source="Rat der Stadt").persons
    Range(low=5000, high=6000)
    """
    if len(ags) != 8 or not ags.isdigit():
        raise ValueError(f"AGS {ags} must have eight digits.")
    if given is not None:
        step = _step("Personen mit Wohngeld", given, "Personen", given_source)
        return Eligible(given, "angegeben", pd.DataFrame([step]))
    size = _persons_per_household(ags, persons_per_household, kreise)
    if counts is not None:
        counted = _from_counts(ags, counts, size)
        if counted is not None:
            return counted
    if kreise is not None and municipalities is not None and land is not None:
        return _estimate(ags, kreise, municipalities, land, size, city_deviation)
    raise _missing(ags, "the number of persons with Wohngeld")
