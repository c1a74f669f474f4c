"""Pairs: two values per row, joined by a line that shows their distance."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from armutsexpertise.publish import style
from armutsexpertise.publish.charts.parts import (
    Kind,
    check_columns,
    height_of,
    legend_below,
    right_text,
    row_labels,
)
from armutsexpertise.publish.numbers import NBSP, NOT_STATED, de, percent

__all__ = ["plot_pairs"]

_FIRST: dict[str, Any] = {"marker": "o", "color": style.ACCENT, "markeredgecolor": "white"}
_SECOND: dict[str, Any] = {
    "marker": "D",
    "color": "white",
    "markeredgecolor": style.BLUE,
    "markeredgewidth": 2,
}


def plot_pairs(
    frame: pd.DataFrame,
    label: str,
    first: str,
    second: str,
    *,
    names: tuple[str, str],
    kind: Kind = "percent",
    digits: int = 0,
    axis_label: str,
    label_width: int = 30,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw two values per row as a filled circle and an open diamond, with a line between them.

    Parameters
    ----------
    frame : DataFrame
        One row per line of the chart, first row on top.
    label, first, second : str
        Columns of the row label and of both values; one of the two may be missing.
    names : tuple of str
        Words for the two values.
    kind : {"percent", "number"}
        Shares in [0, 1], or plain numbers.
    digits : int
        Decimal places of the numbers at the right.
    axis_label : str
        What is measured, with its unit.
    label_width : int
        Letters per line of the row labels.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        Both values stand as numbers at the right, in the order of the legend.

    Raises
    ------
    ValueError
        If a column is missing, there is no row, a row has no value, or a share lies outside
        [0, 1].
    """
    check_columns(frame, label, first, second)
    values = frame[[first, second]].astype(float).set_axis(["first", "second"], axis=1)
    values = values.reset_index(drop=True)
    if values.isna().all(axis=1).any():
        raise ValueError("A row has neither of its two values: leave it out.")
    if kind == "percent" and ((values < 0) | (values > 1)).any(axis=None):
        raise ValueError(f"'{first}' and '{second}' are shares in [0, 1], not percentages.")
    labels = row_labels(frame, label)

    def written(number: float) -> str:
        if pd.isna(number):
            return NOT_STATED
        return percent(number, digits) if kind == "percent" else de(number, digits)

    with style.context():
        fig, ax = style.figure(width_cm, height_of(labels, label_width, 2.3))
        both = values.dropna()
        low, high = both.min(axis=1), both.max(axis=1)
        ax.hlines(both.index, low, high, color=style.GREY, linewidth=3, zorder=1)
        for name, look in (("second", _SECOND), ("first", _FIRST)):
            known = values[name].dropna()
            ax.plot(known, known.index, linestyle="", markersize=8, zorder=2, **look)
        for row, (one, two) in enumerate(zip(values["first"], values["second"], strict=True)):
            right_text(ax, row, f"{written(one)}{NBSP}/ {written(two)}")
        style.rows_axis(ax, labels, label_width)
        ax.grid(axis="x")
        ax.set_xlim(left=min(0.0, float(values.min().min())))
        if kind == "percent":
            ax.set_xlim(right=min(1.02, float(values.max().max()) * 1.08))
        ax.xaxis.set_major_locator(MaxNLocator(5))
        style.german_axis(ax.xaxis, kind)
        style.value_label(ax, axis_label)
        handles = [
            Line2D([], [], linestyle="", markersize=8, label=words, **look)
            for words, look in zip(names, (_FIRST, _SECOND), strict=True)
        ]
        legend_below(fig, handles)
        return style.finish(fig, frame)
