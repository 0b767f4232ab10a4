"""Home classes of the demo."""

from portal.demo.college.colleges import MajorSpec
from portal.demo.college.frame import Frame
from portal.records.models import AdminClass


def home_class(frame: Frame, major: MajorSpec, grade_year: int, group: int) -> int:
    """The id of 云计算 2221, written when it is first asked for."""
    row, _ = AdminClass.objects.get_or_create(
        code=f"{major.code}{grade_year}{group:02d}",
        defaults={
            "name": f"{major.short} {grade_year % 100}2{group}",
            "major_id": frame.majors[major.code],
            "grade_year": grade_year,
        },
    )
    return row.pk
