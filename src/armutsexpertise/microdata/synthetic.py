"""A synthetic survey of households in North Rhine-Westphalia, delivered like a real file.

The teaching example and the data of the demonstration. It has what a real file has: strata,
clusters, weights, German labels, codes for missing answers, two levels. It says nothing about
real households: population, income and unemployment of the 53 districts and the poverty rate of
the Land come from official sources (packages ``nrw_regions`` and ``poverty_context``); every other
share and effect is set by hand, so that results have a plausible direction and size. Amounts are
rounded to whole hundreds. The mark is in the label of the file, the label of every variable and
the variable ``synthetic`` (`armutsexpertise.mark`), and households are numbered from
`armutsexpertise.mark.FIRST_INVENTED` on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyreadstat

from armutsexpertise.catalog import read
from armutsexpertise.mark import FIRST_INVENTED, MARK_COLUMN, MARK_TEXT, mark
from armutsexpertise.poverty import at_risk_of_poverty_rate, equivalence_scale

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = dict[int | float, str]

NO_ANSWER, NOT_APPLICABLE, DO_NOT_KNOW = -1, -2, -3
HOUSEHOLD_FILE, PERSON_FILE = "demo_nrw_haushalte.sav", "demo_nrw_personen.sav"
SURVEY_YEAR = 2022
"""Year that the file states; the incomes are those of the year before, as are the margins."""

POVERTY_YEAR = "2019"
"""Last year of the official series of poverty rates in the package ``poverty_context``."""

_PER_CLUSTER = 10
_MINIMUM_CLUSTERS = 2
_MISSING_LABELS: Codes = {
    NO_ANSWER: "keine Angabe",
    NOT_APPLICABLE: "trifft nicht zu",
    DO_NOT_KNOW: "weiß nicht",
}
# Header of an SPSS file: creation date and time, which would make equal draws differ
_STAMP, _STAMP_AT = b"01 Jan 2600:00:00", 92

# Set by hand: share of households, adults, children
_TYPES = ("single", "couple", "lone_parent", "couple_1", "couple_2", "couple_3", "other")
_TYPE_SHARES = (0.41, 0.29, 0.06, 0.07, 0.08, 0.03, 0.06)
_ADULTS = np.array([1, 2, 1, 2, 2, 2, 3])
_CHILDREN = np.array([0, 0, 0, 1, 2, 3, 0])

_YES_NO: Codes = {1: "ja", 2: "nein"}
_HAS: Codes = {1: "ja", 2: "nein, kann ich mir nicht leisten", 3: "nein, aus anderen Gründen"}
_ARREARS: Codes = {1: "ja, einmal", 2: "ja, zweimal oder öfter", 3: "nein"}


@dataclass(frozen=True)
class _Column:
    """Label, value labels and level of one variable."""

    label: str
    codes: Codes = field(default_factory=dict)
    measure: str = "nominal"
    missing: bool = False


_WHOLE = frozenset(
    {"einkommen", "rente", "kindergeld", "wohngeld", "grundsicherung", "kapital"}
    | {"miete", "wohnkosten", "energie"}
)


def _amount(label: str, missing: bool = False) -> _Column:
    return _Column(label, measure="scale", missing=missing)


_KEYS: dict[str, _Column] = {
    "hid": _Column("Haushaltsnummer"),
    "kreis": _Column("Kreis (amtlicher Schlüssel)"),
    "schicht": _Column("Schicht der Auswahl (Kreis)"),
    "psu": _Column("Primäre Auswahleinheit (Auswahlbezirk)"),
    "jahr": _Column("Erhebungsjahr", measure="scale"),
}
_MARK: dict[str, _Column] = {
    MARK_COLUMN: _Column(MARK_TEXT, {1: "ja, alle Angaben sind ausgedacht"}),
}
_HOUSEHOLD: dict[str, _Column] = {
    **_MARK,
    **_KEYS,
    "hgewicht": _amount("Hochrechnungsfaktor Haushalte"),
    "hgroesse": _Column("Personen im Haushalt", measure="scale"),
    "htyp": _Column(
        "Haushaltstyp",
        {
            1: "alleinlebend, unter 65",
            2: "alleinlebend, 65 und älter",
            3: "Paar ohne Kind, beide unter 65",
            4: "Paar ohne Kind, mindestens eine Person ab 65",
            5: "andere ohne Kind",
            6: "alleinerziehend",
            7: "Paar, ein Kind",
            8: "Paar, zwei Kinder",
            9: "Paar, drei oder mehr Kinder",
        },
    ),
    "bedarf": _amount("Bedarfsgewicht (modifizierte OECD-Skala)"),
    "siedlung": _Column("Siedlungsform", {1: "kreisfreie Stadt", 2: "Kreis"}),
    "einkommen": _amount("Verfügbares Haushaltseinkommen im Vorjahr, Euro"),
    "rente": _amount("Renten und Pensionen im Vorjahr, Euro"),
    "kindergeld": _amount("Familienleistungen im Vorjahr, Euro"),
    "wohngeld": _amount("Wohngeld im Vorjahr, Euro"),
    "grundsicherung": _amount("Leistungen der Mindestsicherung im Vorjahr, Euro"),
    "kapital": _amount("Einkommen aus Kapital im Vorjahr, Euro", missing=True),
    "wohnstatus": _Column(
        "Wohnstatus",
        {1: "Eigentum ohne Hypothek", 2: "Eigentum mit Hypothek", 3: "Miete", 4: "mietfrei"},
        "nominal",
        True,
    ),
    "gebaeude": _Column(
        "Gebäudetyp",
        {
            1: "freistehendes Haus",
            2: "Doppel- oder Reihenhaus",
            3: "Gebäude mit weniger als 10 Wohnungen",
            4: "Gebäude mit 10 oder mehr Wohnungen",
        },
    ),
    "raeume": _Column("Zahl der Räume (6: sechs oder mehr)", measure="scale"),
    "miete": _amount("Miete im Monat, Euro", missing=True),
    "wohnkosten": _amount("Wohnkosten im Monat insgesamt, Euro"),
    "energie": _amount("Strom und Heizung im Monat, Euro"),
    "r_miete": _Column("Rückstand bei Miete oder Hypothek", _ARREARS, "ordinal", True),
    "r_energie": _Column("Rückstand bei Rechnungen für Strom, Gas, Wasser", _ARREARS, "ordinal"),
    "r_kredit": _Column("Rückstand bei Krediten oder Ratenkäufen", _ARREARS, "ordinal", True),
    "urlaub": _Column("Kann sich eine Woche Urlaub im Jahr leisten", _YES_NO, "nominal", True),
    "mahlzeit": _Column("Kann sich jeden zweiten Tag eine volle Mahlzeit leisten", _YES_NO),
    "unerwartet": _Column("Kann unerwartete Ausgaben bezahlen", _YES_NO, "nominal", True),
    "warm": _Column("Kann die Wohnung angemessen warm halten", _YES_NO),
    "auto": _Column("Auto", _HAS),
    "moebel": _Column("Ersetzt abgenutzte Möbel", _HAS),
    "computer": _Column("Computer oder Tablet", _HAS, "nominal", True),
    "auskommen": _Column(
        "Zurechtkommen mit dem Einkommen",
        {
            1: "sehr schlecht",
            2: "schlecht",
            3: "relativ schlecht",
            4: "relativ gut",
            5: "gut",
            6: "sehr gut",
        },
        "ordinal",
        True,
    ),
    "sozialpass": _Column("Besitzt einen Sozialpass der Kommune", _YES_NO, "nominal", True),
}
_PERSON: dict[str, _Column] = {
    **_MARK,
    "pid": _Column("Personennummer"),
    **_KEYS,
    "pgewicht": _amount("Hochrechnungsfaktor Personen"),
    "alter": _Column("Alter in Jahren", measure="scale"),
    "geschlecht": _Column("Geschlecht", {1: "männlich", 2: "weiblich"}),
    "bildung": _Column(
        "Bildung (ISCED)",
        {1: "niedrig (0 bis 2)", 2: "mittel (3 und 4)", 3: "hoch (5 bis 8)"},
        "ordinal",
        True,
    ),
    "erwerb": _Column(
        "Erwerbsstatus",
        {
            1: "erwerbstätig",
            2: "arbeitslos",
            3: "im Ruhestand",
            4: "in Ausbildung",
            5: "anders nicht erwerbstätig",
        },
        "nominal",
        True,
    ),
    "gesundheit": _Column(
        "Gesundheit, eigene Einschätzung",
        {1: "sehr gut", 2: "gut", 3: "mittelmäßig", 4: "schlecht", 5: "sehr schlecht"},
        "ordinal",
        True,
    ),
    "internet": _Column("Internetanschluss zu Hause", _HAS, "nominal", True),
    "kleidung": _Column("Ersetzt abgetragene Kleidung", _HAS, "nominal", True),
    "schuhe": _Column("Zwei Paar passende Schuhe", _HAS, "nominal", True),
    "geld": _Column("Kleiner Betrag für sich selbst", _HAS, "nominal", True),
    "freizeit": _Column("Regelmäßige Freizeitbeschäftigung", _HAS, "nominal", True),
    "treffen": _Column("Trifft monatlich Freunde oder Familie", _HAS, "nominal", True),
}


@dataclass(frozen=True)
class SyntheticSurvey:
    """The two tables of a draw, as they go into the files.

    Attributes
    ----------
    households : DataFrame, shape (n_households, 35)
        One row per household.
    persons : DataFrame, shape (n_persons, 19)
        One row per person of any age; items asked of persons from 16 on are -2 for children.
    seed : int
        Seed of the draw.
    """

    households: pd.DataFrame = field(repr=False)
    persons: pd.DataFrame = field(repr=False)
    seed: int


def draw_survey(seed: int = 1, n_households: int = 4000) -> SyntheticSurvey:
    """Draw a synthetic survey of households and persons.

    Parameters
    ----------
    seed : int
        Equal seeds give equal tables.
    n_households : int
        Number of households, a multiple of 10 and at least 1060: two clusters of ten in each of
        the 53 districts.

    Returns
    -------
    SyntheticSurvey

    Raises
    ------
    ValueError
        If ``n_households`` is too small or no multiple of 10.

    Notes
    -----
    Strata are the districts, clusters of ten households are allotted to them in proportion to
    population (largest remainder, two at least). Within a district the weights are scaled so
    that the weighted persons add up to its population, and incomes so that the weighted income
    per inhabitant is that of the district (INKAR 2021) up to the rounding to whole hundreds. The
    chance to be unemployed from 18 to 64 is that of the district, too (INKAR 2021). The spread of
    the incomes is the one at which the share below 60 percent of the median over persons is that
    of the Land in 2019 (Sozialberichte NRW, median of the Land), so that no poverty rate of this
    survey is a finding. All other shares and effects are set by hand. Incomes of the national
    accounts are higher than those a survey finds: the level here is theirs.

    Examples
    --------
    >>> survey = draw_survey(seed=1, n_households=1060)
    >>> len(survey.households), survey.households["kreis"].nunique()
    (1060, 53)
    """
    districts = read("nrw_regions", "context").sort_values("ags5").reset_index(drop=True)
    smallest = _MINIMUM_CLUSTERS * _PER_CLUSTER * len(districts)
    if n_households < smallest or n_households % _PER_CLUSTER:
        raise ValueError(
            f"n_households is {n_households}: give a multiple of {_PER_CLUSTER} from {smallest} on."
        )
    rng = np.random.default_rng(seed)
    frame = _sample(rng, districts, n_households // _PER_CLUSTER)
    people = _people(rng, frame)
    _weigh(rng, frame, districts)
    _incomes(rng, frame, people, districts)
    rank = np.asarray(frame["equivalised"].rank(pct=True), dtype=np.float64)
    _answers_of_households(rng, frame, rank)
    _answers_of_persons(rng, people, rank[people["row"].to_numpy()])
    _leave_out(rng, frame, _HOUSEHOLD, adults=None)
    _leave_out(rng, people, _PERSON, adults=people["alter"].to_numpy() >= 16)
    people["pgewicht"] = frame["hgewicht"].to_numpy()[people["row"].to_numpy()]
    households, persons = frame[list(_HOUSEHOLD)], people[list(_PERSON)]
    return SyntheticSurvey(mark(households, households), mark(persons, persons), seed)


def write_survey(folder: str | Path, seed: int = 1, n_households: int = 4000) -> tuple[Path, Path]:
    """Draw the survey and write it as two SPSS files with labels and missing codes.

    Parameters
    ----------
    folder : str or Path
        Where ``demo_nrw_haushalte.sav`` and ``demo_nrw_personen.sav`` go; made where missing.
    seed, n_households : int
        As in `draw_survey`.

    Returns
    -------
    tuple of Path
        Household file and person file; the codebooks ``demo_nrw_household`` and
        ``demo_nrw_person`` recode them. Equal seeds give equal bytes: the date in the header is
        fixed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from armutsexpertise.microdata import load_codebook, read_survey, recode
    >>> with TemporaryDirectory() as folder:
    ...     households, persons = write_survey(folder, n_households=1060)
    ...     recoded = recode(read_survey(households), load_codebook("demo_nrw_household"))
    >>> bool(recoded.data["synthetic"].all())
    True
    """
    survey = draw_survey(seed, n_households)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    context = read("nrw_regions", "context")
    names = dict(zip(context["ags5"], context["name"], strict=True))
    paths = (target / HOUSEHOLD_FILE, target / PERSON_FILE)
    for path, table, columns in (
        (paths[0], survey.households, _HOUSEHOLD),
        (paths[1], survey.persons, _PERSON),
    ):
        _write(path, table, columns, names, seed)
    return paths


def _write(
    path: Path,
    table: pd.DataFrame,
    columns: Mapping[str, _Column],
    names: Mapping[str, str],
    seed: int,
) -> None:
    labels: dict[str, Codes] = {
        name: {**one.codes, **(_MISSING_LABELS if one.missing else {})}
        for name, one in columns.items()
        if one.codes or one.missing
    }
    labels["schicht"] = {int(key): name for key, name in names.items()}
    pyreadstat.write_sav(
        table,
        str(path),
        file_label=f"{MARK_TEXT.upper()} (demo_nrw): kein Haushalt ist echt",
        column_labels=[f"{one.label} [synthetisch]" for one in columns.values()],
        variable_value_labels=labels,
        missing_ranges={
            name: [{"lo": DO_NOT_KNOW, "hi": NO_ANSWER}]
            for name, one in columns.items()
            if one.missing
        },
        variable_measure={name: one.measure for name, one in columns.items()},
        variable_format={
            name: "F16.0"
            for name in columns
            if pd.api.types.is_integer_dtype(table[name]) or name in _WHOLE
        },
        note=f"{MARK_TEXT}, Saat {seed}: kein Haushalt ist echt.",
    )
    with path.open("r+b") as file:
        file.seek(_STAMP_AT)
        file.write(_STAMP)


def _sample(rng: np.random.Generator, districts: pd.DataFrame, clusters: int) -> pd.DataFrame:
    """Allot clusters to districts and draw the type of each household."""
    population = districts["population"].to_numpy(dtype=float)
    spare = clusters - _MINIMUM_CLUSTERS * len(districts)
    exact = population / population.sum() * spare
    allotted = np.floor(exact).astype(int)
    order = np.argsort(allotted - exact, kind="stable")
    allotted[order[: spare - allotted.sum()]] += 1
    place = np.repeat(np.arange(len(districts)), (allotted + _MINIMUM_CLUSTERS) * _PER_CLUSTER)
    n = len(place)
    kind = rng.choice(len(_TYPES), size=n, p=_TYPE_SHARES)
    children = _CHILDREN[kind]
    lone = kind == _TYPES.index("lone_parent")
    children[lone] = rng.choice([1, 2, 3], size=int(lone.sum()), p=[0.62, 0.29, 0.09])
    keys = districts["ags5"].to_numpy(dtype=str)
    return pd.DataFrame(
        {
            MARK_COLUMN: 1,
            "hid": FIRST_INVENTED + np.arange(1, n + 1),
            "kreis": keys[place],
            "schicht": keys[place].astype(int),
            "psu": np.arange(n) // _PER_CLUSTER + 1,
            "jahr": SURVEY_YEAR,
            "hgroesse": _ADULTS[kind] + children,
            "siedlung": np.where(districts["type"].to_numpy()[place] == "Kreisfreie Stadt", 1, 2),
            "place": place,
            "kind": kind,
            "adults": _ADULTS[kind],
            "unemployment": districts["unemployed_per_100_working_age_2021"].to_numpy(float)[place]
            / 100,
        }
    )


def _people(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Draw age, sex, education and activity of every member."""
    size = frame["hgroesse"].to_numpy()
    row = np.repeat(np.arange(len(frame)), size)
    number = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    kind = frame["kind"].to_numpy()
    with_children = frame["hgroesse"].to_numpy() > frame["adults"].to_numpy()
    head = np.where(
        with_children,
        np.clip(rng.normal(40, 7, len(frame)), 21, 60),
        np.where(
            kind == _TYPES.index("other"),
            np.clip(rng.normal(53, 7, len(frame)), 40, 80),
            np.clip(rng.normal(56, 19, len(frame)), 18, 95),
        ),
    ).astype(int)
    child = number >= frame["adults"].to_numpy()[row]
    grown_child = (kind[row] == _TYPES.index("other")) & (number == 2)
    partner = np.clip(head[row] + rng.normal(0, 4, len(row)), 18, 95).astype(int)
    age = np.where(number == 0, head[row], partner)
    age[child] = rng.integers(0, 18, size=int(child.sum()))
    age[grown_child] = rng.integers(18, 28, size=int(grown_child.sum()))
    draw = rng.random(len(row))
    unemployment = frame["unemployment"].to_numpy()[row]
    activity = np.select(
        [
            age < 16,
            age < 18,
            age >= 67,
            (draw < unemployment) & (age < 65),
            (age < 25) & (draw > 0.55),
            (age >= 63) & (draw > 0.45),
            draw > 0.86,
        ],
        [NOT_APPLICABLE, 4, 3, 2, 4, 3, 5],
        default=1,
    )
    people = pd.DataFrame(
        {
            "row": row,
            "pid": frame["hid"].to_numpy()[row] * 100 + number + 1,
            "alter": age,
            "geschlecht": np.where(rng.random(len(row)) < 0.49, 1, 2),
            "bildung": np.where(
                age < 16, NOT_APPLICABLE, rng.choice([1, 2, 3], len(row), p=[0.22, 0.5, 0.28])
            ),
            "erwerb": activity,
        }
    )
    for name in (MARK_COLUMN, *_KEYS):
        people[name] = frame[name].to_numpy()[row]
    return people


