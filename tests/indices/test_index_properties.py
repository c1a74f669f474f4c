"""What must hold for every sample: weights, scales, bounds, order, sums and derivatives."""

from collections.abc import Callable
from inspect import signature

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armutsexpertise import inequality as iq
from armutsexpertise import poverty as pv
from armutsexpertise.survey.linearised import Linearised, plain_of

FEW = settings(max_examples=40, deadline=None)

Index = Callable[[np.ndarray, np.ndarray], float]
Twin = Callable[..., Linearised]

# Indices that do not change with the currency, with a fixed or relative line.
SCALE_FREE: dict[str, Index] = {
    "rate": lambda y, w: pv.at_risk_of_poverty_rate(y, w),
    "FGT1": lambda y, w: pv.foster_greer_thorbecke(y, w, alpha=1),
    "FGT2": lambda y, w: pv.foster_greer_thorbecke(y, w, alpha=2),
    "Watts": lambda y, w: pv.watts_index(y, w),
    "SST": lambda y, w: pv.sen_shorrocks_thon_index(y, w),
    "Gini": lambda y, w: iq.gini(y, w),
    "Theil": lambda y, w: iq.theil_index(y, w),
    "MLD": lambda y, w: iq.mean_log_deviation(y, w),
    "GE2": lambda y, w: iq.generalised_entropy(y, w, alpha=2),
    "Atkinson": lambda y, w: iq.atkinson_index(y, w, epsilon=0.5),
    "Zenga": lambda y, w: iq.zenga_index(y, w),
    "Suits": lambda y, w: iq.suits_index(y, np.sqrt(y), w),
    "Kakwani": lambda y, w: iq.kakwani_index(y, np.sqrt(y), w),
    "Reynolds-Smolensky": lambda y, w: iq.redistribution(y, y / 3, w).reynolds_smolensky,
}
BETWEEN_ZERO_AND_ONE = ["rate", "FGT1", "FGT2", "SST", "Gini", "Atkinson", "Zenga"]
POSITIVE = ["Watts", "Theil", "MLD", "GE2"]

incomes = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 4)), min_size=2, max_size=25).map(
    lambda rows: np.array(rows, dtype=float).T
)


@pytest.mark.parametrize("name", SCALE_FREE)
@FEW
@given(sample=incomes)
def test_integer_weight_equals_repeated_rows(name, sample):
    income, weight = sample
    repeated = np.repeat(income, weight.astype(int))
    expected = SCALE_FREE[name](repeated, np.ones(repeated.size))
    assert SCALE_FREE[name](income, weight) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", SCALE_FREE)
@FEW
@given(sample=incomes, factor=st.sampled_from([0.5, 4.0, 1024.0]))
def test_currency_scale_of_weights_and_order_of_rows_change_nothing(name, sample, factor):
    income, weight = sample
    expected = pytest.approx(SCALE_FREE[name](income, weight), rel=1e-9, abs=1e-12)
    if name not in ("Suits", "Kakwani"):  # their burden is a root of the income
        assert SCALE_FREE[name](income * factor, weight) == expected
    assert SCALE_FREE[name](income, weight * factor) == expected
    assert SCALE_FREE[name](income[::-1], weight[::-1]) == expected


@FEW
@given(sample=incomes)
def test_bounds(sample):
    income, weight = sample
    for name in BETWEEN_ZERO_AND_ONE:
        assert 0 - 1e-12 <= SCALE_FREE[name](income, weight) <= 1
    for name in POSITIVE:
        assert SCALE_FREE[name](income, weight) >= -1e-12
    assert -1 <= SCALE_FREE["Suits"](income, weight) <= 1


