"""What a document may use: the features that Quarto and the embedded renderer share.

`FEATURES` is the list for people (docs/decisions/rendering.md shows it), `check_portable` holds a
document against it. A document that passes gives the same report with both renderers, apart from
the look.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armutsexpertise.render.errors import RenderError

if TYPE_CHECKING:
    from armutsexpertise.render.document import Chunk, Document, Prose

FEATURES: tuple[tuple[str, str, str], ...] = (
    (
        "Header",
        "`title`, `subtitle`, `author`, `date`, `date-format`, `lang`, `abstract`, `keywords`",
        "`date` in ISO form; `date-format` is needed, or Typst in Quarto shows the ISO form",
    ),
    (
        "Project settings",
        "`_quarto.yml` in the folder or above",
        "merged under the header; paths are relative to the file they stand in",
    ),
    (
        "Contents and numbers",
        "`toc`, `toc-depth`, `number-sections`, `{.unnumbered}`",
        "`@sec-x` needs `number-sections: true`",
    ),
    (
        "Chunks",
        "```` ```{python} ```` with `#|` lines",
        "not in lists; options `label`, `include`, `echo`, `eval`, `output`, `warning`, `tags`, "
        "`fig-cap`, `fig-alt`, `tbl-cap`",
    ),
    (
        "Output",
        "`#| output: asis` with `print()` of Markdown, or a `Markdown` object",
        "no HTML tables: Quarto would link scripts of other hosts, the PDF would lose them",
    ),
    (
        "Inline code",
        "`` `{python} expression` ``",
        "gives `str`, `int`, `float` or `Markdown`; no literal in double backticks",
    ),
    (
        "Parameters",
        "a chunk with `#| tags: [parameters]`, set by `-P name=value`",
        "with `echo: false`, or Quarto shows the injected chunk",
    ),
    (
        "Figures",
        '`::: {#fig-x}` with `![](file.svg){fig-alt="…"}` and the caption as last paragraph',
        "or a chunk labelled `fig-x` that draws one figure; alternative text always",
    ),
    (
        "Tables",
        "`::: {#tbl-x}` with a pipe or grid table and the caption as last paragraph",
        "unequal dashes set the column widths; equal dashes leave them to the renderer",
    ),
    (
        "Source lines",
        "`[Quelle: …]{.source}` as a paragraph of an exhibit, or `::: {.source}`",
        "Quarto needs a style for the class",
    ),
    (
        "References",
        "`@fig-x`, `@tbl-x`, `@sec-x`",
        "a reference that leads nowhere is an error",
    ),
    (
        "Citations",
        "`[@key]`, `@key`, `bibliography`, `csl`, `::: {#refs}`",
        "`citeproc: true` under `typst`, or Typst adds a heading and a style of its own",
    ),
    ("Footnotes, definition lists, quotations", "Pandoc's Markdown", ""),
    (
        "Callouts",
        "`::: {.callout-note}` (note, tip, warning, important, caution)",
        "title as heading or `title=`; not collapsible",
    ),
    (
        "Conditional content",
        '`::: {.content-visible when-format="html"}`, `.content-hidden`, `unless-format`',
        "formats `html`, `typst`, `docx`",
    ),
    ("Page breaks", "`{{< pagebreak >}}` as a paragraph", "the only shortcode"),
    ("Other languages", '`::: {lang="en"}`', "hyphenation and quotation marks follow"),
    (
        "Formulas",
        "`$x$`",
        "embedded renderer only: Quarto writes no alternative text for them, which PDF/UA-1 asks",
    ),
)
"""Feature, how it is written, what to mind."""

CHUNK_OPTIONS = frozenset(
    {"label", "include", "echo", "eval", "output", "warning", "tags", "fig-cap", "fig-alt"}
    | {"tbl-cap"}
)
OWN_KEYS = frozenset({"series", "depends", "timeout"})
EXECUTE_KEYS = frozenset({"echo", "warning", "eval", "include", "output", "freeze", "cache"})
HEADER_KEYS = frozenset(
    {"title", "subtitle", "author", "date", "date-format", "lang", "abstract", "keywords"}
    | {"description", "pagetitle", "bibliography", "csl", "nocite", "link-citations"}
    | {"number-sections", "toc", "toc-depth", "toc-title", "execute", "format", "project"}
    | {"armutsexpertise", "jupyter", "fig-format", "css", "embed-resources"}
    | {"html-math-method", "pdf-standard", "papersize", "citeproc"}
)
# What Quarto's own look takes from a header; the embedded renderer has its own look.
LOOK_KEYS = frozenset(
    {"theme", "mainfont", "monofont", "font-paths", "fontsize", "margin", "toc-location"}
    | {"section-numbering", "linestretch", "reference-doc", "code-copy", "anchor-sections"}
    | {"smooth-scroll", "grid", "columns", "table-style", "prefer-html", "minimal"}
)
PROJECT_KEYS = frozenset({"type", "output-dir", "render", "title"})
CALLOUTS = ("note", "tip", "warning", "important", "caution")


@dataclass(frozen=True)
class Problem:
    """Something in a document that one of the renderers does not do, or does otherwise."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        """Return ``file, line n: message``."""
        return f"{self.file.name}, line {self.line}: {self.message}"


def check_portable(path: Path) -> list[Problem]:
    """Check a ``.qmd`` document or a ``_quarto.yml`` against the shared features.

    Parameters
    ----------
    path : Path
        The file. A document is judged with its project's settings.

    Returns
    -------
    list of Problem
        Empty where both renderers make the same report of it.

    Raises
    ------
    ValueError
        The file is neither.
    """
    from armutsexpertise.render.document import Prose, load_yaml, read_document, read_text

    try:
        if path.name in ("_quarto.yml", "_quarto.yaml"):
            text = read_text(path)
            settings = load_yaml(text, path)
            return [Problem(path, line_of(text, k), m) for k, m in check_settings(settings)]
        if path.suffix != ".qmd":
            raise ValueError(f"{path.name} is neither a .qmd document nor a _quarto.yml.")
        document = read_document(path)
    except RenderError as error:
        return [Problem(error.file or path, error.line or 1, error.reason)]
    problems = [
        Problem(path, line_of(document.text, key), message)
        for key, message in [*check_settings(document.meta), *check_header(document)]
    ]
    if (path.parent / "_metadata.yml").exists():
        problems.append(Problem(path, 1, "_metadata.yml is read by Quarto alone."))
    for part in document.parts:
        found = check_prose(part) if isinstance(part, Prose) else check_chunk(document, part)
        problems += [Problem(path, line, message) for line, message in found]
    return sorted(problems, key=lambda p: (p.line, p.message))


def line_of(text: str, key: str) -> int:
    """Line of a YAML key, 1 where it is not written."""
    found = re.search(rf"(?m)^\s*{re.escape(key)}\s*:", text) if key else None
    return text.count("\n", 0, found.start()) + 1 if found else 1


def check_settings(meta: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Problems of a header or project file, each with the key it is about."""
    known = HEADER_KEYS | LOOK_KEYS
    blocks = meta.get("format")
    formats = blocks if isinstance(blocks, Mapping) else {str(blocks): None} if blocks else {}
    for name, block in formats.items():
        if name not in ("html", "typst", "docx"):
            yield name, f"The format {name} is not shared; use html, typst, docx."
        for key in block if isinstance(block, Mapping) else ():
            if key not in known:
                yield key, f"The key {key} under {name} is not shared."
    for block_name, allowed in (
        ("execute", EXECUTE_KEYS),
        ("project", PROJECT_KEYS),
        ("armutsexpertise", OWN_KEYS),
    ):
        block = meta.get(block_name)
        for key in block if isinstance(block, Mapping) else ():
            if key not in allowed:
                yield key, f"The key {key} under {block_name} is not shared."
    for key in meta:
        if key not in known:
            yield key, f"The key {key} is not shared."
    execute = meta.get("execute") or {}
    if execute.get("freeze"):
        yield "freeze", "freeze watches the document, not the data; leave it off."
    if execute.get("cache"):
        yield "cache", "cache needs jupyter-cache in Quarto; leave it off."
    project = meta.get("project") or {}
    if project.get("type", "default") != "default":
        yield "type", f"The project type {project['type']} is Quarto's alone; use default."


