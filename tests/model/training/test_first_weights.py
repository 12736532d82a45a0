"""First weights follow from the seed, whatever other threads of the program build meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread, current_thread, main_thread

import pytest
import torch
from random_network import write_random_network
from small_training import CPU, configured

from data.splits import SearchData
from model.network.ensemble import Ensemble, EnsembleConfig
from model.network.teacher import Teacher
from model.network.weights import load_trained
from model.training.trainer import Trainer

MEANWHILE = 1.0
"""Seconds in which another thread builds a network, unless it has to wait."""


@pytest.mark.parametrize("other", ["loading", "teacher", "ensemble", "training"])
def test_another_thread_changes_none(
    other: str, data: SearchData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, folder = configured(), tmp_path / "given"
    write_random_network(folder, config, seed=4)
    loaded = load_trained(folder / "best.safetensors")
    of_both = EnsembleConfig.of([config, config], spreads=[1.0, 1.0])
    build: Callable[[], object] = {
        "loading": lambda: load_trained(folder / "best.safetensors"),
        "teacher": lambda: Teacher(*loaded),
        "ensemble": lambda: Ensemble(of_both),
        "training": lambda: Trainer(configured(seed=3), data, CPU),
    }[other]
    undisturbed = Trainer(config, data, CPU).network.state_dict()

    genuine, threads = torch.manual_seed, list[Thread]()

    def disturbed(seed: int) -> torch.Generator:
        generator = genuine(seed)
        if current_thread() is main_thread():
            threads.append(Thread(target=build))
            threads[-1].start()
            threads[-1].join(MEANWHILE)
        return generator

    monkeypatch.setattr(torch, "manual_seed", disturbed)
    network = Trainer(config, data, CPU).network.state_dict()
    for thread in threads:
        thread.join()
    assert len(threads) == 1
    assert all(torch.equal(weights, undisturbed[name]) for name, weights in network.items())
