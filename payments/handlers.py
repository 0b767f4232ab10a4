"""The workflows behind the charges, reached by purpose (setting ``CHARGE_HANDLERS``).

``payments`` names no workflow: it asks the class that the table gives for a charge's purpose.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from payments.models import Charge
from payments.standing import PayWindow
from payments.timeline import Verification


class ChargeHandler(Protocol):
    """What a workflow tells about its charges. Each method answers for every reference given,
    in a number of statements that does not grow with them, and changes nothing.

    ``label`` is the workflow's short name as the payer reads it at the cashier (重修).
    """

    label: str

    def titles(self, references: Sequence[str]) -> Mapping[str, str]:
        """What each item is called on the finance platform's list."""

    def payable(self, references: Sequence[str], now: datetime) -> Mapping[str, PayWindow]:
        """When each may be paid, or the sentence why not."""

    def steps(self, references: Sequence[str]) -> Mapping[str, Verification]:
        """How far the workflow is with what was paid: the last hop of the money."""

    def groups(self, groups: Sequence[str]) -> Mapping[str, str]:
        """What each group of charges is called, for those of these that still exist."""


def handler(purpose: str) -> ChargeHandler:
    """The handler of a purpose; an unknown one is a programming error (``KeyError``)."""
    built: ChargeHandler = import_string(settings.CHARGE_HANDLERS[purpose])()
    return built


def windows(charges: Iterable[Charge], now: datetime) -> dict[int, PayWindow]:
    """The payment window of each charge by its id."""
    found: dict[int, PayWindow] = {}
    for purpose, own in _by_purpose(charges).items():
        answers = handler(purpose).payable([charge.reference for charge in own], now)
        found.update({charge.pk: answers[charge.reference] for charge in own})
    return found


def steps(charges: Iterable[Charge]) -> tuple[Verification, ...]:
    """What the workflows say of paid charges, in no order."""
    return tuple(
        found
        for purpose, own in _by_purpose(charges).items()
        for found in handler(purpose).steps([charge.reference for charge in own]).values()
    )


def group_titles(groups: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What groups, given as (purpose, group), are called; one that is gone keeps its word."""
    by_purpose: dict[str, list[str]] = defaultdict(list)
    for purpose, group in groups:
        by_purpose[purpose].append(group)
    return {
        group: found.get(group, group)
        for purpose, own in by_purpose.items()
        for found in [handler(purpose).groups(own)]
        for group in own
    }


def titles(charges: Iterable[Charge]) -> dict[int, str]:
    """What the finance platform lists each charge as, by its id."""
    found: dict[int, str] = {}
    for purpose, own in _by_purpose(charges).items():
        answers = handler(purpose).titles([charge.reference for charge in own])
        found.update({charge.pk: answers[charge.reference] for charge in own})
    return found


def _by_purpose(charges: Iterable[Charge]) -> dict[str, list[Charge]]:
    groups: dict[str, list[Charge]] = defaultdict(list)
    for charge in charges:
        groups[charge.purpose].append(charge)
    return groups
