"""Survey files in: formats, codebooks, recoding, missing values.

A survey file becomes a table in the harmonised schema in three steps::

    codebook = load_codebook("eu_silc_es_household")
    survey = read_survey("ecv_2019.csv.gz", columns=codebook.source_columns)
    households = recode(survey, codebook)
"""

from armutsexpertise.mark import is_synthetic
from armutsexpertise.microdata.codebook import Codebook, bundled_codebooks, load_codebook
from armutsexpertise.microdata.deprivation import enforced_lacks
from armutsexpertise.microdata.errors import CodebookError, SurveyFileError
from armutsexpertise.microdata.formats import SurveyFile, Variable, read_survey
from armutsexpertise.microdata.recode import (
    Recoded,
    RowReport,
    attach_household,
    recode,
    unknown_codes,
)

__all__ = [
    "Codebook",
    "CodebookError",
    "Recoded",
    "RowReport",
    "SurveyFile",
    "SurveyFileError",
    "Variable",
    "attach_household",
    "bundled_codebooks",
    "enforced_lacks",
    "is_synthetic",
    "load_codebook",
    "read_survey",
    "recode",
    "unknown_codes",
]
