"""The door to rendering: one document in, reports out, all or none."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from armutsexpertise.render import html, pandoc, pdf, quarto
from armutsexpertise.render.assemble import Assembled, assemble
from armutsexpertise.render.document import Document, format_meta, read_document
from armutsexpertise.render.errors import RenderError
from armutsexpertise.render.execute import (
    RENDERER_VARIABLE,
    assets,
    cache_key,
    epoch,
    execute,
    load_cached,
    store,
)
from armutsexpertise.render.fonts import FAMILY, MONO

FORMATS = {"html": "html", "pdf": "typst", "docx": "docx"}
"""Formats by file extension, with the name their settings have in a header."""
RENDERERS = ("auto", "quarto", "embedded")


def render(
    source: Path,
    formats: Sequence[str] = ("html", "pdf"),
    *,
    params: Mapping[str, object] | None = None,
    renderer: str = "auto",
    output_dir: Path | None = None,
    cache_dir: Path | None = None,
) -> list[Path]:
    """Render a .qmd document.

    Parameters
    ----------
    source : Path
        The document.
    formats : sequence of str
        Any of ``html``, ``pdf``, ``docx``.
    params : mapping of str to object, optional
        Values for the chunk tagged ``parameters``.
    renderer : str
        ``quarto``, ``embedded``, or ``auto``: Quarto where it is installed.
    output_dir : Path, optional
        Where the reports go: else the ``output-dir`` of the project, else beside the document.
    cache_dir : Path, optional
        Where the embedded renderer keeps executions, by default ``.cache`` beside the document.

    Returns
    -------
    list of Path
        The files written, in the order of ``formats``.

    Raises
    ------
    RenderError
        Anything is wrong with the document. Former reports are left as they were.
    """
    source = Path(source)
    for name in formats:
        if name not in FORMATS:
            raise RenderError(f"The format {name} is unknown; choose from {', '.join(FORMATS)}.")
    chosen = choose_renderer(renderer)
    document = read_document(source)
    target = output_dir.resolve() if output_dir else output_folder(document)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".render-", dir=target) as scratch:
            folder = Path(scratch)
            if chosen == "quarto":
                built = quarto.build(document, formats, params or {}, folder)
            else:
                cache = cache_dir or document.folder / ".cache"
                built = build(document, formats, params or {}, folder, cache)
            return [replace(file, target) for file in built]
    except OSError as error:
        where = f" ({Path(error.filename).name})" if error.filename else ""
        raise RenderError(f"The report cannot be written: {error.strerror}{where}.") from error


def choose_renderer(name: str) -> str:
    """Return ``quarto`` or ``embedded``.

    Parameters
    ----------
    name : str
        ``auto`` takes Quarto where the environment variable ``QUARTO`` names it or ``quarto``
        is on the PATH.

    Raises
    ------
    RenderError
        The name is unknown, or Quarto is asked for and not there.

    Examples
    --------
    >>> choose_renderer("embedded")
    'embedded'
    """
    if name not in RENDERERS:
        raise RenderError(f"The renderer {name} is unknown; choose from {', '.join(RENDERERS)}.")
    if name == "embedded":
        return name
    found = quarto.executable()
    if found is None and name == "quarto":
        raise RenderError("Quarto is not installed; install it or use --renderer embedded.")
    return "quarto" if found else "embedded"


def renderer_name() -> str:
    """Name and version of the renderer at work, for a colophon.

    Inside a document being rendered it is what renders it; elsewhere it is what would.

    Returns
    -------
    str
        Such as ``Quarto 1.9.38`` or ``eingebetteter Renderer (pandoc 3.9, Typst 0.14)``.
    """
    told = os.environ.get(RENDERER_VARIABLE)
    if told:
        return told
    if choose_renderer("auto") == "quarto":
        return f"Quarto {quarto.version()}"
    return embedded_name()


def embedded_name() -> str:
    """Name of the embedded renderer with the versions of its parts."""
    return f"eingebetteter Renderer (pandoc {pandoc.version()}, Typst {pdf.version()})"


def output_folder(document: Document) -> Path:
    """Folder of the reports: the project's ``output-dir`` mirrored, else beside the document."""
    settings = document.meta.get("project")
    given = settings.get("output-dir") if isinstance(settings, Mapping) else None
    if document.project is None or not given:
        return document.folder
    root = document.project.parent
    return (root / str(given) / document.folder.relative_to(root)).resolve()


def replace(file: Path, target: Path) -> Path:
    """Move a finished file over the former one."""
    final = target / file.name
    return file.replace(final)


def build(
    document: Document,
    formats: Sequence[str],
    params: Mapping[str, object],
    folder: Path,
    cache: Path,
) -> list[Path]:
    """Render with the embedded renderer into ``folder``."""
    check_header(document, formats)
    check_files(document)
    assembled, tree = run_or_load(document, params, folder, cache)
    writers = {"html": write_html, "pdf": write_pdf, "docx": write_docx}
    with ThreadPoolExecutor(len(formats) or 1) as pool:
        jobs = [
            pool.submit(writers[name], document, tree, folder, assembled.error)
            for name in dict.fromkeys(formats)
        ]
        return [job.result() for job in jobs]