def _weigh(rng: np.random.Generator, frame: pd.DataFrame, districts: pd.DataFrame) -> None:
    """Scale uneven weights so that the persons of a district add up to its population."""
    place = frame["place"].to_numpy()
    raw = rng.uniform(0.7, 1.4, len(frame))
    persons = np.bincount(place, weights=raw * frame["hgroesse"].to_numpy())
    frame["hgewicht"] = raw * (districts["population"].to_numpy(dtype=float) / persons)[place]


def _incomes(
    rng: np.random.Generator, frame: pd.DataFrame, people: pd.DataFrame, districts: pd.DataFrame
) -> None:
    """Draw incomes that meet the mean of each district and the poverty rate of the Land."""
    n = len(frame)
    age, row = people["alter"].to_numpy(), people["row"].to_numpy()
    number = people["pid"].to_numpy() % 100
    young = np.bincount(row, weights=age < 14, minlength=n)
    frame["bedarf"] = equivalence_scale(frame["hgroesse"] - young, young)
    frame["htyp"] = _household_type(frame, age[number == 1], row, age)
    frame["retired"] = _share_of_adults(people, n, 3)
    education = people["bildung"].to_numpy()[number == 1]
    effects = (
        -0.95 * _share_of_adults(people, n, 2)
        - 0.18 * frame["retired"].to_numpy()
        - 0.40 * _share_of_adults(people, n, 4)
        - 0.35 * _share_of_adults(people, n, 5)
        + np.select([education == 3, education == 1], [0.25, -0.22], 0.0)
        - 0.50 * (frame["htyp"].to_numpy() == 6)
        - 0.25 * (frame["htyp"].to_numpy() == 9)
        + rng.normal(0, 0.10, int(frame["psu"].max()))[frame["psu"].to_numpy() - 1]
    )
    luck = rng.normal(0, 1, n)
    place, weight = frame["place"].to_numpy(), frame["hgewicht"].to_numpy()
    scale = frame["bedarf"].to_numpy()
    total = 12 * districts["household_income_eur_month_per_inhabitant_2021"].to_numpy(float)
    total = total * districts["population"].to_numpy(float)

    def incomes(spread: float) -> Floats:
        raw = np.exp(effects + spread * luck) * scale
        return _hundreds(raw * (total / np.bincount(place, weights=weight * raw))[place])

    persons, wanted = weight * frame["hgroesse"].to_numpy(), _poverty_rate()

    def too_few_poor(spread: float) -> bool:
        return at_risk_of_poverty_rate(incomes(spread) / scale, persons) < wanted

    frame["einkommen"] = incomes(_bisect(too_few_poor, 0.1, 1.0))
    frame["equivalised"] = frame["einkommen"] / scale
    children = np.bincount(row, weights=age < 18, minlength=n)
    _benefits(rng, frame, np.asarray(children, dtype=np.float64))


