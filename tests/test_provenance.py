"""Hashes, versions and commit of a report."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from armutsexpertise import provenance
from armutsexpertise.provenance import content_hash, git_state, versions


def write(root: Path, **files: str) -> list[Path]:
    root.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    return [root / name for name in files]


def test_hash_of_one_file_by_hand(tmp_path: Path) -> None:
    (path,) = write(tmp_path, a="x")
    by_hand = hashlib.sha256(b"\x00\x00\x00\x01a" + hashlib.sha256(b"x").digest()).hexdigest()
    assert content_hash([path], tmp_path) == by_hand


def test_hash_is_that_of_the_content_not_of_place_order_or_time(tmp_path: Path) -> None:
    here, there = (write(tmp_path / name, a="1", b="2") for name in ("hier", "da drüben"))
    first = content_hash(here, tmp_path / "hier")
    assert content_hash([*reversed(there), *there], tmp_path / "da drüben") == first
    assert len(first) == 64
    assert content_hash(write(tmp_path / "c", a="1", b="3"), tmp_path / "c") != first
    assert content_hash(write(tmp_path / "d", a="1", c="2"), tmp_path / "d") != first
    assert content_hash(write(tmp_path / "e", a="1"), tmp_path / "e") != first


def test_hash_needs_files_below_its_folder(tmp_path: Path) -> None:
    (path,) = write(tmp_path, a="1")
    with pytest.raises(ValueError, match="is not in the subpath"):
        content_hash([path], tmp_path / "anderswo")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a git checkout with one tracked file."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    root = tmp_path / "Ablage mit git"
    write(root, datei="1")
    for words in (
        ["init", "-q"],
        ["add", "datei"],
        ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "x"],
    ):
        subprocess.run([git, "-C", str(root), *words], check=True)
    return root


def test_commit_and_cleanness(checkout: Path) -> None:
    state = git_state(checkout)
    assert state is not None
    commit, clean = state
    assert len(commit) == 12
    assert int(commit, 16)
    assert clean
    write(checkout, neu="2")
    assert git_state(checkout) == (commit, True), "a file that is not tracked changes nothing"
    write(checkout, datei="2")
    assert git_state(checkout) == (commit, False)


def test_without_git_there_is_no_commit(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = checkout / "ausgepackt"
    inside.mkdir()
    assert git_state(inside) is None, "a ZIP inside another checkout has not its commit"
    assert git_state(tmp_path) is None
    (tmp_path / ".git").write_text("kein git", encoding="utf-8")
    assert git_state(tmp_path) is None
    monkeypatch.setattr(provenance.shutil, "which", lambda name: None)
    assert git_state(checkout) is None


def test_versions_leave_out_what_is_not_installed() -> None:
    found = versions(["pandas", "gibt-es-nicht", "numpy"])
    assert list(found) == ["Python", "pandas", "numpy"]
    assert found["Python"] == platform.python_version()
    assert found["pandas"][0].isdigit()
