"""Samples that the tests share."""

import numpy as np
import pandas as pd
import pytest
from survey_samples import SHARED, read_survey


@pytest.fixture(scope="session")
def frame():
    return read_survey()


@pytest.fixture(scope="session")
def eusilc():
    path = SHARED / "data" / "eusilc" / "eusilc.csv"
    if not path.exists():
        pytest.skip("laeken's eusilc is not beside the checkout")
    data = pd.read_csv(path)
    data["poor10k"] = data["eqIncome"] < 10_000
    return data


@pytest.fixture(scope="session")
def convey():
    path = SHARED / "reference" / "convey_ref.csv"
    if not path.exists():
        pytest.skip("the reference values are not beside the checkout")
    return pd.read_csv(path)


@pytest.fixture
def small():
    return pd.DataFrame(
        {
            "w": [1.0, 2.0, 3.0, 4.0, 2.0, 1.0],
            "y": [3.0, 1.0, 4.0, 1.0, 5.0, 9.0],
            "stratum": list("aaabbb"),
            "psu": [1, 1, 2, 3, 4, 4],
            "one": np.ones(6),
        }
    )
