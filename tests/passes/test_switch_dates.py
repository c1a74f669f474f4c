"""Dates that the report types: they stand in the inventory as they are printed."""

from __future__ import annotations

import pytest

from checkout import ROOT, read_rows

VERSIONS = {
    row["version_id"]: f"{row['application_channel']} {row['notes']}"
    for row in read_rows(ROOT / "data" / "raw" / "passes" / "pass_versions.csv")
}


@pytest.mark.parametrize(
    ("version", "words", "printed"),
    [
        ("05111000-duesselpass@2024", "Automatik für SGB II seit Juli 2017", "seit Juli 2017"),
        ("05314000-bonn-ausweis@2024", "seit Nov. 2023", "im November 2023"),
        ("05911000-bochum-pass@2023", "2023 automatischer Versand", "Bochum stellte 2023 um"),
        ("05911000-bochum-pass@2023", "ab Mai 2024 Zugang neu geregelt", "Seit Mai 2024"),
    ],
)
def test_day_of_automatic_issue(version: str, words: str, printed: str) -> None:
    report = (ROOT / "analyses" / "passes" / "report.qmd").read_text(encoding="utf-8")
    assert words in VERSIONS[version]
    assert printed in " ".join(report.split())
