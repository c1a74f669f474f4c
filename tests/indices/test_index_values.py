"""Indices equal values computed by hand or published; each case names its origin."""

import numpy as np
import pandas as pd
import pytest

from armutsexpertise import inequality as iq
from armutsexpertise import poverty as pv

# Ten persons of equal weight; median 1650, line 990.
INCOME = np.array([500, 800, 1000, 1200, 1500, 1800, 2000, 2500, 3500, 5200])
BURDEN = np.array([40, 50, 55, 60, 66, 72, 76, 85, 98, 120])

HALF_UNIT = 5e-8  # of the seventh digit, to which the values by hand are written
BY_HAND = {
    "median": (lambda: pv.weighted_quantile(INCOME), 1650),
    "threshold": (lambda: pv.at_risk_of_poverty_threshold(INCOME), 990),
    "FGT0": (lambda: pv.foster_greer_thorbecke(INCOME, alpha=0), 0.2),
    "rate": (lambda: pv.at_risk_of_poverty_rate(INCOME), 0.2),
    "FGT1": (lambda: pv.foster_greer_thorbecke(INCOME, alpha=1), 0.0686869),
    "FGT2": (lambda: pv.foster_greer_thorbecke(INCOME, alpha=2), 0.0281808),
    "median of the poor": (lambda: pv.median_income_of_the_poor(INCOME), 650),
    "median gap": (lambda: pv.relative_median_poverty_gap(INCOME), 0.3434343),
    "S80/S20": (lambda: iq.quintile_share_ratio(INCOME), 6.6923077),
    "Palma: 5200 over 3500": (lambda: iq.palma_ratio(INCOME), 5200 / 3500),
    "Gini": (lambda: iq.gini(INCOME), 0.357),
    "Gini, corrected for n": (lambda: iq.gini(INCOME) * 10 / 9, 0.3966667),
    "concentration of the burden": (lambda: iq.concentration_index(BURDEN, INCOME), 0.1745152),
    "Kakwani": (lambda: iq.kakwani_index(INCOME, BURDEN), -0.1824848),
    "Gini after the burden": (lambda: iq.gini(INCOME - BURDEN), 0.3638344),
    "Suits": (lambda: iq.suits_index(INCOME, BURDEN), -0.1901316),
    "Watts": (
        lambda: pv.watts_index(INCOME),
        (np.log(990 / 500) + np.log(990 / 800)) / 10,
    ),
    # gaps 49/99, 19/99 and eight zeros: mean of the larger gap over all 100 pairs
    "Sen-Shorrocks-Thon": (
        lambda: pv.sen_shorrocks_thon_index(INCOME),
        (19 * 49 + 17 * 19) / 9900,
    ),
    "FGT0 of a household weight": (
        lambda: pv.foster_greer_thorbecke([1, 2, 5], [3, 1, 4], alpha=0, line=2, inclusive=True),
        0.5,
    ),
    "strict line": (lambda: pv.at_risk_of_poverty_rate([1, 2, 5], [3, 1, 4], line=2), 3 / 8),
    "ratio of medians of old and young": (
        lambda: pv.relative_median_income_ratio([10, 20, 30, 40], [70, 64, 65, 20]),
        20 / 30,
    ),
    "mean log deviation of 1 and 3": (
        lambda: iq.mean_log_deviation([1, 3]),
        (np.log(2) + np.log(2 / 3)) / 2,
    ),
    "Theil of 1 and 3": (
        lambda: iq.theil_index([1, 3]),
        (0.5 * np.log(0.5) + 1.5 * np.log(1.5)) / 2,
    ),
    "half squared variation of 1 and 3": (
        lambda: iq.generalised_entropy([1, 3], alpha=2),
        0.125,
    ),
    # below the first: weight 1/2 and income 1/2 of 2 and 4; below the second: 3/2 and 5/2
    "Zenga of 1 and 3": (lambda: iq.zenga_index([1, 3]), 1 - (3 / 7 + 5 / 9) / 2),
    "Zenga of equal incomes": (lambda: iq.zenga_index([2, 2, 2], [1, 2, 3]), 0),
    "Atkinson of 1 and 4, epsilon 1": (lambda: iq.atkinson_index([1, 4], epsilon=1), 1 - 2 / 2.5),
    "Atkinson of 1 and 4, epsilon 2": (lambda: iq.atkinson_index([1, 4], epsilon=2), 1 - 1.6 / 2.5),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_index_equals_the_value_by_hand(name):
    compute, expected = BY_HAND[name]
    assert compute() == pytest.approx(expected, abs=HALF_UNIT, rel=1e-12)


def test_reynolds_smolensky_by_hand():
    got = iq.redistribution(INCOME, BURDEN)
    assert got.burden_share == pytest.approx(0.0361, abs=HALF_UNIT)
    assert got.reynolds_smolensky == pytest.approx(-0.0068344, abs=HALF_UNIT)
    assert got.kakwani == pytest.approx(-0.1824848, abs=HALF_UNIT)
    assert got.reranking == pytest.approx(0, abs=1e-15)


def test_reynolds_smolensky_of_the_australian_income_tax():
    """Published: Australian income tax 2017-18, documentation of the R package grattan."""
    income = np.array([10e3, 20e3, 50e3, 100e3, 150e3])
    tax = np.array([0, 0, 8547, 26632, 46132])
    got = iq.redistribution(income, tax)
    assert got.reynolds_smolensky == pytest.approx(0.04856361, abs=5e-9)
    proportional = iq.redistribution(income, 0.3 * income)
    assert proportional.reynolds_smolensky == pytest.approx(0, abs=1e-15)


def test_under_five_mortality_in_india():
    """Published: World Bank, Quantitative Techniques, Technical Note 7, India 1982-92: -0.1694."""
    births = [29939, 28776, 26528, 24689, 19739]
    mortality = [154.7, 152.9, 119.5, 86.9, 54.3]
    got = iq.concentration_index(mortality, [1, 2, 3, 4, 5], births)
    assert got == pytest.approx(-0.1694168, abs=5e-8)


# Published: Destatis, EU-SILC 2020, threshold of a single person and of other households in
# euros a year; the median 26 008 is rounded, hence one euro.
@pytest.mark.parametrize(
    ("adults", "children", "threshold"),
    [(1, 0, 15_605), (1, 1, 20_286), (2, 0, 23_407), (2, 2, 32_770)],
)
def test_thresholds_of_households(adults, children, threshold):
    scale = pv.equivalence_scale([adults], [children])[0]
    assert scale * 0.6 * 26_008 == pytest.approx(threshold, abs=1)


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("modified_oecd", [1, 2.1]),
        ("oecd", [1, 2.7]),
        ("square_root", [1, 2]),
        ((1.0, 0.8, 0.4), [1, 2.6]),
    ],
)
def test_scales_of_one_adult_and_of_two_with_two_children(scale, expected):
    assert pv.equivalence_scale([1, 2], [0, 2], scale) == pytest.approx(expected)


