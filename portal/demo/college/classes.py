"""Teaching classes of the demo, with hours for the current term."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.demo.college.calendar import CURRENT, TERMS, index_of
from portal.demo.college.colleges import MAJORS, MajorSpec
from portal.demo.college.courses import ELECTIVES, CourseSpec
from portal.demo.college.frame import GRADE_YEARS, Frame, plan_specs, runs
from portal.records.kinds import CourseCategory
from portal.records.models import TeachingClass, TeachingSlot

BLOCKS = ((1, 2), (3, 4), (5, 6), (7, 8))
WEDNESDAY_SECOND = 9  # 周三 3–4 节, counted from Monday's first block
# A second-term and a fourth-term course at the same hour: somebody who failed the first and
# now takes the second cannot attend both (R11).
FIXED = {"英语（2-2）": WEDNESDAY_SECOND, "数据中心技术": WEDNESDAY_SECOND}
FREE = {2: [*range(9), 10, 11], 4: range(12, 20), 6: range(20)}


@dataclass(frozen=True)
class Line:
    """One course of one plan as a student meets it."""

    spec: CourseSpec
    course_id: int
    term_index: int
    class_id: int


@dataclass(frozen=True)
class Classes:
    """Plan lines by major and grade year; elective classes by course code and term index."""

    plans: dict[tuple[str, int], list[Line]]
    electives: dict[tuple[str, int], int]


def build_classes(frame: Frame) -> Classes:
    """Write one class per plan and course, one per elective and term, and this term's hours."""
    planned = list(_planned())
    elective = [(one, term.index) for one in ELECTIVES for term in TERMS]
    rows = [
        _class(frame, spec, index_of(year, spec.term), f"{major.short}{year % 100}")
        for major, year, spec in planned
    ] + [_class(frame, spec, index, "通选") for spec, index in elective]
    TeachingClass.objects.bulk_create(rows, batch_size=2000)
    ids = [row.pk for row in rows]
    plans: dict[tuple[str, int], list[Line]] = {
        (major.code, year): [] for major in MAJORS for year in GRADE_YEARS
    }
    for (major, year, spec), class_id in zip(planned, ids, strict=False):
        line = Line(spec, frame.courses[spec.code], index_of(year, spec.term), class_id)
        plans[major.code, year].append(line)
    _build_slots(plans)
    return Classes(
        plans,
        {
            (spec.code, index): pk
            for (spec, index), pk in zip(elective, ids[len(planned) :], strict=True)
        },
    )


def _planned() -> Iterator[tuple[MajorSpec, int, CourseSpec]]:
    for major in MAJORS:
        for year in GRADE_YEARS:
            for spec in plan_specs(major):
                if runs(year, spec) and spec.category is not CourseCategory.CERTIFICATE:
                    yield major, year, spec


def _class(frame: Frame, spec: CourseSpec, term_index: int, group: str) -> TeachingClass:
    code = f"{TERMS[term_index].code}-{spec.code}-{group}"
    teachers = frame.teachers[spec.college]
    return TeachingClass(
        code=code,
        name=code,
        course_id=frame.courses[spec.code],
        term_id=frame.terms[term_index],
        teacher_id=teachers[int(spec.code[-3:]) % len(teachers)],
    )


def _build_slots(plans: dict[tuple[str, int], list[Line]]) -> None:
    TeachingSlot.objects.bulk_create(
        TeachingSlot(
            teaching_class_id=line.class_id,
            weekday=place // len(BLOCKS) + 1,
            first_period=BLOCKS[place % len(BLOCKS)][0],
            last_period=BLOCKS[place % len(BLOCKS)][1],
            venue=f"博学楼 {'AB'[place % 2]}{201 + place}",
        )
        for lines in plans.values()
        for line, place in _placed([one for one in lines if one.term_index == CURRENT.index])
    )


def _placed(lines: list[Line]) -> Iterator[tuple[Line, int]]:
    """Lines of one plan and term with their place in the week, no two at one hour."""
    if not lines:
        return
    free = iter(FREE[lines[0].spec.term])
    for line in lines:
        yield line, FIXED.get(line.spec.name) or next(free)
