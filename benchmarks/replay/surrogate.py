"""The learning curve of any configuration of a recorded space, predicted from recorded curves.

Extremely randomised trees over the configurations' own values (not the search's parameters, so
that another parametrisation of the same networks can be replayed as well) weigh the recorded
configurations by how often each shares the asked one's leaf. The weighted mean of their curves is
the truth of the replay; Gaussian processes give another, see KINDS. What differs between seeds is
added from the configurations that were recorded with several: whole residual curves, on the scale
of log odds.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor

from benchmarks.replay.gaussian import Gaussians
from hpo.study.definition import StudyConfig
from hpo.study.file import read_study
from hpo.study.space import config_of, most_epochs
from model.config import RunConfig

Floats = NDArray[np.float64]
Kind = Literal["trees", "nearest", "gaussian"]
KINDS: dict[Kind, str] = {
    "trees": "mean over trees",
    "nearest": "nearest recorded",
    "gaussian": "Gaussian processes",
}
"""What may be the truth: a finding should not depend on it. `nearest` is the one recorded
configuration that weighs most, a rougher landscape; the mean over trees is of the family that a
sampler with trees itself believes in, and can be no better than the best recorded."""
CHANCE = 1 / 20
TREES = 200
ALIKE = 5
"""How many recorded residuals, of the nearest accuracy, a seed's is drawn from."""
LEARNS = 0.5
"""Best accuracy below which a training did not learn, so that its configuration says nothing of
luck: on the scale of log odds 2.6 % is as far from 35 % as 35 % is from 92 %."""


@dataclass(frozen=True)
class Curve:
    """A training in the replay.

    Attributes:
        accuracy: of each epoch, 0 to 1.
        seconds: of one epoch.
        diverges: whether the loss of the last epoch is not finite.
    """

    accuracy: Floats
    seconds: float
    diverges: bool

    @property
    def best(self) -> Floats:
        """The best accuracy so far, of each epoch."""
        return np.maximum.accumulate(self.accuracy)


class Surrogate:
    """Recorded curves, and what lies between them.

    Args:
        recorded: as `benchmarks.replay.curves` packs it.
        kind: what is the truth, one of KINDS.
        leave_out: the place of a recorded configuration to do without; None for none.
    """

    def __init__(
        self, recorded: dict[str, Any], kind: Kind = "trees", leave_out: int | None = None
    ) -> None:
        self.study: StudyConfig = read_study(
            recorded["definition"] | recorded["changeable"], "recorded curves"
        )
        self.kind = kind
        epochs = most_epochs(self.study)
        by_number: dict[int, list[dict[str, Any]]] = {}
        for line in recorded["curves"]:
            by_number.setdefault(line["number"], []).append(line)
        groups = list(by_number.values())
        self.left_out = groups.pop(leave_out) if leave_out is not None else None
        curves = [np.stack([_logit(_padded(line, epochs)) for line in group]) for group in groups]
        self.logits = np.stack([group.mean(0) for group in curves])
        self.alive = np.stack([np.mean([_alive(g, epochs) for g in group], 0) for group in groups])
        self.log_seconds = np.array(
            [np.mean([np.log(np.mean(g["cpu_seconds"])) for g in group]) for group in groups]
        )
        self.residuals = [
            (mean.max(), (seed - mean) * np.sqrt(len(group) / (len(group) - 1)))
            for group, mean in zip(curves, self.logits, strict=True)
            if len(group) > 1 and (group.max(1) > _logit(np.array(LEARNS))).all()
            for seed in group
        ]
        rows = [_leaves(config_of(self.study, g[0]["params"], 0).model_dump()) for g in groups]
        keys = sorted({key for row in rows for key in row})
        self.keys = [key for key in keys if len({row.get(key) for row in rows}) > 1]
        self.codes = {
            key: sorted({row[key] for row in rows if isinstance(row.get(key), str)})
            for key in self.keys
        }
        inputs = np.stack([self._encode(row) for row in rows])
        if kind == "gaussian":
            # A training that learns nothing is at chance, whatever its log odds were.
            at_least = np.maximum(self.logits, _logit(np.array(CHANCE)))
            self.gaussians = Gaussians(inputs, np.hstack((at_least, self.alive)))
        else:
            assert kind in ("trees", "nearest"), kind
            self.accuracy_trees = _Trees(inputs, np.hstack((self.logits, self.alive)))
        self.time_trees = _Trees(inputs, self.log_seconds)

    def truth(self, run: RunConfig) -> Curve:
        """A configuration's curve without the luck of a seed."""
        inputs = self._encode(_leaves(run.model_dump()))
        epochs = run.train.epochs
        found_logits, found_alive = self._curve(inputs)
        logits, alive = found_logits[:epochs], found_alive[:epochs]
        seconds = float(np.exp(self.time_trees.weights(inputs) @ self.log_seconds))
        ends = np.flatnonzero(alive < 0.5)
        if len(ends):
            logits = logits[: ends[0] + 1]
        return Curve(_expit(logits), seconds, len(ends) > 0)

    def _curve(self, inputs: Floats) -> tuple[Floats, Floats]:
        """Log odds of the accuracy, and whether the training still runs, after every epoch."""
        if self.kind == "gaussian":
            logits, alive = np.split(self.gaussians.predict(inputs), 2)
            return logits, alive
        weights = self.accuracy_trees.weights(inputs)
        if self.kind == "nearest":
            weights = np.eye(len(weights))[weights.argmax()]
        return weights @ self.logits, weights @ self.alive

    def with_seed(self, truth: Curve, dice: np.random.Generator) -> Curve:
        """The curve as one training would show it."""
        if not self.residuals:
            return truth
        logits = _logit(truth.accuracy)
        order = np.argsort([abs(level - logits.max()) for level, _ in self.residuals])
        _, residual = self.residuals[dice.choice(order[:ALIKE])]
        noise = dice.choice((-1.0, 1.0)) * residual[: len(logits)]
        return Curve(_expit(logits + noise), truth.seconds, truth.diverges)

    def _encode(self, row: dict[str, Any]) -> Floats:
        values = [
            self.codes[key].index(row[key]) if isinstance(row.get(key), str) else row.get(key)
            for key in self.keys
        ]
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


