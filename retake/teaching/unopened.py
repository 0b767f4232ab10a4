"""不开班: every student of a group gets the choice of another one, or his money back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from portal.accounts.models import User
from portal.inbox.services import Note, send
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import day
from portal.lib.sentences import ended
from retake.models import Enrollment, Offer, TeachingGroup
from retake.services import locks
from retake.services.cancel import write_cancelled
from retake.states import EnrollmentState, EventKind, GroupState, OfferState
from retake.teaching.groups import close, closing
from retake.teaching.seats import Seat, leave, place

DAYS_TO_CHOOSE = 5


@transaction.atomic
def not_open(*, staff: User, group_id: int, reason: str, now: datetime) -> list[Offer]:
    """Close a group. Where the course has another one, its students may choose it until a day;
    where it has none, they are cancelled and what they paid becomes a refund case at once.
    """
    group, rows = closing(staff, group_id, GroupState.NOT_OPENED, reason)
    words = ended(reason)
    leave(rows, EventKind.OFFERED, words, staff.pk, now)
    close(group, GroupState.NOT_OPENED, words, staff=staff, now=now)
    if not alternatives(group).exists():
        for row in rows:
            row.state = EnrollmentState.CONFIRMED.value
            write_cancelled(row, f"{group.course.name}本学期不开班：{words}", staff.pk, now)
        return []
    return _offer(group, rows, words, now)


def alternatives(group: TeachingGroup) -> QuerySet[TeachingGroup]:
    """Other groups of the course and term with a free seat."""
    seated = Count("assignments", filter=Q(assignments__ended_at=None))
    return (
        TeachingGroup.objects.filter(
            term=group.term_id, course=group.course_id, state=GroupState.ACTIVE.value
        )
        .exclude(pk=group.pk)
        .annotate(seated=seated)
        .filter(seated__lt=F("capacity"))
        .order_by("serial")
    )


@transaction.atomic
def choose(*, user_id: int, offer_id: int, target_id: int | None, now: datetime) -> Offer:
    """The student takes another group, or (None) his money. Decided already: unchanged.

    Refused: somebody else's offer (``NotYours``), a group that is full or not offered.
    """
    student = locks.student_of(user_id)
    offer = Offer.objects.filter(pk=offer_id, enrollment__student=student).first()
    if offer is None:
        raise NotYours("没有找到这项选择。")
    row = locks.enrollment(offer.enrollment_id)
    offer = _locked(offer_id)
    if offer.state != OfferState.WAITING:
        return offer
    if target_id is None:
        return _refund(offer, row, now)
    target = alternatives(offer.closed_group).filter(pk=target_id).first()
    if target is None:
        raise DomainError("offer.gone", "这个班没有空位了。", advice="换一个班，或选退费。")
    return _move(offer, row, target, now)


def refund_undecided(now: datetime) -> int:
    """Offers whose last day has passed: the money goes back. How many; one transaction each."""
    due = Offer.objects.filter(
        state=OfferState.WAITING.value, decide_by__lt=timezone.localdate(now)
    )
    return sum(_refund_one(pk, now) for pk in due.values_list("pk", flat=True))


def last_day(now: datetime) -> date:
    """Until when a student may choose, the day included."""
    return timezone.localdate(now) + timedelta(days=DAYS_TO_CHOOSE)


def _offer(
    group: TeachingGroup, rows: Sequence[Enrollment], reason: str, now: datetime
) -> list[Offer]:
    until = last_day(now)
    offers = Offer.objects.bulk_create(
        Offer(enrollment=row, closed_group=group, reason=reason, offered_at=now, decide_by=until)
        for row in rows
    )
    words = day(until, timezone.localdate(now))
    send(
        [
            Note(
                offer.enrollment.student.user_id,
                f"retake:offer:{offer.pk}",
                f"{group.course.name}的{group.serial}班不开了，选换班或退费",
                f"{reason}{words}前在时间地点页选一个；到期没有选的，费用由财务处退回。",
                "/guidance/",
            )
            for offer in offers
            if offer.enrollment.student.user_id is not None
        ],
        now,
    )
    return offers


def _refund_one(offer_id: int, now: datetime) -> bool:
    with transaction.atomic():
        found = Offer.objects.select_related("enrollment").get(pk=offer_id)
        locks.student(found.enrollment.student_id)
        row = locks.enrollment(found.enrollment_id)
        offer = _locked(offer_id)
        if offer.state == OfferState.WAITING:
            _refund(offer, row, now)
    return True


def _refund(offer: Offer, row: Enrollment, now: datetime) -> Offer:
    """Cancelled for another reason meanwhile, its money is on its way already."""
    if row.state == EnrollmentState.CONFIRMED:
        write_cancelled(row, f"{row.course.name}不开班，选择退费。", None, now)
    offer.state, offer.decided_at = OfferState.REFUNDED.value, now
    offer.save(update_fields=["state", "decided_at"])
    return offer


def _move(offer: Offer, row: Enrollment, target: TeachingGroup, now: datetime) -> Offer:
    """Whoever is seated has decided his offer, whichever way he came to the seat."""
    place([Seat(row, target)], target.created_by_id, now)
    offer.refresh_from_db()
    return offer


def _locked(offer_id: int) -> Offer:
    rows = Offer.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("closed_group__course").get(pk=offer_id)
