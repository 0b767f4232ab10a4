"""Finance's pages: each action a page and one POST; whatever is wrong gets a sentence, 4xx, and
changes nothing.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from payments.models import (
    Charge,
    Conflict,
    ManualEntry,
    Order,
    Receipt,
    Resolution,
    Surplus,
)
from payments.services import manual
from payments.services.orders import claim_paid
from payments.services.settle import settle
from payments.states import ReceiptKind, ResolutionMethod
from payments.tests.desk import filed, make_clerk, released, withdrawn
from payments.tests.factories import (
    NOW,
    make_arrival,
    make_charge,
    make_order,
    make_payer,
    pay,
)
from payments.tests.staff import Desk, address, said
from portal.accounts.models import College, User
from portal.accounts.roles import Role

pytestmark = pytest.mark.django_db


def test_surplus_is_filed_and_released_by_two(desk: Desk, client: Client, clerk: User) -> None:
    [surplus] = withdrawn()
    answer = desk("surplus_file", surplus.pk, method="gateway", reason="学生退报名")
    assert said(answer) == (302, ["已申请，等另一位同事复核。"])
    row = Resolution.objects.get()
    assert said(desk("resolution_release", row.pk)) == (
        409,
        ["申请人不能复核自己的申请。请财务处另一位同事复核。"],
    )
    client.force_login(make_clerk("孙会计"))
    assert said(desk("resolution_release", row.pk)) == (302, ["已复核。"])
    row.refresh_from_db()
    assert (row.state, row.filed_by) == ("released", clerk)


def test_the_page_of_a_refund_offers_its_next_step_too(client: Client) -> None:
    row = filed(withdrawn()[0])
    page, release = address("resolution_change", row.pk), address("resolution_release", row.pk)
    client.force_login(row.filed_by)
    own = client.get(page).content.decode()
    assert (release in own, "等另一位同事复核" in own) == (False, True)
    client.force_login(make_clerk("孙会计"))
    assert release in client.get(page).content.decode()


BAD = [
    ({}, 400, "没有提交：下面标出的地方要改。"),
    ({"method": "cash", "reason": "x"}, 400, "没有提交：下面标出的地方要改。"),
    ({"method": "gateway", "reason": "  "}, 400, "没有填理由。填好再提交。"),
    ({"method": "move", "reason": "x"}, 400, "没有找到这名学生的这项费用。从列表里选一项。"),
    ({"method": "move", "reason": "x", "target": "7"}, 400, "没有提交：下面标出的地方要改。"),
    ({"method": "gateway", "reason": "x" * 201}, 400, "没有提交：下面标出的地方要改。"),
]


@pytest.mark.parametrize(("data", "status", "sentence"), BAD)
def test_bad_filing_changes_nothing(
    desk: Desk, data: dict[str, str], status: int, sentence: str
) -> None:
    [surplus] = withdrawn()
    assert said(desk("surplus_file", surplus.pk, **data)) == (status, [sentence])
    assert Resolution.objects.count() == 0


def test_stale_pages_are_told_who_was_faster(desk: Desk) -> None:
    [surplus] = withdrawn()
    row = released(surplus)
    status, sentences_ = said(desk("surplus_file", surplus.pk, method="manual", reason="x"))
    assert (status, sentences_[0].startswith("这笔余款由钱会计在")) == (409, True)
    status, sentences_ = said(desk("resolution_release", row.pk))
    assert (status, sentences_[0].startswith("孙会计已在")) == (409, True)
    status, sentences_ = said(desk("resolution_confirm", row.pk, evidence="凭证 1"))
    assert (status, sentences_[0].startswith("孙会计已在")) == (409, True)
    assert Receipt.objects.filter(kind=ReceiptKind.REFUND).count() == 0


def test_undoing_needs_a_reason(desk: Desk) -> None:
    row = filed(withdrawn()[0])
    assert said(desk("resolution_cancel", row.pk)) == (400, ["没有填撤销的理由。填好再提交。"])
    assert said(desk("resolution_cancel", row.pk, reason="填错"))[0] == 302


def test_paying_back_by_hand_needs_evidence(desk: Desk) -> None:
    row = released(withdrawn()[0], ResolutionMethod.MANUAL)
    assert said(desk("resolution_confirm", row.pk)) == (400, ["没有填办理凭证。填好再提交。"])
    assert said(desk("resolution_confirm", row.pk, evidence="回单 1"))[0] == 302
    assert Receipt.objects.get(kind=ReceiptKind.REFUND).amount_fen == 40000


def test_case_is_taken_and_handed_back(desk: Desk, client: Client) -> None:
    [surplus] = withdrawn()
    assert said(desk("surplus_claim", surplus.pk)) == (302, ["已接手，别人会看到你的名字。"])
    client.force_login(make_clerk())
    status, words = said(desk("surplus_claim", surplus.pk))
    assert (status, words[0].startswith("这笔余款由李会计在")) == (302, True)


@pytest.mark.parametrize("name", ["surplus_claim", "surplus_hand_back"])
def test_buttons_are_posts(client: Client, clerk: User, name: str) -> None:
    client.force_login(clerk)
    assert client.get(address(name, withdrawn()[0].pk)).status_code == 405


ACTIONS = [
    "surplus_claim", "surplus_hand_back", "surplus_file", "resolution_release",
    "resolution_cancel", "resolution_confirm", "manualentry_release", "manualentry_cancel",
    "conflict_close", "order_close_claim", "strayrefund_close",
]  # fmt: skip
ROWLESS = ["manualentry_enter", "fiscalreceipt_import"]


@pytest.mark.parametrize("role", [Role.TEACHING, Role.REVIEWER, Role.STUDENT])
@pytest.mark.parametrize("name", [*ACTIONS, *ROWLESS])
def test_only_finance_acts(client: Client, name: str, role: Role) -> None:
    college = College.objects.create(code="1", name="信息学院")
    client.force_login(User.objects.create_user("staff", role=role, name="x", college=college))
    args = [] if name in ROWLESS else [1]
    wanted = 302 if role is Role.STUDENT else 403
    assert client.post(address(name, *args), {}).status_code == wanted


@pytest.mark.parametrize("name", [name for name in ACTIONS if not name.startswith("surplus_")])
def test_row_that_is_not_there(desk: Desk, name: str) -> None:
    assert desk(name, 10**15, reason="x", note="x", evidence="x")[0] == 404


def entry(**changes: object) -> dict[str, object]:
    paid = timezone.localdate(NOW).isoformat()
    return {"amount_fen": "400.00", "paid_on": paid, "evidence": "回单 7", "reason": "x"} | changes


def test_money_is_entered_by_two(desk: Desk, client: Client) -> None:
    order = make_order([make_charge(make_payer())])
    status, words = said(desk("manualentry_enter", **entry(order_number=order.number)))
    assert (status, words) == (302, ["已登记，等另一位同事复核后入账。"])
    row = ManualEntry.objects.get()
    assert said(desk("manualentry_release", row.pk)) == (
        409,
        ["登记人不能复核自己的登记。请财务处另一位同事复核。"],
    )
    client.force_login(make_clerk())
    assert desk("manualentry_release", row.pk)[0] == 302
    order.refresh_from_db()
    assert order.state == "paid"


MARKED = "没有提交：下面标出的地方要改。"


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"order_number": ""}, 400, MARKED),
        ({"charge": "1"}, 400, MARKED),
        ({"amount_fen": "四百"}, 400, MARKED),
        ({"amount_fen": "400.001"}, 400, MARKED),
        ({"amount_fen": "0"}, 400, MARKED),
        ({"amount_fen": "99999999999"}, 400, MARKED),
        ({"paid_on": "昨天"}, 400, MARKED),
        ({"evidence": " "}, 400, "凭证和理由都要填。填好再提交。"),
        ({"paid_on": "2125-01-01"}, 400, "付款日期还没到。核对凭证上的日期。"),
        ({"order_number": "ZZJF0"}, 404, "没有订单 ZZJF0。回到列表再看一遍。"),
    ],
)
def test_bad_entry_changes_nothing(
    desk: Desk, changes: dict[str, str], status: int, sentence: str
) -> None:
    order = make_order([make_charge(make_payer())])
    data = entry(order_number=order.number) | changes
    assert said(desk("manualentry_enter", **data)) == (status, [sentence])
    assert ManualEntry.objects.count() == 0


def test_entry_of_another_amount_is_refused(desk: Desk) -> None:
    order = make_order([make_charge(make_payer())])
    data = entry(order_number=order.number, amount_fen="4000")
    status, [sentence] = said(desk("manualentry_enter", **data))
    assert (status, ManualEntry.objects.count()) == (409, 0)
    assert sentence.startswith(f"金额不同：订单 {order.number}是 ¥400.00，登记的是 ¥4,000.00。")


def test_a_mistyped_year_is_no_date_of_cash(desk: Desk) -> None:
    """PostgreSQL would keep the year 1, and no list with it could be read again."""
    data = entry(charge=make_charge(make_payer()).pk, paid_on="0001-01-01")
    status, [sentence] = said(desk("manualentry_enter", **data))
    assert (status, ManualEntry.objects.count()) == (400, 0)
    assert sentence.startswith("付款日期早于费用产生的时间 ")


def everything() -> list[str]:
    """A row for every page of the desk."""
    [surplus] = withdrawn()
    row = released(surplus)
    order = make_order([make_charge(make_payer())])
    settle([make_arrival(order, trade="C"), make_arrival(order, 1, trade="C")], NOW)
    seen = manual.Claimed(40000, NOW, "回单", "x")
    other = make_order([make_charge(make_payer())])
    claim_paid(payer_id=other.payer_id, number=other.number, now=NOW)
    waiting = manual.file_for_order(clerk=make_clerk(), number=other.number, seen=seen, now=NOW)
    conflict = Conflict.objects.get()
    pages = [
        ("surplus", surplus), ("resolution", row), ("order", order), ("order", other),
        ("manualentry", waiting), ("conflict", conflict), ("receipt", Receipt.objects.first()),
    ]  # fmt: skip
    return [
        *(address(f"{name}_change", found.pk) for name, found in pages if found),
        *(address(f"{name}_changelist") for name, _ in pages),
        *(address("surplus_changelist") + f"?stage={stage}" for stage in ("new", "all", "failed")),
        *(address("conflict_changelist") + f"?open={value}" for value in ("no", "all")),
        address("surplus_file", withdrawn()[0].pk),
        *(address(f"resolution_{name}", row.pk) for name in ("release", "cancel", "confirm")),
        *(address(f"manualentry_{name}", waiting.pk) for name in ("release", "cancel")),
        address("manualentry_enter"),
        address("conflict_close", conflict.pk),
        address("order_close_claim", other.pk),
        address("surplus_overview"),
        address("fiscalreceipt_changelist"),
        address("fiscalreceipt_import"),
        address("fiscalreceipt_template"),
    ]


def test_every_page_opens(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    pages = everything()
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


@pytest.mark.parametrize("count", [1, 12])
def test_queue_costs_the_same_for_any_number(
    client: Client, clerk: User, count: int, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(count):
        filed(withdrawn()[0])
    client.force_login(clerk)
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        client.get(address("surplus_changelist"))


def test_surplus_without_an_order_has_its_page(client: Client, clerk: User) -> None:
    settle([make_arrival("ZZJF0", 100)], NOW)
    client.force_login(clerk)
    row = Surplus.objects.get()
    pages = [address("surplus_change", row.pk), address("surplus_file", row.pk)]
    assert [client.get(page).status_code for page in pages] == [200, 200]


def test_charge_paid_at_the_counter(desk: Desk, client: Client) -> None:
    payer = make_payer()
    charge = make_charge(payer, reference="live-counter", now=timezone.now() - timedelta(days=1))
    paid_on = timezone.localdate().isoformat()
    assert desk("manualentry_enter", **entry(charge=charge.pk, paid_on=paid_on))[0] == 302
    client.force_login(make_clerk())
    assert desk("manualentry_release", ManualEntry.objects.get().pk)[0] == 302
    order = Order.objects.get()
    assert (order.channel, order.state) == ("counter", "paid")
    assert Charge.objects.get().lines.get().state == "paid"
    assert pay(order).kind == "surplus"
