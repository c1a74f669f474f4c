"""Clean: comparable series, single facts, fifths, cities and parameters, from the data packages."""

from __future__ import annotations

from functools import partial

import check
import pandas as pd

from armutsexpertise import catalog
from armutsexpertise.climate import survey_chapter
from armutsexpertise.climate.config import ClimateConfig
from armutsexpertise.config import read_config
from armutsexpertise.expertise import optional_microdata, vintages
from armutsexpertise.parameters import parameter, standard_benefit_divisions
from armutsexpertise.series import series
from armutsexpertise.stages import Project, write_tables

TOPIC = "climate"

# Series by the name they have from here on; those with a break keep it marked.
SERIES = {
    "warm_de": {
        "package": "eurostat",
        "topic": "ilc_mdes01",
        "place": "DE",
        "population": "all households",
        "across_breaks": True,
    },
    "arrears_de": {
        "package": "eurostat",
        "topic": "ilc_mdes07",
        "place": "DE",
        "population": "all households",
        "across_breaks": True,
    },
    "warm_nrw": {
        "package": "distribution",
        "topic": "hh050_warm_nrw",
        "population": "all persons; base: population",
    },
    "arrears_nrw": {
        "package": "distribution",
        "topic": "arrears_nrw",
        "item": "Arrears on utility bills (HS021)",
    },
    "arrears_any_nrw": {
        "package": "distribution",
        "topic": "arrears_nrw",
        "item": "Arrears, any",
    },
    "cut_offs_nrw": {
        "package": "distribution",
        "topic": "cut_offs",
        "item": "electricity cut-offs",
        "place": "NRW",
    },
    "hot_days": {"package": "climate_adaptation", "topic": "hot_days_nrw"},
    "heat_deaths": {"package": "climate_adaptation", "topic": "heat_deaths", "place": "NRW"},
}
FACTS = (
    "home_energy",
    "lwr_series",
    "evs_equipment_nrw",
    "hh050_warm",
    "hh050_warm_nrw",
    "hs021_arrears",
    "arrears_nrw",
    "cut_offs",
    "energy_poverty_10pct",
    "co2_price_burden",
    "efficiency_income",
    "heating_cost_panel",
    "tenure",
)
HEAT = (
    "heat_normals_nrw",
    "hot_days_projection",
    "heat_exposure",
    "heat_exposure_city",
    "tropical_nights",
    "heat_island",
)
# Values that the package comparability or the source itself says not to print.
UNPRINTABLE = ("cli0119", "cli0120", "cli0137", "cli0138", "xsta0107")
FACT_COLUMNS = [
    "id",
    "topic",
    "item",
    "value",
    "value_low",
    "value_high",
    "unit",
    "place",
    "period_start",
    "population_definition",
    "source_title",
    "confidence",
    "note",
]
GOODS = {
    "electricity_gas": "share of household consumption: electricity, gas, steam (NACE D35)",
    "petroleum": "share of household consumption: refined petroleum: motor fuel and heating oil "
    "(NACE C19)",
}
TICKETS = ("deutschlandticket",)


def place_as_key(facts: pd.DataFrame) -> pd.DataFrame:
    """Name the code of the place as the stages read it: as text, with its leading zero."""
    return facts.rename(columns={"place": "place_code"})


def read_series(project: Project) -> pd.DataFrame:
    """Return the series, one below the other."""
    tables = []
    for name, chosen in SERIES.items():
        table = series(**chosen, root=project.raw)
        tables.append(table.assign(series=name))
    return pd.concat(tables, ignore_index=True)


def quantiles(eurostat: pd.DataFrame, config: ClimateConfig) -> pd.DataFrame:
    """Return income shares, propensity and spending shares of the fifths."""
    choices = config.incidence
    pattern, level = choices.pattern_year, choices.income_year
    rows = eurostat[
        eurostat["dimension"].eq("income_quintile") & eurostat["place"].fillna("DE").eq("DE")
    ]

    def of(code: str, item: str, period: str) -> pd.Series:
        found = rows[
            rows["dataset_code"].str.startswith(code)
            & rows["item"].eq(item)
            & rows["period"].eq(period)
        ]
        return found.set_index("category")["value"]

    share = partial(of, "ilc_di01", "share of national equivalised income")
    table = pd.DataFrame(
        {
            "income_share": share(level) / 100,
            "pattern_income_share": share(pattern) / 100,
            "propensity": of(
                "icw_sr_10",
                "aggregate propensity to consume (consumption / disposable income)",
                pattern,
            )
            / 100,
        }
        | {name: of("hbs_str_t223", item, pattern) / 1000 for name, item in GOODS.items()}
    )
    return table.rename_axis("quantile").reset_index()


