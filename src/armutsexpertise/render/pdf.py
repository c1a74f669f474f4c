"""PDF by Typst, and the PNG copies of drawings that a DOCX needs."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from armutsexpertise.render.errors import RenderError
from armutsexpertise.render.fonts import font_dir

PIXELS_PER_INCH = 220


@cache
def version() -> str:
    """Version of the Typst language inside the installed wheel."""
    import typst

    parts = json.loads(typst.eval(b" ", "(sys.version.at(0), sys.version.at(1))"))
    return ".".join(str(part) for part in parts)


def compile_pdf(source: Path, output: Path, timestamp: int) -> None:
    """Compile Typst to a PDF that claims PDF/UA-1 and PDF/A-2a.

    Parameters
    ----------
    source : Path
        Typst file; nothing outside its folder can be read from it.
    output : Path
        The PDF.
    timestamp : int
        Date of creation, seconds since 1970.

    Raises
    ------
    RenderError
        Typst refuses the document, for the standards or otherwise.
    """
    import typst

    try:
        pdf = typst.compile(
            str(source),
            root=str(source.parent),
            font_paths=[str(font_dir())],
            ignore_system_fonts=True,
            pdf_standards=["ua-1", "a-2a"],  # accessible and archivable; the two go together
            timestamp=timestamp,
        )
    except typst.TypstError as error:
        hint = f" ({error.hints[0]})" if error.hints else ""
        raise RenderError(f"Typst refuses the document: {error.message}{hint}.") from None
    output.write_bytes(pdf)


def rasterise(folder: Path) -> None:
    """Put a PNG beside every SVG of a folder; Word shows those everywhere."""
    import typst

    for drawing in sorted(folder.glob("*.svg")):
        if re.fullmatch(r"[0-9a-f]+", drawing.stem) is None:
            raise ValueError("Drawings must be staged under the hash of their content.")
        page = "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
        source = folder / f"{drawing.stem}.typ"
        source.write_text(f'{page}#image("{drawing.name}")\n', encoding="utf-8")
        png = typst.compile(
            str(source),
            root=str(folder),
            format="png",
            ppi=PIXELS_PER_INCH,
            font_paths=[str(font_dir())],
            ignore_system_fonts=True,
        )
        drawing.with_suffix(".png").write_bytes(png)
