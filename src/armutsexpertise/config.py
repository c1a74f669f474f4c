"""Read the config of a topic and say in one sentence what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

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
        faults = error.errors()
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        raise ConfigError(f"{path}: {_sentence(dict(faults[0]), model)}{more}") from None


def _sentence(fault: dict[str, object], model: type[Config]) -> str:
    location = fault["loc"]
    assert isinstance(location, tuple)
    key = ".".join(str(part) for part in location)
    if fault["type"] == "extra_forbidden":
        allowed = ", ".join(_keys(model, location[:-1]))
        return f"the key '{key}' is unknown; allowed here: {allowed}."
    if fault["type"] == "missing":
        return f"the key '{key}' is missing."
    text = str(fault["msg"])
    return f"'{key}' is {fault['input']!r}: {text[0].lower()}{text[1:]}."


def _keys(model: type[BaseModel], location: tuple[object, ...]) -> list[str]:
    """Keys of the (nested) model that an unknown key was given to."""
    for part in location:
        field = model.model_fields.get(str(part))
        if field is None or not isinstance(field.annotation, type):
            return []
        if not issubclass(field.annotation, BaseModel):
            return []
        model = field.annotation
    return sorted(model.model_fields)
