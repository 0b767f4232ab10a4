"""Querysets compiled once: Django spends longer on building an unchanging statement than
PostgreSQL on answering it. Values that change are slots; ids arrive as one array."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = dict[str, Any]


class Slot(Expression):
    """A value given at each call by its name."""

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


class Prepared:
    """A ``values()`` queryset with slots, built and compiled at its first call."""

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self.build = build

    def __call__(self, **slots: Any) -> list[Row]:
        """The rows as the queryset would give them; ``slots`` by name, ids as lists."""
        sql, params = self._statement  # first: compiling finds out the shape
        given = [slots[one.name] if isinstance(one, Slot) else one for one in params]
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            found = cursor.fetchall()
        names, converters = self._shape
        if converters:
            found = list(self._compiler.apply_converters(found, converters))
        return [dict(zip(names, row, strict=True)) for row in found]

    @cached_property
    def _compiler(self) -> SQLCompiler:
        compiler: SQLCompiler = self.build().query.get_compiler(connection=connection)
        return compiler

    @cached_property
    def _statement(self) -> tuple[str, list[Any]]:
        sql, params = self._compiler.as_sql()
        return sql, list(params)

    @cached_property
    def _shape(self) -> tuple[list[str], dict[int, Any]]:
        compiler = self._compiler
        query = compiler.query
        names = list(query.selected or ())
        return names, compiler.get_converters([one[0] for one in compiler.select or ()])
