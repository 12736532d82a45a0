"""Time as people say it."""


def duration(seconds: float) -> str:
    """In the two largest units: "3 h 5 min", "2 min 10 s", "7.3 s"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{round(seconds, 1):g} s"
