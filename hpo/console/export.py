"""Which trials leave a study, and as what: configurations that retrain takes, or a table."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import optuna
import tomli_w
from optuna.trial import FrozenTrial

from data.errors import InputError
from hpo.runtime.files import check_folder, write_bytes, write_text
from hpo.runtime.literal_text import say
from hpo.study.definition import Cost, StudyConfig
from hpo.study.file import read_study
from hpo.study.narrowing import narrowed
from hpo.trials.configuration import foreign_trials, passed_over, trial_config
from hpo.trials.outcome import complete_trials, state_of, why_infeasible
from hpo.trials.ranking import best_trials, pareto_front
from hpo.trials.table import trial_table
from model.config_file import Form, to_text

TableForm = Literal["csv", "parquet"]


@dataclass(frozen=True)
class Selection:
    """The trials to export: one by number, the best few, or a Pareto front; at most one of these.

    Raises:
        InputError: more than one.
    """

    number: int | None = None
    top: int | None = None
    pareto: Cost | None = None

    def __post_init__(self) -> None:
        if sum(choice is not None for choice in (self.number, self.top, self.pareto)) > 1:
            raise InputError("--trial, --top, --pareto: only one of them")

    @property
    def several(self) -> bool:
        return self.top is not None or self.pareto is not None

    def of(self, study: optuna.Study, config: StudyConfig) -> list[FrozenTrial]:
        """The selected trials; the search's best one where nothing is asked for.

        Raises:
            InputError: there is no such trial, or it has no result.
        """
        if self.number is not None:
            return [_trial(study, self.number)]
        name = study.study_name
        foreign = [t.number for t in foreign_trials(study.get_trials(deepcopy=False), config)]
        found = best_trials(study, config, self.top or 1)
        if not found:
            but = f"; {passed_over(foreign)}" if foreign else ""
            raise InputError(f"study {name}: no trial is complete yet, nothing to export{but}")
        if foreign:
            say(f"study {name}: {passed_over(foreign)}")
        if self.pareto is not None:
            return pareto_front(study, config, self.pareto)
        if len(found) < (self.top or 1):
            say(
                f"study {name}: --top {self.top}: only {len(found)} trials are"
                " complete, these are exported"
            )
        return found


def export_configs(
    study: optuna.Study, config: StudyConfig, selection: Selection, form: Form, output: Path | None
) -> None:
    """Configurations of trials: one as a file or on stdout, several as a folder of files.

    The folder's files are named rank-01-trial-7.toml and so on, the best or the cheapest first.

    Args:
        output: the file or the folder; None is stdout.

    Raises:
        InputError: no such trial; nothing can be written there; the folder holds other ranks.
    """
    trials = selection.of(study, config)
    texts = [to_text(trial_config(config, trial), form, config.dataset) for trial in trials]
    if not selection.several:
        _write(texts[0], output, f"the configuration of trial {trials[0].number}")
        return
    if output is None:
        raise InputError("--top, --pareto: several configurations need --output FOLDER")
    check_folder(output)
    width = max(2, len(str(len(trials))))  # in the order of their names they are tried again
    names = [
        f"rank-{rank:0{width}d}-trial-{trial.number}.{form}"
        for rank, trial in enumerate(trials, start=1)
    ]
    if other := sorted({path.name for path in output.glob("rank-*")}.difference(names)):
        raise InputError(f"{output}: holds {other[0]} of another export; choose another folder")
    for name, text in zip(names, texts, strict=True):
        write_text(output / name, text)
    _say(output, f"{names[0]}{f' to {names[-1]}' if names[1:] else ''}")


def export_table(
    study: optuna.Study,
    config: StudyConfig,
    selection: Selection,
    form: TableForm,
    output: Path | None,
) -> None:
    """Trials as a table: all of them where nothing is selected. See `export_configs`."""
    everything = selection == Selection()
    trials = study.get_trials(deepcopy=False)
    if everything and not complete_trials(trials):
        raise InputError(f"study {study.study_name}: no trial is complete yet, nothing to export")
    table = trial_table(trials if everything else selection.of(study, config))
    about = f"a table of {len(table)} trials"
    if form == "csv":
        _write(table.to_csv(index=False), output, about)
        return
    assert form == "parquet", form
    if output is None:
        raise InputError("--format parquet: needs --output FILE")
    packed = io.BytesIO()
    try:
        table.to_parquet(packed, index=False, engine="pyarrow")
    except ImportError:
        raise InputError(
            "--format parquet: needs the package pyarrow: pip install '.[parquet]'"
        ) from None
    write_bytes(output, packed.getvalue())
    _say(output, about)


def export_narrowed(
    study: optuna.Study, config: StudyConfig, top: int, name: str, output: Path | None
) -> None:
    """The file of a new study that searches around the best trials of another.

    Args:
        top: number of best trials.
        name: name of the new study.
        output: the file; None is stdout.

    Raises:
        InputError: too few trials are complete; the name is none or the old study's; nothing can be
            written there.
    """
    if name == config.name:
        raise InputError(f"--name {name}: is the old study's; the new one needs a name of its own")
    best = best_trials(study, config, top)
    document = narrowed(config, [trial.params for trial in best], name)
    new = read_study(document, f"study {name}")
    if new.pruner.min_epochs != config.pruner.min_epochs:
        say(
            f"study {name}: pruner.min_epochs is {new.pruner.min_epochs} instead of"
            f" {config.pruner.min_epochs}, as no trial has more epochs"
        )
    _write(tomli_w.dumps(document), output, document["description"])


def _trial(study: optuna.Study, number: int) -> FrozenTrial:
    """The trial of this number, which must be complete or pruned."""
    name, trials = study.study_name, study.get_trials(deepcopy=False)
    if not 0 <= number < len(trials):
        there = f"0 to {len(trials) - 1}" if trials else "none yet"
        raise InputError(f"study {name}: has no trial {number}; there are {there}")
    trial = trials[number]
    state = state_of(trial)
    if state not in ("complete", "pruned"):
        became = "failed" if state == "failed" else f"is {state}"
        if state == "infeasible":
            became = f"is {why_infeasible(trial)}"
        raise InputError(
            f"study {name}: trial {number} {became}; a complete or a pruned one can be exported"
        )
    return trial


def _write(text: str, output: Path | None, about: str) -> None:
    if output is None:
        sys.stdout.buffer.write(text.encode())  # as in files, whatever encoding a terminal has
        sys.stdout.flush()
    else:
        write_text(output, text)
        _say(output, about)


def _say(output: Path, about: str) -> None:
    say(f"{output}: {about}")
