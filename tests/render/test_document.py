"""Reading documents: what they hold, and each mistake with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armutsexpertise.render.document import (
    Chunk,
    Prose,
    format_meta,
    merge,
    read_document,
    split_parts,
)
from armutsexpertise.render.errors import RenderError

Write = Callable[..., Path]


def test_parts_carry_their_lines(write: Write) -> None:
    path = write("Eins `{python} 1`\n\n```{python}\n#| label: a\nx = 1\n```\n\nZwei\n")
    parts = read_document(path).parts
    assert [(type(p).__name__, p.line) for p in parts] == [
        ("Prose", 6),
        ("Chunk", 9),
        ("Prose", 13),
    ]
    chunk = parts[1]
    assert isinstance(chunk, Chunk)
    assert (chunk.label, chunk.code, chunk.name) == ("a", "x = 1", "a")
    # The option line stays in the source: tracebacks count the lines of the file.
    assert chunk.source == "#| label: a\nx = 1"


def test_other_fences_are_left_alone(write: Write) -> None:
    path = write('````markdown\n```{python}\nprint("nein")\n```\n````\n\n~~~r\n`{python} 1`\n~~~\n')
    parts = read_document(path).parts
    assert all(isinstance(p, Prose) for p in parts)
    assert [p.verbatim for p in parts if p.text.strip()] == [True, True]  # type: ignore[union-attr]


def test_project_settings_lie_under_the_header(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "_quarto.yml").write_text(
        "lang: de\nbibliography: a.bib\nexecute: {echo: false, warning: false}\n", encoding="utf-8"
    )
    path = tmp_path / "sub" / "x.qmd"
    path.write_text("---\nbibliography: b.bib\nexecute: {warning: true}\n---\n", encoding="utf-8")
    document = read_document(path)
    assert document.meta["lang"] == "de"
    assert document.execute == {"echo": False, "warning": True}
    assert document.meta["bibliography"] == [
        str(tmp_path / "a.bib"),
        str(tmp_path / "sub" / "b.bib"),
    ]


def test_format_block_wins_over_the_rest() -> None:
    meta = {"toc": True, "format": {"html": {"toc": False, "x": 1}, "docx": "default"}}
    assert format_meta(meta, "html") == {"toc": False, "x": 1}
    assert format_meta(meta, "docx") == {"toc": True}


@given(
    st.recursive(
        st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
        lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    )
)
def test_merging_with_itself_or_nothing_changes_nothing(meta: dict[str, object]) -> None:
    assert merge(meta, meta) == meta
    assert merge({}, meta) == meta == merge(meta, {})


@given(st.lists(st.text(alphabet="abc `{}#\n", max_size=20), max_size=8))
def test_prose_without_fences_comes_back_unchanged(lines: list[str]) -> None:
    text = "\n".join(lines).replace("```", "")
    parts = split_parts(text.split("\n"), 1, Path("x.qmd"))
    assert "\n".join(p.text for p in parts if isinstance(p, Prose)) == text


@pytest.mark.parametrize(
    ("body", "line", "chunk", "message"),
    [
        ("a\n\n```{python}\n#| label: offen\nx = 1\n", 9, "offen", "never closed"),
        ("a\n\n~~~\nx\n", 9, None, "The fence ~~~ is never closed"),
        ("```{python}\n#| label: [a\n```\n", 8, "[a", "The YAML is broken"),
        ("```{python}\n#| label: a\n#| ouput: asis\n```\n", 9, "a", "option ouput"),
        ("```{python}\n#| a\n```\n", 8, "#1", "must be a mapping"),
        ("```{python}\n#| label: a\n```\n\n```{python}\n#| label: a\n```\n", 11, "a", "line 7"),
        ("- a\n\n  ```{python}\n  1\n  ```\n", 9, "#1", "must not be indented"),
        ("```{python echo=FALSE}\n1\n```\n", 7, "#1", "not inside the braces"),
    ],
)
def test_mistakes_name_line_and_chunk(
    write: Write, body: str, line: int, chunk: str | None, message: str
) -> None:
    with pytest.raises(RenderError, match=r"probe\.qmd") as caught:
        read_document(write(body))
    assert message in caught.value.reason
    # "Line of the file": the header of the fixture takes six lines.
    assert (caught.value.line, caught.value.chunk) == (line, chunk)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Kein Kopf\n", "probe.qmd, line 1: The document has no YAML header"),
        ("---\ntitle: x\n", "probe.qmd, line 1: The YAML header is never closed"),
        ("---\ntitle: x\nfoo: [1\n---\n", "probe.qmd, line 3: The YAML is broken"),
        ("---\n- a\n---\n", "probe.qmd, line 2: The YAML must be a mapping"),
    ],
)
def test_broken_headers(write: Write, text: str, message: str) -> None:
    with pytest.raises(RenderError) as caught:
        read_document(write("", header=text))
    assert str(caught.value).startswith(message)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"x\.qmd does not exist"):
        read_document(tmp_path / "x.qmd")
    with pytest.raises(RenderError, match=r"Only \.qmd documents"):
        read_document(tmp_path / "x.md")
    latin = tmp_path / "latin.qmd"
    latin.write_bytes("---\ntitle: Übung\n---\n".encode("latin-1"))
    with pytest.raises(RenderError, match="not UTF-8"):
        read_document(latin)
    (tmp_path / "ordner.qmd").mkdir()
    with pytest.raises(RenderError, match="cannot be read"):
        read_document(tmp_path / "ordner.qmd")


def test_broken_project_file_is_named(tmp_path: Path, write: Write) -> None:
    (tmp_path / "_quarto.yml").write_text("lang: [de\n", encoding="utf-8")
    with pytest.raises(RenderError, match=r"_quarto\.yml, line 2: The YAML is broken"):
        read_document(write("a"))
