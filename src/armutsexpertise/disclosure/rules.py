"""Thresholds of secrecy and of reliability."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from armutsexpertise.config import Config, read_config

__all__ = ["Rules", "read_rules"]


class Rules(Config):
    """When a cell is secret and when it is unreliable; all counts are unweighted.

    Attributes
    ----------
    min_persons, min_households : int
        Fewest persons and households of the sample that a cell rests on; at least 3.
    min_numerator : int
        Fewest households with, and fewest without, the property that a share counts; also
        fewest households at or below, and above, a quantile. At least 2.
    dominance_n : int
        How many households may not make up nearly all of an amount.
    dominance_k : float
        From this share in (0, 1] of a cell's total amount on, `dominance_n` households
        dominate it.
    blank_below : int
        With fewer observations an estimate is too unreliable to be shown. An observation is a
        row of the sample that the estimate rests on.
    bracket_below : int
        With fewer observations an estimate is shown in brackets.

    Notes
    -----
    Secrecy protects persons; reliability warns readers. The two are kept apart, as Eurostat
    does: an unreliable cell keeps its number of observations, a secret one loses everything.
    The dominance rule is the (n, k) rule of statistical disclosure control.

    Examples
    --------
    >>> Rules(min_persons=20).min_households
    10
    """

    min_persons: Annotated[int, Field(ge=3)] = 10
    min_households: Annotated[int, Field(ge=3)] = 10
    min_numerator: Annotated[int, Field(ge=2)] = 3
    dominance_n: Annotated[int, Field(ge=1)] = 2
    dominance_k: Annotated[float, Field(gt=0, le=1)] = 0.9
    blank_below: Annotated[int, Field(ge=0)] = 20
    bracket_below: Annotated[int, Field(ge=0)] = 50

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.bracket_below < self.blank_below:
            raise ValueError("bracket_below must not be less than blank_below")
        return self


def read_rules(path: Path) -> Rules:
    """Read thresholds from a YAML file.

    Parameters
    ----------
    path : Path
        YAML with keys of `Rules`; keys left out keep their default.

    Returns
    -------
    Rules

    Raises
    ------
    ConfigError
        If the file is missing, a key is unknown or a value is out of range.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "rules.yaml"
    ...     _ = path.write_text("min_persons: 20")
    ...     rules = read_rules(path)
    >>> rules.min_persons, rules.min_households
    (20, 10)
    """
    return read_config(path, Rules)
