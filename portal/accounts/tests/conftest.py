"""A campus portal to come in from."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from portal.accounts.testing.campus_server import CampusServer, running
from portal.accounts.tests.factories import user


@pytest.fixture(scope="module")
def server() -> Iterator[CampusServer]:
    with running() as campus:
        yield campus


@pytest.fixture
def campus(server: CampusServer, settings: Settings) -> CampusServer:
    settings.CAS_SERVER_URL = server.url
    server.attributes, server.instead = {}, None
    server.signed_in = user().username
    return server