def _benefits(rng: np.random.Generator, frame: pd.DataFrame, children: Floats) -> None:
    """Take benefits, pensions and returns on capital out of the income."""
    n = len(frame)
    relative = frame["equivalised"].to_numpy() / np.median(frame["equivalised"])
    retired = frame["retired"].to_numpy()
    frame["kindergeld"] = _hundreds(2700 * children)
    on_minimum = (rng.random(n) < np.clip(1.5 - 2 * relative, 0, 0.9)) & (retired < 1)
    frame["grundsicherung"] = _hundreds(
        np.where(on_minimum, 0.7 * (frame["einkommen"] - frame["kindergeld"]).clip(lower=0), 0)
    )
    housing = ~on_minimum & (rng.random(n) < np.clip(1.1 - 1.2 * relative, 0, 0.5))
    frame["wohngeld"] = np.where(housing, 100 * rng.integers(6, 40, n), 0)
    rest = frame["einkommen"] - frame[["kindergeld", "grundsicherung", "wohngeld"]].sum(axis=1)
    rest = rest.clip(lower=0)
    frame["rente"] = _hundreds(rest * retired * 0.9)
    capital = rest * 0.04 * rng.exponential(np.clip(relative, 0, 4), n)
    frame["kapital"] = _hundreds(capital * (relative > 1))


