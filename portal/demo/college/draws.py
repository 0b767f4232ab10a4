"""Grades of one invented student, drawn from his own seeded source: the same every time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from portal.demo.college.calendar import CURRENT, TERMS
from portal.demo.college.classes import Line
from portal.records.kinds import AttemptKind, CourseCategory, ResultFlag

PASS = 60
LEVELS = ((90, "优秀"), (80, "良好"), (70, "中等"), (PASS, "及格"), (0, "不及格"))
ABSENT, CHEATING, DEFERRED = 0.006, 0.007, 0.009  # cumulative shares of all sittings
PRESENT_AT_MAKEUP, RETAKES, CERTIFIED = 0.93, 0.6, 0.9


@dataclass(frozen=True, slots=True)
class Drawn:
    """One attempt to be written; exactly one of score, text and flag is set."""

    course_id: int
    term_index: int
    kind: AttemptKind
    recorded_on: date
    score: int | None = None
    text: str = ""
    flag: ResultFlag = ResultFlag.NONE


def level(score: float) -> str:
    """A score as one of five words."""
    return next(word for floor, word in LEVELS if score >= floor)


def draw(lines: Sequence[Line], random: Random) -> Iterator[Drawn]:
    """Every attempt of a student over the finished terms of his plan."""
    ability = random.gauss(73, 7)
    for line in lines:
        if line.term_index < CURRENT.index:
            yield from _course(line, ability, random)


def draw_certificates(
    course_ids: Sequence[int], term_index: int, random: Random
) -> Iterator[Drawn]:
    """The certificates of a plan, as a student has them by the end of that term."""
    day = TERMS[term_index].exams_on
    for course_id in course_ids:
        word = "合格" if random.random() < CERTIFIED else "不合格"
        yield Drawn(course_id, term_index, AttemptKind.REGULAR, day, text=word)


def _course(line: Line, ability: float, random: Random) -> Iterator[Drawn]:
    term = TERMS[line.term_index]
    fate, score = random.random(), _score(random, ability, 9)
    if fate < DEFERRED:
        yield _special(line, fate, term.exams_on)
        return
    if line.spec.practical:
        yield Drawn(
            line.course_id, term.index, AttemptKind.REGULAR, term.exams_on, text=level(score)
        )
    else:
        yield Drawn(line.course_id, term.index, AttemptKind.REGULAR, term.exams_on, score)
    if score >= PASS or line.spec.category is CourseCategory.GENERAL_ELECTIVE:
        return  # an elective is neither sat again nor retaken, another one is chosen
    if not line.spec.practical and random.random() < PRESENT_AT_MAKEUP:
        again = _score(random, max(score, ability - 14), 7)
        yield Drawn(line.course_id, term.index, AttemptKind.MAKEUP, term.makeups_on, again)
        if again >= PASS:
            return
    if random.random() < RETAKES and term.index + 1 < CURRENT.index:
        later = TERMS[term.index + 1]
        final = _score(random, ability - 4, 8)
        yield Drawn(line.course_id, later.index, AttemptKind.RETAKE, later.exams_on, final)


def _special(line: Line, fate: float, day: date) -> Drawn:
    if fate < CHEATING:
        flag = ResultFlag.ABSENT if fate < ABSENT else ResultFlag.CHEATING
        return Drawn(line.course_id, line.term_index, AttemptKind.REGULAR, day, flag=flag)
    return Drawn(line.course_id, line.term_index, AttemptKind.REGULAR, day, text="缓考")


def _score(random: Random, mean: float, spread: float) -> int:
    return min(98, max(8, round(random.gauss(mean, spread))))
