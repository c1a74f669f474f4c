"""Models against R's survey, effects, tests, and what cannot be fitted."""

import numpy as np
import pandas as pd
import pytest
from survey_samples import REFERENCE, replicated, taylor

from armutsexpertise.survey.combine import combine_frames, wald_imputed
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.models import fit, fit_ordered
from armutsexpertise.survey.replicate import make_replicates

TERMS = ["age", "sex", "size", "stratum"]
OUTCOMES = {"linear": "income", "logit": "poor", "poisson": "devices"}
NAMES = ["intercept", "age", "sex=male", "size", "stratum=B", "stratum=C", "stratum=D"]
R_NAMES = ["(Intercept)", "age", "sexmale", "size", "stratumB", "stratumC", "stratumD"]


def _design(frame, name):
    return replicated(frame, name) if name == "JKn" else taylor(frame, name)


@pytest.mark.parametrize("family", OUTCOMES)
@pytest.mark.parametrize("name", ["persons", "stratified", "two_stage", "JKn"])
def test_matches_r(frame, name, family):
    model = fit(_design(frame, name), OUTCOMES[family], TERMS, family)
    rel = 1e-10 if family == "linear" else 1e-6
    rows = REFERENCE[REFERENCE["design"].eq(name)].set_index(["statistic", "variable"])
    got = model.table().set_index("indicator")
    assert list(got.index) == NAMES
    for ours, theirs in zip(NAMES, R_NAMES, strict=True):
        row = rows.loc[(family, theirs)]
        assert got.loc[ours, "estimate"] == pytest.approx(row["estimate"], rel=rel)
        assert got.loc[ours, "se"] == pytest.approx(row["se"], rel=rel)
        if name != "JKn":
            assert got.loc[ours, "df"] == row["df"]
    test, row = model.wald("stratum"), rows.loc[(f"{family}_wald", "stratum")]
    assert test.statistic == pytest.approx(row["estimate"], rel=rel)
    if name != "JKn":
        assert test.p_value == pytest.approx(row["se"], rel=rel)
        assert (test.df_terms, test.df_design) == (3, row["df"])


@pytest.mark.parametrize("family", ["logit", "poisson"])
@pytest.mark.parametrize("name", ["stratified", "two_stage"])
@pytest.mark.parametrize("fixed", [False, True])
def test_average_marginal_effects_match_r(frame, name, family, fixed):
    model = fit(taylor(frame, name), OUTCOMES[family], TERMS, family)
    statistic = f"ame_{'fixed_' if fixed else ''}{OUTCOMES[family]}"
    rows = REFERENCE[REFERENCE["design"].eq(name) & REFERENCE["statistic"].eq(statistic)]
    got = model.marginal_effects(["age", "size", "sex"], fixed_covariates=fixed)
    rows = rows.set_index("variable").loc[got["indicator"]]
    assert got["estimate"].to_numpy() == pytest.approx(rows["estimate"].to_numpy(), rel=1e-6)
    assert got["se"].to_numpy() == pytest.approx(rows["se"].to_numpy(), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "options"),
    [("pers_strat", {"strata": "db040"}), ("hh_nostrat", {"clusters": "db030"})],
)
def test_matches_r_on_eusilc(eusilc, convey, name, options):
    eusilc = eusilc.assign(rb090=pd.Categorical(eusilc["rb090"], ["male", "female"]))
    design = SurveyDesign.from_frame(eusilc, weights="rb050", **options)
    models = {
        "logit": fit(design, "poor10k", ["age", "rb090", "hsize", "db040"], "logit"),
        "ols": fit(design, "eqIncome", ["age", "rb090", "hsize"], "linear"),
    }
    known = convey[convey["design"].eq(name)].set_index("ind")
    count = 0
    for kind, model in models.items():
        for row in model.table().itertuples():
            r_name = row.indicator.replace("intercept", "(Intercept)").replace("=", "")
            rel = 1e-10 if kind == "ols" else 1e-6
            assert row.estimate == pytest.approx(known.loc[f"{kind}_{r_name}", "est"], rel=rel)
            assert row.se == pytest.approx(known.loc[f"{kind}_{r_name}", "se"], rel=rel)
            count += 1
    assert count == 16


