"""The test alphabets, which no trial and no search can see."""

import ast
import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_type_hints

import optuna
import torch
from one_trial import CPU, config_with, run, study_with

import hpo.search.objective
from data.collection import Collection
from data.splits import SearchData, paper_splits
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import ArtifactStore
from hpo.study.definition import StudyConfig
from hpo.workers.reporter import Reporter


def test_the_test_alphabets_are_out_of_reach(glyphs: Collection, tmp_path: Path) -> None:
    config, splits = config_with(epochs=2), paper_splits(glyphs)

    def value_without(alphabets: tuple[str, ...]) -> float:
        rows = [i for i, name in enumerate(glyphs.names) if name.split("/")[0] in alphabets]
        assert rows
        packed = glyphs.packed.copy()
        packed[rows] = 0
        blind = SearchData.of(replace(glyphs, packed=packed), config.size, CPU)
        return run(study_with(), config, blind, tmp_path / "-".join(alphabets))

    seen = run(study_with(), config, SearchData.of(glyphs, config.size, CPU), tmp_path / "all")
    assert value_without(splits.test.alphabets) == seen
    assert value_without(splits.validation.alphabets[:3]) != seen


def test_a_trial_and_a_search_are_given_search_data_alone() -> None:
    given = set(get_type_hints(Objective).values())
    known = {StudyConfig, torch.device, Checkpoints, Reporter, ArtifactStore | None}
    assert given - known == {SearchData}
    of_search = {kind for name, kind in get_type_hints(search).items() if name != "return"}
    assert of_search == {optuna.Study, Objective}
    pictures = {name for name, kind in get_type_hints(SearchData).items() if kind is not int}
    assert pictures == {"train", "validation"}


SEALED = """
import ast, json, pickle, sys
from pathlib import Path
import optuna, torch
from data.collection import Collection

def sealed(*args, **kwargs):
    raise AssertionError("a search reached for a whole data set")

Collection.__init__ = Collection.characters = sealed
torch.set_num_threads(1)
folder = Path(sys.argv[1])
data = pickle.loads((folder / "data").read_bytes())
from hpo.search.checkpoints import Checkpoints
from hpo.storage.artifacts import open_store
from hpo.search.objective import Objective
from hpo.console.progress import Progress
from hpo.search.loop import search
from hpo.study.file import read_study
config = read_study(json.loads((folder / "study").read_text()), "test")
study = optuna.create_study(direction="maximize")
checkpoints = Checkpoints(open_store(str(folder)), folder)
search(study, Objective(config, data, torch.device("cpu"), checkpoints, Progress("test", 1)))
ends = [trial.user_attrs.get("error") or trial.state.name for trial in study.trials]
own = {
    name: module.__file__
    for name, module in sys.modules.items()
    if name.partition(".")[0] in ("data", "model", "hpo", "run_study")
}
print(json.dumps([ends, own]))
"""


def test_no_code_that_a_search_runs_can_take_out_test_alphabets(
    data: SearchData, tmp_path: Path
) -> None:
    """A real search in a process of its own, to which no data set was ever known."""
    (tmp_path / "data").write_bytes(pickle.dumps(data))
    config = config_with(epochs=2).model_dump(mode="json") | {"trials": 2}
    (tmp_path / "study").write_text(json.dumps(config))
    done = subprocess.run(
        [sys.executable, "-c", SEALED, str(tmp_path)],
        cwd=Path(hpo.search.objective.__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    ends, modules = json.loads(done.stdout)
    assert set(ends) == {"COMPLETE"}, ends
    # What was loaded, on the way and at any depth: nothing that has or makes a data set.
    assert {"hpo.search.objective", "hpo.search.loop", "data.splits"} <= modules.keys()
    beyond = ("data.sources", "hpo.finish", "hpo.run.", "run_study")
    assert not [name for name in modules if name.startswith(beyond)]
    for name in modules.keys() - {"data.splits", "data.collection"}:
        words = {
            word
            for node in ast.walk(ast.parse(Path(modules[name]).read_text()))
            for word in (getattr(node, field, None) for field in ("id", "attr", "name", "value"))
            if isinstance(word, str)
        }
        forbidden = {"held_out_characters", "paper_splits", "evaluation"}
        assert not words & forbidden, name
