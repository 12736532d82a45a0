"""The command that does experiments of the paper again: reproduce."""

from __future__ import annotations

import typer

from data.visible import visible_lines
from hpo.cli import network_options, options


def reproduce(
    name: network_options.Experiment,
    network: network_options.TrainedBefore = None,
    seeds: network_options.ExperimentSeeds = 3,
    size: network_options.Size = None,
    workers: options.Workers = 1,
    data_root: network_options.ExperimentDataRoot = None,
    device: options.Device = "auto",
    output: network_options.ExperimentTo = None,
    part: network_options.Part = None,
) -> None:
    """Do an experiment of the paper, or of a re-implementation, again.

    A training that is done is not done again.
    """
    from hpo.reproduce.run import reproduce
    from hpo.storage.workspace import RUNS
    from hpo.workers.machine import Machine

    folder = output or RUNS / "reproduce" / name
    machine = Machine(workers, device, data_root)
    typer.echo(visible_lines(reproduce(name, machine, folder, seeds, size, network, part)))
