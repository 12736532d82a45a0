"""Drawings brought to the middle and to one size."""

from __future__ import annotations

import pytest
import torch

from model.config import Convolution, NetworkConfig
from model.network.centring import COPY_STEP, RADIUS, centred, copy_sizes
from model.network.siamese import SiameseNetwork


def blot(size: int, x: int, y: int, half: int) -> torch.Tensor:
    picture = torch.zeros(1, 1, size, size)
    picture[..., y - half : y + half + 1, x - half : x + half + 1] = 1
    return picture


def test_the_centre_of_mass_comes_to_the_middle() -> None:
    moved = centred(torch.cat((blot(35, 8, 24, 3), blot(35, 17, 17, 3))), 0.0)
    torch.testing.assert_close(moved[0], moved[1], atol=1e-4, rtol=0)
    torch.testing.assert_close(moved[1], blot(35, 17, 17, 3)[0], atol=1e-4, rtol=0)
    # Uneven ink: its centre of mass, not that of its outline.
    uneven = blot(35, 12, 12, 2)
    uneven[..., 25, 25] = 1
    found = centred(uneven, 0.0)[0, 0]
    place = torch.arange(35.0)
    assert float((found.sum(0) * place).sum() / found.sum()) == pytest.approx(17, abs=0.05)
    assert float((found.sum(1) * place).sum() / found.sum()) == pytest.approx(17, abs=0.05)


@pytest.mark.parametrize(("resize", "factor"), [(1.0, 1.0), (0.5, 2.0**0.5), (0.0, 2.0)])
def test_sizes_come_nearer_to_each_other(resize: float, factor: float) -> None:
    def radius(picture: torch.Tensor) -> float:
        place = torch.arange(105.0) - 52
        return float(((picture[0].sum(0) * place**2).sum() / picture.sum()).sqrt())

    small, large = centred(torch.cat((blot(105, 40, 60, 15), blot(105, 50, 50, 30))), resize)
    assert radius(large) / radius(small) == pytest.approx(factor, rel=0.05)
    if resize == 1.0:
        assert radius(small) == pytest.approx(105 * RADIUS, rel=0.03)


def test_a_picture_without_ink_stays_one() -> None:
    assert not centred(torch.zeros(2, 1, 35, 35), 0.5).any()


def test_a_network_that_centres_does_not_see_where_a_drawing_stands() -> None:
    torch.manual_seed(0)
    convolutions = (Convolution(filters=4, kernel=5, pool=True),)
    here, there = blot(35, 10, 22, 4), blot(35, 20, 15, 4)
    for centring in (True, False):
        config = NetworkConfig(size=35, convolutions=convolutions, units=8, centred=centring)
        network = SiameseNetwork(config)
        alike = torch.allclose(network.embed(here), network.embed(there), atol=1e-4)
        assert alike == centring


def test_a_trained_networks_scores_are_the_mean_over_copies_of_several_sizes() -> None:
    torch.manual_seed(0)
    convolutions = (Convolution(filters=4, kernel=5, pool=True),)
    drawings = torch.cat([blot(35, 12 + n, 20 - n, 2 + n) for n in range(6)])

    def network(copies: int) -> SiameseNetwork:
        config = NetworkConfig(
            size=35, convolutions=convolutions, units=8, centred=True, resized=0.5, copies=copies
        )
        return SiameseNetwork(config).eval()

    several, one = network(3), network(1)
    torch.nn.init.normal_(several.output.weight)
    one.load_state_dict(several.state_dict())
    embeddings = several.embed(drawings)
    assert embeddings.shape == (6, 24)
    at_each_size = [one._embed(centred(drawings, 0.5, times)) for times in copy_sizes(3)]
    mean = torch.stack([one.score(e, e) for e in at_each_size]).mean(0)
    assert (mean - one.score(one.embed(drawings), one.embed(drawings))).abs().max() > 0.01
    torch.testing.assert_close(several.score(embeddings, embeddings), mean)
    torch.testing.assert_close(several.score_within(embeddings), mean)
    pairs = several.score_pairs(embeddings[:3], embeddings[3:])
    torch.testing.assert_close(pairs, mean[range(3), range(3, 6)])
    # A training step looks once.
    assert several.train().embed(drawings).shape == (6, 8)


def test_copies_lie_evenly_around_the_drawings_own_size() -> None:
    assert copy_sizes(1) == [1.0]
    assert copy_sizes(3) == pytest.approx([1 / COPY_STEP, 1.0, COPY_STEP])
    large = centred(blot(105, 50, 50, 20), 0.0, 1.5)
    assert float(large.sum() / blot(105, 50, 50, 20).sum()) == pytest.approx(2.25, rel=0.05)
