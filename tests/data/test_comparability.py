"""Pairs that must never be compared are refused for the right reason; others pass."""

import pandas as pd
import pytest

from armutsexpertise import catalog
from armutsexpertise.series import require_comparable, series

Chosen = dict[str, str]


def _of(package: str, topic: str, **more: str) -> Chosen:
    return {"package": package, "topic": topic, **more}


QUARTILE = _of(
    "digital",
    "internet_home_income_quartile",
    place="DE",
    item="Households with internet access at home, income quartile 1 (HHI_Q1)",
)
ISOC = _of("eurostat", "isoc_ci_in_h", place="DE", population="all households")
DSI2 = _of(
    "digital",
    "dsi2_basic",
    item="At least basic overall digital skills (I_DSK2_BAB)",
)
D21 = _of("digital", "d21_index", population="all (14+); scale 0-100")
LWR_INTERNET = _of("digital", "equipment_lwr2019", item="Households with internet connection")
EVS_INTERNET = _of("digital", "ict_by_income_2008", item="Households with internet access") | {
    "population": "all households"
}
NRW_EVS = _of("digital", "household_access_nrw", item="Households using internet/online services")
LWR_COST = _of(
    "digital",
    "ict_cost",
    item="Information and communication expenditure",
    population="net income all households",
)
NRW_10_PLUS = _of("digital", "internet_use_nrw", population="persons 10+", unit="percent")
NRW_65_PLUS = _of(
    "digital",
    "internet_use_nrw",
    item="Used the internet in the last 3 months",
    population="persons 65+",
    start="2020",
)
NRW_65_74 = _of(
    "digital",
    "internet_use_nrw",
    item="Used the internet (last 3 months)",
    population="persons 65-74",
)
NRW_16_64 = NRW_65_74 | {"population": "persons 16-64"}
NEVER_USED = _of("digital", "offline", place="DE", population="16-74 (rounded)")
WITHOUT = _of("digital", "no_internet_by_income", population="net income under 1300 EUR")
LACK = _of("digital", "internet_unaffordable", place="DE", population="persons at risk of poverty")
LACK_16 = _of(
    "digital",
    "internet_unaffordable",
    place="DE",
    population="population 16+, EU-SILC enforced lack",
)
SINGLE = _of("digital", "internet_home_hhtype")
SGB2 = _of(
    "digital", "sgb2_access", item="No internet access", population="SGB II recipients 15-65"
)

FORBIDDEN = {
    "DSI 2.0 and DSI 1.0": (
        DSI2,
        _of("digital", "dsi1_basic", item="At least basic digital skills (DSI 1.0)"),
        "digital_skills",
    ),
    "DSI 2.0 by Eurostat and DSI 1.0": (
        _of("eurostat", "isoc_sk_dskl_i21", place="DE", dimension="total")
        | {"item": "Individuals with basic safety skills", "unit": "Percentage of individuals"},
        _of("digital", "dsi1_basic", item="At least basic digital skills (DSI 1.0)"),
        "digital_skills",
    ),
    "D21 index and DSI": (D21, DSI2, "digital_skills"),
    "D21 basic competence and DSI": (
        _of("digital", "d21_basic", item="Digital basic competence"),
        DSI2,
        "digital_skills",
    ),
    "PIAAC and DSI": (
        _of("digital", "piaac2023", item="Low adaptive problem solving", place="DE"),
        DSI2,
        "digital_skills",
    ),
    "PIAAC and DSI, other package": (
        _of("eurostat", "PIAAC 2023", place="DE", item="mean score adaptive problem solving"),
        DSI2,
        "digital_skills",
    ),
    "D21 index of two years": (
        D21 | {"start": "2018", "end": "2018"},
        D21 | {"start": "2021", "end": "2021"},
        "Zusammensetzung",
    ),
    "access before and after 2021": (
        ISOC | {"end": "2020"},
        ISOC | {"start": "2021"},
        "A break lies between",
    ),
    "access before and after 2021, other topics": (
        QUARTILE,
        SINGLE | {"start": "2021"},
        "A break lies between",
    ),
    "access before and after 2021, other package": (
        QUARTILE,
        ISOC | {"start": "2021"},
        "A break lies between",
    ),
    "enforced lack before and after 2020": (
        LACK_16 | {"end": "2014"},
        LACK_16 | {"start": "2021"},
        "A break lies between",
    ),
    "NRW 10+ and 65-74": (NRW_10_PLUS, NRW_65_74, "internet_use_persons"),
    "NRW 65+ of 10+ and 65-74": (NRW_65_PLUS, NRW_65_74, "internet_use_persons"),
    "NRW 10+ and Germany 16-74": (NRW_10_PLUS, NEVER_USED, "internet_use_persons"),
    "D21 14+ and Germany 16-74": (
        _of("digital", "d21_online", item="Population online"),
        NEVER_USED,
        "internet_use_persons",
    ),
    "D21 14+ and NRW 16-64": (
        _of("digital", "d21_online", item="Internet use", place="NRW"),
        NRW_16_64,
        "internet_use_persons",
    ),
    "no internet by income class and quartile": (WITHOUT, QUARTILE, "internet_access_households"),
    "LWR and EVS, equipment": (LWR_INTERNET, EVS_INTERNET, "household_budget"),
    "LWR and EVS, NRW": (
        _of("digital", "devices_nrw_lwr", item="Households with at least one smartphone"),
        NRW_EVS,
        "household_budget",
    ),
    "LWR and EVS, devices by income": (
        _of("digital", "devices_by_income", item="No laptop")
        | {"population": "families with child <18, net income under 2000 EUR"},
        EVS_INTERNET,
        "household_budget",
    ),
    "LWR and EVS, cost": (
        LWR_COST,
        _of("distribution", "evs2023", item="Private consumption")
        | {"population": "net income all households"},
        "household_budget",
    ),
    "LWR of two years without prices": (
        LWR_COST,
        _of("distribution", "lwr_series", item="Private consumption", start="2021", end="2021"),
        "Nominale",
    ),
    "EVS of two years without prices": (
        _of("distribution", "evs2018", item="Private consumption"),
        _of("distribution", "evs2023", item="Private consumption")
        | {"population": "net income all households"},
        "Nominale",
    ),
    "EVS and survey on ICT": (EVS_INTERNET, QUARTILE, "internet_access_households"),
    "LWR and survey on ICT": (LWR_INTERNET, QUARTILE, "internet_access_households"),
    "persons who cannot afford and households without": (
        LACK,
        WITHOUT,
        "internet_access_households",
    ),
    "recipients and households": (SGB2, WITHOUT, "internet_access_households"),
    "a line on offer and a line in use": (
        _of(
            "digital",
            "broadband_availability",
            item="Households with access to at least 16 Mbit/s",
        ),
        QUARTILE,
        "internet_access_households",
    ),
}