def test_effects_of_a_product_are_derivatives(frame):
    design = taylor(frame, "stratified")
    model = fit(design, "poor", ["age", "age:age", "sex", "age:sex"], "logit")
    h = 1e-4
    means = []
    for shift in (-h, h):
        mean = model.predict(frame.assign(age=frame["age"] + shift))["estimate"]
        means.append(np.average(mean, weights=frame["weight"]))
    effects = model.marginal_effects().set_index("indicator")["estimate"]
    assert list(effects.index) == ["age", "sex=male"]
    assert effects["age"] == pytest.approx((means[1] - means[0]) / (2 * h), rel=1e-6)
    predicted = [
        np.average(model.predict(frame.assign(sex=s))["estimate"], weights=frame["weight"])
        for s in ("female", "male")
    ]
    assert effects["sex=male"] == pytest.approx(predicted[1] - predicted[0])
    assert model.names[-1] == "age:sex=male"
    assert model.wald("age:sex").df_terms == 1


def test_effects_of_the_linear_model_are_its_coefficients(frame):
    model = fit(taylor(frame, "stratified"), "income", ["age", "sex"], "linear")
    table = model.table().iloc[1:].reset_index(drop=True)
    effects = model.marginal_effects()
    for column in ("indicator", "estimate", "se", "ci_low", "df", "n"):
        assert effects[column].tolist() == pytest.approx(table[column].tolist())


@pytest.mark.parametrize("fixed", [False, True])
def test_effects_by_jackknife_are_near_taylor(frame, fixed):
    plain = taylor(frame, "stratified")
    errors = [
        fit(design, "poor", ["age", "sex"], "logit").marginal_effects(fixed_covariates=fixed)["se"]
        for design in (plain, make_replicates(plain, "JKn"))
    ]
    assert errors[1].to_numpy() == pytest.approx(errors[0].to_numpy(), rel=0.1)


def test_prediction_is_the_share_of_a_group(frame):
    model = fit(taylor(frame, "stratified"), "poor", ["female"], "logit")
    got = model.predict(pd.DataFrame({"female": [True, False]}))
    for row in got.itertuples():
        inside = frame["female"].eq(row.female)
        share = np.average(frame["poor"][inside], weights=frame["weight"][inside])
        assert row.estimate == pytest.approx(share)
        assert 0 < row.ci_low < row.estimate < row.ci_high < 1
    assert list(got.columns[:3]) == ["indicator", "female", "estimate"]


def test_contrast_of_two_levels(frame):
    model = fit(taylor(frame, "stratified"), "income", TERMS, "linear")
    got = model.contrast({"C - B": {"stratum=C": 1, "stratum=B": -1}}).iloc[0]
    other = frame.assign(stratum=pd.Categorical(frame["stratum"], ["B", "A", "C", "D"]))
    same = fit(taylor(other, "stratified"), "income", TERMS, "linear").table()
    row = same[same["indicator"].eq("stratum=C")].iloc[0]
    assert got["estimate"] == pytest.approx(row["estimate"])
    assert got["se"] == pytest.approx(row["se"])


def test_subpopulation_keeps_the_design(frame):
    design = taylor(frame, "stratified")
    inside = fit(design, "income", ["age"], "linear", where="female")
    assert inside.n == frame["female"].sum()
    assert (inside.influence[~frame["female"].to_numpy()] == 0).all()
    zeroed = frame.assign(weight=frame["weight"].where(frame["female"], 0))
    outside = fit(taylor(zeroed, "stratified"), "income", ["age"], "linear")
    assert inside.covariance == pytest.approx(outside.covariance, rel=1e-10)


def test_missing_rows_are_counted(frame):
    frame = frame.assign(age=frame["age"].astype(float))
    frame.loc[:4, "age"] = np.nan
    design = taylor(frame, "stratified")
    with pytest.raises(ValueError, match="5 of 370 rows lack a value"):
        fit(design, "income", ["age"], "linear")
    model = fit(design, "income", ["age"], "linear", missing="drop")
    assert model.n == 365
    assert model.table()["method"].str.endswith("5 missing left out").all()
    assert repr(model) == "<linear model: 365 rows, 2 coefficients>"


def test_models_of_plausible_values_combine(frame):
    design = taylor(frame, "stratified")
    tables = [fit(design, f"pv{k}", ["age", "sex"], "linear").table() for k in range(1, 6)]
    got = combine_frames(tables)
    assert got["estimate"].to_numpy() == pytest.approx(
        np.mean([table["estimate"] for table in tables], axis=0)
    )
    assert (got["df"] < tables[0]["df"]).all()


