"""Render with the Quarto CLI where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from armutsexpertise.render.document import Document
from armutsexpertise.render.errors import RenderError
from armutsexpertise.render.execute import RENDERER_VARIABLE, epoch

FORMATS = {"html": "html", "pdf": "typst", "docx": "docx"}


def executable() -> str | None:
    """Path of Quarto: what the environment variable ``QUARTO`` names, else one on the PATH.

    Raises
    ------
    RenderError
        ``QUARTO`` names something that is not a program.
    """
    named = os.environ.get("QUARTO")
    if not named:
        return shutil.which("quarto")
    found = shutil.which(named)
    if found is None:
        raise RenderError("The environment variable QUARTO names no program; correct or unset it.")
    return found


def version() -> str:
    """Version of the Quarto CLI, such as ``1.9.38``."""
    done = subprocess.run(
        [str(executable()), "--version"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RenderError("Quarto is there but does not run; try quarto check.")
    return done.stdout.strip()


def build(
    document: Document, formats: Sequence[str], params: Mapping[str, object], folder: Path
) -> list[Path]:
    """Render with Quarto, each format into a folder of its own under ``folder``.

    Formats do not share a folder because a second HTML render would overwrite the figures of the
    first.

    Raises
    ------
    RenderError
        Quarto stops, or does not write what it was asked for; its own messages are attached as
        the traceback.
    """
    environment = {
        **os.environ,
        "QUARTO_PYTHON": sys.executable,
        "SOURCE_DATE_EPOCH": str(epoch(document.meta)),
        "PYTHONHASHSEED": "0",
        RENDERER_VARIABLE: f"Quarto {version()}",
    }
    return [build_one(document, name, params, folder, environment) for name in formats]


def build_one(
    document: Document,
    name: str,
    params: Mapping[str, object],
    folder: Path,
    environment: Mapping[str, str],
) -> Path:
    """Render one format and return the finished file."""
    own = folder / name
    own.mkdir()
    command = [str(executable()), "render", str(document.path)]
    command += ["--to", FORMATS[name], "--output-dir", str(own)]
    if params:
        file = folder / "params.yml"
        file.write_text(yaml.safe_dump(dict(params), allow_unicode=True), encoding="utf-8")
        command += ["--execute-params", str(file)]
    done = subprocess.run(
        command, cwd=document.folder, env=dict(environment), capture_output=True, check=False
    )
    messages = (done.stderr + done.stdout).decode(errors="replace").strip()
    if done.returncode:
        raise RenderError(
            f"Quarto stops with code {done.returncode} at the format {name}.",
            file=document.path,
            traceback=messages,
        )
    wanted = f"{document.path.stem}.{name}"
    # In a project Quarto mirrors the folder of the document below the output folder.
    found = next(iter(sorted(own.rglob(wanted))), None)
    if found is None:
        raise RenderError(
            f"Quarto ended well but wrote no {wanted}.", file=document.path, traceback=messages
        )
    return found
