"""Arguments and options of the command line: type, name, and what --help says of each.

Those of trained networks and of experiments are in `network_options`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from hpo.cli.help import complete_name, complete_study, show_version
from hpo.cli.values import dataset, each_filled, filled, finite, path, place, study, url_in_home
from hpo.study.limits import MOST, MOST_WORKERS

# Nothing here may import torch or Optuna, so that --help and a mistyped option answer at once.

Version = Annotated[
    bool,
    typer.Option(
        "--version", is_eager=True, callback=show_version, help="show the version, and end"
    ),
]

# A study: its name or file, its place, its budget and its workers.
Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="name of the study",
        callback=filled,
        show_default=False,
        autocompletion=complete_name,
    ),
]
StudyFile = Annotated[
    str,
    typer.Argument(
        metavar="STUDY",
        help="a file, or the bare name of one in studies/",
        callback=filled,
        autocompletion=complete_study,
    ),
]
Storage = Annotated[
    str | None,
    typer.Option(
        help="database URL; by default study.db in the study's folder, runs/NAME",
        metavar="URL",
        callback=url_in_home,
        envvar="HPO_STORAGE",  # a password on a command line is there for everyone to see
        show_envvar=True,
    ),
]
ServedStorage = Annotated[
    str | None,
    typer.Option(
        help="database URL, required; a SQLite file must be there",
        metavar="URL",
        callback=url_in_home,
        envvar="HPO_STORAGE",
        show_envvar=True,
    ),
]
Output = Annotated[
    Path | None, typer.Option(help="folder, instead of runs/NAME", metavar="DIR", parser=path)
]
Trials = Annotated[
    int | None,
    typer.Option(min=1, max=MOST, metavar="N", help="budget, instead of the study's own"),
]
Timeout = Annotated[
    float | None,
    typer.Option(
        min=1,
        metavar="SECONDS",
        callback=finite,
        help="seconds of training in the search after which no trial starts",
    ),
]
WarmStart = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        callback=study,
        help="study whose best configurations are tried first",
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        min=1, max=MOST_WORKERS, metavar="N", help="processes that train at the same time"
    ),
]
DataRoot = Annotated[
    Path | None,
    typer.Option(
        help="folder that holds Omniglot, by default $OMNIGLOT_ROOT; or where folder:PATH is here",
        metavar="DIR",
        parser=path,
    ),
]
Device = Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda or cuda:N")]
Artifacts = Annotated[
    str | None,
    typer.Option(
        metavar="PLACE",
        callback=place,
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

# Exports of a study, other studies made of it, and pages.
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
        callback=place,
        help="a file, or with --top and --pareto a folder; - is stdout",
    ),
]
ConfigFiles = Annotated[
    list[Path],
    typer.Argument(
        metavar="CONFIG...", parser=path, help="TOML, JSON or YAML, as export writes them"
    ),
]
Around = Annotated[int, typer.Option(min=2, metavar="K", help="around the K best trials")]
NewName = Annotated[
    str | None,
    typer.Option(
        "--name", metavar="NEW", callback=study, help="of the new study; by default NAME-2"
    ),
]
StudyTo = Annotated[
    str,
    typer.Option(metavar="FILE", callback=place, help="the new study's file; - is stdout"),
]
Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME NAME...", help="names of two studies or more", callback=each_filled
    ),
]
ComparedTo = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        parser=path,
        help="the page; by default in runs/compare, named after the studies",
    ),
]
StudyDataset = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        callback=dataset,
        metavar="NAME",
        help="omniglot, glyphs or folder:PATH, instead of the study's own",
    ),
]

# Servers.
Port = Annotated[int, typer.Option(min=1, max=65535, metavar="PORT", help="to listen on")]
Host = Annotated[str, typer.Option(metavar="HOST", help="address to listen on")]