def test_household_scale_counts_members_from_fourteen_as_adults():
    got = pv.household_scale(["b", "a", "b", "b"], [40, 30, 14, 13])
    assert got == pytest.approx([1.8, 1.0, 1.8, 1.8])


def test_equivalised_income_of_a_couple_with_two_children():
    """Published: Sozialberichte NRW, indicator 7.2: 4500 over 2.1 is 2142.86 euros."""
    assert pv.equivalised_income([4500], [2.1])[0] == pytest.approx(2142.86, abs=0.005)


def test_quantile_rules_differ_only_where_the_share_is_met_exactly():
    assert pv.weighted_quantile([1, 2, 3], [1, 1, 2], 0.5) == 2.5
    assert pv.weighted_quantile([1, 2, 3], [1, 1, 2], 0.5, quantile_rule="inverted_cdf") == 2
    assert pv.weighted_quantile([1, 2, 3], [1, 1.1, 2], 0.5) == 2
    assert pv.weighted_quantile([1, 2, 3], [1, 0.9, 2], 0.5) == 3


@pytest.mark.parametrize("size", [10, 20, 30, 50])
@pytest.mark.parametrize("weight", [0.1, 0.3, 0.7, 1 / 3])
def test_share_met_exactly_in_spite_of_rounding(size, weight):
    """Half of an even number of equal weights is one half, whatever their sum rounds to."""
    got = pv.weighted_quantile(np.arange(size), np.full(size, weight))
    assert got == size / 2 - 0.5


