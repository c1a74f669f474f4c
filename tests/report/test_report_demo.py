"""The teaching example: the line from the draw to the report, and what its report may say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import lxml.html
import openpyxl
import pikepdf
import pytest
from reading import INLINE, evaluate, fixed_words, headline, keys, load, plain, prose
from test_report_numbers import page, surroundings
from test_report_prose import Recorder, mutated, typed_digits, typed_words
from topic_demo import DEMO

from armutsexpertise.cli import main
from armutsexpertise.expertise import check_claims
from armutsexpertise.mark import MARK_TEXT
from armutsexpertise.publish.values import Values
from armutsexpertise.stages import STAGES, Project, StageError, read_tables, run_stage
from checkout import FOLDER, copy_project, hashes, read_rows
from render.standards import failures
from render.test_accessibility import check, look


def stages(project: Project, *names: str) -> None:
    for name in names:
        run_stage(project, "demo", name, say=lambda line: None)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a copy in which the example was built as ``make demo`` builds it."""
    project = copy_project(tmp_path_factory.mktemp("demo") / FOLDER)
    words = ["armutsexpertise", "report", "demo", "--root", str(project.root)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", words)
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 0
    return project


@pytest.fixture(scope="module")
def tables(demo: Project) -> dict[str, Any]:
    return read_tables(demo.estimates("demo"))


# --- the line -----------------------------------------------------------------------------------


def test_the_example_is_no_topic_and_makes_no_start_page(demo: Project) -> None:
    assert demo.examples() == ["demo"]
    assert "demo" not in demo.topics()
    assert {p.name for p in (demo.root / "reports").iterdir()} == {"demo", "README.md"}
    assert {p.name for p in demo.reports("demo").iterdir()} == {
        "exhibits", "report.html", "report.pdf"
    }  # fmt: skip


def test_the_survey_lies_with_what_is_generated(demo: Project) -> None:
    drawn = demo.drawn("demo")
    assert drawn == demo.root / "data" / "processed" / "demo" / "raw"
    assert sorted(p.name for p in drawn.iterdir()) == [
        "demo_nrw_haushalte.sav", "demo_nrw_personen.sav"
    ]  # fmt: skip
    assert not list(demo.raw.rglob("*.sav"))


def test_equal_seeds_give_equal_bytes_and_others_do_not(demo: Project, tmp_path: Path) -> None:
    again = copy_project(tmp_path / FOLDER)
    stages(again, *STAGES[:3])
    first, second = (hashes(p.root / "data" / "processed" / "demo") for p in (demo, again))
    assert len(first) > 25
    assert first == second
    config = again.analysis("demo") / "config.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("seed: 1 ", "seed: 2 ", 1), encoding="utf-8")
    stages(again, "check")
    assert hashes(again.drawn("demo")) != hashes(demo.drawn("demo"))


def test_rows_are_accounted_for(demo: Project, tables: dict[str, Any]) -> None:
    rows = tables["row_accounting"].set_index("table")
    assert (rows["rows_in"] == rows["kept"] + rows["dropped"]).all()
    for name in ("households", "persons"):
        assert rows.loc[name, "kept"] == len(read_rows(demo.clean("demo") / f"{name}.csv"))
    assert rows.loc["model", "kept"] == tables["cold_full"]["n"].iloc[0]
    households = read_rows(demo.clean("demo") / "households.csv")
    assert rows.loc["model", "dropped"] == sum(not row["tenure"] for row in households)


def test_every_file_of_the_stages_says_what_it_is(demo: Project) -> None:
    files = [*demo.clean("demo").iterdir(), *demo.estimates("demo").iterdir()]
    assert len(files) > 25
    for file in files:
        assert {row["data_kind"] for row in read_rows(file)} == {MARK_TEXT}, file.name


def test_errors_without_the_design_are_too_small(tables: dict[str, Any]) -> None:
    errors = {
        name: tables[f"design_{name}"].query("indicator == 'arpr'")["se"].item()
        for name in ("none", "weights", "households", "full")
    }
    assert errors["none"] < errors["weights"] < errors["households"] < errors["full"]


def test_small_cells_are_empty_with_their_reason(tables: dict[str, Any]) -> None:
    gaps = tables["poverty_district"].query("indicator == 'rmpg'").set_index("status")
    assert {"suppressed", "unreliable", "bracketed"} <= set(gaps.index)
    assert gaps.loc["suppressed", ["estimate", "n"]].isna().all(axis=None)
    assert gaps.loc["unreliable", "n"].notna().all()
    assert gaps.loc["bracketed", "estimate"].notna().all()
    assert gaps["reason"].notna().all()
    assert "total" not in set(gaps["district"])


# --- the stamp ----------------------------------------------------------------------------------


def test_every_exhibit_is_stamped_wherever_it_is_shown(demo: Project) -> None:
    folder = demo.reports("demo") / "exhibits"
    html = lxml.html.fromstring((demo.reports("demo") / "report.html").read_bytes())
    entries = json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))["exhibits"]
    assert len(entries) >= DEMO.exhibits
    assert {entry["id"] for entry in entries} == set(DEMO.shown)
    for entry in entries:
        (figure,) = html.xpath(f"//figure[@id='{entry['id']}']")
        assert MARK_TEXT in plain(figure.xpath(".//figcaption")[0].text_content())
        source = figure.xpath(".//*[contains(@class, 'source')]")[-1]
        assert MARK_TEXT in plain(source.text_content())
        assert entry["alt"].startswith(MARK_TEXT)
        lines = (folder / f"{entry['id']}.csv").read_text(encoding="utf-8-sig").splitlines()
        assert all(line.endswith(f";{MARK_TEXT}") for line in lines[1:] if line), entry["id"]
        book = openpyxl.load_workbook(folder / f"{entry['id']}.xlsx")
        assert {row[-1] for row in book["Daten"].iter_rows(min_row=2, values_only=True)} == {
            MARK_TEXT
        }
        if entry["id"].startswith("fig-"):
            assert f"<!-- {MARK_TEXT} -->" in (folder / f"{entry['id']}.svg").read_text("utf-8")


