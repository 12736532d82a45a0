"""Where all files of a study lie: the only place that spells their names."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import URL

from data.errors import InputError
from data.whole_files import clear_begun
from hpo.database.sqlite import network_file_system
from hpo.runtime.files import copy_file
from hpo.runtime.process_identity import (
    in_file_names,
    is_gone,
    names_a_process,
    this_process,
)
from hpo.runtime.shared_folder import alone
from model.config import WEIGHTS

RUNS = Path("runs")
"""Where studies keep their files, each in a folder of its name."""
UNFINISHED = "unfinished-"
DATABASE = "study.db"
ONE_OF_SEVERAL = re.compile(r"(trial-\d+-)?seed-\d+")
"""Names of the folders of networks, see `TrainedFolder.one_of_several`."""


@dataclass(frozen=True)
class TrainedFolder:
    """A folder with a trained network: what `run` and `retrain` leave.

    Attributes:
        folder: it need not exist yet.
    """

    folder: Path

    @property
    def weights(self) -> Path:
        """The best network's weights."""
        return self.folder / WEIGHTS

    @property
    def config(self) -> Path:
        """The best network's configuration, which `retrain` takes."""
        return self.folder / "best.toml"

    @property
    def results(self) -> Path:
        """Every figure, as JSON."""
        return self.folder / "results.json"

    @property
    def rejection(self) -> Path:
        """When `classify` says unknown, as `calibrate` chose it."""
        return self.folder / "rejection.json"

    def one_of_several(self, seed: int, trial: int | None = None) -> TrainedFolder:
        """One of several networks that were trained here.

        Args:
            seed: seed of its training.
            trial: number of the study's trial whose configuration it has; None in a retraining.
        """
        name = f"seed-{seed}" if trial is None else f"trial-{trial}-seed-{seed}"
        return TrainedFolder(self.networks / name)

    @property
    def networks(self) -> Path:
        """The folder of every network, each in a folder of its own, where several were trained."""
        return self.folder / "networks"

    def remove_networks(self) -> None:
        """Removes the folders that `one_of_several` names; where it is a link, the folder stays."""
        for network in self.networks.glob("*seed-*"):
            if ONE_OF_SEVERAL.fullmatch(network.name):  # others are the user's
                shutil.rmtree(network, ignore_errors=True)
        with suppress(OSError):  # a link, or not empty, or not there
            self.networks.rmdir()

    def copy_to(self, other: TrainedFolder) -> None:
        """Copies the network, its configuration and its results to another folder.

        Raises:
            OSError: one is missing, or cannot be written.
            NoRoom: the disk takes nothing more.
        """
        for source, target in (
            (self.weights, other.weights),
            (self.config, other.config),
            (self.results, other.results),
        ):
            copy_file(source, target)

    def checkpoint(self, dataset: str, seed: int) -> Path:
        """The state of a training under way.

        Args:
            dataset: the collection's label, part of the name, for a checkpoint knows its
                configuration alone.
            seed: seed of the training.
        """
        return self.folder / f"{dataset}-seed-{seed}.checkpoint.safetensors"


@dataclass(frozen=True)
class Workspace(TrainedFolder):
    """A study's folder, such as runs/quick, and its storage.

    Attributes:
        folder: the study's own folder.
        name: name of the study.
        storage: URL of the database that holds it.
    """

    name: str
    storage: str

    @classmethod
    def of(cls, name: str, folder: Path | None = None, storage: str | None = None) -> Self:
        """The study's usual folder and storage, where nothing else is said.

        >>> Workspace.of("quick").folder.as_posix(), Workspace.of("quick").storage
        ('runs/quick', 'sqlite:///runs/quick/study.db')
        """
        folder = folder or RUNS / name
        return cls(folder, name, storage or default_url(folder))

    @property
    def usual(self) -> bool:
        """Whether a command finds the study by its name alone."""
        return self.storage == default_url(RUNS / self.name)

    @property
    def database(self) -> Path:
        """The storage's file, where no other storage is named."""
        return self.folder / DATABASE

    @property
    def keeps_storage(self) -> bool:
        """Whether the storage is the study's own, in its folder."""
        if self.storage == default_url(self.folder):
            return True
        with suppress(InputError):  # this folder's own path may be of another encoding
            return self.storage == default_url(self.folder.absolute())
        return False

    def beside(self, name: str) -> Workspace:
        """Another study's workspace, in the folder beside this one."""
        return Workspace.of(name, self.folder.parent / name)

    @property
    def trials(self) -> Path:
        """Every trial, as CSV."""
        return self.folder / "trials.csv"

    @property
    def artifacts(self) -> Path:
        """The trials' pictures and configurations, for the dashboard."""
        return self.folder / "artifacts"

    @property
    def report(self) -> Path:
        """The page that opens offline; its figures lie beside it."""
        return self.folder / "report" / "index.html"

    @property
    def tensorboard(self) -> Path:
        """TensorBoard's logs of the trainings, a folder each."""
        return self.folder / "tensorboard"

    @property
    def logs(self) -> Path:
        """The beginning of the names of this process's workers' log files."""
        return self.folder / "logs" / in_file_names(this_process())

    @property
    def unfinished(self) -> Path:
        """The folder of what an unfinished study needs to go on; removed when it is finished."""
        return self.folder / f"{UNFINISHED}{self.name}"

    def check_unfinished(self) -> None:
        """Makes sure that no other study is unfinished here.

        Raises:
            InputError: there is one, and its files would be overwritten.
        """
        for other in sorted(self.folder.glob(f"{UNFINISHED}*")):
            if other != self.unfinished:
                raise InputError(
                    f"{self.folder}: holds the unfinished study"
                    f" {other.name.removeprefix(UNFINISHED)};"
                    f" choose another folder for {self.name}, or remove {other}"
                )

    def clear_scratch(self) -> None:
        """Removes what killed processes kept while they searched, whatever the study.

        It is nobody's where its process has ended, or nobody uses the folder that it is in, which
        is known on local disks alone. Files that they had only begun to write go too.
        """
        for folder in (self.folder, self.artifacts, self.report.parent):
            clear_begun(folder)
        for folder in sorted(self.folder.glob(f"{UNFINISHED}*")):
            with suppress(OSError), alone(folder) as unused:
                nobodys = unused and network_file_system(folder) is None
                for path in folder.iterdir():
                    clear_begun(path)
                    if names_a_process(path.name) and (nobodys or is_gone(path.name)):
                        shutil.rmtree(path, ignore_errors=True)
                if unused:
                    folder.rmdir()  # if it is empty

    @property
    def checkpoints(self) -> Path:
        """The last epochs of unfinished trials, where no other store is named."""
        return self.unfinished / "checkpoints"

    @property
    def scratch(self) -> Path:
        """The folder of what this process's workers keep while they search."""
        return self.unfinished / in_file_names(this_process())

    def retrained(self, number: int, seed: int) -> TrainedFolder:
        """A finalist's retraining: of trial `number`, with this seed."""
        return TrainedFolder(self.unfinished / f"retrained-{number}-{seed}")


def default_url(folder: Path) -> str:
    """The storage of a study whose files lie in this folder: study.db there.

    Raises:
        InputError: the folder's name is not UTF-8.
    """
    # Not by hand: the name of a folder may hold what means something else in a URL.
    url = URL.create("sqlite", database=str(folder / DATABASE))
    try:
        return url.render_as_string(hide_password=False)
    except UnicodeEncodeError:
        raise InputError(f"{folder}: its name must be UTF-8, for a database lies there") from None
