"""Money a file listed and nobody paid: taken back by two people, never believed again by itself."""

import pytest
from django.db import transaction

from payments import phantoms
from payments.audit import audit
from payments.book import Arrival, OutcomeKind
from payments.models import Conflict, Order, OrderLine, Receipt, Surplus
from payments.services import cases, closing, manual
from payments.services.charges import void_charge
from payments.services.messages import record
from payments.services.settle import settle
from payments.states import MessageKind, ReceiptKind, ResolutionMethod, ResolutionState
from payments.tests.desk import filed, make_clerk, released
from payments.tests.factories import (
    CHANNEL,
    NOW,
    PURPOSE,
    make_arrival,
    make_charge,
    make_order,
    make_payer,
)
from portal.inbox.models import Message
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db
VOID = ResolutionMethod.VOID


def told(order: Order, fen: int, kind: MessageKind, trade: str = "T-9") -> Arrival:
    """One payment as a channel or a file tells it, with its message on file."""
    message = record(CHANNEL, kind, order.number, f"{trade} {fen}", NOW)
    return make_arrival(order, fen, trade=trade, kind=kind, message_id=message.pk)


def misprint(order: Order | None = None) -> Surplus:
    """A row that should not be there, as surplus."""
    found = order or make_order([make_charge(make_payer())])
    settle([told(found, 123, MessageKind.STATEMENT)], NOW)
    return Surplus.objects.get()


def give_up(line: OrderLine) -> None:
    """The course of a paid line is withdrawn."""
    with transaction.atomic():
        void_charge(purpose=PURPOSE, reference=line.charge.reference, now=NOW)


def refusal(surplus: Surplus) -> str:
    with pytest.raises(DomainError) as caught:
        filed(surplus, VOID)
    return caught.value.code


def test_taken_back_by_two_people() -> None:
    order = make_order([make_charge(make_payer())])
    row = released(misprint(order), VOID)
    assert (row.state, audit().clean, audit().totals.received) == (ResolutionState.ARRIVED, True, 0)
    kinds = Receipt.objects.order_by("pk").values_list("kind", "amount_fen", "paid_at")
    assert list(kinds) == [(ReceiptKind.PAYMENT, 123, NOW), (ReceiptKind.VOID, 123, NOW)]
    note = Message.objects.filter(user=order.payer).latest("pk")
    assert note.title == "¥1.23 已更正：没有到账"


def test_one_person_is_not_enough() -> None:
    clerk = make_clerk()
    row = filed(misprint(), VOID, clerk=clerk)
    with pytest.raises(DomainError) as caught:
        cases.release(clerk=clerk, resolution_id=row.pk, now=NOW)
    assert (caught.value.code, audit().totals.received) == ("case.same_person", 123)


def test_undone_until_released() -> None:
    surplus, clerk = misprint(), make_clerk()
    row = filed(surplus, VOID, clerk=clerk)
    cases.cancel(clerk=make_clerk(), resolution_id=row.pk, reason="看错了", now=NOW)
    assert (audit().totals.surplus, audit().clean) == (123, True)
    again = filed(surplus, VOID, clerk=clerk)
    cases.release(clerk=make_clerk("孙会计"), resolution_id=again.pk, now=NOW)
    with pytest.raises(DomainError) as caught:
        cases.cancel(clerk=make_clerk(), resolution_id=again.pk, reason="晚了", now=NOW)
    assert caught.value.code == "case.too_late"


@pytest.mark.parametrize("kind", [MessageKind.CALLBACK, MessageKind.QUERY])
def test_what_a_channel_signed_is_not_taken_back(kind: MessageKind) -> None:
    order = make_order([make_charge(make_payer())])
    settle([told(order, 123, kind)], NOW)
    assert refusal(Surplus.objects.get()) == "case.signed"


def test_what_a_channel_signed_later_is_not_taken_back() -> None:
    order = make_order([make_charge(make_payer())])
    surplus = misprint(order)
    row = filed(surplus, VOID)
    settle([told(order, 123, MessageKind.CALLBACK)], NOW)
    with pytest.raises(DomainError) as caught:
        cases.release(clerk=make_clerk("孙会计"), resolution_id=row.pk, now=NOW)
    assert (caught.value.code, audit().totals.received) == ("case.signed", 123)


