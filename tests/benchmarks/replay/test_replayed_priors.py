"""Replayed searches with priors, which are what they are called."""

import json
from collections.abc import Callable
from pathlib import Path

from recording import packed

from benchmarks.replay.__main__ import main
from benchmarks.replay.priors import RANKS, with_prior
from benchmarks.replay.searches import surrogate_of
from hpo.study.space import config_of, parameters


def test_a_good_prior_is_better_than_a_bad_one(tmp_path: Path) -> None:
    surrogate = surrogate_of(packed(tmp_path), "trees")
    truth = []
    for rank in RANKS.values():
        study = with_prior(surrogate.study, surrogate, rank, seed=7)
        prior = {p.name: p.prior for p in parameters(study)}
        assert None not in prior.values()
        assert prior.keys() == {p.name for p in parameters(surrogate.study)}
        truth.append(float(surrogate.truth(config_of(study, prior, seed=0)).best[-1]))
    good, middling, bad = truth
    assert good > middling > bad


def test_the_command_writes_what_it_found(tmp_path: Path, run: Callable[..., None]) -> None:
    output = tmp_path / "priors"
    options = ("--repetitions", 2, "--trials", 5, "--workers", 1, "--spreads", 0.1, 0.3)
    run(main, "priors", packed(tmp_path), output, *options)
    document = json.loads(output.with_suffix(".json").read_text())
    assert output.with_suffix(".png").stat().st_size > 10_000
    none, *others = document["searches"]
    assert [at["gained"] for at in none["at"]] == [0, 0, 0]
    assert [(row["prior"], row["spread"]) for row in others] == [
        (kind, spread) for kind in RANKS for spread in (0.1, 0.3)
    ]
    # The first trial is the prior itself.
    assert others[0]["at"][0]["accuracy"] > others[-1]["at"][0]["accuracy"]
