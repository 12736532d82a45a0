"""The report's figures of the winner: pure functions of its results and weights."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from hpo.report.style import Bar, Section, bars, empty_figure
from hpo.report.tested import tested
from hpo.runtime.palette import BLUE, GREY
from hpo.runtime.wording import kind_of_runs, percent
from hpo.study.results import StudyResults
from model.evaluation.quoted import ONE_SHOT


def filters(weights: NDArray[np.float32]) -> Section:
    """The first layer's filters side by side.

    Args:
        weights: [filters, height, width].
    """
    count, side, _ = weights.shape
    columns = min(count, 8 if count <= 64 else 16)
    rows = ceil(count / columns)
    mosaic = np.full((rows * (side + 1) + 1, columns * (side + 1) + 1), np.nan, dtype=np.float32)
    for number, picture in enumerate(weights):
        top, left = (1 + place * (side + 1) for place in divmod(number, columns))
        mosaic[top : top + side, left : left + side] = picture / max(np.abs(picture).max(), 1e-9)
    figure = empty_figure("", "", 100 + min(640, ceil(640 * rows / columns)))
    figure.add_heatmap(
        z=np.round(mosaic, 2),
        zmin=-1,
        zmax=1,
        colorscale="PuOr",
        hoverongaps=False,
        hovertemplate="weight %{z:.2f}<extra></extra>",
        colorbar={
            "orientation": "h",
            "thickness": 12,
            "len": 0.6,
            "y": 0,
            "yanchor": "top",
            "tickvals": [-1, 0, 1],
            "title": {"text": "weight", "side": "top", "font": {"size": 13}},
        },
    )
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")
    return Section(
        f"The winner's first layer: {count} filters of {side}x{side} pixels",
        "Learned weights, each filter in units of its own largest: purple is positive, orange"
        " negative.",
        {"filters": figure},
    )


def alphabets(results: StudyResults) -> Section:
    """The winner's accuracy on each test alphabet, over every pair of its drawers."""
    test = results.test
    found = sorted(test.per_alphabet.items(), key=lambda item: -item[1])
    rows = [
        Bar(name.replace("_", " "), 100 * accuracy, percent(accuracy)) for name, accuracy in found
    ]
    figure = bars(rows, "accuracy over every drawer pair (%)", 100, {"": BLUE})
    _, (own, *over_seeds) = tested(results)
    several = "".join(
        f" The {mean.what} is {percent(mean.accuracy, mean.error)} (over {mean.over})."
        for mean in over_seeds
    )
    (best, high), (worst, low) = found[0], found[-1]
    return Section(
        f"Test alphabets: from {percent(low)} on {worst} to {percent(high)} on {best}".replace(
            "_", " "
        ),
        f"The winner on the {len(found)} test alphabets, over every pair of drawers and every"
        f" choice of {results.way} characters; chance is {100 / results.way:.0f} %. The mean of"
        f" these is {percent(own.accuracy, own.error)} (standard error over {own.over}).{several}"
        f" This is another task than the {kind_of_runs(results.dataset)} runs, not to be compared"
        " with them.",
        {"alphabets": figure},
    )


def comparison(results: StudyResults) -> Section:
    """The official runs beside the paper's table; on other data, there is nothing to compare."""
    if results.dataset != "omniglot":
        return Section(
            "The winner's accuracies",
            f"The study ran on {results.dataset}, not on Omniglot: the paper's figures do not"
            " apply, and are left out.",
        )
    test = results.test
    (own, *over_seeds), _ = tested(results)
    accuracy, error = own.accuracy, own.error
    measured, quoted = "measured here", "quoted from the paper"
    rows = [
        *(
            Bar(t.what, 100 * t.accuracy, percent(t.accuracy, t.error), measured, 100 * t.error)
            for t in (own, *over_seeds)
        ),
        *(Bar(name, value, percent(value / 100), quoted) for name, value in ONE_SHOT.items()),
    ]
    figure = bars(
        sorted(rows, key=lambda row: -row.length),
        f"{results.way}-way accuracy on the official runs (%)",
        100,
        {measured: BLUE, quoted: GREY},
    )
    paper = ONE_SHOT["convolutional siamese net"]
    points = 100 * accuracy - paper
    side = "above" if points > 0 else "below"
    apart = f"{abs(points):.1f} points"
    if error:
        apart = f"{abs(points) / (100 * error):.1f} standard errors"
    return Section(
        f"Official runs: {percent(accuracy, error)}, the paper's network {percent(paper / 100)}",
        f"All on the same {len(test.per_run)} runs, {test.trials} trials, with the standard"
        f" error over these{', that of the mean over seeds' if over_seeds else ''}. The winner is"
        f" {apart} {side} the paper's"
        " convolutional siamese net (section 4.3 of the paper, which names no error of its own).",
        {"comparison": figure},
    )
