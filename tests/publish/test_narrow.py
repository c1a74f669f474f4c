"""Charts for phones: as wide as the screen, nothing cut off, no words on words, the stamp too."""

import itertools
import warnings

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from test_charts import ALL
from test_charts_climate import DEATHS, PAIRS, RANGES
from test_charts_overlap import draw as draw_overlap
from test_charts_overlap import many

from armutsexpertise.climate.energy_poverty import LABELS
from armutsexpertise.mark import MARK_COLUMN, MARK_TEXT
from armutsexpertise.publish import charts, style
from armutsexpertise.publish.tilemap import plot_tile_map, read_tiles


def panels():
    frame = pd.DataFrame({"city": ["Düsseldorf", "Moers"], "a": [0.8, None], "b": [0.1, 0.2]})
    return charts.plot_panels(
        frame,
        "city",
        {"a": "Menschen in ungünstiger Lage", "b": "Mindestsicherungsquote"},
        kinds={"a": "percent", "b": "percent"},
        limits={"a": (0, 1), "b": (0, 1)},
    )


def tiles():
    frame = read_tiles().assign(category=["a", "b", "c"] * 17 + ["a", "b"], text="10,2–17,5")
    looks = {"a": "strong", "b": "other", "c": "unknown"}
    labels = {"a": "Pass belegt", "b": "abgeschafft", "c": "Kreis: Gemeinden mit Pass von allen"}
    return plot_tile_map(
        frame, "ags5", "category", labels, looks=looks, text="text", text_label="Kosten in Mio. EUR"
    )


NARROW = ALL | {
    "panels": panels,
    "two_effects": lambda: charts.plot_two_effects(PAIRS, "label", "first", "second", **RANGES),
    "years": lambda: charts.plot_years(
        DEATHS, "year", "value", low="low", high="high", axis_label="Hitzetote im ganzen Land"
    ),
    "overlap": draw_overlap,
    "overlap_of_many": lambda: charts.plot_overlap(many(), LABELS, "estimate"),
    "tiles": tiles,
}


def drawn(figure):
    """Return the canvas of a figure after drawing; a glyph that the font lacks is an error."""
    canvas = FigureCanvasAgg(figure)
    with warnings.catch_warnings(), style.context():
        warnings.simplefilter("error")
        canvas.draw()
    return canvas


@pytest.mark.parametrize("name", NARROW)
def test_nothing_is_cut_off_and_no_words_touch(name):
    with style.narrow():
        figure = NARROW[name]()
        renderer = drawn(figure).get_renderer()
    assert figure.get_figwidth() == pytest.approx(style.NARROW_WIDTH_CM / 2.54)
    boxes = []
    beyond = {  # ticks outside the view exist, but are not drawn
        tick.label1
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    for text in figure.findobj(mpl.text.Text):
        if not text.get_visible() or not text.get_text() or text in beyond:
            continue
        box = text.get_window_extent(renderer)
        assert box.x0 >= -1, text.get_text()
        assert box.y0 >= -1, text.get_text()
        assert box.x1 <= figure.bbox.x1 + 1, text.get_text()
        assert box.y1 <= figure.bbox.y1 + 1, text.get_text()
        assert text.get_fontsize() >= 8.5, text.get_text()
        boxes.append((text.get_text(), box.padded(-0.5)))
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        assert not a.overlaps(b), (first, second)


def words_of(figure):
    drawn(figure)
    texts = [text for text in figure.findobj(mpl.text.Text) if text.get_visible()]
    return {word for text in texts for word in text.get_text().split()}


@pytest.mark.parametrize("name", NARROW)
def test_says_the_same_as_the_wide_one(name):
    """All words but ticks, whose number differs, and a tile's text, cut at its dash."""
    wide = words_of(NARROW[name]())
    with style.narrow():
        narrow = words_of(NARROW[name]())
    letters = {word for word in wide if any(letter.isalpha() for letter in word)}
    assert letters <= narrow


def test_the_height_follows_the_rows():
    def height(rows):
        frame = pd.DataFrame(
            {"label": [f"Stadt {n}" for n in range(rows)], "low": 0.1, "high": 0.4}
        )
        with style.narrow():
            return charts.plot_bounds(frame, "label", "low", "high").get_figheight()

    assert height(20) - height(10) == pytest.approx(10 / 9 * (height(10) - height(1)), rel=0.01)


def test_the_stamp_stands_inside():
    frame = pd.DataFrame({"label": ["a"], "low": [0.1], "high": [0.4]})
    frame.attrs[MARK_COLUMN] = True
    with style.narrow():
        figure = charts.plot_bounds(frame, "label", "low", "high")
        renderer = drawn(figure).get_renderer()
    (stamp,) = [text for text in figure.texts if text.get_text() == MARK_TEXT]
    box = stamp.get_window_extent(renderer)
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1


def test_narrow_ends_with_its_block():
    before = style.svg(ALL["bounds"]())
    with style.narrow():
        assert style.is_narrow()
    assert not style.is_narrow()
    assert style.svg(ALL["bounds"]()) == before
