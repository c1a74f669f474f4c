"""Clean: one row per pass, statement, count and municipality, from the data packages."""

import check
import pandas as pd

from armutsexpertise import catalog
from armutsexpertise.expertise import vintages
from armutsexpertise.passes.inventory import (
    clean_inventory,
    clean_municipalities,
    read_inventory,
)
from armutsexpertise.stages import Project, write_tables

TOPIC = "passes"


def main(project: Project) -> None:
    """Clean the inventory and the regional tables."""

    def read(package: str, resource: str) -> pd.DataFrame:
        return catalog.read(package, resource, root=project.raw)

    tables = clean_inventory(read_inventory(project.raw))
    tables["municipalities"] = clean_municipalities(
        read("nrw_regions", "municipalities"), read("nrw_regions", "context")
    )
    tables["kreise"] = read("nrw_regions", "nrw_kreise")
    tables["evidence"] = read("evidence", "evidence")
    statutory = read("statutory", "statutory")
    tables["wohngeld"] = statutory.loc[statutory["topic"] == "wohngeld_recipients"]
    tables["vintages"] = vintages(project, check.PACKAGES)
    write_tables(tables, project.clean(TOPIC))
    print(f"  {len(tables['passes'])} passes, {len(tables['municipalities'])} municipalities")
