"""Rounds: copied from the last, published when complete, watched on a board."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Field, Model
from django.forms import Field as FormField
from django.forms import ModelForm, SplitDateTimeWidget
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from portal.accounts.scopes import within
from portal.accounts.staff import staff_of
from portal.lib.acting import act
from portal.records.selectors import current_term
from retake.admin.rehearsal import RehearsalPages, is_open
from retake.admin.round_form import CONFIRM, RoundForm
from retake.admin.verification import VerificationPages
from retake.admin.yuan import YuanField
from retake.models import Enrollment, Round
from retake.schedule import CALENDAR, schedule_of
from retake.selectors.money import tallies
from retake.services.rounds import archive, copy_last, missing, publish, revise
from retake.states import RoundState

FROZEN = ("term", "rule_set")
REDIRECT = HTTPStatus.FOUND  # Django's answer to a saved form
PRICES = ("fee_unit_fen", "fee_practice_fen")


@admin.register(Round)
class RoundAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """The teaching office opens rounds here; everybody else on the staff watches."""

    list_display = (
        "name",
        "term",
        "state",
        "enrolling",
        "paying",
        "board_link",
    )
    list_filter = ("state", ("term", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("term",)
    actions = None  # nothing here is done to many rounds at once
    search_fields = ("name",)
    form = RoundForm
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
        (
            "之后",
            {
                "fields": (
                    "reconcile_on",
                    "verify_on",
                    "guidance_days",
                    "college_deadline",
                    "college_days",
                )
            },
        ),
    )

    @admin.display(description="报名", ordering="enrol_opens_at")
    def enrolling(self, row: Round) -> str:
        return _window(row.enrol_opens_at, row.enrol_closes_at)

    @admin.display(description="缴费", ordering="pay_opens_at")
    def paying(self, row: Round) -> str:
        return _window(row.pay_opens_at, row.pay_closes_at)

    @admin.display(description="看板")
    def board_link(self, row: Round) -> SafeString:
        return format_html(
            '<a href="{}">看板</a>', reverse("admin:retake_round_board", args=[row.pk])
        )

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        """Prices are kept in fen and typed in yuan; both halves of a moment have a name."""
        if db_field.name in PRICES:
            return YuanField(
                label=f"{db_field.verbose_name}（元）",
                help_text=db_field.help_text,
                required=False,
            )
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, SplitDateTimeWidget):
            for half, what in zip(field.widget.widgets, ("日期", "时间"), strict=True):
                half.attrs["aria-label"] = f"{db_field.verbose_name}{what}"
        return field

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
        beside = VerificationPages(self).urls() + RehearsalPages(self).urls()
        return own + beside + super().get_urls()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only drafts can be deleted; what students have seen stays."""
        is_draft = not isinstance(obj, Round) or obj.state == RoundState.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """What enrolments were decided under does not change once students have seen it."""
        fixed = super().get_readonly_fields(request, obj)
        if isinstance(obj, Round) and obj.state != RoundState.DRAFT:
            return [*fixed, *FROZEN]
        return list(fixed)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """With the question about windows that get shorter, hidden until it has to be asked."""
        usual = super().get_fieldsets(request, obj)
        is_published = isinstance(obj, Round) and obj.state == RoundState.PUBLISHED
        if not (is_published and self.has_change_permission(request, obj)):
            return usual
        return [(None, {"fields": (CONFIRM,)}), *usual]

    def save_model(
        self,
        request: HttpRequest,
        obj: Round,
        form: "ModelForm[Round]",
        change: bool,
    ) -> None:
        """Only what changed is written."""
        if change:
            changed = [name for name in form.changed_data if name != CONFIRM]
            told = revise(obj, changed, timezone.now())
            if told:
                self.message_user(request, f"时间有变，已通知 {told} 名学生。")
        else:
            super().save_model(request, obj, form, change)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """A save that changed nothing leaves no line in the history."""
        return super().log_change(request, obj, message) if message else None

    def response_change(self, request: HttpRequest, obj: Round) -> HttpResponse:
        """Saved on the way to another act: that act says what became of it."""
        if request.path == reverse("admin:retake_round_change", args=[obj.pk]):
            return super().response_change(request, obj)
        return redirect("admin:retake_round_change", obj.pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the way to 试算, as long as students have not begun to enrol."""
        row = kwargs.get("obj")
        begun = not isinstance(row, Round) or is_open(row, timezone.now())
        context["may_rehearse"] = not begun and self.has_change_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def copy_view(self, request: HttpRequest) -> HttpResponse:
        """A draft with everything of the last round but its dates."""
        term = current_term(timezone.localdate())
        if term is None or not self.has_add_permission(request):
            raise PermissionDenied
        row = copy_last(term=term)
        self.log_addition(request, row, "从上一轮复制")
        lacking = "、".join(words.removeprefix("缺") for words in missing(row))
        self.message_user(request, f"已从上一轮复制，还要填：{lacking}。")
        return redirect("admin:retake_round_change", row.pk)

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish what is on the page: it is saved first."""
        now, staff = timezone.now(), staff_of(request)
        return self._saved_then(
            request, pk, lambda: publish(round_id=pk, staff=staff, now=now), "已发布"
        )

    def archive_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put away what is on the page: it is saved first."""
        staff = staff_of(request)
        return self._saved_then(request, pk, lambda: archive(round_id=pk, staff=staff), "已归档")

    def _saved_then(
        self, request: HttpRequest, pk: int, service: Callable[[], Round], done: str
    ) -> HttpResponse:
        """Save the form the button belongs to; what cannot be saved stays on the page."""
        to = reverse("admin:retake_round_change", args=[pk])
        answer = self.change_view(request, str(pk), form_url=to)
        if answer.status_code != REDIRECT:
            return answer
        return act(request, lambda: self._logged(request, service(), done), f"{done}。", to)

    def _logged(self, request: HttpRequest, row: Round, done: str) -> None:
        """A line in the round's history, beside those of its saves."""
        super().log_change(request, row, done)

    def board_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Counts by state and by money, each linking to its rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Round.objects.select_related("term", "rule_set").annotate(calendar=CALENDAR)
        row = get_object_or_404(found, pk=pk)
        rows = within(
            staff_of(request), Enrollment.objects.filter(round=row), "course__offering_college"
        )
        by_state, by_money = tallies(rows)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"{row.name} · 看板",
            "opts": self.opts,
            "round": row,
            "schedule": schedule_of(row, vars(row)["calendar"]),
            "by_state": by_state,
            "by_money": by_money,
            "total": sum(one.count for one in by_state),
        }
        return TemplateResponse(request, "retake/admin/board.html", context)


def _window(opens: datetime | None, closes: datetime | None) -> str:
    """Both ends, to the minute; a draft may lack them."""
    return " – ".join(
        f"{timezone.localtime(end):%Y-%m-%d %H:%M}" if end else "未定" for end in (opens, closes)
    )
