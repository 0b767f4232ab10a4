"""The platform's own store: one SQLite file, written by one process, outliving its kill -9.

WAL with ``synchronous=NORMAL``: a committed transaction survives the death of the process at once
(only a power cut could lose the last ones, which a stand-in may risk for a fraction of the time).
Times are ISO 8601 in UTC with microseconds, so that text order is time order.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    token TEXT NOT NULL UNIQUE,
    scan_token TEXT NOT NULL UNIQUE,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    title TEXT NOT NULL,
    items TEXT NOT NULL,
    payer_number TEXT NOT NULL,
    payer_name TEXT NOT NULL,
    invoice_title TEXT NOT NULL,
    invoice_email TEXT NOT NULL DEFAULT '',
    opened_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    return_url TEXT NOT NULL,
    notify_url TEXT NOT NULL,
    method TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'unpaid' CHECK (state IN ('unpaid', 'paid', 'closed')),
    refused_at TEXT,
    trade_number TEXT UNIQUE,
    paid_at TEXT,
    paid_fen INTEGER NOT NULL DEFAULT 0,
    known_at TEXT,
    CHECK ((state = 'paid') = (trade_number IS NOT NULL)),
    CHECK ((state = 'paid') = (paid_at IS NOT NULL)),
    CHECK ((state = 'paid') = (paid_fen > 0))
);
CREATE INDEX IF NOT EXISTS orders_paid ON orders (paid_at);
CREATE TABLE IF NOT EXISTS closed_numbers (number TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS callbacks (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL REFERENCES orders (number),
    due_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    understood_at TEXT
);
CREATE INDEX IF NOT EXISTS callbacks_due ON callbacks (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS refunds (
    id INTEGER PRIMARY KEY,
    refund_number TEXT NOT NULL UNIQUE,
    number TEXT NOT NULL REFERENCES orders (number),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    reason TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('arrived', 'failed'))
);
CREATE INDEX IF NOT EXISTS refunds_order ON refunds (number);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, seen_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS nonces_seen ON nonces (seen_at);
CREATE TABLE IF NOT EXISTS switches (
    number TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (number, name)
);
"""


def stamp(moment: datetime) -> str:
    """A time as the store writes it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Store:
    """Connections of one file: one per thread to read, one at a time to write."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._local = threading.local()
        # SQLite has one writer; waiting here is fairer than its own busy loop.
        self._turn = threading.Lock()
        with self._turn:
            self.reading().executescript(SCHEMA)

    def reading(self) -> sqlite3.Connection:
        """This thread's connection; every statement sees the last commit."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=5)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is on disk when the block ends, or never was."""
        connection = self.reading()
        with self._turn:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def first_use(self, nonce: str, now: datetime, keep_from: datetime) -> bool:
        """Remember a nonce and tell whether it is new; older ones than ``keep_from`` may go."""
        with self.writing() as db:
            db.execute("DELETE FROM nonces WHERE seen_at < ?", [stamp(keep_from)])
            done = db.execute("INSERT OR IGNORE INTO nonces VALUES (?, ?)", [nonce, stamp(now)])
            return done.rowcount == 1
