"""Given networks that know what is held out here, by what is kept of their pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from random_network import write_random_network
from tiny_network import TINY

from data.collection import Collection
from hpo.compare.differences import not_comparable
from hpo.compare.studies import ComparedStudy
from hpo.storage.trained_pictures import pictures_of_given, say_if_known
from hpo.study.file import load_study
from hpo.study.given_pictures import GivenPictures
from model.config import RunConfig
from model.pictures_config import PicturesConfig

HERE = "folder:kanji"


def given(extra: str | None = None, **values: Any) -> GivenPictures:  # noqa: ANN401
    known: dict[str, Any] = {"network": "runs/a", "dataset": "omniglot", "fingerprint": "o"}
    known |= {"pictures": PicturesConfig(extra=extra), "extra_fingerprint": None}
    return GivenPictures(**known | values)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (given(), None),
        (given("glyphs", extra_fingerprint="g"), None),
        (given("folder:runes"), None),
        (given(dataset=HERE, fingerprint="k"), None),
        (given(dataset=HERE, fingerprint=None), None),
        (given("folder:moved", extra_fingerprint="k"), "is what it was trained on"),
        (given("folder:./kanji"), "is what it was trained on"),
        (given("folder:x/../kanji", extra_fingerprint="l"), "may be what it was trained on"),
        (given(dataset="folder:./kanji", fingerprint="l"), "may be what it was trained on"),
        (given(dataset="folder:kanji/joyo"), "joyo, which is a part of folder:kanji: what is held"),
        (given(dataset="folder:."), "folder:., of which folder:kanji is a part: what is held out"),
        (given("folder:kanji/joyo"), "may be what it was trained on"),
        (given("folder:."), "may be what it was trained on"),
        (given("folder:kanji2", dataset="folder:runes/kanji"), None),
    ],
)
def test_what_is_held_out_may_be_known_already(
    one: GivenPictures, said: str | None, glyphs: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    say_if_known([one, one], replace(glyphs, name=HERE, fingerprint="k"))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == (said is not None)
    assert all(line.startswith("the network at runs/a, which") for line in lines)
    assert all(f"{said}" in line for line in lines)


def starting_from(network: Path) -> RunConfig:
    change = {"initial": str(network)}
    return TINY.model_copy(update={"train": TINY.train.model_copy(update=change)})


@pytest.mark.parametrize(
    "results",
    [None, "no JSON", "{}", json.dumps({"given_pictures": [{"network": 3}], "dataset": 3})],
)
def test_results_that_tell_nothing_leave_what_the_network_tells(
    results: str | None, tmp_path: Path
) -> None:
    """Those of older versions, damaged ones, or none."""
    train = TINY.train.model_copy(update={"pictures": PicturesConfig(extra="glyphs")})
    write_random_network(tmp_path / "given", TINY.model_copy(update={"train": train}), seed=1)
    if results is not None:
        (tmp_path / "given" / "results.json").write_text(results)
    (found,) = pictures_of_given(starting_from(tmp_path / "given"))
    assert found == given("glyphs", network=str(tmp_path / "given"), dataset=None, fingerprint=None)
    assert pictures_of_given(TINY) == []


def test_given_networks_of_other_pictures_keep_studies_from_being_compared() -> None:
    def study(of_given: list[GivenPictures] | None) -> ComparedStudy:
        one = ComparedStudy(load_study("glyphs"), "f", [], 0.0, [], None, None, None)
        return replace(one, given=of_given)

    more, same, nothing = study([given("glyphs")]), study([given("glyphs", network="b")]), study([])
    assert not_comparable([more, same, study(None)]) == []
    assert not_comparable([more, nothing]) == [
        "Not comparable: glyphs trains on the alphabets of glyphs through the network at runs/a,"
        " glyphs on the training split alone"
    ]
    assert not_comparable([nothing, study([given()])]) == []