def check_header(document: Document) -> Iterator[tuple[str, str]]:
    """Problems of the header together with the project's settings."""
    from armutsexpertise.render.document import Chunk, Prose, format_meta
    from armutsexpertise.render.execute import tags

    meta = document.meta
    for key in ("title", "lang", "date-format"):
        if not meta.get(key):
            yield "title", f"The header lacks {key}."
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(meta.get("date"))):
        yield "date", "date must be a day such as 2026-03-14, or output changes from day to day."
    formats = meta.get("format") or {}
    page, pdf = format_meta(meta, "html"), format_meta(meta, "typst")
    if page.get("embed-resources") is not True:
        yield "html", "format html lacks embed-resources: true."
    if page.get("html-math-method") != "mathml":
        yield "html", "format html lacks html-math-method: mathml; Quarto would ask another host."
    if isinstance(formats, Mapping) and "typst" in formats:
        standards = pdf.get("pdf-standard") or []
        if "ua-1" not in (standards if isinstance(standards, list) else [standards]):
            yield "typst", "format typst lacks pdf-standard: ua-1."
        if meta.get("bibliography") and pdf.get("citeproc") is not True:
            yield "typst", "format typst lacks citeproc: true; Typst would add its own heading."
    chunks = [p for p in document.parts if isinstance(p, Chunk)]
    if any("parameters" in tags(c) for c in chunks) and document.execute.get("echo", True):
        yield "execute", "With parameters execute: echo must be false, or Quarto shows them."
    prose = " ".join(p.text for p in document.parts if isinstance(p, Prose) and not p.verbatim)
    if re.search(r"@sec-", prose) and meta.get("number-sections") is not True:
        yield "number-sections", "References @sec-x need number-sections: true."


