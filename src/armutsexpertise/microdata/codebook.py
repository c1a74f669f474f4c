"""Codebooks: how the variables of a data set become those of the harmonised schema.

A codebook is a YAML file, one per table of a data set. It is checked against a JSON Schema and
against the harmonised schema (``schema/harmonised.yaml``): a variable of that name has the same
type, unit and values in every data set.
"""

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

import jsonschema  # type: ignore[import-untyped,unused-ignore]
import yaml

from armutsexpertise.microdata.derivations import DERIVATIONS
from armutsexpertise.microdata.errors import CodebookError

Code = int | float | str
Target = bool | int | float | str
Type = Literal["boolean", "integer", "number", "category", "string"]

BLANK = "blank"
"""Key for a cell that is empty in the file."""

_HERE = Path(__file__).parent
_BUNDLED = _HERE / "codebooks"
_LARGEST = 200_000
"""Values of a codebook; 1000 variables with 80 codes each have about 100 000."""


@dataclass(frozen=True)
class Derivation:
    """How a variable follows from variables above it.

    Attributes
    ----------
    function : str
        A key of `armutsexpertise.microdata.derivations.DERIVATIONS`.
    of : tuple of str
        Harmonised names, in the order the function wants them.
    options : mapping
        Further arguments of the function.
    """

    function: str
    of: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CodebookVariable:
    """One variable of the harmonised table.

    Attributes
    ----------
    name : str
        Harmonised name.
    label : mapping
        ``de`` and ``en``.
    type : {"boolean", "integer", "number", "category", "string"}
        Type after recoding.
    unit : str or None
        Unit of a number, such as ``EUR/year``.
    universe, question, note : str or None
        Whom the variable is about, wording, what a user must know.
    unit_of_analysis : str
        Household or person.
    source : str or None
        Variable of the data set; None where it is derived.
    derivation : Derivation or None
        How it follows from others.
    value_labels : mapping
        Source code to harmonised value; empty where numbers or text are taken as they are.
    categories : mapping
        Per harmonised value of a category its labels ``de`` and ``en``, in order.
    missing_values : mapping
        Source code, tag (``".a"``) or ``blank`` to the reason.
    flag : str or None
        Variable of the data set that gives the reason for a blank.
    flag_reasons : mapping
        Code of the flag to the reason.
    valid_range : tuple of two numbers or None
        Smallest and largest value that may occur, both inclusive.
    cites : tuple of str
        Keys of the codebook's sources for name and codes.
    """

    name: str
    label: Mapping[str, str]
    type: Type
    unit: str | None
    universe: str | None
    question: str | None
    unit_of_analysis: str
    source: str | None
    derivation: Derivation | None
    value_labels: Mapping[Code, Target]
    categories: Mapping[str, Mapping[str, str]]
    missing_values: Mapping[Code, str]
    flag: str | None
    flag_reasons: Mapping[Code, str]
    valid_range: tuple[float, float] | None
    cites: tuple[str, ...]
    note: str | None


@dataclass(frozen=True)
class DropRule:
    """Rows that do not belong to the table.

    Attributes
    ----------
    variable : str
        Variable of the data set.
    codes : tuple
        Codes, or ``blank``, whose rows are dropped.
    reason : str
        Why.
    """

    variable: str
    codes: tuple[Code, ...]
    reason: str


@dataclass(frozen=True)
class Codebook:
    """A codebook.

    Attributes
    ----------
    name, version : str
        Identity.
    title : mapping
        ``de`` and ``en``.
    dataset : mapping
        ``name``, ``provider``, ``vintage`` and ``tried_on`` (None where no real file has been
        read with it).
    sources : mapping
        Key to ``title`` and ``url`` of what names and codes were taken from.
    unit_of_analysis : {"household", "person"}
        What a row is.
    key : tuple of str
        Harmonised variables that identify a row.
    drop : tuple of DropRule
        Rows left out, with reasons.
    variables : dict of str to CodebookVariable
        In the order of the table.
    """

    name: str
    version: str
    title: Mapping[str, str]
    dataset: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, str]]
    unit_of_analysis: str
    key: tuple[str, ...]
    drop: tuple[DropRule, ...]
    variables: dict[str, CodebookVariable] = field(repr=False)

    @property
    def source_columns(self) -> list[str]:
        """Variables of the data set that are needed, in the order of the codebook."""
        names: dict[str, None] = {rule.variable: None for rule in self.drop}
        for variable in self.variables.values():
            for name in (variable.source, variable.flag):
                if name is not None:
                    names[name] = None
        return list(names)


