"""Money as people type it."""

from typing import Any

from django import forms

from portal.lib.money import to_fen


class YuanField(forms.CharField):
    """Yuan with at most two decimals in the form, fen everywhere else; empty is None."""

    def prepare_value(self, value: Any) -> Any:
        """``10000`` -> ``100.00``; what was typed wrong comes back as it was typed."""
        return f"{value // 100}.{value % 100:02d}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """Fen, or a sentence about what is no amount."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            fen = to_fen(text)
        except ValueError as error:
            raise forms.ValidationError("金额写作 100 或 129.50，最多两位小数。") from error
        if fen < 0:
            raise forms.ValidationError("金额不能小于 0。")
        return fen

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare amounts: ``100`` is ``100.00``. What is no amount has changed."""
        try:
            return bool(self.to_python(data) != initial)
        except forms.ValidationError:
            return True
