"""Files, clerks and workers at once; a worker killed in the middle of an application."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from payments.audit import audit
from payments.models import Charge, Order, Receipt
from payments.reconcile import matching
from payments.reconcile.models import DayClose, Handling, RowOutcome, Upload
from payments.reconcile.services.applying import confirm
from payments.reconcile.services.closing import seal
from payments.reconcile.services.handling import handle_row
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import LATER, apply, happened, listed, preview, store
from payments.states import OrderState
from payments.tests.factories import NOW, make_charge, make_order, make_payer
from payments.tests.races import race
from portal.accounts.models import User
from portal.jobs import services as jobs
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)
TOMORROW = NOW + timedelta(days=1)
PATIENCE = 60  # seconds for another process, however slow the machine is
WORK = """
import django; django.setup()
from django.utils import timezone
from portal.jobs import services
services.work({job}, timezone.now)
"""


def make_orders(count: int) -> list[Order]:
    payer = make_payer()
    return [make_order([make_charge(payer)]) for _ in range(count)]


def lines_of(orders: list[Order]) -> list[str]:
    return [listed(order, f"T{order.pk}") for order in orders]


def codes(results: list[object]) -> list[str]:
    """The codes of the refusals."""
    return [one.code for one in results if isinstance(one, DomainError)]


def until(done: Callable[[], bool]) -> None:
    """Wait for another process."""
    for _ in range(PATIENCE * 20):
        if done():
            return
        time.sleep(0.05)
    raise TimeoutError


def test_same_file_at_once_is_kept_once(clerk: User) -> None:
    lines = lines_of(make_orders(1))
    results = race(lambda: store(lines, clerk.pk), lambda: store(lines, clerk.pk))
    assert (codes(results), Upload.objects.count()) == (["upload.again"], 1)


def test_one_application_at_a_time(clerk: User) -> None:
    first, second = (preview(lines_of(make_orders(1)), clerk.pk) for _ in range(2))
    results = race(
        lambda: confirm(first.pk, actor_id=clerk.pk, now=LATER),
        lambda: confirm(second.pk, actor_id=clerk.pk, now=LATER),
    )
    assert codes(results) == ["upload.busy"]
    assert Upload.objects.filter(state=UploadState.APPLYING).count() == 1


def test_without_the_index_two_files_would_be_applied_at_once(clerk: User) -> None:
    [guard] = [one for one in Upload._meta.constraints if one.name == "upload_one_application"]
    for lines in (lines_of(make_orders(1)), lines_of(make_orders(1))):
        preview(lines, clerk.pk)
    rows = Upload.objects.all()
    both = {"state": UploadState.APPLYING, "confirmed_at": LATER}
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**both)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Upload, guard)
    assert rows.update(**both) == 2
    rows.update(state=UploadState.PREVIEW)
    with connection.schema_editor() as editor:
        editor.add_constraint(Upload, guard)


def test_confirming_twice_starts_once(clerk: User, second: User) -> None:
    upload = preview(lines_of(make_orders(1)), clerk.pk)
    results = race(
        lambda: confirm(upload.pk, actor_id=clerk.pk, now=LATER),
        lambda: confirm(upload.pk, actor_id=second.pk, now=LATER),
    )
    assert codes(results) == ["state.illegal"]
    first = Upload.objects.select_related("confirmed_by").get().confirmed_by
    [refusal] = [one for one in results if isinstance(one, DomainError)]
    assert first is not None
    assert refusal.message.startswith(f"这个文件已由{first.name}于 ")


def test_two_clerks_seal_one_day(clerk: User, second: User) -> None:
    [order] = make_orders(1)
    apply(preview(lines_of([order]), clerk.pk), clerk.pk)
    results = race(
        *(
            lambda who=who: seal("finance", NOW.date(), actor_id=who.pk, now=TOMORROW)
            for who in (clerk, second)
        )
    )
    sealed = DayClose.objects.select_related("sealed_by").get()
    assert codes(results) == ["day.sealed"]
    [refusal] = [one for one in results if isinstance(one, DomainError)]
    assert sealed.sealed_by is not None
    assert f"已由{sealed.sealed_by.name}于 " in refusal.message


def test_two_clerks_on_one_difference(clerk: User, second: User) -> None:
    upload = apply(preview([listed("ZZJF20250423000000000001", "T-1")], clerk.pk), clerk.pk)
    row = upload.rows.get()
    results = race(
        *(
            lambda who=who: handle_row(row.pk, "渠道误入", actor_id=who.pk, now=LATER)
            for who in (clerk, second)
        )
    )
    assert (codes(results), Handling.objects.count()) == (["difference.handled"], 1)
    [refusal] = [one for one in results if isinstance(one, DomainError)]
    assert refusal.message.startswith(f"已由{Handling.objects.get().handled_by.name}于 ")


def test_workers_beside_each_other_settle_each_row_once(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "BATCH", 2)
    orders = make_orders(12)
    lines = lines_of(orders)
    upload = preview(lines, clerk.pk)
    confirm(upload.pk, actor_id=clerk.pk, now=LATER)
    upload.refresh_from_db()
    assert upload.job is not None
    job = upload.job.pk
    results = race(
        lambda: jobs.work(job, lambda: LATER),
        lambda: jobs.work(job, lambda: LATER),
        lambda: store(lines, clerk.pk),
    )
    assert codes(results) == ["upload.again"]
    assert (Receipt.objects.count(), audit().clean) == (12, True)
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.PAID}


@pytest.fixture
def worker() -> Iterator[Callable[[int], subprocess.Popen[bytes]]]:
    """Start a process that works on a job; nobody outlives the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(job: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORK.format(job=job)]
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
        started.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=env))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_killed_application_is_taken_up_again(
    clerk: User,
    monkeypatch: pytest.MonkeyPatch,
    worker: Callable[[int], "subprocess.Popen[bytes]"],
) -> None:
    """The worker stands before a lock of the last batch when it is killed, -9."""
    monkeypatch.setattr(matching, "BATCH", 2)
    orders = make_orders(10)
    upload = preview(lines_of(orders), clerk.pk)
    confirm(upload.pk, actor_id=clerk.pk, now=LATER)
    upload.refresh_from_db()
    assert upload.job is not None
    with transaction.atomic():
        Charge.objects.select_for_update().get(lines__order=orders[-1])
        process = worker(upload.job.pk)
        until(lambda: RowOutcome.objects.count() == 8)
        process.send_signal(signal.SIGKILL)
        process.wait()
    upload.refresh_from_db()
    assert (upload.state, Receipt.objects.count()) == (UploadState.APPLYING, 8)
    upload.job.refresh_from_db()
    jobs.work(upload.job.pk, lambda: upload.job.seen_at + jobs.LEASE + timedelta(seconds=1))  # type: ignore[union-attr]
    upload.refresh_from_db()
    assert upload.state == UploadState.APPLIED
    assert happened(upload) == [("settle", "pay")] * 10
    assert (Receipt.objects.count(), audit().clean) == (10, True)
