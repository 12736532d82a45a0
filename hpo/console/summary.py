"""What one reads when a study is finished: the winner, its accuracies, and where everything is."""

from __future__ import annotations

from rich import box
from rich.table import Table

from hpo.console.hyperparameters import LAYER_HEADINGS, layer_rows, whole_network
from hpo.console.next_commands import export_front, next_commands
from hpo.console.terminal import stdout
from hpo.runtime.literal_text import visible
from hpo.runtime.wording import duration, kind_of_runs, points
from hpo.storage.found_results import with_storage_of
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.study.accuracies import NetworkTest, OneShotTest
from hpo.study.combined import Answering, CombinedResults
from hpo.study.objectives import Front
from hpo.study.results import RetrainingResults, StudyResults
from model.config import RunConfig
from model.evaluation.quoted import ONE_SHOT


def print_summary(results: StudyResults, workspace: Workspace, seconds_here: float) -> None:
    """Prints what a study found, for people.

    Args:
        results: results of the finished study.
        workspace: whose files are named; commands go to the storage that the results are from.
        seconds_here: seconds of the clock that the command took.
    """
    out, workspace = stdout(), with_storage_of(results, workspace)
    best, winner, seconds = results.best, results.winner, results.seconds
    numbers = ", ".join(str(finalist.number) for finalist in results.finalists)
    lines = [
        f"Study {results.study} on {results.dataset}, {results.device}",
        f"Trials: {', '.join(f'{count} {state}' for state, count in results.trials.items())}",
        *([f"Search: {results.converged.in_words()}"] if results.converged else []),
        f"Time of the trainings, all workers together: search {duration(seconds.search)},"
        f" retraining and test {duration(seconds.finish)}",
        f"Best of the search: trial {best.number}, {best.value:.1%} on validation",
        f"Winner of the retrained ({numbers}): trial {winner.number}",
        *(f"  {key:<15} {value}" for key, value in whole_network(winner.config).items()),
    ]
    out.print("\n".join(map(visible, lines)))
    out.print(_layer_table(winner.config))
    out.print(_accuracy_table(results))
    _print_besides(results.besides)
    if results.dataset != "omniglot":
        dataset = visible(results.dataset)
        out.print(f"These figures are on {dataset}, not on Omniglot: the paper's do not apply.")
    if results.front is not None:
        out.print(_front_table(results.front))
        front = export_front(workspace, results.front)
        out.print(visible(f"The configurations of this front: {front}"), soft_wrap=True)
    about = {
        workspace.config: "the winner's configuration, which retrain takes",
        workspace.weights: "its weights, which test takes",
        workspace.trials: "every trial",
        workspace.results: "all figures",
    }
    if workspace.rejection.exists():
        about[workspace.rejection] = "when classify answers unknown with it"
    if workspace.networks.is_dir():
        about[workspace.networks] = "every network that was retrained, for combine"
    width = max(len(str(file)) for file in about)
    for file, what in about.items():
        said = what if file.exists() else "missing: it was there when the study ended"
        out.print(visible(f"{file!s:{width}}  {said}"), soft_wrap=True)
    out.print(f"Done here in {duration(seconds_here)}. What next:")
    for wish, command in next_commands(workspace).items():
        out.print(f"  {wish}\n    {visible(command)}", soft_wrap=True)


def print_retraining(results: RetrainingResults, folder: TrainedFolder) -> None:
    """Prints what a retraining found, for people."""
    out = stdout()
    table = _table(f"{results.way}-way one-shot accuracy, validation on {results.dataset}")
    for seed in results.seeds:
        error = f"{points(seed.standard_error)} over {seed.standard_error_over}"
        table.add_row(f"seed {seed.seed}", points(seed.accuracy), visible(error))
    validation = results.validation
    if validation.runs > 1:
        error = f"{points(validation.standard_error)} over seeds"
        table.add_row("mean", points(validation.one_shot_accuracy), error)
    out.print(table)
    _print_besides(results.besides)
    best = f"{folder.weights}  the network of seed {results.best_seed}"
    out.print(visible(best), soft_wrap=True)
    if folder.networks.is_dir():
        out.print(visible(f"{folder.networks}  each network, for combine"), soft_wrap=True)


