"""Arguments and options of trained networks and of experiments; a study's are in `options`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from hpo.cli.values import dataset, path
from hpo.reproduce.registry import EXPERIMENTS, PARTS
from hpo.study.limits import MOST_SEEDS

# Nothing here may import torch or Optuna, so that --help and a mistyped option answer at once.

# Networks, trained again and measured.
ConfigFile = Annotated[
    Path,
    typer.Argument(metavar="CONFIG", parser=path, help="TOML, JSON or YAML, as export writes it"),
]
RetrainTo = Annotated[Path, typer.Option(help="folder for the network", metavar="DIR", parser=path)]
RetrainSeeds = Annotated[
    int,
    typer.Option(
        min=1,
        max=MOST_SEEDS,
        metavar="N",
        help="number of trainings, with the configuration's seed and the following ones",
    ),
]
Dataset = Annotated[
    str,
    typer.Option(
        callback=dataset,
        metavar="NAME",
        help="what to train on: omniglot, glyphs or folder:PATH; auto is what the configuration"
        " was found on",
    ),
]
Network = Annotated[Path, typer.Argument(metavar="DIR", parser=path, help="holds best.safetensors")]
Networks = Annotated[
    list[Path],
    typer.Argument(metavar="DIR DIR...", parser=path, help="each holds best.safetensors"),
]
TestData = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        parser=path,
        help="pictures of known characters, ALPHABET/CHARACTER/* or CHARACTER/*",
    ),
]
TestTo = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        parser=path,
        help="with --data: gets confusions.csv, confusions.png",
    ),
]

# Pictures to classify.
NetworkOrShipped = Annotated[
    Path | None,
    typer.Argument(
        metavar="DIR",
        parser=path,
        help="holds best.safetensors; without it, the network that comes with the project",
        show_default=False,
    ),
]
Support = Annotated[
    Path,
    typer.Option(
        metavar="PATH",
        parser=path,
        help="a folder: a folder of pictures for each class, or a picture named after each;"
        " or what --keep wrote",
    ),
]
Query = Annotated[
    Path,
    typer.Option(
        metavar="PATH", parser=path, help="the pictures to classify: a folder, or one file"
    ),
]
KeepSupport = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        metavar="FILE",
        parser=path,
        help="gets the prepared support, for --support of later calls",
    ),
]
ClassifyTo = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", parser=path, help="gets classes.csv, contact-sheet.png"),
]

# Experiments.
Experiment = Annotated[str, typer.Argument(metavar="NAME", help=f"one of {', '.join(EXPERIMENTS)}")]
TrainedBefore = Annotated[
    Path | None,
    typer.Option(
        help="folder of a trained network, for what trains none; by default runs/quick",
        metavar="DIR",
        parser=path,
    ),
]
ExperimentDataRoot = Annotated[
    Path | None,
    typer.Option(
        "--data-root",
        help="folder that holds Omniglot, by default $OMNIGLOT_ROOT, and for table3 MNIST, by"
        " default $MNIST_ROOT",
        metavar="DIR",
        parser=path,
    ),
]
ExperimentSeeds = Annotated[
    int, typer.Option(min=1, max=MOST_SEEDS, metavar="N", help="trainings of each network")
]
Size = Annotated[
    Literal["small", "paper"] | None,
    typer.Option(help="35x35 or 105x105; by default the paper's where there is a GPU"),
]
Part = Annotated[
    str | None,
    typer.Option(
        help="do one part alone; "
        + "; ".join(f"{name} has {', '.join(parts)}" for name, parts in PARTS.items()),
        metavar="PART",
    ),
]
ExperimentTo = Annotated[
    Path | None,
    typer.Option(help="folder, instead of runs/reproduce/NAME", metavar="DIR", parser=path),
]
