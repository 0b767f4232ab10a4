"""What a role may do, in the words of whoever ticks it."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

if TYPE_CHECKING:
    BaseField = forms.ModelMultipleChoiceField[Permission]
else:
    BaseField = forms.ModelMultipleChoiceField

# Django names the four rights every table has in English, and stores the names.
VERBS = {"add": "添加", "change": "修改", "delete": "删除", "view": "查看"}
PACKAGES = ("axes", "otp_static", "otp_totp")  # no page asks for theirs


def offered() -> QuerySet[Permission]:
    """Rights that open something."""
    found = Permission.objects.select_related("content_type")
    return found.exclude(content_type__app_label__in=PACKAGES)


class RightsField(BaseField):
    """Room, table and what may be done with it."""

    def label_from_instance(self, obj: Permission) -> str:
        verb, _, model = obj.codename.partition("_")
        is_common = verb in VERBS and model == obj.content_type.model
        return f"{obj.content_type} | {VERBS[verb] if is_common else obj.name}"
