"""Configuration: everything that a training depends on, validated."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from model.batch_config import BatchConfig
from model.distortion_config import DistortionConfig
from model.pictures_config import PicturesConfig
from model.strict import Strict

MAX_SIZE = 105
"""Height and width of an original drawing, in pixels."""
WEIGHTS = "best.safetensors"
"""Name of the file with a trained network's weights, in its folder."""
Distance = Literal["l1", "l2"]
"""What two embeddings are compared by: their units' differences, or the squares of these."""


def layer_names(convolutions: int) -> tuple[str, ...]:
    """Names of the layers that have weights: conv1, conv2, ..., embedding, output.

    Args:
        convolutions: their number.
    """
    return (*(f"conv{i + 1}" for i in range(convolutions)), "embedding", "output")


class Convolution(Strict):
    """One convolution of stride 1 and its ReLU (the paper's section 3.1).

    Attributes:
        filters: how many it has.
        kernel: height and width of each filter, in pixels.
        pool: add a 2x2 max-pooling of stride 2 behind the convolution.
        padding: keep height and width, with zeros around; without it, as in the paper, they shrink
            by `kernel - 1`.
    """

    filters: int = Field(ge=1, le=1024)
    kernel: int = Field(ge=1, le=MAX_SIZE)
    pool: bool = False
    padding: bool = False

    def side(self, before: int) -> int:
        """Height and width of the output, in pixels; 0 or less if there is none.

        Args:
            before: height and width of the input.
        """
        after = before if self.padding else before - self.kernel + 1
        return after // 2 if self.pool and after > 0 else after


