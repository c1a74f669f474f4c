"""The error of what must not be written."""


class DisclosureError(ValueError):
    """Results that must not be written; the message holds counts of cells and no value."""
