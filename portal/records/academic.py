"""Everything the record says about a student that a transcript prints, as frozen facts. Pure."""

from dataclasses import dataclass
from datetime import date

from portal.records.grading import Policy
from portal.records.history import CourseHistory


@dataclass(frozen=True)
class LevelExam:
    """One sitting of a 等级考试."""

    name: str
    result: str
    passed: bool
    taken_on: date


@dataclass(frozen=True)
class Exchange:
    """An approved 学分兑换: the course it passed and the courses whose credits it took."""

    target_id: int
    source_ids: tuple[int, ...]
    sources: tuple[str, ...]  # as the remark names them, credit outside courses included


@dataclass(frozen=True)
class AcademicRecord:
    """One student with courses, level exams and the policy his averages are read by."""

    student_id: int
    number: str
    roll_number: str
    name: str
    english_name: str  # in pinyin where the office gave none; "" where pinyin does not fit
    college: str
    major: str
    college_english: str  # "" where the office gave none; so is the major's
    major_english: str
    class_name: str
    standing: str
    courses: tuple[CourseHistory, ...]
    english_names: dict[int, str]  # course id -> name; "" where the catalogue has none
    exams: tuple[LevelExam, ...]  # oldest first
    policy: Policy
    exchanges: tuple[Exchange, ...] = ()
