"""What waits for somebody on the staff: late money, a round to verify, students without a class."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Count, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from payments.reconcile.pages.todo import Task
from portal.accounts.models import User
from portal.lib.moments import day
from portal.lib.status import Status, Tone
from retake.models import Enrollment, Round
from retake.schedule import CALENDAR, schedule_of
from retake.selectors.verifying import late_money
from retake.states import EnrollmentState, RoundState
from retake.teaching import access
from retake.teaching.untimed import untimed_seats

VERIFY = "retake.verify_round"
LATE = Status(Tone.TODO, "wallet", "失效后到账")
UNVERIFIED = Status(Tone.TODO, "check", "等核实")
WITHOUT_CLASS = Status(Tone.TODO, "school", "等安排")
WITHOUT_TIME = Status(Tone.TODO, "clock", "等填时间")
PLACE, TIME = "place", "time"
# What a college still has to do for a round, in this order.
UNFINISHED = {
    PLACE: (WITHOUT_CLASS, "门次没有教学班"),
    TIME: (WITHOUT_TIME, "个班没填时间地点"),
}
OVERDUE = Status(Tone.STOP, "warn", "已过期限")


def staff_tasks(staff: User, now: datetime) -> list[Task]:
    """Only what is there, each with its round; whoever may neither verify nor arrange has none.

    Two statements for each of the two permissions.
    """
    found: list[Task] = []
    if staff.has_perm(VERIFY):
        found += _late()
        found += _unverified(now)
    if staff.has_perm(access.PERMISSION):
        found += _unplaced(staff, timezone.localdate(now))
    return found


def _late() -> Iterator[Task]:
    for pk, name, number in _by_round(late_money(Enrollment.objects.all())):
        page = reverse("admin:retake_round_verification", args=[pk])
        yield Task(LATE, f"门等你恢复或转退费（{name}）", number, f"{page}#late")


def _unverified(now: datetime) -> Iterator[Task]:
    rows = Enrollment.objects.filter(
        state=EnrollmentState.ENROLLED.value, round__pay_closes_at__lt=now
    )
    for pk, name, number in _by_round(rows.exclude(round__state=RoundState.DRAFT.value)):
        page = reverse("admin:retake_round_verification", args=[pk])
        yield Task(UNVERIFIED, f"门次，缴费已截止（{name}）", number, page)


def _unplaced(staff: User, today: date) -> Iterator[Task]:
    numbers = _unfinished(staff)
    rounds = Round.objects.filter(pk__in={pk for pk, _ in numbers}).select_related("term")
    for row in rounds.order_by("pk").annotate(calendar=CALENDAR):
        schedule = schedule_of(row, vars(row)["calendar"])
        until = schedule.college_deadline if schedule else None
        words = f"（{row.name}{f'，期限 {day(until, today)}' if until else ''}）"
        page = f"{reverse('admin:retake_teachinggroup_overview')}?term={row.term.code}"
        for what, (status, said) in UNFINISHED.items():
            if number := numbers.get((row.pk, what)):
                late = until is not None and today > until
                yield Task(OVERDUE if late else status, f"{said}{words}", number, page)


def _unfinished(staff: User) -> dict[tuple[int, str], int]:
    """By round: enrolments without a class, and classes without a time. One statement."""
    waiting = access.enrollments(staff).filter(state=EnrollmentState.CONFIRMED.value).order_by()
    places = waiting.values_list("round_id").annotate(what=Value(PLACE), number=Count("pk"))
    seats = untimed_seats(staff).order_by().values_list("enrollment__round_id")
    times = seats.annotate(what=Value(TIME), number=Count("group", distinct=True))
    return {(pk, what): number for pk, what, number in places.union(times, all=True)}


def _by_round(rows: QuerySet[Enrollment]) -> list[tuple[int, str, int]]:
    """Round, its name and how many rows are in it, oldest round first. One statement."""
    counted = rows.order_by("round_id").values_list("round_id", "round__name")
    return list(counted.annotate(number=Count("pk")))
