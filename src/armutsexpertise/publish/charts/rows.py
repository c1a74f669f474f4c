"""Charts of the reports: bounds, answers, effects, profiles, ranks and ranges.

Every function takes a tidy frame and the names of its columns, and returns a figure without a
title. Uncertainty is drawn as a range. Rows keep the order of the frame, first row on top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, MaxNLocator

from armutsexpertise.publish import style
from armutsexpertise.publish.charts.parts import (
    UNKNOWN_LOOK,
    Kind,
    check_columns,
    height_of,
    legend_below,
    range_of,
    right_text,
    row_labels,
    share_axis,
    thickness,
)
from armutsexpertise.publish.numbers import NBSP, NOT_STATED, de, interval

__all__ = [
    "plot_bounds",
    "plot_effects",
    "plot_profile_ranges",
    "plot_ranges",
    "plot_rank_intervals",
    "plot_stacked_answers",
]

ANSWERS = {"yes": "ja", "partial": "teilweise", "no": "nein", "not_stated": "nicht genannt"}
_ANSWER_LOOK: dict[str, dict[str, Any]] = {
    "yes": {"facecolor": style.BLUE},
    "partial": {"facecolor": style.BLUE_MID},
    "no": {"facecolor": style.WARM},
    "not_stated": {"facecolor": style.UNKNOWN, "hatch": style.HATCH, "edgecolor": style.GREY},
}


def plot_bounds(
    frame: pd.DataFrame,
    label: str,
    low: str,
    high: str,
    *,
    point: str | None = None,
    legend: tuple[str, str] = ("belegt", "ungeklärt"),
    point_label: str = "Schätzung",
    axis_label: str = "Anteil",
    label_width: int = 24,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw shares that are known only within bounds.

    The confirmed part is solid, the part that could be either is hatched, and what remains to
    100 percent is confirmed absence.

    Parameters
    ----------
    frame : DataFrame
        One row per bar.
    label, low, high : str
        Columns of the row label (str), lower and upper bound (shares in [0, 1]).
    point : str, optional
        Column of a value of another study to set beside the bounds; missing where there is none.
    legend : tuple of str
        Words for the solid and the hatched part.
    point_label : str
        Words for `point`.
    axis_label : str
        What the share is of.
    label_width : int
        Letters per line of the row labels.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        Height grows with the rows.

    Raises
    ------
    ValueError
        If a column is missing, a bound is missing or outside [0, 1], or the bounds are swapped.
    """
    check_columns(frame, label, low, high, point)
    ends, labels = range_of(frame, low, high, share=True), row_labels(frame, label)
    if ends.isna().any(axis=None):
        raise ValueError("A bound is missing: a share that nobody knows has the bounds 0 and 1.")
    with style.context():
        fig, ax = style.figure(width_cm, height_of(labels, label_width, 2.25))
        rows, bar = np.arange(len(frame)), thickness(labels, 0.56)
        ax.barh(rows, 1, height=bar, facecolor="white", edgecolor=style.GREY, linewidth=0.8)
        ax.barh(rows, ends["high"] - ends["low"], left=ends["low"], height=bar, **UNKNOWN_LOOK)
        ax.barh(rows, ends["low"], height=bar, facecolor=style.BLUE)
        for row, (bottom, top) in enumerate(zip(ends["low"], ends["high"], strict=True)):
            right_text(ax, row, interval(bottom, top, "percent"))
        handles: list[Any] = [
            Patch(facecolor=style.BLUE, label=legend[0]),
            Patch(**UNKNOWN_LOOK, label=legend[1]),
        ]
        if point is not None:
            known = frame[point].astype(float).reset_index(drop=True).dropna()
            look: dict[str, Any] = {
                "marker": "D",
                "color": style.ACCENT,
                "markeredgecolor": "white",
            }
            ax.plot(known, known.index, linestyle="", markersize=8, **look)
            handles.append(Line2D([], [], linestyle="", markersize=8, label=point_label, **look))
        style.rows_axis(ax, labels, label_width)
        share_axis(ax, axis_label)
        legend_below(fig, handles)
        return style.finish(fig, frame)


