"""The wheel carries the data packages and works from another folder."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
SCRIPT = """
from armutsexpertise import catalog
from armutsexpertise.passes.inventory import clean_inventory, read_inventory
print(catalog.data_root().name)
print(" ".join(catalog.list_packages()))
print(len(clean_inventory(read_inventory())["passes"]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return a wheel built from a copy of the tree that also holds a user's microdata."""
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    base = tmp_path_factory.mktemp("Baum mit Umläuten")
    tree = base / "tree"
    tree.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-DATA"):
        shutil.copy(REPO / name, tree)
    ignore = shutil.ignore_patterns("__pycache__", "restricted")
    shutil.copytree(REPO / "src", tree / "src", ignore=ignore)
    shutil.copytree(REPO / "data" / "raw", tree / "data" / "raw", ignore=ignore)
    restricted = tree / "data" / "raw" / "restricted"
    restricted.mkdir()
    (restricted / "survey.csv").write_text("person,income\n1,900\n", encoding="utf-8")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", base, tree]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(base.glob("*.whl"))


@pytest.mark.slow
def test_wheel_never_carries_microdata(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "armutsexpertise/_data/passes/datapackage.yaml" in names
    assert [n for n in names if "restricted" in n] == []


@pytest.mark.slow
def test_wheel_installed_elsewhere_lists_the_data_and_runs(wheel, tmp_path):
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / ("Scripts" if os.name == "nt" else "bin") / "python"
    # The dependencies come from the environment of the tests; a path named in a .pth file
    # does not bring its own .pth files along, so the working tree stays out.
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([python, "-c", query], check=True, capture_output=True, text=True)
    site = Path(found.stdout.strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index"]
    subprocess.run([*install, "--no-deps", "--quiet", wheel], check=True)
    elsewhere = tmp_path / "anderswo"
    elsewhere.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "ARMUT"))}
    done = subprocess.run(
        [python, "-c", SCRIPT], cwd=elsewhere, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    root, packages, passes = done.stdout.split("\n")[:3]
    assert root == "_data"
    assert {"evidence", "nrw_regions", "passes"} <= set(packages.split())
    assert int(passes) >= 124
