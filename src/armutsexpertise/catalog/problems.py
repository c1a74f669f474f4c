"""What a check found: problems with place, cause and what is allowed."""

from dataclasses import dataclass, field
from typing import Literal

Level = Literal["error", "notice"]


class CatalogError(ValueError):
    """Data that cannot be found, read or written; the message is one sentence for a person."""


def quoted(cell: str, width: int = 60) -> str:
    """Return a cell in quotation marks, cut where it is long.

    Examples
    --------
    >>> quoted("a" * 20, width=8)
    '"aaaaaaa…"'
    """
    return f'"{cell}"' if len(cell) <= width else f'"{cell[: width - 1]}…"'


@dataclass(frozen=True)
class Problem:
    """One finding.

    Attributes
    ----------
    level : {"error", "notice"}
        An error stops the work, a notice asks for a look.
    file : str
        File inside the package, such as ``counts.csv``.
    message : str
        What is wrong and what to do, without full stop.
    row : int or None
        Row as a spreadsheet shows it: the header is row 1.
    column : str or None
        Name of the column.
    allowed : str or None
        What the cell may hold.
    """

    level: Level
    file: str
    message: str
    row: int | None = None
    column: str | None = None
    allowed: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        allowed = f" Allowed: {self.allowed}." if self.allowed else ""
        # A quoted cell may hold line breaks; a problem stays one line.
        return " ".join(f"{self.level}: {place}: {self.message}.{allowed}".split())


@dataclass(frozen=True)
class Report:
    """Result of checking one package.

    Attributes
    ----------
    name : str
        Name of the package.
    problems : tuple of Problem
        Sorted by file and row, errors before notices.
    rows : int
        Data rows read over all files.
    """

    name: str
    problems: tuple[Problem, ...] = field(default=())
    rows: int = 0

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that stop the work."""
        return tuple(p for p in self.problems if p.level == "error")

    @property
    def notices(self) -> tuple[Problem, ...]:
        """Problems that ask for a look."""
        return tuple(p for p in self.problems if p.level == "notice")

    @property
    def ok(self) -> bool:
        """Whether the package has no error."""
        return not self.errors

    def lines(self, limit: int = 50) -> list[str]:
        """Return the problems as sentences, at most ``limit`` of each level.

        Parameters
        ----------
        limit : int
            Sentences per level; the rest is counted in one line.

        Examples
        --------
        >>> Report("demo", tuple(Problem("error", "a.csv", "bad", row=r) for r in (2, 3))).lines(1)
        ['error: a.csv, row 2: bad.', '... and 1 more error.']
        """
        out: list[str] = []
        for problems, word in ((self.errors, "error"), (self.notices, "notice")):
            out += [str(p) for p in problems[:limit]]
            rest = len(problems) - limit
            if rest > 0:
                out.append(f"... and {rest} more {word}{'s' if rest > 1 else ''}.")
        return out


def report(name: str, problems: list[Problem], rows: int) -> Report:
    """Return a report with the problems in reading order, each once."""
    order = {"error": 0, "notice": 1}
    unique = dict.fromkeys(problems)
    ranked = sorted(unique, key=lambda p: (order[p.level], p.file, p.row or 0, p.column or ""))
    return Report(name, tuple(ranked), rows)
