"""The release archive: complete, checkable, the same twice, or refused."""

import hashlib
import zipfile

import pandas as pd
import pytest

from armutsexpertise.publish import release
from armutsexpertise.publish.exhibit import Exhibit, write_exhibits


@pytest.fixture
def project(tmp_path):
    for name in release.DOCUMENTS:
        (tmp_path / name).write_text(f"{name}\n")
    folder = tmp_path / "reports" / "passes"
    folder.mkdir(parents=True)
    (tmp_path / "reports" / "index.html").write_text("<title>x</title>")
    (folder / "report.html").write_text("<title>y</title>")
    (folder / "report.pdf").write_bytes(b"%PDF-1.7")
    (folder / ".report.tmp").write_text("Rest")
    exhibit = Exhibit(
        id="tbl-a",
        title="Titel",
        alt="Tabelle",
        source="Quelle",
        reference_date="2024",
        n=1,
        table=pd.DataFrame({"Stadt": ["Köln"]}),
    )
    write_exhibits([exhibit], folder / "exhibits")
    return tmp_path


def write(project, name="out.zip"):
    return release.write_release(
        project / "reports",
        project / name,
        version="0.1.0",
        topics=["passes"],
        root=project,
    )


def test_archive_holds_everything_with_its_checksum(project):
    with zipfile.ZipFile(write(project)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    base = "armutsexpertise-0.1.0/"
    assert set(members) == {
        base + name
        for name in (
            "CITATION.cff",
            "LICENSE",
            "LICENSE-DATA",
            "SHA256SUMS",
            "VERSIONS.txt",
            "reports/index.html",
            "reports/passes/exhibits/exhibits.json",
            "reports/passes/exhibits/tbl-a.csv",
            "reports/passes/exhibits/tbl-a.xlsx",
            "reports/passes/report.html",
            "reports/passes/report.pdf",
        )
    }
    sums = members.pop(f"{base}SHA256SUMS").decode().splitlines()
    assert len(sums) == len(members)
    for line in sums:
        digest, name = line.split("  ")
        assert hashlib.sha256(members[base + name]).hexdigest() == digest
    versions = members[f"{base}VERSIONS.txt"].decode()
    assert versions.startswith("armutsexpertise 0.1.0\nPython 3.")
    assert "\npandas " in versions


def test_archive_is_the_same_twice(project):
    first = write(project).read_bytes()
    (project / "reports" / "index.html").touch()
    assert write(project, "again.zip").read_bytes() == first


def test_a_package_that_is_not_installed_is_named(project, monkeypatch):
    monkeypatch.setattr(release, "PACKAGES", ("gibt-es-nicht",))
    with zipfile.ZipFile(write(project)) as archive:
        versions = archive.read("armutsexpertise-0.1.0/VERSIONS.txt").decode()
    assert versions.endswith("gibt-es-nicht not installed\n")


@pytest.mark.parametrize(
    "name",
    [
        "LICENSE-DATA",
        "reports/index.html",
        "reports/passes/report.pdf",
        "reports/passes/exhibits/exhibits.json",
        "reports/passes/exhibits/tbl-a.xlsx",
    ],
)
def test_a_missing_or_empty_file_stops_the_release(project, name):
    (project / name).write_bytes(b"")
    with pytest.raises(ValueError, match=f"needs {name}, which is empty"):
        write(project)
    (project / name).unlink()
    with pytest.raises(ValueError, match=f"needs {name}, which is missing"):
        write(project)
    assert not (project / "out.zip").exists()


def test_a_changed_exhibit_stops_the_release(project):
    (project / "reports/passes/exhibits/tbl-a.csv").write_text("anders")
    with pytest.raises(ValueError, match=r"tbl-a\.csv differs from its checksum"):
        write(project)
