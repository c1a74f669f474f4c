"""Report: exhibits, then the methods report as HTML and PDF, from the estimates."""

from exhibits import all_exhibits
from findings import CLAIMS, findings

from armutsexpertise.expertise import report
from armutsexpertise.stages import Project

TOPIC = "demo"


def main(project: Project) -> None:
    """Write exhibits, methods report as HTML and PDF."""
    report(
        project,
        TOPIC,
        exhibits=all_exhibits,
        findings=findings,
        claims=CLAIMS,
        programs=["pyreadstat"],
        document="methods.qmd",
    )
