"""Variances of weighted totals for the two designs of the reference values."""

import numpy as np


def se_stratified(scores: np.ndarray, strata: np.ndarray) -> float:
    """Standard error of a total of persons drawn within strata, with replacement."""
    variance = 0.0
    for stratum in np.unique(strata):
        part = scores[strata == stratum]
        variance += part.size / (part.size - 1) * np.sum((part - part.mean()) ** 2)
    return float(np.sqrt(variance))


def se_clustered(scores: np.ndarray, clusters: np.ndarray) -> float:
    """Standard error of a total of clusters drawn with replacement."""
    _, codes = np.unique(clusters, return_inverse=True)
    totals = np.bincount(codes, weights=scores)
    size = totals.size
    return float(np.sqrt(size / (size - 1) * np.sum((totals - totals.mean()) ** 2)))
