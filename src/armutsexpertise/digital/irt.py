"""Graded response model for item data that a user brings, its fit, and bias between groups.

The model places ordered answers and persons on one scale. It is estimated by marginal maximum
likelihood with weights, missing answers and standard errors. The Python library girth gives nearly
the same estimates, but takes no weights, gives no standard errors and had its last release in 2021.

References
----------
Samejima (1969), Psychometrika Monograph Supplement 17: the model. Bock and Aitkin (1981),
Psychometrika 46, 443-459, doi:10.1007/BF02293801: EM algorithm. Orlando and Thissen (2000),
Applied Psychological Measurement 24(1), 50-64: item fit; Kang and Chen (2008), Journal of
Educational Measurement 45(4), 391-406: its form for ordered answers. Zumbo (1999), A
Handbook on the Theory and Methods of Differential Item Functioning: ordinal logistic regression;
Choi, Gibbons and Crane (2011), Journal of Statistical Software 39(8), doi:10.18637/jss.v039.i08:
the same on the latent scale. Candell and Drasgow (1988), Applied Psychological Measurement 12(3),
253-260: items that are flagged leave the scale, in rounds. Holland and Thayer (1988), in Wainer and
Braun (eds.), Test Validity, 129-145: the item studied stays in the score it is tested at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.special import expit, logit

from armutsexpertise.digital._checks import as_numbers, require_single, require_truth
from armutsexpertise.survey._columns import as_names, require_columns
from armutsexpertise.survey.design import SurveyDesign
from armutsexpertise.survey.models import Fitted, fit, fit_ordered

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]

_NODES = np.linspace(-6, 6, 61)
_DENSITY = stats.norm.pdf(_NODES) / stats.norm.pdf(_NODES).sum()
_SCORE = "_score"
_EM_STEPS, _EM_TOLERANCE = 2000, 1e-6


@dataclass(frozen=True, eq=False)
class GradedModel:
    """A fitted graded response model; see :func:`graded_response`.

    Attributes
    ----------
    parameters : DataFrame, one row per item and parameter
        ``item``, ``parameter`` (``discrimination``, ``threshold_1`` ...), ``estimate``, ``se``.
    scores : DataFrame, shape (n_persons, 2)
        ``score`` (expected a posteriori, standard deviations of the population) and ``se``.
    reliability : float
        Weighted variance of the scores, in [0, 1].
    log_likelihood : float
        Weighted marginal log-likelihood, weights summing to n.
    influence : ndarray of float, shape (n_persons, n_parameters)
        Influence of each person on slopes and intercepts per unit of weight, for
        ``SurveyDesign.covariance``.
    """

    parameters: pd.DataFrame
    scores: pd.DataFrame
    reliability: float
    log_likelihood: float
    influence: Floats
    _theta: tuple[Floats, ...]
    _items: tuple[str, ...]

    def probabilities(self, item: str, at: npt.ArrayLike) -> Floats:
        """Return the probability of each answer for given positions on the scale.

        Parameters
        ----------
        item : str
            Item.
        at : array_like of float, shape (n,)
            Positions, in standard deviations.

        Returns
        -------
        ndarray of float, shape (n, n_answers)
            Probabilities in [0, 1], rows sum to 1.
        """
        if item not in self._items:
            raise ValueError(f"The model has no item {item}: see its parameters.")
        theta = self._theta[self._items.index(item)]
        return _probabilities(theta, np.atleast_1d(np.asarray(at, dtype=float)))


def _answers(items: pd.DataFrame) -> tuple[Integers, list[int]]:
    """Check ordered answers; return codes, -1 where missing, and how many answers items have."""
    if items.shape[1] < 3:
        raise ValueError(f"{items.shape[1]} item(s) do not identify a scale: give at least three.")
    require_single(items.columns, "The table of items")
    if items.empty:
        raise ValueError("The table of items has no rows: give the answers of persons.")
    codes = np.full(items.shape, -1, dtype=np.intp)
    sizes = []
    for place, name in enumerate(items.columns):
        column = items[name]
        if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
            raise TypeError(
                f"{name} holds {column.dtype} and not numbers: recode the answers to 0, 1, 2 ... "
                "in ascending order."
            )
        values = column.to_numpy(dtype=float, na_value=np.nan)
        known = ~np.isnan(values)
        present = np.unique(values[known])
        if present.size < 2 or not np.array_equal(present, np.arange(present.size)):
            raise ValueError(
                f"{name} does not hold the whole numbers 0, 1, 2 ... without a gap, each at least "
                "once: recode unknown codes to missing and merge answers that nobody gave."
            )
        codes[known, place] = values[known].astype(np.intp)
        sizes.append(present.size)
    empty = int((codes < 0).all(axis=1).sum())
    if empty:
        raise ValueError(f"{empty} of {len(items)} persons answered no item: leave them out.")
    return codes, sizes


def _require_one_direction(items: pd.DataFrame, weight: Floats) -> None:
    values = items.to_numpy(dtype=float, na_value=np.nan)
    span = np.nanmax(values, axis=0)
    scaled = values / span
    turned = []
    for place, name in enumerate(items.columns):
        others = np.delete(scaled, place, axis=1)
        known = ~np.isnan(others)
        count = known.sum(axis=1)
        mean = np.divide(
            np.nansum(others, axis=1), count, out=np.full(len(values), np.nan), where=count > 0
        )
        both = ~np.isnan(mean) & ~np.isnan(scaled[:, place]) & (weight > 0)
        x, y, w = scaled[both, place], mean[both], weight[both]
        if both.sum() > 2 and w @ ((x - w @ x / w.sum()) * (y - w @ y / w.sum())) < 0:
            turned.append(str(name))
    if turned:
        raise ValueError(
            f"{len(turned)} item(s) run against the others ({', '.join(turned)}): the scale of "
            "their answers is reversed, turn it round, or they measure something else."
        )


def _probabilities(theta: Floats, at: Floats) -> Floats:
    upper = expit(theta[0] * at[:, None] - theta[1:])
    edges = np.column_stack([np.ones(len(at)), upper, np.zeros(len(at))])
    result: Floats = np.maximum(edges[:, :-1] - edges[:, 1:], 1e-300)
    return result


def _derivatives(theta: Floats, at: Floats) -> Floats:
    """Return the derivative of each answer's probability, shape (nodes, answers, parameters)."""
    upper = expit(theta[0] * at[:, None] - theta[1:])
    slope = upper * (1 - upper)
    nodes, cuts = slope.shape
    by_edge = np.zeros((nodes, cuts + 2, cuts + 1))
    by_edge[:, 1:-1, 0] = slope * at[:, None]
    place = np.arange(cuts)
    by_edge[:, place + 1, place + 1] = -slope
    result: Floats = by_edge[:, :-1] - by_edge[:, 1:]
    return result


