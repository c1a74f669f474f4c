"""Results of microdata reach files, tables and figures protected, in German form for readers."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from armutsexpertise.disclosure import Protected, estimate_protected, protect_together
from armutsexpertise.disclosure.errors import DisclosureError
from armutsexpertise.publish.exhibit import Exhibit, write_exhibits
from armutsexpertise.publish.results import (
    Label,
    plot_estimates,
    reader_table,
    refuse_unprotected,
    results_exhibit,
    table_csv,
    table_view,
    write_results,
)
from armutsexpertise.stages import write_tables
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Proportion, Quantile, estimate

# Regions: published, bracketed (40 observations), unreliable (14), suppressed (4).
SIZES = {"Nord": 120, "Ost": 40, "Süd": 14, "West": 4}
SECRET = 31415.25
INDICATORS = {"arpr": Proportion("poor"), "arpt": Quantile("income", 0.5)}


@pytest.fixture(scope="module")
def design() -> SurveyDesign:
    frame = pd.DataFrame([(r, i) for r, n in SIZES.items() for i in range(n)], columns=["r", "i"])
    frame["id"] = np.arange(len(frame))
    frame["poor"] = frame["i"] % 2 == 0
    frame["income"] = 1000.0 + frame["i"]
    frame.loc[frame["r"] == "West", "income"] = SECRET
    return SurveyDesign.from_frame(frame.assign(w=50.0), weights="w")


@pytest.fixture(scope="module")
def results(design: SurveyDesign) -> Protected:
    return estimate_protected(design, INDICATORS, "r", household="id", total_only=["arpt"])


def exhibit(results: Protected, **more: Any) -> Any:
    words = {"title": "Im Norden.", "alt": "Quoten nach Region.", "source": "Erdacht"}
    given = {"exhibit_id": "tbl-quote", "reference_date": "2024", "domains": {"r": "Region"}}
    return results_exhibit(results, **(words | given | more))


# --- machine form --------------------------------------------------------------------------


def test_csv_holds_no_trace_of_a_suppressed_cell(results: Protected, tmp_path: Path) -> None:
    path = write_results(results, tmp_path / "quote.csv")
    rows = {r["r"]: r for r in csv.DictReader(path.open(encoding="utf-8", newline=""))}
    assert rows["West"] == dict.fromkeys(rows["West"], "") | {
        "indicator": "arpr",
        "r": "West",
        "status": "suppressed",
        "reason": "fewer than 10 persons",
    }
    assert float(rows["Nord"]["estimate"]) == 0.5
    assert (rows["Süd"]["estimate"], rows["Süd"]["n"]) == ("", "14")
    assert rows["total"]["indicator"] == "arpt"  # the total of arpr had to go


def test_parquet_gives_the_same_table(results: Protected, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    back = pd.read_parquet(write_results(results, tmp_path / "quote.parquet"))
    pd.testing.assert_frame_equal(back, results.table, check_dtype=False)


def test_nothing_unprotected_is_written(
    design: SurveyDesign, results: Protected, tmp_path: Path
) -> None:
    raw = estimate(design, INDICATORS, "r")
    writers: list[Any] = [
        lambda: write_results(raw, tmp_path / "a.csv"),  # type: ignore[arg-type]
        lambda: reader_table(raw),  # type: ignore[arg-type]
        lambda: exhibit(raw),
        lambda: table_view(raw, title="x", source="x"),  # type: ignore[arg-type]
        lambda: plot_estimates(raw, "arpr"),  # type: ignore[arg-type]
        lambda: write_tables({"a": raw}, tmp_path / "estimates"),
        lambda: write_tables({"a": design.frame.rename(columns={"id": "person_id"})}, tmp_path),
    ]
    for write in writers:
        with pytest.raises(DisclosureError, match="protect"):
            write()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="neither"):
        write_results(results, tmp_path / "a.txt")


def test_stages_write_protected_results(results: Protected, tmp_path: Path) -> None:
    write_tables({"quote": results}, tmp_path / "estimates")
    assert (tmp_path / "estimates" / "quote.csv").read_bytes() == table_csv(results.table)
    rows = pd.DataFrame({"household_id": [1]})
    write_tables({"rows": rows}, tmp_path / "clean")  # cleaned tables are never published
    refuse_unprotected("open", pd.DataFrame({"ags": ["05315000"], "estimate": [1.0]}))


def test_no_exhibit_holds_rows_or_open_estimates(tmp_path: Path) -> None:
    rows = pd.DataFrame({"household_id": [1], "income": [1]})
    numbers = {name: [1] for name in ("estimate", "se", "n_weighted")}
    for table in (rows, pd.DataFrame(numbers)):  # also without some columns of an estimate
        exhibit = Exhibit(
            id="tbl-offen",
            title="T",
            alt="A",
            source="Q",
            reference_date="2024",
            n="1",
            table=table,
        )
        with pytest.raises(DisclosureError, match="tbl-offen"):
            write_exhibits([exhibit], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_tables_of_one_publication_lose_their_totals_together(
    design: SurveyDesign, results: Protected
) -> None:
    whole = estimate_protected(design, INDICATORS, household="id")
    half = estimate_protected(design, {"arpr": INDICATORS["arpr"]}, "poor", household="id")
    assert len(protect_together([whole])[0].table) == 2
    together = protect_together([whole, results])
    assert len(together[0].table) == 0
    assert "total" not in set(together[1].table["r"])
    assert half.suppressed == 2  # all of the poor are poor


# --- German form ---------------------------------------------------------------------------


def test_reader_table_says_unit_sign_and_reason(results: Protected) -> None:
    table = reader_table(results, domains={"r": "Region"}, values={"Süd": "Süden"})
    rows = table[table["Einheit"] == "%"].set_index("Region")
    assert rows.loc["Nord", "Schätzwert"] == pytest.approx(50)
    assert rows["Zeichen"].tolist() == ["", "( )", "/", "."]
    assert rows.loc["West", "Begründung"] == "weniger als 10 Personen"
    assert rows.loc["Süden", "Begründung"] == "weniger als 20 Beobachtungen"
    assert table["Region"].iloc[-1] == "Insgesamt"


def test_an_indicator_without_a_unit_is_refused(design: SurveyDesign) -> None:
    other = estimate_protected(design, {"holders": Proportion("poor")}, household="id")
    with pytest.raises(ValueError, match="holders has no label"):
        reader_table(other)
    label = {"holders": Label("Besitzt den Pass", "%")}
    assert reader_table(other, labels=label)["Indikator"].tolist() == ["Besitzt den Pass"]


def test_exhibit_files_are_german_and_empty_where_secret(
    results: Protected, tmp_path: Path
) -> None:
    files = write_exhibits([exhibit(results)], tmp_path)
    text = (tmp_path / "tbl-quote.csv").read_text(encoding="utf-8-sig")
    west = next(row for row in csv.reader(io.StringIO(text), delimiter=";") if "West" in row)
    assert west == [
        "Armutsgefährdungsquote", "West", "%", "", "", "", "", "", "", ".",
        "weniger als 10 Personen",
    ]  # fmt: skip
    assert "Nord;%;50;" in text
    sheet = openpyxl.load_workbook(tmp_path / "tbl-quote.xlsx")
    about = {row[0]: row[1] for row in sheet["Erläuterung"].iter_rows(values_only=True)}
    assert "geheim zu halten" in about["Hinweis"]
    assert "Werte für alle zusammen fehlen" in about["Hinweis"]
    everything = b"".join(path.read_bytes() for path in files) + str(sheet).encode()
    for row in sheet["Daten"].iter_rows(values_only=True):
        everything += repr(row).encode()
    assert b"31415" not in everything
    assert b"178" not in repr(about).encode()  # all persons: 174 others and the 4 in the west


def test_view_is_the_same_from_run_to_run(results: Protected) -> None:
    pytest.importorskip("great_tables")
    first, second = (
        table_view(results, title="Im Norden", source="Erdacht", domains={"r": "Region"})
        for _ in range(2)
    )
    html = first.as_raw_html()
    assert html == second.as_raw_html()
    assert 'id="ergebnisse"' in html
    for text in ("Armutsgefährdungsquote (%)", "50,0", "(50,0)", "Quelle: Erdacht", "Insgesamt"):
        assert text in html
    assert "31.415" not in html


def test_plot_shows_suppressed_and_unreliable_apart(results: Protected, texts_of: Any) -> None:
    figure = plot_estimates(results, "arpr")
    texts = [text.replace("\u00a0", " ") for text in texts_of(figure)]
    assert {"Nord", "Ost", "Süd", "West"} <= set(texts)
    assert {"50,0 %", "(50,0 %)", "nicht sicher genug", "geheim zu halten"} <= set(texts)
    points = [len(line.get_xdata()) for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert sum(points) == 2
    with pytest.raises(ValueError, match="no gini"):
        plot_estimates(results, "gini")


def test_figure_exhibit_draws_protected_results(results: Protected, tmp_path: Path) -> None:
    chart = exhibit(results, exhibit_id="fig-quote", plot="arpr")
    write_exhibits([chart], tmp_path)
    assert (tmp_path / "fig-quote.svg").stat().st_size > 1000
    assert "Synthetische" not in (tmp_path / "fig-quote.csv").read_text(encoding="utf-8-sig")


def test_core_needs_neither_matplotlib_nor_great_tables(
    results: Protected, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("matplotlib", "great_tables"):
        monkeypatch.setitem(sys.modules, name, None)
    assert len(reader_table(results)) == len(results.table)
