"""落实表: students, groups, teachers and sessions from one spreadsheet, previewed, then applied."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from portal.accounts.models import User
from portal.calendar.selectors import holidays
from portal.lib.errors import DomainError
from portal.lib.sheets import write_sheet
from portal.lib.tables.faults import Fault
from portal.lib.tables.words import Day
from portal.records.models import AcademicTerm, Course, Student, Teacher
from retake.models import Enrollment, TeachingGroup, TeachingSession
from retake.services import locks
from retake.states import EnrollmentState, GroupState, TeachingMode
from retake.teaching import access, periods
from retake.teaching.groups import open_group, record, revise, seated
from retake.teaching.rows import SheetRow, faults_of, read_rows, refuse_repeated, require
from retake.teaching.seats import PLACEABLE, Seat, place

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
    "辅导时间地点": (),
    "备注": ("bz",),
}
REQUIRED = ("学号", "课程代码", "教学班名称")
# What belongs to the group and must read the same in all of its rows.
OF_GROUP = ("课程代码", "上课方式", "教工号", "联系电话", "辅导教师工号", "辅导时间地点", "备注")
MODES = {mode.label: mode for mode in TeachingMode}


@dataclass
class GroupPlan:
    """One group of the file: there already, or to be opened."""

    name: str
    course: Course | None = None
    there: TeachingGroup | None = None
    values: dict[str, str] = field(default_factory=dict)
    students: list[Enrollment] = field(default_factory=list)
    sessions: dict[tuple[date, int], TeachingSession] = field(default_factory=dict)


@dataclass(frozen=True)
class ArrangePlan:
    """What a file would do; with any fault nothing is done."""

    groups: tuple[GroupPlan, ...]
    faults: tuple[Fault, ...]

    @property
    def number(self) -> int:
        return sum(len(group.students) for group in self.groups)


@dataclass(frozen=True)
class Known:
    """Everything the file names, fetched before the rows are looked at."""

    students: dict[str, Student]
    courses: dict[str, Course]
    teachers: dict[str, Teacher]
    groups: dict[str, TeachingGroup]
    enrollments: dict[tuple[int, int], Enrollment]
    holidays: dict[date, str]


def template(staff: User, term: AcademicTerm) -> bytes:
    """Everybody who waits in the courses of the own college, to be filled and uploaded again."""
    rows = (
        access.enrollments(staff)
        .filter(term=term, state=EnrollmentState.CONFIRMED.value)
        .select_related("student", "course")
        .order_by("course__code", "student__admin_class", "student__number")
    )
    return write_sheet(
        list(HEADERS),
        ([row.student.number, row.student.name, row.course.code, row.course.name] for row in rows),
    )


def read_plan(staff: User, term: AcademicTerm, data: bytes) -> ArrangePlan:
    """Look at a file without changing anything. ``DomainError`` when it cannot be read at all."""
    access.require(staff)
    rows = read_rows(data, HEADERS, REQUIRED)
    require(rows, REQUIRED)
    refuse_repeated([row for row in rows if row["学号"]], ("学号", "课程代码"))
    known = _known(staff, term, rows)
    groups: dict[str, GroupPlan] = {}
    for row in rows:
        _read(row, known, groups)
    return ArrangePlan(tuple(groups.values()), tuple(faults_of(rows)))


@transaction.atomic
def apply_plan(*, staff: User, term: AcademicTerm, data: bytes, now: datetime) -> ArrangePlan:
    """Read again under lock and do it all, or refuse (``sheet.faults``) and do nothing."""
    plan = read_plan(staff, term, data)
    if plan.faults:
        raise DomainError(
            "sheet.faults",
            f"没有执行：{plan.faults[0]}",
            advice=f"共 {len(plan.faults)} 处，改好再上传。",
        )
    ids = [row.pk for group in plan.groups for row in group.students]
    rows = access.enrollments(staff).filter(pk__in=ids)
    locked = {row.pk: row for row in locks.enrollments_of_many(rows)}
    seats = []
    for one in plan.groups:
        group = _write_group(one, staff, term, now)
        there = set(seated(group).values_list("pk", flat=True))
        fresh = [Seat(locked[row.pk], group) for row in one.students if row.pk not in there]
        record(group, f"按落实表安排 {len(fresh)} 人", staff, now)
        seats += fresh
    place(seats, staff.pk, now)
    return plan


def _known(staff: User, term: AcademicTerm, rows: Sequence[SheetRow]) -> Known:
    """Six statements for any number of rows."""
    numbers = {row["学号"] for row in rows}
    codes = {row["课程代码"] for row in rows}
    named = {row[header] for row in rows for header in ("教工号", "辅导教师工号")}
    students = {one.number: one for one in Student.objects.filter(number__in=numbers)}
    courses = {one.code: one for one in access.courses(staff).filter(code__in=codes)}
    enrolled = Enrollment.objects.filter(
        term=term, student__in=students.values(), course__in=courses.values()
    )
    groups = TeachingGroup.objects.filter(term=term, name__in={row["教学班名称"] for row in rows})
    days = [day for day in (_day(row["上课日期"]) for row in rows) if day]
    return Known(
        students=students,
        courses=courses,
        teachers={one.number: one for one in Teacher.objects.filter(number__in=named)},
        groups={one.name: one for one in groups.select_related("course")},
        enrollments={(one.student_id, one.course_id): one for one in enrolled},
        holidays=holidays(days),
    )


def _read(row: SheetRow, known: Known, groups: dict[str, GroupPlan]) -> None:
    enrollment = _enrollment(row, known)
    group = _group(row, known, groups)
    _session(row, known, group)
    if enrollment is not None:
        group.students.append(enrollment)


def _enrollment(row: SheetRow, known: Known) -> Enrollment | None:
    """The enrolment a row means; a fault when there is none that may be seated."""
    student, course = known.students.get(row["学号"]), known.courses.get(row["课程代码"])
    if student is None:
        row.refuse("学号", "没有这个学号。", "核对学号，长号码设为文本。")
    if course is None:
        row.refuse("课程代码", "没有这门课，或不由本学院开课。", "改成本学院开的课程代码。")
    if student is None or course is None:
        return None
    found = known.enrollments.get((student.pk, course.pk))
    if found is None:
        row.refuse("学号", "这名学生本学期没有报这门课的重修。", "删掉这一行。")
    elif found.state not in PLACEABLE:
        label = EnrollmentState(found.state).label
        row.refuse("学号", f"这名学生这门课{label}，还不能安排。", "等教学部核实后再安排。")
    return found


def _group(row: SheetRow, known: Known, groups: dict[str, GroupPlan]) -> GroupPlan:
    """The group of a row; its own columns must agree with the rows before."""
    name = row["教学班名称"]
    fresh = name not in groups
    group = groups.setdefault(name, GroupPlan(name, there=known.groups.get(name)))
    group.course = group.course or known.courses.get(row["课程代码"])
    if group.there is not None and group.there.course.code != row["课程代码"]:
        row.refuse("教学班名称", f"这个教学班是{group.there.course.name}的。", "换一个教学班名称。")
    if group.there is not None and group.there.state != GroupState.ACTIVE:
        label = GroupState(group.there.state).label
        row.refuse("教学班名称", f"这个教学班{label}。", "换一个教学班名称。")
    for header in OF_GROUP:
        value = row[header]
        if value and not fresh and group.values.get(header, value) != value:
            before = group.values[header]
            row.refuse(header, f"同一个教学班前面写的是“{before}”。", "改成一样的。")
        if value:
            group.values.setdefault(header, value)
    _refuse_unknown(row, known)
    return group


def _refuse_unknown(row: SheetRow, known: Known) -> None:
    for header in ("教工号", "辅导教师工号"):
        if row[header] and row[header] not in known.teachers:
            row.refuse(header, "没有这个工号的教师。", "核对工号，或先导入教师。")
    if row["上课方式"] and row["上课方式"] not in MODES:
        row.refuse("上课方式", "没有这种上课方式。", f"填 {'、'.join(MODES)}。")


def _session(row: SheetRow, known: Known, group: GroupPlan) -> None:
    """The meeting a row names, if it names one; the same in several rows is one meeting."""
    if not (row["上课日期"] or row["节次"]):
        return
    day, hours = _day(row["上课日期"]), _periods(row["节次"])
    if day is None:
        row.refuse("上课日期", "应是日期，如 2025-05-12。", "改好日期再上传。")
    elif day in known.holidays:
        row.refuse("上课日期", f"这一天是{known.holidays[day]}。", "换一天。")
    if hours is None:
        row.refuse(
            "节次", f"没有这样的节次，一天 {periods.number_of_periods()} 节。", "填如 9-10 的节次。"
        )
    if day is not None and hours is not None:
        first, last = hours
        session = TeachingSession(
            held_on=day, first_period=first, last_period=last, room=row["上课地点"]
        )
        group.sessions.setdefault((day, first), session)


def _day(text: str) -> date | None:
    try:
        return Day().clean(text)
    except ValueError:
        return None


def _periods(text: str) -> tuple[int, int] | None:
    """``9-10``, ``9–10``, ``第9-10节`` or ``9``; None for anything that is no hour of the day."""
    found = re.fullmatch(r"第?(\d{1,2})(?:[-–~、,，至](\d{1,2}))?节?", text)
    if not found:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return (first, last) if periods.exists(first, last) else None


FIELDS = {"联系电话": "phone", "辅导时间地点": "place_text", "备注": "remark"}


def _write_group(plan: GroupPlan, staff: User, term: AcademicTerm, now: datetime) -> TeachingGroup:
    """Open or complete the group of a plan without faults."""
    if plan.course is None:
        raise ValueError(plan.name)  # a fault of every row
    group = plan.there or TeachingGroup(term=term, course=plan.course, name=plan.name)
    changed = _fill(group, plan)
    group.capacity = max(group.capacity, len(plan.students))
    if plan.there is None:
        open_group(group, staff=staff, now=now)
    else:
        revise(group, [*changed, "capacity"], staff=staff, now=now)
    _write_sessions(group, plan)
    return group


def _fill(group: TeachingGroup, plan: GroupPlan) -> list[str]:
    """Set what the file says of the group; which fields it said something of."""
    changed = [name for header, name in FIELDS.items() if header in plan.values]
    for header, name in FIELDS.items():
        if header in plan.values:
            setattr(group, name, plan.values[header])
    if "上课方式" in plan.values:
        group.mode = MODES[plan.values["上课方式"]].value
        changed.append("mode")
    teachers = {"教工号": "teacher", "辅导教师工号": "tutor"}
    for header, name in teachers.items():
        if header in plan.values:
            setattr(group, name, Teacher.objects.get(number=plan.values[header]))
            changed.append(name)
    return changed


def _write_sessions(group: TeachingGroup, plan: GroupPlan) -> None:
    """Add the meetings the group does not have yet."""
    there = set(
        TeachingSession.objects.filter(group=group, is_cancelled=False).values_list(
            "held_on", "first_period"
        )
    )
    fresh = [session for key, session in sorted(plan.sessions.items()) if key not in there]
    for session in fresh:
        session.group = group
    TeachingSession.objects.bulk_create(fresh)