class NetworkConfig(Strict):
    """The twin network: convolutions, one fully connected layer, a weighted distance.

    Attributes:
        size: height and width of the input pictures, in pixels.
        convolutions: its convolutions, from the input on.
        units: length of the embedding.
        initialisation: "paper" (section 3.3) or "kaiming" (He et al. 2015, for ReLU layers).
        batch_norm: normalise each convolution's output, after its pooling and before its ReLU.
        centred: bring each drawing's centre of mass to the middle of the picture first.
        resized: how far a centred drawing is brought to a common size, from 0 (not at all) to 1
            (wholly).
        copies: number of sizes at which a trained network looks at each centred drawing; scores
            are the mean over them. Embedding takes `copies` times as long, training no longer.
        distance: what is weighted and added up over the units of two embeddings: "l1" their
            differences (the paper's), "l2" the squares of these.
    """

    size: int = Field(default=35, ge=8, le=MAX_SIZE)
    convolutions: tuple[Convolution, ...] = Field(min_length=1, max_length=8, strict=False)
    units: int = Field(ge=1, le=8192)
    initialisation: Literal["paper", "kaiming"] = "kaiming"
    batch_norm: bool = False
    centred: bool = False
    resized: float = Field(default=0.0, ge=0, le=1)
    copies: int = Field(default=1, ge=1, le=9)
    # Left out where it is the default, as in what earlier versions wrote.
    distance: Distance = Field(default="l1", exclude_if=lambda given: given == "l1")

    def shortfall(self) -> int:
        """Pixels that the picture is too small for the convolutions; 0 if all fit.

        Counted at the first layer that does not fit.

        Example:
            >>> deep = [Convolution(filters=8, kernel=7, pool=True)] * 2
            >>> NetworkConfig(size=35, convolutions=deep, units=16).shortfall()
            0
            >>> NetworkConfig(size=16, convolutions=deep, units=16).shortfall()
            2
        """
        side = self.size
        for convolution in self.convolutions:
            side = convolution.side(side)
            if side < 1:
                return 1 - side
        return 0

    @property
    def final_side(self) -> int:
        """Height and width of the last convolution's output, after pooling."""
        side = self.size
        for convolution in self.convolutions:
            side = convolution.side(side)
        return side

    @property
    def parameters(self) -> int:
        """Number of parameters of a network that can exist: weights, biases, and scales."""
        total, channels = 0, 1
        for convolution in self.convolutions:
            of_each = channels * convolution.kernel**2 + 1 + 2 * self.batch_norm
            total += convolution.filters * of_each
            channels = convolution.filters
        embedding = (channels * self.final_side**2 + 1) * self.units
        return total + embedding + self.units + 1

    @property
    def length(self) -> int:
        """Length of a trained network's embedding: `units`, of each copy of a drawing."""
        return self.units * (self.copies if self.centred else 1)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Names of the layers that have weights, see `layer_names`."""
        return layer_names(len(self.convolutions))


class LayerConfig(Strict):
    """How one layer learns (the paper's section 3.2).

    Attributes:
        learning_rate: eta, before the schedule, in units of `TrainConfig.learning_rate`.
        momentum: mu, the momentum in the last epoch (with Adam: beta 1, 0.999 at most).
        l2: lambda; the loss contains `lambda * ||w||^2` over the layer's weights without biases.
    """

    learning_rate: float = Field(ge=0, le=10)
    momentum: float = Field(default=0.9, ge=0, le=1)
    l2: float = Field(default=0.0, ge=0, le=1)


class TrainConfig(Strict):
    """How a network is trained.

    Attributes:
        seed: seed of the initial weights, the batches and the distortions.
        loss: "pairs" (the paper's), "batch-pairs", "nca" or "one-shot"; see
            `model.training.losses`.
        temperature: number by which "nca" and "one-shot" divide scores before their softmax.
        optimiser: "sgd" (the paper's) or "adam".
        learning_rate: a factor of every layer's learning rate. A search over this factor and over
            layers' rates around 1 finds good rates sooner than a search over independent rates,
            where a single bad one is enough to fail.
        layers: how each layer with weights learns, in the network's order: convolutions, embedding,
            output.
        epochs: how many at most.
        steps_per_epoch: how many batches an epoch has.
        patience: stop after this number of epochs without a better validation accuracy.
        schedule: learning rates "decay" by 1 % an epoch (the paper's); fall to zero over all epochs
            along a "cosine"; or fall to a tenth in each of two "steps", after half and three
            quarters of the epochs.
        validation: "exact": one-shot accuracy over every drawer pair and every choice of
            characters; "sampled": one-shot accuracy over 320 random one-shot trials, as in the
            paper; "verification": same or different over every within-alphabet pair by two
            drawers, which neither a study nor `retrain` takes, for they report one-shot accuracy.
        initial: folder of a trained network, or its weights, that the training starts from; its
            size, convolutions, units and batch_norm must be the network's. None starts from random
            weights.
        teacher: folder of a trained network or ensemble, or its weights, whose answers in one-shot
            trials are learnt beside the right ones (only loss "one-shot"); it must take pictures of
            the same size. None learns the right answers alone.
        averaging: validate and keep a moving average of the weights, which keeps this part of
            itself at each step; 0 averages nothing.
        pictures: what it is trained on.
        batch: what a step sees.
        distortion: how every training picture is distorted.
    """

    seed: int = Field(default=0, ge=0, lt=2**31)
    loss: Literal["pairs", "batch-pairs", "nca", "one-shot"] = "nca"
    temperature: float = Field(default=1.0, gt=0, le=1000)
    optimiser: Literal["sgd", "adam"] = "adam"
    learning_rate: float = Field(default=1.0, gt=0, le=10)
    layers: tuple[LayerConfig, ...] = Field(min_length=3, strict=False)
    epochs: int = Field(default=20, ge=1, le=10_000)
    steps_per_epoch: int = Field(default=100, ge=1, le=1_000_000)
    patience: int = Field(default=20, ge=1, le=10_000)
    schedule: Literal["decay", "cosine", "steps"] = "decay"
    validation: Literal["exact", "sampled", "verification"] = "exact"
    # Left out where there is none, as in what earlier versions wrote.
    initial: str | None = Field(default=None, min_length=1, exclude_if=lambda given: given is None)
    teacher: str | None = Field(default=None, min_length=1, exclude_if=lambda given: given is None)
    averaging: float = Field(default=0.0, ge=0, lt=1)
    pictures: PicturesConfig = Field(
        default=PicturesConfig(), exclude_if=lambda given: given == PicturesConfig()
    )
    batch: BatchConfig = BatchConfig()
    distortion: DistortionConfig = DistortionConfig()

    @property
    def softmax_temperature(self) -> float | None:
        """Temperature that divides scores before the loss's softmax; None if it has no softmax."""
        return self.temperature if self.loss in ("nca", "one-shot") else None

    def error_over(self, alphabets: int) -> Literal["trials", "alphabets", "characters"]:
        """What a validation accuracy's standard error is taken over.

        One-shot trials where these are sampled, else alphabets; of a single one, its characters.

        Args:
            alphabets: number of alphabets that it is the mean over.
        """
        if self.validation == "sampled":
            return "trials"
        return "alphabets" if alphabets > 1 else "characters"


class RunConfig(Strict):
    """A network and how it is trained: the content of an exported configuration file.

    Attributes:
        network: the network.
        train: how it is trained; `train.layers` has one entry for each of
            `network.layer_names`.

    Example:
        >>> config = RunConfig.model_validate(
        ...     {
        ...         "network": {"convolutions": [{"filters": 8, "kernel": 5}], "units": 16},
        ...         "train": {"layers": [{"learning_rate": 0.01}] * 3},
        ...     }
        ... )
        >>> config.network.layer_names, config.train.loss
        (('conv1', 'embedding', 'output'), 'nca')
    """

    network: NetworkConfig
    train: TrainConfig

    @model_validator(mode="after")
    def _one_rate_per_layer(self) -> RunConfig:
        wanted, given = len(self.network.layer_names), len(self.train.layers)
        if wanted != given:
            raise ValueError(
                f"train.layers has {given} entries; the network has {wanted} layers"
                f" ({', '.join(self.network.layer_names)})"
            )
        return self

    @property
    def size(self) -> int:
        """Height and width of the network's pictures, in pixels."""
        return self.network.size

    @property
    def softmax_temperature(self) -> float:
        """Divides scores before a softmax over supports; 1 if the loss has no softmax."""
        return self.train.softmax_temperature or 1.0
