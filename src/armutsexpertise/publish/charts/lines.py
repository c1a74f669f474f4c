"""Lines over time: one per group, breaks of the series left open, intervals as bands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from armutsexpertise.publish import style
from armutsexpertise.publish.charts.parts import Kind, legend_below

__all__ = ["plot_lines"]

_LINE_CM = 0.46
_NARROW_CM = 6.5

_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": style.ACCENT, "marker": "o"},
    {"color": style.BLUE, "marker": "s"},
    {"color": style.BLUE_MID, "marker": "^"},
    {"color": style.INK_SOFT, "marker": "D"},
    {"color": style.WARM, "marker": "v"},
)


def plot_lines(
    frame: pd.DataFrame,
    x: str,
    value: str,
    group: str,
    *,
    names: Mapping[str, str],
    kind: Kind = "percent",
    axis_label: str,
    band: tuple[str, str] | None = None,
    band_label: str = "95-%-Konfidenzintervall",
    points: Collection[str] = (),
    smooth: Collection[str] = (),
    breaks: Sequence[int] = (),
    break_label: str = "Bruch der Reihe",
    references: Sequence[tuple[float, str]] = (),
    bottom: float | None = 0.0,
    height_cm: float = 8.0,
    label_width: int = 20,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw a line per group over years, named at its end.

    Parameters
    ----------
    frame : DataFrame
        One row per group and year.
    x, value, group : str
        Columns of the year, the value and the group.
    names : mapping of str to str
        Words per group, in the order of the looks; at most five.
    kind : {"percent", "number"}
        Shares in [0, 1], or plain numbers.
    axis_label : str
        What is measured, with its unit.
    band : tuple of str, optional
        Columns of an interval, drawn behind the line where it is given.
    band_label : str
        What the interval is.
    points : collection of str
        Groups that are drawn as points alone, such as observed values beside a model.
    smooth : collection of str
        Groups that are drawn as lines without points, such as a model.
    breaks : sequence of int
        First years of a new series: the line is interrupted before it.
    break_label : str
        Words at the break.
    references : sequence of (float, str)
        Values and words of dashed horizontal lines.
    bottom : float or None
        Where the value axis begins; None leaves it to the data.
    height_cm, width_cm : float
        Size in print.
    label_width : int
        Letters per line of the names.

    Returns
    -------
    Figure
        Years as ticks, German numbers. Narrow, a legend names the lines.

    Raises
    ------
    ValueError
        If a column or name is missing, a group has a year twice, a share lies outside [0, 1], or
        there are more than five groups.
    """
    for name in (x, value, group, *(band or ())):
        if name not in frame.columns:
            raise ValueError(f"The frame of the chart has no column '{name}'.")
    if frame.empty or set(frame[group]) != set(names):
        raise ValueError("The groups of the chart and their names differ, or there is no row.")
    if len(names) > len(_LOOKS):
        raise ValueError(f"{len(names)} lines cannot be told apart: draw at most {len(_LOOKS)}.")
    if frame.duplicated([x, group]).any():
        raise ValueError("A group has two values for the same year.")
    numbers = frame[[value, *(band or ())]].astype(float).to_numpy()
    if kind == "percent" and ((numbers < 0) | (numbers > 1)).any():
        raise ValueError(f"'{value}' and its interval are shares in [0, 1], not percentages.")
    with style.context():
        fig, ax = style.figure(width_cm, height_cm)
        ends: list[tuple[float, float, str, dict[str, Any]]] = []
        handles: list[Any] = []
        banded = False
        for look, (code, words) in zip(_LOOKS, names.items(), strict=False):
            own = frame[frame[group] == code].sort_values(x)
            years = own[x].to_numpy(dtype=float)
            shown = own[value].to_numpy(dtype=float)
            style_of = look | ({"linestyle": ""} if code in points else {"linewidth": 2.0})
            if code in smooth:
                style_of = {"color": look["color"], "linewidth": 2.0, "marker": ""}
            handles.append(Line2D([], [], markersize=5.5, label=words, **style_of))
            for part in _pieces(years, breaks):
                ax.plot(years[part], shown[part], markersize=5.5, **style_of)
            if band is not None and own[list(band)].notna().any(axis=None):
                low, high = (own[name].to_numpy(dtype=float) for name in band)
                ax.fill_between(years, low, high, color=look["color"], alpha=0.2, linewidth=0)
                banded = True
            ends.append((float(years[-1]), float(shown[-1]), style.wrap(words, label_width), look))
        first, last = float(frame[x].min()), float(frame[x].max())
        _mark_breaks(ax, breaks, break_label)
        for at, words in references:
            dashed: dict[str, Any] = {"color": style.INK_SOFT, "linestyle": (0, (4, 2))}
            ax.axhline(at, linewidth=1.2, **dashed)
            handles.append(Line2D([], [], linewidth=1.2, label=words, **dashed))
            ends.append((last, at, style.wrap(words, label_width), {"color": style.INK_SOFT}))
        ax.set_xlim(first - 0.4, last + 0.4)
        if bottom is not None:
            ax.set_ylim(bottom=bottom)
        if kind == "percent":
            ax.set_ylim(top=1.02)
        elif references:
            ax.set_ylim(top=max(float(np.nanmax(numbers)), *(v for v, _ in references)) * 1.12)
        # What the ticks, the unit and the legend leave for the axes, and a line of letters in it.
        free = height_cm - (3.0 if banded else 2.1)
        if style.is_narrow():
            style.want_height(fig, _NARROW_CM)
        else:
            _name_ends(ax, ends, line_share=_LINE_CM / free)
        ax.grid(axis="y")
        ax.spines["left"].set_visible(False)
        low, high = ax.get_ylim()
        ax.set_yticks(
            [tick for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high]
        )
        style.german_axis(ax.yaxis, kind)
        most = 5 if style.is_narrow() else 7
        ax.xaxis.set_major_locator(MaxNLocator(most, integer=True))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: str(round(year))))
        ax.tick_params(axis="x", length=3)
        ax.annotate(
            style.wrap(axis_label, 38) if style.is_narrow() else axis_label,
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, 8),
            textcoords="offset points",
            va="bottom",
            color=style.INK_SOFT,
            annotation_clip=False,
        )
        shown_below = handles if style.is_narrow() else []
        if banded:
            shown_below = [*shown_below, Patch(facecolor=style.GREY, alpha=0.5, label=band_label)]
        if shown_below:
            legend_below(fig, shown_below, columns=1)
        return style.finish(fig, frame)


