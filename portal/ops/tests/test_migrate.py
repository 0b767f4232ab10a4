"""Migrations while the site serves: a large table, a transaction that does not end, readers."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import psycopg2.extensions
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal.accounts.models import User
from portal.accounts.roles import Role

Session = psycopg2.extensions.connection
ROWS = 100_000
FILL = """
INSERT INTO inbox_message (user_id, key, title, body, link, sent_at)
SELECT %s, 'k' || n, '标题', '', '', now() FROM generate_series(1, %s) n
"""
READ = "SELECT count(*) FROM inbox_message WHERE key = 'k1'"
BACK = ("inbox", "0002")  # its way back from 0003 alters the table, which needs it alone


@pytest.fixture
def large(throwaway_database: None) -> None:
    """A portal whose messages are many."""
    reader = User.objects.create(username="reader", name="读者", role=Role.STUDENT)
    with connection.cursor() as cursor:
        cursor.execute(FILL, [reader.pk, ROWS])


@pytest.fixture
def busy(large: None) -> Iterator[Session]:
    """Somebody reads the table in a transaction he leaves open."""
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as link:
        with link.cursor() as cursor:
            cursor.execute(READ)
        yield link


def migrate(*, lock_timeout: float, tries: int) -> None:
    call_command("migrate", *BACK, verbosity=0, lock_timeout=lock_timeout, tries=tries, pause=0.1)


def read(patience: str) -> bool:
    """Can the site read the table, waiting no longer than ``patience``?"""
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as link, link.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [patience])
        try:
            cursor.execute(READ)
        except psycopg2.errors.LockNotAvailable:
            return False
        return cursor.fetchone() == (1,)


def queued() -> bool:
    """Does somebody wait for the table alone?"""
    waiting = """
        SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as link, link.cursor() as cursor:
        cursor.execute(waiting)
        return cursor.fetchone() != (0,)


def applied() -> bool:
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM django_migrations WHERE app = 'inbox' AND name LIKE '0003%'"
        )
        return cursor.fetchone() == (1,)


def test_it_gives_up_and_the_site_goes_on(busy: Session) -> None:
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(migrate, lock_timeout=0.2, tries=5)
        while not doing.done():
            assert read("10s")
        with pytest.raises(CommandError, match="已撤回"):
            doing.result()
    assert applied()
    busy.rollback()
    migrate(lock_timeout=5, tries=1)
    assert not applied()


def test_control_without_the_limit_readers_queue_behind_it(
    busy: Session,
) -> None:
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(migrate, lock_timeout=0, tries=1)
        while not queued() and not doing.done():
            continue
        could_read = read("200ms")
        busy.rollback()
        doing.result()
    assert not could_read


def test_it_comes_again_until_the_lock_is_free(busy: Session) -> None:
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(migrate, lock_timeout=0.2, tries=200)
        while not queued() and not doing.done():
            continue
        busy.rollback()
        doing.result()
    assert not applied()
