"""A trained network for programs: whatever pictures are brought, the answers are the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import siamese_hpo
from data.collection import Collection
from data.errors import InputError
from siamese_hpo.network import Network
from siamese_hpo.pictures import prepared

NAMES = ["box", "cross", "ring"]


@pytest.fixture(scope="module")
def network() -> Network:
    return siamese_hpo.load(device="cpu")


def test_a_folder_is_classified_by_a_folder(network: Network, symbols: Path) -> None:
    answers = network.classify(symbols / "known", str(symbols / "new"))
    assert answers.classes == NAMES
    assert list(answers.table.index) == ["box.png", "cross.png", "ring.png"]
    assert list(answers.table["class"]) == NAMES
    assert answers.probabilities.loc["ring.png", "ring"] == answers[2].probability
    assert answers.probabilities.sum(axis=1).to_numpy() == pytest.approx(1)
    assert [row.chosen for row in answers] == NAMES
    assert len(answers) == 3
    assert (answers.table["known"] > network.rejection.least).all()


def test_a_drawing_of_no_class_is_unknown(network: Network, symbols: Path) -> None:
    support = {name: symbols / "known" / f"{name}.png" for name in ("box", "cross")}
    answers = network.classify(support, symbols / "new" / "ring.png")
    assert list(answers.table["class"]) == ["unknown"]
    assert answers[0].nearest in ("box", "cross")


def test_each_of_several_drawings_on_a_picture_is_an_answer(
    network: Network, symbols: Path
) -> None:
    page = Image.new("RGB", (700, 200), "white")
    for number, name in enumerate(("ring", "cross")):
        page.paste(Image.open(symbols / "new" / f"{name}.png"), (400 * number, 0))
    answers = network.classify(symbols / "known", {"page": page})
    assert list(answers.table["class"]) == ["ring", "cross"]
    assert list(answers.table.index) == ["page (1)", "page (2)"]
    with pytest.raises(InputError, match="picture page: 2 drawings on it, where one is wanted"):
        network.embed({"page": page})


def test_a_class_may_have_several_known_pictures(network: Network, symbols: Path) -> None:
    both = {
        name: [symbols / folder / f"{name}.png" for folder in ("known", "new")] for name in NAMES
    }
    answers = network.classify(both, symbols / "new")
    assert list(answers.table["class"]) == NAMES
    with pytest.raises(InputError, match="no class may be named unknown"):
        network.classify({"unknown": symbols / "known" / "ring.png"}, symbols / "new")


def test_classes_whose_names_read_the_same_are_refused(network: Network, symbols: Path) -> None:
    files = []
    for name, drawn in (("\u00e9", "ring"), ("e\u0301", "box")):
        files.append((symbols / "known" / f"{drawn}.png").rename(symbols / f"{name}.png"))
    for support in (files, {file.stem: file for file in files}):
        with pytest.raises(
            InputError, match=r"^support: the names of 2 classes read \u00e9; every"
        ):
            network.classify(support, symbols / "new")


def test_files_images_and_tensors_of_the_same_pictures_are_embedded_alike(
    network: Network, symbols: Path
) -> None:
    files = sorted((symbols / "known").iterdir())
    images = [Image.open(file) for file in files]
    of_files = network.embed(files)
    assert of_files.shape == (3, network.config.network.units * network.config.network.copies)
    pictures = prepared(files, network.size).pictures
    as_bytes = (pictures[:, 0] * 255).round().to(torch.uint8)
    for same in (symbols / "known", images, pictures, pictures[:, 0], as_bytes, as_bytes.numpy()):
        torch.testing.assert_close(network.embed(same), of_files)
    torch.testing.assert_close(network.embed(images[0]), of_files[:1])
    torch.testing.assert_close(network.embed(str(files[0])), of_files[:1])
    torch.testing.assert_close(network.embed(dict(zip("abc", images, strict=True))), of_files)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "HSV", "I", "F"])
def test_images_of_every_mode_are_pictures(network: Network, symbols: Path, mode: str) -> None:
    image = Image.open(symbols / "new" / "ring.png")
    grey = image.convert("L") if mode in ("I", "F") else image
    answers = network.classify(symbols / "known", grey.convert(mode))
    assert list(answers.table["class"]) == ["ring"]
    assert list(answers.table.index) == ["0"]


def test_rows_of_files_of_one_name_are_told_apart(network: Network, symbols: Path) -> None:
    files = [symbols / folder / "ring.png" for folder in ("known", "new")]
    answers = network.classify(symbols / "known", files)
    for table in (answers.table, answers.probabilities):
        assert list(table.index) == ["known/ring.png", "new/ring.png"]


def test_a_mappings_keys_are_the_classes(network: Network, symbols: Path) -> None:
    support = {"A.1": symbols / "known" / "ring.png", "B.1": Image.open(symbols / "known/box.png")}
    answers = network.classify(support, [symbols / "new" / "box.png"])
    assert answers.classes == ["A.1", "B.1"]
    assert answers[0].chosen == "B.1"


def test_scores_are_the_modules(network: Network, symbols: Path) -> None:
    found = network.score(symbols / "known", symbols / "new")
    left, right = (prepared(symbols / name, network.size).pictures for name in ("known", "new"))
    assert found.argmax(1).tolist() == [0, 1, 2]
    with torch.inference_mode():
        torch.testing.assert_close(network.module(left, right), found.diagonal())


def test_bad_pictures_are_told_in_one_line(network: Network, symbols: Path) -> None:
    size = network.size
    blank = Image.new("L", (90, 90), 255)
    blank.save(symbols / "blank.png")
    (symbols / "empty").mkdir()
    ring = symbols / "new" / "ring.png"
    for pictures, line in (
        (symbols / "blank.png", f"{symbols / 'blank.png'}: no drawing on it"),
        ([ring, blank], "picture 1: no drawing on it"),
        (symbols / "none.png", f"{symbols / 'none.png'}: no such file or folder"),
        (symbols / "empty", f"{symbols / 'empty'}: no pictures"),
        ([], "no pictures"),
        (
            torch.rand(2, 3, size, size),
            f"pictures of shape [2, 3, {size}, {size}]: should be [n, {size}, {size}] or"
            f" [n, 1, {size}, {size}]",
        ),
        (
            np.zeros((1, size, size), np.int64),
            "pictures of type torch.int64: should be float or uint8",
        ),
        (
            3,
            "pictures of type int: should be a folder, files, PIL images, a mapping, a tensor or an"
            " array",
        ),
        (
            [ring, torch.zeros(size, size)],
            "picture 1 is of type Tensor: should be a file or a PIL image; tensors and arrays are"
            " given as one",
        ),
        (
            {"a": np.zeros((size, size), np.uint8)},
            "picture a is of type ndarray: should be a file or a PIL image; tensors and arrays are"
            " given as one",
        ),
    ):
        with pytest.raises(InputError) as error:
            network.embed(pictures)
        assert str(error.value) == line
    with pytest.raises(InputError, match=r"support: ring: two pictures of this class"):
        network.classify([symbols / "known" / "ring.png", ring], ring)


def test_a_class_without_a_picture_is_named(network: Network, symbols: Path) -> None:
    with pytest.raises(InputError, match=r"^support: 0: no pictures$"):
        network.classify({"ring": symbols / "known" / "ring.png", 0: []}, symbols / "new")


def test_programs_of_no_known_form_are_refused(network: Network, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^export: form 'pt': allowed are onnx, torch$"):
        network.export(tmp_path / "programs", form="pt")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_networks_folder_stays_where_it_was_found(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(network.folder, tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    found = siamese_hpo.load("mine", device="cpu")
    monkeypatch.chdir("/")
    assert found.folder == tmp_path / "mine"
    assert siamese_hpo.load(found.folder, device="cpu").config == found.config


def test_a_folder_without_a_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no best\.safetensors"):
        siamese_hpo.load(tmp_path)


def test_errors_name_arguments_and_no_options(network: Network, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match=rf"^support {empty}: "):
        network.classify(empty, torch.rand(1, 35, 35))
    with pytest.raises(InputError, match=r"^device cuda:99: "):
        siamese_hpo.load(device="cuda:99")
    with pytest.raises(InputError, match=r"^device gpu: "):
        siamese_hpo.run("glyphs", folder=tmp_path / "run", device="gpu")


def test_the_networks_onnx_files_give_its_answers(
    network: Network, omniglot: Collection, tmp_path: Path
) -> None:
    """400 pictures, and the 400 official answers."""
    import onnxruntime

    from data.one_shot_runs import run_pictures
    from data.splits import held_out_characters

    characters = held_out_characters(omniglot, network.size, torch.device("cpu"))
    sessions = [onnxruntime.InferenceSession(file) for file in network.export(tmp_path)]
    embed, score = sessions
    answered = 0
    for run in omniglot.runs:
        support, query = (
            characters.pictures[places[:, 0], places[:, 1]]
            for places in run_pictures(characters, run)
        )
        floats = [side.unsqueeze(1).numpy().astype(np.float32) / 255 for side in (query, support)]
        (scores,) = score.run(None, dict(zip(("query", "support"), floats, strict=True)))
        wanted = network.score(query, support)
        assert np.abs(scores - wanted.numpy()).max() < 1e-4
        assert scores.argmax(1).tolist() == wanted.argmax(1).tolist()
        (embeddings,) = embed.run(None, {"pictures": floats[0]})
        assert np.abs(embeddings - network.embed(query).numpy()).max() < 1e-4
        answered += len(query)
    assert answered == 400


def test_the_network_that_is_exported_is_the_one_that_was_loaded(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the one that its folder holds by then, which a study or a program may have changed."""
    for name in ("best.safetensors", "rejection.json"):
        shutil.copy(network.folder / name, tmp_path)
    monkeypatch.chdir(tmp_path.parent)
    loaded = siamese_hpo.load(tmp_path.name, device="cpu")
    with torch.no_grad():
        next(reversed(list(loaded.module.parameters()))).add_(1)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "best.safetensors").unlink()
    embed, score = loaded.export("torch", form="torch")
    assert (embed, score) == (Path("torch/embed.pt2"), Path("torch/score.pt2"))
    pictures = torch.rand(3, 1, network.size, network.size)
    wanted = network.score(pictures, pictures) + 1
    found = torch.export.load(score).module()(pictures, pictures)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)
    assert not loaded.module.training


def test_a_form_that_there_is_not_is_told(network: Network, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^export: form 'onxx': did you mean onnx\?$"):
        network.export(tmp_path / "new", form="onxx")  # type: ignore[arg-type]
    assert not (tmp_path / "new").exists()


def test_a_program_may_change_embeddings_and_scores_and_learn_from_them(network: Network) -> None:
    pictures = torch.rand(3, network.size, network.size)
    for found in (network.embed(pictures), network.score(pictures, pictures)):
        assert not found.requires_grad
        learner = torch.nn.Linear(found.shape[1], 2)
        learner(found).sum().backward()
        assert learner.weight.grad is not None
        found /= found.norm(dim=1, keepdim=True)
