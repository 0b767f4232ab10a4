"""The round a student sees, with everything of his that belongs to it, in one statement."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone

from payments.models import Surplus
from payments.states import SurplusReason
from portal.accounts.models import Contact
from portal.lib.prepared import Prepared, Slot
from portal.records.models import VeteranStatus
from portal.records.states import VeteranState
from retake.billing import PURPOSE
from retake.eligibility import Topic
from retake.models import Enrollment, NoticeAcknowledgement, Round
from retake.schedule import CALENDAR, Schedule, schedule_of
from retake.states import EnrollmentState, RoundState

TOPICS = [topic.value for topic in Topic if topic]


class Phase(StrEnum):
    """Where a round stands for students."""

    BEFORE = "before"  # enrolment opens later
    OPEN = "open"
    GAP = "gap"  # enrolment over, payment not open yet
    PAYING = "paying"  # enrolment over, payment open
    CLOSED = "closed"


@dataclass(frozen=True)
class Opened:
    """A published round as one student sees it.

    ``taken`` holds the state of his rows of the term by course id, withdrawn ones left out;
    ``returned`` what was paid for withdrawn ones and goes back, in fen by course id;
    ``claimed_at`` is set while his claim to be a 退役 student waits for its decision;
    ``contacts`` whom to ask, by topic; ``read_at`` when he read the notice in force.
    """

    round: Round
    schedule: Schedule
    phase: Phase
    read_at: datetime | None
    claimed_at: datetime | None
    taken: dict[int, EnrollmentState]
    returned: dict[int, int]
    contacts: dict[str, Contact]


def opened_for(user_id: int, now: datetime) -> Opened | None:
    """The round that takes enrolments now; else the next one, else the last one not archived.

    One statement: pages have a budget of twelve, and the record needs three of them.
    """
    found = [_opened(row, now) for row in _published(user_id=user_id)]
    return pick([one for one in found if one is not None])


@Prepared
def _published() -> QuerySet[Round]:
    """Published rounds, newest first, with the student's own rows and the contacts."""
    user_id = Slot("user_id")
    read = NoticeAcknowledgement.objects.filter(
        round=OuterRef("pk"), version=OuterRef("notice_version"), student__user=user_id
    )
    mine = Enrollment.objects.filter(term=OuterRef("term"), student__user=user_id).exclude(
        state=EnrollmentState.WITHDRAWN.value
    )
    claims = VeteranStatus.objects.filter(
        student__user=user_id, state=VeteranState.PENDING.value
    ).values("claimed_at")
    contacts = Contact.objects.filter(topic__in=TOPICS)
    names = ("topic", "office", "phone", "hours", "remark")
    return (
        Round.objects.filter(state=RoundState.PUBLISHED.value)
        .select_related("term", "rule_set")
        .annotate(
            calendar=CALENDAR,
            read_at=Subquery(read.values("read_at")[:1]),
            claimed_at=Subquery(claims[:1]),
            returned=ArraySubquery(
                _returned().values(row=JSONObject(course="course_id", fen="fen"))
            ),
            mine=ArraySubquery(mine.values(row=JSONObject(course="course_id", state="state"))),
            contacts=ArraySubquery(
                contacts.values(row=JSONObject(**{name: name for name in names}))
            ),
        )
        .order_by("-enrol_opens_at")
    )


def _returned() -> QuerySet[Enrollment]:
    """Withdrawn rows of the outer round's term whose money went back, with the last amount."""
    money = Surplus.objects.filter(
        charge__purpose=PURPOSE,
        charge__reference=Cast(OuterRef("pk"), CharField()),
        reason=SurplusReason.WITHDRAWN.value,
    ).order_by("-pk")
    rows = Enrollment.objects.filter(
        term=OuterRef("term"),
        student__user=Slot("user_id"),
        state=EnrollmentState.WITHDRAWN.value,
    )
    return rows.annotate(fen=Subquery(money.values("amount_fen")[:1])).filter(fen__isnull=False)


def pick(found: list[Opened]) -> Opened | None:
    """Open now, else the next to open, else the latest that has closed."""
    ahead = [one for one in found if one.phase is Phase.BEFORE]
    behind = [one for one in found if one.phase not in (Phase.BEFORE, Phase.OPEN)]
    is_open = [one for one in found if one.phase is Phase.OPEN]
    return next(iter([*is_open, *ahead[-1:], *behind]), None)


def phase_of(schedule: Schedule, now: datetime) -> Phase:
    """Both ends of a window belong to it."""
    if now < schedule.enrol_opens_at:
        return Phase.BEFORE
    if now <= schedule.enrol_closes_at:
        return Phase.OPEN
    if now < schedule.pay_opens_at:
        return Phase.GAP
    return Phase.PAYING if now <= schedule.pay_closes_at else Phase.CLOSED


def _opened(row: Round, now: datetime) -> Opened | None:
    extras = vars(row)
    schedule = schedule_of(row, extras["calendar"])
    if schedule is None:
        return None
    return Opened(
        round=row,
        schedule=schedule,
        phase=phase_of(schedule, now),
        read_at=extras["read_at"] and timezone.localtime(extras["read_at"]),
        claimed_at=extras["claimed_at"] and timezone.localtime(extras["claimed_at"]),
        taken={one["course"]: EnrollmentState(one["state"]) for one in extras["mine"]},
        returned={one["course"]: one["fen"] for one in extras["returned"]},
        contacts={one["topic"]: Contact(**one) for one in extras["contacts"]},
    )
