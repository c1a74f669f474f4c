"""Words and dates in the language of the document."""

from __future__ import annotations

import re
from datetime import date

from armutsexpertise.render.errors import RenderError

GERMAN = {
    **{"fig": "Abbildung", "tbl": "Tabelle", "sec": "Abschnitt", "eq": "Gleichung"},
    **{"note": "Hinweis", "tip": "Tipp", "warning": "Warnung", "important": "Wichtig"},
    **{"caution": "Vorsicht", "toc": "Inhalt", "abstract": "Zusammenfassung", "row": "Zeile"},
    **{"skip": "Zum Inhalt springen", "formula": "Formel", "and": "und", "page": "Seite"},
    **{"of": "von", "footnotes": "Fußnoten", "lq": "„", "rq": "“", "lsq": "‚", "rsq": "‘"},
    "scroll": "seitlich verschiebbar",
}
ENGLISH = {
    **{"fig": "Figure", "tbl": "Table", "sec": "Section", "eq": "Equation"},
    **{"note": "Note", "tip": "Tip", "warning": "Warning", "important": "Important"},
    **{"caution": "Caution", "toc": "Contents", "abstract": "Abstract", "row": "Row"},
    **{"skip": "Skip to content", "formula": "Formula", "and": "and", "page": "Page"},
    **{"of": "of", "footnotes": "Footnotes", "lq": "“", "rq": "”", "lsq": "‘", "rsq": "’"},
    "scroll": "scrolls sideways",
}
MONTHS_DE = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September"),
    *("Oktober", "November", "Dezember"),
)
MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
TOKEN = re.compile(r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|[A-Za-z]+|[^A-Za-z\[]+")


def german_or_english(language: str) -> dict[str, str]:
    """Words of a language tag; any but German gets English."""
    return GERMAN if language.lower().startswith("de") else ENGLISH


def long_date(day: str, form: str, language: str) -> str:
    """Write an ISO date as ``date-format`` asks.

    Parameters
    ----------
    day : str
        ISO date; words such as ``today`` are refused, output would change from day to day.
    form : str
        ``long``, ``iso``, or the tokens of Quarto: ``D DD M MM MMM MMMM YY YYYY`` and
        ``[text]``.
    language : str
        Language tag for the names of months.

    Examples
    --------
    >>> long_date("2026-03-04", "D. MMMM YYYY", "de")
    '4. März 2026'
    >>> long_date("2026-03-04", "long", "en")
    'March 4, 2026'
    """
    try:
        value = date.fromisoformat(day)
    except ValueError:
        raise RenderError(f"The date {day} is not of the form 2026-03-14.") from None
    german = language.lower().startswith("de")
    if form == "iso":
        return value.isoformat()
    if form == "long":
        form = "D. MMMM YYYY" if german else "MMMM D, YYYY"
    month = (MONTHS_DE if german else MONTHS_EN)[value.month - 1]
    tokens = {
        **{"YYYY": f"{value:%Y}", "YY": f"{value:%y}", "MMMM": month, "MMM": month[:3]},
        **{"MM": f"{value:%m}", "M": str(value.month), "DD": f"{value:%d}", "D": str(value.day)},
    }
    out = []
    for found in TOKEN.finditer(form):
        word = found[0]
        if found[1] is not None:
            out.append(found[1])
        elif word in tokens or not word[0].isalpha():
            out.append(tokens.get(word, word))
        else:
            raise RenderError(f"The date-format {form} holds {word}, which is not supported.")
    return "".join(out)
