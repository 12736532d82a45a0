"""Folders of pictures classified by a study's winner, or any other trained network."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from data.errors import InputError
from data.sources.picture_files import Floats, NoPicture, read_brightness
from data.sources.scans import pictures_of, to_drawing
from hpo.classify.answers import Answer, Classified, Skipped
from hpo.classify.contact_sheet import Entry, contact_sheets
from hpo.finish.held_out import weights_in
from hpo.runtime.files import check_folder, write_bytes
from hpo.runtime.literal_text import say
from hpo.storage.workspace import TrainedFolder
from model.evaluation.classify import classify
from model.network.weights import load_network


@dataclass(frozen=True)
class Scan:
    """A picture file: its name, its brightness, and its drawing as Omniglot has them."""

    name: str
    brightness: Floats
    drawing: NDArray[np.bool_]


def classify_folders(
    folder: TrainedFolder, support: Path, query: Path, device: torch.device, output: Path | None
) -> Classified:
    """Which class each query picture is of.

    Files that hold no picture, or none with a drawing, are named on stderr and skipped.

    Args:
        folder: with the network.
        support: one picture a class, whose file name is the class.
        query: the pictures to classify.
        output: gets classes.csv and contact-sheet.png; None writes nothing.

    Raises:
        InputError: the folder holds no network, or there is no support or no query to use.
    """
    network, config = load_network(weights_in(folder))
    if output is not None:
        check_folder(output)
    skipped: list[Skipped] = []
    known = _one_a_class(_scans(support, "--support", skipped), support, skipped)
    asked = _scans(query, "--query", skipped)
    for option, path, found in (("--support", support, known), ("--query", query, asked)):
        if not found:
            raise InputError(f"{option} {path}: holds no picture with a drawing on it")
    size = config.network.size
    supports, queries = (
        pictures_of([scan.drawing for scan in scans], size).to(device) for scans in (known, asked)
    )
    answers = classify(network.to(device), config.train, supports, queries)
    classes = [Path(scan.name).stem for scan in known]
    chosen = answers.classes.argmax(1).tolist()
    rows = [
        Answer(
            file=scan.name,
            chosen=classes[best],
            probability=float(probabilities[best]),
            same=float(same[best]),
            probabilities=dict(zip(classes, probabilities.tolist(), strict=True)),
        )
        for scan, best, probabilities, same in zip(
            asked, chosen, answers.classes.cpu(), answers.same.cpu(), strict=True
        )
    ]
    if output is not None:
        entries = [
            Entry(
                scan.name,
                scan.brightness,
                scan.drawing,
                known[best].drawing,
                row.chosen,
                row.probability,
            )
            for scan, best, row in zip(asked, chosen, rows, strict=True)
        ]
        sheets = list(contact_sheets(entries))
        table = pd.DataFrame(
            [row.model_dump(by_alias=True, exclude={"probabilities"}) for row in rows]
        ).to_csv(index=False)
        write_bytes(output / "classes.csv", table.encode())
        for number, sheet in enumerate(sheets, start=1):
            ending = "" if number == 1 else f"-{number}"
            write_bytes(output / f"contact-sheet{ending}.png", sheet)
    return Classified(classes=classes, queries=rows, skipped=skipped)


def _scans(folder: Path, option: str, skipped: list[Skipped]) -> list[Scan]:
    """A folder's pictures, sorted by name; hidden files are none."""
    if not folder.is_dir():
        raise InputError(f"{option} {folder}: {'not a' if folder.exists() else 'no such'} folder")
    scans = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        try:
            brightness = read_brightness(path)
            scans.append(Scan(_printable(path.name), brightness, to_drawing(brightness)))
        except NoPicture as reason:
            _skip(path, str(reason), skipped)
    return scans


def _one_a_class(scans: Sequence[Scan], folder: Path, skipped: list[Skipped]) -> list[Scan]:
    first: dict[str, Scan] = {}
    for scan in scans:
        stem = Path(scan.name).stem
        if stem in first:
            _skip(folder / scan.name, f"class {stem} is that of {first[stem].name}", skipped)
        else:
            first[stem] = scan
    return list(first.values())


def _skip(path: Path, reason: str, skipped: list[Skipped]) -> None:
    file = _printable(str(path))
    say(f"skipped {file}: {reason}")
    skipped.append(Skipped(file=file, reason=reason))


def _printable(name: str) -> str:
    """A file's name, which need not be UTF-8 as what is written here is."""
    return os.fsencode(name).decode(errors="replace")
