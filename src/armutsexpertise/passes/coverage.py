"""How many municipalities have a pass: shares with bounds over what is not known.

The inventory of passes is a search sample. A municipality that does not appear in it has not
been shown to have no pass, so a share of municipalities is identified only up to an interval.
"""

from collections.abc import Collection, Sequence
from itertools import product
from typing import Literal, overload

import numpy as np
import pandas as pd

from armutsexpertise._checks import require_columns, require_known, require_unique
from armutsexpertise.passes._bounds import check_passes, exact_sum, worst_case
from armutsexpertise.passes.vocabulary import (
    CURRENT_OR_DATED,
    FRESHNESS,
    ISSUER_LEVELS,
    KINDS,
    SOCIAL_KINDS,
    STATUSES,
)

Level = Literal["municipality", "county"]

MUNICIPALITY_STATUSES = ("confirmed", "absent", "unknown")
ALL_DOMAINS = "insgesamt"
_COUNTY = "Kreis"
_COUNTY_TYPES = ("kreisfreie Stadt", _COUNTY)


def municipality_status(
    municipalities: pd.DataFrame,
    passes: pd.DataFrame,
    *,
    kinds: Collection[str] = SOCIAL_KINDS,
    freshness: Collection[str] = CURRENT_OR_DATED,
    level: Level = "municipality",
) -> pd.Series:
    """Say for each municipality whether a pass is confirmed, denied or not known.

    Parameters
    ----------
    municipalities : DataFrame, shape (n_municipalities, any)
        Columns ``ags8``, ``kreis_ags5`` and ``kreis_type``.
    passes : DataFrame, shape (n_passes, any)
        One row per pass, as in the cleaned table of passes.
    kinds : collection of str
        Kinds of pass that count.
    freshness : collection of str
        Ages of the source that count, for a yes as for a no.
    level : {"municipality", "county"}
        Issuer of the pass: the municipality itself, or the Kreis it belongs to.

    Returns
    -------
    Series of str, shape (n_municipalities,)
        ``confirmed``, ``absent`` or ``unknown``, indexed by ``ags8`` in the order of
        ``municipalities``. With ``level="county"`` only the municipalities of a Kreis: a
        kreisfreie Stadt has no Kreis that could issue a pass.

    Raises
    ------
    ValueError
        If a column is missing, a key repeats, a value is not in the vocabulary, or a pass
        names a municipality or Kreis that ``municipalities`` does not list.
    TypeError
        If ``verified`` or ``counts_for_municipality`` is not boolean.

    Notes
    -----
    Confirmed: at least one pass of the kinds with status ``yes``, found again at the re-check,
    that counts for the municipality. Absent: no such pass, and a source of that freshness says
    that there is none or that it was abolished. Everything else is unknown: proposals, open
    outcomes, sources without a date, entries not found again, and municipalities that the
    inventory does not name.
    """
    require_columns(municipalities, ("ags8", "kreis_ags5", "kreis_type"), "municipalities")
    require_unique(municipalities, ("ags8",), "municipalities")
    require_known(municipalities["kreis_type"], _COUNTY_TYPES, "municipalities.kreis_type")
    check_passes(passes)
    require_known(sorted(kinds), KINDS, "kinds")
    require_known(sorted(freshness), FRESHNESS, "freshness")
    require_known([level], ("municipality", "county"), "level")

    key = "ags8" if level == "municipality" else "kreis_ags5"
    issued = passes[passes["issuer_level"].eq(level)]
    strangers = set(issued["ags"]) - set(municipalities[key])
    if strangers:
        raise ValueError(
            f"passes names {len(strangers)} key(s) that municipalities.{key} does not list "
            f"({', '.join(sorted(strangers))}): pass the full list and subset the result."
        )
    counted = issued[
        issued["verified"] & issued["kind"].isin(kinds) & issued["freshness"].isin(freshness)
    ]
    scope = municipalities
    if level == "municipality":
        counted = counted[counted["counts_for_municipality"]]
    else:
        scope = municipalities[municipalities["kreis_type"].eq(_COUNTY)]
    has_pass = scope[key].isin(counted.loc[counted["status"].eq("yes"), "ags"])
    has_none = scope[key].isin(counted.loc[counted["status"].isin(("no", "abolished")), "ags"])
    values = np.select([has_pass, has_none], ["confirmed", "absent"], default="unknown")
    index = pd.Index(scope["ags8"], name="ags8")
    return pd.Series(values, index=index, name="status", dtype="str")


