"""What a state looks like: one tone (whose turn is it), one icon, one word."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """Who has to act next; the classes of ``static/portal/portal.css``."""

    TODO = "todo"  # you can act now
    WAIT = "wait"  # the clock runs
    BUSY = "busy"  # the school or the bank is at it
    DONE = "done"
    STOP = "stop"  # refused, returned, lapsed
    IDLE = "idle"  # not open, not applicable


@dataclass(frozen=True)
class Status:
    """A chip: ``icon`` is an id of ``icons.svg`` without its ``i-``."""

    tone: Tone
    icon: str
    text: str
