"""A storage as Optuna's dashboard sees it: without the attributes of studies that name places."""

from __future__ import annotations

from collections.abc import Container
from copy import copy
from typing import Any

from hpo.database.waiting_storage import WaitingStorage


class ShownStorage(WaitingStorage):
    """Another storage, whose studies keep some of their attributes to themselves."""

    def __init__(self, storage: WaitingStorage, hidden: Container[str]) -> None:
        """
        Args:
            storage: what it stands in front of.
            hidden: names of the attributes that are not shown.
        """
        super().__init__(storage._inner)
        self._hidden = hidden

    def get_all_studies(self) -> list[Any]:
        shown = []
        for study in super().get_all_studies():
            study = copy(study)
            study.user_attrs = {
                name: value for name, value in study.user_attrs.items() if name not in self._hidden
            }
            shown.append(study)
        return shown
