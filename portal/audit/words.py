"""A change in words: which column, what stood there, what stands there now."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import DateTimeField, Field, ForeignKey, Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.accounts.models import College, User
from portal.audit.models import Change
from portal.audit.states import Operation
from portal.audit.tracked import options
from portal.lib import money

LONGEST = 200  # characters of one side
EMPTY = "（空）"
VEIL = "•••"  # as audit_note writes it
WHO = {"page": "页面", "task": "后台任务", "command": "命令"}
UNKNOWN = "直接改数据库"
# Other people's models whose names are not the college's.
KINDS = {
    "auth.group": "角色",
    "auth.group_permissions": "角色的权限",
    "otp_static.staticdevice": "备用口令",
    "otp_static.statictoken": "备用口令明细",
    "otp_totp.totpdevice": "动态口令",
}
# Foreign keys told by name; their names need no further statement.
NAMED = (User, College)

Names = dict[tuple[type[Model], int], str]


@dataclass(frozen=True)
class Line:
    """One column of a change; no ``before`` in a new row, no ``after`` in a deleted one."""

    column: str
    before: str
    after: str
    is_veiled: bool


def lines(change: Change, names: Names) -> list[Line]:
    """The columns of a change in the model's own order; those empty in a new row are left out."""
    fields = _fields(change.model)
    order = {column: at for at, column in enumerate(fields)}
    told = sorted(change.changes.items(), key=lambda item: order.get(item[0], len(order)))
    found = [(column, pair) for column, pair in told if column != "id" and pair != [None, ""]]
    return [_line(change, column, fields.get(column), pair, names) for column, pair in found]


def _line(
    change: Change, column: str, field: "Field[Any, Any] | None", pair: list[Any], names: Names
) -> Line:
    before, after = (_side(field, one, names) for one in pair)
    return Line(
        column=_title(field, column),
        before="" if change.operation == Operation.INSERT else before,
        after="" if change.operation == Operation.DELETE else after,
        is_veiled=VEIL in pair,
    )


def names_in(changes: Iterable[Change]) -> Names:
    """The people and colleges these changes speak of; a statement each."""
    wanted: dict[type[Model], set[int]] = {model: set() for model in NAMED}
    for change in changes:
        for column, pair in change.changes.items():
            target = _target(_fields(change.model).get(column))
            if target in wanted:
                wanted[target].update(key for key in pair if isinstance(key, int))
    return {
        (model, key): str(row)
        for model, keys in wanted.items()
        for key, row in _by_key(model, keys).items()
    }


def kind_of(label: str) -> str:
    """What rows of a model are: 学生, 重修报名, …"""
    model = _model(label)
    return KINDS.get(label) or (str(options(model).verbose_name) if model else label)


def place_of(place: str) -> str:
    """``页面 /retake/enroll/``, or that somebody spoke to the database himself."""
    kind, _, where = place.partition(" ")
    return f"{WHO.get(kind, kind)} {where}" if place else UNKNOWN


def _by_key(model: type[Model], keys: set[int]) -> dict[int, Model]:
    rows: dict[int, Model] = model._default_manager.in_bulk(list(keys))  # noqa: SLF001 -- documented
    return rows


@cache
def _fields(label: str) -> dict[str, "Field[Any, Any]"]:
    model = _model(label)
    return {field.column: field for field in options(model).concrete_fields} if model else {}


def _model(label: str) -> type[Model] | None:
    """None for a model that is no more."""
    try:
        return apps.get_model(label)
    except LookupError:
        return None


def _title(field: "Field[Any, Any] | None", column: str) -> str:
    title = str(field.verbose_name) if field else column
    return title.removesuffix("（分）")


def _target(field: "Field[Any, Any] | None") -> Any:
    return field.related_model if isinstance(field, ForeignKey) else None


def _side(field: "Field[Any, Any] | None", value: Any, names: Names) -> str:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | dict):
        return _short(json.dumps(value, ensure_ascii=False))
    if (target := _target(field)) is not None:
        return names.get((target, value), f"编号 {value}")
    return _short(_plain(field, value))


def _plain(field: "Field[Any, Any] | None", value: Any) -> str:
    if field is not None and field.column.endswith("_fen"):
        return money.yuan(int(value))
    if isinstance(field, DateTimeField) and (moment := parse_datetime(str(value))):
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
    choices = dict(field.flatchoices) if field is not None else {}
    return str(choices.get(value, value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
