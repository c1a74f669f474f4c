"""Tables of the benchmarks, written into docs/benchmarks.md between marker comments."""

import math
import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from armutsexpertise.publish.files import write_atomic

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def markdown_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], text_columns: int = 1
) -> str:
    """Return a table whose first columns are text and whose others are aligned right."""
    rule = ["---"] * text_columns + ["---:"] * (len(header) - text_columns)
    lines = [header, rule, *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def rounded(value: float, digits: int = 2) -> str:
    """Return a number with so many significant digits, without an exponent."""
    if value == 0:
        return "0"
    value = float(f"{value:.{digits - 1}e}")
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return f"{value:,.{decimals}f}"


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Replace what stands between the two markers of a section."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    old = page.read_text(encoding="utf-8")
    if old.count(begin) != 1 or old.count(end) != 1 or old.index(begin) > old.index(end):
        raise ValueError(
            f"{page.name} needs the markers {begin} and {end} once each, in this order: put them "
            "where the table belongs."
        )
    new = re.sub(
        f"{re.escape(begin)}.*{re.escape(end)}",
        lambda _: f"{begin}\n{text.strip()}\n{end}",
        old,
        flags=re.S,
    )
    write_atomic(page, new.encode("utf-8"))


def circumstances(packages: Sequence[str], others: Sequence[str] = ()) -> str:
    """Return date, machine and versions as a sentence; nothing that names the machine."""
    today = datetime.now(UTC)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    machine = f"{cores} cores ({platform.machine()}, {platform.system()}"
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
        machine += f", {memory:.0f} GiB"
    versions = [f"Python {platform.python_version()}"]
    versions += [f"{name} {metadata.version(name)}" for name in packages]
    return (
        f"Measured on {today.day} {today:%B %Y} on {machine}); {', '.join([*versions, *others])}."
    )
