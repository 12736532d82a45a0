"""Accuracies, times and kinds of runs in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

FIXED = "\u00a0"
"""The no-break space."""
DAY = 24 * 3600.0
"""Seconds after which a time of day needs its date."""
YEAR = 365 * DAY
"""Seconds after which nobody can say when something ends."""


def duration(seconds: float) -> str:
    """A time in its two largest units.

    Example:
        >>> duration(11_100), duration(130), duration(7.3)
        ('3 h 5 min', '2 min 10 s', '7.3 s')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{round(seconds, 1):g} s"


def rough(seconds: float) -> str:
    """A time that is only expected: whole seconds below a minute, tens of seconds above.

    Example:
        >>> rough(7.3), rough(133), rough(7_260)
        ('7 s', '2 min 10 s', '2 h 1 min')
    """
    step = 1 if seconds < 60 else 10
    return duration(step * round(seconds / step))


def expected_end(seconds: float, zone: tzinfo | None = None) -> str:
    """When something ends that takes this number of seconds from now on.

    Args:
        seconds: how long it takes; may be infinite.
        zone: time zone that the time is given in, with its name; None takes this machine's.

    Example:
        >>> expected_end(3 * YEAR)
        'in more than a year'
    """
    if not seconds < YEAR:
        return "in more than a year"
    end = (datetime.now(UTC) + timedelta(seconds=seconds)).astimezone(zone)
    date = f"on {end:%Y-%m-%d} " if seconds >= DAY else ""
    return f"{date}at {end:%H:%M}{'' if zone is None else f' {zone}'}"


def points(value: float) -> str:
    """A share in percentage points, to one digit.

    Example:
        >>> points(0.945)
        '94.5'
    """
    return f"{100 * value:.1f}"


def percent(value: float, error: float | None = None) -> str:
    """An accuracy in percent with its standard error, its parts joined by no-break spaces.

    Example:
        >>> percent(0.945, 0.011).replace(FIXED, " ")
        '94.5 ± 1.1 %'
    """
    plus_minus = "" if error is None else f"{FIXED}±{FIXED}{points(error)}"
    return f"{points(value)}{plus_minus}{FIXED}%"


def kind_of_runs(dataset: str) -> str:
    """Kind of a data set's given one-shot runs: "official" for Omniglot's, else "fixed".

    Example:
        >>> kind_of_runs("omniglot"), kind_of_runs("glyphs")
        ('official', 'fixed')
    """
    return "official" if dataset == "omniglot" else "fixed"
