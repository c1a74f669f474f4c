"""SAS transport files that hold more than one data set.

The reader underneath takes the first data set and reads on into the headers of the next as if
they were data, so a file with several is taken apart before.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from armutsexpertise.microdata.errors import SurveyFileError

_CARD = 80
_LIBRARY_CARDS = 3
_MEMBER = (b"HEADER RECORD*******MEMBER  HEADER", b"HEADER RECORD*******MEMBV8  HEADER")
# The member header is followed by a descriptor header and a card with SAS, the name, SAS data
_NAME_CARD = 2
_NAMESTR_CARD = 4
_COUNT = slice(50, 60)
_NAME = {_MEMBER[0]: slice(8, 16), _MEMBER[1]: slice(8, 40)}


@contextmanager
def one_member(source: Path, table: str | None) -> Iterator[Path]:
    """Give a transport file with a single data set.

    Layout: SAS technical support note TS-140, "The record layout of a data set in SAS transport
    format": cards of 80 bytes, three for the library, then each data set from its member header
    to the next.

    Parameters
    ----------
    source : Path
        The file.
    table : str or None
        Name of the data set; needed where the file holds several.

    Yields
    ------
    Path
        ``source`` itself, or a temporary file that is removed afterwards.

    Raises
    ------
    SurveyFileError
        If the file holds several data sets and ``table`` names none of them.
    """
    raw = source.read_bytes()
    starts = [at for at in range(0, len(raw), _CARD) if raw[at : at + 34] in _MEMBER]
    names = [_name(raw, at) for at in starts]
    if table is None and len(starts) <= 1:
        yield source
        return
    if table not in names:
        raise SurveyFileError(
            f"{source.name} holds {len(names)} data set(s), {', '.join(names)}: "
            "name one of them with table."
        )
    which = names.index(table)
    described = raw[starts[which] + _NAMESTR_CARD * _CARD :][_COUNT]
    if described.strip(b"0 ") == b"":
        raise SurveyFileError(
            f"The data set {table} in {source.name} has no columns: name another."
        )
    end = starts[which + 1] if which + 1 < len(starts) else len(raw)
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / source.name
        alone.write_bytes(raw[: _LIBRARY_CARDS * _CARD] + raw[starts[which] : end])
        yield alone


def _name(raw: bytes, at: int) -> str:
    card = raw[at + _NAME_CARD * _CARD : at + (_NAME_CARD + 1) * _CARD]
    return card[_NAME[raw[at : at + 34]]].decode("ascii", errors="replace").strip("\0 ")