def test_without_degrees_of_freedom_there_is_no_interval(small):
    small["x"] = [1.0, 2, 1, 2, 1, 3]
    design = SurveyDesign.from_frame(small, weights="w", strata="stratum", clusters="psu")
    model = fit(design, "y", ["x", "x:x"], "linear")
    assert model.table()["ci_low"].isna().all()
    assert model.table()["method"].str.contains("no degrees of freedom").all()
    with pytest.raises(ValueError, match="no degrees of freedom"):
        model.wald("x")


@pytest.mark.parametrize("family", ["logit", "poisson"])
def test_separation_is_an_error(frame, family):
    frame = frame.assign(never=frame["poor"] & (frame["stratum"] != "D"))
    with pytest.raises(ValueError, match="no finite estimate"):
        fit(taylor(frame, "stratified"), "never", ["age", "stratum"], family)
    with pytest.raises(ValueError, match="no finite estimate"):
        fit(taylor(frame, "stratified"), "poor", ["poor"], family)


@pytest.mark.parametrize(
    ("outcome", "terms", "family", "options", "error", "message"),
    [
        ("income", ["age"], "probit", {}, ValueError, "family must be one of"),
        ("income", [], "linear", {}, ValueError, "at least one term"),
        ("income", ["age", "age"], "linear", {}, ValueError, "none twice"),
        ("income", ["gone"], "linear", {}, ValueError, "lacks 1 column"),
        ("sex", ["age"], "linear", {}, TypeError, "not numbers"),
        ("income", ["age"], "logit", {}, ValueError, "must be 0 or 1 .* in 367 of 370 rows"),
        ("below", ["age"], "poisson", {}, ValueError, "must be finite and not negative"),
        ("income", ["age", "twice"], "linear", {}, ValueError, "3 columns .* rank 2"),
        ("income", ["nought"], "linear", {}, ValueError, "nought zero throughout"),
        ("income", ["far"], "linear", {}, ValueError, "infinite"),
        ("income", ["age"], "linear", {"where": "nobody"}, ValueError, "No row is left"),
    ],
)
def test_refuses_what_cannot_be_fitted(frame, outcome, terms, family, options, error, message):
    frame = frame.assign(below=-1, twice=2 * frame["age"], nobody=False, nought=0, far=np.inf)
    with pytest.raises(error, match=message):
        fit(taylor(frame, "stratified"), outcome, terms, family, **options)


def test_refuses_unknown_names(frame):
    model = fit(taylor(frame, "stratified"), "income", ["age", "sex"], "linear")
    with pytest.raises(ValueError, match="no term 'region': choose among age, sex"):
        model.wald("region")
    with pytest.raises(ValueError, match="no coefficient male"):
        model.contrast({"x": {"male": 1}})
    with pytest.raises(ValueError, match="no variable region"):
        model.marginal_effects(["region"])
    with pytest.raises(ValueError, match="does not know in 1 rows"):
        model.predict(pd.DataFrame({"age": [3.0], "sex": ["x"]}))
    with pytest.raises(ValueError, match="1 of 1 rows lack a variable"):
        model.predict(pd.DataFrame({"age": [np.nan], "sex": ["male"]}))
    with pytest.raises(ValueError, match="between 0 and 1"):
        model.table(level=95)


def _with_levels(frame):
    return frame.assign(many=pd.cut(frame["devices"], [-1, 0, 2, 99], labels=["0", "1", "2"]))


@pytest.mark.parametrize("name", ["stratified", "two_stage"])
def test_ordered_logit_is_near_r(frame, name):
    model = fit_ordered(taylor(_with_levels(frame), name), "many", ["age", "sex", "size"])
    rows = REFERENCE[REFERENCE["design"].eq(name) & REFERENCE["statistic"].eq("ordered")]
    assert model.names == ["age", "sex=male", "size", "0|1", "1|2"]
    got = model.table()
    assert got["estimate"].to_numpy() == pytest.approx(rows["estimate"].to_numpy(), rel=1e-3)
    assert got["se"].to_numpy() == pytest.approx(rows["se"].to_numpy(), rel=1e-3)


