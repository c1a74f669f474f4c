"""The stamp „Synthetische Daten“ cannot be left out, whatever is done to the rows before."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

import armutsexpertise.disclosure as disclosure
from armutsexpertise import expertise
from armutsexpertise.cli import app
from armutsexpertise.disclosure import (
    DisclosureError,
    Protected,
    cell_counts,
    estimate_protected,
    model_counts,
    poverty_estimates,
    protect,
    protect_together,
)
from armutsexpertise.mark import FIRST_INVENTED, MARK_TEXT, is_synthetic, mark
from armutsexpertise.microdata import attach_household, load_codebook, read_survey, recode
from armutsexpertise.microdata.synthetic import draw_survey, write_survey
from armutsexpertise.publish import charts, results, style
from armutsexpertise.publish.exhibit import Exhibit, write_exhibits
from armutsexpertise.publish.results import (
    Label,
    plot_estimates,
    reader_table,
    results_exhibit,
    table_csv,
    table_view,
    write_results,
)
from armutsexpertise.stages import Project, StageError, write_tables
from armutsexpertise.survey.combine import combine_frames
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Mean, Proportion, differences, estimate
from armutsexpertise.survey.models import fit
from armutsexpertise.survey.replicate import make_replicates
from armutsexpertise.survey.weights import calibrated, rake

SOURCE = Path(__file__).parents[1] / "src" / "armutsexpertise"
WORDS = {"title": "Die Quote.", "alt": "Quoten.", "source": "Erdacht", "reference_date": "2022"}
LABELS = {"warm": Label("Warme Wohnung", "%")}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_survey(tmp_path_factory.mktemp("survey"), n_households=1060)


@pytest.fixture(scope="module")
def households(files: tuple[Path, Path]) -> pd.DataFrame:
    return recode(read_survey(files[0]), load_codebook("demo_nrw_household")).data


@pytest.fixture(scope="module")
def persons(files: tuple[Path, Path], households: pd.DataFrame) -> pd.DataFrame:
    data = recode(read_survey(files[1]), load_codebook("demo_nrw_person")).data
    return attach_household(data, households, ["equivalised_income", "urbanisation"])


@pytest.fixture(scope="module")
def safe(households: pd.DataFrame) -> Protected:
    return poverty_estimates(households, "household", "urbanisation")


def protected(frame: pd.DataFrame) -> Protected:
    design = SurveyDesign.from_frame(frame.assign(one=1.0), weights="one")
    return estimate_protected(
        design, {"mean": Mean("equivalised_income")}, household="household_id"
    )


def real() -> pd.DataFrame:
    """Return rows of real households, without a mark."""
    return pd.DataFrame({"household_id": range(1, 41), "equivalised_income": 20000.0})


# --- what is done to the rows -----------------------------------------------------------------

BARE = ["household_id", "urbanisation", "equivalised_income"]
ROUTES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "as it is": lambda t: t,
    "filter": lambda t: t[t["household_size"] > 1],
    "query and sample": lambda t: t.query("household_size < 4").sample(300, random_state=1),
    "without the column": lambda t: t.drop(columns="synthetic"),
    "some columns": lambda t: t[BARE],
    "merge": lambda t: t.merge(pd.DataFrame({"urbanisation": ["dense"], "x": [1]}), how="left"),
    "merge of some columns": lambda t: t[BARE].merge(
        pd.DataFrame({"urbanisation": ["dense"], "x": [1]}), how="left"
    ),
    "join": lambda t: t[BARE].join(pd.DataFrame({"x": range(5)}), how="left"),
    "concat behind real rows": lambda t: pd.concat([real(), t]),
    "concat of some columns": lambda t: pd.concat([real(), t[BARE]]),
    "one row among real ones": lambda t: pd.concat([real(), t[BARE].head(1)]),
    "first of each group": lambda t: t.groupby("psu").head(3),
    "groupby and aggregate": lambda t: t.groupby("household_id", as_index=False).agg(
        equivalised_income=("equivalised_income", "mean")
    ),
    "groupby without numbers": lambda t: (
        t.groupby("psu", as_index=False)["equivalised_income"].mean().rename(
            columns={"psu": "household_id"})
    ),
    "numbers renewed": lambda t: t.assign(household_id=range(len(t))),
    "numbers renewed, column gone": lambda t: t[BARE].assign(household_id=range(len(t))),
    "numbers as text": lambda t: pd.DataFrame(
        {"household_id": t["household_id"].astype(str), "equivalised_income": 1e4 + t["rooms"]}
    ),
    "rebuilt from arrays": lambda t: pd.DataFrame(
        {"household_id": t["household_id"].to_numpy(), "equivalised_income": 1e4 + t["rooms"]}
    ),
    "pivot": lambda t: t.pivot_table(
        index="household_id", values="equivalised_income"
    ).reset_index(),
}  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_the_mark_survives_what_is_done_to_the_rows(
    households: pd.DataFrame, route: str, tmp_path: Path
) -> None:
    frame = ROUTES[route](households)
    found = protected(frame)
    assert found.synthetic
    written = pd.read_csv(write_results(found, tmp_path / "a.csv"))
    assert set(written["data_kind"]) == {MARK_TEXT}


def test_real_rows_get_no_stamp(tmp_path: Path) -> None:
    found = protected(real())
    assert not found.synthetic
    assert not is_synthetic(found.table)
    assert b"data_kind" not in write_results(found, tmp_path / "a.csv").read_bytes()
    assert MARK_TEXT not in reader_table(found, labels={"mean": Label("Mittel", "EUR")}).to_csv()


def test_rows_as_read_and_as_drawn_are_marked(files: tuple[Path, Path]) -> None:
    for file in files:
        assert is_synthetic(
            read_survey(file, columns=["alter" if file is files[1] else "rente"]).data
        )
    drawn = draw_survey(n_households=1060)
    assert is_synthetic(drawn.persons[["alter"]])
    assert drawn.households["hid"].min() > FIRST_INVENTED
    assert drawn.persons["pid"].max() < 2**53, "exact as a float"


def test_persons_of_marked_households_are_marked(persons: pd.DataFrame) -> None:
    assert poverty_estimates(persons[persons["age"] >= 18], "person", "sex").synthetic


# --- every kind of estimate -------------------------------------------------------------------


def test_every_kind_of_estimate_carries_the_mark(households: pd.DataFrame) -> None:
    frame = households.assign(cold=~households["affords_warm_home"].astype(bool))
    design = SurveyDesign.from_frame(
        frame, weights="persons_weight", strata="stratum", clusters="psu"
    )
    people = frame["persons_weight"].groupby(frame["district"]).sum().to_dict()
    margin = rake(frame, {"district": people})
    indicator = {"cold": Proportion("cold")}
    for one in (
        design,
        calibrated(design, margin),
        make_replicates(design, "bootstrap", n_replicates=20, seed=1, adjust=margin),
    ):
        table = estimate(one, indicator, "urbanisation")
        assert is_synthetic(table)
        assert is_synthetic(combine_frames([table, table]))
        assert is_synthetic(differences(one, indicator, "urbanisation", reference="dense"))
        counts = cell_counts(one, indicator, "urbanisation", household="household_id")
        assert protect(table, counts).synthetic
        # Either of the two is enough.
        bare = pd.DataFrame(table.to_dict("list"))
        assert protect(bare, counts).synthetic
        assert protect(table, counts.assign(synthetic=False)).synthetic
    model = fit(design, "cold", ["urbanisation"], "logit")
    counts = model_counts(model, "cold", household="household_id")
    assert protect(model.table(), counts).synthetic
    assert protect(model.marginal_effects(), counts).synthetic


def test_counts_without_the_mark_are_refused(households: pd.DataFrame) -> None:
    design = SurveyDesign.from_frame(households, weights="persons_weight")
    table = estimate(design, {"mean": Mean("rooms")})
    counts = cell_counts(design, {"mean": Mean("rooms")}, household="household_id")
    with pytest.raises(DisclosureError, match="The counts lack synthetic"):
        protect(table, counts.drop(columns="synthetic"))


# --- nobody can take it off -------------------------------------------------------------------


def test_no_result_can_be_had_without_its_mark(safe: Protected, tmp_path: Path) -> None:
    with pytest.raises((ValueError, TypeError), match="synthetic"):
        replace(safe, synthetic=False)
    with pytest.raises(TypeError, match="synthetic"):
        Protected(safe.table, safe.domains, safe.rules, synthetic=False)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        safe.synthetic = False  # type: ignore[misc]
    stripped = safe.table.drop(columns="data_kind")
    assert Protected(stripped, safe.domains, safe.rules).synthetic
    assert Protected.from_table(stripped).synthetic
    assert safe.without_totals().synthetic
    assert all(one.synthetic for one in protect_together([safe, safe]))
    path = write_results(safe, tmp_path / "a.csv")
    back = Protected.from_table(pd.read_csv(path))
    assert back.synthetic
    assert table_csv(back.table) == path.read_bytes()
    parquet = pd.read_parquet(write_results(safe, tmp_path / "a.parquet"))
    assert set(parquet["data_kind"]) == {MARK_TEXT}


def test_an_exhibit_stays_stamped_once(safe: Protected, tmp_path: Path) -> None:
    made = results_exhibit(safe, exhibit_id="tbl-quote", **WORDS)
    plain = Exhibit(id="tbl-a", n=1, table=pd.DataFrame({"a": [1]}), synthetic=True, **WORDS)
    for one in (made, plain):
        again = replace(replace(one, synthetic=False), note="Anders.", synthetic=False)
        other = replace(one, table=pd.DataFrame({"a": [1]}), formats={}, synthetic=False)
        for stamped in (again, other):
            assert stamped.synthetic
            assert stamped.title.count(MARK_TEXT) == 1
            assert stamped.note.startswith(MARK_TEXT)
    by_data = Exhibit(
        id="tbl-b",
        n=1,
        table=mark(real(), safe.table),
        formats={"equivalised_income": "number:0"},
        **WORDS,
    )
    assert by_data.synthetic


def every_output(safe: Protected, folder: Path) -> dict[str, str]:
    """Return what every public writer and drawer of results makes, as text."""
    folder.mkdir()
    chart = results_exhibit(safe, exhibit_id="fig-quote", plot="arpr", **WORDS)
    table = results_exhibit(safe, exhibit_id="tbl-quote", **WORDS)
    write_exhibits([chart, table], folder)
    write_tables({"quote": safe, "neben": pd.DataFrame({"a": [1]})}, folder / "estimates")
    write_results(safe, folder / "quote.csv")
    found = {
        path.name: path.read_text(encoding="utf-8-sig")
        for path in folder.rglob("*")
        if path.suffix in {".csv", ".svg"}
    }
    index = json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))
    for entry in index["exhibits"]:
        found |= {f"{entry['id']} {key}": entry[key] for key in ("title", "alt", "source_line")}
    for path in folder.glob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        for sheet in book:
            found[f"{path.name} {sheet.title}"] = repr(list(sheet.iter_rows(values_only=True)))
    found["table_csv"] = table_csv(safe.table).decode()
    found["reader_table"] = reader_table(safe).to_csv()
    found["table_view"] = table_view(safe, title="x", source="y").as_raw_html()
    found["plot_estimates"] = repr([t.get_text() for t in plot_estimates(safe, "arpr").texts])
    return found


def test_every_writer_and_drawer_stamps(safe: Protected, tmp_path: Path) -> None:
    outputs = every_output(safe, tmp_path / "a")
    assert len(outputs) > 15
    assert [name for name, text in outputs.items() if MARK_TEXT not in text] == []


def test_the_command_stamps_its_files(files: tuple[Path, Path], tmp_path: Path) -> None:
    command = ["poverty", str(files[0]), "--codebook", "demo_nrw_household", "--by", "urbanisation"]
    done = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert f"{MARK_TEXT}: invented" in done.output
    for name in ("poverty.csv", "tbl-poverty.csv", "exhibits.json", "provenance.json"):
        assert MARK_TEXT in (tmp_path / "out" / name).read_text(encoding="utf-8-sig"), name


def test_charts_of_marked_tables_carry_the_stamp_once(safe: Protected) -> None:
    frame = safe.table.query("indicator == 'arpr'")
    fig = charts.plot_effects(frame, "urbanisation", "estimate", "ci_low", "ci_high")
    style.watermark(fig)
    assert [text.get_text() for text in fig.texts].count(MARK_TEXT) == 1


# --- the report of an author who forgets ------------------------------------------------------


def forgetful_report(project: Project, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setattr("armutsexpertise.render.renderer.render", lambda *a, **k: [])
    project.reports("demo").mkdir(parents=True, exist_ok=True)
    bare = Exhibit(id="tbl-a", n=1, table=pd.DataFrame({"a": [1]}), **WORDS)
    assert not bare.synthetic
    expertise.report(
        project, "demo", exhibits=lambda tables: [bare], findings=lambda z: [], claims=(),
        document="methods.qmd", say=lambda line: None,
    )  # fmt: skip
    index = project.analysis("demo") / "exhibits" / "exhibits.json"
    found: list[dict[str, Any]] = json.loads(index.read_text(encoding="utf-8"))["exhibits"]
    return found


def headline() -> pd.DataFrame:
    row = {"key": "a", "value": 1.0, "low": None, "high": None, "unit": "number", "digits": 0}
    return pd.DataFrame([row | {"note": ""}])


def test_a_report_on_invented_data_stamps_what_its_author_did_not(
    project: Project, safe: Protected, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables({"headline": headline(), "quote": safe}, project.estimates("demo"))
    (entry,) = forgetful_report(project, monkeypatch)
    assert entry["synthetic"]
    assert entry["title"].startswith(MARK_TEXT)
    document = project.analysis("demo") / "methods.qmd"
    text = document.read_text(encoding="utf-8")
    for key in ("series", "pagetitle"):
        document.write_text(text.replace(f'{key}: "Synthetische Daten', f'{key}: "Daten'))
        with pytest.raises(StageError, match=rf"write „{MARK_TEXT}“ into {key} of its header"):
            forgetful_report(project, monkeypatch)


def test_a_report_on_real_data_stays_without(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables({"headline": headline()}, project.estimates("demo"))
    (entry,) = forgetful_report(project, monkeypatch)
    assert not entry["synthetic"]


# --- the tree ---------------------------------------------------------------------------------


def offences(source: str) -> list[str]:
    """Return where code draws without its data, or takes the stamp from a caller."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name.endswith("style.finish") and len(node.args) < 2:
                found.append(f"line {node.lineno}: a figure is finished without its data")
            found += [
                f"line {node.lineno}: the stamp is switched off"
                for keyword in node.keywords
                if keyword.arg == "synthetic" and getattr(keyword.value, "value", True) is False
            ]
        if isinstance(node, ast.FunctionDef):
            given = [*node.args.args, *node.args.kwonlyargs]
            if any(one.arg in {"synthetic", "stamp", "watermark"} for one in given):
                found.append(f"{node.name}: the stamp is a parameter")
            if node.name.startswith("plot_") and "finish" not in ast.unparse(node):
                found.append(f"{node.name}: a figure is not finished")
    return found


@pytest.mark.parametrize("module", sorted(SOURCE.rglob("*.py")), ids=lambda p: p.stem)
def test_what_draws_or_writes_takes_its_stamp_from_the_data(module: Path) -> None:
    assert offences(module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "def plot_x(frame):\n    return style.finish(fig)",
        "def plot_x(frame):\n    return fig",
        "def write(results, *, synthetic=False): ...",
        "def write(results, stamp): ...",
        "Exhibit(synthetic=False)",
    ],
)
def test_planted_offences_are_found(source: str) -> None:
    assert offences(source)


def test_figures_reach_files_through_exhibits_alone() -> None:
    callers = {
        path.name
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "style.svg"
    }
    assert callers == {"exhibit.py"}


def test_no_public_function_of_results_has_a_switch() -> None:
    public = [getattr(m, n) for m in (results, disclosure) for n in m.__all__]
    functions = [one for one in public if inspect.isfunction(one)]
    assert len(functions) > 12
    for one in functions:
        assert not {"synthetic", "stamp"} & set(inspect.signature(one).parameters), one.__name__
