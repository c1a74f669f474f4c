"""The pages around the reports: start page with search, glossary, assumptions, data, literature."""

from armutsexpertise.site.pages import TITLE, Glossary, build_site, release

__all__ = ["TITLE", "Glossary", "build_site", "release"]
