"""Turn .qmd documents into HTML, PDF and DOCX.

The Quarto CLI does it where it is installed, else the embedded renderer: a Jupyter kernel runs
the chunks, pandoc writes HTML, DOCX and Typst, Typst writes the PDF. `features` lists what a
document may use so that both give the same report.
"""

from armutsexpertise.render.errors import RenderError
from armutsexpertise.render.renderer import choose_renderer, page, render, renderer_name

__all__ = ["RenderError", "choose_renderer", "page", "render", "renderer_name"]
