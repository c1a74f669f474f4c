"""Charts of years with intervals, of two effects, and of panels."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.figure import Figure

from armutsexpertise.publish import style
from armutsexpertise.publish.charts.panels import plot_panels, plot_two_effects
from armutsexpertise.publish.charts.years import plot_years

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
    figure = plot_two_effects(PAIRS, "label", "first", "second", **RANGES)
    assert {"\u22121,2\u00a0%", "+0,2\u00a0%", "\u22120,6\u00a0%", "\u22120,3\u00a0%"} == texts(
        figure
    )
    with pytest.raises(ValueError, match="outside its range"):
        plot_two_effects(PAIRS.assign(second_high=-0.01), "label", "first", "second", **RANGES)
    with pytest.raises(ValueError, match=r"outside \[-1, 1\]"):
        plot_two_effects(PAIRS.assign(first=-1.2), "label", "first", "second", **RANGES)


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
