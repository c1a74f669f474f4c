"""Call pandoc: Markdown to a syntax tree, the checked tree to each format."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from armutsexpertise.render.errors import RenderError
from armutsexpertise.render.execute import assets, epoch, hash_of
from armutsexpertise.render.words import german_or_english, long_date

CROSS_REFERENCES = ("fig-", "tbl-", "sec-", "eq-")
# The header keys that reach pandoc; whatever else a header holds is for the renderer alone.
METADATA = (
    *("title", "subtitle", "author", "date", "abstract", "lang", "bibliography", "csl"),
    *("nocite", "keywords", "description", "number-sections", "toc-title", "papersize"),
    *("link-citations", "reference-section-title", "suppress-bibliography", "pagetitle"),
)
# Keys of our own, in a header under `armutsexpertise:` where Quarto leaves them alone.
OWN_METADATA = ("series",)
ALT = ("fig-alt", "alt")
NARROW = "narrow"
"""Attribute of an image that names the drawing for narrow screens."""
Node = dict[str, Any]
Fail = Callable[..., RenderError]


@cache
def executable() -> str:
    """Path of pandoc: the one that came with pypandoc-binary, else one on the PATH."""
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError):
        found = shutil.which("pandoc")
        if found:
            return found
    raise RenderError("pandoc is missing; install the package with its extra: [render].")


@cache
def version() -> str:
    """Version of pandoc."""
    text = subprocess.run([executable(), "--version"], capture_output=True, text=True, check=True)
    return text.stdout.split("\n")[0].removeprefix("pandoc").strip().removeprefix(".exe").strip()


def run(arguments: Sequence[str], text: str, folder: Path, meta: Mapping[str, Any]) -> str:
    """Run pandoc in a folder; return what it wrote. A warning is an error.

    Raises
    ------
    PandocError
        Pandoc stopped or warned; its message is the argument.
    """
    home = folder / "pandoc"  # not the user's: a reference.docx there would change the output
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [executable(), f"--data-dir={home}", *arguments],
        input=text.encode(),
        capture_output=True,
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch(meta)), "LC_ALL": "C.UTF-8"},
        check=False,
    )
    messages = done.stderr.decode(errors="replace").strip()
    if done.returncode or messages:
        raise PandocError(messages or f"pandoc stopped with code {done.returncode}")
    return done.stdout.decode()


class PandocError(Exception):
    """Pandoc wrote to its error channel."""


def parse(markdown: str, meta: Mapping[str, Any], folder: Path) -> Node:
    """Parse Markdown to pandoc's syntax tree.

    Raises
    ------
    PandocError
        Pandoc found something odd, such as a div that is never closed.
    """
    tree = run(["-f", "markdown", "-t", "json"], markdown, folder, meta)
    header = yaml.safe_dump(metadata(meta), allow_unicode=True, sort_keys=False)
    head = run(["-f", "markdown", "-t", "json"], f"---\n{header}---\n", folder, meta)
    return {**json.loads(tree), "meta": json.loads(head)["meta"]}


def metadata(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Header keys for pandoc, with the date in words and the words of the language."""
    out = {key: meta[key] for key in METADATA if meta.get(key) is not None}
    own = meta.get("armutsexpertise") or {}
    out |= {key: own[key] for key in OWN_METADATA if key in own}
    language = str(meta.get("lang", "en"))
    out["lang"] = language
    out["words"] = german_or_english(language)
    if "date" in out:
        out["date-iso"] = str(out["date"])
        out["date"] = long_date(str(out["date"]), str(meta.get("date-format", "long")), language)
    out["author"] = authors(meta)
    out.setdefault("link-citations", True)
    return out


def authors(meta: Mapping[str, Any]) -> list[str]:
    """Names of the authors, given as text, as mappings with a name, or as a list of either."""
    given = meta.get("author") or []
    given = given if isinstance(given, list) else [given]
    return [str(a.get("name", "")) if isinstance(a, dict) else str(a) for a in given]


def walk(node: Any) -> Iterator[Node]:
    """Every element of a syntax tree, in document order."""
    if isinstance(node, dict):
        if "t" in node:
            yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def attributes(node: Node) -> list[Any] | None:
    """``[id, classes, [[key, value]]]`` of an element that has them, changeable in place."""
    content = node.get("c")
    if node["t"] == "Header":
        found = content[1]  # type: ignore[index]
    elif node["t"] in ("Div", "Span", "Image", "Link", "Figure", "Table", "Code", "CodeBlock"):
        found = content[0]  # type: ignore[index]
    else:
        return None
    return found if isinstance(found, list) else None


def text_of(node: Any) -> str:
    """Plain text of a part of the tree."""
    return "".join(_word(element) for element in walk(node)).strip()


