"""Read a .qmd file: header, project settings, prose and chunks, each with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from armutsexpertise.render.errors import RenderError
from armutsexpertise.render.features import CHUNK_OPTIONS

FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<ticks>`{3,}|~{3,})[ \t]*(?P<info>.*?)[ \t]*$")
INLINE = re.compile(r"(?<!`)`\{python\}[ \t]+([^`\n]+)`(?!`)")
# Paths that may stand in a header or in _quarto.yml, relative to the file they stand in.
PATH_KEYS = ("bibliography", "csl", "css")


@dataclass(frozen=True)
class Prose:
    """Markdown between chunks; ``line`` is the line of its first character."""

    text: str
    line: int
    verbatim: bool = False
    """A fenced code block: no inline code is looked for."""


@dataclass(frozen=True)
class Chunk:
    """A ``{python}`` chunk; ``line`` is the line of its opening fence.

    ``source`` holds the option lines too, they are comments: so the lines of a traceback are those
    of the file.
    """

    source: str
    options: Mapping[str, Any]
    line: int
    number: int

    @property
    def code(self) -> str:
        """Source without option lines and empty lines around it."""
        lines = self.source.split("\n")
        return "\n".join(line for line in lines if not line.startswith("#|")).strip("\n")

    @property
    def label(self) -> str:
        """Label as given, or empty."""
        return str(self.options.get("label", ""))

    @property
    def name(self) -> str:
        """What an error calls the chunk."""
        return self.label or f"#{self.number}"


@dataclass(frozen=True)
class Document:
    """A parsed document.

    ``meta`` is the project's metadata with the header merged over it; paths in it are absolute.
    """

    path: Path
    text: str
    meta: Mapping[str, Any]
    project: Path | None
    parts: tuple[Prose | Chunk, ...] = field(repr=False)

    @property
    def folder(self) -> Path:
        """Folder of the document: chunks run there, images are looked up there."""
        return self.path.parent

    @property
    def execute(self) -> Mapping[str, Any]:
        """The ``execute`` block of the header."""
        block = self.meta.get("execute") or {}
        return block if isinstance(block, Mapping) else {}

    @property
    def own(self) -> Mapping[str, Any]:
        """The ``armutsexpertise`` block of the header: keys of our own, which Quarto ignores."""
        block = self.meta.get("armutsexpertise") or {}
        return block if isinstance(block, Mapping) else {}

    def option(self, chunk: Chunk, name: str, default: Any) -> Any:
        """Option of a chunk, else of the document, else the default."""
        return chunk.options.get(name, self.execute.get(name, default))


def read_document(path: Path) -> Document:
    """Read and parse a document together with the settings of its project.

    Parameters
    ----------
    path : Path
        A ``.qmd`` file, UTF-8.

    Returns
    -------
    Document

    Raises
    ------
    RenderError
        The file is missing or not UTF-8, the YAML of the header, of a chunk or of
        ``_quarto.yml`` is broken, a fence is never closed, a chunk option is unknown, or a
        label is used twice.
    """
    path = path.resolve()
    if path.suffix != ".qmd":
        raise RenderError("Only .qmd documents can be rendered.", file=path)
    text = read_text(path)
    header, first = split_header(text, path)
    project = find_project(path)
    meta: Mapping[str, Any] = header
    if project:
        settings = load_yaml(read_text(project), project)
        meta = merge(absolute_paths(settings, project.parent), header)
    parts = split_parts(text.split("\n")[first:], first + 1, path)
    return Document(path, text, meta, project, tuple(parts))


def read_text(path: Path) -> str:
    """Read a UTF-8 file with LF line ends, or say why not."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise RenderError(f"The file {path.name} does not exist.") from None
    except UnicodeDecodeError:
        raise RenderError("The file is not UTF-8; save it as UTF-8.", file=path) from None
    except OSError as error:
        raise RenderError(f"The file cannot be read ({error.strerror}).", file=path) from None


def load_yaml(
    text: str, path: Path, first_line: int = 1, chunk: str | None = None
) -> dict[str, Any]:
    """Parse a YAML mapping; an error names the line in the file, not in the block."""
    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise RenderError(
            f"The YAML is broken: {problem}.", file=path, line=line, chunk=chunk
        ) from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise RenderError(
            "The YAML must be a mapping (key: value).", file=path, line=first_line, chunk=chunk
        )
    return loaded