class _Loader(yaml.SafeLoader):
    """YAML without doubled keys and without keys that read as yes or no."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    found: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if isinstance(key, bool):
            raise CodebookError(f"Line {line}: a key reads as true or false; put it in quotes.")
        if not isinstance(key, Hashable):
            raise CodebookError(f"Line {line}: a key is a list or mapping; write one word.")
        if key in found:
            raise CodebookError(f"Line {line}: a key occurs twice; remove one.")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def bundled_codebooks() -> list[str]:
    """Return the names of the codebooks that come with the package.

    Returns
    -------
    list of str
        In alphabetical order; each is a valid argument of `load_codebook`.

    Examples
    --------
    >>> "eu_silc_udb_household" in bundled_codebooks()
    True
    """
    return sorted(path.stem for path in _BUNDLED.glob("*.yaml"))


@cache
def harmonised_schema() -> dict[str, dict[str, Any]]:
    """Return the harmonised schema.

    Returns
    -------
    dict
        ``household`` and ``person``, each a mapping of variable to ``type``, ``unit``,
        ``label`` and ``categories``.
    """
    path = _HERE / "schema" / "harmonised.yaml"
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


@cache
def _json_schema() -> dict[str, Any]:
    path = _HERE / "schema" / "codebook.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def load_codebook(name: str | Path) -> Codebook:
    """Load and check a codebook.

    Parameters
    ----------
    name : str or Path
        Name of a bundled codebook, or path of a YAML file.

    Returns
    -------
    Codebook

    Raises
    ------
    CodebookError
        If there is no such file or it does not hold; the sentence names the place.

    Examples
    --------
    >>> load_codebook("eu_silc_udb_household").unit_of_analysis
    'household'
    """
    path = _BUNDLED / f"{name}.yaml" if str(name) in bundled_codebooks() else Path(name)
    if not path.is_file():
        raise CodebookError(
            f"There is no codebook {name}: give the path of a YAML file or one of "
            f"{', '.join(bundled_codebooks())}."
        )
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except CodebookError as error:
        raise CodebookError(f"{path.name}: {error}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        # The text may be that of a survey file given by mistake: none of it is repeated
        raise CodebookError(f"{path.name}{where}: no valid YAML in UTF-8; correct it.") from None
    if raw is None:
        raise CodebookError(
            f"{path.name} is empty: draft one with armutsexpertise codebook init FILE."
        )
    if not isinstance(raw, dict) or not set(raw) & set(_json_schema()["required"]):
        raise CodebookError(
            f"{path.name} is no codebook, it has none of its keys: is it the survey file? Draft a "
            "codebook with armutsexpertise codebook init FILE."
        )
    if _size(raw, {}) > _LARGEST:
        raise CodebookError(
            f"{path.name} is too large, as its aliases repeat each other: cut them."
        )
    _check_schema(raw, path.name)
    book = _build(_expanded(raw, path.name))
    problems = _contradictions(book)
    if problems:
        more = f" ({len(problems)} problems in all)" if len(problems) > 1 else ""
        raise CodebookError(f"{path.name}: {problems[0]}{more}")
    return book


def _size(value: Any, known: dict[int, int]) -> int:
    """Count the values of a YAML document as it is written out, without writing out its aliases."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        parts = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_size(part, known) for part in parts)
    return known[id(value)]


def _as_json(value: Any) -> Any:
    """Return YAML as JSON sees it: every key a string."""
    if isinstance(value, dict):
        return {str(key): _as_json(one) for key, one in value.items()}
    return [_as_json(one) for one in value] if isinstance(value, list) else value


