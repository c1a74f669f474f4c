"""Words of the inventory: the codes that its tables and functions share."""

GROUPS = (
    "sgb2",
    "sgb12",
    "asylblg",
    "wohngeld",
    "kinderzuschlag",
    "sgb8",
    "bafoeg",
    "low_income",
    "large_families",
    "voluntary_service",
)
CATEGORIES = (
    "public_transport",
    "swimming",
    "library",
    "museum",
    "theatre_opera",
    "adult_education",
    "music_school",
    "zoo",
    "sports_clubs",
    "childcare_meals",
)
ANSWERS = ("yes", "partial", "no", "not_stated")
KINDS = ("social", "mixed", "family", "culture", "mobility")
SOCIAL_KINDS = ("social", "mixed")
ISSUER_LEVELS = ("municipality", "county", "association")
STATUSES = ("yes", "no", "proposed", "abolished", "unknown")
FRESHNESS = ("current", "dated", "historical", "undated")
CURRENT_OR_DATED = ("current", "dated")
SIZE_CLASSES = (
    "unter 10.000",
    "10.000 bis unter 20.000",
    "20.000 bis unter 50.000",
    "50.000 bis unter 100.000",
    "100.000 und mehr",
)
