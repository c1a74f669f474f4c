"""The committed synthetic survey is what its script draws."""

import runpy

import pandas as pd
from survey_samples import HERE


def test_script_draws_the_committed_file():
    script = runpy.run_path(str(HERE / "data" / "make_survey.py"))
    committed = pd.read_csv(HERE / "data" / "survey.csv")
    pd.testing.assert_frame_equal(script["draw"](), committed, check_dtype=False, rtol=1e-9)
