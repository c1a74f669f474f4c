"""axe-core in a headless Chromium: no violations, no requests, no sideways scrolling."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from armutsexpertise.render import page

TOOLS = Path(__file__).parent / "axe"


def browser() -> str | None:
    """Path of Chromium or Chrome; ``CHROMIUM`` may name it."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def look(file: Path) -> list[dict[str, Any]]:
    """Open a page at two widths in two colour schemes and return what was found."""
    chromium, node = browser(), shutil.which("node")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    if node is None:
        pytest.skip("Node is not installed")
    if not (TOOLS / "node_modules").is_dir():
        pytest.skip("the Node packages are missing; run: npm ci --prefix tests/render/axe")
    done = subprocess.run(
        [node, "run.mjs", chromium, str(file)], cwd=TOOLS, capture_output=True, text=True,
        check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def check(findings: list[dict[str, Any]]) -> None:
    """Assert what holds at every width and in every scheme."""
    assert [(f["width"], f["colorScheme"]) for f in findings] == [
        (1280, "light"),
        (1280, "dark"),
        (390, "light"),
        (390, "dark"),
    ]
    for found in findings:
        where = f"{found['width']} px, {found['colorScheme']}"
        assert found["violations"] == [], where
        assert found["requests"] == [], where
        assert found["errors"] == [], where
        assert found["overflow"] <= 0, where
        assert set(found["moved"]) <= {0}, where
        assert found["fonts"], where
        # Fewer rules would mean that axe-core saw no page.
        assert found["passes"] > 15, where


@pytest.mark.slow
def test_report(report: dict[str, Path]) -> None:
    findings = look(report["html"])
    check(findings)
    assert findings[2]["moved"], "a table of the sample scrolls on a phone"


@pytest.mark.slow
def test_index_page(tmp_path: Path) -> None:
    body = (
        "[Armutspolitik in Kommunen]{.lead}\n\n:::: {.cards}\n\n::: {.card}\n\n## Pässe\n\n"
        "- Ein Befund\n- Noch einer\n\n::: {.downloads}\n- [HTML](passes/report.html)\n"
        "- [PDF](passes/report.pdf)\n:::\n\n:::\n\n::::\n"
    )
    output = tmp_path / "index.html"
    page(body, {"title": "Expertisen", "subtitle": "Übersicht", "lang": "de"}, output)
    check(look(output))


@pytest.mark.slow
def test_a_violation_would_be_seen(tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        '<html><body style="width:2000px"><img src="https://example.org/a.png">'
        "<script>throw new Error('x')</script></body></html>"
    )
    found = look(bad)[2]
    assert {v["id"] for v in found["violations"]} >= {"html-has-lang", "image-alt"}
    assert found["requests"] == ["https://example.org/a.png"]
    assert found["errors"]
    assert found["overflow"] > 0
