"""The report's figures of how a search went: pure functions from its trials.

Optuna's own figures show complete trials only. Where a pruner works these are few, so the figures
here show the pruned ones too, as far as they came.
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from optuna.trial import FrozenTrial

from data.names import MOST_WAY
from hpo.report.clock import Clock, span
from hpo.report.style import (
    ACCURACY,
    COLOURS,
    Section,
    add_trials,
    counted,
    empty_figure,
    in_percent,
    listed,
    spread,
    undrawn,
    whole_step,
)
from hpo.runtime.literal_text import in_figure
from hpo.runtime.palette import INK, ORANGE, PAPER
from hpo.runtime.process_identity import shown
from hpo.runtime.wording import duration, percent
from hpo.trials.attributes import TrialRecord
from hpo.trials.outcome import state_of
from hpo.trials.ranking import best_first
from hpo.trials.times import began

Trials = Sequence[FrozenTrial]
CURVE_POINTS = 20_000
"""Most points of all curves: more make a page heavy, and no picture clearer."""


def history(trials: Trials, way: int = MOST_WAY) -> Section:
    """Every trial's accuracy, and the best so far."""
    figure = empty_figure("trial number", ACCURACY, 420)
    add_trials(figure, trials, [trial.number for trial in trials])
    complete = [trial for trial in trials if state_of(trial) == "complete"]
    if not figure.data:
        return Section("No trial has an accuracy yet", "Its history is left out.")
    bests: list[FrozenTrial] = []
    for trial in complete:
        if not bests or trial.values[0] > bests[-1].values[0]:
            bests.append(trial)
    if bests:
        figure.add_scatter(
            x=[*(trial.number for trial in bests), trials[-1].number],
            y=[*(in_percent(trial) for trial in bests), in_percent(bests[-1])],
            mode="lines",
            line={"color": INK, "shape": "hv", "width": 2},
            name="best so far",
            hoverinfo="skip",
        )
    title = "No trial was trained to its end, so there is no best one"
    if bests:
        best = bests[-1]
        rose = f", up from {percent(bests[0].values[0])}" if len(bests) > 1 else ""
        title = f"The search's best is trial {best.number}: {percent(best.values[0])}{rose}"
    figure.update_xaxes(dtick=whole_step(trials[-1].number))
    left_out = [
        counted(number, what)
        for state, what in (("failed", "failed trial"), ("infeasible", "infeasible network"))
        if (number := sum(state_of(trial) == state for trial in trials))
    ]
    return Section(
        title,
        "A trial's accuracy is the best of its epochs on the validation alphabets,"
        f" {way}-way one-shot;"
        " a pruned trial's is as far as it came."
        + (f" Not shown: {listed(left_out)}." if left_out else ""),
        {"history": figure},
    )