@FEW
@given(sample=incomes)
def test_groups_recombine_to_the_total(sample):
    income, weight = sample
    group = np.arange(income.size) % 3 == 0
    line = pv.at_risk_of_poverty_threshold(income, weight)
    parts = [
        weight[part].sum()
        * pv.foster_greer_thorbecke(income, weight, alpha=1, domain=part, line=line)
        for part in (group, ~group)
    ]
    whole = pv.foster_greer_thorbecke(income, weight, alpha=1)
    assert sum(parts) / weight.sum() == pytest.approx(whole)
    for alpha in (-1, 0, 1, 2, 0.3):
        split = iq.entropy_decomposition(income, group, weight, alpha=alpha)
        assert split.within + split.between == pytest.approx(split.total, abs=1e-12)


@FEW
@given(sample=incomes, rest=st.lists(st.integers(1, 40), min_size=2, max_size=25))
def test_decompositions_add_up(sample, rest):
    income, weight = sample
    after = np.array(rest, dtype=float)
    got = iq.poverty_change(income, after, weight, line_before=12, line_after=15, alpha=2)
    assert got.growth + got.distribution + got.line == pytest.approx(got.change, abs=1e-12)
    expected = pv.foster_greer_thorbecke(after, alpha=2, line=15)
    expected -= pv.foster_greer_thorbecke(income, weight, alpha=2, line=12)
    assert got.change == pytest.approx(expected, abs=1e-12)
    burden = 0.1 * income + (np.arange(income.size) % 4)
    parts = iq.redistribution(income, burden, weight) if (burden < income).all() else None
    if parts is not None:
        assert parts.vertical - parts.reranking == pytest.approx(
            parts.reynolds_smolensky, abs=1e-12
        )
        assert parts.reranking >= -1e-12


@FEW
@given(sample=incomes)
def test_curves_and_indices_belong_together(sample):
    """Twice the area above the Lorenz curve is one plus the Gini coefficient."""
    income, weight = sample
    curve = iq.lorenz_curve(income, weight)
    area = np.trapezoid(curve["income_share"], curve["population_share"])
    assert 1 - 2 * area == pytest.approx(iq.gini(income, weight), abs=1e-12)
    slopes = np.diff(curve["income_share"]) / np.diff(curve["population_share"])
    assert (np.diff(slopes) > 0).all()
    outcome = 50 - income
    concentration = iq.concentration_curve(outcome, income, weight)
    area = np.trapezoid(concentration["outcome_share"], concentration["population_share"])
    index = iq.concentration_index(outcome, income, weight)
    assert 1 - 2 * area == pytest.approx(index, abs=1e-12)
    assert iq.concentration_index(income, income, weight) == pytest.approx(iq.gini(income, weight))


@FEW
@given(sample=incomes, probability=st.floats(0.01, 0.99))
def test_quantile_splits_the_weight(sample, probability):
    values, weight = sample
    for rule in ("averaged_inverted_cdf", "inverted_cdf"):
        got = pv.weighted_quantile(values, weight, probability, quantile_rule=rule)
        total = weight.sum()
        assert weight[values < got].sum() <= probability * total * (1 + 1e-9)
        assert weight[values > got].sum() <= (1 - probability) * total * (1 + 1e-9)


# --- Influence values ---------------------------------------------------------------------

RNG = np.random.default_rng(20260)
SIZE = 60
SAMPLE_INCOME = np.round(RNG.lognormal(7, 0.6, SIZE), -1)  # rounded: with ties
SAMPLE_WEIGHT = RNG.uniform(0.5, 3, SIZE)
SAMPLE_AGE = RNG.integers(20, 90, SIZE)
SAMPLE_BURDEN = 20 + 0.05 * SAMPLE_INCOME + RNG.uniform(0, 30, SIZE)
SAMPLE_FLAG = RNG.random(SIZE) < 0.4
SAMPLE_DOMAIN = np.arange(SIZE) % 3 != 0
SAMPLE_YEARS = pd.DataFrame(
    {year: SAMPLE_INCOME * RNG.lognormal(0, 0.2, SIZE) for year in (2021, 2022, 2023)}
)
COVARIATES = pd.DataFrame({"age": SAMPLE_AGE, "burden": SAMPLE_BURDEN})


def mean_line(w: np.ndarray) -> Linearised:
    return pv.poverty_line_linearised(SAMPLE_INCOME, w, of="mean")


