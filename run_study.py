"""The command line of the hyperparameter search: python run_study.py --help.

Exit status: 0 done; 1 the work failed; 2 the request was wrong (one line says what and where);
130 interrupted, and the same command goes on where it stopped. Progress goes to stderr, results
to stdout.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import typer

from data.errors import InputError
from hpo.cli import help, options
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


@app.command(**help.in_group(help.SEARCH, "join quick --workers 2"))
def join(
    name: options.Name,
    storage: options.Storage = None,
    workers: options.Workers = 1,
    data_root: options.DataRoot = None,
    device: options.Device = "auto",
    artifacts: options.Artifacts = None,
    output: options.Output = None,
    log: options.Log = None,
) -> None:
    """Add this machine's workers to a study that `run` started, here or on another machine."""
    from hpo.console.starting import starting
    from hpo.console.tensorboard import check_tensorboard

    if log is not None:
        check_tensorboard()
    with starting(name, workers):
        from hpo.run.join import join_study
        from hpo.storage.workspace import Workspace
        from hpo.workers.machine import Machine

        workspace = Workspace.of(name, output, storage)
        machine = Machine(workers, device, data_root, workspace.tensorboard if log else None)
        join_study(machine, workspace, artifacts)


@app.command(
    **help.in_group(help.TAKE, "retrain runs/quick/best.toml --output runs/again --seeds 3")
)
def retrain(
    config_file: options.ConfigFile,
    output: options.RetrainTo,
    seeds: options.RetrainSeeds = 1,
    dataset: options.Dataset = "auto",
    data_root: options.DataRoot = None,
    device: options.Device = "auto",
) -> None:
    """Train an exported configuration again.

    The best network on the validation alphabets is kept; of several seeds, each network is in a
    folder of its own too. A seed that is done is not trained again.
    """
    from data.sources.load import load_collection
    from hpo.console.countdown import Trainings
    from hpo.console.own_data import say_split
    from hpo.console.progress import Progress
    from hpo.console.summary import print_retraining
    from hpo.finish.calibrate import calibrate_if_possible
    from hpo.finish.retrain import config_in, following_seeds, retrain
    from hpo.storage.workspace import TrainedFolder
    from model.device import resolve_device

    config, chosen = config_in(config_file, dataset)
    chosen_device = resolve_device(device)
    collection = load_collection(chosen, data_root)
    say_split(collection)
    numbers = following_seeds(config, seeds)
    with Progress("retraining", seeds, trainings=Trainings(seeds, parts=1)) as progress:
        folder = TrainedFolder(output)
        results = retrain(config, numbers, collection, chosen_device, folder, progress)
    calibrate_if_possible(folder, collection, chosen_device)
    print_retraining(results, folder)


@app.command(
    **help.in_group(
        help.TAKE,
        "combine runs/again/networks/seed-1 runs/again/networks/seed-2 --output runs/both",
    )
)
def combine(
    folders: options.Networks,
    output: options.RetrainTo,
    data_root: options.DataRoot = None,
    as_json: options.AsJson = False,
    device: options.Device = "auto",
) -> None:
    """Make one network of several trained ones, which answers better and takes as long as all.

    Their scores are added, each first divided by its spread on the validation alphabets. What takes
    a network takes this one: test, classify, calibrate, export and reproduce.
    """
    from data.sources.load import load_collection
    from hpo.console.summary import print_combined
    from hpo.finish.combine import combine as together
    from hpo.finish.combine import singles_in
    from hpo.storage.workspace import TrainedFolder
    from hpo.study.results import document_of
    from model.device import resolve_device

    chosen_device, into = resolve_device(device), TrainedFolder(output)
    singles, dataset = singles_in([TrainedFolder(folder) for folder in folders])
    results = together(singles, load_collection(dataset, data_root), chosen_device, into)
    if as_json:
        typer.echo(json.dumps(document_of(results), indent=2))
    else:
        print_combined(results, into)


@app.command("test", **help.in_group(help.TAKE, "test runs/quick"))
def evaluate(
    folder: options.Network,
    data: options.TestData = None,
    output: options.TestTo = None,
    as_json: options.AsJson = False,
    data_root: options.DataRoot = None,
    device: options.Device = "auto",
) -> None:
    """Measure a trained network in every way.

    20-way one-shot accuracy on the official runs and over every drawer pair of the test alphabets,
    and verification accuracy. With --data, how well it tells the characters of a folder of your own
    apart, and which it confuses.
    """
    if data is not None:
        from hpo.classify.known_folder import measure_folder, print_known
        from hpo.storage.workspace import TrainedFolder
        from model.device import resolve_device

        found = measure_folder(TrainedFolder(folder), data, resolve_device(device), output)
        if as_json:
            typer.echo(json.dumps(found.model_dump(mode="json"), indent=2))
        else:
            print_known(found, output)
        return
    if output is not None:
        raise InputError("--output: goes with --data FOLDER")

    from data.sources.load import load_collection
    from hpo.console.summary import print_test
    from hpo.finish.held_out import measure, network_in
    from hpo.storage.workspace import TrainedFolder
    from hpo.study.results import document_of
    from model.device import resolve_device

    network, dataset = network_in(TrainedFolder(folder))
    chosen_device = resolve_device(device)
    report = measure(network, load_collection(dataset, data_root), chosen_device)
    if as_json:
        typer.echo(json.dumps(document_of(report), indent=2))
    else:
        print_test(report)