def print_combined(results: CombinedResults, folder: TrainedFolder) -> None:
    """Prints what an ensemble is worth and costs, beside its networks, for people."""
    out = stdout()
    table = _table(f"{results.way}-way one-shot accuracy, validation on {results.dataset}")
    for column in ("weights", "ms a picture"):
        table.add_column(column, justify="right")

    def add(name: str, answering: Answering) -> None:
        table.add_row(
            visible(name),
            points(answering.accuracy),
            visible(f"{points(answering.standard_error)} over {results.standard_error_over}"),
            f"{answering.parameters:,}",
            f"{answering.milliseconds:.1f}",
        )

    for member in results.members:
        add(f"{member.folder}, seed {member.seed}", member)
    table.add_section()
    add(f"these {len(results.members)} networks together", results.ensemble)
    out.print(table)
    for member in results.members:
        _print_besides(member.besides, f"{member.folder}: its network")
    gain = results.gain
    error = "" if gain.standard_error is None else f" ± {points(gain.standard_error)}"
    out.print(f"Better than one of them on average by {points(gain.accuracy)}{error} points.")
    out.print(visible(f"{folder.weights}  the networks together"), soft_wrap=True)


def print_test(report: NetworkTest) -> None:
    """Prints what `test` measured, for people."""
    test = report.one_shot
    who = "" if report.networks == 1 else f" of {report.networks} networks together"
    out, table = stdout(), _table(f"accuracy{who} on {report.dataset}, one-shot {report.way}-way")
    for row in _test_rows(report.dataset, test):
        table.add_row(*row)
    for pairs, of in (
        (report.verification, "of one alphabet"),
        (report.verification_across, "any two"),
    ):
        table.add_row(
            f"verification, different characters: {of}",
            points(pairs.accuracy),
            f"{points(pairs.standard_error)} over {pairs.pairs} pairs",
        )
    out.print(table)
    alphabets = Table("alphabet", box=box.SIMPLE_HEAD)
    alphabets.add_column("every drawer pair %", justify="right")
    alphabets.add_column("its runs %", justify="right")
    for alphabet, value in test.per_alphabet.items():
        runs = zip(report.alphabets, test.per_run, strict=True)
        own = "  ".join(points(accuracy) for of, accuracy in runs if of == alphabet)
        alphabets.add_row(visible(alphabet), points(value), own)
    out.print(alphabets)
    _print_besides(report.besides)


def _print_besides(besides: str | None, what: str = "The network") -> None:
    """Says what a network was trained on besides the training split, if anything."""
    if besides:
        line = (
            f"{what} was trained on {besides}, beside the training split: figures of networks that"
            " were not do not compare."
        )
        stdout().print(visible(line), soft_wrap=True)


def _layer_table(config: RunConfig) -> Table:
    """A row a layer: how it is built, how it learns."""
    first, *others = LAYER_HEADINGS
    table = Table(first, box=box.SIMPLE_HEAD)
    for heading in others:
        table.add_column(heading, justify="right")
    for row in layer_rows(config):
        table.add_row(*row)
    return table


def _front_table(front: Front) -> Table:
    """The search's Pareto front, cheapest first."""
    table = Table(title="the search's Pareto front", box=box.SIMPLE_HEAD)
    for heading in front.headings:
        table.add_column(heading, justify="right")
    for row in front.rows:
        table.add_row(*row)
    return table


def _accuracy_table(results: StudyResults) -> Table:
    """Validation and test accuracy; for Omniglot beside the paper's."""
    validation, several = results.validation, results.test_over_seeds
    table = _table(f"{results.way}-way one-shot accuracy")
    seeds = "" if validation.runs == 1 else f", mean of {validation.runs} seeds"
    table.add_row(
        f"validation alphabets{seeds}",
        points(validation.one_shot_accuracy),
        visible(f"{points(validation.standard_error)} over {validation.standard_error_over}"),
    )
    runs, pairs = _test_rows(results.dataset, results.test)
    means = (
        [None, None]
        if several is None
        else [
            (several.one_shot_accuracy, several.standard_error),
            (several.every_drawer_pair_accuracy, several.every_drawer_pair_standard_error),
        ]
    )
    for row, mean in zip((runs, pairs), means, strict=True):
        table.add_row(*row)
        if several is not None and mean is not None:
            of_seeds = f"  mean of {several.runs} seeds"
            table.add_row(of_seeds, points(mean[0]), f"{points(mean[1])} over seeds")
    if results.dataset == "omniglot":
        table.add_section()
        for name, value in ONE_SHOT.items():
            table.add_row(f"the paper: {name}", f"{value:.1f}", "")
    return table


def _test_rows(dataset: str, test: OneShotTest) -> list[tuple[str, str, str]]:
    return [
        (
            f"test alphabets, {len(test.per_run)} {kind_of_runs(dataset)} runs",
            points(test.one_shot_accuracy),
            f"{points(test.standard_error)} over {test.trials} trials",
        ),
        (
            "test alphabets, every drawer pair",
            points(test.every_drawer_pair_accuracy),
            f"{points(test.every_drawer_pair_standard_error)} over {test.error_over}",
        ),
    ]


def _table(title: str) -> Table:
    table = Table(visible(title), box=box.SIMPLE_HEAD)
    table.add_column("%", justify="right")
    table.add_column("± standard error")
    return table
