"""Heat: day counts, trends, normals, extremes, and heat deaths with their intervals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from armutsexpertise.climate import heat, trend
from armutsexpertise.series import series


def july(t_max, t_min=None, station="A"):
    days = pd.date_range("1984-07-01", periods=len(t_max))
    low = np.full(len(t_max), 14.0) if t_min is None else t_min
    return pd.DataFrame({"station": station, "date": days, "t_max": t_max, "t_min": low})


def test_a_july_of_six_hot_and_ten_summer_days():
    """The numbers of the DWD's example for Frankfurt in July 1984; the temperatures are made up."""
    t_max = np.array([30.0, 34.1, 31.0, 30.2, 33.0, 36.9, 25.0, 29.9, 27.0, 26.1] + [24.9] * 21)
    found = heat.count_heat_days(july(t_max), by="month").iloc[0]
    assert (found["hot_days"], found["summer_days"]) == (6, 10)
    assert found["tropical_nights"] == 0
    assert found["complete"]
    nights = heat.count_heat_days(july(t_max, np.where(t_max > 30, 20.0, 19.9)), by="month")
    assert nights["tropical_nights"].item() == 5


def test_gaps_widen_the_bounds_and_are_reported():
    daily = july([31.0, 26.0, 31.0, -999.0]).drop(index=1)
    daily.loc[0, "t_min"] = -999.0
    found = heat.count_heat_days(daily, missing_code=-999, by="month").iloc[0]
    assert found[["hot_days", "summer_days", "missing_max", "n_days"]].tolist() == [2, 2, 29, 31]
    assert found["hot_days_high"] == 2 + 29
    assert found["missing_min"] == 29  # one code, 28 days without a row: not the day of the other
    assert not found["complete"]


def test_years_between_the_first_and_the_last_are_all_there():
    days = pd.to_datetime(["2000-07-01", "2003-07-01"])
    daily = pd.DataFrame({"station": "A", "date": days, "t_max": 31.0, "t_min": 12.0})
    found = heat.count_heat_days(daily)
    assert found["year"].tolist() == [2000, 2001, 2002, 2003]
    assert found["hot_days"].tolist() == [1, 0, 0, 1]
    assert found["n_days"].tolist() == [366, 365, 365, 365]
    assert found["missing_max"].tolist() == [365, 365, 365, 364]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(-200, 400), min_size=1, max_size=62), st.randoms())
def test_day_counts_are_nested_and_ignore_row_order(tenths, random):
    daily = july(np.array(tenths) / 10, np.array(tenths) / 10 - 8)
    order = list(daily.index)
    random.shuffle(order)
    found = heat.count_heat_days(daily)
    pd.testing.assert_frame_equal(found, heat.count_heat_days(daily.loc[order]))
    assert (found["hot_days"] <= found["summer_days"]).all()
    assert (found["missing_max"] + len(daily) == found["n_days"]).all()
    months = heat.count_heat_days(daily, by="month")
    assert months["hot_days"].sum() == found["hot_days"].sum()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda d: d.assign(t_max=-999.0), ValueError, "31 value.* missing_code"),
        (lambda d: d.assign(t_max=d["t_max"] + 273.15), ValueError, "Kelvin"),
        (lambda d: d.assign(t_max=d["t_max"] * 10), ValueError, "tenths"),
        (lambda d: d.assign(t_max="31,2"), TypeError, "numeric"),
        (lambda d: d.assign(t_min=d["t_max"] + 1), ValueError, "minimum above the maximum"),
        (lambda d: pd.concat([d, d]), ValueError, r"repeats 31 day"),
        (lambda d: d.assign(date=19840701), TypeError, "date holds numbers"),
        (lambda d: d.assign(date="im Juli"), ValueError, "no valid date"),
        (lambda d: d.drop(columns="t_min"), ValueError, "lacks t_min"),
        (lambda d: d.head(0), ValueError, "lacks rows"),
    ],
)
def test_station_files_that_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        heat.count_heat_days(change(july([31.0] * 31)))


def counts(n=60, slope=0.0, alpha=0.0, seed=1):
    rng = np.random.default_rng(seed)
    year = np.arange(1961, 1961 + n)
    mean = 6 * np.exp(slope * (year - year.mean()) / 10)
    if alpha:
        mean = mean * rng.gamma(1 / alpha, alpha, n)
    return pd.DataFrame({"year": year, "count": rng.poisson(mean)})


