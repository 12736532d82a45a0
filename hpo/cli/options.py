"""Arguments and options of the command line: type, name, and what --help says of each."""

from __future__ import annotations

import os
import re
from math import isfinite
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer

from data import names
from hpo.cli.help import complete_name, complete_study, show_version
from hpo.reproduce.registry import EXPERIMENTS

# Nothing here may import torch or Optuna, so that --help and a mistyped option answer at once.

T = TypeVar("T", bound=str | Path | None)
FILE_URL = re.compile(r"(sqlite[\w+]*:///)(~.*)", re.DOTALL)


def _finite(seconds: float | None) -> float | None:
    if seconds is not None and not isfinite(seconds):
        raise typer.BadParameter("should be a finite number of seconds")
    return seconds


def _in_home(path: T) -> T:
    """A path with the home folder for `~` at its beginning; the shell leaves it in --output=~/D."""
    if path is None:
        return path
    if (found := os.path.expanduser(str(path))).startswith("~"):
        home = found.partition("/")[0]
        raise typer.BadParameter(f"no home folder is known, which {home} stands for")
    return type(path)(found)


def _url_in_home(url: str | None) -> str | None:
    """A database's URL, the path in it as `_in_home` has it: sqlite:///~/study.db."""
    place = FILE_URL.fullmatch(url or "")
    return f"{place[1]}{_in_home(place[2])}" if place else url


Version = Annotated[
    bool,
    typer.Option(
        "--version", is_eager=True, callback=show_version, help="show the version, and end"
    ),
]


def _dataset(name: str | None) -> str | None:
    """A data set's name, the path in it as `_in_home` has it."""
    if name is None:
        return None
    try:
        kind, colon, path = names.checked(name).partition(":")
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return f"{kind}{colon}{_in_home(path)}"


# A study: its name or file, its place, its budget and its workers.
Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="name of the study",
        show_default=False,
        autocompletion=complete_name,
    ),
]
StudyFile = Annotated[
    str,
    typer.Argument(
        metavar="STUDY",
        help="a file, or the bare name of one in studies/",
        autocompletion=complete_study,
    ),
]
Storage = Annotated[
    str | None,
    typer.Option(
        help="database URL; by default study.db in the study's folder, runs/NAME",
        metavar="URL",
        callback=_url_in_home,
        envvar="HPO_STORAGE",  # a password on a command line is there for everyone to see
        show_envvar=True,
    ),
]
Output = Annotated[
    Path | None, typer.Option(help="folder, instead of runs/NAME", metavar="DIR", callback=_in_home)
]
Trials = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="budget, instead of the study's own")
]
Timeout = Annotated[
    float | None,
    typer.Option(
        min=1,
        metavar="SECONDS",
        callback=_finite,
        help="no trial starts after so many seconds of training in the search",
    ),
]
WarmStart = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="study whose best configurations are tried first"),
]
Workers = Annotated[
    int, typer.Option(min=1, metavar="N", help="processes that train at the same time")
]
DataRoot = Annotated[
    Path | None,
    typer.Option(
        help="folder that holds Omniglot, by default $OMNIGLOT_ROOT; or where folder:PATH is here",
        metavar="DIR",
    ),
]
Device = Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda or cuda:N")]
Artifacts = Annotated[
    str | None,
    typer.Option(
        metavar="PLACE",
        callback=_in_home,
        help="where checkpoints and the trials' pictures are kept, a folder or s3://BUCKET;"
        " by default in the study's folder",
    ),
]
Log = Annotated[
    Literal["tensorboard"] | None,
    typer.Option(help="also write TensorBoard's logs, into tensorboard/ in the study's folder"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
Watch = Annotated[
    bool, typer.Option("--watch", help="keep looking, until it is finished or Ctrl-C is pressed")
]

# Exports of a study, and retraining of a configuration.
Form = Annotated[
    Literal["toml", "json", "yaml", "csv", "parquet", "onnx", "torch"],
    typer.Option(
        "--format",
        help="toml, json, yaml: a configuration; csv, parquet: a table of trials; onnx, torch:"
        " the winner's network, for programs without this project",
    ),
]
Trial = Annotated[
    int | None, typer.Option(metavar="N", help="trial N, instead of the search's best")
]
Top = Annotated[int | None, typer.Option(min=1, metavar="K", help="the K best trials")]
Pareto = Annotated[
    Literal["parameters", "seconds"] | None,
    typer.Option(help="the trials that none with fewer of these matches"),
]
ExportTo = Annotated[
    str,
    typer.Option(
        metavar="PATH",
        callback=_in_home,
        help="a file, or with --top and --pareto a folder; - is stdout",
    ),
]
ConfigFile = Annotated[
    Path, typer.Argument(metavar="CONFIG", help="TOML, JSON or YAML, as export writes it")
]
ConfigFiles = Annotated[
    list[Path],
    typer.Argument(metavar="CONFIG...", help="TOML, JSON or YAML, as export writes them"),
]
Around = Annotated[int, typer.Option(min=2, metavar="K", help="around the K best trials")]
NewName = Annotated[
    str | None, typer.Option("--name", metavar="NEW", help="of the new study; by default NAME-2")
]
StudyTo = Annotated[
    str,
    typer.Option(metavar="FILE", callback=_in_home, help="the new study's file; - is stdout"),
]
Names = Annotated[
    list[str], typer.Argument(metavar="NAME NAME...", help="names of two studies or more")
]
ComparedTo = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        callback=_in_home,
        help="the page; by default in runs/compare, named after the studies",
    ),
]
RetrainTo = Annotated[
    Path, typer.Option(help="folder for the network", metavar="DIR", callback=_in_home)
]
RetrainSeeds = Annotated[
    int,
    typer.Option(
        min=1, metavar="N", help="so many trainings, their seeds from the configuration's on"
    ),
]
Dataset = Annotated[
    str,
    typer.Option(
        callback=_dataset,
        metavar="NAME",
        help="what to train on: omniglot, glyphs or folder:PATH; auto is what the configuration"
        " was found on",
    ),
]
StudyDataset = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        callback=_dataset,
        metavar="NAME",
        help="omniglot, glyphs or folder:PATH, instead of the study's own",
    ),
]

