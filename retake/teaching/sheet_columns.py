"""落实表: its columns, and the fields of a group that those of the group fill."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.db.models import CharField
from django.utils import timezone

from portal.lib.tables.words import Cell, Moment, Text, Word
from retake.models import TeachingGroup, TeachingSession
from retake.states import TeachingMode
from retake.teaching.rows import SheetRow

HEADERS = {
    "学号": ("xh", "student_number"),
    "姓名": ("xm", "学生姓名"),
    "课程代码": ("kch", "kcdm", "课程号"),
    "课程名称": ("kcmc",),
    "教学班名称": ("jxbmc", "教学班"),
    "上课方式": ("授课方式",),
    "教工号": ("jgh", "工号", "任课教师工号"),
    "联系电话": ("教师手机号",),
    "辅导教师工号": ("辅导教师",),
    "上课日期": ("日期", "rq"),
    "节次": ("jc",),
    "上课地点": ("地点", "教室", "cdmc"),
    "第一次上课": ("首次上课", "第一次上课时间"),
    "第一次上课地点": (),
    "辅导时间地点": (),
    "教学组织要求": (),
    "考试时间": ("考试日期",),
    "考试地点": (),
    "考试形式": (),
    "备注": ("bz",),
}
REQUIRED = ("学号", "课程代码", "教学班名称")


class _Hour(Moment):
    """When a class meets: a day alone is not enough to come."""

    remedy = "写成 2025-05-12 18:30 这样。"

    def clean(self, value: str, **kwargs: Any) -> datetime | None:
        found = super().clean(value, **kwargs)
        if found is not None and timezone.localtime(found).time() == time():
            raise ValueError("没有写几点。")
        return found


# What belongs to the group, with teachers and course: the field, and how its cell is read.
FIELDS: Mapping[str, tuple[str, Cell]] = {
    "上课方式": ("mode", Word(TeachingMode.choices())),
    "联系电话": ("phone", Text()),
    "第一次上课": ("first_meeting", _Hour()),
    "第一次上课地点": ("first_room", Cell()),
    "辅导时间地点": ("place_text", Cell()),
    "教学组织要求": ("requirement", Cell()),
    "考试时间": ("exam_at", _Hour()),
    "考试地点": ("exam_room", Cell()),
    "考试形式": ("exam_form", Cell()),
    "备注": ("remark", Cell()),
}
TEACHERS = {"教工号": "teacher", "辅导教师工号": "tutor"}
OF_GROUP = ("课程代码", *TEACHERS, *FIELDS)  # must read the same in all rows of the group
_KEPT = {
    "教学班名称": (TeachingGroup, "name"),
    "上课地点": (TeachingSession, "room"),
    **{header: (TeachingGroup, name) for header, (name, _) in FIELDS.items()},
}


def cells(group: TeachingGroup) -> dict[str, str]:
    """A group as its columns would say it; load the teachers."""
    people = {header: getattr(group, name) for header, name in TEACHERS.items()}
    return {
        "教学班名称": group.name,
        **{header: one.number if one else "" for header, one in people.items()},
        **{header: cell.render(getattr(group, name)) for header, (name, cell) in FIELDS.items()},
    }


def said(values: Mapping[str, str]) -> dict[str, Any]:
    """Fields of a group by name, of cells that ``refuse_unread`` has let through."""
    return {
        name: cell.clean(values[header])
        for header, (name, cell) in FIELDS.items()
        if header in values
    }


def refuse_unread(rows: Iterable[SheetRow]) -> None:
    """No cell of the group that its field cannot take."""
    for row in rows:
        for header in filter(row.__getitem__, FIELDS):
            _, cell = FIELDS[header]
            try:
                cell.clean(row[header])
            except ValueError as error:
                row.refuse(header, str(error), cell.remedy)


def refuse_long(rows: Sequence[SheetRow]) -> None:
    """No cell says more than its column can keep."""
    for header, longest in _longest().items():
        for row in rows:
            if len(row[header]) > longest:
                row.refuse(header, f"太长，最多 {longest} 个字。", "写短一些再上传。")


def _longest() -> dict[str, int]:
    fields = {header: model._meta.get_field(name) for header, (model, name) in _KEPT.items()}  # noqa: SLF001 -- Django's documented Options API
    return {
        header: field.max_length or 0
        for header, field in fields.items()
        if isinstance(field, CharField) and not field.choices
    }
