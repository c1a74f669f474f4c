"""The report on digital equipment: numbers counted again from the raw tables, and its PIAAC."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from reading import evaluate, headline, load, plain
from topic_digital import CONFIG, DIGITAL

from armutsexpertise.publish.exhibit import Exhibit
from armutsexpertise.publish.values import Values
from armutsexpertise.series import caveats
from armutsexpertise.stages import Project, read_tables, run_stage
from checkout import FOLDER, ROOT, copy_project, read_rows

RAW = ROOT / "data" / "raw"
PIAAC = ROOT.parent / "shared" / "data" / "piaac_deu_2012" / "piaac_deu.csv.gz"
needs_piaac = pytest.mark.skipif(not PIAAC.is_file(), reason="PIAAC is not beside the checkout")

FACTS = {row["id"]: row for row in read_rows(RAW / "digital" / "digital.csv")}


def quartile(group: str, year: int, place: str = "DE") -> float:
    """Return a published percentage of households with internet."""
    (value,) = (
        float(row["value"])
        for row in read_rows(RAW / "eurostat" / "eurostat.csv")
        if row["dataset_code"] == "isoc_ci_in_h"
        and row["category"] == f"HHI_{group}"
        and row["place"] == place
        and row["period"] == str(year)
    )
    return value


def number(text: str) -> float:
    """Read a German number with its unit back."""
    words = text.replace("\xa0", " ").split()[0]
    return float(words.replace(".", "").replace(",", "."))


# --- counted a second time ---------------------------------------------------------------------


def test_gap_and_its_composition_by_hand(full: Project) -> None:
    values = headline(full, "digital")
    for year in (2006, 2020):
        shares = [quartile(group, year) for group in ("Q1", "Q2", "Q3", "Q4")]
        gap = shares[3] - shares[0]
        assert number(evaluate(f'z("luecke_{year}")', values)) == pytest.approx(gap, abs=0.051)
        odds = [share / (100 - share) for share in shares]
        shown = number(evaluate(f'z("chance_{year}")', values))
        assert shown == pytest.approx(odds[3] / odds[0], abs=0.501)
        left = (100 - shares[0]) / sum(100 - share for share in shares)
        assert number(evaluate(f'z("rest_q1_{year}")', values)) == pytest.approx(
            100 * left, abs=0.501
        )


def test_model_uses_no_year_after_the_break(full: Project) -> None:
    growth = read_tables(full.estimates("digital"))["growth"]
    assert growth["last"].max() == 2020
    assert growth["points"].min() >= 8


def test_years_of_the_curve_follow_from_its_parameters(full: Project) -> None:
    tables = read_tables(full.estimates("digital"))
    fit = tables["growth"].query("model == 'mit Obergrenze 100 %' and group == 'Q1'").iloc[0]
    year = fit["midpoint"] + math.log(0.95 / 0.05) / fit["speed"]
    values = headline(full, "digital")
    assert number(evaluate('z("jahr95_q1")', values)) == math.ceil(year)


def test_modelled_lag_is_the_distance_of_the_years_and_lies_in_its_interval(full: Project) -> None:
    tables = read_tables(full.estimates("digital"))
    years = tables["years"].query("model == 'mit Obergrenze 100 %' and share == 0.95")
    years = years.set_index("group")["year"].astype(float)
    values = headline(full, "digital")
    shown = number(evaluate('z("rueckstand_modell")', values))
    assert shown == pytest.approx(years["Q1"] - years["Q4"], abs=0.051)
    low, _, high = evaluate('z("rueckstand_modell_intervall")', values).split()
    assert number(low) < shown < number(high)
    # The target lies outside the interval of the free ceiling: its curve never gets there.
    free = tables["growth"].query("model == 'mit freier Obergrenze' and group == 'Q1'").iloc[0]
    assert free["ceiling_low"] < free["ceiling"] < free["ceiling_high"] < 0.95


def test_connection_against_the_standard_benefit_by_hand(full: Project) -> None:
    values = headline(full, "digital")
    # RBEG 2021 section 5: 38.89 of 434.96 EUR; standard benefit 563 EUR (2026), 502 EUR (2023).
    division = 38.89 / 434.96
    assert number(evaluate('z("abt8")', values)) == pytest.approx(division * 563, abs=0.006)
    offer, bill = (float(FACTS[row]["value"]) for row in ("xdig0326", "xdig0319"))
    shown = evaluate('z("anschluss_anteil")', values).replace("\xa0", " ").split()
    assert [number(shown[0]), number(shown[2])] == pytest.approx(
        [100 * price / (division * 563) for price in (offer, bill)], abs=0.501
    )
    assert number(evaluate('z("anteil_2023")', values)) == pytest.approx(
        100 * bill / (division * 502), abs=0.501
    )
    for price, device in {150: "low", 350: "middle"}.items():  # each device at each connection
        for key, line in {"angebot": offer, "rechnung": bill}.items():
            months = number(evaluate(f'z("sparen_{key}_{device}")', values))
            assert months == math.ceil(price / (division * 563 - line))


def test_cost_per_newly_equipped_household_by_hand(full: Project) -> None:
    table = read_tables(full.estimates("digital"))["variants"].set_index("variant")
    assert table.loc["geraet_gezielt", "eur_per_connected_low"] == pytest.approx(350)
    # For all: 350 EUR over the share without a computer. Printed are 26 % with mobile devices only
    # and 7 % without internet, each rounded: at least 25.5, at most 26.5 + 7.5 = 34 %.
    assert table.loc["geraet_alle", "eur_per_connected_high"] == pytest.approx(350 / 0.255)
    assert table.loc["geraet_alle", "eur_per_connected_low"] == pytest.approx(350 / 0.34)
    # For financial reasons: 0.9 of 2.8 million.
    bill = 12 * float(FACTS["xdig0319"]["value"])
    assert table.loc["tarif_gezielt", "eur_per_connected_high"] == pytest.approx(bill * 2.8 / 0.9)


def test_households_of_the_kreise_add_up_to_about_those_of_the_land(full: Project) -> None:
    tables = read_tables(full.estimates("digital"))
    kreise, land = tables["kreise"], tables["steps"].iloc[-1]
    assert len(kreise) == 53
    for side in ("low", "high"):
        assert kreise[f"households_{side}"].sum() == pytest.approx(land[side], rel=0.01)


def test_classes_of_skills_add_up_to_the_published_share(full: Project) -> None:
    tables = read_tables(full.estimates("digital"))
    total = tables["dsi"].query("dimension == 'total'").set_index(["place", "period"])["share"]
    for row in tables["dsi_classes"].to_dict("records"):
        assert row["at_least_basic"] == pytest.approx(total[row["place"], row["period"]], abs=2e-4)


def test_areas_of_skills_are_the_published_shares_of_both_levels(full: Project) -> None:
    words = {"il": "information and data literacy", "dcc": "digital content creation"}
    levels = {"dsi": "basic or above basic", "dsi_mehr": "above basic"}
    values = headline(full, "digital")
    for area, topic in words.items():
        for key, level in levels.items():
            for place, short in {"DE": "de", "EU27": "eu"}.items():
                (published,) = (
                    float(row["value"])
                    for row in read_rows(RAW / "eurostat" / "eurostat.csv")
                    if row["item"] == f"Individuals with {level} {topic} skills"
                    and (row["place"], row["period"], row["dimension"]) == (place, "2023", "total")
                    and row["unit"] == "Percentage of individuals"
                )
                shown = number(evaluate(f'z("{key}_{area}_{short}")', values))
                assert shown == pytest.approx(published, abs=0.051)


def test_every_price_of_the_basket_has_date_and_source(full: Project) -> None:
    items = read_tables(full.estimates("digital"))["items"]
    assert items[["price_eur", "price_date", "source"]].notna().all(axis=None)


def test_rows_that_the_config_names_are_percentages_of_the_right_topic() -> None:
    for one in CONFIG.comparisons:
        assert {FACTS[one.poor]["unit"], FACTS[one.other]["unit"]} == {"percent"}
        assert FACTS[one.poor]["topic"] in {
            FACTS[one.other]["topic"], "internet_unaffordable", "sgb2_access"
        }  # fmt: skip
        assert FACTS[one.poor]["period_start"] == FACTS[one.other]["period_start"]


def test_caveats_of_the_data_are_printed() -> None:
    text = plain(DIGITAL.report)
    for topic in ("internet_home_income_quartile", "d21_index"):
        for caveat in caveats("digital", topic):
            assert plain(caveat).removesuffix(".") in text


def test_source_lines_name_the_press_that_told_the_figures(full: Project) -> None:
    script = load(DIGITAL.folder / "exhibits.py")
    tables = read_tables(full.estimates("digital"))
    made = {one.id: one for one in script.all_exhibits(tables)}
    rows = {
        "fig-offline": [i for p in CONFIG.offline_ages for i in (p.first, p.second)],
        "fig-bildung": [i for p in CONFIG.nrw_education for i in (p.first, p.second)],
        "tbl-nrw": [i for b in CONFIG.beside for i in (b.nrw, b.germany) if i],
        "fig-regelbedarf": list(CONFIG.affordability.same_year.values()),
    }
    for key, ids in rows.items():
        for row in ids:
            if FACTS[row]["source_kind"] == "press":
                host = urlsplit(FACTS[row]["source_url"]).hostname or ""
                assert f"nach {host.removeprefix('www.')}" in made[key].source, (key, row)


def test_headline_does_not_depend_on_the_optional_chapter(full: Project) -> None:
    keys = set(headline(full, "digital"))
    assert not [key for key in keys if key.startswith("piaac") and "niedrig" not in key]
    assert DIGITAL.optional
    assert all("piaac" in name for name in DIGITAL.optional)


# --- the optional chapter ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_piaac(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a copy with the file of PIAAC, cleaned and modelled."""
    project = copy_project(tmp_path_factory.mktemp("piaac") / FOLDER)
    (project.raw / "restricted").mkdir()
    shutil.copy2(PIAAC, project.raw / "restricted")
    for stage in ("clean", "model"):
        run_stage(project, "digital", stage, say=lambda line: None)
    return project


