"""What becomes of drawings that look photographed, scanned or drawn elsewhere, and of clean ones.

The official runs' drawings become picture files, are read and prepared as `classify` does it, and
classified. Each is answered rightly, refused (no drawing found, or `unknown`), or silently wrong.
Each is asked a second time without its class among the known ones: then `unknown` is right. The
clean accuracy is that of Omniglot's own pictures as the network was trained on them. The
preparation was chosen on the validation alphabets: `--validation RUNS` measures there.

Usage:
  python -m benchmarks.winner.photographed FOLDER [--data-root DIR] [--validation RUNS] [--seed N]
      [--only NAME ...]
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.command import make_parser, run_main
from benchmarks.output import tell
from benchmarks.winner.cameras import CAMERAS
from benchmarks.winner.disturbances import DISTURBANCES, Mask, clean, drawings_of
from benchmarks.winner.scenes import SCENES, nothing, page_of
from benchmarks.winner.surfaces import SURFACES
from data.one_shot_runs import random_runs
from data.sources.load import load_collection
from data.sources.picture_files import NoPicture
from data.sources.scans import pictures_of, read_drawings
from data.splits import held_out_characters, paper_splits
from hpo.finish.calibrate import rejection_of
from hpo.finish.held_out import weights_in
from hpo.storage.workspace import TrainedFolder
from model.evaluation.classify import Answers, classify
from model.evaluation.rejection import Rejection
from model.evaluation.standard_error import accuracy_error, mean_and_error
from model.network.distance import TwinNetwork
from model.network.ensemble import TrainedConfig
from model.network.weights import load_trained

WAY = 20
CPU = torch.device("cpu")
PAGES = (2, 3, 4, 5, 6)
"""Drawings on each page that a run's twenty queries are spread over."""
EMPTY = 200
"""Pictures without a drawing."""
Dice = np.random.Generator
EVERY = DISTURBANCES | SCENES | SURFACES | CAMERAS


class Outcome(NamedTuple):
    """What became of a query.

    Attributes:
        right: its class was said.
        wrong: another class was said, or one of what is no drawing.
        nearest: its class was the nearest, said or not.
        accepted: some class was said, where its own was not among the known ones.
    """

    right: bool
    wrong: bool
    nearest: bool
    accepted: bool


class Judge(NamedTuple):
    """A network that says which of a run's classes a drawing is of, or none of them."""

    network: TwinNetwork
    config: TrainedConfig
    rejection: Rejection

    def answers(self, support: Tensor, drawings: list[Mask]) -> Answers:
        queries = pictures_of(drawings, self.config.size)
        return classify(self.network, self.config, support, queries)

    def outcome(self, support: Tensor, drawings: list[Mask], own: int) -> Outcome:
        """What becomes of a picture with these drawings on it, where one is meant."""
        return self.outcomes(support, [drawings], [own])[0]

    def outcomes(
        self, support: Tensor, pictures: Sequence[list[Mask]], owns: Sequence[int]
    ) -> list[Outcome]:
        """What becomes of some pictures of one run, of which each may have several drawings."""
        every = [drawing for drawings in pictures for drawing in drawings]
        if not every:
            return [Outcome(False, False, False, False)] * len(pictures)
        scores = self.answers(support, every).scores
        of_each = torch.split(scores, [len(one) for one in pictures])
        return [self._outcome(scores, own) for scores, own in zip(of_each, owns, strict=True)]

    def _outcome(self, scores: Tensor, own: int) -> Outcome:
        if not len(scores):
            return Outcome(False, False, False, False)
        said = self.rejection.known(scores) >= self.rejection.least
        best = scores.argmax(1)
        others = torch.cat([scores[:, :own], scores[:, own + 1 :]], 1)
        accepted = self.rejection.known(others) >= self.rejection.least
        wrong = bool((said & (best != own)).any())
        right = bool((said & (best == own)).any()) and not wrong
        return Outcome(right, wrong, bool((best == own).any()), bool(accepted.any()))

    def page(self, support: Tensor, drawings: list[Mask], owns: list[int]) -> list[Outcome]:
        """What becomes of a page with several drawings, in reading order."""
        if len(drawings) == len(owns):
            return self.outcomes(support, [[one] for one in drawings], owns)
        scores = self.answers(support, drawings).scores
        said = self.rejection.known(scores) >= self.rejection.least
        classes = scores.argmax(1)[said].tolist()
        wrong = sum(one not in owns for one in classes)
        return [
            Outcome(own in classes, number < wrong, own in classes, False)
            for number, own in enumerate(owns)
        ]


