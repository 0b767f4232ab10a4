"""学分台账: read here, posted by the workflows."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts.scopes import within
from portal.lib.read_only import ReadOnly
from portal.lib.tables.admin import EstimatePaginator
from portal.records.admin.scoped import STUDENTS_COLLEGE
from portal.records.models import CreditPosting


@admin.register(CreditPosting)
class CreditPostingAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Postings of the home college's students, newest first."""

    paginator = EstimatePaginator
    list_display = ("student", "kind", "credit_hours", "source", "target", "reference", "posted_at")
    list_filter = ("kind",)
    list_select_related = ("student", "course", "other", "target")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("=student__number", "=reference")
    search_help_text = "学号或凭据"

    def get_queryset(self, request: HttpRequest) -> QuerySet[CreditPosting]:
        return within(request.user, super().get_queryset(request), STUDENTS_COLLEGE)

    @admin.display(description="来源")
    def source(self, row: CreditPosting) -> str:
        return str(row.course or row.other)
