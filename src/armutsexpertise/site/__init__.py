"""The pages around the reports: start page with search, glossary, assumptions, data, literature."""

from armutsexpertise.site.pages import TITLE, build_site, release

__all__ = ["TITLE", "build_site", "release"]
