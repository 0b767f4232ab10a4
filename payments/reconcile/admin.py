"""Files and seals to look up in admin; what is done with them is done on the workbench."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from payments.admin.lists import LedgerAdmin
from payments.reconcile.models import DayClose, Upload
from payments.reconcile.wording import who
from portal.lib.money import yuan


@admin.register(Upload)
class UploadAdmin(LedgerAdmin):
    """Every file that ever came, read only."""

    list_display = ("name", "state", "of_channel", "row_count", "payments", "sender", "uploaded_at")
    list_filter = ("state", "channel", "uploaded_at")
    list_select_related = ("uploaded_by",)
    search_fields = ("^name", "^sha256")
    fields = (
        "name", "page", "state", "of_channel", "day", "size", "sha256", "sender", "uploaded_at",
        "row_count", "fault_count", "payments", "refusal", "remedy", "confirmed_by",
        "confirmed_at", "released_by", "released_at", "applied_at", "discarded_by", "discarded_at",
    )  # fmt: skip

    @admin.display(description="收款")
    def payments(self, row: Upload) -> str:
        return yuan(row.payment_fen)

    @admin.display(description="上传人", ordering="uploaded_by")
    def sender(self, row: Upload) -> str:
        return who(row.uploaded_by)

    @admin.display(description="对账页面")
    def page(self, row: Upload) -> str:
        return format_html('<a href="{}">打开</a>', reverse("reconcile:file", args=[row.pk]))


@admin.register(DayClose)
class DayCloseAdmin(LedgerAdmin):
    """Every seal in its order, read only."""

    list_display = ("day", "of_channel", "revision", "ours", "theirs", "sealed_by", "sealed_at")
    list_filter = ("channel", "day")
    list_select_related = ("sealed_by",)
    fields = (
        "day", "of_channel", "revision", "ours_count", "ours", "theirs_count", "theirs", "note",
        "content", "previous", "seal", "sealed_by", "sealed_at",
    )  # fmt: skip

    @admin.display(description="我方")
    def ours(self, row: DayClose) -> str:
        return yuan(row.ours_fen)

    @admin.display(description="对方")
    def theirs(self, row: DayClose) -> str:
        return yuan(row.theirs_fen)
