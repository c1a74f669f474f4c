"""Where a report comes from: hashes of its inputs, data vintages, versions, commit."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["content_hash", "git_state", "versions"]


def content_hash(files: Iterable[Path], root: Path) -> str:
    """Hash the content of files and their names below a folder.

    Parameters
    ----------
    files : iterable of Path
        Files below `root`; the order does not matter.
    root : Path
        Folder that the names are taken relative to, so that the hash is the same on every
        machine.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in sorted(set(files), key=lambda p: p.relative_to(root).as_posix()):
        name = path.relative_to(root).as_posix().encode()
        digest.update(len(name).to_bytes(4, "big") + name)
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def git_state(root: Path) -> tuple[str, bool] | None:
    """Return the commit of a checkout and whether its tree is clean.

    Parameters
    ----------
    root : Path
        Folder of the checkout.

    Returns
    -------
    tuple of str and bool, or None
        Abbreviated commit, and True if no tracked file is changed. None where there is no git
        or the folder is no checkout of its own (a ZIP unpacked inside another repository).
    """
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None

    def run(*words: str) -> str | None:
        done = subprocess.run(
            [git, "-C", str(root), *words], capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else None

    commit = run("rev-parse", "--short=12", "HEAD")
    status = run("status", "--porcelain", "--untracked-files=no")
    if not commit or status is None:
        return None
    return commit, status == ""


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the installed version of Python and of packages.

    Parameters
    ----------
    packages : iterable of str
        Names of distributions; those that are not installed are left out.

    Returns
    -------
    dict
        Name and version, Python first.
    """
    found = {"Python": platform.python_version()}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
