"""Two roles of PostgreSQL: one that owns the tables, one the portal speaks as."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from conftest import execute, server
from portal.ops import ownership

PASSWORD = "only for this test"
# A run that was killed leaves roles behind, and databases that keep them from being dropped.
MADE = """
DO $$ BEGIN
    CREATE ROLE "{name}" LOGIN PASSWORD '{password}';
EXCEPTION WHEN duplicate_object THEN NULL;
END $$
"""
HAND_OVER = """
DO $$ DECLARE one record; BEGIN
    EXECUTE format('ALTER DATABASE %%I OWNER TO %%I', current_database(), '{owner}');
    FOR one IN SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    LOOP EXECUTE format('ALTER TABLE %%s OWNER TO %%I', one.name, '{owner}'); END LOOP;
    FOR one IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
    LOOP EXECUTE format('ALTER FUNCTION %%s OWNER TO %%I', one.name, '{owner}'); END LOOP;
END $$
"""


def given(role: str) -> dict[str, str]:
    """How that role signs in, as settings."""
    return {"USER": role, "PASSWORD": PASSWORD}


@contextmanager
def speaking_as(role: str) -> Iterator[None]:
    """This process speaks to the database as that role."""
    known = connection.settings_dict
    before = {name: known[name] for name in ownership.AS_OWNER}
    connection.close()
    known.update(given(role))
    try:
        yield
    finally:
        connection.close()
        known.update(before)


@contextmanager
def two_made(prefix: str) -> Iterator[tuple[str, str]]:
    """An owner and a role of the portal's own; what they are used in must be gone before them."""
    made = (f"{prefix}_owner", f"{prefix}_app")
    with closing(server()) as maintenance:
        for name in made:
            execute(maintenance, MADE.format(name=name, password=PASSWORD))
        yield made
        for name in made:
            execute(maintenance, f'DROP ROLE "{name}"')


@contextmanager
def handed_over(owner: str, app: str) -> Iterator[None]:
    """The database of this process belongs to the owner, who migrates it; the other works in it."""
    with connection.cursor() as cursor:
        cursor.execute(HAND_OVER.replace("{owner}", owner).replace("%%", "%"))
    with speaking_as(app):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(django_settings, "DATABASE_OWNER", given(owner))
            call_command("migrate", verbosity=0)
        yield


@contextmanager
def session_of(role: str) -> Iterator[psycopg2.extensions.cursor]:
    """A connection of its own, whose work is taken back."""
    wanted = connection.get_connection_params()
    link = {key: wanted[key] for key in ("host", "port", "dbname") if wanted.get(key)}
    with (
        closing(psycopg2.connect(**link, user=role, password=PASSWORD)) as opened,
        opened.cursor() as cursor,
    ):
        yield cursor
