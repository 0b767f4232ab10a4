"""The windows of a published round move: who enrolled under the old dates hears the new ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.inbox.services import Note, send
from portal.lib.moments import moment
from retake.models import Enrollment, Round
from retake.models.rounds import REQUIRED
from retake.selectors.money import Money, with_money
from retake.states import EnrollmentState, RoundState

OPENS, CLOSES = ("enrol_opens_at", "pay_opens_at"), ("enrol_closes_at", "pay_closes_at")
# What an enrolled student was told, in the order of his way.
TOLD = ("enrol_closes_at", "pay_opens_at", "pay_closes_at")
OF_PAYMENT = ("pay_opens_at", "pay_closes_at")
UNPAID = (Money.OWED, Money.HELD)
MINE = "/retake/enrollments/"
Dates = Mapping[str, datetime | None]


@dataclass(frozen=True)
class Concerned:
    """Students with an enrolment that is not verified yet, and those of them who have to pay."""

    enrolled: int
    unpaid: int


def dates_of(row: Round) -> Dates:
    """Both ends of both windows as they are stored, whatever the instance says. One statement."""
    found: Dates = Round.objects.values(*OPENS, *CLOSES).get(pk=row.pk)
    return found


def shortened(before: Dates, row: Round, now: datetime) -> list[str]:
    """The ends that take time away from students, in the words of the form.

    A deadline that is over cannot take anything away any more.
    """
    found = []
    for name in (*OPENS, *CLOSES):
        old, new = before[name], getattr(row, name)
        if old is None or new is None or max(old, new) <= now:
            continue
        if (new > old) if name in OPENS else (new < old):
            found.append(REQUIRED[name])
    return found


def concerned(row: Round) -> Concerned:
    """Who hears of a change. One statement."""
    found = [(user, money) for user, _, money in _waiting(row)]
    unpaid = {user for user, money in found if money in UNPAID}
    return Concerned(len({user for user, _ in found}), len(unpaid))


def tell_moved(row: Round, before: Dates, now: datetime) -> int:
    """Tell who enrolled of the dates that are others now; how many were told.

    A date that is over either way is no news, nor are those of payment to who pays nothing.
    Nothing is asked of the database when nothing has moved. One message a student.
    """
    if row.state != RoundState.PUBLISHED:
        return 0
    moved = [name for name in TOLD if _is_news(before[name], getattr(row, name), now)]
    notes = list(_notes(row, before, moved, now)) if moved else []
    send(notes, now)
    return len(notes)


def _is_news(old: datetime | None, new: datetime | None, now: datetime) -> bool:
    return old is not None and new is not None and old != new and max(old, new) > now


def _notes(row: Round, before: Dates, moved: list[str], now: datetime) -> Iterable[Note]:
    by_user: dict[int, list[tuple[str, Money]]] = {}
    for user, course, money in _waiting(row):
        by_user.setdefault(user, []).append((course, money))
    for user, own in by_user.items():
        pays = any(money not in (Money.WAIVED, Money.VOID) for _, money in own)
        names = [name for name in moved if pays or name not in OF_PAYMENT]
        if not names:
            continue
        unpaid = [course for course, money in own if money in UNPAID]
        yield Note(
            user,
            f"retake:moved:window:{row.pk}:{user}:{now.timestamp():.0f}",
            f"{row.name}的{'、'.join(REQUIRED[name] for name in names)}有变",
            "".join(_sentence(name, before[name], getattr(row, name), now) for name in names)
            + (f"还没缴费：{'、'.join(unpaid)}。" if unpaid else ""),
            MINE,
        )


def _sentence(name: str, old: datetime | None, new: datetime, now: datetime) -> str:
    was = f"，原来是 {moment(old, now)}" if old else ""
    return f"{REQUIRED[name]}改为 {moment(new, now)}{was}。"


def _waiting(row: Round) -> list[tuple[int, str, Money]]:
    """Account, course and money of every enrolment of the round that is not verified yet."""
    rows = Enrollment.objects.filter(
        round=row, state=EnrollmentState.ENROLLED.value, student__user__isnull=False
    )
    found = with_money(rows).order_by("pk")
    values = found.values_list("student__user", "course__name", "money")
    return [(user, course, Money(money)) for user, course, money in values]
