"""Keys of config.yml."""

from typing import Annotated

from pydantic import Field

from armutsexpertise.config import Config


class ColdHome(Config):
    """Terms of the two models of a cold home; the second also knows the income."""

    small: list[str]
    full: list[str]


class Replicates(Config):
    """Number of bootstrap replicates and seed of their draw."""

    n_replicates: Annotated[int, Field(ge=50)]
    seed: int


class DemoConfig(Config):
    """Choices of the teaching example."""

    seed: int
    n_households: int
    level: Annotated[float, Field(gt=0, lt=1)]
    cold_home: ColdHome
    bootstrap: Replicates
    shown_districts: str
