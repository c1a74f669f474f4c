"""Headline: the numbers of the prose, each picked from the estimates under a key."""

from __future__ import annotations

from typing import Any

import pandas as pd
from settings import DemoConfig

from armutsexpertise.publish.values import headline, number, only_row, points, share

Tables = dict[str, pd.DataFrame]
Rows = dict[str, dict[str, Any]]


def headlines(tables: Tables, config: DemoConfig) -> pd.DataFrame:
    """Return all numbers of the prose."""
    rows: Rows = {"saat": {"value": config.seed, "unit": "year"}}  # no points between thousands
    households, persons, model = (
        only_row(tables["row_accounting"], table=name)
        for name in ("households", "persons", "model")
    )
    rows["haushalte_ein"] = number(households["rows_in"])
    rows["haushalte_behalten"] = number(households["kept"])
    rows["personen_ein"] = number(persons["rows_in"])
    rows["modell_behalten"], rows["modell_weg"] = number(model["kept"]), number(model["dropped"])
    reasons = tables["missing_reasons"]
    income = only_row(reasons, file="households", variable="capital_income", reason="no answer")
    rent = only_row(reasons, file="households", variable="rent", reason="not applicable")
    rows["kapital_ohne"], rows["miete_trifft_nicht_zu"] = number(income["n"]), number(rent["n"])
    rows |= poverty_rows(tables) | design_rows(tables) | cold_rows(tables) | weight_rows(tables)
    rows |= cell_rows(tables)
    rows["ziehungen"] = number(config.bootstrap.n_replicates)
    return headline(rows)


def poverty_rows(tables: Tables) -> Rows:
    """Return poverty line, rates, gap and Gini coefficient by type of region."""
    table, rows = tables["poverty_region"], Rows()
    line = only_row(table, indicator="arpt")
    rows["schwelle"] = {"value": line["estimate"], "unit": "eur"}
    rows["quote_land"] = share(
        only_row(table, indicator="arpr", urbanisation="total")["estimate"], 1
    )
    for key, place in {"stadt": "dense", "kreis": "intermediate"}.items():
        row = only_row(table, indicator="arpr", urbanisation=place)
        rows[f"quote_{key}"] = share(row["estimate"], 1)
        rows[f"quote_{key}_ci"] = {
            "low": row["ci_low"], "high": row["ci_high"], "unit": "share", "digits": 1
        }  # fmt: skip
        rows[f"luecke_{key}"] = share(
            only_row(table, indicator="rmpg", urbanisation=place)["estimate"], 1
        )
        gini = only_row(table, indicator="gini", urbanisation=place)
        rows[f"gini_{key}"] = {"value": gini["estimate"], "unit": "number", "digits": 3}
        rows[f"n_{key}"] = number(int(row["n"]))
    return rows


def design_rows(tables: Tables) -> Rows:
    """Return standard errors of the poverty rate with more and less of the design."""
    rows, found = Rows(), {}
    for key in ("none", "weights", "households", "full"):
        row = only_row(tables[f"design_{key}"], indicator="arpr")
        found[key] = float(row["se"])
        rows[f"se_{key}"] = points(row["se"], 2)
    rows["se_verhaeltnis"] = {
        "value": found["full"] / found["none"], "unit": "number", "digits": 1
    }  # fmt: skip
    rows["deff"] = {
        "value": (found["full"] / found["weights"]) ** 2, "unit": "number", "digits": 1
    }  # fmt: skip
    return rows


def cold_rows(tables: Tables) -> Rows:
    """Return effects on having a cold home, without and with the income."""
    rows = Rows()
    shown = {"small": ("tenant",), "full": ("tenant", "city", "single_parent")}
    for key, names in shown.items():
        for name in names:
            row = only_row(tables[f"cold_{key}"], indicator=f"{name}=True")
            rows[f"{name}_{key}"] = points(row["estimate"])
            rows[f"{name}_{key}_von"] = points(row["ci_low"])
            rows[f"{name}_{key}_bis"] = points(row["ci_high"])
    income = only_row(tables["cold_full"], indicator="log_income")
    rows["einkommen_full"] = points(income["estimate"])
    rows["einkommen_full_bis"] = points(income["ci_high"])
    for key, value in {"miete": "True", "andere": "False"}.items():
        rows[f"kalt_{key}"] = share(only_row(tables["cold_share"], tenant=value)["estimate"], 1)
    return rows


def weight_rows(tables: Tables) -> Rows:
    """Return standard errors of the poverty rate by method."""
    return {
        f"se_{key}": points(only_row(tables[f"weights_{key}"], indicator="arpr")["se"], 2)
        for key in ("taylor", "bootstrap")
    }


def cell_rows(tables: Tables) -> Rows:
    """Return numbers of cells by status, per district."""
    table = tables["poverty_district"]
    table, rows = table[table["district"] != "total"], Rows()
    rows["kreise"] = number(table["district"].nunique())
    for key, name in {"quote": "arpr", "luecke": "rmpg"}.items():
        part = table.loc[table["indicator"] == name, "status"]
        rows[f"{key}_gezeigt"] = number(int(part.isin(["published", "bracketed"]).sum()))
    return rows