class _Trees:
    """Weights of the recorded configurations for another one."""

    def __init__(self, inputs: Floats, targets: Floats) -> None:
        forest = ExtraTreesRegressor(TREES, random_state=0).fit(inputs, targets)
        self.count = len(inputs)
        self.trees = [tree.tree_ for tree in forest.estimators_]
        self.member_of: list[NDArray[np.int64]] = []
        for tree in self.trees:
            # Grown to its end, a leaf has one configuration, or several with the same curve.
            member = np.zeros(tree.node_count, dtype=np.int64)
            member[tree.apply(inputs.astype(np.float32))] = np.arange(self.count)
            self.member_of.append(member)

    def weights(self, inputs: Floats) -> Floats:
        row = inputs.astype(np.float32)[None]
        found = [
            member[tree.apply(row)[0]]
            for tree, member in zip(self.trees, self.member_of, strict=True)
        ]
        return np.bincount(found, minlength=self.count) / len(self.trees)


def read_recorded(path: Path) -> dict[str, Any]:
    """Reads packed curves, with the times of one machine.

    Where several machines recorded, a picture takes as long on each as on the first, at the median.
    """
    document: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    first = _machine(document) or ""
    by_machine: dict[str, list[dict[str, Any]]] = {first: []}
    for line in document["curves"]:
        by_machine.setdefault(_machine(line) or first, []).append(line)
    if len(by_machine) > 1:
        own = _seconds_a_picture(by_machine[first])
        for lines in by_machine.values():
            factor = own / _seconds_a_picture(lines)
            for line in lines:
                line["cpu_seconds"] = [factor * seconds for seconds in line["cpu_seconds"]]
    return document


def _machine(line: dict[str, Any]) -> str | None:
    """The machine's name; None where the line holds none. Older recordings hold the name itself."""
    if computer := line.get("computer"):
        return f"{computer['processor']}, {computer['cores']} cores"
    name: str | None = line.get("machine")
    return name


def _seconds_a_picture(lines: list[dict[str, Any]]) -> float:
    return float(np.median([sum(line["cpu_seconds"]) / sum(line["pictures"]) for line in lines]))


def validate(recorded: dict[str, Any], kind: Kind) -> dict[str, float]:
    """How well each recorded configuration is predicted from all others."""
    count = len({line["number"] for line in recorded["curves"]})
    right, said, times, seconds = [], [], [], []
    for place in range(count):
        surrogate = Surrogate(recorded, kind, leave_out=place)
        lines = surrogate.left_out
        assert lines is not None
        truth = surrogate.truth(config_of(surrogate.study, lines[0]["params"], 0))
        right.append(np.mean([max(line["accuracy"]) for line in lines]))
        said.append(truth.best[-1])
        times.append(np.mean([np.mean(line["cpu_seconds"]) for line in lines]))
        seconds.append(truth.seconds)
    measured, predicted = np.array(right), np.array(said)
    upper = measured >= np.median(measured)
    whole = Surrogate(recorded, kind)
    spread = [seed.std() for level, seed in whole.residuals]
    return {
        "configurations": count,
        "mean_absolute_error": float(np.abs(predicted - measured).mean()),
        "same_of_the_better_half": float(np.abs(predicted - measured)[upper].mean()),
        "standard_deviation_of_accuracy": float(measured.std()),
        "rank_correlation": _spearman(measured, predicted),
        "rank_correlation_of_the_better_half": _spearman(measured[upper], predicted[upper]),
        "rank_correlation_of_seconds": _spearman(np.array(times), np.array(seconds)),
        "seed_noise_in_log_odds": float(np.mean(spread)) if spread else float("nan"),
    }


def _spearman(left: Floats, right: Floats) -> float:
    ranks = np.argsort(np.argsort(left)), np.argsort(np.argsort(right))
    return float(np.corrcoef(*ranks)[0, 1])


def _padded(line: dict[str, Any], epochs: int) -> Floats:
    """Accuracy of every epoch; after its end a training stays as it was, or knows nothing."""
    shown = [
        CHANCE if loss is None else accuracy
        for accuracy, loss in zip(line["accuracy"], line["loss"], strict=True)
    ]
    return np.array(shown + [shown[-1]] * (epochs - len(shown)))


def _alive(line: dict[str, Any], epochs: int) -> Floats:
    ended = line["loss"].index(None) if None in line["loss"] else epochs
    return (np.arange(epochs) < ended).astype(np.float64)


def _logit(accuracy: Floats) -> Floats:
    clipped = np.clip(accuracy, 1e-3, 1 - 1e-3)
    return np.log(clipped / (1 - clipped))


def _expit(logits: Floats) -> Floats:
    return 1 / (1 + np.exp(-logits))


def _leaves(value: Any, key: str = "") -> dict[str, Any]:  # noqa: ANN401
    """All values within tables and lists, each with its dotted key."""
    if not isinstance(value, dict | list | tuple):
        return {key: value}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return {k: v for name, part in items for k, v in _leaves(part, f"{key}.{name}").items()}
