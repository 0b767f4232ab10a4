"""The portal's own WSGI application under a counter of SQL statements.

Every answer carries ``X-Statements``. With ``RECORD_STATEMENTS`` (a folder) set, the statements
are also written down there for ``replay``.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks.recording import ANSWERED_WITH_IDS, FLOW_HEADER, Request, Statement, append
from portal.wsgi import application as portal

FOLDER = os.environ.get("RECORD_STATEMENTS")
IDLE = 0  # psycopg2's transaction status outside a transaction
FLOW = f"HTTP_{FLOW_HEADER.upper().replace('-', '_')}"

Start = Callable[..., Any]
Execute = Callable[..., Any]
Context = dict[str, Any]


class Counter:
    """An execute wrapper that keeps what passes."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        db = context["connection"]
        begins = db.in_atomic_block and db.connection.info.transaction_status == IDLE
        result = execute(sql, params, many, context)
        self.statements.append(
            Statement(sql, params, begins, db.in_atomic_block, _rows(sql, context["cursor"].cursor))
        )
        return result


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Serve one request and count its statements."""
    counter, started = Counter(), time.time()

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        counted = ("X-Statements", str(len(counter.statements)))
        return start_response(status, [*headers, counted], *rest)

    with connection.execute_wrapper(counter):
        answer = portal(environ, start)
    if FOLDER:
        flow, path = environ.get(FLOW, ""), environ["PATH_INFO"]
        file = Path(FOLDER) / f"{os.getpid()}-{threading.get_ident()}"
        append(file, Request(flow, started, path, tuple(counter.statements)))
    return answer


def _rows(sql: str, cursor: Any) -> tuple[tuple[Any, ...], ...]:
    """Read the ids a statement answers with, and leave them for the reader they were meant for."""
    if cursor.description is None or not ANSWERED_WITH_IDS.match(sql):
        return ()
    rows = tuple(cursor.fetchall())
    if rows:
        cursor.scroll(0, mode="absolute")
    return rows
