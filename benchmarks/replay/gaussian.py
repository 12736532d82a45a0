"""Gaussian processes over the principal parts of recorded curves: a truth that is no forest."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

Floats = NDArray[np.float64]
PARTS = 4
"""Number of principal parts: more of them are the luck of seeds."""
SCALES, NOISE = (2.0, 1e3), (0.1, 1.0)
"""What a kernel's lengths, in standard deviations, and its noise may be. A process that goes
through every recorded curve, or whose variance may be more than theirs, promises wonders between
them."""
LOGARITHMIC = 20
"""A column whose largest value is as many times the smallest is taken by its logarithm."""


class Gaussians:
    """Curves between recorded ones, each principal part by a process of its own.

    Args:
        inputs: recorded configurations [configurations, columns]; NaN where one has no such value.
        targets: what was recorded of each [configurations, numbers].
    """

    def __init__(self, inputs: Floats, targets: Floats) -> None:
        low, high = np.nanmin(inputs, 0), np.nanmax(inputs, 0)
        self._log = (low > 0) & (high > LOGARITHMIC * low)
        scaled = self._logarithms(inputs)
        self._centre, spread = np.nanmean(scaled, 0), np.nanstd(scaled, 0)
        self._spread = np.where(spread > 0, spread, 1.0)  # a column may hold one value alone
        self._mean = targets.mean(0)
        left, sizes, parts = np.linalg.svd(targets - self._mean, full_matrices=False)
        self._parts = parts[:PARTS]
        rows, columns = self._standardised(inputs), inputs.shape[1]
        self._processes = []
        for part in range(PARTS):
            kernel = ConstantKernel(1.0, "fixed") * Matern(
                np.full(columns, columns**0.5), SCALES, nu=2.5
            )
            process = GaussianProcessRegressor(
                kernel + WhiteKernel(0.1, NOISE), normalize_y=True, random_state=0
            )
            with warnings.catch_warnings():
                # A column that does not matter has the longest scale that is allowed.
                warnings.simplefilter("ignore", ConvergenceWarning)
                self._processes.append(process.fit(rows, left[:, part] * sizes[part]))

    def predict(self, inputs: Floats) -> Floats:
        """What one configuration would have been recorded as, at the mean [numbers]."""
        row = self._standardised(inputs[None])
        parts = np.array([process.predict(row)[0] for process in self._processes])
        found: Floats = self._mean + parts @ self._parts
        return found

    def _logarithms(self, inputs: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            logarithms: Floats = np.where(self._log, np.log(inputs), inputs)
        return logarithms

    def _standardised(self, inputs: Floats) -> Floats:
        standardised: Floats = (self._logarithms(inputs) - self._centre) / self._spread
        return np.nan_to_num(standardised)
