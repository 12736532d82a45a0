"""Studies side by side: what is told of each, what is said to be not comparable, what differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from hpo.compare.curves import Point, best_after, curve
from hpo.compare.differences import hyperparameters, not_comparable
from hpo.compare.page import write_page
from hpo.compare.rows import rows
from hpo.compare.studies import ComparedStudy, compared
from hpo.database.opening import open_storage
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.convergence import Convergence
from hpo.study.definition import FinishConfig, StopConfig, StudyConfig
from hpo.study.file import load_study
from hpo.study.space import parameters
from hpo.trials.budget import seconds

START = datetime(2026, 1, 1)
CONFIG = load_study("glyphs")


def ended(
    number: int, value: float, at: int, state: TrialState = TrialState.COMPLETE, took: float = 10.0
) -> FrozenTrial:
    """A trial that ended so many seconds after the start."""
    trial = optuna.create_trial(
        state=state,
        value=value if state is TrialState.COMPLETE else None,
        intermediate_values={1: value},
        user_attrs={"seconds": took, "seed": number},
    )
    trial.number, trial.datetime_complete = number, START + timedelta(seconds=at)
    return trial


def study(
    trials: list[FrozenTrial],
    fingerprint: str | None = "f",
    **changes: Any,  # noqa: ANN401
) -> ComparedStudy:
    config = CONFIG.model_copy(update=changes)
    points = curve(trials)
    return ComparedStudy(config, fingerprint, trials, seconds(trials), points, None, None, None)


def told(studies: list[ComparedStudy]) -> dict[str, list[str]]:
    return {row.what: [v.replace("\xa0", " ") for v in row.values] for row in rows(studies)}


THREE = [
    ended(0, 0.5, at=30),
    ended(1, 0.9, at=10, state=TrialState.PRUNED, took=3.0),
    ended(2, 0.0, at=20, state=TrialState.FAIL, took=7.0),
    ended(3, 0.7, at=40),
]


def test_a_curve_is_in_the_order_in_which_trials_ended() -> None:
    assert curve(THREE) == [
        Point(1, 3.0, None),  # a pruned trial is not a best one, however good at its epoch
        Point(1, 10.0, None),  # a failed one costs seconds, and is none of the budget
        Point(2, 20.0, 0.5),
        Point(3, 30.0, 0.7),
    ]


def test_studies_are_compared_at_equal_cost() -> None:
    dear = [ended(n, 0.4 + 0.1 * n, at=n, took=20.0) for n in range(5)]
    facts = told([study(THREE), study(dear)])
    assert facts["best after 3 trials"] == ["70.0 %", "60.0 %"]
    assert facts["best after 30 s of training"] == ["70.0 %", "40.0 %"]
    assert facts["training in the search"] == ["30 s", "1 min 40 s"]
    assert best_after(curve(dear), seconds=19.9) is None


def test_a_study_that_has_done_nothing_leaves_its_column_empty() -> None:
    waiting = optuna.create_trial(state=TrialState.WAITING)
    facts = told([study(THREE), study([waiting])])
    assert facts["best of the search"] == ["", ""]
    assert facts["trials"][1] == f"0 of {CONFIG.trials} (1 waiting)"
    assert not [what for what in facts if what.startswith("best after")]


def test_a_search_that_converged_says_so() -> None:
    ended_early = Convergence(stop=StopConfig(), gain=0.001, trials=25)
    facts = told([study(THREE), replace(study(THREE), converged=ended_early)])
    assert facts["search"] == ["", ended_early.in_words()]
    assert "search" not in told([study(THREE), study(THREE)])


def test_equal_studies_are_comparable() -> None:
    assert not_comparable([study(THREE), study(THREE, name="other", seed=5)]) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"dataset": "omniglot", "fingerprint": "g"},
            "Not comparable: glyphs is on auto, other on omniglot",
        ),
        (
            {"dataset": "omniglot", "fingerprint": None},
            "Not comparable: glyphs is on auto, other on omniglot",
        ),
        (
            {"fingerprint": "g"},
            "Not comparable: glyphs and other are on different pictures, both called auto",
        ),
        (
            {"train": CONFIG.train | {"epochs": 99}},
            "Not comparable as searches: glyphs and other search different spaces (train.epochs)",
        ),
    ],
)
def test_others_are_said_to_be_not_comparable(changes: dict[str, Any], line: str) -> None:
    given = CONFIG.dataset
    other = study(THREE, **({"name": "other"} | changes))
    assert not_comparable([study(THREE), other]) == [line.replace("auto", given)]


def test_accuracies_of_another_way_are_said_to_be_not_comparable(tmp_path: Path) -> None:
    one, two = study(THREE), replace(study(THREE, name="other"), way=6)
    assert not_comparable([one, two]) == [
        "Not comparable: accuracies of glyphs are 20-way, of other 6-way"
    ]
    assert told([one, two])["accuracies"] == ["20-way one-shot", "6-way one-shot"]
    page = write_page([one, two], tmp_path / "page.html").read_text()
    assert "Accuracies are 6-way and 20-way one-shot." in page
    page = write_page([two, replace(two, fingerprint="f")], tmp_path / "page.html").read_text()
    assert "Accuracies are 6-way one-shot." in page
    assert "20-way" not in page


def test_the_way_is_read_from_the_study(tmp_path: Path) -> None:
    url = default_url(tmp_path)
    for name, way in (("six", 6), ("old", None)):
        opened = open_study(
            CONFIG.model_copy(update={"name": name}), open_storage(url, create=True)
        )
        opened.add_trial(ended(0, 0.5, at=1))
        if way is not None:
            opened.set_user_attr("way", way)
    assert [found.way for found in compared(["six", "old"], url)] == [6, 20]


def trained_on(name: str, print_of_extra: str | None = None, **pictures: Any) -> ComparedStudy:  # noqa: ANN401
    """A study that trains on other pictures, with the fingerprint of its extra alphabets."""
    train = CONFIG.train | {"pictures": pictures}
    return replace(study(THREE, name=name, train=train), extra=print_of_extra)


def test_studies_on_one_folder_are_comparable_however_it_is_named() -> None:
    here, there = (
        study(THREE, name=name, dataset=f"folder:{path}")
        for name, path in (("here", "runes"), ("there", "/data/letters"))
    )
    assert not_comparable([here, there]) == []
    assert not_comparable([here, replace(there, fingerprint="g")]) == [
        "Not comparable: here is on folder:runes, there on folder:/data/letters"
    ]


def test_studies_with_one_extra_folder_are_comparable_however_it_is_named() -> None:
    one = trained_on("one", "f", extra="folder:kanji")
    two = trained_on("two", "f", extra="folder:/data/kanji", drawers="training")
    assert not_comparable([one, two]) == []
    assert not_comparable([one, trained_on("two", "g", extra="folder:kanji")]) == [
        "Not comparable: one and two train on different alphabets,"
        " both of the alphabets of folder:kanji"
    ]
    everybody = trained_on("two", "f", extra="folder:kanji", drawers="all")
    assert not_comparable([one, everybody]) == [
        "Not comparable: one trains on the alphabets of folder:kanji,"
        " two on all drawers and the alphabets of folder:kanji"
    ]
    assert not_comparable([study(THREE), trained_on("two", drawers="training")]) == []
    assert not_comparable([study(THREE), trained_on("two", drawers="all")]) == [
        f"Not comparable: {CONFIG.name} trains on the training split alone, two on all drawers"
    ]


def test_a_default_that_is_written_out_is_no_difference() -> None:
    given = CONFIG.train | {"pictures": {"drawers": "all"}, "batch": {"composed": 0.5}}
    differing = hyperparameters([found(CONFIG), found(CONFIG.model_copy(update={"train": given}))])
    assert differing["train.pictures.drawers"] == ["'training'", "'all'"]
    assert differing["train.batch.composed"] == ["0", "0.5"]
    assert "train.pictures.share" not in differing


def test_an_unknown_fingerprint_accuses_nobody() -> None:
    assert not_comparable([study(THREE), study(THREE, fingerprint=None)]) == []


def found(config: StudyConfig, **values: Any) -> ComparedStudy:  # noqa: ANN401
    """A study whose best trial has the space's first values, but for these."""
    params = {p.name: p.values[0] for p in parameters(config)} | values
    best = ended(0, 0.5, at=1)
    best.params = params
    return replace(study([best]), config=config, best=best)


