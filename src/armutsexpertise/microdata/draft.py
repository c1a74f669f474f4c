"""Draft a codebook from what a survey file says about its variables."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml

from armutsexpertise.microdata.formats import SurveyFile, Value, Variable, user_missing

_TODO = "TODO"
_MANY_CODES = 60
_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def draft_codebook(survey: SurveyFile, name: str, unit_of_analysis: str) -> str:
    """Return a draft of a codebook as YAML.

    Only what the file states about itself goes in: names, labels, value labels, user-missing
    and tagged values. What no file can say (the harmonised name, the German and the English
    label, the reason of a missing code) is marked TODO, and the draft does not pass a check
    before it is decided. No value of the data is copied.

    Parameters
    ----------
    survey : SurveyFile
        The file, as read.
    name : str
        Its name, for title and source.
    unit_of_analysis : {"household", "person"}
        What a row is.

    Returns
    -------
    str
        YAML in UTF-8 with the keys of the codebook schema.
    """
    taken: set[str] = set()
    variables: dict[str, Any] = {}
    for variable in survey.variables.values():
        entry = _entry(variable, survey.data[variable.name])
        variables[_free_name(variable.name, taken)] = entry
    draft = {
        "codebook": _free_name(name.split(".")[0], set()),
        "version": "0.1",
        "title": {"de": _TODO, "en": survey.label or _TODO},
        "dataset": {"name": name, "provider": _TODO, "vintage": _TODO, "tried_on": None},
        "sources": {"file": {"title": f"Labels in {name} ({survey.format})"}},
        "unit_of_analysis": unit_of_analysis,
        "key": [_TODO],
        "variables": variables,
    }
    text = yaml.safe_dump(draft, allow_unicode=True, sort_keys=False, width=98)
    return (
        "# Draft from the labels of the file. Decide every TODO, keep the variables you need,\n"
        "# give them their names of the harmonised schema, then: armutsexpertise codebook check\n"
        f"{text}"
    )


def _free_name(name: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower().translate(_PLAIN)).strip("_") or "variable"
    plain = plain if plain[0].isalpha() else f"v_{plain}"
    free, number = plain, 2
    while free in taken:
        free, number = f"{plain}_{number}", number + 1
    taken.add(free)
    return free


def _entry(variable: Variable, column: pd.Series) -> dict[str, Any]:
    missing = _missing(variable)
    labels = {
        _plain(code): text
        for code, text in variable.value_labels.items()
        if _plain(code) not in missing and not _in_ranges(code, variable)
    }
    entry: dict[str, Any] = {
        "label": {"de": _TODO, "en": variable.label or _TODO},
        "type": "category" if labels else _type(column),
        "universe": _TODO,
        "source": variable.name,
    }
    if labels and len(labels) <= _MANY_CODES:
        entry["value_labels"] = {code: _value(text, code) for code, text in labels.items()}
        entry["categories"] = {
            _value(text, code): {"de": _TODO, "en": text} for code, text in labels.items()
        }
    elif labels:
        entry["type"] = _type(column)
        entry["note"] = f"{_TODO}: {len(labels)} value labels in the file, not copied."
    if missing:
        entry["missing_values"] = dict(missing)
    entry["cites"] = ["file"]
    return entry


def _missing(variable: Variable) -> Mapping[Any, str]:
    found: dict[Any, str] = {}
    for low, high in variable.missing_ranges:
        ends = {_plain(low), _plain(high)}
        inside = {_plain(c) for c in variable.value_labels if _between(c, low, high)}
        for code in sorted(ends | inside if low == high else inside, key=str):
            found[code] = f"{_TODO}: {variable.value_labels.get(code, 'no label')}"
    for tag in variable.tags:
        found[tag] = f"{_TODO}: {variable.value_labels.get(tag, 'no label')}"
    return found


def _between(code: Value, low: Value, high: Value) -> bool:
    if isinstance(code, str) or isinstance(low, str) or isinstance(high, str):
        return code in (low, high)
    return low <= code <= high


def _in_ranges(code: Value, variable: Variable) -> bool:
    ranges = variable.missing_ranges
    return bool(ranges) and bool(user_missing(pd.Series([code]), ranges).iloc[0])


def _plain(code: Value) -> Value:
    return int(code) if isinstance(code, float) and code.is_integer() else code


def _value(text: str, code: Value) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower().translate(_PLAIN)).strip("_") or f"code_{code}"


def _type(column: pd.Series) -> str:
    if not pd.api.types.is_numeric_dtype(column):
        return "string"
    return "integer" if pd.api.types.is_integer_dtype(column) else "number"
