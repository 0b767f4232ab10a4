"""What a payer sends: which courses, and whether an earlier order was really not paid."""

from typing import Any

from django import forms

from portal.lib.errors import DomainError


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

    def read(self) -> tuple[list[int], bool]:
        """Charge ids and 我没有付过; raises ``DomainError`` for what no page of ours sends."""
        if not self.is_valid():
            raise DomainError(
                "order.unreadable", "没有读懂选了哪些课。", advice="回到缴费页重新选。", status=400
            )
        return self.cleaned_data["charge"], self.cleaned_data["never_paid"]