@app.command(**help.in_group(help.PAPER, "reproduce ways --network runs/quick"))
def reproduce(
    name: options.Experiment,
    network: options.TrainedBefore = None,
    seeds: options.ExperimentSeeds = 3,
    size: options.Size = None,
    workers: options.Workers = 1,
    data_root: options.DataRoot = None,
    device: options.Device = "auto",
    output: options.ExperimentTo = None,
    part: options.Part = None,
) -> None:
    """Do an experiment of the paper, or of a re-implementation, again.

    A training that is done is not done again.
    """
    from hpo.reproduce.run import reproduce
    from hpo.storage.workspace import RUNS
    from hpo.workers.machine import Machine

    folder = output or RUNS / "reproduce" / name
    machine = Machine(workers, device, data_root)
    typer.echo(reproduce(name, machine, folder, seeds, size, network, part))


@app.command(**help.in_group(help.TAKE, "classify runs/quick --support known --query unknown"))
def classify(
    support: options.Support,
    query: options.Query,
    folder: options.NetworkOrShipped = None,
    output: options.ClassifyTo = None,
    keep: options.KeepSupport = None,
    as_json: options.AsJson = False,
    device: options.Device = "auto",
) -> None:
    """Say which class each picture is of, or unknown, from known pictures of each class.

    Drawn or photographed on paper of one colour, as PNG, JPEG or another common format. Each of
    several drawings on a picture is a row. Files that hold none are named and skipped.
    """
    from hpo.classify.folders import classify_folders
    from hpo.classify.summary import print_classes
    from hpo.storage.shipped import shipped_network
    from hpo.storage.workspace import TrainedFolder
    from model.device import resolve_device

    network = TrainedFolder(folder) if folder else shipped_network()
    answers = classify_folders(network, support, query, resolve_device(device), output, keep)
    if as_json:
        typer.echo(json.dumps(answers.document(), indent=2))
    else:
        print_classes(answers)


@app.command(**help.in_group(help.TAKE, "calibrate runs/quick"))
def calibrate(
    folder: options.Network,
    data_root: options.DataRoot = None,
    as_json: options.AsJson = False,
    device: options.Device = "auto",
) -> None:
    """Choose when classify answers unknown, on the validation alphabets.

    Kept as rejection.json beside the network, with how often it is mistaken there.
    """
    from data.sources.load import load_collection
    from hpo.classify.summary import print_calibrated
    from hpo.finish.calibrate import calibrate as choose
    from hpo.finish.held_out import network_in
    from hpo.storage.workspace import TrainedFolder
    from model.device import resolve_device

    trained = TrainedFolder(folder)
    _, dataset = network_in(trained)
    found = choose(trained, load_collection(dataset, data_root), resolve_device(device))
    if as_json:
        typer.echo(json.dumps(found.document(), indent=2))
    else:
        print_calibrated(found)


@app.command(**help.in_group(help.TAKE, "export quick --top 5 --output best-five"))
def export(
    name: options.Name,
    storage: options.Storage = None,
    form: options.Form = "toml",
    trial: options.Trial = None,
    top: options.Top = None,
    pareto: options.Pareto = None,
    output: options.ExportTo = "-",
) -> None:
    """Write the configurations of trials, a table of trials, or the winner's network.

    Without --trial, --top or --pareto: the configuration of the search's best trial, or the table
    of all. Several configurations are a folder of files, the best or cheapest first. The winner's,
    named after the best trials were retrained, is best.toml in the study's folder; as onnx or torch
    its network is written, or that of a folder which NAME names.
    """
    from hpo.console.export import Selection, export_configs, export_table
    from hpo.storage.studies import find_study
    from hpo.storage.workspace import Workspace

    selection = Selection(trial, top, pareto)
    path = None if output == "-" else Path(output)
    if form == "onnx" or form == "torch":
        from hpo.console.export_network import export_network

        if selection != Selection():
            raise InputError(f"--format {form}: is of the winner; no --trial, --top, --pareto")
        export_network(name, form, path)
        return
    with find_study(Workspace.of(name, storage=storage)) as (study, config):
        if form == "csv" or form == "parquet":
            export_table(study, config, selection, form, path)
        else:
            export_configs(study, config, selection, form, path)


