"""What a document may use: the features that Quarto and the embedded renderer share."""

from __future__ import annotations

CHUNK_OPTIONS = {
    "label": "",
    "include": "",
    "output": "",
    "echo": "",
    "fig-cap": "",
    "fig-alt": "",
    "tags": "",
    "tbl-cap": "",
    "eval": "",
    "warning": "",
}
