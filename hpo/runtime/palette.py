"""Colours of figures, pages and pictures: Okabe and Ito's, which colour-blind people tell apart."""

from __future__ import annotations

BLUE, SKY, ORANGE = "#0072B2", "#56B4E9", "#E69F00"
GREEN, VERMILLION = "#009E73", "#D55E00"
INK, GREY, PALE, FAINT, PAPER = "#222222", "#767676", "#C4C4C4", "#EBEBEB", "#FFFFFF"
MIDDLE = "#858585"
"""Ink for what is shown on white and on black alike; its paper is transparent."""
DARK = {
    BLUE: SKY,
    SKY: "#2F7CA8",
    INK: "#E6E6E6",
    GREY: "#9A9A9A",
    PALE: "#565656",
    FAINT: "#333333",
    PAPER: "#161616",
}
"""What each colour becomes on a dark page; the others are legible there as they are."""
