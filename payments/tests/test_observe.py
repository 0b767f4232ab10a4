"""Counts and ages of what is open, as metrics and as alarms."""

import logging
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from payments import observe
from payments.models import Receipt, Resolution
from payments.services import alarm, closing
from payments.services.check import mark_closed
from payments.services.orders import claim_paid
from payments.services.settle import settle
from payments.tests.desk import filed, make_clerk, released, withdrawn
from payments.tests.factories import NOW, make_arrival, make_charge, make_order, make_payer, minutes

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def counts(now: object) -> dict[str, int]:
    """Gauges that are not zero."""
    return {gauge.key: gauge.count for gauge in observe.look(now) if gauge.count}  # type: ignore[arg-type]


def test_nothing_is_open() -> None:
    assert counts(NOW) == {}


def test_order_is_open_then_unknown_then_watched_then_gone() -> None:
    order = make_order([make_charge(make_payer())])
    assert counts(NOW) == {"open": 1}
    assert counts(NOW + minutes(20)) == {"unknown": 1}
    mark_closed([order.number], NOW + minutes(21))
    assert counts(NOW + minutes(22)) == {"watched": 1}
    assert counts(NOW + minutes(22) + django_settings.ORDER_WATCH) == {}


def test_claim_is_open_until_finance_has_looked() -> None:
    order = make_order([make_charge(make_payer())])
    claim_paid(payer_id=order.payer_id, number=order.number, now=NOW)
    later = NOW + django_settings.ORDER_WATCH
    assert counts(NOW + HOUR) == {"claimed": 1}
    assert counts(later) == {"claimed": 1, "claimed_overdue": 1}
    closing.close_claim(clerk=make_clerk(), number=order.number, note="没有", now=later)
    assert counts(later) == {}


def test_surplus_conflict_and_refund() -> None:
    [surplus] = withdrawn()
    settle([make_arrival("ZZJF0", 100, trade="C"), make_arrival("ZZJF0", 200, trade="C")], NOW)
    filed(surplus)
    assert counts(NOW + HOUR) == {"surplus": 2, "conflicting": 1, "refund_requested": 1}
    gauge = next(one for one in observe.look(NOW + HOUR) if one.key == "surplus")
    assert (gauge.fen, gauge.oldest, gauge.age(NOW + HOUR)) == (40100, NOW, 3600.0)


@pytest.mark.parametrize(
    ("state", "after", "key"),
    [
        ("released", django_settings.MONEY_ALERT_AFTER, "refund_unaccepted"),
        ("accepted", observe.SLOW_AFTER, "refund_slow"),
    ],
)
def test_refund_a_channel_keeps_waiting_is_for_a_person(
    state: str, after: timedelta, key: str, client: Client
) -> None:
    row = released(withdrawn()[0])
    taken = {"accepted_at": NOW} if state == "accepted" else {}
    Resolution.objects.filter(pk=row.pk).update(state=state, asked_at=NOW, **taken)
    kind = f"refund_{state}"
    assert counts(NOW + after - minutes(1)) == {"surplus": 1, kind: 1}
    assert counts(NOW + after) == {"surplus": 1, kind: 1, key: 1}
    [gauge] = [one for one in observe.look(NOW + after) if one.key == key]
    assert (gauge.is_for_hand, gauge.oldest, gauge.fen) == (True, NOW, 40000)
    client.force_login(make_clerk())
    page = client.get(gauge.link).content.decode()
    assert (row.refund_number in page, "等渠道" in page) == (True, True)


def test_alarm_is_silent_while_all_is_well(caplog: pytest.LogCaptureFixture) -> None:
    withdrawn()
    make_order([make_charge(make_payer())])
    assert (alarm.watch(NOW + minutes(30)), caplog.records) == (0, [])


def test_alarm_says_that_the_equation_is_off(caplog: pytest.LogCaptureFixture) -> None:
    Receipt.objects.create(
        channel="finance", kind="payment", trade_number="T", order_number="X", amount_fen=5,
        paid_at=NOW, recorded_at=NOW,
    )  # fmt: skip
    assert alarm.watch(NOW) == 2
    assert caplog.messages[-1] == "money: the equation is off by 5 fen"
    assert {(record.name, record.levelno) for record in caplog.records} == {
        ("money", logging.ERROR)
    }


@pytest.mark.parametrize(("after", "lines"), [(0, 0), (1, 1)], ids=["at the limit", "past it"])
def test_alarm_when_the_oldest_unknown_is_too_old(
    after: int, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    make_order([make_charge(make_payer())])
    limit = NOW + minutes(20) + django_settings.MONEY_ALERT_AFTER
    assert alarm.watch(limit + timedelta(seconds=after)) == lines
    assert caplog.messages == [
        "money: 1 unknown, the oldest since 2025-04-23 06:43 UTC"
    ][:lines]  # fmt: skip


def scrape(client: Client, **headers: str) -> tuple[int, str]:
    answer = client.get("/metrics", headers=headers)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    ("demo", "token", "host", "given", "status"),
    [
        (True, "", "127.0.0.1", "", 200),
        (True, "", "::1", "", 200),
        (True, "", "10.1.2.3", "", 404),
        (False, "", "127.0.0.1", "", 404),
        (False, "t", "10.1.2.3", "Bearer t", 200),
        (False, "t", "127.0.0.1", "", 404),
        (False, "t", "10.1.2.3", "Bearer x", 404),
        (True, "t", "127.0.0.1", "Bearer é", 404),
    ],
)
def test_who_may_scrape(
    settings: Settings, demo: bool, token: str, host: str, given: str, status: int
) -> None:
    settings.DEMO, settings.METRICS_TOKEN = demo, token
    answer = Client(REMOTE_ADDR=host).get("/metrics", headers={"Authorization": given})
    assert answer.status_code == status


def test_metrics_in_prometheus_text(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "t"
    withdrawn()
    make_order([make_charge(make_payer(), reference="live-1")], now=timezone.now())
    status, text = scrape(client, Authorization="Bearer t")
    lines = text.splitlines()
    wanted = [
        'money_open{kind="surplus"} 1.0',
        'money_open_fen{kind="surplus"} 40000.0',
        'money_open{kind="open"} 1.0',
        'money_total_fen{side="received"} 40000.0',
        "money_missing_fen 0.0",
    ]
    assert (status, [line for line in wanted if line not in lines]) == (200, [])
