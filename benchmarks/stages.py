"""Time the stages of the topics and their rendering, from scratch, on this machine.

Run with ``make benchmark PARTS=stages``; it works on a copy, leaves the tree alone and writes its
table into docs/benchmarks.md.
"""

import shutil
import tempfile
import time
from pathlib import Path

from results_page import circumstances, markdown_table, write_section

from armutsexpertise.render.renderer import render
from armutsexpertise.stages import STAGES, Project, run_stage

ROOT = Path(__file__).resolve().parents[1]


def stage_seconds(topic: str) -> dict[str, float]:
    """Return the seconds of each stage, and of rendering with and without its cache."""
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        for part in ("analyses", "data/raw"):
            shutil.copytree(
                ROOT / part,
                project.root / part,
                ignore=shutil.ignore_patterns("exhibits", ".cache", "restricted"),
            )
        for stage in STAGES:
            seconds[stage] = run_stage(project, topic, stage, say=lambda _: None)
        seconds["all stages"] = sum(seconds.values())
        document = project.analysis(topic) / "report.qmd"
        shutil.rmtree(document.parent / ".cache", ignore_errors=True)
        for label in ("rendering alone, executed anew", "rendering alone, from the cache"):
            start = time.perf_counter()
            render(document, ("html", "pdf"), output_dir=project.reports(topic))
            seconds[label] = time.perf_counter() - start
    return seconds


def main() -> None:
    topics = Project(ROOT).topics()
    seconds = {topic: stage_seconds(topic) for topic in topics}
    rows = [
        [label, *(f"{seconds[topic][label]:.1f} s" for topic in topics)]
        for label in seconds[topics[0]]
    ]
    text = f"""{circumstances(["pandas", "great-tables", "typst"])} One run, one topic at a time.

{markdown_table(["stage", *topics], rows)}"""
    print(text)
    write_section("stages", text)


if __name__ == "__main__":
    main()
