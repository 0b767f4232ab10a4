"""学分兑换审核: the queue, and the evidence beside the decision."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from credits.admin.filters import QueueFilter, queue_of
from credits.models import Application, ApplicationSource
from credits.selectors.review import review
from credits.services import deciding, reviewing
from credits.services.bulk import approve_clean
from credits.services.revoking import revoke
from credits.states import ApplicationState
from credits.wording import status_of
from portal.accounts.models import User
from portal.accounts.scopes import within
from portal.calendar.services import ages
from portal.lib.errors import DomainError
from portal.records.models import HOME_COLLEGE

COLLEGE = f"student__{HOME_COLLEGE}"
PHRASES = (
    "截图里看不清成绩，请补一张清楚的。",
    "截图不是教务系统的成绩页面。",
    "截图与所选课程对不上。",
    "证书要有编号和落款，请补完整的一页。",
)


def staff_of(request: HttpRequest) -> User:
    """The account behind an admin request; ``admin_view`` has sent everybody else away."""
    assert isinstance(request.user, User)  # noqa: S101 -- see above
    return request.user


@admin.register(Application)
class ApplicationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Reviewers see their own college, the offices all; nothing is edited here, only decided."""

    list_display = (
        "number",
        "student_number",
        "student_name",
        "target_name",
        "credit_hours",
        "status",
        "clean",
        "age",
        "due",
    )
    list_display_links = ("number",)
    list_filter = (QueueFilter, "state", "is_clean")
    list_select_related = ("student", "target")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("=student__number", "student__name__startswith", "=target__code")
    search_help_text = "学号、姓名或课程代码"
    ordering = ("submitted_at", "id")
    actions = ("approve_selected",)
    change_list_template = "credits/admin/applications.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        rows = super().get_queryset(request).filter(deleted_at=None)
        rows = rows.exclude(state=ApplicationState.DRAFT.value)
        own = ApplicationSource.objects.filter(application=OuterRef("pk")).order_by()
        total = own.values("application").annotate(hours=Sum("credit_hours")).values("hours")
        return within(request.user, rows.annotate(hours=Subquery(total)), COLLEGE)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Ages of a whole page from one look at the calendar."""
        shown = super().get_changelist_instance(request)
        rows = list(shown.result_list)
        gone = ages((_submitted_on(row) for row in rows), timezone.localdate())
        for row in rows:
            vars(row)["gone"] = gone[_submitted_on(row)]
        shown.result_list = rows  # Django's template only walks it
        return shown

    def has_add_permission(self, *_args: Any) -> bool:
        return False

    def has_change_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False

    def has_delete_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False

    @admin.display(description="编号", ordering="id")
    def number(self, row: Application) -> str:
        return row.number

    @admin.display(description="学号", ordering="student__number")
    def student_number(self, row: Application) -> str:
        return row.student.number

    @admin.display(description="姓名")
    def student_name(self, row: Application) -> str:
        return row.student.name

    @admin.display(description="兑换课程", ordering="target__code")
    def target_name(self, row: Application) -> str:
        return row.target.name

    @admin.display(description="学分")
    def credit_hours(self, row: Application) -> str:
        return f"{vars(row)['hours'] or 0} → {row.target.credit_hours}"

    @admin.display(description="状态", ordering="state")
    def status(self, row: Application) -> str:
        return status_of(row).text

    @admin.display(description="系统检查", boolean=True, ordering="is_clean")
    def clean(self, row: Application) -> bool:
        return row.is_clean

    @admin.display(description="已过工作日", ordering="submitted_at")
    def age(self, row: Application) -> str:
        return f"{vars(row)['gone']} 天" if row.state == ApplicationState.PENDING else "—"

    @admin.display(description="办理期限", ordering="due_on")
    def due(self, row: Application) -> str:
        if row.due_on is None or row.state != ApplicationState.PENDING:
            return "—"
        over = "，已超期" if row.due_on < timezone.localdate() and not row.asked_at else ""
        return f"{row.due_on.month}月{row.due_on.day}日{over}"

    @admin.action(description="通过选中的申请（只限没有要留意的）", permissions=["decide"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        done = approve_clean(staff=staff_of(request), application_ids=ids, now=timezone.now())
        if done.approved:
            self.message_user(request, f"已通过 {done.approved} 份，学生已收到消息。")
        for number, why in done.left:
            self.message_user(request, f"{number} 没有处理：{why}", messages.WARNING)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action above."""
        return staff_of(request).has_perm(reviewing.DECIDE)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path(
                f"<int:pk>/{name}/",
                wrap(require_POST(view)),
                name=f"credits_application_{name}",
            )
            for name, view in (("decide", self.decide_view), ("revoke", self.revoke_view))
        ]
        return own + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"scope": scope_of(staff_of(request))}
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002 -- Django's signature
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002 -- Django's signature
    ) -> HttpResponse:
        """Evidence left, decision right; there is no form of the row itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self._row(request, object_id)
        if row is None:
            self.message_user(request, "没有找到这份申请。", messages.WARNING)
            return redirect("admin:credits_application_changelist")
        return self._review(request, row)

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One of the four decisions; the page of the next case follows."""
        row = self._row(request, str(pk))
        if row is None:
            raise Http404
        staff, now = staff_of(request), timezone.now()
        chosen = DECISIONS.get(request.POST.get("decision", ""))
        if chosen is None:
            self.message_user(request, "先选一个决定。", messages.ERROR)
            return redirect("admin:credits_application_change", pk)
        note = request.POST.get("note", "").strip() or request.POST.get("phrase", "")
        try:
            decided = chosen(
                staff=staff, application_id=pk, seen=_seen(request), note=note, now=now
            )
        except DomainError as error:
            self.message_user(request, f"{error.message}{error.advice}", messages.ERROR)
            return redirect("admin:credits_application_change", pk)
        self.message_user(request, _said(row, decided))
        return redirect(self._next(request, pk))

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """撤销."""
        if self._row(request, str(pk)) is None:
            raise Http404
        staff, note = staff_of(request), request.POST.get("note", "")
        try:
            revoke(
                staff=staff,
                application_id=pk,
                seen=_seen(request),
                note=note,
                now=timezone.now(),
            )
        except DomainError as error:
            self.message_user(request, f"{error.message}{error.advice}", messages.ERROR)
        else:
            self.message_user(request, "已撤销：成绩和学分都已恢复，学生已收到原因。")
        return redirect("admin:credits_application_change", pk)

    def _row(self, request: HttpRequest, key: str) -> Application | None:
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            return None
        rows = self.get_queryset(request).select_related("target", "rule_set", COLLEGE)
        return rows.filter(pk=int(key)).first()

    def _review(self, request: HttpRequest, row: Application) -> HttpResponse:
        staff, now = staff_of(request), timezone.now()
        is_pending = row.state == ApplicationState.PENDING
        context = {
            **self.admin_site.each_context(request),
            "title": row.number,
            "opts": self.opts,
            "original": row,
            "review": review(row, now),
            "may_decide": is_pending and reviewing.may_decide(row, staff),
            "may_revoke": row.state == ApplicationState.APPROVED
            and staff.has_perm(reviewing.REVOKE),
            "waiting": queue_of(staff, self.get_queryset(request)).count(),
            "phrases": PHRASES,
        }
        return TemplateResponse(request, "credits/admin/review.html", context)

    def _next(self, request: HttpRequest, pk: int) -> str:
        """The oldest case that still waits, else the list."""
        waiting = queue_of(staff_of(request), self.get_queryset(request)).exclude(pk=pk)
        following = waiting.order_by("submitted_at", "id").values_list("pk", flat=True).first()
        if following is None:
            return reverse("admin:credits_application_changelist")
        return reverse("admin:credits_application_change", args=[following])


Decide = Callable[..., Application]
DECISIONS: dict[str, Decide] = {
    "approve": deciding.approve,
    "ask": deciding.ask,
    "return": deciding.send_back,
    "reject": deciding.reject,
}


def scope_of(user: User) -> str:
    """Which of the two college scopes the list is in, said on the page."""
    if user.college_id is not None:
        return f"按学生所在学院：只显示{user.college}学生的申请"
    return "全部学院"


def _submitted_on(row: Application) -> date:
    return timezone.localdate(row.submitted_at or row.created_at)


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _said(before: Application, after: Application) -> str:
    if after.state == ApplicationState.RETURNED and after.note.endswith("系统自动退回。"):
        return f"{before.number} 没有通过，已退回学生：{after.note}"
    if after.state == ApplicationState.PENDING and after.first_by_id and not after.asked_at:
        return f"{before.number} 学院已同意，转教学部再审。"
    return f"{before.number} 已处理（{status_of(after).text}），学生已收到消息。"
