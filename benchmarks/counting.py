"""An execute wrapper for Django's connection that keeps the statements that pass."""

import re
from collections.abc import Callable
from typing import Any

from psycopg2.extras import Inet

from benchmarks.recording import ANSWERED_WITH_IDS, Statement

NAMED = re.compile(r"EXECUTE (\w+)")
IDLE = 0  # psycopg2's transaction status outside a transaction

Execute = Callable[..., Any]
Context = dict[str, Any]


class Counter:
    """Hand an instance to ``connection.execute_wrapper``."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []

    def __call__(
        self, execute: Execute, sql: str, params: Any, many: bool, context: Context
    ) -> Any:
        """Let the statement pass, then write it down."""
        db = context["connection"]
        begins = db.in_atomic_block and db.connection.info.transaction_status == IDLE
        result = execute(sql, params, many, context)
        rows = _rows(sql, context["cursor"].cursor)
        inside = db.in_atomic_block
        prepared = _prepared(sql, db.connection)
        self.statements.append(Statement(sql, _plain(params), begins, inside, rows, prepared))
        return result


def _prepared(sql: str, link: Any) -> str:
    """How the server was told what ``sql`` names; that went past Django, maybe long before."""
    found = NAMED.match(sql)
    if found is None:
        return ""
    with link.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE name = %s", found.groups()
        )
        (told,) = cursor.fetchone()
    return str(told)


def _plain(params: Any) -> Any:
    """An address that was sent holds on to its connection; its text does not."""
    if isinstance(params, dict):
        return {name: _plain(one) for name, one in params.items()}
    if isinstance(params, list | tuple):
        return type(params)(_plain(one) for one in params)
    return params.addr if isinstance(params, Inet) else params


def _rows(sql: str, cursor: Any) -> tuple[tuple[Any, ...], ...]:
    """Read the ids a statement answers with, and leave them for the reader they were meant for."""
    if cursor.description is None or not ANSWERED_WITH_IDS.match(sql):
        return ()
    rows = tuple(cursor.fetchall())
    if rows:
        cursor.scroll(0, mode="absolute")
    return rows
