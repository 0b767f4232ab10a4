"""Messages as sent, for the office that is asked "I was not told"."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from portal.inbox.models import Message


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Read only: a message is sent by the portal, never by hand."""

    list_display = ("title", "user", "sent_at", "read_at")
    list_select_related = ("user",)
    list_filter = ("sent_at",)
    search_fields = ("user__username", "title")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's signature
        return False
