"""The batch form of admin."""

from typing import Any

from django import forms

from portal.accounts.models import User
from portal.accounts.scopes import within
from portal.records.models import AdminClass, Major
from transcripts.kinds import Block, Language, Paper, PassOnly, Personal
from transcripts.options import Options, read_options

_TICKS = forms.CheckboxSelectMultiple


class BatchForm(forms.Form):
    """Whom, and how. The lists hold what the user's college scope allows."""

    admin_class = forms.ModelChoiceField(AdminClass.objects.none(), label="班级", required=False)
    major = forms.ModelChoiceField(Major.objects.none(), label="专业", required=False)
    grade_year = forms.IntegerField(label="年级", required=False, min_value=1990, max_value=2100)
    numbers = forms.FileField(label="学号名单（xlsx、xls 或 csv）", required=False)
    paper = forms.ChoiceField(label="纸张", choices=Paper.choices())
    language = forms.ChoiceField(label="语言", choices=Language.choices())
    only = forms.MultipleChoiceField(
        label="只印及格的", choices=PassOnly.choices(), required=False, widget=_TICKS
    )
    block = forms.MultipleChoiceField(
        label="印哪些内容", choices=Block.choices(), required=False, widget=_TICKS
    )
    person = forms.MultipleChoiceField(
        label="个人信息", choices=Personal.choices(), required=False, widget=_TICKS
    )

    def __init__(self, user: User, *sent: Any) -> None:
        super().__init__(*sent)
        self.initial = Options().to_json()
        classes, majors = self.fields["admin_class"], self.fields["major"]
        assert isinstance(classes, forms.ModelChoiceField)  # noqa: S101 -- declared above
        assert isinstance(majors, forms.ModelChoiceField)  # noqa: S101 -- declared above
        classes.queryset = within(user, AdminClass.objects.all(), "major__college")
        majors.queryset = within(user, Major.objects.all(), "college")

    def clean(self) -> dict[str, Any]:
        """One way to say whom: a list, or class, major and year together."""
        cleaned = super().clean() or {}
        named = [cleaned.get(name) for name in ("admin_class", "major", "grade_year")]
        if bool(cleaned.get("numbers")) == any(named):
            raise forms.ValidationError("选班级、专业、年级（可以一起用），或者只上传名单。")
        return cleaned

    @property
    def options(self) -> Options:
        """The options chosen."""
        sent = {name: self.cleaned_data[name] for name in ("only", "block", "person")}
        one = {name: [self.cleaned_data[name]] for name in ("paper", "language")}
        return read_options(sent | one)
