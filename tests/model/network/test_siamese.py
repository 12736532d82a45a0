"""The network against the paper's own numbers and the plain definition of its distance."""

from __future__ import annotations

import pytest
import torch

from model.config import Convolution, NetworkConfig
from model.network.siamese import SiameseNetwork

SMALL = NetworkConfig(
    size=20,
    convolutions=(Convolution(filters=8, kernel=3, pool=True), Convolution(filters=12, kernel=3)),
    units=24,
)


def test_the_papers_network_has_its_parameter_count(paper_network: NetworkConfig) -> None:
    network = SiameseNetwork(paper_network)
    assert sum(parameter.numel() for parameter in network.parameters()) == 38_951_745
    assert paper_network.final_side == 6
    assert network.embedding.in_features == 9216


def test_paper_initialisation_has_the_papers_deviations(paper_network: NetworkConfig) -> None:
    torch.manual_seed(0)
    network = SiameseNetwork(paper_network)
    convolution = network.convolutions[1][0]
    assert abs(convolution.weight.std().item() - 0.01) < 2e-4
    assert abs(convolution.bias.mean().item() - 0.5) < 0.01
    assert abs(network.embedding.weight.std().item() - 0.2) < 2e-3
    assert abs(network.embedding.bias.std().item() - 0.01) < 1e-3


def test_the_other_initialisation_keeps_variance_and_counts_differences_against_likeness() -> None:
    torch.manual_seed(0)
    convolutions = (Convolution(filters=64, kernel=5), Convolution(filters=128, kernel=3))
    network = SiameseNetwork(NetworkConfig(size=20, convolutions=convolutions, units=256))
    for block, inputs in zip(network.convolutions, (25, 64 * 9), strict=True):
        assert block[0].weight.std().item() == pytest.approx((2 / inputs) ** 0.5, rel=0.05)
        assert not block[0].bias.any()
    features = network.embedding.in_features
    deviation = (2 / (features + 256)) ** 0.5
    assert network.embedding.weight.std().item() == pytest.approx(deviation, rel=0.05)
    assert not network.embedding.bias.any()
    # A tenth of difference in every unit is neither alike nor different.
    assert (network.output.weight == -0.5).all()
    one = torch.full((1, 256), 0.4)
    assert network.score_pairs(one, one + 0.1).item() == pytest.approx(0, abs=1e-4)
    assert network.score_pairs(one, one).item() > 0 > network.score_pairs(one, one + 0.2).item()


@pytest.mark.parametrize(("distance", "power"), [("l1", 1), ("l2", 2)])
def test_scores_are_the_weighted_distance_with_alphas_of_both_signs(
    distance: str, power: int
) -> None:
    torch.manual_seed(1)
    network = SiameseNetwork(SMALL.model_copy(update={"distance": distance}))
    torch.nn.init.normal_(network.output.weight)
    torch.nn.init.constant_(network.output.bias, 0.3)
    left, right = torch.rand(5, 24), torch.rand(7, 24)
    naive = network.output((left[:, None] - right[None]).abs() ** power).squeeze(-1)
    torch.testing.assert_close(network.score(left, right), naive)
    torch.testing.assert_close(network.score_pairs(left, right[:5]), naive[:, :5].diagonal())
    torch.testing.assert_close(network.score_within(left), network.score(left, left))


@pytest.mark.parametrize(("distance", "power"), [("l1", 1), ("l2", 2)])
def test_score_gradients_are_those_of_the_plain_definition(distance: str, power: int) -> None:
    torch.manual_seed(2)
    network = SiameseNetwork(SMALL.model_copy(update={"distance": distance})).double()
    torch.nn.init.normal_(network.output.weight)
    left = torch.rand(5, 24, dtype=torch.float64, requires_grad=True)
    weights = torch.rand(5, 5, dtype=torch.float64)

    def gradients(scores: torch.Tensor) -> list[torch.Tensor]:
        network.zero_grad()
        left.grad = None
        (scores * weights).sum().backward()
        assert left.grad is not None
        assert network.output.weight.grad is not None
        return [left.grad.clone(), network.output.weight.grad.clone()]

    fast = gradients(network.score(left, left))
    within = gradients(network.score_within(left))
    differences = (left[:, None] - left[None]).abs()
    naive = gradients(network.output(differences**power).squeeze(-1))
    for one, two, other in zip(fast, within, naive, strict=True):
        torch.testing.assert_close(one, other)
        torch.testing.assert_close(two, other)