@pytest.mark.parametrize("name", ["two_stage", "JKn"])
def test_ordered_logit_of_two_levels_is_the_logit(frame, name):
    frame = frame.assign(poor=frame["poor"].astype(int))
    terms = ["age", "sex", "size"]
    ordered = fit_ordered(_design(frame, name), "poor", terms)
    binary = fit(_design(frame, name), "poor", terms, "logit")
    assert ordered.names == [*binary.names[1:], "0|1"]
    turn = np.diag([1.0, 1.0, 1.0, -1.0])  # the threshold is minus the intercept
    order = [1, 2, 3, 0]
    assert ordered.coefficients == pytest.approx(turn @ binary.coefficients[order], rel=1e-8)
    expected = turn @ binary.covariance[np.ix_(order, order)] @ turn
    assert ordered.covariance == pytest.approx(expected, rel=1e-7)
    assert ordered.wald("sex").p_value == pytest.approx(binary.wald("sex").p_value, rel=1e-7)


@pytest.mark.parametrize("name", ["two_stage", "JKn"])
def test_ordered_logit_of_two_levels_has_the_effects_of_the_logit(frame, name):
    frame = frame.assign(poor=frame["poor"].astype(int))
    design, terms = _design(frame, name), ["age", "age:age", "sex"]
    binary, ordered = fit(design, "poor", terms, "logit"), fit_ordered(design, "poor", terms)
    people = pd.DataFrame({"age": [20, 50, 80], "sex": ["female", "male", "male"]})
    columns = ["estimate", "se", "ci_low", "ci_high"]
    got = ordered.predict(people)
    assert got.loc[got["outcome"].eq(1), columns].to_numpy() == pytest.approx(
        binary.predict(people)[columns].to_numpy(), rel=1e-6
    )
    assert got.groupby("age")["estimate"].sum().to_numpy() == pytest.approx(np.ones(3))
    for fixed in (False, True):
        effects = ordered.marginal_effects(fixed_covariates=fixed)
        assert list(effects.columns[:2]) == ["indicator", "outcome"]
        assert effects.loc[effects["outcome"].eq(1), columns].to_numpy() == pytest.approx(
            binary.marginal_effects(fixed_covariates=fixed)[columns].to_numpy(), rel=1e-5
        )


def test_ordered_effects_are_derivatives_of_the_predictions(frame):
    frame = _with_levels(frame)
    model = fit_ordered(taylor(frame, "stratified"), "many", ["age", "sex", "size"])
    h = 1e-4
    means = []
    for shift in (-h, h):
        got = model.predict(frame.assign(age=frame["age"] + shift))
        share = got["estimate"].to_numpy().reshape(len(frame), 3)
        means.append(np.average(share, axis=0, weights=frame["weight"]))
    effects = model.marginal_effects(["age", "sex"])
    age = effects[effects["indicator"].eq("age")]
    assert age["estimate"].to_numpy() == pytest.approx((means[1] - means[0]) / (2 * h), rel=1e-6)
    assert age["outcome"].tolist() == list(frame["many"].cat.categories)
    assert effects.groupby("indicator")["estimate"].sum().abs().max() < 1e-12
    jackknife = make_replicates(taylor(frame, "stratified"), "JKn")
    again = fit_ordered(jackknife, "many", ["age", "sex", "size"]).marginal_effects(["age", "sex"])
    assert again["se"].to_numpy() == pytest.approx(effects["se"].to_numpy(), rel=0.25)


def test_ordered_logit_refuses(frame):
    frame = _with_levels(frame).assign(one=1, split=frame["devices"].clip(upper=2))
    design = taylor(frame, "stratified")
    with pytest.raises(TypeError, match="make it an ordered categorical"):
        fit_ordered(design, "sex", ["age"])
    far = frame.assign(devices=frame["devices"].where(frame["devices"] < 3, np.inf))
    with pytest.raises(ValueError, match="outcome devices is infinite"):
        fit_ordered(taylor(far, "stratified"), "devices", ["age"])
    with pytest.raises(ValueError, match="fewer than two levels"):
        fit_ordered(design, "one", ["age"])
    with pytest.raises(ValueError, match="no finite estimate"):
        fit_ordered(design, "many", ["split"])


