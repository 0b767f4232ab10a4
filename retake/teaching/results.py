"""成绩表: out with the students in it, back filled, previewed, applied to the record.

Teachers have no account: the college passes their sheets on. The grade lives in the record only;
a correction is a new attempt there, with a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.inbox.services import Note, send
from portal.lib.errors import DomainError
from portal.lib.sheets import write_sheet
from portal.lib.tables.faults import Fault
from portal.records.grading import Outcome, Policy, outcome, parse_result, policy_on, printed
from portal.records.histories import policy_of
from portal.records.kinds import AttemptKind
from portal.records.models import AcademicTerm, GradeAttempt, GradePolicy, Student
from portal.records.rows import POLICY
from portal.records.services.grades import correct_result, record_result
from retake.models import Enrollment, TeachingGroup
from retake.services import locks, trace
from retake.states import EnrollmentState, EventKind
from retake.teaching import access
from retake.teaching.groups import seated
from retake.teaching.rows import SheetRow, faults_of, read_rows, refuse_repeated, require

HEADERS = {
    "教学班名称": ("jxbmc", "教学班"),
    "课程代码": ("kch", "kcdm", "课程号"),
    "课程名称": ("kcmc",),
    "学号": ("xh",),
    "姓名": ("xm", "学生姓名"),
    "行政班": ("bjmc", "班级"),
    "成绩": ("cj", "总评成绩", "总评"),
    "备注": ("bz",),
}
REQUIRED = ("课程代码", "学号", "成绩")
GRADED = (EnrollmentState.ARRANGED, EnrollmentState.COMPLETED)
FORMS = "填 0–100 的分数（最多一位小数）、优秀…不及格、缺考、作弊等。"


@dataclass(frozen=True)
class Line:
    """One result to be written; ``attempt`` is the one it corrects, None for a first."""

    enrollment: Enrollment
    written: str
    outcome: Outcome
    attempt: GradeAttempt | None


@dataclass(frozen=True)
class ResultPlan:
    """What a file would do; ``same`` rows are in the record already, ``blank`` ones wait.

    ``named`` are the ids of all enrolments the filled rows mean.
    """

    lines: tuple[Line, ...]
    same: int
    blank: int
    faults: tuple[Fault, ...]
    named: tuple[int, ...]

    @property
    def corrections(self) -> int:
        return sum(line.attempt is not None for line in self.lines)


def sheet(group: TeachingGroup) -> bytes:
    """The group's students with their results so far."""
    rows = list(
        seated(group).select_related("student__admin_class", "course").order_by("student__number")
    )
    known = latest(rows)
    return write_sheet(
        list(HEADERS),
        (
            [
                group.name,
                row.course.code,
                row.course.name,
                row.student.number,
                row.student.name,
                row.student.admin_class.name,
                known[row.pk].printed if row.pk in known else "",
                "",
            ]
            for row in rows
        ),
    )


def latest(rows: Sequence[Enrollment]) -> dict[int, GradeAttempt]:
    """The retake result in force of each enrolment that has one. One statement."""
    keys = {(row.student_id, row.course_id, row.term_id): row.pk for row in rows}
    found = GradeAttempt.objects.filter(
        kind=AttemptKind.RETAKE.value,
        student__in={row.student_id for row in rows},
        course__in={row.course_id for row in rows},
        term__in={row.term_id for row in rows},
    ).order_by("pk")
    return {
        keys[key]: attempt
        for attempt in found
        if (key := (attempt.student_id, attempt.course_id, attempt.term_id)) in keys
    }


def read_plan(
    staff: User, term: AcademicTerm, data: bytes, reason: str, now: datetime
) -> ResultPlan:
    """Look at a filled sheet without changing anything."""
    access.require(staff)
    rows = read_rows(data, HEADERS, REQUIRED)
    blank = [row for row in rows if not row["成绩"]]
    filled = [row for row in rows if row["成绩"]]
    require(filled, ("课程代码", "学号"))
    refuse_repeated(filled, ("学号", "课程代码"))
    _refuse_unknown(staff, filled)
    known = _enrolled(staff, term, filled)
    attempts = latest(list(known.values()))
    policy = _policy(now)
    lines, same = [], 0
    for row in filled:
        line = _line(row, known, attempts, policy, reason)
        if line is None:
            continue
        if line.attempt is not None and line.attempt.printed == line.written:
            same += 1
        else:
            lines.append(line)
    named = tuple(one.pk for one in known.values())
    return ResultPlan(tuple(lines), same, len(blank), tuple(faults_of(rows)), named)


@transaction.atomic
def apply_plan(
    *, staff: User, term: AcademicTerm, data: bytes, reason: str, now: datetime
) -> ResultPlan:
    """Write every result to the record and end the enrolments (ARRANGED → COMPLETED), or nothing.

    Refused (``sheet.faults``) with any fault; results that are there already are left alone.
    """
    named = read_plan(staff, term, data, reason, now).named
    locked = {
        row.pk: row
        for row in locks.enrollments_of_many(access.enrollments(staff).filter(pk__in=named))
    }
    plan = read_plan(staff, term, data, reason, now)
    if plan.faults:
        raise DomainError(
            "sheet.faults",
            f"没有登记：{plan.faults[0]}",
            advice=f"共 {len(plan.faults)} 处，改好再上传。",
        )
    for line in plan.lines:
        _write(line, staff, reason.strip(), now)
    _complete([locked[line.enrollment.pk] for line in plan.lines], staff, reason, now)
    _tell(plan.lines, now)
    return plan


