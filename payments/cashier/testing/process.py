"""The platform as a child process that a test orders about."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from payments.cashier.config import BASE_DIR
from portal.lib import ports

MERCHANT, SECRET = "ZZJF-TEST", "secret between the test portal and its platform"
PATIENCE = 60  # seconds for another process, however slow the machine is


class CashierProcess:
    """One platform: start, kill, order it about. Amounts in fen, times in seconds."""

    def __init__(self, folder: Path, *, demo: bool = True) -> None:
        self.folder = folder
        self.demo = demo
        self.port = ports.choose()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def portal_environment(self) -> dict[str, str]:
        """What a portal in a process of its own must be told to pay here."""
        return {
            "FINANCE_URL": self.url,
            "FINANCE_MERCHANT": MERCHANT,
            "FINANCE_SECRET": SECRET,
        }

    def start(self) -> None:
        """Serve (again, on the same port and store) and return when it answers."""
        log = (self.folder / "cashier.log").open("ab")
        with log:
            # The kernel ends the platform when its starter was killed.
            bound = ("setpriv", "--pdeathsig", "TERM")
            self.process = subprocess.Popen(  # noqa: S603 -- no word from outside
                [*bound, sys.executable, "-m", "payments.cashier"],
                cwd=BASE_DIR,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not self.up():
            if time.monotonic() > deadline:
                raise RuntimeError((self.folder / "cashier.log").read_text()[-2000:])
            time.sleep(0.05)

    def up(self) -> bool:
        """Tell whether it answers."""
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def kill(self) -> None:
        """``kill -9`` of the server and its worker."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """A normal end."""
        self._end(signal.SIGTERM)

    def switch(self, number: str = "", **switches: object) -> None:
        """Misbehave (fields of ``switches.Switches``), towards all or one order."""
        self.act("switch", number=number, switches=switches)

    def reset(self) -> None:
        """Behave again."""
        self.act("reset")

    def pay(self, number: str, *, late: bool = False) -> dict[str, Any]:
        """The payer pays; ``late`` also what is closed or expired. Answers like ``order``."""
        return self.act("pay", number=number, late=late)

    def refuse(self, number: str) -> dict[str, Any]:
        """The bank refuses."""
        return self.act("refuse", number=number)

    def order(self, number: str) -> dict[str, Any]:
        """``state``, ``amount_fen``, ``trade_number``, ``paid_at``, ``pay_path``, ``scan_path``,
        ``callbacks`` [{``attempts``, ``understood``, ``owed``}],
        ``refunds`` [{``refund_number``, ``state``, ``amount_fen``}].
        """
        return self.act("order", number=number)

    def wait_for_callbacks(self, number: str, within: float = PATIENCE) -> None:
        """Return when every callback about ``number`` was understood; else ``TimeoutError``."""
        deadline = time.monotonic() + within
        while not self._understood(number):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{number}: {self.order(number)['callbacks']}")
            time.sleep(0.05)

    def act(self, action: str, **data: object) -> dict[str, Any]:
        """One action of the control desk; raises ``requests.HTTPError`` when it is refused.

        A connection each: one kept for the next test the platform may close at that very moment.
        """
        answer = requests.post(f"{self.url}/control/api/{action}", json=data, timeout=PATIENCE)
        answer.raise_for_status()
        result: dict[str, Any] = answer.json()
        return result

    def _understood(self, number: str) -> bool:
        callbacks = self.order(number)["callbacks"]
        return bool(callbacks) and all(callback["understood"] for callback in callbacks)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(PATIENCE)

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "CASHIER_PORT": str(self.port),
            "CASHIER_URL": self.url,
            "CASHIER_STORE": str(self.folder / "cashier.sqlite3"),
            "CASHIER_RETRY_SCALE": "0.01",
            "FINANCE_MERCHANT": MERCHANT,
            "FINANCE_SECRET": SECRET,
            "DEMO": str(int(self.demo)),
        }
