"""A row of a file that was wrong: once it is taken back, no side of the day counts it."""

import pytest

from payments.audit import audit
from payments.models import Conflict, Surplus
from payments.reconcile.selectors import day_rows
from payments.reconcile.selectors.differences import work_list
from payments.reconcile.tests.statements import apply, foreseen, happened, listed, preview
from payments.reconcile.tests.test_days import DAY, LATER, an_order, closed, the_day
from payments.states import ResolutionMethod
from payments.tests.desk import released
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
WRONG = "ZZJF20250101000000000001"


@pytest.fixture
def wrong(clerk: User) -> str:
    """A file with a real row and one that should not be there, applied and taken back."""
    order = an_order()
    real = listed(order, "T-1")
    apply(preview([real, listed(WRONG, "T-2")], clerk.pk), clerk.pk)
    released(Surplus.objects.get(), ResolutionMethod.VOID, now=LATER)
    return real


def test_both_sides_of_the_day_agree_without_it(clerk: User, wrong: str) -> None:
    day = the_day()
    assert (day.ours_count, day.theirs_count, day.difference_fen) == (1, 1, 0)
    assert [row.trade_number for row in day_rows.ours("finance", DAY)] == ["T-1"]
    apply(preview([wrong], clerk.pk, now=LATER), clerk.pk, now=LATER)  # the channel's mended file
    assert (the_day().difference_fen, len(work_list(LATER))) == (0, 0)
    assert closed(clerk, LATER).theirs_count == 1


@pytest.mark.parametrize("others", [[], [listed(WRONG, "T-3")]], ids=["alone", "entangled"])
def test_the_same_row_once_more_is_foreseen_as_a_conflict(
    clerk: User, wrong: str, others: list[str]
) -> None:
    sent_again = [listed(WRONG, "T-2"), *others, wrong]
    again = preview(sent_again, clerk.pk, now=LATER)
    groups = [group for group, _ in foreseen(again)]
    assert groups == ["conflict", *["unknown" for _ in others], "known"]
    apply(again, clerk.pk, now=LATER)
    assert happened(again) == foreseen(again)
    assert (Conflict.objects.count(), audit().clean) == (1, True)
