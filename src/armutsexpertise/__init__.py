"""Evidence on municipal poverty policy in North Rhine-Westphalia.

Start at :mod:`armutsexpertise.catalog` for the bundled data, at
:mod:`armutsexpertise.passes`, :mod:`armutsexpertise.climate` and
:mod:`armutsexpertise.digital` for the functions of the three expertises, and at
:mod:`armutsexpertise.survey`, :mod:`armutsexpertise.poverty` and
:mod:`armutsexpertise.inequality` for surveys.
"""

from importlib.metadata import version as _version

__version__ = _version("armutsexpertise")
