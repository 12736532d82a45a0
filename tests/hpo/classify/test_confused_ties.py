"""Confusions of characters that are equally near: they are what accuracy calls wrong."""

from __future__ import annotations

import pytest
import torch

from data.collection import Collection
from hpo.classify.known_folder import _confused
from model.evaluation.scores import answers, one_shot_accuracy


def test_what_is_not_right_is_a_confusion(glyphs: Collection) -> None:
    """Of scores most of which are equal."""
    characters = glyphs.characters(glyphs.evaluation[:1], (1, 2, 3), 14)
    (alphabet,), count = characters.alphabets, len(characters.names)
    dice = torch.Generator().manual_seed(0)
    for most in (1, 2, 4):
        scores = torch.randint(0, most, (count, 3, count, 3), generator=dice).float()
        scores += torch.eye(count)[:, None, :, None]
        of_alphabet = {alphabet: scores}
        confused = _confused(alphabet, of_alphabet, characters)
        wrong = sum(confusion.share for confusion, _ in confused) / count
        assert 1 - wrong == pytest.approx(one_shot_accuracy(of_alphabet, count).value)
        assert (most == 1) == (not confused)
        for confusion, trial in confused:
            assert trial.margin <= 0
            assert characters.names[trial.query.character].endswith(f"/{confusion.character}")
            chosen = answers(scores)[trial.query.character, trial.query.drawer, trial.right.drawer]
            assert chosen == trial.chosen.character != trial.right.character