def test_poisson_counts_keep_the_poisson_and_overdispersed_ones_do_not():
    plain, spread = heat.count_trend(counts()), heat.count_trend(counts(alpha=0.5))
    assert plain.family == "poisson"
    assert plain.alpha == 0
    assert spread.family == "negative_binomial"
    assert spread.alpha == pytest.approx(0.5, rel=0.6)
    assert spread.dispersion > 2
    poisson = heat.count_trend(counts(alpha=0.5), family="poisson")
    assert spread.high / spread.low > poisson.high / poisson.low


def test_count_trend_covers_the_truth_at_about_its_level():
    hits = 0
    for seed in range(60):
        found = heat.count_trend(counts(slope=0.2, alpha=0.3, seed=seed), level=0.9)
        hits += found.low <= np.exp(0.2) <= found.high
    # 54 expected; 47 or fewer have a probability below 0.5 % at the nominal level
    assert hits > 47


def test_incomplete_years_enter_with_their_days():
    table = counts(slope=0.0, seed=4)
    whole = heat.count_trend(table.assign(n_observed=365.25))
    assert whole.ratio == pytest.approx(heat.count_trend(table).ratio)
    growing = table.assign(n_observed=np.linspace(200, 365, len(table)))
    assert heat.count_trend(growing).ratio < heat.count_trend(table).ratio


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(count=t["count"] + 0.5), "area means"),
        (lambda t: t.assign(count=0), "none above zero"),
        (lambda t: t.head(12), "needs 20 years"),
        (lambda t: pd.concat([t, t]), "repeated"),
        (lambda t: t.assign(n_observed=0), "positive"),
        (lambda t: t.drop(columns="year"), "lacks year"),
    ],
)
def test_counts_that_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        heat.count_trend(change(counts()))


def test_normals_by_the_formula_of_welch():
    value = np.r_[np.tile([3.0, 4, 5], 10), np.tile([6.0, 8, 10], 10)]
    table = pd.DataFrame({"year": range(1961, 2021), "value": value})
    found = heat.normal_change(table)
    reference = stats.ttest_ind(value[30:], value[:30], equal_var=False).confidence_interval(0.95)
    assert found["difference"] == 4
    assert (found["low"], found["high"]) == pytest.approx((reference.low, reference.high))
    assert found["ratio"] == 2
    with pytest.raises(ValueError, match="1 year"):
        heat.normal_change(table.drop(index=3))
    with pytest.raises(ValueError, match="overlap"):
        heat.normal_change(table, (1961, 1990), (1990, 2019))


def test_published_normals_carry_rounding_only():
    """NRW: 4 hot days a year 1961-1990, 8 in 1991-2020 (Klimaatlas NRW, Indikator 1.4)."""
    assert heat.rounded_difference(4, 8) == (3, 5)
    assert heat.rounded_difference(4, 4) == (-1, 1)
    with pytest.raises(ValueError, match="positive"):
        heat.rounded_difference(4, 8, unit=0)


def test_extreme_years_have_exact_intervals():
    table = pd.DataFrame({"year": range(2001, 2011), "value": [0] * 10})
    found = heat.extreme_years(table, 15, [(2001, 2010)]).iloc[0]
    assert (found["low"], found["return_period"]) == (0, np.inf)
    assert found["high"] == pytest.approx(1 - 0.025**0.1)  # none of ten, by hand
    every = heat.extreme_years(table, 0, [(2001, 2010)]).iloc[0]
    assert (every["low"], every["high"]) == pytest.approx((0.025**0.1, 1))
    with pytest.raises(ValueError, match="no year"):
        heat.extreme_years(table, 15, [(1990, 1995)])


def deaths(n=28, slope=100.0, width=1200.0, seed=1, noise=150):
    rng = np.random.default_rng(seed)
    days = rng.integers(3, 19, n).astype(float)
    value = slope * days - 300 + rng.normal(0, noise, n)
    return pd.DataFrame(
        {
            "year": range(1995, 1995 + n),
            "hot_days": days,
            "deaths": value,
            "pi_low": value - width,
            "pi_high": value + width,
        }
    )