def _check_schema(raw: Any, where: str) -> None:
    validator = jsonschema.Draft202012Validator(_json_schema())
    errors = sorted(validator.iter_errors(_as_json(raw)), key=lambda one: list(map(str, one.path)))
    if not errors:
        return
    first = errors[0]
    place = " > ".join(str(part) for part in first.absolute_path) or "top level"
    more = f" ({len(errors)} problems in all)" if len(errors) > 1 else ""
    raise CodebookError(f"{where}: {place}: {_schema_sentence(first)}{more}.")


def _schema_sentence(error: Any) -> str:
    """Say what the schema demands; what stands in the file may be data and is not repeated."""
    demand, found = error.validator_value, error.instance
    match error.validator:
        case "required":
            return f"missing are {', '.join(key for key in demand if key not in found)}"
        case "additionalProperties":
            allowed = error.schema["properties"]
            strange = sum(key not in allowed for key in found)
            return f"{strange} key(s) are not among {', '.join(allowed)}"
        case "enum":
            todo = "is still a TODO; " if str(found).startswith("TODO") else ""
            return f"{todo}give one of {', '.join(map(str, demand))}"
        case "type":
            kinds = [demand] if isinstance(demand, str) else demand
            return f"must be of type {' or '.join(kinds)}"
        case "pattern":
            return f"must match {demand}"
    return f"{error.validator} must be {demand}"


def _expanded(raw: dict[str, Any], where: str) -> dict[str, Any]:
    """Write out entries that stand for a numbered series, such as replicate weights."""
    variables: dict[str, Any] = {}
    for name, entry in raw["variables"].items():
        series = entry.get("repeat")
        if series is None:
            variables[name] = entry
            continue
        if "{i}" not in name or "{i}" not in str(entry.get("source", "")):
            raise CodebookError(f"{where}: {name} repeats: write {{i}} in its name and source.")
        plain = {key: value for key, value in entry.items() if key != "repeat"}
        for i in range(series["from"], series["to"] + 1):
            label = {k: text.replace("{i}", str(i)) for k, text in plain["label"].items()}
            variables[name.replace("{i}", str(i))] = {
                **plain,
                "label": label,
                "source": plain["source"].replace("{i}", str(i)),
            }
    return {**raw, "variables": variables}


def _build(raw: dict[str, Any]) -> Codebook:
    unit = raw["unit_of_analysis"]
    flags = raw.get("flags", {})
    known = harmonised_schema()[unit]
    variables: dict[str, CodebookVariable] = {}
    for name, entry in raw["variables"].items():
        shared = known.get(name, {})
        derived = entry.get("derivation")
        span = entry.get("valid_range")
        flagged = bool(entry.get("flag", False))
        variables[name] = CodebookVariable(
            name=name,
            label=entry["label"],
            type=entry["type"],
            unit=entry.get("unit"),
            universe=entry.get("universe"),
            question=entry.get("question"),
            unit_of_analysis=entry.get("unit_of_analysis", unit),
            source=entry.get("source"),
            derivation=None
            if derived is None
            else Derivation(
                derived["function"], tuple(derived["of"]), dict(derived.get("options", {}))
            ),
            value_labels=entry.get("value_labels", {}),
            categories=entry.get("categories", shared.get("categories", {})),
            missing_values=entry.get("missing_values", {}),
            flag=f"{entry['source']}{flags['suffix']}" if flagged else None,
            flag_reasons=flags.get("reasons", {}) if flagged else {},
            valid_range=None if span is None else (float(span[0]), float(span[1])),
            cites=tuple(entry.get("cites", ())),
            note=entry.get("note"),
        )
    return Codebook(
        name=raw["codebook"],
        version=raw["version"],
        title=raw["title"],
        dataset=raw["dataset"],
        sources=raw["sources"],
        unit_of_analysis=unit,
        key=tuple(raw["key"]),
        drop=tuple(
            DropRule(one["variable"], tuple(one["codes"]), one["reason"])
            for one in raw.get("drop_rows", ())
        ),
        variables=variables,
    )


