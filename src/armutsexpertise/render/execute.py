"""Run the chunks and inline expressions of a document in a kernel of this very interpreter."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from armutsexpertise.render.document import INLINE, Chunk, Document, Prose
from armutsexpertise.render.errors import RenderError

MIME = "application/x-armutsexpertise+json"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
TIMEOUT_SECONDS = 600
LONGEST_SOCKET_FOLDER = 80
RENDERER_VARIABLE = "ARMUTSEXPERTISE_RENDERER"

# Values in running text must look the same in both renderers: Quarto prints the repr of anything
# but text, so only types whose repr and str agree are let through.
SETUP = f"""
def __armut_inline__(line, expression):
    import re
    from IPython.display import display
    try:
        value = expression()
        if hasattr(value, "_repr_markdown_"):
            text = value._repr_markdown_()
        elif type(value) in (str, int, float):
            text = re.sub(r"([\\\\`*_{{}}\\[\\]<>#$~^|@])", r"\\\\\\1", str(value))
        else:
            kind = type(value).__name__
            raise TypeError(f"inline code gives {{kind}}; format it as text (str)")
    except Exception:
        display({{"{MIME}": {{"line": line}}}}, raw=True)
        raise
    display({{"{MIME}": {{"text": text}}}}, raw=True)
get_ipython().config.InlineBackend.figure_formats = {{"svg"}}
"""


@dataclass(frozen=True)
class Results:
    """What the kernel gave back, in the order of the parts of the document.

    ``outputs`` holds the notebook outputs of each chunk, ``inline`` the Markdown of each inline
    expression of each prose part; both are empty lists where there is nothing.
    """

    outputs: list[list[dict[str, Any]]]
    inline: list[list[str]]


def execute(document: Document, params: Mapping[str, object], renderer: str) -> Results:
    """Run every chunk and inline expression of a document, in order, in one kernel.

    Parameters
    ----------
    document : Document
    params : mapping of str to object
        Values that replace those of the chunk tagged ``parameters``.
    renderer : str
        Name of the renderer, told to the document in an environment variable.

    Returns
    -------
    Results

    Raises
    ------
    RenderError
        A chunk or inline expression fails (with its traceback), runs out of time, ends the
        kernel, or a parameter is not defined by the document.
    """
    check_params(document, params)
    if not any(isinstance(part, Chunk) or inline_source(part) for part in document.parts):
        return Results([[] for _ in document.parts], [[] for _ in document.parts])
    outputs: list[list[dict[str, Any]]] = []
    inline: list[list[str]] = []
    with kernel(document, renderer) as run:
        run(SETUP, None)
        for part in document.parts:
            cell: list[dict[str, Any]] = []
            values: list[str] = []
            if isinstance(part, Chunk):
                if document.option(part, "eval", True) is not False:
                    cell = run(part.source, part)
                if "parameters" in tags(part):
                    run("\n".join(f"{k} = {v!r}" for k, v in params.items()), part)
            elif source := inline_source(part):
                shown = run(source, part)
                values = [o["data"][MIME]["text"] for o in shown if MIME in o.get("data", {})]
            outputs.append(cell)
            inline.append(values)
    return Results(outputs, inline)


def inline_source(part: Prose) -> str:
    """Python source that shows the value of each inline expression of a prose part."""
    if part.verbatim:
        return ""
    return "\n".join(
        f"__armut_inline__({part.line + part.text.count(chr(10), 0, m.start())}, lambda: ({m[1]}))"
        for m in INLINE.finditer(part.text)
    )


def tags(chunk: Chunk) -> Sequence[str]:
    """Tags of a chunk."""
    given = chunk.options.get("tags") or []
    return given if isinstance(given, list) else [str(given)]


def check_params(document: Document, params: Mapping[str, object]) -> None:
    """Refuse parameters that the document does not define."""
    if not params:
        return
    chunk = next(
        (p for p in document.parts if isinstance(p, Chunk) and "parameters" in tags(p)), None
    )
    if chunk is None:
        raise RenderError(
            "The document has no chunk tagged parameters, so -P cannot set "
            f"{', '.join(sorted(params))}.",
            file=document.path,
        )
    try:
        tree = ast.parse(chunk.source)
    except SyntaxError:
        return  # the kernel reports it with its traceback
    known = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store}
    for name in sorted(set(params) - known):
        raise RenderError(
            f"The parameter {name} is unknown; the document defines {', '.join(sorted(known))}.",
            file=document.path,
            line=chunk.line,
            chunk=chunk.name,
        )


@contextmanager
def kernel(document: Document, renderer: str) -> Iterator[Any]:
    """Start a kernel of this interpreter; yields a function that runs one cell."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbformat.v4 import new_code_cell, new_notebook

    spec = KernelSpec(
        argv=[
            *(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
            *("--HistoryManager.enabled=False", "--IPKernelApp.log_level=50"),
        ],
        display_name="armutsexpertise",
        language="python",
    )

    with tempfile.TemporaryDirectory(prefix="armutsexpertise-") as scratch:
        manager = AsyncKernelManager(connection_file=str(Path(scratch) / "kernel.json"))
        # Not a kernel spec of the machine: one named python3 may belong to another interpreter.
        manager._kernel_spec = spec
        if os.name == "posix" and len(scratch) < LONGEST_SOCKET_FOLDER:
            manager.transport, manager.ip = "ipc", str(Path(scratch) / "socket")
        client = NotebookClient(
            new_notebook(),  # type: ignore[no-untyped-call]
            km=manager,
            timeout=int(document.own.get("timeout", TIMEOUT_SECONDS)),
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(document.folder)}},
        )

        def run(source: str, part: Chunk | Prose | None) -> list[dict[str, Any]]:
            cell = new_code_cell(source)  # type: ignore[no-untyped-call]
            client.nb.cells.append(cell)
            chunk = part.name if isinstance(part, Chunk) else None
            line = part.line if part else None
            try:
                client.execute_cell(cell, len(client.nb.cells) - 1)
            except CellExecutionError as error:
                shown = [o["data"][MIME] for o in cell.outputs if MIME in o.get("data", {})]
                line = next((s["line"] for s in shown if "line" in s), line)
                trace = traceback_of(cell.outputs)
                if isinstance(part, Chunk):
                    line = part.line + line_within(trace, part.source)
                what = "The chunk fails" if chunk else "The inline code fails"
                raise RenderError(
                    f"{what}: {error.ename}: {first_line(error.evalue)}",
                    file=document.path,
                    line=line,
                    chunk=chunk,
                    traceback=trace,
                ) from None
            except CellTimeoutError:
                raise RenderError(
                    f"The chunk ran longer than {client.timeout} s; set armutsexpertise: timeout.",
                    file=document.path,
                    line=line,
                    chunk=chunk,
                ) from None
            except DeadKernelError:
                raise RenderError(
                    "The chunk ended the Python process.",
                    file=document.path,
                    line=line,
                    chunk=chunk,
                ) from None
            return [dict(output) for output in cell.outputs]

        with (
            environment(document, renderer, Path(scratch)) as env,
            client.setup_kernel(cleanup_kc=True, env=env),
        ):
            process = getattr(manager.provisioner, "process", None)
            try:
                yield run
            except KeyboardInterrupt:
                # The event loop may be gone by now, and nbclient's shutdown with it.
                if process is not None:
                    process.kill()
                raise