def test_ordered_model_of_a_calendar_year_is_that_of_years_since():
    rng = np.random.default_rng(4)
    year = rng.integers(2015, 2024, 2000)
    latent = 0.1 * (year - 2019) + rng.logistic(size=2000)
    frame = pd.DataFrame({"year": year, "since": year - 2015, "w": rng.uniform(1, 3, 2000)})
    frame["level"] = np.digitize(latent, [-1.0, 1.0])
    design = SurveyDesign.from_frame(frame, weights="w")
    calendar, since = (fit_ordered(design, "level", [name]).table() for name in ("year", "since"))
    assert calendar["estimate"][0] == pytest.approx(since["estimate"][0], rel=1e-9)
    assert calendar["se"][0] == pytest.approx(since["se"][0], rel=1e-9)
    shifted = since["estimate"][1:] + 2015 * since["estimate"][0]
    assert calendar["estimate"][1:].to_numpy() == pytest.approx(shifted.to_numpy(), rel=1e-9)


def _with_replicates(frame, spoilt):
    """Return a design of four replicates of which two lack the rows ``spoilt``."""
    weights = np.random.default_rng(3).uniform(0.5, 1.5, (len(frame), 4))
    weights[spoilt.to_numpy(), :2] = 0
    return SurveyDesign.from_replicates(
        frame, weights="weight", replicates=weights, combined=False, kind="bootstrap"
    )


@pytest.mark.parametrize("unit", [1e-40, 1e-9, 1e30])
@pytest.mark.parametrize("name", ["stratified", "JKn"])
def test_the_unit_of_counts_moves_the_intercept_only(frame, name, unit):
    frame = frame.assign(rare=frame["devices"] * unit)
    plain, other = (
        fit(_design(frame, name), outcome, TERMS, "poisson") for outcome in ("devices", "rare")
    )
    moved = other.coefficients - np.log(unit) * (np.arange(len(NAMES)) == 0)
    assert moved == pytest.approx(plain.coefficients, rel=1e-9)
    assert other.covariance == pytest.approx(plain.covariance, rel=1e-9)
    never = frame.assign(never=frame["rare"].where(frame["stratum"].ne("D"), 0))
    with pytest.raises(ValueError, match="separates the outcomes"):
        fit(taylor(never, "stratified"), "never", TERMS, "poisson")


FITS = {
    "linear": lambda design: fit(design, "income", TERMS, "linear"),
    "logit": lambda design: fit(design, "poor", TERMS, "logit"),
    "poisson": lambda design: fit(design, "devices", TERMS, "poisson"),
    "ordered": lambda design: fit_ordered(design, "devices", TERMS),
}


@pytest.mark.parametrize("family", FITS)
def test_replicates_without_a_level_are_counted(frame, family):
    design = _with_replicates(frame, frame["stratum"].eq("D"))
    with pytest.raises(ValueError, match=r"On 2 of 4 replicates .* \(stratum=D without rows\)"):
        FITS[family](design)


def test_replicates_with_collinear_columns_are_counted(frame):
    twin = frame["age"].where(frame["stratum"].eq("D"), 2 * frame["size"] + 1)
    design = _with_replicates(frame.assign(twin=twin), frame["stratum"].eq("D"))
    with pytest.raises(ValueError, match=r"On 2 of 4 replicates the columns .* collinear: merge"):
        fit(design, "income", ["twin", "size"], "linear")


def test_replicates_that_separate_the_outcomes_are_counted(frame):
    design = _with_replicates(frame, frame["stratum"].eq("D") & frame["poor"])
    with pytest.raises(ValueError, match=r"On 2 of 4 replicates .* no finite estimate"):
        fit(design, "poor", ["stratum"], "logit")
    design = _with_replicates(_with_levels(frame), frame["devices"].eq(0))
    with pytest.raises(ValueError, match=r"On 2 of 4 replicates .* no finite estimate"):
        fit_ordered(design, "many", ["age"])


def test_a_replicate_with_the_factor_0_needs_no_estimate(frame):
    gone = frame["stratum"].eq("D").to_numpy()
    weights = frame["weight"].to_numpy()[:, None] * np.random.default_rng(3).uniform(
        0.5, 1.5, (len(frame), 4)
    )
    weights[gone, 0] = 0
    a, b = (
        SurveyDesign.from_replicates(
            frame,
            weights="weight",
            replicates=weights[:, first:],
            kind="JKn",
            rscales=[0.0, 0.5, 0.5, 0.5][first:],
        )
        for first in (0, 1)
    )
    one, two = (fit(design, "poor", ["stratum"], "logit") for design in (a, b))
    assert one.covariance == pytest.approx(two.covariance, rel=1e-12)
    assert one.marginal_effects()["se"].tolist() == two.marginal_effects()["se"].tolist()


