"""What several networks of the study `deep`'s winner are worth together.

The winner is trained with the three seeds that the study retrained it with; one of these networks
comes with the project, the others are trained where FOLDER/SEED does not hold them yet. A training
that was interrupted goes on. Every choice of them is measured on the validation alphabets, scores
added as they are and each divided by its spread; of those divided, the best is chosen. With --test
it is tested, once, beside its networks: the test alphabets are opened for nothing else.

Usage:
  python -m benchmarks.winner.together OUTPUT.json [--test] [--folder FOLDER] [--data-root DIR]

Writes OUTPUT.json, and the chosen networks, combined, to FOLDER/together.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import torch

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance
from benchmarks.winner.shipped import CPU, WINNER
from data.collection import Collection
from data.errors import InputError
from data.sources.load import load_collection
from data.splits import paper_splits
from hpo.console.countdown import Trainings
from hpo.console.progress import Progress
from hpo.finish.combine import Single, combine, singles_in
from hpo.finish.held_out import one_shot_test
from hpo.finish.retrain import config_in, retrain
from hpo.runtime.files import read_json, write_json
from hpo.storage.shipped import shipped_network
from hpo.storage.workspace import TrainedFolder
from hpo.study.results import document_of
from model.evaluation.embeddings import scores_within
from model.evaluation.scores import Accuracy, Scores, one_shot_accuracy, spread
from model.evaluation.standard_error import mean_and_error
from model.network.weights import load_trained

STUDY = Path("studies/results/deep.json")
FOLDER = Path("runs/together")


def seeds_of(study: dict[str, Any]) -> list[int]:
    """Seeds of a study's winner: that of the kept network, then the others in their order."""
    winner = study["winner"]
    for finalist in study["finalists"]:
        if finalist["number"] == winner["number"]:
            seeds = [int(one["seed"]) for one in finalist["seeds"]]
            return sorted(seeds, key=lambda seed: seed != winner["seed"])
    raise InputError(f"{STUDY}: its winner is no finalist")


def train(seed: int, folder: TrainedFolder, collection: Collection) -> None:
    """Trains the winner with a seed, unless that is done."""
    config, _ = config_in(WINNER, "auto")
    with Progress(f"seed {seed}", 1, trainings=Trainings(1, parts=1)) as progress:
        retrain(config, [seed], collection, CPU, folder, progress)


def added(scores: Sequence[Scores], divisors: Sequence[float]) -> Scores:
    """Sums of several networks' scores, each divided first."""
    return {
        alphabet: torch.stack(
            [one[alphabet] / divisor for one, divisor in zip(scores, divisors, strict=True)]
        ).sum(0)
        for alphabet in scores[0]
    }


class Choice(NamedTuple):
    """Some of the networks, and what they are worth together on the validation alphabets.

    Attributes:
        places: of the networks, counted from 0.
        divided: accuracy of their scores added, each divided by its spread.
        plain: accuracy of their scores added as they are.
        better: by how much `divided` is above the networks' mean, in each alphabet.
    """

    places: tuple[int, ...]
    divided: Accuracy
    plain: Accuracy
    better: list[float]


def choices(scores: Sequence[Scores], way: int) -> list[Choice]:
    """Every choice of networks, from single ones to all.

    Args:
        scores: of each network.
        way: N of the one-shot trials.
    """
    spreads = [spread(one) for one in scores]
    singles = [one_shot_accuracy(one, way) for one in scores]
    found = []
    for count in range(1, len(scores) + 1):
        for places in combinations(range(len(scores)), count):
            own = [scores[place] for place in places]
            divided = one_shot_accuracy(added(own, [spreads[place] for place in places]), way)
            plain = one_shot_accuracy(added(own, [1.0] * count), way)
            better = differences(divided, [singles[place] for place in places])
            found.append(Choice(places, divided, plain, better))
    return found


def differences(together: Accuracy, each: Sequence[Accuracy]) -> list[float]:
    """By how much networks together are better than they are on average, in each alphabet."""
    return [
        value - fmean(one.per_alphabet[alphabet] for one in each)
        for alphabet, value in together.per_alphabet.items()
    ]


def tested(
    ensemble: TrainedFolder, singles: Sequence[Single], collection: Collection
) -> dict[str, Any]:
    """Tests the networks together, and each of them, on the test alphabets.

    Args:
        ensemble: folder of the networks together.
        singles: each of them.
        collection: the data set.
    """
    network, _ = load_trained(ensemble.weights)
    together, *each = (
        one_shot_test(one, collection, CPU) for one in (network, *(s.network for s in singles))
    )
    better = differences(
        Accuracy.of(together.per_alphabet), [Accuracy.of(one.per_alphabet) for one in each]
    )
    return {
        "networks": network.networks,
        "test": document_of(together),
        "test_of_each": [document_of(one) for one in each],
        "gain_on_test": _mean(better),
    }


def _mean(values: Sequence[float]) -> dict[str, float]:
    return dict(zip(("value", "standard_error"), mean_and_error(values), strict=True))


def _measured(accuracy: Accuracy) -> dict[str, float]:
    return {"value": accuracy.value, "standard_error": accuracy.standard_error}


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("output", type=Path, metavar="OUTPUT.json")
    parser.add_argument("--test", action="store_true", help="open the test alphabets")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the trainings")
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    collection = load_collection("omniglot", arguments.data_root)
    seeds = seeds_of(read_json(STUDY) or {})
    shipped = shipped_network()
    folders = [shipped, *(TrainedFolder(arguments.folder / str(seed)) for seed in seeds[1:])]
    for seed, folder in zip(seeds[1:], folders[1:], strict=True):
        train(seed, folder, collection)
    singles, _ = singles_in(folders)
    if [one.config.train.seed for one in singles] != seeds:
        raise InputError(f"{shipped.folder}: is not the network of seed {seeds[0]}")
    validation = paper_splits(collection).validation
    characters = collection.characters(*validation, singles[0].config.size)
    scores = [scores_within(one.network, characters) for one in singles]
    found = choices(scores, characters.way)
    best = max(found[len(singles) :], key=lambda choice: choice.divided.value)
    chosen = [singles[place] for place in best.places]
    together = TrainedFolder(arguments.folder / "together")
    combined = combine(chosen, collection, CPU, together)
    document = provenance() | {
        "study": "deep",
        "dataset": collection.name,
        "fingerprint": collection.fingerprint,
        "seeds": [seeds[place] for place in best.places],
        "trained": [_trained(one) for one in chosen],
        "cost": {
            "parameters": combined.ensemble.parameters,
            "milliseconds": combined.ensemble.milliseconds,
            "milliseconds_of_each": [one.milliseconds for one in combined.members],
        },
        "validation": [
            {
                "seeds": [seeds[place] for place in choice.places],
                "divided_by_spread": _measured(choice.divided),
                "as_they_are": _measured(choice.plain),
                "gain": _mean(choice.better),
            }
            for choice in found
        ],
    }
    if arguments.test:
        document |= tested(together, chosen, collection)
    write_json(arguments.output, document)


def _trained(one: Single) -> dict[str, Any]:
    """With which commit and on what a network was trained."""
    results = read_json(one.folder.results) or {}
    about = results.get("trained", results)
    kept = ("commit", "versions", "computer", "device")
    return {"seed": one.config.train.seed, "sha256": one.sha256} | {k: about.get(k) for k in kept}


if __name__ == "__main__":
    run_main(main)
