"""Plots where Optuna's dashboard looks for them: among the attributes of the study.

As optuna_dashboard's own save_plotly_graph_object writes them; but its import brings scikit-learn
and SciPy along, which takes every process that draws most of a second.
"""

from __future__ import annotations

import optuna
from plotly.graph_objects import Figure

from hpo.database.note_store import write_parts
from hpo.database.optuna_private import storage_of, study_id

PLOTS = "dashboard:plot_data:"


def write_plot(study: optuna.Study, name: str, figure: Figure) -> None:
    """Shows a figure in the study's dashboard, in the place of the one that has the name.

    Args:
        name: letters, digits, hyphens, underscores and full stops; the first a letter.
    """
    key = f"{PLOTS}{name}:"
    attributes = storage_of(study).get_study_system_attrs(study_id(study))
    before = sum(attribute.startswith(key) for attribute in attributes)
    write_parts(study, key, figure.to_json(), before)
