"""First and last day of a period given as year, half-year, month, day or interval."""

import calendar
import datetime as dt
import re

_HALF_YEAR = re.compile(r"(\d{4})-S([12])")


def first_day(text: str) -> dt.date:
    """Return the first day of a year, half-year (``2024-S2``), month, day or interval.

    Parameters
    ----------
    text : str
        ISO year, month, day or interval (``2024-05-01/2024-12-31``), or a half-year as Eurostat
        writes it.

    Returns
    -------
    date

    Raises
    ------
    ValueError
        If the text is none of these.

    Examples
    --------
    >>> first_day("2024-S2").isoformat()
    '2024-07-01'
    """
    return _days(text)[0]


def last_day(text: str) -> dt.date:
    """Return the last day of a year, half-year (``2024-S2``), month, day or interval.

    Parameters
    ----------
    text : str
        ISO year, month, day or interval (``2024-05-01/2024-12-31``), or a half-year as Eurostat
        writes it.

    Returns
    -------
    date

    Raises
    ------
    ValueError
        If the text is none of these.

    Examples
    --------
    >>> last_day("2024-02").isoformat()
    '2024-02-29'
    """
    return _days(text)[1]


def _days(text: str) -> tuple[dt.date, dt.date]:
    half = _HALF_YEAR.fullmatch(text) if isinstance(text, str) else None
    if half:
        year, number = int(half.group(1)), int(half.group(2))
        return (
            dt.date(year, 6 * number - 5, 1),
            dt.date(year, 6 * number, 30 if number == 1 else 31),
        )
    if isinstance(text, str) and text.count("/") == 1:
        start, end = (_days(part) for part in text.split("/"))
        if start[0] > end[1]:
            raise ValueError(f"The interval {text!r} ends before it begins: swap its ends.")
        return start[0], end[1]
    try:
        if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
            raise ValueError
        parts = [int(part) for part in text.split("-")]
        if len(parts) == 3:
            day = dt.date(*parts)
            return day, day
        first, last = (parts[1], parts[1]) if len(parts) == 2 else (1, 12)
        final = calendar.monthrange(parts[0], last)[1]
        return dt.date(parts[0], first, 1), dt.date(parts[0], last, final)
    except (TypeError, ValueError):
        raise ValueError(
            f"The date is {text!r}, which is no period; write a year, month or day such as 2024, "
            "2024-07, 2024-07-01."
        ) from None
