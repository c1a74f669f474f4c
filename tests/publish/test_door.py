"""One door: tables and figures reach files in the modules of the door and nowhere else.

The rule is tried on planted offenders as well: a check that finds nothing proves nothing.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FRAMES = {
    "to_csv", "to_excel", "to_parquet", "to_stata", "to_feather", "to_pickle", "to_json",
    "to_markdown", "to_html", "to_latex", "to_orc", "to_xml", "to_hdf", "to_sql", "to_clipboard",
    "to_file", "to_gbq", "tofile", "savefig", "imsave", "save", "savez", "savetxt", "savemat",
    "ExcelWriter", "write_sav", "write_dta", "write_por", "write_xport", "write_table",
    "write_feather", "write_dataframe", "write_raw_html", "write_image", "writerow", "writerows",
    "dump",
}  # fmt: skip
"""Calls that write a table or a figure."""
FILES = {"write_text", "write_bytes", "write_atomic", "open for writing"}
"""Calls that write anything at all."""

DOOR = {
    "src/armutsexpertise/publish/results.py": {"to_csv", "to_parquet", "write_atomic"},
    "src/armutsexpertise/publish/exhibit.py": {"save", "write_atomic"},
    "src/armutsexpertise/publish/style.py": {"savefig"},
}
"""The door for results: into memory, then to the file in one piece."""
NO_RESULTS = {
    # Public data packages and blank templates.
    "src/armutsexpertise/catalog/writing.py": {"save", "write_bytes", "writerow", "writerows"},
    # Bytes that others made.
    "src/armutsexpertise/publish/release.py": {"write_atomic"},
    "src/armutsexpertise/stages.py": {"write_atomic"},  # of table_csv, after its refusals
    "src/armutsexpertise/expertise.py": {"write_atomic"},  # findings from estimates
    # One of several data sets of a file, for the reader, in a folder that is deleted again.
    "src/armutsexpertise/microdata/transport.py": {"write_bytes"},
    # An invented survey, to read.
    "src/armutsexpertise/microdata/synthetic.py": {"open for writing", "write_sav"},
    "src/armutsexpertise/cli/codebook.py": {"write_atomic"},  # names and labels, no values
    "src/armutsexpertise/cli/poverty.py": {"write_atomic"},  # provenance: hashes and names
    # Documents: what their chunks show.
    "src/armutsexpertise/render/assemble.py": {"write_bytes"},
    "src/armutsexpertise/render/execute.py": {"write_text"},
    "src/armutsexpertise/render/html.py": {"write_text"},
    "src/armutsexpertise/render/pandoc.py": {"write_text"},
    "src/armutsexpertise/render/pdf.py": {"write_bytes", "write_text"},
    "src/armutsexpertise/render/quarto.py": {"write_text"},
}
"""Other modules that write, and what they write instead of results."""


def written(source: str) -> set[str]:
    """Return the calls of a source that write tables, figures or files."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        # A method that is only passed on writes as well, so its mention is enough.
        if isinstance(node, ast.Attribute) and node.attr in FRAMES | FILES:
            found.add(node.attr)
        if isinstance(node, ast.Name) and node.id in FRAMES | FILES:
            found.add(node.id)
        if isinstance(node, ast.Call) and _opens_for_writing(node):
            found.add("open for writing")
    return found


def _opens_for_writing(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in {"open", "fdopen"}:
        return False
    modes = [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
    texts = [m.value for m in modes if isinstance(m, ast.Constant) and isinstance(m.value, str)]
    return any(re.fullmatch(r"[rbt]*[wax+][wax+bt]*", text) for text in texts)


def python_of(path: Path) -> str:
    """Return the code of a script, or of the chunks of a document."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    chunks = re.findall(r"^```\{python\}\n(.*?)^```$", text, re.M | re.S)
    return re.sub(r"^[%!#].*$", "", "\n".join(chunks), flags=re.M)


SOURCES = sorted(
    path
    for folder, pattern in (("src", "*.py"), ("analyses", "*.py"), ("analyses", "*.qmd"))
    for path in (ROOT / folder).rglob(pattern)
    if not {".cache", "__pycache__"} & set(path.parts)
)


def test_tables_and_figures_are_written_at_the_door_alone() -> None:
    assert len(SOURCES) > 50
    found = {path.relative_to(ROOT).as_posix(): written(python_of(path)) for path in SOURCES}
    found["src/armutsexpertise/publish/files.py"] -= {"write_atomic", "open for writing"}
    offenders = {
        name: calls - DOOR.get(name, set()) - NO_RESULTS.get(name, set())
        for name, calls in found.items()
    }
    assert {name: calls for name, calls in offenders.items() if calls} == {}


def test_the_list_names_nothing_that_is_gone() -> None:
    for name, calls in (DOOR | NO_RESULTS).items():
        assert calls <= written(python_of(ROOT / name)), name


@pytest.mark.parametrize(
    "source",
    [
        "frame.to_csv('x.csv')",
        "pd.DataFrame(rows).to_excel(path)",
        "estimate(design, i).to_parquet(path)",
        "write = frame.to_stata\nwrite(path)",
        "fig.savefig('x.png')",
        "book.save(path)",
        "np.savetxt(path, rows)",
        "from pyreadstat import write_sav\nwrite_sav(frame, path)",
        "path.write_text(frame.to_string())",
        "with open(path, 'w') as f: f.write(text)",
        "path.open(mode='ab')",
        "os.fdopen(handle, 'wb')",
        "json.dump(rows, file)",
        "gdf.to_file('x.gpkg')",
    ],
)
def test_planted_writers_are_found(source: str) -> None:
    assert written(source)


@pytest.mark.parametrize(
    "source", ["open(path)", "path.open('rb')", "json.dumps(rows)", "'frame.to_csv(x)'"]
)
def test_readers_are_no_offenders(source: str) -> None:
    assert not written(source)
