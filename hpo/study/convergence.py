"""The finding that nothing more is to be gained by a search."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from hpo.study.definition import StopConfig


class Convergence(BaseModel):
    """Why a search ended before its budget was spent.

    Attributes:
        stop: the study's rule.
        gain: accuracy, 0 to 1, that was expected of the next trials.
        trials: number of trials that were done.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    stop: StopConfig
    gain: float
    trials: int

    def in_words(self) -> str:
        """The finding in one line, in percentage points.

        Example:
            >>> Convergence(stop=StopConfig(), gain=0.0004, trials=61).in_words()
            'converged after 61 trials: the next 20 are expected to gain 0.04 points, stop asks...'
        """
        return (
            f"converged after {self.trials} trials: the next {self.stop.trials} are expected to"
            f" gain {100 * self.gain:.2f} points, stop asks for {100 * self.stop.gain:.2f}"
        )
