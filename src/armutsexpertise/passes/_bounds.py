"""The check of the pass table and the worst-case bounds that the functions on passes share."""

from collections.abc import Collection
from math import fsum

import pandas as pd

from armutsexpertise._checks import require_bool, require_columns, require_known, require_unique
from armutsexpertise.passes.vocabulary import (
    CURRENT_OR_DATED,
    FRESHNESS,
    ISSUER_LEVELS,
    KINDS,
    SOCIAL_KINDS,
    STATUSES,
)


def check_passes(passes: pd.DataFrame) -> None:
    """Check the columns of the pass table that decide which passes are counted."""
    require_columns(
        passes,
        (
            "pass_id",
            "ags",
            "issuer_level",
            "counts_for_municipality",
            "kind",
            "status",
            "freshness",
            "verified",
        ),
        "passes",
    )
    require_unique(passes, ("pass_id",), "passes")
    require_known(passes["kind"], KINDS, "passes.kind")
    require_known(passes["issuer_level"], ISSUER_LEVELS, "passes.issuer_level")
    require_known(passes["status"], STATUSES, "passes.status")
    require_known(passes["freshness"], FRESHNESS, "passes.freshness")
    require_bool(passes, "counts_for_municipality", "passes")
    require_bool(passes, "verified", "passes")


def existing_passes(
    passes: pd.DataFrame,
    *,
    kinds: Collection[str] = SOCIAL_KINDS,
    freshness: Collection[str] = CURRENT_OR_DATED,
    issuer_levels: Collection[str] = ISSUER_LEVELS,
) -> pd.DataFrame:
    """Return the passes that are documented to exist, in their given order.

    Parameters
    ----------
    passes : DataFrame, shape (n_passes, any)
        One row per pass.
    kinds, freshness, issuer_levels : collection of str
        Values to keep.

    Returns
    -------
    DataFrame
        Rows with status ``yes`` that were found again at the re-check (``verified``).

    Raises
    ------
    ValueError
        If a column is missing, a key repeats or a value is not in the vocabulary.
    TypeError
        If ``verified`` or ``counts_for_municipality`` is not boolean.
    """
    check_passes(passes)
    require_known(sorted(kinds), KINDS, "kinds")
    require_known(sorted(freshness), FRESHNESS, "freshness")
    require_known(sorted(issuer_levels), ISSUER_LEVELS, "issuer_levels")
    return passes[
        passes["verified"]
        & passes["status"].eq("yes")
        & passes["kind"].isin(kinds)
        & passes["freshness"].isin(freshness)
        & passes["issuer_level"].isin(issuer_levels)
    ]


def worst_case(confirmed: float, absent: float, unknown: float) -> tuple[float, float]:
    """Return the sharp bounds of a share when some cells are unknown.

    Parameters
    ----------
    confirmed, absent, unknown : float
        Weight of the units known to have the property, known not to have it, and not known.

    Returns
    -------
    tuple of float
        Lower and upper bound in [0, 1]; NaN, NaN where the total weight is zero.

    Notes
    -----
    The lower bound counts every unknown unit as a no, the upper bound as a yes; each is
    attained, so without further assumptions nothing narrower is true (Manski 1989,
    doi:10.2307/145818; Manski 2003, doi:10.1007/b97478).

    Examples
    --------
    >>> worst_case(2, 1, 1)
    (0.5, 0.75)
    """
    possible = confirmed + unknown
    total = possible + absent
    if total == 0:
        return float("nan"), float("nan")
    # `possible / total` is 1 - absent / total in a form that never falls below the lower bound
    return confirmed / total, possible / total


def exact_sum(values: pd.Series) -> float:
    """Return the sum of the values, the same in every row order."""
    return fsum(values.tolist())