def plot_stacked_answers(
    frame: pd.DataFrame,
    label: str,
    counts: Sequence[str] = ("yes", "partial", "no", "not_stated"),
    *,
    names: Mapping[str, str] = ANSWERS,
    axis_label: str = "Anteil der Pässe",
    label_width: int = 26,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw how often each answer occurs, as bars to 100 percent with the counts inside.

    Parameters
    ----------
    frame : DataFrame
        One row per bar.
    label : str
        Column of the row label.
    counts : sequence of str
        Columns of counts, named by answer code (yes, partial, no, not_stated).
    names : mapping of str to str
        German word per answer code.
    axis_label : str
        What the bars are shares of.
    label_width : int
        Letters per line of the row labels.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        What is not stated is hatched; the total of each bar stands at its right.

    Raises
    ------
    ValueError
        If a column is missing, a count is negative or no whole number, or a row counts nothing.
    """
    check_columns(frame, label, *counts)
    unknown = [code for code in counts if code not in _ANSWER_LOOK]
    if unknown:
        raise ValueError(f"'{unknown[0]}' is no answer code: yes, partial, no and not_stated are.")
    numbers = frame[list(counts)].astype(float).reset_index(drop=True)
    if numbers.isna().any(axis=None) or ((numbers < 0) | (numbers % 1 != 0)).any(axis=None):
        raise ValueError("Counts of answers are whole numbers from 0 upwards.")
    total = numbers.sum(axis=1)
    if (total == 0).any():
        raise ValueError("A row of answers counts nothing: leave it out and say so in the note.")
    labels = row_labels(frame, label)
    with style.context():
        fig, ax = style.figure(width_cm, height_of(labels, label_width, 2.3 + 0.14 * len(labels)))
        left = np.zeros(len(frame))
        for code in counts:
            share = (numbers[code] / total).to_numpy()
            ax.barh(
                np.arange(len(frame)),
                share,
                left=left,
                height=thickness(labels, 0.82),
                **({"edgecolor": "white", "linewidth": 1.2} | _ANSWER_LOOK[code]),
            )
            for row, (start, part, n) in enumerate(zip(left, share, numbers[code], strict=True)):
                text = de(n)
                if part < 0.004 + 0.015 * len(text):
                    continue  # narrower than its number: read it in the table
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
                ax.text(
                    start + part / 2,
                    row,
                    text,
                    ha="center",
                    va="center",
                    color="white" if code == "yes" else style.INK,
                    bbox=box if code == "not_stated" and part > 0.05 else None,
                )
            left += share
        for row, n in enumerate(total):
            right_text(ax, row, f"n{NBSP}={NBSP}{de(n)}", color=style.INK_SOFT)
        style.rows_axis(ax, labels, label_width)
        share_axis(ax, axis_label)
        legend_below(fig, [Patch(**_ANSWER_LOOK[code], label=names[code]) for code in counts])
        return style.finish(fig, frame)


def plot_effects(
    frame: pd.DataFrame,
    label: str,
    estimate: str,
    low: str,
    high: str,
    *,
    kind: Kind = "percent",
    digits: int = 0,
    axis_label: str = "Unterschied in Prozentpunkten",
    whisker_label: str = "95-%-Konfidenzintervall",
    label_width: int = 24,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw effects as points with intervals around a line at zero.

    Parameters
    ----------
    frame : DataFrame
        One row per effect.
    label, estimate, low, high : str
        Columns of the row label, the effect and the ends of its interval.
    kind : {"percent", "number"}
        Differences of shares in [-1, 1], written in percentage points, or plain numbers.
    digits : int
        Decimal places of the numbers at the right.
    axis_label : str
        What the effect is, with its unit.
    whisker_label : str
        What the interval is.
    label_width : int
        Letters per line of the row labels.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        Estimate and interval stand as numbers at the right.

    Raises
    ------
    ValueError
        If a column is missing, a number is missing, or an estimate lies outside its interval.
    """
    check_columns(frame, label, estimate, low, high)
    ends, labels = range_of(frame, low, high, share=False), row_labels(frame, label)
    middle = frame[estimate].astype(float).reset_index(drop=True)
    if ends.isna().any(axis=None) or not middle.between(ends["low"], ends["high"]).all():
        raise ValueError("An effect is missing or lies outside its interval.")
    factor = 100 if kind == "percent" else 1
    with style.context():
        fig, ax = style.figure(width_cm, height_of(labels, label_width, 2.25))
        ax.axvline(0, color=style.INK_SOFT, linewidth=1)
        rows = np.arange(len(frame))
        _whiskers(ax, ends * factor, style.BLUE)
        ax.plot(middle * factor, rows, "o", color=style.BLUE, markersize=8, markeredgecolor="white")
        for row, (value, bottom, top) in enumerate(
            zip(middle * factor, ends["low"] * factor, ends["high"] * factor, strict=True)
        ):
            sign = "+" if value > 0 and de(value, digits).strip("0,") else ""
            right_text(
                ax, row, f"{sign}{de(value, digits)} ({de(bottom, digits)} bis {de(top, digits)})"
            )
        style.rows_axis(ax, labels, label_width)
        ax.margins(x=0.06)
        ax.grid(axis="x")
        ax.xaxis.set_major_locator(MaxNLocator(4))
        style.german_axis(ax.xaxis)
        style.value_label(ax, axis_label)
        look: dict[str, Any] = {"color": style.BLUE, "linewidth": 2.5}
        legend_below(fig, [Line2D([], [], marker="o", markersize=7, label=whisker_label, **look)])
        return style.finish(fig, frame)


def _whiskers(ax: Axes, ends: pd.DataFrame, color: str) -> None:
    rows = np.arange(len(ends))
    ax.hlines(rows, ends["low"], ends["high"], color=color, linewidth=2.5)
    for side in ("low", "high"):
        ax.plot(ends[side], rows, "|", color=color, markersize=9, markeredgewidth=1.6)


def plot_ranges(
    frame: pd.DataFrame,
    label: str,
    low: str,
    high: str,
    *,
    value: str | None = None,
    kind: Kind = "number",
    digits: int = 0,
    unit: str = "",
    log: bool = False,
    from_zero: bool = True,
    axis_label: str,
    reference: tuple[float, str] | None = None,
    legend: tuple[str, str] | None = None,
    label_width: int = 26,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw ranges, or points where both ends are (nearly) the same, for example costs or take-up.

    Parameters
    ----------
    frame : DataFrame
        One row per line of the chart.
    label, low, high : str
        Columns of the row label and of both ends. Both missing: the row says "keine Angabe".
    value : str, optional
        Column of a best value inside the range, drawn as a point; missing where there is none.
    kind : {"number", "percent"}
        Numbers in `unit`, or shares in [0, 1].
    digits : int
        Decimal places of the numbers at the right.
    unit : str
        Unit behind the numbers at the right.
    log : bool
        Logarithmic axis; all values must be positive.
    from_zero : bool
        Begin the axis of numbers at zero; False where zero has no meaning, as for test scores.
    axis_label : str
        What is measured, with its unit; a logarithmic axis says so by itself.
    reference : tuple of float and str, optional
        Value and words of a dashed line.
    legend : tuple of str, optional
        Words for the range and for the point.
    label_width : int
        Letters per line of the row labels.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        The numbers stand at the right.

    Raises
    ------
    ValueError
        If a column is missing, an end is missing or swapped, a share lies outside [0, 1], a
        value lies outside its range, nothing at all is known, or a logarithm is impossible.
    """
    check_columns(frame, label, low, high, value)
    ends = range_of(frame, low, high, share=kind == "percent")
    labels = row_labels(frame, label)
    known = ends.dropna()
    if known.empty:
        raise ValueError("No row has a range: there is nothing to draw.")
    if log and (known["low"] <= 0).any():
        raise ValueError("A logarithmic axis needs values above zero.")
    best = None if value is None else frame[value].astype(float).reset_index(drop=True)
    if best is not None and ((best < ends["low"]) | (best > ends["high"])).any():
        raise ValueError(f"'{value}' lies outside its range from '{low}' to '{high}'.")
    with style.context():
        fig, ax = style.figure(width_cm, height_of(labels, label_width, 2.4 if legend else 1.8))
        # A range narrower than a dot would vanish: it is drawn as one, its numbers stand beside it.
        start = 0.0 if from_zero else float(known["low"].min())
        hair = 0 if log else 0.01 * (float(known["high"].max()) - start)
        wide = known[known["high"] - known["low"] > hair]
        single = known.drop(wide.index).mean(axis=1)
        ax.hlines(wide.index, wide["low"], wide["high"], color=style.BLUE_MID, linewidth=7)
        points = single if best is None else pd.concat([single, best.drop(single.index).dropna()])
        ax.plot(points, points.index, "o", color=style.BLUE, markersize=8, markeredgecolor="white")
        for row, (bottom, top) in enumerate(zip(ends["low"], ends["high"], strict=True)):
            if np.isnan(bottom):
                right_text(ax, row, NOT_STATED, color=style.INK_SOFT)
                continue
            text = interval(bottom, top, kind, digits)
            right_text(ax, row, f"{text}{NBSP}{unit}" if unit else text)
        if reference is not None:
            at, words = reference
            ax.axvline(at, color=style.ACCENT, linewidth=1.4, linestyle=(0, (4, 2)))
            ax.annotate(
                words,
                (at, 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                va="bottom",
                color=style.ACCENT,
            )
        style.rows_axis(ax, labels, label_width)
        ax.grid(axis="x")
        if kind == "percent":
            share_axis(ax, axis_label)
        else:
            _number_axis(ax, axis_label, known, log=log, from_zero=from_zero)
        if legend is not None:
            look: dict[str, Any] = {
                "color": style.BLUE,
                "marker": "o",
                "linestyle": "",
                "markersize": 8,
            }
            bar = Line2D([], [], color=style.BLUE_MID, linewidth=7, label=legend[0])
            legend_below(fig, [bar, Line2D([], [], label=legend[1], **look)])
        return style.finish(fig, frame)


def _number_axis(
    ax: Axes, axis_label: str, known: pd.DataFrame, *, log: bool, from_zero: bool
) -> None:
    if log:
        ax.set_xscale("log")
        most = 1 if style.is_narrow() else 2
        decades = np.log10(known["high"].max() / known["low"].min())
        ax.xaxis.set_major_locator(LogLocator(subs=(1,) if decades > most else (1, 2, 5)))
        ax.margins(x=0.08)
        axis_label = f"{axis_label} (logarithmisch)"
    else:
        if from_zero:
            ax.set_xlim(left=min(0.0, float(known["low"].min())))
        ax.xaxis.set_major_locator(MaxNLocator(4))
    style.german_axis(ax.xaxis)
    style.value_label(ax, axis_label)


def plot_profile_ranges(
    frame: pd.DataFrame,
    label: str,
    dimension: str,
    low: str,
    high: str,
    *,
    dimensions: Mapping[str, str],
    ends: tuple[str, str] | Mapping[str, tuple[str, str]] = ("gering", "hoch"),
    label_width: int = 18,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw profiles: per object and dimension the range that the evidence leaves open.

    Parameters
    ----------
    frame : DataFrame
        Tidy: one row per object and dimension; objects keep the order of their first row.
    label, dimension, low, high : str
        Columns of the object, the dimension code, and both ends in [0, 1].
    dimensions : mapping of str to str
        German heading per dimension code, in the order of the panels.
    ends : tuple of str, or mapping of str to tuple of str
        Words for 0 and 1, for all dimensions or per dimension code.
    label_width : int
        Letters per line of the row labels.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        One panel per dimension; a point where the evidence leaves nothing open.

    Raises
    ------
    ValueError
        If a column, a dimension or an end is missing, an end lies outside [0, 1], or an object
        has two rows for a dimension.
    """
    check_columns(frame, label, dimension, low, high)
    if frame.duplicated([label, dimension]).any():
        raise ValueError("An object has two rows for the same dimension.")
    labels = [str(name) for name in frame[label].drop_duplicates()]
    order = frame[label].drop_duplicates().tolist()
    with style.context():
        fig, axes = style.figure(
            width_cm,
            height_of(labels, label_width, 3.0),
            ncols=len(dimensions),
            sharey=True,
            squeeze=False,
        )
        for ax, (code, heading) in zip(axes[0], dimensions.items(), strict=True):
            part = frame[frame[dimension] == code].set_index(label)
            if len(part) < len(order):
                raise ValueError(f"The dimension '{code}' lacks a row for some objects.")
            part = part.loc[order].reset_index()
            span = range_of(part, low, high, share=True)
            if span.isna().any(axis=None):
                raise ValueError("A profile value that nobody knows has the range 0 to 1.")
            style.rows_axis(ax, labels, label_width)
            ax.set_xlim(-0.08, 1.08)
            ax.set_xticks([0, 1], ends[code] if isinstance(ends, Mapping) else ends)
            ax.tick_params(axis="x", length=0)
            for tick, side in zip(ax.get_xticklabels(), ("left", "right"), strict=True):
                tick.set_horizontalalignment(side)  # else "hoch" and "gering" of two panels meet
            ax.axvline(0, color=style.GREY, linewidth=0.8)
            ax.axvline(1, color=style.GREY, linewidth=0.8)
            ax.hlines(range(len(order)), 0, 1, color="#eeeeee", linewidth=0.8)
            open_span = span[span["low"] < span["high"]]
            ax.barh(
                open_span.index,
                open_span["high"] - open_span["low"],
                left=open_span["low"],
                height=thickness(labels, 0.42),
                **(UNKNOWN_LOOK | {"edgecolor": style.BLUE_MID}),
            )
            exact = span[span["low"] == span["high"]]["low"]
            ax.plot(exact, exact.index, "o", color=style.BLUE, markersize=8)
            ax.spines["bottom"].set_visible(False)
            ax.set_xlabel(heading, weight="bold", labelpad=6)
            ax.xaxis.set_label_position("top")
        handles = [
            Line2D([], [], marker="o", linestyle="", color=style.BLUE, label="belegt"),
            Patch(**(UNKNOWN_LOOK | {"edgecolor": style.BLUE_MID}), label="möglicher Bereich"),
        ]
        legend_below(fig, handles)
        return style.finish(fig, frame)


def plot_rank_intervals(
    frame: pd.DataFrame,
    label: str,
    low: str,
    high: str,
    *,
    middle: str | None = None,
    axis_label: str = "Rang (1 = bester Wert)",
    legend: tuple[str, str] = ("Bereich der Ränge", "mittlerer Rang"),
    label_width: int = 26,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw the ranks that an object can take, best rank at the left.

    Parameters
    ----------
    frame : DataFrame
        One row per object.
    label, low, high : str
        Columns of the row label and of the best and worst rank, from 1 upwards.
    middle : str, optional
        Column of the median rank.
    axis_label : str
        What is ranked.
    legend : tuple of str
        Words for the range and for the median.
    label_width : int
        Letters per line of the row labels.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        Ranges with the ranks as numbers at the right.

    Raises
    ------
    ValueError
        If a column or a rank is missing, a rank is below 1, or the ends are swapped.
    """
    check_columns(frame, label, low, high, middle)
    ends, labels = range_of(frame, low, high, share=False), row_labels(frame, label)
    if ends.isna().any(axis=None) or (ends["low"] < 1).any():
        raise ValueError("Ranks are numbers from 1 upwards, none missing.")
    with style.context():
        fig, ax = style.figure(width_cm, height_of(labels, label_width, 2.25))
        rows = np.arange(len(frame))
        last = float(ends["high"].max())
        ax.hlines(rows, 1, last, color="#eeeeee", linewidth=0.8)
        ax.hlines(rows, ends["low"] - 0.18, ends["high"] + 0.18, color=style.BLUE_MID, linewidth=7)
        handles: list[Any] = [
            Line2D([], [], color=style.BLUE_MID, linewidth=7, label=legend[0]),
        ]
        if middle is not None:
            look: dict[str, Any] = {"marker": "o", "color": style.BLUE, "markeredgecolor": "white"}
            ax.plot(frame[middle].astype(float), rows, linestyle="", markersize=8, **look)
            handles.append(Line2D([], [], linestyle="", markersize=8, label=legend[1], **look))
        for row, (bottom, top) in enumerate(zip(ends["low"], ends["high"], strict=True)):
            right_text(ax, row, interval(bottom, top))
        style.rows_axis(ax, labels, label_width)
        ax.set_xlim(0.5, last + 0.5)
        step = 1 if last <= 10 else 5 if last <= 40 else 10
        ax.set_xticks([1, *[tick for tick in range(step, int(last) + 1, step) if tick > 1]])
        style.german_axis(ax.xaxis)
        style.value_label(ax, axis_label)
        legend_below(fig, handles)
        return style.finish(fig, frame)
