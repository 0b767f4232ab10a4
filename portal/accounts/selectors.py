"""Whom to ask."""

from typing import Any

from django.db.models import QuerySet

from portal.accounts.models import Contact
from portal.lib.prepared import Prepared, among


@Prepared
def _of_topics() -> QuerySet[Any, Contact]:
    return Contact.objects.filter(among("topic", "topics"))


def contacts(*topics: str) -> dict[str, Contact]:
    """Contacts by topic; a topic the college has not filled in has no entry. One statement."""
    return {contact.topic: contact for contact in _of_topics(topics=list(topics))}
