"""The small tables of the demo college, and what the bulk of its students is built on."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from random import Random

from portal.accounts.models import College
from portal.demo.college.calendar import CURRENT, TERMS, index_of
from portal.demo.college.colleges import COLLEGES, MAJORS, MajorSpec
from portal.demo.college.courses import ELECTIVES, EQUIVALENT, OTHERS, PUBLIC, CourseSpec
from portal.demo.college.major_courses import major_courses
from portal.demo.college.names import person, phone
from portal.records.kinds import CourseCategory
from portal.records.models import (
    AcademicTerm,
    Course,
    CourseEquivalence,
    GradePolicy,
    Major,
    PlanCourse,
    PlanRequirement,
    ProgrammePlan,
    Teacher,
)

GRADE_YEARS = (2017, 2019, 2020, 2021, 2022, 2023, 2024)
MAX_YEARS = 8
ELECTIVE_CREDITS = Decimal(8)
SPARE_EXTENSION = Decimal(4)  # what a student may exchange away and still graduate


@dataclass(frozen=True)
class Frame:
    """Primary keys of the small tables by code."""

    colleges: dict[str, int]
    majors: dict[str, int]
    courses: dict[str, int]
    terms: dict[int, int]  # by index
    plans: dict[tuple[str, int], int]  # by major and grade year
    teachers: dict[str, list[int]]  # by college


def plan_specs(major: MajorSpec) -> list[CourseSpec]:
    """The courses of a major's plan in the order of terms."""
    last = major.length_years * 2
    courses = [*PUBLIC, *major_courses(major)]
    return sorted((one for one in courses if one.term <= last), key=lambda one: one.term)


def build_frame(random: Random) -> Frame:
    """Write colleges, majors, courses, terms, plans, teachers and the grade policy."""
    colleges = {
        code: College.objects.get_or_create(
            code=code, defaults={"name": name, "english_name": english_name}
        )[0].pk
        for code, (name, english_name) in COLLEGES.items()
    }
    majors = _majors(colleges)
    courses = _courses(colleges)
    terms = _terms()
    plans = _plans(majors, courses)
    GradePolicy.objects.create(valid_from=TERMS[0].starts_on)
    return Frame(colleges, majors, courses, terms, plans, _teachers(colleges, random))


def _majors(colleges: dict[str, int]) -> dict[str, int]:
    rows = Major.objects.bulk_create(
        Major(
            code=one.code,
            name=one.name,
            english_name=one.english_name,
            college_id=colleges[one.college],
            length_years=one.length_years,
            max_years=MAX_YEARS,
        )
        for one in MAJORS
    )
    return {row.code: row.pk for row in rows}


def _courses(colleges: dict[str, int]) -> dict[str, int]:
    own = [course for major in MAJORS for course in major_courses(major)]
    rows = Course.objects.bulk_create(
        Course(
            code=one.code,
            name=one.name,
            english_name=one.english,
            credit_hours=one.credit_hours,
            course_hours=one.hours,
            offering_college_id=colleges[one.college],
            nature=one.nature,
            category=one.category,
            is_practical=one.practical,
            is_certificate=one.category is CourseCategory.CERTIFICATE,
            selection=one.selection,
            exchange_excluded=one.excluded,
            is_active=one.active,
        )
        for one in (*PUBLIC, *ELECTIVES, *OTHERS, *own)
    )
    ids = {row.code: row.pk for row in rows}
    CourseEquivalence.objects.bulk_create(
        CourseEquivalence(old_id=ids[old], new_id=ids[new], remark="课程代码调整")
        for old, new in EQUIVALENT.items()
    )
    return ids


def _terms() -> dict[int, int]:
    rows = AcademicTerm.objects.bulk_create(
        AcademicTerm(
            code=term.code,
            starts_on=term.starts_on,
            ends_on=term.ends_on,
            is_current=term is CURRENT,
        )
        for term in TERMS
    )
    return {term.index: row.pk for term, row in zip(TERMS, rows, strict=True)}


def _plans(majors: dict[str, int], courses: dict[str, int]) -> dict[tuple[str, int], int]:
    wanted = [(major, year) for major in MAJORS for year in GRADE_YEARS]
    rows = ProgrammePlan.objects.bulk_create(
        ProgrammePlan(
            code=f"{major.code}-{year}",
            major_id=majors[major.code],
            grade_year=year,
            name=f"{major.name} {year}级培养方案",
        )
        for major, year in wanted
    )
    plans = {(major.code, year): row.pk for (major, year), row in zip(wanted, rows, strict=True)}
    PlanCourse.objects.bulk_create(
        PlanCourse(
            plan_id=plans[major.code, year],
            course_id=courses[one.code],
            nature=one.nature,
            category=one.category,
            term_number=one.term,
        )
        for major, year in wanted
        for one in plan_specs(major)
    )
    PlanRequirement.objects.bulk_create(
        PlanRequirement(plan_id=plans[major.code, year], category=category, credit_hours=needed)
        for major, year in wanted
        for category, needed in _required(plan_specs(major))
    )
    return plans


def _required(specs: Iterable[CourseSpec]) -> list[tuple[CourseCategory, Decimal]]:
    """Everything in the plan, except that some extension credit is to spare."""
    ordered = sorted(specs, key=lambda one: one.category)
    sums = {
        category: sum((one.credit_hours for one in group), Decimal(0))
        for category, group in groupby(ordered, key=lambda one: one.category)
    }
    if sums[CourseCategory.MAJOR_EXTENSION] > SPARE_EXTENSION:
        sums[CourseCategory.MAJOR_EXTENSION] -= SPARE_EXTENSION
    return [*sums.items(), (CourseCategory.GENERAL_ELECTIVE, ELECTIVE_CREDITS)]


def _teachers(colleges: dict[str, int], random: Random) -> dict[str, list[int]]:
    rows = Teacher.objects.bulk_create(
        Teacher(
            number=f"{2000 + serial}{code}",
            name=person(random),
            phone=phone(serial),
            college_id=college_id,
        )
        for code, college_id in colleges.items()
        for serial in range(4)
    )
    by_college: dict[str, list[int]] = {code: [] for code in colleges}
    for row in rows:
        by_college[row.number[-2:]].append(row.pk)
    return by_college


def runs(year: int, course: CourseSpec) -> bool:
    """The plan's term of this course has come by the demo's current term."""
    return index_of(year, course.term) <= CURRENT.index
