"""Check the data packages that this expertise rests on."""

from armutsexpertise.expertise import check_packages
from armutsexpertise.stages import Project

PACKAGES = (
    "statutory",
    "parameters",
    "distribution",
    "budgets",
    "eurostat",
    "climate_adaptation",
    "nrw_regions",
    "comparability",
    "microdata_access",
)


def main(project: Project) -> None:
    """Check the data packages: schema, keys, hashes, plausibility."""
    check_packages(project, PACKAGES)
