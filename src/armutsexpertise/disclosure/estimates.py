"""From a sample to results that may be written, in one step."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from armutsexpertise.disclosure.counts import COUNTS, Evidence, cell_counts
from armutsexpertise.disclosure.protect import TOTAL, Protected, protect
from armutsexpertise.disclosure.rules import Rules
from armutsexpertise.mark import mark
from armutsexpertise.survey._columns import as_names
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Indicator, estimate, require_named

__all__ = ["estimate_protected", "estimates_and_counts"]


def estimates_and_counts(
    design: SurveyDesign,
    indicators: Mapping[str, Indicator],
    by: str | Sequence[str] | None = None,
    *,
    household: str | Sequence[str],
    size: str | None = None,
    where: str | None = None,
    evidence: Mapping[str, Evidence] | None = None,
    rules: Rules | None = None,
    totals: bool = True,
    total_only: Sequence[str] = (),
    **options: Any,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate by domain, with totals, and count what each cell rests on.

    Parameters
    ----------
    design, indicators, by, where
        As in :func:`armutsexpertise.survey.estimate.estimate`.
    household, size, evidence, rules
        As in :func:`armutsexpertise.disclosure.counts.cell_counts`.
    totals : bool
        Whether to add the totals of all domains and, with several columns, of the margins.
    total_only : sequence of str
        Indicators of the whole sample only, such as a national poverty line.
    **options
        Passed on to `estimate`.

    Returns
    -------
    table, counts : DataFrame
        As `estimate` and `cell_counts` give them, both marked where the sample is invented
        (`armutsexpertise.mark`); domains first and `TOTAL` in the domain
        columns of totals. For looking at in the room: write the outcome of `protect`.

    Raises
    ------
    ValueError
        If a domain is called like the total, or as `estimate` and `cell_counts` raise.
    DisclosureError
        As `cell_counts` raises.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2, 4], "region": list("aab"), "w": 1.0, "id": range(3)})
    >>> from armutsexpertise.survey.estimate import Mean
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> table, counts = estimates_and_counts(design, {"mean": Mean("y")}, "region", household="id")
    >>> counts[["region", "households"]]
      region  households
    0      a           2
    1      b           1
    2  total           3
    """
    require_named(indicators)
    names = as_names(by)
    if len(set(names)) < len(names):
        raise ValueError(f"by names a column twice ({', '.join(names)}): name each once.")
    taken = sorted(set(names) & {"status", "reason", *COUNTS})
    if taken:
        raise ValueError(f"by: {', '.join(taken)} is a column of the results, rename it first.")
    for name in names:
        if totals and name in design.frame.columns and design.frame[name].eq(TOTAL).any():
            raise ValueError(f"{name} has the value {TOTAL!r}, which marks totals: rename it.")
    tables, counts = [], []
    for kept in range(len(names), -1, -1):
        for columns in combinations(names, kept):
            whole = not columns
            if not (kept == len(names) or totals or (whole and total_only)):
                continue
            chosen = {
                name: one
                for name, one in indicators.items()
                if (whole or name not in total_only)
                and (totals or kept == len(names) or name in total_only)
            }
            if not chosen:
                continue
            table = estimate(design, chosen, columns, where=where, **options)
            count = cell_counts(
                design,
                chosen,
                columns,
                household=household,
                size=size,
                where=where,
                evidence=evidence,
                rules=rules,
            )
            tables.append(_marked(table, names, columns))
            counts.append(_marked(count, names, columns))
    table, counted = (pd.concat(parts, ignore_index=True) for parts in (tables, counts))
    return mark(table, counted), mark(counted, counted)


def _marked(table: pd.DataFrame, names: Sequence[str], kept: Sequence[str]) -> pd.DataFrame:
    """Return a table with all domain columns, `TOTAL` in those it was not broken down by."""
    out = table.copy()
    for position, name in enumerate(names, start=1):
        if name in kept:
            out[name] = out[name].astype("object")
        else:
            out.insert(position, name, pd.Series(TOTAL, index=out.index, dtype="object"))
    return out


def estimate_protected(
    design: SurveyDesign,
    indicators: Mapping[str, Indicator],
    by: str | Sequence[str] | None = None,
    *,
    household: str | Sequence[str],
    rules: Rules | None = None,
    **options: Any,
) -> Protected:
    """Estimate by domain and empty what is secret or unreliable.

    Parameters
    ----------
    design, indicators, by, household, rules, **options
        As in `estimates_and_counts`.

    Returns
    -------
    Protected
        Domains, then margins and totals.

    Raises
    ------
    ValueError, TypeError, DisclosureError
        As `estimates_and_counts` and `protect` raise.

    Examples
    --------
    >>> frame = pd.DataFrame({"poor": [True, False, False] * 20, "w": 1.0, "id": range(60)})
    >>> from armutsexpertise.survey.estimate import Proportion
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> safe = estimate_protected(design, {"rate": Proportion("poor")}, household="id")
    >>> safe.table["status"].tolist()
    ['published']
    """
    table, counts = estimates_and_counts(
        design, indicators, by, household=household, rules=rules, **options
    )
    return protect(table, counts, rules)
