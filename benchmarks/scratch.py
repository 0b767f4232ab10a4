"""Databases of one benchmark: made new, copied while nobody looks, dropped."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg2
import psycopg2.extensions
from psycopg2 import sql

# Ids of different tables never meet, so that an id in a statement names its row.
STRIDE = 10_000_000


def beside(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def fresh(url: str, name: str) -> Iterator[str]:
    """An empty database beside ``url`` for the time of a block; gives its address."""
    _replace(url, name, "template0")
    try:
        yield beside(url, name)
    finally:
        drop(url, name)


@contextmanager
def clone(url: str, name: str) -> Iterator[str]:
    """A copy of the database at ``url``, which nobody may be using at this moment."""
    _replace(url, name, urlsplit(url).path.strip("/"))
    try:
        yield beside(url, name)
    finally:
        drop(url, name)


def drop(url: str, name: str) -> None:
    """Drop a database and whoever is still connected to it."""
    with closing(_server(url)) as link, link.cursor() as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def spread_sequences(url: str) -> None:
    """Let the ids of every table go on in a range of their own."""
    with closing(psycopg2.connect(url)) as link, link, link.cursor() as cursor:
        cursor.execute("SELECT schemaname, sequencename FROM pg_sequences ORDER BY 1, 2")
        for number, (schema, name) in enumerate(cursor.fetchall(), start=1):
            statement = sql.SQL("ALTER SEQUENCE {} RESTART WITH {}")
            start = sql.Literal(number * STRIDE)
            cursor.execute(statement.format(sql.Identifier(schema, name), start))


def one_row(url: str, statement: str, *values: object) -> tuple[int, ...]:
    """Run one question and return its only row of numbers."""
    with closing(psycopg2.connect(url)) as link, link.cursor() as cursor:
        cursor.execute(statement, values or None)
        row = cursor.fetchone()
    assert row is not None, statement
    return tuple(int(value) for value in row)


def _replace(url: str, name: str, template: str) -> None:
    drop(url, name)
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with closing(_server(url)) as link, link.cursor() as cursor:
        cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def _server(url: str) -> psycopg2.extensions.connection:
    link = psycopg2.connect(beside(url, "postgres"))
    link.autocommit = True
    return link


@contextmanager
def college(name: str) -> Iterator[tuple[str, Path]]:
    """Django set up in this process on an empty database and a folder of its own: both of them.

    Models may be imported within the block, and not before.
    """
    with (
        tempfile.TemporaryDirectory(prefix="portal-bench-") as folder,
        fresh(os.environ["DATABASE_URL"], name) as url,
    ):
        os.environ.update(
            DATABASE_URL=url,
            DEMO="1",
            DJANGO_SETTINGS_MODULE="portal.settings",
            MEDIA_ROOT=f"{folder}/media",
            TRANSCRIPT_FONT_DIR=f"{folder}/fonts",
        )
        django.setup()
        _take_static_files_as_they_lie()
        yield url, Path(folder)


def _take_static_files_as_they_lie() -> None:
    """In the checkout: nobody has collected them."""
    from django.conf import settings  # noqa: PLC0415 -- after the address is known

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
