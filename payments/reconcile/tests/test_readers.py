"""A file read by one thread, matched in one session and kept in another: what others see of it."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from django.conf import settings

from payments.models import Order
from payments.reconcile import staging
from payments.reconcile.files import texts
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.services.reading import read_upload
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import LATER, foreseen, listed, store
from payments.tests.factories import make_charge, make_order, make_payer, pay

pytestmark = pytest.mark.django_db(transaction=True)
READ = """
import os, signal
import django; django.setup()
from django.utils import timezone
from payments.reconcile import staging
from payments.reconcile.files import texts
from payments.reconcile.services.reading import read_upload
staging.AT_A_TIME = texts.BLOCK = 2
looks = []
def clock():
    looks.append(timezone.now())
    if len(looks) == 5:  # claimed, begun, told twice
        os.kill(os.getpid(), signal.SIGKILL)
    return looks[-1]
read_upload({upload}, clock)
"""


def make_orders(count: int) -> list[Order]:
    payer = make_payer()
    return [make_order([make_charge(payer)]) for _ in range(count)]


def lines_of(orders: list[Order]) -> list[str]:
    return [listed(order, f"T{order.pk}") for order in orders]


def test_rows_are_seen_all_at_once_and_progress_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Matched in one session and kept in another, a few at a time."""
    monkeypatch.setattr(staging, "AT_A_TIME", 2)
    monkeypatch.setattr(texts, "BLOCK", 2)
    told: list[tuple[int, int]] = []

    def clock() -> datetime:
        [progress] = Upload.objects.values_list("read_rows", flat=True)
        told.append((progress, UploadRow.objects.count()))
        return LATER

    orders = make_orders(5)
    late = make_order([make_charge(make_payer())])
    pay(late)
    upload = store([*lines_of(orders), listed(late), *lines_of(orders[:1])])
    read_upload(upload.pk, clock)
    upload.refresh_from_db()
    # Claimed, begun, told three times, the book asked about clusters and others; shown from within.
    assert told == [*((at, 0) for at in (0, 0, 0, 3, 5, 7, 7, 7)), (7, 7)]
    assert (upload.state, upload.row_count) == (UploadState.PREVIEW, 7)
    assert [group for group, _ in foreseen(upload)] == [
        "settle", "settle", "settle", "settle", "settle", "known", "duplicate",
    ]  # fmt: skip
    assert upload.groups == {
        "settle": [5, sum(order.amount_fen for order in orders)],
        "known": [1, late.amount_fen],
        "duplicate": [1, orders[0].amount_fen],
    }


def test_rows_of_a_refused_file_are_never_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "AT_A_TIME", 1)
    monkeypatch.setattr(texts, "BLOCK", 2)
    upload = store([*lines_of(make_orders(5)), '"'])
    read_upload(upload.pk, lambda: LATER)
    upload.refresh_from_db()
    assert (upload.state, upload.refusal_code) == (UploadState.REFUSED, "quotes")
    assert not upload.rows.exists()


def test_reader_taken_for_dead_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one was faster, and what it found stands."""
    monkeypatch.setattr(staging, "AT_A_TIME", 1)
    upload = store(lines_of(make_orders(2)))
    looks = iter(range(1, 9))

    def clock() -> datetime:
        if next(looks) == 3:  # claimed, begun, the first row told
            Upload.objects.filter(pk=upload.pk).update(state=UploadState.PREVIEW, read_rows=7)
        return LATER

    read_upload(upload.pk, clock)
    upload.refresh_from_db()
    assert (upload.state, upload.read_rows, upload.row_count) == (UploadState.PREVIEW, 7, 0)
    assert not upload.rows.exists()


def test_rows_of_a_killed_reader_stand_in_nobodys_way() -> None:
    """Killed, -9, with some rows matched and kept already."""
    upload = store(lines_of(make_orders(9)))
    command = [sys.executable, "-c", READ.format(upload=upload.pk)]
    ours = {"DJANGO_SETTINGS_MODULE": "portal.settings", "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    killed = subprocess.run(command, cwd=settings.BASE_DIR, env={**os.environ, **ours}, check=False)
    upload.refresh_from_db()
    assert (killed.returncode, upload.state) == (-signal.SIGKILL, UploadState.READING)
    assert (upload.read_rows, upload.rows.count()) == (5, 0)
    assert upload.leased_until is not None
    after = upload.leased_until + timedelta(seconds=1)
    read_upload(upload.pk, lambda: after)
    upload.refresh_from_db()
    assert (upload.state, upload.rows.count()) == (UploadState.PREVIEW, 9)
    assert {group for group, _ in foreseen(upload)} == {"settle"}