@pytest.mark.parametrize("family", ["linear", "logit", "poisson"])
@pytest.mark.parametrize("name", ["stratified", "JKn"])
def test_a_calendar_year_and_its_square_have_the_errors_of_years_since(frame, name, family):
    since = np.arange(len(frame)) % 9
    frame = frame.assign(since=since, year=2015 + since, far=1e9 + since)
    design = _design(frame, name)

    def rows(*terms):
        table = fit(design, OUTCOMES[family], terms, family).table()
        return table[["estimate", "se"]].to_numpy()[-1]

    assert rows("year", "year:year") == pytest.approx(rows("since", "since:since"), rel=1e-6)
    assert rows("far") == pytest.approx(rows("since"), rel=1e-6)


def test_a_test_without_a_covariance_is_refused(frame):
    flat = fit(taylor(frame.assign(income=0), "stratified"), "income", ["age"], "linear")
    with pytest.raises(ValueError, match=r"the 1 coefficient\(s\) of age has rank 0"):
        flat.wald("age")
    few = SurveyDesign.from_replicates(
        frame,
        weights="weight",
        replicates=frame["weight"].to_numpy()[:, None]
        * np.random.default_rng(5).uniform(0.5, 1.5, (len(frame), 2)),
        kind="bootstrap",
        degrees_of_freedom=50,
    )
    models = [fit(few, f"pv{k}", ["stratum"], "linear") for k in (1, 2)]
    with pytest.raises(ValueError, match=r"the 3 coefficient\(s\) of stratum has rank 2"):
        models[0].wald("stratum")
    with pytest.raises(ValueError, match=r"the 3 coefficient\(s\) of stratum has rank"):
        wald_imputed([models[0], models[0]], "stratum")


@pytest.mark.parametrize(
    ("terms", "change", "options", "message"),
    [
        (["same"], {"same": "a"}, {}, "column same has one level in the 370 rows"),
        (["sex"], {}, {"where": "female"}, r"column sex has one level in the \d+ rows"),
        (["intercept"], {"intercept": range(370)}, {}, "2 coefficients would have 1 names"),
        (["code"], {"code": pd.Categorical([0, 1, "1"] * 123 + [0])}, {}, "3 .* would have 2 name"),
        (["age"], {}, {"missing": "ignore"}, "missing must be fail or drop, not 'ignore'"),
        (["far", "far:sex"], {"far": np.inf}, {}, "infinite"),
    ],
)
@pytest.mark.parametrize("ordered", [False, True])
def test_refuses_terms(frame, terms, change, options, message, ordered):
    design = taylor(frame.assign(**change), "stratified")
    ask = fit_ordered if ordered else fit
    words = ("devices", terms) if ordered else ("devices", terms, "linear")
    with pytest.raises(ValueError, match=message):
        ask(design, *words, **options)


def test_refuses_a_column_that_stands_there_twice(frame):
    twice = pd.concat([frame, frame[["age", "size"]]], axis=1)
    with pytest.raises(ValueError, match=r"1 column\(s\) .* twice \(age\)"):
        fit(taylor(twice, "stratified"), "income", ["age"], "linear")


@pytest.mark.parametrize("ordered", [False, True])
def test_refuses_what_cannot_be_predicted(frame, ordered):
    def fitted(frame, terms):
        design = taylor(_with_levels(frame), "stratified")
        if ordered:
            return fit_ordered(design, "many", terms)
        return fit(design, "devices", terms, "poisson")

    model = fitted(frame, ["age", "sex", "age:sex"])
    nobody = model.predict(frame.head(0))
    assert len(nobody) == 0
    assert list(nobody) == list(model.predict(frame.head(2)))
    for age in ("20", "old"):
        with pytest.raises(TypeError, match=r"column age holds .* was a number in the model"):
            model.predict(pd.DataFrame({"age": [age], "sex": ["male"]}))
    with pytest.raises(ValueError, match="infinite"):
        model.predict(pd.DataFrame({"age": [np.inf], "sex": ["female"]}))
    taken = "outcome" if ordered else "n"
    other = frame.rename(columns={"age": taken})
    clash = fitted(other, [taken])
    with pytest.raises(ValueError, match=f"column {taken} of their own: rename"):
        clash.predict(other)
    one = model.marginal_effects("age")
    assert one.equals(model.marginal_effects(["age"]))
