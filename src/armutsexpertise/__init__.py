"""Evidence on municipal poverty policy in North Rhine-Westphalia.

Start at :mod:`armutsexpertise.catalog` for the bundled data and at
:mod:`armutsexpertise.passes` for the functions of the first expertise.
"""

from importlib.metadata import version as _version

__version__ = _version("armutsexpertise")
