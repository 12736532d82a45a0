"""One-shot runs: the official ones picture by picture, and random ones."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from data.characters import Characters
from data.collection import Collection
from data.one_shot_runs import OneShotRun, official_runs, random_runs, run_pictures
from data.splits import held_out_characters


@pytest.fixture(scope="module")
def characters(glyphs: Collection) -> Characters:
    """Two alphabets of 22 characters, and one of more, by three drawers."""
    larger = max(glyphs.background, key=lambda a: sum(n.startswith(a) for n in glyphs.names))
    return glyphs.characters([*glyphs.evaluation[:2], larger], [4, 9, 16], 35)


def test_official_runs_are_lakes_pictures(omniglot: Collection, omniglot_root: Path) -> None:
    path = omniglot_root / "all_runs.zip"
    if not path.exists():
        pytest.skip("needs all_runs.zip in OMNIGLOT_ROOT")
    characters = held_out_characters(omniglot, 105, torch.device("cpu"))
    compared = 0
    with ZipFile(path) as archive:

        def picture(name: str) -> Tensor:
            with Image.open(BytesIO(archive.read(name))) as image:
                return torch.from_numpy(255 - np.asarray(image.convert("L")))

        for number, run in enumerate(official_runs(), start=1):
            lines = archive.read(f"run{number:02d}/class_labels.txt").decode().split("\n")
            labels = [line.split() for line in lines if line.strip()]
            items = [f"run{number:02d}/test/item{k:02d}.png" for k in range(1, 21)]
            assert [item for item, _ in labels] == items
            places = zip(*run_pictures(characters, run), strict=True)
            for (item, label), (support, query) in zip(labels, places, strict=True):
                assert torch.equal(picture(item), characters.pictures[tuple(query)])
                assert torch.equal(picture(label), characters.pictures[tuple(support)])
                compared += 2
    assert compared == 800


def test_official_runs_are_two_per_test_alphabet() -> None:
    runs = official_runs()
    alphabets = [run.alphabet for run in runs]
    assert len(runs) == 20
    assert len(set(alphabets)) == 10
    assert all(alphabets.count(alphabet) == 2 for alphabet in alphabets)
    for run in runs:
        assert run.support_drawer != run.query_drawer
        assert len(set(run.characters)) == 20


def test_run_pictures_point_at_the_runs_characters(characters: Characters) -> None:
    alphabet = characters.alphabets[1]
    support, query = run_pictures(characters, OneShotRun(alphabet, 16, 4, (3, 1, 22)))
    names = [f"{alphabet}/character{number:02d}" for number in (3, 1, 22)]
    assert [characters.names[row] for row in support[:, 0]] == names
    assert [characters.names[row] for row in query[:, 0]] == names
    assert support[:, 1].tolist() == [2, 2, 2]
    assert query[:, 1].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "changed", [{"alphabet": "Klingon"}, {"query_drawer": 5}, {"characters": (1, 99)}]
)
def test_run_on_other_pictures(characters: Characters, changed: dict[str, object]) -> None:
    run = OneShotRun(characters.alphabets[0], 4, 9, (1, 2))._replace(**changed)
    with pytest.raises(KeyError):
        run_pictures(characters, run)


def test_random_runs_are_within_alphabets_and_seeded(characters: Characters) -> None:
    runs = random_runs(characters, runs=30, way=20, seed=1)
    assert random_runs(characters, runs=30, way=20, seed=1) == runs
    assert random_runs(characters, runs=30, way=20, seed=2) != runs
    assert [run.alphabet for run in runs] == [*characters.alphabets] * 10
    assert len({run.characters for run in runs}) == 30
    assert len({(run.support_drawer, run.query_drawer) for run in runs}) == 6
    for run in runs:
        assert run.support_drawer != run.query_drawer
        assert {run.support_drawer, run.query_drawer} <= {4, 9, 16}
        assert len(set(run.characters)) == len(run.characters) == 20
        run_pictures(characters, run)  # raises unless all of it is there


def test_random_runs_pass_over_small_alphabets(characters: Characters) -> None:
    way = 23
    sizes = [len(rows) for rows in characters.characters_of]
    assert sizes[:2] == [22, 22]
    assert sizes[2] >= way
    runs = random_runs(characters, runs=4, way=way, seed=0)
    assert {run.alphabet for run in runs} == {characters.alphabets[2]}
    assert all(len(set(run.characters)) == way for run in runs)
