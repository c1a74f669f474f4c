"""Clean: comparable series, chosen facts, parameters by day, and protected tables of PIAAC.

No rows of persons are written: where the file of PIAAC is there, its tables are estimated and
protected here, in the stage that reads it.
"""

from __future__ import annotations

import datetime

import check
import pandas as pd

from armutsexpertise import catalog
from armutsexpertise.config import read_config
from armutsexpertise.digital.affordability import benefit_parts
from armutsexpertise.digital.piaac_tables import piaac_design, piaac_tables
from armutsexpertise.digital.study import DigitalConfig
from armutsexpertise.disclosure import Protected
from armutsexpertise.expertise import microdata_file, optional_microdata, vintages
from armutsexpertise.microdata import load_codebook, read_survey, recode
from armutsexpertise.parameters import parameter
from armutsexpertise.series import series
from armutsexpertise.stages import Project, write_tables

TOPIC = "digital"
YEARS = range(2021, 2027)  # the divisions of the standard benefit hold from 2021 on
QUARTILES = ("HHI_Q1", "HHI_Q2", "HHI_Q3", "HHI_Q4")
HOUSEHOLDS = {"total": "all households", "household_type": "single-person household"}
FACTS = (
    "id", "topic", "item", "value", "unit", "period_start", "source_title", "source_url", "note"
)  # fmt: skip
INDICATORS = ("persons_in_bg_per_1000", "bg_one_person_share", "bg_five_plus_share")


def access(project: Project) -> dict[str, pd.DataFrame]:
    """Households with internet: by income quartile before the break, all and single across it."""
    parts = [
        series(
            "eurostat",
            topic="isoc_ci_in_h",
            dimension="income_quartile",
            population=quartile,
            place=place,
            root=project.raw,
        ).assign(group=quartile.removeprefix("HHI_"), place=place)
        for place in ("DE", "EU27")
        for quartile in QUARTILES
    ]
    types = [
        series(
            "eurostat",
            topic="isoc_ci_in_h",
            dimension=dimension,
            population=population,
            place="DE",
            across_breaks=True,
            root=project.raw,
        ).assign(group=population)
        for dimension, population in HOUSEHOLDS.items()
    ]
    return {
        "access_quartile": pd.concat(parts, ignore_index=True),
        "access_type": pd.concat(types, ignore_index=True),
    }


def benefits(project: Project) -> dict[str, pd.DataFrame]:
    """Read the standard benefit of each year, its divisions, and the device grant."""
    divisions, amounts = [], []
    for year in YEARS:
        day = datetime.date(year, 1, 1)
        divisions.append(benefit_parts(day, root=project.raw).assign(day=day.isoformat()))
        for level in range(1, 7):
            found = parameter("regelbedarf", day, item=f"RBS{level}", root=project.raw)
            amounts.append({"day": day.isoformat(), "level": level, "eur_month": found.exact()})
    last = datetime.date(YEARS[-1], 1, 1)
    grant = parameter("device_grant_sgb2", last, root=project.raw)
    row = {
        "name": grant.name,
        "eur": grant.exact(),
        "valid_from": grant.valid_from,
        "legal_basis": grant.legal_basis,
        "source": grant.source,
        "source_url": grant.source_url,
        "note": grant.note,
    }
    return {
        "divisions": pd.concat(divisions, ignore_index=True),
        "standard_benefit": pd.DataFrame(amounts),
        "device_grant": pd.DataFrame([row]),
    }


def piaac(project: Project, config: DigitalConfig) -> dict[str, Protected]:
    """Tables of PIAAC, protected; none where nobody has brought the file."""
    path = microdata_file(project, config.piaac.dataset)
    if path is None:
        return {}
    codebook = load_codebook(config.piaac.codebook)
    persons = recode(read_survey(path, columns=codebook.source_columns), codebook).data
    made = piaac_tables(
        piaac_design(persons),
        config.piaac.groups,
        reasons=config.piaac.reasons,
        below=config.piaac.below,
    )
    return {f"piaac_{name}": table for name, table in made.items()}


def main(project: Project) -> None:
    """Clean series, facts, parameters and regional tables."""
    config = read_config(project.analysis(TOPIC) / "config.yml", DigitalConfig)

    def read(package: str, resource: str) -> pd.DataFrame:
        return catalog.read(package, resource, root=project.raw)

    skills = read("eurostat", "eurostat").query("dataset_code == 'isoc_sk_dskl_i21'")
    kreise = read("nrw_regions", "nrw_kreise")
    kreise = kreise[kreise["indicator_id"].isin(INDICATORS)]
    poor = read("poverty_context", "poverty_context").query("topic == 'arop_nrw_counts'")
    protected = piaac(project, config)
    tables: dict[str, pd.DataFrame | Protected] = {
        **access(project),
        **benefits(project),
        "facts": read("digital", "digital")[list(FACTS)],
        "skills": skills,
        "kreise": kreise[kreise["date"].eq(str(config.policy.year))],
        "places": read("nrw_regions", "context")[["ags5", "name", "type", "population"]],
        "poor": poor,
        "microdata": optional_microdata(project, config.piaac.dataset),
        "vintages": vintages(project, check.PACKAGES),
        **protected,
    }
    write_tables(tables, project.clean(TOPIC))
    print(f"  {len(tables['facts'])} facts, {len(protected)} tables of microdata")
