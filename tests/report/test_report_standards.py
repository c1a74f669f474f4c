"""The built report meets the standards: PDF/UA-1, PDF/A-2a, WCAG by axe-core."""

from __future__ import annotations

import pytest
from topics import topics

from armutsexpertise.publish.parts import PAGES
from armutsexpertise.stages import Project
from render.standards import failures
from render.test_accessibility import check, look

pytestmark = pytest.mark.slow


TOPICS = [topic.name for topic in topics()]


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_pdf_meets_the_standard(built: Project, topic: str, profile: str) -> None:
    assert failures(built.reports(topic) / "report.pdf", profile) == []


@pytest.mark.parametrize("page", [*PAGES, *(f"{name}/report.html" for name in TOPICS)])
def test_pages_are_accessible_and_ask_no_other_host(built: Project, page: str) -> None:
    check(look(built.root / "reports" / page))