# Smooth in the weights: the influence is the derivative to the last digits.
SMOOTH: dict[str, Twin] = {
    "mean line": lambda w, d: pv.poverty_line_linearised(SAMPLE_INCOME, w, of="mean", domain=d),
    "rate, fixed line": lambda w, d: pv.at_risk_of_poverty_rate_linearised(
        SAMPLE_INCOME, w, line=800, domain=d
    ),
    "AROPE, fixed line": lambda w, d: pv.at_risk_of_poverty_or_social_exclusion_rate_linearised(
        SAMPLE_INCOME, SAMPLE_FLAG, w, line=800, domain=d
    ),
    "FGT1, fixed line": lambda w, d: pv.foster_greer_thorbecke_linearised(
        SAMPLE_INCOME, w, alpha=1, line=800, domain=d
    ),
    "FGT1, mean line": lambda w, d: pv.foster_greer_thorbecke_linearised(
        SAMPLE_INCOME, w, alpha=1, line=mean_line(w), domain=d
    ),
    "FGT2, mean line": lambda w, d: pv.foster_greer_thorbecke_linearised(
        SAMPLE_INCOME, w, alpha=2, line=mean_line(w), domain=d
    ),
    "Watts, mean line": lambda w, d: pv.watts_index_linearised(
        SAMPLE_INCOME, w, line=mean_line(w), domain=d
    ),
    "SST, mean line": lambda w, d: pv.sen_shorrocks_thon_index_linearised(
        SAMPLE_INCOME, w, line=mean_line(w), domain=d
    ),
    "Gini": lambda w, d: iq.gini_linearised(SAMPLE_INCOME, w, domain=d),
    "Gini, cumulative ranks": lambda w, d: iq.gini_linearised(
        SAMPLE_INCOME, w, domain=d, ranking="cumulative"
    ),
    "Zenga": lambda w, d: iq.zenga_index_linearised(SAMPLE_INCOME, w, domain=d),
    "Zenga, cumulative": lambda w, d: iq.zenga_index_linearised(
        SAMPLE_INCOME, w, domain=d, ranking="cumulative"
    ),
    "Suits": lambda w, d: iq.suits_index_linearised(SAMPLE_INCOME, SAMPLE_BURDEN, w, domain=d),
    "Kakwani": lambda w, d: iq.kakwani_index_linearised(SAMPLE_INCOME, SAMPLE_BURDEN, w, domain=d),
}
for _alpha in (-1, 0, 0.5, 1, 2):
    SMOOTH[f"GE{_alpha}"] = lambda w, d, a=_alpha: iq.generalised_entropy_linearised(
        SAMPLE_INCOME, w, alpha=a, domain=d
    )
for _epsilon in (0.5, 1, 2):
    SMOOTH[f"Atkinson {_epsilon}"] = lambda w, d, e=_epsilon: iq.atkinson_index_linearised(
        SAMPLE_INCOME, w, epsilon=e, domain=d
    )
for _correction in ("none", "wagstaff", "erreygers"):
    SMOOTH[f"concentration, {_correction}"] = lambda w, d, c=_correction: (
        iq.concentration_index_linearised(
            SAMPLE_FLAG.astype(float), SAMPLE_INCOME, w, correction=c, domain=d
        )
    )


@pytest.mark.parametrize("domain", [None, SAMPLE_DOMAIN], ids=["all", "domain"])
@pytest.mark.parametrize("name", SMOOTH)
def test_influence_is_the_derivative_with_respect_to_the_weight(name, domain):
    def at(w):
        return SMOOTH[name](w, domain).estimate

    influence = SMOOTH[name](SAMPLE_WEIGHT, domain).influence
    assert influence.shape == (SIZE,)
    step = 1e-4
    for unit in range(0, SIZE, 7):
        shift = np.zeros(SIZE)
        shift[unit] = step
        slope = (at(SAMPLE_WEIGHT + shift) - at(SAMPLE_WEIGHT - shift)) / (2 * step)
        assert influence[unit] == pytest.approx(slope, rel=1e-5, abs=1e-9 * np.abs(influence).max())


