"""Codebooks: what holds, what does not, and the bundled ones on the real files."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from armutsexpertise.microdata.codebook import (
    bundled_codebooks,
    harmonised_schema,
    load_codebook,
    notices,
)
from armutsexpertise.microdata.errors import CodebookError
from armutsexpertise.microdata.formats import read_survey
from armutsexpertise.microdata.recode import attach_household, recode, unknown_codes

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data"
SPAIN = DATA / "eu_silc_es_2019" / "ecv_2019.csv.gz"
PIAAC = DATA / "piaac_deu_2012" / "piaac_deu.csv.gz"
SMALL = (HERE / "small.yaml").read_text(encoding="utf-8")

RATIO = "ratio, of: [disposable_income, equivalised_size]"

needs_spain = pytest.mark.skipif(not SPAIN.is_file(), reason="EU-SILC Spain is not here")
needs_piaac = pytest.mark.skipif(not PIAAC.is_file(), reason="PIAAC Germany is not here")


@pytest.mark.parametrize("name", bundled_codebooks())
def test_bundled_codebook_holds_and_is_harmonised(name):
    book = load_codebook(name)
    assert book.name == name
    untried = book.dataset["tried_on"] is None
    assert notices(book) == (["Not yet tried on a real file."] if untried else [])
    for variable in book.variables.values():
        assert set(variable.label) == {"de", "en"}
        assert variable.universe
        assert variable.cites or variable.derivation is not None


@pytest.mark.parametrize("unit", ["household", "person"])
def test_harmonised_schema_is_complete(unit):
    for name, entry in harmonised_schema()[unit].items():
        assert set(entry["label"]) == {"de", "en"}, name
        assert entry["type"] in {"boolean", "integer", "number", "category", "string"}, name
        assert (entry["unit"] is not None) or entry["type"] != "number", name


def _load(tmp_path: Path, text: str):
    path = tmp_path / "book.yaml"
    path.write_text(text, encoding="utf-8")
    return load_codebook(path)


def test_small_codebook_is_said_to_be_untried():
    assert notices(load_codebook(HERE / "small.yaml")) == ["Not yet tried on a real file."]


def test_name_outside_the_schema_is_noticed_with_the_nearest(tmp_path):
    book = _load(
        tmp_path,
        SMALL.replace("  tenure:\n    label", "  tenures:\n    label")
        .replace("    cites: [doc]\n", "    cites: [doc]\n", 1)
        .replace(
            "value_labels: {own: owner_no_mortgage, rent: tenant_market}",
            "value_labels: {own: a}\n    categories: {a: {de: a, en: a}}",
        ),
    )
    assert "tenures is not in the harmonised schema; the nearest name in it is tenure." in notices(
        book
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('version: "1"\n', "", "top level: missing are version"),
        ("type: boolean", "type: yesno", "variables > affords_warm_home > type"),
        ("{1: true, 2: false}", "{1: true, 1: false}", "a key occurs twice"),
        ("{1: true, 2: false}", "{yes: true, 2: false}", "put it in quotes"),
        ("{1: true, 2: false}", "{1: true, -8: false}", "a value and a missing value at once"),
        ("{1: true, 2: false}", "{1: 1, 2: 0}", "values of a boolean are true and false"),
        ("-8: do not know", "-8: shrugged", "missing_values"),
        ("unit: EUR/year", "unit: EUR/month", "its unit is EUR/month, in the harmonised schema"),
        ("rent: tenant_market", "rent: tenant", "no label de and en under categories for tenant"),
        ("of: [disposable_income, equivalised_size]", "of: [disposable_income]", "1 operand"),
        (
            "of: [disposable_income, equivalised_size]",
            "of: [disposable_income, later]",
            "later, which must stand above it",
        ),
        ("function: ratio,", "function: ratio, options: {by: 1},", "options of the derivation"),
        ("of: [disposable_income,", "of: [affords_warm_home,", "affords_warm_home is a boolean"),
        ("function: ratio", "function: any_true", "needs boolean"),
        (RATIO, "integer_quotient, of: [household_id], options: {by: 0}", "by must be a whole"),
        (RATIO, "integer_quotient, of: [household_id], options: {by: abc}", "by must be a whole"),
        (RATIO, "at_least, of: [disposable_income], options: {threshold: x}", "must be a number"),
        (RATIO, "at_least, of: [disposable_income], options: {threshold: .nan}", "a number"),
        (RATIO, "equals, of: [household_id], options: {value: [1]}", "must be one value"),
        ("valid_range: [-1000, 100000]", "valid_range: [20, 1]", "must not be above the second"),
        ("valid_range: [-1000, 100000]", "valid_range: [.nan, 20]", "not be above the second"),
        ("key: [household_id]", "key: [number]", "key names number"),
        ("    source: scale\n", "", "either a source or a derivation"),
        ("    source: scale\n    cites: [doc]", "    source: scale", "cites no source"),
        ("    source: scale\n    cites: [doc]", "    source: scale\n    cites: [x]", "cites x"),
        (
            "    value_labels: {own: owner_no_mortgage, rent: tenant_market}\n",
            "",
            "needs value_labels",
        ),
        ("codebook: small", "codebook: [small", "no valid YAML"),
    ],
)
def test_what_does_not_hold_is_one_sentence(tmp_path, old, new, says):
    assert old in SMALL
    with pytest.raises(CodebookError, match=says) as caught:
        _load(tmp_path, SMALL.replace(old, new))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("book.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "id;diagnose\n1;Krebs\n2;Krebs\n",
        "- Krebs\n- [Krebs, 1]\n",
        "Krebs: 1\nKrebs: 2\n",
        "Krebs: 1\n",
        "? [Krebs]\n: 1\n",
        "datum: 2024-99-99 Krebs\n",
        "datum: 2024-99-99\n",
        "[" * 5000,
        SMALL.replace("title: {de: Klein, en: Small}", "title: [Krebs]"),
        SMALL.replace("codebook: small", "codebook: Krebs"),
        SMALL.replace("codebook: small", "codebook: small\nKrebs: 1"),
        SMALL.replace("key: [household_id]", "key: [[Krebs]]"),
        SMALL.replace("type: boolean", "type: Krebs"),
        SMALL.replace('version: "1"', "version: {Krebs: 1}"),
    ],
)
def test_a_file_that_is_no_codebook_is_refused_without_its_content(tmp_path, text):
    with pytest.raises(CodebookError) as caught:
        _load(tmp_path, text)
    assert "Krebs" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_aliases_that_repeat_each_other_are_refused_at_once(tmp_path):
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    with pytest.raises(CodebookError, match="aliases"):
        _load(tmp_path, SMALL + "\n".join(levels) + "\n")
    once = SMALL.replace("title: {de: Klein, en: Small}", "title: &t {de: Klein, en: Small}")
    assert once.count("label: {de: Skala, en: Scale}") == 1
    book = _load(tmp_path, once.replace("label: {de: Skala, en: Scale}", "label: *t"))
    assert book.variables["equivalised_size"].label["en"] == "Small"


def test_category_unknown_to_the_schema_is_refused(tmp_path):
    text = SMALL.replace(
        "value_labels: {own: owner_no_mortgage, rent: tenant_market}",
        "value_labels: {own: palace}\n    categories: {palace: {de: Palast, en: palace}}",
    )
    with pytest.raises(CodebookError, match=r"does not know the value\(s\) palace"):
        _load(tmp_path, text)


def test_there_is_no_such_codebook():
    with pytest.raises(CodebookError, match="eu_silc_es_household"):
        load_codebook("nothing")


def test_series_is_written_out(tmp_path):
    text = SMALL + (
        "  w{i}:\n    label: {de: 'Gewicht {i}', en: 'Weight {i}'}\n    type: number\n"
        "    unit: households\n    universe: all\n    source: rep{i}\n    cites: [doc]\n"
        "    repeat: {from: 1, to: 3}\n"
    )
    book = _load(tmp_path, text)
    assert [book.variables[f"w{i}"].source for i in (1, 2, 3)] == ["rep1", "rep2", "rep3"]
    assert book.variables["w2"].label["en"] == "Weight 2"
    with pytest.raises(CodebookError, match=r"write \{i\} in its name"):
        _load(tmp_path, text.replace("source: rep{i}", "source: rep"))


@cache
def _spain():
    household, person = (load_codebook(f"eu_silc_es_{unit}") for unit in ("household", "person"))
    columns = list(dict.fromkeys([*household.source_columns, *person.source_columns]))
    survey = read_survey(SPAIN, columns=columns)
    return recode(survey, household), recode(survey, person), survey


@needs_spain
def test_spain_rows_are_accounted_for():
    households, persons, survey = _spain()
    assert survey.n == households.report.rows_in == 48982
    assert (households.report.kept, persons.report.kept) == (15887, 33376)
    assert households.report.dropped == {
        "row of the personal file without a household record": 33095
    }
    assert unknown_codes(survey, load_codebook("eu_silc_es_household")).empty


@needs_spain
def test_spain_poverty_flag_is_reproduced_in_every_household():
    """Below 60 % of the median over persons, in all 15 887 households."""
    data = _spain()[0].data
    income = data["equivalised_income"].to_numpy(float)
    weight = data["persons_weight"].to_numpy(float)
    order = np.argsort(income, kind="stable")
    total = np.cumsum(weight[order])
    median = income[order][np.searchsorted(total, total[-1] / 2)]
    poor = income < 0.6 * median
    flag = data["poverty_flag"].to_numpy(bool)
    assert (poor != flag).sum() == 0
    assert weight[poor].sum() / weight.sum() == pytest.approx(0.2065742752, rel=1e-9)


@needs_spain
def test_spain_material_deprivation_flag_is_reproduced_in_every_household():
    data = _spain()[0].data
    arrears = data[["arrears_rent_mortgage", "arrears_utilities", "arrears_loans"]].fillna(False)
    lacks = [arrears.any(axis=1)]
    lacks += [
        ~data[name].fillna(True)
        for name in (
            "affords_holiday",
            "affords_meal",
            "affords_unexpected_expense",
            "affords_warm_home",
        )
    ]
    lacks += [data[n] == "cannot_afford" for n in ("telephone", "television", "washing_machine")]
    lacks += [data["car"] == "cannot_afford"]
    deprived = sum(one.astype(int) for one in lacks) >= 4
    assert (deprived != data["material_deprivation_flag"].astype(bool)).sum() == 0


@needs_spain
def test_spain_every_missing_cell_has_its_reason():
    for table in _spain()[:2]:
        for name in table.data.columns:
            missing = table.data[name].isna()
            if missing.any():
                assert table.reasons.loc[missing, name].notna().all(), name
                assert table.reasons.loc[~missing, name].isna().all(), name
        cells = int(table.data.isna().to_numpy().sum())
        assert table.report.missing["n"].sum() == cells


@needs_spain
def test_spain_persons_find_their_household():
    households, persons, _ = _spain()
    joined = attach_household(persons.data, households.data, ["equivalised_income", "region"])
    assert joined["equivalised_income"].notna().all()
    adults = persons.data.groupby("household_id").size()
    size = households.data.set_index("household_id")["household_size"].reindex(adults.index)
    assert (adults <= size).all()


@needs_spain
def test_spain_unknown_code_is_refused():
    _, _, survey = _spain()
    book = load_codebook("eu_silc_es_household")
    data = survey.data.copy()
    data.loc[data["HS021"] == 3, "HS021"] = 8
    with pytest.raises(CodebookError, match=r"cell\(s\) of HS021 hold 1 code\(s\)"):
        recode(data, book)


@cache
def _piaac():
    book = load_codebook("piaac_de_person")
    return recode(read_survey(PIAAC, columns=book.source_columns), book)


@needs_piaac
@pytest.mark.parametrize(
    ("domain", "mean", "error"),
    [("literacy", 269.81, 0.92), ("numeracy", 271.73, 1.00), ("problem_solving", 282.58, 1.05)],
)
def test_piaac_published_means_and_standard_errors(domain, mean, error):
    """Figures from the notes on the shared reference data, which name no publication."""
    data = _piaac().data
    values = data[[f"{domain}_pv{i}" for i in range(1, 11)]].to_numpy(float)
    seen = np.isfinite(values[:, 0])
    names = ["person_weight", *(f"replicate_weight_{i}" for i in range(1, 81))]
    weights = data[names].to_numpy(float)[seen]
    means = weights.T @ values[seen] / weights.sum(axis=0)[:, None]
    sampling = (79 / 80) * ((means[1:] - means[0]) ** 2).sum(axis=0).mean()
    total = sampling + 1.1 * means[0].var(ddof=1)
    assert means[0].mean() == pytest.approx(mean, abs=0.006)
    assert np.sqrt(total) == pytest.approx(error, abs=0.01)


@needs_piaac
def test_piaac_blank_is_never_a_no():
    table = _piaac()
    asked = table.data["uses_computer_at_work"]
    assert asked.isna().sum() > 1000
    assert set(table.reasons["uses_computer_at_work"].dropna()) == {"reason not in the file"}
    assert isinstance(asked.dtype, pd.BooleanDtype)


UNTRIED = [name for name in bundled_codebooks() if load_codebook(name).dataset["tried_on"] is None]


def _invented(variable, number: int) -> object:
    if variable.value_labels:
        return next(iter(variable.value_labels))
    if variable.valid_range is not None:
        return variable.valid_range[0]
    return f"DE{number}" if variable.type == "string" else number


@pytest.mark.parametrize("name", UNTRIED)
def test_untried_codebook_on_two_invented_rows(name):
    """The first row is answered; in the second every cell that may be missing is."""
    book = load_codebook(name)
    rows: list[dict[str, object]] = [{}, {}]
    missing = []
    for variable in book.variables.values():
        if variable.source is None:
            continue
        for number, row in enumerate(rows, start=1):
            row[variable.source] = _invented(variable, number)
        if variable.flag is not None:
            rows[0][variable.flag], rows[1][variable.flag] = 1, -1
            rows[1][variable.source] = None
            missing.append(variable.name)
        elif variable.missing_values and variable.name not in book.key:
            code = next(iter(variable.missing_values))
            rows[1][variable.source] = None if code == "blank" else code
            missing.append(variable.name)
    data = pd.DataFrame(rows, columns=book.source_columns)
    result = recode(data, book)
    assert result.report.kept == 2
    assert unknown_codes(data, book).empty
    assert result.data.iloc[0].notna().all()
    assert result.data.iloc[1][missing].isna().all()
    derived = [one.name for one in book.variables.values() if one.source is None]
    assert set(result.reasons.columns) - set(derived) == set(missing)


@pytest.mark.parametrize("kind", ["household", "person", "register"])
def test_user_database_asks_for_other_variables_from_2021(kind):
    old, new = (load_codebook(f"eu_silc_udb{when}_{kind}") for when in ("", "_2021"))
    renamed = {"household": "HS080", "person": "PE040", "register": "RB211"}[kind]
    assert (renamed in old.source_columns) != (renamed in new.source_columns)
    assert new.variables["survey_year"].valid_range == (2021, 2030)