# Trained networks, and experiments.
Network = Annotated[Path, typer.Argument(metavar="DIR", help="holds best.safetensors")]
Networks = Annotated[
    list[Path], typer.Argument(metavar="DIR DIR...", help="each holds best.safetensors")
]
NetworkOrShipped = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DIR]",
        help="holds best.safetensors; without it, the network that comes with the project",
        show_default=False,
    ),
]
TestData = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        callback=_in_home,
        help="pictures of known characters, ALPHABET/CHARACTER/* or CHARACTER/*",
    ),
]
TestTo = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        callback=_in_home,
        help="with --data: gets confusions.csv, confusions.png",
    ),
]
Support = Annotated[
    Path,
    typer.Option(
        metavar="PATH",
        callback=_in_home,
        help="a folder: a folder of pictures for each class, or a picture named after each;"
        " or what --keep wrote",
    ),
]
Query = Annotated[
    Path,
    typer.Option(
        metavar="PATH", callback=_in_home, help="the pictures to classify: a folder, or one file"
    ),
]
KeepSupport = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        metavar="FILE",
        callback=_in_home,
        help="gets the prepared support, for --support of later calls",
    ),
]
ClassifyTo = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", callback=_in_home, help="gets classes.csv, contact-sheet.png"),
]
Experiment = Annotated[str, typer.Argument(metavar="NAME", help=f"one of {', '.join(EXPERIMENTS)}")]
TrainedBefore = Annotated[
    Path | None,
    typer.Option(
        help="folder of a trained network, for what trains none; by default runs/quick",
        metavar="DIR",
        callback=_in_home,
    ),
]
ExperimentSeeds = Annotated[int, typer.Option(min=1, metavar="N", help="trainings of each network")]
Size = Annotated[
    Literal["small", "paper"] | None,
    typer.Option(help="35x35 or 105x105; by default the paper's where there is a GPU"),
]
Part = Annotated[
    str | None,
    typer.Option(help="do one part alone, of an experiment that has parts", metavar="PART"),
]
ExperimentTo = Annotated[
    Path | None,
    typer.Option(help="folder, instead of runs/reproduce/NAME", metavar="DIR", callback=_in_home),
]

Port = Annotated[int, typer.Option(min=1, max=65535, metavar="PORT", help="to listen on")]
Host = Annotated[str, typer.Option(metavar="HOST", help="address to listen on")]