def quantile_based() -> dict[str, Twin]:
    y, age = SAMPLE_INCOME, SAMPLE_AGE
    return {
        "median": lambda w, d: pv.weighted_quantile_linearised(y, w, domain=d),
        "line": lambda w, d: pv.poverty_line_linearised(y, w, domain=d),
        "rate": lambda w, d: pv.at_risk_of_poverty_rate_linearised(y, w, domain=d),
        "AROPE": lambda w, d: pv.at_risk_of_poverty_or_social_exclusion_rate_linearised(
            y, SAMPLE_FLAG, w, domain=d
        ),
        "median of the poor": lambda w, d: pv.median_income_of_the_poor_linearised(y, w, domain=d),
        "median gap": lambda w, d: pv.relative_median_poverty_gap_linearised(y, w, domain=d),
        "median ratio": lambda w, d: pv.relative_median_income_ratio_linearised(
            y, age, w, domain=d
        ),
        "S80/S20": lambda w, d: iq.quintile_share_ratio_linearised(y, w, domain=d),
        "Palma": lambda w, d: iq.palma_ratio_linearised(y, w, domain=d),
        "FGT0": lambda w, d: pv.foster_greer_thorbecke_linearised(y, w, alpha=0, domain=d),
        "persistent": lambda w, d: pv.persistent_poverty_rate_linearised(
            SAMPLE_YEARS, w, domain=d, preceding=1
        ),
        "Watts": lambda w, d: pv.watts_index_linearised(y, w, domain=d),
        "SST": lambda w, d: pv.sen_shorrocks_thon_index_linearised(y, w, domain=d),
    }


SMOOTHED = quantile_based()


@pytest.mark.parametrize("name", [n for n in SMOOTH if n != "Gini, cumulative ranks"])
def test_influence_of_smooth_indices_sums_to_zero(name):
    """An index that ignores the scale of the weights has no slope along the weights."""
    for domain in (None, SAMPLE_DOMAIN):
        influence = SMOOTH[name](SAMPLE_WEIGHT, domain).influence
        mass = np.abs(SAMPLE_WEIGHT * influence).sum()
        assert abs(SAMPLE_WEIGHT @ influence) < 1e-12 * mass


@pytest.mark.parametrize("name", SMOOTHED)
def test_influence_of_quantile_indices_sums_to_the_excess_of_the_steps(name):
    """The sum is zero but for the steps of the distribution function at the quantiles."""
    influence = SMOOTHED[name](SAMPLE_WEIGHT, None).influence
    mass = np.abs(SAMPLE_WEIGHT * influence).sum()
    assert abs(SAMPLE_WEIGHT @ influence) < 0.15 * mass


POINTS: dict[str, Index] = {
    "median": lambda w, d: pv.weighted_quantile(SAMPLE_INCOME, w, domain=d),
    "line": lambda w, d: pv.poverty_line(SAMPLE_INCOME, w, domain=d),
    "rate": lambda w, d: pv.at_risk_of_poverty_rate(SAMPLE_INCOME, w, domain=d),
    "AROPE": lambda w, d: pv.at_risk_of_poverty_or_social_exclusion_rate(
        SAMPLE_INCOME, SAMPLE_FLAG, w, domain=d
    ),
    "median of the poor": lambda w, d: pv.median_income_of_the_poor(SAMPLE_INCOME, w, domain=d),
    "median gap": lambda w, d: pv.relative_median_poverty_gap(SAMPLE_INCOME, w, domain=d),
    "median ratio": lambda w, d: pv.relative_median_income_ratio(
        SAMPLE_INCOME, SAMPLE_AGE, w, domain=d
    ),
    "S80/S20": lambda w, d: iq.quintile_share_ratio(SAMPLE_INCOME, w, domain=d),
    "Palma": lambda w, d: iq.palma_ratio(SAMPLE_INCOME, w, domain=d),
    "FGT0": lambda w, d: pv.foster_greer_thorbecke(SAMPLE_INCOME, w, alpha=0, domain=d),
    "persistent": lambda w, d: pv.persistent_poverty_rate(SAMPLE_YEARS, w, domain=d, preceding=1),
    "Watts": lambda w, d: pv.watts_index(SAMPLE_INCOME, w, domain=d),
    "SST": lambda w, d: pv.sen_shorrocks_thon_index(SAMPLE_INCOME, w, domain=d),
}


