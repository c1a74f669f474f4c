"""Errors of the microdata path; a message is one sentence and holds no value of the data."""


class SurveyFileError(ValueError):
    """A survey file that cannot be read."""


class CodebookError(ValueError):
    """A codebook that does not hold, or data that it does not cover."""
