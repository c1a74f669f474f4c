"""Whom passes include, group by group, with bounds over what no source states."""

from collections.abc import Collection

import pandas as pd

from armutsexpertise._checks import require_columns, require_known, require_unique
from armutsexpertise.passes._bounds import existing_passes, worst_case
from armutsexpertise.passes.vocabulary import (
    ANSWERS,
    CURRENT_OR_DATED,
    FRESHNESS,
    GROUPS,
    ISSUER_LEVELS,
    SOCIAL_KINDS,
)

NO_BY_CLOSED_LIST = "no_by_closed_list"


def inclusion_by_group(
    eligibility: pd.DataFrame,
    passes: pd.DataFrame,
    *,
    closed_list_means_no: bool = True,
    kinds: Collection[str] = SOCIAL_KINDS,
    freshness: Collection[str] = CURRENT_OR_DATED,
    issuer_levels: Collection[str] = ISSUER_LEVELS,
) -> pd.DataFrame:
    """Count per legal group how many passes include it, and bound the share.

    Parameters
    ----------
    eligibility : DataFrame
        Long table with ``pass_id``, ``group`` and ``included``. A pair that has no row is not
        stated.
    passes : DataFrame, shape (n_passes, any)
        One row per pass, with ``eligible_list_closed`` (yes or not_stated).
    closed_list_means_no : bool
        Read a group that a closed list of groups does not name as excluded. Such cells are
        counted apart from exclusions in so many words.
    kinds, freshness, issuer_levels : collection of str
        Which existing, verified passes to count.

    Returns
    -------
    DataFrame, shape (n_groups, 11)
        ``group``, ``n`` (passes), ``yes``, ``partial``, ``no``, ``no_by_closed_list``,
        ``not_stated`` (numbers of passes, summing to ``n``), and shares in [0, 1]: ``lower``
        and ``upper_full`` bound the share of passes that include the group in full;
        ``lower_with_partial`` and ``upper`` the share that include it at least in part. NaN
        where ``n`` is 0.

    Raises
    ------
    ValueError
        If a column is missing, a key repeats, a value is not in the vocabulary, or a row
        names a pass that ``passes`` does not list.
    TypeError
        If ``verified`` or ``counts_for_municipality`` is not boolean.

    Notes
    -----
    Worst-case bounds after Manski (1989, doi:10.2307/145818): cells that are not stated count
    once as no and once as yes. ``lower`` to ``upper`` holds both shares.
    """
    matrix = eligibility_matrix(
        eligibility,
        passes,
        closed_list_means_no=closed_list_means_no,
        kinds=kinds,
        freshness=freshness,
        issuer_levels=issuer_levels,
    )
    answers = ("yes", "partial", "no", NO_BY_CLOSED_LIST, "not_stated")
    rows = []
    for group in GROUPS:
        number = {answer: int(matrix[group].eq(answer).sum()) for answer in answers}
        no = number["no"] + number[NO_BY_CLOSED_LIST]
        lower, upper_full = worst_case(number["yes"], number["partial"] + no, number["not_stated"])
        lower_with_partial, upper = worst_case(
            number["yes"] + number["partial"], no, number["not_stated"]
        )
        rows.append(
            {
                "group": group,
                "n": len(matrix),
                **number,
                "lower": lower,
                "lower_with_partial": lower_with_partial,
                "upper": upper,
                "upper_full": upper_full,
            }
        )
    return pd.DataFrame(rows)


