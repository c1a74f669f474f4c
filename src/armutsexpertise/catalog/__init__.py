"""What data there is: list, describe, read, check and export the data packages."""

from armutsexpertise.catalog.checking import check
from armutsexpertise.catalog.microdata_access import restricted_datasets
from armutsexpertise.catalog.problems import CatalogError, Problem, Report
from armutsexpertise.catalog.store import data_root, describe, list_packages, read
from armutsexpertise.catalog.writing import citation, export, write_template

__all__ = [
    "CatalogError",
    "Problem",
    "Report",
    "check",
    "citation",
    "data_root",
    "describe",
    "export",
    "list_packages",
    "read",
    "restricted_datasets",
    "write_template",
]
