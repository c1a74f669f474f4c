"""Gaps, inequality indices and growth: by hand, against published series, and as properties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from armutsexpertise.digital.gaps import (
    ceiling_test,
    composition_of_offline,
    gap,
    gaps_over_time,
    inequality_index,
    logistic_growth,
    observed_lag,
    require_unbroken,
    shares_by_group,
)
from armutsexpertise.series import series

INNER = st.floats(0.02, 0.98)


def _estimate(table: pd.DataFrame, measure: str) -> pd.Series:
    return table.set_index("measure").loc[measure]


@pytest.fixture(scope="module")
def germany() -> pd.DataFrame:
    """Eurostat isoc_ci_in_h, Germany, households with internet by income quartile, 2006-2020."""
    return shares_by_group(
        {
            group: series("eurostat", topic="isoc_ci_in_h", population=f"HHI_{group}", place="DE")
            for group in ("Q1", "Q2", "Q3", "Q4")
        }
    )


# Gaps --------------------------------------------------------------------------------------------


def test_gap_with_newcombe_interval():
    # Newcombe (1998), table II, example (a), method 10: 56/70 - 48/80 gives 0.0524 to 0.3339.
    row = _estimate(gap(48 / 80, 56 / 70, n=(80, 70)), "absolute")
    assert row["estimate"] == pytest.approx(0.2)
    assert row["ci_low"] == pytest.approx(0.0524, abs=5e-5)
    assert row["ci_high"] == pytest.approx(0.3339, abs=5e-5)


def test_odds_ratio_interval_is_woolfs():
    # By hand: 2 x 2 table 56/14 and 48/32; log OR = ln(4 / 1.5), variance 1/56+1/14+1/48+1/32.
    row = _estimate(gap(48 / 80, 56 / 70, n=(80, 70)), "odds_ratio")
    half = 1.959963985 * np.sqrt(1 / 56 + 1 / 14 + 1 / 48 + 1 / 32)
    assert row["estimate"] == pytest.approx(4 / 1.5)
    assert row["ci_low"] == pytest.approx(4 / 1.5 * np.exp(-half))
    assert row["ci_high"] == pytest.approx(4 / 1.5 * np.exp(half))


def test_no_interval_without_cases_or_standard_error():
    assert gap(0.5, 0.8)[["ci_low", "ci_high"]].isna().all(axis=None)


def test_published_quartiles_of_germany(germany):
    table = gaps_over_time(germany, "Q1", "Q4")
    absolute = table[table["measure"] == "absolute"].set_index("period")["estimate"]
    # By hand from the table: 90.33 - 41.71 and 99.92 - 87.57 points.
    assert absolute[2006] == pytest.approx(0.4862)
    assert absolute[2020] == pytest.approx(0.1235)
    odds = table[table["measure"] == "odds_ratio"].set_index("period")["estimate"]
    assert odds[2020] > odds[2006]  # the absolute gap closes while the relative one widens


@settings(max_examples=40, deadline=None)
@given(INNER, INNER)
def test_odds_ratio_of_the_complement_is_the_reciprocal(low, high):
    one = gap(low, high, se=(0.01, 0.01)).set_index("measure")
    other = gap(1 - low, 1 - high, se=(0.01, 0.01)).set_index("measure")
    assert other.loc["odds_ratio", "estimate"] == pytest.approx(
        1 / one.loc["odds_ratio", "estimate"]
    )
    assert other.loc["odds_ratio", "ci_high"] == pytest.approx(1 / one.loc["odds_ratio", "ci_low"])
    assert other.loc["absolute", "estimate"] == pytest.approx(-one.loc["absolute", "estimate"])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 500), st.integers(1, 500), st.floats(0, 1), st.floats(0, 1))
def test_the_absolute_interval_stays_in_bounds(n_low, n_high, part_low, part_high):
    low, high = round(part_low * n_low) / n_low, round(part_high * n_high) / n_high
    row = _estimate(gap(low, high, n=(n_low, n_high)), "absolute")
    assert -1 - 1e-12 <= row["ci_low"] <= row["estimate"] + 1e-12
    assert row["estimate"] - 1e-12 <= row["ci_high"] <= 1 + 1e-12


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: gap(41.7, 90.3), "divide percent by 100"),
        (lambda: gap(0.4, 0.9, n=(10, 10), se=(0.1, 0.1)), "not both"),
        (lambda: gap(0.4, 0.9, n=(0, 10)), "at least 1"),
        (lambda: gap(0.4, 0.9, level=95), "level"),
    ],
)
def test_gap_refuses(call, word):
    with pytest.raises(ValueError, match=word):
        call()


def test_a_repeated_period_is_refused():
    table = pd.DataFrame({"period": [2020] * 3, "group": ["a", "a", "b"], "share": 0.5})
    with pytest.raises(ValueError, match="repeats 1"):
        gaps_over_time(table, "a", "b")


# Indices -----------------------------------------------------------------------------------------


def test_linear_index_by_hand():
    # Ranks 1/6, 1/2, 5/6 and shares 0.2, 0.4, 0.6 lie on a line with slope 0.6 and ends 0.1, 0.7.
    index = inequality_index([0.2, 0.4, 0.6], link="linear")
    assert index.slope == pytest.approx(0.6)
    assert index.relative == pytest.approx(7.0)


def test_interval_of_the_linear_index_by_hand():
    # Slope = sum(w (r - 1/2) y) / sum(w (r - 1/2)^2) = (y3 - y1) * 3/2; SE = 1.5 * sqrt(2) * 0.02.
    index = inequality_index([0.2, 0.4, 0.6], se=[0.02] * 3, link="linear")
    half = 1.959963985 * 1.5 * np.sqrt(2) * 0.02
    assert index.slope_interval == pytest.approx((0.6 - half, 0.6 + half))


@settings(max_examples=40, deadline=None)
@given(st.lists(INNER, min_size=3, max_size=6))
def test_indices_are_bounded_and_symmetric(shares):
    index = inequality_index(shares)
    mirrored = inequality_index([1 - share for share in shares])
    assert -1 <= index.slope <= 1
    assert mirrored.slope == pytest.approx(-index.slope, abs=1e-7)
    assert mirrored.odds_ratio == pytest.approx(1 / index.odds_ratio, rel=1e-5)
    turned = inequality_index(shares[::-1])
    assert turned.slope == pytest.approx(-index.slope, abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(st.lists(INNER, min_size=3, max_size=5), st.integers(2, 4))
def test_the_scale_of_the_population_does_not_matter(shares, factor):
    size = np.arange(1, len(shares) + 1)
    assert inequality_index(shares, size).slope == pytest.approx(
        inequality_index(shares, factor * size).slope
    )


def test_equal_shares_have_no_gradient():
    index = inequality_index([0.7] * 4)
    assert (index.slope, index.relative) == pytest.approx((0, 1), abs=1e-9)


def test_a_line_that_leaves_the_bounds_is_refused():
    with pytest.raises(ValueError, match="link='logit'"):
        inequality_index([0.01, 0.5, 0.99], link="linear")


@pytest.mark.parametrize("shares", [[0, 0, 1], [0, 0, 0], [1, 1, 1, 1]])
def test_shares_that_are_0_or_1_have_no_logit(shares):
    with pytest.raises(ValueError, match=r"no finite fit|no gradient"):
        inequality_index(shares)


def test_two_groups_have_no_index():
    with pytest.raises(ValueError, match="at least three"):
        inequality_index([0.3, 0.5])


def test_composition_of_offline_by_hand():
    table = composition_of_offline({"poor": 0.8, "rich": 0.95}, {"poor": 1, "rich": 4})
    # 0.2 of 1 and 0.05 of 4 are equal parts; the poor are a fifth and half of the offline.
    assert table["share_of_offline"].tolist() == pytest.approx([0.5, 0.5])
    assert table["representation"].tolist() == pytest.approx([2.5, 0.625])
    with pytest.raises(ValueError, match="Nobody"):
        composition_of_offline({"poor": 1.0, "rich": 1.0})


# Growth ------------------------------------------------------------------------------------------


def _curve(years: np.ndarray, middle: float, speed: float, top: float = 1.0) -> pd.DataFrame:
    share = top / (1 + np.exp(-speed * (years - middle)))
    return pd.DataFrame({"period": years, "group": "a", "share": share})


def test_growth_recovers_a_curve_and_its_years():
    growth = logistic_growth(_curve(np.arange(2000, 2015), 2006.5, 0.3), draws=100)
    assert growth.table[["midpoint", "speed"]].iloc[0].tolist() == pytest.approx([2006.5, 0.3])
    year = growth.year_reached(0.95).iloc[0]
    assert year["year"] == pytest.approx(2006.5 + np.log(19) / 0.3)
    assert year["extrapolated"]


def test_growth_recovers_a_ceiling():
    growth = logistic_growth(
        _curve(np.arange(2000, 2016), 2005, 0.5, 0.9), ceiling="free", draws=100
    )
    assert growth.table["ceiling"].iloc[0] == pytest.approx(0.9, abs=1e-4)
    assert growth.year_reached(0.95)["year"].iloc[0] == np.inf


def test_interval_of_the_year_covers_the_truth():
    rng = np.random.default_rng(1)
    years, covered = np.arange(2000, 2015), 0
    for _ in range(100):
        table = _curve(years, 2006.5, 0.3)
        p = table["share"]
        table["share"] = np.clip(p + rng.normal(0, 0.04, len(p)) * np.sqrt(p * (1 - p)), 0, 1)
        row = logistic_growth(table, draws=400).year_reached(0.8).iloc[0]
        covered += row["ci_low"] <= 2006.5 + np.log(4) / 0.3 <= row["ci_high"]
    assert 88 <= covered <= 100  # 95 of 100, plus or minus three standard errors


def test_lag_of_parallel_curves():
    years = np.arange(2000, 2015)
    both = pd.concat([_curve(years, 2005, 0.3), _curve(years, 2008, 0.3).assign(group="b")])
    lag, low, high = logistic_growth(both, draws=100).lag("b", "a", 0.9)
    assert lag == pytest.approx(3)
    assert low == pytest.approx(3, abs=1e-3)
    assert high == pytest.approx(3, abs=1e-3)


def test_lag_that_was_seen(germany):
    table = observed_lag(germany, "Q1", "Q2").set_index("period")
    # By hand: 87.57 in 2020; quartile 2 had 87.55 in 2015 and 90.57 in 2016.
    assert table.loc[2020, "years"] == pytest.approx(5 - 0.02 / 3.02)
    assert not table.loc[2020, "at_least"]
    # Quartile 4 had more than that before the first year of the table.
    row = observed_lag(germany, "Q1", "Q4").set_index("period").loc[2020]
    assert (row["years"], row["at_least"]) == (14, True)
    assert observed_lag(germany, "Q4", "Q1")["years"].isna().iloc[-1]
    with pytest.raises(ValueError, match="break"):
        observed_lag(germany, "Q1", "Q2", breaks=[2015])


def test_the_two_models_of_germany_disagree_on_95_percent(germany):
    growth = logistic_growth(germany, draws=500)
    free = logistic_growth(germany, ceiling="free", draws=500)
    year = growth.year_reached(0.95).set_index("group")["year"]
    assert year.is_monotonic_decreasing
    assert 2024 < year["Q1"] < 2027
    assert free.year_reached(0.95).set_index("group").loc["Q1", "year"] == np.inf
    fit = [model.table.set_index("group").loc["Q1", "rmse"] for model in (growth, free)]
    assert fit[1] < 0.6 * fit[0]


def test_a_break_is_refused_by_the_series_and_by_the_model(germany):
    with pytest.raises(ValueError, match="2021"):
        series("eurostat", topic="isoc_ci_in_h", population="all households", place="DE")
    later = germany[germany["group"] == "Q1"].assign(period=lambda d: d["period"] + 5)
    with pytest.raises(ValueError, match="break of the series in 2021"):
        logistic_growth(later, breaks=[2021])
    marked = later.assign(break_before=later["period"] == 2021)
    with pytest.raises(ValueError, match="break of the series in 2021"):
        logistic_growth(marked)


def test_a_break_before_the_first_period_is_no_obstacle(germany):
    require_unbroken(germany, [2006, 2021])


def test_seven_points_are_too_few(germany):
    with pytest.raises(ValueError, match="7 comparable"):
        logistic_growth(germany[germany["period"] >= 2014])


def test_a_falling_share_is_no_growth():
    with pytest.raises(ValueError, match="do not rise"):
        logistic_growth(_curve(np.arange(2000, 2010), 2005, -0.3))


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        (lambda d: d.assign(group=d["group"].where(d.index > 1)), ValueError, "2 of 15 row"),
        (lambda d: d.assign(break_before=np.nan), TypeError, "break_before .*missing is not false"),
        (lambda d: d.assign(break_before="False"), TypeError, "words True and False"),
        (lambda d: d.assign(period=d["period"] + 0.5), ValueError, r"15 of 15 period\(s\) .*years"),
        (lambda d: d.assign(period=d["period"].where(d.index > 0)), ValueError, r"1 of 15 period"),
        (lambda d: d.assign(period="summer"), TypeError, "periods must be numbers"),
        (lambda d: d.assign(share="much"), TypeError, "shares must be numbers"),
        (lambda d: d.assign(share=100 * d["share"]), ValueError, "divide percent by 100"),
        (lambda d: d.iloc[:0], ValueError, "has no rows"),
        (lambda d: d.iloc[:1], ValueError, r"1 comparable point\(s\)"),
        (lambda d: d.drop(columns="group"), ValueError, r"lacks the column\(s\) group"),
        (lambda d: pd.concat([d, d[["share"]]], axis=1), ValueError, "share more than once"),
    ],
)
def test_growth_of_rows_that_say_too_little(change, error, word):
    curve = _curve(np.arange(2006, 2021), 2008.0, 0.2)
    with pytest.raises(error, match=word):
        logistic_growth(change(curve))


def test_breaks_are_a_list():
    with pytest.raises(TypeError, match=r"give \[2015\]"):
        logistic_growth(_curve(np.arange(2006, 2021), 2008.0, 0.2), breaks=2015)


@pytest.mark.parametrize("marks", [[None, False], ["False", "False"], [0, 1]])
def test_marks_of_breaks_in_a_series_are_truth_values(marks):
    own = pd.DataFrame({"period": ["2019", "2020"], "value": [85.0, 87.5], "unit": "percent"})
    with pytest.raises(TypeError, match="break_before of the series Q1"):
        shares_by_group({"Q1": own.assign(break_before=marks)})


def test_shares_that_are_called_percent_are_noticed():
    own = pd.DataFrame({"period": ["2019", "2020"], "value": [0.85, 1.0], "unit": "percent"})
    with pytest.raises(ValueError, match="look like shares"):
        shares_by_group({"Q1": own, "Q4": own})
    rare = shares_by_group({"Q1": own, "Q4": own.assign(value=[60.0, 70.0])})
    assert rare["share"].tolist() == [0.0085, 0.01, 0.6, 0.7]
    with pytest.raises(TypeError, match="The series Q1: values must be numbers"):
        shares_by_group({"Q1": own.assign(value="much")})


def test_nobody_consists_of_nothing():
    with pytest.raises(ValueError, match="at least one group"):
        composition_of_offline({})


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("ceiling", ["one", "free"])
def test_a_share_that_never_changes_is_no_growth(share, ceiling):
    table = _curve(np.arange(2006, 2021), 2008.0, 0.2).assign(share=share)
    with pytest.raises(ValueError, match=f"15 shares are all {share:g}"):
        logistic_growth(table, ceiling=ceiling)


@pytest.mark.parametrize(
    ("call", "error", "word"),
    [
        (lambda g: g.predict([np.nan]), ValueError, "give years"),
        (lambda g: g.predict("soon"), TypeError, "periods must be numbers"),
        (lambda g: g.year_reached(95), ValueError, "between 0 and 1, not 95"),
        (lambda g: g.year_reached("all"), TypeError, "share is 'all' and no number"),
        (lambda g: g.lag("a", "Q9", 0.5), ValueError, "no group Q9"),
        (lambda g: g.year_reached(0.9, level=95), ValueError, "level must lie between 0 and 1"),
    ],
)
def test_questions_to_a_curve_that_have_no_answer(call, error, word):
    growth = logistic_growth(_curve(np.arange(2006, 2021), 2008.0, 0.2), draws=100)
    with pytest.raises(error, match=word):
        call(growth)


@pytest.mark.parametrize(
    ("call", "error", "word"),
    [
        (lambda: gap("a", 0.5), TypeError, "shares must be numbers"),
        (lambda: gap(0.4, 0.5, n=("a", 3)), TypeError, "n and se must be numbers"),
        (lambda: gap(0.4, 0.5, n=100), ValueError, "two finite numbers"),
        (lambda: gap(0.4, 0.5, level="high"), TypeError, "level is 'high' and no number"),
        (lambda: gap(40, 50), ValueError, "divide percent by 100"),
        (lambda: inequality_index([0.1, 0.2, 0.3], ["a", "b", "c"]), TypeError, "population"),
        (lambda: inequality_index([0.1, 0.2, 0.3], se=["a", "b", "c"]), TypeError, "se must"),
        (lambda: inequality_index([10, 20, 30]), ValueError, "divide percent by 100"),
        (lambda: composition_of_offline({"a": 0.5}, {"a": "x"}), TypeError, "population must"),
        (lambda: shares_by_group({"a": [1, 2]}), TypeError, "series a is list and no table"),
    ],
)
def test_words_and_percent_are_no_shares(call, error, word):
    with pytest.raises(error, match=word):
        call()


def test_a_group_is_not_compared_with_itself(germany):
    with pytest.raises(ValueError, match="both Q1: name two groups"):
        gaps_over_time(germany, "Q1", "Q1")
    with pytest.raises(ValueError, match="both Q1: name two groups"):
        observed_lag(germany, "Q1", "Q1")


def test_a_series_that_says_a_year_twice_is_refused():
    own = pd.DataFrame({"period": ["2019", "2019"], "value": [50.0, 60.0], "unit": "percent"})
    with pytest.raises(ValueError, match=r"The series a repeats 1 key\(s\) of period"):
        shares_by_group({"a": own})
    with pytest.raises(ValueError, match="The series a has no rows"):
        shares_by_group({"a": own.iloc[:0]})


def test_test_of_the_ceiling_is_the_ratio_of_quasi_likelihoods():
    """By hand from the shares that both curves predict; a plain logistic series shows nothing."""
    years = np.arange(2006, 2021)
    rng = np.random.default_rng(4)
    for top, finds in ((0.88, True), (1.0, False)):
        share = top * expit(0.28 * (years - 2007)) + rng.normal(0, 0.002, len(years))
        shown = pd.DataFrame({"group": "Q1", "period": years, "share": np.clip(share, 0.01, 0.999)})
        one, free = (logistic_growth(shown, ceiling=c, seed=1) for c in ("one", "free"))
        row = ceiling_test(one, free).iloc[0]
        levels = []
        for model in (one, free):
            mean = model.predict(years)["share"].to_numpy()
            y = shown["share"].to_numpy()
            levels.append(float((y * np.log(mean) + (1 - y) * np.log1p(-mean)).sum()))
        statistic = 2 * (levels[1] - levels[0]) / free.table["dispersion"].item()
        assert row["statistic"] == pytest.approx(max(statistic, 0), rel=1e-6, abs=1e-6)
        assert row["df_residual"] == len(years) - 3
        assert (row["p_value"] < 0.01) == finds
    with pytest.raises(ValueError, match="other groups or periods"):
        ceiling_test(one, logistic_growth(shown[shown["period"] > 2007], ceiling="free", seed=1))
