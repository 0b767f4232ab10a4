"""兑换规则: drafts are worked on, replayed over the past, and published for ever."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from credits.admin.applications import staff_of
from credits.models import NamedCourse, PriceRule, RuleSet
from credits.services.publishing import PERMISSION, copy_rules, publish, replay
from credits.states import RuleSetState
from portal.lib.errors import DomainError

SHOWN = 200  # changed cases listed on the page of a replay


class _Rows(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_open(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_open(obj) and super().has_delete_permission(request, obj)


class PriceInline(_Rows):
    """兑换比例."""

    model = PriceRule


class NamedInline(_Rows):
    """点名课程."""

    model = NamedCourse


@admin.register(RuleSet)
class RuleSetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Versions; the newest published one that has begun is in force."""

    list_display = ("name", "valid_from", "state", "confirmed", "published_at")
    list_filter = ("state",)
    inlines = (PriceInline, NamedInline)
    exclude = ("state", "created_at", "created_by", "published_at", "published_by")
    change_form_template = "credits/admin/rule_set.html"

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_open(obj) and super().has_delete_permission(request, obj)

    @admin.display(description="比例都已确认", boolean=True)
    def confirmed(self, row: RuleSet) -> bool:
        return not row.prices.filter(is_confirmed=False).exists()

    def save_model(
        self,
        request: HttpRequest,
        obj: RuleSet,
        form: "ModelForm[RuleSet]",
        change: bool,
    ) -> None:
        if not change:
            obj.created_at, obj.created_by = timezone.now(), staff_of(request)
        super().save_model(request, obj, form, change)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"may_publish": staff_of(request).has_perm(PERMISSION)}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path(
                "<int:pk>/publish/",
                wrap(require_POST(self.publish_view)),
                name="credits_ruleset_publish",
            ),
            path(
                "<int:pk>/copy/",
                wrap(require_POST(self.copy_view)),
                name="credits_ruleset_copy",
            ),
            path(
                "<int:pk>/replay/",
                wrap(require_safe(self.replay_view)),
                name="credits_ruleset_replay",
            ),
        ]
        return own + super().get_urls()

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """发布."""
        try:
            row = publish(rule_set_id=pk, staff=staff_of(request), now=timezone.now())
        except DomainError as error:
            self.message_user(request, f"{error.message}{error.advice}", messages.ERROR)
            return redirect("admin:credits_ruleset_changelist")
        self.message_user(request, f"{row} 已发布，{row.valid_from} 起用。")
        return redirect("admin:credits_ruleset_change", pk)

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """另建一版."""
        try:
            row = copy_rules(rule_set_id=pk, staff=staff_of(request), now=timezone.now())
        except DomainError as error:
            self.message_user(request, f"{error.message}{error.advice}", messages.ERROR)
            return redirect("admin:credits_ruleset_changelist")
        self.message_user(request, "已按这一版另建草稿，改好后先试算再发布。")
        return redirect("admin:credits_ruleset_change", row.pk)

    def replay_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """试算: what these rules would have said of every past application."""
        if not staff_of(request).has_perm(PERMISSION):
            raise PermissionDenied
        row = get_object_or_404(RuleSet, pk=pk)
        found = replay(pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"试算 {row}",
            "opts": self.opts,
            "original": row,
            "replay": found,
            "groups": (
                ("原来可以，现在不行", found.newly_refused[:SHOWN], len(found.newly_refused)),
                ("原来不行，现在可以", found.newly_allowed[:SHOWN], len(found.newly_allowed)),
            ),
        }
        return TemplateResponse(request, "credits/admin/replay.html", context)


def _is_open(obj: Model | None) -> bool:
    """A draft, or a rule set not yet made."""
    return obj is None or getattr(obj, "state", "") == RuleSetState.DRAFT
