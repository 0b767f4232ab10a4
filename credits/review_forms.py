"""Forms of the college's and the teaching office's decisions."""

from typing import Any

from django import forms

from portal.lib.labels import Labelled

PHRASES = (
    "截图里看不清成绩，请补一张清楚的。",
    "截图不是教务系统的成绩页面。",
    "截图里的课程和申请的课程不一致。",
    "获奖证书请上传原件的照片。",
)


_INCOMPLETE = dict.fromkeys(("required", "invalid"), "页面不完整，刷新后再决定。")
_TOO_LONG = "最多 160 个字。"


class Decision(Labelled):
    """What a reviewer may answer; there is no default."""

    APPROVE = "approve", "通过"
    ASK = "ask", "要求补材料"
    RETURN = "return", "退回"
    REJECT = "reject", "不通过"


class DecisionForm(forms.Form):
    """One decision on the version that was read; all but an approval say why."""

    seen = forms.IntegerField(widget=forms.HiddenInput, error_messages=_INCOMPLETE)
    decision = forms.ChoiceField(
        choices=Decision.choices(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), "选一个决定。"),
    )
    phrase = forms.ChoiceField(
        choices=[("", "（常用语）"), *((one, one) for one in PHRASES)],
        required=False,
        error_messages={"invalid_choice": "常用语从列表里选。"},
    )
    note = forms.CharField(
        max_length=160, required=False, strip=True, error_messages={"max_length": _TOO_LONG}
    )

    def clean(self) -> dict[str, Any]:
        """``note`` becomes what the student reads: the phrase, then the reviewer's own words."""
        data: dict[str, Any] = super().clean() or {}
        said = f"{data.get('phrase', '')}{data.get('note', '')}"
        if data.get("decision") not in (None, Decision.APPROVE) and not said:
            self.add_error("note", "写明原因，学生会看到。")
        return data | {"note": said}


class RevokeForm(forms.Form):
    """撤销 with a reason."""

    seen = forms.IntegerField(widget=forms.HiddenInput, error_messages=_INCOMPLETE)
    note = forms.CharField(
        max_length=160,
        strip=True,
        error_messages={"required": "写明撤销的原因，学生会看到。", "max_length": _TOO_LONG},
    )


class BulkForm(forms.Form):
    """``12:3`` for each application ticked: its id and the version on the page."""

    pick = forms.MultipleChoiceField(choices=(), error_messages={"required": "一份也没有选。"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.data.getlist("pick") if hasattr(self.data, "getlist") else []
        # Whatever has the right shape: the service looks each one up.
        self.fields["pick"].choices = [(one, one) for one in given if _shaped(one)]  # type: ignore[attr-defined]

    @property
    def picks(self) -> list[tuple[int, int]]:
        return [
            (int(pk), int(seen))
            for pk, _, seen in (one.partition(":") for one in self.cleaned_data["pick"])
        ]


def _shaped(text: str) -> bool:
    pk, colon, seen = text.partition(":")
    return bool(colon) and all(part.isdecimal() and len(part) < 10 for part in (pk, seen))
