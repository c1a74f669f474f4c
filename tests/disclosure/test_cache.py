"""What stays on the disk of a document that reads microdata."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
SECRET = 98765.4321  # the income of one household

DOCUMENT = """---
title: Befragung
lang: de
date: 2026-03-14
---

```{python}
#| echo: false
#| output: asis
import pandas as pd
from armutsexpertise.disclosure import poverty_estimates
people = pd.read_csv("rows.csv")
safe = poverty_estimates(people, "person", weights="w")
print(safe.table[["indicator", "estimate"]].to_string())
```

Die Quote ist `{python} f"{safe.table['estimate'].iloc[1]:.3f}"`.
"""


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    frame = pd.DataFrame({"household_id": range(60), "w": 1.0})
    frame["equivalised_income"] = np.linspace(5000, 40000, 60).round(2)
    frame.loc[7, "equivalised_income"] = SECRET
    frame.to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path


def test_the_cache_of_a_microdata_document_holds_no_rows(
    rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = pytest.importorskip("armutsexpertise.render").render
    monkeypatch.delenv("QUARTO", raising=False)
    document = rows / "befragung.qmd"
    document.write_text(DOCUMENT, encoding="utf-8")
    render(document, ("html",), renderer="embedded")
    (cache,) = (rows / ".cache").iterdir()
    assert "arpr" in cache.read_text(encoding="utf-8")  # it was executed and kept
    values = [str(v) for v in pd.read_csv(rows / "rows.csv")["equivalised_income"]]
    for path in rows.rglob("*"):
        if path.is_file() and path.name != "rows.csv":
            content = path.read_text(encoding="utf-8", errors="ignore")
            assert not [value for value in values if value in content], path.name


def test_caches_and_microdata_are_kept_out_of_git() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"analyses/*/.cache/", "analyses/.cache/", "data/raw/restricted/"} <= set(ignored)
    assert "data/processed/*" in ignored  # cleaned rows
