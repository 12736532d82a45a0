"""Everything a training run depends on, validated."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_SIZE = 105


class Strict(BaseModel):
    """Immutable; unknown keys are errors, a string is no number, and nan or inf is none."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Convolution(Strict):
    """One convolution of stride 1 and its ReLU (the paper's section 3.1).

    `pool` adds a 2x2 max-pooling of stride 2 behind it. `padding` keeps height and width, with
    zeros around; without it, as in the paper, they shrink by `kernel - 1`.
    """

    filters: int = Field(ge=1, le=1024)
    kernel: int = Field(ge=1, le=MAX_SIZE)
    pool: bool = False
    padding: bool = False

    def side(self, before: int) -> int:
        """Height and width of the output for an input of so many pixels; 0 or less: none."""
        after = before if self.padding else before - self.kernel + 1
        return after // 2 if self.pool and after > 0 else after


class NetworkConfig(Strict):
    """The twin network: convolutions, one fully connected layer of `units`, weighted L1 distance.

    Attributes:
        size: height and width of the input pictures, in pixels.
        convolutions: from the input on.
        units: length of the embedding.
        initialisation: "paper" (section 3.3) or "kaiming" (He et al. 2015, for ReLU layers).
        centred: bring each drawing's centre of mass to the middle of the picture first.
        resized: how far a centred drawing is brought to a common size, 0 (not) to 1 (all the same).
        copies: at how many sizes a trained network looks at each centred drawing; scores are the
            mean over them. An embedding then takes so many times as long, and a training as ever.
        batch_norm: normalise each convolution's output, after its pooling and before its ReLU.
    """

    size: int = Field(default=35, ge=8, le=MAX_SIZE)
    convolutions: tuple[Convolution, ...] = Field(min_length=1, max_length=8, strict=False)
    units: int = Field(ge=1, le=8192)
    initialisation: Literal["paper", "kaiming"] = "kaiming"
    batch_norm: bool = False
    centred: bool = False
    resized: float = Field(default=0.0, ge=0, le=1)
    copies: int = Field(default=1, ge=1, le=9)

    def shortfall(self) -> int:
        """By how many pixels the picture is too small for the convolutions; 0 if all fit.

        Counted at the first layer that does not fit.
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
    def layers(self) -> tuple[str, ...]:
        """Names of the layers that have weights: conv1 ..., embedding, output."""
        return (*(f"conv{i + 1}" for i in range(len(self.convolutions))), "embedding", "output")


class LayerConfig(Strict):
    """How one layer learns (the paper's section 3.2).

    Attributes:
        learning_rate: eta, before decay.
        momentum: mu, the final value of the momentum (with Adam: of its beta 1).
        l2: lambda; the loss holds `lambda * ||w||^2` of the layer's weights, biases left out.
    """

    learning_rate: float = Field(ge=0, le=10)
    momentum: float = Field(default=0.9, ge=0, le=1)
    l2: float = Field(default=0.0, ge=0, le=1)


class BatchConfig(Strict):
    """What a training step sees.

    Attributes:
        pairs: sampled pairs a batch, half same, half different (loss "pairs" alone).
        training_pairs: how many pairs are drawn once for the whole training, as in the paper
            (30 000, 90 000 or 150 000); 0 draws new ones for every batch.
        across: draw different pairs from any two characters, as re-implementations do; else from
            two of the same alphabet.
        alphabets: over how many alphabets a batch of confusable characters is spread.
        characters: how many characters such a batch holds.
        drawers: how many drawings of each.
        symmetries: turn each whole batch by a random multiple of 90 degrees and mirror it or not,
            which makes a new alphabet of it.
    """

    pairs: int = Field(default=128, ge=2, le=4096)
    training_pairs: int = Field(default=0, ge=0, le=10_000_000)
    across: bool = False
    alphabets: int = Field(default=1, ge=1, le=30)
    characters: int = Field(default=40, ge=2, le=1000)
    drawers: int = Field(default=4, ge=2, le=20)
    symmetries: bool = False


class DistortionConfig(Strict):
    """Random distortion of every training picture.

    Attributes:
        affine: strength of the affine distortion; 1 is the paper's (section 3.3), 0 is none.
        elastic: amplitude of the elastic distortion, as a fraction of the picture's width.
        stroke: how much thicker or thinner strokes become, at most; 1 is a pixel on all sides.
    """

    affine: float = Field(default=1.0, ge=0, le=3)
    elastic: float = Field(default=0.0, ge=0, le=0.2)
    stroke: float = Field(default=0.0, ge=0, le=1)


class TrainConfig(Strict):
    """How a network is trained.

    Attributes:
        seed: of the initial weights, the batches and the distortions.
        loss: "pairs" (the paper's), "batch-pairs", "nca" or "one-shot"; see
            `model.training.losses`.
        temperature: by which the latter two divide the scores before their softmax.
        optimiser: "sgd" (the paper's) or "adam".
        learning_rate: by which that of every layer is multiplied. A search over this one and over
            the layers' factors around 1 finds rates that train sooner than one over independent
            rates, of which one bad is enough to fail.
        layers: one per layer with weights, in the network's order: convolutions, embedding, output.
        epochs: at most so many.
        steps_per_epoch: batches an epoch.
        patience: stop after so many epochs without a better validation accuracy.
        schedule: learning rates "decay" by 1 % an epoch (the paper's), fall to zero over all epochs
            along a "cosine", or to a tenth in each of two "steps", after a half and three quarters.
        validation: one-shot accuracy over every drawer pair and every choice of characters
            ("exact"), or over 320 seeded random trials, as in the paper ("sampled"); or same or
            different over every within-alphabet pair of two drawers ("verification"), which no
            study and no `retrain` takes: they report one-shot accuracy.
        averaging: the weights that are validated and kept are a moving average over the steps,
            which keeps this part of itself at each; 0 is none.
        batch: what a step sees.
        distortion: of every training picture.
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
    averaging: float = Field(default=0.0, ge=0, lt=1)
    batch: BatchConfig = BatchConfig()
    distortion: DistortionConfig = DistortionConfig()

    @property
    def softmax_temperature(self) -> float | None:
        """By which the loss divides scores before a softmax; None where it has no softmax."""
        return self.temperature if self.loss in ("nca", "one-shot") else None

    @property
    def error_over(self) -> Literal["trials", "alphabets"]:
        """What the standard error of a validation accuracy is over."""
        return "trials" if self.validation == "sampled" else "alphabets"


class RunConfig(Strict):
    """A network and how it is trained: the content of an exported configuration file."""

    network: NetworkConfig
    train: TrainConfig

    @model_validator(mode="after")
    def _one_rate_per_layer(self) -> RunConfig:
        wanted, given = len(self.network.layers), len(self.train.layers)
        if wanted != given:
            raise ValueError(
                f"train.layers has {given} entries; the network has {wanted} layers"
                f" ({', '.join(self.network.layers)})"
            )
        return self
