"""What the tests of the reports know of each topic: typed numbers, caveats, lengths.

A new topic adds a module with the names below and a line here; the tests themselves are the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType

from reading import load

from armutsexpertise.publish.values import Values
from checkout import ROOT

Check = Callable[[Values], bool]
Typed = tuple[str, str, Check | None]


@dataclass(frozen=True)
class Topic:
    """A topic and what may stand in its report.

    Attributes
    ----------
    name : str
        Folder of ``analyses``.
    typed : list of (phrase, reason, check)
        Numbers in words that may be typed: the phrase, why, and what must hold where an estimate
        or a choice can change it.
    caveats : list of str
        Sentences that the report has to print.
    digits : list of str
        Patterns of typed digits that are names or limits of classes, not results.
    pages : tuple of int
        Fewest and most pages of the PDF.
    places, exhibits : int
        Least number of numbers in the prose and of exhibits.
    without_digits : frozenset of str
        Figures whose alternative text lists names only.
    document : str
        Name of the document.
    """

    name: str
    typed: list[Typed]
    caveats: list[str]
    digits: list[str] = field(default_factory=list)
    pages: tuple[int, int] = (10, 24)
    places: int = 60
    exhibits: int = 12
    without_digits: frozenset[str] = frozenset()
    document: str = "report.qmd"

    @property
    def folder(self) -> Path:
        return ROOT / "analyses" / self.name

    @cached_property
    def report(self) -> str:
        return (self.folder / self.document).read_text(encoding="utf-8")

    @cached_property
    def findings(self) -> ast.Module:
        return ast.parse((self.folder / "findings.py").read_text(encoding="utf-8"))

    @cached_property
    def exhibits_script(self) -> ast.Module:
        return ast.parse((self.folder / "exhibits.py").read_text(encoding="utf-8"))

    @cached_property
    def module(self) -> ModuleType:
        """The module ``findings`` of the topic."""
        return load(self.folder / "findings.py")

    @cached_property
    def shown(self) -> list[str]:
        """Exhibits in the order of the report."""
        return re.findall(r'^show\("([\w-]+)"\)$', self.report, re.M)

    @cached_property
    def optional(self) -> list[str]:
        """Exhibits that are shown only where their microdata were brought."""
        return re.findall(r'^show\("([\w-]+)", optional=True\)$', self.report, re.M)


def topics() -> list[Topic]:
    """Return the topics that the tests know."""
    from topic_climate import CLIMATE
    from topic_digital import DIGITAL
    from topic_passes import PASSES

    return [CLIMATE, DIGITAL, PASSES]