def read(content: bytes, path: Path) -> list[Mask]:
    """A picture file's drawings; none if there is none."""
    path.write_bytes(content)
    try:
        return [drawing.ink for drawing in read_drawings(path)]
    except NoPicture:
        return []


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("folder", type=Path, help="of a trained network")
    parser.add_argument("--data-root", type=Path)
    parser.add_argument(
        "--validation",
        type=int,
        metavar="RUNS",
        help="random runs on the validation alphabets instead",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the disturbances")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these disturbances")
    arguments = parser.parse_args()
    trained = TrainedFolder(arguments.folder)
    network, config = load_trained(weights_in(trained))
    judge = Judge(network, config, rejection_of(trained))
    collection = load_collection("omniglot", arguments.data_root)
    if arguments.validation:
        alphabets = paper_splits(collection).validation.alphabets
        characters = collection.characters(alphabets, collection.drawers, 105)
        runs = random_runs(characters, arguments.validation, WAY, seed=1)
    else:
        characters, runs = held_out_characters(collection, 105, CPU), list(collection.runs)
    # Support and query: bool [trials, 105, 105] each.
    drawn = drawings_of(characters, runs)
    which = f"{len(runs)} {'validation' if arguments.validation else 'official'}"
    size = config.size
    supports, queries = (torch.split(pictures_of(list(side), size), WAY) for side in drawn)
    undisturbed = torch.cat(
        [
            classify(network, config, known, new).classes.argmax(1) == torch.arange(WAY)
            for known, new in zip(supports, queries, strict=True)
        ]
    ).double()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"

        def read_all(name: str, side: int) -> list[list[Mask]]:
            make = EVERY[name]
            dice = np.random.default_rng((arguments.seed, side, *name.encode()))
            return [read(make(drawing, dice), path) for drawing in drawn[side]]

        def known(name: str) -> tuple[Tensor, ...]:
            empty = np.zeros((105, 105), bool)  # `classify` would skip it
            firsts = [found[0] if len(found) == 1 else empty for found in read_all(name, 0)]
            return torch.split(pictures_of(firsts, size), WAY)

        def report(name: str, scope: str, outcomes: list[Outcome]) -> None:
            columns = np.array(outcomes, float)
            right, wrong, nearest, accepted = columns.mean(0)
            difference, error = mean_and_error((columns[:, 2] - undisturbed.numpy()).tolist())
            tell(
                benchmark="classify",
                runs=which,
                disturbance=name,
                disturbed=scope,
                accuracy=nearest,
                standard_error=round(accuracy_error(nearest, len(outcomes)), 4),
                clean_accuracy=float(undisturbed.mean()),
                difference=round(difference, 4),
                difference_standard_error=round(error, 4),
                right=right,
                refused=round(1 - right - wrong, 4),
                silently_wrong=wrong,
                unknown_accepted=accepted,
                trials=len(outcomes),
            )

        clean_supports = known(clean.__name__)
        for name in arguments.only or [*EVERY, page_of.__name__, nothing.__name__]:
            if name == nothing.__name__:
                _tell_empty(judge, clean_supports[0], arguments.seed, path, which)
                continue
            if name == page_of.__name__:
                report(name, "query", _pages(judge, clean_supports, drawn[1], arguments.seed, path))
                continue
            found = read_all(name, 1)
            scopes = {"query": clean_supports}
            if name in DISTURBANCES:
                scopes["support and query"] = known(name)
            for scope, chosen in scopes.items():
                outcomes = [
                    outcome
                    for number, support in enumerate(chosen)
                    for outcome in judge.outcomes(
                        support, found[WAY * number : WAY * (number + 1)], range(WAY)
                    )
                ]
                report(name, scope, outcomes)


def _pages(
    judge: Judge, supports: tuple[Tensor, ...], drawn: NDArray[np.bool_], seed: int, path: Path
) -> list[Outcome]:
    dice = np.random.default_rng(seed)
    outcomes = []
    for number, support in enumerate(supports):
        start = 0
        for count in PAGES:
            owns = list(range(start, start + count))
            inks = [drawn[number * WAY + own] for own in owns]
            drawings = read(page_of(inks, dice), path)
            outcomes += (
                judge.page(support, drawings, owns)
                if drawings
                else [Outcome(False, False, False, False)] * count
            )
            start += count
    return outcomes


def _tell_empty(judge: Judge, support: Tensor, seed: int, path: Path, which: str) -> None:
    """Says how often a picture without a drawing gets a class."""
    dice = np.random.default_rng(seed)
    made: Callable[[Dice], bytes] = nothing
    accepted = [judge.outcome(support, read(made(dice), path), 0) for _ in range(EMPTY)]
    tell(
        benchmark="classify-nothing",
        runs=which,
        accepted=float(np.mean([one.right or one.wrong for one in accepted])),
        pictures=EMPTY,
    )


if __name__ == "__main__":
    run_main(main)
