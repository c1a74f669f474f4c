"""Rebuild the font subset of the reports; see README.md beside this file.

Usage: ``python build.py FOLDER_OF_SOURCE_SANS_TTF FOLDER_OF_SOURCE_CODE_TTF``
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
SANS, MONO = "Expertise Sans", "Expertise Mono"
VERSION = "Version 1.0"

# Latin for German and for the names in a list of references, the typography of a report,
# and the signs that tables, figures and formulas use.
UNICODES = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *(0x1E9E, 0x218, 0x219, 0x21A, 0x21B, 0x2C6, 0x2DA, 0x2DC),
    *range(0x391, 0x3A2),
    *range(0x3A3, 0x3AA),
    *range(0x3B1, 0x3CA),
    *(0x2002, 0x2003, 0x2007, 0x2008, 0x2009, 0x200A, 0x200B, 0x202F, 0x2060),
    *range(0x2010, 0x2016),
    *range(0x2018, 0x201F),
    *(0x2020, 0x2021, 0x2022, 0x2026, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044),
    *range(0x2070, 0x2090),
    *(0x20AC, 0x2116, 0x2122),
    *range(0x2150, 0x215F),
    *range(0x2190, 0x219A),
    *(0x2202, 0x2206, 0x2211, 0x2212, 0x2215, 0x2219, 0x221A, 0x221E, 0x222B),
    *(0x2248, 0x2260, 0x2264, 0x2265),
    *(0x25A0, 0x25A1, 0x25AA, 0x25AB, 0x25B2, 0x25B3, 0x25B6, 0x25B8, 0x25BC, 0x25BD),
    *(0x25C0, 0x25C6, 0x25C7, 0x25CA, 0x25CB, 0x25CF, 0x2610, 0x2611, 0x2713, 0x2717),
]
FEATURES = ["kern", "mark", "liga", "ccmp", "locl", "pnum", "tnum", "lnum", "case", "sups", "subs"]

# file of the origin, family, style, weight
FACES = [
    ("SourceSans3-Regular", SANS, "Regular", 400),
    ("SourceSans3-It", SANS, "Italic", 400),
    ("SourceSans3-Semibold", SANS, "Bold", 700),
    ("SourceSans3-SemiboldIt", SANS, "Bold Italic", 700),
    ("SourceCodePro-Regular", MONO, "Regular", 400),
]


def rename(font: TTFont, family: str, style: str) -> None:
    """Replace every name a user sees; only copyright and licence texts stay."""
    postscript = f"{family}-{style}".replace(" ", "")
    names = {
        1: family,
        2: style,
        3: f"1.0;{postscript}",
        4: f"{family} {style}",
        5: VERSION,
        6: postscript,
    }
    table = font["name"]
    table.names = [n for n in table.names if n.nameID in (0, 13, 14) and n.platformID == 3]
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)


def main(folders: list[Path]) -> None:
    """Write each face as TTF (PDF, figures) and WOFF2 (HTML) beside this file."""
    for origin, family, style, weight in FACES:
        source = next(f for d in folders for f in [d / f"{origin}.ttf"] if f.exists())
        options = subset.Options(
            layout_features=FEATURES, hinting=False, name_IDs=["*"], glyph_names=False,
            notdef_outline=True, drop_tables=["DSIG", "BASE", "STAT"],
        )  # fmt: skip
        font = subset.load_font(str(source), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=UNICODES)
        subsetter.subset(font)
        rename(font, family, style)
        # Programs pair the faces of a family by these bits: regular, italic, bold.
        bold, italic = weight == 700, "Italic" in style
        font["OS/2"].usWeightClass = weight
        font["OS/2"].fsSelection = italic | bold << 5 | (not (bold or italic)) << 6
        font["head"].macStyle = bold | italic << 1
        stem = f"{family}-{style}".replace(" ", "")
        subset.save_font(font, str(HERE / f"{stem}.ttf"), options)
        options.flavor = "woff2"
        subset.save_font(font, str(HERE / f"{stem}.woff2"), options)


if __name__ == "__main__":
    main([Path(a) for a in sys.argv[1:]])
