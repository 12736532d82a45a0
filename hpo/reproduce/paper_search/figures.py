"""Pictures of the paper's search: ranked configurations, searches, long trainings, steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hpo.reproduce.paper_search.compared import Reached
from hpo.reproduce.paper_search.longest import Seen
from hpo.reproduce.paper_search.searched import Searched
from hpo.reproduce.paper_search.settings import PAPER
from hpo.reproduce.paper_search.worth import Tried
from hpo.reproduce.table import Measured

FIGURES: dict[str, Callable[[Reached], Measured]] = {
    "official runs": lambda reached: reached.official,
    "every drawer pair": lambda reached: reached.every_pair,
}
"""What is shown of each configuration that is compared."""
TERA = 1e12


def worth_figure(found: dict[str, list[Tried]]) -> Figure:
    """Each form's configurations from worst to best, and the band of untrained networks."""
    figure = Figure(figsize=(6.5, 4), layout="constrained")
    axes = figure.subplots()
    untrained = [100 * one["untrained"] for tried in found.values() for one in tried]
    axes.axhspan(min(untrained), max(untrained), color="0.85", label="untrained networks")
    for form, tried in found.items():
        values = sorted(100 * one["trained"] for one in tried)
        axes.plot(range(1, len(values) + 1), values, marker=".", label=f"{form} scales")
    axes.set(xlabel="configurations, worst to best", ylabel="20-way validation accuracy, %")
    axes.legend(fontsize=8)
    return figure


def search_figure(found: list[Searched]) -> Figure:
    """For each form, every search's best proposal so far over its operations of training.

    Beside them, dashed, is the best of the configurations that a person would try first.
    """

    def draw(axes: Axes, search: Searched, color: str, label: str | None) -> None:
        axes.step(
            [at / TERA for at in (*(at for at, _ in search.found), search.operations)],
            [*(100 * value for _, value in search.found), 100 * search.value],
            where="post",
            color=color,
            label=label,
        )

    figure = _by_form(
        found, draw, "operations of training, 10¹²", "best proposal so far, validation, %"
    )
    for axes, form in zip(figure.axes, dict.fromkeys(search.form for search in found), strict=True):
        by_hand = max(search.by_hand for search in found if search.form == form)
        axes.axhline(100 * by_hand, color="0.5", linestyle="--", label="by hand")
        axes.legend(fontsize=8)
    return figure


def proposals_figure(found: list[Searched]) -> Figure:
    """For each form, what every model-based search proposed: how fast weights shrink by it."""

    def draw(axes: Axes, search: Searched, color: str, label: str | None) -> None:
        places = range(1, len(search.shrinking) + 1)
        axes.plot(places, search.shrinking, linestyle="none", marker=".", color=color, label=label)
        # L2 may be 0, which has no place on a logarithmic scale.
        axes.set_yscale("symlog", linthresh=1e-9)

    return _by_form(
        found,
        draw,
        "trials, in the order in which they ended",
        "part of a weight lost in a step, most of all layers",
    )


def _by_form(
    found: list[Searched],
    draw: Callable[[Axes, Searched, str, str | None], None],
    across: str,
    up: str,
) -> Figure:
    """A picture for each form side by side, a colour for each sampler.

    Args:
        draw: draws a search, in this colour and under this name; repetitions have none.
        across: what is along the horizontal axis.
        up: what is along the vertical one.
    """
    forms = list(dict.fromkeys(search.form for search in found))
    figure = Figure(figsize=(5 * len(forms) + 1, 4), layout="constrained")
    samplers = list(dict.fromkeys(search.sampler for search in found))
    for axes, form in zip(figure.subplots(1, len(forms), squeeze=False)[0], forms, strict=True):
        for search in (search for search in found if search.form == form):
            color = f"C{samplers.index(search.sampler)}"
            draw(axes, search, color, None if search.repetition else search.sampler)
        axes.set(title=f"{form} scales", xlabel=across, ylabel=up)
        axes.legend(fontsize=8)
    return figure


def longest_figure(networks: Mapping[str, Mapping[int, Seen]]) -> Figure:
    """20-way accuracy by pairs seen, with standard errors, and the paper's.

    Args:
        networks: what each reaches, by its name; a single one is not named.
    """
    figure = Figure(figsize=(6.5, 4), layout="constrained")
    axes = figure.subplots()
    curves = {}
    for network, found in networks.items():
        of = f"{network}: " if len(networks) > 1 else ""
        curves[f"{of}official runs"] = {pairs: seen.official for pairs, seen in found.items()}
        curves[f"{of}every drawer pair"] = {pairs: seen.every_pair for pairs, seen in found.items()}
    for name, by_pairs in curves.items():
        cells = by_pairs.values()
        axes.errorbar(
            list(by_pairs),
            [100 * cell.value for cell in cells],
            yerr=[100 * (cell.error or 0.0) for cell in cells],
            marker="o",
            capsize=3,
            label=name,
        )
    axes.axhline(100 * PAPER, color="0.5", linestyle="--", label="the paper, official runs")
    axes.set(xscale="log", xlabel="pairs seen", ylabel="20-way accuracy on the test alphabets, %")
    axes.legend(fontsize=8)
    return figure


def steps_figure(reached: Mapping[str, Reached]) -> Figure:
    """Configurations from top to bottom, with standard errors, and the paper's accuracy."""
    figure = Figure(figsize=(7.5, 0.45 * len(reached) + 1.5), layout="constrained")
    axes = figure.subplots()
    places = range(len(reached))
    for number, (name, take) in enumerate(FIGURES.items()):
        cells = [take(of_config) for of_config in reached.values()]
        axes.errorbar(
            [100 * cell.value for cell in cells],
            [place + 0.2 * number - 0.1 for place in places],
            xerr=[100 * (cell.error or 0.0) for cell in cells],
            linestyle="none",
            marker="o",
            capsize=3,
            label=name,
        )
    axes.axvline(100 * PAPER, color="0.5", linestyle="--", label="the paper, official runs")
    axes.set_yticks(places, list(reached))
    axes.invert_yaxis()
    axes.set_xlabel("20-way accuracy on the test alphabets, %")
    axes.legend(fontsize=8)
    return figure
