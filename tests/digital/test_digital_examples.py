"""The examples in the docstrings run as they stand."""

import doctest
import importlib

import pytest

MODULES = (
    "affordability",
    "determinants",
    "gaps",
    "irt",
    "piaac",
    "policy",
    "profiles",
    "skills",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_module(name):
    module = importlib.import_module(f"armutsexpertise.digital.{name}")
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
