import pytest
from django.test import Client
from pytest_django import Settings

from payments.tests.desk import make_clerk
from payments.tests.factories import HANDLERS
from payments.tests.staff import Desk, address
from portal.accounts.models import User


@pytest.fixture(autouse=True)
def test_workflow(settings: Settings) -> None:
    """Every test here owes for the purpose ``test``."""
    settings.CHARGE_HANDLERS = {**settings.CHARGE_HANDLERS, **HANDLERS}


@pytest.fixture
def clerk() -> User:
    return make_clerk("李会计")


@pytest.fixture
def desk(client: Client, clerk: User) -> Desk:
    """POST to a page; status and what it says (errornote, or the message after the redirect)."""
    client.force_login(clerk)

    def post(name: str, *args: object, **data: object) -> tuple[int, str]:
        answer = client.post(address(name, *args), data)
        status = answer.status_code
        if status == 302:
            answer = client.get(answer["Location"])
        return status, answer.content.decode()

    return post
