"""Model: poverty by region, wrong and right errors, a logit, weights, small cells."""

import numpy as np
import pandas as pd
from headlines import headlines
from settings import DemoConfig

from armutsexpertise.config import read_config
from armutsexpertise.disclosure import (
    Evidence,
    Protected,
    estimate_protected,
    model_counts,
    poverty_estimates,
    protect,
)
from armutsexpertise.poverty import (
    at_risk_of_poverty_rate_linearised,
    at_risk_of_poverty_threshold,
)
from armutsexpertise.stages import Project, read_tables, write_tables
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Proportion
from armutsexpertise.survey.models import fit
from armutsexpertise.survey.replicate import make_replicates
from armutsexpertise.survey.weights import calibrated, rake

TOPIC = "demo"
Tables = dict[str, pd.DataFrame]
WITH_CHILDREN_ALONE, TENANT, CITY = "single_parent", "tenant_market", "dense"


def main(project: Project) -> None:
    """Estimate everything that the methods report shows."""
    config = read_config(project.analysis(TOPIC) / "config.yml", DemoConfig)
    clean = read_tables(project.clean(TOPIC))
    households = clean["households"]
    tables: dict[str, pd.DataFrame | Protected] = {
        "poverty_region": poverty_estimates(households, "household", "urbanisation"),
        "poverty_district": poverty_estimates(households, "household", "district"),
    }
    tables |= designs(clean["persons"])
    sample = model_sample(households)
    for name, terms in {"small": config.cold_home.small, "full": config.cold_home.full}.items():
        tables[f"cold_{name}"] = cold_home(sample, terms, config.level)
    tables["cold_share"] = share_of_cold_homes(sample)
    tables |= weightings(households, clean["population"], config)
    tables["row_accounting"] = pd.concat(
        [clean["row_accounting"], model_account(households, clean["missing_reasons"])],
        ignore_index=True,
    )
    for name in ("missing_reasons", "variables", "vintages"):
        tables[name] = clean[name]
    names = clean["population"].set_index("ags5")["name"]
    tables["district_names"] = names[
        names.index.str.startswith(config.shown_districts)
    ].reset_index()
    tables["headline"] = headlines(
        {name: one.table if isinstance(one, Protected) else one for name, one in tables.items()},
        config,
    )
    write_tables(tables, project.estimates(TOPIC))


def designs(persons: pd.DataFrame) -> dict[str, Protected]:
    """Return the same indicators with ever more of the design: only the last is right."""
    bare = persons.drop(columns=["stratum", "psu"])
    return {
        "design_none": poverty_estimates(bare, "person", weights="equal", clusters="person_id"),
        "design_weights": poverty_estimates(bare, "person", clusters="person_id"),
        "design_households": poverty_estimates(bare, "person"),
        "design_full": poverty_estimates(persons, "person"),
    }


def model_sample(households: pd.DataFrame) -> SurveyDesign:
    """Return the households with the variables of the models."""
    tenure = households["tenure"]
    frame = households.assign(
        cold=~households["affords_warm_home"].astype(bool),
        tenant=tenure.eq(TENANT).astype("boolean").mask(tenure.isna()),
        city=households["urbanisation"].eq(CITY),
        single_parent=households["household_type"].eq(WITH_CHILDREN_ALONE),
        log_income=np.log(households["equivalised_income"]),
    )
    return SurveyDesign.from_frame(
        frame, weights="household_weight", strata="stratum", clusters="psu"
    )


def cold_home(sample: SurveyDesign, terms: list[str], level: float) -> Protected:
    """Return average marginal effects on having a cold home, in shares."""
    model = fit(sample, "cold", terms, "logit", missing="drop")
    counts = model_counts(model, "cold", household="household_id", size="household_size")
    return protect(model.marginal_effects(level=level), counts)


def share_of_cold_homes(sample: SurveyDesign) -> Protected:
    """Return the share of households with a cold home, by tenure."""
    return estimate_protected(
        sample, {"cold": Proportion("cold")}, "tenant", household="household_id",
        size="household_size",
    )  # fmt: skip


def model_account(households: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    """Return which households the models leave out, by reason."""
    rows = reasons[reasons["file"].eq("households") & reasons["variable"].eq("tenure")]
    dropped = int(rows["n"].sum())
    row = {
        "table": "model",
        "rows_in": len(households),
        "kept": len(households) - dropped,
        "dropped": dropped,
        "reason_dropped": "; ".join(f"{r.reason} ({r.variable}): {r.n}" for r in rows.itertuples()),
    }
    return pd.DataFrame([row])


def weightings(
    households: pd.DataFrame, population: pd.DataFrame, config: DemoConfig
) -> dict[str, Protected]:
    """Return the poverty rate by linearisation and bootstrap, with and without calibration."""
    design = SurveyDesign.from_frame(
        households, weights="persons_weight", strata="stratum", clusters="psu"
    )
    known = population.set_index("ags5")["population"].astype(float)
    margin = rake(households, {"district": known.to_dict()})
    replicates = config.bootstrap.model_dump()
    return {
        "weights_taylor": rate(design),
        "weights_calibrated": rate(calibrated(design, margin)),
        "weights_bootstrap": rate(make_replicates(design, "bootstrap", **replicates)),
        "weights_bootstrap_calibrated": rate(
            make_replicates(design, "bootstrap", adjust=margin, **replicates)
        ),
    }


def rate(design: SurveyDesign) -> Protected:
    """Return the at-risk-of-poverty rate of the persons in the households of a design."""
    income = design.frame["equivalised_income"].to_numpy()
    line = at_risk_of_poverty_threshold(income, design.weights)
    return estimate_protected(
        design,
        {"arpr": lambda f, w, d: at_risk_of_poverty_rate_linearised(
            f["equivalised_income"].to_numpy(), w, domain=d)},
        household="household_id",
        size="household_size",
        evidence={"arpr": Evidence(numerator=income < line)},
    )  # fmt: skip