def _word(element: Node) -> str:
    if element["t"] == "Str":
        return str(element["c"])
    if element["t"] in ("Code", "Math"):
        return str(element["c"][1])
    return " " if element["t"] in ("Space", "SoftBreak") else ""


def check_labels(tree: Node, fail: Fail) -> None:
    """Refuse an identifier of a cross reference that is given twice."""
    seen = set()
    for node in walk(tree["blocks"]):
        found = attributes(node)
        if not found or not found[0].startswith(CROSS_REFERENCES):
            continue
        if found[0] in seen:
            raise fail(f"The label {found[0]} is used twice.", needle=f"#{found[0]}")
        seen.add(found[0])


def stage_images(tree: Node, folder: Path, media: Path, fail: Fail) -> dict[str, str]:
    """Copy every image into ``media`` under a name made of its content, and point to it there.

    So is the image of the attribute ``narrow``.

    Parameters
    ----------
    tree : dict
        Syntax tree; sources and alternative texts are set in place.
    folder : Path
        Folder to which the paths in the document are relative.
    media : Path
        Folder that receives the copies.
    fail : callable
        Makes the error for a text of the document.

    Returns
    -------
    dict of str to str
        Hash of the content of each image that lies in the folder of the document or is relative
        to it, by the path the document gives.
    """
    hashes: dict[str, str] = {}
    media.mkdir(exist_ok=True)

    def staged(source: str) -> str:
        if re.match(r"^[a-z]+://|^data:", source):
            raise fail(
                f"The image {source} is not a file; reports ask no other host.", needle=source
            )
        digest = hash_of(folder / source)
        if digest is None:
            raise fail(f"The image {source} does not exist.", needle=source)
        copy = media / f"{digest[:16]}{Path(source).suffix.lower()}"
        if not copy.exists():
            shutil.copyfile(folder / source, copy)
        if not Path(source).is_absolute():
            hashes[source] = digest
        return f"{media.name}/{copy.name}"

    for node in walk(tree["blocks"]):
        if node["t"] != "Image":
            continue
        (_, _, pairs), caption, target = node["c"]
        source = target[0]
        target[0] = staged(source)
        alt = next((v for k, v in pairs if k in ALT and v.strip()), "")
        alt = alt.strip() or text_of(caption)
        if not alt:
            raise fail(f"The image {source} has no alternative text; add fig-alt.", needle=source)
        kept = [[k, staged(v) if k == NARROW else v] for k, v in pairs if k not in ALT]
        pairs[:] = [*kept, ["alt", alt]]
    return hashes


def write(
    tree: Node, to: str, output: str, folder: Path, options: Mapping[str, Any], fail: Fail
) -> None:
    """Write the tree in one format.

    Parameters
    ----------
    tree : dict
        Checked syntax tree.
    to : str
        ``html5``, ``typst`` or ``docx``.
    output : str
        File name in ``folder``.
    folder : Path
        Working folder with the staged images.
    options : mapping
        Pandoc options beyond those common to all formats, as in a defaults file.
    fail : callable
        Makes the error for a text of the document.

    Raises
    ------
    RenderError
        A reference or citation leads nowhere, or pandoc complains.
    """
    defaults = {
        "from": "json",
        "to": to,
        "output-file": output,
        "standalone": True,
        "filters": [{"type": "lua", "path": str(assets() / "lua" / "report.lua")}, "citeproc"],
        "resource-path": ["."],
        **options,
    }
    file = folder / f"{to}.defaults.json"
    file.write_text(json.dumps(defaults), encoding="utf-8")
    try:
        # The date of the tree is in words by now, so the clock is taken from its ISO form.
        iso = text_of(tree["meta"].get("date-iso", {}))
        run([f"--defaults={file}"], json.dumps(tree), folder, {"date": iso})
    except PandocError as warning:
        raise explain(str(warning), fail) from None


def explain(message: str, fail: Fail) -> RenderError:
    """Turn what pandoc, citeproc or the filter wrote into one sentence."""
    if found := re.search(r"UNRESOLVED (\S+)", message):
        return fail(f"The reference @{found[1]} leads nowhere.", needle=f"@{found[1]}")
    if found := re.search(r"citation (\S+) not found", message):
        return fail(f"The citation @{found[1]} is not in the bibliography.", needle=f"@{found[1]}")
    if found := re.search(r"UNSUPPORTED (.*)", message):
        return fail(f"{found[1]} is not supported; see docs/decisions/rendering.md.")
    if found := re.search(r"Duplicate identifier '([^']+)'", message):
        return fail(f"The label {found[1]} is used twice.", needle=f"#{found[1]}")
    if found := re.search(r"Div at .*?line (\d+)", message):
        return fail("The div ::: is never closed.", line=int(found[1]))
    found = re.search(r"line (\d+)", message)
    return fail(
        f"pandoc says: {' '.join(message.split())[:300]}", line=int(found[1]) if found else 0
    )
