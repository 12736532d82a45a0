"""Documents of tables and lists, as single values with dotted keys."""

from __future__ import annotations

from typing import Any


def leaves(document: Any, key: str = "") -> dict[str, Any]:  # noqa: ANN401
    """Every value within tables and lists, by its dotted key; an empty table is a value.

    Example:
        >>> leaves({"network": {"units": 8, "convolutions": [{"kernel": 3}]}})
        {'network.units': 8, 'network.convolutions.0.kernel': 3}
    """
    if not isinstance(document, dict | list) or not document:
        return {key: document}
    items = document.items() if isinstance(document, dict) else enumerate(document)
    return {
        dotted: value
        for name, below in items
        for dotted, value in leaves(below, f"{key}.{name}" if key else str(name)).items()
    }