@needs_piaac
def test_chapter_adds_its_exhibits_and_changes_no_other_number(
    full: Project, with_piaac: Project
) -> None:
    assert headline(full, "digital") == headline(with_piaac, "digital")
    tables = read_tables(with_piaac.estimates("digital"))
    made: list[Exhibit] = load(DIGITAL.folder / "exhibits.py").all_exhibits(tables)
    assert [e.id for e in made if e.id not in DIGITAL.shown] == DIGITAL.optional
    for exhibit in made:
        assert exhibit.source_line().startswith("Quelle: ")
        if exhibit.figure is not None and exhibit.id in DIGITAL.optional:
            assert exhibit.figure().axes


@needs_piaac
def test_chapter_holds_known_figures_and_everyone(with_piaac: Project) -> None:
    table = pd.read_csv(with_piaac.estimates("digital") / "piaac_age_ten.csv")
    total = table[table["age_ten"] == "total"].set_index("indicator")
    # See tests/digital/test_piaac.py.
    assert total.loc["score", "estimate"] == pytest.approx(282.58, abs=0.005)
    # H_Q04b of the file, counted apart from the library.
    assert total.loc["at_home", "estimate"] == pytest.approx(0.836, abs=0.0005)
    assert total.loc["score", "se"] == pytest.approx(1.05 * (79 / 80) ** 0.5, abs=0.005)
    paths = table[table["indicator"].str.startswith("path_")]
    assert paths.groupby("age_ten")["estimate"].sum().to_numpy() == pytest.approx(1)


