"""The form of a round: what was not changed stays as it is, what is published stays complete."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from retake.models import Round
from retake.models.rounds import REQUIRED
from retake.services.rounds import contradictions
from retake.services.windows import concerned, dates_of, shortened
from retake.states import RoundState


class LinesField(forms.CharField):
    """Text of lines. Browsers send CRLF whatever stood in the field."""

    def to_python(self, value: Any) -> str:
        """Lines end in LF, as they are stored."""
        return "\n".join(str(super().to_python(value) or "").splitlines())

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the words, not the line ends."""
        return self.to_python(initial) != self.to_python(data)


# Asked only of who takes time away from students; see ``RoundForm``.
CONFIRM = "confirm_earlier"


class RoundForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Adds what a published round may not lose; a draft may be incomplete.

    A window that gets shorter is saved with a tick that says how many students hear of it; the
    tick appears with the first attempt.
    """

    notice = LinesField(
        label=REQUIRED["notice"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "cols": 80, "class": "vLargeTextField"}),
        help_text="每段一行；发布后的改动自动成为新的一版，学生要重新阅读",
    )

    confirm_earlier = forms.BooleanField(
        label="确认提前截止", required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = Round
        fields = "__all__"  # noqa: DJ007 -- the admin's fieldsets choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in self.initial.items():
            if isinstance(value, datetime):
                # The widget shows no seconds; they must not look like a change.
                self.initial[name] = value.replace(second=0, microsecond=0)

    def clean(self) -> dict[str, Any]:
        """Keep the stored value, seconds included, of every field nobody touched."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk is not None:
            untouched = cleaned.keys() - set(self.changed_data) - {CONFIRM}
            cleaned |= {name: getattr(self.instance, name) for name in untouched}
        if self._is_published():
            for name in REQUIRED.keys() & cleaned.keys():
                if cleaned[name] in (None, ""):
                    self.add_error(name, f"已发布的轮次不能没有{REQUIRED[name]}。")
        return cleaned

    def _post_clean(self) -> None:
        """The same look at the dates as when it was published."""
        super()._post_clean()  # type: ignore[misc]  # private to Django, meant to be extended
        if self._is_published() and not self.errors:
            problems = contradictions(self.instance)
            if problems:
                self.add_error(None, f"没有保存：{'；'.join(problems)}。")
        if self._is_published() and not self.errors:
            self._ask_once(timezone.now())

    def _ask_once(self, now: datetime) -> None:
        less = shortened(dates_of(self.instance), self.instance, now)
        if not less or self.cleaned_data.get(CONFIRM):
            return
        who = concerned(self.instance)
        self.fields[CONFIRM].widget = forms.CheckboxInput()
        said = (
            f"学生的时间变短了（{'、'.join(less)}）：{who.enrolled} 人已报名、"
            f"其中 {who.unpaid} 人未缴费，会收到消息。勾选确认再保存，或改回原来的时间。"
        )
        self.add_error(CONFIRM, said)

    def _is_published(self) -> bool:
        return bool(self.instance.state == RoundState.PUBLISHED)
