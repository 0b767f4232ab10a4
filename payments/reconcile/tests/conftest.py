"""What the tests of reconciliation share."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from payments.reconcile.tests.files_made import Desk
from payments.tests.desk import make_clerk
from payments.tests.factories import HANDLERS
from portal.accounts.models import User


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A clerk who reads files."""
    return Desk(tmp_path)


@pytest.fixture(autouse=True)
def test_workflow(settings: Settings) -> None:
    """Every test here owes for the purpose ``test``."""
    settings.CHARGE_HANDLERS = {**settings.CHARGE_HANDLERS, **HANDLERS}


@pytest.fixture
def clerk() -> User:
    return make_clerk("李会计")


@pytest.fixture
def second() -> User:
    return make_clerk("赵会计")


@pytest.fixture
def finance(client: Client, clerk: User) -> Client:
    """The clerk's browser."""
    client.force_login(clerk)
    return client
