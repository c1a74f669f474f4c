"""Errors of the microdata path; a message is one sentence and holds no value of the data."""

from collections.abc import Sequence
from difflib import get_close_matches


class SurveyFileError(ValueError):
    """A survey file that cannot be read."""


class CodebookError(ValueError):
    """A codebook that does not hold, or data that it does not cover."""


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
    parts = []
    for name in missing[:5]:
        near = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.5)
        parts.append(f"{name} (nearest: {by_lower[near[0]]})" if near else name)
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    return (
        f"{where} has {len(present)} columns but not {', '.join(parts)}{more}: "
        "correct the name or leave it out."
    )
