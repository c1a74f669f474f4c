"""One direction: each stage reads only the stage before it, and a shortcut fails here.

The rules are tried on planted shortcuts as well: a check that finds nothing proves nothing.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from armutsexpertise.stages import TEXT_COLUMNS, Project
from checkout import ROOT, read_rows

ANALYSES = ROOT / "analyses"
LIBRARY = ROOT / "src" / "armutsexpertise"
TOPICS = sorted(p.parent.name for p in ANALYSES.glob("*/report.qmd"))
SCRIPTS = sorted(ANALYSES.glob("*/*.py"))

# What a script may take from the project: folders to read, folders to write.
FOLDERS = {
    "check": {"raw"},
    "clean": {"analysis", "raw", "clean"},  # analysis: config.yml
    "model": {"analysis", "clean", "estimates"},  # analysis: config.yml
    "report": {"analysis", "estimates", "reports", "root"},  # root: the commit
}
# A teaching example draws its survey before it reads it: by the config, into a folder of its own.
EXAMPLES = sorted(p.parent.name for p in ANALYSES.glob("*/methods.qmd"))
OF_EXAMPLE = {"check": {"analysis", "drawn"}, "clean": {"drawn"}}
# Which folder the tables of a stage come from and go to.
TABLES = {
    "check": (set(), set()),
    "clean": (set(), {"clean"}),
    "model": ({"clean"}, {"estimates"}),
    "report": ({"estimates"}, set()),
}
READERS = {
    "open", "read_text", "read_bytes", "read_csv", "read_table", "read_excel", "read_json",
    "read_parquet", "read_feather", "read_pickle", "read_sql", "load", "safe_load", "loads",
    "loadtxt", "genfromtxt", "fromfile", "urlopen", "iterdir", "glob", "rglob", "scandir",
    "listdir", "walk",
}  # fmt: skip
FILE_MODULES = {
    "os", "io", "pathlib", "csv", "json", "yaml", "pickle", "shutil", "sqlite3", "subprocess",
    "tempfile", "urllib", "requests", "zipfile", "openpyxl", "pyreadstat", "pyarrow",
    "frictionless", "importlib",
}  # fmt: skip
FOLDER_NAMES = re.compile(r"data/|raw/|processed|/clean\b|\w\.csv\b|\w\.xlsx\b|\.\./")


def imports(tree: ast.AST) -> set[str]:
    """Return the modules and names that a script imports, dotted."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def folders(tree: ast.AST) -> set[str]:
    """Return what is taken from a variable ``project``."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "project"
    }


def plain_strings(tree: ast.AST) -> list[str]:
    """Return the strings of a script that are no docstrings."""
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def shortcuts(name: str, source: str, *, example: bool = False) -> list[str]:
    """Return what a script of ``analyses/<topic>/`` reads although it is not its turn."""
    more = OF_EXAMPLE.get(name, set()) if example else set()
    tree = ast.parse(source)
    used = {module.removeprefix("armutsexpertise.") for module in imports(tree)}
    found = []
    if name not in FOLDERS:  # headlines, exhibits, findings: pure functions of tables
        if folders(tree):
            found.append("takes folders of the project")
        if {module.partition(".")[0] for module in used} & FILE_MODULES:
            found.append("imports a module that reads files")
        found += [f"calls {called(c)}" for c in calls(tree) if called(c) in READERS]
        found += [f"calls {called(c)}" for c in calls(tree) if called(c) in {"read", "read_tables"}]
    else:
        found += [f"takes project.{f}" for f in sorted(folders(tree) - FOLDERS[name] - more)]
        reads, writes = TABLES[name]
        for call in calls(tree):
            if called(call) in {"read_tables", "write_tables"}:
                allowed = reads if called(call) == "read_tables" else writes
                got = set().union(*(folders(arg) for arg in call.args))
                if not got or got - allowed:
                    found.append(f"{called(call)} of {sorted(got) or 'an unknown folder'}")
    if name not in {"check", "clean"}:
        if any(m.startswith("catalog") for m in used) or "armutsexpertise.catalog" in imports(tree):
            found.append("reads the catalog")
        if any(re.search(r"inventory\.(read_|clean_)", module) for module in used):
            found.append("reads or cleans the inventory")
    if name in {"clean", "model"}:
        found += [f"calls {called(c)}" for c in calls(tree) if called(c) in READERS - {"iterdir"}]
    if name in {"report", "exhibits", "findings"} and any(
        m.partition(".")[0] in {"climate", "digital", "passes"} for m in used
    ):
        found.append("computes")
    if name == "model":
        found += [f"calls {called(c)}" for c in calls(tree) if called(c) == "iterdir"]
    if name != "report":
        found += [f"names {t!r}" for t in plain_strings(tree) if FOLDER_NAMES.search(t)]
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_scripts_take_no_shortcut(script: Path) -> None:
    example = script.parent.name in EXAMPLES
    assert shortcuts(script.stem, script.read_text(encoding="utf-8"), example=example) == []


def test_there_are_scripts_of_every_stage() -> None:
    assert EXAMPLES == ["demo"]
    for topic in [*TOPICS, *EXAMPLES]:
        assert set(FOLDERS) <= {p.stem for p in SCRIPTS if p.parent.name == topic}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("clean", "read_tables(project.estimates('passes'))"),
        ("clean", "pd.read_csv(project.raw / 'x')"),
        ("clean", "x = read_survey(project.drawn(TOPIC))"),
        ("clean", "x = project.root / 'reports'"),
        ("clean", "write_tables(tables, project.estimates(TOPIC))"),
        ("model", "from armutsexpertise import catalog"),
        ("model", "import armutsexpertise.catalog"),
        ("model", "from armutsexpertise.passes.inventory import read_inventory"),
        ("model", "read_tables(project.raw)"),
        ("model", "read_tables(folder)"),
        ("model", "x = list(project.clean('passes').iterdir())"),
        ("model", "x = 'data/raw/passes'"),
        ("report", "read_tables(project.clean(TOPIC))"),
        ("report", "x = project.raw"),
        ("report", "from armutsexpertise.catalog.store import read"),
        ("report", "from armutsexpertise.passes import coverage"),
        ("exhibits", "import json"),
        ("exhibits", "from pathlib import Path"),
        ("exhibits", "pd.read_csv('x')"),
        ("exhibits", "def f(project):\n    return project.clean('passes')"),
        ("exhibits", "from armutsexpertise.passes.take_up import synthesis"),
        ("exhibits", "from armutsexpertise.climate.burden import evaluate"),
        ("exhibits", "from armutsexpertise.digital import gaps"),
        ("findings", "from armutsexpertise import catalog"),
        ("findings", "open('x')"),
        ("findings", "from armutsexpertise.stages import read_tables\nread_tables(x)"),
        ("headlines", "x = '../../data/raw/passes/counts.csv'"),
    ],
)
def test_planted_shortcuts_are_found(name: str, source: str) -> None:
    assert shortcuts(name, source)


# --- the report ----------------------------------------------------------------------------

CHUNK = re.compile(r"^```\{python\}\n(.*?)^```$", re.M | re.S)
FILES = re.compile(r"[\w./*-]+\.(?:csv|json|md|yml|yaml|xlsx|svg|png|qmd|parquet)\b|\.\./[\w./-]*")
HEADLINE = "../../data/processed/{topic}/estimates/headline.csv"
# A chapter that microdata bring has headline values of its own: headline_<chapter>.csv.
OF_CHAPTER = re.compile(r"(estimates/headline)(?:_\w+|\*)\.csv$")


def files_of_report(source: str) -> set[str]:
    """Return the files that the chunks and inline code of a document name."""
    code = [*CHUNK.findall(source), *re.findall(r"`\{python\} ([^`]+)`", source)]
    return {name for text in code for string in strings(text) for name in FILES.findall(string)}


def strings(code: str) -> list[str]:
    return plain_strings(ast.parse(re.sub(r"^#\|.*$", "", code, flags=re.M)))


def report_shortcuts(topic: str, source: str) -> list[str]:
    """Return what a report reads beside headline, exhibits, assumptions, glossary and itself."""
    headline = HEADLINE.format(topic=topic)
    found = [
        f"names {name}"
        for name in sorted(files_of_report(source))
        if OF_CHAPTER.sub(r"\1.csv", name)
        not in {headline, "ASSUMPTIONS.md", "../glossary.yml", "report.qmd"}
        and not name.startswith("exhibits/")
    ]
    for code in CHUNK.findall(source):
        tree = ast.parse(code)
        used = imports(tree)
        if any(
            re.search(r"armutsexpertise\.(passes|catalog|stages|climate|digital)", m) for m in used
        ):
            found.append("imports an analysis")
        for call in calls(tree):
            name = called(call)
            if name in READERS - {"read_text", "loads"}:
                found.append(f"calls {name}")
            if name in {"read", "read_text"} and not any(
                isinstance(node, ast.Constant) for node in ast.walk(call)
            ):
                found.append(f"{name} of a name that is put together")
    return found


@pytest.mark.parametrize("topic", [*TOPICS, *EXAMPLES])
def test_report_reads_headline_exhibits_and_assumptions(topic: str) -> None:
    document = "methods.qmd" if topic in EXAMPLES else "report.qmd"
    source = (ANALYSES / topic / document).read_text(encoding="utf-8")
    assert report_shortcuts(topic, source) == []
    named = files_of_report(source)
    assert HEADLINE.format(topic=topic) in named
    # What it depends on is what its cached execution is keyed by.
    header = source.split("---\n")[1]
    depends = {m.strip() for m in re.findall(r"^    - (.+)$", header, re.M)}
    several = any(OF_CHAPTER.search(name) for name in named)
    assert several == any("headline*" in name for name in depends)
    assert {
        OF_CHAPTER.sub(r"\1.csv", re.sub(r"exhibits/\w+\.json", "exhibits/*.json", name))
        for name in named
    } == {OF_CHAPTER.sub(r"\1.csv", name) for name in depends}


@pytest.mark.parametrize(
    "code",
    [
        "pd.read_csv('../../data/processed/passes/estimates/coverage.csv')",
        "Values.read(Path('../../data/processed/passes/clean/passes.csv'))",
        "open('exhibits/findings.json')",
        "from armutsexpertise.passes import coverage",
        "from armutsexpertise import catalog\ncatalog.read('passes', 'counts')",
        "Path(name).read_text()",
        "json.loads(Path('config.yml').read_text(encoding='utf-8'))",
    ],
)
def test_planted_shortcuts_of_a_report_are_found(code: str) -> None:
    assert report_shortcuts("passes", f"Text\n\n```{{python}}\n{code}\n```\n")


# --- the library ---------------------------------------------------------------------------


def file_access(source: str) -> list[str]:
    tree = ast.parse(source)
    modules = {module.partition(".")[0] for module in imports(tree)} & FILE_MODULES
    return [f"imports {m}" for m in sorted(modules)] + [
        f"calls {called(c)}" for c in calls(tree) if called(c) in READERS
    ]


@pytest.mark.parametrize(
    "module",
    sorted(p for topic in ("digital", "passes") for p in (LIBRARY / topic).rglob("*.py")),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_functions_read_no_files(module: Path) -> None:
    found = file_access(module.read_text(encoding="utf-8"))
    # These read through the catalog, from a folder that the caller may name.
    if module.stem in {"affordability", "inventory", "inventory_checks"}:
        assert found == ["imports pathlib"]
    else:
        assert found == []


def test_planted_file_access_is_found() -> None:
    assert file_access("import json") == ["imports json"]
    assert file_access("pd.read_csv(x)") == ["calls read_csv"]
    assert file_access("with open(x) as f: pass") == ["calls open"]


def test_library_does_not_know_the_analyses() -> None:
    for module in sorted(LIBRARY.rglob("*.py")):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        assert not {m for m in imports(tree) if m.partition(".")[0] in {"analyses", "tests"}}


# --- keys between the stages ---------------------------------------------------------------


def test_keys_with_leading_zeros_are_read_as_text(full: Project) -> None:
    folders = [f(topic) for topic in TOPICS for f in (full.clean, full.estimates)]
    for folder in folders:
        for path in sorted(folder.glob("*.csv")):
            for row in read_rows(path):
                for column, cell in row.items():
                    if re.fullmatch(r"0\d+", cell):
                        assert column in TEXT_COLUMNS, f"{path.name}: {column}"
