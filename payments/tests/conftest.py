import pytest
from pytest_django import Settings

from payments.tests.factories import HANDLERS


@pytest.fixture(autouse=True)
def test_workflow(settings: Settings) -> None:
    """Every test here owes for the purpose ``test``."""
    settings.CHARGE_HANDLERS = {**settings.CHARGE_HANDLERS, **HANDLERS}
