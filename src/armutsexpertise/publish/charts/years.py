"""Charts of single years: a value per year, with its interval where it has one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from armutsexpertise.publish import style
from armutsexpertise.publish.charts.parts import legend_below

__all__ = ["plot_years"]

_NARROW_CM = 6.5


def plot_years(
    frame: pd.DataFrame,
    period: str,
    value: str,
    *,
    low: str | None = None,
    high: str | None = None,
    legend: tuple[str, str] = ("Intervall über null", "Intervall enthält null"),
    reference: tuple[float, str] | None = None,
    axis_label: str,
    width_cm: float = style.TEXT_WIDTH_CM,
    height_cm: float = 7.5,
) -> Figure:
    """Draw a value per year: bars, or points with intervals.

    Parameters
    ----------
    frame : DataFrame
        One row per year.
    period, value : str
        Columns of the year (whole number) and the value.
    low, high : str, optional
        Ends of its interval. With them points are drawn, filled where the interval lies above
        zero and open where it contains zero.
    legend : tuple of str
        Words for filled and open points.
    reference : tuple of float and str, optional
        Value and words of a dashed line.
    axis_label : str
        What is measured, with its unit.
    width_cm, height_cm : float
        Size in print.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If a column or value is missing, a year occurs twice, one end of the interval is named
        without the other, or a value lies outside its interval.
    """
    names = [period, value, *(c for c in (low, high) if c is not None)]
    missing = [c for c in names if c not in frame.columns]
    if missing:
        raise ValueError(f"The frame of the chart has no column '{missing[0]}'.")
    if (low is None) != (high is None):
        raise ValueError("An interval has two ends: name both low and high, or none.")
    if frame.empty or frame[names].isna().any(axis=None) or frame[period].duplicated().any():
        raise ValueError("A value is missing, or a year occurs twice.")
    table = frame.sort_values(period)
    years = table[period].to_numpy(dtype=float)
    values = table[value].to_numpy(dtype=float)
    handles: list[Line2D] = []
    with style.context():
        fig, ax = style.figure(width_cm, height_cm)
        if low is None or high is None:
            ax.bar(years, values, width=0.7, facecolor=style.BLUE_MID)
        else:
            ends = table[[low, high]].to_numpy(dtype=float)
            if ((values < ends[:, 0]) | (values > ends[:, 1])).any():
                raise ValueError("A value lies outside its interval.")
            sure = ends[:, 0] > 0
            ax.axhline(0, color=style.INK_SOFT, linewidth=1)
            ax.vlines(years, ends[:, 0], ends[:, 1], color=style.BLUE_MID, linewidth=2)
            for chosen, face in ((sure, style.BLUE), (~sure, "white")):
                ax.plot(
                    years[chosen],
                    values[chosen],
                    "o",
                    markersize=6.5,
                    markerfacecolor=face,
                    markeredgecolor=style.BLUE,
                )
            look: dict[str, Any] = {"marker": "o", "linestyle": "", "markeredgecolor": style.BLUE}
            handles = [
                Line2D([], [], markerfacecolor=face, markersize=6.5, label=words, **look)
                for face, words in zip((style.BLUE, "white"), legend, strict=True)
            ]
        if reference is not None:
            at, words = reference
            dashed: dict[str, Any] = {"color": style.ACCENT, "linestyle": (0, (4, 2))}
            ax.axhline(at, linewidth=1.6, **dashed)
            handles.append(Line2D([], [], linewidth=1.6, label=words, **dashed))
        if handles:
            legend_below(fig, handles, columns=2)
        ax.grid(axis="y")
        ax.set_xlim(float(years.min()) - 0.7, float(years.max()) + 0.7)
        ax.xaxis.set_major_locator(MaxNLocator(5 if style.is_narrow() else 8, integer=True))
        ax.xaxis.set_major_formatter(lambda x, _: str(int(x)))
        ax.yaxis.set_major_locator(MaxNLocator(6))
        style.german_axis(ax.yaxis)
        ax.tick_params(axis="x", length=0)
        if style.is_narrow():
            style.want_height(fig, _NARROW_CM)
            ax.set_ylabel(style.wrap(axis_label, 32))
        else:
            ax.set_ylabel(axis_label)
        if np.all(values >= 0) and low is None:
            ax.set_ylim(bottom=0)
        return style.finish(fig, frame)
