"""The retake manual's twenty columns, in their order."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import WITH_PHONES
from portal.lib import masking
from portal.records.kinds import CourseCategory
from portal.records.models import PlanCourse
from retake.models import Assignment, TeachingSession
from retake.teaching.words import first_words, time_lines

COLUMNS = (
    "班",
    "课程类型",
    "课程代码",
    "课程名称",
    "学分",
    "教学班名称",
    "教工号",
    "教师姓名",
    "教师手机号",
    "学号",
    "学生姓名",
    "性别",
    "学生手机号",
    "学院",
    "年级",
    "专业",
    "课程（行政班）",
    "辅导教师",
    "辅导时间地点",
    "备注",
)
CHUNK = 500
STUDENT = "enrollment__student"
FIELDS = (
    "pk",
    "group_id",
    "group__serial",
    "category",
    "group__course__code",
    "group__course__name",
    "enrollment__credit_hours",
    "group__name",
    "group__teacher__number",
    "group__teacher__name",
    "group__phone",
    "group__teacher__phone",
    f"{STUDENT}__number",
    f"{STUDENT}__name",
    f"{STUDENT}__gender",
    f"{STUDENT}__phone",
    f"{STUDENT}__admin_class__major__college__name",
    f"{STUDENT}__grade_year",
    f"{STUDENT}__admin_class__major__name",
    f"{STUDENT}__admin_class__name",
    "group__tutor__name",
    "group__first_meeting",
    "group__first_room",
    "group__place_text",
    "group__remark",
)

Line = list[str]
Phone = Callable[[str], str]


def whole(phone: str) -> str:
    """As it is."""
    return phone


def phones_for(user: User) -> Phone:
    """How an export writes phone numbers for this user."""
    return whole if user.role in WITH_PHONES else masking.phone


def fetched(rows: QuerySet[Assignment]) -> "QuerySet[Any, Any]":
    """The rows with everything the columns need; the category is that of the student's plan."""
    plan = PlanCourse.objects.filter(
        plan__major=OuterRef(f"{STUDENT}__admin_class__major"),
        plan__grade_year=OuterRef(f"{STUDENT}__grade_year"),
        course=OuterRef("group__course"),
    )
    category = Coalesce(Subquery(plan.values("category")[:1]), "group__course__category")
    return rows.annotate(category=category).values_list(*FIELDS)


def lines(rows: Iterable[tuple[Any, ...]], phone: Phone) -> list[tuple[int, int, Line]]:
    """Group id, row id and the twenty cells of each row. One statement for all sessions."""
    found = list(rows)
    meetings = _meetings({row[1] for row in found})
    return [(row[1], row[0], _line(row, meetings, phone)) for row in found]


def streamed(rows: QuerySet[Assignment], phone: Phone) -> Iterator[Line]:
    """The cells of any number of rows, a chunk in memory at a time."""
    waiting: list[tuple[Any, ...]] = []
    for row in fetched(rows).iterator(chunk_size=CHUNK):
        waiting.append(row)
        if len(waiting) == CHUNK:
            yield from (line for _, _, line in lines(waiting, phone))
            waiting = []
    yield from (line for _, _, line in lines(waiting, phone))


def _meetings(group_ids: set[int]) -> dict[int, str]:
    """When and where the groups meet, in words."""
    found: dict[int, list[TeachingSession]] = {}
    rows = TeachingSession.objects.filter(group__in=group_ids, is_cancelled=False)
    for one in rows.order_by("group_id", "held_on", "first_period"):
        found.setdefault(one.group_id, []).append(one)
    return {group: "；".join(time_lines(own, own[0].held_on)) for group, own in found.items()}


def _line(row: tuple[Any, ...], meetings: dict[int, str], phone: Phone) -> Line:
    (
        _pk, group, serial, category, code, name, credit_hours, group_name, teacher_number,
        teacher, group_phone, teacher_phone, number, student, gender, student_phone, college,
        grade, major, home_class, tutor, meets, room, place, remark,
    ) = row  # fmt: skip
    first = first_words(meets, room, place, timezone.localdate(meets)) if meets else ""
    where = "；".join(part for part in (meetings.get(group) or first, place) if part)
    return [
        f"{serial}班", CourseCategory(category).label, code, name, str(credit_hours), group_name,
        teacher_number or "", teacher or "", phone(group_phone or teacher_phone or ""), number,
        student, gender, phone(student_phone), college, str(grade), major, home_class,
        tutor or "", where, remark,
    ]  # fmt: skip
