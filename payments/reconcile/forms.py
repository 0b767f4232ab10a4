"""What a clerk sends: files, what a column means, a note, a search."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from payments.reconcile.files.row import REQUIRED, Field

MOST_FILES = 20  # at a time
LONGEST_NOTE = 200
IGNORED = ("", "不用这一列")


class FilesInput(forms.ClearableFileInput):
    """One input, several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """At least one file; each is looked at by its content later, not here."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list) else [data] if data else []
        if not files:
            raise forms.ValidationError("还没有选文件。")
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"一次最多 {MOST_FILES} 个文件，选了 {len(files)} 个。")
        return [super(FilesField, self).clean(file, initial) for file in files]


class UploadForm(forms.Form):
    """``file``: what was dropped or chosen."""

    file = FilesField(
        label="文件",
        allow_empty_file=True,  # an empty one is refused with its own sentence, and kept
        max_length=255,
        error_messages={"max_length": "文件名太长，改短再传。"},
    )


class MappingForm(forms.Form):
    """One select per column of a header row; ``read`` gives what is to be remembered."""

    def __init__(
        self, headers: Sequence[str], guesses: Mapping[str, Field], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headers = headers
        choices = [IGNORED, *((field.value, field.label) for field in Field)]
        for index, header in enumerate(headers):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=header,
                choices=choices,
                required=False,
                initial=guesses.get(header, ""),
                widget=forms.Select(attrs={"class": "form-select"}),
                error_messages={"invalid_choice": "没有读懂选了什么，请重新选。"},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: dict[str, str] = {}
        for name in self.fields:
            value = cleaned.get(name, "")
            if value and value in taken:
                label = Field(value).label
                self.add_error(name, f"“{label}”已经指给“{taken[value]}”，一样只能指一列。")
            elif value:
                taken[value] = str(self.fields[name].label)
        missing = [field.label for field in REQUIRED if field not in taken]
        if missing and not self.errors:
            raise forms.ValidationError(f"还没有指出{'和'.join(missing)}是哪一列。")
        return cleaned

    def read(self) -> dict[str, Field]:
        """Header -> field of the columns that mean something; only after ``is_valid``."""
        pairs = zip(self.headers, self.fields, strict=True)
        chosen = ((header, self.cleaned_data[name]) for header, name in pairs)
        return {header: Field(value) for header, value in chosen if value}


class HandleForm(forms.Form):
    """How a difference was resolved, in the clerk's words."""

    note = forms.CharField(
        label="核对结论",
        max_length=LONGEST_NOTE,
        help_text="写清查到了什么、怎么办的，例如：学生用旧订单多付一笔，已申请原路退回。",
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        error_messages={
            "required": "写一句核对结论再提交。",
            "max_length": f"结论最多 {LONGEST_NOTE} 个字。",
        },
    )


class WithdrawForm(forms.Form):
    """Why a decision is taken back."""

    reason = forms.CharField(
        label="为什么撤回",
        max_length=LONGEST_NOTE,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={
            "required": "写一句原因再撤回。",
            "max_length": f"原因最多 {LONGEST_NOTE} 个字。",
        },
    )


class Ticked(forms.Field):
    """Ticked rows as ids; what is none is left out."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        return [int(item) for item in value or () if item.isdecimal() and len(item) < 19]


class HandleManyForm(HandleForm):
    """One note for several differences: ``row`` and ``receipt`` repeated."""

    row = Ticked(required=False)
    receipt = Ticked(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not (cleaned.get("row") or cleaned.get("receipt")):
            raise forms.ValidationError("还没有选差异。")
        return cleaned


class SearchForm(forms.Form):
    """What a list is narrowed to; anything unreadable narrows nothing."""

    q = forms.CharField(max_length=64, required=False)
    warned = forms.BooleanField(required=False)
    kind = forms.CharField(max_length=32, required=False)
    handled = forms.BooleanField(required=False)
    channel = forms.SlugField(max_length=16, required=False)
    day = forms.DateField(input_formats=["%Y-%m-%d"], required=False)

    def read(self) -> dict[str, Any]:
        """``q``, ``warned``, ``kind``, ``handled``, ``channel``, ``day``."""
        self.is_valid()
        return {
            "q": self.cleaned_data.get("q", ""),
            "warned": self.cleaned_data.get("warned", False),
            "kind": self.cleaned_data.get("kind", ""),
            "handled": self.cleaned_data.get("handled", False),
            "channel": self.cleaned_data.get("channel", ""),
            "day": self.cleaned_data.get("day"),
        }


class SealForm(forms.Form):
    """Why a day is closed without a statement; the service says when it must be there."""

    note = forms.CharField(
        label="没有账单，或两边不等的原因",
        max_length=LONGEST_NOTE,
        required=False,
        help_text="例如：渠道确认当天无交易，不出账单。",
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"max_length": f"原因最多 {LONGEST_NOTE} 个字。"},
    )
