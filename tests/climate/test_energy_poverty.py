"""Energy poverty: values by hand, standard errors, bounds of class tables, properties, errors.

The ten persons with incomes Y and expenditures E, and the results in ``test_ten_persons``, were
computed by hand from the definitions; no outside implementation was found to compare with.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from armutsexpertise.climate import energy_poverty as ep
from armutsexpertise.poverty import poverty_line_linearised, weighted_quantile
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.estimate import Proportion, estimate
from armutsexpertise.survey.replicate import make_replicates

Y = [500, 800, 1000, 1200, 1500, 1800, 2000, 2500, 3500, 5200]
E = [90, 110, 95, 130, 120, 150, 60, 160, 170, 200]
LINE = 990.0  # 60 % of the median income of Y

household = st.tuples(st.integers(0, 400), st.integers(100, 6000), st.integers(1, 4))
households = st.lists(household, min_size=3, max_size=20)


def table(rows):
    return (np.array(column, dtype=float) for column in zip(*rows, strict=True))


def sample(seed=1, n=600):
    rng = np.random.default_rng(seed)
    income = rng.lognormal(7.5, 0.5, n)
    energy = 25 + 0.05 * income * rng.lognormal(0, 0.5, n)
    return pd.DataFrame(
        {
            "energy": energy,
            "income": income,
            "w": rng.uniform(50, 150, n),
            "city": rng.random(n) < 0.4,
        }
    )


def test_ten_persons():
    share = ep.energy_share(E, Y)
    assert weighted_quantile(share) == pytest.approx(0.0816667, abs=5e-8)
    assert ep.ten_percent(E, Y).sum() == 3
    assert ep.twice_median(E, Y).tolist() == [True] + [False] * 9  # only 0.18 exceeds 0.1633
    assert ep.half_median(E).tolist() == [value == 60 for value in E]  # line 62.5
    assert not ep.low_income_high_cost(E, Y, LINE).any()
    assert ep.pushed_below_line(E, Y, LINE).tolist() == [value == 1000 for value in Y]


def test_ten_persons_depth():
    # By hand: 90 - 50, 110 - 80 and 130 - 120; to half the median 62.5 - 60.
    gap = ep.energy_poverty_gap(E, Y, 0.10)
    assert gap.tolist() == pytest.approx([40, 30, 0, 10, 0, 0, 0, 0, 0, 0])
    assert ep.mean_gap_of_poor(gap, ep.ten_percent(E, Y)) == pytest.approx(80 / 3)
    assert ep.half_median_gap(E).sum() == pytest.approx(2.5)
    assert np.isnan(ep.mean_gap_of_poor([0, 0], [False, False]))


def test_low_income_high_cost_gap_is_the_nearer_threshold():
    cost, income = [90, 150, 200, 120, 100], [3000, 1100, 1200, 3000, 3000]  # median cost 120
    # 150: 30 to the median, 990 - 950 = 40 to the line; not 200: 1200 - 200 is above the line.
    assert ep.low_income_high_cost(cost, income, 990).tolist() == [False, True, False, False, False]
    assert ep.low_income_high_cost_gap(cost, income, 990).tolist() == [0, 30, 0, 0, 0]
    assert ep.low_income_high_cost_gap(cost, income, 960).tolist() == [0, 10, 0, 0, 0]


def test_rates_are_the_shares_of_the_boolean_indicators():
    frame = sample()
    e, y, w = frame["energy"], frame["income"], frame["w"]
    line = 0.6 * weighted_quantile(y, w)
    for rate, flag in (
        (ep.twice_median_rate_linearised(e, y, w), ep.twice_median(e, y, w)),
        (ep.half_median_rate_linearised(e, w), ep.half_median(e, w)),
        (
            ep.low_income_high_cost_rate_linearised(e, y, None, w),
            ep.low_income_high_cost(e, y, line, w),
        ),
    ):
        assert 0 < rate.estimate < 1
        assert rate.estimate == pytest.approx(np.average(flag, weights=w))
        # the influence of a ratio of weights sums to zero over the weighted sample
        assert (w * rate.influence).sum() == pytest.approx(0, abs=2e-3)


@pytest.mark.parametrize("domain", [None, "city"])
def test_standard_errors_follow_the_bootstrap(domain):
    """The linearised error contains that of the median: the bootstrap forms both anew."""
    frame = sample(3, 900)
    design = SurveyDesign.from_frame(frame, weights="w")
    boot = make_replicates(design, "bootstrap", n_replicates=400, seed=5)
    width = 0.3 * frame["income"].std()

    def lihc(f, w, inside):
        line = poverty_line_linearised(f["income"], w, bandwidth=width)
        return ep.low_income_high_cost_rate_linearised(
            f["energy"], f["income"], line, w, domain=inside, bandwidths=(15, width)
        )

    indicators = {
        "2m": lambda f, w, inside: ep.twice_median_rate_linearised(
            f["energy"], f["income"], w, domain=inside, bandwidth=0.01
        ),
        "m2": lambda f, w, inside: ep.half_median_rate_linearised(
            f["energy"], w, domain=inside, bandwidth=12
        ),
        "lihc": lihc,
    }
    taylor = estimate(design, indicators, where=domain)["se"]
    replicated = estimate(boot, indicators, where=domain)["se"]
    assert taylor.to_numpy() == pytest.approx(replicated.to_numpy(), rel=0.2)
    fixed = ep.twice_median(frame["energy"], frame["income"], frame["w"])
    ignored = estimate(
        SurveyDesign.from_frame(frame.assign(hit=fixed), weights="w"), {"x": Proportion("hit")}
    )["se"].item()
    if domain is None:  # a fixed line gives another error than the estimated one
        assert abs(ignored / taylor[0] - 1) > 0.02


def test_the_nation_sets_the_median_and_the_domain_is_counted():
    frame = sample()
    e, y, w, city = frame["energy"], frame["income"], frame["w"], frame["city"]
    rate = ep.twice_median_rate_linearised(e, y, w, domain=city)
    flag = ep.twice_median(e, y, w)
    assert rate.estimate == pytest.approx(np.average(flag[city], weights=w[city]))
    assert np.abs(rate.influence[~city]).max() > 0  # others move the line
    earning = y > y.min()
    with pytest.raises(ValueError, match="outside nation"):
        ep.twice_median_rate_linearised(e, y, w, domain=y > 0, nation=earning)


@settings(max_examples=30, deadline=None)
@given(households, st.sampled_from([0.01, 1.95583, 1000]))
def test_scaling_the_currency_changes_nothing(rows, factor):
    e, y, w = table(rows)
    share, scaled = ep.energy_share(e, y), ep.energy_share(factor * e, factor * y)
    assert scaled == pytest.approx(share)
    apart = np.abs(share - 2 * weighted_quantile(share, w)) > 1e-9  # not on the line itself
    assert (ep.twice_median(e, y, w) == ep.twice_median(factor * e, factor * y, w))[apart].all()
    apart = np.abs(e - 0.5 * weighted_quantile(e, w)) > 1e-9
    assert (ep.half_median(e, w) == ep.half_median(factor * e, w))[apart].all()


@settings(max_examples=30, deadline=None)
@given(households)
def test_an_integer_weight_equals_repeated_rows(rows):
    e, y, w = table(rows)
    times = w.astype(int)
    e2, y2 = np.repeat(e, times), np.repeat(y, times)
    assert np.repeat(ep.twice_median(e, y, w), times).tolist() == ep.twice_median(e2, y2).tolist()
    assert np.repeat(ep.half_median(e, w), times).tolist() == ep.half_median(e2).tolist()
    assert (
        np.repeat(ep.low_income_high_cost(e, y, 1500, w), times).tolist()
        == ep.low_income_high_cost(e2, y2, 1500).tolist()
    )


@settings(max_examples=30, deadline=None)
@given(households, st.floats(1.1, 4), st.floats(1.0, 2))
def test_thresholds_are_monotone(rows, multiple, further):
    e, y, w = table(rows)
    wide, narrow = (ep.twice_median(e, y, w, multiple=m) for m in (multiple, multiple * further))
    assert not (narrow & ~wide).any()
    low, high = (
        ep.half_median(e, w, share=s) for s in (0.9 / (multiple * further), 0.9 / multiple)
    )
    assert not (low & ~high).any()
    assert not (ep.ten_percent(e, y, threshold=0.2) & ~ep.ten_percent(e, y)).any()


def test_variants_and_bands():
    poor = np.array(Y) < LINE
    assert ep.ten_percent(E, Y, poor=poor).tolist() == [True, True] + [False] * 8
    assert ep.ten_percent([10, 0], [0, 100], domain=[False, True]).tolist() == [False, False]
    bands = ["A", "D", "E", "G", "C"]
    assert ep.low_income_low_efficiency(bands, [500, 500, 990, 989, 500], 990).tolist() == [
        False,
        True,
        False,
        True,
        False,
    ]


def test_overlap_adds_up_and_equals_proportions():
    frame = sample()
    frame["a"] = ep.ten_percent(frame["energy"], frame["income"])
    frame["b"] = ep.half_median(frame["energy"], frame["w"], share=0.8)
    frame["c"] = frame["city"]
    design = SurveyDesign.from_frame(frame, weights="w")
    found = ep.overlap(design, ["a", "b", "c"])
    assert found["estimate"].sum() == pytest.approx(1)
    assert found["n_cell"].sum() == len(frame)
    assert found["degree"].iloc[-1] == 0
    assert found["estimate"].iloc[:-1].is_monotonic_decreasing
    for name in "abc":
        whole = estimate(design, {name: Proportion(name)})["estimate"].item()
        assert found.loc[found[name], "estimate"].sum() == pytest.approx(whole)
    marked = frame.assign(x=frame["a"] & ~frame["b"] & frame["c"])
    row = found[found["a"] & ~found["b"] & found["c"]].iloc[0]
    only = estimate(SurveyDesign.from_frame(marked, weights="w"), {"x": Proportion("x")}).iloc[0]
    assert row[["estimate", "se", "ci_low"]].tolist() == pytest.approx(
        only[["estimate", "se", "ci_low"]].tolist()
    )


def test_pairs_and_combinations():
    flags = pd.DataFrame({"a": [True, True, False, False], "b": [True, False, False, False]})
    pair = ep.pairwise_overlap(flags, ["a", "b"], [1, 1, 1, 1]).iloc[0]
    # By hand: agreement 3/4, chance 1/2 * 1/4 + 1/2 * 3/4 = 1/2, kappa 1/2.
    assert pair[["both", "second_of_first", "first_of_second", "jaccard", "kappa"]].tolist() == [
        0.25,
        0.5,
        1.0,
        0.5,
        0.5,
    ]
    any_, both = (ep.combined(flags, ["a", "b"], at_least=k) for k in (1, 2))
    assert any_.tolist() == [True, True, False, False]
    assert both.tolist() == [True, False, False, False]
    nobody = ep.pairwise_overlap(flags.assign(b=False), ["a", "b"]).iloc[0]
    assert np.isnan(nobody["first_of_second"])


def test_determinants_of_a_saturated_logit_are_differences_of_rates():
    frame = sample()
    frame["cold"] = ep.ten_percent(frame["energy"], frame["income"])
    design = SurveyDesign.from_frame(frame, weights="w")
    effect = ep.determinants(design, "cold", ["city"]).iloc[0]
    rates = estimate(design, {"cold": Proportion("cold")}, by="city")["estimate"]
    assert effect["estimate"] == pytest.approx(rates[1] - rates[0])
    assert effect["se"] > 0


def grouped(frame, ends, income=True):
    code = np.searchsorted(ends, frame["income"].to_numpy(), side="right")
    rows = []
    for k in range(len(ends) + 1):
        part = frame[code == k]
        rows.append(
            {
                "income_low": ends[k - 1] if k else np.nan,
                "income_high": ends[k] if k < len(ends) else np.nan,
                "weight": part["w"].sum(),
                "expenditure": np.average(part["energy"], weights=part["w"]),
                "income": np.average(part["income"], weights=part["w"]),
            }
        )
    classes = pd.DataFrame(rows)
    return classes if income else classes.drop(columns="income")


@pytest.mark.parametrize("ends", [[1000], [1300, 1700, 2600], [900, 1500, 2000, 3000, 5000]])
@pytest.mark.parametrize("seed", [1, 2])
def test_bounds_of_class_tables_hold_what_the_microdata_say(ends, seed):
    frame = sample(seed)
    classes = grouped(frame, ends)
    hit = ep.ten_percent(frame["energy"], frame["income"])
    truth = np.average(hit, weights=frame["w"])
    tight = ep.grouped_headcount_bounds(classes, maximum=frame["energy"].max())
    loose = ep.grouped_headcount_bounds(classes)
    for bounds in (tight, loose):
        total = bounds.iloc[-1]
        assert total["rate_low"] <= truth <= total["rate_high"]
        code = np.searchsorted(ends, frame["income"], side="right")
        for k, row in bounds.iloc[:-1].iterrows():
            own = np.average(hit[code == k], weights=frame["w"][code == k])
            assert row["rate_low"] <= own + 1e-12
            assert own <= row["rate_high"] + 1e-12
    assert loose["rate_low"].max() == 0
    shares = ep.grouped_energy_share(classes)
    assert (shares["share_low"] <= shares["share"]).all()
    assert (shares["share"] <= shares["share_high"]).all()


def test_bounds_of_class_tables_are_attained():
    """A class that exhausts its upper and one that exhausts its lower bound."""
    # upper: incomes at the lower end 1000, half of them spend 100 (plus a cent), half nothing
    classes = {"income_low": [1000], "income_high": [2000], "weight": [2]}
    assert ep.ten_percent([100.01, 0], [1000, 1000]).mean() == 0.5
    upper = pd.DataFrame(classes | {"expenditure": [100.01 / 2]})
    bounds = ep.grouped_headcount_bounds(upper, maximum=500)
    assert bounds["rate_high"].iloc[0] == pytest.approx(0.5, abs=1e-3)
    # lower: incomes just under 2000, half spend the maximum 500, half 199.99
    assert ep.ten_percent([500, 199.99], [1999.99, 1999.99]).mean() == 0.5
    lower = pd.DataFrame(classes | {"expenditure": [(500 + 199.99) / 2]})
    bounds = ep.grouped_headcount_bounds(lower, maximum=500)
    assert bounds["rate_low"].iloc[0] == pytest.approx(0.5, abs=1e-3)
    assert bounds["mean_decides"].iloc[0] == "above"


CLASSES = pd.DataFrame(
    {
        "income_low": [0, 1300, 2600],
        "income_high": [1300, 2600, np.nan],
        "weight": [2.0, 5, 3],
        "expenditure": [95.0, 150, 206],
    }
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(income_low=[0, 1301, 2600]), r"1 gap\(s\) and 0 overlap"),
        (lambda t: t.assign(income_low=[0, 1200, 2600]), r"0 gap\(s\) and 1 overlap"),
        (lambda t: t.assign(income_high=[1300, np.nan, np.nan]), "only one of each"),
        (lambda t: t.assign(income_high=[1300, 1300, np.nan]), "reversed"),
        (lambda t: t.assign(expenditure=[95, -1, 206]), "1 expenditure"),
        (lambda t: t.assign(weight=[np.nan, 1, 2]), "1 weight"),
        (lambda t: t.assign(weight=0), "zero in total"),
        (lambda t: t.assign(unit=["month", "month", "year"]), "mixes 2 units"),
        (lambda t: t.drop(columns="weight"), "lacks weight"),
        (lambda t: t.head(0), "lacks rows"),
    ],
)
def test_class_tables_that_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        ep.grouped_headcount_bounds(change(CLASSES))


def test_class_tables_with_impossible_means_are_refused():
    with pytest.raises(ValueError, match="outside their limits"):
        ep.grouped_energy_share(CLASSES.assign(income=[1200, 24_000, 5000]))
    with pytest.raises(ValueError, match="exceed maximum"):
        ep.grouped_headcount_bounds(CLASSES, maximum=200)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ep.ten_percent([-5, 10], [100, 100]), ValueError, "1 negative"),
        (lambda: ep.ten_percent([5, 10], [100, 0]), ValueError, "undefined for 1 unit"),
        (lambda: ep.ten_percent([5, np.nan], [100, 100]), ValueError, "missing"),
        (lambda: ep.ten_percent(["5", "9"], [100, 100]), TypeError, "numeric"),
        (lambda: ep.ten_percent([5], [100], threshold=10), ValueError, "not percent"),
        (lambda: ep.ten_percent([5], [100], poor=[1]), TypeError, "boolean"),
        (lambda: ep.twice_median([5], [100], multiple=0), ValueError, "positive"),
        (lambda: ep.half_median([5], share=50), ValueError, "not percent"),
        (lambda: ep.low_income_high_cost([5], [10], np.nan), ValueError, "finite"),
        (lambda: ep.low_income_low_efficiency(["H"], [1], 2), ValueError, "outside the bands"),
        (lambda: ep.energy_poverty_gap([5], [10], -1), ValueError, "positive"),
        (lambda: ep.mean_gap_of_poor([-5], [True]), ValueError, "negative"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


_SHIFTED = pd.Series([1.0, 2], index=[1, 2])


@pytest.mark.parametrize(
    "call",
    [
        lambda e, y: ep.twice_median(e, y, _SHIFTED),
        lambda e, y: ep.twice_median_rate_linearised(e, y, _SHIFTED),
        lambda e, _: ep.half_median(e, _SHIFTED),
        lambda e, _: ep.half_median_rate_linearised(e, _SHIFTED),
        lambda e, _: ep.half_median_gap(e, _SHIFTED),
        lambda e, y: ep.low_income_high_cost(e, y, 90.0, _SHIFTED),
        lambda e, y: ep.low_income_high_cost_rate_linearised(e, y, 90.0, _SHIFTED),
        lambda e, _: ep.mean_gap_of_poor(e, e > 0, _SHIFTED),
        lambda e, _: ep.pairwise_overlap(pd.DataFrame({"a": e > 5, "b": e > 6}), "ab", _SHIFTED),
    ],
)
def test_weights_of_other_units_are_refused(call):
    with pytest.raises(ValueError, match="different indexes: align them first"):
        call(pd.Series([5.0, 9]), pd.Series([100.0, 90]))


def test_indicators_must_be_boolean_and_known():
    flags = pd.DataFrame({"a": [1, 0], "b": [True, False]})
    with pytest.raises(TypeError, match="boolean"):
        ep.combined(flags, ["a", "b"])
    with pytest.raises(ValueError, match="lack c"):
        ep.combined(flags, ["b", "c"])
    with pytest.raises(ValueError, match="at_least is 2"):
        ep.combined(flags, ["b"], at_least=2)
    with pytest.raises(ValueError, match="two or more"):
        ep.overlap(SurveyDesign.from_frame(flags.assign(w=1.0), weights="w"), ["b"])


def test_normal_density_gives_the_known_error_of_the_median_share():
    """For s ~ N(m, v) the 2M line has the variance (2 * sqrt(pi/2) * sd)^2 / n in large samples."""
    rng = np.random.default_rng(8)
    n, m, sd = 20_000, 0.08, 0.03
    share = np.abs(rng.normal(m, sd, n))
    rate = ep.twice_median_rate_linearised(share * 1000, np.full(n, 1000.0), bandwidth=0.004)
    z = (2 * m - m) / sd
    slope = stats.norm.pdf(z) / sd
    # Var = p(1-p)/n - 2 f k cov + (f k)^2 var(median), cov(1(s>z), median) = (p/2) / f(m) / n
    p, at_median = stats.norm.sf(z), stats.norm.pdf(0) / sd
    variance = (
        p * (1 - p) - 2 * slope * 2 * (p / 2) / at_median + (2 * slope / (2 * at_median)) ** 2
    )
    assert (rate.influence**2).sum() * n == pytest.approx(variance, rel=0.1)
