"""Recoding: every cell is a value or a reason; every row is kept or dropped for one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise.microdata.codebook import load_codebook
from armutsexpertise.microdata.derivations import DERIVATIONS
from armutsexpertise.microdata.errors import CodebookError
from armutsexpertise.microdata.formats import SurveyFile, Variable
from armutsexpertise.microdata.recode import attach_household, recode, unknown_codes

BOOK = load_codebook(Path(__file__).parent / "small.yaml")


def frame(**changes) -> pd.DataFrame:
    columns = {
        "state": [1, 1, 9, 1, np.nan],
        "id": [11, 12, 13, 14, 15],
        "warm": [1, 2, 1, -8, 1],
        "inc": [3000.0, -500.0, 100.0, np.nan, 100.0],
        "inc_f": [1, 1, 1, -1, 1],
        "scale": [1.5, 1.0, 1.0, 2.0, 1.0],
        "tenure": ["own", " rent ", "own", "rent", "own"],
    }
    return pd.DataFrame({**columns, **changes})


def test_values_reasons_and_account():
    result = recode(frame(), BOOK)
    data = result.data
    assert data.index.tolist() == [0, 1, 3]
    assert data["affords_warm_home"].tolist() == [True, False, pd.NA]
    assert data["equivalised_income"].tolist()[:2] == [2000.0, -500.0]
    assert data["tenure"].tolist() == ["owner_no_mortgage", "tenant_market", "tenant_market"]
    assert data["tenure"].cat.categories[0] == "owner_no_mortgage"
    assert data["household_id"].dtype == "Int64"
    reasons = result.reasons.loc[3]
    assert reasons["affords_warm_home"] == "do not know"
    assert reasons["disposable_income"] == "no answer"
    assert reasons["equivalised_income"] == "no answer (disposable_income)"
    assert result.reasons.loc[[0, 1]].isna().all().all()
    report = result.report
    assert (report.rows_in, report.kept) == (5, 3)
    assert report.dropped == {"refused the interview": 1, "empty record": 1}
    assert report.missing.set_index("variable")["n"].to_dict() == {
        "affords_warm_home": 1,
        "disposable_income": 1,
        "equivalised_income": 1,
    }
    assert str(report) == (
        "5 rows in; 3 kept; 1 dropped: refused the interview; 1 dropped: empty record."
    )


def test_tag_and_blank_keep_their_own_reasons():
    data = frame(warm=[np.nan, np.nan, 1, 2, 1])
    survey = SurveyFile(data, {}, {"warm": pd.Series([".a"], index=[0])}, "utf-8", (), (), "Stata")
    reasons = recode(survey, BOOK).reasons["affords_warm_home"]
    assert reasons.loc[[0, 1]].tolist() == ["refused", "no answer"]


def test_a_tag_the_codebook_does_not_list_is_not_taken_for_blank():
    data = frame(warm=[np.nan, 1, 1, 2, 1])
    survey = SurveyFile(data, {}, {"warm": pd.Series([".z"], index=[0])}, "utf-8", (), (), "Stata")
    with pytest.raises(CodebookError, match=r"1 cell\(s\) of warm are blank without a reason"):
        recode(survey, BOOK)


def test_user_missing_of_the_file_must_be_missing_in_the_codebook():
    survey = SurveyFile(
        frame(inc=[3000.0, 999.0, 100.0, np.nan, 100.0]),
        {"inc": Variable("inc", missing_ranges=((990.0, 999.0),))},
        {},
        "utf-8",
        (),
        (),
        "SPSS",
    )
    with pytest.raises(CodebookError, match=r"1 cell\(s\) of inc are user-missing in the file"):
        recode(survey, BOOK)


def test_codes_as_text_and_as_numbers_are_the_same():
    numbers = recode(frame(), BOOK).data["affords_warm_home"]
    texts = recode(frame(warm=["1", "2", "1", "-8", "1"]), BOOK).data["affords_warm_home"]
    assert texts.tolist() == numbers.tolist()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"warm": [1, 7, 1, 7, 1]}, r"2 cell\(s\) of warm hold 1 code\(s\)"),
        ({"tenure": ["own", "squat", "own", "rent", "own"]}, r"1 cell\(s\) of tenure"),
        ({"inc": [3000, 200000, 1, np.nan, 1]}, r"1 cell\(s\) of inc lie outside -1000 to 100000"),
        ({"inc": ["3000", "viel", "1", None, "1"]}, r"1 cell\(s\) of inc are no finite number"),
        ({"inc": [np.inf, 1, 1, np.nan, 1]}, "no finite number"),
        ({"inc_f": [1, 1, 1, 1, 1]}, r"1 cell\(s\) of inc are blank without a reason"),
        ({"inc_f": [-1, 1, 1, -1, 1]}, r"1 cell\(s\) of inc hold a value although inc_f says"),
        ({"id": [11, 11, 13, 14, 15]}, r"1 row\(s\) repeat household_id"),
        ({"id": [11.5, 12, 13, 14, 15]}, r"1 cell\(s\) of id are no whole number"),
        ({"scale": [0.0, 1.0, 1.0, 2.0, 1.0]}, r"the divisor is zero in 1 row\(s\)"),
        ({"scale": [np.nan, 1.0, 1.0, 2.0, 1.0]}, r"1 cell\(s\) of scale are blank"),
    ],
)
def test_what_the_codebook_does_not_cover_is_refused_with_its_count(changes, says):
    with pytest.raises(CodebookError, match=says) as caught:
        recode(frame(**changes), BOOK)
    assert not {"7", "squat", "viel", "200000"} & set(str(caught.value).split())


def test_a_derivation_that_fails_names_counts_and_no_cell():
    text = replace(BOOK.variables["disposable_income"], type="string", valid_range=None, flag=None)
    book = replace(BOOK, variables={**BOOK.variables, "disposable_income": text})
    secret = ["Krebs", "Krebs", "Krebs", "Krebs", "Krebs"]
    with pytest.raises(CodebookError, match=r"ratio of disposable_income.* in 3 row") as caught:
        recode(frame(inc=secret), book)
    assert "Krebs" not in str(caught.value)


def test_several_failures_are_counted():
    bad = frame(warm=[7, 1, 1, 1, 1], tenure=["x"] * 5)
    with pytest.raises(CodebookError, match=r"\(2 variables in all\)"):
        recode(bad, BOOK)


def test_missing_column_is_named_with_the_nearest():
    with pytest.raises(CodebookError, match=r"scale \(nearest: scales\)"):
        recode(frame().rename(columns={"scale": "scales"}), BOOK)


def test_unknown_codes_are_listed_for_whoever_holds_the_data():
    found = unknown_codes(
        frame(warm=[7, 7, 1, 2, 1], inc_f=[1, 1, 1, 5, 1], tenure=["own", "?", "?", "own", "own"]),
        BOOK,
    )
    assert found.to_dict("records") == [
        {"variable": "affords_warm_home", "source": "warm", "code": "7", "n": 2},
        {"variable": "disposable_income", "source": "inc", "code": "blank", "n": 1},
        {"variable": "tenure", "source": "tenure", "code": "?", "n": 1},
    ]
    assert unknown_codes(frame(), BOOK).empty


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([1, 9, None]), st.sampled_from([1, 2, -8, None])),
        min_size=1,
        max_size=20,
    )
)
def test_every_row_and_every_cell_is_accounted_for(rows):
    n = len(rows)
    data = pd.DataFrame(
        {
            "state": [r[0] for r in rows],
            "id": range(n),
            "warm": [r[1] for r in rows],
            "inc": 1.0,
            "inc_f": 1,
            "scale": 1.0,
            "tenure": "own",
        }
    ).astype({"state": "float64", "warm": "float64"})
    result = recode(data, BOOK)
    report = result.report
    assert report.rows_in == n == report.kept + sum(report.dropped.values())
    missing = result.data["affords_warm_home"].isna()
    if "affords_warm_home" in result.reasons:
        assert (result.reasons["affords_warm_home"].notna() == missing).all()
    else:
        assert not missing.any()
    assert report.missing["n"].sum() == missing.sum()


def test_persons_get_the_values_of_their_household():
    persons = pd.DataFrame({"household_id": [2, 1, 2]}, index=[7, 8, 9])
    households = pd.DataFrame({"household_id": [1, 2], "income": [10.0, 20.0]})
    got = attach_household(persons, households, ["income"])
    assert got["income"].tolist() == [20.0, 10.0, 20.0]
    assert got.index.tolist() == [7, 8, 9]


@pytest.mark.parametrize(
    ("persons", "households", "says"),
    [
        ({"household_id": [1, 3]}, {"household_id": [1], "income": [1.0]}, "1 person"),
        ({"household_id": [1]}, {"household_id": [1, 1], "income": [1.0, 2.0]}, "repeat"),
        ({"household_id": [1], "income": [1]}, {"household_id": [1], "income": [1.0]}, "both"),
        ({"household_id": [1]}, {"household_id": [1], "incom": [1.0]}, "nearest: incom"),
    ],
)
def test_attaching_refuses_what_does_not_match(persons, households, says):
    with pytest.raises(ValueError, match=says):
        attach_household(pd.DataFrame(persons), pd.DataFrame(households), ["income"])


@pytest.mark.parametrize(
    ("name", "of", "options", "expected"),
    [
        ("ratio", ([6.0, 3.0], [2.0, 4.0]), {}, [3.0, 0.75]),
        ("product", ([6.0, 3.0], [2.0, 4.0]), {}, [12.0, 12.0]),
        ("sum", ([6.0, 3.0], [2.0, 4.0]), {}, [8.0, 7.0]),
        ("difference", ([6.0, 3.0], [2.0, 4.0]), {}, [4.0, -1.0]),
        ("integer_quotient", ([101, 2402],), {"by": 100}, [1, 24]),
        ("count_true", ([True, False], [True, True]), {}, [2, 1]),
        ("any_true", ([True, False], [False, False]), {}, [True, False]),
        ("at_least", ([4, 3],), {"threshold": 4}, [True, False]),
        ("equals", (["cannot_afford", "has"],), {"value": "cannot_afford"}, [True, False]),
    ],
)
def test_derivations(name, of, options, expected):
    got = DERIVATIONS[name].compute([np.array(one) for one in of], options)
    assert got.tolist() == expected


def test_every_derivation_is_in_the_schema_and_tested():
    import json

    import armutsexpertise.microdata as package

    path = Path(package.__file__).parent / "schema" / "codebook.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    variable = schema["properties"]["variables"]["additionalProperties"]
    assert set(variable["properties"]["derivation"]["properties"]["function"]["enum"]) == set(
        DERIVATIONS
    )
