"""The command line of the hyperparameter search: python run_study.py --help.

Exit status: 0 done; 1 the work failed; 2 the request was wrong (one line says what and where);
130 interrupted, and the same command goes on where it stopped. Progress goes to stderr, results
to stdout.
"""

from __future__ import annotations

import time

from hpo.cli.process import no_stream_is_closed, quiet_until_the_work, work

if __name__ == "__main__":
    quiet_until_the_work()
    no_stream_is_closed()

import typer

from hpo.cli import help, look, machines, options, paper, search, take
from hpo.cli.exit_status import Commands

# Torch and Optuna take some seconds to import, so each command imports what it needs: --help and a
# mistyped option answer at once.

app = typer.Typer(
    cls=Commands,
    context_settings=help.CONTEXT,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def main(version: options.Version = False) -> None:
    """Hyperparameter search for siamese networks, one-shot. More of a command: COMMAND -h."""


@app.command(**help.in_group(help.SEARCH, "run quick --workers 2") | {"cls": help.StudyCommand})
def run(
    study: options.StudyFile = "quick",
    storage: options.Storage = None,
    trials: options.Trials = None,
    timeout: options.Timeout = None,
    warm_start: options.WarmStart = None,
    workers: options.Workers = 1,
    dataset: options.StudyDataset = None,
    data_root: options.DataRoot = None,
    device: options.Device = "auto",
    artifacts: options.Artifacts = None,
    output: options.Output = None,
    log: options.Log = None,
) -> None:
    """Search, retrain the best trials, test the winner once.

    Goes on where an interrupted run stopped. Of a finished study the results are shown again.
    """
    start = time.monotonic()

    from hpo.console.starting import starting
    from hpo.console.tensorboard import check_tensorboard

    if log is not None:
        check_tensorboard()
    with starting(study, workers):
        from data.sources.load import load_collection
        from hpo.console.own_data import say_split
        from hpo.console.summary import print_summary
        from hpo.run.run import on_data, run_study
        from hpo.storage.workspace import Workspace
        from hpo.study.file import load_study
        from hpo.workers.machine import Machine

        config = load_study(study)
        collection = load_collection(dataset or config.dataset, data_root)
        say_split(collection)
        changes = {
            "trials": trials or config.trials,
            "timeout": timeout or config.timeout,
            "warm_start": warm_start or config.warm_start,
        }
        config = on_data(config.model_copy(update=changes), collection)
        workspace = Workspace.of(config.name, output, storage)
        machine = Machine(workers, device, data_root, workspace.tensorboard if log else None)
        results = run_study(config, collection, machine, workspace, artifacts)
    print_summary(results, workspace, time.monotonic() - start)


for name, command, group, example in (
    ("join", search.join, help.SEARCH, "join quick --workers 2"),
    (
        "retrain",
        take.retrain,
        help.TAKE,
        "retrain runs/quick/best.toml --output runs/again --seeds 3",
    ),
    (
        "combine",
        take.combine,
        help.TAKE,
        "combine runs/again/networks/seed-1 runs/again/networks/seed-2 --output runs/both",
    ),
    ("test", take.evaluate, help.TAKE, "test runs/quick"),
    ("reproduce", paper.reproduce, help.PAPER, "reproduce ways --network runs/quick"),
    ("classify", take.classify, help.TAKE, "classify runs/quick --support known --query unknown"),
    ("calibrate", take.calibrate, help.TAKE, "calibrate runs/quick"),
    ("export", take.export, help.TAKE, "export quick --top 5 --output best-five"),
    ("enqueue", search.enqueue, help.SEARCH, "enqueue quick mine.toml"),
    ("narrow", search.narrow, help.SEARCH, "narrow quick --top 5 --output narrower.toml"),
    ("status", look.status, help.LOOK, "status quick --watch"),
    ("report", look.report, help.LOOK, "report quick"),
    ("compare", look.compare, help.LOOK, "compare quick compact"),
    ("dashboard", look.dashboard, help.LOOK, "dashboard quick"),
    ("proxy", machines.proxy, help.MACHINES, "proxy --storage postgresql://USER@HOST/DATABASE"),
):
    app.command(name, **help.in_group(group, example))(command)


if __name__ == "__main__":
    work(app)
