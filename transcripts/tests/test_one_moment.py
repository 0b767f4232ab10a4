"""An exchange is revoked while a transcript is being read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from portal.accounts.models import User
from portal.records.services import ledger
from portal.records.services.exchange import Exchanged, record_exchange, take_back_exchange
from portal.records.tests.factories import NOON, TODAY, World, build_world
from transcripts.document import Snapshot
from transcripts.services.issue import snapshots

SOURCE = "credits:1"


@pytest.fixture
def world(transactional_db: None) -> World:
    return build_world()


def exchanged(world: World) -> Callable[[], None]:
    """A course is had by exchange; what takes that back on a connection of its own."""
    target, given = world.course("T"), world.course("S", "书法鉴赏", term_number=0)
    world.attempt(target, score=Decimal(40))
    world.attempt(given, score=Decimal(80))
    office = User.objects.create(username="office", name="office")
    purpose = ledger.Purpose(world.student.pk, target.pk, SOURCE, office.pk)
    pieces = [ledger.Piece(given.pk, None, given.credit_hours)]
    ledger.hold(purpose, pieces, NOON)
    ledger.consume(purpose, pieces, NOON)
    made = Exchanged(world.student.pk, target.pk, world.terms[0].pk, "合格", SOURCE)
    attempt = record_exchange(made, recorded_on=TODAY, entered_by=office)

    def take_back() -> None:
        with transaction.atomic():
            take_back_exchange(attempt.pk, source=SOURCE, recorded_on=TODAY, entered_by=office)
            ledger.revoke(purpose, pieces, NOON + timedelta(minutes=1))
        connection.close()

    return take_back


def test_a_snapshot_is_of_one_moment(world: World) -> None:
    take_back = exchanged(world)
    done: list[bool] = []

    def meanwhile(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if "records_creditposting" in sql and not done:
            done.append(True)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(take_back).result()
        return execute(sql, params, many, context)

    def read() -> Snapshot:
        return snapshots([world.student.pk], NOON)[world.student.pk]

    before = read()
    with connection.execute_wrapper(meanwhile):
        during = read()
    assert (done, during) == ([True], before)
    assert read() != before
