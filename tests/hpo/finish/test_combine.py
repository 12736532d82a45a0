"""Trained networks combined: chosen on validation alone, and used as one network."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

import siamese_hpo
from data.collection import Collection
from data.errors import InputError
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.finish.calibrate import calibrate, rejection_of
from hpo.finish.combine import combine, singles_in
from hpo.finish.held_out import measure, network_in
from hpo.finish.retrain import retrain
from hpo.runtime.files import read_json
from hpo.storage.workspace import TrainedFolder
from hpo.study.combined import CombinedResults
from model.batch_config import BatchConfig
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.evaluation.embeddings import scores_within
from model.evaluation.scores import one_shot_accuracy, spread
from model.network.siamese import SiameseNetwork
from model.network.weights import load_network, save_network

CPU = torch.device("cpu")
CONFIG = RunConfig(
    network=NetworkConfig(
        size=28,
        convolutions=(Convolution(filters=8, kernel=5, pool=True),) * 2,
        units=32,
        centred=True,
        copies=2,
    ),
    train=TrainConfig(
        seed=4,
        loss="one-shot",
        temperature=2.0,
        layers=(LayerConfig(learning_rate=3e-3),) * 4,
        epochs=2,
        steps_per_epoch=10,
        batch=BatchConfig(characters=20, drawers=3),
    ),
)


@pytest.fixture(scope="module")
def folders(glyphs: Collection, tmp_path_factory: pytest.TempPathFactory) -> list[TrainedFolder]:
    """Two trainings of one configuration."""
    folder = TrainedFolder(tmp_path_factory.mktemp("trained"))
    retrain(CONFIG, [4, 5], glyphs, CPU, folder, Progress("test", 2))
    return [folder.one_of_several(seed) for seed in (4, 5)]


@pytest.fixture(scope="module")
def together(
    folders: list[TrainedFolder], tmp_path_factory: pytest.TempPathFactory
) -> TrainedFolder:
    return TrainedFolder(tmp_path_factory.mktemp("together") / "new")


@pytest.fixture(scope="module")
def results(
    folders: list[TrainedFolder], together: TrainedFolder, glyphs: Collection
) -> CombinedResults:
    singles, dataset = singles_in(folders)
    assert dataset == "glyphs"
    return combine(singles, glyphs, CPU, together)


def test_figures_are_those_of_validation_with_scores_added(
    results: CombinedResults, folders: list[TrainedFolder], glyphs: Collection
) -> None:
    validation = SearchData.of(glyphs, 28, CPU).validation
    apart = [scores_within(load_network(folder.weights)[0], validation) for folder in folders]
    added = {
        alphabet: sum(scores[alphabet] / spread(scores) for scores in apart)
        for alphabet in apart[0]
    }
    exact = one_shot_accuracy(added, 20)
    # Nearly: a score that is equal but for its last bit may tell a tie otherwise.
    assert results.ensemble.accuracy == pytest.approx(exact.value, abs=2e-4)
    singles = [one_shot_accuracy(scores, 20) for scores in apart]
    assert [one.accuracy for one in results.members] == [one.value for one in singles]
    assert [one.spread for one in results.members] == [spread(scores) for scores in apart]
    mean = sum(one.value for one in singles) / 2
    assert results.gain.accuracy == pytest.approx(results.ensemble.accuracy - mean)
    assert results.gain.accuracy > 0
    assert [one.seed for one in results.members] == [4, 5]


def test_what_it_costs_is_said(results: CombinedResults) -> None:
    weights = [member.parameters for member in results.members]
    assert weights == [CONFIG.network.parameters] * 2
    assert results.ensemble.parameters == sum(weights)
    assert results.ensemble.milliseconds > 0


def test_everything_takes_it_as_it_takes_a_network(
    results: CombinedResults, together: TrainedFolder, glyphs: Collection
) -> None:
    network, dataset = network_in(together)
    assert dataset == "glyphs"
    report = measure(network, glyphs, CPU, together.weights)
    assert report.networks == 2
    assert report.one_shot.one_shot_accuracy > 0.3
    chosen = rejection_of(together)
    loaded = siamese_hpo.load(together.folder, device="cpu")
    assert loaded.rejection == chosen
    test = glyphs.characters(glyphs.evaluation[-1:], [17, 18], 28).pictures
    assert loaded.embed(test[:5, 0]).shape == (5, 2 * 2 * 32)
    assert loaded.score(test[:5, 0], test[:4, 1]).shape == (5, 4)
    answers = loaded.classify(
        {name: test[row : row + 1, 0] for row, name in enumerate("abc")}, test[:3, 1]
    )
    assert answers.classes == ["a", "b", "c"]


def test_when_it_answers_unknown_is_chosen_for_all_of_them(
    results: CombinedResults,
    folders: list[TrainedFolder],
    together: TrainedFolder,
    glyphs: Collection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    together.rejection.write_text("{}")  # as an older one left it
    combine(singles_in(folders)[0], glyphs, CPU, together)
    (line,) = capsys.readouterr().err.splitlines()
    kept = read_json(together.rejection)
    found = calibrate(together, glyphs, CPU)
    assert found.document() == kept
    refused = 100 * found.quality[0].false_refusal
    assert line.startswith(f"unknown 1/1: classify will refuse {refused:.1f}% of right answers")
    assert found.rejection != calibrate(folders[0], glyphs, CPU).rejection


def test_combined_again_it_is_the_same_and_another_is_refused(
    results: CombinedResults,
    folders: list[TrainedFolder],
    together: TrainedFolder,
    glyphs: Collection,
) -> None:
    before = together.weights.read_bytes()
    again = combine(singles_in(folders)[0], glyphs, CPU, together)
    assert again.ensemble.accuracy == results.ensemble.accuracy
    assert together.weights.read_bytes() == before
    for output in (together, folders[0]):
        with pytest.raises(InputError, match="holds results of something else; choose another"):
            combine(singles_in(folders[::-1])[0], glyphs, CPU, output)
    assert together.weights.read_bytes() == before


def saved(folder: Path, config: RunConfig = CONFIG, seed: int = 0) -> TrainedFolder:
    torch.manual_seed(seed)
    save_network(SiameseNetwork(config.network), config, folder / "best.safetensors")
    return TrainedFolder(folder)


def test_what_does_not_go_together_is_refused_in_a_line(
    results: CombinedResults,
    folders: list[TrainedFolder],
    together: TrainedFolder,
    glyphs: Collection,
    tmp_path: Path,
) -> None:
    first = folders[0]
    same = tmp_path / "same"
    shutil.copytree(first.folder, same)
    small = CONFIG.network.model_copy(update={"size": 30})
    smaller = saved(tmp_path / "small", CONFIG.model_copy(update={"network": small}))
    by_squares = CONFIG.network.model_copy(update={"distance": "l2"})
    squared = saved(tmp_path / "squared", CONFIG.model_copy(update={"network": by_squares}))
    other = saved(tmp_path / "other")
    other.results.write_text(json.dumps({"dataset": "omniglot"}))
    for given, line in (
        ([first], "combine: needs two folders with a network or more"),
        ([first, TrainedFolder(tmp_path)], f"{tmp_path}: holds no best.safetensors, which"),
        ([first, together], f"{together.weights}: holds an ensemble of 2 networks; here a single"),
        ([first, TrainedFolder(same)], f"{same}: holds the same network as {first.folder}"),
        ([first, smaller], f"{smaller.folder}: its network takes pictures of size 30, that of"),
        ([first, squared], f"{squared.folder}: its network compares by the distance l2, that of"),
        ([first, other], f"{other.folder}: its network was trained on omniglot, that of"),
    ):
        with pytest.raises(InputError) as refused:
            singles_in(given)
        assert str(refused.value).startswith(line)
        assert "\n" not in str(refused.value)
    other.results.write_text(json.dumps({"dataset": "glyphs", "fingerprint": "another"}))
    with pytest.raises(InputError, match="its network was trained on another glyphs"):
        combine(singles_in([first, other])[0], glyphs, CPU, TrainedFolder(tmp_path / "new"))
    torch.manual_seed(0)
    dead = SiameseNetwork(CONFIG.network)
    torch.nn.init.zeros_(dead.output.weight)
    save_network(dead, CONFIG, tmp_path / "dead" / "best.safetensors")
    with pytest.raises(InputError, match="dead: its network tells no pictures apart"):
        combine(
            singles_in([first, TrainedFolder(tmp_path / "dead")])[0],
            glyphs,
            CPU,
            TrainedFolder(tmp_path / "new"),
        )
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("prints", "together"),
    [(("f", "f"), True), (("f", "g"), False), (("f", None), False), ((None, None), False)],
)
def test_networks_of_one_folder_go_together_however_it_is_named(
    prints: tuple[str | None, ...], together: bool, tmp_path: Path
) -> None:
    given, paths = list[TrainedFolder](), ("runes", "/data/letters")
    for number, (path, known) in enumerate(zip(paths, prints, strict=True)):
        given.append(saved(tmp_path / str(number), seed=number))
        about = {"dataset": f"folder:{path}"} | ({"fingerprint": known} if known else {})
        given[-1].results.write_text(json.dumps(about))
    if together:
        assert singles_in(given)[1] == "folder:runes"
        return
    with pytest.raises(InputError, match=r"was trained on folder:/data/letters, that of .*:runes;"):
        singles_in(given)


@pytest.mark.parametrize("last", ["save_network", "write_json", "calibrate_if_possible"])
def test_interrupted_anywhere_the_same_command_goes_on(
    last: str,
    folders: list[TrainedFolder],
    glyphs: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    singles, _ = singles_in(folders)
    output = TrainedFolder(tmp_path / "new")
    with monkeypatch.context() as patched:
        patched.setattr(f"hpo.finish.combine.{last}", interrupt)
        with pytest.raises(KeyboardInterrupt):
            combine(singles, glyphs, CPU, output)
    combine(singles, glyphs, CPU, output)
    assert output.weights.exists()
    assert output.results.exists()
