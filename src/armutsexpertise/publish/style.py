"""How figures look: font, colours, sizes, German axes, and SVG that is the same on every run.

Colours come from one blue scale and one warm tone that stay apart for colour-blind readers and in
grey print; what is unknown is always hatched, never a colour of its own. Figures stay on white.
Inside `narrow` the same charts are drawn for a phone: labels above their rows, legends in columns
that fit, as tall as they need to be.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal
from weakref import WeakKeyDictionary

import matplotlib as mpl
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import Formatter

from armutsexpertise.mark import MARK_TEXT, is_synthetic
from armutsexpertise.publish.numbers import de, percent
from armutsexpertise.render.fonts import FAMILY, font_paths

__all__ = [
    "ACCENT",
    "BLUE",
    "BLUE_LIGHT",
    "BLUE_MID",
    "GREY",
    "HATCH",
    "INK",
    "INK_SOFT",
    "NARROW_WIDTH_CM",
    "TEXT_WIDTH_CM",
    "UNKNOWN",
    "WARM",
    "GermanFormatter",
    "context",
    "figure",
    "finish",
    "german_axis",
    "is_narrow",
    "narrow",
    "row_cm",
    "rows_axis",
    "svg",
    "value_label",
    "want_height",
    "watermark",
    "wrap",
]

TEXT_WIDTH_CM = 16.0
"""Width of the text of an A4 page."""

NARROW_WIDTH_CM = 9.1
"""Width of the text on a phone of 390 px, where a figure is shown without scaling."""

INK, INK_SOFT, GREY, UNKNOWN = "#1a1a1a", "#555555", "#b4b4b4", "#ffffff"
BLUE, BLUE_MID, BLUE_LIGHT = "#0b4f8a", "#5fa0d3", "#c3dcf0"
WARM, ACCENT = "#f5c26b", "#b3480a"
HATCH = "/////"

_CM = 1 / 2.54
_NARROW: ContextVar[bool] = ContextVar("narrow", default=False)
_NARROW_POINTS = 9.5
_NARROW_LETTERS = 46  # on a line of the whole width
_NARROW_LINE_CM = 0.42
_WANTED_CM: WeakKeyDictionary[Figure, float] = WeakKeyDictionary()
_SETTINGS: dict[str, Any] = {
    "font.family": FAMILY,
    "font.size": 10.5,
    "axes.labelsize": 10.5,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "legend.fontsize": 10.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.edgecolor": INK_SOFT,
    "axes.linewidth": 0.8,
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "lines.solid_capstyle": "butt",
    "mathtext.default": "regular",
    "svg.fonttype": "path",
    "svg.hashsalt": "armutsexpertise",
    "figure.dpi": 100,
}


@lru_cache(maxsize=1)
def _register_fonts() -> None:
    for path in font_paths():
        font_manager.fontManager.addfont(path)


@contextmanager
def context() -> Iterator[None]:
    """Use the style of the reports inside a ``with`` block, whatever the user's settings are."""
    _register_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        for name, value in _SETTINGS.items():
            mpl.rcParams[name] = value  # type: ignore[index]
            if is_narrow() and name.endswith("size"):
                mpl.rcParams[name] = _NARROW_POINTS  # type: ignore[index]
        yield


@contextmanager
def narrow() -> Iterator[None]:
    """Draw the charts for a phone inside a ``with`` block."""
    token = _NARROW.set(True)
    try:
        yield
    finally:
        _NARROW.reset(token)


def is_narrow() -> bool:
    """Tell whether charts are drawn for a phone."""
    return _NARROW.get()


def figure(
    width_cm: float = TEXT_WIDTH_CM, height_cm: float = 8.0, **kwargs: Any
) -> tuple[Figure, Any]:
    """Make a figure and its axes in print size.

    Parameters
    ----------
    width_cm, height_cm : float
        Size in print, in centimetres. Inside `narrow` the width is that of a phone, and
        `want_height` decides the height.
    **kwargs
        Passed on to `matplotlib.figure.Figure.subplots`.

    Returns
    -------
    figure : Figure
        Not known to pyplot, so nothing has to be closed.
    axes : Axes or ndarray of Axes
        As `subplots` returns them.
    """
    if is_narrow():  # room for any legend until the height is known
        width_cm, height_cm = NARROW_WIDTH_CM, height_cm + 10
    layout = ConstrainedLayoutEngine(w_pad=0.04, h_pad=0.04)
    fig = Figure(figsize=(width_cm * _CM, height_cm * _CM), layout=layout)
    return fig, fig.subplots(**kwargs)


class GermanFormatter(Formatter):
    """Tick labels in German form, all of an axis with the same number of decimal places.

    Parameters
    ----------
    kind : {"number", "percent"}
        Plain numbers, or shares in [0, 1] (differences of shares: [-1, 1]) as percentages.
    """

    def __init__(self, kind: Literal["number", "percent"] = "number") -> None:
        self.kind = kind
        self.digits = 0

    def set_locs(self, locs: list[float]) -> None:
        """Choose the decimal places that the ticks of the axis need, 4 at most."""
        factor = 100 if self.kind == "percent" else 1
        shown = locs
        if self.axis is not None:  # a logarithmic axis proposes ticks that it does not show
            start, stop = sorted(self.axis.get_view_interval())
            shown = [x for x in locs if start <= x <= stop]
        places = [Decimal(repr(round(float(x) * factor, 4))).normalize().as_tuple() for x in shown]
        self.digits = max((max(0, -int(place.exponent)) for place in places), default=0)

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        """Return the label of one tick."""
        if self.kind == "percent":
            return percent(x, self.digits, allow_outside=True)
        return de(x, self.digits)