def learning_curves(trials: Trials, spared: float) -> Section:
    """The best accuracy so far over the epochs of each trial, and where it was pruned.

    Args:
        spared: the share of all epochs that pruning saved, 0 to 1.
    """
    ranked = best_first(trials)
    running = [trial for trial in trials if state_of(trial) == "running"]
    curves = [trial for trial in (*ranked, *running) if trial.intermediate_values]
    if not curves:
        return Section("No epoch is reported yet", "The learning curves are left out.")
    longest = max(len(trial.intermediate_values) for trial in curves)
    shown = spread(curves, max(20, CURVE_POINTS // longest))
    figure = empty_figure("epochs done", f"best {ACCURACY} so far", 440)
    for state, width in (("pruned", 1.0), ("running", 1.5), ("complete", 1.5)):
        of_state = [trial for trial in shown if state_of(trial) == state]
        if of_state:
            _add_curves(figure, of_state, f"{state} ({len(of_state)})", COLOURS[state], width)
    ends = [
        (trial, max(trial.intermediate_values)) for trial in shown if state_of(trial) == "pruned"
    ]
    if ends:
        figure.add_scatter(
            x=[step for _, step in ends],
            y=[round(100 * trial.intermediate_values[step], 2) for trial, step in ends],
            mode="markers",
            marker={"symbol": "x", "color": ORANGE, "size": 6},
            showlegend=False,
            hoverinfo="skip",
        )
    if ranked and state_of(ranked[0]) == "complete" and ranked[0].intermediate_values:
        _add_curves(figure, ranked[:1], f"trial {ranked[0].number}, the best", INK, 3)
    step = whole_step(longest)
    figure.update_xaxes(
        range=[1 - min(0.4, 0.02 * longest), 1.02 * longest],
        tickvals=sorted({1, *range(step, longest + 1, step)}),
    )
    pruned = sum(state_of(trial) == "pruned" for trial in trials)
    title = "No trial was pruned"
    if pruned:
        of = f"{pruned:,} of {len(ranked):,} trials"
        title = f"Pruning ended {of} early and spared {100 * spared:.0f} % of all epochs"
    return Section(
        title,
        "Each line is a trial; where it ends in a cross, the trial was pruned, for others had done"
        f" better after as many epochs.{undrawn(shown, curves)}",
        {"learning-curves": figure},
    )


def timeline(trials: Trials) -> Section:
    """Which worker had which trial, and when; nobody has one that waits."""
    begun = [trial for trial in trials if began(trial) is not None]
    started = [trial for trial in begun if state_of(trial) != "waiting"]
    if not started:
        return Section("No worker has a trial, or had one that ended", "The timeline is left out.")
    spans = {trial.number: span(trial) for trial in started}
    clock = Clock(list(spans.values()))
    workers: dict[str, int] = {}
    for trial in sorted(started, key=lambda trial: spans[trial.number]):
        workers.setdefault(TrialRecord.of(trial).worker, len(workers) + 1)
    unit, size = next(
        (unit, size)
        for unit, size in (("hours", 3600), ("minutes", 60), ("seconds", 1))
        if clock.seconds > 3 * size or size == 1
    )
    figure = empty_figure(
        f"{unit} since the first trial started", "worker", min(800, 130 + 26 * len(workers))
    )
    for state, colour in COLOURS.items():
        of_state = [trial for trial in started if state_of(trial) == state]
        if not of_state:
            continue
        ends = [tuple(clock.at(end) / size for end in spans[trial.number]) for trial in of_state]
        figure.add_bar(
            orientation="h",
            base=[round(start, 3) for start, _ in ends],
            x=[round(end - start, 3) for start, end in ends],
            y=[workers[TrialRecord.of(trial).worker] for trial in of_state],
            width=0.7,
            marker={"color": colour, "line": {"color": PAPER, "width": 1}},
            customdata=[
                [trial.number, in_figure(shown(TrialRecord.of(trial).worker))] for trial in of_state
            ],
            name=f"{state} ({len(of_state):,})",
            hovertemplate=f"trial %{{customdata[0]}}, {state}<br>%{{customdata[1]}}<extra></extra>",
        )
    for place, seconds in clock.pauses:
        figure.add_vline(place / size, line={"color": INK, "dash": "dot", "width": 1.5})
        figure.add_annotation(
            x=place / size,
            y=1,
            yref="paper",
            yanchor="bottom",
            showarrow=False,
            text=f"{duration(seconds)} pause",
        )
    figure.update_layout(barmode="overlay")
    figure.update_yaxes(
        range=[len(workers) + 0.6, 0.4], dtick=1 if len(workers) <= 25 else None, showgrid=False
    )
    trained = sum((end - start).total_seconds() for start, end in spans.values())
    busy = trained / (clock.peak * clock.seconds) if clock.seconds else 1.0
    at_most, waiting = counted(clock.peak, "trial"), len(begun) - len(started)
    return Section(
        f"{duration(clock.seconds)} of search, at most {at_most} at once:"
        f" {100 * busy:.0f} % of that time in use",
        "Each bar is a trial, each row a worker process."
        + (" Dotted lines: the search was interrupted." if clock.pauses else "")
        + (f" Not shown: {counted(waiting, 'trial')} waiting to go on." if waiting else ""),
        {"timeline": figure},
    )


def _add_curves(figure: go.Figure, trials: Trials, name: str, colour: str, width: float) -> None:
    """Many lines as one trace: a legend with an entry a trial would be of no use."""
    x: list[int | None] = []
    y: list[float | None] = []
    numbers: list[int | None] = []
    for trial in trials:
        for step, value in sorted(trial.intermediate_values.items()):
            x.append(step)
            y.append(round(100 * value, 2))
            numbers.append(trial.number)
        x.append(None)
        y.append(None)
        numbers.append(None)
    figure.add_scatter(
        x=x,
        y=y,
        customdata=numbers,
        mode="lines",
        line={"color": colour, "width": width},
        name=name,
        hovertemplate="trial %{customdata}, %{x} epochs: %{y:.1f} %<extra></extra>",
    )
