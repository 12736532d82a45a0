"""Tables are put between markers, and markers that cannot be followed are named."""

from __future__ import annotations

import pytest

from benchmarks.published.markers import MarkerError, fill

NAMES = ["one", "two"]


def test_what_stands_between_markers_is_replaced_and_the_rest_stays() -> None:
    text = "before\n<!-- table one -->\nold\n<!-- end one -->\nafter\n<!-- a comment -->\n"
    filled = fill(text, "page.md", NAMES, lambda name: f"new {name}")
    assert filled == (
        "before\n<!-- table one -->\n\nnew one\n\n<!-- end one -->\nafter\n<!-- a comment -->\n"
    )
    assert fill(filled, "page.md", NAMES, lambda name: f"new {name}") == filled


def test_markers_in_a_fenced_block_are_examples() -> None:
    text = "```\n<!-- table nothing -->\n```\n"
    assert fill(text, "page.md", NAMES, str.upper) == text


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["<!-- table three -->", "<!-- end three -->"], "line 1: no table is called three"),
        (["", "<!-- table one -->", "text"], "line 2: table one has no end"),
        (["<!-- table one -->", "<!-- end two -->"], "line 2: ends table two, which is not begun"),
        (["<!-- end one -->"], "line 1: ends table one, which is not begun"),
        (["<!-- table one -->", "<!-- table two -->"], "line 2: table two begins before one ends"),
        (["<!-- table one", "-->"], "line 1: no marker: <!-- table one"),
        (["<!-- table -->"], "line 1: no marker: <!-- table -->"),
        (["  <!-- table one -->"], "line 1: no marker: <!-- table one -->"),
    ],
)
def test_a_marker_that_cannot_be_followed_is_named(lines: list[str], said: str) -> None:
    with pytest.raises(MarkerError, match=r"^page\.md, ") as raised:
        fill("\n".join(lines), "page.md", NAMES, str.upper)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
