"""Cash at finance's counter: it counts when it was paid in time, whenever that is written down."""

from datetime import UTC, datetime, timedelta

import pytest

from payments.audit import audit
from payments.models import Charge, ManualEntry
from payments.services import manual
from payments.states import LineState
from payments.tests.desk import make_clerk
from payments.tests.factories import NOW, make_charge, make_order, make_payer, minutes
from payments.tests.workflow import CLOSES
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db
MORNING_AFTER = CLOSES + timedelta(hours=16)
LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)  # what a date field makes of 0001-01-02


def filed(charge: Charge, paid_at: datetime, now: datetime) -> ManualEntry:
    seen = manual.Claimed(charge.amount_fen, paid_at, "收据 7", "窗口收款")
    return manual.file_for_charge(clerk=make_clerk(), charge_id=charge.pk, seen=seen, now=now)


def entered(row: ManualEntry, now: datetime) -> LineState:
    manual.release(clerk=make_clerk("孙会计"), entry_id=row.pk, now=now)
    assert row.charge is not None
    return LineState(row.charge.lines.latest("pk").state)


@pytest.mark.parametrize("filed_at", [CLOSES, MORNING_AFTER], ids=["last moment", "next morning"])
def test_paid_before_closing_is_entered_the_next_morning(filed_at: datetime) -> None:
    row = filed(make_charge(make_payer()), CLOSES, filed_at)
    assert (entered(row, MORNING_AFTER), audit().clean) == (LineState.PAID, True)


def test_paid_after_closing_is_not_entered() -> None:
    with pytest.raises(DomainError, match=r"charge\.over"):
        filed(make_charge(make_payer()), CLOSES + timedelta(seconds=1), MORNING_AFTER)
    assert ManualEntry.objects.count() == 0


def test_what_was_paid_in_time_does_not_take_a_course_that_is_being_paid() -> None:
    """Only the closing is judged by the day on the paper; a hold is a hold."""
    charge = make_charge(make_payer())
    row = filed(charge, NOW, NOW)
    make_order([charge], now=CLOSES)
    with pytest.raises(DomainError, match=r"charge\.held"):
        entered(row, CLOSES + minutes(5))
    row.refresh_from_db()
    assert row.state == "requested"


@pytest.mark.parametrize(
    "paid_at", [LONG_AGO, NOW - timedelta(days=1)], ids=["year 1", "day before"]
)
def test_nothing_is_paid_before_it_is_owed(paid_at: datetime) -> None:
    with pytest.raises(DomainError, match=r"entry\.too_early"):
        filed(make_charge(make_payer()), paid_at, NOW)
    assert ManualEntry.objects.count() == 0


def test_on_the_day_it_is_owed_it_was_paid_after_that_moment() -> None:
    midnight = datetime(2025, 4, 22, 16, tzinfo=UTC)  # in the college, as paper tells a day
    assert filed(make_charge(make_payer()), midnight, NOW).paid_at == NOW