def test_a_typical_difference_counts_as_much_squared() -> None:
    one = torch.rand(3, SMALL.units)
    squared = SiameseNetwork(SMALL.model_copy(update={"distance": "l2"}))
    plain = SiameseNetwork(SMALL)
    torch.testing.assert_close(
        squared.score_pairs(one, one + 0.1), plain.score_pairs(one, one + 0.1), atol=1e-3, rtol=0
    )


def test_pooling_before_relu_equals_the_papers_order() -> None:
    torch.manual_seed(3)
    network = SiameseNetwork(SMALL)
    pictures = torch.rand(4, 1, 20, 20)
    features = pictures
    for block, convolution in zip(network.convolutions, SMALL.convolutions, strict=True):
        features = torch.relu(block[0](features))
        if convolution.pool:
            features = torch.max_pool2d(features, 2)
    expected = torch.sigmoid(network.embedding(features.flatten(1)))
    torch.testing.assert_close(network.embed(pictures), expected)


def test_batch_norm_stands_between_pooling_and_relu() -> None:
    torch.manual_seed(4)
    network = SiameseNetwork(SMALL.model_copy(update={"batch_norm": True})).train()
    pictures = torch.rand(6, 1, 20, 20)
    features = pictures
    for block, convolution in zip(network.convolutions, SMALL.convolutions, strict=True):
        features = block[0](features)
        if convolution.pool:
            features = torch.max_pool2d(features, 2)
        mean = features.mean((0, 2, 3), keepdim=True)
        variance = features.var((0, 2, 3), correction=0, keepdim=True)
        features = torch.relu((features - mean) / (variance + 1e-5).sqrt())
    expected = torch.sigmoid(network.embedding(features.flatten(1)))
    torch.testing.assert_close(network.embed(pictures), expected, rtol=1e-4, atol=1e-5)
    # Scale and shift belong to their layer, and learn with it.
    assert [len(layer) for layer in network.layer_parameters()] == [4, 4, 2, 2]


def test_shortfall_counts_the_missing_pixels() -> None:
    def shortfall(size: int, *kernels: int) -> int:
        convolutions = tuple(Convolution(filters=1, kernel=k, pool=True) for k in kernels)
        return NetworkConfig(size=size, convolutions=convolutions, units=1).shortfall()

    assert shortfall(20, 20) == 1  # one pixel is left, which 2x2 pooling cannot take
    assert shortfall(20, 21) == 1
    assert shortfall(20, 24) == 4
    assert shortfall(20, 3, 3) == 0
    assert shortfall(20, 3, 9) == 1
    assert shortfall(20, 3, 8) == 0


@pytest.mark.parametrize(("kernel", "pool"), [(9, False), (10, False), (8, True)])
def test_a_network_that_does_not_fit_the_picture_embeds_none(kernel: int, pool: bool) -> None:
    convolution = Convolution(filters=2, kernel=kernel, pool=pool)
    config = NetworkConfig(size=8, convolutions=[convolution], units=4)
    assert config.shortfall()
    with pytest.raises(RuntimeError):
        SiameseNetwork(config).embed(torch.rand(1, 1, 8, 8))


def test_padding_keeps_height_and_width() -> None:
    def network(padding: bool) -> SiameseNetwork:
        shapes = ((3, True), (5, True), (3, False))
        convolutions = tuple(
            Convolution(filters=4, kernel=kernel, pool=pool, padding=padding)
            for kernel, pool in shapes
        )
        return SiameseNetwork(NetworkConfig(size=35, convolutions=convolutions, units=8))

    for padded, side in ((True, 8), (False, 4)):
        found = network(padded)
        features = torch.zeros(2, 1, 35, 35)
        for block in found.convolutions:
            features = block(features)
        assert features.shape == (2, 4, side, side)
        assert found.config.final_side == side
    deep = tuple(Convolution(filters=2, kernel=9, pool=True, padding=True) for _ in range(4))
    assert NetworkConfig(size=16, convolutions=deep, units=1).shortfall() == 0
    assert NetworkConfig(size=15, convolutions=deep, units=1).shortfall() == 1
