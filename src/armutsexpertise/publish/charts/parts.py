"""Parts that several kinds of charts share: checks of their frames, sizes, legends, axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from armutsexpertise.publish import style

Kind: TypeAlias = Literal["number", "percent"]

UNKNOWN_LOOK: dict[str, Any] = {
    "facecolor": style.UNKNOWN,
    "hatch": style.HATCH,
    "edgecolor": style.GREY,
}
_ROW_CM = 0.6
LINE_CM = 0.55
_LEGEND_LETTERS = 42  # on a line of a narrow legend


def check_columns(frame: pd.DataFrame, *names: str | None) -> None:
    """Raise where a column is missing or the frame has no row; None names no column."""
    missing = [name for name in names if name is not None and name not in frame.columns]
    if missing:
        raise ValueError(f"The frame of the chart has no column '{missing[0]}'.")
    if frame.empty:
        raise ValueError("The frame of the chart is empty: there is nothing to draw.")


def range_of(frame: pd.DataFrame, low: str, high: str, *, share: bool) -> pd.DataFrame:
    """Return both ends as floats; both missing means unknown, one missing is an error."""
    ends = frame[[low, high]].astype(float).set_axis(["low", "high"], axis=1)
    if (ends["low"].isna() != ends["high"].isna()).any():
        raise ValueError(f"A range has one end only: give both '{low}' and '{high}', or none.")
    if (ends["low"] > ends["high"]).any():
        raise ValueError(f"'{low}' lies above '{high}': swap the ends.")
    if share and ((ends < 0) | (ends > 1)).any(axis=None):
        raise ValueError(f"'{low}' and '{high}' are shares in [0, 1], not percentages.")
    return ends.reset_index(drop=True)


def height_of(labels: Sequence[str], width: int, extra_cm: float) -> float:
    """Return a height in which the row with the most lines does not touch its neighbours."""
    if style.is_narrow():
        return len(labels) * style.row_cm(labels) + extra_cm
    lines = max(style.wrap(label, width).count("\n") + 1 for label in labels)
    return len(labels) * (_ROW_CM + (lines - 1) * LINE_CM) + extra_cm


def thickness(labels: Sequence[str], share: float) -> float:
    """Return the part of a row that a bar fills: that share, as thick beside labels or below."""
    return share * _ROW_CM / style.row_cm(labels) if style.is_narrow() else share


def row_labels(frame: pd.DataFrame, label: str) -> list[str]:
    """Return the labels of the rows as text."""
    return [str(text) for text in frame[label]]


def legend_below(fig: Figure, handles: Sequence[Any], columns: int | None = None) -> None:
    """Set the legend below the axes, in one row unless columns are given."""
    columns = columns or len(handles)
    if style.is_narrow():
        longest = max(len(str(handle.get_label())) for handle in handles)
        columns = max(1, min(columns, _LEGEND_LETTERS // (longest + 6)))
        for handle in handles:
            handle.set_label(style.wrap(str(handle.get_label()), _LEGEND_LETTERS))
    fig.legend(
        handles=handles,
        loc="outside lower left",
        ncols=columns,
        handlelength=1.6,
        handleheight=1.0,
        columnspacing=1.4,
        handletextpad=0.6,
        borderpad=0.2,
    )


def right_text(ax: Axes, row: int, text: str, **kwargs: Any) -> None:
    """Write a value to the right of the axes, in line with its row."""
    ax.annotate(
        text,
        (1, row),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        ha="left",
        annotation_clip=False,
        **kwargs,
    )


def share_axis(ax: Axes, axis_label: str) -> None:
    """Let the value axis run from 0 to 100 percent."""
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    style.german_axis(ax.xaxis, "percent")
    style.value_label(ax, axis_label)
    ax.spines["bottom"].set_visible(False)
