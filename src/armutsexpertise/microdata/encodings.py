"""Which code page a text of unknown origin is written in."""

# Letters of Western European languages; what a wrong code page leaves is mostly none of them.
_LETTERS = frozenset("äöüÄÖÜßàáâãåæçèéêëìíîïñòóôõøœùúûýÀÁÂÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕØŒÙÚÛÝ")
_GERMAN = frozenset("äöüÄÖÜß")
_MARKS = frozenset("§°€–—„“”‚‘’«»²³½¼…\xa0")
_CANDIDATES = ("cp1252", "cp850")


def best_encoding(raw: bytes) -> str | None:
    """Return the most plausible code page of a text.

    UTF-8 where the bytes are valid UTF-8; else that of cp1252 and cp850 under which the bytes
    above 127 are letters of Western European languages (German ones count double) rather than
    signs. Latin-1 is a part of cp1252 as far as letters go.

    Parameters
    ----------
    raw : bytes
        Text of any length.

    Returns
    -------
    {"utf-8", "cp1252", "cp850"} or None
        None where every byte is below 128, so that the question does not arise.

    Examples
    --------
    >>> best_encoding("Köln".encode("cp850"))
    'cp850'
    """
    if raw.isascii():
        return None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return max(_CANDIDATES, key=lambda name: _plausibility(raw, name))
    return "utf-8"


def _plausibility(raw: bytes, name: str) -> float:
    high = bytes(byte for byte in raw if byte > 127)
    text = high.decode(name, errors="replace")
    score = 0
    for sign in text:
        if sign in _GERMAN:
            score += 2
        elif sign in _LETTERS:
            score += 1
        elif sign not in _MARKS:
            score -= 1
    return score
