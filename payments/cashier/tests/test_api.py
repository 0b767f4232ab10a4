"""The sealed API as somebody sees it who would like to cheat."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

from payments.cashier.testing.process import MERCHANT, PATIENCE, SECRET, CashierProcess
from payments.cashier.tests.conftest import NewRequest
from payments.gateways import finance_wire as wire

WHO = wire.Credentials(MERCHANT, SECRET)


def post(
    url: str, path: str, body: bytes, *, who: wire.Credentials = WHO, late: int = 0
) -> requests.Response:
    """A request sealed ``late`` seconds ago."""
    now = datetime.now(UTC) - timedelta(seconds=late)
    seal = wire.seal(wire.request_scope(path), body, who=who, now=now)
    return requests.post(url + path, data=body, headers=seal, timeout=PATIENCE)


def outcome(answer: requests.Response) -> tuple[int, object]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def test_a_wrong_secret_is_refused_and_nothing_done(
    cashier: CashierProcess, new_request: NewRequest
) -> None:
    request = new_request()
    body = wire.dump_request(request)
    answer = post(cashier.url, wire.CREATE, body, who=wire.Credentials(MERCHANT, "guess"))
    assert outcome(answer) == (401, "signature")
    with pytest.raises(requests.HTTPError, match="404"):
        cashier.order(request.number)


def test_another_merchant_is_refused(cashier: CashierProcess) -> None:
    who = wire.Credentials("OTHER", SECRET)
    answer = post(cashier.url, wire.QUERY, b'{"number":"x"}', who=who)
    assert outcome(answer) == (401, "merchant")


@pytest.mark.parametrize("late", [305, -305], ids=["old", "from the future"])
def test_a_request_of_another_time_is_refused(cashier: CashierProcess, late: int) -> None:
    answer = post(cashier.url, wire.QUERY, b'{"number":"x"}', late=late)
    assert outcome(answer) == (401, "stale")


def test_a_request_counts_once(cashier: CashierProcess) -> None:
    body = b'{"number":"x"}'
    scope = wire.request_scope(wire.CLOSE)
    seal = wire.seal(scope, body, who=WHO, now=datetime.now(UTC))
    first, second = (
        requests.post(cashier.url + wire.CLOSE, data=body, headers=seal, timeout=PATIENCE)
        for _ in range(2)
    )
    assert first.status_code == 200
    assert outcome(second) == (401, "replayed")


def test_a_seen_request_is_remembered_over_kill_9(cashier: CashierProcess) -> None:
    body = b'{"number":"x"}'
    seal = wire.seal(wire.request_scope(wire.CLOSE), body, who=WHO, now=datetime.now(UTC))
    requests.post(cashier.url + wire.CLOSE, data=body, headers=seal, timeout=PATIENCE)
    cashier.kill()
    cashier.start()
    again = requests.post(cashier.url + wire.CLOSE, data=body, headers=seal, timeout=PATIENCE)
    assert outcome(again) == (401, "replayed")


def test_a_query_cannot_be_replayed_as_a_close(
    cashier: CashierProcess, new_request: NewRequest
) -> None:
    request = new_request()
    post(cashier.url, wire.CREATE, wire.dump_request(request))
    body = wire.dump({"number": request.number})
    seal = wire.seal(wire.request_scope(wire.QUERY), body, who=WHO, now=datetime.now(UTC))
    answer = requests.post(cashier.url + wire.CLOSE, data=body, headers=seal, timeout=PATIENCE)
    assert outcome(answer) == (401, "signature")
    assert cashier.order(request.number)["state"] == "unpaid"


def test_a_cut_body_is_refused(cashier: CashierProcess, new_request: NewRequest) -> None:
    body = wire.dump_request(new_request())
    seal = wire.seal(wire.request_scope(wire.CREATE), body, who=WHO, now=datetime.now(UTC))
    answer = requests.post(
        cashier.url + wire.CREATE, data=body[:-9], headers=seal, timeout=PATIENCE
    )
    assert outcome(answer) == (401, "signature")


@pytest.mark.parametrize("path", [wire.CREATE, wire.QUERY, wire.CLOSE, wire.STATEMENT])
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b"<html>"])
def test_sealed_nonsense_is_refused(cashier: CashierProcess, path: str, body: bytes) -> None:
    assert outcome(post(cashier.url, path, body)) == (400, "malformed")


@pytest.mark.parametrize("path", [wire.CREATE, wire.QUERY, wire.CLOSE, wire.STATEMENT])
def test_reading_is_no_operation(cashier: CashierProcess, path: str) -> None:
    assert requests.get(cashier.url + path, timeout=PATIENCE).status_code == 405


def test_a_return_address_must_be_a_page(cashier: CashierProcess, new_request: NewRequest) -> None:
    body = wire.dump_request(new_request(return_url="javascript:alert(1)"))
    assert outcome(post(cashier.url, wire.CREATE, body)) == (409, "address")


@pytest.mark.parametrize(
    "switches",
    [
        {"nonsense": 1},
        {"slow": "2"},
        {"slow": -1},
        {"down": "503 "},
        {"late_pay": 1},
        {"callback_lose": True},
        {"settle_at": "tomorrow"},
        {"settle_at": "2025-03-14T10:00:00"},
        {"statement": ""},
    ],
    ids=str,
)
def test_the_desk_refuses_what_is_no_switch(
    cashier: CashierProcess, switches: dict[str, object]
) -> None:
    with pytest.raises(requests.HTTPError, match="400"):
        cashier.act("switch", switches=switches)


def test_the_desk_takes_no_form_of_a_foreign_page(cashier: CashierProcess) -> None:
    answer = requests.post(f"{cashier.url}/control/api/reset", data="{}", timeout=PATIENCE)
    assert outcome(answer) == (415, "content_type")


@pytest.mark.parametrize(("action", "status"), [("pay", 404), ("order", 404), ("nonsense", 404)])
def test_the_desk_knows_no_such_order(cashier: CashierProcess, action: str, status: int) -> None:
    with pytest.raises(requests.HTTPError, match=str(status)):
        cashier.act(action, number="nobody's")


def test_a_closed_order_is_not_paid_unless_late(
    cashier: CashierProcess, new_request: NewRequest
) -> None:
    request = new_request()
    post(cashier.url, wire.CREATE, wire.dump_request(request))
    post(cashier.url, wire.CLOSE, wire.dump({"number": request.number}))
    with pytest.raises(requests.HTTPError, match="409"):
        cashier.pay(request.number)
    assert cashier.pay(request.number, late=True)["state"] == "paid"