def split_header(text: str, path: Path) -> tuple[dict[str, Any], int]:
    """Return the YAML header, paths made absolute, and the number of lines it takes."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        raise RenderError(
            "The document has no YAML header; it must begin with a line ---.", file=path, line=1
        )
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            header = load_yaml("\n".join(lines[1:number]), path, 2)
            return absolute_paths(header, path.parent), number + 1
    raise RenderError("The YAML header is never closed by a line ---.", file=path, line=1)


def find_project(path: Path) -> Path | None:
    """Nearest ``_quarto.yml`` in the folder of the document or above."""
    for folder in path.parents:
        for name in ("_quarto.yml", "_quarto.yaml"):
            if (folder / name).is_file():
                return folder / name
    return None


def absolute_paths(meta: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Resolve the paths in metadata against the folder of the file that states them."""
    out: dict[str, Any] = {}
    for key, value in meta.items():
        if key in PATH_KEYS and value:
            values = value if isinstance(value, list) else [value]
            out[key] = [str((folder / str(v)).resolve()) for v in values]
        elif isinstance(value, Mapping):
            out[key] = absolute_paths(value, folder)
        else:
            out[key] = value
    return out


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two levels of metadata: mappings key by key, lists joined, else the later wins.

    Examples
    --------
    >>> merge({"a": {"x": 1, "y": 2}, "b": [1]}, {"a": {"y": 3}, "b": [2]})
    {'a': {'x': 1, 'y': 3}, 'b': [1, 2]}
    """
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            out[key] = merge(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            out[key] = [*old, *(v for v in value if v not in old)]
        else:
            out[key] = value
    return out


def format_meta(meta: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Metadata as one format sees it: its own block merged over the rest.

    ``key`` is the name in the header: ``html``, ``typst`` or ``docx``.
    """
    formats = meta.get("format")
    own = formats.get(key) if isinstance(formats, Mapping) else None
    rest = {k: v for k, v in meta.items() if k != "format"}
    return merge(rest, own) if isinstance(own, Mapping) else rest


def split_parts(lines: list[str], first_line: int, path: Path) -> list[Prose | Chunk]:
    """Split the body into prose, verbatim blocks and chunks."""
    parts: list[Prose | Chunk] = []
    buffer: list[str] = []
    seen: dict[str, int] = {}
    start = number = i = 0

    def flush() -> None:
        if buffer:
            parts.append(Prose("\n".join(buffer), first_line + start))
            buffer.clear()

    while i < len(lines):
        fence = FENCE.match(lines[i])
        if not fence or (fence["ticks"][0] == "`" and "`" in fence["info"]):
            if not buffer:
                start = i
            buffer.append(lines[i])
            i += 1
            continue
        end = closing_fence(lines, i, fence["ticks"])
        if end is None:
            raise RenderError(
                f"The fence {fence['ticks']} is never closed.",
                file=path,
                line=first_line + i,
                chunk=chunk_label(lines[i + 1 :]) if "{python" in fence["info"] else None,
            )
        flush()
        if re.match(r"^\{python\b", fence["info"]):
            number += 1
            chunk = parse_chunk(lines[i : end + 1], fence, first_line + i, number, path)
            if chunk.label in seen:
                raise RenderError(
                    f"The label {chunk.label} is already used in line {seen[chunk.label]}.",
                    file=path,
                    line=chunk.line,
                    chunk=chunk.label,
                )
            if chunk.label:
                seen[chunk.label] = chunk.line
            parts.append(chunk)
        else:
            block = "\n".join(lines[i : end + 1])
            parts.append(Prose(block, first_line + i, verbatim=True))
        i = end + 1
    flush()
    return parts


def closing_fence(lines: list[str], opening: int, ticks: str) -> int | None:
    """Index of the line that closes the fence, or None."""
    close = re.compile(rf"^\s*{re.escape(ticks[0])}{{{len(ticks)},}}\s*$")
    return next((k for k in range(opening + 1, len(lines)) if close.match(lines[k])), None)


def chunk_label(lines: list[str]) -> str | None:
    """Label of a chunk that could not be parsed, for the error alone."""
    found = re.match(r"#\|\s*label:\s*(\S+)", lines[0]) if lines else None
    return found[1] if found else None


def parse_chunk(
    lines: list[str], fence: re.Match[str], line: int, number: int, path: Path
) -> Chunk:
    """Read the options and the source of one chunk."""
    body = lines[1:-1]
    label = chunk_label(body) or f"#{number}"
    if fence["indent"]:
        raise RenderError(
            "A chunk must not be indented or stand in a list.", file=path, line=line, chunk=label
        )
    if fence["info"].replace(" ", "") != "{python}":
        raise RenderError(
            "Write chunk options as #| lines, not inside the braces.",
            file=path,
            line=line,
            chunk=label,
        )
    count = next((k for k, text in enumerate(body) if not text.startswith("#|")), len(body))
    header = "\n".join(text[2:].removeprefix(" ") for text in body[:count])
    options = load_yaml(header, path, line + 1, label)
    for key in options:
        if key not in CHUNK_OPTIONS:
            raise RenderError(
                f"The chunk option {key} is not supported; see docs/decisions/rendering.md.",
                file=path,
                line=line + 1 + next(k for k, t in enumerate(body) if str(key) in t),
                chunk=label,
            )
    return Chunk("\n".join(body), options, line, number)
