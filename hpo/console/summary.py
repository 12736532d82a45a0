"""What one reads when a study is finished: the winner, its accuracies, and where everything is."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hpo.console.duration import duration
from hpo.finish.held_out import TESTS
from hpo.storage.database import without_password
from hpo.storage.workspace import default_url
from model.config import RunConfig
from model.evaluation.published import ONE_SHOT

WIDTH = 100


def dashboard_command(name: str, storage: str) -> str:
    """What to type to see a study's dashboard."""
    return shown_command("dashboard", name, storage)


def shown_command(command: str, name: str, storage: str) -> str:
    """What to type for a command on a study; a password in the URL is not shown."""
    python = Path(sys.executable)
    here = Path.cwd()
    shown = python.relative_to(here) if python.is_relative_to(here) else python
    words = [str(shown), "run_study.py", command, name]
    if storage != default_url(Path("runs") / name):
        words += ["--storage", without_password(storage)]
    return shlex.join(words)


def print_summary(results: dict[str, Any], folder: Path, storage: str) -> None:
    """Prints a study's results.json, for people.

    Args:
        results: its content.
        folder: where it and the other files are.
        storage: URL of the database that holds the study.
    """
    out = _console()
    trials, seconds = results["trials"], results["seconds"]
    best, winner = results["best"], results["winner"]
    config = RunConfig.model_validate(winner["config"])
    numbers = ", ".join(str(finalist["number"]) for finalist in results["finalists"])
    lines = [
        f"Study {results['study']} on {results['dataset']}, {results['device']}",
        f"Trials: {', '.join(f'{count} {state}' for state, count in trials.items())}",
        f"Time of the trainings, all workers together: search {duration(seconds['search'])},"
        f" retraining and test {duration(seconds['finish'])}",
        f"Best of the search: trial {best['number']}, {best['value']:.1%} on validation",
        f"Winner of the retrained ({numbers}): trial {winner['number']}",
        *(f"  {key:<15} {value}" for key, value in _whole_network(config).items()),
    ]
    out.print("\n".join(lines), markup=False)
    out.print(_layer_table(config))
    out.print(_accuracy_table(results))
    if results["dataset"] != "omniglot":
        out.print(
            f"These figures are on {results['dataset']}, not on Omniglot: the paper's do not apply."
        )
    about = {
        "best.toml": "the winner's configuration, which retrain takes",
        "best.safetensors": "its weights, which test takes",
        "trials.csv": "every trial",
        "results.json": "all figures",
    }
    width = max(len(str(folder / name)) for name in about)
    for name, what in about.items():
        if not (folder / name).exists():
            what = "missing: it was there when the study ended"
        out.print(f"{folder / name!s:{width}}  {what}", markup=False, soft_wrap=True)
    opens = dashboard_command(results["study"], storage)
    out.print(f"The dashboard: {opens}", markup=False, soft_wrap=True)


def print_retraining(results: dict[str, Any], folder: Path) -> None:
    """Prints a retraining's results.json, for people."""
    out, table = _console(), _table(f"20-way one-shot accuracy, validation on {results['dataset']}")
    over = RunConfig.model_validate(results["config"]).train.error_over
    for seed in results["seeds"]:
        error = f"{_percent(seed['standard_error'])} over {over}"
        table.add_row(f"seed {seed['seed']}", _percent(seed["accuracy"]), error)
    validation = results["validation"]
    if validation["runs"] > 1:
        error = f"{_percent(validation['standard_error'])} over seeds"
        table.add_row("mean", _percent(validation["one_shot_accuracy"]), error)
    out.print(table)
    best = f"{folder / 'best.safetensors'}  the network of seed {results['best_seed']}"
    out.print(best, markup=False, soft_wrap=True)


def print_test(report: dict[str, Any]) -> None:
    """Prints what `test` measured, for people."""
    test = report["one_shot"]
    out, table = _console(), _table(f"accuracy on {report['dataset']}")
    for row in _test_rows(report["dataset"], test):
        table.add_row(*row)
    for key, of in (("verification", "of one alphabet"), ("verification_across", "any two")):
        pairs = report[key]
        table.add_row(
            f"verification, different characters: {of}",
            _percent(pairs["accuracy"]),
            f"{_percent(pairs['standard_error'])} over {pairs['pairs']} pairs",
        )
    out.print(table)
    alphabets = Table("alphabet", box=box.SIMPLE_HEAD)
    alphabets.add_column("every drawer pair %", justify="right")
    alphabets.add_column("its runs %", justify="right")
    for alphabet, value in test["per_alphabet"].items():
        runs = zip(report["alphabets"], test["per_run"], strict=True)
        own = "  ".join(_percent(accuracy) for of, accuracy in runs if of == alphabet)
        alphabets.add_row(alphabet, _percent(value), own)
    out.print(alphabets)