def test_poverty_line_of_the_mean_and_of_a_region():
    assert pv.poverty_line(INCOME, of="mean", share=0.5) == 1000
    region = np.arange(10) < 3
    assert pv.poverty_line(INCOME, domain=region) == pytest.approx(480)


def test_line_comes_from_everybody_and_the_rate_from_the_domain():
    domain = np.arange(10) < 4
    assert pv.at_risk_of_poverty_rate(INCOME, domain=domain) == 0.5


def test_negative_incomes_follow_the_rule():
    income = [-100, 100, 300]
    assert pv.foster_greer_thorbecke(income, alpha=1, line=200) == pytest.approx(2 / 3)
    zero = pv.foster_greer_thorbecke(income, alpha=1, line=200, negative="zero")
    assert zero == pytest.approx(0.5)
    with pytest.raises(ValueError, match="1 value"):
        pv.foster_greer_thorbecke(income, alpha=1, line=200, negative="fail")
    assert iq.gini(income, negative="zero") == pytest.approx(iq.gini([0, 100, 300]))


def test_lorenz_curve_by_hand():
    got = iq.lorenz_curve([3, 1, 1], [1, 2, 1])
    assert got["population_share"].tolist() == [0, 0.75, 1]
    assert got["income_share"].tolist() == [0, 0.5, 1]
    generalised = iq.lorenz_curve([3, 1, 1], [1, 2, 1], generalised=True)
    assert generalised["cumulative_mean"].tolist() == [0, 0.75, 1.5]


def test_concentration_curve_by_hand():
    got = iq.concentration_curve([1, 3], [20, 10])
    assert got["population_share"].tolist() == [0, 0.5, 1]
    assert got["outcome_share"].tolist() == [0, 0.75, 1]


def test_bounded_concentration_indices_by_hand():
    """Outcome 1, 0, 0, 0 by ascending rank: C is -3/4, the mean 1/4."""
    outcome, rank = [1, 0, 0, 0], [1, 2, 3, 4]
    assert iq.concentration_index(outcome, rank) == pytest.approx(-0.75)
    wagstaff = iq.concentration_index(outcome, rank, correction="wagstaff")
    assert wagstaff == pytest.approx(-0.75 / 0.75)
    erreygers = iq.concentration_index(outcome, rank, correction="erreygers")
    assert erreygers == pytest.approx(4 * 0.25 * -0.75)
    five = iq.concentration_index([6, 1, 1, 1], rank, correction="erreygers", bounds=(1, 6))
    assert five == pytest.approx(erreygers)


def test_kitagawa_by_hand():
    got = iq.kitagawa([0.5, 0.5], [0.1, 0.3], [0.75, 0.25], [0.1, 0.2])
    assert got.difference == pytest.approx(0.2 - 0.125)
    assert got.composition == pytest.approx(-0.25 * 0.1 + 0.25 * 0.25)
    assert got.rate == pytest.approx(0.1 * 0.375)


def test_shapley_parts_of_pure_changes():
    before = np.array([50.0, 100.0, 200.0])
    grown = iq.poverty_change(before, 2 * before, line_before=100, line_after=100, alpha=1)
    assert grown.growth == pytest.approx(grown.change)
    assert grown.change == pytest.approx(-1 / 6)
    moved = iq.poverty_change(before, before, line_before=100, line_after=200)
    assert moved.line == pytest.approx(moved.change)
    assert moved.change == pytest.approx(1 / 3)


def test_shapley_parts_by_hand():
    """Two steps at once: the gap is 1/3 before, 1/4 with one of both changes, 0 with both.

    Incomes 1 and 5 (mean 3), line 3; after 4 and 8 (mean 6), line 3. Growth alone: 2 and 10, gap
    1/6. Distribution alone: 2 and 4, gap 1/6. Both: 0. Each part is -1/6.
    """
    got = iq.poverty_change([1, 5], [4, 8], line_before=3, line_after=3, alpha=1)
    assert got.change == pytest.approx(-1 / 3)
    assert got.growth == pytest.approx(-1 / 6)
    assert got.distribution == pytest.approx(-1 / 6)
    assert got.line == 0


