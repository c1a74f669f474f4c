"""Charts of the reports, by what they show.

:mod:`~armutsexpertise.publish.charts.rows` (one row per group: bounds, answers, effects, ranges,
profiles, ranks), :mod:`~armutsexpertise.publish.charts.classes` (shares of a whole),
:mod:`~armutsexpertise.publish.charts.pairs` and :mod:`~armutsexpertise.publish.charts.panels`
(two or more values side by side), :mod:`~armutsexpertise.publish.charts.lines` and
:mod:`~armutsexpertise.publish.charts.years` (over time),
:mod:`~armutsexpertise.publish.charts.overlap` (indicators that meet). Every function takes a tidy
frame and the names of its columns, and returns a figure without a title.
"""

from armutsexpertise.publish.charts.classes import plot_classes
from armutsexpertise.publish.charts.lines import plot_lines
from armutsexpertise.publish.charts.overlap import plot_overlap
from armutsexpertise.publish.charts.pairs import plot_pairs
from armutsexpertise.publish.charts.panels import plot_panels, plot_two_effects
from armutsexpertise.publish.charts.rows import (
    plot_bounds,
    plot_effects,
    plot_profile_ranges,
    plot_ranges,
    plot_rank_intervals,
    plot_stacked_answers,
)
from armutsexpertise.publish.charts.years import plot_years

__all__ = [
    "plot_bounds",
    "plot_classes",
    "plot_effects",
    "plot_lines",
    "plot_overlap",
    "plot_pairs",
    "plot_panels",
    "plot_profile_ranges",
    "plot_ranges",
    "plot_rank_intervals",
    "plot_stacked_answers",
    "plot_two_effects",
    "plot_years",
]
