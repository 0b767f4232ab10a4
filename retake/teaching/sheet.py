"""落实表: what a spreadsheet says of students, groups, teachers and sessions, and what is wrong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from portal.accounts.models import User
from portal.calendar.selectors import holidays
from portal.lib.sheets import write_sheet
from portal.lib.tables.faults import Fault
from portal.lib.tables.words import Day
from portal.records.models import AcademicTerm, Course, Student, Teacher
from retake.models import Enrollment, TeachingGroup, TeachingSession
from retake.states import EnrollmentState, GroupState
from retake.teaching import access, periods
from retake.teaching import sheet_columns as columns
from retake.teaching.rows import SheetRow, faults_of, read_rows, refuse_repeated, require
from retake.teaching.seats import PLACEABLE
from retake.teaching.untimed import untimed_seats


@dataclass
class GroupPlan:
    """One group of the file: there already, or to be opened."""

    name: str
    course: Course | None = None
    there: TeachingGroup | None = None
    teacher: Teacher | None = None
    tutor: Teacher | None = None
    values: dict[str, str] = field(default_factory=dict)
    students: list[Enrollment] = field(default_factory=list)
    sessions: dict[tuple[date, int], TeachingSession] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """When the file lets the group meet first, as it is written there."""
        return self.values.get("第一次上课", "")


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
    taken: set[str]  # names of groups that are not the staff's own
    enrollments: dict[tuple[int, int], Enrollment]
    holidays: dict[date, str]


def template(staff: User, term: AcademicTerm) -> bytes:
    """Everybody in the courses of the own college who waits for a class, or sits in one without
    time and place, to be filled and uploaded again. Two statements.
    """
    seats = untimed_seats(staff).filter(term=term).select_related("group__teacher", "group__tutor")
    groups = {seat.enrollment_id: seat.group for seat in seats}
    waiting = Q(state=EnrollmentState.CONFIRMED.value) | Q(pk__in=groups)
    rows = (
        access.enrollments(staff)
        .filter(waiting, term=term)
        .select_related("student", "course")
        .order_by("course__code", "student__admin_class", "student__number")
    )
    return write_sheet(list(columns.HEADERS), (_cells(row, groups.get(row.pk)) for row in rows))


def _cells(row: Enrollment, group: TeachingGroup | None) -> list[str]:
    """What is known of a student's row; the columns of the time are left to be filled."""
    known = {
        "学号": row.student.number,
        "姓名": row.student.name,
        "课程代码": row.course.code,
        "课程名称": row.course.name,
    }
    if group is not None:
        known |= columns.cells(group)
    return [known.get(header, "") for header in columns.HEADERS]


def read_plan(staff: User, term: AcademicTerm, data: bytes) -> ArrangePlan:
    """Look at a file without changing anything. ``DomainError`` when it cannot be read at all."""
    access.require(staff)
    rows = read_rows(data, columns.HEADERS, columns.REQUIRED)
    require(rows, columns.REQUIRED)
    columns.refuse_long(rows)
    columns.refuse_unread(rows)
    refuse_repeated([row for row in rows if row["学号"]], ("学号", "课程代码"))
    known = _known(staff, term, rows)
    groups: dict[str, GroupPlan] = {}
    for row in rows:
        _read(row, known, groups)
    return ArrangePlan(tuple(groups.values()), tuple(faults_of(rows)))


