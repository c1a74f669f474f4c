"""One comparable series out of a data package, or a refusal that says why.

Which rows must not stand in one series is data, not code: the package ``comparability``
lists breaks, definitions of the same notion and caveats, each with reason and origin.
"""

import datetime as dt
import difflib
import itertools
import re
from collections.abc import Callable, Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from armutsexpertise import catalog
from armutsexpertise.catalog.periods import first_day, last_day

__all__ = ["caveats", "require_comparable", "series", "series_index"]

_COMPARABILITY = "comparability"
_PACKAGES = (
    "climate_adaptation",
    "digital",
    "distribution",
    "eurostat",
    "poverty_context",
    "statutory",
)
# What must be one and the same in a series, with the argument that fixes it.
_AXES = ("topic", "dimension", "item", "population", "unit", "place")
_REMARKS = ("provisional", "doubtful")
_RULE_COLUMNS = ("topic", "item", "population", "place", "unit")
_COLUMNS = [
    "period",
    "period_start",
    "period_end",
    "value",
    "value_low",
    "value_high",
    "unit",
    "flag",
    "break_before",
    "break_reason",
    "remark",
    "definition",
    "confidence",
    "source",
    "source_url",
    "id",
]


def series(
    package: str,
    *,
    topic: str | None = None,
    item: str | None = None,
    place: str | None = None,
    population: str | None = None,
    unit: str | None = None,
    dimension: str | None = None,
    start: str | None = None,
    end: str | None = None,
    across_breaks: bool = False,
    root: Path | None = None,
) -> pd.DataFrame:
    """Return one comparable series of a data package, earliest period first.

    Parameters
    ----------
    package : str
        ``climate_adaptation``, ``digital``, ``distribution``, ``eurostat``,
        ``poverty_context`` or ``statutory``.
    topic, item, population, unit, dimension : str, optional
        Exact cells that select the rows. In ``eurostat`` the topic is the dataset code and
        the population the category; only there is a dimension.
    place : str, optional
        Code of the place, or its name where the code is ``OTHER``.
    start, end : str, optional
        First and last period (year, half-year, month or day) to take; both inclusive.
    across_breaks : bool
        Return a series that crosses a marked break, with ``break_before`` set. Different
        units, definitions, places or periods that overlap are refused all the same.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    DataFrame, one row per period
        ``period`` (text of the source), ``period_start``, ``period_end`` (ISO days),
        ``value``, ``value_low``, ``value_high`` (in ``unit``), ``flag`` (Eurostat's),
        ``break_before`` (bool: not comparable with the row above), ``break_reason``,
        ``remark`` (provisional or doubtful value), ``definition``, ``confidence``,
        ``source``, ``source_url``, ``id``.

    Raises
    ------
    ValueError
        If nothing is selected, the selection mixes topics, items, populations, units or
        places, holds a row without a period, overlapping periods or a row that is not to
        be printed, or crosses a marked break.
    CatalogError
        If there is no such package.

    Examples
    --------
    >>> warm = series("eurostat", topic="ilc_mdes01", place="DE", population="all households",
    ...               start="2020", end="2022")
    >>> warm[["period", "value"]].values.tolist()
    [['2020', 7.0], ['2021', 3.3], ['2022', 6.7]]
    """
    rows = _rows(package, root)
    wanted = {
        "topic": topic,
        "dimension": dimension,
        "item": item,
        "population": population,
        "unit": unit,
        "place": place,
    }
    chosen = _select(rows, wanted, package)
    chosen = _between(chosen, start, end, package)
    _refuse_mixtures(chosen, package)
    _refuse_unprintable(chosen, package, root)
    chosen = chosen.sort_values("period_start", kind="stable").reset_index(drop=True)
    _refuse_periods(chosen, package)
    chosen = _mark(chosen, package, root)
    definitions = chosen["definition"].dropna().unique()
    if len(definitions) > 1:
        raise ValueError(
            f"{package}: the selection mixes the definitions {', '.join(definitions)}; "
            "select one of them."
        )
    crossed = chosen[chosen["break_before"]]
    if len(crossed) and not across_breaks:
        first = crossed.iloc[0]
        raise ValueError(
            f"{package}: the series crosses {len(crossed)} break(s), the first before "
            f"{first['period']} ({first['break_reason']}) Cut it with start or end, or pass "
            "across_breaks=True and show the break."
        )
    return chosen[_COLUMNS]


