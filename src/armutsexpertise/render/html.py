"""HTML in one file: styles, fonts, script and images inside."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from armutsexpertise.render.errors import RenderError
from armutsexpertise.render.execute import assets
from armutsexpertise.render.fonts import FAMILY, MONO, font_dir

FACES = (
    (FAMILY, "ExpertiseSans-Regular", 400, "normal"),
    (FAMILY, "ExpertiseSans-Italic", 400, "italic"),
    (FAMILY, "ExpertiseSans-Bold", 700, "normal"),
    (FAMILY, "ExpertiseSans-BoldItalic", 700, "italic"),
    (MONO, "ExpertiseMono-Regular", 400, "normal"),
)
TYPES = {
    **{".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"},
    **{".gif": "image/gif", ".webp": "image/webp"},
}

LOADING = (
    r'<(?:img|script|iframe|source|video|audio|embed)\b[^>]*\bsrc="([^"]*)"',
    r'<(?:img|source)\b[^>]*\bsrcset="([^"]*)"',
    r'<link\b[^>]*\bhref="([^"]*)"',
    r"url\(\s*['\"]?([^)'\"]+)",
    r"@import\s+['\"]([^'\"]+)['\"]",
)


def data_uri(file: Path, mime: str) -> str:
    """Content of a file as an address."""
    return f"data:{mime};base64,{b64encode(file.read_bytes()).decode()}"


def styles(extra: Sequence[str] = ()) -> str:
    """Style sheet with the fonts inside; ``extra`` names style sheets of the document."""
    sheets = [assets() / "templates" / "report.css", *map(Path, extra)]
    return "\n".join([font_faces(), *(sheet.read_text(encoding="utf-8") for sheet in sheets)])


@cache
def font_faces() -> str:
    """Rules that bring the fonts into the page."""
    faces = [
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f"font-display: swap; src: url({data_uri(font_dir() / f'{stem}.woff2', 'font/woff2')}) "
        f'format("woff2"); }}'
        for family, stem, weight, style in FACES
    ]
    return "\n".join(faces)


def script() -> str:
    """Script of the page."""
    return (assets() / "templates" / "report.js").read_text(encoding="utf-8")


def embed_images(file: Path) -> None:
    """Put the staged images into the page, and make sure that nothing is asked from elsewhere.

    Raises
    ------
    RenderError
        The page loads something from a file or another host.
    """

    def inside(found: re.Match[str]) -> str:
        image = file.parent / found[2]
        return f'{found[1]}="{data_uri(image, TYPES[image.suffix])}"'

    page = re.sub(r'(src|srcset)="(media/[^"]+)"', inside, file.read_text(encoding="utf-8"))
    outside = loads(page)
    if outside:
        raise RenderError(f"The page would load {outside[0]}; reports ask no other host.")
    file.write_text(page, encoding="utf-8", newline="\n")


def loads(page: str) -> Sequence[str]:
    """Addresses that a browser would fetch to show a page, apart from data inside it."""
    body = re.sub(r"(?s)<pre.*?</pre>|<code.*?</code>", "", page)
    found = [address for pattern in LOADING for address in re.findall(pattern, body)]
    return [address for address in found if not address.startswith("data:")]
