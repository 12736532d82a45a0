"""Pictures of the paper's search: random configurations by rank, and searches over time."""

from __future__ import annotations

from matplotlib.figure import Figure

from hpo.reproduce.paper_search.searches import Searched
from hpo.reproduce.paper_search.worth import Tried


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
    """For each form, every search's best value so far over its seconds of training."""
    forms = list(dict.fromkeys(search.form for search in found))
    figure = Figure(figsize=(5 * len(forms) + 1, 4), layout="constrained")
    samplers = list(dict.fromkeys(search.sampler for search in found))
    for axes, form in zip(figure.subplots(1, len(forms), squeeze=False)[0], forms, strict=True):
        for search in (search for search in found if search.form == form):
            times = [at for at, _ in search.found]
            values = [100 * value for _, value in search.found]
            axes.step(
                [*times, search.seconds],
                [*values, 100 * search.value],
                where="post",
                color=f"C{samplers.index(search.sampler)}",
                label=None if search.repetition else search.sampler,
            )
        axes.set(
            title=f"{form} scales",
            xlabel="seconds of training",
            ylabel="best validation accuracy so far, %",
        )
        axes.legend(fontsize=8)
    return figure