def written_by_the_chunk(table: Path) -> str:
    """Return what the chunk of the report on PIAAC prints from a table of its numbers."""
    (chunk,) = re.findall(r"^#\| label: piaac\n(.*?)^```", DIGITAL.report, re.M | re.S)
    names: dict[str, object] = {"Path": lambda _: table, "Values": Values, "Markdown": str}
    exec(chunk, names)
    return plain(str(names["text"]))


@needs_piaac
def test_prose_on_piaac_gives_its_estimates(with_piaac: Project) -> None:
    folder = with_piaac.estimates("digital")
    table = pd.read_csv(folder / "piaac_parental_education.csv")
    by = table.set_index(["parental_education", "indicator"])
    text = written_by_the_chunk(folder / "headline_piaac.csv")
    for group in ("low", "high"):
        path, score = by.loc[(group, "path_score")], by.loc[(group, "score")]
        assert f"{100 - 100 * path['estimate']:.0f} % der" in text.replace(" derer", " der")
        low, high = (100 - 100 * path[end] for end in ("ci_high", "ci_low"))
        assert f"{low:.0f} bis {high:.0f} %" in text
        assert f"({score['ci_low']:.0f} bis {score['ci_high']:.0f})" in text
        ends = [100 * by.loc[(group, f"below_{end}"), "estimate"] for end in ("lower", "upper")]
        assert f"{ends[0]:.0f} bis {ends[1]:.0f} % der" in text


