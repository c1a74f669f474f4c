"""What may leave the room: small cells are emptied before results of microdata are written.

Estimates become publishable in one step; what `publish.results` writes is the result::

    safe = estimate_protected(design, {"poor": Proportion("poor")}, "region", household="id")

`counts` finds how many persons and households each cell rests on, `protect` empties cells by
`rules`, and `Protected` is the only form in which results of microdata are written.
"""

from armutsexpertise.disclosure.counts import Evidence, cell_counts, model_counts
from armutsexpertise.disclosure.errors import DisclosureError
from armutsexpertise.disclosure.estimates import estimate_protected, estimates_and_counts
from armutsexpertise.disclosure.poverty import person_weights, poverty_estimates
from armutsexpertise.disclosure.protect import TOTAL, Protected, protect, protect_together
from armutsexpertise.disclosure.rules import Rules, read_rules

__all__ = [
    "TOTAL",
    "DisclosureError",
    "Evidence",
    "Protected",
    "Rules",
    "cell_counts",
    "estimate_protected",
    "estimates_and_counts",
    "model_counts",
    "person_weights",
    "poverty_estimates",
    "protect",
    "protect_together",
    "read_rules",
]