def test_a_row_that_still_pays_a_course_is_not_taken_back_in_part() -> None:
    payer = make_payer()
    order = make_order([make_charge(payer), make_charge(payer)])
    settle([told(order, order.amount_fen, MessageKind.STATEMENT)], NOW)
    first, second = order.lines.order_by("position")
    give_up(first)
    assert refusal(Surplus.objects.get()) == "case.used"
    give_up(second)
    for surplus in Surplus.objects.order_by("pk"):
        released(surplus, VOID)
    assert (audit().clean, audit().totals.received) == (True, 0)


def two_halves() -> tuple[Surplus, Surplus]:
    """A wrong row over two courses that were given up."""
    payer = make_payer()
    order = make_order([make_charge(payer), make_charge(payer)])
    settle([told(order, order.amount_fen, MessageKind.STATEMENT)], NOW)
    for line in order.lines.all():
        give_up(line)
    first, second = Surplus.objects.order_by("pk")
    return first, second


@pytest.mark.parametrize("is_done", [False, True], ids=["filed", "released"])
def test_no_half_of_what_is_taken_back_goes_another_way(is_done: bool) -> None:
    first, second = two_halves()
    (released if is_done else filed)(first, VOID)
    with pytest.raises(DomainError) as caught:
        filed(second, ResolutionMethod.GATEWAY)
    assert caught.value.code == "case.taken_back"
    released(second, VOID)
    assert audit().clean


def test_nothing_is_taken_back_of_which_a_part_is_on_another_way() -> None:
    first, second = two_halves()
    filed(first, ResolutionMethod.MANUAL)
    assert refusal(second) == "case.used"


def test_a_row_of_which_a_part_went_another_way_is_not_taken_back() -> None:
    first, second = two_halves()
    row = released(first, ResolutionMethod.MANUAL)
    cases.confirm_by_hand(clerk=make_clerk(), resolution_id=row.pk, evidence="回单", now=NOW)
    assert refusal(second) == "case.used"


def test_told_again_is_a_conflict_and_no_repeat() -> None:
    order = make_order([make_charge(make_payer())])
    released(misprint(order), VOID)
    for kind in (MessageKind.STATEMENT, MessageKind.CALLBACK):
        [outcome] = settle([told(order, 123, kind)], NOW)
        assert outcome.kind is OutcomeKind.CONFLICT
    told_by = Conflict.objects.order_by("pk").values_list("message__kind", flat=True)
    assert (list(told_by), audit().clean) == ([MessageKind.STATEMENT, MessageKind.CALLBACK], True)


def test_a_row_without_a_number_stands_in_nobodys_way() -> None:
    """The real payment comes later, under a number of its own."""
    order = make_order([make_charge(make_payer())])
    settle([told(order, 123, MessageKind.STATEMENT, trade="")], NOW)
    released(Surplus.objects.get(), VOID)
    [outcome] = settle([told(order, order.amount_fen, MessageKind.CALLBACK, "T-1")], NOW)
    assert (outcome.kind, audit().clean) == (OutcomeKind.SETTLED, True)


def by_hand(order: Order) -> str:
    """Two people enter the order's money; what became of it."""
    seen = manual.Claimed(order.amount_fen, NOW, "回单 7", "渠道账单")
    row = manual.file_for_order(clerk=make_clerk(), number=order.number, seen=seen, now=NOW)
    return manual.release(clerk=make_clerk("孙会计"), entry_id=row.pk, now=NOW).outcome


def never_paid(trade: str) -> Order:
    """An order that a wrong row paid, taken back."""
    order = make_order([make_charge(make_payer())])
    settle([told(order, order.amount_fen, MessageKind.STATEMENT, trade)], NOW)
    give_up(order.lines.get())
    released(Surplus.objects.get(), VOID)
    return order


def test_what_came_after_all_is_entered_by_hand() -> None:
    order = never_paid("T-9")
    assert by_hand(order) == OutcomeKind.SURPLUS
    assert (audit().totals.received, audit().clean) == (order.amount_fen, True)


