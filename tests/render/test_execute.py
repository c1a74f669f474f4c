"""Running chunks: this interpreter, this environment, errors with a traceback, the cache."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from armutsexpertise.render import RenderError, render, renderer_name
from armutsexpertise.render.document import read_document
from armutsexpertise.render.execute import cache_key, dependencies, epoch, execute

Write = Callable[..., Path]
HEADER = "---\ntitle: Probe\nlang: de\ndate: 2026-03-14\n{}\n---\n"


def run(path: Path, **params: object) -> list[list[str]]:
    return execute(read_document(path), params, "Probe 1").inline


def test_kernel_is_this_interpreter_with_the_promised_environment(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A HOME that cannot be written, and a foreign kernel spec named python3 in it.
    home = tmp_path / "home"
    spec = home / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["/bin/false"], "language": "python"}')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("JUPYTER_PATH", str(home))
    home.chmod(0o500)
    path = write(
        "```{python}\n#| tags: [parameters]\nn = 1\n```\n\n"
        "```{python}\nimport os, sys\nfrom pathlib import Path\n"
        "from armutsexpertise.render import renderer_name\n```\n\n"
        '`{python} sys.executable` `{python} os.environ["PYTHONHASHSEED"]` `{python} n`\n'
        "`{python} Path.cwd().name` `{python} renderer_name()`\n"
        '`{python} os.environ["SOURCE_DATE_EPOCH"]` `{python} "a*b_c"`\n'
    )
    values = run(path, n=7)[-1]
    home.chmod(0o700)
    assert [v.replace("\\", "") for v in values[:5]] == [
        sys.executable,
        "0",
        "7",
        path.parent.name,
        "Probe 1",
    ]
    # 2026-03-14T00:00Z, by hand: 20526 days since 1970-01-01 times 86400 s.
    assert values[5] == str(20526 * 86400)
    assert values[6] == r"a\*b\_c"
    assert [p.name for p in home.iterdir()] == ["kernels"]


def test_failing_chunk_names_file_line_and_label_and_keeps_the_former_report(write: Write) -> None:
    former = {}
    for name in ("probe.html", "probe.pdf"):
        former[name] = write("", header="alt", name=name)
    path = write("Text\n\n```{python}\n#| label: kaputt\nx = 1\n1 / 0\n```\n")
    with pytest.raises(RenderError) as caught:
        render(path, renderer="embedded")
    assert str(caught.value) == (
        "probe.qmd, line 12, chunk kaputt: The chunk fails: ZeroDivisionError: division by zero"
    )
    # The fence stands in line 9, the division three lines below.
    assert "ZeroDivisionError" in caught.value.traceback
    assert "----> 3 1 / 0" in caught.value.traceback
    assert "\x1b" not in caught.value.traceback
    assert all(file.read_text() == "alt" for file in former.values())
    assert sorted(p.name for p in path.parent.iterdir()) == ["probe.html", "probe.pdf", "probe.qmd"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("fehlt", "NameError: name 'fehlt' is not defined"),
        ("[1, 2]", "TypeError: inline code gives list; format it as text"),
        ("__import__('decimal').Decimal(1)", "inline code gives Decimal"),
    ],
)
def test_failing_inline_code_names_its_line(write: Write, code: str, message: str) -> None:
    with pytest.raises(RenderError) as caught:
        run(write(f"`{{python}} 1`\n\nZeile\n`{{python}} {code}`\n"))
    assert (caught.value.line, caught.value.chunk) == (10, None)
    assert message in caught.value.reason


def test_parameters_must_be_known(write: Write) -> None:
    with pytest.raises(RenderError, match="no chunk tagged parameters, so -P cannot set jahr"):
        run(write("Text\n"), jahr=1)
    path = write("```{python}\n#| tags: [parameters]\njahr = 1\nort = 'a'\n```\n")
    with pytest.raises(RenderError, match="parameter jhr is unknown; the document defines jahr"):
        run(path, jhr=1)


def test_dead_kernel_and_time_limit_are_told(write: Write) -> None:
    with pytest.raises(RenderError, match="chunk tot: The chunk ended the Python process"):
        run(write("```{python}\n#| label: tot\nimport os; os._exit(1)\n```\n"))
    slow = write(
        "```{python}\nimport time; time.sleep(60)\n```\n",
        header=HEADER.format("armutsexpertise: {timeout: 1}"),
    )
    with pytest.raises(RenderError, match="ran longer than 1 s"):
        run(slow)


def test_name_of_the_renderer_outside_a_document() -> None:
    assert renderer_name().startswith("eingebetteter Renderer (pandoc 3.")


def test_epoch_of_a_date_and_of_none() -> None:
    assert epoch({"date": "1970-01-02"}) == 86400
    assert epoch({}) == 0


# Cache ------------------------------------------------------------------------------------------

COUNTING = (
    "```{python}\n#| output: asis\nfrom pathlib import Path\n"
    "log = Path('log'); log.write_text((log.read_text() if log.exists() else '') + 'x')\n"
    'Path(\'bild.svg\').write_text(\'<svg xmlns="http://www.w3.org/2000/svg" width="9" '
    'height="9"/>\')\n'
    "print('![](bild.svg){fig-alt=\"Bild\"}')\n```\n"
)


def executions(path: Path) -> int:
    render(path, ("html",), renderer="embedded")
    return len((path.parent / "log").read_text())


def test_cache_is_used_until_something_changes(write: Write, tmp_path: Path) -> None:
    header = HEADER.format("armutsexpertise: {depends: [daten/*.csv]}")
    (tmp_path / "daten").mkdir()
    (tmp_path / "daten" / "a.csv").write_text("1")
    path = write(COUNTING, header=header)
    assert [executions(path), executions(path)] == [1, 1]
    (tmp_path / "daten" / "a.csv").write_text("2")
    assert [executions(path), executions(path)] == [2, 2]
    # An image that a chunk wrote is gone: the chunk has to write it again.
    (tmp_path / "bild.svg").unlink()
    assert executions(path) == 3
    # A damaged cache is no error.
    (cached,) = (tmp_path / ".cache").iterdir()
    stored = json.loads(cached.read_text())
    stored["payload"]["inline"] = [["erfunden"]]
    cached.write_text(json.dumps(stored))
    assert executions(path) == 4
    cached.write_text("{")
    assert [executions(path), executions(path)] == [5, 5]
    path.write_text(path.read_text() + "\nMehr Text\n")
    assert executions(path) == 6


def test_key_counts_parameters_and_renderer(write: Write) -> None:
    document = read_document(write("Text\n"))
    keys = {
        cache_key(document, {}, "a"),
        cache_key(document, {}, "b"),
        cache_key(document, {"n": 1}, "a"),
        cache_key(document, {"n": "1"}, "a"),
    }
    assert len(keys) == 4
    assert cache_key(document, {}, "a") == cache_key(document, {}, "a")


def test_depends_reaches_upwards_and_must_exist(write: Write, tmp_path: Path) -> None:
    sub = tmp_path / "sub"
    sub.mkdir()
    (tmp_path / "a.csv").write_text("1")
    header = HEADER.format("armutsexpertise: {depends: '../*.csv'}")
    (sub / "x.qmd").write_text(header)
    assert dependencies(read_document(sub / "x.qmd")) == [tmp_path / "a.csv"]
    path = write("", header=HEADER.format("armutsexpertise: {depends: [fehlt.csv]}"))
    with pytest.raises(RenderError, match=r"depends names fehlt\.csv, but there is no such file"):
        dependencies(read_document(path))


def test_a_cache_that_cannot_be_written_only_costs_time(write: Write, tmp_path: Path) -> None:
    (tmp_path / ".cache").write_text("keine Mappe")
    assert render(write("Text\n"), ("html",), renderer="embedded")[0].exists()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_ends_the_kernel_and_leaves_nothing_behind(
    write: Write, tmp_path: Path
) -> None:
    path = write(
        "```{python}\nimport os, time\nfrom pathlib import Path\n"
        "Path('pid.tmp').write_text(str(os.getpid()))\nPath('pid.tmp').rename('pid')\n"
        "time.sleep(60)\n```\n"
    )
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path; from armutsexpertise.render import render\n"
        "render(Path(sys.argv[1]), renderer='embedded')"
    )
    running = subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE)
    kernel = tmp_path / "pid"
    for _ in range(300):
        if kernel.exists():
            break
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode != 0
    assert b"KeyboardInterrupt" in errors
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pid", "probe.qmd"]
    for _ in range(50):
        try:
            os.kill(int(kernel.read_text()), 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    else:
        pytest.fail("the kernel is still running")
