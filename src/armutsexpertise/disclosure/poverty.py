"""Income poverty and inequality of a recoded survey, ready to be written."""

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy.typing as npt
import pandas as pd

from armutsexpertise.disclosure.counts import Evidence
from armutsexpertise.disclosure.estimates import estimate_protected
from armutsexpertise.disclosure.protect import Protected
from armutsexpertise.disclosure.rules import Rules
from armutsexpertise.inequality import gini_linearised, quintile_share_ratio_linearised
from armutsexpertise.poverty import (
    at_risk_of_poverty_or_social_exclusion_rate_linearised,
    at_risk_of_poverty_rate_linearised,
    at_risk_of_poverty_threshold,
    poverty_line_linearised,
    relative_median_poverty_gap_linearised,
)
from armutsexpertise.survey._columns import as_names
from armutsexpertise.survey.design import LonelyPsu, SurveyDesign, checked_weights
from armutsexpertise.survey.estimate import Index, Indicator, Missing, Proportion
from armutsexpertise.survey.linearised import Linearised

__all__ = ["EQUAL", "person_weights", "poverty_estimates"]

EQUAL = "equal"
"""In place of a column of weights: every person counts the same."""

Unit = Literal["household", "person"]
_WEIGHT = "_person_weight"
_INCOME = "_income"
_DEPRIVED = "material_deprivation_flag"


def person_weights(data: pd.DataFrame, unit: Unit, weights: str | None = None) -> pd.Series:
    """Return how many persons of the population each row stands for.

    Parameters
    ----------
    data : DataFrame, shape (n, any)
        A table in the harmonised schema.
    unit : {"household", "person"}
        What a row is.
    weights : str, optional
        Column of weights, or `EQUAL`. Default: ``person_weight`` of persons; of households
        ``persons_weight``, else ``household_weight``. A weight of households is multiplied by
        ``household_size``; that named ``persons_weight`` is taken as it is.

    Returns
    -------
    Series of float, shape (n,)
        Person weights.

    Raises
    ------
    ValueError
        If there is no weight, it is missing, infinite or negative in a row or zero in all, or
        the size of a household is needed and missing.
    TypeError
        If a column holds no numbers.

    Notes
    -----
    The unit of income poverty is the person, with the income of the household: a row of a
    household counts all of its members, children included (in EU-SILC DB090 times HX040).

    Examples
    --------
    >>> data = pd.DataFrame({"household_weight": [100.0, 50.0], "household_size": [1, 4]})
    >>> person_weights(data, "household").tolist()
    [100.0, 200.0]
    """
    if unit not in get_args(Unit):
        raise ValueError(f"unit must be household or person, not {unit!r}.")
    usual = ["person_weight"] if unit == "person" else ["persons_weight", "household_weight"]
    name = weights or next((one for one in usual if one in data.columns), None)
    if name is None:
        raise ValueError(
            f"The table has no {' and no '.join(usual)}: name the weight, or give {EQUAL} where "
            "every household had the same chance."
        )
    base = pd.Series(1.0, index=data.index)
    if name != EQUAL:
        base = _floats(data, name)
        checked_weights(base)
    if unit == "person" or name == "persons_weight":
        return base
    return base * _floats(data, "household_size")


def _floats(data: pd.DataFrame, name: str) -> pd.Series:
    if name not in data.columns:
        raise ValueError(f"The table has no {name}: add it to the codebook.")
    if not pd.api.types.is_numeric_dtype(data[name]):
        raise TypeError(f"{name} holds {data[name].dtype} and not numbers: recode it.")
    values = data[name].astype("Float64").astype("float64")
    missing = int(values.isna().sum())
    if missing:
        raise ValueError(f"{name} is missing in {missing} of {len(data)} rows: complete it.")
    return values


