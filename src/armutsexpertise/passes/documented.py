"""Which municipalities have a documented pass: a penalised logit and what it cannot see.

The outcome is that the search found a pass, not that a pass exists: a pass that nobody wrote
about on the web counts as none. `fit_documented` and `average_marginal_effects` describe the
documented; `share_bounds_by` says what that allows for the existing without any assumption;
`detection_sensitivity` says what it allows under an assumed rate of detection.
"""

import warnings as python_warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from firthmodels import FirthLogisticRegression
from scipy.optimize import linprog, minimize, root
from scipy.special import expit, log_expit
from scipy.stats import binom, norm
from scipy.stats import t as student_t

from armutsexpertise._checks import require_columns
from armutsexpertise.passes.coverage import coverage_bounds

Array = npt.NDArray[np.float64]

DEPRIVATION_INDEX = "gisd_score"
DEPRIVATION_PARTS = ("unemployed_per_100",)
HOUSEHOLD_INCOME = "household_income_eur_month"
LOG_POPULATION = "log_population"
TERCILES = ("niedrig", "mittel", "hoch")

# Peduzzi et al. (1996), doi:10.1016/S0895-4356(96)00236-3
_EVENTS_PER_COVARIATE = 10
# "Few" begins somewhere between 20 and 50: Cameron and Miller (2015), doi:10.3368/jhr.50.2.317
_FEW_CLUSTERS = 50
_SCORE_TOLERANCE = 1e-7
_IMPLAUSIBLE = 0.05


@dataclass(frozen=True)
class Separation:
    """How far covariates split the outcome without error.

    Attributes
    ----------
    kind : {"none", "quasi", "complete"}
        Whether some combination of the covariates orders the two outcomes without overlap.
    columns : tuple of str
        Covariates whose maximum-likelihood coefficient is infinite or not unique.
    """

    kind: Literal["none", "quasi", "complete"]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class DocumentedFit:
    """A fitted logit of the documented outcome.

    Attributes
    ----------
    outcome : str
        Column of the outcome.
    covariates : tuple of str
        Columns of the covariates, in the order of the design.
    n, events : int
        Municipalities, and those with the outcome.
    level : float
        Confidence level of all intervals.
    coefficients : DataFrame, shape (n_covariates + 1, 11)
        Per term the estimate per standard deviation with standard error and interval
        (``interval`` names the kind), the same per unit of the column, and ``mean`` and
        ``sd`` (population form) used to standardise. ``intercept`` is the log odds at the
        means. With clusters also ``robust_std_error``, ``robust_lower``, ``robust_upper``.
    covariance : ndarray, shape (n_covariates + 1, n_covariates + 1)
        Inverse Fisher information of the standardised design, intercept first.
    robust_covariance : ndarray or None
        Cluster-robust covariance of the same parameters.
    clusters : int or None
        Number of clusters.
    separation : Separation
        Whether the unpenalised estimate exists.
    events_per_covariate : float
        Size of the rarer outcome per covariate.
    standardisation : str
        What was done to the covariates, in one sentence.
    warnings : tuple of str
        What a reader must be told, one sentence each.
    design : ndarray, shape (n, n_covariates + 1)
        Intercept and standardised covariates.
    estimate : ndarray, shape (n_covariates + 1,)
        Coefficients of ``design``.
    """

    outcome: str
    covariates: tuple[str, ...]
    n: int
    events: int
    level: float
    coefficients: pd.DataFrame
    covariance: Array
    robust_covariance: Array | None
    clusters: int | None
    separation: Separation
    events_per_covariate: float
    standardisation: str
    warnings: tuple[str, ...]
    design: Array = field(repr=False)
    estimate: Array = field(repr=False)


@dataclass(frozen=True)
class _Standardised:
    """Response and standardised design of a model frame."""

    response: Array
    design: Array
    mean: Array
    sd: Array


