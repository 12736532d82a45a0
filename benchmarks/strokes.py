"""Strokes of a printed letter: its middle lines, followed from end to end.

Lines are cut where they meet, and joined again where one goes straight on, as a pen does. What
thinning adds at the corners of a broad stroke is dropped.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, gaussian_filter1d, label

from data.sources.pen import Mask, middle_lines, stroke_width

Floats = NDArray[np.float64]
Pixel = tuple[int, int]
AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""A pixel's neighbours, clockwise from above."""
SPUR = 0.75
"""Longest line with a free end that is dropped at a meeting, in widths of a stroke."""
BRIDGE = 0.9
"""Longest line between two meetings that are taken for one, in widths of a stroke."""
STRAIGHT = -0.6
"""Largest cosine between two directions out of a meeting that are one stroke."""
FRAME = 2
"""Empty pixels around a skeleton, so that all squares around its pixels are inside."""
SMOOTH = 0.35
"""Standard deviation of the smoothing along a stroke, in widths of a stroke."""


@dataclass
class _Line:
    """A line between meetings.

    Attributes:
        points: along it, float64 [n, 2], x and y.
        ends: numbers of the meetings that it begins and ends at; 0 is a free end.
    """

    points: Floats
    ends: tuple[int, int]

    @property
    def length(self) -> float:
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())


def traced(ink: Mask) -> list[Floats]:
    """The strokes of a letter: points along each, float64 [n, 2], x and y in pixels.

    A dot is a stroke of two equal points.

    Args:
        ink: the letter, bool [height, width], drawn by a pen of about one width.

    Example:
        >>> cross = np.zeros((60, 60), dtype=bool)
        >>> cross[5:55, 28:33] = cross[28:33, 5:55] = True
        >>> len(traced(cross))
        2
    """
    width = stroke_width(ink)
    lines = _cut(np.pad(middle_lines(ink), FRAME))
    lines = [
        line
        for line in lines
        if bool(min(line.ends) or not any(line.ends)) or line.length > SPUR * width
    ]
    lines = _bridged(lines, BRIDGE * width)
    return [_smoothed(stroke, SMOOTH * width) - FRAME for stroke in _joined(lines, width)]


def _cut(skeleton: Mask) -> list[_Line]:
    """The lines between the meetings of a skeleton."""
    crowded = (_branches(skeleton, 1) > 2) | (_branches(skeleton, 2) > 2)
    # With what is around it, for lines on either side of a meeting may touch.
    meeting = skeleton & binary_dilation(skeleton & crowded, np.ones((3, 3)))
    meetings, _ = label(meeting, np.ones((3, 3)))
    parts, count = label(skeleton & ~meeting, np.ones((3, 3)))
    found = []
    for part in range(1, count + 1):
        pixels = {(int(row), int(column)) for row, column in np.argwhere(parts == part)}
        free = not any(_meetings_at(pixel, meetings) for pixel in pixels)
        path = _path(pixels, free)
        if len(path) == 1:
            beside = sorted(_meetings_at(path[0], meetings))
            first, last = (*beside, 0, 0)[:2]
        else:
            first, last = (max(_meetings_at(path[end], meetings), default=0) for end in (0, -1))
        points = [np.array(pixel[::-1], float) for pixel in path]
        before, after = ([_middle(meetings, number)] if number else [] for number in (first, last))
        points = before + points + after
        found.append(_Line(np.array(points if len(points) > 1 else points * 2), (first, last)))
    return found


def _branches(skeleton: Mask, away: int) -> NDArray[np.int_]:
    """How often lines cross the square around each pixel, `away` pixels from it."""
    side = [(-away, column) for column in range(-away, away)]
    square = []
    for _ in range(4):
        square += side
        side = [(column, -row) for row, column in side]
    ring = [np.roll(skeleton, (-row, -column), (0, 1)) for row, column in square]
    count = np.zeros(skeleton.shape, dtype=int)
    for here, following in zip(ring, ring[1:] + ring[:1], strict=True):
        count += ~here & following
    return count


def _middle(meetings: NDArray[np.int_], number: int) -> Floats:
    middle: Floats = np.argwhere(meetings == number).mean(0)[::-1]
    return middle


def _meetings_at(pixel: Pixel, meetings: NDArray[np.int_]) -> set[int]:
    return {int(meetings[pixel[0] + row, pixel[1] + column]) for row, column in AROUND} - {0}