def test_the_closed_form_is_the_limit_of_draws():
    """Rubin's rules over draws from the published intervals, for both ends of ``shared``."""
    table = deaths()
    x = table["hot_days"] - table["hot_days"].mean()
    c = (x / (x**2).sum()).to_numpy()
    sigma = 1200 / stats.norm.ppf(0.975)
    rng = np.random.default_rng(3)
    for shared in (0.0, 0.5):
        common = rng.normal(0, sigma * np.sqrt(shared), (20_000, 1))
        own = rng.normal(0, sigma * np.sqrt(1 - shared), (20_000, len(table)))
        slopes = (table["deaths"].to_numpy() + common + own) @ c
        found = heat.heat_death_slope(table, shared=shared)
        assert found.slope == pytest.approx(slopes.mean(), rel=0.01)
        assert found.interval_se == pytest.approx(slopes.std(), rel=0.02)
        assert found.se == pytest.approx(np.hypot(found.scatter_se, found.interval_se))
    all_ = heat.heat_death_slope(table, shared=1.0)
    assert all_.interval_se == pytest.approx(0, abs=1e-9)  # a common shift moves no slope


def test_scatter_error_is_that_of_statsmodels():
    table = deaths(width=0.0)
    found = heat.heat_death_slope(table)
    fitted = sm.OLS(table["deaths"], sm.add_constant(table["hot_days"])).fit(cov_type="HC3")
    assert found.slope == pytest.approx(fitted.params["hot_days"])
    assert found.intercept == pytest.approx(fitted.params["const"])
    assert found.se == pytest.approx(fitted.bse["hot_days"])


def test_wider_prediction_intervals_widen_the_result_and_leave_the_slope():
    narrow, wide = (heat.heat_death_slope(deaths(width=w)) for w in (100.0, 2000.0))
    assert narrow.slope == pytest.approx(wide.slope)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    assert narrow.n_excluding_zero > wide.n_excluding_zero == 0


def test_sum_of_deaths_by_hand():
    """2018-2020 in NRW: 1900 (600 to 3300), 1800 (600 to 3100), 1000 (-400 to 2400)."""
    table = pd.DataFrame(
        {
            "year": [2018, 2019, 2020],
            "deaths": [1900, 1800, 1000],
            "pi_low": [600, 600, -400],
            "pi_high": [3300, 3100, 2400],
        }
    )
    found = heat.sum_of_heat_deaths(table)
    assert found["sum"] == 4700
    assert found["low"] == pytest.approx(4700 - np.sqrt(1300**2 + 1200**2 + 1400**2))
    assert found["high"] == pytest.approx(4700 + np.sqrt(1400**2 + 1300**2 + 1400**2))
    assert found["low_shared"] == pytest.approx(600 + 600 - 400)
    assert found["high_shared"] == pytest.approx(3300 + 3100 + 2400)
    narrow = heat.sum_of_heat_deaths(table, level=0.9)  # 1.644854 / 1.959964
    assert 4700 - narrow["low_shared"] == pytest.approx(0.839227 * 3900, rel=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(pi_low=t["deaths"] + 1), "28 of 28 estimates lie outside"),
        (lambda t: t.assign(hot_days=5), "same in every year"),
        (lambda t: t.head(10), "needs 15 years"),
        (lambda t: t.assign(pi_low=np.nan), "missing"),
        (lambda t: t.drop(columns="pi_high"), "pi_high"),
    ],
)
def test_deaths_that_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        heat.heat_death_slope(change(deaths()))


def test_options_out_of_range():
    with pytest.raises(ValueError, match="shared"):
        heat.heat_death_slope(deaths(), shared=2)
    with pytest.raises(ValueError, match="level"):
        heat.heat_death_slope(deaths(), pi_level=95)


def line(n=15, start=2005, slope=1.0, seed=1):
    rng = np.random.default_rng(seed)
    year = np.arange(start, start + n)
    return pd.DataFrame(
        {"period": year, "value": 20 + slope * (year - start) / 10 + rng.normal(0, 0.3, n)}
    )


def test_trend_is_never_more_certain_than_ordinary_least_squares():
    for seed in range(6):
        table = line(seed=seed)
        found = trend.trend(table)
        x = sm.add_constant(table["period"].to_numpy() / 10)
        plain = sm.OLS(table["value"].to_numpy(), x).fit()
        assert found.slope == pytest.approx(plain.params[1])
        low, high = plain.conf_int()[1]
        assert found.low <= low + 1e-9
        assert found.high >= high - 1e-9