def coverage_bounds(
    status: pd.Series,
    weight: pd.Series | None = None,
    by: pd.Series | Sequence[pd.Series] | None = None,
) -> pd.DataFrame:
    r"""Bound the share of municipalities, or of their population, with a pass.

    Parameters
    ----------
    status : Series of str, shape (n,)
        ``confirmed``, ``absent`` or ``unknown`` per municipality.
    weight : Series of float, optional
        Weight per municipality (inhabitants, for a share of the population), looked up by the
        index of ``status``. Default: each municipality counts once.
    by : Series, or sequence of Series, optional
        Domain per municipality, looked up by the index of ``status``; the name becomes the
        column. Categories of an ordered categorical keep their order and appear even when
        empty. Several Series are crossed, and a row over all domains is added.

    Returns
    -------
    DataFrame
        One row per domain: the domain columns, ``n`` (municipalities), ``n_weighted`` (sum of
        weights), ``confirmed``, ``absent``, ``unknown`` (numbers of municipalities), ``lower``,
        ``upper`` and ``width`` (shares in [0, 1]). An empty domain has ``n`` 0 and NaN bounds.

    Raises
    ------
    ValueError
        If a status is not in the vocabulary, the index repeats, a weight is missing, negative
        or infinite, or a domain is missing or has no name.

    Notes
    -----
    .. math:: \frac{W_c}{W} \le \theta \le 1 - \frac{W_a}{W}

    with the weights of confirmed, absent and all municipalities: the worst-case bounds of
    Manski (1989, doi:10.2307/145818), who shows that they are sharp; Horowitz and Manski
    (2000, doi:10.1080/01621459.2000.10473902) for missing outcomes in general. All 396
    municipalities are in the frame, so the interval expresses what is not known, not sampling.

    Examples
    --------
    >>> status = pd.Series({"a": "confirmed", "b": "absent", "c": "unknown", "d": "unknown"})
    >>> coverage_bounds(status)[["n", "lower", "upper"]]
       n  lower  upper
    0  4   0.25   0.75
    """
    require_known(status, MUNICIPALITY_STATUSES, "status")
    if not status.index.is_unique:
        raise ValueError("status repeats index labels: keep one row per municipality.")
    frame = pd.DataFrame({"status": status.to_numpy(), "weight": 1.0}, index=status.index)
    if weight is not None:
        frame["weight"] = _aligned(weight, status.index, "weight").astype(float)
        if not np.isfinite(frame["weight"]).all() or (frame["weight"] < 0).any():
            raise ValueError("weight must be finite and not negative: check the weights.")
    domains = [] if by is None else [by] if isinstance(by, pd.Series) else list(by)
    for domain in domains:
        if domain.name is None:
            raise ValueError("by holds a Series without a name: name each domain.")
        frame[str(domain.name)] = _aligned(domain, status.index, str(domain.name))

    names = [str(domain.name) for domain in domains]
    rows = [
        dict(zip(names, levels, strict=True)) | _bounds_of(_rows_at(frame, names, levels))
        for levels in product(*(_levels(frame[name]) for name in names))
    ]
    if names and not isinstance(by, pd.Series):
        rows.append(dict.fromkeys(names, ALL_DOMAINS) | _bounds_of(frame))
    return pd.DataFrame(rows)