def poverty_estimates(
    data: pd.DataFrame,
    unit: Unit,
    by: str | Sequence[str] | None = None,
    *,
    income: str = "equivalised_income",
    weights: str | None = None,
    strata: str | None = None,
    clusters: str | None = None,
    lonely_psu: LonelyPsu = "fail",
    nest: bool = False,
    household: str | Sequence[str] = "household_id",
    excluded: str | None = None,
    missing: Missing = "fail",
    rules: Rules | None = None,
) -> Protected:
    """Estimate poverty and inequality with standard errors, protected against disclosure.

    Parameters
    ----------
    data : DataFrame, shape (n, any)
        A table in the harmonised schema.
    unit : {"household", "person"}
        What a row is; a row of a household counts ``household_size`` persons.
    by : str or sequence of str, optional
        Columns whose crossed values are the domains. Numbers that are no whole numbers are
        refused.
    income : str
        Column of equivalised disposable income.
    weights : str, optional
        As in `person_weights`.
    strata, clusters : str, optional
        Columns of strata and primary sampling units; default ``stratum`` and ``psu`` where the
        table has them. Without sampling units the households are.
    lonely_psu : {"fail", "adjust", "average", "certainty"}
        Rule for a stratum with one sampling unit.
    nest : bool
        Numbers of sampling units start anew in each stratum.
    household : str or sequence of str
        Column(s) that tell households apart.
    excluded : str, optional
        Boolean column: severely materially and socially deprived, or quasi-jobless.
    missing : {"fail", "drop"}
        What to do with rows without income: raise, or leave them out (they keep their place in
        the design).
    rules : Rules, optional
        Thresholds of disclosure control.

    Returns
    -------
    Protected
        ``arpt``, the threshold of 60 % of the median of all persons, in the unit of income (in
        total only); by domain ``arpr``, the at-risk-of-poverty rate; ``rmpg``, the relative
        median gap; ``s80s20``; ``gini``; ``arope`` with ``excluded``; and ``md`` where the table
        has ``material_deprivation_flag``. Shares in [0, 1]; threshold and gap, which are incomes
        of single households, to three significant digits. ``n`` counts rows.

    Raises
    ------
    ValueError
        If a column is absent, a row lacks income and ``missing`` is ``"fail"``, or the design
        does not hold.
    TypeError
        If ``excluded`` is not boolean or income no number.
    DisclosureError
        If the domains are so many that their names would tell the values.

    Notes
    -----
    The threshold is national in each domain, poor is who is strictly below it, and its sampling
    error is part of that of the rate and the gap: Deville (1999), Survey Methodology 25,
    193-203; Osier (2009), doi:10.18148/srm/2009.v3i3.369. An indicator that is not defined in a
    domain is empty there and ``method`` says so.

    Examples
    --------
    >>> data = pd.DataFrame({"household_id": range(80), "household_size": 2,
    ...     "household_weight": 500.0, "equivalised_income": [9000.0, 20000, 30000, 25000] * 20})
    >>> table = poverty_estimates(data, "household").table.set_index("indicator")
    >>> table.loc[["arpt", "arpr"], "estimate"].tolist()
    [13500.0, 0.25]
    """
    if missing not in get_args(Missing):
        raise ValueError(f"missing must be fail or drop, not {missing!r}.")
    names = as_names(by)
    absent = [n for n in [*names, income, *([excluded] if excluded else [])] if n not in data]
    if absent:
        raise ValueError(f"The table has no {', '.join(absent)}: add it to the codebook.")
    for name in names:
        if (
            pd.api.types.is_float_dtype(data[name])
            and not (data[name].dropna() == data[name].dropna().round()).all()
        ):
            raise ValueError(f"{name} is a number of many values and no group: choose another.")
    if not pd.api.types.is_numeric_dtype(data[income]):
        raise TypeError(f"{income} holds {data[income].dtype} and not numbers: recode it.")
    known = data[income].notna().to_numpy()
    if not known.any():
        raise ValueError(f"None of {len(data)} rows has {income}: check the column it comes from.")
    if not known.all() and missing == "fail":
        raise ValueError(
            f"{int((~known).sum())} of {len(data)} rows have no {income}: impute it, or leave "
            "them out (missing drop)."
        )
    weight = person_weights(data, unit, weights)
    frame = data.assign(
        **{
            _INCOME: data[income].astype("Float64").fillna(0.0).astype("float64"),
            _WEIGHT: weight.where(pd.Series(known, index=data.index), 0.0),
        }
    )
    for name in names:
        # A category of the codebook that the sample does not know at all is no small group.
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            frame[name] = frame[name].cat.remove_unused_categories()
    design = SurveyDesign.from_frame(
        frame,
        weights=_WEIGHT,
        strata=strata or ("stratum" if "stratum" in data else None),
        clusters=clusters or _clusters(frame, household),
        lonely_psu=lonely_psu,
        nest=nest,
    )
    indicators, evidence = _indicators(frame, excluded)
    if _DEPRIVED in frame and _DEPRIVED not in names:  # a group of the deprived is all deprived
        indicators["md"] = Proportion(_DEPRIVED)
    return estimate_protected(
        design,
        indicators,
        names,
        household=household,
        size="household_size" if unit == "household" else None,
        rules=rules,
        evidence=evidence,
        total_only=["arpt"],
        missing="drop",
    )