def eligibility_matrix(
    eligibility: pd.DataFrame,
    passes: pd.DataFrame,
    *,
    closed_list_means_no: bool = True,
    kinds: Collection[str] = SOCIAL_KINDS,
    freshness: Collection[str] = CURRENT_OR_DATED,
    issuer_levels: Collection[str] = ISSUER_LEVELS,
) -> pd.DataFrame:
    """Lay out which pass includes which legal group.

    Parameters
    ----------
    eligibility, passes, closed_list_means_no, kinds, freshness, issuer_levels
        As in `inclusion_by_group`.

    Returns
    -------
    DataFrame, shape (n_passes, 5 + n_groups)
        ``pass_id``, ``ags``, ``name``, ``kind``, ``freshness``, then one column per group in
        the order of the vocabulary with ``yes``, ``partial``, ``no``, ``no_by_closed_list`` or
        ``not_stated``. Current sources first, then passes that include more groups (yes before
        partial), then by ``pass_id``.

    Raises
    ------
    ValueError
        As in `inclusion_by_group`.
    TypeError
        As in `inclusion_by_group`.
    """
    require_columns(eligibility, ("pass_id", "group", "included"), "eligibility")
    require_unique(eligibility, ("pass_id", "group"), "eligibility")
    require_known(eligibility["group"], GROUPS, "eligibility.group")
    require_known(eligibility["included"], ANSWERS, "eligibility.included")
    require_columns(passes, ("name", "eligible_list_closed"), "passes")
    require_known(
        passes["eligible_list_closed"], ("yes", "not_stated"), "passes.eligible_list_closed"
    )
    counted = existing_passes(passes, kinds=kinds, freshness=freshness, issuer_levels=issuer_levels)
    _require_listed(eligibility, passes, "eligibility")

    described = counted[["pass_id", "ags", "name", "kind", "freshness"]].reset_index(drop=True)
    closed = counted["eligible_list_closed"].eq("yes").reset_index(drop=True)
    cells = pd.DataFrame(
        {group: _answers(eligibility, group, described["pass_id"]) for group in GROUPS}
    )
    if closed_list_means_no:
        cells = cells.apply(
            lambda answers: answers.mask(closed & answers.eq("not_stated"), NO_BY_CLOSED_LIST)
        )
    matrix = pd.concat([described, cells], axis="columns")
    order = pd.DataFrame(
        {
            "age": described["freshness"].map({one: rank for rank, one in enumerate(FRESHNESS)}),
            "yes": -cells.isin(["yes"]).sum(axis=1),
            "partial": -cells.isin(["partial"]).sum(axis=1),
            "pass_id": described["pass_id"],
        }
    ).sort_values(["age", "yes", "partial", "pass_id"])
    return matrix.loc[order.index].reset_index(drop=True)


def _answers(eligibility: pd.DataFrame, group: str, pass_ids: pd.Series) -> pd.Series:
    rows = eligibility[eligibility["group"].eq(group)]
    answers = rows.set_index("pass_id")["included"].reindex(pass_ids).astype("str")
    return answers.fillna("not_stated").reset_index(drop=True)


def income_rule_summary(
    income_rules: pd.DataFrame,
    passes: pd.DataFrame,
    *,
    kinds: Collection[str] = SOCIAL_KINDS,
    freshness: Collection[str] = CURRENT_OR_DATED,
    issuer_levels: Collection[str] = ISSUER_LEVELS,
) -> pd.DataFrame:
    """Give the range of income rules per basis, never across bases or units.

    Parameters
    ----------
    income_rules : DataFrame
        Columns ``pass_id``, ``basis``, ``value`` (float; NaN where the source gives none) and
        ``unit``.
    passes, kinds, freshness, issuer_levels
        As in `inclusion_by_group`.

    Returns
    -------
    DataFrame
        One row per ``basis`` and ``unit``, sorted: ``n_passes``, ``n_with_value``,
        ``minimum``, ``median`` and ``maximum`` in that unit (NaN where no value is given).

    Raises
    ------
    ValueError
        If a column is missing or a row names a pass that ``passes`` does not list.
    TypeError
        If ``value`` is not numeric, or a flag of ``passes`` is not boolean.

    Notes
    -----
    A percentage of need, a net and a gross income are not comparable without conversion, and
    a percentage of need may or may not include the cost of housing.
    """
    require_columns(income_rules, ("pass_id", "basis", "value", "unit"), "income_rules")
    if not pd.api.types.is_numeric_dtype(income_rules["value"]):
        raise TypeError("income_rules.value must be numeric: leave cells without value empty.")
    counted = existing_passes(passes, kinds=kinds, freshness=freshness, issuer_levels=issuer_levels)
    _require_listed(income_rules, passes, "income_rules")
    rules = income_rules[income_rules["pass_id"].isin(counted["pass_id"])]
    return (
        rules.assign(unit=rules["unit"].astype("str").fillna(""))
        .groupby(["basis", "unit"])
        .agg(
            n_passes=("pass_id", "nunique"),
            n_with_value=("value", "count"),
            minimum=("value", "min"),
            median=("value", "median"),
            maximum=("value", "max"),
        )
        .reset_index()
    )


def _require_listed(table: pd.DataFrame, passes: pd.DataFrame, what: str) -> None:
    strangers = set(table["pass_id"]) - set(passes["pass_id"])
    if strangers:
        raise ValueError(
            f"{what} names {len(strangers)} pass_id(s) that passes does not list: "
            f"pass the full table of passes."
        )
