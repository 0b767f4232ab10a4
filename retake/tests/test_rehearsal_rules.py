"""What a rehearsal counts: pure, from frozen facts."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import retake.eligibility
from portal.records.history import CourseHistory, StudentRecord
from portal.records.kinds import AttemptKind
from retake.eligibility import Rules
from retake.fees import Tariff
from retake.rehearsal import plan as plans
from retake.rehearsal import tally
from retake.rehearsal.lines import Line, Taken, lines_of
from retake.rehearsal.plan import Plan, changes
from retake.rehearsal.tally import summarize
from retake.rehearsal.words import REASONS, Fee, Place
from retake.states import EnrollmentState, FeePolicy
from retake.tests import facts as make

TARIFF = Tariff(FeePolicy.PER_CREDIT, 10_000, 0)
PLAN = Plan(Rules(), TARIFF, make.TERM, make.TODAY, date(2025, 4, 25))


def failed(number: int, credit: str = "1.0") -> CourseHistory:
    """The n-th failed course of a student."""
    return make.course(
        course_id=number, code=f"M{number}", name=f"课程{number}", credit_hours=Decimal(credit)
    )


def rehearse(
    *courses: CourseHistory,
    now: Plan = PLAN,
    before: Plan | None = None,
    taken: Taken | None = None,
    **who: object,
) -> list[Line]:
    record = StudentRecord(make.student(**who), courses)
    return lines_of(record, "智能制造学院", now, before, taken or {})


def places(lines: list[Line]) -> list[Place]:
    return [line.seat.place for line in lines]


def capped(limit: int | None) -> Plan:
    return replace(PLAN, rules=Rules(cap_default=limit))


def test_courses_fill_the_cap_in_their_order() -> None:
    lines = rehearse(*(failed(at) for at in range(1, 6)))
    assert places(lines) == [Place.IN] * 3 + [Place.OVER] * 2
    assert lines[3].seat.fact == "2023 级本学期最多 3 门，排在前面的课已占满。"


def test_what_is_taken_already_counts_against_the_cap() -> None:
    taken = {1: EnrollmentState.ENROLLED}
    lines = rehearse(*(failed(at) for at in range(1, 6)), taken=taken)
    assert places(lines) == [Place.OUT, Place.IN, Place.IN, Place.OVER, Place.OVER]
    assert lines[0].seat.code == "enrolled"


def test_refused_courses_leave_the_cap_to_others() -> None:
    early = make.course(course_id=9, makeup=None, attempts=(make.REGULAR,))
    lines = rehearse(early, *(failed(at) for at in range(1, 4)))
    assert places(lines) == [Place.OUT, Place.IN, Place.IN, Place.IN]
    assert lines[0].seat.rule == "R2"


def test_veterans_and_first_retakes_cost_nothing() -> None:
    paying = rehearse(failed(1))
    veteran = rehearse(failed(1), veteran_from=date(2024, 9, 1))
    free = rehearse(failed(1), now=replace(PLAN, tariff=replace(TARIFF, free_attempts=1)))
    found = [(line.seat.fee, line.seat.fee_fen) for line in (*paying, *veteran, *free)]
    assert found == [(Fee.CHARGED, 10_000), (Fee.VETERAN, 0), (Fee.FREE, 0)]


def test_income_is_of_what_is_in_with_the_cheapest_and_the_dearest_choice() -> None:
    courses = [failed(1, "2.0"), failed(2, "1.0"), failed(3, "3.0")]
    found = summarize(rehearse(*courses, now=capped(1)))
    assert (found.total.fen, found.low_fen, found.high_fen) == (20_000, 10_000, 30_000)
    assert (found.total.courses, found.places["over"]) == (1, 2)


def test_nothing_in_earns_nothing() -> None:
    found = summarize(rehearse(failed(1), now=capped(0)))
    assert (found.total.fen, found.low_fen, found.high_fen, found.students_out) == (0, 0, 0, 1)


def test_flips_name_the_rule_of_the_plan_that_refuses() -> None:
    lines = rehearse(failed(1), failed(2), now=capped(1), before=capped(None))
    found = summarize(lines)
    assert [(line.gained, line.lost) for line in lines] == [(False, False), (False, True)]
    assert (found.gained, found.lost, found.flipping) == (0, 1, 1)
    assert found.flips[0].fact.startswith("2023 级本学期最多 1 门")
    assert (found.before_in, found.before_fen) == (2, 20_000)


def test_who_gains_is_told_what_kept_him_out() -> None:
    [line] = rehearse(
        make.course(makeup=None, attempts=(make.REGULAR,)),
        now=replace(PLAN, rules=Rules(makeup_first=False)),
        before=PLAN,
    )
    assert line.gained
    assert "还没有补考" in summarize([line]).flips[0].fact


def test_passed_courses_flip_where_only_one_plan_lets_improve() -> None:
    passed = make.course(attempts=(make.attempt(AttemptKind.REGULAR, 75, passed=True),))
    better = replace(PLAN, rules=Rules(improve_passed=True))
    [gained] = rehearse(passed, now=better, before=PLAN)
    [lost] = rehearse(passed, now=PLAN, before=better)
    assert (gained.gained, lost.lost, lost.seat.rule) == (True, True, "R8")


def test_without_a_round_before_nothing_flips() -> None:
    found = summarize(rehearse(*(failed(at) for at in range(1, 6))))
    assert (found.gained, found.lost, found.before_in) == (0, 0, 0)


def test_reasons_count_courses_and_students() -> None:
    early = make.course(makeup=None, attempts=(make.REGULAR,))
    lines = rehearse(early) + rehearse(early, replace(early, course_id=2), number="2")
    [reason] = summarize(lines).reasons
    assert (reason.rule, reason.courses, reason.students) == ("R2", 3, 2)


def test_every_reason_of_the_rules_has_words() -> None:
    sources = Path(retake.eligibility.__file__).parent.glob("*.py")
    told = set()
    for source in sources:
        told |= set(re.findall(r'"R\d+",\s+"(\w+)"', source.read_text()))
    assert {"makeup_pending", "period_over", "cap_reached", "enrolled"} <= told
    assert told | {"over_cap"} == set(REASONS)


def test_changes_are_told_in_words() -> None:
    now = replace(capped(None), tariff=replace(TARIFF, unit_fen=12_900))
    found = [(one.label, one.was, one.now) for one in changes(PLAN, now)]
    assert found == [("R7 每学期门数上限", "3 门", "不限"), ("单价", "¥100.00", "¥129.00")]


@pytest.mark.parametrize("one", [PLAN, replace(PLAN, closes_on=None, as_of="2023-2024-1")])
def test_plans_survive_json(one: Plan) -> None:
    assert plans.from_json(plans.to_json(one)) == one


def test_summaries_survive_json() -> None:
    found = summarize(rehearse(*(failed(at) for at in range(1, 6)), before=capped(5)))
    assert tally.from_json(tally.to_json(found)) == found
