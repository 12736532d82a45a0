"""The content of results.json: old files are read, and none of it is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.errors import InputError
from hpo.study.accuracies import OneShotTest, OneShotTestOverSeeds
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.study.results import (
    RetrainingResults,
    StudyResults,
    belongs_to,
    document_of,
    study_results,
)

PUBLISHED = Path(__file__).parents[3] / "studies" / "results"
STUDIES = [
    path
    for path in sorted(PUBLISHED.glob("*.json"))
    if "study" in (json.loads(path.read_text()) if path.stem != "headline" else {})
]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_published_results_are_read_and_written_without_loss(path: Path, tmp_path: Path) -> None:
    published = json.loads(path.read_text())
    results = StudyResults.model_validate(published)
    results.write(tmp_path / "results.json")
    written = json.loads((tmp_path / "results.json").read_text())
    assert written == published
    assert document_of(results) == published
    assert results.test.trials == 400


def test_there_are_published_results() -> None:
    assert len(STUDIES) >= 7


@pytest.fixture
def quick() -> tuple[StudyConfig, dict[str, Any]]:
    """A study, and its results as a table."""
    config = load_study("quick")
    published = json.loads((PUBLISHED / "quick.json").read_text())
    return config, published | {"definition": config.unchangeable()}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"study": "other"}, "holds the results of study other; choose another folder"),
        ({"experiment": "filters"}, "holds the results of experiment filters"),
        ({"definition": {}}, "holds the results of study quick as it was defined before"),
        ({"winner": {"number": 3}}, r"results.json: winner: damaged; remove the file"),
        ({"test": 7}, r"results.json: test: damaged; remove the file"),
        ({"seconds": {"search": float("nan")}}, r"results.json: seconds: damaged; remove the file"),
        ({"trials": {"complete": [float("-inf")]}}, r"results.json: trials: damaged; remove the"),
    ],
)
def test_what_is_no_result_of_the_study_is_one_line(
    change: dict[str, Any],
    said: str,
    quick: tuple[StudyConfig, dict[str, Any]],
    tmp_path: Path,
) -> None:
    config, document = quick
    file = tmp_path / "results.json"
    assert study_results(file, config) is None
    file.write_text(json.dumps(document))
    assert document_of(study_results(file, config) or config) == document
    file.write_text(json.dumps(document | change))
    with pytest.raises(InputError, match=said) as caught:
        study_results(file, config)
    assert "\n" not in str(caught.value)


def test_results_of_a_version_that_lacked_a_key_are_the_studys(
    quick: tuple[StudyConfig, dict[str, Any]], tmp_path: Path
) -> None:
    config, document = quick
    del document["definition"]["lockstep"]
    file = tmp_path / "results.json"
    file.write_text(json.dumps(document))
    assert belongs_to(file, config)
    assert not belongs_to(file, config.model_copy(update={"lockstep": 2}))
    assert study_results(file, config) is not None


def test_results_that_lack_something_name_it(
    quick: tuple[StudyConfig, dict[str, Any]], tmp_path: Path
) -> None:
    config, document = quick
    file = tmp_path / "results.json"
    file.write_text(json.dumps({k: v for k, v in document.items() if k not in ("test", "device")}))
    with pytest.raises(InputError, match=r"results\.json: lacks test, device; remove it"):
        study_results(file, config)
    file.write_text(json.dumps({"dataset": "glyphs"}))
    with pytest.raises(InputError, match=r"results\.json: lacks fingerprint, validation, seeds"):
        RetrainingResults.read(file)


def test_the_mean_over_seeds_has_the_error_over_seeds() -> None:
    def test_of(accuracy: float) -> OneShotTest:
        return OneShotTest(
            one_shot_accuracy=accuracy,
            standard_error=0.5,
            trials=400,
            per_run=[accuracy],
            every_drawer_pair_accuracy=accuracy / 2,
            every_drawer_pair_standard_error=0.5,
            per_alphabet={},
        )

    several = OneShotTestOverSeeds.of([test_of(0.8), test_of(0.9)])
    assert several.runs == 2
    assert several.one_shot_accuracy == pytest.approx(0.85)
    assert several.standard_error == pytest.approx(0.05)
    assert several.every_drawer_pair_standard_error == pytest.approx(0.025)
    assert several.every_drawer_pair_accuracy_by_seed == [0.4, 0.45]
