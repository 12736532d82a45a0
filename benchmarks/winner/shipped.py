"""Makes the network that comes with the project: studies/trained.

Trains the winner of the study `deep` once more, with its seed; keeps its weights at 16 bits, if no
official answer changes by that; and writes the network, its configuration, its figures as `test`
measures them, when it answers `unknown` (as `calibrate` does), and its card. A training that was
interrupted goes on. `--trained FOLDER` takes a network that is trained already.

Usage:
  python -m benchmarks.winner.shipped [--trained FOLDER] [--data-root DIR] [--output FOLDER]
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance
from benchmarks.winner.card import card
from data.characters import Characters
from data.collection import Collection
from data.errors import WorkFailed
from data.one_shot_runs import OneShotRun, run_pictures
from data.sources.load import load_collection
from data.splits import held_out_characters
from hpo.console.countdown import Trainings
from hpo.console.progress import Progress
from hpo.finish.calibrate import calibrate
from hpo.finish.held_out import measure
from hpo.finish.retrain import config_in, following_seeds, retrain
from hpo.runtime.files import read_json, write_bytes, write_json, write_text
from hpo.storage.shipped import shipped_network
from hpo.storage.workspace import TrainedFolder
from hpo.study.results import document_of
from model.device import resolve_device
from model.network.siamese import SiameseNetwork
from model.network.weights import load_network, write_tensors

WINNER = Path("studies/results/deep-best.toml")
TRAINED = Path("runs/shipped")
CPU = torch.device("cpu")
CHANGE = 0.0005
"""Most that 16 bits may change the accuracy over every drawer pair."""


def official_answers(network: SiameseNetwork, collection: Collection) -> Tensor:
    """The support that each query of the official runs is taken for: int64 [trials]."""
    characters = held_out_characters(collection, network.size, CPU)
    return torch.cat([_answers(network, characters, run) for run in collection.runs])


@torch.inference_mode()
def _answers(network: SiameseNetwork, characters: Characters, run: OneShotRun) -> Tensor:
    support, query = (
        network.embed(characters.pictures[rows, columns].unsqueeze(1).float() / 255)
        for rows, columns in (side.T for side in run_pictures(characters, run))
    )
    return network.score(query, support).argmax(1)


def at_16_bits(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights as float16; whole numbers stay as they are.

    Raises:
        WorkFailed: one is too large for float16.
    """
    small = {k: v.half() if v.is_floating_point() else v for k, v in tensors.items()}
    if too_large := [name for name, value in small.items() if not value.isfinite().all()]:
        raise WorkFailed(f"{too_large[0]}: too large for float16")
    return small


def train(folder: TrainedFolder, data_root: Path | None) -> None:
    """Trains the study's winner once more, with its seed."""
    config, dataset = config_in(WINNER, "auto")
    collection = load_collection(dataset, data_root)
    with Progress("the network", 1, trainings=Trainings(1, parts=1)) as progress:
        device = resolve_device("auto")
        retrain(config, following_seeds(config, 1), collection, device, folder, progress)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--trained", type=Path)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--output", type=Path, default=shipped_network().folder)
    arguments = parser.parse_args()
    trained, output = TrainedFolder(arguments.trained or TRAINED), TrainedFolder(arguments.output)
    if arguments.trained is None:
        train(trained, arguments.data_root)
    collection = load_collection("omniglot", arguments.data_root)
    network, config = load_network(trained.weights)
    network.eval()
    answers = official_answers(network, collection)
    whole = measure(network, collection, CPU, trained.weights)
    output.folder.mkdir(parents=True, exist_ok=True)
    small = at_16_bits(network.state_dict())
    network.load_state_dict(small)
    report = measure(network, collection, CPU, output.weights)
    changed = int((official_answers(network, collection) != answers).sum())
    pairs = [of.one_shot.every_drawer_pair_accuracy for of in (whole, report)]
    if changed or abs(pairs[1] - pairs[0]) > CHANGE:
        raise WorkFailed(
            f"16 bits change {changed} official answers, and the accuracy over every drawer pair"
            f" from {pairs[0]:.4f} to {pairs[1]:.4f}"
        )
    write_tensors(small, config.model_dump(mode="json"), output.weights)
    write_bytes(output.config, trained.config.read_bytes())
    rejection = calibrate(output, collection, CPU)
    before = read_json(trained.results) or {}
    document = {
        "dataset": report.dataset,
        "fingerprint": report.fingerprint,
        "study": before.get("study", "deep"),
        "seed": config.train.seed,
        "validation": before["validation"],
        "trained": {key: before.get(key) for key in ("commit", "versions", "computer", "device")},
        "bits": 16,
        "parameters": sum(weights.numel() for weights in network.parameters()),
        "every_drawer_pair_accuracy_at_32_bits": pairs[0],
        "test": document_of(report),
        "unknown": rejection.quality[0].model_dump(),
    } | provenance()
    write_json(output.results, document)
    write_text(output.folder / "README.md", card(document, config, output.weights.stat().st_size))


if __name__ == "__main__":
    run_main(main)
