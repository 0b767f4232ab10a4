"""A clerk takes money back while its channel, after all, tells of it: one of them must notice."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
from django.db import OperationalError, connection

from payments import phantoms
from payments.audit import audit
from payments.book import OutcomeKind
from payments.models import Conflict, Finding, Order, Resolution, Surplus
from payments.services import cases, closing, steps
from payments.services.settle import settle
from payments.states import MessageKind, ResolutionMethod, ResolutionState
from payments.tests import harm
from payments.tests.desk import filed, make_clerk
from payments.tests.factories import NOW, make_charge, make_order, make_payer
from payments.tests.guards import guards
from payments.tests.races import BEHIND_A_LOCK, SURELY, meet_after, race
from payments.tests.test_lock_controls import without_row_locks
from payments.tests.test_phantoms import misprint, told, two_halves
from payments.tests.test_races import kinds

pytestmark = pytest.mark.usefixtures("throwaway_database")


@pytest.fixture
def channel() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def tell(order: Order) -> OutcomeKind:
    try:
        return settle([told(order, 123, MessageKind.CALLBACK)], NOW)[0].kind
    finally:
        connection.close()


def taken_back_meanwhile(
    monkeypatch: pytest.MonkeyPatch, channel: ThreadPoolExecutor, within: float
) -> tuple[str, OutcomeKind]:
    """The channel speaks right after the second person was found to be in the right, who then
    waits so long for what comes of it.
    """
    order = make_order([make_charge(make_payer())])
    row, look = filed(misprint(order), ResolutionMethod.VOID), phantoms._is_used
    news: list[Future[OutcomeKind]] = []

    def looked(surplus: Surplus) -> bool:
        seen = look(surplus)
        news.append(channel.submit(tell, order))
        wait(news, timeout=within)
        return seen

    monkeypatch.setattr(phantoms, "_is_used", looked)
    done = cases.release(clerk=make_clerk("孙会计"), resolution_id=row.pk, now=NOW)
    return done.state, news[0].result()


def test_news_waits_and_becomes_a_conflict(
    monkeypatch: pytest.MonkeyPatch, channel: ThreadPoolExecutor
) -> None:
    found = taken_back_meanwhile(monkeypatch, channel, BEHIND_A_LOCK)
    assert found == (ResolutionState.ARRIVED, OutcomeKind.CONFLICT)
    assert (Conflict.objects.count(), audit().clean) == (1, True)


def test_control_without_holding_news(
    monkeypatch: pytest.MonkeyPatch, channel: ThreadPoolExecutor
) -> None:
    """The clerk saw no word of the channel, the channel told of money known already: it is lost."""
    monkeypatch.setattr(phantoms, "hold_news", lambda: None)
    found = taken_back_meanwhile(monkeypatch, channel, SURELY)
    assert found == (ResolutionState.ARRIVED, OutcomeKind.REPEAT)
    assert (Conflict.objects.count(), audit().totals.received) == (0, 0)


def two_releases() -> tuple[Callable[[], object], Callable[[], object]]:
    """Both halves of a wrong row are released at once."""
    first, second = (filed(half, ResolutionMethod.VOID) for half in two_halves())
    clerk = make_clerk("孙会计")

    def releasing(row: Resolution) -> Callable[[], object]:
        return lambda: cases.release(clerk=clerk, resolution_id=row.pk, now=NOW).state

    return releasing(first), releasing(second)


def test_two_halves_are_taken_back_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = two_releases()
    meet_after(monkeypatch, (steps, "lock_surplus"))
    assert race(*parties) == [ResolutionState.ARRIVED] * 2
    assert (audit().clean, audit().totals.received) == (True, 0)


def test_control_two_halves_each_from_its_own_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds his half and waits for the other's: the database gives one of them up."""
    parties = two_releases()

    def from_its_own_end(surplus_id: int) -> None:
        own = Surplus.objects.get(pk=surplus_id)
        steps.lock_surplus(surplus_id)
        steps.lock_surplus(Surplus.objects.exclude(pk=surplus_id).get(receipt=own.receipt_id).pk)

    monkeypatch.setattr(steps, "lock_halves", from_its_own_end)
    meet_after(monkeypatch, (steps, "lock_surplus"), within=SURELY)
    assert [type(one) for one in race(*parties)].count(OperationalError) == 1


def two_findings() -> tuple[Callable[[], object], Callable[[], object]]:
    """Two clerks look into the same word of a channel at once."""
    pk = harm.signed().pk
    clerks = make_clerk("甲"), make_clerk("乙")
    return tuple(  # type: ignore[return-value]
        lambda clerk=clerk: closing.find(clerk=clerk, conflict_id=pk, note=clerk.name, now=NOW)
        for clerk in clerks
    )


def test_two_clerks_find_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    parties = two_findings()
    meet_after(monkeypatch, (closing, "_words"))
    assert kinds(race(*parties)) == ["closure.found", "ok"]


def test_control_two_clerks_find_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two findings about one word, and the second person reads either of them."""
    parties = two_findings()
    without_row_locks(monkeypatch)
    guards()["Finding.conflict"].remove()
    meet_after(monkeypatch, (closing, "_words"), within=SURELY)
    assert kinds(race(*parties)) == ["ok", "ok"]
    assert Finding.objects.count() == 2
