"""Limit cases, and one clear sentence for each input that cannot be right."""

import numpy as np
import pandas as pd
import pytest

from armutsexpertise import inequality as iq
from armutsexpertise import poverty as pv
from armutsexpertise.survey.linearised import Linearised

INCOME = np.array([10.0, 20, 30, 40, 50, 60, 70, 80, 90, 100])
ONES = np.ones(10)


# --- Limits -------------------------------------------------------------------------------


def test_nobody_is_poor():
    for alpha in (0, 1, 2):
        assert pv.foster_greer_thorbecke(INCOME, alpha=alpha, line=5) == 0
    assert pv.at_risk_of_poverty_rate(INCOME, line=5) == 0
    assert pv.watts_index(INCOME, line=5) == 0
    assert pv.sen_shorrocks_thon_index(INCOME, line=5) == 0
    assert not pv.at_risk_of_poverty_rate_linearised(INCOME, line=5).influence.any()
    with pytest.raises(ValueError, match=r"Nobody of the 10 unit\(s\)"):
        pv.relative_median_poverty_gap(INCOME, line=5)


def test_all_are_poor():
    assert pv.at_risk_of_poverty_rate(INCOME, line=101) == 1
    assert pv.foster_greer_thorbecke(INCOME, alpha=0, line=101) == 1
    assert pv.foster_greer_thorbecke(np.zeros(3), alpha=1, line=1) == 1
    assert pv.sen_shorrocks_thon_index(np.zeros(3), line=1) == 1
    assert pv.median_income_of_the_poor(INCOME, line=101) == 55


def test_income_at_the_line():
    assert pv.at_risk_of_poverty_rate(INCOME, line=20) == 0.1
    assert pv.at_risk_of_poverty_rate(INCOME, line=20, inclusive=True) == 0.2
    assert pv.foster_greer_thorbecke(INCOME, alpha=0, line=20, inclusive=True) == 0.2


def test_one_person():
    one, weight = np.array([7.0]), np.array([3.0])
    assert pv.weighted_quantile(one, weight) == 7
    assert pv.at_risk_of_poverty_rate(one, weight) == 0
    assert iq.gini(one, weight) == 0
    assert iq.theil_index(one, weight) == 0
    assert iq.atkinson_index(one, weight, epsilon=2) == 0
    assert iq.lorenz_curve(one, weight).to_numpy().tolist() == [[0, 0], [1, 1]]
    with pytest.raises(ValueError, match="bandwidth is zero"):
        pv.poverty_line_linearised(one, weight)
    with pytest.raises(ValueError, match=r"Nobody of the 1 unit\(s\)"):
        iq.quintile_share_ratio(one, weight)


def test_one_person_has_all():
    income = np.zeros(10)
    income[3] = 1
    assert iq.gini(income) == pytest.approx(0.9)
    with pytest.raises(ValueError, match="poorest 20% is 0"):
        iq.quintile_share_ratio(income)


def test_suits_index_at_its_ends():
    """Where one of ten bears all, the index is the income of the others beyond or before."""
    income = 1e9 + np.arange(10)
    assert iq.suits_index(income, np.eye(10)[0]) == pytest.approx(-0.9)
    assert iq.suits_index(income, np.eye(10)[9]) == pytest.approx(0.9)
    assert iq.suits_index(INCOME, 0.2 * INCOME) == pytest.approx(0)


def test_reranking_is_positive_where_the_burden_turns_the_order():
    got = iq.redistribution([10, 20], [0, 15])
    assert got.reranking == pytest.approx(1 / 3)
    assert got.vertical - got.reranking == pytest.approx(got.reynolds_smolensky)


def test_units_of_zero_weight_change_nothing():
    income = np.append(INCOME, [-5.0, 1e9])
    weight = np.append(ONES, [0.0, 0.0])
    line = pv.poverty_line(INCOME)
    assert pv.poverty_line(income, weight) == line
    assert pv.at_risk_of_poverty_rate(income, weight) == pv.at_risk_of_poverty_rate(INCOME)
    assert iq.gini(income, weight) == pytest.approx(iq.gini(INCOME))
    assert iq.quintile_share_ratio(income, weight) == iq.quintile_share_ratio(INCOME)
    assert len(iq.lorenz_curve(income, weight)) == 11
    twin = pv.at_risk_of_poverty_rate_linearised(income, weight)
    assert (weight * twin.influence)[:10] == pytest.approx(
        pv.at_risk_of_poverty_rate_linearised(INCOME, ONES).influence
    )


