"""What is wrong with a file: row, column, value, reason and remedy, in the user's words."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError
from django.db.models import BaseConstraint, Model, UniqueConstraint
from import_export.fields import Field
from import_export.results import InvalidRow, Result
from tablib import Dataset

LINE = "#"  # the column that remembers a row's number in the file
_UNREAD = "程序没有读懂，已记入日志。"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fault:
    """Why a file was refused: spreadsheet row (0: the file), column, value, reason, remedy."""

    row: int
    column: str
    value: str
    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"第 {self.row} 行" if self.row else "文件"
        column = f"「{self.column}」" if self.column else ""
        value = f"（{self.value}）" if self.value else ""
        return f"{place}{column}{value}：{self.reason}{self.remedy}"


def refusal(error: DatabaseError, model: type[Model]) -> str:
    """Why the database said no: the sentence of its constraint, or the hint of its trigger."""
    diagnostics = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostics, "constraint_name", None)
    for constraint in model._meta.constraints:  # noqa: SLF001 -- Django's documented Options API
        if constraint.name == name:
            return _sentence(constraint, model)
    hint: str | None = getattr(diagnostics, "message_hint", None)
    if not hint:
        _log.error("a file was refused by the database", exc_info=error)
    return hint or "与别的数据有矛盾。"


def _sentence(constraint: BaseConstraint, model: type[Model]) -> str:
    if constraint.violation_error_message != constraint.default_violation_error_message:
        return str(constraint.violation_error_message)
    if isinstance(constraint, UniqueConstraint):
        fields = (model._meta.get_field(name) for name in constraint.fields)  # noqa: SLF001
        words = "、".join(str(getattr(field, "verbose_name", field.name)) for field in fields)
        return f"已有一行的{words}与它相同。"
    return "与别的数据有矛盾。"


def faults(fields: Mapping[str, Field], result: Result, dataset: Dataset) -> Iterable[Fault]:
    """Every reason why the file was refused, the file's own first, then by row. ``fields`` are the
    table's, by name; their widgets know a remedy.
    """
    for error in result.base_errors:
        yield Fault(0, "", "", _plain(error.error), "对照模板改好再上传。")
    if not dataset.height:
        return
    rows = dataset.dict
    for invalid in result.invalid_rows:
        yield from _row_faults(fields, invalid, rows[invalid.number - 1])
    for broken in result.error_rows:
        reason = "".join(_plain(one.error) for one in broken.errors)
        yield Fault(int(rows[broken.number - 1][LINE]), "", "", reason, "改好这一行再上传。")


def _plain(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "".join(error.messages)
    _log.error("a file could not be imported", exc_info=error)
    return _UNREAD


def _row_faults(
    fields: Mapping[str, Field], invalid: InvalidRow, row: dict[str, str]
) -> Iterable[Fault]:
    error = invalid.error
    is_by_field = hasattr(error, "error_dict")
    by_field = error.error_dict if is_by_field else {NON_FIELD_ERRORS: error.error_list}
    for name, errors in by_field.items():
        field = fields.get(name)
        column = field.column_name if field else ""
        is_missing = any(one.code in ("null", "blank") for one in errors)
        reason = "".join(message for one in errors for message in one.messages)
        remedy = field.widget.remedy if field else "改好这一行再上传。"
        yield Fault(
            row=int(row[LINE]),
            column=column,
            value=row.get(column, ""),
            reason="必填，不能为空。" if is_missing else reason,
            remedy=f"填上「{column}」再上传。" if is_missing and column else remedy,
        )