def test_only_hyperparameters_that_differ_are_shown_by_layer() -> None:
    one, two = found(CONFIG), found(CONFIG, **{"conv1.kernel": 5, "output.learning_rate": 0.00125})
    differing = hyperparameters([one, two, study(THREE)])
    assert list(differing) == ["conv1.kernel", "output.learning_rate"]
    assert differing["conv1.kernel"][1:] == ["5", ""]
    assert differing["output.learning_rate"][1] == "0.00125"


def test_layers_of_networks_of_different_depth_are_held_against_their_namesakes() -> None:
    flat = CONFIG.model_copy(
        update={"network": CONFIG.network | {"convolutions": CONFIG.network["convolutions"][:1]}}
    )
    differing = hyperparameters([found(CONFIG), found(flat)])
    assert not [key for key in differing if key.startswith(("embedding.", "output.", "conv1."))]
    assert differing["conv2.kernel"][1] == ""
    assert differing["conv2.kernel"][0] != ""


def test_winners_that_were_retrained_differently_are_said_to_be() -> None:
    results: Any = object()
    one = replace(study(THREE), results=results)
    longer = CONFIG.finish.model_dump() | {"epochs": 77}
    two = replace(study(THREE, name="other", finish=FinishConfig(**longer)), results=results)
    assert not_comparable([one, two]) == [
        "Winners not comparable: glyphs and other retrain differently (finish: epochs)"
    ]
    assert not_comparable([one, replace(two, results=None)]) == []


def test_networks_are_told_by_their_content() -> None:
    one, same, other, unknown = (
        replace(study(THREE), networks=networks)
        for networks in ({"a": "1", "b": "2"}, {"a": "1", "b": "2"}, {"a": "1", "b": "3"}, {})
    )
    assert not_comparable([one, same, unknown]) == []
    said = "Not comparable: glyphs and glyphs were given different networks, both at b"
    assert not_comparable([one, other]) == [said]