@contextmanager
def environment(document: Document, renderer: str, scratch: Path) -> Iterator[dict[str, str]]:
    """Environment of the kernel: nothing outside ``scratch`` is written for Jupyter's sake."""
    own = {f"JUPYTER_{k}_DIR": str(scratch) for k in ("CONFIG", "DATA", "RUNTIME")}
    own["IPYTHONDIR"] = str(scratch)
    saved = {key: os.environ.get(key) for key in own}
    os.environ.update(own)
    try:
        yield {
            **os.environ,
            "PYTHONHASHSEED": "0",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "MATPLOTLIBRC": str(assets() / "matplotlibrc"),
            "SOURCE_DATE_EPOCH": str(epoch(document.meta)),
            RENDERER_VARIABLE: renderer,
        }
    finally:
        for key, value in saved.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def assets() -> Path:
    """Folder of templates, filters and fonts."""
    return Path(str(files("armutsexpertise.render"))) / "assets"


def epoch(meta: Mapping[str, Any]) -> int:
    """Seconds since 1970 of the document's date, 0 where it has none: the only clock there is."""
    try:
        day = date.fromisoformat(str(meta.get("date")))
    except ValueError:
        return 0
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def first_line(text: str) -> str:
    """First line of an exception's text."""
    return text.strip().split("\n")[0]