def parameters(project: Project, config: ClimateConfig) -> pd.DataFrame:
    """Return the dated parameters that the model needs."""
    day = config.standard_benefit.day
    root = project.raw
    rows = [
        {"name": name, "item": "", "value": parameter(name, day, root=root).exact()}
        for name in TICKETS
    ]
    rows.append(
        {
            "name": "regelbedarf",
            "item": config.standard_benefit.stage,
            "value": parameter(
                "regelbedarf", day, item=config.standard_benefit.stage, root=root
            ).exact(),
        }
    )
    divisions = standard_benefit_divisions(day, stage=config.standard_benefit.stage, root=root)
    rows += [
        {"name": "division", "item": row.division, "value": row.amount_eur_m}
        for row in divisions.itertuples()
    ]
    vat = parameter("vat_rate", f"{config.emissions.vat_on}-12-31", item="standard", root=root)
    rows.append({"name": "vat_rate", "item": "standard", "value": vat.exact() / 100})
    return pd.DataFrame(rows)


def main(project: Project) -> None:
    """Clean series, facts, fifths, cities, parameters; estimate from microdata where they are."""
    config = read_config(project.analysis(TOPIC) / "config.yml", ClimateConfig)

    def read(package: str, resource: str) -> pd.DataFrame:
        return catalog.read(package, resource, root=project.raw)

    distribution, eurostat = read("distribution", "distribution"), read("eurostat", "eurostat")
    adaptation = read("climate_adaptation", "climate_adaptation")
    printable = ~adaptation["id"].isin(UNPRINTABLE)
    regions = read("nrw_regions", "municipalities")
    kreise = read("nrw_regions", "nrw_kreise")
    mean_income = series(
        "eurostat",
        topic="ilc_di03",
        item="mean equivalised net income",
        place="DE",
        population="all",
        start=config.incidence.income_year,
        end=config.incidence.income_year,
        root=project.raw,
    )
    statutory = read("statutory", "statutory")
    projections = statutory["topic"].eq("ets2_price_projection") & ~statutory["id"].isin(
        UNPRINTABLE
    )
    prices = eurostat["dataset_code"].eq("Destatis energy price transparency")
    tables = {
        "series": read_series(project),
        "facts": place_as_key(distribution.loc[distribution["topic"].isin(FACTS), FACT_COLUMNS]),
        "projections": place_as_key(statutory.loc[projections, FACT_COLUMNS]),
        "prices": eurostat.loc[prices, ["id", "item", "value", "unit", "period"]],
        "quantiles": quantiles(eurostat, config),
        "mean_income": mean_income[["period", "value", "unit"]],
        "budgets": read("budgets", "lwr2022").drop(columns="item_no"),
        "heat": place_as_key(
            adaptation.loc[
                printable & adaptation["topic"].isin(HEAT),
                [*FACT_COLUMNS, "period_end"],
            ]
        ),
        "municipalities": regions,
        "kreise": kreise.rename(columns={"date": "year"}),
        "parameters": parameters(project, config),
        "vintages": vintages(project, check.PACKAGES),
    }
    chapter = survey_chapter.chapter(project.raw)
    microdata = optional_microdata(project, config.microdata.dataset)
    if "survey_about" in chapter and not microdata["present"].any():
        # the open file of one country instead of the data set that the chapter is meant for
        name = chapter["survey_about"]["file"].item()
        microdata = microdata.assign(
            title_de=f"EU-SILC-Haushaltsdatei {name}",
            provider="Statistik des Landes der Datei",
            file_name=name,
            present=True,
        )
    tables |= {"microdata": microdata, **chapter}
    write_tables(tables, project.clean(TOPIC))
    print(f"  {tables['series']['series'].nunique()} series, {len(tables['facts'])} facts")
