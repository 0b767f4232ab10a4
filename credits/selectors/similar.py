"""Earlier decisions of the college about the same course, without names."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from credits.models import Application, ApplicationSource
from credits.states import ApplicationState
from credits.wording import STATUSES
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


def similar_cases(row: Application) -> tuple[Similar, ...]:
    """The newest decisions about the same course, other students of the same home college.

    One statement.
    """
    pieces = ApplicationSource.objects.filter(application=OuterRef("pk")).order_by("id")
    given = pieces.values(row=JSONObject(title="title", credit_hours="credit_hours"))
    rows = (
        Application.objects.filter(
            target=row.target_id,
            decided_at__isnull=False,
            **{f"student__{HOME_COLLEGE}": row.student.college.pk},
        )
        .exclude(student=row.student_id)
        .order_by("-decided_at")
        .select_related("student")
        .annotate(given=ArraySubquery(given))
    )
    return tuple(_similar(one) for one in rows[:SHOWN])


def _similar(row: Application) -> Similar:
    assert row.decided_at is not None  # noqa: S101 -- the query has asked for it
    sittings = row.case.get("target", {}).get("sittings", [])
    return Similar(
        status=STATUSES[ApplicationState(row.state)],
        decided_at=row.decided_at,
        evidence=" · ".join(str(one["result"]) for one in sittings),
        given="、".join(f"{one['title']} {one['credit_hours']}" for one in vars(row)["given"]),
        note=_nameless(row),
    )


def _nameless(row: Application) -> str:
    """What the student was told, even where somebody wrote his name into it."""
    return row.note.replace(row.student.name, SOMEBODY).replace(row.student.number, "")
