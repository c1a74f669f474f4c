"""Charts: what they draw, that nothing is cut off or overlaps, and what they refuse."""

import itertools
import re
import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from armutsexpertise.publish import charts, style
from armutsexpertise.publish.charts.classes import plot_classes
from armutsexpertise.publish.charts.lines import plot_lines
from armutsexpertise.publish.charts.pairs import plot_pairs
from armutsexpertise.publish.numbers import MINUS, NBSP

BOUNDS = pd.DataFrame(
    {
        "label": ["Nordrhein-Westfalen, alle 396 Gemeinden", "bis unter 20.000 Einwohner"],
        "low": [0.08, 0.01],
        "high": [0.99, 1.0],
        "other": [0.3, np.nan],
    }
)
ANSWERS = pd.DataFrame(
    {
        "label": ["SGB II (Bürgergeld)", "Geringes Einkommen ohne Leistungsbezug", "BAföG"],
        "yes": [48, 12, 0],
        "partial": [1, 4, 8],
        "no": [0, 2, 11],
        "not_stated": [3, 34, 33],
    }
)
EFFECTS = pd.DataFrame(
    {
        "label": ["Einwohnerzahl (Verdopplung)", "Haushaltseinkommen im Kreis"],
        "estimate": [0.041, -0.004],
        "low": [0.03, -0.021],
        "high": [0.052, 0.012],
    }
)
RANGES = pd.DataFrame(
    {
        "label": ["Düsseldorf-Pass", "Köln-Pass", "Bochum-Pass"],
        "low": [0.22, 0.61, np.nan],
        "high": [0.28, 0.61, np.nan],
        "best": [0.25, np.nan, np.nan],
    }
)
RANKS = pd.DataFrame({"label": ["Köln", "Bonn"], "low": [1, 2], "high": [3, 21], "middle": [2, 9]})
SERIES = pd.DataFrame(
    {
        "year": [2018, 2019, 2020, 2021, 2022] * 2,
        "share": [0.90, 0.92, 0.94, 0.86, 0.87, 0.91, 0.93, 0.95, 0.87, 0.88],
        "group": ["one"] * 5 + ["two"] * 5,
        "low": [0.85, 0.87, 0.9, 0.8, 0.82] + [np.nan] * 5,
        "high": [0.95, 0.97, 0.98, 0.92, 0.92] + [np.nan] * 5,
    }
)
PAIRS = pd.DataFrame(
    {
        "label": ["nur mobile Geräte, kein Computer", "kein Internetzugang", "kein Tablet"],
        "poor": [0.26, 0.07, 0.46],
        "other": [0.06, 0.01, np.nan],
    }
)
CLASSES = pd.DataFrame(
    {"label": ["Deutschland", "EU"], "high": [0.5, 0.6], "low": [0.42, 0.37], "off": [0.08, 0.03]}
)
DIMENSIONS = {"access": "Zugang", "benefits": "Leistungen", "route": "Weg", "price": "Preis"}
PROFILES = pd.DataFrame(
    [
        (town, code, 0.25, 0.25 if town == "Köln" else 0.75)
        for town in ("Mönchengladbach", "Köln", "Rheinisch-Bergischer Kreis")
        for code in DIMENSIONS
    ],
    columns=["label", "dimension", "low", "high"],
)


def bounds(**changes):
    frame = changes.pop("frame", BOUNDS)
    return charts.plot_bounds(frame, "label", "low", "high", **changes)


def ranges(**changes):
    frame = changes.pop("frame", RANGES)
    settings = {"kind": "percent", "axis_label": "Anteil"} | changes
    return charts.plot_ranges(frame, "label", "low", "high", **settings)


def costs(**changes):
    frame = RANGES.assign(low=[4.0, 61, np.nan], high=[28.0, 61, np.nan], best=[25.0, 61, np.nan])
    return ranges(
        frame=changes.pop("frame", frame), **({"kind": "number", "unit": "EUR"} | changes)
    )


def profiles(frame=PROFILES, dimensions=DIMENSIONS):
    return charts.plot_profile_ranges(
        frame, "label", "dimension", "low", "high", dimensions=dimensions
    )


def ranks(frame=RANKS, **changes):
    return charts.plot_rank_intervals(frame, "label", "low", "high", **changes)


