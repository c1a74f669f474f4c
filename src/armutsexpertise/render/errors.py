"""The one error of the renderer: a sentence that says where and what."""

from __future__ import annotations

from pathlib import Path


class RenderError(Exception):
    """A document cannot be rendered.

    Parameters
    ----------
    reason : str
        One sentence: what is wrong and what to do.
    file : Path, optional
        The file in which the mistake was made; only its name is shown.
    line : int, optional
        Line of that file, counted from 1.
    chunk : str, optional
        Label of the chunk, or its ordinal such as ``#3`` when it has none.
    traceback : str, optional
        Python traceback of a failing chunk, without colour codes.

    Examples
    --------
    >>> str(RenderError("The fence is never closed.", file=Path("a.qmd"), line=7))
    'a.qmd, line 7: The fence is never closed.'
    """

    def __init__(
        self,
        reason: str,
        *,
        file: Path | None = None,
        line: int | None = None,
        chunk: str | None = None,
        traceback: str = "",
    ) -> None:
        self.reason, self.file, self.line = reason, file, line
        self.chunk, self.traceback = chunk, traceback
        where = [file.name] if file else []
        where += [f"line {line}"] if line else []
        where += [f"chunk {chunk}"] if chunk else []
        super().__init__(f"{', '.join(where)}: {reason}" if where else reason)
