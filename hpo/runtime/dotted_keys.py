"""Documents of tables and lists, as single values with dotted keys."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


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


def whole(value: Any) -> Any:  # noqa: ANN401
    """A model as nested tables and lists, with the defaults that a dump may leave out.

    Example:
        >>> from model.batch_config import BatchConfig
        >>> "composed" in BatchConfig().model_dump(), whole(BatchConfig())["composed"]
        (False, 0.0)
    """
    if isinstance(value, BaseModel):
        return {name: whole(getattr(value, name)) for name in type(value).model_fields}
    return [whole(item) for item in value] if isinstance(value, list | tuple) else value
