"""Versions of the rules: drafts are worked on, published ones stand for ever."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Count, Field, Q, QuerySet, Subquery
from django.forms import Field as FormField
from django.forms import ModelForm
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from credits.admin.acting import BaseInline, BaseRows
from credits.admin.rule_pages import RulePages
from credits.models import NamedCourse, PriceRule, RuleSet
from credits.selectors.rule_sets import newest_published
from credits.states import RuleSetState
from portal.accounts.staff import staff_of
from portal.lib.status import Status, Tone
from portal.lib.tags import chip

DRAFT = Status(Tone.TODO, "pen", "草稿")
UPCOMING = Status(Tone.WAIT, "clock", "未到起用日期")
IN_FORCE = Status(Tone.DONE, "check", "现行")
PAST = Status(Tone.IDLE, "idle", "已被新版代替")
ROWS = "credits/admin/rows.html"
CONFIRMED = Status(Tone.DONE, "check", "学校已确认")


class Rows(BaseRows):
    """Rows whose 删除 says what it is to who cannot see the head of the table."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].widget.attrs["aria-label"] = "删除这一行"


class OfDrafts:
    """Rows of a draft may be edited, those of a published set only read."""

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "FormField | None":
        """Fields named for who cannot see the head of the table; no way out to other tables."""
        field: FormField | None = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is None:
            return None
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        field.widget.attrs["aria-label"] = db_field.verbose_name
        return field

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_add_permission(request, obj)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]


def _is_open(obj: Any) -> bool:
    return obj is None or obj.state == RuleSetState.DRAFT


class PriceInline(OfDrafts, BaseInline):
    """Which credits for which courses, at what ratio."""

    model = PriceRule
    formset = Rows
    template = ROWS
    extra = 0


class NamedInline(OfDrafts, BaseInline):
    """Courses treated by name, 不参与兑换 above all."""

    model = NamedCourse
    formset = Rows
    template = ROWS
    extra = 0


@admin.register(RuleSet)
class RuleSetAdmin(RulePages):
    """Begin from a copy, replay the past under it, publish."""

    list_display = ("name", "valid_from", "stands", "confirmed", "published_by", "published_at")
    list_select_related = ("published_by",)
    exclude = ("state", "created_at", "created_by", "published_at", "published_by")
    inlines = (PriceInline, NamedInline)
    change_form_template = "credits/admin/rule_set.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleSet]:
        unconfirmed = Count("prices", filter=Q(prices__is_confirmed=False))
        rows: QuerySet[RuleSet] = super().get_queryset(request)
        newest = newest_published(timezone.localdate()).values("pk")
        return rows.annotate(unconfirmed=unconfirmed, in_force_id=Subquery(newest))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_delete_permission(request, obj)

    @admin.display(description="状态")
    def stands(self, row: RuleSet) -> SafeString:
        return chip(standing_of(row, timezone.localdate()))

    @admin.display(description="比例")
    def confirmed(self, row: RuleSet) -> SafeString:
        number = vars(row)["unconfirmed"]
        return chip(Status(Tone.WAIT, "warn", f"{number} 条待学校确认") if number else CONFIRMED)

    def save_model(
        self, request: HttpRequest, obj: RuleSet, form: "ModelForm[RuleSet]", change: bool
    ) -> None:
        if not change:
            obj.created_at, obj.created_by = timezone.now(), staff_of(request)
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "credits_ruleset"
        own = [
            path("<int:pk>/copy/", wrap(require_POST(self.copy_view)), name=f"{name}_copy"),
            path("<int:pk>/publish/", wrap(self.publish_view), name=f"{name}_publish"),
            path("<int:pk>/replay/", wrap(self.replay_view), name=f"{name}_replay"),
            path(
                "<int:pk>/replay/start/",
                wrap(require_POST(self.start_view)),
                name=f"{name}_replay_start",
            ),
        ]
        return own + super().get_urls()


def standing_of(row: RuleSet, today: date) -> Status:
    """Draft, to come, in force, or followed by a newer one; for rows of ``RuleSetAdmin``."""
    if row.state == RuleSetState.DRAFT:
        return DRAFT
    if row.valid_from > today:
        return UPCOMING
    return IN_FORCE if vars(row)["in_force_id"] == row.pk else PAST