def _refuse_unknown(staff: User, rows: Sequence[SheetRow]) -> None:
    """Numbers nobody has, and courses that are not the staff's. Two statements."""
    students = Student.objects.filter(number__in={row["学号"] for row in rows})
    courses = access.courses(staff).filter(code__in={row["课程代码"] for row in rows})
    numbers = set(students.order_by().values_list("number", flat=True))
    codes = set(courses.order_by().values_list("code", flat=True))
    for row in rows:
        if row["学号"] and row["学号"] not in numbers:
            row.refuse("学号", "没有这个学号。", "核对学号，长号码设为文本。")
        if row["课程代码"] and row["课程代码"] not in codes:
            row.refuse("课程代码", "没有这门课，或不由本学院开课。", "改成本学院开的课程代码。")


def _enrolled(
    staff: User, term: AcademicTerm, rows: Sequence[SheetRow]
) -> dict[tuple[str, str], Enrollment]:
    numbers = {row["学号"] for row in rows}
    found = access.enrollments(staff).filter(
        term=term,
        student__in=Student.objects.filter(number__in=numbers),
        course__code__in={row["课程代码"] for row in rows},
    )
    return {
        (one.student.number, one.course.code): one
        for one in found.select_related("student", "course")
    }


def _policy(now: datetime) -> Policy:
    written = GradePolicy.objects.values_list(POLICY, flat=True)
    return policy_on([policy_of(row) for row in written], timezone.localdate(now))


def _line(
    row: SheetRow,
    known: dict[tuple[str, str], Enrollment],
    attempts: dict[int, GradeAttempt],
    policy: Policy,
    reason: str,
) -> Line | None:
    if row.faults:
        return None
    found = known.get((row["学号"], row["课程代码"]))
    if found is None:
        row.refuse("学号", "这名学生本学期没有报这门课的重修。", "核对学号、课程代码和学期。")
        return None
    if found.state not in GRADED:
        label = EnrollmentState(found.state).label
        row.refuse("学号", f"这门重修{label}，不能登记成绩。", "先安排到教学班，再登记成绩。")
        return None
    try:
        result = parse_result(row["成绩"])
    except ValueError:
        row.refuse("成绩", "不认识这个成绩。", FORMS)
        return None
    came_to, written = outcome(result, policy), printed(result)
    if came_to is Outcome.UNTAKEN:
        row.refuse("成绩", "缓考和没有考的还没有成绩。", "留空，考完再填。")
        return None
    there = attempts.get(found.pk)
    if there is not None and there.printed != written and not reason.strip():
        row.refuse("成绩", f"已登记 {there.printed}。", "改成绩要在上传时写明更正理由。")
    return Line(found, written, came_to, there)


def _write(line: Line, staff: User, reason: str, now: datetime) -> None:
    row, today = line.enrollment, timezone.localdate(now)
    source = f"retake:{row.pk}"
    if line.attempt is None:
        record_result(
            student_id=row.student_id,
            course_id=row.course_id,
            term_id=row.term_id,
            kind=AttemptKind.RETAKE,
            written=line.written,
            recorded_on=today,
            source=source,
            entered_by=staff,
        )
    else:
        correct_result(
            attempt_id=line.attempt.pk,
            written=line.written,
            recorded_on=today,
            source=f"{source} {reason}"[:60],
            entered_by=staff,
        )


def _complete(rows: Sequence[Enrollment], staff: User, reason: str, now: datetime) -> None:
    fresh = [row for row in rows if row.state == EnrollmentState.ARRANGED]
    changed = [row for row in rows if row.state == EnrollmentState.COMPLETED]
    Enrollment.objects.filter(pk__in=[row.pk for row in fresh]).update(
        state=EnrollmentState.COMPLETED.value
    )
    trace.record(fresh, EventKind.COMPLETED, actor_id=staff.pk, now=now)
    trace.record(
        changed, EventKind.CORRECTED, actor_id=staff.pk, now=now, reason=reason.strip()[:200]
    )


def _tell(lines: Sequence[Line], now: datetime) -> None:
    stamp = f"{now.timestamp():.0f}"
    send(
        [
            Note(
                line.enrollment.student.user_id,
                f"retake:result:{line.enrollment.pk}:{stamp}",
                f"{line.enrollment.course.name}重修成绩 {line.written}",
                after_result(line.outcome),
                f"/retake/enrollments/{line.enrollment.pk}/",
            )
            for line in lines
            if line.enrollment.student.user_id is not None
        ],
        now,
    )


def after_result(found: Outcome) -> str:
    """What a result means for the student, and the next step when he failed again."""
    if found is Outcome.PASSED:
        return "已及格，成绩单里已更新。"
    return "没有及格。可以报下一轮重修，或看这门课能不能用学分兑换。"
