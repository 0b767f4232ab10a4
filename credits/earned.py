"""Which of a student's credits may be given away, and what each counts as. Pure."""

from collections.abc import Mapping

from credits.kinds import SPENT_FROM, SourceKind
from credits.rules import Source
from credits.situation import Other, Situation
from portal.records.history import CourseHistory
from portal.records.kinds import AttemptKind, CourseCategory, CourseNature, OtherCreditKind

_OTHER_KINDS: dict[OtherCreditKind, SourceKind] = {
    OtherCreditKind.CO_CURRICULAR: SourceKind.CO_CURRICULAR,
    OtherCreditKind.CONTEST: SourceKind.CONTEST,
    OtherCreditKind.CERTIFICATE: SourceKind.AWARD,
}


def sources_of(situation: Situation, taken: Mapping[str, str]) -> tuple[Source, ...]:
    """Every credit the student has earned that some rule might take; ``taken``: key -> for what.

    Kind by kind, the oldest first.
    """
    kinds = ((one, _kind(one)) for one in situation.courses)
    found = [_of_course(one, kind, taken) for one, kind in kinds if kind and _earned(one)]
    found += [_of_other(one, taken) for one in situation.others]
    return tuple(sorted((one for one in found if one.credit_hours), key=_age))


def category_of(course: CourseHistory) -> CourseCategory:
    """By the plan; extension courses outside it count for its extension credits."""
    kind = _kind(course)
    return course.category if kind is None else SPENT_FROM[kind]


def _age(source: Source) -> tuple[str, str, str]:
    return source.kind, source.earned, source.key


def _kind(course: CourseHistory) -> SourceKind | None:
    """通识选修, 专业拓展 (outside the plan too, manual's last note), certificates; else nothing."""
    if course.is_certificate or course.category is CourseCategory.CERTIFICATE:
        return SourceKind.LEVEL_CERTIFICATE
    if course.category is CourseCategory.GENERAL_ELECTIVE:
        return SourceKind.ELECTIVE
    off_plan = course.category is CourseCategory.OFF_PLAN
    extension = off_plan and course.nature is CourseNature.MAJOR_EXTENSION
    if course.category is CourseCategory.MAJOR_EXTENSION or extension:
        return SourceKind.EXTENSION
    return None


def _earned(course: CourseHistory) -> bool:
    """Passed by the student's own work: credit had by exchange is not given away again."""
    return any(one.passed and one.kind is not AttemptKind.EXCHANGE for one in course.attempts)


def _of_course(course: CourseHistory, kind: SourceKind, taken: Mapping[str, str]) -> Source:
    passed = next(one for one in reversed(course.attempts) if one.passed)
    key = f"course:{course.course_id}"
    return Source(
        key=key,
        kind=kind,
        title=course.name,
        credit_hours=course.credit_hours,
        result=passed.result,
        earned=passed.term,
        taken_by=taken.get(key, ""),
    )


def _of_other(other: Other, taken: Mapping[str, str]) -> Source:
    key = f"other:{other.other_id}"
    return Source(
        key=key,
        kind=_OTHER_KINDS[other.kind],
        title=other.title,
        credit_hours=other.credit_hours,
        result="",
        earned=other.earned_on,
        taken_by=taken.get(key, ""),
    )
