"""Three types of passes by the reach of their benefits, with bounds for what is not stated.

Arp (2021), Sozialpässe in Nordrhein-Westfalen (Barbara Budrich, ISBN 978-3-8474-2514-4), tells
three types apart: Kultur-Pass, Kultur-und-Konsum-Pass and Rundum-Pass. Her coding rules are not
available to this project. The names are hers, the rule is ours: it is passed in as data, and its
results must not be read as a replication of her survey of 2019.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from armutsexpertise._checks import require_columns, require_unique
from armutsexpertise.passes.profile import answer_matrix

NO_TYPE = "keiner der drei Typen"
UNCLASSIFIABLE = "nicht klassifizierbar"
AMBIGUOUS = "nicht eindeutig"


def check_rule(rule: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str], int]]:
    """Validate a typology rule and return its steps.

    Parameters
    ----------
    rule : sequence of mapping
        Steps from the narrowest to the widest type. Each has ``type`` (label), ``categories``
        (benefit categories of the step) and, if wanted, ``at_least`` (how many of them must be
        granted, default 1). A pass is of a type if it meets the step of that type and all before.

    Returns
    -------
    list of (str, list of str, int)
        Label, categories and number needed, in the order of ``rule``.

    Raises
    ------
    ValueError
        If the rule is empty, has an unknown or missing key, a label or category twice, no
        categories in a step, or a number outside 1 to the number of categories.

    Examples
    --------
    >>> check_rule([{"type": "Kultur-Pass", "categories": ["museum", "library"]}])
    [('Kultur-Pass', ['museum', 'library'], 1)]
    """
    if not rule:
        raise ValueError("The typology rule is empty: give at least one step.")
    steps: list[tuple[str, list[str], int]] = []
    for number, step in enumerate(rule, start=1):
        unknown = set(step) - {"type", "categories", "at_least"}
        if unknown or not {"type", "categories"} <= set(step):
            raise ValueError(
                f"Step {number} of the typology rule must have the keys type and categories and "
                "may have at_least."
            )
        categories = list(step["categories"])
        needed = step.get("at_least", 1)
        if type(needed) is not int or not 1 <= needed <= len(categories):
            raise ValueError(
                f"Step {number} of the typology rule needs categories and an at_least from 1 to "
                "their number."
            )
        steps.append((str(step["type"]), categories, needed))
    labels = [label for label, _, _ in steps]
    named = [category for _, categories, _ in steps for category in categories]
    if len(set(labels)) < len(labels) or len(set(named)) < len(named):
        raise ValueError("The typology rule names a type or a category twice: use each once.")
    return steps


def _reached(counts: list[pd.Series], needed: list[int]) -> pd.Series:
    """Return the number of steps met in a row from the first one."""
    met = np.column_stack([(n >= k).to_numpy() for n, k in zip(counts, needed, strict=True)])
    return pd.Series(np.logical_and.accumulate(met, axis=1).sum(axis=1), index=counts[0].index)


def _reason(row: pd.Series, low: int, high: int, steps: list[tuple[str, list[str], int]]) -> str:
    """Say in German which step the stated cells reach and which one stays open."""
    stated = row.isin(["yes", "partial"])
    if not stated.any():
        return "Die Quelle nennt keine der Leistungen, nach denen die Regel fragt."
    if low == len(steps):
        return "Die genannten Leistungen reichen für den umfassendsten Typ."
    label, categories, _ = steps[low]
    if low == high:
        return f"Für „{label}“ fehlen Leistungen; die Quelle schließt sie aus."
    unclear = row[categories].isin(["not_stated", "partial"]).sum()
    return (
        f"Für „{label}“ offen: {unclear} von {len(categories)} Leistungen sind nicht oder nur zum "
        "Teil genannt."
    )


def classify(
    benefits: pd.DataFrame, passes: pd.DataFrame, rule: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    """Return the narrowest and the widest type that the stated benefits of a pass allow.

    Parameters
    ----------
    benefits : DataFrame, long
        Columns ``pass_id``, ``category``, ``granted`` (answer code).
    passes : DataFrame, one row per pass
        Column ``pass_id``; only these passes are classified.
    rule : sequence of mapping
        Steps as :func:`check_rule` describes them.

    Returns
    -------
    DataFrame, one row per pass in the order of ``passes``
        ``pass_id``; ``type_low`` and ``type_high``, the label of the narrowest and widest type
        possible, or ``keiner der drei Typen``; ``type``: the label where both agree, else
        ``nicht eindeutig (mindestens …)`` where the stated cells reach a type, ``nicht eindeutig``
        where they do not, and ``nicht klassifizierbar`` where no benefit is stated;
        ``reason``: one German sentence.

    Raises
    ------
    ValueError
        If the rule is not valid, a category does not occur in ``benefits``, an answer is unknown
        or a pass occurs twice.

    Notes
    -----
    The types are nested: each needs what the one before needs and more. At the lower end only
    ``yes`` counts, at the upper end ``yes``, ``partial`` and ``not_stated``; the type of every
    completion of the unknown cells lies between the two.

    Examples
    --------
    >>> rule = [{"type": "Kultur-Pass", "categories": ["museum"]},
    ...     {"type": "Kultur-und-Konsum-Pass", "categories": ["zoo"]}]
    >>> told = pd.DataFrame({"pass_id": ["a", "a"], "category": ["museum", "zoo"],
    ...     "granted": ["yes", "not_stated"]})
    >>> classify(told, pd.DataFrame({"pass_id": ["a"]}), rule)["type"].item()
    'nicht eindeutig (mindestens Kultur-Pass)'
    """
    steps = check_rule(rule)
    require_columns(passes, ["pass_id"], "passes")
    require_unique(passes, ["pass_id"], "passes")
    columns = [category for _, categories, _ in steps for category in categories]
    granted = answer_matrix(
        benefits,
        passes["pass_id"].tolist(),
        key="category",
        answer="granted",
        columns=columns,
        name="benefits",
    )
    needed = [number for _, _, number in steps]
    sure = [(granted[categories] == "yes").sum(axis=1) for _, categories, _ in steps]
    possible = [(granted[categories] != "no").sum(axis=1) for _, categories, _ in steps]
    low, high = _reached(sure, needed), _reached(possible, needed)
    labels = [NO_TYPE, *(label for label, _, _ in steps)]
    result = pd.DataFrame({"pass_id": granted.index.to_numpy()})
    result["type_low"] = [labels[level] for level in low]
    result["type_high"] = [labels[level] for level in high]
    nothing = ~granted.isin(["yes", "partial"]).any(axis=1)
    types = []
    for level_low, level_high, silent in zip(low, high, nothing, strict=True):
        if silent:
            types.append(UNCLASSIFIABLE)
        elif level_low == level_high:
            types.append(labels[level_low])
        elif level_low == 0:
            types.append(AMBIGUOUS)
        else:
            types.append(f"{AMBIGUOUS} (mindestens {labels[level_low]})")
    result["type"] = types
    result["reason"] = [
        _reason(row, level_low, level_high, steps)
        for (_, row), level_low, level_high in zip(granted.iterrows(), low, high, strict=True)
    ]
    return result


def type_shares(classified: pd.DataFrame, rule: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the share of each type with its bounds.

    Parameters
    ----------
    classified : DataFrame, one row per pass
        Output of :func:`classify`.
    rule : sequence of mapping
        The rule it was made with: gives the order of the types.

    Returns
    -------
    DataFrame, one row per type from the narrowest to the widest, first ``keiner der drei Typen``
        ``type``; ``n`` (passes); ``n_certain`` (only this type is possible) and ``n_possible``
        (this type is possible); ``share_low`` and ``share_high``, the two over ``n``;
        ``at_least_low`` and ``at_least_high``, bounds of the share with this type or a wider one.
        Shares in [0, 1].

    Raises
    ------
    ValueError
        If there is no pass, or a type of ``classified`` is not in the rule.

    Notes
    -----
    Worst-case bounds (Manski 2003, doi:10.1007/b97478): passes that are not classifiable stay in
    the denominator. The bounds of different types cannot all be reached together.
    """
    labels = [NO_TYPE, *(label for label, _, _ in check_rule(rule))]
    require_columns(classified, ["type_low", "type_high"], "classified")
    if classified.empty:
        raise ValueError("Table classified is empty: shares need at least one pass.")
    if not classified[["type_low", "type_high"]].isin(labels).all(axis=None):
        raise ValueError("Table classified holds a type that is not in the rule: use its own rule.")
    order = {label: level for level, label in enumerate(labels)}
    low, high = classified["type_low"].map(order), classified["type_high"].map(order)
    n = len(classified)
    rows = []
    for level, label in enumerate(labels):
        certain = int(((low == level) & (high == level)).sum())
        possible = int(((low <= level) & (level <= high)).sum())
        rows.append(
            {
                "type": label,
                "n": n,
                "n_certain": certain,
                "n_possible": possible,
                "share_low": certain / n,
                "share_high": possible / n,
                "at_least_low": float((low >= level).mean()),
                "at_least_high": float((high >= level).mean()),
            }
        )
    return pd.DataFrame(rows)
