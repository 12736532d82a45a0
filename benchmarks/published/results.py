"""The published results: the files below studies/results, and where each comes from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from hpo.runtime.provenance import Computer

RESULTS = Path("studies") / "results"
PROVENANCE = "provenance.json"

Document = dict[str, Any]


class ResultsError(Exception):
    """A published file is missing, or lacks what a table shows; the text is one line."""


class Origin(BaseModel):
    """Where a results file comes from.

    Attributes:
        command: what was typed.
        commit: the project's git commit.
        machine: the processor, what it offers, and how many cores were used.
        seconds: wall time of the whole command, as the shell reported it.
    """

    model_config = ConfigDict(extra="forbid")

    command: str | None = None
    commit: str | None = None
    machine: str | None = None
    seconds: float | None = None

    @classmethod
    def of(cls, document: Document) -> Self:
        """What a results file says of itself."""
        computer = document.get("computer")
        return cls(
            command=document.get("command"),
            commit=document.get("commit"),
            machine=str(Computer.model_validate(computer)) if computer else document.get("machine"),
        )

    def completed_by(self, kept: Origin) -> Origin:
        """This origin, with what it lacks taken from the one kept by hand.

        What was kept is of one commit, and says nothing of a file that another commit made.
        """
        if self.commit not in (None, kept.commit):
            return self
        own = self.model_dump(exclude_none=True)
        return kept.model_copy(update=own)


class Results:
    """Reads the results files of a project.

    Args:
        project: the folder that holds `studies/results`.
    """

    def __init__(self, project: Path) -> None:
        self.folder = project / RESULTS

    def document(self, file: str) -> Document:
        """A JSON file, also a packed one (.json.gz).

        Raises:
            ResultsError: there is no such file, or it holds no JSON object.
        """
        try:
            content = (self.folder / file).read_bytes()
            document = json.loads(gzip.decompress(content) if file.endswith(".gz") else content)
        except (OSError, ValueError) as error:
            raise ResultsError(f"{RESULTS / file}: cannot be read: {error}") from None
        if not isinstance(document, dict):
            raise ResultsError(f"{RESULTS / file}: holds no JSON object")
        return document

    def lines(self, file: str, benchmark: str, *keys: str) -> list[Document]:
        """The lines of a JSONL file that one benchmark wrote: the newest for each value of `keys`.

        Raises:
            ResultsError: the file cannot be read, or has no such line.
        """
        try:
            text = (self.folder / file).read_text(encoding="utf-8")
            lines = [json.loads(line) for line in text.splitlines()]
        except (OSError, ValueError) as error:
            raise ResultsError(f"{RESULTS / file}: cannot be read: {error}") from None
        found = {
            tuple(line[key] for key in keys): line
            for line in lines
            if line["benchmark"] == benchmark
        }
        if not found:
            raise ResultsError(f"{RESULTS / file}: has no line of {benchmark!r}")
        return list(found.values())

    def origin(self, file: str) -> Origin:
        """Where a file comes from: what it says itself, then what provenance.json keeps of it."""
        kept = self.document(PROVENANCE)["files"].get(file, {})
        return Origin.of(self.document(file)).completed_by(Origin.model_validate(kept))
