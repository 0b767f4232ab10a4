"""Approving many at once: only what nothing speaks against, and each by itself."""

import re

import pytest
from django.urls import reverse

from credits.models import Application
from credits.services import deciding
from credits.states import ApplicationState
from credits.tests.desk import LIST, classmate_case, signed_in
from credits.tests.factories import Exchange, build_exchange
from portal.accounts.models import User
from portal.records.tests.factories import NOON

State = ApplicationState
BULK = "/admin/credits/application/bulk/"


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


def bulk(staff: User, *rows: Application) -> str:
    """Tick rows, then press the button of the page that says what will be approved."""
    data = {"action": "approve_clean", "_selected_action": [row.pk for row in rows]}
    url = f"{reverse(LIST)}?desk=open"
    shown = signed_in(staff).post(url, data, follow=True).content.decode()
    picks = re.findall(r'name="pick" value="([0-9:]+)"', shown)
    if not picks:
        return shown
    answer = signed_in(staff).post(BULK, {"pick": picks}, follow=True)
    return shown + answer.content.decode()


def test_bulk_approval_leaves_what_has_a_finding(exchange: Exchange) -> None:
    clean = exchange.submitted()
    basic, extension = exchange.failed("B1"), exchange.extension("K1")
    odd = exchange.submitted(
        target_id=basic.pk, keys=(f"course:{extension.pk}",), accepts_shortfall=True
    )
    shown = bulk(exchange.reviewer, clean, odd)
    assert "不能批量通过的 1 份" in shown
    assert "已通过 1 份" in shown
    odd.refresh_from_db()
    assert odd.state == State.PENDING


def test_bulk_approval_leaves_a_file_somebody_else_handed_in(exchange: Exchange) -> None:
    exchange.submitted()
    second = classmate_case(exchange)
    assert "附件和别人交过的一样，逐份看。" in bulk(exchange.reviewer, second)
    second.refresh_from_db()
    assert second.state == State.PENDING


def posted(staff: User, *picks: str) -> str:
    """What is said after a bulk approval sent by hand."""
    return signed_in(staff).post(BULK, {"pick": picks}, follow=True).content.decode()


def test_bulk_approval_by_hand_looks_at_every_case_itself(exchange: Exchange) -> None:
    basic, extension = exchange.failed("B1"), exchange.extension("K1")
    odd = exchange.submitted(
        target_id=basic.pk, keys=(f"course:{extension.pk}",), accepts_shortfall=True
    )
    assert f"{odd.number}没有处理：兑换后不低于毕业要求" in posted(exchange.reviewer, f"{odd.pk}:1")
    odd.refresh_from_db()
    assert odd.state == State.PENDING


@pytest.mark.parametrize("pick", ["", "x", "1", "1:", "1:x", "-1:1", "1:1:1", "9999999999:1"])
def test_bulk_approval_of_rubbish(exchange: Exchange, pick: str) -> None:
    assert "一份也没有选。" in posted(exchange.reviewer, pick)


def test_bulk_approval_of_a_version_that_is_old(exchange: Exchange) -> None:
    row = exchange.submitted()
    deciding.ask(staff=exchange.colleague, application_id=row.pk, seen=1, note="补一张", now=NOON)
    assert "已经要求补材料" in posted(exchange.reviewer, f"{row.pk}:1")


def test_bulk_approval_of_another_colleges_case(exchange: Exchange) -> None:
    row = exchange.submitted()
    assert "一份申请没有处理：这份申请由智能制造学院审核。" in posted(
        exchange.stranger, f"{row.pk}:1"
    )
    assert (exchange.held(), exchange.consumed()) == (8, 0)


def test_the_teaching_office_approves_nothing_in_bulk(exchange: Exchange) -> None:
    row = exchange.submitted()
    bulk(exchange.teaching, row)
    posted(exchange.teaching, f"{row.pk}:1")
    row.refresh_from_db()
    assert row.state == State.PENDING
