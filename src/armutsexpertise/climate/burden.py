"""Who bears a CO2 price, and who gains when its revenue is paid back.

Two kinds of data. Households: one row per household of a survey or a model, with weights. Classes:
published means of income classes or quantiles; there income inside a class is unknown, so that a
class without a published mean has bounds for its burden as a share of income, and an open one has
only one of them.

Balances are in whole cents. Every row of a table of households stands for ``weight`` households;
its burden and its transfer are rounded to cents as totals of the row, and a transfer is spread
over the rows by largest remainders (`allocate_cents`). So what is collected equals what is paid
out plus what is kept, to the cent, with any weights.

The burden is the CO2 cost that a household pays. It is no measure of welfare: what a household
loses by heating or driving less is not counted, nor are effects on wages, rents and prices of
other goods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import inf
from typing import Annotated, Final, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator

from armutsexpertise._checks import require_columns, require_known, require_unique
from armutsexpertise._weighted import (
    FloatArray,
    as_numbers,
    as_weights,
    dot,
    ordered,
    require_choice,
)
from armutsexpertise.climate._money import (
    IntArray,
    allocate_cents,
    half_up,
    not_negative,
    vat_share,
)
from armutsexpertise.config import Config, Share
from armutsexpertise.inequality import redistribution, suits_index

__all__ = [
    "HOUSEHOLD_COLUMNS",
    "Channel",
    "Outcome",
    "Progressivity",
    "Scenario",
    "ScenarioFile",
    "Use",
    "allocate_cents",
    "burden_by_class",
    "check_income_classes",
    "demand_factor",
    "evaluate",
    "grouped_progressivity",
    "household_burden",
    "income_class",
    "price_path_burden",
    "progressivity",
    "quantile_balance",
    "quantile_incidence",
    "standard_benefit_balance",
    "transfer_cents",
]

HOUSEHOLD_COLUMNS: Final = ("weight", "persons", "net_income_eur_a")
"""Columns that every table of households has; further ones are named by channels and scenarios."""

Use = Literal["none", "per_capita", "income_tested", "electricity", "standard_benefit"]
USES: Final[tuple[str, ...]] = get_args(Use)


class Progressivity(NamedTuple):
    """How a burden is spread over incomes.

    Attributes
    ----------
    kakwani, suits : float
        Above 0 progressive, below 0 regressive, 0 proportional.
    reynolds_smolensky : float
        Gini before minus Gini after the burden: ``vertical - reranking``.
    vertical, reranking : float
        Parts of it.
    burden_share : float
        Total burden over total income.
    """

    kakwani: float
    suits: float
    reynolds_smolensky: float
    vertical: float
    reranking: float
    burden_share: float


@dataclass(frozen=True)
class Channel:
    """A kind of fuel use that bears the CO2 price, such as heating or driving.

    Parameters
    ----------
    name : str
        Name, for the tables.
    column : str
        Column of the households: tonnes of CO2 a year at the reference price.
    vat : float
        VAT rate on the CO2 price, as a share.
    elasticity : float
        Price elasticity of demand, at most 0; 0 is no response. The user gives it with its
        source: short and long run differ much (a meta-analysis is Labandeira, Labeaga and
        López-Otero 2017, Energy Policy 102, 549-568).
    consumer_price_eur_t : float, optional
        What the fuel costs consumers at the reference price, VAT included, in EUR per tonne of
        CO2 that it emits: price per kWh over kg per kWh, times 1,000. Needed for a response.
    share_column : str, optional
        Column of the households: share in [0, 1] of the CO2 cost that the household bears. For
        heating of tenants it is the tenant's share (`cost_split.split_costs`), the landlord
        bears the rest; 1 (default) for owners and for driving.

    Raises
    ------
    ValueError
        If the rate is no share, the elasticity positive, or a response lacks the price.
    """

    name: str
    column: str
    vat: float = 0.0
    elasticity: float = 0.0
    consumer_price_eur_t: float | None = None
    share_column: str | None = None

    def __post_init__(self) -> None:
        vat_share(self.vat)
        if not -inf < self.elasticity <= 0:
            raise ValueError(
                f"The elasticity of {self.name} is {self.elasticity}: it must be 0 or negative."
            )
        price = self.consumer_price_eur_t
        if self.elasticity < 0 and not (price is not None and 0 < price < inf):
            raise ValueError(
                f"{self.name} responds to prices: give consumer_price_eur_t, the price of its "
                "fuel in EUR per tonne of CO2."
            )


class Scenario(Config):
    """A CO2 price and what is done with its revenue.

    Attributes
    ----------
    name : str
        Name, for the tables.
    source : str
        Where the price comes from, or that it is an assumption; a projection is no law.
    price_eur_t : float
        EUR per tonne, net of VAT.
    reference_price_eur_t : float
        Price to compare with; 0 (default) makes the whole price the burden.
    use : {"none", "per_capita", "income_tested", "electricity", "standard_benefit"}
        Nothing is paid out; the same for every person (Klimageld); the same for every person
        below an income limit; per kWh of electricity; in proportion to the standard benefit of
        those who receive it.
    recycled : float
        Share of the revenue that is paid out.
    include_vat : bool
        Whether the VAT on the CO2 price is revenue too.
    limit_column, limit_eur : str, float
        For ``income_tested``: column of the households, and the highest value entitled.
    """

    name: str = Field(min_length=1)
    source: str = Field(min_length=1)
    price_eur_t: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    reference_price_eur_t: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    use: Use = "none"
    recycled: Share = 1.0
    include_vat: bool = False
    limit_column: str | None = None
    limit_eur: float | None = None

    @model_validator(mode="after")
    def _limit(self) -> Scenario:
        given = (self.limit_column is not None, self.limit_eur is not None)
        if given != ((True, True) if self.use == "income_tested" else (False, False)):
            raise ValueError("limit_column and limit_eur belong to income_tested, and only there")
        return self


class ScenarioFile(Config):
    """A list of scenarios, as the config of a study holds it."""

    scenarios: tuple[Scenario, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names(self) -> ScenarioFile:
        names = [s.name for s in self.scenarios]
        if len(set(names)) < len(names):
            raise ValueError("the names of the scenarios repeat")
        return self


@dataclass(frozen=True)
class Outcome:
    """Results of scenarios.

    Attributes
    ----------
    by_class : DataFrame, one row per scenario and class
        ``scenario``, ``class``; ``households``, ``persons`` (weighted); means per household and
        year: ``income_eur_a``, ``burden_eur_a``, ``transfer_eur_a``, ``net_eur_a`` (transfer
        minus burden); ``burden_share``, ``net_share`` (of the income of the class);
        ``gain_share``, ``loss_share`` (share of households that gain or lose a cent or more).
    summary : DataFrame, one row per scenario
        ``scenario``, ``price_eur_t``, ``use``, ``emissions_t``; ``kakwani``, ``suits`` of the
        burden; ``transfer_concentration`` (concentration of the transfer by income);
        ``gini_before``, ``gini_after``, ``redistribution`` (before minus after); ``gain_share``,
        ``loss_share``. Missing where there is no burden or no transfer.
    budget : DataFrame of int, one row per scenario
        Whole cents a year: what households bear and what their landlords bear,
        ``burden_cents`` + ``landlord_cents``, is ``price_revenue_cents`` + ``vat_cents``, and
        that is ``paid_cents`` + ``kept_cents``.
    """

    by_class: pd.DataFrame
    summary: pd.DataFrame
    budget: pd.DataFrame


def progressivity(
    income: npt.ArrayLike, burden: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> Progressivity:
    """Return how a burden is spread over incomes.

    Parameters
    ----------
    income : array_like of float, shape (n,)
        Income before the burden.
    burden : array_like of float, shape (n,)
        Burden, in the unit of income.
    weight : array_like of float, shape (n,), optional
        Weights; default: each unit counts once.

    Returns
    -------
    Progressivity
        Kakwani, Suits and Reynolds-Smolensky index with the parts of the last.

    Raises
    ------
    TypeError, ValueError
        As in `armutsexpertise.inequality.redistribution`.

    Examples
    --------
    >>> income = [500, 800, 1000, 1200, 1500, 1800, 2000, 2500, 3500, 5200]
    >>> result = progressivity(income, [40, 50, 55, 60, 66, 72, 76, 85, 98, 120])
    >>> round(result.kakwani, 7), round(result.suits, 7), round(result.reynolds_smolensky, 7)
    (-0.1824848, -0.1901316, -0.0068344)
    """
    parts = redistribution(income, burden, weight)
    return Progressivity(
        parts.kakwani,
        suits_index(income, burden, weight),
        parts.reynolds_smolensky,
        parts.vertical,
        parts.reranking,
        parts.burden_share,
    )


def grouped_progressivity(groups: pd.DataFrame) -> Progressivity:
    """Return how a burden is spread over classes of which only means are known.

    Parameters
    ----------
    groups : DataFrame, one row per class
        Columns ``population`` (units of the class, any scale), ``income_mean`` and
        ``burden_mean`` (same unit).

    Returns
    -------
    Progressivity
        Indices of a population in which everybody has the means of the class.

    Raises
    ------
    TypeError, ValueError
        If a column is missing, or as in `progressivity`.

    Notes
    -----
    Inequality inside the classes is not seen. Gini and concentration are therefore nearer to 0
    than in the population; a Kakwani index can err on either side. Re-ranking is seen only
    between classes.

    Examples
    --------
    >>> groups = pd.DataFrame({"population": [2, 1], "income_mean": [1000.0, 3000.0],
    ...                        "burden_mean": [40.0, 60.0]})
    >>> round(grouped_progressivity(groups).kakwani, 4)
    -0.1714
    """
    require_columns(groups, ["population", "income_mean", "burden_mean"], "groups")
    return progressivity(groups["income_mean"], groups["burden_mean"], groups["population"])


def quantile_incidence(quantiles: pd.DataFrame) -> Progressivity:
    """Return how spending is spread over quantiles of which shares are known.

    Parameters
    ----------
    quantiles : DataFrame, one row per quantile of equal size
        Columns ``income_share`` (share of total income, in [0, 1], summing to 1 within 0.01),
        ``propensity`` (consumption over income) and ``spending_share`` (spending on the good
        over consumption).

    Returns
    -------
    Progressivity
        Of spending on the good; of a price on it as far as spending is proportional to emissions.

    Raises
    ------
    TypeError, ValueError
        If a column is missing, shares do not sum to 1, or as in `progressivity`.

    Notes
    -----
    Spending of a quantile is income share x propensity x spending share, which joins statistics
    of different years and definitions: state them beside the result.

    Examples
    --------
    >>> fifths = pd.DataFrame({"income_share": [0.1, 0.2, 0.7], "propensity": [1.2, 0.9, 0.6],
    ...                        "spending_share": [0.05, 0.05, 0.05]})
    >>> round(quantile_incidence(fifths).kakwani, 4)
    -0.1222
    """
    income, spending = _quantile_spending(quantiles)
    return progressivity(income, spending)


def quantile_balance(quantiles: pd.DataFrame, burden_share: float) -> pd.DataFrame:
    """Return what each quantile pays and gains if the revenue is paid back per head.

    Parameters
    ----------
    quantiles : DataFrame, one row per quantile of equal size
        As in `quantile_incidence`; quantiles of persons.
    burden_share : float
        Burden of all over income of all, in [0, 1): the size of the price.

    Returns
    -------
    DataFrame, index as in ``quantiles``
        ``burden_part`` (of the burden of all); as shares of the income of the quantile:
        ``burden_share``, ``transfer_share`` (the same amount per head, the whole burden paid
        back) and ``net_share`` (transfer minus burden).

    Raises
    ------
    TypeError, ValueError
        As in `quantile_incidence`; ``ValueError`` also where ``burden_share`` lies outside
        [0, 1), or a quantile has no income.

    Notes
    -----
    Burden of a quantile as in `quantile_incidence`; the balance over all quantiles is zero. Gains
    and losses inside a quantile are not seen: households of equal income differ more in their
    emissions than quantiles do.

    Examples
    --------
    >>> fifths = pd.DataFrame({"income_share": [0.1, 0.2, 0.7], "propensity": [1.2, 0.9, 0.6],
    ...                        "spending_share": [0.05, 0.05, 0.05]})
    >>> quantile_balance(fifths, 0.01)["net_share"].round(4).tolist()
    [0.0167, 0.0042, -0.0036]
    """
    if not 0 <= burden_share < 1:
        raise ValueError(f"burden_share is {burden_share}: give a share in [0, 1), not percent.")
    income, spending = _quantile_spending(quantiles)
    if (income == 0).any():
        raise ValueError("A quantile has no income: its burden has no share of it.")
    part = spending / spending.sum()
    of_income = income / income.sum()
    burden = burden_share * part / of_income
    transfer = burden_share / len(income) / of_income
    return pd.DataFrame(
        {
            "burden_part": part,
            "burden_share": burden,
            "transfer_share": transfer,
            "net_share": transfer - burden,
        },
        index=quantiles.index,
    )


def demand_factor(
    price_before: npt.ArrayLike, price_after: npt.ArrayLike, elasticity: float
) -> FloatArray:
    r"""Return by which factor demand changes with its price.

    Parameters
    ----------
    price_before, price_after : float or array_like of float
        Consumer prices, positive.
    elasticity : float
        Price elasticity, at most 0.

    Returns
    -------
    ndarray of float
        Demand after over demand before.

    Raises
    ------
    ValueError
        If a price is not positive or the elasticity is positive.

    Notes
    -----
    Constant elasticity: :math:`q_1 / q_0 = (p_1 / p_0)^\varepsilon`.

    Examples
    --------
    >>> round(float(demand_factor(100, 120, -0.5)), 4)
    0.9129
    """
    before, after = np.asarray(price_before, dtype=float), np.asarray(price_after, dtype=float)
    if not ((before > 0) & np.isfinite(before)).all() or not ((after > 0) & (after < inf)).all():
        raise ValueError("A consumer price is missing or not positive: demand has no response.")
    if not -inf < elasticity <= 0:
        raise ValueError(f"The elasticity is {elasticity}: it must be 0 or negative.")
    return np.asarray((after / before) ** elasticity)


def household_burden(
    households: pd.DataFrame,
    channels: Sequence[Channel],
    price_eur_t: float,
    reference_price_eur_t: float = 0.0,
) -> pd.DataFrame:
    """Return what a CO2 price costs each household in a year.

    Parameters
    ----------
    households : DataFrame, one row per household
        The columns that the channels name: tonnes of CO2 a year, at least 0.
    channels : sequence of Channel
        Fuel uses that bear the price.
    price_eur_t, reference_price_eur_t : float
        CO2 price and the price to compare with, EUR per tonne, net of VAT.

    Returns
    -------
    DataFrame, index as in ``households``
        One column per channel, ``burden_eur_a`` (their sum), ``vat_eur_a`` (VAT in it) and
        ``emissions_t_a`` (after the response).

    Raises
    ------
    TypeError, ValueError
        If a column is missing, a number is missing or negative, or no channel is given.

    Notes
    -----
    Burden of a channel: s (p1 e1 - p0 e0)(1 + VAT) with emissions e0 at the reference price,
    e1 = e0 (1 + (p1 - p0)(1 + VAT) / c)^elasticity, c the consumer price per tonne and s the
    share that the household bears. The response is to the whole price, whoever bears it.

    Examples
    --------
    >>> homes = pd.DataFrame({"heat_t": [2.0, 3.0]})
    >>> household_burden(homes, [Channel("heat", "heat_t", vat=0.19)], 55)["burden_eur_a"].tolist()
    [130.9, 196.35]
    """
    emissions, shares = _emissions(households, channels)
    prices = [
        float(not_negative(p, name))
        for p, name in (
            (price_eur_t, "price_eur_t"),
            (reference_price_eur_t, "reference_price_eur_t"),
        )
    ]
    columns: dict[str, FloatArray] = {}
    vat, left = np.zeros(len(households)), np.zeros(len(households))
    for channel, tonnes, share in zip(channels, emissions, shares, strict=True):
        factor = _response(channel, *prices)
        net = tonnes * (prices[0] * factor - prices[1])
        if share is not None:
            net = net * share
        columns[channel.name] = net * (1 + channel.vat)
        vat += net * channel.vat
        left += tonnes * factor
    total = np.sum(list(columns.values()), axis=0)
    columns |= {"burden_eur_a": total, "vat_eur_a": vat, "emissions_t_a": left}
    return pd.DataFrame(columns, index=households.index)


def price_path_burden(
    households: pd.DataFrame,
    channels: Sequence[Channel],
    path: Mapping[int, float],
    by: str,
    *,
    reference_price_eur_t: float = 0.0,
) -> pd.DataFrame:
    """Return the mean burden of a path of prices by a class of households.

    Parameters
    ----------
    households : DataFrame, one row per household
        `HOUSEHOLD_COLUMNS`, ``by`` and the columns of the channels.
    channels : sequence of Channel
        Fuel uses that bear the price.
    path : mapping of int to float
        CO2 price by year, EUR per tonne, net of VAT.
    by : str
        Column with income class, household type or decile.
    reference_price_eur_t : float
        Price to compare with.

    Returns
    -------
    DataFrame, one row per year and class
        ``year``, ``class``, ``price_eur_t``, ``income_eur_a``, ``burden_eur_a`` (means per
        household), one column per channel, ``burden_share`` (of the income of the class).

    Raises
    ------
    TypeError, ValueError
        If a column is missing, or a number is missing or negative.

    Examples
    --------
    >>> homes = pd.DataFrame({"weight": [1.0, 1.0], "persons": [1, 2], "decile": [1, 2],
    ...                       "net_income_eur_a": [12000.0, 48000.0], "heat_t": [2.0, 3.0]})
    >>> path = price_path_burden(homes, [Channel("heat", "heat_t")], {2026: 60.0}, "decile")
    >>> path["burden_share"].tolist()
    [0.01, 0.00375]
    """
    weights, _, income = _base(households)
    codes, names = _classes(households, by)
    size = np.bincount(codes, weights, len(names))
    means = {"income_eur_a": np.bincount(codes, weights * income, len(names)) / size}
    tables = []
    for year, price in path.items():
        cost = household_burden(households, channels, price, reference_price_eur_t)
        for name in ["burden_eur_a", *(channel.name for channel in channels)]:
            total = np.bincount(codes, weights * cost[name].to_numpy(), len(names))
            means[name] = total / size
        table = pd.DataFrame({"year": year, "class": names, "price_eur_t": price} | means)
        tables.append(
            table.assign(burden_share=_ratio(means["burden_eur_a"], means["income_eur_a"]))
        )
    return pd.concat(tables, ignore_index=True)


def transfer_cents(
    households: pd.DataFrame,
    total_cents: int,
    use: Use,
    *,
    limit_column: str | None = None,
    limit_eur: float | None = None,
) -> IntArray:
    """Return what each row of households is paid from a sum.

    Parameters
    ----------
    households : DataFrame, one row per household
        `HOUSEHOLD_COLUMNS`; for ``electricity`` also ``electricity_kwh_a``, for
        ``standard_benefit`` also ``standard_benefit_eur_m`` (standard benefits of the household,
        0 where it receives none), for ``income_tested`` ``limit_column``.
    total_cents : int
        Sum in whole cents.
    use : {"none", "per_capita", "income_tested", "electricity", "standard_benefit"}
        As in `Scenario`.
    limit_column, limit_eur : str, float
        As in `Scenario`.

    Returns
    -------
    ndarray of int64, shape (n,)
        Cents of all households that the row stands for; sums to ``total_cents`` unless ``use``
        is ``none``. Divide by the weight for the amount per household.

    Raises
    ------
    TypeError, ValueError
        If a column is missing, a number is missing or negative, or nobody is entitled.

    Examples
    --------
    >>> homes = pd.DataFrame({"weight": [1.0, 1.0], "persons": [1, 2],
    ...                       "net_income_eur_a": [12000.0, 48000.0]})
    >>> transfer_cents(homes, 100, "per_capita").tolist()
    [33, 67]
    """
    weights, persons, _ = _base(households)
    if use == "none":
        return np.zeros(len(households), dtype=np.int64)
    key = weights * _key(households, persons, use, limit_column, limit_eur)
    return allocate_cents(total_cents, key)


def evaluate(
    households: pd.DataFrame,
    channels: Sequence[Channel],
    scenarios: Iterable[Scenario],
    by: str,
    *,
    equivalence: str | None = None,
) -> Outcome:
    """Return who gains and who loses in each scenario.

    Parameters
    ----------
    households : DataFrame, one row per household
        `HOUSEHOLD_COLUMNS` (weight: households that the row stands for; persons at least 1;
        income in EUR a year), ``by``, and the columns that channels and scenarios name.
    channels : sequence of Channel
        Fuel uses that bear the price.
    scenarios : iterable of Scenario
        Prices and uses of the revenue.
    by : str
        Column with the classes of the result.
    equivalence : str, optional
        Column with the equivalence weight of the household. With it the indices are of
        equivalised amounts of persons, without (default) of amounts of households.

    Returns
    -------
    Outcome
        Results by class, indices and budget.

    Raises
    ------
    TypeError, ValueError
        If a column is missing, a number is missing or negative, nobody is entitled to a
        transfer, or the burden of a scenario is negative (demand falls so much that the state
        collects less than at the reference price).

    Notes
    -----
    Kakwani and Suits index of the burden and the Gini coefficients are those of
    `armutsexpertise.inequality`; ranks by income before are computed once for all scenarios.
    Cents that a transfer leaves over on a tie of remainders go to the poorer household.
    The redistribution is Gini before minus Gini after burden and transfer (Reynolds and
    Smolensky 1977).

    Examples
    --------
    >>> homes = pd.DataFrame({"weight": [1.0, 1.0], "persons": [2, 2], "class": ["a", "b"],
    ...                       "net_income_eur_a": [12000.0, 48000.0], "heat_t": [2.0, 4.0]})
    >>> klimageld = Scenario(name="60", source="assumption", price_eur_t=60, use="per_capita")
    >>> result = evaluate(homes, [Channel("heat", "heat_t")], [klimageld], "class")
    >>> result.by_class["net_eur_a"].tolist(), result.budget["kept_cents"].tolist()
    ([60.0, -60.0], [0])
    """
    level = _base(households)[2] / _scale(households, equivalence)
    # in the order of incomes, so that a scenario need not sort from scratch
    households = households.iloc[np.argsort(level, kind="stable")].reset_index(drop=True)
    weights, persons, income = _base(households)
    emissions, shares = _emissions(households, channels)
    flows = [
        _Flow(channel, weights * tonnes, share)
        for channel, tonnes, share in zip(channels, emissions, shares, strict=True)
    ]
    ranks = _Ranks.of(households, weights, persons, income, equivalence)
    groups = _ClassTotals.of(households, by, weights, persons, income)
    keys: dict[tuple[str, str | None, float | None], FloatArray] = {}
    by_class, summary, budget = [], [], []
    for scenario in scenarios:
        got = _collect(scenario, flows, len(households))
        pool = got.price_cents + (got.vat_cents if scenario.include_vat else 0)
        paid, transfer = 0, np.zeros(len(households))
        if scenario.use != "none":
            which = (scenario.use, scenario.limit_column, scenario.limit_eur)
            if which not in keys:
                keys[which] = weights * _key(households, persons, *which)
            paid = int(half_up(Decimal(pool) * Decimal(str(scenario.recycled)), 0))
            transfer = allocate_cents(paid, keys[which]).astype(np.float64)
        effect = transfer - got.burden
        # a cent or more for each of the households that the row stands for
        gains, losses = weights * (effect >= weights), weights * (effect <= -weights)
        by_class.append(groups.totals(got.burden, transfer, gains, losses))
        summary.append(
            {
                "scenario": scenario.name,
                "price_eur_t": scenario.price_eur_t,
                "use": scenario.use,
                "emissions_t": got.emissions_t,
            }
            | ranks.indices(got.burden, transfer, effect)
            | {
                "gain_share": float(gains.sum() / weights.sum()),
                "loss_share": float(losses.sum() / weights.sum()),
            }
        )
        budget.append(
            {
                "scenario": scenario.name,
                "burden_cents": got.price_cents + got.vat_cents - got.landlord_cents,
                "landlord_cents": got.landlord_cents,
                "price_revenue_cents": got.price_cents,
                "vat_cents": got.vat_cents,
                "paid_cents": paid,
                "kept_cents": got.price_cents + got.vat_cents - paid,
            }
        )
    if not budget:
        raise ValueError("There is no scenario: give at least one.")
    table = groups.table([str(row["scenario"]) for row in budget], np.array(by_class))
    return Outcome(table, pd.DataFrame(summary), pd.DataFrame(budget))


# --- classes of which only means are published -------------------------------------------------


def check_income_classes(classes: pd.DataFrame, *, extract: bool = False) -> pd.DataFrame:
    """Return a table of income classes in ascending order, or say what is wrong with it.

    Parameters
    ----------
    classes : DataFrame, one row per class
        Columns ``income_low`` (belongs to the class) and ``income_high`` (does not; missing in
        the open class at the top).
    extract : bool
        Whether the table holds only some classes of a larger one, as press releases print the
        lowest and the highest; then gaps are allowed, overlaps never.

    Returns
    -------
    DataFrame
        The rows by ``income_low``.

    Raises
    ------
    ValueError
        If a column or bound is missing, classes overlap, or there is a gap between them.

    Examples
    --------
    >>> table = pd.DataFrame({"income_low": [1250, 0], "income_high": [None, 1250]})
    >>> check_income_classes(table)["income_low"].tolist()
    [0, 1250]
    """
    require_columns(classes, ["income_low", "income_high"], "classes")
    if classes.empty or classes["income_low"].isna().any():
        raise ValueError("A class has no lower bound: give one to each (0 for the lowest).")
    table = classes.sort_values("income_low", kind="stable")
    low = table["income_low"].to_numpy(dtype=float)
    high = table["income_high"].to_numpy(dtype=float, na_value=np.nan)
    if np.isnan(high[:-1]).any():
        raise ValueError(
            f"{int(np.isnan(high[:-1]).sum())} class(es) below the top have no upper bound: "
            "only the highest class may be open."
        )
    if (low < 0).any() or (high <= low).any():
        raise ValueError("A class ends where it begins or before, or below 0: correct its bounds.")
    for what, wrong in (("overlap", low[1:] < high[:-1]), ("leave a gap", low[1:] > high[:-1])):
        if wrong.any() and not (extract and what == "leave a gap"):
            at = int(np.flatnonzero(wrong)[0])
            raise ValueError(
                f"{int(wrong.sum())} pair(s) of income classes {what}, the first at "
                f"{high[at]:g} and {low[at + 1]:g}: let each class begin where the one below ends."
            )
    return table


def income_class(income: pd.Series, classes: pd.DataFrame) -> pd.Series:
    """Return the class of each income.

    Parameters
    ----------
    income : Series of float, shape (n,)
        Incomes, in the unit of the bounds.
    classes : DataFrame, one row per class
        As in `check_income_classes`, with a column ``income_class``.

    Returns
    -------
    Series of str, shape (n,)
        Labels of the classes.

    Raises
    ------
    TypeError, ValueError
        If the classes are wrong, an income is missing, or lies in no class.

    Examples
    --------
    >>> table = pd.DataFrame({"income_class": ["low", "high"], "income_low": [0, 1250],
    ...                       "income_high": [1250, None]})
    >>> income_class(pd.Series([900.0, 1250.0]), table).tolist()
    ['low', 'high']
    """
    table = check_income_classes(classes)
    require_columns(table, ["income_class"], "classes")
    numbers = as_numbers(income, "income")
    place = np.searchsorted(table["income_low"].to_numpy(dtype=float), numbers, side="right") - 1
    top = table["income_high"].to_numpy(dtype=float, na_value=np.nan)[-1]
    outside = int(((place < 0) | (numbers >= top)).sum())
    if outside:
        raise ValueError(f"{outside} income(s) of {numbers.size} lie in no class: add one.")
    return pd.Series(table["income_class"].to_numpy()[place], index=income.index)


def burden_by_class(
    classes: pd.DataFrame,
    price_eur_t: float,
    *,
    vat: float = 0.0,
    months: int = 12,
    extract: bool = False,
) -> pd.DataFrame:
    """Return what a CO2 price costs the mean household of each income class.

    Parameters
    ----------
    classes : DataFrame, one row per class
        As in `check_income_classes`, bounds in EUR per household and month (or year, see
        ``months``); ``emissions_t_a`` (tonnes of CO2 per household and year); optionally
        ``income_mean`` in the unit of the bounds, missing where no mean is published.
    price_eur_t : float
        CO2 price, EUR per tonne, net of VAT.
    vat : float
        VAT rate as a share.
    months : int
        Months of the year that a bound covers: 12 for bounds per month, 1 for bounds per year.
    extract : bool
        As in `check_income_classes`.

    Returns
    -------
    DataFrame, one row per class in ascending order
        The columns of ``classes`` and ``burden_eur_a``; ``share_low``, ``share_high`` (burden
        over yearly income at the upper and the lower bound of the class); ``share`` (at the
        published mean, missing without).

    Raises
    ------
    TypeError, ValueError
        If the classes are wrong, a number is missing or negative, or a mean lies outside its
        class.

    Notes
    -----
    The bounds hold the mean burden over any income of the class. An open class at the top has
    ``share_low`` 0, a class from 0 has ``share_high`` infinity: no midpoint is made up.

    Examples
    --------
    >>> table = pd.DataFrame({"income_low": [0, 1250], "income_high": [1250, 2500],
    ...                       "emissions_t_a": [2.0, 3.0]})
    >>> burden_by_class(table, 60)[["burden_eur_a", "share_low", "share_high"]].values.tolist()
    [[120.0, 0.008, inf], [180.0, 0.006, 0.012]]
    """
    table = check_income_classes(classes, extract=extract).copy()
    require_columns(table, ["emissions_t_a"], "classes")
    tonnes = _nonnegative(table["emissions_t_a"], "emissions_t_a")
    rate = float(not_negative(price_eur_t, "price_eur_t") * (1 + vat_share(vat)))
    burden = tonnes * rate
    low = table["income_low"].to_numpy(dtype=float) * months
    high = table["income_high"].to_numpy(dtype=float, na_value=np.nan) * months
    table["burden_eur_a"] = burden
    table["share_low"] = np.where(np.isnan(high), 0.0, burden / np.where(np.isnan(high), 1, high))
    table["share_high"] = np.where(low > 0, burden / np.where(low > 0, low, 1), inf)
    mean = np.full(len(table), np.nan)
    if "income_mean" in table:
        mean = table["income_mean"].to_numpy(dtype=float, na_value=np.nan) * months
        outside = int(((mean < low) | (mean > high)).sum())
        if outside:
            raise ValueError(
                f"{outside} mean(s) lie outside their class: check the unit of income_mean."
            )
    table["share"] = burden / mean
    return table


# --- the standard benefit ----------------------------------------------------------------------


def standard_benefit_balance(costs: pd.DataFrame) -> pd.DataFrame:
    """Return what a household on the standard benefit pays and what it is given for it.

    Parameters
    ----------
    costs : DataFrame, one row per kind of cost
        ``item``; ``cost_eur_m`` (EUR per month, such as the tenant's CO2 cost of heating, petrol,
        electricity); ``paid_by``: ``housing`` where the authority bears the actual cost as part
        of adequate housing (Bedarfe für Unterkunft und Heizung), ``standard_benefit`` where the
        household bears it; ``contained_eur_m`` (EUR per month in the standard benefit, see
        `armutsexpertise.parameters.standard_benefit_divisions`; missing where none is stated).

    Returns
    -------
    DataFrame, one row per kind of cost and a last row ``total``
        The columns of ``costs``, ``household_eur_m`` (what the household bears) and ``gap_eur_m``
        (that minus what is contained; missing where it is not stated, and then in the total).

    Raises
    ------
    TypeError, ValueError
        If a column is missing, a number is negative, or ``paid_by`` is unknown.

    Notes
    -----
    § 20 Abs. 1 und § 22 Abs. 1 SGB II: heating belongs to housing, household energy without
    heating and hot water to the standard benefit. Cost above what is adequate stays with the
    household: give it as an own row.

    Examples
    --------
    >>> costs = pd.DataFrame({"item": ["heating", "petrol"], "cost_eur_m": [8.0, 60.0],
    ...     "paid_by": ["housing", "standard_benefit"], "contained_eur_m": [None, 50.49]})
    >>> standard_benefit_balance(costs)[["household_eur_m", "gap_eur_m"]].round(2).values.tolist()
    [[0.0, 0.0], [60.0, 9.51], [60.0, 9.51]]
    """
    columns = ["item", "cost_eur_m", "paid_by", "contained_eur_m"]
    require_columns(costs, columns, "costs")
    require_known(costs["paid_by"], ("housing", "standard_benefit"), "costs.paid_by")
    cost = _nonnegative(costs["cost_eur_m"], "cost_eur_m")
    contained = costs["contained_eur_m"].to_numpy(dtype=float, na_value=np.nan)
    if (contained < 0).any():
        raise ValueError("contained_eur_m is negative: give what the benefit contains, at least 0.")
    housing = costs["paid_by"].eq("housing").to_numpy()
    borne = np.where(housing, 0.0, cost)
    gap = np.where(housing, 0.0, borne - contained)
    table = costs[columns].assign(household_eur_m=borne, gap_eur_m=gap)
    total = pd.DataFrame(
        {
            "item": ["total"],
            "cost_eur_m": [cost.sum()],
            "paid_by": [None],
            "contained_eur_m": [contained[~housing].sum()],
            "household_eur_m": [borne.sum()],
            "gap_eur_m": [gap.sum()],
        }
    )
    return pd.concat([table, total], ignore_index=True)


# --- inside ------------------------------------------------------------------------------------


class _Flow(NamedTuple):
    """Weighted emissions of a channel by row, and the share that the households bear."""

    channel: Channel
    tonnes: FloatArray
    share: FloatArray | None


class _Collected(NamedTuple):
    """What a price collects: burden of the rows in cents, sums in cents, emissions left."""

    burden: FloatArray
    price_cents: int
    vat_cents: int
    landlord_cents: int
    emissions_t: float


def _collect(scenario: Scenario, flows: Sequence[_Flow], rows: int) -> _Collected:
    """Return what a price collects, rounded to cents by row, net price and VAT apart."""
    net, vat = np.zeros(rows), np.zeros(rows)
    landlord_price = landlord_vat = 0
    left = 0.0
    for channel, tonnes, share in flows:
        price, before = scenario.price_eur_t, scenario.reference_price_eur_t
        factor = _response(channel, price, before)
        cents = tonnes * (100 * (price * factor - before))
        left += factor * float(tonnes.sum())
        if share is not None:
            others = cents * (1 - share)
            landlord_price += int(np.rint(others).sum())
            landlord_vat += int(np.rint(others * channel.vat).sum())
            cents -= others
        net += cents
        vat += cents * channel.vat
    price_rows, vat_rows = np.rint(net), np.rint(vat)
    collected = int(price_rows.sum()) + landlord_price
    if collected < 0:
        raise ValueError(
            f"Scenario {scenario.name} collects less than at its reference price: "
            "check prices and elasticities."
        )
    return _Collected(
        price_rows + vat_rows,
        collected,
        int(vat_rows.sum()) + landlord_vat,
        landlord_price + landlord_vat,
        left,
    )


@dataclass(frozen=True)
class _Ranks:
    """Ranks by income before, for indices of many burdens of the same households.

    The households come in ascending order of (equivalised) income. What does not change from
    one scenario to the next is computed once: ``per_cent`` makes EUR per unit of cents of a row,
    ``share`` weighted EUR. The indices are those of `armutsexpertise.inequality`.
    """

    level: FloatArray
    mass: FloatArray
    per_cent: FloatArray
    share: FloatArray
    rank: FloatArray
    richer_income: FloatArray
    income: float
    gini: float

    @classmethod
    def of(
        cls,
        households: pd.DataFrame,
        weights: FloatArray,
        persons: FloatArray,
        income: FloatArray,
        equivalence: str | None,
    ) -> _Ranks:
        scale = _scale(households, equivalence)
        mass = weights if equivalence is None else weights * persons
        level = income / scale
        total = dot(mass, level)
        if not total > 0:
            raise ValueError("The total income is not positive: nothing can be ranked by it.")
        units = ordered(level, mass)
        rank = units.unsort(units.below(units.weights)) / mass.sum()
        richer = total - units.unsort(units.below(units.weights * units.numbers))
        before = 2 * dot(mass, level * rank) / total - 1
        per_cent = 1 / (100 * weights * scale)
        return cls(level, mass, per_cent, mass * per_cent, rank, richer, total, before)

    def indices(
        self, burden: FloatArray, transfer: FloatArray, effect: FloatArray
    ) -> dict[str, float]:
        """Return the indices of one scenario, amounts in cents of the rows."""
        kakwani = suits = concentration = float("nan")
        borne = self.share * burden
        total = float(borne.sum())
        if total > 0:
            kakwani = 2 * dot(borne, self.rank) / total - 1 - self.gini
            suits = 1 - 2 * dot(borne, self.richer_income) / (total * self.income)
        given = self.share * transfer
        total = float(given.sum())
        if total > 0:
            concentration = 2 * dot(given, self.rank) / total - 1
        after = self.level + effect * self.per_cent
        # midpoints of the parts of a tie sum to the midpoint of the tie: its order is no matter
        order = np.argsort(after)
        mass = self.mass[order]
        weighted = mass * after[order]
        middle = np.cumsum(mass) - mass / 2
        later = 2 * dot(weighted, middle) / (float(weighted.sum()) * float(mass.sum())) - 1
        return {
            "kakwani": kakwani,
            "suits": suits,
            "transfer_concentration": concentration,
            "gini_before": self.gini,
            "gini_after": later,
            "redistribution": self.gini - later,
        }


@dataclass(frozen=True)
class _ClassTotals:
    """Weighted totals of classes, for many scenarios of the same households."""

    codes: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp] | None
    names: pd.Index
    households: FloatArray
    persons: FloatArray
    income: FloatArray

    @classmethod
    def of(
        cls,
        households: pd.DataFrame,
        by: str,
        weights: FloatArray,
        persons: FloatArray,
        income: FloatArray,
    ) -> _ClassTotals:
        codes, names = _classes(households, by)
        sums = [
            np.bincount(codes, values, len(names)).astype(np.float64)
            for values in (weights, weights * persons, weights * income)
        ]
        # classes of income, as deciles, come one after the other
        steps = np.diff(codes)
        starts = np.append(0, np.flatnonzero(steps) + 1) if (steps >= 0).all() else None
        return cls(codes, starts, names, *sums)

    def totals(self, *columns: FloatArray) -> FloatArray:
        """Return class totals of columns, shape (n_columns, n_classes)."""
        if self.starts is not None:
            return np.array([np.add.reduceat(column, self.starts) for column in columns])
        return np.array([np.bincount(self.codes, c, len(self.names)) for c in columns])

    def table(self, scenarios: list[str], totals: FloatArray) -> pd.DataFrame:
        """Return the table of totals of shape (n_scenarios, n_columns, n_classes)."""
        cents, gains, losses = np.split(totals.transpose(1, 0, 2).reshape(4, -1), [2, 3])
        burden, transfer = cents / 100
        repeat = len(scenarios)
        size, income = np.tile(self.households, repeat), np.tile(self.income, repeat)
        return pd.DataFrame(
            {
                "scenario": np.repeat(scenarios, len(self.names)),
                "class": np.tile(self.names.to_numpy(), repeat),
                "households": size,
                "persons": np.tile(self.persons, repeat),
                "income_eur_a": income / size,
                "burden_eur_a": burden / size,
                "transfer_eur_a": transfer / size,
                "net_eur_a": (transfer - burden) / size,
                "burden_share": _ratio(burden, income),
                "net_share": _ratio(transfer - burden, income),
                "gain_share": gains[0] / size,
                "loss_share": losses[0] / size,
            }
        )


def _base(households: pd.DataFrame) -> tuple[FloatArray, FloatArray, FloatArray]:
    require_columns(households, HOUSEHOLD_COLUMNS, "households")
    if households.empty:
        raise ValueError("There are no households: nothing bears the price.")
    weights = as_weights(households["weight"], len(households))
    persons = as_numbers(households["persons"], "persons")
    empty = int((persons < 1).sum())
    if empty:
        raise ValueError(f"{empty} household(s) of {len(households)} have less than one person.")
    empty = int((weights == 0).sum())
    if empty:
        raise ValueError(
            f"{empty} household(s) of {len(households)} have weight 0: leave them out."
        )
    return weights, persons, as_numbers(households["net_income_eur_a"], "net_income_eur_a")


def _scale(households: pd.DataFrame, equivalence: str | None) -> FloatArray:
    """Return equivalence weights; ones where amounts are not equivalised."""
    if equivalence is None:
        return np.ones(len(households))
    require_columns(households, [equivalence], "households")
    scale = _nonnegative(households[equivalence], equivalence)
    if (scale == 0).any():
        raise ValueError(f"{equivalence} is zero: an equivalence weight is positive.")
    return scale


def _classes(households: pd.DataFrame, by: str) -> tuple[npt.NDArray[np.intp], pd.Index]:
    require_columns(households, [by], "households")
    codes, names = pd.factorize(households[by], sort=True)
    missing = int((codes < 0).sum())
    if missing:
        raise ValueError(f"{by} is missing for {missing} household(s): complete it.")
    return codes, pd.Index(names)


def _emissions(
    households: pd.DataFrame, channels: Sequence[Channel]
) -> tuple[list[FloatArray], list[FloatArray | None]]:
    """Return emissions and borne shares by channel; None where the household bears all."""
    if not channels:
        raise ValueError("There is no channel: name at least one column of emissions.")
    require_unique(pd.DataFrame({"name": [c.name for c in channels]}), ["name"], "channels")
    columns = [channel.column for channel in channels]
    borne = [channel.share_column for channel in channels]
    require_columns(households, [*columns, *(c for c in borne if c is not None)], "households")
    shares: list[FloatArray | None] = []
    for column in borne:
        share = None if column is None else _nonnegative(households[column], column)
        above = 0 if share is None else int((share > 1).sum())
        if above:
            raise ValueError(f"{column} exceeds 1 in {above} row(s): give a share, not percent.")
        shares.append(share)
    return [_nonnegative(households[column], column) for column in columns], shares


def _response(channel: Channel, price: float, reference: float) -> float:
    if channel.elasticity == 0 or channel.consumer_price_eur_t is None:
        return 1.0
    before = channel.consumer_price_eur_t
    after = before + (price - reference) * (1 + channel.vat)
    return float(demand_factor(before, after, channel.elasticity))


def _key(
    households: pd.DataFrame,
    persons: FloatArray,
    use: str,
    limit_column: str | None,
    limit_eur: float | None,
) -> FloatArray:
    """Return what the transfer of a household is proportional to."""
    require_choice(use, USES, "use")
    if use == "per_capita":
        return persons
    if use == "income_tested":
        if limit_column is None or limit_eur is None:
            raise ValueError("An income test needs limit_column and limit_eur.")
        require_columns(households, [limit_column], "households")
        return persons * (as_numbers(households[limit_column], limit_column) <= limit_eur)
    column = "electricity_kwh_a" if use == "electricity" else "standard_benefit_eur_m"
    require_columns(households, [column], "households")
    return _nonnegative(households[column], column)


def _nonnegative(values: pd.Series, name: str) -> FloatArray:
    numbers = as_numbers(values, name)
    negative = int((numbers < 0).sum())
    if negative:
        raise ValueError(
            f"{name} has {negative} negative value(s) of {numbers.size}: correct them."
        )
    return numbers


def _quantile_spending(quantiles: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Return shares of income and spending, the latter in the unit of the former."""
    require_columns(quantiles, ["income_share", "propensity", "spending_share"], "quantiles")
    income = _nonnegative(quantiles["income_share"], "income_share")
    if abs(float(income.sum()) - 1) > 0.01:
        raise ValueError(
            f"income_share sums to {float(income.sum()):g}: give shares that sum to 1, not percent."
        )
    propensity = _nonnegative(quantiles["propensity"], "propensity")
    return income, income * propensity * _nonnegative(quantiles["spending_share"], "spending_share")


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part over whole, missing where the whole is not positive."""
    return np.asarray(np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan))
