"""The Makefile: help, what is out of date, what ``make clean`` leaves, the lock file."""

from __future__ import annotations

import ast
import os
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from armutsexpertise.stages import STAGES, Project
from checkout import FOLDER, ROOT, copy_project, hashes, install_stub, make

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LONG_AGO = 1_000_000_000
TARGETS = {
    "help", "install", "data-check", "processed", "estimates", "report", "release", "test", "lint",
    "types", "check", "benchmark", "clean", "demo",
}  # fmt: skip


def variable(name: str) -> list[str]:
    found = re.search(rf"^{name}\s*:=\s*(.*)$", MAKEFILE, re.M)
    assert found, name
    return found[1].split()


# --- help ----------------------------------------------------------------------------------


def test_every_target_is_explained() -> None:
    phony = set(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.M)) - {"FORCE"}
    assert phony == TARGETS
    shown = make(ROOT, "help").stdout
    for target in sorted(phony):
        assert re.search(rf"^  make {target} +\S.{{9,}}$", shown, re.M), target
    assert len(re.findall(r"^  make ", shown, re.M)) == len(phony)
    assert "make report TOPIC=passes" in shown


def test_help_is_the_default_and_starts_nothing(tmp_path: Path) -> None:
    project = copy_project(tmp_path / FOLDER)
    shown = make(project.root)
    assert shown.returncode == 0
    lines = [line for line in shown.stdout.splitlines() if not line.startswith("make: ")]
    assert lines[0].startswith("armutsexpertise: ")
    assert lines[1].startswith("  make help ")
    assert not (project.root / ".venv").exists()


def test_topics_are_the_folders_with_a_report() -> None:
    assert sorted(variable("TOPICS")) == Project(ROOT).topics()


# --- what a stage is made from --------------------------------------------------------------


SOURCE = ROOT / "src" / "armutsexpertise"


def module_file(name: str) -> Path | None:
    """Return the file of a module of the package; of a name inside one, None."""
    path = SOURCE.parent.joinpath(*name.split("."))
    return next((f for f in (path.with_suffix(".py"), path / "__init__.py") if f.is_file()), None)


def imported(script: Path, seen: set[Path]) -> set[Path]:
    """Return the files of the package that a script needs, through all that they import."""
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            neighbour = script.parent / f"{name}.py"
            file = module_file(name) or (neighbour if neighbour.is_file() else None)
            if file is not None and file not in seen:
                seen.add(file)
                imported(file, seen)
    return seen


@pytest.mark.parametrize("topic", Project(ROOT).topics())
def test_packages_that_are_checked_are_those_that_make_watches(topic: str) -> None:
    script = (ROOT / "analyses" / topic / "check.py").read_text(encoding="utf-8")
    (packages,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(script).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PACKAGES"
    )
    assert sorted(packages) == sorted(variable(f"{topic}_raw"))


def prerequisites(target: str) -> set[str]:
    """Return what Make watches for a target, directly or through what comes before."""
    shown = make(ROOT, "--print-data-base", "--question", "report").stdout
    rules = dict(re.findall(r"^([^#\s][^:=\n]*): (.*)$", shown, re.M))
    found, due = set(), [target]
    while due:
        names = set(rules.get(due.pop(), "").split()) - found
        found |= names
        due += names
    return found


@pytest.mark.parametrize("topic", Project(ROOT).topics())
def test_all_that_a_stage_imports_is_watched(topic: str) -> None:
    for stage in STAGES[1:]:
        watched = prerequisites(f"data/processed/{topic}/{stage}.done")
        needed = imported(ROOT / "analyses" / topic / f"{stage}.py", set())
        files = {path.relative_to(ROOT).as_posix() for path in needed}
        assert len(files) > 20
        # What draws and links decides about no number; the stage only hands names on.
        lacking = {f for f in files - watched if not (stage != "report" and draws(f))}
        assert lacking == set(), stage


def draws(file: str) -> bool:
    return re.match(r"src/armutsexpertise/(publish|render|site)/", file) is not None


