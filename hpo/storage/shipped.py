"""The network that comes with the project, for pictures of one's own where no other is named."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import studies
from hpo.storage.workspace import TrainedFolder


def shipped_network() -> TrainedFolder:
    """The folder of that network: studies/trained, with a card that says what it is.

    Example:
        >>> shipped_network().weights.is_file()
        True
    """
    return TrainedFolder(Path(str(files(studies))) / "trained")
