"""The shared features: what the check finds, and that the page in docs/ lists them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from armutsexpertise.render.features import FEATURES, Problem, check_portable

from .conftest import DOCUMENTS

Write = Callable[..., Path]
ROOT = Path(__file__).parents[2]
GOOD = """---
title: Probe
lang: de
date: 2026-03-14
date-format: D. MMMM YYYY
number-sections: true
execute:
  echo: false
format:
  html:
    embed-resources: true
    html-math-method: mathml
  typst:
    pdf-standard: ua-1
    citeproc: true
---

"""


def messages(problems: list[Problem]) -> list[str]:
    return [p.message for p in problems]


def test_sample_report_is_portable_but_for_its_formulas() -> None:
    assert check_portable(DOCUMENTS / "_quarto.yml") == []
    found = set(messages(check_portable(DOCUMENTS / "bericht.qmd")))
    assert found == {"Quarto writes no alternative text for formulas, and PDF/UA-1 asks it."}


def test_sample_of_edges_is_not(tmp_path: Path) -> None:
    problems = check_portable(DOCUMENTS / "edge.qmd")
    assert all(p.file.name == "edge.qmd" for p in problems)
    text = "\n".join(map(str, problems))
    for word in ("column-margin", "double backticks", "include", "lst-", "collapse", "Raw HTML"):
        assert word in text
    assert str(problems[0]).startswith("edge.qmd, line ")


def test_shared_features_raise_no_problem(write: Write) -> None:
    body = (
        "# Teil {#sec-teil}\n\n```{python}\n#| tags: [parameters]\nn = 1\n```\n\n"
        "```{python}\n#| output: asis\nprint('x')\n```\n\n"
        "```{python}\n#| include: false\nn\n```\n\n"
        "```{python}\nfrom IPython.display import Markdown\nMarkdown('x')\n```\n\n"
        "`{python} n` und @sec-teil [@key], 5 $ und 6 $, a < b, <https://example.org>\n\n"
        "```text\n<b> $x$ {{< include >}}\n```\n\n"
        "::: {.callout-note title='A'}\nx\n:::\n\n{{< pagebreak >}}\n\n"
        '::: {#fig-a}\n![](a.svg){fig-alt="A"}\n\nTitel\n:::\n'
    )
    assert check_portable(write(body, header=GOOD)) == []


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("Text\n# Titel\n", 19, "A heading needs a blank line before it."),
        ("{{< meta title >}}\n", 18, "The shortcode meta is not shared here."),
        ("Text {{< pagebreak >}}\n", 18, "The shortcode pagebreak is not shared here."),
        ("::: {.column-margin}\nx\n:::\n", 18, "The class column-margin is not shared."),
        ("::: {.panel-tabset}\nx\n:::\n", 18, "The class panel-tabset is not shared."),
        ("`` `{python} 1` ``\n", 18, "A literal `{python}` in double backticks is run by Quarto."),
        ("a <br> b\n", 18, "Raw HTML does not reach the PDF."),
        ("```{=html}\n<p>\n```\n", 18, "A block of html is not shared."),
        ("```{r}\n1\n```\n", 18, "A block of r is not shared."),
        ("![](a.svg)\n", 18, "An image lacks fig-alt."),
        (
            '![](https://example.org/a.png){fig-alt="x"}\n',
            18,
            "An image of another host is not shared.",
        ),
        ("::: {#lst-a}\nx\n:::\n", 18, "Labels lst- are not shared."),
        ("::: {#fig-a layout-ncol=2}\nx\n:::\n", 18, "The attribute layout-ncol is not shared."),
        (
            "::: {.callout-tip collapse=true}\nx\n:::\n",
            18,
            "Callouts cannot collapse or change their look.",
        ),
        ("::: {.callout-danger}\nx\n:::\n", 18, "The callout danger is not shared."),
        ("$x^2$\n", 18, "Quarto writes no alternative text for formulas, and PDF/UA-1 asks it."),
        (
            "::: {.content-visible when-meta='x'}\nx\n:::\n",
            18,
            "The attribute when-meta is not shared.",
        ),
        (
            "- a\n\n  ```{python}\n  1\n  ```\n",
            20,
            "A chunk must not be indented or stand in a list.",
        ),
        (
            "```{python}\n#| column: margin\n```\n",
            19,
            "The chunk option column is not supported; see docs/decisions/rendering.md.",
        ),
        (
            "```{python}\ndf\n```\n",
            18,
            "The chunk ends in a value, which may show as HTML; print with output: asis.",
        ),
        (
            "```{python}\n#| output: asis\nprint(df.to_html())\n```\n",
            18,
            "to_html gives HTML; print Markdown with output: asis.",
        ),
        (
            "```{python}\n#| label: fig-a\n#| fig-cap: x\n1;\n```\n",
            18,
            "The chunk fig-a has no fig-alt.",
        ),
        (
            "```{python}\n#| label: tbl-a\n#| output: asis\n```\n",
            18,
            "The chunk tbl-a has no tbl-cap.",
        ),
        ("```{python}\n#| label: lst-a\n#| output: asis\n```\n", 18, "Labels lst- are not shared."),
        (
            "```{python}\n#| output: hold\nprint(1)\n```\n",
            18,
            "output: hold is not shared; use true, false or asis.",
        ),
    ],
)
def test_each_thing_that_is_not_shared(write: Write, body: str, line: int, message: str) -> None:
    problems = check_portable(write(body, header=GOOD))
    assert (line, message) in [(p.line, p.message) for p in problems]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: Probe\n", "", "The header lacks title."),
        ("lang: de\n", "", "The header lacks lang."),
        ("date-format: D. MMMM YYYY\n", "", "The header lacks date-format."),
        ("2026-03-14", "today", "date must be a day such as 2026-03-14"),
        ("    embed-resources: true\n", "", "format html lacks embed-resources: true."),
        ("    html-math-method: mathml\n", "", "format html lacks html-math-method: mathml"),
        ("    pdf-standard: ua-1\n", "", "format typst lacks pdf-standard: ua-1."),
        ("    citeproc: true\n", "bibliography: a.bib\n", "format typst lacks citeproc: true"),
        ("  echo: false\n", "  freeze: auto\n", "freeze watches the document, not the data"),
        ("  echo: false\n", "  cache: true\n", "cache needs jupyter-cache"),
        ("  echo: false\n", "  depends: a\n", "The key depends under execute is not shared."),
        ("  typst:\n", "  pdf:\n", "The format pdf is not shared; use html, typst, docx."),
        ("title: Probe\n", "title: Probe\nfilters: [a]\n", "The key filters is not shared."),
        (
            "    citeproc: true\n",
            "    template: a\n",
            "The key template under typst is not shared.",
        ),
        ("lang: de\n", "lang: de\narmutsexpertise: {a: 1}\n", "key a under armutsexpertise"),
        ("number-sections: true\n", "", "References @sec-x need number-sections: true."),
        ("  echo: false\n", "  echo: true\n", "With parameters execute: echo must be false"),
    ],
)
def test_each_thing_a_header_needs(write: Write, old: str, new: str, message: str) -> None:
    body = "Siehe @sec-a.\n\n```{python}\n#| tags: [parameters]\nn = 1\n```\n"
    assert old in GOOD
    problems = check_portable(write(body, header=GOOD.replace(old, new)))
    assert any(message in p.message for p in problems), problems


def test_project_file(tmp_path: Path) -> None:
    project = tmp_path / "_quarto.yml"
    project.write_text("lang: de\nproject:\n  type: website\n  pre-render: x.py\n")
    assert [(p.line, p.message) for p in check_portable(project)] == [
        (4, "The key pre-render under project is not shared."),
        (3, "The project type website is Quarto's alone; use default."),
    ]
    project.write_text("lang: [de\n")
    assert messages(check_portable(project))[0].startswith("The YAML is broken")


def test_folder_metadata_is_quartos_alone(write: Write, tmp_path: Path) -> None:
    (tmp_path / "_metadata.yml").write_text("lang: de")
    found = messages(check_portable(write("x\n", header=GOOD)))
    assert found == ["_metadata.yml is read by Quarto alone."]


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"neither a \.qmd document nor a _quarto\.yml"):
        check_portable(tmp_path / "a.md")


def test_page_on_rendering_lists_every_feature() -> None:
    text = (ROOT / "docs" / "decisions" / "rendering.md").read_text(encoding="utf-8")
    rows = [f"| {' | '.join(feature)} |" for feature in FEATURES]
    missing = [row for row in rows if row not in text]
    assert not missing, "\n".join(missing)
