"""The built report meets the standards: PDF/UA-1, PDF/A-2a, WCAG by axe-core."""

from __future__ import annotations

import page as page_validation
import pytest

from armutsexpertise.stages import Project
from render.test_accessibility import check, look

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_pdf_meets_the_standard(built: Project, profile: str) -> None:
    pdf = built.reports("passes") / "report.pdf"
    result = page_validation.validate_pdf(str(pdf), profile=profile)
    assert result.is_compliant, [(f.rule_id, f.message) for f in result.failures]
    assert result.rules.total > 50


@pytest.mark.parametrize("page", ["index.html", "passes/report.html"])
def test_pages_are_accessible_and_ask_no_other_host(built: Project, page: str) -> None:
    check(look(built.root / "reports" / page))
