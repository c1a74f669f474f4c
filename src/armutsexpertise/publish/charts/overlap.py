"""Chart of overlapping indicators: how often each combination occurs (UpSet plot).

After Lex, Gehlenborg, Strobelt, Vuillemot and Pfister (2014), doi:10.1109/TVCG.2014.2346248.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from armutsexpertise.publish import style
from armutsexpertise.publish.numbers import de

__all__ = ["plot_overlap"]

_MOST = 12  # combinations that fit on the width of a page with their numbers
_ROW_CM, _LINE_CM = 0.75, 0.5


def plot_overlap(
    frame: pd.DataFrame,
    indicators: Mapping[str, str],
    estimate: str,
    *,
    low: str | None = None,
    high: str | None = None,
    digits: int = 1,
    axis_label: str = "Anteil in Prozent",
    label_width: int = 22,
    width_cm: float = style.TEXT_WIDTH_CM,
    bar_height_cm: float = 4.5,
) -> Figure:
    """Draw the share of each combination of indicators above a matrix of what it consists of.

    Parameters
    ----------
    frame : DataFrame
        One row per combination, in the order of the columns of the chart; at most 12. Leave out
        the combination of none, or it dwarfs the others, and cells too small to publish.
    indicators : mapping of str to str
        Boolean column of each indicator and its German name, in the order of the rows.
    estimate : str
        Column of the share, in [0, 1].
    low, high : str, optional
        Columns of the ends of its interval; both missing where there is none.
    digits : int
        Decimal places of the percentages above the bars.
    axis_label : str
        What the bars are shares of; the numbers are percentages without sign.
    label_width : int
        Letters per line of the names.
    width_cm : float
        Width in print.
    bar_height_cm : float
        Height of the bars.

    Returns
    -------
    Figure
        Bars with intervals on top; below a filled dot where the indicator holds, an open one
        where it does not.

    Raises
    ------
    TypeError
        If an indicator is not boolean.
    ValueError
        If a column is missing, the frame is empty or has more than 12 rows, a combination occurs
        twice, or a share lies outside [0, 1] or its interval.
    """
    columns = [*indicators, estimate, *(name for name in (low, high) if name is not None)]
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(f"The frame of the chart has no column '{missing[0]}'.")
    if frame.empty or not indicators:
        raise ValueError("The frame of the chart is empty: there is nothing to draw.")
    if len(frame) > _MOST:
        raise ValueError(
            f"{len(frame)} combinations do not fit: draw the {_MOST} most frequent, and give the "
            "share of the others in the note."
        )
    if any(frame[name].dtype != bool for name in indicators):
        raise TypeError("Indicators are boolean columns without missing values.")
    flags = frame[list(indicators)].to_numpy()
    if frame.duplicated(list(indicators)).any():
        raise ValueError("A combination occurs twice: add its shares first.")
    share = frame[estimate].to_numpy(dtype=float)
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError(f"'{estimate}' are shares in [0, 1], not percentages, none missing.")
    if (low is None) != (high is None):
        raise ValueError("An interval has two ends: name both low and high, or none.")
    ends = np.full((len(frame), 2), np.nan)
    if low is not None and high is not None:
        ends = frame[[low, high]].to_numpy(dtype=float)
        known = ~np.isnan(ends).any(axis=1)
        if ((ends[:, 0] > share) | (ends[:, 1] < share))[known].any():
            raise ValueError("A share lies outside its interval.")
    labels = [style.wrap(name, label_width) for name in indicators.values()]
    lines = max(label.count("\n") + 1 for label in labels)
    row_cm = _ROW_CM + (lines - 1) * _LINE_CM
    matrix_cm = row_cm * len(labels)
    at = np.arange(len(frame))
    with style.context():
        fig, (bars, matrix) = style.figure(
            width_cm,
            bar_height_cm + matrix_cm + 0.6,
            nrows=2,
            sharex=True,
            height_ratios=[bar_height_cm, matrix_cm],
        )
        bars.bar(at, share, width=0.6, facecolor=style.BLUE_MID)
        bars.vlines(at, ends[:, 0], ends[:, 1], color=style.INK, linewidth=1.4)
        tops = np.fmax(share, ends[:, 1])
        for column, (top, value) in enumerate(zip(tops, share, strict=True)):
            bars.annotate(
                de(value * 100, digits),
                (column, top),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                va="bottom",
            )
        bars.set_ylim(0, max(float(tops.max()) * 1.18, 1e-9))
        bars.set_yticks([])
        bars.spines["left"].set_visible(False)
        bars.set_ylabel(axis_label)
        bars.tick_params(axis="x", length=0, labelbottom=False)
        rows = np.arange(len(labels))
        for row in range(0, len(labels), 2):
            matrix.axhspan(row - 0.5, row + 0.5, color="#f2f2f2", linewidth=0, zorder=0)
        grid_x, grid_y = np.meshgrid(at, rows, indexing="ij")
        look: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 9, "zorder": 3}
        matrix.plot(
            grid_x[~flags],
            grid_y[~flags],
            markerfacecolor="white",
            markeredgecolor=style.GREY,
            **look,
        )
        for column in range(len(frame)):
            held = rows[flags[column]]
            if held.size > 1:  # behind the dots, so an open one stays open
                line: dict[str, Any] = {"color": style.BLUE, "linewidth": 2.5, "zorder": 1}
                matrix.vlines(column, held[0], held[-1], **line)
        matrix.plot(grid_x[flags], grid_y[flags], color=style.BLUE, **look)
        style.rows_axis(matrix, list(indicators.values()), label_width)
        if style.is_narrow():
            rows_cm = len(labels) * style.row_cm(list(indicators.values()))
            style.want_height(fig, (1 + bar_height_cm / matrix_cm) * rows_cm)
        matrix.set_xlim(-0.6, len(frame) - 0.4)
        matrix.tick_params(axis="x", length=0, labelbottom=False)
        matrix.spines["bottom"].set_visible(False)
        return style.finish(fig, frame)
