"""Files that are either written whole or not at all, and the same from run to run."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["sha256", "write_atomic", "zip_bytes"]

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP archive can hold; stands for "no time"."""


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def write_atomic(path: Path, data: bytes) -> None:
    """Write bytes to a temporary name in the same folder, then rename.

    Parameters
    ----------
    path : Path
        Target; its folder exists.
    data : bytes
        The whole content.

    Raises
    ------
    OSError
        If the folder cannot be written or the disk is full. A former file stays as it was.
    """
    handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """Pack members in the order given, without times and permissions of this machine.

    Parameters
    ----------
    members : mapping of str to bytes
        Path inside the archive, with forward slashes, and content.

    Returns
    -------
    bytes
        A ZIP archive; the same members give the same bytes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()