ALLOWED = {
    "two quartiles": (
        QUARTILE,
        QUARTILE | {"item": "Households with internet access at home, income quartile 4 (HHI_Q4)"},
    ),
    "quartile and single persons on the same side": (QUARTILE, SINGLE | {"end": "2020"}),
    "two series that both cross the break": (ISOC, ISOC | {"place": "EU27"}),
    "NRW age groups of one survey": (NRW_65_74, NRW_16_64),
    "NRW 16-64 and Germany 16-74": (NRW_16_64, NEVER_USED),
    "DSI in Germany and the EU": (
        DSI2,
        _of("digital", "dsi2_basic", place="EU27", start="2021")
        | {"population": "individuals 16-74"},
    ),
    "PIAAC in two packages": (
        _of("eurostat", "PIAAC 2023", place="DE", item="mean score adaptive problem solving"),
        _of("digital", "piaac2023", place="DE", item="Adaptive problem solving, mean"),
    ),
    "enforced lack and its poor, same year": (LACK_16 | {"start": "2022"}, LACK),
    "shares of consumption in two years need no prices": (
        _of("digital", "ict_cost", item="Information and communication share of consumption")
        | {"population": "net income all households"},
        _of("distribution", "home_energy", item="Share of home energy in consumption")
        | {"population": "net income all households"},
    ),
}


def _read(chosen: Chosen) -> pd.DataFrame:
    return series(**chosen, across_breaks=True)


@pytest.mark.parametrize("pair", FORBIDDEN)
def test_forbidden_pairs_are_refused(pair):
    first, second, reason = FORBIDDEN[pair]
    for one, other in ((first, second), (second, first)):
        with pytest.raises(ValueError, match=reason):
            require_comparable(_read(one), _read(other))


@pytest.mark.parametrize("pair", ALLOWED)
def test_pairs_of_one_definition_pass(pair):
    require_comparable(*(_read(chosen) for chosen in ALLOWED[pair]))


def test_a_forbidden_third_series_is_found():
    quartile, single = _read(QUARTILE), _read(SINGLE | {"end": "2020"})
    with pytest.raises(ValueError, match="A break lies between"):
        require_comparable(quartile, single, _read(ISOC | {"start": "2021"}))


def test_other_units_do_not_hide_other_definitions():
    # a table that is only said to need a conversion would be converted and compared
    with pytest.raises(ValueError, match=r"different units.*different definitions"):
        require_comparable(_read(D21), _read(DSI2))


def test_what_is_no_result_of_series_is_said():
    frame = _read(DSI2)
    with pytest.raises(ValueError, match=r"Series 2 lacks the column\(s\) definition"):
        require_comparable(frame, frame.drop(columns="definition"))
    with pytest.raises(TypeError, match="Series 1 is list and no table"):
        require_comparable([frame, frame], frame)
    with pytest.raises(ValueError, match="1 series given"):
        require_comparable(frame)
    with pytest.raises(ValueError, match=r"1 row\(s\) of series 2 are in no data package"):
        require_comparable(frame, frame.assign(id="own1"))


def test_a_definition_has_one_name_and_a_notion_more_than_one_definition():
    # else a message would name a definition wrongly, or a rule could never refuse anything
    rules = catalog.read("comparability", "definitions")
    titles = rules[["definition", "title_de"]].drop_duplicates()
    assert titles["definition"].is_unique
    families = rules[["family", "definition"]].drop_duplicates()
    assert families["family"].duplicated(keep=False).all()