def effects(frame=EFFECTS, **changes):
    return charts.plot_effects(frame, "label", "estimate", "low", "high", **changes)


def lines(frame=SERIES, **changes):
    settings = {
        "names": {"one": "ärmstes Viertel", "two": "reichstes Viertel"},
        "axis_label": "Haushalte mit Internet",
        "breaks": [2021],
    } | changes
    return plot_lines(frame, "year", "share", "group", **settings)


def pairs(frame=PAIRS, **changes):
    settings = {"names": ("arm", "andere"), "axis_label": "Anteil ohne"} | changes
    return plot_pairs(frame, "label", "poor", "other", **settings)


def classes(frame=CLASSES, **changes):
    settings = {
        "classes": {"high": "hoch", "low": "niedrig"},
        "unknown": ("off", "nicht bestimmt"),
        "axis_label": "Anteil an allen",
    } | changes
    return plot_classes(frame, "label", **settings)


ALL = {
    "lines": lines,
    "lines_with_band": lambda: lines(band=("low", "high"), points=["two"], smooth=["one"]),
    "lines_of_numbers": lambda: lines(
        kind="number", breaks=[], references=[(0.5, "Preis 2025"), (0.55, "Preis 2023")]
    ),
    "pairs": pairs,
    "classes": classes,
    "scores": lambda: costs(from_zero=False),
    "bounds": lambda: bounds(point="other", point_label="andere Studie"),
    "answers": lambda: charts.plot_stacked_answers(ANSWERS, "label"),
    "effects": lambda: effects(digits=1),
    "take_up": lambda: ranges(reference=(0.5, "Hälfte")),
    "cost_log": lambda: costs(log=True, value="best", legend=("Bereich", "Mitte")),
    "cost": lambda: costs(value="best"),
    "profiles": profiles,
    "ranks": lambda: ranks(middle="middle"),
}


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_cut_off_and_rows_do_not_overlap(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that the font lacks is a warning
        figure = ALL[name]()
        canvas = FigureCanvasAgg(figure)
        with style.context():
            canvas.draw()
    renderer = canvas.get_renderer()
    page = figure.bbox
    beyond = {  # ticks outside the view exist, but are not drawn
        tick.label1
        for axes in figure.axes
        for tick in axes.xaxis.get_major_ticks()
        if not axes.get_xlim()[0] <= tick.get_loc() <= axes.get_xlim()[1]
    }
    for artist in figure.findobj(mpl.text.Text):
        if not artist.get_visible() or not artist.get_text() or artist in beyond:
            continue
        box = artist.get_window_extent(renderer)
        assert box.x0 >= page.x0 - 1, artist.get_text()
        assert box.y0 >= page.y0 - 1, artist.get_text()
        assert box.x1 <= page.x1 + 1, artist.get_text()
        assert box.y1 <= page.y1 + 1, artist.get_text()
        assert artist.get_fontsize() >= 10, artist.get_text()
    for axes in figure.axes:
        boxes = [t.get_window_extent(renderer) for t in axes.get_yticklabels() if t.get_text()]
        for first, second in itertools.pairwise(boxes):
            assert not first.overlaps(second)
    assert figure.get_size_inches()[0] == pytest.approx(16 / 2.54)
    assert not any(axes.get_title() for axes in figure.axes)


@pytest.mark.parametrize("name", ALL)
def test_svg_is_the_same_twice(name):
    assert style.svg(ALL[name]()) == style.svg(ALL[name]())


def test_bounds_say_their_numbers(texts_of):
    words = texts_of(ALL["bounds"]())
    assert {f"8 bis 99{NBSP}%", f"1 bis 100{NBSP}%", "andere Studie", "ungeklärt"} <= set(words)
    figure = bounds()
    widths = [patch.get_width() for patch in figure.axes[0].patches]
    assert widths == pytest.approx([1, 1, 0.91, 0.99, 0.08, 0.01])  # frame, open part, confirmed
    open_parts = figure.axes[0].patches[2:4]
    assert all(patch.get_hatch() for patch in open_parts)


def test_answers_print_their_counts(texts_of):
    words = texts_of(ALL["answers"]())
    assert {"48", "34", "11", "ja", "nicht genannt", f"n{NBSP}={NBSP}52"} <= set(words)
    bars = ALL["answers"]().axes[0].patches
    assert sum(bar.get_width() for bar in bars) == pytest.approx(3)
    assert [bool(bar.get_hatch()) for bar in bars] == [False] * 9 + [True] * 3


def test_a_segment_narrower_than_its_number_stays_empty(texts_of):
    frame = pd.DataFrame(
        {"label": ["x"], "yes": [990], "partial": [0], "no": [0], "not_stated": [10]}
    )
    words = texts_of(charts.plot_stacked_answers(frame, "label"))
    assert "990" in words
    assert "10" not in words


def test_effects_in_points(texts_of):
    words = texts_of(ALL["effects"]())
    assert "+4,1 (3,0 bis 5,2)" in words
    assert f"{MINUS}0,4 ({MINUS}2,1 bis 1,2)" in words
    plain = EFFECTS.assign(estimate=[2.0, 0.0], low=[1.0, -1.0], high=[3.0, 1.0])
    words = texts_of(effects(plain, kind="number"))
    assert "+2 (1 bis 3)" in words
    assert f"0 ({MINUS}1 bis 1)" in words


def test_ranges_and_what_is_not_known(texts_of):
    words = texts_of(ALL["take_up"]())
    assert {f"22 bis 28{NBSP}%", f"61{NBSP}%", "keine Angabe", "Hälfte"} <= set(words)
    assert f"4 bis 28{NBSP}EUR" in texts_of(ALL["cost"]())
    words = texts_of(ALL["cost_log"]())
    assert "Anteil (logarithmisch)" in words
    assert "10" in words
    assert not any(re.fullmatch(r"\d+,0", word) for word in words)


def test_a_line_is_open_at_a_break(texts_of):
    figure = lines()
    drawn = [line for line in figure.axes[0].lines if len(line.get_xdata()) in (2, 3)]
    spans = {(min(line.get_xdata()), max(line.get_xdata())) for line in drawn}
    assert {(2018, 2020), (2021, 2022)} <= spans
    assert not any(low < 2020.5 < high for low, high in spans if low != high)
    words = texts_of(figure)
    assert {"Bruch der Reihe", "Haushalte mit Internet", "2020"} <= set(words)
    assert any(word.split() == ["ärmstes", "Viertel"] for word in words)


def test_pairs_print_both_values_and_say_what_is_unknown(texts_of):
    words = texts_of(pairs())
    assert f"26{NBSP}%{NBSP}/ 6{NBSP}%" in words
    assert f"46{NBSP}%{NBSP}/ keine Angabe" in words


def test_classes_fill_the_bar_and_hatch_who_has_none(texts_of):
    figure = classes()
    bars = figure.axes[0].patches
    assert sum(bar.get_width() for bar in bars) == pytest.approx(2)
    assert [bool(bar.get_hatch()) for bar in bars] == [False] * 4 + [True] * 2
    words = texts_of(figure)
    assert {"50", "42", "8", "nicht bestimmt"} <= set(words)
    assert "3" not in words, "narrower than its number"


def test_an_axis_of_scores_need_not_begin_at_zero():
    assert ALL["cost"]().axes[0].get_xlim()[0] == 0
    assert ALL["scores"]().axes[0].get_xlim()[0] > 0


def test_profiles_and_ranks(texts_of):
    assert {"Zugang", "Preis", "möglicher Bereich"} <= set(texts_of(profiles()))
    words = texts_of(ALL["ranks"]())
    assert {"1 bis 3", "2 bis 21", "mittlerer Rang", "20"} <= set(words)
    assert "mittlerer Rang" not in texts_of(ranks())


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: bounds(point="nix"), "no column 'nix'"),
        (lambda: lines(band=("nix", "high")), "no column 'nix'"),
        (lambda: lines(names={"one": "x"}), "their names differ"),
        (lambda: lines(SERIES.assign(share=SERIES["share"] * 100)), "not percentages"),
        (lambda: lines(SERIES.assign(group="one"), names={"one": "x"}), "two values"),
        (lambda: pairs(PAIRS.drop(columns="poor")), "no column 'poor'"),
        (lambda: pairs(PAIRS.assign(poor=np.nan)), "neither of its two values"),
        (lambda: pairs(PAIRS.assign(poor=26.0)), "not percentages"),
        (lambda: classes(CLASSES.assign(low=0.1)), "add up to 1"),
        (lambda: classes(CLASSES.drop(columns="off")), "no column 'off'"),
        (lambda: bounds(frame=BOUNDS.head(0)), "nothing to draw"),
        (lambda: bounds(frame=BOUNDS.assign(low=[8, 1], high=[99, 100])), "not percentages"),
        (lambda: bounds(frame=BOUNDS.assign(low=[0.5, 0.5], high=[0.4, 1])), "swap the ends"),
        (lambda: bounds(frame=BOUNDS.assign(low=[np.nan, 0.1])), "one end only"),
        (lambda: bounds(frame=RANGES), "has the bounds 0 and 1"),
        (lambda: charts.plot_stacked_answers(ANSWERS, "label", ["vielleicht"]), "no column"),
        (
            lambda: charts.plot_stacked_answers(ANSWERS.assign(ja=1), "label", ["ja"]),
            "no answer code",
        ),
        (
            lambda: charts.plot_stacked_answers(ANSWERS.assign(no=[0.5, 1, 1]), "label"),
            "whole numbers",
        ),
        (lambda: charts.plot_stacked_answers(ANSWERS.assign(no=-1), "label"), "whole numbers"),
        (
            lambda: charts.plot_stacked_answers(
                ANSWERS.assign(yes=0, partial=0, no=0, not_stated=0), "label"
            ),
            "counts nothing",
        ),
        (lambda: effects(EFFECTS.assign(estimate=1.0)), "outside its interval"),
        (lambda: effects(EFFECTS.assign(low=np.nan, high=np.nan)), "is missing or lies outside"),
        (lambda: ranges(frame=RANGES.tail(1)), "No row has a range"),
        (lambda: ranges(frame=RANGES.assign(best=0.9), value="best"), "outside its range"),
        (lambda: costs(frame=RANGES.assign(low=0.0, high=1.0), log=True), "above zero"),
        (lambda: profiles(pd.concat([PROFILES, PROFILES])), "two rows"),
        (lambda: profiles(PROFILES.iloc[1:]), "lacks a row"),
        (
            lambda: profiles(PROFILES.assign(low=np.nan, high=np.nan)),
            "has the range 0 to 1",
        ),
        (lambda: ranks(RANKS.assign(low=0)), "from 1 upwards"),
        (lambda: ranks(RANKS.assign(low=np.nan, high=np.nan)), "from 1 upwards"),
    ],
)
def test_refuses(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


def test_settings_of_the_user_change_nothing():
    before = style.svg(ALL["bounds"]())
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "hatch.linewidth": 9}):
        assert style.svg(ALL["bounds"]()) == before
        assert mpl.rcParams["font.size"] == 30