def line_within(trace: str, source: str) -> int:
    """Line of the chunk at which a traceback enters it, 0 where it does not tell."""
    found = re.search(r"Cell In\[\d+\], line (\d+)", trace)
    # IPython does not count the empty lines before the first statement.
    skipped = len(source) - len(source.lstrip("\n"))
    return int(found[1]) + skipped if found else 0


def traceback_of(outputs: Sequence[Mapping[str, Any]]) -> str:
    """Traceback in notebook outputs, without colour codes."""
    lines = [line for o in outputs if o["output_type"] == "error" for line in o["traceback"]]
    return ANSI.sub("", "\n".join(lines))


# Cache ------------------------------------------------------------------------------------------


def cache_key(document: Document, params: Mapping[str, object], renderer: str) -> str:
    """Hash of all that an execution rests on.

    The document, its parameters, the versions of Python and of every installed package, the
    modules of this package (it may be installed from a working tree, where the version stands
    still), and the content of the files under ``armutsexpertise: depends``.
    """
    digest = hashlib.sha256()

    def add(*values: object) -> None:
        digest.update(json.dumps([str(v) for v in values]).encode())

    add(document.text, json.dumps(document.meta, default=str, sort_keys=True), renderer)
    add(*sorted((k, repr(v)) for k, v in params.items()))
    add(sys.version, *sorted(f"{d.name} {d.version}" for d in metadata.distributions()))
    package = Path(str(files("armutsexpertise")))
    for file in [*sorted(package.rglob("*.py")), *dependencies(document)]:
        add(file.name, hashlib.sha256(file.read_bytes()).hexdigest())
    return digest.hexdigest()


def dependencies(document: Document) -> list[Path]:
    """Files under ``armutsexpertise: depends``: paths or globs relative to the document."""
    given = document.own.get("depends") or []
    patterns = given if isinstance(given, list) else [given]
    found: list[Path] = []
    for pattern in patterns:
        # pathlib does not glob upwards, so the leading ../ are walked first.
        folder, rest = document.folder, str(pattern)
        while rest.startswith("../"):
            folder, rest = folder.parent, rest[3:]
        hits = sorted(f for f in folder.glob(rest) if f.is_file())
        if not hits:
            raise RenderError(
                f"armutsexpertise: depends names {pattern}, but there is no such file.",
                file=document.path,
            )
        found += hits
    return found


def load_cached(file: Path, key: str, folder: Path) -> Results | None:
    """Results of an earlier execution, or None where they are absent, damaged or out of date.

    Chunks may write the images that the document shows; an image that changed or went since
    makes the earlier execution useless.
    """
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        payload = stored["payload"]
        if stored["key"] != key or stored["digest"] != digest_of(payload):
            return None
        if any(hash_of(folder / name) != value for name, value in payload["images"].items()):
            return None
        return Results(payload["outputs"], payload["inline"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store(file: Path, key: str, results: Results, images: Mapping[str, str]) -> None:
    """Write results to the cache; ``images`` maps paths to hashes. A full disk only costs time."""
    payload = {"outputs": results.outputs, "inline": results.inline, "images": dict(images)}
    text = json.dumps({"key": key, "digest": digest_of(payload), "payload": payload})
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError:
        with suppress(OSError):
            temporary.unlink()


def digest_of(payload: Mapping[str, Any]) -> str:
    """Hash of a JSON value."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def hash_of(file: Path) -> str | None:
    """Hash of a file, or None where it cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None