def test_prose_on_piaac_is_silent_without_the_file_or_a_group(full: Project) -> None:
    folder = full.estimates("digital")
    assert not (folder / "headline_piaac.csv").exists()
    assert written_by_the_chunk(folder / "headline_piaac.csv") == ""
    script = load(DIGITAL.folder / "headlines.py")
    rows = [
        {"parental_education": group, "indicator": name, "estimate": 0.3, "ci_low": 0.2,
         "ci_high": 0.4, "status": "published"}
        for group in ("low", "high")
        for name in ("path_score", "score", "below_lower", "below_upper")
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    assert set(script.piaac_headlines({"piaac_parental_education": table})) == {"headline_piaac"}
    table.loc[0, "status"] = "suppressed"
    assert script.piaac_headlines({"piaac_parental_education": table}) == {}


@needs_piaac
def test_title_by_earnings_says_what_the_intervals_carry(with_piaac: Project) -> None:
    script = load(DIGITAL.folder / "exhibits.py")
    tables = read_tables(with_piaac.estimates("digital"))
    made = {one.id: one for one in script.survey(tables)}
    shown = made["fig-piaac-verdienst"]
    assert shown.title.startswith("Höher liegen erst die oberen zwei Zehntel")
    assert "Das 1. Zehntel ist vom neunten nicht sicher zu trennen" in shown.note
    points = pd.DataFrame(
        {"value": [f"Verdienst: {k}. Zehntel" for k in range(1, 11)], "estimate": 280.0}
    )
    level = points.assign(ci_low=270.0, ci_high=290.0)
    assert script._by_earnings(level)[0].startswith("Nach dem Verdienst liegen")


@needs_piaac
def test_no_row_of_a_person_is_written(with_piaac: Project) -> None:
    for folder in (with_piaac.clean("digital"), with_piaac.estimates("digital")):
        for path in folder.glob("*.csv"):
            table = pd.read_csv(path)
            assert "person_id" not in table.columns, path.name
            assert len(table) < 5000, path.name
        for path in folder.glob("piaac_*.csv"):
            assert pd.read_csv(path)["status"].notna().all()


def test_without_the_file_the_chapter_is_a_box(full: Project, tmp_path: Path) -> None:
    tables = read_tables(full.estimates("digital"))
    assert not [name for name in tables if name.startswith("piaac_")]
    assert tables["microdata"]["present"].tolist() == [False]
    assert not load(DIGITAL.folder / "exhibits.py").survey(tables)
    assert Values(tables["headline"])("q1_2020")


def test_piaac_exhibits_stand_without_a_group_that_protection_left_empty() -> None:
    script = load(ROOT / "analyses" / "digital" / "exhibits.py")
    values = ["low", "medium", "high", "total"]
    rows = [
        {"indicator": name, "parental_education": group, "estimate": 0.2, "ci_low": 0.1,
         "ci_high": 0.3, "n": 200, "status": "suppressed" if group == "low" else "published"}
        for name in script.INDICATORS for group in values
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    hidden = table["status"].eq("suppressed")
    table.loc[hidden, ["estimate", "ci_low", "ci_high", "n"]] = float("nan")
    made = {one.id: one for one in script.survey({"piaac_parental_education": table})}
    assert {"fig-piaac-ohne", "fig-piaac-niedrig", "tbl-piaac-nutzung"} <= set(made)
    assert not [one.title for one in made.values() if "nan" in one.title]
    assert "20\u00a0% liegen unter Stufe 1" in made["fig-piaac-niedrig"].title
    whole = pd.DataFrame(rows).assign(status="published")
    made = {one.id: one for one in script.survey({"piaac_parental_education": whole})}
    assert "80\u00a0% keinen Wert" in made["fig-piaac-ohne"].title