def _contradictions(book: Codebook) -> list[str]:
    found = [f"key names {name}, which is no variable." for name in book.key]
    found = [one for one, name in zip(found, book.key, strict=True) if name not in book.variables]
    seen: set[str] = set()
    for variable in book.variables.values():
        found += [f"{variable.name}: {one}" for one in _faults(variable, book, seen)]
        seen.add(variable.name)
    return found


def _faults(variable: CodebookVariable, book: Codebook, above: set[str]) -> list[str]:
    found = []
    if (variable.source is None) == (variable.derivation is None):
        found.append("give either a source or a derivation.")
    if variable.derivation is not None:
        later = [name for name in variable.derivation.of if name not in above]
        if later:
            found.append(f"it derives from {', '.join(later)}, which must stand above it.")
        kinds = [
            (name, book.variables[name].type if name in above else None)
            for name in variable.derivation.of
        ]
        rule = DERIVATIONS[variable.derivation.function]
        found += rule.faults(kinds, variable.derivation.options)
    if variable.valid_range is not None:
        low, high = variable.valid_range
        if not low <= high:  # also where one of them is no number
            found.append("the first number of valid_range must not be above the second.")
    both = [str(code) for code in variable.value_labels if code in variable.missing_values]
    if both:
        found.append(f"the code(s) {', '.join(both)} are a value and a missing value at once.")
    unknown = [key for key in variable.cites if key not in book.sources]
    if unknown:
        found.append(f"it cites {', '.join(unknown)}, which sources does not list.")
    if variable.source is not None and not variable.cites:
        found.append("it cites no source for its name and codes.")
    return found + _type_faults(variable) + _schema_faults(variable, book.unit_of_analysis)


def _type_faults(variable: CodebookVariable) -> list[str]:
    targets = list(variable.value_labels.values())
    if variable.type in {"boolean", "category"} and variable.source and not targets:
        return [f"a {variable.type} from a source needs value_labels."]
    if variable.type == "boolean" and not all(isinstance(one, bool) for one in targets):
        return ["the values of a boolean are true and false."]
    if variable.type == "category":
        unlabelled = sorted({str(one) for one in targets} - set(variable.categories))
        if unlabelled:
            return [f"no label de and en under categories for {', '.join(unlabelled)}."]
    return []


def _schema_faults(variable: CodebookVariable, unit: str) -> list[str]:
    shared = harmonised_schema()[unit].get(variable.name)
    if shared is None:
        return []
    found = []
    for aspect in ("type", "unit"):
        wanted, given = shared.get(aspect), getattr(variable, aspect)
        # A file may hold text as numbers with labels, such as a region.
        labelled = aspect == "type" and (wanted, given) == ("string", "category")
        if wanted != given and not labelled:
            found.append(
                f"its {aspect} is {given}, in the harmonised schema {wanted}: take that or "
                "another name."
            )
    if "categories" in shared:
        targets = {str(one) for one in variable.value_labels.values()}
        strange = sorted(targets - set(shared["categories"]))
        if strange:
            found.append(
                f"the harmonised schema does not know the value(s) {', '.join(strange)}: take "
                f"{', '.join(shared['categories'])}, or another name."
            )
    return found


def notices(book: Codebook) -> list[str]:
    """Return what deserves a look although the codebook holds.

    Parameters
    ----------
    book : Codebook
        A loaded codebook.

    Returns
    -------
    list of str
        One sentence each: variables outside the harmonised schema with the nearest name in
        it, and whether the codebook has been tried on a real file.

    Examples
    --------
    >>> notices(load_codebook("eu_silc_es_household"))
    []
    """
    known = harmonised_schema()[book.unit_of_analysis]
    found = []
    for name in book.variables:
        base = name.rstrip("0123456789")
        if name in known or f"{base}{{i}}" in known:
            continue
        near = get_close_matches(name, list(known), n=1, cutoff=0.8)
        hint = f"; the nearest name in it is {near[0]}" if near else ""
        found.append(f"{name} is not in the harmonised schema{hint}.")
    if book.dataset["tried_on"] is None:
        found.append("Not yet tried on a real file.")
    return found
