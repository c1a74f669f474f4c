"""Documents to render, and one rendering that many tests look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import lxml.html
import pytest

from armutsexpertise.render import render

DOCUMENTS = Path(__file__).parent / "documents"
HEADER = "---\ntitle: Probe\nlang: de\ndate: 2026-03-14\n---\n\n"


@pytest.fixture(autouse=True)
def _no_quarto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a Quarto of this computer out of the tests."""
    monkeypatch.delenv("QUARTO", raising=False)
    monkeypatch.delenv("ARMUTSEXPERTISE_RENDERER", raising=False)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a document with a short header into a folder of its own."""

    def _write(body: str, header: str = HEADER, name: str = "probe.qmd") -> Path:
        path = tmp_path / name
        path.write_text(header + body, encoding="utf-8")
        return path

    return _write


def copy_documents(folder: Path) -> Path:
    """Copy the sample documents; chunks and caches must not write into the tests."""
    return Path(shutil.copytree(DOCUMENTS, folder, ignore=shutil.ignore_patterns(".cache")))


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Render the sample report once; keys are the formats."""
    folder = copy_documents(tmp_path_factory.mktemp("report") / "documents")
    files = render(folder / "bericht.qmd", ("html", "pdf", "docx"), renderer="embedded")
    return {file.suffix[1:]: file for file in files}


def find(tree: lxml.html.HtmlElement, path: str) -> list[lxml.html.HtmlElement]:
    """Elements below, in document order, by steps such as ``figure.float`` and ``#fig-x``."""
    found = [tree]
    for step in path.split():
        tag, _, rest = step.partition("#") if "#" in step else step.partition(".")
        kind = "id" if "#" in step else "class"
        test = f"[contains(concat(' ', @{kind}, ' '), ' {rest} ')]" if rest else ""
        found = [hit for item in found for hit in item.xpath(f".//{tag or '*'}{test}")]
    return found