def check_chunk(document: Document, chunk: Chunk) -> Iterator[tuple[int, str]]:
    """Problems of a chunk with their lines."""
    mode = document.option(chunk, "output", True)
    silent = document.option(chunk, "include", True) is False or mode is False
    if mode not in (True, False, "asis"):
        yield chunk.line, f"output: {mode} is not shared; use true, false or asis."
    kind = chunk.label.split("-")[0]
    if kind == "fig" and not chunk.options.get("fig-alt"):
        yield chunk.line, f"The chunk {chunk.label} has no fig-alt."
    if kind in ("fig", "tbl") and not chunk.options.get(f"{kind}-cap"):
        yield chunk.line, f"The chunk {chunk.label} has no {kind}-cap."
    if kind in ("lst", "thm", "eq"):
        yield chunk.line, f"Labels {kind}- are not shared."
    if not silent and (found := re.search(r"great_tables|to_html|\bHTML(?=\()", chunk.source)):
        yield chunk.line, f"{found[0]} gives HTML; print Markdown with output: asis."
    if not silent and mode != "asis" and ends_in_value(chunk.source):
        yield (
            chunk.line,
            "The chunk ends in a value, which may show as HTML; print with output: asis.",
        )


def ends_in_value(source: str) -> bool:
    """Tell whether a notebook would show the value of the last line."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    if not body or not isinstance(body[-1], ast.Expr):
        return False
    value = body[-1].value
    if not isinstance(value, ast.Call):
        return True
    name = (
        value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    )
    return name not in ("print", "show", "Markdown", "display")


SHORTCODE = re.compile(r"\{\{<\s*(\S+).*?>\}\}")
IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)[^)]*\)(\{[^}]*\})?")
ATTRIBUTES = re.compile(r"^:::+\s*\{([^}]*)\}|\{([.#][^}]*)\}")
HTML_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(\s[^<>]*)?/?>")
MATH = re.compile(r"(?<![\\$\w])\$(?=\S)[^$\n]*\S?\$(?!\d)|^\$\$")
CLASSES = re.compile(r"(?:^|\s)\.(column-[\w-]+|aside|panel-[\w-]+|incremental|columns?)\b")


def check_prose(prose: Prose) -> Iterator[tuple[int, str]]:
    """Problems of Markdown with their lines."""
    lines = prose.text.split("\n")
    if prose.verbatim:
        if found := re.match(r"^\s*[`~]{3,}\s*\{=?(\w+)", lines[0]):
            yield prose.line, f"A block of {found[1]} is not shared."
        return
    for number, line in enumerate(lines, prose.line):
        if re.search(r"`` ?`\{python\}", line):
            yield number, "A literal `{python}` in double backticks is run by Quarto."
        bare = re.sub(r"`+[^`]*`+", "", line)
        before = lines[number - prose.line - 1] if number > prose.line else ""
        if re.match(r"#{1,6}\s", bare) and before.strip() and not before.startswith(":::"):
            yield number, "A heading needs a blank line before it."
        for found in SHORTCODE.finditer(bare):
            if found[1] != "pagebreak" or bare.strip() != found[0]:
                yield number, f"The shortcode {found[1]} is not shared here."
        for found in IMAGE.finditer(line):
            if re.match(r"https?:", found[1]):
                yield number, "An image of another host is not shared."
            if "fig-alt=" not in (found[2] or ""):
                yield number, "An image lacks fig-alt."
        yield from ((number, message) for message in check_attributes(bare))
        if HTML_TAG.search(bare):
            yield number, "Raw HTML does not reach the PDF."
        if MATH.search(bare):
            yield number, "Quarto writes no alternative text for formulas, and PDF/UA-1 asks it."


def check_attributes(line: str) -> Iterator[str]:
    """Problems of ``{#id .class key=value}`` in one line."""
    for found in ATTRIBUTES.finditer(line):
        text = found[1] or found[2] or ""
        if hit := CLASSES.search(text):
            yield f"The class {hit[1]} is not shared."
        if hit := re.search(r"\.callout-(\w+)", text):
            if hit[1] not in CALLOUTS:
                yield f"The callout {hit[1]} is not shared."
            if re.search(r"\b(collapse|appearance|icon)\s*=", text):
                yield "Callouts cannot collapse or change their look."
        if hit := re.search(r"#(lst|thm|lem|cor|def|exm|exr)-", text):
            yield f"Labels {hit[1]}- are not shared."
        if hit := re.search(r"\b(layout[\w-]*|when-(?!format)\w+|unless-(?!format)\w+)\s*=", text):
            yield f"The attribute {hit[1]} is not shared."