def _path(pixels: set[Pixel], free: bool) -> list[Pixel]:
    """Pixels from one end of a line to the other; from one to itself where it is closed.

    Args:
        free: no end of it is at a meeting.
    """
    path = _longest(pixels)
    first = path[0]
    near = {(first[0] + row, first[1] + column) for row, column in AROUND} | {first}
    if not free or not pixels - near:
        return path
    # Only a closed line comes back to where its first pixel is left out.
    around = _longest(pixels - near)
    apart = [max(abs(row - first[0]), abs(column - first[1])) for row, column in around]
    return [first, *around, first] if max(apart[0], apart[-1]) <= 2 < len(around) else path


def _longest(pixels: set[Pixel]) -> list[Pixel]:
    """A shortest path between two pixels that are as far apart as any."""
    return _farthest(pixels, _farthest(pixels, min(pixels))[-1])


def _farthest(pixels: set[Pixel], start: Pixel) -> list[Pixel]:
    """A shortest path from a pixel to the one that is farthest from it."""
    before: dict[Pixel, Pixel | None] = {start: None}
    queue = deque([start])
    last = start
    while queue:
        last = queue.popleft()
        for row, column in AROUND:
            beside = (last[0] + row, last[1] + column)
            if beside in pixels and beside not in before:
                before[beside] = last
                queue.append(beside)
    path = [last]
    while (previous := before[path[-1]]) is not None:
        path.append(previous)
    return path[::-1]


def _bridged(lines: list[_Line], longest: float) -> list[_Line]:
    """Makes one meeting of two that a short line joins."""
    while bridge := next(
        (
            line
            for line in lines
            if all(line.ends) and line.ends[0] != line.ends[1] and line.length <= longest
        ),
        None,
    ):
        kept, gone = bridge.ends
        middle = (bridge.points[0] + bridge.points[-1]) / 2
        others = []
        for line in lines:
            if line is bridge:
                continue
            points = line.points.copy()
            for end, number in zip((0, -1), line.ends, strict=True):
                if number in bridge.ends:
                    points[end] = middle
            first, last = (kept if number == gone else number for number in line.ends)
            others.append(_Line(points, (first, last)))
        lines = others
    return lines


def _joined(lines: list[_Line], reach: float) -> list[Floats]:
    """Strokes: lines joined where one goes straight on through a meeting."""
    lines = list(lines)
    for meeting in sorted({number for line in lines for number in line.ends} - {0}):
        while pair := _straightest(lines, meeting, reach):
            (one, at_one), (other, at_other) = pair
            first = one.points if at_one == 1 else one.points[::-1]
            second = other.points if at_other == 0 else other.points[::-1]
            joined = _Line(
                np.concatenate([first, second[1:]]),
                (one.ends[1 - at_one], other.ends[1 - at_other]),
            )
            lines = [line for line in lines if line is not one and line is not other] + [joined]
    return [line.points for line in lines]


def _straightest(
    lines: list[_Line], meeting: int, reach: float
) -> tuple[tuple[_Line, int], tuple[_Line, int]] | None:
    """The two ends at a meeting, of two lines, that are nearest to one straight line.

    Two lines that meet alone are always one.
    """
    ends = [(line, end) for line in lines for end in (0, 1) if line.ends[end] == meeting]
    found, least = None, 1.0 if len(ends) == 2 else STRAIGHT
    for place, (line, end) in enumerate(ends):
        for other, other_end in ends[place + 1 :]:
            if other is line:
                continue
            cosine = float(_direction(line, end, reach) @ _direction(other, other_end, reach))
            if cosine <= least:
                found, least = ((line, end), (other, other_end)), cosine
    return found


def _direction(line: _Line, end: int, reach: float) -> Floats:
    """Direction out of a meeting, of length 1, towards where the line is beyond its width."""
    points = line.points if end == 0 else line.points[::-1]
    away = points - points[0]
    distance = np.linalg.norm(away, axis=1)
    place = int(np.argmax(distance >= reach)) if (distance >= reach).any() else len(points) - 1
    direction: Floats = away[place] / max(float(distance[place]), 1e-9)
    return direction


def _smoothed(stroke: Floats, deviation: float) -> Floats:
    """A stroke without the steps of its pixels; a closed one stays closed."""
    closed = len(stroke) > 3 and bool((stroke[0] == stroke[-1]).all())
    smooth: Floats = gaussian_filter1d(
        stroke, deviation, axis=0, mode="wrap" if closed else "nearest"
    )
    if not closed:
        smooth[0], smooth[-1] = stroke[0], stroke[-1]
    return smooth
