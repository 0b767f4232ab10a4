"""Lists narrowed to the reviewer's college."""

from typing import ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from portal.accounts.scopes import within
from portal.lib.tables.admin import TableAdmin
from portal.records.models import HOME_COLLEGE

STUDENTS_COLLEGE = f"student__{HOME_COLLEGE}"


class ScopedAdmin(TableAdmin):
    """``college_path`` leads from the row to the college that may see it."""

    college_path: ClassVar[str]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        rows: QuerySet[Model] = super().get_queryset(request)
        return within(request.user, rows, self.college_path)


class StudentRowAdmin(ScopedAdmin):
    """Rows that belong to a student, seen by his home college."""

    college_path = STUDENTS_COLLEGE
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("student",)
    list_select_related: ClassVar[tuple[str, ...]] = ("student",)
    search_fields: ClassVar[tuple[str, ...]] = ("=student__number", "^student__name")