def _posterior(codes: Integers, thetas: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return the posterior on the nodes, shape (n, nodes), and the log-likelihood of each row."""
    joint = np.tile(np.log(_DENSITY), (len(codes), 1))
    for place, theta in enumerate(thetas):
        table = np.vstack([np.log(_probabilities(theta, _NODES)).T, np.zeros(len(_NODES))])
        joint += table[codes[:, place]]  # code -1 takes the last row: no information
    top = joint.max(axis=1, keepdims=True)
    posterior = np.exp(joint - top)
    total = posterior.sum(axis=1, keepdims=True)
    return posterior / total, (top + np.log(total))[:, 0]


def _expected_log_likelihood(theta: Floats, counts: Floats) -> float:
    if not (np.diff(theta[1:]) > 0).all():
        return -np.inf
    return float((counts * np.log(_probabilities(theta, _NODES))).sum())


def _improve(theta: Floats, counts: Floats) -> Floats:
    """One step of Fisher scoring on the expected counts, shape (nodes, answers)."""
    probability = _probabilities(theta, _NODES)
    change = _derivatives(theta, _NODES)
    score = np.einsum("qc,qcp->p", counts / probability, change)
    weight = counts.sum(axis=1)[:, None] / probability
    information = np.einsum("qcp,qc,qcr->pr", change, weight, change)
    step = np.linalg.solve(information + 1e-9 * np.eye(len(theta)), score)
    before, size = _expected_log_likelihood(theta, counts), 1.0
    while size > 1e-10:
        found = theta + size * step
        if _expected_log_likelihood(found, counts) >= before:
            return found
        size /= 2
    return theta


def _person_scores(codes: Integers, thetas: Sequence[Floats], posterior: Floats) -> Floats:
    """Return the score of each row: posterior mean of the complete score (Fisher's identity)."""
    parts = []
    for place, theta in enumerate(thetas):
        ratio = _derivatives(theta, _NODES) / _probabilities(theta, _NODES)[:, :, None]
        expected = np.einsum("nq,qcp->ncp", posterior, ratio)
        own = np.take_along_axis(expected, np.maximum(codes[:, place], 0)[:, None, None], axis=1)[
            :, 0
        ]
        parts.append(np.where((codes[:, place] >= 0)[:, None], own, 0.0))
    return np.hstack(parts)


def graded_response(items: pd.DataFrame, weight: pd.Series | None = None) -> GradedModel:
    r"""Fit a graded response model by marginal maximum likelihood.

    Parameters
    ----------
    items : DataFrame, shape (n_persons, n_items)
        Ordered answers as whole numbers 0, 1, 2 ...; more means more skill. Missing answers are
        taken as missing at random.
    weight : Series of float, shape (n_persons,), optional
        Weights with the index of ``items``, finite and not negative; default 1.

    Returns
    -------
    GradedModel
        Parameters with standard errors, and a score for each person.

    Raises
    ------
    TypeError
        If answers are no numbers or weight is no Series.
    ValueError
        If there are fewer than three items, a column stands twice, codes leave gaps, a person or
        an answer of an item has no weight or no case, an item runs against the others, weights are
        impossible, or the algorithm does not converge.

    Notes
    -----
    .. math:: P(Y_j \ge k \mid \theta) = 1/(1 + e^{-a_j(\theta - b_{jk})}),
              \qquad \theta \sim N(0, 1)

    with discrimination a and ascending thresholds b (Samejima 1969). EM on 61 equally spaced nodes
    from -6 to 6 (Bock and Aitkin 1981), with a step of Fisher scoring per item. Standard errors
    by the sandwich :math:`A^{-1}BA^{-1}` with the numerical derivative A of the score, valid with
    weights and for independent persons; for a complex design give ``influence`` to its covariance.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> skill = rng.normal(size=1500)
    >>> items = pd.DataFrame({f"i{j}": ((1.5 * skill - j)[:, None] + rng.logistic(size=(1500, 1))
    ...                                 > np.array([-1, 1])).sum(axis=1) for j in range(4)})
    >>> model = graded_response(items)
    >>> found = model.parameters.query("parameter == 'discrimination'")
    >>> bool((abs(found["estimate"] - 1.5) < 3 * found["se"]).all())
    True
    """
    codes, sizes = _answers(items)
    if weight is not None and not isinstance(weight, pd.Series):
        raise TypeError(
            f"weight is {type(weight).__name__} and no Series: give it the index of items, so that "
            "every person has the own weight."
        )
    if weight is not None and not weight.index.equals(items.index):
        raise ValueError(
            "weight has other rows than items, or the same in another order: give it the index of "
            "items, for instance weight.reindex(items.index)."
        )
    w = np.ones(len(items)) if weight is None else as_numbers(weight, "weight")
    if w.shape != (len(items),) or not (np.isfinite(w) & (w >= 0)).all() or w.sum() <= 0:
        raise ValueError("weight needs one finite number that is not negative per person.")
    factor = len(items) / float(w.sum())
    w = w * factor
    for place, (name, size) in enumerate(zip(items.columns, sizes, strict=True)):
        if not all(w[codes[:, place] == k].sum() > 0 for k in range(size)):
            raise ValueError(
                f"An answer of {name} is only given by persons without weight: merge it with the "
                "next one or leave these persons out."
            )
    _require_one_direction(items, w)
    thetas = []
    for place, size in enumerate(sizes):
        own = codes[:, place] >= 0
        above = [w[own & (codes[:, place] >= k)].sum() / w[own].sum() for k in range(1, size)]
        start = -1.2 * logit(np.clip(above, 0.005, 0.995))
        start = np.maximum.accumulate(start) + 1e-4 * np.arange(size - 1)
        thetas.append(np.concatenate([[1.0], start]))
    for _ in range(_EM_STEPS):
        posterior, _likelihood = _posterior(codes, thetas)
        weighted = posterior * w[:, None]
        moved = 0.0
        for place, size in enumerate(sizes):
            counts = np.column_stack(
                [weighted[codes[:, place] == k].sum(axis=0) for k in range(size)]
            )
            better = _improve(thetas[place], counts)
            moved = max(moved, float(np.abs(better - thetas[place]).max()))
            thetas[place] = better
        if moved < _EM_TOLERANCE:
            break
    else:
        raise ValueError(
            f"The model did not settle in {_EM_STEPS} steps: an item hardly depends on the others "
            "or decides them fully; look at the correlations and leave it out."
        )
    return _finish(items, codes, w, thetas, factor)


def _finish(
    items: pd.DataFrame, codes: Integers, w: Floats, thetas: list[Floats], factor: float
) -> GradedModel:
    posterior, likelihood = _posterior(codes, thetas)
    scores = _person_scores(codes, thetas, posterior)
    flat = np.concatenate(thetas)
    bounds = np.cumsum([len(theta) for theta in thetas])[:-1]

    def total(values: Floats) -> Floats:
        parts = np.split(values, bounds)
        return w @ _person_scores(codes, parts, _posterior(codes, parts)[0])

    size = 1e-4
    steps = np.eye(len(flat)) * size
    curvature = np.column_stack([(total(flat - s) - total(flat + s)) / (2 * size) for s in steps])
    bread = np.linalg.inv((curvature + curvature.T) / 2)
    influence = scores @ bread
    spread = influence * w[:, None]
    covariance = spread.T @ spread
    mean = posterior @ _NODES
    variance = posterior @ _NODES**2 - mean**2
    rows = []
    for place, (name, theta) in enumerate(zip(items.columns, thetas, strict=True)):
        first = 0 if place == 0 else int(bounds[place - 1])
        own = covariance[first : first + len(theta), first : first + len(theta)]
        rows.append((name, "discrimination", theta[0], np.sqrt(own[0, 0])))
        for k in range(1, len(theta)):  # b = d / a by the delta method
            gradient = np.zeros(len(theta))
            gradient[0], gradient[k] = -theta[k] / theta[0] ** 2, 1 / theta[0]
            error = np.sqrt(gradient @ own @ gradient)
            rows.append((name, f"threshold_{k}", theta[k] / theta[0], error))
    centre = w @ mean / w.sum()
    return GradedModel(
        parameters=pd.DataFrame(rows, columns=["item", "parameter", "estimate", "se"]),
        scores=pd.DataFrame({"score": mean, "se": np.sqrt(variance)}, index=items.index),
        reliability=float(w @ (mean - centre) ** 2 / w.sum()),
        log_likelihood=float(w @ likelihood),
        influence=influence * factor,
        _theta=tuple(thetas),
        _items=tuple(str(name) for name in items.columns),
    )


def item_fit(model: GradedModel, items: pd.DataFrame, *, smallest: float = 1.0) -> pd.DataFrame:
    r"""Compare the answers to each item with the model, by the sum over all items.

    Parameters
    ----------
    model : GradedModel
        Fitted to these items.
    items : DataFrame, shape (n_persons, n_items)
        Answers; only persons who answered every item enter.
    smallest : float
        Neighbouring answers are merged until each cell expects as many persons.

    Returns
    -------
    DataFrame, one row per item
        ``item``, ``statistic``, ``df``, ``p_value`` in [0, 1], ``n``.

    Raises
    ------
    ValueError
        If the items are not those of the model, nobody answered all of them, or smallest is not
        positive.

    Notes
    -----
    :math:`S\text{-}X^2 = \sum_s\sum_k (O_{sk} - E_{sk})^2/E_{sk}` over sums s of all items, with
    the expected counts by the recursion of the distribution of sums (Orlando and Thissen 2000;
    Kang and Chen 2008). Degrees of freedom: cells minus sums minus parameters of the item.
    Unweighted: a test for simple random samples, a rough guide for others.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> skill = rng.normal(size=800)
    >>> items = pd.DataFrame({f"i{j}": ((1.5 * skill - j)[:, None] + rng.logistic(size=(800, 1))
    ...                                 > np.array([-1, 1])).sum(axis=1) for j in range(4)})
    >>> fit_of = item_fit(graded_response(items), items)
    >>> bool((fit_of["p_value"] > 0.001).all())
    True
    """
    if tuple(str(name) for name in items.columns) != model._items:
        raise ValueError("These items differ from those of the model: give the same columns.")
    if not smallest > 0:
        raise ValueError(f"smallest is {smallest}: a cell must expect more than 0 persons.")
    codes, sizes = _answers(items)
    if sizes != [len(theta) for theta in model._theta]:
        raise ValueError(
            "These items have more or fewer answers than those of the model: give the answers to "
            "which it was fitted."
        )
    codes = codes[(codes >= 0).all(axis=1)]
    if not len(codes):
        raise ValueError("Nobody answered every item: item fit by sums is not defined.")
    tables = [_probabilities(theta, _NODES) for theta in model._theta]
    sums = codes.sum(axis=1)
    most = sum(sizes) - len(sizes)
    whole = _sum_distribution(tables)
    denominator = _DENSITY @ whole
    persons = np.bincount(sums, minlength=most + 1).astype(float)
    rows = []
    for place, name in enumerate(model._items):
        rest = _sum_distribution(tables[:place] + tables[place + 1 :])
        statistic, cells = 0.0, 0
        for total in range(1, most):
            if persons[total] == 0:
                continue
            answers = [k for k in range(sizes[place]) if 0 <= total - k < rest.shape[1]]
            share = np.array(
                [_DENSITY @ (tables[place][:, k] * rest[:, total - k]) for k in answers]
            )
            expected = persons[total] * share / denominator[total]
            here = codes[sums == total, place]
            observed = np.array([(here == k).sum() for k in answers], dtype=float)
            observed, expected = _merged(observed, expected, smallest)
            statistic += float(((observed - expected) ** 2 / expected).sum())
            cells += len(expected) - 1
        df = cells - len(model._theta[place])
        p = float(stats.chi2.sf(statistic, df)) if df > 0 else np.nan
        rows.append((name, statistic, df, p, len(codes)))
    return pd.DataFrame(rows, columns=["item", "statistic", "df", "p_value", "n"])


def _sum_distribution(tables: Sequence[Floats]) -> Floats:
    """Return the distribution of the sum of the items at each node (Lord and Wingersky)."""
    result = np.ones((len(_NODES), 1))
    for table in tables:
        longer = np.zeros((len(_NODES), result.shape[1] + table.shape[1] - 1))
        for k in range(table.shape[1]):
            longer[:, k : k + result.shape[1]] += result * table[:, [k]]
        result = longer
    return result


def _merged(observed: Floats, expected: Floats, smallest: float) -> tuple[Floats, Floats]:
    seen, hoped = list(observed), list(expected)
    while len(hoped) > 1 and min(hoped) < smallest:
        at = int(np.argmin(hoped))
        into = at - 1 if at == len(hoped) - 1 or (at > 0 and hoped[at - 1] < hoped[at + 1]) else at
        hoped[into : into + 2] = [hoped[into] + hoped[into + 1]]
        seen[into : into + 2] = [seen[into] + seen[into + 1]]
    return np.array(seen), np.array(hoped)


def item_bias(design: SurveyDesign, items: Sequence[str], group: str, score: str) -> pd.DataFrame:
    """Test whether an item works differently for a group at the same position on the scale.

    Parameters
    ----------
    design : SurveyDesign
        The sample; its frame holds items, group and score.
    items : sequence of str
        Columns with answers 0, 1, 2 ...; rows without an answer are left out.
    group : str
        Boolean column, such as poor.
    score : str
        Column with the position on the scale, such as ``GradedModel.scores``.

    Returns
    -------
    DataFrame, one row per item
        ``item``; ``log_odds`` of a higher answer in the group at the same score, ``se``,
        ``p_uniform``; ``p_non_uniform`` (of the product of group and score); ``p_adjusted`` (the
        smaller of the two, times 2, by Holm over the items); ``n``; ``left_out`` (rows without the
        answer or the score).

    Raises
    ------
    ValueError
        If a column is missing or a model has no finite estimate.
    TypeError
        If the group is not boolean.

    Notes
    -----
    Ordered logit of the answer on score and group, and with their product, with design-based
    covariance (Zumbo 1999; Choi, Gibbons and Crane 2011). The score is taken as given: if several
    items are biased, a score of all items is biased as well and items that work alike are flagged
    with them. :func:`purified_item_bias` forms the score of the items that are not.

    Examples
    --------
    >>> rng = np.random.default_rng(5)
    >>> skill = rng.normal(size=1200)
    >>> poor = rng.random(1200) < 0.4
    >>> data = pd.DataFrame({"poor": poor, "w": 1.0, "score": skill})
    >>> for j, shift in enumerate([0, 0, 1.2]):
    ...     noise = rng.logistic(size=1200)
    ...     data[f"i{j}"] = (skill - shift * poor + noise > 0).astype(int)
    >>> found = item_bias(SurveyDesign.from_frame(data, weights="w"), ["i0", "i1", "i2"], "poor",
    ...                   "score")
    >>> (found["p_adjusted"] < 0.01).tolist()
    [False, False, True]
    """
    frame = design.frame
    names = as_names(items)
    _require_item_columns(frame, names, group, score)
    rows = []
    for item in names:
        columns = frame[[item, group, score]]
        inside = columns.notna().all(axis=1)
        if columns.loc[inside, group].nunique() < 2 or columns.loc[inside, item].nunique() < 2:
            raise ValueError(
                f"{item} has answers and scores of one group only, or all answers alike: it cannot "
                "be compared, leave it out."
            )
        own = replace(design, frame=columns.assign(_inside=inside))
        uniform, product = (
            _ordered(own, item, terms)
            for terms in ([score, group], [score, group, f"{score}:{group}"])
        )
        table = uniform.table()
        found = table.loc[table["indicator"] == f"{group}=True", ["estimate", "se"]].to_numpy()[0]
        rows.append(
            {
                "item": item,
                "log_odds": float(found[0]),
                "se": float(found[1]),
                "p_uniform": uniform.wald(group).p_value,
                "p_non_uniform": product.wald(f"{score}:{group}").p_value,
                "n": uniform.n,
                "left_out": int((~inside).sum()),
            }
        )
    result = pd.DataFrame(rows)
    result.insert(5, "p_adjusted", _adjusted(result))
    return result


def _require_item_columns(frame: pd.DataFrame, items: Sequence[str], *others: str) -> None:
    if not items:
        raise ValueError("Name at least one item.")
    require_columns(frame, [*items, *others])
    require_single([*items, *others], "The list of items, group and score")
    require_truth(frame[others[0]], others[0])


def _adjusted(table: pd.DataFrame) -> Floats:
    smaller = 2 * table[["p_uniform", "p_non_uniform"]].to_numpy(dtype=float).min(axis=1)
    return _holm(np.minimum(smaller, 1.0))


def purified_item_bias(
    design: SurveyDesign, items: Sequence[str], group: str, *, alpha: float = 0.05
) -> pd.DataFrame:
    """Test items for bias at the same score of those items that show none.

    Parameters
    ----------
    design : SurveyDesign
        The sample; its frame holds items and group.
    items : sequence of str
        Columns with answers 0, 1, 2 ..., at least three.
    group : str
        Boolean column, such as poor.
    alpha : float
        Level in (0, 1) at which an item leaves the anchor.

    Returns
    -------
    DataFrame, one row per item
        Columns of :func:`item_bias` and ``anchor`` (bool: the item is part of the score of the
        others). ``p_adjusted`` is by Holm over all items.

    Raises
    ------
    ValueError
        As in :func:`item_bias` and :func:`graded_response`, or if fewer than three items are
        left: then no common scale of the two groups is known.
    TypeError
        If the group is not boolean or answers are no numbers.

    Notes
    -----
    Purification one item at a time: the model is fitted to the anchor, its items are tested at its
    score, and the item with the smallest p-value leaves as long as one is below ``alpha`` after
    Holm (the iterations of Candell and Drasgow 1988, with one item a round: taking out all at once
    also takes those that only a biased score has flagged). An item is always part of the score at
    which it is tested (Holland and Thayer 1988). The score counts as known in the standard errors.
    If more than half of the items are biased in one direction, the others are taken for biased.

    Examples
    --------
    >>> rng = np.random.default_rng(5)
    >>> skill, poor = rng.normal(size=900), rng.random(900) < 0.4
    >>> data = pd.DataFrame({"poor": poor, "w": 1.0})
    >>> for j, shift in enumerate([0, 0, 0, 0, 2.0]):
    ...     chance = 1 / (1 + np.exp(-2 * skill + shift * poor))
    ...     data[f"i{j}"] = (rng.random(900) < chance).astype(int)
    >>> found = purified_item_bias(SurveyDesign.from_frame(data, weights="w"),
    ...                            [f"i{j}" for j in range(5)], "poor")
    >>> found["anchor"].tolist()
    [True, True, True, True, False]
    """
    names = as_names(items)
    _require_item_columns(design.frame, names, group)
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha}.")
    anchor = list(names)
    while True:
        found = item_bias(_with_score(design, anchor, group), anchor, group, _SCORE)
        if (found["p_adjusted"] >= alpha).all():
            break
        if len(anchor) == 3:
            raise ValueError(
                f"{len(names) - 2} of {len(names)} items differ between the groups of {group}: "
                "no three are left that could carry a common scale; compare single items instead."
            )
        ranked = found.assign(
            _p=found[["p_uniform", "p_non_uniform"]].min(axis=1),
            _z=-(found["log_odds"] / found["se"]).abs(),
        ).sort_values(["_p", "_z"], kind="stable")
        anchor.remove(ranked["item"].iloc[0])
    tested = [found]
    for name in names:
        if name not in anchor:
            own = _with_score(design, [*anchor, name], group)
            tested.append(item_bias(own, [name], group, _SCORE))
    result = pd.concat(tested).set_index("item").loc[names].reset_index()
    result["p_adjusted"] = _adjusted(result)
    return result.assign(anchor=result["item"].isin(anchor))


def _with_score(design: SurveyDesign, items: Sequence[str], group: str) -> SurveyDesign:
    """Return the design on items and group, with the score of the items."""
    columns = design.frame[[*items, group]]
    answered = columns[list(items)].notna().any(axis=1).to_numpy()
    own = columns.loc[answered, list(items)]
    model = graded_response(own, pd.Series(design.weights[answered], index=own.index))
    score = np.full(len(columns), np.nan)
    score[answered] = model.scores["score"]
    return replace(design, frame=columns.assign(**{_SCORE: score}))


def _ordered(design: SurveyDesign, item: str, terms: list[str]) -> Fitted:
    if design.frame[item].nunique() == 2:
        return fit(design, item, terms, "logit", where="_inside")
    return fit_ordered(design, item, terms, where="_inside")


def _holm(p: Floats) -> Floats:
    order = np.argsort(p)
    adjusted = np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order])
    result = np.empty(len(p))
    result[order] = np.minimum(adjusted, 1.0)
    return result
