"""Asked of the database, a grade may be a pass whenever some policy reads it as one."""

from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from portal.records import grading
from portal.records.kinds import AttemptKind, ResultFlag
from portal.records.models import GradeAttempt, GradePolicy
from portal.records.passing import may_pass
from portal.records.tests.factories import World, build_world

pytestmark = pytest.mark.django_db
SCORES = ["0", "49.9", "50", "59.5", "60", "74.9", "75", "100"]


@pytest.fixture
def world() -> World:
    """One student with every word, flag and score there is."""
    world = build_world()
    words = [*grading.FIVE_LEVELS, *sorted(grading.UNTAKEN), grading.EXEMPT]
    results: list[tuple[str, object]] = [
        *(("score", Decimal(score)) for score in SCORES),
        *(("text", word) for word in words),
        *(("flag", flag.value) for flag in ResultFlag if flag),
    ]
    for number, (name, value) in enumerate(results):
        kind = AttemptKind.EXEMPTION if value == grading.EXEMPT else AttemptKind.REGULAR
        world.attempt(world.course(f"P{number}"), kind=kind.value, **{name: value})
    return world


def read_by(policy: grading.Policy) -> set[str]:
    return {
        row.printed
        for row in GradeAttempt.objects.all()
        if grading.outcome(grading.Result(row.score, row.text, ResultFlag(row.flag)), policy)
        is grading.Outcome.PASSED
    }


def found() -> set[str]:
    return {row.printed for row in GradeAttempt.objects.filter(may_pass())}


def test_without_a_dated_policy_the_built_in_one_is_asked(world: World) -> None:
    assert found() == read_by(grading.Policy())
    assert "59.5" not in found()


@pytest.mark.parametrize("mark", [50, 75])
def test_a_pass_under_any_policy_is_found(world: World, mark: int) -> None:
    levels = dict.fromkeys(grading.FIVE_LEVELS, Decimal(40)) | {"不合格": Decimal(80)}
    GradePolicy.objects.create(
        valid_from=date(2024, 9, 1),
        pass_mark=mark,
        levels={word: float(score) for word, score in levels.items()},
    )
    dated = grading.Policy(pass_mark=Decimal(mark), levels=levels)
    assert found() == read_by(grading.Policy()) | read_by(dated)
    assert {"60", "优秀", "不合格"} <= found()


def test_one_statement(world: World, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        may_pass()
