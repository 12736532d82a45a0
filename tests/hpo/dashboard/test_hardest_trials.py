"""What the pictures of one-shot trials say is what the accuracy counts."""

from __future__ import annotations

import pytest
import torch
from PIL import ImageDraw

from data.collection import Collection
from data.splits import SearchData
from hpo.dashboard.pictures import one_shot_trials
from model.evaluation.scores import hardest_one_shot_trials, one_shot_accuracy


@pytest.mark.parametrize("margin", [-1.0, 0.0, 1.0])
def test_a_tie_is_shown_as_wrong(
    margin: float, glyphs: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    characters = SearchData.of(glyphs, 14, torch.device("cpu")).validation
    alphabet = characters.alphabets[0]
    # Every trial is as hard: the right support has 1, all wrong ones the margin less.
    same = torch.eye(3)[:, None, :, None].expand(3, 2, 3, 2)
    scores = {alphabet: 1 - margin * (1 - same)}
    written: list[str] = []
    genuine = ImageDraw.ImageDraw.text

    def noted(self: ImageDraw.ImageDraw, xy: tuple[float, float], text: str, *rest: object) -> None:
        written.append(text)
        genuine(self, xy, text, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", noted)
    one_shot_trials(hardest_one_shot_trials(scores), characters)
    right = one_shot_accuracy(scores, 3).value == 1
    assert right == (margin > 0)
    assert written[1:] == [
        "test",
        *(("right, chosen", "next to it") if right else ("right", "chosen")),
    ]
