"""The command line of the hyperparameter search: python run_study.py --help.

Exit status: 0 done; 1 the work failed; 2 the request was wrong (one line says what and where);
130 interrupted, and the same command goes on where it stopped. Progress goes to stderr, results
to stdout.
"""

from __future__ import annotations

import json
import signal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from data.errors import InputError, WorkFailed
from hpo.reproduce.names import EXPERIMENTS

if TYPE_CHECKING:
    import optuna

    from hpo.study import StudyConfig

# The imports of torch and Optuna, some seconds together, are in the commands: so --help and a
# mistyped option answer at once.


class Commands(TyperGroup):
    """Turns what a command raises into a line on stderr and the exit status."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            return super().invoke(ctx)
        except InputError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None
        except WorkFailed as error:
            typer.echo(f"failed: {error}", err=True)
            raise typer.Exit(1) from None
        except BrokenPipeError:  # whoever read stdout has read enough; typer knows
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            typer.echo(f"failed: {where}{error.strerror or error}", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            resumable = ctx.invoked_subcommand in ("run", "join", "retrain", "reproduce")
            hint = ": the same command goes on where it stopped" if resumable else ""
            typer.echo(f"interrupted{hint}", err=True)
            raise typer.Exit(130) from None
        finally:
            signal.signal(signal.SIGTERM, before)


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Hyperparameter search for siamese networks, one-shot.",
)

RUNS = Path("runs")
Name = Annotated[str, typer.Argument(metavar="NAME", help="name of the study", show_default=False)]
Storage = Annotated[
    str | None,
    typer.Option(
        help="database URL; by default study.db in the study's folder, runs/NAME",
        metavar="URL",
        envvar="HPO_STORAGE",  # a password on a command line is there for everyone to see
        show_envvar=True,
    ),
]
DataRoot = Annotated[
    Path | None,
    typer.Option(help="folder that holds Omniglot; by default $OMNIGLOT_ROOT", metavar="DIR"),
]
Dataset = Literal["auto", "omniglot", "glyphs"]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N")]
Workers = Annotated[int, typer.Option(min=1, help="processes that train at the same time")]
Artifacts = Annotated[
    str | None,
    typer.Option(
        help="where checkpoints and the trials' pictures are kept, a folder or s3://BUCKET;"
        " by default in the study's folder"
    ),
]
Output = Annotated[Path | None, typer.Option(help="folder, instead of runs/NAME", metavar="DIR")]


@app.command()
def run(
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help="a file, or the bare name of one in studies/")
    ] = "quick",
    storage: Storage = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="budget, instead of the study's own")
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(min=1, help="no trial starts after so many seconds of training in the search"),
    ] = None,
    warm_start: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="study whose best configurations are tried first"),
    ] = None,
    workers: Workers = 1,
    data_root: DataRoot = None,
    device: Device = "auto",
    artifacts: Artifacts = None,
    output: Output = None,
) -> None:
    """Search, retrain the best trials, test the winner once.

    Goes on where an interrupted run stopped. Of a finished study the results are shown again.
    """
    from data.source import load_collection
    from hpo.crew import Machine
    from hpo.run import on_data, run_study
    from hpo.storage import default_url
    from hpo.study_file import load_study
    from hpo.summary import print_summary

    config = load_study(study)
    changes = {
        "trials": trials or config.trials,
        "timeout": timeout or config.timeout,
        "warm_start": warm_start or config.warm_start,
    }
    if timeout is not None and not isfinite(timeout):
        raise InputError(f"--timeout {timeout}: must be a finite number of seconds")
    collection = load_collection(config.dataset, data_root)
    config = on_data(config.model_copy(update=changes), collection)
    folder = output or RUNS / config.name
    url = storage or default_url(folder)
    machine = Machine(workers, device, data_root)
    results = run_study(config, collection, machine, url, folder, artifacts)
    print_summary(results, folder, url)


@app.command()
def join(
    name: Name,
    storage: Storage = None,
    workers: Workers = 1,
    data_root: DataRoot = None,
    device: Device = "auto",
    artifacts: Artifacts = None,
    output: Output = None,
) -> None:
    """Add this machine's workers to a study that `run` started, here or on another machine."""
    from hpo.crew import Machine
    from hpo.run import join_study
    from hpo.storage import default_url

    folder = output or RUNS / name
    machine = Machine(workers, device, data_root)
    join_study(name, machine, storage or default_url(folder), folder, artifacts)


