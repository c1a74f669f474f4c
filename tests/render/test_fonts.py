"""The fonts in the tree: complete, small, under names of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest
from fontTools.ttLib import TTFont

from armutsexpertise.render import fonts

SIGNS = "–—„“‚‘’”…€§%‰·•−×÷≤≥≈±→←↑↓°²³½✓■□●○▲\u00a0\u202f\u2009äöüÄÖÜßẞéčłşβΔ"


def test_every_face_is_there_with_its_licence() -> None:
    names = [path.stem for path in fonts.font_paths()]
    assert names == [
        "ExpertiseMono-Regular",
        "ExpertiseSans-Bold",
        "ExpertiseSans-BoldItalic",
        "ExpertiseSans-Italic",
        "ExpertiseSans-Regular",
    ]
    assert all(path.with_suffix(".woff2").exists() for path in fonts.font_paths())
    licence = (fonts.font_dir() / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert licence.count("Reserved Font Name") >= 2


@pytest.mark.parametrize("path", fonts.font_paths(), ids=lambda p: p.stem)
def test_face(path) -> None:
    font = TTFont(path)
    assert path.stat().st_size < 120_000
    missing = [sign for sign in SIGNS if ord(sign) not in font.getBestCmap()]
    # The monospaced original has no thin space.
    assert missing == (["\u2009"] if "Mono" in path.stem else [])
    family = fonts.MONO if "Mono" in path.stem else fonts.FAMILY
    assert font["name"].getDebugName(1) == family
    # The licence reserves the name of the original for unmodified versions.
    shown = [str(n) for n in font["name"].names if n.nameID not in (0, 13, 14)]
    assert not any("Source" in name for name in shown)


def test_figures_have_one_width_and_letters_kern() -> None:
    font = TTFont(fonts.font_dir() / "ExpertiseSans-Regular.ttf")
    names, widths = font.getBestCmap(), font["hmtx"]
    assert len({widths[names[ord(digit)]][0] for digit in "0123456789"}) == 1
    features = {r.FeatureTag for r in font["GPOS"].table.FeatureList.FeatureRecord}
    assert "kern" in features


def test_the_module_stays_light() -> None:
    code = (
        "import sys, armutsexpertise.render.fonts as f; f.font_paths(); "
        "print([m for m in ('matplotlib', 'nbclient', 'typst', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
