"""Where people are reached outside the portal: what ``portal.inbox`` asks the record."""

from collections.abc import Collection, Mapping

from portal.accounts.models import User
from portal.inbox.channels.base import Person


def people(user_ids: Collection[int]) -> Mapping[int, Person]:
    """Active accounts by key, with the e-mail and phone of students; one statement."""
    rows = User.objects.filter(pk__in=user_ids, is_active=True).values_list(
        "pk", "username", "name", "student__email", "student__phone"
    )
    return {
        pk: Person(pk, username, name, email or "", phone or "")
        for pk, username, name, email, phone in rows
    }
