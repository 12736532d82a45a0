"""The edge of a shadow on paper is no drawing, whatever paper it is, and hides none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawings_alike import drawing_in, file, likeness
from PIL import Image
from scipy.ndimage import gaussian_filter

from benchmarks.winner.disturbances import Mask
from data.sources.picture_files import NoPicture
from data.sources.scans import read_drawings

HEIGHT, WIDTH = 450, 600


def photograph(gap: int | None, side: float, soft: float, ink: Mask | None = None) -> bytes:
    """Paper, a shadow from one side on it.

    Args:
        gap: between the lines of squared paper, in pixels; None: the paper is plain.
        side: where the shadow comes from, in degrees.
        soft: standard deviation of its edge, in pixels.
        ink: what is drawn on it, bool [105, 105].
    """
    page = np.full((HEIGHT, WIDTH, 3), 0.86)
    if gap is not None:
        for lines in (page[gap // 2 :: gap], page[gap // 2 + 1 :: gap]):
            lines *= (0.78, 0.84, 0.92)
        for lines in (page[:, gap // 2 :: gap], page[:, gap // 2 + 1 :: gap]):
            lines *= (0.78, 0.84, 0.92)
    if ink is not None:
        page[120:330, 195:405][np.kron(ink, np.ones((2, 2), bool))] = (0.16, 0.22, 0.5)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    across = (columns - WIDTH / 2) * np.cos(np.radians(side))
    across += (rows - HEIGHT / 2) * np.sin(np.radians(side))
    shadow = gaussian_filter((across > 90).astype(float), soft)
    seen = gaussian_filter(page * (1 - 0.5 * shadow)[..., None], (1.2, 1.2, 0))
    noisy = seen + np.random.default_rng(0).normal(0, 0.012, seen.shape)
    return file(Image.fromarray(np.rint(255 * noisy.clip(0, 1)).astype(np.uint8)))


PAPERS = [(gap, side, soft) for gap in (None, 20) for side, soft in ((35, 3), (130, 8), (215, 2))]


@pytest.mark.parametrize(("gap", "side", "soft"), PAPERS)
def test_a_shadow_on_blank_paper_is_no_drawing(
    gap: int | None, side: float, soft: float, tmp_path: Path
) -> None:
    (tmp_path / "blank.png").write_bytes(photograph(gap, side, soft))
    with pytest.raises(NoPicture):
        read_drawings(tmp_path / "blank.png")


@pytest.mark.parametrize(("gap", "side", "soft"), PAPERS)
def test_a_drawing_that_a_shadow_falls_on_is_found(
    gap: int | None, side: float, soft: float, inks: list[Mask], tmp_path: Path
) -> None:
    for ink in inks[:2]:
        expected = drawing_in(file(Image.fromarray(~ink)), tmp_path)
        found = drawing_in(photograph(gap, side, soft, ink), tmp_path)
        assert likeness(found, expected) > 0.75
