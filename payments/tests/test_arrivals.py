"""Every way and moment money can arrive: what becomes of it, and what the payer reads.

One row per situation, each with an order of one, two and three courses; afterwards the books are
clean and telling everything once more changes nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from django.test import Client

from payments.audit import audit
from payments.book import Arrival, OutcomeKind
from payments.models import Charge, Conflict, ManualEntry, Order, Receipt
from payments.services import manual
from payments.services.charges import void_charge, waive_charge
from payments.services.settle import settle
from payments.states import EntryState, MessageKind
from payments.tests.desk import make_clerk
from payments.tests.factories import (
    NOW,
    PURPOSE,
    give_back,
    make_arrival,
    make_charge,
    make_order,
    make_payer,
    minutes,
)
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db
LATER = NOW + minutes(60)
TWO_DAYS = NOW + minutes(2 * 24 * 60 + 30)
ONE, TWO, THREE = (40000,), (40000, 30000), (40000, 30000, 20000)


@dataclass
class Scene:
    """An order, its charges, and the news of its money."""

    order: Order
    charges: list[Charge]
    news: Arrival

    @property
    def all_of_it(self) -> str:
        return f"{len(self.charges)} 门课已缴费"


Told = list[Arrival]


def in_order(scene: Scene) -> Told:
    return [scene.news]


def by_query(scene: Scene) -> Told:
    return [replace(scene.news, kind=MessageKind.QUERY)]


def by_statement(scene: Scene) -> Told:
    return [replace(scene.news, kind=MessageKind.STATEMENT)]


def without_a_number_first(scene: Scene) -> Told:
    return [replace(scene.news, trade_number=""), scene.news]


def repeated(scene: Scene) -> Told:
    return [scene.news] * 3


def after_release(scene: Scene) -> Told:
    give_back(scene.order, now=NOW + minutes(20))
    return [scene.news]


def two_days_late(scene: Scene) -> Told:
    give_back(scene.order, now=NOW + minutes(20))
    return [replace(scene.news, paid_at=TWO_DAYS)]


def newer_order_holds(scene: Scene) -> Told:
    give_back(scene.order, now=NOW + minutes(20))
    make_order(scene.charges, now=LATER, never_paid=True)
    return [scene.news]


def newer_order_paid(scene: Scene) -> Told:
    give_back(scene.order, now=NOW + minutes(20))
    newer = make_order(scene.charges, now=LATER, never_paid=True)
    settle([make_arrival(newer)], LATER)
    return [scene.news]


def out_of_order(scene: Scene) -> Told:
    """The newer order's money is told before the older one's, which was paid first."""
    give_back(scene.order, now=NOW + minutes(20))
    newer = make_order(scene.charges, now=LATER, never_paid=True)
    return [scene.news, make_arrival(newer)]


def after_withdrawal(scene: Scene) -> Told:
    give_back(scene.order, now=NOW + minutes(20))
    for charge in scene.charges:
        void_charge(purpose=PURPOSE, reference=charge.reference, now=LATER)
    return [scene.news]


def after_a_waiver(scene: Scene) -> Told:
    give_back(scene.order, now=NOW + minutes(20))
    for charge in scene.charges:
        waive_charge(purpose=PURPOSE, reference=charge.reference, now=LATER)
    return [scene.news]


def wrong_amount(scene: Scene) -> Told:
    return [replace(scene.news, amount_fen=scene.news.amount_fen - 1)]


def same_key_other_amount(scene: Scene) -> Told:
    return [scene.news, replace(scene.news, amount_fen=1)]


def paid_twice(scene: Scene) -> Told:
    return [scene.news, make_arrival(scene.order)]


KEPT = "在财务处核对"
KEPT_HEADING = "这一单的钱在财务处核对"
SITUATIONS: list[tuple[Callable[[Scene], Told], list[str], str, str]] = [
    (in_order, ["settled"], "{n} 门课已缴费", "已入账，记到 {n} 门课"),
    (by_query, ["settled"], "{n} 门课已缴费", "已入账，记到 {n} 门课"),
    (by_statement, ["settled"], "{n} 门课已缴费", "已入账，记到 {n} 门课"),
    (without_a_number_first, ["settled", "repeat"], "{n} 门课已缴费", "已入账，记到 {n} 门课"),
    (repeated, ["settled", "repeat", "repeat"], "{n} 门课已缴费", "已入账，记到 {n} 门课"),
    (after_release, ["late"], "{n} 门课已缴费", "已入账，记到 {n} 门课"),
    (two_days_late, ["late"], "{n} 门课已缴费", "已入账，记到 {n} 门课"),
    (newer_order_holds, ["late"], "{n} 门课已缴费", "已入账，记到 {n} 门课"),
    (newer_order_paid, ["surplus"], KEPT_HEADING, "这门课已经缴过："),
    (out_of_order, ["late", "surplus"], "{n} 门课已缴费", "已入账，记到 {n} 门课"),
    (after_withdrawal, ["surplus"], KEPT_HEADING, "报名已取消："),
    (after_a_waiver, ["surplus"], KEPT_HEADING, "这门课免缴："),
    (wrong_amount, ["surplus"], KEPT_HEADING, "金额与订单不符"),
    (same_key_other_amount, ["settled", "conflict"], "{n} 门课已缴费", "已入账，记到 {n} 门课"),
    (paid_twice, ["settled", "surplus"], "{n} 门课已缴费", "这门课已经缴过："),
]


def scene_of(amounts: Sequence[int], prefix: str = "") -> Scene:
    payer = make_payer()
    charges = [
        make_charge(payer, fen, reference=f"{prefix}{payer.pk}-{place}" if prefix else "")
        for place, fen in enumerate(amounts)
    ]
    order = make_order(charges)
    return Scene(order, charges, make_arrival(order))


def words(client: Client, order: Order) -> tuple[str, str]:
    """Heading and whole text of the order's page, as its payer reads it."""
    client.force_login(order.payer)
    text = client.get(f"/payments/orders/{order.number}/").content.decode()
    heading = re.search(r"<h1>(.*?)</h1>", text)
    assert heading is not None
    return heading[1], text