def test_quasi_poisson_trend_recovers_the_factor_and_ignores_scale():
    year = np.arange(1991, 2021)
    exact = 5 * 1.2 ** ((year - 1991) / 10)
    noisy = pd.DataFrame({"period": year, "value": exact * np.tile([0.99, 1.01], 15)})
    assert trend.trend(noisy, kind="quasi_poisson").slope == pytest.approx(1.2, rel=0.01)
    first, second = (
        trend.trend(noisy.assign(value=noisy["value"] * f), kind="quasi_poisson") for f in (1, 7.5)
    )
    assert (first.slope, first.low) == pytest.approx((second.slope, second.low))


def test_no_trend_on_few_points_or_across_a_break():
    table = line()
    table["break_before"] = table["period"] == 2012
    with pytest.raises(ValueError, match="breaks in 2012"):
        trend.trend(table)
    with pytest.raises(ValueError, match="8 comparable points and the series has 7"):
        trend.trend(table[table["period"] < 2012])
    with pytest.raises(ValueError, match="8 points or more"):
        trend.trend(table, minimum=3)
    with pytest.raises(ValueError, match="breaks in 2012"):
        trend.change(table, 2011, 2012)
    assert trend.change(table, 2012, 2014).before == 2012  # the break itself begins the run
    assert trend.change(table, 2005, 2011).after == 2011


def test_change_with_and_without_standard_errors():
    table = pd.DataFrame({"period": ["2021", "2023"], "value": [3.3, 8.2]})
    unknown = trend.change(table, 2021, 2023)
    assert np.isnan(unknown.low)
    assert unknown.basis == "not known"
    rounded = trend.change(table.assign(resolution=0.1), 2021, 2023)
    assert (rounded.low, rounded.high) == pytest.approx((4.8, 5.0))
    known = trend.change(table.assign(se=[0.3, 0.4], resolution=0.1), 2021, 2023)
    assert known.high - known.difference == pytest.approx(1.959964 * 0.5, rel=1e-6)
    assert "confidence interval" in known.basis


def test_the_interval_of_two_rates_touches_zero_at_the_effective_sample():
    n = trend.effective_sample_for_change(0.033, 0.082)
    se = np.sqrt((0.033 * 0.967 + 0.082 * 0.918) / n)
    assert stats.norm.ppf(0.975) * se == pytest.approx(0.082 - 0.033)
    assert trend.effective_sample_for_change(0.082, 0.033) == pytest.approx(n)
    assert trend.effective_sample_for_change(0.05, 0.05) == np.inf
    with pytest.raises(ValueError, match="divide percent"):
        trend.effective_sample_for_change(3.3, 8.2)


def test_a_table_of_changes_says_what_it_refuses():
    table = pd.DataFrame({"period": [2021, 2023], "value": [4.0, 10.0], "resolution": 0.1})
    broken = table.assign(break_before=[False, True])
    found = trend.change_table({"a": table, "b": broken, "c": table.head(1)}, 2021, 2023)
    assert found["ratio"].iloc[0] == 2.5
    assert found["refused"].iloc[0] == ""
    assert "breaks in 2023" in found["refused"].iloc[1]
    assert "no value for 2023" in found["refused"].iloc[2]
    assert found["difference"].iloc[1:].isna().all()
    with pytest.raises(ValueError, match="at least one series"):
        trend.change_table({}, 2021, 2023)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(unit=["percent"] * 14 + ["share"]), "mixes 2 units"),
        (lambda t: t.assign(period="Mai"), "15 value.* no year"),
        (lambda t: t.assign(period=2005), "repeated"),
        (lambda t: t.assign(value=np.nan), "missing"),
        (lambda t: t.drop(columns="value"), "lacks value"),
        (lambda t: t.assign(value=-1.0), "negative"),
    ],
)
def test_series_that_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        trend.trend(change(line()), kind="quasi_poisson")


def test_the_bundled_series_break_in_2020():
    """Warm home, Germany: the change of 2021-2023 is there, a trend is refused."""
    warm = series(
        "eurostat",
        topic="ilc_mdes01",
        place="DE",
        population="all households",
        across_breaks=True,
    ).assign(resolution=0.1)
    assert trend.change(warm, 2021, 2023).difference == pytest.approx(8.2 - 3.3)
    with pytest.raises(ValueError, match="breaks in 2020"):
        trend.change(warm, 2019, 2023)
    with pytest.raises(ValueError, match="breaks in 2020"):
        trend.trend(warm)
