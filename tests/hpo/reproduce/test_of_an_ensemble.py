"""Experiments that measure a trained network, given several networks together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from data.errors import InputError
from hpo.reproduce.context import Context
from hpo.reproduce.experiments import filters, unstructured, ways
from hpo.reproduce.networks import alike
from hpo.storage.workspace import TrainedFolder
from model.config import NetworkConfig
from model.network.ensemble import Ensemble, EnsembleConfig
from model.network.weights import save_network


def test_figures_of_several_networks_are_told_from_those_of_one(
    context: Callable[..., Context], tiny: NetworkConfig, tmp_path: Path
) -> None:
    config = alike(tiny, 0.1, 1)
    torch.manual_seed(0)
    ensemble = Ensemble(EnsembleConfig.of([config, config], [1.0, 1.0]))
    together, alone = TrainedFolder(tmp_path / "together"), TrainedFolder(tmp_path / "alone")
    save_network(ensemble, ensemble.config, together.weights)
    save_network(next(ensemble.members.children()), config, alone.weights)
    note = "The figures are of 2 networks together, not of a single one."
    for experiment in (ways, unstructured):
        of_each = [replace(context(), network=network) for network in (together, alone)]
        assert [note in experiment.run(given).notes for given in of_each] == [True, False]
    with pytest.raises(
        InputError, match="an ensemble of 2 networks; filters are shown of a single"
    ):
        filters.run(of_each[0])
