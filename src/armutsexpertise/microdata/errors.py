"""Errors of the microdata path; a message is one sentence and holds no value of the data."""

import re
from collections.abc import Sequence
from difflib import get_close_matches


class SurveyFileError(ValueError):
    """A survey file that cannot be read."""


class CodebookError(ValueError):
    """A codebook that does not hold, or data that it does not cover."""


_NUMBER_OR_DATE = re.compile(r"[+-]?[\d.,:/ -]*\d[\d.,:/ -]*")


def looks_like_data(header: Sequence[str]) -> bool:
    """Say whether a first row may be a row of data, whose cells no message may repeat.

    Parameters
    ----------
    header : sequence of str
        Names of columns.

    Returns
    -------
    bool
        True where one of them is a number or a date.

    Examples
    --------
    >>> looks_like_data(["income", "weight_2019"]), looks_like_data(["Meier", "1200,50"])
    (False, True)
    """
    return any(_NUMBER_OR_DATE.fullmatch(name) for name in header)


def some_names(names: Sequence[str], header: Sequence[str]) -> str:
    """Return up to three names in brackets, nothing where the header looks like data."""
    return "" if looks_like_data(header) else f" ({', '.join(names[:3])})"


def missing_column_message(wanted: Sequence[str], present: Sequence[str], where: str) -> str | None:
    """Say which wanted columns are not there and what comes nearest.

    Parameters
    ----------
    wanted, present : sequence of str
        Names asked for, and names there are.
    where : str
        Name of the file for the sentence.

    Returns
    -------
    str or None
        One sentence; None where nothing is missing.

    Examples
    --------
    >>> missing_column_message(["incme"], ["income", "weight"], "survey.csv")
    'survey.csv has 2 columns but not incme (nearest: income): correct the name or leave it out.'
    """
    missing = [name for name in wanted if name not in set(present)]
    if not missing:
        return None
    by_lower = {name.lower(): name for name in present}
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    if looks_like_data(present):
        return (
            f"{where} has {len(present)} columns but not {', '.join(missing[:5])}{more}, and its "
            "first row looks like data: add a first row with names, or correct the name."
        )
    parts = []
    for name in missing[:5]:
        near = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.5)
        parts.append(f"{name} (nearest: {by_lower[near[0]]})" if near else name)
    return (
        f"{where} has {len(present)} columns but not {', '.join(parts)}{more}: "
        "correct the name or leave it out."
    )
