"""The recorded SQL again, through psycopg2 alone: what the same statements cost bare."""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from itertools import chain
from multiprocessing import get_context
from typing import Any

import psycopg2
import psycopg2.extensions

from benchmarks import leash
from benchmarks.recording import Request, Statement
from benchmarks.scratch import STRIDE

PROCESSES = 2


def replay(url: str, flows: Sequence[Sequence[Request]], connections: int) -> float:
    """Send every flow to the database at ``url``; returns flows per second.

    A flow stays in its order on one connection, as the student's own requests did.
    """
    shares = [flows[part::PROCESSES] for part in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), leash.follow) as pool:
        threads = max(1, connections // PROCESSES)
        spans = list(pool.map(_share, [url] * PROCESSES, shares, [threads] * PROCESSES))
    begun, ended = min(span[0] for span in spans), max(span[1] for span in spans)
    return len(flows) / (ended - begun)


def replay_alone(url: str, statements: Sequence[Statement]) -> float:
    """Send the statements of one process over one connection; returns seconds."""
    with closing(psycopg2.connect(url)) as link:
        link.autocommit = True
        flow = [Request("", 0.0, "", tuple(statements))]
        _prepare(link, [flow])
        begun = time.perf_counter()
        _flow(link, flow)
        return time.perf_counter() - begun


def _share(url: str, flows: Sequence[Sequence[Request]], threads: int) -> tuple[float, float]:
    parts = [flows[part::threads] for part in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        spans = list(pool.map(_one_connection, [url] * threads, parts))
    return min(span[0] for span in spans), max(span[1] for span in spans)


def _one_connection(url: str, flows: Sequence[Sequence[Request]]) -> tuple[float, float]:
    with closing(psycopg2.connect(url)) as link:
        link.autocommit = True
        _prepare(link, flows)
        begun = time.time()
        for flow in flows:
            _flow(link, flow)
        return begun, time.time()


def _prepare(link: psycopg2.extensions.connection, flows: Sequence[Sequence[Request]]) -> None:
    """As the portal's own connections were told while it warmed up."""
    requests = chain.from_iterable(flows)
    told = {statement.prepared for request in requests for statement in request.statements}
    with link.cursor() as cursor:
        for prepared in told - {""}:
            cursor.execute(prepared)


def _flow(link: psycopg2.extensions.connection, flow: Sequence[Request]) -> None:
    """Ids differ from the recorded ones; each new row is learnt when it is inserted."""
    ids: dict[int, int] = {}
    for request in flow:
        with link.cursor() as cursor:
            for statement in request.statements:
                _statement(link, cursor, statement, ids)
        _end(link)


def _statement(
    link: psycopg2.extensions.connection,
    cursor: psycopg2.extensions.cursor,
    statement: Statement,
    ids: dict[int, int],
) -> None:
    if statement.begins or not statement.inside:
        _end(link)
    if statement.begins:
        link.autocommit = False
    cursor.execute(statement.sql, renamed(statement.params, ids))
    rows = cursor.fetchall() if cursor.description else []
    for old_row, new_row in zip(statement.rows, rows, strict=False):
        pairs = zip(old_row, new_row, strict=True)
        ids |= {old: new for old, new in pairs if isinstance(old, int) and old >= STRIDE}


def _end(link: psycopg2.extensions.connection) -> None:
    if not link.autocommit:
        link.commit()
        link.autocommit = True


def renamed(params: Any, ids: dict[int, int]) -> Any:
    """The parameters with the ids of this run."""
    if isinstance(params, int):
        return ids.get(params, params)
    if isinstance(params, dict):
        return {name: renamed(one, ids) for name, one in params.items()}
    if isinstance(params, list | tuple):
        return type(params)(renamed(one, ids) for one in params)
    return params
