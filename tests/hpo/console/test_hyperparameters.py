"""A configuration's values as people read them: what is not usual is named."""

from __future__ import annotations

from hpo.console.hyperparameters import whole_network
from hpo.reproduce.networks import NETWORKS, alike
from hpo.reproduce.paper_search.compared import changed


def test_only_what_is_not_usual_is_named() -> None:
    usual = alike(NETWORKS["small"], rate=0.1, epochs=2)
    other = changed(usual, {"network.distance": "l2", "train.distortion.fixed": 8})
    before, after = whole_network(usual), whole_network(other)
    assert "distance" not in before
    assert before["affine"] == "1"
    assert after == before | {"distance": "L2", "affine": "1, 8 fixed"}
