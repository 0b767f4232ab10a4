"""What a payer sends: which courses, how to pay, and whether an earlier order was not paid."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings

from portal.lib.errors import DomainError


@dataclass(frozen=True)
class Wanted:
    """``channel`` is empty while the payer has several to choose from and has not chosen."""

    charge_ids: list[int]
    never_paid: bool
    channel: str


class ChargeIds(forms.Field):
    """Ticked charges, as ids; whose they are and whether they may be paid is the service's."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        if not all(isinstance(item, str) and item.isdecimal() and len(item) < 19 for item in value):
            raise forms.ValidationError("not ids")
        return [int(item) for item in value]


class OpenOrderForm(forms.Form):
    """``charge`` repeated per course; none is left to the service's own sentence."""

    charge = ChargeIds(required=False)
    never_paid = forms.BooleanField(required=False)
    channel = forms.CharField(required=False)

    def clean_channel(self) -> str:
        """One of this installation's; the only one needs no choosing."""
        channel: str = self.cleaned_data["channel"]
        if not channel and len(settings.GATEWAYS) == 1:
            return next(iter(settings.GATEWAYS))
        if channel and channel not in settings.GATEWAYS:
            raise forms.ValidationError("no such channel")
        return channel

    def read(self) -> Wanted:
        """What was sent; raises ``DomainError`` for what no page of ours sends."""
        if not self.is_valid():
            what = "选了哪些课" if "charge" in self.errors else "选了哪种付款方式"
            raise DomainError(
                "order.unreadable", f"没有读懂{what}。", advice="回到缴费页重新选。", status=400
            )
        known = self.cleaned_data
        return Wanted(known["charge"], known["never_paid"], known["channel"])