def series_index(package: str, root: Path | None = None) -> pd.DataFrame:
    """List what :func:`series` can select in a package.

    Parameters
    ----------
    package : str
        Name of the package; see :func:`series`.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    DataFrame, one row per series
        ``topic``, ``dimension``, ``item``, ``population``, ``unit``, ``place``, ``rows``
        (count), ``first`` and ``last`` (ISO days, missing where no period is stated).

    Examples
    --------
    >>> index = series_index("climate_adaptation")
    >>> int(index.loc[index["topic"] == "hot_days_nrw", "rows"].item())
    29
    """
    rows = _rows(package, root)
    return (
        rows.groupby(list(_AXES), sort=True)
        .agg(rows=("id", "size"), first=("period_start", "min"), last=("period_end", "max"))
        .reset_index()
    )


def require_comparable(*selected: pd.DataFrame, root: Path | None = None) -> None:
    """Refuse to compare series whose definitions or units differ, or that a break parts.

    Parameters
    ----------
    *selected : DataFrame
        Results of :func:`series`, at least two.
    root : Path, optional
        Folder with data packages, the same as for :func:`series`; the bundled data by default.

    Raises
    ------
    ValueError
        If there are fewer than two tables, a table is no result of :func:`series` with this
        ``root``, or the series differ in unit, follow different definitions of the same notion or
        lie on different sides of a break throughout; the message carries the reasons.
    TypeError
        If something else than a table is given.

    Notes
    -----
    Silence is no proof: series without an entry in ``comparability/definitions`` pass. Two series
    that both cross a break are compared on each side of it and pass; ``break_before`` marks it.

    Examples
    --------
    >>> hi = series("statutory", topic="emission_factor_geg", item="Natural gas")
    >>> require_comparable(hi, hi)
    """
    _require_results(selected)
    problems = []
    units = sorted({u for frame in selected for u in frame["unit"].unique()})
    if len(units) > 1:
        problems.append(f"The series have different units ({', '.join(units)}); convert first.")
    problems += _different_definitions(selected, root) or _parted_by_breaks(selected, root)
    if problems:
        raise ValueError(" ".join(problems))


def _require_results(selected: tuple[pd.DataFrame, ...]) -> None:
    if len(selected) < 2:
        raise ValueError(f"{len(selected)} series given: give the two or more to be compared.")
    for place, frame in enumerate(selected, start=1):
        if not isinstance(frame, pd.DataFrame):
            raise TypeError(
                f"Series {place} is {type(frame).__name__} and no table: give the results of "
                "series() one by one."
            )
        lacking = [c for c in ("id", "period_start", "unit", "definition") if c not in frame]
        if lacking:
            raise ValueError(
                f"Series {place} lacks the column(s) {', '.join(lacking)}: give the table as "
                "series() returns it."
            )


def _different_definitions(selected: tuple[pd.DataFrame, ...], root: Path | None) -> list[str]:
    rules = _rules("definitions", root)
    known = {d for frame in selected for d in frame["definition"].dropna().unique()}
    problems = []
    for family, group in rules[rules["definition"].isin(known)].groupby("family"):
        titles = dict(zip(group["definition"], group["title_de"], strict=True))
        if len(titles) > 1:
            problems.append(
                f"The series follow different definitions of {family} "
                f"({'; '.join(titles.values())}): {' '.join(group['reason_de'].unique())} "
                "Compare within one definition."
            )
    return problems


def _parted_by_breaks(selected: tuple[pd.DataFrame, ...], root: Path | None) -> list[str]:
    """Say which breaks lie between two series so that they have no side of it in common."""
    sides = [_sides(frame, place, root) for place, frame in enumerate(selected, start=1)]
    problems = []
    for first, second in itertools.combinations(sides, 2):
        for key in first.keys() & second.keys():
            (mine, reason), (other, _) = first[key], second[key]
            if not mine & other:
                problems.append(
                    f"A break lies between the series ({', '.join(sorted(mine))} and "
                    f"{', '.join(sorted(other))}): {reason} Compare within one side of it."
                )
    return sorted(set(problems))


