"""Arguments and options of the command line: type, name, and what --help says of each."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Annotated, Literal

import typer

from data import names
from hpo.reproduce.registry import EXPERIMENTS

# Nothing here may import torch or Optuna, so that --help and a mistyped option answer at once.


def _finite(seconds: float | None) -> float | None:
    if seconds is not None and not isfinite(seconds):
        raise typer.BadParameter("should be a finite number of seconds")
    return seconds


# A study: its name or file, its place, its budget and its workers.
Name = Annotated[str, typer.Argument(metavar="NAME", help="name of the study", show_default=False)]
StudyFile = Annotated[
    str, typer.Argument(metavar="STUDY", help="a file, or the bare name of one in studies/")
]
Storage = Annotated[
    str | None,
    typer.Option(
        help="database URL; by default study.db in the study's folder, runs/NAME",
        metavar="URL",
        envvar="HPO_STORAGE",  # a password on a command line is there for everyone to see
        show_envvar=True,
    ),
]
Output = Annotated[Path | None, typer.Option(help="folder, instead of runs/NAME", metavar="DIR")]
Trials = Annotated[int | None, typer.Option(min=1, help="budget, instead of the study's own")]
Timeout = Annotated[
    float | None,
    typer.Option(
        min=1,
        callback=_finite,
        help="no trial starts after so many seconds of training in the search",
    ),
]
WarmStart = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="study whose best configurations are tried first"),
]
Workers = Annotated[int, typer.Option(min=1, help="processes that train at the same time")]
DataRoot = Annotated[
    Path | None,
    typer.Option(help="folder that holds Omniglot; by default $OMNIGLOT_ROOT", metavar="DIR"),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N")]
Artifacts = Annotated[
    str | None,
    typer.Option(
        help="where checkpoints and the trials' pictures are kept, a folder or s3://BUCKET;"
        " by default in the study's folder"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
Watch = Annotated[
    bool, typer.Option("--watch", help="keep looking, until it is finished or Ctrl-C is pressed")
]

# Exports of a study, and retraining of a configuration.
Form = Annotated[
    Literal["toml", "json", "yaml", "csv", "parquet"],
    typer.Option(
        "--format", help="toml, json, yaml: a configuration; csv, parquet: a table of trials"
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
    typer.Option(metavar="PATH", help="a file, or with --top and --pareto a folder; - is stdout"),
]
ConfigFile = Annotated[
    Path, typer.Argument(metavar="CONFIG", help="TOML, JSON or YAML, as export writes it")
]
RetrainTo = Annotated[Path, typer.Option(help="folder for the network", metavar="DIR")]
RetrainSeeds = Annotated[
    int, typer.Option(min=1, help="so many trainings, their seeds from the configuration's on")
]
Dataset = Annotated[
    names.Dataset,
    typer.Option(help="what to train on; auto is what the configuration was found on"),
]

# Trained networks, and experiments.
Network = Annotated[Path, typer.Argument(metavar="DIR", help="holds best.safetensors")]
Support = Annotated[
    Path, typer.Option(metavar="FOLDER", help="a picture of each class, named after it")
]
Query = Annotated[Path, typer.Option(metavar="FOLDER", help="the pictures to classify")]
ClassifyTo = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="gets classes.csv, contact-sheet.png")
]
Experiment = Annotated[str, typer.Argument(metavar="NAME", help=f"one of {', '.join(EXPERIMENTS)}")]
TrainedBefore = Annotated[
    Path | None,
    typer.Option(
        help="folder of a trained network, for what trains none; by default runs/quick",
        metavar="DIR",
    ),
]
ExperimentSeeds = Annotated[int, typer.Option(min=1, help="trainings of each network")]
Size = Annotated[
    Literal["small", "paper"] | None,
    typer.Option(help="35x35 or 105x105; by default the paper's where there is a GPU"),
]
ExperimentTo = Annotated[
    Path | None, typer.Option(help="folder, instead of runs/reproduce/NAME", metavar="DIR")
]

# Servers.
Port = Annotated[int, typer.Option(min=1, max=65535)]
Host = Annotated[str, typer.Option(help="address to listen on")]
