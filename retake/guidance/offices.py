"""Whom a student asks about a class that is not arranged yet."""

from collections.abc import Iterable, Mapping

from portal.accounts.models import Contact
from portal.accounts.topics import COLLEGES

OFFICE = "teaching"  # topic of the teaching office, for colleges that give none


def phones_of(colleges: Iterable[str]) -> Mapping[str, str]:
    """Phone by the college's name, and the teaching office's under ``OFFICE``; one statement.

    A college's contact about classes counts before any other of the same office.
    """
    names = set(colleges)
    rows = Contact.objects.filter(office__in=names) | Contact.objects.filter(topic=OFFICE)
    found: dict[str, str] = {}
    for topic, office, phone in sorted(
        rows.values_list("topic", "office", "phone"), key=lambda row: row[0].startswith(COLLEGES)
    ):
        found[OFFICE if topic == OFFICE else office] = phone
    return found
