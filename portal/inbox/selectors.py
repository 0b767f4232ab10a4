"""Reading messages."""

from django.db.models import QuerySet

from portal.inbox.models import Message


def unread_count(user_id: int) -> int:
    """How many messages a user has not seen yet; one statement on a partial index."""
    return Message.objects.filter(user_id=user_id, read_at=None).count()


def messages_of(user_id: int) -> QuerySet[Message]:
    """A user's messages, newest first."""
    return Message.objects.filter(user_id=user_id)