@pytest.mark.parametrize("domain", [None, SAMPLE_DOMAIN], ids=["all", "domain"])
@pytest.mark.parametrize("name", SMOOTHED)
def test_point_estimate_and_its_twin_agree(name, domain):
    assert SMOOTHED[name](SAMPLE_WEIGHT, domain).estimate == POINTS[name](SAMPLE_WEIGHT, domain)


@pytest.mark.parametrize("module", [pv, iq])
def test_each_linearised_index_says_which_function_is_its_plain_form(module):
    """Replicates use it; where it was not said they would be slower, where wrong, wrong."""
    paired = {
        name: twin
        for name in dir(module)
        if name.endswith("_linearised")
        and not name.startswith("_")
        and (twin := getattr(module, name.removesuffix("_linearised"), None)) is not None
        and signature(twin).return_annotation is float
    }
    assert len(paired) >= 9
    for name, twin in paired.items():
        plain = plain_of(getattr(module, name))
        assert plain is not None, name
        assert plain.function is twin
        parameters = set(signature(getattr(module, name)).parameters) - {"bandwidth"}
        assert parameters == set(signature(twin).parameters)


TWINS = {
    "median": pv.weighted_quantile_linearised,
    "line": pv.poverty_line_linearised,
    "rate": pv.at_risk_of_poverty_rate_linearised,
    "median of the poor": pv.median_income_of_the_poor_linearised,
    "median gap": pv.relative_median_poverty_gap_linearised,
    "S80/S20": iq.quintile_share_ratio_linearised,
    "Palma": iq.palma_ratio_linearised,
    "Watts": pv.watts_index_linearised,
    "SST": pv.sen_shorrocks_thon_index_linearised,
    "Gini": iq.gini_linearised,
    "Zenga": iq.zenga_index_linearised,
}


@pytest.mark.parametrize("name", TWINS)
def test_standard_error_is_the_spread_over_repeated_samples(name):
    """Mean estimated variance over 400 samples of 1000 from a known population.

    The spread over 400 samples is itself known to 3.5 %; three times that is allowed.
    """
    rng = np.random.default_rng(7)
    size, samples = 1000, 400
    estimates, variances = np.empty(samples), np.empty(samples)
    for at in range(samples):
        weight = rng.uniform(1, 2, size)
        got = TWINS[name](rng.lognormal(7, 0.5, size), weight)
        scores = weight * got.influence
        estimates[at] = got.estimate
        variances[at] = size / (size - 1) * np.sum((scores - scores.mean()) ** 2)
    assert np.sqrt(variances.mean()) == pytest.approx(estimates.std(ddof=1), rel=0.105)


def test_persistent_rate_of_equal_years_is_the_rate_of_one():
    """Persons keep their incomes: the pattern is decided by the common line alone."""
    years = np.column_stack([SAMPLE_INCOME] * 2)
    got = pv.persistent_poverty_rate_linearised(years, SAMPLE_WEIGHT, preceding=1, lines=[800, 800])
    one = pv.at_risk_of_poverty_rate_linearised(SAMPLE_INCOME, SAMPLE_WEIGHT, line=800)
    assert got.estimate == one.estimate
    assert got.influence == pytest.approx(one.influence)


