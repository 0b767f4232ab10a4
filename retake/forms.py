"""What the retake pages send, read strictly: a field bent by hand is a refusal, not a guess."""

from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from portal.lib.errors import DomainError
from portal.records.models import Course, Student
from retake.models import Round
from retake.states import RoundState

LIMIT = 200  # courses in one form; nobody has that many


def stale() -> DomainError:
    """A form that did not come from the page as it is now."""
    return DomainError(
        "form.stale",
        "页面上的内容已经变了，这次没有提交。",
        advice="回到重修页，看清最新状态再提交。",
        status=400,
    )


def _ids(values: list[str]) -> list[int]:
    """Row ids as a form sends them; ``form.stale`` for anything else."""
    if len(values) > LIMIT or any(
        not (text.isascii() and text.isdecimal() and len(text) < 19) for text in values
    ):
        raise stale()
    return [int(text) for text in values]


@dataclass(frozen=True)
class EnrollForm:
    """Which courses, and of which round the page was."""

    round_id: int
    course_ids: tuple[int, ...]

    @classmethod
    def of(cls, data: QueryDict) -> "EnrollForm":
        """Raises ``form.stale`` for anything that is not ids."""
        return cls(_ids([data.get("round", "")])[0], tuple(_ids(data.getlist("course"))))


@dataclass(frozen=True)
class ReadForm:
    """Which version of which round's notice was on the page."""

    round_id: int
    version: int

    @classmethod
    def of(cls, data: QueryDict) -> "ReadForm":
        """Raises ``form.stale`` for anything that is not numbers."""
        return cls(*_ids([data.get("round", ""), data.get("version", "")]))


class VeteranForm(forms.Form):
    """A claim to be a 退役 student, with its evidence."""

    valid_from = forms.DateField(
        label="退出现役日期",
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
        error_messages={"required": "填退出现役的日期", "invalid": "日期写作 2023-09-01"},
    )
    basis = forms.CharField(
        label="退出现役证编号",
        max_length=120,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"required": "填退出现役证上的编号"},
    )
    evidence = forms.FileField(
        label="证件照片或扫描件",
        help_text="JPG、PNG 或 PDF，不超过 10 MB，只有你和审核的老师能看到",
        widget=forms.ClearableFileInput(
            attrs={"class": "form-control", "accept": ".jpg,.jpeg,.png,.pdf"}
        ),
        error_messages={"required": "选一张证件照片或扫描件", "empty": "这个文件是空的，换一个"},
    )


class OverrideForm(forms.Form):
    """特批: who, what, which round and why; cleans to the arguments of ``override_enroll``."""

    student_id = forms.CharField(label="学号", max_length=40)
    course_id = forms.CharField(label="课程代码", max_length=30)
    round_id = forms.ModelChoiceField(
        Round.objects.filter(state=RoundState.PUBLISHED.value), label="轮次"
    )
    reason = forms.CharField(label="特批理由", max_length=200)

    def clean_student_id(self) -> int:
        found = Student.objects.filter(number=self.cleaned_data["student_id"]).first()
        if found is None:
            raise forms.ValidationError("没有这个学号。")
        return found.pk

    def clean_course_id(self) -> int:
        found = Course.objects.filter(code=self.cleaned_data["course_id"]).first()
        if found is None:
            raise forms.ValidationError("没有这个课程代码。")
        return found.pk

    def clean_round_id(self) -> int:
        chosen: Round = self.cleaned_data["round_id"]
        return chosen.pk
