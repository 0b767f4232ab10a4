"""Dates of rounds, the demo's rounds, and what payments is told."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from portal.accounts.roles import Role
from portal.calendar.models import DaySource, WorkCalendarDay
from portal.records.models import TeachingClass, TeachingSlot
from portal.records.selectors import timetable_clashes
from retake.billing import RetakeCharges
from retake.demo import build_rounds
from retake.models import Round
from retake.schedule import CALENDAR, Schedule, schedule_of
from retake.selectors import opened_for
from retake.selectors.opened import Phase
from retake.services.cancel import cancel
from retake.states import RoundState
from retake.tests import factories as make
from retake.tests.factories import CLOSES, MOMENT, NOW, OPENS, PAY_CLOSES, SHANGHAI

pytestmark = pytest.mark.django_db


def schedule(row: Round) -> Schedule:
    found = Round.objects.annotate(calendar=CALENDAR).get(pk=row.pk)
    made = schedule_of(found, vars(found)["calendar"])
    assert made is not None
    return made


def may_holiday() -> None:
    """劳动节 2025: 4月27日 works, 5月1日, 2日, 5日 do not."""
    for day, works in (
        (date(2025, 4, 27), True),
        (date(2025, 5, 1), False),
        (date(2025, 5, 2), False),
        (date(2025, 5, 5), False),
    ):
        WorkCalendarDay.objects.create(date=day, is_workday=works, source=DaySource.OFFICIAL)


def test_seven_working_days_after_enrolment_with_holidays() -> None:
    may_holiday()
    found = schedule(make.make_round(verify_on=date(2025, 4, 29), guidance_days=1))
    assert (found.expected_on, found.provisional) == (date(2025, 5, 8), False)


def test_later_day_counted_from_verification_wins() -> None:
    may_holiday()
    found = schedule(make.make_round(verify_on=date(2025, 5, 6), guidance_days=5))
    assert found.expected_on == date(2025, 5, 13)


def test_the_colleges_own_day_beats_the_official_one() -> None:
    may_holiday()
    WorkCalendarDay.objects.create(date=date(2025, 5, 8), is_workday=False, source=DaySource.SCHOOL)
    found = schedule(make.make_round(verify_on=date(2025, 4, 29), guidance_days=1))
    assert found.expected_on == date(2025, 5, 9)


def test_a_year_without_official_days_is_provisional() -> None:
    assert schedule(make.make_round()).provisional is True


def test_a_draft_has_no_schedule() -> None:
    row = make.make_round(published=False, verify_on=None)
    assert schedule_of(row, []) is None


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (OPENS - MOMENT, Phase.BEFORE),
        (OPENS, Phase.OPEN),
        (CLOSES, Phase.OPEN),
        (CLOSES + MOMENT, Phase.GAP),
        (CLOSES + timedelta(days=3), Phase.PAYING),
        (PAY_CLOSES, Phase.PAYING),
        (PAY_CLOSES + MOMENT, Phase.CLOSED),
    ],
)
def test_phases(now: datetime, phase: Phase) -> None:
    make.make_round(pay_opens_at=CLOSES + timedelta(days=3))
    found = opened_for(make.make_student().user_id or 0, now)
    assert found is not None
    assert found.phase is phase


def test_open_round_is_shown_before_a_closed_and_a_coming_one() -> None:
    days = timedelta(days=30)
    shift: dict[str, Any] = {"enrol_opens_at": OPENS, "enrol_closes_at": CLOSES}
    make.make_round(**{name: moment - days for name, moment in shift.items()})
    now_open = make.make_round()
    make.make_round(
        **{name: moment + days for name, moment in shift.items()}, pay_closes_at=PAY_CLOSES + days
    )
    user = make.make_student().user_id or 0
    found = opened_for(user, NOW)
    assert found is not None
    assert found.round == now_open


def test_drafts_and_archived_rounds_are_invisible() -> None:
    make.make_round(published=False)
    row = make.make_round()
    Round.objects.filter(pk=row.pk).update(state=RoundState.ARCHIVED)
    assert opened_for(make.make_student().user_id or 0, NOW) is None


def test_payments_is_told_the_window_and_the_title() -> None:
    world = make.make_world()
    [row] = world.enroll()
    window = RetakeCharges().payable([row.reference], NOW)[row.reference]
    assert (window.opens_at, window.closes_at, window.refusal) == (OPENS, PAY_CLOSES, "")
    assert RetakeCharges().titles([row.reference]) == {row.reference: world.courses[0].name}


def test_payments_is_told_why_not() -> None:
    world = make.make_world()
    [row] = world.enroll()
    cancel(staff=None, enrollment_id=row.pk, reason="不开班。", now=NOW)
    window = RetakeCharges().payable([row.reference], NOW)[row.reference]
    assert window.refusal == "这门课的报名已取消。"


def test_payments_is_told_how_far_verification_is() -> None:
    [row] = make.make_world().enroll()
    [told] = RetakeCharges().steps([row.reference]).values()
    planned = row.round.verify_on
    assert planned is not None
    assert (told.is_done, told.until and told.until.date()) == (False, planned)
    type(row).objects.filter(pk=row.pk).update(state="confirmed")
    [told] = RetakeCharges().steps([row.reference]).values()
    assert told.is_done


def test_payments_hears_nothing_of_a_withdrawn_course() -> None:
    [row] = make.make_world().enroll()
    type(row).objects.filter(pk=row.pk).update(state="withdrawn")
    assert RetakeCharges().steps([row.reference]) == {}


def test_r11_names_the_hours_that_collide() -> None:
    world = make.make_world(2)
    term = make.make_term()
    own = TeachingClass.objects.create(code="own", name="own", course=make.make_course(), term=term)
    world.student.studentcourse_set.create(teaching_class=own)
    for weekday, (code, course) in enumerate(
        (("clash", world.courses[0]), ("fits", world.courses[1])), 3
    ):
        taught = TeachingClass.objects.create(code=code, name=code, course=course, term=term)
        TeachingSlot.objects.create(
            teaching_class=taught, weekday=weekday, first_period=3, last_period=4
        )
    TeachingSlot.objects.create(teaching_class=own, weekday=3, first_period=4, last_period=5)
    found = timetable_clashes(world.student.pk, [course.pk for course in world.courses], term.code)
    assert found == {world.courses[0].pk: "周三 3–4 节"}


def demo_college() -> None:
    make.make_term()
    make.make_staff(Role.TEACHING)


def test_demo_opens_one_round_and_keeps_it() -> None:
    demo_college()
    first = build_rounds(NOW)
    second = build_rounds(NOW + timedelta(days=1))
    assert (first.pk, Round.objects.count()) == (second.pk, 2)
    assert first.enrols_at(NOW) is True


def test_demo_keeps_the_real_gap_of_spring_2025() -> None:
    demo_college()
    build_rounds(NOW)
    past = Round.objects.get(state=RoundState.ARCHIVED)
    assert past.enrol_closes_at == datetime(2025, 3, 11, 12, tzinfo=SHANGHAI)
    assert past.pay_opens_at == datetime(2025, 3, 14, 14, tzinfo=SHANGHAI)


def test_demo_opens_a_new_round_after_the_last_has_closed() -> None:
    demo_college()
    first = build_rounds(NOW)
    later = NOW + timedelta(days=8)
    second = build_rounds(later)
    assert (second.pk == first.pk, second.enrols_at(later)) == (False, True)
    first.refresh_from_db()
    assert first.state == RoundState.PUBLISHED  # its payment runs on
    build_rounds(NOW + timedelta(days=20))
    first.refresh_from_db()
    assert first.state == RoundState.ARCHIVED


@pytest.mark.parametrize("shift", range(7))
def test_demo_plans_its_days_on_working_days(shift: int) -> None:
    demo_college()
    opened = build_rounds(NOW + timedelta(days=shift))
    planned = (opened.reconcile_on, opened.verify_on, opened.college_deadline)
    assert [day.weekday() < 5 for day in planned if day] == [True, True, True]
