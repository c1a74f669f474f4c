"""The fonts of the reports: where they are and what they are called.

Typst, the HTML template and matplotlib all take their letters from here, so that text looks the
same in every output and on every machine. This module imports none of them.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

FAMILY: str = "Expertise Sans"
"""Family of running text, tables and figures; figures have one width by default."""

MONO: str = "Expertise Mono"
"""Family of code and of keys."""


def font_dir() -> Path:
    """Return the folder that holds the font files.

    Returns
    -------
    Path
        Absolute path inside the installed package.
    """
    return Path(str(files("armutsexpertise.render"))) / "assets" / "fonts"


def font_paths() -> list[Path]:
    """Return the TTF files of both families, sorted by name.

    Returns
    -------
    list of Path
        Regular, italic, bold and bold italic of `FAMILY`, regular of `MONO`.

    Examples
    --------
    >>> [path.stem for path in font_paths()][-1]
    'ExpertiseSans-Regular'
    """
    return sorted(font_dir().glob("*.ttf"))
