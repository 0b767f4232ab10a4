"""Callbacks that are owed: written with the payment, delivered at least once, kill or no kill."""

import logging
import math
import os
import signal
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import requests

from payments.cashier.config import Config
from payments.cashier.orders import get
from payments.cashier.store import Store, stamp
from payments.cashier.switches import Switches, effective
from payments.gateways import finance_wire as wire

log = logging.getLogger(__name__)

# Seconds after each failed delivery, as WeChat Pay does it: 15 attempts in a day and four minutes.
INTERVALS = (
    15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600,
)  # fmt: skip
TIMEOUT = 5  # seconds the merchant has to answer
LEASE = timedelta(seconds=2 * TIMEOUT)  # after a kill the callback is due again
GATHER = 2  # seconds over which reordered callbacks are collected
IDLE = 0.25  # seconds between two looks
SENDERS = 8


@dataclass(frozen=True)
class Callback:
    """One callback that is due; ``attempts`` were made before."""

    id: int
    number: str
    notify_url: str
    attempts: int


def add(db: sqlite3.Connection, number: str, now: datetime, switches: Switches) -> None:
    """Owe the merchant a callback about ``number``, inside the payment's transaction."""
    due = now + timedelta(seconds=switches.callback_delay)
    if switches.callback_reorder:
        due = datetime.fromtimestamp(math.ceil(due.timestamp() / GATHER) * GATHER, UTC)
    db.execute("INSERT INTO callbacks (number, due_at) VALUES (?, ?)", [number, stamp(due)])


def claim(store: Store, now: datetime, limit: int = 64) -> list[Callback]:
    """Take what is due, longest due first, and lease it so that nobody else sends it meanwhile."""
    with store.writing() as db:
        rows = db.execute(
            "SELECT c.id, c.number, o.notify_url, c.attempts FROM callbacks c"
            " JOIN orders o ON o.number = c.number WHERE c.due_at <= ?"
            " ORDER BY c.due_at, c.id LIMIT ?",
            [stamp(now), limit],
        ).fetchall()
        leases = [[stamp(now + LEASE), row["id"]] for row in rows]
        db.executemany("UPDATE callbacks SET due_at = ? WHERE id = ?", leases)
    return [Callback(**row) for row in rows]


def settle(
    store: Store, callback: Callback, now: datetime, *, understood: bool, scale: float
) -> None:
    """Write down how a delivery went: done, due again, or given up after the last interval."""
    attempts = callback.attempts + 1
    again = attempts <= len(INTERVALS) and not understood
    due = stamp(now + timedelta(seconds=INTERVALS[attempts - 1] * scale)) if again else None
    with store.writing() as db:
        db.execute(
            "UPDATE callbacks SET due_at = ?, attempts = ?, understood_at = ? WHERE id = ?",
            [due, attempts, stamp(now) if understood else None, callback.id],
        )


def history(store: Store, number: str) -> list[dict[str, object]]:
    """The callbacks of an order: attempts made, understood or not, still owed or not."""
    rows = store.reading().execute("SELECT * FROM callbacks WHERE number = ? ORDER BY id", [number])
    return [
        {
            "attempts": row["attempts"],
            "understood": row["understood_at"] is not None,
            "owed": row["due_at"] is not None,
        }
        for row in rows
    ]


class Courier:
    """Delivers what is owed from a thread of its own, several at a time."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store = store
        self.config = config
        self.bell = threading.Event()
        self.session = requests.Session()
        self.session.trust_env = False
        self.pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="courier")

    def start(self) -> None:
        """Begin, with whatever an earlier process left owing."""
        threading.Thread(target=self._run, name="courier", daemon=True).start()

    def ring(self) -> None:
        """Something may be due now."""
        self.bell.set()

    def _run(self) -> None:
        try:
            while True:
                self._round()
                self.bell.wait(IDLE)
                self.bell.clear()
        finally:
            # A platform that tells nobody is worse than one that starts again: gunicorn does that.
            os.kill(os.getpid(), signal.SIGTERM)

    def _round(self) -> None:
        due = claim(self.store, datetime.now(UTC))
        if effective(self.store).callback_reorder:
            for callback in reversed(due):
                self._deliver(callback)
        else:
            for _ in self.pool.map(self._deliver, due):
                pass

    def _deliver(self, callback: Callback) -> None:
        switches = effective(self.store, callback.number)
        understood = False
        if callback.attempts >= switches.callback_lose:
            sent = [self._post(callback) for _ in range(1 + switches.callback_repeat)]
            understood = any(sent)
        scale = self.config.retry_scale
        settle(self.store, callback, datetime.now(UTC), understood=understood, scale=scale)

    def _post(self, callback: Callback) -> bool:
        now = datetime.now(UTC)
        body = wire.dump_answer(get(self.store.reading(), callback.number).answer(now))
        seal = wire.seal(wire.NOTIFY, body, who=self.config.who, now=now)
        headers = {**seal, "Content-Type": wire.JSON_TYPE}
        try:
            answer = self.session.post(
                callback.notify_url,
                data=body,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            log.info("callback %s: %s", callback.number, type(error).__name__)
            return False
        understood = answer.status_code == 200 and answer.text == wire.ACKNOWLEDGED
        if not understood:
            log.warning("callback %s: not understood (%s)", callback.number, answer.status_code)
        return understood
