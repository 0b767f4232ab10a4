"""Phone, e-mail and 学籍号 in admin: masked until somebody says what for, and written down then."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse

from portal.accounts.models import User
from portal.accounts.roles import WITH_PHONES
from portal.audit.openings import for_a_purpose, looked
from portal.lib import masking
from portal.records.admin.scoped import ScopedAdmin

KEPT = "不改就留空"


def masked(column: str, value: str) -> str:
    """A column as everybody may see it."""
    if column == "email":
        return masking.email(value)
    return masking.phone(value) if column == "phone" else masking.number(value) if value else ""


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Personal columns are written over, never shown: an empty field leaves what is there."""

    personal: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in self.personal:
            if column in self.fields and self.instance.pk:
                there = masked(column, getattr(self.instance, column))
                self.initial[column] = ""
                self.fields[column].help_text = f"现在是 {there}，{KEPT}。" if there else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for column in self.personal:
            if self.instance.pk and column in cleaned and not cleaned[column]:
                cleaned[column] = getattr(self.instance, column)
        return cleaned


class ContactAdmin(ScopedAdmin):
    """Rows with ``personal`` columns; each has a ``masked_…`` beside it to be shown."""

    of_people = True
    personal: ClassVar[tuple[str, ...]]
    change_form_template = "admin/records/contact_form.html"

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = type("PersonalForm", (ContactForm,), {"personal": self.personal})
        return super().get_form(request, obj, change, form=form, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Who may only read sees the masked columns, others write over what is masked there."""
        masked_ones = {f"masked_{name}": name for name in self.personal}
        names = [name for name in super().get_fields(request, obj) if name not in masked_ones]
        if self.has_change_permission(request, obj):
            return names
        return [f"masked_{name}" if name in self.personal else name for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [
            *super().get_readonly_fields(request, obj),
            *(f"masked_{name}" for name in self.personal),
        ]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """A list narrowed to ``?phone__startswith=138`` tells a masked number digit by digit."""
        if lookup.partition(LOOKUP_SEP)[0] in self.personal:
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_contact"
        view = self.admin_site.admin_view(self.contact_view)
        return [path("<int:pk>/contact/", view, name=name), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        more = {"may_open": may_open(request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, more)

    def contact_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The whole columns of one row, for a purpose."""
        if not may_open(request) or not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        return for_a_purpose(
            request,
            f"{row}的完整联系方式",
            lambda: self._open(request, row, back),
            back=back,
            verb="查看",
        )

    def _open(self, request: HttpRequest, row: Model, back: str) -> HttpResponseBase:
        found = [
            (str(label_for_field(name, self.model)), getattr(row, name)) for name in self.personal
        ]
        titles = "、".join(title for title, _ in found)
        looked(request, titles, self.opts.label_lower, row.pk)
        return render(request, "audit/contact.html", {"row": row, "found": found, "back": back})


def may_open(request: HttpRequest) -> bool:
    """Finance compares names and numbers and calls nobody."""
    return isinstance(request.user, User) and request.user.role in WITH_PHONES
