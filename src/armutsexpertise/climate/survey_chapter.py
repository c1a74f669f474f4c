"""The optional chapter from microdata: cold homes and arrears by income and household type.

Where the user has put a household file of EU-SILC into ``data/raw/restricted``, it is read,
estimated with the design of its sample and protected against disclosure in one step. Rows of
households never leave this function; what comes back may be written.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from armutsexpertise.catalog.store import data_root
from armutsexpertise.disclosure import estimate_protected
from armutsexpertise.disclosure.protect import Protected, protect_together
from armutsexpertise.microdata import load_codebook, read_survey, recode
from armutsexpertise.poverty import weighted_quantile
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Indicator, Proportion

__all__ = ["FILES", "chapter", "energy_hardship"]

FILES = {
    "eu_silc_household.csv": "eu_silc_udb_household",
    "ecv_2019.csv.gz": "eu_silc_es_household",
}
"""File names that are looked for, and the codebook of each."""

INDICATORS: dict[str, Indicator] = {
    "cold_home": Proportion("cold_home"),
    "arrears": Proportion("arrears"),
    "either": Proportion("either"),
}


def chapter(raw: Path | None = None) -> dict[str, pd.DataFrame | Protected]:
    """Return the protected tables of the chapter, or none where there is no file.

    Parameters
    ----------
    raw : Path, optional
        Folder with data packages; the bundled data by default.

    Returns
    -------
    dict
        Empty, or ``survey_income`` and ``survey_type`` (protected estimates by fifth of income
        and by household type) and ``survey_about`` (file, codebook, countries and years).

    Raises
    ------
    ValueError
        If the file holds several countries or years.
    """
    path = _file(raw)
    if path is None:
        return {}
    book = load_codebook(FILES[path.name])
    data = recode(read_survey(path, columns=book.source_columns), book).data
    places, years = data["country"].dropna().unique(), data["survey_year"].dropna().unique()
    if len(places) != 1 or len(years) != 1:
        raise ValueError(
            f"{path.name} holds {len(places)} countries and {len(years)} years: keep one of each, "
            "the chapter compares none."
        )
    about = pd.DataFrame(
        {
            "file": [path.name],
            "codebook": [FILES[path.name]],
            "country": [str(places[0])],
            "survey": [f"{int(years[0])}"],
        }
    )
    # together: a total of one table would give away a cell that is empty in the other
    by_income, by_type = protect_together(
        [energy_hardship(data, by) for by in ("income_fifth", "household_type")]
    )
    return {"survey_income": by_income, "survey_type": by_type, "survey_about": about}


def energy_hardship(data: pd.DataFrame, by: str) -> Protected:
    """Estimate cold homes and arrears of persons, protected against disclosure.

    Parameters
    ----------
    data : DataFrame, one row per household
        Harmonised schema: ``household_id``, ``household_size``, ``household_weight``,
        ``affords_warm_home``, ``arrears_utilities`` (boolean), ``equivalised_income``, and
        ``psu`` and ``stratum`` where known.
    by : {"income_fifth", "household_type"}
        Domains: fifths of persons by equivalised income, or the household type.

    Returns
    -------
    Protected
        ``cold_home`` (HH050: cannot afford to keep the home warm), ``arrears`` (HS021: arrears
        on utility bills; households without such bills count as without arrears) and ``either``,
        shares of persons in [0, 1].

    Raises
    ------
    ValueError
        If a column is absent, the domains are unknown, or nobody answered.

    Notes
    -----
    Households that did not answer, or have no income, are left out of the domain; they keep
    their place in the design. Each member counts with the weight of the household.
    """
    wanted = ["household_id", "household_size", "household_weight", "affords_warm_home"]
    wanted += ["arrears_utilities", "equivalised_income"]
    absent = [name for name in wanted if name not in data]
    if absent:
        raise ValueError(f"The table has no {', '.join(absent)}: add it to the codebook.")
    if by not in ("income_fifth", "household_type"):
        raise ValueError(f"by is {by!r}: choose income_fifth or household_type.")
    warm = data["affords_warm_home"].astype("boolean")
    late = data["arrears_utilities"].astype("boolean")
    income = data["equivalised_income"].astype("Float64")
    known = (warm.notna() & income.notna()).to_numpy()
    if not known.any():
        raise ValueError("Nobody answered whether the home is warm: there is nothing to estimate.")
    persons = data["household_size"].astype(float) * data["household_weight"].astype(float)
    frame = pd.DataFrame(
        {
            "household_id": data["household_id"],
            "household_size": data["household_size"].astype(int),
            "cold_home": ~warm.fillna(True).astype(bool),
            "arrears": late.fillna(False).astype(bool),
            "weight": np.where(known, persons, 0.0),
        }
    )
    frame["either"] = frame["cold_home"] | frame["arrears"]
    if by == "income_fifth":
        numbers = income.astype("Float64").fillna(0.0).to_numpy(dtype=float)
        limits = [
            weighted_quantile(numbers[known], persons[known], step / 5) for step in range(1, 5)
        ]
        frame[by] = [str(1 + place) for place in np.searchsorted(limits, numbers, side="left")]
    else:
        frame[by] = data[by].astype("object").where(data[by].notna(), "unknown").astype(str)
    for name in ("psu", "stratum"):
        if name in data:
            frame[name] = data[name]
    design = SurveyDesign.from_frame(
        frame,
        weights="weight",
        strata="stratum" if "stratum" in frame else None,
        clusters="psu" if "psu" in frame and frame["psu"].notna().all() else "household_id",
    )
    return estimate_protected(
        design, INDICATORS, by, household="household_id", size="household_size"
    )


def _file(raw: Path | None) -> Path | None:
    folder = (data_root() if raw is None else Path(raw)) / "restricted"
    return next((folder / name for name in FILES if (folder / name).is_file()), None)