def test_a_figure_with_a_title_is_refused():
    figure, _ = style.figure()
    figure.suptitle("Titel")
    with pytest.raises(ValueError, match="no title of its own"):
        style.finish(figure)


def test_ticks_share_their_decimal_places():
    formatter = style.GermanFormatter()
    formatter.set_locs([0, 0.5, 1])
    assert [formatter(x) for x in (0, 0.5, 1)] == ["0,0", "0,5", "1,0"]
    share = style.GermanFormatter("percent")
    share.set_locs([-0.5, 0, 0.125])
    assert share(-0.5) == f"{MINUS}50,0{NBSP}%"
    assert share(0.125) == f"12,5{NBSP}%"


def test_wrap_keeps_long_words_whole():
    assert style.wrap("Asylbewerberleistungsgesetz", 10) == "Asylbewerberleistungsgesetz"
    assert style.wrap("a b c", 3) == "a b\nc"
    assert style.wrap(f"8{NBSP}%", 1) == f"8{NBSP}%"


def test_colours_stay_apart_in_grey_print():
    def lightness(color):
        rgb = np.array(mpl.colors.to_rgb(color))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        luminance = linear @ [0.2126, 0.7152, 0.0722]  # IEC 61966-2-1
        return 116 * np.cbrt(luminance) - 16  # CIE 1976 L*

    scale = [style.BLUE, style.BLUE_MID, style.WARM, style.UNKNOWN]
    steps = np.diff([lightness(color) for color in scale])
    assert (steps > 15).all(), steps
