"""Seats are filed under the class and year of their students, and follow them."""

from django.db.models import F, OuterRef, Subquery

from portal.records.models import Student
from retake.models import Assignment

STUDENT = "enrollment__student"


def refile() -> int:
    """Follow 转专业, 休学 and corrections of the record; how many seats moved. Two statements."""
    rows = Assignment.objects.filter(ended_at=None).exclude(
        admin_class=F(f"{STUDENT}__admin_class"), grade_year=F(f"{STUDENT}__grade_year")
    )
    ids = list(rows.order_by().values_list("pk", flat=True))
    own = Student.objects.filter(enrollment=OuterRef("enrollment"))
    return Assignment.objects.filter(pk__in=ids).update(
        admin_class=Subquery(own.values("admin_class")[:1]),
        grade_year=Subquery(own.values("grade_year")[:1]),
    )
