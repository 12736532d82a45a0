"""What is told of each of the studies that are compared, a row a fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from hpo.compare.curves import best_after
from hpo.compare.studies import ComparedStudy
from hpo.report.style import counted, data_name
from hpo.report.tested import Tested, tested
from hpo.runtime.wording import duration, kind_of_runs, percent
from hpo.study.space import parameters
from hpo.trials.budget import counts


@dataclass(frozen=True)
class Row:
    """A fact.

    Attributes:
        what: name of the fact.
        values: value of the fact for each study; "" where it has none.
    """

    what: str
    values: list[str]


def rows(studies: Sequence[ComparedStudy]) -> list[Row]:
    """What studies are, what they cost, and what they found.

    Accuracy at the same number of trials, and after the same seconds of training, is at those of
    the study that has least.
    """
    facts: dict[str, Callable[[ComparedStudy], str]] = {
        "data": lambda s: f"{data_name(s.config.dataset)}, {s.config.size}x{s.config.size}",
        "accuracies": lambda s: f"{s.way}-way one-shot",
        "parameters searched": lambda s: str(len(parameters(s.config))),
        "sampler": _sampler,
        "pruner": _pruner,
        "trials": _trials,
        "training in the search": lambda s: duration(s.seconds),
        "best of the search": _best,
    }
    table = [Row(what, [fact(study) for study in studies]) for what, fact in facts.items()]
    besides = [study.besides for study in studies]
    if any(besides):
        table.insert(1, Row("trained on besides", [what or "nothing" for what in besides]))
    if any(study.converged for study in studies):
        ends = [study.converged.in_words() if study.converged else "" for study in studies]
        table.append(Row("search", ends))
    if any(study.front for study in studies):
        fronts = [study.front.in_words() if study.front else "" for study in studies]
        table.append(Row("Pareto front", fronts))
    return [*table, *_at_equal_cost(studies), *_winners(studies)]


def equal_trials(studies: Sequence[ComparedStudy]) -> int:
    """The number of trials that every study has done."""
    return min(counts(study.trials).done for study in studies)


def equal_seconds(studies: Sequence[ComparedStudy]) -> float:
    """The seconds that every study has trained in trials that ended."""
    return min(study.curve[-1].seconds if study.curve else 0.0 for study in studies)


def _at_equal_cost(studies: Sequence[ComparedStudy]) -> list[Row]:
    trials, spent = equal_trials(studies), equal_seconds(studies)
    after_trials = [best_after(study.curve, trials=trials) for study in studies]
    after_seconds = [best_after(study.curve, seconds=spent) for study in studies]
    found = []
    if trials:
        found.append(Row(f"best after {counted(trials, 'trial')}", _percents(after_trials)))
    if spent:
        found.append(Row(f"best after {duration(spent)} of training", _percents(after_seconds)))
    return found


def _winners(studies: Sequence[ComparedStudy]) -> list[Row]:
    """Of the finished studies: winner, its accuracies on validation, and test by test."""
    if not any(study.results for study in studies):
        return []
    names = [
        f"trial {study.results.winner.number}" if study.results else "not finished"
        for study in studies
    ]
    table = [
        Row("winner", names),
        Row("retraining and test", [_finish(study) for study in studies]),
        Row("validation", [_validation(study) for study in studies]),
    ]
    # A row is of one task: official runs, the glyphs' fixed ones, or every drawer pair.
    for runs in dict.fromkeys(kind_of_runs(study.config.dataset) for study in studies):
        of_task = [
            tested(s.results)[0] if s.results and kind_of_runs(s.config.dataset) == runs else []
            for s in studies
        ]
        table += _test_rows(f"test, {runs} runs", of_task)
    pairs = [tested(study.results)[1] if study.results else [] for study in studies]
    return table + _test_rows("test, every drawer pair", pairs)


def _test_rows(task: str, found: Sequence[list[Tested]]) -> list[Row]:
    """The network that is kept; then the mean over seeds, where several were tested."""
    kinds = ("network kept", "mean of its seeds")
    table = []
    for place, kind in enumerate(kinds):
        of_kind = [figures[place] if place < len(figures) else None for figures in found]
        values = [f"{percent(t.accuracy, t.error)} over {t.over}" if t else "" for t in of_kind]
        if any(values):
            table.append(Row(f"{task}: {kind}", values))
    return table


def _validation(study: ComparedStudy) -> str:
    if study.results is None:
        return ""
    found = study.results.validation
    return (
        f"{percent(found.one_shot_accuracy, found.standard_error)} over {found.standard_error_over}"
    )


def _finish(study: ComparedStudy) -> str:
    return "" if study.results is None else duration(study.results.seconds.finish)


def _sampler(study: ComparedStudy) -> str:
    sampler = study.config.sampler
    return f"{sampler.name}, {sampler.start}" if sampler.learns else sampler.name


def _pruner(study: ComparedStudy) -> str:
    pruner = study.config.pruner
    return pruner.name if pruner.name == "none" else f"{pruner.name} from epoch {pruner.min_epochs}"


def _trials(study: ComparedStudy) -> str:
    found = counts(study.trials)
    states = ", ".join(f"{number} {state}" for state, number in asdict(found).items() if number)
    return f"{found.done} of {study.config.trials}{f' ({states})' if states else ''}"


def _best(study: ComparedStudy) -> str:
    best = study.best
    return "" if best is None else f"{percent(best.values[0])}, trial {best.number}"


def _percents(accuracies: Sequence[float | None]) -> list[str]:
    return ["" if accuracy is None else percent(accuracy) for accuracy in accuracies]
