"""Names of columns as they are given, and columns that are not there."""

from collections.abc import Sequence
from difflib import get_close_matches

import pandas as pd


def as_names(given: str | Sequence[str] | None) -> list[str]:
    """Return one name, several or none as a list.

    Parameters
    ----------
    given : str, sequence of str, or None
        Names of columns.

    Returns
    -------
    list of str

    Examples
    --------
    >>> as_names("region"), as_names(("region", "sex")), as_names(None)
    (['region'], ['region', 'sex'], [])
    """
    if given is None:
        return []
    return [given] if isinstance(given, str) else list(given)


def require_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse names that are no columns of the sample.

    Parameters
    ----------
    frame : DataFrame, shape (n, any)
        The sample.
    names : sequence of str
        Columns that are needed.

    Raises
    ------
    ValueError
        If a column is absent. The sentence names the most similar one there is.
    """
    absent = sorted(set(names) - set(frame.columns))
    if not absent:
        return
    known = [name for name in frame.columns if isinstance(name, str)]
    near = get_close_matches(str(absent[0]), known, n=1, cutoff=0.75)
    hint = f", {near[0]} is the nearest" if near else ""
    raise ValueError(
        f"The sample lacks {len(absent)} column(s) ({', '.join(map(str, absent))}){hint}: check "
        "the names."
    )