def _sides(
    frame: pd.DataFrame, place: int, root: Path | None
) -> dict[tuple[str, str], tuple[set[str], str]]:
    """Return on which sides of each break the rows of a series lie, with the reason.

    A break belongs to a definition, so that it also parts series of different topics; where there
    is none, to its rule.
    """
    found: dict[tuple[str, str], tuple[set[str], str]] = {}
    wanted, breaks = set(frame["id"]), _rules("breaks", root)
    for package in _PACKAGES:
        if not wanted:
            break
        rows = _rows(package, root)
        own = rows[rows["id"].isin(wanted)].reset_index(drop=True)
        wanted -= set(own["id"])
        if own.empty:
            continue
        definitions = _definitions(own, package, root)
        for rule in breaks[breaks["package"] == package].to_dict("records"):
            if rule["kind"] in _REMARKS:
                continue
            start = first_day(rule["first_period"]).isoformat()
            each = rule["kind"] == "each_period"
            for n in _matching(own, rule).to_numpy().nonzero()[0]:
                begins = own["period_start"][n]
                side = f"{'from' if begins >= start else 'before'} {rule['first_period']}"
                name = rule["id"] if pd.isna(definitions[n]) else definitions[n]
                key = (name, "" if each else start)
                held = found.setdefault(key, (set(), rule["reason_de"]))
                held[0].add(own["period"][n] if each else side)
    if wanted:
        raise ValueError(
            f"{len(wanted)} row(s) of series {place} are in no data package here "
            f"({_listed(sorted(wanted), 3)}): pass the root that series() had."
        )
    return found


def caveats(
    package: str,
    topic: str | None = None,
    severity: str | None = "print",
    root: Path | None = None,
) -> list[str]:
    """Return the sentences that a report must print beside data of a package.

    Parameters
    ----------
    package : str
        Name of the package.
    topic : str, optional
        Topic of the rows (dataset code in ``eurostat``, table in packages with several);
        all topics by default.
    severity : str or None
        ``print`` (a sentence for the report), ``do_not_sum``, ``do_not_print``, or None for
        all.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    list of str
        German sentences in the order of the table; empty where there are none.

    Examples
    --------
    >>> caveats("statutory", "ets2_price_projection")[0][:40]
    'Preise des zweiten europäischen Emission'
    """
    rules = _rules("caveats", root)
    rules = rules[rules["package"] == package]
    if severity is not None:
        rules = rules[rules["severity"] == severity]
    if topic is not None:
        fits = [not t or re.fullmatch(t, topic) is not None for t in rules["topic"]]
        rules = rules[fits]
    return rules["text_de"].tolist()


def _rules(resource: str, root: Path | None = None) -> pd.DataFrame:
    return _table(_COMPARABILITY, resource, catalog.data_root() if root is None else Path(root))


def _matching(rows: pd.DataFrame, rule: dict[Hashable, Any]) -> pd.Series:
    """Tell which rows a rule selects; an empty pattern fits every row."""
    fits = pd.Series(True, index=rows.index)
    for column in _RULE_COLUMNS:
        pattern = rule.get(column)
        if pattern:
            fits &= rows[column].str.fullmatch(pattern)
    return fits


@lru_cache(maxsize=32)
def _table(package: str, resource: str, root: Path) -> pd.DataFrame:
    frame = catalog.read(package, resource, root)
    text = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]
    return frame.assign(**{c: frame[c].fillna("") for c in text})


def _rows(package: str, root: Path | None) -> pd.DataFrame:
    if package not in _PACKAGES:
        raise ValueError(f'"{package}" holds no series; packages with series: {_listed(_PACKAGES)}')
    return _prepared(package, catalog.data_root() if root is None else Path(root))


@lru_cache(maxsize=16)
def _prepared(package: str, root: Path) -> pd.DataFrame:
    """Bring the rows of a package into one layout, whatever its columns are called."""
    raw = _table(package, package, root)
    if package == "eurostat":
        raw = raw.rename(columns={"dataset_code": "topic", "category": "population"}).assign(
            start=raw["period"], end=raw["period"], value_low=float("nan"), value_high=float("nan")
        )
    else:
        raw = raw.rename(
            columns={
                "population_definition": "population",
                "period_start": "start",
                "period_end": "end",
            }
        ).assign(dimension="", flag="")
        named = raw["place"] == "OTHER"
        raw = raw.assign(place=raw["place"].where(~named, raw["place_name"]))
        raw = raw.assign(
            period=[_period(s, e) for s, e in zip(raw["start"], raw["end"], strict=True)]
        )
    ends = raw["end"].where(raw["end"] != "", raw["start"])
    return raw.assign(
        period_start=_days(raw["start"], first_day),
        period_end=_days(ends, last_day),
        source=raw["source_title"],
    )


def _days(texts: pd.Series, bound: Callable[[str], dt.date]) -> pd.Series:
    return texts.map({text: bound(text).isoformat() for text in texts.unique() if text})


def _period(start: str, end: str) -> str:
    return start if end in ("", start) else f"{start}/{end}"


