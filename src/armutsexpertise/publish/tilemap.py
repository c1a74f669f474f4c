"""Tile map of North Rhine-Westphalia: one square per Kreis and kreisfreie Stadt.

Every region has the same area, so that a large rural Kreis does not outweigh Köln. The
arrangement is our own, made with :mod:`armutsexpertise.publish.tile_layout`; the decision record
``docs/decisions/tile-map.md`` says how and how well neighbours stay together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from armutsexpertise.publish import style
from armutsexpertise.publish.charts.parts import legend_below

__all__ = ["CATEGORY_LOOKS", "Look", "plot_tile_map", "read_tiles"]


@dataclass(frozen=True)
class Look:
    """How a category of tiles is drawn.

    Parameters
    ----------
    color : str
        Fill.
    ink : str
        Letters on it.
    hatch : str
        Pattern; for what is unknown.
    frame : str
        Colour of a thick edge, which sets the look apart in grey print.
    """

    color: str
    ink: str = style.INK
    hatch: str = ""
    frame: str = ""


CATEGORY_LOOKS: Mapping[str, Look] = {
    "strong": Look(style.BLUE, "white"),
    "medium": Look(style.BLUE_MID),
    "light": Look(style.BLUE_LIGHT),
    "other": Look(style.WARM, frame=style.ACCENT),
    "unknown": Look(style.UNKNOWN, hatch=style.HATCH),
}
"""Looks by name. Blues order categories; ``other`` sets one apart; ``unknown`` is hatched."""


_SHORT = 5  # letters on a line of a narrow tile


@lru_cache(maxsize=1)
def _tiles() -> pd.DataFrame:
    path = files("armutsexpertise.publish") / "data" / "tiles_nrw.csv"
    with path.open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype={"ags5": str, "code": str, "name": str})


def read_tiles() -> pd.DataFrame:
    """Read the tile arrangement of the 53 Kreise and kreisfreie Städte.

    Returns
    -------
    DataFrame, shape (53, 5)
        ``ags5`` (5-digit key), ``code`` (licence plate letters), ``name``, ``col`` and ``row``
        (int from 0; row 0 is the northernmost), sorted by key.

    Examples
    --------
    >>> read_tiles().shape
    (53, 5)
    """
    return _tiles().copy()


def plot_tile_map(
    frame: pd.DataFrame,
    key: str,
    category: str,
    labels: Mapping[str, str],
    *,
    looks: Mapping[str, str],
    text: str | None = None,
    text_label: str | None = None,
    legend_columns: int = 2,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw one square per Kreis and kreisfreie Stadt.

    Parameters
    ----------
    frame : DataFrame, 53 rows
        One row per Kreis or kreisfreie Stadt.
    key, category : str
        Columns of the 5-digit key and of the category.
    labels : mapping of str to str
        German words per category, in the order of the legend.
    looks : mapping of str to str
        Per category the name of a look in `CATEGORY_LOOKS`, each used once.
    text : str, optional
        Column of a short text under the letters, for example ``"3/10"``; may be empty.
    text_label : str, optional
        What the text is, with its unit; the last line of the legend.
    legend_columns : int
        Columns of the legend.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        Letters of the licence plate in each tile, thick lines between the Regierungsbezirke.

    Raises
    ------
    ValueError
        If a column is missing, a region is missing, unknown or given twice, or a category has no
        label or look.
    """
    for name in (key, category, *([] if text is None else [text])):
        if name not in frame.columns:
            raise ValueError(f"The frame of the tile map has no column '{name}'.")
    tiles = read_tiles()
    keys = frame[key].astype(str)
    if sorted(keys) != sorted(tiles["ags5"]):
        wrong = sorted(set(keys) ^ set(tiles["ags5"])) or sorted(keys[keys.duplicated()])
        raise ValueError(
            f"The tile map needs each of the 53 regions once; look at {', '.join(wrong[:3])}."
        )
    given = frame.set_index(keys).loc[tiles["ags5"]].reset_index(drop=True)
    for code in [*given[category].unique(), *labels]:
        if code not in labels or looks.get(code) not in CATEGORY_LOOKS:
            raise ValueError(
                f"The category {code!r} of the tile map needs a label and one of the looks "
                f"{', '.join(CATEGORY_LOOKS)}."
            )
    if len({looks[code] for code in labels}) < len(labels):
        raise ValueError("Two categories of the tile map have the same look.")
    columns, rows = int(tiles["col"].max()) + 1, int(tiles["row"].max()) + 1
    legend_rows = -(-(len(labels) + 1 + (text_label is not None)) // legend_columns)
    # Narrow tiles are taller, for their text in two lines.
    narrow = style.is_narrow()
    width_cm, aspect = (style.NARROW_WIDTH_CM, 1.35) if narrow else (width_cm, 0.9)
    with style.context():
        map_cm = width_cm * rows / columns * aspect
        fig, ax = style.figure(width_cm, map_cm + 0.62 * legend_rows)
        if narrow:
            style.want_height(fig, map_cm)
        ax.set_axis_off()
        ax.set_aspect(aspect)
        ax.set_xlim(-0.52, columns - 0.48)
        ax.set_ylim(rows - 0.48, -0.52)
        places = zip(tiles["col"].tolist(), tiles["row"].tolist(), tiles["code"], strict=True)
        contents = zip(given[category], _texts(given, text), strict=True)
        for (col, row, letters), (code, words) in zip(places, contents, strict=True):
            _draw_tile(ax, col, row, CATEGORY_LOOKS[looks[code]], letters, words)
        _draw_borders(ax, tiles)
        handles: list[Any] = [
            Patch(**_fill(CATEGORY_LOOKS[looks[code]]), label=words)
            for code, words in labels.items()
        ]
        border = Line2D(
            [], [], color=style.INK, linewidth=1.8, label="Grenze der Regierungsbezirke"
        )
        handles.append(border)
        if text_label is not None:
            handles.append(Line2D([], [], linestyle="", label=text_label))
        legend_below(fig, handles, legend_columns)
        return style.finish(fig, frame)


def _texts(given: pd.DataFrame, text: str | None) -> list[str]:
    if text is None:
        return [""] * len(given)
    return ["" if pd.isna(words) else str(words) for words in given[text]]


def _fill(look: Look) -> dict[str, Any]:
    return {
        "facecolor": look.color,
        "hatch": look.hatch or None,
        "edgecolor": look.frame or style.GREY,
        "linewidth": 2.0 if look.frame else 0.6,
    }


def _draw_tile(ax: Axes, col: int, row: int, look: Look, letters: str, words: str) -> None:
    ax.add_patch(Rectangle((col - 0.45, row - 0.45), 0.9, 0.9, **_fill(look)))
    # On hatching the letters need a quiet ground.
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0} if look.hatch else None
    narrow = style.is_narrow()
    large, small = (9.0, 8.5) if narrow else (12.0, 10.0)
    if narrow and len(words) > _SHORT:
        words = words.replace("–", "–\n").replace(" ", "\n")
    lines = words.count("\n")
    ax.text(
        col,
        row - (0.14 + 0.16 * lines if words else 0),
        letters,
        ha="center",
        va="center",
        color=look.ink,
        weight="bold",
        fontsize=large,
        bbox=box,
    )
    if words:
        ax.text(
            col,
            row + (0.17 if lines else 0.22),
            words,
            ha="center",
            va="center",
            color=look.ink,
            fontsize=small,
            linespacing=1.0,
            bbox=box,
        )


def _draw_borders(ax: Axes, tiles: pd.DataFrame) -> None:
    """Draw a line where tiles of two Regierungsbezirke (third digit of the key) meet."""
    places = zip(tiles["col"].tolist(), tiles["row"].tolist(), strict=True)
    district = dict(zip(places, tiles["ags5"].str[2], strict=True))
    for (col, row), own in district.items():
        if district.get((col + 1, row), own) != own:
            ax.plot([col + 0.5] * 2, [row - 0.5, row + 0.5], color=style.INK, linewidth=1.8)
        if district.get((col, row + 1), own) != own:
            ax.plot([col - 0.5, col + 0.5], [row + 0.5] * 2, color=style.INK, linewidth=1.8)
