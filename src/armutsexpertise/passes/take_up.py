"""Take-up of passes from administrative counts, with ranges instead of sampling errors.

Holders and eligible persons give a rate only if both count the same groups in the same unit at
the same date. Counts have no sampling error; what is uncertain is rounding, date and definition.

References
----------
van Oorschot (1991), Journal of European Social Policy 1(1), 15-30,
doi:10.1177/095892879100100103: concept of take-up. Paule and Mandel (1982), Journal of Research
of the National Bureau of Standards 87(5), 377-385, doi:10.6028/jres.087.022: between-city variance.
Hartung and Knapp (2001), Statistics in Medicine 20(24), 3875-3889, doi:10.1002/sim.1009: interval
of the mean. Higgins, Thompson and Spiegelhalter (2009), JRSS A 172(1), 137-159,
doi:10.1111/j.1467-985X.2008.00552.x: prediction interval. Partlett and Riley (2017), Statistics in
Medicine 36(2), 301-317, doi:10.1002/sim.7140: the same with the Hartung-Knapp variance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import inf, isnan

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from scipy.special import expit, logit

from armutsexpertise._checks import require_columns
from armutsexpertise.ranges import Range

COMPARABLE = "vergleichbar"
APPROXIMATION = "Näherung"
NOT_PRINTABLE = "nicht druckbar"
NUMERATORS = ("holders", "issued_total", "applications")
COUNT_COLUMNS = (
    "count_id",
    "pass_id",
    "ags",
    "pass_name",
    "measure",
    "unit",
    "value",
    "value_low",
    "value_high",
    "date",
    "date_quality",
    "groups",
    "verified",
    "source_title",
    "source_url",
)
_UNITS = {"card": "Karten", "household": "Haushalte", "use": "Nutzungen", "person": "Personen"}
_MEASURES = {"issued_total": "Ausstellungen", "applications": "Anträge"}


def rounding_unit(value: float) -> float:
    """Return the unit to which a printed number looks rounded.

    Parameters
    ----------
    value : float
        Printed number, zero or positive.

    Returns
    -------
    float
        Integers: ten to the number of trailing zeros, so 1 for a number that ends in another
        digit. Numbers with decimals: the place of the last digit that is not zero. 0 has unit 1.

    Raises
    ------
    ValueError
        If the number is missing, infinite or negative.

    Notes
    -----
    A rule of our own, on the side of caution: a number that ends in zeros by chance is taken to be
    rounded. 7,000 may then stand for 6,500 to 7,500, and 20,000 for 15,000 to 25,000.

    Examples
    --------
    >>> [rounding_unit(v) for v in (654, 94700, 20000, 9.3)]
    [1.0, 100.0, 10000.0, 0.1]
    """
    if not (0 <= value < inf):
        raise ValueError("A count must be a finite number of zero or more.")
    exponent = Decimal(str(float(value))).normalize().as_tuple().exponent
    return 1.0 if value == 0 else float(Decimal(1).scaleb(int(exponent)))


def count_range(value: float, low: float = np.nan, high: float = np.nan) -> Range:
    """Return the range of numbers that a printed count may stand for.

    Parameters
    ----------
    value : float
        Single printed number, or NaN where the source gives a range or a bound.
    low, high : float
        Printed range; NaN for an end that is not stated. "More than 2,200" is low = 2200.

    Returns
    -------
    Range
        With a printed range and no value: that range, an end not stated being 0 or infinity.
        Otherwise ``value`` plus or minus half of its :func:`rounding_unit`, not below 0 (half a
        unit for a number that looks exact), cut to the bound that the source puts on it: "just
        under 20,000" is value = 20000 and high = 20000.

    Raises
    ------
    ValueError
        If nothing is stated or a number is impossible.

    Examples
    --------
    >>> count_range(7000)
    Range(low=6500.0, high=7500.0)
    >>> count_range(float("nan"), low=2200)
    Range(low=2200.0, high=inf)
    >>> count_range(20000, high=20000)
    Range(low=15000.0, high=20000.0)
    """
    if isnan(value) and isnan(low) and isnan(high):
        raise ValueError("A count without value, value_low and value_high has no range.")
    bottom, top = (0.0 if isnan(low) else float(low)), (inf if isnan(high) else float(high))
    if isnan(value):
        return Range(bottom, top)
    half = rounding_unit(value) / 2
    return Range(max(bottom, value - half), min(top, value + half))


@dataclass(frozen=True)
class TakeUp:
    """Range of a take-up rate.

    Parameters
    ----------
    low, high : float
        Shares in [0, 1].
    above_one : bool
        The numbers allow more holders than eligible persons: the upper end was cut at 1 and the
        two counts may not belong together.
    """

    low: float
    high: float
    above_one: bool


def take_up_range(numerator: Range, denominator: Range) -> TakeUp:
    """Return the range of the rate of two counts, cut to [0, 1].

    Parameters
    ----------
    numerator, denominator : Range
        Holders and eligible persons, in the same unit.

    Returns
    -------
    TakeUp
        ``low`` is the smallest numerator over the largest denominator, ``high`` the reverse.

    Raises
    ------
    ValueError
        If the denominator is zero.

    Notes
    -----
    Interval arithmetic (Moore, Kearfott and Cloud 2009, Introduction to Interval Analysis,
    doi:10.1137/1.9780898717716): the rate of every pair of numbers inside the two ranges lies in
    the result. Concept of take-up: van Oorschot (1991), doi:10.1177/095892879100100103.

    Examples
    --------
    >>> rate = take_up_range(count_range(654), count_range(7000))
    >>> round(rate.low, 4), round(rate.high, 4), rate.above_one
    (0.0871, 0.1007, False)
    """
    rate = numerator / denominator
    return TakeUp(min(rate.low, 1.0), min(rate.high, 1.0), rate.high > 1)


def _reasons(above: pd.Series, below: pd.Series) -> list[str]:
    """List in German what keeps two counts from being comparable."""
    reasons = []
    if above["measure"] != "holders":
        reasons.append(f"{_MEASURES[above['measure']]} statt Inhabende")
    if above["unit"] != below["unit"]:
        reasons.append(f"{_UNITS[above['unit']]} statt {_UNITS[below['unit']]}")
    if pd.isna(above["groups"]) or pd.isna(below["groups"]):
        reasons.append("Gruppen nicht genannt")
    elif above["groups"] != below["groups"]:
        reasons.append("Gruppen verschieden")
    if pd.isna(above["date"]) or pd.isna(below["date"]):
        reasons.append("Stichtag nicht genannt")
    elif above["date"] != below["date"]:
        reasons.append("Stichtage verschieden")
    if (above["date_quality"], below["date_quality"]) != ("stated", "stated"):
        reasons.append("Stichtag erschlossen")
    if not (above["verified"] and below["verified"]):
        reasons.append("Zahl bei Nachprüfung nicht wiedergefunden")
    return reasons


def comparable_pairs(counts: pd.DataFrame) -> pd.DataFrame:
    """Join numerators and eligible persons by ``pair_id`` and say how far they are comparable.

    Parameters
    ----------
    counts : DataFrame, one row per count
        The columns of ``COUNT_COLUMNS`` and ``pair_id``; ``verified`` is bool.

    Returns
    -------
    DataFrame, one row per numerator, sorted by ``pair_id``
        ``pair_id``, ``ags``, ``pass_id``, ``pass_name``, ``groups``; for both sides the id,
        measure, unit, value, range and date (``numerator_*``, ``denominator_*``); ``share_low``
        and ``share_high`` in [0, 1] and ``above_one`` (see :func:`take_up_range`); ``verified``;
        ``comparability``: ``vergleichbar``, ``Näherung`` or ``nicht druckbar``; ``reasons``, in
        German, empty for comparable pairs; titles and addresses of both sources.

    Raises
    ------
    ValueError
        If a column is missing, a pair lacks a side or has two counts of eligible persons, a
        measure does not belong in a pair, or its two sides lie in different places.

    Notes
    -----
    Comparable means: counted holders over eligible persons, both in the same unit, for the same
    groups, at the same stated date, both verified. Cards are not persons, applications are not
    holders. A row that was not found again at the re-check must not be printed.
    """
    require_columns(counts, [*COUNT_COLUMNS, "pair_id"], "counts")
    paired = counts[counts["pair_id"].notna()].sort_values(["pair_id", "count_id"])
    rows = []
    for pair_id, pair in paired.groupby("pair_id", sort=True):
        wrong = sorted(set(pair["measure"]) - {"eligible", *NUMERATORS})
        if wrong:
            raise ValueError(
                f"Pair {pair_id} in counts has the measure {', '.join(wrong)}: a pair joins "
                f"eligible with {', '.join(NUMERATORS)}."
            )
        eligible = pair[pair["measure"] == "eligible"]
        numerators = pair[pair["measure"] != "eligible"]
        if len(eligible) != 1 or numerators.empty:
            raise ValueError(
                f"Pair {pair_id} in counts needs one count of eligible persons and at least one "
                "numerator: correct the pair_id."
            )
        if len(pair["ags"].unique()) > 1:
            raise ValueError(f"Pair {pair_id} in counts joins two places: correct ags or pair_id.")
        below = eligible.iloc[0]
        for _, above in numerators.iterrows():
            rows.append(_pair_row(str(pair_id), above, below))
    return pd.DataFrame(rows, columns=_PAIR_COLUMNS)


_PAIR_COLUMNS = [
    "pair_id",
    "ags",
    "pass_id",
    "pass_name",
    "groups",
    *(
        f"{side}_{part}"
        for side in ("numerator", "denominator")
        for part in ("id", "measure", "unit", "value", "low", "high", "date", "title", "url")
    ),
    "share_low",
    "share_high",
    "above_one",
    "verified",
    "comparability",
    "reasons",
]


def _pair_row(pair_id: str, above: pd.Series, below: pd.Series) -> dict[str, object]:
    """Build one row of :func:`comparable_pairs`."""
    row: dict[str, object] = {"pair_id": pair_id}
    row |= {name: above[name] for name in ("ags", "pass_id", "pass_name", "groups")}
    ranges = {}
    for side, count in (("numerator", above), ("denominator", below)):
        ranges[side] = count_range(count["value"], count["value_low"], count["value_high"])
        row |= {f"{side}_{name}": count[name] for name in ("measure", "unit", "value", "date")}
        row |= {
            f"{side}_id": count["count_id"],
            f"{side}_low": ranges[side].low,
            f"{side}_high": ranges[side].high,
            f"{side}_title": count["source_title"],
            f"{side}_url": count["source_url"],
        }
    rate = take_up_range(ranges["numerator"], ranges["denominator"])
    reasons = _reasons(above, below)
    verified = bool(above["verified"]) and bool(below["verified"])
    comparability = APPROXIMATION if reasons else COMPARABLE
    return row | {
        "share_low": rate.low,
        "share_high": rate.high,
        "above_one": rate.above_one,
        "verified": verified,
        "comparability": comparability if verified else NOT_PRINTABLE,
        "reasons": "; ".join(reasons),
    }


@dataclass(frozen=True)
class Synthesis:
    """Random-effects summary of take-up rates, or the reason why there is none.

    Parameters
    ----------
    n : int
        Number of comparable pairs.
    reason : str or None
        German sentence why there is no summary; None where there is one.
    share, share_low, share_high : float or None
        Mean on the logit scale, back-transformed, with its Hartung-Knapp interval; in (0, 1).
    prediction_low, prediction_high : float or None
        Interval for the rate of a further city; in (0, 1).
    tau2 : float or None
        Variance between cities on the logit scale (Paule-Mandel).
    """

    n: int
    reason: str | None
    share: float | None = None
    share_low: float | None = None
    share_high: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    tau2: float | None = None


def _paule_mandel(y: npt.NDArray[np.float64], v: npt.NDArray[np.float64]) -> float:
    """Return the variance between effects that makes the generalised Q equal k - 1.

    statsmodels' combine_effects solves the same equation by Newton steps, but sets the variance to
    zero when a step lands a rounding error beyond the root, which tight tolerances make likely; a
    bracketed root cannot do that. The tests compare the two.
    """

    def excess(tau2: float) -> float:
        weight = 1 / (v + tau2)
        mean = weight @ y / weight.sum()
        return float(weight @ (y - mean) ** 2) - (len(y) - 1)

    if excess(0.0) <= 0:
        return 0.0
    # Each weight is below 1 / tau2, so Q falls below k - 1 before tau2 reaches this bound.
    upper = float(((y - y.mean()) ** 2).sum()) / (len(y) - 1)
    return float(brentq(excess, 0.0, upper, xtol=1e-14, rtol=1e-14))


def random_effects(
    effect: Sequence[float], variance: Sequence[float], *, level: float = 0.95
) -> dict[str, float]:
    """Combine effects by Paule-Mandel, Hartung-Knapp and the Higgins prediction interval.

    Parameters
    ----------
    effect, variance : sequence of float, length k >= 3
        Effects and their variances (positive).
    level : float
        Coverage of both intervals, in (0, 1).

    Returns
    -------
    dict
        ``mean``, ``se`` (Hartung-Knapp), ``tau2``, ``low``, ``high``, ``prediction_low`` and
        ``prediction_high``, on the scale of ``effect``.

    Raises
    ------
    ValueError
        If the lengths differ, k is below 3, a variance is not positive or ``level`` impossible.

    Notes
    -----
    With w_i = 1 / (v_i + tau2) and m = sum w_i y_i / sum w_i: tau2 >= 0 solves
    sum w_i (y_i - m)^2 = k - 1 (Paule and Mandel 1982), zero where even tau2 = 0 gives less.
    se^2 = sum w_i (y_i - m)^2 / ((k - 1) sum w_i) and m ± t(k - 1) se (Hartung and Knapp 2001).
    Prediction: m ± t(k - 2) sqrt(tau2 + se^2) (Higgins et al. 2009, with the Hartung-Knapp
    variance as in Partlett and Riley 2017). Where effects differ less than their variances allow,
    the Hartung-Knapp interval is narrower than the classical one.
    """
    y, v = np.asarray(effect, dtype=float), np.asarray(variance, dtype=float)
    if y.shape != v.shape or y.ndim != 1 or len(y) < 3:
        raise ValueError("A synthesis needs three or more effects, each with its variance.")
    if not (np.isfinite(y).all() and np.isfinite(v).all() and (v > 0).all()):
        raise ValueError("Effects must be finite and variances finite and positive.")
    if not 0 < level < 1:
        raise ValueError("level must lie between 0 and 1.")
    k = len(y)
    tau2 = _paule_mandel(y, v)
    weight = 1 / (v + tau2)
    mean = float(weight @ y / weight.sum())
    se = float(np.sqrt(weight @ (y - mean) ** 2 / ((k - 1) * weight.sum())))
    half = stats.t.ppf((1 + level) / 2, k - 1) * se
    half_prediction = stats.t.ppf((1 + level) / 2, k - 2) * np.sqrt(tau2 + se**2)
    return {
        "mean": mean,
        "se": se,
        "tau2": tau2,
        "low": float(mean - half),
        "high": float(mean + half),
        "prediction_low": float(mean - half_prediction),
        "prediction_high": float(mean + half_prediction),
    }


def synthesis(pairs: pd.DataFrame, *, minimum: int = 5, level: float = 0.95) -> Synthesis:
    """Summarise comparable take-up rates, if there are enough of them.

    Parameters
    ----------
    pairs : DataFrame
        Output of :func:`comparable_pairs`; only rows marked ``vergleichbar`` count.
    minimum : int
        Smallest number of comparable pairs for a summary, 3 or more.
    level : float
        Coverage of both intervals, in (0, 1).

    Returns
    -------
    Synthesis
        The summary, or ``reason`` and nothing else where there are fewer pairs.

    Raises
    ------
    ValueError
        If ``minimum`` is below 3, or a range touches 0 or 1, where the logit does not exist.

    Notes
    -----
    A count has no sampling variance. The variance within a pair is that of a rate spread evenly
    over its range [a, b], (b - a)^2 / 12, carried to the logit at the midpoint p by the delta
    method: divided by (p (1 - p))^2. It measures rounding, is nearly always small beside the
    differences between cities, and should be read so: the interval of the mean rests on the
    spread between cities. Combination: :func:`random_effects`.
    """
    if minimum < 3:
        raise ValueError("minimum must be 3 or more: a prediction interval needs k - 2 > 0.")
    require_columns(pairs, ["comparability", "share_low", "share_high"], "pairs")
    usable = pairs[pairs["comparability"] == COMPARABLE]
    n = len(usable)
    if n < minimum:
        noun = "vergleichbares Paar liegt" if n == 1 else "vergleichbare Paare liegen"
        return Synthesis(
            n=n,
            reason=(
                f"Nur {n} {noun} vor, nötig sind {minimum}: eine zusammenfassende Quote wird "
                "nicht berechnet."
            ),
        )
    low, high = usable["share_low"].to_numpy(float), usable["share_high"].to_numpy(float)
    if not ((low > 0) & (low < high) & (high < 1)).all():
        raise ValueError(
            "A take-up range for the synthesis must have a width and lie inside 0 and 1: take "
            "pairs at the edge out and say so."
        )
    share = (low + high) / 2
    variance = (high - low) ** 2 / 12 / (share * (1 - share)) ** 2
    fit = random_effects(logit(share), variance, level=level)
    return Synthesis(
        n=n,
        reason=None,
        share=float(expit(fit["mean"])),
        share_low=float(expit(fit["low"])),
        share_high=float(expit(fit["high"])),
        prediction_low=float(expit(fit["prediction_low"])),
        prediction_high=float(expit(fit["prediction_high"])),
        tau2=fit["tau2"],
    )


def before_after_cases(
    counts: pd.DataFrame,
    evidence: pd.DataFrame,
    cases: Mapping[str, Sequence[str] | Mapping[str, Sequence[str]]],
) -> pd.DataFrame:
    """Lay out the counts of the described cases of automatic issue, without any effect.

    Parameters
    ----------
    counts : DataFrame
        The columns of ``COUNT_COLUMNS``, ``method`` and ``notes``.
    evidence : DataFrame
        Columns ``evidence_id``, ``indicator``, ``value``, ``value_low``, ``value_high``, ``unit``,
        ``year``, ``method``, ``notes``, ``source_title``, ``source_url``; ``verified`` (bool) if
        the table has it.
    cases : mapping of str to sequence of str, or to mapping of str to sequence of str
        For each case (city) the ids of counts or findings to show, in order; if wanted by phase
        (``vorher``, ``nachher``, or what else changed at the time).

    Returns
    -------
    DataFrame, one row per id in the order of ``cases``
        ``case``, ``phase`` (empty where none is given), ``id``, ``measure``, ``unit``, ``value``,
        ``value_low``, ``value_high``, ``date``, ``date_quality``, ``groups``, ``method``,
        ``notes``, ``source_title``, ``source_url``.

    Raises
    ------
    ValueError
        If an id is unknown, given twice, or not verified.

    Notes
    -----
    There is no difference, ratio or rate between phases on purpose: units, sources and the things
    that changed at the same time differ, so a change between two rows is no effect of the
    automatic issue.
    """
    require_columns(counts, [*COUNT_COLUMNS, "method", "notes"], "counts")
    renamed = {"evidence_id": "id", "indicator": "measure", "year": "date"}
    require_columns(evidence, list(renamed), "evidence")
    columns = ["measure", "unit", "value", "value_low", "value_high", "date", "date_quality"]
    columns += ["groups", "method", "notes", "source_title", "source_url", "verified"]
    findings = evidence.rename(columns=renamed).reindex(columns=["id", *columns])
    findings["verified"] = evidence.get("verified", pd.Series(True, index=evidence.index))
    table = pd.concat(
        [
            counts.rename(columns={"count_id": "id"})[["id", *columns]].astype(object),
            findings.astype(object),
        ]
    ).set_index("id")
    wanted = [
        (case, phase, key)
        for case, phases in cases.items()
        for phase, keys in (phases if isinstance(phases, Mapping) else {"": phases}).items()
        for key in keys
    ]
    keys = [key for _, _, key in wanted]
    unknown = sorted(set(keys) - set(table.index))
    if unknown:
        raise ValueError(
            f"The described cases name {', '.join(unknown)}, which neither counts nor evidence "
            "holds: correct the ids in the configuration."
        )
    if len(set(keys)) < len(keys) or table.index.duplicated().any():
        raise ValueError("The described cases or their tables name an id twice: use each once.")
    chosen = table.loc[keys]
    unverified = sorted(chosen.index[~chosen["verified"].astype(bool)])
    if unverified:
        raise ValueError(
            f"The described cases name {', '.join(unverified)}, not found again at the re-check: "
            "take the id out of the configuration."
        )
    result = chosen.drop(columns="verified").reset_index()
    result.insert(0, "phase", [phase for _, phase, _ in wanted])
    result.insert(0, "case", [case for case, _, _ in wanted])
    for column in ("value", "value_low", "value_high"):
        result[column] = result[column].astype(float)
    return result


def non_take_up_context(
    evidence: pd.DataFrame, topic: str = "Nichtinanspruchnahme"
) -> pd.DataFrame:
    """Return the published findings on non-take-up of other benefits.

    Parameters
    ----------
    evidence : DataFrame
        Columns ``evidence_id``, ``topic``, ``indicator``, ``value``, ``value_low``,
        ``value_high``, ``value_text``, ``unit``, ``place``, ``year``, ``date_quality``,
        ``population``, ``method``, ``source_title``, ``source_url``, ``confidence`` and ``notes``.
    topic : str
        Topic of the rows wanted.

    Returns
    -------
    DataFrame
        The rows of the topic without the column ``topic``, sorted by indicator, year and id.
        Percent as published: other benefits, other methods, not comparable with pass take-up.

    Raises
    ------
    ValueError
        If a column is missing or no row has the topic.
    """
    columns = ["evidence_id", "indicator", "value", "value_low", "value_high", "value_text"]
    columns += ["unit", "place", "year", "date_quality", "population", "method"]
    columns += ["source_title", "source_url"]
    columns += ["confidence", "notes"]
    require_columns(evidence, ["topic", *columns], "evidence")
    rows = evidence.loc[evidence["topic"] == topic, columns]
    if rows.empty:
        raise ValueError(f"Table evidence has no row with the topic {topic}.")
    return rows.sort_values(["indicator", "year", "evidence_id"], ignore_index=True)
