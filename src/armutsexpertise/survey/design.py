"""How a sample was drawn, and the covariance that follows from it.

A design holds strata, stages of clusters and finite populations, for variances by Taylor
linearisation; or replicate weights. Estimates for a subpopulation use the design of the whole
sample: units outside contribute zeros and are never deleted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from armutsexpertise.survey._columns import as_names, require_columns

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]
Booleans = npt.NDArray[np.bool_]
LonelyPsu = Literal["fail", "adjust", "average", "certainty"]
ReplicateKind = Literal["JK1", "JKn", "BRR", "Fay", "bootstrap", "SDR"]
Centre = Literal["estimate", "mean"]

_CERTAIN = 1e-7  # a finite population correction below this is a complete count
_RANK_TOLERANCE = 1e-5  # relative, on singular values of the replicate weights


@dataclass(frozen=True)
class _Stage:
    """One stage of sampling, with what the variance needs of each stratum."""

    unit: Integers  # (n,) sampling unit of each row
    stratum: Integers  # (units,) stratum of each unit
    sampled: Floats  # (strata,) units in the sample
    scale: Floats  # (strata,) factor before the sum of squares between units
    centred: Booleans  # (strata,) squares about the stratum's mean (else about zero)

    def covariance(self, x: Floats) -> Floats:
        """Return the part of the covariance of the column sums of ``x``, shape (k, k)."""
        totals = _group_sums(self.unit, x, len(self.stratum))
        means = _group_sums(self.stratum, totals, len(self.sampled))
        means *= np.where(self.centred, 1 / self.sampled, 0.0)[:, None]
        scaled = (totals - means[self.stratum]) * np.sqrt(self.scale)[self.stratum, None]
        part: Floats = scaled.T @ scaled
        return part

    def domain_variance(self, x: Floats, domain: Integers, n_domains: int) -> Floats:
        """Return the part of the variance of the sum of ``x`` in each domain."""
        position, pair = pd.factorize(self.unit * n_domains + domain)
        totals = _sums(position, x, len(pair))
        unit, of_domain = np.divmod(pair, n_domains)
        place, cell = pd.factorize(self.stratum[unit] * n_domains + of_domain)
        at, in_domain = np.divmod(cell, n_domains)
        means = _sums(place, totals, len(cell))
        means *= np.where(self.centred[at], 1 / self.sampled[at], 0.0)
        squares = _sums(place, (totals - means[place]) ** 2, len(cell))
        absent = self.sampled[at] - np.bincount(place, minlength=len(cell))
        squares += absent * means**2
        return _sums(in_domain, squares * self.scale[at], n_domains)


@dataclass(frozen=True, eq=False, repr=False)
class SurveyDesign:
    r"""A sample, its weights and how it was drawn.

    Build it with :meth:`from_frame` or :meth:`from_replicates`.

    Attributes
    ----------
    frame : DataFrame, shape (n, any)
        The sample; indicators and domains name its columns.
    weights : ndarray of float, shape (n,)
        Weights, finite and not negative.
    strata, clusters : tuple of ndarray of int, shape (n,)
        Codes per stage; without strata one code for all, without clusters one per row.
    fpc : tuple of ndarray of float, shape (n,)
        Number of units in the population of the stratum, per stage; empty without correction.
    lonely_psu : {"fail", "adjust", "average", "certainty"}
        What a stratum with one sampling unit contributes; see :meth:`covariance`.
    replicates : ndarray of float, shape (n, R), or None
        Replicate weights.
    kind : str or None
        How the replicates were made.
    scale : float
        Factor before the sum over replicates.
    rscales : ndarray of float, shape (R,), or None
        Factor of each replicate.
    centre : {"estimate", "mean"}
        Squares about the full-sample estimate, or about the mean of the replicates.
    auxiliary : sparse array, shape (n, p), or None
        Variables to whose totals the weights are calibrated.
    base_weights : ndarray of float, shape (n,), or None
        Weights before calibration.
    """

    frame: pd.DataFrame
    weights: Floats
    strata: tuple[Integers, ...] = ()
    clusters: tuple[Integers, ...] = ()
    fpc: tuple[Floats, ...] = ()
    lonely_psu: LonelyPsu = "fail"
    replicates: Floats | None = None
    kind: str | None = None
    scale: float = 1.0
    rscales: Floats | None = None
    centre: Centre = "estimate"
    auxiliary: sparse.csr_array | None = None
    base_weights: Floats | None = None
    _given_df: float | None = None
    _given_stages: tuple[_Stage, ...] | None = None

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        weights: str,
        strata: str | Sequence[str] | None = None,
        clusters: str | Sequence[str] | None = None,
        fpc: str | Sequence[str] | None = None,
        lonely_psu: LonelyPsu = "fail",
        nest: bool = False,
    ) -> "SurveyDesign":
        """Describe a sample by strata, clusters and finite populations.

        Parameters
        ----------
        frame : DataFrame, shape (n, any)
            The sample, one row per unit of observation.
        weights : str
            Column of weights: finite, not negative, not all zero.
        strata : str or sequence of str, optional
            Column of strata, or one per stage. Default: no stratification.
        clusters : str or sequence of str, optional
            Columns of sampling units, first stage first. Default: every row is a unit.
        fpc : str or sequence of str, optional
            Per stage either the number of units in the stratum of the population, or the
            sampling fraction in (0, 1]. Without it the first stage counts as drawn with
            replacement and later stages add nothing. Stages after the last one given count
            as complete.
        lonely_psu : {"fail", "adjust", "average", "certainty"}
            Rule for a stratum with one sampling unit; see :meth:`covariance`.
        nest : bool
            Cluster numbers start anew in each stratum.

        Returns
        -------
        SurveyDesign
            The design, holding a reference to ``frame``.

        Raises
        ------
        ValueError
            If a column is missing or has missing values, weights are negative, infinite or all
            zero, a cluster lies in several strata without ``nest``, a correction varies within
            a stratum or is below the sample, or a stratum has one unit and the rule is "fail".
        TypeError
            If weights or corrections are not numbers.

        Examples
        --------
        >>> frame = pd.DataFrame({"psu": [1, 1, 2, 3], "region": list("aaab"), "w": 10.0})
        >>> SurveyDesign.from_frame(
        ...     frame, weights="w", strata="region", clusters="psu", lonely_psu="certainty"
        ... )
        <SurveyDesign: 4 rows, 3 sampling units in 2 strata>
        """
        _require_one_of(lonely_psu, LonelyPsu, "lonely_psu")
        if not len(frame):
            raise ValueError("The sample has no rows: check what was read.")
        names = [as_names(strata), as_names(clusters), as_names(fpc)]
        require_columns(frame, [weights, *names[0], *names[1], *names[2]])
        stages = max(1, len(names[1]))
        for given, what in ((names[0], "strata"), (names[2], "fpc")):
            if len(given) > stages:
                raise ValueError(
                    f"{what} names {len(given)} stages and clusters {stages}: "
                    "give at most one column per stage."
                )
        design = cls(
            frame=frame,
            weights=checked_weights(frame[weights]),
            strata=tuple(_codes(frame[name]) for name in names[0]),
            clusters=tuple(_codes(frame[name]) for name in names[1]),
            fpc=tuple(_numbers(frame[name], "fpc") for name in names[2]),
            lonely_psu=lonely_psu,
        )
        return design._nested(nest)

    @classmethod
    def from_replicates(
        cls,
        frame: pd.DataFrame,
        *,
        weights: str,
        replicates: Sequence[str] | Floats,
        kind: ReplicateKind,
        scale: float | None = None,
        rscales: Sequence[float] | Floats | None = None,
        fay: float | None = None,
        centre: Centre = "estimate",
        combined: bool = True,
        degrees_of_freedom: float | None = None,
    ) -> "SurveyDesign":
        r"""Describe a sample by its replicate weights.

        Parameters
        ----------
        frame : DataFrame, shape (n, any)
            The sample.
        weights : str
            Column of full-sample weights.
        replicates : sequence of str, or ndarray of float, shape (n, R)
            Columns of replicate weights, or the weights themselves.
        kind : {"JK1", "JKn", "BRR", "Fay", "bootstrap", "SDR"}
            How the replicates were made; sets the default of ``scale``.
        scale : float, optional
            Factor before the sum: JK1 :math:`(R-1)/R`, JKn 1, BRR :math:`1/R`, Fay
            :math:`1/(R(1-\rho)^2)`, bootstrap :math:`1/R` about the estimate and
            :math:`1/(R-1)` about the mean, SDR :math:`4/R`.
        rscales : sequence of float, shape (R,), optional
            Factor of each replicate, default 1. JKn needs it: :math:`(n_h-1)/n_h` of the
            stratum whose unit was left out, or 1 for the paired jackknife.
        fay : float, optional
            Fay's :math:`\rho` in [0, 1), for kind "Fay".
        centre : {"estimate", "mean"}
            Squares about the full-sample estimate or about the mean of the replicates.
        combined : bool
            Replicates contain the full-sample weight; else they are factors of it.
        degrees_of_freedom : float, optional
            Positive, may be infinite. Default: rank of the replicate weights minus 1.

        Returns
        -------
        SurveyDesign
            The design, holding a reference to ``frame``.

        Raises
        ------
        ValueError
            If a column is missing, a weight is missing, infinite or negative, a replicate has
            no weight, fewer than two replicates are given, or a number is missing or out of
            range.
        TypeError
            If weights are not numbers.

        Notes
        -----
        Wolter (2007, Introduction to Variance Estimation, chapters 3 to 5,
        doi:10.1007/978-0-387-35099-8); Judkins (1990, Journal of Official Statistics 6,
        223-239) for Fay; Fay and Train (1995) for successive differences (SDR).

        PIAAC names its kind in the column VEMETHOD: "JK1" (Germany 2012, 80 replicates) is this
        kind with its factor 79/80, which the OECD's R package Rrepest takes too; "JK2" is a paired
        jackknife, kind "JKn" with ``rscales`` 1. Tools that sum the squares without a factor, as
        for a paired jackknife, print standard errors that are 0.6 % larger.

        Examples
        --------
        >>> frame = pd.DataFrame({"w": [1.0, 1, 1], "r1": [0, 1.5, 1.5], "r2": [1.5, 0, 1.5]})
        >>> SurveyDesign.from_replicates(frame, weights="w", replicates=["r1", "r2"], kind="JK1")
        <SurveyDesign: 3 rows, 2 replicates JK1>
        """
        _require_one_of(kind, ReplicateKind, "kind")
        _require_one_of(centre, Centre, "centre")
        if isinstance(replicates, np.ndarray):
            require_columns(frame, [weights])
            if replicates.dtype.kind not in "biuf":
                raise TypeError(
                    f"replicates hold {replicates.dtype} and not numbers: turn them into numbers."
                )
            values = np.asarray(replicates, dtype=float)
            if values.ndim != 2 or len(values) != len(frame):
                raise ValueError(
                    f"replicates have shape {values.shape} and the sample {len(frame)} rows: "
                    "give one row of replicate weights per row of the sample."
                )
        else:
            require_columns(frame, [weights, *replicates])
            columns = [
                _numbers(frame[name], "replicates", missing_allowed=True) for name in replicates
            ]
            values = np.reshape(columns, (len(columns), len(frame))).T
        full = checked_weights(frame[weights])
        count = values.shape[1]
        if count < 2:
            raise ValueError(f"{count} replicate(s) give no variance: give at least two.")
        require_replicate_weights(values)
        if kind == "JKn" and rscales is None:
            raise ValueError(
                "kind JKn needs rscales: (n_h - 1)/n_h per replicate, or 1 for a paired jackknife."
            )
        if (kind == "Fay") != (fay is not None) or (fay is not None and not 0 <= fay < 1):
            raise ValueError("fay belongs to kind Fay and lies in [0, 1): give both or neither.")
        if scale is None:
            scale = default_scale(kind, count, fay=fay, centre=centre)
        factors = np.ones(count) if rscales is None else np.asarray(rscales, dtype=float)
        if factors.shape != (count,) or not (np.isfinite(factors) & (factors >= 0)).all():
            raise ValueError(
                f"rscales must hold {count} finite factors that are not negative: one per "
                "replicate."
            )
        if not (np.isfinite(scale) and scale > 0):
            raise ValueError("scale must be positive and finite: leave it out for the default.")
        if degrees_of_freedom is not None and not degrees_of_freedom > 0:
            raise ValueError(
                f"degrees_of_freedom must be positive, not {degrees_of_freedom}: leave it out for "
                "the rank of the replicate weights minus 1, or give infinity for a normal "
                "distribution."
            )
        return cls(
            frame=frame,
            weights=full,
            replicates=values if combined else values * full[:, None],
            kind=kind,
            scale=float(scale),
            rscales=factors,
            centre=centre,
            _given_df=degrees_of_freedom,
        )

    def __len__(self) -> int:
        return len(self.weights)

    def __repr__(self) -> str:
        if self.replicates is not None:
            how = f"{self.replicates.shape[1]} replicates {self.kind}"
        else:
            first = self._stages[0]
            how = f"{len(first.stratum)} sampling units in {len(first.sampled)} strata"
        return f"<SurveyDesign: {len(self)} rows, {how}>"

    def covariance(self, influence: npt.ArrayLike) -> Floats:
        r"""Return the design covariance of weighted totals.

        Parameters
        ----------
        influence : array_like of float, shape (n,) or (n, k)
            Values :math:`u_{ij}`, in the order of the sample.

        Returns
        -------
        ndarray of float, shape (k, k)
            Covariance of :math:`\sum_i w_i u_{ij}`.

        Raises
        ------
        ValueError
            If the number of rows differs from the sample or a value is missing or infinite.

        Notes
        -----
        With :math:`t_{hp}` the total of :math:`w_i u_i` in sampling unit p of stratum h,
        :math:`m_h` units drawn out of :math:`M_h` and :math:`f_h = m_h/M_h`, the first stage
        contributes

        .. math:: \sum_h (1-f_h)\frac{m_h}{m_h-1}\sum_p
                  (t_{hp}-\bar t_h)(t_{hp}-\bar t_h)^\top

        and each further stage the same within a unit of the stage before, times the product
        of the sampling fractions of the stages before (Särndal, Swensson and Wretman 1992,
        doi:10.1007/978-1-4612-4378-6).

        Where :math:`m_h = 1` and :math:`f_h < 1`: "fail" raises when the design is built;
        "certainty" adds nothing; "adjust" takes :math:`(1-f_h)\,t t^\top`, squares about zero,
        which is the grand mean of an influence that sums to zero; "average" gives the stratum
        the mean contribution of the other strata of its stage.

        With replicates the totals are formed anew with each replicate weight. For calibrated
        weights :math:`u_i` is first replaced by its residual from the regression on the
        auxiliary variables; see :func:`armutsexpertise.survey.weights.calibrated`.

        Examples
        --------
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 5], "w": 10.0})
        >>> design = SurveyDesign.from_frame(frame, weights="w")
        >>> design.covariance(frame["y"]).round(4).tolist()
        [[1333.3333]]
        """
        u = np.asarray(influence, dtype=float)
        u = u[:, None] if u.ndim == 1 else u
        if len(u) != len(self):
            raise ValueError(
                f"influence has {len(u)} rows and the sample {len(self)}: keep the whole sample "
                "and set values outside a domain to 0."
            )
        broken = int((~np.isfinite(u)).any(axis=1).sum())
        if broken:
            raise ValueError(
                f"influence is missing or infinite in {broken} of {len(u)} rows: set rows that "
                "do not enter the estimate to 0."
            )
        if self.replicates is not None:
            return self.replicate_covariance(self.replicates.T @ u, self.weights @ u)
        x = self._residuals(u) * self.weights[:, None]
        total = np.zeros((u.shape[1], u.shape[1]))
        for stage in self._stages:
            total += stage.covariance(x)
        return total

    def domain_variance(
        self, influence: npt.ArrayLike, domain: npt.ArrayLike, n_domains: int
    ) -> Floats:
        """Return the design variance of a weighted total in each of several disjoint domains.

        Parameters
        ----------
        influence : array_like of float, shape (n,)
            Values, in the order of the sample.
        domain : array_like of int, shape (n,)
            Domain of each row in 0 .. ``n_domains`` - 1, or -1 for none.
        n_domains : int
            Number of domains.

        Returns
        -------
        ndarray of float, shape (n_domains,)
            The diagonal of :meth:`covariance` of the influence split by domain, in one pass and
            without a matrix of n by ``n_domains``. 0 for an empty domain.

        Examples
        --------
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 5], "w": 10.0})
        >>> design = SurveyDesign.from_frame(frame, weights="w")
        >>> design.domain_variance(frame["y"], [0, 0, 1, 1], 2).round(4).tolist()
        [366.6667, 2766.6667]
        """
        x = self.weights * np.asarray(influence, dtype=float)
        codes = np.asarray(domain, dtype=np.intp)
        inside = codes >= 0
        if self.auxiliary is not None:  # residuals reach beyond the domain
            u = np.asarray(influence, dtype=float)
            columns = [np.where(codes == d, u, 0.0) for d in range(n_domains)]
            return np.array([self.covariance(column)[0, 0] for column in columns])
        if self.replicates is not None:
            at = codes[inside]
            u = np.asarray(influence, dtype=float)[inside]
            totals = _group_sums(at, self.replicates[inside] * u[:, None], n_domains)
            full = _sums(at, x[inside], n_domains)
            return np.array(
                [
                    self.replicate_covariance(row[:, None], full[[i]])[0, 0]
                    for i, row in enumerate(totals)
                ]
            )
        total = np.zeros(n_domains)
        for stage in self._stages:
            part = _Stage(
                stage.unit[inside], stage.stratum, stage.sampled, stage.scale, stage.centred
            )
            total += part.domain_variance(x[inside], codes[inside], n_domains)
        return total

    def replicate(self, estimator: Callable[[Floats], npt.ArrayLike]) -> Floats:
        """Return the covariance of an estimator from its values on the replicate weights.

        Parameters
        ----------
        estimator : callable
            Takes weights, shape (n,), returns an estimate, shape (k,) or a number.

        Returns
        -------
        ndarray of float, shape (k, k)
            Covariance of the estimate.

        Raises
        ------
        ValueError
            If the design has no replicates, or a replicate gives no finite estimate.

        Examples
        --------
        >>> frame = pd.DataFrame({"y": [1.0, 2, 6], "w": 1.0})
        >>> given = np.array([[0, 1.5, 1.5], [1.5, 0, 1.5], [1.5, 1.5, 0]])
        >>> design = SurveyDesign.from_replicates(frame, weights="w", replicates=given, kind="JK1")
        >>> design.replicate(lambda w: np.average(frame["y"], weights=w)).round(4).tolist()
        [[2.3333]]
        """
        if self.replicates is None:
            raise ValueError(
                "The design has no replicate weights: build it with from_replicates or make "
                "them with survey.replicate."
            )
        estimate = np.atleast_1d(np.asarray(estimator(self.weights), dtype=float))
        values = np.array(
            [
                np.atleast_1d(np.asarray(estimator(column), dtype=float))
                for column in self.replicates.T
            ]
        )
        return self.replicate_covariance(values, estimate)

    def replicate_covariance(self, values: Floats, estimate: Floats) -> Floats:
        r"""Return the covariance from estimates on each replicate.

        Parameters
        ----------
        values : ndarray of float, shape (R, k)
            Estimates with each replicate weight.
        estimate : ndarray of float, shape (k,)
            Estimate with the full-sample weight.

        Returns
        -------
        ndarray of float, shape (k, k)
            :math:`c\sum_r c_r(\hat\theta_r-\theta_0)(\hat\theta_r-\theta_0)^\top` with
            ``scale`` c, ``rscales`` :math:`c_r` and :math:`\theta_0` by ``centre``.

        Raises
        ------
        ValueError
            If the design has no replicates, or a replicate gives no finite estimate.
        """
        if self.rscales is None:
            raise ValueError("The design has no replicate weights: build it with from_replicates.")
        used = self.rscales > 0
        broken = int((~np.isfinite(values[used])).any(axis=1).sum())
        if broken:
            raise ValueError(
                f"The estimate is undefined on {broken} of {len(values)} replicates: the domain "
                "is too small for these replicate weights, merge it with another."
            )
        centre = estimate if self.centre == "estimate" else values[used].mean(axis=0)
        deviation = (values[used] - centre) * np.sqrt(self.scale * self.rscales[used])[:, None]
        covariance: Floats = deviation.T @ deviation
        return covariance

    @property
    def sampling_units(self) -> tuple[Integers, Integers]:
        """First-stage unit of each row, shape (n,), and stratum of each unit, shape (units,)."""
        first = self._stages[0]
        return first.unit, first.stratum

    @cached_property
    def degrees_of_freedom(self) -> float:
        """Degrees of freedom of the design's variances.

        First-stage sampling units minus strata, counting rows with a positive weight; with
        replicates what was given to :meth:`from_replicates`, else the rank of the replicate
        weights minus 1.
        """
        if self._given_df is not None:
            return self._given_df
        if self.replicates is not None:
            return _rank(self.replicates) - 1.0
        return float(self.domain_degrees_of_freedom(np.zeros(len(self), dtype=np.intp), 1)[0])

    def domain_degrees_of_freedom(self, domain: npt.ArrayLike, n_domains: int) -> Floats:
        """Return the degrees of freedom of each of several disjoint domains.

        Parameters
        ----------
        domain : array_like of int, shape (n,)
            Domain of each row in 0 .. ``n_domains`` - 1, or -1 for none.
        n_domains : int
            Number of domains.

        Returns
        -------
        ndarray of float, shape (n_domains,)
            First-stage units minus strata, of those with a row of positive weight in the
            domain (Korn and Graubard 1999, chapter 5, doi:10.1002/9781118032619). With
            replicates the rank of their weights in the domain minus 1, as R's survey has it.
            Degrees of freedom that were given hold for each domain.

        Examples
        --------
        >>> frame = pd.DataFrame({"psu": [1, 1, 2, 3], "w": 10.0})
        >>> design = SurveyDesign.from_frame(frame, weights="w", clusters="psu")
        >>> design.domain_degrees_of_freedom([0, 0, 0, 1], 2).tolist()
        [1.0, 0.0]
        """
        codes = np.asarray(domain, dtype=np.intp)
        inside = (codes >= 0) & (self.weights > 0)
        if self._given_df is not None:
            return np.full(n_domains, self._given_df)
        if self.replicates is not None:
            ranks = [_rank(self.replicates[inside & (codes == d)]) for d in range(n_domains)]
            return np.maximum(np.array(ranks) - 1.0, 0.0)
        first = self._stages[0]
        unit = first.unit[inside]
        units = pd.unique(unit * n_domains + codes[inside])
        strata = pd.unique(first.stratum[unit] * n_domains + codes[inside])
        counts = [np.bincount(part % n_domains, minlength=n_domains) for part in (units, strata)]
        return (counts[0] - counts[1]).astype(float)

    def _residuals(self, u: Floats) -> Floats:
        """Return the residuals of ``u`` (n, k) from its regression on the auxiliary variables."""
        if self.auxiliary is None or self.base_weights is None:
            return u
        weighted = self.auxiliary.multiply(self.base_weights[:, None]).T.tocsr()
        gram = (weighted @ self.auxiliary).toarray()
        size = np.sqrt(np.diag(gram))
        size[size == 0] = 1
        inverse = np.linalg.pinv(gram / np.outer(size, size), rcond=1e-12, hermitian=True)
        slopes = (inverse @ ((weighted @ u) / size[:, None])) / size[:, None]
        residuals: Floats = u - self.auxiliary @ slopes
        return residuals

    def _nested(self, nest: bool) -> "SurveyDesign":
        """Check nesting and corrections once; the stages are then kept."""
        if not nest and self.strata and self.clusters:
            clusters = int(self.clusters[0].max()) + 1
            pairs = pd.unique(self.strata[0] * clusters + self.clusters[0])
            several = len(pairs) - clusters
            if several:
                raise ValueError(
                    f"Clusters appear in more than one stratum ({several} times): choose "
                    "nest if cluster numbers start anew in each stratum, else check the columns."
                )
        _ = self._stages
        return self

    @cached_property
    def _stages(self) -> tuple[_Stage, ...]:
        if self._given_stages is not None:
            return self._given_stages
        rows = len(self)
        count = min(max(1, len(self.clusters)), max(1, len(self.fpc)))
        parent: Integers = np.zeros(rows, dtype=np.intp)
        parent_share = np.ones(rows)
        stages = []
        for level in range(count):
            stratum_of_row = parent
            if level < len(self.strata):
                stratum_of_row = _crossed(parent, self.strata[level])
            unit = (
                _crossed(stratum_of_row, self.clusters[level])
                if self.clusters
                else np.arange(rows, dtype=np.intp)
            )
            first = _first_rows(unit)
            stratum = stratum_of_row[first]
            sampled = np.bincount(stratum).astype(float)
            head = first[_first_rows(stratum)]  # a row of each stratum
            share = np.zeros(len(sampled))
            if level < len(self.fpc):
                share = _sampling_fraction(self.fpc[level], stratum_of_row, sampled, head, level)
            left = 1 - share
            lonely = (sampled == 1) & (left >= _CERTAIN)
            scale = parent_share[head] * left * sampled / np.maximum(sampled - 1, 1)
            scale[left < _CERTAIN] = 0
            if lonely.any():
                scale *= self._lonely_factor(lonely, parent[head], level)
            centred = ~(lonely & (self.lonely_psu == "adjust"))
            stages.append(_Stage(unit, stratum, sampled, scale, centred))
            parent_share = parent_share * share[stratum_of_row]
            parent = unit
        return tuple(stages)

    def _lonely_factor(self, lonely: Booleans, parent: Integers, level: int) -> Floats:
        """Return what to multiply the scale of each stratum by, where some have one unit."""
        if self.lonely_psu == "fail":
            raise ValueError(
                f"{int(lonely.sum())} of {len(lonely)} strata have only one sampling unit at "
                f"stage {level + 1}: merge strata or choose lonely_psu adjust, average or "
                "certainty."
            )
        if self.lonely_psu == "average":
            strata = np.bincount(parent)
            others = np.bincount(parent, ~lonely)
            if (others[parent] == 0).any():
                raise ValueError(
                    f"lonely_psu average finds no stratum with two sampling units to average at "
                    f"stage {level + 1}: choose adjust or certainty, or merge strata."
                )
            factor: Floats = np.where(lonely, 0.0, strata[parent] / others[parent])
            return factor
        return np.ones(len(lonely))


def stack(designs: Mapping[str, SurveyDesign], *, source: str = "sample") -> SurveyDesign:
    r"""Put independent samples into one design, for comparisons between them.

    Parameters
    ----------
    designs : mapping of str to SurveyDesign
        Name of each sample, as a year, and its design: all with replicate weights, or none.
    source : str
        Name of the new column that says which sample a row comes from.

    Returns
    -------
    SurveyDesign
        All rows, the columns of all samples and the new one, a categorical in the order given.

    Raises
    ------
    ValueError
        If fewer than two designs are given, the column exists already, some designs have replicate
        weights and others not, their squares are about the mean of the replicates, or their rules
        for a stratum with one sampling unit differ.

    Notes
    -----
    The variance of a function of independent samples is the sum of what each contributes: the
    strata, units and corrections of a sample stay as they are. With replicates each replicate
    changes one sample and leaves the others at their full weights. Samples that share households
    (a panel) or sampling units are not independent: describe them as one design.

    Examples
    --------
    >>> years = {
    ...     year: SurveyDesign.from_frame(pd.DataFrame({"y": y, "w": 1.0}), weights="w")
    ...     for year, y in (("2019", [1.0, 3]), ("2023", [2.0, 4, 6]))
    ... }
    >>> stack(years)
    <SurveyDesign: 5 rows, 5 sampling units in 2 strata>
    """
    parts = list(designs.values())
    if len(parts) < 2:
        raise ValueError(f"{len(parts)} design(s) cannot be stacked: give at least two.")
    taken = sum(source in design.frame for design in parts)
    if taken:
        raise ValueError(
            f"{taken} of {len(parts)} samples have a column {source} already: name another source."
        )
    with_replicates = sum(design.replicates is not None for design in parts)
    if with_replicates not in (0, len(parts)):
        raise ValueError(
            f"{with_replicates} of {len(parts)} designs have replicate weights: make them for the "
            "others too (survey.replicate), or describe all by strata and clusters."
        )
    about_mean = sum(design.centre == "mean" for design in parts)
    if with_replicates and about_mean:
        raise ValueError(
            f"The squares of {about_mean} of {len(parts)} designs are about the mean of the "
            'replicates: build them with centre="estimate" to stack them.'
        )
    rules = sorted({design.lonely_psu for design in parts})
    if not with_replicates and len(rules) > 1:
        raise ValueError(
            f"The designs treat a stratum with one sampling unit differently ({', '.join(rules)}): "
            "build them with the same lonely_psu."
        )
    sizes = [len(design) for design in parts]
    frame = pd.concat([design.frame for design in parts], ignore_index=True)
    labels = pd.Categorical(np.repeat(np.array(list(designs)), sizes), categories=list(designs))
    frame = frame.assign(**{source: labels})
    weights = np.concatenate([design.weights for design in parts])
    if with_replicates:
        return _stack_replicates(parts, frame, weights)
    calibrated = any(design.auxiliary is not None for design in parts)
    return SurveyDesign(
        frame=frame,
        weights=weights,
        lonely_psu=parts[0].lonely_psu,
        auxiliary=sparse.csr_array(
            sparse.block_diag(
                [
                    sparse.csr_array((len(design), 0))
                    if design.auxiliary is None
                    else design.auxiliary
                    for design in parts
                ]
            )
        )
        if calibrated
        else None,
        base_weights=np.concatenate(
            [
                design.weights if design.base_weights is None else design.base_weights
                for design in parts
            ]
        )
        if calibrated
        else None,
        _given_stages=_stack_stages([design._stages for design in parts], sizes),
    )


def _stack_replicates(
    parts: list[SurveyDesign], frame: pd.DataFrame, weights: Floats
) -> SurveyDesign:
    blocks, factors = [], []
    start = 0
    for design in parts:
        assert design.replicates is not None
        assert design.rscales is not None
        block = np.repeat(weights[:, None], design.replicates.shape[1], axis=1)
        block[start : start + len(design)] = design.replicates
        blocks.append(block)
        factors.append(design.scale * design.rscales)
        start += len(design)
    return SurveyDesign(
        frame=frame,
        weights=weights,
        replicates=np.hstack(blocks),
        kind=" and ".join(dict.fromkeys(str(design.kind) for design in parts)),
        rscales=np.concatenate(factors),
        _given_df=sum(design.degrees_of_freedom for design in parts),
    )


def _stack_stages(parts: list[tuple[_Stage, ...]], sizes: list[int]) -> tuple[_Stage, ...]:
    """Return stages whose covariance is the sum over independent samples."""
    stages = []
    for level in range(max(len(part) for part in parts)):
        here = [
            part[level] if level < len(part) else _complete_stage(size)
            for part, size in zip(parts, sizes, strict=True)
        ]
        units = np.cumsum([0, *(len(stage.stratum) for stage in here)])
        strata = np.cumsum([0, *(len(stage.sampled) for stage in here)])
        stages.append(
            _Stage(
                unit=np.concatenate([s.unit + at for s, at in zip(here, units, strict=False)]),
                stratum=np.concatenate(
                    [s.stratum + at for s, at in zip(here, strata, strict=False)]
                ),
                sampled=np.concatenate([stage.sampled for stage in here]),
                scale=np.concatenate([stage.scale for stage in here]),
                centred=np.concatenate([stage.centred for stage in here]),
            )
        )
    return tuple(stages)


def _complete_stage(rows: int) -> _Stage:
    """Return a stage that adds nothing to the variance."""
    return _Stage(
        np.zeros(rows, dtype=np.intp),
        np.zeros(1, dtype=np.intp),
        np.ones(1),
        np.zeros(1),
        np.ones(1, dtype=bool),
    )


def default_scale(
    kind: ReplicateKind, count: int, *, fay: float | None = None, centre: Centre = "estimate"
) -> float:
    """Return the factor before the sum over replicates that belongs to a kind.

    Parameters
    ----------
    kind : {"JK1", "JKn", "BRR", "Fay", "bootstrap", "SDR"}
        How the replicates were made.
    count : int
        Number R of replicates, at least 2.
    fay : float, optional
        Fay's factor, for kind "Fay".
    centre : {"estimate", "mean"}
        What the squares are about.

    Returns
    -------
    float
        The factor; see :meth:`SurveyDesign.from_replicates`.

    Examples
    --------
    >>> default_scale("JK1", 80)
    0.9875
    """
    return {
        "JK1": (count - 1) / count,
        "JKn": 1.0,
        "BRR": 1 / count,
        "Fay": 1 / (count * (1 - (fay or 0.0)) ** 2),
        "bootstrap": 1 / count if centre == "estimate" else 1 / (count - 1),
        "SDR": 4 / count,
    }[kind]


def checked_weights(weights: pd.Series) -> Floats:
    """Return weights as numbers, or say what is wrong with them.

    Parameters
    ----------
    weights : Series of float, shape (n,)
        Weights.

    Returns
    -------
    ndarray of float, shape (n,)
        The weights, finite, not negative and not all zero.

    Raises
    ------
    ValueError
        If a weight is missing, infinite or negative, or all are zero.
    TypeError
        If they are not numbers.

    Examples
    --------
    >>> checked_weights(pd.Series([1, 2.5, 0])).tolist()
    [1.0, 2.5, 0.0]
    """
    values = _numbers(weights, "weights", missing_allowed=True)
    faults = {
        "missing": np.isnan(values),
        "infinite": np.isinf(values),
        "negative": np.isfinite(values) & (values < 0),
    }
    counts = {name: int(mask.sum()) for name, mask in faults.items()}
    found = [f"{n} {'is' if n == 1 else 'are'} {name}" for name, n in counts.items() if n]
    if found:
        raise ValueError(
            f"Of {len(values)} weights in the column {weights.name} {', '.join(found)}: give units "
            "outside the sample the weight 0 and every other unit a positive weight."
        )
    if not values.any():
        raise ValueError(f"All {len(values)} weights are 0: check the column {weights.name}.")
    return values


def require_replicate_weights(values: Floats) -> None:
    """Refuse replicate weights that are missing, infinite, negative or all zero.

    Parameters
    ----------
    values : ndarray of float, shape (n, R)
        Replicate weights, or factors of the full-sample weight.

    Raises
    ------
    ValueError
        If a weight is missing, infinite or negative, or a replicate has no weight.

    Examples
    --------
    >>> require_replicate_weights(np.array([[0.0, 2.0], [2.0, 0.0]]))
    """
    outside = "set them to 0 for units outside a replicate."
    calibration = "calibrate by raking or with bounds, or check that the columns are weights."
    for name, fault, remedy in (
        ("missing", np.isnan, outside),
        ("infinite", np.isinf, outside),
        ("negative", lambda given: given < 0, calibration),
    ):
        mask = fault(values)
        rows = int(mask.any(axis=1).sum())
        if rows:
            raise ValueError(
                f"Replicate weights are {name} in {rows} of {len(values)} rows and "
                f"{int(mask.any(axis=0).sum())} of {values.shape[1]} replicates: {remedy}"
            )
    empty = int((~values.any(axis=0)).sum())
    if empty:
        raise ValueError(
            f"{empty} of {values.shape[1]} replicates give every row the weight 0: check the "
            "columns."
        )


def _numbers(values: pd.Series, what: str, *, missing_allowed: bool = False) -> Floats:
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        raise TypeError(
            f"{what}: the column {values.name} holds {values.dtype} and not numbers: recode it."
        )
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    missing = int(np.isnan(numbers).sum())
    if missing and not missing_allowed:
        raise ValueError(
            f"{what}: the column {values.name} is missing in {missing} of {len(numbers)} rows: "
            "fill it or leave these rows out before building the design."
        )
    return numbers


def _codes(values: pd.Series) -> Integers:
    missing = int(values.isna().sum())
    if missing:
        raise ValueError(
            f"The design column {values.name} is missing in {missing} of {len(values)} rows: "
            "fill it, for a stratum or cluster of its own with a value of its own."
        )
    return pd.factorize(values)[0].astype(np.intp)


def _crossed(outer: Integers, inner: Integers) -> Integers:
    """Return codes 0, 1, ... of the pairs of two codes."""
    if not outer.any():
        return inner
    return pd.factorize(outer * (int(inner.max()) + 1) + inner)[0].astype(np.intp)


def _first_rows(codes: Integers) -> Integers:
    """Return the first row of each code 0, 1, ... in the order of the codes."""
    rows = np.empty(int(codes.max()) + 1, dtype=np.intp)
    rows[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return rows


def _sums(codes: Integers, values: Floats, n_groups: int) -> Floats:
    return np.bincount(codes, weights=values, minlength=n_groups).astype(float, copy=False)


def _group_sums(codes: Integers, x: Floats, n_groups: int) -> Floats:
    """Return the sum of each column of ``x`` (n, k) in each group, shape (n_groups, k)."""
    return np.column_stack([_sums(codes, column, n_groups) for column in x.T])


def _sampling_fraction(
    given: Floats, stratum: Integers, sampled: Floats, head: Integers, level: int
) -> Floats:
    """Return the share of units drawn in each stratum, from population sizes or fractions."""
    value = given[head]
    varies = int((given != value[stratum]).sum())
    if varies:
        raise ValueError(
            f"fpc of stage {level + 1} varies within a stratum ({varies} rows differ from the "
            "first row of their stratum): give one value per stratum."
        )
    if not (np.isfinite(given) & (given > 0)).all():
        raise ValueError(
            f"fpc of stage {level + 1} must be positive and finite: give population sizes or "
            "sampling fractions."
        )
    if (given <= 1).all():
        return value
    if (given < 1).any():
        raise ValueError(
            f"fpc of stage {level + 1} mixes sampling fractions and population sizes: give one "
            "of the two."
        )
    short = int((value < sampled).sum())
    if short:
        raise ValueError(
            f"fpc of stage {level + 1} is below the number of sampled units in {short} of "
            f"{len(sampled)} strata: give the number of units in the population."
        )
    share: Floats = sampled / value
    return share


def _require_one_of(given: str, choices: object, what: str) -> None:
    if given not in get_args(choices):
        raise ValueError(f"{what} must be one of {', '.join(get_args(choices))}, not {given!r}.")


def _rank(replicates: Floats) -> int:
    """Return the rank of replicate weights (n, R), by their products where rows are many."""
    if not len(replicates):
        return 0
    values = np.linalg.eigvalsh(replicates.T @ replicates)
    return int((values > _RANK_TOLERANCE**2 * values[-1]).sum())
