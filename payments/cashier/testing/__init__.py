"""A running platform for tests: fixtures ``cashier``, ``cashier_process`` and ``merchant``.

A pytest plugin, named in the root conftest. ``cashier`` points the portal's settings at a platform
of this test worker's own, behaving well at the start of each test; its orders stay, so tests use
order numbers of their own. ``merchant`` receives callbacks where the portal itself is not wanted.
"""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from payments.cashier.testing.merchant import Merchant
from payments.cashier.testing.process import MERCHANT, SECRET, CashierProcess
from payments.gateways.registry import gateway


@pytest.fixture(scope="session")
def cashier_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CashierProcess]:
    """This test worker's platform, started once."""
    process = CashierProcess(tmp_path_factory.mktemp("cashier"))
    process.start()
    yield process
    process.stop()


@pytest.fixture
def cashier(cashier_process: CashierProcess, settings: Settings) -> Iterator[CashierProcess]:
    """The platform, up and well behaved, as the one the portal's settings name."""
    if not cashier_process.up():  # a test before this one killed it
        cashier_process.start()
    cashier_process.reset()
    settings.FINANCE_URL = cashier_process.url
    settings.FINANCE_MERCHANT = MERCHANT
    settings.FINANCE_SECRET = SECRET
    policy = settings.CONTENT_SECURITY_POLICY
    form_action = [*policy["DIRECTIVES"]["form-action"], cashier_process.url]
    directives = {**policy["DIRECTIVES"], "form-action": form_action}
    settings.CONTENT_SECURITY_POLICY = {**policy, "DIRECTIVES": directives}
    gateway.cache_clear()
    yield cashier_process
    gateway.cache_clear()


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    """Somebody who is told what was paid."""
    with Merchant() as listening:
        yield listening
