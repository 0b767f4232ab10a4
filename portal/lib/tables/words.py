"""What a cell may say: each widget reads one kind of value and writes it back the same."""

import re
from collections.abc import Collection
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Model
from django.utils import timezone
from import_export import widgets

from portal.lib.moments import YEARS

YES, NO = ("是", "1", "y", "yes", "true", "√"), ("否", "0", "", "n", "no", "false", "×")
_MANGLED = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)


class Cell(widgets.Widget):  # type: ignore[misc]  # the library carries no types
    """Base of all: blank for none, everything else as its own text.

    ``remedy``: what to do about a cell that was refused.
    """

    remedy = "改好这一格再上传。"

    def render(self, value: Any, **_kwargs: Any) -> str:
        return "" if value is None else str(value)


class Text(Cell):
    """Plain text; an identifier Excel has turned into 1.23E+18 is refused, not guessed."""

    def clean(self, value: str, **_kwargs: Any) -> str:
        if _MANGLED.fullmatch(value):
            raise ValueError("号码被表格软件改成了科学计数法，请把这一列设为文本再导出。")
        return value


class Whole(Cell):
    """A whole number; blank is none."""

    def clean(self, value: str, **_kwargs: Any) -> int | None:
        if value and not re.fullmatch(r"-?\d+", value):
            raise ValueError("应是整数。")
        return int(value) if value else None


class Number(Cell):
    """A decimal number; blank is none."""

    def clean(self, value: str, **_kwargs: Any) -> Decimal | None:
        try:
            number = Decimal(value) if value else None
        except InvalidOperation as error:
            raise ValueError("应是数字。") from error
        if number is not None and not number.is_finite():  # NaN compares with nothing
            raise ValueError("应是数字。")
        return number


class Day(Cell):
    """2025-03-01, 2025/3/1, 2025.3.1, 20250301 or 2025年3月1日; blank is none."""

    def clean(self, value: str, **_kwargs: Any) -> date | None:
        if not value:
            return None
        found = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?: 00:00:00)?", value)
        try:
            if found and int(found[1]) in YEARS:
                return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
        raise ValueError("应是日期，如 2025-03-01。")


class Moment(Cell):
    """A local date, as ``Day`` reads it, and time: ``2025-03-01 09:30``; blank is none.

    A day alone is its midnight.
    """

    def clean(self, value: str, **_kwargs: Any) -> datetime | None:
        try:
            return _aware(value) if value else None
        except ValueError as error:
            raise ValueError("应是日期和时间，如 2025-03-01 09:30。") from error

    def render(self, value: Any, **_kwargs: Any) -> str:
        return (
            "" if value is None else timezone.localtime(value).replace(tzinfo=None).isoformat(" ")
        )


def _aware(value: str) -> datetime:
    """``ValueError`` for what is no moment of ours."""
    value = value.replace("T", " ").replace("日", "日 ").replace("：", ":")
    written, _, clock = value.partition(" ")
    day = Day().clean(written)
    if day is None:
        raise ValueError(value)
    hours, _, rest = clock.strip().partition(":")
    hour = time.fromisoformat(f"{hours:0>2}:{rest}") if hours else time()
    return timezone.make_aware(datetime.combine(day, hour))


class YesNo(Cell):
    """是 or 否; blank is 否."""

    def clean(self, value: str, **_kwargs: Any) -> bool:
        word = value.lower()
        if word not in (*YES, *NO):
            raise ValueError("应填 是 或 否。")
        return word in YES

    def render(self, value: Any, **_kwargs: Any) -> str:
        return "是" if value else "否"


class Word(Cell):
    """One of the college's words, or the code behind it."""

    def __init__(self, choices: Collection[tuple[str, str]]) -> None:
        super().__init__()
        self.by_label = {label: value for value, label in choices}
        self.by_value = dict(choices)

    def clean(self, value: str, **_kwargs: Any) -> str:
        if value in self.by_label:
            return self.by_label[value]
        if value in self.by_value:
            return value
        raise ValueError(f"应是：{'、'.join(self.by_label)}。")

    def render(self, value: Any, **_kwargs: Any) -> str:
        return self.by_value.get("" if value is None else str(value), "")


class Reference(Cell):
    """A row of another table by one of its unique columns; all are fetched before the rows.

    ``keys``: the first is written on export, every one is understood on import.
    """

    def __init__(self, model: type[Model], *keys: str, reader: Cell | None = None) -> None:
        super().__init__()
        self.model, self.keys, self.reader = model, keys, reader or Text()
        self.found: dict[str, Model] = {}
        self.remedy = f"改成已有的{model._meta.verbose_name}，或先把它导入。"  # noqa: SLF001

    def load(self, values: Collection[str]) -> None:
        """Fetch what the file names, one statement a key."""
        self.found = {}
        named = {self._read(value) for value in values} - {""}
        for key in self.keys:
            rows = self.model._default_manager.filter(**{f"{key}__in": named})  # noqa: SLF001
            for row in rows:
                self.found[getattr(row, key)] = row

    def _read(self, value: str) -> str:
        try:
            return str(self.reader.clean(value)) if value else ""
        except ValueError:
            return ""

    def clean(self, value: str, **_kwargs: Any) -> Model | None:
        if not value:
            return None
        word = str(self.reader.clean(value))
        if word not in self.found:
            raise ValueError(f"没有这个{self.model._meta.verbose_name}。")  # noqa: SLF001
        return self.found[word]

    def render(self, value: Any, **_kwargs: Any) -> str:
        return "" if value is None else str(getattr(value, self.keys[0]))
