"""What a channel is, what it is given, and the three ways in which it can fail."""

from dataclasses import dataclass
from typing import Protocol


class NotSent(Exception):
    """Certainly not taken now; worth another try later."""


class Refused(Exception):
    """Certainly not taken, and never will be: a wrong address, an account that is closed."""


class Unsure(Exception):
    """Handed over without an answer; sending it again might tell somebody twice."""


@dataclass(frozen=True)
class Person:
    """A reader and where he is reached; empty where the record knows nothing."""

    user_id: int
    username: str
    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Item:
    """One message; ``link`` is a whole address, or empty."""

    title: str
    body: str
    link: str


@dataclass(frozen=True)
class Post:
    """What goes to one reader at once. ``key`` is the same each time it is tried."""

    key: str
    address: str
    name: str
    items: tuple[Item, ...]


class Channel(Protocol):
    """One way out. Network is its only side effect: who is told what, and once, is not its matter.

    ``repeatable``: the other side knows a post by its key, so that it may be handed over again.
    ``at_night``: may ring between 22 and 8 o'clock.
    """

    name: str
    label: str
    repeatable: bool
    at_night: bool

    def address(self, person: Person) -> str:
        """Where this channel reaches somebody; empty: nowhere."""
        ...

    def wants(self, key: str) -> bool:
        """Tell whether a message with this key goes this way."""
        ...

    def send(self, post: Post) -> None:
        """Hand it over. Raises ``NotSent``, ``Refused`` or ``Unsure``."""
        ...

    def close(self) -> None:
        """Let connections go."""
        ...
