"""Dated legal and official parameters: which value holds on which day.

Which row of the collection is the value of a parameter, and on which days, is data (package
``parameters``), not code. A day without a value is an error, never the nearest value.
"""

import datetime as dt
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from armutsexpertise import catalog
from armutsexpertise.catalog.periods import first_day, last_day
from armutsexpertise.catalog.problems import Problem
from armutsexpertise.catalog.table import Table

__all__ = [
    "Parameter",
    "by_household_size",
    "check_parameters",
    "parameter",
    "parameter_table",
    "parameter_throughout",
    "parameters",
    "standard_benefit_divisions",
]

_ONE_DAY = dt.timedelta(days=1)
# Shares of the single-person reference households stand for all adults; see Notes below.
_DIVISIONS = {
    "RBS1": "rbeg2021_abteilung",
    "RBS2": "rbeg2021_abteilung",
    "RBS3": "rbeg2021_abteilung",
    "RBS5": "rbeg2021_child6_13",
    "RBS6": "rbeg2021_child0_5",
}
_RBEG_YEAR = dt.date(2021, 1, 1)


@dataclass(frozen=True)
class Parameter:
    """A value with the days on which it holds and where it comes from.

    Attributes
    ----------
    name, item, variant : str
        Which parameter; item and variant are empty where there is only one.
    value : float or None
        The value in `unit`; None where the law names a range (see `value_low`).
    value_low, value_high : float or None
        Bounds in `unit`, both inclusive, where the law names a range.
    unit : str
        Unit as in the collection, such as ``EUR_per_t_CO2``.
    valid_from, valid_to : date or None
        First and last day; None is no stated begin and an open end.
    legal_basis : str
        Act and section; empty where none was established.
    source, source_url, source_kind, confidence, note : str
        As in the collection; several texts are joined by " | ".
    row_ids : tuple of str
        Rows of the packages ``statutory`` and ``parameters`` that carry the numbers.
    key_low, key_high : float or None
        Bounds of a step (low inclusive, high exclusive) in `key_unit`.
    key_unit : str
        Unit of the step.
    """

    name: str
    item: str
    variant: str
    value: float | None
    value_low: float | None
    value_high: float | None
    unit: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    legal_basis: str
    source: str
    source_url: str
    source_kind: str
    confidence: str
    note: str
    row_ids: tuple[str, ...]
    key_low: float | None = None
    key_high: float | None = None
    key_unit: str = ""

    def exact(self) -> float:
        """Return the value, or refuse where the law names a range.

        Returns
        -------
        float
            The value in `unit`.

        Raises
        ------
        ValueError
            If there is only a range.
        """
        if self.value is None:
            raise ValueError(
                f"{self.name} is a range from {self.value_low:g} to {self.value_high:g} "
                f"{self.unit} here; compute with both bounds."
            )
        return self.value

    def holds_on(self, day: dt.date) -> bool:
        """Tell whether the value holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


def parameter(
    name: str,
    on: str | dt.date,
    *,
    item: str | None = None,
    variant: str = "",
    root: Path | None = None,
) -> Parameter:
    """Return the value of a parameter on a day.

    Parameters
    ----------
    name : str
        Name of the parameter; :func:`parameters` lists all.
    on : str or date
        The day, as date or ISO text (``2025-07-01``).
    item : str, optional
        Stage, division, fuel or household size; needed where there are several.
    variant : str
        A named other version of the same value; the one that applies by default.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    Parameter
        ``value`` is None where the law names a range; then both bounds are set.

    Raises
    ------
    ValueError
        If name, item or variant are unknown, an item is needed, the day cannot be read, or
        there is no value on that day; the message names the days covered.

    Notes
    -----
    Packages are read once per process and folder.

    Examples
    --------
    >>> price = parameter("co2_price", on="2025-07-01")
    >>> price.value, price.unit, price.valid_to.isoformat()
    (55.0, 'EUR_per_t_CO2', '2025-12-31')
    >>> corridor = parameter("co2_price", on="2026-07-01")
    >>> corridor.value is None, corridor.value_low, corridor.value_high
    (True, 55.0, 65.0)
    >>> parameter("regelbedarf", on="2024-01-01", item="RBS1").value
    563.0
    """
    day = _day(on)
    known = _of_name(name, root)
    items = list(dict.fromkeys(p.item for p in known))
    if item is None and len(items) > 1:
        raise ValueError(f"{name} has several items; pass item=... as one of {', '.join(items)}.")
    chosen = [p for p in known if p.item == (items[0] if item is None else item)]
    if not chosen:
        listed = ", ".join(i for i in items if i) or "none (leave item out)"
        raise ValueError(f'{name} has no item "{item}"; there are: {listed}.')
    of_variant = [p for p in chosen if p.variant == variant]
    if not of_variant:
        variants = ", ".join(dict.fromkeys(p.variant or "(empty)" for p in chosen))
        raise ValueError(f'{name} has no variant "{variant}" here; there are: {variants}.')
    for candidate in of_variant:
        if candidate.holds_on(day):
            return candidate
    raise ValueError(
        f"{_label(chosen[0])} has no value on {day.isoformat()}; it covers {_coverage(of_variant)}."
    )


def parameter_throughout(
    name: str,
    period: str,
    *,
    item: str | None = None,
    variant: str = "",
    root: Path | None = None,
) -> Parameter:
    """Return the value of a parameter that holds on every day of a period.

    Parameters
    ----------
    name : str
        Name of the parameter.
    period : str
        ISO year, month, day or interval: ``2025``, ``2025-07``, ``2025-07-01``,
        ``2025-10-01/2026-03-31``.
    item, variant, root
        As in :func:`parameter`.

    Returns
    -------
    Parameter
        As from :func:`parameter`.

    Raises
    ------
    ValueError
        If the period cannot be read, or as in :func:`parameter` for its first or last day, or if
        the value changes within it.

    Examples
    --------
    >>> parameter_throughout("vat_rate", "2023", item="gas").value
    7.0
    >>> parameter_throughout("vat_rate", "2024", item="gas")
    Traceback (most recent call last):
    ValueError: vat_rate (gas) has no single value throughout 2024: give the day as YYYY-MM-DD.
    """
    first, last = first_day(period), last_day(period)
    found = parameter(name, first, item=item, variant=variant, root=root)
    if not found.holds_on(last):
        parameter(name, last, item=item, variant=variant, root=root)  # says where the data end
        raise ValueError(
            f"{_label(found)} has no single value throughout {period}: give the day as YYYY-MM-DD."
        )
    return found


def parameter_table(
    name: str, on: str | dt.date, *, variant: str = "", root: Path | None = None
) -> pd.DataFrame:
    """Return all items of a parameter on a day.

    Parameters
    ----------
    name : str
        Name of the parameter.
    on : str or date
        The day, as date or ISO text.
    variant : str
        A named other version of the values; the one that applies by default.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    DataFrame, one row per item that has a value on the day
        ``item``, ``key_low``, ``key_high``, ``key_unit`` (bounds of a step), ``value``,
        ``value_low``, ``value_high``, ``unit``, ``valid_from``, ``valid_to`` (ISO days),
        ``legal_basis``, ``source``, ``confidence``, in the order of the collection.

    Raises
    ------
    ValueError
        If the name is unknown or no item has a value on the day.

    Examples
    --------
    >>> steps = parameter_table("co2kostaufg_step", on="2024-05-01")
    >>> len(steps), steps.loc[steps["item"] == "10:tenant", "value"].item()
    (20, 5.0)
    """
    day = _day(on)
    known = [p for p in _of_name(name, root) if p.variant == variant]
    valid = [p for p in known if p.holds_on(day)]
    if not valid:
        covered = _coverage(known) if known else "nothing in this variant"
        raise ValueError(f"{name} has no value on {day.isoformat()}; it covers {covered}.")
    columns = (
        "item",
        "key_low",
        "key_high",
        "key_unit",
        "value",
        "value_low",
        "value_high",
        "unit",
        "valid_from",
        "valid_to",
        "legal_basis",
        "source",
        "confidence",
    )
    rows = [[_plain(getattr(p, column)) for column in columns] for p in valid]
    frame = pd.DataFrame(rows, columns=pd.Index(columns))
    numeric = ["key_low", "key_high", "value", "value_low", "value_high"]
    return frame.astype(dict.fromkeys(numeric, "float64"))


def parameters(root: Path | None = None) -> pd.DataFrame:
    """List the parameters there are.

    Parameters
    ----------
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    DataFrame, one row per name, item and variant
        ``name``, ``item``, ``variant``, ``unit``, ``first`` and ``last`` (ISO days; empty is
        no stated begin, an open end), ``gaps`` (number of gaps between), ``title``,
        ``legal_basis``.

    Examples
    --------
    >>> listed = parameters()
    >>> listed.loc[listed["name"] == "co2_price", ["first", "last"]].values.tolist()
    [['2021-01-01', '2026-12-31']]
    """
    rows = []
    titles = _titles(_root(root))
    for name, known in _index(_root(root)).items():
        for item, variant in dict.fromkeys((p.item, p.variant) for p in known):
            spans = [p for p in known if (p.item, p.variant) == (item, variant)]
            rows.append(
                {
                    "name": name,
                    "item": item,
                    "variant": variant,
                    "unit": spans[0].unit,
                    "first": _plain(spans[0].valid_from) or "",
                    "last": _plain(spans[-1].valid_to) or "",
                    "gaps": len(_spans(spans)) - 1,
                    "title": titles[name],
                    "legal_basis": spans[0].legal_basis,
                }
            )
    return pd.DataFrame(rows)


def by_household_size(
    name: str, on: str | dt.date, persons: int, root: Path | None = None
) -> float:
    """Return a parameter given for one, two and each further person, for a household.

    Parameters
    ----------
    name : str
        Parameter with the items ``1``, ``2`` and ``further``.
    on : str or date
        The day, as date or ISO text.
    persons : int
        Persons in the household, at least 1.
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    float
        Amount in the unit of the parameter.

    Raises
    ------
    ValueError
        If the number of persons is below 1 or the parameter has no such items or no value
        on the day.

    Notes
    -----
    Up to two persons the amount of the item; above, the amount for two plus that for each
    further person times the number of further persons (§ 12 Abs. 6 and 7 WoGG).

    Examples
    --------
    >>> round(by_household_size("wohngeld_climate_component", "2024-01-01", 4), 2)
    34.4
    """
    if persons < 1:
        raise ValueError(f"A household has at least 1 person, not {persons}.")
    if persons == 1:
        return parameter(name, on, item="1", root=root).exact()
    two = parameter(name, on, item="2", root=root).exact()
    if persons == 2:
        return two
    return two + (persons - 2) * parameter(name, on, item="further", root=root).exact()


def standard_benefit_divisions(
    on: str | dt.date, stage: str = "RBS1", root: Path | None = None
) -> pd.DataFrame:
    """Split the standard benefit into the divisions of household consumption.

    Parameters
    ----------
    on : str or date
        The day, as date or ISO text, from 2021 on.
    stage : str
        ``RBS1``, ``RBS2``, ``RBS3`` (adults), ``RBS5`` (children from 6 to 13 years) or ``RBS6``
        (children up to the 6th birthday).
    root : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    DataFrame, one row per division
        ``division`` (``1+2``, ``3`` to ``12``), ``share`` (in [0, 1], sums to 1),
        ``amount_eur_m`` (EUR a month, unrounded, sums to the standard benefit),
        ``amount_rbeg_eur_m`` (EUR a month in the act), ``standard_benefit_eur_m``,
        ``assumption`` (text; empty where the shares were set for this stage).

    Raises
    ------
    ValueError
        If the stage has no complete list of divisions, or there is no standard benefit on
        the day.

    Notes
    -----
    amount = part of the RBEG 2021 / sum of its parts x standard benefit of the day. The act
    fixes the parts for 2021 only; scaling all parts alike is the usual extrapolation and
    agrees with the published 50.49 EUR for transport in 2024 to 2026 (39.01 / 434.96 x 563).
    For RBS2 and RBS3 the shares of single persons are applied, which is an assumption. For
    RBS5 and RBS6 the standard benefit of 2021 (309 and 283 EUR) already exceeds the sum of the
    parts (301.17 and 275.85 EUR); the difference is spread over all parts. The list for 14 to 17
    years is missing.

    Examples
    --------
    >>> parts = standard_benefit_divisions("2025-01-01").set_index("division")
    >>> print(round(parts.loc["7", "amount_eur_m"], 2))
    50.49
    """
    day = _day(on)
    if stage not in _DIVISIONS:
        raise ValueError(
            f"There is no complete list of divisions for {stage}; "
            f"there is one for {', '.join(_DIVISIONS)}."
        )
    if day < _RBEG_YEAR:
        raise ValueError(
            f"The divisions of the RBEG 2021 do not apply on {day.isoformat()}; "
            f"choose a day from {_RBEG_YEAR.isoformat()} on."
        )
    benefit = parameter("regelbedarf", day, item=stage, root=root).exact()
    parts = parameter_table(_DIVISIONS[stage], _RBEG_YEAR, root=root)
    parts = parts[parts["item"] != "sum"].reset_index(drop=True)
    share = parts["value"] / parts["value"].sum()
    assumed = stage in ("RBS2", "RBS3")
    return pd.DataFrame(
        {
            "division": parts["item"],
            "share": share,
            "amount_eur_m": share * benefit,
            "amount_rbeg_eur_m": parts["value"],
            "standard_benefit_eur_m": benefit,
            "assumption": "Anteile allein Lebender angewendet" if assumed else "",
        }
    )


# --- reading -------------------------------------------------------------------------------


def _root(root: Path | None) -> Path:
    return catalog.data_root() if root is None else Path(root)


def _day(on: str | dt.date) -> dt.date:
    if isinstance(on, dt.datetime):
        return on.date()
    if isinstance(on, dt.date):
        return on
    try:
        if not isinstance(on, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", on):
            raise ValueError
        return dt.date.fromisoformat(on)
    except ValueError:
        raise ValueError(f'"{on}" is no day; write it as YYYY-MM-DD, such as 2025-07-01.') from None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _of_name(name: str, root: Path | None) -> tuple[Parameter, ...]:
    index = _index(_root(root))
    if name not in index:
        raise ValueError(f'There is no parameter "{name}"; there are: {", ".join(index)}.')
    return index[name]


def _spans(known: list[Parameter]) -> list[tuple[dt.date | None, dt.date | None]]:
    """Join values that follow each other without a gap; `known` is in order of time."""
    spans: list[tuple[dt.date | None, dt.date | None]] = []
    for one in known:
        last = spans[-1][1] if spans else None
        if spans and last is not None and one.valid_from == last + _ONE_DAY:
            spans[-1] = (spans[-1][0], one.valid_to)
        else:
            spans.append((one.valid_from, one.valid_to))
    return spans


def _label(one: Parameter) -> str:
    return f"{one.name} ({one.item})" if one.item else one.name


def _coverage(known: list[Parameter]) -> str:
    ordered = sorted(known, key=_begin)
    spans = dict.fromkeys(
        f"{first or 'any time'} to {last or 'an open end'}" for first, last in _spans(ordered)
    )
    return ", ".join(spans)


def _begin(one: Parameter) -> dt.date:
    return one.valid_from or dt.date.min


@lru_cache(maxsize=8)
def _titles(root: Path) -> dict[str, str]:
    names = catalog.read("parameters", "names", root)
    return dict(zip(names["name"], names["title_de"], strict=True))


@lru_cache(maxsize=8)
def _index(root: Path) -> dict[str, tuple[Parameter, ...]]:
    """Read and join the packages once; refuse where :func:`check_parameters` would."""
    names = catalog.read("parameters", "names", root)
    values = catalog.read("parameters", "values", root)
    rows = pd.concat(
        [
            catalog.read("statutory", "statutory", root),
            catalog.read("parameters", "additions", root),
        ],
        ignore_index=True,
    )
    mapping = [{k: _cell(v) for k, v in row.items()} for row in values.to_dict("records")]
    known = {row["id"]: {k: _cell(v) for k, v in row.items()} for row in rows.to_dict("records")}
    findings = _findings(mapping, known)
    if findings:
        at, message = findings[0]
        raise catalog.CatalogError(
            f"parameters/values.csv, row {at + 2}: {message} ({len(findings)} findings); "
            'run "armutsexpertise data check parameters".'
        )
    about = {row["name"]: row for row in names.fillna("").to_dict("records")}
    groups: dict[tuple[Any, ...], list[dict[Hashable, Any]]] = {}
    for row in mapping:
        key = tuple(row[c] for c in ("name", "item", "variant", "valid_from", "valid_to"))
        groups.setdefault(key, []).append(row)
    index: dict[str, list[Parameter]] = {name: [] for name in names["name"]}
    for (name, *_), group in groups.items():
        index[name].append(_parameter(group, known, about[name]))
    order = {
        name: list(dict.fromkeys((p.item, p.variant) for p in ps)) for name, ps in index.items()
    }
    return {
        name: tuple(sorted(ps, key=lambda p: (order[name].index((p.item, p.variant)), _begin(p))))
        for name, ps in index.items()
    }


def _cell(value: Any) -> Any:
    return "" if (isinstance(value, float) and pd.isna(value)) or value is None else value


def _number(value: Any) -> float | None:
    return None if value == "" else float(value)


def _parameter(
    group: list[dict[Hashable, Any]],
    known: dict[Any, dict[Hashable, Any]],
    about: dict[Hashable, Any],
) -> Parameter:
    first = group[0]
    role = {row["role"]: known[row["row_id"]] for row in group}
    main = role.get("value") or role["low"]
    sources = list(role.values())

    def joined(column: str) -> str:
        texts = [str(s[column]) for s in sources]
        if column == "note":
            texts.insert(0, about["note"])
        return " | ".join(dict.fromkeys(text for text in texts if text))

    low = role["low"]["value"] if "low" in role else main["value_low"]
    high = role["high"]["value"] if "high" in role else main["value_high"]
    return Parameter(
        name=first["name"],
        item=first["item"],
        variant=first["variant"],
        value=_number(main["value"]) if "value" in role else None,
        value_low=_number(low),
        value_high=_number(high),
        unit=main["unit"],
        valid_from=dt.date.fromisoformat(first["valid_from"]) if first["valid_from"] else None,
        valid_to=dt.date.fromisoformat(first["valid_to"]) if first["valid_to"] else None,
        legal_basis=about["legal_basis"],
        source=joined("source_title"),
        source_url=joined("source_url"),
        source_kind=joined("source_kind"),
        confidence=min((s["confidence"] for s in sources), key=["low", "medium", "high"].index),
        note=joined("note"),
        row_ids=tuple(row["row_id"] for row in group),
        key_low=_number(first["key_low"]),
        key_high=_number(first["key_high"]),
        key_unit=first["key_unit"],
    )


# --- checking ------------------------------------------------------------------------------


def check_parameters(
    tables: dict[str, Table], descriptor: dict[str, Any], root: Path
) -> list[Problem]:
    """Check what the schema of the package ``parameters`` cannot say.

    Parameters
    ----------
    tables : dict of str to Table
        Cells of the package by table.
    descriptor : dict
        Content of ``datapackage.yaml``.
    root : Path
        Folder with data packages; ``statutory`` in it is read.

    Returns
    -------
    list of Problem
        Unknown rows, days outside the period of the row, overlapping values, half ranges
        and mixed units.
    """
    fields = {
        r["name"]: [f["name"] for f in r["schema"]["fields"]] for r in descriptor["resources"]
    }
    cells: dict[str, list[dict[Hashable, Any]]] = {
        name: [dict(zip(fields[name], row, strict=True)) for row in table.rows]
        for name, table in tables.items()
    }
    file = tables["values"]
    try:
        statutory = catalog.read("statutory", "statutory", root).to_dict("records")
    except catalog.CatalogError as error:
        return [Problem("error", file.file, f"the rows cannot be compared: {error}".rstrip("."))]
    known = {row["id"]: {k: _cell(v) for k, v in row.items()} for row in statutory}
    known |= {row["id"]: row for row in cells["additions"]}
    try:
        findings = _findings(cells["values"], known)
    except ValueError:
        return []  # a day that cannot be read is reported against the schema
    return [
        Problem("error", file.file, message, row=file.numbers[at], column="row_id")
        for at, message in findings
    ]


def _findings(
    mapping: list[dict[Hashable, Any]], known: dict[Any, dict[Hashable, Any]]
) -> list[tuple[int, str]]:
    findings: list[tuple[int, str]] = []
    by_key: dict[tuple[Any, ...], list[int]] = {}
    for at, row in enumerate(mapping):
        source = known.get(row["row_id"])
        if source is None:
            findings.append((at, f'there is no row "{row["row_id"]}" in statutory or additions'))
            continue
        message = _outside(row, source)
        if message:
            findings.append((at, message))
        if source["value"] == "":
            findings.append((at, f"the row {row['row_id']} has no value"))
        by_key.setdefault((row["name"], row["item"], row["variant"]), []).append(at)
    for positions in by_key.values():
        findings += _clashes(positions, mapping, known)
    return sorted(findings)


def _outside(row: dict[Hashable, Any], source: dict[Hashable, Any]) -> str:
    begin, end = source["period_start"], source["period_end"]
    if row["valid_from"] and row["valid_to"] and row["valid_from"] > row["valid_to"]:
        return "valid_from lies after valid_to"
    early = begin and (not row["valid_from"] or row["valid_from"] < _iso(begin, first_day))
    late = end and (not row["valid_to"] or row["valid_to"] > _iso(end, last_day))
    if early or late:
        stated = f"{begin or 'no begin'} to {end or 'an open end'}"
        return f"the days go beyond the period of the row {row['row_id']} ({stated})"
    return ""


def _iso(text: str, bound: Callable[[str], dt.date]) -> str:
    return bound(str(text)).isoformat()


def _clashes(
    positions: list[int],
    mapping: list[dict[Hashable, Any]],
    known: dict[Any, dict[Hashable, Any]],
) -> list[tuple[int, str]]:
    """Find overlaps, half ranges and mixed units among the rows of one key."""
    findings = []
    spans: dict[tuple[str, str], list[str]] = {}
    for at in positions:
        row = mapping[at]
        spans.setdefault((row["valid_from"], row["valid_to"]), []).append(row["role"])
    for (begin, end), roles in spans.items():
        at = next(
            p
            for p in positions
            if (mapping[p]["valid_from"], mapping[p]["valid_to"]) == (begin, end)
        )
        if sorted(roles) not in (["value"], ["high", "low"]):
            findings.append((at, "a period needs one value, or one low and one high bound"))
        for other_begin, other_end in spans:
            if (begin, end) < (other_begin, other_end) and (not end or other_begin <= end):
                findings.append(
                    (at, f"two values hold on {other_begin}; end the earlier one or name a variant")
                )
    units = {known[mapping[at]["row_id"]]["unit"] for at in positions}
    if len(units) > 1:
        findings.append(
            (positions[0], f"the rows have different units ({', '.join(sorted(units))})")
        )
    return findings
