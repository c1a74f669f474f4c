"""Linear, logit, Poisson and ordered logit models with design-based covariance.

The coefficients maximise the weighted likelihood; their covariance comes from the survey design
and not from the model. Average marginal effects, predictions, contrasts and Wald tests carry it
on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import linalg, stats

from armutsexpertise.mark import mark
from armutsexpertise.survey._columns import as_names
from armutsexpertise.survey._terms import (
    Family,
    Terms,
    centred,
    model_degrees_of_freedom,
    outcome_values,
    prepare_rows,
    require_complete,
    require_definite,
    require_full_rank,
    require_full_rank_on_replicates,
)
from armutsexpertise.survey.design import Booleans, Floats, SurveyDesign
from armutsexpertise.survey.estimate import Missing, critical_values, logit_interval

_STEPS, _CONVERGED, _ACCEPTED = 50, 1e-14, 1e-9  # steps relative to the largest coefficient
_FLAT = 1e-9  # information relative to that of a linear model


class _NoMaximumError(ValueError):
    def __init__(self) -> None:
        super().__init__(
            "The model has no finite estimate: a combination of terms separates the outcomes. "
            "Merge levels, leave out a term, or use a penalised (Firth) logit."
        )


class Wald(NamedTuple):
    """Test that several coefficients are zero.

    Attributes
    ----------
    statistic : float
        Wald's statistic over its number of coefficients, compared with an F distribution.
    df_terms, df_design : float
        Degrees of freedom of numerator and denominator.
    p_value : float
        In [0, 1].
    """

    statistic: float
    df_terms: float
    df_design: float
    p_value: float


@dataclass(frozen=True, eq=False, repr=False)
class Fitted:
    """Coefficients with their design-based covariance, and what follows from them.

    Attributes
    ----------
    family : {"linear", "logit", "poisson", "quantile", "ordered logit"}
        Which model.
    names : list of str
        Coefficients: ``intercept``, a column, ``column=level``, and products with ``:``.
    coefficients : ndarray of float, shape (k,)
        Estimates.
    covariance : ndarray of float, shape (k, k)
        Design-based covariance.
    influence : ndarray of float, shape (n, k), or None
        Influence of each unit on the coefficients; None with replicates.
    replicate_coefficients : ndarray of float, shape (R, k), or None
        Coefficients on each replicate.
    degrees_of_freedom : float
        Of the design in the subpopulation, plus 1, minus the number of coefficients.
    n : int
        Rows with a positive weight that enter.
    n_weighted : float
        Sum of their weights.
    outcomes : tuple
        Levels of the outcome of an ordered logit, else empty.
    """

    design: SurveyDesign
    family: Family | Literal["quantile", "ordered logit"]
    terms: Terms
    names: list[str]
    inside: Booleans  # (n,)
    matrix: Floats  # (rows inside, columns with a coefficient)
    coefficients: Floats
    covariance: Floats
    influence: Floats | None
    replicate_coefficients: Floats | None
    degrees_of_freedom: float
    note: str
    outcomes: tuple[object, ...] = ()

    @property
    def n(self) -> int:
        """Rows with a positive weight that enter."""
        return int((self.design.weights[self.inside] > 0).sum())

    @property
    def n_weighted(self) -> float:
        """Sum of the weights of these rows."""
        return float(self.design.weights[self.inside].sum())

    def __repr__(self) -> str:
        return f"<{self.family} model: {self.n} rows, {len(self.names)} coefficients>"

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """Return the coefficients as a tidy frame.

        Parameters
        ----------
        level : float
            Confidence level in (0, 1).

        Returns
        -------
        DataFrame
            One row per coefficient, columns as of
            :func:`armutsexpertise.survey.estimate.estimate`; intervals use Student's t.

        Examples
        --------
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 7], "x": [0, 1, 1, 2], "w": 10.0})
        >>> design = SurveyDesign.from_frame(frame, weights="w")
        >>> fit(design, "y", ["x"], "linear").table()[["indicator", "estimate"]]
           indicator  estimate
        0  intercept       0.5
        1          x       3.0
        """
        se = np.sqrt(np.diag(self.covariance))
        return self._tidy(self.names, self.coefficients, se, level, "coefficient")

    def wald(self, term: str) -> Wald:
        r"""Test that all coefficients of a term are zero.

        Parameters
        ----------
        term : str
            A term as given to :func:`fit`.

        Returns
        -------
        Wald
            :math:`F = b^\top V^{-1} b / q` with q and the model's degrees of freedom.

        Raises
        ------
        ValueError
            If the model has no such term or no degrees of freedom, or the covariance of its
            coefficients is singular.

        Examples
        --------
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 7], "x": [0, 1, 1, 2], "w": 10.0})
        >>> design = SurveyDesign.from_frame(frame, weights="w")
        >>> fit(design, "y", ["x"], "linear").wald("x").df_terms
        1.0
        """
        at = self.positions_of(term)
        if self.degrees_of_freedom <= 0:
            raise ValueError(
                f"The test of {term} has no degrees of freedom: the design has too few sampling "
                "units for this model, leave out terms."
            )
        b, v = self.coefficients[at], self.covariance[np.ix_(at, at)]
        require_definite(v, term)
        f = float(b @ np.linalg.solve(v, b)) / len(at)
        p = float(stats.f.sf(f, len(at), self.degrees_of_freedom))
        return Wald(f, float(len(at)), self.degrees_of_freedom, p)

    def positions_of(self, term: str) -> list[int]:
        """Return the positions of the coefficients of a term.

        Parameters
        ----------
        term : str
            A term as given to :func:`fit`.

        Returns
        -------
        list of int
            Positions in ``names``.

        Raises
        ------
        ValueError
            If the model has no such term.

        Examples
        --------
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 7], "x": [0, 1, 1, 2], "w": 10.0})
        >>> design = SurveyDesign.from_frame(frame, weights="w")
        >>> fit(design, "y", ["x"], "linear").positions_of("x")
        [1]
        """
        return [self.names.index(self.terms.names[i]) for i in self.terms.columns_of(term)]

    def contrast(
        self, combinations: Mapping[str, Mapping[str, float]], level: float = 0.95
    ) -> pd.DataFrame:
        """Estimate linear combinations of the coefficients.

        Parameters
        ----------
        combinations : mapping of str to mapping of str to float
            Name, and the factor of each coefficient: ``{"gap": {"sex=male": 1}}``.
        level : float
            Confidence level in (0, 1).

        Returns
        -------
        DataFrame
            Tidy frame, one row per combination.

        Raises
        ------
        ValueError
            If a coefficient is not in the model.

        Examples
        --------
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 7], "x": [0, 1, 1, 2], "w": 10.0})
        >>> design = SurveyDesign.from_frame(frame, weights="w")
        >>> model = fit(design, "y", ["x"], "linear")
        >>> model.contrast({"two steps": {"x": 2}})[["indicator", "estimate"]]
           indicator  estimate
        0  two steps       6.0
        """
        position = {name: i for i, name in enumerate(self.names)}
        factors = np.zeros((len(combinations), len(position)))
        for row, combination in zip(factors, combinations.values(), strict=True):
            unknown = sorted(set(combination) - set(position))
            if unknown:
                raise ValueError(
                    f"The model has no coefficient {', '.join(unknown)}: see its names."
                )
            for name, factor in combination.items():
                row[position[name]] = factor
        variance = np.einsum("ij,jk,ik->i", factors, self.covariance, factors)
        estimates = factors @ self.coefficients
        return self._tidy(list(combinations), estimates, np.sqrt(variance), level, "contrast")

    def marginal_effects(
        self,
        variables: Sequence[str] | None = None,
        *,
        level: float = 0.95,
        fixed_covariates: bool = False,
    ) -> pd.DataFrame:
        r"""Estimate average marginal effects on the mean (or the quantile) of the outcome.

        Parameters
        ----------
        variables : sequence of str, optional
            Variables of the model; default all.
        level : float
            Confidence level in (0, 1).
        fixed_covariates : bool
            Take the covariates of the sample as fixed, as the plain delta method does; else
            their sampling enters the standard error.

        Returns
        -------
        DataFrame
            Tidy frame. For a number the average derivative, per unit of the variable; for a
            categorical or boolean variable the average change from the reference level,
            named ``variable=level``. Of an ordered logit a row for the probability of each level
            of the outcome, which stands in the column ``outcome``.

        Raises
        ------
        ValueError
            If a variable is not in the model.

        Notes
        -----
        With :math:`g_i(\beta)` the effect for unit i, :math:`W=\sum w_i` over the
        subpopulation and :math:`u_i` the influence of the coefficients, the effect
        :math:`\bar g = \sum w_i g_i / W` has the influence

        .. math:: (g_i - \bar g)/W + u_i^\top \sum_j w_j \partial g_j/\partial\beta / W

        where the first part is left out with ``fixed_covariates``: Deville's (1999) rules for
        functions of totals. Bartus (2005, doi:10.1177/1536867X0500500303) for the definitions.

        Examples
        --------
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 7], "x": [0, 1, 1, 2], "w": 10.0})
        >>> design = SurveyDesign.from_frame(frame, weights="w")
        >>> model = fit(design, "y", ["x"], "poisson")
        >>> effects = model.marginal_effects()
        >>> effects[["indicator", "estimate"]].round(4)
          indicator  estimate
        0         x     3.207
        """
        wanted = self.terms.variables if variables is None else tuple(as_names(variables))
        unknown = sorted(set(wanted) - set(self.terms.variables))
        if unknown:
            raise ValueError(
                f"The model has no variable {', '.join(unknown)}: choose among "
                f"{', '.join(self.terms.variables)}."
            )
        rows = self.design.frame[self.inside]
        weights = self.design.weights[self.inside]
        names, estimates, errors = [], [], []
        changes = [one for variable in wanted for one in self._changes(rows, variable)]
        for name, pair in changes:
            for target in range(len(self.outcomes) or 1):
                gap, jacobian = self._effect(pair, self.coefficients, target)
                value = float(weights @ gap / weights.sum())
                if self.replicate_coefficients is not None:
                    variance = self._replicate_effect(
                        pair, target, value, weights, fixed_covariates
                    )
                else:
                    assert self.influence is not None
                    gradient = weights @ jacobian / weights.sum()
                    u = self.influence @ gradient
                    if not fixed_covariates:
                        u[self.inside] += (gap - value) / weights.sum()
                    variance = self.design.covariance(u)[0, 0]
                names.append(name)
                estimates.append(value)
                errors.append(np.sqrt(variance))
        tidy = self._tidy(
            names, np.array(estimates), np.array(errors), level, "average marginal effect"
        )
        return self._with_outcomes(tidy, len(changes))

    def _changes(
        self, rows: pd.DataFrame, variable: str
    ) -> list[tuple[str, tuple[Floats, Floats | None]]]:
        """Return a name and two matrices (from, to), or one matrix of derivatives, per effect."""
        if variable not in self.terms.levels:
            return [(variable, (self._columns(self.terms.derivative(rows, variable)), None))]
        reference, *others = self.terms.levels[variable]
        start = self._columns(self.terms.matrix(rows, {variable: reference}))
        return [
            (
                f"{variable}={level}",
                (start, self._columns(self.terms.matrix(rows, {variable: level}))),
            )
            for level in others
        ]

    def _columns(self, matrix: Floats) -> Floats:
        """Return the columns of the model matrix that have a coefficient of their own."""
        return matrix[:, 1:] if self.outcomes else matrix

    def _given(self, frame: pd.DataFrame) -> Floats:
        """Return the model matrix of rows to predict for."""
        require_complete(frame, self.terms.variables)
        x = self._columns(self.terms.matrix(frame))
        if not np.isfinite(x).all():
            raise ValueError("A variable to predict for is infinite: give finite numbers.")
        return x

    def _with_variables(self, tidy: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
        """Put the variables into predictions, before the estimate."""
        taken = [name for name in self.terms.variables if name in tidy]
        if taken:
            raise ValueError(
                f"Results have a column {taken[0]} of their own: rename that variable before the "
                "model is fitted."
            )
        for place, name in enumerate(self.terms.variables, start=list(tidy).index("estimate")):
            tidy.insert(place, name, frame[name].repeat(len(self.outcomes) or 1).to_numpy())
        return tidy

    def _with_outcomes(self, tidy: pd.DataFrame, repeats: int) -> pd.DataFrame:
        """Say in a column which level of the outcome a row is for, if there are levels."""
        if self.outcomes:
            tidy.insert(1, "outcome", list(self.outcomes) * repeats)
        return tidy

    def _effect(
        self, pair: tuple[Floats, Floats | None], b: Floats, target: int
    ) -> tuple[Floats, Floats]:
        """Return the effect of each row, shape (n,), and its derivative by ``b``, (n, k)."""
        raise NotImplementedError

    def _replicate_effect(
        self,
        pair: tuple[Floats, Floats | None],
        target: int,
        value: float,
        weights: Floats,
        fixed_covariates: bool,
    ) -> float:
        replicates, b = self.design.replicates, self.replicate_coefficients
        assert replicates is not None
        assert b is not None
        values = []
        for column, row in zip(replicates.T, b, strict=True):
            w = weights if fixed_covariates else column[self.inside]
            values.append(w @ self._effect(pair, row, target)[0] / w.sum())
        covariance = self.design.replicate_covariance(np.array(values)[:, None], np.array([value]))
        return float(covariance[0, 0])

    def _tidy(
        self, names: list[str], estimates: Floats, se: Floats, level: float, what: str
    ) -> pd.DataFrame:
        if not 0 < level < 1:
            raise ValueError(f"level must lie between 0 and 1, not {level}.")
        half = critical_values(self.degrees_of_freedom, level)[0] * se
        kind = "Taylor" if self.design.replicates is None else f"replicates {self.design.kind}"
        few = "; no degrees of freedom" if self.degrees_of_freedom <= 0 else ""
        table = pd.DataFrame(
            {
                "indicator": names,
                "estimate": estimates,
                "se": se,
                "ci_low": estimates - half,
                "ci_high": estimates + half,
                "df": self.degrees_of_freedom,
                "n": self.n,
                "n_weighted": self.n_weighted,
                "method": f"{what}, {self.family} model, {kind}{few}{self.note}",
            }
        )
        return mark(table, self.design.frame)


@dataclass(frozen=True, eq=False, repr=False)
class Model(Fitted):
    """A fitted linear, logit, Poisson or quantile model; see :func:`fit` and `Fitted`."""

    family: Family | Literal["quantile"]

    def predict(self, frame: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
        """Predict the mean (or the quantile) of the outcome for given values of the variables.

        Parameters
        ----------
        frame : DataFrame, shape (r, any)
            A row per prediction with all variables of the model, without missing values.
        level : float
            Confidence level in (0, 1).

        Returns
        -------
        DataFrame
            Tidy frame with ``indicator`` "prediction" and the variables as domain columns. The
            standard error is by the delta method; the interval is that of the linear predictor,
            transformed.

        Raises
        ------
        ValueError
            If a variable is absent, missing or infinite, has a level that the sample had not, or
            the name of a column of results.
        TypeError
            If a variable that was a number holds none.

        Examples
        --------
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 7], "x": [0, 1, 1, 2], "w": 10.0})
        >>> design = SurveyDesign.from_frame(frame, weights="w")
        >>> model = fit(design, "y", ["x"], "linear")
        >>> model.predict(pd.DataFrame({"x": [3]}))[["x", "estimate"]]
           x  estimate
        0  3       9.5
        """
        x = self._given(frame)
        eta = x @ self.coefficients
        se = np.sqrt(np.einsum("ij,jk,ik->i", x, self.covariance, x))
        half = critical_values(self.degrees_of_freedom, level)[0] * se
        mean, slope, _ = _link(self.family, eta)
        tidy = self._tidy(["prediction"] * len(x), mean, slope * se, level, "prediction")
        tidy["ci_low"] = _link(self.family, eta - half)[0]
        tidy["ci_high"] = _link(self.family, eta + half)[0]
        return self._with_variables(tidy, frame)

    def _effect(
        self, pair: tuple[Floats, Floats | None], b: Floats, target: int
    ) -> tuple[Floats, Floats]:
        """Return the effect of each row, shape (n,), and its derivative by ``b``, (n, k)."""
        del target  # one mean
        first, second = pair
        if second is None:
            _, slope, bend = _link(self.family, self.matrix @ b)
            change = first @ b
            return slope * change, ((bend * change)[:, None] * self.matrix + slope[:, None] * first)
        low, low_slope, _ = _link(self.family, first @ b)
        high, high_slope, _ = _link(self.family, second @ b)
        return high - low, high_slope[:, None] * second - low_slope[:, None] * first


@dataclass(frozen=True, eq=False, repr=False)
class OrderedModel(Fitted):
    """A fitted ordered logit; see :func:`fit_ordered` and `Fitted`."""

    def predict(self, frame: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
        """Predict the probability of each level of the outcome for values of the variables.

        Parameters
        ----------
        frame : DataFrame, shape (r, any)
            A row per prediction with all variables of the model, without missing values.
        level : float
            Confidence level in (0, 1).

        Returns
        -------
        DataFrame
            Tidy frame with ``indicator`` "prediction", the level in the column ``outcome`` and the
            variables as domain columns. The standard error is by the delta method, the interval
            symmetric on the logit scale.

        Raises
        ------
        ValueError
            If a variable is absent, missing or infinite, has a level that the sample had not, or
            the name of a column of results.
        TypeError
            If a variable that was a number holds none.
        """
        x = self._given(frame)
        found = [self._probability(x, self.coefficients, j) for j in range(len(self.outcomes))]
        p = np.column_stack([one[0] for one in found]).ravel()
        jacobian = np.stack([one[1] for one in found], axis=1).reshape(-1, len(self.names))
        se = np.sqrt(np.einsum("ij,jk,ik->i", jacobian, self.covariance, jacobian))
        tidy = self._tidy(["prediction"] * len(p), p, se, level, "prediction")
        critical = critical_values(np.full(len(p), self.degrees_of_freedom), level)
        tidy["ci_low"], tidy["ci_high"] = logit_interval(p, se, critical)
        tidy = self._with_outcomes(tidy, len(frame))
        return self._with_variables(tidy, frame)

    def _edges(self, x: Floats, b: Floats, target: int) -> tuple[Floats, Floats]:
        """Return the upper and lower limit of a level on the scale of the errors, shape (n,)."""
        slopes = x.shape[1]
        edges = np.concatenate([[-np.inf], b[slopes:], [np.inf]])
        eta = x @ b[:slopes]
        return edges[target + 1] - eta, edges[target] - eta

    def _thresholds(self, target: int, upper: Floats, lower: Floats) -> Floats:
        """Return the derivatives by the thresholds, shape (n, thresholds), of a level."""
        block = np.zeros((len(upper), len(self.outcomes) - 1))
        if target < len(self.outcomes) - 1:
            block[:, target] = upper
        if target:
            block[:, target - 1] = -lower
        return block

    def _probability(self, x: Floats, b: Floats, target: int) -> tuple[Floats, Floats]:
        """Return the probability of a level, shape (n,), and its derivative by ``b``, (n, k)."""
        high, low = (_cumulated(edge) for edge in self._edges(x, b, target))
        jacobian = np.hstack(
            [-(high[1] - low[1])[:, None] * x, self._thresholds(target, high[1], low[1])]
        )
        return high[0] - low[0], jacobian

    def _effect(
        self, pair: tuple[Floats, Floats | None], b: Floats, target: int
    ) -> tuple[Floats, Floats]:
        first, second = pair
        if second is not None:
            from_, to = (self._probability(x, b, target) for x in (first, second))
            return to[0] - from_[0], to[1] - from_[1]
        high, low = (_cumulated(edge) for edge in self._edges(self.matrix, b, target))
        change = first @ b[: first.shape[1]]
        slope, bend = high[1] - low[1], (high[2] - low[2]) * change
        jacobian = np.hstack(
            [
                bend[:, None] * self.matrix - slope[:, None] * first,
                self._thresholds(target, -high[2] * change, -low[2] * change),
            ]
        )
        return -slope * change, jacobian


def fit(
    design: SurveyDesign,
    outcome: str,
    terms: Sequence[str],
    family: Family,
    *,
    where: str | None = None,
    missing: Missing = "fail",
) -> Model:
    r"""Fit a regression model with design-based covariance.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    outcome : str
        Column of the outcome: numbers; 0 and 1 or boolean for "logit"; not negative for
        "poisson".
    terms : sequence of str
        Columns, and products of columns as ``"age:age"`` or ``"age:sex"``. Numbers enter as
        they are. Text, categorical and boolean columns enter as indicators of all levels but
        the first (in the order of the categories, else sorted).
    family : {"linear", "logit", "poisson"}
        Identity, logit or log link for the mean.
    where : str, optional
        Boolean column: the subpopulation. The design of the whole sample is kept.
    missing : {"fail", "drop"}
        What to do where a variable is missing: raise, or leave those rows out and say how many
        in ``method``.

    Returns
    -------
    Model
        Coefficients, covariance, and what follows from them.

    Raises
    ------
    ValueError
        If a column is absent, a value is missing with ``missing="fail"`` or out of range,
        terms are collinear, or the likelihood has no maximum (separation).
    TypeError
        If the outcome holds no numbers, or a column neither text nor numbers, or both.

    Notes
    -----
    The coefficients solve :math:`\sum_i w_i x_i(y_i-\mu_i)=0` by Newton's method; with
    :math:`A=\sum_i w_i\mu'_i x_i x_i^\top` their influence is
    :math:`u_i=A^{-1}x_i(y_i-\mu_i)` (Binder 1983, doi:10.2307/1402588). With replicates the
    model is fitted anew on each.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 7], "x": [0, 1, 1, 2], "w": 10.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> fit(design, "y", ["x"], "linear").table()[["indicator", "estimate"]]
       indicator  estimate
    0  intercept       0.5
    1          x       3.0
    """
    if family not in get_args(Family):
        raise ValueError(f"family must be one of {', '.join(get_args(Family))}, not {family!r}.")
    rows, inside, built, note = prepare_rows(design, outcome, terms, where, missing)
    y = outcome_values(rows[outcome], family)
    w = design.weights[inside]
    x = built.matrix(rows)
    require_full_rank(x, w, built.names)
    z, back = centred(x)
    inner, a = _newton(family, z, y, w, None)
    b = back @ inner
    influence = replicate_coefficients = None
    if design.replicates is None:
        mean, _, _ = _link(family, z @ inner)
        influence = np.zeros((len(design), x.shape[1]))
        influence[inside] = np.linalg.solve(a, (z * (y - mean)[:, None]).T).T @ back.T
        covariance = design.covariance(influence)
    else:
        replicate_coefficients = _on_replicates(
            design,
            inside,
            x,
            built.names,
            lambda column: back @ _newton(family, z, y, column, inner)[0],
        )
        covariance = design.replicate_covariance(replicate_coefficients, b)
    return Model(
        design=design,
        family=family,
        terms=built,
        names=built.names,
        inside=inside,
        matrix=x,
        coefficients=b,
        covariance=covariance,
        influence=influence,
        replicate_coefficients=replicate_coefficients,
        degrees_of_freedom=model_degrees_of_freedom(design, inside, x.shape[1]),
        note=note,
    )


def fit_ordered(
    design: SurveyDesign,
    outcome: str,
    terms: Sequence[str],
    *,
    where: str | None = None,
    missing: Missing = "fail",
) -> OrderedModel:
    r"""Fit an ordered logit (proportional odds) model with design-based covariance.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    outcome : str
        Column of the outcome: an ordered categorical, or numbers that give the order.
    terms : sequence of str
        As for :func:`fit`; there is no intercept.
    where, missing
        As for :func:`fit`.

    Returns
    -------
    OrderedModel
        Coefficients of the terms, then the thresholds, named ``level|next level``. A positive
        coefficient shifts the outcome upwards. Predictions and marginal effects are those of the
        probability of each level.

    Raises
    ------
    ValueError
        As for :func:`fit`, or if the outcome has fewer than two levels with weight.
    TypeError
        If the outcome has no order, or a column holds neither text nor numbers, or both.

    Notes
    -----
    :math:`P(y_i\le j)=\Lambda(\theta_j-x_i^\top\beta)` (McCullagh 1980,
    doi:10.1111/j.2517-6161.1980.tb01109.x). With the score :math:`s_i` of a unit and the
    weighted Hessian H the influence is :math:`-H^{-1}s_i` (Binder 1983, doi:10.2307/1402588).

    Examples
    --------
    >>> frame = pd.DataFrame({"level": [1, 1, 2, 2, 3, 3], "x": [0, 1, 0, 2, 1, 2], "w": 10.0})
    >>> design = SurveyDesign.from_frame(frame, weights="w")
    >>> fit_ordered(design, "level", ["x"]).table()["indicator"].tolist()
    ['x', '1|2', '2|3']
    """
    rows, inside, built, note = prepare_rows(design, outcome, terms, where, missing)
    values = rows[outcome]
    ordered = isinstance(values.dtype, pd.CategoricalDtype) and values.cat.ordered
    if not ordered and not pd.api.types.is_numeric_dtype(values):
        raise TypeError(
            f"The outcome {outcome} holds {values.dtype}: make it an ordered categorical."
        )
    if not ordered and np.isinf(values.to_numpy(dtype=float)).any():
        raise ValueError(f"The outcome {outcome} is infinite in some rows: recode it.")
    y, levels = pd.factorize(values, sort=True)
    if len(levels) < 2:
        raise ValueError(f"The outcome {outcome} has fewer than two levels with weight.")
    full, w = built.matrix(rows), design.weights[inside]
    require_full_rank(full, w, built.names)
    x = full[:, 1:]
    shares = np.cumsum(np.bincount(y, w))[:-1] / w.sum()
    start = np.concatenate([np.zeros(x.shape[1]), np.log(shares / (1 - shares))])
    b, moves = _ordered_newton(x, y, w, start)
    influence = replicate_coefficients = None
    if design.replicates is None:
        influence = np.zeros((len(design), len(b)))
        influence[inside] = moves
        covariance = design.covariance(influence)
    else:
        replicate_coefficients = _on_replicates(
            design, inside, full, built.names, lambda column: _ordered_newton(x, y, column, b)[0]
        )
        covariance = design.replicate_covariance(replicate_coefficients, b)
    thresholds = [f"{low}|{high}" for low, high in pairwise(levels)]
    return OrderedModel(
        design=design,
        family="ordered logit",
        terms=built,
        names=built.names[1:] + thresholds,
        outcomes=tuple(levels),
        inside=inside,
        matrix=x,
        coefficients=b,
        covariance=covariance,
        influence=influence,
        replicate_coefficients=replicate_coefficients,
        degrees_of_freedom=model_degrees_of_freedom(design, inside, len(b)),
        note=note,
    )


def _on_replicates(
    design: SurveyDesign,
    inside: Booleans,
    x: Floats,
    names: list[str],
    solve: Callable[[Floats], Floats],
) -> Floats:
    """Return the coefficients on each replicate, shape (R, k); NaN where its factor is 0."""
    assert design.replicates is not None
    assert design.rscales is not None
    counted = design.rscales > 0
    weights = np.ascontiguousarray(design.replicates[inside][:, counted].T)
    require_full_rank_on_replicates(x, weights, names)
    solved, without_estimate = [], 0
    for column in weights:
        try:
            solved.append(solve(column))
        except _NoMaximumError:
            without_estimate += 1
    if without_estimate:
        raise ValueError(
            f"On {without_estimate} of {len(weights)} replicates the model has no finite estimate, "
            "as a combination of terms separates the outcomes or a level of the outcome has no "
            "rows: merge levels or leave out a term."
        )
    coefficients = np.full((len(counted), len(solved[0])), np.nan)
    coefficients[counted] = solved
    return coefficients


def _ordered_newton(
    x: Floats, y: npt.NDArray[np.intp], w: Floats, start: Floats
) -> tuple[Floats, Floats]:
    """Return coefficients and thresholds, and the influence of each row on them.

    Columns are centred: of a calendar year the thresholds would lie thousands of steps away.
    """
    k, centre = x.shape[1], x.mean(axis=0)
    back = np.eye(len(start))  # from the thresholds of centred columns
    back[k:, :k] = centre
    first = np.concatenate([start[:k], start[k:] - centre @ start[:k]])
    b, hessian, score = _ordered_steps(x - centre, y, w, first)
    return back @ b, np.linalg.solve(-hessian, score.T).T @ back.T


def _ordered_steps(
    x: Floats, y: npt.NDArray[np.intp], w: Floats, start: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return coefficients and thresholds, the weighted Hessian, and the score of each row."""
    k, cuts = x.shape[1], len(start) - x.shape[1]
    size = np.concatenate([np.sqrt((x**2).mean(axis=0)), np.ones(cuts)])
    x = x / size[:k]
    flags = np.eye(cuts + 2)[:, 1:-1]  # no threshold below the first level or above the last
    upper, lower = (np.hstack([-x, flags[y + shift]]) for shift in (1, 0))
    b = start * size
    for _ in range(_STEPS):
        edges = np.concatenate([[-np.inf], b[k:], [np.inf]])
        eta = x @ b[:k]
        high, low = (_cumulated(edges[y + shift] - eta) for shift in (1, 0))
        p = high[0] - low[0]
        if not (p > 0).all():
            raise _NoMaximumError
        score = (high[1] / p)[:, None] * upper - (low[1] / p)[:, None] * lower
        curve = (w * high[2] / p, w * low[2] / p)
        hessian = (upper * curve[0][:, None]).T @ upper - (lower * curve[1][:, None]).T @ lower
        hessian -= (score * w[:, None]).T @ score
        if np.linalg.cond(hessian) > 1 / _FLAT:
            raise _NoMaximumError
        step = np.linalg.solve(-hessian, w @ score)
        reach = min(1.0, 5.0 / max(np.abs(x @ step[:k]).max(), np.abs(step[k:]).max(), 1e-300))
        while cuts > 1 and (np.diff(b[k:] + reach * step[k:]) <= 0).any():
            reach /= 2
        b = b + reach * step
        if np.abs(step).max() <= 1e-12 * max(1.0, np.abs(b).max()):
            return b / size, hessian * np.outer(size, size), score * size
    raise _NoMaximumError


