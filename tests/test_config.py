"""Every fault of a config is one sentence that names file, key and what is allowed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from armutsexpertise.config import Config, ConfigError, Share, read_config
from armutsexpertise.passes.config import PassesConfig
from checkout import ROOT

REAL = ROOT / "analyses" / "passes" / "config.yml"


class Inner(Config):
    share: Share
    name: str = "x"


class Outer(Config):
    inner: Inner
    entries: tuple[Inner, ...] = ()
    named: dict[str, Inner] = Field(default_factory=dict)
    rate: Share | dict[str, Share] = 1.0


def read(tmp_path: Path, text: str) -> Outer:
    path = tmp_path / "config.yml"
    path.write_text(text, encoding="utf-8")
    return read_config(path, Outer)


def test_values_are_read_and_cannot_be_changed(tmp_path: Path) -> None:
    config = read(tmp_path, "inner: {share: 0.5}\nentries: [{share: 1, name: ü}]\n")
    assert config.inner.share == 0.5
    assert config.entries[0].name == "ü"
    with pytest.raises(ValidationError):
        config.inner.share = 0.7  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "inner: {shar: 1}",
            "the key 'inner.shar' is unknown; allowed here: name, share. (1",
        ),
        (
            "inner: {share: 1}\nx: 2",
            "the key 'x' is unknown; allowed here: entries, inner, named",
        ),
        ("entries: []", "the key 'inner' is missing."),
        ("inner: {name: a}", "the key 'inner.share' is missing."),
        ("inner: {share: 1.1}", "'inner.share' is 1.1: input should be less than or equal to 1."),
        ("inner: {share: -1}", "'inner.share' is -1: input should be greater than or equal to 0."),
        ("inner: {share: 40 %}", "'inner.share' is '40 %': input should be a valid number"),
        (
            "inner: {share: 1}\nentries: [{share: 1, nam: a}]",
            "the key 'entries.0.nam' is unknown; allowed here: name, share.",
        ),
        (
            "inner: {share: 1}\nnamed: {a: {share: 1, nam: a}}",
            "the key 'named.a.nam' is unknown; allowed here: name, share.",
        ),
        (
            "inner: {share: 1}\nrate: {small: 1.5}",
            "'rate.small' is 1.5: input should be less than or equal to 1. (1 more)",
        ),
    ],
)
def test_each_fault_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'config.yml'}: ")
    assert sentence in message
    assert "\n" not in message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "config.yml"
    with pytest.raises(ConfigError, match=r"config\.yml is missing: restore it"):
        read_config(path, Outer)
    path.write_bytes("inner: {name: ü}".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"is not UTF-8: save it again"):
        read_config(path, Outer)
    with pytest.raises(ConfigError, match=r"config\.yml, line 3 is not YAML: check indentation"):
        read(tmp_path, "a:\n  b: [1\nc: 2\n")
    for nothing in ("", "- a\n", "nur Text\n"):
        with pytest.raises(ConfigError, match="holds no keys"):
            read(tmp_path, nothing)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_share_lies_between_zero_and_one(tmp_path: Path, value: float) -> None:
    text = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(value), f"{value!r}")
    if 0 <= value <= 1:
        assert read(tmp_path, f"inner: {{share: {text}}}").inner.share == value
    else:
        with pytest.raises(ConfigError, match=r"inner\.share"):
            read(tmp_path, f"inner: {{share: {text}}}")


def test_the_config_of_the_study_is_right() -> None:
    config = read_config(REAL, PassesConfig)
    assert config.documented.main_model in config.documented.models
    assert config.cost.group in config.eligibility.groups


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "max_informative_width: 0.5",
            "max_informative_width: 50",
            "'max_informative_width' is 50",
        ),
        (r"gefunden_80: [\d.]+", "gefunden_80: 80", "'documented.detection.gefunden_80' is 80"),
        (r"gefunden_80: [\d.]+", "gefunden_80: 0", "'documented.detection.gefunden_80' is 0"),
        (
            r"unter 10\.000: [\d.]+",
            "unter 10.000: 1.4",
            ".groessenabhaengig.unter 10.000' is 1.4",
        ),
        (r"\bseed:", "sed:", "the key 'profile.sed' is unknown; allowed here: categories, draws,"),
        (
            "groups: .sgb2,",
            "groups: [sgb3,",
            "'eligibility.groups.0' is 'sgb3': one of sgb2",
        ),
        (
            r"persons_per_household: .*",
            "persons_per_household: {low: 4, high: 3}",
            "low must not be above high.",
        ),
        (
            r"pass_kinds: .*",
            "pass_kinds: [sozial]",
            "'pass_kinds.0' is 'sozial': one of social",
        ),
        (
            r"min_pairs_for_synthesis: \d+",
            "min_pairs_for_synthesis: 2",
            "greater than or equal to 5",
        ),
        ('"05111000"', '"5111000"', "'cost.cities.5111000' is '5111000': string should match"),
        (
            r"automatisch: (.*)high: [\d.]+",
            r"automatisch: \1high: 1.2",
            "'cost.take_up.automatisch.high",
        ),
        (r", high_evidence: \w+", "", "either high or high_evidence must be given"),
        (r"draws: \d+", "draws: 10", "'profile.draws' is 10: input should be greater than or"),
    ],
)
def test_faults_in_the_config_of_the_study(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    text = REAL.read_text(encoding="utf-8")
    path = tmp_path / "config.yml"
    text, changed = re.subn(old, new, text, count=1)
    assert changed
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_config(path, PassesConfig)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