def _aligned(values: pd.Series, index: pd.Index, what: str) -> pd.Series:
    aligned = values.reindex(index)
    missing = int(aligned.isna().sum())
    if missing:
        raise ValueError(
            f"{what} is missing for {missing} of {len(index)} municipalities: fill it first."
        )
    return aligned


def _levels(domain: pd.Series) -> list[str]:
    if isinstance(domain.dtype, pd.CategoricalDtype):
        return list(domain.cat.categories)
    return sorted(domain.unique())


def _rows_at(frame: pd.DataFrame, names: Sequence[str], levels: Sequence[str]) -> pd.DataFrame:
    inside = np.ones(len(frame), dtype=bool)
    for name, level in zip(names, levels, strict=True):
        inside &= frame[name].eq(level).to_numpy(dtype=bool)
    return frame[inside]


def _bounds_of(frame: pd.DataFrame) -> dict[str, float | int]:
    number = {one: int(frame["status"].eq(one).sum()) for one in MUNICIPALITY_STATUSES}
    weight = {
        one: exact_sum(frame.loc[frame["status"].eq(one), "weight"])
        for one in MUNICIPALITY_STATUSES
    }
    lower, upper = worst_case(weight["confirmed"], weight["absent"], weight["unknown"])
    return {
        "n": len(frame),
        "n_weighted": exact_sum(frame["weight"]),
        **number,
        "lower": lower,
        "upper": upper,
        "width": upper - lower,
    }


def counts_apart(passes: pd.DataFrame) -> pd.DataFrame:
    """Count the entries that are no social pass of a municipality of its own.

    Parameters
    ----------
    passes : DataFrame, shape (n_passes, any)
        One row per pass.

    Returns
    -------
    DataFrame
        One row per observed ``kind``, ``issuer_level``, ``status`` and ``freshness``, in the
        order of the vocabulary: ``n`` entries found again at the re-check and
        ``n_unverified`` entries that were not. Culture-ticket associations, pure mobility
        tickets, family passes, passes of a Kreis, and benefits that are no pass.

    Raises
    ------
    ValueError
        If a column is missing, a key repeats or a value is not in the vocabulary.
    TypeError
        If ``verified`` or ``counts_for_municipality`` is not boolean.
    """
    check_passes(passes)
    own_social_pass = (
        passes["kind"].isin(SOCIAL_KINDS)
        & passes["issuer_level"].eq("municipality")
        & passes["counts_for_municipality"]
    )
    apart = passes.loc[~own_social_pass]
    keys = {
        "kind": KINDS,
        "issuer_level": ISSUER_LEVELS,
        "status": STATUSES,
        "freshness": FRESHNESS,
    }
    ordered = apart.assign(
        **{
            key: pd.Categorical(apart[key], categories=list(order), ordered=True)
            for key, order in keys.items()
        },
        unverified=~apart["verified"],
    )
    counted = (
        ordered.groupby(list(keys), observed=True)
        .agg(n=("verified", "sum"), n_unverified=("unverified", "sum"))
        .reset_index()
    )
    return counted.astype(dict.fromkeys(keys, "str") | {"n": int, "n_unverified": int})


