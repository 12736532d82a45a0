"""The values of documents of tables and lists, by dotted keys."""

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


def value_at(document: Any, key: str) -> Any:  # noqa: ANN401
    """The value at a dotted key of tables and lists; None if there is none.

    Example:
        >>> document = {"network": {"convolutions": [{"kernel": 3}]}}
        >>> value_at(document, "network.convolutions.0.kernel")
        3
        >>> value_at(document, "network.convolutions.1.kernel") is None
        True
    """
    for part in key.split("."):
        try:
            document = document[int(part) if isinstance(document, list) else part]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def put_at(document: Any, key: str, value: Any) -> None:  # noqa: ANN401
    """Puts a value at a dotted key of tables and lists; makes a table on the way that is missing.

    Example:
        >>> document = {"network": {"convolutions": [{"kernel": 3}]}}
        >>> put_at(document, "network.convolutions.0.kernel", 5)
        >>> put_at(document, "train.batch.pairs", 8)
        >>> document
        {'network': {'convolutions': [{'kernel': 5}]}, 'train': {'batch': {'pairs': 8}}}
    """
    *above, last = key.split(".")
    for part in above:
        if isinstance(document, list):
            document = document[int(part)]
        else:
            document = document.setdefault(part, {})
    document[int(last) if isinstance(document, list) else last] = value


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
