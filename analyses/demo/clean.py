"""Clean: read the survey as a delivery is read, recode it by its codebooks, keep the account."""

import check
import pandas as pd

from armutsexpertise import catalog
from armutsexpertise.expertise import vintages
from armutsexpertise.microdata import (
    Codebook,
    Recoded,
    SurveyFile,
    attach_household,
    load_codebook,
    read_survey,
    recode,
)
from armutsexpertise.microdata.synthetic import HOUSEHOLD_FILE, PERSON_FILE
from armutsexpertise.stages import Project, write_tables

TOPIC = "demo"
SOURCES = {
    "households": (HOUSEHOLD_FILE, "demo_nrw_household"),
    "persons": (PERSON_FILE, "demo_nrw_person"),
}


def main(project: Project) -> None:
    """Write households, persons, the account of rows and what the files say of themselves."""
    tables: dict[str, pd.DataFrame] = {}
    accounts, reasons, variables = [], [], []
    for name, (file, book) in SOURCES.items():
        codebook = load_codebook(book)
        survey = read_survey(project.drawn(TOPIC) / file)
        recoded = recode(survey, codebook)
        tables[name] = recoded.data
        accounts.append(account(name, recoded))
        reasons.append(recoded.report.missing.assign(file=name))
        variables.append(described(name, survey, codebook))
    tables["persons"] = attach_household(
        tables["persons"], tables["households"], ["equivalised_income", "urbanisation"]
    )
    tables["row_accounting"] = pd.concat(accounts, ignore_index=True)
    tables["missing_reasons"] = pd.concat(reasons, ignore_index=True)
    tables["variables"] = pd.concat(variables, ignore_index=True)
    tables["population"] = catalog.read("nrw_regions", "context", root=project.raw)[
        ["ags5", "name", "population", "population_date"]
    ]
    tables["vintages"] = vintages(project, check.PACKAGES)
    write_tables(tables, project.clean(TOPIC))
    print(f"  {len(tables['households'])} households, {len(tables['persons'])} persons, invented")


def account(name: str, recoded: Recoded) -> pd.DataFrame:
    """Return rows in, kept and dropped of a file; in is kept plus dropped."""
    report = recoded.report
    row = {
        "table": name,
        "rows_in": report.rows_in,
        "kept": report.kept,
        "dropped": sum(report.dropped.values()),
        "reason_dropped": "; ".join(report.dropped),
    }
    return pd.DataFrame([row])


def described(name: str, survey: SurveyFile, codebook: Codebook) -> pd.DataFrame:
    """Return what the file says of its variables beside what the codebook makes of them."""
    rows = []
    for variable in codebook.variables.values():
        if variable.source is None:
            continue
        said = survey.variables[variable.source]
        rows.append(
            {
                "file": name,
                "source": variable.source,
                "label": said.label,
                "codes": "; ".join(f"{key:g}: {text}" for key, text in said.value_labels.items()),
                "variable": variable.name,
                "label_de": variable.label["de"],
                "unit": variable.unit or "",
                "missing": "; ".join(
                    f"{code}: {reason}" for code, reason in variable.missing_values.items()
                ),
            }
        )
    return pd.DataFrame(rows)
