"""Folders of pictures classified by a study's winner, or any other trained network."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch

from data.errors import InputError
from data.sources.picture_files import NoPicture, is_contact_sheet
from data.sources.scans import Drawing, pictures_of, read_drawings
from hpo.classify.answers import UNKNOWN, Answer, Classified, Skipped
from hpo.classify.contact_sheet import Entry, contact_sheets
from hpo.classify.support import Support, pictures_in, printable, read_support, skip
from hpo.finish.calibrate import rejection_of
from hpo.finish.held_out import weights_in
from hpo.runtime.files import check_file, check_folder, write_bytes
from hpo.storage.workspace import TrainedFolder
from model.evaluation.classify import classify
from model.evaluation.finite_scores import check_scores
from model.network.weights import load_trained

LATER_SHEET = re.compile(r"contact-sheet-\d+\.png")
"""Names of the contact sheets after the first."""


@dataclass(frozen=True)
class Query:
    """A drawing to classify: its file's name, and which of the file's drawings it is."""

    name: str
    number: int
    count: int
    drawing: Drawing


def classify_folders(
    folder: TrainedFolder,
    support: Path,
    query: Path,
    device: torch.device,
    output: Path | None,
    keep: Path | None = None,
) -> Classified:
    """Which class each query drawing is of, or that it is of none.

    Files that hold no picture, or none with a drawing, are named on stderr and skipped.

    Args:
        folder: folder with the network.
        support: the known pictures, see `read_support`.
        query: the pictures to classify: a folder of them, or one.
        output: folder that gets classes.csv and contact-sheet.png; None writes nothing.
        keep: a file that gets the prepared support; None keeps none.

    Raises:
        InputError: the folder holds no network, or one whose scores are not finite; there is no
            support or no query to use; or what is to be written cannot be.
    """
    network, config = load_trained(weights_in(folder))
    rejection = rejection_of(folder)
    if output is not None:
        check_folder(output)
    if keep is not None:
        check_file(keep)
    skipped: list[Skipped] = []
    known = read_support(support, skipped)
    asked = _queries(query, skipped)
    size = config.size
    answers = classify(
        network.to(device),
        config,
        pictures_of(list(known.drawings), size).to(device),
        pictures_of([one.drawing.ink for one in asked], size).to(device),
        known.owners.to(device),
    )
    sure = rejection.known(answers.scores)
    check_scores([answers.scores, answers.classes, sure], folder.weights)
    if keep is not None:
        known.keep(keep)
    chosen = answers.classes.argmax(1).tolist()
    rows = [
        Answer(
            file=one.name,
            drawing=one.number,
            drawings=one.count,
            chosen=known.classes[best] if probability >= rejection.least else UNKNOWN,
            nearest=known.classes[best],
            known=probability,
            probability=float(probabilities[best]),
            same=float(same[best]),
            notes=list(one.drawing.notes),
            probabilities=dict(zip(known.classes, probabilities.tolist(), strict=True)),
        )
        for one, best, probability, probabilities, same in zip(
            asked, chosen, sure.tolist(), answers.classes.cpu(), answers.same.cpu(), strict=True
        )
    ]
    if output is not None:
        _write(output, rows, asked, known, chosen)
    return Classified(
        classes=known.classes,
        shots=known.shots,
        least=rejection.least,
        queries=rows,
        skipped=skipped,
    )


def _queries(path: Path, skipped: list[Skipped]) -> list[Query]:
    """A folder's pictures, sorted by name, or a single one."""
    found = []
    for file in [path] if os.path.isfile(path) else pictures_in(path, "--query"):
        try:
            drawings = read_drawings(file)
        except NoPicture as reason:
            if file == path:  # the only one
                raise InputError(f"--query {path}: {reason}") from None
            skip(file, str(reason), skipped)
        else:
            name, count = printable(file.name), len(drawings)
            found += [Query(name, n, count, one) for n, one in enumerate(drawings, start=1)]
    if not found:
        raise InputError(f"--query {path}: holds no picture with a drawing on it")
    return found


def _write(
    output: Path,
    rows: Sequence[Answer],
    asked: Sequence[Query],
    known: Support,
    chosen: Sequence[int],
) -> None:
    entries = [
        Entry(row, one.drawing, known.first_of(best))
        for row, one, best in zip(rows, asked, chosen, strict=True)
    ]
    sheets = list(contact_sheets(entries))
    table = pd.DataFrame(
        [
            row.model_dump(by_alias=True, exclude={"probabilities", "drawings"})
            | {"notes": "; ".join(row.notes)}
            for row in rows
        ]
    ).to_csv(index=False)
    write_bytes(output / "classes.csv", table.encode())
    names = [f"contact-sheet{'' if n == 1 else f'-{n}'}.png" for n in range(1, len(sheets) + 1)]
    for name, sheet in zip(names, sheets, strict=True):
        write_bytes(output / name, sheet)
    # Those of more drawings that were classified before would be taken for these answers' own.
    for earlier in output.glob("contact-sheet-*.png"):
        numbered = LATER_SHEET.fullmatch(earlier.name) and earlier.name not in names
        if numbered and is_contact_sheet(earlier):  # a file of the user's stays
            earlier.unlink()
