"""Numbers that are stored as text, with a decimal comma or point."""

import re
from typing import Literal

import pandas as pd

DecimalSign = Literal[",", "."]

POINT = r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*"
COMMA = r"\s*[+-]?(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d+)?\s*"
POINT_GROUPS = r"\s*[+-]?[1-9]\d{0,2}(?:\.\d{3})+\s*"
COMMA_GROUPS = r"\s*[+-]?[1-9]\d{0,2}(?:,\d{3})+\s*"
_DIGITS = re.compile(r"\s*[+-]?[\d.,]*\d[\d.,]*\s*")


class DoubtfulNumbersError(ValueError):
    """Numbers whose points or commas may part thousands or decimals."""


def numbers_of(cells: pd.Series, decimal: DecimalSign | None = None) -> pd.Series:
    """Read text as numbers.

    Parameters
    ----------
    cells : Series of str, shape (n,)
        Text; beside a decimal comma, points part thousands.
    decimal : {",", "."}, optional
        Decimal sign; found from the cells where None.

    Returns
    -------
    Series of float, shape (n,)
        Numbers, NaN where a cell is none.

    Raises
    ------
    DoubtfulNumbersError
        If ``decimal`` is None and 1.200 or 1,200 may be thousands or decimals.

    Examples
    --------
    >>> numbers_of(pd.Series(["1.200,5", "900", "k.A."])).tolist()
    [1200.5, 900.0, nan]
    """
    texts = cells.astype("str").str.strip()
    sign = decimal or _sign_of(texts[texts.str.fullmatch(_DIGITS)])
    if sign == ",":
        plain = texts.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        plain = plain.where(texts.str.fullmatch(COMMA))
    else:
        plain = texts.where(texts.str.fullmatch(POINT))
    return pd.to_numeric(plain).astype("float64")


def _sign_of(texts: pd.Series) -> DecimalSign:
    commas, points = (texts[texts.str.contains(sign, regex=False)] for sign in ",.")
    if len(commas) and texts.str.fullmatch(COMMA).all():
        if points.empty and commas.str.fullmatch(COMMA_GROUPS).all():
            raise DoubtfulNumbersError("commas may part thousands or decimals")
        return ","
    if commas.empty and len(points) and points.str.fullmatch(POINT_GROUPS).all():
        raise DoubtfulNumbersError("points may part thousands or decimals")
    return "."