def test_exhibits_say_what_readers_need(tables: dict[str, Any]) -> None:
    for exhibit in load(DEMO.folder / "exhibits.py").all_exhibits(tables):
        assert exhibit.synthetic, exhibit.id
        assert re.search(r"\d", str(exhibit.n)) or "je Zeile" in str(exhibit.n), exhibit.id
        if exhibit.figure:
            assert re.search(r"\d", exhibit.alt), exhibit.id


def test_every_page_says_that_nothing_is_real(demo: Project) -> None:
    html = lxml.html.fromstring((demo.reports("demo") / "report.html").read_bytes())
    assert html.xpath("//title")[0].text.startswith(MARK_TEXT)
    assert html.xpath("//p[@class='series']")[0].text_content().startswith(MARK_TEXT)
    file = demo.reports("demo") / "report.pdf"
    with pikepdf.open(file) as pdf:
        pages = len(pdf.pages)
    assert DEMO.pages[0] <= pages <= DEMO.pages[1]
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    texts = done.stdout.decode().rstrip("\f").split("\f")
    assert len(texts) == pages
    for text in texts:
        assert re.search(rf"{MARK_TEXT}: vom Fragebogen.*Seite \d von \d", plain(text))


# --- words and numbers --------------------------------------------------------------------------


def without_code(text: str) -> str:
    """Return prose without code and the list of literature, whose digits are names."""
    return re.sub(r"^```python\n.*?^```$", "", text, flags=re.S | re.M).split("# Literatur")[0]


def test_no_number_is_typed() -> None:
    text = without_code(prose(DEMO.report))
    assert typed_digits(text, DEMO) == []
    assert typed_words(re.sub(r"\[[^\]]*@[^\]]*\]|\{[#.][^}]*\}", "", text), DEMO) == []
    assert typed_words("in drei von vier Kreisen", DEMO)
    assert typed_digits("Es sind 12 Kreise.", DEMO)
    for phrase, _, _ in DEMO.typed:
        assert phrase in plain(text)


def test_titles_of_exhibits_have_no_typed_digit() -> None:
    source = (DEMO.folder / "exhibits.py").read_text(encoding="utf-8")
    titles = re.findall(r"^ +title=(.*?)\n +alt=", source, re.S | re.M)
    assert len(titles) >= DEMO.exhibits
    for title in titles:
        assert not re.search(r"\d", re.sub(r"\{.*?\}", "", title)), title


def test_every_number_of_the_prose_equals_its_estimate(demo: Project) -> None:
    source, values = prose(DEMO.report), headline(demo, "demo")
    shown = page(demo.reports("demo") / "report.html")
    text, at, places = "", 0, []
    for found in INLINE.finditer(source):
        expected = evaluate(found[1], values)
        text += source[at : found.start()]
        places.append((found[1], len(text), len(text) + len(expected)))
        text, at = text + expected, found.end()
    text += source[at:]
    assert len(places) >= DEMO.places
    wrong = [code for code, start, end in places if surroundings(text, start, end) not in shown]
    assert wrong == []


def test_keys_are_estimates_and_none_is_left_over(demo: Project) -> None:
    there = set(headline(demo, "demo"))
    inline = set(re.findall(r'z\("(\w+)"\)', DEMO.report))
    titles = keys(DEMO.exhibits_script)
    claims = set(re.findall(r'z\.raw\("(\w+)"\)', (DEMO.folder / "findings.py").read_text("utf-8")))
    assert inline | titles | claims == there


def test_claims_hold_and_can_fail(tables: dict[str, Any]) -> None:
    claims = DEMO.module.CLAIMS
    check_claims(claims, Values(tables["headline"]))
    text = plain(prose(DEMO.report))
    for sentence, holds in claims:
        assert sentence in text, sentence
        recorder = Recorder(tables["headline"])
        recorder.asked = set()
        assert holds(recorder)
        assert recorder.asked
        for key in recorder.asked:
            broken = [mutated(tables["headline"], key, value) for value in (-1e9, 0.4, 1e9)]
            assert not all(holds(z) for z in broken), key
        with pytest.raises(StageError, match=re.escape(sentence)):
            check_claims([(sentence, lambda z: False)], Values(tables["headline"]))


def test_limits_are_stated_and_nothing_is_found() -> None:
    text = plain(prose(DEMO.report).replace("**", ""))
    for caveat in DEMO.caveats:
        assert plain(caveat) in text
    assert DEMO.module.findings(None) == []
    assert list(fixed_words(DEMO.findings))


# --- standards ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_pdf_meets_the_standard(demo: Project, profile: str) -> None:
    assert failures(demo.reports("demo") / "report.pdf", profile) == []


@pytest.mark.slow
def test_page_is_accessible_and_asks_no_other_host(demo: Project) -> None:
    check(look(demo.reports("demo") / "report.html"))
