"""How the platform misbehaves on demand, for everybody or for one order."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from payments.cashier.store import Store

OUTAGES = ("", "503", "closed", "html", "half", "truncated", "forged", "stranger")
STATEMENTS = ("schedule", "ready", "not_ready")
LARGEST = 100_000_000  # seconds or fen


@dataclass(frozen=True)
class Switches:
    """All off by default. Seconds are real seconds."""

    slow: float = 0.0
    """The API answers this many seconds late, having done what was asked."""
    down: str = ""
    """503, connection closed, HTML nonsense (all before anything is done); or the connection ends
    half way, or the answer is cut, sealed with a wrong secret, or in another merchant's name
    (after it is done)."""
    callback_lose: int = 0
    """The first so many deliveries of each callback vanish."""
    callback_repeat: int = 0
    """Each delivery is made so many times more."""
    callback_delay: float = 0.0
    """Callbacks start this many seconds after the payment."""
    callback_reorder: bool = False
    """Callbacks are gathered for two seconds and delivered last first."""
    unpaid_for: float = 0.0
    """A query answers "unpaid" this long after the money came. A close tells the truth."""
    late_pay: bool = False
    """An order that is closed or has expired can still be paid."""
    settle_at: str = ""
    """Payments are booked at this ISO moment instead of now."""
    paid_fen: int = 0
    """Payments bring this much instead of what is owed."""
    refund_after: float = 0.0
    """A refund stays accepted this long before it arrives or fails."""
    refund_fail: bool = False
    """Refunds accepted from now on will fail instead of arriving."""
    statement: str = "schedule"
    """Daily files exist from 10:00 of the next day, or already, or not yet."""


class UnknownSwitch(ValueError):
    """No such switch, or not a value for it."""


def effective(store: Store, number: str = "") -> Switches:
    """The switches that hold for one order: its own over the global ones."""
    rows = store.reading().execute(
        "SELECT name, value FROM switches WHERE number IN ('', ?) ORDER BY number", [number]
    )
    return Switches(**{row["name"]: json.loads(row["value"]) for row in rows})


def change(store: Store, changes: dict[str, object], number: str = "") -> None:
    """Set switches, globally or for one order; raises ``UnknownSwitch``."""
    rows = [(number, name, json.dumps(_checked(name, value))) for name, value in changes.items()]
    with store.writing() as db:
        db.executemany("INSERT OR REPLACE INTO switches VALUES (?, ?, ?)", rows)


def reset(store: Store) -> None:
    """Behave again, towards everybody."""
    with store.writing() as db:
        db.execute("DELETE FROM switches")


def _checked(name: str, value: object) -> object:
    kind = {each: type(off) for each, off in asdict(Switches()).items()}.get(name)
    if kind is float and type(value) is int:
        value = float(value)
    if kind is None or type(value) is not kind:
        raise UnknownSwitch(f"{name}={value!r}")
    if isinstance(value, int | float) and not 0 <= value <= LARGEST:
        raise UnknownSwitch(f"{name}={value!r}")
    _check_words(name, value)
    return value


def _check_words(name: str, value: object) -> None:
    known = {"down": OUTAGES, "statement": STATEMENTS}.get(name)
    if known is not None and value not in known:
        raise UnknownSwitch(f"{name}={value!r}")
    if name == "settle_at" and value and _is_naive(str(value)):
        raise UnknownSwitch(f"{name}={value!r}")


def _is_naive(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is None
