"""The twin network: its layers and its embeddings."""

from __future__ import annotations

from threading import RLock

import torch
from torch import Tensor, nn

from model.config import Distance, NetworkConfig
from model.network.centring import centred, copy_sizes
from model.network.distance import TwinNetwork

# Measured on Omniglot at this initialisation: two pictures differ by about a tenth in each unit,
# whatever the width, and the distances of same and different pairs by a fifth of that. A total
# weight of 128 makes that difference about two in the score, and the bias centres scores on zero.
LIKENESS = 128.0
TYPICAL_DIFFERENCE = 0.1
DRAWING = RLock()
"""Held while first weights are drawn, from the one random generator that all threads share.

Also by whoever seeds it for a network: another one, built in between, would take the numbers.
"""


class SiameseNetwork(TwinNetwork):
    """The paper's network (section 3.1), built from a configuration.

    Both twins are the function `embed`. The score of two embeddings h1 and h2 is
    `bias + sum_j alpha_j |h1_j - h2_j|`, or with the distance "l2" the same of squared differences;
    its sigmoid is the probability that both pictures show one character, if the loss was "pairs" or
    "batch-pairs": the others compare scores with each other only. Called as torch's other modules
    are, the network scores pairs of pictures.

    Example:
        >>> from model.config import Convolution
        >>> layer = Convolution(filters=8, kernel=5, pool=True)
        >>> network = SiameseNetwork(NetworkConfig(size=35, convolutions=[layer], units=16))
        >>> embeddings = network.embed(torch.rand(4, 1, 35, 35))
        >>> network.score(embeddings[:3], embeddings).shape
        torch.Size([3, 4])
        >>> network(torch.rand(2, 1, 35, 35), torch.rand(2, 1, 35, 35)).shape
        torch.Size([2])
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        with DRAWING:
            self._build(config)

    def _build(self, config: NetworkConfig) -> None:
        """Makes the layers, and draws their weights."""
        blocks: list[nn.Module] = []
        channels = 1
        for convolution in config.convolutions:
            padding = "same" if convolution.padding else "valid"
            parts: list[nn.Module] = [
                nn.Conv2d(channels, convolution.filters, convolution.kernel, padding=padding)
            ]
            if convolution.pool:
                # Pooling before the ReLU gives equal numbers and a quarter of the ReLU's work.
                # Before the normalisation it trains equally well, and a step takes a fifth less.
                parts.append(nn.MaxPool2d(2))
            if config.batch_norm:
                parts.append(nn.BatchNorm2d(convolution.filters))
            parts.append(nn.ReLU(inplace=True))
            blocks.append(nn.Sequential(*parts))
            channels = convolution.filters
        self.convolutions = nn.ModuleList(blocks)
        self.embedding = nn.Linear(channels * config.final_side**2, config.units)
        self.output = nn.Linear(config.units, 1)
        if config.initialisation == "paper":
            self._initialise_as_in_the_paper()
        else:
            assert config.initialisation == "kaiming", config.initialisation
            self._initialise_for_relu()

    def _initialise_as_in_the_paper(self) -> None:
        """Draws normal weights and biases with the paper's deviations (section 3.3)."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
                deviation = 0.01 if isinstance(module, nn.Conv2d) else 0.2
                nn.init.normal_(module.weight, 0.0, deviation)
                nn.init.normal_(module.bias, 0.5, 0.01)

    def _initialise_for_relu(self) -> None:
        """Draws weights that keep the signal's variance; all differences count against likeness."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.xavier_normal_(self.embedding.weight)
        # A typical difference counts as much, squared or not.
        squared = self.config.distance == "l2"
        likeness = LIKENESS / TYPICAL_DIFFERENCE if squared else LIKENESS
        nn.init.constant_(self.output.weight, -likeness / self.config.units)
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
        nn.init.constant_(self.output.bias, LIKENESS * TYPICAL_DIFFERENCE)

    @property
    def size(self) -> int:
        return self.config.size

    @property
    def networks(self) -> int:
        return 1

    @property
    def distance(self) -> Distance:
        return self.config.distance

    def layer_parameters(self) -> list[list[nn.Parameter]]:
        """Parameters of each layer, in the order of `NetworkConfig.layer_names`."""
        groups = [list(block.parameters()) for block in self.convolutions]
        return [*groups, list(self.embedding.parameters()), list(self.output.parameters())]

    def embed(self, pictures: Tensor) -> Tensor:
        """Embeds pictures: float [n, 1, size, size], 1 is ink -> float32 [n, units], from 0 to 1.

        In evaluation mode, the embeddings of a drawing's copies (`NetworkConfig.copies`) stand one
        after the other: [n, copies * units]. All scores take either shape.

        Raises:
            RuntimeError: the convolutions do not fit the picture, see `NetworkConfig.shortfall`.
        """
        if not self.config.centred:
            return self._embed(pictures)
        sizes = [1.0] if self.training else copy_sizes(self.config.copies)
        with torch.autocast(pictures.device.type, enabled=False):
            copies = [centred(pictures, self.config.resized, times) for times in sizes]
        return torch.cat([self._embed(copy) for copy in copies], 1)

    def _embed(self, pictures: Tensor) -> Tensor:
        features = pictures.contiguous(memory_format=torch.channels_last)
        for block in self.convolutions:
            features = block(features)
        return torch.sigmoid(self.embedding(features.flatten(1)).float())

    def _bias(self) -> Tensor:
        return self.output.bias

    def _alpha(self, length: int) -> Tensor:
        """Weight of each difference between two embeddings: [units] or [copies * units].

        The mean over the copies' scores is one score in which the copies share the weights.
        """
        copies = length // self.config.units
        return self.output.weight[0].repeat(copies) / copies