def print_classes(answers: dict[str, Any]) -> None:
    """Prints what `classify` found, for people."""
    table = Table("picture", "class", box=box.SIMPLE_HEAD)
    table.add_column("%", justify="right")
    table.add_column("same, %", justify="right")
    table.add_column("else, %")
    for row in answers["queries"]:
        others = sorted(
            ((p, name) for name, p in row["probabilities"].items() if name != row["class"]),
            reverse=True,
        )
        second = f"{others[0][1]} {_chance(others[0][0])}" if others else ""
        chances = (_chance(row[key]) for key in ("probability", "same"))
        table.add_row(*map(Text, (row["file"], row["class"], *chances, second)))
    _console().print(table)


def _layer_table(config: RunConfig) -> Table:
    """A row a layer: how it is built, how it learns."""
    table = Table("layer", box=box.SIMPLE_HEAD)
    for heading in ("filters", "kernel", "learning rate", "momentum", "L2"):
        table.add_column(heading, justify="right")
    convolutions = config.network.convolutions
    for position, (name, layer) in enumerate(
        zip(config.network.layers, config.train.layers, strict=True)
    ):
        filters = kernel = ""
        if position < len(convolutions):
            convolution = convolutions[position]
            filters = str(convolution.filters)
            kernel = f"{convolution.kernel}x{convolution.kernel}"
        table.add_row(
            name,
            filters,
            kernel,
            f"{config.train.learning_rate * layer.learning_rate:.3g}",
            f"{layer.momentum:.3g}",
            f"{layer.l2:.3g}",
        )
    return table


def _accuracy_table(results: dict[str, Any]) -> Table:
    """Validation and test accuracy; for Omniglot beside the paper's."""
    validation, dataset = results["validation"], results["dataset"]
    table = _table("20-way one-shot accuracy")
    seeds = "" if validation["runs"] == 1 else f", mean of {validation['runs']} seeds"
    table.add_row(
        f"validation alphabets{seeds}",
        _percent(validation["one_shot_accuracy"]),
        f"{_percent(validation['standard_error'])} over {validation['standard_error_over']}",
    )
    several = results.get("test_over_seeds")
    for row, kind in zip(_test_rows(dataset, results["test"]), TESTS, strict=True):
        table.add_row(*row)
        if several:
            mean, error = (_percent(several[key]) for key in kind)
            table.add_row(f"  mean of {several['runs']} seeds", mean, f"{error} over seeds")
    if dataset == "omniglot":
        table.add_section()
        for name, value in ONE_SHOT.items():
            table.add_row(f"the paper: {name}", f"{value:.1f}", "")
    return table


def _test_rows(dataset: str, test: dict[str, Any]) -> list[tuple[str, str, str]]:
    runs = "official" if dataset == "omniglot" else "fixed"
    return [
        (
            f"test alphabets, {len(test['per_run'])} {runs} runs",
            _percent(test["one_shot_accuracy"]),
            f"{_percent(test['standard_error'])} over {test['trials']} trials",
        ),
        (
            "test alphabets, every drawer pair",
            _percent(test["every_drawer_pair_accuracy"]),
            f"{_percent(test['every_drawer_pair_standard_error'])} over alphabets",
        ),
    ]


def _table(title: str) -> Table:
    table = Table(title, box=box.SIMPLE_HEAD)
    table.add_column("%", justify="right")
    table.add_column("± standard error")
    return table


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _chance(probability: float) -> str:
    """In percent; what is rounded to none or all of them is neither."""
    rounded = _percent(probability)
    return {"0.0": "<0.1", "100.0": ">99.9"}.get(rounded, rounded)


def _whole_network(config: RunConfig) -> dict[str, Any]:
    """The values that are not one layer's, but for how long it trained."""
    network, train = config.network, config.train
    batch = (
        f"{train.batch.pairs} pairs"
        if train.loss == "pairs"
        else f"{train.batch.characters} characters, alphabets: {train.batch.alphabets},"
        f" drawers: {train.batch.drawers}"
    )
    temperature = train.softmax_temperature
    return {
        "size": network.size,
        "units": network.units,
        "initialisation": network.initialisation,
        "batch norm": "on" if network.batch_norm else "off",
        "centred": f"on, resized {network.resized:.2g}" if network.centred else "off",
        **({"copies": network.copies} if network.copies > 1 else {}),
        "loss": train.loss,
        **({"temperature": f"{temperature:.3g}"} if temperature is not None else {}),
        "batch": batch,
        "optimiser": train.optimiser,
        "schedule": train.schedule,
        **({"averaging": train.averaging} if train.averaging else {}),
        "affine": f"{train.distortion.affine:.3g}",
        "elastic": f"{train.distortion.elastic:.3g}",
        **({"stroke": f"{train.distortion.stroke:.2g}"} if train.distortion.stroke else {}),
        "symmetries": "on" if train.batch.symmetries else "off",
        "epochs": train.epochs,
    }


def _console() -> Console:
    """Stdout, at most 100 columns wide, and just as wide into a pipe."""
    found = Console()
    width = min(found.width, WIDTH) if found.is_terminal else WIDTH
    return Console(highlight=False, width=width)
