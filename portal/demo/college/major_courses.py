"""The courses of each major; 云计算技术应用 has those of the transcript in the exchange manual."""

from decimal import Decimal
from functools import cache

from portal.demo.college.colleges import MAJORS, MajorSpec
from portal.demo.college.courses import CourseSpec, read_rows
from portal.records.kinds import CourseCategory


@cache
def major_courses(major: MajorSpec) -> tuple[CourseSpec, ...]:
    """The major's own courses with their place in its plan."""
    prefix = f"P{MAJORS.index(major) + 1:02d}"
    rows = [row for row in read_rows("major_courses.csv") if row["major"] == major.short]
    return tuple(
        CourseSpec(
            code=f"{prefix}{number:05d}",
            name=row["name"],
            english=row["english"],
            credit_hours=Decimal(row["credits"]),
            college=major.college,
            category=CourseCategory(row["category"]),
            term=int(row["term"]),
        )
        for number, row in enumerate(rows, 1)
    )
