"""Files that systems leave in a user's folders, beside the user's own."""

from __future__ import annotations


def passed_over(name: str) -> bool:
    """Whether a name is that of what a system leaves in folders.

    Example:
        >>> [passed_over(name) for name in ("._a.toml", "Thumbs.db", "a.toml")]
        [True, True, False]
    """
    return name.startswith(".") or name in ("__MACOSX", "Thumbs.db", "desktop.ini")
