"""Charts of effects side by side: two with their ranges, and values in panels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from armutsexpertise.publish import style
from armutsexpertise.publish.charts.parts import check_columns, legend_below, thickness
from armutsexpertise.publish.numbers import NBSP, NOT_STATED, de, percent

__all__ = ["plot_panels", "plot_two_effects"]

_ROW_CM, _LINE_CM = 1.0, 0.55  # two numbers stand one above the other in each row
_PAIR_CM = 0.95  # both numbers, where the label stands above them


def plot_two_effects(
    frame: pd.DataFrame,
    label: str,
    first: str,
    second: str,
    *,
    first_range: tuple[str, str],
    second_range: tuple[str, str],
    legend: tuple[str, str],
    range_label: str = "mit Rechenspanne",
    digits: int = 1,
    axis_label: str,
    label_width: int = 22,
    row_cm: float = _ROW_CM,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw two values per row with their ranges around a line at zero.

    Parameters
    ----------
    frame : DataFrame
        One row per line of the chart.
    label, first, second : str
        Columns of the row label and of both values; shares in [-1, 1], shown in percent.
    first_range, second_range : tuple of str
        Columns of the ends of each range.
    legend : tuple of str
        Words for the first and the second value.
    range_label : str
        What the ranges are; stands behind the words of the legend.
    digits : int
        Decimal places of the numbers at the right.
    axis_label : str
        What is measured, with its unit.
    label_width : int
        Letters per line of the row labels.
    row_cm, width_cm : float
        Height of a row and width in print.

    Returns
    -------
    Figure
        First value above, second below the middle of its row; both as numbers at the right.

    Raises
    ------
    ValueError
        If a column or number is missing, or a value lies outside its range or [-1, 1].
    """
    check_columns(frame, label, first, second, *first_range, *second_range)
    numbers = frame[[first, second, *first_range, *second_range]].astype(float)
    if numbers.isna().any(axis=None) or (numbers.abs() > 1).any(axis=None):
        raise ValueError("A share of the chart is missing or lies outside [-1, 1].")
    looks: tuple[dict[str, Any], ...] = (
        {"color": style.ACCENT, "marker": "D"},
        {"color": style.BLUE, "marker": "o"},
    )
    labels = [str(text) for text in frame[label]]
    lines = max(style.wrap(text, label_width).count("\n") + 1 for text in labels)
    height = len(labels) * (row_cm + (lines - 1) * _LINE_CM * 0.6) + 2.0
    with style.context():
        fig, ax = style.figure(width_cm, height)
        ax.axvline(0, color=style.INK_SOFT, linewidth=1)
        apart = 0.24 * row_cm / style.row_cm(labels, _PAIR_CM) if style.is_narrow() else 0.24
        pairs = zip(
            (first, second), (first_range, second_range), looks, (-apart, apart), strict=True
        )
        for name, (low, high), look, shift in pairs:
            values, ends = numbers[name], numbers[[low, high]]
            if ((values < ends[low] - 1e-12) | (values > ends[high] + 1e-12)).any():
                raise ValueError(f"'{name}' lies outside its range.")
            rows = [row + shift for row in range(len(frame))]
            ax.hlines(rows, 100 * ends[low], 100 * ends[high], color=look["color"], linewidth=2.2)
            ax.plot(100 * values, rows, linestyle="", markersize=7.5, **look)
            for row, value in zip(rows, values, strict=True):
                plus = "+" if round(100 * value, digits) > 0 else ""
                ax.annotate(
                    f"{plus}{de(100 * value, digits)}{NBSP}%",
                    (1, row),
                    xycoords=("axes fraction", "data"),
                    xytext=(6, 0),
                    textcoords="offset points",
                    va="center",
                    color=look["color"],
                    annotation_clip=False,
                )
        style.rows_axis(ax, labels, label_width, thick_cm=_PAIR_CM)
        ax.margins(x=0.06)
        ax.grid(axis="x")
        ax.xaxis.set_major_locator(MaxNLocator(5))
        style.german_axis(ax.xaxis)
        style.value_label(ax, axis_label)
        legend_below(
            fig,
            [
                Line2D(
                    [], [], linewidth=2.2, markersize=7.5, label=f"{words}, {range_label}", **look
                )
                for words, look in zip(legend, looks, strict=True)
            ],
            columns=2,
        )
        return style.finish(fig, frame)


def plot_panels(
    frame: pd.DataFrame,
    label: str,
    panels: Mapping[str, str],
    *,
    kinds: Mapping[str, Literal["number", "percent"]],
    digits: int = 0,
    limits: Mapping[str, tuple[float, float]],
    label_width: int = 18,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw several values of the same rows side by side, each with its number.

    Parameters
    ----------
    frame : DataFrame
        One row per line of the chart.
    label : str
        Column of the row label.
    panels : mapping of str to str
        Column and German heading with unit, in the order of the panels.
    kinds : mapping of str to {"number", "percent"}
        What each column holds; shares in [0, 1].
    digits : int
        Decimal places of percentages; numbers get two.
    limits : mapping of str to tuple of float
        Both ends of the axis of each panel.
    label_width : int
        Letters per line of the row labels.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        Bars from the left end; a missing value says "keine Angabe".

    Raises
    ------
    ValueError
        If a column is missing, or a value lies outside its axis.
    """
    check_columns(frame, label, *panels)
    labels = [str(text) for text in frame[label]]
    with style.context():
        fig, axes = style.figure(
            width_cm, len(labels) * 0.55 + 1.4, ncols=len(panels), sharey=True, squeeze=False
        )
        for ax, (name, heading) in zip(axes[0], panels.items(), strict=True):
            start, stop = limits[name]
            values = frame[name].astype(float).reset_index(drop=True)
            if ((values < start) | (values > stop)).any():
                raise ValueError(f"'{name}' lies outside its axis from {start} to {stop}.")
            known = values.dropna()
            ax.barh(
                known.index,
                known - start,
                left=start,
                height=thickness(labels, 0.55),
                facecolor=style.BLUE_MID,
            )
            for row, value in values.items():
                text = NOT_STATED
                if not pd.isna(value):
                    text = percent(value, digits) if kinds[name] == "percent" else de(value, 2)
                ax.annotate(
                    text,
                    (start if pd.isna(value) else value, row),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    color=style.INK_SOFT if pd.isna(value) else style.INK,
                )
            style.rows_axis(ax, labels, label_width)
            ax.set_xlim(start, start + (stop - start) * 1.45)
            ax.set_xticks([])
            ax.spines["bottom"].set_visible(False)
            ax.spines["left"].set_visible(True)
            ax.set_xlabel(
                style.wrap(heading, 14 if style.is_narrow() else 22), weight="bold", labelpad=6
            )
            ax.xaxis.set_label_position("top")
        return style.finish(fig, frame)
