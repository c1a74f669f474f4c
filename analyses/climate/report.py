"""Report: exhibits, then HTML and PDF, from the estimates."""

from exhibits import all_exhibits
from findings import CLAIMS, findings

from armutsexpertise.expertise import report
from armutsexpertise.stages import Project

TOPIC = "climate"


def main(project: Project) -> None:
    """Write exhibits, report as HTML and PDF."""
    report(project, TOPIC, exhibits=all_exhibits, findings=findings, claims=CLAIMS)