@pytest.mark.parametrize("amounts", [ONE, TWO, THREE], ids=["one", "two", "three"])
@pytest.mark.parametrize(
    ("situation", "kinds", "heading", "sentence"),
    SITUATIONS,
    ids=[situation.__name__ for situation, *_ in SITUATIONS],
)
def test_money_arrives(
    client: Client, situation: Callable[[Scene], Told], kinds: list[str], heading: str,
    sentence: str, amounts: tuple[int, ...],
) -> None:  # fmt: skip
    scene = scene_of(amounts)
    told = situation(scene)
    outcomes = settle(told, TWO_DAYS)
    assert [outcome.kind.value for outcome in outcomes] == kinds
    before = vars(audit().totals)
    settle(told, TWO_DAYS)
    assert (vars(audit().totals), audit().clean) == (before, True)
    title, text = words(client, scene.order)
    n = len(amounts)
    assert title == heading.format(n=n)
    assert sentence.format(n=n) in text
    assert (KEPT in text) == ("surplus" in kinds and situation is not out_of_order)


@pytest.mark.parametrize("amounts", [ONE, TWO, THREE], ids=["one", "two", "three"])
@pytest.mark.parametrize("prefix", ["no-", "done-"], ids=["after lapse", "after verification"])
def test_late_money_pays_whatever_the_workflow_says_now(
    client: Client, prefix: str, amounts: tuple[int, ...]
) -> None:
    """The workflow reads from the charge that it is paid, and reinstates by itself."""
    scene = scene_of(amounts)
    give_back(scene.order, now=NOW + minutes(20))
    for place, charge in enumerate(scene.charges):
        Charge.objects.filter(pk=charge.pk).update(reference=f"{prefix}{charge.pk}-{place}")
    assert settle([scene.news], TWO_DAYS)[0].kind is OutcomeKind.LATE
    title, text = words(client, scene.order)
    assert title == scene.all_of_it
    assert ("教学部已核实" in text) == (prefix == "done-")
    assert audit().clean


