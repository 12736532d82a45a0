"""A trained network tested on a folder of known characters, without training."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pandas as pd
import torch
from pydantic import BaseModel
from rich import box
from rich.table import Table
from torch import Tensor

from data.characters import Characters
from data.collection import Collection
from data.names import FOLDER
from data.sources.folder import load_folder
from hpo.console.terminal import stdout
from hpo.dashboard.pictures import one_shot_trials
from hpo.finish.held_out import weights_in
from hpo.runtime.files import check_folder, read_json, write_bytes
from hpo.runtime.literal_text import say, visible
from hpo.runtime.own_pictures import check_apart
from hpo.runtime.provenance import Computer, commit, computer, versions
from hpo.runtime.wording import points
from hpo.storage.trained_pictures import given_to, is_extra_of, is_inside, shared_with
from hpo.storage.workspace import TrainedFolder
from model.device import device_name
from model.evaluation.embeddings import scores_within
from model.evaluation.finite_scores import check_scores
from model.evaluation.scores import OneShotTrial, Picture, answers, choices, one_shot_accuracy
from model.network.ensemble import EnsembleConfig, TrainedConfig
from model.network.weights import load_trained

SHOWN = 20
"""Confusions that are shown, the most frequent ones."""


class Confusion(BaseModel):
    """A character that is taken for another of its alphabet.

    Attributes:
        alphabet: alphabet of both characters.
        character: the right one.
        taken_for: the chosen one.
        share: share of the character's questions, among all characters of the alphabet, that are
            answered so, 0 to 1.
    """

    alphabet: str
    character: str
    taken_for: str
    share: float


class FolderTest(BaseModel):
    """How well a network tells a folder's characters apart.

    Attributes:
        dataset: "folder:PATH".
        fingerprint: fingerprint of the folder's content.
        characters, pictures: how many there are, and of each.
        way: N of the N-way one-shot trials.
        accuracy: over every pair of two pictures of a character and every choice of N characters of
            its alphabet, 0 to 1; the mean over alphabets.
        standard_error: standard error of `accuracy`.
        standard_error_over: what it is over: "alphabets", or a single one's "characters".
        per_alphabet: accuracy by alphabet.
        confusions: most frequent first.
        versions, commit, computer, device: what the figures depend on, see `StudyResults`.
    """

    dataset: str
    fingerprint: str
    characters: int
    pictures: int
    way: int
    accuracy: float
    standard_error: float
    standard_error_over: str
    per_alphabet: dict[str, float]
    confusions: list[Confusion]
    versions: dict[str, str]
    commit: str | None
    computer: Computer
    device: str


def measure_folder(
    folder: TrainedFolder, data: Path, device: torch.device, output: Path | None
) -> FolderTest:
    """Measures a network on all alphabets of a folder.

    Args:
        folder: folder with the network.
        data: the pictures, see `load_folder`.
        device: measures there.
        output: folder that gets confusions.csv and confusions.png; None writes nothing.

    Raises:
        InputError: a folder holds no network, or one whose scores are not finite, or no pictures
            to test on; or the output would lie among these.
    """
    if output is not None:
        check_folder(output)
        check_apart(output, f"{FOLDER}{data}")
    network, config = load_trained(weights_in(folder))
    collection = load_folder(f"{FOLDER}{data}", whole=True)
    _say_if_trained_on(data, collection, folder, config)
    characters = collection.characters(collection.evaluation, collection.drawers, config.size).to(
        device
    )
    scores = scores_within(network.to(device), characters)
    check_scores(scores.values(), folder.weights)
    accuracy = one_shot_accuracy(scores, collection.way)
    confused = [found for alphabet in scores for found in _confused(alphabet, scores, characters)]
    confused.sort(key=lambda pair: -pair[0].share)
    if output is not None:
        rows = [confusion.model_dump() for confusion, _ in confused]
        table = pd.DataFrame(rows, columns=list(Confusion.model_fields))
        write_bytes(output / "confusions.csv", table.to_csv(index=False).encode())
        trials = [trial for _, trial in confused[:SHOWN]]
        write_bytes(output / "confusions.png", one_shot_trials(trials, characters))
    return FolderTest(
        dataset=collection.name,
        fingerprint=collection.fingerprint,
        characters=len(characters.names),
        pictures=len(characters.drawers),
        way=collection.way,
        accuracy=accuracy.value,
        standard_error=accuracy.standard_error,
        standard_error_over="alphabets" if len(scores) > 1 else "characters",
        per_alphabet=accuracy.per_alphabet,
        confusions=[confusion for confusion, _ in confused[:SHOWN]],
        versions=versions(),
        commit=commit(),
        computer=computer(),
        device=device_name(device),
    )


def _say_if_trained_on(
    data: Path, collection: Collection, folder: TrainedFolder, config: TrainedConfig
) -> None:
    """Says that a network knows the pictures on which it is measured, where it was trained on them.

    They are told by their content, and by their folder: pictures may have come since, or it may be
    a single alphabet's; and of several networks together the results name no extra content.
    """
    results = read_json(folder.results) or {}
    given, own = f"{FOLDER}{data}", str(results.get("dataset", ""))
    inside, around = is_inside(given, own), is_inside(own, given)
    if results.get("fingerprint") == collection.fingerprint or inside or around:
        only = inside and not around  # it may be an alphabet that was held out
        where = f"{own.removeprefix(FOLDER)}, in which {data} lies" if only else data
        say(
            f"{folder.folder} was trained on a part of {where}: its figures here"
            f" {'may be' if only else 'are'} too good; `test` without --data measures it on the"
            " part that was held out"
        )
        return
    members = config.members if isinstance(config, EnsembleConfig) else (config,)
    extras = {member.train.pictures.extra or "" for member in members}
    inside = any(is_inside(given, extra) for extra in extras)
    around = any(is_inside(extra, given) for extra in extras)
    if results.get("extra_fingerprint") == collection.fingerprint or inside or around:
        what = data if inside or not around else f"a part of {data}"
        say(
            f"{folder.folder} was trained on {what}, beside its data set: its figures here are too"
            " good"
        )
        return
    for one in chain.from_iterable(given_to(config, results)):
        if one.fingerprint == collection.fingerprint or is_extra_of(one, collection):
            say(
                f"{folder.folder} was trained on {data} through the network at {one.network}, which"
                " its training was given: its figures here are too good"
            )
            return
        if (shared := shared_with(one, given)) is not None:
            say(
                f"{folder.folder} was trained on {shared}, through the network at {one.network},"
                " which its training was given: its figures here may be too good"
            )
            return


def _confused(
    alphabet: str, scores: dict[str, Tensor], characters: Characters
) -> list[tuple[Confusion, OneShotTrial]]:
    """An alphabet's confusions, each with its most wrong trial."""
    of_alphabet = scores[alphabet].cpu()
    count, drawers = of_alphabet.shape[:2]
    place = characters.alphabets.index(alphabet)
    names = [characters.names[row].partition("/")[2] for row in characters.characters_of[place]]
    chosen = answers(of_alphabet)  # [character, query's drawer, support's drawer]
    others = ~torch.eye(drawers, dtype=torch.bool)
    shares = choices(of_alphabet)
    found = []
    for right in range(count):
        for wrong in shares[right].nonzero().flatten().tolist():
            if wrong == right:
                continue
            margin = of_alphabet[right, :, right] - of_alphabet[right, :, wrong]
            margin = margin.masked_fill(~others | (chosen[right] != wrong), torch.inf)
            query, support = divmod(int(margin.argmin()), drawers)
            trial = OneShotTrial(
                alphabet=alphabet,
                query=Picture(right, query),
                right=Picture(right, support),
                chosen=Picture(wrong, support),
                margin=float(margin[query, support]),
            )
            confusion = Confusion(
                alphabet=alphabet,
                character=names[right],
                taken_for=names[wrong],
                share=float(shares[right, wrong]),
            )
            found.append((confusion, trial))
    return found


def print_known(found: FolderTest, output: Path | None) -> None:
    """Prints what `test --data` measured, for people."""
    out = stdout()
    table = Table(f"{found.way}-way one-shot accuracy on {visible(found.dataset)}")
    table.box = box.SIMPLE_HEAD
    table.add_column("%", justify="right")
    table.add_column("± standard error")
    error = f"{points(found.standard_error)} over {found.standard_error_over}"
    table.add_row("every pair of pictures", points(found.accuracy), error)
    if len(found.per_alphabet) > 1:
        for alphabet, value in found.per_alphabet.items():
            table.add_row(f"  {visible(alphabet)}", points(value), "")
    out.print(table)
    if not found.confusions:
        out.print("No picture is taken for another character.")
        return
    confused = Table("alphabet", "character", "taken for", box=box.SIMPLE_HEAD)
    confused.add_column("%", justify="right")
    for pair in found.confusions:
        cells = (visible(part) for part in (pair.alphabet, pair.character, pair.taken_for))
        confused.add_row(*cells, points(pair.share))
    out.print(confused)
    if output is not None:
        out.print(visible(f"{output / 'confusions.png'}  their pictures"), soft_wrap=True)
