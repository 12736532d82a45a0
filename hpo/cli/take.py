"""Commands that use what was found: retrain, combine, test, classify, calibrate, export."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from data.errors import InputError
from hpo.cli import network_options, options


def retrain(
    config_file: network_options.ConfigFile,
    output: network_options.RetrainTo,
    seeds: network_options.RetrainSeeds = 1,
    dataset: network_options.Dataset = "auto",
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
    from hpo.runtime.own_pictures import check_apart
    from hpo.runtime.shared_folder import claimed
    from hpo.storage.trained_pictures import pictures_of_given, say_if_known
    from hpo.storage.workspace import TrainedFolder
    from model.device import resolve_device

    config, chosen = config_in(config_file, dataset)
    chosen_device = resolve_device(device)
    check_apart(output, chosen, config.train.pictures.extra, data_root)
    folder, numbers = TrainedFolder(output), following_seeds(config, seeds)
    with claimed(output):
        collection = load_collection(chosen, data_root)
        say_split(collection)
        say_if_known(pictures_of_given(config), collection)
        with Progress("retraining", seeds, trainings=Trainings(seeds, parts=1)) as progress:
            results = retrain(config, numbers, collection, chosen_device, folder, progress)
        calibrate_if_possible(folder, collection, chosen_device)
    print_retraining(results, folder)


def combine(
    folders: network_options.Networks,
    output: network_options.RetrainTo,
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
    from hpo.runtime.own_pictures import check_apart
    from hpo.runtime.shared_folder import claimed
    from hpo.storage.workspace import TrainedFolder
    from hpo.study.results import document_of
    from model.device import resolve_device

    chosen_device, into = resolve_device(device), TrainedFolder(output)
    singles, dataset = singles_in([TrainedFolder(folder) for folder in folders])
    check_apart(output, dataset, data_root=data_root)
    with claimed(output):
        results = together(singles, load_collection(dataset, data_root), chosen_device, into)
    if as_json:
        typer.echo(json.dumps(document_of(results), indent=2))
    else:
        print_combined(results, into)


def evaluate(
    folder: network_options.Network,
    data: network_options.TestData = None,
    output: network_options.TestTo = None,
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
    from hpo.finish.held_out import besides, measure, network_in, say_if_changed
    from hpo.storage.workspace import TrainedFolder
    from hpo.study.results import document_of
    from model.device import resolve_device

    trained = TrainedFolder(folder)
    network, dataset = network_in(trained)
    chosen_device = resolve_device(device)
    collection = load_collection(dataset, data_root)
    say_if_changed(trained, collection)
    report = measure(network, collection, chosen_device, trained.weights)
    if also := besides(trained):
        report = report.model_copy(update={"besides": also})
    if as_json:
        typer.echo(json.dumps(document_of(report), indent=2))
    else:
        print_test(report)


def classify(
    support: network_options.Support,
    query: network_options.Query,
    folder: network_options.NetworkOrShipped = None,
    output: network_options.ClassifyTo = None,
    keep: network_options.KeepSupport = None,
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


def calibrate(
    folder: network_options.Network,
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
    from hpo.finish.held_out import network_in, say_if_changed
    from hpo.storage.workspace import TrainedFolder
    from model.device import resolve_device

    trained = TrainedFolder(folder)
    _, dataset = network_in(trained)
    collection = load_collection(dataset, data_root)
    say_if_changed(trained, collection)
    found = choose(trained, collection, resolve_device(device))
    if as_json:
        typer.echo(json.dumps(found.document(), indent=2))
    else:
        print_calibrated(found)


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
        export_network(name, form, path, storage)
        return
    with find_study(Workspace.of(name, storage=storage)) as (study, config):
        if form == "csv" or form == "parquet":
            export_table(study, config, selection, form, path)
        else:
            export_configs(study, config, selection, form, path)
