"""Put prose and results together as Markdown, and remember where every line comes from."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armutsexpertise.render.document import INLINE, Chunk, Document, Prose
from armutsexpertise.render.errors import RenderError
from armutsexpertise.render.execute import Results

IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
FLOATS = ("fig", "tbl")


@dataclass(frozen=True)
class Segment:
    """A piece of the assembled Markdown: prose, or all that one chunk shows."""

    text: str
    line: int
    """Line of the document in which the piece begins."""
    chunk: str | None = None


@dataclass(frozen=True)
class Assembled:
    """The whole Markdown of a document with the origin of its lines."""

    segments: tuple[Segment, ...]
    path: Path

    @property
    def text(self) -> str:
        """Markdown, without a header."""
        return "\n".join(segment.text for segment in self.segments)

    def error(self, reason: str, *, needle: str = "", line: int = 0) -> RenderError:
        """Make an error that names the origin of a text or of a line of the Markdown."""
        below = 0
        for segment in self.segments:
            size = segment.text.count("\n") + 1
            if line and below + size < line:
                below += size
                continue
            at = line - below - 1 if line else _line_in(segment.text, needle)
            if at is None:
                continue
            origin = segment.line if segment.chunk else segment.line + at
            return RenderError(reason, file=self.path, line=origin, chunk=segment.chunk)
        return RenderError(reason, file=self.path)


def _line_in(text: str, needle: str) -> int | None:
    at = text.find(needle) if needle else -1
    return None if at < 0 else text.count("\n", 0, at)


def assemble(document: Document, results: Results, figures: Path) -> Assembled:
    """Return the Markdown of a document after execution.

    Parameters
    ----------
    document : Document
    results : Results
        One entry for each part of the document.
    figures : Path
        Folder for the figures that chunks draw; it must exist.

    Raises
    ------
    RenderError
        A chunk draws a figure without ``fig-alt``, gives an HTML table, or nothing that can be
        shown in every format.
    """
    segments = []
    for part, outputs, inline in zip(document.parts, results.outputs, results.inline, strict=True):
        if isinstance(part, Prose):
            segments.append(Segment(fill_in(part, inline), part.line))
        else:
            shown = show_chunk(document, part, outputs, figures)
            segments.append(Segment(f"\n{shown}\n", part.line, part.name))
    return Assembled(tuple(segments), document.path)


def fill_in(part: Prose, inline: Sequence[str]) -> str:
    """Prose with the values in place of its inline expressions."""
    values = iter(inline)
    return INLINE.sub(lambda _: next(values), part.text) if inline else part.text


def show_chunk(
    document: Document, chunk: Chunk, outputs: Sequence[Mapping[str, Any]], figures: Path
) -> str:
    """Markdown of one chunk: its source where echoed, its output, its caption."""
    if document.option(chunk, "include", True) is False:
        return ""
    blocks = []
    if document.option(chunk, "echo", True) and chunk.code.strip():
        blocks.append(f"``` {{.python .cell-code}}\n{chunk.code}\n```")
    mode = document.option(chunk, "output", True)
    body = [] if mode is False else show_outputs(document, chunk, outputs, figures)
    kind = chunk.label.split("-")[0]
    if body and kind in FLOATS:
        caption = str(chunk.options.get(f"{kind}-cap", ""))
        body = [f"::: {{#{chunk.label}}}", *body, caption, ":::"]
    return "\n\n".join([*blocks, *body])


def show_outputs(
    document: Document, chunk: Chunk, outputs: Sequence[Mapping[str, Any]], figures: Path
) -> list[str]:
    """Markdown of the outputs of a chunk, one string per output."""
    asis = document.option(chunk, "output", True) == "asis"
    warn = document.option(chunk, "warning", True)
    blocks: list[str] = []
    for output in outputs:
        if output["output_type"] == "stream":
            if output["name"] == "stderr" and warn is False:
                continue
            text = str(output["text"])
            blocks.append(text if asis else f"``` {{.cell-output}}\n{text.rstrip()}\n```")
        else:
            blocks.append(show_data(document, chunk, output["data"], figures, len(blocks)))
    return [block for block in blocks if block.strip()]


def show_data(
    document: Document, chunk: Chunk, data: Mapping[str, Any], figures: Path, number: int
) -> str:
    """Markdown of one rich output."""

    def fail(reason: str) -> RenderError:
        return RenderError(reason, file=document.path, line=chunk.line, chunk=chunk.name)

    if "text/markdown" in data:
        return str(data["text/markdown"])
    kind = next((mime for mime in IMAGES if mime in data), None)
    if kind:
        alt = str(chunk.options.get("fig-alt") or "").strip()
        if not alt:
            raise fail("The figure has no alternative text; add #| fig-alt.")
        file = figures / f"{chunk.label or f'chunk-{chunk.number}'}-{number}.{IMAGES[kind]}"
        content = str(data[kind])
        file.write_bytes(content.encode() if kind == "image/svg+xml" else b64decode(content))
        quoted = " ".join(alt.split()).replace("\\", "\\\\").replace('"', '\\"')
        return f'![]({file.as_posix()}){{fig-alt="{quoted}"}}'
    if "text/html" in data:
        raise fail("The chunk gives HTML; print Markdown with #| output: asis instead.")
    if "text/plain" in data:
        return f"``` {{.cell-output}}\n{data['text/plain']}\n```"
    raise fail(f"The chunk gives {', '.join(sorted(data))}, which no format can show.")
