"""The review queue of the colleges and the teaching office."""

import re
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from credits.admin import lists
from credits.admin.acting import BoundedPaginator
from credits.admin.decisions import PER_PAGE, DecisionPages
from credits.admin.filters import BACKWARDS, DeskFilter, desk_of
from credits.models import Application
from credits.selectors import queue
from credits.wording import status_of
from portal.accounts.roles import Role
from portal.accounts.staff import staff_of
from portal.lib.read_only import ReadOnly
from portal.lib.tags import chip

NUMBER = re.compile(r"(?i)^\s*XF-\d{4}-0*(\d{1,9})\s*$")


@admin.register(Application)
class ApplicationAdmin(ReadOnly, DecisionPages):
    """Colleges decide on their own students; the offices see everything."""

    list_display = (
        "number",
        "student_shown",
        "target_shown",
        "due",
        "age",
        "checked",
        "given",
        "status",
    )
    list_display_links = ("number",)
    list_filter = (DeskFilter, "is_clean")
    list_select_related = ("student", "target")
    list_per_page = PER_PAGE
    list_max_show_all = PER_PAGE
    show_full_result_count = False
    paginator = BoundedPaginator
    search_fields = ("^student__number", "^student__name", "=target__code", "^target__name")
    search_help_text = "编号（XF-…）、学号、姓名、课程代码或名称的开头"
    sortable_by = ()
    actions = ("approve_clean",)
    change_list_template = "credits/admin/queue.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        rows = queue.reviewable(staff_of(request)).defer("case", "findings")
        return rows.prefetch_related("sources")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-id",) if desk_of(request) in BACKWARDS else queue.ORDER

    def get_changelist(self, request: HttpRequest, **_kwargs: Any) -> type[lists.Queue]:
        del request
        return lists.Queue

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Application], search_term: str
    ) -> tuple[QuerySet[Application], bool]:
        """A number leads to its one application, whatever part of the queue it is in.

        Other words are looked up in the small tables first, so that the large one is not read.
        """
        found = NUMBER.match(search_term)
        if found:
            return self.get_queryset(request).filter(pk=int(found[1])), False
        return queryset.filter(queue.about(staff_of(request), search_term.strip())), False

    @admin.display(description="编号")
    def number(self, row: Application) -> str:
        return row.number

    @admin.display(description="学生")
    def student_shown(self, row: Application) -> str:
        return f"{row.student.name} {row.student.number}"

    @admin.display(description="兑换课程")
    def target_shown(self, row: Application) -> str:
        return f"{row.target.name} {row.target.credit_hours}"

    @admin.display(description="使用学分")
    def given(self, row: Application) -> str:
        pieces = row.sources.all()
        kinds = dict.fromkeys(one.get_kind_display() for one in pieces)
        return f"{'、'.join(kinds)} {sum(one.credit_hours for one in pieces)}"

    @admin.display(description="状态")
    def status(self, row: Application) -> SafeString:
        return chip(status_of(row))

    @admin.display(description="系统检查")
    def checked(self, row: Application) -> SafeString:
        return chip(lists.CLEAN if row.is_clean else lists.LOOK)

    @admin.display(description="已等")
    def age(self, row: Application) -> str:
        return lists.age_of(row)

    @admin.display(description="办理期限")
    def due(self, row: Application) -> str:
        return lists.due_of(row)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list with what waits and what is late, said above it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        staff = staff_of(request)
        rows = queue.reviewable(staff)
        context = {
            "scope": f"按学生所在学院：只显示{staff.college}的学生"
            if staff.role == Role.REVIEWER
            else "全部学院",
            "waiting": queue.bounded(rows.filter(queue.waiting_for(staff))),
            "late": queue.bounded(rows.filter(queue.overdue(staff, timezone.localdate()))),
            "desk": desk_of(request),
            "most": queue.MOST,
            "is_nav_sidebar_enabled": False,  # room for the columns
        }
        return super().changelist_view(request, context | (extra_context or {}))
