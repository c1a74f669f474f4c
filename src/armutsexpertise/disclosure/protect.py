"""Empty the cells that rest on too few, and the totals that would give them away."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from armutsexpertise.disclosure.counts import COUNTS
from armutsexpertise.disclosure.errors import DisclosureError
from armutsexpertise.disclosure.rules import Rules
from armutsexpertise.mark import KIND_COLUMN, is_synthetic, mark, with_kind
from armutsexpertise.survey.estimate import COLUMNS

__all__ = ["STATUS", "TOTAL", "Protected", "protect", "protect_together"]

TOTAL = "total"
"""Value of a domain column in the row of all its domains together."""

STATUS = ("published", "bracketed", "unreliable", "suppressed", "undefined")
"""Published; shown in brackets; too unreliable to show; secret; without a value by definition."""

_MANY_DOMAINS = 20
_WHY_UNDEFINED = r"(undefined in this domain|no standard error): [^;]*"
_SECOND = "left out so that another cell cannot be computed"


@dataclass(frozen=True, eq=False)
class Protected:
    """Results that may be written; `protect` makes them.

    Attributes
    ----------
    table : DataFrame
        ``indicator``, the domain columns as text, the columns of
        :func:`armutsexpertise.survey.estimate.estimate`, ``status`` (see `STATUS`) and
        ``reason``; of invented data also ``data_kind``, which says so in each row. A copy each
        time it is asked for.
    domains : tuple of str
        The domain columns.
    rules : Rules
        Thresholds that were applied.
    totals_removed : bool
        Whether totals were left out because of a suppressed cell.
    synthetic : bool
        Whether the results are of invented data. Found from the table, never given: all that
        is written or drawn takes its stamp from here, and `dataclasses.replace` refuses to
        change it.

    Raises
    ------
    DisclosureError
        If a suppressed or unreliable cell is not empty, or a column is missing or not known.
    """

    _table: pd.DataFrame = field(repr=False)
    domains: tuple[str, ...]
    rules: Rules
    totals_removed: bool = False
    synthetic: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        wanted = ["indicator", *self.domains, *COLUMNS, "status", "reason"]
        if [name for name in self._table.columns if name != KIND_COLUMN] != wanted:
            raise DisclosureError(
                f"Protected results have the columns {', '.join(wanted)} and no other: use protect."
            )
        table = with_kind(self._table.copy())
        if not table["status"].isin(STATUS).all():
            raise DisclosureError("Protected results have a status in each row: use protect.")
        secret = table["status"].eq("suppressed")
        shown = table.loc[secret, list(COLUMNS)].notna().any(axis=1)
        hidden = ["estimate", "se", "ci_low", "ci_high"]
        shown_unreliable = table.loc[table["status"].eq("unreliable"), hidden].notna().any(axis=1)
        left = int(shown.sum()) + int(shown_unreliable.sum())
        if left:
            raise DisclosureError(f"{left} suppressed or unreliable cell(s) are not empty.")
        object.__setattr__(self, "_table", table)
        object.__setattr__(self, "synthetic", is_synthetic(table))

    @classmethod
    def from_table(cls, table: pd.DataFrame, rules: Rules | None = None) -> "Protected":
        """Take results back from the form in which a stage wrote them.

        Parameters
        ----------
        table : DataFrame
            What `armutsexpertise.publish.results.write_results` or
            `armutsexpertise.stages.write_tables` wrote of protected results, as read again.
        rules : Rules, optional
            Thresholds that were applied; default: those of `Rules`.

        Returns
        -------
        Protected
            With the stamp of the file. Totals count as left out where an indicator has a
            suppressed cell and no total.

        Raises
        ------
        DisclosureError
            As the class itself raises.
        """
        columns = [name for name in table.columns if name != KIND_COLUMN]
        inner = columns[1 : columns.index(COLUMNS[0])] if COLUMNS[0] in columns else []
        text = {name: "str" for name in (*inner, "method", "reason") if name in columns}
        found = table.astype(text | ({"n": "Int64"} if "n" in columns else {}))
        if "reason" in columns:
            found["reason"] = found["reason"].fillna("")
        gone = False
        if inner and "status" in columns:
            secret = set(found.loc[found["status"].eq("suppressed"), "indicator"])
            gone = bool(secret - set(found.loc[_is_total(found, inner), "indicator"]))
        return cls(mark(found, table), tuple(inner), rules or Rules(), totals_removed=gone)

    @property
    def table(self) -> pd.DataFrame:
        """The tidy frame."""
        return self._table.copy()

    @property
    def suppressed(self) -> int:
        """Number of suppressed cells."""
        return int(self._table["status"].eq("suppressed").sum())

    def without_totals(self) -> "Protected":
        """Return the results without any total, for use beside a table with suppressed cells.

        Returns
        -------
        Protected
            Without domain columns every row is a total, and none is left.
        """
        total = _is_total(self._table, self.domains)
        kept = self._table[~total].reset_index(drop=True)
        return replace(self, _table=kept, totals_removed=self.totals_removed or bool(total.any()))


def protect(table: pd.DataFrame, counts: pd.DataFrame, rules: Rules | None = None) -> Protected:
    """Empty secret and unreliable cells and leave out totals that would give them away.

    Parameters
    ----------
    table : DataFrame
        Tidy results of :func:`armutsexpertise.survey.estimate.estimate`. A row with `TOTAL` in
        a domain column is a total (of a margin, where not all columns have it).
    counts : DataFrame
        Counts of the same rows by :func:`armutsexpertise.disclosure.counts.cell_counts`.
    rules : Rules, optional
        Thresholds; default: those of `Rules`.

    Returns
    -------
    Protected
        Rows in the order of ``table``, marked where table or counts are of invented data. A
        suppressed row keeps its indicator and domain alone: estimate, error, interval, degrees
        of freedom, both counts and method are empty, and ``reason`` says why. An unreliable row
        keeps its counts.

    Raises
    ------
    DisclosureError
        If a row has no counts or a count is missing, counts are those of another sample, there
        is a column that is no result, or more than 20 domains, and most of all, are so small
        that their names would list the values of the sample.

    Notes
    -----
    There is no engine for secondary suppression yet. In its place: (1) where a cell of an
    indicator is suppressed, all totals of that indicator are left out; (2) totals of the other
    indicators then lose ``n``, ``n_weighted``, ``df``, the interval and, of a share, the error,
    from which a suppressed count would follow;
    (3) where a level of a distribution is suppressed in a domain, all of its levels are; (4) a
    cell that nobody is in looks like one with few. What remains for you to check: tables of
    the same sample by other domains, and indicators that differ by few households.

    The names of domains are shown whatever they rest on: form groups before.

    A quantile is the value of a household of the sample: round it when you publish it.

    Examples
    --------
    >>> columns = {"estimate": 0.5, "se": 0.1, "ci_low": 0.3, "ci_high": 0.7, "df": 8.0}
    >>> table = pd.DataFrame({"indicator": ["rate"], **columns, "n": 9, "n_weighted": 90.0,
    ...                       "method": "proportion"})
    >>> counts = pd.DataFrame({"indicator": ["rate"], "n": 9, "observations": 9, "persons": 9,
    ...     "households": 9, "numerator": 4.0, "complement": 5.0, "dominance": float("nan"),
    ...     "distribution": None, "synthetic": False})
    >>> protect(table, counts).table[["n", "status", "reason"]].iloc[0].tolist()
    [<NA>, 'suppressed', 'fewer than 10 persons']
    """
    rules = rules or Rules()
    domains = _domains(table, counts)
    merged = _with_counts(table, counts, domains)
    reason = _reasons(merged, rules)
    reason = _whole_distributions(merged, domains, reason)
    secret = reason.ne("")
    _refuse_fine_domains(merged, domains, rules)
    out = merged[["indicator", *domains, *COLUMNS]].copy()
    out["n"] = out["n"].astype("Int64")
    for column in domains:
        out[column] = _text(out[column])
    observations = merged["observations"]
    undefined = ~secret & out["estimate"].isna()
    blank = ~secret & ~undefined & (observations < rules.blank_below)
    bracket = ~secret & ~undefined & ~blank & (observations < rules.bracket_below)
    out["status"] = np.select(
        [secret, undefined, blank, bracket],
        ["suppressed", "undefined", "unreliable", "bracketed"],
        "published",
    )
    reason = reason.mask(undefined, "no estimate is defined for this cell")
    reason = reason.mask(blank, f"fewer than {rules.blank_below} observations")
    reason = reason.mask(bracket, f"fewer than {rules.bracket_below} observations")
    for column in COLUMNS:
        out.loc[secret, column] = pd.NA if column in {"n", "method"} else np.nan
    out.loc[blank, ["estimate", "se", "ci_low", "ci_high"]] = np.nan
    out["reason"] = reason.astype("str")
    # Why an index is undefined may count the few persons behind it.
    out["method"] = out["method"].str.replace(_WHY_UNDEFINED, r"\1", regex=True)
    total = _is_total(out, domains) if domains else pd.Series(False, index=out.index)
    touched = out["indicator"].isin(out.loc[secret, "indicator"].unique())
    gone = total & touched
    if secret.any():
        out.loc[total, "n"] = pd.NA
        # Where each row is a sampling unit, the degrees of freedom are the number of rows less
        # one, and they can be read off the length of the interval; the number of rows itself
        # off the error of a share.
        out.loc[total, ["n_weighted", "df", "ci_low", "ci_high"]] = np.nan
        share = merged["numerator"].notna() & ~merged["method"].str.startswith("quantile")
        out.loc[total & share, "se"] = np.nan
    kept = mark(out[~gone].reset_index(drop=True), table, counts)
    return Protected(kept, domains, rules, totals_removed=bool(gone.any()))


def protect_together(results: Sequence[Protected]) -> list[Protected]:
    """Prepare tables of the same sample for one publication.

    Parameters
    ----------
    results : sequence of Protected
        Tables that readers can lay side by side.

    Returns
    -------
    list of Protected
        The same tables; where one has a suppressed cell, all are without totals, because the
        total of one table is that of the others. The cells of a whole table add up to that total
        too: a table with a suppressed cell therefore loses a second domain, of all indicators,
        the one with the fewest rows in its line.

    Notes
    -----
    A line is all domains that differ in one domain column alone. Each line with a suppressed cell
    has in the end at least two, one of them large enough to be shown: what the other tables leave
    for them together is no small number. This is no engine for secondary suppression: sums over
    several lines, and sums of some of the domains of one table that are a domain of another, are
    yours to find. A table without domains is a total as a whole: it comes back empty.

    Examples
    --------
    >>> from armutsexpertise.disclosure import poverty_estimates
    >>> data = pd.DataFrame({"household_id": range(80), "w": 1.0, "income": [9.0, 20, 30, 25] * 20})
    >>> data["part"], data["sex"] = ["a"] * 74 + ["b"] * 6, ["f", "m"] * 40
    >>> tables = [
    ...     poverty_estimates(data, "person", by, income="income", weights="w")
    ...     for by in ("part", "sex")
    ... ]
    >>> TOTAL in set(tables[1].table["sex"])
    True
    >>> TOTAL in set(protect_together(tables)[1].table["sex"])
    False
    """
    if not any(one.suppressed for one in results):
        return list(results)
    return [_with_second_cells(one.without_totals()) for one in results]


def _with_second_cells(results: Protected) -> Protected:
    """Suppress a further domain, the smallest, in each line that has a suppressed cell."""
    table, domains = results.table, list(results.domains)
    cells = table.groupby(domains, sort=False, dropna=False) if domains else None
    if cells is None or not results.suppressed:
        return results
    size = cells["n"].min()  # of a suppressed cell it is missing
    hidden_rows = table["status"].eq("suppressed")
    secret = np.bincount(cells.ngroup(), hidden_rows, minlength=len(size)) > 0
    known = size.notna().to_numpy() & ~secret
    second = np.zeros(len(size), dtype=bool)
    names = size.index.to_frame(index=False)
    lines = [
        list(places)
        for column in domains
        for places in (
            names.groupby([c for c in domains if c != column], sort=False, dropna=False).indices
            if len(domains) > 1
            else {"": np.arange(len(names))}
        ).values()
    ]
    numbers = size.to_numpy(dtype=float, na_value=np.inf)
    found = True
    while found:
        found = False
        for line in lines:
            hidden = secret[line] | second[line]
            if not hidden.any() or (hidden.sum() > 1 and second[line].any()):
                continue
            free = [place for place in line if known[place] and not second[place]]
            if free:
                second[min(free, key=lambda place: numbers[place])] = found = True
    rows = second[cells.ngroup().to_numpy()]
    table["status"] = table["status"].mask(rows, "suppressed")
    table["reason"] = table["reason"].mask(rows, _SECOND)
    for column in COLUMNS:
        table.loc[rows, column] = pd.NA if column in {"n", "method"} else np.nan
    return replace(results, _table=table)


def _domains(table: pd.DataFrame, counts: pd.DataFrame) -> tuple[str, ...]:
    for frame, needed, what in (
        (table, ("indicator", *COLUMNS), "The results"),
        (counts, ("indicator", *COUNTS), "The counts"),
    ):
        absent = [name for name in needed if name not in frame.columns]
        if absent:
            raise DisclosureError(
                f"{what} lack {', '.join(absent)}: what cannot be checked must not be written."
            )
    domains = tuple(c for c in counts.columns if c not in {"indicator", *COUNTS})
    strange = [c for c in table.columns if c not in {"indicator", *domains, *COLUMNS}]
    strange += [c for c in domains if c not in table.columns]
    if strange:
        raise DisclosureError(
            f"The column(s) {', '.join(map(str, strange))} are no results, or stand in the results "
            "or the counts alone: leave them out, or count by the same columns."
        )
    return domains


def _with_counts(table: pd.DataFrame, counts: pd.DataFrame, domains: Sequence[str]) -> pd.DataFrame:
    sides = []
    for frame in (table, counts):
        keys = _keys(frame, ["indicator", *domains])
        twice = len(keys) - len(set(keys))
        if twice:
            raise DisclosureError(f"{twice} row(s) repeat an indicator and domain: name each once.")
        sides.append(keys)
    place = {key: row for row, key in enumerate(sides[1])}
    at = np.array([place.get(key, -1) for key in sides[0]], dtype=np.intp)
    found = counts[list(COUNTS)].rename(columns={"n": "_n"}).reset_index(drop=True)
    found = found.reindex(at)  # -1 is no label: such a row comes out empty
    merged = pd.concat([table.reset_index(drop=True), found.reset_index(drop=True)], axis=1)
    numbers = ["_n", "observations", "persons", "households"]
    lost = int(merged[numbers].isna().any(axis=1).sum())
    if lost:
        raise DisclosureError(
            f"{lost} of {len(merged)} cell(s) have no counts: what cannot be checked must not be "
            "written."
        )
    other = int((merged["n"].isna() | (merged["n"] != merged["_n"])).sum())
    if other:
        raise DisclosureError(
            f"In {other} of {len(merged)} cell(s) the counts are not those of the estimate: count "
            "in the same sample, with the same domains and missing values."
        )
    return merged


def _keys(frame: pd.DataFrame, names: Sequence[str]) -> list[tuple[str | None, ...]]:
    columns = [[None if pd.isna(v) else v for v in _text(frame[name])] for name in names]
    return list(zip(*columns, strict=True))


def _reasons(merged: pd.DataFrame, rules: Rules) -> pd.Series:
    """Return the first reason to suppress each cell, empty text where there is none."""
    least = merged[["numerator", "complement"]].min(axis=1)
    half = merged["numerator"].isna() != merged["complement"].isna()
    tests = [
        (merged["persons"] < rules.min_persons, f"fewer than {rules.min_persons} persons"),
        (
            merged["households"] < rules.min_households,
            f"fewer than {rules.min_households} households",
        ),
        (
            half | (least < rules.min_numerator),
            f"fewer than {rules.min_numerator} households on one side of the share or quantile",
        ),
        (
            merged["dominance"] >= rules.dominance_k,
            f"{rules.dominance_n} households make up nearly all of the amount or of the weights",
        ),
    ]
    found = np.select([test.to_numpy() for test, _ in tests], [text for _, text in tests], "")
    return pd.Series(found, index=merged.index, dtype="object")


def _refuse_fine_domains(merged: pd.DataFrame, domains: Sequence[str], rules: Rules) -> None:
    if not domains:
        return
    parts = merged[~_is_total(merged, domains)]
    few = (parts["persons"] < rules.min_persons) & (parts["persons"] > 0)
    keys = pd.Series(_keys(parts, domains), index=parts.index)
    # Crossed values that nobody has are no groups: they would let most of the others be small.
    small, every = keys[few].nunique(), keys[parts["persons"] > 0].nunique()
    if small > _MANY_DOMAINS and 2 * small > every:
        raise DisclosureError(
            f"{small} of {every} groups by {', '.join(domains)} have fewer than "
            f"{rules.min_persons} persons: their names alone would list values of the sample, so "
            "form larger groups."
        )


def _whole_distributions(
    merged: pd.DataFrame, domains: Sequence[str], reason: pd.Series
) -> pd.Series:
    """Suppress all levels of a distribution where one is: the others would add up to it."""
    group = [merged["distribution"], *(_text(merged[c]).fillna("") for c in domains)]
    part = merged["distribution"].notna()
    hit = reason.ne("").groupby([g[part] for g in group]).transform("any")
    hit = hit.reindex(merged.index, fill_value=False)
    return reason.mask(hit & reason.eq(""), "another level of the same distribution is suppressed")


def _is_total(table: pd.DataFrame, domains: Sequence[str]) -> pd.Series:
    if not domains:
        return pd.Series(True, index=table.index)
    return table[list(domains)].isin([TOTAL]).any(axis=1)


def _text(column: pd.Series) -> pd.Series:
    """Return domain values as text, whole numbers without decimal places, missing kept."""

    def written(value: object) -> str | None:
        if pd.isna(value):  # type: ignore[call-overload]
            return None
        if isinstance(value, (float, np.floating)) and float(value).is_integer():
            return str(int(value))
        return str(value)

    return pd.Series([written(v) for v in column.astype("object")], index=column.index, dtype="str")
