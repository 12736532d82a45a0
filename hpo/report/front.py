"""The report's Pareto front: accuracy against what a network, or its training, costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from optuna.trial import FrozenTrial

from hpo.console.next_commands import export_front
from hpo.console.shown_command import command_elsewhere
from hpo.report.style import ACCURACY, Section, empty_figure, in_percent
from hpo.runtime.literal_text import in_html
from hpo.runtime.palette import BLUE, VERMILLION
from hpo.storage.workspace import Workspace
from hpo.study.objectives import COSTS, Front, amount
from hpo.trials.outcome import state_of

WIDE_RANGE = 20
"""The largest cost in parts of the least from which the axis is logarithmic."""


def front_section(trials: Sequence[FrozenTrial], front: Front) -> Section:
    """The complete trials of a study with a second objective, and the front among them."""
    name = COSTS[front.cost]
    complete = [trial for trial in trials if state_of(trial) == "complete"]
    figure = empty_figure(name, ACCURACY, 420)
    on_front = {trial.number for trial in front.trials}
    rest = [trial for trial in complete if trial.number not in on_front]
    best = sorted((t for t in complete if t.number in on_front), key=lambda t: t.values[1])
    for group, of_group, colour, mode in (
        ("other complete trials", rest, BLUE, "markers"),
        ("Pareto front", best, VERMILLION, "lines+markers"),
    ):
        figure.add_scatter(
            x=[trial.values[1] for trial in of_group],
            y=[in_percent(trial) for trial in of_group],
            customdata=[[t.number, amount(front.cost, t.values[1])] for t in of_group],
            mode=mode,
            line={"color": colour, "shape": "hv", "width": 2},
            marker={"color": colour, "size": 9},
            name=f"{group} ({len(of_group):,})",
            hovertemplate=f"trial %{{customdata[0]}}<br>%{{y:.1f}} %, %{{customdata[1]}} {name}"
            "<extra></extra>",
        )
    costs = [trial.values[1] for trial in complete]
    if min(costs) > 0 and max(costs) > WIDE_RANGE * min(costs):
        figure.update_xaxes(type="log", dtick="D2")
    return Section(
        f"The Pareto front: {front.in_words()}",
        "Each point is a trial that was trained to its end. Below the line lie those that a cheaper"
        " one matches. Accuracies are of the search, before any retraining: the best of many noisy"
        " ones flatter.",
        {"pareto-front": figure},
    )


def front_table(front: Front, workspace: Workspace) -> str:
    """The front's trials, cheapest first, and how to take their configurations with one."""
    heads = "".join(f'<th class="number">{in_html(h)}</th>' for h in front.headings)
    body = "\n".join(
        "<tr>"
        + "".join(f'<td class="number">{in_html(cell)}</td>' for cell in row)
        + f"<td><code>{in_html(_export(row[0], workspace))}</code></td></tr>"
        for row in front.rows
    )
    every = export_front(workspace, front, here=False)
    return (
        f'<div class="scroll"><table id="front"><tr>{heads}<th>its configuration</th></tr>'
        f"\n{body}\n</table></div>\n"
        f"<p>All of them: <code>{in_html(every)}</code></p>"
    )


def _export(number: str, workspace: Workspace) -> str:
    file = Path(f"trial-{number}.toml")
    return command_elsewhere("export", workspace, "--trial", number, "--output", file)
