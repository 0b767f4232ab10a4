"""The demo college, built once and copied for a module; every test takes back what it changed."""

from collections.abc import Iterator
from contextlib import ExitStack
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from pytest_django import DjangoDbBlocker, Settings

from conftest import cloned, use


@pytest.fixture(scope="session")
def college_template(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database with the named students, the staff and an open round; nobody works in it."""
    own = django_settings.DATABASES["default"]["NAME"]
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(cloned(f"{own}_college"))
            call_command("demo_college", students=0, stdout=StringIO())
            use(own)
        yield f"{own}_college"
        stack.enter_context(django_db_blocker.unblock())


@pytest.fixture(scope="module")
def college_database(college_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A copy of it."""
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(cloned(f"{college_template}_copy", college_template))
        yield
        stack.enter_context(django_db_blocker.unblock())


@pytest.fixture
def college(college_database: None, db: None, settings: Settings) -> None:
    """Work in the demo college within a transaction.

    Its people take and hand in, from test to test, what nobody may: that is ``test_rate``'s.
    """
    settings.EXPORTS_PER_MINUTE = settings.ATTACHMENTS_PER_HOUR = 10_000
