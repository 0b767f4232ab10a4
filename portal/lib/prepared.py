"""Querysets compiled once: Django spends longer on building an unchanging statement than
PostgreSQL on answering it. Values that change are slots; ids arrive as one array.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import count
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError
from psycopg2.extensions import AsIs

Row = dict[str, Any]
Found = TypeVar("Found")
_numbers = count(1)
# Of each connection to the server, the names it has heard.
_told: "WeakKeyDictionary[Any, set[str]]" = WeakKeyDictionary()


class Slot(Expression):
    """A value given at each call by its name; it stands wherever an expression may."""

    def __init__(self, name: str, output_field: Any = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, _compiler: SQLCompiler, _connection: Any) -> tuple[str, list[Any]]:
        return "(%s)", [self]


def among(column: str, slot: str) -> Func:
    """``column = ANY (array)``: one statement text for any number of ids."""
    return Func(
        F(column),
        Slot(slot, BooleanField()),
        template="%(expressions)s",
        arg_joiner=" = ANY ",
        output_field=BooleanField(),
    )


@dataclass(frozen=True)
class _Built(Generic[Found]):
    """A queryset with what Django worked out of it."""

    rows: QuerySet[Any, Found]
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    converters: dict[int, Any]


class Prepared(Generic[Found]):
    """A queryset with slots (models, ``values()``, locks), built and compiled at its first call.

    The queryset reads its rows in its own way; only the text of its statement is kept.
    """

    on_server = False

    def __init__(self, build: Callable[[], QuerySet[Any, Found]]) -> None:
        self.build = build
        self.name = f"portal_{next(_numbers)}" if self.on_server else ""
        self._lock = Lock()
        self._built: _Built[Found] | None = None

    def __call__(self, **slots: Any) -> list[Found]:
        """The rows as the queryset would give them; ``slots`` by name, ids as lists."""
        built = self._once()
        rows = built.rows.all()
        vars(rows.query)["get_compiler"] = partial(_filled, built, slots, self.name)
        return list(rows)

    def first(self, **slots: Any) -> Found | None:
        """The first of the rows, or None."""
        return next(iter(self(**slots)), None)

    def _once(self) -> _Built[Found]:
        """Compiling notes joins on the query itself: of two threads at it, one may keep a
        statement that lacks some of them.
        """
        if self._built is None:
            with self._lock:
                self._built = self._built or _compiled(self.build())
        return self._built


class Planned(Prepared[Found]):
    """The server, too, works out how to answer it only once a connection.

    For statements of many tables about one student: planning one takes several times as long as
    answering it. The plan then serves all values, so not for those that are one or thousands.
    """

    on_server = True


def _compiled(rows: QuerySet[Any, Found]) -> _Built[Found]:
    compiler: SQLCompiler = rows.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    converters = compiler.get_converters([column for column, *_ in compiler.select or []])
    return _Built(rows, compiler, sql, tuple(params), converters)


def _filled(
    built: _Built[Any], slots: dict[str, Any], name: str, *_: object, **__: object
) -> SQLCompiler:
    """What Django asks for in order to run: a compiler that has done its work already."""
    if built.rows.query.select_for_update and connection.get_autocommit():
        raise TransactionManagementError("A lock holds nothing outside a transaction.")
    asked = partial(_by_name, built, slots, name) if name else partial(_in_full, built, slots)
    compiler = copy(built.compiler)
    vars(compiler)["as_sql"] = asked
    vars(compiler)["get_converters"] = lambda _: built.converters
    return compiler


def _in_full(built: _Built[Any], slots: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    given = tuple(slots[one.name] if isinstance(one, Slot) else one for one in built.params)
    return built.sql, given


def _by_name(built: _Built[Any], slots: dict[str, Any], name: str) -> tuple[str, tuple[Any, ...]]:
    """The statement by its name, which this connection is told at first."""
    connection.ensure_connection()
    told = _told.setdefault(connection.connection, set())
    if name not in told:
        _tell(built, name)
        told.add(name)
    given = tuple(slots[one.name] for one in built.params if isinstance(one, Slot))
    return f"EXECUTE {name} ({', '.join(['%s'] * len(given))})", given


def _tell(built: _Built[Any], name: str) -> None:
    """Slots become ``$1``, ``$2`` …, each place one of its own; the server sees what types fit."""
    places = count(1)
    params = [AsIs(f"${next(places)}") if isinstance(one, Slot) else one for one in built.params]
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(f"PREPARE {name} AS {built.sql}", params)
