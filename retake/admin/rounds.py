"""Rounds: copied from the last, published when complete, watched on a board."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Field, Model
from django.forms import Field as FormField
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from portal.accounts.scopes import within
from portal.records.selectors import current_term
from retake.admin.acting import act, staff_of
from retake.admin.yuan import YuanField
from retake.models import Enrollment, Round
from retake.selectors.money import tallies
from retake.services.rounds import archive, copy_last, missing, publish
from retake.states import RoundState

PRICES = ("fee_unit_fen", "fee_practice_fen")


@admin.register(Round)
class RoundAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """The teaching office opens rounds here; everybody else on the staff watches."""

    list_display = (
        "name",
        "term",
        "state",
        "enrol_opens_at",
        "enrol_closes_at",
        "pay_opens_at",
        "pay_closes_at",
        "board_link",
    )
    list_filter = ("state", "term")
    list_select_related = ("term",)
    actions = None  # nothing here is done to many rounds at once
    search_fields = ("name",)
    change_form_template = "retake/admin/round_form.html"
    change_list_template = "retake/admin/round_list.html"
    readonly_fields = ("state", "notice_version", "published_at", "published_by")
    fieldsets = (
        (None, {"fields": ("term", "name", "state", "published_at", "published_by")}),
        ("报名", {"fields": ("enrol_opens_at", "enrol_closes_at", "rule_set")}),
        ("须知", {"fields": ("notice", "notice_version")}),
        (
            "缴费",
            {
                "fields": (
                    "pay_opens_at",
                    "pay_closes_at",
                    "fee_policy",
                    "fee_unit_fen",
                    "fee_practice_fen",
                    "free_attempts",
                )
            },
        ),
        ("之后", {"fields": ("reconcile_on", "verify_on", "guidance_days", "college_deadline")}),
    )

    @admin.display(description="看板")
    def board_link(self, row: Round) -> SafeString:
        return format_html(
            '<a href="{}">看板</a>', reverse("admin:retake_round_board", args=[row.pk])
        )

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        """Prices are kept in fen and typed in yuan."""
        if db_field.name in PRICES:
            return YuanField(
                label=f"{db_field.verbose_name}（元）",
                help_text=db_field.help_text,
                required=False,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("copy/", wrap(require_POST(self.copy_view)), name="retake_round_copy"),
            path(
                "<int:pk>/publish/",
                wrap(require_POST(self.publish_view)),
                name="retake_round_publish",
            ),
            path(
                "<int:pk>/archive/",
                wrap(require_POST(self.archive_view)),
                name="retake_round_archive",
            ),
            path("<int:pk>/board/", wrap(self.board_view), name="retake_round_board"),
        ]
        return own + super().get_urls()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only drafts can be deleted; what students have seen stays."""
        is_draft = not isinstance(obj, Round) or obj.state == RoundState.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def save_model(
        self,
        request: HttpRequest,
        obj: Round,
        form: "ModelForm[Round]",
        change: bool,
    ) -> None:
        """A published notice that changes becomes a new version: everybody reads it again."""
        if change and "notice" in form.changed_data and obj.state == RoundState.PUBLISHED:
            obj.notice_version += 1
        super().save_model(request, obj, form, change)

    def copy_view(self, request: HttpRequest) -> HttpResponse:
        """A draft with everything of the last round but its dates."""
        term = current_term(timezone.localdate())
        if term is None or not self.has_add_permission(request):
            raise PermissionDenied
        row = copy_last(term=term)
        self.message_user(request, f"已从上一轮复制，还要填：{'、'.join(missing(row))}。")
        return redirect("admin:retake_round_change", row.pk)

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        to = reverse("admin:retake_round_change", args=[pk])
        now, staff = timezone.now(), staff_of(request)
        return act(request, lambda: publish(round_id=pk, staff=staff, now=now), "已发布。", to)

    def archive_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        to = reverse("admin:retake_round_change", args=[pk])
        return act(request, lambda: archive(round_id=pk, staff=staff_of(request)), "已归档。", to)

    def board_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Counts by state and by money, each linking to its rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(Round.objects.select_related("term", "rule_set"), pk=pk)
        rows = within(
            staff_of(request), Enrollment.objects.filter(round=row), "course__offering_college"
        )
        by_state, by_money = tallies(rows)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"{row.name} · 看板",
            "opts": self.opts,
            "round": row,
            "by_state": by_state,
            "by_money": by_money,
            "total": sum(one.count for one in by_state),
        }
        return TemplateResponse(request, "retake/admin/board.html", context)
