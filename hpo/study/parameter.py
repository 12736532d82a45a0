"""A parameter of the search: a range of numbers, or choices, from a table of a study's file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import BaseTrial
from pydantic import Field, ValidationError, field_validator

from data.errors import InputError
from hpo.study.limits import MOST
from model.config_file import explain, shown
from model.strict import Strict

PRESENT = "present"
"""Key of a convolution in a study, not in a configuration: true, false, or a choice of both."""
Value = bool | int | float | str
ROUNDING = 1e-9
"""How far from a range or its steps a value may be that was computed from these."""

MOST_STEPS = 2**53
"""Steps of a range, which a number of double precision can tell apart."""


class Range(Strict):
    """A range of numbers.

    Attributes:
        low: smallest number.
        high: largest number, included.
        step: distance between two numbers; None takes any, or any whole one.
        log: whether numbers are drawn evenly over their logarithm.
        prior: a number that is believed to be good; None if there is none.
    """

    low: int | float
    high: int | float
    step: int | float | None = None
    log: bool = False
    prior: int | float | None = None

    def mistake(self, whole: bool) -> str | None:
        """The mistake in this range, in words; None if it has none.

        Args:
            whole: whether it is a range of whole numbers.
        """
        for name in ("low", "high", "step", "prior"):
            number = getattr(self, name)
            if number is not None and abs(number) > MOST:
                return f"{name} should be between {-MOST} and {MOST}, not {shown(number)}"
        if not self.low < self.high:
            return f"low {self.low} must be below high {self.high}"
        if self.log and self.low <= 0:
            return f"low {self.low} must be above 0 where log is true"
        if self.step is None:
            return None
        if self.log:
            return "step and log = true exclude each other"
        if self.step <= 0 or (whole and not isinstance(self.step, int)):
            return f"step {self.step} must be a positive {'whole ' if whole else ''}number"
        steps = (self.high - self.low) / self.step
        if steps > MOST_STEPS:
            return f"step {self.step} should be {(self.high - self.low) / MOST_STEPS:.1g} or more"
        # Exactly, in decimals, as Optuna asks: it would leave out the last step otherwise.
        low, high, step = (Decimal(str(number)) for number in (self.low, self.high, self.step))
        if (high - low) % step != 0:
            return f"high {self.high} must be low {self.low} plus a multiple of step {self.step}"
        return None

    @property
    def as_decimals(self) -> Range:
        """This range with ends and step as decimals: 0.3 for a sum of steps, 0.30000000000000004.

        Studies that `narrow` once wrote have such ends.
        """
        if self.step is None:
            return self
        ends = {"low": self.low, "high": self.high, "step": self.step}
        decimals = {
            name: float(f"{end:.15g}") for name, end in ends.items() if isinstance(end, float)
        }
        return self.model_copy(update=decimals)


def on_grid(low: float, step: float, number: int) -> float:
    """The number that lies so many steps above `low`, as it is written in decimals.

    Computed with floats, steps add up to 0.30000000000000004, which no study can have for an end.

    Example:
        >>> on_grid(0.0, 0.1, 3)
        0.3
    """
    return float(Decimal(str(low)) + number * Decimal(str(step)))


class Choices(Strict):
    """Choices: values that the sampler chooses one from.

    Attributes:
        choices: all different, at least one.
        prior: the one that is believed to be good; None if there is none.
    """

    choices: tuple[Value, ...] = Field(min_length=1, strict=False)
    prior: Value | None = None

    @field_validator("choices")
    @classmethod
    def _all_different(cls, choices: tuple[Value, ...]) -> tuple[Value, ...]:
        # Optuna can't tell 1 from 1.0. It can't tell 1 from true either, but no field takes both,
        # and its own error says so.
        seen: set[tuple[bool, Value]] = set()
        for choice in choices:
            if (isinstance(choice, bool), choice) in seen:
                raise ValueError(f"{shown(choice)} stands there twice")
            seen.add((isinstance(choice, bool), choice))
        return choices


@dataclass(frozen=True)
class Parameter:
    """A parameter of the search.

    Attributes:
        name: its name in Optuna, such as "conv1.filters".
        key: its key in the study's file, such as "network.convolutions.0.filters".
        values: both ends of its range, or all its choices.
        range: its range; None if it has choices.
        whole: whether it takes whole numbers only.
        prior: the value that is believed to be good; None if there is none.
    """

    name: str
    key: str
    values: tuple[Value, ...]
    range: Range | None
    whole: bool
    prior: Value | None = None

    @classmethod
    def of(cls, name: str, key: str, table: dict[str, Any], whole: bool) -> Parameter:
        """Reads a parameter from its table in the study's file.

        Raises:
            InputError: the table has a mistake: names the key, not the file.
        """
        model = Choices if "choices" in table else Range
        try:
            given = model.model_validate(table)
        except ValidationError as error:
            raise InputError(explain(error, key, model)) from None
        if isinstance(given, Choices):
            found = cls(name, key, given.choices, None, whole, given.prior)
        else:
            assert isinstance(given, Range)
            given = given.as_decimals
            if mistake := given.mistake(whole):
                raise InputError(f"{key}: {mistake}")
            found = cls(name, key, (given.low, given.high), given, whole, given.prior)
        if found.prior is not None and not found.has(found.prior):
            among = "choices" if found.range is None else "values of its range"
            raise InputError(f"{key}: prior {shown(found.prior)} is none of the {among}")
        return found

    @property
    def distribution(self) -> BaseDistribution:
        """The distribution that Optuna stores."""
        if self.range is None:
            return CategoricalDistribution(self.values)
        low, high, step, log = self.range.low, self.range.high, self.range.step, self.range.log
        if self.whole:
            return IntDistribution(int(low), int(high), log, int(step or 1))
        return FloatDistribution(low, high, log, step)

    def suggest(self, trial: BaseTrial) -> Value:
        """Asks the trial's sampler for a value, and keeps it with the trial."""
        if self.range is None:
            chosen = trial.suggest_categorical(self.name, self.values)
            assert chosen is not None
            return chosen
        low, high, step, log = self.range.low, self.range.high, self.range.step, self.range.log
        if self.whole:
            return trial.suggest_int(self.name, int(low), int(high), step=int(step or 1), log=log)
        return float(trial.suggest_float(self.name, low, high, step=step, log=log))

    def has(self, value: object) -> bool:
        """Whether a trial of the study may have this value."""
        if self.range is None:
            return self.nearest(value) is not None
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        low, high, step = self.range.low, self.range.high, self.range.step
        if not low - ROUNDING * (high - low) <= value <= high + ROUNDING * (high - low):
            return False
        step = step or (1 if self.whole else None)
        if step is None:
            return True
        steps = (value - low) / step
        return abs(steps - round(steps)) <= ROUNDING * max(1.0, abs(steps))

    def nearest(self, value: object) -> Value | None:
        """The value of this parameter that is nearest to a given one.

        None if there is none: of choices only an equal one is near, and to a range only a number.

        Example:
            >>> table = {"low": 3, "high": 9, "step": 2}
            >>> kernel = Parameter.of("conv1.kernel", "kernel", table, whole=True)
            >>> kernel.nearest(20), kernel.nearest("wide")
            (9, None)
        """
        if self.range is None:
            flag = isinstance(value, bool)  # Python holds true and 1 for equal
            return next(
                (v for v in self.values if v == value and isinstance(v, bool) == flag), None
            )
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        low, high, step = self.range.low, self.range.high, self.range.step
        step = step or (1 if self.whole else None)
        near = min(max(value, low), high)
        if step:
            near = on_grid(low, step, round((near - low) / step))
        return int(near) if self.whole else float(near)