def _known(staff: User, term: AcademicTerm, rows: Sequence[SheetRow]) -> Known:
    """Seven statements for any number of rows."""
    numbers = {row["学号"] for row in rows}
    codes = {row["课程代码"] for row in rows}
    named = {row[header] for row in rows for header in columns.TEACHERS}
    students = {one.number: one for one in Student.objects.filter(number__in=numbers)}
    courses = {one.code: one for one in access.courses(staff).filter(code__in=codes)}
    enrolled = Enrollment.objects.filter(
        term=term, student__in=students.values(), course__in=courses.values()
    )
    named_groups = {"term": term, "name__in": {row["教学班名称"] for row in rows}}
    related = ("course", "term", "teacher", "tutor")
    groups = access.groups(staff).filter(**named_groups).select_related(*related)
    names = TeachingGroup.objects.filter(**named_groups).order_by().values_list("name", flat=True)
    own = {one.name: one for one in groups}
    days = [day for day in (_day(row["上课日期"]) for row in rows) if day]
    return Known(
        students=students,
        courses=courses,
        teachers={one.number: one for one in Teacher.objects.filter(number__in=named)},
        groups=own,
        taken={name for name in names if name not in own},
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
    if name in known.taken:
        row.refuse("教学班名称", "别的学院的教学班已用了这个名称。", "换一个教学班名称。")
    if group.there is not None and group.there.course.code != row["课程代码"]:
        row.refuse("教学班名称", f"这个教学班是{group.there.course.name}的。", "换一个教学班名称。")
    if group.there is not None and group.there.state != GroupState.ACTIVE:
        label = GroupState(group.there.state).label
        row.refuse("教学班名称", f"这个教学班{label}。", "换一个教学班名称。")
    for header in columns.OF_GROUP:
        value = row[header]
        if value and not fresh and group.values.get(header, value) != value:
            before = group.values[header]
            row.refuse(header, f"同一个教学班前面写的是“{before}”。", "改成一样的。")
        if value:
            group.values.setdefault(header, value)
    group.teacher = group.teacher or known.teachers.get(row["教工号"])
    group.tutor = group.tutor or known.teachers.get(row["辅导教师工号"])
    _refuse_unknown(row, known)
    met = group.there is not None and group.there.first_meeting
    if row["第一次上课地点"] and not (group.first or met):
        row.refuse("第一次上课地点", "写了地点，没有写第一次上课的时间。", "补上时间，或清空地点。")
    return group


def _refuse_unknown(row: SheetRow, known: Known) -> None:
    for header in columns.TEACHERS:
        if row[header] and row[header] not in known.teachers:
            row.refuse(header, "没有这个工号的教师。", "核对工号，或先导入教师。")


def _session(row: SheetRow, known: Known, group: GroupPlan) -> None:
    """The meeting a row names, if it names one; the same in several rows is one meeting."""
    if not (row["上课日期"] or row["节次"]):
        if row["上课地点"]:
            row.refuse("上课地点", "写了地点，没有写日期和节次。", "补上日期和节次，或清空地点。")
        return
    day, hours = _day(row["上课日期"]), _periods(row["节次"])
    if day is None:
        row.refuse(
            "上课日期",
            "应是日期，如 2025-05-12。",
            "一格写一天；上几次课的，同一个班各行写不同的日期。",
        )
    elif day in known.holidays:
        row.refuse("上课日期", f"这一天是{known.holidays[day]}。", "换一天。")
    if isinstance(hours, str):
        row.refuse("节次", hours, "填如 9-10 的节次。")
    elif day is not None:
        _meet(row, group, day, hours)


def _meet(row: SheetRow, group: GroupPlan, day: date, hours: tuple[int, int]) -> None:
    """Add the meeting; it must not contradict one of the rows before."""
    first, last = hours
    room = row["上课地点"]
    for (other, _), one in group.sessions.items():
        same = (one.first_period, one.last_period) == hours
        if other == day and not same and first <= one.last_period and one.first_period <= last:
            before = f"第 {one.first_period}–{one.last_period} 节"
            row.refuse("节次", f"这个班这一天前面写的是{before}。", "改成一样的，或错开节次。")
            return
    there = group.sessions.setdefault(
        (day, first), TeachingSession(held_on=day, first_period=first, last_period=last, room=room)
    )
    if room and there.room and there.room != room:
        row.refuse("上课地点", f"同一次课前面写的是“{there.room}”。", "改成一样的。")
    there.room = there.room or room


def _day(text: str) -> date | None:
    try:
        return Day().clean(text)
    except ValueError:
        return None


def _periods(text: str) -> tuple[int, int] | str:
    """``9-10``, ``9–10``, ``第9-10节`` or ``9``; else what is wrong with it."""
    found = re.fullmatch(r"第?(\d{1,2})(?:[-–~、,，至](\d{1,2}))?节?", text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    return periods.fault(first, last) or (first, last)
