"""One table per state machine, read by the service and by the database alike.

A model declares ``TRANSITIONS`` once in its app's ``states.py`` as an ordered tuple (a set would
make ``makemigrations --check`` flicker) and takes its triggers and constraint from here, so that
Python and PostgreSQL cannot disagree.
"""

from collections.abc import Iterable
from enum import StrEnum

import pgtrigger
from django.db import models

from portal.lib.errors import DomainError

Transitions = tuple[tuple[str, str], ...]


def allowed(transitions: Transitions, source: str, target: str) -> bool:
    """Tell whether the table lets ``source`` become ``target``."""
    return (source, target) in transitions


def require(transitions: Transitions, source: str, target: str, message: str) -> None:
    """Raise ``DomainError("state.illegal")`` with ``message`` unless the move is in the table."""
    if not allowed(transitions, source, target):
        raise DomainError("state.illegal", message)


def triggers(
    field: str, transitions: Transitions, initial: Iterable[str]
) -> list[pgtrigger.Trigger]:
    """The database's half of a table: legal moves on UPDATE, legal first states on INSERT.

    pgtrigger's FSM guards UPDATE only, so an INSERT straight into a later state needs its own.
    """
    first = ", ".join(f"'{state!s}'" for state in initial)
    moves = [(str(source), str(target)) for source, target in transitions]
    return [
        pgtrigger.FSM(name=f"{field}_moves", field=field, transitions=moves),
        pgtrigger.Protect(
            name=f"{field}_starts",
            operation=pgtrigger.Insert,
            condition=pgtrigger.Condition(f"NEW.{field} NOT IN ({first})"),
        ),
    ]


def append_only(name: str = "append_only") -> pgtrigger.Trigger:
    """Refuse every UPDATE and DELETE of a table whose rows are facts."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


def kept_for(days: int, moment: str, name: str) -> list[pgtrigger.Trigger]:
    """Rows are facts: never changed, and deleted only when ``moment`` is that long ago."""
    young = pgtrigger.Condition(f"OLD.{moment} > now() - interval '{days} days'")
    return [
        pgtrigger.Protect(name="stays_as_it_is", operation=pgtrigger.Update),
        pgtrigger.Protect(name=name, operation=pgtrigger.Delete, condition=young),
    ]


def kept(name: str) -> pgtrigger.Trigger:
    """Refuse every DELETE: what changes here, and how, is the business of other triggers."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete)


def where_set(field: str, name: str, *fields: str) -> models.Index:
    """An index (by this field, or ``fields``) of the few rows of many that have a value in it."""
    condition = models.Q(**{f"{field}__isnull": False})
    return models.Index(fields=fields or (field,), condition=condition, name=name)


def one_of(field: str, choices: type[StrEnum], name: str) -> models.CheckConstraint:
    """Hold a choices field to its choices in the database too."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": [member.value for member in choices]}),
        name=name,
        violation_error_message="不是规定的取值。",
    )
