"""Lists narrowed to the reviewer's college."""

from typing import ClassVar

from django.contrib import messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from portal.accounts.scopes import within
from portal.audit.openings import for_a_purpose
from portal.lib.tables.admin import TableAdmin
from portal.records.models import HOME_COLLEGE, Course, Student

MOST_NAMED = 500
STUDENTS_COLLEGE = f"student__{HOME_COLLEGE}"


class ScopedAdmin(TableAdmin):
    """``college_path`` leads from the row to the college that may see it."""

    college_path: ClassVar[str]
    of_people: ClassVar[bool] = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        rows: QuerySet[Model] = super().get_queryset(request)
        return within(request.user, rows, self.college_path)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """What people's rows are taken away for is asked first."""
        if not self.of_people or not self.has_import_permission(request):
            return super().export_view(request)
        return for_a_purpose(
            request,
            str(self.opts.verbose_name),
            lambda: super(ScopedAdmin, self).export_view(request),
            back=reverse(f"admin:{self._url_name('changelist')}"),
        )


class StudentRowAdmin(ScopedAdmin):
    """Rows that belong to a student, seen by his home college.

    A word is looked up in the small tables first and the rows by their ids: one OR over joined
    tables takes seconds at millions of rows, this takes milliseconds.
    """

    college_path = STUDENTS_COLLEGE
    of_people = True
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("student",)
    list_select_related: ClassVar[tuple[str, ...]] = ("student",)
    # Shows the search box; ``found_in`` says what is searched.
    search_fields: ClassVar[tuple[str, ...]] = ("student__number",)
    search_help_text = "学号、姓名或课程代码"
    found_in: ClassVar[dict[str, tuple[type[Model], tuple[str, ...]]]] = {
        "student": (Student, ("number", "name__startswith"))
    }

    def get_search_results(
        self,
        request: HttpRequest,
        queryset: QuerySet[Model],
        search_term: str,
    ) -> tuple[QuerySet[Model], bool]:
        """Rows whose student or course is called that."""
        word = search_term.strip()
        if not word:
            return queryset, False
        named = Q(pk__in=[])
        for path, (model, lookups) in self.found_in.items():
            ids = _ids(_searched(request, model), lookups, word)
            if len(ids) > MOST_NAMED:
                text = f"叫“{word}”的超过 {MOST_NAMED} 个，只找了其中 {MOST_NAMED} 个，请写得更全。"
                self.message_user(request, text, messages.WARNING)
            named |= Q(**{f"{path}__in": ids[:MOST_NAMED]})
        return queryset.filter(named), False


WITH_COURSE: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    **StudentRowAdmin.found_in,
    "course": (Course, ("code", "name")),
}


def _searched(request: HttpRequest, model: type[Model]) -> QuerySet[Model]:
    """Students of the own college only: others would use up the number that is looked at."""
    rows: QuerySet[Model] = model._default_manager.all()  # noqa: SLF001
    return within(request.user, rows, HOME_COLLEGE) if model is Student else rows


def _ids(rows: QuerySet[Model], lookups: tuple[str, ...], word: str) -> list[int]:
    """One more than are looked at, where there are more."""
    named = Q()
    for lookup in lookups:
        named |= Q(**{lookup: word})
    return list(rows.filter(named).values_list("pk", flat=True)[: MOST_NAMED + 1])
