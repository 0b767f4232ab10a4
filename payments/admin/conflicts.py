"""收款冲突: the same trade number told twice with different words."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from payments import phantoms
from payments.admin.acting import Action, Fact, ask, clerk_of, posted, trail
from payments.admin.lists import LedgerAdmin, link
from payments.desk_forms import ConflictForm, NoteForm, OtherAmountForm, SecondForm
from payments.models import Closure, Conflict, Finding, ManualEntry
from payments.services import closing
from portal.accounts.models import User
from portal.lib import money

BY_HAND = (
    "这笔收款先由人工登记，后来渠道报来同一订单、同样金额的一笔。对照凭证和渠道账单："
    "是学生付了一次，还是在窗口和网上各付了一次。"
)
OTHER_AMOUNT = (
    "先收到的一笔没有交易号，后来渠道报来同一订单、另一金额、有自己交易号的一笔。以银行流水为准：渠道这笔确实到了，"
    "就另收一笔；原来那笔若是对账文件写错，它的余款按“更正：这笔钱没有到账”办理。"
)
TOLD_AGAIN = (
    "这笔收款已由两个人更正为没有到账，现在又有人报来。以渠道账单为准：确实到了，先用人工登记收款入账，"
    "再在这里写明；还是没有，写明查了什么。"
)
TAKEN_BACK = (
    "这笔收款已由两个人更正为没有到账，现在渠道又告知到账。以渠道账单为准：确实到了，先用人工登记收款入账，"
    "再在这里写明；还是没有，写明查了什么。写明后由财务处另一位同事复核。"
)
SECOND = (
    "这笔收款已由两个人更正为没有到账，渠道又告知到账。另一位同事已经核对，结果见下；"
    "对照渠道账单，同意再复核。"
)
TOLD_TWICE = "入账以先说的为准，这里只记核对结果；确有另一笔钱的，用人工登记收款。"


class OpenFilter(admin.SimpleListFilter):
    """What finance has not looked into comes first; the rest is there when asked for."""

    title = "核对情况"
    parameter_name = "open"
    column = "closure__isnull"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del request, model_admin
        return [("no", "已核对"), ("all", "全部")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": "未核对"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        del request
        if self.value() == "all":
            return queryset
        return queryset.filter(**{self.column: self.value() is None})


@admin.register(Conflict)
class ConflictAdmin(LedgerAdmin):
    list_display = ("of_receipt", "received", "order_number", "yuan", "seen_at", "found")
    list_display_links = ("order_number",)  # the first column leads to the receipt
    list_filter = (OpenFilter,)
    list_select_related = ("receipt", "closure__closed_by", "finding__found_by")
    search_fields = ("=receipt__trade_number", "^order_number")
    search_help_text = "交易号、订单号"
    fields = readonly_fields = (
        "of_receipt", "received", "order_number", "yuan", "trade_number", "paid_at", "message",
        "seen_at", "found",
    )  # fmt: skip
    change_form_template = "payments/admin/conflict_form.html"

    @admin.display(description="原收款")
    def of_receipt(self, row: Conflict) -> SafeString | str:
        return link(row.receipt)

    @admin.display(description="原金额")
    def received(self, row: Conflict) -> str:
        return money.yuan(row.receipt.amount_fen)

    @admin.display(description="核对结果")
    def found(self, row: Conflict) -> str:
        if closure := getattr(row, "closure", None):
            return f"{closure.note}（{closure.closed_by.name}）"
        found = getattr(row, "finding", None)
        return f"{found.note}（{found.found_by.name}，待复核）" if found else "—"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/close/", wrap(self.close_view), name="payments_conflict_close"),
        ]
        return own + super().get_urls()

    def close_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """核对: one payment or two; what else it was is written down."""
        clerk = clerk_of(request, "add_closure")
        row = get_object_or_404(
            Conflict.objects.select_related("receipt__adopted", "finding__found_by"), pk=pk
        )
        form, lead = _choice(row)
        word = _WORDS[_step(row)]
        action = Action(
            title=word.title,
            button=word.button,
            run=lambda data: _do(clerk, row, data),
            done=word.done,
            to=reverse("admin:payments_conflict_changelist"),
            form=form(posted(request)),
            facts=[*_facts(row), *_found(row)],
            lead=lead,
            trail=trail("conflict", "收款冲突"),
        )
        return ask(request, action)


class _Step(StrEnum):
    """What a conflict waits for: one person's word, or the first and then the second of two."""

    CLOSE = "close"
    FIND = "find"
    SECOND = "second"


class _Word(NamedTuple):
    title: str
    button: str
    done: str


_WORDS = {
    _Step.CLOSE: _Word("核对收款冲突", "登记核对结果", "已登记核对结果。"),
    _Step.FIND: _Word("核对收款冲突", "登记核对结果", "已登记核对结果，等另一位同事复核。"),
    _Step.SECOND: _Word("复核收款冲突", "同意，复核", "已复核，这条冲突核对完了。"),
}


def _step(row: Conflict) -> _Step:
    if not row.is_signed:
        return _Step.CLOSE
    return _Step.SECOND if hasattr(row, "finding") else _Step.FIND


def _choice(row: Conflict) -> tuple[type[NoteForm], str]:
    """What may be decided, and what about."""
    if _step(row) is _Step.SECOND:
        return SecondForm, SECOND
    if phantoms.is_taken_back(row.receipt_id):
        return NoteForm, TAKEN_BACK if row.is_signed else TOLD_AGAIN
    if not closing.may_be_other(row):
        return NoteForm, TOLD_TWICE
    if row.amount_fen == row.receipt.amount_fen:
        return ConflictForm, BY_HAND
    return OtherAmountForm, OTHER_AMOUNT


def _do(clerk: User, row: Conflict, data: dict[str, Any]) -> Closure | Finding:
    is_other = data.get("decision") == ConflictForm.OTHER
    service: Callable[..., Closure | Finding] = closing.close_conflict
    if _step(row) is _Step.FIND:
        service = closing.find
    elif is_other:
        service = closing.receive_other
    return service(clerk=clerk, conflict_id=row.pk, note=data["note"], now=timezone.now())


def _found(row: Conflict) -> list[Fact]:
    """What the first of two people wrote down."""
    if _step(row) is not _Step.SECOND:
        return []
    one = row.finding
    at = timezone.localtime(one.found_at)
    return [("核对结果", f"{one.note}（{one.found_by.name}，{at:%Y-%m-%d %H:%M}）")]


def _facts(row: Conflict) -> list[Fact]:
    first = f"{row.receipt.order_number} {money.yuan(row.receipt.amount_fen)}"
    later = f"{row.order_number} {money.yuan(row.amount_fen)}"
    entry = ManualEntry.objects.select_related("filed_by").filter(receipt=row.receipt).first()
    seen, number = timezone.localtime(row.seen_at), closing.told_number(row)
    told = f"{later}，{seen:%Y-%m-%d %H:%M} 收到，交易号 {number}"
    if phantoms.is_taken_back(row.receipt_id):
        return [("已更正", f"{first}，当时认定没有到账"), ("又报来", told)]
    if not closing.may_be_other(row):
        return [("交易号", row.receipt), ("先说", first), ("后说", later)]
    if entry is None:
        return [("先收到", f"{first}，没有交易号"), ("渠道报来", told)]
    return [
        ("人工登记", f"{first}，{timezone.localtime(entry.paid_at):%Y-%m-%d} 付款"),
        ("凭证", f"{entry.evidence}（{entry.filed_by.name}登记：{entry.reason}）"),
        ("渠道报来", told),
    ]