def test_influence_is_zero_outside_the_domain_with_a_fixed_line_only():
    domain = np.arange(10) < 5
    fixed = pv.at_risk_of_poverty_rate_linearised(INCOME, domain=domain, line=25)
    assert not fixed.influence[~domain].any()
    estimated = pv.at_risk_of_poverty_rate_linearised(INCOME, domain=domain)
    assert estimated.influence[~domain].all()
    assert not iq.gini_linearised(INCOME, domain=domain).influence[~domain].any()


def test_line_given_as_estimate_is_the_default_line():
    line = pv.poverty_line_linearised(INCOME, ONES)
    domain = np.arange(10) % 2 == 0
    given = pv.at_risk_of_poverty_rate_linearised(INCOME, ONES, domain=domain, line=line)
    default = pv.at_risk_of_poverty_rate_linearised(INCOME, ONES, domain=domain)
    assert given.estimate == default.estimate
    assert given.influence.tolist() == default.influence.tolist()
    assert pv.at_risk_of_poverty_rate(INCOME, domain=domain, line=line) == default.estimate


def test_social_exclusion_rate_is_put_together_from_its_parts():
    """AROPE is the share excluded plus the rest times the rate of the rest."""
    excluded = np.arange(10) % 3 == 1
    options = {"line": pv.poverty_line_linearised(INCOME, ONES), "bandwidth": 5.0}
    got = pv.at_risk_of_poverty_or_social_exclusion_rate_linearised(
        INCOME, excluded, ONES, **options
    )
    rest = pv.at_risk_of_poverty_rate_linearised(INCOME, ONES, domain=~excluded, **options)
    share, slope = 0.7, (~excluded - 0.7) / 10
    assert got.estimate == pytest.approx(0.3 + share * rest.estimate)
    expected = -slope + share * rest.influence + slope * rest.estimate
    assert got.influence == pytest.approx(expected)
    nobody = np.zeros(10, dtype=bool)
    alone = pv.at_risk_of_poverty_or_social_exclusion_rate_linearised(INCOME, nobody, ONES)
    rate = pv.at_risk_of_poverty_rate_linearised(INCOME, ONES)
    assert alone.influence.tolist() == rate.influence.tolist()


def test_given_bandwidth_changes_the_influence_and_not_the_estimate():
    narrow = pv.weighted_quantile_linearised(INCOME, bandwidth=5.0)
    wide = pv.weighted_quantile_linearised(INCOME, bandwidth=50.0)
    assert narrow.estimate == wide.estimate == 55
    assert np.abs(wide.influence).max() > np.abs(narrow.influence).max()
    ratio = pv.relative_median_income_ratio_linearised(INCOME, np.arange(10) * 10, bandwidth=5.0)
    assert np.isfinite(ratio.influence).all()


def test_default_bandwidth_is_the_deviation_over_the_fifth_root_of_the_population():
    weight = np.arange(1.0, 11.0)
    mean = weight @ INCOME / 55
    deviation = np.sqrt(weight @ (INCOME - mean) ** 2 / 55)
    default = pv.weighted_quantile_linearised(INCOME, weight, 0.3)
    given = pv.weighted_quantile_linearised(INCOME, weight, 0.3, bandwidth=deviation / 55**0.2)
    assert default.influence == pytest.approx(given.influence, rel=1e-12)


def test_influence_of_the_ratio_of_medians_follows_from_the_medians():
    age = np.array([70, 20, 80, 30, 66, 40, 90, 50, 65, 60])
    options = {"bandwidth": 15.0}
    old = pv.weighted_quantile_linearised(INCOME, domain=age >= 65, **options)
    young = pv.weighted_quantile_linearised(INCOME, domain=age < 65, **options)
    got = pv.relative_median_income_ratio_linearised(INCOME, age, **options)
    assert got.estimate == old.estimate / young.estimate
    expected = old.influence - got.estimate * young.influence
    assert got.influence == pytest.approx(expected / young.estimate)


def test_influence_of_the_median_of_the_poor_follows_from_a_quantile_and_the_rate():
    """The median of the poor is the quantile at half the rate, which itself is estimated."""
    weight, options = np.full(10, 2.0), {"bandwidth": 15.0}
    rate = pv.at_risk_of_poverty_rate_linearised(INCOME, weight, line=62, **options)
    half = pv.weighted_quantile_linearised(INCOME, weight, rate.estimate / 2, **options)
    got = pv.median_income_of_the_poor_linearised(INCOME, weight, line=62, **options)
    assert got.estimate == half.estimate == 35
    density = 1 / (weight.sum() * np.ptp(half.influence))
    assert got.influence == pytest.approx(half.influence + rate.influence / 2 / density)


