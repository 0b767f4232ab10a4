"""财政票据: read, and imported from finance's own system."""

from urllib.parse import quote

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString

from payments.admin.acting import clerk_of, posted
from payments.admin.lists import LedgerAdmin, link
from payments.desk_forms import SheetForm
from payments.models import FiscalReceipt
from payments.services import fiscal
from portal.lib import money
from portal.lib.errors import DomainError
from portal.lib.sheets import XLSX_TYPE
from portal.lib.tables.faults import Fault

SHOWN = 200  # faults on one page


@admin.register(FiscalReceipt)
class FiscalReceiptAdmin(LedgerAdmin):
    list_display = ("number", "of_receipt", "yuan", "imported_by", "imported_at")
    list_filter = ("imported_at",)
    list_select_related = ("receipt", "imported_by")
    search_fields = ("=number", "^receipt__order_number", "=receipt__trade_number")
    search_help_text = "票据号码、订单号、交易号"
    change_list_template = "payments/admin/fiscal_list.html"

    @admin.display(description="金额")
    def yuan(self, row: FiscalReceipt) -> str:
        return money.yuan(row.receipt.amount_fen)

    @admin.display(description="收款")
    def of_receipt(self, row: FiscalReceipt) -> SafeString | str:
        return link(row.receipt)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("import/", wrap(self.import_view), name="payments_fiscalreceipt_import"),
            path("template/", wrap(self.template_view), name="payments_fiscalreceipt_template"),
        ]
        return own + super().get_urls()

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """All rows or none; every refused row is named."""
        clerk = clerk_of(request, "add_fiscalreceipt")
        form = SheetForm(posted(request), request.FILES if request.method == "POST" else None)
        if request.method != "POST":
            return self._page(request, form, 200)
        if not form.is_valid():
            return self._page(request, form, 400)
        data = form.cleaned_data["file"].read()
        try:
            found = fiscal.import_file(clerk=clerk, data=data, now=timezone.now())
        except DomainError as error:
            return self._page(request, form, error.status, refusal=error.sentence)
        if found.faults:
            words = f"没有导入：{len(found.faults)} 行有问题，改好再上传整个文件。"
            return self._page(request, form, 409, refusal=words, faults=found.faults)
        self.message_user(request, f"已导入 {found.stored} 张，{found.unchanged} 张没有变化。")
        return redirect("admin:payments_fiscalreceipt_changelist")

    def template_view(self, request: HttpRequest) -> HttpResponse:
        """The empty sheet."""
        clerk_of(request, "add_fiscalreceipt")
        answer = HttpResponse(fiscal.template(), content_type=XLSX_TYPE)
        name = quote("财政票据模板.xlsx")
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return answer

    def _page(
        self,
        request: HttpRequest,
        form: SheetForm,
        status: int,
        refusal: str = "",
        faults: tuple[Fault, ...] = (),
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "导入财政票据",
            "form": form,
            "refusal": refusal,
            "faults": faults[:SHOWN],
            "more": max(0, len(faults) - SHOWN),
        }
        page = "payments/admin/fiscal_import.html"
        return TemplateResponse(request, page, context, status=status)
