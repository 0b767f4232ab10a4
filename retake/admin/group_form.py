"""The forms of a teaching group: its own fields, its sessions, the rule, a spreadsheet."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from portal.calendar.selectors import holidays
from portal.lib.sheets import MAX_BYTES
from retake.models import TeachingGroup, TeachingSession
from retake.states import TeachingMode
from retake.teaching import periods


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A name is made up when none is given."""

    class Meta:
        model = TeachingGroup
        fields = "__all__"  # noqa: DJ007 -- the admin's fieldsets choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = False
            self.fields["name"].help_text = "留空自动编号"


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Periods that exist, on a day that is no holiday."""

    class Meta:
        model = TeachingSession
        fields = ("held_on", "first_period", "last_period", "room", "note")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        day, first = cleaned.get("held_on"), cleaned.get("first_period")
        last = cleaned.get("last_period")
        if day and (off := holidays([day]).get(day)):
            self.add_error("held_on", f"这一天是{off}，换一天。")
        if first and last and (fault := periods.fault(first, last)):
            self.add_error("last_period", fault)
        return cleaned


class RuleForm(forms.Form):
    """How courses are split."""

    size = forms.IntegerField(label="每班最多", min_value=1, max_value=500, initial=40)
    minimum = forms.IntegerField(
        label="单独开班最少",
        min_value=1,
        max_value=500,
        initial=20,
        help_text="不足这个人数的课程只开一个班，用下面的方式",
    )
    fallback = forms.ChoiceField(
        label="不足时",
        choices=[
            (mode.value, mode.label)
            for mode in (TeachingMode.WITH_CLASS, TeachingMode.TUTORED, TeachingMode.OWN)
        ],
    )


class SheetForm(forms.Form):
    """One spreadsheet."""

    file = forms.FileField(label="表格", help_text="xlsx、xls 或 csv，不超过 30 MB")
    reason = forms.CharField(
        label="更正理由",
        max_length=200,
        required=False,
        help_text="只在改已登记的成绩时填，学生看得到",
    )

    def clean_file(self) -> UploadedFile:
        """Too large is refused before it is read."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError("文件超过 30 MB，分成几个文件。")
        return file
