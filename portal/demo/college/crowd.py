"""The invented students: accounts, grades and timetables streamed by COPY."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.demo.college.calendar import CURRENT, FIRST_YEAR, TERMS, index_of
from portal.demo.college.classes import Classes, Line
from portal.demo.college.colleges import MAJORS, MajorSpec
from portal.demo.college.copying import CopyBuffer, flush_all, reserve_ids
from portal.demo.college.courses import ELECTIVES, PUBLIC
from portal.demo.college.draws import Drawn, draw, draw_certificates
from portal.demo.college.frame import Frame
from portal.demo.college.homes import home_class
from portal.demo.college.names import person, phone
from portal.records.kinds import AttemptKind, CourseCategory, Standing
from portal.records.models import (
    GradeAttempt,
    MakeupSitting,
    StandingChange,
    Student,
    StudentCourse,
    VeteranStatus,
)
from portal.records.states import VeteranState

CHUNK = 2000
CLASS_SIZE = 40
SOURCE = "教务导入"
# A small college shows who is here; a large one is mostly its archive of graduates.
SMALL = ((2022, 32), (2023, 29), (2024, 29), (2021, 5), (2020, 5))
LARGE = ((2022, 8), (2023, 6), (2024, 6), (2021, 27), (2020, 27), (2019, 26))
SMALL_UP_TO = 5000
VETERANS, SUSPENDED = 0.02, 0.01
PLAN_SEED = "学业服务"
PLAIN_YEARS = 3  # 高中后; 中职后 students come for two
CERTIFICATE_TERM = 5
CERTIFICATES = [one for one in PUBLIC if one.category is CourseCategory.CERTIFICATE]


@dataclass(frozen=True)
class Invented:
    """An invented student before his grades are drawn."""

    serial: int
    number: str
    name: str
    gender: str
    major: MajorSpec
    grade_year: int
    standing: Standing
    random: Random


def invent(number_of_students: int) -> Iterator[Invented]:
    """Students in a fixed order; the n-th is the same in every college of the same size class."""
    shares = SMALL if number_of_students <= SMALL_UP_TO else LARGE
    years, weights = [year for year, _ in shares], [weight for _, weight in shares]
    for serial in range(number_of_students):
        random = Random(f"{PLAN_SEED}{serial}")  # noqa: S311 -- demo data, not a secret
        major = MAJORS[serial % len(MAJORS)]
        year = random.choices(years, weights)[0]
        yield Invented(
            serial=serial,
            number=f"{year}{MAJORS.index(major) + 10}{serial:06d}",
            name=person(random),
            gender=random.choice("男女"),
            major=major,
            grade_year=year,
            standing=_standing(year, major, random),
            random=random,
        )


def _standing(year: int, major: MajorSpec, random: Random) -> Standing:
    if year + major.length_years <= FIRST_YEAR + CURRENT.index // 2:
        return random.choices((Standing.GRADUATED, Standing.COMPLETED_NO_DIPLOMA), (3, 1))[0]
    return Standing.SUSPENDED if random.random() < SUSPENDED else Standing.ENROLLED


class Crowd:
    """Writes invented students chunk by chunk; memory holds one chunk."""

    def __init__(self, frame: Frame, classes: Classes, password_hash: str) -> None:
        self.frame, self.classes, self.password_hash = frame, classes, password_hash
        self.home: dict[tuple[str, int, int], int] = {}
        self.users = CopyBuffer(User, ("id", "password", "username", "name", "role", "is_active"))
        self.students = CopyBuffer(
            Student,
            (
                "id", "number", "roll_number", "name", "gender", "admin_class_id", "grade_year",
                "student_type", "standing", "phone", "email", "in_arrears", "user_id",
            ),
        )  # fmt: skip
        self.attempts = CopyBuffer(
            GradeAttempt,
            (
                "student_id", "course_id", "term_id", "kind", "score", "text", "flag",
                "recorded_on", "source",
            ),
        )  # fmt: skip
        self.lines = CopyBuffer(StudentCourse, ("student_id", "teaching_class_id", "absent_hours"))
        self.sittings = CopyBuffer(
            MakeupSitting, ("student_id", "course_id", "term_id", "sits_on", "venue")
        )

    @property
    def buffers(self) -> tuple[CopyBuffer, ...]:
        """Parents first."""
        return self.users, self.students, self.lines, self.attempts, self.sittings

    def write(self, number_of_students: int) -> None:
        """Invent and store that many students."""
        user_ids = iter(reserve_ids(User, number_of_students))
        student_ids = iter(reserve_ids(Student, number_of_students))
        specials: list[tuple[int, Invented]] = []
        for one in invent(number_of_students):
            student_id = next(student_ids)
            self._person(one, student_id, next(user_ids))
            self._record(one, student_id)
            if one.standing is not Standing.ENROLLED or one.random.random() < VETERANS:
                specials.append((student_id, one))
            if one.serial % CHUNK == CHUNK - 1:
                flush_all(self.buffers)
        flush_all(self.buffers)
        _write_specials(specials)

    def _person(self, one: Invented, student_id: int, user_id: int) -> None:
        self.users.add(user_id, self.password_hash, one.number, one.name, Role.STUDENT, True)
        self.students.add(
            student_id,
            one.number,
            f"32{one.number}",
            one.name,
            one.gender,
            self._class_of(one),
            one.grade_year,
            "高中后" if one.major.length_years == PLAIN_YEARS else "中职后",
            one.standing,
            phone(one.serial + 100),
            f"{one.number}@stu.example.edu.cn",
            one.random.random() < 0.01,
            user_id,
        )

    def _class_of(self, one: Invented) -> int:
        group = one.serial // len(MAJORS) // (CLASS_SIZE * 3) + 1
        key = (one.major.code, one.grade_year, group)
        if key not in self.home:
            self.home[key] = home_class(self.frame, one.major, one.grade_year, group)
        return self.home[key]

    def _record(self, one: Invented, student_id: int) -> None:
        lines = self.classes.plans[one.major.code, one.grade_year]
        for line in lines:
            self.lines.add(student_id, line.class_id, one.random.randrange(0, 5))
        electives = self._electives(one, lines)
        for line in electives:
            self.lines.add(student_id, line.class_id, None)
        for drawn in draw([*lines, *electives], one.random):
            self.attempt(student_id, drawn)
        for drawn in self._certificates(one):
            self.attempt(student_id, drawn)

    def _certificates(self, one: Invented) -> Iterator[Drawn]:
        """Those of a three-year plan, taken a term before the plan asks for them."""
        term_index = index_of(one.grade_year, CERTIFICATE_TERM)
        if one.major.length_years < PLAIN_YEARS or term_index >= CURRENT.index:
            return iter(())
        ids = [self.frame.courses[spec.code] for spec in CERTIFICATES]
        return draw_certificates(ids, term_index, one.random)

    def _electives(self, one: Invented, lines: list[Line]) -> list[Line]:
        """One 通识选修课 a term up to the fifth."""
        terms = sorted({line.term_index for line in lines})[:5]
        chosen = one.random.sample(ELECTIVES, len(terms))
        return [
            Line(
                spec, self.frame.courses[spec.code], index, self.classes.electives[spec.code, index]
            )
            for spec, index in zip(chosen, terms, strict=True)
        ]

    def attempt(self, student_id: int, drawn: Drawn) -> None:
        """One attempt, with its sitting when it is a 补考."""
        term_id = self.frame.terms[drawn.term_index]
        self.attempts.add(
            student_id,
            drawn.course_id,
            term_id,
            drawn.kind,
            drawn.score,
            drawn.text,
            drawn.flag,
            drawn.recorded_on.isoformat(),
            SOURCE,
        )
        if drawn.kind is AttemptKind.MAKEUP:
            day = TERMS[drawn.term_index].makeups_on.isoformat()
            self.sittings.add(student_id, drawn.course_id, term_id, day, "博学楼 A101")


def _write_specials(specials: list[tuple[int, Invented]]) -> None:
    """Changes of standing, and approved veterans among those enrolled."""
    StandingChange.objects.bulk_create(
        (
            StandingChange(
                student_id=student_id,
                change=one.standing.label,
                standing=one.standing.value,
                changed_on=_left_on(one),
            )
            for student_id, one in specials
            if one.standing is not Standing.ENROLLED
        ),
        batch_size=CHUNK,
    )
    _write_veterans([pair for pair in specials if pair[1].standing is Standing.ENROLLED])


def _write_veterans(approved: list[tuple[int, Invented]]) -> None:
    now = timezone.now()
    VeteranStatus.objects.bulk_create(
        (
            VeteranStatus(
                student_id=student_id,
                valid_from=date(one.grade_year, 9, 1),
                basis=f"退出现役证 {one.number}",
                state=VeteranState.APPROVED,
                claimed_at=now,
                decided_at=now,
            )
            for student_id, one in approved
        ),
        batch_size=CHUNK,
    )


def _left_on(one: Invented) -> date:
    if one.standing is Standing.SUSPENDED:
        return date(2024, 9, 2)
    return date(one.grade_year + one.major.length_years, 6, 30)