def german_axis(axis: Axis, kind: Literal["number", "percent"] = "number") -> None:
    """Give an axis German tick labels and no ticks between them."""
    axis.set_major_formatter(GermanFormatter(kind))
    axis.set_tick_params(which="both", length=0)
    axis.set_minor_formatter("")


def finish(fig: Figure, *data: pd.DataFrame) -> Figure:
    """Check a figure before it leaves a chart function, and stamp it where its data are invented.

    Parameters
    ----------
    fig : Figure
        Finished figure.
    *data : DataFrame
        What it was drawn from; every chart function passes its data.

    Returns
    -------
    Figure
        The same figure.

    Raises
    ------
    ValueError
        If the figure carries a title: the caption of the exhibit says the finding.
    """
    if fig.get_suptitle():
        raise ValueError("A figure has no title of its own: the caption of the exhibit says it.")
    _fit(fig)
    if any(is_synthetic(table) for table in data):
        watermark(fig)
    return fig


def want_height(fig: Figure, height_cm: float) -> None:
    """Ask for the height that the axes of a narrow figure get, all rows of axes together."""
    _WANTED_CM[fig] = height_cm


def _fit(fig: Figure) -> None:
    """Make a figure as tall as its axes, legend and labels ask for."""
    wanted = _WANTED_CM.pop(fig, None)
    if wanted is None:
        return
    fig.draw_without_rendering()
    column = [ax for ax in fig.axes if (at := ax.get_subplotspec()) and at.is_first_col()]
    height = float(fig.get_figheight())
    drawn = sum(ax.get_position(original=True).height for ax in column) * height
    fig.set_figheight(height + wanted * _CM - drawn)


def watermark(fig: Figure) -> None:
    """Write „Synthetische Daten“ across a figure, once, readable in print and grey."""
    if any(text.get_text() == MARK_TEXT for text in fig.texts):
        return
    width, height = fig.get_size_inches()
    fig.text(
        0.5,
        0.5,
        MARK_TEXT,
        ha="center",
        va="center",
        rotation=min(20.0, 40 * height / width),  # flat figures leave less room
        fontsize=min(30.0, 14 * height, 6 * width),
        weight="bold",
        color=INK,
        alpha=0.28,
        zorder=1000,
    )


def svg(fig: Figure) -> bytes:
    """Draw a figure as SVG: letters as paths, no date, the same bytes on every run.

    Parameters
    ----------
    fig : Figure
        Drawn inside `context`.

    Returns
    -------
    bytes
        SVG, UTF-8.
    """
    buffer = io.BytesIO()
    with context():
        fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def wrap(label: str, width: int) -> str:
    """Break a label into lines at spaces and after hyphens and slashes.

    Parameters
    ----------
    label : str
        Text of an axis or row.
    width : int
        Letters per line; a longer word stays whole.

    Returns
    -------
    str
        The label with line breaks.

    Examples
    --------
    >>> wrap("Hilfe zum Lebensunterhalt", 12).splitlines()
    ['Hilfe zum', 'Lebensunterhalt']
    """
    lines = [""]
    for word in label.split(" "):
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return "\n".join(lines)


def row_cm(labels: Sequence[str], thick_cm: float = 0.5) -> float:
    """Return how tall a row of a narrow chart is: its label above what is drawn."""
    lines = max(wrap(label, _NARROW_LETTERS).count("\n") + 1 for label in labels)
    return lines * _NARROW_LINE_CM + thick_cm + 0.3


def rows_axis(ax: Axes, labels: Sequence[str], width: int, thick_cm: float = 0.5) -> None:
    """Label the rows of a horizontal chart from top to bottom.

    Parameters
    ----------
    ax : Axes
        Its rows stand at 0, 1, 2 and so on.
    labels : sequence of str
        One per row.
    width : int
        Letters per line. Inside `narrow` the labels stand above their rows and have the whole
        width.
    thick_cm : float
        How tall the drawn part of a row is there.
    """
    if is_narrow():
        _labels_above(ax, labels, thick_cm)
        return
    ax.set_yticks(
        range(len(labels)), [wrap(label, width) for label in labels], linespacing=1.05, va="center"
    )
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _labels_above(ax: Axes, labels: Sequence[str], thick_cm: float) -> None:
    row, half = row_cm(labels, thick_cm), thick_cm / 2
    ax.set_yticks([])
    ax.set_ylim(len(labels) - 1 + (half + 0.1) / row, -(row - half - 0.1) / row)
    ax.spines["left"].set_visible(False)
    place = ax.get_subplotspec()
    if place is not None and not place.is_first_col():
        return  # the labels of the first axes reach over those beside it
    ax.set_zorder(1)
    ax.patch.set_visible(False)
    for at, label in enumerate(labels):
        text = ax.annotate(
            wrap(label, _NARROW_LETTERS),
            (0, at),
            xycoords=("axes fraction", "data"),
            xytext=(0, half * _CM * 72 + 1),
            textcoords="offset points",
            va="bottom",
            linespacing=1.05,
            annotation_clip=False,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
        text.set_in_layout(False)  # the labels need no room beside the axes
    fig = ax.get_figure(root=True)
    assert fig is not None
    want_height(fig, row * len(labels))


def value_label(ax: Axes, text: str) -> None:
    """Say below the axis what it measures."""
    if is_narrow():
        ax.set_xlabel(wrap(text, _NARROW_LETTERS - 4), loc="left")
    else:
        ax.set_xlabel(text)