def entered(scene: Scene) -> str:
    """The same money entered by hand by two people; what became of it."""
    row = file_entry(scene)
    return manual.release(clerk=make_clerk(), entry_id=row.pk, now=LATER).outcome


def file_entry(scene: Scene) -> ManualEntry:
    """One person's word for it."""
    seen = manual.Claimed(scene.order.amount_fen, NOW, "回单 7", "渠道漏报")
    number = scene.order.number
    return manual.file_for_order(clerk=make_clerk(), number=number, seen=seen, now=LATER)


@pytest.mark.parametrize("amounts", [ONE, TWO, THREE], ids=["one", "two", "three"])
@pytest.mark.parametrize(
    ("situation", "outcome"),
    [(in_order, "settled"), (after_release, "late"), (newer_order_holds, "late"),
     (after_withdrawal, "surplus"), (after_a_waiver, "surplus"), (newer_order_paid, "surplus")],
    ids=["in order", "after release", "newer holds", "withdrawn", "waived", "newer paid"],
)  # fmt: skip
def test_money_entered_by_hand_meets_the_same_rules(
    situation: Callable[[Scene], Told], outcome: str, amounts: tuple[int, ...]
) -> None:
    scene = scene_of(amounts)
    situation(scene)
    assert entered(scene) == outcome
    assert audit().clean


def test_real_number_adopts_what_was_entered_by_hand() -> None:
    scene = scene_of(TWO)
    entered(scene)
    assert settle([scene.news], LATER)[0].kind is OutcomeKind.REPEAT
    receipt = Receipt.objects.get()
    assert receipt.adopted.trade_number == scene.news.trade_number


def test_adopting_what_was_entered_by_hand_is_looked_at_by_people() -> None:
    scene = scene_of(TWO)
    entered(scene)
    settle([scene.news], LATER)
    settle([scene.news], LATER)
    found = Conflict.objects.values_list("receipt", "order_number", "amount_fen")
    assert list(found) == [(Receipt.objects.get().pk, scene.order.number, scene.order.amount_fen)]


@pytest.mark.parametrize("trade", ["T-wrong", ""], ids=["numbered", "unnumbered"])
def test_money_entered_by_hand_is_never_another_amount(trade: str) -> None:
    scene = scene_of(TWO)
    settle([make_arrival(scene.order, 100, trade=trade)], NOW)
    row = file_entry(scene)
    if trade:
        done = manual.release(clerk=make_clerk(), entry_id=row.pk, now=LATER)
        assert done.receipt is not None
        assert (done.outcome, done.receipt.amount_fen) == ("settled", scene.order.amount_fen)
    else:
        with pytest.raises(DomainError, match=r"entry\.conflict"):
            manual.release(clerk=make_clerk(), entry_id=row.pk, now=LATER)
        row.refresh_from_db()
        assert (row.state, Conflict.objects.count()) == (EntryState.REQUESTED, 0)
    assert audit().clean


def test_entry_released_after_the_callback_adopts_its_receipt() -> None:
    scene = scene_of(TWO)
    seen = manual.Claimed(scene.order.amount_fen, NOW, "回单 7", "渠道漏报")
    row = manual.file_for_order(clerk=make_clerk(), number=scene.order.number, seen=seen, now=NOW)
    settle([scene.news], LATER)
    done = manual.release(clerk=make_clerk(), entry_id=row.pk, now=LATER)
    assert (done.outcome, done.receipt, Receipt.objects.count()) == (
        "repeat",
        Receipt.objects.get(),
        1,
    )
    assert Conflict.objects.count() == 0