@app.command()
def retrain(
    config_file: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="TOML or JSON, as export writes it")
    ],
    output: Annotated[Path, typer.Option(help="folder for the network", metavar="DIR")],
    seeds: Annotated[
        int, typer.Option(min=1, help="so many trainings, their seeds from the configuration's on")
    ] = 1,
    dataset: Annotated[Dataset, typer.Option(help="what to train on")] = "auto",
    data_root: DataRoot = None,
    device: Device = "auto",
) -> None:
    """Train an exported configuration again.

    The best network on the validation alphabets is kept. A seed that is done is not trained again.
    """
    from data.source import load_collection
    from hpo.progress import Progress
    from hpo.retrain import following_seeds, retrain
    from hpo.summary import print_retraining
    from model.config_file import read_config
    from model.device import resolve_device

    config = read_config(config_file)
    chosen_device = resolve_device(device)
    collection = load_collection(dataset, data_root)
    numbers = following_seeds(config, seeds)
    with Progress("retraining", seeds) as progress:
        results = retrain(config, numbers, collection, chosen_device, output, progress)
    print_retraining(results, output)


@app.command("test")
def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="holds best.safetensors")],
    as_json: AsJson = False,
    data_root: DataRoot = None,
    device: Device = "auto",
) -> None:
    """Measure a trained network in every way.

    20-way one-shot accuracy on the official runs and over every drawer pair of the test alphabets,
    and verification accuracy.
    """
    from data.source import load_collection
    from hpo.held_out import measure, network_in
    from hpo.summary import print_test
    from model.device import resolve_device

    network, dataset = network_in(folder)
    chosen_device = resolve_device(device)
    report = measure(network, load_collection(dataset, data_root), chosen_device)
    if as_json:
        typer.echo(json.dumps(report, indent=2))
    else:
        print_test(report)


@app.command()
def reproduce(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"one of {', '.join(EXPERIMENTS)}")],
    network: Annotated[
        Path | None,
        typer.Option(
            help="folder of a trained network, for what trains none; by default runs/quick",
            metavar="DIR",
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="trainings of each network")] = 3,
    size: Annotated[
        Literal["small", "paper"] | None,
        typer.Option(help="35x35 or 105x105; by default the paper's where there is a GPU"),
    ] = None,
    workers: Workers = 1,
    data_root: DataRoot = None,
    device: Device = "auto",
    output: Annotated[
        Path | None, typer.Option(help="folder, instead of runs/reproduce/NAME", metavar="DIR")
    ] = None,
) -> None:
    """Do an experiment of the paper, or of a re-implementation, again.

    A training that is done is not done again.
    """
    from hpo.crew import Machine
    from hpo.reproduce.run import reproduce

    folder = output or RUNS / "reproduce" / name
    machine = Machine(workers, device, data_root)
    typer.echo(reproduce(name, machine, folder, seeds, size, network))


@app.command()
def classify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="holds best.safetensors")],
    support: Annotated[
        Path, typer.Option(metavar="FOLDER", help="a picture of each class, named after it")
    ],
    query: Annotated[Path, typer.Option(metavar="FOLDER", help="the pictures to classify")],
    output: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="gets classes.csv, contact-sheet.png")
    ] = None,
    as_json: AsJson = False,
    device: Device = "auto",
) -> None:
    """Say which class each picture of a folder is of, from one known picture a class.

    Drawn or photographed, of any size and in any format, on paper of one colour. Files that hold
    no such picture are named and skipped.
    """
    from hpo.classify import classify_folders
    from hpo.summary import print_classes
    from model.device import resolve_device

    answers = classify_folders(folder, support, query, resolve_device(device), output)
    if as_json:
        typer.echo(json.dumps(answers, indent=2))
    else:
        print_classes(answers)


