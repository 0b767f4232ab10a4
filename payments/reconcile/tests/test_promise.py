"""What a preview says is what applying does, for files made at random about orders in every state.

Batches are applied backwards too: rows that influence each other are in one of them.
"""

import random
from collections.abc import Iterator

import pytest

from payments.audit import audit
from payments.models import Order
from payments.reconcile import matching
from payments.reconcile.models import Upload
from payments.reconcile.services.applying import confirm
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import LATER, foreseen, happened, listed, preview
from payments.services.charges import void_charge, waive_charge
from payments.services.settle import settle
from payments.states import OrderState
from payments.tests.factories import (
    NOW,
    PURPOSE,
    give_back,
    make_arrival,
    make_charges,
    make_order,
    make_payer,
    minutes,
)
from portal.jobs import services as jobs

pytestmark = pytest.mark.django_db
PARTIES = 12


def dice_of(seed: int) -> random.Random:
    """The same file for the same number."""
    return random.Random(seed)  # noqa: S311 -- no secret


def orders_of_one(dice: random.Random) -> Iterator[Order]:
    """A payer's orders: open, released, paid for, replaced by newer ones, not owed any more."""
    charges = make_charges(make_payer(), [100 * dice.randint(1, 9)] * dice.randint(1, 3))
    order = make_order(charges)
    yield order
    if dice.random() < 0.5:
        give_back(order, now=NOW + minutes(20), positions=range(1, dice.randint(2, 4)))
        free = [charge for charge in charges if not charge.lines.exclude(state="released").exists()]
        if free and dice.random() < 0.7:
            yield make_order(free[: dice.randint(1, 3)], now=NOW + minutes(50), never_paid=True)
    if not charges[0].lines.filter(state__in=("held", "paid")).exists():
        fate = dice.choice((void_charge, waive_charge, None))
        if fate is not None:
            fate(purpose=PURPOSE, reference=charges[0].reference, now=NOW + minutes(50))
    if dice.random() < 0.3:
        told = make_arrival(order, trade=dice.choice(("", f"T{order.pk}", "")))
        settle([told], NOW + minutes(51))


def rows_about(order: Order, dice: random.Random) -> Iterator[str]:
    """Lines of a file about one order: right, wrong, twice, without a number, by another name."""
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
        trade = dice.choice((f"T{order.pk}", f"T{order.pk}", f"U{dice.randint(1, 40)}", ""))
        fen = order.amount_fen if dice.random() < 0.85 else order.amount_fen + 100
        yield listed(order, trade, fen=fen, name=dice.choice((None, None, "别人")))


def a_file(dice: random.Random) -> list[str]:
    orders = [order for _ in range(PARTIES) for order in orders_of_one(dice)]
    lines = [line for order in orders for line in rows_about(order, dice)]
    lines += [listed(f"ZZJF2025010100000{at:07d}", dice.choice(("", f"U{at}"))) for at in range(3)]
    lines += dice.sample(lines, 2)
    dice.shuffle(lines)
    return lines


def work_backwards(upload: Upload) -> Upload:
    """Apply the batches last first."""
    confirm(upload.pk, actor_id=None, now=LATER)
    upload.refresh_from_db()
    assert upload.job is not None
    items = list(upload.job.items.order_by("position"))
    for item in items:
        item.position += 1000
        item.save(update_fields=["position"])
    for at, item in enumerate(reversed(items)):
        item.position = at
        item.save(update_fields=["position"])
    jobs.work(upload.job.pk, lambda: LATER)
    upload.refresh_from_db()
    return upload


@pytest.mark.parametrize("seed", range(8))
def test_preview_says_what_will_happen(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "BATCH", 5)
    upload = preview(a_file(dice_of(seed)))
    assert upload.state == UploadState.PREVIEW
    promised = foreseen(upload)
    work_backwards(upload)
    assert (upload.state, happened(upload)) == (UploadState.APPLIED, promised)
    assert upload.outcomes == upload.groups
    assert audit().clean


def test_the_corpus_has_every_group() -> None:
    """Else the test above would prove less than it says."""
    seen = set()
    for seed in range(8):
        seen |= {group for group, _ in foreseen(preview(a_file(dice_of(seed))))}
    assert seen >= {
        "settle", "late", "surplus", "amount", "unknown", "twice", "conflict", "known", "duplicate",
    }  # fmt: skip
    assert Order.objects.filter(state=OrderState.OPEN).exists()
