"""Terms of a model: which rows and columns enter, and whether they can.

Shared by the models of the package and by calibration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from armutsexpertise.survey._columns import as_names, require_columns
from armutsexpertise.survey.design import Booleans, Floats, SurveyDesign
from armutsexpertise.survey.estimate import Missing, make_domains

Family = Literal["linear", "logit", "poisson"]

INTERCEPT = "intercept"
_RANK_TOLERANCE = 1e-10
_SINGULAR = 1e-10  # on eigenvalues of a correlation matrix
_FAR_FROM_COLLINEAR = 1e-8  # smallest eigenvalue of columns of size 1


@dataclass(frozen=True)
class Terms:
    """Terms of a model and the levels of its categorical variables."""

    terms: tuple[tuple[str, ...], ...]
    levels: Mapping[str, tuple[object, ...]]  # of categorical variables; the first is reference

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for term in self.terms for name in term))

    @property
    def names(self) -> list[str]:
        names = [INTERCEPT]
        for term in self.terms:
            parts = [""]
            for variable in term:
                own = [variable]
                if variable in self.levels:
                    own = [f"{variable}={level}" for level in self.levels[variable][1:]]
                parts = [f"{left}:{right}" if left else right for left in parts for right in own]
            names += parts
        return names

    def columns_of(self, term: str) -> list[int]:
        """Return the positions of the coefficients of a term such as ``"sex"``."""
        wanted = tuple(term.split(":"))
        if wanted not in self.terms:
            known = ", ".join(":".join(one) for one in self.terms)
            raise ValueError(f"The model has no term {term!r}: choose among {known}.")
        position = 1
        for one in self.terms:
            width = int(np.prod([len(self.levels.get(name, (0, 1))) - 1 for name in one]))
            if one == wanted:
                break
            position += width
        return list(range(position, position + width))

    def matrix(self, frame: pd.DataFrame, fixed: Mapping[str, object] | None = None) -> Floats:
        """Return the model matrix, shape (n, k), with some variables set to a value."""
        values = {name: self._values(frame, name, fixed or {}) for name in self.variables}
        columns = [np.ones((len(frame), 1))]
        with np.errstate(invalid="ignore"):  # 0 times infinity: the caller refuses it
            columns += [_product([values[name] for name in term]) for term in self.terms]
        return np.hstack(columns)

    def derivative(self, frame: pd.DataFrame, variable: str) -> Floats:
        """Return the derivative of the model matrix with respect to a number, shape (n, k)."""
        values = {name: self._values(frame, name, {}) for name in self.variables}
        one = np.ones((len(frame), 1))
        columns = [np.zeros((len(frame), 1))]
        for term in self.terms:
            block = np.zeros_like(_product([values[name] for name in term]))
            for place, name in enumerate(term):
                if name == variable:
                    block += _product(
                        [one if i == place else values[other] for i, other in enumerate(term)]
                    )
            columns.append(block)
        return np.hstack(columns)

    def _values(self, frame: pd.DataFrame, name: str, fixed: Mapping[str, object]) -> Floats:
        if name in self.levels:
            levels = self.levels[name]
            if name in fixed:
                row = np.array([level == fixed[name] for level in levels[1:]], dtype=float)
                return np.tile(row, (len(frame), 1))
            at = pd.Index(levels).get_indexer(pd.Index(frame[name]))
            strange = int((at < 0).sum())
            if strange:
                raise ValueError(
                    f"The column {name} has a level that the model does not know in {strange} "
                    "rows: predict only for levels of the sample."
                )
            flags: Floats = (at[:, None] == np.arange(1, len(levels))).astype(float)
            return flags
        numbers = frame[name]
        if not (
            pd.api.types.is_any_real_numeric_dtype(numbers) or pd.api.types.is_bool_dtype(numbers)
        ):
            raise TypeError(
                f"The column {name} holds {numbers.dtype} and was a number in the model: turn it "
                "into numbers."
            )
        return numbers.to_numpy(dtype=float, na_value=np.nan)[:, None]


def prepare_rows(
    design: SurveyDesign,
    outcome: str | None,
    terms: Sequence[str],
    where: str | None,
    missing: Missing,
    without_outcome: Booleans | None = None,
) -> tuple[pd.DataFrame, Booleans, Terms, str]:
    """Return the rows that enter a model, which they are, its terms, and a note.

    Parameters
    ----------
    design, outcome, terms, where, missing
        As in :func:`armutsexpertise.survey.models.fit`; without outcome only the variables must
        be known.
    without_outcome : ndarray of bool, shape (n,), optional
        Rows of whose outcome something is missing, where it is no column.

    Returns
    -------
    tuple of DataFrame, ndarray of bool, terms and str
        Rows with a positive weight and no missing value; a mask, shape (n,), of them; the terms
        with their levels; and what to say of rows left out.

    Raises
    ------
    ValueError, TypeError
        As in :func:`armutsexpertise.survey.models.fit`.
    """
    if missing not in get_args(Missing):
        raise ValueError(f"missing must be fail or drop, not {missing!r}.")
    split, variables = _split(terms)
    frame = design.frame
    inside = make_domains(frame, None, where).codes >= 0
    needed = variables if outcome is None else (outcome, *variables)
    absent = _absent(frame, needed)
    if without_outcome is not None:
        absent = absent | without_outcome
    absent = absent & inside
    if absent.any() and missing == "fail":
        raise ValueError(
            f"{int(absent.sum())} of {int(inside.sum())} rows lack a value of the outcome or of "
            'a variable: recode them, or set missing="drop" to leave them out.'
        )
    inside &= ~absent & (design.weights > 0)
    if not inside.any():
        raise ValueError("No row is left for the model: check the subpopulation.")
    rows = frame[inside]
    built = _build(rows, split, variables)
    single = [name for name, levels in built.levels.items() if len(levels) == 1]
    if single:
        raise ValueError(
            f"The column {single[0]} has one level in the {len(rows)} rows of the model: leave it "
            "out."
        )
    if len(set(built.names)) < len(built.names):
        raise ValueError(
            f"{len(built.names)} coefficients would have {len(set(built.names))} names: rename "
            "columns called intercept and levels that read alike."
        )
    note = f"; {int(absent.sum())} missing left out" if absent.any() else ""
    return rows, inside, built, note


def model_degrees_of_freedom(design: SurveyDesign, inside: Booleans, k: int) -> float:
    """Return the degrees of freedom of a model: those of the design in its rows, plus 1, minus k.

    Parameters
    ----------
    design : SurveyDesign
        The sample.
    inside : ndarray of bool, shape (n,)
        Rows that enter.
    k : int
        Number of coefficients.

    Returns
    -------
    float
        Degrees of freedom; may be zero or negative.
    """
    return float(design.domain_degrees_of_freedom(np.where(inside, 0, -1), 1)[0]) + 1 - k


def design_matrix(frame: pd.DataFrame, terms: Sequence[str]) -> tuple[list[str], Floats]:
    """Return the matrix of a model's variables and the names of its columns.

    Parameters
    ----------
    frame : DataFrame, shape (n, any)
        The sample, without missing values in the variables.
    terms : sequence of str
        As in :func:`armutsexpertise.survey.models.fit`.

    Returns
    -------
    tuple of list of str and ndarray of float, shape (n, k)
        Names and columns, the intercept first.

    Raises
    ------
    ValueError
        If a column is absent, missing or infinite, or a term is named twice.
    TypeError
        If a column holds neither text nor numbers, or both.

    Examples
    --------
    >>> names, matrix = design_matrix(pd.DataFrame({"sex": ["f", "m", "m"]}), ["sex"])
    >>> names, matrix.tolist()
    (['intercept', 'sex=m'], [[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    """
    split, variables = _split(terms)
    require_complete(frame, variables)
    built = _build(frame, split, variables)
    matrix = built.matrix(frame)
    if not np.isfinite(matrix).all():
        raise ValueError("A variable is infinite: recode it.")
    return built.names, matrix


def outcome_values(values: pd.Series, family: Family) -> Floats:
    """Return the outcome as numbers, or raise where a model cannot take it.

    Parameters
    ----------
    values : Series, shape (n,)
        Outcome, without missing values.
    family : {"linear", "logit", "poisson"}
        Which model.

    Returns
    -------
    ndarray of float, shape (n,)
        The outcome.

    Raises
    ------
    TypeError, ValueError
        As in :func:`armutsexpertise.survey.models.fit`.
    """
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        raise TypeError(
            f"The outcome {values.name} holds {values.dtype} and not numbers: recode it."
        )
    y = values.to_numpy(dtype=float)
    wrong = {
        "linear": ~np.isfinite(y),
        "logit": ~np.isin(y, [0, 1]),
        "poisson": ~(np.isfinite(y) & (y >= 0)),
    }[family]
    if wrong.any():
        need = {"linear": "finite", "logit": "0 or 1", "poisson": "finite and not negative"}[family]
        raise ValueError(
            f"The outcome {values.name} must be {need} for a {family} model, and is not in "
            f"{int(wrong.sum())} of {len(y)} rows: recode it."
        )
    return y


def require_full_rank(x: Floats, w: Floats, names: list[str]) -> None:
    """Raise ``ValueError`` where the columns of a model are collinear or infinite.

    Parameters
    ----------
    x : ndarray of float, shape (n, k)
        Model matrix.
    w : ndarray of float, shape (n,)
        Weights.
    names : list of str, length k
        Names of the columns, for the message.
    """
    if not np.isfinite(x).all():
        raise ValueError("A variable of the model is infinite: recode it.")
    rank, empty = _rank(x, w)
    if rank < x.shape[1]:
        zero = f", {', '.join(np.array(names)[empty])} zero throughout" if empty.any() else ""
        raise ValueError(
            f"The {x.shape[1]} columns of the model have rank {rank}{zero}: leave out a term or "
            "merge levels."
        )


def require_full_rank_on_replicates(x: Floats, replicates: Floats, names: list[str]) -> None:
    """Raise ``ValueError`` where the columns of a model are collinear on some replicates.

    Parameters
    ----------
    x : ndarray of float, shape (n, k)
        Model matrix, of full rank with the weights of the whole sample.
    replicates : ndarray of float, shape (R, n)
        Replicate weights, not negative.
    names : list of str, length k
        Names of the columns, for the message.
    """
    ranks, empties = zip(*(_rank(x, w) for w in replicates), strict=True)
    short = int((np.array(ranks) < x.shape[1]).sum())
    if short:
        lost = np.array(names)[np.any(empties, axis=0)]
        zero = f" ({', '.join(lost)} without rows)" if len(lost) else ""
        raise ValueError(
            f"On {short} of {len(replicates)} replicates the columns of the model are collinear"
            f"{zero}: merge levels or leave out a term."
        )


def _rank(x: Floats, w: Floats) -> tuple[int, Booleans]:
    """Return the rank of weighted columns, and which of them are zero throughout, shape (k,)."""
    gram = (x * w[:, None]).T @ x
    size = np.sqrt(np.diag(gram))
    empty: Booleans = size == 0
    size = np.where(empty, 1, size)
    # Where the smallest eigenvalue is well above rounding, there is no need of the slower QR.
    if np.linalg.eigvalsh(gram / np.outer(size, size))[0] > _FAR_FROM_COLLINEAR:
        return x.shape[1], empty
    triangle = np.linalg.qr(x * np.sqrt(w)[:, None] / size, mode="r")
    return int(np.linalg.matrix_rank(triangle, tol=_RANK_TOLERANCE)), empty


def require_definite(covariance: Floats, term: str) -> None:
    """Raise ``ValueError`` where a covariance has no inverse for a test of a term."""
    size = np.sqrt(np.diag(covariance))
    scaled = covariance / np.outer(size, size) if size.all() else np.diag((size > 0).astype(float))
    rank = int(np.linalg.matrix_rank(scaled, tol=_SINGULAR, hermitian=True))
    if rank < len(size):
        raise ValueError(
            f"The covariance of the {len(size)} coefficient(s) of {term} has rank {rank} and gives "
            "no test: merge levels, or check that the outcome and the replicates vary."
        )


def centred(x: Floats) -> tuple[Floats, Floats]:
    """Return columns about their means, and the matrix that turns coefficients back.

    The intercept, the first column, stays. With calendar years and their squares the information
    of the columns as they are has no digits left.
    """
    centre = np.concatenate([[0.0], x[:, 1:].mean(axis=0)])
    back = np.eye(x.shape[1])
    back[0] -= centre
    return x - centre, back


def require_complete(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise ``ValueError`` where a row lacks a value of one of the columns."""
    absent = int(_absent(frame, names).sum())
    if absent:
        raise ValueError(
            f"{absent} of {len(frame)} rows lack a variable of the model: fill them first."
        )


def _split(terms: str | Sequence[str]) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    split = tuple(tuple(term.split(":")) for term in as_names(terms))
    variables = tuple(dict.fromkeys(name for term in split for name in term))
    if not variables or len(set(split)) < len(split):
        raise ValueError("terms must name at least one term and none twice.")
    return split, variables


def _build(
    rows: pd.DataFrame, split: tuple[tuple[str, ...], ...], variables: tuple[str, ...]
) -> Terms:
    found = {name: _levels(rows[name]) for name in variables}
    return Terms(split, {name: levels for name, levels in found.items() if levels})


def _levels(values: pd.Series) -> tuple[object, ...]:
    """Return the levels of a categorical, text or boolean column; none for numbers."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return tuple(values.cat.remove_unused_categories().cat.categories)
    if pd.api.types.is_bool_dtype(values):
        return (False, True)
    if pd.api.types.is_any_real_numeric_dtype(values):
        return ()
    held = pd.api.types.infer_dtype(values, skipna=True)
    if held not in ("string", "boolean"):
        raise TypeError(
            f"The column {values.name} (dtype {values.dtype}, values {held}) can enter neither as "
            "text nor as numbers: turn it into one of them, or into a categorical for a "
            "coefficient per value."
        )
    return tuple(sorted(values.unique()))


def _absent(frame: pd.DataFrame, names: Sequence[str]) -> Booleans:
    require_columns(frame, names)
    twice = frame.columns[frame.columns.duplicated()].intersection(list(names))
    if len(twice):
        raise ValueError(
            f"{len(twice)} column(s) of the sample stand there twice ({', '.join(twice)}): keep "
            "one of each."
        )
    return frame[list(names)].isna().any(axis=1).to_numpy(dtype=bool)


def _product(parts: list[Floats]) -> Floats:
    block = parts[0]
    for part in parts[1:]:
        block = (block[:, :, None] * part[:, None, :]).reshape(
            len(block), block.shape[1] * part.shape[1]
        )
    return block
