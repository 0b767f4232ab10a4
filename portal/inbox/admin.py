"""Messages as sent, for the office that is asked "I was not told"."""

from typing import Any

from django.contrib import admin
from django.db.models.constants import LOOKUP_SEP

from portal.inbox.channels.registry import channels
from portal.inbox.models import Enclosure, Letter, Message
from portal.lib.read_only import ReadOnly


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """What is in the inbox."""

    list_display = ("title", "user", "sent_at", "read_at")
    list_select_related = ("user",)
    list_filter = ("sent_at",)
    search_fields = ("user__username", "title")
    show_full_result_count = False


class EnclosureInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """The messages of a letter."""

    model = Enclosure
    fields = ("message",)


@admin.register(Letter)
class LetterAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """What left the portal, or could not. Whose it was, not his address."""

    list_display = ("user", "way", "state", "written_at", "ended_at", "failure")
    list_select_related = ("user",)
    list_filter = ("state", "channel", "written_at")
    search_fields = ("user__username",)
    fields = ("user", "way", "state", "written_at", "tries", "ended_at", "failure")
    readonly_fields = ("way",)
    show_full_result_count = False
    inlines = (EnclosureInline,)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Nor does a list narrowed to ``?address__startswith=138`` tell it digit by digit."""
        hidden = lookup.partition(LOOKUP_SEP)[0] == "address"
        return not hidden and bool(super().lookup_allowed(lookup, value, request))

    @admin.display(description="渠道", ordering="channel")
    def way(self, letter: Letter) -> str:
        """The channel's own word; a removed one keeps its name."""
        channel = channels().get(letter.channel)
        return channel.label if channel else letter.channel
