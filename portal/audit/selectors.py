"""Reading history."""

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from portal.accounts.models import User
from portal.audit.models import Change, Opening
from portal.audit.tracked import options
from portal.audit.words import Line, Names, kind_of, lines, names_in, place_of

Found = TypeVar("Found", Change, Opening)
MOST = 200  # changes on the page of one row; the list in admin has them all


@dataclass(frozen=True)
class Told:
    """A change as a page shows it."""

    change: Change
    lines: list[Line]
    place: str
    kind: str

    @property
    def who(self) -> str:
        return person(self.change)


def changes_of(row: Model) -> list[Told]:
    """What became of one row, newest first; three statements at most."""
    concrete = options(type(row)).concrete_model or type(row)  # behind a proxy
    found = Change.objects.filter(model=options(concrete).label_lower, row=row.pk)
    changes = list(with_actors(found)[:MOST])
    names = names_in(changes)
    return [told(change, names) for change in changes]


def told(change: Change, names: Names) -> Told:
    """One change in words."""
    return Told(change, lines(change, names), place_of(change.place), kind_of(change.model))


def person(row: Change | Opening) -> str:
    """Who did it; a dash for nobody: a job of the portal's own, or somebody at the database."""
    if row.actor_id is None:
        return "—"
    return str(row.actor or f"账号 {row.actor_id}（已删除）")


def with_actors(changes: QuerySet[Change]) -> QuerySet[Change]:
    """Who did it, also where the account is gone."""
    return changes.select_related("actor")


def looked_for(changes: QuerySet[Found], words: str) -> QuerySet[Found]:
    """Records by a person (number or name), of a row (number) or from an address (``/…``)."""
    for word in words.split():
        if word.startswith("/"):
            changes = changes.filter(place__startswith=f"page {word}")
            continue
        people = User.objects.filter(Q(username=word) | Q(name=word)).values_list("pk", flat=True)
        wanted = Q(actor__in=list(people))
        if word.isdecimal() and len(word) < 19:
            wanted |= Q(row=int(word))
        changes = changes.filter(wanted)
    return changes
