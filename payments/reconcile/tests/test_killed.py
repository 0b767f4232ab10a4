"""A worker that dies between any two statements: whoever goes on ends where one worker had."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from payments.audit import audit
from payments.models import Receipt, Resolution, StrayRefund, Surplus
from payments.reconcile import matching
from payments.reconcile.models import RowOutcome, Upload
from payments.reconcile.services.applying import confirm
from payments.reconcile.tests.statements import LATER, happened, preview
from payments.reconcile.tests.test_refunded import HEADER
from payments.tests.desk import released, withdrawn
from payments.tests.factories import make_charge, make_order, make_payer
from portal.accounts.models import User
from portal.jobs import services as jobs

pytestmark = pytest.mark.django_db
STRANGE = "ZZJF20250423000000000001"


class Killed(BaseException):
    """Nothing of the process runs after it."""


class Death:
    """Comes in place of a statement about ``table``, the ``number``-th of them, and stays."""

    def __init__(self, table: str, number: int) -> None:
        self._table, self._left = table, number

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if self._left and self._table in sql:
            self._left -= 1
        if not self._left and not sql.startswith(("ROLLBACK", "SAVEPOINT", "RELEASE")):
            raise Killed
        return execute(sql, *rest)


@pytest.fixture
def ours() -> Resolution:
    """One course of an order goes back."""
    return released(withdrawn(10000, 30000)[0])


@pytest.fixture
def upload(ours: Resolution, clerk: User, monkeypatch: pytest.MonkeyPatch) -> Upload:
    """One row of each kind, in several batches, confirmed."""
    monkeypatch.setattr(matching, "BATCH", 2)
    payer, paid = make_payer(), ours.surplus.receipt
    orders = [make_order([make_charge(payer)]) for _ in range(3)]
    back = f"{paid.order_number},{paid.trade_number}"
    found = preview(
        [
            f"{back},400.00,2025-04-23 14:23:00,缴费,",
            f"{orders[0].number},T0,400.00,2025-04-23 14:23:00,缴费,",
            f"{orders[1].number},T1,399.00,2025-04-23 14:23:00,缴费,",
            f"{orders[2].number},T2,400.00,2025-04-23 14:23:00,缴费,",
            f"{orders[2].number},T2,400.00,2025-04-23 14:23:00,缴费,",
            f"{orders[2].number},T3,400.00,2025-04-23 14:23:00,缴费,",
            f"{STRANGE},,1.00,2025-04-23 14:23:00,缴费,",
            f"{back},-100.00,2025-04-23 15:00:00,退款,{ours.refund_number}",
            f"{back},-7.00,2025-04-23 15:00:00,退款,R-STRANGE",
        ],
        clerk.pk,
        header=HEADER,
    )
    confirm(found.pk, actor_id=clerk.pk, now=LATER)
    found.refresh_from_db()
    return found


@contextmanager
def dying(table: str, number: int) -> Iterator[None]:
    with pytest.raises(Killed), connection.execute_wrapper(Death(table, number)):
        yield


def work(upload: Upload, now: datetime) -> None:
    assert upload.job is not None
    jobs.work(upload.job.pk, lambda: now)


@pytest.mark.parametrize(
    ("table", "number"),
    [
        ("payments_receipt", 2),
        ("reconcile_rowoutcome", 2),
        ("jobs_jobitem", 3),
        ("payments_strayrefund", 1),
        ("result_path", 2),
    ],
)
def test_who_goes_on_ends_where_one_worker_had(
    upload: Upload, ours: Resolution, table: str, number: int
) -> None:
    with dying(table, number):
        work(upload, LATER)
    for hours in (1, 2, 3):
        work(upload, LATER + timedelta(hours=hours))
    upload.refresh_from_db()
    ours.refresh_from_db()
    assert happened(upload) == [
        ("known", ""), ("settle", "pay"), ("amount", "keep"), ("settle", "pay"),
        ("duplicate", ""), ("twice", "keep"), ("unknown", "keep"), ("refund", "paid_back"),
        ("stray", ""),
    ]  # fmt: skip
    assert (upload.state, ours.state, RowOutcome.objects.count()) == ("applied", "arrived", 8)
    counts = [model.objects.count() for model in (Receipt, Surplus, StrayRefund)]
    assert (counts, audit().clean) == ([7, 5, 1], True)
