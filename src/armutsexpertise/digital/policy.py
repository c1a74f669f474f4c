"""Grants for devices and tariffs: whom they reach, who is newly connected, and at what cost.

Every quantity is a range and every result the interval that the inputs allow, not a confidence
interval. That a grant connects a household is an assumption of the caller and never an estimate of
this module.

References
----------
Moore, Kearfott and Cloud (2009), Introduction to Interval Analysis, doi:10.1137/1.9780898717716.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import pandas as pd

from armutsexpertise._checks import require_columns
from armutsexpertise.digital._checks import as_numbers, require_range
from armutsexpertise.ranges import Range

PERSONS_RATE = "persons_in_bg_per_1000"
ONE_PERSON = "bg_one_person_share"
FIVE_PLUS = "bg_five_plus_share"


@dataclass(frozen=True)
class GrantScenario:
    """A grant and what is assumed of it.

    Attributes
    ----------
    eur : Range
        EUR per household that receives it, over the whole period.
    take_up : Range
        Share of the entitled households that receive it, in [0, 1].
    connects : Range
        Share of the receiving households without access that the grant connects, in [0, 1].
    only_without : bool
        Only households without access are entitled; else all households of the target group.
    administration_eur : Range
        EUR per receiving household for administration.
    """

    eur: Range
    take_up: Range
    connects: Range
    only_without: bool
    administration_eur: Range = Range(0.0, 0.0)  # noqa: RUF009 (frozen, so safe as a default)

    def __post_init__(self) -> None:
        for name in ("eur", "take_up", "connects", "administration_eur"):
            require_range(getattr(self, name), name)
        if not isinstance(self.only_without, bool):
            raise TypeError(f"only_without is {self.only_without!r}: give True or False.")
        for name in ("take_up", "connects"):
            if getattr(self, name).high > 1:
                raise ValueError(f"{name} is a share: its range must lie in [0, 1].")
        for name in ("eur", "administration_eur"):
            if getattr(self, name).high == inf:
                raise ValueError(f"{name} has no upper end: give a finite one.")


@dataclass(frozen=True)
class GrantResult:
    """What a grant does in a place.

    Attributes
    ----------
    reached : Range
        Households that receive the grant.
    newly_connected : Range
        Households without access before that have it then.
    eur : Range
        Cost, EUR.
    eur_per_connected : Range
        EUR per newly connected household; the upper end is infinite where none may be connected.
    already_connected : Range
        Share of the receiving households that had access before, in [0, 1].
    """

    reached: Range
    newly_connected: Range
    eur: Range
    eur_per_connected: Range
    already_connected: Range


def grant_effect(households: Range, without: Range, grant: GrantScenario) -> GrantResult:
    r"""Return reach, new connections and cost of a grant.

    Parameters
    ----------
    households : Range
        Households of the target group in the place.
    without : Range
        Share of them without access, in [0, 1].
    grant : GrantScenario
        Amount and assumptions.

    Returns
    -------
    GrantResult
        Ranges. Take-up is taken as the same for households with and without access.

    Raises
    ------
    ValueError
        If a range is infinite or a share exceeds 1, or if nobody is without access.

    Notes
    -----
    With N households, share u without, take-up t and connecting share c: newly connected are
    :math:`N u t c`; receiving are :math:`N u t` or, without a test, :math:`N t`. N and t cancel
    in the cost per newly connected household, :math:`(g + v)/c` or :math:`(g + v)/(u c)`, so it
    is computed from that and not by dividing two ranges that hold the same unknown.

    Examples
    --------
    >>> grant = GrantScenario(Range(350, 350), Range(0.5, 0.8), Range(0.5, 1.0), True)
    >>> result = grant_effect(Range(1000, 1000), Range(0.07, 0.07), grant)
    >>> result.reached.low, round(result.newly_connected.high, 1), result.eur_per_connected
    (35.0, 56.0, Range(low=350.0, high=700.0))
    """
    require_range(households, "households")
    require_range(without, "without")
    if households.high == inf:
        raise ValueError("households has no upper end: give a finite number.")
    if without.high > 1:
        raise ValueError("without is a share: its range must lie in [0, 1].")
    if without.high == 0:
        raise ValueError("Nobody is without access in this range: a grant can connect nobody.")
    lacking = households * without
    takers = lacking * grant.take_up
    reached = takers if grant.only_without else households * grant.take_up
    unit = Range(
        grant.eur.low + grant.administration_eur.low,
        grant.eur.high + grant.administration_eur.high,
    )
    effect = grant.connects if grant.only_without else without * grant.connects
    if effect.high == 0:
        raise ValueError(
            "connects is 0 throughout: nobody is connected and the cost per household undefined."
        )
    per_connected = unit / effect
    already = Range(0.0, 0.0) if grant.only_without else Range(1 - without.high, 1 - without.low)
    return GrantResult(
        reached=reached,
        newly_connected=takers * grant.connects,
        eur=reached * unit,
        eur_per_connected=per_connected,
        already_connected=already,
    )


def compare_grants(
    households: Range, without: Range, grants: Mapping[str, GrantScenario]
) -> pd.DataFrame:
    """Compare variants of a grant in one place.

    Parameters
    ----------
    households, without
        As in :func:`grant_effect`.
    grants : mapping of str to GrantScenario
        Name and variant.

    Returns
    -------
    DataFrame, one row per variant
        ``variant``, and ``_low`` and ``_high`` of ``reached``, ``newly_connected``, ``eur``,
        ``eur_per_connected`` and ``already_connected``; ``cheaper_than`` names the variants whose
        cost per newly connected household is higher throughout, for all values in the ranges.

    Raises
    ------
    ValueError
        As in :func:`grant_effect`, or without variants.

    Examples
    --------
    >>> table = compare_grants(Range(1000, 1200), Range(0.05, 0.1), {
    ...     "tested": GrantScenario(Range(350, 350), Range(0.3, 0.6), Range(0.5, 0.9), True),
    ...     "all": GrantScenario(Range(350, 350), Range(0.6, 0.9), Range(0.5, 0.9), False)})
    >>> table[["variant", "eur_per_connected_high", "cheaper_than"]].values.tolist()
    [['tested', 700.0, 'all'], ['all', 14000.0, '']]
    """
    if not isinstance(grants, Mapping):
        raise TypeError("grants must name its variants: give a mapping of name to GrantScenario.")
    if not grants:
        raise ValueError("Name at least one grant.")
    results = {name: grant_effect(households, without, grant) for name, grant in grants.items()}
    fields = ("reached", "newly_connected", "eur", "eur_per_connected", "already_connected")
    rows = []
    for name, result in results.items():
        row: dict[str, object] = {"variant": name}
        for field in fields:
            value: Range = getattr(result, field)
            row |= {f"{field}_low": value.low, f"{field}_high": value.high}
        above = [
            other
            for other, against in results.items()
            if against.eur_per_connected.low > result.eur_per_connected.high
        ]
        rows.append(row | {"cheaper_than": ", ".join(above)})
    return pd.DataFrame(rows)


def benefit_households(
    ags5: str,
    kreise: pd.DataFrame,
    population: Range,
    *,
    mean_of_five_plus: Range,
) -> tuple[Range, pd.DataFrame]:
    """Bound the households with basic benefits (Bedarfsgemeinschaften) of a Kreis or the Land.

    Parameters
    ----------
    ags5 : str
        Key of the area in ``kreise``: five digits, or the code of the Land.
    kreise : DataFrame, long
        Columns ``ags5``, ``indicator_id``, ``value``, ``date``, ``source_title`` with persons in
        Bedarfsgemeinschaften per 1,000 inhabitants, and the percentages of those of one person
        and of five and more.
    population : Range
        Inhabitants of the area at about the same date.
    mean_of_five_plus : Range
        Mean size of those of five and more persons, at least 5.

    Returns
    -------
    tuple of Range and DataFrame
        Number of Bedarfsgemeinschaften, and the steps with ``step``, ``low``, ``high``, ``unit``,
        ``source``.

    Raises
    ------
    ValueError
        If a column is missing, an indicator is absent, repeated or of another year, or a number
        is impossible or looks like a share.
    TypeError
        If ``population`` or ``mean_of_five_plus`` is no range, or a value no number.

    Notes
    -----
    Number = persons / mean size. The mean size is not in the data; those of two to four persons
    have a mean between 2 and 4, which bounds it. A printed rate stands for half a unit of its
    last digit up and down; that is small against these bounds and left out.

    Examples
    --------
    >>> kreise = pd.DataFrame({"ags5": "05913", "indicator_id": [PERSONS_RATE, ONE_PERSON,
    ...     FIVE_PLUS], "value": [120.0, 55.0, 7.0], "date": "2022", "source_title": "INKAR"})
    >>> number, steps = benefit_households("05913", kreise, Range(600_000, 600_000),
    ...                                    mean_of_five_plus=Range(5, 6))
    >>> round(number.low), round(number.high)
    (28916, 43373)
    """
    require_columns(kreise, ["ags5", "indicator_id", "value", "date", "source_title"], "kreise")
    require_range(population, "population")
    require_range(mean_of_five_plus, "mean_of_five_plus")
    if mean_of_five_plus.low < 5 or mean_of_five_plus.high == inf or population.high == inf:
        raise ValueError("mean_of_five_plus starts at 5, and both ranges need a finite end.")
    own = kreise[kreise["ags5"] == ags5]
    found: dict[str, float] = {}
    dates, sources = set(), set()
    for indicator in (PERSONS_RATE, ONE_PERSON, FIVE_PLUS):
        rows = own[own["indicator_id"] == indicator]
        if len(rows) != 1:
            raise ValueError(
                f"{ags5} has {len(rows)} rows of {indicator} in kreise and needs one: choose one "
                "year, or give the number of households from the statistics of the agency."
            )
        found[indicator] = float(as_numbers(rows["value"], f"{indicator} of {ags5}")[0])
        dates.add(str(rows["date"].iloc[0]))
        sources.add(str(rows["source_title"].iloc[0]))
    if len(dates) != 1:
        raise ValueError(f"The indicators of {ags5} are of {', '.join(sorted(dates))}: match them.")
    small = [name for name in (PERSONS_RATE, ONE_PERSON) if 0 < found[name] <= 1]
    if small:
        raise ValueError(
            f"{', '.join(small)} of {ags5} is at most 1 and looks like a share: give a rate per "
            "1,000 and percentages."
        )
    one, five = found[ONE_PERSON] / 100, found[FIVE_PLUS] / 100
    if not (0 <= one <= 1 and 0 <= five <= 1 - one) or not 0 <= found[PERSONS_RATE] <= 1000:
        raise ValueError(f"The shares of {ags5} are impossible: percentages and a rate per 1,000.")
    middle = 1 - one - five
    size = Range(
        one + 2 * middle + mean_of_five_plus.low * five,
        one + 4 * middle + mean_of_five_plus.high * five,
    )
    rate = found[PERSONS_RATE] / 1000
    persons = population * Range(rate, rate)
    number = persons / size
    source = " | ".join(sorted(sources))
    steps = pd.DataFrame(
        [
            ("Personen in Bedarfsgemeinschaften", persons.low, persons.high, "Personen", source),
            (
                "mittlere Größe der Bedarfsgemeinschaften: Anteile mit einer und mit fünf und mehr "
                "Personen bekannt, die übrigen haben zwei bis vier",
                size.low,
                size.high,
                "Personen",
                f"berechnet; {source}",
            ),
            ("Bedarfsgemeinschaften", number.low, number.high, "Haushalte", "berechnet"),
        ],
        columns=["step", "low", "high", "unit", "source"],
    )
    return number, steps