def _listed(values: Any, limit: int = 8) -> str:
    values = [str(v) or "(empty)" for v in values]
    more = f" and {len(values) - limit} more" if len(values) > limit else ""
    return "; ".join(values[:limit]) + more


def _select(rows: pd.DataFrame, wanted: dict[str, str | None], package: str) -> pd.DataFrame:
    for column, value in wanted.items():
        if value is None:
            continue
        kept = rows[rows[column] == value]
        if kept.empty:
            known = sorted(rows[column].unique())
            near = difflib.get_close_matches(value, known, n=3, cutoff=0.4) or known
            raise ValueError(
                f'{package}: no row has {column} "{value}" in this selection; '
                f"there are: {_listed(near)}."
            )
        rows = kept
    return rows


def _between(rows: pd.DataFrame, start: str | None, end: str | None, package: str) -> pd.DataFrame:
    kept = rows
    if start is not None:
        kept = kept[kept["period_start"].fillna("9999") >= first_day(start).isoformat()]
    if end is not None:
        kept = kept[kept["period_end"].fillna("9999") <= last_day(end).isoformat()]
    if kept.empty:
        first, last = rows["period_start"].min(), rows["period_end"].max()
        raise ValueError(
            f"{package}: no row lies between start and end; the selection covers {first} to {last}."
        )
    return kept


def _refuse_mixtures(rows: pd.DataFrame, package: str) -> None:
    for column in _AXES:
        values = sorted(rows[column].unique())
        if len(values) > 1:
            raise ValueError(
                f"{package}: the selection mixes {len(values)} values of {column} "
                f"({_listed(values)}); pass {column}=... to take one."
            )


def _refuse_unprintable(rows: pd.DataFrame, package: str, root: Path | None) -> None:
    rules = _rules("caveats", root)
    rules = rules[(rules["package"] == package) & (rules["severity"] == "do_not_print")]
    for row_ids, text in zip(rules["row_ids"], rules["text_de"], strict=True):
        hit = rows["id"].str.fullmatch(str(row_ids))
        if hit.any():
            raise ValueError(
                f"{package}: {int(hit.sum())} of the selected rows must not be printed: {text}"
            )


def _refuse_periods(rows: pd.DataFrame, package: str) -> None:
    undated = int(rows["period_start"].isna().sum())
    if undated:
        raise ValueError(
            f"{package}: {undated} of {len(rows)} selected rows have no period; "
            "set start or end to leave them out."
        )
    previous = rows["period_end"].shift()
    clash = rows[(previous >= rows["period_start"]) & previous.notna()]
    if len(clash):
        at = clash.index[0]
        raise ValueError(
            f"{package}: the periods {rows['period'][at - 1]} and {rows['period'][at]} overlap "
            f"({len(clash)} such pairs); select one definition or source."
        )


def _mark(rows: pd.DataFrame, package: str, root: Path | None) -> pd.DataFrame:
    """Set breaks, remarks and the definition from the rules that select the rows."""
    reasons: list[list[str]] = [[] for _ in range(len(rows))]
    remarks: list[list[str]] = [[] for _ in range(len(rows))]
    starts = [dt.date.fromisoformat(s) for s in rows["period_start"]]
    rules = _rules("breaks", root)
    for rule in rules[rules["package"] == package].to_dict("records"):
        fits = _matching(rows, rule)
        if not fits.any():
            continue
        first = first_day(rule["first_period"])
        for n in range(len(rows)):
            if rule["kind"] in _REMARKS:
                if first <= starts[n] <= last_day(rule["last_period"]):
                    remarks[n].append(rule["reason_de"])
            elif n and (rule["kind"] == "each_period" or starts[n - 1] < first <= starts[n]):
                reasons[n].append(rule["reason_de"])
    for n in range(1, len(rows)):
        if rows["flag"][n] == "b" and not reasons[n]:
            reasons[n].append("Zeitreihenbruch nach dem Kennzeichen der Quelle.")
    return rows.assign(
        break_before=[bool(r) for r in reasons],
        break_reason=[" ".join(r) for r in reasons],
        remark=[" ".join(r) for r in remarks],
        definition=_definitions(rows, package, root),
    )


def _definitions(rows: pd.DataFrame, package: str, root: Path | None) -> pd.Series:
    """Return the definition that each row follows, missing where none is listed."""
    definitions = pd.Series(None, index=rows.index, dtype="object")
    named = _rules("definitions", root)
    for rule in named[named["package"] == package].to_dict("records"):
        definitions[_matching(rows, rule)] = rule["definition"]
    return definitions
