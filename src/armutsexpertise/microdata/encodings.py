"""Which code page a text of unknown origin is written in."""

import re
from collections.abc import Iterator

# Letters of Western European languages; what a wrong code page leaves is mostly none of them.
_LETTERS = frozenset("äöüÄÖÜßàáâãåæçèéêëìíîïñòóôõøœùúûýÀÁÂÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕØŒÙÚÛÝ")
_GERMAN = frozenset("äöüÄÖÜß")
_MARKS = frozenset("§°«»²³½¼\xa0")
# Signs of cp1252 where a writer puts them: the same bytes are letters in cp850, and those stand
# inside words.
_TYPOGRAPHY = re.compile(
    r"(?<!\w)(?:„[^„“”]+[“”]|“[^“”]+”|‚[^‚‘’]+[‘’]|‘[^‘’]+’)(?!\w)"
    r"|(?<=[a-zäöüß])’(?=[a-z])"
    r"|(?<![^\W\d_])[€–—](?![^\W\d_])"
    r"|…(?!\w)"
)
_SIGNS = re.compile("[„“”‚‘’€–—…]")
_HIGH = re.compile(rb"[\x80-\xff]")
_LINES = 20_000
_MARGIN = 4
"""By how much cp850 must be better where the file states cp1252: two letters of German."""


def best_encoding(raw: bytes, stated: bool = False) -> str | None:
    """Return the most plausible code page of a text.

    UTF-8 where the bytes are valid UTF-8; else that of cp1252 and cp850 under which the bytes
    above 127 are letters in words (German ones count double) or quotes, dashes and currency where
    those belong. Latin-1 is a part of cp1252 as far as letters go.

    Parameters
    ----------
    raw : bytes
        Text of any length.
    stated : bool
        Whether the file states cp1252; cp850 must then be better by a clear margin.

    Returns
    -------
    {"utf-8", "cp1252", "cp850"} or None
        None where every byte is below 128, so that the question does not arise.

    Examples
    --------
    >>> best_encoding("Köln".encode("cp850"))
    'cp850'
    >>> best_encoding("„Käse“".encode("cp1252"))
    'cp1252'
    """
    if raw.isascii():
        return None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        lines = b"\n".join(_lines_above_127(raw))
        ahead = _plausibility(lines, "cp850") - _plausibility(lines, "cp1252")
        return "cp850" if ahead >= (_MARGIN if stated else 1) else "cp1252"
    return "utf-8"


def _lines_above_127(raw: bytes) -> Iterator[bytes]:
    """Yield the first lines that have a byte above 127."""
    end = 0
    for _ in range(_LINES):
        found = _HIGH.search(raw, end)
        if found is None:
            return
        start = raw.rfind(b"\n", end, found.start()) + 1 or end
        end = raw.find(b"\n", found.start())
        end = len(raw) if end < 0 else end
        yield raw[start:end]


def _plausibility(raw: bytes, name: str) -> int:
    score = 0
    for line in raw.decode(name, errors="replace").split("\n"):
        if name == "cp1252":
            in_place = sum(len(_SIGNS.findall(one)) for one in _TYPOGRAPHY.findall(line))
            score += 3 * in_place - len(_SIGNS.findall(line))  # 2 in its place, -1 elsewhere
        around = f" {line} "
        score += sum(
            _of_sign(*around[place - 1 : place + 2])
            for place in range(1, len(around) - 1)
            if around[place] > "\x7f"
        )
    return score


def _of_sign(before: str, sign: str, after: str) -> int:
    if sign not in _LETTERS:
        return 0 if sign in _MARKS or _SIGNS.match(sign) else -1
    if not (before.isalpha() or after.isalpha()):
        return 0
    capital_inside = (sign.islower() and after.isupper()) or (before.islower() and sign.isupper())
    if capital_inside and sign != "ß":
        return -1
    return 2 if sign in _GERMAN else 1