def fit_documented(
    frame: pd.DataFrame,
    outcome: str,
    covariates: Sequence[str],
    *,
    cluster: str | None = None,
    level: float = 0.95,
    interval: Literal["profile", "wald"] = "profile",
) -> DocumentedFit:
    r"""Fit a logit with Firth's penalty of a documented outcome on covariates.

    Parameters
    ----------
    frame : DataFrame, shape (n, any)
        One row per municipality.
    outcome : str
        Boolean column: documented or not.
    covariates : sequence of str
        Numeric columns without missing values. ``log_population`` is computed from
        ``population`` where the frame does not hold it.
    cluster : str, optional
        Column of the clusters (the Kreis) for the robust check.
    level : float
        Confidence level in (0, 1).
    interval : {"profile", "wald"}
        Interval of the coefficients: from the profile of the penalised likelihood, or
        estimate and standard error. A profile that does not converge is replaced by Wald,
        said in ``interval`` and in ``warnings``.

    Returns
    -------
    DocumentedFit

    Raises
    ------
    ValueError
        If a column is missing, a value is missing or infinite, the outcome has one class
        only, the deprivation index stands beside one of its parts, the covariates are
        linearly dependent, there are too few rows or clusters, or ``level`` is not in (0, 1).
    TypeError
        If the outcome is not boolean or a covariate is not numeric.
    RuntimeError
        If the penalised likelihood cannot be maximised.

    Notes
    -----
    Maximises :math:`\ell(\beta) + \tfrac12 \log|X'WX|` with
    :math:`W = \mathrm{diag}\{p_i(1-p_i)\}` (Firth 1993, doi:10.1093/biomet/80.1.27), which
    stays finite under separation (Heinze and Schemper 2002, doi:10.1002/sim.1047; proof:
    Kosmidis and Firth 2021, doi:10.1093/biomet/asaa052). Standard errors come from
    :math:`(X'WX)^{-1}` at the estimate; profile intervals follow Venzon and Moolgavkar (1988,
    doi:10.2307/2347496). The penalty does not depend on the scale of the covariates, so
    standardising changes units only.

    Cluster-robust covariance: :math:`c A^{-1} (\sum_g s_g s_g') A^{-1}`, with
    :math:`A = X'WX`, the cluster sums :math:`s_g` of the penalised score and
    :math:`c = G/(G-1)`, the form used for nonlinear models; intervals from the t distribution
    with :math:`G-1` degrees of freedom (Cameron and Miller 2015,
    doi:10.3368/jhr.50.2.317).
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a confidence level between 0 and 1.")
    names = tuple(covariates)
    _refuse_index_with_parts(names)
    data = _standardise(frame, outcome, names)
    separation = detect_separation(
        pd.DataFrame(data.design[:, 1:], columns=list(names)), data.response.astype(bool)
    )
    model = _firth(data)
    estimate = np.concatenate([[model.intercept_], model.coef_])
    point = _evaluate(estimate, data, np.ones(len(data.response)))
    covariance = _inverse(point.information)
    standard_error = np.sqrt(np.diag(covariance))
    z = float(norm.ppf((1 + level) / 2))
    lower, upper = estimate - z * standard_error, estimate + z * standard_error
    kinds = np.full(len(estimate), "wald", dtype=object)
    if interval == "profile":
        profile = _profile_limits(model, level)
        found = np.isfinite(profile).all(axis=1)
        lower = np.where(found, profile[:, 0], lower)
        upper = np.where(found, profile[:, 1], upper)
        kinds[found] = "profile"

    scale = np.concatenate([[1.0], data.sd])
    table = pd.DataFrame(
        {
            "term": ["intercept", *names],
            "estimate_per_sd": estimate,
            "std_error_per_sd": standard_error,
            "lower_per_sd": lower,
            "upper_per_sd": upper,
            "interval": kinds.astype(str),
            "estimate": estimate / scale,
            "lower": lower / scale,
            "upper": upper / scale,
            "mean": np.concatenate([[np.nan], data.mean]),
            "sd": np.concatenate([[np.nan], data.sd]),
        }
    )
    robust, clusters = None, None
    if cluster is not None:
        require_columns(frame, (cluster,), "frame")
        robust, clusters = _cluster_covariance(point, covariance, data, frame[cluster])
        robust_error = np.sqrt(np.diag(robust))
        quantile = float(student_t.ppf((1 + level) / 2, clusters - 1))
        table["robust_std_error"] = robust_error
        table["robust_lower"] = estimate - quantile * robust_error
        table["robust_upper"] = estimate + quantile * robust_error

    events = int(data.response.sum())
    per_covariate = min(events, len(data.response) - events) / len(names)
    return DocumentedFit(
        outcome=outcome,
        covariates=names,
        n=len(data.response),
        events=events,
        level=level,
        coefficients=table,
        covariance=covariance,
        robust_covariance=robust,
        clusters=clusters,
        separation=separation,
        events_per_covariate=per_covariate,
        standardisation=(
            "Covariates were centred at their mean and divided by their standard deviation "
            f"over the {len(data.response)} municipalities of the fit."
        ),
        warnings=_warnings(names, separation, per_covariate, clusters, interval, kinds),
        design=data.design,
        estimate=estimate,
    )


def average_marginal_effects(
    fit: DocumentedFit, *, units: Mapping[str, float] | None = None
) -> pd.DataFrame:
    r"""Average the effects of the covariates on the probability of a documented pass.

    Parameters
    ----------
    fit : DocumentedFit
        Fit of `fit_documented`.
    units : mapping of str to float, optional
        Change per covariate in the unit of its column (100 for 100 EUR). Default: one
        standard deviation.

    Returns
    -------
    DataFrame
        Per covariate ``term``, ``change`` (in words), ``size`` (in the unit of the column),
        ``effect`` (change of the probability, in [-1, 1] for a difference), ``std_error``,
        ``lower``, ``upper``; with clusters also ``robust_std_error``, ``robust_lower`` and
        ``robust_upper``. ``log_population`` has a second row for a doubling of the population.

    Raises
    ------
    ValueError
        If ``units`` names a covariate that is not in the fit.

    Notes
    -----
    Effect of a change of size s in covariate j:
    :math:`s \beta_j \, \overline{p_i (1 - p_i)}`, the averaged derivative; for the doubling the
    averaged difference :math:`\overline{\Lambda(\eta_i + \beta_j \log 2) - \Lambda(\eta_i)}`.
    Standard errors by the delta method over the coefficients, the municipalities held fixed.
    """
    stated = _units(units, fit.covariates)
    sd = fit.coefficients["sd"].to_numpy()[1:]
    table, gradients = _effects(fit.estimate, fit.design, fit.covariates, sd, stated)
    z = float(norm.ppf((1 + fit.level) / 2))
    table = _with_interval(table, gradients, fit.covariance, z)
    if fit.robust_covariance is not None and fit.clusters is not None:
        quantile = float(student_t.ppf((1 + fit.level) / 2, fit.clusters - 1))
        robust = _with_interval(table, gradients, fit.robust_covariance, quantile)
        for column in ("std_error", "lower", "upper"):
            table[f"robust_{column}"] = robust[column]
    return table


def detect_separation(covariates: pd.DataFrame, outcome: pd.Series | npt.ArrayLike) -> Separation:
    r"""Say whether covariates separate a binary outcome, by linear programming.

    Parameters
    ----------
    covariates : DataFrame, shape (n, k)
        Numeric covariates without an intercept, which is added.
    outcome : array_like of bool, shape (n,)
        The outcome.

    Returns
    -------
    Separation

    Raises
    ------
    ValueError
        If the outcome has one class only, lengths differ or a covariate is constant.

    Notes
    -----
    With rows :math:`\bar x_i = \pm x_i` signed by the outcome, the data are separated if some
    :math:`b \ne 0` has :math:`\bar X b \ge 0`, and completely separated if all of it can be
    positive (Albert and Anderson 1984, doi:10.1093/biomet/71.1.1). Both are linear programs
    (Konis 2007, Linear programming algorithms for detecting separated data in binary logistic
    regression models, DPhil thesis, University of Oxford). A covariate is listed if some such
    b moves it.

    Examples
    --------
    >>> x = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0]})
    >>> detect_separation(x, [False, False, True, True])
    Separation(kind='complete', columns=('size',))
    """
    values = covariates.to_numpy(dtype=float)
    response = np.asarray(outcome, dtype=bool)
    if len(response) != len(values):
        raise ValueError("covariates and outcome differ in length: align them first.")
    if response.all() or not response.any():
        raise ValueError("The outcome has one class only: nothing can be separated.")
    spread = values.std(axis=0)
    if (spread == 0).any():
        raise ValueError("A covariate is constant: leave it out.")
    design = np.column_stack([np.ones(len(values)), (values - values.mean(axis=0)) / spread])
    signed = np.where(response, 1.0, -1.0)[:, None] * design
    k = design.shape[1]
    box = [(-1.0, 1.0)] * k

    def extreme(target: Array) -> float:
        """Return the largest target @ b over the directions of recession in the box."""
        result = linprog(
            -target, A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=box, method="highs"
        )
        return float(-result.fun)

    tolerance = 1e-7
    if extreme(signed.sum(axis=0)) <= tolerance:
        return Separation("none", ())
    moved = [
        name
        for name, unit in zip(covariates.columns, np.eye(k)[1:], strict=True)
        if max(extreme(unit), extreme(-unit)) > tolerance
    ]
    # Largest margin m with X b >= m for all rows: positive only under complete separation
    margin = linprog(
        np.append(np.zeros(k), -1.0),
        A_ub=np.column_stack([-signed, np.ones(len(signed))]),
        b_ub=np.zeros(len(signed)),
        bounds=[*box, (0.0, None)],
        method="highs",
    )
    complete = float(-margin.fun) > tolerance
    return Separation("complete" if complete else "quasi", tuple(str(name) for name in moved))


def terciles(
    values: pd.Series,
    weight: pd.Series | None = None,
    labels: Sequence[str] = TERCILES,
) -> pd.Series:
    """Cut values into thirds, equal values always together.

    Parameters
    ----------
    values : Series of float, shape (n,)
        Values to rank; low values come first.
    weight : Series of float, shape (n,), optional
        Weights on the same index (inhabitants, for thirds of the population).
    labels : sequence of str, length 3
        Names of the thirds, low to high.

    Returns
    -------
    Series of ordered categorical, shape (n,)
        Third of each value: the middle of its weight in the cumulated distribution lies in
        [0, 1/3], (1/3, 2/3] or above. Many equal values can make thirds unequal.

    Raises
    ------
    ValueError
        If a value is missing or infinite, weights are missing or not positive in total, or
        there are not three labels.

    Examples
    --------
    >>> list(terciles(pd.Series([3.0, 1.0, 2.0])))
    ['hoch', 'niedrig', 'mittel']
    """
    if len(labels) != len(TERCILES):
        raise ValueError(f"labels has {len(labels)} names: give three.")
    if not np.isfinite(values.astype(float)).all():
        raise ValueError("values has missing or infinite cells: fill or drop them first.")
    share = pd.Series(1.0, index=values.index) if weight is None else weight
    if not values.index.equals(share.index):
        raise ValueError("values and weight must share one index.")
    if not np.isfinite(share).all() or (share < 0).any() or share.sum() <= 0:
        raise ValueError("weight must be finite, not negative and positive in total.")
    by_value = share.groupby(values).sum().sort_index()
    below = by_value.cumsum() - by_value
    # twice the middle of the cumulated weight, compared without division to stay exact
    middle = (2 * below + by_value).reindex(values).to_numpy(dtype=float)
    total = float(by_value.sum())
    third = (3 * middle > 2 * total).astype(int) + (3 * middle > 4 * total).astype(int)
    cut = pd.Categorical(np.asarray(labels)[third], categories=list(labels), ordered=True)
    return pd.Series(cut, index=values.index, name=values.name)


def share_bounds_by(
    status: pd.Series,
    municipalities: pd.DataFrame,
    *,
    weight: str | None = None,
    deprivation: str = DEPRIVATION_INDEX,
) -> pd.DataFrame:
    """Bound the share with a pass by size class and by third of deprivation.

    Parameters
    ----------
    status : Series of str
        ``confirmed``, ``absent`` or ``unknown`` per municipality, indexed by ``ags8``.
    municipalities : DataFrame
        Columns ``ags8``, ``size_class``, the deprivation column and the weight column.
    weight : str, optional
        Column of weights (``population``). Default: each municipality counts once.
    deprivation : str
        Column that is cut into thirds of the municipalities in ``status``.

    Returns
    -------
    DataFrame
        Columns of `coverage_bounds` after ``size_class`` and ``deprivation_tercile``: size
        classes over all thirds, thirds over all classes, their crossing, and the total last.

    Raises
    ------
    ValueError
        If a column or a municipality is missing, or as in `coverage_bounds`.

    Notes
    -----
    Worst-case bounds without any assumption on the unknown: see `coverage_bounds`.
    """
    columns = ["ags8", "size_class", deprivation, *([] if weight is None else [weight])]
    require_columns(municipalities, columns, "municipalities")
    table = municipalities.set_index("ags8")
    strangers = len(set(status.index) - set(table.index))
    if strangers:
        raise ValueError(f"municipalities does not list {strangers} municipalities of status.")
    table = table.loc[status.index]
    weights = None if weight is None else table[weight]
    size = table["size_class"]
    third = terciles(table[deprivation]).rename("deprivation_tercile")
    by_size = coverage_bounds(status, weights, by=[size])
    by_third = coverage_bounds(status, weights, by=[third])
    crossed = coverage_bounds(status, weights, by=[size, third])
    total = crossed.iloc[-1:]
    everywhere = str(total["size_class"].iloc[0])
    return pd.concat(
        [
            by_size.iloc[:-1].assign(deprivation_tercile=everywhere),
            by_third.iloc[:-1].assign(size_class=everywhere),
            crossed.iloc[:-1],
            total,
        ],
        ignore_index=True,
    )[list(crossed.columns)]


def detection_sensitivity(
    frame: pd.DataFrame,
    outcome: str,
    covariates: Sequence[str],
    detection: Mapping[str, Mapping[str, float] | float],
    *,
    size_class: str = "size_class",
    units: Mapping[str, float] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    r"""Estimate the effects on having a pass under assumed rates of detection.

    Parameters
    ----------
    frame, outcome, covariates, level
        As in `fit_documented`.
    detection : mapping of str to (mapping of str to float, or float)
        Per scenario the assumed probability in (0, 1] that the search finds an existing pass:
        one for all, or one per size class. An assumption of the study, not an estimate.
    size_class : str
        Column of the size classes.
    units : mapping of str to float, optional
        As in `average_marginal_effects`.

    Returns
    -------
    DataFrame
        Per scenario and covariate ``scenario``, ``feasibility`` (``feasible``,
        ``only by chance`` or ``infeasible``), ``note`` (the classes and numbers behind it),
        ``term``, ``change``, ``size``, ``effect`` on the probability that a pass exists,
        ``std_error``, ``lower``, ``upper``, and the same in each row ``implied_share`` of
        municipalities with a pass, ``implied_lower``, ``implied_upper`` (logit scale).
        An infeasible scenario keeps its rows, with NaN for all estimates.

    Raises
    ------
    ValueError
        As in `fit_documented`, or if a rate is not in (0, 1], a size class has no rate,
        ``units`` names no covariate, or there is no scenario.
    TypeError
        As in `fit_documented`.
    RuntimeError
        If the penalised likelihood cannot be maximised.

    Notes
    -----
    Misclassification in one direction (Hausman, Abrevaya and Scott-Morton 1998,
    doi:10.1016/S0304-4076(98)00015-3, without false positives):
    :math:`P(D_i = 1) = \delta_i \Lambda(x_i'\beta)` with known :math:`\delta_i`. Maximises the
    likelihood with the Jeffreys penalty :math:`\tfrac12\log|X'WX|`,
    :math:`w_i = \delta_i p_i (1-p_i)^2 / (1 - \delta_i p_i)`, which is Firth's penalty for
    :math:`\delta_i = 1`. The penalty keeps estimates finite; unlike Firth's it is not derived
    as a bias reduction here. It draws probabilities towards one half, so that even at a rate
    of 1 the implied share differs a little from the documented one.

    Where more of a size class is documented than the rate of detection, no probability of a
    pass up to 1 yields that share in expectation. If every municipality of the class had a
    pass, the documented number would be binomial with that rate; if reaching the number seen
    then has a probability below 5 %, the scenario is ``infeasible``, else it holds
    ``only by chance`` and its estimates lie at the edge, held finite by the penalty.
    """
    if not detection:
        raise ValueError("detection holds no scenario: name at least one.")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a confidence level between 0 and 1.")
    names = tuple(covariates)
    stated = _units(units, names)
    _refuse_index_with_parts(names)
    data = _standardise(frame, outcome, names)
    require_columns(frame, (size_class,), "frame")
    classes = frame[size_class].astype("str")
    start = _firth(data)
    first = np.concatenate([[start.intercept_], start.coef_])
    parts = []
    for scenario, rates in detection.items():
        rate = _rates(scenario, rates, classes)
        feasibility, note = _feasibility(data.response.astype(bool), classes, rate)
        infeasible = feasibility == "infeasible"
        estimate = first if infeasible else _maximise(data, rate, first)
        table, gradients = _effects(estimate, data.design, names, data.sd, stated)
        covariance = _inverse(_evaluate(estimate, data, rate).information)
        z = float(norm.ppf((1 + level) / 2))
        table = _with_interval(table, gradients, covariance, z)
        implied = _implied_share(estimate, covariance, data.design, z)
        for column, value in zip(
            ("implied_share", "implied_lower", "implied_upper"), implied, strict=True
        ):
            table[column] = value
        table.insert(0, "scenario", scenario)
        table.insert(1, "feasibility", feasibility)
        table.insert(2, "note", note)
        if infeasible:
            table[["effect", "std_error", "lower", "upper"]] = np.nan
            table[["implied_share", "implied_lower", "implied_upper"]] = np.nan
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _units(units: Mapping[str, float] | None, names: Sequence[str]) -> dict[str, float]:
    stated = dict(units or {})
    strangers = sorted(set(stated) - set(names))
    if strangers:
        raise ValueError(
            f"units names {', '.join(strangers)}, which is no covariate: leave it out."
        )
    return stated


def _refuse_index_with_parts(names: Sequence[str]) -> None:
    parts = [name for name in DEPRIVATION_PARTS if name in names]
    if DEPRIVATION_INDEX in names and parts:
        raise ValueError(
            f"{DEPRIVATION_INDEX} is computed from {', '.join(parts)}: "
            f"give the index or its parts, not both."
        )


def _standardise(frame: pd.DataFrame, outcome: str, names: Sequence[str]) -> _Standardised:
    if not names:
        raise ValueError("covariates is empty: name at least one.")
    table = frame
    if LOG_POPULATION in names and LOG_POPULATION not in frame.columns:
        require_columns(frame, ("population",), "frame")
        if not (frame["population"] > 0).all():
            raise ValueError("frame.population must be positive: its logarithm is taken.")
        table = frame.assign(**{LOG_POPULATION: np.log(frame["population"].astype(float))})
    require_columns(table, (outcome, *names), "frame")
    if table[outcome].dtype != bool:
        raise TypeError(f"frame.{outcome} must be boolean: say documented or not for every row.")
    for name in names:
        if not pd.api.types.is_numeric_dtype(table[name]):
            raise TypeError(f"frame.{name} must be numeric.")
    values = table[list(names)].to_numpy(dtype=float)
    missing = int((~np.isfinite(values)).any(axis=1).sum())
    if missing:
        raise ValueError(
            f"{missing} row(s) have a missing or infinite covariate: drop them and say so."
        )
    response = table[outcome].to_numpy(dtype=float)
    if len(response) <= len(names) + 1:
        raise ValueError(
            f"{len(response)} rows are too few for {len(names)} covariates: use fewer covariates."
        )
    if response.min(initial=1.0) == response.max(initial=0.0):
        raise ValueError(f"frame.{outcome} has one class only: there is nothing to explain.")
    mean, sd = values.mean(axis=0), values.std(axis=0)
    constant = [name for name, one in zip(names, sd, strict=True) if one == 0]
    if constant:
        raise ValueError(f"frame.{', '.join(constant)} is constant: leave it out.")
    standard = (values - mean) / sd
    if np.linalg.matrix_rank(standard) < len(names):
        raise ValueError(
            f"The covariates {', '.join(names)} are linearly dependent: leave one out."
        )
    design = np.column_stack([np.ones(len(response)), standard])
    return _Standardised(response, design, mean, sd)


def _firth(data: _Standardised) -> FirthLogisticRegression:
    model = FirthLogisticRegression(backend="numpy", gtol=1e-10, xtol=1e-10, max_iter=200)
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore", UserWarning)
        model.fit(data.design[:, 1:], data.response)
    estimate = np.concatenate([[model.intercept_], model.coef_])
    # The library's own flag also fails when steps stop at rounding error: judge by the score
    score = _evaluate(estimate, data, np.ones(len(data.response))).score
    if not np.abs(score).max() < _SCORE_TOLERANCE:
        raise RuntimeError(
            "The penalised likelihood was not maximised: use fewer covariates or check outliers."
        )
    return model


def _profile_limits(model: FirthLogisticRegression, level: float) -> Array:
    """Return profile limits, intercept first; NaN where a limit did not converge."""
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore", UserWarning)
        limits = model.conf_int(alpha=1 - level, method="pl", max_iter=200, tol=1e-8)
    return np.roll(np.asarray(limits, dtype=float), 1, axis=0)


@dataclass(frozen=True)
class _Point:
    """Penalised log-likelihood of the detection model and its derivatives at one point."""

    objective: float
    score: Array
    information: Array
    residual: Array


def _evaluate(beta: Array, data: _Standardised, rate: Array) -> _Point:
    r"""Evaluate the penalised log-likelihood with P(D = 1) = rate * expit(x'beta).

    With p = expit(eta) and r = (1 - p) / (1 - rate p): dl/deta = (D - rate p) r, expected
    information w = rate p (1 - p) r, and dlog w/deta = 1 - 3p + rate p r.
    """
    eta = data.design @ beta
    p, q = expit(eta), expit(-eta)
    with np.errstate(divide="ignore"):
        log_miss = np.log1p(-rate)
    ratio = expit(-(eta + log_miss))  # r without a quotient of two vanishing numbers
    log_detected = np.log(rate) + log_expit(eta)
    log_undetected = np.logaddexp(log_expit(-eta), log_miss + log_expit(eta))
    log_likelihood = np.where(data.response > 0, log_detected, log_undetected).sum()
    weight = rate * p * q * ratio
    information = (data.design * weight[:, None]).T @ data.design
    sign, log_determinant = np.linalg.slogdet(information)
    if sign <= 0:
        nothing = np.full(len(beta), np.nan)
        return _Point(-np.inf, nothing, information, np.full(len(eta), np.nan))
    leverage = weight * np.einsum(
        "ij,ij->i", data.design, np.linalg.solve(information, data.design.T).T
    )
    residual = (data.response - rate * p) * ratio + 0.5 * leverage * (1 - 3 * p + rate * p * ratio)
    return _Point(
        float(log_likelihood + 0.5 * log_determinant),
        data.design.T @ residual,
        information,
        residual,
    )


def _maximise(data: _Standardised, rate: Array, first: Array) -> Array:
    """Maximise the penalised likelihood from several starts and polish the best."""

    def minus(beta: Array) -> tuple[float, Array]:
        point = _evaluate(beta, data, rate)
        if not np.isfinite(point.objective):
            return 1e10, np.zeros(len(beta))
        return -point.objective, -point.score

    # With detection below 1 the likelihood need not be concave, so one start is not enough
    starts = (first, np.zeros(len(first)), first * 2, first + np.eye(len(first))[0] * 2)
    results = [
        minimize(minus, start, jac=True, method="BFGS", options={"gtol": 1e-8}) for start in starts
    ]
    best = min(results, key=lambda result: float(result.fun)).x
    polished = root(lambda beta: _evaluate(beta, data, rate).score, best, tol=1e-13).x
    here, there = _evaluate(best, data, rate), _evaluate(polished, data, rate)
    if there.objective >= here.objective - 1e-9:
        best, here = polished, there
    if not np.abs(here.score).max() < _SCORE_TOLERANCE:
        raise RuntimeError(
            "The penalised likelihood was not maximised: use fewer covariates or check outliers."
        )
    return np.asarray(best, dtype=float)


def _inverse(information: Array) -> Array:
    return np.asarray(np.linalg.inv(information), dtype=np.float64)


def _cluster_covariance(
    point: _Point, covariance: Array, data: _Standardised, cluster: pd.Series
) -> tuple[Array, int]:
    missing = int(cluster.isna().sum())
    if missing:
        raise ValueError(f"frame.{cluster.name} is missing in {missing} row(s): fill it first.")
    codes, labels = pd.factorize(cluster)
    number = len(labels)
    if number < 2:
        raise ValueError(f"frame.{cluster.name} holds {number} cluster: at least two are needed.")
    sums = np.zeros((number, data.design.shape[1]))
    np.add.at(sums, codes, data.design * point.residual[:, None])
    meat = sums.T @ sums
    return number / (number - 1) * covariance @ meat @ covariance, number


def _effects(
    beta: Array,
    design: Array,
    names: Sequence[str],
    sd: Array,
    units: Mapping[str, float],
) -> tuple[pd.DataFrame, Array]:
    """Return the table of averaged effects and, per row, their gradient in ``beta``."""
    eta = design @ beta
    slope = expit(eta) * expit(-eta)
    curvature = slope * (expit(-eta) - expit(eta))
    rows, gradients = [], []
    for j, (name, one_sd) in enumerate(zip(names, sd, strict=True), start=1):
        unit = np.eye(len(beta))[j]
        size = units.get(name, float(one_sd))
        step = size / one_sd
        change = f"{size:g} units" if name in units else "1 SD"
        rows.append((name, change, size, step * beta[j] * slope.mean()))
        gradients.append(
            step * (slope.mean() * unit + beta[j] * (curvature[:, None] * design).mean(axis=0))
        )
        if name == LOG_POPULATION:
            step = np.log(2.0) / one_sd
            moved = eta + step * beta[j]
            moved_slope = expit(moved) * expit(-moved)
            rows.append((name, "doubling", float(np.log(2.0)), (expit(moved) - expit(eta)).mean()))
            gradients.append(
                ((moved_slope - slope)[:, None] * design).mean(axis=0)
                + moved_slope.mean() * step * unit
            )
    table = pd.DataFrame(rows, columns=["term", "change", "size", "effect"])
    return table, np.array(gradients)


def _with_interval(
    table: pd.DataFrame, gradients: Array, covariance: Array, quantile: float
) -> pd.DataFrame:
    error = np.sqrt(np.einsum("ij,jk,ik->i", gradients, covariance, gradients))
    return table.assign(
        std_error=error,
        lower=table["effect"] - quantile * error,
        upper=table["effect"] + quantile * error,
    )


def _implied_share(
    beta: Array, covariance: Array, design: Array, quantile: float
) -> tuple[float, float, float]:
    eta = design @ beta
    share = float(expit(eta).mean())
    gradient = ((expit(eta) * expit(-eta))[:, None] * design).mean(axis=0)
    error = float(np.sqrt(gradient @ covariance @ gradient)) / (share * (1 - share))
    centre = np.log(share / (1 - share))
    return (
        share,
        float(expit(centre - quantile * error)),
        float(expit(centre + quantile * error)),
    )


def _rates(scenario: str, rates: Mapping[str, float] | float, classes: pd.Series) -> Array:
    present = sorted(set(classes))
    by_class = dict(rates) if isinstance(rates, Mapping) else dict.fromkeys(present, rates)
    missing = [one for one in present if one not in by_class]
    if missing:
        raise ValueError(
            f"Scenario {scenario} has no rate of detection for {', '.join(missing)}: add it."
        )
    if any(not 0 < by_class[one] <= 1 for one in by_class):
        raise ValueError(
            f"Scenario {scenario} has a rate of detection outside (0, 1]: give probabilities."
        )
    return classes.map(by_class).to_numpy(dtype=float)


def _feasibility(
    documented: npt.NDArray[np.bool_], classes: pd.Series, rate: Array
) -> tuple[str, str]:
    """Say whether the rates can have produced the documented numbers, and why not."""
    notes, chances = [], []
    for one in sorted(set(classes)):
        inside = classes.eq(one).to_numpy(dtype=bool)
        n, events, assumed = int(inside.sum()), int(documented[inside].sum()), rate[inside][0]
        if events > assumed * n:
            chance = float(binom.sf(events - 1, n, assumed))
            chances.append(chance)
            notes.append(
                f"{one}: {events} of {n} documented at an assumed rate of {assumed:g}, "
                f"by chance with probability {chance:.2g} if all had a pass"
            )
    if not notes:
        return "feasible", ""
    verdict = "infeasible" if min(chances) < _IMPLAUSIBLE else "only by chance"
    return verdict, "; ".join(notes)


def _warnings(
    names: Sequence[str],
    separation: Separation,
    per_covariate: float,
    clusters: int | None,
    interval: str,
    kinds: npt.NDArray[np.object_],
) -> tuple[str, ...]:
    found = []
    if separation.kind != "none":
        found.append(
            f"Separation ({separation.kind}) in {', '.join(separation.columns)}: the unpenalised "
            "estimate does not exist; the size of the penalised one rests on the penalty."
        )
    if per_covariate < _EVENTS_PER_COVARIATE:
        found.append(
            f"Only {per_covariate:.1f} municipalities of the rarer outcome per covariate, below "
            f"the rule of thumb of {_EVENTS_PER_COVARIATE}: read intervals as rough."
        )
    if clusters is not None and clusters < _FEW_CLUSTERS:
        found.append(
            f"Only {clusters} clusters: robust standard errors tend to be too small below about "
            f"{_FEW_CLUSTERS}."
        )
    if DEPRIVATION_INDEX in names and HOUSEHOLD_INCOME in names:
        found.append(
            "Household income of the Kreis is one of the indicators behind the deprivation index: "
            "the two effects cannot be read apart."
        )
    if interval == "profile" and (kinds != "profile").any():
        terms = [
            name
            for name, kind in zip(["intercept", *names], kinds, strict=True)
            if kind != "profile"
        ]
        found.append(f"The profile did not converge for {', '.join(terms)}: Wald interval given.")
    return tuple(found)
