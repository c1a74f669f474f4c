"""Ordered classes that add up to everyone, as bars to 100 percent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from armutsexpertise.publish import style
from armutsexpertise.publish.charts.parts import (
    UNKNOWN_LOOK,
    height_of,
    legend_below,
    row_labels,
    share_axis,
    thickness,
)
from armutsexpertise.publish.numbers import de

__all__ = ["plot_classes"]

_ORDERED = (style.BLUE, style.BLUE_MID, style.BLUE_LIGHT, "#fce8c6", style.WARM, style.ACCENT)
_SMALLEST_WRITTEN = 0.035


def plot_classes(
    frame: pd.DataFrame,
    label: str,
    classes: Mapping[str, str],
    *,
    unknown: tuple[str, str] | None = None,
    axis_label: str,
    legend_columns: int = 3,
    tolerance: float = 0.001,
    label_width: int = 22,
    width_cm: float = style.TEXT_WIDTH_CM,
) -> Figure:
    """Draw the shares of ordered classes per row, the percentages inside.

    Parameters
    ----------
    frame : DataFrame
        One row per bar, first row on top.
    label : str
        Column of the row label.
    classes : mapping of str to str
        Columns of shares in [0, 1] and their words, best class first; at most six.
    unknown : tuple of str, optional
        Column and words of those who belong to no class; hatched.
    axis_label : str
        What the bars are shares of.
    legend_columns : int
        Columns of the legend.
    tolerance : float
        How far the shares of a row may be from adding up to 1.
    label_width : int
        Letters per line of the row labels.
    width_cm : float
        Width in print.

    Returns
    -------
    Figure
        Percentages without decimals stand in the parts that are wide enough.

    Raises
    ------
    ValueError
        If a column or share is missing, there are more than six classes, or a row does not add
        up to 1.
    """
    columns = [*classes, *([unknown[0]] if unknown else [])]
    for name in (label, *columns):
        if name not in frame.columns:
            raise ValueError(f"The frame of the chart has no column '{name}'.")
    if not 1 <= len(classes) <= len(_ORDERED) or frame.empty:
        raise ValueError(f"A chart of classes has a row and 1 to {len(_ORDERED)} classes.")
    shares = frame[columns].astype(float).reset_index(drop=True)
    off = (shares.sum(axis=1) - 1).abs().max()
    if shares.isna().any(axis=None) or (shares < 0).any(axis=None) or off > tolerance:
        raise ValueError("The shares of a row must be complete and add up to 1.")
    labels = row_labels(frame, label)
    colors = [_ORDERED[round(k)] for k in np.linspace(0, len(_ORDERED) - 1, len(classes))]
    looks: dict[str, dict[str, Any]] = {
        name: {"facecolor": color, "edgecolor": "white", "linewidth": 1.0}
        for name, color in zip(classes, colors, strict=True)
    }
    words = dict(classes)
    if unknown:
        looks[unknown[0]], words[unknown[0]] = UNKNOWN_LOOK, unknown[1]
    with style.context():
        rows = -(-len(columns) // legend_columns)
        height = height_of(labels, label_width, 1.4 + 0.14 * len(labels) + 0.62 * rows)
        fig, ax = style.figure(width_cm, height)
        left = np.zeros(len(shares))
        for name in columns:
            part = shares[name].to_numpy()
            ax.barh(
                np.arange(len(shares)),
                part,
                left=left,
                height=thickness(labels, 0.8),
                **looks[name],
            )
            dark = looks[name]["facecolor"] in (style.BLUE, style.ACCENT)
            for row, (start, width) in enumerate(zip(left, part, strict=True)):
                if width >= _SMALLEST_WRITTEN:
                    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
                    ax.text(
                        start + width / 2,
                        row,
                        de(100 * width),
                        ha="center",
                        va="center",
                        color="white" if dark else style.INK,
                        bbox=box if looks[name] is UNKNOWN_LOOK else None,
                    )
            left = left + part
        style.rows_axis(ax, labels, label_width)
        share_axis(ax, axis_label)
        legend_below(fig, [Patch(**looks[c], label=words[c]) for c in columns], legend_columns)
        return style.finish(fig, frame)
