"""Check the packages that the margins come from, then draw the survey from them."""

from settings import DemoConfig

from armutsexpertise.config import read_config
from armutsexpertise.expertise import check_packages
from armutsexpertise.microdata.synthetic import write_survey
from armutsexpertise.stages import Project

TOPIC = "demo"
PACKAGES = ("nrw_regions", "poverty_context")


def main(project: Project) -> None:
    """Check the data packages and write the two SPSS files."""
    check_packages(project, PACKAGES)
    config = read_config(project.analysis(TOPIC) / "config.yml", DemoConfig)
    for path in write_survey(project.drawn(TOPIC), config.seed, config.n_households):
        print(f"  {path.name}: synthetic, seed {config.seed}")
