"""The built report meets the standards: PDF/UA-1, PDF/A-2a, WCAG by axe-core."""

from __future__ import annotations

import pytest

from armutsexpertise.stages import Project
from render.standards import failures
from render.test_accessibility import check, look

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_pdf_meets_the_standard(built: Project, profile: str) -> None:
    assert failures(built.reports("passes") / "report.pdf", profile) == []


@pytest.mark.parametrize("page", ["index.html", "passes/report.html"])
def test_pages_are_accessible_and_ask_no_other_host(built: Project, page: str) -> None:
    check(look(built.root / "reports" / page))
