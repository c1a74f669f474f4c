"""What page-validation says of a PDF, without its one false alarm."""

from __future__ import annotations

import re
from pathlib import Path

import page as page_validation

STREAM_LENGTH = "PDFA2A-STREAM-LENGTH-001"


def failures(pdf: Path, profile: str) -> list[tuple[str, str]]:
    """Return the rules that a PDF breaks, as id and message.

    The validator measures a stream up to the line end before ``endstream`` and takes CR LF for one
    line end. Compressed data whose last byte happens to be CR, with LF as the line end behind it,
    then looks one byte too short. Where every ``/Length`` leads exactly to its line end, that
    finding is dropped; any other stays.
    """
    result = page_validation.validate_pdf(str(pdf), profile=profile)
    assert result.rules.total > 50, "fewer rules would mean that nothing was checked"
    found = [(one.rule_id, one.message) for one in result.failures]
    if stream_lengths_are_right(pdf.read_bytes()):
        found = [one for one in found if one[0] != STREAM_LENGTH]
    return found


def stream_lengths_are_right(content: bytes) -> bool:
    """Say whether each direct ``/Length`` ends where the line end and ``endstream`` begin."""
    lengths = list(re.finditer(rb"/Length (\d+)(?!\d| \d+ R)", content))
    for match in lengths:
        at = content.index(b"stream", match.end()) + len(b"stream")
        at += 2 if content[at : at + 2] == b"\r\n" else 1
        behind = content[at + int(match[1]) :][:12]
        if not re.match(rb"\r?\n?endstream", behind):
            return False
    return bool(lengths)
