"""Rows of a table inside a row of another, in one statement, and the models made of them again."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import DecimalField, F, Model, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject
from django.db.models.manager import BaseManager

from portal.lib.prepared import Row

M = TypeVar("M", bound=Model)


def nested(rows: QuerySet[Any], **more: Any) -> ArraySubquery:
    """A column with each row as JSON: its own fields, and the expressions of ``more``."""
    own = {one.attname: _readable(one) for one in _fields(rows.model)}
    return ArraySubquery(rows.values(row=JSONObject(**own, **more)))


def _readable(field: Any) -> Any:
    """A number of JSON has lost its last zero when Python reads it."""
    is_decimal = isinstance(field, DecimalField)
    return Cast(field.attname, TextField()) if is_decimal else F(field.attname)


def made(model: type[M], row: Row) -> M:
    """The model a row was; what else the row carries is left to whoever asked for it."""
    fields = _fields(model)
    values = [one.to_python(row[one.attname]) for one in fields]
    return model.from_db(DEFAULT_DB_ALIAS, [one.attname for one in fields], values)


def _fields(model: type[Model]) -> Sequence[Any]:
    return model._meta.concrete_fields  # noqa: SLF001 -- Django's documented way


def keep(related: BaseManager[M], rows: Iterable[M]) -> None:
    """Let ``row.sources.all()`` answer with what was read, as after a prefetch."""
    manager: Any = related
    found = manager.get_queryset()
    vars(found).update(_result_cache=list(rows), _prefetch_done=True)
    cache = vars(manager.instance).setdefault("_prefetched_objects_cache", {})
    cache[manager.field.remote_field.cache_name] = found