def _clusters(frame: pd.DataFrame, household: str | Sequence[str]) -> str:
    if "psu" in frame:
        return "psu"
    names = as_names(household)
    absent = [name for name in names if name not in frame]
    if absent:
        raise ValueError(
            f"The table has no {', '.join(absent)}: households must be told apart. Where one "
            "person of each was asked, number the persons."
        )
    frame["_household"] = frame.groupby(names, sort=False, observed=True).ngroup()
    return "_household"


def _indicators(
    frame: pd.DataFrame, excluded: str | None
) -> tuple[dict[str, Indicator], dict[str, Evidence]]:
    income, weight = frame[_INCOME].to_numpy(), frame[_WEIGHT].to_numpy()
    line = at_risk_of_poverty_threshold(income, weight)
    if not line > 0:
        raise ValueError(
            "The median income is not positive, so there is no poverty line: check the missing "
            "codes of the income."
        )
    poor = income < line
    indicators: dict[str, Indicator] = {
        "arpt": Index(_three_digits(poverty_line_linearised), _INCOME),
        "arpr": Index(at_risk_of_poverty_rate_linearised, _INCOME),
    }
    evidence = {"arpt": Evidence(), "arpr": Evidence(numerator=poor)}
    if excluded is not None:
        if not pd.api.types.is_bool_dtype(frame[excluded]) or frame[excluded].isna().any():
            raise TypeError(f"{excluded} must be boolean without missing values: recode it.")
        indicators["arope"] = Index(
            at_risk_of_poverty_or_social_exclusion_rate_linearised, _INCOME, excluded
        )
        evidence["arope"] = Evidence(numerator=poor | frame[excluded].to_numpy(dtype=bool))
    indicators["rmpg"] = Index(_three_digits(relative_median_poverty_gap_linearised), _INCOME)
    indicators["s80s20"] = Index(quintile_share_ratio_linearised, _INCOME)
    indicators["gini"] = Index(gini_linearised, _INCOME)
    evidence["rmpg"] = Evidence(base=poor)
    evidence |= {name: Evidence(amount=income) for name in ("s80s20", "gini")}
    return indicators, evidence


def _three_digits(index: Callable[..., Linearised]) -> Callable[..., Linearised]:
    """Return an index of one or two households' incomes to three significant digits.

    All digits of a threshold, or of the ratio of two medians, tell the incomes. The interval is
    formed around the rounded value, or its middle would tell them.
    """

    def rounded(income: pd.Series, weight: npt.ArrayLike, domain: npt.ArrayLike) -> Linearised:
        found = index(income, weight, domain=domain)
        return Linearised(float(f"{found.estimate:.3g}"), found.influence)

    return rounded
