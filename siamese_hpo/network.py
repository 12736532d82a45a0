"""A trained network on pictures of one's own."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Self, get_args

import torch
from torch import Tensor

from data.errors import InputError, allowed_or_near
from hpo.classify.answers import UNKNOWN, Answer
from hpo.finish.calibrate import rejection_of
from hpo.finish.held_out import weights_in
from hpo.runtime.files import check_folder
from hpo.storage.shipped import shipped_network
from hpo.storage.workspace import TrainedFolder
from model.device import resolve_device
from model.evaluation.classify import SLICE, classify
from model.evaluation.finite_scores import check_scores
from model.evaluation.rejection import Rejection
from model.network.distance import TwinNetwork
from model.network.ensemble import TrainedConfig
from model.network.programs import ProgramForm, write_programs
from model.network.weights import load_trained
from siamese_hpo.answers import Answers
from siamese_hpo.arguments import name_of_device
from siamese_hpo.errors import in_terms_of_programs
from siamese_hpo.pictures import Pictures, prepared
from siamese_hpo.places import place
from siamese_hpo.support import Known, classes_of


@dataclass(frozen=True)
class Network:
    """A trained network; `siamese_hpo.load` gives one.

    Attributes:
        module: the network, a `torch.nn.Module`; called with two tensors of pictures, it gives the
            scores of pairs.
        config: how it is built and was trained; of an ensemble, how each of its networks is.
        folder: where it was loaded from; absolute.
        rejection: when the answer is "unknown".
    """

    module: TwinNetwork
    config: TrainedConfig
    folder: Path
    rejection: Rejection

    @classmethod
    def of(cls, folder: str | Path | None, device: str) -> Self:
        """Loads a network, see `siamese_hpo.load`."""
        trained = shipped_network() if folder is None else TrainedFolder(place(folder, "folder"))
        chosen = resolve_device(name_of_device(device))
        module, config = load_trained(weights_in(trained))
        rejection, stays = rejection_of(trained), trained.folder.absolute()
        return cls(module.to(chosen).eval(), config, stays, rejection)

    @property
    def size(self) -> int:
        """Height and width of the pictures that the network takes, in pixels."""
        return self.config.size

    @torch.no_grad()
    def embed(self, pictures: Pictures) -> Tensor:
        """Embeds pictures: float32 [pictures, length], on the CPU.

        Embeddings are compared by the network's own weighted distance, see `score`. They are an
        ordinary tensor without a gradient, from which a program may learn.

        Raises:
            InputError: a picture cannot be used, see `pictures.prepared`.

        Example:
            >>> from siamese_hpo import load
            >>> network = load(device="cpu")
            >>> units = network.config.network.units * network.config.network.copies
            >>> list(network.embed(torch.rand(2, 35, 35)).shape) == [2, units]
            True
        """
        found = self._embed(prepared(pictures, self.size).pictures).cpu()
        self._check(found)
        return found

    @torch.no_grad()
    def score(self, a: Pictures, b: Pictures) -> Tensor:
        """Scores every picture of `a` against every one of `b`: float32 [a, b], on the CPU.

        The higher, the more alike. Of a network trained on pairs, the sigmoid is the probability
        that both show one character; of others, scores of one picture can be compared.

        Raises:
            InputError: a picture cannot be used, see `pictures.prepared`.
        """
        left, right = (self._embed(prepared(given, self.size).pictures) for given in (a, b))
        scores = self.module.score(left, right).cpu()
        self._check(scores)
        return scores

    @in_terms_of_programs
    def classify(self, support: Known, query: Pictures) -> Answers:
        """Says which class each query drawing is of, or that it is of none: "unknown".

        Args:
            support: known pictures of each class, see `support.Known`: a folder as the command
                `classify` takes it, a mapping from classes to pictures, or a list.
            query: the pictures to classify; each of several drawings on a picture is an answer.

        Raises:
            InputError: a picture cannot be used, see `pictures.prepared` and `support.classes_of`.
        """
        known, new = classes_of(support, self.size), prepared(query, self.size, several=True)
        device = next(self.module.parameters()).device
        given = (side.to(device) for side in (known.pictures, new.bytes, known.owners))
        found = classify(self.module, self.config, *given)
        known_by = self.rejection.known(found.scores)
        self._check(found.scores, found.classes, known_by)
        rows = [
            Answer(
                file=source.name,
                drawing=source.number,
                drawings=source.count,
                chosen=known.names[best] if sure >= self.rejection.least else UNKNOWN,
                nearest=known.names[best],
                known=sure,
                probability=float(probabilities[best]),
                same=float(same[best]),
                notes=list(source.notes),
                probabilities=dict(zip(known.names, probabilities.tolist(), strict=True)),
            )
            for source, best, sure, probabilities, same in zip(
                new.sources,
                found.classes.argmax(1).tolist(),
                known_by.tolist(),
                found.classes.cpu(),
                found.same.cpu(),
                strict=True,
            )
        ]
        return Answers(known.names, rows)

    @in_terms_of_programs
    def export(self, folder: str | Path, form: ProgramForm = "onnx") -> dict[Path, float]:
        """Writes the network as two programs that run without this project, `embed` and `score`.

        Args:
            folder: is made where it is not there.
            form: "onnx" (needs the extra `onnx`) or "torch" (`torch.export`).

        Returns:
            The files, and how much each differs at most from this network.

        Raises:
            InputError: the folder cannot be one, there is no such form, or what "onnx" needs is not
                installed.
            WorkFailed: a program differs from the network, or cannot be written.
        """
        if form not in get_args(ProgramForm):
            allowed = allowed_or_near(str(form), get_args(ProgramForm))
            raise InputError(f"export: form {form!r}: {allowed}")
        into = place(folder, "folder")
        check_folder(into)
        into.mkdir(parents=True, exist_ok=True)
        # This network, not what its folder holds now.
        return write_programs(deepcopy(self.module).cpu(), self.config, form, into)

    def _check(self, *scores: Tensor) -> None:
        check_scores(scores, TrainedFolder(self.folder).weights)

    def _embed(self, pictures: Tensor) -> Tensor:
        device = next(self.module.parameters()).device
        parts = [self.module.embed(part.to(device)) for part in torch.split(pictures, SLICE)]
        return torch.cat(parts)