def searched_share(
    municipalities: pd.DataFrame,
    passes: pd.DataFrame,
    by: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Say how far the search reached: municipalities with any entry in the inventory.

    Parameters
    ----------
    municipalities : DataFrame, shape (n_municipalities, any)
        Columns ``ags8``, ``population`` and those named in ``by``.
    passes : DataFrame, shape (n_passes, any)
        One row per pass, of whatever kind, status and age.
    by : str or sequence of str, optional
        Columns of ``municipalities``; several are crossed. A row over all domains is added.

    Returns
    -------
    DataFrame
        The domain columns, ``n``, ``with_entry`` (numbers of municipalities), ``share`` and
        ``population_share`` (in [0, 1]; NaN for a domain without municipalities).

    Raises
    ------
    ValueError
        If a column is missing or a key repeats.

    Notes
    -----
    A search without a result leaves no entry, so this is a lower bound of what was searched.
    """
    names = [] if by is None else [by] if isinstance(by, str) else list(by)
    require_columns(municipalities, ["ags8", "population", *names], "municipalities")
    require_unique(municipalities, ("ags8",), "municipalities")
    check_passes(passes)
    table = municipalities.set_index("ags8")
    entry = np.where(table.index.isin(passes["ags"]), "confirmed", "unknown")
    status = pd.Series(entry, index=table.index)
    domains = [table[name] for name in names] or None
    counted = coverage_bounds(status, by=domains)
    weighted = coverage_bounds(status, weight=table["population"], by=domains)
    return counted[[*names, "n"]].assign(
        with_entry=counted["confirmed"],
        share=counted["lower"],
        population_share=weighted["lower"],
    )


@overload
def informative(lower: pd.Series, upper: pd.Series, max_width: float) -> pd.Series: ...
@overload
def informative(lower: float, upper: float, max_width: float) -> bool: ...
def informative(
    lower: pd.Series | float, upper: pd.Series | float, max_width: float
) -> pd.Series | bool:
    """Say whether bounds are narrow enough to state a share.

    Parameters
    ----------
    lower, upper : Series of float or float
        Bounds in [0, 1].
    max_width : float
        Largest width, in (0, 1], that a reader may still call an answer. A choice of the
        study, not of the method.

    Returns
    -------
    Series of bool or bool
        False for undefined bounds (NaN).

    Raises
    ------
    ValueError
        If ``max_width`` is not in (0, 1] or an upper bound lies below its lower bound.

    Examples
    --------
    >>> informative(0.1, 0.9, max_width=0.2)
    False
    """
    if not 0 < max_width <= 1:
        raise ValueError(f"max_width is {max_width}: give a share above 0 and up to 1.")
    width = upper - lower
    if np.any(np.asarray(width) < 0):
        raise ValueError("An upper bound lies below its lower bound: check the order.")
    narrow = width <= max_width
    return narrow if isinstance(narrow, pd.Series) else bool(narrow)


def kreis_summary(municipalities: pd.DataFrame, status: pd.Series) -> pd.DataFrame:
    """Summarise the status of the municipalities per Kreis, for a tile map.

    Parameters
    ----------
    municipalities : DataFrame, shape (n_municipalities, any)
        Columns ``ags8``, ``kreis_ags5``, ``kreis``, ``kreis_type`` and ``population``.
    status : Series of str
        Status per municipality, indexed by ``ags8``.

    Returns
    -------
    DataFrame
        One row per Kreis or kreisfreie Stadt, sorted by ``kreis_ags5``: name and type, ``n``,
        ``confirmed``, ``absent``, ``unknown`` (numbers of municipalities), ``population``, and
        ``population_confirmed``, ``population_absent``, ``population_unknown`` (shares of the
        population, summing to 1).

    Raises
    ------
    ValueError
        If a column is missing, a key repeats, or a municipality has no status.
    """
    require_columns(
        municipalities,
        ("ags8", "kreis_ags5", "kreis", "kreis_type", "population"),
        "municipalities",
    )
    require_unique(municipalities, ("ags8",), "municipalities")
    require_known(status, MUNICIPALITY_STATUSES, "status")
    table = municipalities.set_index("ags8")
    found = _aligned(status, table.index, "status")
    for one in MUNICIPALITY_STATUSES:
        table[one] = found.eq(one)
        table[f"population_{one}"] = table["population"].where(table[one], 0)
    shares = [f"population_{one}" for one in MUNICIPALITY_STATUSES]
    summary = (
        table.assign(n=1)
        .groupby(["kreis_ags5", "kreis", "kreis_type"])[
            ["n", *MUNICIPALITY_STATUSES, "population", *shares]
        ]
        .sum()
        .reset_index()
    )
    summary[shares] = summary[shares].div(summary["population"], axis=0)
    return summary
