"""What is said of a finished study that is run again."""

from __future__ import annotations

from hpo.database.urls import without_password
from hpo.runtime.literal_text import say
from hpo.storage.found_results import other_storage, was_moved
from hpo.storage.workspace import Workspace
from hpo.study.convergence import Convergence
from hpo.study.definition import StudyConfig
from hpo.study.results import StudyResults


def say_what_is_shown(results: StudyResults, config: StudyConfig, workspace: Workspace) -> None:
    """Tells on stderr how the results that are shown differ from the ones asked for."""
    folder, other = workspace.folder, other_storage(results, workspace.storage)
    if other is not None and not was_moved(workspace, other, workspace.storage):
        say(
            f"{folder} holds the results of a run in {other}, which are shown; choose another"
            f" --output to run it in {without_password(workspace.storage)}"
        )
    if asks_for_more(config, results):
        say_nothing_is_trained(results, workspace)
    say_what_changes_nothing(config, results)


def say_nothing_is_trained(results: StudyResults, workspace: Workspace) -> None:
    """Tells on stderr how a finished study is searched further."""
    say(
        f"{workspace.folder} is finished and tested after {_after(results)} trials: nothing is"
        f" trained; remove its {workspace.results.name} to search further and test anew"
    )


def asks_for_more(config: StudyConfig, results: StudyResults) -> bool:
    """Whether a finished study would be searched further, were its results not there.

    Whatever ended the search must be allowed more: trials, infeasible ones, or time. One that has
    converged would not go on, however large its budget, as long as its rule is the same.
    """
    if results.converged is not None:
        return results.converged.stop != config.stop
    in_time = config.timeout is None or results.seconds.search < config.timeout
    infeasible = results.trials.get("infeasible", 0)
    return _done(results) < config.trials and infeasible < config.infeasible_budget and in_time


def _done(results: StudyResults) -> int:
    """Number of trials that the budget counts."""
    return results.trials.get("complete", 0) + results.trials.get("pruned", 0)


def say_what_changes_nothing(config: StudyConfig, results: StudyResults) -> None:
    """Tells what of that which is asked for has no effect on a finished study, and why."""
    older, budget = config.warm_start, results.budget
    begun = {trial.rpartition(" ")[0] for trial in results.warm_start or ()}
    more = asks_for_more(config, results)
    in_vain = results.converged is None and config.trials > budget.trials and not more
    idle = [
        *([f"warm_start {older}"] if older is not None and older not in begun else []),
        *([f"trials {config.trials}"] if config.trials < budget.trials or in_vain else []),
        *(
            [f"timeout {config.timeout:.15g}"]
            if config.timeout not in (None, budget.timeout) and not more
            else []
        ),
    ]
    if idle:
        say(f"{config.name}: is finished, and so without effect: {', '.join(idle)}")
    converged = results.converged
    stands = converged is not None and converged.stop == config.stop
    if converged is not None and stands and config.trials > results.budget.trials:
        say(in_spite_of_a_budget(config, converged))


def in_spite_of_a_budget(config: StudyConfig, converged: Convergence) -> str:
    """Why a study that has converged is not searched further, however large its budget."""
    return (
        f"{config.name}: {converged.in_words()}; a larger budget changes nothing, another stop, or"
        " none, searches further"
    )


def _after(results: StudyResults) -> int:
    """After how many trials the search of a finished study ended."""
    converged = results.converged
    return _done(results) if converged is None else converged.trials
