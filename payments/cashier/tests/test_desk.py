"""The control desk outside the demo."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from payments.cashier.testing.process import MERCHANT, SECRET, CashierProcess
from payments.gateways import finance_wire as wire

WHO = wire.Credentials(MERCHANT, SECRET)
RESET = "/control/api/reset"


@pytest.fixture(scope="module")
def earnest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CashierProcess]:
    """A platform that is no demo."""
    process = CashierProcess(tmp_path_factory.mktemp("earnest"), demo=False)
    process.start()
    yield process
    process.stop()


def test_its_page_is_not_there(earnest: CashierProcess) -> None:
    assert requests.get(f"{earnest.url}/control/", timeout=5).status_code == 404


def test_a_program_without_a_seal_is_refused(earnest: CashierProcess) -> None:
    with pytest.raises(requests.HTTPError, match="401"):
        earnest.reset()


def test_a_program_with_a_seal_is_heard(earnest: CashierProcess) -> None:
    seal = wire.seal(wire.request_scope(RESET), b"{}", who=WHO, now=datetime.now(UTC))
    headers = {**seal, "Content-Type": "application/json"}
    answer = requests.post(earnest.url + RESET, data=b"{}", headers=headers, timeout=5)
    assert (answer.status_code, answer.json()) == (200, {})