def test_nonpositive_incomes_are_dropped_on_demand():
    income = np.array([-1.0, 0, 1, 3])
    assert iq.theil_index(income, nonpositive="drop") == iq.theil_index([1, 3])
    got = iq.atkinson_index_linearised(income, epsilon=1, nonpositive="drop")
    assert not got.influence[:2].any()
    assert pv.watts_index(income, line=2, nonpositive="drop") == pytest.approx(np.log(2) / 2)


def test_series_and_booleans_with_missing_dtype_are_read():
    income = pd.Series([1.0, 2, 3, 4], dtype="Float64")
    domain = pd.Series([True, True, False, True], dtype="boolean")
    assert pv.weighted_quantile(income, domain=domain) == 2


# --- Errors -------------------------------------------------------------------------------

ITEMS = pd.DataFrame(False, index=range(3), columns=list(pv.DEPRIVATION_ITEMS))

BAD = {
    "missing income": (
        lambda: iq.gini([1, np.nan, 2]),
        ValueError,
        r"income has 1 missing or infinite value\(s\) of 3",
    ),
    "text income": (lambda: iq.gini(["1", "2"]), TypeError, "income must be numeric"),
    "dates": (
        lambda: iq.gini(pd.Series(pd.to_datetime(["2020-01-01", "2021-01-01"]))),
        TypeError,
        "income must be numeric",
    ),
    "two columns": (lambda: iq.gini([[1, 2], [3, 4]]), ValueError, "2 dimensions"),
    "negative weight": (
        lambda: iq.gini([1, 2], [1, -1]),
        ValueError,
        r"weight has 1 negative value\(s\) of 2",
    ),
    "infinite weight": (lambda: iq.gini([1, 2], [1, np.inf]), ValueError, "weight has 1 missing"),
    "lengths": (
        lambda: iq.gini([1, 2], [1, 1, 1]),
        ValueError,
        r"differ in length \(income 2, weight 3\)",
    ),
    "indexes": (
        lambda: iq.gini(pd.Series([1, 2]), pd.Series([1, 1], index=[1, 2])),
        ValueError,
        "income, weight have different indexes",
    ),
    "codes as domain": (lambda: iq.gini([1, 2], domain=[1, 2]), TypeError, "domain must be bool"),
    "domain with two dimensions": (
        lambda: iq.gini([1, 2], domain=[[True], [True]]),
        ValueError,
        "2 dimensions",
    ),
    "missing in the domain": (
        lambda: iq.gini([1, 2], domain=pd.array([True, None], dtype="boolean")),
        TypeError,
        "domain must be boolean",
    ),
    "empty domain": (
        lambda: iq.gini([1, 2], domain=[False, False]),
        ValueError,
        r"0 unit\(s\) of 2 and no weight",
    ),
    "no weight": (lambda: iq.gini([1, 2], [0, 0]), ValueError, r"2 unit\(s\) of 2 and no weight"),
    "nobody": (lambda: iq.gini([]), ValueError, r"0 unit\(s\) of 0"),
    "no income": (lambda: iq.gini([0, 0]), ValueError, "total of income is 0"),
    "no outcome": (
        lambda: iq.concentration_index([0, 0], [1, 2]),
        ValueError,
        "total of outcome is 0",
    ),
    "no burden": (lambda: iq.kakwani_index([1, 2], [0, 0]), ValueError, "total of burden is 0"),
    "all burden": (lambda: iq.redistribution([1, 2], [1, 2]), ValueError, "takes all income"),
    "negative income for Zenga": (
        lambda: iq.zenga_index([-1, 2]),
        ValueError,
        r"1 value\(s\) of the domain are negative",
    ),
    "negative income kept for Zenga": (
        lambda: iq.zenga_index([-1, 2], negative="keep"),
        ValueError,
        "choose one of zero, fail",
    ),
    "ranking": (lambda: iq.gini([1, 2], ranking="other"), ValueError, "choose one of midpoint"),
    "rule": (
        lambda: pv.weighted_quantile([1, 2], quantile_rule="other"),
        ValueError,
        "quantile_rule is 'other'",
    ),
    "negative": (lambda: iq.gini([1, 2], negative="other"), ValueError, "negative is 'other'"),
    "percent": (lambda: pv.poverty_line([1, 2], share=60), ValueError, "not percent"),
    "probability": (
        lambda: pv.weighted_quantile([1, 2], probability=1),
        ValueError,
        "probability is 1",
    ),
    "base": (lambda: pv.poverty_line([1, 2], of="mode"), ValueError, "choose one of median, mean"),
    "zero line": (lambda: pv.at_risk_of_poverty_rate([1], line=0), ValueError, "must be positive"),
    "negative median": (
        lambda: pv.at_risk_of_poverty_rate([-1, -2]),
        ValueError,
        "must be positive",
    ),
    "line of another sample": (
        lambda: pv.at_risk_of_poverty_rate_linearised([1, 2], line=Linearised(1.0, np.zeros(3))),
        ValueError,
        r"3 influence value\(s\) for 2 unit\(s\)",
    ),
    "alpha": (
        lambda: pv.foster_greer_thorbecke([1], alpha=0.5, line=1),
        ValueError,
        "alpha is 0.5",
    ),
    "zero for a logarithm": (
        lambda: iq.theil_index([0, 1]),
        ValueError,
        r"not defined for the 1 zero or negative value",
    ),
    "only zeros": (
        lambda: iq.theil_index([0, 0], nonpositive="drop"),
        ValueError,
        "no unit of the domain has a positive",
    ),
    "infinite alpha": (
        lambda: iq.generalised_entropy([1], alpha=np.inf),
        ValueError,
        "alpha is inf",
    ),
    "epsilon": (lambda: iq.atkinson_index([1], epsilon=0), ValueError, "epsilon is 0"),
    "bandwidth": (
        lambda: pv.weighted_quantile_linearised([1, 2], bandwidth=-1),
        ValueError,
        "bandwidth is -1",
    ),
    "no density": (
        lambda: pv.weighted_quantile_linearised([0, 1000], bandwidth=1),
        ValueError,
        "density at the quantile is zero",
    ),
    "nobody old": (
        lambda: pv.relative_median_income_ratio([1, 2], [20, 30]),
        ValueError,
        "no old person",
    ),
    "median of the young": (
        lambda: pv.relative_median_income_ratio([1, 0], [70, 30]),
        ValueError,
        "median of the young is 0",
    ),
    "bounds": (
        lambda: iq.concentration_index([1, 2], [1, 2], correction="erreygers"),
        ValueError,
        r"1 outcome\(s\) of the domain lie outside",
    ),
    "mean at a bound": (
        lambda: iq.concentration_index([1, 1], [1, 2], correction="wagstaff"),
        ValueError,
        "equals one of the bounds",
    ),
    "half a child": (lambda: pv.equivalence_scale([1], [0.5]), ValueError, "negative or broken"),
    "children alone": (lambda: pv.equivalence_scale([0], [2]), ValueError, "no adult member"),
    "children alone, own scale": (
        lambda: pv.equivalence_scale([0], [2], (1, 0.5, 0.3)),
        ValueError,
        "no adult member",
    ),
    "empty household": (
        lambda: pv.equivalence_scale([0], [0], "square_root"),
        ValueError,
        "no adult member",
    ),
    "scale": (lambda: pv.equivalence_scale([1], [0], "oxford"), ValueError, "scale is 'oxford'"),
    "negative scale": (
        lambda: pv.equivalence_scale([1], [0], (1, -0.5, 0.3)),
        ValueError,
        "positive first weight",
    ),
    "zero scale": (lambda: pv.equivalised_income([1], [0]), ValueError, "not positive"),
    "missing household": (
        lambda: pv.household_scale(["a", None], [30, 40]),
        ValueError,
        r"missing for 1 person\(s\)",
    ),
    "missing group": (
        lambda: iq.entropy_decomposition([1, 2], ["a", None], alpha=0),
        ValueError,
        r"missing for 1 unit\(s\)",
    ),
    "missing item": (
        lambda: pv.materially_and_socially_deprived(ITEMS.drop(columns="car")),
        ValueError,
        r"lacks 1 column\(s\) of the list \(car\)",
    ),
    "strange item": (
        lambda: pv.materially_and_socially_deprived(ITEMS.assign(yacht=False)),
        ValueError,
        "not on it",
    ),
    "codes as item": (
        lambda: pv.materially_and_socially_deprived(ITEMS.assign(car=1)),
        TypeError,
        "items.car must be boolean",
    ),
    "minimum": (
        lambda: pv.materially_and_socially_deprived(ITEMS, minimum=14),
        ValueError,
        "choose 1 to 13",
    ),
    "too much work": (
        lambda: pv.low_work_intensity([1], [30], [13], [12], [True]),
        ValueError,
        r"1 counted person\(s\) of 1",
    ),
    "codes as poverty": (lambda: pv.persistently_poor([[1, 0]]), TypeError, "must be boolean"),
    "one year": (lambda: pv.persistently_poor([True, False]), ValueError, "one column per year"),
    "too few years": (
        lambda: pv.persistently_poor([[True, False]]),
        ValueError,
        r"1 year\(s\) precede",
    ),
    "shares": (
        lambda: iq.kitagawa([0.5, 0.6], [0, 0], [1, 0], [0, 0]),
        ValueError,
        "share_a sums to 1.1",
    ),
    "collinear": (
        lambda: iq.oaxaca_blinder(
            [1, 2, 3, 4], pd.DataFrame({"x": [1, 1, 1, 2]}), [True, True, False, False]
        ),
        ValueError,
        "collinear in group a",
    ),
    "one group": (
        lambda: iq.oaxaca_blinder([1, 2], pd.DataFrame({"x": [1, 2]}), [True, True]),
        ValueError,
        "Group b has no unit",
    ),
    "years without a table": (
        lambda: pv.persistent_poverty_rate([1.0, 2.0]),
        ValueError,
        "one column per year",
    ),
    "a line too few": (
        lambda: pv.persistent_poverty_rate([[1.0, 2.0]], lines=[1], preceding=1),
        ValueError,
        "one per year",
    ),
    "group in one population": (
        lambda: iq.kitagawa_linearised([1, 0, 1], ["a", "b", "a"], [True, True, False]),
        ValueError,
        "1 of 2 groups have nobody in one of the populations",
    ),
    "one sample": (
        lambda: iq.poverty_change_linearised([1, 2], [True, True], line_before=1, line_after=1),
        ValueError,
        "no unit with weight",
    ),
    "weights of another sample": (
        lambda: iq.recentered_influence(iq.gini_linearised([1, 2]), [1, 1, 1]),
        ValueError,
        "differ in length",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_fails_with_one_sentence(name):
    call, error, message = BAD[name]
    with pytest.raises(error, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


_SHIFTED = pd.Series([1.0, 1, 2, 2], index=[1, 2, 3, 4])
_PLAIN = np.array([10.0, 20, 25, 50])
_NEXT = pd.Series([30.0, 40, 70, 80])
_FLAG = pd.Series([True, False, True, False])
OUT_OF_LINE = {
    "concentration": lambda w: iq.concentration_index(_PLAIN, _NEXT, w),
    "curve": lambda w: iq.concentration_curve(_PLAIN, _NEXT, w),
    "entropy": lambda w: iq.entropy_decomposition(_PLAIN, _NEXT, w, alpha=1),
    "entropy parts": lambda w: iq.entropy_decomposition_linearised(_PLAIN, _NEXT, w, alpha=1),
    "kakwani": lambda w: iq.kakwani_index(_PLAIN, _NEXT, w),
    "suits": lambda w: iq.suits_index(_PLAIN, _NEXT, w),
    "redistribution": lambda w: iq.redistribution(_NEXT, _PLAIN, w),
    "medians": lambda w: pv.relative_median_income_ratio(_PLAIN, _NEXT, w),
    "medians linearised": lambda w: pv.relative_median_income_ratio_linearised(_PLAIN, _NEXT, w),
    "arope": lambda w: pv.at_risk_of_poverty_or_social_exclusion_rate(_PLAIN, _FLAG, w),
    "kitagawa": lambda w: iq.kitagawa_linearised(_PLAIN, ["a"] * 4, _FLAG, w),
    "oaxaca": lambda w: iq.oaxaca_blinder(_PLAIN, _NEXT.to_frame("x"), _FLAG, w),
    "change": lambda w: iq.poverty_change_linearised(_PLAIN, _FLAG, w, line_before=1, line_after=1),
    "persistent": lambda w: pv.persistent_poverty_rate(pd.DataFrame({2023: _NEXT, 2024: _NEXT}), w),
}


@pytest.mark.parametrize("index", OUT_OF_LINE.values(), ids=OUT_OF_LINE)
def test_every_variable_shares_one_index_with_the_weights(index):
    """Weights sorted otherwise would be taken for those of other persons."""
    with pytest.raises(ValueError, match="different indexes: align them first"):
        index(_SHIFTED)


@pytest.mark.parametrize(
    ("shares", "message"), [([40], "not percent"), ([0.5, 0.5], "names one share twice")]
)
def test_shares_of_a_curve(shares, message):
    with pytest.raises(ValueError, match=message):
        iq.lorenz_curve_linearised(INCOME, shares=shares)
    with pytest.raises(ValueError, match=message):
        iq.concentration_curve_linearised(INCOME, INCOME, shares=shares)
