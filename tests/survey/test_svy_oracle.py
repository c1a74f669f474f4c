"""A second implementation, svy, gives the same numbers for what both have."""

import pytest
from survey_samples import replicated, taylor

from armutsexpertise.survey.estimate import Mean, Proportion, Quantile, Ratio, Total, estimate
from armutsexpertise.survey.independence import rao_scott
from armutsexpertise.survey.models import fit

svy = pytest.importorskip("svy")
polars = pytest.importorskip("polars")

REL = 1e-9
TERMS = ["age", "sex", "size"]


def _theirs(frame, options, extra=None):
    columns = {name: frame[name].to_list() for name in frame}
    columns |= extra or {}
    return svy.Sample(polars.DataFrame(columns), svy.Design(wgt="weight", **options))


def _design_options(name):
    stratified = {"stratum": "stratum", "psu": "psu"}
    return {
        "persons": {},
        "clusters": {"psu": "psu"},
        "stratified": stratified,
        "fpc": {**stratified, "pop_size": "n_psu"},
        "two_stage": {
            **stratified,
            "ssu": "household",
            "pop_size": svy.PopSize("n_psu", "n_household"),
        },
        "thin_certainty": {"stratum": "thin", "psu": "psu", "singleton": "skip"},
        "thin_adjust": {"stratum": "thin", "psu": "psu", "singleton": "center"},
        "thin_average": {"stratum": "thin", "psu": "psu", "singleton": "scale"},
    }[name]


DESIGNS = [
    "persons",
    "clusters",
    "stratified",
    "fpc",
    "two_stage",
    "thin_certainty",
    "thin_adjust",
    "thin_average",
]


def _compare(ours, theirs, *, intervals=True):
    pairs = {"estimate": "est", "se": "se"}
    if intervals:
        pairs |= {"ci_low": "lci", "ci_high": "uci", "df": "df"}
    for mine, other in pairs.items():
        expected = theirs[other].to_numpy().astype(float)
        assert ours[mine].to_numpy() == pytest.approx(expected, rel=REL), mine


@pytest.mark.parametrize("name", DESIGNS)
def test_totals_means_ratios_and_proportions(frame, name):
    theirs = _theirs(frame, _design_options(name)).estimation
    design = taylor(frame, name)

    def ours(indicator, by=None):
        return estimate(design, {"x": indicator}, by=by)

    if name != "thin_adjust":  # svy centres the total of a lone unit, R's survey and we do not
        _compare(ours(Total("income")), theirs.total("income").to_polars())
    _compare(ours(Mean("income")), theirs.mean("income").to_polars())
    _compare(ours(Ratio("income", "size")), theirs.ratio("income", "size").to_polars())
    share = theirs.prop("sex").to_polars().filter(polars.col("sex") == "male")
    _compare(ours(Proportion("sex", "male")), share)


@pytest.mark.parametrize("name", ["clusters", "stratified", "two_stage"])
def test_domains(frame, name):
    by = ["region", "sex"]
    theirs = _theirs(frame, _design_options(name)).estimation
    got = estimate(taylor(frame, name), {"x": Mean("income")}, by=by)
    _compare(got, theirs.mean("income", by=tuple(by)).to_polars().sort(by))
    got = estimate(taylor(frame, name), {"x": Total("income")}, by="region")
    _compare(got, theirs.total("income", by="region").to_polars().sort("region"))


@pytest.mark.parametrize("name", ["persons", "stratified", "two_stage"])
def test_quantiles_with_woodruff_intervals(frame, name):
    shares = [0.1, 0.25, 0.5, 0.9]
    theirs = _theirs(frame, _design_options(name)).estimation
    expected = theirs.quantile("income", p=shares, q_method="higher").to_polars()
    _compare(estimate(taylor(frame, name), {p: Quantile("income", p) for p in shares}), expected)


@pytest.mark.parametrize("name", ["JK1", "JKn", "BRR", "Fay", "bootstrap"])
def test_replicates(frame, name):
    design = replicated(frame, name)
    count = design.replicates.shape[1]
    makers = {
        "BRR": svy.BrrWgts,
        "Fay": svy.BrrWgts,
        "bootstrap": svy.BootstrapWgts,
    }
    weights = makers.get(name, svy.JackknifeWgts)(
        prefix="r",
        n_reps=count,
        scale=(design.scale * design.rscales).tolist(),
        df=int(design.degrees_of_freedom),
    )
    extra = {f"r{k + 1}": design.replicates[:, k].tolist() for k in range(count)}
    theirs = _theirs(frame, {"rep_wgts": weights}, extra).estimation
    options = {"method": "replication", "variance_center": "estimate"}
    for indicator, expected in (
        (Total("income"), theirs.total("income", **options)),
        (Mean("income"), theirs.mean("income", **options)),
        (Ratio("income", "size"), theirs.ratio("income", "size", **options)),
    ):
        _compare(estimate(design, {"x": indicator}), expected.to_polars())


# Without two_stage, where svy leaves out the second stage of models and tables; R's survey has it.
@pytest.mark.parametrize("name", ["persons", "clusters", "stratified", "fpc"])
@pytest.mark.parametrize(
    ("family", "outcome", "theirs"),
    [
        ("linear", "income", "gaussian"),
        ("logit", "poor", "binomial"),
        ("poisson", "devices", "poisson"),
    ],
)
def test_models_and_marginal_effects(frame, name, family, outcome, theirs):
    data = frame.assign(poor=frame["poor"].astype(int))
    fitted = _theirs(data, _design_options(name)).glm.fit(
        outcome, x=["age", svy.Cat("sex"), "size"], family=theirs, tol=1e-13
    )
    expected = fitted.to_polars()
    model = fit(taylor(data, name), outcome, TERMS, family)
    got = model.table()
    for mine, other in (
        ("estimate", "estimate"),
        ("se", "std_err"),
        ("ci_low", "conf_low"),
        ("df", "df"),
    ):
        values = expected[other].to_numpy().astype(float)
        assert got[mine].to_numpy() == pytest.approx(values, rel=1e-7), mine
    effects = model.marginal_effects(["age", "size"], fixed_covariates=True)
    for i, one in enumerate(fitted.margins(variables=["age", "size"])):
        row = one.to_polars().row(0, named=True)
        assert effects["estimate"][i] == pytest.approx(row["margin"], rel=1e-6)
        assert effects["se"][i] == pytest.approx(row["se"], rel=1e-6)


@pytest.mark.parametrize("name", ["persons", "stratified", "fpc"])
def test_rao_scott(frame, name):
    theirs = _theirs(frame, _design_options(name)).categorical.tabulate("poor", "stratum").stats
    got = rao_scott(taylor(frame, name), "poor", "stratum")
    assert got.statistic == pytest.approx(theirs.f.value, rel=REL)
    assert got.df_table == pytest.approx(theirs.f.df_num, rel=REL)
    assert got.p_value == pytest.approx(theirs.f.p_value, rel=1e-7)
