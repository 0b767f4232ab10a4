"""The control desk: a day's file, and what is left of it outside the demo."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from payments.cashier.testing.process import MERCHANT, PATIENCE, SECRET, CashierProcess
from payments.cashier.tests.conftest import NewRequest
from payments.gateways import finance_wire as wire
from payments.gateways.finance_statement import LOCAL, load
from payments.gateways.registry import gateway

WHO = wire.Credentials(MERCHANT, SECRET)
RESET = "/control/api/reset"


@pytest.fixture(scope="module")
def earnest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CashierProcess]:
    """A platform that is no demo."""
    process = CashierProcess(tmp_path_factory.mktemp("earnest"), demo=False)
    process.start()
    yield process
    process.stop()


def test_it_hands_out_a_days_file(cashier: CashierProcess, new_request: NewRequest) -> None:
    request = new_request()
    gateway("finance").create(request)
    cashier.pay(request.number)
    paid = datetime.fromisoformat(cashier.order(request.number)["paid_at"]).astimezone(LOCAL)
    answer = requests.get(f"{cashier.url}/control/statement/?day={paid:%Y-%m-%d}", timeout=PATIENCE)
    assert answer.headers["Content-Disposition"].endswith(f'"statement-{paid:%Y%m%d}.csv"')
    assert request.number in {line.number for line in load(answer.content)}


def test_it_names_a_time_of_yesterday_that_it_takes(
    cashier: CashierProcess, new_request: NewRequest
) -> None:
    """Copied to the switch, it makes a payment that belongs to a day which is over."""
    request, before = new_request(), datetime.now(LOCAL).date()
    gateway("finance").create(request)
    page = requests.get(f"{cashier.url}/control/", timeout=PATIENCE).text
    [noon] = re.findall(r"昨天中午：(\S+?)<", page)
    cashier.switch(request.number, settle_at=noon)
    cashier.pay(request.number)
    paid = datetime.fromisoformat(cashier.order(request.number)["paid_at"]).astimezone(LOCAL)
    assert before - timedelta(days=1) <= paid.date() < datetime.now(LOCAL).date()
    assert f"{paid:%H:%M}" == "12:00"


def test_a_day_it_cannot_read_is_no_file(cashier: CashierProcess) -> None:
    answer = requests.get(f"{cashier.url}/control/statement/?day=someday", timeout=PATIENCE)
    assert (answer.status_code, "没有下载：日期没有看懂" in answer.text) == (400, True)


def test_its_page_is_not_there(earnest: CashierProcess) -> None:
    for page in ("", "statement/?day=2026-09-01"):
        assert requests.get(f"{earnest.url}/control/{page}", timeout=PATIENCE).status_code == 404


def test_a_program_without_a_seal_is_refused(earnest: CashierProcess) -> None:
    with pytest.raises(requests.HTTPError, match="401"):
        earnest.reset()


def test_a_program_with_a_seal_is_heard(earnest: CashierProcess) -> None:
    seal = wire.seal(wire.request_scope(RESET), b"{}", who=WHO, now=datetime.now(UTC))
    headers = {**seal, "Content-Type": "application/json"}
    answer = requests.post(earnest.url + RESET, data=b"{}", headers=headers, timeout=PATIENCE)
    assert (answer.status_code, answer.json()) == (200, {})
