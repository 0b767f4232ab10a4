"""Writes the students of ``scripts``."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.demo.college.calendar import CURRENT, TERMS, index_of
from portal.demo.college.classes import Classes, Line
from portal.demo.college.colleges import CLOUD
from portal.demo.college.courses import ELECTIVES, OTHERS, PUBLIC, CourseSpec
from portal.demo.college.frame import Frame
from portal.demo.college.homes import home_class
from portal.demo.college.major_courses import major_courses
from portal.demo.college.marks import TO_COME, Mark, entries, read_mark
from portal.demo.college.names import phone
from portal.demo.college.scripts import SCRIPTS, Script
from portal.records.models import (
    GradeAttempt,
    LevelExamScore,
    MakeupSitting,
    OtherCredit,
    StandingChange,
    Student,
    StudentCourse,
    VeteranStatus,
)
from portal.records.states import VeteranState

MAKEUP_AHEAD = timedelta(days=18)
VENUE = "博学楼 A101"
BY_NAME: dict[str, CourseSpec] = {
    spec.name: spec for spec in (*PUBLIC, *ELECTIVES, *OTHERS, *major_courses(CLOUD))
}
Placed = tuple[CourseSpec, Mark, int, int | None]  # course, mark, term index, teaching class


def build_named(frame: Frame, classes: Classes, password_hash: str, now: datetime) -> None:
    """Write every scripted student with account, record and timetable."""
    for serial, script in enumerate(SCRIPTS):
        student = _student(frame, script, serial, password_hash)
        placed = list(_placed(script, classes))
        _write_courses(frame, student, placed, now.date())
        _write_rest(student, script, now)


def refresh_sittings(today: date) -> int:
    """Move the 补考 that are shown as still to come when their day has passed."""
    coming = [script for script in SCRIPTS if any("?" in mark for mark in script.marks.values())]
    names = [name for one in coming for name, mark in one.marks.items() if "?" in mark]
    return MakeupSitting.objects.filter(
        student__number__in=[one.number for one in coming],
        course__name__in=names,
        sits_on__lt=today,
    ).update(sits_on=today + MAKEUP_AHEAD)


def _student(frame: Frame, script: Script, serial: int, password_hash: str) -> Student:
    user = User.objects.create(
        username=script.number, name=script.name, role=Role.STUDENT, password=password_hash
    )
    return Student.objects.create(
        number=script.number,
        roll_number=f"32110{script.number}",
        name=script.name,
        gender=script.gender,
        admin_class_id=home_class(frame, CLOUD, script.grade_year, 1),
        grade_year=script.grade_year,
        student_type="高中后",
        standing=script.standing.value,
        phone=phone(serial),
        email=f"{script.number}@stu.example.edu.cn",
        user=user,
    )


def _placed(script: Script, classes: Classes) -> Iterator[Placed]:
    """Plan courses of past and running terms, then what the script adds outside them."""
    lines = classes.plans[CLOUD.code, script.grade_year]
    for line in lines:
        written = script.marks.get(line.spec.name)
        if written is None or not written.startswith("@"):
            yield line.spec, _mark(line, written), line.term_index, line.class_id
    for name, written in script.marks.items():
        mark = read_mark(written)
        if mark.term_number:
            index = index_of(script.grade_year, mark.term_number)
            spec = BY_NAME[name]
            yield spec, mark, index, classes.electives.get((spec.code, index))


def _mark(line: Line, written: str | None) -> Mark:
    if written is not None:
        return read_mark(written)
    if line.spec.practical:
        return Mark(0, ("良好",), 0)
    return Mark(0, (str(64 + line.course_id * 7 % 25),), 0)


def _write_courses(frame: Frame, student: Student, placed: list[Placed], today: date) -> None:
    GradeAttempt.objects.bulk_create(
        GradeAttempt(
            student=student,
            course_id=frame.courses[spec.code],
            term_id=frame.terms[entry.term.index],
            kind=entry.kind.value,
            score=entry.result.score,
            text=entry.result.text,
            flag=entry.result.flag.value,
            recorded_on=entry.recorded_on,
            source="教务导入",
        )
        for spec, mark, index, _ in placed
        if index < CURRENT.index
        for entry in entries(mark, TERMS[index])
    )
    StudentCourse.objects.bulk_create(
        StudentCourse(student=student, teaching_class_id=class_id, absent_hours=mark.absent_hours)
        for _, mark, _, class_id in placed
        if class_id is not None and mark.results and mark.results != ("免修",)
    )
    _write_sittings(frame, student, placed, today)


def _write_sittings(frame: Frame, student: Student, placed: list[Placed], today: date) -> None:
    MakeupSitting.objects.bulk_create(
        MakeupSitting(
            student=student,
            course_id=frame.courses[spec.code],
            term_id=frame.terms[index],
            sits_on=_sits_on(mark.results[1], index, today),
            venue=VENUE,
        )
        for spec, mark, index, _ in placed
        if len(mark.results) > 1
    )


def _sits_on(result: str, index: int, today: date) -> date:
    return today + MAKEUP_AHEAD if result == TO_COME else TERMS[index].makeups_on


def _write_rest(student: Student, script: Script, now: datetime) -> None:
    StandingChange.objects.bulk_create(
        StandingChange(
            student=student, change=change, standing=standing.value, changed_on=day, remark=remark
        )
        for change, standing, day, remark in script.changes
    )
    LevelExamScore.objects.bulk_create(
        LevelExamScore(student=student, exam=exam, taken_on=day, result=result, passed=passed)
        for exam, day, result, passed in script.exams
    )
    OtherCredit.objects.bulk_create(
        OtherCredit(
            student=student, kind=kind.value, title=title, credit_hours=hours, earned_on=day
        )
        for kind, title, hours, day in script.other_credits
    )
    if script.veteran_from is not None:
        VeteranStatus.objects.create(
            student=student,
            valid_from=script.veteran_from,
            basis="退出现役证 军退字第 0427 号",
            state=VeteranState.APPROVED,
            claimed_at=now,
            decided_at=now,
        )
