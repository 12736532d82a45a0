"""Published figures, quoted: what others have reported, nothing measured by this project."""

from __future__ import annotations

ONE_SHOT = {
    "humans": 95.5,
    "hierarchical Bayesian program learning": 95.2,
    "convolutional siamese net": 92.0,
    "affine model": 81.8,
    "hierarchical deep": 65.2,
    "deep Boltzmann machine": 62.0,
    "siamese net, two fully connected layers": 58.3,
    "simple stroke": 35.2,
    "1-nearest neighbour": 21.7,
}
"""20-way accuracy on the official runs, in percent (the paper's section 4.3)."""

REIMPLEMENTATIONS = (71.0, 80.0)
"""20-way within-alphabet accuracy of public re-implementations, in percent, lowest and highest.

Over random drawers, which is harder than the official runs.
"""

OFFICIAL_RUNS_SINCE = {"Bayesian program learning": 96.7, "ARC": 98.5}
"""20-way accuracy on the official runs, in percent, as reported after the paper.

Both by Lake, Salakhutdinov and Tenenbaum 2019, "The Omniglot challenge: a 3-year progress report";
ARC, attentive recurrent comparators, is the best published there.
"""
