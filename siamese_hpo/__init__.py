"""The project for programs and notebooks: a trained network in five lines, a study in one.

- `load`: a trained network, to embed, score and classify pictures with
- `run`: a study, from its definition to its results

What these give, and what else is here:

- network: a trained network on pictures of one's own
- arguments: what a program gives, of whatever type
- places: paths that a program names
- pictures: what counts as pictures, and how they become a network's input
- support: the known pictures of each class
- answers: which classes pictures are of
- study: a study that was run
- errors: in the terms of programs
- command: the console command `siamese-hpo`
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siamese_hpo.errors import in_terms_of_programs

# Torch and Optuna take some seconds to import: the functions import what they need.
if TYPE_CHECKING:
    from siamese_hpo.network import Network
    from siamese_hpo.study import Study

__all__ = ["load", "run"]

PACKAGES = ("data", "hpo", "model", "studies")
"""Names that the project's packages have in its folder; in a wheel they lie below this package."""


@in_terms_of_programs
def load(folder: str | Path | None = None, device: str = "auto") -> Network:
    """Loads a trained network.

    Args:
        folder: folder that holds best.safetensors, such as runs/quick; without it, the network that
            comes with the project, see studies/trained/README.md.
        device: "auto", "cpu", "cuda" or "cuda:N".

    Raises:
        InputError: the folder holds no network, there is no such device, or an argument is of
            another type.

    Example:
        >>> network = load(device="cpu")
        >>> network.size
        35
    """
    _settle_threads()
    from siamese_hpo.network import Network

    return Network.of(folder, device)


@in_terms_of_programs
def run(
    study: str | Path | Mapping[str, Any] = "quick",
    *,
    trials: int | None = None,
    timeout: float | None = None,
    warm_start: str | None = None,
    workers: int = 1,
    folder: str | Path | None = None,
    storage: str | None = None,
    data_root: str | Path | None = None,
    device: str = "auto",
) -> Study:
    """Runs a study: search, retraining of the best trials, one test of the winner.

    It goes on where an interrupted call, or the command `run`, stopped; of a finished study it
    gives the results. Progress is shown on stderr.

    Args:
        study: a file, the name of one of the project's studies, or a definition as a mapping with
            the keys that such a file has.
        trials, timeout, warm_start: instead of the study's own, see docs/studies.md.
        workers: processes that train at the same time. More than one are started as those of
            `multiprocessing` are: a script needs `if __name__ == "__main__":` around the call.
        folder: folder for the results; runs/NAME where it is not given.
        storage: database URL; study.db in the folder where it is not given.
        data_root: folder that holds Omniglot, $OMNIGLOT_ROOT where it is not given; or the place of
            a study's `folder:PATH` on this machine.
        device: "auto", "cpu", "cuda" or "cuda:N".

    Raises:
        InputError: the study or an argument has a mistake, or a folder or the storage cannot be
            used.
        WorkFailed: trials keep failing, or the storage does.
    """
    _settle_threads()
    from siamese_hpo.study import run_study

    return run_study(
        study,
        {"trials": trials, "timeout": timeout, "warm_start": warm_start},
        workers=workers,
        folder=folder,
        storage=storage,
        data_root=data_root,
        device=device,
    )


def _settle_threads() -> None:
    """Settles torch's threads before it is imported, unless a program has imported it already."""
    from data.cores import settle_threads

    settle_threads()


def _check_names() -> None:
    """Checks that a user's modules do not stand where an editable install has the project's.

    Raises:
        ImportError: one does.
    """
    here = Path(__file__).resolve().parent
    if (here / "_project").is_dir():
        return
    for name in PACKAGES:
        spec = find_spec(name)
        found = spec.origin if spec and spec.origin else None
        if found is None or Path(found).resolve().parents[1] != here.parent:
            raise ImportError(
                f"siamese_hpo is installed editable, and {name} is {found or 'nowhere'}, not"
                f" {here.parent / name}. Next to a module of that name it needs a full install:"
                f" pip install {here.parent}"
            )


_check_names()
