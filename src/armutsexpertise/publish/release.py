"""Pack finished reports into one ZIP archive that others can check and cite."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

from armutsexpertise.publish.exhibit import INDEX
from armutsexpertise.publish.files import sha256, write_atomic, zip_bytes

__all__ = ["DOCUMENTS", "PACKAGES", "write_release"]

DOCUMENTS = ("LICENSE", "LICENSE-DATA", "CITATION.cff")
"""Files from the root of the project that every release holds."""

PACKAGES = (
    "firthmodels",
    "frictionless",
    "matplotlib",
    "numpy",
    "openpyxl",
    "pandas",
    "pandera",
    "pypandoc-binary",
    "scipy",
    "seaborn",
    "statsmodels",
    "typst",
)
"""Packages whose versions a release names."""


def write_release(
    reports: Path | str,
    archive: Path | str,
    *,
    version: str,
    topics: Sequence[str],
    root: Path | str,
    without: Sequence[str] = (),
) -> Path:
    """Write a ZIP of the reports with checksums, versions and licences.

    Parameters
    ----------
    reports : Path or str
        Folder with ``index.html`` and a folder per topic.
    archive : Path or str
        The ZIP to write; its folder exists.
    version : str
        Version of the project; names the folder inside the archive.
    topics : sequence of str
        Topics that must be there: each with ``report.html``, ``report.pdf`` and its exhibits.
    root : Path or str
        Folder of LICENSE, LICENSE-DATA and CITATION.cff.
    without : sequence of str
        Folders of ``reports`` that stay out, such as an example on invented data.

    Returns
    -------
    Path
        The archive. The same files and packages give the same bytes; git is not needed.

    Raises
    ------
    ValueError
        If a file is missing or empty, or an exhibit differs from its checksum.
    OSError
        If the archive cannot be written.
    """
    source, project = Path(reports), Path(root)
    required = ["index.html"]
    for topic in topics:
        required += [f"{topic}/report.html", f"{topic}/report.pdf", f"{topic}/exhibits/{INDEX}"]
    for name in required:
        _require(source / name, f"reports/{name}")
    for topic in topics:
        _check_exhibits(source / topic / "exhibits", f"reports/{topic}/exhibits")
    contents = {
        f"reports/{path.relative_to(source).as_posix()}": path.read_bytes()
        for path in source.rglob("*")
        if path.is_file()
        and not any(p.startswith(".") for p in path.relative_to(source).parts)
        and path.relative_to(source).parts[0] not in without
    }
    for name in DOCUMENTS:
        _require(project / name, name)
        contents[name] = (project / name).read_bytes()
    contents["VERSIONS.txt"] = _versions(version).encode("utf-8")
    ordered = {name: contents[name] for name in sorted(contents)}
    sums = "".join(f"{sha256(data)}  {name}\n" for name, data in ordered.items())
    ordered["SHA256SUMS"] = sums.encode("utf-8")
    folder = f"armutsexpertise-{version}"
    target = Path(archive)
    write_atomic(target, zip_bytes({f"{folder}/{name}": data for name, data in ordered.items()}))
    return target


def _require(path: Path, name: str) -> None:
    if not path.is_file():
        raise ValueError(f"The release needs {name}, which is missing: run make report first.")
    if path.stat().st_size == 0:
        raise ValueError(f"The release needs {name}, which is empty: run make report again.")


def _check_exhibits(folder: Path, name: str) -> None:
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    for entry in index["exhibits"]:
        for file, digest in entry["files"].items():
            _require(folder / file, f"{name}/{file}")
            if sha256((folder / file).read_bytes()) != digest:
                raise ValueError(f"{name}/{file} differs from its checksum: run make report again.")


def _versions(version: str) -> str:
    lines = [f"armutsexpertise {version}", f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            lines.append(f"{package} {installed_version(package)}")
        except PackageNotFoundError:
            lines.append(f"{package} not installed")
    return "\n".join(lines) + "\n"
