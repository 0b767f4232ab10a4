"""What is old enough is forgotten, to the second; what is younger, and all money, stays."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest
from axes.models import AccessFailureLog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import InternalError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from pytest_django import Settings

from payments.models import GatewayMessage, Receipt
from payments.retention import MESSAGES
from portal.accounts.retention import ATTEMPTS
from portal.accounts.tests.factories import user as make_user
from portal.audit.checks import check_retention
from portal.audit.models import Change, Opening
from portal.audit.retention import CHANGES, OPENINGS
from portal.audit.tasks import forget_what_is_old
from portal.inbox.models import Enclosure, Letter, Message
from portal.inbox.retention import LETTERS
from portal.jobs.models import Job
from portal.jobs.retention import FILES
from portal.lib.retention import Keeping, forget
from retake.models import SheetUpload
from retake.retention import SHEETS

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
numbers = count(1)


def change(at: datetime) -> int:
    return Change.objects.create(
        at=at, model="accounts.user", row=1, operation="update", changes={}
    ).pk


def opening(at: datetime) -> int:
    return Opening.objects.create(at=at, way="look", what="手机号", reason="contact").pk


def attempt(at: datetime) -> int:
    row = AccessFailureLog.objects.create(username=f"u{next(numbers)}", ip_address="10.0.0.1")
    AccessFailureLog.objects.filter(pk=row.pk).update(attempt_time=at)
    return int(row.pk)


def letter(at: datetime) -> int:
    row = Letter.objects.create(
        user=make_user(), channel="email", address="a@b.cn", written_at=at, next_try_at=at
    )
    Letter.objects.filter(pk=row.pk).update(state="sent", ended_at=at)
    return row.pk


def message(at: datetime) -> int:
    return GatewayMessage.objects.create(
        channel="finance", kind="query", body="{}", received_at=at
    ).pk


def sheet(at: datetime) -> int:
    return SheetUpload.objects.create(
        kind="arrange", name="a.xlsx", data=b"x", uploaded_by=make_user(), uploaded_at=at
    ).pk


ROWS: dict[str, tuple[Keeping, type, Callable[[datetime], int]]] = {
    "changes": (CHANGES, Change, change),
    "openings": (OPENINGS, Opening, opening),
    "sign-in attempts": (ATTEMPTS, AccessFailureLog, attempt),
    "letters": (LETTERS, Letter, letter),
    "raw messages": (MESSAGES, GatewayMessage, message),
    "sheets": (SHEETS, SheetUpload, sheet),
}


@pytest.mark.parametrize("name", ROWS)
def test_the_boundary(name: str) -> None:
    keeping, model, make = ROWS[name]
    now = timezone.now()
    cutoff = keeping.cutoff(now)
    old, exact, new = make(cutoff - SECOND), make(cutoff), make(now)
    assert forget(keeping, now) == 1
    left = set(model._default_manager.values_list("pk", flat=True))  # type: ignore[attr-defined]
    assert (old in left, {exact, new} <= left) == (False, True)


@pytest.mark.parametrize("name", ROWS)
def test_no_setting_goes_below_its_floor(name: str, settings: Settings) -> None:
    keeping, model, make = ROWS[name]
    setattr(settings, keeping.days, 1)
    now = timezone.now()
    row = make(now - timedelta(days=keeping.least) + SECOND)
    assert forget(keeping, now) == 0
    assert model._default_manager.filter(pk=row).exists()  # type: ignore[attr-defined]
    assert keeping.days in str(check_retention(None))


def test_the_settings_as_they_come_are_long_enough() -> None:
    assert check_retention(None) == []


def test_every_rule_forgets_in_batches_and_no_faster() -> None:
    now = timezone.now()
    few = Keeping("", "HISTORY_DAYS", CHANGES.least, CHANGES.forget, batch=2)
    for _ in range(5):
        change(few.cutoff(now) - SECOND)
    assert few.forget(few.cutoff(now), 2) == 2
    assert Change.objects.filter(at__lt=few.cutoff(now)).count() == 3
    assert forget(few, now) == 3


def test_a_message_money_stands_on_is_never_forgotten() -> None:
    now = timezone.now()
    long_ago = MESSAGES.cutoff(now) - timedelta(days=1)
    basis, loose = message(long_ago), message(long_ago)
    Receipt.objects.create(
        channel="finance", kind="payment", trade_number="T1", order_number="ZZJF1",
        amount_fen=100, paid_at=long_ago, recorded_at=long_ago, message_id=basis,
    )  # fmt: skip
    assert forget(MESSAGES, now) == 1
    left = set(GatewayMessage.objects.values_list("pk", flat=True))
    assert (basis in left, loose in left, Receipt.objects.count()) == (True, False, 1)


def test_afterwards_the_trigger_stands_again() -> None:
    forget(MESSAGES, timezone.now())
    row = message(timezone.now())
    with pytest.raises(InternalError), transaction.atomic():
        GatewayMessage.objects.filter(pk=row).delete()


def test_a_waiting_letter_and_every_message_stay() -> None:
    now = timezone.now()
    long_ago = LETTERS.cutoff(now) - SECOND
    waiting = Letter.objects.create(
        user=make_user(), channel="email", address="a@b.cn", written_at=long_ago, next_try_at=now
    )
    sent = Letter.objects.get(pk=letter(long_ago))
    told = Message.objects.create(user=sent.user, key="k", title="你好", sent_at=long_ago)
    Enclosure.objects.create(letter=sent, message=told, channel="email")
    assert forget(LETTERS, now) == 1
    assert [waiting.pk] == list(Letter.objects.values_list("pk", flat=True))
    assert Message.objects.filter(pk=told.pk).exists()


def test_files_of_old_jobs_go_and_the_job_stays() -> None:
    now = timezone.now()
    paths = {}
    for name, ended in (("old", FILES.cutoff(now) - SECOND), ("exact", FILES.cutoff(now))):
        paths[name] = default_storage.save(f"jobs/{name}.zip", ContentFile(b"x"))
        Job.objects.create(
            kind="transcripts", title=name, params={}, requested_at=ended, seen_at=ended,
            finished_at=ended, files={"a.zip": paths[name]},
        )  # fmt: skip
    Job.objects.update(state="done")
    assert forget(FILES, now) == 1
    assert [default_storage.exists(path) for path in paths.values()] == [False, True]
    assert dict(Job.objects.values_list("title", "files")) == {
        "old": {}, "exact": {"a.zip": paths["exact"]},
    }  # fmt: skip


def test_the_nightly_job_goes_through_every_rule() -> None:
    listed = [import_string(path) for path in settings.RETENTION]
    assert listed == [CHANGES, OPENINGS, ATTEMPTS, LETTERS, FILES, MESSAGES, SHEETS]
    now = timezone.now()
    for keeping, _, make in ROWS.values():
        make(keeping.cutoff(now) - timedelta(days=1))
    assert forget_what_is_old() == len(ROWS)
