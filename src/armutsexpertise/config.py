"""Read the config of a topic and say in one sentence what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeGuard, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

__all__ = ["Config", "ConfigError", "Share", "read_config"]

Share = Annotated[float, Field(ge=0, le=1)]
"""A share in [0, 1]; percent only in display."""


class ConfigError(ValueError):
    """A config file is wrong; the message names file, key, and what is allowed."""


class Config(BaseModel):
    """Base of all configs: unknown keys are an error, values cannot be changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


C = TypeVar("C", bound=Config)


def read_config(path: Path, model: type[C]) -> C:
    """Read a YAML config and check it.

    Parameters
    ----------
    path : Path
        YAML file, UTF-8.
    model : type
        Subclass of `Config` that says which keys and values there are.

    Returns
    -------
    Config
        Instance of `model`.

    Raises
    ------
    ConfigError
        If the file is missing, is not YAML, has an unknown or a missing key, or a value that is
        not allowed. The first fault is named, and how many there are.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing: restore it from the repository.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8: save it again with the encoding UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{where} is not YAML: check indentation and colons.") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds no keys: restore it from the repository.")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        # A misspelt key is also a missing one, and a value of several allowed kinds fails for
        # each: the spelling, then the innermost fault says most.
        faults = sorted(
            error.errors(), key=lambda f: (f["type"] != "extra_forbidden", -len(f["loc"]))
        )
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        raise ConfigError(f"{path}: {_sentence(dict(faults[0]), model, content)}{more}") from None


def _sentence(fault: dict[str, object], model: type[Config], content: object) -> str:
    location = fault["loc"]
    assert isinstance(location, tuple)
    key = ".".join(_written(location, content, missing=fault["type"] == "missing"))
    if fault["type"] == "extra_forbidden":
        allowed = ", ".join(_keys(model, location[:-1]))
        return f"the key '{key}' is unknown; allowed here: {allowed}."
    if fault["type"] == "missing":
        return f"the key '{key}' is missing."
    text = str(fault["msg"]).removeprefix("Value error, ")
    if not location:  # of several keys together; the input would be the whole config
        return f"{text}."
    return f"'{key}' is {fault['input']!r}: {text[0].lower()}{text[1:]}."


def _written(location: tuple[object, ...], content: Any, *, missing: bool) -> list[str]:
    """Parts of a location that stand in the file; pydantic adds the kinds that it tried."""
    parts = []
    for part in location:
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            continue
        parts.append(str(part))
    return [*parts, str(location[-1])] if missing else parts


def _keys(model: type[Config], location: tuple[object, ...]) -> list[str]:
    """Keys of the (nested) model that an unknown key was given to."""
    kind: object = model
    for part in location:
        if _is_model(kind):
            kind = kind.model_fields[str(part)].annotation
        else:  # an entry of a list or a mapping of models
            kind = next(filter(_is_model, get_args(kind)), None)
    return sorted(kind.model_fields) if _is_model(kind) else []


def _is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
