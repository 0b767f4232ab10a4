"""The credit ledger, as the database holds it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import InternalError, connection, transaction

from portal.lib.errors import DomainError
from portal.records.academic import Exchange
from portal.records.kinds import AttemptKind, OtherCreditKind, PostingKind
from portal.records.ledger import balances, exchanges
from portal.records.models import (
    Course,
    CourseEquivalence,
    CreditPosting,
    GradePolicy,
    OtherCredit,
)
from portal.records.selectors import course_histories
from portal.records.services.ledger import Piece, Purpose, consume, hold, release, revoke
from portal.records.tests.factories import NOON, TODAY, World, build_world

FOUR = Decimal(4)


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def pair(world: World) -> tuple[Course, Course]:
    """A target that is failed and a source of four credits that is passed."""
    target, source = world.course("T"), world.course("S", "书法鉴赏", term_number=0)
    world.attempt(target, score=Decimal(40))
    world.attempt(source, score=Decimal(80))
    return target, source


def purpose(world: World, target: Course, reference: str = "credits:1") -> Purpose:
    return Purpose(world.student.pk, target.pk, reference, None)


def piece(source: Course, hours: Decimal = FOUR) -> Piece:
    return Piece(source.pk, None, hours)


def taken(world: World) -> list[tuple[int, int]]:
    return [(int(one.held), int(one.consumed)) for one in balances([world.student.pk])]


def test_held_then_consumed_then_revoked(world: World) -> None:
    target, source = pair(world)
    mine, pieces = purpose(world, target), [piece(source)]
    hold(mine, pieces, NOON)
    assert taken(world) == [(4, 0)]
    consume(mine, pieces, NOON)
    assert taken(world) == [(0, 4)]
    revoke(mine, pieces, NOON)
    assert taken(world) == [(0, 0)]


def test_the_same_credit_is_not_held_twice(world: World) -> None:
    target, source = pair(world)
    hold(purpose(world, target), [piece(source)], NOON)
    with pytest.raises(DomainError) as refused:
        hold(purpose(world, target, "credits:2"), [piece(source)], NOON)
    assert refused.value.code == "credit.taken"
    assert taken(world) == [(4, 0)]


def test_what_was_given_back_is_held_again(world: World) -> None:
    target, source = pair(world)
    mine, pieces = purpose(world, target), [piece(source)]
    hold(mine, pieces, NOON)
    release(mine, pieces, NOON)
    hold(purpose(world, target, "credits:2"), pieces, NOON)
    assert taken(world) == [(4, 0)]


def test_more_than_was_earned_is_refused(world: World) -> None:
    target, source = pair(world)
    with pytest.raises(DomainError):
        hold(purpose(world, target), [piece(source, Decimal("4.5"))], NOON)


def test_a_failed_course_gives_no_credit(world: World) -> None:
    target, _ = pair(world)
    failed = world.course("F")
    world.attempt(failed, score=Decimal("59.5"))
    with pytest.raises(DomainError):
        hold(purpose(world, target), [piece(failed)], NOON)


def test_another_students_credit_is_refused(world: World) -> None:
    target, _ = pair(world)
    other = OtherCredit.objects.create(
        student=world.student,
        kind=OtherCreditKind.CONTEST,
        title="集训",
        credit_hours=2,
        earned_on=TODAY,
    )
    stranger = Purpose(world.student.pk + 1, target.pk, "credits:1", None)
    with pytest.raises(DomainError):
        hold(stranger, [Piece(None, other.pk, Decimal(2))], NOON)
    hold(purpose(world, target), [Piece(None, other.pk, Decimal(2))], NOON)


@pytest.mark.parametrize("move", [consume, release, revoke], ids=lambda one: one.__name__)
def test_nothing_moves_that_was_not_held(world: World, move: Callable[..., None]) -> None:
    target, source = pair(world)
    with pytest.raises(DomainError) as refused:
        move(purpose(world, target), [piece(source)], NOON)
    assert refused.value.code == "credit.not_held"


@pytest.mark.parametrize("move", [consume, release], ids=lambda one: one.__name__)
def test_nothing_moves_twice(world: World, move: Callable[..., None]) -> None:
    target, source = pair(world)
    mine, pieces = purpose(world, target), [piece(source)]
    hold(mine, pieces, NOON)
    move(mine, pieces, NOON)
    with pytest.raises(DomainError):
        move(mine, pieces, NOON)


def test_postings_are_never_changed(world: World) -> None:
    target, source = pair(world)
    hold(purpose(world, target), [piece(source)], NOON)
    with pytest.raises(InternalError), transaction.atomic():
        CreditPosting.objects.update(credit_hours=1)
    with pytest.raises(InternalError), transaction.atomic():
        CreditPosting.objects.all().delete()


def test_a_refusal_holds_nothing_of_the_lot(world: World) -> None:
    target, source = pair(world)
    failed = world.course("F")
    with pytest.raises(DomainError):
        hold(purpose(world, target), [piece(source), piece(failed)], NOON)
    assert taken(world) == []


def test_what_stands_is_an_exchange_with_its_sources(world: World) -> None:
    target, source = pair(world)
    mine, pieces = purpose(world, target), [piece(source)]
    hold(mine, pieces, NOON)
    assert exchanges([world.student.pk]) == {}
    consume(mine, pieces, NOON)
    assert exchanges([world.student.pk]) == {
        world.student.pk: (Exchange(target.pk, (source.pk,), ("书法鉴赏",)),)
    }
    revoke(mine, pieces, NOON)
    assert exchanges([world.student.pk]) == {}


WAYS = {
    "score": {"score": Decimal(60)},
    "half_short": {"score": Decimal("59.5")},
    "word": {"text": "及格"},
    "failed_word": {"text": "不合格"},
    "exempt": {"text": "免修"},
    "deferred": {"text": "缓考"},
    "cheated": {"flag": "cheating"},
}


@pytest.mark.parametrize("policy", [False, True], ids=["no_policy", "policy_of_65"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_the_database_reads_passed_as_the_record_does(
    world: World, way: dict[str, object], policy: bool
) -> None:
    if policy:
        GradePolicy.objects.create(valid_from=date(2020, 9, 1), pass_mark=66)
    target, source = world.course("T"), world.course("S")
    world.attempt(source, **way)
    history = course_histories([world.student.pk], today=TODAY)[world.student.pk]
    passed = next(one.passed for one in history if one.course_id == source.pk)
    assert _is_earned(world, target, source) is passed


def test_a_corrected_pass_is_not_earned(world: World) -> None:
    target, source = pair(world)
    wrong = source.gradeattempt_set.get()
    world.attempt(source, score=Decimal(50), corrects=wrong)
    assert not _is_earned(world, target, source)


def test_credit_had_by_exchange_is_not_given_again(world: World) -> None:
    target, source = world.course("T"), world.course("S")
    world.attempt(source, text="合格", kind=AttemptKind.EXCHANGE)
    assert not _is_earned(world, target, source)


def test_a_pass_under_the_old_code_is_earned(world: World) -> None:
    target, source = world.course("T"), world.course("S")
    old = world.course("OLD", term_number=0)
    CourseEquivalence.objects.create(old=old, new=source)
    world.attempt(old, score=Decimal(70))
    assert _is_earned(world, target, source)


@pytest.mark.parametrize("used_first", ["old", "new"])
def test_a_credit_used_under_one_code_is_gone_under_the_other(
    world: World, used_first: str
) -> None:
    target, old = pair(world)
    new = world.course("NEW", term_number=0)
    world.attempt(new, score=Decimal(70))
    first, second = (old, new) if used_first == "old" else (new, old)
    mine = purpose(world, target, "credits:1")
    hold(mine, [piece(first)], NOON)
    consume(mine, [piece(first)], NOON)
    CourseEquivalence.objects.create(old=old, new=new)
    assert not _is_earned(world, target, second)
    revoke(mine, [piece(first)], NOON)
    assert _is_earned(world, target, second)


def test_exchanges_name_the_courses_in_force(world: World) -> None:
    target, old = pair(world)
    mine, new = purpose(world, target, "credits:1"), world.course("NEW", term_number=0)
    hold(mine, [piece(old)], NOON)
    consume(mine, [piece(old)], NOON)
    CourseEquivalence.objects.create(old=old, new=new)
    later = world.course("T2", term_number=0)
    CourseEquivalence.objects.create(old=target, new=later)
    assert exchanges([world.student.pk]) == {
        world.student.pk: (Exchange(later.pk, (new.pk,), (old.name,)),)
    }


def _is_earned(world: World, target: Course, source: Course) -> bool:
    try:
        hold(purpose(world, target), [piece(source)], NOON)
    except DomainError:
        return False
    return True


def _race(world: World, target: Course, source: Course) -> int:
    """Eight applications hold the same credit at once; how many got it."""

    def one(serial: int) -> bool:
        try:
            with transaction.atomic():
                moment = NOON + timedelta(seconds=serial)
                hold(purpose(world, target, f"credits:{serial}"), [piece(source)], moment)
        except DomainError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(one, range(8)))


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_holds_the_credit() -> None:
    world = build_world()
    target, source = pair(world)
    assert _race(world, target, source) == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_trigger_all_hold_it(throwaway_database: None) -> None:
    world = build_world()
    target, source = pair(world)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE records_creditposting DISABLE TRIGGER ALL")
    assert _race(world, target, source) == 8
    assert CreditPosting.objects.filter(kind=PostingKind.HELD).count() == 8
