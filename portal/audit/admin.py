"""History in admin: a list to search, and every change with all its columns. Read only."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.audit.models import Change, Opening
from portal.audit.selectors import looked_for, person, told, with_actors
from portal.audit.tracked import tracked
from portal.audit.words import WHO, kind_of, names_in, place_of
from portal.lib.read_only import ReadOnly
from portal.lib.tables.admin import EstimatePaginator

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin


class RecordAdmin(ReadOnly, Base):
    """Nobody adds, changes or deletes a record of what happened."""

    show_full_result_count = False
    paginator = EstimatePaginator
    list_per_page = 50


class KindFilter(admin.SimpleListFilter):
    """By what the row is."""

    title = "对象类别"
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        del request, model_admin
        kinds = [(one.label, kind_of(one.label)) for one in tracked()]
        return sorted(kinds, key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Change]) -> QuerySet[Change]:
        del request
        return queryset.filter(model=self.value()) if self.value() else queryset


class PlaceFilter(admin.SimpleListFilter):
    """By page, background task, command, or past all of them."""

    title = "从哪里"
    parameter_name = "from"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        del request, model_admin
        return [*WHO.items(), ("database", "直接改数据库")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Change]) -> QuerySet[Change]:
        del request
        if self.value() == "database":
            return queryset.filter(place="")
        return queryset.filter(place__startswith=f"{self.value()} ") if self.value() else queryset


class ToldList(ChangeList):
    """Django's list; the names its rows speak of are read for the whole page at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        names = names_in(rows)
        for row in rows:
            row.told = told(row, names)
        self.result_list = rows


@admin.register(Change)
class ChangeAdmin(RecordAdmin):
    """Who changed what."""

    list_display = ("at", "who", "target", "operation", "content", "where")
    list_display_links = ("at",)
    list_filter = ("at", "operation", PlaceFilter, KindFilter)
    search_fields = ("row",)
    search_help_text = "操作人的工号、学号或姓名，对象编号，或页面地址（/ 开头）"
    fields = readonly_fields = (
        "at",
        "who",
        "target",
        "operation",
        "where",
        "request",
        "everything",
    )

    def get_changelist(self, request: HttpRequest, **_kwargs: Any) -> type[ChangeList]:
        del request
        return ToldList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        return with_actors(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Change], search_term: str
    ) -> tuple[QuerySet[Change], bool]:
        del request
        return looked_for(queryset, search_term), False

    @admin.display(description="操作人")
    def who(self, change: Change) -> str:
        return person(change)

    @admin.display(description="对象")
    def target(self, change: Change) -> SafeString | str:
        return row_link(change.model, change.row)

    @admin.display(description="从哪里")
    def where(self, change: Change) -> SafeString:
        return _where(change.place)

    @admin.display(description="内容")
    def content(self, change: Any) -> str:
        return _table(change.told.lines[:3], more=len(change.told.lines) - 3)

    @admin.display(description="内容")
    def everything(self, change: Change) -> str:
        return _table(told(change, names_in([change])).lines)


@admin.register(Opening)
class OpeningAdmin(RecordAdmin):
    """Who opened or took away whose data, and what for."""

    list_display = ("at", "who", "way", "what", "whose", "rows", "reason", "note", "where")
    list_display_links = ("at",)
    list_filter = ("at", "way", "reason")
    search_fields = ("row",)
    search_help_text = "查看人的工号或姓名，对象编号，或页面地址（/ 开头）"
    fields = readonly_fields = (
        "at", "who", "way", "what", "whose", "filters", "rows", "reason", "note", "where",
        "request",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Opening]:
        return super().get_queryset(request).select_related("actor")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Opening], search_term: str
    ) -> tuple[QuerySet[Opening], bool]:
        del request
        return looked_for(queryset, search_term), False

    @admin.display(description="谁")
    def who(self, opening: Opening) -> str:
        return person(opening)

    @admin.display(description="对象")
    def whose(self, opening: Opening) -> SafeString | str:
        return row_link(opening.subject, opening.row) if opening.row else "名单"

    @admin.display(description="从哪里")
    def where(self, opening: Opening) -> SafeString:
        return _where(opening.place)


def row_link(model: str, row: int) -> SafeString | str:
    """A row's kind and number; a link where admin has a page for it."""
    title = f"{kind_of(model)} {row}"
    try:
        path = reverse(f"admin:{model.replace('.', '_')}_change", args=[row])
    except NoReverseMatch:
        return title
    return format_html('<a href="{}">{}</a>', path, title)


def _where(place: str) -> SafeString:
    return format_html('<span class="where">{}</span>', place_of(place))


def _table(lines: list[Any], more: int = 0) -> str:
    return render_to_string("admin/audit/lines.html", {"lines": lines, "more": max(0, more)})
