"""Who reads a file, who follows one that was killed, and what reaches the disk meanwhile."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection

from payments.models import Order
from payments.reconcile import keeping, rematching, staging
from payments.reconcile.models.uploads import LEASE
from payments.reconcile.services.reading import read_upload, waiting
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import LATER, listed, preview, store
from payments.tests.factories import make_charge, make_order, make_payer

pytestmark = pytest.mark.django_db
AFTER = LATER + LEASE + timedelta(seconds=1)


class Killed(BaseException):
    """What nobody in the program catches."""


@pytest.fixture
def orders() -> list[Order]:
    return [make_order([make_charge(make_payer())]) for _ in range(3)]


def killed_at(call: int) -> Callable[[], datetime]:
    """A clock whose reader is gone when he looks at it for that time."""
    looks = iter(range(1, call + 1))

    def clock() -> datetime:
        if next(looks) == call:
            raise Killed
        return LATER

    return clock


def setting(name: str) -> str:
    """Of this session of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def durability() -> str:
    return setting("synchronous_commit")


def test_file_of_a_killed_reader_is_read_by_another(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before his lease is over, and then every row once."""
    monkeypatch.setattr(staging, "AT_A_TIME", 1)
    upload = store([listed(order, f"T-{order.pk}") for order in orders])
    with pytest.raises(Killed):
        read_upload(upload.pk, killed_at(4))  # claimed, begun, told once
    upload.refresh_from_db()
    assert (upload.state, upload.rows.count()) == (UploadState.READING, 0)
    assert (read_upload(upload.pk, lambda: LATER), list(waiting(LATER))) == (None, [])
    assert [one.pk for one in waiting(AFTER)] == [upload.pk]
    read_upload(upload.pk, lambda: AFTER)
    upload.refresh_from_db()
    assert (upload.state, upload.rows.count()) == (UploadState.PREVIEW, 3)


def test_only_the_way_to_a_preview_does_not_wait_for_the_disk(orders: list[Order]) -> None:
    staging.begin()
    assert durability() == "off"
    staging.end()
    assert durability() == "on"
    upload = preview([listed(orders[0], "T-1")])
    assert durability() == "on"
    with rematching.rematched(upload, LATER):
        assert durability() == "on"  # here a preview is confirmed


def test_database_drops_the_rows_of_a_reader_that_hangs(orders: list[Order]) -> None:
    """In the middle of its transaction; whatever was read is read again."""
    upload = store([listed(orders[0], "T-1")])
    asked: list[str] = []

    def portions() -> Iterator[bytes]:
        yield b""
        asked.append(setting("idle_in_transaction_session_timeout"))

    keeping.put(upload, portions(), keeping.Found())
    assert asked == ["5min"]
