"""Versions of the rules: added, never changed."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from portal.accounts.staff import staff_of
from retake.models import RuleSet


@admin.register(RuleSet)
class RuleSetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """A change of the rules is a new version that the next round picks."""

    list_display = (
        "name",
        "cap_default",
        "cap_final_year",
        "cap_completed",
        "improve_passed",
        "is_confirmed",
        "created_at",
    )
    exclude = ("created_at", "created_by")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 -- Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 -- Django's signature
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: RuleSet,
        form: "ModelForm[RuleSet]",
        change: bool,
    ) -> None:
        obj.created_at, obj.created_by = timezone.now(), staff_of(request)
        super().save_model(request, obj, form, change)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version starts from the last one."""
        last = RuleSet.objects.order_by("-pk").first()
        taken = vars(last) if last else {}
        skipped = {"id", "name", "created_at", "created_by_id", "is_confirmed"}
        return {
            key: value
            for key, value in taken.items()
            if not key.startswith("_") and key not in skipped
        } | super().get_changeform_initial_data(request)
