"""Querysets compiled once: Django spends longer on building an unchanging statement than
PostgreSQL on answering it. Values that change are slots; ids arrive as one array.
"""

from collections.abc import Callable
from copy import copy
from functools import cached_property, partial
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

Row = dict[str, Any]
Found = TypeVar("Found")


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


class Prepared(Generic[Found]):
    """A queryset with slots (models, ``values()``, locks), built and compiled at its first call.

    The queryset reads its rows in its own way; only the text of its statement is kept.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Found]]) -> None:
        self.build = build

    def __call__(self, **slots: Any) -> list[Found]:
        """The rows as the queryset would give them; ``slots`` by name, ids as lists."""
        rows = self._rows.all()
        vars(rows.query)["get_compiler"] = partial(self._filled, slots)
        return list(rows)

    def first(self, **slots: Any) -> Found | None:
        """The first of the rows, or None."""
        return next(iter(self(**slots)), None)

    def _filled(self, slots: dict[str, Any], *_: object, **__: object) -> SQLCompiler:
        """What Django asks for in order to run: a compiler that has done its work already."""
        sql, params = self._statement
        if self._rows.query.select_for_update and connection.get_autocommit():
            raise TransactionManagementError("A lock holds nothing outside a transaction.")
        given = tuple(slots[one.name] if isinstance(one, Slot) else one for one in params)
        compiler = copy(self._compiler)
        vars(compiler)["as_sql"] = lambda: (sql, given)
        vars(compiler)["get_converters"] = lambda _: self._converters
        return compiler

    @cached_property
    def _rows(self) -> QuerySet[Any, Found]:
        return self.build()

    @cached_property
    def _compiler(self) -> SQLCompiler:
        compiler: SQLCompiler = self._rows.query.get_compiler(connection=connection)
        return compiler

    @cached_property
    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        sql, params = self._compiler.as_sql()
        return sql, tuple(params)

    @cached_property
    def _converters(self) -> dict[int, Any]:
        columns = self._compiler.select or []
        return self._compiler.get_converters([column for column, *_ in columns])
