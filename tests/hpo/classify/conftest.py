"""A trained network, and folders of pictures for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from short_training import CONFIG, trained

from benchmarks.winner.disturbances import clean, drawings_of, everything
from data.collection import SIDE, Collection
from data.one_shot_runs import random_runs
from data.splits import paper_splits
from model.network.siamese import SiameseNetwork
from model.network.weights import save_network

CPU = torch.device("cpu")
WAY = 20


@pytest.fixture(scope="module")
def collection(request: pytest.FixtureRequest) -> Collection:
    """Omniglot where it is, else the glyphs."""
    found: Collection = request.getfixturevalue(
        "omniglot" if os.environ.get("OMNIGLOT_ROOT") else "glyphs"
    )
    return found


@pytest.fixture(scope="module")
def network(collection: Collection, common_folder: Path) -> SiameseNetwork:
    """Trained for some seconds."""
    return trained(collection, common_folder).best_network()


@pytest.fixture(scope="module")
def drawn(collection: Collection) -> tuple[Any, Any]:
    """Support and query drawings of ten runs on validation alphabets."""
    alphabets = paper_splits(collection).validation.alphabets
    characters = collection.characters(alphabets, collection.drawers, SIDE)
    return drawings_of(characters, random_runs(characters, 10, WAY, seed=3))


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """A folder of two classes, ring.png and box.png."""
    folder = tmp_path / "known"
    folder.mkdir()
    for name, draw in (
        ("ring", ImageDraw.ImageDraw.ellipse),
        ("box", ImageDraw.ImageDraw.rectangle),
    ):
        picture = Image.new("L", (240, 180), 245)
        draw(ImageDraw.Draw(picture), (70, 40, 170, 140), outline=20, width=5)
        picture.save(folder / f"{name}.png")
    return folder


@pytest.fixture
def folders(network: SiameseNetwork, drawn: tuple[Any, Any], tmp_path: Path) -> list[str]:
    """Words of a `classify` command: eight classes, and their queries in the same order."""
    save_network(network, CONFIG, tmp_path / "network" / "best.safetensors")
    dice = np.random.default_rng(0)
    for name, drawings, disturbance in zip(
        ("support", "query"), drawn, (clean, everything), strict=True
    ):
        (tmp_path / name).mkdir()
        for number, drawing in enumerate(drawings[:8]):
            (tmp_path / name / f"{name[0]}{number}.png").write_bytes(disturbance(drawing, dice))
    words = ["--support", str(tmp_path / "support"), "--query", str(tmp_path / "query")]
    return ["classify", str(tmp_path / "network"), *words]
