"""Who is offline or low-skilled: groups found by a tree, and how stable they are.

A tree describes; another sample can give another tree with nearly the same accuracy. It is
therefore grown again on bootstrap samples, and what does not recur must not be told as a profile.
Estimates for small areas are not made here.

References
----------
Breiman, Friedman, Olshen and Stone (1984), Classification and Regression Trees,
doi:10.1201/9781315139470. Hubert and Arabie (1985), Journal of Classification 2, 193-218,
doi:10.1007/BF01908075: adjusted Rand index.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import adjusted_rand_score
from sklearn.tree import DecisionTreeClassifier

from armutsexpertise.digital._checks import as_numbers, is_whole, require_single, require_truth
from armutsexpertise.survey._columns import as_names, require_columns

Floats = npt.NDArray[np.float64]

SMALLEST_LEAF = 30


@dataclass(frozen=True, eq=False)
class Profiles:
    """Groups of a tree; see :func:`tree_profiles`.

    Attributes
    ----------
    groups : DataFrame, one row per group, highest share first
        ``group`` (number), ``rule`` (words), ``share`` (with the outcome, in [0, 1]),
        ``share_of_outcome`` (of all with the outcome), ``share_of_population``, ``n``.
    member : Series of int, shape (n_persons,)
        Group of each person.
    variables : DataFrame, one row per variable
        ``variable``, ``used`` and ``first`` (bool: in the tree, at its root), ``used_share`` and
        ``first_share`` (of the bootstrap trees, in [0, 1]).
    agreement : float
        Mean adjusted Rand index of the bootstrap trees with the tree: 1 the same groups, 0 as by
        chance. Missing where the tree found no groups.
    agreement_low : float
        Its 10 % quantile.
    """

    groups: pd.DataFrame
    member: pd.Series
    variables: pd.DataFrame
    agreement: float
    agreement_low: float


def _columns(frame: pd.DataFrame, variables: Sequence[str]) -> tuple[Floats, list[str], list[str]]:
    """Return numbers for the tree, a label for each column, and the variable it belongs to."""
    blocks, labels, owners = [], [], []
    for name in variables:
        column = frame[name]
        absent = int(column.isna().sum())
        if absent:
            raise ValueError(
                f"{name} lacks {absent} of {len(frame)} values: give unknown a category of its own."
            )
        if pd.api.types.is_bool_dtype(column):
            blocks.append(column.to_numpy(dtype=float)[:, None])
            labels.append(name)
        elif isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
            blocks.append(column.cat.codes.to_numpy(dtype=float)[:, None])
            labels.append(name)
        elif pd.api.types.is_numeric_dtype(column):
            values = column.to_numpy(dtype=float)
            if not np.isfinite(values).all():
                raise ValueError(f"{name} holds infinite values: recode them.")
            blocks.append(values[:, None])
            labels.append(name)
        else:
            levels = sorted(column.unique(), key=str)
            blocks.append(np.column_stack([(column == one).to_numpy(float) for one in levels]))
            labels += [f"{name}={one}" for one in levels]
            owners += [name] * len(levels)
            continue
        owners.append(name)
    return np.hstack(blocks), labels, owners


def tree_profiles(
    frame: pd.DataFrame,
    outcome: str,
    variables: Sequence[str],
    weight: str,
    *,
    cluster: str | None = None,
    depth: int = 3,
    smallest: int = 100,
    gain: float = 0.01,
    samples: int = 200,
    seed: int = 20261125,
) -> Profiles:
    """Find groups with a high share of an outcome, and test how stable they are.

    Parameters
    ----------
    frame : DataFrame, one row per person
        The sample.
    outcome : str
        Boolean column, such as offline.
    variables : sequence of str
        Columns of numbers, booleans, ordered or unordered categories, without missing values.
    weight : str
        Column of weights, finite and not negative.
    cluster : str, optional
        Column of sampling units, such as the household: the bootstrap draws units, not persons.
    depth : int
        Questions up to a group, 1 to 6.
    smallest : int
        Persons that a group needs in the sample, at least 30.
    gain : float
        Part of the impurity of the whole sample that a question must remove, in [0, 1). With 0
        the tree also divides noise.
    samples : int
        Bootstrap trees, at least 20.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Profiles
        Groups, members, variables and agreement.

    Raises
    ------
    ValueError
        If a column or value is missing, a column is named or stands twice, nobody or everybody
        has the outcome, weights are impossible, or a setting is out of range.
    TypeError
        If the outcome is not boolean or weights are no numbers.

    Notes
    -----
    Weighted Gini impurity, with a least gain relative to that of the sample (Breiman et al. 1984).
    Each bootstrap tree divides the original sample anew; its groups are compared with those of
    the tree by the adjusted Rand index (Hubert and Arabie 1985). Shares in the groups are those of
    the sample on which the tree was grown, so a high share is too high; agreement says more.

    Examples
    --------
    >>> rng = np.random.default_rng(4)
    >>> people = pd.DataFrame({"age": rng.integers(16, 90, 900), "alone": rng.random(900) < 0.4,
    ...                        "w": 1.0})
    >>> people["offline"] = rng.random(900) < np.where(people["age"] > 70, 0.5, 0.03)
    >>> found = tree_profiles(people, "offline", ["age", "alone"], "w", depth=1, samples=20)
    >>> found.groups["rule"].tolist()
    ['age > 71.5', 'age <= 71.5']
    """
    _check_settings(depth, smallest, gain, samples)
    names = as_names(variables)
    if not names:
        raise ValueError("Name at least one variable for the profiles.")
    units_of = as_names(cluster)
    require_columns(frame, [outcome, weight, *names, *units_of])
    # a group found by its own outcome or by the weights of the survey is no profile
    require_single([outcome, weight, *names], "The list of outcome, weight and variables")
    used_columns = {outcome, weight, *names, *units_of}
    require_single([name for name in frame.columns if name in used_columns], "The sample")
    require_truth(frame[outcome], outcome)
    y = frame[outcome].to_numpy(dtype=bool)
    w = as_numbers(frame[weight], weight)
    if not (np.isfinite(w) & (w >= 0)).all() or not 0 < w @ y < w.sum():
        raise ValueError(
            "Weights must be finite and not negative, and some but not all persons must have the "
            f"outcome {outcome}."
        )
    x, labels, owners = _columns(frame, names)
    tree = _grow(x, y, w, depth, smallest, gain)
    leaf = tree.apply(x)
    units = (
        np.arange(len(frame)) if cluster is None else pd.factorize(frame[cluster])[0].astype(int)
    )
    if (units < 0).any():
        raise ValueError(f"{cluster} lacks values: every person needs a sampling unit.")
    rng = np.random.default_rng(seed)
    used = np.zeros((samples, len(names)), dtype=bool)
    first = np.zeros_like(used)
    agreement = np.empty(samples)
    count = int(units.max()) + 1
    for place in range(samples):
        times = np.bincount(rng.integers(0, count, count), minlength=count)[units]
        rows = np.repeat(np.arange(len(frame)), times)
        if not 0 < w[rows] @ y[rows] < w[rows].sum():
            raise ValueError("A bootstrap sample has nobody with the outcome: it is too rare here.")
        again = _grow(x[rows], y[rows], w[rows], depth, smallest, gain)
        used[place], first[place] = _variables_of(again, owners, names)
        agreement[place] = adjusted_rand_score(leaf, again.apply(x))
    own_used, own_first = _variables_of(tree, owners, names)
    rules = _rules(tree, frame, labels, owners)
    numbers = {
        node: k for k, node in enumerate(sorted(rules, key=lambda n: -_share(n, leaf, w, y)))
    }
    groups = pd.DataFrame(
        [
            {
                "group": numbers[node] + 1,
                "rule": rules[node],
                "share": _share(node, leaf, w, y),
                "share_of_outcome": float((w * y)[leaf == node].sum() / (w @ y)),
                "share_of_population": float(w[leaf == node].sum() / w.sum()),
                "n": int((leaf == node).sum()),
            }
            for node in numbers
        ]
    )
    return Profiles(
        groups=groups,
        member=pd.Series([numbers[node] + 1 for node in leaf], index=frame.index, name="group"),
        variables=pd.DataFrame(
            {
                "variable": names,
                "used": own_used,
                "first": own_first,
                "used_share": used.mean(axis=0),
                "first_share": first.mean(axis=0),
            }
        ),
        agreement=float(agreement.mean()) if len(groups) > 1 else np.nan,
        agreement_low=float(np.quantile(agreement, 0.1)) if len(groups) > 1 else np.nan,
    )


def _check_settings(depth: int, smallest: int, gain: float, samples: int) -> None:
    for name, value in (("depth", depth), ("smallest", smallest), ("samples", samples)):
        if not is_whole(value):
            raise TypeError(f"{name} is {value!r}: give a whole number.")
    if not 1 <= depth <= 6:
        raise ValueError(f"depth is {depth}: a profile that can be told has 1 to 6 questions.")
    if smallest < SMALLEST_LEAF:
        raise ValueError(
            f"smallest is {smallest}: groups of fewer than {SMALLEST_LEAF} persons are neither "
            "reliable nor safe to publish."
        )
    if not 0 <= gain < 1:
        raise ValueError(f"gain is {gain}: give a part in [0, 1), such as 0.01.")
    if samples < 20:
        raise ValueError(f"{samples} bootstrap trees do not show stability: give at least 20.")


def _grow(
    x: Floats, y: npt.NDArray[np.bool_], w: Floats, depth: int, smallest: int, gain: float
) -> DecisionTreeClassifier:
    share = float(w @ y / w.sum())
    tree = DecisionTreeClassifier(
        max_depth=depth,
        min_samples_leaf=smallest,
        min_impurity_decrease=gain * 2 * share * (1 - share),
        random_state=0,
    )
    return tree.fit(x, y, sample_weight=w)


def _share(node: int, leaf: npt.NDArray[np.intp], w: Floats, y: npt.NDArray[np.bool_]) -> float:
    inside = leaf == node
    total = float(w[inside].sum())
    return float(w[inside] @ y[inside] / total) if total > 0 else 0.0


def _variables_of(
    tree: DecisionTreeClassifier, owners: list[str], variables: Sequence[str]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    asked = [owners[place] for place in tree.tree_.feature if place >= 0]
    return (
        np.array([name in asked for name in variables]),
        np.array([bool(asked) and asked[0] == name for name in variables]),
    )


def _rules(
    tree: DecisionTreeClassifier, frame: pd.DataFrame, labels: list[str], owners: list[str]
) -> dict[int, str]:
    inner = tree.tree_
    rules: dict[int, str] = {}
    # a later question about the same variable on the same side is the narrower one
    stack: list[tuple[int, dict[tuple[int, str], str]]] = [(0, {})]
    while stack:
        node, path = stack.pop()
        place = int(inner.feature[node])
        if place < 0:
            rules[node] = " and ".join(path.values()) or "everyone"
            continue
        cut = float(inner.threshold[node])
        low, high = _words(frame[owners[place]], labels[place], owners[place], cut)
        stack.append((int(inner.children_left[node]), path | {(place, "low"): low}))
        stack.append((int(inner.children_right[node]), path | {(place, "high"): high}))
    return rules


def _words(column: pd.Series, label: str, owner: str, cut: float) -> tuple[str, str]:
    if label != owner:
        level = label.removeprefix(f"{owner}=")
        return f"{owner} is not {level}", f"{owner} is {level}"
    if pd.api.types.is_bool_dtype(column):
        return f"not {owner}", owner
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = column.cat.categories
        return f"{owner} up to {levels[int(cut)]}", f"{owner} from {levels[int(cut) + 1]}"
    return f"{owner} <= {cut:g}", f"{owner} > {cut:g}"