def test_oaxaca_blinder_by_hand():
    """Group a: y = 1 + 2x at x = 1, 3; group b: y = x at x = 0, 2."""
    outcome, x = [3, 7, 0, 2], pd.DataFrame({"x": [1, 3, 0, 2]})
    group = [True, True, False, False]
    got = iq.oaxaca_blinder(outcome, x, group)
    assert got["difference"] == pytest.approx(4)
    assert got["endowments"] == pytest.approx(1)
    assert got["coefficients"] == pytest.approx(2)
    assert got["interaction"] == pytest.approx(1)
    pooled = iq.oaxaca_blinder(outcome, x, group, kind="pooled")
    assert pooled["explained"] == pytest.approx(1.5)
    assert pooled["unexplained"] == pytest.approx(2.5)


def test_entropy_decomposition_by_hand():
    """Two equal groups, each without inequality inside: all of it lies between."""
    got = iq.entropy_decomposition([1, 1, 3, 3], ["a", "a", "b", "b"], alpha=1)
    assert got.within == pytest.approx(0, abs=1e-15)
    assert got.between == pytest.approx(iq.theil_index([1, 3]))
    assert got.groups["income_share"].tolist() == [0.25, 0.75]


def test_severe_deprivation_needs_seven_of_thirteen_items():
    counts = np.array([0, 5, 6, 7, 13])
    items = pd.DataFrame(
        {name: counts > at for at, name in enumerate(pv.DEPRIVATION_ITEMS)}, dtype=bool
    )
    got = pv.materially_and_socially_deprived(items)
    assert got.tolist() == [False, False, False, True, True]
    mild = pv.materially_and_socially_deprived(items, minimum=5)
    assert mild.tolist() == [False, True, True, True, True]


def test_low_work_intensity_by_hand():
    """Household 1 worked 2.4 of 12 months (at the limit), 2 worked 12 of 24, 3 has no potential."""
    got = pv.low_work_intensity(
        [1, 1, 1, 2, 2, 3],
        [40, 65, 10, 30, 30, 60],
        [2.4, 12, 0, 12, 0, 0],
        [12, 12, 0, 12, 12, 0],
        [True, False, False, True, True, False],
    )
    assert got.tolist() == [True, False, True, False, False, False]


def test_social_exclusion_counts_each_person_once():
    excluded = np.array([True, False, False, True] + [False] * 6)
    got = pv.at_risk_of_poverty_or_social_exclusion_rate(INCOME, excluded)
    assert got == pytest.approx(0.3)
    twin = pv.at_risk_of_poverty_or_social_exclusion_rate_linearised(INCOME, excluded)
    assert twin.estimate == got


def test_persistently_poor_now_and_in_two_of_three_years_before():
    table = [
        [True, True, False, True],
        [True, True, True, False],
        [False, False, True, True],
        [True, False, True, True],
    ]
    assert pv.persistently_poor(np.array(table)).tolist() == [True, False, False, True]
    assert pv.persistently_poor(pd.DataFrame(table)).tolist() == [True, False, False, True]


def test_recentered_influence_of_the_mean_line_is_the_income():
    weight = np.arange(1.0, 11.0)
    line = pv.poverty_line_linearised(INCOME, weight, share=0.5, of="mean")
    assert iq.recentered_influence(line, weight) == pytest.approx(INCOME / 2)


def test_bandwidth_of_the_sample_by_hand_and_under_scaled_weights():
    # The mean is 2000, the mean square 5 836 000, so the variance 1 836 000; ten persons.
    expected = 1_836_000**0.5 / 10**0.2
    assert pv.sample_bandwidth(INCOME) == pytest.approx(expected, rel=1e-12)
    assert pv.sample_bandwidth(INCOME, np.full(10, 90_000.0)) == pytest.approx(expected, rel=1e-12)
    with_zero = pv.sample_bandwidth([*INCOME, 9.0], [1.0] * 10 + [0.0])
    assert with_zero == pytest.approx(expected, rel=1e-12)
