"""What others wrote stays text in the notes of a study and of its trials."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.sources.glyphs import make_glyphs
from hpo.dashboard.notes import study_note, trial_note
from hpo.database.opening import open_storage
from hpo.storage.studies import FINGERPRINT, STORAGE, open_study
from hpo.storage.workspace import default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, read_study
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.training.epoch_report import EpochReport

HOSTILE = "<b>|`\x1b[2J\n# a"


def note_of(config: StudyConfig, folder: Path) -> str:
    study = open_study(config, open_storage(default_url(folder), create=True))
    study.set_user_attr(STORAGE, "postgresql://h\x1b(0ost/db")
    study.set_user_attr(FINGERPRINT, HOSTILE)
    return study_note(study, config)


def test_a_study_with_any_texts_has_a_harmless_note(tmp_path: Path) -> None:
    config = load_study("glyphs").model_copy(update={"description": HOSTILE})
    note = note_of(config, tmp_path)
    assert "\x1b" not in note
    assert r"\<b\>\|\`" in note
    assert "\n# a" not in note
    assert "fingerprint `` <b>|`" in note


def test_choices_are_no_markup_in_the_table(tmp_path: Path) -> None:
    base = load_study("glyphs")
    choices = {"choices": ["*adam*", "|"]}
    config = base.model_copy(update={"train": base.train | {"optimiser": choices}})
    assert r"| optimiser | one of | \*adam\*, \| |  |" in note_of(config, tmp_path)


def test_the_reason_of_an_end_is_no_markup() -> None:
    config = RunConfig(
        network=NetworkConfig(convolutions=(Convolution(filters=8, kernel=5),), units=8),
        train=TrainConfig(layers=(LayerConfig(learning_rate=0.01),) * 3),
    )
    report = EpochReport(0, 0.1, 0.8, 0.02, 0, 0.8, 0.02, 1.0, 100.0)
    characters = make_glyphs().characters(["Glyphs_31"], [13, 14], 14)
    assert r"Pruned: \<b\>\|\`" in trial_note(3, config, [report], {}, HOSTILE, characters)


@pytest.mark.parametrize(("study", "said"), [("quick", True), ("glyphs", False)])
def test_it_says_which_rates_are_factors(study: str, said: bool, tmp_path: Path) -> None:
    note = note_of(load_study(study), tmp_path)
    assert ("A layer's learning_rate is a factor of the network's." in note) == said


def test_it_tells_of_constraints_and_priors(tmp_path: Path) -> None:
    base = load_study("glyphs")
    document = base.model_dump(mode="json") | {"constraints": {"parameters": 50_000, "memory": 64}}
    document["network"] |= {"units": {"low": 16, "high": 64, "log": True, "prior": 32}}
    document["train"] |= {"optimiser": {"choices": ["sgd", "adam"], "prior": "adam"}}
    note = note_of(read_study(document, "test"), tmp_path)
    assert "Each trial takes at most 50,000 parameters, 64.0 MiB of memory." in note
    assert "| units | 16 | 64 | log, prior 32 |" in note
    assert "| optimiser | one of | sgd, adam | prior adam |" in note
    assert "at most" not in note_of(base.model_copy(update={"name": "free"}), tmp_path)


@pytest.mark.parametrize(
    ("folder", "shown"),
    [
        ("runs/glyphs", "join glyphs\n"),
        ("elsewhere", "join glyphs --storage sqlite:///DIR/study.db\n"),
        ("old-runs/glyphs", "join glyphs --storage sqlite:///DIR/study.db\n"),
    ],
)
def test_a_file_is_named_without_a_path_of_this_machine(
    folder: str, shown: str, tmp_path: Path
) -> None:
    url = default_url(tmp_path / folder)
    study = open_study(load_study("glyphs"), open_storage(url, create=True))
    study.set_user_attr(STORAGE, url)
    note = study_note(study, load_study("glyphs"))
    assert f"python run_study.py {shown}" in note
    assert str(tmp_path) not in note
    assert ("# DIR: the folder of this study" in note) == ("DIR" in shown)
