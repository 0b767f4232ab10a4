"""Several hands at once: credits are never spent twice, and the ledger always adds up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from credits.models import Application
from credits.services import deciding
from credits.services.filing import submit
from credits.services.own import delete
from credits.services.revoking import revoke
from credits.services.sweep import sweep
from credits.services.writing import Filing
from credits.states import ApplicationState
from credits.tests.factories import Exchange, build_exchange, shot
from payments.tests.races import until_somebody_waits
from portal.lib.errors import DomainError
from portal.records.kinds import AttemptKind, CourseCategory
from portal.records.ledger import balances
from portal.records.models import Course, GradeAttempt, PlanCourse
from portal.records.tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)
HANDS, STEPS = 6, 25
State = ApplicationState
ACTS = ("submit", "submit", "approve", "approve", "return", "reject", "revoke", "delete")


@pytest.fixture
def exchange(transactional_db: None) -> Exchange:
    return build_exchange()


def targets(exchange: Exchange, number: int) -> list[Course]:
    """Public courses of four credits, failed twice."""
    made = [exchange.failed(f"T{serial}", f"公共课 {serial}") for serial in range(number)]
    PlanCourse.objects.filter(course__in=made).update(category=CourseCategory.PUBLIC_REQUIRED)
    return made


class Hand:
    """One person's random doings, on a connection of its own."""

    def __init__(self, exchange: Exchange, courses: list[Course], seed: int) -> None:
        self.exchange, self.courses = exchange, courses
        self.random = Random(seed)  # noqa: S311 -- a test's dice
        self.clock = (NOON + timedelta(seconds=seed + 60 * step) for step in count())
        self.done = 0

    def work(self) -> int:
        """Try ``STEPS`` acts; returns how many were not refused."""
        for _ in range(STEPS):
            act: Callable[[], object] = getattr(self, f"_{self.random.choice(ACTS)}")
            try:
                act()
                self.done += 1
            except (DomainError, IndexError):  # refused, or nothing there to act on
                continue
        connection.close()
        return self.done

    def _some(self, *states: State) -> Application:
        rows: QuerySet[Application] = Application.objects.filter(state__in=states, deleted_at=None)
        return self.random.choice(list(rows))

    def _submit(self) -> None:
        keys = self.random.sample(self.exchange.keys(6), 4)
        target = self.random.choice(self.courses)
        kept = Application.objects.filter(target=target).values_list("attachments", flat=True)
        filing = Filing(target.pk, tuple(keys), (SHOT,), tuple(filter(None, kept[:1])))
        submit(user_id=self.exchange.user_id, filing=filing, now=next(self.clock))

    def _decide(self, service: Callable[..., Application]) -> None:
        row = self._some(State.PENDING)
        staff = self.random.choice([self.exchange.reviewer, self.exchange.colleague])
        service(
            staff=staff,
            application_id=row.pk,
            seen=row.version,
            note="原因",
            now=next(self.clock),
        )

    def _approve(self) -> None:
        self._decide(deciding.approve)

    def _return(self) -> None:
        self._decide(deciding.send_back)

    def _reject(self) -> None:
        self._decide(deciding.reject)

    def _revoke(self) -> None:
        row = self._some(State.APPROVED)
        revoke(
            staff=self.exchange.teaching,
            application_id=row.pk,
            seen=row.version,
            note="原因",
            now=next(self.clock),
        )

    def _delete(self) -> None:
        row = self._some(State.RETURNED)
        user_id = self.exchange.user_id
        delete(user_id=user_id, application_id=row.pk, now=next(self.clock))


SHOT = shot()


def books(exchange: Exchange) -> None:
    """Σ held and consumed of the ledger = what pending and approved applications use."""
    used = {State.PENDING: 0, State.APPROVED: 0}
    for row in Application.objects.filter(state__in=used, deleted_at=None):
        used[State(row.state)] += int(sum(one.credit_hours for one in row.sources.all()))
    assert (exchange.held(), exchange.consumed()) == (used[State.PENDING], used[State.APPROVED])
    for one in balances([exchange.student.pk]):
        assert one.held >= 0
        assert one.consumed >= 0
        assert one.taken <= 2  # each elective has two credits
    approved = Application.objects.filter(state=State.APPROVED)
    standing = GradeAttempt.objects.filter(
        kind=AttemptKind.EXCHANGE, gradeattempt__isnull=True, text="合格"
    )
    assert {one.target_id for one in approved} == {one.course_id for one in standing}


@pytest.mark.parametrize("seed", range(3))
def test_many_hands_never_spend_a_credit_twice(exchange: Exchange, seed: int) -> None:
    courses = targets(exchange, 3)
    hands = [Hand(exchange, courses, 1000 * seed + serial) for serial in range(HANDS)]
    with ThreadPoolExecutor(HANDS) as pool:
        done = list(pool.map(Hand.work, hands))
    assert sum(done) > HANDS
    books(exchange)


def test_of_two_applications_for_the_same_credit_one_goes_through(exchange: Exchange) -> None:
    first, second = targets(exchange, 2)

    def one(course: Course) -> bool:
        filing = Filing(course.pk, exchange.keys(), (SHOT,))
        try:
            submit(user_id=exchange.user_id, filing=filing, now=NOON)
        except DomainError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, (first, second))) == [False, True]
    books(exchange)


def test_of_two_reviewers_at_once_one_decides(exchange: Exchange) -> None:
    row = exchange.submitted()

    def one(staff: object) -> str:
        try:
            deciding.approve(staff=staff, application_id=row.pk, seen=1, now=NOON)  # type: ignore[arg-type]
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "approved"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(one, (exchange.reviewer, exchange.colleague)))
    assert found == ["approved", "review.changed"]
    books(exchange)


def test_a_grade_that_comes_while_the_sweep_looks_is_not_missed(exchange: Exchange) -> None:
    row, world = exchange.submitted(), exchange.world
    world.attempt(world.course("Z1"), score=90)
    passed: list[bool] = []

    def pass_it() -> None:
        world.attempt(exchange.target, score=90, kind=AttemptKind.RETAKE)
        connection.close()

    def meanwhile(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if sql.startswith('SELECT "records_gradeattempt"."id"') and not passed:
            passed.append(True)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(pass_it).result()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        sweep(NOON)
    sweep(NOON)
    row.refresh_from_db()
    assert (passed, row.state) == ([True], State.RETURNED)


def test_what_is_deleted_while_the_sweep_waits_for_it_is_passed_over(exchange: Exchange) -> None:
    row = exchange.submitted()
    exchange.world.attempt(exchange.world.course("Z1"), score=90)

    def swept() -> int:
        try:
            return sweep(NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            deciding.send_back(
                staff=exchange.reviewer, application_id=row.pk, seen=1, note="原因", now=NOON
            )
            delete(user_id=exchange.user_id, application_id=row.pk, now=NOON)
            other = pool.submit(swept)
            until_somebody_waits()
        assert other.result() == 0
    books(exchange)
