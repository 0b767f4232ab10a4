"""The same money told twice at the same moment: received once, and its payer reads one sentence."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from payments.book import Outcome
from payments.models import Receipt
from payments.services import locks
from payments.services.settle import settle
from payments.states import MessageKind
from payments.tests.races import meet_after, race
from payments.tests.test_arrivals import (
    ONE,
    THREE,
    TWO,
    TWO_DAYS,
    Scene,
    Told,
    after_release,
    in_order,
    newer_order_holds,
    newer_order_paid,
    scene_of,
    words,
)
from payments.tests.test_races import broken_rules

pytestmark = pytest.mark.usefixtures("throwaway_database")
PAID = "{n} 门课已缴费"
KEPT = "这一单的钱在财务处核对"


@pytest.mark.parametrize("amounts", [ONE, TWO, THREE], ids=["one", "two", "three"])
@pytest.mark.parametrize(
    ("situation", "kind", "heading"),
    [
        (in_order, "settled", PAID),
        (after_release, "late", PAID),
        (newer_order_holds, "late", PAID),
        (newer_order_paid, "surplus", KEPT),
    ],
    ids=["in order", "after release", "newer holds", "newer paid"],
)
def test_callback_and_query_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch, situation: Callable[[Scene], Told],
    kind: str, heading: str, amounts: tuple[int, ...],
) -> None:  # fmt: skip
    scene = scene_of(amounts)
    [callback] = situation(scene)
    query = replace(callback, kind=MessageKind.QUERY)
    meet_after(monkeypatch, (locks, "charges"))
    found = race(lambda: settle([callback], TWO_DAYS), lambda: settle([query], TWO_DAYS))
    outcomes = [one for result in found if isinstance(result, list) for one in result]
    assert sorted(one.kind.value for one in outcomes if isinstance(one, Outcome)) == sorted(
        ["repeat", kind]
    )
    assert Receipt.objects.filter(order=scene.order).count() == 1
    assert broken_rules() == []
    assert words(client, scene.order)[0] == heading.format(n=len(amounts))
