"""The results in a study's storage, and the winner's weights in its store."""

from __future__ import annotations

import json
from pathlib import Path

import optuna

from hpo.database.opening import open_storage
from hpo.storage.stored_results import StoredResults, publish
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace
from hpo.study.file import load_study
from hpo.study.results import StudyResults

QUICK = Path(__file__).parents[3] / "studies" / "results" / "quick.json"
RESULTS = StudyResults.model_validate(json.loads(QUICK.read_text()))


def study_in(workspace: Workspace) -> optuna.Study:
    return open_study(load_study("glyphs"), open_storage(workspace.storage, create=True))


def test_the_first_results_stay(tmp_path: Path) -> None:
    workspace = Workspace.of("glyphs", tmp_path)
    study = study_in(workspace)
    assert StoredResults.of(study) is None
    later = RESULTS.model_copy(update={"workers": 99})
    for results in (RESULTS, later):
        assert publish(study, results, workspace, None).workers == RESULTS.workers
    stored = StoredResults.of(study)
    assert stored is not None
    assert stored.results.workers == RESULTS.workers


def test_studies_of_one_name_in_two_databases_keep_their_winners_in_one_store(
    tmp_path: Path,
) -> None:
    store = tmp_path / "store"
    for name in ("one", "two"):
        workspace = Workspace.of("glyphs", tmp_path / name)
        study = study_in(workspace)
        workspace.weights.write_text(name)
        publish(study, RESULTS, workspace, str(store))
    assert sorted(path.read_text() for path in store.iterdir()) == ["one", "two"]