def test_standard_error_of_the_persistent_rate_is_the_spread_over_repeated_samples():
    """300 samples of 1000; the spread is known to 4 %, thrice that is allowed."""
    rng = np.random.default_rng(3)
    size = 1000
    estimates, variances = [], []
    for _ in range(300):
        fixed = rng.normal(0, 0.5, size)
        years = np.exp(7 + fixed[:, None] + rng.normal(0, 0.25, (size, 4)))
        weight = rng.uniform(1, 2, size)
        got = pv.persistent_poverty_rate_linearised(years, weight)
        estimates.append(got.estimate)
        variances.append(size * np.var(weight * got.influence, ddof=1))
    spread = np.std(estimates, ddof=1)
    assert np.sqrt(np.mean(variances)) == pytest.approx(spread, rel=0.12)


def decompositions() -> dict[str, Callable[..., dict[str, Linearised]]]:
    y, burden = SAMPLE_INCOME, SAMPLE_INCOME**0.9 / 3 + np.arange(SIZE)
    group = np.array(["a", "b", "c"])[np.arange(SIZE) % 3]
    a = np.arange(SIZE) % 5 < 2
    found: dict[str, Callable[..., dict[str, Linearised]]] = {
        "redistribution": lambda w, d: iq.redistribution_linearised(y, burden, w, domain=d),
        "Kitagawa, rate": lambda w, d: iq.kitagawa_linearised(SAMPLE_FLAG, group, a, w, domain=d),
        "Kitagawa, mean": lambda w, d: iq.kitagawa_linearised(y, group, a, w, domain=d),
    }
    for alpha in (-1, 0, 1, 2):
        found[f"entropy {alpha}"] = lambda w, d, alpha=alpha: iq.entropy_decomposition_linearised(
            y, group, w, alpha=alpha, domain=d
        )
    for kind in ("threefold", "pooled"):
        found[f"Oaxaca-Blinder, {kind}"] = lambda w, d, kind=kind: iq.oaxaca_blinder_linearised(
            y, COVARIATES, a, w, kind=kind, domain=d
        )
    for alpha in (1, 2):
        found[f"poverty change {alpha}"] = lambda w, d, alpha=alpha: iq.poverty_change_linearised(
            y, a, w, line_before=mean_line(w), line_after=900, alpha=alpha, domain=d
        )
    return found


DECOMPOSITIONS = decompositions()
PARTS_OF = {
    "redistribution": lambda p: p["vertical"] - p["reranking"] - p["reynolds_smolensky"],
    "Kitagawa": lambda p: p["composition"] + p["rate"] - p["difference"],
    "entropy": lambda p: p["within"] + p["between"] - p["total"],
    "Oaxaca-Blinder": lambda p: sum(list(p.values())[1:]) - p["difference"],
    "poverty change": lambda p: p["growth"] + p["distribution"] + p["line"] - p["change"],
}


CURVES = {
    "Lorenz": lambda w, d: iq.lorenz_curve_linearised(SAMPLE_INCOME, w, domain=d),
    "generalised Lorenz": lambda w, d: iq.lorenz_curve_linearised(
        SAMPLE_INCOME, w, domain=d, generalised=True
    ),
}
IN_PARTS = DECOMPOSITIONS | CURVES


@pytest.mark.parametrize("domain", [None, SAMPLE_DOMAIN], ids=["all", "domain"])
@pytest.mark.parametrize("name", IN_PARTS)
def test_influence_of_the_parts_is_their_derivative(name, domain):
    got = IN_PARTS[name](SAMPLE_WEIGHT, domain)
    step = 1e-4
    for unit in range(0, SIZE, 7):
        shift = np.zeros(SIZE)
        shift[unit] = step
        up, down = (IN_PARTS[name](SAMPLE_WEIGHT + s, domain) for s in (shift, -shift))
        for part, linearised in got.items():
            slope = (up[part].estimate - down[part].estimate) / (2 * step)
            scale = np.abs(linearised.influence).max()
            assert linearised.influence[unit] == pytest.approx(slope, rel=1e-4, abs=1e-7 * scale)


