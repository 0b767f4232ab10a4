"""Surplus money: filed by one, released by another, decided once, undone until too late."""

from collections.abc import Callable

import pytest

from payments.audit import audit
from payments.models import CaseOwner, Receipt, Resolution, Surplus
from payments.services import cases
from payments.services.charges import void_charge
from payments.services.settle import settle
from payments.states import (
    LineState,
    OwnChannel,
    ReceiptKind,
    ResolutionMethod,
    ResolutionState,
)
from payments.tests.desk import filed, make_clerk, released, withdrawn
from payments.tests.factories import (
    NOW,
    PURPOSE,
    make_arrival,
    make_charge,
    make_order,
    make_payer,
    minutes,
)
from portal.inbox.models import Message
from portal.lib.errors import DomainError, NotYours

pytestmark = pytest.mark.django_db
GATEWAY, MOVE, MANUAL, VOID = ResolutionMethod
LATER = NOW + minutes(5)


def refusal(act: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value


def surplus_of_two() -> Surplus:
    return withdrawn(40000, 30000)[0]


def test_owner_is_named_to_the_next_clerk() -> None:
    surplus, first, second = surplus_of_two(), make_clerk("钱会计"), make_clerk()
    cases.claim(clerk=first, surplus_id=surplus.pk, now=NOW)
    cases.claim(clerk=first, surplus_id=surplus.pk, now=LATER)
    error = refusal(lambda: cases.claim(clerk=second, surplus_id=surplus.pk, now=LATER))
    assert (error.code, error.message) == ("case.owned", "这笔余款由钱会计在 14:23 接手。")


def test_case_handed_back_is_free() -> None:
    surplus, first, second = surplus_of_two(), make_clerk(), make_clerk()
    cases.claim(clerk=first, surplus_id=surplus.pk, now=NOW)
    cases.hand_back(clerk=first, surplus_id=surplus.pk, now=NOW)
    assert cases.claim(clerk=second, surplus_id=surplus.pk, now=NOW).owner == second


def test_only_the_owner_hands_back_and_files() -> None:
    surplus = surplus_of_two()
    cases.claim(clerk=make_clerk(), surplus_id=surplus.pk, now=NOW)
    other = make_clerk()
    codes = [
        refusal(lambda: cases.hand_back(clerk=other, surplus_id=surplus.pk, now=NOW)).code,
        refusal(lambda: filed(surplus, clerk=other)).code,
    ]
    assert codes == ["case.owned"] * 2


def test_filing_makes_the_clerk_the_owner() -> None:
    row = filed(surplus_of_two())
    assert (CaseOwner.objects.get().owner, row.state) == (row.filed_by, "requested")


def test_second_filing_is_told_who_and_when() -> None:
    surplus, clerk = surplus_of_two(), make_clerk("钱会计")
    filed(surplus, clerk=clerk)
    error = refusal(lambda: filed(surplus, MANUAL, clerk=clerk, now=LATER))
    assert error.message == "钱会计已在 14:23 申请原路退回（待复核）。"
    assert Resolution.objects.count() == 1


def test_one_person_does_not_release_his_own() -> None:
    row = filed(surplus_of_two())
    error = refusal(lambda: cases.release(clerk=row.filed_by, resolution_id=row.pk, now=LATER))
    row.refresh_from_db()
    assert (error.code, row.state) == ("case.same_person", ResolutionState.REQUESTED)


def test_second_release_is_told_who_and_when() -> None:
    row = released(surplus_of_two())
    error = refusal(lambda: cases.release(clerk=make_clerk(), resolution_id=row.pk, now=LATER))
    assert error.message == "孙会计已在 14:23 办过，现在是「待办理」。"


@pytest.mark.parametrize("method", [GATEWAY, MANUAL])
@pytest.mark.parametrize("step", [filed, released])
def test_undone_until_somebody_outside_acts(
    method: ResolutionMethod, step: Callable[..., Resolution]
) -> None:
    surplus = surplus_of_two()
    row = step(surplus, method)
    cases.cancel(clerk=row.filed_by, resolution_id=row.pk, reason="填错了", now=LATER)
    again = filed(surplus, clerk=row.filed_by)
    assert (again.refund_number, again.pk == row.pk) == (row.refund_number, False)
    assert audit().clean


def test_not_undone_while_the_gateway_may_be_sending() -> None:
    row = released(surplus_of_two())
    Resolution.objects.filter(pk=row.pk).update(asked_at=NOW)
    act = lambda: cases.cancel(clerk=row.filed_by, resolution_id=row.pk, reason="x", now=LATER)  # noqa: E731 -- asked about below
    assert refusal(act).message == "没有撤销：已经提交给渠道，等它答复。"


def test_by_hand_arrives_with_evidence() -> None:
    surplus = surplus_of_two()
    row = released(surplus, MANUAL)
    clerk = make_clerk()
    cases.confirm_by_hand(clerk=clerk, resolution_id=row.pk, evidence="凭证 2025-0417", now=LATER)
    receipt = Receipt.objects.get(kind=ReceiptKind.REFUND)
    assert (receipt.trade_number, receipt.amount_fen) == (row.refund_number, 40000)
    assert vars(audit().totals) == {
        "received": 70000, "allocated": 0, "surplus": 30000, "refunded": 40000
    }  # fmt: skip
    assert audit().clean


def test_by_hand_is_done_once_and_never_without_evidence() -> None:
    row, clerk = released(surplus_of_two(), MANUAL), make_clerk("李会计")

    def confirm(evidence: str) -> None:
        cases.confirm_by_hand(clerk=clerk, resolution_id=row.pk, evidence=evidence, now=LATER)

    assert refusal(lambda: confirm("  ")).code == "case.no_reason"
    confirm("凭证 1")
    assert refusal(lambda: confirm("凭证 2")).message == "李会计已在 14:28 办过，现在是「已办结」。"
    assert Receipt.objects.filter(kind=ReceiptKind.REFUND).count() == 1


def test_gateway_refund_is_not_confirmed_by_hand() -> None:
    row = released(surplus_of_two())
    act = lambda: cases.confirm_by_hand(  # noqa: E731 -- asked about below
        clerk=make_clerk(), resolution_id=row.pk, evidence="凭证 1", now=LATER
    )
    assert refusal(act).code == "case.done"


def test_move_pays_another_charge_of_the_payer() -> None:
    surplus = surplus_of_two()
    target = make_charge(surplus.receipt.order.payer, 40000)  # type: ignore[union-attr]
    row = released(surplus, MOVE, target=target)
    line = target.lines.select_related("order").get()
    assert (row.state, line.state) == (ResolutionState.ARRIVED, LineState.PAID)
    assert line.order.channel == OwnChannel.TRANSFER
    assert vars(audit().totals) == {
        "received": 70000, "allocated": 40000, "surplus": 30000, "refunded": 0
    }  # fmt: skip
    assert audit().clean


def test_moved_money_may_go_back_in_the_end() -> None:
    surplus = surplus_of_two()
    target = make_charge(surplus.receipt.order.payer, 40000)  # type: ignore[union-attr]
    released(surplus, MOVE, target=target)
    void_charge(purpose=PURPOSE, reference=target.reference, now=LATER)
    second = Surplus.objects.latest("pk")
    row = released(second, MANUAL, now=LATER)
    cases.confirm_by_hand(clerk=make_clerk(), resolution_id=row.pk, evidence="凭证", now=LATER)
    refund = Receipt.objects.latest("pk")
    assert (refund.channel, refund.order) == (surplus.receipt.channel, surplus.receipt.order)
    assert (audit().clean, audit().totals.refunded) == (True, 40000)


@pytest.mark.parametrize(
    ("fen", "own", "code"),
    [(39900, True, "case.amount_differs"), (40000, False, "case.no_target")],
    ids=["other amount", "somebody else's"],
)
def test_move_only_fits_an_equal_charge_of_the_same_payer(fen: int, own: bool, code: str) -> None:
    surplus = surplus_of_two()
    order = surplus.receipt.order
    assert order is not None
    target = make_charge(order.payer if own else make_payer(), fen)
    assert refusal(lambda: filed(surplus, MOVE, target=target)).code == code


def test_move_does_not_take_a_held_charge() -> None:
    surplus = surplus_of_two()
    target = make_charge(surplus.receipt.order.payer, 40000)  # type: ignore[union-attr]
    row = filed(surplus, MOVE, target=target)
    make_order([target])
    error = refusal(lambda: cases.release(clerk=make_clerk(), resolution_id=row.pk, now=NOW))
    row.refresh_from_db()
    assert (error.code, row.state) == ("charge.held", ResolutionState.REQUESTED)


def test_move_after_the_price_changed_is_refused() -> None:
    surplus = surplus_of_two()
    target = make_charge(surplus.receipt.order.payer, 40000)  # type: ignore[union-attr]
    row = filed(surplus, MOVE, target=target)
    type(target).objects.filter(pk=target.pk).update(amount_fen=39900)
    error = refusal(lambda: cases.release(clerk=make_clerk(), resolution_id=row.pk, now=NOW))
    assert (error.code, target.lines.count()) == ("case.amount_differs", 0)


def test_money_of_an_unknown_payer_is_not_moved() -> None:
    settle([make_arrival("ZZJF0", 40000)], NOW)
    target = make_charge(make_payer(), 40000)
    assert (
        refusal(lambda: filed(Surplus.objects.get(), MOVE, target=target)).code == "case.no_payer"
    )


def test_gateway_refund_needs_a_trade_number() -> None:
    order = make_order([make_charge(make_payer())])
    settle([make_arrival(order, 1, trade="")], NOW)
    assert refusal(lambda: filed(Surplus.objects.get())).message == (
        "没有申请：这笔钱还没有渠道的交易号。"
    )


def test_unknown_case_is_not_found() -> None:
    with pytest.raises(NotYours):
        cases.claim(clerk=make_clerk(), surplus_id=0, now=NOW)


def test_payer_hears_of_every_turn() -> None:
    surplus = surplus_of_two()
    Message.objects.all().delete()
    row = released(surplus, MANUAL)
    cases.confirm_by_hand(clerk=make_clerk(), resolution_id=row.pk, evidence="凭证", now=LATER)
    titles = Message.objects.order_by("pk").values_list("title", flat=True)
    assert list(titles) == ["¥400.00 由财务处线下退回", "¥400.00 已线下退回"]


def test_trace_names_everybody() -> None:
    row = released(surplus_of_two(), MANUAL)
    cases.confirm_by_hand(clerk=row.filed_by, resolution_id=row.pk, evidence="凭证", now=LATER)
    steps = row.events.order_by("pk").values_list("state", "actor__name")
    assert list(steps) == [
        ("requested", "钱会计"), ("released", "孙会计"), ("arrived", "钱会计")
    ]  # fmt: skip
