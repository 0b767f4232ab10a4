"""Files, rows, differences and seals to look up in admin; what is done with them is done on the
workbench, where a file uploaded here goes on. No names: whose money it is stands there.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from payments.admin.filters import ChannelFilter
from payments.admin.lists import LedgerAdmin, LedgerInline
from payments.reconcile.models import (
    DayClose,
    Handling,
    HeaderMapping,
    RowOutcome,
    Upload,
    UploadRow,
)
from payments.reconcile.pages.headers import said
from payments.reconcile.pages.words import EFFECTS, GROUPS, settled
from payments.reconcile.seen import sums
from payments.reconcile.states import DIFFERENCES, Effect, Group, UploadState
from payments.reconcile.wording import who
from portal.lib.money import yuan

RECENT = 20  # files in the filter of the rows


def _open(address: str, *args: object) -> SafeString:
    return format_html('<a href="{}">打开</a>', reverse(f"reconcile:{address}", args=args))


@admin.register(Upload)
class UploadAdmin(LedgerAdmin):
    """Every file that ever came, read only; a new one is sent to the workbench."""

    change_list_template = "reconcile/admin/uploads.html"
    list_display = ("name", "state", "of_channel", "row_count", "payments", "sender", "uploaded_at")
    list_filter = ("state", ChannelFilter, "uploaded_at")
    list_select_related = ("uploaded_by",)
    search_fields = ("name", "^sha256", "=uploaded_by__name")
    search_help_text = "文件名、SHA-256 开头几位、上传人"
    date_hierarchy = "uploaded_at"
    fields = (
        "name", "page", "rows", "state", "of_channel", "day", "size", "sha256", "sender",
        "uploaded_at", "row_count", "fault_count", "payments", "found", "refusal", "remedy",
        "confirmed_by", "confirmed_at", "released_by", "released_at", "applied_at", "discarded_by",
        "discarded_at",
    )  # fmt: skip

    @admin.display(description="收款")
    def payments(self, row: Upload) -> str:
        return yuan(row.payment_fen)

    @admin.display(description="上传人", ordering="uploaded_by")
    def sender(self, row: Upload) -> str:
        return who(row.uploaded_by)

    @admin.display(description="对账页面")
    def page(self, row: Upload) -> str:
        return _open("file", row.pk)

    @admin.display(description="每一行")
    def rows(self, row: Upload) -> str:
        address = reverse("admin:reconcile_uploadrow_changelist")
        return format_html('<a href="{}?file={}">看 {} 行</a>', address, row.pk, row.row_count)

    @admin.display(description="各组")
    def found(self, row: Upload) -> str:
        is_done = row.state == UploadState.APPLIED
        return sums(row.outcomes if is_done else row.groups, done=is_done)


class OutcomeInline(LedgerInline):
    """What applying it did."""

    model = RowOutcome
    fields = readonly_fields = ("group", "effect", "applied_at")
    show_change_link = False


class HandlingInline(LedgerInline):
    """What somebody decided about it."""

    model = Handling
    fields = readonly_fields = (
        "note", "handled_by", "handled_at", "reason", "withdrawn_by", "withdrawn_at",
    )  # fmt: skip
    show_change_link = False


class FileFilter(admin.SimpleListFilter):
    """One file with all its rows; without one, the rows of applied files that differ."""

    title = "文件"
    parameter_name = "file"

    def has_output(self) -> bool:
        return True  # what it leaves out is left out before the first file, too

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        del request, model_admin
        recent = Upload.objects.filter(row_count__gt=0)[:RECENT]
        return [(str(pk), name) for pk, name in recent.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[UploadRow]) -> QuerySet[UploadRow]:
        del request
        value = self.value() or ""
        if value.isdecimal() and len(value) < 19:
            return queryset.filter(upload=int(value))
        return queryset.filter(group__in=DIFFERENCES, upload__state=UploadState.APPLIED)


@admin.register(UploadRow)
class UploadRowAdmin(LedgerAdmin):
    """Rows as read and what they came to. A search looks at one file, or at what differs."""

    list_display = ("order_number", "trade_number", "yuan", "moved_at", "now", "of_file", "place")
    list_display_links = ("order_number", "trade_number", "place")
    list_filter = (FileFilter, "group", "kind")
    list_select_related = ("upload", "outcome")
    search_fields = ("=order_number", "=trade_number", "=refund_number")
    search_help_text = "完整的订单号、渠道交易号或退款单号；没有选文件时只找有差异的行"
    ordering = ("-upload_id", "position")
    inlines = (OutcomeInline, HandlingInline)
    fields = (
        "page", "of_file", "place", "kind", "order_number", "trade_number", "yuan", "moved_at",
        "refund_number", "refund_trade_number", "title", "now", "why", "order", "receipt",
    )  # fmt: skip

    @admin.display(description="金额", ordering="amount_fen")
    def yuan(self, row: UploadRow) -> str:
        """Nothing where none could be read."""
        return "—" if row.amount_fen is None else yuan(row.amount_fen)

    @admin.display(description="结果")
    def now(self, row: UploadRow) -> str:
        """What came of it, or what will."""
        outcome = getattr(row, "outcome", None)
        group, effect = Group((outcome or row).group), Effect((outcome or row).effect)
        told = settled(group).text if outcome else GROUPS[group].text
        return f"{told}：{EFFECTS[effect]}" if effect else told

    @admin.display(description="问题")
    def why(self, row: UploadRow) -> str:
        return "；".join(f"{column}：{why}{remedy}" for column, _, why, remedy in row.problems)

    @admin.display(description="文件", ordering="upload")
    def of_file(self, row: UploadRow) -> str:
        return str(row.upload.name)

    @admin.display(description="对账页面")
    def page(self, row: UploadRow) -> str:
        if self.is_difference(row):
            return _open("row", row.pk)
        return _open("rows", row.upload_id, row.group)

    @staticmethod
    def is_difference(row: UploadRow) -> bool:
        """Whether it has a page of its own on the workbench."""
        return (getattr(row, "outcome", None) or row).group in DIFFERENCES


@admin.register(Handling)
class HandlingAdmin(LedgerAdmin):
    """What was decided about differences, newest first."""

    list_display = ("number", "note", "handled_by", "handled_at", "reason", "withdrawn_by")
    list_filter = ("handled_at", ("withdrawn_at", admin.EmptyFieldListFilter))
    list_select_related = ("row", "receipt", "handled_by", "withdrawn_by")
    search_fields = ("=row__order_number", "=receipt__order_number", "note", "=handled_by__name")
    search_help_text = "完整的订单号、处理结果里的字、处理人"
    date_hierarchy = "handled_at"
    fields = (
        "page", "number", "note", "handled_by", "handled_at", "reason", "withdrawn_by",
        "withdrawn_at",
    )  # fmt: skip

    @admin.display(description="订单号")
    def number(self, one: Handling) -> str:
        of = one.row or one.receipt
        return of.order_number if of and of.order_number else "—"

    @admin.display(description="对账页面")
    def page(self, one: Handling) -> str:
        return _open("row", one.row_id) if one.row_id else _open("receipt", one.receipt_id)


@admin.register(HeaderMapping)
class HeaderMappingAdmin(LedgerAdmin):
    """Headers that somebody explained; changed on the workbench."""

    list_display = ("__str__", "told", "mapped_by", "mapped_at")
    list_select_related = ("mapped_by",)
    search_fields = ("headers", "^fingerprint")
    fields = ("page", "told", "mapped_by", "mapped_at", "fingerprint")

    @admin.display(description="各列")
    def told(self, row: HeaderMapping) -> str:
        return said(row)

    @admin.display(description="对账页面")
    def page(self, row: HeaderMapping) -> str:
        return _open("remembered", row.pk)


@admin.register(DayClose)
class DayCloseAdmin(LedgerAdmin):
    """Every seal in its order, read only."""

    list_display = ("day", "of_channel", "revision", "ours", "theirs", "sealer", "sealed_at")
    list_filter = (ChannelFilter, "day")
    list_select_related = ("sealed_by",)
    search_fields = ("note", "^seal", "=sealed_by__name")
    search_help_text = "说明里的字、封签开头几位、日结人"
    date_hierarchy = "day"
    fields = (
        "day", "page", "of_channel", "revision", "ours_count", "ours", "theirs_count", "theirs",
        "difference_count", "note", "content", "previous", "seal", "sealer", "sealed_at",
    )  # fmt: skip

    @admin.display(description="我方")
    def ours(self, row: DayClose) -> str:
        return yuan(row.ours_fen)

    @admin.display(description="对方")
    def theirs(self, row: DayClose) -> str:
        return yuan(row.theirs_fen)

    @admin.display(description="日结人", ordering="sealed_by")
    def sealer(self, row: DayClose) -> str:
        return who(row.sealed_by)

    @admin.display(description="对账页面")
    def page(self, row: DayClose) -> str:
        return _open("day", row.channel, row.day)