def _cumulated(eta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the logistic distribution function, its density and the slope of the density."""
    return _link("logit", eta)


def _link(family: Family | Literal["quantile"], eta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mean, its slope and its second derivative at the linear predictor."""
    if family in ("linear", "quantile"):
        return eta, np.ones_like(eta), np.zeros_like(eta)
    if family == "poisson":
        mean = np.exp(eta)
        return mean, mean, mean
    mean = 1 / (1 + np.exp(-eta))
    slope = mean * (1 - mean)
    return mean, slope, slope * (1 - 2 * mean)


def least_squares(x: Floats, y: Floats, w: Floats) -> Floats:
    """Return weighted least-squares coefficients.

    Parameters
    ----------
    x : ndarray of float, shape (n, k)
        Model matrix of full rank, the intercept first.
    y, w : ndarray of float, shape (n,)
        Outcome and weights.

    Returns
    -------
    ndarray of float, shape (k,)
        Coefficients.

    Examples
    --------
    >>> x = np.array([[1.0, 0], [1, 1], [1, 2]])
    >>> least_squares(x, np.array([1.0, 3, 5]), np.ones(3)).round(6).tolist()
    [1.0, 2.0]
    """
    z, back = centred(x)
    coefficients: Floats = back @ _newton("linear", z, y, w, None)[0]
    return coefficients


def _newton(
    family: Family, x: Floats, y: Floats, w: Floats, start: Floats | None
) -> tuple[Floats, Floats]:
    """Return the coefficients and the weighted information at them.

    Columns are scaled to size 1. The steps solve normal equations for the residuals, so each
    refines the one before, in the linear model too. Counts are divided by their mean, which only
    moves the intercept (the first column): what is flat does not depend on their unit.
    """
    size = np.sqrt((x**2).mean(axis=0))
    z, share = x / size, w / w.sum()
    gram = (z * share[:, None]).T @ z
    shift = np.zeros(x.shape[1])
    if family == "poisson":
        mean_count = share @ y
        if mean_count <= 0:
            raise _NoMaximumError
        y, shift[0] = y / mean_count, np.log(mean_count)
    if start is not None:
        b = (start - shift) * size
    elif family == "poisson":
        guess = y + 0.1
        working = np.log(guess) + (y - guess) / guess
        first = (z * (share * guess)[:, None]).T
        b = np.linalg.solve(first @ z, first @ working)
    else:
        b = np.zeros(x.shape[1])
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_STEPS):
            mean, slope, _ = _link(family, z @ b)
            information = (z * (share * slope)[:, None]).T @ z
            if not np.isfinite(information).all() or _vanishes(information, gram):
                raise _NoMaximumError
            step = np.linalg.solve(information, z.T @ (share * (y - mean)))
            b = b + step
            if np.abs(step).max() <= _CONVERGED * max(1.0, np.abs(b).max()):
                break
        else:
            if np.abs(step).max() > _ACCEPTED * max(1.0, np.abs(b).max()):
                raise _NoMaximumError
    b = b / size + shift
    _, slope, _ = _link(family, x @ b)
    return b, (x * (w * slope)[:, None]).T @ x


def _vanishes(information: Floats, gram: Floats) -> bool:
    """Say whether the likelihood has become flat in some direction, as under separation."""
    try:
        least = linalg.eigh(information, gram, eigvals_only=True, subset_by_index=[0, 0])[0]
    except linalg.LinAlgError:
        raise ValueError(
            "The columns of the model are collinear up to rounding, if only on a replicate: leave "
            "out a term, merge levels, or count large numbers from a value near them."
        ) from None
    return bool(least < _FLAT)
