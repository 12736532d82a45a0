"""Small pictures of a training: its curves, accuracy by alphabet, its hardest one-shot trials.

Curves and bars are SVG text and drawn in a millisecond: a plotting library takes longer to import
than some trials may spend on their pictures. They lie on the dashboard's own ground, white or dark;
drawings are black on white, as they were drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from math import isfinite

from PIL import Image, ImageDraw, ImageFont

from data.characters import Characters
from hpo.runtime.fonts import readable
from hpo.runtime.literal_text import in_html
from hpo.runtime.palette import BLUE, GREEN, MIDDLE, VERMILLION
from hpo.runtime.wording import points
from model.evaluation.scores import OneShotTrial, Picture
from model.training.epoch_report import EpochReport

PANEL, HEIGHT, MARGIN = 330, 240, 44
"""Pixels: a chart's plane, the picture's height, and what is around the plane."""
CELL, GAP, ACROSS, LETTERS = 70, 10, 4, 11
"""Pixels of a drawing and between two of them; how many trials in a row."""


def learning_curves(history: Sequence[EpochReport]) -> str:
    """Loss, one-shot accuracy and verification accuracy after each epoch, as SVG."""
    losses = [report.loss for report in history]
    accuracies = [(VERMILLION, "one-shot", [100 * report.accuracy for report in history])]
    verified = [100 * (report.verification or 0) for report in history]
    if any(verified):
        accuracies.append((BLUE, "verification", verified))
    top = max((loss for loss in losses if isfinite(loss)), default=1.0)
    parts = [
        *_plane(0, "training loss", len(history), top),
        *_line(0, losses, top, GREEN, ""),
        *_plane(1, "validation accuracy, %", len(history), 100),
        *(part for color, name, line in accuracies for part in _line(1, line, 100, color, name)),
    ]
    return _svg(2 * (PANEL + 2 * MARGIN), HEIGHT, parts)


def accuracy_bars(per_alphabet: Mapping[str, float], mean: float, way: int) -> str:
    """One-shot accuracy of each alphabet as SVG, the best one first; a line at the mean."""
    left, right, row, top = 190, 280, 22, 30
    parts = [_text(left, 18, f"{way}-way one-shot accuracy, %; mean {points(mean)}")]
    ordered = sorted(per_alphabet.items(), key=lambda item: -item[1])
    for number, (alphabet, accuracy) in enumerate(ordered):
        y = top + row * number
        width = right * accuracy
        parts += [
            _text(left - 8, y + 15, alphabet.replace("_", " "), "end"),
            f'<rect x="{left}" y="{y + 3}" width="{width:.1f}" height="{row - 6}" fill="{BLUE}"/>',
            _text(left + right + 42, y + 15, points(accuracy), "end"),
        ]
    at, bottom = left + right * mean, top + row * len(ordered)
    parts.append(
        f'<path d="M{at:.1f} {top}V{bottom}" stroke="{VERMILLION}" stroke-dasharray="4 3"'
        ' fill="none"/>'
    )
    return _svg(left + right + 50, bottom + 10, parts)


def one_shot_trials(trials: Sequence[OneShotTrial], characters: Characters) -> bytes:
    """Each trial's test picture, the right one and the chosen one beside each other, as PNG.

    Args:
        trials: one-shot trials of these characters' alphabets.
    """
    line = 14
    width, height = 3 * (CELL + 2) + GAP, CELL + 2 * line + GAP + 4
    rows = -(-len(trials) // ACROSS)
    sheet = Image.new("RGBA", (ACROSS * width + GAP, rows * height + GAP))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(LETTERS)
    for number, trial in enumerate(trials):
        x, y = GAP + width * (number % ACROSS), GAP + height * (number // ACROSS)
        alphabet, of_alphabet = readable(trial.alphabet.replace("_", " "), LETTERS)
        draw.text((x, y), alphabet, MIDDLE, of_alphabet)
        wrong = trial.margin <= 0
        for place, (name, picture, color) in enumerate(
            (
                ("test", trial.query, MIDDLE),
                ("right" if wrong else "right, chosen", trial.right, BLUE),
                (
                    "chosen" if wrong else "next to it",
                    trial.chosen,
                    VERMILLION if wrong else MIDDLE,
                ),
            )
        ):
            at = x + place * (CELL + 2)
            sheet.paste(_drawing(characters, trial.alphabet, picture), (at, y + 2 * line))
            draw.rectangle((at, y + 2 * line, at + CELL - 1, y + 2 * line + CELL - 1), None, color)
            draw.text((at, y + line), name, color, font)
    file = BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def _drawing(characters: Characters, alphabet: str, picture: Picture) -> Image.Image:
    row = characters.characters_of[characters.alphabets.index(alphabet)][picture.character]
    ink = characters.pictures[row, picture.drawer].cpu().numpy()
    return Image.fromarray(255 - ink).resize((CELL, CELL), Image.Resampling.NEAREST)


def _plane(number: int, title: str, epochs: int, top: float) -> list[str]:
    """A chart's title, axes and their ends; `top` is the highest value, 0 the lowest."""
    x, bottom = _left(number), HEIGHT - MARGIN
    return [
        _text(x, MARGIN - 14, title),
        f'<path d="M{x} {MARGIN}H{x + PANEL}M{x} {(MARGIN + bottom) / 2}H{x + PANEL}"'
        f' stroke="{MIDDLE}" stroke-opacity="0.4" fill="none"/>',
        f'<path d="M{x} {MARGIN}V{bottom}H{x + PANEL}" stroke="{MIDDLE}" fill="none"/>',
        _text(x - 6, MARGIN + 4, f"{top:.3g}", "end"),
        _text(x - 6, bottom, "0", "end"),
        _text(x, bottom + 18, "epoch 1"),
        _text(x + PANEL, bottom + 18, str(epochs), "end"),
    ]


def _line(number: int, values: Sequence[float], top: float, color: str, name: str) -> list[str]:
    """A curve with its name at its end; values that are not finite are left out."""
    step, span = PANEL / max(1, len(values) - 1), HEIGHT - 2 * MARGIN
    points = [
        (_left(number) + step * i, HEIGHT - MARGIN - span * min(1.0, value / (top or 1.0)))
        for i, value in enumerate(values)
        if isfinite(value)
    ]
    if not points:
        return []
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    (x, y), last = points[-1], values[-1]
    said = f"{name} {last:.1f}" if name else f"{last:.3g}"
    return [
        f'<polyline points="{path}" stroke="{color}" stroke-width="2" fill="none"/>',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>',
        # One-shot accuracy is the lower one of the two, and its name stays clear of the other's.
        _text(x - 6, y + (18 if name == "one-shot" else -8), said, "end", color),
    ]


def _left(number: int) -> int:
    return number * (PANEL + 2 * MARGIN) + MARGIN + 6


def _text(x: float, y: float, text: str, anchor: str = "start", color: str = MIDDLE) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} fill="{color}">{in_html(text)}</text>'


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" font-family="sans-serif" font-size="13">'
        f"{''.join(parts)}</svg>\n"
    )
