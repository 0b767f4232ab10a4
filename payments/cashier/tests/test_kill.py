"""kill -9 in the middle of payments: what was acknowledged is kept, and told."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

from payments.cashier.config import BASE_DIR
from payments.cashier.testing.merchant import Merchant
from payments.cashier.testing.process import PATIENCE, CashierProcess
from payments.cashier.tests.conftest import NewRequest
from payments.gateways.registry import gateway

ORDERS = 60
KILL_AFTER = 20  # payments


def pay_until_killed(cashier: CashierProcess, numbers: list[str]) -> dict[str, str]:
    """Pay one after the other, kill in between; trade numbers of what was acknowledged."""
    acknowledged: dict[str, str] = {}
    enough = threading.Event()

    def pay() -> None:
        for number in numbers:
            try:
                acknowledged[number] = cashier.pay(number)["trade_number"]
            except requests.ConnectionError:
                return
            if len(acknowledged) == KILL_AFTER:
                enough.set()

    paying = threading.Thread(target=pay)
    paying.start()
    enough.wait(PATIENCE)
    cashier.kill()
    paying.join()
    return acknowledged


def test_what_was_acknowledged_outlives_kill_9(
    cashier: CashierProcess, new_request: NewRequest, merchant: Merchant
) -> None:
    handed_over = [new_request() for _ in range(ORDERS)]
    for request in handed_over:
        gateway("finance").create(request)
    numbers = [request.number for request in handed_over]
    acknowledged = pay_until_killed(cashier, numbers)
    cashier.start()
    assert len(acknowledged) >= KILL_AFTER
    kept = {number: cashier.order(number)["trade_number"] for number in numbers}
    assert {number: kept[number] for number in acknowledged} == acknowledged
    paid = {number for number, trade in kept.items() if trade}
    for number in paid:
        cashier.wait_for_callbacks(number)
    assert {received.answer.number for received in merchant.received} == paid


def test_it_ends_with_its_starter(tmp_path: Path) -> None:
    """A test run that is killed leaves no platform behind."""
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from payments.cashier.testing.process import CashierProcess;"
        "platform = CashierProcess(Path(sys.argv[1])); platform.start();"
        "print(platform.port, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    starter = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(starter, stdout=subprocess.PIPE, cwd=BASE_DIR, check=False)
    platform = CashierProcess(tmp_path)
    platform.url = f"http://127.0.0.1:{int(done.stdout)}"
    deadline = time.monotonic() + PATIENCE
    while platform.up():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert done.returncode == -signal.SIGKILL
