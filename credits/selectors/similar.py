"""Earlier decisions of the college about the same course, without names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField, Value
from django.db.models.functions import Concat, JSONObject

from credits.models import Application, ApplicationSource
from credits.states import ApplicationState
from credits.wording import STATUSES
from portal.lib.prepared import Row
from portal.lib.status import Status
from portal.records.models import HOME_COLLEGE

SHOWN = 5
SOMEBODY = "某同学"


@dataclass(frozen=True)
class Similar:
    """One decided application; ``given``: 书法鉴赏 2.0、…; nothing in it says whose it was."""

    status: Status
    decided_at: datetime
    evidence: str
    given: str
    note: str


def column() -> ArraySubquery:
    """For applications: the newest decisions about the same course, other students of the same
    home college.
    """
    said = Concat("title", Value(" "), "credit_hours", output_field=TextField())
    pieces = ApplicationSource.objects.filter(application=OuterRef("pk")).order_by("id")
    college = f"student__{HOME_COLLEGE}"
    rows = (
        Application.objects.filter(
            target=OuterRef("target"),
            decided_at__isnull=False,
            **{college: OuterRef(college)},
        )
        .exclude(student=OuterRef("student"))
        .order_by("-decided_at")
    )
    row = JSONObject(
        state="state",
        decided_at="decided_at",
        sittings="case__target__sittings",
        note="note",
        name="student__name",
        number="student__number",
        given=ArraySubquery(pieces.values(said=said)),
    )
    return ArraySubquery(rows.values(row=row)[:SHOWN])


def similar_of(rows: Iterable[Row]) -> tuple[Similar, ...]:
    """What ``column`` gave, to be read."""
    return tuple(
        Similar(
            status=STATUSES[ApplicationState(row["state"])],
            decided_at=datetime.fromisoformat(row["decided_at"]),
            evidence=" · ".join(str(one["result"]) for one in row["sittings"] or ()),
            given="、".join(row["given"]),
            note=_nameless(row),
        )
        for row in rows
    )


def _nameless(row: Row) -> str:
    """What the student was told, even where somebody wrote his name into it."""
    note: str = row["note"]
    return note.replace(row["name"], SOMEBODY).replace(row["number"], "")
