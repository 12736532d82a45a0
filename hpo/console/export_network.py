"""Which network leaves a study, for programs without this project."""

from __future__ import annotations

import os
from pathlib import Path

from data.errors import InputError
from hpo.runtime.files import check_folder
from hpo.runtime.literal_text import say
from hpo.storage.found_results import check_network_storage
from hpo.storage.workspace import RUNS, TrainedFolder
from model.network.programs import ProgramForm, write_programs
from model.network.weights import load_trained


def export_network(
    name: str, form: ProgramForm, output: Path | None, storage: str | None = None
) -> None:
    """Writes the network of a study's winner as two programs, `embed` and `score`.

    Args:
        name: name of the study, or a folder that holds best.safetensors.
        form: "onnx" or "torch".
        output: a folder.
        storage: URL of the storage that the study's other exports are from; None names none.

    Raises:
        InputError: there is no such network, no folder is named, or the study's network is of a run
            in another storage.
        WorkFailed: a program differs from the network, or cannot be written.
    """
    if output is None:
        raise InputError(f"--format {form}: two files need --output FOLDER")
    folder, of_a_study = TrainedFolder(RUNS / name), Path(name).name == name
    if of_a_study and os.path.isfile(folder.weights):
        if storage is not None:
            check_network_storage(folder, storage)
    elif not os.path.isfile((folder := TrainedFolder(Path(name))).weights):
        raise InputError(
            f"{name}: neither {RUNS / name} nor a folder {name} holds {folder.weights.name}, which"
            " run and retrain leave behind"
        )
    network, config = load_trained(folder.weights)
    check_folder(output)
    output.mkdir(parents=True, exist_ok=True)
    for path, difference in write_programs(network, config, form, output).items():
        say(f"{path}: differs from the network by {difference:.0e} at most")