def _share_of_adults(people: pd.DataFrame, n: int, status: int) -> Floats:
    """Return per household the share of the members from 18 on with an activity status."""
    row, adult = people["row"].to_numpy(), people["alter"].to_numpy() >= 18
    hit = adult & (people["erwerb"].to_numpy() == status)
    return np.asarray(
        np.bincount(row, weights=hit, minlength=n) / np.bincount(row, weights=adult, minlength=n)
    )


def _poverty_rate() -> float:
    """Return the share at risk of poverty in the Land, by the median of the Land."""
    facts = read("poverty_context", "poverty_context")
    chosen = facts[
        (facts["topic"] == "arop_nrw_series")
        & (facts["population_definition"] == "total")
        & (facts["period_start"] == POVERTY_YEAR)
    ]
    return float(chosen["value"].item()) / 100


def _bisect(too_low: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(16):
        middle = (low + high) / 2
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return high


def _household_type(frame: pd.DataFrame, head: Ints, row: Ints, age: Ints) -> Ints:
    kind = frame["kind"].to_numpy()
    oldest = pd.Series(age).groupby(row).max().to_numpy()
    couple = kind == _TYPES.index("couple")
    choices = [
        (kind == 0) & (head < 65),
        kind == 0,
        couple & (oldest < 65),
        couple,
        kind == _TYPES.index("lone_parent"),
        kind == _TYPES.index("couple_1"),
        kind == _TYPES.index("couple_2"),
        kind == _TYPES.index("couple_3"),
    ]
    return np.asarray(np.select(choices, [1, 2, 3, 4, 6, 7, 8, 9], default=5))


def _hundreds(amount: Floats | pd.Series) -> Floats:
    return np.asarray(np.round(np.asarray(amount, dtype=float) / 100) * 100)


def _answers_of_households(rng: np.random.Generator, frame: pd.DataFrame, rank: Floats) -> None:
    """Draw housing, arrears and what is affordable by the rank of the equivalised income."""
    n = len(frame)
    city = frame["siedlung"].to_numpy() == 1
    owner = rng.random(n) < (0.12 + 0.62 * rank) * np.where(city, 0.75, 1.15)
    tenant = ~owner & (rng.random(n) < 0.97)
    frame["wohnstatus"] = np.select(
        [owner & (rng.random(n) < 0.45), owner, tenant], [2, 1, 3], default=4
    )
    frame["gebaeude"] = np.where(
        owner & ~city, rng.choice([1, 2, 3], n, p=[0.5, 0.35, 0.15]), rng.choice([2, 3, 4], n)
    )
    size = frame["hgroesse"].to_numpy()
    frame["raeume"] = np.clip(1 + size + owner + rng.integers(-1, 2, n), 1, 6)
    rooms = frame["raeume"].to_numpy()
    frame["energie"] = 10 * np.clip(np.round(7 + 3 * rooms + rng.normal(0, 2, n)), 4, None)
    rent = 10 * np.round(20 + 11 * rooms + 12 * rank + 6 * city + rng.normal(0, 5, n))
    frame["miete"] = np.where(tenant, rent, NOT_APPLICABLE)
    mortgage = np.where(frame["wohnstatus"] == 2, 600, 150)
    frame["wohnkosten"] = np.where(tenant, rent, mortgage) + frame["energie"]

    def less(base: float, slope: float = 4.0) -> npt.NDArray[np.bool_]:
        return np.asarray(rng.random(n) < base * np.exp(-slope * rank))

    for name, base in (("r_miete", 0.14), ("r_energie", 0.16), ("r_kredit", 0.12)):
        frame[name] = np.where(less(base), rng.choice([1, 2], n), 3)
    frame.loc[frame["wohnstatus"].isin([1, 4]), "r_miete"] = NOT_APPLICABLE
    frame.loc[rng.random(n) < 0.5, "r_kredit"] = NOT_APPLICABLE
    for name, base in (("urlaub", 0.85), ("mahlzeit", 0.35), ("unerwartet", 0.95), ("warm", 0.25)):
        frame[name] = np.where(less(base), 2, 1)
    for name, base, other in (("auto", 0.5, 0.12), ("moebel", 0.5, 0.1), ("computer", 0.2, 0.07)):
        frame[name] = np.where(less(base), 2, np.where(rng.random(n) < other, 3, 1))
    feeling = rank + rng.normal(0, 0.22, n)
    frame["auskommen"] = 1 + np.digitize(feeling, [0.0, 0.12, 0.32, 0.62, 0.95])
    entitled = (frame["grundsicherung"] > 0) | (frame["wohngeld"] > 0)
    frame["sozialpass"] = np.where(entitled & (rng.random(n) < 0.55), 1, 2)
    frame["kapital"] = frame["kapital"].where(rng.random(n) > 0.04, NO_ANSWER)


def _answers_of_persons(rng: np.random.Generator, people: pd.DataFrame, rank: Floats) -> None:
    n = len(people)
    feeling = people["alter"].to_numpy() / 55 - rank + rng.normal(0, 0.7, n)
    people["gesundheit"] = 1 + np.digitize(feeling, [-0.5, 0.7, 1.6, 2.3])
    for name, base, other in (
        ("internet", 0.12, 0.05),
        ("kleidung", 0.4, 0.08),
        ("schuhe", 0.2, 0.04),
        ("geld", 0.55, 0.06),
        ("freizeit", 0.5, 0.2),
        ("treffen", 0.35, 0.1),
    ):
        lacks = rng.random(n) < base * np.exp(-4 * rank)
        people[name] = np.where(lacks, 2, np.where(rng.random(n) < other, 3, 1))


def _leave_out(
    rng: np.random.Generator,
    table: pd.DataFrame,
    columns: Mapping[str, _Column],
    adults: npt.NDArray[np.bool_] | None,
) -> None:
    """Put missing codes where a real file has them."""
    for name in _asked(columns):
        code = rng.choice([NO_ANSWER, DO_NOT_KNOW], len(table), p=[0.7, 0.3])
        left_out = (rng.random(len(table)) < 0.015) & (table[name].to_numpy() > 0)
        table[name] = np.where(left_out, code, table[name].to_numpy())
        if adults is not None:
            table[name] = np.where(adults, table[name].to_numpy(), NOT_APPLICABLE)


def _asked(columns: Mapping[str, _Column]) -> Sequence[str]:
    return [name for name, one in columns.items() if one.missing and one.codes]