# --- what is out of date --------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy that looks as if ``make report`` had just run in it."""
    root = tmp_path_factory.mktemp("make") / FOLDER
    project = copy_project(root, source=True)
    install_stub(root)
    for topic in project.topics():
        for folder in (project.clean(topic), project.estimates(topic)):
            folder.mkdir(parents=True)
            (folder / "x.csv").write_text("a\n1\n")
        exhibits = project.reports(topic) / "exhibits"
        exhibits.mkdir(parents=True)
        for name in ("../report.html", "../report.pdf", "../../index.html", "exhibits.json"):
            (exhibits / name).write_text("x")
    for path in root.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    stamps = [root / ".venv/.installed"]
    for topic in project.topics():
        stamps += [root / f"data/processed/{topic}/{stage}.done" for stage in STAGES]
    stamps += [root / "reports/index.html"]
    for age, stamp in enumerate(stamps, start=1):
        stamp.touch()
        os.utime(stamp, (LONG_AGO + 10 * age, LONG_AGO + 10 * age))
    return root


def due(root: Path, *words: str) -> list[str]:
    """Return the stages of the topic ``passes``, and of the index, that Make would run."""
    done = make(root, "-n", *(words or ("report",)))
    assert done.returncode == 0, done.stderr
    return re.findall(r"armutsexpertise report (?:passes )?--only (\w+)", done.stdout)


def due_after_touching(root: Path, name: str) -> list[str]:
    path = root / name
    assert path.is_file(), name
    os.utime(path, (LONG_AGO + 1000, LONG_AGO + 1000))
    try:
        return due(root)
    finally:
        os.utime(path, (LONG_AGO, LONG_AGO))


def test_nothing_is_due_when_nothing_changed(fresh: Path) -> None:
    assert due(fresh) == []
    assert due(fresh, "report", "TOPIC=passes") == []
    assert due(fresh, "estimates", "processed") == []


ALL = ["check", "clean", "model", "report", "index"]


@pytest.mark.parametrize(
    ("name", "stages"),
    [
        ("data/raw/passes/counts.csv", ALL),
        ("data/raw/passes/datapackage.yaml", ALL),
        ("data/raw/evidence/evidence.csv", ALL),
        ("data/raw/nrw_regions/municipalities.csv", ALL),
        ("data/raw/statutory/statutory.csv", ALL),
        ("analyses/passes/check.py", ALL),
        ("analyses/passes/clean.py", ALL[1:]),
        ("analyses/passes/model.py", ALL[2:]),
        ("analyses/passes/headlines.py", ALL[2:]),
        ("analyses/passes/report.py", ALL[3:]),
        ("analyses/passes/exhibits.py", ALL[3:]),
        ("analyses/passes/findings.py", ALL[3:]),
        ("analyses/passes/report.qmd", ALL[3:]),
        ("analyses/passes/ASSUMPTIONS.md", ALL[3:]),
        ("analyses/references.bib", ALL[3:]),
        ("analyses/_quarto.yml", ALL[3:]),
        ("src/armutsexpertise/catalog/checking.py", ALL),
        ("src/armutsexpertise/passes/inventory_checks.py", ALL),
        ("src/armutsexpertise/publish/charts/rows.py", ALL[3:]),
        ("src/armutsexpertise/render/pdf.py", ALL[3:]),
        ("src/armutsexpertise/render/assets/lua/floats.lua", ALL[3:]),
        ("src/armutsexpertise/provenance.py", ALL[3:]),
        ("src/armutsexpertise/site/search.py", ALL[4:]),
        ("analyses/glossary.yml", ALL[3:]),
        ("analyses/start.yml", ALL[4:]),
    ],
)
def test_a_change_redoes_what_depends_on_it(fresh: Path, name: str, stages: list[str]) -> None:
    got = due_after_touching(fresh, name)
    # What comes before may be redone as well, what comes after must.
    assert got[-len(stages) :] == stages
    assert got == ALL[-len(got) :], "no stage is left out between two"


@pytest.mark.parametrize(
    "name",
    [
        "analyses/passes/config.yml",
        "src/armutsexpertise/passes/coverage.py",
        "src/armutsexpertise/config.py",
        "src/armutsexpertise/stages.py",
    ],
)
def test_a_change_of_choices_or_functions_redoes_the_estimates(fresh: Path, name: str) -> None:
    assert due_after_touching(fresh, name)[-3:] == ["model", "report", "index"]


@pytest.mark.parametrize(
    "name",
    [
        "analyses/passes/report.qmd",
        "src/armutsexpertise/publish/charts/rows.py",
        "LICENSE",
        "Makefile",
    ],
)
def test_a_change_of_words_or_charts_redoes_no_estimates(fresh: Path, name: str) -> None:
    assert "model" not in due_after_touching(fresh, name)