def _pieces(years: npt.NDArray[np.float64], breaks: Sequence[int]) -> list[npt.NDArray[np.intp]]:
    """Return the places of the unbroken parts of a series."""
    cuts = [int(np.searchsorted(years, first)) for first in sorted(breaks)]
    return [part for part in np.split(np.arange(len(years)), cuts) if part.size]


def _mark_breaks(ax: Axes, breaks: Sequence[int], words: str) -> None:
    for first in breaks:
        ax.axvline(first - 0.5, color=style.INK_SOFT, linewidth=1, linestyle=(0, (1, 2)))
        ax.annotate(
            words,
            (first - 0.5, 0),
            xycoords=("data", "axes fraction"),
            xytext=(-4, 5),
            textcoords="offset points",
            ha="right",
            va="bottom",
            color=style.INK_SOFT,
        )


def _name_ends(
    ax: Axes,
    ends: Sequence[tuple[float, float, str, dict[str, Any]]],
    *,
    line_share: float,
) -> None:
    """Write the names beside the ends of the lines, moved apart where they would touch."""
    bottom, top = ax.get_ylim()
    line = line_share * (top - bottom)
    order = sorted(ends, key=lambda end: end[1])
    heights = [line * (end[2].count("\n") + 1) for end in order]
    places = [end[1] for end in order]
    for k in range(1, len(places)):  # upwards, then down again from the top
        places[k] = max(places[k], places[k - 1] + (heights[k] + heights[k - 1]) / 2)
    if places[-1] > top:
        places[-1] = top
        for k in range(len(places) - 2, -1, -1):
            places[k] = min(places[k], places[k + 1] - (heights[k] + heights[k + 1]) / 2)
    for (_, _, words, look), at in zip(order, places, strict=True):
        color = style.INK if look["color"] == style.WARM else look["color"]
        ax.annotate(
            words,
            (1, at),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            color=color,
            annotation_clip=False,
            linespacing=1.05,
        )
