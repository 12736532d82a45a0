"""Pens are measured and changed; what is drawn becomes a network's input."""

from __future__ import annotations

import numpy as np
import pytest
from drawings_alike import likeness
from scipy.ndimage import label

from data.collection import SIDE, Collection
from data.sources.pen import Mask, middle_lines, redrawn, redrawn_each, stroke_width
from data.sources.scans import drawn_again, each_drawn_again, pictures_of


def test_pens_are_measured_and_changed(inks: list[Mask]) -> None:
    bar = np.zeros((60, 60), bool)
    bar[25:35, 5:55] = True
    assert stroke_width(bar) == pytest.approx(10, rel=0.35)
    assert middle_lines(bar).sum(0).max() == 1
    assert 4 <= redrawn(bar, 5).sum(0).max() <= 6
    assert redrawn(middle_lines(bar), 5).sum(0).max() == 5
    dot = np.zeros((20, 20), bool)
    dot[8:12, 8:12] = True
    assert middle_lines(dot).sum() == 1
    for ink in inks[:8]:
        lines = middle_lines(ink)
        assert not (lines & ~ink).any()
        assert lines.sum() < 0.6 * ink.sum()
        everywhere = np.ones((3, 3))
        assert label(lines, everywhere)[1] == label(ink, everywhere)[1]
        assert likeness(redrawn(ink, stroke_width(ink)), ink) > 0.9


def test_a_networks_input_is_averaged_as_omniglots_is(glyphs: Collection) -> None:
    characters = glyphs.characters(glyphs.background[:1], (3,), SIDE)
    inks = [picture.numpy() > 0 for picture in characters.pictures[:, 0]]
    for size in (28, 35, 105):
        expected = glyphs.characters(glyphs.background[:1], (3,), size).pictures[:, 0]
        assert pictures_of(inks, size).equal(expected)


def test_many_are_drawn_again_as_each_alone(inks: list[Mask]) -> None:
    dot = np.zeros_like(inks[0])
    dot[40:44, 60:64] = True  # thinning leaves nothing of it
    thick = np.zeros_like(dot)
    thick[30:80, 40:65] = True
    many = np.stack([*inks[:70], dot, thick])
    expected = [drawn_again(ink) for ink in many]
    assert (each_drawn_again(many) == expected).all()
    assert each_drawn_again(many[:0]).shape == (0, *dot.shape)
    for width in (1, 4.5, 9):
        assert (redrawn_each(many, width) == [redrawn(ink, width) for ink in many]).all()


def test_a_pen_reaches_beyond_the_ink_and_no_further_than_the_picture() -> None:
    ink = np.zeros((30, 20), bool)
    ink[0, 3:17] = True
    wide = redrawn(ink, 5)
    assert wide[:3, 3:17].all()
    assert not wide[3:].any()
