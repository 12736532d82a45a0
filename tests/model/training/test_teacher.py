"""Training by a teacher's answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from data.errors import InputError
from data.sources.glyphs import make_glyphs
from data.splits import SearchData
from model.batch_config import BatchConfig
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.network.ensemble import Ensemble, EnsembleConfig
from model.network.siamese import SiameseNetwork
from model.network.teacher import Teacher, load_teacher
from model.network.weights import save_network
from model.training.losses import one_shot_loss
from model.training.trainer import Trainer

CPU = torch.device("cpu")
DRAWINGS = 3


def configured(teacher: str | None = None, size: int = 14, **train: object) -> RunConfig:
    layer = Convolution(filters=4, kernel=5, pool=True)
    network = NetworkConfig(size=size, convolutions=[layer], units=8, centred=True, copies=3)
    fields = {
        "layers": [LayerConfig(learning_rate=0.01)] * 3,
        "loss": "one-shot",
        "temperature": 0.5,
        "epochs": 2,
        "steps_per_epoch": 3,
        "batch": BatchConfig(characters=8, drawers=DRAWINGS),
        "teacher": teacher,
    }
    return RunConfig(network=network, train=TrainConfig.model_validate(fields | train))


@pytest.fixture(scope="module")
def data() -> SearchData:
    return SearchData.of(make_glyphs(), 14, CPU)


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    """The folder of a network."""
    torch.manual_seed(1)
    save_network(SiameseNetwork(configured().network), configured(), tmp_path / "best.safetensors")
    return tmp_path


def answers(scores: Tensor, query: int, support: int) -> Tensor:
    """Probabilities of all characters in the one-shot trials of two drawings: [query, support]."""
    return scores[query::DRAWINGS, support::DRAWINGS].softmax(1)


def test_half_of_the_loss_is_to_answer_as_the_teacher_does() -> None:
    network = SiameseNetwork(configured().network)
    embeddings, taught = torch.rand(4 * DRAWINGS, 8), torch.randn(4 * DRAWINGS, 4 * DRAWINGS)
    plain = one_shot_loss(network, embeddings, DRAWINGS, 0.5)
    own = network.score_within(embeddings) / 0.5
    each = [
        cross_entropy(own[query::DRAWINGS, support::DRAWINGS], answers(taught, query, support))
        for query in range(DRAWINGS)
        for support in range(DRAWINGS)
        if query != support
    ]
    found = one_shot_loss(network, embeddings, DRAWINGS, 0.5, taught)
    torch.testing.assert_close(found, (plain + torch.stack(each).mean()) / 2)


def test_nothing_is_left_to_learn_of_a_teacher_whose_answers_are_given() -> None:
    """Away from its own answers the loss grows, but for what the right ones ask."""
    network = SiameseNetwork(configured().network)
    embeddings = torch.rand(4 * DRAWINGS, 8, requires_grad=True)
    taught = network.score_within(embeddings).detach() / 0.5
    loss = one_shot_loss(network, embeddings, DRAWINGS, 0.5, taught)
    plain = one_shot_loss(network, embeddings, DRAWINGS, 0.5)
    ours, right = (torch.autograd.grad(each, embeddings)[0] for each in (loss, plain))
    torch.testing.assert_close(ours, right / 2)


@pytest.mark.parametrize("several", [False, True])
def test_a_teacher_looks_at_each_drawing_once_and_stays_as_it_is(several: bool) -> None:
    single = configured()
    torch.manual_seed(0)
    members = [SiameseNetwork(single.network) for _ in range(2)]
    pictures = torch.rand(6, 1, 14, 14, requires_grad=True)
    found: Teacher
    if several:
        config = EnsembleConfig.of([single, single], [3.0, 1.0])
        found = Teacher(Ensemble(config, members), config)
    else:
        found = Teacher(members[0], single)
        config = None
    scores = found.scores(pictures)
    assert (scores.shape, scores.requires_grad) == ((6, 6), False)
    assert not found.network.training
    # As in training: one look at each.
    once = [member.train().score_within(member.embed(pictures)) for member in members]
    if config is None:
        wanted = once[0] / 0.5
    else:
        added = sum(factor * each for factor, each in zip(config.factors, once, strict=True))
        wanted = added / config.softmax_temperature
    torch.testing.assert_close(scores, wanted.detach())


@pytest.mark.parametrize("leaf", ["", "best.safetensors"])
def test_a_training_comes_nearer_to_its_teachers_answers(
    data: SearchData, teacher: Path, leaf: str
) -> None:
    """Of a random teacher, from whose weights nothing can be learnt but its answers."""
    before = (teacher / "best.safetensors").read_bytes()
    pictures = data.validation.pictures[:6, :DRAWINGS].flatten(0, 1).unsqueeze(1).float() / 255
    told = load_teacher(configured(str(teacher)), CPU)
    assert told is not None
    wanted = told.scores(pictures)

    def far(path: str | None) -> float:
        trainer = Trainer(configured(path, steps_per_epoch=20), data, CPU)
        list(trainer.run())
        network = trainer.network.train()
        with torch.no_grad():
            scores = network.score_within(network.embed(pictures)) / 0.5
        return float(cross_entropy(scores[0::DRAWINGS, 1::DRAWINGS], answers(wanted, 0, 1)))

    assert far(str(teacher / leaf)) < far(None)
    assert (teacher / "best.safetensors").read_bytes() == before


def test_a_training_goes_on_with_its_teacher(
    data: SearchData, teacher: Path, tmp_path: Path
) -> None:
    config = configured(str(teacher))
    whole = Trainer(config, data, CPU)
    list(whole.run())
    checkpoint = tmp_path / "checkpoint"
    first = Trainer(config, data, CPU, checkpoint).run()
    next(first)
    first.close()
    later = Trainer(config, data, CPU, checkpoint)
    assert len(list(later.run())) == 1
    for name, weights in whole.network.state_dict().items():
        assert torch.equal(later.network.state_dict()[name], weights)


def test_a_teacher_that_is_none_is_refused(teacher: Path, data: SearchData) -> None:
    with pytest.raises(InputError, match=r"^train\.teacher: .*none: no such folder or file$"):
        Trainer(configured(str(teacher / "none")), data, CPU)
    wider = SearchData.of(make_glyphs(), 20, CPU)
    said = r"^train\.teacher: .*: takes pictures of 14 pixels; it must take .*, of 20$"
    with pytest.raises(InputError, match=said):
        Trainer(configured(str(teacher), size=20), wider, CPU)
    with pytest.raises(InputError, match=r"^train\.teacher: x.*\.\.\.: file name too long$"):
        load_teacher(configured("x" * 300), CPU)


def test_other_losses_ask_no_teacher(teacher: Path) -> None:
    assert load_teacher(configured(str(teacher / "none"), loss="nca"), CPU) is None


def test_a_configuration_without_it_is_written_as_before() -> None:
    assert "teacher" not in configured().model_dump(mode="json")["train"]