@app.command(**help.in_group(help.SEARCH, "enqueue quick mine.toml"))
def enqueue(
    name: options.Name, config_files: options.ConfigFiles, storage: options.Storage = None
) -> None:
    """Let a study try configurations of yours next.

    Each becomes a trial like any other, with the values of the study's space that are nearest.
    """
    from hpo.search.enqueue import enqueue
    from hpo.storage.studies import find_study
    from hpo.storage.workspace import Workspace

    with find_study(Workspace.of(name, storage=storage)) as (study, config):
        for tried in enqueue(study, config, config_files):
            typer.echo(tried.in_words())


@app.command(**help.in_group(help.SEARCH, "narrow quick --top 5 --output narrower.toml"))
def narrow(
    name: options.Name,
    storage: options.Storage = None,
    top: options.Around = 5,
    new_name: options.NewName = None,
    output: options.StudyTo = "-",
) -> None:
    """Write a study that searches around the best trials of another."""
    from hpo.console.export import export_narrowed
    from hpo.storage.studies import find_study
    from hpo.storage.workspace import Workspace

    path = None if output == "-" else Path(output)
    with find_study(Workspace.of(name, storage=storage)) as (study, config):
        export_narrowed(study, config, top, new_name or f"{name}-2", path)


@app.command(**help.in_group(help.LOOK, "status quick --watch"))
def status(
    name: options.Name,
    storage: options.Storage = None,
    as_json: options.AsJson = False,
    watching: options.Watch = False,
    output: options.Output = None,
) -> None:
    """Say how far a study has come, what it found, and what each worker does.

    Nothing is changed, and the study need not be at work: any machine with its storage may ask.
    """
    from hpo.console.status import status
    from hpo.console.status_view import status_lines, watch
    from hpo.storage.studies import find_study, stored_config
    from hpo.storage.workspace import Workspace

    if as_json and watching:
        raise InputError("--json, --watch: only one of them")
    workspace = Workspace.of(name, output, storage)
    with find_study(workspace) as (study, config):
        if watching:
            watch(lambda: status(study, stored_config(study), workspace), workspace)
            return
        now = status(study, config, workspace)
    typer.echo(
        json.dumps(now.model_dump(mode="json"), indent=2)
        if as_json
        else "\n".join(status_lines(now, workspace))
    )


@app.command(**help.in_group(help.LOOK, "report quick"))
def report(
    name: options.Name, storage: options.Storage = None, output: options.Output = None
) -> None:
    """Write what a study found as a page that opens offline, its figures as PNG files beside it.

    They are in report/ in the study's folder, which has its results.json and best.safetensors.
    """
    from hpo.report.write import write_report
    from hpo.storage.studies import find_study
    from hpo.storage.workspace import Workspace

    workspace = Workspace.of(name, output, storage)
    with find_study(workspace) as (study, config):
        page, no_pictures = write_report(study, config, workspace)
    typer.echo(page)
    if no_pictures:
        typer.echo(f"PNG files are left out: {no_pictures}", err=True)


@app.command(**help.in_group(help.LOOK, "compare quick compact"))
def compare(
    names: options.Names,
    storage: options.Storage = None,
    output: options.ComparedTo = None,
) -> None:
    """Show studies side by side: what they found, what it cost, how their winners differ.

    A table here, and a page that opens offline, with the best accuracy so far against trials and
    against seconds of training.
    """
    from hpo.compare.page import write_page
    from hpo.compare.studies import compared
    from hpo.compare.terminal import print_compared

    studies = compared(names, storage)
    page = write_page(studies, output)
    print_compared(studies)
    typer.echo(page)


@app.command(**help.in_group(help.LOOK, "dashboard quick"))
def dashboard(
    name: options.Name, storage: options.Storage = None, port: options.Port = 8080
) -> None:
    """Show a study in the browser, on this machine alone."""
    from hpo.dashboard.server import serve
    from hpo.storage.studies import find_study
    from hpo.storage.workspace import Workspace

    workspace = Workspace.of(name, storage=storage)
    with find_study(workspace) as (study, config):
        serve(study, config, workspace, port)


@app.command(**help.in_group(help.MACHINES, "proxy --storage postgresql://USER@HOST/DATABASE"))
def proxy(
    storage: options.Storage = None,
    host: options.Host = "localhost",
    port: options.Port = 13000,
) -> None:
    """Stand in front of a database for more workers than it can take.

    They name grpc://HOST:PORT as their storage.
    """
    from hpo.database.proxy import serve_proxy

    if storage is None:
        raise InputError("proxy: needs --storage URL, or HPO_STORAGE")
    serve_proxy(storage, host, port)


if __name__ == "__main__":
    app()
