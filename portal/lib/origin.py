"""Who is at work and from where, told to the database with every statement that writes.

A page, a background task or a command says who it is once; the triggers of ``portal.audit`` read
it from the setting ``portal.origin`` of the transaction. It travels in front of the statement
itself, so that nothing is asked more often than before.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.lib import trace

SETTING = "portal.origin"
LONGEST = 200  # characters of a place
# What cannot stand in a literal as it is: SQL's quote, psycopg2's placeholder.
_ESCAPES = str.maketrans({"'": r"\u0027", "%": r"\u0025"})
_TOLD = "origin_told"  # on Django's connection
# What a statement that writes begins with; behind a comment there may be one.
_WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "--", "/*")


@dataclass(frozen=True)
class Origin:
    """``place``: ``page /retake/enroll/``, ``task retake.tasks.sweep_enrollments``, …

    ``actor`` gives the user's key when it is asked, because a page may sign somebody in; ``name``
    what a watermark says of him. ``rows`` counts what was written into workbooks.
    """

    place: str
    actor: Callable[[], int | None]
    name: Callable[[], str]
    at: datetime = field(default_factory=timezone.now)
    rows: list[int] = field(default_factory=list)


def _nobody() -> None:
    return None


def _nameless() -> str:
    return ""


_current: ContextVar[Origin | None] = ContextVar("origin", default=None)


@contextmanager
def acting(
    place: str,
    actor: Callable[[], int | None] = _nobody,
    name: Callable[[], str] = _nameless,
) -> Iterator[None]:
    """What is written meanwhile comes from this place."""
    with _at(Origin(place, actor, name)):
        yield


@contextmanager
def on_behalf_of(user_id: int | None, name: Callable[[], str] = _nameless) -> Iterator[None]:
    """The same place, for somebody: a background job works for who started it."""
    before = _current.get() or Origin("", _nobody, _nameless)
    with _at(replace(before, actor=lambda: user_id, name=name)):
        yield


@contextmanager
def _at(origin: Origin) -> Iterator[None]:
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Origin | None:
    """Where this thread is at work; None outside of any place."""
    return _current.get()


def signature() -> str:
    """The watermark of a file: ``王老师（T001）2026-11-22 17:00 导出``; empty for nobody's."""
    origin = _current.get()
    who = origin.name() if origin else ""
    return f"{who}{timezone.localtime(origin.at):%Y-%m-%d %H:%M} 导出" if origin and who else ""


def wrote(rows: int) -> None:
    """So many rows went into a workbook."""
    if origin := _current.get():
        origin.rows.append(rows)


class OriginMiddleware:
    """Every page is a place, whoever is signed in there acts; stands behind the sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(f"page {request.path}", lambda: _signed_in(request), lambda: _name_of(request)):
            return self.get_response(request)


def tell_database(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Django's wrapper around every statement."""
    origin, known = _current.get(), vars(context["connection"])
    if (origin or known.get(_TOLD)) and isinstance(sql, str) and _writes(sql, context):
        # Outside any place the same transaction may still remember the last one.
        known[_TOLD] = origin is not None
        sql = _preface(origin) + sql
    return execute(sql, params, many, context)


def watch(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Wrap the statements of a connection; receiver of ``connection_created``.

    First in the list: whoever wraps for a while takes the last away again.
    """
    if tell_database not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, tell_database)


def _writes(sql: str, context: dict[str, Any]) -> bool:
    """A cursor on the server has a name, and nothing may stand in front of its statement."""
    begin = sql.lstrip(" \t\r\n(")[:6].upper()
    return begin.startswith(_WRITES) and not getattr(context["cursor"], "name", None)


def _preface(origin: Origin | None) -> str:
    if origin is None:
        return f"SELECT set_config('{SETTING}', '', true); "
    place = "".join(
        filter(str.isprintable, origin.place[:LONGEST])
    )  # JSON of PostgreSQL has no NUL
    said = json.dumps({"actor": origin.actor(), "place": place, "request": trace.current()})
    return f"SELECT set_config('{SETTING}', '{said.translate(_ESCAPES)}', true); "


def _signed_in(request: HttpRequest) -> int | None:
    key = request.session.get(SESSION_KEY)
    return None if key is None else int(key)


def _name_of(request: HttpRequest) -> str:
    return str(request.user) if request.user.is_authenticated else ""
