"""Courses of the demo: all names of the two manuals, misreadings corrected.

They lie in ``data/courses.csv``. Spelling follows the portal's wording rules: full-width course
brackets, a space between Chinese and Latin. Credits and natures are those of the transcript in
the exchange manual. The column ``marks``: p practical, x excluded from exchange, o old code,
s selected as PE, e selected as English (YB).
"""

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from portal.records.kinds import CourseCategory, CourseNature, Selection

DATA = Path(__file__).parent / "data"
NATURES = {
    CourseCategory.MAJOR_EXTENSION: CourseNature.MAJOR_EXTENSION,
    CourseCategory.GENERAL_ELECTIVE: CourseNature.GENERAL_ELECTIVE,
    CourseCategory.ENGLISH_SELECTIVE: CourseNature.ENGLISH_SELECTIVE,
}
SELECTIONS = {"s": Selection.PE, "e": Selection.ENGLISH}


@dataclass(frozen=True)
class CourseSpec:
    """A course of the demo; ``term`` is its place in the plan, 0 outside every plan."""

    code: str
    name: str
    english: str
    credit_hours: Decimal
    college: str
    category: CourseCategory
    term: int
    marks: str = ""

    @property
    def practical(self) -> bool:
        return "p" in self.marks or self.category is CourseCategory.PRACTICE

    @property
    def excluded(self) -> bool:
        return "x" in self.marks

    @property
    def active(self) -> bool:
        return "o" not in self.marks

    @property
    def selection(self) -> Selection:
        found = (SELECTIONS[mark] for mark in self.marks if mark in SELECTIONS)
        return next(found, Selection.NONE)

    @property
    def hours(self) -> int:
        """16 hours a credit in class, 24 in practice."""
        return int(self.credit_hours * (24 if self.practical else 16))

    @property
    def nature(self) -> CourseNature:
        return NATURES.get(self.category, CourseNature.REQUIRED)


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of a file in ``data``."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _spec(row: dict[str, str]) -> CourseSpec:
    return CourseSpec(
        code=row["code"],
        name=row["name"],
        english=row["english"],
        credit_hours=Decimal(row["credits"]),
        college=row["college"],
        category=CourseCategory(row["category"]),
        term=int(row["term"]),
        marks=row["marks"],
    )


_ROWS = read_rows("courses.csv")
PUBLIC = tuple(_spec(row) for row in _ROWS if row["group"] == "plan")
ELECTIVES = tuple(_spec(row) for row in _ROWS if row["group"] == "elective")
# PE options, and codes given up for others.
OTHERS = tuple(_spec(row) for row in _ROWS if row["group"] == "other")

# Old code -> code in force.
EQUIVALENT: dict[str, str] = {
    "M1000045": "M1000025",  # 顶岗实习
    "M1000046": "M1000007",  # 思想道德修养与法律基础
    "M1000047": "M1000003",  # 英语教学（2-1）
    "M1000050": "M1000018",  # 毛泽东思想和中国特色社会主义理论
}