@app.command()
def export(
    name: Name,
    storage: Storage = None,
    form: Annotated[
        Literal["toml", "json", "yaml", "csv", "parquet"],
        typer.Option(
            "--format", help="toml, json, yaml: a configuration; csv, parquet: a table of trials"
        ),
    ] = "toml",
    trial: Annotated[
        int | None, typer.Option(metavar="N", help="trial N, instead of the search's best")
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, metavar="K", help="the K best trials")] = None,
    pareto: Annotated[
        Literal["parameters", "seconds"] | None,
        typer.Option(help="the trials that none with fewer of these matches"),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            metavar="PATH", help="a file, or with --top and --pareto a folder; - is stdout"
        ),
    ] = "-",
) -> None:
    """Write the configurations of trials, as retrain takes them, or a table of trials.

    Without --trial, --top or --pareto: the configuration of the search's best trial, or the table
    of all. Several configurations are a folder of files, the best or cheapest first. The winner's,
    named after the best trials were retrained, is best.toml in the study's folder.
    """
    from hpo.export import Selection, export_configs, export_table

    selection = Selection(trial, top, pareto)
    path = None if output == "-" else Path(output)
    study, config = _stored(name, storage)
    if form == "csv" or form == "parquet":
        export_table(study, selection, form, path)
    else:
        export_configs(study, config, selection, form, path)


@app.command()
def status(
    name: Name,
    storage: Storage = None,
    as_json: AsJson = False,
    watching: Annotated[
        bool,
        typer.Option("--watch", help="keep looking, until it is finished or Ctrl-C is pressed"),
    ] = False,
    output: Output = None,
) -> None:
    """Say how far a study has come, what it found, and what each worker does.

    Nothing is changed, and the study need not be at work: any machine with its storage may ask.
    """
    from hpo.status import status
    from hpo.status_view import status_lines, watch
    from hpo.storage import default_url, storage_failures
    from hpo.stored_study import stored_config

    if as_json and watching:
        raise InputError("--json, --watch: only one of them")
    folder = output or RUNS / name
    url = storage or default_url(folder)
    study, config = _stored(name, url)
    with storage_failures(url):
        if watching:
            watch(lambda: status(study, stored_config(study), folder), folder, url)
            return
        now = status(study, config, folder)
    typer.echo(json.dumps(now, indent=2) if as_json else "\n".join(status_lines(now, folder, url)))


@app.command()
def report(name: Name, storage: Storage = None, output: Output = None) -> None:
    """Write what a study found as a page that opens offline, its figures as PNG files beside it.

    They are in report/ in the study's folder, which has its results.json and best.safetensors.
    """
    from hpo.report.write import write_report

    folder = output or RUNS / name
    page, no_pictures = write_report(*_stored(name, storage, folder), folder)
    typer.echo(page)
    if no_pictures:
        typer.echo(f"PNG files are left out: {no_pictures}", err=True)


@app.command()
def dashboard(
    name: Name,
    storage: Storage = None,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
) -> None:
    """Show a study in the browser, on this machine alone."""
    from hpo.dashboard import serve

    serve(_stored(name, storage)[0], RUNS / name, port)


@app.command()
def proxy(
    storage: Storage = None,
    host: Annotated[str, typer.Option(help="address to listen on")] = "localhost",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 13000,
) -> None:
    """Stand in front of a database for more workers than it can take.

    They name grpc://HOST:PORT as their storage.
    """
    from hpo.proxy import serve_proxy

    if storage is None:
        raise InputError("proxy: needs --storage URL, or HPO_STORAGE")
    serve_proxy(storage, host, port)


def _stored(
    name: str, storage: str | None, folder: Path | None = None
) -> tuple[optuna.Study, StudyConfig]:
    """A study that there is, and its definition; by default in its folder's database."""
    from hpo.storage import default_url, open_storage
    from hpo.stored_study import stored_study

    return stored_study(
        name, open_storage(storage or default_url(folder or RUNS / name), create=False)
    )


if __name__ == "__main__":
    app()
