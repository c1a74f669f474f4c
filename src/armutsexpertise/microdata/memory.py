"""How much memory a survey file will take, said before it is read."""

import os
from pathlib import Path

from armutsexpertise.microdata.errors import SurveyFileError

GIGABYTE = 10**9
_SHARE = 0.8
_CGROUP = Path("/sys/fs/cgroup")


def free_memory() -> float | None:
    """Return the memory that is free now.

    Returns
    -------
    float or None
        Gigabytes (10^9 bytes): what the system can give without swapping, or what is left of the
        limit of the container, whichever is less. None where the system does not say.

    Examples
    --------
    >>> free = free_memory()  # None where the system does not say
    >>> free is None or free > 0
    True
    """
    left = [one for one in (_of_system(), _of_container()) if one is not None]
    return min(left) / GIGABYTE if left else None


def default_limit() -> float | None:
    """Return what reading may take where no limit is given.

    Returns
    -------
    float or None
        Four fifths of `free_memory`, in gigabytes; None where that is unknown.

    Examples
    --------
    >>> limit = default_limit()
    >>> limit is None or limit > 0
    True
    """
    free = free_memory()
    return None if free is None else _SHARE * free


def _of_system() -> float | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(float(one.split()[1]) * 1024 for one in lines if one.startswith("MemAvail"))
    except (OSError, StopIteration):
        pass
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return None


def _of_container() -> float | None:
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_CGROUP / "memory.current").read_text(encoding="ascii").strip()
        return None if limit == "max" else float(limit) - float(used)
    except (OSError, ValueError):
        return None


def require_memory(
    name: str, needed_bytes: float, limit: float | None, *, contents: str, next_step: str
) -> None:
    """Refuse a file that does not fit.

    Parameters
    ----------
    name : str
        Name of the file for the sentence.
    needed_bytes : float
        Estimate of what reading takes at its peak.
    limit : float or None
        Gigabytes it may take; `default_limit` where None.
    contents : str
        What it holds, with counts, such as ``"741000 rows and 700 columns"``.
    next_step : str
        What to do instead.

    Raises
    ------
    SurveyFileError
        If it needs more. Where the system does not say what is free and no limit is given,
        nothing is refused.

    Examples
    --------
    >>> require_memory("a.sav", 1e9, 2.0, contents="1000 rows", next_step="name columns")
    """
    allowed = limit if limit is not None else default_limit()
    if allowed is None or needed_bytes <= allowed * GIGABYTE:
        return
    raise SurveyFileError(
        f"{name} needs about {_gigabytes(needed_bytes / GIGABYTE)} GB of memory for {contents}, "
        f"{_gigabytes(allowed)} GB are available: {next_step}."
    )


def _gigabytes(value: float) -> str:
    """Two significant digits, without an exponent."""
    return f"{value:.1f}" if value >= 0.1 else f"{value:.2g}" if value >= 1e-4 else f"{value:.7f}"
