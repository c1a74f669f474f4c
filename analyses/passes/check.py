"""Check the data packages that this expertise rests on."""

from armutsexpertise import catalog
from armutsexpertise.stages import Project, StageError

PACKAGES = ("passes", "evidence", "nrw_regions", "statutory")


def main(project: Project) -> None:
    """Check the data packages: schema, keys, hashes, plausibility."""
    for name in PACKAGES:
        report = catalog.check(name, root=project.raw)
        if not report.ok:
            lines = "\n".join(report.lines())
            raise StageError(f"The data package {name} has errors:\n{lines}")
        print(f"  {name}: {report.rows} rows, {len(report.notices)} notices")
