"""What may stand as words in the methods report on synthetic data."""

from __future__ import annotations

from topics import Topic

DEMO = Topic(
    "demo",
    typed=[
        ("auch für die Stadt null", "the value that the draw has by construction", None),
        ("Null außerhalb", "the value that the draw has by construction", None),
        ("ganze Hunderter", "rounding of the drawn amounts", None),
    ],
    caveats=[
        "Alle Haushalte sind erdacht",
        "Nichts über wirkliche Menschen.",
        "Nichts über Unterschiede zwischen Kreisen.",
        "Keine Höhe der Einkommen.",
    ],
    pages=(4, 6),
    places=30,
    exhibits=9,
    document="methods.qmd",
)