@pytest.mark.parametrize("domain", [None, SAMPLE_DOMAIN], ids=["all", "domain"])
def test_ordinates_lie_on_the_curves(domain):
    curve = iq.lorenz_curve(SAMPLE_INCOME, SAMPLE_WEIGHT, domain=domain)
    got = iq.lorenz_curve_linearised(SAMPLE_INCOME, SAMPLE_WEIGHT, domain=domain)
    raised = iq.lorenz_curve(SAMPLE_INCOME, SAMPLE_WEIGHT, domain=domain, generalised=True)
    high = iq.lorenz_curve_linearised(SAMPLE_INCOME, SAMPLE_WEIGHT, domain=domain, generalised=True)
    of = iq.concentration_curve(SAMPLE_BURDEN, SAMPLE_INCOME, SAMPLE_WEIGHT, domain=domain)
    burden = iq.concentration_curve_linearised(
        SAMPLE_BURDEN, SAMPLE_INCOME, SAMPLE_WEIGHT, domain=domain
    )
    assert [float(share) for share in got] == pytest.approx(np.arange(1, 10) / 10)
    for points, column, parts in (
        (curve, "income_share", got),
        (raised, "cumulative_mean", high),
        (of, "outcome_share", burden),
    ):
        for share, part in parts.items():
            on = np.interp(float(share), points["population_share"], points[column])
            assert part.estimate == pytest.approx(on, rel=1e-12)


def test_standard_error_of_a_concentration_curve_is_the_spread_over_repeated_samples():
    """300 samples of 1000 of an outcome that falls with the rank; the spread is known to 4 %."""
    rng = np.random.default_rng(5)
    size = 1000
    estimates, variances = [], []
    for _ in range(300):
        rank = rng.normal(0, 1, size)
        outcome = rng.poisson(np.exp(-0.5 * rank)).astype(float)
        weight = rng.uniform(1, 2, size)
        parts = iq.concentration_curve_linearised(outcome, rank, weight, shares=[0.2, 0.5, 0.8])
        estimates.append([part.estimate for part in parts.values()])
        scores = np.column_stack([weight * part.influence for part in parts.values()])
        variances.append(size * scores.var(axis=0, ddof=1))
    spread = np.std(estimates, axis=0, ddof=1)
    assert np.sqrt(np.mean(variances, axis=0)) == pytest.approx(spread, rel=0.12)


def test_negative_incomes_before_a_burden_can_count_as_zero():
    income, burden = np.array([-5.0, 10, 20, 40]), np.array([0.0, 1, 2, 5])
    zeros = np.maximum(income, 0)
    for index in (iq.kakwani_index, iq.suits_index, iq.redistribution):
        assert index(income, burden, negative="zero") == index(zeros, burden)
        assert index(income, burden) != index(zeros, burden)
        with pytest.raises(ValueError, match="1 value"):
            index(income, burden, negative="fail")


@pytest.mark.parametrize("name", DECOMPOSITIONS)
def test_parts_and_their_influence_add_up(name):
    got = DECOMPOSITIONS[name](SAMPLE_WEIGHT, None)
    gap = next(rule for start, rule in PARTS_OF.items() if name.startswith(start))
    assert gap({part: one.estimate for part, one in got.items()}) == pytest.approx(0, abs=1e-9)
    scale = max(np.abs(one.influence).max() for one in got.values())
    influence = gap({part: one.influence for part, one in got.items()})
    assert np.abs(influence).max() < 1e-10 * scale