@pytest.mark.parametrize(
    ("lost", "stages"),
    [
        ("data/processed/passes/clean", ALL[1:]),
        ("data/processed/passes/estimates", ALL[2:]),
        ("reports/passes/report.pdf", ALL[3:]),
        ("reports/passes/exhibits", ALL[3:]),
        ("reports/index.html", ALL[4:]),
    ],
)
def test_what_was_deleted_is_made_again(fresh: Path, lost: str, stages: list[str]) -> None:
    path = fresh / lost
    path.rename(fresh / "beiseite")
    try:
        assert due(fresh) == stages
    finally:
        (fresh / "beiseite").rename(path)


def test_a_new_lock_file_installs_again_and_names_no_host(fresh: Path) -> None:
    path = fresh / "requirements.lock"
    os.utime(path, (LONG_AGO + 1000, LONG_AGO + 1000))
    try:
        shown = make(fresh, "-n", "install").stdout
    finally:
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert "pip install" in shown
    assert "--require-hashes" in shown
    assert not re.search(r"https?://|--(extra-)?index-url|--trusted-host", shown)
    assert "pip install" not in make(fresh, "-n", "install").stdout


def test_install_says_what_is_in_its_way(fresh: Path, tmp_path: Path) -> None:
    root = copy_project(tmp_path / FOLDER).root
    done = make(root, "install", "PYTHON=")
    assert done.returncode != 0
    assert done.stderr.startswith("Python 3.11, 3.12 or 3.13 was not found: install it, or name")
    (root / ".venv.lock").mkdir()
    done = make(root, "install", "PYTHON=python3")
    assert done.returncode != 0
    assert done.stderr.startswith("Another run is installing into .venv: wait for it")
    assert not (root / ".venv").exists()
    assert (root / ".venv.lock").is_dir(), "the lock of the other run stays"


# --- clean ----------------------------------------------------------------------------------


def test_clean_deletes_what_was_made_and_nothing_else(fresh: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(fresh, tmp_path / FOLDER))
    foreign = ["reports/notiz.txt", "data/processed/eigenes.csv", "analyses/passes/notiz.md"]
    restricted = ["data/raw/restricted/eigene Daten.sav"]
    generated = ["analyses/passes/exhibits/x.csv", "analyses/passes/.cache/x.json"]
    for name in [*foreign, *restricted, *generated]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    generated += ["reports/index.html", "reports/passes/report.pdf"]
    generated += ["reports/demo/report.pdf", "data/processed/demo/raw/x.sav"]
    generated += ["analyses/demo/exhibits/x.csv"]
    for name in generated:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    generated += ["data/processed/passes/model.done", "data/processed/passes/estimates/x.csv"]
    before = hashes(root)
    assert set(generated) <= set(before)
    assert make(root, "clean").returncode == 0
    after = hashes(root)
    gone = set(before) - set(after)
    assert set(generated) <= gone
    assert all(
        re.match(
            r"reports/(index\.html|\w+/)|data/processed/\w+/|analyses/\w+/(exhibits|\.cache)/",
            name,
        )
        for name in gone
    )
    assert {name: before[name] for name in after} == after
    assert {*foreign, *restricted, ".venv/.installed", "data/processed/README.md"} <= set(after)
    assert due(root) == ALL
    assert make(root, "clean").returncode == 0, "a second time there is nothing to delete"


# --- the lock file --------------------------------------------------------------------------


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_pin_has_hashes() -> None:
    pins = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.M)[1:]
    assert len(pins) > 50
    for pin in pins:
        first = pin.splitlines()[0]
        assert re.match(r"^[A-Za-z0-9._-]+(\[[\w,-]+\])?==\d\S*( ; [^\\]+)? \\$", first), first
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}\b", pin), first
    # A package may stand twice, for different versions of Python.
    firsts = [pin.splitlines()[0] for pin in pins]
    assert len({(normal(f.split("==")[0]), f.partition(";")[2]) for f in firsts}) == len(pins)


def test_lock_file_names_no_index_and_no_host() -> None:
    assert not re.search(r"://|index-url|find-links|trusted-host|@ ", LOCK)
    assert not re.search(r"\b\d{1,3}(\.\d{1,3}){3}\b(?!\S*=)", re.sub(r"==\S+", "", LOCK))


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = [
        *project["project"]["dependencies"],
        *(name for group in ("render", "dev") for name in extras[group]),
        *project["build-system"]["requires"],
    ]
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", LOCK, re.M)
    for text in wanted:
        requirement = Requirement(text)
        versions = [version for name, version in pins if normal(name) == normal(requirement.name)]
        assert versions, f"{text} is not pinned"
        assert all(requirement.specifier.contains(version) for version in versions), text
