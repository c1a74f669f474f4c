"""Overlap chart: what it draws, that nothing is cut off or overlaps, and what it refuses."""

import itertools
import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from armutsexpertise.climate.energy_poverty import LABELS
from armutsexpertise.publish import style
from armutsexpertise.publish.charts.overlap import plot_overlap

NAMES = {"ten_percent": LABELS["ten_percent"], "cannot_keep_warm": LABELS["cannot_keep_warm"]}
FRAME = pd.DataFrame(
    {
        "ten_percent": [True, False, True],
        "cannot_keep_warm": [False, True, True],
        "estimate": [0.123, 0.05, 0.011],
        "low": [0.11, 0.04, np.nan],
        "high": [0.14, 0.061, np.nan],
    }
)


def draw(frame=FRAME, names=NAMES, **changes):
    settings = {"low": "low", "high": "high"} | changes
    return plot_overlap(frame, names, "estimate", **settings)


def many():
    flags = list(itertools.product([True, False], repeat=len(LABELS)))[:12]
    frame = pd.DataFrame(flags, columns=list(LABELS))
    return frame.assign(estimate=np.linspace(0.2, 0.001, 12))


def test_says_its_numbers_and_names(texts_of):
    words = texts_of(draw())
    assert {"12,3", "5,0", "1,1", "10-Prozent-Regel", "Anteil in Prozent"} <= set(words)
    bars, matrix = draw().axes
    assert [bar.get_height() for bar in bars.patches] == pytest.approx([0.123, 0.05, 0.011])
    open_, filled = matrix.lines
    assert sorted(zip(*filled.get_data(), strict=True)) == [(0, 0), (1, 1), (2, 0), (2, 1)]
    assert sorted(zip(*open_.get_data(), strict=True)) == [(0, 1), (1, 0)]


@pytest.mark.parametrize("figure", [draw, lambda: plot_overlap(many(), LABELS, "estimate")])
def test_nothing_is_cut_off_or_overlaps(figure):
    figure = figure()
    canvas = FigureCanvasAgg(figure)
    with warnings.catch_warnings(), style.context():
        warnings.simplefilter("error")
        canvas.draw()
    renderer = canvas.get_renderer()
    boxes = []
    for text in figure.findobj(mpl.text.Text):
        if text.get_visible() and text.get_text():
            box = text.get_window_extent(renderer)
            assert box.x0 >= -1, text.get_text()
            assert box.y0 >= -1, text.get_text()
            assert box.x1 <= figure.bbox.x1 + 1, text.get_text()
            assert box.y1 <= figure.bbox.y1 + 1, text.get_text()
            assert text.get_fontsize() >= 10
            boxes.append((text.get_text(), box))
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        assert not a.overlaps(b), (first, second)


def test_svg_is_the_same_twice():
    assert style.svg(draw()) == style.svg(draw())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda: draw(low="nix"), ValueError, "no column 'nix'"),
        (lambda: draw(FRAME.head(0)), ValueError, "nothing to draw"),
        (lambda: draw(FRAME.assign(ten_percent=1)), TypeError, "boolean"),
        (lambda: draw(FRAME.assign(estimate=[12, 5, 1])), ValueError, "not percentages"),
        (lambda: draw(FRAME.assign(high=[0.1, 0.06, 0.1])), ValueError, "outside its interval"),
        (lambda: draw(high=None), ValueError, "two ends"),
        (lambda: draw(pd.concat([FRAME, FRAME])), ValueError, "twice"),
        (
            lambda: plot_overlap(pd.concat([many()] * 2), LABELS, "estimate"),
            ValueError,
            "do not fit",
        ),
    ],
)
def test_refuses(change, error, message):
    with pytest.raises(error, match=message):
        change()