def test_money_without_a_number_is_not_entered_on_what_was_taken_back() -> None:
    order = never_paid("")
    with pytest.raises(DomainError) as caught:
        by_hand(order)
    assert (caught.value.code, audit().totals.received) == ("entry.taken_back", 0)


def test_a_second_row_without_a_number_is_a_conflict() -> None:
    order = make_order([make_charge(make_payer())])
    settle([told(order, 123, MessageKind.STATEMENT, trade="")], NOW)
    released(Surplus.objects.get(), VOID)
    [outcome] = settle([told(order, 123, MessageKind.STATEMENT, trade="")], NOW)
    assert (outcome.kind, audit().clean) == (OutcomeKind.CONFLICT, True)


def test_half_that_is_left_when_the_channel_speaks_after_all_is_taken_back_too() -> None:
    """News meets a receipt taken back in half: it is a conflict, and no half stays behind."""
    first, second = two_halves()
    released(first, VOID)
    order = first.receipt.order
    assert order is not None
    settle([told(order, order.amount_fen, MessageKind.CALLBACK)], NOW)
    released(second, VOID)
    assert (Conflict.objects.count(), audit().clean, audit().totals.received) == (1, True, 0)


def test_what_the_channel_says_is_heard_although_paper_said_it_before() -> None:
    """A clerk looked into the row that came again and found nothing; then it is signed."""
    order = make_order([make_charge(make_payer())])
    released(misprint(order), VOID)
    settle([told(order, 123, MessageKind.STATEMENT)], NOW)
    closing.close_conflict(
        clerk=make_clerk(), conflict_id=Conflict.objects.get().pk, note="没有", now=NOW
    )
    for kind in (MessageKind.CALLBACK, MessageKind.QUERY):
        settle([told(order, 123, kind)], NOW)
    waiting = Conflict.objects.filter(closure=None)
    assert (waiting.count(), Conflict.objects.count()) == (1, 2)


def test_what_a_channel_signed_for_another_order_is_not_taken_back() -> None:
    """A file with the wrong order's number: the trade itself is real."""
    payer = make_payer()
    order, other = (make_order([make_charge(payer)]) for _ in range(2))
    surplus = misprint(order)
    settle([told(other, 123, MessageKind.CALLBACK)], NOW)
    assert refusal(surplus) == "case.signed"


def test_hand_entry_whose_number_was_other_money_can_be_taken_back() -> None:
    """Adopted by mistake, and received on its own since: nothing speaks for the entry."""
    order = make_order([make_charge(make_payer())])
    by_hand(order)
    settle([told(order, order.amount_fen, MessageKind.CALLBACK)], NOW)
    conflict = Conflict.objects.get()
    closing.receive_other(clerk=make_clerk(), conflict_id=conflict.pk, note="两笔", now=NOW)
    give_up(order.lines.get())
    entered, real = Receipt.objects.order_by("pk")
    released(Surplus.objects.get(receipt=entered), VOID)
    assert (audit().clean, audit().totals.received) == (True, real.amount_fen)


def broken() -> dict[str, tuple[str, ...]]:
    """The rules that ``audit_money`` finds broken, and by which receipts."""
    return {found.rule: found.rows for found in audit().findings if found.rows}


def test_audit_names_what_a_channel_told_of_and_was_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = make_order([make_charge(make_payer())])
    settle([told(order, 123, MessageKind.QUERY)], NOW)
    monkeypatch.setattr(phantoms, "refuse_real", lambda _surplus: None)
    surplus = Surplus.objects.get()
    released(surplus, VOID)
    named = (str(surplus.receipt_id),)
    assert broken() == {"nothing a channel told of itself is taken back": named}


def test_audit_names_what_was_taken_back_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = two_halves()
    released(first, VOID)
    monkeypatch.setattr(phantoms, "refuse_taken_back", lambda _surplus: None)
    row = released(second, ResolutionMethod.MANUAL)
    cases.confirm_by_hand(clerk=make_clerk(), resolution_id=row.pk, evidence="回单", now=NOW)
    named = (str(first.receipt_id),)
    assert broken() == {"what was taken back is taken back whole, and pays nothing": named}
