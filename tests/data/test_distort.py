"""Distortions on real pictures: the maps are the paper's, each picture has its own."""

from __future__ import annotations

import math

import pytest
import torch

from data import distort as module
from data.collection import Collection
from data.distort import _affine, distort
from data.splits import paper_splits

MAPS = 20_000


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_each_picture_has_its_own_distortion_and_keeps_its_ink(glyphs: Collection) -> None:
    alphabets, drawers = paper_splits(glyphs).train
    characters = glyphs.characters(alphabets[:1], drawers[:1], 105)
    picture = characters.pictures[0, 0].float() / 255
    copies = distort(picture.expand(64, 1, 105, 105), 1.0, 0.02, 0.0, generator())
    assert copies.shape == (64, 1, 105, 105)
    assert len(torch.unique(copies.flatten(1), dim=0)) == 64
    assert float(copies.min()) >= 0
    assert float(copies.max()) <= 1
    ink = copies.sum((1, 2, 3)) / picture.sum()
    assert float(ink.min()) > 0.5
    assert float(ink.max()) < 1.7
    assert abs(float(ink.mean()) - 1) < 0.1


def test_no_distortion_changes_nothing() -> None:
    pictures = torch.rand(3, 1, 20, 20)
    assert distort(pictures, 0.0, 0.0, 0.0, generator()) is pictures


def test_affine_maps_keep_to_the_papers_ranges() -> None:
    maps = _affine(MAPS, 1.0, generator())
    identity = torch.tensor([[1.0, 0, 0], [0, 1, 0]])
    untouched = float(torch.isclose(maps, identity).flatten(1).all(1).double().mean())
    assert abs(untouched - 0.5**7) < 0.003
    forward = torch.linalg.inv(maps[:, :, :2].double())
    # rotation @ shear @ scale: |det| is (1 - rho_x rho_y) s_x s_y.
    determinant = torch.linalg.det(forward)
    assert float(determinant.max()) <= 1.09 * 1.44 + 1e-6
    assert float(determinant.min()) >= 0.91 * 0.64 - 1e-6
    shift = -(forward @ maps[:, :, 2:].double()).squeeze(-1) * 105 / 2
    assert float(shift.abs().max()) <= 2 + 1e-4
    assert float(shift.abs().max()) > 1.9


def alone(component: str, monkeypatch: pytest.MonkeyPatch) -> torch.Tensor:
    """Maps from input to output coordinates that only turn, shear or scale, [n, 2, 2]."""
    for other in {"ROTATION", "SHEAR", "SCALE"} - {component}:
        monkeypatch.setattr(module, other, 0.0)
    return torch.linalg.inv(_affine(MAPS, 1.0, generator())[:, :, :2].double())


def assert_reaches(drawn: torch.Tensor, low: float, high: float) -> None:
    """All between the two, and some close to each."""
    near, rounding = (high - low) / 100, 1e-5
    assert low - rounding <= float(drawn.min()) < low + near
    assert high - near < float(drawn.max()) <= high + rounding


def test_rotations_are_of_up_to_ten_degrees(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = alone("ROTATION", monkeypatch)
    unit = torch.eye(2).double().expand(MAPS, 2, 2)
    torch.testing.assert_close(maps @ maps.mT, unit, rtol=0, atol=1e-5)
    assert_reaches(torch.atan2(maps[:, 1, 0], maps[:, 0, 0]).rad2deg(), -10, 10)


def test_shears_are_of_up_to_three_tenths_along_each_axis(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = alone("SHEAR", monkeypatch)
    torch.testing.assert_close(maps.diagonal(dim1=1, dim2=2), torch.ones(MAPS, 2).double())
    assert_reaches(maps[:, 0, 1], -0.3, 0.3)
    assert_reaches(maps[:, 1, 0], -0.3, 0.3)


def test_scales_are_of_four_to_six_fifths_along_each_axis(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = alone("SCALE", monkeypatch)
    assert float(maps[:, 0, 1].abs().max() + maps[:, 1, 0].abs().max()) == 0
    assert_reaches(maps[:, 0, 0], 0.8, 1.2)
    assert_reaches(maps[:, 1, 1], 0.8, 1.2)


def test_a_rotation_alone_turns_the_picture_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHEAR", 0.0)
    monkeypatch.setattr(module, "SCALE", 0.0)
    line = torch.zeros(1, 1, 105, 105)
    line[0, 0, 52, 10:95] = 1
    angles = []
    for seed in range(200):
        turned = distort(line, 1.0, 0.0, 0.0, generator(seed))[0, 0]
        rows, columns = torch.nonzero(turned > 0.3, as_tuple=True)
        if len(rows) == 0:
            continue
        x = columns.double() - columns.double().mean()
        y = rows.double() - rows.double().mean()
        angles.append(math.degrees(math.atan2(float((x * y).sum()), float((x * x).sum()))))
    assert 9 < max(angles) < 10.5
    assert -10.5 < min(angles) < -9


def test_elastic_moves_pixels_by_about_its_amplitude() -> None:
    size, amplitude = 105, 0.02
    ramp = torch.linspace(0, 1, size).expand(1, 1, size, size).repeat(200, 1, 1, 1)
    moved = distort(ramp, 0.0, amplitude, 0.0, generator())[:, 0, 20:85, 20:85]
    shift = (moved - ramp[:, 0, 20:85, 20:85]) * (size - 1) / size
    # Interpolating between the drawn points averages their deviation down by about a third.
    assert 0.55 * amplitude < float(shift.std()) < amplitude


def test_strokes_become_thicker_or_thinner_and_stay_in_place() -> None:
    picture = torch.zeros(1, 1, 35, 35)
    picture[..., 10:25, 14:19] = 1  # a bar, five pixels wide
    drawn = distort(picture.expand(200, -1, -1, -1), 0.0, 0.0, 1.0, generator())
    widths = drawn[:, 0, 17].sum(1)
    assert 3 <= float(widths.min()) < 3.2
    assert 6.8 < float(widths.max()) <= 7
    assert float(widths.mean()) == pytest.approx(5, abs=0.3)
    weaker = distort(picture.expand(200, -1, -1, -1), 0.0, 0.0, 0.5, generator())
    torch.testing.assert_close(weaker[:, 0, 17].sum(1) - 5, (widths - 5) / 2)
    middle = (drawn * torch.arange(35.0)).sum((1, 2, 3)) / drawn.sum((1, 2, 3))
    torch.testing.assert_close(middle, torch.full((200,), 16.0))
