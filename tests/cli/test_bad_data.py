"""Omniglot that is missing or damaged: what is wrong is named, and nothing is kept of it."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from data.sources.omniglot_files import BACKGROUND, EVALUATION

PICTURE = f"{EVALUATION}/ULOG/character26/1623_13.png"
Refused = Callable[..., str]
WriteStudy = Callable[..., str]


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder in the current one: so what were left there would be found."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path("cache").absolute()))
    monkeypatch.delenv("OMNIGLOT_ROOT", raising=False)


@pytest.mark.parametrize("dataset", ["auto", "omniglot", "glyphs"])
def test_a_named_data_folder_that_is_not_there(
    dataset: str, refused: Refused, write_study: WriteStudy, glyphs_config: str
) -> None:
    Path("c.toml").write_text(glyphs_config)
    retrain = ("retrain", "c.toml", "--dataset", dataset, "--output", "net")
    for words in (("run", write_study(dataset)), retrain):
        error = refused(*words, "--data-root", "nowhere")
        assert error == "error: data root nowhere: no such folder"
        error = refused(*words, "--data-root", "tiny.toml")
        assert error == "error: data root tiny.toml: not a folder"


@pytest.mark.usefixtures("begun")
def test_a_named_data_folder_that_is_not_there_to_join(refused: Refused) -> None:
    error = refused("join", "tiny", "--data-root", "nowhere")
    assert error == "error: data root nowhere: no such folder"


@pytest.mark.parametrize("dataset", ["auto", "omniglot"])
def test_a_data_folder_of_the_environment_that_is_not_there(
    dataset: str, refused: Refused, write_study: WriteStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = write_study(dataset)
    monkeypatch.setenv("OMNIGLOT_ROOT", "elsewhere")
    assert refused("run", study) == "error: OMNIGLOT_ROOT elsewhere: no such folder"


@pytest.mark.parametrize("dataset", ["auto", "omniglot"])
def test_a_truncated_zip(
    dataset: str, zips: Path, refused: Refused, write_study: WriteStudy
) -> None:
    path = zips / "omniglot-py" / f"{BACKGROUND}.zip"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    error = refused("run", write_study(dataset), "--data-root", str(zips))
    assert error.startswith(f"error: {path}: damaged or truncated zip: ")


def test_an_altered_picture(zips: Path, refused: Refused, write_study: WriteStudy) -> None:
    """A single pixel, in a zip that is sound in itself."""
    path = zips / "omniglot-py" / f"{EVALUATION}.zip"
    with ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with Image.open(BytesIO(content[PICTURE])) as picture:
        pixels = np.asarray(picture.convert("L")).copy()
    pixels[50, 50] = 255 - pixels[50, 50]
    altered = BytesIO()
    Image.fromarray(pixels).save(altered, "png")
    with ZipFile(path, "w") as archive:
        for name, data in (content | {PICTURE: altered.getvalue()}).items():
            archive.writestr(name, data)
    error = refused("run", write_study("omniglot"), "--data-root", str(zips))
    assert error == f"error: {path}: {PICTURE} is altered: not Omniglot's picture"
