"""The examples in docstrings run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import armutsexpertise

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(armutsexpertise.__path__, "armutsexpertise.")
    if not module.name.endswith("__main__")
)
WITH_EXAMPLES = ("poverty", "inequality", "survey.", "climate.", "digital.")
# They work on files of microdata or on the config of a study, which an example cannot show.
WITHOUT = ("climate.survey_chapter", "digital.piaac_tables", "digital.study")


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name: str) -> None:
    try:
        module = importlib.import_module(name)
    except ImportError as error:  # a module of an extra that is not installed
        pytest.skip(f"needs {error.name}")
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in MODULES
        if name.split(".", 1)[1].startswith(WITH_EXAMPLES)
        and not name.endswith(WITHOUT)
        and "._" not in name
    ],
)
def test_each_estimator_has_an_example(name: str) -> None:
    module = importlib.import_module(name)
    bare = [
        function.__name__
        for _, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == name
        and not function.__name__.startswith("_")
        and ">>>" not in (inspect.getdoc(function) or "")
    ]
    assert bare == []
