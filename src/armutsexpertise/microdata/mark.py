"""The mark of invented data: how it is written, and how it is read at every step."""

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from armutsexpertise.microdata.formats import SurveyFile
    from armutsexpertise.microdata.recode import Recoded

MARK_COLUMN = "synthetic"
"""Reserved variable, 1 or true in every invented row, in files and in harmonised tables."""

MARK_TEXT = "Synthetische Daten"
"""Words in the label of a file with invented data."""


def is_synthetic(data: "SurveyFile | Recoded | pd.DataFrame") -> bool:
    """Say whether data are invented, in part or in whole.

    The mark is in the label of the file and in the variable ``synthetic`` of every row; either
    is enough. `recode` writes it into the harmonised table as the column ``synthetic``, whatever
    the codebook says, so that it stays with every selection of rows and every join. Who draws an
    exhibit passes ``synthetic=is_synthetic(table)`` for the table the numbers come from.

    Parameters
    ----------
    data : SurveyFile, Recoded or DataFrame
        A file as read, a recoded table, or any table of rows from either.

    Returns
    -------
    bool
        True where the label or at least one row carries the mark. A table of results has no
        rows of the survey any more: ask before it is computed.

    Examples
    --------
    >>> import pandas as pd
    >>> is_synthetic(pd.DataFrame({"income": [1.0, 2.0], "synthetic": [1, 1]}))
    True
    >>> is_synthetic(pd.DataFrame({"income": [1.0, 2.0]}))
    False
    """
    if isinstance(data, pd.DataFrame):
        if MARK_COLUMN not in data.columns:
            return False
        marks = pd.to_numeric(data[MARK_COLUMN], errors="coerce")
        return bool(marks.fillna(0).eq(1).any())
    label = str(getattr(data, "label", ""))
    return MARK_TEXT.lower() in label.lower() or is_synthetic(data.data)
