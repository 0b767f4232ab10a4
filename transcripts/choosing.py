"""Which courses and exams go on the paper, and what has to be said about the rest. Pure."""

from dataclasses import dataclass

from portal.records.kinds import CourseNature
from transcripts.document import Course, Exam, Snapshot
from transcripts.kinds import Block, PassOnly
from transcripts.options import Options

_BY_NATURE = {
    CourseNature.MAJOR_EXTENSION: PassOnly.EXTENSION,
    CourseNature.GENERAL_ELECTIVE: PassOnly.ELECTIVE,
}


@dataclass(frozen=True)
class Omission:
    """Something left out: ``不及格通识选修 3 门``."""

    chinese: str
    english: str


@dataclass(frozen=True)
class Chosen:
    """What is printed, and what is not."""

    courses: tuple[Course, ...]
    exams: tuple[Exam, ...]
    omitted: tuple[Omission, ...]


def choose(snapshot: Snapshot, options: Options) -> Chosen:
    """Apply the options. The totals stay in the snapshot, untouched."""
    courses = tuple(one for one in snapshot.courses if not _hidden(one, options))
    shows_exams = Block.EXAMS in options.blocks
    passed = PassOnly.EXAMS in options.pass_only
    exams = tuple(one for one in snapshot.exams if one.passed or not passed) if shows_exams else ()
    return Chosen(courses, exams, (*_courses_left(snapshot, options), *_rest(snapshot, options)))


def would_hide(snapshot: Snapshot, choice: PassOnly) -> int:
    """How many lines this tick takes off the sheet."""
    if choice is PassOnly.EXAMS:
        return sum(not one.passed for one in snapshot.exams)
    return sum(_BY_NATURE.get(one.nature) is choice for one in failed(snapshot))


def failed(snapshot: Snapshot) -> tuple[Course, ...]:
    """Courses no attempt passed."""
    return tuple(one for one in snapshot.courses if not one.passed)


def _hidden(course: Course, options: Options) -> bool:
    if course.passed:
        return False
    return options.hide_failed or _BY_NATURE.get(course.nature) in options.pass_only


def _courses_left(snapshot: Snapshot, options: Options) -> list[Omission]:
    found = []
    for nature in CourseNature:
        number = sum(one.nature is nature and _hidden(one, options) for one in snapshot.courses)
        if number:
            english = f"{number} failed {_ENGLISH[nature]} course(s)"
            found.append(Omission(f"不及格{nature.label} {number} 门", english))
    return found


_ENGLISH = {
    CourseNature.REQUIRED: "required",
    CourseNature.ENGLISH_SELECTIVE: "English elective",
    CourseNature.MAJOR_EXTENSION: "major extension",
    CourseNature.GENERAL_ELECTIVE: "general elective",
}


def _rest(snapshot: Snapshot, options: Options) -> list[Omission]:
    found = []
    failed_exams = would_hide(snapshot, PassOnly.EXAMS)
    if Block.EXAMS not in options.blocks:
        if snapshot.exams:
            number = len(snapshot.exams)
            found.append(Omission(f"等级考试成绩 {number} 项", f"level exams ({number})"))
    elif PassOnly.EXAMS in options.pass_only and failed_exams:
        found.append(
            Omission(f"不及格等级考试 {failed_exams} 项", f"{failed_exams} failed level exam(s)")
        )
    if Block.GPA not in options.blocks:
        found.append(Omission("平均学分绩点", "grade point averages"))
    if Block.CREDITS not in options.blocks:
        found.append(Omission("已获得学分", "credits earned"))
    return found
