"""Charts of series with breaks, of years with intervals, and of pairs."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.figure import Figure

from armutsexpertise.publish import style
from armutsexpertise.publish.charts_lines import plot_runs, plot_years
from armutsexpertise.publish.charts_pairs import plot_pairs, plot_panels

RUNS = pd.DataFrame(
    {
        "series": ["a"] * 4 + ["b"],
        "year": [2018, 2019, 2020, 2021, 2021],
        "value": [2.5, 2.0, 7.0, 3.0, 3.9],
        "broken": [False, False, True, False, False],
    }
)
DEATHS = pd.DataFrame(
    {"year": [2001, 2002], "value": [100.0, 900.0], "low": [-50.0, 300.0], "high": [250.0, 1500.0]}
)
PAIRS = pd.DataFrame(
    {
        "label": ["unten", "oben"],
        "first": [-0.012, -0.006],
        "first_low": [-0.014, -0.007],
        "first_high": [-0.007, -0.005],
        "second": [0.002, -0.003],
        "second_low": [0.001, -0.004],
        "second_high": [0.006, -0.002],
    }
)
RANGES = {
    "first_range": ("first_low", "first_high"),
    "second_range": ("second_low", "second_high"),
    "legend": ("ohne", "mit"),
    "axis_label": "Prozent",
}


def texts(figure: Figure) -> set[str]:
    return {child.get_text() for ax in figure.axes for child in ax.texts}


def runs(frame: pd.DataFrame = RUNS) -> Figure:
    names = {"a": "Deutschland", "b": "NRW"}
    return plot_runs(
        frame,
        "series",
        "year",
        "value",
        names=names,
        break_before="broken",
        axis_label="Anteil in %",
    )


def test_no_line_crosses_a_break() -> None:
    lines = [line.get_xdata() for line in runs().axes[0].lines if len(line.get_xdata()) > 1]
    drawn = [list(map(float, x)) for x in lines]
    assert [2018.0, 2019.0] in drawn
    assert [2020.0, 2021.0] in drawn
    assert not any(2019.0 in x and 2020.0 in x for x in drawn)
    assert {"3,0", "3,9", "Bruch der Reihe"} <= texts(runs())


def test_runs_refuse_what_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="twice"):
        runs(pd.concat([RUNS, RUNS]))
    with pytest.raises(TypeError, match="boolean"):
        runs(RUNS.assign(broken=1))
    with pytest.raises(ValueError, match="series"):
        runs(RUNS[RUNS["series"] == "a"])


def test_points_are_filled_only_where_the_interval_lies_above_zero() -> None:
    figure = plot_years(DEATHS, "year", "value", low="low", high="high", axis_label="Tote")
    points = {
        tuple(line.get_xdata()): line.get_markerfacecolor()
        for line in figure.axes[0].lines
        if line.get_marker() == "o"
    }
    assert points == {(2002.0,): style.BLUE, (2001.0,): "white"}


def test_years_refuse_a_value_outside_its_interval() -> None:
    with pytest.raises(ValueError, match="outside"):
        plot_years(
            DEATHS.assign(high=-10.0), "year", "value", low="low", high="high", axis_label="Tote"
        )
    with pytest.raises(ValueError, match="two ends"):
        plot_years(DEATHS, "year", "value", low="low", axis_label="Tote")
    bars = plot_years(DEATHS, "year", "value", reference=(500.0, "Mittel"), axis_label="Tage")
    assert len(bars.axes[0].patches) == 2


def test_pairs_show_both_values_with_sign() -> None:
    figure = plot_pairs(PAIRS, "label", "first", "second", **RANGES)
    assert {"\u22121,2\u00a0%", "+0,2\u00a0%", "\u22120,6\u00a0%", "\u22120,3\u00a0%"} == texts(
        figure
    )
    with pytest.raises(ValueError, match="outside its range"):
        plot_pairs(PAIRS.assign(second_high=-0.01), "label", "first", "second", **RANGES)
    with pytest.raises(ValueError, match=r"outside \[-1, 1\]"):
        plot_pairs(PAIRS.assign(first=-1.2), "label", "first", "second", **RANGES)


def test_panels_say_what_is_not_known() -> None:
    frame = pd.DataFrame({"city": ["A", "B"], "share": [0.5, None], "index": [0.0, 0.83]})
    figure = plot_panels(
        frame,
        "city",
        {"share": "Anteil", "index": "Index"},
        kinds={"share": "percent", "index": "number"},
        limits={"share": (0, 1), "index": (0, 1)},
    )
    assert texts(figure) == {"50\u00a0%", "keine Angabe", "0,00", "0,83"}
    with pytest.raises(ValueError, match="outside its axis"):
        plot_panels(
            frame,
            "city",
            {"index": "Index"},
            kinds={"index": "number"},
            limits={"index": (0, 0.5)},
        )
