"""Time the stages of a topic and of its rendering, from scratch, on this machine.

Run with ``.venv/bin/python benchmarks/stages.py``; it works on a copy and leaves the tree alone.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from armutsexpertise.render.renderer import render
from armutsexpertise.stages import STAGES, Project, run_stage

ROOT = Path(__file__).resolve().parents[1]


def main(topic: str = "passes") -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        for part in ("analyses", "data/raw"):
            shutil.copytree(
                ROOT / part,
                project.root / part,
                ignore=shutil.ignore_patterns("exhibits", ".cache", "restricted"),
            )
        total = 0.0
        for stage in STAGES:
            seconds = run_stage(project, topic, stage, say=lambda _: None)
            total += seconds
            print(f"{stage:<20}{seconds:6.1f} s")
        print(f"{'all stages':<20}{total:6.1f} s")
        document = project.analysis(topic) / "report.qmd"
        for label, clear in (("render, new", True), ("render, cached", False)):
            if clear:
                shutil.rmtree(document.parent / ".cache", ignore_errors=True)
            start = time.perf_counter()
            render(document, ("html", "pdf"), output_dir=project.reports(topic))
            print(f"{label:<20}{time.perf_counter() - start:6.1f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