def test_parts_agree_with_the_point_decompositions():
    group = np.array(["a", "b", "c"])[np.arange(SIZE) % 3]
    split = iq.entropy_decomposition(SAMPLE_INCOME, group, SAMPLE_WEIGHT, alpha=1)
    got = iq.entropy_decomposition_linearised(SAMPLE_INCOME, group, SAMPLE_WEIGHT, alpha=1)
    for part in ("total", "within", "between"):
        assert got[part].estimate == pytest.approx(getattr(split, part))
    assert got["between_share"].estimate == pytest.approx(split.between / split.total)
    after = np.arange(SIZE) % 5 < 2
    change = iq.poverty_change(
        SAMPLE_INCOME[~after],
        SAMPLE_INCOME[after],
        SAMPLE_WEIGHT[~after],
        SAMPLE_WEIGHT[after],
        line_before=pv.poverty_line(SAMPLE_INCOME, SAMPLE_WEIGHT, domain=~after),
        line_after=pv.poverty_line(SAMPLE_INCOME, SAMPLE_WEIGHT, domain=after),
    )
    parts = iq.poverty_change_linearised(SAMPLE_INCOME, after, SAMPLE_WEIGHT)
    for name in ("change", "growth", "distribution", "line"):
        assert parts[name].estimate == pytest.approx(getattr(change, name), abs=1e-12)
    table = pd.DataFrame({"g": group, "a": after, "w": SAMPLE_WEIGHT, "y": SAMPLE_FLAG})
    shares, rates = [], []
    for _, part in table.groupby("a"):
        size = part.groupby("g")["w"].sum()
        shares.append(size / size.sum())
        rates.append(part.assign(y=part["y"] * part["w"]).groupby("g")["y"].sum() / size)
    expected = iq.kitagawa(shares[1], rates[1], shares[0], rates[0])
    got = iq.kitagawa_linearised(SAMPLE_FLAG, group, after, SAMPLE_WEIGHT)
    for name in ("difference", "composition", "rate"):
        assert got[name].estimate == pytest.approx(getattr(expected, name))


def test_no_inequality_leaves_the_share_between_undefined():
    got = iq.entropy_decomposition_linearised([5, 5, 5], ["a", "a", "b"], alpha=0)
    assert np.isnan(got["between_share"].estimate)
    assert got["between"].estimate == 0


def test_recentered_influence_has_the_index_as_mean():
    got = iq.recentered_influence(iq.gini_linearised(SAMPLE_INCOME, SAMPLE_WEIGHT), SAMPLE_WEIGHT)
    mean = SAMPLE_WEIGHT @ got / SAMPLE_WEIGHT.sum()
    assert mean == pytest.approx(iq.gini(SAMPLE_INCOME, SAMPLE_WEIGHT))


@pytest.mark.parametrize("rule", ["averaged_inverted_cdf", "inverted_cdf"])
@pytest.mark.parametrize("shape", ["smooth", "rounded", "ordered", "few values"])
def test_quantile_of_a_large_sample_is_the_one_of_the_sorted_sample(shape, rule):
    """Large samples are not sorted as a whole: the answer is the same to the last digit."""
    rng = np.random.default_rng(3)
    values = rng.lognormal(7, 0.6, 30_000)
    values = {
        "smooth": values,
        "rounded": np.round(values, -2),
        "ordered": np.sort(values),
        "few values": np.where(values > 3000, 1.0, 0.0),
    }[shape]
    weight = rng.integers(0, 4, values.size).astype(float)
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weight[order])
    for probability in (0.0001, 0.2, 0.5, 0.8, 0.9999):
        got = pv.weighted_quantile(values, weight, probability, quantile_rule=rule)
        target = probability * cumulative[-1]
        at = np.searchsorted(cumulative, target)
        assert got >= values[order][at]
        if rule == "inverted_cdf" or cumulative[at] > target:
            assert got == values[order][at]
        else:
            carries = weight[order] > 0
            after = values[order][carries & (np.arange(values.size) > at)][0]
            assert got == (values[order][at] + after) / 2


@pytest.mark.parametrize("size", [7, 30_000])
def test_interpolated_quantile_of_equal_weights_is_that_of_numpy(size):
    values = np.random.default_rng(3).lognormal(7, 0.6, size)
    for probability in (0.0001, 0.2, 0.5, 0.8, 0.9999):
        got = pv.weighted_quantile(
            values, None, probability, quantile_rule="interpolated_inverted_cdf"
        )
        expected = np.quantile(values, probability, method="interpolated_inverted_cdf")
        assert got == pytest.approx(expected, rel=1e-12)
