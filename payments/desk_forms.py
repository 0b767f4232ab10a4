"""What finance writes: how a surplus leaves, money entered by hand, and reasons."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from payments.models import Charge
from payments.services.manual import Claimed
from payments.states import ResolutionMethod
from portal.lib import money

WIDE = {"size": 60, "maxlength": 200}


class YuanField(forms.CharField):
    """Yuan as people write it, cleaned to fen; more than two decimals are refused."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            fen = money.to_fen(text)
        except ValueError as error:
            raise forms.ValidationError("金额写作 400 或 400.00。") from error
        if not 0 < fen < 2**31:
            raise forms.ValidationError("金额要大于 0，不超过 2,000 万元。")
        return fen


class ReasonForm(forms.Form):
    """One sentence that stays on file; an empty one is refused by the service."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=WIDE),
        help_text="必填，留在处理经过里",
    )


class EvidenceForm(forms.Form):
    """Where the proof of a payment by hand is."""

    evidence = forms.CharField(
        label="办理凭证",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=WIDE),
        help_text="必填，银行回单号或记账凭证号",
    )


class NoteForm(forms.Form):
    """What finance found."""

    note = forms.CharField(
        label="核对结果",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=WIDE),
        help_text="必填，留在记录里",
    )


class SecondForm(NoteForm):
    """A second person's word. Ticked, so that nobody agrees by a page without the first one's."""

    agreed = forms.BooleanField(
        label="我看过上面的核对结果，同意",
        error_messages={"required": "看过核对结果，同意就勾选。"},
    )


class ResolutionForm(forms.Form):
    """How a surplus leaves. No default: the clerk decides."""

    method = forms.ChoiceField(
        label="方式",
        choices=ResolutionMethod.choices(),
        widget=forms.RadioSelect,
        help_text="“更正”只用于对账单或人工登记多出来、渠道没有收到的钱",
    )
    target = forms.TypedChoiceField(
        label="转入", coerce=int, empty_value=None, required=False, help_text="只用于转到另一门课"
    )
    reason = ReasonForm.base_fields["reason"]

    def __init__(self, *args: Any, targets: Iterable[Charge] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["target"]
        field.choices = [("", "没有")] + [(charge.pk, charge.title) for charge in targets]


class EntryForm(forms.Form):
    """Money that no channel told of: for an order, or for a charge without one."""

    order_number = forms.CharField(label="订单号", max_length=64, required=False)
    charge = forms.IntegerField(
        label="费用编号",
        min_value=1,
        max_value=2**62,
        required=False,
        help_text="在窗口收款、没有订单时填；从“应缴费用”的那一项进来会自动填好",
    )
    amount_fen = YuanField(label="金额（元）")
    paid_on = forms.DateField(
        label="付款日期", widget=forms.DateInput(attrs={"type": "date"}), help_text="凭证上的日期"
    )
    evidence = forms.CharField(
        label="凭证",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=WIDE),
        help_text="必填，银行回单号或收据号",
    )
    reason = forms.CharField(
        label="登记理由",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=WIDE),
        help_text="必填，复核的人会看到",
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(data.get("order_number")) == bool(data.get("charge")):
            raise forms.ValidationError("订单号和费用编号填一个，只填一个。")
        return data

    def seen(self) -> Claimed:
        """What the clerk saw on paper; a date counts from its beginning."""
        data = self.cleaned_data
        start = timezone.make_aware(datetime.combine(data["paid_on"], datetime.min.time()))
        return Claimed(data["amount_fen"], start, data["evidence"], data["reason"])


class SheetForm(forms.Form):
    """A spreadsheet."""

    file = forms.FileField(label="表格", help_text="xlsx、xls 或 csv")


class ConflictForm(NoteForm):
    """What finance found, and whether it is one payment or two. No choice is made beforehand."""

    SAME, OTHER = "same", "other"

    decision = forms.ChoiceField(
        label="结论",
        choices=(
            (SAME, "同一笔钱：收款不变，补记渠道的交易号"),
            (OTHER, "另一笔钱：再收一笔，记为余款，由财务处退回或转到别的课"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "选同一笔钱或另一笔钱。"},
    )
    field_order = ("decision", "note")


class OtherAmountForm(ConflictForm):
    """The same choice, where the first money was told by a row without a number."""

    decision = forms.ChoiceField(
        label="结论",
        choices=(
            (ConflictForm.SAME, "不另收：原来的收款就是这笔钱，金额以它为准"),
            (ConflictForm.OTHER, "另收一笔：渠道报来的钱按订单入账，课程不欠的部分记为余款"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "选不另收或另收一笔。"},
    )