def run_or_load(
    document: Document, params: Mapping[str, object], folder: Path, cache: Path
) -> tuple[Assembled, pandoc.Node]:
    """Execute the document, or take its last execution from the cache."""
    name = embedded_name()
    key = cache_key(document, params, name)
    file = cache / f"{document.path.stem}.json"
    results = load_cached(file, key, document.folder)
    fresh = results is None
    if results is None:
        results = execute(document, params, name)
    figures = folder / "figures"
    figures.mkdir()
    assembled = assemble(document, results, figures)
    try:
        tree = pandoc.parse(assembled.text, document.meta, folder)
    except pandoc.PandocError as warning:
        raise pandoc.explain(str(warning), assembled.error) from None
    pandoc.check_labels(tree, assembled.error)
    images = pandoc.stage_images(tree, document.folder, folder / "media", assembled.error)
    if fresh:
        store(file, key, results, images)
    return assembled, tree


def check_header(document: Document, formats: Sequence[str]) -> None:
    """Refuse a header without the title and date that the formats need."""
    needed = {"title": "every format", **({"date": "a PDF"} if "pdf" in formats else {})}
    for key, what in needed.items():
        if not document.meta.get(key):
            raise RenderError(
                f"The header has no {key}; {what} needs one.", file=document.path, line=1
            )


def check_files(document: Document) -> None:
    """Refuse a bibliography, citation style or style sheet that is not there."""
    for key in ("bibliography", "csl", "css"):
        for name in FORMATS.values():
            for file in format_meta(document.meta, name).get(key) or []:
                if not Path(file).is_file():
                    line = next(
                        (n for n, t in enumerate(document.text.split("\n"), 1) if key in t), None
                    )
                    raise RenderError(
                        f"The {key} file {Path(file).name} does not exist.",
                        file=document.path,
                        line=line,
                    )


def common_options(meta: Mapping[str, Any], template: str, below: int = 0) -> dict[str, Any]:
    """Options of pandoc that a header decides; ``below`` is how far headings are lowered."""
    options: dict[str, Any] = {
        "template": str(assets() / "templates" / template),
        "syntax-highlighting": "none",
    }
    if meta.get("toc"):
        options |= {"table-of-contents": True, "toc-depth": int(meta.get("toc-depth", 3)) + below}
    return options


def write_html(document: Document, tree: pandoc.Node, folder: Path, fail: pandoc.Fail) -> Path:
    """Write the self-contained page."""
    meta = format_meta(document.meta, "html")
    return html_page(tree, meta, folder / f"{document.path.stem}.html", fail)


def html_page(tree: pandoc.Node, meta: Mapping[str, Any], file: Path, fail: pandoc.Fail) -> Path:
    """Write a tree as one HTML file in its own scratch folder."""
    options = common_options(meta, "report.html", below=1) | {
        "html-math-method": {"method": "mathml"},
        "section-divs": False,
        "variables": {
            "styles": html.styles(meta.get("css") or ()),
            "script": html.script(),
        },
    }
    pandoc.write(tree, "html5", file.name, file.parent, options, fail)
    html.embed_images(file)
    return file


def write_pdf(document: Document, tree: pandoc.Node, folder: Path, fail: pandoc.Fail) -> Path:
    """Write the tagged PDF."""
    meta = format_meta(document.meta, "typst")
    options = common_options(meta, "report.typst") | {
        "variables": {
            **{"family": FAMILY, "mono": MONO},
            # Strings of Typst, not its markup, which pandoc would write.
            "author-strings": [literal(name) for name in pandoc.authors(meta)],
            "keyword-strings": [literal(str(word)) for word in meta.get("keywords") or []],
        },
    }
    pandoc.write(tree, "typst", "report.typ", folder, options, fail)
    output = folder / f"{document.path.stem}.pdf"
    pdf.compile_pdf(folder / "report.typ", output, epoch(document.meta))
    return output


def literal(text: str) -> str:
    """Write text as a string literal of Typst, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def write_docx(document: Document, tree: pandoc.Node, folder: Path, fail: pandoc.Fail) -> Path:
    """Write the DOCX for comments."""
    meta = format_meta(document.meta, "docx")
    pdf.rasterise(folder / "media")
    options = common_options(meta, "report.html")
    del options["template"]
    output = f"{document.path.stem}.docx"
    pandoc.write(tree, "docx", output, folder, options, fail)
    return folder / output


def page(
    body_markdown: str,
    metadata: Mapping[str, Any],
    output: Path,
    *,
    resources: Path | None = None,
) -> None:
    """Write a page such as an index with the template and the styles of the reports.

    Parameters
    ----------
    body_markdown : str
        Markdown with the features of the reports, without code.
    metadata : mapping
        As in a header: ``title``, ``subtitle``, ``lang``, ``date``, ``toc``, ...
    output : Path
        The HTML file.
    resources : Path, optional
        Folder to which images are relative, by default that of ``output``.

    Raises
    ------
    RenderError
        The Markdown cannot be rendered or the file not be written.
    """

    def fail(reason: str, **_: object) -> RenderError:
        return RenderError(reason, file=output)

    output = output.resolve()
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".render-", dir=output.parent) as scratch:
            folder = Path(scratch)
            try:
                tree = pandoc.parse(body_markdown, metadata, folder)
            except pandoc.PandocError as warning:
                raise pandoc.explain(str(warning), fail) from None
            pandoc.check_labels(tree, fail)
            pandoc.stage_images(tree, resources or output.parent, folder / "media", fail)
            replace(html_page(tree, metadata, folder / output.name, fail), output.parent)
    except OSError as error:
        raise RenderError(f"The page cannot be written: {error.strerror}.", file=output) from error
